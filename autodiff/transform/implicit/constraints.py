"""Constraints of a minimum: SciPy's forms of them, as rows of numbers with limits."""

from functools import partial
from typing import Any, NamedTuple

import numpy as np

from ...core.errors import ArgumentError
from ...core.op import EAGER
from ...core.tree import flatten, tree_map
from ...ops.move import as_array, broadcast_to, concatenate
from ..function import result
from ..reverse import grad
from .levels import constants, isolated, numbers
from .solver import packed_args, scipy_part
from .vector import packed


class Limits(NamedTuple):
    """Of one constraint low <= f(x, *args) <= high, what may carry derivatives."""

    args: tuple
    low: Any
    high: Any


class Rule(NamedTuple):
    """Of one constraint, what carries none: a function of the container, or a matrix.

    options: for SciPy's NonlinearConstraint.
    """

    f: Any
    matrix: Any
    options: dict


class Both(NamedTuple):
    """A constraint that has been taken apart."""

    rule: Rule
    limits: Limits


def split(name, constraints):
    """Constraints in SciPy's forms as Rules and Limits."""
    single = isinstance(constraints, dict) or hasattr(constraints, "lb")
    single = single or not isinstance(constraints, (list, tuple))
    found = [one(name, c) for c in ([constraints] if single else constraints)]
    return [rule for rule, _ in found], tuple(limits for _, limits in found)


def joined(rules, limits):
    """Constraints for `split` again."""
    return [Both(rule, limit) for rule, limit in zip(rules, limits)]


def one(name, given: Any):
    """The Rule and the Limits of one constraint."""
    if type(given) is Both:
        return given
    if isinstance(given, dict):
        found = of_dict(name, given)
    else:
        found = of_object(name, given) if hasattr(given, "lb") else None
    if found is None:
        raise ArgumentError(
            f"{name}: constraints= holds a {type(given).__name__}; it needs dicts with 'type' "
            "('eq' or 'ineq') and 'fun', or SciPy's LinearConstraint and NonlinearConstraint"
        )
    return found


def of_dict(name, given):
    """One constraint f(x, *args) = 0 or f(x, *args) >= 0; None for another type."""
    kind = str(given.get("type", "")).lower()
    if kind not in ("eq", "ineq") or not callable(given.get("fun")):
        return None
    if given.get("jac") not in (None, "2-point", "3-point", "cs"):
        raise exact(name, "jac")
    high = 0.0 if kind == "eq" else np.inf
    args = packed_args(given.get("args", ()))
    return Rule(given["fun"], None, {}), Limits(args, as_array(0.0), as_array(high))


def of_object(name, given: Any):
    """One constraint of SciPy's classes; None for another."""
    limits, options = Limits((), as_array(given.lb), as_array(given.ub)), {}
    if hasattr(given, "keep_feasible"):
        options["keep_feasible"] = given.keep_feasible
    if hasattr(given, "A"):
        matrix = given.A.toarray() if hasattr(given.A, "toarray") else given.A
        return Rule(None, np.atleast_2d(matrix), options), limits
    if not hasattr(given, "fun"):
        return None
    for argument in ("jac", "hess"):
        if callable(getattr(given, argument, None)):
            raise exact(name, argument)
    return Rule(given.fun, None, options), limits


def exact(name, argument):
    return ArgumentError(
        f"{name}: a constraint has {argument}=, but SciPy gets the exact derivative of its "
        f"function; leave {argument} out"
    )


class Constraints:
    """All constraints of a problem as rows of one vector."""

    def __init__(self, problem, rules, limits, view):
        self.problem, self.rules, self.limits = problem, rules, limits
        self.seen = [None if rule.f is None else view(rule.f) for rule in rules]
        self.fixed = [constants(limit.args, problem.high) for limit in limits]
        self.sizes = [self.values(k, problem.start).shape[0] for k in range(len(rules))]

    def vector(self, k, v, args):
        """One constraint as a function of a vector."""
        if self.rules[k].matrix is not None:
            matrix = self.rules[k].matrix
            if matrix.shape[1] != self.problem.layout.size:
                raise ArgumentError(
                    f"{self.problem.name}: constraints[{k}] has a matrix of shape {matrix.shape} "
                    f"for {self.problem.layout.size} unknowns in x0; its columns are the unknowns"
                )
            return as_array(matrix) @ v
        out = self.seen[k](self.problem.layout.tree(v), *args)
        return packed(flatten(tree_map(result, out))[0])

    def plain(self, k, v):
        """One constraint without any derivative of the outside."""
        seen = partial(self.vector, k, args=self.fixed[k])
        return isolated(seen, EAGER, self.problem.high)(v)

    def values(self, k, v):
        """One constraint in numbers."""
        return numbers(self.plain(k, v), self.problem.high)

    def rows(self, v, fixed=False):
        """All constraints."""
        given = self.fixed if fixed else [limit.args for limit in self.limits]
        return concatenate([self.vector(k, v, args) for k, args in enumerate(given)])

    def bounds(self):
        """The limits of all rows, which may carry derivatives: (low, high)."""
        sides = []
        for side in ("low", "high"):
            found = []
            for k, (limit, size) in enumerate(zip(self.limits, self.sizes)):
                wall = getattr(limit, side)
                if wall.shape not in ((), (1,), (size,)):
                    raise ArgumentError(
                        f"{self.problem.name}: constraints[{k}] has limits of shape {wall.shape} "
                        f"for {size} rows; give one for each"
                    )
                found.append(broadcast_to(wall, (size,)))
            sides.append(concatenate(found))
        return sides

    def for_scipy(self, curved):
        """The same for SciPy, with exact Jacobians; equations apart from the rest.

        curved: whether the method takes Hessians.
        """
        nonlinear, high = scipy_part("minimize", "optimize").NonlinearConstraint, self.problem.high
        found, start = [], 0
        walls = [numbers(w, high).astype(float) for w in self.bounds()]
        for k, (rule, size) in enumerate(zip(self.rules, self.sizes)):
            low, top = (w[start : start + size] for w in walls)
            start += size
            for chosen in (np.flatnonzero(low == top), np.flatnonzero(low != top)):
                if not len(chosen):
                    continue
                f = partial(picked, partial(self.plain, k), chosen)
                more = {"hess": partial(self.bent, f)} if curved else {}
                more["jac"] = partial(self.problem.slope, f)
                value = partial(self.as_numbers, f)
                found.append(nonlinear(value, low[chosen], top[chosen], **more, **rule.options))
        return found

    def as_numbers(self, f, v):
        return numbers(f(v), self.problem.high)

    def bent(self, f, v, weights):
        """The Hessian of the weighted sum of rows."""
        return self.problem.slope(grad(lambda v: (f(v) * weights).sum()), v)


def picked(f, chosen, v):
    return f(v)[chosen]
