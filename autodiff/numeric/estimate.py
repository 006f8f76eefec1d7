"""Derivatives with error bars: which step to believe, and what extrapolation makes of several."""

from typing import Any, NamedTuple

import numpy as np

WIDEST = 0.25  # the largest step tried, in natural lengths
REACH = 3  # steps tried on either side of the one that theory prefers
ROWS = 26  # of an extrapolation at most
DOUBT = 16  # how much noisier a function may be than it seemed


class Estimate(NamedTuple):
    """A derivative and an estimate of its error, in equal containers."""

    value: Any
    error: Any


class Slope(NamedTuple):
    """How a derivative is measured.

    at: step [natural lengths] -> (difference quotient, bound of its rounding error), flat arrays.
    accuracy: the exponent of the first term of its error, and of the gap to each next one.
    power: of the step in the denominator, the order of the derivative.
    precision: the relative rounding of the outputs.
    narrow: the shortest length on which the function may change for all we know [natural lengths].
    smallest: the step that rounding swallows [natural lengths].
    line: step -> outputs, for a first derivative along one direction; else None.
    """

    at: Any
    accuracy: int
    power: int
    precision: float
    narrow: float
    smallest: float
    line: Any = None


def apart(a, b):
    """|a - b|, infinite where it is not finite."""
    with np.errstate(all="ignore"):
        distance = np.abs(a - b)
    return np.where(np.isfinite(distance), distance, np.inf)


def balanced(precision, accuracy, power):
    """The exponent of 2 of the step at which truncation hⁿ equals rounding eps / hᵐ."""
    return int(np.rint(np.log2(precision) / (accuracy + power)))


def trusted(slope, highest):
    """The exponent of 2 of a long step, `highest` at most, whose quotient short ones confirm.

    At steps longer than the waves of a function, or across its poles, quotients may agree with each
    other and be wrong.
    """
    length = 2.0 ** (balanced(slope.precision, 2, slope.power) - 4)
    shortest = max(slope.narrow * length, 8 * slope.smallest)
    probes = [slope.at(h) for h in sorted({shortest, max(length, shortest)})]
    exponent = highest
    while 2.0**exponent > 8 * shortest:
        coarse, rounding = slope.at(2.0**exponent)
        if all(
            np.all(apart(coarse, value) <= 0.1 * np.abs(value) + 4 * (noise + rounding))
            for value, noise in probes
        ):
            break
        exponent -= 3
    return exponent


def chosen(slope):
    """The difference quotient at the best step, for each output by itself.

    Steps change by a factor of 4.  The error of each is what separates it from both its
    neighbours, plus rounding: large steps differ by truncation, small ones by noise.  It is no less
    than what separates it from any shorter step, beyond the noise of that one.
    """
    if slope.power == 0:
        return Estimate(*slope.at(slope.precision**2))
    best = balanced(slope.precision, slope.accuracy, slope.power)
    middle = trusted(slope, min(best, -2 - 2 * REACH))
    exponents = [middle + 2 * k for k in range(REACH, -REACH - 1, -1)]
    found = [slope.at(2.0**e) for e in exponents]
    while True:
        values = np.stack([value for value, _ in found])
        errors = bounds(values, np.nan_to_num(np.stack([noise for _, noise in found]), nan=np.inf))
        place = np.argmin(errors, 0)
        if np.any(place == 0) and 2.0 ** exponents[0] < WIDEST:
            exponents.insert(0, exponents[0] + 2)
            found.insert(0, slope.at(2.0 ** exponents[0]))
        elif np.any(place == len(found) - 1) and 2.0 ** (exponents[-1] - 2) > slope.smallest:
            exponents.append(exponents[-1] - 2)
            found.append(slope.at(2.0 ** exponents[-1]))
        else:
            return Estimate(picked(values, place), picked(errors, place))


def bounds(values, noises):
    """The error of each row of difference quotients at falling steps; see `chosen`."""
    gaps = apart(values[1:], values[:-1])
    edge = np.zeros_like(gaps[:1])
    errors = np.maximum(np.concatenate([edge, gaps]), np.concatenate([gaps, edge])) + noises
    for k in range(1, len(values)):
        with np.errstate(all="ignore"):
            beyond = apart(values[:k], values[k]) - DOUBT * noises[k]
        errors[:k] = np.fmax(errors[:k], beyond)
    return errors


def picked(table, rows):
    """For each column the element in its row."""
    return np.take_along_axis(table, rows[None], 0)[0]


def extrapolated(slope):
    """Richardson's extrapolation to no step, for each output the best of the whole table.

    Steps are halved.  The error of an entry is the distance to the two that it was made of (as
    Ridders has it) and to the one below it, plus rounding.
    Sources: Richardson 1911, doi:10.1098/rsta.1911.0009; Ridders 1982,
    doi:10.1016/S0141-1195(82)80057-0.
    """
    step = 2.0 ** trusted(slope, -3)
    best, error, place = 0.0, np.inf, 0
    row, bounds, before = [], [], np.inf
    for k in range(ROWS):
        value, noise = slope.at(step)
        above, row = row, refined(value, row, slope.accuracy)
        for j, bound in enumerate(bounds, 1):
            bound = np.maximum(bound, apart(row[j], above[j])) + before
            better = bound < error
            best, error = np.where(better, above[j], best), np.where(better, bound, error)
            place = np.where(better, k, place)
        bounds = [
            np.maximum(apart(new, made), apart(new, older))
            for new, made, older in zip(row[1:], row, above)
        ]
        before, step = 2 * noise, step / 2
        if (k > 4 and np.all(place < k - 2) and np.all(error < np.inf)) or step < slope.smallest:
            break
    return Estimate(np.broadcast_to(best, value.shape), np.broadcast_to(error, value.shape))


def refined(value, above, accuracy):
    """The next row of Richardson's table: each entry cancels one more term of the error."""
    row = [value]
    with np.errstate(all="ignore"):
        for j, older in enumerate(above, 1):
            row.append(row[-1] + (row[-1] - older) / (2.0 ** (accuracy * j) - 1))
    return row
