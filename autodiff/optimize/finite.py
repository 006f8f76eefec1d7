"""Losses and gradients that are no numbers: found early and named."""

import numpy as np

from ..core.errors import AutodiffError
from ..core.op import TRACED

BLOCK = 65_536  # elements of a large array that are worked on together: they stay in a cache


class NonFiniteError(AutodiffError, FloatingPointError, RuntimeError):
    """A loss, a gradient or a parameter became infinite or NaN; the message names the step."""


def finite(x):
    """Whether every number of an array is finite; a value without numbers counts as finite."""
    if type(x) is not np.ndarray or x.size <= BLOCK or not x.flags.c_contiguous:
        return type(x) in TRACED or bool(np.isfinite(x).all())
    flat = x.reshape(-1)
    return all(np.isfinite(flat[i : i + BLOCK]).all() for i in range(0, x.size, BLOCK))


def require_finite(who, what, values, names, step):
    """Raise, naming the first of `values` that is not finite.

    who: the method.  what: "gradient", "value".  names: of the values.  step: from 1.
    """
    for x, name in zip(values, names):
        if not finite(x):
            word = "NaN" if bool(np.isnan(x).any()) else "an infinite number"
            raise NonFiniteError(
                f"{who}: the {what} of {name} holds {word} at step {step}; "
                "lower the learning rate, clip the gradient, or mend the function at this point"
            )


def require_finite_loss(who, loss, step):
    """Raise unless the loss is a finite number."""
    if not np.isfinite(loss):
        raise NonFiniteError(
            f"{who}: the loss is {loss} at step {step}; "
            "lower the learning rate, start elsewhere, or mend the function at this point"
        )
