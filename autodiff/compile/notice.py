"""What users are told when something runs without being compiled, or takes long to compile."""

import sys
import warnings
from contextlib import contextmanager
from threading import Timer

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


def unknown_shape():
    """Say that a graph whose shapes depend on values is interpreted."""
    warnings.warn(
        "Executor(compile=True): the graph runs without being compiled, because a shape in it "
        "depends on values, as that of x[mask] does; write where(mask, x, 0)",
        CompileWarning,
        stacklevel=5,
    )


LONG = 1.0  # seconds of a compile from which a line says what is waited for


@contextmanager
def patience(name):
    """Say on the error stream that a function is being compiled, if that takes long."""
    timer = Timer(LONG, lambda: print(f"jit: compiling {name} ...", file=sys.stderr, flush=True))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
