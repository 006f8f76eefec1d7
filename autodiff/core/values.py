"""What families ask of values of any kind: shapes, dtypes, zeros, sums of terms."""

import warnings
from math import prod
from typing import Any

import numpy as np

from .errors import UnknownShapeError
from .op import TRACED
from .spec import FLOAT64

DTYPES: dict[tuple, Any] = {}  # (operator, dtypes of the arguments) -> dtype of the output


SMALL = 4096  # elements up to which writing a number everywhere is quicker than broadcast_to


def stretch(x: Any, shape) -> Any:
    """`x` broadcast to `shape`."""
    if x.shape == shape:
        return x
    if type(x) in TRACED:
        return x.broadcast_to(shape)
    if isinstance(x, (np.ndarray, np.generic)) and prod(shape) <= SMALL:
        out = np.empty(shape, x.dtype)
        out[...] = x
        return out
    return np.broadcast_to(x, shape)


def zeros_like(x):
    """A constant zero of the shape and dtype of `x`."""
    return np.zeros(np.shape(x), np.result_type(x.dtype if hasattr(x, "dtype") else x))


def ones_like(x):
    """Constant ones of the shape of `x`; the number, while a shape is unknown."""
    try:
        return np.ones(x.shape)
    except UnknownShapeError:
        return np.ones(())


def total(terms) -> Any:
    """The sum of the terms that are there; None if there are none."""
    result = None
    for term in terms:
        if term is not None:
            result = term if result is None else result + term
    return result


def conjugated(rule, t, *args, **params):
    """conj(rule(conj(t))): the other direction of a complex rule."""
    return rule(t.conj(), *args, **params).conj()


def pad_rank(x, rank):
    """Insert axes behind the batch axis until an example has `rank` axes."""
    shape = x.shape
    return x.reshape(shape[:1] + (1,) * (rank + 1 - len(shape)) + shape[1:])


def same_rank(batched, args):
    """The arguments with the examples of each batched one padded to the largest rank."""
    rank = max([np.ndim(a) - b for a, b in zip(args, batched)])
    return [pad_rank(a, rank) if b and a.ndim <= rank else a for a, b in zip(args, batched)]


def stand_in(x):
    """Zeros of the shape and dtype of a traced value, without memory; others as they are."""
    if type(x) not in TRACED:
        return x
    return np.broadcast_to(np.zeros((), x.dtype or FLOAT64), x.shape)


def dtype_key(x):
    """What decides the dtype of a result: a dtype, or the type of a Python number."""
    return x.dtype if hasattr(x, "dtype") else type(x)


def result_dtype(op, args, **params):
    """The dtype of `op` on arguments of these dtypes, found by one evaluation on ones."""
    key = (op, *map(dtype_key, args), *params.items())
    if key not in DTYPES:
        unknown = any([k is None for k in key])  # np.dtype(float) == None is true
        ones = [a if not hasattr(a, "dtype") else np.ones((1,), a.dtype or FLOAT64) for a in args]
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the numbers do not matter
            dtype = np.result_type(op.evaluate(*ones, **params))
        DTYPES[key] = None if unknown and dtype == FLOAT64 else dtype
    return DTYPES[key]
