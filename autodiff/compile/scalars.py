"""A loop over few numbers as one native function: its state stays in registers.

Values of a few elements are taken apart: movements only rename, and elementwise rows, sums and
small products are written out element by element.
"""

from types import SimpleNamespace
from typing import Any

import numpy as np

from ..core.lower import Assembly, Element, Fold, Product
from ..interpret.graph import Node, placeholder
from ..interpret.vertex import Joint
from .element import working_dtypes, written_out
from .emit import BOOL, LOWERED, Builder, Value
from .library import LIBRARY
from .loops import combined
from .view import count
from .walk import memory

MOST = 64  # elements of a value
LONGEST = 3000  # instructions of a step: code generation grows faster than linearly
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


class Unfit(Exception):
    """A loop whose values are not few numbers."""


class Elements:
    """Operators on values that are lists of elements, in the order of their memory."""

    def __init__(self, b, lowering):
        self.b, self.lowering = b, lowering
        self.values: dict[Any, Any] = {}
        self.zeros = {}  # identity of an element that is zero by structure -> the element

    def place(self, x):
        """Write a node's elements."""
        if type(x.op) is Joint or count(x.known) > MOST or len(self.b.lines) > LONGEST:
            raise Unfit
        lower = self.lowering(x)
        if x.op.view and len(x.args) == 1 and type(x.args[0]) is Node:
            found = self.moved(x)
        elif type(lower) is Element:
            found = self.elementwise(x, lower)
        elif type(lower) is Fold:
            found = self.folded(x)
        elif type(lower) is Product:
            found = self.product(x)
        elif type(lower) is Assembly:
            found = self.assembled(x, lower)
        else:
            raise Unfit
        self.values[x] = found

    def moved(self, x):
        (a,) = x.args
        where = x.op.evaluate(np.arange(count(a.known)).reshape(a.known), **x.params)
        return [self.values[a][k] for k in where.ravel().tolist()]

    def spread(self, a, shape, dtype):
        """The elements of an argument broadcast to a shape."""
        n = count(shape)
        if type(a) is not Node:
            if n == 0:
                return []
            return [self.b.const(v, dtype) for v in np.broadcast_to(a, shape).ravel().tolist()]
        have = self.values[a]
        if a.known == shape:
            return have
        where = np.broadcast_to(np.arange(len(have)).reshape(a.known), shape)
        return [have[k] for k in where.ravel().tolist()]

    def elementwise(self, x, lower):
        dtypes = working_dtypes(x, lower)
        if dtypes is None:
            raise Unfit
        args = [self.spread(a, x.known, d) for a, d in zip(x.args, dtypes)]
        found = []
        for given in zip(*args):
            if x.op.name == "add" and any([id(v) in self.zeros for v in given]):
                kept = given[id(given[0]) in self.zeros]
                if kept.dtype == x.declared:
                    found.append(kept)
                    continue
            found.append(written_out(self.b, x, lower, given, dtypes))
        return found

    def folded(self, x):
        (a,) = x.args
        shape, axes = a.known, x.params.get("axes")
        gone = [i for i in range(len(shape)) if axes is None or i - len(shape) in axes]
        if 0 in shape or not gone:
            raise Unfit
        where = np.moveaxis(np.arange(count(shape)).reshape(shape), gone, range(-len(gone), 0))
        f = SimpleNamespace(x=x, dtype=x.declared)
        found = []
        for row in where.reshape(count(x.known), -1).tolist():
            parts = [self.b.convert(self.values[a][k], x.declared) for k in row]
            total = parts[0]
            for part in parts[1:]:
                total = combined(self.b, f, total, part)
            found.append(total)
        return found

    def product(self, x):
        left, right = x.args
        if any([type(a) is Node and a.declared != x.declared for a in x.args]):
            raise Unfit
        if np.ndim(left) == 2 if type(left) is not Node else len(left.known) == 2:
            (m, n), k = x.known, (left.known if type(left) is Node else left.shape)[1]
        else:
            raise Unfit
        if len(x.known) != 2 or k == 0:
            raise Unfit
        p = self.spread(left, (m, k), x.declared)
        q = self.spread(right, (k, n), x.declared)
        found = []
        for i in range(m):
            for j in range(n):
                total = p[i * k] * q[j]
                for t in range(1, k):
                    total = total + p[i * k + t] * q[t * n + j]
                found.append(total)
        return found

    def assembled(self, x, lower):
        found: list[Any] = [None] * count(x.known)
        numbers = np.arange(len(found)).reshape(x.known)
        for value, index in lower.pieces(*x.args, **x.params):
            if type(index) is tuple and any([hasattr(p, "dtype") for p in index]):
                raise Unfit
            part = numbers if index is None else numbers[index]
            dtype = value.declared if type(value) is Node else x.declared
            given = self.spread(value, part.shape, dtype)
            for k, v in zip(part.ravel().tolist(), given):
                found[k] = self.b.convert(v, x.declared)
                if type(value) is int and value == 0:
                    self.zeros[id(found[k])] = found[k]
        return found


class ScalarLoop:
    """The text of a loop over few numbers; buffers and numbers as for a nest.

    repeat: the loop as a step; graphs: [(order, outputs)] of its condition and its body.
    results: the buffers of the last state; ys: (output, its buffer) that are stacked.
    """

    def __init__(self, repeat, graphs, lowering):
        self.repeat, self.graphs = repeat, graphs
        body = repeat.loop.body
        if any([x.declared not in LOWERED for x in body.inputs]):
            raise Unfit
        if any([count(x.known) > MOST for x in body.inputs]):
            raise Unfit
        self.b = Builder(1, LIBRARY)
        self.b.needs.update(NEEDS)
        self.e = Elements(self.b, lowering)
        self.buffers, self.places, self.numbers = [], {}, []
        self.rooms: list[str] = []
        self.write()
        self.needs = self.b.needs
        lines = "\n".join([*self.rooms, *self.b.lines])
        self.text = f"{HEAD}{lines}\n  ret i64 0\n{FULL}}}\n"

    # ------------------------------------------------------------ memory

    def pointer(self, buffer):
        """The address of a buffer, read once at the head."""
        if buffer not in self.places:
            k = len(self.buffers)
            self.buffers.append(buffer)
            index = self.b.raw(f"getelementptr i64, ptr %I, i64 {k}")
            index = self.b.raw(f"load i64, ptr {index}, !invariant.load !0")
            place = self.b.raw(f"getelementptr ptr, ptr %P, i64 {index}")
            self.places[buffer] = self.b.raw(f"load ptr, ptr {place}, !invariant.load !0")
        return self.places[buffer]

    def number(self, value):
        """A number that is read once at the head, so that other lengths share the text."""
        self.numbers.append(int(value))
        address = self.b.raw(f"getelementptr i64, ptr %S, i64 {len(self.numbers) - 1}")
        return self.b.raw(f"load i64, ptr {address}, !invariant.load !0")

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
        body = r.loop.body
        for x, view in zip(body.outer, r.outer):
            e.values[x] = self.read(self.start(view), view)
        inits = [self.read(self.start(c.source), c.view) for c in r.carries]
        movers = [(self.moving(m), m) for m in r.movers]
        n = self.steps()
        growers = [self.growing(k, g) for k, g in enumerate(r.growers)]
        results = [self.pointer(c.last) for c in r.carries]
        total = None if r.total is None else self.pointer(r.total)
        rooms = [self.variables(x) for x in body.state]
        for names, values in zip(rooms, inits):
            self.keep(names, values)
        counter = self.variable("i64")
        b.line(f"  store i64 0, ptr {counter}")
        still = set(body.outer)
        for order, _ in self.graphs:
            self.invariant(order, still)
        b.line("  br label %head\nhead:")
        i = b.raw(f"load i64, ptr {counter}")
        for x, names in zip(body.state, rooms):
            e.values[x] = self.taken(names, x.declared)
        if body.pred is not None:
            self.compute(self.graphs[0][0], still)
            (pred,) = self.outputs(self.graphs[0][1])
            test = pred[0].name
        else:
            test = b.raw(f"icmp slt i64 {i}, {n}")
        b.line(f"  br i1 {test}, label %body, label %end\nbody:")
        following = b.raw(f"add nsw i64 {i}, 1")
        at = i
        if r.loop.backwards:
            at = b.raw(f"sub i64 {n}, {following}")
        slots = {m.slot: self.advanced(p, at) for p, m in movers}
        slots.update(self.stacked(k, g, at, n, following) for k, g in growers)
        for x, view in zip(body.items, r.items):
            e.values[x] = self.read(slots[view.buffer], view)
        self.compute(self.graphs[-1][0], still)
        found = self.outputs(self.graphs[-1][1])
        for (slot, dtype), values in zip(r.stacked_slots, found[len(rooms) :]):
            self.put(slots[slot], values, dtype)
        for names, x, values in zip(rooms, body.state, found):
            self.keep(names, [b.convert(v, x.declared) for v in values])
        b.line(f"  store i64 {following}, ptr {counter}\n  br label %head\nend:")
        for p, x, names in zip(results, body.state, rooms):
            self.put(p, self.taken(names, x.declared), x.declared)
        if total is not None:
            b.line(f"  store i64 {i}, ptr {total}")

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

    def growing(self, k, g):
        self.b.line(f"  %mem{k} = getelementptr i8, ptr {self.pointer(g.stack)}, i64 0")
        self.b.line(f"  %cap{k} = getelementptr i8, ptr %mem{k}, i64 8")
        return k, g

    def stacked(self, k, g, at, n, following):
        """(slot, pointer) of this step in a stack."""
        b = self.b
        if g.grows:
            needed = following if n is None else n
            b.line(f"  %need{k} = mul i64 {needed}, {g.bytes}")
            b.line(GROW.format(k=k).rstrip())
        base = b.raw(f"load ptr, ptr %mem{k}")
        far = b.raw(f"mul i64 {at}, {g.bytes}")
        return g.slot, b.raw(f"getelementptr i8, ptr {base}, i64 {far}")

    def invariant(self, order, still):
        """Operators on what stays the same, before the first step."""
        for x in order:
            if x.op is not placeholder and all([a in still for a in x.inputs]):
                self.e.place(x)
                still.add(x)

    def compute(self, order, still):
        for x in order:
            if x.op is not placeholder and x not in still:
                self.e.place(x)

    def outputs(self, outputs):
        return [self.e.values[y] for y in outputs]
