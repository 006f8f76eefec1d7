"""A loop as one operator of a graph: its body is a graph, and so are those of its derivatives.

The reverse of a loop is a loop from the last step to the first over what was kept of the states.
It is found by pulling back one step, once; the cotangents of constants are summed on the way.
"""

from itertools import pairwise
from typing import Any

import numpy as np

from ..core.errors import RuleError
from ..core.op import Op, new_level
from ..core.spec import Spec
from ..core.tree import flatten
from ..interpret.composite import outline
from ..interpret.executor import Plan
from ..interpret.graph import Node
from ..interpret.vertex import pick
from ..ops.move import broadcast_to, moveaxis
from .function import result
from .loop_body import (
    Body,
    complete,
    evaluated,
    floating,
    no_cotangent,
    outline_of,
    require_same,
    spec_of,
    stand_ins,
    symbolic,
)  # fmt: skip
from .loop_rules import batched_loop, pulled_loop, pushed_loop

STACK = Spec((), np.dtype(np.float64))  # of a stack that grows: the compiler knows its elements


class Stack(list):
    """The values of every step of a loop whose number of steps is not known."""

    __slots__ = ()

    def __add__(self, other):
        return Stack([a + b for a, b in zip(self, other)])


class Loop(Op):
    """A loop: (*state, *outer, *xs[, count]) -> (*last state, *ys[, count]).

    length: the number of steps where it is known; else the xs and ys are stacks that grow, and the
    steps are counted by what `pred` answers or given as the last argument.
    backwards: the xs are read, and the ys written, from the last to the first.
    covers: (loop, places of its arguments among ours, places of its outputs among ours): a loop
    that this one computes too.
    """

    latex = lower = None
    waits = True

    def __init__(self, name, body, length, backwards=False, covers=None):
        self.name = self.__name__ = self.signature = name
        self.body, self.length, self.backwards, self.covers = body, length, backwards, covers
        self.keep_args, self.keep_out = True, False
        self.reads, self.grad_name = "x", f"{name.title().replace('_', '')}Backward0"
        self.given = length is None and body.pred is None
        self.outputs = len(body.new) + len(body.ys) + (body.pred is not None)
        self.made: dict[Any, Any] = {}
        self.vague = not all([complete(outline(x)) for x in [*body.inputs, *body.new, *body.ys]])

    def __call__(self, *args):
        if self.vague and symbolic(args):
            return Op.__call__(self.refined(args), *args)
        return Op.__call__(self, *args)

    def refined(self, args):
        """The same loop for arguments of known shapes and dtypes; itself while some are unknown."""
        state, outer, xs, _ = self.split(args)
        specs = [*map(outline_of, state), *map(self.item_spec, xs), *map(outline_of, outer)]
        if not all([complete(s) for s in specs]):
            return self
        return self.prepared(("refined", tuple(specs)), lambda: self.at(specs))

    def at(self, specs):
        """The same loop with a body of these specs."""
        body = self.body
        k, n = len(body.state), len(body.items)
        inputs = stand_ins(specs, new_level(), "value")
        test = [] if body.pred is None else [body.pred]
        feed = dict(zip(body.inputs, inputs))
        made = [result(x) for x in evaluated([*test, *body.new, *body.ys], feed)]
        pred = made.pop(0) if test else None
        require_same(
            self.name, "the values of the state", inputs[:k], made[:k], flatten(made[:k])[1]
        )
        step = Body(inputs[:k], inputs[k : k + n], inputs[k + n :], pred, made[:k], made[k:])
        return type(self)(self.name, step, self.length, self.backwards)

    def item_spec(self, x):
        """Spec of an element of what is read step by step; of a stack, of what was put there."""
        if self.length is not None:
            shape, dtype = outline_of(x)
            return Spec(None if shape is None else shape[1:], dtype)
        if type(x) is not Node or x.op is not pick or not isinstance(x.args[0].op.op, Loop):
            return Spec(None, None)
        body = x.args[0].op.op.body
        return outline(body.ys[x.params["index"] - len(body.state)])

    # ------------------------------------------------------------ values

    def split(self, args):
        """(state, outer, xs, [count]) of the arguments."""
        k, m, n = len(self.body.state), len(self.body.outer), len(self.body.items)
        cuts = (0, k, k + m, k + m + n, len(args))
        return [list(args[a:b]) for a, b in pairwise(cuts)]

    def infer(self, *args):
        ys = [STACK if self.length is None else stacked_spec(y, self.length) for y in self.body.ys]
        count = [Spec((), np.dtype(np.int64))] if self.body.pred is not None else []
        return (*[outline(x) for x in self.body.state], *ys, *count)

    def evaluate(self, *args):
        body = self.body
        state, outer, xs, count = self.split(args)
        step = self.prepared("step", lambda: Plan([*body.new, *body.ys], body.inputs))
        test = self.prepared("test", lambda: Plan([body.pred], [*body.state, *body.outer]))
        n, k = (int(count[0]) if self.given else self.length), len(state)
        stacks, i = [Stack() for _ in body.ys], 0
        while test([*state, *outer])[0] if body.pred is not None else i < n:
            at = n - 1 - i if self.backwards else i
            found = step([*state, *[x[at] for x in xs], *outer])
            state = [np.asarray(x) for x in found[:k]]
            for s, y in zip(stacks, found[k:]):
                s.append(y)
            i += 1
        if self.backwards:
            stacks = [Stack(reversed(s)) for s in stacks]
        if self.length is not None:
            shapes = [spec_of(y) for y in body.ys]
            stacks = [
                np.stack(s) if s else np.zeros((0, *a), d) for s, (a, d) in zip(stacks, shapes)
            ]
        return (*state, *stacks, *([np.int64(i)] if body.pred is not None else []))

    def prepared(self, key, make):
        if key not in self.made:
            self.made[key] = make()
        return self.made[key]

    # ------------------------------------------------------------ forward

    def jvp(self, tangents, out, *args) -> Any:
        moving = tuple([t is not None for t in tangents])
        row, order = self.prepared(("jvp", moving), lambda: pushed_loop(self, moving))
        state, outer, xs, count = self.split(args)
        t_state, t_outer, t_xs, _ = self.split(tangents)
        zeros = [
            no_cotangent(x, a) if t is None else t
            for x, a, t in zip(self.body.state, state, t_state) if floating(x)
        ]  # fmt: skip
        both = zip((state, outer, xs), (zeros, heard(t_outer), heard(t_xs)))
        found = row(*[v for a, b in both for v in (*a, *b)], *count)
        return tuple([None if k is None else found[k] for k in order])

    # ------------------------------------------------------------ reverse

    def vjp(self, g, out, wanted, *args):
        heard_now = tuple([c is not None for c in g])
        asked = tuple([w is not None for w in wanted])
        key = ("vjp", heard_now, asked)
        made = self.prepared(key, lambda: pulled_loop(self, heard_now, asked))
        saving, keeps, reverse, reads = made
        found = saving(*args)
        k, m = len(self.body.state), len(self.body.ys)
        saved = list(found[k + m : k + m + len(keeps)])
        state, outer, xs, count = self.split(args)
        if self.body.pred is not None:
            count = [found[-1]]
        seeds = [
            no_cotangent(x, a) if c is None else c
            for x, a, c in zip(self.body.state, state, g) if floating(x)
        ]  # fmt: skip
        sums = [
            no_cotangent(x, a)
            for x, a, w in zip(self.body.outer, outer, asked[k:]) if w
        ]  # fmt: skip
        given = [*[outer[i] for i in reads[1]], *saved, *[xs[i] for i in reads[0]]]
        given += heard(g[k : k + m])
        pulled = reverse(*seeds, *sums, *given, *count)
        floats = [i for i in range(k) if floating(self.body.state[i])]
        places = [*floats, *[k + i for i in range(len(outer)) if asked[k + i]]]
        places += [k + len(outer) + i for i in range(len(xs)) if asked[k + len(outer) + i]]
        cotangents: list[Any] = [None] * len(wanted)
        for i, c in zip(places, pulled):
            if asked[i]:
                cotangents[i] = c
        return cotangents

    # ------------------------------------------------------------ batches

    def batch(self, batched, *args):
        body = self.body
        if self.length is None and (body.items or body.ys or (self.given and batched[-1])):
            raise RuleError(
                f"{self.name} has no batch rule for a derivative inside vmap; "
                "write the transform around vmap"
            )
        state, outer, xs, count = self.split(args)
        size = next(a.shape[0] for a, b in zip(args, batched) if b)
        flags = tuple(batched)
        row, b_out = self.prepared(("batch", size, flags), lambda: batched_loop(self, size, flags))
        flagged = zip(state, batched, b_out)
        state = [broadcast_to(x, (size, *x.shape)) if o and not b else x for x, b, o in flagged]
        _, _, b_xs, _ = self.split(batched)
        xs = [moveaxis(x, 0, 1) if b else x for x, b in zip(xs, b_xs)]
        k, m = len(state), len(body.ys)
        found = list(row(*state, *outer, *xs, *count))
        found[k : k + m] = [
            moveaxis(y, 0, 1) if b else y for y, b in zip(found[k : k + m], b_out[k:])
        ]
        b_out = [*b_out, *[False] * (len(found) - k - m)]
        return tuple(
            [x if b else broadcast_to(x, (size, *np.shape(x))) for x, b in zip(found, b_out)]
        )

    def __repr__(self):
        return f"<operator {self.name}>"

    def __reduce__(self):
        return Loop, (self.name, self.body, self.length, self.backwards)


def stacked_spec(y, length):
    shape, dtype = outline(y)
    return Spec(None if shape is None else (length, *shape), dtype)


def heard(values):
    return [v for v in values if v is not None]
