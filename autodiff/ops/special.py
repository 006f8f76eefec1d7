"""Rows of special functions."""

import math

import numpy as np

from ..core.family import Unary
from ..core.lower import intrinsic


def erf_values(x):
    """The error function: SciPy's where it is installed, else the standard library's."""
    try:
        from scipy.special import erf as compiled
    except ImportError:
        dtype = np.result_type(x, np.float16) if np.result_type(x).kind in "iub" else np.result_type(x)
        return np.vectorize(math.erf, otypes=[np.result_type(dtype, np.float32)])(x)
    return compiled(x)



def bell_values(x):
    """exp(-x x), with a near number of 4 binary places squared exactly: no rounding is magnified."""
    if np.iscomplexobj(x):
        return np.exp(-x * x)
    near = np.rint(np.clip(x, -30.0, 30.0) * 16) / 16
    with np.errstate(over="ignore"):
        return np.exp(-near * near) * np.exp((near - x) * (near + x))


bell = Unary(
    "bell(x)", bell_values, lambda t, y, x: t * (-2 * y * x),
    domain=((-2, 2),), lower=intrinsic("bell"), latex=r"e^{-{$x}^2}",
    doc="Bell curve `exp(-x x)`, to rounding also in its tails; the derivative of erf is a part of it.",
)

erf = Unary(
    "erf(x)", erf_values, lambda t, y, x: t * (2 / math.sqrt(math.pi) * bell(x)),
    reads="x", domain=((-2, 2),), lower=intrinsic("erf"), latex=r"\operatorname{erf} {$x}",
    doc="""Error function.

    >>> float(erf(0.0))
    0.0
    """,
)
