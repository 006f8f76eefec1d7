"""Running sums along an axis, and the places of extremes, as native loops."""

from ..interpret.graph import Node
from .emit import BOOL, I64, LOWERED, SCALARS, Builder, Value, kind_size
from .library import LIBRARY
from .view import count
from .walk import memory

RUNNING = {"accumulated": "sum", "first_largest": "gt", "first_smallest": "lt"}
CHUNK = 8  # elements that are compared at once with the extreme so far


class Running:
    """A step along one axis, for all places along the others.

    what: "sum", or the comparison of the extreme whose place is looked for.
    """

    kind = "running"

    def __init__(self, x, what, source, target, axis):
        self.x, self.what, self.source, self.target = x, what, source, target
        self.buffers = [source.buffer, target.buffer]
        n, step = source.shape[axis], source.strides[axis]
        if what == "sum":
            ends, kept = target.strides[axis], [i for i in range(len(source.shape)) if i != axis]
            others = [(source.shape[i], source.strides[i], target.strides[i]) for i in kept]
        else:
            ends, reduced = 0, len(target.shape) < len(source.shape)
            kept = [i for i in range(len(source.shape)) if i != axis]
            to = [i - (reduced and i > axis) for i in kept]
            others = [
                (source.shape[i], source.strides[i], target.strides[k]) for i, k in zip(kept, to)
            ]
        others = [o for o in others if o[0] != 1]
        self.numbers = [source.offset, target.offset, n, step, ends]
        for o in others:
            self.numbers += o
        self.weight = n
        for size, _, _ in others:
            self.weight *= size
        self.rank, self.even = len(others), step == 1 and what != "sum"
        self.text, self.needs = self.write()

    def __repr__(self):
        return f"{self.x.op.name} along an axis of {self.numbers[2]}"

    def write(self):
        """(text, needs) of the native function."""
        b = self.b = Builder(1, LIBRARY)
        names = []
        for k in range(len(self.numbers)):
            p = b.raw(f"getelementptr i64, ptr %S, i64 {k}")
            names.append(b.raw(f"load i64, ptr {p}"))
        bases = []
        for k in range(2):
            p = b.raw(f"getelementptr i64, ptr %I, i64 {k}")
            p = b.raw(f"getelementptr ptr, ptr %P, i64 {b.raw(f'load i64, ptr {p}')}")
            bases.append(b.raw(f"load ptr, ptr {p}"))
        self.n, self.step, self.ends = names[2:5]
        at = names[:2]
        for d in range(self.rank):
            size, *steps = names[5 + 3 * d : 8 + 3 * d]
            b.line(f"  br label %pre{d}\npre{d}:\n  br label %head{d}\nhead{d}:")
            b.line(f"  %k{d} = phi i64 [ 0, %pre{d} ], [ %n{d}, %again{d} ]")
            b.line(f"  %more{d} = icmp slt i64 %k{d}, {size}")
            b.line(f"  br i1 %more{d}, label %go{d}, label %done{d}\ngo{d}:")
            moves = [b.raw(f"mul i64 %k{d}, {s}") for s in steps]
            at = [b.raw(f"add i64 {a}, {m}") for a, m in zip(at, moves)]
        kinds = [memory(v.buffer.dtype) for v in (self.source, self.target)]
        here = [
            b.raw(f"getelementptr {kind}, ptr {p}, i64 {a}") for kind, p, a in zip(kinds, bases, at)
        ]
        (self.sums if self.what == "sum" else self.place)(*here)
        for d in reversed(range(self.rank)):
            b.line(f"  br label %again{d}\nagain{d}:\n  %n{d} = add i64 %k{d}, 1")
            b.line(f"  br label %head{d}\ndone{d}:")
        body = "\n".join(b.lines)
        head = "define i64 @NAME(ptr %P, ptr %I, ptr %S, i64 %lo, i64 %hi) #0 {\nentry:\n"
        return f"{head}{body}\n  ret i64 0\n}}\n", b.needs

    def loaded(self, base, k, step=None):
        """Element `k` of the source."""
        b, dtype = self.b, self.source.buffer.dtype
        far = k if step is None else b.raw(f"mul i64 {k}, {step}")
        p = b.raw(f"getelementptr {memory(dtype)}, ptr {base}, i64 {far}")
        found = b.raw(f"load {memory(dtype)}, ptr {p}")
        return Value(b, b.raw(f"icmp ne i8 {found}, 0") if dtype == BOOL else found, dtype)

    def sums(self, source, target):
        """The running sum of one line."""
        b, dtype = self.b, self.target.buffer.dtype
        kind, none = SCALARS[kind_size(dtype)], b.const(-0.0 if dtype.kind == "f" else 0, dtype)
        b.line("  br label %start\nstart:\n  br label %head\nhead:")
        b.line("  %k = phi i64 [ 0, %start ], [ %k.next, %body ]")
        b.line(f"  %total = phi {kind} [ {none.name}, %start ], [ %sum, %body ]")
        b.line(f"  %more = icmp slt i64 %k, {self.n}")
        b.line("  br i1 %more, label %body, label %end\nbody:")
        x = b.convert(self.loaded(source, "%k", self.step), dtype)
        word = "fadd" if dtype.kind == "f" else "add"
        b.line(f"  %sum = {word} {kind} %total, {x.name}")
        far = b.raw(f"mul i64 %k, {self.ends}")
        p = b.raw(f"getelementptr {kind}, ptr {target}, i64 {far}")
        b.line(f"  store {kind} %sum, ptr {p}")
        b.line("  %k.next = add i64 %k, 1\n  br label %head\nend:")

    def place(self, source, target):
        """The place of the first extreme of one line; NaN is more extreme than any number."""
        b, dtype = self.b, self.source.buffer.dtype
        kind = SCALARS[kind_size(dtype)]
        first = self.loaded(source, "0")
        b.line("  br label %start\nstart:\n  br label %head\nhead:")
        b.line("  %k = phi i64 [ 0, %start ], [ %k.next, %next ], [ %k.far, %skip ]")
        b.line(f"  %best = phi {kind} [ {first.name}, %start ], [ %now, %next ], [ %best, %skip ]")
        b.line("  %place = phi i64 [ 0, %start ], [ %at, %next ], [ %place, %skip ]")
        b.line(f"  %more = icmp slt i64 %k, {self.n}")
        b.line(f"  br i1 %more, label %{'chunk' if self.even else 'body'}, label %end")
        if self.even:
            self.chunk(source, kind)
        else:
            b.line("skip:\n  %k.far = add i64 %k, 0\n  br label %head")
        b.line("body:")
        x, best = self.loaded(source, "%k", self.step), Value(b, "%best", dtype)
        better = self.better(x, best)
        b.line(f"  %now = select i1 {better.name}, {kind} {x.name}, {kind} %best")
        b.line(f"  %at = select i1 {better.name}, i64 %k, i64 %place")
        b.line("  br label %next\nnext:\n  %k.next = add i64 %k, 1\n  br label %head\nend:")
        b.line(f"  store i64 %place, ptr {target}")

    def chunk(self, source, kind):
        """Some elements at once: none of them is better, as a rule."""
        b, dtype = self.b, self.source.buffer.dtype
        b.line(f"chunk:\n  %k.far = add i64 %k, {CHUNK}")
        b.line(f"  %aligned = and i64 %k, {CHUNK - 1}\n  %first = icmp eq i64 %aligned, 0")
        b.line(f"  %fits = icmp sle i64 %k.far, {self.n}\n  %whole = and i1 %fits, %first")
        b.line("  br i1 %whole, label %compare, label %body\ncompare:")
        p = b.raw(f"getelementptr {memory(dtype)}, ptr {source}, i64 %k")
        wide = f"<{CHUNK} x {memory(dtype)}>"
        v = b.raw(f"load {wide}, ptr {p}, align {dtype.itemsize}")
        if dtype == BOOL:
            v = b.raw(f"icmp ne {wide} {v}, zeroinitializer")
        wide = f"<{CHUNK} x {kind}>"
        one = b.raw(f"insertelement {wide} poison, {kind} %best, i64 0")
        same = b.raw(f"shufflevector {wide} {one}, {wide} poison, <{CHUNK} x i32> zeroinitializer")
        word = "fcmp" if dtype.kind == "f" else "icmp"
        test = b.raw(f"{word} {self.predicate(dtype)} {wide} {v}, {same}")
        some = f"@llvm.vector.reduce.or.v{CHUNK}i1"
        b.needs[some] = f"declare i1 {some}(<{CHUNK} x i1>)"
        found = b.raw(f"call i1 {some}(<{CHUNK} x i1> {test})")
        b.line(f"  br i1 {found}, label %body, label %skip\nskip:\n  br label %head")

    def predicate(self, dtype):
        """How an element is compared with the extreme so far; true for NaN."""
        return ("s" if dtype.kind == "i" else "u") + self.what

    def better(self, x, best):
        found = self.b.compare(self.predicate(x.dtype), x, best)
        return found & self.b.compare("ord", best, best) if x.dtype.kind == "f" else found


def running(s, x):
    """Place a node of one of these rows; whether it has native code here."""
    (a,), what = x.args, RUNNING[x.op.name]
    if type(a) is not Node or a.declared not in LOWERED or x.declared not in LOWERED:
        return False
    axes = (x.params["axis"],) if what == "sum" else x.params.get("axes")
    if what != "sum" and (x.declared != I64 or 0 in a.known):
        return False
    if axes is None:
        axes = (-1,) if len(a.known) == 1 else None
    source = s.view(a)
    if source.window or (axes is None and not source.contiguous):
        source = s.view(s.copy(a))
    if axes is None:  # the place in the flattened array
        source = source._replace(shape=(count(a.known),), strides=(1,))
    target = s.view(x)
    if what != "sum" and len(source.shape) == 1:
        target = target._replace(shape=(), strides=())
    axis = len(source.shape) + (-1 if axes is None else axes[0])
    s.append(Running(x, what, source, target, axis), [x])
    return True
