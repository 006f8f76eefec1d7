"""Minima under constraints: SciPy finds them, the equations of Karush, Kuhn and Tucker are solved
for their derivatives.

With the constraints that hold the answer, c(x, a) = b, and their multipliers m it is a root of
∇f - (∂c/∂x)ᵀ m = 0, c - b = 0, to which the implicit function theorem applies.
Source: Fiacco 1976, doi:10.1007/BF01580677; Nocedal and Wright 2006, chapter 12.
"""

from functools import partial
from typing import NamedTuple

import numpy as np

from ...core.op import EAGER
from ...interpret.grad_mode import GradMode
from ...ops.choose import where
from ...ops.move import broadcast_to, concatenate
from ..reverse import grad
from .levels import isolated, numbers
from .problem import DENSE, linear_solver, polished
from .solver import ConvergenceError, name_of, scipy_part
from .theorem import Dense, Unsolved, implicit, jacobian_of

NEAR = 1e-3  # of the size of x: how far SciPy may stop from a constraint that holds it
TIGHT = 1e-8  # relative: a smaller gap or multiplier is none
ROUNDS = 20  # of exchanging constraints that hold against others
SINGULAR = (
    "the constraints that hold the answer are dependent there, or leave a direction in which the "
    "function is flat, so the answer has no derivative; leave out what the others imply"
)


class Held(NamedTuple):
    """What holds an answer: rows of constraints at their limits, and unknowns at their bounds.

    rows, low, high: 1 where a lower limit holds, -1 where an upper one does, 0 where none; rows
    has 2 for equations.  multipliers: of the rows.
    """

    rows: np.ndarray
    unknowns: np.ndarray
    multipliers: np.ndarray


class Kuhn:
    """The equations of Karush, Kuhn and Tucker for what holds an answer.

    walls: bounds of the unknowns, or None.
    """

    def __init__(self, problem, objective, constraints, walls):
        self.problem, self.objective, self.constraints = problem, objective, constraints
        n = problem.layout.size
        low, high = constraints.bounds()
        self.limits = {1: low, -1: high}
        infinite = np.full(n, np.inf)
        self.walls = {1: -infinite, -1: infinite} if walls is None else dict(zip((1, -1), walls))
        inside = {s: numbers(w, problem.high).astype(float) for s, w in self.limits.items()}
        self.numbers = inside
        self.bounds = {
            s: np.broadcast_to(numbers(w, problem.high), (n,)).astype(float)
            for s, w in self.walls.items()
        }

    def residual(self, held, z, fixed=False):
        """∇f - (∂c/∂x)ᵀ m, or the distance to a bound; and the distances to the limits."""
        problem, chosen = self.problem, np.flatnonzero(held.rows)
        n = problem.layout.size
        v, m = z[:n], z[n:]
        args = problem.fixed if fixed else problem.args

        def lagrange(v):
            rows = self.constraints.rows(v, fixed)[chosen]
            return self.objective(v, args) - (rows * m).sum()

        slope = grad(lagrange)(v)
        for side, wall in self.walls.items():
            at = held.unknowns == side
            if at.any():
                slope = where(at, v - where(at, broadcast_to(wall, v.shape), 0.0), slope)
        upper = held.rows[chosen] == -1
        target = where(upper, self.limits[-1][chosen], self.limits[1][chosen])
        return concatenate([slope, self.constraints.rows(v, fixed)[chosen] - target])

    def plain(self, held, z):
        """The residual without any derivative of the outside."""
        seen = partial(self.residual, held, fixed=True)
        return isolated(seen, EAGER, self.problem.high)(z)

    def measured(self, x):
        """Rows, their Jacobian and the gradient, in numbers."""
        high, n = self.problem.high, len(self.problem.start)
        rows = isolated(partial(self.constraints.rows, fixed=True), EAGER, high)
        free = isolated(partial(self.objective, args=self.problem.fixed), EAGER, high)
        jacobian = numbers(jacobian_of(rows, x), high).reshape(-1, n)
        return numbers(rows(x), high), jacobian, numbers(grad(free)(x), high)

    def gaps(self, x, values):
        """Distances to the limits and to the bounds, positive inside: {side: (rows, unknowns)}."""
        return {
            s: (s * (values - self.numbers[s]), s * (x - self.bounds[s])) for s in (1, -1)
        }  # fmt: skip

    def guessed(self, x):
        """What holds `x`, near which SciPy stopped: where least squares find multipliers."""
        values, jacobian, slope = self.measured(x)
        size, n = NEAR * (1 + np.abs(x).max()), len(x)
        steep = np.linalg.norm(jacobian, axis=1) + TIGHT
        equations = self.numbers[1] == self.numbers[-1]
        columns, names = [], []
        for s, (rows, unknowns) in self.gaps(x, values).items():
            for i in np.flatnonzero(~equations & (rows <= size * steep)):
                columns.append(s * jacobian[i])
                names.append((0, i, s))
            for j in np.flatnonzero(unknowns <= size):
                columns.append(s * np.eye(n)[j])
                names.append((1, j, s))
        for i in np.flatnonzero(equations):
            columns += [jacobian[i], -jacobian[i]]
            names += [(0, i, 2), (0, i, -2)]
        found = [np.zeros(len(values), int), np.zeros(n, int)]
        found[0][equations] = 2
        multipliers = np.zeros(len(values))
        if columns:
            matrix = np.stack(columns, 1)
            weights = scipy_part("minimize", "optimize").nnls(matrix, slope)[0]
            for (part, i, s), w in zip(names, weights):
                if w > TIGHT * np.abs(slope).max() and abs(s) == 1:
                    found[part][i] = s
                if part == 0:
                    multipliers[i] += np.sign(s) * w
        rows, unknowns = found
        return Held(rows, unknowns, multipliers[rows != 0])

    def settled(self, x):
        """(`x` after Newton's steps, what holds it), which is exchanged until all is right."""
        held, n = self.guessed(x), len(x)
        for _ in range(ROUNDS):
            z = self.refined(held, np.concatenate([self.pinned(held, x), held.multipliers]))
            x, m = z[:n], z[n:]
            values, jacobian, slope = self.measured(x)
            rows, unknowns, all_m = held.rows.copy(), held.unknowns.copy(), np.zeros(len(values))
            all_m[rows != 0] = m
            pull = slope - jacobian.T @ all_m
            wrong = (np.abs(rows) == 1) & (rows * all_m < 0)
            freed = (unknowns != 0) & (unknowns * pull < 0) & (self.bounds[1] < self.bounds[-1])
            rows[wrong], unknowns[freed] = 0, 0
            steep = TIGHT * (1 + np.abs(x).max())
            for s, (to_rows, to_unknowns) in self.gaps(x, values).items():
                rows[(rows == 0) & (to_rows < -steep * np.linalg.norm(jacobian, axis=1))] = s
                unknowns[(unknowns == 0) & (to_unknowns < -steep)] = s
            same = np.array_equal(rows, held.rows) and np.array_equal(unknowns, held.unknowns)
            held = Held(rows, unknowns, all_m[rows != 0])
            if same:
                break
        return x, held

    def pinned(self, held, x):
        """`x` with the unknowns that a bound holds at their bounds."""
        for s, wall in self.bounds.items():
            x = np.where(held.unknowns == s, wall, x)
        return x

    def refined(self, held, z):
        """Newton's steps towards the root of the equations."""
        if len(z) > DENSE:
            return z
        plain = partial(self.plain, held)
        return polished(lambda z: numbers(plain(z), self.problem.high), plain, z)

    def degenerate(self, x, held):
        """What only just holds the answer, in words; None if nothing does."""
        values, jacobian, slope = self.measured(x)
        steep, size = np.linalg.norm(jacobian, axis=1), 1 + np.abs(x).max()
        multipliers = np.zeros(len(values))
        multipliers[held.rows != 0] = held.multipliers
        pull = slope - jacobian.T @ multipliers
        least = TIGHT * max(np.abs(slope).max(), TIGHT)
        weak = (np.abs(held.rows) == 1) & (np.abs(multipliers) * steep <= least)
        loose = (held.unknowns != 0) & (np.abs(pull) <= least)
        loose &= self.bounds[1] < self.bounds[-1]
        for rows, unknowns in self.gaps(x, values).values():
            weak |= (held.rows == 0) & (rows <= TIGHT * size * steep)
            loose |= (held.unknowns == 0) & (unknowns <= TIGHT * size)
        if weak.any():
            row = int(np.flatnonzero(weak)[0])
            k = int(np.searchsorted(np.cumsum(self.constraints.sizes), row, side="right"))
            within = row - int(np.sum(self.constraints.sizes[:k]))
            return f"row {within} of constraints[{k}]"
        if loose.any():
            return f"the bound of unknown {int(np.flatnonzero(loose)[0])}"
        return None


class Torn:
    """The derivative of an answer that has none: a sentence."""

    def __init__(self, reason, function, x):
        self.reason = reason

    def solve(self, b):
        raise ConvergenceError(self.reason)

    transposed = solve


def differentiated(problem, objective, constraints, found, walls, linear):
    """SciPy's result with derivatives, and with the multipliers of all rows, equations first."""
    name, high, n = problem.name, problem.high, len(found.x)
    kuhn = Kuhn(problem, objective, constraints, walls)
    with GradMode(False):
        if not found.success:
            held = kuhn.guessed(found.x)
            x, solver = found.x, Unsolved
        else:
            x, held = kuhn.settled(found.x)
            reason = kuhn.degenerate(x, held)
            solver = linear_solver(name, linear, n + len(held.multipliers))
            if reason is not None:
                solver = partial(Torn, torn(problem, reason))
            elif getattr(solver, "func", None) is Dense:
                solver = partial(solver, singular=SINGULAR)
    z = np.concatenate([x, held.multipliers])
    z = implicit(name, partial(kuhn.residual, held), z, high, solver)
    order = np.argsort(kuhn.numbers[1] != kuhn.numbers[-1], kind="stable")
    found.multipliers = spread(z[n:], held.rows)[order]
    return problem.finished(found, z[:n])


def torn(problem, reason):
    """The sentence about an active set that is degenerate."""
    return (
        f"{problem.name}: {reason} only just holds the answer of {name_of(problem.f)}, which has a "
        "kink there and no derivative; move that limit, or leave it out"
    )


def spread(m, rows):
    """The multipliers of all rows, zero for those that hold nothing."""
    if not np.any(rows):
        return np.zeros(len(rows))
    place = np.where(rows != 0, np.cumsum(rows != 0) - 1, 0)
    return where(rows != 0, m[place], 0.0)
