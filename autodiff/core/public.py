"""What every public function of the table shares: PyTorch's keywords and unknown shapes."""

from functools import wraps
from typing import Any

import numpy as np

from .errors import UnknownShapeError
from .guests import ORDINARY, taken_in
from .op import NUMPY, TRACED, gathered
from .tree import flatten

SPELLINGS = {"dim": "axis", "keepdim": "keepdims", "dims": "axis"}
BACK = {"axis": "dim", "keepdims": "keepdim"}  # PyTorch's functions take NumPy's words too


def public(*numpy, renamed=True):
    """Decorate a function of the table.

    numpy: the NumPy functions that hand their calls on traced values to it.
    `dim=` and `keepdim=` are read as `axis=` and `keepdims=`; of a function that has `dim` itself
    and is not `renamed`, the other way round.
    A variable of unknown shape is asked again when its numbers arrive.
    """

    def decorate(f):
        words = SPELLINGS if renamed else spellings_of(f)

        @wraps(f)
        def function(*args, **kwargs) -> Any:
            if kwargs and words:
                kwargs = {words.get(k, k): v for k, v in kwargs.items()}
            try:
                return f(*args, **kwargs)
            except UnknownShapeError as unknown:
                return unknown.node.defer(function, args, kwargs)

        for other in numpy:
            NUMPY[other] = function
        return function

    return decorate


def spellings_of(f):
    """NumPy's words for PyTorch's, of a function whose arguments are PyTorch's."""
    code = f.__code__
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    return BACK if "dim" in names and "axis" not in names else None


def as_value(x) -> Any:
    """`x` as an array, unless it is one already or is traced; numbers and lists are converted."""
    if type(x) in TRACED:
        return x
    if hasattr(x, "shape"):
        return gathered(x) if type(x) in ORDINARY else taken_in(x)
    return np.asarray(x)


def has_traced(tree):
    """Whether a nested list holds a traced value."""
    return any(type(leaf) in TRACED for leaf in flatten(tree)[0])
