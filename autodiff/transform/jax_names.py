"""JAX's small transforms and services under its names, where the table has none of its own."""

from contextlib import nullcontext
from functools import wraps
from typing import Any

import numpy as np

from ..core.errors import RuleError, ShapeError
from ..core.op import TRACED
from ..core.tree import flatten, tree_map, unflatten
from ..interpret.graph import Variable
from .checkpoint import checkpoint
from .reverse import vjp
from .rules import custom_vjp

remat = checkpoint


class ShapeDtypeStruct:
    """Shape and dtype of an array that need not be there."""

    __slots__ = ("shape", "dtype")

    def __init__(self, shape, dtype: Any = np.float64):
        self.shape, self.dtype = tuple(shape), np.dtype(dtype)

    @property
    def ndim(self):
        """Number of axes."""
        return len(self.shape)

    @property
    def size(self):
        """Number of elements."""
        return int(np.prod(self.shape, dtype=int))

    def __eq__(self, other):
        return isinstance(other, ShapeDtypeStruct) and (self.shape, self.dtype) == (
            other.shape,
            other.dtype,
        )

    def __hash__(self):
        return hash((self.shape, self.dtype))

    def __repr__(self):
        return f"ShapeDtypeStruct(shape={self.shape}, dtype={self.dtype})"


def struct(x):
    """The shape and dtype of a value."""
    x = x if hasattr(x, "dtype") else np.asarray(x)
    return ShapeDtypeStruct(x.shape, np.float64 if x.dtype is None else x.dtype)


def eval_shape(fun, *args, **kwargs):
    """The shapes and dtypes of `fun(*args)` without its numbers: it runs on symbols.

    args: arrays, numbers, or anything that has a shape and a dtype, and containers of them.

    >>> eval_shape(lambda x: x.sum(axis=0), ShapeDtypeStruct((2, 3)))
    ShapeDtypeStruct(shape=(3,), dtype=float64)
    """
    leaves, structure = flatten((args, kwargs))
    known = [struct(x) for x in leaves]
    symbols = [Variable(name=f"x{i}", shape=s.shape, dtype=s.dtype) for i, s in enumerate(known)]
    given, named = unflatten(structure, symbols)
    return tree_map(struct, fun(*given, **named))


def custom_gradient(fun):
    """A function that returns (output, pullback), as one with that derivative.

    The pullback takes the cotangent of the output and gives one for each argument, a tuple if there
    are several.

    >>> @custom_gradient
    ... def f(x):
    ...     return x * x, lambda g: 100.0 * g
    >>> float(grad(f)(3.0))
    100.0
    """

    def back(pullback, g):
        found = pullback(g)
        return found if isinstance(found, (tuple, list)) else (found,)

    def output(*args):
        return fun(*args)[0]

    plain = custom_vjp(wraps(fun)(output))
    plain.defvjp(fun, back)
    return plain


def closure_convert(fun, *example_args):
    """(fun with what it closes over as further arguments, those values).

    Closures are differentiated as they are here, so there are no further arguments.
    """
    return fun, []


def pure_callback(
    callback, result_shape_dtypes, *args, sequential=None, vmap_method=None, **kwargs
):
    """What a function of plain arrays gives, which has no derivative.

    result_shape_dtypes: shapes and dtypes of what it gives, which are checked.
    Raises RuleError for arguments that are being differentiated or batched.

    >>> float(pure_callback(np.cbrt, ShapeDtypeStruct(()), 8.0))
    2.0
    """
    for x in flatten((args, kwargs))[0]:
        if type(x) in TRACED and getattr(x, "level", 0):
            raise RuleError(
                "pure_callback: the function is not known, and so its derivative is not; state it "
                "with custom_jvp or custom_vjp around the call"
            )
    found = tree_map(np.asarray, callback(*args, **kwargs))
    expected, _ = flatten(result_shape_dtypes)
    for y, s in zip(flatten(found)[0], expected):
        if tuple(y.shape) != tuple(s.shape):
            raise ShapeError(
                f"pure_callback: shape {y.shape} was returned, and {s.shape} is stated"
            )
    return found


def device_get(x):
    """The values as plain arrays."""
    return tree_map(np.asarray, x)


def device_put(x, device=None, **_):
    """The values as they are: they lie in main memory."""
    return x


def block_until_ready(x):
    """The values: nothing is computed later."""
    return x


def named_call(fun, *, name=None):
    """The function, whose name in pictures is its own."""
    return fun


def named_scope(name):
    """A context that changes nothing."""
    return nullcontext(name)


def fwd_and_bwd(fun, argnums, has_aux=False):
    """(forward, backward): the first gives (output, pullback), the second calls the pullback."""
    numbers = argnums if isinstance(argnums, (tuple, list)) else (argnums,)

    def forward(*args):
        def chosen(*xs):
            full = list(args)
            for n, x in zip(numbers, xs):
                full[n] = x
            return fun(*full)

        return vjp(chosen, *[args[n] for n in numbers], has_aux=has_aux)

    def backward(pullback, cotangent):
        return pullback(cotangent)

    return forward, backward
