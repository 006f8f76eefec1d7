"""Timing on a noisy machine: the fastest of interleaved bursts, several times, and their median.

The contestants take turns, burst by burst, so that a slow moment of the machine meets all of
them.  The garbage collector stays on, as it is in users' programs, and looks only at what the
contestants make.
"""

import gc
from statistics import median
from timeit import Timer
from typing import NamedTuple


class Effort(NamedTuple):
    """How much is measured.

    repeats: independent measurements, of which the median counts.
    bursts: turns of each contestant in one measurement, of which the fastest counts.
    seconds: how long a burst takes at least [s]; 0 for a single call.
    size: the factor on the sizes of large problems.
    """

    repeats: int
    bursts: int
    seconds: float
    size: float


FULL = Effort(repeats=5, bursts=7, seconds=0.001, size=1.0)
SMOKE = Effort(repeats=1, bursts=1, seconds=0.0, size=0.001)


def interleaved(contestants, effort):
    """Seconds per call of each contestant, one number for each repeat: {name: [seconds]}.

    contestants: {name: function without arguments, or (statement, its globals)}.
    """
    timers = {name: timer(what) for name, what in contestants.items()}
    gc.collect()
    gc.freeze()
    counts = {name: calls_per_burst(t, effort.seconds) for name, t in timers.items()}
    result = {name: [] for name in timers}
    for _ in range(effort.repeats):
        best = dict.fromkeys(timers, float("inf"))
        for _ in range(effort.bursts):
            for name, t in timers.items():
                best[name] = min(best[name], t.timeit(counts[name]) / counts[name])
        for name, seconds in best.items():
            result[name].append(seconds)
    gc.unfreeze()
    return result


def timer(what):
    """A timer of a function, or of a statement: a statement is timed without a call around it."""
    if callable(what):
        return Timer(what, "gc.enable()", globals={"gc": gc})
    statement, names = what
    return Timer(statement, "gc.enable()", globals={"gc": gc, **names})


def calls_per_burst(t, seconds):
    """How many calls last `seconds`; the calls made to find out are the warm-up."""
    count = 1
    while t.timeit(count) < seconds:
        count *= 2
    return count


def ratio(seconds, unit):
    """The median over the repeats of one contestant's time as a multiple of another's."""
    return median([a / b for a, b in zip(seconds, unit)])
