"""Control flow, slices and reductions by the names and argument orders of jax.lax.

A start outside an array is moved inside, as there: slices of a dynamic place have their full size.

>>> import numpy as np
>>> dynamic_slice(np.arange(5.0), (4,), (2,)).tolist()
[3.0, 4.0]
"""

from builtins import slice as cut

import numpy as np

from .core.errors import DTypeError, ShapeError
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
from .ops.lax_slices import (
    dynamic_index_in_dim as dynamic_index_in_dim,
    dynamic_slice as dynamic_slice,
    dynamic_slice_in_dim as dynamic_slice_in_dim,
    dynamic_update_index_in_dim as dynamic_update_index_in_dim,
    dynamic_update_slice as dynamic_update_slice,
    dynamic_update_slice_in_dim as dynamic_update_slice_in_dim,
    index_in_dim as index_in_dim,
    slice as slice,
    slice_in_dim as slice_in_dim,
)
from .ops.move import (
    as_array,
    broadcast_to,
    concatenate as joined,
    expand_dims as expand_dims,
    flip,
    reshape as shaped,
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
abs, mul, neg, pow, sub = absolute, multiply, negative, power, subtract
is_finite, max, min, conj, logistic = isfinite, maximum, minimum, conjugate, sigmoid
batch_matmul, convert_element_type, rem = matmul, astype, fmod


# ------------------------------------------------------------------- numbers


def div(x, y):
    """`x / y`; of whole numbers the quotient without what is behind the point.

    >>> div(np.array([7, -7]), 2).tolist()
    [3, -3]
    """
    x, y = as_array(x), as_array(y)
    if x.dtype is None or y.dtype is None or not {x.dtype.kind, y.dtype.kind} <= {"i", "u"}:
        return divide(x, y)
    return (x - fmod(x, y)) // y


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
    """Of each place the case that `which` names there: a truth for two, else a whole number.

    A number that names no case stands for the nearest one.

    >>> select_n(np.array([0, 1, 9]), np.zeros(3), np.ones(3)).tolist()
    [0.0, 1.0, 1.0]
    """
    found = cases[-1]
    for i in reversed(range(len(cases) - 1)):
        found = where(as_array(which) <= i, cases[i], found)
    return found


# ------------------------------------------------------------------- reductions


def narrow(found, x):
    """A result of whole numbers in their own dtype, which NumPy widens."""
    widened = x.dtype is not None and x.dtype.kind in "iu" and found.dtype != x.dtype
    return found.astype(x.dtype) if widened else found


def reduction(name, function):
    """A reduction over the axes listed."""

    def call(operand, axes):
        x = as_array(operand)
        if function in (reduce.all, reduce.any) and x.dtype != np.bool_:
            raise DTypeError(f"{name}: the dtype is {x.dtype}; it needs truths, give x != 0")
        found = function(x, axis=tuple(axes))
        return narrow(found, x) if function in (reduce.sum, reduce.prod) else found

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
        found = flip(function(flip(x, axis), axis), axis) if reverse else function(x, axis)
        return narrow(found, x)

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


def sort(operand, dimension=-1, is_stable=True, num_keys=1):
    """Ascending along an axis; of several arrays all in the order that the first `num_keys` give.

    >>> sort((np.array([2, 1]), np.array([0.0, 5.0])))[1].tolist()
    [5.0, 0.0]
    """
    arrays = [as_array(x) for x in (operand if isinstance(operand, (tuple, list)) else (operand,))]
    order = argsort(arrays[num_keys - 1], dimension, "stable")
    for key in arrays[: num_keys - 1][::-1]:
        again = argsort(take_along_axis(key, order, dimension), dimension, "stable")
        order = take_along_axis(order, again, dimension)
    found = [take_along_axis(x, order, dimension) for x in arrays]
    return tuple(found) if isinstance(operand, (tuple, list)) else found[0]


def sort_key_val(keys, values, dimension=-1, is_stable=True):
    """(keys in ascending order, values in the same)"""
    return list(sort((keys, values), dimension))


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
    step, ends = x.shape[: len(mine)], y.shape[len(its) + len(right) :]
    before = x.shape[len(mine) : len(mine) + len(free)]
    parts = before, y.shape[len(its) :][: len(right)], ends
    m, n, k = [int(np.prod(sizes, dtype=int)) for sizes in parts]
    found = matmul(shaped(x, (*step, m, n)), shaped(y, (*step, n, k)))
    return shaped(found, (*step, *before, *ends))


# ------------------------------------------------------------------- shapes


def broadcast(operand, sizes):
    """New leading axes of these sizes."""
    x = as_array(operand)
    return broadcast_to(x, (*sizes, *x.shape))


def broadcast_in_dim(operand, shape, broadcast_dimensions):
    """Stretched to a shape, in which the axes have the places listed.

    >>> broadcast_in_dim(np.ones((2, 3)), (3, 2), (1, 0)).shape
    (3, 2)
    """
    x = as_array(operand)
    x = permuted(x, sorted(range(len(x.shape)), key=lambda i: broadcast_dimensions[i]))
    inner = [1] * len(shape)
    for place, size in zip(sorted(broadcast_dimensions), x.shape):
        inner[place] = size
    return broadcast_to(shaped(x, tuple(inner)), tuple(shape))


def collapse(operand, start_dimension, stop_dimension=None):
    """The axes from one to before another as one axis."""
    x = as_array(operand)
    first, last, _ = cut(start_dimension, stop_dimension).indices(len(x.shape))
    size = int(np.prod(x.shape[first:last], dtype=int))
    return shaped(x, (*x.shape[:first], size, *x.shape[last:]))


def reshape(operand, new_sizes, dimensions=None):
    """In another shape; `dimensions`: the order in which the axes are read.

    >>> reshape(np.array([[1, 2], [3, 4]]), (4,), (1, 0)).tolist()
    [1, 3, 2, 4]
    """
    x = as_array(operand)
    return shaped(x if dimensions is None else permuted(x, tuple(dimensions)), tuple(new_sizes))


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
