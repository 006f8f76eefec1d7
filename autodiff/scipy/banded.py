"""Matrices given by their diagonals, or by one triangle, under the names of scipy.linalg."""

from typing import Any

import numpy as np

from ..core.errors import ShapeError
from ..ops import linalg
from ..ops.choose import where
from ..ops.matrices import adjoint
from ..ops.move import as_array
from ..ops.rearrange import tril, triu
from ..ops.triangular import solve_triangular

IGNORED = {
    "overwrite_a", "overwrite_b", "overwrite_ab", "overwrite_x", "check_finite", "lapack_driver",
    "driver", "mode_driver", "disp", "blocksize",
}  # fmt: skip


def without_effect(name, options):
    """Raise TypeError for a word that SciPy does not know either."""
    unknown = set(options) - IGNORED
    if unknown:
        raise TypeError(f"{name}() got an unexpected keyword argument {unknown.pop()!r}")


def mirrored(a, lower, turn):
    """The matrix whose one triangle is that of `a` and whose other is the mirror image of it."""
    part = tril(a) if lower else triu(a)
    inner = tril(a, -1) if lower else triu(a, 1)
    return part + turn(inner)


def solve_banded(l_and_u, ab, b, **options):
    """Solution of `a x = b` for a matrix given by its diagonals.

    l_and_u: the numbers of diagonals below and above the main one.
    ab: shape (l + u + 1, n), `a[i, j] = ab[u + i - j, j]`; b: shape (n,) or (n, k).

    >>> solve_banded((0, 0), np.array([[2.0, 4.0]]), np.array([2.0, 2.0])).tolist()
    [1.0, 0.5]
    """
    without_effect("solve_banded", options)
    ab, (low, high) = as_array(ab), l_and_u
    if len(ab.shape) != 2 or ab.shape[0] != low + high + 1:
        raise ShapeError(
            f"solve_banded: ab has shape {ab.shape} and l_and_u is {(low, high)}; it needs shape "
            f"({low + high + 1}, n)"
        )
    n = ab.shape[1]
    i, j = np.indices((n, n))
    row = high + i - j
    inside = (row >= 0) & (row <= low + high)
    return linalg.solve(where(inside, ab[np.where(inside, row, 0), j], 0), b)


def solveh_banded(ab, b, lower=False, **options):
    """Solution of `a x = b` for a Hermitian matrix given by the diagonals of one triangle.

    ab: shape (u + 1, n), the upper diagonals, the main one last; with `lower` the lower ones, the
    main one first.

    >>> solveh_banded(np.array([[0.0, 1.0], [2.0, 2.0]]), np.array([3.0, 3.0])).tolist()
    [1.0, 1.0]
    """
    without_effect("solveh_banded", options)
    ab = as_array(ab)
    return linalg.solve(mirrored(unbanded(ab, lower), lower, adjoint), b)


def cho_solve_banded(cb_and_lower, b, overwrite_b=False, check_finite=True):
    """Solution of `a x = b` from the pair (`cholesky_banded(a)`, lower)."""
    cb, lower = cb_and_lower
    cb: Any = as_array(cb)
    c, b = unbanded(cb, lower), as_array(b)
    ways: list[Any] = [0, "C"] if lower else ["C", 0]
    return solve_triangular(c, solve_triangular(c, b, ways[0], lower), ways[1], lower)


def cholesky_banded(ab, overwrite_ab=False, lower=False, check_finite=True):
    """The Cholesky factor of a Hermitian matrix given by the diagonals of one triangle, as those.

    ab: shape (u + 1, n), the upper diagonals, the main one last; with `lower` the main one first.
    """
    ab = as_array(ab)
    factor = linalg.cholesky(mirrored(unbanded(ab, lower), lower, adjoint), upper=not lower)
    size, n = ab.shape
    i, j = np.indices((size, n))
    row = i + j if lower else j - (size - 1 - i)
    inside = (row >= 0) & (row < n)
    return where(inside, factor[np.where(inside, row, 0), j], 0)


def unbanded(ab, lower):
    """The triangle whose diagonals are the rows of `ab`."""
    size, n = ab.shape
    i, j = np.indices((n, n))
    row = i - j if lower else size - 1 + i - j
    inside = (row >= 0) & (row < size)
    return where(inside, ab[np.where(inside, row, 0), j], 0)
