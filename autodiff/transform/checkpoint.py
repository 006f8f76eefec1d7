"""Recomputation instead of memory: a function, or the steps of a loop, whose values are not kept.

The reverse sweep of a loop of n steps with c kept states advances from the last kept state again
and again, and spends the free places on states between, as in binomial checkpointing: with c
places and r repetitions it reaches (c + r)! / (c! r!) steps.  Source: Griewank and Walther 2000,
doi:10.1145/347837.347846; for unknown lengths the kept states are thinned while the loop runs, as
in Stumm and Walther 2010, doi:10.1137/080742439.
"""

from functools import partial
from math import comb
from typing import Any

import numpy as np

from ..core.errors import ArgumentError
from ..core.op import NO_PARAMS, TRACED, Op
from ..core.spec import carries_derivative
from ..core.tree import flatten, unflatten
from ..core.values import total
from ..interpret.backward import again
from ..interpret.grad_mode import GradMode
from ..interpret.kept import held
from ..interpret.sweep import consumers, stored, sweep
from ..interpret.tape import Tensor, new_tensor, picked
from ..interpret.vertex import Joint, Vertex, clock, leaf, locate
from .function import Transformed, result
from .rerun import Rerun

AROUND_A_STATE = 512  # what Python's objects around a kept state take [B]


def top_level(leaves):
    """The highest level among some values, and whether only tensors have it."""
    level = max((x.level for x in leaves if type(x) in TRACED), default=-1)
    mine = [x for x in leaves if type(x) in TRACED and x.level == level]
    return level, bool(mine) and all(type(x) is Tensor for x in mine)


def fresh_inputs(values, level):
    """Tensors on new leaves, for one recorded run."""
    clock.now += 1
    return clock.now, [
        new_tensor(v, leaf(v), level) if carries_derivative(v.dtype) else v for v in values
    ]


def lowered_leaf(x, level):
    """A value without the tensor of this level around it."""
    return x.value if type(x) is Tensor and x.level == level else x


def outer_vertices(outputs, since, own):
    """The vertices from before `since` that the outputs depend on: what `f` closes over."""
    roots = {y.vertex: None for y in outputs if type(y) is Tensor and y.vertex is not None}
    return [v for v in consumers(roots, since=since) if v.time < since and v not in own]


def seeds_of(outputs, cotangents, level):
    """{vertex: cotangent} of the outputs that are on the tape."""
    seeds = {}
    for y, g in zip(outputs, cotangents):
        v = vertex_of(y, level)
        if g is not None and v is not None:
            seeds[v] = seeds[v] + g if v in seeds else g
    return seeds


def pulled_back(run, values, level, cotangents, outer):
    """The cotangents of the values and of the outer vertices, by one recorded run."""
    since, inputs = fresh_inputs(values, level)
    with GradMode(True):  # a pass over the eager tape has turned recording off
        found = sweep(seeds_of(run(inputs), cotangents, level), stored, since=since)
    vertices = [vertex_of(x, level) for x in inputs]
    return [None if v is None else found.get(v) for v in vertices], [found.get(v) for v in outer]


class Recomputed(Op):
    """The row of one call whose pullback runs the call again.

    rerun: from inputs to outputs.  pullback: from cotangents of the outputs to those of the inputs
    and of the vertices that the call closes over.
    """

    keep_args = keep_out = False

    def __init__(self, name, values, level, rerun, pullback):
        self.name, self.values, self.level = name, values, level
        self.rerun, self.pullback = rerun, pullback
        self.grad_name = f"{name.title()}Backward0"

    def vjp(self, g, out, wanted, *_):
        if any(type(c) is Tensor and c.level == self.level for c in g):
            return self.recorded(g, wanted)
        return self.pullback(g)

    def recorded(self, cotangents, wanted):
        """The cotangents as tensors on the tape: the call is recorded anew on the old vertices."""
        clock.now += 1
        since = clock.now
        inputs = [new_tensor(v, w, self.level) for v, w in zip(self.values, wanted)]
        seeds = seeds_of(self.rerun(inputs), cotangents, self.level)
        found = sweep(seeds, again(Tensor), since=since)
        return [None if w is None else found.pop(w, None) for w in wanted]


def attached(row, parents, outputs):
    """Tensors of the outputs on one vertex, whose pullback is the row's."""
    joint = Vertex()
    joint.op, joint.parents, joint.params = Joint(row), parents, NO_PARAMS
    joint.args = joint.out = joint.dtype = None
    joint.shape, joint.time = tuple(v.shape for v in outputs), clock.now
    locate(joint)
    return list(picked(joint, tuple(outputs), row.level))


class checkpoint_policies:
    """What `checkpoint(f, policy=...)` keeps: everything, or nothing but the inputs."""

    everything_saveable = "everything_saveable"
    nothing_saveable = "nothing_saveable"


def checkpoint(f, *, policy: str | None = None, prevent_cse=True, static_argnums=()):
    """`f`, whose intermediate values are not kept for the reverse sweep but computed again.

    Memory falls to that of the inputs; the sweep pays for one more run of `f`.  What `f` closes
    over is differentiated as usual.
    policy: `checkpoint_policies.everything_saveable` keeps all as usual, the other and None nothing
    but the inputs.
    prevent_cse, static_argnums: JAX's words, which make no difference here: nothing is merged, and
    arguments that are no traced values are constants.

    >>> float(grad(checkpoint(lambda x: sin(sin(x))))(0.0))
    1.0
    """
    known = (None, checkpoint_policies.everything_saveable, checkpoint_policies.nothing_saveable)
    if policy not in known:
        raise ArgumentError(
            f"checkpoint: policy={policy!r}; give checkpoint_policies.everything_saveable or "
            "checkpoint_policies.nothing_saveable"
        )
    return Transformed(run_checkpoint, f, keeps=policy == checkpoint_policies.everything_saveable)


def run_checkpoint(f, args, kwargs, keeps=False):
    leaves, structure = flatten((args, kwargs))
    level, tape = top_level(leaves)
    if keeps or not tape:
        return f(*args, **kwargs)
    leaves = [held(x) for x in leaves]
    arrays = [i for i, x in enumerate(leaves) if type(x) in TRACED]
    structures = []

    def run(inputs):
        full = list(leaves)
        for i, x in zip(arrays, inputs):
            full[i] = x
        given, named = unflatten(structure, full)
        outputs, out_structure = flatten(f(*given, **named))
        structures.append(out_structure)
        return [result(y) for y in outputs]

    values = [lowered_leaf(leaves[i], level) for i in arrays]
    since, inputs = fresh_inputs(values, level)
    outputs = run(inputs)
    own = {x.vertex for x in inputs if type(x) is Tensor and x.level == level}
    outer = outer_vertices(outputs, since, own)
    parents = (*[vertex_of(leaves[i], level) for i in arrays], *outer)
    first = Rerun("checkpoint", outputs)

    def rerun(inputs):
        return first.checked(run(inputs))

    def pullback(cotangents):
        mine, others = pulled_back(rerun, values, level, cotangents, outer)
        return [*mine, *others]

    row = Recomputed("checkpoint", values, level, rerun, pullback)
    made = attached(row, parents, [lowered_leaf(y, level) for y in outputs])
    return unflatten(structures[0], made)


def vertex_of(x, level):
    """The vertex of a tensor of this level; None for a constant."""
    return x.vertex if type(x) is Tensor and x.level == level else None


# --------------------------------------------------------------------- loops


def places(checkpoints, memory, state) -> Any:
    """How many states may be kept: as given, or as many as fit in `memory` bytes."""
    if memory is not None:
        size = sum(int(np.prod(x.shape, dtype=int)) * x.dtype.itemsize for x in state)
        checkpoints = int(memory // (size + AROUND_A_STATE))
    if checkpoints is None:
        return None
    if checkpoints < 1:
        raise ArgumentError(
            f"a loop with checkpoints={checkpoints}: at least one state is kept; "
            "give a larger checkpoints= or memory= [B]"
        )
    return checkpoints


def checkpointed_loop(name, step, state, count, room, level):
    """Run `step(i, state)` and keep at most `room` states: (last state, outer vertices, row).

    step: from a number and a list of values to the list of the next; the values may be tensors.
    count: the number of steps, or a function (i, state) -> whether to go on.
    """
    go_on = count if callable(count) else lambda i, _: i < count
    known = None if callable(count) else kept_numbers(count, room)
    kept, stride, i, outer, first = {0: state}, 1, 0, {}, state
    while go_on(i, state):
        if known is not None:
            if i in known:
                kept[i] = state
        elif i % stride == 0 and i:
            if len(kept) >= max(1, room // 2):  # the other places are for the sweep
                stride *= 2
                kept = {k: s for k, s in kept.items() if k % stride == 0}
            if i % stride == 0:
                kept[i] = state
        since, inputs = fresh_inputs(state, level)
        outputs = step(i, inputs)
        own = {x.vertex for x in inputs if type(x) is Tensor and x.level == level}
        outer.update(dict.fromkeys(outer_vertices(outputs, since, own)))
        state = [lowered_leaf(y, level) for y in outputs]
        i += 1
    outer, n, last = list(outer), i, Rerun(name, state)

    def repeated(i, inputs):
        outputs = step(i, inputs)
        return last.checked(outputs) if i == n - 1 else outputs

    def pullback(cotangents):
        snapshots = sorted(kept.items(), key=lambda pair: pair[0])
        return reversed_steps(repeated, snapshots, n, room, level, cotangents, outer)

    def rerun(inputs):
        for i in range(n):
            inputs = step(i, inputs)
        return inputs

    return state, outer, Recomputed(name, first, level, rerun, pullback)


def kept_numbers(n, room):
    """The steps before which the first run keeps a state: where the sweep would keep them."""
    numbers, start = {0}, 0
    while n - start > 1 and room > 1:
        start += split(n - start, room)
        numbers.add(start)
        room -= 1
    return numbers


def reversed_steps(step, snapshots, stop, room, level, cotangents, outer):
    """Cotangents of the first state and of the outer vertices, from those of the state at `stop`.

    snapshots: [(number, state)] in order, the first of number 0; at most `room` are held at once.
    """
    sums = [None] * len(outer)
    while stop:
        start, state = snapshots[-1]
        if stop - start > 1 and len(snapshots) < room:
            middle = start + split(stop - start, room - len(snapshots) + 1)
            snapshots.append((middle, advanced(step, state, start, middle, level)))
            continue
        stop -= 1
        here = advanced(step, state, start, stop, level)
        cotangents, others = pulled_back(partial(step, stop), here, level, cotangents, outer)
        sums = [total((a, b)) for a, b in zip(sums, others)]
        if stop == start:
            snapshots.pop()
    return [*cotangents, *sums]


def advanced(step, state, start, stop, level):
    """The state at `stop`, from that at `start`; nothing is kept on the way."""
    for i in range(start, stop):
        state = [lowered_leaf(y, level) for y in step(i, [constant(x, level) for x in state])]
    return state


def constant(x, level):
    """A value as a tensor that nothing is recorded for."""
    return new_tensor(x, None, level)


def split(length, room):
    """How far to advance before the next kept state: the largest binomial reach below `length`."""
    repeats = 1
    while comb(room + repeats, room) < length:
        repeats += 1
    reach = comb(room + repeats - 1, room)
    return max(1, min(length - 1, reach))
