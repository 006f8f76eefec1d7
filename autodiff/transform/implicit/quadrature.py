"""Integrals over an interval, by SciPy's adaptive quadrature, with Leibniz's rule."""

from functools import partial
from typing import Any, NamedTuple

import numpy as np

from ...core.errors import ArgumentError, RuleError
from ...core.op import TRACED, new_level
from ...core.spec import Spec
from ...core.tree import flatten, tree_map
from ...core.values import total
from ...interpret.backward import present
from ...interpret.batch import Batched
from ...interpret.forward import Dual, dual
from ...interpret.grad_mode import GradMode
from ...interpret.graph import Node
from ...interpret.series import Series, series
from ...interpret.sweep import sweep
from ...interpret.tape import Tensor
from ...ops.choose import zeros_like
from ..function import result
from .answers import answered, deferred, new_time, older
from .examples import by_examples
from .levels import (
    Unfed,
    chain,
    isolated,
    numbers,
    own_vertex,
    parts,
    rebatch,
    strip,
    traced_leaves,
    unbatch,
)
from .solver import ConvergenceError, name_of, packed_args, scipy_part
from .theorem import numbers_below
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
    points: Any
    throw: bool
    errors: list
    known: list


def quad(
    func, a, b, args=(), *, epsabs=1.49e-8, epsrel=1.49e-8, limit=50, points=None, throw=True
) -> Any:  # fmt: skip
    """The integral of func(x, *args) for x from `a` to `b`, which carries all its derivatives.

    func: returns a number, or a container of arrays, for a number x; complex ones too.
    a, b: the bounds, which may be infinite.
    epsabs, epsrel, limit, points: as in scipy.integrate.quad, which integrates a number; quad_vec
    integrates arrays.  points: where the integrand has kinks or singularities, plain numbers.
    throw: whether to raise where SciPy's estimate of the error misses the tolerance by far.
    Returns (integral, estimate of its error), as SciPy does; the estimate is a plain number.

    Leibniz's rule: İ = f(b) ḃ - f(a) ȧ + ∫ ∂f/∂a ȧ dx, in forward and in reverse mode, of any
    order, in the bounds, the args and what `func` closes over; the integrals of derivatives are
    integrated to the same tolerances.  Under vmap one interval is integrated for all examples.
    Raises ConvergenceError, ImportError without SciPy.

    >>> area = lambda b: quad(lambda x: x * x, 0.0, b)[0]
    >>> np.round(area(3.0), 9).item(), float(grad(area)(3.0))
    (9.0, 9.0)
    """
    settings = {"epsabs": epsabs, "epsrel": epsrel, "limit": limit, "points": points}
    settings["throw"] = throw
    if not callable(func):
        raise ArgumentError(f"quad: the function is a {type(func).__name__}; it needs one")

    def call(trees, view):
        a, b, args = trees
        a, b, high, seen = result(a), result(b), new_level(), view(func)
        if a.shape or b.shape:
            raise ArgumentError(f"quad: bounds of shapes {a.shape} and {b.shape}; they are numbers")
        out = seen(middle(*[numbers(x, high) for x in (a, b)]), *args)
        layout = Layout("quad: the integrand", tree_map(result, out))
        setup = Setup(name_of(func), **settings, errors=[], known=traced_leaves(args))
        found = integral(setup, lambda x: packed(flatten(seen(x, *args))[0]), a, b)
        return layout.final(found), setup.errors[0]

    def again(a, b, args):
        return quad(func, a, b, args, **settings)[0]

    trees = (a, b, packed_args(args))
    node = deferred("quad", again, trees, Spec(None, None))
    return by_examples(call, trees, closed=True) if node is None else (node, None)


def middle(a, b):
    """A plain number between the bounds."""
    a, b = (float(numbers_below(x)) for x in (a, b))
    if np.isinf(a):
        return 0.0 if np.isinf(b) else b + np.sign(a)
    return a + np.sign(b) if np.isinf(b) else a + 0.49 * (b - a)


def integral(setup, f, a, b) -> Any:
    """The integral of a vector f(x) between bounds of any level."""
    since = new_time()
    y = f(middle(a, b))
    traced = traced_leaves([y, a, b, setup.known])
    if not traced:
        return in_numbers(setup, f, float(a), float(b), y.shape[0])
    level = max(x.level for x in traced)
    example = next(x for x in traced if x.level == level)
    if type(example) is Node:
        raise Unfed(example)
    values, setup = setup.known, setup._replace(known=parts(setup.known, level))
    if type(example) is Tensor:
        return recorded(setup, f, a, b, older([y, *values], level, since), level)
    if type(example) is Batched:
        return together(setup, f, a, b, y, level, example.value.shape[0])
    if type(example) is Dual:
        return pushed(setup, f, a, b, level)
    if type(example) is Series:
        return expanded(setup, f, a, b, level, len(example.coefficients))
    low, high = (strip(x, low=level, high=level + 1) for x in (a, b))
    found = integral(setup, lambda x: strip(f(x), low=level, high=level + 1), low, high)
    return example.lifted(found)  # it only watches


def in_numbers(setup, f, a, b, size):
    """SciPy's integral."""
    integrate = scipy_part("quad", "integrate")
    tolerances = {"epsabs": setup.epsabs, "epsrel": setup.epsrel, "limit": setup.limit}
    if setup.points is not None:
        tolerances["points"] = setup.points

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
    if setup.throw and (not np.all(np.isfinite(value)) or (message and not error <= allowed)):
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
    """The Taylor series of the integral; what moving bounds add lies between them and themselves.

    From b0 to b = b0 + d it is the integral of f(b0 + s d) d for s from 0 to 1.
    """
    low, high = (strip(x, low=level, high=level + 1) for x in (a, b))
    pieces = [(setup, f, low, high, 1.0)]
    for bound, x, sign in ((a, low, -1.0), (b, high, 1.0)):
        if type(bound) is Series and bound.level == level:
            pieces.append((setup._replace(points=None), moving(f, x, bound - x), 0.0, 1.0, sign))

    def coefficient(g, k, x):
        y = g(x)
        own = type(y) is Series and y.level == level
        c = y.coefficients[k] if own else y if k == 0 else None
        return zeros_like(y.value if own else y) if c is None else c

    terms = [
        total(
            [sign * integral(s, partial(coefficient, g, k), *ends) for s, g, *ends, sign in pieces]
        )
        for k in range(count)
    ]
    return series(terms, level)


def moving(f, x, change):
    """The integrand of the integral of `f` from x to x + change, for s from 0 to 1."""
    return lambda s: f(x + s * change) * change


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
        back = partial(pulled_at, setup, f, g, closed, level, see)
        for group in alike(back(middle(*bounds)), closed):
            rate = partial(packed_at, back, group)
            found |= unpacked(integral(setup, rate, *bounds), group)
        for x, v, sign in zip(bounds, ends, (-1.0, 1.0)):
            if v is not None:
                found[v] = total([found.get(v), sign * (g * integrand(x)).sum()])
        return found

    found = integral(setup, value, low, high)
    return answered("quad", [found], level, outer, pull)[0]


def pulled_at(setup, f, g, closed, level, see, x):
    """What the integrand at `x` pulls back to the vertices that it depends on."""
    with GradMode(True):
        x = 1.0 * x  # on a vertex of its own, where x is a bound that the function also closes over
        since = new_time()
        y = f(x)
        if own_vertex(y, level) is None:
            return {}
        found = sweep({y.vertex: g}, see or present, since=since)
    found.pop(getattr(x, "vertex", None), None)
    if any(c is not None and v not in closed for v, c in found.items()):
        raise partial_use(setup)
    return found


def alike(found, vertices):
    """Vertices in groups whose cotangents have the same levels, and can be one vector."""
    groups = {}
    for v in vertices:
        c = found.get(v)
        levels = v if c is None else tuple([y.level for y in chain(c)])
        groups.setdefault(levels, []).append(v)
    return groups.values()


def packed_at(back, group, x):
    """The cotangents of a group of vertices as one vector."""
    found = back(x)
    parts = [found.get(v) for v in group]
    return packed([np.zeros(v.shape, v.dtype) if c is None else c for v, c in zip(group, parts)])


def unpacked(vector, vertices):
    """The parts of a vector by vertices."""
    found, start = {}, 0
    for v in vertices:
        stop = start + width(v)
        found[v] = piece(vector[start:stop], v)
        start = stop
    return found
