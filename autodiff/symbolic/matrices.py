"""Matrix algorithms without pivots, for small matrices whose elements cannot be compared."""

from typing import Any

import numpy as np

from ..core.errors import ShapeError
from ..ops import arithmetic

LARGEST = 6  # rows; minors are as many as subsets of columns


def apply(algebra, op, *elements):
    return algebra.apply(op, list(elements), {})


def minors(algebra, a):
    """{columns: determinant of as many first rows}, by expansion along the last row."""
    n = a.shape[-1]
    if n > LARGEST:
        raise ShapeError(
            f"{algebra.name}: a matrix of shape {a.shape} is too large for formulas, which have at "
            f"most {LARGEST} rows"
        )
    found: dict[tuple[int, ...], Any] = {(): algebra.number(1)}
    for row in range(n):
        larger = {}
        for columns, minor in found.items():
            for j in range(n):
                if j in columns:
                    continue
                behind = sum(c > j for c in columns)
                term = apply(algebra, arithmetic.multiply, a[row, j], minor)
                term = apply(algebra, arithmetic.negative, term) if behind % 2 else term
                key = tuple(sorted((*columns, j)))
                before = larger.get(key)
                larger[key] = (
                    term if before is None else apply(algebra, arithmetic.add, before, term)
                )
        found = larger
    return found


def determinant(algebra, a):
    """The determinant of one matrix of elements, without quotients."""
    return minors(algebra, a)[tuple(range(a.shape[-1]))]


def cofactors(algebra, a):
    """The signed determinants of what is left without one row and one column."""
    n = a.shape[-1]
    out = np.empty((n, n), object)
    for i, j in np.ndindex(n, n):
        rest = np.delete(np.delete(a, i, 0), j, 1)
        minor = determinant(algebra, rest)
        out[i, j] = apply(algebra, arithmetic.negative, minor) if (i + j) % 2 else minor
    return out


def inverse(algebra, a):
    """The transposed cofactors over the determinant."""
    return algebra.each(
        arithmetic.divide, cofactors(algebra, a).T, algebra.array(determinant(algebra, a))
    )


def solution(algebra, a, b):
    """Cramer's rule."""
    numerators = algebra.array(np.dot(cofactors(algebra, a).T, b))
    return algebra.each(arithmetic.divide, numerators, algebra.array(determinant(algebra, a)))


def cholesky(algebra, a):
    """The lower factor of the symmetric part, column by column."""
    n = a.shape[-1]
    half = algebra.number(0.5)
    part = algebra.array((a + a.T) * half)
    low = algebra.array(np.zeros((n, n)))
    for j in range(n):
        for i in range(j, n):
            rest = part[i, j]
            for k in range(j):
                rest = rest - low[i, k] * low[j, k]
            low[i, j] = (
                apply(algebra, arithmetic.sqrt, rest)
                if i == j
                else apply(algebra, arithmetic.divide, rest, low[j, j])
            )
    return low


def factor_back(algebra, g, low):
    """The cotangent of a matrix for that of its lower factor (Murray 2016)."""
    n, half = low.shape[-1], algebra.number(0.5)
    lower, nothing = np.tril(np.ones((n, n), bool)), algebra.array(np.zeros((n, n)))
    low, g = np.where(lower, low, nothing), np.where(lower, g, nothing)
    inside = np.where(lower, algebra.array(np.dot(low.T, g)), nothing)
    for i in range(n):
        inside[i, i] = inside[i, i] * half
    back = inverse(algebra, low)
    s = np.dot(np.dot(back.T, algebra.array(inside)), back)
    return algebra.array((s + s.T) * half)
