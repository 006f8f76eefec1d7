"""SciPy's functions for values being differentiated, under SciPy's names."""

from importlib import import_module


def __getattr__(name):
    """A submodule, when it is first asked for."""
    try:
        return import_module(f"{__name__}.{name}")
    except ModuleNotFoundError as error:
        if error.name != f"{__name__}.{name}":
            raise
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
