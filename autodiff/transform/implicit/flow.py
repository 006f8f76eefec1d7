"""Solutions of ordinary differential equations between levels.

SciPy integrates numbers.  Each level of the values that an equation depends on makes of it a larger
one of lower levels: in forward mode the state and its tangent, of a vmap all examples together, and
in reverse mode the adjoint λ' = -(∂f/∂y)ᵀ λ backward in time, with ā = ∫ (∂f/∂a)ᵀ λ dt.  So every
order of nested derivatives is again an integration with SciPy's error control.

The adjoint reads the state from polynomials through the nodes of each step of SciPy's, so nothing
is integrated backward that is stable forward only.  Sources: Cao, Li, Petzold and Serban 2003,
doi:10.1137/S1064827501380630 (the adjoint); Hairer, Nørsett and Wanner 1993, section II.6 (dense
output).
"""

from bisect import bisect_right
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from ...core.errors import RuleError
from ...core.op import TRACED
from ...core.values import total
from ...interpret.backward import present
from ...interpret.batch import Batched
from ...interpret.forward import Dual, dual
from ...interpret.grad_mode import GradMode
from ...interpret.graph import Node
from ...interpret.series import Series, series
from ...interpret.sweep import sweep
from ...interpret.tape import Tensor, new_tensor
from ...interpret.vertex import leaf
from ...ops.choose import zeros_like
from ...ops.move import concatenate, moveaxis
from .answers import answered, new_time, older
from .levels import Unfed, isolated, own_vertex, parts, rebatch, strip, traced_leaves, unbatch
from .solver import ConvergenceError, scipy_part
from .theorem import jacobian_of, numbers_below

IMPLICIT = ("Radau", "BDF", "LSODA")  # methods that take a Jacobian
NODES = {"RK23": 4, "RK45": 5, "DOP853": 8, "Radau": 5, "BDF": 6, "LSODA": 8}  # in each step


class Setup(NamedTuple):
    """How to integrate: the public function, SciPy's method and tolerances, other options.

    known: the traced values that the equation may use at any time.  log: SciPy's results so far.
    adjoint: "continuous" or "discrete".  exact: whether the method gets the exact Jacobian.
    """

    name: str
    called: str
    method: str
    rtol: float
    atol: Any
    options: dict
    known: list
    log: list
    adjoint: str
    exact: bool = True

    @property
    def nodes(self):
        """Gauss's nodes in [-1, 1] and their weights."""
        return gauss(NODES[self.method])


@cache
def gauss(count):
    """The nodes of Gauss's rule in [-1, 1] and their weights."""
    return np.polynomial.legendre.leggauss(count)


class Path(NamedTuple):
    """States at the times asked for, shape (N, n); the times between SciPy's steps, shape (K + 1),
    and the states at the nodes of each step, shape (K, q, n), or None."""

    states: Any
    edges: Any = None
    nodes: Any = None

    def mapped(self, f):
        """`f` of the states, and of those at the nodes."""
        nodes = None if self.nodes is None else f(self.nodes)
        return Path(f(self.states), self.edges, nodes)


def integrate(setup, rhs, y0, times, dense=False) -> Path:
    """The solution of y' = rhs(t, y), y(times[0]) = y0, at the times, which are plain numbers."""
    since = new_time()
    slope = rhs(times[0], y0)
    traced = traced_leaves([y0, slope, setup.known])
    if not traced:
        return in_numbers(setup, rhs, y0, times, dense)
    level = max(x.level for x in traced)
    example = next(x for x in traced if x.level == level)
    if type(example) is Node:
        raise Unfed(example)
    values, setup = setup.known, setup._replace(known=parts(setup.known, level))
    if type(example) is Tensor:
        outer = older([slope, y0, *values], level, since)
        return recorded(setup, rhs, y0, outer, times, dense, level)
    if type(example) is Batched:
        size = example.value.shape[0]
        return together(setup, rhs, y0, times, dense, {"level": level, "size": size})
    if type(example) in (Dual, Series):
        count = 2 if type(example) is Dual else len(example.coefficients)
        return enlarged(setup, rhs, y0, times, dense, level, type(example), count)
    start = strip(y0, low=level, high=level + 1)
    path = integrate(setup, isolated_rate(rhs, level), start, times, dense)  # it only watches
    return path.mapped(example.lifted)


def isolated_rate(rhs, level):
    """The right side without what one level knows of it."""
    return lambda t, y: isolated(lambda v: rhs(t, v), level, level + 1)(y)


def in_numbers(setup, rhs, y0, times, dense):
    """SciPy's solution at the times."""
    found = by_scipy(setup, rhs, y0, (times[0], times[-1]), times, dense)
    if not dense:
        return Path(found.y.T)
    edges = found.sol.ts
    nodes = found.sol(node_times(setup, edges).ravel()).T
    return Path(found.y.T, edges, nodes.reshape(len(edges) - 1, -1, len(y0)))


def by_scipy(setup, rhs, y0, span, times=None, dense=False, events=None):
    """SciPy's result; at its own steps without times."""

    def slope(t, y):
        found = rhs(t, y)
        if type(found) in TRACED:
            raise partial_use(setup)
        return found

    options = dict(setup.options)
    if setup.method in IMPLICIT and setup.exact:
        options["jac"] = lambda t, y: jacobian_of(lambda v: rhs(t, v), y)
    with GradMode(False):
        found = scipy_part(setup.name, "integrate").solve_ivp(
            slope, span, y0, t_eval=times, dense_output=dense, method=setup.method,
            rtol=setup.rtol, atol=setup.atol, events=events, **options,
        )  # fmt: skip
    if not found.success or not np.all(np.isfinite(found.y)):
        reason = "the solution left the finite numbers" if found.success else found.message
        raise ConvergenceError(
            f"{setup.name} did not converge for {setup.called} from y0: {reason.rstrip('.')}; give "
            "larger tolerances, a shorter time, or a method for stiff equations such as 'Radau'"
        )
    setup.log.append(found)
    return found


def partial_use(setup):
    """The error of an equation that depends on a traced variable now and not then."""
    return RuleError(
        f"{setup.name}: {setup.called} uses a traced variable at some times only; "
        "give that variable as an argument"
    )


def node_times(setup, edges):
    """The times of the nodes of each step, shape (K, q)."""
    middle, half = (edges[1:] + edges[:-1]) / 2, (edges[1:] - edges[:-1]) / 2
    return middle[:, None] + half[:, None] * setup.nodes[0]


class Pieces(NamedTuple):
    """Where to interpolate: the times of the steps, ascending once they have the sign, the places
    of the nodes in [-1, 1], and their weights in the barycentric formula."""

    edges: Any
    ascending: list
    sign: float
    places: Any
    weights: Any


def interpolation(setup, edges):
    """The Pieces of a path with these edges."""
    sign, places = 1.0 if edges[-1] > edges[0] else -1.0, setup.nodes[0]
    gaps = places[:, None] - places + np.eye(len(places))
    return Pieces(edges, (edges * sign).tolist(), sign, places, 1 / gaps.prod(axis=1))


def polynomial(pieces, nodes, t):
    """The state at any time: the polynomial through the nodes of the step."""
    step = bisect_right(pieces.ascending, t * pieces.sign) - 1
    step = min(max(step, 0), len(pieces.edges) - 2)
    a, b = pieces.edges[step], pieces.edges[step + 1]
    away = (2 * t - a - b) / (b - a) - pieces.places
    here = np.flatnonzero(away == 0)
    weights = np.zeros(len(away))
    if len(here):
        weights[here] = 1.0
    else:
        weights = pieces.weights / away
        weights = weights / weights.sum()
    return (nodes[step] * weights[:, None]).sum(axis=0)


# ------------------------------------------------------------------ forward mode, and vmap


def enlarged(setup, rhs, y0, times, dense, level, kind, count):
    """The state with its tangent, or with its Taylor coefficients, as one state."""
    n = y0.shape[0]

    def joined(z):
        terms = [z[..., i * n : (i + 1) * n] for i in range(count)]
        return dual(terms[0], terms[1], level) if kind is Dual else series(terms, level)

    def split(y):
        if type(y) is not kind or y.level != level:
            found = [y]
        else:
            found = [y.value, y.tangent] if kind is Dual else y.coefficients
        full = [*found, *[None] * (count - len(found))]
        return concatenate([zeros_like(full[0]) if c is None else c for c in full], -1)

    larger = setup._replace(exact=False)
    path = integrate(larger, lambda t, z: split(rhs(t, joined(z))), split(y0), times, dense)
    return path.mapped(joined)


def together(setup, rhs, y0, times, dense, which):
    """All examples of a vmap as one state."""
    n, size = y0.shape[0], which["size"]

    def one(z):
        lead = z.shape[:-1]
        return rebatch(moveaxis(z.reshape((*lead, size, n)), -2, 0), **which)

    def all_of(y):
        return unbatch(y, **which).reshape(-1)

    path = integrate(setup, lambda t, z: all_of(rhs(t, one(z))), all_of(y0), times, dense)
    return path.mapped(one)


# ------------------------------------------------------------------ reverse mode


def recorded(setup, rhs, y0, outer, times, dense, level):
    """The states on a vertex whose pullback integrates the adjoint; outer: its parents."""
    start, first = strip(y0, low=level, high=level + 1), own_vertex(y0, level)

    below = isolated_rate(rhs, level)
    path = integrate(setup, below, start, times, dense or bool(outer))

    def pull(g, out, see):
        nodes = path.nodes if see is None else out[1]
        back = Adjoint(setup, rhs, level, path.edges, nodes, see, outer)
        back.whole = any(v is not first for v in outer)
        return back.pulled(times, g[0], g[1], first)

    if not outer:
        (states,) = answered(setup.name, [path.states], level, outer, pull)
        return path._replace(states=states)
    states, nodes = answered(setup.name, [path.states, path.nodes], level, outer, pull)
    return Path(states, path.edges, nodes if dense else None)


class Adjoint:
    """The pullback of a solution: λ' = -(∂f/∂y)ᵀ λ and the integral of (∂f/∂a)ᵀ λ.

    edges, nodes: the times of the steps of the solution and its states at their nodes.
    see: what rules are shown; None at first order.  known: the vertices that may be met.
    whole: whether there is anything beside the state that the equation depends on.
    """

    whole = True

    def __init__(self, setup, rhs, level, edges, nodes, see, known):
        self.setup, self.rhs, self.level, self.see = setup, rhs, level, see
        self.edges, self.nodes, self.known = edges, nodes, known
        self.sign = 1.0 if edges[-1] > edges[0] else -1.0
        self.pieces = interpolation(setup, edges)
        self.found = {}

    def transposed(self, t, g):
        """(∂f/∂y)ᵀ g and {vertex: (∂f/∂a)ᵀ g} at time t."""
        with GradMode(True):
            y = polynomial(self.pieces, self.nodes, t)
            if self.see is None:
                y = new_tensor(y, leaf(y), self.level)
            since = new_time()
            slope = self.rhs(t, y)
            if type(slope) is not Tensor or slope.level != self.level or slope.vertex is None:
                return np.zeros(y.shape), {}
            found = sweep({slope.vertex: g}, self.see or present, since=since)
        mine = found.pop(y.vertex, None)
        heard = [v for v, c in found.items() if c is not None]
        if any(v not in self.known for v in heard):
            raise partial_use(self.setup)
        self.whole = self.whole or bool(heard)
        return np.zeros(y.shape) if mine is None else mine, found

    def pulled(self, times, g, at_nodes, first):
        """The cotangents of the start and of all that the equation depends on.

        g: the cotangent of the states at the times; at_nodes: that of the states at the nodes.
        first: the vertex of the start, None for a constant.
        """
        jumps = dict(zip(times, [None] * len(times) if g is None else list(g)))
        if at_nodes is not None:
            for step, row in enumerate(node_times(self.setup, self.edges)):
                for k, t in enumerate(row):
                    jumps[t] = total([jumps.get(t), at_nodes[step, k]])
        order = [
            t for t in sorted(jumps, reverse=self.sign > 0) if t == times[0] or heard(jumps[t])
        ]
        g, before = None, None
        for t in order:
            if g is not None:
                g = self.carried(g, before, t)
            g, before = total([g, jumps[t]]), t
        if first is not None:
            self.add({first: g})
        return self.found

    def carried(self, g, start, stop):
        """The adjoint at `stop` of what it is at `start`, backward in time."""
        scale = min(np.abs(numbers_below(g)).max(initial=0.0), 1.0) or 1.0
        known = [*self.setup.known, *traced_leaves(self.nodes)]
        setup = self.setup._replace(
            atol=np.min(self.setup.atol) * scale, called="the adjoint", known=known
        )

        def slope(t, g):
            return -self.transposed(t, g)[0]

        span, whole = np.array([start, stop]), self.whole
        path = integrate(setup, slope, g, span, whole)
        if self.whole and not whole:  # the start itself was met beside the state
            path = integrate(setup, slope, g, span, dense=True)
        if self.whole:
            self.gather(path)
        return path.states[-1]

    def gather(self, path):
        """Add the integral over a path of the adjoint, by Gauss's rule in each of its steps."""
        times, half = node_times(self.setup, path.edges), -np.diff(path.edges) / 2
        for step, row in enumerate(times):
            for k, t in enumerate(row):
                weight = half[step] * self.setup.nodes[1][k]
                self.add(self.transposed(t, path.nodes[step, k] * weight)[1])

    def add(self, more):
        """Add cotangents up."""
        for v, c in more.items():
            self.found[v] = total([self.found.get(v), c])


def heard(g):
    """Whether a cotangent may be other than zero."""
    return g is not None and (type(g) in TRACED or bool(np.any(g)))
