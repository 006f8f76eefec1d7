"""Derivatives from values alone: central differences and the complex step."""

from typing import Any

import numpy as np

from ..core.errors import ArgumentError

# the step that balances truncation h² against rounding eps / h
CENTRAL_STEP = float(np.finfo(float).eps) ** (1 / 3)
COMPLEX_STEP = 1e-30  # h² vanishes below rounding, and nothing is subtracted


def central_jacobian(f, x, step=CENTRAL_STEP):
    """The Jacobian of `f` at an array by central differences, shape (*output shape, *input shape).

    step: relative to max(1, |x|).  Error: step² / 6 times the third derivative, plus rounding over
    step.  Of complex `x` the derivative along the real axis.

    >>> central_jacobian(lambda x: x ** 2, np.array([3.0])).round(6).tolist()
    [[6.0]]
    """
    x = np.asarray(x)
    columns = []
    for i in np.ndindex(x.shape):
        h = step * max(1.0, abs(x[i]))
        above, below = (shifted(x, i, d) for d in (h, -h))
        width = (above[i] - below[i]).real  # exactly what was stepped, after rounding
        columns.append((np.asarray(f(above)) - np.asarray(f(below))) / width)
    return assembled(columns, f, x)


def complex_jacobian(f, x, step=COMPLEX_STEP):
    """The Jacobian of an analytic real function by the complex step, exact to rounding.

    f: is evaluated at complex numbers and must be analytic there (no abs, no comparisons).
    Source: Squire and Trapp 1998, doi:10.1137/S003614459631241X.

    >>> complex_jacobian(lambda x: x ** 2, np.array([3.0])).tolist()
    [[6.0]]
    """
    x = np.asarray(x)
    if np.iscomplexobj(x):
        raise ArgumentError("complex_jacobian: x is complex already; use central_jacobian")
    z = x.astype(complex)
    columns = [np.imag(f(shifted(z, i, 1j * step))) / step for i in np.ndindex(x.shape)]
    return assembled(columns, f, x)


def shifted(x, index, h) -> Any:
    """A copy of `x` with `h` added at one index."""
    moved = np.array(x, copy=True)
    moved[index] += h
    return moved


def assembled(columns, f, x):
    """Columns as one array of shape (*output shape, *input shape)."""
    if not columns:
        return np.zeros((*np.shape(f(x)), *x.shape))
    return np.stack(columns, -1).reshape((*np.shape(columns[0]), *x.shape))
