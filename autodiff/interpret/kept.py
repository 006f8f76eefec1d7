"""Constant arrays as a rule will read them: their owner may write to them before the sweep does.

A small array is copied when it is used.  A large one is not; some of its elements are noted, and
the sweep refuses to read it when they have changed.
"""

from typing import Any
from weakref import ref

import numpy as np

from .vertex import TRACES

TINY = 4096  # copied without looking for a copy that is there [B]
SMALL = 32768  # copied; beyond it a copy costs as much as a product with the array [B]
STEP, MOST = 31, 1024  # of a large array every 31st element is noted, or about so many in all

# id of an array -> (reference to what was kept, layout, bits, elements, the array if it is large)
KEPT: dict[int, Any] = {}
LENT: dict[int, Any] = {}  # id of a large array that is kept -> its entry in KEPT


def kept(array):
    """A constant array for the tape to hold: one that does not change, or that the sweep checks.

    Beyond the tiniest, arrays that nobody can write to are held as they are, and what is used again
    without having changed is kept once.
    """
    if TRACES:
        return frozen(array)
    size = array.nbytes
    if size <= TINY:
        return array.copy()
    entry = KEPT.get(id(array))
    if entry is not None and entry[1] == layout(array):
        reference, _, bits, elements, _ = entry
        if bits == (array.tobytes("A") if elements is None else noted(elements)):
            twin = reference()
            if twin is not None:
                return twin
    if not changeable(array) or array.dtype.hasobject or id(array) in LENT:
        return array
    return copied_once(array) if size <= SMALL else lent(array)


def copied_once(array):
    """A copy that nobody can write to, for further uses of the array too."""
    order, bits = "F" if array.flags.fnc else "C", array.tobytes("A")
    twin = np.ndarray(array.shape, array.dtype, bits, 0, None, order)
    key = id(array)

    def forget(reference):
        if key in KEPT and KEPT[key][0] is reference:
            del KEPT[key]

    KEPT[key] = ref(twin, forget), layout(array), bits, None, None
    return twin


def lent(array):
    """A view of a large array, some elements of which are noted as long as the view lives."""
    twin, elements = array.view(np.ndarray), spread(array)
    key, own = id(array), id(twin)

    def forget(reference):
        entry = LENT.pop(own)
        if KEPT.get(key) is entry:
            del KEPT[key]

    # the array itself is held too, so that no other can have its identity
    KEPT[key] = LENT[own] = ref(twin, forget), layout(array), noted(elements), elements, array
    return twin


def layout(array):
    """How an array lies in memory."""
    return array.shape, array.strides, array.dtype


def spread(array):
    """Some elements of an array: a view of them, or an iterator and its step."""
    flags, step = array.flags, max(STEP, array.size // MOST | 1)
    if not flags.forc:
        return array.flat, slice(None, None, step)
    flat = (array if flags.c_contiguous else array.T).reshape(-1)
    return flat[::step], slice(None)


def noted(elements):
    """The bits of what `spread` gave, as they are now."""
    flat, step = elements
    return flat[step].tobytes()


def changeable(array):
    """Whether somebody can write to the memory of an array."""
    while not array.flags.writeable:
        array = array.base
        if not isinstance(array, np.ndarray):
            return False
    return True


def overwritten(array):
    """Whether an array was changed since the tape was given it, as far as it was noted."""
    entry = LENT.get(id(array))
    return entry is not None and entry[2] != noted(entry[3])


def held(x):
    """A value of any kind as it is now."""
    return kept(x) if isinstance(x, np.ndarray) else x


def hold(v, given):
    """Let a vertex hold the plain arrays among the given arguments as they are now."""
    pairs = zip(v.args, given)
    v.args = tuple([kept(a) if a is b and isinstance(a, np.ndarray) else a for a, b in pairs])


def frozen(array):
    """A constant of a function that is being traced; the same one while its memory is unchanged."""
    if type(array) is not np.ndarray or array.dtype.kind not in "biufc":
        return array
    traces = list(TRACES.values())
    known = traces[-1].kept if traces else {}
    here = place(array)
    copy = known.get(here)
    if copy is None or (copy is not array and not same_bits(copy, array)):
        copy = known[here] = np.array(array)  # in the same order, so that both are read in a row
        known[place(copy)] = copy
    return copy


def place(array):
    """Where an array lies and how."""
    return array.__array_interface__["data"][0], array.shape, array.strides, array.dtype


def same_bits(a, b):
    """Whether two arrays of one shape and dtype hold the same bits, which NaN does not equal."""
    size = a.dtype.itemsize
    if size > 8:
        return a.tobytes() == b.tobytes()
    return bool((a.view(f"i{size}") == b.view(f"i{size}")).all())
