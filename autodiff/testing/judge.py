"""When two answers count as equal, how a derivative is measured, and what is said of a fault."""

from functools import wraps

import numpy as np

from ..core.errors import AutodiffError
from .sample import FLOATS, cases

# A rule is a handful of operations, each good to an ulp, on numbers that a domain keeps moderate.
ROUNDING = {dtype: 2**8 * float(np.finfo(dtype).eps) for dtype in FLOATS}
STEP = 2.0**-9
# Differences at STEP, STEP / 2 and STEP / 4 cancel the errors of order 2 and 4.  What is left is
# (STEP / r)**6 / 64 of the value, r the distance to the nearest singularity: nothing for r > 0.2.
WEIGHTS = (1 / 45, -20 / 45, 64 / 45)
# The sum of |weight| / step is 6.6 / STEP, so rounding is 2**12 ulps of a value good to one ulp;
# two bits more for functions that are good to four.
DIFFERENCE = 2**14 * float(np.finfo(np.float64).eps)


class LawError(AutodiffError, AssertionError):
    """A row of the table breaks a law; the message names both, the sample and the numbers."""


def law(check):
    """A law of rows from a check of one sample, which yields a sentence for each fault."""

    @wraps(check)
    def holds(row):
        for dtype in FLOATS:
            for case in cases(row, dtype):
                expect(check, row, case)

    return holds


def expect(check, row, case):
    """Raise LawError at the first fault, or where the row raises an error of its own."""
    try:
        fault = next(iter(check(case)), None)
    except Exception as error:
        raise LawError(said(check, row, case, f"{type(error).__name__}: {error}")) from error
    if fault is not None:
        raise LawError(said(check, row, case, fault))


def said(check, row, case, fault):
    """The message of a broken law."""
    sample = "" if case is row else f"\n  sample    {case}"
    return f"{row.name} breaks the law {check.__name__!r}: {check.__doc__}{sample}\n  {fault}"


def outputs(out):
    """The outputs of a row as a list."""
    return list(out) if isinstance(out, tuple) else [out]


def double(x):
    """An array in double precision; what is no floating point number as it is."""
    if not isinstance(x, np.ndarray) or x.dtype.kind not in "fc":
        return x
    return x.astype(np.complex128 if x.dtype.kind == "c" else np.float64)


def difference(f, xs, ts):
    """The derivative of `f` at `xs` along `ts`: central differences, extrapolated to no step."""
    total = None
    for k, weight in enumerate(WEIGHTS):
        h = STEP / 2**k
        ahead = outputs(f(*[np.asarray(x + h * t) for x, t in zip(xs, ts)]))
        behind = outputs(f(*[np.asarray(x - h * t) for x, t in zip(xs, ts)]))
        terms = [
            weight * (np.subtract(a, b, dtype=floating(a)) / (2 * h)) for a, b in zip(ahead, behind)
        ]
        total = terms if total is None else [a + b for a, b in zip(total, terms)]
    return total


def floating(x):
    """The double precision dtype of a tangent of `x`."""
    return np.complex128 if np.iscomplexobj(x) else np.float64


def largest(*arrays):
    """The largest finite absolute value; 0 of nothing."""
    sizes = [np.abs(np.asarray(a, floating(a))) for a in arrays if a is not None]
    return max([float(s[np.isfinite(s)].max(initial=0)) for s in sizes], default=0.0)


def apart(what, found, expected, allowed, scale=None):
    """Yield a sentence if two arrays differ in shape, or by more than `allowed` times the scale."""
    found, expected = np.asarray(found), np.asarray(expected)
    if found.shape != expected.shape:
        yield f"{what} has shape {found.shape}\n  expected  {expected.shape}"
        return
    scale = largest(expected) if scale is None else scale
    with np.errstate(invalid="ignore"):
        off = np.abs(found.astype(floating(found)) - expected.astype(floating(expected)))
    same = (found == expected) | (np.isnan(found) & np.isnan(expected)) | (off <= allowed * scale)
    if not same.all():
        worst = float(np.max(off[~same]))
        yield (
            f"{what}\n  found     {listed(found)}\n  expected  {listed(expected)}\n"
            f"  apart by  {worst:.3g}, allowed is {allowed * scale:.3g}"
        )


def unlike(what, found, expected):
    """Yield a sentence unless two arrays have the same dtype, shape and bits."""
    found, expected = np.asarray(found), np.asarray(expected)
    if found.dtype != expected.dtype or found.shape != expected.shape:
        yield (
            f"{what} is {found.dtype} {found.shape}\n"
            f"  expected  {expected.dtype} {expected.shape}"
        )
    elif found.tobytes() != expected.tobytes():
        yield f"{what}, bit for bit\n  found     {listed(found)}\n  expected  {listed(expected)}"


def listed(x):
    """The numbers of an array on one line, shortened."""
    return np.array2string(x, precision=17, threshold=12, edgeitems=3).replace("\n", "")
