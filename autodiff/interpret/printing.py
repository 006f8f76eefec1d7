"""How tensors are shown: as PyTorch shows them, with four digits."""

import math
from typing import Any

import numpy as np

from .vertex import Leaf

DEFAULT = {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80, "sci_mode": None}
PROFILES = {
    "default": DEFAULT,
    "short": {**DEFAULT, "precision": 2, "edgeitems": 2},
    "full": {**DEFAULT, "threshold": math.inf},
}
OPTIONS: dict[str, Any] = dict(DEFAULT)
PREFIX = "tensor("


def set_printoptions(
    precision=None, threshold=None, edgeitems=None, linewidth=None, profile=None, sci_mode=None
):
    """How tensors are printed from now on; what is not given stays.

    precision: digits behind the point; threshold: elements above which a tensor is abridged;
    edgeitems: elements shown at either edge then; linewidth: characters in a line;
    profile: "default", "short" or "full", to start from; sci_mode: whether powers of ten are
    written, None to choose by the numbers.

    >>> set_printoptions(precision=2)
    >>> tensor([0.125])
    tensor([0.12])
    >>> set_printoptions(profile="default")
    """
    if profile is not None:
        if profile not in PROFILES:
            raise ValueError(f"set_printoptions: profile={profile!r}; give one of {list(PROFILES)}")
        OPTIONS.update(PROFILES[profile])
    given = {
        "precision": precision, "threshold": threshold, "edgeitems": edgeitems,
        "linewidth": linewidth,
    }  # fmt: skip
    OPTIONS.update({name: value for name, value in given.items() if value is not None})
    OPTIONS["sci_mode"] = sci_mode


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
    return with_suffixes(PREFIX + numbers(array, len(PREFIX)), suffix) + ")"


def with_suffixes(text, suffixes):
    """The words behind the numbers, on a line of their own where they do not fit."""
    used = len(text) - text.rfind("\n") + 1
    for word in suffixes:
        if used + len(word) + 2 > OPTIONS["linewidth"]:
            text, used = f"{text},\n{' ' * len(PREFIX)}{word}", len(PREFIX) + len(word)
        else:
            text, used = f"{text}, {word}", used + len(word) + 2
    return text


def default_dtype(array):
    """Whether the numbers alone tell the dtype."""
    if array.size == 0:
        return array.dtype == np.float64
    return array.dtype in (np.float64, np.int64, np.bool_, np.complex128)


def numbers(array, indent):
    """The numbers in brackets, aligned."""
    if array.size == 0:
        return "[]"
    abridged = array.size > OPTIONS["threshold"]
    text, width = formatter(edges(array) if abridged else array)
    return bracketed(array, indent, text, width, abridged)


def bracketed(array, indent, text, width, abridged):
    """An array by its number of axes: a number, a row of them, or rows."""
    if array.ndim == 0:
        return text(array[()])
    n, edge = array.shape[0], OPTIONS["edgeitems"]
    cut = abridged and n > 2 * edge
    places = [*range(edge), None, *range(n - edge, n)] if cut else range(n)
    if array.ndim > 1:
        parts = [
            "..." if i is None else bracketed(array[i], indent + 1, text, width, abridged)
            for i in places
        ]
        return "[" + ("," + "\n" * (array.ndim - 1) + " " * (indent + 1)).join(parts) + "]"
    words = [" ..." if i is None else text(array[i]) for i in places]
    line = max(1, (OPTIONS["linewidth"] - indent) // (width + 2))
    lines = [", ".join(words[i : i + line]) for i in range(0, len(words), line)]
    return "[" + (",\n" + " " * (indent + 1)).join(lines) + "]"


def edges(array):
    """The elements that an abridged array shows."""
    edge = OPTIONS["edgeitems"]
    for axis in range(array.ndim):
        if (n := array.shape[axis]) > 2 * edge:
            array = np.take(array, [*range(edge), *range(n - edge, n)], axis)
    return array


def formatter(array):
    """(a function from one number to text, the common width)"""
    if array.dtype.kind == "c":
        (real, first), (imag, second) = formatter(array.real), formatter(array.imag)

        def complex_text(z):
            part = imag(z.imag).lstrip()
            return f"{real(z.real)}{'' if part[0] in '+-' else '+'}{part}j"

        return complex_text, first + second + 1
    if array.dtype.kind == "f":
        plain = float_text(array)
        flat = array[np.isfinite(array) & (array != 0)]
    else:
        plain, flat = str, array.ravel()
    width = max([len(plain(x)) for x in flat.ravel()], default=1)
    return lambda x: plain(x).rjust(width), width


def float_text(array):
    """PyTorch's choice: `1.` for whole numbers, four digits, or powers of ten for wide ranges."""
    finite = np.abs(array[np.isfinite(array) & (array != 0)])
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (1.0, 1.0)
    whole = bool((finite == np.floor(finite)).all())
    wide = OPTIONS["sci_mode"]
    if wide is None:
        wide = high / low > 1000 or high > 1e8 or (low < 1e-4 and not whole)
    digits = OPTIONS["precision"]
    pattern = f".{digits}e" if wide else ".0f" if whole else f".{digits}f"
    dot = "." if whole and not wide else ""
    return lambda x: format(float(x), pattern) + dot if math.isfinite(x) else str(float(x))
