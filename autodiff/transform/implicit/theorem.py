"""The implicit function theorem: the derivatives of what a solver found in plain numbers.

Where residual(x, a) = 0, an answer moves with ẋ = -J⁻¹ ∂r/∂a ȧ, J = ∂r/∂x, and cotangents come
back as ā = -(∂r/∂a)ᵀ J⁻ᵀ x̄.  The levels of the values that the residual depends on are added to
the numbers one after another, from the lowest: J and x then carry all lower ones, so that every
order of nested derivatives is right.
"""

from functools import cached_property

import numpy as np

from ...core.errors import GraphError, RuleError
from ...core.op import EAGER, TRACED
from ...interpret.forward import Dual, dual
from ...interpret.grad_mode import GradMode
from ...interpret.series import Series, series
from ...ops.choose import zeros_like
from ...ops.linalg import solve
from ...ops.move import matrix_transpose
from ..jacobian import jacfwd, jacrev
from .answers import answered, new_time, older, pulled
from .levels import chain, isolated, strip
from .rounding import EPSILON, repeated
from .solver import ConvergenceError

SMALL = 1e-9  # a relative error of the answer in which a Jacobian hardly changes
SAFETY = 4  # how much larger the rounding error of a residual may be than the repetitions show
SINGULAR = (
    "the Jacobian in the unknowns is singular at the answer, which is then no differentiable "
    "function of the arguments; pose the problem with as many independent equations as unknowns"
)
MUCH = 0.1  # a relative change of the Jacobian that leaves its size open


def jacobian_of(function, x):
    """The square Jacobian; by pullbacks where an operator has no pushforward."""
    try:
        return jacfwd(function)(x)
    except RuleError:
        return jacrev(function)(x)


class Unsolved:
    """The derivative of what is no answer: not a number."""

    def __init__(self, function, x):
        self.nothing = x.sum() * np.nan  # also a derivative of it is none

    def solve(self, b):
        return zeros_like(b) + b.sum() * self.nothing  # no zero of b keeps an element from it

    transposed = solve


class Dense:
    """Solutions of J v = b and Jᵀ v = b by the whole Jacobian of a function at x.

    singular: what an error says of a Jacobian without inverse.
    """

    def __init__(self, name, function, x, singular=SINGULAR):
        self.name, self.function, self.x, self.singular = name, function, x, singular

    @cached_property
    def matrix(self):
        found = jacobian_of(self.function, self.x)
        slope = numbers_below(found)
        if not condition(slope) < 1 / EPSILON or undetermined(self.function, self.x, slope):
            raise ConvergenceError(f"{self.name}: {self.singular}")
        return found

    def solve(self, b):
        return solve(self.matrix, b)

    def transposed(self, b):
        return solve(matrix_transpose(self.matrix), b)


def numbers_below(x):
    """The numbers of a traced value, whatever its levels."""
    while type(x) in TRACED:
        x = x.value
    return x


def condition(matrix):
    """The condition number of a matrix whose rows and columns have been scaled to size one.

    Of a stack of matrices, the examples of a vmap, it is the worst.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        for axis in (-1, -2):
            matrix = matrix / np.abs(matrix).max(axis=axis, keepdims=True, initial=0.0)
    return np.max(np.linalg.cond(matrix, 1)) if np.all(np.isfinite(matrix)) else np.inf


def undetermined(function, x, slope):
    """Whether the Jacobian differs much within the error of the answer x, as at a double root.

    The error is Newton's next step, from the residual and its rounding; a relative change of the
    Jacobian below 1 in it is what proves a regular root nearby.
    Source: Kantorovich 1948; Ortega and Rheinboldt 1970, section 12.6.
    """
    x = np.asarray(numbers_below(x))
    with GradMode(False):
        here = numbers_below(function(x))
        near = [numbers_below(y) for y in repeated(function, x)]
        noise = SAFETY * np.max(np.abs(np.array(near) - here), axis=0)
        steps = np.linalg.solve(slope, (here + np.copysign(noise, here))[..., None])
        steps = steps.reshape(-1, len(x))
        step = np.take_along_axis(steps, np.abs(steps).argmax(0)[None], 0)[0]
        if np.all(np.abs(step) <= SMALL * np.abs(x)):
            return False
        change = numbers_below(jacobian_of(function, x - step)) - slope
    if not np.all(np.isfinite(change)):
        return True
    # eigenvalues do not depend on the units of the unknowns
    return np.abs(np.linalg.eigvals(np.linalg.solve(slope, change))).max() > MUCH


def implicit(name, residual, x, high, linear):
    """`x`, which solves residual(x) = 0 in plain numbers, with its derivatives.

    residual: a function of the vector x that may depend on values of any level below `high`.
    linear(function, x): an object that solves J v = b, and the transposed system.
    """
    done = EAGER - 1
    while True:
        since = new_time()
        y = residual(x)
        levels = [v.level for v in chain(y) if done < v.level < high]
        if not levels:
            return x
        done = min(levels)
        x = attached(name, residual, x, y, done, since, high, linear)


def attached(name, residual, x, y, level, since, high, linear):
    """`x` with what one level knows of it; y: the residual with the levels above, since `since`."""
    here, below = (isolated(residual, low, high) for low in (level + 1, level))
    y = strip(y, low=level + 1, high=high)
    solver = linear(below, x)
    if type(y) is Dual:
        return dual(x, -solver.solve(y.tangent), level)
    if type(y) is Series:
        return expanded(here, x, solver, len(y.coefficients), level)

    def pull(g, out, see):
        if see is None:
            return pulled(y, -solver.transposed(g), see, since)
        started = new_time()
        now = here(out)
        if not np.array_equal(now.value, y.value, equal_nan=True):
            raise GraphError(
                f"{name}: the function gives other values than when the answer was found; "
                "change no array in place that it uses before the last backward pass"
            )
        found = pulled(now, -linear(here, out).transposed(g), see, started)
        found.pop(out.vertex, None)  # what x itself hears is what the solver has accounted for
        return found

    return answered(name, [x], level, older([y], level, since), pull)[0]


def expanded(here, x, solver, count, level):
    """The Taylor series of the answer: order by order, what is left of the residual is solved."""
    terms = [x] + [None] * (count - 1)
    for k in range(1, count):
        y = here(series(list(terms), level))
        rest = y.coefficients[k] if type(y) is Series else None
        terms[k] = None if rest is None else -solver.solve(rest)
    return series(terms, level)
