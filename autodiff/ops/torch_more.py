"""More of PyTorch's functions, composed of those of the table."""

from collections import namedtuple
from functools import reduce
from typing import Any

import numpy as np

from ..core.errors import ShapeError
from ..core.public import public
from . import index, statistics, torch_counts, torch_pieces
from .arithmetic import absolute
from .choose import choose, isnan, maximum, minimum, stop_gradient, where
from .complex import conjugate
from .exponential import expm1, logaddexp
from .join import meshgrid
from .move import (
    as_array,
    broadcast_to,
    concatenate,
    moveaxis,
    reshape,
    squeeze,
    stack,
    swapaxes,
)
from .numbers import trunc
from .rearrange import take_along_axis
from .reduce import amax, amin, any, argmax, sum
from .torch_names import bmm, mm, scaled

Pair = torch_counts.Pair
Ends = namedtuple("Ends", "min max")


@public()
def clone(x):
    """A copy in new memory, through which the gradient passes."""
    return as_array(x).clone() if hasattr(x, "clone") else np.array(x)


@public()
def detach(x):
    """A constant of the same value."""
    return x.detach() if hasattr(x, "detach") else as_array(x)


@public()
def t(x):
    """The transpose of an array of at most two axes."""
    x = as_array(x)
    if len(x.shape) > 2:
        raise ShapeError(
            f"t: the array has shape {x.shape}; t() expects at most 2 axes, use permute"
        )
    return x if len(x.shape) < 2 else swapaxes(x, 0, 1)


@public()
def adjoint(x):
    """The conjugate transpose of the last two axes."""
    return conjugate(swapaxes(as_array(x), -2, -1))


@public(renamed=False)
def unflatten(x, dim, sizes):
    """One axis as several; one of the sizes may be -1.

    >>> unflatten(np.zeros((2, 6)), 1, (3, -1)).shape
    (2, 3, 2)
    """
    x = as_array(x)
    dim %= len(x.shape)
    return reshape(x, (*x.shape[:dim], *split_size(x.shape[dim], sizes), *x.shape[dim + 1 :]))


def split_size(size, sizes):
    """The sizes of the parts of an axis, with -1 resolved."""
    known = int(np.prod([s for s in sizes if s != -1], dtype=int))
    if size != known and (-1 not in sizes or not known or size % known):
        raise ShapeError(f"unflatten: sizes {tuple(sizes)} do not multiply up to {size}")
    return [size // known if s == -1 else s for s in sizes]


@public(renamed=False)
def select(x, dim, index):
    """The elements at one place of an axis, without that axis."""
    x = as_array(x)
    return x[(slice(None),) * (dim % len(x.shape)) + (int(index),)]


@public()
def masked_select(x, mask):
    """The elements where `mask` holds, in one row.

    >>> masked_select(np.array([1.0, 2.0, 3.0]), np.array([True, False, True])).tolist()
    [1.0, 3.0]
    """
    x, mask = as_array(x), np.asarray(plain(mask))
    shape = np.broadcast_shapes(x.shape, mask.shape)
    return broadcast_to(x, shape)[np.broadcast_to(mask, shape)]


def plain(x):
    """The numbers of a constant."""
    return x.numpy() if hasattr(x, "numpy") else x


@public(renamed=False)
def index_fill(x, dim, index, value):
    """`x` with `value` at the given places of an axis."""
    x = as_array(x)
    key = (slice(None),) * (dim % len(x.shape)) + (np.asarray(plain(index)),)
    return torch_set(x, key, value)


@public(renamed=False)
def index_copy(x, dim, index, source):
    """`x` with the slices of `source` at the given places of an axis."""
    return index_fill(x, dim, index, source)


@public()
def index_put(x, indices, values, accumulate=False):
    """`x` with `values` at the given indices; added there with `accumulate`."""
    x, key = as_array(x), tuple([np.asarray(plain(i)) for i in indices])
    return torch_pieces.spread(x, key, values) + x if accumulate else torch_set(x, key, values)


def torch_set(x, key, values):
    """`x` with other values at a key."""
    return index.setitem(x, key, values)


@public(renamed=False)
def logcumsumexp(x, dim):
    """log(cumsum(exp(x))) along an axis, by sums of pairs at doubled distances, without overflow.

    >>> logcumsumexp(np.array([0.0, 1000.0]), 0).tolist()
    [0.0, 1000.0]
    """
    x = moveaxis(as_array(x), dim, 0)
    distance = 1
    while distance < x.shape[0]:
        sums = logaddexp(x[distance:], x[:-distance])
        x, distance = concatenate([x[:distance], sums], axis=0), 2 * distance
    return moveaxis(x, 0, dim)


@public()
def var_mean(x, axis: Any = None, keepdims=False, *, correction=1):
    """(variance, mean); the variance is divided by n - 1, as in PyTorch."""
    mean = statistics.mean(x, axis=axis, keepdims=keepdims)
    return statistics.var(x, axis=axis, keepdims=keepdims, ddof=correction), mean


@public()
def std_mean(x, axis: Any = None, keepdims=False, *, correction=1):
    """(standard deviation, mean); divided by n - 1, as in PyTorch."""
    mean = statistics.mean(x, axis=axis, keepdims=keepdims)
    return statistics.std(x, axis=axis, keepdims=keepdims, ddof=correction), mean


@public()
def aminmax(x, *, axis: Any = None, keepdims=False):
    """(smallest, greatest)"""
    return Ends(amin(x, axis=axis, keepdims=keepdims), amax(x, axis=axis, keepdims=keepdims))


@public()
def dist(x, other, p=2):
    """The p-norm of a difference."""
    return statistics.norm(reshape(as_array(x) - other, -1), p)


@public()
def addbmm(input, batch1, batch2, *, beta=1, alpha=1):
    """`beta input + alpha` times the sum of the products of two stacks of matrices."""
    return scaled(beta, as_array(input)) + scaled(alpha, sum(bmm(batch1, batch2), axis=0))


@public()
def chain_matmul(*matrices):
    """The product of several matrices."""
    return reduce(mm, matrices)


def broadcast_tensors(*xs):
    """Arrays stretched to their common shape."""
    xs = [as_array(x) for x in xs]
    shape = np.broadcast_shapes(*[x.shape for x in xs])
    return tuple([broadcast_to(x, shape) for x in xs])


def broadcast_shapes(*shapes):
    """The common shape of several.

    >>> broadcast_shapes((2, 1), (3,))
    (2, 3)
    """
    return np.broadcast_shapes(*shapes)


def block_diag(*xs):
    """Matrices along the diagonal of one, zeros elsewhere."""
    xs = [as_array(x) for x in xs]
    xs = [reshape(x, (1, -1)) if len(x.shape) < 2 else x for x in xs]
    width, start, rows = int(np.sum([x.shape[1] for x in xs])), 0, []
    for x in xs:
        n, m = x.shape
        left, right = np.zeros((n, start)), np.zeros((n, width - start - m))
        rows.append(concatenate([left, x, right], axis=1))
        start += m
    return concatenate(rows, axis=0)


def cartesian_prod(*xs):
    """All combinations of elements, one from each of several vectors, as rows."""
    if len(xs) == 1:
        return as_array(xs[0])
    return stack([reshape(g, -1) for g in meshgrid(*xs, indexing="ij")], axis=-1)


@public()
def sgn(x):
    """`x / |x|`, 0 at 0; the sign of a real number."""
    x = as_array(x)
    size = absolute(x)
    return choose(size == 0, 0 * x, x / choose(size == 0, 1.0 + 0 * size, size))


@public()
def frac(x):
    """What is behind the point: `x - trunc(x)`."""
    return as_array(x) - trunc(x)


@public()
def rsub(x, other, *, alpha=1):
    """`other - alpha x`"""
    return other - scaled(alpha, as_array(x))


@public()
def is_complex(x):
    """Whether the numbers are complex."""
    return as_array(x).dtype.kind == "c"


@public()
def is_floating_point(x):
    """Whether the numbers are floating point numbers."""
    return as_array(x).dtype.kind == "f"


@public()
def is_nonzero(x):
    """Whether the one number is not zero."""
    return bool(as_array(x) != 0)


@public(renamed=False)
def kthvalue(x, k, dim=-1, keepdim=False):
    """(the k-th smallest along an axis, its place), k from 1."""
    values, places = torch_pieces.ordered(as_array(x), dim)
    pick = slice(k - 1, k) if keepdim else k - 1
    key = (slice(None),) * (dim % len(values.shape)) + (pick,)
    return Pair(values[key], places[key])


@public(renamed=False)
def median(x, dim=None, keepdim=False):
    """The median as PyTorch's method gives it: of an even number of elements the lower one.

    dim: (the medians along an axis, their places); None for that of all elements, alone.

    >>> float(median(np.array([4.0, 1.0, 3.0, 2.0])))
    2.0
    """
    x = as_array(x)
    if dim is None:
        return torch_counts.of_equals(x, median(reshape(stop_gradient(x), -1), 0)[0])
    values, places = torch_pieces.ordered(x, dim)  # NaN last
    dim %= len(values.shape)
    gone = isnan(values)
    lost = any(gone, axis=dim, keepdims=True)
    middle = where(lost, argmax(gone, axis=dim, keepdims=True), (x.shape[dim] - 1) // 2)
    found = [take_along_axis(v, middle, dim) for v in (values, places)]
    return Pair(*(found if keepdim else [squeeze(v, dim) for v in found]))


@public()
def msort(x):
    """Sorted along the first axis."""
    return torch_pieces.ordered(as_array(x), 0)[0]


@public()
def elu(x, alpha=1.0):
    """x where positive, else alpha (exp(x) - 1)."""
    x = as_array(x)
    return choose(x > 0, x, alpha * expm1(minimum(x, 0)))


@public()
def selu(x):
    """Self-normalising `elu`; constants of Klambauer et al. 2017, arXiv:1706.02515."""
    return 1.0507009873554805 * elu(x, 1.6732632423543772)


@public()
def celu(x, alpha=1.0):
    """max(0, x) + min(0, alpha (exp(x / alpha) - 1))"""
    x = as_array(x)
    return choose(x > 0, x, alpha * expm1(minimum(x, 0) / alpha))


@public()
def threshold(x, threshold, value):
    """x where it exceeds the threshold, else `value`."""
    x = as_array(x)
    return where(x > threshold, x, value)


@public(renamed=False)
def renorm(x, p, dim, maxnorm):
    """The slices along an axis with their p-norms cut to `maxnorm`."""
    x = moveaxis(as_array(x), dim, 0)
    rest = tuple(range(1, len(x.shape)))
    size = sum(absolute(x) ** p, axis=rest, keepdims=True) ** (1 / p)
    factor = choose(size > maxnorm, maxnorm / (maximum(size, maxnorm) + 1e-7), 1 + 0 * size)
    return moveaxis(x * factor, 0, dim)


@public()
def cdist(x1, x2, p=2.0):
    """The p-norm distances between the rows of two stacks of rows."""
    x1, x2 = as_array(x1), as_array(x2)
    return statistics.norm(x1[..., :, None, :] - x2[..., None, :, :], p, axis=-1)
