"""Zeta functions in every argument and order, and the one-sided statistic of Smirnov."""

import mpmath
import numpy as np
import pytest
import scipy.special
from mpmath import mp, mpf
from test_special_arguments import hurwitz, smirnov

import autodiff as ad
from autodiff.core.errors import RuleError
from autodiff.ops.zeta import zeta_rate
from autodiff.scipy import special


@pytest.mark.parametrize("order", [1, 2, 3, 4])
@pytest.mark.parametrize("x", [1.0001, 1.3, 4.0, 23.9, 60.0])
def test_derivatives_of_zeta_in_x_of_higher_order(x, order):
    q = np.array([0.01, 0.4, 1.5, 3.0, 51.1, 100.0])
    found = zeta_rate(x, q, order=order)
    with mpmath.workdps(60):
        right = [mp.diff(lambda x, b=b: hurwitz(x, mpf(b)), mpf(x), order) for b in q.tolist()]
    np.testing.assert_allclose(found, np.array(right, float), rtol=1e-13)


@pytest.mark.parametrize("name", ["zeta", "zetac"])
def test_riemanns_function_on_both_sides_of_1(name):
    x = np.array([-20.5, -7.3, -4.0, -2.0, -0.5, 0.0, 0.3, 0.9, 1.2, 2.0, 30.0])
    f = getattr(special, name)
    _, pullback = ad.vjp(f, x)
    (slope,) = pullback(np.ones_like(x))
    with mpmath.workdps(40):
        right = [float(mp.zeta(mpf(v), derivative=1)) for v in x.tolist()]
        bent = [float(mp.diff(mp.zeta, mpf(v), 2)) for v in x.tolist()]
    np.testing.assert_allclose(slope, right, rtol=3e-14)
    curvature = ad.grad(lambda x: ad.sum(ad.grad(lambda x: ad.sum(f(x)))(x)))(x)
    np.testing.assert_allclose(curvature, bent, rtol=1e-12)
    np.testing.assert_array_equal(f(x), getattr(scipy.special, name)(x))


def test_mixed_derivatives_of_zeta():
    x, q = 2.5, 1.7
    mixed = ad.grad(lambda q: ad.grad(special.zeta)(x, q))(q)
    assert mixed == pytest.approx(ad.grad(lambda x: ad.grad(special.zeta, 1)(x, q))(x), rel=1e-15)
    with mpmath.workdps(40):
        right = mp.diff(hurwitz, (mpf(x), mpf(q)), (1, 1))
    assert mixed == pytest.approx(float(right), rel=1e-13)


def test_zeta_where_it_is_not_defined():
    slope = ad.vmap(ad.grad(special.zeta), in_axes=(0, None))(np.array([1.0, np.nan, np.inf]), 2.0)
    np.testing.assert_array_equal(slope, [np.nan, np.nan, 0.0])
    assert np.isnan(ad.grad(special.zeta)(2.5, -0.5))


@pytest.mark.parametrize("n", [1, 2, 5, 40, 300])
def test_the_inverse_of_smirnovs_function(n):
    p = np.array([1e-3, 0.2, 0.6, 0.95, 0.999])
    d = scipy.special.smirnovi(float(n), p)
    slope = ad.vmap(ad.grad(special.smirnovi, 1), in_axes=(None, 0))(n, p)
    with mpmath.workdps(60):
        right = [1 / mp.diff(lambda d: smirnov(n, d), mpf(v)) for v in d.tolist()]
    np.testing.assert_allclose(slope, np.array(right, float), rtol=1e-12)


def test_the_second_derivative_of_smirnovs_function():
    d = np.array([0.02, 0.07, 0.13, 0.4, 0.77])
    bent = ad.vmap(ad.grad(ad.grad(special.smirnov, 1), 1), in_axes=(None, 0))(17, d)
    with mpmath.workdps(60):
        right = [mp.diff(lambda d: smirnov(17, d), mpf(v), 2) for v in d.tolist()]
    np.testing.assert_allclose(bent, np.array(right, float), rtol=1e-12)


def test_smirnovs_function_at_its_ends_and_beside_them():
    slopes = ad.vmap(ad.grad(special.smirnov, 1), in_axes=(None, 0))
    found = slopes(4, np.array([0.0, 1.0, -0.1, 1.1, np.nan]))
    np.testing.assert_array_equal(found, [-1.0, 0.0, np.nan, np.nan, np.nan])
    with pytest.raises(RuleError, match="smirnov has no derivative in n, which"):
        ad.grad(special.smirnov)(4.0, 0.3)
