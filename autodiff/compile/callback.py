"""Steps without native code: the row's own `evaluate` on the arrays where they stand."""

import ctypes

import numpy as np

from ..interpret.vertex import Joint
from .view import bounds


class Callback:
    """A step that calls a row's `evaluate` on the arrays where they stand."""

    def __init__(self, step, places):
        x = step.x
        self.op = x.op.op if type(x.op) is Joint else x.op
        self.params, self.args = x.params, x.args
        self.sources = [v and (places[v.buffer], v) for v in step.sources]
        self.targets = [(places[v.buffer], v) for v in step.targets]
        made = step.made
        self.indices = [p.params["index"] for p in made] if type(x.op) is Joint else None

    def __call__(self, address):
        pointers = ctypes.cast(address, ctypes.POINTER(ctypes.c_int64))
        args = [
            a if s is None else at(pointers[s[0]], s[1]) for a, s in zip(self.args, self.sources)
        ]
        with np.errstate(all="ignore"):
            out = self.op.evaluate(*args, **self.params)
        found = [out] if self.indices is None else [out[i] for i in self.indices]
        for (place, view), value in zip(self.targets, found):
            target = at(pointers[place], view)
            if np.shape(value) != target.shape:
                raise ValueError(
                    f"{self.op.name} gave shape {np.shape(value)} and its graph has {target.shape}"
                )
            target[...] = value


def at(address, view):
    """The array that a view describes at an address."""
    size = view.buffer.dtype.itemsize
    if 0 in view.shape:
        return np.empty(view.shape, view.buffer.dtype)
    low, high = bounds(view)
    memory = (ctypes.c_char * ((high - low) * size)).from_address(address + low * size)
    strides = tuple(s * size for s in view.strides)
    return np.ndarray(view.shape, view.buffer.dtype, memory, (view.offset - low) * size, strides)
