"""Elements picked, cut, repeated and put in order, by PyTorch's names and keywords.

Where NumPy has a function of the same name with another meaning, NumPy's keywords ask for it.
"""

from collections import namedtuple
from itertools import accumulate
from typing import Any

import numpy as np

from ..core.errors import DTypeError, ShapeError
from ..core.public import public
from . import join, rearrange, sort as orders
from .index import getitem, parse, scattered, setitem
from .move import as_array, flip, reshape
from .plain import has_numbers, plain
from .rearrange import at_axis, axis_of, take_along_axis
from .results import several

Ordered = namedtuple("Ordered", "values indices")


# ------------------------------------------------------------------- picking


def lane_index(name, x, dim, index):
    """(`x`, the index of every element that `index` names along an axis); both have that many axes.

    Raises IndexError for a place that the axis does not have, ShapeError where shapes do not fit.
    """
    x, index = as_array(x), as_array(index)
    if index.dtype is not None and index.dtype.kind not in "iu":
        raise DTypeError(f"{name}: the index has dtype {index.dtype}; it needs integers")
    if not x.shape and not index.shape:
        return reshape(x, (1,)), (reshape(index, (1,)),)
    axis = axis_of(x, dim)
    if len(index.shape) != len(x.shape):
        raise ShapeError(f"{name}: the index has {len(index.shape)} axes and the tensor {len(x.shape)}; they must be as many")
    for i, (n, m) in enumerate(zip(index.shape, x.shape)):
        if i != axis and n > m:
            raise ShapeError(f"{name}: the index of shape {index.shape} is larger than {x.shape} beside axis {axis}")
    if has_numbers(index):
        within(name, plain(index, name), x.shape[axis])
    return x, rearrange.along(index.shape, index, axis)


def within(name, numbers, size):
    """Raise for a place outside an axis of that size; PyTorch counts from the front alone."""
    wrong = numbers[(numbers < 0) | (numbers >= size)]
    if wrong.size:
        raise IndexError(f"{name}: index {wrong[0]} is out of bounds for an axis of size {size}, counted from 0")


@public(renamed=False)
def gather(x, dim, index, *, sparse_grad=False):
    """The elements of `x` whose place along `dim` is in `index`, in the shape of `index`.

    Raises IndexError for a place that is not there.

    >>> gather(np.array([[1.0, 2.0], [3.0, 4.0]]), 1, np.array([[1], [0]])).tolist()
    [[2.0], [3.0]]
    """
    shape = as_array(index).shape
    x, index = lane_index("gather", x, dim, index)
    found = getitem(x, index)
    return found if found.shape == shape else reshape(found, shape)


@public(renamed=False)
def index_select(x, dim, index):
    """The parts of `x` at `index` along `dim`.

    index: a vector of integers.

    >>> index_select(np.eye(3), 0, np.array([2])).tolist()
    [[0.0, 0.0, 1.0]]
    """
    x, index = as_array(x), as_array(index)
    if len(index.shape) > 1 or index.dtype.kind not in "iu":
        raise ShapeError(f"index_select: the index has shape {index.shape} and dtype {index.dtype}; it needs a vector of integers")
    whole = x if x.shape else reshape(x, (1,))
    axis = axis_of(whole, dim)
    if has_numbers(index):
        within("index_select", plain(index, "index_select"), whole.shape[axis])
    found = at_axis(whole, axis, index if index.shape else reshape(index, (1,)))
    return found if x.shape else reshape(found, ())


def written(name, x, src, shape):
    """What is written into `x`: a number as it is, of an array the part of that shape."""
    if isinstance(src, (int, float, complex)):
        return src
    src = as_array(src)
    if src.dtype is not None and x.dtype is not None and src.dtype != x.dtype:
        raise DTypeError(f"{name}: src has dtype {src.dtype} and the tensor {x.dtype}; they must be equal, convert with astype")
    if not shape:
        return reshape(src, (1,))
    if len(src.shape) != len(shape) or any(n > m for n, m in zip(shape, src.shape)):
        raise ShapeError(f"{name}: src of shape {src.shape} is smaller than the index of shape {shape}")
    return src if src.shape == shape else getitem(src, tuple(slice(n) for n in shape))


@public(renamed=False)
def scatter(x, dim, index, src: Any = None, *, value=None, reduce=None):
    """A copy of `x` with `src`, or the number `value`, written at the places `index` along `dim`.

    reduce: "add" adds instead.  Each place is written once, where `src` is to be differentiated.

    >>> scatter(np.zeros(3), 0, np.array([2]), np.array([5.0])).tolist()
    [0.0, 0.0, 5.0]
    """
    if reduce not in (None, "add"):
        raise ValueError(f"scatter: reduce={reduce!r}; it is 'add' or None")
    given = value if src is None else src
    if given is None:
        raise TypeError("scatter: neither src nor value is given; give what is to be written")
    if reduce:
        return scatter_add(x, dim, index, given)
    shape, old = as_array(index).shape, as_array(x).shape
    x, index = lane_index("scatter", x, dim, index)
    new = setitem(x, index, written("scatter", x, given, shape))
    return new if new.shape == old else reshape(new, old)


@public(renamed=False)
def scatter_add(x, dim, index, src):
    """A copy of `x` with `src` added at the places `index` along `dim`, as often as they are named.

    >>> scatter_add(np.zeros(3), 0, np.array([2, 2]), np.array([5.0, 1.0])).tolist()
    [0.0, 0.0, 6.0]
    """
    shape, old = as_array(index).shape, as_array(x).shape
    x, index = lane_index("scatter_add", x, dim, index)
    new = x + spread(x, index, written("scatter_add", x, src, shape))
    return new if new.shape == old else reshape(new, old)


def spread(x, key, source):
    """Zeros of the shape of `x` with `source` added at an index."""
    index, arrays = parse(key)
    if isinstance(source, (int, float, complex)):
        source = np.full(np.broadcast_shapes(*[np.shape(a) for a in arrays]), source, x.dtype)
    return scattered(source, *arrays, index=index, shape=x.shape)


@public(renamed=False)
def index_add(x, dim, index, source, *, alpha=1):
    """A copy of `x` with the parts of `alpha source` added at `index` along `dim`.

    >>> index_add(np.zeros(3), 0, np.array([1, 1]), np.array([2.0, 3.0])).tolist()
    [0.0, 5.0, 0.0]
    """
    x, index, source = as_array(x), as_array(index), as_array(source)
    axis = axis_of(x, dim)
    if has_numbers(index):
        within("index_add", plain(index, "index_add"), x.shape[axis])
    source = source if isinstance(alpha, int) and alpha == 1 else alpha * source
    return x + spread(x, (*(slice(None),) * axis, index), source)


# ------------------------------------------------------------------- cutting


def narrow(x, dim, start, length):
    """`length` places of `x` along `dim`, from `start` on.

    >>> narrow(np.arange(5.0), 0, 1, 2).tolist()
    [1.0, 2.0]
    """
    x = as_array(x)
    axis = axis_of(x, dim)
    size = x.shape[axis]
    begin = start + size if start < 0 else start
    if not 0 <= begin <= size or length < 0 or begin + length > size:
        raise ShapeError(f"narrow: start {start} and length {length} leave an axis of size {size}")
    return at_axis(x, axis, slice(begin, begin + length))


def split(x, split_size_or_sections: Any = None, dim=0, *, axis=None, indices_or_sections=None):
    """Parts of `x` of one size along `dim`, the last perhaps shorter, or of the sizes listed.

    With `axis=` or `indices_or_sections=` it is NumPy's: so many equal parts, or cut before places.
    Raises ShapeError where listed sizes do not add up.

    >>> [part.tolist() for part in split(np.array([1.0, 2.0, 3.0]), 2)]
    [[1.0, 2.0], [3.0]]
    >>> len(split(np.ones(4), 2, axis=0)), len(split(np.ones(4), 1))
    (2, 4)
    """
    if axis is not None or indices_or_sections is not None:
        given = split_size_or_sections if indices_or_sections is None else indices_or_sections
        return join.split(x, given, dim if axis is None else axis)
    if split_size_or_sections is None:
        raise TypeError("split: no size is given; give the size of the parts, or a list of sizes")
    x = as_array(x)
    place = axis_of(x, dim)
    size = x.shape[place]
    if isinstance(split_size_or_sections, (int, np.integer)):
        step = int(split_size_or_sections)
        if step < 0 or (step == 0 and size):
            raise ShapeError(f"split: the size of the parts is {step}; it must be positive")
        sizes = [min(step, size - i) for i in range(0, size, step or 1)] or [0]
    else:
        sizes = [int(s) for s in split_size_or_sections]
        if min(sizes, default=0) < 0 or sum(sizes) != size:
            raise ShapeError(f"split: the sizes {sizes} add up to {sum(sizes)}, and the axis has {size}")
    stops = list(accumulate(sizes))
    return tuple([at_axis(x, place, slice(b - n, b)) for n, b in zip(sizes, stops)])


def chunk(x, chunks, dim=0):
    """At most so many parts of `x` along `dim`, all of one size but perhaps the last.

    >>> [part.tolist() for part in chunk(np.array([1.0, 2.0, 3.0]), 2)]
    [[1.0, 2.0], [3.0]]
    """
    x = as_array(x)
    if chunks <= 0:
        raise ShapeError(f"chunk: {chunks} parts are wanted; the number must be positive")
    size = x.shape[axis_of(x, dim)]
    return split(x, -(-size // chunks), dim) if size else split(x, [0] * chunks, dim)


@public(renamed=False)
def unbind(x, dim=0):
    """The parts of `x` along `dim`, without that axis, as a tuple.

    >>> [float(part) for part in unbind(np.array([1.0, 2.0]))]
    [1.0, 2.0]
    """
    return join.unstack(x, dim)


# ------------------------------------------------------------------- repeating


def repeat(x, *sizes):
    """Copies of `x` side by side, so many along each axis, new ones in front: PyTorch's method.

    Raises ShapeError where fewer numbers than axes are given.

    >>> repeat(np.array([1.0, 2.0]), 2, 1).tolist()
    [[1.0, 2.0], [1.0, 2.0]]
    """
    x = as_array(x)
    sizes = sizes[0] if len(sizes) == 1 and not isinstance(sizes[0], (int, np.integer)) else sizes
    if len(sizes) < len(x.shape):
        raise ShapeError(f"repeat: {len(sizes)} numbers are given for {len(x.shape)} axes; give one for each, or axis= for NumPy's")
    return rearrange.tile(x, tuple(sizes))


def repeat_interleave(x, repeats, dim=None, *, output_size=None):
    """Each element `repeats` times along `dim`, of the flattened array when None.

    >>> repeat_interleave(np.array([1.0, 2.0]), 2).tolist()
    [1.0, 1.0, 2.0, 2.0]
    """
    return rearrange.repeat(x, repeats, dim)


def tile(x, *dims, reps: Any = None):
    """Copies of `x` side by side, so many along each axis: a tuple or separate numbers.

    >>> tile(np.array([1.0, 2.0]), 2).tolist()
    [1.0, 2.0, 1.0, 2.0]
    """
    dims = dims if reps is None else (reps,)
    return rearrange.tile(x, dims[0] if len(dims) == 1 else dims)


def tril(x, diagonal=0, *, k=None):
    """The lower triangle of matrices, up to a diagonal; zeros above.

    >>> tril(np.ones((2, 2)), diagonal=-1).tolist()
    [[0.0, 0.0], [1.0, 0.0]]
    """
    return rearrange.tril(x, diagonal if k is None else k)


def triu(x, diagonal=0, *, k=None):
    """The upper triangle of matrices, from a diagonal on; zeros below.

    >>> triu(np.ones((2, 2)), diagonal=1).tolist()
    [[0.0, 1.0], [0.0, 0.0]]
    """
    return rearrange.triu(x, diagonal if k is None else k)


def diag(x, diagonal=0, *, k=None):
    """A diagonal of a matrix, or the matrix with a vector on that diagonal.

    >>> diag(np.array([1.0, 2.0])).tolist()
    [[1.0, 0.0], [0.0, 2.0]]
    """
    return rearrange.diag(x, diagonal if k is None else k)


# ------------------------------------------------------------------- orders


def order(x, axis, descending, stable):
    """The indices that put `x` in order along an axis counted from the front; of equals the first."""
    kind = "stable" if stable or descending else None
    if not descending:
        return orders.argsort(x, axis, kind)
    back = orders.argsort(flip(x, axis), axis, kind)
    return flip(x.shape[axis] - 1 - back, axis)


@several(Ordered)
def ordered(x, dim=-1, descending=False, stable=False):
    """PyTorch's sort: the named tuple (values, indices).

    >>> ordered(np.array([1.0, 3.0]), descending=True).indices.tolist()
    [1, 0]
    """
    x = as_array(x)
    if not x.shape:
        return x, np.zeros((), int)
    axis = axis_of(x, dim)
    indices = order(x, axis, descending, stable)
    return take_along_axis(x, indices, axis), indices


@several(Ordered)
def topk(x, k, dim=-1, largest=True, sorted=True):
    """The `k` largest elements along `dim`, or smallest, in order: the named tuple (values, indices).

    >>> topk(np.array([1.0, 3.0, 2.0]), 2).values.tolist()
    [3.0, 2.0]
    """
    x = as_array(x)
    whole = x if x.shape else reshape(x, (1,))
    axis = axis_of(whole, dim)
    if not 0 <= k <= whole.shape[axis]:
        raise ShapeError(f"topk: k={k} is out of range for an axis of size {whole.shape[axis]}")
    indices = at_axis(order(whole, axis, largest, False), axis, slice(k))
    values = take_along_axis(whole, indices, axis)
    return (values, indices) if x.shape or not k else (reshape(values, ()), reshape(indices, ()))


def sort(x, axis: Any = -1, kind=None, order=None, *, dim: Any = None, descending=None, stable=None):
    """`x` in ascending order along `axis`, flattened when None, as in NumPy.

    With `dim=` or `descending=`, as in PyTorch: the named tuple (values, indices).

    >>> sort(np.array([3.0, 1.0])).tolist(), sort(np.array([3.0, 1.0]), dim=0).values.tolist()
    ([1.0, 3.0], [1.0, 3.0])
    """
    if dim is None and descending is None:
        return orders.sort(x, axis, kind, order, stable=stable)
    return ordered(x, axis if dim is None else dim, bool(descending), bool(stable))


def argsort(x, axis: Any = -1, kind=None, order=None, *, dim: Any = None, descending=False, stable=None):
    """The indices that put `x` in order along `axis`, or `dim=`; descending if asked.

    >>> argsort(np.array([3.0, 1.0, 2.0]), descending=True).tolist()
    [0, 2, 1]
    """
    axis = axis if dim is None else dim
    if not descending:
        return orders.argsort(x, axis, kind, order, stable=stable)
    return places(x, axis, True, bool(stable))


def places(x, dim=-1, descending=False, stable=False):
    """The indices of PyTorch's sort.

    >>> places(np.array([3.0, 1.0, 2.0]), descending=True).tolist()
    [0, 2, 1]
    """
    return ordered(x, dim, descending, stable)[1]
