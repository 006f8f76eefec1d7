"""`x.at[index].set(v)` and its kin: a new value with some elements changed, as in JAX.

A place that is not there is left out of a change and read from the nearest one, unless `mode` says
otherwise; nothing raises.  An element that is named several times is changed several times.  The
derivative is that of what is read, also of a nearest element, where JAX leaves it out.
"""

import operator
import warnings
from typing import Any

import numpy as np

from ..core.errors import TracedError
from ..core.op import TRACED
from ..ops.choose import clip, maximum, minimum, where
from ..ops.index import getitem, setitem
from ..ops.move import as_array, broadcast_to, concatenate, reshape
from ..ops.plain import has_numbers, plain
from ..ops.reduce import amax, amin
from ..ops.torch_counts import extreme_at, turns
from ..ops.torch_pieces import spread

READ = (None, "clip", "fill", "promise_in_bounds")
WRITE = (None, "clip", "drop", "fill", "promise_in_bounds")


class At:
    """`x.at`, which takes an index."""

    __slots__ = ("x",)

    def __init__(self, x):
        self.x = x

    def __getitem__(self, index):
        return Place(self.x, index)


class Place:
    """`x.at[index]`: the elements that a change is about."""

    __slots__ = ("x", "index")

    def __init__(self, x, index):
        self.x, self.index = x, index

    def __repr__(self):
        return f"<the elements {self.index!r} of a value of shape {self.x.shape}>"

    def get(
        self, *, mode=None, fill_value: Any = None, indices_are_sorted=False, unique_indices=False,
        wrap_negative_indices=True,
    ):  # fmt: skip
        """The elements; of a place that is not there the nearest one, or with mode="fill" a number.

        fill_value: NaN when None, of whole numbers the least one.
        """
        key, inside = self.located("get", mode, READ, wrap_negative_indices)
        if inside or mode != "fill":
            return getitem(self.x, key)
        places = self.places(wrap_negative_indices)
        found = getitem(reshape(self.x, (-1,)), maximum(places, 0))
        return where(places >= 0, found, as_array(filling(self.x.dtype, fill_value)))

    def set(self, values, **options):
        """The value with others in their place."""
        return self.changed("set", lambda old, new: new, values, **options)

    def add(self, values, **options):
        """The value with numbers added to them, as often as they are named."""
        return self.changed("add", operator.add, values, **options)

    def subtract(self, values, **options):
        """The value with numbers subtracted from them, as often as they are named."""
        return self.changed("add", operator.add, -as_array(values), **options)

    def multiply(self, values, **options):
        """The value with them multiplied."""
        return self.changed("multiply", operator.mul, values, **options)

    mul = multiply

    def divide(self, values, **options):
        """The value with them divided."""
        return self.x / self.ones().multiply(values, **options)

    def power(self, values, **options):
        """The value with them to a power."""
        return self.x ** self.ones().multiply(values, **options)

    def min(self, values, **options):
        """The value with the smaller of each and of what is given; equal ones share."""
        return self.changed("min", minimum, values, **options)

    def max(self, values, **options):
        """The value with the greater of each and of what is given; equal ones share."""
        return self.changed("max", maximum, values, **options)

    def apply(self, function, **options):
        """The value with a function of them in their place."""
        return self.changed("apply", lambda old, _: function(old), 0, **options)

    # ---------------------------------------------------------------- how

    def ones(self):
        """The same place of ones."""
        return Place(np.ones(self.x.shape, self.x.dtype), self.index)

    def changed(
        self, name, combine, values, *, mode=None, indices_are_sorted=False, unique_indices=False,
        wrap_negative_indices=True,
    ) -> Any:  # fmt: skip
        """The value with `combine(element, given)` in the place of each element."""
        x, values = as_array(self.x), fitting(name, values, self.x.dtype)
        key, inside = self.located(name, mode, WRITE, wrap_negative_indices)
        static = not any([np.ndim(k) or type(k) in TRACED for k in key])
        if inside and (static or unique_indices):
            new = combine(getitem(x, key), values)
            return as_before(setitem(x, key, new), x)
        places = self.places(wrap_negative_indices, clipped=mode == "clip")
        flat, places = reshape(x, (-1,)), reshape(places, (-1,))
        shape = getattr(getitem(x, key), "shape", ())
        values = reshape(broadcast_to(values, shape), (-1,))
        if has_numbers(places):
            flat = in_turns(name, flat, plain(places, name), values, combine)
        elif name == "apply" and places.shape[0] > 1 and not unique_indices:
            raise TracedError(
                "at[...].apply: an index that is being batched may name an element several times; "
                "give unique_indices=True"
            )
        else:
            flat = by_masks(name, flat, places, values, combine)
        return as_before(reshape(flat, x.shape), x)

    def located(self, name, mode, modes, wrap):
        """(the index with places moved inside, whether all were inside for sure)"""
        if mode not in modes:
            words = ", ".join(map(repr, modes[1:]))
            raise ValueError(f"at[...].{name}: mode={mode!r}; it is one of {words}")
        key, inside = [], True
        for part, size in self.parts():
            if size is not None:
                part = wrapped(part, size, wrap)
                good = (part >= 0) & (part < size)
                inside = inside and (has_numbers(good) and bool(np.all(plain(good, name))))
                if not inside:
                    part = nearest(part, size)
            key.append(part)
        return tuple(key), inside

    def places(self, wrap, clipped=False):
        """The places of the elements in the flattened value; -1 for one that is not there."""
        shape, key = list(self.x.shape), []
        parts, axis = self.parts(), 0
        for part, size in parts:
            if size is not None:
                part = wrapped(part, size, wrap)
                if clipped:
                    part = nearest(part, size)
                else:
                    part = where((part >= 0) & (part < size), part, size)
                shape[axis] += 1
            axis += part is not None
            key.append(part)
        numbers = np.full(shape, -1)
        inner = tuple(slice(n) for n in self.x.shape)
        numbers[inner] = np.arange(int(np.prod(self.x.shape, dtype=int))).reshape(self.x.shape)
        cut = tuple(
            [slice(*k.indices(n)) if isinstance(k, slice) else k for k, n in sized(key, self.x)]
        )
        return getitem(numbers, cut)

    def unmasked(self, given):
        """The parts of an index with masks as the places where they hold."""
        shape, found, axis = self.x.shape, [], 0
        takes = [np.ndim(p) if is_mask(p) else p is not None and p is not Ellipsis for p in given]
        for part, n in zip(given, takes):
            if part is Ellipsis:
                axis += len(shape) - sum(takes)
            elif is_mask(part) and tuple(np.shape(part)) != tuple(shape[axis : axis + n]):
                raise IndexError(
                    f"at: a mask of shape {np.shape(part)} stands for axes of shape "
                    f"{shape[axis : axis + n]}; they must be equal"
                )
            found += spelled(part) if is_mask(part) else [part]
            axis += n
        return found

    def parts(self):
        """The parts of the index with the sizes of the axes that numbers pick from, else None."""
        given = self.index if isinstance(self.index, tuple) else (self.index,)
        given = self.unmasked([checked(part) for part in given])
        used = sum([p is not None and p is not Ellipsis for p in given])
        rank = len(self.x.shape)
        if used > rank:
            raise IndexError(f"at: {used} indices are given for a value of {rank} axes")
        if not any(p is Ellipsis for p in given):
            given.append(Ellipsis)
        found, axis = [], 0
        for part in given:
            if part is Ellipsis:
                found += [(slice(None), None)] * (rank - used)
                axis += rank - used
            elif part is None:
                found.append((None, None))
            else:
                found.append((part, None if isinstance(part, slice) else self.x.shape[axis]))
                axis += 1
        return found


def sized(key, x):
    """(part of an index, size of its axis in `x`, 1 for a new axis)"""
    axis = 0
    for part in key:
        yield part, 1 if part is None else x.shape[axis]
        axis += part is not None


def checked(part):
    """A part of an index: None, Ellipsis, a slice, a whole number or an array of such."""
    if part is None or part is Ellipsis or isinstance(part, (slice, int, np.integer)):
        return part
    if isinstance(part, (list, tuple)):
        raise TypeError("at: a list is no index here; give np.array of it")
    part = as_array(part)
    if part.dtype.kind not in "iub":
        raise TypeError(f"at: the index has dtype {part.dtype}; it needs whole numbers or truths")
    return part if part.shape or type(part) in TRACED else part[()]


def is_mask(part):
    return isinstance(part, (bool, np.bool_)) or getattr(part, "dtype", np.intp) == np.bool_


def spelled(mask):
    """A mask as the places where it holds, one array for each of its axes."""
    mask = np.asarray(plain(mask, "at"))
    if not mask.shape:
        raise TypeError("at: one truth value is no index; use where(condition, new, x)")
    return np.nonzero(mask)


def wrapped(part, size, wrap):
    """Places counted from the end as counted from the start."""
    if not wrap:
        return part
    return (
        where(part < 0, part + size, part)
        if np.ndim(part) or type(part) in TRACED
        else (part + size if part < 0 else part)
    )


def nearest(part, size):
    """Places moved inside."""
    return clip(part, 0, max(size - 1, 0))


def filling(dtype, given):
    """What is read where nothing is."""
    if given is not None:
        return np.asarray(given).astype(dtype)
    if dtype.kind in "fc":
        return np.asarray(np.nan, dtype)
    if dtype.kind == "b":
        return np.asarray(True)
    return np.asarray(np.iinfo(dtype).min if dtype.kind == "i" else np.iinfo(dtype).max, dtype)


def fitting(name, values, dtype):
    """What is given, in the dtype of the value; it says so where that loses something."""
    if isinstance(values, str):
        raise TypeError(f"at[...].{name}: {values!r} is no number; give numbers or arrays")
    values = as_array(values)
    if dtype is not None and values.dtype is not None and values.dtype != dtype:
        if not np.can_cast(values.dtype, dtype, "same_kind"):
            warnings.warn(
                f"at[...].{name}: values of {values.dtype} are cast to {dtype}; convert the array "
                "with astype first",
                FutureWarning,
                stacklevel=4,
            )
        return values.astype(dtype)
    return values


def as_before(new, x):
    """The result in the dtype of the value."""
    return new if x.dtype is None or new.dtype == x.dtype else new.astype(x.dtype)


def in_turns(name, flat, places, values, combine):
    """A flat value with elements changed as often as they are named."""
    kept = np.flatnonzero(places >= 0)
    if name == "set":  # the last one stays
        _, last = np.unique(places[kept][::-1], return_index=True)
        kept = kept[kept.size - 1 - last]
    places, values = places[kept], getitem(values, (kept,))
    if name == "add":
        return flat + spread(flat, (places,), values)
    if name in ("min", "max"):
        touched = np.zeros(flat.shape, bool)
        touched[places] = True
        word = "amax" if name == "max" else "amin"
        return extreme_at(flat, (places,), values, touched, word, True)
    turn = turns(places)
    for i in range(turn.max(initial=-1) + 1):
        here = np.flatnonzero(turn == i)
        new = combine(getitem(flat, (places[here],)), getitem(values, (here,)))
        flat = setitem(flat, (places[here],), new)
    return flat


def by_masks(name, flat, places, values, combine):
    """The same where places are not known as numbers: one row of truths for each that is named."""
    named = places[:, None] == np.arange(flat.shape[0])
    rows = values[:, None]
    if name == "add":
        return flat + where(named, rows, 0).sum(axis=0)
    if name == "multiply":
        return flat * where(named, rows, 1).prod(axis=0)
    if name in ("min", "max"):
        worst = filling_of(name, flat.dtype)
        rows = concatenate([flat[None], where(named, rows, worst)])
        return (amax if name == "max" else amin)(rows, axis=0)
    last = amax(where(named, np.arange(places.shape[0])[:, None], -1), axis=0)
    given = getitem(values, (maximum(last, 0),))
    return where(last >= 0, combine(flat, given), flat)


def filling_of(name, dtype):
    """What loses against every number."""
    if dtype.kind == "f":
        return -np.inf if name == "max" else np.inf
    return np.iinfo(dtype).min if name == "max" else np.iinfo(dtype).max
