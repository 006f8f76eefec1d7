"""particle: the charge that makes a particle land closest to the origin.

The derivatives of the potential and of the path are of either mode.
"""

from functools import partial

import numpy as np

from .descent import argmin
from .problem import Problem, floats

DT = 0.1


def slopes(m, mode):
    """The transform from a function of numbers to its gradient, in forward or reverse mode."""
    return m.jacfwd if mode == "f" else m.grad


def derivative(m, mode, f):
    """The derivative of a function of one number, in forward or reverse mode."""
    if mode == "r":
        return m.grad(f)
    return lambda w: m.jvp(f, (w,), (np.ones(()),))[1]


def potential(m, x, y, w):
    """The potential of charges at (10, 10 - w) and (10, 0)."""
    across = (x - 10.0) ** 2
    return 1 / m.sqrt(across + (y - 10.0 + w) ** 2) + 1 / m.sqrt(across + y * y)


def landing(m, mode):
    """The squared place of landing as a function of the charge's shift."""
    gradient = slopes(m, mode)(partial(potential, m), (0, 1))

    def step(state, w):
        x, y, u, v = (state[i] for i in range(4))
        a, b = gradient(x, y, w)
        return m.stack([x + DT * u, y + DT * v, u - DT * a, v - DT * b])

    def f(w):
        begin = np.array([0.0, 8.0, 0.75, 0.0]) + 0 * w
        old, new = m.while_loop(
            lambda s: s[1][1] > 0, lambda s: (s[1], step(s[1], w)), (begin, begin)
        )
        return (new[0] - new[1] / old[3] * old[2]) ** 2

    return f


def best(modes):
    """The builder of the program with the modes of the outer and the inner derivative."""

    def build(to, static):
        f = landing(to.m, modes[1])
        return to.compiled(partial(argmin, to.m, f, derivative(to.m, modes[0], f)))

    return build


PROBLEM = Problem(
    read=lambda given: ((), floats(given, "w")),
    functions={modes: best(modes) for modes in ("ff", "fr", "rf", "rr")},
    inputs=lambda: [("w = 0", lambda: {"w": 0.0})],
    warm=False,
)
