"""Sums of exponentials in SciPy's spelling: logsumexp with weights and signs, softmax and its logarithm."""

import math

import numpy as np

from ..core.public import as_value
from .choose import sign, stop_gradient, where
from .exponential import exp, log
from .move import moveaxis, reshape
from .reduce import amax, logsumexp as plain_logsumexp, sum
from .scipy_special import composed
from .softmax import log_softmax as one_log_softmax, softmax as one_softmax


def top(x, axis):
    """The largest element, 0 where it is infinite: a constant to take out of sums of exponentials."""
    largest = stop_gradient(amax(x, axis=axis, keepdims=True))
    return where(abs(largest) == np.inf, 0, largest)


@composed()
def logsumexp(a, axis=None, b=None, keepdims=False, return_sign=False):
    """`log(sum(b exp(a)))` over `axis` (all axes when None), without overflow.

    b: weights, which broadcast with `a`; a negative sum gives NaN unless `return_sign`.
    return_sign: return `(log(abs(sum)), sign of the sum)`.

    >>> float(logsumexp(np.array([1000.0, -1000.0])))
    1000.0
    """
    a = as_value(a)
    if b is None:
        out = plain_logsumexp(a, axis=axis, keepdims=keepdims)
        return (out, stop_gradient(out) * 0 + 1) if return_sign else out
    b = as_value(b)
    used = where(b == 0, -np.inf, a + 0 * b)
    shift = top(used, axis)
    # an element without weight has no part in the sum, whatever it is
    total = sum(where(b == 0, 0, b * exp(where(b == 0, 0, used - shift))), axis=axis, keepdims=True)
    out = log(abs(total) if return_sign else total) + shift
    out, signs = (v if keepdims else squeezed(v, axis) for v in (out, sign(total)))
    return (out, signs) if return_sign else out


def squeezed(x, axis):
    """`x` without the axes of a reduction."""
    return x.reshape(()) if axis is None else x.squeeze(axis)


def joined(function, x, axis):
    """A function along one axis, of all axes together (None) or of several."""
    x = as_value(x)
    if isinstance(axis, int) and x.shape:
        return function(x, axis)
    axes = tuple(range(len(x.shape))) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    last = tuple(range(-len(axes), 0))
    moved = moveaxis(x, axes, last)
    kept = moved.shape[: len(moved.shape) - len(axes)]
    flat = function(reshape(moved, (*kept, math.prod(moved.shape[len(kept) :]))), -1)
    return moveaxis(reshape(flat, moved.shape), last, axes)


@composed()
def softmax(x, axis=None):
    """`exp(x) / sum(exp(x))` over `axis` (all axes when None), without overflow.

    >>> softmax(np.array([1000.0, 1000.0])).tolist()
    [0.5, 0.5]
    """
    return joined(one_softmax, x, axis)


@composed()
def log_softmax(x, axis=None):
    """Logarithm of `softmax`, exact to rounding also where that underflows.

    >>> log_softmax(np.array([1000.0, 0.0])).tolist()
    [0.0, -1000.0]
    """
    return joined(one_log_softmax, x, axis)
