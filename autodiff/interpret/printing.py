"""How tensors are shown: as PyTorch shows them, with four digits."""

import math

import numpy as np

from .vertex import Leaf


def represent(x):
    """`tensor([0., 1.], requires_grad=True)`"""
    if x.level:
        return f"Tensor(level={x.level}, shape={x.shape}, dtype={x.dtype})"
    if not hasattr(x.value, "__array_interface__"):
        return f"tensor({x.value!r})"
    suffix = []
    array = np.asarray(x.value)
    if array.size == 0 and array.shape != (0,):
        suffix.append(f"size={array.shape}")
    if not default_dtype(array):
        suffix.append(f"dtype={array.dtype}")
    if x.grad_fn is not None:
        suffix.append(f"grad_fn={x.grad_fn}")
    elif type(x.vertex) is Leaf:
        suffix.append("requires_grad=True")
    return "tensor(" + ", ".join([numbers(array, "tensor("), *suffix]) + ")"


def default_dtype(array):
    """Whether the numbers alone tell the dtype."""
    if array.size == 0:
        return array.dtype == np.float64
    return array.dtype in (np.float64, np.int64, np.bool_, np.complex128)


def numbers(array, prefix):
    """The numbers in brackets, aligned."""
    if array.size == 0:
        return "[]"
    text = formatter(array)
    if array.ndim == 0:
        return text(array[()])
    shown = np.array2string(
        array, separator=", ", prefix=prefix, threshold=1000, edgeitems=3, max_line_width=80,
        formatter={"all": text},
    )  # fmt: skip
    return shown


def formatter(array):
    """A function from one number to text of the common width."""
    if array.dtype.kind == "c":
        real, imag = formatter(array.real), formatter(np.abs(array.imag))

        def complex_text(z):
            sign = "-" if np.signbit(z.imag) else "+"
            return f"{real(z.real)}{sign}{imag(abs(z.imag)).strip()}j"

        return complex_text
    if array.dtype.kind == "b":
        width = 5 if array.ndim and not array.all() else 4
        return lambda x: str(bool(x)).rjust(width if array.ndim else 0)
    plain = float_text(array) if array.dtype.kind == "f" else str
    if array.ndim == 0:
        return plain
    shown = array.ravel() if array.size <= 1000 else edges(array)
    finite = [len(plain(x)) for x in shown if np.isfinite(x)]
    width = max(finite or [len(plain(x)) for x in shown])
    return lambda x: plain(x).rjust(width)


def edges(array):
    """The elements that an abridged array shows."""
    for axis in range(array.ndim):
        if array.shape[axis] > 6:
            array = np.take(array, [0, 1, 2, -3, -2, -1], axis)
    return array.ravel()


def float_text(array):
    """PyTorch's choice: `1.` for whole numbers, four digits, or powers of ten for wide ranges."""
    finite = np.abs(array[np.isfinite(array) & (array != 0)])
    if finite.size == 0:
        return lambda x: f"{x:.0f}." if math.isfinite(x) else str(float(x))
    low, high = float(finite.min()), float(finite.max())
    whole = bool((finite == np.floor(finite)).all())
    if whole and (high / low <= 1000 or high <= 1e8) and high <= 1e8:
        return lambda x: f"{x:.0f}." if math.isfinite(x) else str(float(x))
    if high / low > 1000 or high > 1e8 or low < 1e-4:
        return lambda x: f"{x:.4e}" if math.isfinite(x) else str(float(x))
    return lambda x: f"{x:.4f}" if math.isfinite(x) else str(float(x))
