"""One logistic regression, differentiated in three styles.

A style turns points, labels and a ridge into a function that gives the objective and its
gradient at any weights.  The climb knows nothing of styles, so the three fits do the same
arithmetic and end at the same weights.
"""

import time
from dataclasses import dataclass

import numpy as np

import autodiff as ad

PENALTY = 0.005  # per point: weak against the data, enough to keep separable classes finite


@dataclass(frozen=True)
class Fit:
    """What one style of differentiation arrived at.

    style: its name.
    weights: shape (columns + 1,), the constant first.
    log_likelihood: of the training part at the weights, as the style itself computes it.
    losses: the penalised negative log-likelihood per point of each round, shape (rounds,).
    slope: the largest component of the last gradient, per point.
    seconds: wall time of the rounds [s].
    """

    style: str
    weights: np.ndarray
    log_likelihood: float
    losses: np.ndarray
    slope: float
    seconds: float


def log_likelihood(w, points, labels):
    """Sum over the points of y s - log(1 + exp(s)), where s = points @ w is a point's score."""
    score = ad.matmul(points, w)
    return ad.sum(labels * score - ad.softplus(score))


def objective(w, points, labels, ridge):
    """The log-likelihood, less the sum of ridge w²."""
    return log_likelihood(w, points, labels) - ad.sum(ridge * w * w)


def by_executor(points, labels, ridge):
    """Define, then run: the gradient is a graph of its own."""
    w = ad.Variable(name="w", shape=ridge.shape)
    x = ad.Variable(name="points", shape=points.shape)
    y = ad.Variable(name="labels", shape=labels.shape)
    value = objective(w, x, y, ridge)
    (gradient,) = ad.gradients(value, [w])
    executor = ad.Executor([value, gradient])
    return lambda at: executor.run(feed_dict={w: at, x: points, y: labels})


def by_backward(points, labels, ridge):
    """Eager tensors: run forward, then call backward."""

    def value_and_gradient(at):
        w = ad.tensor(at, requires_grad=True)
        value = objective(w, points, labels, ridge)
        value.backward()
        return value.item(), w.grad.numpy()

    return value_and_gradient


def by_transform(points, labels, ridge):
    """A function of a function."""
    value_and_gradient = ad.value_and_grad(objective)
    return lambda at: value_and_gradient(at, points, labels, ridge)


STYLES = {
    "executor": by_executor,
    "tensors, backward": by_backward,
    "value_and_grad": by_transform,
}


def ridge_of(points):
    """The ridge of each weight, shape (columns + 1,); the constant is not held back."""
    ridge = np.full(points.shape[1], PENALTY * len(points) / 2)
    ridge[0] = 0.0
    return ridge


def fit(style, points, labels, steps):
    """The fit of one style, over as many rounds as `steps` yields."""
    ridge = ridge_of(points)
    step, momentum = pace(points, ridge)
    value_and_gradient = STYLES[style](points, labels, ridge)
    begin = time.perf_counter()
    weights, values, gradient = climb(
        value_and_gradient, np.zeros(points.shape[1]), step, momentum, steps
    )
    seconds = time.perf_counter() - begin
    reached, _ = STYLES[style](points, labels, np.zeros_like(ridge))(weights)
    slope = float(np.max(np.abs(gradient))) / len(points)
    return Fit(style, weights, float(reached), -np.array(values) / len(points), slope, seconds)


def pace(points, ridge):
    """Step and momentum of the climb for the curvature of the objective.

    The curvature lies between 2 max(ridge) and that plus a quarter of the largest eigenvalue
    of pointsᵀ points.  Source: Nesterov 2004, Introductory Lectures on Convex Optimization,
    section 2.2.1, constant step scheme III.
    """
    wide = points.shape[1] > points.shape[0]
    gram = points @ points.T if wide else points.T @ points
    least = 2 * float(np.max(ridge))
    most = least + float(np.linalg.eigvalsh(gram)[-1]) / 4
    root = np.sqrt(most / least)
    return 1 / most, (root - 1) / (root + 1)


def climb(value_and_gradient, start, step, momentum, steps):
    """The weights after accelerated gradient ascent, the values on the way, the last gradient."""
    weights = previous = start
    values, gradient = [], np.zeros_like(start)
    for _ in steps:
        ahead = weights + momentum * (weights - previous)
        value, gradient = value_and_gradient(ahead)
        values.append(float(value))
        previous, weights = weights, ahead + step * np.asarray(gradient)
    return weights, values, gradient


def accuracy(weights, points, labels):
    """The share of points whose class the sign of the score tells."""
    return float(np.mean((points @ weights > 0) == (labels > 0.5)))


def confusion(weights, points, labels):
    """Counts of points, shape (2, 2): rows are the true class, columns the predicted one."""
    counts = np.zeros((2, 2), dtype=int)
    np.add.at(counts, (labels.astype(int), (points @ weights > 0).astype(int)), 1)
    return counts
