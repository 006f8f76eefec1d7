"""Convolution, correlation and interpolation of sequences."""

import math
from typing import Any

import numpy as np

from ..core.errors import ShapeError
from ..core.family import Contraction, Elementwise
from ..core.op import TRACED
from ..core.public import public
from ..core.spec import Spec, broadcast_shapes
from .choose import maximum, minimum, where
from .complex import conjugate
from .index import getitem
from .move import as_array, concatenate, flip, joint_dtype, some
from .plain import floating, kind
from .rearrange import take
from .sort import argsort, place


def convolved_values(x, y):
    """The full convolution along the last axis; leading axes broadcast."""
    if np.ndim(x) == 1 == np.ndim(y):
        return np.convolve(x, y)
    if np.shape(x)[-1] < np.shape(y)[-1]:
        x, y = y, x
    n, m = np.shape(x)[-1], np.shape(y)[-1]
    lead = np.broadcast_shapes(np.shape(x)[:-1], np.shape(y)[:-1])
    out = np.zeros((*lead, n + m - 1), np.result_type(x, y))
    for k in range(m):
        out[..., k : k + n] += x * y[..., k : k + 1]
    return out


def lead_with_batch(batched, x, y):
    """Both factors with their batch axes in front of as many axes."""
    rank = max(np.ndim(x) - batched[0], np.ndim(y) - batched[1])
    return [
        a.reshape(a.shape[:1] + (1,) * (rank + 1 - len(a.shape)) + a.shape[1:]) if b else a
        for a, b in zip((x, y), batched)
    ]


def other_factor(g, y):
    """The cotangent of the other factor: the correlation of g with y, where they overlap wholly."""
    return convolved(g, flip(y, -1))[..., y.shape[-1] - 1 : g.shape[-1]]


convolved = Contraction(
    "convolved(x, y)",
    convolved_values,
    lambda g, x, y: other_factor(g, y),
    lambda g, x, y: other_factor(g, x),
    infer=lambda x, y: Spec(
        (
            *broadcast_shapes("convolve", (x.shape[:-1], y.shape[:-1])),
            x.shape[-1] + y.shape[-1] - 1,
        ),
        joint_dtype(x, y),
    ),
    batch=lambda batched, x, y: convolved(*lead_with_batch(batched, x, y)),
    latex="$x * $y",
    sample=lambda rng, dtype: some(
        dtype, rng, (((4,), (3,)), {}), (((2,), (5,)), {}), (((2, 4), (3,)), {})
    ),
    doc="Full convolution along the last axis, leading axes broadcast: the row behind `convolve`.",
)


def signals(name, x, y):
    """Two sequences, at least of one element."""
    x, y = as_array(x), as_array(y)
    x, y = (v.reshape((1,)) if not v.shape else v for v in (x, y))
    if len(x.shape) != 1 or len(y.shape) != 1:
        raise ValueError(f"{name}: object too deep for desired array; both are vectors")
    if not x.shape[0] or not y.shape[0]:
        raise ValueError(f"{name}: an array cannot be empty")
    return x, y


def kept(full, n, m, mode, start):
    """What of the full result a mode keeps; `start` is where "same" begins."""
    if mode == "full":
        return full
    if mode == "same":
        return full[start : start + max(n, m)]
    if mode == "valid":
        return full[min(n, m) - 1 : max(n, m)]
    raise ValueError(f"mode must be one of 'valid', 'same', or 'full' (got {mode!r})")


@public(np.convolve)
def convolve(x, y, mode="full"):
    """Convolution of two sequences; "same" keeps the longer's size, "valid" the full overlaps.

    >>> convolve(np.array([1.0, 2.0]), np.array([1.0, 1.0])).tolist()
    [1.0, 3.0, 2.0]
    """
    x, y = signals("convolve", x, y)
    n, m = x.shape[0], y.shape[0]
    return kept(convolved(x, y), n, m, mode, (min(n, m) - 1) // 2)


@public(np.correlate)
def correlate(x, y, mode="valid"):
    """Correlation of two sequences, the convolution of `x` with the conjugate of `y` reversed.

    >>> correlate(np.array([1.0, 2.0, 3.0]), np.array([0.0, 1.0, 0.5])).tolist()
    [3.5]
    """
    x, y = signals("correlate", x, y)
    n, m = x.shape[0], y.shape[0]
    other = conjugate(flip(y)) if kind(y) == "c" else flip(y)
    start = (m - 1) // 2 if n >= m else n // 2
    return kept(convolved(x, other), n, m, mode, start)


@public(np.interp)
def interp(x, xp, fp, left=None, right=None, period=None):
    """Values at `x` of the straight lines through the points (xp, fp), `xp` ascending.

    left, right: values outside; by default those at the ends.  period: of `xp`, which is then
    sorted.  Derivatives in `x`, `xp` and `fp`; at a corner that of the piece to the right.

    >>> float(interp(1.5, np.array([1.0, 2.0]), np.array([10.0, 20.0])))
    15.0
    """
    x, xp, fp = as_array(x), as_array(xp), as_array(fp)
    if len(xp.shape) != 1 or len(fp.shape) != 1:
        raise ValueError("Data points must be 1-D sequences")
    if xp.shape != fp.shape:
        raise ShapeError("interp: fp and xp are not of the same length.")
    if not xp.shape[0]:
        raise ValueError("array of sample points is empty")
    if period is not None:
        x, xp, fp = periodic(x, xp, fp, period)
        left = right = None
    n = xp.shape[0]
    after: Any = place(xp, x, side="right")
    low = minimum(maximum(after - 1, 0), max(n - 2, 0))
    high = minimum(low + 1, n - 1)
    x0, x1, y0, y1 = (getitem(v, i) for v in (xp, fp) for i in (low, high))
    flat = x1 == x0
    y = y0 + (x - x0) * ((y1 - y0) / where(flat, 1, x1 - x0))
    y = where(x >= xp[-1], where(x == xp[-1], fp[-1], fp[-1] if right is None else right), y)
    y = where(x < xp[0], fp[0] if left is None else left, y)
    return where(x == x, y, x)


def periodic(x, xp, fp, period):
    """Points within one period, with a neighbour beyond each end."""
    if type(period) not in TRACED and period == 0:
        raise ValueError("period must be a non-zero value")
    period = abs(period)
    x, xp = x % period, xp % period
    order = argsort(xp)
    xp, fp = take(xp, order), take(fp, order)
    from_ends = [xp[-1:] - period, xp, xp[:1] + period], [fp[-1:], fp, fp[:1]]
    return x, concatenate(from_ends[0]), concatenate(from_ends[1])


def sinc_values(x, *, n):
    """The n-th derivative of sin(πx)/(πx), by its recurrence, and near 0 by its power series.

    With u = πx: f(n) = (sin(u + nπ/2) - n f(n-1)) / u, from the derivatives of u f = sin u.
    """
    if n == 0:
        return np.sinc(x)
    u = np.pi * np.asarray(x, np.result_type(x, np.float64))
    near = np.abs(u) < n + 1
    far = np.where(near, n + 1, u)
    found = np.sin(far) / far
    for k in range(1, n + 1):
        found = (np.sin(far + k * np.pi / 2) - k * found) / far
    small, series = np.where(near, u, 0), 0
    for k in range((n + 1) // 2, n // 2 + 2 * n + 14):
        power = 2 * k - n
        series = series + (-1) ** k * small**power / ((2 * k + 1) * math.factorial(power))
    return (np.where(near, series, found) * np.pi**n).astype(
        np.result_type(x, np.float32), copy=False
    )


derived_sinc = Elementwise(
    "derived_sinc(x)",
    sinc_values,
    lambda t, y, x, n: t * derived_sinc(x, n=n + 1),
    reads="x",
    sample=lambda rng, dtype: some(
        dtype,
        rng,
        (((),), {"n": 0}),
        (((5,),), {"n": 0}),
        (((2, 3),), {"n": 1}),
        (((0,),), {"n": 0}),
    ),
    latex=r"\operatorname{sinc} {$x}",
    doc="A derivative of sin(πx)/(πx): the row behind `sinc`.",
)


@public(np.sinc)
def sinc(x):
    """`sin(πx) / (πx)`, 1 at 0; derivatives of every order are right near 0 too.

    >>> float(sinc(0.0))
    1.0
    """
    x = as_array(x)
    return derived_sinc(floating(x), n=0)


def bessel_values(x, *, n):
    """The modified Bessel function of order n: power series, and for large numbers its expansion.

    Source: Abramowitz and Stegun 1964, 9.6.10 and 9.7.1.
    """
    if n == 0:
        return np.i0(x)
    x = np.asarray(x)
    if np.iscomplexobj(x):
        raise TypeError("bessel is of real numbers")
    size = np.abs(x).astype(float)
    half = np.minimum(size, 30.0) / 2
    term = half**n / math.factorial(n)
    series = term
    for k in range(1, 90):
        term = term * half * half / (k * (k + n))
        series = series + term
    large = np.maximum(size, 30.0)
    term, tail = np.ones_like(large), np.ones_like(large)
    for k in range(1, 16):
        term = term * -(4 * n * n - (2 * k - 1) ** 2) / (8 * k * large)
        tail = tail + term
    with np.errstate(over="ignore"):
        tail = np.exp(large) / np.sqrt(2 * np.pi * large) * tail
    found = np.where(size < 30, series, tail) * np.where(x < 0, (-1.0) ** n, 1)
    return found.astype(np.result_type(x, np.float32), copy=False)


bessel = Elementwise(
    "bessel(x)",
    bessel_values,
    lambda t, y, x, n: (
        t * (bessel(x, n=1) if n == 0 else 0.5 * (bessel(x, n=n - 1) + bessel(x, n=n + 1)))
    ),
    reads="x",
    sample=lambda rng, dtype: some(
        dtype,
        rng,
        (((),), {"n": 0}),
        (((5,),), {"n": 1}),
        (((2, 3),), {"n": 2}),
        (((0,),), {"n": 0}),
    ),
    latex="I({$x})",
    doc="Modified Bessel function of the first kind of a whole order: the row behind `i0`.",
)


@public(np.i0)
def i0(x):
    """Modified Bessel function of the first kind, order 0, of real numbers.

    >>> float(i0(0.0))
    1.0
    """
    x = as_array(x)
    if kind(x) == "c":
        raise TypeError("i0 not supported for complex values")
    return bessel(floating(x), n=0)
