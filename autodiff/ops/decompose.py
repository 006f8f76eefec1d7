"""Public factorizations of matrices, in NumPy's spellings: QR and singular values."""

import numpy as np

from ..core.errors import RuleError
from ..core.public import public
from .contract import matmul
from .factor import beside, orthogonal, singular
from .linalg import adjoint, any_matrix, completed, square_matrix
from .move import as_array, concatenate
from .results import QRResult, SVDResult, several, untraced


@public(np.linalg.qr, renamed=False)
def qr(a, mode="reduced"):
    """The named tuple (Q, R) of orthonormal columns and an upper triangle with `a = Q R`.

    a: shape (..., m, n); k is the smaller of m and n.
    mode: "reduced" for shapes (..., m, k) and (..., k, n); "complete" for (..., m, m) and
    (..., m, n); "r" for R alone, of shape (..., k, n).

    The diagonal of R is real, as LAPACK makes it.  With w = Qᴴ ȧ R⁻¹, of which the lower triangle
    is turned up and the imaginary diagonal left out: Ṙ = w R, Q̇ = ȧ R⁻¹ - Q w.
    Raises LinAlgError if `a` has no axes of rows and columns, in the derivative also where one of
    the first k columns depends on those before it, and for "complete", where m is above n, if it
    depends on which basis of the other columns was found; in forward mode their tangents are NaN.
    Source: Walter and Lehmann 2010.

    >>> Q, R = qr(np.array([[3.0, 0.0], [4.0, 5.0]]))
    >>> bool(np.allclose(Q @ R, [[3.0, 0.0], [4.0, 5.0]]))
    True
    """
    if mode == "r":
        return factors(a)[1]
    if mode not in ("reduced", "complete"):
        if mode in ("raw", "full", "economic", "f", "e"):
            raise RuleError(f"qr: mode={mode!r} has no derivative; use 'reduced', 'complete' or 'r'")
        raise ValueError(f"qr: Unrecognized mode {mode!r}; it needs 'reduced', 'complete' or 'r'")
    return completed_factors(a) if mode == "complete" else factors(a)


@several(QRResult)
def factors(a):
    """The reduced factors of matrices of any shape."""
    a = any_matrix("qr", a)
    m, n = a.shape[-2:]
    if m >= n:
        return orthogonal(a)
    q, r = orthogonal(a[..., :m])
    return q, concatenate([r, matmul(adjoint(q), a[..., m:])], -1)


@several(QRResult)
def completed_factors(a):
    """Square Q, and R with rows of zeros below."""
    a = any_matrix("qr", a)
    m, n = a.shape[-2:]
    q, r = factors(a)
    if m <= n:
        return q, r
    below = np.zeros((*a.shape[:-2], m - n, n), r.dtype)
    return concatenate([q, beside(q)], -1), concatenate([r, below], -2)


@public(np.linalg.svd, renamed=False)
def svd(a, full_matrices=True, compute_uv=True, hermitian=False):
    """The named tuple (U, S, Vh) with `a = U diag(S) Vh`, singular values in descending order.

    a: shape (..., m, n); k is the smaller of m and n.
    full_matrices: shapes (..., m, m), (..., k), (..., n, n); else (..., m, k), (..., k), (..., k, n).
    compute_uv: False for S alone, as `svdvals`.
    hermitian: one triangle of `a` is read for both.

    Complex vectors have the phases that LAPACK gives them, the first column of Vh real, or the first
    row of U where m is below n, and the derivative is that of this choice.

    A gradient through the vectors of equal singular values (to 8 roundings of their sum), through
    those of zero ones, and through those that full_matrices adds, is right where it depends only on
    the space that they span, to the square root of the rounding, and raises GaugeError, a
    LinAlgError, where it depends on the basis; so that this shows, such vectors are another basis
    than NumPy's where a derivative is taken.  In forward mode such tangents are NaN, and so are
    second derivatives.  The derivative of a singular value at zero is 0, as that of `abs`.
    Sources: Townsend 2016; Wan and Zhang 2019.

    >>> U, S, Vh = svd(np.array([[0.0, 2.0], [1.0, 0.0]]))
    >>> S.tolist()
    [2.0, 1.0]
    """
    a = as_array(a)
    if untraced(a):
        return np.linalg.svd(a, full_matrices, compute_uv, hermitian)
    if not compute_uv:
        return svdvals(completed(square_matrix("svd", a)) if hermitian else a)
    return (full_vectors if full_matrices else vectors)(a, hermitian)


@several(SVDResult)
def vectors(a, hermitian):
    """The reduced factors."""
    return singular(completed(square_matrix("svd", a)) if hermitian else any_matrix("svd", a))


@several(SVDResult)
def full_vectors(a, hermitian):
    """The factors with square U and Vh."""
    u, s, vh = vectors(a, hermitian)
    (m, k), n = u.shape[-2:], vh.shape[-1]
    u = concatenate([u, beside(u)], -1) if m > k else u
    return u, s, concatenate([vh, adjoint(beside(adjoint(vh)))], -2) if n > k else vh


@public(np.linalg.svdvals)
def svdvals(x, /):
    """Singular values of matrices in descending order, shape (..., min(m, n)).

    Tangent: Re diag(Uᴴ ẋ V); 0 for those that are zero, as that of `abs`.  Source: Giles 2008.

    >>> svdvals(np.array([[0.0, 2.0], [1.0, 0.0]])).tolist()
    [2.0, 1.0]
    """
    return singular(any_matrix("svdvals", x), handed=False)[1]
