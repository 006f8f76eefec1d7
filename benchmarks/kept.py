"""Loops that keep few states: memory against recomputation, on 100,000 steps within a budget.

The long loop runs in a process of its own, whose memory is that of the loop: `tracemalloc`, which
counts the short ones, would take five times the time of the loop itself.
"""

import json
import subprocess
import sys
import tracemalloc
from pathlib import Path
from time import perf_counter

import numpy as np

import autodiff as ad
from autodiff.examples.progress import steps

from .table import Table, Target

ROOT = Path(__file__).parents[1]
STATUS = Path("/proc/self/status")
LENGTH, SIZE = 100_000, 8
SHORT, WIDE = 1_000, 500
BUDGET = 1 << 20  # bytes of kept states [B]
ROOMS = (None, 100, 30, 10, 4)


class Counter:
    """How many times the body of a loop was run."""

    calls = 0


def body(_, y):
    """One step of a slow decay."""
    Counter.calls += 1
    return y - 1e-4 * y * y


def last(length, options):
    """The sum of the last state of a loop, as a function of the first."""
    return lambda x: ad.fori_loop(0, length, body, x, **options).sum()


def measure(effort, found):
    """The table of kept states, and the long loop within its budget."""
    rows = {}
    length = max(int(SHORT * effort.size), 20)
    for room, _ in zip(ROOMS, steps(len(ROOMS), "kept")):
        options = {} if room is None else {"checkpoints": room}
        name = "every state" if room is None else f"{room} states"
        rows[f"{name}, {length:,} steps of {WIDE} doubles"] = figures(length, options)
    length = max(int(LENGTH * effort.size), 50)
    rows[f"every state, {length:,} steps of {SIZE} doubles"] = apart(length, None)
    row = rows[f"{BUDGET >> 20} MiB, {length:,} steps of {SIZE} doubles"] = apart(length, BUDGET)
    targets = []
    if row["peak [MB]"] is not None:
        text = f"{length:,} steps within {BUDGET >> 20} MiB of kept states: peak in MB"
        targets.append(Target(text, row["peak [MB]"], "at most", 4 * BUDGET / 1e6))
    title = "Loops that keep few of their states"
    return [Table(title, rows, targets, "runs of the body per step; 1 is the loop itself")]


def figures(length, options):
    """Time per step of a short loop, its peak memory and runs of the body of one gradient."""
    function, x = last(length, options), np.linspace(0.5, 1.0, WIDE)
    begin = perf_counter()
    found = ad.grad(function)(x)
    taken = perf_counter() - begin
    if not np.allclose(found.sum(), ad.jvp(function, (x,), (np.ones(WIDE),))[1], rtol=1e-9):
        raise ArithmeticError(f"{options}: the gradient of the loop is wrong")
    Counter.calls = 0
    tracemalloc.start()
    ad.grad(function)(x)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return row_of(length, taken, peak)


def row_of(length, seconds, peak):
    """One row: time [s] and memory [B] as they are shown."""
    return {
        "time per step [µs]": 1e6 * seconds / length,
        "peak [MB]": None if peak is None else peak / 1e6,
        "runs of the body per step": Counter.calls / length,
    }


def apart(length, budget):
    """The row of the long loop, within so many bytes if told, from a process of its own."""
    options = {} if budget is None else {"memory": budget}
    command = [sys.executable, "-m", f"{__package__}.kept", str(length), json.dumps(options)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def alone(length, options):
    """Run the long loop, and print its row."""
    x = np.linspace(0.5, 1.0, SIZE)
    ad.grad(last(50, options))(x)  # what is imported late is no memory of the loop
    before, Counter.calls = highest(), 0
    begin = perf_counter()
    found = ad.grad(last(length, options))(x)
    taken = perf_counter() - begin
    peak = None if before is None else highest() - before
    row = row_of(length, taken, peak)
    # of the step y - k y² the derivatives are products over the states
    y, expected = x, np.ones(SIZE)
    for _ in range(length):
        expected, y = expected * (1 - 2e-4 * y), y - 1e-4 * y * y
    if not np.allclose(found, expected, rtol=1e-9):
        raise ArithmeticError("the gradient of the long loop is wrong")
    print(json.dumps(row))


def highest():
    """The most memory that this process has held [B]; None where the system does not tell."""
    if STATUS.exists():  # on Linux getrusage also counts what the parent held
        line = next(x for x in STATUS.read_text().splitlines() if x.startswith("VmHWM:"))
        return 1024 * int(line.split()[1])
    try:
        import resource
    except ImportError:
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


if __name__ == "__main__":
    alone(int(sys.argv[1]), json.loads(sys.argv[2]))
