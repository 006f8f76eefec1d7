"""ode: Runge and Kutta's method over a chain of equations, and the gradient of its last entry."""

from functools import partial

import numpy as np

from .problem import Problem, floats, random


def slope(m, x, y):
    """F_0 = x_0, F_i = x_i y_{i-1}: the product follows the shift, so that it needs no array."""
    return x * m.concatenate([np.ones(1), y[:-1]])


def step(m, h, x, y):
    """One step of the classical method."""
    a = slope(m, x, y)
    b = slope(m, x, y + 0.5 * h * a)
    c = slope(m, x, y + 0.5 * h * b)
    d = slope(m, x, y + h * c)
    return y + (h / 6) * (a + 2 * b + 2 * c + d)


def solution(m, count):
    """The function of x (n,): y (n,) at 2, from 0 at 0, in `count` equal steps."""
    one = partial(step, m, 2.0 / count)

    def f(x):
        return m.fori_loop(0, count, lambda i, y: one(x, y), np.zeros(x.shape))

    return f


def last_entry(to, static):
    """The gradient of the last entry by x."""
    f = solution(to.m, *static)
    return to.compiled(to.m.grad(lambda x: f(x)[-1]))


def read(given):
    """The number of steps is static."""
    return (int(given["s"]),), floats(given, "x")


def inputs():
    """Lengths by numbers of steps."""
    return [
        (f"n = {n:,}, s = {s}", partial(generated, n, s))
        for n in (1000, 10000, 100000)
        for s in (1, 10, 100)
    ]


def generated(n, s):
    """Uniform coefficients."""
    return {"x": random().uniform(size=n).tolist(), "s": s}


PROBLEM = Problem(
    read=read,
    functions={
        "primal": lambda to, static: to.compiled(solution(to.m, *static)),
        "gradient": last_entry,
    },
    inputs=inputs,
)
