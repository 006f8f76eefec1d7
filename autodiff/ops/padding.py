"""Padding: arrays with a border, in each of NumPy's modes."""

from typing import Any

import numpy as np

from ..core.public import public
from . import reduce, statistics
from .move import as_array, broadcast_to, concatenate, reshape
from .order import median
from .plain import kind
from .rearrange import at_axis

INDEXED = ("edge", "reflect", "symmetric", "wrap")
STATISTICS = {
    "mean": statistics.mean,
    "maximum": reduce.amax,
    "minimum": reduce.amin,
    "median": median,
}
KEYWORDS: dict[str, dict[str, Any]] = {
    "constant": {"constant_values": 0},
    "linear_ramp": {"end_values": 0},
    "edge": {},
    "wrap": {},
    "empty": {},
    "reflect": {"reflect_type": "even"},
    "symmetric": {"reflect_type": "even"},
    **{name: {"stat_length": None} for name in STATISTICS},
}


def pairs(value, rank, name):
    """((before, after), ...) for each axis, from a number, a pair, or one pair for each."""
    if isinstance(value, dict):
        found = [(0, 0)] * rank
        for axis, width in value.items():
            found[axis] = (width, width) if np.ndim(width) == 0 else tuple(width)
        return found
    if value is None:
        return [(None, None)] * rank
    if np.ndim(value) == 0:
        return [(value, value)] * rank
    shape = np.shape(value) if not isinstance(value, (list, tuple)) else as_array(value).shape
    rows = value
    if shape == (1,):
        return [(value[0], value[0])] * rank
    if shape == (2,):
        return [(value[0], value[1])] * rank
    if len(shape) == 2 and shape[1] == 1:
        rows = [(row[0], row[0]) for row in value]
    if len(shape) != 2 or shape[0] not in (1, rank):
        raise ValueError(f"pad: {name} of shape {shape} cannot be broadcast to ({rank}, 2)")
    rows = [(row[0], row[1]) for row in rows]
    return rows * rank if len(rows) == 1 else rows


@public(np.pad, renamed=False)
def pad(array, pad_width, mode="constant", **kwargs):
    """`array` with a border of `pad_width` elements before and after each axis.

    mode: "constant", "edge", "linear_ramp", "maximum", "mean", "median", "minimum", "reflect",
    "symmetric", "wrap" or "empty", which are zeros here; or NumPy's function of a vector.
    constant_values, end_values, stat_length, reflect_type: as in NumPy; values may be traced.

    >>> pad(np.array([1.0, 2.0]), 1).tolist()
    [0.0, 1.0, 2.0, 0.0]
    """
    x = as_array(array)
    if callable(mode):
        raise TypeError(
            "pad: a function as mode writes into plain vectors; use one of NumPy's named modes"
        )
    if mode not in KEYWORDS:
        raise ValueError(f"mode '{mode}' is not supported")
    unknown = set(kwargs) - set(KEYWORDS[mode])
    if unknown:
        raise ValueError(f"unsupported keyword arguments for mode '{mode}': {unknown}")
    rank = len(x.shape)
    widths = [(int(a), int(b)) for a, b in pairs(pad_width, rank, "pad_width")]
    if any(w < 0 for pair in widths for w in pair):
        raise ValueError("index can't contain negative values")
    name, default = next(iter(KEYWORDS[mode].items()), ("", None))
    setting = kwargs.get(name, default)
    each = (
        [setting] * rank if mode in INDEXED or mode == "empty" else pairs(setting, rank, "values")
    )
    for axis, (width, value) in enumerate(zip(widths, each)):
        if width != (0, 0):
            x = padded(x, axis, width, mode, value)
    return x


def padded(x, axis, width, mode, value):
    """`x` with a border along one axis."""
    before, after = width
    if mode in INDEXED:
        if value == "odd":
            return odd(x, axis, before, after, mode)
        if not x.shape[axis]:
            raise ValueError(
                f"can't extend empty axis {axis} using modes other than 'constant' or 'empty'"
            )
        return at_axis(x, axis, np.pad(np.arange(x.shape[axis]), width, mode))
    if mode in ("constant", "empty"):
        ends = (0, 0) if mode == "empty" else value
    elif mode == "linear_ramp":
        return ramped(x, axis, width, value)
    else:
        ends = [statistic(x, axis, mode, length, k) for k, length in enumerate(value)]
    borders = [filled(x, axis, n, end) for n, end in zip(width, ends)]
    return concatenate([borders[0], x, borders[1]], axis)


def filled(x, axis, n, value):
    """A border of `n` elements with one value along the axis, in the dtype of `x`."""
    shape = tuple(n if i == axis else s for i, s in enumerate(x.shape))
    value = as_array(value)
    if x.dtype is not None and value.dtype != x.dtype:
        value = value.astype(x.dtype)
    return broadcast_to(value, shape)


def statistic(x, axis, mode, length, end):
    """The mean or its kin of the `length` elements at one end, as a slice."""
    n = x.shape[axis]
    length = n if length is None else min(int(length), n)
    chosen = slice(None, length) if end == 0 else slice(n - length, None)
    found = STATISTICS[mode](at_axis(x, axis, chosen), axis=axis, keepdims=True)
    return found.round() if kind(x) in "iu" else found


def ramped(x, axis, width, ends):
    """Borders that go in equal steps from an end value to the edge."""
    n, parts = x.shape[axis], []
    for k, (count, end) in enumerate(zip(width, ends)):
        edge = at_axis(x, axis, slice(0, 1) if k == 0 else slice(n - 1, n))
        steps = np.arange(count) / max(count, 1)
        steps = steps if k == 0 else steps[::-1]
        steps = reshape(steps, tuple(-1 if i == axis else 1 for i in range(len(x.shape))))
        ramp = end + (edge - end) * steps
        parts.append(ramp if x.dtype is None or ramp.dtype == x.dtype else ramp.astype(x.dtype))
    return concatenate([parts[0], x, parts[1]], axis)


def odd(x, axis, before, after, mode):
    """Reflections turned about the edge value, as often as the width needs."""
    skip = 1 if mode == "reflect" else 0
    while before or after:
        n = x.shape[axis]
        room = n - skip
        if room < 1:
            edge = at_axis(x, axis, slice(0, 1))
            return concatenate(
                [filled(x, axis, before, edge), x, filled(x, axis, after, edge)], axis
            )
        first, last = min(before, room), min(after, room)
        start = 2 * at_axis(x, axis, slice(0, 1)) - at_axis(
            x, axis, np.arange(first - 1 + skip, skip - 1, -1)
        )
        places = np.arange(n - 1 - skip, n - 1 - skip - last, -1)
        end = 2 * at_axis(x, axis, slice(n - 1, n)) - at_axis(x, axis, places)
        x = concatenate([start, x, end], axis)
        before, after = before - first, after - last
    return x
