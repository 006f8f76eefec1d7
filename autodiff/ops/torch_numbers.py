"""Functions of single numbers by PyTorch's names, and its distances between vectors."""

from typing import Any

import numpy as np

from ..core.errors import DTypeError, ShapeError
from ..core.public import public
from . import gamma, statistics
from .arithmetic import absolute
from .choose import choose, clip, maximum, where
from .complex import add_imaginary, astype
from .differences import trapezoid
from .incomplete import gammainc, gammaincc
from .information import logit as odds
from .move import as_array, broadcast_to, moveaxis, reshape
from .norms import norm
from .numbers import ldexp as doubled
from .pick import isneginf as isneginf, isposinf as isposinf, isreal as isreal
from .rearrange import axis_of
from .reduce import sum
from .scan import cumsum
from .trigonometric import cos, sin


@public()
def conj_physical(x):
    """The complex conjugate; a real value is its own."""
    return as_array(x).conj()


def itself(x):
    """The value as it is: it has no conjugate or sign that waits to be written down."""
    return as_array(x)


@public()
def hardshrink(x, lambd=0.5):
    """x where |x| exceeds lambd, else 0.

    >>> hardshrink(np.array([0.2, -2.0])).tolist()
    [0.0, -2.0]
    """
    x = as_array(x)
    return where(absolute(x) <= lambd, 0, x)  # NaN stays


@public()
def prelu(x, weight):
    """x where positive, else weight x; one weight, or one for each place of the second axis.

    >>> prelu(np.array([1.0, -2.0]), 0.25).tolist()
    [1.0, -0.5]
    """
    x, weight = as_array(x), as_array(weight)
    if len(weight.shape) == 1 and weight.shape[0] > 1 and len(x.shape) > 2:
        weight = reshape(weight, (-1, *(1,) * (len(x.shape) - 2)))
    return choose(x > 0, x, weight * x)


@public()
def ldexp(x, other):
    """`x 2**other`; of whole numbers exactly."""
    other = as_array(other)
    return doubled(x, other) if other.dtype.kind in "iu" else as_array(x) * 2.0**other


@public()
def mvlgamma(x, p):
    """Logarithm of the multivariate gamma function of dimension `p`."""
    return gamma.multigammaln(x, p)


@public()
def igamma(x, other):
    """The regularised lower incomplete gamma function P(x, other)."""
    return gammainc(x, other)


@public()
def igammac(x, other):
    """The regularised upper incomplete gamma function Q(x, other)."""
    return gammaincc(x, other)


@public()
def logit(x, eps=None):
    """Logarithm of the odds `x / (1 - x)`; with `eps` of x moved into [eps, 1 - eps].

    >>> float(logit(2.0, 0.5))
    0.0
    """
    return odds(as_array(x) if eps is None else clip(as_array(x), eps, 1 - eps))


def polygamma_of(x, n):
    """The n-th derivative of digamma at x: `polygamma(n, x)` as a method."""
    return gamma.polygamma(n, x)


@public()
def polar(abs, angle):
    """Complex numbers of these sizes and angles [rad]."""
    abs = as_array(abs)
    return complex_of(abs * cos(angle), abs * sin(angle))


def complex_of(real, imag=None):
    """Complex numbers of these parts, both of one dtype; of one number alone Python's own."""
    if imag is None or (isinstance(real, (int, float)) and isinstance(imag, (int, float))):
        return complex(real, imag or 0)
    real, imag = as_array(real), as_array(imag)
    if real.dtype != imag.dtype:
        raise DTypeError(f"complex: the parts have dtypes {real.dtype} and {imag.dtype}; they must be equal")
    dtype = np.result_type(real.dtype, np.complex64)
    return add_imaginary(astype(real, dtype), astype(imag, dtype))


@public(renamed=False)
def bitwise_left_shift(x, other):
    """`x << other`"""
    return np.left_shift(as_array(x), other)


@public(renamed=False)
def bitwise_right_shift(x, other):
    """`x >> other`"""
    return np.right_shift(as_array(x), other)


# ------------------------------------------------------------------- sums and distances


@public(renamed=False)
def trapz(y, x=None, *, dx=1.0, dim=-1):
    """The integral by the trapezoidal rule along an axis; `trapezoid` under its old name."""
    return trapezoid(y, x, dx, dim)


@public(renamed=False)
def cumulative_trapezoid(y, x: Any = None, *, dx=1.0, dim=-1):
    """The running integral by the trapezoidal rule along an axis, from the second point on.

    >>> cumulative_trapezoid(np.array([1.0, 2.0, 3.0])).tolist()
    [1.5, 4.0]
    """
    y = moveaxis(as_array(y), dim, -1)
    if x is not None:
        x = as_array(x)
        x = moveaxis(x, dim, -1) if len(x.shape) > 1 else x
    step = dx if x is None else x[..., 1:] - x[..., :-1]
    return moveaxis(cumsum((y[..., 1:] + y[..., :-1]) / 2 * step, -1), -1, dim)


@public(renamed=False)
def cosine_similarity(x1, x2, dim=1, eps=1e-8):
    """The cosine of the angle between vectors along an axis; their lengths are at least `eps`."""
    x1, x2 = as_array(x1), as_array(x2)
    shape = np.broadcast_shapes(x1.shape, x2.shape)
    x1, x2 = broadcast_to(x1, shape), broadcast_to(x2, shape)
    axis = axis_of(x1, dim)
    lengths = [maximum(norm(x, axis=axis, keepdims=True), eps) for x in (x1, x2)]
    return sum(x1 / lengths[0] * (x2 / lengths[1]), axis=axis)


@public(renamed=False)
def pairwise_distance(x1, x2, p=2.0, eps=1e-6, keepdim=False):
    """The p-norms of `x1 - x2 + eps` along the last axis."""
    return statistics.norm(as_array(x1) - x2 + eps, p, axis=-1, keepdims=keepdim)


@public()
def pdist(x, p=2.0):
    """The p-norm distances between the rows of a matrix, each pair once.

    >>> pdist(np.array([[0.0], [1.0], [3.0]])).tolist()
    [1.0, 3.0, 2.0]
    """
    x = as_array(x)
    if len(x.shape) != 2:
        raise ShapeError(f"pdist: the array has shape {x.shape}; it needs a matrix")
    first, second = np.triu_indices(x.shape[0], 1)
    return statistics.norm(x[first] - x[second], p, axis=-1)
