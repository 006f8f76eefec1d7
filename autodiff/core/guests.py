"""Containers of other libraries that meet a value being differentiated.

NumPy leaves an operation to the other operand where that asks for it; so do we.  What can hold
values of ours (xarray) gets them, what can hold numbers alone (pandas, SciPy's sparse matrices,
masked arrays) is refused in one sentence rather than read as an array that it is not.
"""

from typing import Any

import numpy as np

from .errors import AutodiffError

ORDINARY = frozenset((
    float, int, bool, complex, str, type(None), list, tuple, np.ndarray, *np.sctypeDict.values()
))  # fmt: skip
MATRIX_PRODUCTS = frozenset(("multiply", "power"))  # what Python's operators of np.matrix mean


def met(op, args, guest) -> Any:
    """What `op(*args)` is, of which `guest` is of no kind that we know; None where it is an array.

    Raises TypeError for a container that cannot hold values being differentiated.
    """
    if isinstance(guest, np.ndarray):
        inside = taken_in(guest, op.name)
        return None if inside is guest else again(op, args, guest, inside)
    if hasattr(guest, "tocsr"):
        raise refused(op.name, guest, "give its toarray(), or write A @ x for the product")
    protocol: Any = getattr(guest, "__array_ufunc__", False)
    if protocol is None:  # NumPy's word for: leave it to me
        return NotImplemented
    if hasattr(guest, "__array_function__"):
        return None
    if not protocol or not elementwise(op.evaluate):
        return again(op, args, guest, np.asarray(guest)) if hasattr(guest, "__array__") else None
    advice = "give its numbers as an array, such as its to_numpy() or values"
    try:
        found = protocol(op.evaluate, "__call__", *args)
    except (AutodiffError, AttributeError, TypeError) as error:
        raise refused(op.name, guest, advice) from error
    if found is NotImplemented:
        raise refused(op.name, guest, advice)
    return found


def elementwise(function):
    """Whether NumPy's protocol of ufuncs speaks of a function, and all libraries know it."""
    return isinstance(function, np.ufunc) and function.signature is None


def again(op, args, guest, inside):
    """The operation with an array in the place of the guest."""
    return op(*[inside if a is guest else a for a in args])


def taken_in(x, name="the function") -> Any:
    """A container as an array; an array of a library that answers NumPy's protocols as it is.

    Raises TypeError for a masked array and for a sparse matrix.
    """
    if type(x) in ORDINARY:
        return x
    if isinstance(x, np.matrix):
        if name in MATRIX_PRODUCTS:
            raise refused(name, x, "give np.asarray(m), and write @ for the matrix product")
        return np.asarray(x)
    if isinstance(x, np.ndarray):
        if hasattr(x, "mask"):
            raise refused(name, x, "give x.filled(value), and choose with where(mask, a, b)")
        return x
    if hasattr(x, "tocsr"):
        raise refused(name, x, "give its toarray(), or write A @ x for the product")
    if hasattr(x, "__array_function__") or not hasattr(x, "__array__"):
        return x
    return np.asarray(x)


def refused(name, guest, advice):
    """The error of a container that holds numbers alone."""
    kind = f"{type(guest).__module__.partition('.')[0]} {type(guest).__name__}"
    return TypeError(f"{name}: a {kind} cannot hold values being differentiated; {advice}")
