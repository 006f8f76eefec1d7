"""Distributions on the whole line."""

import math

from ...ops.arithmetic import absolute
from ...ops.choose import where
from ...ops.error_functions import log_ndtr, ndtr, ndtri
from ...ops.exponential import exp, expm1, log, log1p, sigmoid, softplus
from ...ops.gamma import betaln, cospi, sinpi
from ...ops.information import logit
from ...ops.student import stdtr, stdtrit
from ...ops.tails import skew_tail
from ...ops.trigonometric import atan2
from .distribution import Continuous, Facts, log1mexp

LOG_ROOT_TAU, LOG_TWO, LOG_PI = 0.5 * math.log(2 * math.pi), math.log(2), math.log(math.pi)


norm = Continuous(
    "norm",
    (),
    "Normal distribution.",
    Facts(
        lambda x: -0.5 * x * x - LOG_ROOT_TAU,
        ndtr,
        lambda x: ndtr(-x),
        log_distribution=log_ndtr,
        log_survival=lambda x: log_ndtr(-x),
        quantile=ndtri,
    ),
)


def student_log_density(x, df):
    return -0.5 * (df + 1) * log1p(x * x / df) - 0.5 * log(df) - betaln(0.5, 0.5 * df)


t = Continuous(
    "t",
    ("df",),
    "Student's distribution with `df` degrees of freedom.",
    Facts(
        student_log_density,
        lambda x, df: stdtr(df, x),
        lambda x, df: stdtr(df, -x),
        quantile=lambda q, df: stdtrit(df, q),
        valid=lambda df: df > 0,
    ),
)
cauchy = Continuous(
    "cauchy",
    (),
    "Cauchy distribution.",
    Facts(
        lambda x: -LOG_PI - log1p(x * x),
        lambda x: atan2(1.0, -x) / math.pi,
        lambda x: atan2(1.0, x) / math.pi,
        quantile=lambda q: -cospi(q) / sinpi(q),
    ),
)


def laplace_tail(x):
    """exp(-|x|) / 2"""
    return 0.5 * exp(-absolute(x))


def laplace_below(x):
    tail = laplace_tail(x)
    return where(x < 0, tail, 1 - tail)


def laplace_log_below(x):
    left = x < 0
    return where(left, where(left, x, 0) - LOG_TWO, log1p(-laplace_tail(where(left, 0, x))))


laplace = Continuous(
    "laplace",
    (),
    "Laplace distribution.",
    Facts(
        lambda x: -absolute(x) - LOG_TWO,
        laplace_below,
        lambda x: laplace_below(-x),
        log_distribution=laplace_log_below,
        log_survival=lambda x: laplace_log_below(-x),
        quantile=lambda q: where(
            q < 0.5, log(2 * where(q < 0.5, q, 0.25)), -log(2 - 2 * where(q < 0.5, 0.75, q))
        ),
    ),
)
logistic = Continuous(
    "logistic",
    (),
    "Logistic distribution.",
    Facts(
        lambda x: -absolute(x) - 2 * softplus(-absolute(x)),
        sigmoid,
        lambda x: sigmoid(-x),
        log_distribution=lambda x: -softplus(-x),
        log_survival=lambda x: -softplus(x),
        quantile=logit,
    ),
)
gumbel_r = Continuous(
    "gumbel_r",
    (),
    "Gumbel distribution of largest values.",
    Facts(
        lambda x: -x - exp(-x),
        lambda x: exp(-exp(-x)),
        lambda x: -expm1(-exp(-x)),
        log_distribution=lambda x: -exp(-x),
        log_survival=lambda x: log1mexp(-exp(-x)),
        quantile=lambda q: -log(-log(q)),
    ),
)
gumbel_l = Continuous(
    "gumbel_l",
    (),
    "Gumbel distribution of smallest values.",
    Facts(
        lambda x: x - exp(x),
        lambda x: -expm1(-exp(x)),
        lambda x: exp(-exp(x)),
        log_distribution=lambda x: log1mexp(-exp(x)),
        log_survival=lambda x: -exp(x),
        quantile=lambda q: log(-log1p(-q)),
    ),
)
skewnorm = Continuous(
    "skewnorm",
    ("a",),
    "Skewed normal distribution of skewness `a`.",
    Facts(
        lambda x, a: LOG_TWO - 0.5 * x * x - LOG_ROOT_TAU + log_ndtr(a * x),
        lambda x, a: skew_tail(-x, -a),
        lambda x, a: skew_tail(x, a),
    ),
)
