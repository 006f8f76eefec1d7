"""Rows of indexing: take elements out, put them back, and replace them.

An index is a template of ints, slices, None, Ellipsis and places for index arrays; the arrays
themselves are arguments, so that they may be traced.
"""

import numpy as np

from ..core.errors import ShapeError, TracedError, UnknownShapeError
from ..core.family import Movement
from ..core.lower import Assembly
from ..core.op import EAGER, TRACED
from ..core.public import as_value, public
from ..core.spec import Spec
from .move import broadcast_to, joint_dtype, moveaxis, reshape
from .plain import traced_numbers

PLACE = "array"  # stands for one index array


class Index:
    """A hashable template of an index, and how to fill it with arrays."""

    __slots__ = ("parts", "key")

    def __init__(self, parts):
        self.parts = parts
        self.key = tuple((p.start, p.stop, p.step) if type(p) is slice else p for p in parts)

    def fill(self, arrays):
        if not arrays:
            return self.parts
        following = iter(arrays)
        return tuple(next(following) if p is PLACE else p for p in self.parts)

    def behind_batch(self):
        return Index((slice(None), *self.parts))

    def __eq__(self, other):
        return type(other) is Index and self.key == other.key

    def __hash__(self):
        return hash(self.key)

    def __repr__(self):
        return f"[{', '.join(map(str, self.key))}]"

    def __reduce__(self):
        return Index, (self.parts,)


def parse(index):
    """An index as Python hands it over -> (template, arrays).

    Whole indexes are completed by an ellipsis, so that the result is an array that shares memory.
    """
    if type(index) is int:
        return Index((index, Ellipsis)), ()
    parts = index if type(index) is tuple else (index,)
    template, arrays = [], []
    for part in parts:
        if part is None or part is Ellipsis or type(part) is int:
            template.append(part)
        elif type(part) is slice:
            template.append(slice(*map(plain, (part.start, part.stop, part.step))))
        elif isinstance(part, np.integer):
            template.append(int(part))
        else:
            template.append(PLACE)
            arrays.append(index_array(part))
    if not arrays and Ellipsis not in template:
        template.append(Ellipsis)
    return Index(tuple(template)), arrays


def plain(bound):
    """A bound of a slice as a number."""
    return None if bound is None else bound.__index__()


def index_array(part):
    """One index array: of integers or booleans, perhaps traced."""
    if type(part) in TRACED and part.level == EAGER:
        part = part.value  # an index carries no derivative
    if type(part) not in TRACED:
        part = np.asarray(part)
        if part.size == 0 and part.dtype == float:
            part = part.astype(int)
    if part.dtype is not None and part.dtype.kind not in "iub":
        raise IndexError(f"an index array needs integers or booleans, not {part.dtype}")
    return part


def scattered_values(g, *arrays, index, shape):
    """Zeros of `shape` with `g` added at the index; an element named twice gets both."""
    out = np.zeros(shape, g.dtype)
    add_at(out, g, arrays, index)
    return out


def add_at(out, g, arrays, index):
    """out[index] += g, counting an element as often as it is named."""
    where = index.fill(arrays)
    if not arrays:
        out[where] += g
    elif any(a.dtype.kind != "b" for a in arrays):
        np.add.at(out, where, g)
    else:
        out[where] += g


def replaced_values(x, v, *arrays, index):
    """A copy of `x` with `v` written at the index."""
    out = np.array(x, dtype=np.result_type(x, v))
    out[index.fill(arrays)] = v
    return out


def batched_take(op, batched, x, *arrays, index):
    """Batched getitem, also where index arrays differ from example to example."""
    if not any(batched[1:]):
        out = op(x, *arrays, index=index.behind_batch())
        return moveaxis(out, array_rank(arrays), 0) if separated(index) else out
    index, place, arrays, rank = lockstep(batched, arrays, index, np.ndim(x) - batched[0])
    if not batched[0]:
        return moveaxis(op(x, *arrays, index=index), place, 0)
    first = batch_numbers(x.shape[0], rank)
    out = op(x, first, *arrays, index=Index((PLACE, *index.parts)))
    return moveaxis(out, axes_from(1, rank), axes_from(1 + place, rank))


def batched_scatter(op, batched, g, *arrays, index, shape):
    """Batched transpose of getitem: each example into zeros of its own."""
    size = batch_size(batched, (g, *arrays))
    if not any(batched[1:]):
        g = moveaxis(g, 0, array_rank(arrays)) if separated(index) else g
        return op(g, *arrays, index=index.behind_batch(), shape=(size, *shape))
    g = g if batched[0] else broadcast_to(g, (size, *np.shape(g)))
    index, place, arrays, rank = lockstep(batched, arrays, index, len(shape))
    g = moveaxis(g, axes_from(1 + place, rank), axes_from(1, rank))
    first = batch_numbers(size, rank)
    return op(g, first, *arrays, index=Index((PLACE, *index.parts)), shape=(size, *shape))


def separated(index):
    """Whether NumPy puts the axes of index arrays first, because something stands between them."""
    chosen = [i for i, p in enumerate(index.parts) if p is PLACE or type(p) is int]
    return PLACE in index.parts and chosen[-1] - chosen[0] + 1 != len(chosen)


def array_rank(arrays):
    """How many axes index arrays give together; a mask gives one."""
    return max([1 if a.dtype.kind == "b" else np.ndim(a) for a in arrays], default=0)


def axes_from(first, count):
    return tuple(range(first, first + count))


def batch_size(batched, args):
    return next(a.shape[0] for a, b in zip(args, batched) if b)


def batch_numbers(size, rank):
    """0, 1, ... along the batch axis, in front of `rank` axes of index arrays."""
    return np.arange(size).reshape((size,) + (1,) * rank)


def lockstep(batched, arrays, index, ndim):
    """Index arrays that broadcast with a leading batch axis.

    Gives the index with its ellipsis spelled out, the place where NumPy puts the axes of the
    index arrays in the result of one example, the arrays, and their common rank.
    """
    if any(a.dtype.kind == "b" for a in arrays):
        raise TracedError(
            "getitem: a boolean mask that differs between the examples of vmap selects different "
            "numbers of elements; use where(mask, x, 0)"
        )
    flags = batched[-len(arrays) :]
    rank = max(np.ndim(a) - b for a, b in zip(arrays, flags))
    aligned = [
        reshape(a, a.shape[:1] + (1,) * (rank + 1 - np.ndim(a)) + a.shape[1:]) if b else a
        for a, b in zip(arrays, flags)
    ]
    index = spelled_out(index, ndim)
    # beside index arrays NumPy counts ints among them
    chosen = [i for i, p in enumerate(index.parts) if p is PLACE or type(p) is int]
    adjacent = chosen[-1] - chosen[0] + 1 == len(chosen)
    return index, chosen[0] if adjacent else 0, aligned, rank


def spelled_out(index, ndim):
    """The index with full slices for its ellipsis."""
    used = sum(p is not None and p is not Ellipsis for p in index.parts)
    parts = index.parts if Ellipsis in index.parts else (*index.parts, Ellipsis)
    at = parts.index(Ellipsis)
    return Index((*parts[:at], *[slice(None)] * (ndim - used), *parts[at + 1 :]))


def index_samples(rng, dtype, scatter=False):
    """Every kind of index, for the laws."""
    x = rng.normal(size=(3, 4)).astype(dtype)
    rows, mask = np.array([0, 2, 0]), np.array([True, False, True])
    for raw in (1, (rows, None, 1), (slice(None), -1), (slice(None, None, -2),), (None, ..., 0), rows, (slice(1), rows), mask):
        index, arrays = parse(raw)
        g = x[index.fill(arrays)]
        if scatter:
            yield (g, *arrays), {"index": index, "shape": x.shape}
        else:
            yield (x, *arrays), {"index": index}


def taken_spec(x, *arrays, index):
    """Spec of elements at an index; a mask that has no numbers yet leaves the shape unknown."""
    for a in arrays:
        if type(a) in TRACED and a.dtype.kind == "b":
            raise UnknownShapeError(a)
    return Spec(np.empty(x.shape)[index.fill(stand_ins(arrays))].shape, x.dtype)


def stand_ins(arrays):
    """Index arrays, zeros in the place of those that have no numbers yet."""
    return [np.zeros(a.shape, a.dtype) if type(a) in TRACED else a for a in arrays]


taken = Movement(
    "taken(x, *arrays)", lambda x, *arrays, index: x[index.fill(arrays)],
    lambda g, wanted, x, *arrays, index: (scattered(g, *arrays, index=index, shape=x.shape), *[None] * len(arrays)),
    infer=taken_spec, batch=batched_take, linear=1, view=True, cuts=True, latex="$x", torch="Select",
    sample=lambda rng, dtype: list(index_samples(rng, dtype)),
    doc="Elements of `x` at an index: the row behind `x[index]`.",
)

@public()
def picked_out(x, *arrays, index):
    """`taken` in rules: in a graph, a mask that has no numbers yet is asked again when it has."""
    return taken(x, *arrays, index=index)


def accumulate(total, g, x, *arrays, index):
    """Add the cotangent of an element to that of the whole, without zeros for all the others."""
    add_at(total, g, arrays, index)


taken.accumulate = accumulate

scattered = Movement(
    "scattered(g, *arrays)", scattered_values,
    lambda g, wanted, x, *arrays, index, shape: (picked_out(g, *arrays, index=index), *[None] * len(arrays)),
    infer=lambda g, *arrays, index, shape: Spec(shape, g.dtype), batch=batched_scatter, linear=1, lower=Assembly(lambda g, *arrays, index, shape: [(0, None), (g, index.fill(arrays))]), latex="$g",
    sample=lambda rng, dtype: list(index_samples(rng, dtype, scatter=True)),
    doc="Zeros with `g` added at an index: the transpose of `taken`.",
)


def replaced_cotangents(g, wanted, x, v, *arrays, index):
    """What was overwritten gets nothing; what was written gets what stands at its place."""
    zero = np.zeros((), bool)  # leaves the dtype to the cotangent
    if wanted[1] is not None:
        written_once(x.shape, arrays, index)
    return (
        None if wanted[0] is None else replaced(g, zero, *arrays, index=index),
        None if wanted[1] is None else picked_out(g, *arrays, index=index),
        *[None] * len(arrays),
    )


def written_once(shape, arrays, index):
    """Raise where integer indices name an element twice: only the last write counts."""
    if any(type(a) in TRACED for a in arrays) or all(a.dtype.kind == "b" for a in arrays):
        return
    numbers = np.arange(int(np.prod(shape, dtype=int))).reshape(shape)[index.fill(arrays)]
    if np.unique(numbers).size != numbers.size:
        raise IndexError(
            "x[index] = v: the index names an element twice, and only the last write counts; "
            "write each element once to differentiate in v"
        )


def batched_replace(op, batched, x, v, *arrays, index):
    """Batched assignment."""
    if any(batched[2:]):
        raise TracedError("x[index] = v under vmap needs the same index for every example; use where")
    size = batch_size(batched, (x, v))
    x = x if batched[0] else broadcast_to(x, (size, *np.shape(x)))
    behind = index.behind_batch()
    rank = np.broadcast_to(0, x.shape)[behind.fill(stand_ins(arrays))].ndim - 1
    if batched[1]:
        v = reshape(v, (size,) + (1,) * (rank + 1 - len(v.shape)) + v.shape[1:])
    if separated(index):
        if not batched[1]:
            v = reshape(v, (1,) * (rank + 1 - np.ndim(v)) + np.shape(v))
        v = moveaxis(v, 0, array_rank(arrays))
    return op(x, v, *arrays, index=behind)


def replaced_spec(x, v, *arrays, index):
    """Spec of what is written into; raises as NumPy does for a place or a value that does not fit."""
    if not any([type(a) in TRACED for a in arrays]):
        target = np.broadcast_to(np.zeros(()), x.shape)[index.fill(arrays)].shape
        given = tuple(v.shape)
        while len(given) > len(target) and given[0] == 1:
            given = given[1:]
        if given != target and np.broadcast_shapes(given, target) != target:
            raise ShapeError(
                f"could not broadcast input array from shape {given} into shape {target}"
            )
    return Spec(x.shape, joint_dtype(x, v))


replaced = Movement(
    "replaced(x, v, *arrays)", replaced_values, replaced_cotangents,
    infer=replaced_spec,
    batch=batched_replace, linear=2, cuts=True, latex="$x", torch="CopySlices",
    sample=lambda rng, dtype: [
        ((x, rng.normal(size=np.shape(x[p["index"].fill(a)])).astype(dtype), *a), p)
        for (x, *a), p in index_samples(rng, dtype) if not a or a[0].dtype == bool
    ],
    doc="A copy of `x` with `v` written at an index: the row behind `x[index] = v`.",
)


def true_places(mask):
    """The indices of the true elements of a node, one array for each axis.

    How many there are is asked for.  The number of each true element is that of those before it;
    the others go to one place behind the last, which is left out.
    """
    truths = (mask if mask.dtype.kind == "b" else mask != 0).reshape(-1)
    before, size = truths.astype(np.int64).cumsum(), truths.shape[0]
    count = int(before[-1]) if size else 0
    target = (before - 1) * truths + count * ~truths
    flat = scattered(np.arange(size), target, index=Index((PLACE,)), shape=(count + 1,))[:count]
    found = []
    for n in mask.shape[:0:-1]:
        found.append(flat % n)
        flat = flat // n
    return [flat, *reversed(found)]


def numbered(index, arrays):
    """An index with integers for its masks, where these are traced and may be asked for."""
    masks = [traced_numbers(a) if a.dtype is not None and a.dtype.kind == "b" else None for a in arrays]
    if not any([m is not None and m.shape for m in masks]):
        return index, arrays
    following, parts, found = iter(zip(masks, arrays)), [], []
    for p in index.parts:
        if p is not PLACE:
            parts.append(p)
            continue
        mask, array = next(following)
        rows = [array] if mask is None or not mask.shape else true_places(mask)
        parts += [PLACE] * len(rows)
        found += rows
    return Index(tuple(parts)), found


@public()
def getitem(x, index):
    """Elements of `x` at an index of ints, slices, None, Ellipsis, integer or boolean arrays.

    >>> getitem(np.arange(4.0), slice(1, 3)).tolist()
    [1.0, 2.0]
    """
    index, arrays = parse(index)
    if arrays:
        index, arrays = numbered(index, arrays)
    return taken(as_value(x), *arrays, index=index)


@public()
def setitem(x, index, value):
    """A copy of `x` with `value` written at an index.

    >>> setitem(np.zeros(3), 1, 5.0).tolist()
    [0.0, 5.0, 0.0]
    """
    index, arrays = parse(index)
    value = as_value(value)
    if arrays and (value.shape or type(value) in TRACED):
        index, arrays = numbered(index, arrays)
    return replaced(as_value(x), value, *arrays, index=index)
