"""Rows that move elements: reshape, transpose, broadcast, join and flip."""

from math import prod
from typing import Any

import numpy as np

from ..core.errors import ShapeError
from ..core.family import Movement
from ..core.lower import Assembly
from ..core.public import as_value, has_traced, public
from ..core.spec import Spec, broadcast_shapes, every_axis, from_end, full_shape
from ..core.values import pad_rank


def sum_to(g, shape):
    """`g` summed over the axes that broadcasting stretched from `shape`: its transpose."""
    have = g.shape
    if have == shape:
        return g
    lead = len(have) - len(shape)
    axes = [i - len(have) for i in range(len(have)) if i < lead or shape[i - lead] == 1 != have[i]]
    return g.sum(axis=tuple(axes)).reshape(shape)


def joint_dtype(*xs):
    """The dtype of a product; None for real numbers of a kind that is not known yet."""
    dtype = np.result_type(*[x.dtype or np.float64 for x in xs])
    return None if dtype == np.float64 and any(x.dtype is None for x in xs) else dtype


def some(dtype, rng, *shapes_and_params):
    """Samples for the laws: random arrays of the given shapes with their parameters."""
    return [
        (tuple(np.asarray(rng.normal(size=s)).astype(dtype) for s in shapes), params)
        for shapes, params in shapes_and_params
    ]


reshaped = Movement(
    "reshaped(x)", lambda x, *, shape: x.reshape(shape),
    lambda g, wanted, x, *, shape: g.reshape(x.shape),
    batch=lambda op, batched, x, *, shape: op(x, shape=x.shape[:1] + shape),
    view=True, latex="$x", torch="View",
    sample=lambda rng, dtype: some(dtype, rng, (((2, 3),), {"shape": (6,)}), (((0, 3),), {"shape": (3, 0)})),
    doc="`x` with the same elements in another shape: the row behind `reshape`.",
)

permuted = Movement(
    "permuted(x)",
    lambda x, *, axes: x.transpose((*range(x.ndim - len(axes)), *axes)),
    lambda g, wanted, x, *, axes: permuted(g, axes=inverse_permutation(axes)),
    batch=lambda op, batched, x, *, axes: op(x, axes=axes),
    view=True, latex=r"{$x}^\top", torch="Permute",
    sample=lambda rng, dtype: some(dtype, rng, (((2, 3, 4),), {"axes": (-1, -3, -2)}), (((0, 2),), {"axes": (-1, -2)})),
    doc="`x` with its axes in another order: the row behind `transpose`.",
)

expanded = Movement(
    "expanded(x)", lambda x, *, shape: np.broadcast_to(x, shape),
    lambda g, wanted, x, *, shape: sum_to(g, x.shape),
    batch=lambda op, batched, x, *, shape: op(pad_rank(x, len(shape)), shape=x.shape[:1] + shape),
    view=True, latex="$x", torch="Expand",
    sample=lambda rng, dtype: some(dtype, rng, (((3,),), {"shape": (2, 3)}), (((2, 1),), {"shape": (2, 0)})),
    doc="`x` repeated along new and unit axes: the row behind `broadcast_to`.",
)

flipped = Movement(
    "flipped(x)", lambda x, *, axes: np.flip(x, axes),
    lambda g, wanted, x, *, axes: flipped(g, axes=axes),
    batch=lambda op, batched, x, *, axes: op(x, axes=axes),
    view=True, latex=r"\operatorname{flip} {$x}", torch="Flip",
    sample=lambda rng, dtype: some(dtype, rng, (((2, 3),), {"axes": (-1,)}), (((2, 3),), {"axes": (-1, -2)})),
    doc="`x` with the order along some axes reversed: the row behind `flip`.",
)


def split_cotangent(g, wanted, *xs, axis, sizes):
    """The pieces of `g` that belong to each joined argument."""
    stops = np.cumsum(sizes).tolist()
    rest = (slice(None),) * (-axis - 1)
    return [
        None if w is None else g[(..., slice(stop - size, stop), *rest)]
        for w, stop, size in zip(wanted, stops, sizes)
    ]


def batched_together(batched, xs):
    """Every argument with the batch axis; those without one are repeated."""
    size = next(x.shape[0] for x, b in zip(xs, batched) if b)
    return [x if b else broadcast_to(x, (size, *np.shape(x))) for x, b in zip(xs, batched)]


def joined_pieces(*xs, axis, sizes):
    """Where each of the joined values stands."""
    rest = (slice(None),) * (-axis - 1)
    stops = np.cumsum(sizes).tolist()
    return [(x, (..., slice(stop - size, stop), *rest)) for x, stop, size in zip(xs, stops, sizes)]


def joined_spec(*xs, axis, sizes):
    """Spec of arrays one after another, without making them."""
    rest = {(x.shape[:axis], x.shape[len(x.shape) + axis + 1 :]) for x in xs}
    if len(rest) > 1:  # raises NumPy's error
        np.concatenate([np.broadcast_to(0.0, x.shape) for x in xs], axis)
    ((before, after),) = rest
    return Spec((*before, sum(x.shape[axis] for x in xs), *after), joint_dtype(*xs))


def stacked_spec(*xs, axis):
    """Spec of arrays side by side, without making them."""
    if len({x.shape for x in xs}) > 1:
        raise ValueError("all input arrays must have the same shape")
    shape = xs[0].shape
    at = len(shape) + 1 + axis
    return Spec((*shape[:at], len(xs), *shape[at:]), joint_dtype(*xs))


joined = Movement(
    "joined(*xs)", lambda *xs, axis, sizes: np.concatenate(xs, axis),
    split_cotangent, infer=joined_spec,
    batch=lambda op, batched, *xs, **params: op(*batched_together(batched, xs), **params),
    lower=Assembly(joined_pieces), latex=r"\operatorname{concat}($xs)", torch="Cat",
    sample=lambda rng, dtype: some(dtype, rng, (((2, 3), (1, 3)), {"axis": -2, "sizes": (2, 1)}), (((2, 0), (2, 2)), {"axis": -1, "sizes": (0, 2)})),
    doc="The arguments one after another along an axis: the row behind `concatenate`.",
)


def stacked_values(*xs, axis):
    """np.stack, and for numbers what is four times as quick."""
    numbers = all([isinstance(x, np.generic) for x in xs])
    return np.array(xs) if numbers else np.stack(xs, axis)


def places(count, axis):
    """The index of each of so many arrays along the axis on which they are stacked."""
    rest = (slice(None),) * (-axis - 1)
    return [(..., i, *rest) for i in range(count)]


stacked = Movement(
    "stacked(*xs)", stacked_values,
    lambda g, wanted, *xs, axis: [
        None if w is None else g[place] for w, place in zip(wanted, places(len(xs), axis))
    ],
    infer=stacked_spec,
    batch=lambda op, batched, *xs, axis: op(*batched_together(batched, xs), axis=axis),
    lower=Assembly(lambda *xs, axis: list(zip(xs, places(len(xs), axis)))),
    latex=r"\operatorname{stack}($xs)", torch="Stack",
    sample=lambda rng, dtype: some(dtype, rng, (((2, 3), (2, 3)), {"axis": -2}), (((), (), ()), {"axis": -1})),
    doc="Arguments of one shape side by side along a new axis, from the end: the row behind `stack`.",
)


def inverse_permutation(axes):
    """The permutation that undoes `axes`, from the end."""
    n = len(axes)
    inverse = [0] * n
    for i, a in enumerate(axes):
        inverse[a + n] = i - n
    return tuple(inverse)


@public(np.reshape)
def reshape(x, shape, *more):
    """The elements of `x` in another shape; one size may be -1.

    Raises ShapeError if the sizes do not fill the shape.

    >>> reshape(np.arange(6.0), (2, -1)).shape
    (2, 3)
    """
    x = as_value(x)
    given = (shape, *more) if more else shape
    size = prod(x.shape)
    shape = full_shape(given, size)
    if prod(shape) != size:
        raise ShapeError(f"reshape: {size} elements of shape {x.shape} do not fill shape {shape}")
    return reshaped(x, shape=shape)


@public(np.ravel)
def ravel(x):
    """The elements of `x` in one axis, in C order.

    >>> ravel(np.ones((2, 3))).shape
    (6,)
    """
    return reshape(x, -1)


@public()
def flatten(x, start_dim=0, end_dim=-1):
    """`x` with the axes from `start_dim` to `end_dim` joined, as in PyTorch.

    >>> flatten(np.ones((2, 3, 4)), 1).shape
    (2, 12)
    """
    x = as_value(x)
    shape = x.shape or (1,)
    first, last = (from_end(a, len(shape))[0] + len(shape) for a in (start_dim, end_dim))
    if first > last:
        raise ShapeError(f"flatten: start_dim {start_dim} comes after end_dim {end_dim}")
    joined_size = prod(shape[first : last + 1])
    return reshape(x, (*shape[:first], joined_size, *shape[last + 1 :]))


@public(np.transpose, np.permute_dims)
def transpose(x, axes=None):
    """`x` with its axes permuted; reversed when `axes` is None.

    >>> transpose(np.ones((2, 3, 4)), (1, 0, 2)).shape
    (3, 2, 4)
    """
    x = as_value(x)
    n = len(x.shape)
    axes = tuple(axes) if isinstance(axes, np.ndarray) else axes
    axes = tuple(range(-1, -n - 1, -1)) if axes is None else from_end(axes, n)
    if len(axes) != n:
        raise ShapeError(f"transpose: {n} axes are there and {len(axes)} are given; name each once")
    return permuted(x, axes=axes)


@public(np.swapaxes)
def swapaxes(x, axis1, axis2):
    """`x` with two axes exchanged.

    >>> swapaxes(np.ones((2, 3, 4)), 0, 2).shape
    (4, 3, 2)
    """
    x = as_value(x)
    n = len(x.shape)
    (a,), (b,) = from_end(axis1, n), from_end(axis2, n)
    axes = list(range(-n, 0))
    axes[a], axes[b] = b, a
    return permuted(x, axes=tuple(axes))


@public(np.moveaxis)
def moveaxis(x, source, destination):
    """`x` with some axes moved to other places; the others keep their order.

    >>> moveaxis(np.ones((2, 3, 4)), 0, -1).shape
    (3, 4, 2)
    """
    x = as_value(x)
    n = len(x.shape)
    source, destination = from_end(source, n), from_end(destination, n)
    order = [a for a in range(-n, 0) if a not in source]
    for place, axis in sorted(zip(destination, source)):
        order.insert(place + n, axis)
    return permuted(x, axes=tuple(order))


@public(np.matrix_transpose)
def matrix_transpose(x):
    """`x` with its last two axes exchanged.

    >>> matrix_transpose(np.ones((2, 3, 4))).shape
    (2, 4, 3)
    """
    return swapaxes(x, -1, -2)


@public(np.expand_dims)
def expand_dims(x, axis):
    """`x` with unit axes inserted at `axis` of the result.

    >>> expand_dims(np.ones(3), 0).shape
    (1, 3)
    """
    x = as_value(x)
    n = len(x.shape) + (len(axis) if isinstance(axis, (tuple, list)) else 1)
    axes = [a + n for a in from_end(axis, n)]
    sizes = iter(x.shape)
    return reshaped(x, shape=tuple(1 if i in axes else next(sizes) for i in range(n)))


@public(np.squeeze)
def squeeze(x, axis=None):
    """`x` without its unit axes, or without those named.

    >>> squeeze(np.ones((1, 3, 1))).shape
    (3,)
    """
    x = as_value(x)
    n = len(x.shape)
    if axis is None:
        return reshaped(x, shape=tuple(s for s in x.shape if s != 1))
    axes = from_end(axis, n)
    if any(x.shape[a] != 1 for a in axes):
        raise ShapeError(f"squeeze: axis {axis} of shape {x.shape} is not of size 1")
    return reshaped(x, shape=tuple(s for i, s in enumerate(x.shape) if i - n not in axes))


@public(np.broadcast_to)
def broadcast_to(x, shape):
    """`x` repeated along new and unit axes to `shape`.

    >>> broadcast_to(np.ones(3), (2, 3)).shape
    (2, 3)
    """
    x = as_value(x)
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    if broadcast_shapes("broadcast_to", (x.shape, shape)) != shape:
        raise ShapeError(f"broadcast_to: shape {x.shape} does not broadcast to {shape}")
    return x if x.shape == shape else expanded(x, shape=shape)


@public(np.concatenate, np.concat)
def concatenate(xs, axis: int | None = 0):
    """The arrays of a sequence one after another along `axis`.

    >>> concatenate([np.ones(2), np.zeros(1)]).tolist()
    [1.0, 1.0, 0.0]
    """
    xs = [as_value(x) for x in xs]
    if not xs:
        raise ShapeError("concatenate: the sequence is empty; give at least one array")
    if axis is None:
        xs, axis = [ravel(x) for x in xs], 0
    shapes = [x.shape for x in xs]
    (axis,) = from_end(axis, len(shapes[0]))
    check_joinable(shapes, axis)
    return joined(*xs, axis=axis, sizes=tuple(s[axis] for s in shapes))


def check_joinable(shapes, axis):
    """Raise unless the shapes agree in all axes but one."""
    first = shapes[0]
    for shape in shapes[1:]:
        same = len(shape) == len(first) and all(
            a == b for i, (a, b) in enumerate(zip(shape, first)) if i - len(first) != axis
        )
        if not same:
            raise ShapeError(
                f"concatenate: shapes {first} and {shape} differ outside axis {axis}; "
                "only the joined axis may differ"
            )


@public(np.stack)
def stack(xs, axis=0):
    """Arrays of one shape, side by side along a new axis.

    >>> stack([np.ones(2), np.zeros(2)]).shape
    (2, 2)
    """
    xs = [as_value(x) for x in xs]
    if not xs:
        raise ShapeError("stack: the sequence is empty; give at least one array")
    if len({x.shape for x in xs}) > 1:
        raise ShapeError(f"stack: all shapes must be equal, not {sorted({x.shape for x in xs})}")
    return stacked(*xs, axis=from_end(axis, len(xs[0].shape) + 1)[0])


@public(np.flip)
def flip(x, axis=None):
    """`x` with its order along `axis` reversed; along all axes when None.

    >>> flip(np.array([1.0, 2.0])).tolist()
    [2.0, 1.0]
    """
    x = as_value(x)
    n = len(x.shape)
    return flipped(x, axes=every_axis(from_end(axis, n), n))


def as_array(x) -> Any:
    """`x` as one value: a nested list that holds traced values is stacked."""
    if isinstance(x, (list, tuple)) and has_traced(x):
        return stack([as_array(item) for item in x])
    return as_value(x)
