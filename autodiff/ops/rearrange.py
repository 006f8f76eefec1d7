"""Functions that rearrange elements: take, insert, roll, repeat, and the parts of a matrix."""

import operator

import numpy as np

from ..core.errors import ShapeError
from ..core.op import TRACED
from ..core.public import public
from ..core.spec import from_end
from .choose import where
from .index import PLACE, Index, getitem, scattered
from .move import as_array, broadcast_to, concatenate, flip, moveaxis, ravel, reshape, swapaxes
from .plain import kind, plain, traced_numbers


def axis_of(x, axis):
    """An axis counted from the front; raises AxisError as NumPy does."""
    return from_end(operator.index(axis), len(x.shape))[0] + len(x.shape)


def flat_or_axis(x, axis):
    """(`x`, axis from the front), of the flattened array where the axis is None."""
    x = as_array(x)
    return (ravel(x), 0) if axis is None else (x, axis_of(x, axis))


def at_axis(x, axis, key):
    """`x` indexed along one axis, counted from the front."""
    return getitem(x, (*(slice(None),) * axis, key))


def index_values(indices):
    """Indices as an array of integers, perhaps traced."""
    indices = as_array(indices)
    if kind(indices) not in "biu":
        if getattr(indices, "size", 1) == 0:
            return np.zeros(indices.shape, int)
        raise IndexError(f"indices are integers, not {indices.dtype}; convert with astype(int)")
    return indices.astype(int) if kind(indices) == "b" else indices


@public(np.take)
def take(x, indices, axis=None, mode="raise"):
    """The elements of `x` at `indices` along `axis`, of the flattened array when None.

    mode: for an index out of range "raise", "wrap" around, or "clip" to the ends.

    >>> take(np.array([4.0, 5.0, 6.0]), [2, 0]).tolist()
    [6.0, 4.0]
    """
    x, axis = flat_or_axis(x, axis)
    indices, size = index_values(indices), x.shape[axis]
    if mode == "wrap":
        indices = indices % size
    elif mode == "clip":
        indices = np.clip(indices, 0, size - 1)
    elif mode != "raise":
        raise ValueError(f"take: mode={mode!r}; it is 'raise', 'wrap' or 'clip'")
    return at_axis(x, axis, indices)


@public(np.take_along_axis)
def take_along_axis(x, indices, axis=-1):
    """The elements of `x` whose place along `axis` is in `indices`, as argsort gives them.

    >>> x = np.array([3.0, 1.0, 2.0])
    >>> take_along_axis(x, np.argsort(x), 0).tolist()
    [1.0, 2.0, 3.0]
    """
    if axis is None:
        x, axis = ravel(as_array(x)), 0
    x, indices = as_array(x), index_values(indices)
    if len(x.shape) != len(indices.shape):
        raise ShapeError(
            f"take_along_axis: the array has {len(x.shape)} axes and indices {len(indices.shape)}; "
            "they must be equal"
        )
    return getitem(x, along(x.shape, indices, axis_of(x, axis)))


def along(shape, indices, axis):
    """The index that takes `indices` along one axis and every place of the others in step."""
    rank = len(shape)
    return tuple(
        indices if i == axis else np.arange(n).reshape((-1,) + (1,) * (rank - 1 - i))
        for i, n in enumerate(shape)
    )


@public(np.compress)
def compress(condition, x, axis=None):
    """The elements of `x` along `axis` where `condition` is true.

    >>> compress([True, False, True], np.array([1.0, 2.0, 3.0])).tolist()
    [1.0, 3.0]
    """
    x, axis = flat_or_axis(x, axis)
    condition = plain(condition, "compress").astype(bool)
    if condition.ndim != 1:
        raise ValueError("compress: condition must be a 1-d array")
    return at_axis(x, axis, np.nonzero(condition)[0])


@public(np.extract)
def extract(condition, x):
    """The elements of the flattened `x` where the flattened `condition` is true.

    >>> extract(np.array([True, False]), np.array([1.0, 2.0])).tolist()
    [1.0]
    """
    return take(x, np.nonzero(plain(condition, "extract").ravel())[0])


@public(np.fliplr)
def fliplr(x):
    """`x` with the order along its second axis reversed.

    >>> fliplr(np.array([[1.0, 2.0]])).tolist()
    [[2.0, 1.0]]
    """
    x = as_array(x)
    if len(x.shape) < 2:
        raise ValueError("fliplr: the input must be 2-d or more")
    return flip(x, 1)


@public(np.flipud)
def flipud(x):
    """`x` with the order along its first axis reversed.

    >>> flipud(np.array([1.0, 2.0])).tolist()
    [2.0, 1.0]
    """
    x = as_array(x)
    if not x.shape:
        raise ValueError("flipud: the input must be 1-d or more")
    return flip(x, 0)


@public(np.roll)
def roll(x, shift, axis=None):
    """`x` moved by `shift` places along `axis`; what leaves at one end enters at the other.

    >>> roll(np.array([1.0, 2.0, 3.0]), 1).tolist()
    [3.0, 1.0, 2.0]
    """
    x = as_array(x)
    if axis is None:
        return reshape(roll(ravel(x), shift, 0), x.shape)
    pairs = np.broadcast(shift, axis)
    if pairs.ndim > 1:
        raise ValueError("roll: 'shift' and 'axis' should be scalars or 1D sequences")
    for step, a in pairs:
        a = axis_of(x, int(a))
        step = int(step) % x.shape[a] if x.shape[a] else 0
        if step:
            ends = at_axis(x, a, slice(-step, None)), at_axis(x, a, slice(None, -step))
            x = concatenate(ends, a)
    return x


@public(np.rollaxis)
def rollaxis(x, axis, start=0):
    """`x` with one axis moved back until it lies before `start`.

    >>> rollaxis(np.ones((2, 3, 4)), 2).shape
    (4, 2, 3)
    """
    x = as_array(x)
    axis, start = axis_of(x, axis), operator.index(start)
    n = len(x.shape)
    start = start + n if start < 0 else start
    if not 0 <= start <= n:
        raise np.exceptions.AxisError(f"start arg requires {-n} <= start < {n + 1}, not {start}")
    return moveaxis(x, axis, start - 1 if axis < start else start)


@public(np.rot90)
def rot90(x, k=1, axes=(0, 1)):
    """`x` turned by `k` quarters in the plane of two axes, from the first towards the second.

    >>> rot90(np.array([[1.0, 2.0], [3.0, 4.0]])).tolist()
    [[2.0, 4.0], [1.0, 3.0]]
    """
    x = as_array(x)
    if len(axes) != 2:
        raise ValueError("rot90: len(axes) must be 2")
    first, second = (axis_of(x, a) for a in axes)
    if first == second:
        raise ValueError("rot90: the two axes must be different")
    turned = swapaxes(x, first, second) if k % 2 else x
    flipped = {0: (), 1: (first,), 2: (first, second), 3: (second,)}[k % 4]
    return flip(turned, flipped) if flipped else turned


def repeated(counts):
    """0, 1, ..., each as often as the counts of a node say, whose sum is asked for.

    The number at a place is how many of the runs have ended there.
    """
    ends = counts.astype(np.int64).cumsum()
    total = int(ends[-1])
    ones = np.ones(ends.shape, np.int64)
    ended = scattered(ones, ends, index=Index((PLACE,)), shape=(total + 1,))
    return ended[:total].cumsum()


@public(np.repeat)
def repeat(x, repeats, axis=None):
    """Each element `repeats` times along `axis`, of the flattened array when None.

    >>> repeat(np.array([1.0, 2.0]), 2).tolist()
    [1.0, 1.0, 2.0, 2.0]
    """
    x, axis = flat_or_axis(x, axis)
    asked = traced_numbers(repeats)
    if asked is None:
        return at_axis(x, axis, np.repeat(np.arange(x.shape[axis]), plain(repeats, "repeat")))
    if asked.shape in ((), (1,)):
        return at_axis(x, axis, np.repeat(np.arange(x.shape[axis]), int(asked)))
    return at_axis(x, axis, repeated(asked))


@public(np.tile)
def tile(x, reps):
    """Copies of `x` side by side, `reps` of them along each axis.

    >>> tile(np.array([1.0, 2.0]), 2).tolist()
    [1.0, 2.0, 1.0, 2.0]
    """
    x = as_array(x)
    reps = tuple(reps) if hasattr(reps, "__len__") else (reps,)
    rank = max(len(reps), len(x.shape))
    reps = (1,) * (rank - len(reps)) + reps
    shape = (1,) * (rank - len(x.shape)) + x.shape
    spread = reshape(x, sum(((1, s) for s in shape), ()))
    spread = broadcast_to(spread, sum(zip(reps, shape), ()))
    return reshape(spread, tuple(r * s for r, s in zip(reps, shape)))


@public(np.delete)
def delete(x, obj, axis=None):
    """`x` without the elements at `obj`: an index, a slice, indices or a mask.

    >>> delete(np.array([1.0, 2.0, 3.0]), 1).tolist()
    [1.0, 3.0]
    """
    x, axis = flat_or_axis(x, axis)
    obj = plain(obj, "delete") if type(obj) in TRACED else obj
    return at_axis(x, axis, np.delete(np.arange(x.shape[axis]), obj))


@public(np.insert)
def insert(x, obj, values, axis=None):
    """`x` with `values` inserted before the places `obj` along `axis`.

    >>> insert(np.array([1.0, 3.0]), 1, 2.0).tolist()
    [1.0, 2.0, 3.0]
    """
    x, axis = flat_or_axis(x, axis)
    values = as_array(values)
    obj = plain(obj, "insert") if type(obj) in TRACED else obj
    size, rank = x.shape[axis], len(x.shape)
    if dtype_known(x):
        values = values.astype(x.dtype) if values.dtype != x.dtype else values
    values = reshape(values, (1,) * (rank - len(values.shape)) + values.shape)
    single = np.ndim(obj) == 0 and not isinstance(obj, slice)
    if single:  # NumPy reads the values as of x[..., obj, ...], with the axis in front
        values = moveaxis(values, 0, axis)
        count = values.shape[axis]
    else:
        count = len(np.insert(np.arange(size), obj, 0)) - size
    shape = (*x.shape[:axis], count, *x.shape[axis + 1 :])
    marks = np.arange(size, size + count)
    order = np.insert(np.arange(size), [obj] * count if single else obj, marks)
    return at_axis(concatenate([x, broadcast_to(values, shape)], axis), axis, order)


def dtype_known(x):
    """Whether a value has one dtype, which a symbolic variable may not have."""
    return x.dtype is not None


@public(np.append)
def append(x, values, axis=None):
    """`values` after `x` along `axis`; both flattened when None.

    >>> append(np.array([1.0]), [2.0]).tolist()
    [1.0, 2.0]
    """
    return concatenate([as_array(x), as_array(values)], axis)


@public(np.resize)
def resize(x, new_shape):
    """The elements of `x` in a new shape, from the start again where they do not suffice.

    >>> resize(np.array([1.0, 2.0]), (3,)).tolist()
    [1.0, 2.0, 1.0]
    """
    x = ravel(as_array(x))
    shape = (new_shape,) if isinstance(new_shape, (int, np.integer)) else tuple(new_shape)
    size = int(np.prod(shape, dtype=int))
    if any(s < 0 for s in shape):
        raise ValueError("resize: all elements of new_shape must be non-negative")
    if not x.shape[0] or not size:
        return np.zeros(shape, x.dtype)
    return reshape(at_axis(x, 0, np.arange(size) % x.shape[0]), shape)


@public(np.trim_zeros)
def trim_zeros(x, trim="fb", axis=None):
    """`x` without the zeros at its ends: "f" at the front, "b" at the back.

    >>> trim_zeros(np.array([0.0, 1.0, 0.0])).tolist()
    [1.0]
    """
    x = as_array(x)
    numbers = plain(x, "trim_zeros")
    if set(trim.lower()) - set("fb") or len(trim) > 2:
        raise ValueError(f"trim_zeros: trim={trim!r}; it is 'f', 'b' or 'fb'")
    axes = range(numbers.ndim) if axis is None else np.atleast_1d(axis) % numbers.ndim
    key = [slice(None)] * numbers.ndim
    for a in axes:
        places = np.nonzero(numbers)[a]
        low = places.min() if places.size and "f" in trim.lower() else 0
        high = places.max() + 1 if places.size and "b" in trim.lower() else numbers.shape[a]
        key[a] = slice(low, high) if places.size else slice(0, 0)
    return getitem(x, tuple(key))


def triangle(x, k, keep):
    """The part of matrices where `keep(column - row, k)` is true; zeros elsewhere."""
    x = as_array(x)
    if not x.shape:
        raise ShapeError("tril and triu need at least one axis")
    if len(x.shape) == 1:
        x = broadcast_to(x, (x.shape[0], x.shape[0]))
    rows, columns = x.shape[-2:]
    mask = keep(np.arange(columns) - np.arange(rows)[:, None], k)
    return where(mask, x, np.zeros((), x.dtype or float))


@public(np.tril)
def tril(x, k=0):
    """The lower triangle of matrices, up to diagonal `k`; zeros above.

    >>> tril(np.ones((2, 2))).tolist()
    [[1.0, 0.0], [1.0, 1.0]]
    """
    return triangle(x, k, operator.le)


@public(np.triu)
def triu(x, k=0):
    """The upper triangle of matrices, from diagonal `k` on; zeros below.

    >>> triu(np.ones((2, 2))).tolist()
    [[1.0, 1.0], [0.0, 1.0]]
    """
    return triangle(x, k, operator.ge)


@public(np.diag)
def diag(x, k=0):
    """Diagonal `k` of a matrix, or the matrix with a vector on that diagonal.

    >>> diag(np.array([1.0, 2.0])).tolist()
    [[1.0, 0.0], [0.0, 2.0]]
    """
    x = as_array(x)
    if len(x.shape) == 2:
        return x.diagonal(k)
    if len(x.shape) != 1:
        raise ValueError("diag: the input must be 1- or 2-d")
    n = x.shape[0] + abs(k)
    padded = concatenate([x, np.zeros(abs(k), x.dtype or float)])
    padded = roll(padded, k) if k > 0 else padded
    mask = np.eye(n, k=k, dtype=bool)
    return where(mask, padded, np.zeros((), x.dtype or float))


@public(np.diagflat)
def diagflat(x, k=0):
    """The matrix with the flattened `x` on diagonal `k`.

    >>> diagflat(np.array([[1.0, 2.0]])).tolist()
    [[1.0, 0.0], [0.0, 2.0]]
    """
    return diag(ravel(as_array(x)), k)


@public(np.ix_)
def ix_(*sequences):
    """An open grid of indices, one axis for each sequence."""
    return np.ix_(*[plain(s, "ix_") for s in sequences])
