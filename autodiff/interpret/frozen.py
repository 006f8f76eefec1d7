"""Constants of a function that is being traced: arrays as they are when they are used."""

from weakref import ref

import numpy as np

from ..core.op import EAGER
from .tape import Tensor
from .vertex import TRACES


def unchanging(x):
    """A constant of a function that is being traced, as it is now: the function may write to it."""
    if type(x) is Tensor and x.level == EAGER:
        return x.like(frozen(x.value), x.vertex)
    return frozen(x)


def frozen(array):
    """An array that nobody writes to; the same one for the same array while it does not change."""
    if type(array) is not np.ndarray or array.dtype.kind not in "biufc":
        return array
    traces = list(TRACES.values())
    kept = traces[-1].kept if traces else {}
    reference, copy = kept.get(id(array), (None, None))
    if reference is None or reference() is not array or not same_bits(copy, array):
        copy = np.array(array)
        kept[id(array)] = ref(array), copy
    return copy


def same_bits(a, b):
    """Whether two arrays of one shape and dtype hold the same bits, which NaN does not equal."""
    size = a.dtype.itemsize
    if size > 8:
        return a.tobytes() == b.tobytes()
    return np.array_equal(a.view(f"i{size}"), b.view(f"i{size}"))
