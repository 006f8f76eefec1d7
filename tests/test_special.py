"""Derivatives of the special functions beside exact ones of 50 digits, on their whole domains."""

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf

import autodiff as ad
import autodiff.scipy.special as special

ULP = float(np.finfo(np.float64).eps)
# SciPy states relative errors of some 1e-15 to 1e-13 of its values; each rule multiplies a few.
# What the rounding of the argument itself does to the derivative, |x g'(x)| ulps, is not asked for.
RELATIVE, OF_ARGUMENT = 1e-12, 8 * ULP

SMALL = [1e-300, 1e-100, 1e-20, 1e-8, 1e-3]
SIGNED = [*SMALL, *[-x for x in SMALL], *np.linspace(-6, 6, 25)]
POSITIVE = [*SMALL, 0.1, 0.5, 0.9, 1.0, 1.1, 1.46, 2.0, 3.7, 10.0, 30.5, 100.0]
MOVED = [-170.3, -20.7, -5.5, -3.000001, -2.5, -1.001, -0.5, -1e-8]
UNIT = [1e-300, 1e-20, 1e-5, 0.1, 0.3, 0.5, 0.6, 0.9, 0.999, 1 - 1e-9]
WIDE = [1e-8, 0.01, 0.5, 1.0, 2.5, 7.0, 19.0, 45.0, 300.0]


def gauss(x):
    return mp.exp(-x * x)


def phi(x):
    return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


def trigamma(x):
    return mp.psi(1, x)


# The exact derivative, and where it is compared.
UNARY = {
    "gamma": (lambda x: mp.gamma(x) * mp.psi(0, x), [*POSITIVE[1:], 140.5, *MOVED]),
    "gammaln": (lambda x: mp.psi(0, x), [*POSITIVE, 1e8, 1e100, *MOVED]),
    "loggamma": (lambda x: mp.psi(0, x), [*POSITIVE, 1e8, 1e100]),
    "psi": (trigamma, [*POSITIVE[1:], 1e8, 1e100, *MOVED]),
    "rgamma": (
        lambda x: mp.diff(mp.rgamma, x),
        [*POSITIVE, *MOVED[1:], 0.0, -1.0, -2.0, -7.0],
    ),
    "erf": (lambda x: 2 / mp.sqrt(mp.pi) * gauss(x), [*SIGNED, 20.3, 26.0]),
    "erfc": (lambda x: -2 / mp.sqrt(mp.pi) * gauss(x), [*SIGNED, 20.3, 26.0]),
    "erfi": (lambda x: 2 / mp.sqrt(mp.pi) * mp.exp(x * x), [*SIGNED, 20.3, 26.0]),
    "erfcx": (
        lambda x: 2 * x * mp.exp(x * x) * mp.erfc(x) - 2 / mp.sqrt(mp.pi),
        [*SIGNED, -20.3, 20.3, 1e3, 1e8],
    ),
    "dawsn": (
        lambda x: 1 - mp.sqrt(mp.pi) * x * gauss(x) * mp.erfi(x),
        [*SIGNED, 6.99, 7.01, 20.3, 90.0],
    ),
    "erfinv": (
        lambda x: mp.sqrt(mp.pi) / 2 * mp.exp(mp.erfinv(x) ** 2),
        [*SMALL, -0.3, 0.5, -0.9, 0.999, 1 - 1e-9],
    ),
    "ndtr": (phi, [*SIGNED, -37.0, 20.3]),
    "log_ndtr": (
        lambda x: phi(x) / (mp.erfc(-x / mp.sqrt(2)) / 2),
        [*SIGNED, -1e4, -300.5, -37.0, 20.3, 37.0],
    ),
    "logit": (lambda x: 1 / (x * (1 - x)), UNIT),
    "expit": (lambda x: mp.exp(-abs(x)) / (1 + mp.exp(-abs(x))) ** 2, [*SIGNED, -700.0, 700.0]),
    "log_expit": (lambda x: 1 / (1 + mp.exp(x)), [*SIGNED, -700.0, 700.0]),
    "entr": (lambda x: -mp.log(x) - 1, POSITIVE),
    "exprel": (
        lambda x: mp.hyp1f1(2, 3, x) / 2,
        [0.0, *SIGNED, -700.0, -25.0, 25.0, 700.0],
    ),
    "cosm1": (lambda x: -mp.sin(x), SIGNED),
    "exp10": (lambda x: mp.log(10) * mpf(10) ** x, SIGNED),
    "sindg": (
        lambda x: mp.pi / 180 * mp.cos(mp.pi * x / 180),
        [0.0, 1e-8, 30.0, 60.0, 120.5, -720.0],
    ),
    "cosdg": (
        lambda x: -mp.pi / 180 * mp.sin(mp.pi * x / 180),
        [0.0, 1e-8, 30.0, 60.0, 120.5, -720.0],
    ),
    "tandg": (lambda x: mp.pi / 180 * mp.sec(mp.pi * x / 180) ** 2, [0.0, 1e-8, 30.0, 60.0, 120.5]),
    "cotdg": (lambda x: -mp.pi / 180 * mp.csc(mp.pi * x / 180) ** 2, [1e-8, 30.0, 60.0, 120.5]),
    "exp1": (lambda x: -mp.exp(-x) / x, [*POSITIVE, 500.0]),
    "expi": (lambda x: mp.exp(x) / x, [*POSITIVE, 500.0, -1e-8, -3.0, -50.0]),
    "spence": (
        lambda z: mpf(-1) if z == 1 else mp.log(z) / (1 - z),
        [*SMALL, 0.3, 0.5, 0.9, 1 - 1e-9, 1.0, 1 + 1e-9, 1.3, 1.5, 2.0, 1e8],
    ),
    "wrightomega": (
        lambda z: mp.lambertw(mp.exp(z)) / (1 + mp.lambertw(mp.exp(z))),
        [*SIGNED, -50.0, 50.0],
    ),
    "ellipk": (
        lambda m: (
            mp.pi / 8 if m == 0 else (mp.ellipe(m) - (1 - m) * mp.ellipk(m)) / (2 * m * (1 - m))
        ),
        [0.0, *SMALL[2:], *[-x for x in SMALL[2:]], 0.3, 0.5, 0.9, 0.999, 1 - 1e-12, -1.0, -1e4],
    ),
    "ellipe": (
        lambda m: -mp.pi / 8 if m == 0 else (mp.ellipe(m) - mp.ellipk(m)) / (2 * m),
        [0.0, *SMALL[2:], *[-x for x in SMALL[2:]], 0.3, 0.5, 0.9, 0.999, 1 - 1e-12, -1.0, -1e4],
    ),
    "ellipkm1": (
        lambda p: -(mp.ellipe(1 - p) - p * mp.ellipk(1 - p)) / (2 * (1 - p) * p),
        [1e-20, 1e-8, 0.1, 0.5, 0.9, 1 - 1e-9],
    ),
    "j0": (lambda x: -mp.besselj(1, x), [*SIGNED, *WIDE]),
    "j1": (lambda x: mp.besselj(1, x, derivative=1), [0.0, *SIGNED, *WIDE]),
    "y0": (lambda x: -mp.bessely(1, x), [1e-300, *WIDE]),
    "y1": (lambda x: mp.bessely(1, x, derivative=1), [1e-100, *WIDE]),
    "i0": (lambda x: mp.besseli(1, x), [*SIGNED, *WIDE]),
    "i1": (lambda x: (mp.besseli(0, x) + mp.besseli(2, x)) / 2, [0.0, *SIGNED, *WIDE]),
    "k0": (lambda x: -mp.besselk(1, x), [1e-300, *WIDE]),
    "k1": (lambda x: -(mp.besselk(0, x) + mp.besselk(2, x)) / 2, [1e-100, *WIDE]),
    "i0e": (
        lambda x: mp.exp(-x) * (mp.besseli(1, x) - mp.besseli(0, x)),
        [*WIDE, 29.9, 30.1, 1e4, 1e8],
    ),
    "i1e": (
        lambda x: mp.exp(-x) * (mp.besseli(1, x, derivative=1) - mp.besseli(1, x)),
        [*WIDE, 29.9, 30.7, 1e4, 1e8],
    ),
    "k0e": (
        lambda x: mp.exp(x) * (mp.besselk(0, x) - mp.besselk(1, x)),
        [*WIDE, 29.9, 30.1, 1e4, 1e8],
    ),
    "k1e": (
        lambda x: mp.exp(x) * (mp.besselk(1, x) - (mp.besselk(0, x) + mp.besselk(2, x)) / 2),
        [*WIDE, 29.9, 30.7, 1e4, 1e8],
    ),
    "ber": (lambda x: mp.diff(lambda u: mp.ber(0, u), x), [1e-8, 0.5, 1.0, 3.0, 8.0]),
    "bei": (lambda x: mp.diff(lambda u: mp.bei(0, u), x), [1e-8, 0.5, 1.0, 3.0, 8.0]),
    "kolmogorov": (
        lambda x: (
            -8
            * x
            * mp.nsum(lambda k: (-1) ** (k - 1) * k * k * mp.exp(-2 * k * k * x * x), [1, 80])
        ),
        [0.2, 0.3, 0.7, 0.99, 1.0, 1.01, 2.0, 5.0],
    ),
}


def slopes(f, x):
    """The derivative of an elementwise function at each of many points, in both modes."""
    x = np.asarray(x, float)
    with np.errstate(all="ignore"):
        _, pullback = ad.vjp(f, x)
        (backward,) = pullback(np.ones_like(x))
        _, forward = ad.jvp(f, (x,), (np.ones_like(x),))
    assert np.array_equal(backward, forward, equal_nan=True)
    return backward


def far_off(found, exact, x):
    """The error in units of what is allowed: a part of the derivative, and what ulps of x make."""
    x = mpf(x)
    right = exact(x)
    step = x * mpf(2) ** -40
    felt = abs(exact(x + step) - exact(x - step)) / 2 / mpf(2) ** -40 if x else mpf(0)
    allowed = RELATIVE * abs(right) + OF_ARGUMENT * felt + mpf(2) ** -1022
    found = mpf(float(found))
    return float(abs(found - right) / allowed)


@pytest.mark.parametrize("name", UNARY)
def test_derivatives_to_50_digits(name):
    exact, points = UNARY[name]
    found = slopes(getattr(special, name), points)
    with mpmath.workdps(50):
        off = {x: far_off(g, exact, x) for x, g in zip(points, found)}
    assert {x: o for x, o in off.items() if not o <= 1} == {}
