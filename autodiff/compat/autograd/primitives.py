"""Functions that are one piece: their row, made anew for each call, and the rules users state.

A row reads autograd's rules: `vjpmaker(argnums, ans, args, kwargs)` gives the pullback of those
arguments, `jvpmaker(argnums, gs, ans, args, kwargs)` their pushforward.  autograd's cotangent of a
complex value is the conjugate of ours.
"""

from typing import Any

import numpy as np

from ...core.errors import UnknownShapeError
from ...core.op import TRACED, Op
from ...core.spec import carries_derivative, is_complex
from ...core.tree import flatten, unflatten
from ...interpret.forward import Dual
from ...interpret.tape import Tensor
from ...ops.move import broadcast_to, stack

primitive_vjps: dict[Any, Any] = {}
primitive_jvps: dict[Any, Any] = {}
notrace: dict[Any, set[Any]] = {}  # the kind of traced value -> functions that are constants for it


class Raised(Exception):
    """An error of the user's function on its way out, untouched by the tape's own words."""

    def __init__(self, error):
        self.error = error


class SparseObject:
    """A cotangent that is added to a dense one by `mut_add`, which gives the sum.

    vs: the vector space; mut_add(x): x with this one added to it, x being ours to write on.
    """

    __slots__ = ("vs", "mut_add")

    def __init__(self, vs, mut_add):
        self.vs, self.mut_add = vs, mut_add


def scalar(x):
    """An array without axes as NumPy's scalar; all else as it is."""
    return x[()] if type(x) is np.ndarray and not x.ndim else x


def conjugate(x):
    """autograd's cotangent from ours, and ours from autograd's."""
    return x.conj() if hasattr(x, "dtype") and x.dtype is not None and is_complex(x.dtype) else x


def numeric(x):
    """Whether a leaf is an array or a number."""
    if type(x) in TRACED:
        return True
    if hasattr(x, "dtype"):
        return hasattr(x, "shape") and np.dtype(x.dtype).kind in "biufc"
    return isinstance(x, (bool, int, float, complex))


def as_array(x) -> Any:
    """A leaf as something with a shape."""
    return x if type(x) in TRACED else np.asarray(x)


def name_of(function):
    return getattr(function, "__name__", type(function).__name__)


def called(function, raw, args, kwargs):
    """`raw(*args, **kwargs)` as one piece for the arguments that are traced."""
    leaves, structure = flatten(args)
    places = [i for i, x in enumerate(leaves) if type(x) in TRACED]
    if not places:
        return raw(*args, **kwargs)
    if any(type(x) in TRACED for x in flatten(kwargs)[0]):
        raise TypeError(
            f"{name_of(function)}: a keyword argument is being differentiated, and a primitive has "
            "rules for positional ones; give it by position"
        )
    top = max([leaves[i] for i in places], key=lambda x: x.level)
    if function in notrace.get(type(top), ()):
        plain = [x.value if type(x) is type(top) and x.level == top.level else x for x in leaves]
        return function(*unflatten(structure, plain), **kwargs)
    row = Row(function, raw, leaves, places, structure, kwargs)
    try:
        out = row(*[leaves[i] for i in places])
    except Raised as raised:
        raise raised.error from None
    except UnknownShapeError as unknown:  # a variable, which is asked again when it is fed
        return unknown.node.defer(function, args, kwargs)
    return row.restored(out)


class Row(Op):
    """The row of one call; its arguments are the traced leaves of the user's arguments.

    shape_of_out: (structure of the result, its leaves that are no numbers), known after a run.
    """

    keep_args = keep_out = True
    reads, signature, lower, domain, sample, latex = "xy", "primitive(x)", None, None, None, None
    shape_of_out: Any = None

    def __init__(self, function, raw, leaves, places, structure, kwargs):
        self.function, self.raw, self.kwargs = function, raw, kwargs
        self.constants = [None if i in places else x for i, x in enumerate(leaves)]
        self.places, self.structure = places, structure
        self.name = self.__name__ = name_of(function)
        self.arguments = tuple(f"x{i}" for i in range(len(places)))
        self.grad_name = f"{self.name}Backward"

    def filled(self, args):
        """The user's arguments, with these values in the traced places."""
        full = list(self.constants)
        for i, x in zip(self.places, args):
            full[i] = x
        return unflatten(self.structure, full)

    def evaluate(self, *args):
        """The user's function of the values, as arrays; a container gives a tuple."""
        try:
            out = self.raw(*self.filled(map(scalar, args)), **self.kwargs)
        except (ValueError, TypeError) as error:
            raise Raised(error) from None
        leaves, structure = flatten(out)
        others = [None if numeric(x) else (x,) for x in leaves]
        self.shape_of_out = structure, others
        found = tuple([as_array(x) for x, o in zip(leaves, others) if o is None])
        return found[0] if structure == "leaf" and found else found

    def restored(self, out):
        """The user's result, from what a run of this row gives."""
        structure, others = self.shape_of_out
        found = iter(out if type(out) is tuple else (out,))
        return unflatten(structure, [next(found) if o is None else o[0] for o in others])

    def argnums(self, wanted):
        """(numbers of the arguments that hold a wanted one, places of the leaves of each)"""
        groups, leaf = [], 0
        for child in self.structure[3]:
            size = count(child)
            groups.append(range(leaf, leaf + size))
            leaf += size
        asked = {i for i, w in zip(self.places, wanted) if w is not None}
        return tuple(k for k, group in enumerate(groups) if asked.intersection(group)), groups

    def cotangents(self, g, out):
        """The cotangent of the result in autograd's convention and in the user's container."""
        outs = out if type(out) is tuple else (out,)
        parts = g if type(out) is tuple else [g]
        full = [np.zeros(o.shape, o.dtype) if p is None else p for p, o in zip(parts, outs)]
        return self.restored(tuple(map(conjugate, full)))

    def vjp(self, g, out, wanted, *args):
        numbers, groups = self.argnums(wanted)
        maker = primitive_vjps.get(self.function)
        if maker is None:
            raise undefined("VJP", self.name, numbers)
        full = self.filled(args)
        pullback = maker(numbers, self.restored(out), full, self.kwargs)
        found = pullback(self.cotangents(g, out))
        pulled = {}
        for number, c in zip(numbers, found):
            pulled.update(zip(groups[number], dense(self.name, c, groups[number])))
        pairs = zip(self.places, args, wanted)
        return [None if w is None else fitted(pulled.get(i), x) for i, x, w in pairs]

    def jvp(self, tangents, out, *args):
        numbers, groups = self.argnums(tangents)
        maker = primitive_jvps.get(self.function)
        if maker is None:
            raise undefined("JVP", self.name, numbers)
        full, moved = self.filled(args), dict(zip(self.places, tangents))
        given = []
        for number in numbers:
            leaves, structure = flatten(full[number])
            ts = [
                zeros(x) if moved.get(i) is None else moved[i]
                for i, x in zip(groups[number], leaves)
            ]
            given.append(unflatten(structure, ts))
        found = flatten(maker(numbers, given, self.restored(out), full, self.kwargs))[0]
        outs = out if type(out) is tuple else (out,)
        pushed = tuple([fitted(t, o) for t, o in zip(found, outs)])
        return pushed if type(out) is tuple else pushed[0]

    def batch(self, batched, *args):
        sizes = [a.shape[0] for a, b in zip(args, batched) if b]
        runs = [self(*[a[i] if b else a for a, b in zip(args, batched)]) for i in range(sizes[0])]
        if not runs:
            raise ValueError(f"{self.name}: vmap over no examples; it needs at least one")
        if type(runs[0]) is not tuple:
            return stack(runs)
        return tuple(stack(list(parts)) for parts in zip(*runs))


def count(structure):
    """The number of leaves of a structure."""
    return 1 if structure == "leaf" else sum(map(count, structure[3]))


def zeros(x):
    """A tangent of zero."""
    x = as_array(x)
    return np.zeros(x.shape, x.dtype if carries_derivative(x.dtype) else np.float64)


def dense(name, c, group):
    """The leaves of one cotangent, in our convention."""
    if isinstance(c, SparseObject):
        c = c.mut_add(c.vs.zeros())
    leaves = [None] * len(group) if c is None else flatten(c)[0]
    if len(leaves) != len(group):
        raise TypeError(
            f"the vjp of {name} gives {len(leaves)} arrays for an argument of {len(group)}; "
            "it needs a cotangent in the container of the argument"
        )
    return [None if x is None else conjugate(as_array(x)) for x in leaves]


def fitted(c, x):
    """A cotangent or tangent stretched to the shape of its value, where it is smaller."""
    if c is None:
        return None
    c = as_array(c)
    if c.shape == x.shape or np.broadcast_shapes(c.shape, x.shape) != tuple(x.shape):
        return c
    return broadcast_to(c, x.shape)


def undefined(kind, name, argnums):
    """autograd's error of a rule that nobody stated."""
    return NotImplementedError(
        f"{kind} of {name} wrt argnums {tuple(argnums)} not defined; "
        f"state it with {'defvjp' if kind == 'VJP' else 'defjvp'}({name}, ...)"
    )


KINDS = {"VJPNode": Tensor, "JVPNode": Dual}
