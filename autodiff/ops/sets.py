"""Sets of numbers: equal elements are one, and pass their derivative to the first of them."""

from collections import namedtuple

import numpy as np

from ..core.public import public
from .move import as_array, concatenate, expand_dims, ravel
from .plain import has_numbers, plain
from .rearrange import take
from .sort import unique

UniqueAll = namedtuple("UniqueAllResult", "values indices inverse_indices counts")
UniqueCounts = namedtuple("UniqueCountsResult", "values counts")
UniqueInverse = namedtuple("UniqueInverseResult", "values inverse_indices")


@public(np.isin, renamed=False)
def isin(element, test_elements, assume_unique=False, invert=False, *, kind=None):
    """Whether each element is among others: truths, without a derivative.

    >>> isin(np.array([1.0, 2.0]), [2.0, 5.0]).tolist()
    [False, True]
    """
    if has_numbers(element) and has_numbers(test_elements):
        element, others = plain(element, "isin"), plain(test_elements, "isin")
        return np.isin(element, others, assume_unique, invert, kind=kind)
    for x in (element, test_elements):
        if hasattr(x, "defer"):
            plain(x, "isin")  # asked again when numbers arrive
    equal = expand_dims(as_array(element), -1) == ravel(as_array(test_elements))
    return ~equal.any(axis=-1) if invert else equal.any(axis=-1)


@public(np.unique_all)
def unique_all(x):
    """(values, indices, inverse indices, counts) of the different elements."""
    return UniqueAll(*unique(x, True, True, True, equal_nan=False))


@public(np.unique_counts)
def unique_counts(x):
    """(values, counts) of the different elements."""
    return UniqueCounts(*unique(x, return_counts=True, equal_nan=False))


@public(np.unique_inverse)
def unique_inverse(x):
    """(values, inverse indices) of the different elements."""
    return UniqueInverse(*unique(x, return_inverse=True, equal_nan=False))


@public(np.unique_values)
def unique_values(x):
    """The different elements in ascending order."""
    return unique(x, equal_nan=False)


@public(np.union1d)
def union1d(ar1, ar2):
    """The elements of either set.

    >>> union1d(np.array([2.0, 1.0]), np.array([2.0])).tolist()
    [1.0, 2.0]
    """
    return unique(concatenate([ravel(as_array(ar1)), ravel(as_array(ar2))]))


@public(np.intersect1d)
def intersect1d(ar1, ar2, assume_unique=False, return_indices=False):
    """The elements of both sets, from the first.

    >>> intersect1d(np.array([2.0, 1.0]), np.array([2.0])).tolist()
    [2.0]
    """
    numbers = plain(ar1, "intersect1d"), plain(ar2, "intersect1d")
    _, first, second = np.intersect1d(*numbers, assume_unique, return_indices=True)
    values = take(ar1, first)
    return (values, first, second) if return_indices else values


@public(np.setdiff1d)
def setdiff1d(ar1, ar2, assume_unique=False):
    """The elements of the first set that are not in the second.

    >>> setdiff1d(np.array([2.0, 1.0]), np.array([2.0])).tolist()
    [1.0]
    """
    values = ravel(as_array(ar1)) if assume_unique else unique(ar1)
    inside = np.isin(plain(values, "setdiff1d"), plain(ar2, "setdiff1d"))
    return values[~inside]


@public(np.setxor1d)
def setxor1d(ar1, ar2, assume_unique=False):
    """The elements of just one of the sets.

    >>> setxor1d(np.array([2.0, 1.0]), np.array([2.0, 3.0])).tolist()
    [1.0, 3.0]
    """
    first, second = (ravel(as_array(a)) if assume_unique else unique(a) for a in (ar1, ar2))
    both = concatenate([setdiff1d(first, second, True), setdiff1d(second, first, True)])
    return unique(both)
