"""Values of images between their elements: splines, and what moves, turns and scales images.

Differentiable in the image, in the coordinates, and in shifts, matrices and angles.
"""

import math
from functools import cache
from itertools import product
from typing import Any

import numpy as np

from ..core.errors import ArgumentError
from ..ops.choose import floor, maximum, minimum, where
from ..ops.complex import astype
from ..ops.contract import matmul
from ..ops.index import getitem
from ..ops.move import as_array, moveaxis, reshape, stack
from ..ops.padding import pad
from ..ops.trigonometric import cos, sin

MODES = {
    "reflect": "symmetric", "grid-mirror": "symmetric", "mirror": "reflect", "nearest": "edge",
    "constant": "constant", "grid-constant": "constant", "wrap": "wrap", "grid-wrap": "wrap",
}  # fmt: skip
NPAD = 12  # SciPy's margin where a mode has no exact prefilter


def image(name, input, output=None):
    """The input as floating point numbers, of the dtype `output`."""
    if output is not None and hasattr(output, "shape"):
        raise ArgumentError(f"{name}: output is an array; give a dtype, and use what is returned")
    x = as_array(input)
    if x.dtype is not None and x.dtype.kind in "biu":
        x = astype(x, float)
    return x if output is None else astype(x, output)


def one_for_each(values, count):
    """A value for each axis, of one for all or of a sequence."""
    if isinstance(values, str) or not np.iterable(values):
        return [values] * count
    values = list(values)
    if len(values) != count:
        raise RuntimeError("sequence argument must have length equal to input rank")
    return values


def known_mode(name, mode):
    if mode not in MODES:
        raise RuntimeError(f"{name}: mode is {mode!r}; it needs one of {', '.join(MODES)}")
    return mode


@cache
def filter_matrix(size, order, mode):
    """The matrix of SciPy's prefilter: from values to coefficients of splines, shape (n, n)."""
    try:
        from scipy.ndimage import spline_filter1d
    except ImportError:
        raise ImportError(
            "autodiff.scipy.ndimage needs SciPy: pip install autodiff-numpy[scipy]"
        ) from None
    return spline_filter1d(np.eye(size), order, axis=0, mode=mode)


def spline_filter1d(input, order=3, axis=-1, output=None, mode="mirror"):
    """Coefficients of the spline through the values along one axis."""
    x = image("spline_filter1d", input, output)
    if order in (0, 1) or x.shape[axis] == 1:
        return x
    matrix = filter_matrix(x.shape[axis], order, known_mode("spline_filter1d", mode))
    lines = moveaxis(x, axis, -1)
    flat = reshape(lines, (-1, lines.shape[-1]))
    found = matmul(flat, matrix.T.astype(np.finfo(x.dtype or float).dtype))
    return moveaxis(reshape(found, lines.shape), -1, axis)


def spline_filter(input, order=3, output=None, mode="mirror"):
    """Coefficients of the spline through the values along every axis."""
    x = image("spline_filter", input, output)
    for axis in range(len(x.shape)):
        x = spline_filter1d(x, order, axis, None, mode)
    return x


def inside_period(c, n, mode):
    """Coordinates as a mode continues them, for an axis of n elements."""
    if mode == "nearest":
        return minimum(maximum(c, 0), n - 1)
    if mode == "mirror":
        period = max(2 * (n - 1), 1)
        c = c % period
        return where(c > n - 1, period - c, c) if n > 1 else c * 0
    if mode in ("reflect", "grid-mirror"):
        c = (c + 0.5) % (2 * n)
        return where(c > n, 2 * n - c, c) - 0.5
    if mode == "grid-wrap":
        return c % n
    if mode == "wrap":
        return where((c < 0) | (c > n - 1), c % max(n - 1, 1), c)
    return c


def index_inside(i, n, mode):
    """Indices of neighbours beyond the ends, of whole numbers: the elements that stand for them."""
    if mode in ("constant", "wrap", "mirror"):
        i = i % max(2 * (n - 1), 1)
        return where(i > n - 1, 2 * (n - 1) - i, i) if n > 1 else i * 0
    if mode in ("reflect", "grid-mirror"):
        i = i % (2 * n)
        return where(i >= n, 2 * n - 1 - i, i)
    return i % n if mode == "grid-wrap" else minimum(maximum(i, 0), n - 1)


def spline(u, order):
    """The cardinal B-spline of an order at u, by truncated powers.  Source: Schoenberg 1946."""
    terms = [
        (-1) ** i * math.comb(order + 1, i) * maximum(u + (order + 1) / 2 - i, 0) ** order
        for i in range(order + 2)
    ]
    return sum(terms[1:], terms[0]) / math.factorial(order)


def neighbours(c, n, order, mode):
    """[(index, weight, whether it is there)] of the elements around the coordinates of an axis."""
    c = inside_period(c, n, mode)
    first = floor(c + 0.5 if order % 2 == 0 else c) - order // 2
    found = []
    for k in range(order + 1):
        i = first + k
        weight = 1.0 if order == 0 else spline(c - i, order)
        i = astype(i, np.intp)
        there = (i >= 0) & (i < n) if mode == "grid-constant" else None
        found.append((index_inside(i, n, mode), weight, there))
    return found


def map_coordinates(
    input, coordinates, output=None, order=3, mode="constant", cval=0.0, prefilter=True
):
    """The values of an image between its elements, by splines.

    coordinates: shape (input.ndim, ...), one place for each element of the result.
    order: of the splines, 0 (nearest) to 5; mode: as in `correlate`.

    >>> map_coordinates(np.array([1.0, 3.0]), np.array([[0.25]]), order=1).tolist()
    [1.5]
    """
    x, places = image("map_coordinates", input, output), as_array(coordinates)
    if order not in range(6):
        raise RuntimeError("spline order not supported")
    known_mode("map_coordinates", mode)
    if places.shape[0] != len(x.shape):
        raise RuntimeError("invalid shape for coordinate array")
    places, outside = [places[i] * 1.0 for i in range(places.shape[0])], None
    if mode == "constant":
        for c, n in zip(places, x.shape):
            beyond = (c < 0) | (c > n - 1)
            outside = beyond if outside is None else outside | beyond
    if prefilter and order > 1:
        if mode in ("nearest", "grid-constant"):
            edge: dict[str, Any] = {"mode": "edge"}
            outside_is: dict[str, Any] = {"constant_values": cval}
            x = pad(x, NPAD, **(edge if mode == "nearest" else outside_is))
            places = [c + NPAD for c in places]
        x = spline_filter(x, order, mode=mode if mode != "constant" else "mirror")
    each = [neighbours(c, n, order, mode) for c, n in zip(places, x.shape)]
    result = None
    for corner in product(*each):
        value = getitem(x, tuple([i for i, _, _ in corner]))
        for _, _, there in corner:
            value = value if there is None else where(there, value, cval)
        for _, weight, _ in corner:
            value = value * weight
        result = value if result is None else result + value
    return result if outside is None else where(outside, cval, result)


def grid(shape):
    """The places of all elements of an array: an array of places for each axis."""
    return [np.asarray(i, float) for i in np.indices(shape)]


def resampled(x, places, order, mode, cval, prefilter):
    return map_coordinates(x, stack(places), None, order, mode, cval, prefilter)


def shift(input, shift: Any, output=None, order=3, mode="constant", cval=0.0, prefilter=True):
    """The image moved by `shift` elements along each axis.

    >>> shift_of = shift(np.array([1.0, 2.0, 3.0]), 1, order=1)
    >>> shift_of.tolist()
    [0.0, 1.0, 2.0]
    """
    x = image("shift", input, output)
    by = one_for_each(shift, len(x.shape))
    places = [i - s for i, s in zip(grid(x.shape), by)]
    return resampled(x, places, order, mode, cval, prefilter)


def zoom(
    input, zoom, output=None, order=3, mode="constant", cval=0.0, prefilter=True, *, grid_mode=False
):
    """The image with `zoom` times as many elements along each axis.

    grid_mode: whether the elements are cells with a width, else points, whose ends stay in place.

    >>> zoom(np.array([0.0, 2.0]), 1.5, order=1).tolist()
    [0.0, 1.0, 2.0]
    """
    x = image("zoom", input, output)
    factors = one_for_each(zoom, len(x.shape))
    sizes = tuple(round(n * f) for n, f in zip(x.shape, factors))
    if prefilter and all(f == 1 for f in factors):
        return x * 1
    places = []
    for i, n, m in zip(grid(sizes), x.shape, sizes):
        if grid_mode:
            places.append((i + 0.5) * (n / m) - 0.5)
        else:
            places.append(i * ((n - 1) / (m - 1) if m > 1 else 1.0))
    return resampled(x, places, order, mode, cval, prefilter)


def affine_transform(
    input, matrix, offset: Any = 0.0, output_shape=None, output=None, order=3, mode="constant",
    cval=0.0, prefilter=True,
):  # fmt: skip
    """The image at the places `matrix @ o + offset`, for the places `o` of the result.

    matrix: shape (n, n), its diagonal alone, shape (n,), or with the offset in a last column,
    shape (n, n + 1) or (n + 1, n + 1).
    output_shape: of the result, that of `input` by default.
    """
    x, matrix = image("affine_transform", input, output), as_array(matrix)
    rank = len(x.shape)
    shape = x.shape if output_shape is None else tuple(output_shape)
    if tuple(matrix.shape) in ((rank, rank + 1), (rank + 1, rank + 1)):
        matrix, offset = matrix[:rank, :rank], matrix[:rank, rank]
    if tuple(matrix.shape) not in ((rank,), (rank, rank)):
        raise RuntimeError("affine matrix has wrong number of columns")
    offset = as_array(offset)
    each = [offset[i] if len(offset.shape) else offset for i in range(rank)]
    o = grid(shape)
    if len(matrix.shape) == 1:
        places = [matrix[i] * o[i] + each[i] for i in range(rank)]
    else:
        places = [sum(matrix[i, j] * o[j] for j in range(rank)) + each[i] for i in range(rank)]
    return resampled(x, places, order, mode, cval, prefilter)


def rotate(
    input, angle, axes=(1, 0), reshape=True, output=None, order=3, mode="constant", cval=0.0,
    prefilter=True,
):  # fmt: skip
    """The image turned by `angle` [degrees] in the plane of two axes.

    reshape: whether the result is as large as what is turned, which asks for a plain angle.
    """
    x = image("rotate", input, output)
    rank = len(x.shape)
    if rank < 2:
        raise ValueError("input array should be at least 2D")
    first, second = sorted(a % rank for a in axes)
    c, s = cos(angle * (np.pi / 180)), sin(angle * (np.pi / 180))
    sizes = list(x.shape)
    if reshape:
        turned = np.array([[c, s], [-s, c]], float) @ np.array(
            [[0, 0, x.shape[first], x.shape[first]], [0, x.shape[second], 0, x.shape[second]]]
        )
        sizes[first], sizes[second] = (np.ptp(turned, axis=1) + 0.5).astype(int).tolist()
    o = grid(sizes)
    middle = [(x.shape[a] - 1) / 2 for a in (first, second)]
    u, v = (o[a] - (sizes[a] - 1) / 2 for a in (first, second))
    places = list(o)
    places[first], places[second] = c * u + s * v + middle[0], c * v - s * u + middle[1]
    plane = {first, second}
    if rank == 2:
        return resampled(x, places, order, mode, cval, prefilter)
    others = [a for a in range(rank) if a not in plane]
    slices = moveaxis(x, tuple(others), tuple(range(len(others))))
    lead = slices.shape[: len(others)]
    flat = [
        places[a][tuple(0 if k in others else slice(None) for k in range(rank))]
        for a in (first, second)
    ]
    found = stack([
        resampled(slices[i], flat, order, mode, cval, prefilter) for i in np.ndindex(*lead)
    ])  # fmt: skip
    found = found.reshape((*lead, *found.shape[1:]))
    return moveaxis(found, tuple(range(len(others))), tuple(others))
