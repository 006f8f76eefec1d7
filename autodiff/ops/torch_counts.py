"""Running extremes, the commonest element, bins and reductions at an index, by PyTorch's names."""

from collections import namedtuple
from functools import wraps
from typing import Any

import numpy as np

from ..core.errors import RangeError, ShapeError
from ..core.public import BACK, public
from . import sort, torch_pieces
from .choose import choose, isinf, isnan, maximum, stop_gradient, where
from .index import getitem, setitem
from .move import as_array, reshape
from .plain import plain
from .rearrange import at_axis, axis_of, take_along_axis
from .reduce import sum
from .results import in_kind_of, several
from .scan import leading

Pair = namedtuple("Pair", "values indices")


def worded(f):
    """PyTorch's function, which takes NumPy's words for `dim` and `keepdim` too."""

    @wraps(f)
    def function(*args, **kwargs):
        return f(*args, **{BACK.get(k, k): v for k, v in kwargs.items()})

    return function


# ------------------------------------------------------------------- running extremes


def running(name, sign, word):
    """`cummax` or `cummin`."""

    @worded
    @several(Pair)
    def function(x, dim):
        x = as_array(x)
        if not x.shape:
            return x, in_kind_of(x, np.zeros((), int))
        axis = axis_of(x, dim)
        places = leading(x, axis=axis - len(x.shape), sign=sign, last=True)
        return take_along_axis(x, places, axis), places

    function.__name__ = function.__qualname__ = name
    function.__doc__ = (
        f"(running {word} along an axis, its places); of equals the last has the derivative."
    )
    return function


cummax, cummin = running("cummax", 1, "maximum"), running("cummin", -1, "minimum")


@worded
@several(Pair)
def mode(x, dim=-1, keepdim=False):
    """(the commonest element along an axis, the last place of it); of several the smallest.

    >>> mode(np.array([2.0, 1.0, 2.0])).values.tolist()
    2.0
    """
    x = as_array(x)
    if not x.shape:
        return x, in_kind_of(x, np.zeros((), int))
    axis = axis_of(x, dim)
    lanes = np.moveaxis(plain(x, "mode"), axis, -1)
    equal = lanes[..., :, None] == lanes[..., None, :]
    counts = equal.sum(-1)
    smallest = np.where(counts == counts.max(-1, keepdims=True), lanes, np.inf).min(-1)
    n = lanes.shape[-1]
    places = n - 1 - np.argmax((lanes == smallest[..., None])[..., ::-1], -1)
    places = np.expand_dims(places, axis)
    values = take_along_axis(x, places, axis)
    if keepdim:
        return values, in_kind_of(x, places)
    shape = (*x.shape[:axis], *x.shape[axis + 1 :])
    return reshape(values, shape), in_kind_of(x, places.reshape(shape))


def of_equals(x, number):
    """`number`, which is an element of `x`; those equal to it share the derivative."""
    number = stop_gradient(number)
    equal, base = x == number, where(isinf(number), 0, number)  # inf - inf is NaN
    return base + sum(where(equal, x - base, 0)) / maximum(sum(equal), 1)


@worded
def nanmedian(x, dim=None, keepdim=False):
    """The median of the elements that are not NaN, of an even number the lower one: PyTorch's.

    dim: (the medians along an axis, their places); None for that of all elements, alone.

    >>> float(nanmedian(np.array([4.0, np.nan, 3.0])))
    3.0
    """
    x = as_array(x)
    if dim is None:
        return of_equals(x, nanmedian(reshape(stop_gradient(x), (-1,)), 0)[0])
    axis = axis_of(x, dim)
    values, places = torch_pieces.ordered(x, axis)  # NaN last
    known = sum(isnan(values) == 0, axis=axis, keepdims=True)
    middle = maximum(known - 1, 0) // 2
    values, places = take_along_axis(values, middle, axis), take_along_axis(places, middle, axis)
    shape = (*x.shape[:axis], *[1] * keepdim, *x.shape[axis + 1 :])
    return Pair(reshape(values, shape), reshape(places, shape))


# ------------------------------------------------------------------- bins


def histc(x, bins=100, min=0, max=0):
    """How many elements lie in each of so many equal bins, in the dtype of `x`; those beyond do not.

    min, max: ends of the bins; where they are equal, those of the elements.

    >>> histc(np.array([1.0, 2.0, 1.0]), 2).tolist()
    [2.0, 1.0]
    """
    numbers = plain(x, "histc")
    if min == max and numbers.size:
        min, max = numbers.min(), numbers.max()
    if min == max:
        min, max = min - 1, max + 1
    found = np.histogram(numbers, bins, (min, max))[0]
    return in_kind_of(x, found.astype(numbers.dtype))


@public(renamed=False)
def bucketize(x, boundaries, *, right=False):
    """The number of the bin between ascending boundaries in which each element lies.

    >>> bucketize(np.array([0.5, 1.5]), np.array([1.0, 2.0])).tolist()
    [0, 1]
    """
    return sort.searchsorted(boundaries, x, "right" if right else "left")


def unique(x, sorted=True, return_inverse=False, return_counts=False, dim: Any = None):
    """The different elements in ascending order; and their places in `x`, and how many: PyTorch's.

    >>> unique(np.array([2.0, 1.0, 2.0])).tolist()
    [1.0, 2.0]
    """
    x = as_array(x)
    found = sort.unique(x, False, return_inverse, return_counts, dim)
    if type(found) is not tuple:
        return found
    return found[0], *[in_kind_of(x, np.asarray(plain(n, "unique"))) for n in found[1:]]


def unique_consecutive(x, return_inverse=False, return_counts=False, dim: Any = None):
    """The elements without those that equal the one before; and the places, and how many.

    >>> unique_consecutive(np.array([1.0, 1.0, 2.0, 1.0])).tolist()
    [1.0, 2.0, 1.0]
    """
    x = as_array(x)
    whole = x if dim is not None else reshape(x, (-1,))
    axis = axis_of(whole, dim or 0)
    lanes = np.moveaxis(plain(whole, "unique_consecutive"), axis, 0)
    lanes = lanes.reshape(lanes.shape[0], int(np.prod(lanes.shape[1:], dtype=int)))
    new = np.concatenate([[True] * (len(lanes) > 0), (lanes[1:] != lanes[:-1]).any(1)]).astype(bool)
    starts = np.flatnonzero(new)
    found: list[Any] = [at_axis(whole, axis, starts)]
    inverse = np.cumsum(new) - 1
    if return_inverse:
        found.append(in_kind_of(x, inverse.reshape(x.shape) if dim is None else inverse))
    if return_counts:
        found.append(in_kind_of(x, np.diff(np.append(starts, len(lanes)))))
    return tuple(found) if len(found) > 1 else found[0]


# ------------------------------------------------------------------- reductions at an index

REDUCTIONS = ("sum", "prod", "mean", "amax", "amin")


def scatter_reduce(x, dim, index, src, reduce, *, include_self=True):
    """`x` with the elements of `src` that go to one place reduced there, and the element of `x`.

    reduce: "sum", "prod", "mean", "amax" or "amin"; equal extremes share the derivative.

    >>> scatter_reduce(np.ones(2), 0, np.array([0, 0]), np.array([2.0, 3.0]), "sum").tolist()
    [6.0, 1.0]
    """
    if reduce not in REDUCTIONS:
        raise RangeError(f"scatter_reduce: reduce={reduce!r}; it is one of {', '.join(REDUCTIONS)}")
    shape, old = as_array(index).shape, as_array(x).shape
    x, key = torch_pieces.lane_index("scatter_reduce", x, dim, index)
    new = reduced_at(x, key, torch_pieces.written("scatter_reduce", x, src, shape), reduce, include_self)
    return new if new.shape == old else reshape(new, old)


def reduced_at(x, key, src, reduce, include_self):
    """`x` reduced with `src` at an index."""
    count = np.zeros(x.shape, int)
    np.add.at(count, numbers_of(key), 1)
    touched = count > 0
    if reduce in ("amax", "amin"):
        return extreme_at(x, key, src, touched, reduce, include_self)
    start = x if include_self else choose(touched, np.asarray(reduce == "prod", x.dtype), x)
    if reduce == "prod":
        return product_at(start, key, src)
    total = start + torch_pieces.spread(x, key, src)
    if reduce == "sum":
        return total
    parts = np.where(touched, count + include_self, 1).astype(x.dtype)
    return total // parts if x.dtype.kind in "iu" else total / parts


def numbers_of(key):
    """The arrays of an index as numbers."""
    return tuple([np.asarray(plain(k, "scatter_reduce")) for k in key])


def turns(target):
    """Of each place in a row of them, how often it was named before."""
    turn = np.zeros(target.size, int)
    order = np.argsort(target, kind="stable")
    new = np.concatenate([[True] * (target.size > 0), np.diff(target[order]) != 0]).astype(bool)
    first = np.maximum.accumulate(np.where(new, np.arange(target.size), 0))
    turn[order] = np.arange(target.size) - first
    return turn


def product_at(x, key, src):
    """`x` times the elements of `src` at an index: those that meet at a place one after the other."""
    places = np.arange(int(np.prod(x.shape, dtype=int))).reshape(x.shape)
    target = np.asarray(places[numbers_of(key)]).ravel()
    turn = turns(target)
    flat, src = reshape(x, (-1,)), reshape(src, (-1,))
    for i in range(turn.max(initial=-1) + 1):
        here = np.flatnonzero(turn == i)
        flat = setitem(flat, target[here], getitem(flat, target[here]) * getitem(src, here))
    return reshape(flat, x.shape)


def extreme_at(x, key, src, touched, reduce, include_self):
    """The extreme of `x` and `src` at an index; m + 0 has the value m, and shares the derivative."""
    key = numbers_of(key)
    numbers, given = plain(x, "scatter_reduce"), np.asarray(plain(src, "scatter_reduce"))
    top = np.array(numbers)
    if not include_self:  # the first that is written takes the place, whatever stood there
        top[key] = given
    (np.maximum if reduce == "amax" else np.minimum).at(top, key, given)
    if top.dtype.kind in "iub":
        return in_kind_of(x, top)
    wins, stays = given == top[key], (numbers == top) & (include_self | ~touched)
    winners = np.zeros(top.shape, top.dtype)
    np.add.at(winners, key, wins)
    share = np.maximum(winners + stays, 1)
    base = np.where(np.isinf(top), 0, top)  # inf - inf is NaN
    found = torch_pieces.spread(x, key, where(wins, src - base[key], 0))
    return base + (found + where(stays, x - base, 0)) / share


def index_reduce(x, dim, index, source, reduce, *, include_self=True):
    """`x` with the parts of `source` that go to one place of an axis reduced there.

    reduce: "prod", "mean", "amax" or "amin".

    >>> index_reduce(np.ones(2), 0, np.array([0, 0]), np.array([2.0, 3.0]), "prod").tolist()
    [6.0, 1.0]
    """
    x, source, index = as_array(x), as_array(source), plain(index, "index_reduce")
    axis = axis_of(x, dim)
    if index.ndim > 1 or index.size != source.shape[axis]:
        raise ShapeError(f"index_reduce: the index of shape {index.shape} does not fit {source.shape} along axis {axis}")
    places = index.reshape(-1, *(1,) * (len(x.shape) - 1 - axis))
    places = np.broadcast_to(places, source.shape)
    return scatter_reduce(x, dim, places, source, reduce, include_self=include_self)


def nonzero(x, *, as_tuple=False):
    """The places of the elements that are not 0, one row for each: PyTorch's.

    as_tuple: one vector of places for each axis instead, as in NumPy.

    >>> nonzero(np.array([0.0, 3.0, 2.0])).tolist()
    [[1], [2]]
    """
    x = as_array(x)
    found = np.nonzero(plain(x, "nonzero", True))
    if as_tuple:
        return tuple([in_kind_of(x, places) for places in found])
    return in_kind_of(x, np.stack(found, -1))
