"""Derivatives where a function has an edge, a kink, a jump or an infinite slope.

A derivative is the limit of difference quotients from all sides on which there is a function.
Where the quotients across a point do not settle, those of each side are asked: an edge of the
domain has the derivative of its one side, a kink the mean of both, with half of their distance as
its error.  Infinite slopes are infinite.  What has no limit is NaN.
"""

from functools import partial
from itertools import product
from typing import NamedTuple

import numpy as np

from .estimate import Estimate, apart, extrapolated
from .methods import METHODS, slope_of

SPARE = 64  # how much longer than what rounding swallows the shortest step of a limit is
MANY = 24  # steps of a limit at most
GROWTH = 0.97  # of the changes of a quotient at steps that fall by 4, if it has no finite limit
CHANGES = 4  # that must grow
CLEAR = 4  # how many times the rounding a change must be to count

# three points on one side: as accurate as two on both
ASIDE = METHODS["forward"]._replace(offsets=lambda order: range(order + 2), accuracy=2)


class Place(NamedTuple):
    """What is differentiated: a function along directions, to some orders.

    noise: of each output, beside its rounding.
    """

    point: object
    directions: list
    orders: tuple
    noise: object

    def slope(self, row, signs=None, sample=None):
        """The derivative as a Slope, along the directions with other signs."""
        directions = self.directions
        if signs is not None:
            directions = [reversed_if(s < 0, d) for s, d in zip(signs, directions)]
        return slope_of(self.point, row, directions, self.orders, self.noise, sample)

    @property
    def sides(self):
        """The signs of the directions on each side of the point, and that of the derivative."""
        same = len(self.directions) > 1 and self.directions[0] is self.directions[1]
        every = product((1, -1), repeat=1 if same else len(self.directions))
        chosen = [s * (2 if same else 1) for s in every]
        return [(s, int(np.prod([k**n for k, n in zip(s, self.orders)]))) for s in chosen]


def reversed_if(turned, where):
    """A direction, or the opposite one."""
    if not turned:
        return where
    return where._replace(tangents=[None if t is None else -t for t in where.tangents])


def settled(place, row, measure, step):
    """The derivative by one method, where there is one; NaN, infinite error where there is none."""
    base = np.isfinite(place.point.base)
    known: dict = {}

    def sample(*coefficients):
        if coefficients not in known:
            known[coefficients] = place.point.at(
                *zip(coefficients, [d.tangents for d in place.directions])
            )
        return known[coefficients]

    slope = place.slope(row, sample=sample)
    with np.errstate(all="ignore"):
        found = measure(row, slope, step)
        if row.imaginary:
            pass
        elif step is not None:
            if two_sided(row):
                found = stepped(place, found, measure, step, base)
        else:
            error = np.inf if found.error is None else found.error
            error = np.where(np.isfinite(found.value), error, np.inf)
            heights = list(known.values()) or [place.point.base]
            allowed = tolerated(place.point, heights, slope)
            unclear = ~((error <= 0.1 * np.abs(found.value)) | (error <= allowed))
            rough = error > slope.precision ** (1 / 3) * np.abs(found.value)
            doubtful = base & (unclear | (rough & (error > allowed)))
            if two_sided(row):
                doubtful |= base & uneven(place, slope, sample)
            if doubtful.any():
                # quotients across a kink have no limit, whatever those of its sides have
                torn = unclear & np.isfinite(found.value) & (slope.power > 1)
                found = decided(place, row, Estimate(found.value, error), doubtful, torn, allowed)
    error = None if found.error is None else np.where(base, found.error, np.inf)
    return Estimate(np.where(base, found.value, np.nan), error)


def two_sided(row):
    """Whether a method has points on both sides."""
    return min(row.offsets(1)) < 0 < max(row.offsets(1))


def stepped(place, found, measure, step, base):
    """A derivative at a given step, of three points on one side where those across are no numbers.

    The mean, where there are several sides.
    """
    absent = base & ~np.isfinite(found.value)
    if not absent.any():
        return found
    values, errors = [], []
    for signs, sign in place.sides:
        value, error = measure(ASIDE, place.slope(ASIDE, signs), step)
        values.append(sign * value)
        errors.append(np.zeros(len(base)) if error is None else error)
    there = np.isfinite(values)
    count = there.sum(0)
    value = np.where(there, values, 0).sum(0) / np.where(count, count, np.nan)
    error = None
    if found.error is not None:
        widest = np.where(there, errors, 0).max(0) + np.where(there, apart(values, value), 0).max(0)
        error = np.where(absent, np.where(count, widest, np.inf), found.error)
    return Estimate(np.where(absent, value, found.value), error)


def tolerated(point, heights, slope):
    """The error that a derivative may have beside a part of itself: the changes of the function."""
    if not slope.power:
        return np.zeros(len(point.base))
    table = np.stack([point.base, *heights])
    changes, tallest = (
        np.nan_to_num(np.abs(t), nan=0, posinf=0).max(0) for t in (table - point.base, table)
    )
    reached = slope.precision ** (slope.accuracy / (slope.accuracy + slope.power))
    return changes + 16 * reached * tallest


def uneven(place, slope, sample=None):
    """Whether quotients of different sides differ at small steps as they do at longer ones.

    Those of a smooth function differ by a multiple of the step.
    """
    if not slope.power:
        return np.zeros(len(place.point.base), bool)
    widths = [max(slope.narrow * 2.0**e, SPARE * slope.smallest) for e in (-6, -10)]
    gaps = []
    for width in widths:
        found = []
        for signs, sign in place.sides:
            seen = sample and partial(mirrored, sample, signs)
            value, noise = place.slope(METHODS["forward"], signs, seen).at(width)
            found.append((sign * value, noise))
        first, rounding = found[0]
        gap = np.max([apart(first, other) for other, _ in found[1:]], 0)
        gaps.append((gap, CLEAR * (rounding + np.max([n for _, n in found], 0))))
    (far, _), (near, noise) = gaps
    return ~(near <= noise) & ~(near <= 0.5 * far)


def mirrored(sample, signs, *steps):
    """A sample where the directions have other signs."""
    return sample(*[s * k for s, k in zip(signs, steps)])


def decided(place, row, found, doubtful, torn, allowed):
    """Derivatives with those that are doubtful from each side; see the head of the file.

    torn: which have no limit across the point.  allowed: the errors they may have.
    """
    if two_sided(row):
        sides = place.sides
    else:
        sides = [((1,) * len(place.orders), 1)]
    limits = []
    for signs, sign in sides:
        turned = place.slope(METHODS["forward"] if two_sided(row) else row, signs)
        rough = extrapolated(turned)
        steps = steps_of_limit(turned)
        table = [turned.at(h) for h in steps]
        values, noises = (np.stack([pair[k] for pair in table]) for k in (0, 1))
        limits.append((sign, rough, values, noises))
    value, error = np.array(found.value), np.array(found.error, float)
    for j in np.flatnonzero(doubtful):
        ends = []
        for sign, rough, values, noises in limits:
            there, v, e = limit(values[:, j], noises[:, j])
            if there and np.isfinite(v) and not e <= rough.error[j]:
                v, e = rough.value[j], rough.error[j]
            if there:
                ends.append((sign * v, e))
        whole = len(ends) == len(sides) > 1
        ends = [] if whole and torn[j] else ends
        value[j], error[j] = joined(ends, value[j], error[j], allowed[j])
    return Estimate(value, error)


def steps_of_limit(slope):
    """Steps that fall by 4, to where rounding would tell."""
    step, shortest = slope.narrow / 16, SPARE * slope.smallest
    shortest = max(shortest, slope.precision ** (1 / (slope.power - 0.5)) if slope.power > 1 else 0)
    steps = [step]
    while len(steps) < MANY and steps[-1] / 4 >= shortest:
        steps.append(steps[-1] / 4)
    return steps


def limit(values, noises):
    """(whether there are quotients, their limit at falling steps, its error).

    Aitken's extrapolation finds it where the function is a power of any exponent; where the changes
    do not shrink it is infinite.  Source: Aitken 1926, doi:10.1017/S0370164600022070.
    """
    present = np.isfinite(values)
    if not present[-3:].all():
        return False, np.nan, np.inf
    first = int(np.flatnonzero(~present)[-1]) + 1 if not present.all() else 0
    values, noises = values[first:], noises[first:]
    changes = np.diff(values)
    seen = np.abs(changes) > CLEAR * (noises[1:] + noises[:-1])
    if not seen.any():
        best = int(np.argmin(noises))
        return True, values[best], noises[best]
    last = int(np.flatnonzero(seen)[-1]) + 1
    tail, all_seen = changes[max(0, last - CHANGES) : last], seen[max(0, last - CHANGES) : last]
    if len(tail) == CHANGES and all_seen.all():
        ratios = tail[1:] / tail[:-1]
        if np.all(ratios.real >= GROWTH):
            unbounded = np.isrealobj(values)
            return True, np.copysign(np.inf, tail[-1]) if unbounded else np.nan, np.inf
    value, error = values[last], noises[last] + np.abs(changes[last - 1])
    found = []
    for k in range(1, last):
        bend = changes[k] - changes[k - 1]
        found.append(values[k + 1] - changes[k] ** 2 / bend if bend else values[k + 1])
        if len(found) > 1:
            bound = abs(found[-1] - found[-2]) + 2 * noises[k + 1]
            if bound < error:
                value, error = found[-1], bound
    return True, value, error


def joined(ends, value, error, allowed):
    """One derivative from those of the sides that there are."""
    values, errors = np.array([v for v, _ in ends]), np.array([e for _, e in ends])
    if not len(ends) or np.isnan(values).any():
        return np.nan, np.inf
    if np.isinf(values).any():
        return (values[0] if np.all(values == values[0]) else np.nan), np.inf
    if np.any(errors > np.maximum(0.5 * np.abs(values), allowed)):
        return np.nan, np.inf
    best = int(np.argmin(errors))
    gap = np.abs(values[:, None] - values).max() / 2
    if gap > CLEAR * errors.max() + 1e-6 * np.abs(values).max():
        return values.mean(), gap + errors.max()
    if (
        np.isfinite(value)
        and error <= errors[best]
        and apart(value, values[best]) <= CLEAR * (error + errors[best])
    ):
        return value, error
    return values[best], errors[best]
