"""The numbers under a traced value, for what depends on numbers alone: counts, orders, masks."""

from typing import Any

import numpy as np

from ..core.errors import TracedError, UnknownShapeError
from ..core.op import TRACED


def plain(x, name, several=False) -> Any:
    """The array of a value; `name` is the function that asks.

    several: whether the function gives more than one array, so that it cannot wait for numbers.
    Raises TracedError for a value whose numbers are not there: a batch, or a symbolic value,
    which is asked again when its numbers arrive.
    """
    while type(x) in TRACED:
        if hasattr(x, "defer") and not several:
            raise UnknownShapeError(x)
        if not getattr(x, "concrete", True) or not hasattr(x, "value"):
            raise TracedError(
                f"{name}: what it gives has a shape that depends on numbers, and a "
                f"{type(x).__name__} has none of its own; use where(condition, x, y) or a mask"
            )
        x = x.value
    if isinstance(x, (list, tuple)):
        return np.asarray([plain(item, name) for item in x])
    return np.asarray(x)


def has_numbers(x):
    """Whether `plain` finds numbers under a value."""
    while type(x) in TRACED:
        if not getattr(x, "concrete", True) or not hasattr(x, "value"):
            return False
        x = x.value
    return True


def traced_numbers(x):
    """The node under a value whose numbers are those of a call that is being traced, or None."""
    while type(x) in TRACED and getattr(x, "concrete", True) and hasattr(x, "value"):
        x = x.value
    return x if getattr(x, "asked", False) else None


def kind(x):
    """The kind of a dtype; that of a variable which takes real numbers of any kind is "f"."""
    return "f" if x.dtype is None else x.dtype.kind


def floating(x):
    """`x`, integers and truths in double precision."""
    return x.astype(np.float64) if kind(x) in "biu" else x
