"""Norms of vectors and matrices, of every order that NumPy knows."""

from importlib import import_module
from typing import Any

import numpy as np

from ..core.errors import ShapeError
from ..core.family import Reduction
from ..core.public import public
from ..core.spec import FLOAT64, from_end, kept_shape
from .arithmetic import absolute, power
from .choose import sign, where
from .move import as_array, moveaxis, reshape
from .reduce import amax, amin, length, spread, sum

FACTORS = f"{__package__}.decompose"  # read when singular values are first asked for


def order_values(x, *, axes=None, keepdims=False, order):
    """The p-norm, with the largest element taken out for positive orders."""
    sizes = abs(x)
    if not sizes.size or order < 0:
        with np.errstate(divide="ignore"):
            return np.sum(sizes**order, axis=axes, keepdims=keepdims) ** (1 / order)
    top = sizes.max(axis=axes, keepdims=True)
    top = np.where((top > 0) & np.isfinite(top), top, 1).astype(top.dtype)
    found = np.sum((sizes / top) ** order, axis=axes, keepdims=True) ** (1 / order) * top
    return found if keepdims else found.reshape(np.sum(sizes, axis=axes).shape)


def order_slope(y, x, order):
    """sign(x) (|x| / y)**(p - 1), and 0 where the norm is 0."""
    still = y == 0
    part = absolute(x) / where(still, 1, y)
    return where(still, 0, sign(x) * power(part, order - 1))


order_length = Reduction(
    "order_length(x)", order_values,
    lambda t, y, x, axes, order: t * order_slope(y, x, order),
    analytic=False, sample=spread(0.5, 3, shapes=[((3,), {"order": 3}), ((2, 3), {"axes": (-1,), "order": 1.5}), ((2, 3), {"axes": (-2,), "keepdims": True, "order": -2})]),
    latex=r"\left\|$x\right\|_p", torch="LinalgVectorNorm",
    doc="p-norm over axes, for orders other than 0, 1, 2 and infinity: the row behind `norm`.",
)


def floating(x):
    """`x` in floating point."""
    x = as_array(x)
    return x.astype(FLOAT64) if x.dtype is not None and x.dtype.kind in "biu" else x


def of_vectors(x, ord, axes, keepdims):
    """The norm of the elements over any axes."""
    if ord is None or ord == 2:
        return length(x, axes=axes, keepdims=keepdims)
    if isinstance(ord, str):
        raise ValueError(f"norm: Invalid norm order {ord!r} for vectors; give a number or two axes")
    if ord == 0:
        return sum(where(x != 0, 1.0, 0.0).astype(absolute(x).dtype or FLOAT64), axes, keepdims)
    size = absolute(x)
    if ord == 1:
        return sum(size, axes, keepdims)
    if np.isinf(ord):
        return top_of(size, axes, keepdims) if ord > 0 else amin(size, axes, keepdims)
    return order_length(x, axes=axes, keepdims=keepdims, order=float(ord))


def top_of(x, axes, keepdims):
    """The largest over axes; 0 of nothing, as NumPy's norms have it."""
    if 0 in x.shape:
        return sum(x, axes, keepdims)
    return amax(x, axes, keepdims)


def of_matrices(x, ord, axes, keepdims):
    """The norm of matrices whose rows and columns are two axes."""
    rows, columns = axes
    if rows == columns:
        raise ValueError("norm: Duplicate axes given; rows and columns are two axes")
    if ord in (None, "fro", "f"):
        return length(x, axes=axes, keepdims=keepdims)
    extreme = {2: top_of, -2: amin, "nuc": sum, 1: top_of, -1: amin, np.inf: top_of, -np.inf: amin}
    if ord not in extreme:
        raise ValueError(
            f"norm: Invalid norm order {ord!r} for matrices; it needs 'fro', 'nuc', 1, 2, inf or their negatives"
        )
    if ord in (2, -2, "nuc"):
        values = import_module(FACTORS).svdvals(moveaxis(x, axes, (-2, -1)))
        found = extreme[ord](values, -1, False)
        return reshape(found, kept_shape(x.shape, axes)) if keepdims else found
    first, second = (rows, columns) if abs(ord) == 1 else (columns, rows)
    found = extreme[ord](sum(absolute(x), first, True), second, True)
    return found if keepdims else reshape(found, [s for i, s in enumerate(x.shape) if i - len(x.shape) not in axes])


def axes_of(axis, ndim):
    """NumPy's `axis` from the end; duplicates are left to the norms."""
    given = axis if isinstance(axis, (tuple, list)) else (axis,)
    return tuple(from_end(a, ndim)[0] for a in given)


@public(np.linalg.norm)
def norm(x, ord: Any = None, axis=None, keepdims=False, p=None):
    """Norm over `axis`: of vectors for one axis, of matrices for two, of all elements for None.

    ord: None for the Euclidean length.  Of vectors inf, -inf, 0 or any number; of matrices "fro",
    "nuc", 2, -2 (singular values), 1, -1 (columns), inf, -inf (rows).
    p: PyTorch's word: a norm of all elements also of matrices, unless it is text.

    The derivative of each norm at zero is 0; at a tie, as of the largest element, it is shared.
    Raises ValueError for an order that the vectors or matrices do not have.

    >>> float(norm(np.array([3.0, 4.0]))), float(norm(np.eye(2), "nuc"))
    (5.0, 2.0)
    """
    x, keepdims = floating(x), bool(keepdims)
    n = len(x.shape)
    if p is not None and ord is None:
        if not isinstance(p, str):
            return of_vectors(x, p, None if axis is None else from_end(axis, n), keepdims)
        ord = p
    axes = tuple(range(-n, 0)) if axis is None else axes_of(axis, n)
    if axis is None and (ord is None or (n == 1 and ord == 2)):
        return length(x, axes=None, keepdims=keepdims)
    if len(axes) == 1:
        return of_vectors(x, ord, axes, keepdims)
    if len(axes) != 2:
        raise ShapeError(
            f"norm: Improper number of dimensions to norm, {len(axes)} axes and ord={ord!r}; "
            "vectors have one and matrices two, name them with axis="
        )
    return of_matrices(x, ord, axes, keepdims)


@public()
def length_of(x, p: Any = None, axis=None, keepdims=False, ord: Any = None):
    """Norm of all elements, or of those over `axis`, as PyTorch's method of tensors.

    p: None for the Euclidean length, any number, or "fro" or "nuc" for matrices; ord: as in `norm`.

    >>> from autodiff.ops.norms import length_of
    >>> float(length_of(np.array([[3.0, 0.0], [0.0, 4.0]]), 2))
    5.0
    """
    return norm(x, ord, axis, keepdims, p)


@public(np.linalg.vector_norm)
def vector_norm(x, /, ord: Any = 2, axis=None, keepdims=False):
    """Norm of vectors over any axes, of all elements for None.

    ord: inf, -inf, 0 or any number.

    >>> float(vector_norm(np.array([[3.0], [4.0]])))
    5.0
    """
    x = floating(x)
    return of_vectors(x, ord, None if axis is None else from_end(axis, len(x.shape)), bool(keepdims))


@public(np.linalg.matrix_norm)
def matrix_norm(x, /, ord: Any = "fro", axis=(-2, -1), keepdims=False):
    """Norm of matrices over the last two axes, or those named.

    ord: "fro", "nuc", 2, -2, 1, -1, inf or -inf, as for `norm`.

    >>> float(matrix_norm(np.eye(2), ord="nuc"))
    2.0
    """
    x = floating(x)
    return of_matrices(x, ord, axes_of(axis, len(x.shape)), bool(keepdims))
