"""Arrays so large that only the work on them counts, beside the same steps by hand in NumPy.

The loss is sum(log(1 + exp(-y (w x + b)))).  By hand the same operations run in the same order
with the formulas of the rules, and nothing is kept longer than it is needed.
"""

import gc
import tracemalloc

import numpy as np

from autodiff.examples.progress import steps

from .contestants import contestants
from .measure import interleaved, ratio
from .table import Table, Target

SIZE = 1_000_000
BOUND = 1.3


def loss(m, w, b, x, y):
    """Negative log-likelihood of a logistic regression with a weight for each point."""
    return m.log(1 + m.exp(-y * (w * x + b))).sum()


def by_hand(w, b, x, y):
    """The gradient of the loss in `w` and `b`, as one writes it down from the rules."""
    sign = -y
    e = np.exp(sign * (w * x + b))
    s = 1 + e
    value = np.log(s).sum()
    g = np.ones(()) / s
    g = g * e
    g = g * sign
    return value, (g * x, g.sum())


def problem(size):
    """(function, parameters, data)"""
    rng = np.random.default_rng(0)
    w, x = rng.standard_normal(size), rng.standard_normal(size)
    y = np.where(rng.random(size) > 0.5, 1.0, -1.0)
    return loss, (w, np.array(0.1)), (x, y)


def measure(effort, found):
    """Time and peak memory of value and gradient."""
    program = problem(max(int(SIZE * effort.size), 1000))
    made = contestants(program, {name: m for name, m in found.items() if name != "jax"})
    made["by hand"] = lambda: by_hand(*program[1], *program[2])
    if not np.allclose(made["by hand"]()[1][0], made["autodiff grad"]()[0]):
        raise ArithmeticError("the gradient by hand is different")
    for _ in steps(1, "large"):
        seconds = interleaved(made, effort)
    array = program[1][0].nbytes
    rows = {
        name: {"time": ratio(s, seconds["by hand"]), "peak [arrays]": peak(made[name]) / array}
        for name, s in seconds.items()
    }
    rows.get("torch", {}).pop("peak [arrays]", None)  # torch's memory is not Python's
    targets = []
    for name in ("autodiff eager", "autodiff grad"):
        memory = rows[name]["peak [arrays]"] / rows["by hand"]["peak [arrays]"]
        targets.append(
            Target(f"{name}: time against by hand", rows[name]["time"], "at most", BOUND)
        )
        targets.append(Target(f"{name}: peak memory against by hand", memory, "at most", BOUND))
    title = f"Logistic loss of {array // 8:,} doubles with its gradient, against the same by hand"
    note = "numpy is the loss alone; the peak is counted in arrays of that size, inputs left out"
    return [Table(title, rows, targets, note)]


def peak(run):
    """The most bytes that are held during one run, beyond what was there before."""
    gc.collect()
    tracemalloc.start()
    run()
    before = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    run()
    highest = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return highest - before
