"""The methods that change a tensor in place: `add_`, `mul_`, `zero_`, `+=` and their kin."""

import operator

import numpy as np

from ..ops.arithmetic import absolute, negative, reciprocal, sqrt, square
from ..ops.choose import ceil, clip, floor, sign, where
from ..ops.exponential import exp, log, relu, sigmoid
from ..ops.move import broadcast_to
from ..ops.trigonometric import cos, sin, tanh
from .chance import generator
from .inplace import change, rebinds, refuse_inner
from .inplace_handles import augment
from .names import AUGMENTED


def before(x):
    """The tensor as it is now, for a rule to keep while the memory changes."""
    return x.like(np.array(x.value), x.vertex)


def arithmetic(name, function):
    """`x.add_(y)`, with PyTorch's `alpha=`."""

    def call(self, other, *, alpha=1):
        return change(self, function(before(self), other if alpha == 1 else alpha * other), name)

    call.__name__ = name
    call.__doc__ = f"In place `{function.__name__}`; returns the tensor."
    return call


def augmented(name, symbol, function):
    """`x += y`: in place for eager tensors, a new value inside a transform."""

    def call(self, other):
        if rebinds(self):
            return augment(self, function(self, other), f"x {symbol} y")
        return change(self, function(before(self), other), f"x {symbol} y")

    call.__name__ = name
    return call


def elementwise(name, function):
    """`x.exp_()`"""

    def call(self, *args, **kwargs):
        return change(self, function(before(self), *args, **kwargs), name)

    call.__name__ = name
    call.__doc__ = f"In place `{name[:-1]}`; returns the tensor."
    return call


def overwritten(self, new, name):
    """`new` instead of every element; what was there has a derivative of zero."""
    if self.vertex is not None and new.vertex is None:
        new = where(np.zeros(self.shape, bool), before(self), new)
    return change(self, new, name)


def fill_(self, value):
    """Every element becomes `value`; returns the tensor."""
    return overwritten(self, self.like(np.full(self.shape, value, self.dtype)), "fill_")


def zero_(self):
    """Every element becomes 0; returns the tensor."""
    return fill_(self, 0)


def copy_(self, source):
    """The numbers of `source`, broadcast to this tensor's shape and dtype; returns the tensor."""
    refuse_inner(source, "copy_")
    source = source if type(source) is type(self) else self.like(np.asarray(source))
    return overwritten(self, broadcast_to(source, self.shape).astype(self.dtype), "copy_")


PAIRS = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "div": operator.truediv,
    "pow": operator.pow, "remainder": operator.mod,
}  # fmt: skip
SINGLE = {
    "exp": exp, "log": log, "sqrt": sqrt, "square": square, "sin": sin, "cos": cos, "tanh": tanh,
    "sigmoid": sigmoid, "relu": relu, "neg": negative, "abs": absolute, "reciprocal": reciprocal,
    "floor": floor, "ceil": ceil, "sign": sign, "clamp": clip, "clip": clip,
}  # fmt: skip
# methods whose in-place form is named by a further underscore
NAMED = (
    "acos", "addcdiv", "addcmul", "addmm", "addmv", "addr", "asin", "atan", "baddbmm",
    "clamp_max", "clamp_min", "cosh", "cumsum", "erf", "exp2", "expm1", "fmod", "frac", "index_add",
    "index_copy", "index_fill", "index_put", "lerp", "log10", "log1p", "log2", "masked_fill",
    "nan_to_num", "negative", "renorm", "round", "rsqrt", "scatter", "scatter_add", "sinh", "tan",
    "tril", "triu", "trunc",
)  # fmt: skip


def by_method(name):
    """`x.masked_fill_(...)` by the method `masked_fill`."""

    def call(self, *args, **kwargs):
        return change(self, getattr(before(self), name)(*args, **kwargs), f"{name}_")

    call.__name__ = f"{name}_"
    call.__doc__ = f"In place `{name}`; returns the tensor."
    return call


def drawn(name, draw, doc):
    """Random numbers in the place of every element."""

    def call(self, *args, **kwargs):
        numbers = draw(generator(), self.shape, *args, **kwargs)
        return overwritten(self, self.like(np.asarray(numbers, self.dtype)), name)

    call.__name__, call.__doc__ = name, doc
    return call


def normal(rng, shape, mean=0.0, std=1.0):
    return rng.normal(mean, std, shape)


def uniform(rng, shape, low=0.0, high=1.0):
    return rng.uniform(low, high, shape)


INPLACE = {
    **{f"{name}_": by_method(name) for name in NAMED},
    "normal_": drawn("normal_", normal, "Normal random numbers; returns the tensor."),
    "uniform_": drawn("uniform_", uniform, "Uniform random numbers; returns the tensor."),
    "multiply_": arithmetic("multiply_", operator.mul),
    "divide_": arithmetic("divide_", operator.truediv),
    "subtract_": arithmetic("subtract_", operator.sub),
    **{f"{name}_": arithmetic(f"{name}_", f) for name, f in PAIRS.items()},
    **{name: augmented(name, *pair) for name, pair in AUGMENTED.items()},
    **{f"{name}_": elementwise(f"{name}_", f) for name, f in SINGLE.items()},
    "fill_": fill_, "zero_": zero_, "copy_": copy_,
}  # fmt: skip
