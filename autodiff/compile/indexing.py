"""Elements taken, added or written at integer index arrays, as one native loop.

Indices are checked while the loop runs: one outside of its axis raises IndexError as NumPy does.
"""

import numpy as np

from ..interpret.graph import Node
from ..ops.index import PLACE, separated, spelled_out
from .emit import BOOL, LOWERED
from .view import along
from .walk import memory

MESSAGE = np.frombuffer(b"index %zd is out of bounds for axis %zd with size %zd\0", np.uint8)
INDEXED = {"taken": ("take", 1), "scattered": ("add", 1), "replaced": ("write", 2)}
LANES = 8  # elements of a line that are moved at once


class Dimension:
    """An axis of what is taken or written: its size, and its strides in every array."""

    def __init__(self, size, step):
        self.size, self.step, self.own, self.index = size, step, 0, ()


def directions(whole, index, apart, arrays):
    """(offset, axes of the elements at an index, [(axis, size, step) of each index array]).

    whole, arrays: views; index: spelled out; apart: whether NumPy puts the index arrays first.
    """
    offset, axis, before, after, found, seen = whole.offset, 0, [], [], [], False
    for p in index.parts:
        if p is None:
            (after if seen else before).append(Dimension(1, 0))
            continue
        size, step = whole.shape[axis], whole.strides[axis]
        if p is PLACE:
            found.append((axis, size, step))
            seen = True
        elif type(p) is slice:
            start, stop, stride = p.indices(size)
            n = len(range(start, stop, stride))
            offset += start * step if n else 0
            (after if seen else before).append(Dimension(n, step * stride))
        else:
            offset += (p + size if p < 0 else p) * step
            seen = True
        axis += 1
    shape = np.broadcast_shapes(*[v.shape for v in arrays])
    middle = [Dimension(n, 0) for n in shape]
    steps = [along(v, (*shape, 2))[0] for v in map(with_unit, arrays)]
    wide = [d for d in middle if d.size != 1]
    for k, d in enumerate(wide):
        d.index = tuple(s[k] for s in steps)
    return offset, [*middle, *before, *after] if apart else [*before, *middle, *after], found


class Indexed:
    """A step that takes from, adds to or writes to the elements at an index.

    kind: "take", "add" or "write".  whole: the view that is indexed; part: the view of the
    elements in the shape of the index; arrays: views of the index arrays.
    """

    kind = "indexed"

    def __init__(self, x, what, index, whole, part, arrays):
        self.x, self.what, self.whole, self.part, self.arrays = x, what, whole, part, arrays
        self.fill = what == "add"
        self.plan(spelled_out(index, len(whole.shape)), separated(index))
        self.text, self.needs = self.write()

    def __repr__(self):
        return f"{self.what} elements at an index for {self.x.op.name}"

    @property
    def buffers(self):
        return [v.buffer for v in (self.whole, self.part, *self.arrays)]

    def plan(self, index, apart):
        """The loops, and where each index array moves along them."""
        offset, dimensions, found = directions(self.whole, index, apart, self.arrays)
        shape = tuple(d.size for d in dimensions)
        kept = [d for d in dimensions if d.size != 1]
        for d, own in zip(kept, along(self.part, shape)[0]):
            d.own = own
        self.dimensions, self.axes = kept, found
        self.empty = 0 in shape
        self.numbers = [offset, self.part.offset, id(IndexError), MESSAGE.ctypes.data]
        self.numbers += [v.offset for v in self.arrays]
        for d in kept:
            self.numbers += [d.size, d.step, d.own, *(d.index or (0,) * len(self.arrays))]
        for axis, size, step in found:
            self.numbers += [axis, size, step]

    def write(self):
        """(text, needs) of the native function."""
        lines, rank, many = [], len(self.dimensions), len(self.arrays)
        even, begin = self.even(), "0"
        kind = memory(self.whole.buffer.dtype)
        names = [f"%s{k}" for k in range(len(self.numbers))]
        for k, name in enumerate(names):
            lines.append(f"  {name}.p = getelementptr i64, ptr %S, i64 {k}")
            lines.append(f"  {name} = load i64, ptr {name}.p")
        for k in range(2 + many):
            lines.append(f"  %i{k}.p = getelementptr i64, ptr %I, i64 {k}")
            lines.append(f"  %i{k} = load i64, ptr %i{k}.p")
            lines.append(f"  %b{k}.p = getelementptr ptr, ptr %P, i64 %i{k}")
            lines.append(f"  %b{k} = load ptr, ptr %b{k}.p")
        head, wide = 4 + many, 3 + many
        word = [names[head + d * wide : head + (d + 1) * wide] for d in range(rank)]
        last = head + rank * wide
        # where the whole, the part and each index array stand before any loop
        at = [names[0], names[1], *names[4 : 4 + many]]
        waiting = list(range(many))
        for d in range(rank + 1):
            for j in list(waiting):
                if all([not any(x.index[j : j + 1]) for x in self.dimensions[d:]]):
                    waiting.remove(j)
                    lines += self.look_up(j, at[2 + j], names[last + 3 * j : last + 3 * j + 3])
                    lines.append(f"  %w{d}.{j} = add i64 {at[0]}, %far{j}")
                    at[0] = f"%w{d}.{j}"
            if d == rank:
                break
            if even and d == rank - 1:
                lines += self.vectors(kind, at, word[d][0])
                begin = "%k.v"
            lines.append(f"  br label %start{d + 1}pre\nstart{d + 1}pre:")
            lines.append(f"  br label %head{d}\nhead{d}:")
            lines.append(f"  %k{d} = phi i64 [ {begin}, %start{d + 1}pre ], [ %n{d}, %again{d} ]")
            lines.append(f"  %more{d} = icmp slt i64 %k{d}, {word[d][0]}")
            lines.append(f"  br i1 %more{d}, label %start{d + 1}, label %done{d}\nstart{d + 1}:")
            for k in range(2 + many):
                lines.append(f"  %m{d}.{k} = mul i64 %k{d}, {word[d][1 + k]}")
                lines.append(f"  %a{d}.{k} = add i64 {at[k]}, %m{d}.{k}")
                at[k] = f"%a{d}.{k}"
        lines += self.element(kind, kind, at)
        for d in reversed(range(rank)):
            lines.append(f"  br label %again{d}\nagain{d}:\n  %n{d} = add i64 %k{d}, 1")
            lines.append(f"  br label %head{d}\ndone{d}:")
        body = "\n".join(lines)
        return (
            "define i64 @NAME(ptr %P, ptr %I, ptr %S, i64 %lo, i64 %hi) #0 {\nentry:\n"
            f"{body}\n  ret i64 0\n{self.failure(names, last)}}}\n",
            NEEDS,
        )

    def look_up(self, j, at, words):
        """The distance of index number `j`, counted from the end where it is negative."""
        dtype = self.arrays[j].buffer.dtype
        kind = memory(dtype)
        lines = [
            f"  %x{j}.p = getelementptr {kind}, ptr %b{2 + j}, i64 {at}",
            f"  %x{j}.0 = load {kind}, ptr %x{j}.p",
        ]
        word = "zext" if dtype.kind == "u" else "sext"
        wide = f"{word} {kind} %x{j}.0 to i64" if dtype.itemsize < 8 else f"add i64 %x{j}.0, 0"
        return [
            *lines,
            f"  %x{j} = {wide}",
            f"  %below{j} = icmp slt i64 %x{j}, 0",
            f"  %up{j} = add i64 %x{j}, {words[1]}",
            f"  %y{j} = select i1 %below{j}, i64 %up{j}, i64 %x{j}",
            f"  %in{j} = icmp ult i64 %y{j}, {words[1]}",
            f"  br i1 %in{j}, label %good{j}, label %bad{j}\ngood{j}:",
            f"  %far{j} = mul i64 %y{j}, {words[2]}",
        ]

    def failure(self, names, last):
        """What is done where an index lies outside."""
        lines = []
        for j in range(len(self.arrays)):
            axis, size = names[last + 3 * j], names[last + 3 * j + 1]
            lines.append(
                f"bad{j}:\n  %state{j} = call i32 @PyGILState_Ensure()\n"
                f"  %error{j} = inttoptr i64 {names[2]} to ptr\n"
                f"  %text{j} = inttoptr i64 {names[3]} to ptr\n"
                f"  %none{j} = call ptr (ptr, ptr, ...) @PyErr_Format(ptr %error{j}, "
                f"ptr %text{j}, i64 %x{j}, i64 {axis}, i64 {size})\n"
                f"  call void @PyGILState_Release(i32 %state{j})\n  ret i64 -1\n"
            )
        return "".join(lines)

    def even(self):
        """Whether the last axis is a line of neighbours in both arrays, whatever the index."""
        last = self.dimensions[-1] if self.dimensions else None
        return last is not None and (last.step, last.own) == (1, 1) and not any(last.index)

    def vectors(self, kind, at, size):
        """The elements of a line as far as they fill vectors; %k.v is how many they are."""
        lines = [
            "  br label %pre.v\npre.v:\n  br label %head.v\nhead.v:",
            "  %k.v = phi i64 [ 0, %pre.v ], [ %n.v, %body.v ]",
            f"  %n.v = add i64 %k.v, {LANES}\n  %fits.v = icmp sle i64 %n.v, {size}",
            "  br i1 %fits.v, label %body.v, label %done.v\nbody.v:",
            *[f"  %at{k}.v = add i64 {at[k]}, %k.v" for k in (0, 1)],
        ]
        lines += self.element(kind, f"<{LANES} x {kind}>", ["%at0.v", "%at1.v"], ".v")
        return [*lines, "  br label %head.v\ndone.v:"]

    def element(self, kind, wide, at, name=""):
        """One element is moved, or a vector of them."""
        whole, part, value = f"%whole{name}", f"%part{name}", f"%value{name}"
        size = self.whole.buffer.dtype.itemsize
        lines = [
            f"  {whole} = getelementptr {kind}, ptr %b0, i64 {at[0]}",
            f"  {part} = getelementptr {kind}, ptr %b1, i64 {at[1]}",
        ]
        source, target = (whole, part) if self.what == "take" else (part, whole)
        lines.append(f"  {value} = load {wide}, ptr {source}, align {size}")
        if self.what == "add":
            dtype = self.whole.buffer.dtype
            word = "fadd" if dtype.kind == "f" else "or" if dtype == BOOL else "add"
            lines.append(f"  %old{name} = load {wide}, ptr {whole}, align {size}")
            lines.append(f"  %sum{name} = {word} {wide} %old{name}, {value}")
            value = f"%sum{name}"
        return [*lines, f"  store {wide} {value}, ptr {target}, align {size}"]


NEEDS = {
    "@PyErr_Format": "declare ptr @PyErr_Format(ptr, ptr, ...)",
    "@PyGILState_Ensure": "declare i32 @PyGILState_Ensure()",
    "@PyGILState_Release": "declare void @PyGILState_Release(i32)",
}


def indexed(s, x):
    """Elements at index arrays; whether they are natively taken, added or written."""
    what, given = INDEXED[x.op.name]
    values, arrays = x.args[:given], x.args[given:]
    if not arrays or not fits(x, values, arrays):
        return False
    views = [s.view(a) if type(a) is Node else s.constant_view(a) for a in values]
    views = [s.view(s.copy(a)) if v.window else v for a, v in zip(values, views)]
    index = x.params["index"]
    places = [s.view(a) if type(a) is Node else s.constant_view(a) for a in arrays]
    if any([v.window for v in places]):
        return False
    if what == "take":
        step = Indexed(x, what, index, views[0], s.view(x), places)
    elif what == "add":
        step = Indexed(x, what, index, s.view(x), views[0], places)
    else:
        if type(values[0]) is not Node:
            return False
        copied = s.copy(values[0])
        s.views[x] = s.view(copied)
        step = Indexed(x, what, index, s.views[x], views[1], places)
    s.append(step, [x])
    return True


def with_unit(view):
    """An index array with one more axis, so that an array of one number has one too."""
    return view._replace(shape=(*view.shape, 1), strides=(*view.strides, 0))


def fits(x, values, arrays):
    """Whether index arrays are of integers, and the elements of one dtype that has native code."""
    own, kinds = ([dtype_of(a) for a in group] for group in (values, arrays))
    elements = x.declared in LOWERED and all([d == x.declared for d in own])
    return elements and all([d.kind in "iu" for d in kinds])


def dtype_of(a):
    return a.declared if type(a) is Node else np.result_type(a)
