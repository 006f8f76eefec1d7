"""Functions of the table as single operators of a graph, run when the shapes are known."""

from typing import Any

import numpy as np

from ..core.errors import UnknownShapeError
from ..core.op import TRACED, Op, new_level
from ..core.spec import Spec
from ..core.tree import unflatten
from ..ops.move import sum_to
from .sweep import cast, stored, sweep
from .tape import new_tensor
from .vertex import leaf


class Call:
    """A function with the structure of its arguments: picklable, and of any kind of values."""

    def __init__(self, function, structure):
        self.function, self.structure = function, structure

    def __call__(self, *leaves):
        args, kwargs = unflatten(self.structure, leaves)
        return self.function(*args, **kwargs)


class Pull:
    """The pullback of a function in its argument number `place`: (g, *args) -> cotangent."""

    def __init__(self, function, place):
        self.function, self.place = function, place

    def __call__(self, g, *args):
        i, level = self.place, new_level()
        value = args[i] if hasattr(args[i], "dtype") else np.asarray(args[i])
        x = new_tensor(value, leaf(value), level)
        out = self.function(*args[:i], x, *args[i + 1 :])
        if getattr(out, "level", None) != level or out.vertex is None:
            return np.zeros(value.shape, value.dtype)
        found = sweep({out.vertex: sum_like(g, out)}, stored).get(x.vertex)
        return np.zeros(value.shape, value.dtype) if found is None else found


def sum_like(g, x):
    """`g` summed to the shape of `x`, or stretched to it, in the dtype of `x`."""
    fits = len(g.shape) >= len(x.shape)
    return cast(sum_to(g, x.shape) if fits else g + np.zeros(x.shape, x.dtype), x.dtype)


def dtype_like(g, x):
    """`g` in the dtype of `x`."""
    return cast(g, x.dtype)


class Composite(Op):
    """A function of the table as one operator of a graph, run when the shapes are known."""

    def __init__(self, name, function: Any):
        self.name, self.function = name, function
        self.keep_args = self.keep_out = True
        self.latex = None

    def evaluate(self, *args):
        return self.function(*args)

    def __call__(self, *args):
        try:
            return self.function(*args)
        except UnknownShapeError as unknown:  # it waits again, for other nodes
            return unknown.node.waiting(self, args)

    def vjp(self, g, out, wanted, *args):
        return [
            None
            if w is None
            else w.made_by(Composite(f"{self.name}_pullback", Pull(self.function, i)), (g, *args))
            for i, w in enumerate(wanted)
        ]

    def __repr__(self):
        return f"<operator {self.name}>"

    def __reduce__(self):
        return Composite, (self.name, self.function)


def outline(x):
    """Shape and dtype of a value, as far as they are known."""
    if type(x) in TRACED and hasattr(x, "known"):
        return Spec(x.known, x.declared)
    return Spec(np.shape(x), np.result_type(x.dtype if hasattr(x, "dtype") else x))
