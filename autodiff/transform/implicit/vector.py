"""Containers as one vector of real numbers, which is what SciPy's solvers work with."""

import numpy as np

from ...core.errors import ArgumentError
from ...core.op import EAGER, TRACED
from ...core.spec import carries_derivative, is_complex
from ...core.tree import flatten, paths, unflatten
from ...interpret.tape import Tensor, new_tensor
from ...ops.complex import astype, imag, real
from ...ops.move import concatenate
from ..function import as_input, result


class Layout:
    """Where each leaf of a container lies in the vector; complex leaves as two parts.

    name: what messages call the container.
    """

    def __init__(self, name, tree):
        leaves, self.structure = flatten(tree)
        marks = paths(self.structure)
        self.leaves = [as_input(x, f"{name}{mark}") for x, mark in zip(leaves, marks)]
        if not self.leaves:
            raise ArgumentError(f"{name} holds no arrays; it needs at least one number")
        self.eager = [type(x) is Tensor and x.level == EAGER for x in self.leaves]
        self.stops = np.cumsum([width(x) for x in self.leaves]).tolist()

    @property
    def size(self):
        """How many real numbers the vector holds."""
        return self.stops[-1]

    def tree(self, vector):
        """The container of double precision, for the function of the user."""
        start, leaves = 0, []
        for x, eager, stop in zip(self.leaves, self.eager, self.stops):
            leaf = piece(vector[start:stop], x)
            if eager and type(leaf) not in TRACED:
                leaf = new_tensor(leaf, None, EAGER)
            leaves.append(leaf)
            start = stop
        return unflatten(self.structure, leaves)

    def final(self, vector):
        """The container in the dtypes in which it was given; float64 for integers."""
        leaves = flatten(self.tree(vector))[0]
        kinds = [x.dtype if carries_derivative(x.dtype) else np.float64 for x in self.leaves]
        return unflatten(self.structure, [astype(y, k) for y, k in zip(leaves, kinds)])


def width(x):
    """How many real numbers a leaf has."""
    return int(np.prod(x.shape, dtype=int)) * (2 if is_complex(x.dtype) else 1)


def piece(vector, like):
    """One leaf from its part of the vector."""
    if not is_complex(like.dtype):
        return vector.reshape(like.shape)
    n = vector.shape[0] // 2
    return (vector[:n] + 1j * vector[n:]).reshape(like.shape)


def packed(leaves):
    """The leaves of a container one after another, as one vector of real numbers."""
    parts = []
    for x in map(result, leaves):
        if is_complex(x.dtype):
            parts += [real(x).reshape(-1), imag(x).reshape(-1)]
        else:
            parts.append(astype(x, np.float64).reshape(-1))
    return parts[0] if len(parts) == 1 else concatenate(parts)
