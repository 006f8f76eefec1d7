"""gmm: the log-likelihood of a mixture of Gaussians with a Wishart prior, and its gradient."""

import math
from functools import cache

import numpy as np

from .problem import Problem, floats, random

ARGUMENTS = ("alpha", "mu", "q", "l", "x")


@cache
def triangle(d):
    """Where each entry of a lower triangular matrix stands in (diagonal, columns below it, 0 …).

    The zeros above the diagonal are entries of their own, so that this is a permutation.
    """
    place = np.empty((d, d), int)
    place[np.arange(d), np.arange(d)] = np.arange(d)
    columns, rows = np.triu_indices(d, 1)
    place[rows, columns] = d + np.arange(len(rows))
    place[columns, rows] = d + len(rows) + np.arange(len(rows))
    return place.reshape(-1)


def log_sum_exp(m, x):
    """log(sum(exp(x))) over the last axis."""
    top = m.max(x, axis=-1, keepdims=True)
    return m.log(m.sum(m.exp(x - top), axis=-1)) + top[..., 0]


def log_gamma(d, a):
    """The logarithm of the multivariate gamma function of a number."""
    half = 0.25 * d * (d - 1) * math.log(math.pi)
    return half + sum(math.lgamma(a + 0.5 * (1 - j)) for j in range(1, d + 1))


def likelihood(m, gamma, wishart):
    """The objective of (alpha (k,), mu (k, d), q (k, d), low (k, d (d - 1)/2), x (n, d))."""

    def f(alpha, mu, q, low, x):
        (n, d), k = x.shape, alpha.shape[0]
        diagonal = m.exp(q)
        entries = m.concatenate([diagonal, low, np.zeros((k, d * (d - 1) // 2))], axis=1)
        factors = entries[:, triangle(d)].reshape((k, d, d))
        centers = m.sum(factors * mu[:, None, :], axis=2)
        turned = (x @ factors.reshape((k * d, d)).T).reshape((n, k, d)) - centers
        sums = m.sum(q, axis=1)
        beta = alpha + sums - 0.5 * m.sum(turned * turned, axis=2)
        nu = d + wishart + 1
        prior = m.sum(diagonal * diagonal) + m.sum(low * low)
        constant = k * (nu * d * (math.log(gamma) - 0.5 * math.log(2)) - log_gamma(d, 0.5 * nu))
        return (
            -0.5 * n * d * math.log(2 * math.pi)
            - n * log_sum_exp(m, alpha)
            + m.sum(log_sum_exp(m, beta))
            - 0.5 * gamma * gamma * prior
            + wishart * m.sum(sums)
            + constant
        )

    return f


def read(given):
    """The parameters of the prior are static, the others are arguments."""
    d, k = int(given["d"]), int(given["k"])
    alpha, mu, q, low, x = floats(given, *ARGUMENTS)
    low = low.reshape(k, d * (d - 1) // 2)
    return (float(given["gamma"]), int(given["m"])), (alpha, mu, q, low, x)


def generated(d, k, n=1000):
    """Normal numbers, and uniform means."""
    rng = random()
    x, alpha = rng.standard_normal((n, d)), rng.standard_normal(k)
    mu, q = rng.uniform(size=(k, d)), rng.standard_normal((k, d))
    low = rng.standard_normal((k, d * (d - 1) // 2))
    arrays = {"x": x, "alpha": alpha, "mu": mu, "q": q, "l": low}
    return {
        "d": d, "k": k, "n": n, "m": 0, "gamma": 1.0, **{n: a.tolist() for n, a in arrays.items()}
    }  # fmt: skip


def inputs():
    """Dimensions by numbers of components."""
    return [
        (f"d = {d}, k = {k}", lambda d=d, k=k: generated(d, k))
        for d in (2, 10, 20, 32, 64)
        for k in (5, 10, 25, 50, 100)
    ]


def gradient(to, static):
    """The gradient by the four parameters."""
    return to.compiled(to.m.grad(likelihood(to.m, *static), (0, 1, 2, 3)))


PROBLEM = Problem(
    read=read,
    functions={
        "objective": lambda to, static: to.compiled(likelihood(to.m, *static)),
        "jacobian": gradient,
    },
    inputs=inputs,
    write={"jacobian": lambda parts: dict(zip(ARGUMENTS, (p.tolist() for p in parts)))},
)
