"""Convolutions of arrays with any number of axes, and filters, under the names of scipy.signal.

>>> import numpy as np
>>> from autodiff import grad
>>> grad(lambda x: convolve(x, np.array([1.0, 1.0])).sum())(np.zeros(3)).tolist()
[2.0, 2.0, 2.0]
"""

from typing import Any

import numpy as np

from .. import fft
from ..core.errors import ShapeError
from ..core.spec import from_end, is_complex
from ..ops.complex import conjugate
from ..ops.contract import tensordot
from ..ops.move import as_array, flip, moveaxis, reshape, transpose
from ..ops.padding import pad
from ..ops.signal import convolved
from .filters import (
    detrend as detrend,
    filtfilt as filtfilt,
    hilbert as hilbert,
    lfilter as lfilter,
    lfilter_zi as lfilter_zi,
    resample as resample,
    sosfilt as sosfilt,
    sosfilt_zi as sosfilt_zi,
    sosfiltfilt as sosfiltfilt,
)
from .resampling import (
    decimate as decimate,
    medfilt as medfilt,
    resample_poly as resample_poly,
    savgol_filter as savgol_filter,
    upfirdn as upfirdn,
)
from .rest import rest

MODES = ("full", "same", "valid")
SMALL = 1024  # elements of a kernel up to which its places are taken one by one


def convolve(in1, in2, mode="full", method="auto"):
    """Convolution of two arrays of the same number of axes, shapes (n, ...) and (m, ...).

    mode: "full" (n + m - 1 along each axis), "same" (the middle of it, of the size of in1), "valid"
    (full overlaps alone: |n - m| + 1).
    method: SciPy's choice of how to compute it, without effect here.
    Raises ValueError for other modes, and for "valid" where neither is the larger along all axes.

    >>> convolve(np.ones((2, 2)), np.ones((1, 2))).tolist()
    [[1.0, 2.0, 1.0], [1.0, 2.0, 1.0]]
    """
    checked_mode("convolve", mode)
    if method not in ("auto", "direct", "fft"):
        raise ValueError(f"convolve: method is {method!r}; it needs 'auto', 'direct' or 'fft'")
    x, y = as_array(in1), as_array(in2)
    if len(x.shape) != len(y.shape):
        raise ValueError("in1 and in2 should have the same dimensionality")
    axes = tuple(range(len(x.shape)))
    return convolved_along(x, y, (axes, axes), ((), ()), mode)


def fftconvolve(in1, in2, mode="full", axes=None):
    """`convolve`, under the name of SciPy's faster way; axes: those that are convolved.

    Along the other axes the arrays are multiplied, with broadcasting.

    >>> fftconvolve(np.array([1.0, 2.0]), np.array([1.0, 1.0])).tolist()
    [1.0, 3.0, 2.0]
    """
    x, y = as_array(in1), as_array(in2)
    if axes is None or len(np.atleast_1d(axes)) == len(x.shape):
        return convolve(x, y, mode)
    checked_mode("fftconvolve", mode)
    if len(x.shape) != len(y.shape):
        raise ValueError("in1 and in2 should have the same dimensionality")
    along = sorted(a + len(x.shape) for a in from_end(tuple(np.atleast_1d(axes).tolist()), x.ndim))
    n, m = ([v.shape[a] for a in along] for v in (x, y))
    if mode == "valid" and not (larger(n, m) or larger(m, n)):
        raise ValueError(
            "For 'valid' mode, one must be at least as large as the other in every dimension"
        )
    whole = spectra_multiplied(x, y, along, [a + b - 1 for a, b in zip(n, m)])
    if mode == "full":
        return whole
    sizes = n if mode == "same" else [abs(a - b) + 1 for a, b in zip(n, m)]
    return middle(whole, along, sizes)


def spectra_multiplied(x, y, axes, sizes):
    """The whole convolution along some axes, by the Fourier transform; products along the rest."""
    if is_complex(x.dtype) or is_complex(y.dtype):
        return fft.ifftn(fft.fftn(x, sizes, axes) * fft.fftn(y, sizes, axes), sizes, axes)
    return fft.irfftn(fft.rfftn(x, sizes, axes) * fft.rfftn(y, sizes, axes), sizes, axes)


oaconvolve = fftconvolve


def correlate(in1, in2, mode="full", method="auto"):
    """Correlation: the convolution of in1 with the conjugate of in2 reversed along every axis.

    >>> correlate(np.array([1.0, 2.0, 3.0]), np.array([0.0, 1.0, 0.5])).tolist()
    [0.5, 2.0, 3.5, 3.0, 0.0]
    """
    x, y = as_array(in1), as_array(in2)
    other = flip(conjugate(y) if is_complex(y.dtype) else y)
    return convolve(x, other, mode, method)


def convolve2d(in1, in2, mode="full", boundary="fill", fillvalue=0):
    """`convolve` of two matrices; boundary: what stands outside of in1.

    "fill" for fillvalue, "wrap" for the other side, "symm" for the mirror image.

    >>> convolve2d(np.ones((2, 2)), np.ones((3, 3)), "same", "wrap").tolist()
    [[9.0, 9.0], [9.0, 9.0]]
    """
    x, y = as_array(in1), as_array(in2)
    if len(x.shape) != 2 or len(y.shape) != 2:
        raise ValueError("convolve2d inputs must both be 2-D arrays")
    ways: dict[str, Any] = {
        "fill": {"mode": "constant", "constant_values": fillvalue},
        "wrap": {"mode": "wrap"}, "symm": {"mode": "symmetric"},
    }  # fmt: skip
    if boundary not in ways:
        raise ValueError(f"convolve2d: boundary is {boundary!r}; it needs 'fill', 'wrap' or 'symm'")
    checked_mode("convolve2d", mode)
    if mode == "valid" or (
        boundary == "fill" and isinstance(fillvalue, (int, float)) and not fillvalue
    ):
        return convolve(x, y, mode)
    whole = convolve(pad(x, [(k - 1, k - 1) for k in y.shape], **ways[boundary]), y, "valid")
    return whole if mode == "full" else middle(whole, (0, 1), x.shape)


def correlate2d(in1, in2, mode="full", boundary="fill", fillvalue=0):
    """`correlate` of two matrices; boundary as in `convolve2d`.

    >>> correlate2d(np.ones((2, 2)), np.ones((2, 2)), "valid").tolist()
    [[4.0]]
    """
    x, y = as_array(in1), as_array(in2)
    other = flip(conjugate(y) if is_complex(y.dtype) else y)
    if mode != "same":
        return convolve2d(x, other, mode, boundary, fillvalue)
    whole: Any = convolve2d(x, other, "full", boundary, fillvalue)
    (n, m), (k, j) = x.shape, y.shape  # of an even size, the middle is the later one here
    return whole[k // 2 : k // 2 + n, j // 2 : j // 2 + m]


def checked_mode(name, mode):
    if mode not in MODES:
        raise ValueError(f"{name}: mode is {mode!r}; it needs 'full', 'same' or 'valid'")


def larger(a, b):
    """Whether the sizes `a` are at least the sizes `b` along every axis."""
    return all(n >= m for n, m in zip(a, b))


def middle(x, axes, sizes):
    """The middle of `x` along some axes."""
    key: list[Any] = [slice(None)] * len(x.shape)
    for axis, size in zip(axes, sizes):
        start = (x.shape[axis] - size) // 2
        key[axis] = slice(start, start + size)
    return x[tuple(key)]


def convolved_along(x, y, axes, summed, mode):
    """Convolution along some axes, sums of products over others, all products of the rest.

    axes, summed: pairs of axes, those of `x` and those of `y`.
    The result has the rest of `x`, the rest of `y`, and the axes of the convolution.
    """
    (ax, ay), (sx, sy) = axes, summed
    rest_x, rest_y = left(x, ax, sx), left(y, ay, sy)
    x = transpose(x, (*rest_x, *positive(x, sx), *positive(x, ax)))
    y = transpose(y, (*rest_y, *positive(y, sy), *positive(y, ay)))
    count, free_x, free_y = len(ax), len(rest_x), len(rest_y)
    n, m = x.shape[len(x.shape) - count :], y.shape[len(y.shape) - count :]
    if not all((*n, *m)):
        raise ShapeError(f"convolve: an array is empty along an axis, of sizes {n} and {m}")
    if mode == "valid" and not (larger(n, m) or larger(m, n)):
        raise ValueError(
            "For 'valid' mode, one must be at least as large as the other in every dimension"
        )
    if larger(m, n) and n != m:
        whole = full(y, x, free_y, free_x, count, mode == "valid")
        whole = moveaxis(whole, tuple(range(free_y, free_y + free_x)), tuple(range(free_x)))
    else:
        whole = full(x, y, free_x, free_y, count, mode == "valid")
    places = range(free_x + free_y, free_x + free_y + count)
    return middle(whole, places, n) if mode == "same" else whole


def left(x, axes, summed):
    """The axes that are neither convolved nor summed over."""
    used = {*positive(x, axes), *positive(x, summed)}
    return [i for i in range(len(x.shape)) if i not in used]


def positive(x, axes):
    return [a % len(x.shape) for a in axes]


def full(x, y, free_x, free_y, count, valid):
    """The convolution over the last axes of the two, whole or where `y` lies inside `x`.

    x: free axes, axes that are summed over, axes that are convolved; y the same.
    """
    n, m = x.shape[len(x.shape) - count :], y.shape[len(y.shape) - count :]
    summed = len(x.shape) - count - free_x
    plain = not (free_x or free_y or summed)
    if plain and count and (count == 1 or np.prod(m) > SMALL):
        return within(unrolled(x, y, n, m), n, m, valid)
    if not valid and count:
        x = pad(x, [(0, 0)] * (len(x.shape) - count) + [(k - 1, k - 1) for k in m])
    n = x.shape[len(x.shape) - count :]
    sizes = [a - b + 1 for a, b in zip(n, m)]
    over = (tuple(range(free_x, free_x + summed)), tuple(range(free_y, free_y + summed)))
    result = None
    for place in np.ndindex(*m):
        window = tuple(slice(k - 1 - p, k - 1 - p + s) for p, k, s in zip(place, m, sizes))
        shifted, factor = x[(..., *window)], y[(..., *place)]
        term = shifted * factor if plain else tensordot(shifted, factor, over)
        result = term if result is None else result + term
    if plain:
        return result
    return moveaxis(result, tuple(range(free_x, free_x + count)), tuple(range(-count, 0)))


def unrolled(x, y, n, m):
    """The whole convolution by one of vectors: rows with room between them do not meet."""
    sizes = [a + b - 1 for a, b in zip(n, m)]
    rows = [reshape(pad(v, [(0, s - k) for s, k in zip(sizes, v.shape)]), (-1,)) for v in (x, y)]
    total = int(np.prod(sizes, dtype=int))
    lengths = [last_place(v, sizes) for v in (n, m)]
    found = convolved(*[row[:length] for row, length in zip(rows, lengths)])
    return reshape(found[:total], tuple(sizes))


def last_place(shape, sizes):
    """One more than the place of the last element of a corner of an array of these sizes."""
    return int(np.ravel_multi_index([k - 1 for k in shape], sizes)) + 1


def within(whole, n, m, valid):
    """The part of a whole convolution where the smaller lies inside the larger."""
    if not valid:
        return whole
    return whole[tuple(slice(min(a, b) - 1, max(a, b)) for a, b in zip(n, m))]


__getattr__, __dir__ = rest("signal", {
    "medfilt2d": "use medfilt", "welch": "use autodiff.fft.rfft of windows",
    "periodogram": "use autodiff.fft.rfft", "find_peaks": "its places are whole numbers",
    "order_filter": "use medfilt", "wiener": "use convolve for its means",
})  # fmt: skip
