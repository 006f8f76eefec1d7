"""Values changed in place: views follow, and a value that a rule still needs is reported.

Handles that share memory share a Storage.  A recorded change of one of them is a change of the
whole: the base gets the vertex of `replaced`, and every view is taken from it anew.  Each change
of an array has a time; a vertex that kept the array earlier refuses to use it.
"""

import sys
import weakref
from typing import Any

import numpy as np

from ..core.errors import GraphError, TracedError
from ..core.op import TRACED
from ..ops.arithmetic import positive
from ..ops.index import setitem
from .vertex import Leaf, clock

CHANGED = {}  # id of the memory's owner -> (weak reference to it, time, code, spot)
LIBRARY = __name__.partition(".")[0]


class Storage:
    """What the handles on one memory have in common: the base's value, vertex and the handles."""

    __slots__ = ("value", "vertex", "level", "handles")
    value: Any
    vertex: Any
    level: int
    handles: list[Any]

    def __init__(self, base):
        self.value, self.vertex, self.level = base.value, base.vertex, base.level
        self.handles = [(weakref.ref(base), ())]


def remember_view(base, view, op, arrays, params):
    """Note that `view` shares memory with `base`, and the operation that gives it."""
    if type(view.value) is not np.ndarray or type(base.value) is not np.ndarray:
        return
    if owner(view.value) is not owner(base.value):  # a reshape that had to copy
        return
    storage = getattr(base, "storage", None)
    if storage is None:
        storage = base.storage = Storage(base)
    steps = next((steps for h, steps in storage.handles if h() is base), ())
    view.storage = storage
    if len(storage.handles) > 8:
        storage.handles = [(h, s) for h, s in storage.handles if h() is not None]
    storage.handles.append((weakref.ref(view), (*steps, (op, tuple(arrays), params))))


def owner(array):
    """The array that owns the memory."""
    while type(array.base) is np.ndarray:
        array = array.base
    return array


def note_change(array):
    """Date the change of an array."""
    clock.now += 1
    memory = owner(array)
    key = id(memory)
    code, spot = users_line()
    forget = weakref.ref(memory, lambda _: CHANGED.pop(key, None))
    CHANGED[key] = (forget, clock.now, code, spot)


def users_line():
    """The innermost line outside the library: (code, spot)."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith(LIBRARY):
        frame = frame.f_back
    return frame.f_code, frame.f_lasti


def line_of(code, spot):
    """`file.py:12` of a recorded place."""
    if code is None:
        return "an unknown line"
    line = code.co_firstlineno
    for start, stop, number in code.co_lines():
        if start <= spot < stop and number is not None:
            line = number
    return f"{code.co_filename}:{line}"


def checked(v):
    """What the vertex kept, unless some of it was changed in place since."""
    for x in (v.out, *(v.args or ())):
        if type(x) is not np.ndarray:
            continue
        entry = CHANGED.get(id(owner(x)))
        if entry is not None and entry[1] > v.time:
            raise GraphError(
                f"a value of shape {x.shape} that {v.op.name} at {line_of(v.code, v.spot)} needs "
                f"for its gradient has been modified by an inplace operation at "
                f"{line_of(entry[2], entry[3])}; use x = x + y instead of x += y there, or clone() "
                "the value first"
            )
    return v.out, v.args


def is_view(handle):
    """Whether the handle shares memory with a base that is another handle's."""
    storage = getattr(handle, "storage", None)
    return storage is not None and storage.value is not handle.value


def refuse_inner(new, name):
    """Raise if an eager tensor is to take a value that belongs to a transform."""
    if type(new) in TRACED and new.level:
        raise TracedError(
            f"{name}: a tensor from outside a transform cannot be changed in place by a value "
            "inside it; use what returns a new value, such as z + x or setitem(z, index, v)"
        )


def change(handle, result, name):
    """Give `handle` the value and the vertex of `result`, in the same memory."""
    refuse_inner(result, name)
    if result.shape != handle.shape:
        raise GraphError(
            f"{name}: the result has shape {result.shape} and the tensor {handle.shape}, "
            "which an inplace operation cannot change; use the operation that returns a new tensor"
        )
    if not np.can_cast(result.dtype, handle.dtype, "same_kind"):
        raise GraphError(
            f"{name}: result type {result.dtype} can't be cast to the desired output type "
            f"{handle.dtype}; convert with astype first"
        )
    refuse_leaf(handle, result, name)
    storage = getattr(handle, "storage", None)
    if type(handle.value) is not np.ndarray:
        handle.value = np.array(handle.value)
    if not handle.value.flags.writeable:
        raise GraphError(
            f"{name}: the tensor is a broadcast view whose elements share memory; clone() it first"
        )
    cut = result.dtype != handle.dtype
    np.copyto(handle.value, result.value, casting="same_kind")
    note_change(handle.value)
    if type(handle.vertex) is Leaf or not handle.records():
        return handle
    if type(result.vertex) is Leaf:
        result = result.unary(positive)
    result = result.astype(handle.dtype) if cut else result
    if storage is None:
        handle.vertex = result.vertex
    elif result.vertex is not None or (storage.vertex is not None and handle.vertex is not None):
        rebase(storage, handle, result)
    return handle


def refuse_leaf(handle, result, name):
    """A leaf that requires a gradient cannot be changed while recording."""
    if result.vertex is None and handle.vertex is None:
        return
    recording = result.vertex is not None or handle.records()
    if recording and type(handle.vertex) is Leaf:
        raise GraphError(
            f"{name}: a leaf Variable that requires grad is being used in an in-place operation; "
            "do it under no_grad(), or on a clone()"
        )
    storage = getattr(handle, "storage", None)
    if recording and storage is not None and type(storage.vertex) is Leaf:
        raise GraphError(
            f"{name}: a view of a leaf Variable that requires grad is being used in an in-place "
            "operation; do it under no_grad(), or on a clone()"
        )


def rebase(storage, handle, result):
    """Write a recorded change into the base, and take every live view from it anew."""
    live = [(h(), steps) for h, steps in storage.handles if h() is not None]
    mine = next(steps for h, steps in live if h is handle)
    base = handle.like(storage.value, storage.vertex)
    new = written(base, mine, result)
    storage.vertex = new.vertex
    for h, steps in live:
        h.vertex = taken_from(new, steps).vertex if steps else new.vertex


def written(base, steps, result):
    """The base with `result` in the place of the view."""
    if not steps:
        return result
    numbers = np.arange(base.value.size).reshape(base.shape)
    for op, arrays, params in steps:
        numbers = op.evaluate(numbers, *arrays, **params)
    flat = setitem(base.reshape(-1), numbers.reshape(-1), result.reshape(-1))
    return flat.reshape(base.shape)


def taken_from(base, steps):
    """The view that the steps take from a base."""
    for op, arrays, params in steps:
        base = op(base, *arrays, **params)
    return base
