"""Shapes and dtypes: what is known of a value before its numbers are."""

from operator import index
from typing import Any, NamedTuple

import numpy as np

from .errors import ShapeError

FLOAT64 = np.dtype(np.float64)
UNDECIDED = np.dtype(object)  # of a node: real or complex is not known before numbers arrive


class Spec(NamedTuple):
    """Shape and dtype of an array; None for what is not known until numbers are fed."""

    shape: tuple | None
    dtype: np.dtype | None


def spec_of(x):
    """The spec of an array, a number or a traced value."""
    if not hasattr(x, "shape"):
        x = np.asarray(x)
    return Spec(x.shape, x.dtype)


def carries_derivative(dtype):
    """Whether values of this dtype have tangents: floats and complex numbers do."""
    return dtype is FLOAT64 or dtype is None or dtype.kind in "fcO"


def is_complex(dtype):
    return dtype is not FLOAT64 and dtype is not None and dtype.kind == "c"


def from_end(axis, ndim) -> Any:
    """Axes counted from the end, (-1, -3): a leading batch axis changes nothing.

    axis: None (all axes), an int, or a tuple of ints.  Raises AxisError as NumPy does.
    """
    if axis is None:
        return None
    if type(axis) is int and -ndim <= axis < ndim:
        return (axis if axis < 0 else axis - ndim,)
    axes = axis if isinstance(axis, (tuple, list)) else (axis,)
    found = tuple(_one_from_end(a, ndim) for a in axes)
    if len(set(found)) != len(found):
        raise ShapeError(f"duplicate value in axis {axis}: name each axis once")
    return found


def _one_from_end(axis, ndim):
    axis = index(axis)
    if not -ndim <= axis < ndim:
        raise np.exceptions.AxisError(axis, ndim)
    return axis if axis < 0 else axis - ndim


def every_axis(axes, ndim):
    """`axes` with None spelled out."""
    return tuple(range(-ndim, 0)) if axes is None else axes


def kept_shape(shape, axes):
    """The shape after reducing `axes` with keepdims."""
    n = len(shape)
    if axes is None:
        return (1,) * n
    return tuple([1 if i - n in axes else s for i, s in enumerate(shape)])


def reduced_shape(shape, axes, keepdims):
    """The shape after reducing `axes`."""
    if keepdims:
        return kept_shape(shape, axes)
    n = len(shape)
    return () if axes is None else tuple(s for i, s in enumerate(shape) if i - n not in axes)


def broadcast_shapes(name, shapes):
    """NumPy's broadcasting, with an error that names the operator."""
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        given = " and ".join(str(s) for s in shapes)
        raise ShapeError(
            f"{name}: shapes {given} do not broadcast; "
            "sizes must be equal or 1, counted from the last axis"
        ) from None


def full_shape(shape, size) -> Any:
    """`shape` with one -1 replaced so that it holds `size` elements."""
    shape = (shape,) if isinstance(shape, (int, np.integer)) else tuple(index(s) for s in shape)
    if -1 in shape:
        rest = 1
        for s in shape:
            rest *= 1 if s == -1 else s
        if shape.count(-1) > 1 or rest == 0 or size % rest:
            raise ShapeError(f"reshape: {size} elements do not fill shape {shape}")
        shape = tuple(size // rest if s == -1 else s for s in shape)
    return shape
