"""Jacobians at a step relative to each element, as a judge of derivatives wants them."""

import numpy as np

from .derivatives import jacobian

# the step that balances truncation h² against rounding eps / h
CENTRAL_STEP = float(np.finfo(float).eps) ** (1 / 3)
COMPLEX_STEP = 1e-30  # h² vanishes below rounding, and nothing is subtracted


def central_jacobian(f, x, step=CENTRAL_STEP):
    """The Jacobian of `f` at an array by central differences, shape (*output shape, *input shape).

    step: relative to max(1, |x|).  Error: step² / 6 times the third derivative, plus rounding over
    step.

    >>> from autodiff.numeric.differences import central_jacobian
    >>> central_jacobian(lambda x: x ** 2, np.array([3.0])).round(6).tolist()
    [[6.0]]
    """
    x = np.asarray(x)
    return jacobian(f, x, "central", step * np.maximum(1, np.abs(x)))


def complex_jacobian(f, x, step=COMPLEX_STEP):
    """The Jacobian of an analytic real function by the complex step, exact to rounding.

    f: is evaluated at complex numbers and must be analytic there (no abs, no comparisons).
    Source: Squire and Trapp 1998, doi:10.1137/S003614459631241X.

    >>> from autodiff.numeric.differences import complex_jacobian
    >>> complex_jacobian(lambda x: x ** 2, np.array([3.0])).tolist()
    [[6.0]]
    """
    return jacobian(f, np.asarray(x), "complex", step)
