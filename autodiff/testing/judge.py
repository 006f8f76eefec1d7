"""When two answers count as equal, how a derivative is measured, and what is said of a fault."""

from functools import wraps

import numpy as np

from ..core.errors import AutodiffError
from .sample import FLOATS, cases

# A rule is a handful of operations, each good to an ulp, on numbers that a domain keeps moderate.
ROUNDING = {dtype: 2**8 * float(np.finfo(dtype.type).eps) for dtype in FLOATS}
STEP = 2.0**-7
# Differences at STEP, STEP / 2 and STEP / 4 cancel the errors of order 2 and 4.  What is left is
# (STEP / r)**6 / 64 of the value: below rounding for r > 0.3, where r is the distance to the
# nearest singularity in units of the tangent, which is a sixth of the domain.
WEIGHTS = (1 / 45, -20 / 45, 64 / 45)
# The sum of |weight| / step is 6.6 / STEP: rounding is 2**10 ulps of a value good to one ulp, and
# four bits more of one good to 16, as LAPACK's are.
DIFFERENCE = 2**14 * float(np.finfo(np.float64).eps)


class LawError(AutodiffError, AssertionError):
    """A row of the table breaks a law; the message names both, the sample and the numbers."""


def every_float(row):
    """All samples of a row in the four dtypes that carry derivatives."""
    for dtype in FLOATS:
        yield from cases(row, dtype)


def doubles_only(row):
    """All samples of a row in double precision."""
    for dtype in FLOATS[1::2]:
        yield from cases(row, dtype)


def law(over=every_float):
    """A law of rows, from a check of one case that yields a sentence for each fault.

    over: the cases of a row.
    """

    def decorate(check):
        @wraps(check)
        def holds(row):
            for case in over(row):
                expect(check, row, case)

        return holds

    return decorate


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


def difference(f, xs, ts):
    """The derivative of `f` at `xs` along `ts`: central differences, extrapolated to no step."""
    terms = []
    for k, weight in enumerate(WEIGHTS):
        h = STEP / 2**k
        ahead = outputs(f(*[np.asarray(x + h * t) for x, t in zip(xs, ts)]))
        behind = outputs(f(*[np.asarray(x - h * t) for x, t in zip(xs, ts)]))
        scale = weight / (2 * h)
        terms.append([scale * np.subtract(a, b, dtype=floating(a)) for a, b in zip(ahead, behind)])
    return [sum(parts[1:], parts[0]) for parts in zip(*terms)]


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
            f"{what} is {found.dtype} {found.shape}\n  expected  {expected.dtype} {expected.shape}"
        )
    elif found.tobytes() != expected.tobytes():
        yield f"{what}, bit for bit\n  found     {listed(found)}\n  expected  {listed(expected)}"


def listed(x):
    """The numbers of an array on one line, shortened."""
    return np.array2string(x, precision=17, threshold=12, edgeitems=3).replace("\n", "")
