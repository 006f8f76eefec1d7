"""Loops that keep few states: memory against recomputation, on 100,000 steps within a budget."""

import tracemalloc
from time import perf_counter

import numpy as np

import autodiff as ad
from autodiff.examples.progress import steps

from .table import Table, Target

LENGTH, SIZE = 100_000, 8
SHORT, WIDE = 2_000, 500
BUDGET = 64 * 1024  # bytes of kept states [B]


class Counter:
    """How many times the body of a loop was run."""

    calls = 0


def body(_, y):
    """One step of a slow decay."""
    Counter.calls += 1
    return y - 1e-4 * y * y


def measure(effort, found):
    """The table of kept states, and the long loop within its budget."""
    rows = {}
    length = max(int(SHORT * effort.size), 20)
    rooms = (None, 100, 30, 10, 3)
    for room, _ in zip(rooms, steps(len(rooms), "kept")):
        options = {} if room is None else {"checkpoints": room}
        name = "every state" if room is None else f"{room} states"
        rows[f"{name}, {length:,} steps of {WIDE} doubles"] = figures(length, WIDE, options)
    length = max(int(LENGTH * effort.size), 50)
    row = figures(length, SIZE, {"memory": BUDGET})
    rows[f"{BUDGET // 1024} KiB, {length:,} steps of {SIZE} doubles"] = row
    text = f"{length:,} steps within {BUDGET // 1024} KiB of kept states: peak in MB"
    targets = [Target(text, row["peak [MB]"], "at most", 4 * BUDGET / 1e6)]
    title = "Loops that keep few of their states"
    return [Table(title, rows, targets, "runs of the body per step; 1 is the loop itself")]


def figures(length, size, options):
    """Time per step of a short loop, peak memory and runs of the body of one gradient."""

    def last(x):
        return ad.fori_loop(0, length, body, x, **options).sum()

    x = np.linspace(0.5, 1.0, size)
    row = {}
    if length <= SHORT:  # the long loop is run once, for its memory
        begin = perf_counter()
        found = ad.grad(last)(x)
        row["time per step [µs]"] = 1e6 * (perf_counter() - begin) / length
        if not np.allclose(found.sum(), ad.jvp(last, (x,), (np.ones(size),))[1], rtol=1e-9):
            raise ArithmeticError(f"{options}: the gradient of the loop is wrong")
    Counter.calls = 0
    tracemalloc.start()
    ad.grad(last)(x)
    row["peak [MB]"] = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    row["runs of the body per step"] = Counter.calls / length
    return row
