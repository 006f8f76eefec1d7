"""Rows of the distribution functions that are integrals over a tail: skewed normal and circular normal."""

import math

import numpy as np

from .bessel import i0e, i1e
from .error_functions import ndtr, normal_density
from .exponential import exp
from .incomplete import POINTS, WEIGHTS, bell_polynomial
from .scipy_special import in_double, special, special_row
from .trigonometric import cos

CIRCLE = np.polynomial.legendre.leggauss(160)


def right_tail(x, a):
    """2 ∫ φ(u) Φ(a u) du from x >= 0 to infinity."""
    rate = 1 + x + np.where(a < 0, a * a * x + np.abs(a), 0)
    s = POINTS / rate[:, None]
    u = x[:, None] + s
    weight = np.exp(-0.5 * (u * u - (x * x)[:, None]) - 0.5 * (x * x)[:, None]) * special.ndtr(a[:, None] * u)
    return 2 / math.sqrt(2 * math.pi) * (weight * WEIGHTS).sum(-1) / rate


@in_double
def skew_values(x, a):
    flip = np.where(x < 0, -1.0, 1.0)
    tail = right_tail(np.abs(x).ravel(), (flip * a).ravel()).reshape(x.shape)
    return np.where(flip < 0, 1 - tail, tail)


skew_tail = special_row(
    "skew_tail(x, a)", skew_values,
    lambda t, z, x, a: t * (-2 * normal_density(x) * ndtr(a * x)),
    lambda t, z, x, a: t * (math.sqrt(2 / math.pi) / (1 + a * a) * normal_density(x) * exp(-0.5 * (a * x) ** 2)),
    reads="x", domain=((-1, 2), (-1, 1.5)), latex=r"1 - F($x; $a)", doc="Survival function of the skewed normal distribution; nothing cancels in its upper tail.",
)


def circle_scores(u, kappa, ratio):
    """The derivatives in κ of κ cos u - ln I0(κ), where ratio = A = I1 / I0: A' = 1 - A / κ - A²."""
    found, quotients = [ratio], []

    def score(k):
        while len(found) < k:
            n = len(found) - 1
            before = n * quotients[-1] if n else 0
            quotients.append((found[n] - before) / kappa)
            square = sum(math.comb(n, i) * found[i] * found[n - i] for i in range(n + 1))
            found.append((1 if n == 0 else 0) - quotients[n] - square)
        return cos(u) - ratio if k == 1 else -found[k - 1]

    return score


@in_double
def circle_values(x, kappa, *, order=0):
    """∫ of the density from -π to x, of its derivative of that order in κ; Gauss's rule around the peak."""
    turns = np.rint(x / (2 * np.pi))
    x = x - 2 * np.pi * turns
    points, weights = CIRCLE
    upper = -np.abs(x)  # the half in which the peak is not passed
    low = np.maximum(-np.pi, upper - 40 / (np.sqrt(kappa) + kappa * np.abs(np.sin(np.maximum(upper, -np.pi / 2)))))
    half = 0.5 * (upper - low)
    u = low[..., None] + half[..., None] * (1 + points)
    k = kappa[..., None]
    density = np.exp(-2 * k * np.sin(0.5 * u) ** 2) / (2 * np.pi * special.i0e(k))
    value = half * (weights * density * bell_polynomial(order, circle_scores(u, k, special.i1e(k) / special.i0e(k)))).sum(-1)
    whole = 1.0 if order == 0 else 0.0
    return np.where(x > 0, whole - value, value) + turns * whole


def circle_slope(x, kappa, order):
    """The derivative in x: the density, differentiated in κ."""
    density = exp(kappa * (cos(x) - 1)) / (2 * math.pi * i0e(kappa))
    return density * bell_polynomial(order, circle_scores(x, kappa, i1e(kappa) / i0e(kappa)))


circle = special_row(
    "circle(x, kappa)", circle_values,
    lambda t, z, x, kappa, order=0: t * circle_slope(x, kappa, order),
    lambda t, z, x, kappa, order=0: t * circle(x, kappa, order=order + 1),
    reads="x", domain=((0.5, 2), (1, 2)), params=({}, {"order": 1}), latex=r"F($x; $kappa)", doc="Distribution function of the circular normal distribution, from -π [rad].",
)
