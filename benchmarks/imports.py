"""How long the imports take, each in a fresh process, the libraries taking turns."""

import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from autodiff.examples.progress import steps

from .table import Table, Target

ROOT = Path(__file__).parents[1]
BOUND = 1.5
PROGRAM = """
from time import perf_counter
begin = perf_counter()
import {name}
print(perf_counter() - begin)
"""


def measure(effort, found):
    """The median time of importing the package, against NumPy's."""
    names = ("numpy", "autodiff")
    taken = {name: [] for name in names}
    with TemporaryDirectory() as cache:
        for name in names:
            seconds(name, cache)  # writes the bytecode, and reads the files from the disk
        for _ in steps(4 * effort.repeats, "imports"):
            for name in names:
                taken[name].append(seconds(name, cache))
    middle = {name: median(s) for name, s in taken.items()}
    figure = median([a / b for a, b in zip(taken["autodiff"], taken["numpy"])])
    rows = {
        "numpy": {"against numpy": 1.0, "median [ms]": 1e3 * middle["numpy"]},
        "autodiff": {"against numpy": figure, "median [ms]": 1e3 * middle["autodiff"]},
    }
    targets = [Target("import autodiff against import numpy", figure, "at most", BOUND)]
    return [Table("Imports in fresh processes", rows, targets)]


def seconds(name, cache):
    """How long one import takes in a process of its own [s], with its bytecode in `cache`."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": cache}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-c", PROGRAM.format(name=name)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    printed, _, taken = done.stdout.strip().rpartition("\n")
    if printed or done.stderr:
        raise AssertionError(f"import {name} printed something: {printed}{done.stderr}")
    return float(taken)
