"""Fourier, cosine and sine transforms under the names and with the arguments of scipy.fft.

`overwrite_x`, `workers` and `plan` have no effect.

>>> import numpy as np
>>> from autodiff import grad
>>> grad(lambda x: (dct(x) ** 2).sum())(np.array([1.0, 2.0])).round(9).tolist()
[20.0, 28.0]
"""

from functools import wraps
from math import sqrt
from typing import Any

import numpy as np
from numpy.fft import fftfreq as fftfreq, rfftfreq as rfftfreq

from ..core.errors import RuleError
from ..core.public import public
from ..core.spec import from_end, is_complex
from ..ops import fft as discrete
from ..ops.complex import conjugate
from ..ops.cosine import scaled, transformed
from ..ops.fft import OPPOSITE, counted, fftshift as fftshift, fitted, ifftshift as ifftshift, scale
from ..ops.move import as_array
from ..ops.results import as_complex, perhaps_complex

# ------------------------------------------------------------------- Fourier


def one_axis(ours):
    """NumPy's transform along one axis with SciPy's arguments."""

    @wraps(ours)
    def function(x, n=None, axis=-1, norm=None, overwrite_x=False, workers=None, *, plan=None):
        return ours(x, n, axis, norm)

    return function


def some_axes(ours, last_two):
    """NumPy's transform along several axes with SciPy's arguments."""
    default = (-2, -1) if last_two else None

    @wraps(ours)
    def function(
        x, s=None, axes: Any = default, norm=None, overwrite_x=False, workers=None, *, plan=None
    ):
        if s is not None and axes is None:
            axes = tuple(range(-len(s), 0))
        return ours(x, s, axes, norm)

    return function


def hermitian(inverse):
    """The real transform of a signal of which half is given along the last axis, or its inverse."""

    @perhaps_complex()
    def function(x, s=None, axes=None, norm=None):
        other = OPPOSITE[scale("hfftn", norm)]
        if inverse:
            return conjugate(discrete.rfftn(x, s, axes, other))
        return discrete.irfftn(conjugate(as_complex(x)), s, axes, other)

    function.__name__ = "ihfftn" if inverse else "hfftn"
    kind = "Inverse of `hfftn`" if inverse else "`hfft` along several axes, the last one halved"
    function.__doc__ = (
        f"{kind}.\n\n    x: any shape; s: how many points along each of the axes.\n    "
    )
    return function


fft, ifft = one_axis(discrete.fft), one_axis(discrete.ifft)
rfft, irfft = one_axis(discrete.rfft), one_axis(discrete.irfft)
hfft, ihfft = one_axis(discrete.hfft), one_axis(discrete.ihfft)
fft2, ifft2 = some_axes(discrete.fft2, True), some_axes(discrete.ifft2, True)
rfft2, irfft2 = some_axes(discrete.rfft2, True), some_axes(discrete.irfft2, True)
fftn, ifftn = some_axes(discrete.fftn, False), some_axes(discrete.ifftn, False)
rfftn, irfftn = some_axes(discrete.rfftn, False), some_axes(discrete.irfftn, False)
hfftn, ihfftn = some_axes(hermitian(False), False), some_axes(hermitian(True), False)
hfft2, ihfft2 = some_axes(hermitian(False), True), some_axes(hermitian(True), True)

# ------------------------------------------------------------------- cosines and sines

# What a norm makes orthogonal: of each type the places (before, after) whose elements are scaled
# by √2 and 1/√2.  Sines of the types 1 and 4 and cosines of the type 4 are orthogonal as they are.
PLACES = {
    (False, 1): ((0, -1), (0, -1)), (False, 2): ((), (0,)), (False, 3): ((0,), ()),
    (True, 2): ((), (-1,)), (True, 3): ((-1,), ()),
}  # fmt: skip


def trigonometric(name, x, type, n, axis, norm, orthogonalize):
    """A cosine or sine transform along one axis, with SciPy's norms."""
    sine, inverse = name[-3:] == "dst", name[0] == "i"
    x = as_array(x)
    if is_complex(x.dtype):
        return trigonometric(name, x.real, type, n, axis, norm, orthogonalize) + 1j * trigonometric(
            name, x.imag, type, n, axis, norm, orthogonalize
        )
    if type not in (1, 2, 3, 4):
        raise ValueError(f"{name}: type is {type!r}; it needs 1, 2, 3 or 4")
    norm = scale(name, norm)
    (axis,) = from_end(axis, len(x.shape))
    x = fitted(x, counted(name, x.shape[axis] if n is None else n), axis)
    size = x.shape[axis]
    if type == 1 and not sine and size < 2:
        raise ValueError(f"{name}: type 1 needs 2 or more points, not {size}")
    orthogonal = norm == "ortho" if orthogonalize is None else orthogonalize
    kind = {2: 3, 3: 2}.get(type, type) if inverse else type
    before, after = PLACES.get((sine, kind), ((), ())) if orthogonal else ((), ())
    period = 2 * (size + (1 if sine else -1) if type == 1 else size)
    if norm == "ortho":
        factor = 1 / sqrt(period)
    else:
        factor = 1 / period if (norm == "forward") != inverse else 1.0
    x = scaled(x, before, sqrt(2), axis)
    y = scaled(transformed(x, sine=sine, type=kind, axis=axis), after, sqrt(0.5), axis)
    return y if factor == 1 else y * factor


def along_one(name):
    """The public function of a transform along one axis."""

    @public()
    def function(
        x, type=2, n=None, axis=-1, norm=None, overwrite_x=False, workers=None, orthogonalize=None
    ):
        return trigonometric(name, x, type, n, axis, norm, orthogonalize)

    return described(function, name, "along one axis")


def along_several(name):
    """The public function of a transform along several axes."""

    @public()
    def function(
        x, type=2, s=None, axes=None, norm=None, overwrite_x=False, workers=None, *,
        orthogonalize=None,
    ):  # fmt: skip
        x = as_array(x)
        if axes is None:
            axes = range(-(len(x.shape) if s is None else len(s)), 0)
        axes = np.atleast_1d(np.asarray(axes)).tolist()
        sizes = [None] * len(axes) if s is None else np.atleast_1d(np.asarray(s)).tolist()
        if len(sizes) != len(axes):
            raise ValueError(f"{name}n: s has {len(sizes)} sizes for {len(axes)} axes")
        for n, axis in zip(sizes, axes):
            x = trigonometric(name, x, type, n, axis, norm, orthogonalize)
        return x

    return described(function, f"{name}n", "along several axes, all by default")


def described(function, name, where):
    kind = "sine" if "dst" in name else "cosine"
    inverse = "Inverse of the discrete" if name[0] == "i" else "Discrete"
    function.__name__ = function.__qualname__ = name
    function.__doc__ = (
        f"{inverse} {kind} transform {where}, of type 1, 2, 3 or 4.\n\n"
        "    x: any shape; complex numbers are transformed by their parts.\n"
        '    norm: "backward" (the inverse is scaled), "forward" or "ortho" (an orthogonal map).\n'
        "    Raises ValueError for other types and norms.\n    "
    )
    return function


dct, idct, dst, idst = map(along_one, ("dct", "idct", "dst", "idst"))
dctn, idctn, dstn, idstn = map(along_several, ("dct", "idct", "dst", "idst"))

WITHOUT = {
    "fht": "write its integral with rfft and autodiff.scipy.special.loggamma",
    "ifht": "write its integral with rfft and autodiff.scipy.special.loggamma",
}


def __getattr__(name):
    """What of scipy.fft only counts or sets: SciPy's own."""
    if name in WITHOUT:
        raise RuleError(f"scipy.fft.{name} has no derivative; {WITHOUT[name]}")
    try:
        import scipy.fft
    except ImportError:
        raise ImportError(
            "autodiff.scipy.fft needs SciPy: pip install autodiff-numpy[scipy]"
        ) from None
    if name.startswith("_") or not hasattr(scipy.fft, name):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}, nor has scipy.fft")
    return getattr(scipy.fft, name)
