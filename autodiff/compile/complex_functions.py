"""Functions of complex numbers as formulas on their real and imaginary parts.

Special values are those of C's annex G.  Sources: Smith 1962, doi:10.1145/368637.368661, for the
quotient; W. Kahan, "Branch cuts for complex elementary functions", 1987, for the root; T. J. Dekker
1971, doi:10.1007/BF01397083, for products and sums with their rounding errors.
"""

import numpy as np

from ..ops.arithmetic import absolute, sqrt
from ..ops.choose import (
    isfinite,
    isinf,
    isnan,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
    maximum,
    minimum,
    where,
)
from ..ops.exponential import exp, log, log1p
from ..ops.numbers import copysign
from ..ops.trigonometric import atan2, cos, cosh, sin, sinh

DOUBLE, SINGLE = np.dtype(np.float64), np.dtype(np.float32)
EDGE = {DOUBLE: 700.0, SINGLE: 87.0}  # beyond, exp may overflow
# below and above, squares and sums of a root are scaled: the limits, and roots of the scales
FAR = {DOUBLE: (1e-290, 2.0**54, 1e300), SINGLE: (1e-30, 2.0**24, 1e36)}
SPLIT = {DOUBLE: 2.0**27 + 1, SINGLE: 2.0**12 + 1}  # cuts a number into two halves


def dtype_of(a):
    """The dtype of the parts; a part may be a Python number."""
    found = getattr(a[0], "dtype", None) or getattr(a[1], "dtype", None)
    return found if found in EDGE else DOUBLE


def product(a, b):
    (x, y), (u, v) = a, b
    return x * u - y * v, x * v + y * u


def quotient(a, b):
    """(x + i y) / (u + i v) without overflow between."""
    (x, y), (u, v) = a, b
    wide = logical_not(absolute(u) >= absolute(v))
    ratio = where(wide, u, v) / where(wide, v, u)
    scale = 1.0 / (where(wide, v, u) + where(wide, u, v) * ratio)
    first = where(wide, x * ratio + y, x + y * ratio) * scale
    second = where(wide, y * ratio - x, y - x * ratio) * scale
    none, size = logical_and(absolute(u) == 0, absolute(v) == 0), absolute(u)
    return where(none, x / size, first), where(none, y / size, second)


def length(a):
    """|x + i y| from the larger part and the quotient of both, as NumPy computes it."""
    x, y = absolute(a[0]), absolute(a[1])
    top, low = maximum(x, y), minimum(x, y)
    ratio = low / where(top == 0, 1.0, top)
    found = top * (1.0 + ratio * ratio) ** 0.5
    return where(logical_or(isinf(x), isinf(y)), np.inf, found)


def exponential(a):
    """e**x (cos y + i sin y), in two factors where e**x alone overflows."""
    x, y = a
    half, size, far = exp(0.5 * x), exp(x), x > EDGE[dtype_of(a)]
    turned = where(far, half * cos(y) * half, size * cos(y))
    rest = where(far, half * sin(y) * half, size * sin(y))
    odd, real = logical_not(isfinite(y)), y == 0
    turned = where(logical_and(odd, x == np.inf), np.inf, where(real, size, turned))
    none = logical_and(odd, x == -np.inf)
    return where(none, 0.0, turned), where(none, 0.0, where(real, y, rest))


def power(a, b):
    """The square and the number itself; other powers are left to the row."""
    if b == (2, 0):
        return product(a, a)
    return a if b == (1, 0) else None


def root(a):
    """The root with a real part that is not negative: t = √((|x| + |z|) / 2) and y / (2 t)."""
    x, y = a
    size, (low, up, high) = maximum(absolute(x), absolute(y)), FAR[dtype_of(a)]
    scale = where(size > high, 0.25, where(size < low, up, 1.0))
    u, v = x * scale * scale, y * scale * scale
    first = sqrt(0.5 * absolute(u) + 0.5 * length((u, v)))
    second = absolute(v) / (first + first)
    right = x >= 0
    real = where(right, first, second) / scale
    other = copysign(where(right, second, first) / scale, y)
    none, wide, tall = size == 0, isinf(x), isinf(y)
    still = where(isnan(y), y, 0.0)  # of a finite number times zero
    real = where(wide, where(x > 0, np.inf, still), where(none, 0.0, real))
    other = where(wide, copysign(where(x > 0, still, np.inf), y), where(none, y, other))
    return where(tall, np.inf, real), where(tall, y, other)


def squared(x, split):
    """(x², what rounding took of it)"""
    y, far = x * x, x * split
    high = far - (far - x)
    low = x - high
    return y, ((high * high - y) + 2.0 * (high * low)) + low * low


def added(x, y):
    """(x + y, what rounding took of it)"""
    total = x + y
    part = total - x
    return total, (x - (total - part)) + (y - part)


def logarithm(a):
    """ln |z| and the angle; near |z| = 1 from |z|² - 1, with the errors of its terms."""
    x, y = absolute(a[0]), absolute(a[1])
    top, low = maximum(x, y), minimum(x, y)
    ratio, split = low / where(top == 0, 1.0, top), SPLIT[dtype_of(a)]
    (big, error), (small, other) = squared(top, split), squared(low, split)
    rest, first = added(big, -1.0)
    rest, second = added(rest, small)
    apart = rest + (first + second + error + other)
    near = logical_and(absolute(rest) <= 0.5, top > 0.5)
    far = log(top) + 0.5 * log1p(ratio * ratio)
    size = where(near, 0.5 * log1p(where(near, apart, 0.0)), far)
    size = where(logical_or(isinf(x), isinf(y)), np.inf, size)
    return size, atan2(a[1], a[0])


def hyperbolic_sine(a):
    """sinh x cos y + i cosh x sin y, e**|x| in two factors where it may overflow."""
    x, y = a
    half, far = exp(0.5 * absolute(x)), absolute(x) > EDGE[dtype_of(a)]
    real = where(far, copysign(0.5 * half, x) * cos(y) * half, sinh(x) * cos(y))
    other = where(far, 0.5 * half * sin(y) * half, cosh(x) * sin(y))
    endless = logical_and(isinf(x), logical_not(isfinite(y)))
    return where(x == 0, x, where(endless, np.inf, real)), where(y == 0, y, other)


def hyperbolic_cosine(a):
    """cosh x cos y + i sinh x sin y."""
    x, y = a
    half, far = exp(0.5 * absolute(x)), absolute(x) > EDGE[dtype_of(a)]
    real = where(far, 0.5 * half * cos(y) * half, cosh(x) * cos(y))
    other = where(far, copysign(0.5 * half, x) * sin(y) * half, sinh(x) * sin(y))
    other = where(y == 0, y * copysign(1.0, x), where(x == 0, x * copysign(1.0, y), other))
    endless = logical_and(isinf(x), logical_not(isfinite(y)))
    return where(endless, np.inf, real), other


def hyperbolic_tangent(a):
    """(sinh x cosh x + i sin y cos y) / (sinh² x + cos² y).

    Far out ±1 + 4 i sin y cos y e**-2|x|.
    """
    x, y = a
    size, turn = absolute(x), sin(y) * cos(y)
    far = size > 0.5 * EDGE[dtype_of(a)]
    near = where(far, 1.0, x)
    below = sinh(near) ** 2 + cos(y) ** 2
    limit = copysign(1.0, x) + where(isinf(x), 0.0, 0.0 * turn)  # NaN of an angle that is none
    real = where(far, limit, sinh(near) * cosh(near) / below)
    other = where(far, 4.0 * turn * exp(-2.0 * size), turn / below)
    other = where(logical_and(isinf(x), logical_not(isfinite(y))), 0.0, other)
    return where(x == 0, x, real), where(y == 0, y, other)


def quarter(f):
    """-i f(i z): the sine and the tangent of hyperbolic ones."""

    def turned(a):
        real, other = f((-a[1], a[0]))
        return other, -real

    return turned


def infinite_sign(a):
    """The limit of z / |z| where one part is infinite, else NaN."""
    far = [isinf(part) for part in a]
    one = logical_xor(*far)
    found = [where(f, copysign(1.0, part), 0.0) for f, part in zip(far, a)]
    return where(one, found[0], np.nan), where(one, found[1], np.nan)
