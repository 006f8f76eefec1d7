"""Where the parts of complex numbers stand: every other number of their memory."""

import numpy as np

from ..core.op import NO_PARAMS
from ..core.spec import Spec
from ..interpret.graph import Node, node
from ..ops.choose import stop_gradient
from ..ops.complex import imaginary_part, real_part
from .pairs import PARTS, paired
from .view import Buffer, View


def half_view(view, imaginary, halves):
    """The real or the imaginary parts of complex numbers; halves: {buffer: it as real numbers}."""
    buffer = view.buffer
    if buffer not in halves:
        real = np.dtype(f"f{buffer.dtype.itemsize // 2}")
        halves[buffer] = Buffer(real, 2 * buffer.size, "alias", None, None, buffer)
    strides = tuple([2 * s for s in view.strides])
    offset = 2 * view.offset + imaginary
    return View(halves[buffer], view.shape, strides, offset, view.window, view.fill)


def place_half(s, x):
    """A part of a complex value is a view; whether it is one."""
    (a,) = x.args
    if type(a) is not Node or a.declared not in PARTS:
        return False
    s.views[x] = half_view(s.view(a), x.op is imaginary_part, s.halves)
    s.after[x] = s.ready(a)
    return True


def place_pair(s, x):
    """A complex value is written by its parts, in the nest that computes them."""
    target = s.view(x)
    for k, part in enumerate(x.args):
        real = Spec(x.known, PARTS[x.declared])
        piece = node(stop_gradient, (part,), NO_PARAMS, real, x.level)
        s.views[piece] = half_view(target, k, s.halves)
        s.join(piece, x.known, piece.args)
        s.at[x] = max(s.at.get(x, 0), s.at[piece])


def copied_pair(s, a):
    """The same complex value, written contiguously."""
    parts, real = [], Spec(a.known, PARTS[a.declared])
    for row in (real_part, imaginary_part):
        parts.append(node(row, (a,), NO_PARAMS, real, a.level))
        place_half(s, parts[-1])
    x = node(paired, tuple(parts), NO_PARAMS, Spec(a.known, a.declared), a.level)
    place_pair(s, x)
    return x
