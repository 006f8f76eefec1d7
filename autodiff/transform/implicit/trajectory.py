"""A solution of a differential equation at any time, and the times of its events.

Integration goes between times that are plain numbers.  From there one step of a Runge-Kutta method,
whose length is zero but has derivatives, reaches a time that carries them: with order eight it has
all derivatives of the solution in time up to the eighth.  The time of an event solves
event(t, y(t)) = 0, and the implicit function theorem gives its derivatives.
Source: Hairer, Nørsett and Wanner 1993, section II.6 (events by dense output).
"""

from functools import partial

import numpy as np

from ...core.errors import ArgumentError, ShapeError
from ...core.op import EAGER, TRACED
from ...core.tree import tree_map
from ...interpret.grad_mode import GradMode
from ...ops.move import as_array, concatenate, moveaxis, stack
from .flow import by_scipy, integrate, interpolation, polynomial
from .levels import isolated, numbers
from .solver import name_of, scipy_part
from .steps import repeated, step
from .theorem import Dense, implicit
from .vector import packed


def solution(problem, first, last, t_eval, events, args, dense_output):
    """SciPy's result with the times of events and the solution at any time, as were asked for."""
    ends = [float(numbers(t, problem.high)) for t in (first, last)]
    many = None if events is None else [events] if callable(events) else list(events)
    watched = None if many is None else [Event(problem, e, k, args) for k, e in enumerate(many)]
    found = observed(problem, ends, watched)
    end = float(found.t[-1])
    times, plain = asked(problem, ends, end, t_eval, found.t)
    met = [] if watched is None else [t.astype(float) for t in found.t_events]
    flow = Trajectory(problem, first, ends[0], end, found.t, np.concatenate([plain, *met]))
    moments = [[event.time(flow, float(t)) for t in ts] for event, ts in zip(watched or (), met)]
    if t_eval is None:
        final = last if found.status != 1 else terminal(moments, met, end)
        pieces = [as_array(first).reshape(1), plain[1:-1], as_array(final).reshape(1)]
        times = concatenate(pieces) if len(plain) > 1 else as_array(first).reshape(1)
    found.t, found.y = times, flow.container(times, plain, -1)
    if watched is not None:
        found.t_events = [stack(ts) if len(ts) else np.zeros(0) for ts in moments]
        found.y_events = [flow.container(ts, t, 0) for ts, t in zip(moments, met)]
    found.sol = flow if dense_output else None
    return found


def terminal(moments, met, end):
    """The time of the event that ended the integration."""
    return next(ts[-1] for ts, plain in zip(moments, met) if len(plain) and plain[-1] == end)


def asked(problem, ends, end, t_eval, steps):
    """The times of the result and their numbers, none beyond the end; SciPy's steps by default."""
    if t_eval is None:
        return None, steps
    times = as_array(t_eval)
    plain = problem.within(ends, times)
    reached = np.flatnonzero((plain - end) * np.sign(ends[1] - ends[0]) <= 0)
    return times[: len(reached)], plain[: len(reached)].astype(float)


def observed(problem, ends, events):
    """SciPy's result in plain numbers, at its own steps."""

    def slope(t, y):
        return isolated(partial(problem.slope, t), EAGER, problem.high)(y)

    start = numbers(problem.start, problem.high)
    watched = None if events is None else [event.watch() for event in events]
    return by_scipy(problem.setup, slope, start, ends, events=watched)


class Event:
    """A function event(t, y, *args) -> a number, which is zero when the event happens."""

    def __init__(self, problem, f, place, args):
        if not callable(f):
            raise ArgumentError(
                f"{problem.setup.name}: events holds a {type(f).__name__}; it needs functions "
                "event(t, y)"
            )
        self.problem, self.f, self.place, self.args = problem, f, place, args

    def value(self, t, y):
        """The one number, shape (1,)."""
        found = packed([self.f(t, self.problem.layout.tree(y), *self.args)])
        if found.shape != (1,):
            raise ShapeError(
                f"{self.problem.setup.name}: the event {name_of(self.f)} returns {found.shape[0]} "
                "numbers; it needs one"
            )
        return found

    def watch(self):
        """The event in plain numbers, with SciPy's attributes."""
        high = self.problem.high

        def watched(t, y):
            with GradMode(False):
                return float(numbers(self.value(t, y), high)[0])

        for mark in ("terminal", "direction"):
            if hasattr(self.f, mark):
                setattr(watched, mark, getattr(self.f, mark))
        return watched

    def time(self, flow, t):
        """The time at which the event happens, near the number `t`, with its derivatives."""
        name, y = self.problem.setup.name, flow.at(t)
        singular = (
            f"the event {name_of(self.f)} has no rate of change at t = {t:.6g}, so its time has no "
            "derivative; choose an event that crosses zero with a slope"
        )

        def residual(v):
            return self.value(v[0], flow.carried(t, v[0], y))

        linear = partial(Dense, name, singular=singular)
        return implicit(name, residual, np.array([t]), self.problem.high, linear)[0]


class Trajectory:
    """The solution as a function of time, as SciPy's OdeSolution: `sol(t)`.

    A number gives the form of y0, times of shape (N,) a new last axis.  ts: the times of SciPy's
    steps; t_min, t_max: the first and the last of them in ascending order.
    It carries derivatives in time and in all that the equation depends on.
    """

    def __init__(self, problem, first, start, end, steps, times):
        self.problem, self.ts = problem, steps
        self.t_min, self.t_max = min(start, end), max(start, end)
        self.sign = 1.0 if end >= start else -1.0
        self.start = problem.start
        if type(first) in TRACED:
            self.start = self.carried(first, start, self.start)
        self.moments = self.ordered([start, *times, end])
        self.path = None
        if problem.setup.adjoint == "continuous" and len(self.moments) > 1:
            self.path = integrate(
                problem.setup, problem.slope, self.start, self.moments, dense=True
            )
            self.pieces = interpolation(problem.setup, self.path.edges)
        self.states = self.between(self.moments)

    def ordered(self, times):
        """Different times in the order of the integration."""
        return self.sign * np.unique(self.sign * np.asarray(times, float))

    def between(self, moments):
        """The states at times that are numbers, from the first one on."""
        if self.path is not None:
            return self.path.states
        if len(moments) == 1:
            return self.start[None]
        setup = self.problem.setup
        return repeated(setup, self.problem.slope, self.start, moments, moments, self.ts)

    def at(self, t):
        """The state at a time that is a number, as a vector."""
        here = np.flatnonzero(self.moments == t)
        if len(here):
            return self.states[int(here[0])]
        if self.path is not None:
            return polynomial(self.pieces, self.path.nodes, t)
        if not self.t_min <= t <= self.t_max:
            raise ArgumentError(
                f"{self.problem.setup.name}: sol({t:g}) is outside of [{self.t_min:g}, "
                f"{self.t_max:g}], which adjoint='discrete' does not leave; use 'continuous'"
            )
        moments = self.ordered([self.moments[0], t, self.moments[-1]])
        return self.between(moments)[int(np.flatnonzero(moments == t)[0])]

    def carried(self, start, stop, y):
        """The state at `stop` from that at `start`, the same time but for its derivatives."""
        method = scipy_part(self.problem.setup.name, "integrate").DOP853
        slope = self.problem.slope
        return step(method, slope, start, stop - start, y, slope(start, y))[0]

    def row(self, t, plain):
        """The state at a time that may carry derivatives."""
        y = self.at(plain)
        return self.carried(plain, t, y) if type(t) in TRACED else y

    def container(self, times, plain, axis):
        """The states at times, in the form of y0 with the times along an axis."""
        if not len(plain):
            empty = self.problem.rows(np.zeros((0, self.problem.layout.size)))
            return tree_map(lambda y: moveaxis(y, 0, axis) if axis else np.zeros(0, y.dtype), empty)
        rows = stack([self.row(times[k], float(t)) for k, t in enumerate(plain)])
        return tree_map(lambda y: moveaxis(y, 0, axis), self.problem.rows(rows))

    def __call__(self, t):
        """The solution at a time, or at times of shape (N,)."""
        t = as_array(t)
        plain = numbers(t, self.problem.high)
        if plain.ndim > 1:
            raise ShapeError(
                f"{self.problem.setup.name}: sol got times of shape {plain.shape}; it needs a "
                "number or times of shape (N,)"
            )
        if plain.ndim:
            return self.container(t, plain, -1)
        rows = self.row(t, float(plain))[None]
        return tree_map(lambda y: y[0], self.problem.rows(rows))
