"""What autograd's namespace of NumPy has beside NumPy's functions."""

from typing import Any

import numpy as np

from .... import numpy as ours
from ....core.op import TRACED
from ....ops.move import as_array, concatenate, expand_dims, reshape
from ..tracer import notrace_primitive


class Joined:
    """`np.r_` and `np.c_`, of traced values too.

    >>> from autodiff.compat.autograd import grad
    >>> grad(lambda x: (r_[x, 1.0, 0:3] ** 2).sum())(np.ones(2)).tolist()
    [2.0, 2.0]
    """

    def __init__(self, plain, axis, rank):
        self.plain, self.axis, self.rank = plain, axis, rank

    def __getitem__(self, key):
        items = key if isinstance(key, tuple) else (key,)
        if not any(type(x) in TRACED for x in items):
            return self.plain[key]
        if any(isinstance(x, str) for x in items):
            raise TypeError(
                f"{self.plain!r} of traced values and the text {items[0]!r}; write it with "
                "concatenate and reshape"
            )
        return concatenate([self.part(x) for x in items], self.axis)

    def part(self, x):
        """One item with as many axes as are joined."""
        x = np.r_[x] if isinstance(x, slice) else as_array(x)
        x = reshape(x, (1,)) if not x.shape else x
        return expand_dims(x, -1) if len(x.shape) < self.rank else x

    def __len__(self):
        return 0


r_ = Joined(np.r_, 0, 1)
c_ = Joined(np.c_, -1, 2)


def whole(kind):
    """A type of integers that takes traced values, whose derivative it cuts."""
    made: Any = type(kind.__name__, (kind,), {})
    made.__new__ = notrace_primitive(kind.__new__)
    return made


NUMBERS = ("int8", "int16", "int32", "int64", "intp", "int_", "integer")
KINDS = {name: whole(getattr(np, name)) for name in NUMBERS}


def make_diagonal(D, offset=0, axis1=0, axis2=1):
    """The array with `D` on the diagonals of two axes, which are the last two.

    >>> make_diagonal(np.ones(2), axis1=-1, axis2=-2).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    D = as_array(D)
    rank = len(D.shape) + 1
    if offset or {axis1 % rank, axis2 % rank} != {rank - 2, rank - 1}:
        raise NotImplementedError(
            f"make_diagonal: offset={offset}, axis1={axis1}, axis2={axis2}; it needs offset 0 and "
            "the last two axes"
        )
    size = D.shape[-1]
    return expand_dims(D, -1) * np.eye(size, dtype=D.dtype if D.dtype else float)


chosen: Any = ours.where


def where(condition, x: Any = None, y: Any = None):
    """`numpy.where`, which autograd also gives names; of Python's own values it gives such values.

    >>> where(True, 1, 2), where(condition=[True, False], x=np.ones(2), y=0.0).tolist()
    (1, [1.0, 0.0])
    """
    if x is None and y is None:
        return np.where(condition)
    result = chosen(condition, x, y)
    python = not any(type(v) in TRACED or hasattr(v, "dtype") for v in (condition, x, y))
    return result.tolist() if python and hasattr(result, "tolist") else result
