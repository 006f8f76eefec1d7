"""Eigenvalues and eigenvectors.

Sources: M. Giles, "Collected matrix derivative results for forward and reverse mode algorithmic
differentiation", 2008, section 3.1; C. Boeddeker, P. Hanebrink, L. Drude, J. Heymann and
R. Haeb-Umbach, "On the computation of complex-valued gradients with application to statistically
optimum beamforming", 2017, arXiv:1701.00392, for complex matrices.  That the gauge of LAPACK, real
components of unit vectors, is differentiated too is our own.
"""

import numpy as np

from ..core.family import Opaque
from ..core.public import public
from ..core.spec import Spec, is_complex
from ..core.values import total
from .choose import where
from .complex import conjugate, imag, real
from .contract import matmul
from .gauge import (
    columns,
    coupled,
    deaf,
    inner,
    inverse_gaps,
    phase,
    phased,
    phases,
    settled,
    shuffled,
    size,
    ties,
    uneven,
)
from .linalg import adjoint, completed, float_dtype, hermitian, solution, square_matrix
from .move import expand_dims
from .reduce import argmax, sum
from .results import (
    EighResult,
    EigResult,
    as_complex,
    perhaps_complex,
    several,
    underlying,
    untraced,
)

BASIS = (
    "{}: the cotangent depends on which vectors of equal eigenvalues were found, which has no "
    "derivative; use a function of the space that they span, or of the eigenvalues alone, or for "
    "functions of matrices expm, logm, sqrtm or matrix_power"
)
PHASE = (
    "{}: the cotangent depends on the phase of a complex vector, which its {} component, zero here, "
    "does not fix; use a function that does not depend on the phase"
)


def heads(v, lower):
    """The components that LAPACK makes real: the first, or the last for the upper triangle."""
    return v[..., :1, :] if lower else v[..., -1:, :]


def spectrum_values(a, *, lower, handed=True):
    w, v = np.linalg.eigh(0.5 * (a + np.swapaxes(a, -1, -2).conj()), "L" if lower else "U")
    v = shuffled(v, w) if handed else v
    if is_complex(v.dtype):  # LAPACK's own phases; said once more for libraries that differ
        v = v * phases(heads(v, lower))
    return w, v


def spectrum_jvp(tangents, out, a, *, lower, handed=True):
    w, v = out
    tied, n = ties(w), a.shape[-1]
    v = settled(v, columns(tied))
    inside = matmul(adjoint(v), matmul(hermitian(tangents[0]), v))
    rates = sum(real(inside) * np.eye(n, dtype=bool), -1)
    mixed = coupled(inside, size(inside, (-2, -1)), tied)
    moved = matmul(v, where(tied, mixed, inverse_gaps(w, tied) * inside))
    if is_complex(v.dtype):
        moved = phased(moved, v, heads(v, lower), heads(moved, lower))
    return rates, moved


def spectrum_vjp(g, out, wanted, a, *, lower, handed=True):
    (g_values, g_vectors), (w, v) = g, out
    n, tied, inside = a.shape[-1], ties(w), None
    v = settled(v, columns(tied))
    back = adjoint(v)
    if g_vectors is not None:
        if is_complex(v.dtype):
            turned, whole = imag(inner(v, g_vectors)), size(g_vectors, -2)
            where_real = heads(np.eye(n, dtype=bool).T, lower).T
            last = PHASE.format("eigh", "first" if lower else "last")
            g_vectors = g_vectors + where_real * phase(turned, whole, heads(v, lower), last)
        m = matmul(back, g_vectors)
        free = [m - adjoint(m), *uneven(g_values)]
        inside = deaf(m, inverse_gaps(w, tied), free, size(m, (-2, -1)), tied, BASIS.format("eigh"))
    if g_values is not None:
        inside = total([inside, expand_dims(g_values, -2) * np.eye(n, dtype=bool)])
    return (None if inside is None else hermitian(matmul(matmul(v, inside), back)),)


def spectrum_spec(a, *, lower, handed=True):
    dtype = float_dtype(a)
    return Spec(a.shape[:-1], dtype and np.finfo(dtype).dtype), Spec(a.shape, dtype)


def separate(rng, dtype, n=3, lead=()):
    """Random Hermitian matrices with eigenvalues far apart."""
    x = rng.normal(size=(*lead, n, n))
    q, _ = np.linalg.qr(x + 1j * rng.normal(size=x.shape) if is_complex(np.dtype(dtype)) else x)
    w = 2.0 * np.arange(n) - 1 + rng.uniform(-0.3, 0.3, (*lead, n))
    return ((q * w[..., None, :]) @ np.swapaxes(q, -1, -2).conj()).astype(dtype)


spectrum = Opaque(
    "spectrum(a)", spectrum_values,
    jvp=spectrum_jvp, vjp=spectrum_vjp, infer=spectrum_spec, outputs=2,
    batch=lambda batched, a, **params: spectrum(a, **params), reads="y",
    latex=r"\operatorname{eigh} {$a}", torch="LinalgEigh",
    sample=lambda rng, dtype: [
        ((separate(rng, dtype, n, lead),), {"lower": lower})
        for n, lead, lower in ((3, (), True), (2, (2,), False), (0, (), True))],
    doc="Eigenvalues and eigenvectors of the Hermitian part; `handed`: the vectors are used by others: the row behind `eigh`.",
)


def spectral_values(a, *, handed=True):
    if not is_complex(a.dtype):
        raise TypeError("spectral: the matrix is real; convert it with astype(complex)")
    w, v = np.linalg.eig(a if a.imag.any() else a.real)  # the answers of real matrices come in pairs
    if handed and ties(w).any():
        v = shuffled(v, w)
        largest = np.take_along_axis(v, abs(v).argmax(-2)[..., None, :], -2)
        v = v * phases(largest) / np.linalg.norm(v, axis=-2, keepdims=True)
    return w.astype(a.dtype), v.astype(a.dtype)


def real_places(v):
    """Where the largest component of each vector is: LAPACK turns it, and no other, to be real."""
    n = v.shape[-1]
    if n == 0:
        return np.zeros((0, 0), bool)
    largest = argmax(where(imag(v) == 0, abs(v), -1), -2)
    return expand_dims(largest, -2) == np.arange(n)[:, None]


def spectral_jvp(tangents, out, a, *, handed=True):
    w, v = out
    tied, n = ties(w), a.shape[-1]
    v, place = settled(v, columns(tied)), real_places(v)
    inside = solution(v, matmul(tangents[0], v))
    rates = sum(inside * np.eye(n, dtype=bool), -1)
    mixed = coupled(inside, size(inside, (-2, -1)), tied)
    moved = matmul(v, where(tied, mixed, inverse_gaps(w, tied) * inside))
    head, of_head = (sum(x * place, -2, keepdims=True) for x in (v, moved))
    return rates, phased(moved - v * real(inner(v, moved)), v, head, of_head)


def spectral_vjp(g, out, wanted, a, *, handed=True):
    (g_values, g_vectors), (w, v) = g, out
    n, tied, inside = a.shape[-1], ties(w), None
    place, v = real_places(v), settled(v, columns(tied))
    back = adjoint(v)
    if g_vectors is not None:
        along, head = inner(v, g_vectors), sum(v * place, -2, keepdims=True)
        turn = imag(along) / real(head) * -1j
        m = matmul(back, g_vectors - v * real(along) + place * turn)
        free, factor = [m, *uneven(g_values)], conjugate(inverse_gaps(w, tied))
        inside = deaf(m, factor, free, size(g_vectors, (-2, -1)), tied, BASIS.format("eig"))
    if g_values is not None:
        inside = total([inside, expand_dims(g_values, -2) * np.eye(n, dtype=bool)])
    return (None if inside is None else solution(back, matmul(inside, back)),)


spectral = Opaque(
    "spectral(a)", spectral_values, jvp=spectral_jvp, vjp=spectral_vjp, outputs=2,
    infer=lambda a, *, handed=True: (Spec(a.shape[:-1], a.dtype), Spec(a.shape, a.dtype)),
    batch=lambda batched, a, **params: spectral(a, **params), reads="y",
    latex=r"\operatorname{eig} {$a}", torch="LinalgEig",
    sample=lambda rng, dtype: [
        ((spread_out(rng, dtype, *each),), {}) for each in ((3, ()), (2, (2,)), (0, ()))],
    doc="Eigenvalues and unit eigenvectors of complex square matrices: the row behind `eig`.",
)


def spread_out(rng, dtype, n, lead):
    """Random matrices with eigenvalues far apart, two of them a pair of complex conjugates."""
    middle = np.diag(3.0 * np.arange(n))
    if n > 1:
        middle[:2, :2] = [[1, 2], [-2, 1]]
    vectors = np.eye(n) + 0.3 * rng.normal(size=(*lead, n, n))
    return (vectors @ middle @ np.linalg.inv(vectors)).astype(dtype)


@several(EighResult, np.linalg.eigh)
def eigh(a, UPLO="L"):
    """The named tuple (eigenvalues, eigenvectors) of Hermitian matrices, in ascending order.

    a: shape (..., n, n).  As in NumPy one triangle is read: the lower one, or the upper for "U".
    Returns shapes (..., n) and (..., n, n); the vectors are the columns.

    The derivative is that in Hermitian directions, (ȧ + ȧᴴ) / 2: a gradient is Hermitian, as
    PyTorch's and JAX's.  Tangents: ẇ = diag(vᴴ ȧ v), v̇ = v (F ∘ vᴴ ȧ v), where F[i, j] is
    1 / (w[j] - w[i]) off the diagonal.  Complex vectors have the phase that LAPACK gives them, the
    first component real (the last for "U"), and the derivative is that of this choice.

    Eigenvalues within 8 roundings of the sum of their sizes count as equal.  The gradient of
    functions of them alone is finite, and right for functions that treat them alike.  A gradient
    through the vectors of equal eigenvalues is right where it depends only on the space that they
    span, to the square root of the rounding, and raises GaugeError, a LinAlgError, where it depends
    on the basis; so that this shows, their vectors are another basis than NumPy's where a
    derivative is taken.  Functions of matrices such as v f(w) vᴴ depend on it, in w and v each, and
    raise.  Forward mode cannot see what follows: a tangent that mixes equal eigenvalues is NaN.
    Second derivatives in such directions are NaN too, or raise.
    Raises LinAlgError for matrices that are not square, ValueError for another UPLO.
    Source: Giles 2008, section 3.1; Boeddeker 2017.

    >>> w, v = eigh(np.array([[2.0, 0.0], [0.0, 1.0]]))
    >>> w.tolist()
    [1.0, 2.0]
    """
    (lower, name), a = triangle(UPLO), square_matrix("eigh", a)
    return np.linalg.eigh(a, name) if untraced(a) else spectrum(completed(a, lower), lower=lower)


def triangle(UPLO):
    """(whether UPLO names the lower triangle, its name)."""
    if UPLO.upper() not in ("L", "U"):
        raise ValueError(f"eigh: UPLO is {UPLO!r}; it needs 'L' or 'U'")
    return (True, "L") if UPLO.upper() == "L" else (False, "U")


@public(np.linalg.eigvalsh)
def eigvalsh(a, UPLO="L"):
    """Eigenvalues of Hermitian matrices in ascending order, as `eigh` gives them.

    >>> eigvalsh(np.array([[2.0, 0.0], [0.0, 1.0]])).tolist()
    [1.0, 2.0]
    """
    (lower, name), a = triangle(UPLO), square_matrix("eigvalsh", a)
    if untraced(a):
        return np.linalg.eigvalsh(a, name)
    return spectrum(completed(a, lower), lower=lower, handed=False)[0]


def realness(a, w, *others):
    """The real parts if `a` is real and all eigenvalues that are known are real, as NumPy does."""
    known = underlying(w)
    if is_complex(a.dtype) or known is None or np.any(known.imag != 0):
        return (w, *others)
    return tuple(real(x) for x in (w, *others))


def checked_finite(name, a):
    """`a` as square matrices; raises LinAlgError for infinite elements, as NumPy does."""
    a, value = square_matrix(name, a), underlying(a)
    if value is not None and not np.all(np.isfinite(value)):
        raise np.linalg.LinAlgError(f"{name}: the matrix has elements that are infinite or NaN")
    return a


@several(EigResult, np.linalg.eig)
def eig(a):
    """The named tuple (eigenvalues, eigenvectors) of square matrices, in LAPACK's order.

    a: shape (..., n, n).  Returns shapes (..., n) and (..., n, n); the vectors are the columns, of
    length one, with their largest component real, and the derivative is that of this choice.
    As in NumPy the results are complex, or real where `a` and all eigenvalues are; in a graph,
    which has no numbers yet, they are always complex.

    Tangents: ẇ = diag(v⁻¹ ȧ v), v̇ = v (F ∘ v⁻¹ ȧ v) turned and scaled back to that choice, where
    F[i, j] is 1 / (w[j] - w[i]) off the diagonal.  Equal eigenvalues are treated as in `eigh`.
    Raises LinAlgError for matrices that are not square or not finite, and, in the derivative, for
    a matrix without a full set of eigenvectors.
    Source: Giles 2008, section 3.1; Boeddeker 2017.

    >>> w, v = eig(np.array([[0.0, 1.0], [-1.0, 0.0]]))
    >>> w.tolist()
    [1j, -1j]
    """
    a = checked_finite("eig", a)
    if untraced(a):
        return np.linalg.eig(a)
    return realness(a, *spectral(as_complex(a)))


@perhaps_complex(np.linalg.eigvals)
def eigvals(a):
    """Eigenvalues of square matrices in LAPACK's order, as `eig` gives them.

    >>> eigvals(np.array([[2.0, 1.0], [0.0, 1.0]])).tolist()
    [2.0, 1.0]
    """
    a = checked_finite("eigvals", a)
    if untraced(a):
        return np.linalg.eigvals(a)
    return realness(a, spectral(as_complex(a), handed=False)[0])[0]
