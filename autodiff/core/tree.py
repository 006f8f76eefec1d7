"""Containers and their leaves: dicts, lists, tuples, dataclasses, None and what users register.

A structure is a plain nested tuple, so that it compares, hashes and pickles:

    LEAF                                   a leaf
    (kind, type, keys, children)           a container
"""

from typing import Any

from numpy import ndarray

LEAF = "leaf"
REGISTERED: dict[type, Any] = {}  # class -> (flatten, unflatten)


class Beside(tuple):
    """The keys of a registered container: the numbers of its children, and `.kept` beside them."""

    kept: Any

    def __eq__(self, other):
        return type(other) is Beside and len(self) == len(other) and self.kept == other.kept

    def __hash__(self):
        return hash(len(self))


def register_pytree_node(nodetype, flatten_func, unflatten_func):
    """Make a class a container for every transform.

    flatten_func(object) -> (children, what else it needs); unflatten_func(what else, children)
    -> object, which gets traced children and should not look into them.
    Raises ValueError for a class that is a container already.

    >>> class Pair:
    ...     def __init__(self, a, b):
    ...         self.a, self.b = a, b
    >>> register_pytree_node(Pair, lambda p: ((p.a, p.b), None), lambda _, ab: Pair(*ab))
    >>> tree_map(lambda x: 2 * x, Pair(1, 2)).b
    4
    """
    if nodetype in REGISTERED or nodetype in (tuple, list, dict, type(None)):
        raise ValueError(
            f"register_pytree_node: {nodetype.__name__} is a container already; register each "
            "class once"
        )
    REGISTERED[nodetype] = flatten_func, unflatten_func


def register_pytree_node_class(cls):
    """Make a class with methods `tree_flatten` and `tree_unflatten` a container; a decorator.

    >>> @register_pytree_node_class
    ... class Scaled:
    ...     def __init__(self, x):
    ...         self.x = x
    ...     def tree_flatten(self):
    ...         return (self.x,), None
    ...     @classmethod
    ...     def tree_unflatten(cls, beside, children):
    ...         return cls(*children)
    >>> tree_map(lambda x: 2 * x, Scaled(3)).x
    6
    """
    register_pytree_node(cls, lambda x: x.tree_flatten(), cls.tree_unflatten)
    return cls


def flatten(tree, is_leaf=None):
    """(leaves, structure) of a nested container; dictionaries in the order of their sorted keys.

    is_leaf: says of a container that it is to be a leaf.
    """
    leaves = []
    return leaves, _flatten(tree, leaves, is_leaf)


def _flatten(tree, leaves, stop):
    kind = type(tree)
    if kind is ndarray or kind is float or (stop is not None and stop(tree)):
        leaves.append(tree)
        return LEAF
    if tree is None:
        return ("none", None, (), ())
    if kind is tuple or kind is list:
        keys, children = range(len(tree)), tree
    elif kind in REGISTERED:
        children, kept = REGISTERED[kind][0](tree)
        children = tuple(children)
        keys = Beside(range(len(children)))
        keys.kept = kept
        return (kind.__name__, kind, keys, tuple([_flatten(c, leaves, stop) for c in children]))
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
    return (kind.__name__, kind, tuple(keys), tuple([_flatten(c, leaves, stop) for c in children]))


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
    if type(keys) is Beside:
        return REGISTERED[kind][1](keys.kept, tuple(values))
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


def tree_map(f, tree, *rest, is_leaf=None) -> Any:
    """`f` of every leaf, in a container of the same structure.

    rest: further containers of that structure, whose leaves are the further arguments of `f`.
    is_leaf: says of a container that it is to be a leaf.
    Raises ValueError where structures differ.

    >>> tree_map(lambda x: 2 * x, {"a": 1, "b": [2, None]})
    {'a': 2, 'b': [4, None]}
    """
    leaves, structure = flatten(tree, is_leaf)
    others = [_below(r, structure) for r in rest]
    return unflatten(structure, [f(*xs) for xs in zip(leaves, *others)])


def _below(tree, structure):
    """What of `tree` stands where a structure has its leaves, containers perhaps."""
    if structure == LEAF:
        return [tree]
    children = []
    found = _flatten(tree, children, lambda x: x is not tree)
    if found == LEAF or found[1:3] != structure[1:3]:
        raise ValueError(
            f"tree_map: {describe(flatten(tree)[1])} is given beside {describe(structure)}; the "
            "containers must have the same structure"
        )
    return [leaf for c, s in zip(children, structure[3]) for leaf in _below(c, s)]


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
