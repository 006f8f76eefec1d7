"""Windows, diagonals and parts of an array, cut out or written over, by PyTorch's names."""

from typing import Any

import numpy as np

from ..core.errors import DTypeError, ShapeError
from ..core.public import public
from . import join, rearrange
from .complex import imag, real
from .index import getitem, setitem
from .move import as_array, broadcast_to, moveaxis, reshape, stack
from .plain import plain
from .rearrange import at_axis, axis_of, take_along_axis
from .torch_numbers import complex_of
from .torch_pieces import split
from .totals import cast_to


def as_strided(x, size, stride, storage_offset=None):
    """Elements of `x`, counted along its memory, at places offset + Σ index times stride.

    x: contiguous; an element that is named several times has the sum of their derivatives.
    Raises ShapeError for a place that `x` does not have.

    >>> as_strided(np.array([1.0, 2.0, 3.0]), (2, 2), (1, 1)).tolist()
    [[1.0, 2.0], [2.0, 3.0]]
    """
    x = as_array(x)
    value = getattr(x, "value", x)
    if isinstance(value, np.ndarray) and not value.flags.c_contiguous:
        raise ShapeError("as_strided: the elements do not lie in order in memory; give x.clone()")
    if len(size) != len(stride):
        raise ShapeError(f"as_strided: {len(size)} sizes and {len(stride)} strides are given; they must be as many")
    places = np.full(tuple(size), storage_offset or 0)
    for i, (n, step) in enumerate(zip(size, stride)):
        places = places + step * np.arange(n).reshape(-1, *(1,) * (len(size) - 1 - i))
    count = int(np.prod(x.shape, dtype=int))
    if places.size and not 0 <= places.min() <= places.max() < count:
        raise ShapeError(f"as_strided: place {places.max()} is out of bounds of {count} elements")
    return getitem(reshape(x, (-1,)), places)


def unfold(x, dimension, size, step):
    """Windows of `size` places along an axis, each `step` further; they lie along a new last axis.

    >>> unfold(np.array([1.0, 2.0, 3.0]), 0, 2, 1).tolist()
    [[1.0, 2.0], [2.0, 3.0]]
    """
    x = as_array(x)
    axis = axis_of(x, dimension)
    if not 0 <= size <= x.shape[axis] or step < 1:
        raise ShapeError(f"unfold: windows of size {size} in steps of {step} do not fit an axis of size {x.shape[axis]}")
    starts = np.arange(0, x.shape[axis] - size + 1, step)
    return moveaxis(at_axis(x, axis, starts[:, None] + np.arange(size)), axis + 1, -1)


# ------------------------------------------------------------------- diagonals


def diagonal_key(shape, offset, dim1, dim2):
    """The index of a diagonal of an array whose axes dim1, dim2 come last."""
    n = max(0, min(shape[dim1] + min(offset, 0), shape[dim2] - max(offset, 0)))
    return ..., np.arange(n) + max(-offset, 0), np.arange(n) + max(offset, 0)


def diag_embed(x, offset=0, dim1=-2, dim2=-1):
    """Matrices, along two new axes, whose diagonals are the last axis of `x`.

    >>> diag_embed(np.array([1.0, 2.0])).tolist()
    [[1.0, 0.0], [0.0, 2.0]]
    """
    x = as_array(x)
    rank, n = len(x.shape) + 1, x.shape[-1] + abs(offset)
    if dim1 % rank == dim2 % rank:
        raise ShapeError(f"diag_embed: dim1={dim1} and dim2={dim2} are one axis; they must differ")
    empty = np.zeros((*x.shape[:-1], n, n), x.dtype)
    if dim1 % rank > dim2 % rank:
        dim1, dim2, offset = dim2, dim1, -offset
    return moveaxis(setitem(empty, diagonal_key((n, n), offset, 0, 1), x), (-2, -1), (dim1, dim2))


def diagonal_scatter(x, src, offset=0, dim1=0, dim2=1):
    """`x` with `src` on a diagonal.

    >>> diagonal_scatter(np.zeros((2, 2)), np.array([1.0, 2.0])).tolist()
    [[1.0, 0.0], [0.0, 2.0]]
    """
    x, src = as_array(x), as_array(src)
    fits("diagonal_scatter", src, np.diagonal(np.empty(x.shape, bool), offset, dim1, dim2).shape)
    key = diagonal_key(x.shape, offset, dim1, dim2)
    inner = moveaxis(x, (dim1, dim2), (-2, -1))
    return moveaxis(setitem(inner, key, cast_to(src, x.dtype)), (-2, -1), (dim1, dim2))


def fits(name, src, shape):
    """Raise where what is to be written has not the shape of the place."""
    if tuple(src.shape) != tuple(shape):
        raise ShapeError(f"{name}: src has shape {src.shape} and the place {tuple(shape)}; they must be equal")


# ------------------------------------------------------------------- parts


def key_at(x, dim, part):
    """The index of a part of one axis."""
    return (*(slice(None),) * axis_of(x, dim), part)


def select_scatter(x, src, dim, index):
    """`x` with `src` at one place of an axis.

    >>> select_scatter(np.zeros((2, 2)), np.ones(2), 0, 1).tolist()
    [[0.0, 0.0], [1.0, 1.0]]
    """
    x, src = as_array(x), as_array(src)
    key = key_at(x, dim, int(index))
    fits("select_scatter", src, np.empty(x.shape, bool)[key].shape)
    return setitem(x, key, cast_to(src, x.dtype))


def slice_scatter(x, src, dim=0, start=None, end=None, step=1):
    """`x` with `src` at the places start:end:step of an axis.

    >>> slice_scatter(np.zeros(3), np.ones(2), start=1).tolist()
    [0.0, 1.0, 1.0]
    """
    x, src = as_array(x), as_array(src)
    key = key_at(x, dim, slice(start, end, step))
    fits("slice_scatter", src, np.empty(x.shape, bool)[key].shape)
    return setitem(x, key, cast_to(src, x.dtype))


def split_with_sizes(x, split_sizes, dim=0):
    """Parts of the sizes listed along an axis."""
    return split(x, list(split_sizes), dim)


def tensor_split(x, indices_or_sections, dim=0):
    """So many parts along an axis, nearly equal, or parts cut before the places listed.

    >>> [part.tolist() for part in tensor_split(np.array([1.0, 2.0, 3.0]), 2)]
    [[1.0, 2.0], [3.0]]
    """
    given = indices_or_sections
    given = given if isinstance(given, (int, tuple, list)) else plain(given, "tensor_split").tolist()
    return tuple(join.array_split(x, given, dim))


def cut(name, axis):
    """NumPy's cut along one axis, as a tuple."""
    function = getattr(join, name)

    def call(x, indices_or_sections):
        return tuple(function(x, indices_or_sections))

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"Parts along {axis}: so many equal ones, or cut before the places listed."
    return call


hsplit = cut("hsplit", "the second axis, or the only one")
vsplit, dsplit = cut("vsplit", "the first axis"), cut("dsplit", "the third axis")


def take_along_dim(x, indices, dim: Any = None):
    """The elements at `indices` along an axis, of the flattened array without `dim`.

    >>> take_along_dim(np.array([[3.0, 4.0]]), np.array([[1]]), 1).tolist()
    [[4.0]]
    """
    x, indices = as_array(x), as_array(indices)
    if indices.dtype.kind not in "iu":
        raise DTypeError(f"take_along_dim: the indices have dtype {indices.dtype}; they need integers")
    if dim is None:
        return take_along_axis(reshape(x, (-1,)), reshape(indices, (-1,)), 0)
    return take_along_axis(x, indices, dim)


def masked_scatter(x, mask, source):
    """`x` with the elements of `source`, in order, where the mask holds.

    >>> masked_scatter(np.zeros(3), np.array([True, False, True]), np.array([1.0, 2.0])).tolist()
    [1.0, 0.0, 2.0]
    """
    mask = plain(mask, "masked_scatter")
    shape = np.broadcast_shapes(as_array(x).shape, mask.shape)
    x, mask = broadcast_to(as_array(x), shape), np.broadcast_to(mask, shape)
    source = reshape(as_array(source), (-1,))
    count = int(mask.sum())
    if source.shape[0] < count:
        raise ShapeError(f"masked_scatter: the mask has {count} places and the source {source.shape[0]} elements; give more")
    return setitem(x, np.nonzero(mask), source[:count])


def fill_diagonal(x, fill_value, wrap=False):
    """`x` with one number on its main diagonal; with `wrap` again below a tall matrix."""
    x = as_array(x)
    mask = np.zeros(x.shape, bool)
    np.fill_diagonal(mask, True, wrap=wrap)
    return setitem(x, np.nonzero(mask), fill_value)


# ------------------------------------------------------------------- complex numbers as pairs


@public()
def view_as_real(x):
    """The real and imaginary parts along a new last axis."""
    x = as_array(x)
    if x.dtype.kind != "c":
        raise DTypeError(f"view_as_real: the dtype is {x.dtype}; it needs complex numbers")
    return stack([real(x), imag(x)], -1)


@public()
def view_as_complex(x):
    """The complex numbers whose parts lie along the last axis, of size 2."""
    x = as_array(x)
    if not x.shape or x.shape[-1] != 2:
        raise ShapeError(f"view_as_complex: the shape is {x.shape}; the last axis must have size 2")
    return complex_of(x[..., 0], x[..., 1])


def combinations(x, r=2, with_replacement=False):
    """All choices of `r` elements of a vector, as rows.

    >>> combinations(np.array([1.0, 2.0, 3.0])).tolist()
    [[1.0, 2.0], [1.0, 3.0], [2.0, 3.0]]
    """
    x = as_array(x)
    rows = np.indices((x.shape[0],) * r).reshape(r, -1).T
    kept = (np.diff(rows, axis=1) >= (0 if with_replacement else 1)).all(axis=1)
    return rearrange.take(x, rows[kept], 0)
