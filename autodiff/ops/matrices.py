"""What the rows of linear algebra share: complex pullbacks, dtypes, and matrices to test with."""

import numpy as np

from ..core.spec import FLOAT64, Spec, is_complex
from .complex import conjugate
from .move import expand_dims, joint_dtype, matrix_transpose


def analytic(vjp):
    """The pullback of a complex analytic function from the one for real matrices."""

    def pullback(g, out, wanted, *args):
        if not is_complex(g.dtype):
            return vjp(g, out, wanted, *args)
        found = vjp(conjugate(g), out, wanted, *args)
        return [None if c is None else conjugate(c) for c in found]

    return pullback


def adjoint(a):
    """Conjugate transpose over the last two axes."""
    return conjugate(matrix_transpose(a)) if is_complex(a.dtype) else matrix_transpose(a)


def as_scalar_matrix(x):
    """One number for each matrix, ready to multiply it."""
    return expand_dims(x, (-1, -2))


def float_dtype(*arrays):
    """The dtype in which LAPACK answers: float64 for integers; None where it is not known yet."""
    whole = [a.dtype is not None and a.dtype.kind in "biu" for a in arrays]
    return joint_dtype(*[Spec(None, FLOAT64) if w else a for a, w in zip(arrays, whole)])


def regular(rng, dtype, n=3, lead=()):
    """Well-conditioned random matrices."""
    return (rng.normal(size=(*lead, n, n)) * 0.3 + 2 * np.eye(n)).astype(dtype)


def positive(rng, dtype, n=3, lead=()):
    """Random positive definite matrices."""
    a = rng.normal(size=(*lead, n, n))
    return (a @ np.swapaxes(a, -1, -2) * 0.3 + 2 * np.eye(n)).astype(dtype)


def sampled(matrices):
    """Samples for the laws: one matrix, a stack, and a matrix without elements."""
    return lambda rng, dtype: [
        ((matrices(rng, dtype),), {}), ((matrices(rng, dtype, 2, (2,)),), {}), ((np.zeros((0, 0), dtype),), {})]


def aligned(batched, *args):
    """Batched stacks with as many leading axes as the widest example has."""
    rank = max(np.ndim(a) - b for a, b in zip(args, batched))
    return [
        a.reshape(a.shape[:1] + (1,) * (rank + 1 - np.ndim(a)) + a.shape[1:]) if b else a
        for a, b in zip(args, batched)
    ]
