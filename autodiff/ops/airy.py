"""Rows of Airy functions, plain and without their exponential.

Source of the formulas: NIST Digital Library of Mathematical Functions, chapter 9.
"""

import math

import numpy as np

from .scipy_special import composed, in_double, pieces, special, special_row


def part(name, which, slope, domain, latex, doc, function=None):
    """A row of one output of a function of SciPy; slope(x, value) is its derivative."""
    function = function or special.airy
    return special_row(f"{name}(x)", lambda x: function(x)[which], lambda t, y, x: t * slope(x, y), domain=(domain,), latex=latex, doc=doc)


airy_ai  = part("airy_ai",  0, lambda x, y: airy_aip(x),    (-2, 2), r"\operatorname{Ai}($x)",  "Airy function `Ai`.")
airy_aip = part("airy_aip", 1, lambda x, y: x * airy_ai(x), (-2, 2), r"\operatorname{Ai}'($x)", "Derivative of the Airy function `Ai`.")
airy_bi  = part("airy_bi",  2, lambda x, y: airy_bip(x),    (-2, 2), r"\operatorname{Bi}($x)",  "Airy function `Bi`.")
airy_bip = part("airy_bip", 3, lambda x, y: x * airy_bi(x), (-2, 2), r"\operatorname{Bi}'($x)", "Derivative of the Airy function `Bi`.")


@composed(special.airy)
def airy(z):
    """Airy functions and their derivatives, `(Ai, Ai', Bi, Bi')`.

    >>> print(*[f"{v:.9f}" for v in airy(0.0)])
    0.355028054 -0.258819404 0.614926627 0.448288357
    """
    return airy_ai(z), airy_aip(z), airy_bi(z), airy_bip(z)


# ---------------------------------------------------------------- without their exponential


def airy_series(x, order, second, slope):
    """√π times the scaled function or its derivative, by the asymptotic series, term by term.  DLMF 9.7."""
    sign, power = (1 if second else -1), (0.25 if slope else -0.25)
    front = (1.0 if second else 0.5) * (1 if second or not slope else -1)
    total, u = np.zeros_like(x), 1.0
    for k in range(25):
        c = u * (-(6 * k + 1) / (6 * k - 1) if slope else 1.0)
        p = power - 1.5 * k
        total += front * sign**k * c * 1.5**k * math.prod(p - j for j in range(order)) * x ** (p - order)
        u *= (6 * k + 1) * (6 * k + 3) * (6 * k + 5) / (216 * (k + 1) * (2 * k + 1))
    return total / math.sqrt(math.pi)


def airy_near(x, order, which):
    """By the product rule: derivatives of exp(c (2/3) x**1.5) f, each a pair of factors of f and f'."""
    values, sign = special.airye(x), (1 if which < 2 else -1)
    at = which - which % 2
    # coefficients of f and f' as sums of powers of x: {power: factor}
    a, b = ({0.0: 1.0}, {}) if which % 2 == 0 else ({}, {0.0: 1.0})
    for _ in range(order):
        a, b = (
            collected([*slopes(a), *moved(a, 0.5, sign), *moved(b, 1.0, 1)]),
            collected([*slopes(b), *moved(b, 0.5, sign), *moved(a, 0.0, 1)]),
        )
    return sum((f * x**p for p, f in a.items()), 0.0) * values[at] + sum((f * x**p for p, f in b.items()), 0.0) * values[at + 1]


def slopes(terms):
    return [(p - 1, p * f) for p, f in terms.items() if p]


def moved(terms, power, factor):
    return [(p + power, f * factor) for p, f in terms.items()]


def collected(pairs):
    """Like powers added."""
    found = {}
    for p, f in pairs:
        found[p] = found.get(p, 0.0) + f
    return found


def airye_values(which):
    @in_double
    def airye_rate(x, *, order=1):
        right, far = x > 0, x > 16
        out = np.where(x == 0, airy_near(x, order, which), np.nan)
        if which >= 2:
            out = np.where(x < 0, plain_derivative(x, order, which), out)
        return pieces(
            out, (right & ~far, lambda x: airy_near(x, order, which), x),
            (far, lambda x: airy_series(x, order, which >= 2, which % 2 == 1), x),
        )  # fmt: skip

    return airye_rate


def plain_derivative(x, order, which):
    """The derivative of order n of Bi or Bi' to the left of 0, where there is no scale."""
    values = special.airy(np.minimum(x, 0))
    a, b = ({0.0: 1.0}, {}) if which % 2 == 0 else ({}, {0.0: 1.0})
    for _ in range(order):
        a, b = collected([*slopes(a), *moved(b, 1.0, 1)]), collected([*slopes(b), *moved(a, 0.0, 1)])
    return sum((f * x**p for p, f in a.items()), 0.0) * values[2] + sum((f * x**p for p, f in b.items()), 0.0) * values[3]


def real_airye(x):
    if np.iscomplexobj(x):
        raise TypeError("airye: the scale of a complex argument is no analytic function; use airy(z)")
    return special.airye(x)


def scaled_part(name, which, latex, doc):
    rate = special_row(
        f"{name}_rate(x)", airye_values(which), lambda t, y, x, order=1: t * rate(x, order=order + 1),
        reads="x", domain=((18, 24),), params=({}, {"order": 2}), latex=f"({latex})'", doc=f"Derivative of the given order: {doc}",
    )  # fmt: skip
    row = special_row(f"{name}(x)", lambda x: real_airye(x)[which], lambda t, y, x: t * rate(x), reads="x", domain=((18, 24),), latex=latex, doc=doc)
    return row, rate


airye_ai, airye_ai_rate   = scaled_part("airye_ai",  0, r"e^{\zeta} \operatorname{Ai}($x)",   "Airy function `Ai` times `exp(2/3 x**1.5)`.")
airye_aip, airye_aip_rate = scaled_part("airye_aip", 1, r"e^{\zeta} \operatorname{Ai}'($x)",  "Derivative of `Ai` times `exp(2/3 x**1.5)`.")
airye_bi, airye_bi_rate   = scaled_part("airye_bi",  2, r"e^{-\zeta} \operatorname{Bi}($x)",  "Airy function `Bi` times `exp(-2/3 x**1.5)`.")
airye_bip, airye_bip_rate = scaled_part("airye_bip", 3, r"e^{-\zeta} \operatorname{Bi}'($x)", "Derivative of `Bi` times `exp(-2/3 x**1.5)`.")


@composed(special.airye)
def airye(z):
    """Scaled Airy functions `(Ai, Ai', Bi, Bi')`: times `exp(2/3 z**1.5)`, and `Bi` its reciprocal.

    >>> print(*[f"{v:.9f}" for v in airye(1.0)])
    0.263513645 -0.309976889 0.619911944 0.478728571
    """
    return airye_ai(z), airye_aip(z), airye_bi(z), airye_bip(z)
