"""Slices under the names of jax.lax, whose places may be values.

A start outside an array is moved inside, as there: slices of a dynamic place have their full size.
"""

from builtins import max as greatest, slice as cut
from typing import Any

import numpy as np

from ..core.errors import ShapeError
from .choose import clip, where
from .index import getitem, setitem
from .move import as_array, expand_dims, squeeze


def slice(operand, start_indices, limit_indices, strides=None):
    """From a place to before another along each axis.

    Raises ShapeError for a place that the array does not have.

    >>> slice(np.arange(5.0), (1,), (5,), (2,)).tolist()
    [1.0, 3.0]
    """
    x, strides = as_array(operand), strides or (1,) * len(start_indices)
    ends = list(zip(start_indices, limit_indices, x.shape, strict=True))
    if not all([0 <= first <= last <= n for first, last, n in ends]):
        raise ShapeError(
            f"slice: the places {tuple(start_indices)} to {tuple(limit_indices)} do not lie in the "
            f"shape {tuple(x.shape)}"
        )
    return getitem(x, tuple([cut(*s) for s in zip(start_indices, limit_indices, strides)]))


def along(x, axis, part):
    """The index of a part of one axis."""
    return (*(cut(None),) * (axis % len(x.shape)), part)


def slice_in_dim(operand, start_index, limit_index, stride=1, axis=0):
    """From a place to before another along one axis."""
    x = as_array(operand)
    return getitem(x, along(x, axis, cut(start_index, limit_index, stride)))


def index_in_dim(operand, index, axis=0, keepdims=True):
    """One place of an axis."""
    x = as_array(operand)
    found = getitem(x, along(x, axis, index))
    return expand_dims(found, axis % len(x.shape)) if keepdims else found


def inside(start, size, length):
    """A start moved so that the whole slice lies inside."""
    start = as_array(start)
    return clip(where(start < 0, start + size, start), 0, greatest(size - length, 0))


def places(x, start_indices, sizes):
    """The index arrays of a block whose place may be a value."""
    rank = len(x.shape)
    starts = [start_indices[i] for i in range(len(start_indices))]
    if len(starts) != rank or len(sizes) != rank:
        raise ShapeError(
            f"dynamic_slice: {len(starts)} starts and {len(sizes)} sizes for {rank} axes"
        )
    ends = zip(starts, x.shape, sizes)
    firsts = [inside(s, n, m) for s, n, m in ends]
    shapes = [(-1, *(1,) * (rank - 1 - i)) for i in range(rank)]
    return tuple([f + np.arange(m).reshape(s) for f, m, s in zip(firsts, sizes, shapes)])


def dynamic_slice(operand, start_indices, slice_sizes):
    """A block of these sizes from a place that may be a value."""
    x = as_array(operand)
    if any([m > n for m, n in zip(slice_sizes, x.shape)]):
        raise ShapeError(f"dynamic_slice: sizes {tuple(slice_sizes)} exceed the shape {x.shape}")
    return getitem(x, places(x, start_indices, slice_sizes)) if x.shape else x


def dynamic_update_slice(operand, update, start_indices):
    """The array with a block written over, at a place that may be a value."""
    x, update = as_array(operand), as_array(update)
    if any([m > n for m, n in zip(update.shape, x.shape)]):
        raise ShapeError(f"dynamic_update_slice: a block {update.shape} does not fit {x.shape}")
    return setitem(x, places(x, start_indices, update.shape), update) if x.shape else update


def on_axis(x, axis, start):
    """The starts of a block that begins at `start` along one axis."""
    return [start if i == axis % len(x.shape) else 0 for i in range(len(x.shape))]


def dynamic_slice_in_dim(operand, start_index, slice_size, axis=0):
    """So many places of one axis, from one that may be a value."""
    x = as_array(operand)
    sizes = [slice_size if i == axis % len(x.shape) else n for i, n in enumerate(x.shape)]
    return dynamic_slice(x, on_axis(x, axis, start_index), sizes)


def dynamic_index_in_dim(operand, index, axis=0, keepdims=True):
    """One place of an axis, which may be a value."""
    found = dynamic_slice_in_dim(operand, index, 1, axis)
    return found if keepdims else squeeze(found, axis)


def dynamic_update_slice_in_dim(operand, update, start_index, axis):
    """The array with a block written over along one axis."""
    x = as_array(operand)
    return dynamic_update_slice(x, update, on_axis(x, axis, start_index))


def dynamic_update_index_in_dim(operand, update, index, axis):
    """The array with one place of an axis written over."""
    x, update = as_array(operand), as_array(update)
    missing: Any = len(update.shape) < len(x.shape)
    return dynamic_update_slice_in_dim(
        x, expand_dims(update, axis % len(x.shape)) if missing else update, index, axis
    )
