"""Structured control flow: branches and loops, differentiated in forward and in reverse mode.

Bodies are run on values of any kind, step by step, so every derivative of every order passes
through them, also through a loop whose number of steps depends on the data.  Under vmap a branch
becomes a choice and a loop goes on until its last example has ended.
"""

import operator
from functools import partial
from typing import Any

import numpy as np

from ..core.errors import ArgumentError
from ..core.op import TRACED
from ..core.tree import describe, flatten, paths, tree_map, unflatten
from ..interpret.batch import Batched
from ..interpret.graph import Node
from ..ops.choose import where
from ..ops.index import getitem
from ..ops.move import concatenate, flip, moveaxis, stack
from .checkpoint import (
    attached,
    checkpoint,
    checkpointed_loop,
    lowered_leaf,
    places,
    top_level,
    vertex_of,
)
from .function import result
from .loop_body import require_same, symbolic, under_way
from .traced_loops import (
    counting_loop,
    empty_ys,
    one_step,
    stacked,
    symbolic_while,
    traced_counted,
    traced_scan,
    traced_while,
)
from .vectorize import vmap

NOTHING: Any = object()  # what stands for an argument that is not given


def truths(pred, name):
    """A predicate as a bool, or, where it differs between examples, what stands for all of them."""
    found, differs = pred, False
    while type(found) in TRACED and type(found) is not Node:
        differs = differs or type(found) is Batched
        found = found.value
    if type(found) is Node or differs:
        return found
    if not isinstance(found, (bool, int, float, complex)) and not hasattr(found, "dtype"):
        raise ArgumentError(
            f"{name}: the predicate is a {type(found).__name__}; it needs one truth value or number"
        )
    if np.shape(found):
        raise ArgumentError(
            f"{name}: the predicate has shape {np.shape(found)}; it needs one truth value"
        )
    return bool(found)


def require_truth(pred):
    """Raise unless the condition of a loop answers with a truth value, not a number."""
    kind = getattr(pred, "dtype", None)
    if isinstance(pred, (int, float, complex)) and type(pred) is not bool:
        kind = np.asarray(pred).dtype
    if isinstance(kind, np.dtype) and kind.kind != "b":
        raise ArgumentError(
            f"while_loop: cond_fun returns a value of dtype {kind}; it needs one truth value, as "
            "from a comparison"
        )


def same_form(name, what, first, second):
    """Raise unless two results have the same containers, shapes and dtypes; gives their leaves."""
    (a, structure), (b, other) = flatten(first), flatten(second)
    if structure != other:
        raise ArgumentError(
            f"{name}: {what} change from {describe(structure)} to {describe(other)}"
        )
    require_same(name, what, [result(x) for x in a], [result(y) for y in b], structure)
    return a, b, structure


def chosen(pred, first, second, name):
    """Leaf by leaf `first` where the predicate holds, else `second`."""
    a, b, structure = same_form(name, "the results", first, second)
    return unflatten(structure, [where(pred, x, y) for x, y in zip(a, b)])


def cond(pred, true_fun, false_fun, *operands, operand: Any = NOTHING):
    """`true_fun(*operands)` if `pred` is true, else `false_fun(*operands)`.

    pred: one truth value, perhaps traced.  Only the branch taken is run and differentiated; under
    vmap, where examples differ, both are run and chosen between.
    operand: one operand by name, as in JAX.
    Raises ArgumentError if the branches then differ in containers, shapes or dtypes.

    >>> float(grad(lambda x: cond(x > 0, lambda x: x * x, lambda x: -x, x))(3.0))
    6.0
    """
    operands = operands if operand is NOTHING else (*operands, operand)
    if not (callable(true_fun) and callable(false_fun)):
        raise ArgumentError("cond: true_fun and false_fun are called; give two functions")
    truth = truths(pred, "cond")
    if isinstance(truth, bool):
        return true_fun(*operands) if truth else false_fun(*operands)
    return chosen(pred, true_fun(*operands), false_fun(*operands), "cond")


def switch(index, branches, *operands):
    """`branches[index](*operands)`; an index outside is clamped to the first or the last branch.

    >>> float(grad(lambda x: switch(1, [lambda x: x, lambda x: x * x], x))(3.0))
    6.0
    """
    branches = list(branches)
    if not branches:
        raise ArgumentError("switch: branches is empty; give at least one function")
    if isinstance(truths(index >= 0, "switch"), bool):
        number = whole(index, "switch")
        return branches[min(max(number, 0), len(branches) - 1)](*operands)
    found = branches[0](*operands)
    for i, branch in enumerate(branches[1:], 1):
        found = chosen(index >= i, branch(*operands), found, "switch")
    return found


def while_loop(cond_fun, body_fun, init_val, checkpoints=None, memory=None):
    """Apply `body_fun` to the state while `cond_fun(state)` is true.

    init_val: a container of arrays; its form stays the same from step to step.
    checkpoints, memory: keep that many states, or that many bytes [B] of them, for the reverse
    sweep and compute the others again; all are kept by default.
    Raises ArgumentError if the body changes containers, shapes or dtypes.

    >>> float(grad(lambda x: while_loop(lambda y: y < 100, lambda y: y * x, x))(3.0))
    405.0
    """
    state = tree_map(result, init_val)
    if checkpoints is not None or memory is not None:
        return kept_loop(
            "while_loop",
            state,
            lambda i, s: body_fun(s),
            lambda i, s: bool(cond_fun(s)),
            checkpoints,
            memory,
        )
    require_truth(pred := cond_fun(state))
    while True:
        truth = truths(pred, "while_loop")
        if type(truth) is Node and not under_way(truth.level):
            return symbolic_while(cond_fun, body_fun, state)
        if type(truth) is Node:
            found = traced_while(cond_fun, body_fun, state)
            if found is not None:
                return found
            truth = bool(truth)  # the body asks for numbers: the steps are taken one by one
        if not np.any(truth):
            return state
        new = tree_map(result, body_fun(state))
        if isinstance(truth, bool):
            same_form("while_loop", "the values of the state", state, new)
            state = new
        else:
            state = chosen(pred, new, state, "while_loop")
        pred = cond_fun(state)


def fori_loop(lower, upper, body_fun, init_val, checkpoints=None, memory=None):
    """Apply `body_fun(i, state)` for i from `lower` up to but not including `upper`.

    Options and errors as in `while_loop`.

    >>> float(grad(lambda x: fori_loop(0, 3, lambda i, y: y * x, 1.0))(2.0))
    12.0
    """
    if any([type(v) is Node and not under_way(v.level) for v in (lower, upper)]):
        return counting_loop(while_loop, lower, upper, body_fun, tree_map(result, init_val))
    lower, upper = (whole(v, "fori_loop") for v in (lower, upper))
    state = tree_map(result, init_val)
    if checkpoints is not None or memory is not None:
        n = max(upper - lower, 0)
        return kept_loop(
            "fori_loop", state, lambda i, s: body_fun(lower + i, s), n, checkpoints, memory
        )
    found = traced_counted(lower, upper, body_fun, state, None)
    if found is not None:
        return found
    for i in range(lower, upper):
        new = tree_map(result, body_fun(i, state))
        if i == lower and symbolic(flatten(new)[0]):  # of what the body reads from outside
            found = traced_counted(lower, upper, body_fun, state, new)
            if found is not None:
                return found
        same_form("fori_loop", "the values of the state", state, new)
        state = new
    return state


def whole(value, name):
    """A bound of a loop as an int; it carries no derivative."""
    while type(value) in TRACED and hasattr(value, "value"):
        value = value.value
    try:
        return operator.index(value if isinstance(value, int) else np.asarray(value).item())
    except TypeError:
        raise ArgumentError(f"{name}: a bound is {value!r}; it needs an integer") from None


def scan(
    f, init, xs=None, length=None, reverse=False, unroll=1, checkpoints=None, memory=None
) -> Any:
    """A loop that carries a state along the first axis of `xs` and stacks what each step gives.

    f(carry, x) -> (carry, y).
    xs: a container of arrays with the same first size, or None with `length`.
    Returns (last carry, stacked ys).  reverse: from the last x to the first.
    unroll: taken as JAX's word, and makes no difference.
    checkpoints, memory: as in `while_loop`; the xs and ys are kept in any case.

    >>> carry, ys = scan(lambda c, x: (c + x, c * x), 0.0, np.array([1.0, 2.0, 3.0]))
    >>> float(carry), ys.tolist()
    (6.0, [0.0, 2.0, 9.0])
    """
    leaves, structure = flatten(xs)
    leaves = [result(x) for x in leaves]
    n = scan_length(leaves, structure, length)
    carry, ys = tree_map(result, init), [None] * n
    if not n:
        return carry, empty_ys(f, carry, leaves, structure)
    order = range(n - 1, -1, -1) if reverse else range(n)
    if checkpoints is not None or memory is not None:
        return scan_kept(f, carry, leaves, structure, list(order), checkpoints, memory)
    found = traced_scan(f, carry, leaves, structure, n, reverse, None)
    if found is not None:
        return found
    for i in order:
        new, ys[i] = one_step(f, carry, unflatten(structure, [getitem(x, i) for x in leaves]))
        if i == order[0] and symbolic(flatten((new, ys[i]))[0]):
            found = traced_scan(f, carry, leaves, structure, n, reverse, (new, ys[i]))
            if found is not None:
                return found
        same_form("scan", "the values of the carry", carry, new)
        carry = new
    return carry, stacked(ys)


def scan_length(leaves, structure, length):
    """The number of steps, from the first sizes of xs."""
    sizes = {}
    for x, mark in zip(leaves, paths(structure)):
        if not x.shape:
            raise ArgumentError(f"scan: xs{mark} is a number; it needs a first axis to run along")
        sizes[x.shape[0]] = mark
    if length is not None:
        sizes.setdefault(int(length), "length=")
    if len(sizes) != 1:
        raise ArgumentError(
            f"scan: the steps are {sorted(sizes) or 'unknown'}; "
            "give xs of one first size, or length="
        )
    return next(iter(sizes))


def kept_loop(name, state, body, count, checkpoints, memory):
    """A loop that keeps few of its states for the reverse sweep."""
    leaves, structure = flatten(state)
    level, tape = top_level(leaves)
    room = places(checkpoints, memory, leaves)

    def step(i, values):
        new = tree_map(result, body(i, unflatten(structure, values)))
        same_form(name, "the values of the state", unflatten(structure, values), new)
        return flatten(new)[0]

    go_on = (lambda i, values: count(i, unflatten(structure, values))) if callable(count) else count
    if not tape:
        i, values = 0, leaves
        while go_on(i, values) if callable(go_on) else i < go_on:
            values, i = step(i, values), i + 1
        return unflatten(structure, values)
    values = [lowered_leaf(x, level) for x in leaves]
    last, outer, row = checkpointed_loop(name, step, values, go_on, room, level)
    parents = (*[vertex_of(x, level) for x in leaves], *outer)
    return unflatten(structure, attached(row, parents, last))


def scan_kept(f, carry, leaves, structure, order, checkpoints, memory):
    """A scan in blocks, of which the first carries and the ys are kept; long blocks again so."""
    room = places(checkpoints, memory, flatten(carry)[0])
    n, reverse = len(order), order[:1] != [0]
    size = max(1, -(-n // room))
    blocks = [(start, min(start + size, n)) for start in range(0, n, size)]
    found = []
    for start, stop in reversed(blocks) if reverse else blocks:
        piece = unflatten(structure, [getitem(x, slice(start, stop)) for x in leaves])
        more = {"checkpoints": room} if stop - start > room > 1 else {}
        block = partial(scan, f, length=stop - start, reverse=reverse, **more)
        carry, ys = checkpoint(block)(carry, piece)
        found.append(ys)
    if reverse:
        found.reverse()
    outputs = flatten(found[0])[1]
    columns = zip(*[flatten(ys)[0] for ys in found])
    return carry, unflatten(outputs, [concatenate(column) for column in columns])


def map(f, xs, *, batch_size: int | None = None):
    """`f` of each element along the first axis of `xs`, one after another, stacked.

    For all examples at once, see `vmap`.  batch_size: so many at once by `vmap`, batch by batch.

    >>> map(lambda x: x * x, np.array([1.0, 2.0])).tolist()
    [1.0, 4.0]
    """
    leaves, structure = flatten(xs)
    n = len(leaves[0]) if leaves and np.shape(leaves[0]) else 0
    if batch_size is None or not n:
        return scan(lambda _, x: (None, f(x)), None, xs)[1]
    pieces = []
    for start in range(0, n, batch_size):
        piece = [getitem(result(x), slice(start, start + batch_size)) for x in leaves]
        pieces.append(flatten(vmap(f)(unflatten(structure, piece))))
    columns = zip(*[found for found, _ in pieces])
    return unflatten(pieces[0][1], [concatenate(column) for column in columns])


def associative_scan(fn, elems, reverse=False, axis=0):
    """The running results of an associative function of two along an axis, in few wide steps.

    fn(a, b): of two containers like `elems`, elementwise along the axis; called about 2 log2(n)
    times.  elems: a container of arrays of one size along the axis.  reverse: from the last.
    Source of the scheme: Blelloch 1990, CMU-CS-90-190.

    >>> associative_scan(lambda a, b: a * b, np.array([1.0, 2.0, 3.0, 4.0])).tolist()
    [1.0, 2.0, 6.0, 24.0]
    """
    if not callable(fn):
        raise ArgumentError("associative_scan: fn is called; give a function of two arguments")
    leaves, structure = flatten(elems)
    leaves = [moveaxis(result(x), axis, 0) for x in leaves]
    sizes = {x.shape[0] for x in leaves}
    if len(sizes) != 1:
        raise ArgumentError(
            f"associative_scan: elems have the sizes {sorted(sizes)} along axis {axis}; they must "
            "be equal"
        )
    leaves = [flip(x, -len(x.shape)) for x in leaves] if reverse else leaves

    def combined(a, b):
        one, two = ([moveaxis(x, 0, axis) for x in side] for side in (a, b))
        made = flatten(fn(unflatten(structure, one), unflatten(structure, two)))[0]
        return [moveaxis(result(x), axis, 0) for x in made]

    found = running(combined, leaves)
    found = [flip(x, -len(x.shape)) for x in found] if reverse else found
    return unflatten(structure, [moveaxis(x, 0, axis) for x in found])


def running(combined, leaves):
    """The running results along axis 0: of pairs first, then between them."""
    n = leaves[0].shape[0]
    if n < 2:
        return leaves
    pairs = combined(part(leaves, 0, n - 1), part(leaves, 1, n))
    odd = running(combined, pairs)
    even = part(leaves, 0, 1)
    if n > 2:
        between = combined(part(odd, 0, (n - 1) // 2, 1), part(leaves, 2, n))
        even = [concatenate([first, b]) for first, b in zip(even, between)]
    return [interleaved(e, o) for e, o in zip(even, odd)]


def part(leaves, start, stop, step=2):
    """Every second element, or as many of all as there are."""
    return [getitem(x, slice(start, stop, step)) for x in leaves]


def interleaved(even, odd):
    """Elements of two arrays in turn; the first may have one more."""
    n, m = even.shape[0], odd.shape[0]
    both = stack([getitem(even, slice(0, m)), odd], axis=1)
    mixed = both.reshape((2 * m, *odd.shape[1:]))
    return mixed if n == m else concatenate([mixed, getitem(even, slice(m, n))])
