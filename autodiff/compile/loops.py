"""One loop nest as text: sizes and strides are read at run time, so other lengths fit too.

The inner axis runs in vectors; the last, partial vector is masked.  Sums keep one partial sum in
each lane, which are added in a fixed order: the bits depend on neither threads nor alignment.
"""

from typing import Any

import numpy as np

from ..interpret.graph import Node
from . import places
from .element import plain, working_dtypes, written_out
from .emit import BOOL, Builder, Value, written
from .folds import combined, identity_of
from .layout import accesses_of, collapse, depth_of, operands, reach, work_of
from .library import LIBRARY
from .walk import Walk, memory

TEXTS: dict[Any, Any] = {}  # what decides the text of a nest -> (text, what it needs)
KEPT = 4096  # texts
VECTOR = 64  # bytes
TWICE = 60  # operators up to which the body is written again for whole vectors


class NestText(Walk):
    """The text of a nest, its run-time numbers, and its buffers.

    text: the function with `NAME` for its name; needs: what it declares; numbers: what it reads
    from S, as 8-byte words; buffers: what it reads from P.
    fills: reductions whose output must be filled before; partial: those that leave one number for
    each block, whose size is the number at `block_number`.
    """

    def __init__(self, s, nest, number):
        self.s, self.nest = s, nest
        self.loads, self.stores, self.folds, self.args = accesses_of(s, nest, number)
        every = self.loads + self.stores + self.folds
        self.sizes = collapse(nest.space, every, work_of(nest.nodes))
        self.numbers, self.kinds = [], []
        self.buffers = [a.buffer for a in every]
        self.large = len(nest.nodes) > TWICE
        self.lanes = lanes_of(nest, every) if self.sizes else 1
        self.plan(every)
        key = self.key(every)
        if key not in TEXTS:
            if len(TEXTS) >= KEPT:
                TEXTS.clear()
            self.write(every)
            TEXTS[key] = self.function(), self.b.needs
        self.text, self.needs = TEXTS[key]

    # ------------------------------------------------------------ numbers

    def number(self, value, dtype=None):
        """The place of a number that is read once, at the head of the function."""
        if dtype is None:
            self.numbers.append(int(value))
        else:
            raw = np.zeros(8, np.uint8)
            raw[: dtype.itemsize] = np.asarray(value, dtype).reshape(1).view(np.uint8)
            self.numbers.append(int(raw.view(np.int64)[0]))
        self.kinds.append(dtype)
        return len(self.numbers) - 1

    def plan(self, every):
        """Which numbers and buffers the function reads, before a line of it is written."""
        for place, a in enumerate(every):
            a.place = place
            start = [w[0] * s for w, s in zip(a.window or [], a.strides) if w is not None]
            moved = a.offset or a.window
            a.shift = self.number(a.offset - sum(start)) if moved else None
            last = len(a.strides) - 1
            a.steps = [
                None if st == 0 or (i == last and a.inner() == 1) else self.number(st)
                for i, st in enumerate(a.strides)
            ]
            a.windows = [
                None if w is None else (self.number(w[0]), self.number(w[1]))
                for w in a.window or [None] * len(a.strides)
            ]
        for a in every:
            a.indices = [(index, self.number(step)) for index, step in a.indices]
        self.bounds = [None, *[self.number(n) for n in self.sizes[1:]]]
        unread = self.s.folds | self.s.gathers.keys()
        self.dtypes = {
            x: None if x in unread else working_dtypes(x, x.op.lower) for x in self.nest.nodes
        }
        self.baked, self.read = {}, {}
        for x, dtypes in self.dtypes.items():
            for i, a in enumerate(operands(self.s, x)):
                if type(a) is not Node and (x, i) not in self.args:
                    dtype = x.declared if dtypes is None else dtypes[i]
                    if plain(a):
                        self.baked[x, i] = a, dtype
                    else:
                        self.read[x, i] = self.number(a, dtype)
        for f in self.folds:
            f.depth = depth_of(f)
            f.outer = any(f.reduced[: f.depth])
        self.fills = [f for f in self.folds if f.outer]
        self.partial = [f for f in self.folds if self.sizes and f.depth == 0]
        self.block_number = self.number(max(self.sizes[0], 1)) if self.partial else None

    def key(self, every):
        """What decides the text: nests of one key differ in numbers and buffers alone."""
        order = {x: i for i, x in enumerate(self.nest.nodes)}
        parts: list[Any] = [self.lanes, self.large, len(self.sizes), *self.kinds]
        for a in every:
            windows = tuple(w is not None for w in a.windows)
            steps = tuple(a.steps)
            made = order.get(a.x) if a.kind in ("store", "fold") else None
            parts.append((a.kind, made, a.dtype, a.inner(), a.shift, steps, windows, *a.reduced))
            parts += [(index.place, reach(index), k) for index, k in a.indices]
            if any(windows):
                parts.append(written(a.fill, a.dtype))
        for x, dtypes in self.dtypes.items():
            params = () if dtypes is None else tuple(x.params.items())
            parts.append((x.op, x.declared, params, *(dtypes or ())))
            if x in self.s.gathers:
                parts.append(self.args[x, 0].place)
            for i, a in enumerate(operands(self.s, x)):
                if (x, i) in self.args:
                    parts.append(("load", self.args[x, i].place))
                elif (x, i) in self.baked:
                    parts.append(written(*self.baked[x, i]))
                elif (x, i) in self.read:
                    parts.append(("number", self.read[x, i]))
                else:
                    parts.append(order[self.s.root(a)])
        return tuple(parts)

    # ------------------------------------------------------------ text

    def write(self, every):
        """The whole function."""
        b = self.b = Builder(self.lanes, LIBRARY)
        self.labels, self.rooms = 0, []
        names = [self.head_number(k, dtype) for k, dtype in enumerate(self.kinds)]
        for a in every:
            index = self.raw(f"getelementptr i64, ptr %I, i64 {a.place}")
            index = self.raw(f"load i64, ptr {index}, !invariant.load !0")
            pointer = self.raw(f"getelementptr ptr, ptr %P, i64 {index}")
            a.pointer = self.raw(f"load ptr, ptr {pointer}, !invariant.load !0")
            if a.shift is not None:
                step = f"{memory(a.dtype)}, ptr {a.pointer}, i64 {names[a.shift]}"
                a.pointer = self.raw(f"getelementptr {step}")
            a.steps = [None if k is None else names[k] for k in a.steps]
            a.windows = [None if w is None else (names[w[0]], names[w[1]]) for w in a.windows]
            a.indices = [(index, names[k]) for index, k in a.indices]
        self.bounds = [None if k is None else names[k] for k in self.bounds]
        self.constants = {at: b.const(*baked) for at, baked in self.baked.items()}
        for at, k in self.read.items():
            self.constants[at] = self.splat(names[k], self.kinds[k])
        for f in self.folds:
            if f.word:
                f.room = self.room(b.type(f.x.args[0].declared))
                f.places = self.room(f"<{self.lanes} x i64>")
            else:
                f.room = self.room(b.type(f.dtype)) if f.depth < len(self.sizes) else None
        if self.block_number is not None:
            self.part = self.raw(f"udiv i64 %lo, {names[self.block_number]}")
        if not self.sizes:
            self.body({}, None)
        else:
            self.level(0, {a: a.pointer for a in every}, {a: [] for a in every})
        self.line("  ret i64 0")

    def head_number(self, k, dtype):
        """The name of number `k`."""
        kind = "i64" if dtype is None else memory(dtype)
        address = self.raw(f"getelementptr i64, ptr %S, i64 {k}")
        found = self.raw(f"load {kind}, ptr {address}, !invariant.load !0")
        return self.raw(f"icmp ne i8 {found}, 0") if dtype == BOOL else found

    def function(self):
        """The text of the whole function."""
        lines = "\n".join([*self.rooms, *self.b.lines])
        head = "define i64 @NAME(ptr %P, ptr %I, ptr %S, i64 %lo, i64 %hi) #0 {\nentry:\n"
        return f"{head}{lines}\n}}\n"

    def level(self, d, at, inside):
        """The loop over axis `d`; `at`: where each access stands, `inside`: its window tests."""
        for f in self.folds:
            if f.depth == d and f.word:
                places.begin(self, f)
            elif f.depth == d:
                self.line(f"  store {self.b.type(f.dtype)} {self.identity(f).name}, ptr {f.room}")
        if d == len(self.sizes) - 1:
            self.inner(at, inside)
        else:
            low, high = ("%lo", "%hi") if d == 0 else ("0", self.bounds[d])
            head, body, done = map(self.label, ("head", "body", "done"))
            counter = self.room("i64")
            self.line(f"  store i64 {low}, ptr {counter}")
            self.line(f"  br label %{head}\n{head}:")
            i = self.raw(f"load i64, ptr {counter}")
            more = self.raw(f"icmp slt i64 {i}, {high}")
            self.line(f"  br i1 {more}, label %{body}, label %{done}\n{body}:")
            moved, tests = {}, {}
            for a, p in at.items():
                moved[a] = p if a.steps[d] is None else self.advanced(a, p, i, a.steps[d])
                tests[a] = inside[a] + self.window_test(a, d, i)
            for a in at:
                for index, step in a.indices:
                    if reach(index) == d + 1:
                        place = self.raw(f"load i64, ptr {moved[index]}")
                        moved[a] = self.advanced(a, moved[a], place, step)
            self.level(d + 1, moved, tests)
            following = self.raw(f"add nsw i64 {i}, 1")
            self.line(f"  store i64 {following}, ptr {counter}")
            self.line(f"  br label %{head}\n{done}:")
        for f in self.folds:
            if f.depth == d:
                self.finish(f, at[f])

    def window_test(self, a, d, i):
        """Whether index `i` of axis `d` is inside the window, as a list of at most one name."""
        if a.windows[d] is None:
            return []
        low, high = a.windows[d]
        above = self.raw(f"icmp sge i64 {i}, {low}")
        below = self.raw(f"icmp slt i64 {i}, {high}")
        return [self.raw(f"and i1 {above}, {below}")]

    def advanced(self, a, pointer, i, step):
        distance = self.raw(f"mul nsw i64 {i}, {step}")
        return self.raw(f"getelementptr {memory(a.dtype)}, ptr {pointer}, i64 {distance}")

    def inner(self, at, inside):
        """The vectors of the inner axis."""
        W, d = self.lanes, len(self.sizes) - 1
        low, high = ("%lo", "%hi") if d == 0 else ("0", self.bounds[d])
        fixed = {
            a: self.fixed(a, at[a], inside[a])
            for a in self.loads
            if a.kind == "load" and a.inner() == 0 and not a.windows[d]
        }
        whole = self.raw(f"sub i64 {high}, {low}")
        whole = self.raw(f"and i64 {whole}, {-W}")
        stop = self.raw(f"add i64 {low}, {whole}")
        counter = self.room("i64")
        self.line(f"  store i64 {low}, ptr {counter}")
        head, body, tail, rest, done = map(self.label, ("head", "body", "tail", "rest", "done"))
        begin, stop = self.whole_vectors(low, stop)
        if not self.large:
            self.line(f"  br label %{head}\n{head}:")
            j = self.raw(f"load i64, ptr {counter}")
            fits = self.raw(f"icmp slt i64 {j}, {stop}")
            if begin != low:
                fits = self.raw(f"and i1 {fits}, {self.raw(f'icmp sge i64 {j}, {begin}')}")
            self.line(f"  br i1 {fits}, label %{body}, label %{tail}\n{body}:")
            self.within = True
            self.body(fixed, (j, None, at, inside))
            self.within = False
            self.line(f"  store i64 {self.raw(f'add nsw i64 {j}, {W}')}, ptr {counter}")
            self.line(f"  br label %{head}")
        else:
            self.line(f"  br label %{tail}")
        self.line(f"{tail}:")
        j = self.raw(f"load i64, ptr {counter}")
        more = self.raw(f"icmp slt i64 {j}, {high}")
        self.line(f"  br i1 {more}, label %{rest}, label %{done}\n{rest}:")
        mask = self.below(j, high)
        self.body(fixed, (j, mask, at, inside))
        self.line(f"  store i64 {self.raw(f'add nsw i64 {j}, {W}')}, ptr {counter}")
        again = tail if self.large else done if begin == low else head
        self.line(f"  br label %{again}\n{done}:")

    def whole_vectors(self, low, stop):
        """Between which indices of the inner axis a whole vector touches all that it covers.

        stop: before which a vector must begin to end before the last element.
        """
        for a in self.loads:
            if a.windows[-1] and not self.large:
                first, last = a.windows[-1]
                last = self.raw(f"sub i64 {last}, {self.lanes - 1}")
                low = self.larger(low, first)
                stop = self.larger(last, stop, "slt")
        return low, stop

    def larger(self, i, j, predicate="sgt"):
        """The larger of two counts, or what else is asked for."""
        first = self.raw(f"icmp {predicate} i64 {i}, {j}")
        return self.raw(f"select i1 {first}, i64 {i}, i64 {j}")

    # ------------------------------------------------------------ the body

    def body(self, fixed, where):
        """Every operator of the nest, on one vector or on one number."""
        values, loaded = {}, dict(fixed)
        stores = {a.x: a for a in self.stores}
        for x in self.nest.nodes:
            given = []
            for i, a in enumerate(x.args[:1] if x in self.s.gathers else x.args):
                access = self.args.get((x, i))
                if access is not None:
                    if access not in loaded:
                        loaded[access] = self.load(access, where) if where else self.single(access)
                    given.append(loaded[access])
                elif (x, i) in self.constants:
                    given.append(self.constants[x, i])
                else:
                    given.append(values[self.s.root(a)])
            if x in self.s.folds:
                self.fold(next(f for f in self.folds if f.x is x), given[0], where)
                continue
            if x in self.s.gathers:
                values[x] = out = given[0]
            else:
                values[x] = out = written_out(self.b, x, x.op.lower, given, self.dtypes[x])
            if x in stores:
                if where:
                    self.store(stores[x], out, where)
                else:
                    self.put(stores[x].pointer, out)

    def single(self, a):
        """A load of a nest without axes."""
        found = self.raw(f"load {memory(a.dtype)}, ptr {a.pointer}")
        if a.dtype == BOOL:
            found = self.raw(f"icmp ne i8 {found}, 0")
        return Value(self.b, found, a.dtype)

    def put(self, pointer, value):
        """Store one number."""
        name = value.name
        if value.dtype == BOOL:
            name = self.raw(f"zext i1 {name} to i8")
        self.line(f"  store {memory(value.dtype)} {name}, ptr {pointer}")

    # ------------------------------------------------------------ reductions

    def identity(self, f):
        """The value that changes nothing, in every lane."""
        return self.b.const(identity_of(f), f.dtype)

    def fold(self, f, value, where):
        """Take one vector into a reduction."""
        b = self.b
        if f.word:
            places.take(self, f, value, where)
            return
        value = b.convert(value, f.dtype)
        if where is None:
            self.put(f.pointer, value)
            return
        mask = where[1]
        if f.room is None:
            if f.outer:
                before = self.load(f, where)
                value = combined(b, f, before, value)
            self.store(f, value, where)
            return
        if mask is not None:
            value = b.select(Value(b, mask, BOOL), value, self.identity(f))
        before = b.op(f"load {b.type(f.dtype)}, ptr {f.room}", f.dtype)
        after = combined(b, f, before, value)
        self.line(f"  store {b.type(f.dtype)} {after.name}, ptr {f.room}")

    def finish(self, f, pointer):
        """Join the lanes of a reduction, halves upon halves, and write the number."""
        if f.word:
            places.end(self, f, pointer)
            return
        b, W = self.b, self.lanes
        total = b.op(f"load {b.type(f.dtype)}, ptr {f.room}", f.dtype)
        kind = b.type(f.dtype)
        step = W // 2
        while step:
            order = ", ".join(f"i32 {k + step if k < step else 0}" for k in range(W))
            other = b.op(
                f"shufflevector {kind} {total.name}, {kind} poison, <{W} x i32> <{order}>", f.dtype
            )
            total = combined(b, f, total, other)
            step //= 2
        name = self.raw(f"extractelement {kind} {total.name}, i64 0")
        b.lanes = 1
        found = Value(b, name, f.dtype)
        if f in self.partial:
            pointer = self.raw(f"getelementptr {memory(f.dtype)}, ptr {pointer}, i64 {self.part}")
        elif f.outer:
            before = self.raw(f"load {memory(f.dtype)}, ptr {pointer}")
            if f.dtype == BOOL:
                before = self.raw(f"icmp ne i8 {before}, 0")
            found = combined(b, f, Value(b, before, f.dtype), found)
        self.put(pointer, found)
        b.lanes = W


def lanes_of(nest, accesses):
    """Elements of a vector: 64 bytes of the widest dtype, between 8 and 16."""
    widest = max([a.dtype.itemsize for a in accesses] + [x.declared.itemsize for x in nest.nodes])
    return min(max(VECTOR // widest, 8), 16)
