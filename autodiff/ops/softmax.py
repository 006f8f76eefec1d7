"""Rows of the softmax: numbers as shares of one, and the logarithms of the shares."""

from typing import Any

import numpy as np

from ..core.family import Opaque
from ..core.public import public
from ..core.spec import Spec, from_end, is_complex
from ..core.values import conjugated
from .exponential import exp
from .linalg import float_dtype
from .move import as_array, reshape, some
from .reduce import sum


def weights(x, axis):
    """(x less its largest, the exponentials of that), in floating point numbers."""
    y: Any = np.asarray(x, float_dtype(x))
    if not y.size:
        return y, y
    with np.errstate(over="ignore"):  # what is too far below the largest has no share
        below = y - np.max(y.real, axis=axis, keepdims=True)
    return below, np.exp(below)


def softmax_values(x, *, axis):
    _, e = weights(x, axis)
    return e / e.sum(axis=axis, keepdims=True)


def log_softmax_values(x, *, axis):
    below, e = weights(x, axis)
    return below - np.log(e.sum(axis=axis, keepdims=True))


def pulled_back(rule):
    """The pullback from the rule for real arrays: conj(rule(conj(g))) for complex ones."""

    def pullback(g, y, wanted, x, *, axis):
        return (conjugated(rule, g, y, axis) if is_complex(g.dtype) else rule(g, y, axis),)

    return pullback


def lanes(rng, dtype):
    """Arrays with an axis to share out, for the laws."""
    return some(dtype, rng, (((4,),), {"axis": -1}), (((3, 2),), {"axis": -2}), (((0, 3),), {"axis": -1}))


shares = Opaque(
    "shares(x)", softmax_values,
    jvp=lambda tangents, y, x, *, axis: y * (tangents[0] - sum(y * tangents[0], axis, keepdims=True)),
    vjp=pulled_back(lambda g, y, axis: y * (g - sum(y * g, axis, keepdims=True))),
    infer=lambda x, *, axis: Spec(x.shape, float_dtype(x)), batch=lambda batched, x, *, axis: shares(x, axis=axis),
    reads="y", sample=lanes, latex=r"\operatorname{softmax} {$x}", torch="Softmax",
    doc="Exponentials over their sum along an axis: the row behind `softmax`.",
)

log_shares = Opaque(
    "log_shares(x)", log_softmax_values,
    jvp=lambda tangents, y, x, *, axis: tangents[0] - sum(exp(y) * tangents[0], axis, keepdims=True),
    vjp=pulled_back(lambda g, y, axis: g - exp(y) * sum(g, axis, keepdims=True)),
    infer=lambda x, *, axis: Spec(x.shape, float_dtype(x)), batch=lambda batched, x, *, axis: log_shares(x, axis=axis),
    reads="y", sample=lanes, latex=r"\ln \operatorname{softmax} {$x}", torch="LogSoftmax",
    doc="Logarithm of exponentials over their sum along an axis: the row behind `log_softmax`.",
)


def along(row, x, axis, dtype):
    """A row on `x`; a single number is an axis of one."""
    x = as_array(x) if dtype is None else as_array(x).astype(dtype)
    if not x.shape:
        from_end(axis, 1)
        return reshape(row(reshape(x, (1,)), axis=-1), ())
    return row(x, axis=from_end(axis, len(x.shape))[0])


@public()
def softmax(x, axis=-1, dtype=None):
    """Shares of one along `axis`: `exp(x) / sum(exp(x))`, without overflow; `dim=` in PyTorch's words.

    Tangent: y (ẋ - Σ y ẋ).

    >>> softmax(np.array([1000.0, 1000.0])).tolist()
    [0.5, 0.5]
    """
    return along(shares, x, axis, dtype)


@public()
def log_softmax(x, axis=-1, dtype=None):
    """Logarithm of `softmax(x)`, finite where a share is too small to be represented.

    Tangent: ẋ - Σ exp(y) ẋ.

    >>> log_softmax(np.array([0.0, 1000.0])).tolist()
    [-1000.0, 0.0]
    """
    return along(log_shares, x, axis, dtype)
