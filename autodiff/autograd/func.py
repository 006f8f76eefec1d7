"""Transforms of functions of tensors by the names of PyTorch's `func`: results are tensors."""

import sys

import numpy as np

from ..core.errors import OutputError
from ..core.op import TRACED
from ..core.tree import flatten, tree_map
from ..interpret.create import as_tensor
from ..transform import forward, jacobian, linear, reverse, vectorize
from ..transform.function import Transformed


def as_tensors(tree):
    """A container with its arrays and numbers as tensors."""
    return tree_map(lambda x: as_tensor(np.asarray(x)) if type(x) not in TRACED else x, tree)


def handed(function):
    """The function with tensors for results."""
    return Transformed(run_handed, function)


def run_handed(f, args, kwargs):
    return as_tensors(f(*args, **kwargs))


def giving_tensors(func, has_aux=False):
    """The function, which raises for a result that holds other things than tensors and arrays."""
    return func if has_aux else Transformed(run_checked, func)


def run_checked(f, args, kwargs):
    out = f(*args, **kwargs)
    for x in flatten(out)[0]:
        if not hasattr(x, "shape"):
            raise OutputError(
                f"func: the function returned a {type(x).__name__}; it must return tensors alone"
            )
    return out


def grad(func, argnums=0, has_aux=False):
    """The gradient of a scalar function of tensors, as a function of the same arguments.

    >>> grad(lambda x: (x ** 2).sum())(tensor([1.0, 2.0]))
    tensor([2., 4.])
    """
    return handed(reverse.grad(giving_tensors(func, has_aux), argnums, has_aux))


def grad_and_value(func, argnums=0, has_aux=False):
    """(gradient, value) of a scalar function, (gradient, (value, auxiliary)) with `has_aux`."""
    both = reverse.value_and_grad(giving_tensors(func, has_aux), argnums, has_aux)
    return handed(lambda *args, **kwargs: both(*args, **kwargs)[::-1])


def vjp(func, *primals, has_aux=False):
    """(output, pullback[, auxiliary]); the pullback gives a tuple, one cotangent for each."""
    out, pullback, *aux = reverse.vjp(func, *primals, has_aux=has_aux)

    def pull(*cotangents):
        return as_tensors(pullback(cotangents[0] if len(cotangents) == 1 else cotangents))

    return (as_tensors(out), pull, *aux)


def jvp(func, primals, tangents, *, strict=False, has_aux=False):
    """(output, tangent of the output[, auxiliary])"""
    return as_tensors(forward.jvp(func, primals, tangents, has_aux))


def linearize(func, *primals):
    """(output, pushforward), the second a linear function of the tangents."""
    out, push = linear.linearize(func, *primals)
    return as_tensors(out), handed(push)


def jacrev(func, argnums=0, *, has_aux=False, chunk_size=None):
    """The Jacobian by reverse mode, as a function of the same arguments."""
    return handed(jacobian.jacrev(func, argnums, has_aux))


def jacfwd(func, argnums=0, has_aux=False, *, randomness="error"):
    """The Jacobian by forward mode, as a function of the same arguments."""
    return handed(jacobian.jacfwd(func, argnums, has_aux))


def hessian(func, argnums=0):
    """The matrix of second derivatives, as a function of the same arguments."""
    return handed(jacobian.hessian(func, argnums))


def vmap(func, in_dims=0, out_dims=0, randomness="error", *, chunk_size=None):
    """`func` over one axis of its arguments, all examples at once.

    >>> vmap(lambda x: x.sum())(tensor([[1.0, 2.0], [3.0, 4.0]]))
    tensor([3., 7.])
    """
    return handed(vectorize.vmap(giving_tensors(func), in_dims, out_dims))


func = sys.modules[__name__]  # `autodiff.func` is this module
