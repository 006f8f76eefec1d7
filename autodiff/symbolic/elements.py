"""A graph computed element by element, with elements of any kind: formulas, exact numbers, nodes.

Arrays are NumPy arrays of objects.  Moves and contractions are those of the rows themselves, which
ask nothing of their elements; what a reduction or a matrix algorithm does is spelled in sums,
products and elementwise rows.
"""

from functools import reduce as fold
from typing import Any, NamedTuple

import numpy as np

from ..core.errors import AutodiffError, RuleError
from ..core.family import Contraction, Elementwise, Movement
from ..core.spec import is_complex
from ..core.tree import flatten, unflatten
from ..interpret.graph import Composite, Node, Variable, placeholder, upstream
from ..interpret.vertex import Joint, pick
from ..ops import arithmetic, choose, exponential, linalg, reduce
from .graph import Graph, simplified
from .matrices import cholesky, cofactors, determinant, factor_back, inverse, solution


class Algebra(NamedTuple):
    """Elements of one kind.

    name: how messages call it.
    number: from a number to an element; elements stay as they are.
    apply: (row, elements, params) -> element, for elementwise rows.
    """

    name: str
    number: Any
    apply: Any

    def array(self, x):
        """An array of elements from numbers or elements."""
        if not isinstance(x, np.ndarray):
            out = np.empty((), object)
            out[()] = self.number(x)
            return out
        out = np.empty(x.shape, object)
        for i in np.ndindex(x.shape):
            out[i] = self.number(x[i])
        return out

    def each(self, op, *arrays, **params) -> Any:
        """An elementwise row of arrays of elements, with broadcasting."""
        arrays = np.broadcast_arrays(*arrays)
        out = np.empty(np.broadcast_shapes(*[a.shape for a in arrays]), object)
        for i in np.ndindex(out.shape):
            out[i] = self.apply(op, [a[i] for a in arrays], params)
        return out


def spread(roots, values, algebra):
    """The arrays of elements of some nodes, from those of the variables {variable: array}."""
    values = dict(values)
    for x in upstream([y for y in roots if type(y) is Node]):
        if x not in values:
            args = [values[a] if type(a) is Node else a for a in x.args]
            values[x] = computed(x, args, algebra)
    return [values[y] if type(y) is Node else algebra.array(y) for y in roots]


def computed(x, args, algebra):
    """The elements of one node."""
    op = x.op
    if op is placeholder:
        raise AutodiffError(f"{algebra.name}: {x.label()} is no argument; hand it in as one")
    if op is pick:
        return args[0][x.params["index"]]
    if type(op) is Joint:
        op = op.op
    if op in SPELLED:
        if not getattr(op, "analytic", True) and any(is_complex(a.declared) for a in x.inputs):
            raise RuleError(f"{algebra.name}: {op.name} of complex numbers is not computed")
        return SPELLED[op](algebra, *[algebra.array(a) for a in args], **x.params)
    if isinstance(op, Elementwise):
        return algebra.each(op, *[algebra.array(a) for a in args], **x.params)
    if isinstance(op, (Movement, Contraction)):
        linear = getattr(op, "linear", None) or len(args)
        arrays = [algebra.array(a) for a in args[:linear]]
        return algebra.array(op.evaluate(*arrays, *args[linear:], **x.params))
    if isinstance(op, Composite):
        raise AutodiffError(
            f"{algebra.name}: the shape of {x.label()} is unknown; give Variable(..., shape=...)"
        )
    raise RuleError(
        f"{algebra.name}: operator {op.name} is not computed element by element; leave it out, or "
        "write it with operators that are"
    )


# ------------------------------------------------- rows that are not elementwise, in simpler ones


def summed(algebra, x, *, axes=None, keepdims=False):
    return algebra.array(np.sum(x, axis=axes, keepdims=keepdims))


def reduced_mean(algebra, x, **named):
    return divided(algebra, summed(algebra, x, **named), x, named.get("axes"))


def divided(algebra, total, x, axes, correction=0):
    """A sum over the number of its terms, less a correction."""
    n = algebra.array(float(reduce.count(x, axes) - correction))
    return algebra.each(arithmetic.divide, total, n)


def multiplied(algebra, x, *, axes=None, keepdims=False):
    return algebra.array(np.prod(x, axis=axes, keepdims=keepdims))


def folding(op):
    """A reduction that applies an elementwise row of two again and again."""

    def reduction(algebra, x, *, axes=None, keepdims=False):
        axes = tuple(range(-x.ndim, 0)) if axes is None else axes
        last = np.moveaxis(x, axes, range(-len(axes), 0))
        kept = last.shape[: x.ndim - len(axes)]
        rows = last.reshape((*kept, -1))
        out = fold(
            lambda a, b: algebra.each(op, a, b), [rows[..., k] for k in range(rows.shape[-1])]
        )
        return out.reshape(np.sum(np.ones(x.shape), axis=axes, keepdims=keepdims).shape)

    return reduction


def truths(op):
    """A reduction of what is not zero."""
    reduction = folding(op)

    def row(algebra, x, **named):
        zero = algebra.array(np.zeros(x.shape))
        return reduction(algebra, algebra.each(choose.not_equal, x, zero), **named)

    return row


def variance(algebra, x, *, axes=None, keepdims=False, correction=0):
    away = algebra.each(arithmetic.subtract, x, reduced_mean(algebra, x, axes=axes, keepdims=True))
    squares = algebra.each(arithmetic.square, away)
    total = summed(algebra, squares, axes=axes, keepdims=keepdims)
    return divided(algebra, total, x, axes, correction)


def deviated(algebra, x, **named):
    return algebra.each(arithmetic.sqrt, variance(algebra, x, **named))


def log_sum_exp(algebra, x, **named):
    return algebra.each(exponential.log, summed(algebra, algebra.each(exponential.exp, x), **named))


def euclidean(algebra, x, **named):
    """The length of real numbers, whose squares are those of their sizes."""
    squares = algebra.each(arithmetic.square, x)
    return algebra.each(arithmetic.sqrt, summed(algebra, squares, **named))


def matrices(function):
    """A row over the last two axes from a function of single matrices."""

    def row(algebra, *stacks):
        lead = np.broadcast_shapes(*[s.shape[:-2] for s in stacks])
        stacks = [np.broadcast_to(s, (*lead, *s.shape[-2:])) for s in stacks]
        found = {
            i: algebra.array(function(algebra, *[s[i] for s in stacks])) for i in np.ndindex(lead)
        }
        shape = found[(0,) * len(lead)].shape if found else ()
        out = np.empty((*lead, *shape), object)
        for i, element in found.items():
            out[i] = element[()] if not shape else element
        return out

    return row


def signed_log_determinant(algebra, a):
    value = matrices(determinant)(algebra, a)
    size = algebra.each(arithmetic.absolute, value)
    return algebra.each(choose.real_sign, value), algebra.each(exponential.log, size)


SPELLED = {
    reduce.summed: summed, reduce.reduced_mean: reduced_mean, reduce.multiplied: multiplied,
    reduce.largest: folding(choose.maximum), reduce.smallest: folding(choose.minimum),
    reduce.any_true: truths(choose.logical_or), reduce.all_true: truths(choose.logical_and),
    reduce.variance: variance, reduce.deviated: deviated, reduce.log_sum_exp: log_sum_exp,
    reduce.length: euclidean, linalg.determinant: matrices(determinant),
    linalg.inverse: matrices(inverse), linalg.cofactor: matrices(cofactors),
    linalg.solution: matrices(solution), linalg.factor: matrices(cholesky),
    linalg.factor_back: matrices(factor_back),
    linalg.signed_log_determinant: signed_log_determinant,
}  # fmt: skip


# ------------------------------------------------------------------------------ scalar nodes

NODES = Algebra("elements", lambda x: x, lambda op, xs, params: op(*xs, **params))


def elements(graph):
    """The graph with a variable for each element of its arguments, and arrays of nodes as output.

    >>> graph = elements(ad.symbolic.trace(lambda x: x @ x, np.ones(2)))
    >>> print(graph)
    name  operator  inputs    shape
    x_0   variable            ()
    n1    multiply  x_0, x_0  ()
    x_1   variable            ()
    n3    multiply  x_1, x_1  ()
    n4 →  add       n1, n3    ()
    """
    shown, arguments = flatten(graph.arguments)
    values = {x: variables_like(x) for x in shown}
    leaves, structure = flatten(graph.output)
    arrays = spread(leaves, values, NODES)
    inputs = [x if x.ndim else x[()] for x in values.values()]
    output = unflatten(structure, [x if x.ndim else x[()] for x in arrays])
    return simplified(Graph(graph.name, unflatten(arguments, inputs), output))


def variables_like(x):
    """A variable for each element of a variable, named by its index."""
    out = np.empty(required_shape("elements", x), object)
    for i in np.ndindex(out.shape):
        out[i] = Variable("_".join([x.name, *map(str, i)]), (), x.declared)
    return out


def required_shape(name, x):
    """The shape of a variable, which must be known."""
    if x.known is None:
        raise AutodiffError(
            f"{name}: the shape of {x.label()} is unknown; give Variable(name=..., shape=...)"
        )
    return x.known
