"""Rows of statistics and information theory: entropies, logits, losses and power transforms."""


import numpy as np

from .arithmetic import power
from .choose import clip, isinf, maximum, where
from .exponential import exp, log, log1p, sigmoid
from .hypergeometric import hyp2f1
from .scipy_special import in_double, pieces, special, special_row

POSITIVE, INSIDE = (0.3, 3), (0.2, 0.8)


# ---------------------------------------------------------------- the mean of exp


def exprel_series(x, order):
    """∫ sⁿ exp(x s) ds from 0 to 1, by a series of positive terms: that of Kummer where x < 0."""
    left = x < 0
    up, down, size = np.full_like(x, 1.0), np.full_like(x, 1 / (order + 1)), np.abs(x)
    total, fall = up / (order + 1), down
    for k in range(1, 90):
        up = up * size / k
        down = down * size / (order + 1 + k)
        total, fall = total + up / (order + 1 + k), fall + down
    return np.where(left, np.exp(x) * fall, total)


def exprel_steps(x, order):
    """The same of larger `x`, by parts, one order after the other."""
    total, e = np.expm1(x) / x, np.exp(x)
    for n in range(1, order + 1):
        total = (e - n * total) / x
    return total


@in_double
def exprel_values(x, *, order=1):
    far = np.abs(x) > 20 + order
    out = np.where(np.isposinf(x), np.inf, np.where(np.isneginf(x), 0.0, x))
    far_finite, near = far & np.isfinite(x), ~far & ~np.isnan(x)
    return pieces(out, (near, lambda x: exprel_series(x, order), x), (far_finite, lambda x: exprel_steps(x, order), x))


exprel_rate = special_row(
    "exprel_rate(x)", exprel_values, lambda t, y, x, order=1: t * exprel_rate(x, order=order + 1),
    reads="x", domain=((-2, 2),), params=({}, {"order": 2}), latex=r"\operatorname{exprel}'($x)", doc="Derivative of `exprel` of the given order.",
)
exprel = special_row("exprel(x)", special.exprel, lambda t, y, x: t * exprel_rate(x), reads="x", domain=((-2, 2),), doc="`(exp(x) - 1) / x`, which is 1 at 0.")


# ---------------------------------------------------------------- logits


logit = special_row("logit(x)", special.logit, lambda t, y, x: t / (x * (1 - x)), reads="x", domain=(INSIDE,), doc="Logarithm of the odds `x / (1 - x)`; its slope at 0 and 1 is infinite.")
log_expit = special_row("log_expit(x)", special.log_expit, lambda t, y, x: t * sigmoid(-x), reads="x", domain=((-3, 3),), latex=r"\ln \sigma($x)", doc="Logarithm of the logistic function, without overflow.")


# ---------------------------------------------------------------- x log y and entropies


def quotient(x, y):
    """x / y, and 0 where x is 0."""
    still = x == 0
    return where(still, 0, x / where(still, 1, y))


def log_quotient(x, y):
    """log(x / y), with 0 / 0 counted as positive over 0."""
    still, small = (x == 0) & (y == 0), abs(x) < 1e-100
    return where(still, np.inf, where(small, log(where(still, 1, x)) - log(where(still, 1, y)), log(where(small, y, x) / y)))


xlogy = special_row(
    "xlogy(x, y)", special.xlogy, lambda t, z, x, y: t * log(y), lambda t, z, x, y: t * quotient(x, y),
    reads=("y", "xy"), domain=(POSITIVE, (0.8, 3)), latex=r"$x \ln {$y}", doc="`x log(y)`, which is 0 at `x = 0` for any `y`.",
)
xlog1py = special_row(
    "xlog1py(x, y)", special.xlog1py, lambda t, z, x, y: t * log1p(y), lambda t, z, x, y: t * quotient(x, 1 + y),
    reads=("y", "xy"), domain=(POSITIVE, (0.8, 3)), latex=r"$x \ln (1 + $y)", doc="`x log1p(y)`, which is 0 at `x = 0` for any `y`.",
)
entr = special_row("entr(x)", special.entr, lambda t, y, x: t * (-log(x) - 1), reads="x", domain=(POSITIVE,), latex=r"-$x \ln {$x}", doc="`-x log(x)`, 0 at 0, where its slope is infinite.")
rel_entr = special_row(
    "rel_entr(x, y)", special.rel_entr,
    lambda t, z, x, y: t * (log_quotient(x, y) + 1), lambda t, z, x, y: t * -quotient(x, y),
    reads="x", domain=((0.8, 3), (0.8, 3)), latex=r"$x \ln \frac{$x}{$y}", doc="`x log(x / y)`, 0 at `x = 0`.",
)
kl_div = special_row(
    "kl_div(x, y)", special.kl_div,
    lambda t, z, x, y: t * log_quotient(x, y), lambda t, z, x, y: t * quotient_rest(x, y),
    reads="x", domain=((0.8, 1.4), (2, 3)), latex=r"$x \ln \frac{$x}{$y} - $x + $y", doc="`x log(x / y) - x + y`, a distance from `y` to `x`.",
)


def quotient_rest(x, y):
    """1 - x / y, and 1 where x is 0."""
    still = x == 0
    return where(still, 1, (y - x) / where(still, 1, y))


# ---------------------------------------------------------------- losses


def pseudo_root(delta, r):
    """sqrt(1 + (r / delta)²)"""
    return (1 + (r / delta) ** 2) ** 0.5


def pseudo_rise(delta, r):
    """The derivative of δ² (s - 1) in δ: δ (s - 1)² / s, with s - 1 = (r / δ)² / (s + 1)."""
    s = pseudo_root(delta, r)
    return delta * ((r / delta) ** 2 / (s + 1)) ** 2 / s


huber = special_row(
    "huber(delta, r)", special.huber,
    lambda t, z, delta, r: t * maximum(abs(r) - delta, 0), lambda t, z, delta, r: t * clip(r, -delta, delta),
    reads="x", domain=((1, 1.4), (-1.9, -1.6, 1.6, 1.9)), doc="Huber's loss: quadratic up to `delta`, linear beyond.",
)
pseudo_huber = special_row(
    "pseudo_huber(delta, r)", special.pseudo_huber,
    lambda t, z, delta, r: t * pseudo_rise(delta, r), lambda t, z, delta, r: t * (r / pseudo_root(delta, r)),
    reads="x", domain=((1, 2), (0.3, 1.5)), doc="A smooth form of Huber's loss.",
)


# ---------------------------------------------------------------- power transforms


def boxcox_rate(l, exponent):
    """The derivative of (x**λ - 1) / λ in λ, where l = log x: l² exprel'(λ l), and -inf at x = 0."""
    gone = isinf(l)
    near = where(gone, 1, l)
    return where(gone, special_limit(l, exponent), near * near * exprel_rate(exponent * near))


def special_limit(l, exponent):
    """The limits at x = 0 and x = inf: 1 / λ² for 0 ** λ, else infinite."""
    falling = (l < 0) & (exponent > 0)
    return where(falling, 1 / where(falling, exponent, 1) ** 2, np.inf)


def unboxed_rate(z, y, exponent):
    """The derivative of (1 + λ y)**(1 / λ) in λ, by ln(1 - v) + v = -v² F(1, 2; 3; v) / 2 of v = λ y / (1 + λ y)."""
    base = 1 + exponent * y
    return -0.5 * z * (y / base) ** 2 * hyp2f1(1.0, 2.0, 3.0, exponent * y / base)


boxcox = special_row(
    "boxcox(x, lmbda)", special.boxcox,
    lambda t, z, x, lmbda: t * power(x, lmbda - 1), lambda t, z, x, lmbda: t * boxcox_rate(log(x), lmbda),
    reads="x", domain=((0.8, 3), (0.5, 2)), latex=r"\frac{{$x}^{$lmbda} - 1}{$lmbda}", doc="Transform of Box and Cox, `log(x)` where `lmbda` is 0.",
)
boxcox1p = special_row(
    "boxcox1p(x, lmbda)", special.boxcox1p,
    lambda t, z, x, lmbda: t * exp((lmbda - 1) * log1p(x)), lambda t, z, x, lmbda: t * boxcox_rate(log1p(x), lmbda),
    reads="x", domain=((0.8, 3), (0.5, 2)), latex=r"\frac{(1 + $x)^{$lmbda} - 1}{$lmbda}", doc="Transform of Box and Cox of `1 + x`.",
)
inv_boxcox = special_row(
    "inv_boxcox(y, lmbda)", special.inv_boxcox,
    lambda t, z, y, lmbda: t * (z / (1 + lmbda * y)), lambda t, z, y, lmbda: t * unboxed_rate(z, y, lmbda),
    domain=((0.3, 1.5), (0.5, 2)), latex=r"(1 + $lmbda $y)^{1 / $lmbda}", doc="Inverse of `boxcox`.",
)
inv_boxcox1p = special_row(
    "inv_boxcox1p(y, lmbda)", special.inv_boxcox1p,
    lambda t, z, y, lmbda: t * ((z + 1) / (1 + lmbda * y)), lambda t, z, y, lmbda: t * unboxed_rate(z + 1, y, lmbda),
    domain=((0.3, 1.5), (0.5, 2)), latex=r"(1 + $lmbda $y)^{1 / $lmbda} - 1", doc="Inverse of `boxcox1p`.",
)
powm1 = special_row(
    "powm1(x, y)", special.powm1,
    lambda t, z, x, y: t * (y * power(x, y - 1)), lambda t, z, x, y: t * (power(x, y) * log(x)),
    reads="x", domain=((0.8, 3), (0.5, 2)), latex="{$x}^{$y} - 1", doc="`x**y - 1`, exact to rounding near 0.",
)
