"""Roots and fixed points."""

from functools import partial
from typing import Any

import numpy as np

from ...core.errors import ShapeError
from ...interpret.grad_mode import GradMode
from .levels import numbers
from .problem import Problem, linear_solver, polished, run
from .solver import name_of, scipy_part
from .theorem import Dense, implicit

WITH_JACOBIAN = ("hybr", "lm")  # methods of SciPy's root that take it
ADVICE = "give x0= nearer to the answer, or another method="


def root(f, x0, *args, method="hybr", tol=None, options=None, linear=None) -> Any:
    """A root of `f`: x with f(x, *args) = 0, which carries its derivative in `args`.

    f: returns as many numbers as x0 holds; x0, args: arrays, numbers or containers of them.
    method, tol, options: as in scipy.optimize.root, which finds x; "hybr" and "lm" get the exact
    Jacobian.  linear: how derivatives solve systems with the Jacobian: "dense", or "gmres" and
    other methods of `linear_solve`, which need its products only; by default dense up to 500
    unknowns.
    Returns SciPy's OptimizeResult; `.x` has the form of x0, `.fun` that of what `f` returns, both
    in all their derivatives.  A dense root is refined by Newton's method to rounding.

    With J = ∂f/∂x: ẋ = -J⁻¹ ∂f/∂a ȧ and ā = -(∂f/∂a)ᵀ J⁻ᵀ x̄, in forward and in reverse mode, of
    any order, also in what `f` closes over; x0 has no influence.  Under vmap the examples are
    solved one after another.
    Raises ConvergenceError if SciPy finds no root, and where J is singular once a derivative is
    asked for.

    >>> sqrt2 = lambda a: root(lambda x, a: x * x - a, 1.0, a).x
    >>> float(sqrt2(4.0)), float(grad(sqrt2)(4.0))
    (2.0, 0.25)
    """

    settings = {"method": method, "tol": tol, "options": options}

    def call(trees, view):
        problem = Problem("root", f, *trees, view)
        with GradMode(False):
            found = found_root(problem, problem.plain, **settings)
        return differentiated(problem, problem.vector, problem.plain, found, linear)

    def again(args):
        return root(f, x0, *args, linear=linear, **settings).x

    return run("root", call, x0, (args,), again)


def found_root(problem, function, method, tol, options):
    """SciPy's root of a function that nothing outside has a part in."""
    shape = function(problem.start).shape
    if shape != problem.start.shape:
        raise ShapeError(
            f"{problem.name}: {name_of(problem.f)} returns {shape[0]} numbers for "
            f"{problem.layout.size} unknowns in x0; it needs one equation for each"
        )
    found = scipy_part(problem.name, "optimize").root(
        lambda v: numbers(function(v), problem.high), problem.start, method=method, tol=tol,
        jac=partial(problem.slope, function) if method in WITH_JACOBIAN else None, options=options,
    )  # fmt: skip
    if not found.success or not np.all(np.isfinite(found.x)):
        raise problem.failed(found.message, ADVICE)
    return found


def differentiated(problem, residual, plain, found, linear):
    """SciPy's result with derivatives, and refined where the whole Jacobian is at hand."""
    x = found.x
    solver = linear_solver(problem.name, linear, len(x))
    if solver.func is Dense:
        with GradMode(False):
            x = polished(lambda v: numbers(plain(v), problem.high), plain, x)
    x = implicit(problem.name, residual, x, problem.high, solver)
    return problem.finished(found, x)


def fixed_point(f, x0, *args, method="del2", tol=1e-10, options=None, linear=None) -> Any:
    """A fixed point of `f`: x with f(x, *args) = x, which carries its derivative in `args`.

    f: returns a container like x0.
    method: "del2" (Steffensen's acceleration) or "iteration" of scipy.optimize.fixed_point, with
    `tol` as its relative tolerance and options {"maxiter": ...}; or a method of `root` for
    x - f(x).  linear: as in `root`.
    Returns SciPy's OptimizeResult; `.x` and `.fun` = f(x) carry all their derivatives.

    ẋ = (1 - ∂f/∂x)⁻¹ ∂f/∂a ȧ; the iterations themselves are not differentiated, so the memory and
    the cost of the derivative do not grow with their number.  Otherwise as `root`.
    Raises ConvergenceError.

    >>> float(fixed_point(lambda x: ad.cos(x), 0.5).x)
    0.7390851332151607
    """
    settings = {"method": method, "tol": tol, "options": options}

    def call(trees, view):
        problem = Problem("fixed_point", f, *trees, view)
        with GradMode(False):
            if method in ("del2", "iteration"):
                found = iterated(problem, method, tol, options or {})
            else:
                found = found_root(problem, lambda v: v - problem.plain(v), **settings)
        return differentiated(
            problem, lambda v: v - problem.vector(v), lambda v: v - problem.plain(v), found, linear
        )

    def again(args):
        return fixed_point(f, x0, *args, linear=linear, **settings).x

    return run("fixed_point", call, x0, (args,), again)


def iterated(problem, method, tol, options):
    """SciPy's fixed point."""
    optimize = scipy_part(problem.name, "optimize")
    count = 0

    def function(v):
        nonlocal count
        count += 1
        y = problem.values(v)
        if y.shape != v.shape:
            raise ShapeError(
                f"fixed_point: {name_of(problem.f)} maps {len(v)} numbers to {len(y)}; "
                "it needs a result like x0"
            )
        return y

    try:
        x = optimize.fixed_point(function, problem.start, xtol=tol, method=method, **options)
    except RuntimeError as error:
        raise problem.failed(error, ADVICE) from None
    if not np.all(np.isfinite(x)):
        raise problem.failed("the iteration left the finite numbers", ADVICE)
    message = "The fixed point was found."
    return optimize.OptimizeResult(x=x, success=True, message=message, nfev=count, method=method)
