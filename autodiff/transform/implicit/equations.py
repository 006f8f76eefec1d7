"""Roots and fixed points."""

from functools import partial
from typing import Any

from ...core.errors import AutodiffError, ShapeError
from ...interpret.grad_mode import GradMode
from .levels import numbers
from .problem import Problem, linear_solver, polished, run
from .solver import name_of, packed_args, refused, scipy_part
from .theorem import Dense, Unsolved, implicit

WITH_JACOBIAN = ("hybr", "lm")  # methods of SciPy's root that take it
ADVICE = "give x0= nearer to the answer, or another method="


def root(
    fun, x0, args=(), method="hybr", jac=None, tol=None, callback=None, options=None, *,
    linear=None, throw=True,
) -> Any:  # fmt: skip
    """A root of `fun`: x with fun(x, *args) = 0, which carries its derivatives.

    fun: returns as many numbers as x0 holds; x0, args: arrays, numbers or containers of them.
    method, tol, callback, options: as in scipy.optimize.root, which finds x; "hybr" and "lm" get
    the exact Jacobian, so `jac` stays None.
    linear: how derivatives solve systems with the Jacobian: "dense", or "gmres" and other methods
    of `linear_solve`, which need its products only and cannot see that it is singular; by default
    dense up to 500 unknowns.
    throw: whether to raise where SciPy finds no root; otherwise its result is returned as it is,
    and derivatives of it are NaN.
    Returns SciPy's OptimizeResult; `.x` has the form of x0, `.fun` that of what `fun` returns, both
    in all their derivatives.  A dense root is refined by Newton's method to rounding.

    With J = ∂f/∂x: ẋ = -J⁻¹ ∂f/∂a ȧ and ā = -(∂f/∂a)ᵀ J⁻ᵀ x̄, in forward and in reverse mode, of
    any order, in the args and in what `fun` closes over; x0 has no influence.  Under vmap the
    examples are solved one after another.
    Raises ConvergenceError if SciPy finds no root, and where J is singular once a derivative is
    asked for; ImportError without SciPy.

    >>> sqrt2 = lambda a: root(lambda x, a: x * x - a, 1.0, args=(a,)).x
    >>> float(sqrt2(4.0)), float(grad(sqrt2)(4.0))
    (2.0, 0.25)
    """
    refused("root", jac=jac)
    settings = {"method": method, "tol": tol, "callback": callback, "options": options}

    def call(trees, view):
        x0, args = trees
        problem = Problem("root", fun, x0, args, view, throw)
        with GradMode(False):
            found = found_root(problem, problem.plain, **settings)
        return differentiated(problem, problem.vector, problem.plain, found, linear)

    def again(args):
        return root(fun, x0, args, linear=linear, throw=throw, **settings).x

    return run("root", call, x0, (packed_args(args),), again)


def found_root(problem, function, method, tol=None, callback=None, options=None):
    """SciPy's root of a function that nothing outside has a part in."""
    shape = function(problem.start).shape
    if shape != problem.start.shape:
        raise ShapeError(
            f"{problem.name}: {name_of(problem.f)} returns {shape[0]} numbers for "
            f"{problem.layout.size} unknowns in x0; it needs one equation for each"
        )
    exact = method in WITH_JACOBIAN
    found = scipy_part(problem.name, "optimize").root(
        lambda v: numbers(function(v), problem.high), problem.start, method=method, tol=tol,
        jac=partial(problem.slope, function) if exact else None, callback=callback, options=options,
    )  # fmt: skip
    return problem.checked(found, ADVICE)


def differentiated(problem, residual, plain, found, linear):
    """SciPy's result with derivatives, and refined where the whole Jacobian is at hand."""
    x = found.x
    solver = linear_solver(problem.name, linear, len(x)) if found.success else Unsolved
    if getattr(solver, "func", None) is Dense:
        with GradMode(False):
            x = polished(lambda v: numbers(plain(v), problem.high), plain, x)
    x = implicit(problem.name, residual, x, problem.high, solver)
    return problem.finished(found, x)


def fixed_point(
    func, x0, args=(), xtol=1e-8, maxiter=500, method="del2", *, linear=None, throw=True
) -> Any:  # fmt: skip
    """A fixed point of `func`: x with func(x, *args) = x, which carries its derivatives.

    func: returns a container like x0; x0, args: arrays, numbers or containers of them.
    xtol, maxiter, method: as in scipy.optimize.fixed_point: "del2" (Steffensen's acceleration) or
    "iteration"; or a method of `root`, for x - func(x).  linear, throw: as in `root`.
    Returns x in the form of x0; it is refined by Newton's method to rounding.

    ẋ = (1 - ∂f/∂x)⁻¹ ∂f/∂a ȧ; the iterations themselves are not differentiated, so the memory and
    the cost of the derivative do not grow with their number.  Otherwise as `root`.
    Raises ConvergenceError, ImportError without SciPy.

    >>> np.round(fixed_point(lambda x: ad.cos(x), 0.5), 15).item()
    0.739085133215161
    """

    def call(trees, view):
        x0, args = trees
        problem = Problem("fixed_point", func, x0, args, view, throw)
        with GradMode(False):
            if method in ("del2", "iteration"):
                found = iterated(problem, method, xtol, maxiter)
            else:
                found = found_root(problem, lambda v: v - problem.plain(v), method, xtol)
        return differentiated(
            problem, lambda v: v - problem.vector(v), lambda v: v - problem.plain(v), found, linear
        )

    def again(args):
        return fixed_point(func, x0, args, xtol, maxiter, method, linear=linear, throw=throw)

    return run("fixed_point", call, x0, (packed_args(args),), again).x


def iterated(problem, method, xtol, maxiter):
    """SciPy's fixed point."""
    optimize = scipy_part(problem.name, "optimize")
    last = problem.start

    def function(v):
        nonlocal last
        last, y = v, problem.values(v)
        if y.shape != v.shape:
            raise ShapeError(
                f"fixed_point: {name_of(problem.f)} maps {len(v)} numbers to {len(y)}; "
                "it needs a result like x0"
            )
        return y

    message, success = "the iteration left the finite numbers", True
    try:
        last = optimize.fixed_point(
            function, problem.start, xtol=xtol, maxiter=maxiter, method=method
        )
    except RuntimeError as error:
        if isinstance(error, AutodiffError):
            raise
        message, success = str(error).partition(", value is")[0], False
    found = optimize.OptimizeResult(x=last, success=success, message=message)
    return problem.checked(found, ADVICE)
