"""Instructions as text: typed values, and a builder with the words that rows are lowered in."""

import struct

import numpy as np

from .composed import COMPOSED, EXPONENTS

F64, F32 = np.dtype(np.float64), np.dtype(np.float32)
I64, I32, BOOL = np.dtype(np.int64), np.dtype(np.int32), np.dtype(np.bool_)
SCALARS = {
    "f8": "double", "f4": "float", "b1": "i1",
    "i8": "i64", "i4": "i32", "i2": "i16", "i1": "i8",
    "u8": "i64", "u4": "i32", "u2": "i16", "u1": "i8",
}  # fmt: skip
LOWERED = frozenset(np.dtype(code) for code in SCALARS)
INTEGER = {F64: I64, F32: I32}  # as wide as the floating point number
SUFFIX = {F64: "f64", F32: "f32"}


def kind_size(dtype):
    """'f8' for float64: the key of SCALARS."""
    return dtype.str[1:]


def written(number, dtype):
    """A constant as text of its scalar type."""
    if dtype.kind == "b":
        return "true" if number else "false"
    if dtype.kind in "iu":
        bits = 8 * dtype.itemsize
        number = int(number) & ((1 << bits) - 1)
        return str(number - (1 << bits) if number >> (bits - 1) else number)
    # hexadecimal digits of the double, which LLVM reads exactly for both types
    return "0x" + struct.pack(">d", float(dtype.type(number))).hex().upper()


class Value:
    """A value of the text: its name, its dtype, and the builder that made it."""

    __slots__ = ("b", "name", "dtype", "number")

    def __init__(self, b, name, dtype, number=None):
        self.b, self.name, self.dtype, self.number = b, name, dtype, number

    def with_(self, name, other):
        return self.b.instruction(name, self, self.b.like(other, self.dtype))

    def __add__(self, other):
        return self.with_("fadd" if self.dtype.kind == "f" else "add", other)

    def __sub__(self, other):
        return self.with_("fsub" if self.dtype.kind == "f" else "sub", other)

    def __mul__(self, other):
        return self.with_("fmul" if self.dtype.kind == "f" else "mul", other)

    def __truediv__(self, other):
        return self.with_("fdiv", other)

    def __and__(self, other):
        return self.with_("and", other)

    def __or__(self, other):
        return self.with_("or", other)

    def __xor__(self, other):
        return self.with_("xor", other)

    def __lshift__(self, other):
        return self.with_("shl", other)

    def __rshift__(self, other):
        return self.with_("ashr" if self.dtype.kind == "i" else "lshr", other)

    def __radd__(self, other):
        return self.b.like(other, self.dtype) + self

    def __rsub__(self, other):
        return self.b.like(other, self.dtype) - self

    def __rmul__(self, other):
        return self.b.like(other, self.dtype) * self

    def __rtruediv__(self, other):
        return self.b.like(other, self.dtype) / self

    def __neg__(self):
        if self.dtype.kind == "f":
            return self.b.op(f"fneg {self.b.type(self.dtype)} {self.name}", self.dtype)
        return 0 - self

    def __lt__(self, other):
        return self.b.compare("olt" if self.dtype.kind == "f" else "slt", self, other)

    def __gt__(self, other):
        return self.b.compare("ogt" if self.dtype.kind == "f" else "sgt", self, other)

    def __le__(self, other):
        return self.b.compare("ole" if self.dtype.kind == "f" else "sle", self, other)

    def __ge__(self, other):
        return self.b.compare("oge" if self.dtype.kind == "f" else "sge", self, other)

    def same(self, other):
        """Whether both are equal; false for NaN."""
        return self.b.compare("oeq" if self.dtype.kind == "f" else "eq", self, other)

    def is_nan(self):
        return self.b.compare("uno", self, self)


class Builder:
    """Writes instructions on scalars, or on vectors of `lanes` elements.

    lines: the text so far; needs: what must be declared or defined beside it.
    library: the functions of the mathematical library, {name: formula(b, *xs)}, for vectors.
    """

    def __init__(self, lanes, library, prefix="t"):
        self.lanes, self.library, self.prefix = lanes, library, prefix
        self.lines, self.count, self.needs = [], 0, {}
        self.block = "entry"  # the label under which the next instruction stands

    # ------------------------------------------------------------ text

    def fresh(self):
        self.count += 1
        return f"%{self.prefix}{self.count}"

    def op(self, text, dtype):
        """One instruction that gives a value."""
        name = self.fresh()
        self.lines.append(f"  {name} = {text}")
        return Value(self, name, dtype)

    def raw(self, text):
        """One instruction that gives the name of what is no element: an address or a count."""
        name = self.fresh()
        self.lines.append(f"  {name} = {text}")
        return name

    def line(self, text):
        self.lines.append(text)

    def type(self, dtype):
        scalar = SCALARS[kind_size(dtype)]
        return scalar if self.lanes == 1 else f"<{self.lanes} x {scalar}>"

    def const(self, number, dtype):
        """A constant in every lane."""
        text = written(number, dtype)
        if self.lanes > 1:
            text = f"splat ({SCALARS[kind_size(dtype)]} {text})"
        return Value(self, text, dtype, number)

    def like(self, x, dtype):
        """`x` as a value: a number becomes a constant of the dtype."""
        return x if type(x) is Value else self.const(x, dtype)

    # ------------------------------------------------------------ instructions

    def instruction(self, name, x, *more):
        """One instruction of operands of one type, such as fadd."""
        rest = "".join(f", {y.name}" for y in more)
        return self.op(f"{name} {self.type(x.dtype)} {x.name}{rest}", x.dtype)

    def compare(self, predicate, x, y):
        y = self.like(y, x.dtype)
        word = "fcmp" if x.dtype.kind == "f" else "icmp"
        return self.op(f"{word} {predicate} {self.type(x.dtype)} {x.name}, {y.name}", BOOL)

    def select(self, condition, x, y):
        """`x` where the condition holds, else `y`; one of them may be a number."""
        dtype = x.dtype if type(x) is Value else y.dtype
        x, y, kind = self.like(x, dtype), self.like(y, dtype), self.type(dtype)
        test = self.type(BOOL)
        return self.op(f"select {test} {condition.name}, {kind} {x.name}, {kind} {y.name}", dtype)

    def bits(self, x, dtype):
        """The same bits read as another dtype of the same size."""
        return self.op(f"bitcast {self.type(x.dtype)} {x.name} to {self.type(dtype)}", dtype)

    def convert(self, x, dtype):
        """The number in another dtype, as NumPy's astype."""
        if x.dtype == dtype:
            return x
        if dtype.kind == "b":
            if x.dtype.kind == "f":
                return self.compare("une", x, 0.0)
            return self.compare("ne", x, 0)
        if x.dtype.kind in "iu" and dtype.kind in "iu" and x.dtype.itemsize == dtype.itemsize:
            return Value(self, x.name, dtype)
        word = conversion(x.dtype, dtype)
        out = self.op(f"{word} {self.type(x.dtype)} {x.name} to {self.type(dtype)}", dtype)
        # a number that does not fit is poison; frozen it is any number, as in C
        return self.op(f"freeze {self.type(dtype)} {out.name}", dtype) if "fpto" in word else out

    def llvm(self, name, *xs):
        """An intrinsic of LLVM on values of one floating type."""
        kind = self.type(xs[0].dtype)
        lanes = "" if self.lanes == 1 else f"v{self.lanes}"
        full = f"@llvm.{name}.{lanes}{SUFFIX[xs[0].dtype]}"
        self.needs[full] = f"declare {kind} {full}({', '.join([kind] * len(xs))})"
        return self.op(
            f"call {kind} {full}({', '.join(f'{kind} {x.name}' for x in xs)})", xs[0].dtype
        )

    def fma(self, x, y, z):
        """x y + z, rounded once."""
        dtype = next(v for v in (x, y, z) if type(v) is Value).dtype
        return self.llvm("fma", *[self.like(v, dtype) for v in (x, y, z)])

    def abs(self, x):
        if x.dtype.kind == "f":
            return self.llvm("fabs", x)
        return x if x.dtype.kind == "u" else self.select(x < 0, -x, x)

    def sqrt(self, x):
        return self.llvm("sqrt", x)

    def rint(self, x):
        return self.llvm("rint", x)

    def floor(self, x):
        return self.llvm("floor", x)

    def ceil(self, x):
        return self.llvm("ceil", x)

    def copysign(self, x, y):
        return self.llvm("copysign", self.like(x, y.dtype), y)

    def maximum(self, x, y):
        """The larger; NaN if either is."""
        if x.dtype.kind != "f":
            return self.select(self.compare(self.signed("gt", x), x, y), x, y)
        return self.select((x >= y) | x.is_nan(), x, y)

    def minimum(self, x, y):
        """The smaller; NaN if either is."""
        if x.dtype.kind != "f":
            return self.select(self.compare(self.signed("lt", x), x, y), x, y)
        return self.select((x <= y) | x.is_nan(), x, y)

    def clip(self, x, low, high):
        """The smaller of `high` and the larger of `low` and `x`; NaN if any is."""
        return self.minimum(self.maximum(x, low), high)

    def sign(self, x):
        """-1, 0 or 1; NaN stays."""
        below = self.select(x < 0.0, self.like(-1.0, x.dtype), x)
        return self.select(x > 0.0, 1.0, self.select(x.same(0.0), 0.0, below))

    def opposite(self, x):
        """Every bit turned."""
        return x ^ (1 if x.dtype == BOOL else -1)

    def modulus(self, x, y):
        """C's fmod and Python's remainder, which has the sign of `y`."""
        mod = self.instruction("frem", x, y)
        turned = (y < 0.0) ^ (mod < 0.0)
        kept = self.select(turned, mod + y, mod)
        fixed = self.select(mod.same(0.0), self.copysign(0.0, y), kept)
        return mod, self.select(y.same(0.0), mod, fixed), turned

    def remainder(self, x, y):
        """`x - y floor(x / y)` as NumPy rounds it."""
        return self.modulus(x, y)[1]

    def floor_divide(self, x, y):
        """The floor of the quotient as NumPy rounds it."""
        mod, _, turned = self.modulus(x, y)
        quotient = (x - mod) / y
        moved = turned & self.compare("une", mod, 0.0)
        quotient = self.select(moved, quotient - 1.0, quotient)
        below = self.floor(quotient)
        whole = self.select(quotient - below > 0.5, below + 1.0, below)
        whole = self.select(quotient.same(0.0), self.copysign(0.0, x / y), whole)
        return self.select(y.same(0.0), x / y, whole)

    def signed(self, predicate, x):
        """The predicate of integers with or without a sign."""
        return ("s" if x.dtype.kind == "i" else "u") + predicate

    def polynomial(self, x, coefficients):
        """Σ c_i x^i by Horner's rule, in pairs: half of the waiting."""
        c = list(coefficients)
        if len(c) < 5:
            total = self.like(c[-1], x.dtype)
            for a in reversed(c[:-1]):
                total = self.fma(total, x, a)
            return total
        square = x * x
        even, odd = self.polynomial(square, c[0::2]), self.polynomial(square, c[1::2])
        return self.fma(odd, x, even)

    # ------------------------------------------------------------ functions

    def call(self, name, *xs):
        """A mathematical function: the C library's of scalars, ours of vectors."""
        dtype = xs[0].dtype
        if name == "power" and xs[1].number in EXPONENTS:
            return EXPONENTS[xs[1].number](self, xs[0])
        if self.lanes == 1:
            return self.from_c(name, xs)
        if name not in self.library:
            return self.lane_by_lane(name, xs)
        kind = self.type(dtype)
        full = f"@ad.{name}.v{self.lanes}{SUFFIX[dtype]}"
        self.needs.setdefault(full, (name, dtype, len(xs), self.lanes))
        args = ", ".join(f"{kind} {x.name}" for x in xs)
        return self.op(f"call {kind} {full}({args})", dtype)

    def from_c(self, name, xs):
        """A function of the C library; what it lacks is written with what it has."""
        if name in COMPOSED:
            return COMPOSED[name](self, *xs)
        dtype = xs[0].dtype
        kind = SCALARS[kind_size(dtype)]
        full = f"@{C_NAMES.get(name, name)}{'f' if dtype == F32 else ''}"
        self.needs[full] = f"declare {kind} {full}({', '.join([kind] * len(xs))}) #1"
        return self.op(f"call {kind} {full}({', '.join(f'{kind} {x.name}' for x in xs)}) #1", dtype)

    def far(self, x, limit):
        """Whether a number is larger than a limit in size."""
        return self.abs(x) > limit

    def outside(self, x, low, high):
        """Whether a number is not between two others, as NaN is not."""
        return self.compare("ult", x, low) | self.compare("ugt", x, high)

    def unless(self, odd, name, xs, fast):
        """`fast`, and the C library's function of every lane if any lane is odd."""
        dtype, kind = fast.dtype, self.type(fast.dtype)
        full = f"@ad.{name}.slow.v{self.lanes}{SUFFIX[dtype]}"
        self.needs[full] = (f"{name}.slow", dtype, len(xs), self.lanes)
        some = f"@llvm.vector.reduce.or.v{self.lanes}i1"
        self.needs[some] = f"declare i1 {some}(<{self.lanes} x i1>)"
        any_odd = self.raw(f"call i1 {some}(<{self.lanes} x i1> {odd.name})")
        slow, done, before = f"slow{self.count}", f"done{self.count}", self.block
        self.line(f"  br i1 {any_odd}, label %{slow}, label %{done}\n{slow}:")
        given = ", ".join(f"{kind} {x.name}" for x in xs)
        found = self.raw(f"call {kind} {full}({given})")
        self.line(f"  br label %{done}\n{done}:")
        self.block = done
        return self.op(f"phi {kind} [ {fast.name}, %{before} ], [ {found}, %{slow} ]", dtype)

    def lane_by_lane(self, name, xs):
        """A function of scalars applied to each lane."""
        dtype, kind = xs[0].dtype, self.type(xs[0].dtype)
        lanes, self_lanes = self.lanes, self.lanes
        scalar = SCALARS[kind_size(dtype)]
        out = Value(self, "poison", dtype)
        for i in range(lanes):
            each = [self.op(f"extractelement {kind} {x.name}, i32 {i}", dtype) for x in xs]
            self.lanes = 1
            y = self.from_c(name, each)
            self.lanes = self_lanes
            out = self.op(f"insertelement {kind} {out.name}, {scalar} {y.name}, i32 {i}", dtype)
        return out


C_NAMES = {"absolute": "fabs", "asin": "asin", "power": "pow"}


def conversion(source, target):
    """The instruction that converts numbers between dtypes."""
    if source.kind == "b":
        return "uitofp" if target.kind == "f" else "zext"
    if source.kind == "f":
        if target.kind == "f":
            return "fpext" if target.itemsize > source.itemsize else "fptrunc"
        return "fptosi" if target.kind == "i" else "fptoui"
    if target.kind == "f":
        return "sitofp" if source.kind == "i" else "uitofp"
    if target.itemsize < source.itemsize:
        return "trunc"
    return "sext" if source.kind == "i" else "zext"
