"""Values between levels: without some of them, as plain numbers, and the parts they are made of."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from ...core.errors import TracedError, UnknownShapeError
from ...core.op import EAGER, TRACED, Op
from ...core.tree import flatten, tree_map
from ...interpret.batch import Batched, batched
from ...interpret.forward import Dual
from ...interpret.graph import Node
from ...interpret.series import Series
from ...interpret.tape import Tensor
from ...ops.move import broadcast_to, moveaxis
from ..function import result


class Differs(TracedError):
    """A number was asked for that differs between the examples of a vmap."""

    def __init__(self, batch):
        super().__init__(
            "a solver of plain numbers met a value that differs between the examples of a vmap; "
            "call root, minimize and the like inside the vmap, with that value as an argument"
        )
        self.level, self.size = batch.level, batch.value.shape[0]


class Unfed(UnknownShapeError):
    """A solver needs the number of a node; an executor then waits until it is fed."""

    def __init__(self, node):
        self.node = node
        TracedError.__init__(
            self,
            f"{node.label()} has no number before it is fed; give it to root, minimize, odeint and "
            "the like as an argument of their function, and take its gradient with gradients()",
        )


class Between(Op):
    """A row that knows levels: it is interpreted by higher ones, and linear in its argument."""

    keep_args = keep_out = False

    def __init__(self, name):
        self.name, self.signature = name, f"{name}(x)"
        self.grad_name = f"{name.title()}Backward0"

    def jvp(self, tangents, out, *args, **params):
        return self(tangents[0], **params)


class Strip(Between):
    """A value without what the levels from `low` up to, but not including, `high` know of it.

    So is its cotangent: `isolated` functions know nothing of those levels in either direction.
    """

    def __call__(self, x, *, low, high):
        while type(x) in TRACED and low <= x.level < high:
            if type(x) is Batched:
                raise Differs(x)
            if type(x) is Node:
                raise Unfed(x)
            x = x.value
        if type(x) in TRACED and x.level >= high:
            return x.interpret(self, x.level, (x,), {"low": low, "high": high})
        return x

    def vjp(self, g, out, wanted, x, **levels):
        return (self(g, **levels),)

    def batch(self, batched, x, **levels):
        return self(x, **levels)


class Unbatch(Between):
    """The stack of the examples of one vmap, along a new first axis; constants are repeated."""

    def __call__(self, x, *, level, size):
        if type(x) in TRACED and x.level > level:
            return x.interpret(self, x.level, (x,), {"level": level, "size": size})
        if type(x) is Batched and x.level == level:
            return x.value
        return broadcast_to(x, (size, *x.shape))

    def vjp(self, g, out, wanted, x, **which):
        return (rebatch(g, **which),)

    def batch(self, batched, x, **which):
        return moveaxis(self(x, **which), 0, 1)


class Rebatch(Between):
    """The examples of one vmap from their stack: the inverse of Unbatch, and its transpose."""

    def __call__(self, x, *, level, size):
        if type(x) in TRACED and x.level > level:
            return x.interpret(self, x.level, (x,), {"level": level, "size": size})
        return batched(x, level)

    def vjp(self, g, out, wanted, x, **which):
        return (unbatch(g, **which),)

    def batch(self, batched, x, **which):
        return self(moveaxis(x, 0, 1), **which)


class Enter(Between):
    """A value of one example among values of all; what all examples say of it is added up."""

    def __call__(self, x, *, level, size):
        if type(x) in TRACED and x.level > level:
            return x.interpret(self, x.level, (x,), {"level": level, "size": size})
        return x

    def vjp(self, g, out, wanted, x, **which):
        return (unbatch(g, **which).sum(axis=0),)

    def batch(self, batched, x, **which):
        return self(x, **which)


strip, unbatch, rebatch = Strip("strip"), Unbatch("unbatch"), Rebatch("rebatch")
enter = Enter("enter")


def isolated(function, low, high):
    """A function of one vector without what levels from `low` up to `high` know of it."""
    return lambda v: strip(function(strip(v, low=low, high=high)), low=low, high=high)


def chain(x: Any) -> Iterator[Any]:
    """A traced value, the value at its own point, and so on down to the numbers."""
    while type(x) in TRACED:
        yield x
        x = None if type(x) is Node else x.value


def numbers(x, high):
    """A value below `high` as a NumPy array; raises Differs where examples differ."""
    found = strip(result(x), low=EAGER, high=high)
    if type(found) in TRACED:
        raise TracedError(
            f"a {type(found).__name__} reached a solver from a transform that began inside it; "
            "return it from the function instead of storing it"
        )
    return np.asarray(found)


def traced_leaves(tree):
    """The traced values of a container."""
    return [x for x in flatten(tree)[0] if type(x) in TRACED]


def parts(values, level):
    """The traced values that some values are made of, where one level no longer counts."""
    found = []
    for x in values:
        if x.level != level or type(x) is Node:
            found.append(x)
        elif type(x) is Dual:
            found += [x.value, x.tangent]
        else:
            found += x.coefficients if type(x) is Series else [x.value]
    return [x for x in found if type(x) in TRACED]


def own_vertex(x, level):
    """The vertex of a tensor of this level; None for any other value."""
    return x.vertex if type(x) is Tensor and x.level == level else None


def constants(tree, high):
    """A container with plain numbers for traced values; eager tensors stay tensors."""
    return tree_map(lambda x: strip(x, low=EAGER + 1, high=high) if type(x) in TRACED else x, tree)
