"""autograd's transforms of functions, by its names and with its conventions."""

import inspect
import warnings

import numpy as np

from ...core.errors import RuleError, TracedError
from ...core.op import TRACED
from ...core.spec import is_complex
from ...ops.complex import real
from ...ops.contract import tensordot
from ...ops.move import reshape, stack
from ...transform.checkpoint import checkpoint as checkpointed
from ...transform.vectorize import vmap
from . import core
from .core import vspace
from .primitives import as_array
from .wrap_util import unary_to_nary

ADVICE = (
    "only applies to real scalar-output functions. "
    "Try jacobian, elementwise_grad or holomorphic_grad."
)


@unary_to_nary
def make_vjp(fun, x):
    """
    Returns a function which gives the pair (pullback of `fun`, value of `fun`) at its arguments.
    The pullback goes from a cotangent of the output to that of argument `argnum`."""
    return core.make_vjp(fun, x)


@unary_to_nary
def make_jvp(fun, x):
    """
    Returns a function which gives the pushforward of `fun` at its arguments, which in turn goes
    from a tangent of argument `argnum` to the pair (value, tangent of the value)."""
    return core.make_jvp(fun, x)


@unary_to_nary
def grad(fun, x):
    """
    Returns a function which takes the arguments of `fun` and gives the gradient in the positional
    argument of number `argnum`, in the container of the argument; `fun` gives a real number.

    >>> float(grad(lambda x: x**3)(2.0))
    12.0
    """
    vjp, ans = core.make_vjp(fun, x)
    return vjp(one_of("Grad", ans))


def one_of(name, ans):
    """The cotangent 1 of a real number; raises TypeError for anything else."""
    space = vspace(ans)
    if space.size != 1 or space.iscomplex or not hasattr(space, "dtype"):
        raise TypeError(f"{name} {ADVICE}")
    return space.ones()


@unary_to_nary
def value_and_grad(fun, x):
    """
    Returns a function which gives the pair (value, gradient); otherwise as `grad`.

    >>> value, gradient = value_and_grad(lambda x: x**3)(2.0)
    >>> float(value), float(gradient)
    (8.0, 12.0)
    """
    vjp, ans = core.make_vjp(fun, x)
    return ans, vjp(one_of("value_and_grad", ans))


@unary_to_nary
def grad_and_aux(fun, x):
    """
    Returns a function which gives the pair (gradient, auxiliary), where `fun` gives the pair
    (real number, auxiliary)."""
    kept = []

    def first(v):
        y, aux = fun(v)
        kept.append((aux, level_of(v)))
        return y

    vjp, ans = core.make_vjp(first, x)
    aux, level = kept[-1]
    return vjp(one_of("Grad", ans)), lowered(aux, level)


def level_of(tree):
    """The highest level of a container of inputs."""
    leaves = core.flatten(tree)[0]
    return max([v.level for v in leaves if type(v) in TRACED], default=None)


def lowered(tree, level):
    """A container without the values of this level around its own."""
    leaves, structure = core.flatten(tree)
    plain = [x.value if type(x) in TRACED and x.level == level else x for x in leaves]
    return core.plain(core.unflatten(structure, plain))


@unary_to_nary
def elementwise_grad(fun, x):
    """
    Returns a function which gives the sums of the columns of the Jacobian: the derivative at each
    element, where each output element depends on one input element alone."""
    vjp, ans = core.make_vjp(fun, x)
    if vspace(ans).iscomplex:
        raise TypeError("Elementwise_grad only applies to real-output functions.")
    return vjp(vspace(ans).ones())


@unary_to_nary
def holomorphic_grad(fun, x):
    """
    Returns a function which gives the complex derivative of a holomorphic `fun`.

    >>> complex(holomorphic_grad(lambda z: z**2)(1 + 2j))
    (2+4j)
    """
    if not vspace(x).iscomplex:
        warnings.warn("Input to holomorphic_grad is not complex", stacklevel=3)
    return grad(lambda z: real(as_array(fun(z))))(x)


@unary_to_nary
def deriv(fun, x):
    """
    Returns a function which gives the derivative by forward mode: of one number, or at each
    element of an elementwise `fun`."""
    return core.make_jvp(fun, x)(vspace(x).ones())[1]


@unary_to_nary
def jacobian(fun, x):
    """
    Returns a function which gives the Jacobian, of shape (*output shape, *input shape).

    >>> jacobian(lambda x: x**2)(np.array([1.0, 2.0])).tolist()
    [[2.0, 0.0], [0.0, 4.0]]
    """
    vjp, ans = core.make_vjp(fun, x)
    for what, value in (("the output", ans), ("the argument", x)):
        if not hasattr(vspace(value), "dtype"):
            raise TypeError(
                f"jacobian: {what} is a {type(value).__name__}; it needs an array, and flatten "
                "makes one of a container"
            )
    y, shape = as_array(ans), np.shape(ans) + np.shape(x)
    if is_complex(y.dtype):
        raise ValueError(
            f"jacobian: the output has dtype {y.dtype}; it needs a real one, so take the Jacobian "
            "of the real and of the imaginary part"
        )
    units = list(vspace(ans).standard_basis())
    return reshape(rows(vjp, units), shape) if units else np.zeros(shape)


def rows(vjp, units):
    """The pullback of each unit vector: at once, or one by one where a rule asks for numbers."""
    if len(units) > 1:
        try:
            return vmap(vjp)(np.stack(units))
        except (RuleError, TracedError, TypeError, ValueError):
            pass
    return stack([as_array(vjp(unit)) for unit in units])


def hessian(fun, argnum=0):
    """
    Returns a function which gives the Hessian, of shape (*input shape, *input shape), of a `fun`
    that gives a real number.

    >>> hessian(lambda x: np.sum(x**3))(np.array([1.0, 2.0])).tolist()
    [[6.0, 0.0], [0.0, 12.0]]
    """
    return jacobian(jacobian(fun, argnum), argnum)


@unary_to_nary
def make_hvp(fun, x):
    """
    Returns a function which gives the pair (product with the Hessian, gradient)."""
    return core.make_vjp(grad(fun), x)


def hessian_tensor_product(fun, argnum=0):
    """
    Returns a function of the arguments of `fun` and a tensor behind them: the product of the
    Hessian with the tensor.  The Hessian is never written down.

    >>> float(hessian_tensor_product(lambda x: x**3)(2.0, 1.0))
    12.0
    """
    gradient = grad(fun, argnum)

    def along(*args, **kwargs):
        *rest, tensor = args
        return tensordot(gradient(*rest, **kwargs), tensor, np.ndim(tensor))

    return grad(along, argnum)


hessian_vector_product = hessian_tensor_product


def tensor_jacobian_product(fun, argnum=0):
    """
    Returns a function of the arguments of `fun` and a tensor behind them: the product of the
    tensor with the Jacobian, over the axes of the tensor.

    >>> tensor_jacobian_product(lambda x: x**2)(np.ones(2), np.ones(2)).tolist()
    [2.0, 2.0]
    """

    def along(*args, **kwargs):
        *rest, tensor = args
        return tensordot(tensor, fun(*rest, **kwargs), np.ndim(tensor))

    return jacobian(along, argnum)


vector_jacobian_product = tensor_jacobian_product


@unary_to_nary
def make_jvp_reversemode(fun, x):
    """
    Returns a function which gives the pushforward at its arguments by two pullbacks: it needs no
    rule of forward mode."""
    vjp, y = core.make_vjp(fun, x)
    return core.make_vjp(vjp, vspace(y).zeros())[0]


def half_square(y):
    """Half the sum of squares along the last axis."""
    return 0.5 * (as_array(y) ** 2).sum(axis=-1)


def make_ggnvp(f, g=half_square, f_argnum=0):
    """
    Returns a function which gives the product with the Gauss-Newton matrix Jᵀ H J of `g(f(x))`,
    J being the Jacobian of `f` and H the Hessian of `g`.  Source: Schraudolph 2002,
    doi:10.1162/08997660260028683.

    >>> product = make_ggnvp(lambda x: x**2)(np.ones(2))
    >>> product(np.ones(2)).tolist()
    [4.0, 4.0]
    """

    @unary_to_nary
    def ggnvp_maker(f, x):
        pull, y = core.make_vjp(f, x)
        curve, gradient = core.make_vjp(grad(g), y)
        push = core.make_vjp(pull, vspace(gradient).zeros())[0]
        return lambda v: pull(curve(push(v)))

    return ggnvp_maker(f, f_argnum)


def grad_named(fun, argname):
    """
    Returns a function which gives the gradient in the argument of that name, given by position.

    >>> float(grad_named(lambda x, y: x * y, "y")(2.0, 3.0))
    2.0
    """
    return grad(fun, list(inspect.signature(fun).parameters).index(argname))


def multigrad_dict(fun):
    """
    Returns a function which gives a dictionary: the gradient in each argument, by its name, those
    with a default among them.

    >>> {k: float(v) for k, v in multigrad_dict(lambda x, y=3.0: x * y)(2.0).items()}
    {'x': 3.0, 'y': 2.0}
    """
    signature = inspect.signature(fun)

    def gradients(*args, **kwargs):
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        empty = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        for name, parameter in signature.parameters.items():
            if parameter.kind in empty and not bound.arguments[name]:
                del bound.arguments[name]

        def of_names(values):
            bound.arguments = values
            return fun(*bound.args, **bound.kwargs)

        found = grad(of_names)(dict(bound.arguments))
        return {name: found[name] for name in bound.arguments}

    return gradients


def checkpoint(fun):
    """
    Returns a function with the values of `fun` whose intermediate values are computed again in the
    reverse sweep, instead of being kept."""
    return checkpointed(fun)
