"""Traces of functions: the whole graph of a run, and functions replayed from their first run."""

from functools import partial, wraps
from typing import Any

from ....core.op import new_level
from ....core.tree import flatten, unflatten
from ..primitives import as_array, scalar
from ..tracer import Node, Traveller, trace, traveller


class FullGraphNode(Node):
    """A vertex that keeps everything: value, (function, value, arguments), parents."""

    def __init__(self, value, fun, args, kwargs, parent_argnums, parents):
        self.value, self.parents = value, parents
        self.recipe = fun, value, args, kwargs, list(zip(parent_argnums, parents))

    def initialize_root(self, *args):
        self.value: Any = args[0] if args else None
        self.parents, self.recipe = (), (lambda x: x, self.value, (), {}, [])


def full_graph(fun, *args, **kwargs):
    """The last vertex of a run of `fun`, which leads to all others.

    args: the arguments of `fun`, of which the first is traced.

    >>> import autodiff.numpy as np
    >>> from autodiff.compat.autograd.tracer import toposort
    >>> [v.recipe[0].__name__ for v in toposort(full_graph(lambda x: np.sin(-x), 1.0))][:2]
    ['sin', 'negative']
    """
    first, *rest = args
    start = FullGraphNode.new_root(first)
    return trace(start, lambda x: fun(x, *rest, **kwargs), first)[1]


class Replayed(Node):
    """A vertex of a run that is run again: what to call, and with the values of which vertices."""

    def __init__(self, value, fun, args, kwargs, parent_argnums, parents):
        self.value, self.fun, self.args, self.kwargs = value, fun, list(args), kwargs
        self.places = list(zip(parent_argnums, parents))
        self.order = parents[0].order
        self.order.append(self)

    def initialize_root(self, order):
        self.order: list[Any] = order

    def run(self):
        """Compute the value from those of the parents."""
        for i, parent in self.places:
            self.args[i] = parent.value
        self.value = self.fun(*self.args, **self.kwargs)


class Recording:
    """The operations of one run, and where its inputs and outputs are among them."""

    def __init__(self, fun, args):
        leaves, self.structure = flatten(args)
        self.order, level = [], new_level()
        self.roots = [Replayed.new_root(self.order) for _ in leaves]
        inputs = [traveller(as_array(x), v, level) for x, v in zip(leaves, self.roots)]
        outputs, self.out_structure = flatten(fun(*unflatten(self.structure, inputs)))
        mine = [type(y) is Traveller and y.level == level for y in outputs]
        self.ends = [(y.node, None) if m else (None, y) for y, m in zip(outputs, mine)]
        self.out = self.collected([y.value if m else y for y, m in zip(outputs, mine)])

    def collected(self, values):
        """The outputs in their container."""
        return unflatten(self.out_structure, [scalar(v) for v in values])

    def replay(self, args):
        """The outputs for other inputs."""
        for root, x in zip(self.roots, flatten(args)[0]):
            root.value = as_array(x)
        for vertex in self.order:
            vertex.run()
        return self.collected([y if v is None else v.value for v, y in self.ends])


def const_graph(fun, *args, **kwargs):
    """`fun` with these first arguments, which runs once; later calls replay its operations.

    What does not depend on the arguments that are left is computed once, and Python's own control
    flow keeps the way of the first call.

    >>> runs = []
    >>> double = const_graph(lambda a, x: (runs.append(1), a * x)[1], 2.0)
    >>> float(double(3.0)), float(double(4.0)), len(runs)
    (6.0, 8.0, 1)
    """
    function, kept = partial(fun, *args, **kwargs), []

    @wraps(fun)
    def replayed(*given):
        if kept:
            return kept[0].replay(given)
        kept.append(Recording(function, given))
        return kept[0].out

    return replayed
