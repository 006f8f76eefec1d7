"""Distributions of whole numbers."""

import numpy as np

from ...ops.choose import where
from ...ops.exponential import exp, expm1, log, log1p
from ...ops.gamma import betaln, gammaln
from ...ops.incomplete import betainc, betaincc, gammainc, gammaincc
from ...ops.information import xlog1py, xlogy
from .distribution import Discrete, Facts, log1mexp


def from_zero(*shapes):
    """The support 0, 1, 2, ..."""
    return 0.0, np.inf


def probability(p):
    """Whether `p` is a probability."""
    return (p >= 0) & (p <= 1)


def log_choose(n, k):
    """Logarithm of the binomial coefficient."""
    return -betaln(n - k + 1, k + 1) - log1p(n)


poisson = Discrete(
    "poisson",
    ("mu",),
    "Poisson distribution of mean `mu`.",
    Facts(
        lambda k, mu: xlogy(k, mu) - gammaln(k + 1) - mu,
        lambda k, mu: gammaincc(k + 1, mu),
        lambda k, mu: gammainc(k + 1, mu),
        support=from_zero,
        inside=lambda mu: 1.0,
        valid=lambda mu: mu >= 0,
    ),
)


def all_counted(k, n):
    """(whether k takes in all of n, a smaller k)"""
    whole = k >= n
    return whole, where(whole, n - 1, k)


def trials_below(k, n, p):
    whole, k = all_counted(k, n)
    return where(whole, 1.0, betaincc(where(whole, 1.0, k + 1), where(whole, 1.0, n - k), p))


def trials_above(k, n, p):
    whole, k = all_counted(k, n)
    return where(whole, 0.0, betainc(where(whole, 1.0, k + 1), where(whole, 1.0, n - k), p))


binom = Discrete(
    "binom",
    ("n", "p"),
    "Number of successes of probability `p` in `n` trials.",
    Facts(
        lambda k, n, p: log_choose(n, k) + xlogy(k, p) + xlog1py(n - k, -p),
        trials_below,
        trials_above,
        support=lambda n, p: (0.0, n),
        inside=lambda n, p: 0.0,
        valid=lambda n, p: (n >= 0) & probability(p),
    ),
)
bernoulli = Discrete(
    "bernoulli",
    ("p",),
    "One trial of probability `p`.",
    Facts(
        lambda k, p: xlogy(k, p) + xlog1py(1 - k, -p),
        lambda k, p: where(k >= 1, 1.0, 1 - p),
        lambda k, p: where(k >= 1, 0.0, p),
        support=lambda p: (0.0, 1.0),
        inside=lambda p: 0.0,
        valid=probability,
    ),
)
nbinom = Discrete(
    "nbinom",
    ("n", "p"),
    "Number of failures before `n` successes of probability `p`.",
    Facts(
        lambda k, n, p: gammaln(n + k) - gammaln(n) - gammaln(k + 1) + xlogy(n, p) + xlog1py(k, -p),
        lambda k, n, p: betainc(n, k + 1, p),
        lambda k, n, p: betaincc(n, k + 1, p),
        support=from_zero,
        inside=lambda n, p: 1.0,
        valid=lambda n, p: (n > 0) & (p > 0) & (p <= 1),
    ),
)
geom = Discrete(
    "geom",
    ("p",),
    "Number of trials up to the first success of probability `p`.",
    Facts(
        lambda k, p: xlog1py(k - 1, -p) + log(p),
        lambda k, p: -expm1(xlog1py(k, -p)),
        lambda k, p: exp(xlog1py(k, -p)),
        log_distribution=lambda k, p: log1mexp(xlog1py(k, -p)),
        log_survival=lambda k, p: xlog1py(k, -p),
        support=lambda p: (1.0, np.inf),
        inside=lambda p: 1.0,
        valid=lambda p: (p > 0) & (p <= 1),
    ),
)
