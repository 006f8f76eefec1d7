"""The problems beside JAX and hand-written C: each answer checked, then timed."""

import os
import time
from contextlib import contextmanager
from importlib import import_module

import numpy as np

from autodiff.examples.progress import steps

from ..measure import Effort, interleaved
from ..table import Table, Target
from .by_hand import MODES
from .checks import TOLERANCE, judged
from .in_c import programs
from .libraries import EAGER, NATIVE, jax_library
from .protocol import MODULES

SLOW = 0.05  # [s]; a longer call is measured in few turns
ENDLESS = {(name, m) for name in ("particle", "saddle") for m in MODES}  # minutes, run eagerly
MARKED = (("ba", 0, "jacobian"), ("ht", 4, "jacobian"), ("llsq", 8, "gradient"))
CHECKED = 2e5  # numbers of input up to which an answer is checked by the slow formulas


def measure(effort, found, count):
    """The table, with `count` sizes of each problem; all for None."""
    libraries = {"eager": EAGER, "jit": NATIVE}
    if "jax" in found:
        libraries["jax"] = jax_library(found["jax"])
    work, by_hand = list(chosen(effort, count)), programs() if effort.seconds else {}
    rows, targets = {}, []
    for (name, index, function), _ in zip(work, steps(len(work), "GradBench")):
        problem = import_module(f".{name}", __package__).PROBLEM
        label, make = problem.inputs()[index]
        static, arrays = problem.read(make())
        build = problem.functions[function]
        with empty_cache():
            limit = by_hand.get((name, function)) if (name, index, function) in MARKED else None
            row = timed(name, function, build, static, arrays, libraries, effort, limit)
        rows[f"{name} {function}, {label}"] = row
    targets = [*against_jax(rows), *against_c(rows), *modes(rows)]
    note = (
        "milliseconds of a call; first: with tracing and compiling; C: by hand, gcc -O3 "
        "-march=native -ffast-math; empty: cannot be done, or not installed"
    )
    return [Table("GradBench", rows, targets, note)]


@contextmanager
def empty_cache():
    """Without what earlier processes have compiled: a first call is one that compiles."""
    before = os.environ.get("AUTODIFF_CACHE")
    os.environ["AUTODIFF_CACHE"] = ""
    try:
        yield
    finally:
        if before is None:
            del os.environ["AUTODIFF_CACHE"]
        else:
            os.environ["AUTODIFF_CACHE"] = before


def chosen(effort, count):
    """(problem, number of its size, function) of what is measured."""
    for name in MODULES:
        problem = import_module(f".{name}", __package__).PROBLEM
        n, functions = len(problem.inputs()), list(problem.functions)
        marked = {i for problem_, i, _ in MARKED if problem_ == name}
        kept = range(n) if count is None else sorted({0, n // 2, n - 1, *marked})
        if not effort.seconds:
            kept, functions = [0], functions[-1:]
        for index in kept:
            for function in functions:
                yield name, index, function


def timed(name, function, build, static, arrays, libraries, effort, limit=None):
    """One row: the first call and the later ones of each library that can do it, checked.

    limit: the maker of a program in C, which is only timed.
    """
    row, calls = {}, {}
    for who, library in libraries.items():
        if who == "eager" and (name, function) in ENDLESS:
            continue
        f = build(library, static)
        begin = time.perf_counter()
        try:
            output = ready(f(*arrays))
        except ValueError:
            if who != "jax":
                raise
            continue  # JAX has no reverse mode for while_loop
        first = time.perf_counter() - begin
        row[f"{who} first [ms]"] = 1e3 * first
        if sum(a.size for a in arrays) <= CHECKED:
            wrong = judged(name, function, static, arrays, output)
            if not wrong <= TOLERANCE:
                raise ArithmeticError(f"{name} {function}: {who} is wrong by {wrong:.1e}")
        if effort.seconds:
            calls[who] = lambda f=f: ready(f(*arrays))
        else:
            row[f"{who} [ms]"] = 1e3 * first
    if calls:
        slow = min(row[f"{who} first [ms]"] for who in calls) > 1e3 * SLOW
        turns = Effort(1, 2, 0.0, 1.0) if slow else Effort(1, 5, effort.seconds, 1.0)
        if limit is not None:
            calls["C"] = limited(name, function, limit(static), static, arrays)
        for who, seconds in interleaved(calls, turns).items():
            row[f"{who} [ms]"] = 1e3 * min(seconds)
    return dict(sorted(row.items(), key=lambda cell: "first" in cell[0]))


def limited(name, function, f, static, arrays):
    """A call of a program in C, once its answer is checked."""
    wrong = judged(name, function, static, arrays, f(*arrays))
    if not wrong <= TOLERANCE:
        raise ArithmeticError(f"{name} {function}: the program in C is wrong by {wrong:.1e}")
    return lambda: f(*arrays)


def ready(output):
    """An output as NumPy's arrays."""
    if isinstance(output, (tuple, list)):
        return [ready(part) for part in output]
    return np.asarray(output)


def against_jax(rows):
    """For each problem: JAX's time for all its rows over ours, both of calls and of first ones."""
    found = []
    for name in MODULES:
        mine = [r for label, r in rows.items() if label.split()[0] == name and "jax [ms]" in r]
        for kind in ("", " first") if mine else ():
            gain = total(mine, f"jax{kind} [ms]") / total(mine, f"jit{kind} [ms]")
            text = f"{name}:{kind or ' later'} calls, JAX's time over ours"
            found.append(Target(text, gain, "at least", 1.0))
    return found


def total(rows, column):
    """The sum of a column."""
    return sum(row[column] for row in rows)


def against_c(rows):
    """Our time over that of C, where it was measured."""
    return [
        Target(f"{name}: over C", row["jit [ms]"] / row["C [ms]"], "at most", 1.3)
        for name, row in rows.items()
        if "C [ms]" in row
    ]


def modes(rows):
    """The outer derivative in reverse mode over that in forward mode."""
    return [
        Target(f"{name}: over forward mode", row["jit [ms]"] / pair["jit [ms]"], "at most", 3.0)
        for name, row in rows.items()
        for pair in [rows.get(name.replace(" rr,", " fr,").replace(" rf,", " ff,"))]
        if pair is not None and pair is not row
    ]
