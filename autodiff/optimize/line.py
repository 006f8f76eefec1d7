"""A line search for a point that satisfies the strong Wolfe conditions.

Source: Nocedal, Wright 2006, algorithms 3.5 and 3.6; the safeguards of the interpolation are those
of M. Schmidt's minFunc (2005), which PyTorch has too.
"""

from math import isfinite, sqrt
from typing import Any, NamedTuple

DECREASE, CURVATURE = 1e-4, 0.9
MOST = 25  # points that are tried
LEAST = 1e-9  # length of a bracket, times the direction


class Point(NamedTuple):
    """A place on the line: the step `t`, the loss, the gradient and the slope along the line."""

    t: float
    loss: float
    gradient: Any
    slope: float


def strong_wolfe(evaluate, start, t, size, least=LEAST):
    """(the point that was found, how many were evaluated).

    evaluate: the Point at a step.  start: the Point at 0, whose slope is below 0.
    t: the first step to try.  size: the largest element of the direction.
    """
    line = Line(evaluate, start)
    bracket, done = line.bracketed(t)
    if not done:
        bracket = line.narrowed(bracket, size, least)
    return min(bracket, key=order), line.count


def order(point):
    """The loss, with what is no number last."""
    return point.loss if isfinite(point.loss) else float("inf")


class Line:
    """A line of points, how many were evaluated, and the conditions on it."""

    def __init__(self, evaluate, start):
        self.evaluate, self.start, self.count = evaluate, start, 0

    def at(self, t):
        self.count += 1
        return self.evaluate(t)

    def high(self, p):
        """Whether the loss falls short of the decrease that the slope promised."""
        return not p.loss <= self.start.loss + DECREASE * p.t * self.start.slope

    def flat(self, p):
        """Whether the slope has become small enough."""
        return abs(p.slope) <= -CURVATURE * self.start.slope

    def bracketed(self, t):
        """(two points with a minimum between them, False) or (one good point, True)."""
        before, now = self.start, self.at(t)
        for tries in range(MOST):
            if self.high(now) or (tries > 1 and now.loss >= before.loss):
                return [before, now], False
            if self.flat(now):
                return [now], True
            if now.slope >= 0:
                return [before, now], False
            further = (now.t + 0.01 * (now.t - before.t), 10 * now.t)
            before, now = now, self.at(cubic(before, now, further))
        return [self.start, now], False

    def narrowed(self, bracket, size, least):
        """The bracket, made smaller until one of its ends is good."""
        slow = False
        low, high = sorted(bracket, key=order)
        while self.count <= MOST and abs(high.t - low.t) * size >= least:
            left, right = sorted((low.t, high.t))
            t, slow = inside(cubic(low, high, (left, right)), left, right, slow)
            now = self.at(t)
            if self.high(now) or now.loss >= low.loss:
                low, high = sorted((low, now), key=order)
            elif self.flat(now):
                return [now]
            else:
                high = low if now.slope * (high.t - low.t) >= 0 else high
                low = now
        return [low, high]


def inside(t, left, right, slow):
    """(a step that is not too close to an end for the second time, whether it was close)"""
    margin = 0.1 * (right - left)
    if min(right - t, t - left) >= margin:
        return t, False
    if not slow and left < t < right:
        return t, True
    return (right - margin if abs(t - right) < abs(t - left) else left + margin), False


def cubic(p, q, bounds):
    """Where the cubic through two points with their slopes is least, within bounds.

    Source: Nocedal, Wright 2006, equation 3.59.
    """
    p, q = sorted((p, q), key=lambda point: point.t)
    middle = 0.5 * (bounds[0] + bounds[1])
    if not isfinite(p.loss + q.loss + p.slope + q.slope) or p.t == q.t:
        return middle
    d = p.slope + q.slope - 3 * (p.loss - q.loss) / (p.t - q.t)
    square = d * d - p.slope * q.slope
    if square < 0:
        return middle
    root = sqrt(square)
    below = q.slope - p.slope + 2 * root
    if below == 0:
        return middle
    t = q.t - (q.t - p.t) * (q.slope + root - d) / below
    return min(max(t, bounds[0]), bounds[1])
