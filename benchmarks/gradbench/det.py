"""det: the determinant by expansion along rows, in which equal minors are computed once.

D[S] is the minor of the columns S in the last |S| rows; all minors of one size are one step.
"""

from functools import cache, partial
from itertools import combinations

import numpy as np

from .problem import Problem, floats, random


@cache
def minors(size):
    """For each size of S from 2 on: its columns, the minors without each of them, the signs."""
    steps: list = []
    before: dict = {(j,): j for j in range(size)}
    for k in range(2, size + 1):
        subsets = list(combinations(range(size), k))
        less = [[before[s[:i] + s[i + 1 :]] for i in range(k)] for s in subsets]
        steps.append((np.array(subsets), np.array(less), (-1.0) ** np.arange(k)))
        before = {s: i for i, s in enumerate(subsets)}
    return steps


def determinant(m, size, a):
    """The determinant of a matrix given row by row, shape (size²,)."""
    rows = a.reshape((size, size))
    found = rows[size - 1]
    for k, (columns, less, signs) in enumerate(minors(size), 2):
        found = m.sum(rows[size - k][columns] * found[less] * signs, axis=1)
    return found[0]


def read(given):
    """The side is static, the entries are the argument."""
    return (int(given["ell"]),), floats(given, "A")


def inputs():
    """Sides from 5 to 11."""
    return [
        (f"ell = {n}", lambda n=n: {"A": random().uniform(size=n * n).tolist(), "ell": n})
        for n in range(5, 12)
    ]


PROBLEM = Problem(
    read=read,
    functions={
        "primal": lambda to, static: to.compiled(partial(determinant, to.m, *static)),
        "gradient": lambda to, static: to.compiled(to.m.grad(partial(determinant, to.m, *static))),
    },
    inputs=inputs,
)
