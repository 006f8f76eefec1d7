"""Rows that accumulate along an axis."""

import numpy as np

from ..core.family import Movement, Opaque
from ..core.public import public
from ..core.spec import Spec, from_end
from .index import getitem
from .move import as_array, concatenate, flip, reshape, some
from .plain import kind

accumulated = Movement(
    "accumulated(x)",
    lambda x, *, axis: np.cumsum(x, axis),
    lambda g, wanted, x, *, axis: flip(accumulated(flip(g, axis), axis=axis), axis),
    infer=lambda x, *, axis: Spec(
        x.shape, x.dtype and np.cumsum(np.zeros(0, x.dtype)).dtype
    ),
    batch=lambda op, batched, x, *, axis: op(x, axis=axis),
    latex=r"\operatorname{cumsum} {$x}",
    torch="Cumsum",
    sample=lambda rng, dtype: some(
        dtype, rng, (((2, 3),), {"axis": -1}), (((0, 3),), {"axis": -2})
    ),
    doc="Running sum along an axis: the row behind `cumsum`.",
)


def flat_or_end(x, axis):
    """(`x`, axis from the end), of the flattened array where the axis is None."""
    x = as_array(x)
    if axis is None:
        x, axis = reshape(x, -1), 0
    return x, from_end(axis, len(x.shape))[0]


def part(x, axis, chosen):
    """A slice along one axis, counted from the end."""
    return getitem(x, (..., chosen, *(slice(None),) * (-axis - 1)))


@public(np.cumsum)
def cumsum(x, axis=None, dtype=None):
    """Running sum along `axis`; of the flattened array when None.

    >>> cumsum(np.array([1.0, 2.0, 3.0])).tolist()
    [1.0, 3.0, 6.0]
    """
    x, axis = flat_or_end(x, axis)
    if dtype is None:
        return accumulated(x, axis=axis)
    found = accumulated(x.astype(dtype), axis=axis)
    return found if found.dtype == np.dtype(dtype) else found.astype(dtype)


def running(x, axis, combine):
    """Running combination along an axis, in as many steps as its size has binary digits.

    Source of the order of the steps: Hillis and Steele 1986, doi:10.1145/7902.7903.
    """
    n, step = x.shape[axis], 1
    while step < n:
        joined = combine(part(x, axis, slice(None, -step)), part(x, axis, slice(step, None)))
        x = concatenate([part(x, axis, slice(None, step)), joined], axis)
        step *= 2
    return x


@public(np.cumprod)
def cumprod(x, axis=None, dtype=None):
    """Running product along `axis`; no quotient is taken, so its derivative is right at zeros.

    >>> cumprod(np.array([1.0, 2.0, 3.0])).tolist()
    [1.0, 2.0, 6.0]
    """
    x, axis = flat_or_end(x, axis)
    if dtype is None and kind(x) in "biu":
        dtype = np.cumprod(np.empty(0, x.dtype)).dtype  # that of small integers grows
    return running(
        x if dtype is None else x.astype(dtype), axis, lambda before, here: before * here
    )


def leaders(x, *, axis, sign, last=False):
    """The place along the axis of the running extreme, the first of equals or the last; NaN leads
    for good.
    """
    x = np.moveaxis(np.asarray(x), axis, -1)
    top = (np.maximum if sign > 0 else np.minimum).accumulate(x, axis=-1)
    if last:
        leads = (x == top) | (np.isnan(x) & np.isnan(top))
        places = np.where(leads, np.arange(x.shape[-1]), 0)
        return np.moveaxis(np.maximum.accumulate(places, axis=-1), -1, axis)
    new = np.ones(x.shape, bool)
    new[..., 1:] = (top[..., 1:] != top[..., :-1]) & ~(
        np.isnan(top[..., 1:]) & np.isnan(top[..., :-1])
    )
    places = np.where(new, np.arange(x.shape[-1]), 0)
    return np.moveaxis(np.maximum.accumulate(places, axis=-1), -1, axis)


leading = Opaque(
    "leading(x)",
    leaders,
    infer=lambda x, **_: Spec(x.shape, np.dtype(np.intp)),
    batch=lambda batched, x, **params: leading(x, **params),
    differentiable=False,
    reads="",
    sample=lambda rng, dtype: some(
        dtype, rng, (((2, 3),), {"axis": -1, "sign": 1}), (((3, 2),), {"axis": -2, "sign": -1}),
        (((2, 3),), {"axis": -1, "sign": 1, "last": True}),
    ),
    latex=r"\operatorname{argcummax} {$x}",
    doc="Where the running extreme along an axis was reached first.",
)


@public()
def cummax(x, axis=None):
    """Running maximum along `axis`: `numpy.maximum.accumulate`; of equals the first has the derivative.

    >>> cummax(np.array([1.0, 3.0, 2.0])).tolist()
    [1.0, 3.0, 3.0]
    """
    x, axis = flat_or_end(x, axis)
    return along(x, leading(x, axis=axis, sign=1), axis)


@public()
def cummin(x, axis=None):
    """Running minimum along `axis`: `numpy.minimum.accumulate`; of equals the first has the derivative.

    >>> cummin(np.array([3.0, 1.0, 2.0])).tolist()
    [3.0, 1.0, 1.0]
    """
    x, axis = flat_or_end(x, axis)
    return along(x, leading(x, axis=axis, sign=-1), axis)


def along(x, places, axis):
    """The elements of `x` at places along one axis."""
    grid = [
        np.arange(n).reshape((-1,) + (1,) * (len(x.shape) - 1 - i)) for i, n in enumerate(x.shape)
    ]
    grid[axis] = places
    return getitem(x, tuple(grid))


def with_start(name, numpy, accumulate, start):
    """The array standard's running sum and product: one axis, and the start if asked."""

    def function(x, axis=None, dtype=None, include_initial=False):
        x = as_array(x)
        if axis is None and len(x.shape) != 1:
            raise ValueError(
                f"For arrays which have more than one dimension ``axis`` argument of {name} is required."
            )
        x, axis = flat_or_end(x, axis)
        found = accumulate(x, axis, dtype)
        if not include_initial:
            return found
        shape = [s if i != axis + len(x.shape) else 1 for i, s in enumerate(x.shape)]
        return concatenate([np.full(shape, start, found.dtype), found], axis)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = (
        f"`numpy.{name}`: running along one axis, from {start} with `include_initial`."
    )
    return public(*([getattr(np, name)] if numpy else []))(function)


cumulative_sum = with_start("cumulative_sum", hasattr(np, "cumulative_sum"), cumsum, 0)
cumulative_prod = with_start("cumulative_prod", hasattr(np, "cumulative_prod"), cumprod, 1)
