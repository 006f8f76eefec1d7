"""LAPACK's and BLAS's functions as plain loops, for object files that stand alone.

Only what `large_matrices.py` asks of them is here; arguments are handed by address, as theirs.
Source: G. Golub and C. Van Loan, "Matrix Computations", 2013, chapters 3 and 4.
"""

import numpy as np

from .emit import SCALARS, kind_size
from .kernel import WORD, Kernel, Stack

BOOL = np.dtype(np.bool_)
ARGUMENTS = {
    "getrf": "rows n a line pivots info",
    "getrs": "turn n columns a line pivots b far info",
    "potrf": "triangle n a line info",
    "trsv": "triangle turn unit n a line x step",
    "trsm": "side triangle turn unit m n alpha a line b far",
    "trmm": "side triangle turn unit m n alpha a line b far",
    "gemm": "turn other m n depth alpha a line b far beta c wide",
}


class Routine(Kernel):
    """Writes one function of the library."""

    def count_at(self, name):
        """A count among the arguments."""
        found = self.raw(f"load i{self.width}, ptr %{name}")
        return self.raw(f"sext i32 {found} to i64") if self.width == 32 else found

    def letter(self, name, wanted):
        """Whether an argument is that letter."""
        return self.op(f"icmp eq i8 {self.raw(f'load i8, ptr %{name}')}, {ord(wanted)}", BOOL)

    def number_at(self, name):
        """A number among the arguments."""
        return self.op(f"load {self.kind}, ptr %{name}", self.dtype)

    def matrix(self, name, line, turned=None):
        """An argument that stands column by column; its transpose where `turned` holds."""
        rows, columns = "1", line
        if turned is not None:
            rows = self.raw(f"select i1 {turned.name}, i64 {line}, i64 1")
            columns = self.raw(f"select i1 {turned.name}, i64 1, i64 {line}")
        return Plain(self, name, rows, columns)

    def choice(self, condition, i, j):
        return self.raw(f"select i1 {condition.name}, i64 {i}, i64 {j}")

    def minus(self, i, j):
        return self.raw(f"sub i64 {i}, {j}")


class Plain(Stack):
    """One matrix that is an argument."""

    def __init__(self, k, name, rows, columns, dtype=None):
        self.k, self.dtype = k, dtype or k.dtype
        self.memory, self.start = SCALARS[kind_size(self.dtype)], f"%{name}"
        self.rows, self.columns = rows, columns


def routine_text(name, dtype, width):
    """The text of a function, called "routine.NAME.KIND"."""
    k = Routine(dtype, width)
    WRITERS[name](k)
    given = ", ".join(f"ptr %{a}" for a in ARGUMENTS[name].split())
    lines = "\n".join([*k.rooms, *k.lines])
    head = f'define internal void @"{symbol(name, dtype)}"({given}) #0 {{\nentry:\n'
    return f"{head}{lines}\n  ret void\n}}\n", k.needs


def symbol(name, dtype):
    return f"routine.{name}.{SCALARS[kind_size(dtype)]}"


def substitute(k, n, columns, t, lower, unit, b):
    """Solve by a triangle in place: from the first row, or for an upper one from the last."""
    last = k.minus(n, 1)
    for q in k.each("0", columns):
        for s in k.each("0", n):
            i = k.choice(lower, s, k.minus(last, s))
            total = k.variable(b.load(i, q))
            for r in k.each("0", s):
                j = k.choice(lower, r, k.minus(last, r))
                k.set(total, k.get(total) - t.load(i, j) * b.load(j, q))
            found = k.get(total)
            b.store(k.select(unit, found, found / t.load(i, i)), i, q)


def exchange(k, columns, a, i, j):
    """Exchange two rows."""
    for q in k.each("0", columns):
        x, y = a.load(i, q), a.load(j, q)
        a.store(y, i, q)
        a.store(x, j, q)


def whole(k):
    """The dtype of the integers of the library."""
    return np.dtype(f"i{k.width // 8}")


def state(k, bad):
    """Say that a matrix is singular, or not positive definite."""
    found = k.convert(k.get(bad, BOOL), whole(k))
    k.line(f"  store i{k.width} {found.name}, ptr %info")


def getrf(k):
    n, bad = k.count_at("n"), k.variable(k.const(False, BOOL))
    a = k.matrix("a", k.count_at("line"))
    pivots = Plain(k, "pivots", "1", "0", whole(k))
    for c in k.each("0", n):
        below = k.plus(c, 1)
        best, place = k.variable(k.abs(a.load(c, c))), k.variable(k.word(c))
        for r in k.each(below, n):
            size = k.abs(a.load(r, c))
            better = size > k.get(best)
            k.set(place, k.select(better, k.word(r), k.get(place, WORD)))
            k.set(best, k.select(better, size, k.get(best)))
        row = k.get(place, WORD)
        pivots.store(k.convert(row + 1, whole(k)), c)
        exchange(k, n, a, c, row.name)
        pivot = a.load(c, c)
        k.set(bad, k.get(bad, BOOL) | pivot.same(0.0))
        with k.when(k.compare("une", pivot, 0.0)):
            for r in k.each(below, n):
                f = a.load(r, c) / pivot
                a.store(f, r, c)
                for j in k.each(below, n):
                    a.store(a.load(r, j) - f * a.load(c, j), r, j)
    state(k, bad)


def getrs(k):
    n, columns, line = [k.count_at(x) for x in ("n", "columns", "line")]
    turned, yes, no = k.letter("turn", "T"), k.const(True, BOOL), k.const(False, BOOL)
    a, back, b = k.matrix("a", line), k.matrix("a", line, yes), k.matrix("b", k.count_at("far"))
    pivots = Plain(k, "pivots", "1", "0", whole(k))

    def moved(i):
        exchange(k, columns, b, i, k.minus(k.convert(pivots.load(i), WORD).name, 1))

    with k.when(k.opposite(turned)):
        for i in k.each("0", n):
            moved(i)
        substitute(k, n, columns, a, yes, yes, b)
        substitute(k, n, columns, a, no, no, b)
    with k.when(turned):
        substitute(k, n, columns, back, yes, no, b)
        substitute(k, n, columns, back, no, yes, b)
        for i in k.each("0", n):
            moved(k.minus(k.minus(n, 1), i))


def potrf(k):
    """The upper factor, which is the lower one of rows that stand one after another."""
    n, bad = k.count_at("n"), k.variable(k.const(False, BOOL))
    a = k.matrix("a", k.count_at("line"), k.const(True, BOOL))
    for j in k.each("0", n):
        for i in k.each(j, n):
            total = k.variable(a.load(i, j))
            for c in k.each("0", j):
                k.set(total, k.get(total) - a.load(i, c) * a.load(j, c))
            found, first = k.get(total), k.is_count("eq", i, j)
            k.set(bad, k.get(bad, BOOL) | (first & k.opposite(found > 0.0)))
            a.store(k.select(first, k.sqrt(found), found / a.load(j, j)), i, j)
    state(k, bad)


def triangle(k, turned):
    """(triangle, whether it is a lower one) after the transposition that is asked for."""
    a = k.matrix("a", k.count_at("line"), turned)
    return a, k.letter("triangle", "L") ^ turned


def trsv(k):
    a, lower = triangle(k, k.letter("turn", "T"))
    x = Plain(k, "x", "1", "0")
    substitute(k, k.count_at("n"), "1", a, lower, k.const(False, BOOL), x)


def trsm(k):
    """From the right the transposed equations are solved."""
    right = k.letter("side", "R")
    a, lower = triangle(k, k.letter("turn", "T") ^ right)
    b, m, n = k.matrix("b", k.count_at("far"), right), k.count_at("m"), k.count_at("n")
    rows, columns = k.choice(right, n, m), k.choice(right, m, n)
    substitute(k, rows, columns, a, lower, k.const(False, BOOL), b)


def trmm(k):
    """The product with a transposed upper triangle from the right, in place."""
    m, n = k.count_at("m"), k.count_at("n")
    a, b = k.matrix("a", k.count_at("line")), k.matrix("b", k.count_at("far"))
    for i in k.each("0", m):
        for j in k.each("0", n):
            total = k.variable(k.float(0.0))
            for c in k.each(j, n):
                k.set(total, k.get(total) + b.load(i, c) * a.load(j, c))
            b.store(k.get(total), i, j)


def gemm(k):
    """A product added to what stands there."""
    m, n, depth = [k.count_at(x) for x in ("m", "n", "depth")]
    a = k.matrix("a", k.count_at("line"), k.letter("turn", "T"))
    b = k.matrix("b", k.count_at("far"), k.letter("other", "T"))
    c, alpha = k.matrix("c", k.count_at("wide")), k.number_at("alpha")
    for j in k.each("0", n):
        for i in k.each("0", m):
            total = k.variable(k.float(0.0))
            for q in k.each("0", depth):
                k.set(total, k.get(total) + a.load(i, q) * b.load(q, j))
            c.store(c.load(i, j) + alpha * k.get(total), i, j)


WRITERS = {
    "getrf": getrf, "getrs": getrs, "potrf": potrf, "trsv": trsv, "trsm": trsm, "trmm": trmm,
    "gemm": gemm,
}  # fmt: skip
