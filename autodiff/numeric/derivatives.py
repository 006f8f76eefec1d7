"""Derivatives, gradients, Jacobians and Hessians from values of a function alone."""

from .matrix import along, of_array, of_scalar, twice
from .methods import measured, unmeasured


def derivative(f, x, method="richardson", step=None, *, direction=None, order=1):
    """The derivative of `f` at `x` along a direction, by differences.

    f: a function of arrays or containers of them, to arrays or containers; plain numbers come in.
    x: the argument; a tuple holds several arguments.
    method: "forward", "backward", "central", "complex", "richardson", or "scipy".
    step: how far x moves; None: chosen from an estimate of the error, about 25 evaluations.
    direction: tangents like `x`; None: 1 for every element, so that a function which acts on each
    element by itself has its derivative at each.
    order: 2 for the second derivative, and so on.

    At an edge of the domain it is the derivative of the one side, infinite where the slope is, and
    NaN where there is no limit; at a kink it is the mean of both sides.

    Raises DTypeError for integers; ArgumentError for an unknown method, a step lost in rounding, or
    a complex step through a function that is not analytic.
    Sources: Richardson 1911, doi:10.1098/rsta.1911.0009; Squire and Trapp 1998 for the complex
    step, doi:10.1137/S003614459631241X; Fornberg 1988 for the weights of higher orders.

    >>> numeric.derivative(np.sin, np.array([0.0, np.pi])).round(9).tolist()
    [1.0, -1.0]
    """
    return along(f, x, method, step, direction, order, unmeasured).value


def derivative_and_error(f, x, method="richardson", step=None, *, direction=None, order=1):
    """The derivative with an estimate of its error, as (value, error); arguments of `derivative`.

    With a step given the error is the change to the double step.  At a kink it reaches the
    derivatives of both sides; where the derivative is not finite it is infinite.

    >>> value, error = numeric.derivative_and_error(np.exp, 0.0)
    >>> bool(abs(value - 1) <= error < 1e-11)
    True
    """
    return along(f, x, method, step, direction, order, measured)


def gradient(f, x, method="richardson", step=None):
    """The gradient of a real scalar function, by differences; arguments as in `derivative`.

    step: a number, or a container like `x` with one for each element.
    In a complex argument it is the direction of steepest ascent, as in `grad`.
    Returns the containers and shapes of `x`.

    >>> numeric.gradient(lambda x: (x ** 2).sum(), np.array([1.0, 2.0])).round(9).tolist()
    [2.0, 4.0]
    """
    return of_scalar("numeric.gradient", f, x, method, step, unmeasured).value


def gradient_and_error(f, x, method="richardson", step=None):
    """The gradient with an estimate of its error, as (value, error); arguments of `gradient`.

    >>> value, error = numeric.gradient_and_error(lambda x: (x ** 3).sum(), np.ones(2), "central")
    >>> bool((abs(value - 3) <= error).all() and (error < 1e-8).all())
    True
    """
    return of_scalar("numeric.gradient", f, x, method, step, measured)


def jacobian(f, x, method="richardson", step=None):
    """The Jacobian, by differences; arguments as in `gradient`.

    The result has the containers of the output, and in each place those of the inputs; an array has
    the shape (*output shape, *input shape).  For complex arguments the function must be
    holomorphic, or its output real: a row is then the gradient of one output.

    >>> numeric.jacobian(lambda x: x ** 2, np.array([1.0, 2.0])).round(9).tolist()
    [[2.0, 0.0], [0.0, 4.0]]
    """
    return of_array("numeric.jacobian", f, x, method, step, unmeasured).value


def jacobian_and_error(f, x, method="richardson", step=None):
    """The Jacobian with an estimate of its error, as (value, error); arguments of `jacobian`.

    >>> value, error = numeric.jacobian_and_error(np.sin, np.array([0.0, 1.0]))
    >>> bool((abs(value - np.diag(np.cos([0.0, 1.0]))) <= error).all())
    True
    """
    return of_array("numeric.jacobian", f, x, method, step, measured)


def hessian(f, x, method="richardson", step=None):
    """The matrix of second derivatives of a real scalar function of real arguments, by differences.

    Arguments as in `gradient`; method "complex" takes a central difference of complex steps.
    Returns shape (*input shape, *input shape), in containers as those of `jacobian`.

    >>> numeric.hessian(lambda x: x[0] * x[1] ** 2, np.array([1.0, 2.0])).round(6).tolist()
    [[0.0, 4.0], [4.0, 2.0]]
    """
    return twice("numeric.hessian", f, x, method, step, unmeasured).value


def hessian_and_error(f, x, method="richardson", step=None):
    """The Hessian with an estimate of its error, as (value, error); arguments of `hessian`.

    >>> value, error = numeric.hessian_and_error(lambda x: x ** 3, 2.0)
    >>> bool(abs(value - 12) <= error < 1e-8)
    True
    """
    return twice("numeric.hessian", f, x, method, step, measured)
