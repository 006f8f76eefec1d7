"""Sylvester's equation, a x + x b = q.

Source: R. H. Bartels and G. W. Stewart, "Algorithm 432: solution of the matrix equation
AX + XB = C", 1972; the rules follow by differentiating the equation.
"""

from typing import Any

import numpy as np

from ..core.errors import MatrixError
from ..core.family import Opaque
from ..core.spec import Spec, broadcast_shapes
from ..core.values import total
from .contract import matmul
from .matrices import adjoint, aligned, float_dtype, regular


def sylvester_values(a, b, q):
    """SciPy's solution, of one equation or a stack, in the dtype of the arguments."""
    try:
        from scipy.linalg import solve_sylvester
    except ImportError:
        raise ImportError(
            "solve_sylvester needs SciPy: pip install autodiff-numpy[scipy]"
        ) from None
    spec: Any = sylvester_spec(a, b, q)
    if 0 in spec.shape:
        return np.zeros(spec.shape, spec.dtype)
    lead, dtype = spec.shape[:-2], np.result_type(spec.dtype, float)  # in double precision
    # in rows: the rounding of SciPy depends on the order in memory
    wide = [
        np.ascontiguousarray(np.broadcast_to(x, (*lead, *x.shape[-2:])), dtype) for x in (a, b, q)
    ]
    flat = [x.reshape(-1, *x.shape[-2:]) for x in wide]
    found = np.array([solve_sylvester(*one) for one in zip(*flat)])
    return found.reshape(spec.shape).astype(spec.dtype)


def sylvester_spec(a, b, q):
    m, n = a.shape[-1], b.shape[-1]
    if tuple(q.shape[-2:]) != (m, n):
        raise MatrixError(
            f"solve_sylvester: q has shape {q.shape}, a {a.shape} and b {b.shape}; q needs "
            f"shape (..., {m}, {n})"
        )
    lead = broadcast_shapes("solve_sylvester", (a.shape[:-2], b.shape[:-2], q.shape[:-2]))
    return Spec((*lead, m, n), float_dtype(a, b, q))


def sylvester_jvp(tangents, x, a, b, q):
    da, db, dq = tangents
    left = None if da is None else -matmul(da, x)
    right = None if db is None else -matmul(x, db)
    return sylvester(a, b, total([dq, left, right]))


def sylvester_vjp(g, x, wanted, a, b, q):
    back = sylvester(adjoint(a), adjoint(b), g)
    return (
        None if wanted[0] is None else -matmul(back, adjoint(x)),
        None if wanted[1] is None else -matmul(adjoint(x), back),
        back,
    )


def equations(rng, dtype):
    """Samples for the laws: one equation, a stack that broadcasts, and one without elements."""
    kind = np.result_type(dtype, np.float32)
    return [
        ((regular(rng, kind), regular(rng, kind, 2), rng.normal(size=(3, 2)).astype(kind)), {}),
        ((regular(rng, kind, 2, (2,)), regular(rng, kind, 2), rng.normal(size=(2, 2)).astype(kind)), {}),
        ((np.zeros((0, 0), kind), regular(rng, kind, 2), np.zeros((0, 2), kind)), {}),
    ]  # fmt: skip


sylvester = Opaque(
    "sylvester(a, b, q)", sylvester_values, jvp=sylvester_jvp, vjp=sylvester_vjp,
    infer=sylvester_spec, batch=lambda batched, *args: sylvester(*aligned(batched, *args)),
    latex=r"\operatorname{sylvester}({$a}, {$b}, {$q})", sample=equations,
    doc="Solutions `x` of `a x + x b = q`: the row behind `solve_sylvester`.",
)  # fmt: skip
