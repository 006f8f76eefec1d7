"""Eigenvalues and eigenvectors of Hermitian matrices.

Source: M. Giles, "Collected matrix derivative results for forward and reverse mode algorithmic
differentiation", 2008, section 3.1.
"""

import numpy as np

from ..core.family import Opaque, total
from ..core.public import public
from ..core.spec import FLOAT64, Spec, is_complex
from .choose import stop_gradient, where
from .complex import real
from .contract import matmul
from .linalg import adjoint, float_dtype, hermitian, square_matrix
from .move import expand_dims
from .reduce import sum

TIED = 8  # eigenvalues that differ by less than this many roundings, times n, count as equal


def spectrum_values(a):
    values, vectors = np.linalg.eigh(0.5 * (a + np.swapaxes(a, -1, -2).conj()))
    return values, vectors


def inverse_gaps(w):
    """1 / (w[j] - w[i]); zero on the diagonal, NaN where two eigenvalues are equal to rounding."""
    n = w.shape[-1]
    same = np.eye(n, dtype=bool)
    gaps = expand_dims(w, -2) - expand_dims(w, -1)
    size = sum(stop_gradient(w * w), -1, keepdims=True) ** 0.5
    tied = abs(gaps) <= expand_dims(size, -1) * (TIED * n * np.finfo(w.dtype or FLOAT64).eps)
    return where(same, 0, 1 / where(same, 1, where(tied, np.nan, gaps)))


def spectrum_jvp(tangents, out, a):
    w, v = out
    inside = matmul(adjoint(v), matmul(hermitian(tangents[0]), v))
    n = a.shape[-1]
    return sum(real(inside) * np.eye(n, dtype=bool), -1), matmul(v, inverse_gaps(w) * inside)


def spectrum_vjp(g, out, wanted, a):
    (g_values, g_vectors), (w, v) = g, out
    back, n = adjoint(v), a.shape[-1]
    inside = total([
        None if g_values is None else expand_dims(g_values, -2) * np.eye(n, dtype=bool),
        None if g_vectors is None else inverse_gaps(w) * matmul(back, g_vectors)])
    return (None if inside is None else hermitian(matmul(matmul(v, inside), back)),)


def spectrum_spec(a):
    dtype = float_dtype(a)
    return Spec(a.shape[:-1], dtype and np.finfo(dtype).dtype), Spec(a.shape, dtype)


def separate(rng, dtype, n=3, lead=()):
    """Random symmetric matrices with eigenvalues far apart."""
    q, _ = np.linalg.qr(rng.normal(size=(*lead, n, n)))
    w = 2.0 * np.arange(n) - 1 + rng.uniform(-0.3, 0.3, (*lead, n))
    return ((q * w[..., None, :]) @ np.swapaxes(q, -1, -2)).astype(dtype)


def separate_samples(rng, dtype):
    """Samples for the laws; complex ones of size 1, since the phase of longer vectors is free."""
    n = 1 if is_complex(np.dtype(dtype)) else 3
    shapes = ((n, ()), (min(n, 2), (2,)), (0, ()))
    return [((separate(rng, dtype, size, lead),), {}) for size, lead in shapes]


spectrum = Opaque(
    "spectrum(a)", spectrum_values,
    jvp=spectrum_jvp, vjp=spectrum_vjp, infer=spectrum_spec, outputs=2,
    batch=lambda batched, a: spectrum(a), reads="y",
    latex=r"\operatorname{eigh} {$a}", torch="LinalgEigh", sample=separate_samples,
    doc="Eigenvalues and eigenvectors of the Hermitian part: the row behind `eigh`.",
)


@public(np.linalg.eigh)
def eigh(a):
    """(eigenvalues, eigenvectors) of Hermitian matrices, eigenvalues in ascending order.

    a: shape (..., n, n); the Hermitian part of `a` is taken.
    Returns shapes (..., n) and (..., n, n); the vectors are the columns.

    Tangents: ẇ = diag(vᴴ ȧ v), v̇ = v (F ∘ vᴴ ȧ v) with F[i, j] = 1 / (w[j] - w[i]) off the
    diagonal.  Of equal eigenvalues no single vector has a derivative: what was computed from the
    vectors then gets NaN, while the gradient of the eigenvalues stays finite; it is the right one
    for functions that treat equal eigenvalues alike, such as their sum.  The phase of complex
    vectors is free, so only functions that do not depend on it have a derivative.
    Source: Giles 2008, section 3.1.

    >>> w, v = eigh(np.array([[2.0, 0.0], [0.0, 1.0]]))
    >>> w.tolist()
    [1.0, 2.0]
    """
    return spectrum(square_matrix("eigh", a))


@public(np.linalg.eigvalsh)
def eigvalsh(a):
    """Eigenvalues of Hermitian matrices in ascending order, as `eigh` gives them.

    >>> eigvalsh(np.array([[2.0, 0.0], [0.0, 1.0]])).tolist()
    [1.0, 2.0]
    """
    return eigh(a)[0]
