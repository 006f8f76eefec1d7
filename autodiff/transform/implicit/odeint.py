"""Ordinary differential equations, by the names of SciPy's functions."""

from functools import partial
from typing import Any

import numpy as np

from ...core.errors import ArgumentError, ShapeError
from ...core.op import EAGER, TRACED, new_level
from ...core.spec import carries_derivative, is_complex
from ...core.tree import flatten, tree_map, unflatten
from ...ops.complex import astype
from ...ops.move import as_array, concatenate, moveaxis, stack
from .flow import NODES, Setup, by_scipy, integrate
from .levels import by_examples, isolated, numbers, traced_leaves
from .solver import name_of, scipy_part
from .vector import Layout, packed


def odeint(
    f, y0, t, *args, method="DOP853", rtol=1.49012e-8, atol=1.49012e-8, options=None
) -> Any:  # fmt: skip
    """The solution of y' = f(y, t, *args) at the times `t`, which carries all its derivatives.

    f: returns a container like y0.  y0: the state at t[0], an array, a number or a container.
    t: times in ascending or descending order, shape (N,).
    method: one of scipy.integrate.solve_ivp; "Radau", "BDF" or "LSODA" for stiff equations, which
    get the exact Jacobian.  rtol, atol: tolerances of each step; options: other keywords of
    solve_ivp, such as {"max_step": 0.1}.
    Returns a container like y0 with the times along a new first axis.

    Derivatives in y0, t, the args and what `f` closes over: in forward mode of the sensitivity
    equations, in reverse mode of the adjoint equation, both integrated by the same method to the
    same tolerances: they are as accurate as the solution, not to rounding.  Nesting gives every
    order; forward over reverse is cheaper than reverse over reverse.  Memory holds the states of
    the steps, not what `f` computes.  Under vmap all examples are one system with common steps.
    Raises ConvergenceError.  Source: Cao, Li, Petzold and Serban 2003.

    >>> end = lambda k: odeint(lambda y, t, k: -k * y, 1.0, np.array([0.0, 1.0]), k)[-1]
    >>> round(float(grad(end)(2.0) + np.exp(-2.0)), 6)
    0.0
    """
    setup = checked(Setup("odeint", name_of(f), method, rtol, atol, options or {}, [], []))
    t = as_array(t)
    if len(t.shape) != 1 or not t.shape[0]:
        raise ShapeError(f"odeint: t has shape {t.shape}; it needs times, shape (N,)")

    def call(trees, view):
        y0, t, args = trees
        seen = view(f)
        known = setup._replace(known=traced_leaves((t, args)))
        problem = Equation(known, lambda t, y: seen(y, t, *args), y0)
        return problem.rows(problem.states(t))

    return by_examples(call, (y0, t, args), closed=True)


def solve_ivp(
    f, t_span, y0, method="RK45", t_eval=None, args=(), rtol=1e-3, atol=1e-6, **options
) -> Any:  # fmt: skip
    """The solution of y' = f(t, y, *args) from y(t_span[0]) = y0, as scipy.integrate.solve_ivp.

    f: returns a container like y0.  y0: an array, a number or a container.
    t_span: (first, last) time.  t_eval: the times of the result; None for SciPy's steps.
    method, rtol, atol, options: as in SciPy, with its defaults; derivatives are as accurate as
    these tolerances, so ask for what they need, such as rtol=1e-8.  Events are not supported.
    Returns SciPy's OdeResult; `.y` has the form of y0 with the times along a new last axis and
    carries the derivatives of `odeint`, also in t_span and t_eval.
    Raises ConvergenceError.

    >>> end = lambda y0: solve_ivp(lambda t, y: -y, (0.0, 1.0), y0, rtol=1e-9, atol=1e-9).y[0, -1]
    >>> round(float(grad(end)(np.array([1.0]))[0] - np.exp(-1.0)), 6)
    0.0
    """
    for name in ("events", "dense_output", "jac"):
        if options.pop(name, None):
            raise ArgumentError(
                f"solve_ivp: {name} is given; times come from t_eval, and the Jacobian from f"
            )
    setup = checked(Setup("solve_ivp", name_of(f), method, rtol, atol, options, [], []))

    def call(trees, view):
        span, y0, t_eval, args = trees
        seen = view(f)
        known = setup._replace(known=traced_leaves((span, t_eval, args)), log=[])
        problem = Equation(known, lambda t, y: seen(t, y, *args), y0)
        first, last = (as_array(t) for t in span)
        t = problem.steps(first, last) if t_eval is None else as_array(t_eval)
        apart = float(numbers(first, problem.high)) != float(numbers(t[0], problem.high))
        times = concatenate([first.reshape(1), t]) if apart else t
        rows = problem.rows(problem.states(times))
        found = known.log[0] if known.log else scipy_part("solve_ivp", "optimize").OptimizeResult()
        found.t, found.y = t, tree_map(lambda y: moveaxis(y[1:] if apart else y, 0, -1), rows)
        return found

    return by_examples(call, (tuple(t_span), y0, t_eval, args), ("t", "y"), closed=True)


def checked(setup):
    """The setup, if SciPy knows the method."""
    if setup.method not in NODES:
        raise ArgumentError(f"{setup.name}: method={setup.method!r} is none of {', '.join(NODES)}")
    return setup


class Equation:
    """y' = f(t, y) of one real vector."""

    def __init__(self, setup, f, y0):
        self.setup, self.f = setup, f
        self.layout = Layout(f"{setup.name}: y0", y0)
        self.start = packed(self.layout.leaves)
        self.high = new_level()

    def slope(self, t, y):
        """The right side as a vector."""
        found = packed(flatten(self.f(t, self.layout.tree(y)))[0])
        if found.shape != self.start.shape:
            raise ShapeError(
                f"{self.setup.name}: {self.setup.called} returns {found.shape[0]} numbers for a "
                f"state of {self.layout.size}; it needs a result like y0"
            )
        return found

    def states(self, t):
        """The states at the times, shape (N, n)."""
        times = numbers(t, self.high).astype(float)
        steps = np.diff(times)
        if len(steps) and not (np.all(steps > 0) or np.all(steps < 0)):
            raise ArgumentError(
                f"{self.setup.name}: the times {times} neither ascend nor descend; sort them"
            )
        if not len(steps):
            return self.start[None]
        if type(t) not in TRACED:
            return integrate(self.setup, self.slope, self.start, times).states
        y, found = self.start, [self.start]
        for i in range(len(steps)):
            moved = partial(self.moving, times[i], steps[i], t[i], t[i + 1])
            y = integrate(self.setup, moved, y, times[i : i + 2]).states[-1]
            found.append(y)
        return stack(found)

    def steps(self, first, last):
        """The times of SciPy's steps, the first and the last as they are given."""
        ends = [float(numbers(t, self.high)) for t in (first, last)]

        def slope(t, y):
            return isolated(partial(self.slope, t), EAGER, self.high)(y)

        found = by_scipy(self.setup, slope, numbers(self.start, self.high), ends)
        return concatenate([first.reshape(1), found.t[1:-1], last.reshape(1)])

    def moving(self, start, step, t0, t1, s, y):
        """The right side with the times stretched, so that they have derivatives."""
        rate = (t1 - t0) / step
        return self.slope(t0 + (s - start) * rate, y) * rate

    def rows(self, states):
        """The container of states, shape (N, n), with the times along the first axis."""
        start, leaves, count = 0, [], states.shape[0]
        for x, stop in zip(self.layout.leaves, self.layout.stops):
            part, shape = states[:, start:stop], (count, *x.shape)
            if is_complex(x.dtype):
                half = (stop - start) // 2
                part = part[:, :half] + 1j * part[:, half:]
            kind = x.dtype if carries_derivative(x.dtype) else np.float64
            leaves.append(astype(part.reshape(shape), kind))
            start = stop
        return unflatten(self.layout.structure, leaves)
