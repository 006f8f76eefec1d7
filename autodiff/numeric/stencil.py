"""Difference quotients: the weights of points on a line, and the error that rounding leaves."""

from typing import NamedTuple

import numpy as np


def weights(offsets, order=1):
    """The weights `w` of the difference quotient f⁽ⁿ⁾(x) ≈ Σ w[j] f(x + h offsets[j]) / hⁿ.

    offsets: distinct numbers, more than `order` of them; the quotient is exact for polynomials of
    a degree below their number.
    Source: Fornberg 1988, doi:10.1090/S0025-5718-1988-0935077-0.

    >>> from autodiff.numeric import weights
    >>> weights((-1, 0, 1), 2).tolist()
    [1.0, -2.0, 1.0]
    """
    offsets = np.asarray(offsets, float)
    if order >= len(offsets) or len(set(offsets.tolist())) < len(offsets):
        raise ValueError(
            f"weights: derivative {order} needs at least {order + 1} distinct offsets, not "
            f"{offsets.tolist()}"
        )
    table = np.zeros((order + 1, len(offsets)))
    table[0, 0] = 1.0
    orders = np.arange(1, order + 1)[:, None]
    scale = 1.0
    for n in range(1, len(offsets)):
        here, gaps = offsets[n], offsets[n] - offsets[:n]
        before = table[:, n - 1].copy()
        ratio, scale = scale / np.prod(gaps), np.prod(gaps)
        table[0, n] = -ratio * offsets[n - 1] * before[0]
        table[1:, n] = ratio * (orders[:, 0] * before[:-1] - offsets[n - 1] * before[1:])
        table[1:, :n] = (here * table[1:, :n] - orders * table[:-1, :n]) / gaps
        table[0, :n] = here * table[0, :n] / gaps
    return table[order]


class Stencil(NamedTuple):
    """The points of a difference quotient, in steps along one or several directions.

    offsets: shape (points, directions).
    weights: shape (points,).
    power: of the step in the denominator, the order of the derivative.
    """

    offsets: np.ndarray
    weights: np.ndarray
    power: int


def product(sides):
    """The stencil of a mixed derivative, from one (offsets, order) for each direction."""
    offsets, factors = np.zeros((1, 0)), np.ones(1)
    for points, order in sides:
        column = np.tile(points, len(offsets))[:, None]
        offsets = np.hstack([np.repeat(offsets, len(points), 0), column])
        factors = np.outer(factors, weights(points, order)).ravel()
    used = factors != 0
    return Stencil(offsets[used], factors[used], sum(order for _, order in sides))


def quotient(at, stencil, step):
    """(difference quotient, bound of its rounding error), where `at(*coefficients)` is the output.

    The bound takes each output as rounded once: eps Σ |w f| / hⁿ.
    """
    total, size = 0.0, 0.0
    for offset, weight in zip(stencil.offsets, stencil.weights):
        y = at(*(step * offset).tolist())
        total = total + weight * y
        size = size + abs(weight) * np.abs(y)
    width = step**stencil.power
    return total / width, size / width
