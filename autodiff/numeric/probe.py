"""What differences say of a function along a direction: its derivative, and whether it has one."""

from typing import Any, NamedTuple

import numpy as np

from .estimate import Estimate, apart, extrapolated
from .methods import METHODS, slope_of
from .point import direction

LEVELS = 4  # a function with fewer values than that around x is no staircase
WIDTHS = 2.0 ** -np.arange(0, 36, 6)  # of the stairs that are looked for [natural lengths]


class Probe(NamedTuple):
    """Derivatives along given tangents, as flat vectors with errors.

    central, right, left: Estimates by differences across x, and on either side of it.
    jumps: whether each output changes by a finite amount over an infinitely small step.
    scale: the size below which a difference of derivatives means nothing, beside their errors.
    visible: the size below which a derivative does not show in the values.
    """

    central: Estimate
    right: Estimate
    left: Estimate
    jumps: Any
    scale: Any
    visible: Any

    @property
    def kinks(self):
        """Whether each output has different derivatives on both sides."""
        with np.errstate(all="ignore"):
            gap = np.abs(self.right.value - self.left.value)
            clear = gap > 4 * (self.right.error + self.left.error) + self.scale
        return clear & ~self.jumps & np.isfinite(gap)

    @property
    def edges(self):
        """Whether each output is not finite on some side of x."""
        return np.isinf(self.right.error) | np.isinf(self.left.error)


def probe(point, tangents, noise, rtol):
    """The Probe of a function along tangents."""
    along = direction(point, tangents)
    known: dict = {}

    def sample(coefficient):
        if coefficient not in known:
            known[coefficient] = point.at((coefficient, along.tangents))
        return known[coefficient]

    found = []
    for method in ("central", "forward", "backward"):
        slope = slope_of(point, METHODS[method], [along], (1,), noise, sample)
        value, error = extrapolated(slope)
        found.append(Estimate(value / along.length, error / along.length))
    central, right, left = found
    jumps = np.zeros(len(point.base), bool)
    for sign in (1, -1):
        near, far = (apart(sample(sign * k * 2**10 * along.smallest), point.base) for k in (1, 64))
        rough = 64 * (noise + point.rounding * np.abs(point.base))
        jumps |= np.isfinite(near) & (near > rough) & (near > 0.5 * far)
    heights = np.max(np.nan_to_num(np.abs([point.base, *known.values()]), nan=0, posinf=0), axis=0)
    visible = rtol * typical(point, heights) / along.length
    return Probe(central, right, left, jumps, rtol * typical(point, central.value), visible)


def typical(point, flat):
    """The size of each number of a flat vector, or of the others in its array if it is smaller."""
    sizes = np.nan_to_num(np.abs(flat), nan=0.0, posinf=0.0)
    whole = [np.full(p.size, np.sqrt(np.mean(p**2)) if p.size else 0.0) for p in point.split(sizes)]
    return np.maximum(sizes, np.concatenate(whole or [np.zeros(0)]))


def stairs(point, tangents):
    """Whether a function that is constant near x is so elsewhere too, at other values."""
    along = direction(point, tangents)
    for width in WIDTHS:
        levels, moves = set(), []
        for place in np.concatenate([0.93 * np.arange(1, 9), -0.93 * np.arange(1, 9)]) * width:
            here = point.at((float(place), along.tangents))
            if np.all(np.isfinite(here)):
                levels.add(here.tobytes())
                beside = point.at((float(place + width * 2.0**-12), along.tangents))
                moves.append(not np.array_equal(here, beside))
        if width == 1 and len(levels) < 2:
            return False
        # a step may fall on an edge
        if len(levels) >= LEVELS and np.mean(moves) < 0.25:
            return True
    return False
