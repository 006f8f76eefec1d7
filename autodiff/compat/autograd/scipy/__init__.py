"""SciPy's namespaces for autograd's code: ours where differentiable, SciPy's otherwise."""

from importlib import import_module as _import_module

_MODULES = ("integrate", "linalg", "misc", "signal", "special", "stats")


def __getattr__(name):
    """A submodule, when it is first asked for."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _import_module(f"{__name__}.{name}")


def __dir__():
    return list(_MODULES)
