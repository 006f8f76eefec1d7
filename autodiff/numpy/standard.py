"""Functions of NumPy that take what the array API standard asks beyond NumPy's arguments."""

from typing import Any

import numpy as np

from ..interpret.arrays import copy as copied
from .create import converted, traced

__all__ = ["argsort", "clip", "finfo", "iinfo", "sort"]
ABSENT: Any = object()
SCALARS = ("eps", "max", "min", "smallest_normal")  # numbers of Python in the standard


def sort(a, axis: Any = -1, kind=None, order=None, *, descending=False, stable=None):
    """`a` in ascending or descending order along `axis`, flattened when None.

    >>> sort(np.array([1.0, 3.0, 2.0]), descending=True).tolist()
    [3.0, 2.0, 1.0]
    """
    found = np.sort(converted(a), axis, kind, order, stable=stable)
    return np.flip(found, -1 if axis is None else axis) if descending else found


def argsort(a, axis: Any = -1, kind=None, order=None, *, descending=False, stable=None):
    """Indices that sort `a` along `axis`; equal elements keep their order unless `kind` is given.

    >>> argsort(np.array([1.0, 3.0, 3.0]), descending=True).tolist()
    [1, 2, 0]
    """
    x: Any = converted(a)
    if kind is None and stable is None:
        stable = True
    if not descending:
        return np.argsort(x, axis, kind, order, stable=stable)
    x = x if traced(x) else np.asarray(x)
    if axis is None:
        x, axis = x.reshape(-1), -1
    # reversed twice, so that equal elements keep their order
    found = np.argsort(np.flip(x, axis), axis, kind, order, stable=stable)
    return np.flip(x.shape[axis] - 1 - found, axis)


def clip(
    a, min: Any = ABSENT, max: Any = ABSENT, out=None, *, a_min=ABSENT, a_max=ABSENT, **kwargs
):
    """`a` limited to `min <= a <= max`; None, or no bound, leaves a side open.

    >>> clip(np.array([1, 5]), max=3).tolist()
    [1, 3]
    """
    a, low, high = converted(a), bound(min, a_min, "min"), bound(max, a_max, "max")
    if low is None and high is None and out is None and not kwargs:
        return copied(a) if traced(a) else np.array(a)
    return np.clip(a, low, high, out, **kwargs)


def bound(value, old, name):
    """A bound of `clip`, which has two names; None if neither is given."""
    if value is not ABSENT and old is not ABSENT:
        raise ValueError(f"clip: {name}= and a_{name}= are both given; give {name}= alone")
    value = old if value is ABSENT else value
    return None if value is ABSENT else converted(value)


class finfo:
    """What `numpy.finfo` says of a type of floats, or of that of an array.

    `eps`, `max`, `min` and `smallest_normal` of single and half precision are floats of Python, as
    the standard has them, which do not change the precision of what they meet.

    >>> finfo(np.ones(2, np.float32)).eps == 2.0**-23
    True
    """

    def __init__(self, type):
        self.found = np.finfo(kind_of(type))

    def __getattr__(self, name):
        value = getattr(self.found, name)
        exact = name in SCALARS and self.found.bits < 64
        return float(value) if exact else value

    def __reduce__(self):
        return finfo, (self.found.dtype,)

    def __repr__(self):
        return repr(self.found)

    def __str__(self):
        return str(self.found)


class iinfo(np.iinfo):
    """What `numpy.iinfo` says of a type of integers, or of that of an array.

    >>> iinfo(np.ones(2, np.int8)).max
    127
    """

    def __init__(self, type):
        super().__init__(kind_of(type))


def kind_of(x):
    """The dtype of an array; all else as it is."""
    return x.dtype if traced(x) or isinstance(x, np.ndarray) else x
