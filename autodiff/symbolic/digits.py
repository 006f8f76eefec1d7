"""Values and derivatives to any number of digits, in mpmath: what others are judged by."""

from typing import Any

import numpy as np

from ..core.errors import AutodiffError
from ..core.tree import flatten, unflatten
from ..interpret.graph import Node
from .elements import Algebra, spread
from .graph import trace
from .words import SPELLED, mpmath_module, mpmath_number, mpmath_words


def precise(f, *args, digits=50) -> Any:
    """`f(*args)` with that many digits: every operation in mpmath's arithmetic.

    args: numbers, arrays or containers; a double is taken as exactly the number that it is, and so
    are the doubles that `f` brings along.
    Returns numbers of mpmath, in arrays of objects where the output is an array.
    Raises AutodiffError for operators that mpmath does not know, or where it is not installed.

    >>> import mpmath
    >>> mpmath.nstr(precise(sin, 1.0), 30)
    '0.84147098480789650665250232163'
    """
    graph, leaves = trace(f, *args), flatten(args)[0]
    context = fresh(digits + 10)
    outputs, structure = flatten(graph.output)
    arrays = evaluated(context, outputs, graph.variables, exact(context, leaves))
    return unflatten(structure, [rounded(context, a, digits) for a in arrays])


def precise_jacobian(f, *args, digits=50):
    """The derivatives of one array in each argument, shapes (*output shape, *argument shape).

    Central differences with a step of 10^(-3/2 digits) in four times the digits: no rule of ours
    takes part.
    """
    graph, leaves = trace(f, *args), flatten(args)[0]
    if len(flatten(graph.output)[0]) != 1:
        raise AutodiffError("precise_jacobian: the output is a container; it needs one array")
    context = fresh(4 * digits)
    point, variables = exact(context, leaves), graph.variables
    step = context.mpf(2) ** -int(1.5 * digits * np.log2(10))

    def at(k, i, h):
        moved = list(point)
        moved[k] = point[k].copy()
        moved[k][i] += h
        return evaluated(context, [graph.output], variables, moved)[0]

    found = []
    for k, x in enumerate(point):
        columns = []
        for i in np.ndindex(x.shape):
            h = step * max(1, abs(x[i]))
            columns.append((at(k, i, h) - at(k, i, -h)) / (2 * h))
        stacked = np.stack([np.asarray(c, object) for c in columns], -1)
        shape = (*stacked.shape[:-1], *x.shape)
        found.append(rounded(context, stacked.reshape(shape), digits))
    return unflatten(flatten(args)[1], found)


def fresh(digits):
    """A context of mpmath of our own, with that many digits."""
    context = mpmath_module("precise").mp.clone()
    context.dps = digits
    return context


def exact(context, leaves):
    """The arguments as arrays of numbers of mpmath."""
    number = mpmath_number(context)
    algebra = Algebra("precise", lambda x: number(float(x) if isinstance(x, int) else x), None)
    return [algebra.array(np.asarray(x)) for x in leaves]


def evaluated(context, outputs, variables, point):
    """The outputs of a graph as arrays of numbers of mpmath."""
    words = mpmath_words(context)

    def apply(op, xs, params):
        if op not in SPELLED:
            raise AutodiffError(f"precise: mpmath does not know the operator {op.name}")
        return SPELLED[op](words, *xs, **params)

    algebra = Algebra("precise", mpmath_number(context), apply)
    roots = [y if type(y) is Node else np.asarray(y) for y in outputs]
    return spread(roots, dict(zip(variables, point)), algebra)


def rounded(context, array, digits):
    """The numbers as mpmath's own, rounded to so many digits."""
    mp = mpmath_module("precise").mp
    out = np.empty(array.shape, object)
    with context.workdps(digits):
        for i in np.ndindex(array.shape):
            z = +array[i] if hasattr(array[i], "context") else array[i]
            if hasattr(z, "_mpf_"):
                out[i] = mp.make_mpf(z._mpf_)
            else:
                out[i] = mp.make_mpc(z._mpc_) if hasattr(z, "_mpc_") else z
    return out if array.ndim else out[()]
