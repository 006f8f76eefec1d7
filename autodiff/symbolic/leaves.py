"""Containers whose leaves are nodes, constants, or arrays of nodes."""

import numpy as np

from ..core.tree import flatten
from ..interpret.graph import Node
from ..ops.move import reshape, stack


def is_array_of_nodes(x):
    return type(x) is np.ndarray and x.dtype == object


def loose(tree):
    """The leaves of a container, those of arrays of nodes one by one."""
    leaves = flatten(tree)[0]
    return [y for x in leaves for y in (x.ravel() if is_array_of_nodes(x) else [x])]


def gathered(y, found):
    """One leaf of the output from the values of its nodes."""
    if not is_array_of_nodes(y):
        return next(found) if type(y) is Node else y
    values = [next(found) if type(v) is Node else np.asarray(v) for v in y.ravel()]
    return reshape(stack(values), y.shape) if values else np.zeros(y.shape)


def rebuilt(leaves, nodes):
    """Leaves like the given ones from other nodes, arrays of them as arrays."""
    found, nodes = [], iter(nodes)
    for leaf in leaves:
        if not is_array_of_nodes(leaf):
            found.append(next(nodes))
            continue
        new = np.empty(leaf.shape, object)
        for i in np.ndindex(leaf.shape):
            new[i] = next(nodes)
        found.append(new)
    return found
