"""How long the imports take, each in a fresh process, the libraries taking turns."""

import os
import subprocess
import sys
from pathlib import Path
from statistics import median

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
    """The median time of importing each library, against NumPy."""
    names = ["numpy", "autodiff", *found]
    for name in names:
        seconds(name)  # writes the bytecode, and reads the files from the disk
    taken = {name: [] for name in names}
    for _ in steps(3 * effort.repeats if effort.repeats > 1 else 1, "imports"):
        for name in names:
            taken[name].append(seconds(name))
    middle = {name: median(s) for name, s in taken.items()}
    rows = {
        name: {"against numpy": s / middle["numpy"], "median [ms]": 1e3 * s}
        for name, s in middle.items()
    }
    figure = rows["autodiff"]["against numpy"]
    targets = [Target("import autodiff against import numpy", figure, "at most", BOUND)]
    return [Table("Imports in fresh processes", rows, targets)]


def seconds(name):
    """How long one import takes in a process of its own [s]; it must print nothing."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", PROGRAM.format(name=name)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    if name == "autodiff" and len(done.stdout.splitlines()) > 1:
        raise AssertionError(f"import autodiff printed something: {done.stdout}")
    return float(done.stdout.split()[-1])
