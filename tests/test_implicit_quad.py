"""Integrals with derivatives, against closed forms and published numbers."""

import math
from itertools import product

import numpy as np
import pytest
import scipy.integrate

import autodiff as ad
from autodiff.transform.implicit import ConvergenceError, quad


def by_jvp(f):
    return lambda x: ad.jvp(f, (x,), (1.0,))[1]


def by_vmap(f):
    """`f` itself, computed as one example of a stack of two."""
    return lambda x: ad.vmap(f)(ad.stack([x, 2 * x]))[0]


CHAINS = [c for depth in (1, 2) for c in product([ad.grad, by_jvp, by_vmap], repeat=depth)]


def decay(k):
    """The integral depends on k by its bound, by the argument and by what is closed over."""
    return quad(lambda x, rate: k * ad.exp(-rate * x), 0.0, k, k)[0]  # 1 - exp(-k**2)


def decay_derivative(order, k):
    return [1 - math.exp(-k * k), 2 * k * math.exp(-k * k), (2 - 4 * k * k) * math.exp(-k * k)][
        order
    ]


@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: "-".join(t.__name__ for t in chain))
def test_every_nesting_to_depth_two(chain):
    f = decay
    for transform in chain:
        f = transform(f)
    order = sum(transform is not by_vmap for transform in chain)
    assert math.isclose(f(0.8), decay_derivative(order, 0.8), rel_tol=1e-12)


@pytest.mark.parametrize("second", [ad.grad, by_jvp])
def test_the_third_derivative(second):
    k = 0.8
    expected = (8 * k**3 - 12 * k) * math.exp(-k * k)
    assert math.isclose(ad.grad(second(by_jvp(decay)))(k), expected, rel_tol=1e-11)


def test_the_taylor_series_of_an_integral():
    found = ad.taylor(lambda k: quad(lambda x: ad.cos(k * x), 0.0, k)[0], 0.0, 5)
    assert np.allclose(found, [0, 1, 0, 0, 0, -1 / 6], atol=1e-15)  # sin(k**2) / k


def test_a_taylor_series_with_a_jump_inside_and_bounds_that_move():
    def f(b):
        return quad(lambda x: ad.where(x > 0.3, 2.0, 1.0) * b * x, 0.0, b, points=[0.3])[0]

    assert np.allclose(ad.taylor(f, 1.0, 3), [0.955, 2.955, 3, 1], rtol=1e-13)  # b³ - 0.045 b


def test_the_taylor_series_of_a_tail():
    found = ad.taylor(lambda a: quad(lambda x: ad.exp(-a * x), a, np.inf)[0], 1.0, 2)
    e = math.exp(-1.0)  # of exp(-a²) / a
    assert np.allclose(found, [e, -3 * e, 4 * e], rtol=1e-8)


def test_the_value_and_the_error_are_those_of_scipy():
    found = quad(lambda x: ad.exp(-x * x), -np.inf, np.inf)
    assert found == scipy.integrate.quad(lambda x: np.exp(-x * x), -np.inf, np.inf)
    assert math.isclose(found[0], math.sqrt(math.pi), rel_tol=1e-14)


def gamma(s):
    return quad(lambda t: t ** (s - 1) * ad.exp(-t), 0.0, np.inf)[0]


def test_derivatives_of_the_gamma_function_at_one():
    # NIST DLMF 5.4.11, Γ'(1) = -γ, and 5.4.12, ψ'(1) = π²/6, whence Γ''(1); γ is OEIS A001620.
    euler = 0.5772156649015329
    assert abs(ad.grad(gamma)(1.0) + euler) < 1e-8
    assert abs(by_jvp(ad.grad(gamma))(1.0) - euler**2 - math.pi**2 / 6) < 1e-7


def test_bounds_that_carry_derivatives():
    slopes = ad.grad(lambda a, b: quad(ad.sin, a, b)[0], (0, 1))(0.5, 2.0)
    assert np.allclose(slopes, [-math.sin(0.5), math.sin(2.0)], rtol=1e-15)
    reversed_bounds = ad.grad(lambda a: quad(ad.sin, 2.0, a)[0])(0.5)
    assert math.isclose(reversed_bounds, math.sin(0.5))


@pytest.mark.parametrize(("first", "second"), [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_mixed_derivatives_in_a_bound_and_in_an_argument(first, second):
    def area(b, c):
        return quad(lambda x, b: b * b * x, 0.0, c, b)[0]  # (b c)**2 / 2

    expected = [[9.0, 12.0], [12.0, 4.0]][first][second]
    assert math.isclose(ad.grad(ad.grad(area, first), second)(2.0, 3.0), expected, rel_tol=1e-13)


def test_a_singular_integrand():
    # The integral of x**(p - 1) from 0 to 1 is 1 / p.
    slope = ad.grad(lambda p: quad(lambda x: x ** (p - 1), 0.0, 1.0)[0])(0.5)
    assert math.isclose(slope, -4.0, rel_tol=1e-9)


def test_arrays_and_containers():
    def moments(p):
        return quad(lambda x: {"mean": p * x, "wave": ad.exp(1j * x)}, 0.0, 1.0)[0]

    p = np.array([1.0, 2.0])
    found = moments(p)
    assert np.allclose(found["mean"], p / 2)
    assert np.isclose(found["wave"], (np.exp(1j) - 1) / 1j)
    for jacobian in (ad.jacfwd, ad.jacrev):
        assert np.allclose(jacobian(lambda p: moments(p)["mean"])(p), np.eye(2) / 2)


def test_eager_tensors_and_symbols():
    k = ad.tensor(0.8, requires_grad=True)
    (slope,) = ad.gradients(decay(k), [k])
    (curvature,) = ad.gradients(slope, [k])
    assert math.isclose(slope.item(), decay_derivative(1, 0.8), rel_tol=1e-13)
    assert math.isclose(curvature.item(), decay_derivative(2, 0.8), rel_tol=1e-12)
    b = ad.Variable(name="b")
    area = quad(lambda x, b: b * x, 0.0, b, b)[0]
    (slope,) = ad.gradients(area, [b])
    found = ad.Executor([area, slope, *ad.gradients(slope, [b])]).run(feed_dict={b: 2.0})
    assert np.allclose(found, [4.0, 6.0, 6.0])


def test_examples_with_bounds_of_their_own():
    b, c = np.array([1.0, 2.0]), np.array([3.0, 5.0])
    found = ad.vmap(ad.grad(lambda b, c: quad(lambda x: c * x * b, 0.0, b)[0], (0, 1)))(b, c)
    assert np.allclose(found[0], 1.5 * c * b**2)
    assert np.allclose(found[1], b**3 / 2)


def test_an_argument_that_is_used_in_a_part_of_the_interval():
    def f(k):
        return quad(lambda x, k: k * x if x > 0.5 else x, 0.0, 1.0, k)[0]

    for transform in (ad.grad, by_jvp):
        assert math.isclose(transform(f)(2.0), 3 / 8, rel_tol=1e-8)


@pytest.mark.parametrize("transform", [ad.grad, by_jvp])
def test_what_is_closed_over_in_a_part_of_the_interval_is_not_silently_lost(transform):
    def f(k):
        return quad(lambda x: k * x if x > 0.5 else x, 0.0, 1.0)[0]

    with pytest.raises(ad.RuleError, match="at some points only; give that variable as an arg"):
        transform(f)(2.0)


def test_a_divergent_integral():
    with pytest.raises(ConvergenceError, match=r"quad did not converge for <lambda> from a=0.0"):
        quad(lambda x: 1 / x, 0.0, 1.0)
    with pytest.raises(ad.ArgumentError, match="they are numbers"):
        quad(ad.sin, 0.0, np.ones(2))
    with pytest.raises(ad.ArgumentError, match="the function is a float"):
        quad(1.0, 0.0, 1.0)


def test_a_value_that_misses_the_tolerance_on_request():
    value, error = quad(lambda x: ad.sin(1 / x), 1e-6, 1.0, limit=3, throw=False)
    assert math.isfinite(value) and error > 1e-3
