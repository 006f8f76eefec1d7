"""Filters of sequences whose coefficients are constants: smoothing, medians, other rates.

>>> import numpy as np
>>> from autodiff import grad
>>> grad(lambda x: medfilt(x, 3)[1])(np.array([3.0, 1.0, 2.0])).tolist()
[0.0, 0.0, 1.0]
"""

from math import gcd
from typing import Any

import numpy as np

from ..core.errors import RuleError
from ..core.op import TRACED
from ..ops.contract import matmul
from ..ops.move import as_array, concatenate, moveaxis, reshape, stack
from ..ops.order import median
from ..ops.padding import pad
from ..ops.signal import convolve as convolve_vectors
from .filters import sosfilt, sosfiltfilt
from .ndimage import convolve1d


def theirs():
    """scipy.signal, for coefficients."""
    from scipy import signal

    return signal


def savgol_filter(
    x, window_length, polyorder, deriv=0, delta=1.0, axis=-1, mode="interp", cval=0.0
):
    """`x`, or its derivative, smoothed by polynomials fitted to windows.

    mode: what stands beyond the ends, as in `ndimage`; "interp" for the polynomials of the ends.

    >>> savgol_filter(np.array([0.0, 1.0, 4.0, 9.0]), 3, 2).round(9).tolist()
    [0.0, 1.0, 4.0, 9.0]
    """
    if mode not in ("mirror", "constant", "nearest", "interp", "wrap"):
        raise ValueError("mode must be 'mirror', 'constant', 'nearest' 'wrap' or 'interp'.")
    x = moveaxis(as_array(x) * 1.0, axis, -1)
    weights = theirs().savgol_coeffs(window_length, polyorder, deriv=deriv, delta=delta)
    if mode != "interp":
        return moveaxis(convolve1d(x, weights, -1, mode=mode, cval=cval), -1, axis)
    n, half = x.shape[-1], window_length // 2
    if window_length > n:
        raise ValueError(
            "If mode is 'interp', window_length must be less than or equal to the size of x."
        )
    ends = theirs().savgol_filter(
        np.eye(window_length), window_length, polyorder, deriv, delta, axis=-1, mode="interp"
    )
    parts = [matmul(x[..., :window_length], ends[:, :half])]
    if n > 2 * half:
        parts.append(convolve1d(x, weights, -1, mode="constant")[..., half : n - half])
    parts.append(matmul(x[..., n - window_length :], ends[:, window_length - half :]))
    return moveaxis(concatenate(parts, -1), -1, axis)


def medfilt(volume, kernel_size: Any = None):
    """The median of the window around each element, with zeros outside.

    kernel_size: odd sizes, one for each axis or one for all; 3 by default.

    >>> medfilt(np.array([1.0, 5.0, 2.0])).tolist()
    [1.0, 2.0, 2.0]
    """
    x = as_array(volume)
    rank = len(x.shape)
    sizes = np.broadcast_to(3 if kernel_size is None else kernel_size, (rank,)).tolist()
    if any(s % 2 == 0 for s in sizes):
        raise ValueError("Each element of kernel_size should be odd.")
    wide = pad(x, [(s // 2, s // 2) for s in sizes])
    windows = [
        wide[tuple(slice(p, p + n) for p, n in zip(place, x.shape))] for place in np.ndindex(*sizes)
    ]
    return median(stack(windows), 0)


def upfirdn(h, x, up=1, down=1, axis=-1, mode="constant", cval=0):
    """`x` with up - 1 zeros between its elements, convolved with `h`, of which every `down`-th.

    >>> upfirdn(np.array([1.0, 1.0]), np.array([1.0, 2.0]), 2).tolist()
    [1.0, 1.0, 2.0, 2.0]
    """
    if mode != "constant" or cval != 0:
        raise RuleError("upfirdn: mode and cval have no derivative here; pad x first")
    if up < 1 or down < 1:
        raise ValueError("Both up and down must be >= 1")
    h, x = as_array(h), moveaxis(as_array(x), axis, -1)
    if len(h.shape) != 1 or not h.shape[0]:
        raise ValueError("h must be 1-D with non-zero length")
    lead, n = x.shape[:-1], x.shape[-1]
    spread = reshape(pad(reshape(x, (*lead, n, 1)), [(0, 0)] * (len(lead) + 1) + [(0, up - 1)]),
                     (*lead, n * up))  # fmt: skip
    spread = spread[..., : n * up - up + 1]
    rows = reshape(spread, (-1, spread.shape[-1]))
    found = stack([convolve_vectors(rows[i], h) for i in range(rows.shape[0])])
    found = reshape(found, (*lead, found.shape[-1]))[..., ::down]
    return moveaxis(found, -1, axis)


def resample_poly(x, up, down, axis=0, window: Any = ("kaiser", 5.0), padtype=None, cval=None):
    """`x` at up/down times its rate, through a filter of finite length.

    window: a name of SciPy's windows, or the coefficients of the filter.
    """
    if padtype not in (None, "constant") or cval:
        raise RuleError("resample_poly: padtype and cval have no derivative here; pad x first")
    up, down = int(up), int(down)
    if up < 1 or down < 1:
        raise ValueError("up and down must be >= 1")
    divisor = gcd(up, down)
    up, down = up // divisor, down // divisor
    x = moveaxis(as_array(x), axis, -1)
    if up == down == 1:
        return moveaxis(x * 1.0, -1, axis)
    given = isinstance(window, (list, np.ndarray)) or type(window) in TRACED
    if given:
        h = as_array(window)
        half = (h.shape[0] - 1) // 2
    else:
        named: Any = window
        half = 10 * max(up, down)
        h = theirs().firwin(2 * half + 1, 1.0 / max(up, down), window=named)
    n = x.shape[-1] * up
    size = n // down + bool(n % down)
    before = down - half % down
    removed = (half + before) // down
    h = concatenate([np.zeros(before), h * up])
    have = (x.shape[-1] - 1) * up + h.shape[0]
    missing = (size + removed - 1) * down + 1 - have
    if missing > 0:
        h = concatenate([h, np.zeros(missing)])
    found = upfirdn(h, x, up, down)[..., removed : removed + size]
    return moveaxis(found, -1, axis)


def decimate(x, q, n=None, ftype="iir", axis=-1, zero_phase=True):
    """Every `q`-th element of `x`, after a filter against what is too fast for that.

    ftype: "iir" for a Chebyshev filter of order n, "fir" for one of finite length.
    """
    x, signal = moveaxis(as_array(x), axis, -1), theirs()
    if ftype == "fir":
        size = 20 * q if n is None else n
        h = signal.firwin(size + 1, 1.0 / q, window="hamming")
        y = resample_poly(x, 1, q, -1, h) if zero_phase else upfirdn(h, x, 1, q)
        y = y[..., : -(-x.shape[-1] // q)]
    elif ftype == "iir":
        sos = signal.cheby1(8 if n is None else n, 0.05, 0.8 / q, output="sos")
        filtered: Any = sosfiltfilt(sos, x) if zero_phase else sosfilt(sos, x)
        y = filtered[..., ::q]
    else:
        raise RuleError(f"decimate: ftype={ftype!r} has no derivative here; use 'iir' or 'fir'")
    return moveaxis(y, -1, axis)
