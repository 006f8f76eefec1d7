"""The ways to one derivative at a point: by hand, numerical, symbolic, forward and reverse.

JSON: {"ways": [{"name", "value", "error", "seconds", "operations", "remark", "remarks"}],
"failure", "failures", "curve": {"steps", "errors": {method: [...]}}, "symbolic": {"latex",
"shared", "written"}, "swell": [{"order", "shared", "written"}]}; a part that fails is None.
"""

import html
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import numeric
from ..core.errors import AutodiffError
from ..core.tree import flatten
from ..symbolic.differentiate import derivative
from ..symbolic.graph import latex, trace
from .compare import Comparison, compare
from .digits import finite
from .grid import Grid
from .words import LANGUAGES, spoken, word

ORDERS = 4  # derivatives in the table of swell
LONGEST = 300  # operators of a formula that is written out
FAULTS = (AutodiffError, TypeError, ValueError, ArithmeticError, LookupError)


@dataclass(frozen=True)
class Ways:
    """The ways side by side.

    comparison: their values, errors and times.  curve: the error of difference quotients against
    their step.  formula: LaTeX of the derivative; sizes: its operators with common subexpressions
    shared and written out.  swell: [(order, shared, written out)] of higher derivatives.
    """

    lang: str
    comparison: Comparison
    curve: Any
    formula: str
    sizes: tuple | None
    swell: list

    def text(self):
        """The tables, one below the other."""
        lang = self.lang
        parts = [self.grid().text(), *self.comparison.notes(lang)]
        if self.curve is not None:
            parts += ["", word(lang, "curve"), self.curve_grid().text(), f"* {word(lang, 'best')}"]
        if self.sizes is not None:
            shared, written = self.sizes
            line = word(lang, "size", shared=shared, written=written)
            parts += ["", f"{word(lang, 'derivative')}{word(lang, 'colon')}{line}"]
            parts += [self.formula] if self.formula else []
        if self.swell:
            parts += ["", word(lang, "swell"), self.swell_grid().text()]
        return "\n".join(parts)

    __str__ = text

    def _repr_html_(self):
        return f"<pre>{html.escape(self.text())}</pre>"

    def _repr_latex_(self):
        return f"$\\displaystyle {self.formula}$" if self.formula else None

    def grid(self):
        """The ways: value, error, time and operations of each."""
        rows = [(word(self.lang, name), *rest) for name, *rest in self.comparison.table().rows]
        names = ("method", "value", "error", "time", "operations")
        return Grid(tuple(word(self.lang, n) for n in names), rows, (2, 3, 4))

    def curve_grid(self):
        """Errors of difference quotients; the least of each method has a star."""
        errors = self.curve.errors
        best = {m: step for m, (step, _) in self.curve.optimum.items()}
        rows = [
            [f"{step:.1e}"]
            + [f"{e[i]:.1e}{'*' if step == best[m] else ' '}" for m, e in errors.items()]
            for i, step in enumerate(self.curve.steps)
        ]
        names = (word(self.lang, "step"), *(word(self.lang, f"{m} quotient") for m in errors))
        return Grid(names, rows, tuple(range(len(names))))

    def swell_grid(self):
        """Operators of the first derivatives."""
        rows = [tuple(map(str, row)) for row in self.swell]
        names = (word(self.lang, n) for n in ("order", "shared", "written"))
        return Grid(tuple(names), rows, (0, 1, 2))

    def to_dict(self):
        """The ways as JSON."""
        comparison = self.comparison
        return {
            "ways": [
                {
                    "name": w.name, "value": listed(w.value), "error": number(w.error),
                    "seconds": w.seconds, "operations": number(w.operations),
                    "remark": spoken(w.remark, self.lang), "remarks": both(w.remark),
                }
                for w in comparison.ways
            ],
            "failure": spoken(comparison.failure, self.lang),
            "failures": both(comparison.failure),
            "curve": None if self.curve is None else {
                "steps": [float(s) for s in self.curve.steps],
                "errors": {m: [finite(x) for x in e] for m, e in self.curve.errors.items()},
            },
            "symbolic": None if self.sizes is None else {
                "latex": self.formula, "shared": self.sizes[0], "written": str(self.sizes[1]),
            },
            "swell": [
                {"order": n, "shared": a, "written": str(b)} for n, a, b in self.swell
            ],
        }  # fmt: skip


def both(text):
    return [spoken(text, lang) for lang in LANGUAGES]


def listed(value):
    return None if value is None else [finite(x) for x in np.ravel(value)]


def number(x):
    return None if x is None else finite(x)


def ways(f, inputs, by_hand=None, lang="en"):
    """The derivative of `f` at its inputs in every way.

    by_hand: the derivative that you found, a function of the same arguments.
    The symbolic way needs the extra [symbolic]; what cannot be worked out has a remark instead.
    """
    with np.errstate(all="ignore"):
        comparison = compare(f, tuple(inputs), by_hand)
    formula, sizes, swell = "", None, []
    try:
        graph = trace(f, *inputs)
        chosen = tuple(range(len(inputs)))
        slope = derivative(graph, argnums=chosen)
        sizes = len(slope), slope.written_out
        formula = latex(slope) if slope.written_out <= LONGEST else latex(slope, share=True)
        swell = swollen(graph)
    except FAULTS:
        pass
    return Ways(lang, comparison, error_curve(f, tuple(inputs)), formula, sizes, swell)


def swollen(graph):
    """[(order, operators shared, operators written out)] of derivatives in the first argument."""
    leaves = flatten(graph.arguments)[0]
    if leaves[0].known != () or len(flatten(graph.output)[0]) != 1:
        return []
    found = []
    for n in range(1, ORDERS + 1):
        graph = derivative(graph)
        found.append((n, len(graph), graph.written_out))
        if len(graph) > LONGEST:
            break
    return found


def error_curve(f, inputs):
    """The error of difference quotients against their step; None where it cannot be found."""
    for methods in (("forward", "central", "complex"), ("forward", "central")):
        try:
            with np.errstate(all="ignore"):
                found = numeric.error_curve(f, inputs, methods)
        except FAULTS:
            continue
        if all(np.any(np.isfinite(errors)) for errors in found.errors.values()):
            return found
    return None
