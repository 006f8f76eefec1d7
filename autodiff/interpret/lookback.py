"""Naive spellings on tensors: log(1 + exp(x)), sqrt(sum(x * x)), exp(x) / sum(exp(x)).

Where a logarithm, a root or a quotient meets infinity or zero, the formula that led there is read
off the vertices, rewritten by the same identities as in graphs, and computed anew.  What is kept
for it is the argument of an exponential, and numbers among the arguments.
"""

from typing import Any

import numpy as np

from ..core.op import NO_PARAMS, TRACED, new_level
from ..core.spec import Spec
from ..ops import (
    arithmetic,
    contract,
    exponential,
    index,
    linalg,
    move,
    reduce,
    special,
    trigonometric,
)
from .executor import run
from .graph import node, placeholder
from .inplace import CHANGED, owner
from .stabilize import rewritten
from .tape import SCALARS, Tensor, finish_by, new_tensor

DEPTH = 8  # vertices that are looked back, at most
SUMS = {arithmetic.add, arithmetic.subtract, arithmetic.negative, reduce.summed}
RATIOS = {arithmetic.divide, arithmetic.reciprocal, exponential.sigmoid}
SQUARES = {arithmetic.square, arithmetic.power, arithmetic.multiply, contract.inner_product}
MOVES = {index.taken, move.reshaped, move.permuted, move.expanded}
SCALED = {arithmetic.add, arithmetic.subtract, arithmetic.multiply, arithmetic.divide}
FACTORS = {reduce.multiplied, linalg.determinant}
HYPERBOLIC = {trigonometric.cosh, trigonometric.sinh}
MEANS = {reduce.reduced_mean}
LENGTHS = {arithmetic.absolute, reduce.length, trigonometric.hypot}
TAILS = {"erfc", "ndtr", "gamma"}  # rows that are made when SciPy is first asked for
POWERS = {arithmetic.sqrt, arithmetic.square, arithmetic.power}
EXPONENTS = {exponential.exp, exponential.expm1}
# Of a formula, what may stand before its last row.
BEFORE = {
    exponential.log: SUMS | RATIOS | MOVES | FACTORS | HYPERBOLIC | MEANS | EXPONENTS | POWERS,
    exponential.log1p: {exponential.exp, arithmetic.negative},
    arithmetic.sqrt: SQUARES | MEANS | {reduce.summed, reduce.variance, arithmetic.add},
    arithmetic.divide: SUMS | HYPERBOLIC | EXPONENTS | {exponential.sigmoid},
    arithmetic.reciprocal: SUMS,
}


def numbers(x):
    """The array inside a traced value."""
    while type(x) in TRACED:
        x = getattr(x, "value", None)
    return x


def unsteady(x, zero=False):
    """Whether an array holds infinities or NaN, or, if asked, zeros."""
    x = numbers(x)
    if not isinstance(x, (np.ndarray, np.generic)):
        return False
    with np.errstate(all="ignore"):
        return not np.isfinite(np.add.reduce(x, None)) or (zero and not x.all())


def holds(x, value):
    """Whether an array holds a number."""
    x = numbers(x)
    return isinstance(x, (np.ndarray, np.generic)) and bool(np.any(x == value))


def remember_argument(result, x):
    """Keep the argument of an exponential for a look back."""
    result.vertex.hint = x.value
    return result


def logarithm(result, x):
    """A logarithm, by its stable formula where the naive one is infinite.

    Inside another derivative the argument is looked at too: that one may have mended the result.
    """
    op = x.vertex.op
    if op not in BEFORE[exponential.log] and (op is None or op.name not in TAILS):
        return result
    steady = not unsteady(result.value)
    if steady and type(result.value) in TRACED:
        steady = not unsteady(x.value, zero=True)
    return result if steady else stable(result, (x,))


def logarithm_of_more(result, x):
    """log(1 + x), by its stable formula where the naive one is infinite."""
    if x.vertex.op not in BEFORE[exponential.log1p]:
        return result
    steady = not unsteady(result.value)
    if steady and type(result.value) in TRACED:
        steady = not unsteady(x.value) and not holds(x.value, -1)
    return result if steady else stable(result, (x,))


def root(result, x):
    """A square root, by its stable formula where it is 0 or infinite."""
    steady = x.vertex.op not in BEFORE[arithmetic.sqrt] or not unsteady(x.value, zero=True)
    return result if steady else stable(result, (x,))


def square(result, x, *exponent):
    """The square of a length, by what it is the square of where it is 0."""
    steady = x.vertex.op not in LENGTHS or not unsteady(x.value, zero=True)
    return result if steady else stable(result, (x, *exponent))


def power(result, x: Any, y):
    """A root or a square, written as a power."""
    if type(y) in SCALARS and y in ROOTS and x.vertex is not None:
        if x.vertex.op in ROOTS[y] and unsteady(x.value, zero=True):
            return stable(result, (x, y))
    return result


def quotient(result, *args: Any):
    """A quotient, by its stable formula where the denominator is infinite."""
    below = args[-1]
    if type(below) is not Tensor or below.vertex is None:
        return result
    op = below.vertex.op
    steady = op not in BEFORE[arithmetic.divide] or not unsteady(below.value, op in EXPONENTIALS)
    return result if steady else stable(result, args)


def stable(result, args):
    """The tensor by the stable formula, or as it is where none is known."""
    window = Window(result.level)
    try:
        given = [window.argument(a) for a in args]
    except LookupError:
        return result
    last = result.vertex
    formula = node(last.op, tuple(given), NO_PARAMS, Spec(last.shape, last.dtype), window.inner)
    (new,), done = rewritten([formula])
    if not done:
        return result
    with np.errstate(all="ignore"):
        (found,) = run([new], window.values)
    better = type(found) is Tensor and found.level == result.level
    return found if better and found.dtype == result.dtype else result


class Window:
    """The last vertices of a tape as nodes of a graph.

    values: {placeholder: tensor} where the window ends.
    """

    def __init__(self, level):
        self.level, self.inner = level, new_level()
        self.values, self.ends, self.made, self.twins = {}, {}, {}, {}

    def argument(self, x):
        """An argument of the last operation: what made it, or itself."""
        if type(x) is not Tensor or x.level != self.level or x.vertex is None:
            return x
        try:
            return self.node(x.vertex, DEPTH)
        except LookupError:
            return self.end(x.value, x.vertex)

    def end(self, value, vertex):
        """A placeholder for a tensor of this value and vertex."""
        vertex = self.alike(vertex)
        if vertex not in self.ends:
            spec = Spec(value.shape, value.dtype)
            new = self.ends[vertex] = node(placeholder, (), NO_PARAMS, spec, self.inner)
            self.values[new] = new_tensor(value, vertex, self.level)
        return self.ends[vertex]

    def alike(self, v):
        """The vertex of the same value as `v`, if x[i], -x or 2 * x was written twice."""
        hint = getattr(v, "hint", None)
        scaled = v.op in SCALED and None in v.parents and type(hint) in SCALARS
        if v.op not in MOVES and v.op is not arithmetic.negative and not scaled:
            return v
        key = (v.op, v.parents, v.time, hint if scaled else None, *sorted(v.params.items()))
        try:
            return self.twins.setdefault(key, v)
        except TypeError:  # index arrays have no hash
            return v

    def node(self, v, depth):
        """The node of a vertex; LookupError where the tape has not kept what it needs."""
        if v not in self.made:
            readable = v.op is not None and (v.op in READABLE or v.op.name in TAILS)
            if depth == 0 or not readable:
                raise LookupError
            args = tuple([self.parent(v, k, depth) for k in range(len(v.parents))])
            self.made[v] = node(v.op, args, v.params, Spec(v.shape, v.dtype), self.inner)
        return self.made[v]

    def parent(self, v, k, depth):
        """Argument `k` of a vertex: a constant, a kept value, or what made it."""
        p, kept = v.parents[k], None if type(v.args) not in (tuple, list) else v.args[k]
        hint = getattr(v, "hint", None)
        if p is None:
            constant = hint if kept is None else kept
            if constant is None:
                raise LookupError
            return constant
        if v.op in EXPONENTIALS:
            kept = hint
        if kept is None or not hasattr(kept, "shape") or not unchanged(kept, v):
            return self.node(p, depth - 1)
        try:
            return self.node(p, depth - 1)
        except LookupError:
            return self.end(kept, p)


def unchanged(value, v):
    """Whether an array is as it was when the vertex was recorded."""
    if type(value) is not np.ndarray:
        return True
    entry = CHANGED.get(id(owner(value)))
    return entry is None or entry[1] <= v.time


EXPONENTIALS = EXPONENTS | {exponential.sigmoid}
READABLE = SUMS | RATIOS | SQUARES | MOVES | EXPONENTIALS | FACTORS | HYPERBOLIC | MEANS | LENGTHS
READABLE |= {reduce.variance, special.erf, arithmetic.sqrt}
ROOTS = {0.5: BEFORE[arithmetic.sqrt], 2: LENGTHS}
for _op in EXPONENTIALS:
    finish_by(_op, remember_argument)
for _op in (exponential.log, exponential.log2, exponential.log10):
    finish_by(_op, logarithm)
finish_by(exponential.log1p, logarithm_of_more)
finish_by(arithmetic.sqrt, root)
finish_by(arithmetic.square, square)
finish_by(arithmetic.power, power)
finish_by(arithmetic.divide, quotient)
finish_by(arithmetic.reciprocal, quotient)
