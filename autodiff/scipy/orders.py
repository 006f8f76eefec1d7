"""Filters of images by the order of what is in a window, under the names of scipy.ndimage.

The derivative goes to the element that is chosen; equal ones share that of a maximum or a minimum.

>>> import numpy as np
>>> from autodiff import grad
>>> grad(lambda x: maximum_filter(x, 3)[0])(np.array([1.0, 3.0, 2.0])).tolist()
[0.0, 1.0, 0.0]
"""

from typing import Any

import numpy as np

from ..core.spec import from_end
from ..ops.move import stack
from ..ops.padding import pad
from ..ops.reduce import amax, amin
from ..ops.sort import sort
from .resample import MODES, image, known_mode, one_for_each


def windows(name, x, shape, mode, cval, origin, axes):
    """[`x` moved to each element of a window], for those that `shape` marks."""
    x = image(name, x, None)
    rank = len(x.shape)
    every = range(rank) if axes is None else [a + rank for a in from_end(axes, rank)]
    size, footprint = shape
    if footprint is None:
        if size is None:
            raise RuntimeError("no footprint or filter size provided")
        footprint = np.ones(one_for_each(size, len(every)), bool)
    footprint = np.asarray(footprint, bool)
    if footprint.ndim != len(every) or not footprint.any():
        raise RuntimeError(
            f"{name}: the footprint has shape {footprint.shape} for {len(every)} axes; it needs "
            "as many, and elements that are true"
        )
    ways, origins = one_for_each(mode, len(every)), one_for_each(origin, len(every))
    sizes = x.shape
    for axis, size, way, moved in zip(every, footprint.shape, ways, origins):
        before = size // 2 + moved
        if not 0 <= before < size:
            raise ValueError(f"{name}: invalid origin")
        widths = [(0, 0)] * rank
        widths[axis] = (before, size - 1 - before)
        extra = {"constant_values": cval} if MODES[known_mode(name, way)] == "constant" else {}
        x = pad(x, widths, mode=MODES[way], **extra)
    found = []
    for place in np.argwhere(footprint).tolist():
        key: list[Any] = [slice(None)] * rank
        for axis, start in zip(every, place):
            key[axis] = slice(start, start + sizes[axis])
        found.append(x[tuple(key)])
    return found


def extreme(name, choose):
    """A filter that takes the largest, or the smallest, of a window."""

    def function(
        input, size: Any = None, footprint=None, output=None, mode: Any = "reflect", cval=0.0,
        origin: Any = 0, *, axes=None,
    ):  # fmt: skip
        found = windows(name, image(name, input, output), (size, footprint), mode, cval, origin,
                        axes)  # fmt: skip
        return choose(stack(found), 0)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"The {name[:7]} of the window around each element, as SciPy's `{name}`."
    return function


maximum_filter = extreme("maximum_filter", amax)
minimum_filter = extreme("minimum_filter", amin)


def maximum_filter1d(input, size, axis=-1, output=None, mode="reflect", cval=0.0, origin=0):
    """The largest of a window along one axis."""
    return maximum_filter(input, size, None, output, mode, cval, origin, axes=(axis,))


def minimum_filter1d(input, size, axis=-1, output=None, mode="reflect", cval=0.0, origin=0):
    """The smallest of a window along one axis."""
    return minimum_filter(input, size, None, output, mode, cval, origin, axes=(axis,))


def rank_filter(
    input, rank, size: Any = None, footprint=None, output=None, mode: Any = "reflect", cval=0.0,
    origin: Any = 0, *, axes=None,
):  # fmt: skip
    """The element of each window that has `rank` others below it; from the largest if negative."""
    x = image("rank_filter", input, output)
    found = windows("rank_filter", x, (size, footprint), mode, cval, origin, axes)
    if not -len(found) <= rank < len(found):
        raise RuntimeError("rank not within filter footprint size")
    return sort(stack(found), 0)[rank]


def median_filter(
    input, size: Any = None, footprint=None, output=None, mode: Any = "reflect", cval=0.0,
    origin: Any = 0, *, axes=None,
):  # fmt: skip
    """The median of each window, the upper one of an even number."""
    x = image("median_filter", input, output)
    found = windows("median_filter", x, (size, footprint), mode, cval, origin, axes)
    return sort(stack(found), 0)[len(found) // 2]


def percentile_filter(
    input, percentile, size: Any = None, footprint=None, output=None, mode: Any = "reflect",
    cval=0.0, origin: Any = 0, *, axes=None,
):  # fmt: skip
    """The element of each window with `percentile` of a hundred below it."""
    if not -100 <= percentile <= 100:
        raise RuntimeError("invalid percentile")
    x = image("percentile_filter", input, output)
    found = windows("percentile_filter", x, (size, footprint), mode, cval, origin, axes)
    share = percentile + 100.0 if percentile < 0 else percentile
    place = len(found) - 1 if share == 100 else int(len(found) * share / 100)
    return sort(stack(found), 0)[place]
