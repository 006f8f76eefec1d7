"""Functions of matrices, and matrices of a form, under the names of scipy.linalg.

>>> import numpy as np
>>> from autodiff import grad
>>> float(grad(lambda t: cosm(t * np.eye(2))[0, 0])(0.0))
0.0
"""

import numpy as np

from .. import fft
from ..core.errors import RuleError, ShapeError
from ..core.op import TRACED
from ..core.spec import is_complex
from ..ops import decompose, eigen, linalg, matrix_function
from ..ops.choose import where
from ..ops.complex import real
from ..ops.contract import matmul
from ..ops.index import getitem
from ..ops.linalg import square_matrix
from ..ops.matrices import adjoint
from ..ops.matrix_function import expm
from ..ops.move import as_array, concatenate, flip, matrix_transpose, moveaxis, reshape
from ..ops.pivots import exchanges, order_of
from ..ops.rearrange import diagflat, tril
from ..ops.reduce import argmax
from ..ops.sort import argsort
from ..ops.structured import circulant, toeplitz
from ..ops.triangular import lu as factors, solve_triangular


def cosm(A):
    """Cosine of a matrix, the real part of exp(i A) where A is real."""
    a = square_matrix("cosm", A)
    if is_complex(a.dtype):
        return 0.5 * (expm(1j * a) + expm(-1j * a))
    return real(expm(1j * a))


def sinm(A):
    """Sine of a matrix."""
    a = square_matrix("sinm", A)
    if is_complex(a.dtype):
        return -0.5j * (expm(1j * a) - expm(-1j * a))
    return real(-1j * expm(1j * a))


def tanm(A):
    """Tangent of a matrix, cosm(A)⁻¹ sinm(A)."""
    return linalg.solve(cosm(A), sinm(A))


def coshm(A):
    """Hyperbolic cosine of a matrix."""
    a = square_matrix("coshm", A)
    return 0.5 * (expm(a) + expm(-a))


def sinhm(A):
    """Hyperbolic sine of a matrix."""
    a = square_matrix("sinhm", A)
    return 0.5 * (expm(a) - expm(-a))


def tanhm(A):
    """Hyperbolic tangent of a matrix."""
    return linalg.solve(coshm(A), sinhm(A))


def expm_frechet(A, E, method=None, compute_expm=True, check_finite=True):
    """The pair (exp(A), its derivative in the direction E), or the second alone.

    Both are blocks of the exponential of [[A, E], [0, A]].  Source: Van Loan 1978,
    doi:10.1109/TAC.1978.1101743.
    """
    a, e = square_matrix("expm_frechet", A), square_matrix("expm_frechet", E)
    n = a.shape[-1]
    above = concatenate([a + e * 0, e], -1)
    below = concatenate([a * 0 + e * 0, a + e * 0], -1)
    both = expm(concatenate([above, below], -2))
    return (both[..., :n, :n], both[..., :n, n:]) if compute_expm else both[..., :n, n:]


def fractional_matrix_power(A, t):
    """`A` to the power `t`, exp(t log(A)); of a real matrix complex where its logarithm is."""
    a = square_matrix("fractional_matrix_power", A)
    if type(t) not in TRACED and float(t) == int(t):
        return np.linalg.matrix_power(a, int(t))
    if is_complex(a.dtype) or (type(a) not in TRACED and (np.linalg.eigvals(a).real <= 0).any()):
        return expm(t * matrix_function.logm(a + 0j))
    return expm(t * matrix_function.logm(a))


# ------------------------------------------------------------------- factors


def polar(a, side="right"):
    """The pair (u, p) with `a = u p`, or with side "left" `a = p u`: unitary and semidefinite."""
    if side not in ("right", "left"):
        raise ValueError("`side` must be either 'right' or 'left'")
    u, s, vh = decompose.svd(as_array(a), False)
    p = matmul(adjoint(vh) * s, vh) if side == "right" else matmul(u * s, adjoint(u))
    return matmul(u, vh), p


def lu_factor(a, overwrite_a=False, check_finite=True):
    """The pair (lu, piv) that `lu_solve` takes: both factors in one matrix, and rows exchanged."""
    a = square_matrix("lu_factor", a)
    if len(a.shape) != 2:
        raise ShapeError(f"lu_factor: a has shape {a.shape}; it needs one matrix, (n, n)")
    p, low, high = factors(a)
    return tril(low, -1) + high, exchanges(argmax(p, -2))


def lu_solve(lu_and_piv, b, trans=0, overwrite_b=False, check_finite=True):
    """Solution of `a x = b` from the pair that `lu_factor` gives; trans: 1 for aᵀ, 2 for aᴴ."""
    lu, piv = lu_and_piv
    lu, b = as_array(lu), as_array(b)
    if lu.shape[0] != b.shape[0]:
        raise ValueError(f"Shapes of lu {lu.shape} and b {b.shape} are incompatible")
    order = order_of(as_array(piv))
    if trans == 0:
        return solve_triangular(lu, solve_triangular(lu, getitem(b, order), 0, True, True), 0)
    inner = solve_triangular(lu, b, trans)
    return getitem(solve_triangular(lu, inner, trans, True, True), argsort(order))


def rq(a, mode="full"):
    """The pair (R, Q) with `a = R Q`, from the QR factors of the rows in the other order."""
    if mode not in ("full", "economic", "r"):
        raise ValueError("Mode argument should be one of ['full', 'r', 'economic']")
    a = as_array(a)
    q, r = decompose.qr(adjoint(flip(a, -2)), "complete" if mode != "economic" else "reduced")
    r, q = flip(adjoint(r)), flip(adjoint(q), -2)
    return r if mode == "r" else (r, q)


def orthogonal_procrustes(A, B, check_finite=True):
    """The pair (R, s): the orthogonal R with A R nearest to B, and the sum of singular values."""
    u, s, vh = decompose.svd(matrix_transpose(matmul(matrix_transpose(as_array(B)), as_array(A))))
    return matmul(u, vh), s.sum()


def eigh_tridiagonal(d, e, eigvals_only=False, **options):
    """Eigenvalues, or the pair with eigenvectors, of a matrix with diagonals `d` and `e`."""
    d, e = as_array(d), as_array(e)
    if (options.get("select", "a"), options.get("select_range")) != ("a", None):
        raise RuleError("eigh_tridiagonal: select is not written here; take a part of the result")
    a = diagflat(d) + diagflat(e, 1) + diagflat(e, -1)
    return eigen.eigvalsh(a) if eigvals_only else tuple(eigen.eigh(a))


def eigvalsh_tridiagonal(d, e, **options):
    """Eigenvalues alone, as `eigh_tridiagonal` gives them."""
    return eigh_tridiagonal(d, e, True, **options)


# ------------------------------------------------------------------- matrices of a form


def solve_toeplitz(c_or_cr, b, check_finite=True):
    """Solution of `toeplitz(c, r) x = b`; c_or_cr: the pair (c, r), or c with r its conjugate."""
    pair = c_or_cr if isinstance(c_or_cr, tuple) else (c_or_cr,)
    return linalg.solve(toeplitz(*pair), b)


def matmul_toeplitz(c_or_cr, x, check_finite=False, workers=None):
    """The product `toeplitz(c, r) @ x`."""
    pair = c_or_cr if isinstance(c_or_cr, tuple) else (c_or_cr,)
    return matmul(toeplitz(*pair), as_array(x))


def solve_circulant(c, b, singular="raise", tol=None, caxis=-1, baxis=0, outaxis=0):
    """Solution of `circulant(c) x = b`, by the Fourier transform.

    >>> solve_circulant([2.0, 0.0], [2.0, 4.0]).tolist()
    [1.0, 2.0]
    """
    c, b = moveaxis(as_array(c), caxis, -1), as_array(b)
    if singular != "raise" or len(c.shape) != 1:
        return moveaxis(linalg.solve(circulant(c), moveaxis(b, baxis, 0)), 0, outaxis)
    b, n = moveaxis(b, baxis, -1), c.shape[-1]
    if b.shape[-1] != n:
        raise ValueError(f"Shapes of c {c.shape} and b {b.shape} are incompatible")
    spectrum = fft.fft(c * 1.0)
    if type(spectrum) not in TRACED:
        size = abs(spectrum)
        if (size <= size.max() * n * np.finfo(float).eps).any():
            raise np.linalg.LinAlgError("near singular circulant matrix.")
    x = fft.ifft(fft.fft(b * 1.0) / spectrum)
    x = x if is_complex(c.dtype) or is_complex(b.dtype) else real(x)
    return moveaxis(x, -1, outaxis)


def companion(a):
    """The matrix whose eigenvalues are the roots of a polynomial, the highest power first."""
    a = as_array(a)
    if len(a.shape) != 1 or a.shape[0] < 2:
        raise ValueError(
            f"Incorrect shape for `a`. `a` must be one-dimensional with 2 or more elements, not "
            f"of shape {a.shape}."
        )
    first, n = -a[1:] / a[0], a.shape[0] - 1
    return concatenate([reshape(first, (1, n)), np.eye(n - 1, n)], 0)


def convolution_matrix(a, n, mode="full"):
    """The matrix C with `C @ v = convolve(a, v, mode)` for v of shape (n,)."""
    a, sizes = as_array(a), {"full": (0, 0), "valid": None, "same": None}
    if n <= 0:
        raise ValueError("n must be a positive integer.")
    if mode not in sizes:
        raise ValueError("'mode' argument must be one of ('full', 'valid', 'same')")
    m = a.shape[0]
    i, j = np.indices((m + n - 1, n))
    inside = (i - j >= 0) & (i - j < m)
    whole = where(inside, a[np.where(inside, i - j, 0)], 0)
    if mode == "full":
        return whole
    small, large = min(m, n), max(m, n)
    start = (small - 1) // 2 if mode == "same" else small - 1
    return whole[start : start + (large if mode == "same" else large - small + 1)]


def khatri_rao(a, b):
    """The Kronecker products of columns: shapes (m, k) and (n, k) give (m n, k)."""
    a, b = as_array(a), as_array(b)
    if len(a.shape) != 2 or len(b.shape) != 2 or a.shape[1] != b.shape[1]:
        raise ValueError("The number of columns for both arrays should be equal.")
    both = reshape(a, (a.shape[0], 1, a.shape[1])) * b
    return reshape(both, (-1, a.shape[1]))


def leslie(f, s):
    """The matrix of a population: `f` in the first row, `s` below the diagonal."""
    f, s = as_array(f), as_array(s)
    if f.shape[-1] != s.shape[-1] + 1:
        raise ValueError(
            "Incorrect lengths for f and s. The length of s must be one less than that of f."
        )
    return concatenate([reshape(f, (1, -1)), concatenate([diagflat(s), np.zeros((len(s), 1))], 1)])
