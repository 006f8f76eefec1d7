"""A container of arrays as one vector, and back."""

import numpy as np

from ....core.tree import flatten as split, unflatten as join
from ....ops.move import concatenate, reshape
from ..primitives import as_array, scalar


def flatten(value):
    """(vector of all numbers of a container, function that makes the container of a vector).

    Dictionaries in the order of their sorted keys.  Both ways are differentiable.

    >>> vector, unflatten = flatten({"b": 1.0, "a": [2.0, np.zeros((1, 2))]})
    >>> vector.tolist()
    [2.0, 0.0, 0.0, 1.0]
    >>> unflatten(vector + 1)["a"][1].tolist()
    [[1.0, 1.0]]
    """
    leaves, structure = split(value)
    shapes = [np.shape(x) for x in leaves]
    kinds = [as_array(x).dtype.kind for x in leaves]
    sizes = [int(np.prod(shape, dtype=int)) for shape in shapes]

    def unflatten(vector):
        parts, start = [], 0
        for shape, kind, size in zip(shapes, kinds, sizes):
            part = vector[start : start + size]
            part = part.real if kind != "c" and part.dtype.kind == "c" else part
            parts.append(scalar(reshape(part, shape)))
            start += size
        return join(structure, parts)

    if not leaves:
        return np.zeros(0), unflatten
    return concatenate([reshape(as_array(x), (-1,)) for x in leaves]), unflatten


def flatten_func(func, example):
    """(the function of vectors, unflatten, vector) of a function of containers.

    >>> function, unflatten, x = flatten_func(lambda p: {"a": 2 * p["a"]}, {"a": 3.0})
    >>> function(x).tolist()
    [6.0]
    """
    vector, unflatten = flatten(example)

    def function(x, *args):
        return flatten(func(unflatten(x), *args))[0]

    return function, unflatten, vector
