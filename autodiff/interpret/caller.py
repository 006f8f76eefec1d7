"""Whether `np.array([x, y])` asks a value for its array, or `np.asarray(x)` does.

NumPy asks the values in a list as it asks a single one.  In a list they may become an array of
objects, which loses nothing: whatever meets that array next gathers it into one traced value.  A
single value asked for its numbers would lose its derivative.  The line of the caller tells them
apart, by the places in its source that Python keeps for each instruction.
"""

import sys
from dis import get_instructions
from functools import lru_cache
from types import CodeType

import numpy as np

from ..core.errors import UnknownShapeError
from ..core.spec import carries_derivative

MAKERS = frozenset(("array", "asarray", "asanyarray", "ascontiguousarray"))
LISTS = frozenset(("BUILD_LIST", "BUILD_TUPLE", "LIST_APPEND", "LIST_EXTEND"))
NAMES = frozenset(
    ("LOAD_FAST", "LOAD_FAST_BORROW", "LOAD_FAST_CHECK", "LOAD_NAME", "LOAD_DEREF", "LOAD_GLOBAL")
)


def listed(x):
    """An array of objects that holds `x`, if a list is being made an array; otherwise None."""
    if not carries_derivative(x.dtype):
        return None
    frame = sys._getframe(2)
    function, argument, name = called(frame.f_code, frame.f_lasti)
    if function not in MAKERS:
        return None
    if name is not None:
        held = frame.f_locals.get(name, frame.f_globals.get(name, x))
        argument = "list" if isinstance(held, (list, tuple)) else "one"
    # np.array(x) says copy=True to x and nothing to what is in a list
    if argument == "list" or (function == "array" and argument == "unknown"):
        try:
            return boxed(x)
        except UnknownShapeError:  # a variable that is not fed yet
            return None
    return None


def boxed(x):
    """An array of objects of the shape of `x`, whose elements are those of `x`."""
    box = np.empty(x.shape, object)
    if not x.shape:
        box[()] = x
    for place in np.ndindex(x.shape) if x.shape else ():
        box[place] = x[place]
    return box


@lru_cache(maxsize=256)
def called(code: CodeType, spot):
    """(name of the function called, "list" | "unknown", name of its first argument or None)"""
    steps = [(i, i.positions) for i in get_instructions(code)]
    whole = next((p for i, p in steps if i.offset == spot), None)
    if whole is None or whole.lineno is None:
        return None, "unknown", None
    start, end = span(whole)
    heads = [(span(p)[1], i) for i, p in steps if inside(p, start, end) and span(p)[0] == start]
    heads = [(e, i) for e, i in heads if e < end and i.opname.startswith("LOAD_")]
    if not heads:
        return None, "unknown", None
    tail, head = max(heads, key=lambda pair: pair[0])
    parts = [(span(p), i) for i, p in steps if inside(p, tail, end) and span(p)[0] >= tail]
    parts = [(s, i) for s, i in parts if s != (start, end)]
    if not parts:
        return head.argval, "unknown", None
    first = min(s[0] for s, _ in parts)
    widest = max(s[1] for s, _ in parts if s[0] == first)
    made = [i for s, i in parts if s == (first, widest)]
    if any(map(makes_list, made)):
        return head.argval, "list", None
    names = [i.argval for i in made if i.opname in NAMES and isinstance(i.argval, str)]
    return head.argval, "unknown", names[0] if len(made) == 1 and names else None


def span(positions):
    """((first line, column), (last line, column)) of a piece of source."""
    return (positions.lineno, positions.col_offset), (
        positions.end_lineno,
        positions.end_col_offset,
    )


def inside(positions, start, end):
    """Whether a piece of source lies between two places."""
    if positions is None or positions.lineno is None or positions.col_offset is None:
        return False
    return start <= span(positions)[0] and span(positions)[1] <= end


def makes_list(instruction):
    """Whether an instruction makes or fills a list or tuple; a comprehension is code of its own."""
    if instruction.opname in LISTS:
        return True
    code = instruction.argval
    return isinstance(code, CodeType) and code.co_name == "<listcomp>"
