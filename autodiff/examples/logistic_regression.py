"""A line between two classes of points, learned by a graph that is defined once and run often.

Run it: `python -m autodiff.examples.logistic_regression [PICTURE]` draws the points and the line
before and after, into `logistic_regression.png` unless it is told another file.
"""

import sys

import numpy as np

import autodiff as ad

from . import pictures
from .progress import steps

ROUNDS = 300
START = (0.0, 1.0, -1.0)  # the diagonal x1 = x2, at right angles to the answer


def unit_square(count=100, seed=0):
    """Points of the unit square behind a column of ones, labelled 1 where x1 + x2 >= 1.

    Returns shapes (count, 3) and (count,).
    """
    points = np.random.default_rng(seed).random((count, 2))
    labels = (points.sum(axis=1) >= 1).astype(float)
    return np.column_stack([np.ones(count), points]), labels


def learn(points, labels, start, rounds):
    """The weights after stochastic gradient ascent, and the log-likelihood of each round.

    points: shape (n, k); labels: shape (n,), each 0 or 1; start: shape (k,).
    rounds: an iterable that yields once for each pass over the points.
    """
    x = ad.Variable(name="x")
    w = ad.Variable(name="w")
    y = ad.Variable(name="y")

    h = 1 / (1 + ad.exp(-ad.reduce_sum(w * x)))
    L = y * ad.log(h) + (1 - y) * ad.log(1 - h)
    (w_grad,) = ad.gradients(L, [w])
    executor = ad.Executor([L, w_grad])

    w_val = np.array(start, dtype=float)
    likelihoods = []
    for _ in rounds:
        likelihood = 0.0
        for x_val, y_val in zip(points, labels, strict=True):
            L_val, w_grad_val = executor.run(feed_dict={w: w_val, x: x_val, y: y_val})
            w_val += 0.01 * w_grad_val
            likelihood += float(L_val)
        likelihoods.append(likelihood)
    return w_val, likelihoods


def main(picture="logistic_regression.png"):
    """Learn from 100 points and draw what was learned."""
    points, labels = unit_square()
    weights, likelihoods = learn(points, labels, START, steps(ROUNDS, "100 points"))
    print(f"log-likelihood: {likelihoods[0]:.3f} in round 1, {likelihoods[-1]:.3f} in the last")
    print(f"weights {weights}")
    if pictures.available():
        pictures.save_boundaries(picture, points, labels, START, weights)
        print(f"picture: {picture}")
    else:
        print(pictures.ADVICE)


if __name__ == "__main__":
    main(*sys.argv[1:2])
