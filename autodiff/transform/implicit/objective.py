"""A function with its exact derivatives, in the form in which scipy.optimize takes them."""

import numpy as np

from ...core.op import EAGER, new_level
from ...interpret.grad_mode import GradMode
from ..forward import jvp
from ..jacobian import jacfwd
from ..reverse import grad
from .levels import isolated, numbers
from .minima import scalar
from .problem import Problem


class Objective:
    """What `scipy_objective` gives: plain functions of one NumPy vector and of further arguments.

    fun: the value, a float.  jac: the gradient, shape (n,).  hess: the Hessian, shape (n, n).
    hessp: the Hessian times a direction, shape (n,).
    """

    def __init__(self, f, like):
        self.f, self.like = f, like

    def problem(self, x, args):
        like = np.asarray(x) if self.like is None else self.like
        return Problem("scipy_objective", self.f, like, args, lambda f: f)

    def evaluated(self, transform, x, args):
        """A transform of the function at `x`, in numbers."""
        problem = self.problem(x, args)
        plain = isolated(lambda v: scalar(problem, v, problem.fixed), EAGER, problem.high)
        with GradMode(False):
            return numbers(transform(plain)(np.asarray(x, float)), new_level())

    def fun(self, x, *args):
        """The value at `x`."""
        return float(self.evaluated(lambda f: f, x, args))

    def jac(self, x, *args):
        """The gradient at `x`."""
        return self.evaluated(grad, x, args)

    def hess(self, x, *args):
        """The Hessian at `x`."""
        return self.evaluated(lambda f: jacfwd(grad(f)), x, args)

    def hessp(self, x, direction, *args):
        """The Hessian at `x` times a direction; no Hessian is made."""
        direction = np.asarray(direction, float)
        return self.evaluated(lambda f: lambda v: jvp(grad(f), (v,), (direction,))[1], x, args)

    def vector(self, tree):
        """A container like the argument of the function as the vector that SciPy works with."""
        return self.problem(tree, ()).start

    def tree(self, x):
        """The container of a vector: the argument of the function again."""
        return self.problem(x, ()).layout.final(np.asarray(x, float))


def scipy_objective(f, like=None):
    """`f` with its exact derivatives, to hand to scipy.optimize.minimize unchanged.

    f: f(x, *args) -> one real number; the args are those of SciPy's `args=`.
    like: a container like the x that `f` takes; None for a vector.  SciPy's vector of a container
    is `vector(container)`, and back `tree(x)`.
    Returns an object with the functions `fun`, `jac`, `hess` and `hessp` of NumPy vectors.

    For derivatives of the answer itself see `minimize`.

    >>> from scipy.optimize import minimize
    >>> f = scipy_objective(lambda x: ((x - 1.0) ** 4).sum())
    >>> found = minimize(f.fun, np.zeros(2), jac=f.jac, hessp=f.hessp, method="trust-ncg")
    >>> np.round(found.x, 1).tolist()
    [1.0, 1.0]
    """
    return Objective(f, like)
