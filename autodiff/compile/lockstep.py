"""Nests that go over the same large array row by row, run block by block: it is read once.

A product with a matrix and one with its transpose, as in the gradient of a regression, read the
matrix twice; in blocks that fit in the cache the second reading costs little.
"""

LARGE = 2**21  # [B] from which an array does not stay in the cache between two readings
TOGETHER = 2**15  # elements of the block of an array


def groups_of(texts, barriers):
    """[(members, steps to run after them)] of numbers of steps.

    texts: {number: text} of the nests; barriers: steps that no other is moved across.
    """
    found, taken = [], -1
    for i in sorted(texts):
        if i > taken and texts[i].sizes and large(texts[i]):
            members, others = group_from(i, texts, barriers)
            if len(members) > 1:
                found.append((members, others))
                taken = members[-1]
    return found


def group_from(i, texts, barriers):
    """The nests that can run in blocks with number `i`, and those between them that cannot."""
    members, others, j = [i], [], i + 1
    while j in texts and j not in barriers and j - 1 not in barriers:
        t = texts[j]
        left = [texts[k] for k in others]
        free = not any([read(t) & made(o) or made(t) & (read(o) | made(o)) for o in left])
        if free and t.sizes and t.sizes[0] == texts[i].sizes[0] and follows(t, members, texts):
            members.append(j)
        else:
            others.append(j)
        j += 1
    while len(members) > 1 and not large(texts[i]) & large(texts[members[-1]]):
        members.pop()
    last = members[-1]
    return members, [k for k in range(i, last) if k not in members]


def large(t):
    """The large buffers that a nest reads along all its rows."""
    return {
        a.buffer
        for a in t.loads
        if a.strides and a.strides[0] and a.buffer.size * a.dtype.itemsize >= LARGE
        and len(a.strides) > 1
    }  # fmt: skip


def read(t):
    return {memory_of(a) for a in t.loads}


def made(t):
    return {memory_of(a) for a in (*t.stores, *t.folds)}


def memory_of(a):
    """The buffer of an access, under its first name."""
    return a.buffer.owner if a.buffer.home == "alias" and a.buffer.owner else a.buffer


def follows(t, members, texts):
    """Whether a nest reads of what the members make only the rows that it is at."""
    made_by = {}
    for k in members:
        for a in (*texts[k].stores, *texts[k].folds):
            made_by.setdefault(memory_of(a), []).append((a, texts[k].sizes))
    if made(t) & (set(made_by) | {b for k in members for b in read(texts[k])}):
        return False
    for a in t.loads:
        for other, sizes in made_by.get(memory_of(a), ()):
            apart = a.indices or a.window or other.window or a.offset != other.offset
            apart = apart or a.buffer is not other.buffer
            if apart or not a.strides[0] or a.strides[0] != other.strides[0]:
                return False
            if extent(a, t.sizes) >= a.strides[0] or extent(other, sizes) >= a.strides[0]:
                return False
    return True


def extent(a, sizes):
    """How far an access goes within one row."""
    return sum([abs(s) * (n - 1) for s, n in zip(a.strides[1:], sizes[1:])])


def rows_together(texts, members):
    """The rows of a block."""
    widest = max([size(texts[k]) for k in members])
    return max(TOGETHER // max(widest, 1), 8)


def size(t):
    n = 1
    for s in t.sizes[1:]:
        n *= s
    return n
