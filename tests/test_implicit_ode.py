"""Differential equations with derivatives, against closed forms and integrations of 50 digits."""

import math
from decimal import Decimal, localcontext
from itertools import product

import numpy as np
import pytest
import scipy.integrate

import autodiff as ad
from autodiff.transform.implicit import ConvergenceError, odeint, solve_ivp

TIMES = np.array([0.0, 0.4, 1.0])
FINE = {"rtol": 1e-10, "atol": 1e-10}
COARSE = {"rtol": 1e-6, "atol": 1e-6}


def by_jvp(f):
    return lambda x: ad.jvp(f, (x,), (1.0,))[1]


def by_vmap(f):
    """`f` itself, computed as one example of a stack of two."""
    return lambda x: ad.vmap(f)(ad.stack([x, 2 * x]))[0]


CHAINS = [c for depth in (1, 2) for c in product([ad.grad, by_jvp, by_vmap], repeat=depth)]


def decay(k):
    """exp(-k²): k is the rate, once as an argument, and the time of the last state."""
    times = ad.stack([0.0 * k, 0.5 * k, k])
    return odeint(lambda y, t, k: -k * y, 1.0, times, k, **FINE)[-1]


def decay_closed_over(k):
    return odeint(lambda y, t: -k * y, 1.0, TIMES, **COARSE)[-1]


@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: "-".join(t.__name__ for t in chain))
def test_every_nesting_to_depth_two(chain):
    f = decay_closed_over
    for transform in chain:
        f = transform(f)
    order = sum(transform is not by_vmap for transform in chain)
    assert abs(f(2.0) - (-1) ** order * math.exp(-2.0)) < 1e-6


def test_times_that_carry_derivatives():
    for transform in (ad.grad, by_jvp):
        assert abs(transform(decay)(0.8) + 1.6 * math.exp(-0.64)) < 1e-9
    assert abs(by_jvp(ad.grad(decay))(0.8) - 0.56 * math.exp(-0.64)) < 1e-8


def test_the_start_and_all_times():
    def states(start, rate):
        return odeint(lambda y, t: rate * t * y, start, TIMES, **FINE)

    start, rate = np.array([1.0, 2.0]), 0.5
    growth = np.exp(rate * TIMES**2 / 2)
    for jacobian in (ad.jacfwd, ad.jacrev):
        by_start, by_rate = jacobian(states, (0, 1))(start, rate)
        assert np.allclose(by_start, growth[:, None, None] * np.eye(2), rtol=1e-8)
        assert np.allclose(by_rate, np.outer(growth * TIMES**2 / 2, start), rtol=1e-8)


def test_a_start_that_the_equation_closes_over():
    def end(start):
        return odeint(lambda y, t: -start * y, start, TIMES, **FINE)[-1]  # s exp(-s)

    for transform in (ad.grad, by_jvp):
        assert abs(transform(end)(2.0) + math.exp(-2.0)) < 1e-9


def test_backward_in_time():
    def early(k):
        return odeint(lambda y, t: -k * y, 1.0, -TIMES, **FINE)[-1]

    for chain in ([ad.grad], [by_jvp], [ad.grad, by_jvp]):
        f = early
        for transform in chain:
            f = transform(f)
        assert math.isclose(f(2.0), math.exp(2.0), rel_tol=1e-8)


def test_a_taylor_series_in_a_parameter():
    found = ad.taylor(decay_closed_over, 2.0, 3)
    expected = [math.exp(-2.0) * (-1) ** k / math.factorial(k) for k in range(4)]
    assert np.allclose(found, expected, rtol=1e-5)


def test_eager_tensors_and_symbols():
    def end(k):
        return odeint(lambda y, t, k: -k * y, 1.0, TIMES[:2], k, **COARSE)[-1]

    expected = [(-0.4) ** order * math.exp(-0.8) for order in range(3)]
    k = ad.tensor(2.0, requires_grad=True)
    y = end(k)
    (slope,) = ad.gradients(y, [k])
    (curvature,) = ad.gradients(slope, [k])
    assert np.allclose([y.item(), slope.item(), curvature.item()], expected, rtol=1e-5)
    k = ad.Variable(name="k")
    y = end(k)
    found = ad.Executor([y, *ad.gradients(y, [k])]).run(feed_dict={k: 2.0})
    assert np.allclose(found, expected[:2], rtol=1e-5)


def test_containers_and_complex_states():
    def wave(frequency):
        def slope(y, t, w):
            return {"phase": -1j * w * y["phase"], "area": y["phase"].real}

        start = {"phase": np.ones(1) + 0j, "area": np.zeros(1)}
        return odeint(slope, start, TIMES, (frequency,), **FINE)

    found, pushed = ad.jvp(wave, (2.0,), (1.0,))
    assert np.allclose(found["phase"][:, 0], np.exp(-2j * TIMES), atol=1e-8)
    assert np.allclose(found["area"][:, 0], np.sin(2 * TIMES) / 2, atol=1e-8)
    assert np.allclose(pushed["phase"][:, 0], -1j * TIMES * np.exp(-2j * TIMES), atol=1e-8)
    slope = ad.grad(lambda w: wave(w)["area"][-1, 0])(2.0)
    assert math.isclose(slope, math.cos(2.0) / 2 - math.sin(2.0) / 4, rel_tol=1e-7)


def test_examples_with_times_of_their_own():
    def end(k, t):
        return odeint(lambda y, s: -k * y, 1.0, t, **FINE)[-1]

    k, times = np.array([1.0, 2.0]), np.stack([TIMES, 2 * TIMES])
    assert np.allclose(ad.vmap(end)(k, times), np.exp([-1.0, -4.0]), atol=1e-9)
    expected = [-np.exp(-1.0), -2 * np.exp(-4.0)]
    assert np.allclose(ad.vmap(ad.grad(end))(k, times), expected, atol=1e-9)


# ------------------------------------------------------------- closed forms, discrete


def oscillation(frequency, t, **options):
    """The position cos(w t) and the velocity of a harmonic oscillator."""

    def slope(y, s, w):
        return ad.stack([y[1], -w * w * y[0]])

    return odeint(
        slope, np.array([1.0, 0.0]), ad.stack([0.0 * t, 0.3 * t, t]), frequency, **options
    )


@pytest.mark.parametrize("adjoint", ["continuous", "discrete"])
def test_a_harmonic_oscillator(adjoint):
    def position(w, t):
        return oscillation(w, t, adjoint=adjoint, **FINE)[-1, 0]

    w, t = 1.5, 2.0
    expected = [-t * math.sin(w * t), -w * math.sin(w * t)]
    assert np.allclose(ad.grad(position, (0, 1))(w, t), expected, rtol=0, atol=1e-8)
    pushed = ad.jvp(position, (w, t), (1.0, 1.0))[1]
    assert math.isclose(pushed, sum(expected), rel_tol=1e-8)
    second = ad.jvp(ad.grad(position), (w, t), (1.0, 0.0))[1]
    assert math.isclose(second, -t * t * math.cos(w * t), rel_tol=1e-6)


@pytest.mark.parametrize("method", ["RK23", "RK45", "DOP853"])
def test_discrete_adjoints_are_those_of_the_computed_numbers(method):
    times = np.array([0.0, 0.3, 0.31, 1.0, 2.0])

    def states(k, adjoint="discrete"):
        return odeint(
            lambda y, t: -k * y * t, 1.0, times, method=method, adjoint=adjoint, rtol=1e-3
        )

    assert np.allclose(states(1.5), states(1.5, "continuous"), rtol=0, atol=1e-14)
    assert np.allclose(ad.jacrev(states)(1.5), ad.jacfwd(states)(1.5), rtol=1e-13, atol=1e-16)
    for f in (ad.vmap(states), ad.vmap(ad.jacrev(states))):
        stacked = f(np.array([1.5, 3.0]))
        assert np.allclose(stacked[0], f(np.array([1.5]))[0], rtol=0, atol=1e-14)


def test_discrete_adjoints_of_every_order():
    def end(k):
        return odeint(lambda y, t: -k * y, 1.0, TIMES, adjoint="discrete", **FINE)[-1]

    f = end
    for order in range(4):
        assert math.isclose(f(2.0), (-1) ** order * math.exp(-2.0), rel_tol=1e-6)
        f = ad.grad(f)
    k = ad.tensor(2.0, requires_grad=True)
    end(k).backward()
    assert math.isclose(k.grad.item(), -math.exp(-2.0), rel_tol=1e-8)


def test_discrete_steps_backward_in_time():
    def start(k):
        found = solve_ivp(
            lambda t, y: -k * y, (1.0, 0.0), np.ones(1), t_eval=[0.5, 0.0], adjoint="discrete",
            **FINE,
        )  # fmt: skip
        return found.y[0]

    assert np.allclose(ad.jacrev(start)(2.0), [0.5 * math.exp(1.0), math.exp(2.0)], rtol=1e-8)


def test_time_comes_first_on_request():
    found = odeint(lambda t, y, k: -k * t * y, 1.0, TIMES, (2.0,), tfirst=True)
    assert np.allclose(found, np.exp(-(TIMES**2)), atol=1e-7)


# ------------------------------------------------------- Lorenz, to fifty digits

SIGMA, RHO, BETA = 10.0, 28.0, 8 / 3


def lorenz(y, t, p):
    x, y, z = y
    return ad.stack([p[0] * (y - x), x * (p[1] - z) - y, x * y - p[2] * z])


def lorenz_to_fifty_digits(end, steps=100, order=42):
    """State and sensitivities in (σ, ρ, β) from (1, 1, 1), by Taylor series in time."""
    with localcontext(prec=60):
        p, h = [Decimal(v) for v in (SIGMA, RHO, BETA)], Decimal(end) / steps
        state = np.array([[Decimal(1), *[Decimal(0)] * 3]] * 3)  # a value and its 3 derivatives
        powers = [h**k for k in range(order + 1)]
        for _ in range(steps):
            series = np.zeros((order + 1, 3, 4), object)
            series[0] = state
            for k in range(order):
                x, y, z = series[k]
                xy, xz = (coefficient(series[: k + 1, 0], series[: k + 1, j]) for j in (1, 2))
                slope = np.array([p[0] * (y - x), p[1] * x - xz - y, xy - p[2] * z])
                slope[[0, 1, 2], [1, 2, 3]] += np.array([y[0] - x[0], x[0], -z[0]])
                series[k + 1] = slope / (k + 1)
            state = np.tensordot(powers, series, 1)
        return state[:, 0].astype(float), state[:, 1:].astype(float)


def coefficient(a, b):
    """The last coefficient of a product of two series, and its derivatives."""
    product = a[:, 0] @ b[::-1]
    product[1:] += b[::-1, 0] @ a[:, 1:]
    return product


@pytest.fixture(scope="module")
def fifty_digits():
    return lorenz_to_fifty_digits(1.0)


@pytest.mark.parametrize("adjoint", ["continuous", "discrete"])
def test_the_sensitivity_of_lorenzs_system(fifty_digits, adjoint):
    state, sensitivity = fifty_digits

    def final(p):
        span, fine = np.array([0.0, 1.0]), {"rtol": 1e-12, "atol": 1e-12}
        return odeint(lorenz, np.ones(3), span, p, adjoint=adjoint, **fine)[-1]

    p = np.array([SIGMA, RHO, BETA])
    assert np.allclose(final(p), state, rtol=1e-9)
    scale = np.abs(sensitivity).max()
    assert np.abs(ad.jacfwd(final)(p) - sensitivity).max() < 1e-9 * scale
    gradient = ad.grad(lambda p: final(p)[2])(p)
    assert np.abs(gradient - sensitivity[2]).max() < 1e-9 * scale


# ----------------------------------------------------------------- stiff equations


def robertson(y, t, p):
    """Robertson's reaction, which is stiff; p: its three rates."""
    first, second = p[0] * y[0] - p[1] * y[1] * y[2], p[2] * y[1] ** 2
    return ad.stack([-first, first - second, second])


# SUNDIALS, CVODES examples, cvsRoberts_FSA_dns: the printed output at t = 0.4.
RATES = np.array([0.04, 1e4, 3e7])
ROBERTSON = np.array([9.8517e-01, 3.3864e-05, 1.4794e-02])
SENSITIVITIES = np.array([
    [-3.5595e-01, 3.9025e-04, 3.5556e-01],
    [9.5431e-08, -2.1309e-10, -9.5218e-08],
    [-1.5833e-11, -5.2900e-13, 1.6362e-11],
])  # fmt: skip


@pytest.mark.parametrize("method", ["Radau", "BDF", "LSODA"])
def test_published_sensitivities_of_robertsons_reaction(method):
    def final(p):
        start, span = np.array([1.0, 0.0, 0.0]), np.array([0.0, 0.4])
        tight = {"rtol": 1e-6, "atol": 1e-11}
        return odeint(robertson, start, span, p, method=method, **tight)[-1]

    assert np.allclose(final(RATES), ROBERTSON, rtol=1e-4)
    assert np.allclose(ad.jvp(final, (RATES,), (RATES,))[1], RATES @ SENSITIVITIES, rtol=2e-4)
    gradient = ad.grad(lambda p: final(p)[2])(RATES)
    assert np.allclose(gradient, SENSITIVITIES[:, 2], rtol=2e-4)


# ---------------------------------------------------------------------- solve_ivp


def test_the_answer_is_that_of_scipy():
    def slope(t, y, k):
        return -k * y

    start = np.array([1.0, 2.0])
    found = solve_ivp(slope, (0.0, 1.0), start, args=(2.0,))
    plain = scipy.integrate.solve_ivp(slope, (0.0, 1.0), start, args=(2.0,))
    assert type(found) is type(plain) and found.success
    assert np.array_equal(found.t, plain.t)
    assert np.allclose(found.y, plain.y, rtol=1e-14)
    assert found.nfev == plain.nfev


def test_the_ends_of_the_interval_carry_derivatives():
    def end(t0, t1):
        found = solve_ivp(lambda t, y: -2 * y, (t0, t1), np.ones(1), method="DOP853", **FINE)
        return found.y[0, -1]

    slopes = ad.grad(end, (0, 1))(0.25, 1.0)
    assert np.allclose(slopes, [2 * math.exp(-1.5), -2 * math.exp(-1.5)], rtol=1e-8)


def test_times_of_the_result():
    def states(k):
        return solve_ivp(
            lambda t, y: {"u": -k * y["u"]},
            (0.0, 1.0),
            {"u": np.ones(2)},
            t_eval=[0.5, 1.0],
            **FINE,
        )

    expected = np.exp([[-1.0, -2.0]] * 2)
    assert np.allclose(states(2.0).y["u"], expected, atol=1e-9)
    pushed = ad.jacfwd(lambda k: states(k).y["u"])(2.0)
    assert np.allclose(pushed, -np.array([0.5, 1.0]) * expected, atol=1e-9)


# ------------------------------------------------------------------------- errors


def test_an_argument_that_matters_at_some_times_only():
    def end(k):
        def slope(y, t, k):
            return -k * y if t > 0.5 else -y

        return odeint(slope, 1.0, TIMES, k, rtol=1e-8, atol=1e-8)[-1]

    for transform in (ad.grad, by_jvp):
        assert math.isclose(transform(end)(2.0), -0.5 * math.exp(-1.5), rel_tol=1e-6)


@pytest.mark.parametrize("transform", [ad.grad, by_jvp])
def test_what_is_closed_over_at_some_times_is_not_silently_lost(transform):
    def end(k):
        return odeint(lambda y, t: -k * y if t > 0.5 else -y, 1.0, TIMES)[-1]

    with pytest.raises(ad.RuleError, match="at some times only; give that variable as an argument"):
        transform(end)(2.0)


def test_a_solution_that_ends():
    def explosion(t, y):
        return y**2

    with pytest.raises(ConvergenceError, match="solve_ivp did not converge for explosion"):
        solve_ivp(explosion, (0.0, 2.0), np.ones(1))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: odeint(lambda y, t: np.ones(3), np.ones(2), TIMES), "returns 3 numbers for a"),
        (lambda: odeint(lambda y, t: y, 1.0, np.array([0.0, 2.0, 1.0])), "neither ascend nor"),
        (lambda: odeint(lambda y, t: y, 1.0, 1.0), r"t has shape \(\)"),
        (lambda: odeint(lambda y, t: y, 1.0, TIMES, method="rk4"), "'rk4' is none of RK23"),
        (lambda: odeint(1.0, 1.0, TIMES), "the function is a float"),
        (lambda: odeint(lambda y, t: y, 1.0, TIMES, adjoint="none"), "is neither 'continuous' nor"),
        (
            lambda: odeint(lambda y, t: y, 1.0, TIMES, method="BDF", adjoint="discrete"),
            "adjoint='discrete' repeats the steps of RK23, RK45, DOP853",
        ),
        (lambda: solve_ivp(lambda t, y: y, (0, 1), 1.0, jac=abs), "jac= is given"),
        (lambda: solve_ivp(lambda t, y: y, (0, 1), 1.0, t_eval=[2.0]), "is not within t_span"),
        (lambda: solve_ivp(lambda t, y: y, (0, 1), 1.0, t_eval=1.0), r"t_eval has shape \(\)"),
        (
            lambda: ad.vmap(lambda k: solve_ivp(lambda t, y: k * y, (0, 1), 1.0).y)(np.ones(2)),
            "steps differ between the examples of a vmap; give t_eval",
        ),
    ],
)
def test_what_an_integrator_cannot_use(call, message):
    with pytest.raises((ad.ArgumentError, ad.ShapeError), match=message):
        call()
