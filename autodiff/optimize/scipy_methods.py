"""SciPy's solvers over containers, given exact gradients, Hessians and products with them."""

from typing import Any

import numpy as np

from ..core.errors import ArgumentError
from .functional import plain

# {name in small letters: SciPy's name}
SCIPY = {
    name.lower(): name
    for name in (
        "Nelder-Mead", "Powell", "CG", "BFGS", "Newton-CG", "L-BFGS-B", "TNC", "COBYLA", "COBYQA",
        "SLSQP", "trust-constr", "dogleg", "trust-ncg", "trust-exact", "trust-krylov",
    )
}  # fmt: skip
WITHOUT_GRADIENT = {"nelder-mead", "powell", "cobyla", "cobyqa"}
STOPPED = "the callback asked to stop."
HESSIAN = {"dogleg", "trust-exact"}
PRODUCT = {"newton-cg", "trust-ncg", "trust-krylov", "trust-constr"}


def scipy_optimize():
    """SciPy's optimize module, or a sentence that says how to get it."""
    try:
        from scipy import optimize
    except ImportError:
        raise ImportError(
            "minimize: SciPy's methods need SciPy; pip install autodiff-numpy[scipy], or use one "
            "of this package, such as lbfgs"
        ) from None
    return optimize


def run_scipy(problem, record, name, steps, tol, bounds, constraints, options):
    """(vector, success, message) of a solver of SciPy."""
    optimize, method = scipy_optimize(), name.lower()
    seen = Seen(problem, gradients=method not in WITHOUT_GRADIENT)
    if steps is not None:
        options = {**options, "maxfun" if method == "tnc" else "maxiter": int(steps)}

    def after_step(x, *rest):
        if record.note(x, *seen.at(x)):
            raise StopIteration

    given = {}
    if method in PRODUCT:
        given["hessp"] = lambda x, v: np.float64(problem.product(np.copy(x), np.copy(v)))
    if method in HESSIAN:
        given["hess"] = lambda x: np.float64(problem.hessian(x))
    if constraints:
        given["constraints"] = translated(problem, optimize, constraints)
    start = problem.start().astype(np.float64)
    record.note(start, *seen.at(start))
    try:
        found = optimize.minimize(
            seen.loss_and_gradient if seen.gradients else seen.loss, start, method=SCIPY[method],
            jac=seen.gradients or None, bounds=bounds, tol=tol, callback=after_step,
            options=options, **given,
        )  # fmt: skip
    except StopIteration:  # some solvers let it through
        return record.last, False, STOPPED
    if record.stopped:
        return record.last, False, STOPPED
    if not record.steps or record.losses[-1] != found.fun:
        record.callback = None  # the end is no further step of the solver
        record.note(found.x, *seen.at(found.x))
    return found.x, bool(found.success), str(found.message)


class Seen:
    """The loss and the gradient, and where they were asked for last."""

    def __init__(self, problem, gradients):
        self.problem, self.gradients = problem, gradients
        self.x: Any = None
        self.last: Any = None

    def at(self, x):
        """(loss, gradient), from memory if this place was the last; no gradient if not wanted."""
        if self.last is None or not np.array_equal(x, self.x):
            self.x = np.copy(x)
            if self.gradients:
                loss, gradient = self.problem.value_and_gradient(self.x)
                self.last = loss, gradient.astype(np.float64)
            else:
                self.last = self.problem.value(self.x), None
        return self.last

    def loss(self, x):
        return self.at(x)[0]

    def loss_and_gradient(self, x):
        loss, gradient = self.at(x)
        return loss, np.copy(gradient)


def translated(problem, optimize, constraints):
    """Constraints on containers as constraints on vectors, with exact Jacobians and Hessians."""
    single = isinstance(constraints, (dict, *kinds(optimize)))
    return [one(problem, optimize, c) for c in ([constraints] if single else constraints)]


def kinds(optimize):
    """SciPy's classes of constraints."""
    return optimize.LinearConstraint, optimize.NonlinearConstraint


def one(problem, optimize, constraint):
    """One constraint on vectors."""
    linear, nonlinear = kinds(optimize)
    if isinstance(constraint, linear):
        return constraint
    if isinstance(constraint, nonlinear):
        value, slope = with_jacobian(problem, constraint.fun)

        def bent(x, v):
            rows = weighted(problem, constraint.fun, v)
            return hessian(problem, rows, x)

        return nonlinear(value, constraint.lb, constraint.ub, jac=slope, hess=bent)
    if not isinstance(constraint, dict) or "fun" not in constraint:
        raise ArgumentError(
            f"{problem.name}: a constraint is a {type(constraint).__name__}; it needs SciPy's "
            "LinearConstraint, NonlinearConstraint or a dict with 'type' and 'fun'"
        )
    extra = constraint.get("args", ())
    value, slope = with_jacobian(problem, lambda params: constraint["fun"](params, *extra))
    return {"type": constraint.get("type", "eq"), "fun": value, "jac": slope}


def with_jacobian(problem, g):
    """A function of a container as a function of a vector, and its Jacobian."""

    def value(x):
        return np.ravel(np.asarray(plain(g(problem.tree(x))), float))

    return value, lambda x: np.float64(problem.jacobian(g, x))


def weighted(problem, g, weights):
    """The sum of the outputs of `g`, each with its weight."""
    return lambda params: (g(params) * weights).sum()


def hessian(problem, g, x):
    """The matrix of second derivatives of another function of the parameters."""
    return np.float64(type(problem)(problem.name, g, problem.tree(x)).hessian(x))
