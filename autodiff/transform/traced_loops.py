"""Loops of a function that is being traced: one operator each, instead of all their steps."""

import numpy as np

from ..core.errors import ArgumentError, TracedError
from ..core.tree import flatten, tree_map, unflatten
from ..interpret.composite import outline
from ..interpret.graph import TRACES
from .function import result
from .loop import Loop
from .loop_body import opened_body, tracing

FEW = 16  # steps up to which a loop of known length is written out


def traced_while(cond_fun, body_fun, state):
    """The state after a loop, or None where its body asks for numbers."""
    leaves, structure = flatten(state)

    def step(inputs, _):
        return same(flatten(body_fun(unflatten(structure, inputs))), structure), []

    made = opened(leaves, [], lambda inputs: cond_fun(unflatten(structure, inputs)), step)
    if made is None:
        return None
    body, outer = made
    found = Loop("while_loop", body, None)(*leaves, *outer)
    return unflatten(structure, list(found[: len(leaves)]))


def traced_counted(lower, upper, body_fun, state):
    """The state after a loop whose steps are numbered, or None where it is not traced."""
    if not TRACES or upper - lower <= FEW:
        return None
    leaves, structure = flatten(state)

    def step(inputs, _):
        i, *inner = inputs
        return [i + 1, *same(flatten(body_fun(i, unflatten(structure, inner))), structure)], []

    made = opened([np.asarray(lower), *leaves], [], None, step)
    if made is None:
        return None
    body, outer = made
    found = Loop("fori_loop", body, upper - lower)(np.asarray(lower), *leaves, *outer)
    return unflatten(structure, list(found[1:]))


def traced_scan(f, carry, leaves, structure, length, reverse):
    """(last carry, stacked ys) of a scan, or None where it is not traced."""
    if not TRACES or length <= FEW:
        return None
    state, carries = flatten(carry)
    forms = []

    def step(inputs, items):
        new, y = one_step(f, unflatten(carries, inputs), unflatten(structure, items))
        ys, form = flatten(y)
        forms.append(form)
        return same(flatten(new), carries), ys

    made = opened(state, leaves, None, step)
    if made is None:
        return None
    body, outer = made
    found = Loop("scan", body, length, reverse)(*state, *outer, *leaves)
    k = len(state)
    return unflatten(carries, list(found[:k])), unflatten(forms[0], list(found[k:]))


def opened(state, items, pred, step):
    """(body, values that it reads from outside), or None where no trace needs it as an operator."""
    try:
        body, outer = opened_body(state, items, pred, step)
    except (TracedError, Differs):
        return None
    if any([outline(x) != outline(y) for x, y in zip(body.state, body.new)]):
        return None
    return (body, outer) if tracing([*state, *items, *outer]) else None


class Differs(Exception):
    """A body that gives other containers than it was given: one step of it says so better."""


def same(flat, structure):
    """The leaves of a new state of the same form."""
    leaves, found = flat
    if found != structure:
        raise Differs
    return [result(x) for x in leaves]


def one_step(f, carry, x):
    """(carry, y) of one step of a scan."""
    out = f(carry, x)
    if not isinstance(out, tuple) or len(out) != 2:
        raise ArgumentError(
            f"scan: the body returns a {type(out).__name__}; it needs a pair (carry, y)"
        )
    return tree_map(result, out[0]), tree_map(result, out[1])
