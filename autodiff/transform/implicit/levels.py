"""Values between levels: numbers for SciPy, example by example, and a vertex for the answer."""

from functools import partial
from typing import Any

import numpy as np

from ...core.errors import RuleError, TracedError, UnknownShapeError
from ...core.op import EAGER, NO_PARAMS, TRACED, Op
from ...core.tree import flatten, tree_map, unflatten
from ...interpret.backward import again, present
from ...interpret.batch import Batched, batched
from ...interpret.forward import Dual
from ...interpret.graph import Node
from ...interpret.series import Series
from ...interpret.sweep import consumers, sweep
from ...interpret.tape import Tensor, new_tensor, picked
from ...interpret.vertex import Joint, Vertex, clock, locate, vertex
from ...ops.move import broadcast_to, moveaxis, stack
from ..function import result
from .solver import ConvergenceError


class Differs(Exception):
    """A number was asked for that differs between the examples of a vmap."""

    def __init__(self, batch):
        super().__init__()
        self.level, self.size = batch.level, batch.value.shape[0]


class Unfed(UnknownShapeError):
    """A solver needs the number of a node; an executor then waits until it is fed."""

    def __init__(self, node):
        self.node = node
        TracedError.__init__(
            self,
            f"{node.label()} has no number before it is fed; give it to the solver as an argument "
            "of the function, and take its gradient with gradients()",
        )


class Between(Op):
    """A row that knows levels: it is interpreted by higher ones, and linear in its argument."""

    keep_args = keep_out = False

    def __init__(self, name):
        self.name = self.__name__ = name
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


def chain(x):
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


# ------------------------------------------------------------- one example after another


def by_examples(call, trees, carried=None, view=lambda f: f, split=(), closed=False) -> Any:
    """`call(trees, view)`; where a solver meets examples that differ, once for each of them.

    view: what `call` applies to its function, which may close over examples.
    carried: the names in the result that are stacked, the others are listed; None stacks a whole
    container.  split: the levels of which `trees` hold one example already.  closed: whether the
    function is shown in one example at once, and not only when it turns out to close over them.
    """
    try:
        return call(trees, view)
    except Differs as found:
        if found.level in split:
            raise
        which = {"level": found.level, "size": found.size}
    results, split = [], (*split, which["level"])
    one = partial(in_example, view, 0, which) if closed else view
    for i in range(which["size"]):
        chosen = tree_map(lambda x, i=i: example(x, i, which) if type(x) in TRACED else x, trees)
        try:
            results.append(by_examples(call, chosen, carried, one, split, closed))
        except Differs as found:
            if found.level != which["level"] or one is not view:
                raise
            one = partial(in_example, view, i, which)
            results.append(by_examples(call, chosen, carried, one, split))
        if one is not view:
            one = partial(in_example, view, i + 1, which)
    if not results:
        raise ConvergenceError("a solver under vmap got no examples; give at least one")
    if carried is None:
        return stacked(results, which)
    columns = {key: [r[key] for r in results] for key in results[0]}
    joined = {k: stacked(v, which) if k in carried else v for k, v in columns.items()}
    return type(results[0])(joined | {"success": all(columns["success"])})


def example(x, number, which):
    """One example of a value under vmap."""
    return unbatch(result(x), **which)[number]


def in_example(view, number, which, f):
    """A function that closes over examples, as that of one of them."""
    f = view(f)

    def seen(*args):
        inside = tree_map(lambda x: enter(x, **which) if type(x) in TRACED else x, args)
        return tree_map(lambda y: example(y, number, which), f(*inside))

    return seen


def stacked(trees, which):
    """Containers, one for each example, as one container of values under vmap."""
    columns = zip(*[flatten(tree)[0] for tree in trees])
    values = [rebatch(stack(column), **which) for column in columns]
    return unflatten(flatten(trees[0])[1], values)


# ------------------------------------------------------------- vertices of answers


class Answer(Op):
    """The row of answers that no recorded operation has made: their pullback is given.

    pull(g, out, see) -> {vertex: cotangent}; see: what rules are shown, None at first order; g and
    out are lists where there are several answers.
    """

    keep_args, keep_out = False, True

    def __init__(self, name, pull, outer):
        self.name, self.pull, self.outer = name, pull, outer
        self.grad_name = f"{name.title().replace('_', '')}Backward0"

    def vjp(self, g, out, wanted, *_):
        given = g if isinstance(g, list) else [g]
        recorded = any(type(c) is Tensor and c.level == EAGER for c in given)
        found = self.pull(g, out, again(Tensor) if recorded else None)
        if any(found[v] is not None and v not in self.outer for v in found):
            raise RuleError(
                f"{self.name}: its function uses a variable of an outer derivative at some points "
                "only; give that variable as an argument"
            )
        return [found.get(v) for v in self.outer]


def new_time():
    """A time that later vertices have, and earlier ones have not."""
    clock.now += 1
    return clock.now


def older(values, level, since):
    """The vertices from before `since` that the tensors of one level among some values need."""
    owned = [own_vertex(x, level) for x in values]
    roots = {v: None for v in owned if v is not None}
    return [v for v in consumers(roots, since=since) if v.time < since]


def answered(name, values, level, outer, pull):
    """Tensors of answers on one vertex whose parents are `outer`; constants without any."""
    if not outer:
        return [new_tensor(v, None, level) if level == EAGER else v for v in values]
    row = Answer(name, pull, outer)
    if len(values) == 1:
        return [new_tensor(values[0], vertex(row, tuple(outer), (), NO_PARAMS, values[0]), level)]
    joint = Vertex()
    joint.op, joint.parents, joint.params = Joint(row), tuple(outer), NO_PARAMS
    joint.args, joint.out, joint.dtype = None, tuple(values), None
    joint.shape, joint.time = tuple(v.shape for v in values), clock.now
    locate(joint)
    return list(picked(joint, tuple(values), level))


def pulled(y, g, see, since):
    """The cotangents of what came before `since`, for the cotangent `g` of `y`."""
    return sweep({y.vertex: g}, see or present, since=since)
