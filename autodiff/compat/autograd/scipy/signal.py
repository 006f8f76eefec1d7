"""`scipy.signal` for autograd's code: ours where differentiable, SciPy's otherwise."""

from typing import Any

from ....ops.move import as_array
from ....scipy.signal import checked_mode, convolved_along
from ..namespace import forwarded

__getattr__, __dir__ = forwarded(__name__, "autodiff.scipy.signal", "scipy.signal")


def convolve(A, B, axes: Any = None, dot_axes: Any = ((), ()), mode="full"):
    """Convolution along some axes, sums of products over others, all products of the rest.

    axes: the pair (axes of A, axes of B) that are convolved; by default all.
    dot_axes: the pair of those that are summed over.
    The result has the rest of A, the rest of B, and the axes of the convolution.

    >>> import numpy as np
    >>> convolve(np.ones((3, 5)), np.ones((3, 4)), ([1], [1]), ([0], [0]), "valid").tolist()
    [12.0, 12.0]
    """
    checked_mode("convolve", mode)
    A, B = as_array(A), as_array(B)
    if axes is None:
        axes = (range(len(A.shape)), range(len(B.shape)))
    if len(axes[0]) != len(axes[1]) or len(dot_axes[0]) != len(dot_axes[1]):
        raise ValueError(
            f"convolve: axes {axes} and dot_axes {dot_axes} are pairs of as many axes of A as of B"
        )
    return convolved_along(A, B, axes, dot_axes, mode)
