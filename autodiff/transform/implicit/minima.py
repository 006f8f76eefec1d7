"""Minima of functions and of sums of squares, also within bounds."""

from functools import partial
from typing import Any, NamedTuple

import numpy as np

from ...core.errors import ArgumentError, OutputError
from ...core.op import EAGER
from ...interpret.grad_mode import GradMode
from ...ops.arithmetic import sqrt
from ...ops.choose import where
from ...ops.exponential import log1p
from ...ops.move import as_array, broadcast_to
from ...ops.trigonometric import atan
from ..forward import jvp
from ..reverse import grad, value_and_grad
from .constraints import Constraints, joined, split
from .kuhn import differentiated as constrained
from .levels import isolated, numbers
from .problem import Problem, linear_solver, polished, run
from .solver import name_of, packed_args, refused, scipy_part
from .theorem import Dense, Unsolved, implicit

ADVICE = "give x0= nearer to the answer, another method=, or a larger tolerance"
WITHOUT_GRADIENT = ("nelder-mead", "powell", "cobyla", "cobyqa")
WITH_HESSIAN = ("dogleg", "trust-exact", "trust-constr")
WITH_PRODUCTS = ("newton-cg", "trust-ncg", "trust-krylov")  # of which no Hessian is made
WITH_CONSTRAINTS = ("slsqp", "trust-constr", "cobyla", "cobyqa")
WITH_BOUNDS = ("l-bfgs-b", "tnc", "slsqp", "trust-constr", *WITHOUT_GRADIENT)


def minimize(
    fun, x0, args=(), method=None, jac=None, hess=None, hessp=None, bounds=None, constraints=(),
    tol=None, callback=None, options=None, *, linear=None, throw=True,
) -> Any:  # fmt: skip
    """A local minimum of `fun`: x at which fun(x, *args) is smallest, with its derivatives.

    fun: returns one real number; x0, args: arrays, numbers or containers of them.
    method, tol, callback, options: as in scipy.optimize.minimize, which finds x and gets the exact
    gradient, and the exact Hessian or products with it where the method takes them; so `jac`,
    `hess` and `hessp` stay None.
    bounds: scipy.optimize.Bounds, or one pair (low, high) for each number of x0, None for no bound;
    bounds may carry derivatives.
    constraints: a dict with "type" ("eq" or "ineq"), "fun" and "args", SciPy's LinearConstraint or
    NonlinearConstraint, or a list of them; functions get the container, and SciPy their exact
    Jacobians and Hessians.  Methods: "SLSQP" (the default), "trust-constr", "COBYLA", "COBYQA".
    linear, throw: as in `root`; "cg" beyond 500 unknowns.
    Returns SciPy's OptimizeResult; `.x` has the form of x0, `.fun` is the minimum, both in all
    their derivatives.  A dense problem is refined by Newton's method to rounding.

    With the Hessian H = ∂²f/∂x²: ẋ = -H⁻¹ ∂²f/∂x∂a ȧ, of any order and mode; an unknown that a
    bound holds moves with its bound.  Where a bound only just holds, x has a kink, and one of its
    two slopes is given.  Otherwise as `root`.
    With constraints the multipliers m of those that hold the answer are unknowns too, of the
    equations of Karush, Kuhn and Tucker, ∇f = (∂c/∂x)ᵀ m.  `.multipliers` has one for each row of
    the constraints, those of equations first, with derivatives: what the minimum rises by if the
    limit does.
    Raises ConvergenceError if SciPy does not converge, and once a derivative is asked for where H
    is singular, where constraints that hold the answer are dependent, and where one only just holds
    it, so that there is a kink; ImportError without SciPy.
    Source: Fiacco 1976, doi:10.1007/BF01580677.

    >>> nearest = lambda a: minimize(lambda x, a: ((x - a) ** 2).sum(), np.zeros(2), a).x
    >>> np.abs(jacobian(nearest)(np.array([1.0, 2.0]))).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    refused("minimize", jac=jac, hess=hess, hessp=hessp)
    rules, limits = split("minimize", constraints)
    settings = {"method": method, "tol": tol, "callback": callback, "options": options}

    def call(trees, view):
        x0, args, walls, limits = trees
        problem = Problem("minimize", fun, x0, args, view, throw)
        objective = partial(scalar, problem)
        with GradMode(False):
            held = Constraints(problem, rules, limits, view) if rules else None
            found = found_minimum(problem, objective, walls, held, **settings)
        if held is not None:
            return constrained(problem, objective, held, found, walls, linear)
        return differentiated(problem, objective, found, walls, linear)

    def again(args, walls, limits):
        more = {"bounds": walls, "linear": linear, "throw": throw}
        more["constraints"] = joined(rules, limits)
        return minimize(fun, x0, args, **settings, **more).x

    trees = (packed_args(args), walls_of("minimize", bounds), limits)
    return run("minimize", call, x0, trees, again)


def scalar(problem, v, args=None):
    """The one real number that the function returns."""
    y = problem.vector(v, args)
    if y.shape != (1,):
        raise OutputError(
            f"{problem.name}: {name_of(problem.f)} returns {y.shape[0]} real numbers; it needs one"
        )
    return y[0]


class Walls(NamedTuple):
    """Low and high bounds as arrays, which may be traced; by the names of SciPy's Bounds."""

    lb: Any
    ub: Any


def walls_of(name, bounds):
    """Bounds as arrays, from pairs or from SciPy's Bounds; None without bounds."""
    if bounds is None or hasattr(bounds, "lb"):
        return None if bounds is None else Walls(as_array(bounds.lb), as_array(bounds.ub))
    pairs = list(bounds)
    if any(not hasattr(p, "__len__") or len(p) != 2 for p in pairs):
        raise ArgumentError(f"{name}: bounds holds {pairs[0]!r}; give pairs (low, high), or Bounds")
    low = as_array([-np.inf if low is None else low for low, _ in pairs])
    return Walls(low, as_array([np.inf if high is None else high for _, high in pairs]))


def in_numbers(problem, walls):
    """SciPy's bounds, one for each unknown."""
    if walls is None:
        return None
    n = problem.layout.size
    for wall in walls:
        if wall.shape not in ((), (n,)):
            raise ArgumentError(
                f"{problem.name}: bounds of shape {wall.shape} for {n} unknowns in x0; give one "
                "for each"
            )
    low, high = (np.broadcast_to(numbers(w, problem.high), (n,)).astype(float) for w in walls)
    return scipy_part(problem.name, "optimize").Bounds(low, high)


def found_minimum(problem, objective, walls, held, method, options, **settings):
    """SciPy's minimum."""
    optimize, bounds = scipy_part(problem.name, "optimize"), in_numbers(problem, walls)
    known = (method if isinstance(method, str) else "").lower()
    if bounds is not None and method is not None and known not in WITH_BOUNDS:
        raise ArgumentError(
            f"minimize: method={method!r} takes no bounds; use one of {', '.join(WITH_BOUNDS)}"
        )
    if held is not None:
        if method is not None and known not in WITH_CONSTRAINTS:
            raise ArgumentError(
                f"minimize: method={method!r} takes no constraints; use one of "
                f"{', '.join(WITH_CONSTRAINTS)}"
            )
        settings["constraints"] = held.for_scipy(known in WITH_HESSIAN)
    plain = isolated(partial(objective, args=problem.fixed), EAGER, problem.high)

    def value(v):
        return float(numbers(plain(v), problem.high))

    def both(v):
        y, slope = value_and_grad(plain)(v)
        return float(numbers(y, problem.high)), numbers(slope, problem.high)

    def product(v, direction):
        return numbers(jvp(grad(plain), (v,), (direction,))[1], problem.high)

    gradient = known not in WITHOUT_GRADIENT
    curvature = {"hess": partial(problem.slope, grad(plain))} if known in WITH_HESSIAN else {}
    curvature |= {"hessp": product} if known in WITH_PRODUCTS else {}
    found = optimize.minimize(
        both if gradient else value, problem.start, jac=gradient or None, bounds=bounds,
        method=method, options=options, **settings, **curvature,
    )  # fmt: skip
    return problem.checked(found, ADVICE)


def differentiated(problem, objective, found, walls, linear):
    """SciPy's result with derivatives: where the gradient is zero, or a bound holds an unknown."""
    name, x, high = problem.name, found.x, problem.high
    plain = isolated(grad(partial(objective, args=problem.fixed)), EAGER, high)
    if not found.success:
        x = implicit(name, grad(objective), x, high, Unsolved)
        return problem.finished(found, x)
    solver = linear_solver(name, linear, len(x), symmetric=walls is None)
    with GradMode(False):
        bounds = in_numbers(problem, walls)
        at_low, at_high, x = held(x, numbers(plain(x), high), bounds)
        if solver.func is Dense:
            at_low, at_high, x = refined(
                lambda v: numbers(plain(v), high), plain, x, at_low, at_high, bounds
            )

    def residual(v):
        slope = grad(objective)(v)
        for at, wall in zip((at_low, at_high), walls or ()):
            slope = where(at, v - where(at, broadcast_to(wall, v.shape), 0.0), slope)
        return slope

    x = implicit(name, residual, x, high, solver)
    return problem.finished(found, x)


def held(x, slope, bounds):
    """Which unknowns a low or a high bound holds, and `x` with those at their bounds.

    A bound holds where a step against the gradient would cross it.
    """
    if bounds is None:
        return np.zeros(len(x), bool), np.zeros(len(x), bool), x
    at_low = (x - slope < bounds.lb) | (bounds.lb == bounds.ub)
    at_high = (x - slope > bounds.ub) & ~at_low
    return at_low, at_high, np.where(at_low, bounds.lb, np.where(at_high, bounds.ub, x))


def refined(values, plain, x, at_low, at_high, bounds):
    """`held` after Newton steps, which also find the bounds that SciPy has not quite reached."""
    for _ in range(len(x) + 1):
        new = polished(values, plain, x, ~(at_low | at_high))
        if bounds is None or np.all((bounds.lb <= new) & (new <= bounds.ub)):
            return at_low, at_high, new
        at_low, at_high = at_low | (new < bounds.lb), at_high | (new > bounds.ub)
        x = np.where(at_low, bounds.lb, np.where(at_high, bounds.ub, x))
    return at_low, at_high, x


# ------------------------------------------------------------------- sums of squares

LOSSES = {  # of z = (r / f_scale)**2, as in SciPy
    "linear": lambda z: z,
    "soft_l1": lambda z: 2 * (sqrt(1 + z) - 1),
    "huber": lambda z: where(z <= 1, z, 2 * sqrt(where(z <= 1, 1.0, z)) - 1),
    "cauchy": log1p,
    "arctan": atan,
}


def least_squares(
    fun, x0, jac=None, bounds=None, method="trf", ftol=1e-8, xtol=1e-8, gtol=1e-8, x_scale=1.0,
    loss="linear", f_scale=1.0, *, max_nfev=None, args=(), kwargs=None, linear=None, throw=True,
    **options,
) -> Any:  # fmt: skip
    """The x at which the sum of squares of fun(x, *args) is smallest, with its derivatives.

    fun: returns the residuals, any container; x0, args: arrays, numbers or containers of them.
    bounds: a pair (low, high) of numbers or arrays, or SciPy's Bounds.
    method, ftol, xtol, gtol, x_scale, loss, f_scale, max_nfev, kwargs, options: as in
    scipy.optimize.least_squares, which finds x with the exact Jacobian, so `jac` stays None.
    linear, throw: as in `minimize`.
    Returns SciPy's OptimizeResult; `.x`, the residuals `.fun` and `.cost` carry all derivatives;
    `.jac` and `.grad` are SciPy's arrays.

    The derivative is that of the minimum, with the whole Hessian and not Gauss and Newton's part.
    Otherwise as `minimize`.
    Raises ConvergenceError if SciPy does not converge, and where the Hessian is singular once a
    derivative is asked for; ImportError without SciPy.

    >>> t = np.array([0.0, 1.0, 2.0])
    >>> line = lambda y: least_squares(lambda x, y: x[0] + x[1] * t - y, np.zeros(2), args=(y,)).x
    >>> np.round(jacobian(line)(np.array([1.0, 3.0, 5.0]))[1], 6).tolist()[::2]
    [-0.5, 0.5]
    """
    refused("least_squares", jac=jac)
    if loss not in LOSSES:
        raise ArgumentError(f"least_squares: loss={loss!r} is none of {', '.join(LOSSES)}")
    scaling = {"loss": loss, "f_scale": f_scale}
    options = options | {"ftol": ftol, "xtol": xtol, "gtol": gtol, "x_scale": x_scale}
    settings = options | scaling | {"method": method, "max_nfev": max_nfev}

    def call(trees, view):
        x0, (args, named), walls = trees
        f = partial(fun, **named) if named else fun
        problem = Problem("least_squares", f, x0, args, view, throw)
        objective = partial(cost, problem, loss, f_scale)
        with GradMode(False):
            found = found_squares(problem, walls, settings)
        found = differentiated(problem, objective, found, walls, linear)
        found.cost = cost(problem, loss, f_scale, problem.answer)
        return found

    def again(both, walls):
        more = {"args": both[0], "kwargs": both[1], "linear": linear, "throw": throw}
        return least_squares(fun, x0, bounds=walls, **settings, **more).x

    if isinstance(bounds, tuple) and len(bounds) == 2:
        bounds = Walls(*bounds)
    trees = ((packed_args(args), dict(kwargs or {})), walls_of("least_squares", bounds))
    return run("least_squares", call, x0, trees, again)


def cost(problem, loss, f_scale, v, args=None):
    """Half the sum of what the loss makes of the squares."""
    r = problem.vector(v, args) / f_scale
    return 0.5 * f_scale**2 * LOSSES[loss](r * r).sum()


def found_squares(problem, walls, settings):
    """SciPy's minimum."""
    bounds = in_numbers(problem, walls)
    found = scipy_part(problem.name, "optimize").least_squares(
        problem.values, problem.start, jac=partial(problem.slope, problem.plain),
        **({} if bounds is None else {"bounds": bounds}), **settings,
    )  # fmt: skip
    return problem.checked(found, ADVICE)
