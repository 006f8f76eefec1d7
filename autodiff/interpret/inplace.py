"""Values changed in place: views follow, and a value that a rule still needs is reported.

Handles that share memory share a Storage.  A recorded change of one of them is a change of the
whole: the base gets the vertex of `replaced`, and every view is taken from it anew.  Each change
of an array has a time; a vertex that kept the array earlier refuses to use it.
"""

from typing import Any
from weakref import ref

import numpy as np

from ..core.errors import GraphError
from ..core.op import EAGER, new_level
from ..ops.arithmetic import positive
from ..ops.index import setitem
from .inplace_handles import Shared, dated, owner, rebind, remember
from .kept import overwritten
from .vertex import Leaf, clock, users_line

ON_CHANGE: list[Any] = []  # functions that are shown each array that was changed, to find NaN
INSIDE: list[Any] = []  # what lets a tensor that a transform made hold values of it
OUTSIDE = (
    "x[index] = v: a tensor from outside a transform cannot be changed in place by a value inside "
    "it; use what returns a new value, such as z + x or setitem(z, index, v), or make the tensor "
    "inside"
)
CHANGED = {}  # id of the memory's owner -> (weak reference, time, code, spot, how often)


class Storage:
    """What the handles on one memory have in common: the base's value, vertex and the handles.

    Each handle has `steps`: the operations that take it from the base.
    room: how many handles are listed before the dead ones are struck off.
    born: the level drawn when the memory was made, 0 where it is not known.
    """

    __slots__ = ("value", "vertex", "level", "handles", "room", "born")
    value: Any
    vertex: Any
    level: int
    handles: list[Any]
    room: int
    born: int


def new_storage(base):
    """The storage of a handle that has got its first view."""
    storage = base.storage = Storage()
    storage.value, storage.vertex, storage.level = base.value, base.vertex, base.level
    storage.handles, storage.room, storage.born = [ref(base)], 8, getattr(base, "born", 0)
    base.steps = ()
    return storage


def remember_view(base, view, op, arrays, params):
    """Note that `view` shares memory with `base`, and the operation that gives it."""
    if type(base) is not type(view):
        return
    if rebinds(base):
        remember(base, view, op, arrays, params)
        return
    value, memory = view.value, base.value
    if type(value) is not np.ndarray or type(memory) is not np.ndarray:
        return
    if value.base is not memory and owner(value) is not owner(memory):  # a reshape had to copy
        return
    try:
        storage = base.storage
    except AttributeError:
        storage = new_storage(base)
    view.storage, view.steps = storage, (*base.steps, (op, arrays, params))
    handles = storage.handles
    if len(handles) > storage.room:
        storage.handles = handles = [h for h in handles if h() is not None]
        storage.room = 2 * len(handles) + 8
    handles.append(ref(view))


def settled(x, level):
    """A tensor as a constant of a transform: a copy of what was made inside, and may be changed."""
    return x.like(np.array(x.value), x.vertex) if made_at(x) > level else x


def made_at(x):
    """The level at which the memory of a tensor was made; 0 outside of all transforms."""
    storage = getattr(x, "storage", None)
    return getattr(x, "born", 0) if storage is None else storage.born


def rebinds(handle):
    """Whether changes in place are NumPy's: inside a transform, or of what its functions made.

    Then x[i] of one element is a number that follows nothing; PyTorch's x[i] is a view.
    """
    return handle.level != EAGER or type(getattr(handle, "storage", None)) is Shared


def as_array_of_numpy(x):
    """`x`, an eager tensor that a function of NumPy made, with changes in place as NumPy's."""
    if getattr(x, "level", None) == EAGER and hasattr(type(x), "storage"):
        x.memory()
        x.born = new_level()
        x.storage, x.steps = Shared(x), ()
    return x


def note_change(array):
    """Date the change of an array."""
    clock.now += 1
    for look in ON_CHANGE:
        look(array)
    memory = owner(array)
    key = id(memory)
    code, spot = users_line()
    forget = ref(memory, lambda _: CHANGED.pop(key, None))
    CHANGED[key] = (forget, clock.now, code, spot, CHANGED[key][4] + 1 if key in CHANGED else 1)


def version(array):
    """How many times the memory of an array was changed in place."""
    entry = CHANGED.get(id(owner(array)))
    return 0 if entry is None else entry[4]


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
            if getattr(x, "level", None) != EAGER or type(x.value) is not np.ndarray:
                continue
            x = x.value
        refuse_overwritten(x, v.op.name, v)
        entry = CHANGED.get(id(owner(x)))
        if entry is not None and entry[1] > v.time:
            raise GraphError(
                f"a value of shape {x.shape} that {v.op.name} at {line_of(v.code, v.spot)} needs "
                f"for its gradient has been modified by an inplace operation at "
                f"{line_of(entry[2], entry[3])}; use x = x + y instead of x += y there, or clone() "
                "the value first"
            )
    return v.out, v.args


def refuse_overwritten(x, name, v):
    """Raise if a large constant array was changed since the operator was given it, at v's line."""
    if overwritten(x):
        line = line_of(getattr(v, "code", None), getattr(v, "spot", 0))
        raise GraphError(
            f"{name}: the array given at {line} was changed before the backward "
            "pass read it; give a copy, as in x * a.copy()"
        )


def is_view(handle):
    """Whether the handle shares memory with a base that is another handle's."""
    storage = getattr(handle, "storage", None)
    if type(storage) is Shared:
        return bool(handle.steps)
    return storage is not None and storage.value is not handle.value


def entered(handle, *given):
    """The value of a transform that a tensor stands for once it holds what is given, or None."""
    return INSIDE[0](handle, *given)


def refuse_text(new):
    """Raise if what is written is text."""
    if isinstance(new, str):
        raise ValueError(f"could not convert string to float: {new!r}")


def change(handle, result, name):
    """Give `handle` the value and the vertex of `result`, in the same memory."""
    refuse_text(result)
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
    inside = entered(handle, result) if result.level or handle.level else None
    if inside is not None or rebinds(handle):
        fits = result.dtype == handle.dtype
        rebind(
            handle if inside is None else inside, result if fits else result.astype(handle.dtype)
        )
        if inside is not None:
            dated(handle)
        return handle
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
    base = handle.like(storage.value, storage.vertex)
    new = written(base, handle.steps, result)
    storage.vertex = new.vertex
    for h in [h() for h in storage.handles]:
        if h is not None:
            h.vertex = taken_from(new, h.steps).vertex if h.steps else new.vertex


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
