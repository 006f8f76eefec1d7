"""Functions that join and split arrays, and bring them to common shapes."""

from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from ..core.public import public
from ..core.spec import broadcast_shapes, from_end
from .move import as_array, broadcast_to, concatenate, moveaxis, ravel, reshape
from .rearrange import at_axis, axis_of


def one_or_all(values) -> Any:
    return values[0] if len(values) == 1 else tuple(values)


@public(np.atleast_1d)
def atleast_1d(*xs):
    """Arrays with at least one axis; of several a tuple.

    >>> atleast_1d(1.0).shape
    (1,)
    """
    xs = [as_array(x) for x in xs]
    return one_or_all([x if x.shape else reshape(x, (1,)) for x in xs])


@public(np.atleast_2d)
def atleast_2d(*xs):
    """Arrays with at least two axes, unit axes in front; of several a tuple.

    >>> atleast_2d(np.ones(3)).shape
    (1, 3)
    """
    xs = [as_array(x) for x in xs]
    return one_or_all(
        [x if len(x.shape) > 1 else reshape(x, (1,) * (2 - len(x.shape)) + x.shape) for x in xs]
    )


@public(np.atleast_3d)
def atleast_3d(*xs):
    """Arrays with at least three axes: (1, n, 1) of a vector, (m, n, 1) of a matrix.

    >>> atleast_3d(np.ones(3)).shape
    (1, 3, 1)
    """
    found = []
    for x in map(as_array, xs):
        shape = {0: (1, 1, 1), 1: (1, *x.shape, 1), 2: (*x.shape, 1)}.get(len(x.shape))
        found.append(x if shape is None else reshape(x, shape))
    return one_or_all(found)


def joined_along(xs, raised, axis):
    """Arrays raised to enough axes and joined."""
    return concatenate([raised(x) for x in xs], axis)


@public(np.vstack)
def vstack(tup, dtype=None, casting="same_kind"):
    """Arrays on top of each other, vectors as rows.

    >>> vstack([np.ones(2), np.zeros(2)]).shape
    (2, 2)
    """
    return converted(joined_along(tup, atleast_2d, 0), dtype)


@public(np.hstack)
def hstack(tup, dtype=None, casting="same_kind"):
    """Arrays side by side, vectors end to end.

    >>> hstack([np.ones(2), np.zeros(1)]).tolist()
    [1.0, 1.0, 0.0]
    """
    xs = [atleast_1d(x) for x in tup]
    return converted(concatenate(xs, 0 if xs and len(xs[0].shape) == 1 else 1), dtype)


@public(np.dstack)
def dstack(tup):
    """Arrays behind each other, along the third axis.

    >>> dstack([np.ones(2), np.zeros(2)]).shape
    (1, 2, 2)
    """
    return joined_along(tup, atleast_3d, 2)


@public(np.column_stack)
def column_stack(tup):
    """Vectors as the columns of a matrix; matrices side by side.

    >>> column_stack([np.ones(2), np.zeros(2)]).tolist()
    [[1.0, 0.0], [1.0, 0.0]]
    """

    def column(x):
        x = as_array(x)
        return x if len(x.shape) > 1 else reshape(x, (-1, 1))

    return joined_along(tup, column, 1)


def converted(x, dtype) -> Any:
    return x if dtype is None else x.astype(dtype)


@public(np.block)
def block(arrays):
    """An array of nested lists of blocks: the innermost list along the last axis.

    >>> block([[np.eye(1), np.zeros((1, 1))], [np.zeros((1, 1)), np.eye(1)]]).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    depth = nesting(arrays)
    leaves = list(leaves_of(arrays))
    rank = max([depth, *[len(as_array(x).shape) for x in leaves]])

    def build(part, level):
        if isinstance(part, list):
            if not part:
                raise ValueError("block: a list of blocks cannot be empty")
            return concatenate([build(p, level + 1) for p in part], level - depth)
        part = as_array(part)
        return reshape(part, (1,) * (rank - len(part.shape)) + part.shape)

    return build(arrays, 0)


def nesting(arrays):
    """How deep the lists are nested; all the same."""
    if not isinstance(arrays, list):
        return 0
    depths = {nesting(a) for a in arrays}
    if len(depths) > 1:
        raise ValueError(f"block: list depths are mismatched, {sorted(depths)}; nest all alike")
    return 1 + max(depths, default=0)


def leaves_of(arrays):
    if not isinstance(arrays, list):
        yield arrays
        return
    for a in arrays:
        yield from leaves_of(a)


@public(np.array_split)
def array_split(x, indices_or_sections, axis=0):
    """Parts of `x` along `axis`: so many, or cut before the given places.

    >>> [part.tolist() for part in array_split(np.array([1.0, 2.0, 3.0]), 2)]
    [[1.0, 2.0], [3.0]]
    """
    x = as_array(x)
    axis = axis_of(x, axis)
    size = x.shape[axis]
    if np.ndim(indices_or_sections):
        stops = [0, *[int(i) for i in indices_or_sections], size]
        return [at_axis(x, axis, slice(a, b)) for a, b in pairwise(stops)]
    sections = int(indices_or_sections)
    if sections <= 0:
        raise ValueError("array_split: the number of sections must be larger than 0")
    sizes = [size // sections + (i < size % sections) for i in range(sections)]
    stops = [0, *accumulate(sizes)]
    return [at_axis(x, axis, slice(a, b)) for a, b in pairwise(stops)]


@public(np.split)
def split(x, indices_or_sections, axis=0):
    """Parts of `x` of equal size along `axis`, or cut before the given places.

    Raises ValueError if so many equal parts cannot be made.

    >>> [part.tolist() for part in split(np.array([1.0, 2.0]), 2)]
    [[1.0], [2.0]]
    """
    x = as_array(x)
    if not np.ndim(indices_or_sections) and x.shape[axis] % int(indices_or_sections):
        raise ValueError("split: array split does not result in an equal division; use array_split")
    return array_split(x, indices_or_sections, axis)


def splitting(name, numpy, rank, axis):
    """hsplit, vsplit and dsplit: `split` along a fixed axis."""

    def function(x, indices_or_sections):
        x = as_array(x)
        if len(x.shape) < rank:
            raise ValueError(f"{name} only works on arrays of {rank} or more dimensions")
        place = 0 if name == "hsplit" and len(x.shape) == 1 else axis
        return split(x, indices_or_sections, place)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"`split` along axis {axis}."
    return public(numpy)(function)


hsplit = splitting("hsplit", np.hsplit, 1, 1)
vsplit = splitting("vsplit", np.vsplit, 2, 0)
dsplit = splitting("dsplit", np.dsplit, 3, 2)


@public(*([np.unstack] if hasattr(np, "unstack") else []))
def unstack(x, axis=0):
    """The parts of `x` along `axis`, without that axis, as a tuple.

    >>> [float(part) for part in unstack(np.array([1.0, 2.0]))]
    [1.0, 2.0]
    """
    x = as_array(x)
    if not x.shape:
        raise ValueError("unstack: the input must be at least 1-d")
    moved = moveaxis(x, axis_of(x, axis), 0)
    return tuple([moved[i] for i in range(moved.shape[0])])


@public(np.broadcast_arrays)
def broadcast_arrays(*args, subok=False):
    """Arrays broadcast against each other, as a tuple.

    >>> [x.shape for x in broadcast_arrays(np.ones(3), np.ones((2, 1)))]
    [(2, 3), (2, 3)]
    """
    xs = [as_array(x) for x in args]
    shape = broadcast_shapes("broadcast_arrays", [x.shape for x in xs])
    return tuple([broadcast_to(x, shape) for x in xs])


@public(np.meshgrid)
def meshgrid(*xi, copy=True, sparse=False, indexing="xy"):
    """Coordinates of a grid from coordinate vectors, as a tuple; "ij" keeps the order of axes.

    >>> [x.tolist() for x in meshgrid(np.array([1.0, 2.0]), np.array([3.0]))]
    [[[1.0, 2.0]], [[3.0, 3.0]]]
    """
    if indexing not in ("xy", "ij"):
        raise ValueError(f"meshgrid: indexing={indexing!r}; it is 'xy' or 'ij'")
    n = len(xi)
    open_grid = []
    for i, x in enumerate(map(as_array, xi)):
        place = {0: 1, 1: 0}.get(i, i) if indexing == "xy" and n > 1 else i
        shape = tuple(-1 if a == place else 1 for a in range(n))
        open_grid.append(reshape(ravel(x), shape))
    return tuple(open_grid) if sparse else broadcast_arrays(*open_grid)


@public(np.apply_along_axis)
def apply_along_axis(func1d, axis, arr, *args, **kwargs):
    """`func1d` of every vector along `axis`; what it gives takes the place of the axis.

    >>> apply_along_axis(lambda v: v.sum(), 0, np.ones((2, 3))).tolist()
    [2.0, 2.0, 2.0]
    """
    arr = as_array(arr)
    axis = axis_of(arr, axis)
    moved = moveaxis(arr, axis, -1)
    lead = moved.shape[:-1]
    lanes = reshape(moved, (-1, moved.shape[-1]))
    if not lanes.shape[0]:
        raise ValueError("apply_along_axis: cannot apply along axis when any iteration is 0")
    found = [as_array(func1d(lanes[i], *args, **kwargs)) for i in range(lanes.shape[0])]
    shape = found[0].shape
    out = reshape(concatenate([reshape(v, (1, *shape)) for v in found]), (*lead, *shape))
    ends = tuple(range(len(lead), len(lead) + len(shape)))
    return moveaxis(out, ends, tuple(range(axis, axis + len(shape)))) if shape else out


@public(np.apply_over_axes)
def apply_over_axes(func, a, axes):
    """`func(a, axis)` over each of the axes; an axis that it takes away stays as a unit axis.

    >>> float(apply_over_axes(np.sum, np.ones((2, 3)), [0, 1])[0, 0])
    6.0
    """
    value = as_array(a)
    rank = len(value.shape)
    for axis in np.atleast_1d(axes):
        place = from_end(int(axis), rank)[0]
        found = func(value, place + rank)
        if len(found.shape) != rank:
            shape = tuple(1 if i == place + rank else s for i, s in enumerate(value.shape))
            found = reshape(found, shape)
        value = found
    return value
