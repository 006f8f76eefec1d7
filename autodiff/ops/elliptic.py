"""Rows of elliptic integrals and functions, differentiable in every argument.

The derivatives are again integrals ∫ tᵏ Π (t + xⱼ)**(-aⱼ) dt over (0, ∞), whose exponents a grow by 1
where the derivative is taken; the trapezoidal rule in log t gives them to rounding, and nothing
cancels.  Source: NIST Digital Library of Mathematical Functions, chapters 19 and 22.
"""

import math

import numpy as np

from .choose import rint, where
from .scipy_special import composed, in_double, special, special_row
from .trigonometric import cos, sin

INNER = (0.1, 0.7)


# ---------------------------------------------------------------- Carlson's integrals


@in_double(complex=True)
def carlson_values(x, y, z, p, *, powers=(0.5, 0.5, 0.5, 0.0), front=0.5, rise=0.0):
    """front ∫ t**rise (t + x)**-a (t + y)**-b (t + z)**-c (t + p)**-d dt, of scale-free arguments."""
    used = [abs(v) for v, a in zip((x, y, z, p), powers) if a]
    positive = [np.where(v > 0, v, np.nan) for v in used]
    low, high = np.fmin.reduce(positive), np.fmax.reduce(positive)
    step = 0.35 if not np.iscomplexobj(x + y + z + p) else 0.12
    # below `low` the integrand falls as t**(rise + 1), or as its root beside a zero; above, as its power
    tail = 38 / (sum(powers) - rise - 1)
    start, stop = np.log(low) - 80, np.log(high) + tail
    found = ~np.isnan(low)
    count = int(np.ceil(np.max((stop - start)[found], initial=1) / step)) if found.any() else 1
    t = np.exp(start[..., None] + step * np.arange(count + 1))
    value = t ** (rise + 1)
    for v, a in zip((x, y, z, p), powers):
        if a:
            value = value * (t + v[..., None]) ** -a
    total = front * step * value.sum(-1)
    for v, a in zip((x, y, z, p), powers):
        if a - rise >= 1:  # the integral diverges where this argument is 0
            total = np.where(v == 0, front * np.inf, total)
    refuse_principal_values(x, y, z, p, powers)
    return total


def refuse_principal_values(x, y, z, p, powers):
    """Raise where an argument is negative: the derivative of a principal value is not known here."""
    for v, a in zip((x, y, z, p), powers):
        if a and not np.iscomplexobj(v) and np.any(v < 0):
            raise ValueError(
                f"elliprj: the derivative at p = {v.min():g} is one of a principal value, which is not known; use p > 0"
            )


def grown(place):
    """The rule in the argument of that place: one more of its power."""

    def rule(t, y, *args, powers=(0.5, 0.5, 0.5, 0.0), front=0.5, rise=0.0):
        a = powers[place]
        if not a:
            return t * 0
        more = (*powers[:place], a + 1, *powers[place + 1 :])
        return t * carlson(*args, powers=more, front=-a * front, rise=rise)

    return rule


FORMS = ({"powers": (0.5, 0.5, 0.5, 1.0), "front": 1.5}, {"powers": (0.5, 0.5, 1.5, 0.5), "front": 0.125, "rise": 1.0})
carlson = special_row(
    "carlson(x, y, z, p)", carlson_values, *map(grown, range(4)),
    reads="x", domain=((0.5, 1), (1, 2), (0.7, 1.5), (1, 2)), params=FORMS, latex=r"R($x, $y, $z, $p)",
    doc="Integral of `t**k` and powers of `t + x`, `t + y`, `t + z`, `t + p`: the symmetric elliptic integrals and their derivatives.",
)


def form(x, y, z, p, powers, front, rise=0.0):
    return carlson(x, y, z, p, powers=powers, front=front, rise=rise)


def rd_slope(x, y, z, powers):
    """A derivative of R_D, whose front is 3 / 2."""
    a = next(a for a, b in zip(powers, (0.5, 0.5, 1.5)) if a != b) - 1
    return form(x, y, z, 1.0, (*powers, 0.0), -1.5 * a)


def rj_slope(x, y, z, p, powers):
    """A derivative of R_J, whose front is 3 / 2."""
    a = next(a for a, b in zip(powers, (0.5, 0.5, 0.5, 1.0)) if a != b) - 1
    return form(x, y, z, p, powers, -1.5 * a)


def rc_first(x, y, c):
    """The derivative of R_C in x: -R_D(y, y, x) / 6, and for y < 0 from its differential equation."""
    left = y < 0
    safe = where(left, 1, y)
    return where(left, (c - x**-0.5) / (2 * (y - x)), elliprd(safe, safe, x) / -6)


def rc_second(x, y, c):
    """The derivative of R_C in y, which is homogeneous of degree -1 / 2."""
    left = y < 0
    safe, below = where(left, 1, y), where(left, y, -1)
    return where(left, -(0.5 * c + x * rc_first(x, below, c)) / below, elliprd(x, safe, safe) / -3)


elliprf = special_row(
    "elliprf(x, y, z)", special.elliprf,
    lambda t, w, x, y, z: t * (elliprd(y, z, x) / -6), lambda t, w, x, y, z: t * (elliprd(x, z, y) / -6), lambda t, w, x, y, z: t * (elliprd(x, y, z) / -6),
    reads="x", domain=((0.5, 1), (1, 2), (0.7, 1.5)), latex="R_F($x, $y, $z)", doc="Symmetric elliptic integral of the first kind.",
)
elliprd = special_row(
    "elliprd(x, y, z)", special.elliprd,
    lambda t, w, x, y, z: t * rd_slope(x, y, z, (1.5, 0.5, 1.5)), lambda t, w, x, y, z: t * rd_slope(x, y, z, (0.5, 1.5, 1.5)), lambda t, w, x, y, z: t * rd_slope(x, y, z, (0.5, 0.5, 2.5)),
    reads="x", domain=((0.5, 1), (1, 2), (0.7, 1.5)), latex="R_D($x, $y, $z)", doc="Symmetric elliptic integral of the second kind.",
)
elliprc = special_row(
    "elliprc(x, y)", special.elliprc,
    lambda t, w, x, y: t * rc_first(x, y, w), lambda t, w, x, y: t * rc_second(x, y, w),
    domain=((0.5, 1), (1, 2)), latex="R_C($x, $y)", doc="Degenerate symmetric elliptic integral.",
)
elliprj = special_row(
    "elliprj(x, y, z, p)", special.elliprj,
    lambda t, w, x, y, z, p: t * rj_slope(x, y, z, p, (1.5, 0.5, 0.5, 1.0)), lambda t, w, x, y, z, p: t * rj_slope(x, y, z, p, (0.5, 1.5, 0.5, 1.0)),
    lambda t, w, x, y, z, p: t * rj_slope(x, y, z, p, (0.5, 0.5, 1.5, 1.0)), lambda t, w, x, y, z, p: t * rj_slope(x, y, z, p, (0.5, 0.5, 0.5, 2.0)),
    reads="x", domain=((0.5, 1), (1, 2), (0.7, 1.5), (1, 2)), latex="R_J($x, $y, $z, $p)", doc="Symmetric elliptic integral of the third kind.",
)
elliprg = special_row(
    "elliprg(x, y, z)", special.elliprg,
    lambda t, w, x, y, z: t * form(x, y, z, 1.0, (1.5, 0.5, 0.5, 0.0), 0.125, 1.0), lambda t, w, x, y, z: t * form(x, y, z, 1.0, (0.5, 1.5, 0.5, 0.0), 0.125, 1.0),
    lambda t, w, x, y, z: t * form(x, y, z, 1.0, (0.5, 0.5, 1.5, 0.0), 0.125, 1.0),
    reads="x", domain=((0.5, 1), (1, 2), (0.7, 1.5)), latex="R_G($x, $y, $z)", doc="Completely symmetric elliptic integral of the second kind.",
)


# ---------------------------------------------------------------- Legendre's integrals


def turns(phi):
    """(n, s, c): phi = n π + r, and the sine and cosine of r, which is at most a quarter turn."""
    n = rint(phi / math.pi)
    r = phi - n * math.pi
    return n, sin(r), cos(r)


def first_kind_slope(phi, m):
    """The derivative of F in m: half the integral of sin² over (1 - m sin²)**1.5."""
    n, s, c = turns(phi)
    part = s**3 * elliprd(c * c, 1.0, 1 - m * s * s) / 6
    return part + where(n == 0, 0, 2 * n * elliprd(0.0, 1.0, where(n == 0, 0.5, 1 - m)) / 6)


def second_kind_slope(phi, m):
    """The derivative of E in m: minus half the integral of sin² over sqrt(1 - m sin²)."""
    n, s, c = turns(phi)
    part = s**3 * elliprd(c * c, 1 - m * s * s, 1.0) / -6
    return part + where(n == 0, 0, 2 * n * elliprd(0.0, where(n == 0, 0.5, 1 - m), 1.0) / -6)


def flattened(phi, m):
    """1 - m sin²; where m is near 1 as cos² + (1 - m) sin²."""
    return cos(phi) ** 2 + (1 - m) * sin(phi) ** 2


ellipk = special_row("ellipk(m)", special.ellipk, lambda t, y, m: t * (elliprd(0.0, 1.0, 1 - m) / 6), reads="x", domain=((-1, 0.8),), latex="K($m)", doc="Complete elliptic integral of the first kind.")
ellipkm1 = special_row("ellipkm1(p)", special.ellipkm1, lambda t, y, p: t * (elliprd(0.0, 1.0, p) / -6), reads="x", domain=((0.2, 1),), latex="K(1 - $p)", doc="Complete elliptic integral of the first kind around `m = 1 - p` = 1.")
ellipe = special_row("ellipe(m)", special.ellipe, lambda t, y, m: t * (elliprd(0.0, 1 - m, 1.0) / -6), reads="x", domain=((-1, 0.8),), latex="E($m)", doc="Complete elliptic integral of the second kind.")
ellipkinc = special_row(
    "ellipkinc(phi, m)", special.ellipkinc,
    lambda t, y, phi, m: t * flattened(phi, m) ** -0.5, lambda t, y, phi, m: t * first_kind_slope(phi, m),
    reads="x", domain=((0.5, 1.2), INNER), latex="F($phi | $m)", doc="Incomplete elliptic integral of the first kind; angle in radians [rad].",
)
ellipeinc = special_row(
    "ellipeinc(phi, m)", special.ellipeinc,
    lambda t, y, phi, m: t * flattened(phi, m) ** 0.5, lambda t, y, phi, m: t * second_kind_slope(phi, m),
    reads="x", domain=((0.5, 1.2), INNER), latex="E($phi | $m)", doc="Incomplete elliptic integral of the second kind; angle in radians [rad].",
)


# ---------------------------------------------------------------- Jacobi's functions


def jacobi(name, place, in_u, in_m, latex, doc):
    """A row of one output of `ellipj`."""
    return special_row(
        f"{name}(u, m)", lambda u, m: special.ellipj(u, m)[place],
        lambda t, y, u, m: t * in_u(u, m), lambda t, y, u, m: t * in_m(u, m),
        reads="x", domain=((0.5, 1.2), INNER), latex=latex, doc=doc,
    )  # fmt: skip


def amplitude_slope(u, m):
    """The derivative of the amplitude in m, from F(am, m) = u."""
    return -jacobi_dn(u, m) * first_kind_slope(jacobi_am(u, m), m)


def delta_slope(u, m):
    """The derivative of dn = sqrt(1 - m sn²) in m."""
    s, c, d = jacobi_sn(u, m), jacobi_cn(u, m), jacobi_dn(u, m)
    return -s * (s + 2 * m * c * amplitude_slope(u, m)) / (2 * d)


jacobi_sn = jacobi("jacobi_sn", 0, lambda u, m: jacobi_cn(u, m) * jacobi_dn(u, m), lambda u, m: jacobi_cn(u, m) * amplitude_slope(u, m), r"\operatorname{sn}($u | $m)", "Jacobi's elliptic function `sn`.")
jacobi_cn = jacobi("jacobi_cn", 1, lambda u, m: -jacobi_sn(u, m) * jacobi_dn(u, m), lambda u, m: -jacobi_sn(u, m) * amplitude_slope(u, m), r"\operatorname{cn}($u | $m)", "Jacobi's elliptic function `cn`.")
jacobi_dn = jacobi("jacobi_dn", 2, lambda u, m: -m * jacobi_sn(u, m) * jacobi_cn(u, m), delta_slope, r"\operatorname{dn}($u | $m)", "Jacobi's elliptic function `dn`.")
jacobi_am = jacobi("jacobi_am", 3, lambda u, m: jacobi_dn(u, m), amplitude_slope, r"\operatorname{am}($u | $m)", "Jacobi's amplitude [rad].")


@composed(special.ellipj)
def ellipj(u, m):
    """Jacobi's elliptic functions and the amplitude, `(sn, cn, dn, ph)`.

    >>> print(*[f"{v:.9f}" for v in ellipj(0.5, 0.0)])
    0.479425539 0.877582562 1.000000000 0.500000000
    """
    return jacobi_sn(u, m), jacobi_cn(u, m), jacobi_dn(u, m), jacobi_am(u, m)


def mean_slope(a, b, mean):
    """The derivative of the arithmetic-geometric mean in a, by agm = (π / 2) / R_F(0, a², b²)."""
    p, q = a / mean, b / mean
    return 2 / (3 * math.pi) * p * elliprd(0.0, q * q, p * p)


agm = special_row(
    "agm(a, b)", special.agm, lambda t, z, a, b: t * mean_slope(a, b, z), lambda t, z, a, b: t * mean_slope(b, a, z),
    domain=((0.7, 2), (0.7, 2)), latex=r"\operatorname{agm}($a, $b)", doc="Arithmetic-geometric mean.",
)
