"""Where a run leaves the domain of an operator: the first place, in one sentence."""

import numpy as np

from . import writing
from .digits import value_text
from .formulas import with_sign

NEEDS = {
    "log": "a positive argument", "log2": "a positive argument", "log10": "a positive argument",
    "log1p": "an argument above -1", "sqrt": "an argument of at least 0",
    "asin": "an argument from -1 to 1", "acos": "an argument from -1 to 1",
    "acosh": "an argument of at least 1", "atanh": "an argument between -1 and 1",
    "divide": "a divisor other than 0", "remainder": "a divisor other than 0",
    "reciprocal": "an argument other than 0",
    "power": "a positive base, or a whole exponent of a base other than 0",
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
            return sentence(v, args)
    return ""


def at_pole(v, args):
    """Where the operator has a pole: not where finite numbers overflow."""
    if v.op == "divide":
        return np.abs(args[1]) < SMALL
    if v.op == "power":
        return np.abs(args[0]) < SMALL
    return np.ones(v.shape, bool)


def sentence(v, args):
    """What was given to an operator, and what it needs."""
    texts = [with_sign(value_text(a)) for a in args]
    call, _ = writing.called(v.row, texts, v.params)
    need = NEEDS.get(v.op, "arguments inside its domain")
    where = f" (line {v.line['line']}: {v.line['code']})" if v.line else ""
    return f"{call} has no value at {v.name}{where}: {writing.spelled(v.row)} needs {need}"


def steep(run):
    """Sentences on local derivatives that are not finite although the values are."""
    found = []
    for v, _, e in run.edges:
        if e.partial is None or v.value is None:
            continue
        if np.all(np.isfinite(v.value)) and not np.all(np.isfinite(e.partial)):
            found.append(f"{e.symbol} is {value_text(e.partial)} at this point")
    return found
