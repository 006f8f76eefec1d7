"""What users are told when something runs without being compiled."""

import warnings

from .driver import supported


class CompileWarning(UserWarning):
    """A function that was asked to be compiled runs without, and why."""


def native():
    """Whether native code can be made here; if not, one notice says why."""
    try:
        import llvmlite.binding  # noqa: F401 what is asked is whether it is there
    except ImportError:
        notice("llvmlite is not installed; pip install autodiff-numpy[jit]")
        return False
    reason = supported()
    if reason:
        notice(reason)
    return reason is None


NOTICED = []


def notice(reason):
    """Say once that graphs are interpreted."""
    if not NOTICED:
        NOTICED.append(reason)
        warnings.warn(
            f"jit: graphs are interpreted instead of compiled, because {reason}",
            CompileWarning,
            stacklevel=5,
        )
