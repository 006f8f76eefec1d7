"""Jacobians, Hessians and their products with vectors, of functions of tensors, as in PyTorch."""

import numpy as np

from ..core.errors import GraphError
from ..interpret.grad_mode import enable_grad
from ..interpret.tape import Tensor
from ..ops.move import stack
from .passes import grad


def tensors_of(given, what, name):
    """(the tensors, whether they were given as a tuple)"""
    several = isinstance(given, tuple)
    found = given if several else (given,)
    for i, x in enumerate(found):
        if type(x) is not Tensor:
            where = f"the value at index {i}" if several else f"the given {what}"
            raise TypeError(
                f"The {what} given to {name} must be either a Tensor or a tuple of Tensors, but "
                f"{where} has type {type(x)}"
            )
    return found, several


def fresh(xs, create_graph):
    """Inputs for one run: on the tape of the given ones, or leaves of their own."""
    return tuple([
        x.reshape(x.shape) if create_graph and x.requires_grad else x.detach().requires_grad_()
        for x in xs
    ])  # fmt: skip


def called(func, inputs, name, create_graph):
    """(inputs, whether they are several, outputs, whether these are several)"""
    xs, several = tensors_of(inputs, "inputs", name)
    xs = fresh(xs, create_graph)
    out = func(*xs)
    if not isinstance(out, tuple) and type(out) is not Tensor:
        raise TypeError(
            f"The outputs of the user-provided function given to {name} must be either a Tensor or "
            f"a tuple of Tensors, not {type(out)}"
        )
    ys, many = tensors_of(out, "outputs of the user-provided function", name)
    return xs, several, ys, many


def vector_of(v, like, name, what):
    """The vectors of a product, of the shapes of `like`; ones for a single number."""
    if v is None:
        if len(like) != 1 or like[0].numel() != 1:
            raise GraphError(
                f"The vector v can only be None if {what} a single Tensor with a single element; "
                f"give v to {name}"
            )
        return (like[0].like(np.ones(like[0].shape, like[0].dtype)),)
    vs = tensors_of(v, "vector v", name)[0]
    if len(vs) != len(like):
        raise GraphError(f"v is a tuple of invalid length: should be {len(like)} but got {len(vs)}")
    for i, (one, x) in enumerate(zip(vs, like)):
        if one.shape != x.shape:
            entry = f"Entry {i} in v" if len(like) > 1 else "v"
            raise GraphError(
                f"{entry} has invalid size: should be {tuple(x.shape)} but got {tuple(one.shape)}"
            )
    return vs


def zeros(x):
    """A constant of zeros like a tensor."""
    return x.like(np.zeros(x.shape, x.dtype))


def pulled(ys, xs, vs, create_graph, strict=False, what="An output"):
    """The gradients of outputs in inputs, zeros where there is none."""
    live = [(y, v) for y, v in zip(ys, vs) if y.requires_grad]
    if strict and len(live) < len(ys):
        raise GraphError(
            f"{what} of the user-provided function does not require gradients: it is "
            "independent of the inputs, which is not allowed in strict mode"
        )
    if not live:
        return tuple([zeros(x) for x in xs])
    found = grad(
        [y for y, _ in live], xs, [v for _, v in live], True, create_graph, allow_unused=True
    )
    for i, g in enumerate(found):
        if strict and g is None:
            raise GraphError(
                f"{what} of the user-provided function is independent of input {i}; this is "
                "not allowed in strict mode"
            )
    return tuple([zeros(x) if g is None else g for g, x in zip(found, xs)])


def handed(xs, several, create_graph):
    """Results as they were asked for: one or a tuple, on the tape or not."""
    xs = tuple(xs) if create_graph else tuple([x.detach() for x in xs])
    return xs if several else xs[0]


def vjp(func, inputs, v=None, create_graph=False, strict=False):
    """The outputs of `func` and the product of a vector with its Jacobian: (outputs, vᵀ J).

    inputs: a tensor or a tuple; v: of the outputs' form, not needed for a single number.
    create_graph: keep the result on the tape; strict: raise where an output is independent.
    """
    with enable_grad():
        xs, several, ys, many = called(func, inputs, "vjp", create_graph)
        vs = vector_of(v, ys, "vjp", "the user-provided function returns")
        found = pulled(ys, xs, vs, create_graph, strict)
    return handed(ys, many, create_graph), handed(found, several, create_graph)


def jvp(func, inputs, v=None, create_graph=False, strict=False):
    """The outputs of `func` and the product of its Jacobian with a vector: (outputs, J v).

    By two pullbacks, so that functions of tensors need no forward mode.  Options as in `vjp`.
    """
    with enable_grad():
        xs, _, ys, many = called(func, inputs, "jvp", create_graph)
        vs = vector_of(v, xs, "jvp", "the input to the user-provided function is")
        seeds = tuple([zeros(y).requires_grad_() for y in ys])
        linear = pulled(ys, xs, seeds, True, strict)
        found = pulled(linear, seeds, vs, create_graph)
    return handed(ys, many, create_graph), handed(found, many, create_graph)


def jacobian(func, inputs, create_graph=False, strict=False, vectorize=False,
             strategy="reverse-mode"):  # fmt: skip
    """The Jacobian of `func`: for each output and input a tensor of both shapes joined.

    A tensor for one output and one input, a tuple over whichever are given as tuples.
    vectorize, strategy: PyTorch's words for the way; the numbers are the same.
    """
    if strategy not in ("reverse-mode", "forward-mode"):
        raise ValueError(
            f"jacobian: strategy={strategy!r}; expected one of 'reverse-mode' and 'forward-mode'"
        )
    with enable_grad():
        xs, several, ys, many = called(func, inputs, "jacobian", create_graph)
        table = [rows(y, xs, create_graph, strict, i) for i, y in enumerate(ys)]
    table = tuple([handed(row, several, create_graph) for row in table])
    return table if many else table[0]


def rows(y, xs, create_graph, strict, number):
    """The Jacobian of one output in each input."""
    found = []
    for place in np.ndindex(*y.shape):
        seed = np.zeros(y.shape, y.dtype)
        seed[place] = 1
        found.append(pulled([y], xs, [y.like(seed)], create_graph, strict, f"Output {number}"))
    if not found:
        return [x.like(np.zeros((*y.shape, *x.shape), x.dtype)) for x in xs]
    columns = [stack(column) for column in zip(*found)]
    return [c.reshape((*y.shape, *x.shape)) for c, x in zip(columns, xs)]


def single(func, name):
    """`func`, which must give one number."""

    def checked(*xs):
        y = func(*xs)
        if type(y) is not Tensor:
            raise GraphError(
                f"The function given to {name} should return a single Tensor, not {type(y)}"
            )
        if y.numel() != 1:
            raise GraphError(
                f"The Tensor returned by the function given to {name} should contain a single "
                f"element, not shape {y.shape}"
            )
        return y.reshape(())

    return checked


def hessian(func, inputs, create_graph=False, strict=False, vectorize=False,
            outer_jacobian_strategy="reverse-mode"):  # fmt: skip
    """The second derivatives of a scalar function: a tensor, or a tuple of tuples for a tuple.

    Options as in `jacobian`.
    """
    several = isinstance(inputs, tuple)

    def first(*xs):
        found = jacobian(single(func, "hessian"), xs if several else xs[0], True, strict)
        return found

    return jacobian(first, inputs, create_graph, strict)


def vhp(func, inputs, v=None, create_graph=False, strict=False):
    """The value of a scalar function and the product of a vector with its Hessian: (f, vᵀ H)."""
    with enable_grad():
        xs, several, ys, _ = called(single(func, "vhp"), inputs, "vhp", create_graph)
        vs = vector_of(v, xs, "vhp", "the input to the user-provided function is")
        ones = [ys[0].like(np.ones((), ys[0].dtype))]
        first = pulled(ys, xs, ones, True, strict)
        found = pulled(first, xs, vs, create_graph, strict, "The jacobian")
    return handed(ys, False, create_graph), handed(found, several, create_graph)


def hvp(func, inputs, v=None, create_graph=False, strict=False):
    """The value of a scalar function and the product of its Hessian with a vector: (f, H v).

    The Hessian is symmetric, so this is `vhp`.
    """
    return vhp(func, inputs, v, create_graph, strict)
