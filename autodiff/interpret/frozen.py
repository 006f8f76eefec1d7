"""Constants of a function that is being traced: arrays as they are when they are used."""

from ..core.op import EAGER
from .kept import frozen
from .tape import Tensor


def unchanging(x):
    """A constant of a function that is being traced, as it is now: the function may write to it."""
    if type(x) is Tensor and x.level == EAGER:
        return x.like(frozen(x.value), x.vertex)
    return frozen(x)
