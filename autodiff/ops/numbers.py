"""Rows about the representation of numbers: signs, whole parts, exponents, neighbours, bits."""

import math

import numpy as np

from ..core.family import Binary, Elementwise, Unary
from ..core.lower import formula
from ..core.op import NUMPY
from ..core.public import as_value, public
from .arithmetic import absolute, power
from .choose import flat, floor_divide, isinf, isnan, where
from .complex import astype
from .exponential import exp2

signbit = flat(
    "signbit(x)",
    np.signbit,
    r"\operatorname{signbit} {$x}",
    "Whether the sign of `x` is minus, also that of -0.",
)
left_shift = flat(
    "left_shift(x, y)",
    np.left_shift,
    r"$x \ll $y",
    "Bits moved to the left, of integers.",
    integers=True,
)
right_shift = flat(
    "right_shift(x, y)",
    np.right_shift,
    r"$x \gg $y",
    "Bits moved to the right, of integers.",
    integers=True,
)
gcd = flat(
    "gcd(x, y)", np.gcd, r"\gcd({$x}, {$y})", "Greatest common divisor, of integers.", integers=True
)
lcm = flat(
    "lcm(x, y)",
    np.lcm,
    r"\operatorname{lcm}({$x}, {$y})",
    "Least common multiple, of integers.",
    integers=True,
)
bitwise_count = flat(
    "bitwise_count(x)",
    np.bitwise_count,
    r"\operatorname{popcount} {$x}",
    "How many bits of the absolute value are set, of integers.",
    integers=True,
)

trunc = Unary(
    "trunc(x)",
    np.trunc,
    reads="",
    domain=((0.1, 0.9),),
    latex=r"\operatorname{trunc} {$x}",
    doc="""Whole part of `x`, towards zero; the derivative is zero.

    >>> trunc(-1.5).item()
    -1.0
    """,
)
spacing = Unary(
    "spacing(x)",
    np.spacing,
    reads="",
    domain=((0.6, 0.9),),
    latex=r"\operatorname{ulp} {$x}",
    doc="""Distance to the next number away from zero; the derivative is zero.

    >>> float(spacing(1.0)) == 2.0 ** -52
    True
    """,
)
binary_exponent = Unary(
    "binary_exponent(x)",
    lambda x: np.frexp(x)[1],
    differentiable=False,
    reads="",
    domain=((0.6, 0.9),),
    latex=r"\lfloor \log_2 {$x} \rfloor + 1",
    doc="The exponent `e` of `x = m 2**e`, 0.5 <= |m| < 1: the row behind `frexp`.",
)
copysign = Binary(
    "copysign(x, y)",
    np.copysign,
    lambda t, z, x, y: where(signbit(x) == signbit(y), t, -t),
    None,
    reads="x",
    domain=((-3, -0.5, 0.5, 3), (-3, -0.5, 0.5, 3)),
    lower=formula(lambda b, x, y: b.copysign(x, y)),
    latex=r"\left|$x\right| \operatorname{sgn} {$y}",
    doc="""The size of `x` with the sign of `y`.

    >>> float(copysign(2.0, -0.0))
    -2.0
    """,
)
nextafter = Binary(
    "nextafter(x, y)",
    np.nextafter,
    lambda t, z, x, y: t,
    None,
    reads="",
    domain=((-3, -0.5, 0.5, 3), (-3, 3)),
    latex=r"\operatorname{nextafter}({$x}, {$y})",
    doc="""The number next to `x` towards `y`; the derivative in `x` is 1.

    >>> float(nextafter(0.5, 1.0)) > 0.5
    True
    """,
)
def step_samples(rng, dtype):
    """Whole numbers about the step, which are not moved, and the values there, for the laws."""
    for shape in ((), (4,), (2, 2), (0,)):
        x = np.resize(np.array([0, 1, 0, -2], np.int8), shape)
        yield (x, np.asarray(rng.normal(size=shape)).astype(dtype)), {}


heaviside = Binary(
    "heaviside(x, y)",
    np.heaviside,
    None,
    lambda t, z, x, y: where(x == 0, t, 0),
    reads=("", "x"),
    sample=lambda rng, dtype: list(step_samples(rng, dtype)),
    latex=r"\Theta({$x})",
    doc="""Step function: 0 below 0, 1 above, and `y` at `x = 0`; the derivative in `x` is zero.

    >>> float(heaviside(0.0, 0.5))
    0.5
    """,
)
fmod = Binary(
    "fmod(x, y)",
    np.fmod,
    lambda t, z, x, y: t,
    lambda t, z, x, y: -t * trunc(x / y),
    reads=("", "xy"),
    domain=((-5.6, -4.4, 4.4, 5.6), (2.05, 2.15)),
    latex=r"$x \operatorname{fmod} $y",
    doc="""Remainder `x - y trunc(x / y)`, with the sign of `x` as in C.

    >>> float(fmod(-1.0, 3.0))
    -1.0
    """,
)


def larger_share(t, x, y):
    """The share of `x` in the derivative of fmax: all where it wins or the other is NaN."""
    return where((x > y) | isnan(y), t, where(x == y, 0.5 * t, 0))


def smaller_share(t, x, y):
    """The share of `x` in the derivative of fmin."""
    return where((x < y) | isnan(y), t, where(x == y, 0.5 * t, 0))


fmax = Binary(
    "fmax(x, y)",
    np.fmax,
    lambda t, z, x, y: larger_share(t, x, y),
    lambda t, z, x, y: larger_share(t, y, x),
    reads="x",
    cuts=True,
    domain=((-3, -2, 1, 2), (-1.5, 0.5, 2.5, 3.5)),
    latex=r"\operatorname{fmax}({$x}, {$y})",
    doc="""Larger of two, the number where the other is NaN; at a tie each has half of the derivative.

    >>> float(fmax(1.0, float("nan")))
    1.0
    """,
)
fmin = Binary(
    "fmin(x, y)",
    np.fmin,
    lambda t, z, x, y: smaller_share(t, x, y),
    lambda t, z, x, y: smaller_share(t, y, x),
    reads="x",
    cuts=True,
    domain=((-3, -2, 1, 2), (-1.5, 0.5, 2.5, 3.5)),
    latex=r"\operatorname{fmin}({$x}, {$y})",
    doc="""Smaller of two, the number where the other is NaN; at a tie each has half of the derivative.

    >>> float(fmin(1.0, float("nan")))
    1.0
    """,
)
degrees = Unary(
    "degrees(x)",
    np.degrees,
    lambda t, y, x: t * (180 / math.pi),
    reads="",
    domain=((-3, 3),),
    latex=r"\frac{180}{\pi} $x",
    doc="""An angle [rad] in degrees [°].

    >>> float(degrees(np.pi))
    180.0
    """,
)
radians = Unary(
    "radians(x)",
    np.radians,
    lambda t, y, x: t * (math.pi / 180),
    reads="",
    domain=((-3, 3),),
    latex=r"\frac{\pi}{180} $x",
    doc="""An angle in degrees [°] in radians [rad].

    >>> float(radians(180.0)) == np.pi
    True
    """,
)
def share_of_two(x, y):
    """2**x / (2**x + 2**y), whose powers cannot overflow; a half where both are the same infinity."""
    same = (x == y) & isinf(x)
    gap = where(same, 0, where(same, 0, x) - y)
    above = gap >= 0
    less = exp2(where(above, 0, gap))
    return where(above, 1 / (1 + exp2(where(above, -gap, 0))), less / (1 + less))


logaddexp2 = Binary(
    "logaddexp2(x, y)",
    np.logaddexp2,
    lambda t, z, x, y: t * share_of_two(x, y),
    lambda t, z, x, y: t * share_of_two(y, x),
    reads="x",
    domain=((-3, 3), (-3, 3)),
    latex=r"\log_2 (2^{$x} + 2^{$y})",
    doc="""`log2(2**x + 2**y)` without overflow.

    >>> float(logaddexp2(1.0, 1.0))
    2.0
    """,
)


def scale_samples(rng, dtype):
    """Numbers and whole exponents, for the laws."""
    for shape in ((), (3,), (2, 3), (0,)):
        x = np.asarray(rng.uniform(0.5, 2, shape)).astype(dtype)
        yield (x, np.asarray(rng.integers(-2, 3, shape))), {}


scaled = Elementwise(
    "scaled(x, n)",
    np.ldexp,
    lambda t, y, x, n: scaled(t, n),
    None,
    reads=("n", ""),
    sample=lambda rng, dtype: list(scale_samples(rng, dtype)),
    numpy=np.ldexp,
    latex="$x 2^{$n}",
    doc="`x 2**n` for whole `n`: the row behind `ldexp`.",
)

NUMPY.update({np.deg2rad: radians, np.rad2deg: degrees, np.fabs: absolute})


@public(np.ldexp)
def ldexp(x, n):
    """`x 2**n` for whole `n`.

    >>> float(ldexp(3.0, 2))
    12.0
    """
    return scaled(as_value(x), as_value(n))


@public(np.frexp)
def frexp(x):
    """(m, e) with `x = m 2**e` and 0.5 <= |m| < 1; the exponents are integers.

    >>> m, e = frexp(12.0)
    >>> float(m), int(e)
    (0.75, 4)
    """
    x = as_value(x)
    exponent = binary_exponent(x)
    return scaled(x, -exponent), exponent


@public(np.modf)
def modf(x):
    """(part behind the point, whole part), both with the sign of `x`.

    >>> fraction, whole = modf(-1.5)
    >>> float(fraction), float(whole)
    (-0.5, -1.0)
    """
    x = as_value(x)
    whole = trunc(x)
    infinite = isinf(x)
    return copysign(where(infinite, 0, x - where(infinite, 0, whole)), x), whole


@public(np.divmod)
def divmod(x, y):
    """(floor of the quotient, remainder).

    >>> [float(v) for v in divmod(7.0, 2.0)]
    [3.0, 1.0]
    """
    x, y = as_value(x), as_value(y)
    return floor_divide(x, y), x % y


@public(np.float_power)
def float_power(x, y):
    """`x ** y` in double precision, also of integers.

    >>> float(float_power(2, -1))
    0.5
    """
    x, y = (astype(v, np.result_type(v.dtype, np.float64)) for v in (as_value(x), as_value(y)))
    return power(x, y)
