"""Rows of Bessel, Airy and Struve functions, differentiable in the argument.

Source of the formulas: NIST Digital Library of Mathematical Functions, chapters 9, 10 and 11.
"""

import math
from typing import Any

import numpy as np

from .choose import where
from .gamma import rgamma
from .scipy_special import (
    as_complex,
    complex_only,
    composed,
    in_double,
    matched,
    pieces,
    special,
    special_row,
)

ORDERS, WHOLE, ARGUMENT = (0.5, 2, 1.25), (0, 1, 3), (1, 3)


def cylinder(name, slope, latex, doc):
    """A row of Bessel functions; slope(order, z, value) is the derivative in z."""
    return special_row(
        f"{name}(v, z)", matched(getattr(special, name)), name, lambda t, y, v, z: t * slope(v, z, y),
        reads="xy", domain=((), ARGUMENT), held={0: ORDERS}, numpy=getattr(special, name), latex=latex, doc=doc,
    )  # fmt: skip


def second_slope(v, z, y):
    """The derivative of Y, which is infinite where Y is: the difference of its neighbours is not a number there."""
    deep, below, above = y == -np.inf, yv(v - 1, z), yv(v + 1, z)
    over = above == -np.inf  # too large a number, where the quotient is not
    a, b = where(deep, 0, below), where(deep | over, 0, above)
    near = a - v / where(deep, 1, z) * where(deep, 0, y)
    return where(deep, np.inf, where(over, near, 0.5 * (a - b)))


jv = cylinder("jv", lambda v, z, y: 0.5 * (jv(v - 1, z) - jv(v + 1, z)), "J_{$v}($z)", "Bessel function of the first kind.")
yv = cylinder("yv", second_slope,                                          "Y_{$v}($z)", "Bessel function of the second kind.")
iv = cylinder("iv", lambda v, z, y: 0.5 * (iv(v - 1, z) + iv(v + 1, z)), "I_{$v}($z)", "Modified Bessel function of the first kind.")
kv = cylinder("kv", lambda v, z, y: -0.5 * (kv(v - 1, z) + kv(v + 1, z)), "K_{$v}($z)", "Modified Bessel function of the second kind.")


def hankel_row(name, slope, latex, doc) -> Any:
    """A row of Hankel functions, of complex arguments alone, and the function that converts real ones."""
    scipy = getattr(special, name)
    row = special_row(
        f"{name}(v, z)", complex_only(name, scipy), name, lambda t, y, v, z: t * slope(v, z),
        reads="x", domain=((), ARGUMENT), held={0: ORDERS}, plane=True, latex=latex, doc=doc,
    )  # fmt: skip

    @composed(scipy)
    def function(v, z):
        return row(v, as_complex(z))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"{doc[:-1]}, a complex number; differentiable in `z`."
    return row, function


hankel1_row, hankel1 = hankel_row("hankel1", lambda v, z: 0.5 * (hankel1_row(v - 1, z) - hankel1_row(v + 1, z)), "H^{(1)}_{$v}($z)", "Hankel function of the first kind.")
hankel2_row, hankel2 = hankel_row("hankel2", lambda v, z: 0.5 * (hankel2_row(v - 1, z) - hankel2_row(v + 1, z)), "H^{(2)}_{$v}($z)", "Hankel function of the second kind.")


# ---------------------------------------------------------------- of order 0 and 1


def fixed(name, slope, latex, doc, domain=(0.5, 3)):
    """A row of a Bessel function of one order; slope(x, value) is the derivative."""
    return special_row(f"{name}(x)", getattr(special, name), lambda t, y, x: t * slope(x, y), domain=(domain,), latex=latex, doc=doc)


j0 = fixed("j0", lambda x, y: -j1(x),                   "J_0($x)", "Bessel function of the first kind of order 0.", (-3, 3))
j1 = fixed("j1", lambda x, y: 0.5 * (j0(x) - jv(2, x)), "J_1($x)", "Bessel function of the first kind of order 1.", (-3, 3))
y0 = fixed("y0", lambda x, y: -y1(x),                   "Y_0($x)", "Bessel function of the second kind of order 0.")
y1 = fixed("y1", lambda x, y: second_slope(1, x, y),    "Y_1($x)", "Bessel function of the second kind of order 1.")
i0 = fixed("i0", lambda x, y: i1(x),                    "I_0($x)", "Modified Bessel function of the first kind of order 0.", (-3, 3))
i1 = fixed("i1", lambda x, y: 0.5 * (i0(x) + iv(2, x)), "I_1($x)", "Modified Bessel function of the first kind of order 1.", (-3, 3))
k0 = fixed("k0", lambda x, y: -k1(x),                   "K_0($x)", "Modified Bessel function of the second kind of order 0.")
k1 = fixed("k1", lambda x, y: -0.5 * (k0(x) + kv(2, x)), "K_1($x)", "Modified Bessel function of the second kind of order 1.")


# ---------------------------------------------------------------- without their exponential


def hankel_series(v, z, order, factor):
    """Σ (factor / z)ᵏ aₖ(v) z**(-1/2), differentiated term by term.  DLMF 10.17.1."""
    term = z ** (-0.5 - order) * math.prod(-0.5 - j for j in range(order))
    total, last, going = np.zeros_like(term), np.full(np.shape(term), np.inf), np.ones(np.shape(term), bool)
    for k in range(120):
        going &= np.abs(term) <= last
        total += np.where(going, term, 0)
        last = np.where(going, np.abs(term), last)
        term = term * factor / z * ((4 * v * v - (2 * k + 1) ** 2) / (8 * (k + 1)) * (k + 0.5 + order) / (k + 0.5))
    return total


def far_argument(v, z):
    """Where the asymptotic series reaches full precision before it turns."""
    return np.abs(z) > 30 + 0.6 * v * v


def product_rule(order, value, c):
    """The derivative of exp(c z) f(z), where value(k) is exp(c z) times that of f of order k."""
    return sum(math.comb(order, k) * c ** (order - k) * value(k) for k in range(order + 1))


def neighbours(scaled, v, z, k, sign):
    """exp(c z) times the derivative of order k, from the functions of the orders v - k to v + k."""
    terms = [math.comb(k, i) * sign**i * scaled(v - k + 2 * i, z) for i in range(k + 1)]
    return sum(terms) / 2.0**k


def scaled_rate(scaled, c, sign, outer, front, factor):
    """The values of a derivative of exp(c z) f(z): by neighbours, and far out by the asymptotic series.

    scaled: exp(c z) f of an order; sign, outer: 2 f' = outer (f of v - 1 + sign f of v + 1);
    front(v): what stands before the series; factor: of one term of it to the next.
    """

    def evaluate(v, z, order):
        def near(v, z):
            return product_rule(order, lambda k: outer**k * neighbours(scaled, v, z, k, sign), c)

        far = far_argument(v, z)
        kind = np.result_type(z, c, factor)
        out = np.empty(z.shape, kind)
        return pieces(out, (~far, near, v, z), (far, lambda v, z: front(v) * hankel_series(v, z, order, factor), v, z))

    return evaluate


IVE = scaled_rate(special.ive, -1.0, 1, 1, lambda v: 1 / math.sqrt(2 * math.pi), -1.0)
KVE = scaled_rate(special.kve, 1.0, 1, -1, lambda v: math.sqrt(math.pi / 2), 1.0)
HANKEL1E = scaled_rate(special.hankel1e, -1j, -1, 1, lambda v: math.sqrt(2 / math.pi) * np.exp(-0.25j * math.pi * (2 * v + 1)), 1j)
HANKEL2E = scaled_rate(special.hankel2e, 1j, -1, 1, lambda v: math.sqrt(2 / math.pi) * np.exp(0.25j * math.pi * (2 * v + 1)), -1j)


@in_double
def ive_values(v, z, *, order=1):
    """exp(-|z|) I(z); to the left of 0 it is exp(z) (-1)ᵛ I(-z)."""
    with_sign = np.where(z < 0, np.where(v == np.rint(v), (-1) ** order * (1 - 2 * np.abs(np.rint(v) % 2)), np.nan), 1)
    return with_sign * IVE(v, np.abs(z), order)


@in_double(complex=True)
def kve_values(v, z, *, order=1):
    return KVE(v, z, order)


@in_double(complex=True)
def hankel1e_values(v, z, *, order=1):
    return HANKEL1E(v, z, order)


@in_double(complex=True)
def hankel2e_values(v, z, *, order=1):
    return HANKEL2E(v, z, order)


def real_only(name, advice):
    """SciPy's function, of real arguments: that of complex ones is not analytic."""

    def evaluate(v, z):
        if np.iscomplexobj(z):
            raise TypeError(f"{name}: the scale of a complex argument is no analytic function; {advice}")
        return getattr(special, name)(v, z)

    return evaluate


def rate_row(name, evaluate, latex, doc, plane=False):
    """The row of the derivatives of a scaled function, of any order."""
    row = special_row(
        f"{name}_rate(v, z)", evaluate, name, lambda t, y, v, z, order=1: t * row(v, z, order=order + 1),
        reads="x", domain=((), (1.5, 2.5)), held={0: ORDERS}, params=({}, {"order": 2}), plane=plane, latex=latex, doc=doc,
    )  # fmt: skip
    return row


ive_rate = rate_row("ive", ive_values, "(e^{-|$z|} I_{$v}($z))'", "Derivative of `ive` of the given order.")
kve_rate = rate_row("kve", kve_values, "(e^{$z} K_{$v}($z))'", "Derivative of `kve` of the given order.")
hankel1e_rate = rate_row("hankel1e", complex_only("hankel1e_rate", hankel1e_values), "(e^{-i $z} H^{(1)}_{$v}($z))'", "Derivative of `hankel1e` of the given order.", plane=True)
hankel2e_rate = rate_row("hankel2e", complex_only("hankel2e_rate", hankel2e_values), "(e^{i $z} H^{(2)}_{$v}($z))'", "Derivative of `hankel2e` of the given order.", plane=True)


def scaled(name, slope, latex, doc, evaluate=None):
    """A row of a scaled Bessel function; slope(order, z) is the derivative in z."""
    return special_row(
        f"{name}(v, z)", evaluate or getattr(special, name), name, lambda t, y, v, z: t * slope(v, z),
        reads="x", domain=((), ARGUMENT), held={0: ORDERS}, numpy=getattr(special, name), latex=latex, doc=doc,
    )  # fmt: skip


jve = scaled("jve", lambda v, z: 0.5 * (jv(v - 1, z) - jv(v + 1, z)), "J_{$v}($z)", "Bessel function of the first kind; of real numbers it is `jv`.", real_only("jve", "use jv(v, z)"))
yve = scaled("yve", lambda v, z: second_slope(v, z, yv(v, z)), "Y_{$v}($z)", "Bessel function of the second kind; of real numbers it is `yv`.", real_only("yve", "use yv(v, z)"))
ive = scaled("ive", lambda v, z: ive_rate(v, z), "e^{-|$z|} I_{$v}($z)", "Modified Bessel function of the first kind times `exp(-abs(z))`.", real_only("ive", "use iv(v, z)"))
kve = scaled("kve", lambda v, z: kve_rate(v, z), "e^{$z} K_{$v}($z)", "Modified Bessel function of the second kind times `exp(z)`.")
hankel1e_row, hankel1e = hankel_row("hankel1e", lambda v, z: hankel1e_rate(v, z), "e^{-i $z} H^{(1)}_{$v}($z)", "Hankel function of the first kind times `exp(-i z)`.")
hankel2e_row, hankel2e = hankel_row("hankel2e", lambda v, z: hankel2e_rate(v, z), "e^{i $z} H^{(2)}_{$v}($z)", "Hankel function of the second kind times `exp(i z)`.")
i0e = fixed("i0e", lambda x, y: ive_rate(0, x), "e^{-|$x|} I_0($x)", "Modified Bessel function of order 0 times `exp(-abs(x))`.")
i1e = fixed("i1e", lambda x, y: ive_rate(1, x), "e^{-|$x|} I_1($x)", "Modified Bessel function of order 1 times `exp(-abs(x))`.")
k0e = fixed("k0e", lambda x, y: kve_rate(0, x), "e^{$x} K_0($x)", "Modified Bessel function of the second kind of order 0 times `exp(x)`.")
k1e = fixed("k1e", lambda x, y: kve_rate(1, x), "e^{$x} K_1($x)", "Modified Bessel function of the second kind of order 1 times `exp(x)`.")


# ---------------------------------------------------------------- of whole orders, and on spheres

# SciPy's yn and kn are those of real orders, written for whole ones.
yn = special_row("yn(n, x)", special.yn, "yn", lambda t, y, n, x: t * second_slope(n, x, y), domain=((), ARGUMENT), held={0: WHOLE}, latex="Y_{$n}($x)", doc="Bessel function of the second kind of whole order.")
kn = special_row("kn(n, x)", special.kn, "kn", lambda t, y, n, x: t * (-0.5 * (kv(n - 1, x) + kv(n + 1, x))), reads="x", domain=((), ARGUMENT), held={0: WHOLE}, latex="K_{$n}($x)", doc="Modified Bessel function of the second kind of whole order.")


def spherical(name, below, above, latex, doc) -> Any:
    """(2 n + 1) f' = below n f(n - 1) + above (n + 1) f(n + 1).  DLMF 10.51."""

    def slope(n, z):
        lower = n - 1 + (n == 0)
        return (below * n * row(lower, z) + above * (n + 1) * row(n + 1, z)) / (2 * n + 1)

    row = special_row(
        f"{name}(n, z)", getattr(special, name), name, lambda t, y, n, z: t * slope(n, z),
        reads="x", domain=((), (0.8, 2)), held={0: WHOLE}, latex=latex, doc=doc,
    )  # fmt: skip

    @composed()
    def function(n, z, derivative=False):
        return slope(n, z) if derivative else row(n, z)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"{doc[:-1]}, or its derivative in `z`; n: whole numbers."
    return row, function


spherical_jn_row, spherical_jn = spherical("spherical_jn", 1, -1, "j_{$n}($z)", "Spherical Bessel function of the first kind.")
spherical_yn_row, spherical_yn = spherical("spherical_yn", 1, -1, "y_{$n}($z)", "Spherical Bessel function of the second kind.")
spherical_in_row, spherical_in = spherical("spherical_in", 1, 1, "i_{$n}($z)", "Modified spherical Bessel function of the first kind.")
spherical_kn_row, spherical_kn = spherical("spherical_kn", -1, -1, "k_{$n}($z)", "Modified spherical Bessel function of the second kind.")


def derivative_of(row, sign, outer, name, doc) -> Any:
    """SciPy's function of the derivative of order n, from the neighbours."""

    @composed()
    def function(v, z, n=1):
        terms = [math.comb(n, i) * sign**i * row(v - n + 2 * i, z) for i in range(n + 1)]
        return (outer / 2.0) ** n * sum(terms[1:], terms[0])

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"Derivative of order `n` of {doc}."
    return function


jvp = derivative_of(jv, -1, 1, "jvp", "`jv(v, z)` in `z`")
yvp = derivative_of(yv, -1, 1, "yvp", "`yv(v, z)` in `z`")
ivp = derivative_of(iv, 1, 1, "ivp", "`iv(v, z)` in `z`")
kvp = derivative_of(kv, 1, -1, "kvp", "`kv(v, z)` in `z`")
h1vp = derivative_of(hankel1, -1, 1, "h1vp", "`hankel1(v, z)` in `z`")
h2vp = derivative_of(hankel2, -1, 1, "h2vp", "`hankel2(v, z)` in `z`")


# ---------------------------------------------------------------- Struve functions


def struve_power(v, x):
    """(x / 2)**v / (√π Γ(v + 3 / 2))"""
    return (0.5 * x) ** v * (rgamma(v + 1.5) * (1 / math.sqrt(math.pi)))


struve = cylinder("struve", lambda v, z, y: 0.5 * (struve(v - 1, z) - struve(v + 1, z) + struve_power(v, z)), "\\mathbf{H}_{$v}($z)", "Struve function.")
modstruve = cylinder("modstruve", lambda v, z, y: 0.5 * (modstruve(v - 1, z) + modstruve(v + 1, z) + struve_power(v, z)), "\\mathbf{L}_{$v}($z)", "Modified Struve function.")
