"""lse: the logarithm of a sum of exponentials, and its gradient, the softmax."""

from functools import partial

from .problem import Problem, floats, random


def log_sum_exp(m, x):
    """log(sum(exp(x))), shifted by the largest entry."""
    top = m.max(x)
    return m.log(m.sum(m.exp(x - top))) + top


def inputs():
    """Ten lengths, doubling."""
    return [
        (f"n = {n:,}", lambda n=n: {"x": random().uniform(size=n).tolist()})
        for n in (2500 * 2**i for i in range(10))
    ]


PROBLEM = Problem(
    read=lambda given: ((), floats(given, "x")),
    functions={
        "primal": lambda to, static: to.compiled(partial(log_sum_exp, to.m)),
        "gradient": lambda to, static: to.compiled(to.m.grad(partial(log_sum_exp, to.m))),
    },
    inputs=inputs,
)
