"""Making tensors: from data, by rule, and at random."""

from typing import Any

import numpy as np

from ..core.errors import ShapeError
from ..core.guests import taken_in
from ..core.op import TRACED, new_level
from ..core.public import has_traced
from ..ops import choose
from ..ops.choose import stop_gradient
from ..ops.move import as_array
from .chance import Generator, generator
from .copying import copied
from .tape import Tensor, new_tensor


def made(array, requires_grad):
    """A fresh tensor on an array that nobody else holds."""
    x = new_tensor(array)
    x.born = new_level()
    return x.requires_grad_() if requires_grad else x


def sizes(shape, size=None):
    """A shape given as separate ints, as one tuple, or as `size=`."""
    if size is not None:
        shape = size
    elif len(shape) == 1 and not isinstance(shape[0], (int, np.integer)):
        shape = shape[0]
    return (int(shape),) if isinstance(shape, (int, np.integer)) else tuple(shape)


def tensor(data, *, dtype=None, requires_grad=False):
    """A tensor with a copy of `data`: numbers, nested sequences, arrays or tensors.

    dtype: as NumPy infers it when None, so floats are float64.
    Raises RuntimeError for an integer dtype with `requires_grad=True`.

    >>> tensor([1.0, 2.0], requires_grad=True)
    tensor([1., 2.], requires_grad=True)
    """
    if type(data) is Tensor:
        data = data.detach().value
    elif isinstance(data, (list, tuple)) and has_traced(data):
        data = as_array(data).detach().value
    return made(numbers("tensor", np.array, data, dtype), requires_grad)


def numbers(name, convert, data, dtype):
    """`data` as an array of numbers, by `np.array` or `np.asarray`.

    Raises TypeError for what is no number, ShapeError for rows of different lengths.
    """
    data = taken_in(data, name)
    try:
        array = convert(data, dtype)
    except (TypeError, ValueError) as error:
        if isinstance(data, (list, tuple)) and "inhomogeneous" in str(error):
            raise ShapeError(
                f"{name}: the data are rows of different lengths; an array needs equal ones"
            ) from None
        kind = type(data).__name__
        raise TypeError(f"{name}: data of type {kind} are not {dtype}: {error}") from None
    if array.dtype.kind not in "biufc":
        kind = type(data).__name__
        what = f", with elements of dtype {array.dtype}" if array.ndim else ""
        raise TypeError(
            f"{name}: the data are of type {kind}{what}; give numbers, sequences of them, or an "
            "array"
        )
    return array


def as_tensor(data, dtype=None):
    """`data` as a tensor: itself if it is one, sharing memory if it is an array.

    >>> as_tensor(np.ones(2))
    tensor([1., 1.])
    """
    if type(data) in TRACED:
        return data if dtype is None else data.astype(dtype)
    if isinstance(data, (list, tuple)) and has_traced(data):
        return as_tensor(as_array(data), dtype)
    return new_tensor(
        data if is_array(data, dtype) else numbers("as_tensor", np.asarray, data, dtype)
    )


def is_array(data, dtype):
    """Whether `data` is an array already, of another library perhaps, and stays as it is."""
    known = dtype is None and hasattr(data, "__array_function__") and not hasattr(data, "mask")
    return known and data.dtype.kind in "biufc"


def asarray(obj, *, dtype=None, copy=None, requires_grad=None):
    """`obj` as a tensor: a tensor, an array, nested sequences of numbers or tensors, a buffer, or
    what another library offers by DLPack.

    copy: True makes a new array, False never does, None only where it must.
    requires_grad: None keeps what `obj` says; True makes a leaf; False gives a constant.
    Raises ValueError where `copy=False` needs a copy.

    >>> asarray([1.0, 2.0], requires_grad=True)
    tensor([1., 2.], requires_grad=True)
    """
    x: Any = obj
    shares = True
    if isinstance(obj, (list, tuple)) and has_traced(obj):
        x, shares = as_array(obj), False
    elif type(obj) not in TRACED:
        array, shares = memory_of(obj, dtype)
        x = new_tensor(array)
    found = x if dtype is None or x.dtype == np.dtype(dtype) else x.astype(dtype)
    if copy is False and not (shares and found is x):
        what = f"{type(obj).__name__} as {np.dtype(dtype or found.dtype)}"
        raise ValueError(f"asarray: copy=False is given, and a {what} needs a copy; leave it out")
    if copy and shares and found is x:
        found = x.unary(copied)
    if requires_grad is None:
        return found
    if not requires_grad:
        return stop_gradient(found) if type(found) is not Tensor else found.detach()
    traced = type(found) is not Tensor or found.requires_grad
    return found if traced else found.requires_grad_()


def memory_of(obj, dtype):
    """(array, whether it shares memory with `obj`) of what is no value of ours."""
    if isinstance(obj, bytearray):
        return np.frombuffer(obj, dtype or np.float64), True
    if hasattr(obj, "__dlpack__") and not hasattr(obj, "__array_function__"):
        obj = np.from_dlpack(obj)
    if is_array(obj, None):
        return obj, True
    shares = isinstance(obj, memoryview) or hasattr(obj, "__array_interface__")
    shares = shares and not isinstance(obj, np.generic)
    return numbers("asarray", np.asarray, obj, None), shares


def from_numpy(array):
    """A tensor that shares the array's memory.

    >>> from_numpy(np.zeros(2))
    tensor([0., 0.])
    """
    if not hasattr(array, "__array_interface__"):
        raise TypeError(f"from_numpy needs an array, not {type(array).__name__}; use tensor(data)")
    return new_tensor(numbers("from_numpy", np.asarray, array, None))


def arange(start, end=None, step: Any = 1, *, dtype=None, requires_grad=False):
    """Numbers from `start` (or 0) up to but not including `end`.

    >>> arange(4.0)
    tensor([0., 1., 2., 3.])
    """
    low, high = (0, start) if end is None else (start, end)
    return made(np.arange(low, high, step, dtype=dtype), requires_grad)


def linspace(start, end, steps=50, *, dtype=None, requires_grad=False):
    """`steps` equally spaced numbers from `start` to `end`, both included.

    >>> linspace(0, 1, 3)
    tensor([0.0000, 0.5000, 1.0000])
    """
    return made(np.linspace(start, end, steps, dtype=dtype), requires_grad)


def zeros(*shape, size=None, dtype=None, requires_grad=False):
    """Zeros of the given shape.

    >>> zeros(2)
    tensor([0., 0.])
    """
    return made(np.zeros(sizes(shape, size), dtype or np.float64), requires_grad)


def ones(*shape, size=None, dtype=None, requires_grad=False):
    """Ones of the given shape.

    >>> ones(2)
    tensor([1., 1.])
    """
    return made(np.ones(sizes(shape, size), dtype or np.float64), requires_grad)


def empty(*shape, size=None, dtype=None, requires_grad=False):
    """A tensor of the given shape whose numbers are not set."""
    return made(np.empty(sizes(shape, size), dtype or np.float64), requires_grad)


def full(size, fill_value, *, dtype=None, requires_grad=False):
    """`fill_value` everywhere in the given shape.

    >>> full((2,), 3.0)
    tensor([3., 3.])
    """
    return made(np.full(sizes((size,)), fill_value, dtype), requires_grad)


def eye(n, m=None, *, dtype=None, requires_grad=False):
    """Ones on the diagonal, zeros elsewhere, shape (n, m).

    >>> eye(2)
    tensor([[1., 0.],
            [0., 1.]])
    """
    return made(np.eye(n, m, dtype=dtype or np.float64), requires_grad)


def manual_seed(seed):
    """Start the random numbers of `rand`, `randn` and their kin from `seed`.

    >>> manual_seed(0); a = rand(2); manual_seed(0); bool((rand(2) == a).all())
    True
    """
    Generator.rng = np.random.default_rng(seed)


def rand(*shape, size=None, dtype=None, requires_grad=False):
    """Uniform random numbers in [0, 1).

    >>> rand(2, 3).shape
    (2, 3)
    """
    values = generator().random(sizes(shape, size))
    return made(np.asarray(values, dtype), requires_grad)


def randn(*shape, size=None, dtype=None, requires_grad=False):
    """Normal random numbers of mean 0 and variance 1.

    >>> randn(size=()).shape
    ()
    """
    values = generator().standard_normal(sizes(shape, size))
    return made(np.asarray(values, dtype), requires_grad)


def randint(low, high=None, size: Any = None, *, dtype=None):
    """Random integers from `low` (or 0) up to but not including `high`; also `randint(high, size)`.

    >>> randint(3, size=(4,)).shape
    (4,)
    """
    if size is None and isinstance(high, (tuple, list)):
        low, high, size = 0, low, high
    shape = sizes((() if size is None else size,))
    return made(np.asarray(generator().integers(low, high, shape), dtype), False)


def randperm(n):
    """A random order of the numbers below `n`.

    >>> sorted(randperm(3).tolist())
    [0, 1, 2]
    """
    return made(generator().permutation(n), False)


def rand_like(x, *, dtype=None, requires_grad=False):
    """Uniform random numbers of the shape and dtype of `x`."""
    return rand(size=x.shape, dtype=dtype or x.dtype, requires_grad=requires_grad)


def randn_like(x, *, dtype=None, requires_grad=False):
    """Normal random numbers of the shape and dtype of `x`."""
    return randn(size=x.shape, dtype=dtype or x.dtype, requires_grad=requires_grad)


def zeros_like(x, *, dtype=None, requires_grad=False):
    """Zeros of the shape and dtype of `x`, or of another dtype.

    >>> zeros_like(ones(2, 1))
    tensor([[0.],
            [0.]])
    """
    return like(x, choose.zeros_like(x), dtype, requires_grad)


def ones_like(x, *, dtype=None, requires_grad=False):
    """Ones of the shape and dtype of `x`, or of another dtype.

    >>> ones_like(zeros(2), requires_grad=True)
    tensor([1., 1.], requires_grad=True)
    """
    return like(x, choose.ones_like(x), dtype, requires_grad)


def like(x, made, dtype, requires_grad):
    """A constant of the kind of `x`, with the dtype and the tape that were asked for."""
    if dtype is not None:
        made = made.astype(dtype)
    if type(x) in TRACED and (type(made) not in TRACED or made.level < x.level):
        made = x.lifted(made)  # to be filled with such values
    elif type(made) is Tensor and not made.level:
        made.born = new_level()
    return as_tensor(made).requires_grad_() if requires_grad else made


empty_like = zeros_like


def full_like(x, fill_value, *, dtype=None, requires_grad=False):
    """`fill_value` in the shape and dtype of `x`.

    >>> full_like(zeros(2), 3.0)
    tensor([3., 3.])
    """
    return full(x.shape, fill_value, dtype=dtype or x.dtype, requires_grad=requires_grad)


def is_tensor(x):
    """Whether `x` is a tensor.

    >>> is_tensor(zeros(2)), is_tensor(np.zeros(2))
    (True, False)
    """
    return isinstance(x, Tensor)
