"""Learning rates that change: functions of how many updates have been made, 0 at the first.

Each is made of functions of the table, so that the step may be an array or a traced value.
"""

from math import pi

import numpy as np

from ..core.errors import ArgumentError
from ..core.op import TRACED
from ..ops.choose import clip, floor, maximum, minimum, where
from ..ops.trigonometric import cos


def number(value):
    """A plain number of what is known; a traced value as it is."""
    return value if type(value) in TRACED or getattr(value, "shape", ()) else float(value)


def steps_needed(name, **counts):
    """Raise unless every count is a number above 0."""
    for key, value in counts.items():
        if not isinstance(value, (int, float, np.number)) or not 0 < value < np.inf:
            raise ArgumentError(f"{name}: {key}={value!r}; it needs a number of steps above 0")


def constant(rate):
    """The same rate at every step.

    >>> constant(0.1)(7)
    0.1
    """
    return lambda step: rate


def exponential(rate, decay, every=1, staircase=False):
    """`rate · decay^(step / every)`; with `staircase` the exponent is rounded down.

    >>> exponential(1.0, 0.5, every=10)(20)
    0.25
    """
    steps_needed("exponential", every=every)

    def at(step):
        power = step / every
        return number(rate * decay ** (floor(power) if staircase else power))

    return at


def stepwise(rate, factors):
    """`rate`, multiplied by each factor from its step on: {step: factor}.

    >>> [stepwise(1.0, {10: 0.5, 20: 0.1})(step) for step in (9, 10, 25)]
    [1.0, 0.5, 0.05]
    """

    def at(step):
        value = rate
        for begin, factor in sorted(factors.items()):
            value = value * where(step >= begin, float(factor), 1.0)
        return number(value)

    return at


def cosine(rate, steps, end=0.0):
    """Half a cosine from `rate` down to `end` in `steps` steps, then `end`.

    Source: Loshchilov, Hutter 2017, equation 5.

    >>> [cosine(1.0, 10)(step) for step in (0, 5, 10, 99)]
    [1.0, 0.5, 0.0, 0.0]
    """
    steps_needed("cosine", steps=steps)

    def at(step):
        share = minimum(step / steps, 1.0)
        return number(end + (rate - end) * 0.5 * (1 + cos(pi * share)))

    return at


def warm_up(schedule, steps, start=0.0):
    """A straight line from `start` times the first rate in `steps` steps, then the schedule.

    schedule: a number, or a schedule, which begins after the line.

    >>> [warm_up(0.5, 10)(step) for step in (0, 5, 10, 11)]
    [0.0, 0.25, 0.5, 0.5]
    """
    steps_needed("warm_up", steps=steps)
    after = schedule if callable(schedule) else constant(schedule)

    def at(step):
        share = minimum(step / steps, 1.0)
        return number((start + (1 - start) * share) * after(maximum(step - steps, 0)))

    return at


def inverse_time(rate, decay, every=1):
    """`rate / (1 + decay · step / every)`.

    >>> inverse_time(1.0, 0.5)(2)
    0.5
    """
    steps_needed("inverse_time", every=every)
    return lambda step: number(rate / (1 + decay * (step / every)))


def one_cycle(rate, steps, share=0.3, first=25.0, last=1e4):
    """Up to `rate` along half a cosine in `share` of the steps, then down along another.

    The first rate is `rate / first`, the last `rate / first / last`.  Source: Smith, Topin 2018.

    >>> cycle = one_cycle(1.0, 100)
    >>> cycle(0), cycle(30), cycle(100) < 1e-5
    (0.04, 1.0, True)
    """
    steps_needed("one_cycle", steps=steps)
    if not 0 < share < 1:
        raise ArgumentError(f"one_cycle: share={share!r}; it needs a number between 0 and 1")
    low, end, top = rate / first, rate / first / last, share * steps

    def at(step):
        up = clip(step / top, 0.0, 1.0)
        down = clip((step - top) / (steps - top), 0.0, 1.0)
        rising = low + (rate - low) * 0.5 * (1 - cos(pi * up))
        falling = end + (rate - end) * 0.5 * (1 + cos(pi * down))
        return number(where(step <= top, rising, falling))

    return at
