"""Rows of the distribution of Kolmogorov and Smirnov's one-sided statistic of `n` observations.

The survival function is a sum of Z. W. Birnbaum and F. H. Tingey 1951,

    Σ C(n, j) d s**(j-1) (1 - s)**(n-j)  with s = d + j / n, over j <= n (1 - d),

and 1 minus the same sum over the other j up to n, of which few are left where n d is small.
"""

import math

import numpy as np

from .gamma import log1p_rest, stirling_rest
from .scipy_special import in_double, special, special_row

TINY = 1e-20  # below it the sums are what they are at 0, and its powers are still numbers


def stirling_gap(j):
    """ln j! - (j + 1/2) ln j + j - ln(2 π) / 2, of whole j >= 1."""
    far, near = np.maximum(j, 10.0), np.minimum(j, 10.0)
    direct = special.gammaln(near + 1) - (near + 0.5) * np.log(near) + near - 0.5 * math.log(2 * math.pi)
    return np.where(j >= 10, stirling_rest(far), direct)


def chance(n, j, d):
    """C(n, j) s**j (1 - s)**(n-j), without its large logarithms: j is n d below its mean.

    Source: C. Loader 2000, "Fast and accurate computation of binomial probabilities".
    """
    m = n - j
    power = j * log1p_rest(n * d / j) + m * log1p_rest(-n * d / m)
    rest = stirling_gap(np.array(n)) - stirling_gap(j) - stirling_gap(m)
    return np.sqrt(n / (2 * math.pi * j * m)) * np.exp(power + rest)


def falling(a, k):
    return math.prod([a - i for i in range(k)], start=np.ones_like(a))


def power_rates(n, j, s, v, order):
    """A derivative of s**(j-1) v**(n-j) over itself, where v = 1 - s."""
    return sum(
        math.comb(order, i) * (-1) ** (order - i) * falling(j - 1, i) * falling(n - j, order - i)
        * s ** -float(i) * v ** float(i - order) for i in range(order + 1)
    )  # fmt: skip


def term_rates(n, j, d, s, v, order):
    """A derivative of d s**(j-1) v**(n-j) over s**(j-1) v**(n-j)."""
    if order == 1:
        return (j / n * v - n * d * d) / (s * v)
    return d * power_rates(n, j, s, v, order) + order * power_rates(n, j, s, v, order - 1)


def below(n, d, order):
    """Minus the derivative of the sum over large j."""
    m = np.arange(max(1.0, math.ceil(n * d)))
    j, v = n - m, m / n - d
    s = 1 - v
    weights = special.binom(n, m) * np.exp((j - 1) * np.log1p(-v)) * v**m
    return -np.sum(weights * term_rates(n, j, d, s, v, order))


def above(n, d, order):
    """The derivative of the sum over small j."""
    j = np.arange(1.0, math.floor(n * (1 - d)) + 1)
    j = j[(n - j) / n - d > 0]
    s, v = d + j / n, (n - j) / n - d
    first = (-1) ** order * falling(np.array(n), order) * (1 - d) ** (n - order)
    return first + np.sum(chance(n, j, d) / s * term_rates(n, j, d, s, v, order))


@in_double
def smirnov_values(n, d, *, order=1):
    out = np.where((n >= 1) & (d >= 0) & (d <= 1), 0.0, np.nan)
    for place in np.argwhere((out == 0) & (d < 1) & np.isfinite(n)):
        place = tuple(place)
        size, x = float(math.floor(n[place])), max(float(d[place]), TINY)
        out[place] = (below if size * x <= 3 else above)(size, x, order)
    return out


smirnov_rate = special_row(
    "smirnov_rate(n, d)", smirnov_values, "smirnov", lambda t, z, n, d, order=1: t * smirnov_rate(n, d, order=order + 1),
    reads="x", domain=((), (0.27, 0.32)), held={0: (3, 7)}, params=({}, {"order": 2}), latex=r"\partial_{$d} S_{$n}($d)",
    doc="Derivative of the given order of `smirnov` in `d`.",
)
smirnov = special_row(
    "smirnov(n, d)", special.smirnov, "smirnov", lambda t, z, n, d: t * smirnov_rate(n, d),
    reads="x", domain=((), (0.27, 0.32)), held={0: (3, 7)}, latex="S_{$n}($d)",
    doc="Probability that an empirical distribution of `n` observations exceeds the true one by `d` somewhere.",
)
smirnovi = special_row(
    "smirnovi(n, p)", special.smirnovi, "smirnovi", lambda t, z, n, p: t / smirnov_rate(n, z),
    domain=((), (0.3, 0.4)), held={0: (3, 7)}, latex="S_{$n}^{-1}($p)", doc="Inverse of `smirnov` in `d`.",
)
