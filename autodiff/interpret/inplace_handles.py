"""Changes in place of the values of transforms: the handle is rebound, its views follow.

A value is never written to; `z[i] = v` and `z += v` give the handle the parts of a new value.
Handles whose arrays share memory in NumPy share a Shared: a change of one of them is a change of
the base, and every living view is taken from the base anew.
"""

from typing import Any
from weakref import ref

import numpy as np

from ..core.errors import DTypeError, GraphError, ShapeError, TracedError
from ..core.op import TRACED, gathered
from ..ops.index import parse, replaced, setitem, taken
from ..ops.move import expanded
from .vertex import clock

REBOUND = {}  # id of a handle -> (weak reference to it, time of its last change)


class Shared:
    """What the handles on one memory have in common: the value of the base, and the handles.

    Each handle has `steps`: the operations that take it from the base.
    room: how many handles are listed before the dead ones are struck off.
    born: the level drawn when the array was made, 0 where it is not known.
    elements: whether x[i] of one element is a view too, as PyTorch's is.
    """

    __slots__ = ("base", "handles", "room", "born", "elements")
    base: Any
    handles: list[Any]
    room: int
    born: int
    elements: bool

    def __init__(self, base, elements=False):
        self.base, self.handles, self.room = base.another(), [ref(base)], 8
        self.born, self.elements = getattr(base, "born", 0), elements


def remember(base, view, op, arrays, params):
    """Note that `view` shares memory with `base`, as far as NumPy's result would.

    One element is a number in NumPy, which follows nothing.
    """
    if type(view) is not type(base):
        return
    shared = getattr(base, "storage", None)
    if op is taken and not view.shape:
        if shared is None or not shared.elements or arrays:
            return
    elif not same_memory(bottom(base), bottom(view), arrays):
        return
    if shared is None:
        shared = base.storage = Shared(base)
        base.steps = ()
    view.storage, view.steps = shared, (*base.steps, (op, arrays, params))
    if len(shared.handles) > shared.room:
        shared.handles = [h for h in shared.handles if h() is not None]
        shared.room = 2 * len(shared.handles) + 8
    shared.handles.append(ref(view))


def owner(array):
    """The array that owns the memory."""
    while type(array.base) is np.ndarray:
        array = array.base
    return array


def bottom(x):
    """The array under all levels; None under a symbolic value."""
    while type(x) in TRACED:
        x = getattr(x, "value", None)
    return x


def same_memory(base, view, arrays):
    """Whether two arrays share memory; of symbolic values, whether they would."""
    if type(base) is not np.ndarray or type(view) is not np.ndarray:
        return base is None and not arrays
    return owner(base) is owner(view)


def assign(handle, key, new):
    """`handle[key] = new`: the handle takes the value with `new` written in it.

    Raises as NumPy does for a shape or a dtype that does not fit, and a sentence for a value that
    belongs to a transform which began later.
    """
    new = new.value if type(new) in TRACED and new.stands else gathered(new)
    if written_already(handle, key, new):
        return
    refuse_later(handle, new, "x[index] = v")
    if type(new) not in TRACED and not hasattr(new, "dtype"):
        new = np.asarray(new)
    refuse_kind(handle, new, "x[index] = v")
    if handle.dtype is not None and new.dtype != handle.dtype:
        new = new.astype(handle.dtype)
    rebind(handle, setitem(handle, key, without_lead(handle, key, new)))


def written_already(handle, key, new):
    """Whether `new` is the view of the handle at `key`: the second half of `x[key] += v`."""
    shared = getattr(handle, "storage", None)
    if shared is None or getattr(new, "storage", None) is not shared or not new.steps:
        return False
    index, arrays = parse(key)
    op, _, params = new.steps[-1]
    same = op is taken and not arrays and params["index"] == index
    return same and new.steps[:-1] == handle.steps


def without_lead(handle, key, new):
    """`new` without leading unit axes that the place does not have, which NumPy forgives."""
    if not new.shape or new.shape[0] != 1:
        return new
    index, arrays = parse(key)
    if any(type(a) in TRACED for a in arrays):
        return new
    rank = np.broadcast_to(0, handle.shape)[index.fill(arrays)].ndim
    while len(new.shape) > rank and new.shape[0] == 1:
        new = new.reshape(new.shape[1:])
    return new


def augment(handle, result, name):
    """`handle += y`: the handle takes the result; of a number, a new value, as in Python."""
    if not handle.shape:
        return result
    refuse_later(handle, result, name)
    if result.shape != handle.shape:
        raise ShapeError(
            f"{name}: the result has shape {result.shape} and the array {handle.shape}, "
            "which a change in place cannot become; write x = x + y"
        )
    refuse_kind(handle, result, name)
    if result.dtype != handle.dtype:
        result = result.astype(handle.dtype)
    rebind(handle, result)
    return handle


def refuse_later(handle, new, name):
    """Raise if a value of a transform is written into an array that began before it."""
    if type(new) in TRACED and new.level > handle.level:
        raise TracedError(
            f"{name}: an array of an outer function would keep a value of an inner transform; "
            "make the array inside, with np.zeros_like of a value of the inner function"
        )


def refuse_kind(handle, new, name):
    """Raise if NumPy would not cast the dtype either; a truth or a kind that is cut says so."""
    given, taken_in = (np.dtype(float) if v.dtype is None else v.dtype for v in (new, handle))
    if np.can_cast(given, taken_in, "same_kind"):
        return
    if name.startswith("x[") and type(new) not in TRACED:
        return
    raise DTypeError(
        f"{name}: a value of dtype {new.dtype} does not fit into an array of dtype "
        f"{handle.dtype}; make the array with that dtype, as in np.zeros_like(x, dtype=float)"
    )


def rebind(handle, result):
    """Give the handle, its base and its living views the parts of the new value."""
    result = handle.lifted(result)
    shared = getattr(handle, "storage", None)
    if shared is None:
        dated(handle).become(result)
        return
    new = written(shared.base, handle.steps, result)
    shared.base = new.another()
    for h in [h() for h in shared.handles]:
        if h is not None:
            dated(h).become(result if h is handle else taken_from(new, h.steps))


def dated(handle):
    """The handle, with the time of its change, for rules that were to read its old value."""
    clock.now += 1
    if not hasattr(handle, "__weakref__"):  # of an interpreter that keeps nothing for later
        return handle
    key = id(handle)
    REBOUND[key] = (ref(handle, lambda _: REBOUND.pop(key, None)), clock.now)
    return handle


def written(base, steps, result):
    """The base with `result` in the place of the view."""
    if not steps:
        return result
    op, arrays, params = steps[0]
    if op is expanded:
        raise ShapeError(
            "x[index] = v: a broadcast array repeats its elements and is read-only, as in NumPy; "
            "copy() it first"
        )
    inner = written(op(base, *arrays, **params), steps[1:], result)
    if op is taken:
        return replaced(base, inner, *arrays, **params)
    return op.transpose(inner, (True,), base, **params)


def taken_from(base, steps):
    """The view that the steps take from a base."""
    for op, arrays, params in steps:
        base = op(base, *arrays, **params)
    return base


def as_recorded(v):
    """(out, args) of a vertex as they were when it was recorded."""
    args = v.args
    if args is not None:
        args = tuple([unchanged(a, v) if id(a) in REBOUND else a for a in args])
    out = v.out
    return (unchanged(out, v) if id(out) in REBOUND else out), args


def unchanged(x, v):
    """What a rule is to read of a handle that was rebound at some time."""
    reference, time = REBOUND[id(x)]
    if reference() is not x:
        return x
    if hasattr(x, "first"):
        return x.first
    if time > getattr(v, "time", time):
        raise GraphError(
            f"an array of shape {x.shape} that {v.op.name} needs for its derivative was changed "
            "in place since; give the operator a copy(), or write x = x + y instead of x += y"
        )
    return x
