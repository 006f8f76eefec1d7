"""PyTorch's names of what the table has under others, and its sums with factors in one call."""

import numpy as np

from ..core.errors import DTypeError, ShapeError
from ..core.public import public
from ..core.spec import is_complex
from . import contract
from .arithmetic import absolute, reciprocal, sqrt
from .choose import choose, clip, equal, zeros_like
from .exponential import log
from .linalg import slogdet
from .move import as_array


def ranked(name, *arrays):
    """Arrays whose ranks are as PyTorch wants them: (array, rank, its name) each."""
    for x, rank, what in arrays:
        if len(x.shape) != rank:
            kind = ("", "a vector", "a matrix", "a stack of matrices")[rank]
            raise ShapeError(f"{name}: {what} must be {kind}, {rank}-d, and has shape {x.shape}; use matmul")


def products(name, left, right):
    """A product of two arrays of so many axes each, under PyTorch's name."""

    def function(x, y):
        x, y = as_array(x), as_array(y)
        ranked(name, (x, left, "the first argument"), (y, right, "the second argument"))
        if left == right == 3 and x.shape[0] != y.shape[0]:
            raise ShapeError(f"{name}: {x.shape[0]} and {y.shape[0]} matrices are given; they must be as many")
        return contract.matmul(x, y)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"Matrix product of a {left}-d and a {right}-d array; `matmul` takes any."
    return public()(function)


mm, mv, bmm = products("mm", 2, 2), products("mv", 2, 1), products("bmm", 3, 3)


def scaled(factor, x):
    """`factor x`; 1 is left out."""
    return x if isinstance(factor, (int, float)) and factor == 1 else factor * x


def blended(name, product, left, right):
    """`beta input + alpha product`, PyTorch's fused sums."""

    def function(input, x, y, *, beta=1, alpha=1):
        whole = scaled(alpha, product(as_array(x), as_array(y)))
        # beta = 0 leaves the input out, whatever it holds
        return whole if isinstance(beta, (int, float)) and beta == 0 else scaled(beta, as_array(input)) + whole

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"`beta input + alpha {left} {right}`, with PyTorch's names."
    return public()(function)


addmm = blended("addmm", mm, "mat1", "mat2")
addmv = blended("addmv", mv, "mat", "vec")
addr = blended("addr", contract.outer, "vec1", "vec2ᵀ")
baddbmm = blended("baddbmm", bmm, "batch1", "batch2")


@public()
def addcmul(input, tensor1, tensor2, *, value=1):
    """`input + value tensor1 tensor2`

    >>> float(addcmul(1.0, 2.0, 3.0, value=0.5))
    4.0
    """
    return as_array(input) + scaled(value, as_array(tensor1) * tensor2)


@public()
def addcdiv(input, tensor1, tensor2, *, value=1):
    """`input + value tensor1 / tensor2`

    >>> float(addcdiv(1.0, 2.0, 4.0))
    1.5
    """
    return as_array(input) + scaled(value, as_array(tensor1) / tensor2)


@public()
def lerp(start, end, weight):
    """The point between `start` and `end` at `weight`: exactly `start` at 0 and `end` at 1.

    >>> float(lerp(1.0, 3.0, 0.25))
    1.5
    """
    start, way = as_array(start), as_array(end) - start
    if isinstance(weight, (int, float)):
        return start + weight * way if abs(weight) < 0.5 else end - way * (1 - weight)
    return choose(absolute(weight) < 0.5, start + weight * way, end - way * (1 - weight))


@public()
def rsqrt(x):
    """Reciprocal of the square root.

    >>> float(rsqrt(4.0))
    0.5
    """
    return reciprocal(sqrt(floating(x)))


def floating(x):
    """`x` as an array of floating point or complex numbers."""
    x = as_array(x)
    return x.astype(np.float64) if x.dtype is not None and x.dtype.kind in "biu" else x


@public()
def logdet(a):
    """Logarithm of the determinant of `a`, shape (..., n, n); NaN where a real one is negative.

    Tangent: tr(a⁻¹ ȧ).  Source: Giles 2008.

    >>> float(logdet(np.eye(2)))
    0.0
    """
    sign, logabs = slogdet(a)
    return logabs + (log(sign) if is_complex(sign.dtype) else choose(sign < 0, np.nan, zeros_like(logabs)))


@public()
def clamp_min(x, min):
    """`x`, at least `min`; on the bound the derivative in `x` is 1.

    >>> clamp_min(np.array([-1.0, 2.0]), 0.0).tolist()
    [0.0, 2.0]
    """
    return clip(x, min, None)


@public()
def clamp_max(x, max):
    """`x`, at most `max`; on the bound the derivative in `x` is 1.

    >>> clamp_max(np.array([-1.0, 2.0]), 0.0).tolist()
    [-1.0, 0.0]
    """
    return clip(x, None, max)


@public()
def masked_fill(x, mask, value):
    """`value`, one number, where `mask` is true, else `x`, in the dtype of `x`.

    >>> masked_fill(np.array([1.0, 2.0]), np.array([True, False]), 0.0).tolist()
    [0.0, 2.0]
    """
    x, mask, value = as_array(x), as_array(mask), as_array(value)
    if mask.dtype is not None and mask.dtype.kind != "b":
        raise DTypeError(f"masked_fill: the mask has dtype {mask.dtype}; it needs truth values, as x > 0 gives them")
    if value.shape:
        raise ShapeError(f"masked_fill: value has shape {value.shape}; it is one number, use where for more")
    if x.dtype is not None and value.dtype is not None and x.dtype != value.dtype:
        if x.dtype.kind in "iu" and value.dtype.kind in "fc":
            raise DTypeError(f"masked_fill: a value of dtype {value.dtype} does not fit {x.dtype}; convert x with astype(float)")
        value = value.astype(x.dtype)
    return choose(mask, value, x)


def numel(x):
    """Number of elements.

    >>> numel(np.ones((2, 3)))
    6
    """
    return int(np.prod(as_array(x).shape, dtype=int))


def all_equal(x, y):
    """Whether shapes and all elements are equal: PyTorch's `equal`, as one truth value.

    >>> all_equal(np.ones(2), np.ones(2)), all_equal(np.ones(2), np.ones(3))
    (True, False)
    """
    x, y = as_array(x), as_array(y)
    return x.shape == y.shape and bool(equal(x, y).all())


def type_as(x, other):
    """`x` in the dtype of `other`.

    >>> type_as(np.ones(2), np.ones(2, np.float32)).dtype.name
    'float32'
    """
    return as_array(x).astype(other.dtype)
