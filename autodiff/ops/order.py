"""Order statistics: medians, quantiles and percentiles, also of what is not NaN."""

import warnings
from typing import Any

import numpy as np

from ..core.errors import RuleError
from ..core.op import TRACED
from ..core.public import public
from ..core.spec import carries_derivative, from_end
from .choose import floor, isnan, where
from .move import as_array, concatenate, moveaxis, reshape
from .plain import has_numbers, kind, plain
from .rearrange import take_along_axis
from .reduce import any, sum
from .sort import sort


def lanes_last(x, axis):
    """(`x` with the reduced axes as one last axis, the shape that keepdims gives)."""
    x = as_array(x)
    if kind(x) in "biu":
        x = x.astype(np.float64)
    rank = len(x.shape)
    axes = tuple(range(-rank, 0)) if axis is None else from_end(axis, rank)
    kept = tuple(1 if i - rank in axes else s for i, s in enumerate(x.shape))
    if rank == 0:
        return reshape(x, (1,)), ()
    moved = moveaxis(x, axes, tuple(range(-len(axes), 0)))
    return reshape(moved, (*moved.shape[: rank - len(axes)], -1)), kept


def between(ordered, place):
    """The value at a place along the last axis, linear between elements.

    place: one number, or as many as there are lanes; shape of the lanes with a unit axis.
    """
    low = place_of(place)
    rest = place - low
    top = ordered.shape[-1] - 1
    first, second = at(ordered, low), at(ordered, np.minimum(low + 1, top))
    step = where(rest == 0, 0, second) - where(rest == 0, 0, first)  # behind the last may be inf
    return first + step * rest


def place_of(place):
    return floor(place).astype(int)


def at(ordered, place):
    """The elements at places that may differ from lane to lane."""
    if np.ndim(place) == 0 and type(place) not in TRACED:
        return ordered[..., int(place) : int(place) + 1]
    return take_along_axis(ordered, place, -1)


def quantile_places(n, q, method: Any):
    """Where the quantiles stand among `n` ordered numbers: NumPy's own answer for 0, 1, ..."""
    return np.quantile(np.arange(float(n)), q, method=method)


def shaped(found, kept, q, keepdims):
    """Quantiles with the axes of `q` in front and those of the lanes behind."""
    lanes = kept if keepdims or not found else found[0].shape[:-1]
    parts = [reshape(f, (1, *lanes)) for f in found]
    if np.ndim(q) == 0:
        return reshape(parts[0], lanes)
    if not parts:
        return np.empty((*np.shape(q), *lanes))
    return reshape(concatenate(parts, 0), (*np.shape(q), *lanes))


def checked_quantiles(q, name):
    """The quantiles as plain numbers between 0 and 1."""
    if type(q) in TRACED and carries_derivative(q.dtype) and not has_numbers(q):
        raise RuleError(f"{name}: the quantiles `q` are numbers, not a {type(q).__name__}")
    numbers = plain(q, name).astype(float)
    if numbers.size and not ((numbers >= 0).all() and (numbers <= 1).all()):
        raise ValueError("Quantiles must be in the range [0, 1]")
    return numbers


@public(np.quantile)
def quantile(
    x, q, axis=None, method: Any = "linear", keepdims=False, *, weights=None, overwrite_input=False
):
    """The `q`-th quantile of the elements over `axis`, by any of NumPy's methods; NaN gives NaN.

    The derivative goes to the one or two elements between which the quantile lies.

    >>> float(quantile(np.array([1.0, 2.0, 4.0]), 0.75))
    3.0
    """
    numbers = checked_quantiles(q, "quantile")
    lanes, kept = lanes_last(x, axis)
    if lanes.shape[-1] == 0:
        return np.quantile(np.empty(lanes.shape), numbers, axis=-1, method=method)
    if weights is not None:
        return weighted_quantile(x, lanes, kept, numbers, axis, method, keepdims, weights)
    ordered, broken = sort(lanes, -1), any(isnan(lanes), -1, True)
    found = []
    for one in np.ravel(numbers):
        value = between(ordered, quantile_places(lanes.shape[-1], one, method))
        found.append(where(broken, np.nan, value))
    return shaped(found, kept, numbers, keepdims)


def weighted_quantile(x, lanes, kept, numbers, axis, method, keepdims, weights):
    """Quantiles of elements with weights: each is one of the elements."""
    if method != "inverted_cdf":
        raise ValueError(f"Only method 'inverted_cdf' supports weights. Got: {method}.")
    values, weights = plain(x, "quantile"), plain(weights, "quantile")
    if weights.shape != values.shape:
        if axis is None or weights.ndim != 1:
            raise TypeError(
                "Shape of weights must be consistent with shape of a along specified axis."
            )
        weights = np.moveaxis(
            np.broadcast_to(weights, np.moveaxis(values, axis, -1).shape), -1, axis
        )
    flat, _ = lanes_last(values, axis)
    heavy, _ = lanes_last(weights, axis)
    found = []
    for one in np.ravel(numbers):
        chosen = np.quantile(flat, one, axis=-1, method=method, weights=heavy, keepdims=True)
        found.append(take_along_axis(lanes, np.argmax(flat == chosen, -1, keepdims=True), -1))
    return shaped(found, kept, numbers, keepdims)


@public(np.percentile)
def percentile(
    x, q, axis=None, method: Any = "linear", keepdims=False, *, weights=None, overwrite_input=False
):
    """The `q`-th percentile [%] of the elements over `axis`.

    >>> float(percentile(np.array([1.0, 2.0, 4.0]), 75))
    3.0
    """
    numbers = plain(q, "percentile") / 100
    if numbers.size and not ((numbers >= 0).all() and (numbers <= 1).all()):
        raise ValueError("Percentiles must be in the range [0, 100]")
    return quantile(x, numbers, axis, method, keepdims, weights=weights)


@public(np.median)
def median(x, axis=None, keepdims=False, *, overwrite_input=False):
    """The middle element over `axis`, or the mean of the middle two; NaN gives NaN.

    >>> float(median(np.array([3.0, 1.0, 2.0])))
    2.0
    """
    lanes, kept = lanes_last(x, axis)
    n = lanes.shape[-1]
    if n == 0:
        return np.median(np.empty(lanes.shape), -1)
    ordered, broken = sort(lanes, -1), any(isnan(lanes), -1, True)
    low, high = ordered[..., (n - 1) // 2 : (n - 1) // 2 + 1], ordered[..., n // 2 : n // 2 + 1]
    middle = low if n % 2 else (low + high) / 2
    return shaped([where(broken, np.nan, middle)], kept, 0, keepdims)


def present_places(present, one, method):
    """The place of a quantile in lanes with so many numbers each."""
    if method == "linear":
        return one * np.maximum(present - 1, 0)
    counts = plain(present, "nanquantile")
    places = {n: quantile_places(n, one, method) for n in set(counts.ravel().tolist()) if n}
    return np.vectorize(lambda n: places.get(n, 0.0), otypes=[float])(counts)


@public(np.nanquantile)
def nanquantile(
    x, q, axis=None, method: Any = "linear", keepdims=False, *, weights=None, overwrite_input=False
):
    """`quantile` of what is not NaN; NaN, with a warning, where nothing is left.

    >>> float(nanquantile(np.array([1.0, np.nan, 3.0]), 0.5))
    2.0
    """
    numbers = checked_quantiles(q, "nanquantile")
    if weights is not None:
        x = as_array(x)
        left = where(isnan(x), 0, as_array(weights))
        return quantile(where(isnan(x), 0, x), numbers, axis, method, keepdims, weights=left)
    lanes, kept = lanes_last(x, axis)
    missing = isnan(lanes)
    present = sum(where(missing, 0, 1), -1, True)
    empty = present == 0
    if has_numbers(empty) and plain(empty, "nanquantile").any():
        warnings.warn("All-NaN slice encountered", RuntimeWarning, stacklevel=3)
    ordered = sort(where(missing, np.inf, lanes), -1)
    found = []
    for one in np.ravel(numbers):
        value = between(ordered, present_places(present, one, method))
        found.append(where(empty, np.nan, where(empty, 0, value)))
    return shaped(found, kept, numbers, keepdims)


@public(np.nanpercentile)
def nanpercentile(
    x, q, axis=None, method: Any = "linear", keepdims=False, *, weights=None, overwrite_input=False
):
    """`percentile` [%] of what is not NaN.

    >>> float(nanpercentile(np.array([1.0, np.nan, 3.0]), 50))
    2.0
    """
    numbers = plain(q, "nanpercentile") / 100
    return nanquantile(x, numbers, axis, method, keepdims, weights=weights)


@public(np.nanmedian)
def nanmedian(x, axis=None, keepdims=False, *, overwrite_input=False):
    """`median` of what is not NaN.

    >>> float(nanmedian(np.array([1.0, np.nan, 3.0])))
    2.0
    """
    return nanquantile(x, 0.5, axis, keepdims=keepdims)
