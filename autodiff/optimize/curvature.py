"""What L-BFGS remembers: pairs of steps and changes of the gradient.

Source: Nocedal 1980; Nocedal, Wright 2006, algorithm 7.4.
"""

import numpy as np

LEAST = 1e-10  # product of a step and a change of the gradient that is worth remembering


def remembered(pairs, s, y, most):
    """The pairs (step, change of the gradient) with one more, the oldest let go beyond `most`.

    A pair without positive curvature would spoil the direction, and is left out.
    """
    return [*pairs, (s, y)][-most:] if float(s @ y) > LEAST else pairs


def direction(pairs, gradient):
    """Minus the product of the remembered inverse Hessian with the gradient."""
    q, shares = -gradient, []
    for s, y in reversed(pairs):
        shares.append(float(s @ q) / float(s @ y))
        q = q - shares[-1] * y
    if pairs:
        s, y = pairs[-1]
        q = q * (float(s @ y) / float(y @ y))
    for (s, y), share in zip(pairs, reversed(shares)):
        q = q + s * (share - float(y @ q) / float(s @ y))
    return q


def first_step(gradient, rate):
    """The step to try before anything is known: at most `rate` in the sum of all elements."""
    total = float(np.abs(gradient).sum())
    return min(1.0, 1.0 / total) * rate if total else rate
