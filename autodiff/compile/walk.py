"""How the text of a nest reads and writes memory: whole vectors, masked ones, gathers."""

from typing import Any

from .emit import BOOL, SCALARS, Value, kind_size, written


class Walk:
    """Instructions on memory; the nest that is written fills in the builder and the lanes."""

    b: Any
    lanes: int
    labels: int
    rooms: list
    within = False  # whether the vectors that are written lie inside of all windows

    def raw(self, text):
        return self.b.raw(text)

    def room(self, kind):
        """A variable of the function; it becomes a register."""
        name = f"%room{len(self.rooms)}"
        self.rooms.append(f"  {name} = alloca {kind}")
        return name

    def line(self, text):
        self.b.line(text)

    def label(self, name):
        self.labels += 1
        return f"{name}{self.labels}"

    def splat(self, name, dtype):
        """A scalar in every lane."""
        if self.lanes == 1:
            return Value(self.b, name, dtype)
        kind, scalar = self.b.type(dtype), SCALARS[kind_size(dtype)]
        one = self.raw(f"insertelement {kind} poison, {scalar} {name}, i64 0")
        return self.b.op(
            f"shufflevector {kind} {one}, {kind} poison, <{self.lanes} x i32> zeroinitializer",
            dtype,
        )

    def indices(self, j):
        """j, j + 1, ... as a vector of i64."""
        W = self.lanes
        one = self.raw(f"insertelement <{W} x i64> poison, i64 {j}, i64 0")
        all_ = self.raw(
            f"shufflevector <{W} x i64> {one}, <{W} x i64> poison, <{W} x i32> zeroinitializer"
        )
        steps = ", ".join(f"i64 {k}" for k in range(W))
        return self.raw(f"add <{W} x i64> {all_}, <{steps}>")

    def spread(self, name):
        W = self.lanes
        one = self.raw(f"insertelement <{W} x i64> poison, i64 {name}, i64 0")
        return self.raw(
            f"shufflevector <{W} x i64> {one}, <{W} x i64> poison, <{W} x i32> zeroinitializer"
        )

    def below(self, j, high):
        """The mask of the lanes before `high`."""
        return self.raw(f"icmp slt <{self.lanes} x i64> {self.indices(j)}, {self.spread(high)}")

    def fixed(self, a, pointer, tests):
        """A load that stays where it is along the inner axis, once for all its vectors."""
        for test in tests:
            pointer = self.raw(f"select i1 {test}, ptr {pointer}, ptr @zero")
        kind = memory(a.dtype)
        found = self.raw(f"load {kind}, ptr {pointer}")
        if not is_nothing(a):
            for test in tests:
                fill = written(a.fill, a.dtype)
                found = self.raw(f"select i1 {test}, {kind} {found}, {kind} {fill}")
        if a.dtype == BOOL:
            found = self.raw(f"icmp ne i8 {found}, 0")
        return self.splat(found, a.dtype)

    def mask_of(self, a, j, mask, tests):
        """The lanes that an access may touch; None for all."""
        W = self.lanes
        found = mask
        window = a.windows[-1] if a.windows and not self.within else None
        extra = []
        if window:
            at = self.indices(j)
            extra.append(self.raw(f"icmp sge <{W} x i64> {at}, {self.spread(window[0])}"))
            extra.append(self.raw(f"icmp slt <{W} x i64> {at}, {self.spread(window[1])}"))
        for test in tests:
            extra.append(self.splat(test, BOOL).name)
        for e in extra:
            found = e if found is None else self.raw(f"and <{W} x i1> {found}, {e}")
        return found

    def load(self, a, where):
        """One vector of a load."""
        j, mask, at, inside = where
        W, kind = self.lanes, memory(a.dtype)
        if a.inner() == 0:
            found = self.fixed(a, at[a], inside[a])
            shown = self.mask_of(a, j, None, [])
            if shown is None:
                return found
            return self.b.select(Value(self.b, shown, BOOL), found, self.b.const(a.fill, a.dtype))
        mask = self.mask_of(a, j, mask, inside[a])
        outside = "zeroinitializer" if is_nothing(a) else self.b.const(a.fill, a.dtype).name
        if a.inner() == 1:
            p = self.raw(f"getelementptr {kind}, ptr {at[a]}, i64 {j}")
            if mask is None:
                found = self.raw(f"load <{W} x {kind}>, ptr {p}, align {a.dtype.itemsize}")
            else:
                full = f"@llvm.masked.load.v{W}{short(a.dtype)}.p0"
                self.b.needs[full] = (
                    f"declare <{W} x {kind}> {full}(ptr, i32, <{W} x i1>, <{W} x {kind}>)"
                )
                found = self.raw(
                    f"call <{W} x {kind}> {full}(ptr {p}, i32 {a.dtype.itemsize}, "
                    f"<{W} x i1> {mask}, <{W} x {kind}> {outside})"
                )
        else:
            far = self.distances(a, where)
            p = self.raw(f"getelementptr {kind}, ptr {at[a]}, <{W} x i64> {far}")
            full = f"@llvm.masked.gather.v{W}{short(a.dtype)}.v{W}p0"
            self.b.needs[full] = (
                f"declare <{W} x {kind}> {full}(<{W} x ptr>, i32, <{W} x i1>, <{W} x {kind}>)"
            )
            found = self.raw(
                f"call <{W} x {kind}> {full}(<{W} x ptr> {p}, i32 {a.dtype.itemsize}, "
                f"<{W} x i1> {mask or 'splat (i1 true)'}, <{W} x {kind}> {outside})"
            )
        if a.dtype == BOOL:
            found = self.raw(f"icmp ne <{W} x i8> {found}, zeroinitializer")
        return Value(self.b, found, a.dtype)

    def distances(self, a, where):
        """How far the elements of one vector stand from where an access is."""
        W = self.lanes
        if a.inner() != 3:
            step = a.steps[-1] if a.steps[-1] else "0"
            return self.raw(f"mul <{W} x i64> {self.indices(where[0])}, {self.spread(step)}")
        far = None
        for index, step in a.indices:
            if index.strides[-1]:
                place = self.load(index, where).name
                more = self.raw(f"mul <{W} x i64> {place}, {self.spread(step)}")
                far = more if far is None else self.raw(f"add <{W} x i64> {far}, {more}")
        return far

    def store(self, a, value, where):
        """One vector of a store."""
        j, mask, at, _ = where
        W, kind = self.lanes, memory(a.dtype)
        name = value.name
        if a.dtype == BOOL:
            name = self.raw(f"zext <{W} x i1> {name} to <{W} x i8>")
        if a.inner() == 1:
            p = self.raw(f"getelementptr {kind}, ptr {at[a]}, i64 {j}")
            if mask is None:
                self.line(f"  store <{W} x {kind}> {name}, ptr {p}, align {a.dtype.itemsize}")
                return
            full = f"@llvm.masked.store.v{W}{short(a.dtype)}.p0"
            self.b.needs[full] = f"declare void {full}(<{W} x {kind}>, ptr, i32, <{W} x i1>)"
            self.line(
                f"  call void {full}(<{W} x {kind}> {name}, ptr {p}, i32 {a.dtype.itemsize}, "
                f"<{W} x i1> {mask})"
            )
            return
        step = a.steps[-1] if a.steps[-1] else "0"
        far = self.raw(f"mul <{W} x i64> {self.indices(j)}, {self.spread(step)}")
        p = self.raw(f"getelementptr {kind}, ptr {at[a]}, <{W} x i64> {far}")
        full = f"@llvm.masked.scatter.v{W}{short(a.dtype)}.v{W}p0"
        self.b.needs[full] = f"declare void {full}(<{W} x {kind}>, <{W} x ptr>, i32, <{W} x i1>)"
        self.line(
            f"  call void {full}(<{W} x {kind}> {name}, <{W} x ptr> {p}, i32 {a.dtype.itemsize}, "
            f"<{W} x i1> {mask or 'splat (i1 true)'})"
        )


def is_nothing(a):
    """Whether a load is all zero bits outside of its window."""
    return written(a.fill, a.dtype) == written(0, a.dtype)


def memory(dtype):
    """The type of an element in memory."""
    return "i8" if dtype == BOOL else SCALARS[kind_size(dtype)]


def short(dtype):
    """The type of an element in the name of an intrinsic."""
    kind = memory(dtype)
    return {"double": "f64", "float": "f32"}.get(kind, kind)
