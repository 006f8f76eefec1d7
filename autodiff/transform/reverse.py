"""Reverse mode: pullbacks and gradients."""

from collections.abc import Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from ..core.errors import ArgumentError, CutError, GraphError, OutputError
from ..core.op import TRACED, new_level
from ..core.spec import carries_derivative, is_complex
from ..core.tree import LEAF, describe, flatten, unflatten
from ..interpret.backward import again, one
from ..interpret.graph import Node, current, gradient_like
from ..interpret.kept import held
from ..interpret.nans import WATCHES, deliver
from ..interpret.stabilize import rewritten
from ..interpret.strict import STRICT, refuse_zero
from ..interpret.sweep import cast, stored, sweep
from ..interpret.tape import Tensor, new_tensor
from ..interpret.vertex import leaf
from ..ops.choose import ones_like, zeros_like
from .function import (
    Transformed,
    applied,
    as_inputs,
    at_level,
    handed_over,
    require_float,
    result,
    same_structure,
    selected,
)

NOTHING = np.dtype([("float0", "V")])  # what JAX calls float0, the tangents of integers


class Pullback:
    """The cotangents of the inputs for a cotangent of the output; it may be called many times."""

    def __init__(self, inputs, structure, outputs, out_structure):
        self.inputs, self.structure = inputs, structure
        self.outputs, self.out_structure = outputs, out_structure

    def __call__(self, cotangent) -> Any:
        given, structure = flatten(cotangent)
        same_structure("vjp", "the cotangent", structure, self.out_structure)
        level = self.inputs[0].level if self.inputs else None
        seeds = {}
        for y, g in zip(self.outputs, given):
            g = g if hasattr(g, "dtype") else np.asarray(g)
            if g.shape != y.shape:
                raise ArgumentError(
                    f"vjp: a cotangent has shape {g.shape} and its output {y.shape}; "
                    "they must be equal"
                )
            if at_level(y, level, Tensor) and y.vertex is not None:
                g = cast(g, y.dtype)
                seeds[y.vertex] = seeds[y.vertex] + g if y.vertex in seeds else g
        found = sweep(seeds, stored)
        pulled = [zero_if_none(found.get(x.vertex), x) for x in self.inputs]
        return unflatten(self.structure, handed_over(pulled, given))


def zero_if_none(g, x):
    """The cotangent, or zeros where none arrived."""
    if g is not None:
        return g
    dtype = x.dtype if carries_derivative(x.dtype) else np.float64
    return np.zeros(x.shape, dtype)


def linearized(f, leaves, structure, has_aux=False, strict=False):
    """f of tensors of a new level: (output leaves, output structure, inputs, auxiliary output)."""
    level = new_level()
    if strict:
        with strictly(level):
            return linearized_at(level, f, leaves, structure, has_aux)
    return linearized_at(level, f, leaves, structure, has_aux)


@contextmanager
def strictly(level):
    """While it holds, cutting a path of this level raises."""
    STRICT.add(level)
    try:
        yield
    finally:
        STRICT.discard(level)


def linearized_at(level, f, leaves, structure, has_aux):
    """`linearized`, at a given level."""
    vertices = [leaf(x) if carries_derivative(x.dtype) else None for x in leaves]
    inputs = [new_tensor(x, v, level) for x, v in zip(leaves, vertices)]
    given = [new_tensor(x, v, level) for x, v in zip(leaves, vertices)]  # f may rebind its handles
    out, aux = applied(f, *unflatten(structure, given)), None
    if has_aux:
        out, aux = split_auxiliary(out)
        aux = lowered(aux, level)
    outputs, out_structure = flatten(out)
    return [result(y) for y in outputs], out_structure, inputs, aux


def split_auxiliary(out):
    if type(out) is not tuple or len(out) != 2:
        raise OutputError(
            "with has_aux=True the function returns a pair (output, auxiliary), "
            f"not {type(out).__name__}"
        )
    return out


def lowered(tree, level):
    """Plain values instead of those of one level."""
    leaves, structure = flatten(tree)
    plain = [x.value if getattr(x, "level", None) == level else x for x in leaves]
    return unflatten(structure, plain)


def vjp(f, *primals, has_aux=False, allow_int=False) -> tuple[Any, ...]:
    """`f(*primals)` and its pullback, x̄ = Jᵀ ȳ.

    primals: arrays, numbers or containers of them.
    Returns (output, pullback), and the auxiliary output third with `has_aux`; `pullback(cotangent)`
    takes a cotangent of the output's structure and gives a tuple, one cotangent for each primal.
    allow_int: integer primals have cotangents of zeros, instead of raising DTypeError.
    For complex values the cotangent of a real function is its direction of steepest ascent.

    >>> y, pullback = vjp(lambda x: x * x, 3.0)
    >>> float(y), float(pullback(1.0)[0])
    (9.0, 6.0)
    """
    leaves, structure, named = as_inputs("vjp", primals)
    require_float(leaves, named, allow_int=allow_int)
    leaves = [held(x) for x in leaves]
    outputs, out_structure, inputs, aux = linearized(f, leaves, structure, has_aux)
    level = inputs[0].level if inputs else None
    plain = handed_over([y.value if at_level(y, level, Tensor) else y for y in outputs], leaves)
    pullback = Pullback(inputs, structure, outputs, out_structure)
    out = unflatten(out_structure, plain)
    return (out, pullback, aux) if has_aux else (out, pullback)


def scalar_output(name, outputs, structure, holomorphic):
    """The one real scalar that a function under `grad` returns."""
    if structure != LEAF or outputs[0].shape != ():
        given = f"shape {outputs[0].shape}" if structure == LEAF else describe(structure)
        raise OutputError(
            f"{name} is only defined for scalar-output functions, and the output has {given}; "
            "sum() it, or use jacobian"
        )
    y = outputs[0]
    if is_complex(y.dtype) and not holomorphic:
        raise OutputError(
            f"{name} needs a real output, not {y.dtype}; take its real part or its absolute value, "
            "or give holomorphic=True for the complex derivative"
        )
    if holomorphic and not is_complex(y.dtype):
        raise OutputError(f"{name} with holomorphic=True needs a complex output, not {y.dtype}")
    if not carries_derivative(y.dtype):
        raise OutputError(f"{name} needs a floating point output, not {y.dtype}")
    return y


def gradients_of(name, f, args, kwargs, argnums, has_aux, holomorphic, allow_int, strict):
    """(value, gradient, auxiliary output)"""
    chosen, placed = selected(name, args, argnums)
    leaves, structure, named = as_inputs(name, chosen)
    require_float(leaves, named, holomorphic, allow_int)
    outputs, out_structure, inputs, aux = linearized(
        lambda *xs: f(*placed(xs), **kwargs), leaves, structure, has_aux, strict
    )
    y = scalar_output(name, outputs, out_structure, holomorphic)
    level = inputs[0].level if inputs else None
    found = {}
    value = y
    if at_level(y, level, Tensor):
        value = y.value
        if y.vertex is not None:
            inspect = refuse_zero if strict else None
            found = sweep({y.vertex: one(y.dtype)}, stored, inspect=inspect)
    if WATCHES:
        deliver([value])
    if strict:
        require_reached(inputs, found, named)
    pulled = [zero_if_none(found.get(x.vertex), x) for x in inputs]
    if holomorphic:
        pulled = [g.conj() for g in pulled]
    if allow_int:
        pairs = zip(pulled, leaves)
        pulled = [g if carries_derivative(x.dtype) else no_tangent(x) for g, x in pairs]
    gradient = unflatten(structure, handed_over(pulled))
    return value, gradient if isinstance(argnums, (tuple, list)) else gradient[0], aux


def no_tangent(x):
    """The gradient in integers or truth values: an array of elements without content."""
    return np.zeros(x.shape, NOTHING)


def require_reached(inputs, found, named):
    """Raise unless the output depends on every input."""
    for x, where in zip(inputs, named):
        if found.get(x.vertex) is None:
            raise CutError(
                f"{where}: the output does not depend on it, and strict=True was asked; "
                "leave it out of argnums, or leave strict=True out"
            )


def run_grad(f, args, kwargs, **options):
    _, gradient, aux = gradients_of("grad", f, args, kwargs, **options)
    has_aux = options["has_aux"]
    return (gradient, aux) if has_aux else gradient


def run_value_and_grad(f, args, kwargs, **options):
    value, gradient, aux = gradients_of("value_and_grad", f, args, kwargs, **options)
    has_aux = options["has_aux"]
    return ((value, aux), gradient) if has_aux else (value, gradient)


def grad(
    f, argnums: int | Sequence[int] = 0, has_aux=False, holomorphic=False, allow_int=False,
    strict=False,
):  # fmt: skip
    """The gradient of a scalar function, as a function of the same arguments.

    argnums: the argument to differentiate, or several of them (the result is then a tuple).
    has_aux: `f` returns (output, auxiliary); the gradient function returns (gradient, auxiliary).
    holomorphic: the complex derivative of a complex function; else the output is real, and the
    gradient in a complex argument is the direction of steepest ascent, as in PyTorch.
    allow_int: an integer argument has a gradient of the dtype that JAX calls float0.
    strict: raise CutError, with the line, where a path to an input is cut (a conversion to
    integers, argmax, floor, round, detach, stop_gradient), and for an input without influence.

    Raises OutputError if the output is not a scalar, DTypeError for integer arguments.

    >>> float(grad(lambda x: x ** 3)(2.0))
    12.0
    """
    options = {"argnums": argnums, "has_aux": has_aux, "holomorphic": holomorphic}
    return Transformed(run_grad, f, **options, allow_int=allow_int, strict=strict)


def value_and_grad(
    f, argnums: int | Sequence[int] = 0, has_aux=False, holomorphic=False, allow_int=False,
    strict=False,
):  # fmt: skip
    """The value and the gradient of a scalar function; options as in `grad`.

    >>> value, gradient = value_and_grad(lambda x: x ** 3)(2.0)
    >>> float(value), float(gradient)
    (8.0, 12.0)
    """
    options = {"argnums": argnums, "has_aux": has_aux, "holomorphic": holomorphic}
    return Transformed(run_value_and_grad, f, **options, allow_int=allow_int, strict=strict)


def gradients(y, xs):
    """The gradient of the sum of `y` in each of `xs`: symbolic nodes, or eager tensors.

    Of nodes it is a graph of nodes again, of tensors it is recorded: both can be differentiated.
    An input that `y` does not depend on has a gradient of zeros.

    >>> x = Variable(name="x")
    >>> dy, = gradients(x * x, [x])
    >>> Executor([dy]).run(feed_dict={x: 3.0})
    [np.float64(6.0)]
    """
    single = type(xs) in TRACED
    xs = [xs] if single else list(xs)
    for i, x in enumerate((y, *xs)):
        if type(x) not in (Node, Tensor) or type(x) is not type(y):
            what = "y" if i == 0 else f"element {i - 1} of the inputs"
            raise GraphError(
                f"gradients: {what} is a {type(x).__name__}; "
                "it needs symbolic nodes, or eager tensors"
            )
    return symbolic_gradients(y, xs) if type(y) is Node else eager_gradients(y, xs)


def symbolic_gradients(y, xs):
    """The gradient as nodes."""
    (y,), _ = rewritten([current(y)], keep=xs)
    found = sweep({y: ones_like(y)}, stored, set(xs))
    return [zeros_like(x) if found.get(x) is None else gradient_like(found[x], x) for x in xs]


def eager_gradients(y, xs):
    """The gradient as recorded tensors."""
    if y.vertex is None or any(x.vertex is None for x in xs):
        raise GraphError(
            "gradients: a tensor does not require grad; make it with requires_grad=True"
        )
    seed = y.like(np.ones(y.shape, y.dtype))
    found = sweep({y.vertex: seed}, again(Tensor), {x.vertex for x in xs})
    pulled = [found.get(x.vertex) for x in xs]
    return [y.like(zero_if_none(None, x)) if g is None else g for g, x in zip(pulled, xs)]
