"""Loops of symbolic graphs whose number of steps depends on what will be fed."""

import numpy as np

from ..core.errors import ArgumentError
from ..core.op import NO_PARAMS, new_level
from ..core.tree import describe, flatten, paths, unflatten
from ..interpret.composite import Opened, outline
from ..interpret.executor import run
from ..interpret.graph import Node, node, placeholder
from .function import result


class Steps:
    """A loop as a function: (*state, *captured) -> the state after the last step.

    loop: what runs it, from a condition, a body and a state.
    inputs: nodes that stand for the state; captured: nodes from outside; pred, new: their results.
    """

    def __init__(self, loop, inputs, captured, pred, new):
        self.loop, self.inputs, self.captured = loop, inputs, captured
        self.pred, self.new = pred, new

    def __call__(self, *values):
        n = len(self.inputs)
        outer = dict(zip(self.captured, values[n:]))

        def after(nodes, state):
            found = {**dict(zip(self.inputs, state)), **outer}
            known = [x for x in nodes if type(x) is Node]
            made = iter(run(known, found))
            return [next(made) if type(x) is Node else x for x in nodes]

        last = self.loop(
            lambda state: after([self.pred], state)[0],
            lambda state: after(self.new, state),
            list(values[:n]),
        )
        return tuple(last)


def graph_loop(loop, cond_fun, body_fun, state):
    """The nodes of the state after a loop whose condition is a node."""
    leaves, structure = flatten(state)
    inner = new_level()
    inputs = [node(placeholder, (), NO_PARAMS, outline(x), inner) for x in leaves]
    for i, x in enumerate(inputs):
        x.given = f"state{i}"
    pred = result(cond_fun(unflatten(structure, inputs)))
    new, found = flatten(body_fun(unflatten(structure, inputs)))
    if found != structure:
        raise ArgumentError(
            f"while_loop: the values of the state change from {describe(structure)} to "
            f"{describe(found)}"
        )
    new = [result(x) for x in new]
    require_same("while_loop", "the values of the state", inputs, new, structure)
    captured = outside([pred, *new], inner)
    steps = Steps(loop, inputs, captured, pred, new)
    row = Opened("while_loop", steps, range(len(leaves)))
    return unflatten(structure, list(row(*leaves, *captured)))


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


def outside(nodes, inner):
    """The nodes of other levels that some nodes of the level `inner` are computed from."""
    found, seen, stack = [], set(), [x for x in nodes if type(x) is Node]
    while stack:
        x = stack.pop()
        if x in seen:
            continue
        seen.add(x)
        if x.level == inner:
            stack.extend(x.inputs)
        else:
            found.append(x)
    return found
