"""Orders: sorting, partitions, searching, and what is found among the elements."""

from typing import Any

import numpy as np

from ..core.family import Opaque
from ..core.public import public
from ..core.spec import Spec, from_end
from .index import true_places
from .move import as_array, ravel, stack
from .plain import kind, plain, traced_numbers
from .rearrange import flat_or_axis, take, take_along_axis

INTEGER = np.dtype(np.intp)


def lanes(rng, dtype, **params):
    """Arrays with an axis to put in order, for the laws."""
    return [
        ((np.asarray(rng.normal(size=shape)).astype(dtype),), {"axis": axis, **params})
        for shape, axis in (((5,), -1), ((3, 4), -2), ((0, 3), -1))
    ]


ordering = Opaque(
    "ordering(x)",
    lambda x, *, axis, kind=None: np.argsort(x, axis=axis, kind=kind),
    infer=lambda x, *, axis, kind=None: Spec(x.shape, INTEGER),
    batch=lambda batched, x, **params: ordering(x, **params),
    differentiable=False,
    reads="",
    sample=lambda rng, dtype: lanes(rng, dtype),
    latex=r"\operatorname{argsort} {$x}",
    doc="Indices that put elements in order: the row behind `argsort`.",
)

in_order = Opaque(
    "in_order(x)",
    lambda x, *, axis, kind=None: np.sort(x, axis=axis, kind=kind),
    infer=lambda x, *, axis, kind=None: Spec(x.shape, x.dtype),
    batch=lambda batched, x, **params: in_order(x, **params),
    differentiable=False,
    reads="",
    sample=lambda rng, dtype: lanes(rng, dtype),
    latex=r"\operatorname{sort} {$x}",
    doc="Elements in order, where nothing asks for their places: the compiler's row for `sort`.",
)

partial_ordering = Opaque(
    "partial_ordering(x)",
    lambda x, *, axis, kth: np.argpartition(x, kth, axis=axis),
    infer=lambda x, *, axis, kth: Spec(x.shape, INTEGER),
    batch=lambda batched, x, **params: partial_ordering(x, **params),
    differentiable=False,
    reads="",
    sample=lambda rng, dtype: lanes(rng, dtype, kth=(1,))[:2],
    latex=r"\operatorname{argpartition} {$x}",
    doc="Indices that partition elements: the row behind `argpartition`.",
)


def places_in(a, v, *, side):
    """searchsorted of each example, over leading axes that broadcast."""
    if np.ndim(a) == 1:
        return np.asarray(np.searchsorted(a, v, side))
    lead = np.shape(a)[:-1]
    shape = np.broadcast_shapes(lead, np.shape(v)[: len(lead)])
    a = np.broadcast_to(a, (*shape, np.shape(a)[-1])).reshape(-1, np.shape(a)[-1])
    rest = np.shape(v)[len(lead) :]
    v = np.broadcast_to(v, (*shape, *rest)).reshape(-1, *rest)
    found = [np.searchsorted(x, y, side) for x, y in zip(a, v)]
    return np.asarray(found, INTEGER).reshape(*shape, *rest)


def batched_places(batched, a, v, *, side):
    """The search under vmap: every example in its own, or all in the same."""
    if not batched[0]:
        return place(a, v, side=side)
    size = a.shape[0]
    v = v if batched[1] else np.broadcast_to(v, (size, *np.shape(v)))
    return place(a, v, side=side)


def places_spec(a, v, *, side):
    lead = len(a.shape) - 1
    shape = np.broadcast_shapes(a.shape[:-1], v.shape[:lead])
    return Spec((*shape, *v.shape[lead:]), INTEGER)


place = Opaque(
    "place(a, v)",
    places_in,
    infer=places_spec,
    batch=batched_places,
    differentiable=False,
    reads="",
    sample=lambda rng, dtype: [
        (
            (
                np.sort(rng.normal(size=4).astype(dtype)),
                np.asarray(rng.normal(size=s)).astype(dtype),
            ),
            {"side": "left"},
        )
        for s in ((), (3,), (2, 3))
    ],
    latex=r"\operatorname{searchsorted}({$a}, {$v})",
    doc="Places at which `v` keeps `a` in order: the row behind `searchsorted`.",
)


def kind_of(kind, stable):
    return "stable" if stable else kind


@public(np.argsort)
def argsort(x, axis=-1, kind=None, order=None, *, stable=None):
    """Indices that put `x` in ascending order along `axis`, of the flattened array when None.

    >>> argsort(np.array([3.0, 1.0, 2.0])).tolist()
    [1, 2, 0]
    """
    x, axis = flat_or_axis(x, axis)
    (axis,) = from_end(axis, len(x.shape))
    return ordering(x, axis=axis, kind=kind_of(kind, stable))


@public(np.sort)
def sort(x, axis=-1, kind=None, order=None, *, stable=None):
    """`x` in ascending order along `axis`, flattened when None; the derivative moves along.

    >>> sort(np.array([3.0, 1.0, 2.0])).tolist()
    [1.0, 2.0, 3.0]
    """
    x, axis = flat_or_axis(x, axis)
    return take_along_axis(x, argsort(x, axis, kind, stable=stable), axis)


@public(np.argpartition)
def argpartition(x, kth, axis=-1, kind="introselect", order=None):
    """Indices that put the `kth` smallest in its place, smaller before and larger behind it.

    >>> int(argpartition(np.array([3.0, 1.0, 2.0]), 0)[0])
    1
    """
    x, axis = flat_or_axis(x, axis)
    (axis,) = from_end(axis, len(x.shape))
    kth = tuple(int(k) for k in np.ravel(plain(kth, "argpartition")))
    for k in kth:
        if not -x.shape[axis] <= k < x.shape[axis]:
            raise ValueError(f"kth(={k}) out of bounds ({x.shape[axis]})")
    return partial_ordering(x, axis=axis, kth=kth)


@public(np.partition)
def partition(x, kth, axis=-1, kind="introselect", order=None):
    """`x` with the `kth` smallest in its place along `axis`, smaller before and larger behind it.

    >>> float(partition(np.array([3.0, 1.0, 2.0]), 1)[1])
    2.0
    """
    x, axis = flat_or_axis(x, axis)
    return take_along_axis(x, argpartition(x, kth, axis), axis)


@public(np.sort_complex)
def sort_complex(x):
    """`x` as complex numbers in ascending order, by real part and then by imaginary part.

    >>> sort_complex(np.array([2.0, 1.0])).tolist()
    [(1+0j), (2+0j)]
    """
    x = sort(as_array(x))
    return x if kind(x) == "c" else x.astype(np.result_type(x.dtype, np.complex64))


@public(np.lexsort)
def lexsort(keys, axis=-1):
    """Indices that sort by several keys, the last key first.

    >>> lexsort([np.array([1.0, 0.0]), np.array([0.0, 0.0])]).tolist()
    [1, 0]
    """
    keys = [as_array(k) for k in keys]
    if not keys:
        raise TypeError("lexsort: need sequence of keys with len > 0")
    order = argsort(keys[0], axis, "stable")
    for key in keys[1:]:
        again = argsort(take_along_axis(key, order, axis), axis, "stable")
        order = take_along_axis(order, again, axis)
    return order


@public(np.searchsorted)
def searchsorted(a, v, side="left", sorter=None):
    """Places at which the elements of `v` keep the sorted vector `a` in order.

    >>> int(searchsorted(np.array([1.0, 2.0, 3.0]), 2.5))
    2
    """
    if side not in ("left", "right"):
        raise ValueError(f"searchsorted: side={side!r}; it is 'left' or 'right'")
    a = as_array(a)
    if len(a.shape) != 1:
        raise ValueError("searchsorted: object too deep for desired array; `a` is a vector")
    a = a if sorter is None else take(a, sorter)
    return place(a, as_array(v), side=side)


@public(np.digitize)
def digitize(x, bins, right=False):
    """The number of the bin of each element: `bins[i - 1] <= x < bins[i]`.

    >>> digitize(np.array([0.5, 1.5]), [0.0, 1.0, 2.0]).tolist()
    [1, 2]
    """
    edges = plain(bins, "digitize")
    np.digitize(0.0, edges)  # raises where the bins are not monotonic
    if edges.size > 1 and edges[0] > edges[-1]:
        return edges.size - place(edges[::-1], as_array(x), side="right" if not right else "left")
    return place(edges, as_array(x), side="left" if right else "right")


def numbers_alone(name, numpy, several=False, traced=None):
    """A function of NumPy whose answer depends on numbers alone and carries no derivative.

    traced: the same of a node whose numbers may be asked for, if there is one.
    """
    as_given = (int, bool, str, type(None))

    def function(*args, **kwargs):
        if traced is not None and len(args) == 1 and not kwargs:
            asked = traced_numbers(args[0])
            if asked is not None and asked.shape:
                return traced(asked)
        args = [a if isinstance(a, as_given) else plain(a, name, several) for a in args]
        return numpy(*args, **kwargs)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"`numpy.{name}` of the numbers: plain arrays, without a derivative."
    return public(numpy, renamed=False)(function)


nonzero = numbers_alone("nonzero", np.nonzero, True, lambda x: tuple(true_places(x)))
flatnonzero = numbers_alone("flatnonzero", np.flatnonzero, traced=lambda x: true_places(x.reshape(-1))[0])
argwhere = numbers_alone("argwhere", np.argwhere, traced=lambda x: stack(true_places(x), -1))


@public(np.unique)
def unique(
    x,
    return_index=False,
    return_inverse=False,
    return_counts=False,
    axis=None,
    *,
    equal_nan=True,
    sorted=True,
) -> Any:
    """The different elements of `x` in ascending order; equal ones pass on to the first of them.

    >>> unique(np.array([2.0, 1.0, 2.0])).tolist()
    [1.0, 2.0]
    """
    x = as_array(x)
    numbers = plain(x, "unique", return_index or return_inverse or return_counts)
    _, first, inverse, counts = np.unique(
        numbers,
        return_index=True,
        return_inverse=True,
        return_counts=True,
        axis=axis,
        equal_nan=equal_nan,
    )
    values = take(ravel(x), first) if axis is None else take(x, first, axis)
    wanted = [
        v
        for v, asked in ((first, return_index), (inverse, return_inverse), (counts, return_counts))
        if asked
    ]
    return (values, *wanted) if wanted else values
