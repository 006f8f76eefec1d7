"""How high a surface is drawn, and which steps a picture of limited size shows."""

import numpy as np

SPREAD = 30.0  # how much more room the low parts of a surface get


def shade(heights):
    """Heights as numbers from 0, the lowest, to 1; NaN where there is none.

    The logarithm opens the valleys: `log(1 + 30 h / median h)` over its largest value.
    """
    z = np.where(np.isfinite(heights), heights, np.nan)
    if not np.isfinite(z).any():
        return z
    z = z - np.nanmin(z)
    typical = float(np.nanmedian(z)) or float(np.nanmax(z)) or 1.0
    t = np.log1p(SPREAD * z / typical)
    return t / (float(np.nanmax(t)) or 1.0)


def shown_steps(longest, frames):
    """The steps that an animation shows: each of the first, then further and further apart."""
    if longest < frames:
        return list(range(longest + 1))
    spaced = np.linspace(0.0, 1.0, frames) ** 1.7 * longest
    steps = np.maximum(np.round(spaced).astype(int), np.minimum(np.arange(frames), longest))
    return sorted({*steps.tolist(), longest})
