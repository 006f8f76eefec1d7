"""The body of a loop as a graph: one step on nodes that stand for what it reads."""

from typing import Any

import numpy as np

from ..core.errors import ArgumentError
from ..core.op import NO_PARAMS, TRACED, new_level
from ..core.spec import Spec, carries_derivative
from ..core.tree import paths
from ..interpret.composite import outline
from ..interpret.executor import run
from ..interpret.graph import TRACES, Node, node, placeholder
from ..ops.choose import zeros_like
from .function import result

BODIES: set[int] = set()  # levels of bodies that are being traced


def stand_ins(specs, level, name):
    """Nodes that stand for values of a body."""
    found = [node(placeholder, (), NO_PARAMS, Spec(s, d), level) for s, d in specs]
    for i, x in enumerate(found):
        x.given = f"{name}{i}"
    return found


def evaluated(nodes, feed):
    """The values of nodes among which there may be constants."""
    made = iter(run([x for x in nodes if type(x) is Node], feed))
    return [next(made) if type(x) is Node else x for x in nodes]


class Body:
    """One step as a graph: state, items and outer stand for what it reads.

    pred: whether to go on, or None; new: the next state; ys: what is stacked.
    simple: whether the passes of the compiler have been over it.
    """

    simple = False

    def __init__(self, state, items, outer, pred, new, ys):
        self.state, self.items, self.outer = list(state), list(items), list(outer)
        self.pred, self.new, self.ys = pred, list(new), list(ys)

    @property
    def inputs(self):
        return [*self.state, *self.items, *self.outer]

    def specs(self):
        """Stand-ins of the same specs, of a new level: (state, items, outer)."""
        level = new_level()
        groups = (("state", self.state), ("item", self.items), ("outer", self.outer))
        return [stand_ins([outline(x) for x in group], level, name) for name, group in groups]


def opened_body(state, items, pred, step):
    """(body, values of its outer stand-ins) of a step written on nodes.

    state, items: values like those that the step will meet; pred(state); step(state, items).
    """
    level = new_level()
    inputs = stand_ins([outline(x) for x in state], level, "state")
    given = stand_ins([outline(x)._replace(shape=x.shape[1:]) for x in items], level, "item")
    BODIES.add(level)
    try:
        test = None if pred is None else result(pred(inputs))
        new, ys = step(inputs, given)
    finally:
        BODIES.discard(level)
    made = [*([] if test is None else [test]), *new, *ys]
    made, outer, values = closed([result(x) for x in made], level)
    test = None if pred is None else made.pop(0)
    return Body(inputs, given, outer, test, made[: len(new)], made[len(new) :]), values


def closed(outputs, level):
    """(outputs, stand-ins, values): graphs in which what comes from outside is a stand-in."""
    new: dict[Any, Any] = {}
    stands: dict[int, Any] = {}

    def inside(a):
        return type(a) is Node and a.level == level

    def taken(a):
        if inside(a):
            return new[a]
        if type(a) not in TRACED:
            return a
        if id(a) not in stands:
            stands[id(a)] = a, stand_ins([outline_of(a)], level, f"outer{len(stands)}x")[0]
        return stands[id(a)][1]

    stack = [(x, False) for x in reversed(outputs) if inside(x)]
    while stack:
        x, done = stack.pop()
        if x in new:
            continue
        if not done:
            stack.append((x, True))
            stack.extend((a, False) for a in x.args if inside(a) and a not in new)
            continue
        args = tuple([taken(a) for a in x.args])
        same = all([a is b for a, b in zip(args, x.args)])
        new[x] = x if same else node(x.op, args, x.params, Spec(x.known, x.declared), level)
    found = [taken(x) for x in outputs]
    return found, [s for _, s in stands.values()], [a for a, _ in stands.values()]


def outline_of(x):
    """Shape and dtype of a traced value of any kind."""
    return Spec(x.known, x.declared) if type(x) is Node else Spec(x.shape, x.dtype)


def spec_of(x) -> Any:
    """Shape and dtype of a value of a body, where all are known."""
    return outline(x)


def complete(spec):
    """Whether shape and dtype are both known."""
    return spec.shape is not None and isinstance(spec.dtype, np.dtype)


def no_cotangent(x, value):
    """Zeros in the place of what no one heard of: of the stand-in `x`, or of its value."""
    return np.zeros(*spec_of(x)) if complete(outline(x)) else zeros_like(value)


def require_same(name, what, before, after, structure):
    """Raise if shapes or dtypes of two lists of leaves differ, as far as they are known."""
    for x, y, mark in zip(before, after, paths(structure)):
        (a, first), (b, second) = outline(x), outline(y)
        kinds = isinstance(first, np.dtype) and isinstance(second, np.dtype) and first != second
        if kinds or (a is not None is not b and a != b):
            raise ArgumentError(
                f"{name}: {what}{mark and f' at {mark}'} change from {first} {a} to {second} {b}; "
                "make them agree, with astype or reshape"
            )


def floating(x):
    return carries_derivative(outline(x).dtype)


def symbolic(values):
    """Whether some values are nodes of a graph, or transforms of such."""
    return any([type(bottom(x)) is Node for x in values])


def under_way(level):
    """Whether a level is that of a trace under way, or of a body in it."""
    return level in TRACES or level in BODIES


def bottom(x):
    """The value below all transforms."""
    while type(x) in TRACED and type(x) is not Node:
        x = x.value
    return x
