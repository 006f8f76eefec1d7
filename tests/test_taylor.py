"""Taylor mode against closed forms, nested derivatives, JAX and 50 digits; and what it costs."""

import gc
import warnings
import weakref
from math import comb, factorial, pi

import numpy as np
import pytest
import rows

import autodiff as ad
from autodiff.core.op import Op
from autodiff.testing.judge import ROUNDING, outputs
from autodiff.testing.sample import FLOATS, cases, generator
from autodiff.transform.taylor import derivatives, jet, taylor

ROWS = [row.name for row in rows.ROWS if row.differentiable]
DOUBLE = np.dtype(np.float64)


def close(found, expected, rtol=1e-13, scale=0.0):
    """Equal to rounding, on the scale of the largest, or a larger one."""
    found = np.asarray(found)
    expected = np.asarray(expected, found.dtype)
    scale = max(scale, np.abs(expected).max(initial=0))
    np.testing.assert_allclose(found, expected, rtol=rtol, atol=rtol * scale)


# ------------------------------------------------------------ closed forms


def bernoulli(n):
    """B[0], ..., B[n]; B[1] = -1/2."""
    found = [1.0]
    for m in range(1, n + 1):
        found.append(-sum(comb(m + 1, k) * found[k] for k in range(m)) / (m + 1))
    return found


def tangent(n):
    """Σ (-1)**(k-1) 4**k (4**k - 1) B[2k] / (2k)! x**(2k - 1)"""
    numbers, found = bernoulli(n + 1), [0.0] * (n + 1)
    for k in range(1, n // 2 + 1):
        found[2 * k - 1] = (-1) ** (k - 1) * 4**k * (4**k - 1) * numbers[2 * k] / factorial(2 * k)
    return found


def binomial(a, n):
    """Coefficients of (1 + x)**a."""
    found = [1.0]
    for k in range(n):
        found.append(found[-1] * (a - k) / (k + 1))
    return found


CLOSED = {
    "exp": (ad.exp, 0, [1 / factorial(k) for k in range(17)]),
    "log": (ad.log, 1, [0, *[(-1) ** (k - 1) / k for k in range(1, 17)]]),
    "sin": (ad.sin, 0, [[0, 1, 0, -1][k % 4] / factorial(k) for k in range(17)]),
    "cos": (ad.cos, 0, [[1, 0, -1, 0][k % 4] / factorial(k) for k in range(17)]),
    "tan": (ad.tan, 0, tangent(16)),
    "atan": (ad.atan, 0, [0 if k % 2 == 0 else (-1) ** (k // 2) / k for k in range(17)]),
    "geometric": (lambda x: 1 / (1 - x), 0, [1] * 17),
    "reciprocal": (ad.reciprocal, 1, [(-1) ** k for k in range(17)]),
    "x**pi": (lambda x: x**pi, 1, binomial(pi, 16)),
    "x**-1.5": (lambda x: x**-1.5, 1, binomial(-1.5, 16)),
    "sqrt": (ad.sqrt, 1, binomial(0.5, 16)),
    "x**5 at 0": (lambda x: x**5, 0, [0] * 5 + [1] + [0] * 11),
    "x**5 at 1": (lambda x: x**5, 1, [*[comb(5, k) for k in range(6)], *[0] * 11]),
    "x**0": (lambda x: x**0 + 0 * x, 0, [1] + [0] * 16),
    "2 atanh": (lambda x: ad.log((1 + x) / (1 - x)), 0, [k % 2 and 2 / k for k in range(17)]),
}


@pytest.mark.parametrize("name", CLOSED)
def test_coefficients_have_the_closed_form(name):
    f, x, expected = CLOSED[name]
    close(taylor(f, float(x), 16), expected)


def test_the_derivatives_of_exp_sin_are_those_of_the_encyclopedia():
    """The Online Encyclopedia of Integer Sequences, A002017."""
    known = [1, 1, 1, 0, -3, -8, -3, 56, 217, 64, -2951, -12672, 5973, 309376, 1237173]
    close(derivatives(lambda x: ad.exp(ad.sin(x)), 0.0, 14), known)


def test_the_highest_order_that_double_precision_can_hold():
    close(derivatives(ad.exp, 0.0, 170), np.ones(171))
    close(jet(ad.exp, (0.0,), [[1.0] + [0.0] * 169])[1][-1], 1.0)


def test_powers_of_every_whole_exponent_at_once():
    np.testing.assert_array_equal(taylor(lambda x: x ** np.arange(4), 0.0, 3), np.eye(4))


def test_a_power_that_is_not_whole_has_its_derivatives_at_zero():
    assert derivatives(lambda x: x**2.5, 0.0, 3).tolist() == [0, 0, 0, np.inf]


def test_a_power_too_small_for_its_quotient_keeps_its_derivatives():
    found = derivatives(lambda x: x**2.5, 1e-140, 3)
    close(found[1:], [0, 3.75e-70, 1.875e70])
    close(derivatives(lambda x: x**2, 1e-200, 2), [0, 0, 2])


def test_the_inverse_of_a_pencil_is_the_geometric_series():
    a = np.random.default_rng(0).normal(size=(3, 3))
    powers = [np.linalg.matrix_power(a, k) for k in range(9)]
    close(taylor(lambda t: ad.inv(np.eye(3) - t * a), 0.0, 8), powers)
    b = np.arange(6.0).reshape(3, 2)
    solved = taylor(lambda t: ad.solve(np.eye(3) - t * a, b), 0.0, 8)
    close(solved, [p @ b for p in powers])
    traces = [0, *[-np.trace(p) / k for k, p in enumerate(powers[1:], 1)]]
    close(taylor(lambda t: ad.slogdet(np.eye(3) - t * a)[1], 0.0, 8), traces)
    characteristic = [*np.poly(a), *[0] * 5]
    close(taylor(lambda t: ad.det(np.eye(3) - t * a), 0.0, 8), characteristic, 1e-12)


def test_the_square_of_the_cholesky_series_is_the_matrix():
    rng = np.random.default_rng(1)
    square, step = (rng.normal(size=(3, 3)) for _ in range(2))
    a, b = square @ square.T + 3 * np.eye(3), step + step.T
    found = taylor(lambda t: ad.cholesky(a + t * b), 0.0, 6)
    squares = [sum(found[j] @ found[k - j].T for j in range(k + 1)) for k in range(7)]
    close(squares, [a, b, *[0 * a] * 5], 1e-12)


# ------------------------------------------------------------ every row


def nested(f, curves, order):
    """Derivatives of t -> f(curves(t)) by pushforwards inside pushforwards."""

    def g(t):
        return f(*[x + t * a + t * t * b for x, a, b in curves])

    found = [outputs(g(0.0))]
    for _ in range(order):

        def g(t, g=g):
            return ad.jvp(g, (t,), (1.0,))[1]

        found.append(outputs(g(0.0)))
    return list(zip(*found))


def curves_of(case):
    """A parabola through each tracked argument, that stays in the domain of the row."""
    rng = generator(case.row, 77)
    first, second = (case.directions(rng) for _ in range(2))
    return [(x, 0.5 * a, 0.2 * b) for x, a, b in zip(case.inputs, first, second)]


def jets_of(case, order):
    """The derivatives of every output along these curves."""
    curves = curves_of(case)
    rest = [[np.zeros_like(x)] * (order - 2) for x in case.inputs]
    series = [[a, 2 * b, *r] for (_, a, b), r in zip(curves, rest)]
    y, higher = jet(case.function(), tuple(case.inputs), series)
    return y, list(zip(outputs(y), *zip(*(higher if isinstance(y, tuple) else [higher]))))


@pytest.mark.parametrize("name", ROWS)
def test_every_row_agrees_with_nested_derivatives(name):
    order, row = 6, Op.table[name]
    for case in cases(row, DOUBLE):
        if case.tracked:
            found = jets_of(case, order)[1]
            expected = nested(case.function(), curves_of(case), order)
            for ours, theirs in zip(found, expected, strict=True):
                for one, other in zip(ours, theirs, strict=True):
                    assert one.shape == np.shape(other)
                    close(one, other, 1e-10, np.abs(ours[0]).max(initial=0))


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
def test_every_row_keeps_its_dtype(dtype):
    for name in ROWS:
        for case in cases(Op.table[name], dtype)[:2]:
            if case.tracked:
                y, found = jets_of(case, 2)
                expected = nested(case.function(), curves_of(case), 2)
                for out, ours, theirs in zip(outputs(y), found, expected, strict=True):
                    if out.dtype.kind in "fc":
                        assert {c.dtype for c in ours} == {out.dtype}, name
                    close(ours[2], np.asarray(theirs[2], ours[2].dtype), 64 * ROUNDING[dtype])


# ------------------------------------------------------------ cost


@pytest.fixture
def operations(monkeypatch):
    """Counts how often a row is evaluated; call it to read and clear the count."""
    calls = []

    def counted(evaluate):
        return lambda *args, **params: calls.append(1) or evaluate(*args, **params)

    for row in Op.table.values():
        monkeypatch.setattr(row, "evaluate", counted(row.evaluate))

    def read():
        n = len(calls)
        calls.clear()
        return n

    return read


ELEMENTWISE = [n for n in ROWS if Op.table[n].domain is not None]


@pytest.mark.parametrize("name", [*ELEMENTWISE, "solution", "inverse", "factor", "log_sum_exp"])
def test_the_cost_of_a_row_grows_with_the_square_of_the_order(name, operations):
    case = next(c for c in cases(Op.table[name], DOUBLE) if c.tracked)
    counts = []
    for order in (5, 15, 30):
        rng = generator(case.row, 5)
        series = zip(*[case.directions(rng) for _ in range(order)])
        operations()
        jet(case.function(), tuple(case.inputs), [list(s) for s in series])
        counts.append(operations())
    assert counts[2] < 4.3 * counts[1], counts
    assert counts[2] < 6 * 30**2, counts  # atan2 takes ten convolutions, of 30**2 / 2 each


def test_nested_derivatives_cost_more_from_the_fourth_order_on(operations):
    def f(x):
        return ad.exp(ad.sin(x) * ad.tanh(x))

    sweep, nests = [], []
    for order in (2, 4, 8):
        operations()
        derivatives(f, 0.3, order)
        sweep.append(operations())
        nested(f, [(0.3, 1.0, 0.0)], order)
        nests.append(operations())
    assert sweep[2] < 4 * sweep[1] < 300 < 10 * sweep[2] < nests[2]


def test_a_jet_leaves_no_garbage():
    kept = []

    def f(x):
        y = ad.tanh(ad.sin(x))
        kept.append(weakref.ref(y.coefficients[1]))
        return ad.logsumexp(y)

    gc.collect()
    gc.disable()
    try:
        jet(f, (np.ones(4),), [[np.ones(4)] * 4])
        assert kept[0]() is None
        assert gc.collect() == 0
    finally:
        gc.enable()


# ------------------------------------------------------------ other libraries


PROGRAMS = {
    "elementary": lambda T, x, y: T.exp(T.sin(x) * y) / (1 + x * x) + T.tanh(y) ** 3,
    "logarithms": lambda T, x, y: T.log(2 + T.cos(x)) * T.sqrt(3 + y * y) - T.log1p(x * x),
    "contraction": lambda T, x, y: T.sum(T.sin(T.outer(x, y)) @ (x * y)),
    "reductions": lambda T, x, y: T.max(x * y) * T.mean(T.exp(-y)) + T.min(y) ** 3,
    "moves": lambda T, x, y: T.concatenate([x[::-1], T.reshape(y, (3, 1)).T[0] * x])[1:5],
    "choice": lambda T, x, y: T.where(x > 0, x * y, T.exp(y)) + T.maximum(x, y) * T.abs(y),
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_jet_has_the_convention_of_jax(program):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        jax = pytest.importorskip("jax")
        from jax.experimental import jet as theirs
    f = PROGRAMS[program]
    rng = np.random.default_rng(len(program))
    primals = tuple(rng.normal(size=(2, 3)))
    series = [list(terms) for terms in rng.normal(size=(2, 5, 3))]
    with jax.enable_x64(True):
        y, higher = theirs.jet(lambda *xs: f(jax.numpy, *xs), primals, series)
    ours, ours_higher = jet(lambda *xs: f(ad, *xs), primals, series)
    close(ours, y, 1e-12)
    assert len(ours_higher) == len(higher) == 5
    for one, other in zip(ours_higher, higher):
        close(one, other, 1e-11)


EXACT = {
    "exp sin": (lambda T, x: T.exp(T.sin(x)), 0.7),
    "tanh cos": (lambda T, x: T.tanh(x) * T.cos(2 * x), 0.4),
    "logistic": (lambda T, x: 1 / (1 + T.exp(-x)), 0.9),
    "asin": (lambda T, x: T.asin(x), 0.3),
    "acosh": (lambda T, x: T.acosh(1 + x * x), 1.2),
    "powers": (lambda T, x: (1 + x * x) ** 1.7 / T.sqrt(x), 1.3),
    "erf log": (lambda T, x: T.erf(x) * T.log(x), 0.8),
    "atan": (lambda T, x: T.atan(x) ** 3, 0.5),
    "x**x": (lambda T, x: x**x, 1.5),
}


@pytest.mark.parametrize("name", EXACT)
def test_thirty_orders_beside_fifty_digits(name):
    mpmath = pytest.importorskip("mpmath")
    f, x = EXACT[name]
    with mpmath.workdps(50):
        exact = mpmath.taylor(lambda x: f(mpmath, x), mpmath.mpf(x), 30)
    close(taylor(lambda x: f(ad, x), x, 30), [float(c) for c in exact], 1e-14)
