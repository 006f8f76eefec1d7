"""Discrete Fourier transforms: linear rows, whose transposes are transforms again.

A row transforms all of one axis of complex numbers; the public functions crop, pad and convert.
"""

import operator
import warnings
from types import MethodType

import numpy as np

from ..core.family import Movement
from ..core.op import Op
from ..core.spec import Spec, from_end
from .choose import where
from .complex import conjugate
from .move import as_array, concatenate
from .rearrange import roll
from .results import as_complex, no_out, perhaps_complex

# A scale of 1, 1/√n or 1/n: what is none one way is 1/n the other way.
OPPOSITE = {"backward": "forward", "ortho": "ortho", "forward": "backward"}


def complex_only(name, x):
    """`x`; a real one is refused, so that a row has one dtype."""
    if x.dtype.kind != "c":
        raise TypeError(f"{name}: the array is real; convert it with astype(complex)")
    return x


def fourier_values(x, *, axis, norm, inverse):
    transform = np.fft.ifft if inverse else np.fft.fft
    return transform(complex_only("fourier", x), axis=axis, norm=norm)


def half_values(x, *, axis, norm):
    return np.fft.rfft(complex_only("half_spectrum", x).real, axis=axis, norm=norm)


def signal_values(x, *, axis, norm, size):
    return np.fft.irfft(complex_only("real_signal", x), size, axis=axis, norm=norm)


def resized(shape, axis, size):
    """A shape with another size along one axis."""
    return tuple(size if i - len(shape) == axis else s for i, s in enumerate(shape))


def single(size, axis):
    """Which frequencies of a real signal stand for themselves alone: 0, and half of an even size."""
    number = np.arange(size // 2 + 1)
    return ((number == 0) | (2 * number == size)).reshape((-1,) + (1,) * (-axis - 1))


def half_transpose(g, wanted, x, *, axis, norm):
    size = x.shape[axis]
    g = where(single(size, axis), g, 0.5 * g)
    return real_signal(g, axis=axis, norm=OPPOSITE[norm], size=size)


def signal_transpose(g, wanted, x, *, axis, norm, size):
    c = half_spectrum(as_complex(g), axis=axis, norm=OPPOSITE[norm])
    return where(single(size, axis), c, 2 * c)


def same_way(op, batched, x, **params):
    """Axes count from the end, so a batch changes nothing."""
    return op(x, **params)


def samples(*shapes_and_params):
    """Random complex numbers for the laws."""
    def sample(rng, dtype):
        return [(((rng.normal(size=s) + 1j * rng.normal(size=s)).astype(np.result_type(dtype, np.complex64)),), p) for s, p in shapes_and_params]
    return sample


fourier = Movement(
    "fourier(x)", fourier_values,
    lambda g, wanted, x, *, axis, norm, inverse: fourier(g, axis=axis, norm=OPPOSITE[norm], inverse=not inverse),
    infer=lambda x, *, axis, norm, inverse: Spec(x.shape, x.dtype), batch=same_way,
    latex=r"\mathcal{F} \, $x", torch="FftC2C",
    sample=samples(((4,), {"axis": -1, "norm": "backward", "inverse": False}), ((3, 2), {"axis": -2, "norm": "backward", "inverse": True}), ((2, 5), {"axis": -1, "norm": "ortho", "inverse": False}), ((1,), {"axis": -1, "norm": "forward", "inverse": False})),
    doc="Discrete Fourier transform of complex numbers along one axis: the row behind `fft` and `ifft`.",
)

half_spectrum = Movement(
    "half_spectrum(x)", half_values, half_transpose,
    infer=lambda x, *, axis, norm: Spec(resized(x.shape, axis, x.shape[axis] // 2 + 1), x.dtype), batch=same_way,
    latex=r"\mathcal{F}_+ \operatorname{Re} {$x}", torch="FftR2C",
    sample=samples(((4,), {"axis": -1, "norm": "backward"}), ((5, 2), {"axis": -2, "norm": "forward"}), ((1,), {"axis": -1, "norm": "ortho"})),
    doc="Frequencies that are not negative of the real part, along one axis: the row behind `rfft`.",
)

real_signal = Movement(
    "real_signal(x)", signal_values, signal_transpose,
    infer=lambda x, *, axis, norm, size: Spec(resized(x.shape, axis, size), np.finfo(x.dtype).dtype), batch=same_way,
    latex=r"\mathcal{F}_+^{-1} \, $x", torch="FftC2R",
    sample=samples(((3,), {"axis": -1, "norm": "backward", "size": 4}), ((3, 2), {"axis": -2, "norm": "forward", "size": 5}), ((1,), {"axis": -1, "norm": "ortho", "size": 1})),
    doc="Real numbers with given frequencies along one axis: the row behind `irfft`.",
)


for row in (fourier, half_spectrum, real_signal):
    # nothing moves: every element has influence on every other
    row.influence, row.influenced = MethodType(Op.influence, row), MethodType(Op.influenced, row)


def scale(name, norm):
    """The name of a scale; None is "backward"."""
    norm = "backward" if norm is None else norm
    if norm not in OPPOSITE:
        raise ValueError(f'{name}: Invalid norm value {norm}; should be "backward", "ortho" or "forward".')
    return norm


def counted(name, n):
    """A number of points."""
    n = operator.index(n)
    if n < 1:
        raise ValueError(f"{name}: Invalid number of FFT data points ({n}) specified; it needs 1 or more")
    return n


def fitted(x, n, axis):
    """`x` cropped or padded with zeros to `n` elements along an axis."""
    have, rest = x.shape[axis], (slice(None),) * (-axis - 1)
    if n <= have:
        return x if n == have else x[(..., slice(n), *rest)]
    return concatenate([x, np.zeros(resized(x.shape, axis, n - have), x.dtype)], axis)


def along_axis(name, a, n, axis, norm, inverse):
    """A complex transform along one axis."""
    a = as_complex(a)
    axis = from_end(axis, len(a.shape))[0]
    n = counted(name, a.shape[axis] if n is None else n)
    return fourier(fitted(a, n, axis), axis=axis, norm=scale(name, norm), inverse=inverse)


def forward_real(name, a, n, axis, norm):
    """The transform of real numbers along one axis."""
    a = as_array(a)
    if a.dtype is not None and a.dtype.kind == "c":
        raise TypeError(f"{name}: the array is complex, {a.dtype}; use fft, or the real part of it")
    a = as_complex(a)
    axis = from_end(axis, len(a.shape))[0]
    n = counted(name, a.shape[axis] if n is None else n)
    return half_spectrum(fitted(a, n, axis), axis=axis, norm=scale(name, norm))


def backward_real(name, a, n, axis, norm):
    """Real numbers from the frequencies along one axis."""
    a = as_complex(a)
    axis = from_end(axis, len(a.shape))[0]
    n = counted(name, 2 * (a.shape[axis] - 1) if n is None else n)
    return real_signal(fitted(a, n // 2 + 1, axis), axis=axis, norm=scale(name, norm), size=n)


def sizes_and_axes(name, a, s, axes, halved=False):
    """How many points along which axes, as NumPy reads `s` and `axes`."""
    rank = len(a.shape)
    if s is not None and axes is None:
        warnings.warn(
            f"{name}: `axes` should not be `None` if `s` is not `None` (Deprecated in NumPy 2.0)",
            DeprecationWarning, stacklevel=4)
    if axes is None:
        axes = range(-(rank if s is None else len(s)), 0)
    axes = [from_end(axis, rank)[0] for axis in axes]
    sizes = [None] * len(axes) if s is None else list(s)
    if len(sizes) != len(axes):
        raise ValueError(f"{name}: Shape and axes have different lengths, {len(sizes)} and {len(axes)}.")
    if s is not None and None in sizes:
        warnings.warn(
            f"{name}: Passing an array containing `None` values to `s` is deprecated in NumPy 2.0",
            DeprecationWarning, stacklevel=4)
    sizes = [a.shape[axis] if n == -1 or (n is None and not halved) else n for n, axis in zip(sizes, axes)]
    return list(zip(sizes, axes))


def along_axes(name, a, s, axes, norm, inverse):
    """A complex transform along several axes, the last one first."""
    a = as_array(a)
    for n, axis in reversed(sizes_and_axes(name, a, s, axes)):
        a = along_axis(name, a, n, axis, norm, inverse)
    return as_complex(a)


def forward_real_axes(name, a, s, axes, norm):
    """The transform of real numbers along the last axis named, then the complex one along the others."""
    a = as_array(a)
    *others, (n, last) = sizes_and_axes(name, a, s, axes)
    a = forward_real(name, a, n, last, norm)
    for n, axis in reversed(others):
        a = along_axis(name, a, n, axis, norm, False)
    return a


def backward_real_axes(name, a, s, axes, norm):
    """The inverse of `forward_real_axes`."""
    a = as_array(a)
    *others, (n, last) = sizes_and_axes(name, a, s, axes, halved=True)
    for size, axis in others:
        a = along_axis(name, a, size, axis, norm, True)
    return backward_real(name, a, n, last, norm)


@perhaps_complex(np.fft.fft)
def fft(a, n=None, axis=-1, norm=None, out=None):
    """Discrete Fourier transform along one axis, Σ a[j] exp(-2πi j k / n).

    n: how many points, cropped or padded with zeros; the size of the axis by default.
    norm: where 1/n stands: "backward" (in the inverse), "forward", or "ortho" for 1/√n in both.
    Complex in the precision of `a`.  Raises ValueError for another norm and for no points.

    >>> fft(np.array([1.0, 0.0])).tolist()
    [(1+0j), (1+0j)]
    """
    no_out("fft", out)
    return along_axis("fft", a, n, axis, norm, False)


@perhaps_complex(np.fft.ifft)
def ifft(a, n=None, axis=-1, norm=None, out=None):
    """Inverse of `fft`.

    >>> ifft(np.array([2.0, 0.0])).tolist()
    [(1+0j), (1+0j)]
    """
    no_out("ifft", out)
    return along_axis("ifft", a, n, axis, norm, True)


@perhaps_complex(np.fft.fft2, dim="axes")
def fft2(a, s=None, axes=(-2, -1), norm=None, out=None):
    """`fftn` over the last two axes.

    >>> fft2(np.ones((1, 2))).tolist()
    [[(2+0j), 0j]]
    """
    no_out("fft2", out)
    return along_axes("fft2", a, s, axes, norm, False)


@perhaps_complex(np.fft.ifft2, dim="axes")
def ifft2(a, s=None, axes=(-2, -1), norm=None, out=None):
    """Inverse of `fft2`.

    >>> ifft2(np.ones((1, 2))).tolist()
    [[(1+0j), 0j]]
    """
    no_out("ifft2", out)
    return along_axes("ifft2", a, s, axes, norm, True)


@perhaps_complex(np.fft.fftn, dim="axes")
def fftn(a, s=None, axes=None, norm=None, out=None):
    """`fft` along several axes, all by default.

    s: how many points along each, -1 for all of them.

    >>> fftn(np.ones((1, 2))).tolist()
    [[(2+0j), 0j]]
    """
    no_out("fftn", out)
    return along_axes("fftn", a, s, axes, norm, False)


@perhaps_complex(np.fft.ifftn, dim="axes")
def ifftn(a, s=None, axes=None, norm=None, out=None):
    """Inverse of `fftn`.

    >>> ifftn(np.ones((1, 2))).tolist()
    [[(1+0j), 0j]]
    """
    no_out("ifftn", out)
    return along_axes("ifftn", a, s, axes, norm, True)


@perhaps_complex(np.fft.rfft)
def rfft(a, n=None, axis=-1, norm=None, out=None):
    """The n // 2 + 1 frequencies of `fft` that are not negative, of real numbers.

    Raises TypeError for complex numbers.

    >>> rfft(np.array([1.0, 2.0, 3.0])).shape
    (2,)
    """
    no_out("rfft", out)
    return forward_real("rfft", a, n, axis, norm)


@perhaps_complex(np.fft.irfft)
def irfft(a, n=None, axis=-1, norm=None, out=None):
    """Inverse of `rfft`: n real numbers, 2 (m - 1) of m frequencies by default.

    >>> irfft(np.array([2.0, 0.0])).tolist()
    [1.0, 1.0]
    """
    no_out("irfft", out)
    return backward_real("irfft", a, n, axis, norm)


@perhaps_complex(np.fft.rfft2, dim="axes")
def rfft2(a, s=None, axes=(-2, -1), norm=None, out=None):
    """`rfftn` over the last two axes.

    >>> rfft2(np.ones((2, 4))).shape
    (2, 3)
    """
    no_out("rfft2", out)
    return forward_real_axes("rfft2", a, s, axes, norm)


@perhaps_complex(np.fft.irfft2, dim="axes")
def irfft2(a, s=None, axes=(-2, -1), norm=None, out=None):
    """Inverse of `rfft2`.

    >>> irfft2(np.ones((2, 3))).shape
    (2, 4)
    """
    no_out("irfft2", out)
    return backward_real_axes("irfft2", a, s, axes, norm)


@perhaps_complex(np.fft.rfftn, dim="axes")
def rfftn(a, s=None, axes=None, norm=None, out=None):
    """`rfft` along the last of several axes, and `fft` along the others.

    >>> rfftn(np.ones((2, 4))).shape
    (2, 3)
    """
    no_out("rfftn", out)
    return forward_real_axes("rfftn", a, s, axes, norm)


@perhaps_complex(np.fft.irfftn, dim="axes")
def irfftn(a, s=None, axes=None, norm=None, out=None):
    """Inverse of `rfftn`.

    >>> irfftn(np.ones((2, 3))).shape
    (2, 4)
    """
    no_out("irfftn", out)
    return backward_real_axes("irfftn", a, s, axes, norm)


@perhaps_complex(np.fft.hfft)
def hfft(a, n=None, axis=-1, norm=None, out=None):
    """The real transform of a signal of which half is given: the other half is its conjugate.

    >>> hfft(np.array([1.0, 0.0])).tolist()
    [1.0, 1.0]
    """
    no_out("hfft", out)
    return backward_real("hfft", conjugate(as_complex(a)), n, axis, OPPOSITE[scale("hfft", norm)])


@perhaps_complex(np.fft.ihfft)
def ihfft(a, n=None, axis=-1, norm=None, out=None):
    """Inverse of `hfft`.

    >>> ihfft(np.array([1.0, 1.0])).tolist()
    [(1-0j), -0j]
    """
    no_out("ihfft", out)
    return conjugate(forward_real("ihfft", a, n, axis, OPPOSITE[scale("ihfft", norm)]))


def shifted(x, axes, sign):
    """`x` moved by half of its size along axes."""
    x = as_array(x)
    axes = range(len(x.shape)) if axes is None else axes
    axes = tuple(axes) if np.iterable(axes) else (axes,)
    return roll(x, tuple(sign * (x.shape[axis] // 2) for axis in axes), axes) if axes else x


@perhaps_complex(np.fft.fftshift, dim="axes")
def fftshift(x, axes=None):
    """The frequency zero moved to the middle, along some axes or all.

    >>> fftshift(np.array([0.0, 1.0, -1.0])).tolist()
    [-1.0, 0.0, 1.0]
    """
    return shifted(x, axes, 1)


@perhaps_complex(np.fft.ifftshift, dim="axes")
def ifftshift(x, axes=None):
    """Inverse of `fftshift`.

    >>> ifftshift(np.array([-1.0, 0.0, 1.0])).tolist()
    [0.0, 1.0, -1.0]
    """
    return shifted(x, axes, -1)
