"""Rows that multiply and sum: products of vectors, matrices and tensors."""

from typing import Any

import numpy as np

from ..core.errors import ShapeError
from ..core.family import Contraction
from ..core.lower import Expansion, Product
from ..core.public import as_value, public
from ..core.spec import Spec, broadcast_shapes, from_end, is_complex
from ..core.values import pad_rank
from .complex import conjugate
from .einsum import einsum, letters
from .move import as_array, expand_dims, joint_dtype, reshape, some
from .reduce import sum


def matrix_spec(x, y):
    """Spec of a matrix product."""
    if x.shape[-1] != y.shape[-2]:
        raise ShapeError(
            f"matmul: inner sizes differ, {x.shape} @ {y.shape}; "
            "the last size of the first must be the second-last of the other"
        )
    lead = broadcast_shapes("matmul", (x.shape[:-2], y.shape[:-2]))
    return Spec((*lead, x.shape[-2], y.shape[-1]), joint_dtype(x, y))


matrix_product = Contraction(
    "matrix_product(x, y)", np.matmul,
    lambda g, x, y: matrix_product(g, y.mT),
    lambda g, x, y: matrix_product(x.mT, g),
    infer=matrix_spec, lower=Product(), latex=r"$x \, $y", torch="Mm",
    sample=lambda rng, dtype: some(dtype, rng, (((2, 3), (3, 2)), {}), (((2, 1, 3), (3, 2)), {}), (((0, 3), (3, 2)), {}), (((2, 0), (0, 2)), {})),
    doc="Product of matrices over the last two axes, leading axes broadcast: the row behind `matmul`.",
)


def matrix_vector_spec(x, y):
    """Spec of the product of matrices and vectors."""
    if x.shape[-1] != y.shape[-1]:
        raise ShapeError(
            f"matmul: inner sizes differ, {x.shape} @ {y.shape}; "
            "the last size of the matrix must be that of the vector"
        )
    lead = broadcast_shapes("matmul", (x.shape[:-2], y.shape[:-1]))
    return Spec((*lead, x.shape[-2]), joint_dtype(x, y))


def batched_matrix_vector(batched, x, y):
    """The products of batches, with the leading axes of an example lined up."""
    rank = max(x.ndim - batched[0] - 2, y.ndim - batched[1] - 1)
    return matrix_vector(
        pad_rank(x, rank + 2) if batched[0] else x, pad_rank(y, rank + 1) if batched[1] else y
    )


matrix_vector = Contraction(
    "matrix_vector(x, y)",
    lambda x, y: np.matmul(x, y) if y.ndim == 1 else np.matmul(x, y[..., None])[..., 0],
    lambda g, x, y: g[..., None] * y[..., None, :],
    lambda g, x, y: matrix_vector(x.mT, g),
    infer=matrix_vector_spec, batch=batched_matrix_vector,
    lower=Expansion(lambda x, y: (x * y[..., None, :]).sum(-1)), latex=r"$x \, $y", torch="Mv",
    sample=lambda rng, dtype: some(dtype, rng, (((2, 3), (3,)), {}), (((2, 3), (4, 3)), {}), (((4, 2, 3), (3,)), {}), (((0, 3), (3,)), {}), (((2, 0), (0,)), {})),
    doc="Product of matrices and vectors over the last axis, leading axes broadcast.",
)


def batched_inner(batched, x, y):
    """The inner products of pairs of vectors."""
    return einsum("...i,...i->...", x, y)


inner_product = Contraction(
    "inner_product(x, y)", np.dot,
    lambda g, x, y: g * y,
    lambda g, x, y: g * x,
    batch=batched_inner, lower=Expansion(lambda x, y: (x * y).sum()), latex=r"$x \cdot $y", torch="Dot",
    infer=lambda x, y: Spec((), joint_dtype(x, y)),
    sample=lambda rng, dtype: some(dtype, rng, (((3,), (3,)), {}), (((0,), (0,)), {})),
    doc="Sum of the products of two vectors: the row behind `dot`.",
)


def inner_sizes(name, x, y):
    if x.shape != y.shape:
        raise ShapeError(f"{name}: vectors of sizes {x.shape} and {y.shape}; they must be equal")


@public(np.matmul)
def matmul(x, y):
    """Matrix product over the last two axes; leading axes broadcast, vectors count as a row or a column.

    Raises ShapeError if the inner sizes differ.

    >>> matmul(np.eye(2), np.array([1.0, 2.0])).tolist()
    [1.0, 2.0]
    """
    x, y = as_array(x), as_array(y)
    a, b = len(x.shape), len(y.shape)
    if not a or not b:
        raise ShapeError(f"matmul: shapes {x.shape} and {y.shape}; a number has no axes, use *")
    if a == b == 1:
        inner_sizes("matmul", x, y)
        return inner_product(x, y)
    if a > 1 < b:
        return matrix_product(x, y)
    if b == 1:
        return matrix_vector(x, y)
    if x.shape[0] != y.shape[-2]:
        matrix_spec(expand_dims(x, 0), y)
    return matrix_vector(y.mT, x)


@public(np.dot)
def dot(x, y):
    """Sum of products: inner product of vectors, product of matrices, product with a number.

    >>> float(dot(np.array([1.0, 2.0]), np.array([3.0, 4.0])))
    11.0
    """
    x, y = as_array(x), as_array(y)
    a, b = len(x.shape), len(y.shape)
    if a == b == 1:
        inner_sizes("dot", x, y)
        return inner_product(x, y)
    if not a or not b:
        return x * y
    if a <= 2 and b <= 2:
        return matmul(x, y)
    return tensordot(x, y, ((a - 1,), (0 if b == 1 else b - 2,)))


@public(np.vdot)
def vdot(x, y):
    """Sum of the products of the conjugate of `x` and `y`, both flattened.

    >>> vdot(np.array([1j]), np.array([1j])).item()
    (1+0j)
    """
    x, y = (reshape(as_array(v), -1) for v in (x, y))
    return dot(conjugate(x) if is_complex(x.dtype) else x, y)


@public(np.inner)
def inner(x, y):
    """Sum of products over the last axis of both.

    >>> float(inner(np.array([1.0, 2.0]), np.array([3.0, 4.0])))
    11.0
    """
    x, y = as_array(x), as_array(y)
    if not x.shape or not y.shape:
        return x * y
    return tensordot(x, y, ((-1,), (-1,)))


@public(np.outer)
def outer(x, y):
    """Products of all pairs of elements, shape (size of x, size of y).

    >>> outer(np.array([1.0, 2.0]), np.array([3.0, 4.0])).tolist()
    [[3.0, 4.0], [6.0, 8.0]]
    """
    return reshape(as_array(x), (-1, 1)) * reshape(as_array(y), (1, -1))


@public(np.tensordot)
def tensordot(x, y, axes: Any = 2):
    """Sum of products over pairs of axes: the last `axes` of x with the first of y, or as listed.

    >>> tensordot(np.ones((2, 3)), np.ones((3, 4)), 1).shape
    (2, 4)
    """
    x, y = as_array(x), as_array(y)
    a, b = len(x.shape), len(y.shape)
    if isinstance(axes, (int, np.integer)):
        axes = (tuple(range(a - axes, a)), tuple(range(axes)))
    left, right = from_end(axes[0], a), from_end(axes[1], b)
    names = letters(a + b)
    first, second = list(names[:a]), list(names[a:])
    for i, j in zip(left, right, strict=True):
        second[j] = first[i]
    kept = [n for n in first if n not in second] + [n for n in second if n not in first]
    return einsum(f"{''.join(first)},{''.join(second)}->{''.join(kept)}", x, y)


@public(np.trace)
def trace(x, offset=0, axis1=0, axis2=1):
    """Sum along a diagonal.

    >>> float(trace(np.eye(3)))
    3.0
    """
    return sum(diagonal(x, offset, axis1, axis2), -1)


@public(np.diagonal)
def diagonal(x, offset=0, axis1=0, axis2=1):
    """The elements of a diagonal, along a new last axis.

    >>> diagonal(np.eye(3)).tolist()
    [1.0, 1.0, 1.0]
    """
    x = as_value(x)
    a, b = (from_end(axis, len(x.shape))[0] for axis in (axis1, axis2))
    rest = [i for i in range(-len(x.shape), 0) if i not in (a, b)]
    moved = x.transpose((*rest, a, b))
    rows, columns = moved.shape[-2:]
    size = min(rows + min(offset, 0), columns - max(offset, 0))
    i = np.arange(size if size > 0 else 0)
    return moved[..., i + max(-offset, 0), i + max(offset, 0)]
