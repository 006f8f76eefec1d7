"""Compiled functions that nobody waits for: they are traced and compiled in another thread.

The first answer comes from the function itself, before the compiler is even imported: that, the
driver and the trace take ten times as long as a small function.
"""

import threading
from functools import update_wrapper
from importlib import import_module
from typing import Any

import numpy as np

from ..core.op import TRACED
from ..core.tree import flatten, unflatten
from .called import Called

WAITING = f"{__package__}.waiting"


class Behind(Called):
    """A function that runs as it is until its code is there; then `compiled` is called."""

    def __init__(self, f, options):
        self.f, self.options = f, options
        self.compiled: Any = None
        self.awake: Any = None  # the thread that loads the compiler
        self.lock, self.call = threading.RLock(), self.early
        update_wrapper(self, f, updated=())
        self.__name__ = getattr(f, "__name__", type(f).__name__)

    def __repr__(self):
        return f"<jit({self.__name__}), in the background>"

    def __reduce__(self):
        return Behind, (self.f, self.options)

    def __getattr__(self, name):
        """What a compiled function can be asked: `report`, `source`, `llvm` and the rest."""
        if name.startswith("__") or name in ("compiled", "f", "options", "lock"):
            raise AttributeError(name)
        return getattr(self.made(), name)

    def early(self, *args, **kwargs):
        """A call before there is a compiler."""
        out = self.f(*args, **kwargs)
        if self.awake is None and not any([type(x) in TRACED for x in flatten((args, kwargs))[0]]):
            with self.lock:
                self.awake = self.awake or in_a_thread(self.wake, copied(args, kwargs))
        return out

    def wake(self, args, kwargs):
        """Load the compiler, and compile the first call."""
        self.made().compile_now(args, kwargs)
        self.call = self.compiled.call

    def made(self):
        """The compiled function, which compiles in threads of its own from the second shape on."""
        with self.lock:
            if self.compiled is None:
                self.compiled = import_module(WAITING).Waiting(self.f, *self.options)
            return self.compiled

    def warmup(self, *args, **kwargs):
        """Compile for arguments like these, and wait for it."""
        self.made().warmup(*args, **kwargs)
        self.call = self.compiled.call
        return self


def in_a_thread(work, args):
    """A thread that is under way, and that no program waits for at its end."""
    made = threading.Thread(target=work, args=args, daemon=True)
    made.start()
    return made


def copied(args, kwargs):
    """Arguments that stay what they are, whatever the caller does next."""
    leaves, structure = flatten((args, kwargs))
    return unflatten(structure, [x.copy() if type(x) is np.ndarray else x for x in leaves])
