"""Public reductions that mean different things in NumPy's and in PyTorch's spelling."""

from collections import namedtuple
from typing import Any

import numpy as np

from ..core.public import public
from ..core.spec import from_end
from .choose import maximum, minimum
from .index import getitem
from .move import as_array, squeeze
from .norms import norm as norm
from .reduce import amax, amin, argmax, argmin, deviated, reduced_mean, variance

Extreme = namedtuple("Extreme", "values indices")
UNSET = object()


def moment(row, x, axis, keepdims, correction):
    x = as_array(x)
    if x.dtype is not None and x.dtype.kind in "biu":
        x = x.astype(np.float64)
    return row(
        x,
        axes=None if axis is None else from_end(axis, len(x.shape)),
        keepdims=bool(keepdims),
        correction=correction,
    )


@public(np.mean)
def mean(x, axis=None, keepdims=False):
    """Mean over `axis` (all axes when None).

    >>> float(mean(np.array([1.0, 2.0])))
    1.5
    """
    x = as_array(x)
    axes = None if axis is None else from_end(axis, len(x.shape))
    return reduced_mean(x, axes=axes, keepdims=bool(keepdims))


def chosen_correction(dim, ddof, correction, unbiased):
    """What is subtracted from n: 0 as in NumPy, 1 in PyTorch's spelling, or what is given."""
    if correction is not None:
        return correction
    if unbiased is not None:
        return int(unbiased)
    return 1 if dim is not UNSET else ddof


@public(np.var, renamed=False)
def var(x, axis=None, *, dim=UNSET, ddof=0, correction=None, unbiased=None, keepdims=False, keepdim=False):
    """Variance over `axis`: divided by n as in NumPy, by n - 1 with `dim=` as in PyTorch.

    ddof, correction, unbiased: what is subtracted from n, in NumPy's, the array standard's and
    PyTorch's words.

    >>> float(var(np.array([1.0, 3.0]))), float(var(np.array([1.0, 3.0]), dim=0))
    (1.0, 2.0)
    """
    correction = chosen_correction(dim, ddof, correction, unbiased)
    return moment(variance, x, axis if dim is UNSET else dim, keepdims or keepdim, correction)


@public(np.std, renamed=False)
def std(x, axis=None, *, dim=UNSET, ddof=0, correction=None, unbiased=None, keepdims=False, keepdim=False):
    """Standard deviation over `axis`: by n as in NumPy, by n - 1 with `dim=` as in PyTorch.

    The derivative where all elements are equal is 0.

    >>> float(std(np.array([1.0, 3.0])))
    1.0
    """
    correction = chosen_correction(dim, ddof, correction, unbiased)
    return moment(deviated, x, axis if dim is UNSET else dim, keepdims or keepdim, correction)


def extreme(x, dim, keepdim, index_of):
    """PyTorch's (values, indices) along `dim`: the derivative goes to the element found."""
    indices = index_of(x, axis=dim, keepdims=True)
    grid = [np.arange(n).reshape((-1,) + (1,) * (x.ndim - 1 - i)) for i, n in enumerate(x.shape)]
    grid[dim] = indices
    values = getitem(x, tuple(grid)) if x.ndim else x
    return Extreme(*(v if keepdim or not x.ndim else squeeze(v, dim) for v in (values, indices)))


@public(np.max, renamed=False)
def max(x, axis: Any = None, *, dim=UNSET, keepdims=False, keepdim=False):
    """Largest element over `axis`; ties share the derivative equally.

    With `dim=`, as in PyTorch: the pair (values, indices), where the first of equals is taken.
    With a second tensor instead of an axis: the larger of the two, elementwise.

    >>> float(max(np.array([1.0, 2.0])))
    2.0
    """
    if dim is not UNSET:
        return extreme(as_array(x), dim, keepdim, argmax)
    return maximum(x, axis) if hasattr(axis, "shape") and axis.shape else amax(x, axis, keepdims)


@public(np.min, renamed=False)
def min(x, axis: Any = None, *, dim=UNSET, keepdims=False, keepdim=False):
    """Smallest element over `axis`; ties share the derivative equally.

    With `dim=`, as in PyTorch: the pair (values, indices), where the first of equals is taken.
    With a second tensor instead of an axis: the smaller of the two, elementwise.

    >>> float(min(np.array([1.0, 2.0])))
    1.0
    """
    if dim is not UNSET:
        return extreme(as_array(x), dim, keepdim, argmin)
    return minimum(x, axis) if hasattr(axis, "shape") and axis.shape else amin(x, axis, keepdims)
