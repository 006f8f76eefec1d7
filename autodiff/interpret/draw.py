"""Random numbers by distributions whose parameters are tensors, by PyTorch's names."""

from typing import Any

import numpy as np

from ..core.errors import RangeError
from ..core.op import TRACED
from ..ops.move import as_array
from .chance import generator
from .create import made, sizes
from .tape import Tensor, new_tensor


def numbers(x):
    """The numbers of a parameter."""
    return np.asarray(x.detach().value if type(x) in TRACED else x)


def drawn(x, values, dtype=None):
    """A tensor of random numbers; through one of a tensor that is recorded the derivative is 0."""
    array = np.asarray(values, dtype or numbers(x).dtype)
    if type(x) is Tensor and x.vertex is not None and array.dtype.kind == "f":
        return x * 0 + array
    return new_tensor(array)


def probabilities(name, p):
    """Parameters between 0 and 1."""
    p = numbers(p)
    if not ((p >= 0) & (p <= 1)).all():
        raise RangeError(
            f"{name}: p must lie between 0 and 1, and reaches from {p.min()} to {p.max()}"
        )
    return p


def bernoulli(input, p: Any = None):
    """1 with the probability that `input` gives for each element, or `p`, else 0.

    >>> bernoulli(np.array([0.0, 1.0]))
    tensor([0., 1.])
    """
    chance = probabilities("bernoulli", input if p is None else p)
    shape = numbers(input).shape
    return drawn(input, generator().random(shape) < chance)


def multinomial(input, num_samples, replacement=False):
    """Places drawn with the weights along the last axis: whole numbers, without a derivative.

    >>> multinomial(np.array([0.0, 1.0]), 3, replacement=True)
    tensor([1, 1, 1])
    """
    weights = numbers(input)
    if weights.ndim not in (1, 2):
        raise RangeError(
            f"multinomial: the weights have shape {weights.shape}; they need one axis or two"
        )
    if not (np.isfinite(weights) & (weights >= 0)).all() or not (weights.sum(-1) > 0).all():
        raise RangeError("multinomial: the weights must be finite, none negative and not all 0")
    if not replacement and num_samples > (weights > 0).sum(-1).min():
        raise RangeError(
            f"multinomial: {num_samples} places are to be drawn, and fewer have a weight; give "
            "replacement=True"
        )
    rows = weights.reshape(-1, weights.shape[-1])
    rows = rows / rows.sum(-1, keepdims=True)
    found = [generator().choice(len(row), num_samples, replacement, row) for row in rows]
    return new_tensor(np.array(found, np.int64).reshape(*weights.shape[:-1], num_samples))


def normal(mean: Any = 0.0, std: Any = 1.0, size: Any = None, *, requires_grad=False):
    """Normal random numbers; `mean` and `std` broadcast, or numbers with a shape.

    >>> normal(0.0, 1.0, (2,)).shape
    (2,)
    """
    shape = (
        np.broadcast_shapes(numbers(mean).shape, numbers(std).shape)
        if size is None
        else sizes((), size)
    )
    if (numbers(std) < 0).any():
        raise RangeError(f"normal: std must not be negative, and is {numbers(std).min()}")
    values = generator().normal(numbers(mean), numbers(std), shape)
    if requires_grad:
        return made(values, True)
    recorded = [x for x in (mean, std) if getattr(x, "vertex", None) is not None]
    return drawn(
        recorded[0] if recorded else mean,
        values,
        float,
    )


def poisson(input):
    """Poisson random numbers with these means.

    >>> poisson(np.zeros(2))
    tensor([0., 0.])
    """
    rates = numbers(input)
    if (rates < 0).any():
        raise RangeError(f"poisson: a mean must not be negative, and is {rates.min()}")
    return drawn(input, generator().poisson(rates))


def binomial(count, prob):
    """Binomial random numbers of so many trials with these probabilities."""
    chance = probabilities("binomial", prob)
    return drawn(prob, generator().binomial(numbers(as_array(count)).astype(int), chance))


def randint_like(x, low, high=None, *, dtype=None):
    """Random integers in the shape and dtype of `x`."""
    low, high = (0, low) if high is None else (low, high)
    values = generator().integers(low, high, size=x.shape)
    return new_tensor(values.astype(dtype or x.dtype))
