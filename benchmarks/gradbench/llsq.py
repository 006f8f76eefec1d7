"""llsq: the distance between a polynomial and the sign function, at equidistant places."""

import numpy as np

from .problem import Problem, floats, random

INNER = 16  # t^j = t^(16 a) t^b: the polynomial is one product of matrices with 16 columns


def places(m, order, size):
    """The signs of t in [-1, 1], its first powers, and the powers of its sixteenth power."""
    t = 2.0 * order / (order.shape[0] - 1) - 1.0
    inner = min(INNER, size)
    low = powers(m, t, inner + 1)
    return m.sign(t), low[:, :inner], powers(m, low[:, inner], -(-size // inner))


def powers(m, t, count):
    """t⁰, t¹, … as columns: each is the product of the two of half its exponent."""
    found = [m.ones_like(t), t]
    for j in range(2, count):
        found.append(found[j // 2] * found[j - j // 2])
    return m.stack(found[:count], axis=1)


def half_square(m):
    """The function: half the sum of squares of sign(t) - sum of x_j t^j over n places t."""

    def f(x, order):
        signs, low, high = places(m, order, x.shape[0])
        rest = -x.shape[0] % low.shape[1]
        padded = m.concatenate([x, np.zeros(rest)]) if rest else x
        blocks = padded.reshape((high.shape[1], low.shape[1]))
        r = signs - m.sum((low @ blocks.T) * high, axis=1)
        return 0.5 * m.sum(r * r)

    return f


def read(given):
    """The coefficients, and the numbers of the places."""
    return (), (*floats(given, "x"), np.arange(float(given["n"])))


def inputs():
    """Eleven numbers of places, doubling, and 128 coefficients."""
    return [
        (f"n = {n:,}", lambda n=n: {"x": random().uniform(size=128).tolist(), "n": n})
        for n in (16 * 2**i for i in range(11))
    ]


PROBLEM = Problem(
    read=read,
    functions={
        "primal": lambda to, static: to.compiled(half_square(to.m)),
        "gradient": lambda to, static: to.compiled(to.m.grad(half_square(to.m))),
    },
    inputs=inputs,
)
