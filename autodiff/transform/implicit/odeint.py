"""Ordinary differential equations, by the names of SciPy's functions."""

from functools import partial
from typing import Any

import numpy as np

from ...core.errors import ArgumentError, ShapeError
from ...core.op import EAGER, TRACED, new_level
from ...core.spec import FLOAT64, Spec, carries_derivative, is_complex
from ...core.tree import flatten, tree_map, unflatten
from ...ops.complex import astype, imag, real
from ...ops.move import as_array, concatenate, moveaxis, stack
from .answers import deferred
from .examples import by_examples
from .flow import NODES, Setup, by_scipy, integrate
from .levels import Differs, isolated, numbers, traced_leaves
from .solver import name_of, packed_args, refused, scipy_part
from .steps import EXPLICIT, repeated
from .trajectory import solution
from .vector import Layout, packed


def odeint(
    func, y0, t, args=(), *, tfirst=False, rtol=1.49012e-8, atol=1.49012e-8, method="DOP853",
    adjoint="continuous", options=None,
) -> Any:  # fmt: skip
    """The solution of y' = func(y, t, *args) at the times `t`, which carries all its derivatives.

    func: returns a container like y0; func(t, y, *args) with tfirst=True.
    y0: the state at t[0], an array, a number or a container.
    t: times in ascending or descending order, shape (N,).
    method: one of scipy.integrate.solve_ivp; "Radau", "BDF" or "LSODA" for stiff equations, which
    get the exact Jacobian.  rtol, atol: tolerances of each step; options: other keywords of
    solve_ivp, such as {"max_step": 0.1}.
    adjoint: how reverse mode works.  "continuous": the adjoint equation is integrated, with the
    same method and tolerances; memory holds the states of the steps.  "discrete": the steps of
    SciPy are taken again and recorded, so that derivatives, of both modes, are those of the
    computed numbers to rounding; for "RK23", "RK45" and "DOP853", and memory holds all that the
    steps compute.
    Returns a container like y0 with the times along a new first axis.

    Derivatives in y0, t, the args and what `func` closes over, of every order.  With the continuous
    adjoint, forward mode integrates the sensitivity equations: its derivatives are as accurate as
    the tolerances, not to rounding; forward over reverse is cheaper than reverse over reverse.
    Under vmap all examples are one system with common steps.
    Raises ConvergenceError, ImportError without SciPy.
    Source: Cao, Li, Petzold and Serban 2003, doi:10.1137/S1064827501380630.

    >>> end = lambda k: odeint(lambda y, t, k: -k * y, 1.0, np.array([0.0, 1.0]), k)[-1]
    >>> bool(np.abs(grad(end)(2.0) + np.exp(-2.0)) < 1e-7)
    True
    """
    settings = {"method": method, "rtol": rtol, "atol": atol, "options": options}
    settings |= {"adjoint": adjoint, "tfirst": tfirst}
    plain = Setup("odeint", name_of(func), method, rtol, atol, options or {}, [], [], adjoint)
    setup, t = checked(plain, func), as_array(t)
    if len(t.shape) != 1 or not t.shape[0]:
        raise ShapeError(f"odeint: t has shape {t.shape}; it needs times, shape (N,)")

    def call(trees, view):
        y0, t, args = trees
        seen = view(func)
        known = setup._replace(known=traced_leaves((t, args)))
        ordered = seen if tfirst else lambda t, y, *args: seen(y, t, *args)
        problem = Equation(known, lambda t, y: ordered(t, y, *args), y0)
        return problem.rows(problem.states(t))

    def again(y0, t, args):
        return Equation(setup, func, y0).columns(odeint(func, y0, t, args, **settings))

    start, trees = Equation(setup, func, y0), (y0, t, packed_args(args))
    spec = Spec((t.shape[0], start.layout.size), FLOAT64)
    states = deferred("odeint", again, trees, spec)
    return by_examples(call, trees, closed=True) if states is None else start.rows(states)


def solve_ivp(
    fun, t_span, y0, method="RK45", t_eval=None, dense_output=False, events=None,
    vectorized=False, args=None, *, rtol=1e-3, atol=1e-6, adjoint="continuous", **options,
) -> Any:  # fmt: skip
    """The solution of y' = fun(t, y, *args) from y(t_span[0]) = y0, as scipy.integrate.solve_ivp.

    fun: returns a container like y0.  y0: an array, a number or a container.
    t_span: (first, last) time.  t_eval: the times of the result; None for SciPy's steps.
    method, rtol, atol, options: as in SciPy, with its defaults; derivatives are as accurate as
    these tolerances, so ask for what they need, such as rtol=1e-8.  The implicit methods get the
    exact Jacobian.  vectorized: without effect.  adjoint: as in `odeint`.
    events: a function event(t, y, *args) -> a number, or a list of them, with SciPy's attributes
    `terminal` and `direction`; what happens where it crosses zero is in `.t_events` and
    `.y_events`, one entry for each function.
    dense_output: whether `.sol` is wanted, the solution as a function of time.
    Returns SciPy's OdeResult; `.y` has the form of y0 with the times along a new last axis and
    carries the derivatives of `odeint`, also in t_span and t_eval.  So do the times of events, the
    states then, shape (N, *shape of y0), and `.sol(t)`, also in t.

    The time of an event moves with ṫ = -(∂g/∂a ȧ + ∂g/∂y ẏ) / (∂g/∂t + ∂g/∂y f), g = event.
    Raises ConvergenceError, also where an event has no slope, once a derivative is asked for;
    ImportError without SciPy.

    >>> end = lambda y0: solve_ivp(lambda t, y: -y, (0.0, 1.0), y0, rtol=1e-9, atol=1e-9).y[0, -1]
    >>> bool(np.abs(grad(end)(np.array([1.0]))[0] - np.exp(-1.0)) < 1e-7)
    True
    >>> def half(t, y, k):
    ...     return y[0] - 0.5
    >>> decay = lambda k: solve_ivp(
    ...     lambda t, y, k: -k * y, (0.0, 9.0), np.ones(1), events=half, args=(k,), rtol=1e-9)
    >>> bool(np.abs(grad(lambda k: decay(k).t_events[0][0])(2.0) + np.log(2) / 4) < 1e-6)
    True
    """
    refused("solve_ivp", jac=options.pop("jac", None))
    plain = Setup("solve_ivp", name_of(fun), method, rtol, atol, options, [], [], adjoint)
    setup = checked(plain, fun)

    def call(trees, view):
        span, y0, t_eval, args = trees
        seen = view(fun)
        known = setup._replace(known=traced_leaves((span, t_eval, args)), log=[])
        problem = Equation(known, lambda t, y: seen(t, y, *args), y0)
        first, last = (as_array(t) for t in span)
        if dense_output or events is not None:
            return solution(problem, first, last, t_eval, events, args, dense_output)
        t = problem.steps(first, last) if t_eval is None else as_array(t_eval)
        apart = problem.apart(first, last, t)
        times = concatenate([first.reshape(1), t]) if apart else t
        rows = problem.rows(problem.states(times))
        found = known.log[0] if known.log else scipy_part("solve_ivp", "optimize").OptimizeResult()
        found.t, found.y = t, tree_map(lambda y: moveaxis(y[1:] if apart else y, 0, -1), rows)
        return found

    trees = (tuple(t_span), y0, t_eval, () if args is None else packed_args(args))
    return by_examples(call, trees, ("t", "y", "t_events", "y_events"), closed=True)


def checked(setup, f):
    """The setup, if there are its method and its adjoint."""
    if not callable(f):
        raise ArgumentError(f"{setup.name}: the function is a {type(f).__name__}; it needs one")
    if setup.method not in NODES:
        raise ArgumentError(f"{setup.name}: method={setup.method!r} is none of {', '.join(NODES)}")
    if setup.adjoint not in ("continuous", "discrete"):
        raise ArgumentError(
            f"{setup.name}: adjoint={setup.adjoint!r} is neither 'continuous' nor 'discrete'"
        )
    if setup.adjoint == "discrete" and setup.method not in EXPLICIT:
        raise ArgumentError(
            f"{setup.name}: adjoint='discrete' repeats the steps of {', '.join(EXPLICIT)}, not of "
            f"method={setup.method!r}; use adjoint='continuous'"
        )
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
        if self.setup.adjoint == "discrete":
            return repeated(self.setup, self.slope, self.start, t, times, self.edges(times))
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
        try:
            edges = self.edges([float(numbers(t, self.high)) for t in (first, last)])
        except Differs:
            raise ArgumentError(
                "solve_ivp: SciPy's steps differ between the examples of a vmap; give t_eval"
            ) from None
        return concatenate([first.reshape(1), edges[1:-1], last.reshape(1)])

    def apart(self, first, last, t):
        """Whether the times of a result leave the first time out; raises where they cannot be."""
        ends = [float(numbers(x, self.high)) for x in (first, last)]
        return ends[0] != self.within(ends, t)[0]

    def within(self, ends, t):
        """The numbers of the times of a result, which must lie between the ends."""
        plain = numbers(t, self.high)
        if plain.ndim != 1 or not len(plain):
            raise ShapeError(
                f"solve_ivp: t_eval has shape {plain.shape}; it needs times, shape (N,)"
            )
        if np.any((plain < min(ends)) | (plain > max(ends))):
            raise ArgumentError(f"solve_ivp: t_eval {plain} is not within t_span {ends}")
        return plain

    def edges(self, times):
        """The times of SciPy's steps from the first to the last time, in numbers."""

        def slope(t, y):
            return isolated(partial(self.slope, t), EAGER, self.high)(y)

        ends = (times[0], times[-1])
        return by_scipy(self.setup, slope, numbers(self.start, self.high), ends).t

    def moving(self, start, step, t0, t1, s, y):
        """The right side with the times stretched, so that they have derivatives."""
        rate = (t1 - t0) / step
        return self.slope(t0 + (s - start) * rate, y) * rate

    def columns(self, tree):
        """The states, shape (N, n), of a container with the times along the first axis."""
        parts = []
        for x in flatten(tree)[0]:
            flat = x.reshape(x.shape[0], -1)
            parts += [real(flat), imag(flat)] if is_complex(x.dtype) else [flat]
        return concatenate(parts, axis=1)

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
