"""Where the buffers of the workspace stand: memory is used again once nobody reads it any more."""

from .nested import moving

ALIGN = 64


def lifetimes(rows, outside=()):
    """Places in the workspace for the buffers that live there; gives its size [B].

    outside: buffers that live elsewhere.
    """
    alive = {}
    for number, row in enumerate(rows):
        for b in map(moving, row.buffers):
            if b.home == "workspace" and b not in outside:
                if b not in alive:
                    alive[b] = b.first = number
                b.last = number
    starts, ends = {}, {}
    for b in alive:
        starts.setdefault(b.first, []).append(b)
        ends.setdefault(b.last, []).append(b)
    free, top, given = {}, 0, set()  # size -> places of that size
    for number in range(len(rows)):
        for b in starts.get(number, ()):
            size = room(b)
            heir = inherited(rows[number], b, [r for r in ends.get(number, ()) if r not in given])
            if heir is not None:
                b.place = heir.place
                given.add(heir)
                continue
            fit = min((s for s in free if s >= size and free[s]), default=None)
            if fit is None:
                b.place, top = top, top + size
            else:
                b.place = free[fit].pop()
                if fit > size:
                    free.setdefault(fit - size, []).append(b.place + size)
        for b in ends.get(number, ()):
            if b in given:
                continue
            free.setdefault(room(b), []).append(b.place)
    return top


def room(b):
    """The bytes of a buffer, in whole lines of the cache."""
    return -(-max(b.size * b.dtype.itemsize, 1) // ALIGN) * ALIGN


def inherited(row, b, others):
    """The buffer that ends where `b` begins and whose memory it takes over; None where none can.

    A nest may write over what it reads: each element at the place that nobody reads after it.
    """
    for r in others:
        if r is not b and r.dtype == b.dtype and room(r) == room(b) and r.first < b.first:
            if element_by_element(row, r, b):
                return r
    return None


def element_by_element(row, given, made):
    """Whether a nest reads each element of one buffer before it writes that of the other."""
    text = row.walk
    if text is None:
        return False
    both = given, made
    if any(
        [a.buffer not in both and moving(a.buffer) in both for a in (*text.loads, *text.stores)]
    ):
        return False
    stores = [a for a in text.stores if a.buffer is made]
    if len(stores) != 1 or any([moving(a.buffer) in both for a in text.folds]):
        return False
    order = {x: n for n, x in enumerate(text.nest.nodes)}
    for a in text.loads:
        if a.buffer is made:
            return False
        if a.buffer is given:
            read = [order[x] for (x, _), access in text.args.items() if access is a]
            together = a.strides == stores[0].strides and a.offset == stores[0].offset
            if not together or a.window or a.indices or min(read) > order[stores[0].x]:
                return False
    return True
