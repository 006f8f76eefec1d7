"""Rows of functions that solve a differential equation, and of what is left of scipy.special.

Source of the formulas: NIST Digital Library of Mathematical Functions, chapters 7, 10, 12 and 14.
"""

import math

import numpy as np

from .choose import where
from .error_functions import erfc
from .exponential import exp
from .hypergeometric import eval_genlaguerre
from .scipy_special import as_complex, composed, special, special_row


def pair(name, arguments, function, second, held, latex, doc, domain=(0.5, 2)):
    """Rows of a function and of its derivative, the outputs of SciPy's `function`.

    second(parameter, x, value): the second derivative.
    """
    first = special_row(
        f"{name}({arguments})", lambda v, x: function(v, x)[0], name, lambda t, z, v, x: t * slope(v, x),
        reads="x", domain=((), domain), held={0: held}, latex=latex, doc=f"{doc}.",
    )  # fmt: skip
    slope = special_row(
        f"{name}_slope({arguments})", lambda v, x: function(v, x)[1], name, lambda t, z, v, x: t * second(v, x, first(v, x)),
        reads="x", domain=((), domain), held={0: held}, latex=f"{latex}'", doc=f"Derivative of {doc[0].lower()}{doc[1:]}.",
    )  # fmt: skip

    @composed(function)
    def both(v, x):
        return first(v, x), slope(v, x)

    both.__name__ = both.__qualname__ = name
    both.__doc__ = f"{doc} and its derivative in `x`."
    return first, slope, both


def parabolic(v, x, value):
    """D and V solve w'' = (x² / 4 - v - 1 / 2) w."""
    return (0.25 * x * x - v - 0.5) * value


pbdv_row, pbdv_slope, pbdv = pair("pbdv", "v, x", special.pbdv, parabolic, (0.5, 1.25), "D_{$v}($x)", "Parabolic cylinder function `D`")
pbvv_row, pbvv_slope, pbvv = pair("pbvv", "v, x", special.pbvv, parabolic, (0.5, 1.25), "V_{$v}($x)", "Parabolic cylinder function `V`")
pbwa_row, pbwa_slope, pbwa = pair("pbwa", "a, x", special.pbwa, lambda a, x, w: (a - 0.25 * x * x) * w, (0.5, 1.25), "W($a, $x)", "Parabolic cylinder function `W`")

wright_bessel = special_row(
    "wright_bessel(a, b, x)", special.wright_bessel, "wright_bessel", "wright_bessel", lambda t, y, a, b, x: t * wright_bessel(a, a + b, x),
    reads="x", domain=((), (), (0.5, 2)), held={0: (0.5, 1.0), 1: (1.5, 2.0)}, latex=r"\Phi($a, $b; $x)", doc="Generalized Bessel function of Wright.",
)
log_wright_bessel = special_row(
    "log_wright_bessel(a, b, x)", special.log_wright_bessel, "log_wright_bessel", "log_wright_bessel",
    lambda t, y, a, b, x: t * exp(log_wright_bessel(a, a + b, x) - y),
    domain=((), (), (0.5, 2)), held={0: (0.5, 1.0), 1: (1.5, 2.0)}, latex=r"\ln \Phi($a, $b; $x)", doc="Logarithm of Wright's generalized Bessel function.",
)


def associated_slope(m, v, x, y):
    """(1 - x²) P' = (m + v) P of v - 1, less v x P; where m = 0 at the ends v (v + 1) / 2."""
    end = x * x == 1
    inside = where(end, 0.5, x)
    slope = ((m + v) * lpmv(m, v - 1, inside) - v * inside * lpmv(m, v, inside)) / ((1 - inside) * (1 + inside))
    limit = where(m == 0, 0.5 * v * (v + 1) * where(x > 0, 1.0, (-1.0) ** (v + 1)), np.inf)
    return where(end, limit, slope)


lpmv = special_row(
    "lpmv(m, v, x)", special.lpmv, "lpmv", "lpmv", lambda t, y, m, v, x: t * associated_slope(m, v, x, y),
    reads="x", domain=((), (), (-0.6, 0.6)), held={0: (0, 1), 1: (2, 3)}, latex="P_{$v}^{$m}($x)", doc="Associated Legendre function of whole order `m` and degree `v`.",
)


@composed()
def assoc_laguerre(x, n, k=0.0):
    """Generalized Laguerre polynomial of degree `n` and parameter `k`."""
    return eval_genlaguerre(n, k, x)


def modified_fresnel(x, sign):
    """∫ exp(± i t²) dt from x to infinity, and that times exp(∓ i (x² + π / 4)) / √π, by erfc."""
    x = as_complex(x)
    z = x * np.exp(-0.25j * sign * math.pi)
    tail = erfc(z) * 0.5
    return tail * (math.sqrt(math.pi) * np.exp(0.25j * sign * math.pi)), tail * exp(x * x * (-1j * sign))


@composed(special.modfresnelp)
def modfresnelp(x):
    """Modified Fresnel integrals `(F+, K+)`, complex numbers."""
    return modified_fresnel(x, 1)


@composed(special.modfresnelm)
def modfresnelm(x):
    """Modified Fresnel integrals `(F-, K-)`, complex numbers."""
    return modified_fresnel(x, -1)
