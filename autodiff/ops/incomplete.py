"""Rows of the incomplete gamma and beta functions, differentiable in every argument.

The derivatives in the parameters are integrals of the density times a polynomial in its scores
(the derivatives of its logarithm), taken over the side on which the first score keeps its sign, so
that nothing cancels.  Source of the densities: C. Loader, "Fast and accurate computation of
binomial probabilities", 2000; of the rule: H. Takahasi and M. Mori, "Double exponential formulas
for numerical integration", 1974.
"""

import math

import numpy as np

from .choose import where
from .exponential import log, log1p
from .gamma import (
    digamma_gap,
    log1p_rest,
    polygamma_row,
    psi,
    quotient_rest,
    shifted_gamma,
    stirling_rest,
)
from .scipy_special import in_double, pieces, special, special_row

# u = exp(τ - exp(-τ)) turns the trapezoidal rule in τ into one for integrands that decay on (0, ∞),
# however slow the decay; poles at a distance of π / 4 leave an error of exp(-2 π 20 π / 4).
NODES = np.arange(-4.3, 36, 1 / 20)
POINTS = np.exp(NODES - np.exp(-NODES))
WEIGHTS = POINTS * (1 + np.exp(-NODES)) / 20
SHAPE, PART = (0.6, 4), (0.15, 0.85)


def poisson(a, x):
    """x**a exp(-x) / Γ(a + 1) of a >= 10, by its distance from the peak."""
    u = (x - a) / a
    rest = np.where(np.abs(u) < 0.5, log1p_rest(u), quotient_rest(x / a))
    return np.exp(a * rest - stirling_rest(a)) / np.sqrt(2 * np.pi * a)


@in_double
def gamma_density_values(a, x):
    out = x ** (a - 1) * np.exp(-x) * special.rgamma(a)
    large = (a >= 10) & (x > 0)
    return pieces(out, (large, lambda a, x: a / x * poisson(a, x), a, x))


gamma_density = special_row(
    "gamma_density(a, x)", gamma_density_values,
    lambda t, z, a, x: t * (z * (log(x) - psi(a))),
    lambda t, z, a, x: t * (gamma_density(a - 1, x) - z),
    domain=(SHAPE, SHAPE), latex=r"\frac{{$x}^{$a - 1} e^{-$x}}{\Gamma($a)}",
    doc="Density of the gamma distribution, `x**(a - 1) exp(-x) / gamma(a)`.",
)


def bell_polynomial(order, score):
    """D^order exp(L) / exp(L), from the derivatives of L: score(1), score(2), ..."""
    found = [1.0]
    for n in range(order):
        found.append(sum(math.comb(n, k) * found[n - k] * score(k + 1) for k in range(n + 1)))
    return found[order]


def gamma_scores(a, logarithm):
    """The derivatives in `a` of ln(t**(a - 1) / Γ(a)), where ln t is given."""
    return lambda k: logarithm - special.psi(a) if k == 1 else -polygamma_row.evaluate(k - 1, a)


def gamma_rate_series(a, x, order):
    """Of small `x`: P is the sum of x**(a + n) exp(-x) / Γ(a + n + 1).  DLMF 8.7.1."""
    logarithm, total = np.log(x), np.zeros_like(x)
    for n in range(22):
        term = bell_polynomial(order, gamma_scores(a + n + 1, logarithm))
        total += term * x ** (a + n) * np.exp(-x) * special.rgamma(a + n + 1)
    return np.where(x == 0, 0, total)


def gamma_rate_integral(a, x, order):
    """Of larger `x`: over t = x exp(-s) below the middle, over t = x exp(s) above it."""
    middle = special.psi(a)
    side = np.where(np.log(x) < middle, -1.0, 1.0)
    scale = 1 / (np.abs(x - a) + np.sqrt(a + x))
    s, a, x, side = POINTS * scale[:, None], a[:, None], x[:, None], side[:, None]
    grown = np.expm1(side * s)
    # a s - x (exp(s) - 1), with what the peak takes out put together
    weight = np.exp(side * (a - x) * s - x * (grown - side * s))
    terms = bell_polynomial(order, gamma_scores(a, np.log(x) + side * s))
    total = (weight * terms * WEIGHTS).sum(-1) * scale
    return -side[:, 0] * total * x[:, 0] * gamma_density_values(a[:, 0], x[:, 0])


@in_double
def gamma_rate_values(a, x, *, order=1):
    valid = (a > 0) & (x >= 0) & np.isfinite(a)
    far = valid & np.isinf(x)
    small, out = valid & (x <= 1), np.where(far, 0.0, np.nan)
    large = valid & (x > 1) & ~far
    return pieces(
        out, (small, lambda a, x: gamma_rate_series(a, x, order), a, x),
        (large, lambda a, x: gamma_rate_integral(a, x, order), a, x),
    )  # fmt: skip


def gamma_rate_slope(z, a, x, order):
    """The derivative of `gamma_rate` in x: that of the density, differentiated in `a`."""
    at_zero = x == 0
    score = log(where(at_zero, 1.0, x)) - psi(a)
    scores = [score, *[-polygamma_row(k, a) for k in range(1, order)]]
    density = gamma_density(a, where(at_zero, 1.0, x))
    return where(at_zero, 0.0, density * bell_polynomial(order, lambda k: scores[k - 1]))


gamma_rate = special_row(
    "gamma_rate(a, x)", gamma_rate_values,
    lambda t, z, a, x, order=1: t * gamma_rate(a, x, order=order + 1),
    lambda t, z, a, x, order=1: t * gamma_rate_slope(z, a, x, order),
    reads="x", domain=((1.5, 2.5), (1.5, 2.5)), params=({}, {"order": 2}), latex=r"\partial_{$a} P($a, $x)",
    doc="Derivative of the given order of `gammainc(a, x)` in `a`.",
)
gammainc = special_row(
    "gammainc(a, x)", special.gammainc,
    lambda t, z, a, x: t * gamma_rate(a, x),
    lambda t, z, a, x: t * gamma_density(a, x),
    reads="x", domain=(SHAPE, SHAPE), latex="P($a, $x)", doc="Regularized lower incomplete gamma function.",
)
gammaincc = special_row(
    "gammaincc(a, x)", special.gammaincc,
    lambda t, z, a, x: t * -gamma_rate(a, x),
    lambda t, z, a, x: t * -gamma_density(a, x),
    reads="x", domain=(SHAPE, SHAPE), latex="Q($a, $x)", doc="Regularized upper incomplete gamma function.",
)
gammaincinv = special_row(
    "gammaincinv(a, y)", special.gammaincinv,
    lambda t, z, a, y: t * -quantile_slope(gamma_rate(a, z), gamma_density(a, z), z == 0),
    lambda t, z, a, y: t / gamma_density(a, z),
    domain=((0.8, 4), (0.2, 0.8)), latex="P^{-1}($a, $y)", doc="`x` such that `gammainc(a, x) = y`.",
)
gammainccinv = special_row(
    "gammainccinv(a, y)", special.gammainccinv,
    lambda t, z, a, y: t * -quantile_slope(gamma_rate(a, z), gamma_density(a, z), z == 0),
    lambda t, z, a, y: -t / gamma_density(a, z),
    domain=((0.8, 4), (0.2, 0.8)), latex="Q^{-1}($a, $y)", doc="`x` such that `gammaincc(a, x) = y`.",
)


def quantile_slope(rate, density, still):
    """The quotient of a rate and a density; 0 at the ends of the support, which do not move."""
    return where(still, 0.0, where(still, 0.0, rate) / where(still, 1.0, density))


# ---------------------------------------------------------------- beta


def binomial_density(a, b, x, y):
    """x**(a - 1) y**(b - 1) / B(a, b) of a, b >= 10: peak of the binomial and distance from it."""
    n = a + b
    d = (x * b - a * y) / n  # x - a / n, of which x n / a - 1 and y n / b - 1 are multiples
    peak = np.exp(stirling_rest(n) - stirling_rest(a) - stirling_rest(b)) * np.sqrt(a * b / n / (2 * np.pi))
    first = np.where(np.abs(d * n) < 0.5 * a, log1p_rest(d * n / a), quotient_rest(x * n / a))
    second = np.where(np.abs(d * n) < 0.5 * b, log1p_rest(-d * n / b), quotient_rest(y * n / b))
    return peak * np.exp(a * first + b * second) / (x * y)


def lopsided_density(a, b, x, y):
    """The same of a >= 10 and smaller b: Γ(a + b) / Γ(a) by Stirling's series."""
    n = a + b
    return np.exp(shifted_gamma(a, b)) * special.rgamma(b) * (n * y) ** b / y * x ** (a - 1)


def density_values(a, b, x, y):
    """x**(a - 1) y**(b - 1) / B(a, b), where y = 1 - x keeps the digits of a small one."""
    first, second = a >= 10, b >= 10
    plain = ~(first | second)
    return pieces(
        np.empty_like(x), (plain, lambda a, b, x, y: x ** (a - 1) * y ** (b - 1) / special.beta(a, b), a, b, x, y),
        (first & second, binomial_density, a, b, x, y),
        (first & ~second, lopsided_density, a, b, x, y),
        (second & ~first, lopsided_density, b, a, y, x),
    )  # fmt: skip


@in_double
def beta_density_values(a, b, x):
    inside = (x > 0) & (x < 1) & (a > 0) & (b > 0)
    end = np.where(x == 0, a, np.where(x == 1, b, np.nan))  # one of the parameters decides
    out = np.where(end > 1, 0.0, np.where(end < 1, np.inf, np.where(end == 1, np.where(x == 0, b, a), np.nan)))
    return pieces(out, (inside, density_values, a, b, x, 1 - x))


beta_density = special_row(
    "beta_density(a, b, x)", beta_density_values,
    lambda t, z, a, b, x: t * (z * (log(x) + digamma_gap(a, b))),
    lambda t, z, a, b, x: t * (z * (log1p(-x) + digamma_gap(b, a))),
    lambda t, z, a, b, x: t * (z * ((a - 1) / x - (b - 1) / (1 - x))),
    domain=(SHAPE, SHAPE, PART), latex=r"\frac{{$x}^{$a - 1} (1 - $x)^{$b - 1}}{\mathrm{B}($a, $b)}",
    doc="Density of the beta distribution.",
)


def mixed_bell(order, score):
    """As `bell_polynomial`, of derivatives in two variables: score((i, j))."""
    found = {(0, 0): 1.0}
    for m in range(order[0] + 1):
        for n in range(order[1] + 1):
            if m:
                terms = [
                    math.comb(m - 1, i) * math.comb(n, j) * found[m - 1 - i, n - j] * score((i + 1, j))
                    for i in range(m) for j in range(n + 1)
                ]  # fmt: skip
                found[m, n] = sum(terms)
            elif n:
                found[m, n] = sum(math.comb(n - 1, j) * found[0, n - 1 - j] * score((0, j + 1)) for j in range(n))
    return found[order]


def beta_scores(a, b, first, second, functions=(digamma_gap.evaluate, polygamma_row.evaluate)):
    """Derivatives in a and b of ln(t**(a - 1) (1 - t)**(b - 1) / B(a, b)); given are ln t, ln(1 - t)."""
    gap, polygamma = functions

    def score(index):
        i, j = index
        if i + j == 1:
            return first + gap(a, b) if i else second + gap(b, a)
        both = polygamma(i + j - 1, a + b)
        return both - polygamma(i - 1, a) if not j else both - polygamma(j - 1, b) if not i else both

    return score


def beta_rate_below(a, b, x, y, order):
    """The integral over t = x exp(-s) from 0 to x = 1 - y."""
    rate = np.abs(a - (b - 1) * x / y) + np.sqrt(a + b * x) / y
    a1, b1, x1, s = a[:, None], b[:, None], x[:, None], POINTS / rate[:, None]
    rest = np.log1p(-np.expm1(-s) * x1 / y[:, None])
    weight = np.exp(-a1 * s + (b1 - 1) * rest)
    terms = mixed_bell(order, beta_scores(a1, b1, np.log(x1) - s, np.log(y[:, None]) + rest))
    return (weight * terms * WEIGHTS).sum(-1) / rate * x * density_values(a, b, x, y)


@in_double
def beta_rate_values(a, b, x, *, order=(1, 0)):
    valid = (a > 0) & (b > 0) & (x > 0) & (x < 1)
    out = np.where((a > 0) & (b > 0) & ((x == 0) | (x == 1)), 0.0, np.nan)
    mean = np.exp(-gap_of(a, b)) if order[0] else -np.expm1(-gap_of(b, a))
    low = valid & (x < mean)
    other = order[::-1]
    return pieces(
        out, (low, lambda a, b, x: beta_rate_below(a, b, x, 1 - x, order), a, b, x),
        (valid & ~low, lambda a, b, x: -beta_rate_below(b, a, 1 - x, x, other), a, b, x),
    )  # fmt: skip


def gap_of(a, b):
    """ψ(a + b) - ψ(a)"""
    return digamma_gap.evaluate(a, b)


def beta_rate_slope(z, a, b, x, order):
    """The derivative of `beta_rate` in x: that of the density, differentiated in `a` and `b`."""
    end = (x == 0) | (x == 1)
    x = where(end, 0.5, x)
    score = beta_scores(a, b, log(x), log1p(-x), (digamma_gap, polygamma_row))
    return where(end, 0.0, beta_density(a, b, x) * mixed_bell(order, score))


beta_rate = special_row(
    "beta_rate(a, b, x)", beta_rate_values,
    lambda t, z, a, b, x, order=(1, 0): t * beta_rate(a, b, x, order=(order[0] + 1, order[1])),
    lambda t, z, a, b, x, order=(1, 0): t * beta_rate(a, b, x, order=(order[0], order[1] + 1)),
    lambda t, z, a, b, x, order=(1, 0): t * beta_rate_slope(z, a, b, x, order),
    reads="x", domain=((2.5, 3.5), (2.5, 3.5), (0.35, 0.5)), params=({}, {"order": (0, 1)}),
    latex=r"\partial I_{$x}($a, $b)", doc="Derivative of `betainc(a, b, x)` of the given orders in `a` and `b`.",
)
betainc = special_row(
    "betainc(a, b, x)", special.betainc,
    lambda t, z, a, b, x: t * beta_rate(a, b, x),
    lambda t, z, a, b, x: t * beta_rate(a, b, x, order=(0, 1)),
    lambda t, z, a, b, x: t * beta_density(a, b, x),
    reads="x", domain=(SHAPE, SHAPE, PART), latex="I_{$x}($a, $b)", doc="Regularized incomplete beta function.",
)
betaincc = special_row(
    "betaincc(a, b, x)", special.betaincc,
    lambda t, z, a, b, x: t * -beta_rate(a, b, x),
    lambda t, z, a, b, x: t * -beta_rate(a, b, x, order=(0, 1)),
    lambda t, z, a, b, x: t * -beta_density(a, b, x),
    reads="x", domain=(SHAPE, SHAPE, PART), latex="1 - I_{$x}($a, $b)", doc="Complement of the regularized incomplete beta function.",
)


def beta_quantile_slope(a, b, z, order):
    """The derivative of the quantile in a parameter, by the implicit function theorem."""
    return -quantile_slope(beta_rate(a, b, z, order=order), beta_density(a, b, z), (z == 0) | (z == 1))


betaincinv = special_row(
    "betaincinv(a, b, y)", special.betaincinv,
    lambda t, z, a, b, y: t * beta_quantile_slope(a, b, z, (1, 0)),
    lambda t, z, a, b, y: t * beta_quantile_slope(a, b, z, (0, 1)),
    lambda t, z, a, b, y: t / beta_density(a, b, z),
    domain=((0.8, 4), (0.8, 4), (0.2, 0.8)), latex="I^{-1}_{$y}($a, $b)", doc="`x` such that `betainc(a, b, x) = y`.",
)
betainccinv = special_row(
    "betainccinv(a, b, y)", special.betainccinv,
    lambda t, z, a, b, y: t * beta_quantile_slope(a, b, z, (1, 0)),
    lambda t, z, a, b, y: t * beta_quantile_slope(a, b, z, (0, 1)),
    lambda t, z, a, b, y: -t / beta_density(a, b, z),
    domain=((0.8, 4), (0.8, 4), (0.2, 0.8)), latex="I^{-1}_{1 - $y}($a, $b)", doc="`x` such that `betaincc(a, b, x) = y`.",
)
