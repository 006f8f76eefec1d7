"""NumPy's reductions with all their keywords: dtype, initial, where, mean, correction."""

from typing import Any

import numpy as np

from ..core.public import public
from ..core.spec import from_end
from . import reduce, statistics
from .arithmetic import sqrt
from .choose import logical_not, maximum, minimum, where
from .move import as_array, broadcast_to
from .plain import floating, kind

ABSENT: Any = np._NoValue


def given(value):
    return value is not None and value is not ABSENT


def selection(x, mask):
    """The mask as truth values; True where everything is taken."""
    if mask is True or mask is ABSENT:
        return True
    mask = as_array(mask)
    return mask if kind(mask) == "b" else mask.astype(bool)


def masked(x, mask, neutral):
    """`x` with the neutral element where the mask is false."""
    mask = selection(x, mask)
    if mask is True:
        return x
    return where(mask, x, neutral)


def flag(keepdims):
    return bool(keepdims) if keepdims is not ABSENT else False


def exact(dtype):
    """Whether a dtype is given and is one of integers or truths."""
    return dtype is not None and np.dtype(dtype).kind in "biu"


def cast_to(x, dtype):
    return x if dtype is None or x.dtype == np.dtype(dtype) else x.astype(dtype)


@public(np.sum)
def sum(x, axis=None, dtype=None, keepdims=False, initial: Any = ABSENT, where=True):
    """Sum over `axis`, as `numpy.sum` with all its keywords.

    >>> float(sum(np.array([1.0, 2.0]), initial=3.0, where=[True, False]))
    4.0
    """
    if dtype is None and where is True and initial is ABSENT:
        return reduce.sum(x, axis, keepdims)
    x = cast_to(as_array(x), dtype)
    found = reduce.sum(masked(x, where, 0), axis, flag(keepdims))
    # what was asked for wraps around as small integers do, though they were added as large ones
    return cast_to(found + initial if given(initial) else found, dtype)


@public(np.prod)
def prod(x, axis=None, dtype=None, keepdims=False, initial: Any = ABSENT, where=True):
    """Product over `axis`, as `numpy.prod` with all its keywords.

    >>> float(prod(np.array([2.0, 3.0]), initial=2.0))
    12.0
    """
    if dtype is None and where is True and initial is ABSENT:
        return reduce.prod(x, axis, keepdims)
    x = cast_to(as_array(x), dtype)
    found = reduce.prod(masked(x, where, 1), axis, flag(keepdims))
    return cast_to(found * initial if given(initial) else found, dtype)


def extreme(name, whole, pairwise, worst):
    """max and min with `initial` and `where`."""

    def function(x, axis=None, keepdims=False, initial=ABSENT, where=True):
        if where is True and initial is ABSENT:
            return whole(x, axis, flag(keepdims))
        x = as_array(x)
        taken = selection(x, where)
        if taken is not True and initial is ABSENT:
            raise ValueError(
                f"reduction operation '{name}imum' does not have an identity, so to use a where "
                "mask one has to specify 'initial'"
            )
        x = masked(x, taken, worst(x.dtype))
        if 0 in x.shape:
            shape = np.empty(x.shape, bool).any(axis=axis, keepdims=flag(keepdims)).shape
            return pairwise(broadcast_to(as_array(initial), shape), worst(x.dtype))
        return pairwise(whole(x, axis, flag(keepdims)), initial)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = (
        f"`numpy.{name}` with `initial` and `where`; ties share the derivative equally."
    )
    return function


def lowest(dtype):
    return np.iinfo(dtype).min if dtype is not None and dtype.kind in "iu" else -np.inf


def highest(dtype):
    return np.iinfo(dtype).max if dtype is not None and dtype.kind in "iu" else np.inf


max = public(np.max, np.amax)(extreme("max", reduce.amax, maximum, lowest))
min = public(np.min, np.amin)(extreme("min", reduce.amin, minimum, highest))


def truths(name, whole, numpy, neutral):
    """any and all with `where`."""

    def function(x, axis=None, keepdims=False, where=True):
        return whole(masked(as_array(x), where, neutral), axis, flag(keepdims))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"`numpy.{name}` with `where`; a truth carries no derivative."
    return public(numpy)(function)


any = truths("any", reduce.any, np.any, False)
all = truths("all", reduce.all, np.all, True)


def how_many(x, axis, keepdims, mask):
    """The number of elements that a reduction takes, as a plain number or an array."""
    if mask is True:
        return np.prod(
            [x.shape[a] for a in from_end(axis, len(x.shape))] if axis is not None else x.shape
        )
    return reduce.sum(broadcast_to(mask, x.shape), axis, keepdims)


@public(np.mean)
def mean(x, axis=None, dtype=None, keepdims=False, where=True):
    """Mean over `axis`, as `numpy.mean` with all its keywords.

    >>> float(mean(np.array([1.0, 2.0]), where=[True, False]))
    1.0
    """
    if dtype is None and where is True:
        return statistics.mean(x, axis, flag(keepdims))
    x = cast_to(as_array(x), dtype)
    taken = selection(x, where)
    if exact(dtype):
        total = sum(x, axis, dtype, keepdims, where=taken)
        return cast_to(total / how_many(x, axis, flag(keepdims), taken), dtype)
    if taken is True:
        return statistics.mean(x, axis, flag(keepdims))
    whole = floating(x)
    found = reduce.sum(masked(whole, taken, 0), axis, flag(keepdims))
    return cast_to(found / how_many(x, axis, flag(keepdims), taken), found.dtype)


def moment(x, axis, dtype, ddof, keepdims, taken, middle, correction):
    """The variance with a mask or a mean that is given, or in integers."""
    x = as_array(x)
    whole = dtype if exact(dtype) else None
    if whole is None:
        x = floating(cast_to(x, dtype))
    ddof = correction if given(correction) else ddof
    taken = selection(x, taken)
    if not given(middle):
        if taken is True and whole is None:
            return None, x, ddof
        middle = mean(x, axis, whole, True, taken)
    away = masked(x - middle, taken, 0)
    squares = (away * away.conj()).real if kind(away) == "c" else away * away
    left = how_many(x, axis, flag(keepdims), taken) - ddof
    total = sum(squares, axis, whole, keepdims)
    return cast_to(total / left, whole or total.dtype), x, ddof


@public(np.var)
def var(
    x, axis=None, dtype=None, ddof=0, keepdims=False, *, where=True, mean=ABSENT, correction=ABSENT
):
    """Variance over `axis`, as `numpy.var` with all its keywords.

    >>> float(var(np.array([1.0, 3.0, 9.0]), where=[True, True, False]))
    1.0
    """
    found, x, ddof = moment(x, axis, dtype, ddof, keepdims, where, mean, correction)
    if found is None:
        found = statistics.var(x, axis, ddof=ddof, keepdims=flag(keepdims))
    return cast_to(found, dtype)


@public(np.std)
def std(
    x, axis=None, dtype=None, ddof=0, keepdims=False, *, where=True, mean=ABSENT, correction=ABSENT
):
    """Standard deviation over `axis`, as `numpy.std` with all its keywords.

    >>> float(std(np.array([1.0, 3.0, 9.0]), where=[True, True, False]))
    1.0
    """
    found, x, ddof = moment(x, axis, dtype, ddof, keepdims, where, mean, correction)
    if found is None:
        return cast_to(statistics.std(x, axis, ddof=ddof, keepdims=flag(keepdims)), dtype)
    return cast_to(root(found, found == 0), dtype)


def root(x, still):
    """The square root with a slope of 0 where all elements are equal."""
    from_zero = where(still, 1, x)
    return where(still, 0, sqrt(from_zero))


@public(np.ptp)
def ptp(x, axis=None, keepdims=False):
    """Largest less smallest element over `axis`.

    >>> float(ptp(np.array([1.0, 4.0])))
    3.0
    """
    return reduce.amax(x, axis, flag(keepdims)) - reduce.amin(x, axis, flag(keepdims))


@public(np.count_nonzero)
def count_nonzero(x, axis=None, *, keepdims=False):
    """How many elements over `axis` are not zero; integers carry no derivative.

    >>> int(count_nonzero(np.array([0.0, 2.0])))
    1
    """
    x = as_array(x)
    return reduce.sum(logical_not(x == 0) if kind(x) != "b" else x, axis, keepdims)


@public(np.average)
def average(x, axis=None, weights=None, returned=False, *, keepdims=False):
    """Mean over `axis`, each element counted with its weight; with `returned` also their sum.

    >>> float(average(np.array([1.0, 3.0]), weights=np.array([3.0, 1.0])))
    1.5
    """
    x, keepdims = as_array(x), flag(keepdims)
    if weights is None:
        found = statistics.mean(x, axis, keepdims)
        scale = as_array(np.asarray(how_many(x, axis, keepdims, True), float))
    else:
        weights = matched(as_array(weights), x, axis)
        scale = reduce.sum(broadcast_to(weights, x.shape), axis, keepdims)
        refuse_zero(scale)
        found = reduce.sum(x * weights, axis, keepdims) / scale
    return (found, broadcast_to(scale, found.shape)) if returned else found


def matched(weights, x, axis):
    """Weights in the shape of `x`: of one axis, or of all."""
    if weights.shape == x.shape:
        return weights
    if axis is None:
        raise TypeError("Axis must be specified when shapes of a and weights differ.")
    axes = [a + len(x.shape) for a in from_end(axis, len(x.shape))]
    if weights.shape != tuple(x.shape[a] for a in axes):
        raise ValueError(
            "Shape of weights must be consistent with shape of a along specified axis."
        )
    weights = weights.transpose(tuple(np.argsort(axes).tolist()))
    return weights.reshape(tuple(s if i in axes else 1 for i, s in enumerate(x.shape)))


def refuse_zero(scale):
    """Raise as NumPy does where the weights sum to zero."""
    if type(scale) is np.ndarray or isinstance(scale, np.generic):
        if np.any(scale == 0):
            raise ZeroDivisionError("Weights sum to zero, can't be normalized")
