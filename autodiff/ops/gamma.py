"""Rows of the gamma function, its logarithm, its reciprocal and the derivatives of its logarithm.

Source of the formulas: NIST Digital Library of Mathematical Functions, chapter 5.
"""

import math
from typing import Any

import numpy as np

from ..core.op import TRACED
from .choose import where
from .complex import real
from .scipy_special import composed, in_double, pieces, special, special_row

BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798, -174611 / 330)
STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156, -3617 / 122400)
POSITIVE, BOTH = (0.4, 4), (-1.8, -1.2, -0.8, -0.2, 0.4, 4)


def turn(x):
    """(near, rest): x = near + rest with a whole `near`."""
    near = np.rint(np.real(x))
    return near, x - near


@in_double(complex=True)
def sinpi_values(x):
    near, rest = turn(x)
    return np.where(near % 2 == 0, 1, -1) * np.sin(np.pi * rest)


@in_double(complex=True)
def cospi_values(x):
    """By the sine near its zeros, where the cosine of a rounded angle is not exact."""
    near, rest = turn(x)
    size = np.abs(rest) if not np.iscomplexobj(rest) else rest * np.where(rest.real < 0, -1, 1)
    flat = np.abs(np.real(size)) <= 0.25
    value = np.where(flat, np.cos(np.pi * rest), np.sin(np.pi * (0.5 - size)))
    return np.where(near % 2 == 0, 1, -1) * value


sinpi = special_row(
    "sinpi(x)", sinpi_values, lambda t, y, x: t * (math.pi * cospi(x)),
    reads="x", domain=((-2, 2),), latex=r"\sin(\pi $x)", doc="Sine of `π x`, exact also for large `x`.",
)
cospi = special_row(
    "cospi(x)", cospi_values, lambda t, y, x: t * (-math.pi * sinpi(x)),
    reads="x", domain=((-2, 2),), latex=r"\cos(\pi $x)", doc="Cosine of `π x`, exact also for large `x`.",
)


# ---------------------------------------------------------------- polygamma


def cotangent(order, x) -> Any:
    """The derivative of that order of cot(π x), a polynomial in the cotangent c: c' = -π (1 + c²)."""
    polynomial = np.polynomial.Polynomial((0, 1))
    slope = np.polynomial.Polynomial((-np.pi, 0, -np.pi))
    for _ in range(order):
        polynomial = polynomial.deriv() * slope
    return polynomial(cospi_values(x) / sinpi_values(x))


def shifted_polygamma(order, z):
    """Of complex numbers: 15 steps up, and there the asymptotic series.  DLMF 5.15.8."""
    total, n = np.zeros_like(z), order
    for k in range(15):
        total += (z + k) ** -(n + 1.0)
    z = z + 15
    total *= math.factorial(n)
    total += math.factorial(n - 1) * z ** -float(n) + math.factorial(n) / 2 * z ** -(n + 1.0)
    for k, b in enumerate(BERNOULLI, 1):
        total += b * math.factorial(2 * k + n - 1) / math.factorial(2 * k) * z ** -(2.0 * k + n)
    return (-1) ** (n + 1) * total


def right_polygamma(order, x):
    """Of numbers to the right of 0."""
    if np.iscomplexobj(x):
        return shifted_polygamma(order, x)
    return (-1) ** (order + 1) * special.gamma(order + 1.0) * special.zeta(order + 1.0, x)


def left_polygamma(order, x):
    """By reflection.  DLMF 5.15.6."""
    return (-1) ** order * right_polygamma(order, 1 - x) - np.pi * cotangent(order, x)


@in_double(complex=True)
def polygamma_values(n, x):
    out = np.empty(x.shape, x.dtype)
    for order in np.unique(n):
        mine = n == order
        if order < 0 or order != np.floor(order):
            out[mine] = np.nan
        elif order == 0:
            out[mine] = special.psi(x[mine])
        else:
            k, left = int(order), np.real(x) < (0.5 if np.iscomplexobj(x) else 0)
            right = mine & ~left
            out[right], out[mine & left] = right_polygamma(k, x[right]), left_polygamma(k, x[mine & left])
    return out


polygamma_row = special_row(
    "polygamma(n, x)", polygamma_values, "polygamma", lambda t, z, n, x: t * polygamma_row(n + 1, x),
    reads="x", domain=((), (1.5, 4)), held={0: (1, 2, 0)}, latex=r"\psi^{($n)}($x)",
    doc="Derivative of order `n` of the digamma function, also at complex `x`.",
)
psi = special_row(
    "psi(x)", special.psi, lambda t, y, x: t * polygamma_row(1, x),
    reads="x", domain=(BOTH,), latex=r"\psi($x)", doc="Digamma function, the derivative of `loggamma`.",
)


def gap_series(x, y):
    """ψ(x + y) - ψ(x) to the right of 0: 12 steps up, and there the difference of the series."""
    total = np.zeros_like(x)
    for k in range(12):
        total += y / (x + k) / (x + k + y)
    x = x + 12
    ratio = np.log1p(y / x)
    total += ratio + y / x / (x + y) / 2
    for k, b in enumerate(BERNOULLI[:8], 1):
        total -= b / (2 * k) * x ** (-2.0 * k) * np.expm1(-2 * k * ratio)
    return total


def reflected_gap(x, y):
    """The same to the left of 0.  DLMF 5.5.4."""
    turned = np.pi * sinpi_values(y) / (sinpi_values(x + y) * sinpi_values(x))
    return turned - gap_series(1 - x - y, y)


@in_double(complex=True)
def gap_values(x, y):
    out = special.psi(x + y) - special.psi(x)
    if np.iscomplexobj(out):
        return out
    right = (x > 0) & (x + y > 0) & np.isfinite(x) & np.isfinite(x + y)
    left = (x < 0) & (x + y < 0) & np.isfinite(x + y)
    return pieces(np.array(out), (right, gap_series, x, y), (left, reflected_gap, x, y))


digamma_gap = special_row(
    "digamma_gap(x, y)", gap_values,
    lambda t, z, x, y: t * (polygamma_row(1, x + y) - polygamma_row(1, x)),
    lambda t, z, x, y: t * polygamma_row(1, x + y),
    reads="x", domain=(POSITIVE, POSITIVE), latex=r"\psi($x + $y) - \psi($x)",
    doc="`psi(x + y) - psi(x)`, which keeps its digits where `y` is much smaller than `x`.",
)


# ---------------------------------------------------------------- the function and its logarithm


def rgamma_slope(x) -> Any:
    """Derivative of 1 / Γ, by reflection to the left of a half: finite where Γ has its poles."""
    left = real(x) < 0.5
    z, w = where(left, 0.5, x), where(left, 1 - x, 0.5)
    reflected = -gamma(w) * (cospi(w) + sinpi(w) * psi(w) / math.pi)
    return where(left, reflected, -rgamma(z) * psi(z))


gamma = special_row(
    "gamma(x)", special.gamma, lambda t, y, x: t * (y * psi(x)),
    domain=(BOTH,), latex=r"\Gamma($x)", doc="Gamma function.",
)
gammaln = special_row(
    "gammaln(x)", special.gammaln, lambda t, y, x: t * psi(x),
    reads="x", domain=(BOTH,), latex=r"\ln \left|\Gamma($x)\right|", doc="Logarithm of the absolute gamma function.",
)
loggamma = special_row(
    "loggamma(x)", special.loggamma, lambda t, y, x: t * psi(x),
    reads="x", domain=(POSITIVE,), latex=r"\ln \Gamma($x)", doc="Principal branch of the logarithm of the gamma function.",
)
rgamma = special_row(
    "rgamma(x)", special.rgamma, lambda t, y, x: t * rgamma_slope(x),
    reads="x", domain=((-2.5, 4),), latex=r"\frac{1}{\Gamma($x)}", doc="Reciprocal `1 / gamma(x)`; derivatives are finite at the poles of the gamma function too.",
)
gammasgn = special_row(
    "gammasgn(x)", special.gammasgn, None,
    reads="", domain=((0.4, 4),), latex=r"\operatorname{sgn} \Gamma($x)", doc="Sign of the gamma function; the derivative is zero.",
)


# ---------------------------------------------------------------- quotients of gamma functions


def log1p_rest(u):
    """log(1 + u) - u, by its series in u / (2 + u) near 0."""
    near = np.abs(u) < 0.4
    r = np.where(near, u, 0) / (2 + np.where(near, u, 0))
    series = np.zeros_like(r)
    for k in range(25, 1, -2):
        series = (series + 2 / k) * r * r
    return np.where(near, r * (series - np.where(near, u, 0)), np.log1p(u) - u)


def quotient_rest(q):
    """log(q) - (q - 1), also where q - 1 is rounded to -1."""
    near = np.abs(q - 1) < 0.5
    return np.where(near, log1p_rest(np.where(near, q - 1, 0)), np.log(q) - (q - 1))


def stirling_rest(a):
    """ln Γ(a + 1) - (a + 1/2) ln a + a - ln(2 π) / 2, of a >= 10.  DLMF 5.11.1."""
    total = np.zeros_like(a)
    for c in STIRLING[::-1]:
        total = total / (a * a) + c
    return total / a


def shifted_gamma(a, y):
    """ln Γ(a + y) - ln Γ(a) - y ln(a + y) of a, a + y >= 10."""
    return a * log1p_rest(y / a) - np.log1p(y / a) / 2 + stirling_rest(a + y) - stirling_rest(a)


@in_double
def poch_values(x, m):
    """SciPy's, which from 100 to 1e6 has lost 4 digits, and Stirling's series there."""
    large = (x >= 10) & (x + m >= 10) & (np.abs(m) < 1e4) & (m != np.rint(m))
    return pieces(np.array(special.poch(x, m)), (large, lambda x, m: np.exp(shifted_gamma(x, m)) * (x + m) ** m, x, m))


def log_beta(a, b):
    """ln B of a, b >= 10."""
    n = a + b
    corrections = stirling_rest(a) + stirling_rest(b) - stirling_rest(n)
    return 0.5 * np.log(2 * np.pi * n / a / b) - a * np.log1p(b / a) - b * np.log1p(a / b) + corrections


def beta_regions(x, y, both, one):
    """Pieces of the beta function with both arguments large, and with the one or the other."""
    a, b = x >= 10, y >= 10
    return (a & b, both, x, y), (a & ~b & (y > 0), one, x, y), (b & ~a & (x > 0), one, y, x)


@in_double
def beta_values(x, y):
    def one(a, b):
        return special.gamma(b) * np.exp(-shifted_gamma(a, b)) * (a + b) ** -b

    return pieces(np.array(special.beta(x, y)), *beta_regions(x, y, lambda a, b: np.exp(log_beta(a, b)), one))


@in_double
def betaln_values(x, y):
    def one(a, b):
        return special.gammaln(b) - shifted_gamma(a, b) - b * np.log(a + b)

    return pieces(np.array(special.betaln(x, y)), *beta_regions(x, y, log_beta, one))


@in_double
def binom_values(n, k):
    real = (n >= 10) & (k > 0) & (k < n) & ~((n == np.rint(n)) & (k == np.rint(k)))
    return pieces(np.array(special.binom(n, k)), (real, lambda n, k: 1 / (n + 1) / beta_values(n - k + 1, k + 1), n, k))


def pole(x):
    """Whether the gamma function has a pole at `x`."""
    return (x <= 0) & (x == rounded(x))


def rounded(x):
    return np.rint(x) if not hasattr(x, "unary") else x.round()


def poch_slope(z, x, m) -> Any:
    """Derivative of Γ(x + m) / Γ(x) in x; where both have a pole, by DLMF 5.2.6."""
    one = pole(x)
    both = one & pole(x + m)
    one = one & ~both
    inside, a, b = where(one | both, 1.0, x), where(one, x, 0.0), where(both, x, 0.0)
    regular = z * digamma_gap(inside, where(one | both, 1.0, m))
    zero = gamma(where(one, x + m, 1.0)) * rgamma_slope(a)
    mirror = z * digamma_gap(1 - b, where(both, -m, 0.0))
    return where(both, mirror, where(one, zero, regular))


poch = special_row(
    "poch(x, m)", poch_values,
    lambda t, z, x, m: t * poch_slope(z, x, m),
    lambda t, z, x, m: t * (z * psi(x + m)),
    domain=(POSITIVE, POSITIVE), numpy=special.poch, latex=r"\left($x\right)_{$m}", doc="Rising factorial `gamma(x + m) / gamma(x)`.",
)
beta = special_row(
    "beta(x, y)", beta_values,
    lambda t, z, x, y: t * (z * -digamma_gap(x, y)),
    lambda t, z, x, y: t * (z * -digamma_gap(y, x)),
    domain=(POSITIVE, POSITIVE), numpy=special.beta, latex=r"\mathrm{B}($x, $y)", doc="Beta function.",
)
betaln = special_row(
    "betaln(x, y)", betaln_values,
    lambda t, z, x, y: t * -digamma_gap(x, y),
    lambda t, z, x, y: t * -digamma_gap(y, x),
    reads="x", domain=(POSITIVE, POSITIVE), numpy=special.betaln, latex=r"\ln \left|\mathrm{B}($x, $y)\right|", doc="Logarithm of the absolute beta function.",
)


def binom_upper(z, n, k):
    """Derivative of the binomial coefficient in n."""
    still = pole(n - k + 1) | pole(k + 1)
    regular = z * digamma_gap(where(still, 1.0, n - k + 1), where(still, 1.0, k))
    # 1 / Γ(n - k + 1) vanishes where k is a larger whole number than n
    at_zero = gamma(where(still, n + 1, 1.0)) * rgamma(k + 1) * rgamma_slope(where(still, n - k + 1, 1.0))
    return where(still, at_zero, regular)


binom = special_row(
    "binom(n, k)", binom_values,
    lambda t, z, n, k: t * binom_upper(z, n, k),
    lambda t, z, n, k: t * binom_lower(z, n, k),
    domain=((4.1, 6), (0.6, 3)), numpy=special.binom, latex=r"\binom{$n}{$k}", doc="Binomial coefficient of real numbers.",
)


def binom_lower(z, n, k):
    """Derivative of the binomial coefficient in k."""
    still = pole(n - k + 1) | pole(k + 1)
    regular = z * digamma_gap(where(still, 1.0, k + 1), where(still, 1.0, n - 2 * k))
    a, b = where(still, k + 1, 1.0), where(still, n - k + 1, 1.0)
    at_zero = gamma(where(still, n + 1, 1.0)) * (rgamma_slope(a) * rgamma(b) - rgamma(a) * rgamma_slope(b))
    return where(still, at_zero, regular)


@composed()
def polygamma(n, x):
    """Derivative of order `n` (0, 1, 2, ...) of the digamma function.

    >>> print(f"{polygamma(1, 1.0):.9f}")
    1.644934067
    """
    return polygamma_row(n, x)


@composed()
def multigammaln(a, d: Any):
    """Logarithm of the multivariate gamma function of dimension `d`, of `a > (d - 1) / 2`.

    >>> print(f"{multigammaln(2.5, 1):.9f}")
    0.284682870
    """
    if type(d) in TRACED or d != int(d) or d < 1:
        raise ValueError(f"multigammaln: d is {d!r}, and it needs a positive whole number")
    terms = [gammaln(a - j / 2) for j in range(int(d))]
    return sum(terms[1:], terms[0] + d * (d - 1) * 0.25 * math.log(math.pi))


@composed()
def comb(N, k, *, exact=False, repetition=False):
    """Combinations of `N` things `k` at a time, 0 where `k > N` or one is negative.

    >>> float(comb(5.0, 2.0))
    10.0
    """
    if exact:
        raise TypeError("comb: exact=True counts with whole numbers; use exact=False for a derivative")
    if repetition:
        return where((N > 0) | (k == 0), comb(N + k - 1, k), 0.0)
    return where((k <= N) & (N >= 0) & (k >= 0), binom(N, k), 0.0)


@composed()
def perm(N, k, exact=False):
    """Permutations of `N` things `k` at a time, 0 where `k > N` or one is negative.

    >>> float(perm(5.0, 2.0))
    20.0
    """
    if exact:
        raise TypeError("perm: exact=True counts with whole numbers; use exact=False for a derivative")
    return where((k <= N) & (N >= 0) & (k >= 0), poch(N - k + 1, k), 0.0)


@composed()
def factorial(n, exact=False):
    """`gamma(n + 1)`, 0 for negative `n`.

    >>> float(factorial(3.0))
    6.0
    """
    if exact:
        raise TypeError("factorial: exact=True counts with whole numbers; use exact=False for a derivative")
    return where(n < 0, 0.0, gamma(where(n < 0, 0.0, n) + 1))
