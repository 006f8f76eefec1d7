"""What a module of SciPy has beside that which is written here: SciPy's own, of plain numbers."""

from importlib import import_module
from types import BuiltinFunctionType, FunctionType

import numpy as np

from ..core.errors import RuleError
from ..core.op import TRACED
from ..core.tree import flatten

FUNCTIONS = (FunctionType, BuiltinFunctionType, np.ufunc)


def rest(module, instead):
    """(__getattr__, __dir__) of the module that stands for SciPy's `module`, such as "signal".

    A function of SciPy that is not written here is SciPy's, and raises where an argument is being
    differentiated.  instead: name -> what to use then.

    >>> find, _ = rest("signal", {})
    >>> find("unit_impulse")(3).tolist()
    [1.0, 0.0, 0.0]
    """

    def find(name):
        theirs = scipys(module)
        if name.startswith("_") or not hasattr(theirs, name):
            raise AttributeError(
                f"module 'autodiff.scipy.{module}' has no attribute {name!r}, and neither has "
                f"scipy.{module}"
            )
        found = getattr(theirs, name)
        if not isinstance(found, FUNCTIONS):  # a class, a constant, a distribution
            return found
        return of_numbers(f"scipy.{module}.{name}", found, instead.get(name))

    def names():
        theirs = scipys(module)
        return sorted({*vars(import_module(f"{__package__}.{module}")), *theirs.__all__})

    return find, lambda: [n for n in names() if not n.startswith("_")]


def scipys(module):
    """SciPy's module."""
    try:
        return import_module(f"scipy.{module}")
    except ImportError:
        raise ImportError(
            f"autodiff.scipy.{module} needs SciPy: pip install autodiff-numpy[scipy]"
        ) from None


def of_numbers(name, function, advice):
    """A function of SciPy that refuses values being differentiated."""
    advice = advice or "write it with functions that have a derivative, or with ad.operator"

    def call(*args, **kwargs):
        if any(type(leaf) in TRACED for leaf in flatten((args, kwargs))[0]):
            raise RuleError(f"{name} has no derivative here; {advice}")
        return function(*args, **kwargs)

    call.__name__ = call.__qualname__ = name.rpartition(".")[2]
    call.__doc__ = f"`{name}` of plain numbers."
    return call
