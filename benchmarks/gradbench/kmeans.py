"""kmeans: the sum of squared distances to the nearest centroid, and Newton's direction.

The nearest centroid is found without derivatives and then taken, so that the derivatives of the
sum touch one centroid for each point.
"""

from functools import partial

import numpy as np

from .problem import Problem, floats, random


def cost(m, points, centroids):
    """The sum over the points of the squared distance to the nearest centroid."""
    c = m.stop_gradient(centroids)
    nearest = m.argmin(m.sum(c * c, axis=1) - 2.0 * (points @ c.T), axis=1)
    apart = points - centroids[nearest]
    return m.sum(apart * apart)


def direction(m):
    """The gradient over the diagonal of the Hessian, which is diagonal: its product with ones."""

    def f(points, centroids):
        gradient = m.grad(partial(cost, m, points))
        slope, curvature = m.jvp(gradient, (centroids,), (np.ones(centroids.shape),))
        return slope / curvature

    return f


def inputs():
    """Centroids, points and dimensions of every documented kind."""
    return [
        (f"k = {k}, n = {n:,}, d = {d}", partial(generated, k, n, d))
        for k in (10, 100, 1000)
        for n in (1000, 10000)
        for d in (8, 16)
    ]


def generated(k, n, d):
    """Points in the unit cube; the centroids are the first of them."""
    points = random().uniform(size=(n, d))
    return {"points": points.tolist(), "centroids": points[:k].tolist()}


def read(given):
    """Both are arguments."""
    return (), floats(given, "points", "centroids")


PROBLEM = Problem(
    read=read,
    functions={
        "cost": lambda to, static: to.compiled(partial(cost, to.m)),
        "dir": lambda to, static: to.compiled(direction(to.m)),
    },
    inputs=inputs,
)
