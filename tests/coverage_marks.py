"""What one name of NumPy or SciPy does in every mode of differentiation, found by calling it.

A mark is "yes", "some" (of the calls), "no"; natively "native", "call-back", "no".
"""

import warnings
from typing import Any, NamedTuple

import numpy as np

import autodiff as ad
from autodiff.compile.jit import jit
from autodiff.core.op import TRACED
from autodiff.testing.judge import difference, outputs

NEAR = 1e-5  # of the largest number: what differences of a step leave
SAME = 1e-9
MODES = ("forward", "reverse", "batch", "graph", "native")
DERIVED, CONSTANT, REFUSED, PLAIN = "differentiable", "constant", "refused", "plain"


class Call(NamedTuple):
    """f: a function of one array that calls the name; x: the array.

    argument: which one is differentiated, where each has a call of its own.
    """

    f: Any
    x: Any
    argument: str = ""


class Wrong(AssertionError):
    """A mode gave something else than NumPy and differences do."""


def quiet(function):
    """The function, with what NumPy and the compiler warn of unsaid."""

    def silent(*args):
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return function(*args)

    return silent


def listed(y):
    """Every array of an output."""
    return [p for part in y for p in listed(part)] if isinstance(y, (tuple, list)) else [y]


def agree(found, expected, tolerance):
    for a, b in zip(listed(found), listed(expected), strict=True):
        a, b = np.asarray(a), np.asarray(b)
        if a.shape != b.shape:
            raise Wrong(f"shape {a.shape} in the place of {b.shape}")
        if a.dtype.kind not in "biufc":
            if not np.array_equal(a, b):
                raise Wrong("another value")
            continue
        scale = np.abs(b[np.isfinite(b)]).max(initial=1.0) if b.size else 1.0
        if not np.allclose(a, b, rtol=tolerance, atol=tolerance * scale, equal_nan=True):
            raise Wrong("another value")


def direction(x):
    """A direction for every element; none where it is not a number."""
    t = 0.3 + 0.7 * np.abs(np.cos(np.arange(1.0, x.size + 1))).reshape(x.shape)
    t = t * np.exp(1j * np.arange(x.size)).reshape(x.shape) if x.dtype.kind == "c" else t
    return np.where(np.isnan(x), 0, t)


def weights(part):
    """The cotangent of one array."""
    shape = np.shape(part)
    w = np.cos(np.arange(1.0, np.prod(shape, dtype=int) + 1)).reshape(shape)
    return w.astype(np.result_type(part.dtype, np.float32))


def scalar(f, like):
    """The weighed sum of the outputs of `f`."""
    cotangents = [weights(p) for p in listed(like)]

    def total(x):
        parts = [np.real(p * w).sum() for p, w in zip(listed(f(x)), cotangents, strict=True)]
        return sum(parts[1:], parts[0])

    return total


# ------------------------------------------------------------------- derivatives


def forward(f, x):
    t = direction(x)
    y, dy = ad.jvp(f, (x,), (t,))
    agree(y, f(x), SAME)
    agree(dy, difference(lambda z: tuple(listed(f(z))), [x], [0.01 * t]), NEAR, 0.01)


def reverse(f, x):
    t = direction(x)
    total = scalar(f, f(x))
    (slope,) = difference(total, [x], [0.01 * t])
    found = np.where(np.isnan(x), 0, ad.grad(total)(x))
    agree(np.vdot(found, t).real, slope * 100, NEAR)
