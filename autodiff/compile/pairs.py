"""Complex numbers as pairs of real ones: what is computed with them becomes loops of real numbers.

Arrays of complex numbers stay what they are in memory; their parts are views of every other number.
"""

from typing import Any

import numpy as np

from ..core.op import NO_PARAMS, Op
from ..core.spec import Spec
from ..interpret.graph import Node, node, placeholder
from ..interpret.vertex import Joint, pick
from ..ops.choose import isfinite, isinf, isnan, logical_and, logical_or, where
from ..ops.complex import convert, imaginary_part, real_part
from .complex_functions import (
    DOUBLE,
    SINGLE,
    exponential,
    hyperbolic_cosine,
    hyperbolic_sine,
    hyperbolic_tangent,
    infinite_sign,
    length,
    logarithm,
    power,
    product,
    quarter,
    quotient,
    root,
)
from .rewrite import Graph

PARTS = {np.dtype(np.complex128): DOUBLE, np.dtype(np.complex64): SINGLE}
LINEAR = frozenset({
    "reshaped", "expanded", "permuted", "flipped", "taken", "scattered", "summed", "reduced_mean",
    "accumulated", "negative", "positive", "stop_gradient", "copied", "joined", "stacked",
})  # fmt: skip


class Paired(Op):
    """The operator that puts a complex array together from its parts."""

    view = differentiable = False
    lower = None

    def __init__(self):
        self.name = self.__name__ = "paired"

    def evaluate(self, x, y):
        return x + 1j * y

    __call__ = evaluate


paired = Paired()


COMPLEX = {
    "add": lambda a, b: (a[0] + b[0], a[1] + b[1]),
    "subtract": lambda a, b: (a[0] - b[0], a[1] - b[1]),
    "multiply": product,
    "divide": quotient,
    "square": lambda a: product(a, a),
    "power": power,
    "conjugate": lambda a: (a[0], -a[1]),
    "exp": exponential,
    "log": logarithm,
    "sqrt": root,
    "sinh": hyperbolic_sine,
    "cosh": hyperbolic_cosine,
    "tanh": hyperbolic_tangent,
    "sin": quarter(hyperbolic_sine),
    "cos": lambda a: hyperbolic_cosine((-a[1], a[0])),
    "tan": quarter(hyperbolic_tangent),
    "reciprocal": lambda a: quotient((1.0, 0.0), a),
    "convert": lambda a: a,
    "add_imaginary": lambda a, b: (a[0] - b[1], a[1] + b[0]),
    "infinite_sign": infinite_sign,
}
REAL = {
    "absolute": length,
    "real_part": lambda a: a[0],
    "imaginary_part": lambda a: a[1],
    "isnan": lambda a: logical_or(isnan(a[0]), isnan(a[1])),
    "isinf": lambda a: logical_or(isinf(a[0]), isinf(a[1])),
    "isfinite": lambda a: logical_and(isfinite(a[0]), isfinite(a[1])),
    "equal": lambda a, b: logical_and(a[0] == b[0], a[1] == b[1]),
    "not_equal": lambda a, b: logical_or(a[0] != b[0], a[1] != b[1]),
}


class Pairs:
    """One pass over a graph, arguments first.

    new: old node -> node; parts: old complex node -> its real and its imaginary part.
    """

    def __init__(self):
        self.new: dict[Any, Any] = {}
        self.parts: dict[Any, Any] = {}

    def take(self, x):
        """Find what stands for an old node."""
        if x.op is placeholder:
            self.new[x] = x
            return
        plain = type(x.op) is not Joint and x.op is not pick
        found = self.split(x) if plain and touches(x) else None
        if found is None:
            args = tuple([self.joined(a) if type(a) is Node else a for a in x.args])
            same = all([a is b for a, b in zip(args, x.args)])
            self.new[x] = x if same else node(x.op, args, x.params, spec(x), x.level)
        elif type(found) is tuple:
            self.parts[x] = tuple([self.fitted(part, x) for part in found])
        else:
            self.new[x] = found

    def split(self, x):
        """The parts of a complex node, the node of a real one, or None where it is left whole."""
        name, is_complex = x.op.name, x.declared in PARTS
        if is_complex and name == "choose":
            c, a, b = x.args
            (p, q), (r, s) = self.halves(a, x), self.halves(b, x)
            c = self.new[c] if type(c) is Node else c
            return where(c, p, r), where(c, q, s)
        if is_complex and name in LINEAR:
            return tuple([self.linear(x, k) for k in (0, 1)])
        formula = (COMPLEX if is_complex else REAL).get(name)
        if formula is None:
            return None
        like = x if is_complex else next(a for a in x.args if complex_node(a))
        found = formula(*[self.halves(a, like) for a in x.args])
        return found if is_complex or type(found) is Node else None

    def linear(self, x, k):
        """A row that only moves or adds numbers, on one of the parts."""
        args = []
        for a in x.args:
            if complex_node(a) or (type(a) is not Node and np.result_type(a).kind == "c"):
                part = self.halves(a, x)[k]
                args.append(part if type(part) is Node or type(a) is not Node else filled(part, a))
            elif type(a) is Node:
                args.append(self.new[a])
            else:
                args.append(a)
        real = Spec(x.known, PARTS[x.declared])
        return node(x.op, tuple(args), x.params, real, x.level)

    def halves(self, a, like):
        """The real and the imaginary part of an argument."""
        dtype = PARTS[like.declared]
        if type(a) is not Node:
            return (a.real, a.imag) if np.result_type(a).kind == "c" else (a, 0.0)
        if a.declared not in PARTS:
            x = self.new[a]
            return (x if x.declared == dtype else convert(x, dtype=dtype)), 0.0
        if a not in self.parts:
            real = Spec(a.known, PARTS[a.declared])
            whole = (self.new[a],)
            self.parts[a] = tuple(
                [node(row, whole, NO_PARAMS, real, a.level) for row in (real_part, imaginary_part)]
            )
        found = self.parts[a]
        if a.declared == like.declared:
            return found
        return tuple([convert(p, dtype=dtype) if type(p) is Node else p for p in found])

    def fitted(self, part, x):
        """A part in the dtype and the shape of its complex number."""
        dtype = PARTS[x.declared]
        if type(part) is Node and (part.declared != dtype or part.known != x.known):
            return node(convert, (part,), {"dtype": dtype}, Spec(x.known, dtype), x.level)
        return part

    def joined(self, x):
        """The node of a value as it stands in memory."""
        if x not in self.new:
            a = x.args[0]
            if x.op.view and len(x.args) == 1 and a in self.new:  # a movement of what is there
                self.new[x] = node(x.op, (self.new[a],), x.params, spec(x), x.level)
            else:
                self.new[x] = node(paired, self.parts[x], NO_PARAMS, spec(x), x.level)
        return self.new[x]


def split_up(graph):
    """The graph with its complex numbers as pairs, or the same graph where it has none."""
    if not any([complex_node(x) for x in graph.order]):
        return graph
    work = Pairs()
    for x in graph.order:
        work.take(x)
    guards = [work.joined(g) for g in graph.guards]
    outputs = [work.joined(y) if type(y) is Node else y for y in graph.outputs]
    return Graph(graph.inputs, guards, outputs)


def spec(x):
    return Spec(x.known, x.declared)


def complex_node(a):
    return type(a) is Node and a.declared in PARTS


def touches(x):
    """Whether a node is complex, or computed from what is."""
    return x.declared in PARTS or any([complex_node(a) for a in x.args])


def filled(part, a):
    """A number in the shape of the node whose part it is."""
    return np.broadcast_to(np.asarray(part, PARTS[a.declared]), a.known)
