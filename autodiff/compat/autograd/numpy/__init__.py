"""NumPy's namespace for autograd's code: `import autodiff.compat.autograd.numpy as np`.

Every name of `numpy`; functions of traced values are ours, all others NumPy's.

>>> from autodiff.compat.autograd import grad
>>> grad(lambda x: array([x, x * x]).sum())(3.0).item()
7.0
"""

from importlib import import_module as _import_module

import numpy as _numpy

from .... import numpy as _ours
from ....numpy import namespace as _namespace
from .joining import (
    KINDS as _KINDS,
    c_ as c_,
    make_diagonal as make_diagonal,
    r_ as r_,
    where as where,
)
from .numpy_vjps import metadata as metadata

__all__: list[str] = sorted({*_ours.__all__, "where", "make_diagonal"})

_MODULES = ("fft", "linalg", "random", "numpy_boxes", "numpy_vjps", "numpy_vspaces")


def listed(function):
    """A function of NumPy that takes lists of traced values too; all else as it is."""
    return _namespace.Function(function) if _namespace.dispatches(function) else function


def __getattr__(name):
    """The name of NumPy, found when it is first asked for."""
    if name in _MODULES:
        found = _import_module(f"{__name__}.{name}")
    elif name in _KINDS:
        found = _KINDS[name]
    elif name in _ours.__all__:
        found = getattr(_ours, name)
    elif name.startswith("__"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    else:
        return getattr(_numpy, name)
    globals()[name] = found  # names of builtins too: this module calls none that NumPy has
    return found


def __dir__():
    return __all__
