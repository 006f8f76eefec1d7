"""Functions written with others, of scalars and vectors alike, in the words of the builder."""

import numpy as np


def sigmoid(b, x):
    """1 / (1 + exp(-x)), by the exponential that cannot overflow."""
    small = b.call("exp", -b.abs(x))
    return b.select(x >= 0.0, b.like(1.0, x.dtype), small) / (1.0 + small)


def sech2(b, x):
    """1 / cosh(x)**2 as 4 e / (1 + e)**2 with e = exp(-2 |x|)."""
    small = b.call("exp", b.abs(x) * -2.0)
    return 4.0 * small / ((1.0 + small) * (1.0 + small))


def logaddexp(b, x, y):
    """max(x, y) + log1p(exp(-|x - y|)); equal infinities are their own sum plus log 2."""
    apart = x - y
    y_larger = b.select(apart <= 0.0, y, x + y)  # NaN stays NaN
    top = b.select(apart > 0.0, x, y_larger)
    out = top + b.call("log1p", b.call("exp", -b.abs(apart)))
    return b.select(x.same(y), x + float(np.log(2.0)), out)


def softplus(b, x):
    """log(1 + exp(x)) as max(x, 0) + log1p(exp(-|x|))."""
    return b.maximum(x, b.like(0.0, x.dtype)) + b.call("log1p", b.call("exp", -b.abs(x)))


def bell(b, x):
    """exp(-x x), with a near number of 4 binary places squared exactly."""
    inside = b.minimum(b.maximum(x, b.like(-30.0, x.dtype)), b.like(30.0, x.dtype))
    near = b.rint(inside * 16.0) / 16.0
    return b.call("exp", -near * near) * b.call("exp", (near - x) * (near + x))


EXPONENTS = {
    2: lambda b, x: x * x,
    1: lambda b, x: x,
    -1: lambda b, x: 1.0 / x,
    0.5: lambda b, x: b.sqrt(x),
    3: lambda b, x: x * x * x,
    4: lambda b, x: (x * x) * (x * x),
    0: lambda b, x: b.like(1.0, x.dtype),
}
COMPOSED = {
    "bell": bell,
    "sigmoid": sigmoid,
    "sech2": sech2,
    "logaddexp": logaddexp,
    "softplus": softplus,
}
