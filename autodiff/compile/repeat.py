"""A loop as a step: its condition and its body are schedules, which the driver runs in turn.

Every value of the state has two places, which change their roles from step to step; items and what
is stacked are reached by pointers that move on.  Where the number of steps is not known, what is
stacked goes to memory that grows and that calls of the program use again.
"""

import numpy as np

from ..core.op import NO_PARAMS
from ..core.spec import Spec
from ..interpret.graph import Node, node
from ..ops.choose import stop_gradient
from .carries import simplified
from .elements import Unfit
from .pairs import split_up
from .rewrite import Graph
from .scalars import ScalarLoop
from .view import Buffer, View, count, whole

BYTES, TRUTH, WHOLE = np.dtype(np.int8), np.dtype(np.bool_), np.dtype(np.int64)
LINE = 64


class Unsupported(Exception):
    """What the compiler cannot do, so that the function runs as it is."""


class Carry:
    """A value of the state: where its first value stands, and its two places."""

    def __init__(self, spec, source):
        shape, dtype = spec
        self.source, self.bytes = source, count(shape) * dtype.itemsize
        self.view = View(source.buffer, source.shape, source.strides)
        self.last = Buffer(dtype, count(shape))
        self.room = -(-max(self.bytes, 1) // LINE) * LINE
        self.pair = Buffer(BYTES, 2 * self.room)
        self.here = Buffer(dtype, count(shape), "slot", None, None, self.pair)
        self.there = Buffer(dtype, count(shape), "slot", None, None, self.pair)


class Mover:
    """A pointer into an array that moves on from step to step, by so many bytes."""

    def __init__(self, buffer, view, backwards):
        size = buffer.dtype.itemsize
        self.source, self.stride, self.first = (
            view.buffer,
            view.strides[0] * size,
            view.offset * size,
        )
        self.start = self.first + max(view.shape[0] - 1, 0) * self.stride * backwards
        self.step = -self.stride if backwards else self.stride
        self.slot = buffer


class Grower:
    """A pointer into a stack: written where `grows`, else read."""

    def __init__(self, buffer, stack, grows):
        self.slot, self.stack, self.grows = buffer, stack, grows
        self.bytes = max(buffer.size, 1) * buffer.dtype.itemsize


class Repeat:
    """The step of a loop."""

    kind = "loop"

    def __init__(self, s, x, scheduled, lowering):
        self.s, self.x, self.loop = s, x, x.op.op
        loop = self.loop
        body = loop.body
        self.picks = {p.params["index"]: p for p in s.picks.get(x, ())}
        state, outer, xs, given = loop.split(x.args)
        self.carries = [
            Carry(Spec(like.known, like.declared), self.source(a, like, True))
            for a, like in zip(state, body.state)
        ]
        self.outer = [self.source(a, like) for a, like in zip(outer, body.outer)]
        self.given = self.source(given[0], node_like((), WHOLE), True) if given else None
        self.total = Buffer(WHOLE, 1) if body.pred is not None else None
        self.pred = Buffer(TRUTH, 1) if body.pred is not None else None
        self.movers, self.growers = [], []
        self.items = [self.item(a, like) for a, like in zip(xs, body.items)]
        ys = [self.stacked(i, y) for i, y in enumerate(body.ys)]
        kept = [(y, slot) for y, slot in zip(body.ys, ys) if slot is not None]
        self.stacked_slots = [(slot, slot.dtype) for _, slot in kept]
        self.graphs = [] if body.pred is None else [graph_of(body, [body.pred])]
        self.graphs.append(graph_of(body, [*body.new, *[y for y, _ in kept]]))
        try:
            self.scalar = ScalarLoop(self, self.graphs, lowering, graph_of)
        except Unfit:
            self.scalar = None
        views = [whole(c.here, x.known) for c, x in zip(self.carries, body.state)]
        views = dict(zip(body.inputs, [*views, *self.items, *self.outer]))
        targets = [*[c.there for c in self.carries], *[slot for _, slot in kept]]
        ends = [[self.pred], targets][-len(self.graphs) :]
        self.parts = []
        if self.scalar is None:
            outside = {v.buffer for v in views.values()}
            self.parts = [
                (scheduled(body.inputs, *graph, views), outside, end)
                for graph, end in zip(self.graphs, ends)
            ]
        for i, c in enumerate(self.carries):
            if i in self.picks:
                s.views[self.picks[i]] = whole(
                    c.here if self.scalar is None else c.last, body.state[i].known
                )
        last = loop.outputs - 1
        if body.pred is not None and last in self.picks:
            s.views[self.picks[last]] = whole(self.total, ())

    def __repr__(self):
        steps = "unknown" if self.loop.length is None else self.loop.length
        inner = ", ".join(repr(step) for part in self.parts for step in part[0].steps)
        if self.scalar is not None:
            inner = "numbers in registers, " + ", ".join(x.op.name for x in self.graphs[-1][0])
        return f"loop {self.loop.name} of {steps} steps: {inner}"

    def source(self, a, like, packed=False):
        """Where an argument of the loop stands."""
        s = self.s
        if type(a) is not Node:
            return s.constant(np.broadcast_to(a, like.known), like.declared)
        if a in s.stacks or a.declared != like.declared or a.known != like.known:
            raise Unsupported(f"{self.loop.name} got another value than its body was traced with")
        view = s.view(a)
        if view.window or (packed and not view.contiguous):
            view = s.view(s.copy(a))
        return view

    def item(self, a, like):
        """Where the element of a step stands."""
        slot = Buffer(like.declared, count(like.known), "slot")
        if self.loop.length is None:
            if a not in self.s.stacks:
                raise Unsupported(f"{self.loop.name} reads a stack that no loop wrote")
            self.growers.append(Grower(slot, self.s.stacks[a], False))
            return whole(slot, like.known)
        view = self.source(a, node_like((self.loop.length, *like.known), like.declared))
        self.movers.append(Mover(slot, view, self.loop.backwards))
        return View(slot, like.known, view.strides[1:])

    def stacked(self, i, y):
        """Where the result of a step is stacked; None where nobody reads it."""
        made = self.picks.get(len(self.carries) + i)
        if made is None:
            return None
        shape, dtype = (
            (y.known, y.declared) if type(y) is Node else (np.shape(y), np.result_type(y))
        )
        slot = Buffer(dtype, count(shape), "slot")
        if self.loop.length is None:
            stack = self.s.stacks[made] = Buffer(dtype, 0, "stack")
            self.growers.append(Grower(slot, stack, True))
            return slot
        view = self.s.view(made)
        self.movers.append(Mover(slot, view, self.loop.backwards))
        return slot

    def buffers(self):
        """Buffers of the schedule around that live while the loop runs."""
        found = [c.source.buffer for c in self.carries] + [c.pair for c in self.carries]
        found += [v.buffer for v in self.outer] + [m.source for m in self.movers]
        return (
            found
            + [b for b in (self.total, self.pred) if b is not None]
            + ([] if self.given is None else [self.given.buffer])
        )

    def slots(self):
        """Pointers that are set while the loop runs, and stacks."""
        found = [b for c in self.carries for b in (c.here, c.there)]
        found += [m.slot for m in self.movers]
        return found + [b for g in self.growers for b in (g.slot, g.stack)]

    def numbers(self, places, tables):
        """The words that the driver reads; tables: (address, steps) of the parts."""
        loop = self.loop
        mode = 1 if loop.body.pred is not None else 2 if loop.given else 0
        test = tables[0] if mode == 1 else (0, 0)
        words = [
            mode, loop.length or 0, *test, *tables[-1], len(self.carries), len(self.movers),
            len(self.growers), int(loop.backwards),
            places[self.pred] if mode == 1 else 0, places[self.total] if mode == 1 else 0,
            places[self.given.buffer] if self.given is not None else 0,
            self.given.offset * 8 if self.given is not None else 0, 0, 0,
        ]  # fmt: skip
        for c in self.carries:
            offset = c.source.offset * c.here.dtype.itemsize
            words += [places[c.here], places[c.there], places[c.pair], c.room]
            words += [places[c.source.buffer], offset, c.bytes, 0]
        for m in self.movers:
            words += [places[m.slot], places[m.source], m.start, m.step]
        for g in self.growers:
            words += [places[g.slot], places[g.stack], g.bytes, int(g.grows)]
        return words


def graph_of(body, outputs):
    """(nodes in order, outputs) of the condition or of the step of a body, after all passes."""
    outputs = [y if type(y) is Node else constant_node(y) for y in outputs]
    passes = Graph if body.simple else simplified
    found = passes(body.inputs, (), outputs)
    parts = split_up(found)
    if parts is not found:
        found = simplified(parts.inputs, (), parts.outputs)
    return found.order, found.outputs


def node_like(shape, dtype):
    """A node of a spec, to compare with."""
    return node(stop_gradient, (), NO_PARAMS, Spec(shape, dtype), 0)


def constant_node(value):
    """A constant result of a body."""
    spec = Spec(np.shape(value), np.result_type(value))
    return node(stop_gradient, (value,), NO_PARAMS, spec, 0)
