"""Factorizations into orthogonal matrices: QR and singular values.

Sources: S. Walter and L. Lehmann, "Algorithmic differentiation of linear algebra functions", 2010,
arXiv:1001.1654, and 2011 (QR); J. Townsend, "Differentiating the singular value decomposition",
2016; Z.-Q. Wan and S.-X. Zhang, 2019, arXiv:1909.02659 (complex singular vectors).  That the phases
which LAPACK chooses are differentiated too is our own.
"""

import numpy as np

from ..core.family import Opaque
from ..core.spec import Spec, is_complex
from ..core.values import total
from .choose import logical_or, where
from .complex import imag, real
from .contract import matmul
from .gauge import (
    apart,
    checked,
    columns,
    coupled,
    deaf,
    gaps,
    inner,
    inverse_gaps,
    phase,
    phased,
    phases,
    rounding,
    settled,
    shuffled,
    size,
    ties,
    turned,
    uneven,
)
from .linalg import adjoint, float_dtype, hermitian, solution
from .move import expand_dims, matrix_transpose

BASIS = (
    "svd: the cotangent depends on which vectors of equal or zero singular values were found, which "
    "has no derivative; use a function of the space that they span, or of svdvals alone"
)
PHASE = (
    "svd: the cotangent depends on the phase of a pair of complex vectors, which a component that is "
    "zero here does not fix; use a function that does not depend on the phase"
)
REST = (
    "the cotangent depends on which basis of the columns beside those of the matrix was found, which "
    "has no derivative; use the reduced factors, or a function of the space that they span"
)
RANK = (
    "qr: a column depends on those before it, where the factors have no derivative; use svd or lstsq, "
    "or a matrix of full rank"
)


def right_quotient(x, r):
    """x r⁻¹"""
    return adjoint(solution(adjoint(r), adjoint(x)))


def masked(x, keep):
    """The elements of one triangle or of the diagonal."""
    n = x.shape[-1]
    return x * keep(np.ones((n, n), bool))


def above(mask):
    return np.triu(mask, 1)


def on_diagonal(mask):
    return np.tril(np.triu(mask))


def triangular(z):
    """What of qᴴ ȧ r⁻¹ belongs to r: the rest is anti-Hermitian, so q stays orthogonal."""
    return masked(z, above) + adjoint(masked(z, lambda mask: np.tril(mask, -1))) + masked(real(z), on_diagonal)


def symmetric(z):
    """The transpose of `triangular`."""
    return masked(z, above) + adjoint(masked(z, above)) + masked(real(z), on_diagonal)


def regular_triangle(r):
    """`r`; raises LinAlgError where its diagonal is zero to 8 roundings of its sum."""
    sizes = masked(r, on_diagonal)
    wrong = np.eye(r.shape[-1], dtype=bool) & (abs(sizes) <= size(sizes, (-2, -1)) * (8 * rounding(r)))
    return checked(r, wrong, message=RANK)


def orthogonal_values(a):
    q, r = np.linalg.qr(a)
    if is_complex(r.dtype):
        turn = phases(np.diagonal(r, axis1=-2, axis2=-1))
        q, r = q * turn[..., None, :].conj(), r * turn[..., :, None]
    return q, r


def orthogonal_jvp(tangents, out, a):
    q, r = out
    quotient = right_quotient(tangents[0], regular_triangle(r))
    turned = triangular(matmul(adjoint(q), quotient))
    return quotient - matmul(q, turned), matmul(turned, r)


def orthogonal_vjp(g, out, wanted, a):
    (g_q, g_r), (q, r) = g, out
    inside = total([
        None if g_q is None else -matmul(adjoint(q), g_q),
        None if g_r is None else matmul(g_r, adjoint(r))])
    if inside is None:
        return (None,)
    back = total([g_q, matmul(q, symmetric(inside))])
    return (right_quotient(back, adjoint(regular_triangle(r))),)


def mixing(n):
    """A symmetric orthogonal matrix without small elements: the reflection of (1, 2, ..., n)."""
    w = np.arange(1.0, n + 1)
    return np.eye(n) - 2 * np.outer(w, w) / max(w @ w, 1)


def tall(rng, dtype, m, n, lead=()):
    """Random matrices with singular values far apart, whose vectors keep the signs that they have."""
    k, shape = min(m, n), (*lead, m, n)
    middle = (mixing(m)[:, :k] * np.arange(k, 0, -1)) @ mixing(n)[:k]
    noise = rng.uniform(-0.1, 0.1, shape) + 1j * rng.uniform(-0.1, 0.1, shape)
    return (middle + (noise if is_complex(np.dtype(dtype)) else noise.real)).astype(dtype)


def matrices(*shapes):
    """Samples for the laws: random matrices of these shapes."""
    return lambda rng, dtype: [((tall(rng, dtype, m, n, lead),), {}) for *lead, m, n in shapes]


orthogonal = Opaque(
    "orthogonal(a)", orthogonal_values, jvp=orthogonal_jvp, vjp=orthogonal_vjp, outputs=2,
    infer=lambda a: (Spec(a.shape, float_dtype(a)), Spec((*a.shape[:-2], *a.shape[-1:] * 2), float_dtype(a))),
    batch=lambda batched, a: orthogonal(a), reads="y", latex=r"\operatorname{qr} {$a}",
    torch="LinalgQr", sample=matrices((3, 3), (4, 2), (2, 3, 2), (2, 0)),
    doc="Orthonormal columns and an upper triangle of tall matrices: the row behind `qr`.",
)


def beside_values(x):
    rest = np.linalg.qr(x, "complete")[0][..., x.shape[-1] :]
    return rest if rest.shape[-1] < 2 else rest @ turned(rest.shape[-1]).astype(rest.dtype)


def beside_jvp(tangents, y, x):
    t, back = tangents[0], adjoint(x)
    moved = -matmul(x, solution(matmul(back, x), matmul(adjoint(t), y)))
    # a single real vector is found but for its sign, all others but for a rotation
    return moved if y.shape[-1] == 0 or (y.shape[-1] == 1 and not is_complex(y.dtype)) else moved * np.nan


def beside_vjp(g, y, wanted, x):
    m = matmul(adjoint(y), g)
    tied = np.ones((y.shape[-1],) * 2, bool)
    if is_complex(y.dtype) or y.shape[-1] > 1:
        g = g + matmul(y, deaf(m, 0, [m - adjoint(m)], size(g, (-2, -1)), tied, REST))
    back = adjoint(x)
    return (-matmul(y, matmul(adjoint(g), adjoint(solution(matmul(back, x), back)))),)


def beside_samples(rng, dtype):
    """Samples for the laws: one real vector is left, or nothing."""
    missing = 0 if is_complex(np.dtype(dtype)) else 1
    return [((tall(rng, dtype, n + missing, n, lead),), {}) for n, lead in ((2, ()), (1, (2,)), (3, ()))]


beside = Opaque(
    "beside(x)", beside_values, jvp=beside_jvp, vjp=beside_vjp,
    infer=lambda x: Spec((*x.shape[:-1], x.shape[-2] - x.shape[-1]), float_dtype(x)),
    batch=lambda batched, x: beside(x), latex=r"{$x}^\perp", sample=beside_samples,
    doc="Orthonormal columns beside the space of those of tall matrices: what completes `qr` and `svd`.",
)


def zeros_of(s, m, n):
    """Which singular values are zero to the rounding of the largest, as in `matrix_rank`."""
    return s <= size(s, -1) * (rounding(s) * max(m, n))  # in plain NumPy in `singular_values`


def freed(u, zero):
    """Orthonormal columns, those of zero singular values in a basis without special directions."""
    if u.shape[-2] == u.shape[-1] or not zero.any():
        return u
    u = np.array(u)
    for place in np.argwhere(zero.any(-1)):
        here, matrix = zero[tuple(place)], u[tuple(place)]
        matrix[:, here] = beside_values(matrix[:, ~here])[:, : here.sum()]
    return u


def singular_values(a, *, handed=True):
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    if handed:
        v, zero = np.swapaxes(vh, -1, -2), s <= s.sum(-1, keepdims=True) * (rounding(s) * max(a.shape[-2:]))
        if zero.any() or not apart(s):
            u, vh = freed(shuffled(u, s), zero), np.swapaxes(freed(shuffled(v, s), zero), -1, -2)
    if is_complex(u.dtype):  # LAPACK's own phases; said once more for libraries that differ
        turn = phases(vh[..., :, 0] if a.shape[-2] >= a.shape[-1] > 0 else u[..., :1, :].sum(-2).conj())
        u, vh = u * turn[..., None, :].conj(), vh * turn[..., :, None]
    return u, s, vh


def outside(u, x, over):
    """(1 - u uᴴ) x / s; nothing for square u."""
    return None if u.shape[-2] == u.shape[-1] else (x - matmul(u, matmul(adjoint(u), x))) * over


class Gaps:
    """What the rules of singular values divide by, and where that is zero."""

    def __init__(self, u, s, v):
        self.zero = expand_dims(zeros_of(s, u.shape[-2], v.shape[-2]), -2)
        self.tied = ties(s)
        self.none = matrix_transpose(self.zero) & self.zero
        free = logical_or(columns(self.tied), self.zero)
        self.u, self.v = settled(u, free), settled(v, free)
        self.minus = inverse_gaps(s, self.tied)
        sums = gaps(s) + 2 * expand_dims(s, -1)
        self.plus = where(self.none, 0, 1 / where(self.none, 1, sums))
        self.over = where(self.zero, 0, 1 / where(self.zero, 1, expand_dims(s, -2)))


def singular_jvp(tangents, out, a, *, handed=True):
    u, s, vh = out
    d, t = Gaps(u, s, adjoint(vh)), tangents[0]
    u, v = d.u, d.v
    right, left = matmul(t, v), matmul(adjoint(t), u)
    p = matmul(adjoint(u), right)
    whole, even = size(p, (-2, -1)), hermitian(p)
    odd = p - even
    even = where(d.tied, coupled(even, whole, d.tied), d.minus * even)
    odd = where(d.none, coupled(odd, whole, d.none), d.plus * odd)
    du = total([matmul(u, even + odd), outside(u, right, d.over)])
    dv = total([matmul(v, even - odd), outside(v, left, d.over)])
    n = s.shape[-1]
    ds = (real(p) * np.eye(n, dtype=bool)).sum(axis=-1)
    ds = where(d.zero[..., 0, :], 0, ds)
    if is_complex(u.dtype) and n:
        head, moved = (x[..., :1, :] for x in ((v, dv) if v.shape[-2] == n else (u, du)))
        du, dv = phased(du, u, head, moved), phased(dv, v, head, moved)
    return du, ds, adjoint(dv)


def fixed_phases(g_u, g_v, u, v):
    """The cotangents, with what they hear of phases where LAPACK fixes those."""
    turned = total([imag(inner(x, g)) for x, g in ((u, g_u), (v, g_v)) if g is not None])
    whole = total([size(g, -2) for g in (g_u, g_v) if g is not None])
    fixed = v if v.shape[-2] == v.shape[-1] else u
    first = np.eye(fixed.shape[-2], dtype=bool)[:, :1]
    extra = first * phase(turned, whole, fixed[..., :1, :], PHASE)
    return (g_u, total([g_v, extra])) if fixed is v else (total([g_u, extra]), g_v)


def projected(x, g):
    """Twice the anti-Hermitian part of xᴴ g; 0 without g."""
    if g is None:
        return 0
    m = matmul(adjoint(x), g)
    return m - adjoint(m)


def singular_vjp(g, out, wanted, a, *, handed=True):
    (g_u, g_s, g_vh), (u, s, vh) = g, out
    g_v = None if g_vh is None else adjoint(g_vh)
    d, middle, rest = Gaps(u, s, adjoint(vh)), None, []
    u, v = d.u, d.v
    if g_u is not None or g_v is not None:
        if is_complex(u.dtype) and s.shape[-1]:
            g_u, g_v = fixed_phases(g_u, g_v, u, v)
        odd_u, odd_v = projected(u, g_u), projected(v, g_v)
        whole = total([size(x, (-2, -1)) for x in (g_u, g_v) if x is not None])
        even, odd = odd_u + odd_v, odd_u - odd_v
        nothing = [] if g_s is None else [expand_dims(g_s, -2)]
        even = deaf(even, d.minus, [even, *uneven(g_s)], whole, d.tied, BASIS)
        odd = deaf(odd, d.plus, [odd, *nothing], whole, d.none, BASIS)
        middle = 0.5 * (even + odd)
        for x, g_x in ((u, g_u), (v, g_v)):
            rest.append(None if g_x is None else heard(x, g_x, d))
    if g_s is not None:
        on = np.eye(s.shape[-1], dtype=bool)
        middle = total([middle, expand_dims(where(d.zero[..., 0, :], 0, g_s), -2) * on])
    if middle is None:
        return (None,)
    beside_u, beside_v = rest or (None, None)
    back = total([
        matmul(matmul(u, middle), adjoint(v)),
        None if beside_u is None else matmul(beside_u, adjoint(v)),
        None if beside_v is None else matmul(u, adjoint(beside_v))])
    return (back,)


def heard(x, g, d):
    """`outside` of a cotangent, which must be inside where a singular value is zero."""
    if x.shape[-2] == x.shape[-1]:
        return None
    off = outside(x, g, 1)
    return deaf(off, d.over, [off], size(g, (-2, -1)), d.zero, BASIS)


def singular_spec(a, *, handed=True):
    m, n = a.shape[-2:]
    lead, k, dtype = a.shape[:-2], min(m, n), float_dtype(a)
    return Spec((*lead, m, k), dtype), Spec((*lead, k), dtype and np.finfo(dtype).dtype), Spec((*lead, k, n), dtype)


singular = Opaque(
    "singular(a)", singular_values, jvp=singular_jvp, vjp=singular_vjp, infer=singular_spec, outputs=3,
    batch=lambda batched, a, **params: singular(a, **params), reads="y", latex=r"\operatorname{svd} {$a}",
    torch="LinalgSvd", sample=matrices((3, 3), (4, 2), (2, 2, 3), (2, 0)),
    doc="Singular values with their left and right vectors; `handed`: the vectors are used by others: the row behind `svd`.",
)


