"""hello: the square of a number, and its derivative."""

import numpy as np

from .problem import Problem


def square(x):
    """x²"""
    return x * x


def inputs():
    """The four numbers asked for."""
    return [(f"x = {x}", lambda x=x: x) for x in (1.0, 2.0, 4.0, 8.0)]


PROBLEM = Problem(
    read=lambda given: ((), (np.asarray(given, np.float64),)),
    functions={
        "square": lambda to, static: to.compiled(square),
        "double": lambda to, static: to.compiled(to.m.grad(square)),
    },
    inputs=inputs,
)
