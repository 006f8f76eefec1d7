"""Sine, cosine and tangent of vectors: quarter turns are taken off, polynomials do the rest.

Sources: W. J. Cody and W. Waite, "Software Manual for the Elementary Functions", 1980, for the
reduction in parts; the polynomials are minimax on [-π/4, π/4], computed for this file.
"""

import math

from .emit import F32, F64, INTEGER

# π/2 in three parts; the first two have 33 bits, so that products with 20 bits are exact.
HALF_PI = (1.5707963267341256, 6.077100506303966e-11, 2.0222662487959506e-21)
FAR = 8.0e5  # beyond it the quarter turns have more than 20 bits
SINE = (
    -0.16666666666666666, 0.0083333333333333307, -0.00019841269841264569,
    2.7557319218956731e-06, -2.5052106100926675e-08, 1.6058510979535349e-10, -7.585492507821241e-13,
)  # fmt: skip
COSINE = (
    0.041666666666666664, -0.0013888888888888887, 2.4801587301584369e-05,
    -2.7557319221190199e-07, 2.0876755717957296e-09, -1.147044941240971e-11, 4.745202155702359e-14,
)  # fmt: skip


def quarter_turns(b, x):
    """(k, r, low) with x = k π/2 + r + low, for |x| <= FAR."""
    k = b.rint(x * (2 / math.pi))
    first, second, third = HALF_PI
    t = b.fma(k, -first, x)
    w = k * second
    r = t - w
    back = r - t
    low = (t - (r - back)) - (w + back)
    w = b.fma(k, third, -low)
    high = r - w
    return k, high, (r - high) - w


def waves(b, r, low):
    """sin and cos of r + low, |r| <= π/4."""
    z = r * r
    sine = b.fma(z * r, b.polynomial(z, SINE), b.fma(low, 1.0 - 0.5 * z, 0.0)) + r
    half = 0.5 * z
    base = 1.0 - half
    # what 1 - half loses is given back
    rest = (1.0 - base) - half
    cosine = base + (rest + b.fma(z * z, b.polynomial(z, COSINE), -(r * low)))
    return sine, cosine


def turned(b, x, ahead):
    """(sin-like value, cos-like value) of x and which quarter it is in, `ahead` quarters on."""
    k, r, low = quarter_turns(b, x)
    sine, cosine = waves(b, r, low)
    return b.convert(k, INTEGER[F64]) + ahead, sine, cosine


def wave(name, ahead):
    """sin or cos within 2 ulp; far arguments go to the C library."""

    def function(b, x):
        if x.dtype == F32:
            wide = b.convert(x, F64)
            n, sine, cosine = turned(b, wide, ahead)
            y = b.convert(chosen(b, n, sine, cosine), F32)
        else:
            n, sine, cosine = turned(b, x, ahead)
            y = chosen(b, n, sine, cosine)
            y = b.select(x.same(0.0), x, y) if not ahead else y
        return b.unless(b.far(x, FAR), name, (x,), y)

    return function


def chosen(b, n, sine, cosine):
    """The wave in quarter `n`."""
    odd = b.compare("ne", n & 1, 0)
    y = b.select(odd, cosine, sine)
    return b.select(b.compare("ne", n & 2, 0), -y, y)


def tan(b, x):
    """tan within 3 ulp."""
    wide = b.convert(x, F64)
    n, sine, cosine = turned(b, wide, 0)
    odd = b.compare("ne", n & 1, 0)
    y = b.select(odd, -cosine, sine) / b.select(odd, sine, cosine)
    y = b.select(wide.same(0.0), wide, y)
    return b.unless(b.far(x, FAR), "tan", (x,), b.convert(y, x.dtype))


TRIGONOMETRY = {"sin": wave("sin", 0), "cos": wave("cos", 1), "tan": tan}
