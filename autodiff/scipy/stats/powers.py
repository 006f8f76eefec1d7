"""Distributions with power laws, and lengths of normal vectors."""

import math

import numpy as np

from ...ops.arithmetic import sqrt
from ...ops.error_functions import erf, erfc
from ...ops.exponential import exp, expm1, log, log1p, sigmoid, softplus
from ...ops.gamma import gammaln
from ...ops.incomplete import gammainc, gammaincc, gammaincinv
from ...ops.information import xlogy
from .distribution import Continuous, Facts
from .half_line import each_positive, on_half_line
from .line import LOG_ROOT_TAU, LOG_TWO

chi = on_half_line(
    "chi",
    ("df",),
    "Length of a normal vector of `df` elements.",
    lambda x, k: (1 - k / 2) * LOG_TWO - gammaln(k / 2) + xlogy(k - 1, x) - x * x / 2,
    lambda x, k: gammainc(k / 2, x * x / 2),
    lambda x, k: gammaincc(k / 2, x * x / 2),
    quantile=lambda q, k: sqrt(2 * gammaincinv(k / 2, q)),
)

maxwell = on_half_line(
    "maxwell",
    (),
    "Length of a normal vector of three elements.",
    lambda x: 0.5 * math.log(2 / math.pi) + 2 * log(x) - x * x / 2,
    lambda x: gammainc(1.5, x * x / 2),
    lambda x: gammaincc(1.5, x * x / 2),
    quantile=lambda q: sqrt(2 * gammaincinv(1.5, q)),
    closed=False,
)

lomax = on_half_line(
    "lomax",
    ("c",),
    "Pareto distribution that begins at 0.",
    lambda x, c: log(c) - (c + 1) * log1p(x),
    lambda x, c: -expm1(-c * log1p(x)),
    lambda x, c: exp(-c * log1p(x)),
    log_survival=lambda x, c: -c * log1p(x),
    quantile=lambda q, c: expm1(-log1p(-q) / c),
)

fisk = on_half_line(
    "fisk",
    ("c",),
    "Exponential of the logistic distribution.",
    lambda x, c: log(c) + (c - 1) * log(x) - 2 * softplus(c * log(x)),
    lambda x, c: sigmoid(c * log(x)),
    lambda x, c: sigmoid(-c * log(x)),
    log_distribution=lambda x, c: -softplus(-c * log(x)),
    log_survival=lambda x, c: -softplus(c * log(x)),
    quantile=lambda q, c: exp((log(q) - log1p(-q)) / c),
    closed=False,
)

levy = on_half_line(
    "levy",
    (),
    "Time at which a random walk first reaches a level.",
    lambda x: -LOG_ROOT_TAU - 1.5 * log(x) - 0.5 / x,
    lambda x: erfc(1 / sqrt(2 * x)),
    lambda x: erf(1 / sqrt(2 * x)),
    closed=False,
)

gompertz = on_half_line(
    "gompertz",
    ("c",),
    "Time of life where the rate of death grows exponentially.",
    lambda x, c: log(c) + x - c * expm1(x),
    lambda x, c: -expm1(-c * expm1(x)),
    lambda x, c: exp(-c * expm1(x)),
    log_survival=lambda x, c: -c * expm1(x),
    quantile=lambda q, c: log1p(-log1p(-q) / c),
)

powerlaw = Continuous(
    "powerlaw",
    ("a",),
    "Density in proportion to a power, on [0, 1].",
    Facts(
        lambda x, a: log(a) + xlogy(a - 1, x),
        lambda x, a: x**a,
        lambda x, a: -expm1(a * log(x)),
        log_distribution=lambda x, a: a * log(x),
        quantile=lambda q, a: q ** (1 / a),
        support=lambda a: (0.0, 1.0),
        valid=each_positive,
    ),
)

loguniform = Continuous(
    "loguniform",
    ("a", "b"),
    "Even distribution of the logarithm, between `a` and `b`.",
    Facts(
        lambda x, a, b: -log(x) - log(log(b) - log(a)),
        lambda x, a, b: (log(x) - log(a)) / (log(b) - log(a)),
        lambda x, a, b: (log(b) - log(x)) / (log(b) - log(a)),
        quantile=lambda q, a, b: exp(log(a) + q * (log(b) - log(a))),
        support=lambda a, b: (a, b),
        inside=lambda a, b: 0.5 * (a + b),
        valid=lambda a, b: (a > 0) & (b > a),
    ),
)
reciprocal = loguniform

weibull_max = Continuous(
    "weibull_max",
    ("c",),
    "Weibull distribution of negative numbers.",
    Facts(
        lambda x, c: log(c) + xlogy(c - 1, -x) - (-x) ** c,
        lambda x, c: exp(-((-x) ** c)),
        lambda x, c: -expm1(-((-x) ** c)),
        log_distribution=lambda x, c: -((-x) ** c),
        quantile=lambda q, c: -((-log(q)) ** (1 / c)),
        support=lambda c: (-np.inf, 0.0),
        inside=lambda c: -1.0,
        valid=each_positive,
        closed=False,
    ),
)
