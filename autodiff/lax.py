"""Control flow, slices and reductions by the names and argument orders of jax.lax.

A start outside an array is moved inside, as there: slices of a dynamic place have their full size.

>>> import numpy as np
>>> dynamic_slice(np.arange(5.0), (4,), (2,)).tolist()
[3.0, 4.0]
"""

from builtins import max as greatest, slice as cut
from typing import Any

import numpy as np

from .core.errors import ShapeError
from .ops import reduce, torch_pieces
from .ops.arithmetic import (
    absolute,
    add as add,
    cbrt as cbrt,
    divide,
    multiply,
    negative,
    power,
    reciprocal as reciprocal,
    sqrt as sqrt,
    square as square,
    subtract,
)
from .ops.choose import (
    ceil as ceil,
    clip,
    floor as floor,
    isfinite,
    maximum,
    minimum,
    sign as sign,
    stop_gradient as stop_gradient,
    where,
)
from .ops.complex import astype, conjugate, imag as imag, real as real
from .ops.contract import dot as dot, matmul, tensordot
from .ops.exponential import (
    exp as exp,
    exp2 as exp2,
    expm1 as expm1,
    log as log,
    log1p as log1p,
    sigmoid,
)
from .ops.index import getitem, setitem
from .ops.move import (
    as_array,
    broadcast_to,
    concatenate as joined,
    expand_dims as expand_dims,
    flip,
    reshape as reshape,
    squeeze as squeeze,
    transpose as permuted,
)
from .ops.numbers import fmod, nextafter as nextafter
from .ops.rearrange import take_along_axis
from .ops.scan import (
    cummax as running_max,
    cummin as running_min,
    cumprod as running_product,
    cumsum as running_sum,
)
from .ops.sort import argsort
from .ops.torch_more import logcumsumexp
from .ops.torch_names import rsqrt as rsqrt
from .ops.trigonometric import (
    acos as acos,
    acosh as acosh,
    asin as asin,
    asinh as asinh,
    atan as atan,
    atan2 as atan2,
    atanh as atanh,
    cos as cos,
    cosh as cosh,
    sin as sin,
    sinh as sinh,
    tan as tan,
    tanh as tanh,
)
from .scipy.special import (
    betainc as betainc,
    digamma as digamma,
    erf as erf,
    erfc as erfc,
    erfinv,
    gammainc,
    gammaincc,
    gammaln,
    i0e,
    i1e,
    polygamma as polygamma,
    zeta as zeta,
)
from .transform.control import (
    associative_scan as associative_scan,
    cond as cond,
    fori_loop as fori_loop,
    map as map,
    scan as scan,
    switch as switch,
    while_loop as while_loop,
)

erf_inv, lgamma, igamma, igammac = erfinv, gammaln, gammainc, gammaincc
bessel_i0e, bessel_i1e = i0e, i1e
abs, div, mul, neg, pow, sub = absolute, divide, multiply, negative, power, subtract
is_finite, max, min, conj, logistic = isfinite, maximum, minimum, conjugate, sigmoid
batch_matmul, convert_element_type, rem = matmul, astype, fmod


# ------------------------------------------------------------------- numbers


def integer_pow(x, y):
    """`x**y` for a whole number `y`."""
    return x ** int(y)


def clamp(min, x, max):
    """`x` moved between `min` and `max`."""
    return clip(x, min, max)


def select(pred, on_true, on_false):
    """`on_true` where the condition holds, else `on_false`; both have one shape."""
    a, b = as_array(on_true), as_array(on_false)
    if tuple(a.shape) != tuple(b.shape):
        raise ShapeError(
            f"select: the cases have shapes {a.shape} and {b.shape}; they must be equal"
        )
    return where(pred, a, b)


def select_n(which, *cases):
    """Of each place the case that `which` names there: a truth for two, else a whole number."""
    found = cases[-1]
    for i in reversed(range(len(cases) - 1)):
        found = where(as_array(which) == i, cases[i], found)
    return found


# ------------------------------------------------------------------- reductions


def reduction(name, function):
    """A reduction over the axes listed."""

    def call(operand, axes):
        return function(as_array(operand), axis=tuple(axes))

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"`{function.__name__}` over the axes listed."
    return call


reduce_sum, reduce_prod = reduction("reduce_sum", reduce.sum), reduction("reduce_prod", reduce.prod)
reduce_max, reduce_min = reduction("reduce_max", reduce.amax), reduction("reduce_min", reduce.amin)
reduce_and, reduce_or = reduction("reduce_and", reduce.all), reduction("reduce_or", reduce.any)


def running(name, function):
    """A running reduction along one axis, from the end with `reverse`."""

    def call(operand, axis=0, reverse=False):
        x = as_array(operand)
        if reverse:
            return flip(function(flip(x, axis), axis), axis)
        return function(x, axis)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"`{name}` along one axis, from the end with `reverse`."
    return call


cumsum, cumprod = running("cumsum", running_sum), running("cumprod", running_product)
cummax, cummin = running("cummax", running_max), running("cummin", running_min)
cumlogsumexp = running("cumlogsumexp", logcumsumexp)


def argmax(operand, axis, index_dtype=np.int64):
    """The place of the greatest element along an axis."""
    return reduce.argmax(as_array(operand), axis=axis).astype(index_dtype)


def argmin(operand, axis, index_dtype=np.int64):
    """The place of the smallest element along an axis."""
    return reduce.argmin(as_array(operand), axis=axis).astype(index_dtype)


def top_k(operand, k):
    """(the `k` greatest elements along the last axis, their places)"""
    found = torch_pieces.topk(as_array(operand), k)
    return [found[0], found[1]]


def sort(operand, dimension=-1, is_stable=True):
    """Ascending along an axis."""
    x = as_array(operand)
    return take_along_axis(x, argsort(x, dimension, "stable"), dimension)


def sort_key_val(keys, values, dimension=-1, is_stable=True):
    """(keys in ascending order, values in the same)"""
    order = argsort(as_array(keys), dimension, "stable")
    return [take_along_axis(as_array(x), order, dimension) for x in (keys, values)]


# ------------------------------------------------------------------- products


def dot_general(lhs, rhs, dimension_numbers):
    """Products summed over pairs of axes, in step along others, which come first.

    dimension_numbers: ((axes summed of each), (axes in step of each)).

    >>> dot_general(np.eye(2), np.ones((2, 3)), (((1,), (0,)), ((), ()))).shape
    (2, 3)
    """
    (left, right), (mine, its) = dimension_numbers
    x, y = as_array(lhs), as_array(rhs)
    free = [i for i in range(len(x.shape)) if i not in (*left, *mine)]
    rest = [i for i in range(len(y.shape)) if i not in (*right, *its)]
    if not mine:
        return tensordot(x, y, (tuple(left), tuple(right)))
    x = permuted(x, (*mine, *free, *left))
    y = permuted(y, (*its, *right, *rest))
    step, n = x.shape[: len(mine)], int(np.prod([rhs.shape[i] for i in right], dtype=int))
    ends = x.shape[len(mine) : len(mine) + len(free)], y.shape[len(its) + len(right) :]
    found = matmul(reshape(x, (*step, -1, n)), reshape(y, (*step, n, -1)))
    return reshape(found, (*step, *ends[0], *ends[1]))


# ------------------------------------------------------------------- shapes


def broadcast(operand, sizes):
    """New leading axes of these sizes."""
    x = as_array(operand)
    return broadcast_to(x, (*sizes, *x.shape))


def broadcast_in_dim(operand, shape, broadcast_dimensions):
    """Stretched to a shape, in which the axes have the places listed."""
    x = as_array(operand)
    inner = [1] * len(shape)
    for place, size in zip(broadcast_dimensions, x.shape):
        inner[place] = size
    return broadcast_to(reshape(x, tuple(inner)), tuple(shape))


def collapse(operand, start_dimension, stop_dimension=None):
    """The axes from one to before another as one axis."""
    x = as_array(operand)
    first, last, _ = cut(start_dimension, stop_dimension).indices(len(x.shape))
    return reshape(x, (*x.shape[:first], -1, *x.shape[last:]))


def concatenate(operands, dimension):
    """Arrays one after the other along an axis."""
    return joined(operands, dimension)


def rev(operand, dimensions):
    """Turned around along the axes listed."""
    return flip(as_array(operand), tuple(dimensions))


def transpose(operand, permutation):
    """The axes in another order."""
    return permuted(as_array(operand), tuple(permutation))


def iota(dtype, size):
    """0, 1, … as a constant."""
    return np.arange(size, dtype=dtype)


def broadcasted_iota(dtype, shape, dimension):
    """0, 1, … along one axis of a shape."""
    line = np.arange(shape[dimension], dtype=dtype)
    return np.broadcast_to(line.reshape(-1, *(1,) * (len(shape) - 1 - dimension)), shape).copy()


def full(shape, fill_value, dtype=None):
    """A constant of one number in a shape."""
    return np.full(shape, fill_value, dtype)


def full_like(x, fill_value, dtype=None, shape=None):
    """A constant of one number in the shape and dtype of `x`."""
    return np.full(x.shape if shape is None else shape, fill_value, dtype or x.dtype)


# ------------------------------------------------------------------- slices


def slice(operand, start_indices, limit_indices, strides=None):
    """From a place to before another along each axis."""
    strides = strides or (1,) * len(start_indices)
    return getitem(operand, tuple([cut(*s) for s in zip(start_indices, limit_indices, strides)]))


def along(x, axis, part):
    """The index of a part of one axis."""
    return (*(cut(None),) * (axis % len(x.shape)), part)


def slice_in_dim(operand, start_index, limit_index, stride=1, axis=0):
    """From a place to before another along one axis."""
    x = as_array(operand)
    return getitem(x, along(x, axis, cut(start_index, limit_index, stride)))


def index_in_dim(operand, index, axis=0, keepdims=True):
    """One place of an axis."""
    x = as_array(operand)
    found = getitem(x, along(x, axis, index))
    return expand_dims(found, axis % len(x.shape)) if keepdims else found


def inside(start, size, length):
    """A start moved so that the whole slice lies inside."""
    start = as_array(start)
    return clip(where(start < 0, start + size, start), 0, greatest(size - length, 0))


def places(x, start_indices, sizes):
    """The index arrays of a block whose place may be a value."""
    rank = len(x.shape)
    starts = [start_indices[i] for i in range(len(start_indices))]
    if len(starts) != rank or len(sizes) != rank:
        raise ShapeError(
            f"dynamic_slice: {len(starts)} starts and {len(sizes)} sizes for {rank} axes"
        )
    ends = zip(starts, x.shape, sizes)
    firsts = [inside(s, n, m) for s, n, m in ends]
    shapes = [(-1, *(1,) * (rank - 1 - i)) for i in range(rank)]
    return tuple([f + np.arange(m).reshape(s) for f, m, s in zip(firsts, sizes, shapes)])


def dynamic_slice(operand, start_indices, slice_sizes):
    """A block of these sizes from a place that may be a value."""
    x = as_array(operand)
    if any([m > n for m, n in zip(slice_sizes, x.shape)]):
        raise ShapeError(f"dynamic_slice: sizes {tuple(slice_sizes)} exceed the shape {x.shape}")
    return getitem(x, places(x, start_indices, slice_sizes)) if x.shape else x


def dynamic_update_slice(operand, update, start_indices):
    """The array with a block written over, at a place that may be a value."""
    x, update = as_array(operand), as_array(update)
    if any([m > n for m, n in zip(update.shape, x.shape)]):
        raise ShapeError(f"dynamic_update_slice: a block {update.shape} does not fit {x.shape}")
    return setitem(x, places(x, start_indices, update.shape), update) if x.shape else update


def on_axis(x, axis, start):
    """The starts of a block that begins at `start` along one axis."""
    return [start if i == axis % len(x.shape) else 0 for i in range(len(x.shape))]


def dynamic_slice_in_dim(operand, start_index, slice_size, axis=0):
    """So many places of one axis, from one that may be a value."""
    x = as_array(operand)
    sizes = [slice_size if i == axis % len(x.shape) else n for i, n in enumerate(x.shape)]
    return dynamic_slice(x, on_axis(x, axis, start_index), sizes)


def dynamic_index_in_dim(operand, index, axis=0, keepdims=True):
    """One place of an axis, which may be a value."""
    found = dynamic_slice_in_dim(operand, index, 1, axis)
    return found if keepdims else squeeze(found, axis)


def dynamic_update_slice_in_dim(operand, update, start_index, axis):
    """The array with a block written over along one axis."""
    x = as_array(operand)
    return dynamic_update_slice(x, update, on_axis(x, axis, start_index))


def dynamic_update_index_in_dim(operand, update, index, axis):
    """The array with one place of an axis written over."""
    x, update = as_array(operand), as_array(update)
    missing: Any = len(update.shape) < len(x.shape)
    return dynamic_update_slice_in_dim(
        x, expand_dims(update, axis % len(x.shape)) if missing else update, index, axis
    )
