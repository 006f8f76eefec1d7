"""What it costs that `debug_nans` exists: gradients beside those of a copy of the package in which
nothing asks whether a watch is on.
"""

import ast
import importlib
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np

import autodiff as ad
from autodiff.examples.progress import steps

from .measure import interleaved, ratio
from .table import Table, Target

COPY = "autodiff_without_watches"
SIZES = {"3 doubles": 3, "100,000 doubles": 100_000}
BOUND = 1.03  # what two copies of the same package are apart on a machine with neighbours


class Unasked(ast.NodeTransformer):
    """A module without the questions whether a watch is on."""

    def visit_If(self, tree):
        self.generic_visit(tree)
        return (tree.orelse or ast.Pass()) if asks(tree.test) else tree

    def visit_IfExp(self, tree):
        self.generic_visit(tree)
        return tree.orelse if asks(tree.test) else tree


def asks(test):
    """Whether a condition is about the watches."""
    return any(isinstance(n, ast.Name) and n.id in ("WATCHES", "watch") for n in ast.walk(test))


def without(folder):
    """The package without the questions, under a name of its own."""
    source = Path(ad.__file__).parent
    target = Path(folder) / COPY
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "assets"))
    for file in target.rglob("*.py"):
        text = file.read_text("utf-8")
        if "WATCHES" in text and file.name != "nans.py":
            tree = ast.fix_missing_locations(Unasked().visit(ast.parse(text)))
            file.write_text(ast.unparse(tree), "utf-8")
    sys.path.insert(0, str(folder))
    try:
        return importlib.import_module(COPY)
    finally:
        sys.path.remove(str(folder))


def eager(m, x):
    """A pass over the tape."""

    def run():
        t = m.tensor(x, requires_grad=True)
        m.log(1 + m.exp(-t * x)).sum().backward()
        return t.grad

    return run


def traced(m, x):
    """A gradient as a function of a function."""
    g = m.grad(lambda t: m.log(1 + m.exp(-t * x)).sum())
    return lambda: g(x)


def pushed(m, x):
    """A pushforward."""
    return lambda: m.jvp(lambda t: m.log(1 + m.exp(-t * x)).sum(), (x,), (x,))


def executed(m, x):
    """A graph that is run again."""
    v = m.Variable("v", x.shape, x.dtype)
    y = m.log(1 + m.exp(-v * x)).sum()
    executor = m.Executor([y, *m.gradients(y, [v])])
    return lambda: executor.run({v: x})


KINDS = {"backward": eager, "grad": traced, "jvp": pushed, "Executor": executed}


def measure(effort, found):
    """Small and large gradients, as multiples of those without the questions."""
    rows, targets = {}, []
    with tempfile.TemporaryDirectory() as folder:
        other = without(folder)
        for kind, _ in zip(KINDS, steps(len(KINDS), "nans")):
            for title, size in SIZES.items():
                x = np.linspace(-1.0, 1.0, max(3, int(size * min(effort.size, 1.0))))
                made = {"with": KINDS[kind](ad, x), "without": KINDS[kind](other, x)}
                turns = effort.bursts if size > 1000 else effort.bursts**2  # short calls waver
                seconds = interleaved(made, effort._replace(bursts=turns))
                name = f"{kind}, {title}"
                cost = ratio(seconds["with"], seconds["without"])
                rows[name] = {"with / without": cost, "without [µs]": 1e6 * min(seconds["without"])}
                targets.append(Target(f"{name}: against without", cost, "at most", BOUND))
    note = "the copy is the same source with every `if` on a watch taken out"
    return [Table("What it costs that NaN can be watched for", rows, targets, note)]
