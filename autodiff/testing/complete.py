"""The law of what a row must hold, before anything of it is tried."""

import re

import numpy as np

from ..core.family import Contraction, Elementwise
from ..core.op import Op
from .judge import law
from .sample import cases


@law(over=lambda row: [row])
def complete(row):
    """every fact that a reader of the table asks for is there."""
    named = set(re.findall(r"\$(\w+)", row.latex or ""))
    known = {a.strip("*") for a in row.arguments}
    if named - known:
        yield f"latex names the argument ${min(named - known)}\n  expected  one of {sorted(known)}"
    yield from misread(row)
    yield from unruled(row)
    yield from (tried(row) if row.sample is not None else unplaced(row))


def misread(row):
    """What is wrong with `reads`: letters of "xy", or for each rule the names that it reads."""
    if type(row.reads) is str:
        if set(row.reads) - set("xy"):
            yield f"reads is {row.reads!r}\n  expected  letters of 'xy'"
    elif len(row.reads) != len(row.arguments):
        yield f"reads has {len(row.reads)} entries\n  expected  {len(row.arguments)}, one a rule"


def unruled(row):
    """What rules are missing."""
    for name in ("jvp", "vjp", "batch") if row.differentiable else ("batch",):
        if getattr(getattr(row, name), "__func__", None) is getattr(Op, name):
            yield f"the {name} rule is missing\n  expected  {name}= or another family"
    given = row.rules if isinstance(row, Elementwise) else ()
    given = row.transposes if isinstance(row, Contraction) else given
    if type(given) is tuple and given and len(given) != len(row.arguments):
        yield f"{len(given)} rules are given\n  expected  {len(row.arguments)}, one an argument"


def unplaced(row):
    """What is wrong with the domain."""
    count = len(row.arguments)
    if row.domain is None or len(row.domain) != count:
        wanted = f"the ends of an interval for each of {count}, or a sample"
        yield f"domain is {row.domain}\n  expected  {wanted}"
        return
    for ends in row.domain:
        if len(ends) < 2 or len(ends) % 2 or list(ends) != sorted(set(ends)):
            yield f"domain has the interval {ends}\n  expected  growing ends: low, high"
            return
    yield from tried(row)


def tried(row):
    """What is wrong with the first value."""
    found = cases(row, np.float64) or cases(row, np.complex128)
    if not found:
        yield "evaluate takes neither float64 nor complex128\n  expected  a sample that it takes"
        return
    out = row.evaluate(*found[0].args, **found[0].params)
    count = len(out) if type(out) is tuple else None
    if count != row.outputs:
        yield f"outputs is {row.outputs}\n  expected  {count}, as evaluate gives"
