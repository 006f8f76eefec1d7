"""How the names of NumPy are found: apart from them, for some of them are those of builtins."""

import inspect
from importlib import import_module

import numpy as np

from ..interpret import protocols
from . import create, standard
from .create import converted

NAMES = sorted({*np.__all__} - {"test"})
PACKAGE = __name__.rpartition(".")[0]
OWN = {name: module for module in (create, standard) for name in module.__all__}
MODULES = {name: f"{PACKAGE.partition('.')[0]}.{name}" for name in ("fft", "linalg")}
LOADED = protocols.MODULES

# functions whose first argument is a sequence of arrays, each converted by itself
SEQUENCES = frozenset((
    "concatenate", "concat", "stack", "vstack", "hstack", "dstack", "column_stack", "block",
    "select", "choose", "piecewise", "lexsort", "histogramdd", "pad", "gradient",
))  # fmt: skip


class Function:
    """A function of NumPy that also takes lists of traced values; else it is NumPy's own."""

    def __init__(self, function):
        self.function = function
        self.__name__, self.__doc__ = function.__name__, function.__doc__

    def __call__(self, *args, **kwargs):
        if self.__name__ not in SEQUENCES:
            args = [converted(a) for a in args]
            kwargs = {k: converted(v) for k, v in kwargs.items()} if kwargs else kwargs
        return self.function(*args, **kwargs)

    def __getattr__(self, name):
        if name == "__wrapped__":  # it is no other function's double
            raise AttributeError(name)
        return getattr(self.function, name)

    @property
    def __signature__(self):
        return inspect.signature(self.function)

    def __repr__(self):
        return f"<{PACKAGE}.{self.__name__}>"

    def __reduce__(self):
        return named, (self.__name__,)


def dispatches(value):
    """Whether a function of NumPy hands its call to the kind of its arguments."""
    return isinstance(value, np.ufunc) or hasattr(value, "_implementation")


def named(name):
    """A name of the namespace, from its pickle."""
    return getattr(import_module(PACKAGE), name)


def finder(names):
    """The module's `__getattr__`: finds a name of NumPy and keeps it among the module's names."""

    def find(name):
        if name not in NAMES:
            raise AttributeError(f"module {PACKAGE!r} has no attribute {name!r}")
        if name in MODULES:
            found = import_module(MODULES[name])
        else:
            found = getattr(OWN.get(name, np), name)
        names[name] = found = Function(found) if dispatches(found) else found
        return found

    return find


def lister():
    """The module's `__dir__`."""
    return NAMES
