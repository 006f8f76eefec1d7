"""Which axis of an array between two steps is the inner one: the last, or the first.

A batch of small matrices stands best with the batch inside: each of their elements is then a whole
vector, and a matrix times all of them is one product of matrices.
"""

from collections import defaultdict
from copy import copy
from typing import Any

import numpy as np

from ..interpret.graph import Node
from ..ops.choose import stop_gradient
from .layout import WIDE, accesses_of, ordered_axes, price, work_of
from .product import matrix_call
from .view import bounds, count, squeezed

LEAST = 2**8  # elements of an array from which it matters
CALL = 200.0  # the price of calling the library, in loads of a vector


def arranged(s):
    """Turn the arrays whose nests run faster then, and the products that become one."""
    groups = grouped(s)
    if not any([worthwhile(b) for b in groups]):
        return
    taken = captured(s)
    turns = {b: turned_views(s, b, xs) for b, xs in groups.items() if b not in taken}
    turns = {b: views for b, views in turns.items() if views}
    joint = products(s, turns)
    if turns:
        Choice(s, turns, joint, taken).settle()


def worthwhile(buffer):
    """Whether it matters how a buffer is laid out."""
    return buffer.home == "workspace" and buffer.size >= LEAST


def grouped(s):
    """The nodes whose values stand in each buffer."""
    found = defaultdict(list)
    for x, view in s.views.items():
        if view.buffer.home == "workspace":
            found[view.buffer].append(x)
    return found


def captured(s, calls=("call",)):
    """The buffers whose places steps have noted, loop nests aside.

    calls: the kinds of steps that are asked for their sources and targets.
    """
    found = {*s.halves, *s.halves.values()}
    for step in s.steps:
        kind = getattr(step, "kind", "nest")
        if kind in calls:
            found.update([v.buffer for v in (*step.sources, *step.targets) if v is not None])
        elif kind == "loop":
            found.update([*step.buffers(), *[c.last for c in step.carries]])
        elif kind not in ("nest", "product"):
            found.update(step.buffers)
    return found


def as_output(s, x):
    """Whether a view of all of an array can be an output by itself, if need be by turning it."""
    view = s.view(x)
    b = view.buffer
    if b.home != "workspace" or not is_all(view) or b in captured(s, ("call", "product")):
        return False
    if view.contiguous:
        return True
    views = turned_views(s, b, [y for y, v in s.views.items() if v.buffer is b])
    if views is None or not views[s.root(x)].contiguous:
        return False
    s.views.update(views)
    return True


def laid_in_place(s):
    """Write values at once to the array of which they are copied as a part."""
    copies = [step for step in s.steps if is_copy(s, step)]
    if not copies:
        return
    taken, held = captured(s, ("call", "product")), grouped(s)
    writers = defaultdict(list)  # buffer -> nodes that nests write to it
    for step in s.steps:
        for x in [] if hasattr(step, "kind") else step.nodes:
            if x in s.views:
                writers[s.views[x].buffer].append(x)
    for step in copies:
        (x,) = step.nodes
        source, target = s.views[s.root(x.args[0])], s.views[x]
        if {source.buffer, target.buffer} & taken or not fits_part(s, x, writers[target.buffer]):
            continue
        if any([y in s.folds for y in held[source.buffer]]):  # their whole buffer is filled before
            continue
        for y in held[source.buffer]:
            view = s.views[y]
            s.views[y] = view._replace(buffer=target.buffer, offset=target.offset + view.offset)
        held[target.buffer] += held.pop(source.buffer)
        writers[target.buffer] += writers.pop(source.buffer, [])
        step.nodes = []


def is_copy(s, step):
    """Whether a step is a nest that copies a whole array and nothing else."""
    if hasattr(step, "kind") or len(step.nodes) != 1:
        return False
    (x,) = step.nodes
    if x.op is not stop_gradient or type(x.args[0]) is not Node or x not in s.views:
        return False
    source = s.views.get(s.root(x.args[0]))
    return source is not None and worthwhile(source.buffer)


def fits_part(s, x, writers):
    """Whether a copied array may stand where its copy is: nobody else writes there."""
    source, target = s.views[s.root(x.args[0])], s.views[x]
    if not (source.contiguous and target.contiguous and is_all(source)):
        return False
    if source.buffer.dtype != target.buffer.dtype or source.buffer is target.buffer:
        return False
    low, high = bounds(target)
    ends = [bounds(s.views[y]) for y in writers if y is not x]
    return count(source.shape) == high - low and not any([f < high and low < e for f, e in ends])


def turned_views(s, buffer, nodes):
    """{node: its view once the first axis of a buffer is the inner one}; None where it has none."""
    whole = [s.views[x] for x in nodes]
    shape = next((squeezed(v.shape) for v in whole if v.contiguous and is_all(v)), ())
    if len(shape) < 2:
        return None
    first, rest = shape[0], buffer.size // shape[0]
    views: Any = [turned(v, first, rest) for v in whole]
    return None if None in views else dict(zip(nodes, views))


def is_all(view):
    """Whether a view is of as many elements as its buffer has, from the first one on."""
    return count(view.shape) == view.buffer.size and not view.offset


def turned(view, first, rest):
    """The view with element (i, k) of a buffer at place k first + i instead of i rest + k."""
    line, place = divmod(view.offset, rest)
    low = high = place
    strides = []
    for k, (size, step) in enumerate(zip(view.shape, view.strides)):
        window = view.window[k] if view.window else None
        size = size if window is None else window[1] - window[0]
        if step % rest == 0:
            strides.append(step // rest)
            continue
        strides.append(step * first)
        low, high = low + min(0, step * (size - 1)), high + max(0, step * (size - 1))
    if low < 0 or high >= rest:
        return None
    return view._replace(strides=tuple(strides), offset=place * first + line)


def products(s, turns):
    """{number of a product: (buffers, sizes)} of those that are one product once both are turned.

    The buffers of all others are no longer turned.
    """
    joint = {}
    for number, step in enumerate(s.steps):
        if getattr(step, "kind", "") != "product":
            continue
        a, b = step.sources
        (c,) = step.targets
        lead = squeezed(c.shape[:-2])
        pair = b.buffer, c.buffer
        fits = len(lead) == 1 and squeezed(a.shape[:-2]) == () and squeezed(b.shape[:-2]) == lead
        fits = fits and all([x in turns for x in pair]) and a.buffer not in pair
        fits = fits and b.buffer is not c.buffer and first_of(b) and first_of(c)
        if fits:
            joint[number] = pair, (lead[0], a.shape[-2], a.shape[-1], b.shape[-1])
        else:
            for v in (a, b, c):
                turns.pop(v.buffer, None)
    left = None
    while left != len(joint):  # another product may keep one of the two as it is
        left = len(joint)
        for k in [k for k, (pair, _) in joint.items() if not all([x in turns for x in pair])]:
            for x in joint.pop(k)[0]:
                turns.pop(x, None)
    return joint


def first_of(view):
    """Whether a view is a contiguous stack of matrices that fills its buffer."""
    return view.contiguous and is_all(view)


def full(view):
    """Whether a constant is a contiguous array of several axes, and large enough to matter."""
    wide = len(squeezed(view.shape)) > 1 and view.buffer.size >= LEAST
    return wide and view.contiguous and is_all(view)


def first_axis(s, buffer, nodes):
    """(size of the first axis of a buffer, elements of one line of it)"""
    views = [s.views[x] for x in nodes]
    first = next(squeezed(v.shape)[0] for v in views if v.contiguous and is_all(v))
    return first, buffer.size // first


def touched(s, nodes, turns):
    """Whether some nodes of a nest, or what they read, stand in certain buffers."""
    read = [s.root(a) for x in nodes for a in x.args if type(a) is Node]
    return any([x in s.views and s.views[x].buffer in turns for x in (*nodes, *read)])


def otherwise(access, size):
    """An access once its buffer is turned, as far as its price goes."""
    first, rest = size
    found = copy(access)
    found.strides = tuple([n * first if n % rest else n // rest for n in access.strides])
    return found


class Choice:
    """What is turned: arrays that meet in nests together, then each one by itself."""

    def __init__(self, s, turns, joint, taken):
        self.s, self.joint = s, joint
        self.turned, self.prices = set(), {}
        self.nests = []  # (space, accesses as they are, accesses if all is turned, work)
        self.found = defaultdict(list)  # buffer -> numbers of its nests
        nests, elsewhere = [], set()
        for number, step in enumerate(s.steps):
            if hasattr(step, "kind") or 0 in step.space:
                continue
            if touched(s, step.nodes, turns):
                loads, stores, folds, _ = accesses_of(s, step, number)
                nests.append((step, [*loads, *stores, *folds]))
            else:
                elsewhere.update([id(a) for x in step.nodes for a in x.args if type(a) is not Node])
        self.fixed = {
            v.buffer: key
            for key, v in s.constants.items()
            if type(key) is int and key not in elsewhere and v.buffer not in taken and full(v)
        }
        firsts = {b: first_axis(s, b, views) for b, views in turns.items()}
        for b, key in self.fixed.items():
            first = squeezed(s.constants[key].shape)[0]
            firsts[b] = first, b.size // first
        self.firsts, self.turns = firsts, {**turns, **{b: {} for b in self.fixed}}
        for step, flat in nests:
            for b in dict.fromkeys([a.buffer for a in flat if a.buffer in firsts]):
                self.found[b].append(len(self.nests))
            other = [otherwise(a, firsts[a.buffer]) if a.buffer in firsts else a for a in flat]
            self.nests.append((step.space, flat, other, work_of(step.nodes)))

    def nest_price(self, k):
        """The price of a nest as things stand."""
        space, flat, other, work = self.nests[k]
        state = k, *[a.buffer in self.turned for a in flat]
        if state not in self.prices:
            mixed = [t if now else f for f, t, now in zip(flat, other, state[1:])]
            order = ordered_axes(space, mixed, work)
            self.prices[state] = price(order, space, mixed, work) if space else 0.0
        return self.prices[state]

    def product_price(self, k):
        """The price of a product as things stand; both of its arrays are turned, or none."""
        pair, (many, m, inner, n) = self.joint[k]
        if pair[0] in self.turned:
            return CALL + m * inner * -(-many * n // WIDE)
        return many * (CALL + m * inner * -(-n // WIDE))

    def total(self, buffers):
        """The price of all that touches some buffers."""
        nests = {k for b in buffers for k in self.found[b]}
        products = [k for k, (pair, _) in self.joint.items() if set(pair) & set(buffers)]
        return sum(map(self.nest_price, nests)) + sum(map(self.product_price, products))

    def settle(self):
        """Find what is worth turning, and turn it."""
        for group in self.groups():
            before = self.total(group)
            self.turned |= group
            if self.total(group) >= before:
                self.turned -= group
        tied = {b for pair, _ in self.joint.values() for b in pair}
        for b in self.turns:
            if b not in tied:
                before = self.total([b])
                self.turned ^= {b}
                if self.total([b]) >= before:
                    self.turned ^= {b}
        for b in self.turned:
            self.s.views.update(self.turns[b])
            if b in self.fixed:
                key, (first, rest) = self.fixed[b], self.firsts[b]
                self.s.constants[key] = turned(self.s.constants[key], first, rest)
                b.value = np.ascontiguousarray(b.value.reshape(first, rest).T)
        for k, (pair, (many, *_)) in self.joint.items():
            if pair[0] in self.turned:
                step = self.s.steps[k]
                a, *others = [*step.sources, *step.targets]
                b, c = [turned(v, many, v.buffer.size // many) for v in others]
                self.s.steps[k] = matrix_call(step.x, [a, b], c)

    def groups(self):
        """Sets of buffers that meet in nests or products."""
        links = [{a.buffer for a in flat if a.buffer in self.turns} for _, flat, *_ in self.nests]
        links += [set(pair) for pair, _ in self.joint.values()]
        owner = {}  # buffer -> the set that it is in
        for link in links:
            met = {id(owner[b]): owner[b] for b in link if b in owner}.values()
            most = max(met, key=len, default=set())
            for b in link.union(*[g for g in met if g is not most]):
                owner[b] = most
                most.add(b)
        return {id(g): g for g in owner.values()}.values()
