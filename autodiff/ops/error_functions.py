"""Rows of the error function's family: Faddeeva, Dawson, Voigt, Fresnel and the normal distribution.

w(z) = exp(-z²) erfc(-i z) is behind all of them.  Its derivatives of every order obey
w⁽ⁿ⁺¹⁾ = -2 z w⁽ⁿ⁾ - 2 n w⁽ⁿ⁻¹⁾, which cancels where |z| is large; there the asymptotic series is
differentiated term by term.  Source: NIST Digital Library of Mathematical Functions, chapter 7.
"""

import math

import numpy as np

from .choose import where
from .complex import imag, real
from .scipy_special import (
    as_complex,
    complex_only,
    composed,
    in_double,
    pieces,
    special,
    special_row,
)
from .special import bell, erf

ROOT_PI, ROOT_TAU = math.sqrt(math.pi), math.sqrt(2 * math.pi)
FAR = 7.0  # from here on the smallest term of the asymptotic series is below exp(-49)


def near_faddeeva(z, order):
    """Derivatives of w by the recurrence."""
    before, now = special.wofz(z), -2 * z * special.wofz(z) + 2j / ROOT_PI
    for n in range(1, order):
        before, now = now, -2 * z * now - 2 * n * before
    return now if order else before


def far_faddeeva(z, order):
    """i / √π Σ (2 k)! / (k! 4ᵏ) z**(-2 k - 1), term by term; below the real axis 2 exp(-z²) more."""
    term, total = np.full_like(z, 1j / ROOT_PI * (-1) ** order * math.factorial(order)) / z ** (order + 1), 0
    for k in range(30):
        total = total + term
        term = term * ((2 * k + 1 + order) * (2 * k + 2 + order) / (4.0 * (k + 1)) / (z * z))
    return np.where(z.imag < 0, total + 2 * bell_derivative(z, order), total)


def bell_derivative(z, order):
    """The derivative of exp(-z²) of that order, a Hermite polynomial times it."""
    before, now = 0, np.exp(-z * z)
    for n in range(order):
        before, now = now, -2 * z * now - 2 * n * before
    return now


def faddeeva(z, order):
    """The derivative of w of that order, at complex `z`."""
    far = np.abs(z) >= FAR
    return pieces(
        np.empty_like(z), (~far, lambda z: near_faddeeva(z, order), z), (far, lambda z: far_faddeeva(z, order), z)
    )


@in_double(complex=True)
def wofz_values(z, *, order=1):
    return faddeeva(z + 0j, order)


@in_double(complex=True)
def erfcx_values(x, *, order=1):
    """erfcx(x) = w(i x)"""
    value = 1j**order * faddeeva(1j * x, order)
    return value if np.iscomplexobj(x) else value.real


@in_double(complex=True)
def dawsn_values(x, *, order=1):
    """The imaginary part of w on the real axis, times √π / 2; odd, and elsewhere with exp(-z²)."""
    if not np.iscomplexobj(x):
        return ROOT_PI / 2 * faddeeva(x + 0j, order).imag
    down = x.imag < 0
    z = np.where(down, -x, x)
    value = 0.5j * ROOT_PI * (bell_derivative(z, order) - faddeeva(z, order))
    return np.where(down & (order % 2 == 0), -value, value)


@in_double(complex=True)
def swell_values(x):
    """exp(x x), with a near number of 4 binary places squared exactly."""
    if np.iscomplexobj(x):
        return np.exp(x * x)
    near = np.rint(np.clip(x, -30.0, 30.0) * 16) / 16
    return np.exp(near * near) * np.exp((x - near) * (near + x))


@in_double(complex=True)
def normal_values(x):
    """exp(-x x / 2) / √(2 π), in the same way."""
    if np.iscomplexobj(x):
        return np.exp(-x * x / 2) / ROOT_TAU
    near = np.rint(np.clip(x, -45.0, 45.0) * 16) / 16
    return np.exp(-near * near / 2) * np.exp((near - x) * (near + x) / 2) / ROOT_TAU


ORDERS = ({}, {"order": 2})
swell = special_row("swell(x)", swell_values, lambda t, y, x: t * (2 * y * x), domain=((-2, 2),), latex="e^{{$x}^2}", doc="`exp(x x)`, to rounding also where it is large.")
normal_density = special_row("normal_density(x)", normal_values, lambda t, y, x: t * (-y * x), domain=((-2, 2),), latex=r"\varphi($x)", doc="Density of the normal distribution.")
wofz_rate = special_row(
    "wofz_rate(z)", complex_only("wofz_rate", wofz_values), lambda t, y, z, order=1: t * wofz_rate(z, order=order + 1),
    reads="x", domain=((-2, 2),), params=ORDERS, plane=True, latex="w'($z)", doc="Derivative of the Faddeeva function of the given order.",
)
erfcx_rate = special_row(
    "erfcx_rate(x)", erfcx_values, lambda t, y, x, order=1: t * erfcx_rate(x, order=order + 1),
    reads="x", domain=((-0.6, 0.6),), params=ORDERS, latex=r"\operatorname{erfcx}'($x)", doc="Derivative of the scaled complementary error function of the given order.",
)
dawsn_rate = special_row(
    "dawsn_rate(x)", dawsn_values, lambda t, y, x, order=1: t * dawsn_rate(x, order=order + 1),
    reads="x", domain=((-2, 2),), params=ORDERS, latex="D'($x)", doc="Derivative of Dawson's integral of the given order.",
)

erfc   = special_row("erfc(x)",   special.erfc,   lambda t, y, x: t * (-2 / ROOT_PI * bell(x)),       reads="x", domain=((-2, 2),),      doc="Complementary error function `1 - erf(x)`.")
erfcx  = special_row("erfcx(x)",  special.erfcx,  lambda t, y, x: t * erfcx_rate(x),                  reads="x", domain=((-0.5, 2),),    doc="Scaled complementary error function `exp(x x) erfc(x)`.")
erfi   = special_row("erfi(x)",   special.erfi,   lambda t, y, x: t * (2 / ROOT_PI * swell(x)),       reads="x", domain=((-1.5, 1.5),),  doc="Imaginary error function `-i erf(i x)`.")
erfinv = special_row("erfinv(x)", special.erfinv, lambda t, y, x: t * (ROOT_PI / 2 * swell(y)),       reads="y", domain=((-0.8, 0.8),),  latex=r"\operatorname{erf}^{-1}($x)", doc="Inverse of the error function; its slope at -1 and 1 is infinite.")
erfcinv = special_row("erfcinv(x)", special.erfcinv, lambda t, y, x: t * (-ROOT_PI / 2 * swell(y)),   reads="y", domain=((0.3, 1.7),),   latex=r"\operatorname{erfc}^{-1}($x)", doc="Inverse of the complementary error function; its slope at 0 and 2 is infinite.")
dawsn  = special_row("dawsn(x)",  special.dawsn,  lambda t, y, x: t * dawsn_rate(x),                  reads="x", domain=((-2, 2),),      latex="D($x)", doc="Dawson's integral.")
wofz_row = special_row("wofz(z)", complex_only("wofz", special.wofz), lambda t, y, z: t * wofz_rate(z),                   reads="x", domain=((-2, 2),), plane=True, latex="w($z)", doc="Faddeeva function `exp(-z z) erfc(-i z)`, a complex number.")
ndtr   = special_row("ndtr(x)",   special.ndtr,   lambda t, y, x: t * normal_density(x),              reads="x", domain=((-2, 2),),      latex=r"\Phi($x)", doc="Distribution function of the normal distribution.")
log_ndtr = special_row("log_ndtr(x)", special.log_ndtr, lambda t, y, x: t * hazard(x),                reads="x", domain=((-3, 2),),      latex=r"\ln \Phi($x)", doc="Logarithm of the normal distribution function; value and derivative keep their digits in both tails.")
ndtri  = special_row("ndtri(y)",  special.ndtri,  lambda t, z, y: t / normal_density(z),              reads="y", domain=((0.2, 0.8),),   latex=r"\Phi^{-1}($y)", doc="Quantile of the normal distribution; its slope at 0 and 1 is infinite.")
ndtri_exp = special_row("ndtri_exp(y)", special.ndtri_exp, lambda t, z, y: t / hazard(z),             reads="y", domain=((-3, -0.5),),   latex=r"\Phi^{-1}(e^{$y})", doc="`ndtri(exp(y))` without underflow.")
owens_t = special_row(
    "owens_t(h, a)", special.owens_t,
    lambda t, z, h, a: t * (-0.5 * normal_density(h) * erf(a * h * math.sqrt(0.5))),
    lambda t, z, h, a: t * (normal_density(h) * normal_density(h * a) / (1 + a * a)),
    reads="x", domain=((-2, 2), (0.3, 2)), latex="T($h, $a)", doc="Owen's T function.",
)


@composed(special.wofz)
def wofz(z):
    """Faddeeva function `exp(-z z) erfc(-i z)`, a complex number.

    >>> complex(wofz(0.0))
    (1+0j)
    """
    return wofz_row(as_complex(z))


def hazard(x):
    """density / distribution of the normal distribution, in both tails."""
    left = real(x) < 0
    low, high = where(left, x, 0), where(left, 0, x)
    return where(left, math.sqrt(2 / math.pi) / erfcx(low * -math.sqrt(0.5)), normal_density(high) / ndtr(high))


# ---------------------------------------------------------------- Voigt profile


def voigt_point(x, sigma, gamma):
    """z and the scale such that the profile is scale times the real part of w(z)."""
    still = sigma == 0
    s = where(still, 1, sigma) * math.sqrt(2)
    return (x + 1j * gamma) / s, 1 / (s * ROOT_PI), still


def cauchy_slope(x, gamma, along):
    """The derivative of γ / π / (x² + γ²), the profile without its normal part."""
    r = x * x + gamma * gamma
    numerator = -2 * x * gamma if along == "x" else (x - gamma) * (x + gamma)
    return numerator / (r * r) / math.pi


def voigt_location(x, sigma, gamma):
    z, scale, still = voigt_point(x, sigma, gamma)
    smooth = real(wofz_rate(z)) * scale / (where(still, 1, sigma) * math.sqrt(2))
    return where(still, cauchy_slope(x, where(still, gamma, 1), "x"), smooth)


def voigt_width(x, sigma, gamma):
    """The profile solves the heat equation in σ² / 2, so the derivative in σ is σ times the second in x."""
    z, scale, still = voigt_point(x, sigma, gamma)
    s = where(still, 1, sigma)
    return where(still, 0, real(wofz_rate(z, order=2)) * scale / (2 * s))


def voigt_lorentz(x, sigma, gamma):
    z, scale, still = voigt_point(x, sigma, gamma)
    smooth = -imag(wofz_rate(z)) * scale / (where(still, 1, sigma) * math.sqrt(2))
    return where(still, cauchy_slope(x, where(still, gamma, 1), "gamma"), smooth)


voigt_profile = special_row(
    "voigt_profile(x, sigma, gamma)", special.voigt_profile,
    lambda t, z, x, sigma, gamma: t * voigt_location(x, sigma, gamma),
    lambda t, z, x, sigma, gamma: t * voigt_width(x, sigma, gamma),
    lambda t, z, x, sigma, gamma: t * voigt_lorentz(x, sigma, gamma),
    reads="x", domain=((-2, 2), (0.7, 1.5), (0.7, 1.5)), latex="V($x; $sigma, $gamma)", doc="Voigt profile: a normal distribution folded with a Cauchy distribution.",
)


# ---------------------------------------------------------------- Fresnel integrals


def quarter_turns(z):
    """z² modulo 4, exact before its last rounding: the square of a split number is a sum of exact parts."""
    high = (z * 134217729.0) - (z * 134217729.0 - z)
    low, whole = z - high, z * z
    rest = ((high * high - whole) + 2 * high * low) + low * low
    return np.where(np.abs(z) < 1e150, np.fmod(whole, 4.0) + rest, np.nan)


@in_double(complex=True)
def sine_square_values(z):
    return np.sin(np.pi / 2 * (z * z if np.iscomplexobj(z) else quarter_turns(z)))


@in_double(complex=True)
def cosine_square_values(z):
    return np.cos(np.pi / 2 * (z * z if np.iscomplexobj(z) else quarter_turns(z)))


sine_square = special_row("sine_square(z)", sine_square_values, lambda t, y, z: t * (math.pi * z * cosine_square(z)), reads="x", domain=((-1.5, 1.5),), latex=r"\sin(\frac{\pi}{2} {$z}^2)", doc="`sin(π z z / 2)`, the integrand of a Fresnel integral.")
cosine_square = special_row("cosine_square(z)", cosine_square_values, lambda t, y, z: t * (-math.pi * z * sine_square(z)), reads="x", domain=((-1.5, 1.5),), latex=r"\cos(\frac{\pi}{2} {$z}^2)", doc="`cos(π z z / 2)`, the integrand of a Fresnel integral.")
fresnel_s = special_row("fresnel_s(z)", lambda z: special.fresnel(z)[0], lambda t, y, z: t * sine_square(z), reads="x", domain=((-1.5, 1.5),), latex="S($z)", doc="Fresnel integral of the sine.")
fresnel_c = special_row("fresnel_c(z)", lambda z: special.fresnel(z)[1], lambda t, y, z: t * cosine_square(z), reads="x", domain=((-1.5, 1.5),), latex="C($z)", doc="Fresnel integral of the cosine.")


@composed(special.fresnel)
def fresnel(z):
    """Fresnel integrals `(S, C)` of `sin(π t² / 2)` and `cos(π t² / 2)` from 0 to `z`.

    >>> print(*[f"{v:.9f}" for v in fresnel(1.0)])
    0.438259147 0.779893400
    """
    return fresnel_s(z), fresnel_c(z)
