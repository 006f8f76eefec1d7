"""Containers and their leaves by JAX's names; `autodiff.tree` has the same without `tree_`."""

import sys
from functools import reduce
from typing import Any

from ..core.tree import (
    flatten,
    register_pytree_node as register_pytree_node,
    register_pytree_node_class as register_pytree_node_class,
    tree_map as tree_map,
    unflatten,
)


def tree_flatten(tree, is_leaf=None):
    """(leaves, structure) of a container; `tree_unflatten` puts them together again.

    >>> leaves, structure = tree_flatten({"b": 1, "a": (2, None)})
    >>> leaves, tree_unflatten(structure, [5, 6])
    ([2, 1], {'a': (5, None), 'b': 6})
    """
    return flatten(tree, is_leaf)


def tree_unflatten(treedef, leaves) -> Any:
    """The container of a structure with other leaves; see `tree_flatten`."""
    leaves, expected = list(leaves), len(flatten_structure(treedef))
    if len(leaves) != expected:
        raise ValueError(
            f"tree_unflatten: {len(leaves)} leaves for a structure of {expected}; give one for each"
        )
    return unflatten(treedef, leaves)


def flatten_structure(treedef):
    """One entry for each leaf of a structure."""
    if treedef == "leaf":
        return [treedef]
    return [leaf for child in treedef[3] for leaf in flatten_structure(child)]


def tree_leaves(tree, is_leaf=None):
    """The leaves of a container, in order.

    >>> tree_leaves({"b": 1, "a": [2, None]})
    [2, 1]
    """
    return flatten(tree, is_leaf)[0]


def tree_structure(tree, is_leaf=None):
    """The structure of a container: equal for containers that differ in their leaves alone.

    >>> tree_structure((1, [2])) == tree_structure((3, [4]))
    True
    """
    return flatten(tree, is_leaf)[1]


def tree_reduce(function, tree, *initializer, is_leaf=None) -> Any:
    """The leaves of a container combined by a function of two, from the first on.

    >>> tree_reduce(lambda a, b: a + b, [1, (2, 3)])
    6
    """
    return reduce(function, tree_leaves(tree, is_leaf), *initializer)


def tree_all(tree, *, is_leaf=None):
    """Whether all leaves are true.

    >>> tree_all((True, [False]))
    False
    """
    return all(tree_leaves(tree, is_leaf))


class tree:
    """The functions of `tree_util` without `tree_` in their names, as in `jax.tree`."""

    flatten = staticmethod(tree_flatten)
    unflatten = staticmethod(tree_unflatten)
    leaves = staticmethod(tree_leaves)
    structure = staticmethod(tree_structure)
    map = staticmethod(tree_map)
    reduce = staticmethod(tree_reduce)
    all = staticmethod(tree_all)


tree_util = sys.modules[__name__]  # `autodiff.tree_util` is this module
