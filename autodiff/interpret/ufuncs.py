"""The methods of ufuncs: reduce, accumulate, outer, at and reduceat, of every kind of value."""

import numpy as np

from ..core.op import TRACED
from ..ops import arithmetic, choose, exponential, reduce, scan, totals
from ..ops.index import getitem, parse, scattered, setitem
from ..ops.join import unstack
from ..ops.move import as_array, concatenate, expand_dims, moveaxis, reshape, stack
from ..ops.plain import plain
from ..ops.rearrange import at_axis, axis_of

ABSENT = np._NoValue

# operator -> NumPy's function of the whole, with its keywords
WHOLE = {
    arithmetic.add: totals.sum, arithmetic.multiply: totals.prod, choose.maximum: totals.max,
    choose.minimum: totals.min, choose.logical_and: totals.all, choose.logical_or: totals.any,
}  # fmt: skip
RUNNING = {
    arithmetic.add: scan.cumsum, arithmetic.multiply: scan.cumprod, choose.maximum: scan.cummax,
    choose.minimum: scan.cummin,
}  # fmt: skip


def only_binary(ufunc, way):
    if ufunc.nin != 2 or ufunc.nout != 1:
        raise ValueError(f"{way} only supported for binary functions")


def reduced(op, ufunc, x, axis=0, dtype=None, keepdims=False, initial=ABSENT, where=True):
    """`ufunc.reduce`: the operator between all elements along `axis`, from the left."""
    only_binary(ufunc, "reduce")
    x = as_array(x)
    if not x.shape:
        raise TypeError("cannot reduce on a scalar")
    named = {} if initial is ABSENT else {"initial": initial}
    if where is not True:
        named["where"] = where
    if op in WHOLE:
        if dtype is not None:
            x = x.astype(dtype)
        if op in (arithmetic.add, arithmetic.multiply):
            named["dtype"] = dtype
        if op in (choose.logical_and, choose.logical_or) and x.dtype.kind != "b":
            x = x != 0
        return WHOLE[op](x, axis=axis, keepdims=bool(keepdims), **named)
    if op is exponential.logaddexp and not named:
        return reduce.logsumexp(x, axis, bool(keepdims))
    return folded(op, ufunc, x if dtype is None else x.astype(dtype), axis, keepdims, named)


def folded(op, ufunc, x, axis, keepdims, named):
    """A reduction one step after the other."""
    rank, name = len(x.shape), f"reduction operation '{ufunc.__name__}'"
    axes = range(rank) if axis is None else [axis_of(x, a) for a in np.atleast_1d(axis)]
    if len(axes) > 1 and ufunc.identity is None:
        raise ValueError(f"{name} is not reorderable, so at most one axis may be specified")
    mask, found = named.get("where"), named.get("initial")
    if mask is not None and found is None:
        raise ValueError(
            f"{name} does not have an identity, so to use a where mask one has to specify 'initial'"
        )
    lanes = in_front(x, axes)
    if mask is not None:
        mask = in_front(np.broadcast_to(plain(mask, "reduce"), x.shape), axes)
    for i in range(lanes.shape[0]):
        step = lanes[i] if found is None else op(found, lanes[i])
        found = step if mask is None else choose.where(mask[i], step, found)
    if found is None:
        if ufunc.identity is None:
            raise ValueError(f"zero-size array to {name} which has no identity")
        found = np.full(lanes.shape[1:], ufunc.identity, x.dtype)
    kept = tuple(1 if i in axes else s for i, s in enumerate(x.shape))
    return reshape(found, kept) if keepdims else found


def in_front(x, axes):
    """`x` with the given axes as one axis in front."""
    rest = tuple(s for i, s in enumerate(x.shape) if i not in axes)
    return reshape(moveaxis(x, tuple(axes), tuple(range(len(axes)))), (-1, *rest))


def accumulated(op, ufunc, x, axis=0, dtype=None):
    """`ufunc.accumulate`: the operator between the elements so far, along `axis`."""
    only_binary(ufunc, "accumulate")
    x = as_array(x)
    x = x if dtype is None else x.astype(dtype)
    if not x.shape:
        raise TypeError("cannot accumulate on a scalar")
    if op in RUNNING:
        return totals.cast_to(RUNNING[op](x, axis), dtype)
    axis = axis_of(x, axis)
    steps = []
    for item in unstack(x, axis):
        steps.append(op(steps[-1], item) if steps else item)
    return stack(steps, axis) if steps else x


def outer(op, ufunc, x, y, **kwargs):
    """`ufunc.outer`: the operator between all pairs of elements."""
    only_binary(ufunc, "outer")
    x, y = as_array(x), as_array(y)
    return op(reshape(x, x.shape + (1,) * len(y.shape)), y, **kwargs)


def at(op, ufunc, x, indices, *values):
    """`ufunc.at`: the operator at some elements in place, as often as they are named."""
    if type(x) not in TRACED:
        raise TypeError(
            f"numpy.{ufunc.__name__}.at: a plain array cannot take values being differentiated; "
            "make it with np.zeros_like(x) of a value that is differentiated"
        )
    values = tuple(as_array(v) for v in values)
    target = getitem(x, indices)
    if op in (arithmetic.add, arithmetic.subtract):
        step = np.broadcast_to(values[0], target.shape)
        index, arrays = parse(indices)
        total = scattered(step, *arrays, index=index, shape=x.shape)
        x[...] = x + total if op is arithmetic.add else x - total
        return None
    places = np.arange(int(np.prod(x.shape))).reshape(x.shape)[plain_index(indices)].ravel()
    if np.unique(places).size == places.size:
        x[...] = setitem(x, indices, op(target, *values))
        return None
    flat = reshape(x, (-1,))
    steps = [np.broadcast_to(v, target.shape).reshape(-1) for v in values]
    for k, i in enumerate(places.tolist()):
        flat = setitem(flat, i, op(flat[i], *[s[k] for s in steps]))
    x[...] = reshape(flat, x.shape)
    return None


def plain_index(indices):
    """An index with plain numbers for its arrays."""
    parts = indices if type(indices) is tuple else (indices,)
    return tuple(plain(p, "at") if type(p) in TRACED else p for p in parts)


def reduced_at(op, ufunc, x, indices, axis=0, dtype=None):
    """`ufunc.reduceat`: reductions of the slices between neighbouring indices."""
    only_binary(ufunc, "reduceat")
    x = as_array(x)
    x = x if dtype is None else x.astype(dtype)
    axis, places = axis_of(x, axis), plain(indices, "reduceat").astype(int).tolist()
    size, found = x.shape[axis], []
    for i, start in enumerate(places):
        if not 0 <= start < size:
            where = f"{ufunc.__name__}.reduceat [0, {size})"
            raise IndexError(f"index {start} out-of-bounds in {where}")
        stop = places[i + 1] if i + 1 < len(places) else size
        part = at_axis(x, axis, slice(start, max(stop, start + 1)))
        found.append(expand_dims(reduced(op, ufunc, part, axis), axis))
    return concatenate(found, axis)


METHODS = {
    "reduce": reduced, "accumulate": accumulated, "outer": outer, "at": at, "reduceat": reduced_at,
}  # fmt: skip
