"""Distributions on an interval and on the circle."""

import math

from ...ops.bessel import i0e
from ...ops.choose import where
from ...ops.error_functions import log_ndtr, ndtri_exp
from ...ops.exponential import exp, log, log1p, logaddexp
from ...ops.gamma import betaln
from ...ops.incomplete import betainc, betaincc, betaincinv
from ...ops.information import xlog1py, xlogy
from ...ops.tails import circle
from ...ops.trigonometric import cos
from .distribution import Continuous, Facts, log1mexp
from .line import LOG_ROOT_TAU


def unit(*shapes):
    """The unit interval."""
    return 0.0, 1.0


uniform = Continuous(
    "uniform",
    (),
    "Uniform distribution on [loc, loc + scale].",
    Facts(
        lambda x: 0 * x,
        lambda x: x,
        lambda x: 1 - x,
        log_survival=lambda x: log1p(-x),
        quantile=lambda q: q,
        support=unit,
    ),
)
beta = Continuous(
    "beta",
    ("a", "b"),
    "Beta distribution of shapes `a` and `b`.",
    Facts(
        lambda x, a, b: xlogy(a - 1, x) + xlog1py(b - 1, -x) - betaln(a, b),
        lambda x, a, b: betainc(a, b, x),
        lambda x, a, b: betaincc(a, b, x),
        quantile=lambda q, a, b: betaincinv(a, b, q),
        support=unit,
        valid=lambda a, b: (a > 0) & (b > 0),
    ),
)


def triangle_log_density(x, c):
    rising = x < c
    up = where(c > 0, c, 1)
    down = where(c < 1, 1 - c, 1)
    return math.log(2) + where(
        rising, log(where(rising, x, 1)) - log(up), log1p(-where(rising, 0, x)) - log(down)
    )


def triangle_below(x, c):
    rising = x < c
    down = where(c < 1, 1 - c, 1)
    return where(rising, x * x / where(c > 0, c, 1), 1 - (1 - x) * (1 - x) / down)


triang = Continuous(
    "triang",
    ("c",),
    "Triangular distribution on [0, 1] with its peak at `c`.",
    Facts(
        triangle_log_density,
        triangle_below,
        lambda x, c: triangle_below(1 - x, 1 - c),
        quantile=lambda q, c: where(
            q < c,
            (where(q < c, q, 0.25) * where(c > 0, c, 1)) ** 0.5,
            1 - ((1 - where(q < c, 0.75, q)) * (1 - c)) ** 0.5,
        ),
        support=unit,
        valid=lambda c: (c >= 0) & (c <= 1),
    ),
)


def log_mass(a, b):
    """log(Φ(b) - Φ(a)), from the tail in which both lie."""
    right = a > 0
    low, high = where(right, -b, a), where(right, -a, b)
    top = log_ndtr(high)
    return top + log1mexp(log_ndtr(low) - top)


def truncated_log_below(x, a, b):
    return log_mass(a, x) - log_mass(a, b)


def truncated_log_above(x, a, b):
    return log_mass(x, b) - log_mass(a, b)


def truncated_quantile(q, a, b):
    """From the tail in which the interval lies, in logarithms."""
    right = a > 0
    mass = log_mass(a, b)
    left = ndtri_exp(logaddexp(log_ndtr(where(right, -1.0, a)), log(q) + mass))
    return where(
        right, -ndtri_exp(logaddexp(log_ndtr(where(right, -b, -1.0)), log1p(-q) + mass)), left
    )


truncnorm = Continuous(
    "truncnorm",
    ("a", "b"),
    "Normal distribution cut to [a, b], in units of the scale.",
    Facts(
        lambda x, a, b: -0.5 * x * x - LOG_ROOT_TAU - log_mass(a, b),
        lambda x, a, b: exp(truncated_log_below(x, a, b)),
        lambda x, a, b: exp(truncated_log_above(x, a, b)),
        log_distribution=truncated_log_below,
        log_survival=truncated_log_above,
        quantile=truncated_quantile,
        support=lambda a, b: (a, b),
        inside=lambda a, b: where(
            a > 0,
            1.0001 * a,
            where(b < 0, 1.0001 * b, 0.5 * (where(a > -1, a, -1) + where(b < 1, b, 1))),
        ),
        valid=lambda a, b: a < b,
    ),
)


vonmises = Continuous(
    "vonmises",
    ("kappa",),
    "Von Mises distribution of concentration `kappa`, on the circle [rad].",
    Facts(
        lambda x, kappa: kappa * (cos(x) - 1) - math.log(2 * math.pi) - log(i0e(kappa)),
        circle,
        lambda x, kappa: circle(-x, kappa),
        valid=lambda kappa: kappa >= 0,
    ),
)
