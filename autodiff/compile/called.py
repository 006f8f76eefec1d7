"""What every compiled function is to its caller: a function, or a method of a class."""

import threading
from contextlib import contextmanager
from types import MethodType
from typing import Any

LOCK = threading.Lock()
WITHIN: dict[int, int] = {}  # thread -> how many `disable_jit` it is within


class Called:
    """Calls go to `call`, which changes as code becomes ready."""

    f: Any
    call: Any

    def __call__(self, *args, **kwargs) -> Any:
        return self.call(*args, **kwargs)

    def __get__(self, instance, owner=None):
        """As a method: the instance is the first argument."""
        return self if instance is None else MethodType(self, instance)


def as_written(self, *args, **kwargs):
    """A call while some thread is within `disable_jit`."""
    return (self.f if threading.get_ident() in WITHIN else self.call)(*args, **kwargs)


COMPILED = Called.__call__


@contextmanager
def disable_jit(disable=True):
    """Within it compiled functions that this thread calls run as plain Python, as in JAX.

    So `print` shows numbers, and a debugger stops on the lines of the function.

    >>> import autodiff as ad
    >>> half = ad.jit(lambda x: x / 2)
    >>> with ad.disable_jit():
    ...     half(3.0)
    1.5
    """
    if not disable:
        yield
        return
    thread = threading.get_ident()
    count(thread, 1)
    try:
        yield
    finally:
        count(thread, -1)


def count(thread, step):
    """One more thread, or one less, that wants plain Python; calls look only while one does."""
    with LOCK:
        WITHIN[thread] = WITHIN.get(thread, 0) + step
        if not WITHIN[thread]:
            del WITHIN[thread]
        # in the class, so that a call outside costs nothing more
        Called.__call__ = as_written if WITHIN else COMPILED
