"""What all transforms share: functions made from functions, their arguments and their results."""

from functools import partial
from typing import Any

import numpy as np

from ..core.errors import ArgumentError, DTypeError, TracedError
from ..core.guests import ORDINARY, taken_in
from ..core.op import TRACED, gathered
from ..core.spec import FLOAT64, carries_derivative, is_complex
from ..core.tree import describe, flatten, paths
from ..interpret.backward import own
from ..interpret.filled import Filled
from ..interpret.graph import current
from ..interpret.nans import WATCHES, deliver


class Transformed:
    """A function made from a function by a transform; it pickles when the function does."""

    def __init__(self, transform, f, **options):
        name = transform.__name__.removeprefix("run_")
        if not callable(f):
            raise ArgumentError(
                f"{name} needs a function, not a {type(f).__name__}; write {name}(f)(x)"
            )
        self.transform, self.f, self.options = transform, f, options
        self.__name__ = f"{name}({getattr(f, '__name__', type(f).__name__)})"
        self.__doc__ = f"{self.__name__}: {getattr(f, '__doc__', None) or ''}"
        self.__wrapped__ = f

    def __call__(self, *args, **kwargs) -> Any:
        return self.transform(self.f, args, kwargs, **self.options)

    def __get__(self, instance, owner=None):
        """As a method: `gradient = grad(method)` in a class body."""
        return self if instance is None else Bound(self, instance)

    def __repr__(self):
        return f"<{self.__name__}>"


class Bound:
    """A transformed method with its instance."""

    def __init__(self, function, instance):
        self.function, self.instance = function, instance

    def __call__(self, *args, **kwargs) -> Any:
        method = partial(self.function.f, self.instance)
        return self.function.transform(method, args, kwargs, **self.function.options)


def as_input(x, where) -> Any:
    """A leaf of an argument as an array or a traced value; numbers are converted.

    where: what messages call it, or (names, number) to find that out.
    """
    x = gathered(x) if type(x) in ORDINARY or type(x) in TRACED else taken_in(x, "a transform")
    if type(x) in TRACED:
        return x
    if isinstance(x, (bool, int, float, complex)):
        return np.asarray(x)
    if hasattr(x, "dtype") and hasattr(x, "shape") and np.dtype(x.dtype).kind in "biufc":
        return x if isinstance(x, np.ndarray) or not isinstance(x, np.generic) else np.asarray(x)
    where = where if isinstance(where, str) else where[0][where[1]]
    kind = f"an array of dtype {x.dtype}" if hasattr(x, "dtype") else f"a {type(x).__name__}"
    raise ArgumentError(f"{where} is {kind}; it needs arrays or numbers of a floating point dtype")


class Names:
    """What messages call the leaves of an argument; found when a message is written."""

    __slots__ = ("name", "structure")

    def __init__(self, name, structure):
        self.name, self.structure = name, structure

    def __iter__(self):
        return iter([f"{self.name}: argument {mark or '0'}" for mark in paths(self.structure)])

    def __getitem__(self, i):
        return list(self)[i]


def as_inputs(name, tree):
    """(leaves as arrays, structure, names of the leaves)"""
    leaves, structure = flatten(tree)
    named = Names(name, structure)
    for i, x in enumerate(leaves):
        if type(x) is not np.ndarray or x.dtype is not FLOAT64:
            leaves[i] = as_input(x, (named, i))
    return leaves, structure, named


def require_float(values, named, holomorphic=False, allow_int=False):
    """Raise unless every leaf carries a derivative, or is an integer where these are allowed."""
    for i, x in enumerate(values):
        if not holomorphic and (allow_int or carries_derivative(x.dtype)):
            continue
        where = named[i]
        if not carries_derivative(x.dtype):
            raise DTypeError(
                f"{where} has dtype {x.dtype}, which carries no derivative; "
                "convert it with astype(float), or leave it out of argnums"
            )
        if holomorphic and not is_complex(x.dtype):
            raise DTypeError(f"{where} has dtype {x.dtype}; holomorphic=True needs complex inputs")


def selected(name, args, argnums):
    """(the arguments to differentiate, a function that puts others in their place)"""
    numbers = argnums if isinstance(argnums, (tuple, list)) else (argnums,)
    if not all(isinstance(n, int) for n in numbers):
        raise ArgumentError(f"{name}: argnums={argnums!r}; it needs an int or a tuple of ints")
    for n in numbers:
        if not -len(args) <= n < len(args):
            raise ArgumentError(f"{name}: argnums={argnums} and {len(args)} arguments are given")
    numbers = [n % len(args) for n in numbers]
    if len(set(numbers)) < len(numbers):
        raise ArgumentError(f"{name}: argnums={argnums} names an argument twice; name each once")

    def placed(chosen):
        full = list(args)
        for n, x in zip(numbers, chosen):
            full[n] = x
        return full

    return tuple(args[n] for n in numbers), placed


def applied(f, *args, **kwargs) -> Any:
    """`f` of traced arguments.

    NumPy hides our sentence about a traced element of a plain array behind a ValueError.
    """
    try:
        return f(*args, **kwargs)
    except ValueError as error:
        if isinstance(error.__cause__, TracedError):
            raise error.__cause__ from None
        raise


def at_level(x, level, kind):
    """Whether a value belongs to the transform of this level."""
    return type(x) is kind and x.level == level


def held(x) -> Any:
    """The traced value inside a container of another library, or in a tensor that was filled."""
    if type(x) is Filled:
        return x.value
    if type(x) in TRACED or type(x) in ORDINARY:
        return x
    inside = getattr(x, "data", None)
    return inside if type(inside) in TRACED else x


def result(x) -> Any:
    """A value of a function as an array, unless it is traced."""
    x = current(held(x))
    return gathered(x) if type(x) in TRACED or hasattr(x, "dtype") else np.asarray(x)


def same_structure(name, what, given, expected):
    """Raise unless two containers have the same structure."""
    if given != expected:
        raise ArgumentError(
            f"{name}: {what} has the structure {describe(given)} and needs {describe(expected)}"
        )


def handed_over(values, given=()) -> Any:
    """Results that share no memory with each other or with what was given: users may write."""
    if WATCHES:
        deliver(values)
    used = {id(x) for x in given}
    return [own(v, used) if type(v) is np.ndarray else v for v in values]
