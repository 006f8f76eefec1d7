"""PyTorch's names of dtypes and of questions about them; a dtype here is NumPy's."""

import numpy as np
from numpy import (
    can_cast as can_cast,
    complex64 as cfloat,
    complex128 as cdouble,
    e as e,
    finfo as finfo,
    float16 as float16,
    float16 as half,
    float32 as float,
    iinfo as iinfo,
    int8 as int8,
    int16 as int16,
    int16 as short,
    int32 as int,
    int64 as long,
    promote_types as promote_types,
    uint8 as uint8,
)

from ..core.errors import ArgumentError
from .vertex import UNRECORDED

__all__ = [
    "can_cast", "cdouble", "cfloat", "e", "finfo", "float", "float16", "half", "iinfo", "int",
    "int8", "int16", "long", "promote_types", "short", "uint8",
]  # fmt: skip


class Size(tuple):
    """A shape, with the number of elements as `numel()`.

    >>> Size([2, 3]).numel(), Size([2, 3]) == (2, 3)
    (6, True)
    """

    def numel(self):
        """The number of elements."""
        return np.prod(self, dtype=np.int64).item()


def result_type(first, second):
    """The dtype of the sum of two tensors or numbers.

    >>> result_type(tensor([1.0]), 2)
    dtype('float64')
    """
    return np.result_type(*[getattr(x, "dtype", x) for x in (first, second)])


def get_default_dtype():
    """float64: the dtype of tensors of floats, unless another is given."""
    return np.dtype(np.float64)


def set_default_dtype(dtype):
    """Only float64 is the default here; give `dtype=` for others."""
    if np.dtype(dtype) != np.float64:
        raise ArgumentError(
            f"set_default_dtype: {np.dtype(dtype)} is given and float64 is the only default; give "
            "dtype= where a tensor is made"
        )


def is_inference_mode_enabled():
    """Whether operations are not recorded now, as inside `inference_mode`."""
    return UNRECORDED.get() >= 0
