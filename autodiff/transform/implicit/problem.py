"""A function of the user as a function of one vector, for SciPy and for the derivative."""

from functools import partial

import numpy as np

from ...core.errors import ArgumentError
from ...core.op import EAGER, new_level
from ...core.spec import FLOAT64, Spec
from ...core.tree import flatten, tree_map
from ..function import result
from .answers import deferred
from .examples import by_examples
from .krylov import KRYLOV, Krylov
from .levels import constants, isolated, numbers
from .solver import ConvergenceError, name_of, scipy_part
from .theorem import Dense, jacobian_of
from .vector import Layout, packed

DENSE = 500  # unknowns up to which the whole Jacobian is made
STEPS = 5  # of Newton, at most, from where SciPy stops
CARRIED = ("x", "fun", "cost", "multipliers")  # what of a result carries derivatives


class Problem:
    """f(x, *args) of one real vector, with all its derivatives or in plain numbers.

    name: of the solver.  view: shows one example of what `f` closes over.  throw: whether an
    answer that is none is an error.
    """

    def __init__(self, name, f, x0, args, view, throw=True):
        if not callable(f):
            raise ArgumentError(
                f"{name}: the function is a {type(f).__name__}; it needs one of the form "
                "f(x, *args)"
            )
        self.name, self.f, self.args, self.seen, self.throw = name, f, args, view(f), throw
        self.layout = Layout(f"{name}: x0", x0)
        self.high = new_level()
        self.fixed = constants(args, self.high)
        self.start = numbers(packed(self.layout.leaves), self.high)

    def output(self, v, args=None):
        """What `f` returns, a container."""
        out = self.seen(self.layout.tree(v), *(self.args if args is None else args))
        return tree_map(result, out)

    def vector(self, v, args=None):
        """What `f` returns, as one vector."""
        return packed(flatten(self.output(v, args))[0])

    def plain(self, v):
        """`vector` without any derivative of the outside."""
        return isolated(partial(self.vector, args=self.fixed), EAGER, self.high)(v)

    def values(self, v):
        """`vector` in numbers."""
        return numbers(self.plain(v), self.high)

    def finished(self, found, v):
        """SciPy's result with the answer `v` and the function there, which carry derivatives."""
        self.answer = v
        found.x, found.fun = self.layout.final(v), self.output(v)
        return found

    def slope(self, function, v):
        """The Jacobian of a function that nothing outside has a part in, in numbers."""
        return numbers(jacobian_of(function, v), self.high)

    def checked(self, found, advice):
        """SciPy's result; raises ConvergenceError with what SciPy said where it is no answer."""
        found.success = bool(found.success) and bool(np.all(np.isfinite(found.x)))
        if self.throw and not found.success:
            reason = " ".join(str(found.message).split()).rstrip(".")
            raise ConvergenceError(
                f"{self.name} did not converge for {name_of(self.f)} from x0: {reason}; {advice}"
            )
        return found


def linear_solver(name, linear, size, symmetric=False):
    """What makes solvers of linear systems with the Jacobian: the whole matrix, or products."""
    if linear is None:
        linear = "dense" if size <= DENSE else "cg" if symmetric else "gmres"
    if linear == "dense":
        return partial(Dense, name)
    if linear not in KRYLOV:
        raise ArgumentError(f"{name}: linear={linear!r} is none of dense, {', '.join(KRYLOV)}")
    return partial(Krylov, name, method=linear)


def polished(values, plain, x, free=None):
    """`x` after Newton steps, as long as they make the residual smaller; plain numbers.

    values: the residual in numbers; plain: what it is the value of, to be differentiated.
    free: which unknowns may move; None for all.
    """
    free = np.arange(len(x)) if free is None else np.flatnonzero(free)
    r = values(x)[free]
    for _ in range(STEPS):
        if not np.any(r):
            break
        slope = np.asarray(jacobian_of(plain, x))[np.ix_(free, free)]
        try:
            step = np.linalg.solve(slope, r)
        except np.linalg.LinAlgError:
            break
        new = x.copy()
        new[free] -= step
        left = values(new)[free]
        if not np.linalg.norm(left) < np.linalg.norm(r):
            break
        x, r = new, left
    return x


def run(name, call, x0, trees, again):
    """SciPy's result of `call`, for all examples; with nodes for variables that are not fed.

    trees: beside x0 all that may be traced; again(*trees): the answer alone.
    """
    layout = Layout(f"{name}: x0", x0)
    spec = Spec((layout.size,), FLOAT64)
    x = deferred(name, lambda *trees: packed(flatten(again(*trees))[0]), trees, spec)
    if x is None:
        return by_examples(call, (x0, *trees), CARRIED)
    return scipy_part(name, "optimize").OptimizeResult(x=layout.tree(x))
