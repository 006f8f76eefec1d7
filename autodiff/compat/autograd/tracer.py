"""Values under differentiation, and functions that are differentiated as one piece."""

from functools import update_wrapper
from typing import Any

from ...core.op import TRACED, new_level
from ...core.tree import flatten, unflatten
from ...interpret.inner import Inner
from ...interpret.methods import Methods
from .primitives import KINDS, as_array, called, notrace, numeric, scalar


class AnyTraced(type):
    """Instances are the values under differentiation, of whatever kind."""

    def __instancecheck__(cls, instance):
        return type(instance) in TRACED


class Box(metaclass=AnyTraced):
    """What `isinstance(x, Box)` asks: whether `x` is being differentiated, batched or traced.

    >>> isinstance(1.0, Box)
    False
    """

    @classmethod
    def register(cls, value_type):
        """Types of the user's own are not wrapped here: raises TypeError."""
        raise TypeError(
            f"{cls.__name__}.register({value_type.__name__}): values of that type are not traced; "
            "make it a dataclass or a named tuple of arrays, which transforms take as containers"
        )


def isbox(x):
    """Whether `x` is being differentiated, batched or traced.

    >>> isbox(1.0)
    False
    """
    return type(x) in TRACED


def getval(x):
    """The plain value behind `x`, of all levels.

    >>> from autodiff import grad
    >>> grad(lambda x: x * getval(x))(3.0).item()
    3.0
    """
    while type(x) in TRACED:
        x = x.value
    return scalar(x)


# autograd's private spelling of "the value one level down", which much code reads all the same
methods: Any = Methods
methods._value = property(lambda self: scalar(self.value))


def primitive(f_raw):
    """`f_raw`, differentiated as one piece by what `defvjp` and `defjvp` state.

    It is called with plain arrays and numbers, so anything may happen inside.  Only positional
    arguments are differentiated, containers among them.

    >>> from autodiff.compat.autograd import grad
    >>> from autodiff.compat.autograd.extend import defvjp
    >>> @primitive
    ... def cube(x):
    ...     return float(x) ** 3
    >>> defvjp(cube, lambda ans, x: lambda g: g * 3 * x**2)
    >>> float(grad(cube)(2.0))
    12.0
    """

    def function(*args, **kwargs):
        return called(function, f_raw, args, kwargs)

    function.__name__ = type(f_raw).__name__  # a partial function has no name of its own
    function.is_primitive = True
    return update_wrapper(function, f_raw)


def notrace_primitive(f_raw):
    """`f_raw` of plain values: it cuts the derivative.

    >>> from autodiff import grad
    >>> rounded = notrace_primitive(round)
    >>> grad(lambda x: x * rounded(x))(2.6).item()
    3.0
    """

    def function(*args, **kwargs):
        leaves, structure = flatten((args, kwargs))
        plain = unflatten(structure, [getval(x) for x in leaves])
        return f_raw(*plain[0], **plain[1])

    function.__name__ = type(f_raw).__name__
    return update_wrapper(function, f_raw)


def register_notrace(trace_type, primitive_fun):
    """For reverse mode (VJPNode) or forward mode (JVPNode) `primitive_fun` is a constant."""
    kind = KINDS.get(trace_type.__name__)
    if kind is None:
        raise TypeError(
            f"register_notrace: {trace_type.__name__} is no mode; it needs VJPNode or JVPNode"
        )
    notrace.setdefault(kind, set()).add(primitive_fun)


class Node:
    """A vertex of a trace of the user's own; subclasses say what it keeps.

    __init__(value, fun, args, kwargs, parent_argnums, parents) is called for each operation, and
    initialize_root(*args) for the first vertex.
    """

    def __init__(self, value, fun, args, kwargs, parent_argnums, parents):
        raise NotImplementedError(
            f"{type(self).__name__} has no __init__(value, fun, args, kwargs, parent_argnums, "
            "parents)"
        )

    def initialize_root(self, *args, **kwargs):
        raise NotImplementedError(f"{type(self).__name__} has no initialize_root")

    @classmethod
    def new_root(cls, *args, **kwargs) -> Any:
        """The vertex of the input."""
        root = cls.__new__(cls)
        root.initialize_root(*args, **kwargs)
        return root


class Traveller(Inner, Methods):
    """A value of one `trace`, with the vertex that the user's class made of it."""

    __slots__ = ("value", "node", "level", "storage", "steps", "__weakref__")
    value: Any
    node: Any
    level: int
    storage: Any
    steps: Any

    def interpret(self, op, level, args, params):
        mine = [type(a) is Traveller and a.level == level for a in args]
        values = [a.value if m else a for a, m in zip(args, mine)]
        numbers = tuple(i for i, m in enumerate(mine) if m)
        parents = tuple(args[i].node for i in numbers)
        out = op(*values, **params)
        make = type(parents[0])
        given = tuple(map(scalar, values)), params, numbers, parents
        if type(out) is not tuple:
            return traveller(out, make(scalar(out), op, *given), level)
        joint = make(out, op, *given)
        return tuple(
            traveller(o, make(scalar(o), part(i), (out,), {}, (0,), (joint,)), level)
            for i, o in enumerate(out)
        )


def part(i):
    """The function that takes output `i` of several."""

    def output(several):
        return several[i]

    return output


def traveller(value, node, level):
    """A value of a trace."""
    new = Traveller()
    new.value, new.node, new.level = value, node, level
    return new


def trace(start_node, fun, x):
    """Run `fun` on `x` and hang a vertex of the class of `start_node` on each operation.

    Returns (value of fun, its vertex); the vertex is None where it does not depend on `x`.

    >>> class Names(Node):
    ...     def __init__(self, value, fun, args, kwargs, parent_argnums, parents):
    ...         self.names = [*parents[0].names, fun.__name__]
    ...     def initialize_root(self):
    ...         self.names = []
    >>> import autodiff.numpy as np
    >>> trace(Names.new_root(), lambda x: np.exp(-x), 0.0)[1].names
    ['negative', 'exp']
    """
    if not numeric(x):
        raise TypeError(
            f"trace: the input is a {type(x).__name__}; it needs an array or a number, and "
            "flatten makes one of a container"
        )
    level = new_level()
    out = fun(traveller(as_array(x), start_node, level))
    if type(out) is Traveller and out.level == level:
        return scalar(out.value), out.node
    return out, None


def toposort(end_node, parents=lambda node: node.parents):
    """The vertices that lead to `end_node`, each before its parents."""
    counts, stack = {}, [end_node]
    while stack:
        node = stack.pop()
        if node in counts:
            counts[node] += 1
        else:
            counts[node] = 1
            stack.extend(parents(node))
    ready = [end_node]
    while ready:
        node = ready.pop()
        yield node
        for parent in parents(node):
            counts[parent] -= 1
            if not counts[parent]:
                ready.append(parent)


def subvals(x, ivs):
    """The tuple `x` with the pairs (place, value) of `ivs` written in it.

    >>> subvals((1, 2), [(0, 5)])
    (5, 2)
    """
    full = list(x)
    for i, v in ivs:
        full[i] = v
    return tuple(full)
