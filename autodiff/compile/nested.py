"""The steps inside of loops: whose buffers are whose, and where all of them stand."""

from .repeat import BYTES
from .view import Buffer

STACK_WORDS = 2  # of a stack: where it stands, and how many bytes it has


def opened(step, rows_of, lifetimes):
    """[(rows, buffer of their workspace)] of the parts of a loop."""
    found = []
    for schedule, outside, targets in step.parts:
        rows = rows_of(schedule, ())
        outside = outside | {moving(b) for b in outside}
        for row in rows:
            for b in map(standing, row.buffers):
                if b.home == "output" and b not in outside:
                    b.home, b.owner = "alias", targets[b.place]
        size = lifetimes(rows, outside)
        block = Buffer(BYTES, size)
        for row in rows:
            for b in map(standing, row.buffers):
                if b.home == "workspace" and b not in outside:
                    b.home, b.owner = "inner", block
        found.append((rows, block))
    return found


def every_row(rows):
    """All rows, those inside of loops included."""
    for row in rows:
        yield row
        yield from row.members
        for inner, _ in row.parts:
            yield from every_row(inner)


def every_buffer(rows):
    """All buffers of rows, in order."""
    found = {}
    for row in every_row(rows):
        for b in row.buffers:
            found[b] = None
            found[standing(b)] = None
        if row.parts:
            for b in row.step.slots():
                found[b] = None
    return list(found)


def distance(b):
    """How far from the start of the workspace a buffer stands."""
    far = 0
    while b.home == "inner":
        far, b = far + b.place, b.owner
    return far + b.place


def standing(b):
    """The buffer itself where it is known by two names."""
    while b.home == "alias" and b.owner is not None:
        b = b.owner
    return b


def moving(b):
    """The buffer whose life a pointer shares."""
    while b.home in ("slot", "alias") and b.owner is not None:
        b = b.owner
    return b
