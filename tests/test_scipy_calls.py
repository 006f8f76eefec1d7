"""autodiff.scipy beside SciPy: the same values, in every mode, and derivatives as differences."""

from importlib import import_module

import numpy as np
import pytest
import scipy.interpolate
import scipy.sparse.linalg
from scipy_calls import CALLS, G1, G2, GRID, INSIDE

import autodiff as ad
from autodiff.scipy import interpolate, linalg, signal
from autodiff.testing.judge import difference

CASES = [(module, i) for module, calls in CALLS.items() for i in range(len(calls))]
every_call = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}-{case[1]}")


def parts(case):
    """(our function, SciPy's, its array, a direction)"""
    module, i = case
    f, x = CALLS[module][i]
    ours = import_module(f"autodiff.scipy.{module}")
    theirs = import_module(f"scipy.{module}")
    direction = np.cos(np.arange(x.size)).reshape(x.shape)
    return lambda x: f(ours, x), lambda x: f(theirs, x), x, direction


def near(a, b, tolerance=1e-9):
    a, b = np.asarray(a), np.asarray(b)
    assert a.shape == b.shape
    np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


@every_call
def test_values_and_derivatives(case):
    f, theirs, x, v = parts(case)
    expected = theirs(x)
    near(f(x), expected)
    y, tangent = ad.jvp(f, (x,), (v,))
    near(y, expected)
    (slope,) = difference(f, [x], [1e-3 * v])
    near(tangent, 1e3 * slope, 2e-6)
    g = np.sin(np.arange(np.size(expected))).reshape(np.shape(expected))
    (c,) = ad.vjp(f, x)[1](g)
    assert np.vdot(c, v) == pytest.approx(np.vdot(g, tangent), rel=1e-7, abs=1e-7)


@every_call
def test_batches_and_graphs(case):
    f, _, x, _ = parts(case)
    gradient = ad.grad(lambda x: (f(x) ** 2).sum())
    right = gradient(x)
    near(ad.vmap(f)(np.stack([x, x]))[1], f(x))
    near(ad.vmap(gradient)(np.stack([x, x]))[0], right)
    node = ad.Variable("x", x.shape, float)
    y = (f(node) ** 2).sum()
    near(ad.Executor(ad.gradients(y, [node])).run({node: x})[0], right)


@pytest.mark.parametrize("method", ["slinear", "cubic", "quintic"])
def test_splines_of_a_grid(method):
    """SciPy's own solver stops at 1e-6: beside it with an exact one."""
    right = scipy.interpolate.RegularGridInterpolator(
        (G1, G2), GRID, method, solver=scipy.sparse.linalg.spsolve
    )
    f = interpolate.RegularGridInterpolator((G1, G2), GRID, method)
    near(f(INSIDE), right(INSIDE))
    v = np.cos(INSIDE)
    (slope,) = difference(f, [INSIDE], [1e-3 * v])
    near(ad.jvp(f, (INSIDE,), (v,))[1], 1e3 * slope, 1e-6)
    values = ad.grad(
        lambda z: interpolate.interpn((G1, G2), z, INSIDE, method).sum()
    )(GRID)  # fmt: skip
    assert np.sum(values * GRID) == pytest.approx(f(INSIDE).sum())
    near(ad.vmap(f)(np.stack([INSIDE, INSIDE]))[0], right(INSIDE))


def test_filters_in_all_that_they_take():
    x, b, a = np.arange(6.0), np.array([1.0, 0.5]), np.array([1.0, -0.3, 0.1])
    zi = np.array([0.2, 0.1])

    def f(b, a, x, zi):
        y, state = signal.lfilter(b, a, x, zi=zi)
        return (y**2).sum() + (state**3).sum()

    inputs = (b, a, x, zi)
    ways = tuple(np.cos(v + 1) for v in inputs)
    slope = ad.jvp(f, inputs, ways)[1]
    found = ad.grad(f, (0, 1, 2, 3))(*inputs)
    assert sum(np.vdot(c, v) for c, v in zip(found, ways)) == pytest.approx(slope)
    forward = ad.jvp(lambda a: ad.grad(f, 1)(b, a, x, zi), (a,), (ways[1],))[1]
    reverse = ad.grad(lambda a: ad.jvp(lambda z: f(b, z, x, zi), (a,), (ways[1],))[1])(a)
    np.testing.assert_allclose(forward, reverse, rtol=1e-9)
    batched = ad.vmap(ad.grad(f, 1), in_axes=(None, 0, None, None))(b, np.stack([a, 2 * a]), x, zi)
    np.testing.assert_allclose(batched[0], found[1], rtol=1e-12)


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        (lambda x: signal.find_peaks(x), ad.RuleError, "scipy.signal.find_peaks has no derivative"),
        (lambda x: linalg.schur(np.outer(x, x)), ad.RuleError, "use eig"),
        (lambda x: signal.nothing(x), AttributeError, "neither has scipy.signal"),
        (lambda x: signal.lfilter([1.0], [0.0, 1.0], x), ValueError, "not supported"),
        (lambda x: signal.lfilter([1.0], [1.0, 0.5], x, zi=[0, 0]), ValueError, "shape for zi"),
        (lambda x: signal.lfilter(np.eye(2), [1.0], x), ValueError, "needs shape"),
        (lambda x: signal.sosfilt(np.eye(2), x), ValueError, "n_sections, 6"),
        (lambda x: signal.filtfilt([1.0], [1.0], x, padlen=9), ValueError, "greater than padlen"),
        (lambda x: signal.savgol_filter(x, 3, 1, mode="odd"), ValueError, "mode must be"),
        (lambda x: signal.savgol_filter(x, 5, 1), ValueError, "less than or equal"),
        (lambda x: signal.medfilt(x, 2), ValueError, "odd"),
        (lambda x: signal.detrend(x, type="cubic"), ValueError, "'linear' or 'constant'"),
        (lambda x: interpolate.interpn(([0, 1],), x[:2], [[3.0]]), ValueError, "out of bounds"),
        (lambda x: interpolate.interpn(([0, 1],), x, [[0.5]]), ValueError, "2 points and 4 val"),
        (lambda x: interpolate.interpn(([0, 0],), x[:2], [[0.0]]), ValueError, "strictly asc"),
        (lambda x: interpolate.RegularGridInterpolator((x,), x, "odd"), ValueError, "not defined"),
        (lambda x: linalg.companion(x[:1]), ValueError, "2 or more elements"),
        (lambda x: linalg.polar(np.outer(x, x), "up"), ValueError, "'right' or 'left'"),
    ],
)
def test_bad_calls_say_what_is_needed(call, error, sentence):
    with pytest.raises(error, match=sentence):
        call(ad.tensor([1.0, 2.0, 3.0, 4.0], requires_grad=True))


def test_what_is_not_written_here_is_scipys_of_plain_numbers():
    assert signal.find_peaks([0.0, 1.0, 0.0])[0].tolist() == [1]
    assert linalg.hilbert(2).tolist() == [[1.0, 0.5], [0.5, 1 / 3]]
    assert "butter" in dir(signal)
    assert "lfilter" in dir(signal)
