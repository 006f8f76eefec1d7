"""Distributions of positive numbers."""

import math

import numpy as np

from ...ops.error_functions import log_ndtr, ndtr, ndtri
from ...ops.exponential import exp, expm1, log, log1p
from ...ops.gamma import betaln, cospi, gammaln, sinpi
from ...ops.incomplete import (
    betainc,
    betainccinv,
    betaincinv,
    gammainc,
    gammaincc,
    gammainccinv,
    gammaincinv,
)
from ...ops.information import xlogy
from ...ops.trigonometric import atan2
from .distribution import Continuous, Facts, log1mexp
from .line import LOG_PI, LOG_ROOT_TAU, LOG_TWO


def positive(*shapes):
    """The support of positive numbers."""
    return 0.0, np.inf


def each_positive(*shapes):
    """Whether every shape parameter is positive."""
    result = shapes[0] > 0
    for s in shapes[1:]:
        result = result & (s > 0)
    return result


def on_half_line(name, shapes, doc, *functions, **facts):
    """A distribution of positive numbers, whose shape parameters are positive."""
    facts.setdefault("valid", each_positive if shapes else None)
    facts.setdefault("support", positive)
    facts.setdefault("inside", lambda *s: 1.0)
    return Continuous(name, shapes, doc, Facts(*functions, **facts))


expon = on_half_line(
    "expon",
    (),
    "Exponential distribution.",
    lambda x: -x,
    lambda x: -expm1(-x),
    lambda x: exp(-x),
    log_distribution=lambda x: log1mexp(-x),
    log_survival=lambda x: -x,
    quantile=lambda q: -log1p(-q),
)
gamma = on_half_line(
    "gamma",
    ("a",),
    "Gamma distribution of shape `a`.",
    lambda x, a: xlogy(a - 1, x) - x - gammaln(a),
    lambda x, a: gammainc(a, x),
    lambda x, a: gammaincc(a, x),
    quantile=lambda q, a: gammaincinv(a, q),
)
chi2 = on_half_line(
    "chi2",
    ("df",),
    "Chi-squared distribution with `df` degrees of freedom.",
    lambda x, df: xlogy(0.5 * df - 1, x) - 0.5 * x - gammaln(0.5 * df) - 0.5 * LOG_TWO * df,
    lambda x, df: gammainc(0.5 * df, 0.5 * x),
    lambda x, df: gammaincc(0.5 * df, 0.5 * x),
    quantile=lambda q, df: 2 * gammaincinv(0.5 * df, q),
)
invgamma = on_half_line(
    "invgamma",
    ("a",),
    "Inverse gamma distribution of shape `a`.",
    lambda x, a: -(a + 1) * log(x) - gammaln(a) - 1 / x,
    lambda x, a: gammaincc(a, 1 / x),
    lambda x, a: gammainc(a, 1 / x),
    quantile=lambda q, a: 1 / gammainccinv(a, q),
    closed=False,
)
lognorm = on_half_line(
    "lognorm",
    ("s",),
    "Distribution of the exponential of a normal number of standard deviation `s`.",
    lambda x, s: -0.5 * (log(x) / s) ** 2 - log(s * x) - LOG_ROOT_TAU,
    lambda x, s: ndtr(log(x) / s),
    lambda x, s: ndtr(-log(x) / s),
    log_distribution=lambda x, s: log_ndtr(log(x) / s),
    log_survival=lambda x, s: log_ndtr(-log(x) / s),
    quantile=lambda q, s: exp(s * ndtri(q)),
    closed=False,
)
pareto = on_half_line(
    "pareto",
    ("b",),
    "Pareto distribution of exponent `b`, of numbers above 1.",
    lambda x, b: log(b) - (b + 1) * log(x),
    lambda x, b: -expm1(-b * log(x)),
    lambda x, b: x**-b,
    log_distribution=lambda x, b: log1mexp(-b * log(x)),
    log_survival=lambda x, b: -b * log(x),
    quantile=lambda q, b: (1 - q) ** (-1 / b),
    support=lambda b: (1.0, np.inf),
    inside=lambda b: 2.0,
)
weibull_min = on_half_line(
    "weibull_min",
    ("c",),
    "Weibull distribution of smallest values, of shape `c`.",
    lambda x, c: log(c) + xlogy(c - 1, x) - x**c,
    lambda x, c: -expm1(-(x**c)),
    lambda x, c: exp(-(x**c)),
    log_distribution=lambda x, c: log1mexp(-(x**c)),
    log_survival=lambda x, c: -(x**c),
    quantile=lambda q, c: (-log1p(-q)) ** (1 / c),
)
halfnorm = on_half_line(
    "halfnorm",
    (),
    "Absolute value of a normal number.",
    lambda x: LOG_TWO - LOG_ROOT_TAU - 0.5 * x * x,
    lambda x: 1 - 2 * ndtr(-x),
    lambda x: 2 * ndtr(-x),
    log_survival=lambda x: LOG_TWO + log_ndtr(-x),
    quantile=lambda q: -ndtri(0.5 * (1 - q)),
)
halfcauchy = on_half_line(
    "halfcauchy",
    (),
    "Absolute value of a Cauchy number.",
    lambda x: LOG_TWO - LOG_PI - log1p(x * x),
    lambda x: 2 / math.pi * atan2(x, 1.0),
    lambda x: 2 / math.pi * atan2(1.0, x),
    quantile=lambda q: sinpi(0.5 * q) / cospi(0.5 * q),
)
rayleigh = on_half_line(
    "rayleigh",
    (),
    "Rayleigh distribution: the length of a plane vector of normal numbers.",
    lambda x: log(x) - 0.5 * x * x,
    lambda x: -expm1(-0.5 * x * x),
    lambda x: exp(-0.5 * x * x),
    log_distribution=lambda x: log1mexp(-0.5 * x * x),
    log_survival=lambda x: -0.5 * x * x,
    quantile=lambda q: (-2 * log1p(-q)) ** 0.5,
)


def f_log_density(x, dfn, dfd):
    m, n = 0.5 * dfn, 0.5 * dfd
    ratio = dfn / dfd
    return m * log(ratio) + xlogy(m - 1, x) - (m + n) * log1p(ratio * x) - betaln(m, n)


def f_quantile(q, dfn, dfd):
    m, n = 0.5 * dfn, 0.5 * dfd
    return dfd / dfn * betaincinv(m, n, q) / betainccinv(n, m, q)


f = on_half_line(
    "f",
    ("dfn", "dfd"),
    "F distribution with `dfn` and `dfd` degrees of freedom.",
    f_log_density,
    lambda x, dfn, dfd: betainc(0.5 * dfn, 0.5 * dfd, dfn * x / (dfd + dfn * x)),
    lambda x, dfn, dfd: betainc(0.5 * dfd, 0.5 * dfn, dfd / (dfd + dfn * x)),
    quantile=f_quantile,
)


def gaussian_log_density(x, mu):
    return -LOG_ROOT_TAU - 1.5 * log(x) - 0.5 * ((x - mu) / mu) ** 2 / x


def gaussian_tail(x, mu):
    """exp(2 / μ) Φ(-(x + μ) / (μ √x)), in logarithms against overflow."""
    return exp(2 / mu + log_ndtr(-(x + mu) / (mu * x**0.5)))


def gaussian_below(x, mu):
    return ndtr((x - mu) / (mu * x**0.5)) + gaussian_tail(x, mu)


def gaussian_above(x, mu):
    return ndtr((mu - x) / (mu * x**0.5)) - gaussian_tail(x, mu)


invgauss = on_half_line(
    "invgauss",
    ("mu",),
    "Inverse Gaussian distribution of mean `mu`.",
    gaussian_log_density,
    gaussian_below,
    gaussian_above,
    closed=False,
)
wald = on_half_line(
    "wald",
    (),
    "Inverse Gaussian distribution of mean 1.",
    lambda x: gaussian_log_density(x, 1.0),
    lambda x: gaussian_below(x, 1.0),
    lambda x: gaussian_above(x, 1.0),
    closed=False,
)
