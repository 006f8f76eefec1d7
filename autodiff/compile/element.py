"""One element: a row's descriptor written out on typed values."""

import math

import numpy as np

from ..interpret.graph import Node
from .emit import BOOL, LOWERED


def dtype_or_number(a):
    """What decides the dtype of a result: the dtype of a value, or a Python number itself."""
    if type(a) is Node:
        return a.declared
    return a.dtype if hasattr(a, "dtype") else a


def working_dtypes(x, lower):
    """The dtypes in which the arguments of a node are computed with; None where not natively."""
    args = x.args
    if lower.within == "truth":
        found = [BOOL] * len(args)
    elif lower.within == "own":
        found = [np.result_type(dtype_or_number(a)) for a in args]
    elif lower.within == "common":
        found = [np.result_type(*map(dtype_or_number, args))] * len(args)
        whole = all(np.result_type(dtype_or_number(a)).kind in "iu" for a in args)
        if found[0].kind == "f" and whole:  # NumPy compares int64 and uint64 exactly
            return None
    else:
        found = [x.declared] * len(args)
    if lower.within == "choice":
        found[0] = BOOL
        if x.declared.kind not in lower.kinds:
            return None
    elif any(d.kind not in lower.kinds for d in found):
        return None
    if any(d not in LOWERED for d in found) or not all(map(representable, args, found)):
        return None
    return found


def representable(a, dtype):
    """Whether a constant is a number that fits the dtype."""
    if type(a) is Node:
        return True
    if np.result_type(a) not in LOWERED:
        return False
    if dtype.kind in "iu" and np.ndim(a) == 0 and not isinstance(a, (bool, np.bool_)):
        info = np.iinfo(dtype)
        return np.result_type(a).kind in "iub" and info.min <= int(a) <= info.max
    return True


def written_out(b, x, lower, values, dtypes):
    """The value of a node from those of its arguments."""
    given = [b.convert(v, d) for v, d in zip(values, dtypes)]
    return b.convert(lower.emit(b, *given, **x.params), x.declared)


def plain(number):
    """Whether a constant is baked into the code: others are read, so that they may differ."""
    number = float(number)
    return not math.isfinite(number) or (abs(number) <= 16 and number * 4 == int(number * 4))
