"""Linear algebra under the names and with the arguments of scipy.linalg.

Where SciPy reads a triangle, or returns a pair, so do these: `cholesky` gives the upper factor,
`eigh` takes `lower=`, `lu(a)` gives P, L and U.  Words that speak of memory or of checks, such as
`overwrite_a` and `check_finite`, have no effect.

>>> import numpy as np
>>> from autodiff import grad
>>> grad(lambda a: cho_solve(cho_factor(a), np.ones(2)).sum())(np.eye(2)).round(12).tolist()
[[-1.0, -1.0], [-1.0, -1.0]]
"""

from typing import Any

import numpy as np
from numpy.linalg import LinAlgError as LinAlgError

from ..core.errors import RuleError
from ..core.spec import is_complex
from ..ops import decompose, eigen, least_squares, linalg, matrix_function, norms, triangular
from ..ops.complex import conjugate
from ..ops.contract import matmul
from ..ops.linalg import square_matrix
from ..ops.matrices import adjoint, float_dtype
from ..ops.matrix_function import expm as expm
from ..ops.move import as_array, matrix_transpose, reshape
from ..ops.rearrange import tril, triu
from ..ops.structured import (
    block_diag as block_diag,
    circulant as circulant,
    hankel as hankel,
    kron_of_matrices,
    toeplitz as toeplitz,
)
from ..ops.sylvester import sylvester
from .banded import (
    cho_solve_banded as cho_solve_banded,
    cholesky_banded as cholesky_banded,
    mirrored,
    solve_banded as solve_banded,
    solveh_banded as solveh_banded,
    without_effect,
)
from .matrices import (
    companion as companion,
    convolution_matrix as convolution_matrix,
    coshm as coshm,
    cosm as cosm,
    eigh_tridiagonal as eigh_tridiagonal,
    eigvalsh_tridiagonal as eigvalsh_tridiagonal,
    expm_frechet as expm_frechet,
    fractional_matrix_power as fractional_matrix_power,
    khatri_rao as khatri_rao,
    leslie as leslie,
    lu_factor as lu_factor,
    lu_solve as lu_solve,
    matmul_toeplitz as matmul_toeplitz,
    orthogonal_procrustes as orthogonal_procrustes,
    polar as polar,
    rq as rq,
    sinhm as sinhm,
    sinm as sinm,
    solve_circulant as solve_circulant,
    solve_toeplitz as solve_toeplitz,
    tanhm as tanhm,
    tanm as tanm,
)
from .rest import rest

# ------------------------------------------------------------------- equations


def solve(a, b, lower=False, assume_a=None, transposed=False, **options):
    """Solution `x` of `a x = b`, or of `aᵀ x = b` with `transposed`.

    a: shape (n, n); b: shape (n,) or (n, k).
    assume_a: "sym", "her" or "pos" read one triangle, the upper one unless `lower`.

    >>> solve(np.array([[2.0]]), np.array([4.0])).tolist()
    [2.0]
    """
    without_effect("solve", options)
    a = square_matrix("solve", a)
    if assume_a in ("sym", "symmetric"):
        a = mirrored(a, lower, matrix_transpose)
    elif assume_a in ("her", "hermitian", "pos", "positive definite"):
        a = mirrored(a, lower, adjoint)
    elif assume_a in ("lower triangular", "upper triangular"):
        a = (tril if assume_a.startswith("lower") else triu)(a)
    return linalg.solve(matrix_transpose(a) if transposed else a, b)


def solve_triangular(a, b, trans: Any = 0, lower=False, unit_diagonal=False, **options):
    """Solution of `a x = b` for triangular `a`, of which the other triangle is not read.

    trans: 1 or "T" for aᵀ x = b, 2 or "C" for aᴴ x = b.

    >>> solve_triangular(np.array([[2.0, 1.0], [9.0, 1.0]]), np.array([3.0, 1.0])).tolist()
    [1.0, 1.0]
    """
    without_effect("solve_triangular", options)
    return triangular.solve_triangular(a, b, trans, lower, unit_diagonal)


def solve_sylvester(a, b, q):
    """Solution `x` of `a x + x b = q`.

    a: shape (m, m); b: shape (n, n); q: shape (m, n); leading axes broadcast.

    >>> solve_sylvester(np.array([[2.0]]), np.array([[3.0]]), np.array([[10.0]])).tolist()
    [[2.0]]
    """
    a, b = square_matrix("solve_sylvester", a), square_matrix("solve_sylvester", b)
    return sylvester(a, b, as_array(q))


def solve_continuous_lyapunov(a, q):
    """Solution `x` of `a x + x aᴴ = q`.

    >>> solve_continuous_lyapunov(np.array([[2.0]]), np.array([[8.0]])).tolist()
    [[2.0]]
    """
    return solve_sylvester(a, adjoint(as_array(a)), q)


solve_lyapunov = solve_continuous_lyapunov


def solve_discrete_lyapunov(a, q, method=None):
    """Solution `x` of `a x aᴴ - x + q = 0`; method: without effect.

    >>> solve_discrete_lyapunov(np.array([[0.5]]), np.array([[3.0]])).tolist()
    [[4.0]]
    """
    a, q = square_matrix("solve_discrete_lyapunov", a), as_array(q)
    n = a.shape[-1]
    whole = np.eye(n * n) - kron_of_matrices(a, conjugate(a) if is_complex(a.dtype) else a)
    return reshape(linalg.solve(whole, reshape(q, (-1,))), (n, n))


def lstsq(a, b, cond=None, **options):
    """The tuple (solution, residues, rank, singular values) of the `x` nearest to `a x = b`."""
    without_effect("lstsq", options)
    return tuple(least_squares.lstsq(a, b, cond))


# ------------------------------------------------------------------- one matrix


def inv(a, **options):
    """Inverse of a square matrix.

    >>> inv(np.array([[2.0]])).tolist()
    [[0.5]]
    """
    without_effect("inv", options)
    return linalg.inv(a)


def det(a, **options):
    """Determinant of a square matrix.

    >>> float(det(np.array([[2.0]])))
    2.0
    """
    without_effect("det", options)
    return linalg.det(a)


def norm(a, ord: Any = None, axis=None, keepdims=False, **options):
    """Norm of a vector or a matrix, as `numpy.linalg.norm`.

    >>> float(norm(np.array([3.0, 4.0])))
    5.0
    """
    without_effect("norm", options)
    return norms.norm(a, ord, axis, keepdims)


def pinv(a, *, atol=None, rtol=None, return_rank=False, **options):
    """Moore-Penrose inverse; singular values below `rtol` times the largest count as zero."""
    without_effect("pinv", options)
    if atol is not None or return_rank:
        raise RuleError("pinv: atol and return_rank are not written here; give rtol")
    a = as_array(a)
    if rtol is None:
        rtol = max(a.shape[-2:]) * float(np.finfo(float_dtype(a)).eps)
    return least_squares.pinv(a, rtol=rtol)


def pinvh(a, *, atol=None, rtol=None, lower=True, return_rank=False, **options):
    """`pinv` of the Hermitian matrix of which one triangle is read."""
    a = mirrored(square_matrix("pinvh", a), lower, adjoint)
    return pinv(a, atol=atol, rtol=rtol, return_rank=return_rank, **options)


def sqrtm(a, **options):
    """Principal square root of a square matrix, complex where that of a real matrix is.

    >>> sqrtm(np.array([[4.0]])).tolist()
    [[2.0]]
    """
    without_effect("sqrtm", options)
    return perhaps_complex(matrix_function.sqrtm, a)


def logm(a, **options):
    """Principal logarithm of a square matrix, complex where that of a real matrix is.

    >>> logm(np.array([[1.0]])).tolist()
    [[0.0]]
    """
    without_effect("logm", options)
    return perhaps_complex(matrix_function.logm, a)


def perhaps_complex(function, a):
    """A function of a matrix that asks for complex ones where its value is complex."""
    a = square_matrix(function.__name__, a)
    try:
        return function(a)
    except LinAlgError:
        if is_complex(a.dtype):
            raise
        return function(a + 0j)


# ------------------------------------------------------------------- factors


def cholesky(a, lower=False, **options):
    """Upper factor u of `a = uᴴ u`, or with `lower` the lower one of `a = l lᴴ`.

    >>> cholesky(np.array([[4.0]])).tolist()
    [[2.0]]
    """
    without_effect("cholesky", options)
    return linalg.cholesky(a, upper=not lower)


def cho_factor(a, lower=False, **options):
    """The pair (factor, lower) that `cho_solve` takes; the other triangle is zero here."""
    return cholesky(a, lower, **options), lower


def cho_solve(c_and_lower, b, **options):
    """Solution of `a x = b` from the pair (Cholesky factor of a, whether it is the lower one).

    >>> cho_solve((np.array([[2.0]]), True), np.array([4.0])).tolist()
    [1.0]
    """
    without_effect("cho_solve", options)
    c, lower = c_and_lower
    first, second = (0, "C") if lower else ("C", 0)
    return solve_triangular(c, solve_triangular(c, b, first, lower), second, lower)


def lu(a, permute_l=False, *, p_indices=False, **options):
    """The tuple (P, L, U) with `a = P L U`; with `permute_l` the pair (P L, U).

    >>> [x.tolist() for x in lu(np.array([[2.0]]))]
    [[[1.0]], [[1.0]], [[2.0]]]
    """
    without_effect("lu", options)
    if p_indices:
        raise RuleError("lu: p_indices is not written here; P is a matrix")
    p, below, above = triangular.lu(a)
    return (matmul(p, below), above) if permute_l else (p, below, above)


def qr(a, lwork=None, mode="full", pivoting=False, **options):
    """The pair (Q, R) with `a = Q R`; mode "economic" for the reduced factors, "r" for R alone.

    >>> [abs(x).tolist() for x in qr(np.array([[2.0]]), mode="economic")]
    [[[1.0]], [[2.0]]]
    """
    without_effect("qr", options)
    if pivoting or mode not in ("full", "r", "economic"):
        raise RuleError(
            f"qr: mode={mode!r}, pivoting={pivoting} has no derivative; use 'full', 'economic' or "
            "'r' without pivoting"
        )
    if mode == "r":
        return (decompose.qr(a, "complete")[1],)
    return tuple(decompose.qr(a, "reduced" if mode == "economic" else "complete"))


def svd(a, full_matrices=True, compute_uv=True, **options):
    """The tuple (U, s, Vh) with `a = U diag(s) Vh`, or s alone without `compute_uv`.

    >>> svd(np.array([[2.0]]), compute_uv=False).tolist()
    [2.0]
    """
    without_effect("svd", options)
    found = decompose.svd(a, full_matrices, compute_uv)
    return tuple(found) if compute_uv else found


def svdvals(a, **options):
    """Singular values in descending order."""
    without_effect("svdvals", options)
    return decompose.svdvals(a)


# ------------------------------------------------------------------- eigenvalues


def eigh(a, b=None, *, lower=True, eigvals_only=False, subset_by_index=None, type=1, **options):
    """The pair (eigenvalues, eigenvectors) of `a v = w v`, or of `a v = w b v`, in ascending order.

    a: Hermitian, of which one triangle is read; b: the same, positive definite.
    subset_by_index: the first and the last that are given.
    With b = l lᴴ the values are those of l⁻¹ a l⁻ᴴ, and its vectors u give v = l⁻ᴴ u.

    >>> eigh(np.diag([2.0, 1.0]), eigvals_only=True).tolist()
    [1.0, 2.0]
    """
    without_effect("eigh", options)
    if type != 1:
        raise RuleError(f"eigh: type={type} is not written here; it needs 1, a v = w b v")
    a, factor = mirrored(square_matrix("eigh", a), lower, adjoint), None
    if b is not None:
        factor = linalg.cholesky(mirrored(square_matrix("eigh", b), lower, adjoint))
        half = triangular.solve_triangular(factor, a, lower=True)
        a = adjoint(triangular.solve_triangular(factor, adjoint(half), lower=True))
    low, high = subset_by_index or (0, a.shape[-1] - 1)
    if eigvals_only:
        return eigen.eigvalsh(a)[..., low : high + 1]
    w, v = eigen.eigh(a)
    if factor is not None:
        v = solve_triangular(factor, v, "C", True)
    return w[..., low : high + 1], v[..., low : high + 1]


def eigvalsh(a, b=None, *, lower=True, **options):
    """Eigenvalues alone, as `eigh` gives them."""
    return eigh(a, b, lower=lower, eigvals_only=True, **options)


def eig(a, b=None, left=False, right=True, **options):
    """The pair (eigenvalues, eigenvectors) of a square matrix, in LAPACK's order, complex."""
    without_effect("eig", options)
    if b is not None or left:
        raise RuleError("eig: b and left are not written here; give one matrix, and right vectors")
    w, v = eigen.eig(a)
    return (w + 0j, v) if right else w + 0j


def eigvals(a, b=None, **options):
    """Eigenvalues of a square matrix, complex."""
    return eig(a, b, right=False, **options)


__getattr__, __dir__ = rest("linalg", {
    "null_space": "use svd", "orth": "use svd or qr", "schur": "use eig or eigh",
    "hessenberg": "use eig", "ldl": "use cholesky or lu", "subspace_angles": "use svdvals",
    "qz": "use eig of a⁻¹ b", "solve_continuous_are": "use autodiff.root of its equation",
    "solve_discrete_are": "use autodiff.root of its equation",
})  # fmt: skip
