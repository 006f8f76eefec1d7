"""Triangular matrices: LU factors with pivots, and solutions of triangular equations.

Source: S. Walter and L. Lehmann, "Algorithmic differentiation of linear algebra functions", 2010,
arXiv:1001.1654, section on LU.
"""

from collections import namedtuple
from typing import Any

import numpy as np

from ..core.errors import MatrixError
from ..core.family import Opaque
from ..core.public import public
from ..core.spec import Spec
from ..core.values import total
from .choose import where
from .contract import matmul
from .linalg import adjoint, any_matrix, float_dtype, sampled, solution, square_matrix
from .move import as_array, concatenate, expand_dims, matrix_transpose, squeeze
from .results import several

LUResult = namedtuple("LUResult", "P L U")


def pivot_values(a):
    """Permutation matrices that bring the largest element that is left to the diagonal, column by column."""
    u = np.array(a, float_dtype(a))
    m, n = u.shape[-2:]
    order = np.broadcast_to(np.arange(m), u.shape[:-1]).copy()
    for k in range(min(m, n)):
        left: Any = u[..., k:, k]
        best = k + (abs(left.real) + abs(left.imag)).argmax(-1)  # as LAPACK measures
        for rows in (u, order[..., None]):
            ours, theirs = rows[..., k, :].copy(), np.take_along_axis(rows, best[..., None, None], -2)
            rows[..., k, :] = theirs[..., 0, :]
            np.put_along_axis(rows, best[..., None, None], ours[..., None, :], -2)
        eliminate(u, k)
    return (np.arange(m)[:, None] == order[..., None, :]).astype(np.finfo(u.dtype).dtype)


def eliminate(u, k):
    """Subtract row k from those below it so that their column k is zero; returns the multiples."""
    pivot = u[..., k : k + 1, k : k + 1]
    multiples = u[..., k + 1 :, k : k + 1] / np.where(pivot == 0, 1, pivot)
    u[..., k + 1 :, :] -= multiples * u[..., k : k + 1, :]
    return multiples


def triangle_values(a):
    """Gaussian elimination without pivots."""
    u = np.array(a, float_dtype(a))
    n = u.shape[-1]
    below = np.broadcast_to(np.eye(n, dtype=u.dtype), u.shape).copy()
    for k in range(n):
        below[..., k + 1 :, k : k + 1] = eliminate(u, k)
    return below, np.triu(u)


def under(x):
    """The part below the diagonal."""
    return x * np.tril(np.ones(x.shape[-2:], bool), -1)


def over(x):
    """The diagonal and the part above it."""
    return x * np.triu(np.ones(x.shape[-2:], bool))


def triangles_jvp(tangents, out, a):
    below, above = out
    quotient = solution(matrix_transpose(above), matrix_transpose(solution(below, tangents[0])))
    inside = matrix_transpose(quotient)
    return matmul(below, under(inside)), matmul(over(inside), above)


def triangles_vjp(g, out, wanted, a):
    (g_below, g_above), (below, above) = g, out
    inside = total([
        None if g_below is None else under(matmul(adjoint(below), g_below)),
        None if g_above is None else over(matmul(g_above, adjoint(above)))])
    if inside is None:
        return (None,)
    return (adjoint(solution(above, adjoint(solution(adjoint(below), inside)))),)


def dominant(rng, dtype, n=3, lead=()):
    """Random matrices that need no pivots."""
    return (rng.uniform(-0.5, 0.5, (*lead, n, n)) + 2 * np.eye(n)).astype(dtype)


pivots = Opaque(
    "pivots(a)", pivot_values, differentiable=False, reads="",
    infer=lambda a: Spec((*a.shape[:-1], a.shape[-2]), float_dtype(a) and np.finfo(float_dtype(a)).dtype),
    batch=lambda batched, a: pivots(a), latex=r"\operatorname{P}({$a})", sample=sampled(dominant),
    doc="Permutation matrices of partial pivoting, without a derivative: a part of `lu`.",
)

triangles = Opaque(
    "triangles(a)", triangle_values, jvp=triangles_jvp, vjp=triangles_vjp, outputs=2, reads="y",
    infer=lambda a: (Spec(a.shape, float_dtype(a)), Spec(a.shape, float_dtype(a))),
    batch=lambda batched, a: triangles(a), latex=r"\operatorname{lu} {$a}", torch="LinalgLu",
    sample=sampled(dominant), doc="Lower and upper factors of square matrices without pivots: the row behind `lu`.",
)


@several(LUResult)
def lu(a):
    """The named tuple (P, L, U) with `a = P L U`: a permutation and triangular factors.

    a: shape (..., m, n); shapes (..., m, m), (..., m, k) and (..., k, n), k the smaller of m and n.
    The diagonal of L is one; P carries no derivative.  With w = L⁻¹ Pᵀ ȧ U⁻¹ for square matrices:
    L̇ = L times the part of w below the diagonal, U̇ = the rest of w times U.
    Raises LinAlgError in the derivative where the first k columns are dependent.
    Source: Walter and Lehmann 2010.

    >>> P, L, U = lu(np.array([[1.0, 2.0], [4.0, 4.0]]))
    >>> L.tolist(), U.tolist()
    ([[1.0, 0.0], [0.25, 1.0]], [[4.0, 4.0], [0.0, 1.0]])
    """
    a = any_matrix("lu", a)
    m, n = a.shape[-2:]
    p = pivots(a)
    rows = matmul(matrix_transpose(p), a)
    k = min(m, n)
    below, above = triangles(rows[..., :k, :k])
    if m > n:
        rest = matrix_transpose(solution(matrix_transpose(above), matrix_transpose(rows[..., k:, :])))
        below = concatenate([below, rest], -2)
    if n > m:
        above = concatenate([above, solution(below, rows[..., k:])], -1)
    return p, below, above


@public()
def solve_triangular(a, b, trans=0, lower=False, unit_diagonal=False, *, upper=None, left=True, unitriangular=False):
    """Solution `x` of `a x = b` for triangular `a`, of which the other triangle is not read.

    a: shape (..., n, n); b: shape (n,) or (..., n, k).
    lower: whether the lower triangle is read; trans: 1 or "T" for aᵀ x = b, 2 or "C" for aᴴ x = b;
    unit_diagonal: the diagonal counts as one.  upper, left, unitriangular: the same in PyTorch's words,
    left=False for x a = b.
    Raises LinAlgError for matrices that are singular or not square, and where the sizes differ.

    >>> solve_triangular(np.array([[2.0, 9.0], [1.0, 1.0]]), np.array([2.0, 2.0]), lower=True).tolist()
    [1.0, 1.0]
    """
    a, b = square_matrix("solve_triangular", a), as_array(b)
    n, lower = a.shape[-1], lower if upper is None else not upper
    vector = len(b.shape) == 1
    b = expand_dims(b, -1) if vector else b
    if b.shape[-2 if left else -1] != n:
        raise MatrixError(f"solve_triangular: matrices {a.shape} do not fit right-hand sides {b.shape}")
    one = unit_diagonal or unitriangular
    mask = (np.tril if lower else np.triu)(np.ones((n, n), bool), (-1 if lower else 1) * bool(one))
    a = where(mask, a, np.eye(n, dtype=bool) if one else 0)
    if trans in (1, "T"):
        a = matrix_transpose(a)
    elif trans in (2, "C"):
        a = adjoint(a)
    elif trans not in (0, "N"):
        raise ValueError(f"solve_triangular: trans is {trans!r}; it needs 0, 1, 2, 'N', 'T' or 'C'")
    if not left:
        return matrix_transpose(solution(matrix_transpose(a), matrix_transpose(b)))
    x = solution(a, b)
    return squeeze(x, -1) if vector else x
