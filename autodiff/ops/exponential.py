"""Rows of exponentials, logarithms and the sigmoid family."""

import math

import numpy as np

from ..core.family import Binary, Unary
from ..core.lower import formula, intrinsic
from .choose import isinf, where
from .trigonometric import sech2

exp = Unary(
    "exp(x)", np.exp, lambda t, y, x: t * y,
    reads="y", pole=True, domain=((-2, 2),), lower=intrinsic("exp"), latex="e^{$x}",
    doc="""Exponential function.

    >>> float(exp(0.0))
    1.0
    """,
)

exp2 = Unary(
    "exp2(x)", np.exp2, lambda t, y, x: t * (math.log(2) * y),
    reads="y", pole=True, domain=((-2, 2),), lower=intrinsic("exp2"), latex="2^{$x}",
    doc="""Power of two, `2 ** x`.

    >>> float(exp2(3.0))
    8.0
    """,
)

expm1 = Unary(
    "expm1(x)", np.expm1, lambda t, y, x: t * exp(x),
    reads="x", pole=True, domain=((-2, 2),), lower=intrinsic("expm1"), latex="e^{$x} - 1",
    doc="""`exp(x) - 1`, exact to rounding near 0.

    >>> float(expm1(1e-20))
    1e-20
    """,
)

log = Unary(
    "log(x)", np.log, lambda t, y, x: t / x,
    reads="x", pole=True, domain=((0.2, 3),), lower=intrinsic("log"), latex=r"\ln {$x}",
    doc="""Natural logarithm; NaN below 0 for real numbers.

    >>> float(log(1.0))
    0.0
    """,
)

log2 = Unary(
    "log2(x)", np.log2, lambda t, y, x: t / (math.log(2) * x),
    reads="x", pole=True, domain=((0.2, 3),), lower=intrinsic("log2"), latex=r"\log_2 {$x}",
    doc="""Logarithm to the base 2.

    >>> float(log2(8.0))
    3.0
    """,
)

log10 = Unary(
    "log10(x)", np.log10, lambda t, y, x: t / (math.log(10) * x),
    reads="x", pole=True, domain=((0.2, 3),), lower=intrinsic("log10"), latex=r"\log_{10} {$x}",
    doc="""Logarithm to the base 10.

    >>> float(log10(100.0))
    2.0
    """,
)

log1p = Unary(
    "log1p(x)", np.log1p, lambda t, y, x: t / (1 + x),
    reads="x", pole=True, domain=((-0.5, 3),), lower=intrinsic("log1p"), latex=r"\ln (1 + $x)",
    doc="""`log(1 + x)`, exact to rounding near 0.

    >>> float(log1p(1e-20))
    1e-20
    """,
)


def share(x, y):
    """exp(x) / (exp(x) + exp(y)), which is a half where both are the same infinity."""
    same = (x == y) & isinf(x)
    return sigmoid(where(same, 0, where(same, 0, x) - y))


logaddexp = Binary(
    "logaddexp(x, y)", np.logaddexp,
    lambda t, z, x, y: t * share(x, y),
    lambda t, z, x, y: t * share(y, x),
    reads="x", domain=((-3, 3), (-3, 3)), lower=intrinsic("logaddexp"), latex=r"\ln (e^{$x} + e^{$y})",
    doc="""`log(exp(x) + exp(y))` without overflow.

    >>> float(logaddexp(1000.0, -1000.0))
    1000.0
    """,
)


def stable_sigmoid(x):
    """1 / (1 + exp(-x)), by the exponential that cannot overflow."""
    if np.iscomplexobj(x):
        return 1 / (1 + np.exp(-x))
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, small) / (1 + small)


sigmoid = Unary(
    "sigmoid(x)", stable_sigmoid, lambda t, y, x: t * (0.25 * sech2(0.5 * x)),
    reads="x", domain=((-3, 3),), lower=intrinsic("sigmoid"), latex=r"\sigma({$x})",
    doc="""Logistic function `1 / (1 + exp(-x))`; value and derivative never overflow.

    >>> float(sigmoid(0.0))
    0.5
    """,
)

softplus = Unary(
    "softplus(x)", lambda x: np.log1p(np.exp(x)) if np.iscomplexobj(x) else np.logaddexp(x, 0),
    lambda t, y, x: t * sigmoid(x),
    reads="x", domain=((-3, 3),), lower=intrinsic("softplus"), latex=r"\ln (1 + e^{$x})",
    doc="""`log(1 + exp(x))`, a smooth maximum of `x` and 0; it never overflows.

    >>> float(softplus(1000.0))
    1000.0
    """,
)

relu = Unary(
    "relu(x)", lambda x: np.maximum(x, 0), lambda t, y, x: where(y > 0, t, 0),
    reads="y", cuts=True, domain=((-3, -0.2, 0.2, 3),), lower=formula(lambda b, x: b.maximum(x, b.like(0, x.dtype))), latex=r"\max({$x}, 0)",
    doc="""Positive part `max(x, 0)`; the derivative at 0 is 0.

    >>> relu(np.array([-1.0, 2.0])).tolist()
    [0.0, 2.0]
    """,
)
