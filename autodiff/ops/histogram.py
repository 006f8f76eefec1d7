"""Counts of elements in bins; the derivative is in the weights, for a count is a whole number."""

from typing import Any

import numpy as np

from ..core.errors import ShapeError
from ..core.public import public
from .differences import diff
from .index import PLACE, Index, scattered
from .move import as_array, ravel, reshape
from .plain import floating, kind, plain
from .reduce import sum


def added_up(numbers, weights, size):
    """The sums of the weights at each of the numbers 0 ... size - 1."""
    return scattered(weights, numbers, index=Index((PLACE,)), shape=(size,))


@public(np.bincount)
def bincount(x, weights=None, minlength=0):
    """How often each of the numbers 0, 1, ... occurs; with weights, the sums of their weights.

    >>> bincount(np.array([0, 2, 2]), weights=np.array([1.0, 2.0, 3.0])).tolist()
    [1.0, 0.0, 5.0]
    """
    numbers = plain(x, "bincount")
    counts = np.bincount(numbers, minlength=minlength)
    if weights is None:
        return counts
    weights = as_array(weights)
    if weights.shape != numbers.shape:
        raise ShapeError("bincount: the weights and list don't have the same length.")
    weights = floating(weights)
    return added_up(numbers, weights, counts.shape[0])


@public(np.histogram_bin_edges)
def histogram_bin_edges(a, bins=10, range=None, weights=None):
    """The edges of the bins of a histogram: plain numbers."""
    return np.histogram_bin_edges(plain(a, "histogram_bin_edges"), plain_bins(bins), range)


def plain_bins(bins) -> Any:
    """Bins as NumPy takes them: a number, a name, or plain edges."""
    return bins if isinstance(bins, (int, np.integer, str)) else plain(bins, "histogram")


def numbers_of_bins(x, edges):
    """(number of the bin of each element, whether it lies in one); the last edge is inside."""
    found = np.searchsorted(edges, x, "right") - 1
    found = np.where(x == edges[-1], len(edges) - 2, found)
    return found, (found >= 0) & (found < len(edges) - 1) & (x <= edges[-1])


@public(np.histogram)
def histogram(a, bins=10, range=None, density=None, weights=None):
    """(sums of the weights in each bin, edges of the bins); without weights, how many elements.

    The derivative is in the weights.

    >>> h, edges = histogram(np.array([1.0, 2.0, 2.0]), 2, weights=np.array([1.0, 2.0, 3.0]))
    >>> h.tolist()
    [1.0, 5.0]
    """
    if isinstance(bins, (int, np.integer)) and bins < 1:
        raise ValueError("`bins` must be positive, when an integer")
    if range is not None and not range[0] <= range[1]:
        raise ValueError("max must be larger than min in range parameter.")
    numbers = plain(a, "histogram")
    counts, edges = np.histogram(numbers, plain_bins(bins), range)
    if weights is None:
        if not density:
            return counts, edges
        return np.histogram(numbers, edges, density=True)
    weights = as_array(weights)
    if weights.shape != numbers.shape:
        raise ShapeError("histogram: weights should have the same shape as a.")
    number, inside = numbers_of_bins(numbers.ravel(), edges)
    weights = ravel(weights)
    weights = weights.astype(np.float64) if density and kind(weights) in "biu" else weights
    found = added_up(number[inside], weights[inside], len(edges) - 1)
    return (found / diff(edges) / sum(found) if density else found), edges


@public(np.histogramdd)
def histogramdd(sample, bins: Any = 10, range=None, density=None, weights=None):
    """(sums of the weights in each box, edges of each axis) of points, shape (n, d).

    >>> h, edges = histogramdd(np.zeros((2, 2)), 1, weights=np.array([1.0, 2.0]))
    >>> h.tolist()
    [[3.0]]
    """
    if isinstance(sample, (list, tuple)):
        points = np.stack([plain(s, "histogramdd") for s in sample], -1)
    else:
        points = plain(sample, "histogramdd")
    points = points.reshape(-1, 1) if points.ndim == 1 else points
    bins = [plain_bins(b) for b in bins] if isinstance(bins, (list, tuple)) else bins
    counts, edges = np.histogramdd(points, bins, range)
    if weights is None:
        return np.histogramdd(points, edges, density=density)
    weights = as_array(weights)
    pairs = [numbers_of_bins(column, e) for column, e in zip(points.T, edges)]
    inside = np.logical_and.reduce([p[1] for p in pairs])
    number = np.ravel_multi_index([p[0][inside] for p in pairs], counts.shape)
    found = reshape(added_up(number, weights[inside], counts.size), counts.shape)
    if density:
        found = found / sum(found) / volumes(edges)
    return found, edges


def volumes(edges):
    """The sizes of the boxes."""
    found = np.ones(())
    for e in edges:
        found = np.multiply.outer(found, np.diff(e))
    return found


@public(np.histogram2d)
def histogram2d(x, y, bins=10, range=None, density=None, weights=None):
    """(sums of the weights in each box, edges in x, edges in y) of points in the plane.

    >>> histogram2d([0.0], [1.0], 1, weights=[2.0])[0].tolist()
    [[2.0]]
    """
    if isinstance(bins, (list, tuple, np.ndarray)) and len(bins) not in (1, 2):
        bins = [bins, bins]
    found, edges = histogramdd([x, y], bins, range, density, weights)
    return found, *edges
