"""Constant tensors by rule: powers, indices of triangles, windows."""

import numpy as np

from ..core.op import TRACED
from ..ops.plain import plain
from .create import made, sizes
from .tape import new_tensor


def logspace(start, end, steps, base=10.0, *, dtype=None, requires_grad=False):
    """`base` to the power of so many numbers at equal distances.

    >>> logspace(0, 2, 3)
    tensor([  1.,  10., 100.])
    """
    return made(np.logspace(start, end, steps, base=base, dtype=dtype), requires_grad)


def scalar_tensor(value, *, dtype=None, requires_grad=False):
    """A tensor of one number, float64 unless a dtype is given."""
    return made(np.array(value, dtype or np.float64), requires_grad)


def tril_indices(row, col, offset=0):
    """The places of the lower triangle of a matrix: (2, count)."""
    return new_tensor(np.stack(np.tril_indices(row, offset, col)))


def triu_indices(row, col, offset=0):
    """The places of the upper triangle of a matrix: (2, count)."""
    return new_tensor(np.stack(np.triu_indices(row, offset, col)))


def unravel_index(indices, shape):
    """The places, along each axis, of elements counted in a row.

    >>> [int(i) for i in unravel_index(np.array(3), (2, 2))]
    [1, 1]
    """
    found = np.unravel_index(plain(indices, "unravel_index"), sizes((), shape))
    kind = new_tensor if type(indices) in TRACED else np.asarray
    return tuple([kind(np.asarray(i)) for i in found])


def window(name, numpy):
    """A window of signal processing."""

    def function(window_length, periodic=True, *, dtype=None, requires_grad=False):
        if window_length <= 1:
            return made(np.ones(window_length, dtype or np.float64), requires_grad)
        found = numpy(window_length + periodic)[:window_length]
        return made(np.array(found, dtype or np.float64), requires_grad)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"`numpy.{numpy.__name__}`; periodic, so that its end meets its start."
    return function


bartlett_window = window("bartlett_window", np.bartlett)
blackman_window = window("blackman_window", np.blackman)
hamming_window = window("hamming_window", np.hamming)
hann_window = window("hann_window", np.hanning)
