"""Reductions of what is not NaN, with NumPy's warnings where nothing is left."""

import warnings
from typing import Any

import numpy as np

from ..core.public import public
from . import reduce, scan, totals
from .choose import isnan, where as choose
from .move import as_array
from .plain import has_numbers, kind, plain
from .reduce import argmax, argmin
from .totals import ABSENT, flag, given, root, selection

EMPTY, MEAN = "All-NaN slice encountered", "Mean of empty slice"
FREEDOM = "Degrees of freedom <= 0 for slice."


def missing(x):
    """Whether each element is NaN; False for what cannot be."""
    if kind(x) in "biu":
        return np.zeros(x.shape, bool)
    return isnan(x)


def filled(x, neutral):
    """(`x` with the neutral element for NaN, whether each was NaN)"""
    x = as_array(x)
    gone = missing(x)
    return choose(gone, neutral, x), gone


def warn_if(condition, message):
    """NumPy's warning, where the numbers are there to tell."""
    if has_numbers(condition) and plain(condition, "nan").any():
        warnings.warn(message, RuntimeWarning, stacklevel=4)


@public(np.nansum)
def nansum(x, axis=None, dtype=None, keepdims=False, initial=ABSENT, where=True):
    """Sum over `axis` of what is not NaN.

    >>> float(nansum(np.array([1.0, np.nan])))
    1.0
    """
    return totals.sum(filled(x, 0)[0], axis, dtype, keepdims, initial, where)


@public(np.nanprod)
def nanprod(x, axis=None, dtype=None, keepdims=False, initial=ABSENT, where=True):
    """Product over `axis` of what is not NaN.

    >>> float(nanprod(np.array([2.0, np.nan])))
    2.0
    """
    return totals.prod(filled(x, 1)[0], axis, dtype, keepdims, initial, where)


@public(np.nancumsum)
def nancumsum(x, axis=None, dtype=None):
    """Running sum along `axis`, in which NaN counts as 0.

    >>> nancumsum(np.array([1.0, np.nan, 2.0])).tolist()
    [1.0, 1.0, 3.0]
    """
    return scan.cumsum(filled(x, 0)[0], axis, dtype)


@public(np.nancumprod)
def nancumprod(x, axis=None, dtype=None):
    """Running product along `axis`, in which NaN counts as 1.

    >>> nancumprod(np.array([2.0, np.nan, 3.0])).tolist()
    [2.0, 2.0, 6.0]
    """
    return scan.cumprod(filled(x, 1)[0], axis, dtype)


def chosen(gone, where, shape):
    """Whether each element is counted, and how many of them along the axes."""
    there = gone == False if type(gone) is np.ndarray else choose(gone, False, True)  # noqa: E712
    mask = selection(gone, where)
    return there if mask is True else there & mask


def counted(there, axis, keepdims):
    return reduce.sum(choose(there, 1, 0), axis, keepdims)


def inexact(dtype):
    """The dtype that is given, which must be able to hold NaN."""
    if totals.exact(dtype):
        raise TypeError("If a is inexact, then dtype must be inexact")
    return dtype


@public(np.nanmean)
def nanmean(x, axis=None, dtype=None, keepdims=False, *, where=True):
    """Mean over `axis` of what is not NaN; NaN, with a warning, where nothing is left.

    >>> float(nanmean(np.array([1.0, np.nan, 3.0])))
    2.0
    """
    x = as_array(x)
    if kind(x) not in "fc":
        return totals.mean(x, axis, dtype, keepdims, where=where)
    x = totals.cast_to(x, inexact(dtype))
    there = chosen(missing(x), where, x.shape)
    number = counted(there, axis, flag(keepdims))
    warn_if(number == 0, MEAN)
    found = reduce.sum(choose(there, x, 0), axis, flag(keepdims))
    found = totals.cast_to(found / choose(number == 0, 1, number), x.dtype)
    return choose(number == 0, np.nan, found)


@public(np.nanvar)
def nanvar(
    x, axis=None, dtype=None, ddof=0, keepdims=False, *, where=True, mean=ABSENT, correction=ABSENT
):
    """Variance over `axis` of what is not NaN.

    >>> float(nanvar(np.array([1.0, np.nan, 3.0])))
    1.0
    """
    x = as_array(x)
    if kind(x) not in "fc":
        return totals.var(
            x, axis, dtype, ddof, keepdims, where=where, mean=mean, correction=correction
        )
    x = totals.cast_to(x, inexact(dtype))
    ddof = correction if given(correction) else ddof
    there = chosen(missing(x), where, x.shape)
    number = counted(there, axis, True)
    middle: Any = mean
    if not given(mean):
        middle = reduce.sum(choose(there, x, 0), axis, True) / choose(number == 0, 1, number)
        middle = totals.cast_to(middle, x.dtype)
    away = choose(there, x - middle, 0)
    squares = (away * away.conj()).real if kind(away) == "c" else away * away
    left = counted(there, axis, flag(keepdims)) - ddof
    warn_if(left <= 0, FREEDOM)
    total = reduce.sum(squares, axis, flag(keepdims))
    found = totals.cast_to(total / choose(left <= 0, 1, left), total.dtype)
    return totals.cast_to(choose(left <= 0, np.nan, found), dtype)


@public(np.nanstd)
def nanstd(
    x, axis=None, dtype=None, ddof=0, keepdims=False, *, where=True, mean=ABSENT, correction=ABSENT
):
    """Standard deviation over `axis` of what is not NaN.

    >>> float(nanstd(np.array([1.0, np.nan, 3.0])))
    1.0
    """
    found = nanvar(x, axis, dtype, ddof, keepdims, where=where, mean=mean, correction=correction)
    return totals.cast_to(root(found, found == 0), dtype)


def extreme(name, numpy, whole, worst):
    """nanmax and nanmin."""

    def function(x, axis=None, keepdims=False, initial=ABSENT, where=True):
        x = as_array(x)
        if kind(x) in "biu":
            return whole(x, axis, keepdims, initial, where)
        full, gone = filled(x, worst)
        found = whole(full, axis, keepdims, initial, where)
        empty = reduce.all(gone, axis, flag(keepdims))
        warn_if(empty, EMPTY)
        return choose(empty, np.nan, found)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"`numpy.{name}`: the extreme over `axis` of what is not NaN."
    return public(numpy)(function)


nanmax = extreme("nanmax", np.nanmax, totals.max, -np.inf)
nanmin = extreme("nanmin", np.nanmin, totals.min, np.inf)


def index_of(name, numpy, whole, worst):
    """nanargmax and nanargmin."""

    def function(x, axis=None, *, keepdims=False):
        full, gone = filled(x, worst)
        empty = reduce.all(gone, axis)
        if has_numbers(empty) and plain(empty, name).any():
            raise ValueError(EMPTY)
        return whole(full, axis, flag(keepdims))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"`numpy.{name}`: the index of the extreme of what is not NaN."
    return public(numpy)(function)


nanargmax = index_of("nanargmax", np.nanargmax, argmax, -np.inf)
nanargmin = index_of("nanargmin", np.nanargmin, argmin, np.inf)
