"""Filters of sequences under the names of scipy.signal.

Differentiable in the sequence, in the coefficients and in the state of the filter.

>>> import numpy as np
>>> from autodiff import grad
>>> decay = lambda a: lfilter([1.0], [1.0, -a], np.array([1.0, 0.0, 0.0]))[-1]
>>> float(grad(decay)(0.5))
1.0
"""

from itertools import pairwise
from typing import Any

import numpy as np

from .. import fft
from ..core.errors import RuleError
from ..core.op import TRACED
from ..core.spec import is_complex
from ..ops.arithmetic import divide
from ..ops.move import as_array, broadcast_to, concatenate, flip, moveaxis, reshape, stack
from ..ops.recursion import later, recursion
from ..ops.reduce import sum
from ..ops.statistics import mean


def vector(name, what, x):
    """Coefficients, shape (k,)."""
    x = as_array(x)
    x = reshape(x, (1,)) if not len(x.shape) else x
    if len(x.shape) != 1 or not x.shape[0]:
        raise ValueError(f"{name}: {what} has shape {x.shape}; it needs shape (k,) with k > 0")
    return x


def with_zeros(x, size):
    """A vector with zeros behind it."""
    return concatenate([x, np.zeros(size - x.shape[0])]) if x.shape[0] < size else x


def lfilter(b, a, x, axis=-1, zi=None):
    """`x` filtered: a₀ y[n] + a₁ y[n - 1] + ... = b₀ x[n] + b₁ x[n - 1] + ... along `axis`.

    b, a: coefficients, shapes (m,) and (k,).
    zi: the state before, of size max(m, k) - 1 along `axis`; then (y, the state behind) is given.

    >>> lfilter([1.0], [1.0, -0.5], np.array([1.0, 0.0, 0.0])).tolist()
    [1.0, 0.5, 0.25]
    """
    b, a, x = vector("lfilter", "b", b), vector("lfilter", "a", a), moveaxis(as_array(x), axis, -1)
    if type(a) not in TRACED and a[0] == 0:
        raise ValueError("BUG: filter coefficient a[0] == 0 not supported yet")
    b, a = divide(b, a[0]), divide(a[1:], a[0])
    steps = max(b.shape[0] - 1, a.shape[0])
    weighted = weighted_past(b, x)
    if zi is None:
        return moveaxis(recursion(weighted, a), -1, axis)
    zi = moveaxis(as_array(zi), axis, -1) if len(np.shape(zi)) > 1 else as_array(zi)
    if zi.shape[-1:] != (steps,):
        raise ValueError(
            f"Unexpected shape for zi: expected {(*x.shape[:-1], steps)}, found {zi.shape}."
        )
    state = broadcast_to(zi * 1.0, (*x.shape[:-1], steps))
    n = x.shape[-1]
    both = concatenate([state, np.zeros((*x.shape[:-1], n))], -1)
    y = recursion(weighted + both[..., :n], a)
    end = concatenate([x * 1.0, np.zeros((*x.shape[:-1], steps))], -1)
    behind = weighted_past(b, end)[..., n:] + both[..., n : n + steps]
    for k in range(1, a.shape[0] + 1):
        past = concatenate([y, np.zeros((*x.shape[:-1], steps))], -1)
        behind = behind - a[k - 1] * later(past, k)[..., n:]
    return moveaxis(y, -1, axis), moveaxis(behind, -1, axis)


def weighted_past(b, x):
    """b₀ x[n] + b₁ x[n - 1] + ... along the last axis."""
    n, m = x.shape[-1], b.shape[0]
    if m <= 64 or not n:
        found = b[0] * x
        for k in range(1, min(m, n)):
            found = found + b[k] * later(x, k)
        return found
    size = int(2 ** np.ceil(np.log2(n + m - 1)))
    if is_complex(b.dtype) or is_complex(x.dtype):
        return fft.ifft(fft.fft(b, size) * fft.fft(x, size), size)[..., :n]
    return fft.irfft(fft.rfft(b, size) * fft.rfft(x, size), size)[..., :n]


def sections(name, sos):
    """Second-order sections, shape (n, 6)."""
    sos = as_array(sos)
    if len(sos.shape) != 2 or sos.shape[1] != 6:
        raise ValueError("sos array must be shape (n_sections, 6)")
    if type(sos) not in TRACED and not (np.asarray(sos)[:, 3] == 1).all():
        raise ValueError("sos[:, 3] should be all ones")
    return sos


def sosfilt(sos, x, axis=-1, zi=None):
    """`x` filtered by second-order sections, one after the other.

    sos: shape (n, 6), the rows b₀ b₁ b₂ 1 a₁ a₂; zi: shape (n, ..., 2, ...), or None.

    >>> sosfilt(np.array([[1.0, 0.0, 0.0, 1.0, -0.5, 0.0]]), np.array([1.0, 0.0])).tolist()
    [1.0, 0.5]
    """
    sos, y, states = sections("sosfilt", sos), as_array(x), []
    for i in range(sos.shape[0]):
        if zi is None:
            y = lfilter(sos[i, :3], sos[i, 3:], y, axis)
        else:
            y, state = lfilter(sos[i, :3], sos[i, 3:], y, axis, as_array(zi)[i])
            states.append(state)
    return y if zi is None else (y, stack(states))


def lfilter_zi(b, a):
    """The state of a filter that has answered a constant 1 for long; shape (max(m, k) - 1,).

    In the filter's transposed form state i holds Σ (b[j] - a[j] y) over j > i, with the
    constant answer y = Σ b / Σ a.
    """
    b, a = vector("lfilter_zi", "b", b), vector("lfilter_zi", "a", a)
    size = max(b.shape[0], a.shape[0])
    b, a = with_zeros(divide(b, a[0]), size), with_zeros(divide(a, a[0]), size)
    rest = b - a * (sum(b) / sum(a))
    return flip(np.cumsum(flip(rest[1:])))


def sosfilt_zi(sos):
    """The states of sections that have answered a constant 1 for long; shape (n, 2)."""
    sos, scale, states = sections("sosfilt_zi", sos), 1.0, []
    for i in range(sos.shape[0]):
        b, a = sos[i, :3], sos[i, 3:]
        states.append(scale * lfilter_zi(b, a))
        scale = scale * sum(b) / sum(a)
    return stack(states)


def mirrored_ends(x, padtype, padlen, name, axis):
    """A sequence continued at both ends, along the last axis."""
    if padtype is None or padlen == 0:
        return x, 0
    if x.shape[-1] <= padlen:
        raise ValueError(
            f"The length of the input vector x must be greater than padlen, which is {padlen}."
        )
    left, right = flip(x[..., 1 : padlen + 1], -1), flip(x[..., -padlen - 1 : -1], -1)
    if padtype == "odd":
        left, right = 2 * x[..., :1] - left, 2 * x[..., -1:] - right
    elif padtype == "constant":
        left, right = left * 0 + x[..., :1], right * 0 + x[..., -1:]
    elif padtype != "even":
        raise ValueError(
            f"Unknown value '{padtype}' for padtype. padtype must be 'even', 'odd', 'constant', or "
            "None."
        )
    return concatenate([left, x, right], -1), padlen


def there_and_back(run, state, x, edge):
    """A filter run forward and then backward, from the states of constant ends."""
    y, _ = run(x, state(x[..., :1]))
    y, _ = run(flip(y, -1), state(y[..., -1:]))
    y = flip(y, -1)
    return y[..., edge : y.shape[-1] - edge] if edge else y


def filtfilt(b, a, x, axis=-1, padtype: Any = "odd", padlen=None, method="pad", irlen=None):
    """`x` filtered forward and backward, which moves no phase.

    padtype: how the ends go on, "odd", "even", "constant" or None; padlen: how far.
    """
    if method != "pad":
        raise RuleError(f"filtfilt: method={method!r} has no derivative; use 'pad'")
    b, a = vector("filtfilt", "b", b), vector("filtfilt", "a", a)
    x = moveaxis(as_array(x), axis, -1)
    size = max(b.shape[0], a.shape[0])
    x, edge = mirrored_ends(x, padtype, 3 * size if padlen is None else padlen, "filtfilt", axis)
    zi = lfilter_zi(b, a)
    y = there_and_back(lambda x, s: lfilter(b, a, x, -1, s), lambda first: zi * first, x, edge)
    return moveaxis(y, -1, axis)


def sosfiltfilt(sos, x, axis=-1, padtype: Any = "odd", padlen=None):
    """`x` filtered by second-order sections forward and backward."""
    sos, x = sections("sosfiltfilt", sos), moveaxis(as_array(x), axis, -1)
    if padlen is None:
        if type(sos) in TRACED:
            raise ValueError("sosfiltfilt: of sections that are differentiated, give padlen=")
        zeros = min((np.asarray(sos)[:, 2] == 0).sum(), (np.asarray(sos)[:, 5] == 0).sum())
        padlen = 3 * (2 * sos.shape[0] + 1 - int(zeros))
    x, edge = mirrored_ends(x, padtype, padlen, "sosfiltfilt", axis)
    zi = sosfilt_zi(sos)
    zi = reshape(zi, (zi.shape[0], *(1,) * (len(x.shape) - 1), 2))
    y = there_and_back(lambda x, s: sosfilt(sos, x, -1, s), lambda first: zi * first, x, edge)
    return moveaxis(y, -1, axis)


def detrend(data, axis=-1, type="linear", bp=0, overwrite_data=False):
    """`data` without its mean ("constant") or its straight line ("linear"), between breakpoints.

    >>> detrend(np.array([1.0, 2.0, 4.0]), type="constant").round(3).tolist()
    [-1.333, -0.333, 1.667]
    """
    if type not in ("linear", "l", "constant", "c"):
        raise ValueError("Trend type must be 'linear' or 'constant'.")
    x = moveaxis(as_array(data), axis, -1)
    if type in ("constant", "c"):
        return moveaxis(x - mean(x, axis=-1, keepdims=True), -1, axis)
    n = x.shape[-1]
    places = np.unique([0, *np.atleast_1d(bp).tolist(), n])
    if places[-1] > n:
        raise ValueError("Breakpoints must be less than length of data along given axis.")
    parts = []
    for low, high in pairwise(places):
        t = np.arange(high - low) - (high - low - 1) / 2
        part = x[..., low:high]
        slope = sum(t * part, -1, keepdims=True) / max(float(t @ t), 1e-300)
        parts.append(part - mean(part, axis=-1, keepdims=True) - slope * t)
    return moveaxis(concatenate(parts, -1), -1, axis)


def hilbert(x, N=None, axis=-1):
    """The analytic signal: `x` + i times its Hilbert transform, by the Fourier transform."""
    x = as_array(x)
    if is_complex(x.dtype):
        raise ValueError("x must be real.")
    x = moveaxis(x, axis, -1)
    n = x.shape[-1] if N is None else int(N)
    if n <= 0:
        raise ValueError("N must be positive.")
    weights = np.zeros(n)
    weights[0] = 1
    weights[1 : (n + 1) // 2] = 2
    if n % 2 == 0:
        weights[n // 2] = 1
    return moveaxis(fft.ifft(fft.fft(x, n) * weights), -1, axis)


def resample(x, num, t=None, axis=0, window=None, domain="time"):
    """`x` at `num` places instead of its own, by the Fourier transform of a periodic sequence.

    Of even lengths the highest frequency is shared by both signs, or joined.
    """
    if window is not None or domain != "time" or t is not None:
        raise RuleError(
            "resample: t, window and domain have no derivative here; multiply by a window first"
        )
    x, num = moveaxis(as_array(x), axis, -1), int(num)
    n = x.shape[-1]
    half = min(n, num) // 2 + 1
    if is_complex(x.dtype):
        return moveaxis(resampled_complex(x, n, num), -1, axis)
    spectrum = fft.rfft(x)[..., :half]
    if min(n, num) % 2 == 0 and n != num:
        factor = np.ones(half)
        factor[-1] = 2.0 if num < n else 0.5
        spectrum = spectrum * factor
    return moveaxis(fft.irfft(spectrum, num) * (num / n), -1, axis)


def resampled_complex(x, n, num):
    """`resample` along the last axis of complex values."""
    small, spectrum = min(n, num), fft.fft(x)
    low, high = (small + 1) // 2, small // 2
    first, last = spectrum[..., :low], spectrum[..., n - (small - 1) // 2 :]
    middle = []
    if small % 2 == 0:
        if num < n:
            middle = [spectrum[..., high : high + 1] + spectrum[..., n - high : n - high + 1]]
        elif num > n:
            middle = [spectrum[..., high : high + 1] / 2] * 2
        else:
            middle = [spectrum[..., high : high + 1]]
    size = num - first.shape[-1] - last.shape[-1] - len(middle)
    gap = np.zeros((*x.shape[:-1], size))
    parts = [first, *middle[:1], gap, *middle[1:], last]
    return fft.ifft(concatenate(parts, -1)) * (num / n)
