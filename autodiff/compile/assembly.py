"""Values put together from pieces: each is written to its place by the nest that computes it."""

from functools import partial

import numpy as np

from ..core.lower import Element, Fold
from ..core.op import NO_PARAMS
from ..core.spec import Spec
from ..interpret.graph import Node, node
from ..ops.choose import stop_gradient
from .emit import BOOL, written
from .view import covers, gathers, getitem, is_zero, moved, packed, squeezed, windowed

SHORT = 16  # elements of an inner axis below which a nest is better off without strides of its own


def assemble(s, x, lower, lowering):
    """Place a node that is put together from pieces; whether it could be done."""
    pieces = lower.pieces(*x.args, **x.params)
    if any([gathers(index) for _, index in pieces]):
        return False
    target, parts = s.view(x), []
    for value, index in pieces:
        part = target if index is None else moved(target, partial(getitem, index=index))
        parts.append((value, part))
    # what a later piece covers need not be written
    parts = parts[max([i for i, (_, p) in enumerate(parts) if covers(p, target)], default=0) :]
    value = parts[0][0]
    if len(parts) == 1 and type(value) is Node and value.declared == x.declared:
        if squeezed(value.known) == squeezed(x.known):
            del s.views[x]
            s.same[x] = s.root(value)
            return True
    if not bordered(s, x, target, parts, lowering):
        write(s, x, target, parts)
    return True


def bordered(s, x, target, parts, lowering):
    """One value with the same number all around it is read where it stands; whether it is here."""
    inner = [(value, part) for value, part in parts if type(value) is Node]
    around = [value for value, _ in parts if type(value) is not Node]
    if len(inner) != 1 or len(parts) < 2:
        return False
    ((value, part),) = inner
    if value.declared != x.declared or value.known != part.shape:
        return False
    fill = 0
    if not (len(parts) == 2 and is_zero(parts[0][0])):
        fill = same_number(around, x.declared)
        if fill is None or not read_by_nests(s, x, lowering):
            return False
    source = s.view(value)
    found = None if source.window else windowed(part, target, source, fill)
    if found is None:
        return False
    s.views[x], s.after[x] = found, s.ready(value)
    return True


def same_number(values, dtype):
    """The number that all elements of constants are, to the bit; None where they differ."""
    found = {written(np.asarray(v).flat[0], dtype) for v in values if uniform(v)}
    if dtype == BOOL or len(found) != 1 or not all(map(uniform, values)):
        return None
    return np.asarray(values[0]).flat[0]


def uniform(value):
    """Whether a constant is one number, maybe many times."""
    return np.size(value) == 1 or (np.size(value) > 1 and not any(np.asarray(value).strides))


def read_by_nests(s, x, lowering):
    """Whether a value is read by loop nests alone."""
    readers = s.readers.get(x, ())
    return all([r is not None and type(lowering(r)) in (Element, Fold) for r in readers])


def write(s, x, target, parts):
    """Every piece is stored by a nest: by the one that computes it, where that loses nothing."""
    laid = len(parts) > 1 and covers(parts[0][1], target)  # the others are written over the first
    rank = [0 if laid and k == 0 else 1 + (not computed(s, v)) for k, (v, _) in enumerate(parts)]
    first, numbers = 0, []
    for k in sorted(range(len(parts)), key=lambda k: rank[k]):
        value, part = parts[k]
        if type(value) is not Node and uniform(value):
            value = np.asarray(value).flat[0]
        piece = node(stop_gradient, (value,), NO_PARAMS, Spec(part.shape, x.declared), x.level)
        s.views[piece] = part
        if rank[k] == 2 and numbers:  # not before it must, so that the memory is not taken longer
            first = max(first, min(numbers))
        if rank[k] and even(part):
            s.join(piece, part.shape, piece.args, first)
        else:
            s.alone(piece, part.shape)
        if not rank[k]:
            first = s.at[piece] + 1
        numbers.append(s.at[piece])
    s.at[x] = max(numbers)
    s.after[x] = s.at[x] + 1


def computed(s, value):
    """Whether a nest has a value at hand."""
    return type(value) is Node and s.inline(value)


def even(part):
    """Whether storing to a part leaves a nest its long inner axis."""
    sizes = squeezed(part.shape)
    steps = tuple([st for st, n in zip(part.strides, part.shape) if n != 1])
    return len(sizes) < 2 or sizes[-1] >= SHORT or steps == packed(sizes)
