"""How a distribution of one variable is made from its standard form."""

from typing import Any

import numpy as np

from ...core.public import as_value
from ...ops.choose import floor, where
from ...ops.exponential import exp, expm1, log, log1p


class Facts:
    """The standard form of a distribution: functions of (x, *shapes), and where they hold.

    log_density(x, *shapes): logarithm of the density.
    distribution, survival: probabilities to the left and to the right of x.
    log_distribution, log_survival: their logarithms, where those say more than log(distribution).
    quantile(q, *shapes): inverse of the distribution function.
    support(*shapes) -> (low, high); inside(*shapes): a number between them.
    valid(*shapes): whether the parameters are allowed; without them the value is NaN.
    closed: whether the density is that formula at the ends of the support too; else it is 0.
    """

    def __init__(
        self,
        log_density,
        distribution,
        survival,
        *,
        log_distribution=None,
        log_survival=None,
        quantile=None,
        support=None,
        inside=None,
        valid=None,
        closed=True,
    ):
        self.closed = closed
        self.log_density, self.quantile = log_density, quantile
        self.distribution, self.survival = distribution, survival
        self.log_distribution = log_distribution or (lambda x, *s: log(self.distribution(x, *s)))
        self.log_survival = log_survival or (lambda x, *s: log(self.survival(x, *s)))
        self.support = support or (lambda *shapes: (-np.inf, np.inf))
        self.inside = inside or (lambda *shapes: 0.5)
        self.valid = valid


def shaped(name, names, args, given):
    """(shapes, loc, scale) of a call in SciPy's words: by place, or by name."""
    every = [*names, "loc", "scale"]
    if len(args) > len(every):
        raise TypeError(f"{name}: {len(args)} parameters are given, and it has {', '.join(every)}")
    found = dict(zip(every, args))
    for key, value in given.items():
        if key not in every:
            raise TypeError(f"{name}: {key} is no parameter of it; it has {', '.join(every)}")
        if key in found:
            raise TypeError(f"{name}: {key} is given twice")
        found[key] = value
    missing = [key for key in names if key not in found]
    if missing:
        raise TypeError(f"{name}: the shape parameter {missing[0]} is missing; give {missing[0]}=")
    shapes = [number(found[key]) for key in names]
    return shapes, number(found.get("loc", 0.0)), number(found.get("scale", 1.0))


def number(x) -> Any:
    """A floating point value; whole numbers are converted, as they have no derivative."""
    x = as_value(x)
    return x.astype(np.float64) if x.dtype is not None and x.dtype.kind in "biu" else x


def and_all(*conditions):
    """Where all of some conditions hold."""
    result = conditions[0]
    for c in conditions[1:]:
        result = result & c
    return result


class Continuous:
    """A distribution with a density, under scipy.stats' names.

    Its methods take `x` (or the probability `q`), the shape parameters, `loc` and `scale`, which
    broadcast; each is differentiable in all of them.
    """

    def __init__(self, name, shapes, doc, facts):
        self.name, self.shapes, self.facts, self.__doc__ = name, shapes, facts, doc

    def __repr__(self):
        return f"<distribution {self.name}({', '.join([*self.shapes, 'loc', 'scale'])})>"

    def standard(self, x, args, given):
        """(x in units of the scale, the support, shapes, scale, where parameters are allowed)."""
        shapes, loc, scale = shaped(self.name, self.shapes, args, given)
        y = (number(x) - loc) / scale
        low, high = self.facts.support(*shapes)
        allowed = self.allowed(shapes, scale)
        return y, low, high, shapes, scale, allowed

    def allowed(self, shapes, scale):
        """Where the parameters are allowed."""
        valid = self.facts.valid
        return scale > 0 if valid is None else and_all(scale > 0, valid(*shapes))

    def evaluated(self, function, x, args, given, outside, closed=True):
        """function(y, *shapes) inside the support; outside: what it is below, and above."""
        y, low, high, shapes, scale, allowed = self.standard(x, args, given)
        closed = closed and self.facts.closed
        within = (y >= low) & (y <= high) if closed else (y > low) & (y < high)
        safe = where(within, y, self.facts.inside(*shapes))
        value = where(within, function(safe, scale, *shapes), where(y <= low, *outside) + 0 * safe)
        return where(allowed & (y == y), value, np.nan)

    def logpdf(self, x, *args, **kwargs):
        """Logarithm of the density; -inf outside the support."""

        def function(y, scale, *shapes):
            return self.facts.log_density(y, *shapes) - log(scale)

        return self.evaluated(function, x, args, kwargs, (-np.inf, -np.inf))

    def pdf(self, x, *args, **kwargs):
        """Density; 0 outside the support."""

        def function(y, scale, *shapes):
            return exp(self.facts.log_density(y, *shapes)) / scale

        return self.evaluated(function, x, args, kwargs, (0.0, 0.0))

    def cdf(self, x, *args, **kwargs):
        """Probability of at most `x`."""
        return self.probability(self.facts.distribution, x, args, kwargs, (0.0, 1.0))

    def sf(self, x, *args, **kwargs):
        """Probability of more than `x`, which keeps its digits in the upper tail."""
        return self.probability(self.facts.survival, x, args, kwargs, (1.0, 0.0))

    def logcdf(self, x, *args, **kwargs):
        """Logarithm of the probability of at most `x`."""
        return self.probability(self.facts.log_distribution, x, args, kwargs, (-np.inf, 0.0))

    def logsf(self, x, *args, **kwargs):
        """Logarithm of the probability of more than `x`."""
        return self.probability(self.facts.log_survival, x, args, kwargs, (0.0, -np.inf))

    def probability(self, function, x, args, given, outside):
        return self.evaluated(lambda y, scale, *s: function(y, *s), x, args, given, outside, False)

    def ppf(self, q, *args, **kwargs):
        """`x` such that `cdf(x) = q`."""
        return self.inverted(lambda q: q, q, args, kwargs)

    def isf(self, q, *args, **kwargs):
        """`x` such that `sf(x) = q`."""
        return self.inverted(lambda q: 1 - q, q, args, kwargs)

    def inverted(self, turned, q, args, given):
        if self.facts.quantile is None:
            raise NotImplementedError(
                f"{self.name}.ppf has no closed form; "
                f"solve {self.name}.cdf(x) = q with autodiff.root"
            )
        shapes, loc, scale = shaped(self.name, self.shapes, args, given)
        q = number(q)
        allowed = self.allowed(shapes, scale)
        inside = and_all(q >= 0, q <= 1, allowed)
        x = self.facts.quantile(where(inside, turned(q), 0.5), *shapes) * scale + loc
        return where(inside, x, np.nan)


class Discrete:
    """A distribution of whole numbers, in scipy.stats' words; differentiable in its parameters."""

    def __init__(self, name, shapes, doc, facts):
        self.name, self.shapes, self.facts, self.__doc__ = name, shapes, facts, doc

    def __repr__(self):
        return f"<distribution {self.name}({', '.join([*self.shapes, 'loc'])})>"

    def evaluated(self, function, k, args, given, below, above, whole):
        shapes, loc, _ = shaped(self.name, self.shapes, args, given)
        k = number(k) - loc
        low, high = self.facts.support(*shapes)
        known, valid = k == k, self.facts.valid
        allowed = known if valid is None else and_all(known, valid(*shapes))
        j = floor(k)
        within = (j >= low) & (j <= high) if not whole else (k == j) & (k >= low) & (k <= high)
        safe = where(within, j, self.facts.inside(*shapes))
        value = where(within, function(safe, *shapes), where(j < low, below, above) + 0 * safe)
        return where(allowed, value, np.nan)

    def logpmf(self, k, *args, **kwargs):
        """Logarithm of the probability of `k`; -inf off the support and between whole numbers."""
        return self.evaluated(self.facts.log_density, k, args, kwargs, -np.inf, -np.inf, True)

    def pmf(self, k, *args, **kwargs):
        """Probability of `k`; 0 off the support and between whole numbers."""

        def function(k, *shapes):
            return exp(self.facts.log_density(k, *shapes))

        return self.evaluated(function, k, args, kwargs, 0.0, 0.0, True)

    def cdf(self, k, *args, **kwargs):
        """Probability of at most `k`."""
        return self.evaluated(self.facts.distribution, k, args, kwargs, 0.0, 1.0, False)

    def sf(self, k, *args, **kwargs):
        """Probability of more than `k`."""
        return self.evaluated(self.facts.survival, k, args, kwargs, 1.0, 0.0, False)

    def logcdf(self, k, *args, **kwargs):
        """Logarithm of the probability of at most `k`."""
        return self.evaluated(self.facts.log_distribution, k, args, kwargs, -np.inf, 0.0, False)

    def logsf(self, k, *args, **kwargs):
        """Logarithm of the probability of more than `k`."""
        return self.evaluated(self.facts.log_survival, k, args, kwargs, 0.0, -np.inf, False)


def log1mexp(x):
    """log(1 - exp(x)) of x < 0, by the form that keeps its digits.  M. Mächler 2012."""
    near = x > -0.6931471805599453
    return where(near, log(-expm1(where(near, x, -0.5))), log1p(-exp(where(near, -1.0, x))))
