"""Rows that accumulate along an axis."""

import numpy as np

from ..core.family import Movement
from ..core.public import public
from ..core.spec import from_end
from .move import as_array, flip, reshape, some

accumulated = Movement(
    "accumulated(x)", lambda x, *, axis: np.cumsum(x, axis),
    lambda g, wanted, x, *, axis: flip(accumulated(flip(g, axis), axis=axis), axis),
    batch=lambda op, batched, x, *, axis: op(x, axis=axis),
    latex=r"\operatorname{cumsum} {$x}", torch="Cumsum",
    sample=lambda rng, dtype: some(dtype, rng, (((2, 3),), {"axis": -1}), (((0, 3),), {"axis": -2})),
    doc="Running sum along an axis: the row behind `cumsum`.",
)


@public(np.cumsum)
def cumsum(x, axis=None):
    """Running sum along `axis`; of the flattened array when None.

    >>> cumsum(np.array([1.0, 2.0, 3.0])).tolist()
    [1.0, 3.0, 6.0]
    """
    x = as_array(x)
    if axis is None:
        x, axis = reshape(x, -1), 0
    return accumulated(x, axis=from_end(axis, len(x.shape))[0])
