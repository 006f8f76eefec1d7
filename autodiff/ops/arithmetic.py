"""Rows of arithmetic: sums, products, powers and roots."""

import operator

import numpy as np

from ..core.family import Binary, Scaled, Unary
from ..core.lower import NUMBERS, formula, instruction, intrinsic
from ..core.spec import is_complex
from .choose import floor_divide, ones_like, sign, where
from .exponential import log

TINY = 1e-300  # the quotient by less may overflow

add = Scaled(
    "add(x, y)", np.add,
    lambda t, z, x, y: t,
    lambda t, z, x, y: t,
    reads="", infix=operator.add, domain=((-3, 3), (-3, 3)), lower=instruction("fadd", "add"), latex="$x + $y", torch="Add",
    doc="""Sum `x + y`, elementwise with broadcasting.

    >>> add(np.array([1.0, 2.0]), 3.0).tolist()
    [4.0, 5.0]
    """,
)

subtract = Scaled(
    "subtract(x, y)", np.subtract,
    lambda t, z, x, y: t,
    lambda t, z, x, y: -t,
    reads="", infix=operator.sub, domain=((-3, 3), (-3, 3)), lower=instruction("fsub", "sub"), latex="$x - $y", torch="Sub",
    doc="""Difference `x - y`, elementwise with broadcasting.

    >>> float(subtract(5.0, 3.0))
    2.0
    """,
)

multiply = Binary(
    "multiply(x, y)", np.multiply,
    lambda t, z, x, y: t * y,
    lambda t, z, x, y: t * x,
    reads=("y", "x"), infix=operator.mul, domain=((-3, 3), (-3, 3)), lower=instruction("fmul", "mul"), latex=r"$x \, $y", torch="Mul",
    doc="""Product `x y`, elementwise with broadcasting.

    >>> multiply(np.array([1.0, 2.0]), 3.0).tolist()
    [3.0, 6.0]
    """,
)

def by_nothing(x, y):
    """Whether a divisor may be zero, or next to it; None: one that varies."""
    return y is None or not np.all(np.abs(y) > TINY)


divide = Binary(
    "divide(x, y)", np.divide,
    lambda t, z, x, y: t / y,
    lambda t, z, x, y: -t * z / y,
    reads=("y", "yz"), infix=operator.truediv, pole=by_nothing, domain=((-3, 3), (-3, -0.5, 0.5, 3)), lower=instruction("fdiv"), latex=r"\frac{$x}{$y}", torch="Div",
    doc="""Quotient `x / y`, elementwise with broadcasting; the IEEE result at `y = 0`.

    >>> float(divide(1.0, 4.0))
    0.25
    """,
)


def quotient_cotangents(g, out, wanted, x, y):
    """Both cotangents of a quotient, which share `g / y`."""
    if wanted[0] is None or wanted[1] is None or is_complex(g.dtype):
        return Binary.vjp(divide, g, out, wanted, x, y)
    c = g / y
    return c, -(c * out)


divide.vjp = quotient_cotangents


def power_slope(x, y):
    """The derivative of x ** y in x, `y x ** (y - 1)`; zero where y is zero, also at x = 0."""
    if isinstance(y, (int, float, complex)):
        return 2 * x if y == 2 else y * x ** (y - 1) if y else 0 * x
    still = y == 0
    return where(still, 0, y * power(x, where(still, 1, y - 1)))


def power_log(z, x, y):
    """The derivative of x ** y in y, `z ln x`; 0 where z is 0, and at 0 ** 0."""
    gone = (z == 0) | ((x == 0) & (y == 0))
    return where(gone, 0, z * log(where(gone, ones_like(z), x)))


def to_a_root(x, y):
    """Whether the slope of `x ** y` may be infinite: exponents 0 and from 1 to 2 are tame."""
    return y is None or np.iscomplexobj(y) or not np.all((y == 0) | ((y >= 1) & (y <= 2)))


power = Binary(
    "power(x, y)", operator.pow,
    lambda t, z, x, y: t * power_slope(x, y),
    lambda t, z, x, y: t * power_log(z, x, y),
    reads=("xy", "xyz"), pole=to_a_root, domain=((0.5, 3), (-2, 2)), lower=intrinsic("power"), latex="{$x}^{$y}", numpy=np.power, torch="Pow",
    doc="""Power `x ** y`.  The derivative in `y` is only taken when `y` is a variable.

    >>> power(np.array([1.0, 2.0]), 3).tolist()
    [1.0, 8.0]
    """,
)

remainder = Binary(
    "remainder(x, y)", np.remainder,
    lambda t, z, x, y: t,
    lambda t, z, x, y: -t * floor_divide(x, y),
    reads=("", "xy"), domain=((-5.6, -4.4, 4.4, 5.6), (2.05, 2.15)), lower=formula(lambda b, x, y: b.remainder(x, y)), latex=r"$x \bmod $y", torch="Remainder",
    doc="""Remainder `x - y floor(x / y)`, with the sign of `y` as in Python.

    >>> float(remainder(-1.0, 3.0))
    2.0
    """,
)

negative = Unary(
    "negative(x)", np.negative, lambda t, y, x: -t,
    reads="", domain=((-3, 3),), lower=formula(lambda b, x: -x, NUMBERS), latex="-$x", torch="Neg",
    doc="""Opposite `-x`.

    >>> float(negative(2.0))
    -2.0
    """,
)

positive = Unary(
    "positive(x)", np.positive, lambda t, y, x: t,
    reads="", domain=((-3, 3),), lower=formula(lambda b, x: x, NUMBERS), latex="$x",
    doc="""The value itself, `+x`.

    >>> float(positive(2.0))
    2.0
    """,
)

reciprocal = Unary(
    "reciprocal(x)", np.reciprocal, lambda t, y, x: -t * y * y,
    reads="y", pole=True, domain=((-3, -0.5, 0.5, 3),), lower=formula(lambda b, x: 1.0 / x), latex=r"\frac{1}{$x}",
    doc="""Reciprocal `1 / x`; of integers it is NumPy's integer reciprocal.

    >>> float(reciprocal(4.0))
    0.25
    """,
)

absolute = Unary(
    "absolute(x)", np.absolute, lambda t, y, x: t * sign(x),
    reads="x", domain=((-3, -0.2, 0.2, 3),), analytic=False, lower=formula(lambda b, x: b.abs(x), NUMBERS), latex=r"\left|$x\right|", torch="Abs",
    doc="""Absolute value `|x|`, a real number also for complex `x`; the derivative at 0 is 0.

    >>> float(absolute(-2.0))
    2.0
    """,
)

square = Unary(
    "square(x)", np.square, lambda t, y, x: t * (2 * x),
    reads="x", domain=((-3, 3),), lower=formula(lambda b, x: x * x, NUMBERS), latex="{$x}^2", torch="Pow",
    doc="""Square `x x`.

    >>> float(square(3.0))
    9.0
    """,
)

sqrt = Unary(
    "sqrt(x)", np.sqrt, lambda t, y, x: t * 0.5 / y,
    reads="y", pole=True, domain=((0.2, 3),), lower=formula(lambda b, x: b.sqrt(x)), latex=r"\sqrt{$x}",
    doc="""Square root; NaN below 0 for real numbers, infinite slope at 0.

    >>> float(sqrt(9.0))
    3.0
    """,
)

cbrt = Unary(
    "cbrt(x)", np.cbrt, lambda t, y, x: t / (3 * y * y),
    reads="y", pole=True, domain=((-3, -0.2, 0.2, 3),), lower=intrinsic("cbrt"), latex=r"\sqrt[3]{$x}",
    doc="""Real cube root, also of negative numbers; infinite slope at 0.

    >>> float(cbrt(-8.0))
    -2.0
    """,
)
