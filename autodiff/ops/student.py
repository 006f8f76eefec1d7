"""Rows of Student's distribution, differentiable in the degrees of freedom too.

With v = t² / (ν + t²) the derivative of the logarithm of the density in ν is

    (ψ((ν + 1) / 2) - ψ(ν / 2) - 1 / ν + v / ν + v + ln(1 - v)) / 2,

and the derivatives of that are polygamma functions and polynomials in v and 1 / ν, as
v' = -v (1 - v) / ν.  The derivatives of the distribution function are integrals of the density
times a polynomial in them, over the tail or from the middle, whichever is smaller.
"""

from functools import cache

import numpy as np

from .exponential import exp, log1p
from .gamma import beta, betaln, digamma_gap, log1p_rest, polygamma_row
from .incomplete import POINTS, WEIGHTS, bell_polynomial
from .scipy_special import in_double, pieces, special, special_row

MIDDLE = np.polynomial.legendre.leggauss(60)


def student_density(df, t):
    """Density of Student's distribution."""
    return exp(-0.5 * (df + 1) * log1p(t * t / df) - betaln(0.5, 0.5 * df)) * df**-0.5


@cache
def rational_part(k):
    """The part of the score of order k >= 2 in v and r = 1 / ν: ((power of v, power of r), factor), ..."""
    if k == 2:
        return (((0, 2), 0.5), ((1, 2), -1.0), ((2, 2), 0.5), ((2, 1), 0.5))
    found: dict[tuple[int, int], float] = {}
    for (i, j), c in rational_part(k - 1):
        for power, more in (((i, j + 1), -i * c), ((i + 1, j + 1), i * c), ((i, j + 1), -j * c)):
            found[power] = found.get(power, 0.0) + more
    return tuple(found.items())


def student_scores(df, v, first, polygamma):
    """The derivatives of the logarithm of the density in ν, of which the first is given."""

    def score(k):
        if k == 1:
            return first
        gap = polygamma(k - 1, 0.5 * (df + 1)) - polygamma(k - 1, 0.5 * df)
        return 0.5**k * gap + sum(c * v**i * df ** (-1.0 * j) for (i, j), c in rational_part(k))

    return score


def gap_rest(df):
    """ψ((ν + 1) / 2) - ψ(ν / 2) - 1 / ν, by its asymptotic series where that cancels.  DLMF 5.11.2."""
    far = df > 60
    x = np.where(far, df, 60.0) / 2
    series = (1 / 8 - (1 / 64 - (1 / 128 - 17 / 2048 / x**2) / x**2) / x**2) / x**2
    return np.where(far, series, digamma_gap.evaluate(df / 2, 0.5) - 1 / df)


def student_terms(df, size, order):
    """t times the density, and its polynomial in the scores, where size = log(t² / ν)."""
    heavy = np.logaddexp(0, size)
    v = np.exp(size - heavy)
    density = np.exp(0.5 * size - 0.5 * (df + 1) * heavy) / beta.evaluate(0.5, 0.5 * df)
    rest = np.where(v < 0.5, log1p_rest(-np.minimum(v, 0.5)), v - heavy)
    first = 0.5 * (gap_rest(df) + v / df + rest)
    return density, bell_polynomial(order, student_scores(df, v, first, polygamma_row.evaluate))


def student_near(df, t, order):
    """The derivative of the distribution function in ν, from the middle outwards."""
    part = 0.5 * (1 + MIDDLE[0])
    size = 2 * np.log(np.abs(t)[:, None] * part) - np.log(df)[:, None]
    density, scores = student_terms(df[:, None], size, order)
    return 0.5 * np.sign(t) * (MIDDLE[1] / part * density * scores).sum(-1)


def student_far(df, t, order):
    """The same, over the tail beyond t exp(s)."""
    rate = 1 + (df + 1) / (1 + df / t / t)
    size = 2 * (np.log(np.abs(t))[:, None] + POINTS / rate[:, None]) - np.log(df)[:, None]
    density, scores = student_terms(df[:, None], np.minimum(size, 1e6), order)
    return -np.sign(t) * np.where(density > 0, density * scores * WEIGHTS, 0).sum(-1) / rate


@in_double
def student_values(df, t, *, order=1):
    valid = (df > 0) & np.isfinite(df) & ~np.isnan(t)
    near = valid & (t * t <= np.minimum(1, df)) & (t != 0)
    far = valid & ~near & np.isfinite(t) & (t != 0)
    return pieces(
        np.where(valid | np.isinf(df), 0.0, np.nan), (near, lambda df, t: student_near(df, t, order), df, t),
        (far, lambda df, t: student_far(df, t, order), df, t),
    )  # fmt: skip


def student_cross(df, t, order):
    """The density times its polynomial in the scores: the derivative of the rate in t."""
    v = t * t / (df + t * t)
    first = 0.5 * (digamma_gap(0.5 * df, 0.5) - 1 / df + v / df + v + log1p(-v))
    return student_density(df, t) * bell_polynomial(order, student_scores(df, v, first, polygamma_row))


student_rate = special_row(
    "student_rate(df, t)", student_values,
    lambda t, z, df, x, order=1: t * student_rate(df, x, order=order + 1),
    lambda t, z, df, x, order=1: t * student_cross(df, x, order),
    reads="x", domain=((1.5, 3), (1, 2)), params=({}, {"order": 2}), latex=r"\partial_{$df} F($t; $df)",
    doc="Derivative of the given order of Student's distribution function in the degrees of freedom.",
)
stdtr = special_row(
    "stdtr(df, t)", special.stdtr, lambda t, z, df, x: t * student_rate(df, x), lambda t, z, df, x: t * student_density(df, x),
    reads="x", domain=((1.5, 3), (1, 2)), latex="F($t; $df)", doc="Distribution function of Student's distribution.",
)
stdtrit = special_row(
    "stdtrit(df, p)", special.stdtrit, lambda t, z, df, p: t * -student_rate(df, z) / student_density(df, z), lambda t, z, df, p: t / student_density(df, z),
    domain=((1.5, 3), (0.6, 0.8)), latex="F^{-1}($p; $df)", doc="Quantile of Student's distribution.",
)
