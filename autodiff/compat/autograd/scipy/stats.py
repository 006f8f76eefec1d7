"""`scipy.stats` for autograd's code: each distribution is a module, `stats.norm.logpdf(x)`.

Functions of a distribution are ours where they are differentiable, and SciPy's otherwise.

>>> from autodiff.compat.autograd import grad
>>> from autodiff.compat.autograd.scipy import stats
>>> float(grad(stats.norm.logpdf)(1.5))
-1.5
"""

import sys
from importlib import import_module
from types import ModuleType

from ....scipy import stats as ours
from ..namespace import forwarded

__getattr__, __dir__ = forwarded(__name__, "scipy.stats")
__path__ = []  # `import autodiff.compat.autograd.scipy.stats.norm` reads it


class Distribution(ModuleType):
    """A distribution as a module."""

    def __init__(self, name, ours):
        super().__init__(f"{__name__}.{name}", ours.__doc__)
        self.ours = ours

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        if hasattr(self.ours, name):
            return getattr(self.ours, name)
        theirs = import_module("scipy.stats")
        return getattr(getattr(theirs, self.__name__.rpartition(".")[2]), name)


for _name in [
    n
    for n in vars(ours)
    if callable(getattr(getattr(ours, n), "logpdf", None))
    or callable(getattr(getattr(ours, n), "logpmf", None))
]:
    globals()[_name] = sys.modules[f"{__name__}.{_name}"] = Distribution(
        _name, getattr(ours, _name)
    )
