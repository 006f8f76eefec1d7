"""Arguments whose memory a compiled function may use for its results."""

import inspect
import sys
import warnings
from weakref import WeakValueDictionary

import numpy as np

from ..core.errors import ArgumentError
from ..core.tree import flatten
from .build import Signature
from .lifetimes import element_by_element
from .nested import moving
from .notice import CompileWarning
from .program import ARRAY, DROP, FLOAT, HOLD, OBJECT
from .view import count

GIVEN = WeakValueDictionary()  # arrays whose memory holds other numbers now, by identity


class Donation:
    """Which arguments of a function are donated, by number and by name."""

    def __init__(self, name, f, donate):
        self.name = name
        given = (donate,) if isinstance(donate, (int, str)) else tuple(donate)
        self.numbers, self.names = set(), set()
        names, open_end, keywords = positional(f)
        for x in given:
            if isinstance(x, bool) or not isinstance(x, (int, str)):
                raise ArgumentError(
                    f"jit: donate={donate!r} has {x!r}; give numbers or names of arguments"
                )
            if isinstance(x, int):
                if x < 0 or (names is not None and x >= len(names) and not open_end):
                    last = "" if names is None or open_end else f" to {len(names) - 1}"
                    raise ArgumentError(
                        f"jit: donate={donate!r} has {x}, but the arguments of {name} are counted "
                        f"from 0{last}; give the number of one, or its name"
                    )
                self.numbers.add(x)
                if names is not None and x < len(names):
                    self.names.add(names[x])
            else:
                if names is not None and x not in names and x not in keywords:
                    if keywords is not ANY:
                        raise ArgumentError(
                            f"jit: donate={donate!r} has {x!r}, but {name} has no argument of that "
                            f"name; it has {', '.join((*names, *keywords)) or 'none'}"
                        )
                self.names.add(x)
                if names is not None and x in names:
                    self.numbers.add(names.index(x))

    def without(self, numbers):
        """The same for a function whose arguments of these numbers are filled in."""
        found = object.__new__(Donation)
        found.name, found.names = self.name, self.names
        found.numbers = {n - sum([k < n for k in numbers]) for n in self.numbers - set(numbers)}
        return found

    def places(self, args, kwargs):
        """{number of a leaf: how messages call its argument} of the donated leaves of a call."""
        found, at = {}, 0
        beyond = [n for n in self.numbers if n >= len(args)]
        if beyond and not self.names & set(kwargs):
            raise ArgumentError(
                f"jit: argument {beyond[0]} of {self.name} is to be donated, and it was called "
                f"with {len(args)}; hand it over, or leave it out of donate="
            )
        for i, x in enumerate(args):
            n = len(flatten(x)[0])
            if i in self.numbers:
                found |= dict.fromkeys(range(at, at + n), f"argument {i} of {self.name}")
            at += n
        for k in flatten({k: k for k in kwargs})[0]:
            n = len(flatten(kwargs[k])[0])
            if k in self.names:
                found |= dict.fromkeys(range(at, at + n), f"argument {k!r} of {self.name}")
            at += n
        return found

    def check(self, leaves, places):
        """Raise where memory cannot be given away: no array, read-only, or handed over twice."""
        for i, x in enumerate(leaves):
            if type(x) is np.ndarray and GIVEN.get(id(x)) is x:
                raise ArgumentError(
                    f"jit: {places.get(i, f'an argument of {self.name}')} was donated to an "
                    "earlier call and holds other numbers now; go on with what that call returned"
                )
        for i, what in places.items():
            x = leaves[i]
            if type(x) is not np.ndarray:
                raise ArgumentError(
                    f"jit: {what} is donated and is a {type(x).__name__}, which has no memory to "
                    "give away; hand over an array"
                )
            if not x.flags.writeable:
                raise ArgumentError(f"jit: {what} is donated and read-only; hand over a copy of it")
            for j, y in enumerate(leaves):
                if j != i and type(y) is np.ndarray and np.may_share_memory(x, y):
                    raise ArgumentError(
                        f"jit: {what} is donated and its memory is handed over twice; hand over a "
                        "copy as the other argument"
                    )


ANY = frozenset({"**"})  # names of a function that takes all


def positional(f):
    """(names of the positional arguments or None, whether there may be more, other names)"""
    try:
        found = inspect.signature(f).parameters.values()
    except (TypeError, ValueError):
        return None, True, ANY
    kinds = {p.kind for p in found}
    names = [p.name for p in found if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    others = {p.name for p in found if p.kind is p.KEYWORD_ONLY}
    every = inspect.Parameter.VAR_KEYWORD in kinds
    return names, inspect.Parameter.VAR_POSITIONAL in kinds, ANY if every else others


def accepts(program, values):
    """Whether a program is compiled for such values, as the driver sees it."""
    for x, (kind, what, shape, strides) in zip(values, program.arguments):
        if kind == FLOAT:
            fits = type(x) is float
        elif kind == OBJECT:
            fits = x is what
        else:
            fits = type(x) is np.ndarray and x.dtype is what and x.shape == shape
            fits = fits and (x.flags.c_contiguous if kind == ARRAY else x.strides == strides)
        if not fits:
            return False
    return len(values) == len(program.arguments)


def pairs_of(program, donated):
    """[(argument, output)] of a program: the argument is not read after the output is written.

    donated: {number of an argument: how messages call it}.
    Raises ArgumentError where no result has the dtype; warns where none has the size.
    """
    found, taken = [], set()
    arrays = {k: s for k, s in enumerate(program.outputs) if s.shape != ()}
    for i, what in donated.items():
        kind, dtype, shape, _ = program.arguments[i]
        fits = [k for k, s in arrays.items() if s.dtype == dtype]
        if not fits:
            have = ", ".join(dict.fromkeys([str(s.dtype) for s in arrays.values()])) or "none"
            raise ArgumentError(
                f"jit: {what} is donated and of dtype {dtype}, and no array among the results is "
                f"({have}); leave it out of donate=, or convert it"
            )
        fits = [k for k in fits if count(arrays[k].shape) == count(shape)]
        if not fits:
            warnings.warn(
                f"jit: the memory of {what} is of no use, because no result has its size {shape}; "
                "leave it out of donate=",
                CompileWarning,
                stacklevel=5,
            )
        fits.sort(key=lambda k: arrays[k].shape != shape)
        for k in fits:
            if k not in taken and kind == ARRAY and not program.guarded and apart(program, i, k):
                taken.add(k)
                found.append((i, k))
                break
    return found


def apart(program, i, k):
    """Whether argument `i` is no longer read where output `k` begins to be written."""
    given = [b for b in program.places if b.home == "input" and b.place == i]
    made = [b for b in program.places if b.home == "output" and b.place == k]
    if not given:
        return True
    if not made:
        return False
    last, first = -1, len(program.rows)
    for number, row in enumerate(program.rows):
        touched = {moving(b) for b in row.buffers}
        if touched & set(given):
            last = number
        if touched & set(made):
            first = min(first, number)
    if last < first:
        return True
    return last == first and element_by_element(program.rows[last], given[0], made[0])


def hand_over(program, pairs, values):
    """Put the memory of arguments where the driver looks for arrays to use again."""
    for i, k in pairs:
        place = word_of(program, k)
        shape = program.outputs[k].shape
        if free(values[i]):
            view = values[i].reshape(shape) if values[i].shape != shape else values[i][...]
            HOLD(view)
            program.outs[place + 5], program.outs[place + 6] = 0, id(view)


def take_back(program, pairs, values):
    """Let go of that memory after the call; what was used is marked."""
    for i, k in pairs:
        place = word_of(program, k)
        if program.outs[place + 6]:
            DROP(int(program.outs[place + 6]))
            program.outs[place + 6] = 0
            values[i].flags.writeable = False
            GIVEN[id(values[i])] = values[i]


def word_of(program, k):
    """Where the words of output `k` begin."""
    return sum([8 + len(s.shape) for s in program.outputs[:k]])


def free(x):
    """Whether nobody else can see the memory of an array through the array that owns it."""
    return x.base is None or GIVEN.get(id(x.base)) is x.base or sys.getrefcount(x.base) <= 2


def donated_call(j, lane, structure, leaves, donated):
    """A call whose arguments may be overwritten; donated: {number of a leaf: what it is called}."""
    program = None
    values = [leaves[i] for i in lane.places]
    if lane.entry is not None:
        program = next((p for p in reversed(lane.entry.programs) if accepts(p, values)), None)
        key = Signature.key(structure, leaves)
        if program is None and key not in j.refused:
            j.prepared(key, lane.entry, structure, leaves)
            program = next((p for p in reversed(lane.entry.programs) if accepts(p, values)), None)
    if program is None or lane.entry is None:
        return j.undonated(lane, structure, leaves)
    if program.pairs is None:
        places = {i: k for k, i in enumerate(lane.places)}
        program.pairs = pairs_of(program, {places[i]: what for i, what in donated.items()})
    with j.lock:
        hand_over(program, program.pairs, values)
        try:
            return lane.entry.call(*values)
        finally:
            take_back(program, program.pairs, values)
