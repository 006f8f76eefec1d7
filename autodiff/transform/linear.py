"""Linear maps that transforms give: linearisations, their transposes, products with Hessians."""

from typing import Any

import numpy as np

from ..core.errors import ArgumentError
from ..core.op import TRACED
from ..core.tree import flatten, tree_map, unflatten
from ..interpret.kept import held
from .forward import jvp
from .function import Transformed, as_inputs, result, same_structure
from .rerun import Rerun
from .reverse import grad, split_auxiliary, vjp


class Linearized:
    """The pushforward of a function at a point: ẋ -> J ẋ."""

    def __init__(self, f, primals, out):
        self.f, self.primals, self.first = f, primals, Rerun("linearize", flatten(out)[0])

    def __call__(self, *tangents):
        out, pushed = jvp(self.f, self.primals, tangents)
        self.first.checked(flatten(out)[0])
        return pushed


def linearize(f, *primals, has_aux=False) -> tuple[Any, ...]:
    """`f(*primals)` and its pushforward there, a linear function of the tangents.

    has_aux: `f` returns (output, auxiliary), and the auxiliary output comes third.
    Source of the name: JAX.  The function is run again for each tangent.

    >>> y, push = linearize(lambda x: x * x, 3.0)
    >>> float(y), float(push(1.0))
    (9.0, 6.0)
    """
    primals = tree_map(held, primals)
    out = tree_map(lambda x: x, f(*tree_map(lambda x: x, primals)))
    if not has_aux:
        return tree_map(result, out), Linearized(f, primals, out)
    out, aux = split_auxiliary(out)
    return tree_map(result, out), Linearized(lambda *xs: f(*xs)[0], primals, out), aux


def linear_transpose(f, *primals):
    """The transpose of a linear function: from a cotangent of the output to a tuple of cotangents.

    primals: arrays, numbers or containers that tell shapes and dtypes; their values do not matter.
    Raises ArgumentError if `f` is not linear.

    >>> transpose = linear_transpose(lambda x: 3.0 * x, 1.0)
    >>> float(transpose(2.0)[0])
    6.0
    """
    leaves, structure, _ = as_inputs("linear_transpose", primals)
    origin = unflatten(structure, [np.zeros(x.shape, x.dtype) for x in leaves])
    constant, pullback = vjp(f, *origin)
    if any(np.any(np.asarray(y) != 0) for y in flatten(constant)[0]):
        raise ArgumentError(
            "linear_transpose: the function is not linear, its value at zero is not zero; "
            "use vjp for the derivative of a function"
        )
    one, two = (flatten(f(*unflatten(structure, probes(leaves, k))))[0] for k in (1, 2))
    close = {np.dtype(np.float32): 1e-4, np.dtype(np.complex64): 1e-4}
    for y, z in zip(map(result, one), map(result, two)):
        if type(y) in TRACED or type(z) in TRACED:
            continue
        error = np.max(np.abs(z - 2 * y), initial=0.0)
        if not error <= close.get(y.dtype, 1e-10) * (1 + np.max(np.abs(y), initial=0.0)):
            raise ArgumentError(
                "linear_transpose: the function is not linear, twice the argument does not give "
                "twice the value; use vjp for the derivative of a function"
            )
    return pullback


def probes(leaves, scale):
    """Arguments of no special kind, times a number."""
    rng = np.random.default_rng(0)
    return [(scale * rng.uniform(0.5, 1.5, x.shape)).astype(x.dtype) for x in leaves]


def run_elementwise_grad(f, args, kwargs, argnums):
    x = args[argnums]
    y, pullback = vjp(lambda v: f(*args[:argnums], v, *args[argnums + 1 :], **kwargs), x)
    if np.shape(y) != np.shape(x):
        raise ArgumentError(
            f"elementwise_grad: the input has shape {np.shape(x)} and the output {np.shape(y)}; "
            "each output element depends on the input element at its place alone"
        )
    return pullback(np.ones(np.shape(y), y.dtype))[0]


def elementwise_grad(f, argnums=0):
    """The derivative of an elementwise function at every element, an array of the input's shape.

    >>> elementwise_grad(lambda x: x * x)(np.array([1.0, 2.0])).tolist()
    [2.0, 4.0]
    """
    return Transformed(run_elementwise_grad, f, argnums=argnums)


def vhp(f, primals, cotangents):
    """The product of a direction with the Hessian, reverse over reverse: (f, vᵀ H).

    primals, cotangents: one array, or a tuple of arrays of the same shapes.
    Returns the value of `f` and the product, in the form of `primals`.

    >>> y, product = vhp(lambda x: (x ** 3).sum(), np.array([1.0, 2.0]), np.array([1.0, 0.0]))
    >>> float(y), product.tolist()
    (9.0, [6.0, 0.0])
    """
    single = not isinstance(primals, tuple)
    xs, vs = ((primals,), (cotangents,)) if single else (primals, tuple(cotangents))
    same_structure("vhp", "cotangents", flatten(vs)[1], flatten(xs)[1])
    numbers = tuple(range(len(xs)))
    _, pullback = vjp(grad(f, numbers), *xs)
    product = pullback(vs)
    return f(*xs), product[0] if single else product


def gauss_newton_product(loss, f, x, v):
    """The product of the Gauss-Newton matrix Jᵀ H J of `loss(f(x))` with a direction `v`.

    J is the Jacobian of `f` at x, H the Hessian of `loss` at f(x): the second derivative without
    the curvature of `f`, positive semidefinite for a convex loss.  Costs one pushforward, one
    Hessian product and one pullback.  Source: Schraudolph 2002, doi:10.1162/08997660260028683.

    >>> f, loss = lambda x: x * x, lambda y: (y * y).sum()
    >>> gauss_newton_product(loss, f, np.array([1.0, 2.0]), np.array([1.0, 1.0])).tolist()
    [8.0, 32.0]
    """
    y, pullback = vjp(f, x)
    _, pushed = jvp(f, (x,), (v,))
    _, curved = jvp(grad(loss), (y,), (pushed,))
    return pullback(curved)[0]
