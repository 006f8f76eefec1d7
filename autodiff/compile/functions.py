"""Elementary functions of vectors, as polynomials: they inline, and run in every vector unit.

Each is written once for float64 and float32.  Errors are stated in units in the last place.
Sources of the reductions and of the rational forms: W. J. Cody and W. Waite, "Software Manual for
the Elementary Functions", 1980; J.-M. Muller, "Elementary Functions", 3rd edition, 2016.
Coefficients are Taylor's, or minimax polynomials computed for this file.
"""

import math

import numpy as np

from .emit import F32, F64, INTEGER

# Widths of the fraction and the bias of the exponent.
FRACTION = {F64: 52, F32: 23}
BIAS = {F64: 1023, F32: 127}
# log 2 in two parts; the first has trailing zeros, so that its small multiples are exact.
LN2 = {
    F64: (6.93147180369123816490e-01, 1.90821492927058770002e-10),
    F32: (0.693359375, -2.12194440e-4),
}
EXP_TERMS = {F64: 14, F32: 8}
EXP_RANGE = {F64: (-746.0, 710.0), F32: (-104.0, 89.0)}
LOG_TERMS = {F64: 10, F32: 5}  # of atanh's series in s², s² <= 0.0295


def power_of_two(b, n, dtype):
    """2 ** n for an integer value of the width of the dtype, in the normal range."""
    return b.bits((n + BIAS[dtype]) << FRACTION[dtype], dtype)


def reduced(b, x):
    """(k, r) with x = k log 2 + r and |r| <= log(2) / 2, both floating point numbers."""
    high, low = LN2[x.dtype]
    k = b.rint(x * (1 / math.log(2)))
    r = b.fma(k, -high, x)
    return k, b.fma(k, -low, r)


def exp(b, x):
    """e ** x within 1 ulp: e ** r by Taylor's polynomial, times 2 ** k in two steps."""
    dtype, (low, high) = x.dtype, EXP_RANGE[x.dtype]
    inside = b.minimum(b.maximum(x, b.like(low, dtype)), b.like(high, dtype))
    k, r = reduced(b, inside)
    terms = [1 / math.factorial(i) for i in range(2, EXP_TERMS[dtype])]
    y = 1.0 + b.fma(r * r, b.polynomial(r, terms), r)
    # two factors, for results below the smallest normal number and for the largest
    whole = b.convert(k, INTEGER[dtype])
    half = whole >> 1
    return y * power_of_two(b, half, dtype) * power_of_two(b, whole - half, dtype)


def expm1(b, x):
    """e ** x - 1 within 2 ulp: 2**k p + (2**k - 1) with p = e**r - 1."""
    dtype, high = x.dtype, EXP_RANGE[x.dtype][1]
    low = -40.0 if dtype == F64 else -20.0
    inside = b.minimum(b.maximum(x, b.like(low, dtype)), b.like(high, dtype))
    k, r = reduced(b, inside)
    terms = [1 / math.factorial(i) for i in range(2, EXP_TERMS[dtype])]
    p = b.fma(r * r, b.polynomial(r, terms), r)
    whole = b.convert(k, INTEGER[dtype])
    # half of the scale, doubled at the end: 2**1024 is not a number
    scale = power_of_two(b, whole - 1, dtype)
    y = b.fma(p, scale, scale - 0.5)
    return b.select(b.abs(x) < (1e-300 if dtype == F64 else 1e-36), x, y + y)


def log_parts(b, x):
    """(e, m) with x = 2**e m and sqrt(1/2) <= m < sqrt(2), for normal positive numbers."""
    dtype, whole = x.dtype, INTEGER[x.dtype]
    fraction = FRACTION[dtype]
    bits = b.bits(x, whole)
    # adding the distance from sqrt(1/2) to 1 carries into the exponent where m would be too large
    root = int(np.asarray(math.sqrt(0.5), dtype).view(whole))
    one = int(np.asarray(1.0, dtype).view(whole))
    shifted = bits + (one - root)
    e = (shifted >> fraction) - BIAS[dtype]
    m = b.bits((shifted & ((1 << fraction) - 1)) + root, dtype)
    return b.convert(e, dtype), m


def log_kernel(b, e, m, low):
    """e log 2 + log(m) + low: log(1 + f) = f - f²/2 + s (f²/2 + R(s²)), s = f / (2 + f)."""
    dtype = m.dtype
    high2, low2 = LN2[dtype]
    f = m - 1.0
    s = f / (2.0 + f)
    z = s * s
    # 2 atanh(s) = 2 s + s R(z), R(z) = Σ 2 z^i / (2 i + 1)
    series = z * b.polynomial(z, [2 / (2 * i + 1) for i in range(1, LOG_TERMS[dtype])])
    half = 0.5 * f * f
    small = s * (half + series) + b.fma(e, low2, low)
    return e * high2 - ((half - small) - f)


def log(b, x):
    """The natural logarithm within 1 ulp."""
    dtype = x.dtype
    tiny, lift = (2.0**-1022, 54) if dtype == F64 else (2.0**-126, 25)
    below = x < tiny
    y = b.select(below, x * 2.0**lift, x)
    e, m = log_parts(b, y)
    e = e - b.select(below, b.like(float(lift), dtype), 0.0)
    return log_ends(b, x, log_kernel(b, e, m, 0.0))


def log_ends(b, x, y):
    """The logarithm at 0, at infinity, below 0 and of NaN."""
    y = b.select(x.same(math.inf), x, y)
    y = b.select(x.same(0.0), -math.inf, y)
    return b.select(b.compare("ult", x, 0.0), math.nan, y)


def log1p(b, x):
    """log(1 + x) within 2 ulp: the rounding of 1 + x is given back to the kernel."""
    u = 1.0 + x
    e, m = log_parts(b, u)
    # x - (u - 1) below 1, and 1 - (u - x) above: exact either way
    lost = b.select(x < 1.0, x - (u - 1.0), 1.0 - (u - x)) / u
    y = log_kernel(b, e, m, lost)
    y = b.select(b.abs(x) < (2.0**-54 if x.dtype == F64 else 2.0**-25), x, y)
    return log_ends(b, u, y)


def tanh(b, x):
    """tanh within 3 ulp: -t / (2 + t) with t = expm1(-2 |x|)."""
    t = b.call("expm1", b.abs(x) * -2.0)
    return b.copysign((0.0 - t) / (2.0 + t), x)


EXPONENTIALS = {"exp": exp, "expm1": expm1, "log": log, "log1p": log1p, "tanh": tanh}
