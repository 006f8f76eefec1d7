"""Rows of the cofactors of square matrices: all derivatives of the determinant.

Cofactors are polynomials of the elements, so they and their derivatives exist at singular matrices
too.  Formulas are written with transposes; `analytic` conjugates them for complex matrices.
"""

from typing import Any

import numpy as np

from ..core.family import Opaque
from ..core.spec import Spec, broadcast_shapes, is_complex
from ..core.values import total
from .matrices import aligned, analytic, float_dtype, regular, sampled


def clear_inverse(a):
    """The inverses of matrices whose condition numbers are below 10⁴, so that few digits are lost;
    None where one is not.
    """
    try:
        found = np.linalg.inv(a)
    except np.linalg.LinAlgError:
        return None
    product = np.linalg.norm(a, axis=(-2, -1)) * np.linalg.norm(found, axis=(-2, -1))
    return found if np.all(product < 1e4) else None


def singular(a):
    """u, s and vᴴ of `a`; s is NaN where an element is not finite, for LAPACK may then never end."""
    finite = np.isfinite(a).all((-2, -1), keepdims=True)
    u, s, vh = np.linalg.svd(np.where(finite, a, 0))
    return u, np.where(finite[..., 0], s, np.nan), vh


def cofactor_values(a):
    """det(a) a⁻ᵀ; where a = u s vᴴ may be singular, det(u vᴴ) conj(u diag(products of the other s) vᴴ)."""
    back = clear_inverse(a)
    if back is not None:
        found = np.linalg.det(a)[..., None, None] * np.swapaxes(back, -1, -2)
        return found.astype(float_dtype(a))
    u, s, vh = singular(a)
    alone = np.where(np.eye(s.shape[-1], dtype=bool), 1, s[..., None, :]).prod(-1)
    phase = np.linalg.det(u) * np.linalg.det(vh)
    return (phase[..., None, None] * ((u * alone[..., None, :]) @ vh).conj()).astype(float_dtype(a))


def rate_values(a, t):
    """The directional derivative of the cofactors: with s the singular values of a = u s vᴴ and
    p = uᴴ t v, that of the cofactors of s is Σ_k p_kk Π_(l not i, k) s_l on the diagonal, and
    -p_ji Π_(l not i, j) s_l beside it; no quotient, so singular matrices do.
    """
    u, s, vh = singular(a)
    n = s.shape[-1]
    left_out = np.eye(n, dtype=bool)
    left_out = left_out[:, None, :] | left_out[None, :, :]
    pairs = np.where(left_out, 1, s[..., None, None, :]).prod(-1) * ~np.eye(n, dtype=bool)
    p = np.swapaxes(u, -1, -2).conj() @ t @ np.swapaxes(vh, -1, -2).conj()
    middle = -pairs * np.swapaxes(p, -1, -2)
    diagonal = np.einsum("...ik,...kk->...i", pairs, p)
    middle = middle + diagonal[..., None] * np.eye(n, dtype=bool)
    phase = np.linalg.det(u) * np.linalg.det(vh)
    return (phase[..., None, None] * (u.conj() @ middle @ vh.conj())).astype(float_dtype(a, t))


def ring(a):
    """Points z on a circle times one matrix w for each of `a` = u s vᴴ: w is u vᴴ, so that a + z w is
    far from singular, and the radius the mean of s, or 1.
    """
    n = a.shape[-1]
    u, s, vh = singular(a)
    mean = s.mean(-1)
    radius = np.where(mean == 0, 1.0, mean)
    count = n + n % 2 or 2  # an even one keeps -s off the circle of z
    z = np.exp(1j * np.pi * (2 * np.arange(count) + 1) / count)
    return radius[..., None, None, None] * z[:, None, None] * (u @ vh)[..., None, :, :]


def expanded(det, back, ts) -> Any:
    """The derivative of the cofactors of regular matrices along all directions.

    In numbers x_i with x_i² = 0 the inverse and the determinant of a + Σ x_i t_i are sums over sets
    of directions: of a S the inverse is -a⁻¹ Σ_i t_i inv(S \\ i), the determinant, for one i of S,
    Σ_U det(S \\ i \\ U) tr(t_i inv(U)), by Jacobi's formula.
    """
    inverses, dets, full = {0: back}, {0: det}, 2 ** len(ts) - 1
    for chosen in range(1, full + 1):
        members = [i for i in range(len(ts)) if chosen >> i & 1]
        terms = [ts[i] @ inverses[chosen ^ 1 << i] for i in members]
        inverses[chosen] = -back @ sum(terms)
        rest = chosen ^ 1 << members[0]
        dets[chosen] = sum(
            dets[rest ^ some] * np.trace(ts[members[0]] @ inverses[some], axis1=-2, axis2=-1)
            for some in within(rest)
        )
    return sum(
        dets[full ^ some][..., None, None] * np.swapaxes(inverses[some], -1, -2)
        for some in within(full)
    )


def within(chosen):
    """All parts of a set of bits."""
    return [some for some in range(chosen + 1) if some & chosen == some]


def bend_values(a, *ts):
    """A derivative of higher order; at a singular matrix the mean over a circle around it.

    The derivative is a polynomial of z, of which as many points as it has coefficients give the
    value in the middle: Cauchy's integral formula.
    """
    dtype, n = float_dtype(a, *ts), a.shape[-1]
    if len(ts) >= n:  # beyond the degree of the polynomial
        return np.zeros(np.broadcast_shapes(*[x.shape for x in (a, *ts)]), dtype)
    back = clear_inverse(a)
    if back is not None:
        return expanded(np.linalg.det(a), back, ts).astype(dtype)
    points = a[..., None, :, :] + ring(a)
    around = expanded(np.linalg.det(points), np.linalg.inv(points), [t[..., None, :, :] for t in ts])
    found = around.mean(-3)
    return (found if is_complex(dtype) else found.real).astype(dtype)


def bend_jvp(tangents, y, a, *ts):
    found = []
    for i, d in enumerate(tangents):
        if d is not None:
            moved = (*ts, d) if i == 0 else (*ts[: i - 1], d, *ts[i:])
            found.append(cofactor_bend(a, *moved))
    return total(found)


@analytic
def bend_vjp(g, y, wanted, a, *ts):
    others = [(*ts, g), *[(*ts[:i], g, *ts[i + 1 :]) for i in range(len(ts))]]
    return [None if w is None else cofactor_bend(a, *moved) for w, moved in zip(wanted, others)]


cofactor_bend = Opaque(
    "cofactor_bend(a, *ts)", bend_values, jvp=bend_jvp, vjp=bend_vjp,
    infer=lambda a, *ts: Spec(
        broadcast_shapes("cofactor_bend", [x.shape for x in (a, *ts)]), float_dtype(a, *ts)),
    batch=lambda batched, a, *ts: cofactor_bend(*aligned(batched, a, *ts)), reads="x",
    latex=r"\operatorname{cof}^{(k)}({$a}) \, $ts",
    sample=lambda rng, dtype: [
        (tuple(regular(rng, dtype, 5) for _ in range(3)), {}),
        ((regular(rng, dtype, 5, (2,)), regular(rng, dtype, 5), regular(rng, dtype, 5)), {})],
    doc="Derivative of the cofactors of `a` along two or more directions; of singular matrices too.",
)


def rate_jvp(tangents, y, a, t):
    da, dt = tangents
    return total([
        None if da is None else cofactor_bend(a, t, da), None if dt is None else cofactor_rate(a, dt)])


@analytic
def rate_vjp(g, y, wanted, a, t):
    return [
        None if wanted[0] is None else cofactor_bend(a, t, g),
        None if wanted[1] is None else cofactor_rate(a, g)]


cofactor_rate = Opaque(
    "cofactor_rate(a, t)", rate_values, jvp=rate_jvp, vjp=rate_vjp,
    infer=lambda a, t: Spec(broadcast_shapes("cofactor_rate", (a.shape, t.shape)), float_dtype(a, t)),
    batch=lambda batched, a, t: cofactor_rate(*aligned(batched, a, t)), reads="x",
    latex=r"\operatorname{cof}'({$a}) \, $t",
    sample=lambda rng, dtype: [
        ((regular(rng, dtype), regular(rng, dtype)), {}),
        ((regular(rng, dtype, 3, (2,)), regular(rng, dtype)), {})],
    doc="Derivative of the cofactors of `a` in the direction `t`, the second of the determinant; of singular matrices too.",
)

cofactor = Opaque(
    "cofactor(a)", cofactor_values,
    jvp=lambda tangents, y, a: cofactor_rate(a, tangents[0]),
    vjp=analytic(lambda g, y, wanted, a: (cofactor_rate(a, g),)),
    infer=lambda a: Spec(a.shape, float_dtype(a)), batch=lambda batched, a: cofactor(a), reads="x",
    latex=r"\operatorname{cof} {$a}", sample=sampled(regular),
    doc="Matrix of cofactors `det(a) a⁻ᵀ`, the derivative of the determinant; of singular matrices too.",
)
