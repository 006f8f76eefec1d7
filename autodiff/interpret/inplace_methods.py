"""The methods that change a tensor in place: `add_`, `mul_`, `zero_`, `+=` and their kin."""

import operator

import numpy as np

from ..core.errors import GraphError
from ..core.op import TRACED
from ..ops.arithmetic import absolute, negative, reciprocal, sqrt, square
from ..ops.choose import ceil, clip, floor, sign, where
from ..ops.exponential import exp, log, relu, sigmoid
from ..ops.move import broadcast_to
from ..ops.trigonometric import cos, sin, tanh
from .chance import generator
from .inplace import change, rebinds, refuse_text
from .inplace_handles import augment
from .names import AUGMENTED
from .torch_methods import found
from .vertex import Leaf


def before(x):
    """The tensor as it is now, for a rule to keep while the memory changes."""
    if type(x.value) in TRACED:  # a value of a transform, which is never written to
        return x
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
    refuse_text(source)
    source = source if type(source) in TRACED else self.like(np.asarray(source))
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
    "absolute", "acosh", "addbmm", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2",
    "arctanh", "asinh", "atan2", "atanh", "bitwise_and", "bitwise_left_shift", "bitwise_not",
    "bitwise_or", "bitwise_right_shift", "bitwise_xor", "conj_physical", "copysign", "cumprod",
    "deg2rad", "digamma", "erfc", "erfinv", "fix", "float_power", "floor_divide", "gcd",
    "heaviside", "hypot", "i0", "igamma", "igammac", "index_reduce", "lcm", "ldexp", "lgamma",
    "logit", "masked_scatter", "mvlgamma", "nextafter", "polygamma", "rad2deg", "scatter_reduce",
    "sgn", "sinc", "true_divide", "xlogy",
)  # fmt: skip


# comparisons, whose in-place form writes 0 and 1
TRUTHS = (
    "eq", "ge", "greater", "greater_equal", "gt", "le", "less", "less_equal", "logical_and",
    "logical_not", "logical_or", "logical_xor", "lt", "ne", "not_equal",
)  # fmt: skip
# methods that move axes, whose in-place form turns the handle
TURNS = ("squeeze", "unsqueeze", "t", "transpose", "swapaxes", "swapdims")


def by_method(name):
    """`x.masked_fill_(...)` by the method `masked_fill`."""

    def call(self, *args, **kwargs):
        return change(self, getattr(before(self), name)(*args, **kwargs), f"{name}_")

    call.__name__ = f"{name}_"
    call.__doc__ = f"In place `{name}`; returns the tensor."
    return call


def truth(name):
    """`x.lt_(...)`: 1 where it holds, else 0, through which the derivative is 0."""

    def call(self, *args):
        found = getattr(before(self), name)(*args)
        return overwritten(self, found.astype(self.dtype).detach(), f"{name}_")

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


def bernoulli(rng, shape, p=0.5):
    return rng.random(shape) < np.asarray(getattr(p, "value", p))


def exponential(rng, shape, lambd=1.0):
    return rng.exponential(1 / lambd, shape)


def cauchy(rng, shape, median=0.0, sigma=1.0):
    return median + sigma * rng.standard_cauchy(shape)


def geometric(rng, shape, p):
    return rng.geometric(p, shape)


def log_normal(rng, shape, mean=1.0, std=2.0):
    return rng.lognormal(mean, std, shape)


def whole(rng, shape, low=None, high=None):
    low, high = (0, 2**31 if low is None else low) if high is None else (low, high)
    return rng.integers(low, high, shape)


def uniform(rng, shape, low=0.0, high=1.0):
    return rng.uniform(low, high, shape)


def fill_diagonal_(self, fill_value, wrap=False):
    """One number on the main diagonal; returns the tensor."""
    filled = found("torch_cuts.fill_diagonal")(before(self), fill_value, wrap)
    return change(self, filled, "fill_diagonal_")


def put_(self, index, source, accumulate=False):
    """The elements of `source` at places counted in a row; returns the tensor."""
    flat = before(self).reshape(-1).index_put((index,), source, accumulate)
    return change(self, flat.reshape(self.shape), "put_")


def turned(name, op):
    """A change of the axes in place: the handle reads its memory in another way."""

    def call(self, *args, **kwargs):
        if type(self.vertex) is Leaf and self.records():
            raise GraphError(
                f"{name}: a leaf Variable that requires grad is being used in an in-place "
                f"operation; use {name[:-1]}, which returns a new tensor"
            )
        new = getattr(self, op)(*args, **kwargs)
        if new is not self:
            self.value, self.vertex = new.value, new.vertex
            self.storage, self.steps = new.storage, new.steps
        return self

    call.__name__, call.__doc__ = name, f"In place `{op}`; returns the tensor."
    return call


INPLACE = {
    **{f"{name}_": turned(f"{name}_", name) for name in TURNS},
    "fill_diagonal_": fill_diagonal_, "put_": put_,
    "bernoulli_": drawn("bernoulli_", bernoulli, "1 with probability p, else 0."),
    "exponential_": drawn("exponential_", exponential, "Exponential numbers; returns the tensor."),
    "cauchy_": drawn("cauchy_", cauchy, "Cauchy random numbers; returns the tensor."),
    "geometric_": drawn("geometric_", geometric, "Numbers of trials; returns the tensor."),
    "log_normal_": drawn("log_normal_", log_normal, "Log-normal numbers; returns the tensor."),
    "random_": drawn("random_", whole, "Random whole numbers; returns the tensor."),
    **{f"{name}_": by_method(name) for name in NAMED},
    **{f"{name}_": truth(name) for name in TRUTHS},
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
