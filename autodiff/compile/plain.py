"""Functions around a compiled one: its graph run node by node, its arguments filled in."""

import numpy as np

from ..core.spec import Spec
from ..core.tree import flatten, unflatten
from ..interpret.executor import Plan
from ..interpret.graph import Node
from .build import Finish
from .carries import simplified


class GraphPlan:
    """The graph of a function, run node by node."""

    def __init__(self, trace):
        graph = simplified(trace.inputs, trace.guards, trace.outputs)
        self.plan = Plan([x for x in graph.outputs if type(x) is Node], trace.inputs)
        self.finish = Finish(trace.structure, graph.outputs, trace.tensors)

    def __call__(self, values):
        return self.finish(self.plan([fed(x) for x in values]))


def fed(x):
    """A number as NumPy computes with it."""
    return np.float64(x) if type(x) is float else x


class Fixed:
    """A function with some of its arguments filled in."""

    def __init__(self, f, fixed, named):
        self.f, self.fixed, self.named = f, fixed, named

    def __call__(self, *args, **kwargs):
        rest = iter(args)
        full = []
        for i in range(len(args) + len(self.fixed)):
            full.append(self.fixed[i] if i in self.fixed else next(rest))
        return self.f(*full, **kwargs, **self.named)


def flatten_specs(tree):
    """(leaves, structure) of arguments in which ones stand in the place of a Spec."""
    if type(tree) is Spec:
        return flatten(np.ones(tree.shape or (), tree.dtype or np.float64))
    if type(tree) in (tuple, list):
        parts = [unflatten(*reversed(flatten_specs(x))) for x in tree]
        return flatten(type(tree)(parts))
    if type(tree) is dict:
        return flatten({k: unflatten(*reversed(flatten_specs(x))) for k, x in tree.items()})
    return flatten(tree)


def first_line(error):
    return (str(error).strip() or "no message").splitlines()[0]
