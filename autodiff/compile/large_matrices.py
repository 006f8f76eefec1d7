"""Matrices of any size by LAPACK, whose addresses are among the numbers of a step.

LAPACK counts columns first: what stands row by row is the transpose for it.
"""

import numpy as np

from .emit import SCALARS, kind_size
from .kernel import DOUBTFUL, SINGULAR, WORD
from .small_matrices import near_zero

TILE = 16  # columns that are copied at once
BLOCK = 32  # rows of a block of the matrices that are worked on block by block


def triangles(k, n, address, a, lu, pivots):
    """Triangular factors, standing column by column as in NumPy; pivots as LAPACK counts them."""
    copied(k, n, n, a, lu)
    pivots.store(k.word(0), n)
    p, info = pivots.at(0), pivots.at(n)
    k.routine(address, n, n, (lu.at(0),), n, (p,), (info,))
    found = pivots.load(n)
    pivots.store(k.convert(k.compare("sgt", found, 0), WORD), n)  # SINGULAR or 0
    turned = k.variable(k.word(0))
    whole = np.dtype(f"i{k.width // 8}")
    for i in k.each(0, n):
        q = k.raw(f"getelementptr {SCALARS[kind_size(whole)]}, ptr {p}, i64 {i}")
        place = k.op(f"load {SCALARS[kind_size(whole)]}, ptr {q}", whole)
        other = k.compare("ne", k.convert(place, WORD), k.word(k.plus(i, 1)))
        k.set(turned, k.get(turned, WORD) ^ k.convert(other, WORD))
    pivots.store(k.get(turned, WORD), k.plus(n, 1))


def copied(k, m, n, source, target):
    """Copy a matrix, some columns at once, so that lines of both stay in the cache."""
    blocks = k.raw(f"sdiv i64 {k.plus(n, TILE - 1)}, {TILE}")
    for block in k.each("0", blocks):
        start = k.times(block, TILE)
        stop = k.least(k.plus(start, TILE), n)
        for i in k.each("0", m):
            for j in k.each(start, stop):
                target.store(source.load(i, j), i, j)


def again_if_any_odd(k, m, n, x):
    """Leave a matrix to the row's own `evaluate` if an element is not finite."""
    total = k.variable(k.float(0.0))
    for i in k.each(0, m):
        for j in k.each(0, n):
            v = x.load(i, j)
            k.set(total, k.get(total) + (v - v))
    k.again_if(k.compare("une", k.get(total), 0.0))


def substituted(k, n, columns, address, letter, lu, pivots, b, x, room):
    """Solutions by the factors, made in a room that stands column by column."""
    k.again_if(k.compare("ne", pivots.load(n), 0))
    copied(k, n, columns, b, room)
    info = k.room("i64")
    p = (pivots.at(0),)
    k.routine(address, letter, n, columns, (lu.at(0),), n, p, (room.at(0),), n, (info,))
    again_if_any_odd(k, n, columns, room)
    if room is not x:
        copied(k, n, columns, room, x)


def inverted(k, n, address, letter, lu, pivots, x):
    """The inverse, or its transpose: solutions for the unit vectors, made in place."""
    k.again_if(k.compare("ne", pivots.load(n), 0))
    for i in k.each(0, n):
        for j in k.each(0, n):
            x.store(k.float(0.0), i, j)
        x.store(k.float(1.0), i, i)
    info = k.room("i64")
    k.routine(address, letter, n, n, (lu.at(0),), n, (pivots.at(0),), (x.at(0),), n, (info,))
    again_if_any_odd(k, n, n, x)


def logarithm(k, n, lu, pivots):
    """(sign, logarithm of the size) of the determinant, as NumPy adds them up."""
    turned = k.compare("ne", pivots.load(k.plus(n, 1)), 0)
    sign = k.variable(k.select(turned, k.float(-1.0), 1.0))
    total = k.variable(k.float(0.0))
    for i in k.each(0, n):
        u = lu.load(i, i)
        k.set(sign, k.select(u < 0.0, -k.get(sign), k.get(sign)))
        k.set(total, k.get(total) + k.call("log", k.abs(u)))
    return k.get(sign), k.get(total)


def determinants(k, n, lu, pivots, y):
    """Determinants from the factors."""
    sign, total = logarithm(k, n, lu, pivots)
    found = k.select(
        k.compare("ne", pivots.load(n) & SINGULAR, 0), 0.0, sign * k.call("exp", total)
    )
    k.again_if(k.odd(found))
    y.store(found, 0)


def logarithms(k, n, lu, pivots, sign, total):
    """Sign and logarithm of determinants from the factors; either may be left out."""
    state = pivots.load(n)
    k.again_if(k.compare("ne", state & DOUBTFUL, 0))
    singular = state.same(SINGULAR)
    signed, found = logarithm(k, n, lu, pivots)
    found = k.select(singular, -np.inf, found)
    k.again_if(k.opposite(singular) & k.odd(found))
    if sign is not None:
        sign.store(k.select(singular, 0.0, signed), 0)
    if total is not None:
        total.store(found, 0)


def length(k, n, x):
    """The root of the sum of squares of the elements."""
    total = k.variable(k.float(0.0))
    for i in k.each(0, n):
        for j in k.each(0, n):
            v = x.load(i, j)
            k.set(total, k.get(total) + v * v)
    return k.sqrt(k.get(total))


def cofactors(k, n, address, a, lu, pivots, x):
    """The determinant times the transposed inverse, where few digits are lost."""
    inverted(k, n, address, "N", lu, pivots, x)
    product = length(k, n, a) * length(k, n, x)
    k.again_if(k.compare("uge", product, 1e4))
    sign, total = logarithm(k, n, lu, pivots)
    factor = sign * k.call("exp", total)
    k.again_if(k.odd(factor))
    for i in k.each(0, n):
        for j in k.each(0, n):
            x.store(x.load(i, j) * factor, i, j)


def triangular(k, n, columns, address, letters, a, b, x, distance):
    """Solutions of triangular equations, made in place; the other triangle is not read.

    letters: of the triangle and of whether it is transposed, as trsv reads them; distance: of
    the lines of `a`.  Of several right-hand sides the transposed equations are solved.
    """
    bad = k.variable(k.const(False, np.dtype(np.bool_)))
    for i in k.each(0, n):
        zero = a.load(i, i).same(0.0)
        k.set(bad, k.get(bad, zero.dtype) | zero)
    k.again_if(k.get(bad, np.dtype(np.bool_)))
    for i in k.each(0, n):
        for j in k.each(0, columns):
            x.store(b.load(i, j), i, j)
    if columns == 1:
        k.routine(address, *letters, "N", n, (a.at(0),), distance, (x.at(0),), 1)
    else:
        triangle, turned = letters
        other = "T" if turned == "N" else "N"
        given = (columns, n, k.float(1.0), (a.at(0),), distance, (x.at(0),), columns)
        k.routine(address, "R", triangle, other, "N", *given)
    again_if_any_odd(k, n, columns, x)


def cholesky(k, n, address, a, x):
    """The lower factor of the symmetric part, made in place."""
    for i in k.each(0, n):
        for j in k.each(0, k.plus(i, 1)):
            x.store((a.load(i, j) + a.load(j, i)) * 0.5, i, j)
        for j in k.each(k.plus(i, 1), n):
            x.store(k.float(0.0), i, j)
    info = k.room("i64")
    k.line(f"  store i64 0, ptr {info}")
    k.routine(address, "U", n, (x.at(0),), n, (info,))
    k.again_if(k.compare("ne", k.get(info, WORD), 0))
    bad = k.variable(k.const(False, np.dtype(np.bool_)))
    for i in k.each(0, n):
        y = x.load(i, i)
        doubtful = near_zero(k, y * y, k.abs(a.load(i, i)), 32)
        k.set(bad, k.get(bad, doubtful.dtype) | doubtful | k.odd(y))
    k.again_if(k.get(bad, np.dtype(np.bool_)))


def cholesky_back(k, n, multiply, solve, product, g, y, x, line):
    """The cotangent of a matrix for that of its lower factor, block by block, from the last one.

    line: a view whose rows are as far apart as those of y.  With rows of blocks (r d) above (b c),
    those of x with a bar, and from the bottom: c̄ d⁻¹, b̄ - c̄ r, d̄ - c̄ᵀ c, then the block on the
    diagonal, then r̄ - c̄ᵀ b and r̄ - (d̄ + d̄ᵀ) r.  Source: I. Murray 2016, arXiv:1602.07527.
    """
    distance = line.rows
    for i in k.each(0, n):
        for j in k.each(0, k.plus(i, 1)):
            x.store(g.load(i, j), i, j)
        for j in k.each(k.plus(i, 1), n):
            x.store(k.float(0.0), i, j)
    blocks = k.raw(f"sdiv i64 {k.plus(n, BLOCK - 1)}, {BLOCK}")
    one, less = k.float(1.0), k.float(-1.0)
    for turn in k.each(0, blocks):
        from_end = k.raw(f"sub i64 {blocks}, {k.plus(turn, 1)}")
        start = k.times(from_end, BLOCK)
        stop = k.least(k.plus(start, BLOCK), n)
        size, under = k.raw(f"sub i64 {stop}, {start}"), k.raw(f"sub i64 {n}, {stop}")
        d, corner, below = y.at(start, start), x.at(start, start), x.at(stop, start)
        with k.when(k.is_count("sgt", under, 0)):
            k.routine(solve, "L", "U", "N", "N", size, under, one, (d,), distance, (below,), n)
            # of rows, (m x n) = (m x k)(k x n) is the product of the transposes the other way round
            k.routine(
                product, "N", "N", start, under, size, less, (y.at(start, 0),), distance,
                (below,), n, one, (x.at(stop, 0),), n,
            )  # fmt: skip
            k.routine(
                product, "N", "T", stop, size, under, less, (y.at(stop, 0),), distance,
                (below,), n, one, (x.at(start, 0),), n,
            )  # fmt: skip
        square = Square(x, start)
        for i in k.each(0, size):
            for j in k.each(k.plus(i, 1), size):
                square.store(k.float(0.0), i, j)
        k.routine(multiply, "R", "U", "T", "N", size, size, one, (d,), distance, (corner,), n)
        for i in k.each(0, size):
            for j in k.each(0, i):
                square.store(square.load(i, j), j, i)
        k.routine(solve, "L", "U", "N", "N", size, size, one, (d,), distance, (corner,), n)
        k.routine(solve, "R", "U", "T", "N", size, size, one, (d,), distance, (corner,), n)
        k.routine(
            product, "N", "N", start, size, size, less, (y.at(start, 0),), distance,
            (corner,), n, one, (x.at(start, 0),), n,
        )  # fmt: skip
        for i in k.each(0, size):
            square.store(square.load(i, i) * 0.5, i, i)
    for i in k.each(0, n):
        for j in k.each(0, i):
            half = x.load(i, j) * 0.5
            x.store(half, i, j)
            x.store(half, j, i)
    again_if_any_odd(k, n, n, x)


class Square:
    """The block of a matrix whose first element is on the diagonal."""

    def __init__(self, x, start):
        self.x, self.start = x, start

    def load(self, i, j):
        return self.x.load(self.x.k.plus(self.start, i), self.x.k.plus(self.start, j))

    def store(self, v, i, j):
        self.x.store(v, self.x.k.plus(self.start, i), self.x.k.plus(self.start, j))
