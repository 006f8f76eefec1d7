"""Filters and interpolation of images under the names of scipy.ndimage.

Filters are differentiable in the image and in the weights, interpolation in the image and in the
coordinates.  `output` may be a dtype, never an array to be filled.

>>> import numpy as np
>>> from autodiff import grad
>>> grad(lambda x: uniform_filter1d(x, 3)[0])(np.zeros(4)).round(3).tolist()
[0.667, 0.333, 0.0, 0.0]
"""

from typing import Any

import numpy as np

from ..core.spec import from_end
from ..ops.exponential import exp
from ..ops.move import as_array, flip, stack
from ..ops.norms import vector_norm
from ..ops.padding import pad
from .orders import (
    maximum_filter as maximum_filter,
    maximum_filter1d as maximum_filter1d,
    median_filter as median_filter,
    minimum_filter as minimum_filter,
    minimum_filter1d as minimum_filter1d,
    percentile_filter as percentile_filter,
    rank_filter as rank_filter,
)
from .resample import (
    MODES,
    affine_transform as affine_transform,
    image,
    known_mode,
    map_coordinates as map_coordinates,
    one_for_each,
    rotate as rotate,
    shift as shift,
    spline_filter as spline_filter,
    spline_filter1d as spline_filter1d,
    zoom as zoom,
)
from .rest import rest


def chosen_axes(axes, rank):
    """Axes from the front, sorted as they are given; all by default."""
    if axes is None:
        return list(range(rank))
    return [a + rank for a in from_end(tuple(np.atleast_1d(axes).tolist()), rank)]


# ------------------------------------------------------------------- filters


def filtered(name, x, weights, mode, cval, origin, axes) -> Any:
    """Correlation over some axes; weights: an axis for each of them."""
    axes = chosen_axes(axes, len(x.shape))
    if len(weights.shape) != len(axes) or 0 in weights.shape:
        raise RuntimeError(
            f"{name}: weights has shape {tuple(weights.shape)} for {len(axes)} axes; it needs as "
            "many, none of them empty"
        )
    modes, origins = one_for_each(mode, len(axes)), one_for_each(origin, len(axes))
    sizes = dict(zip(axes, x.shape if len(axes) == len(x.shape) else [x.shape[a] for a in axes]))
    for axis, size, way, moved in zip(axes, weights.shape, modes, origins):
        before = size // 2 + moved
        if not 0 <= before < size:
            raise ValueError(f"{name}: invalid origin")
        widths = [(0, 0)] * len(x.shape)
        widths[axis] = (before, size - 1 - before)
        extra = {"constant_values": cval} if MODES[known_mode(name, way)] == "constant" else {}
        x = pad(x, widths, mode=MODES[way], **extra)
    result = None
    for place in np.ndindex(*weights.shape):
        key: list[Any] = [slice(None)] * len(x.shape)
        for axis, start in zip(axes, place):
            key[axis] = slice(start, start + sizes[axis])
        term = x[tuple(key)] * weights[place]
        result = term if result is None else result + term
    return result


def reversed_origin(weights, origin):
    """The origins of a correlation with the weights reversed."""
    origins = one_for_each(origin, len(weights.shape))
    return [-o - (1 - n % 2) for o, n in zip(origins, weights.shape)]


def correlate(
    input, weights, output=None, mode: Any = "reflect", cval=0.0, origin: Any = 0, *, axes=None
):
    """Correlation with `weights`, an array of as many axes; the result has the shape of `input`.

    mode: what stands outside: "reflect", "mirror", "nearest", "wrap" or "constant" for cval.
    origin: moves the weights; axes: those that are filtered, all by default.

    >>> correlate(np.array([1.0, 2.0, 4.0]), np.array([0.0, 1.0, -1.0])).tolist()
    [-1.0, -2.0, 0.0]
    """
    x = image("correlate", input, output)
    return filtered("correlate", x, as_array(weights), mode, cval, origin, axes)


def convolve(
    input, weights, output=None, mode: Any = "reflect", cval=0.0, origin: Any = 0, *, axes=None
):
    """`correlate` with the weights reversed.

    >>> convolve(np.array([1.0, 2.0, 4.0]), np.array([0.0, 1.0, -1.0])).tolist()
    [0.0, 1.0, 2.0]
    """
    x, weights = image("convolve", input, output), as_array(weights)
    origin = reversed_origin(weights, origin)
    return filtered("convolve", x, flip(weights), mode, cval, origin, axes)


def correlate1d(input, weights, axis=-1, output=None, mode="reflect", cval=0.0, origin=0):
    """Correlation with a vector along one axis."""
    x = image("correlate1d", input, output)
    return filtered("correlate1d", x, as_array(weights), mode, cval, origin, axis)


def convolve1d(input, weights, axis=-1, output=None, mode="reflect", cval=0.0, origin=0):
    """Convolution with a vector along one axis."""
    x, weights = image("convolve1d", input, output), as_array(weights)
    origin = reversed_origin(weights, origin)
    return filtered("convolve1d", x, flip(weights), mode, cval, origin, axis)


def uniform_filter1d(input, size, axis=-1, output=None, mode="reflect", cval=0.0, origin=0):
    """The mean of `size` neighbours along one axis."""
    if size < 1:
        raise RuntimeError("incorrect filter size")
    return correlate1d(input, np.full(size, 1 / size), axis, output, mode, cval, origin)


def uniform_filter(
    input,
    size: Any = 3,
    output=None,
    mode: Any = "reflect",
    cval=0.0,
    origin: Any = 0,
    *,
    axes=None,
):
    """The mean of a box of neighbours; size, mode and origin may be one for each axis."""
    x = image("uniform_filter", input, output)
    axes = chosen_axes(axes, len(x.shape))
    each = [one_for_each(v, len(axes)) for v in (size, mode, origin)]
    for axis, n, way, moved in zip(axes, *each):
        x = uniform_filter1d(x, int(n), axis, None, way, cval, moved) if n > 1 else x
    return x


def gaussian_weights(sigma, order, radius):
    """The weights of a correlation with a derivative of the normal density.

    d/dx of q(x) exp(-x²/2σ²) is (q' - x q / σ²) exp(-x²/2σ²), for the polynomial q.
    """
    x = np.arange(-radius, radius + 1.0)
    density = exp(-0.5 / (sigma * sigma) * x**2)
    density = density / density.sum()
    terms = [1.0]
    for _ in range(order):
        slope = [*[k * c for k, c in enumerate(terms)][1:], 0.0, 0.0]
        down = [0.0, *[-c / (sigma * sigma) for c in terms]]
        terms = [a + b for a, b in zip(slope, down)]
    return sum(c * x**k for k, c in enumerate(terms)) * density * (-1.0) ** order


def gaussian_filter1d(
    input,
    sigma,
    axis=-1,
    order=0,
    output=None,
    mode="reflect",
    cval=0.0,
    truncate=4.0,
    *,
    radius=None,
):
    """Correlation with the normal density of width `sigma` [elements], or its derivative `order`.

    radius: of the weights; by default `truncate` times sigma.  A sigma that is being
    differentiated needs it.
    """
    if order < 0:
        raise ValueError("order must be non-negative")
    radius = int(truncate * float(sigma) + 0.5) if radius is None else radius
    weights = gaussian_weights(sigma, order, radius)
    return correlate1d(input, weights, axis, output, mode, cval)


def gaussian_filter(
    input,
    sigma: Any,
    order: Any = 0,
    output=None,
    mode: Any = "reflect",
    cval=0.0,
    truncate=4.0,
    *,
    radius: Any = None,
    axes=None,
):
    """`gaussian_filter1d` along several axes; sigma, order, mode, radius may be one for each."""
    x = image("gaussian_filter", input, output)
    axes = chosen_axes(axes, len(x.shape))
    each = [one_for_each(v, len(axes)) for v in (as_list(sigma), order, mode, radius)]
    for axis, width, k, way, r in zip(axes, *each):
        if r is not None or width > 1e-15:
            x = gaussian_filter1d(x, width, axis, k, None, way, cval, truncate, radius=r)
    return x


def as_list(values):
    """The elements of a vector; anything else as it is."""
    return [values[i] for i in range(values.shape[0])] if getattr(values, "shape", ()) else values


def edges(name, input, smooth, axis, output, mode, cval):
    """Differences along one axis, smoothed along the others."""
    x = image(name, input, output)
    rank = len(x.shape)
    axis, modes = from_end(axis, rank)[0] + rank, one_for_each(mode, rank)
    x = correlate1d(x, np.array([-1.0, 0.0, 1.0]), axis, None, modes[axis], cval)
    for other in range(rank):
        if other != axis:
            x = correlate1d(x, np.array(smooth), other, None, modes[other], cval)
    return x


def sobel(input, axis=-1, output=None, mode: Any = "reflect", cval=0.0):
    """Sobel's differences along one axis."""
    return edges("sobel", input, [1.0, 2.0, 1.0], axis, output, mode, cval)


def prewitt(input, axis=-1, output=None, mode: Any = "reflect", cval=0.0):
    """Prewitt's differences along one axis."""
    return edges("prewitt", input, [1.0, 1.0, 1.0], axis, output, mode, cval)


def laplace(input, output=None, mode: Any = "reflect", cval=0.0, *, axes=None):
    """The sum of the second differences along some axes."""
    x = image("laplace", input, output)
    axes = chosen_axes(axes, len(x.shape))
    second = np.array([1.0, -2.0, 1.0])
    modes = one_for_each(mode, len(axes))
    return sum(correlate1d(x, second, a, None, way, cval) for a, way in zip(axes, modes))


def gaussian_parts(name, input, sigma, order, output, mode, cval, axes, options):
    """The image filtered with the derivative of the normal density along each axis in turn."""
    x = image(name, input, output)
    axes = chosen_axes(axes, len(x.shape))
    orders = np.eye(len(axes), dtype=int) * order
    return [
        gaussian_filter(x, sigma, k.tolist(), None, mode, cval, axes=axes, **options)
        for k in orders
    ]


def gaussian_laplace(
    input, sigma, output=None, mode: Any = "reflect", cval=0.0, *, axes=None, **options
):
    """`laplace` by second derivatives of the normal density."""
    return sum(
        gaussian_parts("gaussian_laplace", input, sigma, 2, output, mode, cval, axes, options)
    )


def gaussian_gradient_magnitude(
    input, sigma, output=None, mode: Any = "reflect", cval=0.0, *, axes=None, **options
):
    """The length of the gradient by derivatives of the normal density; its slope at 0 is 0."""
    name = "gaussian_gradient_magnitude"
    parts = gaussian_parts(name, input, sigma, 1, output, mode, cval, axes, options)
    return vector_norm(stack(parts), axis=0)


__getattr__, __dir__ = rest("ndimage", {
    "geometric_transform": "use map_coordinates", "generic_filter": "use correlate",
    "grey_dilation": "use maximum_filter", "grey_erosion": "use minimum_filter",
    "center_of_mass": "use sums of np.indices", "label": "its labels are whole numbers",
})  # fmt: skip
