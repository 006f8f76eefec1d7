"""Hooks on the values that the tape keeps for its rules, in PyTorch's style.

While they hold, no operation takes the hot path: what its vertex keeps is handed to `pack`, and
what that gives is held in its place until a pass asks for it through `unpack`.
"""

from contextvars import ContextVar
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from ..core.errors import GraphError, HookError
from .strict import STRICT
from .vertex import LIMITS, RELEASED, UNRECORDED, Vertex, Watched, handle

HOOKS: ContextVar[Any] = ContextVar("HOOKS", default=None)  # (pack, unpack) of this thread
REFUSED: ContextVar[Any] = ContextVar("REFUSED", default=None)  # why hooks may not be set now
PACKING: list[Any] = []  # one for each block that has set hooks; asked before HOOKS is
PACKED: WeakKeyDictionary[Vertex, Any] = WeakKeyDictionary()  # vertex -> (args, out, unpack)
LED_AWAY = -2  # no level has it: it only leads hot paths to the place that packs


class Stowed:
    """What `pack` made of a value."""

    __slots__ = ("packed",)

    def __init__(self, packed):
        self.packed = packed


class SavedTensors:
    """A context in which kept values go through hooks."""

    def __init__(self, pack_hook, unpack_hook):
        self.hooks, self.tokens = (pack_hook, unpack_hook), []

    def __enter__(self):
        if REFUSED.get() is not None:
            raise GraphError(REFUSED.get())
        self.tokens.append((HOOKS.set(self.hooks), UNRECORDED.set(Watched(UNRECORDED.get()))))
        PACKING.append(self)
        LIMITS.append(self)
        STRICT.add(LED_AWAY)
        return self

    def __exit__(self, *_):
        hooks, recording = self.tokens.pop()
        HOOKS.reset(hooks)
        UNRECORDED.reset(recording)
        PACKING.remove(self)
        LIMITS.remove(self)
        if not PACKING:
            STRICT.discard(LED_AWAY)


def stow(v: Any, kind):
    """Hand what a vertex keeps to the hook, if there is one; `kind` is the class of tensors."""
    hooks = HOOKS.get()
    if hooks is None or v is None or v.args is RELEASED or v.op.silent:
        return
    if v.args is None and v.out is None:
        return
    pack, unpack = hooks

    def stowed(x):
        if type(x) is tuple:
            return tuple([stowed(part) for part in x])
        if not isinstance(x, (np.ndarray, np.generic)):
            return x
        return Stowed(pack(handle(kind, x)))

    args = None if v.args is None else [stowed(a) for a in v.args]
    PACKED[v] = args, stowed(v.out), unpack
    v.args, v.out, v.hint = RELEASED, None, None


def unstowed(v: Any):
    """(out, args) of a vertex whose values are stowed."""
    args, out, unpack = PACKED[v]

    def given(x):
        if type(x) is tuple:
            return tuple([given(part) for part in x])
        if type(x) is not Stowed:
            return x
        found = unpack(x.packed)
        if not hasattr(found, "vertex"):
            raise HookError(
                "Output of saved tensor unpack_hook expected to be a Tensor but got result of "
                f"type {type(found).__name__}; return what pack was given"
            )
        return found.value

    return given(out), None if args is None else [given(a) for a in args]
