"""Steps without native code: the row's own `evaluate` on the arrays where they stand."""

import ctypes
from typing import Any

import numpy as np

from ..interpret.vertex import Joint
from .view import bounds


class Callback:
    """A step that calls a row's `evaluate` on the arrays where they stand."""

    def __init__(self, step, places):
        x = step.x
        self.op = x.op.op if type(x.op) is Joint else x.op
        self.params, self.args = x.params, x.args
        self.sources = [v and Window(places[v.buffer], v) for v in step.sources]
        self.targets = [Window(places[v.buffer], v) for v in step.targets]
        made = step.made
        self.indices = [p.params["index"] for p in made] if type(x.op) is Joint else None
        used = [w.place for w in (*self.sources, *self.targets) if w is not None]
        self.pointers = ctypes.c_int64 * (max(used) + 1)

    def __call__(self, address):
        pointers = self.pointers.from_address(address)
        args = [
            a if w is None else w.at(pointers[w.place]) for a, w in zip(self.args, self.sources)
        ]
        with np.errstate(all="ignore"):
            out = self.op.evaluate(*args, **self.params)
        found = [out] if self.indices is None else [out[i] for i in self.indices]
        for window, value in zip(self.targets, found):
            target = window.at(pointers[window.place])
            if np.shape(value) != target.shape:
                raise ValueError(
                    f"{self.op.name} gave shape {np.shape(value)} and its graph has {target.shape}"
                )
            target[...] = value


class Window:
    """The array that a view describes, wherever its buffer stands.

    The last array is kept: buffers seldom move, and making an array of an address takes 2 µs.
    """

    def __init__(self, place, view):
        self.place, self.shape, self.dtype = place, view.shape, view.buffer.dtype
        size = self.dtype.itemsize
        low, high = bounds(view) if 0 not in view.shape else (0, 0)
        self.memory, self.low = ctypes.c_char * ((high - low) * size), low * size
        self.first = (view.offset - low) * size
        self.strides = tuple(s * size for s in view.strides)
        self.last: Any = (None, None)

    def at(self, address):
        """The array at an address."""
        known, array = self.last
        if known != address:
            array = self.made(address)
            self.last = address, array
        return array

    def made(self, address):
        if 0 in self.shape:
            return np.empty(self.shape, self.dtype)
        memory = self.memory.from_address(address + self.low)
        return np.ndarray(self.shape, self.dtype, memory, self.first, self.strides)
