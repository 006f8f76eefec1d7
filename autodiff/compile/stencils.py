"""Chains that are padded with zeros are computed where they land, rather than stored in between.

The gradient of f(x[1:], x[:-1]) is a sum of chains, each put among zeros at another place:
pad(c(x[1:], x[:-1])).  As c(pad(x[1:]), pad(x[:-1])), with zeros outside, it needs no memory of its
own: a pad of an argument is a window over it, and the whole sum is one loop nest.  Of a million
elements the chain itself costs less than writing it and reading it back.
"""

from typing import Any

import numpy as np

from ..core.lower import Element
from ..core.op import NO_PARAMS
from ..core.spec import FLOAT64, Spec
from ..interpret.graph import Node, node, placeholder
from ..ops.arithmetic import power
from ..ops.choose import choose, not_equal, stop_gradient
from ..ops.index import scattered, taken
from ..ops.move import expanded
from .emit import BOOL, LOWERED
from .rewrite import Graph
from .view import squeezed

# Operations that cost about as much as moving a number; a chain may hold so many of them.
CHEAP = frozenset((
    "add", "subtract", "multiply", "negative", "positive", "absolute", "square", "maximum",
    "minimum", "choose", "equal", "not_equal", "less", "less_equal", "greater", "greater_equal",
    "logical_and", "logical_or", "logical_not", "stop_gradient",
))  # fmt: skip
DEAR = {"divide": 8, "reciprocal": 8, "sqrt": 8}
MOST = 48
# Gradient of Rosenbrock's function, stored / computed again: 0.9 at 10,000 elements, 1.8 at 10**6;
# of stencils in two dimensions 0.2 and 0.5, because windows over rows break the vectors.
LEAST = 2**16
SMALL_POWERS = (2, 3, 4)


def recomputed(graph):
    """The graph with every padded chain computed in its place, where that is the cheaper way."""
    work = Stencils()
    for x in graph.order:
        work.take(x)
    if not work.found:
        return graph
    replaced = work.replaced
    outputs = [replaced(x) if type(x) is Node else x for x in graph.outputs]
    return Graph(graph.inputs, [replaced(g) for g in graph.guards], outputs)


class Stencils:
    """New nodes for old ones, and those that were made for one place among zeros."""

    def __init__(self):
        self.new: dict[Any, Any] = {}
        self.padded: dict[Any, Any] = {}  # (node, place, shape) -> the node there
        self.found, self.one = False, None

    def replaced(self, x):
        return self.new.get(x, x)

    def take(self, x):
        """Find what stands for a node whose arguments were taken before."""
        args = tuple([self.replaced(a) if type(a) is Node else a for a in x.args])
        old = x
        if any([a is not b for a, b in zip(args, x.args)]):
            x = self.new[old] = node(x.op, args, x.params, Spec(x.known, x.declared), x.level)
        if x.op is scattered and len(x.args) == 1 and worth(x) and simple(x.params["index"]):
            chain = chain_of(x.args[0])
            if chain is not None:
                self.found = True
                self.new[old] = self.moved(x, chain)

    def moved(self, x, chain):
        """The chain before a pad, computed where the pad puts it."""
        (end,) = x.args
        for c in chain:
            args = tuple([self.argument(a, x) for a in c.args])
            self.padded[self.place(c, x)] = node(
                c.op, args, c.params, Spec(x.known, c.declared), x.level
            )
        parts = (self.inside(end, x), self.padded[self.place(end, x)], end.declared.type(0))
        return node(choose, parts, NO_PARAMS, Spec(x.known, x.declared), x.level)

    def inside(self, end, x):
        """Where the pad puts elements: ones among zeros, as truth."""
        key = "inside", x.params["index"], x.known
        if key not in self.padded:
            if self.one is None:
                self.one = node(stop_gradient, (1.0,), NO_PARAMS, Spec((), FLOAT64), x.level)
            shape = {"shape": end.known}
            ones = node(expanded, (self.one,), shape, Spec(end.known, FLOAT64), x.level)
            there = node(scattered, (ones,), x.params, Spec(x.known, FLOAT64), x.level)
            self.padded[key] = node(
                not_equal, (there, 0.0), NO_PARAMS, Spec(x.known, BOOL), x.level
            )
        return self.padded[key]

    def argument(self, a, x):
        """An argument of the chain at its new place; numbers stay what they are."""
        if number(a):
            return a
        return self.pad(a, x)

    def pad(self, a, x):
        """What is no link of the chain, among zeros."""
        key = self.place(a, x)
        if key not in self.padded:
            if type(a) is not Node:
                self.padded[key] = scattered.evaluate(a, **x.params)
            else:
                self.padded[key] = node(
                    scattered, (a,), x.params, Spec(x.known, a.declared), x.level
                )
        return self.padded[key]

    def place(self, a, x):
        key = a if type(a) is Node else id(a)
        return key, x.params["index"], x.known


def worth(x):
    """Whether a value is one long axis: what stays in the cache is quicker stored and read back."""
    shape = squeezed(x.known)
    return len(shape) == 1 and shape[0] >= LEAST


def simple(index):
    """Whether an index is made of slices that walk on by one."""
    return all([
        p is Ellipsis or (type(p) is slice and p.step in (None, 1)) for p in index.fill(())
    ])  # fmt: skip


def number(a):
    """Whether a value is a single number, which is the same at every place."""
    return (a.known if type(a) is Node else np.shape(a)) == ()


def chain_of(end):
    """The cheap elementwise operators before `end`, arguments first; None where they do not pay."""
    chain, seen, computed, cost, stack = [], set(), 0, 0, [(end, False)]
    while stack:
        a, done = stack.pop()
        if done:
            chain.append(a)
            continue
        if number(a) or id(a) in seen:
            continue
        seen.add(id(a))
        if (a.known if type(a) is Node else np.shape(a)) != end.known:
            return None
        if type(a) is not Node:
            continue
        price = price_of(a)
        if price is None:
            if a.op is scattered:
                return None
            computed += not free(a)
            continue
        cost += price
        if cost > MOST or len(chain) + len(stack) > 4 * MOST:
            return None
        stack.append((a, True))
        stack.extend([(b, False) for b in a.args])
    return chain if len(chain) > 1 and computed <= 1 else None


def price_of(x):
    """What computing a node again costs; None for what is read from memory instead."""
    if x.declared not in LOWERED or type(getattr(x.op, "lower", None)) is not Element:
        return None
    if x.op is power:
        return (
            2 if type(x.args[1]) is not Node and np.all(np.isin(x.args[1], SMALL_POWERS)) else None
        )
    return 1 if x.op.name in CHEAP else DEAR.get(x.op.name)


def free(x):
    """Whether a value is an argument of the program, or a part of one, which stands in memory."""
    while x.op is taken and len(x.args) == 1 and type(x.args[0]) is Node:
        (x,) = x.args
    return x.op is placeholder
