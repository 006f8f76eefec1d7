"""Rows of exponential, trigonometric and hyperbolic integrals, of Lambert's and Spence's functions.

Source of the formulas: NIST Digital Library of Mathematical Functions, chapters 4, 6, 8 and 25.
"""

import math

import numpy as np

from .bessel import spherical_in_row, spherical_jn_row
from .choose import where
from .exponential import exp, log
from .hypergeometric import hyp2f1
from .scipy_special import (
    as_complex,
    complex_only,
    composed,
    in_double,
    pieces,
    special,
    special_row,
)
from .trigonometric import cos, cosh, sin


def negative_expn(n, x):
    """E₋ₘ(x) = m! exp(-x) / x**(m + 1) Σ xᵏ / k!, k <= m."""
    m, total, term = -n, np.zeros_like(x), np.ones_like(x)
    for k in range(int(m.max()) + 1):
        total += np.where(k <= m, term, 0)
        term = term * x / (k + 1)
    return special.gamma(m + 1) * np.exp(-x) * total / x ** (m + 1)


@in_double
def expn_values(n, x):
    below = n < 0
    return pieces(np.array(special.expn(np.where(below, 1, n), x)), (below & (x > 0), negative_expn, n, x))


expn_row = special_row(
    "expn(n, x)", expn_values, "expn", lambda t, y, n, x: t * -expn_row(n - 1, x),
    reads="x", domain=((), (1, 2.5)), held={0: (1, 2, 3)}, numpy=special.expn, latex="E_{$n}($x)", doc="Generalized exponential integral; of `n < 0` too.",
)
exp1 = special_row("exp1(x)", special.exp1, lambda t, y, x: t * (-exp(-x) / x), reads="x", domain=((0.5, 1.5),), latex="E_1($x)", doc="Exponential integral `E1`.")
expi = special_row("expi(x)", special.expi, lambda t, y, x: t * (exp(x) / x), reads="x", domain=((0.5, 3),), latex=r"\operatorname{Ei}($x)", doc="Exponential integral `Ei`.")
si   = special_row("si(x)",  lambda x: special.sici(x)[0],  lambda t, y, x: t * spherical_jn_row(0, x), reads="x", domain=((-2, 2),),  latex=r"\operatorname{Si}($x)",  doc="Sine integral.")
ci   = special_row("ci(x)",  lambda x: special.sici(x)[1],  lambda t, y, x: t * (cos(x) / x),           reads="x", domain=((0.5, 3),), latex=r"\operatorname{Ci}($x)",  doc="Cosine integral.")
shi  = special_row("shi(x)", lambda x: special.shichi(x)[0], lambda t, y, x: t * spherical_in_row(0, x), reads="x", domain=((-2, 2),),  latex=r"\operatorname{Shi}($x)", doc="Hyperbolic sine integral.")
chi  = special_row("chi(x)", lambda x: special.shichi(x)[1], lambda t, y, x: t * (cosh(x) / x),          reads="x", domain=((0.5, 3),), latex=r"\operatorname{Chi}($x)", doc="Hyperbolic cosine integral.")


@composed(special.sici)
def sici(x):
    """Sine and cosine integrals `(Si, Ci)`.

    >>> print(*[f"{v:.9f}" for v in sici(1.0)])
    0.946083070 0.337403923
    """
    return si(x), ci(x)


@composed(special.shichi)
def shichi(x):
    """Hyperbolic sine and cosine integrals `(Shi, Chi)`.

    >>> print(*[f"{v:.9f}" for v in shichi(1.0)])
    1.057250875 0.837866941
    """
    return shi(x), chi(x)


def spence_slope(z):
    """log(z) / (1 - z), which near 1 is -F(1, 1; 2; 1 - z)."""
    near = abs(1 - z) < 0.5
    away = where(near, 3.0, z)
    return where(near, -hyp2f1(1.0, 1.0, 2.0, where(near, 1 - z, 0.0)), log(away) / (1 - away))


spence = special_row("spence(z)", special.spence, lambda t, y, z: t * spence_slope(z), reads="x", domain=((0.3, 3),), latex=r"\operatorname{Li}_2(1 - $z)", doc="Spence's function, the dilogarithm of `1 - z`.")


# ---------------------------------------------------------------- Lambert's function


def lambert_values(z, *, k=0):
    return special.lambertw(z, k)


lambertw_row = special_row(
    "lambertw(z)", complex_only("lambertw", lambert_values), lambda t, y, z, k=0: t * (exp(-y) / (1 + y)),
    reads="y", domain=((0.5, 2),), params=({}, {"k": 1}), plane=True, latex="W($z)", doc="Branch `k` of Lambert's function, a complex number: `w exp(w) = z`.",
)
wrightomega = special_row("wrightomega(z)", special.wrightomega, lambda t, y, z: t * (y / (1 + y)), reads="y", domain=((-2, 2),), latex=r"\omega($z)", doc="Wright's omega function: `w + log(w) = z`.")


@composed()
def lambertw(z, k=0, tol=1e-8):
    """Branch `k` of Lambert's function, `w` such that `w exp(w) = z`: a complex number.

    >>> print(f"{lambertw(1.0).real:.9f}")
    0.567143290
    """
    return lambertw_row(as_complex(z), k=int(k))


# ---------------------------------------------------------------- small functions


LOG_TEN, DEGREE = math.log(10), math.pi / 180
exp10  = special_row("exp10(x)",  special.exp10,  lambda t, y, x: t * (LOG_TEN * y),         reads="y", domain=((-1, 1),),   latex="10^{$x}",     doc="Power of ten.")
cosm1  = special_row("cosm1(x)",  special.cosm1,  lambda t, y, x: t * -sin(x),               reads="x", domain=((-2, 2),),   latex=r"\cos {$x} - 1", doc="`cos(x) - 1`, exact to rounding near 0.")
sindg  = special_row("sindg(x)",  special.sindg,  lambda t, y, x: t * (DEGREE * cosdg(x)),   reads="x", domain=((-99, 99),), latex=r"\sin {$x}°", doc="Sine of an angle in degrees [°].")
cosdg  = special_row("cosdg(x)",  special.cosdg,  lambda t, y, x: t * (-DEGREE * sindg(x)),  reads="x", domain=((-99, 99),), latex=r"\cos {$x}°", doc="Cosine of an angle in degrees [°].")
tandg  = special_row("tandg(x)",  special.tandg,  lambda t, y, x: t * (DEGREE / cosdg(x) ** 2),  reads="x", domain=((-60, 60),), latex=r"\tan {$x}°", doc="Tangent of an angle in degrees [°].")
cotdg  = special_row("cotdg(x)",  special.cotdg,  lambda t, y, x: t * (-DEGREE / sindg(x) ** 2), reads="x", domain=((40, 99),),  latex=r"\cot {$x}°", doc="Cotangent of an angle in degrees [°].")
radian = special_row(
    "radian(d, m, s)", special.radian,
    lambda t, y, d, m, s: t * DEGREE, lambda t, y, d, m, s: t * (DEGREE / 60), lambda t, y, d, m, s: t * (DEGREE / 3600),
    reads="", domain=((1, 50), (1, 50), (1, 50)), latex=r"\operatorname{rad}($d°, $m', $s'')", doc="Degrees, minutes and seconds in radians [rad].",
)
