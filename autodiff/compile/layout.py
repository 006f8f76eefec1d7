"""How a loop nest walks over memory: one stride for each axis of each buffer."""

from typing import Any

import numpy as np

from ..interpret.graph import Node
from .emit import written
from .library import LIBRARY
from .places import PLACES
from .view import along, count

WIDE = 8  # lanes of a vector, as a rule
TURN, SCATTERED = 4.0, 16.0  # the price of starting an inner loop, and of elements that stand apart
FUNCTION, DEAR = 12.0, {"divide": 4.0, "reciprocal": 4.0, "sqrt": 4.0}
FEW = 2**10  # elements below which an order of its own is not worth being compiled
CLEARLY = 0.8  # an order of axes is changed if it takes this part of the time


class Access:
    """A load, a store or a fold of a nest: a buffer walked with one stride for each axis.

    kind: "load", "store", "fold", or "index" for index arrays.  number: its place among the buffers
    of the nest; a fold has reduced axes with stride 0.
    indices: [(access of an index array, how far apart the elements are that it counts)].
    fill: what a load gives outside of its window; word: how a fold that finds places compares.
    """

    def __init__(self, kind, x, buffer, strides, offset, window=None, reduced=()):
        self.kind, self.x, self.buffer, self.strides = kind, x, buffer, strides
        self.fill: Any = 0
        self.offset, self.window, self.reduced = offset, window, reduced
        self.dtype = buffer.dtype
        self.pointer: Any = None
        self.indices: Any = []
        self.word = PLACES.get(x.op.name) if kind == "fold" else None

    def inner(self):
        """How it walks the inner axis: 0 stays, 1 contiguous, 2 otherwise, 3 by an index array."""
        if any([index.strides and index.strides[-1] for index, _ in self.indices]):
            return 3
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
        if x in s.gathers:
            args[x, 0] = loads[x] = s.gathers[x].access(s, x, loads)
        for i, a in enumerate(operands(s, x)):
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


def operands(s, x):
    """The arguments of a node that a nest reads one by one: not those of what is gathered."""
    return () if x in s.gathers else x.args


def fold_shape(x, s):
    """The shape that a node of a nest runs over."""
    return x.args[0].known if x in s.folds else x.known


def fold_access(s, x, shape):
    """Where a reduction is written."""
    axes, view = x.params.get("axes"), s.views[x]
    gone = [axes is None or i - len(shape) in axes for i in range(len(shape))]
    if len(view.shape) == len(shape):
        own = iter(view.strides)
        strides = [0 if g else step for g, step in zip(gone, own)]
    else:
        own = iter(view.strides)
        strides = [0 if g else next(own) for g in gone]
    kept = [i for i, size in enumerate(shape) if size != 1]
    return Access(
        "fold", x, view.buffer, tuple(strides[i] for i in kept), view.offset,
        None, tuple(gone[i] for i in kept),
    )  # fmt: skip


def work_of(nodes):
    """About how long the operators of a nest take on one vector, in loads of a vector."""
    return sum([DEAR.get(x.op.name, FUNCTION if x.op.name in LIBRARY else 0.3) for x in nodes])


def ordered_axes(space, accesses, work):
    """The axes from the outermost in: large strides outside, as far as the accesses agree.

    Where that leaves only a part of a vector to the inner axis, any other may be the inner one.
    """
    axes = range(len(space))
    if len(space) < 2:
        return list(axes)
    weights = [sum([abs(a.strides[i]) * (1 + (a.kind == "store")) for a in accesses]) for i in axes]
    heavy = sorted(axes, key=lambda i: (-weights[i], i))
    if any([a.word for a in accesses]):
        return list(axes)
    order = list(axes) if all([a.strides[-1] in (0, 1) for a in accesses]) else heavy
    if run_of(order, space, accesses) >= WIDE or max(space) < WIDE or count(space) < FEW:
        return order
    others = [[*[i for i in heavy if i != j], j] for j in axes if j != order[-1]]
    best = min(others, key=lambda o: price(o, space, accesses, work))
    gain = price(best, space, accesses, work) < CLEARLY * price(order, space, accesses, work)
    return best if gain else order


def run_of(order, space, accesses):
    """How many elements one inner loop walks over, with the axes that join the inner one."""
    last, run = order[-1], space[order[-1]]
    for i in reversed(order[:-1]):
        if any([a.strides[i] != a.strides[last] * run or apart(a, i, last) for a in accesses]):
            break
        run *= space[i]
    return run


def price(order, space, accesses, work):
    """About how long a nest runs, in loads of a vector."""
    last, run, turns = order[-1], run_of(order, space, accesses), count(space)
    each, once = 1.0 + work, TURN
    for a in accesses:
        step = a.strides[last]
        if a.indices and any([index.strides[last] for index, _ in a.indices]):
            each += SCATTERED
        elif a.kind == "fold":
            each += 0.5 if a.reduced[last] else 2.0
            once += 4.0 * a.reduced[last]
        else:
            each += 0.0 if step == 0 else 1.0 if step == 1 else SCATTERED
        once += 0.5
    return turns / max(run, 1) * (once + -(-run // WIDE) * each)


def collapse(space, accesses, work):
    """Join neighbouring axes along which every access walks on evenly; gives the sizes."""
    order = ordered_axes(space, accesses, work)
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
    return a.strides[k] == a.strides[k + 1] * size and not apart(a, k, k + 1)


def apart(a, i, j):
    """Whether an access does not treat two axes alike."""
    if a.window and (a.window[i] or a.window[j]):
        return True
    return bool(a.reduced) and a.reduced[i] != a.reduced[j]


def reach(index):
    """How many axes stand up to the last one along which an index array moves."""
    d = len(index.strides)
    while d and not index.strides[d - 1]:
        d -= 1
    return d


def depth_of(f):
    """How many axes stand outside of the last run of reduced axes."""
    d = len(f.strides)
    while d and f.reduced[d - 1]:
        d -= 1
    return d
