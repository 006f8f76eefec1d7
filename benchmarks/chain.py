"""Long chains: no recursion, the same cost for each operator, and memory only where a rule reads.

Chains of additions keep nothing but vertices; chains of sines keep an array for each operator.
"""

import gc
import tracemalloc
from time import perf_counter

import numpy as np

import autodiff as ad
from autodiff.examples.progress import steps

from .table import Table, Target

LENGTHS = (10_000, 100_000, 1_000_000)
STEADY = 1.5  # what the collector of cycles may add to a chain that outlives its first rounds
SHORT, LARGE = 40, 1_000_000  # operators, elements
A = np.array([0.1, 0.2, 0.3])


def measure(effort, found):
    """The tables of time and of memory."""
    return [times(effort), memory(effort)]


def added(y, x):
    return y + x


def sine(y, x):
    return ad.sin(y)


OPERATORS = {"y + x": added, "sin(y)": sine}


def recorded(operator, x, length):
    """A chain of `length` operators that starts from `x`."""
    y = x
    for _ in range(length):
        y = operator(y, x)
    return y


def run(operator, length):
    """Seconds per operator of recording, sweep and release of one chain."""
    gc.collect()
    x = ad.tensor(A, requires_grad=True)
    begin = perf_counter()
    y = recorded(operator, x, length)
    middle = perf_counter()
    y.sum().backward()
    end = perf_counter()
    del y
    release = perf_counter()
    if operator is added and not np.allclose(x.grad.value, length + 1):
        raise ArithmeticError(f"the gradient of a chain of {length} additions is wrong")
    return {"record": middle - begin, "sweep": end - middle, "release": release - end}


def times(effort):
    """Nanoseconds per operator at each length: the faster of two interleaved runs."""
    lengths = [max(int(n * effort.size), 10) for n in LENGTHS]
    runs = [(n, name) for n in lengths for name in OPERATORS] * min(effort.repeats, 2)
    rows = {f"{name}, {n:,} operators": {} for name in OPERATORS for n in lengths}
    for (length, name), _ in zip(runs, steps(len(runs), "chain")):
        row = rows[f"{name}, {length:,} operators"]
        for part, seconds in run(OPERATORS[name], length).items():
            column = f"{part} [ns]"
            row[column] = min(row.get(column, np.inf), 1e9 * seconds / length)
    totals = {name: sum(row.values()) for name, row in rows.items()}
    targets = [
        Target(
            f"{name}: cost of an operator in {lengths[-1]:,}, against in {lengths[0]:,}",
            totals[f"{name}, {lengths[-1]:,} operators"]
            / totals[f"{name}, {lengths[0]:,} operators"],
            "at most",
            STEADY,
        )
        for name in OPERATORS
    ]
    title = "Long chains of operators on 3 doubles, time per operator"
    return Table(title, rows, targets, "the collector of cycles looks at all that a chain holds")


def memory(effort):
    """Bytes that a chain holds for each operator, and the arrays that a short one keeps alive."""
    length = max(int(LENGTHS[1] * effort.size), 10)
    rows = {}
    for name, operator in OPERATORS.items():
        x = ad.tensor(A, requires_grad=True)
        held, peak = traced(lambda op=operator, x=x: recorded(op, x, length))
        rows[name] = {"held after recording [B]": held / length, "at most [B]": peak / length}
    size = max(int(LARGE * effort.size), 10_000)
    x = ad.tensor(np.ones(size), requires_grad=True)
    held, peak = traced(lambda: recorded(added, x, SHORT))
    alive = held // x.value.nbytes
    text = f"arrays kept alive by {SHORT} additions of {size:,} numbers"
    targets = [
        Target(text, alive, "at most", 1),
        Target("the same, while they are recorded", peak // x.value.nbytes, "at most", 2),
    ]
    title = f"Memory of a chain of {length:,} operators on 3 doubles, per operator"
    return Table(title, rows, targets)


def traced(build):
    """Bytes held by what `build` returns, and the most that were held on the way."""
    gc.collect()
    tracemalloc.start()
    kept = build()
    held, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del kept
    return held, peak
