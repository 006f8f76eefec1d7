"""The methods that look at the function itself, in functional style: L-BFGS and Newton-CG."""

from functools import partial
from typing import Any

import numpy as np

from ..core.errors import ArgumentError
from ..core.op import TRACED
from .curvature import direction, first_step, remembered
from .finite import finite, require_finite, require_finite_loss
from .flat import Flat
from .functional import Optimizer, opened, opened_gradients
from .line import Point, strong_wolfe
from .trust import RADIUS, newton_step


def lbfgs(learning_rate=1.0, memory=10):
    """L-BFGS with a line search for the strong Wolfe conditions.

    memory: how many pairs of steps and gradients are remembered.
    `update(gradients, state, params, f)` needs the function `f` of the parameters.

    >>> f = lambda x: ((x - 3) ** 2).sum()
    >>> opt, x = lbfgs(), np.zeros(2)
    >>> state = opt.init(x)
    >>> for _ in range(3):
    ...     x, state = opt.update(grad(f)(x), state, x, f)
    >>> x.round(9).tolist()
    [3.0, 3.0]
    """
    if not isinstance(memory, int) or memory < 1:
        raise ArgumentError(f"lbfgs: memory={memory!r}; it needs a whole number, at least 1")
    if callable(learning_rate) or type(learning_rate) in TRACED or not learning_rate > 0:
        raise ArgumentError(f"lbfgs: learning_rate={learning_rate!r}; it needs a number above 0")
    begin = partial(begin_lbfgs, memory)
    return Optimizer("lbfgs", begin, partial(update_lbfgs, float(learning_rate), memory))


def begin_lbfgs(memory, params):
    """Room for the pairs, each a vector of all parameters."""
    opened("lbfgs", params)
    x = Flat("lbfgs", abs, params).start()
    room = np.zeros((memory, len(x)), x.dtype)
    return {"step": np.asarray(0), "pairs": np.asarray(0), "steps": room, "changes": room.copy()}


def update_lbfgs(rate, memory, gradients, state, params, f=None):
    """One line search."""
    problem, x, g, t = flat_update("lbfgs", gradients, state, params, f)
    loss = problem.value(x)
    require_finite_loss("lbfgs", loss, t)
    held = int(state["pairs"])
    pairs = list(zip(state["steps"][:held], state["changes"][:held]))
    x, _, _, pairs, _ = lbfgs_step(problem, x, loss, g, pairs, rate, memory)
    new: dict[str, Any] = {"step": np.asarray(t), "pairs": np.asarray(len(pairs))}
    for i, key in enumerate(("steps", "changes")):
        new[key] = np.zeros_like(state[key])
        if pairs:
            new[key][: len(pairs)] = [pair[i] for pair in pairs]
    return problem.result(x), new


@np.errstate(all="ignore")  # a trial may overflow; the search backs out of it
def lbfgs_step(problem, x, loss, g, pairs, rate, memory):
    """One line search: (vector, loss, gradient, pairs, whether it moved)."""
    d = direction(pairs, g)
    slope = float(g @ d)
    if not slope < 0 and pairs:  # rounding has spoiled the pairs
        pairs, d, slope = [], -g, -float(g @ g)
    if not slope < 0:
        return x, loss, g, pairs, False

    def at(t):
        value, gradient = problem.value_and_gradient(x + t * d)
        if not finite(gradient):
            return Point(t, np.inf, gradient, np.nan)
        return Point(t, value, gradient, float(gradient @ d))

    t = rate if pairs else first_step(g, rate)
    found, _ = strong_wolfe(at, Point(0.0, loss, g, slope), t, float(np.abs(d).max()))
    if not found.t:
        return x, loss, g, pairs, False
    pairs = remembered(pairs, found.t * d, found.gradient - g, memory)
    return x + found.t * d, found.loss, found.gradient, pairs, True


def newton_cg(radius=RADIUS):
    """Newton's method with conjugate gradients, held in a trust region.

    radius: of the region at the start.
    `update(gradients, state, params, f)` needs the function `f` of the parameters; the products
    with its Hessian are exact.  Along negative curvature the step leaves a saddle.

    >>> newton_cg().name
    'newton_cg'
    """
    if not isinstance(radius, (int, float)) or not 0 < radius < np.inf:
        raise ArgumentError(f"newton_cg: radius={radius!r}; it needs a number above 0")
    return Optimizer("newton_cg", partial(begin_newton, float(radius)), update_newton)


def begin_newton(radius, params):
    """The radius to start with."""
    opened("newton_cg", params)
    return {"step": np.asarray(0), "radius": np.asarray(radius)}


def update_newton(gradients, state, params, f=None):
    """One accepted step."""
    problem, x, g, t = flat_update("newton_cg", gradients, state, params, f)
    loss = problem.value(x)
    require_finite_loss("newton_cg", loss, t)
    found = newton_step(problem, x, loss, g, float(state["radius"]))
    new = {"step": np.asarray(t), "radius": np.asarray(found.radius)}
    return problem.result(found.x), new


def flat_update(name, gradients, state, params, f):
    """(the problem, the vector, its gradient, the number of the step)"""
    if f is None:
        raise ArgumentError(
            f"{name}: it looks at the function itself; call update(gradients, state, params, f)"
        )
    values, structure, names = opened(name, params)
    pulled = opened_gradients(name, gradients, structure, values, names)
    t = int(state["step"]) + 1
    require_finite(name, "gradient", pulled, names, t)
    problem = Flat(name, f, params)
    return problem, problem.start(), problem.vector(pulled), t
