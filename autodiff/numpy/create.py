"""Functions that make arrays, of numbers or of values being differentiated."""

from typing import Any

import numpy as np

from ..core.op import TRACED
from ..core.public import has_traced
from ..interpret.arrays import copy as copied
from ..ops.move import as_array, broadcast_to
from ..ops.plain import plain

__all__ = [
    "arange", "array", "asanyarray", "asarray", "ascontiguousarray", "asfortranarray", "eye",
    "from_dlpack", "full", "identity",
]  # fmt: skip


def traced(x):
    """Whether `x` is, or holds, a value being differentiated."""
    return type(x) in TRACED or (isinstance(x, (list, tuple)) and has_traced(x))


def converted(x):
    """A list that holds traced values as one value; all else as it is."""
    return as_array(x) if isinstance(x, (list, tuple)) and has_traced(x) else x


def with_rank(x, ndmin):
    """`x` with unit axes in front until it has so many axes."""
    return x.reshape((1,) * (ndmin - len(x.shape)) + x.shape) if len(x.shape) < ndmin else x


def array(object, dtype=None, *, copy: Any = True, order="K", subok=False, ndmin=0, like=None):
    """An array of numbers or nested lists; of traced values one value of their kind, a copy.

    >>> array([1.0, 2.0]).tolist()
    [1.0, 2.0]
    """
    if not traced(object):
        options: Any = {"copy": copy, "order": order, "subok": subok, "ndmin": ndmin}
        return np.array(object, dtype, **options)
    x = as_array(object)
    x = x if dtype is None else x.astype(dtype, copy=False)
    return with_rank(copied(x) if copy and x is object else x, ndmin)


def asarray(a, dtype=None, order=None, *, device=None, copy=None, like=None):
    """`a` as an array, without a copy where none is needed; a traced value as it is.

    >>> asarray([1.0, 2.0]).tolist()
    [1.0, 2.0]
    """
    checked_device(device)
    if not traced(a):
        return np.asarray(a, dtype, order=order, copy=copy)
    x = as_array(a)
    found = x if dtype is None else x.astype(dtype, copy=False)
    if copy is False and (found is not a):
        raise ValueError("asarray: copy=False is given, and this dtype or list needs a copy")
    return copied(found) if copy and found is a else found


def asanyarray(a, dtype=None, order=None, *, device=None, copy=None, like=None):
    """`asarray`, which keeps subclasses of NumPy's arrays."""
    checked_device(device)
    if traced(a):
        return asarray(a, dtype, copy=copy)
    return np.asanyarray(a, dtype, order=order, copy=copy)


def ascontiguousarray(a, dtype=None, *, like=None):
    """`a` in C order with at least one axis; the order of memory of a traced value is its own."""
    if traced(a):
        return with_rank(asarray(a, dtype), 1)
    return np.ascontiguousarray(a, dtype)


def asfortranarray(a, dtype=None, *, like=None):
    """`a` in Fortran order with at least one axis; that of a traced value is its own."""
    if traced(a):
        return with_rank(asarray(a, dtype), 1)
    return np.asfortranarray(a, dtype)


def full(shape, fill_value, dtype=None, order: Any = "C", *, device=None, like=None):
    """`fill_value` everywhere in the given shape; it may be traced.

    >>> full((2,), 3.0).tolist()
    [3.0, 3.0]
    """
    checked_device(device)
    if not traced(fill_value):
        return np.full(shape, fill_value, dtype, order)
    shape = (shape,) if isinstance(shape, (int, np.integer)) else tuple(shape)
    found = copied(broadcast_to(as_array(fill_value), shape))
    return found if dtype is None else found.astype(dtype)


def arange(start: Any, stop: Any = None, step: Any = 1, dtype=None, *, device=None, like=None):
    """Numbers from `start` (or 0) up to but not including `stop`; ends and step may be traced.

    >>> arange(3).tolist()
    [0, 1, 2]
    """
    checked_device(device)
    low, high = (0, start) if stop is None else (start, stop)
    if not any(traced(v) for v in (low, high, step)):
        return np.arange(low, high, step, dtype=dtype)
    first, last, width = (plain(v, "arange") for v in (low, high, step))
    count = len(np.arange(first, last, width))
    found = low + step * np.arange(count)
    return found if dtype is None else found.astype(dtype)


def eye(N, M=None, k: Any = 0, dtype: Any = float, order="C", *, device=None, like=None):
    """Ones on diagonal `k`, zeros elsewhere."""
    checked_device(device)
    return np.eye(N, M, k, dtype)


def identity(n, dtype: Any = None, *, like=None):
    """The identity matrix."""
    return np.identity(n, dtype)


def from_dlpack(x, /, *, device=None, copy=None):
    """An array of any library that shares memory by DLPack.

    >>> from_dlpack(np.ones(2)).tolist()
    [1.0, 1.0]
    """
    checked_device(device)
    return np.from_dlpack(x, copy=copy)


def checked_device(device):
    """Raise for a device that is not there."""
    if device not in (None, "cpu"):
        raise ValueError(f'device={device!r}: the only device is "cpu"')
