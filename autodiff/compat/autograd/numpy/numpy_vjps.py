"""What rules of users call to undo broadcasting."""

from typing import Any

import numpy as np

from ....ops.complex import real
from ....ops.move import broadcast_to, reshape, sum_to
from ..primitives import as_array


def unbroadcast(x, target_meta, broadcast_idx=0):
    """`x` summed to the shape of a target, real where the target is.

    target_meta: (shape, rank, dtype, whether complex), as `numpy.metadata` gives it.

    >>> unbroadcast(np.ones((2, 3)), metadata(np.ones(3))).tolist()
    [2.0, 2.0, 2.0]
    """
    shape, _, _, is_complex = target_meta
    x = as_array(x)
    if broadcast_idx:
        raise ValueError(f"unbroadcast: broadcast_idx is {broadcast_idx}; it needs 0")
    found = x if tuple(x.shape) == tuple(shape) else sum_to(x, tuple(shape))
    return found if is_complex or found.dtype.kind != "c" else real(found)


def unbroadcast_f(target, f):
    """The function `f` whose result is summed to the shape of `target`.

    >>> unbroadcast_f(np.ones(1), lambda g: 2 * g)(np.ones(3)).tolist()
    [6.0]
    """
    meta = metadata(target)
    return lambda g: unbroadcast(f(g), meta)


def metadata(x) -> Any:
    """(shape, rank, dtype, whether complex) of an array or a number."""
    x = as_array(x)
    return tuple(x.shape), len(x.shape), x.dtype, x.dtype.kind == "c"


def repeat_to_match_shape(g, shape, dtype, axis, keepdims):
    """`g`, which has lost axes in a reduction, repeated along them: (array, number of copies)."""
    g = as_array(g)
    if not shape:
        return g, 1
    axes = range(len(shape)) if axis is None else np.atleast_1d(axis) % len(shape)
    kept = tuple(1 if i in axes else s for i, s in enumerate(shape))
    copies = int(np.prod([shape[i] for i in axes], dtype=int))
    return broadcast_to(reshape(g, kept), tuple(shape)), copies


def match_complex(target, x):
    """`x` real where the target is, complex where the target is."""
    wanted, x = as_array(target).dtype.kind == "c", as_array(x)
    if wanted and x.dtype.kind != "c":
        return x + 0j
    return real(x) if x.dtype.kind == "c" and not wanted else x


def replace_zero(x, val):
    """`x` with `val` in the place of zeros."""
    from_x = as_array(x)
    return np.where(from_x != 0, from_x, val)
