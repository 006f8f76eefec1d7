"""Integrals over an interval, by SciPy's adaptive quadrature, with Leibniz's rule."""

from functools import partial
from typing import Any, NamedTuple

import numpy as np

from ...core.errors import ArgumentError, RuleError
from ...core.family import total
from ...core.op import TRACED, new_level
from ...core.tree import flatten, tree_map
from ...interpret.batch import Batched
from ...interpret.forward import Dual, dual
from ...interpret.grad_mode import GradMode
from ...interpret.series import Series, series
from ...interpret.sweep import sweep
from ...interpret.tape import Tensor
from ...ops.choose import zeros_like
from ..function import result
from .levels import (
    answered,
    by_examples,
    isolated,
    new_time,
    numbers,
    older,
    own_vertex,
    parts,
    present,
    rebatch,
    strip,
    traced_leaves,
    unbatch,
)
from .solver import ConvergenceError, name_of, scipy_part
from .vector import Layout, packed, piece, width

LOOSE = 1e3  # how much worse than the tolerance an error estimate may be


class Setup(NamedTuple):
    """How to integrate: the user's function, tolerances, and the error estimates so far.

    known: the traced values that the integrand may use at any point.
    """

    called: str
    epsabs: float
    epsrel: float
    limit: int
    errors: list
    known: list


def quad(f, a, b, *args, epsabs=1.49e-8, epsrel=1.49e-8, limit=50) -> Any:
    """The integral of f(x, *args) for x from `a` to `b`, which carries all its derivatives.

    f: returns a number, or a container of arrays, for a number x.
    a, b: the bounds, which may be infinite.
    epsabs, epsrel, limit: as in scipy.integrate.quad, which integrates a number; quad_vec
    integrates arrays.
    Returns (integral, estimate of its error), as SciPy does; the estimate is a plain number.

    Leibniz's rule: İ = f(b) ḃ - f(a) ȧ + ∫ ∂f/∂a ȧ dx, in forward and in reverse mode, of any
    order, also in what `f` closes over; the integrals of derivatives are integrated to the same
    tolerances.  Under vmap one interval is integrated for all examples at once.
    Raises ConvergenceError where SciPy's estimate misses the tolerance by far.

    >>> area = lambda b: quad(lambda x: x * x, 0.0, b)[0]
    >>> round(float(area(3.0)), 9), float(grad(area)(3.0))
    (9.0, 9.0)
    """

    def call(trees, view):
        a, b, args = trees
        a, b, high, seen = result(a), result(b), new_level(), view(f)
        if a.shape or b.shape:
            raise ArgumentError(f"quad: bounds of shapes {a.shape} and {b.shape}; they are numbers")
        out = seen(inside(*(float(numbers(x, high)) for x in (a, b))), *args)
        layout = Layout("quad: the integrand", tree_map(result, out))
        setup = Setup(name_of(f), epsabs, epsrel, limit, [], traced_leaves(args))
        found = integral(setup, lambda x: packed(flatten(seen(x, *args))[0]), a, b)
        return layout.final(found), setup.errors[0]

    return by_examples(call, (a, b, args), closed=True)


def inside(a, b):
    """A number between the bounds."""
    if np.isinf(a):
        return 0.0 if np.isinf(b) else b + np.sign(a)
    return a + np.sign(b) if np.isinf(b) else a + 0.49 * (b - a)


def plain(x):
    """The number at the bottom of a traced one."""
    while type(x) in TRACED:
        x = x.value
    return float(x)


def integral(setup, f, a, b) -> Any:
    """The integral of a vector f(x) between bounds of any level."""
    since = new_time()
    y = f(inside(plain(a), plain(b)))
    traced = traced_leaves([y, a, b, setup.known])
    if not traced:
        return in_numbers(setup, f, float(a), float(b), y.shape[0])
    level = max(x.level for x in traced)
    example = next(x for x in traced if x.level == level)
    values, setup = setup.known, setup._replace(known=parts(setup.known, level))
    if type(example) is Tensor:
        return recorded(setup, f, a, b, older([y, *values], level, since), level)
    if type(example) is Batched:
        return together(setup, f, a, b, y, level, example.value.shape[0])
    if type(example) is Dual:
        return pushed(setup, f, a, b, level)
    return expanded(setup, f, a, b, level, len(example.coefficients))


def in_numbers(setup, f, a, b, size):
    """SciPy's integral."""
    integrate = scipy_part("quad", "integrate")
    tolerances = {"epsabs": setup.epsabs, "epsrel": setup.epsrel, "limit": setup.limit}

    def plain(x):
        found = f(x)
        if type(found) in TRACED:
            raise partial_use(setup)
        return found

    with GradMode(False):
        if size == 1:
            value, error, _, *message = integrate.quad(
                lambda x: plain(x)[0], a, b, full_output=1, **tolerances
            )
            value = np.array([value])
        else:
            value, error, info = integrate.quad_vec(plain, a, b, full_output=True, **tolerances)
            message = [] if info.success else [info.message]
    allowed = LOOSE * max(setup.epsabs, setup.epsrel * float(np.max(np.abs(value))))
    if not np.all(np.isfinite(value)) or (message and not error <= allowed):
        reason = (
            " ".join(message[0].split()).split(". ")[0].rstrip(".")
            if message
            else "it is not finite"
        )
        raise ConvergenceError(
            f"quad did not converge for {setup.called} from a={a} to b={b}: {reason}; "
            "split the interval where the integrand is singular, or give a larger limit="
        )
    setup.errors.append(error)
    return value


def partial_use(setup):
    """The error of a function that depends on a traced variable here and not there."""
    return RuleError(
        f"quad: {setup.called} uses a traced variable at some points only; "
        "give that variable as an argument"
    )


# ------------------------------------------------------------------ forward mode, and vmap


def pushed(setup, f, a, b, level):
    """The integral and its tangent, by Leibniz's rule."""

    def own(x):
        return type(x) is Dual and x.level == level

    def tangent(x):
        y = f(x)
        return y.tangent if own(y) else zeros_like(y)

    value, ends = isolated(f, level, level + 1), []
    low, high = (strip(x, low=level, high=level + 1) for x in (a, b))
    found = integral(setup, value, low, high)
    for bound, x, sign in ((a, low, -1.0), (b, high, 1.0)):
        if own(bound):
            ends.append(sign * value(x) * bound.tangent)
    return dual(found, total([integral(setup, tangent, low, high), *ends]), level)


def expanded(setup, f, a, b, level, count):
    """The Taylor series of the integral; bounds that vary are stretched to where they start."""
    low, high = (strip(x, low=level, high=level + 1) for x in (a, b))
    if type(low) is type(a) and type(high) is type(b):
        moved = f
    else:
        rate = (b - a) / (high - low)

        def moved(x):
            return f(a + (x - low) * rate) * rate

    def coefficient(k, x):
        y = moved(x)
        own = type(y) is Series and y.level == level
        c = y.coefficients[k] if own else y if k == 0 else None
        return zeros_like(y.value if own else y) if c is None else c

    terms = [integral(setup, partial(coefficient, k), low, high) for k in range(count)]
    return series(terms, level)


def together(setup, f, a, b, y, level, size):
    """The integrals of all examples of a vmap as one vector."""
    which = {"level": level, "size": size}
    found = integral(setup, lambda x: unbatch(f(x), **which).reshape(-1), a, b)
    return rebatch(found.reshape(size, *y.shape), **which)


# ------------------------------------------------------------------ reverse mode


def recorded(setup, f, a, b, closed, level):
    """The integral on a vertex whose pullback integrates what the integrand pulls back.

    closed: the vertices that the integrand depends on.
    """
    low, high = (strip(x, low=level, high=level + 1) for x in (a, b))
    ends = [own_vertex(x, level) for x in (a, b)]
    outer = list(dict.fromkeys([*closed, *[v for v in ends if v is not None]]))

    def value(x):
        out = f(x)
        if own_vertex(out, level) and not closed:
            raise partial_use(setup)
        return strip(out, low=level, high=level + 1)

    def pull(g, out, see):
        bounds, integrand = ((a, b), f) if see else ((low, high), value)
        found = {}
        if closed:
            rate = partial(pulled_at, setup, f, g, closed, see)
            found = unpacked(integral(setup, rate, *bounds), closed)
        for x, v, sign in zip(bounds, ends, (-1.0, 1.0)):
            if v is not None:
                found[v] = total([found.get(v), sign * (g * integrand(x)).sum()])
        return found

    found = integral(setup, value, low, high)
    return answered("quad", [found], level, outer, pull)[0]


def pulled_at(setup, f, g, closed, see, x):
    """What the integrand at `x` pulls back to the vertices that it depends on, as one vector."""
    with GradMode(True):
        x = 1.0 * x  # on a vertex of its own, where x is a bound that the function also closes over
        since = new_time()
        y = f(x)
        if type(y) is not Tensor or y.vertex is None:
            return np.zeros(sum(width(v) for v in closed))
        found = sweep({y.vertex: g}, see or present, since=since)
    found.pop(getattr(x, "vertex", None), None)
    if any(c is not None and v not in closed for v, c in found.items()):
        raise partial_use(setup)
    parts = [found.get(v) for v in closed]
    return packed([np.zeros(v.shape, v.dtype) if c is None else c for v, c in zip(closed, parts)])


def unpacked(vector, vertices):
    """The parts of a vector by vertices."""
    found, start = {}, 0
    for v in vertices:
        stop = start + width(v)
        found[v] = piece(vector[start:stop], v)
        start = stop
    return found
