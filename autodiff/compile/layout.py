"""How a loop nest walks over memory: one stride for each axis of each buffer."""

from typing import Any

import numpy as np

from ..interpret.graph import Node
from .emit import written
from .places import PLACES
from .view import along


class Access:
    """A load, a store or a fold of a nest: a buffer walked with one stride for each axis.

    number: its place among the buffers of the nest; a fold has reduced axes with stride 0.
    fill: what a load gives outside of its window; word: how a fold that finds places compares.
    """

    def __init__(self, kind, x, buffer, strides, offset, window=None, reduced=()):
        self.kind, self.x, self.buffer, self.strides = kind, x, buffer, strides
        self.fill: Any = 0
        self.offset, self.window, self.reduced = offset, window, reduced
        self.dtype = buffer.dtype
        self.pointer: Any = None
        self.word = PLACES.get(x.op.name) if kind == "fold" else None

    def inner(self):
        """How it walks the inner axis: 0 stays, 1 contiguous, 2 otherwise."""
        return (
            min(self.strides[-1], 2)
            if self.strides and self.strides[-1] >= 0
            else 2 * bool(self.strides)
        )


def accesses_of(s, nest, number):
    """(loads {(argument, strides): access}, stores, folds) of a nest."""
    loads, stores, folds, args = {}, [], [], {}
    for x in nest.nodes:
        shape = fold_shape(x, s)
        for i, a in enumerate(x.args):
            if type(a) is not Node:
                if np.ndim(a) == 0:
                    continue
                view = s.constant_view(a)
            elif s.at.get(s.root(a)) == number and s.root(a) not in s.folds:
                continue
            else:
                view = s.view(a)
            strides, window = along(view, shape)
            fill = written(view.fill, view.buffer.dtype) if window else None
            key = (view.buffer, strides, view.offset, window, fill)
            if key not in loads:
                found = Access("load", a, view.buffer, strides, view.offset, window)
                found.fill = view.fill
                loads[key] = found
            args[x, i] = loads[key]
        if x in s.folds:
            folds.append(fold_access(s, x, shape))
        elif x in s.views:
            view = s.views[x]
            strides, _ = along(view, view.shape)
            stores.append(Access("store", x, view.buffer, strides, view.offset))
    return list(loads.values()), stores, folds, args


def fold_shape(x, s):
    """The shape that a node of a nest runs over."""
    return x.args[0].known if x in s.folds else x.known


def fold_access(s, x, shape):
    """Where a reduction is written."""
    axes = x.params.get("axes")
    gone = [axes is None or i - len(shape) in axes for i in range(len(shape))]
    strides, step = [], 1
    for size, g in zip(reversed(shape), reversed(gone)):
        strides.append(0 if g else step)
        step *= 1 if g else size
    strides.reverse()
    kept = [i for i, size in enumerate(shape) if size != 1]
    view = s.views[x]
    return Access(
        "fold", x, view.buffer, tuple(strides[i] for i in kept), view.offset,
        None, tuple(gone[i] for i in kept),
    )  # fmt: skip


def ordered_axes(space, accesses):
    """The axes from the outermost in: large strides outside, as far as the accesses agree."""

    def weight(axis):
        return sum(abs(a.strides[axis]) * (2 if a.kind == "store" else 1) for a in accesses)

    if all(a.strides[-1] in (0, 1) for a in accesses) or any(a.word for a in accesses):
        return list(range(len(space)))
    return sorted(range(len(space)), key=lambda axis: (-weight(axis), axis))


def collapse(space, accesses):
    """Join neighbouring axes along which every access walks on evenly; gives the sizes."""
    order = ordered_axes(space, accesses) if len(space) > 1 else range(len(space))
    sizes = [space[i] for i in order]
    for a in accesses:
        a.strides = [a.strides[i] for i in order]
        a.window = [a.window[i] for i in order] if a.window else None
        a.reduced = [a.reduced[i] for i in order] if a.reduced else []
    k = 0
    while k < len(sizes) - 1:
        if all(joins(a, k, sizes[k + 1]) for a in accesses):
            sizes[k : k + 2] = [sizes[k] * sizes[k + 1]]
            for a in accesses:
                del a.strides[k]
                for own in (a.window, a.reduced):
                    if own:
                        del own[k]
        else:
            k += 1
    return sizes


def joins(a, k, size):
    """Whether an access walks over axes k and k + 1 as over one."""
    if a.window and (a.window[k] or a.window[k + 1]):
        return False
    if a.reduced and a.reduced[k] != a.reduced[k + 1]:
        return False
    return a.strides[k] == a.strides[k + 1] * size


def depth_of(f):
    """How many axes stand outside of the last run of reduced axes."""
    d = len(f.strides)
    while d and f.reduced[d - 1]:
        d -= 1
    return d
