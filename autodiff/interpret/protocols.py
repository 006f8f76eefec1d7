"""NumPy's protocols: np.f(x, out=..., where=...), np.add.reduce and their kin, of every value.

Read when a function is first called that the fast path does not know; importing the modules of
functions puts them into the table of NumPy's functions.
"""

import inspect
from typing import Any

import numpy as np

from ..core.errors import RuleError, TracedError
from ..core.op import EAGER, NUMPY, TRACED
from ..ops import (
    decompose,
    differences,
    eigen,
    fft,
    histogram,
    join,
    least_squares,
    linalg,
    matrix,
    nans,
    numbers,
    order,
    padding,
    pick,
    polynomial,
    products,
    rearrange,
    scan,
    sets,
    signal,
    sort,
    totals,
)
from ..ops.choose import where as choose
from ..ops.move import as_array, broadcast_to
from . import arrays
from .refused import INSTEAD
from .ufuncs import METHODS

MODULES = (
    arrays, decompose, differences, eigen, fft, histogram, join, least_squares, linalg, matrix,
    nans, numbers, order, padding, pick, polynomial, products, rearrange, scan, sets, signal, sort,
    totals,
)  # fmt: skip
ABSENT: Any = np._NoValue
SKIPPED = ("out", "overwrite_input", "like", "subok")  # no argument of ours
ADAPTED = {}  # NumPy's function -> (names of its arguments, names of ours)


# ------------------------------------------------------------------- functions


def apply_function(function, args, kwargs):
    """What `np.function(*args, **kwargs)` is, for arguments of which some are traced."""
    ours = NUMPY.get(function)
    if ours is None:
        raise unknown(function)
    args, kwargs, out = adapted(function, ours, args, dict(kwargs))
    result = ours(*args, **kwargs)
    return result if out is None else stored(result, out, f"numpy.{function.__name__}")


def unknown(function):
    """The error of a function of NumPy that is not ours."""
    name = f"{function.__module__}.{function.__name__}"
    instead = INSTEAD.get(function.__name__)
    if instead is None:
        instead = "write it with functions that have a derivative, or make a row with ad.operator"
    return RuleError(f"{name} has no derivative; {instead}")


def adapted(function, ours, args, kwargs):
    """Arguments in our names and without those that say where the result goes: (..., out)."""
    names, own = ADAPTED.get(function) or names_of(function, ours)
    out = kwargs.pop("out", None)
    for i in reversed(range(min(len(names), len(args)))):
        if names[i] in SKIPPED:
            out = args[i] if names[i] == "out" else out
            args = (*args[:i], *args[i + 1 :])
    for name in SKIPPED[1:]:
        kwargs.pop(name, None)
    kept = [n for n in names if n not in SKIPPED]
    for theirs, mine in zip(kept, own):
        if theirs in kwargs and theirs not in own:
            kwargs[mine] = kwargs.pop(theirs)
    kwargs = {k: v for k, v in kwargs.items() if v is not ABSENT}
    if type(out) is tuple and len(out) == 1:
        out = out[0]
    return args, kwargs, out


def names_of(function, ours):
    """Positional argument names of NumPy's function and of ours, found once."""
    ADAPTED[function] = positional(function), positional(ours)
    return ADAPTED[function]


def positional(function):
    try:
        parameters = inspect.signature(function).parameters.values()
    except (ValueError, TypeError):
        return ()
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return tuple(p.name for p in parameters if p.kind in kinds)


def stored(result, out, name):
    """`out`, filled with the result: our values are rebound, plain arrays take plain numbers."""
    if type(out) is tuple:
        return tuple([stored(r, o, name) if o is not None else r for r, o in zip(result, out)])
    if type(out) in TRACED:
        out[...] = result
        return out
    numbers = constant(result)
    if numbers is None:
        raise TracedError(
            f"{name}: out= is a plain array, which would cut the derivative; leave out= away, or "
            "make the array with np.zeros_like(x) of a value that is differentiated"
        )
    if not np.can_cast(numbers.dtype, out.dtype, "same_kind"):
        raise TypeError(
            f"Cannot cast {name} output from {numbers.dtype} to {out.dtype} with casting rule "
            "'same_kind'; give an out= of the dtype of the result"
        )
    np.copyto(out, numbers, casting="same_kind")
    return out


def constant(x):
    """The numbers of a value that carries no derivative; None if it does."""
    if type(x) not in TRACED:
        return np.asarray(x)
    if getattr(x, "vertex", x) is None and x.level == EAGER:
        return np.asarray(x.value)
    return None


# ------------------------------------------------------------------- ufuncs


def apply_ufunc(ufunc, way, inputs, kwargs: Any) -> Any:
    """What `ufunc(*inputs, **kwargs)` or one of its methods is, for values that are traced."""
    name = f"numpy.{ufunc.__name__}" + ("" if way == "__call__" else f".{way}")
    op = NUMPY.get(ufunc)
    if op is None:
        raise unknown_ufunc(ufunc, name)
    kwargs = dict(kwargs)
    given = kwargs.pop("out", None)
    out: Any = given[0] if type(given) is tuple and len(given) == 1 else given
    inputs = [as_array(x) if isinstance(x, (list, tuple)) else x for x in inputs]
    if way == "__call__":
        result = called(op, ufunc, inputs, kwargs, out, name)
    else:
        result = METHODS[way](op, ufunc, *inputs, **kwargs)
    if out is None:
        return result
    if way == "__call__" and type(out) in TRACED and out.shape != result.shape:
        raise ValueError(
            f"{name}: non-broadcastable output operand with shape {out.shape} doesn't match the "
            f"broadcast shape {result.shape}"
        )
    return stored(result, out, name)


def unknown_ufunc(ufunc, name):
    """The error of a ufunc that has no row."""
    return TypeError(
        f"{name} has no row for values being differentiated; "
        "write it with functions that have one, or make one with autodiff.operator"
    )


def called(op, ufunc, inputs, kwargs, out, name) -> Any:
    """A ufunc with dtype=, casting= and where=."""
    mask = kwargs.pop("where", True)
    dtype, casting = kwargs.pop("dtype", None), kwargs.pop("casting", "same_kind")
    for harmless in ("order", "subok", "signature", "sig"):
        kwargs.pop(harmless, None)
    if kwargs and ufunc.signature is None:
        raise TypeError(f"{name}() got an unexpected keyword argument '{next(iter(kwargs))}'")
    if dtype is not None and ufunc.signature is None and np.dtype(dtype).kind != "O":
        inputs = [with_dtype(x, np.dtype(dtype), casting, name) for x in inputs]
    if mask is True:
        return op(*inputs, **kwargs)
    mask = as_array(mask)
    if mask.dtype.kind != "b":
        raise TypeError(f"{name}: where= has dtype {mask.dtype}; it needs truth values")
    result: Any = op(*[spared(x, mask) for x in inputs])
    before = out if out is not None else np.zeros((), result.dtype or float)
    return choose(mask, result, before)


def with_dtype(x, dtype, casting, name):
    """An argument in the dtype in which the ufunc is to compute."""
    x = as_array(x)
    if x.dtype == dtype:
        return x
    if not np.can_cast(x.dtype, dtype, casting):
        raise TypeError(
            f"{name}: cannot cast an input of dtype {x.dtype} to {dtype} with casting rule "
            f"'{casting}'; give casting='unsafe', or convert it with astype"
        )
    return x.astype(dtype)


def spared(x, mask):
    """An argument with 1 where the result is not asked for: nothing infinite comes from there."""
    if not hasattr(x, "dtype") or x.dtype is None or x.dtype.kind not in "fc":
        return x
    shape = np.broadcast_shapes(x.shape, mask.shape)
    return choose(mask, broadcast_to(x, shape), np.ones((), x.dtype))
