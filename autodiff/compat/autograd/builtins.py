"""Python's containers under autograd's names: transforms take the plain ones.

>>> from autodiff.compat.autograd import grad
>>> float(grad(lambda x: list([x, 2 * x])[1])(1.0))
2.0
"""

import builtins
from typing import Any

from .tracer import getval

tuple = builtins.tuple
list = builtins.list
dict = builtins.dict


def isinstance(x, types):
    """Whether the plain value behind `x` is of a type.

    >>> isinstance(1.0, float)
    True
    """
    return builtins.isinstance(x, types) or builtins.isinstance(getval(x), types)


def type(x, *rest) -> Any:
    """The type of the plain value behind `x`; with more arguments Python's own."""
    return builtins.type(x, *rest) if rest else builtins.type(getval(x))
