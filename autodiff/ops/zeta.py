"""Rows of Riemann's and Hurwitz's zeta function, differentiable in both arguments.

Source of the formulas: NIST Digital Library of Mathematical Functions, chapter 25.
"""

import math

import numpy as np

from .choose import where
from .gamma import BERNOULLI, cospi, gamma, psi, sinpi
from .scipy_special import composed, in_double, pieces, special, special_row

STEPS = 30


def summed_powers(x, q, order):
    """A derivative of ζ in x by Euler and Maclaurin, after 30 terms of the series.  DLMF 25.11.5.

    A list holds the derivatives of a factor divided by factorials, as its Taylor series in x.
    """
    total = np.zeros_like(x)
    for n in range(STEPS):
        total += (-np.log(q + n)) ** order * (q + n) ** -x
    a, u = q + STEPS, x - 1
    log = np.log(a)
    powers = [(-log) ** i / math.factorial(i) for i in range(order + 1)]
    rest = a * sum(powers[i] * (-1.0) ** (order - i) / u ** (order - i + 1) for i in range(order + 1))
    rest += powers[order] / 2
    rising = [x, np.ones_like(x)] + [np.zeros_like(x)] * order
    for k, b in enumerate(BERNOULLI, 1):
        part = sum(rising[i] * powers[order - i] for i in range(order + 1))
        rest += b / math.factorial(2 * k) * part * a ** (1.0 - 2 * k)
        for shift in (2 * k - 1, 2 * k):
            before = [np.zeros_like(x), *rising[:-1]]
            rising = [r * (x + shift) + s for r, s in zip(rising, before)]
    return total + math.factorial(order) * rest * a**-x


@in_double
def zeta_rates(x, q, *, order=1):
    valid = (x > -1) & (x != 1) & (q > 0) & np.isfinite(x) & np.isfinite(q)
    out = np.where((x == np.inf) & (q > 1), 0.0, np.nan)
    return pieces(out, (valid, lambda x, q: summed_powers(x, q, order), x, q))


def zeta_derivative(x, q, order):
    return zeta_rate(x, q, order=order) if order else zeta_row(x, q)


zeta_rate = special_row(
    "zeta_rate(x, q)", zeta_rates,
    lambda t, z, x, q, order=1: t * zeta_rate(x, q, order=order + 1),
    lambda t, z, x, q, order=1: t * (-x * zeta_rate(x + 1, q, order=order) - order * zeta_derivative(x + 1, q, order - 1)),
    reads="x", domain=((1.5, 4), (0.6, 3)), params=({}, {"order": 2}), latex=r"\partial_{$x} \zeta($x, $q)",
    doc="Derivative of the given order of Hurwitz's zeta function in `x`.",
)
zeta_row = special_row(
    "zeta(x, q)", special.zeta, lambda t, z, x, q: t * zeta_rate(x, q), lambda t, z, x, q: t * (-x * zeta_row(x + 1, q)),
    reads="x", domain=((1.5, 4), (0.6, 3)), latex=r"\zeta($x, $q)", doc="Hurwitz's zeta function.",
)


def riemann_slope(x):
    """The derivative of Riemann's function, to the left of 0 by its functional equation.  DLMF 25.4.1."""
    left = x < 0
    s = where(left, 1 - x, 2.0)
    sine, cosine = sinpi(0.5 * s), cospi(0.5 * s)
    here = zeta_row(s, 1.0)
    bracket = cosine * ((psi(s) - math.log(2 * math.pi)) * here + zeta_rate(s, 1.0)) - 0.5 * math.pi * sine * here
    return where(left, -2 * (2 * math.pi) ** -s * gamma(s) * bracket, zeta_rate(where(left, 2.0, x), 1.0))


riemann = special_row(
    "riemann(x)", in_double(special.zeta), lambda t, y, x: t * riemann_slope(x),
    reads="x", domain=((-2.5, -0.5, 1.5, 4),), latex=r"\zeta($x)", doc="Riemann's zeta function.",
)
zetac = special_row(
    "zetac(x)", in_double(special.zetac), lambda t, y, x: t * riemann_slope(x),
    reads="x", domain=((-2.5, -0.5, 1.5, 4),), numpy=special.zetac, latex=r"\zeta($x) - 1", doc="Riemann's zeta function minus 1.",
)


@composed()
def zeta(x, q=None, out=None):
    """Zeta function of Hurwitz, or of Riemann where `q` is None; differentiable in both.

    >>> print(f"{zeta(2.0, 1.0):.9f}")
    1.644934067
    """
    if out is not None:
        raise TypeError("zeta: out= is given; a value being differentiated is returned, not written")
    return riemann(x) if q is None else zeta_row(x, q)
