"""Newton's method with conjugate gradients in a trust region: only products with the Hessian.

Source: Steihaug 1983; Nocedal, Wright 2006, algorithms 4.1 and 7.2.
"""

from typing import Any, NamedTuple

import numpy as np

RADIUS, LARGEST, SMALLEST = 1.0, 1e6, 1e-14
ACCEPTED = 1e-4  # share of the promised decrease that makes a step worth taking


class Step(NamedTuple):
    """Where a step arrived: the vector, its loss and gradient, and the radius to go on with.

    moved: whether it is another place than before.
    """

    x: Any
    loss: float
    gradient: Any
    radius: float
    moved: bool


@np.errstate(all="ignore")  # a trial may overflow; the radius shrinks then
def newton_step(problem, x, loss, gradient, radius):
    """One accepted step; the radius shrinks until there is one."""
    size = float(np.linalg.norm(gradient))
    while radius > SMALLEST * max(1.0, float(np.linalg.norm(x))) and size:
        p, promised = steihaug(lambda v: problem.product(x, v), gradient, size, radius)
        new_loss, new_gradient = problem.value_and_gradient(x + p)
        noise = 10 * np.finfo(x.dtype).eps * abs(loss)
        ratio = (loss - new_loss + noise) / (promised + noise) if promised + noise > 0 else 0.0
        sound = np.isfinite(new_loss) and bool(np.isfinite(new_gradient).all())
        if not sound or not ratio >= 0.25:
            radius = 0.25 * min(radius, float(np.linalg.norm(p)))
        elif ratio > 0.75 and float(np.linalg.norm(p)) > 0.99 * radius:
            radius = min(2 * radius, LARGEST)
        if sound and ratio > ACCEPTED:
            return Step(x + p, new_loss, new_gradient, radius, True)
    return Step(x, loss, gradient, radius, False)


def steihaug(product, gradient, size, radius):
    """(a step of at most `radius`, the decrease that the quadratic model promises)

    Along negative curvature, and where it is cut off, the step goes to the edge of the region.
    """
    tolerance = min(0.5, size**0.5) * size
    z, r, d = np.zeros_like(gradient), gradient, -gradient
    hz = np.zeros_like(gradient)
    for _ in range(2 * len(gradient) + 10):
        hd = product(d)
        bend = float(d @ hd)
        square = float(r @ r)
        if not bend > 0:
            return farthest(z, hz, d, hd, gradient, radius)
        share = square / bend
        if float(np.linalg.norm(z + share * d)) >= radius:
            forward = to_edge(z, d, radius)[1]
            return model(z + forward * d, hz + forward * hd, gradient)
        z, hz, r = z + share * d, hz + share * hd, r + share * hd
        if float(np.linalg.norm(r)) < tolerance:
            break
        d = -r + (float(r @ r) / square) * d
    return model(z, hz, gradient)


def farthest(z, hz, d, hd, gradient, radius):
    """The better of the two places where a line of negative curvature leaves the region."""
    ends = [model(z + t * d, hz + t * hd, gradient) for t in to_edge(z, d, radius)]
    return max(ends, key=lambda end: end[1])


def model(z, hz, gradient):
    """(step, decrease of the quadratic model)"""
    return z, -float(gradient @ z) - 0.5 * float(z @ hz)


def to_edge(z, d, radius):
    """The two numbers t with |z + t d| = radius."""
    a, b, c = float(d @ d), float(z @ d), float(z @ z) - radius**2
    root = max(b * b - a * c, 0.0) ** 0.5
    return (-b - root) / a, (-b + root) / a
