"""Rows of the distribution functions of scipy.special and of their inverses.

Numbers of trials and of successes are whole, and refused; the other arguments are differentiable.
"""

import math

import numpy as np

from .bessel import ive
from .choose import floor, where
from .error_functions import ndtri
from .exponential import exp, log, log1p
from .incomplete import (
    beta_density,
    betainc,
    betainccinv,
    betaincinv,
    gamma_density,
    gammainc,
    gammaincc,
    gammainccinv,
    gammaincinv,
)
from .information import boxcox_rate
from .scipy_special import composed, in_double, pieces, special, special_row

PART = (0.25, 0.6)


# ---------------------------------------------------------------- whole numbers of trials


def binomial_slope(k, n, p):
    """The derivative in p of the probability of more than k successes among n; 0 where all are counted."""
    k = floor(k)
    whole = k >= n
    return where(whole, 0, beta_density(k + 1, where(whole, 1, n - k), p))


def of_whole_trials(function):
    """SciPy's function with a whole number of trials as it asks for, in the precision of the last argument."""

    def evaluate(*args):
        out = function(*[np.asarray(a, int) if type(a) is int else a for a in args])
        return out.astype(np.float32)[()] if np.result_type(args[-1]) == np.float32 else out

    return evaluate


def counted(name, arguments, slope, held, domain, doc, inverse=False):
    """A row with whole numbers before the last argument; slope is the derivative in that, or of the inverse."""
    whole = arguments.split(", ")[:-1]
    rule = (lambda t, z, *args: t / slope(*args[:-1], z)) if inverse else (lambda t, z, *args: t * slope(*args))
    return special_row(
        f"{name}({arguments})", of_whole_trials(getattr(special, name)), *[name] * len(whole), rule, reads="xy" if inverse else "x",
        domain=((),) * len(whole) + (domain,), held=dict(enumerate(held)), numpy=getattr(special, name), doc=doc,
    )  # fmt: skip


TRIALS, EVENTS = ((2, 3), (5, 7)), ((2, 3),)
bdtr   = counted("bdtr",   "k, n, p", lambda k, n, p: -binomial_slope(k, n, p),              TRIALS, PART,   "Probability of at most `k` successes in `n` trials.")
bdtrc  = counted("bdtrc",  "k, n, p", lambda k, n, p: binomial_slope(k, n, p),               TRIALS, PART,   "Probability of more than `k` successes in `n` trials.")
bdtri  = counted("bdtri",  "k, n, y", lambda k, n, p: -binomial_slope(k, n, p),              TRIALS, PART,   "Inverse of `bdtr` in `p`.", inverse=True)
nbdtr  = counted("nbdtr",  "k, n, p", lambda k, n, p: beta_density(n, floor(k) + 1, p),      TRIALS, PART,   "Probability of at most `k` failures before `n` successes.")
nbdtrc = counted("nbdtrc", "k, n, p", lambda k, n, p: -beta_density(n, floor(k) + 1, p),     TRIALS, PART,   "Probability of more than `k` failures before `n` successes.")
nbdtri = counted("nbdtri", "k, n, y", lambda k, n, p: beta_density(n, floor(k) + 1, p),      TRIALS, PART,   "Inverse of `nbdtr` in `p`.", inverse=True)
pdtr   = counted("pdtr",   "k, m",    lambda k, m: -gamma_density(floor(k) + 1, m),          EVENTS, (1, 3), "Probability of at most `k` events of mean `m`.")
pdtrc  = counted("pdtrc",  "k, m",    lambda k, m: gamma_density(floor(k) + 1, m),           EVENTS, (1, 3), "Probability of more than `k` events of mean `m`.")
pdtri  = counted("pdtri",  "k, y",    lambda k, m: -gamma_density(floor(k) + 1, m),          EVENTS, PART,   "Inverse of `pdtr` in `m`.", inverse=True)


# ---------------------------------------------------------------- Kolmogorov and Tukey


def kolmogorov_terms(order, step, start):
    """The derivative of one term of a theta series: {power: factor} before the exponential."""
    terms = start
    for _ in range(order):
        found = {}
        for p, f in terms.items():
            for q, g in ((p - 1, p * f), *step(p, f)):
                found[q] = found.get(q, 0.0) + g
        terms = found
    return terms


@in_double
def kolmogorov_values(x, *, order=1):
    """Derivatives of 2 Σ (-1)**(k-1) exp(-2 k² x²), and to the left of 1 of its other form.  DLMF 20.7.33."""
    low, out = (x > 0) & (x < 1), np.where(x <= 0, 0.0, np.nan)

    def left(x):
        total = np.zeros_like(x)
        for k in range(1, 7):
            c = (2 * k - 1) ** 2 * math.pi**2 / 8
            terms = kolmogorov_terms(order, lambda p, f, c=c: ((p - 3, 2 * c * f),), {-1: 1.0})
            total += sum(f * np.exp(-c / (x * x) + p * np.log(x)) for p, f in terms.items())
        return -math.sqrt(2 * math.pi) * total

    def right(x):
        total = np.zeros_like(x)
        for k in range(1, 8):
            terms = kolmogorov_terms(order, lambda p, f, k=k: ((p + 1, -4 * k * k * f),), {0: 1.0})
            total += (-1) ** (k - 1) * np.exp(-2 * k * k * x * x) * sum(f * x ** float(p) for p, f in terms.items() if f)
        return 2 * total

    return pieces(out, (low, left, x), (x >= 1, right, x))


kolmogorov_rate = special_row(
    "kolmogorov_rate(x)", kolmogorov_values, lambda t, y, x, order=1: t * kolmogorov_rate(x, order=order + 1),
    reads="x", domain=((0.7, 1.3),), params=({}, {"order": 2}), latex="Q'($x)", doc="Derivative of the given order of `kolmogorov`.",
)
kolmogorov = special_row("kolmogorov(x)", special.kolmogorov, lambda t, y, x: t * kolmogorov_rate(x), reads="x", domain=((0.7, 1.3),), latex="Q($x)", doc="Survival function of Kolmogorov's limiting distribution.")
kolmogi = special_row("kolmogi(p)", special.kolmogi, lambda t, y, p: t / kolmogorov_rate(y), reads="y", domain=((0.2, 0.7),), latex="Q^{-1}($p)", doc="Inverse of `kolmogorov`.")


def tukey_slope(z, shape):
    """The derivative of Tukey's lambda distribution function in x."""
    inside = (z > 0) & (z < 1)
    f = where(inside, z, 0.5)
    return where(inside, 1 / (f ** (shape - 1) + (1 - f) ** (shape - 1)), 0)


def tukey_shape_slope(z, shape):
    """In λ: the quantile is boxcox(f, λ) - boxcox(1 - f, λ)."""
    f = where((z > 0) & (z < 1), z, 0.5)
    return -tukey_slope(z, shape) * (boxcox_rate(log(f), shape) - boxcox_rate(log1p(-f), shape))


@in_double
def tukey_values(x, lmbda):
    """SciPy's value, bisected to 11 digits, and a step of Newton's."""
    f = special.tklmbda(x, lmbda)
    step = (special.boxcox(f, lmbda) - special.boxcox(1 - f, lmbda) - x) / (f ** (lmbda - 1) + (1 - f) ** (lmbda - 1))
    return np.where((f > 1e-9) & (f < 1 - 1e-9) & np.isfinite(step), f - step, f)


tklmbda = special_row(
    "tklmbda(x, lmbda)", tukey_values, lambda t, z, x, lmbda: t * tukey_slope(z, lmbda), lambda t, z, x, lmbda: t * tukey_shape_slope(z, lmbda),
    domain=((0.3, 0.5), (0.5, 0.8)), numpy=special.tklmbda, latex="F($x; $lmbda)", doc="Distribution function of Tukey's lambda distribution.",
)


# ---------------------------------------------------------------- noncentral chi-squared


def noncentral_density(x, df, nc):
    """Density of the noncentral chi-squared distribution, from the scaled Bessel function."""
    a, b = x**0.5, nc**0.5
    return 0.5 * exp(-0.5 * (a - b) ** 2) * (a / b) ** (0.5 * df - 1) * ive(0.5 * df - 1, a * b)


chndtr = special_row(
    "chndtr(x, df, nc)", special.chndtr, lambda t, z, x, df, nc: t * noncentral_density(x, df, nc), "chndtr", lambda t, z, x, df, nc: t * -noncentral_density(x, df + 2, nc),
    reads="x", domain=((1, 3), (), (1, 2)), held={1: (2.5, 4.0)}, latex="F($x; $df, $nc)", doc="Distribution function of the noncentral chi-squared distribution.",
)


# ---------------------------------------------------------------- composed of the above


@composed(special.chdtr)
def chdtr(v, x):
    """Distribution function of the chi-squared distribution with `v` degrees of freedom."""
    return gammainc(0.5 * v, 0.5 * x)


@composed(special.chdtrc)
def chdtrc(v, x):
    """Survival function of the chi-squared distribution with `v` degrees of freedom."""
    return gammaincc(0.5 * v, 0.5 * x)


@composed(special.chdtri)
def chdtri(v, p):
    """`x` such that `chdtrc(v, x) = p`."""
    return 2 * gammainccinv(0.5 * v, p)


@composed(special.gdtr)
def gdtr(a, b, x):
    """Distribution function of the gamma distribution of rate `a` and shape `b`."""
    return gammainc(b, a * x)


@composed(special.gdtrc)
def gdtrc(a, b, x):
    """Survival function of the gamma distribution of rate `a` and shape `b`."""
    return gammaincc(b, a * x)


@composed(special.gdtrix)
def gdtrix(a, b, p):
    """`x` such that `gdtr(a, b, x) = p`."""
    return gammaincinv(b, p) / a


@composed(special.gdtria)
def gdtria(p, b, x):
    """`a` such that `gdtr(a, b, x) = p`."""
    return gammaincinv(b, p) / x


@composed(special.fdtr)
def fdtr(dfn, dfd, x):
    """Distribution function of the F distribution."""
    return betainc(0.5 * dfn, 0.5 * dfd, dfn * x / (dfd + dfn * x))


@composed(special.fdtrc)
def fdtrc(dfn, dfd, x):
    """Survival function of the F distribution."""
    return betainc(0.5 * dfd, 0.5 * dfn, dfd / (dfd + dfn * x))


@composed(special.fdtri)
def fdtri(dfn, dfd, p):
    """`x` such that `fdtr(dfn, dfd, x) = p`."""
    return dfd * betaincinv(0.5 * dfn, 0.5 * dfd, p) / (dfn * betainccinv(0.5 * dfd, 0.5 * dfn, p))


@composed(special.nrdtrimn)
def nrdtrimn(p, std, x):
    """Mean of a normal distribution from a probability, the standard deviation and a quantile."""
    return x - std * ndtri(p)


@composed(special.nrdtrisd)
def nrdtrisd(mn, p, x):
    """Standard deviation of a normal distribution from the mean, a probability and a quantile."""
    return (x - mn) / ndtri(p)
