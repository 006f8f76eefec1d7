"""Where a run leaves the domain of an operator: the first place, in one sentence."""

import numpy as np

from . import writing
from .digits import value_text
from .formulas import with_sign
from .words import sentence

NEEDS = {
    "log": "above 0", "log2": "above 0", "log10": "above 0", "log1p": "above -1",
    "sqrt": "at least 0", "asin": "within 1", "acos": "within 1", "acosh": "at least 1",
    "atanh": "inside 1", "divide": "divisor", "remainder": "divisor", "reciprocal": "not 0",
    "power": "base",
}  # fmt: skip
POLES = ("log", "log2", "log10", "log1p", "divide", "reciprocal", "atanh", "power")
SMALL = 1e-300  # what a pole divides by is zero, or next to it


def outside(run):
    """The first vertex whose value does not exist at these inputs, as a sentence; "" for none.

    An overflow, such as that of exp(1000), is a value; log(-1) and 1 / 0 are not.
    """
    for v in run.vertices:
        if v.row is None or v.value is None or v.dtype.kind not in "fc":
            continue
        args = [e.constant if e.vertex is None else run.vertices[e.vertex].value for e in v.edges]
        if any(a is None or not np.all(np.isfinite(a)) for a in args if np.ndim(a) >= 0):
            continue
        wrong = np.isnan(v.value)
        if v.op in POLES:
            wrong = wrong | (np.isinf(v.value) & at_pole(v, args))
        if np.any(wrong):
            return told(v, args)
    return ""


def at_pole(v, args):
    """Where the operator has a pole: not where finite numbers overflow."""
    if v.op == "divide":
        return np.abs(args[1]) < SMALL
    if v.op == "power":
        return np.abs(args[0]) < SMALL
    return np.ones(v.shape, bool)


def told(v, args):
    """What was given to an operator, and what it needs."""
    texts = [with_sign(value_text(a)) for a in args]
    call, _ = writing.called(v.row, texts, v.params)
    need = sentence(NEEDS.get(v.op, "domain"))
    where = sentence("here", line=v.line["line"], code=v.line["code"]) if v.line else ""
    name, operator = v.name, writing.spelled(v.row)
    return sentence("outside", call=call, name=name, where=where, operator=operator, need=need)


def steep(run):
    """Sentences on local derivatives that are not finite although the values are."""
    found = []
    for v, _, e in run.edges:
        if e.partial is None or v.value is None:
            continue
        if np.all(np.isfinite(v.value)) and not np.all(np.isfinite(e.partial)):
            found.append(sentence("steep", symbol=e.symbol, value=value_text(e.partial)))
    return found
