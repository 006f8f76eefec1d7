"""What functions of linear algebra return: named tuples, and complex numbers for real arguments."""

from collections import namedtuple
from functools import wraps
from typing import Any

import numpy as np

from ..core.errors import RuleError, UnknownShapeError
from ..core.op import EAGER, NUMPY, TRACED
from ..core.spec import FLOAT64, UNDECIDED, is_complex
from .complex import astype
from .move import as_array

EigResult = namedtuple("EigResult", "eigenvalues eigenvectors")
EighResult = namedtuple("EighResult", "eigenvalues eigenvectors")
QRResult = namedtuple("QRResult", "Q R")
SVDResult = namedtuple("SVDResult", "U S Vh")
SlogdetResult = namedtuple("SlogdetResult", "sign logabsdet")


class Field:
    """One field of what a function returns."""

    def __init__(self, function, place):
        self.function, self.place = function, place
        self.__name__ = f"{function.__name__}_{place}"

    def __call__(self, *args, **kwargs):
        return self.function(*args, **kwargs)[self.place]


def undecided(node):
    """A node of which it is not known before numbers arrive whether it is real."""
    node.declared = UNDECIDED
    return node


def several(result, *numpy):
    """`public` for functions of several results: a named tuple, of unknown shapes too.

    Each field of a variable without a shape is asked again when its numbers arrive.
    """

    def decorate(f):
        @wraps(f)
        def function(*args, **kwargs) -> Any:
            try:
                return result(*f(*args, **kwargs))
            except UnknownShapeError as unknown:
                fields = [Field(function, i) for i in range(len(result._fields))]
                return result(*[undecided(unknown.node.defer(x, args, kwargs)) for x in fields])

        for other in numpy:
            NUMPY[other] = function
        return function

    return decorate


def perhaps_complex(*numpy, dim="axis"):
    """`public` for functions that may return complex numbers for real arguments.

    dim: NumPy's word for what PyTorch calls `dim=`.
    """

    def decorate(f):
        @wraps(f)
        def function(*args, **kwargs) -> Any:
            if "dim" in kwargs:
                kwargs[dim] = kwargs.pop("dim")
            try:
                return f(*args, **kwargs)
            except UnknownShapeError as unknown:
                return undecided(unknown.node.defer(function, args, kwargs))

        for other in numpy:
            NUMPY[other] = function
        return function

    return decorate


def as_complex(x):
    """`x` in the complex dtype of its precision; raises UnknownShapeError while that is unknown."""
    x = as_array(x)
    if is_complex(x.dtype):
        return x
    if x.dtype is None:
        raise UnknownShapeError(x)
    whole = FLOAT64 if x.dtype.kind in "biu" else x.dtype
    return astype(x, np.result_type(whole, np.complex64))


def no_out(name, out):
    """Raise if a place for the result is given."""
    if out is not None:
        raise RuleError(f"{name}: out= is not written to here; use the result")


def untraced(x):
    """Whether no derivative, batch or graph is in the making, so that NumPy's own function will do."""
    return type(x) not in TRACED


def underlying(x):
    """The array behind a traced value; None where there are no numbers yet."""
    while type(x) in TRACED:
        x = getattr(x, "value", None)
    return x


def in_kind_of(x, numbers):
    """Numbers without a derivative as a value of the kind of `x`: a tensor, or an array."""
    return x.like(numbers) if getattr(x, "level", None) == EAGER else numbers
