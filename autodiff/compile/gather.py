"""Elements taken at constant index arrays: a loop nest reads them where it needs them.

What is taken is neither written nor read back.  The places are checked while the program is made;
an index outside of its axis is left to the step that raises as NumPy does, whenever it is reached.
"""

import numpy as np

from ..interpret.graph import Node
from ..ops.index import separated, spelled_out
from .indexing import directions, fits
from .layout import Access

WORD = np.dtype(np.int64)


class Gather:
    """Where the elements of a node stand: in another value, moved by index arrays.

    source: the value; index: the template of the index; places: its arrays, each not negative.
    """

    def __init__(self, source, index, places):
        self.source, self.index, self.places = source, index, places

    def access(self, s, x, loads):
        """The access of a nest over the shape of `x`; those of the index arrays join `loads`."""
        whole = s.view(self.source)
        rank = len(whole.shape)
        parts, apart = spelled_out(self.index, rank), separated(self.index)
        offset, dimensions, axes = directions(whole, parts, apart, self.places)
        kept = [d for d in dimensions if d.size != 1]
        found = Access("load", x, whole.buffer, tuple([d.step for d in kept]), offset)
        for j, (view, (_, _, step)) in enumerate(zip(self.places, axes)):
            strides = tuple([d.index[j] if d.index else 0 for d in kept])
            if not any(strides):  # one number
                found.offset += int(view.buffer.value.reshape(-1)[0]) * step
                continue
            key = (view.buffer, strides, view.offset, None)
            if key not in loads:
                loads[key] = Access("index", None, view.buffer, strides, view.offset)
            found.indices.append((loads[key], step))
        return found


def gathered(s, x):
    """Place a node that takes elements at constant index arrays; whether it is one."""
    a, *arrays = x.args
    if not arrays or type(a) is not Node or any([type(i) is Node for i in arrays]):
        return False
    if 0 in x.known or not fits(x, [a], arrays):
        return False
    source = s.view(a)
    if source.window:
        a = s.copy(a)
        source = s.view(a)
    index = spelled_out(x.params["index"], len(source.shape))
    sizes = directions(source, index, separated(index), [s.constant_view(i) for i in arrays])[2]
    places = [counted(s, i, size) for i, (_, size, _) in zip(arrays, sizes)]
    if None in places:
        return False
    s.gathers[x] = Gather(a, x.params["index"], places)
    s.join(x, x.known, [a], apart=True)
    return True


def counted(s, array, size):
    """The view of an index array with all counted from the start; None where one is outside."""
    key = id(array), size
    if key not in s.constants:
        low, high = array.min(), array.max()
        if low < -size or high >= size:
            return None
        wide = array.astype(WORD)
        s.constants[key] = s.constant(np.where(wide < 0, wide + size, wide), WORD)
    return s.constants[key]
