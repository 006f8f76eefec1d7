"""NumPy's functions that make, copy and fill arrays, and those that ask what an array is.

`np.zeros_like(x)` and its kin give a value of the kind of `x`: a constant that can be filled.
"""

from typing import Any

import numpy as np

from ..core.errors import TracedError
from ..core.op import NUMPY, TRACED
from ..core.public import public
from ..ops import choose, contract, move, totals
from ..ops.complex import astype
from ..ops.index import setitem
from ..ops.move import as_array, broadcast_to, concatenate, reshape
from ..ops.plain import has_numbers, plain
from ..ops.rearrange import along, axis_of, index_values
from ..ops.sort import numbers_alone
from .copying import copied
from .inplace import as_array_of_numpy


def fillable(x, value, dtype, shape):
    """`value` in the shape and dtype of `x`, as a constant of the kind of `x`."""
    dtype = np.dtype(dtype or x.dtype or float)
    shape = x.shape if shape is None else shape
    shape = (shape,) if isinstance(shape, (int, np.integer)) else tuple(shape)
    if type(value) in TRACED:
        filled = broadcast_to(value, shape)
        filled = filled if filled.dtype == dtype else filled.astype(dtype)
        return as_array_of_numpy(filled.unary(copied))
    filled = np.full(shape, value, dtype)
    if type(x) not in TRACED:
        return filled
    return as_array_of_numpy(x.lifted(filled))


@public(np.zeros_like)
def zeros_like(x, dtype=None, order="K", subok=True, shape=None, *, device=None):
    """Zeros of the shape and dtype of `x`, to be filled: `z = np.zeros_like(x); z[0] = x[1]`."""
    return fillable(as_array(x), 0, dtype, shape)


@public(np.ones_like)
def ones_like(x, dtype=None, order="K", subok=True, shape=None, *, device=None):
    """Ones of the shape and dtype of `x`, to be filled."""
    return fillable(as_array(x), 1, dtype, shape)


@public(np.empty_like)
def empty_like(x, dtype=None, order="K", subok=True, shape=None, *, device=None):
    """An array of the shape and dtype of `x`, to be filled; its elements are zeros at first."""
    return fillable(as_array(x), 0, dtype, shape)


@public(np.full_like)
def full_like(x, fill_value, dtype=None, order="K", subok=True, shape=None, *, device=None):
    """`fill_value` in the shape and dtype of `x`, to be filled."""
    return fillable(as_array(x), as_array(fill_value), dtype, shape)


@public(np.copy)
def copy(x, order="K", subok=False):
    """A copy, whose changes in place do not touch `x`."""
    x = as_array(x)
    return x.copy() if type(x) in TRACED else np.copy(x)


# ------------------------------------------------------------------- filling


def own_handle(x, name):
    """Raise unless `x` is one of our values, which can take another."""
    if type(x) not in TRACED:
        raise TracedError(
            f"numpy.{name}: a plain array cannot take values being differentiated; make it with "
            "np.zeros_like(x) of a value that is differentiated"
        )
    return x


@public(np.copyto)
def copyto(dst, src, casting="same_kind", where: Any = True):
    """Fill `dst` with `src`, where `where` is true."""
    own_handle(dst, "copyto")
    src = broadcast_to(as_array(src), dst.shape)
    dst[...] = src if where is True else choose.where(where, src, dst)


@public(np.put)
def put(a, ind, v, mode="raise"):
    """Fill the elements of the flattened `a` at `ind` with `v`, repeated as often as needed."""
    own_handle(a, "put")
    ind = np.ravel(plain(ind, "put"))
    size = int(np.prod(a.shape, dtype=int))
    if mode == "wrap":
        ind = ind % size
    elif mode == "clip":
        ind = np.clip(ind, 0, size - 1)
    v = reshape(as_array(v), -1)
    if not ind.size or not v.shape[0]:
        return
    a[...] = reshape(setitem(reshape(a, -1), ind, v[np.arange(ind.size) % v.shape[0]]), a.shape)


@public(np.putmask)
def putmask(a, mask, values):
    """Fill `a` where `mask` is true with the values that stand at the same places."""
    own_handle(a, "putmask")
    values = np.resize(as_array(values), a.shape)
    a[...] = choose.where(as_array(mask), values, a)


@public(np.place)
def place(arr, mask, vals):
    """Fill `arr` where `mask` is true with the values one after another."""
    own_handle(arr, "place")
    places = np.flatnonzero(plain(mask, "place"))
    if places.size and not np.size(vals):
        raise ValueError("Cannot insert from an empty array!")
    put(arr, places, vals)


@public(np.put_along_axis)
def put_along_axis(arr, indices, values, axis):
    """Fill `arr` at places along `axis`, as argsort gives them."""
    own_handle(arr, "put_along_axis")
    indices = index_values(indices)
    if axis is None:
        flat = setitem(reshape(arr, -1), indices, values)
        arr[...] = reshape(flat, arr.shape)
        return
    arr[along(arr.shape, indices, axis_of(arr, axis))] = values


@public(np.fill_diagonal)
def fill_diagonal(a, val, wrap=False):
    """Fill the main diagonal of `a`."""
    own_handle(a, "fill_diagonal")
    marks = np.zeros(a.shape, bool)
    np.fill_diagonal(marks, True, wrap)
    places = np.nonzero(marks)
    val = reshape(as_array(val), -1)
    a[places] = val[np.arange(len(places[0])) % val.shape[0]]


# ------------------------------------------------------------------- shapes with all keywords


@public(np.reshape)
def reshaped(x, shape: Any = None, order="C", *, copy=None):
    """`reshape` with NumPy's `order`: "C" reads along the last axis first, "F" along the first."""
    x = as_array(x)
    if order == "F":
        shape = (shape,) if isinstance(shape, (int, np.integer)) else tuple(shape)
        return reshape(x.transpose(), shape[::-1]).transpose()
    return reshape(x, shape)


@public(np.ravel)
def ravel(x, order="C"):
    """`ravel` with NumPy's `order`."""
    x = as_array(x)
    return reshape(x.transpose() if order == "F" else x, -1)


@public(np.concatenate, np.concat)
def joined(arrays, axis: int | None = 0, *, dtype=None, casting: Any = "same_kind"):
    """`concatenate` with NumPy's `dtype` and `casting`."""
    found = concatenate(arrays, axis)
    if dtype is None:
        return found
    if not np.can_cast(found.dtype, dtype, casting):
        raise TypeError(
            f"concatenate: cannot cast {found.dtype} to {np.dtype(dtype)} with casting='{casting}'"
        )
    return found.astype(dtype)


@public(np.stack)
def stack(arrays, axis=0, *, dtype=None, casting="same_kind"):
    """`stack` with NumPy's `dtype`."""
    found = move.stack(arrays, axis)
    return found if dtype is None else found.astype(dtype)


@public(np.trace)
def trace(x, offset=0, axis1=0, axis2=1, dtype=None):
    """`trace` with NumPy's `dtype`."""
    return totals.sum(contract.diagonal(x, offset, axis1, axis2), -1, dtype)


@public(np.clip)
def clip(x, min=None, max=None, *, a_min=None, a_max=None, dtype=None):
    """`clip` by any of NumPy's names of the bounds."""
    low, high = (a_min if min is None else min), (a_max if max is None else max)
    if low is None and high is None:
        return copy(x)
    found = choose.clip(x, low, high)
    return found if dtype is None else found.astype(dtype)


@public(np.astype)
def converted(x, dtype, /, *, copy=True, device=None):
    """`x` in another dtype; a copy unless `copy` is False and nothing changes."""
    found = astype(x, dtype)
    return found.unary(copied) if found is x and copy and type(x) in TRACED else found


@public(np.where)
def where(condition, x=None, y=None):
    """`where`; with the condition alone the indices of its true elements, as plain arrays."""
    if x is None and y is None:
        return np.nonzero(plain(condition, "where", several=True))
    return choose.where(condition, x, y)


# ------------------------------------------------------------------- questions


def asked(name, numpy):
    """A question about shapes and dtypes: NumPy's answer for an array of the same."""

    def function(*args, **kwargs):
        return numpy(*[stand_in(a) for a in args], **kwargs)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"`numpy.{name}` of an array of the same shape and dtype."
    return public(numpy, renamed=False)(function)


def stand_in(x):
    if type(x) not in TRACED:
        return x
    return np.broadcast_to(np.zeros((), x.dtype or float), x.shape)


for _name in (
    "common_type", "min_scalar_type", "can_cast", "diag_indices_from", "tril_indices_from",
    "triu_indices_from", "einsum_path",
):  # fmt: skip
    asked(_name, getattr(np, _name))
for _name in ("unravel_index", "ravel_multi_index"):
    numbers_alone(_name, getattr(np, _name), several=_name == "unravel_index")


@public(np.may_share_memory, np.shares_memory, renamed=False)
def share_memory(a, b, max_work=None):
    """Whether two handles are of one array, of which a change of one would be seen in the other."""
    if a is b:
        return True
    storage = getattr(a, "storage", None)
    return storage is not None and storage is getattr(b, "storage", None)


def text(x, *args, **kwargs):
    """A value as text: the numbers where they are there."""
    return np.array2string(plain(x, "array2string"), *args, **kwargs) if has_numbers(x) else str(x)


NUMPY.update({
    np.array2string: text, np.array_str: text, np.array_repr: lambda x, *_, **__: repr(x),
    np.array: lambda x, *_, **__: as_array(x), np.asarray: lambda x, *_, **__: as_array(x),
})  # fmt: skip
for _name in ("empty", "zeros", "ones", "eye", "identity", "arange", "full", "tri"):  # with like=x
    NUMPY.setdefault(getattr(np, _name), getattr(np, _name))
