"""More hard cases of conformance.py, in the same form: (f, x, value, gradient, Hessian times ones).

Digits by mpmath 1.3 at 50 digits.
"""

import numpy as np

NO = None  # the derivative is infinite, or not the same from both sides
L2, L10 = np.log(2.0), np.log(10.0)
TINY = -460.51701859880916  # log(1e-200)


def distances(np, x):
    return np.sum(np.sqrt(np.sum((x[:, None] - x[None]) ** 2, -1)))


def cross_entropy(t):
    def f(np, x):
        s = 1 / (1 + np.exp(-x))
        return -(t * np.log(s) + (1 - t) * np.log(1 - s))

    return f


def mixture(np, x):
    return np.log(0.5 * np.exp(-(x**2) / 2) + 0.5 * np.exp(-((x - 1) ** 2) / 2))


def three_parts(np, x):
    return np.log(0.25 * np.exp(-(x**2)) + 0.25 * np.exp(-((x - 1) ** 2)) + 0.5 * np.exp(-2 * x))


def binary_entropy(np, x):
    inside = (x > 0) & (x < 1)
    return np.where(inside, x * np.log(x) + (1 - x) * np.log(1 - x), 0.0)


def log_odds(np, x):
    s = 1 / (1 + np.exp(-x))
    return np.log(s / (1 - s))


def softened(np, x):
    return (x - np.mean(x)) / (np.std(x) + 1e-8)


INVENTED = {
    "exp(x) / (exp(x) + exp(-x)) at 1000": (
        lambda np, x: np.exp(x) / (np.exp(x) + np.exp(-x)), 1000.0, 1.0, 0.0, 0.0),
    "tanh by exp(x) and exp(-x) at 1000": (
        lambda np, x: (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x)), 1000.0, 1.0, 0.0, 0.0),
    "tanh by exp(-2 x) at -1000": (
        lambda np, x: (1 - np.exp(-2 * x)) / (1 + np.exp(-2 * x)), -1000.0, -1.0, 0.0, 0.0),
    "sinh(x) / cosh(x) at 1000": (
        lambda np, x: np.sinh(x) / np.cosh(x), 1000.0, 1.0, 0.0, 0.0),
    "log(exp(x) - 1) at 1000": (
        lambda np, x: np.log(np.exp(x) - 1), 1000.0, 1000.0, 1.0, 0.0),
    "log(expm1(x)) at 1000": (lambda np, x: np.log(np.expm1(x)), 1000.0, 1000.0, 1.0, 0.0),
    "log(1 - exp(-x)) at 1000": (lambda np, x: np.log(1 - np.exp(-x)), 1000.0, 0.0, 0.0, 0.0),
    "log(sqrt(exp(x))) at 1000": (
        lambda np, x: np.log(np.sqrt(np.exp(x))), 1000.0, 500.0, 0.5, 0.0),
    "log10(1 + exp(x)) at 1000": (
        lambda np, x: np.log10(1 + np.exp(x)), 1000.0, 1000 / L10, 1 / L10, 0.0),
    "log2(exp(x)) at -1000": (lambda np, x: np.log2(np.exp(x)), -1000.0, -1000 / L2, 1 / L2, 0.0),
    "exp(x) / exp(y) at [1000, 1000]": (
        lambda np, x: np.exp(x[0]) / np.exp(x[1]), [1000.0, 1000.0], 1.0, [1.0, -1.0], [0.0, 0.0]),
    "exp(x) / exp(y) at [-1000, -1000]": (
        lambda np, x: np.exp(x[0]) / np.exp(x[1]), [-1000.0, -1000.0], 1.0, [1.0, -1.0],
        [0.0, 0.0]),
    "log(exp(x) / exp(y))": (
        lambda np, x: np.log(np.exp(x[0]) / np.exp(x[1])), [-1000.0, 1000.0], -2000.0,
        [1.0, -1.0], [0.0, 0.0]),
    "log(s / (1 - s)) of s = sigmoid(1000)": (log_odds, 1000.0, 1000.0, 1.0, 0.0),
    "x / (1 + exp(-x)) at -1000": (lambda np, x: x / (1 + np.exp(-x)), -1000.0, 0.0, 0.0, 0.0),
    "x tanh(log(1 + exp(x))) at 1000": (
        lambda np, x: x * np.tanh(np.log(1 + np.exp(x))), 1000.0, 1000.0, 1.0, 0.0),
    "s (1 - s) at -1000": (
        lambda np, x: (1 / (1 + np.exp(-x))) * (1 - 1 / (1 + np.exp(-x))), -1000.0, 0.0, 0.0, 0.0),
    "binary cross-entropy of 0 at 1000": (cross_entropy(0.0), 1000.0, 1000.0, 1.0, 0.0),
    "binary cross-entropy of 1 at 1000": (cross_entropy(1.0), 1000.0, 0.0, 0.0, 0.0),
    "binary cross-entropy of 1/4 at -1000": (cross_entropy(0.25), -1000.0, 250.0, -0.25, 0.0),
    "binary entropy at 1": (binary_entropy, 1.0, 0.0, 0.0, 0.0),
    "entropy with a zero": (
        lambda np, x: -np.sum(np.where(x > 0, x * np.log(x), 0.0)), [0.0, 0.5, 0.5], L2,
        [0.0, L2 - 1, L2 - 1], [0.0, -2.0, -2.0]),
    "sum(x exp(x)) / sum(exp(x)) at [1000, 0]": (
        lambda np, x: np.sum(x * np.exp(x) / np.sum(np.exp(x))), [1000.0, 0.0], 1000.0,
        [1.0, 0.0], [0.0, 0.0]),
    "x - log(sum(exp(x)))": (
        lambda np, x: (x - np.log(np.sum(np.exp(x))))[1], [1000.0, -1000.0], -2000.0,
        [-1.0, 1.0], [0.0, 0.0]),
    "log(sum(w exp(x))) with a weight of 0": (
        lambda np, x: np.log(np.sum(np.exp(x) * np.arange(2.0))), [1000.0, 0.0], 0.0, [0.0, 1.0],
        [0.0, 0.0]),
    "log(sum(exp(x))) of rows": (
        lambda np, x: np.sum(np.log(np.sum(np.exp(x), 1))), [[1000.0, 0.0], [3.0, 3.0]],
        1003 + L2, [[1.0, 0.0], [0.5, 0.5]], [[0.0, 0.0], [0.0, 0.0]]),
    "log density of two normal parts at 100": (mixture, 100.0, -4900.5 - L2, -99.0, -1.0),
    "log density of three parts at 1000": (
        three_parts, 1000.0, -2000 - L2, -2.0, 0.0),
    "log(mean(exp(-x**2)))": (
        lambda np, x: np.log(np.mean(np.exp(-(x**2)))), [100.0, 200.0], -10000 - L2,
        [-200.0, 0.0], [-2.0, 0.0]),
    "log(x**2) at 1e-200": (lambda np, x: np.log(x**2), 1e-200, 2 * TINY, 2e200, NO),
    "log(gamma(x)) at 200": (
        lambda np, x: np.log(np.special.gamma(x)), 200.0, 857.93366982585743685,
        5.2958152832199115757, 0.0050125208332291699364),
    "sqrt(x**4) at 0": (lambda np, x: np.sqrt(x**4), 0.0, 0.0, 0.0, NO),
    "x**[0, 1, 2] at 0": (
        lambda np, x: np.sum(x ** np.arange(3.0)), [0.0] * 3, 1.0, [0.0, 1.0, 0.0],
        [0.0, 0.0, 2.0]),
    "max(abs(x)) at 0": (lambda np, x: np.max(np.abs(x)), [0.0, 0.0], 0.0, [0.0, 0.0], NO),
    "norm of rows, one of them 0": (
        lambda np, x: np.sum(np.linalg.norm(x, axis=1)), [[0.0, 0.0], [3.0, 4.0]], 5.0,
        [[0.0, 0.0], [0.6, 0.8]], NO),
    "distances of all pairs": (
        distances, [[0.0, 0.0], [3.0, 4.0]], 10.0, [[-1.2, -1.6], [1.2, 1.6]], NO),
    "std of rows, one of them constant": (
        lambda np, x: np.sum(np.std(x, axis=1)), [[1.0, 1.0], [1.0, 3.0]], 1.0,
        [[0.0, 0.0], [-0.5, 0.5]], NO),
    "(x - mean) / (std + 1e-8) of a constant": (
        lambda np, x: softened(np, x)[0], [2.0] * 3, 0.0, [2e8 / 3, -1e8 / 3, -1e8 / 3], NO),
    "prod with two zeros": (
        lambda np, x: np.prod(x), [0.0, 0.0, 3.0], 0.0, [0.0] * 3, [3.0, 3.0, 0.0]),
    "det of 0": (lambda np, x: np.linalg.det(x), np.zeros((3, 3)), 0.0, np.zeros((3, 3)),
                 np.zeros((3, 3))),
    "arctan2 of tiny numbers": (
        lambda np, x: np.arctan2(x[0], x[1]), [1e-200, 1e-200], np.pi / 4, [5e199, -5e199], NO),
    "sin(x) / x at 0, not chosen": (
        lambda np, x: np.where(x != 0, np.sin(x) / x, 1.0), 0.0, 1.0, 0.0, 0.0),
    "x**-0.5 at 0, not chosen": (
        lambda np, x: np.where(x > 0, x**-0.5, 0.0), 0.0, 0.0, 0.0, 0.0),
    "abs(x) - 0.5 where x**2 overflows": (
        lambda np, x: np.where(np.abs(x) < 1, x**2 / 2, np.abs(x) - 0.5), 1e200, 1e200, 1.0, 0.0),
    "exp(-x**2) at 1e200": (lambda np, x: np.exp(-(x**2)), 1e200, 0.0, 0.0, 0.0),
}  # fmt: skip
