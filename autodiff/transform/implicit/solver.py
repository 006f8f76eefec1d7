"""What every solver of SciPy's that is used here shares: where it comes from, how it fails."""

import importlib
from functools import partial
from typing import Any

from ...core.errors import ArgumentError, AutodiffError


class ConvergenceError(AutodiffError, RuntimeError):
    """A solver did not find an answer, or the answer has no derivative."""


def scipy_part(name, part) -> Any:
    """A module of SciPy; raises ImportError with what to install."""
    try:
        return importlib.import_module(f"scipy.{part}")
    except ImportError:
        raise ImportError(
            f"{name} needs SciPy, which is not installed: pip install autodiff-numpy[scipy]"
        ) from None


def name_of(f):
    """How messages call a function."""
    while isinstance(f, partial):
        f = f.func
    return getattr(f, "__name__", type(f).__name__)


def packed_args(args) -> tuple:
    """What SciPy's `args=` means: a tuple, or the only argument."""
    return args if isinstance(args, tuple) else (args,)


def refused(name, **given):
    """Raise where SciPy is offered a derivative that is made here."""
    for argument, value in given.items():
        if value is not None:
            raise ArgumentError(
                f"{name}: {argument}= is given, but SciPy gets the exact derivative of the "
                f"function; leave {argument} out"
            )
