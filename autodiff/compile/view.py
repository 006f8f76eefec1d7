"""Where the elements of a value stand in memory: buffers, and strided views of them."""

from typing import Any, NamedTuple

import numpy as np

BYTE = np.dtype(np.int8)


class Buffer:
    """Memory of one value: its dtype, how many elements, and where it comes from.

    home: "input", "output", "constant" or "workspace"; place: its number among those.  In loops
    "inner": at a place inside of its owner; "slot": a pointer that moves, into its owner if it has
    one; "alias": its owner by another name; "stack": memory that grows.
    first, last: the steps between which a workspace buffer is alive.
    """

    __slots__ = ("dtype", "size", "home", "place", "first", "last", "value", "owner")

    def __init__(self, dtype, size, home="workspace", place=None, value=None, owner=None):
        self.dtype, self.size, self.home, self.place = dtype, size, home, place
        self.first, self.last, self.value, self.owner = None, None, value, owner

    def __repr__(self):
        return f"<{self.home} {self.place}: {self.size} x {self.dtype}>"


class View(NamedTuple):
    """Elements of a buffer: [i, j, ...] stands at offset + i strides[0] + j strides[1] + ...

    window: for each axis None, or the indices (from, to) outside of which the value is `fill`.
    """

    buffer: Buffer
    shape: tuple
    strides: tuple
    offset: int = 0
    window: Any = None
    fill: Any = 0

    @property
    def contiguous(self):
        return self.window is None and (0 in self.shape or self.strides == packed(self.shape))


def count(shape):
    """How many elements a shape has."""
    n = 1
    for s in shape:
        n *= s
    return n


def packed(shape):
    """The strides of a contiguous array; 0 along unit axes."""
    strides, step = [], 1
    for size in reversed(shape):
        strides.append(step if size != 1 else 0)
        step *= max(size, 1)
    return tuple(reversed(strides))


def whole(buffer, shape):
    """A contiguous view."""
    return View(buffer, tuple(shape), packed(shape))


def unrepeated(array):
    """A constant cut to one element along each axis along which it stays the same, bit by bit."""
    array = np.ascontiguousarray(array).reshape(np.shape(array))
    plain = array.dtype.kind in "biuf" and array.itemsize <= 8
    bits = array.view(f"u{array.itemsize}") if plain else array
    for axis, size in enumerate(array.shape):
        first = (*[slice(None)] * axis, slice(0, 1))
        if size > 1 and (bits == bits[first]).all():
            array, bits = array[first], bits[first]
    return array


def repeated(view, shape):
    """The view with unit axes repeated to a shape."""
    strides = [0 if n != m else s for n, m, s in zip(view.shape, shape, view.strides)]
    return view._replace(shape=tuple(shape), strides=tuple(strides))


def moved(view, move) -> View | None:
    """The view of `move(array)`, found by moving an array of bytes; None where that copies."""
    if 0 in view.shape:
        out = move(np.empty(view.shape, BYTE))
        return View(view.buffer, out.shape, packed(out.shape))
    low, high = bounds(view)
    base = np.empty(high - low, BYTE)
    out = move(np.ndarray(view.shape, BYTE, base, view.offset - low, view.strides))
    if out.size == 0:
        return View(view.buffer, out.shape, packed(out.shape))
    offset = out.__array_interface__["data"][0] - base.__array_interface__["data"][0]
    if not 0 <= offset < base.size or not shares(out, base):
        return None
    strides = tuple(0 if n == 1 else s for n, s in zip(out.shape, out.strides))
    return View(view.buffer, out.shape, strides, offset + low)


def windowed(part, target, source, fill) -> View | None:
    """The source as a view of the shape of `target`, `fill` outside of `part`; None: it is none.

    part: the view of the target's memory that the source fills, along each axis without gaps.
    """
    if 0 in part.shape:
        return None
    found = {s: k for k, (s, n) in enumerate(zip(part.strides, part.shape)) if n != 1}
    strides, window = [], []
    for step, size in zip(target.strides, target.shape):
        if size == 1:
            strides.append(0)
            window.append(None)
            continue
        start, k = part.offset // step % size, found.pop(step, None)
        strides.append(0 if k is None else source.strides[k])
        window.append((start, start + (1 if k is None else part.shape[k])))
    if found:  # an axis walked backwards, or with gaps
        return None
    return View(source.buffer, target.shape, tuple(strides), source.offset, tuple(window), fill)


def bounds(view):
    """The first element that a view touches, and the one after the last."""
    ends = [(n - 1) * s for n, s in zip(view.shape, view.strides)]
    return view.offset + sum(min(0, e) for e in ends), view.offset + sum(
        max(0, e) for e in ends
    ) + 1


def shares(array, base):
    """Whether an array is a view of the other, however many views lie between."""
    while array is not None:
        if array is base:
            return True
        array = array.base
    return False


def squeezed(shape):
    """The sizes that are not 1."""
    return tuple(s for s in shape if s != 1)


def along(view, shape):
    """(strides, window) of a view broadcast to `shape`, for the axes whose size is not 1."""
    lead = len(shape) - len(view.shape)
    strides, window = [], []
    for i, size in enumerate(shape):
        if size == 1:
            continue
        j = i - lead
        there = j >= 0 and view.shape[j] != 1
        strides.append(view.strides[j] if there else 0)
        window.append(view.window[j] if there and view.window else None)
    return tuple(strides), tuple(window) if any(w is not None for w in window) else None


def is_zero(value):
    """Whether a value is the number 0."""
    return type(value) is int and value == 0


def covers(part, target):
    """Whether a part of a value is all of it, in the same order."""
    steps = [s for s, n in zip(part.strides, part.shape) if n != 1]
    all_steps = [s for s, n in zip(target.strides, target.shape) if n != 1]
    return squeezed(part.shape) == squeezed(target.shape) and steps == all_steps


def gathers(index):
    """Whether an index has arrays: what they name is no view."""
    return type(index) is tuple and any([hasattr(p, "dtype") for p in index])


def getitem(array, index):
    return array[index]


def usable(view):
    """Whether a library reads the last two axes: one of them has stride 1."""
    rows, columns = view.strides[-2:]
    m, n = view.shape[-2:]
    flat = (columns == 1 or n == 1) and (m == 1 or rows >= n)
    turned = (rows == 1 or m == 1) and (n == 1 or columns >= m)
    return view.window is None and (flat or turned)


def relabels(x, a):
    """Whether a movement inserts or removes unit axes and nothing else."""
    if squeezed(x.known) != squeezed(a.known):
        return False
    if count(a.known) <= 1:
        return True
    numbers = View(Buffer(a.declared, count(a.known)), a.known, packed(a.known))
    found = moved(numbers, lambda array: x.op.evaluate(array, **x.params))
    return found is not None and not found.offset and found.strides == packed(x.known)


def relabelled(view, shape):
    """A view with its unit axes in other places."""
    strides = iter(s for s, n in zip(view.strides, view.shape) if n != 1)
    window = None
    if view.window:
        kept = iter(w for w, n in zip(view.window, view.shape) if n != 1)
        window = tuple(None if n == 1 else next(kept) for n in shape)
    return View(
        view.buffer,
        shape,
        tuple(0 if n == 1 else next(strides) for n in shape),
        view.offset,
        window,
        view.fill,
    )
