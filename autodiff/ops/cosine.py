"""Discrete cosine and sine transforms of real numbers along one axis.

A row computes SciPy's transform without a norm; what a norm or `orthogonalize` asks for are
factors, which the public functions multiply in.  The matrices are those of SciPy's documentation;
each transpose is read off them: with the first (of sines, the last) element halved the second
type is the transpose of the third, the fourth is symmetric, and so are the first type of sines and
that of cosines with its ends halved.
Source: G. Strang, "The discrete cosine transform", 1999, doi:10.1137/S0036144598336745.
"""

from types import MethodType

import numpy as np

from ..core.family import Movement
from ..core.op import Op
from ..core.spec import Spec
from .choose import where
from .move import some

PARTNER = {1: 1, 2: 3, 3: 2, 4: 4}


def transform_values(x, *, sine, type, axis):
    try:
        from scipy import fft
    except ImportError:
        raise ImportError("autodiff.scipy.fft needs SciPy: pip install autodiff-numpy[scipy]") from None
    return (fft.dst if sine else fft.dct)(x, type, axis=axis)


def scaled(x, places, factor, axis):
    """`x` with a factor at some places along an axis, in the dtype of `x`."""
    if not places:
        return x
    there = np.zeros(x.shape[axis], bool)
    there[list(places)] = True
    return where(there.reshape((-1,) + (1,) * (-axis - 1)), factor * x, x)


def halves(sine, type):
    """The places where the matrix of one of two partners is twice that of the other."""
    if type == 1:
        return () if sine else (0, -1)
    return () if type == 4 else (-1,) if sine else (0,)


def transform_transpose(g, wanted, x, *, sine, type, axis):
    """The transform of the partner type, doubled before it or halved after it."""
    places = halves(sine, type)
    g = g if type == 3 else scaled(g, places, 2.0, axis)
    y = transformed(g, sine=sine, type=PARTNER[type], axis=axis)
    return y if type == 2 else scaled(y, places, 0.5, axis)


def transform_spec(x, *, sine, type, axis):
    return Spec(x.shape, x.dtype if x.dtype is None or x.dtype.kind in "fc" else np.dtype(float))


def transform_samples(rng, dtype):
    every = [{"sine": s, "type": t, "axis": -1} for s in (False, True) for t in PARTNER]
    kind = np.result_type(dtype, np.float32)
    return [
        *some(kind, rng, *[(((5,),), params) for params in every]),
        *some(kind, rng, *[(((3, 2),), {**params, "axis": -2}) for params in every[1::3]]),
    ]


transformed = Movement(
    "transformed(x)", transform_values, transform_transpose, infer=transform_spec,
    batch=lambda op, batched, x, **params: op(x, **params),
    latex=r"\operatorname{dct} {$x}", sample=transform_samples,
    doc="Discrete cosine or sine transform along one axis: the row behind `dct` and `dst`.",
)
# nothing moves: every element has influence on every other
transformed.influence = MethodType(Op.influence, transformed)
transformed.influenced = MethodType(Op.influenced, transformed)
