"""What every solver of SciPy's that is used here shares: where it comes from, how it fails."""

import importlib
from typing import Any

from ...core.errors import AutodiffError


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
    return getattr(f, "__name__", type(f).__name__)
