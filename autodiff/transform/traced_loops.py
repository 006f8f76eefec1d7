"""Loops of a function that is being traced: one operator each, instead of all their steps."""

import numpy as np

from ..core.errors import ArgumentError, TracedError
from ..core.tree import describe, flatten, tree_map, unflatten
from ..interpret.composite import outline
from ..interpret.graph import TRACES
from ..ops.move import stack
from .function import result
from .loop import Loop
from .loop_body import complete, opened_body, require_same, symbolic

FEW = 16  # steps up to which a loop of known length is written out


def symbolic_while(cond_fun, body_fun, state):
    """The state after a loop whose condition is a node that waits for numbers."""
    leaves, structure = flatten(state)

    def step(inputs, _):
        new, found = flatten(body_fun(unflatten(structure, inputs)))
        if found != structure:
            raise ArgumentError(
                f"while_loop: the values of the state change from {describe(structure)} to "
                f"{describe(found)}"
            )
        return [result(x) for x in new], []

    body, outer = opened_body(
        leaves, [], lambda inputs: cond_fun(unflatten(structure, inputs)), step
    )
    require_same("while_loop", "the values of the state", body.state, body.new, structure)
    found = Loop("while_loop", body, None)(*leaves, *outer)
    return unflatten(structure, list(found[: len(leaves)]))


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


def counting_loop(while_loop, lower, upper, body_fun, state):
    """The state after a loop over numbers up to one that waits to be fed."""
    start = (result(lower), state)
    return while_loop(lambda s: s[0] < upper, lambda s: (s[0] + 1, body_fun(*s)), start)[1]


def traced_counted(lower, upper, body_fun, state, new):
    """The state after a loop whose steps are numbered, or None where it is not traced.

    new: the state after a step, which may hold nodes where the first one holds none.
    """
    leaves, structure = flatten(state)
    if upper - lower <= FEW or not (TRACES or symbolic([*leaves, *flatten(new)[0]])):
        return None

    def step(inputs, _):
        i, *inner = inputs
        return [i + 1, *same(flatten(body_fun(i, unflatten(structure, inner))), structure)], []

    made = opened([np.asarray(lower), *leaves], [], None, step)
    if made is None:
        return None
    body, outer = made
    found = Loop("fori_loop", body, upper - lower)(np.asarray(lower), *leaves, *outer)
    return unflatten(structure, list(found[1:]))


def traced_scan(f, carry, leaves, structure, length, reverse, new):
    """(last carry, stacked ys) of a scan, or None where it is not traced.

    new: what a step gives, which may hold nodes where the carry and the xs hold none.
    """
    state, carries = flatten(carry)
    if length <= FEW or not (TRACES or symbolic([*state, *leaves, *flatten(new)[0]])):
        return None
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
    if any([differ(outline(x), outline(y)) for x, y in zip(body.state, body.new)]):
        return None
    return (body, outer) if symbolic([*state, *items, *outer]) else None


def differ(a, b):
    """Whether two specs are not the same, as far as they are known."""
    return complete(a) and complete(b) and a != b


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


def stacked(ys):
    """A list of containers as one container of stacked arrays."""
    structure = flatten(ys[0])[1]
    return unflatten(structure, [stack(column) for column in zip(*[flatten(y)[0] for y in ys])])


def empty_ys(f, carry, leaves, structure):
    """The ys of no steps: of the form that a step on zeros gives."""
    plain = tree_map(lambda x: np.zeros(x.shape, x.dtype), carry)
    x = unflatten(structure, [np.zeros(x.shape[1:], x.dtype) for x in leaves])
    with np.errstate(all="ignore"):
        y = one_step(f, plain, x)[1]
    return tree_map(lambda v: np.zeros((0, *v.shape), v.dtype), y)
