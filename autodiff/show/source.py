"""The derivative as readable NumPy source: a straight line forward, then a straight line back.

The backward lines are what the rules of the rows give on symbols, printed in NumPy's names.
"""

import keyword
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..core.errors import AutodiffError
from ..core.op import SYMBOLIC
from ..core.spec import Spec
from ..interpret.graph import Node, Variable, node
from ..ops.move import sum_to
from ..symbolic.tidy import tidied
from . import numpy_names
from .sweeps import smooth

LONGEST = 5000  # vertices of a run that is written as source
FAULTS = (AutodiffError, TypeError, ValueError, AttributeError, LookupError)
TAKEN = {"np", "math", "derivative", *numpy_names.HELPERS}


@dataclass(frozen=True)
class Source:
    """A Python function of the inputs to (output, gradients of the inputs).

    text: the source; None where `failure` says why there is none.
    constants: {parameter: array} of constants that are too large to be written.
    """

    text: str | None
    constants: dict = field(default_factory=dict)
    failure: str = ""


def source(run):
    """The derivative of a run as NumPy source, reverse mode from its output.

    The function is called `derivative`; it takes the inputs in order and then the constants that
    are too large to be written.  A branch that Python took is the one that was recorded.
    """
    if len(run.vertices) > LONGEST:
        return Source(None, {}, f"more than {LONGEST} vertices: no source is written")
    if any(v.value is None for v in run.vertices):
        return Source(None, {}, "values are not known: no source is written")
    try:
        return Writer(run).write()
    except FAULTS as fault:
        return Source(None, {}, str(fault).partition("\n")[0])


def identifier(name, taken):
    """A name of Python that is not taken."""
    base = re.sub(r"\W", "_", name) or "x"
    base = f"_{base}" if base[0].isdigit() else base
    found, k = base, 1
    while found in taken or keyword.iskeyword(found):
        found, k = f"{base}_{k}", k + 1
    taken.add(found)
    return found


class Writer:
    """The lines of the source of one run."""

    def __init__(self, run):
        self.run = run
        taken = set(TAKEN) | {f"constant{k}" for k in range(100)}
        labels = Counter([v.label for v in run.vertices])
        self.names = {}
        for v in run.vertices:
            own = v.label if v.label and labels[v.label] == 1 else ""
            plain = v.name if v.op != "input" else v.label or f"x{v.id}"
            self.names[v.id] = identifier(own or plain, taken)
        self.bars = {i: identifier(f"{name}_bar", taken) for i, name in self.names.items()}
        self.constants: dict[str, Any] = {}
        self.heard: set[int] = set()

    def write(self):
        """The whole function."""
        run, lines = self.run, []
        lines.append(f'"""{quoted(run.title)}: output and gradients, by reverse mode."""')
        for v in run.vertices:
            if v.row is not None or v.op == "constant":
                lines.append(self.forward(v))
        lines += ["", "# backward: from the output to the inputs"]
        root = run.vertices[run.output]
        seed = "1.0" if not root.shape else f"np.ones({root.shape})"
        lines.append(f"{self.bars[root.id]} = {seed}")
        self.heard.add(root.id)
        for v in reversed(run.vertices[: run.output + 1]):
            if v.id in self.heard and smooth(v):
                lines += self.backward(v)
        for i in run.inputs:
            if i not in self.heard:
                lines.append(f"{self.bars[i]} = np.zeros({run.vertices[i].shape})")
        grads = numpy_names.listed([self.bars[i] for i in run.inputs])
        lines.append(f"return {self.names[run.output]}, ({grads})")
        parameters = ", ".join([*[self.names[i] for i in run.inputs], *self.constants])
        body = "\n".join(f"    {line}" if line else "" for line in lines)
        text = f"def derivative({parameters}):\n{body}\n"
        return Source(self.complete(text), self.constants)

    def complete(self, text):
        """The function behind its imports and helpers."""
        helpers, found = "", {}
        while True:
            missing = [
                name
                for name in numpy_names.HELPERS
                if name not in found and re.search(rf"\b{name}\(", text + helpers)
            ]
            if not missing:
                break
            found |= {name: numpy_names.HELPERS[name] for name in missing}
            helpers = "\n\n".join(found.values())
        head = "import math\n\n" if "math." in helpers else ""
        between = f"{helpers}\n\n" if helpers else ""
        return f"{head}import numpy as np\n\n\n{between}{text}"

    def symbols(self, v):
        """The arguments of a vertex as variables that are called as in the source."""
        found = []
        for e in v.edges:
            if e.vertex is None:
                found.append(e.constant)
            else:
                p = self.run.vertices[e.vertex]
                found.append(Variable(self.names[p.id], p.shape, p.dtype))
        return found

    def forward(self, v):
        """The line of one vertex."""
        name = self.names[v.id]
        if v.row is None:
            return f"{name} = {numpy_names.literal(v.value, self.constants)[0]}"
        if v.part is not None:
            raise AutodiffError(
                f"the row {v.row.name} has several outputs, for which no source is written"
            )
        own = node(v.row, tuple(self.symbols(v)), v.params, Spec(v.shape, v.dtype), SYMBOLIC)
        line = f"{name} = {numpy_names.source_of(own, self.constants)[0]}"
        return line + ("  # no derivative passes" if v.cut else "")

    def backward(self, v):
        """The lines of one vertex: what each argument hears."""
        xs, lines = self.symbols(v), []
        g = Variable(self.bars[v.id], v.shape, v.dtype)
        out = Variable(self.names[v.id], v.shape, v.dtype)
        for k, e in enumerate(v.edges):
            if e.vertex is None or e.cut:
                continue
            wanted: list[Any] = [None] * len(xs)
            wanted[k] = xs[k]
            c = v.row.vjp(g, out, wanted, *xs, **v.params)[k]
            if c is None:
                continue
            if np.shape(c) != xs[k].shape:
                c = sum_to(c, xs[k].shape)
            (c,) = tidied([c]) if type(c) is Node else (c,)
            text, binding = numpy_names.source_of(c, self.constants)
            bar = self.bars[e.vertex]
            if e.vertex in self.heard:
                minus = text.startswith("-") and binding >= numpy_names.PRODUCT
                text = f"{bar} - {text[1:]}" if minus else f"{bar} + {text}"
            lines.append(f"{bar} = {text}")
            self.heard.add(e.vertex)
        return lines


def quoted(text):
    """A title inside a docstring: in one line, without what would end it."""
    line = " ".join(text.split()).replace("\\", "/").replace('"', "'")
    return line if len(line) <= 60 else f"{line[:59]}…"
