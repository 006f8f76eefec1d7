"""Containers and their leaves: dicts, lists, tuples, dataclasses and None, nested in any way.

A structure is a plain nested tuple, so that it compares, hashes and pickles:

    LEAF                                   a leaf
    (kind, type, keys, children)           a container
"""

from typing import Any

from numpy import ndarray

LEAF = "leaf"


def flatten(tree):
    """(leaves, structure) of a nested container; dictionaries in the order of their sorted keys."""
    leaves = []
    return leaves, _flatten(tree, leaves)


def _flatten(tree, leaves):
    kind = type(tree)
    if kind is ndarray or kind is float:
        leaves.append(tree)
        return LEAF
    if tree is None:
        return ("none", None, (), ())
    if kind is tuple or kind is list:
        keys, children = range(len(tree)), tree
    elif isinstance(tree, dict):
        keys = _ordered(tree)
        children = [tree[k] for k in keys]
    elif isinstance(tree, tuple) and hasattr(kind, "_fields"):
        keys, children = kind._fields, tree
    elif hasattr(kind, "__dataclass_fields__"):
        keys = list(kind.__dataclass_fields__)
        children = [getattr(tree, k) for k in keys]
    else:
        leaves.append(tree)
        return LEAF
    return (kind.__name__, kind, tuple(keys), tuple([_flatten(c, leaves) for c in children]))


def _ordered(mapping):
    try:
        return sorted(mapping)
    except TypeError:
        return list(mapping)


def unflatten(structure, leaves) -> Any:
    """The container with the given structure and leaves."""
    return _unflatten(structure, iter(leaves))


def _unflatten(structure, leaves):
    if structure == LEAF:
        return next(leaves)
    name, kind, keys, children = structure
    if name == "none":
        return None
    values = [next(leaves) if c is LEAF else _unflatten(c, leaves) for c in children]
    if kind is tuple or kind is list:
        return kind(values)
    if issubclass(kind, dict):
        return _filled_dict(kind, keys, values)
    if issubclass(kind, tuple):
        return kind(*values)
    return _filled_dataclass(kind, keys, values)


def _filled_dict(kind, keys, values):
    result = kind.__new__(kind)
    result.update(zip(keys, values))
    return result


def _filled_dataclass(kind, keys, values):
    # object.__new__: __post_init__ may check or compute, and the leaves may be traced
    result = object.__new__(kind)
    for key, value in zip(keys, values):
        object.__setattr__(result, key, value)
    return result


def tree_map(f, tree, *rest) -> Any:
    """`f` of every leaf, in a container of the same structure.

    >>> tree_map(lambda x: 2 * x, {"a": 1, "b": [2, None]})
    {'a': 2, 'b': [4, None]}
    """
    leaves, structure = flatten(tree)
    others = [flatten(r)[0] for r in rest]
    return unflatten(structure, [f(*xs) for xs in zip(leaves, *others)])


def paths(structure, here=""):
    """Where each leaf stands, such as `['w'][0]`, in the order of the leaves."""
    if structure == LEAF:
        return [here]
    kind, keys, children = structure[1:]
    named = kind is not None and not issubclass(kind, (dict, list)) and kind is not tuple
    marks = [f".{k}" if named else f"[{k!r}]" for k in keys]
    return [p for mark, child in zip(marks, children) for p in paths(child, here + mark)]


def describe(structure):
    """A structure as a reader writes it: `{'w': *, 'b': [*, *]}`.

    >>> describe(flatten({"w": 1.0, "b": (2.0, None)})[1])
    "{'b': (*, None), 'w': *}"
    """
    if structure == LEAF:
        return "*"
    name, kind, keys, children = structure
    parts = [describe(c) for c in children]
    if name == "none":
        return "None"
    if kind is list:
        return f"[{', '.join(parts)}]"
    if kind is tuple:
        return f"({', '.join(parts)}{',' * (len(parts) == 1)})"
    if issubclass(kind, dict):
        return "{" + ", ".join(f"{k!r}: {p}" for k, p in zip(keys, parts)) + "}"
    return f"{name}({', '.join(f'{k}={p}' for k, p in zip(keys, parts))})"
