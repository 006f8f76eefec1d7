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
from typing import Any, NamedTuple

import numpy as np

from ...core.errors import RuleError
from ...core.op import TRACED
from ...core.tree import tree_map
from ...interpret.batch import Batched
from ...interpret.forward import Dual, dual
from ...interpret.grad_mode import GradMode
from ...interpret.series import Series, series
from ...interpret.sweep import sweep
from ...interpret.tape import Tensor, new_tensor
from ...interpret.vertex import leaf
from ...ops.choose import zeros_like
from ...ops.move import concatenate, moveaxis
from .levels import (
    ConvergenceError,
    answered,
    isolated,
    new_time,
    older,
    present,
    rebatch,
    strip,
    unbatch,
)
from .solver import scipy_part
from .theorem import jacobian_of

IMPLICIT = ("Radau", "BDF", "LSODA")  # methods that take a Jacobian
NODES = {"RK23": 4, "RK45": 5, "DOP853": 8, "Radau": 5, "BDF": 6, "LSODA": 8}  # in each step


class Setup(NamedTuple):
    """How to integrate: the public function, SciPy's method and tolerances, other options.

    exact: whether the method gets the exact Jacobian.
    """

    name: str
    called: str
    method: str
    rtol: float
    atol: Any
    options: dict
    exact: bool = True

    @property
    def nodes(self):
        """Gauss's nodes in [-1, 1] and their weights."""
        return np.polynomial.legendre.leggauss(NODES[self.method])


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
    traced = [x for x in (y0, slope) if type(x) in TRACED]
    if not traced:
        return in_numbers(setup, rhs, y0, times, dense)
    level = max(x.level for x in traced)
    example = next(x for x in traced if x.level == level)
    if type(example) is Tensor:
        return recorded(setup, rhs, y0, slope, times, dense, level, since)
    if type(example) is Batched:
        size = example.value.shape[0]
        return together(setup, rhs, y0, times, dense, {"level": level, "size": size})
    count = len(example.coefficients) if type(example) is Series else 2
    return enlarged(setup, rhs, y0, times, dense, level, type(example), count)


def in_numbers(setup, rhs, y0, times, dense):
    """SciPy's solution."""

    def slope(t, y):
        found = rhs(t, y)
        if type(found) in TRACED:
            raise RuleError(
                f"{setup.name}: {setup.called} uses a traced variable at some times only; "
                "give that variable as an argument"
            )
        return found

    options = dict(setup.options)
    if setup.method in IMPLICIT and setup.exact:
        options["jac"] = lambda t, y: jacobian_of(lambda v: rhs(t, v), y)
    with GradMode(False):
        found = scipy_part(setup.name, "integrate").solve_ivp(
            slope, (times[0], times[-1]), y0, t_eval=times, dense_output=dense,
            method=setup.method, rtol=setup.rtol, atol=setup.atol, **options,
        )  # fmt: skip
    if not found.success or not np.all(np.isfinite(found.y)):
        reason = "the solution left the finite numbers" if found.success else found.message
        raise ConvergenceError(
            f"{setup.name} did not converge for {setup.called} from y0: {reason.rstrip('.')}; give "
            "larger tolerances, a shorter time, or a method for stiff equations such as 'Radau'"
        )
    if not dense:
        return Path(found.y.T)
    edges = found.sol.ts
    nodes = found.sol(node_times(setup, edges).ravel()).T
    return Path(found.y.T, edges, nodes.reshape(len(edges) - 1, -1, len(y0)))


def node_times(setup, edges):
    """The times of the nodes of each step, shape (K, q)."""
    middle, half = (edges[1:] + edges[:-1]) / 2, (edges[1:] - edges[:-1]) / 2
    return middle[:, None] + half[:, None] * setup.nodes[0]


# ------------------------------------------------------------------ forward mode, and vmap


def enlarged(setup, rhs, y0, times, dense, level, kind, count):
    """The state with its tangent, or with its Taylor coefficients, as one state."""
    n = y0.shape[0]

    def joined(z):
        parts = [z[..., i * n : (i + 1) * n] for i in range(count)]
        return dual(*parts, level) if kind is Dual else series(parts, level)

    def parts(y):
        if type(y) is not kind or y.level != level:
            found = [y]
        else:
            found = [y.value, y.tangent] if kind is Dual else y.coefficients
        full = [*found, *[None] * (count - len(found))]
        return concatenate([zeros_like(full[0]) if c is None else c for c in full], -1)

    larger = setup._replace(exact=False)
    path = integrate(larger, lambda t, z: parts(rhs(t, joined(z))), parts(y0), times, dense)
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
