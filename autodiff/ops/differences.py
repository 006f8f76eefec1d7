"""Differences between neighbours, slopes and areas of sampled functions."""

import math

import numpy as np

from ..core.errors import ShapeError
from ..core.public import public
from .arithmetic import absolute
from .choose import not_equal, where
from .move import as_array, broadcast_to, concatenate, ravel, reshape
from .plain import floating, kind
from .rearrange import at_axis, axis_of
from .reduce import sum
from .scan import cumsum


def bounds(x, axis, *ends):
    """Ends to join with `x`: a number becomes a slice along the axis."""
    shape = tuple(1 if i == axis else s for i, s in enumerate(x.shape))
    for end in ends:
        if end is not np._NoValue:
            end = as_array(end)
            yield broadcast_to(end, shape) if not end.shape else end


@public(np.diff)
def diff(x, n=1, axis=-1, prepend=np._NoValue, append=np._NoValue):
    """Differences of neighbours along `axis`, taken `n` times.

    >>> diff(np.array([1.0, 4.0, 9.0])).tolist()
    [3.0, 5.0]
    """
    x = as_array(x)
    if n == 0:
        return x
    if n < 0:
        raise ValueError(f"order must be non-negative but got {n!r}")
    if not x.shape:
        raise ValueError("diff requires input that is at least one dimensional")
    axis = axis_of(x, axis)
    parts = [*bounds(x, axis, prepend), x, *bounds(x, axis, append)]
    x = concatenate(parts, axis) if len(parts) > 1 else x
    for _ in range(n):
        later, before = at_axis(x, axis, slice(1, None)), at_axis(x, axis, slice(None, -1))
        x = not_equal(later, before) if kind(x) == "b" else later - before
    return x


@public(np.ediff1d)
def ediff1d(x, to_end=None, to_begin=None):
    """Differences of neighbours of the flattened array, with numbers put before and behind.

    >>> ediff1d(np.array([1.0, 4.0]), to_end=0.0).tolist()
    [3.0, 0.0]
    """
    x = ravel(as_array(x))
    ends = [None if end is None else ravel(as_array(end)) for end in (to_begin, to_end)]
    for name, end in (("to_begin", ends[0]), ("to_end", ends[1])):
        if end is not None and not np.can_cast(end.dtype or float, x.dtype or float, "same_kind"):
            raise TypeError(
                f"dtype of `{name}` must be compatible with input `ary` under the `same_kind` rule."
            )
    parts = [ends[0], x[1:] - x[:-1], ends[1]]
    return concatenate([part for part in parts if part is not None])


@public(np.trapezoid)
def trapezoid(y, x=None, dx=1.0, axis=-1):
    """Area under sampled values by the trapezoidal rule, at the points `x` or at distances `dx`.

    >>> float(trapezoid(np.array([1.0, 2.0, 3.0])))
    4.0
    """
    y = as_array(y)
    axis = axis_of(y, axis)
    widths = as_array(dx)
    if x is not None:
        x = as_array(x)
        widths = diff(x) if len(x.shape) == 1 else diff(x, axis=axis)
        if len(x.shape) == 1:
            widths = reshape(widths, tuple(-1 if i == axis else 1 for i in range(len(y.shape))))
    elif widths.shape and len(widths.shape) == 1:
        widths = reshape(widths, tuple(-1 if i == axis else 1 for i in range(len(y.shape))))
    both = at_axis(y, axis, slice(1, None)) + at_axis(y, axis, slice(None, -1))
    return sum(widths * both / 2.0, axis)


@public(np.unwrap)
def unwrap(p, discont=None, axis=-1, *, period=2 * math.pi):
    """Angles [rad] without jumps of more than half a period along `axis`.

    >>> unwrap(np.array([0.0, 6.0])).round(3).tolist()
    [0.0, -0.283]
    """
    p = as_array(p)
    axis = axis_of(p, axis)
    steps, half = diff(p, axis=axis), period / 2
    whole = kind(p) in "iu" and isinstance(period, int)
    low, upper_is_edge = (-(period // 2), period % 2 == 0) if whole else (-half, True)
    high = -low if upper_is_edge else None
    turned = (steps - low) % period + low
    if high is not None:
        turned = where((turned == low) & (steps > 0), high, turned)
    limit = half if discont is None else discont
    correction = where(absolute(steps) < limit, 0, turned - steps)
    first = at_axis(p, axis, slice(None, 1))
    rest = at_axis(p, axis, slice(1, None)) + cumsum(correction, axis)
    return concatenate([first.astype(rest.dtype), rest], axis)


@public(np.gradient)
def gradient(f, *varargs, axis=None, edge_order=1):
    """Slopes of sampled values by central differences, one-sided at the ends.

    varargs: the distance of samples, one for all axes or one for each; or coordinates.
    edge_order: 1 or 2, the order of the error at the ends.  Source of the weights for uneven
    distances: B. Fornberg 1988, doi:10.1090/S0025-5718-1988-0935077-0.

    >>> gradient(np.array([1.0, 4.0, 9.0])).tolist()
    [3.0, 4.0, 5.0]
    """
    f = as_array(f)
    f = floating(f)
    rank = len(f.shape)
    axes = tuple(range(rank)) if axis is None else tuple(axis_of(f, a) for a in np.atleast_1d(axis))
    if edge_order not in (1, 2):
        raise ValueError("'edge_order' greater than 2 not supported")
    spaces = distances(f, varargs, axes)
    for a in axes:
        if f.shape[a] < edge_order + 1:
            raise ValueError(
                "Shape of array too small to calculate a numerical gradient, at least "
                f"(edge_order + 1) elements are required, and axis {a} has {f.shape[a]}"
            )
    found = [slopes(f, h, a, edge_order) for h, a in zip(spaces, axes)]
    return found[0] if len(found) == 1 else tuple(found)


def distances(f, given, axes):
    """The distances of neighbours along each axis: a number, or an array."""
    if not given:
        return [1.0] * len(axes)
    if len(given) == 1 and not np.ndim(given[0]):
        return [given[0]] * len(axes)
    if len(given) != len(axes):
        raise TypeError("invalid number of arguments")
    found = []
    for h, a in zip(given, axes):
        h = as_array(h)
        if not h.shape:
            found.append(h)
            continue
        if len(h.shape) != 1:
            raise ValueError("distances must be either scalars or 1d")
        if h.shape[0] != f.shape[a]:
            raise ShapeError(
                f"gradient: when 1d, distances must match the length of axis {a}, {f.shape[a]}, "
                f"and there are {h.shape[0]}"
            )
        steps = h[1:] - h[:-1]
        found.append(reshape(steps, tuple(-1 if i == a else 1 for i in range(len(f.shape)))))
    return found


def slopes(f, h, a, edge_order):
    """The slope along one axis; h: distances of neighbours."""

    def of(x, *bounds):
        return at_axis(x, a, slice(*bounds))

    even = not np.ndim(h)
    first, last = (h, h) if even else (of(h, 0, 1), of(h, -1, None))
    if even:
        inner = (of(f, 2, None) - of(f, None, -2)) / (2.0 * h)
    else:
        left, right = of(h, None, -1), of(h, 1, None)
        inner = (
            -(right / (left * (left + right))) * of(f, None, -2)
            + ((right - left) / (left * right)) * of(f, 1, -1)
            + (left / (right * (left + right))) * of(f, 2, None)
        )
    if edge_order == 1:
        start = (of(f, 1, 2) - of(f, 0, 1)) / first
        end = (of(f, -1, None) - of(f, -2, -1)) / last
    else:
        second, before = (h, h) if even else (of(h, 1, 2), of(h, -2, -1))
        start = edge(first, second, of(f, 0, 1), of(f, 1, 2), of(f, 2, 3))
        end = -edge(last, before, of(f, -1, None), of(f, -2, -1), of(f, -3, -2))
    return concatenate([start, inner, end], a)


def edge(near, far, y0, y1, y2):
    """The slope at an end through three points, of second order."""
    whole = near + far
    return (
        -(2.0 * near + far) / (near * whole) * y0
        + whole / (near * far) * y1
        - near / (far * whole) * y2
    )
