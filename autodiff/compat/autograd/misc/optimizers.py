"""Gradient descent, RMSprop and Adam, of parameters in any container.

`grad(x, i)` gives the gradient at iteration i, and `callback(x, i, g)` is called before each step.
"""

from functools import wraps

import numpy as np

from .flatten import flatten


def unflatten_optimizer(optimize):
    """An optimizer of vectors as one of containers."""

    @wraps(optimize)
    def optimizer(grad, x0, callback=None, *args, **kwargs):
        vector, unflatten = flatten(x0)

        def gradient(x, i):
            return flatten(grad(unflatten(x), i))[0]

        def report(x, i, g):
            if callback:
                callback(unflatten(x), i, unflatten(g))

        return unflatten(optimize(gradient, vector, report, *args, **kwargs))

    return optimizer


@unflatten_optimizer
def sgd(grad, x, callback=None, num_iters=200, step_size=0.1, mass=0.9):
    """Gradient descent with momentum, `mass` being the part of the velocity that stays.

    >>> x = sgd(lambda x, i: {"a": 2 * x["a"]}, {"a": 1.0}, num_iters=500)
    >>> bool(abs(x["a"]) < 1e-6)
    True
    """
    velocity = np.zeros(len(x))
    for i in range(num_iters):
        g = grad(x, i)
        if callback:
            callback(x, i, g)
        velocity = mass * velocity - (1.0 - mass) * g
        x = x + step_size * velocity
    return x


@unflatten_optimizer
def rmsprop(grad, x, callback=None, num_iters=100, step_size=0.1, gamma=0.9, eps=10**-8):
    """Steps divided by the root of the running mean of squared gradients, which begins at one."""
    mean_square = np.ones(len(x))
    for i in range(num_iters):
        g = grad(x, i)
        if callback:
            callback(x, i, g)
        mean_square = mean_square * gamma + g**2 * (1 - gamma)
        x = x - step_size * g / (np.sqrt(mean_square) + eps)
    return x


@unflatten_optimizer
def adam(grad, x, callback=None, num_iters=100, step_size=0.001, b1=0.9, b2=0.999, eps=10**-8):
    """Adam.  Source: Kingma and Ba 2015, arXiv:1412.6980, algorithm 1."""
    first, second = np.zeros(len(x)), np.zeros(len(x))
    for i in range(num_iters):
        g = grad(x, i)
        if callback:
            callback(x, i, g)
        first = (1 - b1) * g + b1 * first
        second = (1 - b2) * g**2 + b2 * second
        unbiased, spread = first / (1 - b1 ** (i + 1)), second / (1 - b2 ** (i + 1))
        x = x - step_size * unbiased / (np.sqrt(spread) + eps)
    return x
