"""A loop over few numbers as one native function: its state stays in registers.

The loops in its body are written into the same function, where they stand.
"""

from typing import Any

import numpy as np

from ..interpret.graph import Node, placeholder
from ..interpret.vertex import Joint, pick
from .elements import MOST, Elements, Unfit
from .emit import BOOL, I64, LOWERED, Builder, Value
from .library import LIBRARY
from .view import Buffer, count, whole
from .walk import memory

HEAD = "define i64 @NAME(ptr %P, ptr %I, ptr %S, i64 %lo, i64 %hi) #0 {\nentry:\n"
GROW = """  %has{k} = load i64, ptr %cap{k}
  %short{k} = icmp slt i64 %has{k}, %need{k}
  br i1 %short{k}, label %grow{k}, label %fits{k}
grow{k}:
  %twice{k} = mul i64 %need{k}, 2
  %tiny{k} = icmp slt i64 %twice{k}, 4096
  %bytes{k} = select i1 %tiny{k}, i64 4096, i64 %twice{k}
  %old{k} = load ptr, ptr %mem{k}
  %new{k} = call ptr @realloc(ptr %old{k}, i64 %bytes{k})
  %none{k} = icmp eq ptr %new{k}, null
  br i1 %none{k}, label %full, label %set{k}
set{k}:
  store ptr %new{k}, ptr %mem{k}
  store i64 %bytes{k}, ptr %cap{k}
  br label %fits{k}
fits{k}:
"""
FULL = """full:
  %gil = call i32 @PyGILState_Ensure()
  %error = call ptr @PyErr_NoMemory()
  call void @PyGILState_Release(i32 %gil)
  ret i64 -1
"""
NEEDS = {
    "@realloc": "declare ptr @realloc(ptr, i64)",
    "@PyErr_NoMemory": "declare ptr @PyErr_NoMemory()",
    "@PyGILState_Ensure": "declare i32 @PyGILState_Ensure()",
    "@PyGILState_Release": "declare void @PyGILState_Release(i32)",
}


class ScalarLoop:
    """The text of a loop over few numbers; buffers and numbers as for a nest.

    repeat: the loop as a step; graphs: [(order, outputs)] of its condition and its body.
    graph_of(body, outputs): (nodes in order, outputs) of inner loops.
    results: the buffers of the last state; ys: (output, its buffer) that are stacked.
    """

    def __init__(self, repeat, graphs, lowering, graph_of):
        self.repeat, self.graphs, self.graph_of = repeat, graphs, graph_of
        self.b = Builder(1, LIBRARY)
        self.b.needs.update(NEEDS)
        self.e = Elements(self.b, lowering, self.inner)
        self.buffers, self.places, self.numbers = [], {}, []
        self.rooms: list[str] = []
        self.heads: list[str] = []
        self.labels = self.stacks = 0
        self.picks: dict[Any, Any] = {}  # inner loop -> the nodes that pick its outputs
        self.opened: dict[Any, Any] = {}  # body of an inner loop -> its graphs
        self.note(graphs)
        self.write()
        self.needs = self.b.needs
        lines = "\n".join([*self.rooms, *self.heads, *self.b.lines])
        self.text = f"{HEAD}{lines}\n  ret i64 0\n{FULL}}}\n"

    # ------------------------------------------------------------ memory

    def at_head(self, text):
        """An instruction that is done once, before all loops."""
        name = self.b.fresh()
        self.heads.append(f"  {name} = {text}")
        return name

    def pointer(self, buffer):
        """The address of a buffer, read once at the head."""
        if buffer not in self.places:
            k = len(self.buffers)
            self.buffers.append(buffer)
            index = self.at_head(f"getelementptr i64, ptr %I, i64 {k}")
            index = self.at_head(f"load i64, ptr {index}, !invariant.load !0")
            place = self.at_head(f"getelementptr ptr, ptr %P, i64 {index}")
            self.places[buffer] = self.at_head(f"load ptr, ptr {place}, !invariant.load !0")
        return self.places[buffer]

    def number(self, value):
        """A number that is read once at the head, so that other lengths share the text."""
        self.numbers.append(int(value))
        address = self.at_head(f"getelementptr i64, ptr %S, i64 {len(self.numbers) - 1}")
        return self.at_head(f"load i64, ptr {address}, !invariant.load !0")

    def read(self, pointer, view):
        """The elements of a view, from a pointer to its first."""
        kind, found = memory(view.buffer.dtype), []
        where = np.zeros(view.shape, int)
        for axis, (size, step) in enumerate(zip(view.shape, view.strides)):
            steps = np.arange(size) * step
            where = where + steps.reshape((-1, *[1] * (len(view.shape) - axis - 1)))
        for k in where.ravel().tolist():
            address = self.b.raw(f"getelementptr {kind}, ptr {pointer}, i64 {k}")
            name = self.b.raw(f"load {kind}, ptr {address}")
            if view.buffer.dtype == BOOL:
                name = self.b.raw(f"icmp ne i8 {name}, 0")
            found.append(Value(self.b, name, view.buffer.dtype))
        return found

    def put(self, pointer, values, dtype):
        """Store elements one after another."""
        kind = memory(dtype)
        for k, v in enumerate(values):
            v = self.b.convert(v, dtype)
            name = self.b.raw(f"zext i1 {v.name} to i8") if dtype == BOOL else v.name
            address = self.b.raw(f"getelementptr {kind}, ptr {pointer}, i64 {k}")
            self.b.line(f"  store {kind} {name}, ptr {address}")

    def start(self, view):
        """A pointer to the first element of a view."""
        kind, p = memory(view.buffer.dtype), self.pointer(view.buffer)
        if not view.offset:
            return p
        return self.b.raw(f"getelementptr {kind}, ptr {p}, i64 {self.number(view.offset)}")

    # ------------------------------------------------------------ the function

    def write(self):
        r, b, e = self.repeat, self.b, self.e
        fit(r.loop.body)
        for x, view in zip(r.loop.body.outer, r.outer):
            e.values[x] = self.read(self.start(view), view)
        inits = [self.read(self.start(c.source), c.view) for c in r.carries]
        movers = [(self.moving(m), m) for m in r.movers]
        n = self.steps()
        growers = [(self.growing(g), g) for g in r.growers]
        results = [self.pointer(c.last) for c in r.carries]
        total = None if r.total is None else self.pointer(r.total)

        def slots(at, following):
            found = {m.slot: self.advanced(p, at) for p, m in movers}
            for k, g in growers:
                needed = following if n is None else n
                found[g.slot] = self.stacked(k, g, at, needed if g.grows else None)
            read = [self.read(found[view.buffer], view) for view in r.items]
            return read, [(found[slot], dtype) for slot, dtype in r.stacked_slots]

        last, i = self.cycle(r.loop, self.graphs, inits, n, slots)
        for p, x, values in zip(results, r.loop.body.state, last):
            self.put(p, values, x.declared)
        if total is not None:
            b.line(f"  store i64 {i}, ptr {total}")

    def cycle(self, loop, graphs, inits, n, slots):
        """(last state, number of steps) of a loop, written where the text stands.

        slots(at, following): (items of a step, [(pointer, dtype)] of what it stacks).
        """
        b, e, body = self.b, self.e, loop.body
        self.labels += 1
        head, inside, end = (f"{name}{self.labels}" for name in ("head", "body", "end"))
        rooms = [self.variables(x) for x in body.state]
        for names, x, values in zip(rooms, body.state, inits):
            self.keep(names, [b.convert(v, x.declared) for v in values])
        counter = self.variable("i64")
        b.line(f"  store i64 0, ptr {counter}")
        still = set(body.outer)
        for order, _ in graphs:
            self.invariant(order, still)
        b.line(f"  br label %{head}\n{head}:")
        e.opened = len(b.lines)
        i = b.raw(f"load i64, ptr {counter}")
        for x, names in zip(body.state, rooms):
            e.values[x] = self.taken(names, x.declared)
        if body.pred is not None:
            self.compute(graphs[0][0], still)
            (pred,) = self.outputs(graphs[0][1])
            test = pred[0].name
        else:
            test = b.raw(f"icmp slt i64 {i}, {n}")
        b.line(f"  br i1 {test}, label %{inside}, label %{end}\n{inside}:")
        following = b.raw(f"add nsw i64 {i}, 1")
        at = b.raw(f"sub i64 {n}, {following}") if loop.backwards else i
        read, written = slots(at, following)
        for x, values in zip(body.items, read):
            e.values[x] = values
        self.compute(graphs[-1][0], still)
        found = self.outputs(graphs[-1][1])
        for (pointer, dtype), values in zip(written, found[len(rooms) :]):
            self.put(pointer, values, dtype)
        for names, x, values in zip(rooms, body.state, found):
            self.keep(names, [b.convert(v, x.declared) for v in values])
        b.line(f"  store i64 {following}, ptr {counter}\n  br label %{head}\n{end}:")
        e.opened = len(b.lines)
        return [self.taken(names, x.declared) for names, x in zip(rooms, body.state)], i

    def steps(self):
        """The number of steps, where it is known before."""
        r = self.repeat
        if r.given is not None:
            return self.b.raw(f"load i64, ptr {self.start(r.given)}")
        return None if r.loop.length is None else self.number(r.loop.length)

    def variable(self, kind):
        name = f"%room{len(self.rooms)}"
        self.rooms.append(f"  {name} = alloca {kind}")
        return name

    def variables(self, x):
        return [self.variable(self.b.type(x.declared)) for _ in range(count(x.known))]

    def keep(self, names, values):
        for name, v in zip(names, values):
            self.b.line(f"  store {self.b.type(v.dtype)} {v.name}, ptr {name}")

    def taken(self, names, dtype):
        return [self.b.op(f"load {self.b.type(dtype)}, ptr {name}", dtype) for name in names]

    def moving(self, m):
        """(pointer to the first element, distance from step to step [B]) of an array."""
        first = self.b.raw(
            f"getelementptr i8, ptr {self.pointer(m.source)}, i64 {self.number(m.first)}"
        )
        return first, self.number(m.stride)

    def advanced(self, where, at):
        first, step = where
        far = self.b.raw(f"mul i64 {at}, {step}")
        return self.b.raw(f"getelementptr i8, ptr {first}, i64 {far}")

    def growing(self, g):
        """The number of a stack, whose address and size are found at the head."""
        self.stacks += 1
        k = self.stacks
        self.heads.append(f"  %mem{k} = getelementptr i8, ptr {self.pointer(g.stack)}, i64 0")
        self.heads.append(f"  %cap{k} = getelementptr i8, ptr %mem{k}, i64 8")
        return k

    def stacked(self, k, g, at, needed=None):
        """The pointer of a step in a stack; needed: how many are, where it is written."""
        b = self.b
        if needed is not None:
            b.line(f"  %need{k} = mul i64 {needed}, {g.bytes}")
            b.line(GROW.format(k=k).rstrip())
        base = b.raw(f"load ptr, ptr %mem{k}")
        far = b.raw(f"mul i64 {at}, {g.bytes}")
        return b.raw(f"getelementptr i8, ptr {base}, i64 {far}")

    def invariant(self, order, still):
        """Operators on what stays the same, before the first step; not loops, which may not end."""
        for x in order:
            if type(x.op) is not Joint and x.op is not placeholder:
                if all([a in still for a in x.inputs]):
                    self.e.place(x)
                    still.add(x)

    def compute(self, order, done):
        """Operators of a step, those that the condition has computed aside."""
        for x in order:
            if x.op is not placeholder and x not in done:
                self.e.place(x)
                done.add(x)

    def outputs(self, outputs):
        if any([y not in self.e.values for y in outputs]):
            raise Unfit
        return [self.e.values[y] for y in outputs]

    # ------------------------------------------------------------ inner loops

    def note(self, graphs):
        """Remember who picks the outputs of the loops in some graphs."""
        for x in dict.fromkeys([x for order, _ in graphs for x in order if x.op is pick]):
            self.picks.setdefault(x.args[0], []).append(x)

    def parts(self, body):
        """The graphs of an inner loop."""
        if body not in self.opened:
            outputs = (
                [[*body.new, *body.ys]]
                if body.pred is None
                else [[body.pred], [*body.new, *body.ys]]
            )
            self.opened[body] = [self.graph_of(body, part) for part in outputs]
            self.note(self.opened[body])
        return self.opened[body]

    def inner(self, x):
        """Write a loop of a body, and note what its outputs are."""
        loop, e = x.op.op, self.e
        body = loop.body
        fit(body)
        state, outer, xs, given = loop.split(x.args)
        inits = [e.given(a, like) for a, like in zip(state, body.state)]
        for a, like in zip(outer, body.outer):
            e.values[like] = e.given(a, like)
        n = None if loop.length is None else str(loop.length)
        if given:
            n = e.spread(given[0], (), I64)[0].name
        graphs = self.parts(body)
        k = len(body.state)
        written = [self.kept(loop.length, y.known, y.declared) for y in graphs[-1][1][k:]]
        items = [self.read_by(loop, a, like) for a, like in zip(xs, body.items)]

        def slots(at, following):
            views = zip(items, body.items)
            read = [self.read(p.at(at), whole(p.buffer, like.known)) for p, like in views]
            return read, [
                (p.at(at, following if n is None else n), p.buffer.dtype) for p in written
            ]

        last, i = self.cycle(loop, graphs, inits, n, slots)
        for p in self.picks.get(x, ()):
            j = p.params["index"]
            if j < k:
                e.values[p] = last[j]
            elif j - k == len(written):
                e.values[p] = [Value(self.b, i, I64)]
            else:
                e.kept[p] = written[j - k]
                if loop.length is not None and count(p.known) <= MOST:
                    e.values[p] = self.read(
                        written[j - k].base, whole(written[j - k].buffer, p.known)
                    )

    def kept(self, length, shape, dtype):
        """The memory of what the steps of an inner loop keep."""
        if dtype not in LOWERED or count(shape) > MOST:
            raise Unfit
        if length is not None:
            return Row(self, Buffer(dtype, length * count(shape)), count(shape))
        return Stacked(self, Buffer(dtype, 0, "stack"), count(shape))

    def read_by(self, loop, a, like):
        """The memory from which the steps of an inner loop read."""
        if type(a) is Node and a in self.e.kept:
            return self.e.kept[a]
        shape = (loop.length, *like.known)
        known = a.known if type(a) is Node else np.shape(a)
        if loop.length is None or known != shape or count(shape) > MOST:
            raise Unfit
        if type(a) is Node and (a not in self.e.values or a.declared != like.declared):
            raise Unfit
        size = count(like.known)
        found = Row(self, Buffer(like.declared, loop.length * size), size)
        self.put(found.base, self.e.spread(a, shape, like.declared), like.declared)
        return found


class Row:
    """Memory for what the steps of a loop keep, where their number is known."""

    def __init__(self, text, buffer, size):
        self.text, self.buffer = text, buffer
        self.bytes = max(size, 1) * buffer.dtype.itemsize
        self.base = text.pointer(buffer)

    def at(self, step, steps=None):
        """The address of a step; steps: how many are needed at least, where it is written."""
        b = self.text.b
        far = b.raw(f"mul i64 {step}, {self.bytes}")
        return b.raw(f"getelementptr i8, ptr {self.base}, i64 {far}")


class Stacked:
    """Memory that grows."""

    def __init__(self, text, stack, size):
        self.text, self.buffer = text, stack
        self.stack, self.bytes = stack, max(size, 1) * stack.dtype.itemsize
        self.number = text.growing(self)

    def at(self, step, steps=None):
        """As for a row."""
        return self.text.stacked(self.number, self, step, steps)


def fit(body):
    """Raise Unfit unless the values that a step reads are few numbers."""
    for x in body.inputs:
        if x.declared not in LOWERED or count(x.known) > MOST:
            raise Unfit
