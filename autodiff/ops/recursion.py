"""Linear recursions along the last axis, y[n] + a₁ y[n - 1] + ... + aₖ y[n - k] = u[n].

The row behind `lfilter` and `sosfilt`.  The rules follow by differentiating the equation: its
transpose is the same recursion, run from the end.
"""

from typing import Any

import numpy as np

from ..core.family import Opaque
from ..core.spec import Spec, broadcast_shapes, is_complex
from ..core.values import total
from .complex import conjugate
from .matrices import float_dtype
from .move import concatenate, flip, stack
from .reduce import sum


def recursion_spec(u, a):
    lead = broadcast_shapes("recursion", (u.shape[:-1], a.shape[:-1]))
    return Spec((*lead, u.shape[-1]), float_dtype(u, a))


def recursion_values(u, a):
    """The recursion of one sequence or of a stack, by SciPy."""
    try:
        from scipy.signal import lfilter
    except ImportError:
        raise ImportError("lfilter needs SciPy: pip install autodiff-numpy[scipy]") from None
    spec: Any = recursion_spec(u, a)
    if 0 in spec.shape or not a.shape[-1]:
        return np.array(np.broadcast_to(u, spec.shape), spec.dtype)
    wide = np.broadcast_to(u, spec.shape)
    lead, flat = spec.shape[:-1], wide.reshape(-1, spec.shape[-1])
    rows = np.broadcast_to(a, (*lead, a.shape[-1])).reshape(-1, a.shape[-1])
    if a.ndim == 1:
        found = lfilter([1.0], np.concatenate([np.ones(1, a.dtype), a]), wide)
    else:
        whole = np.concatenate([np.ones((len(rows), 1), a.dtype), rows], 1)
        found = np.stack([lfilter([1.0], one, x) for one, x in zip(whole, flat)])
    return np.asarray(found).reshape(spec.shape).astype(spec.dtype, copy=False)


def later(y, k):
    """`y` moved by `k` places towards the end, zeros in front."""
    k = min(k, y.shape[-1])
    return concatenate([y[..., y.shape[-1] - k :] * 0, y[..., : y.shape[-1] - k]], -1)


def adjoint_values(x):
    return conjugate(x) if is_complex(x.dtype) else x


def recursion_jvp(tangents, y, u, a):
    du, da = tangents
    if da is not None:
        moved = [-da[..., k - 1 : k] * later(y, k) for k in range(1, a.shape[-1] + 1)]
        du = total([du, *moved])
    return None if du is None else recursion(du, a)


def recursion_vjp(g, y, wanted, u, a):
    back = flip(recursion(flip(g, -1), adjoint_values(a)), -1)
    if wanted[1] is None or not a.shape[-1]:
        return back, None if wanted[1] is None else a * 0
    held = adjoint_values(y)
    return back, stack([-sum(back * later(held, k + 1), -1) for k in range(a.shape[-1])], -1)


def batched_recursion(batched, u, a):
    """Examples of sequences, of coefficients, or of both, aligned with what leads in an example."""
    rank = max(np.ndim(v) - b for v, b in zip((u, a), batched))
    aligned = [
        v.reshape(v.shape[:1] + (1,) * (rank + 1 - len(v.shape)) + v.shape[1:]) if b else v
        for v, b in zip((u, a), batched)
    ]
    return recursion(*aligned)


def recursions(rng, dtype):
    """Samples for the laws: one sequence, a stack, a recursion of each, and one of no order."""
    kind = np.result_type(dtype, np.float32)

    def some(*shape, scale=1.0):
        return (scale * rng.normal(size=shape)).astype(kind)

    return [
        ((some(6), some(2, scale=0.3)), {}),
        ((some(2, 5), some(3, scale=0.2)), {}),
        ((some(5), some(2, 2, scale=0.3)), {}),
        ((some(2), some(3, scale=0.3)), {}),
        ((some(4), some(0)), {}),
    ]


recursion = Opaque(
    "recursion(u, a)", recursion_values, jvp=recursion_jvp, vjp=recursion_vjp,
    infer=recursion_spec, batch=batched_recursion, sample=recursions,
    latex=r"\operatorname{recursion}({$u}, {$a})",
    doc="Solutions `y` of `y[n] + a[0] y[n-1] + a[1] y[n-2] + ... = u[n]`: the row behind `lfilter`.",
)  # fmt: skip
