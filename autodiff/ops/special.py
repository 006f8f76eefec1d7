"""Rows of special functions."""

import math

import numpy as np

from ..core.family import Unary
from .exponential import exp


def erf_values(x):
    """The error function: SciPy's where it is installed, else the standard library's."""
    try:
        from scipy.special import erf as compiled
    except ImportError:
        dtype = np.result_type(x, np.float16) if np.result_type(x).kind in "iub" else np.result_type(x)
        return np.vectorize(math.erf, otypes=[np.result_type(dtype, np.float32)])(x)
    return compiled(x)


erf = Unary(
    "erf(x)", erf_values, lambda t, y, x: t * (2 / math.sqrt(math.pi) * exp(-x * x)),
    reads="x", domain=((-2, 2),), latex=r"\operatorname{erf} {$x}",
    doc="""Error function.

    >>> float(erf(0.0))
    0.0
    """,
)
