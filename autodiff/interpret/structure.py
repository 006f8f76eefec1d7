"""A sweep that knows which cotangents are zero by structure: what a choice left out, what an index
did not take.

There zero times an infinite partial derivative is zero, not NaN.  A cotangent that merely happens
to be 0.0 is no such zero: the derivative of sqrt(x)**2 at 0 is 1, and must not become 0.
"""

import numpy as np

from ..core.errors import UnknownShapeError
from ..core.family import Elementwise
from ..core.op import TRACED
from ..ops.choose import isnan, where
from ..ops.move import sum_to
from ..ops.reduce import sum as total
from .vertex import TRACES


def broken(g):
    """Whether a cotangent or tangent holds a NaN, or infinities of both signs."""
    while type(g) in TRACED:
        if hasattr(g, "tangent") and broken(g.tangent):
            return True
        if not hasattr(g, "value"):  # a node has no numbers
            return False
        g = g.value
    if type(g) is np.ndarray and g.ndim:
        g = np.add.reduce(g, None)
    return bool(g != g) if isinstance(g, (np.generic, np.ndarray)) else False


def may_break(vertices):
    """Whether infinite slopes may meet elements without influence among the vertices of a graph."""
    made = [v for v in vertices if v.op is not None]
    return any([v.op.cuts for v in made]) and any([v.op.pole and steep(v) for v in made])


def steep(v):
    """Whether a slope of a vertex may be infinite where its arguments are finite."""
    return v.op.pole is True or v.op.pole(*constants(v))


def constants(v):
    """The arguments of a vertex that do not vary; None for others and for those not kept."""
    args, hint = v.args or (None,) * len(v.parents), getattr(v, "hint", None)
    return [
        None if p is not None or type(a) in TRACED else hint if a is None else a
        for a, p in zip(args, v.parents)
    ]


def unclear(values, vertices):
    """Whether NaNs may be among values that are nodes of a graph, where structure would say zero.

    A trace that knows its real values is asked, and its program will look; of others the operators
    among the vertices decide.
    """
    nodes = [node for g in values for node in nodes_in(g)]
    if not nodes or not may_break(vertices):
        return False
    known = [(TRACES.get(node.level), node) for node in nodes]
    asked = [(trace, node) for trace, node in known if trace is not None and trace.asks]
    if len(asked) == len(nodes):
        return any([trace.suspects(isnan(total(node))) for trace, node in asked])
    return True


def nodes_in(g):
    """The nodes inside a cotangent or tangent, and inside its own tangent."""
    if type(g) not in TRACED:
        return []
    if not hasattr(g, "value"):
        return [g]
    return nodes_in(getattr(g, "tangent", None)) + nodes_in(g.value)


def guarded(c, i):
    """The cotangent `c`, exactly zero where nothing is influenced."""
    return where(i == 0, 0, c)


def seeded(g):
    """The influence of a seed: an output of weight zero has none."""
    if not hasattr(g, "shape") or g.shape == () or (type(g) is np.ndarray and g.all()):
        return None
    return (g != 0) * 1.0


class Influence:
    """What is known of the structure in one sweep: {vertex: numbers above 0, or None for all}."""

    def __init__(self, seeds, symbolic):
        self.symbolic = symbolic
        self.heard = {} if symbolic else {v: seeded(g) for v, g in seeds.items()}

    def pulled(self, v, g, pulled, out, args):
        """The cotangents that the rule of `v` gave, exactly zero where there is no influence."""
        i = self.heard.pop(v, None)
        if i is None and not v.op.cuts:
            found = [None] * len(pulled)
        else:
            found = self.of_arguments(v, i, g, out, args)
        result = []
        for p, c, j in zip(v.parents, pulled, found):
            if p is not None and c is not None:
                if j is not None and (not self.symbolic or reads(v.op)):
                    c = guarded(c, j)
                self.add(p, j, v)
            result.append(c)
        return result

    def of_arguments(self, v, i, g, out, args):
        """The influence of each argument of `v`."""
        try:
            return v.op.influence(i, g, out, v.parents, *(args or v.parents), **v.params)
        except UnknownShapeError:  # as if all had influence, which leaves the sweep as it is
            return [None] * len(v.parents)

    def add(self, p, j, v):
        """The consumer `v` of `p` has spoken."""
        if j is not None:
            try:
                j = j if j.shape == p.shape else sum_to(j, p.shape)
            except UnknownShapeError as unknown:
                j = unknown.node.sum_like(j, p, v)
        before = self.heard.get(p, 0.0)
        self.heard[p] = None if j is None or before is None else before + j


def reads(op):
    """Whether a rule of the row multiplies by what it reads, which may be infinite."""
    return isinstance(op, Elementwise) and (op.keep_args or op.keep_out) and not op.cuts
