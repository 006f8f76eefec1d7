"""Naive spellings on tensors: log(1 + exp(x)), sqrt(sum(x * x)), exp(x) / sum(exp(x)).

Where a logarithm, a root or a quotient meets infinity or zero, the formula that led there is read
off the vertices, rewritten by the same identities as in graphs, and computed anew.  What is kept
for it is the argument of an exponential, and numbers among the arguments.
"""

import numpy as np

from ..core.op import NO_PARAMS, TRACED, new_level
from ..core.spec import Spec
from ..ops import arithmetic, contract, exponential, index, move, reduce
from .executor import run
from .graph import node, placeholder
from .inplace import CHANGED, owner
from .stabilize import rewritten
from .tape import Tensor, finish_by, new_tensor

DEPTH = 8  # vertices that are looked back, at most
SUMS = {arithmetic.add, arithmetic.subtract, arithmetic.negative, reduce.summed}
RATIOS = {arithmetic.divide, arithmetic.reciprocal, exponential.sigmoid}
SQUARES = {arithmetic.square, arithmetic.power, arithmetic.multiply, contract.inner_product}
MOVES = {index.taken, move.reshaped, move.permuted, move.expanded}
# Of a formula, what may stand before its last row.
BEFORE = {
    exponential.log: SUMS | RATIOS | MOVES,
    exponential.log1p: {exponential.exp, arithmetic.negative},
    arithmetic.sqrt: SQUARES | {reduce.summed, arithmetic.add},
    arithmetic.divide: SUMS,
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


def remember_argument(result, x):
    """Keep the argument of an exponential for a look back."""
    result.vertex.hint = x.value
    return result


def logarithm(result, x):
    """A logarithm, by its stable formula where the naive one is infinite."""
    steady = x.vertex.op not in BEFORE[result.vertex.op] or not unsteady(result.value)
    return result if steady else stable(result, (x,))


def root(result, x):
    """A square root, by its stable formula where it is 0 or infinite."""
    steady = x.vertex.op not in BEFORE[arithmetic.sqrt] or not unsteady(result.value, zero=True)
    return result if steady else stable(result, (x,))


def quotient(result, *args):
    """A quotient, by its stable formula where the denominator is infinite."""
    below = args[-1]
    made = type(below) is Tensor and below.vertex is not None
    if not made or below.vertex.op not in BEFORE[arithmetic.divide] or not unsteady(below.value):
        return result
    return stable(result, args)


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
        self.values, self.ends, self.made = {}, {}, {}

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
        if vertex not in self.ends:
            spec = Spec(value.shape, value.dtype)
            new = self.ends[vertex] = node(placeholder, (), NO_PARAMS, spec, self.inner)
            self.values[new] = new_tensor(value, vertex, self.level)
        return self.ends[vertex]

    def node(self, v, depth):
        """The node of a vertex; LookupError where the tape has not kept what it needs."""
        if v not in self.made:
            if depth == 0 or v.op is None or v.op not in READABLE:
                raise LookupError
            args = tuple([self.parent(v, k, depth) for k in range(len(v.parents))])
            self.made[v] = node(v.op, args, v.params, Spec(v.shape, v.dtype), self.inner)
        return self.made[v]

    def parent(self, v, k, depth):
        """Argument `k` of a vertex: a constant, a kept value, or what made it."""
        p, kept = v.parents[k], None if type(v.args) is not tuple else v.args[k]
        hint = getattr(v, "hint", None)
        if p is None:
            constant = hint if kept is None else kept
            if constant is None:
                raise LookupError
            return constant
        if v.op in EXPONENTIALS:
            kept = hint
        if kept is not None and hasattr(kept, "shape") and unchanged(kept, v):
            return self.end(kept, p)
        return self.node(p, depth - 1)


def unchanged(value, v):
    """Whether an array is as it was when the vertex was recorded."""
    if type(value) is not np.ndarray:
        return True
    entry = CHANGED.get(id(owner(value)))
    return entry is None or entry[1] <= v.time


EXPONENTIALS = {exponential.exp, exponential.sigmoid}
READABLE = SUMS | RATIOS | SQUARES | MOVES | EXPONENTIALS
for _op in EXPONENTIALS:
    finish_by(_op, remember_argument)
for _op in (exponential.log, exponential.log1p):
    finish_by(_op, logarithm)
finish_by(arithmetic.sqrt, root)
finish_by(arithmetic.divide, quotient)
finish_by(arithmetic.reciprocal, quotient)
