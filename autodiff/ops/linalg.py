"""Rows of linear algebra over the last two axes; leading axes broadcast.

Sources: M. Giles, "Collected matrix derivative results for forward and reverse mode algorithmic
differentiation", 2008; I. Murray, "Differentiation of the Cholesky decomposition", 2016,
arXiv:1602.07527.  Formulas are written with transposes; `analytic` conjugates them for complex
matrices.
"""

import numpy as np

from ..core.errors import MatrixError, ShapeError
from ..core.family import Opaque
from ..core.public import public
from ..core.spec import Spec, broadcast_shapes, is_complex
from ..core.values import total
from .cholesky_blocks import pulled
from .choose import isfinite, stop_gradient, where
from .cofactors import cofactor
from .complex import conjugate, imag, real
from .contract import matmul, trace
from .matrices import (
    adjoint,
    aligned,
    analytic,
    as_scalar_matrix,
    float_dtype,
    positive,
    regular,
    sampled,
)
from .move import as_array, expand_dims, matrix_transpose, squeeze
from .reduce import sum
from .results import SlogdetResult, several, underlying


@analytic
def inverse_vjp(g, y, wanted, a):
    back = matrix_transpose(y)
    return (-matmul(matmul(back, g), back),)


inverse = Opaque(
    "inverse(a)", np.linalg.inv,
    jvp=lambda tangents, y, a: -matmul(matmul(y, tangents[0]), y), vjp=inverse_vjp,
    infer=lambda a: Spec(a.shape, float_dtype(a)), batch=lambda batched, a: inverse(a),
    reads="y", latex="{$a}^{-1}", torch="LinalgInvEx", sample=sampled(regular),
    doc="Inverse of square matrices: the row behind `inv`.",
)


def solve_jvp(tangents, x, a, b):
    da, db = tangents
    return solution(a, total([db, None if da is None else -matmul(da, x)]))


@analytic
def solve_vjp(g, x, wanted, a, b):
    back = solution(matrix_transpose(a), g)
    return (None if wanted[0] is None else -matmul(back, matrix_transpose(x)), back)


def solve_spec(a, b):
    lead = broadcast_shapes("solve", (a.shape[:-2], b.shape[:-2]))
    return Spec((*lead, *b.shape[-2:]), float_dtype(a, b))


solution = Opaque(
    "solution(a, b)", np.linalg.solve, jvp=solve_jvp, vjp=solve_vjp, infer=solve_spec,
    batch=lambda batched, a, b: solution(*aligned(batched, a, b)),
    latex="{$a}^{-1} $b", torch="LinalgSolveEx",
    sample=lambda rng, dtype: [
        ((regular(rng, dtype), rng.normal(size=(3, 2)).astype(dtype)), {}),
        ((regular(rng, dtype, 2, (2, 1)), rng.normal(size=(3, 2, 1)).astype(dtype)), {}),
        ((np.zeros((0, 0), dtype), np.zeros((0, 2), dtype)), {})],
    doc="Solutions `x` of `a x = b` for matrices b: the row behind `solve`.",
)


@analytic
def determinant_vjp(g, y, wanted, a):
    return (as_scalar_matrix(g) * cofactor(a),)


determinant = Opaque(
    "determinant(a)", np.linalg.det,
    jvp=lambda tangents, y, a: sum(cofactor(a) * tangents[0], (-2, -1)), vjp=determinant_vjp,
    infer=lambda a: Spec(a.shape[:-2], float_dtype(a)), batch=lambda batched, a: determinant(a),
    reads="x", latex=r"\det {$a}", torch="LinalgDet", sample=sampled(regular),
    doc="Determinant of square matrices: the row behind `det`.",
)


def slogdet_jvp(tangents, out, a):
    rate = trace(solution(a, tangents[0]), 0, -2, -1)
    if is_complex(a.dtype):
        return out[0] * (imag(rate) * 1j), real(rate)
    return None, rate


def slogdet_vjp(g, out, wanted, a):
    g_sign, g_log = g
    rate = g_log
    if is_complex(a.dtype) and g_sign is not None:
        rate = total([rate, real(1j * conjugate(g_sign) * out[0]) * 1j])
    return (None if rate is None else as_scalar_matrix(rate) * adjoint(inverse(a)),)


def slogdet_spec(a):
    dtype = float_dtype(a)
    return Spec(a.shape[:-2], dtype), Spec(a.shape[:-2], dtype and np.finfo(dtype).dtype)


signed_log_determinant = Opaque(
    "signed_log_determinant(a)", lambda a: tuple(np.linalg.slogdet(a)),
    jvp=slogdet_jvp, vjp=slogdet_vjp, infer=slogdet_spec, outputs=2,
    batch=lambda batched, a: signed_log_determinant(a),
    latex=r"\ln \left|\det {$a}\right|", torch="LinalgSlogdet", sample=sampled(regular),
    doc="Sign and logarithm of the absolute determinant: the row behind `slogdet`.",
)


def half_triangle(a):
    """The lower triangle with half of the real part of its diagonal."""
    n = a.shape[-1]
    below = a * np.tril(np.ones((n, n), bool), -1)
    return below + 0.5 * real(a) * np.eye(n, dtype=bool)


def hermitian(a):
    """(a + aᴴ) / 2"""
    return 0.5 * (a + adjoint(a))


def cholesky_jvp(tangents, y, a):
    inside = adjoint(solution(y, adjoint(solution(y, hermitian(tangents[0])))))
    return matmul(y, half_triangle(inside))


def lower_part(a):
    """The lower triangle with its diagonal."""
    return a * np.tril(np.ones(a.shape[-2:], bool))


def factor_back_jvp(tangents, out, g, y):
    """With S = y⁻ᴴ m y⁻¹, m = Φ(yᴴ g): the Hermitian part of what dy makes of S."""
    dg, dy = tangents
    if dy is None:
        return factor_back(dg, y)
    y, dy, back = lower_part(y), lower_part(dy), adjoint(lower_part(y))
    s = matmul(solution(back, half_triangle(matmul(back, g))), inverse(y))
    bent = solution(back, half_triangle(matmul(adjoint(dy), g))) - matmul(s, dy)
    ours = hermitian(matmul(bent, inverse(y)) - solution(back, matmul(adjoint(dy), s)))
    return ours if dg is None else ours + factor_back(dg, y)


def factor_back_vjp(c, out, wanted, g, y):
    y, back = lower_part(y), adjoint(lower_part(y))
    k = adjoint(solution(y, adjoint(solution(y, hermitian(c)))))
    half, m = half_triangle(k), half_triangle(matmul(back, g))
    bent = matmul(lower_part(g), adjoint(half)) - matmul(solution(back, m + adjoint(m)), k)
    return matmul(y, half), lower_part(bent)


factor_back = Opaque(
    "factor_back(g, y)", lambda g, y: pulled(g, y).astype(float_dtype(g, y), copy=False),
    jvp=factor_back_jvp, vjp=factor_back_vjp,
    infer=lambda g, y: Spec(broadcast_shapes("factor_back", (g.shape, y.shape)), float_dtype(g, y)),
    batch=lambda batched, g, y: factor_back(*aligned(batched, g, y)),
    latex=r"\operatorname{chol}'({$y})^{\top} \, $g",
    sample=lambda rng, dtype: [
        ((regular(rng, dtype), regular(rng, dtype)), {}),
        ((regular(rng, dtype, 2, (2,)), regular(rng, dtype, 2)), {})],
    doc="Cotangent of a positive definite matrix for the cotangent `g` of its lower factor `y`.",
)


factor = Opaque(
    "factor(a)", lambda a: np.linalg.cholesky(0.5 * (a + np.swapaxes(a, -1, -2).conj())),
    jvp=cholesky_jvp, vjp=lambda g, y, wanted, a: (factor_back(g, y),),
    batch=lambda batched, a: factor(a), infer=lambda a: Spec(a.shape, float_dtype(a)),
    reads="y", latex=r"\operatorname{chol} {$a}", torch="LinalgCholeskyEx", sample=sampled(positive),
    doc="Lower Cholesky factor of the Hermitian part: the row behind `cholesky`.",
)


def square_matrix(name, a):
    """`a` as an array; raises unless it is a square matrix or a stack of them."""
    a = as_array(a)
    if len(a.shape) < 2 or a.shape[-1] != a.shape[-2]:
        raise MatrixError(f"{name}: shape {a.shape} is not that of square matrices, (..., n, n)")
    return a


def any_matrix(name, a):
    """`a` as an array; raises unless it is a matrix or a stack of them."""
    a = as_array(a)
    if len(a.shape) < 2:
        raise MatrixError(f"{name}: shape {a.shape} is not that of matrices, (..., m, n)")
    return a


def completed(a, lower=True):
    """`a` with one triangle read for both, as LAPACK does; derivatives are those of (a + aᴴ) / 2."""
    value = underlying(a)
    if value is not None and np.array_equal(value, np.swapaxes(value, -1, -2).conj()):
        return a
    ones = np.ones(a.shape[-2:], bool)
    mask = np.tril(ones, -1) if lower else np.triu(ones, 1)
    read = stop_gradient(a)
    both = where(mask, read, where(mask.T, adjoint(read), real(read)))
    whole = hermitian(a)
    moved = where(isfinite(whole), whole, 0.0)  # infinity less infinity is no number
    return both - (stop_gradient(moved) - moved)


@public(np.linalg.inv)
def inv(a):
    """Inverse of `a`, shape (..., n, n).

    Raises LinAlgError if a matrix is singular.  Tangent: -a⁻¹ ȧ a⁻¹.  Source: Giles 2008.

    >>> inv(np.array([[2.0]])).tolist()
    [[0.5]]
    """
    return inverse(square_matrix("inv", a))


@public(np.linalg.solve)
def solve(a, b):
    """Solution `x` of `a x = b`.

    a: square matrices, shape (..., n, n).
    b: right-hand sides, shape (n,) for one vector, else (..., n, k), as NumPy 2 reads them.
    Raises LinAlgError if a matrix is singular, ShapeError if the sizes differ.
    Pullback: b̄ = a⁻ᵀ x̄, ā = -b̄ xᵀ.  Source: Giles 2008.

    >>> solve(np.eye(2), np.ones((2, 1))).tolist()
    [[1.0], [1.0]]
    """
    a, b = square_matrix("solve", a), as_array(b)
    vector = len(b.shape) == 1
    b = expand_dims(b, -1) if vector else b
    if not b.shape or a.shape[-1] != b.shape[-2]:
        raise ShapeError(f"solve: matrices {a.shape} do not fit right-hand sides {b.shape}")
    x = solution(a, b)
    return squeeze(x, -1) if vector else x


@public(np.linalg.det)
def det(a):
    """Determinant of `a`, shape (..., n, n); it is a polynomial, and its derivatives of every order
    are right at singular matrices too.

    Tangent: ⟨cofactors of a, ȧ⟩ (Jacobi's formula).

    >>> float(det(np.array([[2.0, 0.0], [0.0, 3.0]])))
    6.0
    """
    return determinant(square_matrix("det", a))


@several(SlogdetResult, np.linalg.slogdet)
def slogdet(a):
    """The named tuple (sign, logabsdet) of the determinant of `a`, shape (..., n, n).

    Tangent of logabsdet: Re tr(a⁻¹ ȧ).  Source: Giles 2008.

    >>> sign, logabsdet = slogdet(np.eye(2))
    >>> float(sign), float(logabsdet)
    (1.0, 0.0)
    """
    return signed_log_determinant(square_matrix("slogdet", a))


@public(np.linalg.cholesky)
def cholesky(a, /, *, upper=False):
    """Lower factor `l` of `a = l lᴴ`, shape (..., n, n), or the upper factor of `a = uᴴ u`.

    As in NumPy one triangle of `a` is read, the upper one for `upper`.  The derivative is that in
    Hermitian directions, (ȧ + ȧᴴ) / 2: a gradient is Hermitian, as PyTorch's and JAX's.
    Raises LinAlgError if a matrix is not positive definite.  Source: Murray 2016.

    >>> cholesky(np.array([[4.0]])).tolist()
    [[2.0]]
    """
    found = factor(completed(square_matrix("cholesky", a), not upper))
    return adjoint(found) if upper else found
