"""Rows of Kelvin functions and of integrals of Bessel, Airy and Struve functions.

Source of the formulas: NIST Digital Library of Mathematical Functions, sections 9.10, 10.22 and 10.61.
"""


import numpy as np

from .airy import airy_ai, airy_bi
from .bessel import i0, iv, j0, jv, k0, modstruve, struve, y0
from .choose import where
from .scipy_special import composed, in_double, special, special_row


def plain(name, slope, latex, doc, domain=(0.5, 3)):
    """A row of SciPy's function of that name; slope(x) is the derivative."""
    return special_row(f"{name}(x)", getattr(special, name), lambda t, y, x: t * slope(x), reads="x", domain=(domain,), latex=latex, doc=doc)


def output(name, function, which, slope, latex, doc, domain=(0.5, 3)):
    """A row of one output of a function of SciPy."""
    return special_row(f"{name}(x)", lambda x: function(x)[which], lambda t, y, x: t * slope(x), reads="x", domain=(domain,), latex=latex, doc=doc)


def over(f, x, at_zero):
    """f(x) / x, and its limit at 0."""
    still = x == 0
    return where(still, at_zero, f(x) / where(still, 1, x))


# ber + i bei = J0(x exp(3 π i / 4)) and ker + i kei = K0(x exp(π i / 4)) solve x² w'' + x w' = i x² w
ber  = plain("ber",  lambda x: berp(x),                       r"\operatorname{ber} {$x}",  "Kelvin function `ber`.")
bei  = plain("bei",  lambda x: beip(x),                       r"\operatorname{bei} {$x}",  "Kelvin function `bei`.")
ker  = plain("ker",  lambda x: kerp(x),                       r"\operatorname{ker} {$x}",  "Kelvin function `ker`.", (0.5, 1.5))
kei  = plain("kei",  lambda x: keip(x),                       r"\operatorname{kei} {$x}",  "Kelvin function `kei`.")
berp = plain("berp", lambda x: -bei(x) - over(berp, x, 0.0),  r"\operatorname{ber}' {$x}", "Derivative of the Kelvin function `ber`.")
beip = plain("beip", lambda x: ber(x) - over(beip, x, 0.5),   r"\operatorname{bei}' {$x}", "Derivative of the Kelvin function `bei`.")
kerp = plain("kerp", lambda x: -kei(x) - kerp(x) / x,         r"\operatorname{ker}' {$x}", "Derivative of the Kelvin function `ker`.")
keip = plain("keip", lambda x: ker(x) - keip(x) / x,          r"\operatorname{kei}' {$x}", "Derivative of the Kelvin function `kei`.")


@composed(special.kelvin)
def kelvin(x):
    """Kelvin functions as complex numbers: `(Be, Ke, Be', Ke')`, such as `Be = ber + i bei`.

    >>> print(f"{kelvin(1.0)[0].real:.9f}")
    0.984381781
    """
    return ber(x) + 1j * bei(x), ker(x) + 1j * kei(x), berp(x) + 1j * beip(x), kerp(x) + 1j * keip(x)


def mean_series(sign):
    """sign (f(x) - 1) / x of f = J0 (sign = -1) or I0 (sign = 1), by its series near 0."""

    def evaluate(x):
        near, total, term = np.abs(x) < 2, np.zeros_like(x), np.ones_like(x)
        small = np.where(near, x, 0)
        for k in range(1, 22):
            term = term * sign * (small / 2) ** 2 / (k * k)
            total += term
        value = special.j0(x) if sign < 0 else special.i0(x)
        bare = np.where(near, total, value - 1)
        return sign * np.where(x == 0, 0, bare / np.where(x == 0, 1, x))

    return in_double(evaluate)


j0_mean = special_row(
    "j0_mean(x)", mean_series(-1), lambda t, y, x: t * (0.5 * (j0(x) + jv(2, x)) - over(j0_mean, x, 0.25)),
    reads="x", domain=((0.5, 3),), latex="(1 - J_0($x)) / $x", doc="`(1 - j0(x)) / x`, which is 0 at 0.",
)
i0_mean = special_row(
    "i0_mean(x)", mean_series(1), lambda t, y, x: t * (0.5 * (i0(x) - iv(2, x)) - over(i0_mean, x, 0.25)),
    reads="x", domain=((0.5, 3),), latex="(I_0($x) - 1) / $x", doc="`(i0(x) - 1) / x`, which is 0 at 0.",
)

def integrated(which, sign):
    """∫ Ai or Bi from 0 to x: Gauss's rule, as SciPy's own values are good to 7 digits."""
    points, weights = np.polynomial.legendre.leggauss(80)

    @in_double
    def airy_integral(x):
        near = np.abs(x) <= 10
        inner = special.airy(sign * 0.5 * np.where(near, x, 0)[..., None] * (1 + points))[2 * (which % 2)]
        return np.where(near, 0.5 * x * (inner * weights).sum(-1), special.itairy(x)[which])

    return airy_integral


j0_integral  = output("j0_integral",  special.itj0y0,  0, j0,                     r"\int_0^{$x} J_0", "Integral of `j0` from 0.")
y0_integral  = output("y0_integral",  special.itj0y0,  1, y0,                     r"\int_0^{$x} Y_0", "Integral of `y0` from 0.")
i0_integral  = output("i0_integral",  special.iti0k0,  0, i0,                     r"\int_0^{$x} I_0", "Integral of `i0` from 0.")
k0_integral  = output("k0_integral",  special.iti0k0,  1, k0,                     r"\int_0^{$x} K_0", "Integral of `k0` from 0.")
j0_mean_integral = output("j0_mean_integral", special.it2j0y0, 0, j0_mean,        r"\int_0^{$x} (1 - J_0(t)) / t \, dt", "Integral of `(1 - j0(t)) / t` from 0.")
y0_mean_integral = output("y0_mean_integral", special.it2j0y0, 1, lambda x: -y0(x) / x, r"\int_{$x}^\infty Y_0(t) / t \, dt", "Integral of `y0(t) / t` to infinity.")
i0_mean_integral = output("i0_mean_integral", special.it2i0k0, 0, i0_mean,        r"\int_0^{$x} (I_0(t) - 1) / t \, dt", "Integral of `(i0(t) - 1) / t` from 0.")
k0_mean_integral = output("k0_mean_integral", special.it2i0k0, 1, lambda x: -k0(x) / x, r"\int_{$x}^\infty K_0(t) / t \, dt", "Integral of `k0(t) / t` to infinity.")


def airy_integral(name, which, sign, slope, latex, doc):
    """A row of one output of `itairy`."""
    return special_row(f"{name}(x)", integrated(which, sign), lambda t, y, x: t * slope(x), reads="x", domain=((0.5, 3),), latex=latex, doc=doc)


ai_integral  = airy_integral("ai_integral", 0, 1, airy_ai,                        r"\int_0^{$x} \operatorname{Ai}", "Integral of `Ai(t)` from 0.")
bi_integral  = airy_integral("bi_integral", 1, 1, airy_bi,                        r"\int_0^{$x} \operatorname{Bi}", "Integral of `Bi(t)` from 0.")
ai_left_integral = airy_integral("ai_left_integral", 2, -1, lambda x: airy_ai(-x), r"\int_0^{$x} \operatorname{Ai}(-t) \, dt", "Integral of `Ai(-t)` from 0.")
bi_left_integral = airy_integral("bi_left_integral", 3, -1, lambda x: airy_bi(-x), r"\int_0^{$x} \operatorname{Bi}(-t) \, dt", "Integral of `Bi(-t)` from 0.")
itstruve0    = plain("itstruve0",    lambda x: struve(0, x),                      r"\int_0^{$x} \mathbf{H}_0", "Integral of the Struve function of order 0 from 0.")
it2struve0   = plain("it2struve0",   lambda x: -struve(0, x) / x,                 r"\int_{$x}^\infty \mathbf{H}_0(t) / t \, dt", "Integral of `struve(0, t) / t` to infinity.")
itmodstruve0 = plain("itmodstruve0", lambda x: modstruve(0, x),                   r"\int_0^{$x} \mathbf{L}_0", "Integral of the modified Struve function of order 0 from 0.")


def together(numpy, *rows, doc):
    """SciPy's function of several outputs."""

    @composed(numpy)
    def function(x):
        return tuple(row(x) for row in rows)

    function.__name__ = function.__qualname__ = numpy.__name__
    function.__doc__ = doc
    return function


itj0y0 = together(special.itj0y0, j0_integral, y0_integral, doc="Integrals of `j0` and `y0` from 0 to `x`.")
iti0k0 = together(special.iti0k0, i0_integral, k0_integral, doc="Integrals of `i0` and `k0` from 0 to `x`.")
it2j0y0 = together(special.it2j0y0, j0_mean_integral, y0_mean_integral, doc="Integrals of `(1 - j0(t)) / t` from 0, and of `y0(t) / t` to infinity.")
it2i0k0 = together(special.it2i0k0, i0_mean_integral, k0_mean_integral, doc="Integrals of `(i0(t) - 1) / t` from 0, and of `k0(t) / t` to infinity.")
itairy = together(special.itairy, ai_integral, bi_integral, ai_left_integral, bi_left_integral, doc="Integrals of `Ai(t)`, `Bi(t)`, `Ai(-t)` and `Bi(-t)` from 0 to `x`.")
