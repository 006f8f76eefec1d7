"""Least squares: the pseudoinverse, and the nearest solution of linear equations.

Source: G. H. Golub and V. Pereyra, "The differentiation of pseudo-inverses and nonlinear least
squares problems whose variables separate", 1973, theorem 4.3.
"""

from collections import namedtuple
from typing import Any

import numpy as np

from ..core.errors import MatrixError, ShapeError, TracedError
from ..core.family import Opaque
from ..core.op import TRACED
from ..core.public import public
from ..core.spec import FLOAT64, Spec, broadcast_shapes
from ..core.values import total
from .choose import logical_not, stop_gradient
from .complex import conjugate, real
from .contract import matmul
from .decompose import svdvals
from .factor import matrices, tall
from .gauge import checked
from .linalg import adjoint, aligned, any_matrix, completed, float_dtype, square_matrix
from .move import as_array, expand_dims, reshape, squeeze, stack
from .plain import has_numbers, plain
from .reduce import sum
from .results import several, underlying

LstsqResult = namedtuple("LstsqResult", "solution residuals rank singular_values")
RANK = (
    "lstsq: the matrix has not full rank, where the solution jumps and has no derivative in it; "
    "use pinv(a, rcond) @ b for matrices that keep their rank, or add a small multiple of the identity"
)


def pseudoinverse_jvp(tangents, y, a, *, rcond):
    t, back = adjoint(tangents[0]), adjoint(y)
    # both projectors stay where the rank is below the smaller side
    left = t - matmul(matmul(t, a), y)
    right = t - matmul(matmul(y, a), t)
    return total([
        -matmul(matmul(y, tangents[0]), y), matmul(matmul(y, back), left), matmul(right, matmul(back, y))])


def pseudoinverse_vjp(g, y, wanted, a, *, rcond):
    back, t = adjoint(y), adjoint(g)
    left = t - matmul(a, matmul(y, t))
    right = t - matmul(matmul(t, y), a)
    return (total([
        -matmul(matmul(back, g), back), matmul(left, matmul(y, back)), matmul(matmul(back, y), right)]),)


pseudoinverse = Opaque(
    "pseudoinverse(a)", lambda a, *, rcond: np.linalg.pinv(a, rcond),
    jvp=pseudoinverse_jvp, vjp=pseudoinverse_vjp, latex="{$a}^+", torch="LinalgPinv",
    infer=lambda a, *, rcond: Spec((*a.shape[:-2], a.shape[-1], a.shape[-2]), float_dtype(a)),
    batch=lambda batched, a, *, rcond: pseudoinverse(a, rcond=rcond),
    sample=lambda rng, dtype: [(args, {"rcond": 1e-15}) for args, _ in matrices((3, 3), (3, 2), (2, 2, 3))(rng, dtype)],
    doc="Moore-Penrose inverse of matrices: the row behind `pinv`.",
)


def nearest_values(a, b, *, rcond):
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    large = s > rcond * s.max(-1, keepdims=True, initial=0)
    over = np.where(large, 1 / np.where(large, s, 1), 0)
    found = np.swapaxes(vh, -1, -2).conj() @ (over[..., None] * (np.swapaxes(u, -1, -2).conj() @ b))
    return found.astype(float_dtype(a, b))


def whole_rank(a, rcond):
    """`a`; raises LinAlgError where its rank is not full."""
    s = svdvals(stop_gradient(a))
    wrong = logical_not(s > rcond * s[..., :1])[..., -1:]
    return checked(a, expand_dims(wrong, -1), message=RANK)


def nearest_jvp(tangents, x, a, b, *, rcond):
    da, db = tangents
    y = pseudoinverse(a, rcond=rcond)
    if da is None:
        return matmul(y, db)
    a = whole_rank(a, rcond)
    m, n = a.shape[-2:]
    back, t = adjoint(y), adjoint(da)
    inside = total([db, -matmul(da, x)])
    beyond = matmul(t, matmul(back, x)) if n > m else None
    return total([
        matmul(y, inside),
        matmul(y, matmul(back, matmul(t, b - matmul(a, x)))) if m > n else None,
        None if beyond is None else beyond - matmul(y, matmul(a, beyond))])


def nearest_vjp(g, x, wanted, a, b, *, rcond):
    y = pseudoinverse(a, rcond=rcond)
    back = adjoint(y)
    c = matmul(back, g)
    if wanted[0] is None:
        return (None, c)
    a = whole_rank(a, rcond)
    m, n = a.shape[-2:]
    found = total([
        -matmul(c, adjoint(x)),
        matmul(b - matmul(a, x), adjoint(matmul(y, c))) if m > n else None,
        matmul(matmul(back, x), adjoint(g - matmul(y, matmul(a, g)))) if n > m else None])
    return (found, c)


def nearest_spec(a, b, *, rcond):
    lead = broadcast_shapes("lstsq", (a.shape[:-2], b.shape[:-2]))
    return Spec((*lead, a.shape[-1], b.shape[-1]), float_dtype(a, b))


nearest = Opaque(
    "nearest(a, b)", nearest_values, jvp=nearest_jvp, vjp=nearest_vjp, infer=nearest_spec,
    batch=lambda batched, a, b, *, rcond: nearest(*aligned(batched, a, b), rcond=rcond),
    latex="{$a}^+ $b", torch="LinalgLstsq",
    sample=lambda rng, dtype: [
        ((tall(rng, dtype, m, n, lead), rng.normal(size=(*lead, m, 2)).astype(dtype)), {"rcond": 1e-6})
        for m, n, lead in ((3, 3, ()), (4, 2, ()), (2, 3, (2,)))],
    doc="Shortest of the `x` nearest to `a x = b`, for matrices b: the row behind `lstsq`.",
)


@public(np.linalg.pinv)
def pinv(a, rcond=None, hermitian=False, *, rtol=None):
    """Moore-Penrose inverse of `a`, shape (..., n, m) for (..., m, n).

    rcond, rtol: singular values below this part of the largest count as zero; 1e-15 by default; a
    number, or one for each matrix, which broadcast to shape (...).
    hermitian: one triangle of `a` is read for both.
    The derivative is that along matrices of the same rank, y being the result:
    -y ȧ y + y yᴴ ȧᴴ (1 - a y) + (1 - y a) ȧᴴ yᴴ y; where the rank is not full, other directions have
    none.  Source: Golub and Pereyra 1973, theorem 4.3.

    >>> pinv(np.array([[2.0], [0.0]])).tolist()
    [[0.5, 0.0]]
    """
    if rcond is not None and rtol is not None:
        raise ValueError("pinv: `rtol` and `rcond` can't be both set; give one of them")
    given: Any = rtol if rcond is None else rcond
    if type(given) in TRACED and not has_numbers(given):
        raise TracedError(
            "pinv: rcond is a value that differs among the examples of a batch or is symbolic; give plain "
            "numbers, one for each matrix of a stack"
        )
    cutoff = plain(1e-15 if given is None else given, "pinv")
    a = completed(square_matrix("pinv", a)) if hermitian else any_matrix("pinv", a)
    return one_by_one(a, cutoff) if np.ndim(cutoff) else pseudoinverse(a, rcond=float(cutoff))


def one_by_one(a, cutoffs):
    """Pseudoinverses of matrices of which each has its own cutoff."""
    *lead, m, n = a.shape
    try:
        each = np.broadcast_to(cutoffs, lead).ravel()
    except ValueError:
        raise ShapeError(
            f"pinv: rcond has shape {cutoffs.shape} for matrices {a.shape}; give one number, or one for each matrix"
        ) from None
    if not each.size:
        return pseudoinverse(a, rcond=1e-15)
    flat = reshape(a, (each.size, m, n))
    return reshape(stack([pseudoinverse(flat[i], rcond=float(c)) for i, c in enumerate(each)]), (*lead, n, m))


@several(LstsqResult, np.linalg.lstsq)
def lstsq(a, b, rcond=None):
    """The named tuple (solution, residuals, rank, singular_values) of the `x` nearest to `a x = b`.

    a: shape (..., m, n); b: shape (m,) or (..., m, k).
    rcond: singular values below this part of the largest count as zero; by default the rounding
    times the larger of m and n.
    The solution is the shortest of the nearest, shape (n,) or (..., n, k); residuals are the sums of
    the squares of `b - a x` for each column where the rank is n and below m, else they are empty.
    Raises LinAlgError if the sizes differ, and in the derivative in `a` where its rank is not full,
    for there the solution jumps.  Source: Golub and Pereyra 1973.

    >>> x, residuals, rank, s = lstsq(np.array([[1.0], [1.0]]), np.array([1.0, 3.0]))
    >>> x.round(12).tolist(), residuals.round(12).tolist(), int(rank)
    ([2.0], [2.0], 1)
    """
    a, b = any_matrix("lstsq", a), as_array(b)
    vector = len(b.shape) == 1
    b = expand_dims(b, -1) if vector else b
    m, n = a.shape[-2:]
    if len(b.shape) < 2 or b.shape[-2] != m:
        raise MatrixError(f"lstsq: Incompatible dimensions, matrices {a.shape} and right-hand sides {b.shape}")
    tiny = float(np.finfo(float_dtype(a, b) or FLOAT64).eps)
    rcond = tiny * max(m, n) if rcond is None else tiny if rcond < 0 else float(rcond)
    s, x = svdvals(a), nearest(a, b, rcond=rcond)
    ranks = rank_of(s, rcond)
    if m <= n or (isinstance(ranks, (np.ndarray, np.integer)) and np.any(ranks != n)):
        residuals = np.zeros(0, s.dtype or FLOAT64)
    else:
        rest = b - matmul(a, x)
        residuals = sum(real(conjugate(rest) * rest), -2)
    return squeeze(x, -1) if vector else x, residuals, ranks, s


def rank_of(s, rcond):
    """How many singular values count, as plain integers where they are known."""
    known = underlying(s)
    s = known if known is not None and known.shape == s.shape else s
    return sum(s > rcond * s[..., :1], -1)
