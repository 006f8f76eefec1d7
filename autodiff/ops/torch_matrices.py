"""Functions of matrices by PyTorch's names: factors to solve with, and results with `info`."""

from collections import namedtuple

import numpy as np

from ..core.errors import ShapeError
from ..core.public import public
from . import decompose
from .complex import conjugate
from .contract import matmul, outer
from .decompose import svdvals
from .linalg import cholesky, inv, solve
from .matrices import adjoint
from .move import as_array, broadcast_to, concatenate, matrix_transpose, stack
from .plain import plain
from .rearrange import tril, triu
from .results import in_kind_of, several
from .scan import cumprod
from .triangular import lu, solve_triangular

LUFactor = namedtuple("linalg_lu_factor", "LU pivots")
CholeskyEx = namedtuple("linalg_cholesky_ex", "L info")
InvEx = namedtuple("linalg_inv_ex", "inverse info")
SVD = namedtuple("svd", "U S V")
SolveEx = namedtuple("linalg_solve_ex", "result info")


@public()
def ger(x, vec2):
    """The outer product of two vectors."""
    x, vec2 = as_array(x), as_array(vec2)
    if len(x.shape) != 1 or len(vec2.shape) != 1:
        raise ShapeError(f"ger: shapes {x.shape} and {vec2.shape} are given; both must be vectors")
    return outer(x, vec2)


@public()
def cholesky_solve(b, factor, upper=False):
    """Solution of `a x = b` by its Cholesky factor: `a = l lᴴ`, or uᴴ u with `upper`.

    >>> cholesky_solve(np.array([[4.0]]), np.array([[2.0]])).tolist()
    [[1.0]]
    """
    lower = adjoint(triu(factor)) if upper else tril(factor)
    return solve_triangular(adjoint(lower), solve_triangular(lower, b, lower=True))


@public()
def cholesky_inverse(factor, upper=False):
    """The inverse of `a` by its Cholesky factor: `a = l lᴴ`, or uᴴ u with `upper`.

    >>> cholesky_inverse(np.array([[2.0]])).tolist()
    [[0.25]]
    """
    factor = as_array(factor)
    one = np.broadcast_to(np.eye(factor.shape[-1], dtype=factor.dtype), factor.shape)
    return cholesky_solve(one, factor, upper)


@several(LUFactor)
def lu_factor(a, *, pivot=True):
    """(both factors in one matrix, the rows exchanged, from 1): a = P L U, L with ones.

    >>> lu_factor(np.array([[1.0, 2.0], [4.0, 4.0]])).LU.tolist()
    [[4.0, 4.0], [0.25, 1.0]]
    """
    a = as_array(a)
    p, lower, upper = lu(a)
    if a.shape[-2] > a.shape[-1]:
        rest = np.zeros((*a.shape[:-2], a.shape[-2] - a.shape[-1], a.shape[-1]))
        upper = concatenate([upper, rest], -2)
    elif a.shape[-1] > a.shape[-2]:
        rest = np.zeros((*a.shape[:-2], a.shape[-2], a.shape[-1] - a.shape[-2]))
        lower = concatenate([lower, rest], -1)
    return tril(lower, -1) + upper, in_kind_of(a, exchanges(plain(p, "lu_factor", True), min(a.shape[-2:])))


def exchanges(p, count):
    """The row that each of `count` steps exchanges with its own, from 1, for permutations P."""
    sources = np.argmax(p, -2)  # row i of Pᵀ a is row sources[i] of a
    found = np.zeros((*sources.shape[:-1], count), np.int32)
    for place in np.ndindex(sources.shape[:-1]):
        rows = list(range(sources.shape[-1]))
        for i, source in enumerate(sources[place][:count]):
            j = rows.index(source)
            rows[i], rows[j] = rows[j], rows[i]
            found[(*place, i)] = j + 1
    return found


def order_of(pivots):
    """The rows of `a` in the order in which the factors have them."""
    rows = np.broadcast_to(np.arange(pivots.shape[-1]), pivots.shape).copy()
    for place in np.ndindex(pivots.shape[:-1]):
        for i, j in enumerate(pivots[place]):
            rows[(*place, i)], rows[(*place, j - 1)] = rows[(*place, j - 1)], rows[(*place, i)]
    return rows


@public()
def lu_solve(LU, pivots, B, *, left=True, adjoint=False):
    """Solution `x` of `a x = b`, or x a = b, or with aᴴ, by the result of `lu_factor`."""
    LU = as_array(LU)
    rows = order_of(np.asarray(plain(pivots, "lu_solve")))
    p = np.swapaxes(np.eye(rows.shape[-1], dtype=LU.dtype)[rows], -1, -2)
    lower = tril(LU, -1) + np.eye(LU.shape[-1], dtype=LU.dtype)
    a = matmul(matmul(p, lower), triu(LU))
    a = conjugate(matrix_transpose(a)) if adjoint else a
    if left:
        return solve(a, B)
    return matrix_transpose(solve(matrix_transpose(a), matrix_transpose(as_array(B))))


@several(SVD)
def svd(a, some=True, compute_uv=True):
    """(U, S, V) with `a = U diag(S) Vᴴ`, as PyTorch's method gives it; `linalg.svd` has Vᴴ.

    some: the first columns of U and V alone; compute_uv: zeros for U and V if not.

    >>> svd(np.array([[2.0]])).S.tolist()
    [2.0]
    """
    a = as_array(a)
    if not compute_uv:
        empty = [in_kind_of(a, np.zeros((*a.shape[:-2], n, n), a.dtype)) for n in a.shape[-2:]]
        return empty[0], svdvals(a), empty[1]
    u, s, vh = decompose.svd(a, full_matrices=not some)
    return u, s, adjoint(vh)


@public()
def lu_solution(b, LU_data, LU_pivots):
    """Solution `x` of `a x = b` by the result of `lu_factor`, the right-hand side first."""
    return lu_solve(LU_data, LU_pivots, b)


def vander(x, N=None):
    """The powers 0 to N - 1 of vectors along a new last axis; N is their length without it.

    >>> vander(np.array([2.0, 3.0])).tolist()
    [[1.0, 2.0], [1.0, 3.0]]
    """
    x = as_array(x)
    n = x.shape[-1] if N is None else int(N)
    if n < 1:
        return broadcast_to(x[..., None], (*x.shape, 1))[..., :0]
    ones = 0 * x + 1
    return concatenate([ones[..., None], cumprod(stack([x] * (n - 1), -1), -1)], -1) if n > 1 else ones[..., None]


def no_fault(a):
    """The `info` of matrices that were factored: 0 for each."""
    return in_kind_of(a, np.zeros(as_array(a).shape[:-2], np.int32))


@several(CholeskyEx)
def cholesky_ex(a, *, upper=False, check_errors=False):
    """(factor, zeros); a matrix that is not positive definite raises, as in `cholesky`."""
    factor = cholesky(a)
    return adjoint(factor) if upper else factor, no_fault(a)


@several(InvEx)
def inv_ex(a, *, check_errors=False):
    """(inverse, zeros); a singular matrix raises, as in `inv`."""
    return inv(a), no_fault(a)


@several(SolveEx)
def solve_ex(a, b, *, left=True, check_errors=False):
    """(solution of `a x = b`, zeros); a singular matrix raises, as in `solve`."""
    if left:
        return solve(a, b), no_fault(a)
    found = solve(matrix_transpose(as_array(a)), matrix_transpose(as_array(b)))
    return matrix_transpose(found), no_fault(a)
