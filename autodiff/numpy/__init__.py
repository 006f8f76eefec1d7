"""NumPy's namespace for values being differentiated: `import autodiff.numpy as np`.

Every name of `numpy` is here.  Functions are NumPy's own where all arguments are plain, and ours
where one is traced, or where a list holds traced values: `np.array([x, 2 * x])`.  It is also the
namespace of the Python array API standard, 2024.12, that `x.__array_namespace__()` gives.

>>> import autodiff.numpy as np
>>> from autodiff import grad
>>> grad(lambda x: np.array([x, x * x]).sum())(3.0).item()
7.0
"""

from importlib import import_module as _import_module

import numpy as _numpy

from ..core.public import has_traced as _has_traced
from ..interpret import protocols as _protocols
from ..ops.move import as_array as _as_array
from . import create as _create

__array_api_version__ = "2024.12"
__all__ = sorted({*_numpy.__all__} - {"test"})

_MODULES = {name: f"{__name__.partition('.')[0]}.{name}" for name in ("fft", "linalg")}

# functions whose first argument is a sequence of arrays, each converted by itself
_SEQUENCES = frozenset((
    "concatenate", "concat", "stack", "vstack", "hstack", "dstack", "column_stack", "block",
    "select", "choose", "piecewise", "lexsort", "histogramdd", "pad", "gradient",
))  # fmt: skip


class _Function:
    """A function of NumPy that also takes lists of traced values; else it is NumPy's own."""

    def __init__(self, function):
        self.function = function
        self.__name__, self.__doc__ = function.__name__, function.__doc__

    def __call__(self, *args, **kwargs):
        if self.__name__ not in _SEQUENCES:
            args = [_converted(a) for a in args]
            kwargs = {k: _converted(v) for k, v in kwargs.items()} if kwargs else kwargs
        return self.function(*args, **kwargs)

    def __getattr__(self, name):
        if name == "__wrapped__":  # it is no other function's double
            raise AttributeError(name)
        return getattr(self.function, name)

    def __repr__(self):
        return f"<autodiff.numpy.{self.__name__}>"

    def __reduce__(self):
        return __getattr__, (self.__name__,)


def _converted(x):
    """A list that holds traced values as one value; all else as it is."""
    return _as_array(x) if isinstance(x, (list, tuple)) and _has_traced(x) else x


def _dispatches(value):
    """Whether a function of NumPy hands its call to the kind of its arguments."""
    return isinstance(value, _numpy.ufunc) or hasattr(value, "_implementation")


def __getattr__(name):
    """The name of NumPy, found when it is first asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name in _MODULES:
        found = _import_module(_MODULES[name])
    else:
        found = getattr(_create if name in _create.__all__ else _numpy, name)
    if _dispatches(found):
        found = _Function(found)
    globals()[name] = found
    return found


def __dir__():
    return __all__


_LOADED = _protocols.MODULES
