"""Powers, the error function and the other exponentials of vectors.

Sources: J.-M. Muller, "Elementary Functions", 3rd edition, 2016, chapter on powers: the logarithm
is carried in two parts; the polynomials of erf are minimax, computed for this file.
"""

import math

from .emit import F32, F64, I64
from .functions import log_ends, log_parts, power_of_two

# erf(x) / x in x² on [0, 1], and erfc(x) exp(x²) in (x - 2) / (x + 2) on [1, 6].
NEAR = (
    1.1283791670955126, -0.37612638903183754, 0.1128379167095512, -0.02686617064512984,
    0.0052239776254232985, -0.000854832702193483, 0.00012055332902888736, -1.4925647567519332e-05,
    1.6462045441468418e-06, -1.6364642158167616e-07, 1.4792401209404813e-08,
    -1.216456005728345e-09, 8.709045129053106e-11, -4.230945824295338e-12,
)  # fmt: skip
AWAY = (
    0.25539567631050575, -0.4271858474139584, 0.24165819424246646, -0.07897858101573213,
    0.003732892404327764, 0.006997461739200444, -0.0008471432509203844, -0.000981977026567889,
    4.355560219515472e-05, 0.00017436116545392264, 2.7525480361206068e-05,
    -2.7579864674305787e-05, -1.396807230177146e-05, 1.392621183618803e-06,
    3.789215643758464e-06, 1.1780775215625583e-06, -5.322696855655786e-07, -4.215301054238321e-07,
)  # fmt: skip
LN2 = (0.6931471805599453, 2.3190468138462996e-17)
FACTOR_LOW = {2: 2.0355273740931033e-17, 10: 1.098319650216765e-17}  # 1 / log(base), second part
TWO_THIRDS = (0.6666666666666666, 3.700743415417188e-17)


def erf(b, x):
    """The error function within 2 ulp."""
    if x.dtype == F32:
        return b.convert(b.call("erf", b.convert(x, F64)), F32)
    size = b.minimum(b.abs(x), b.like(6.0, F64))
    near = size * b.polynomial(size * size, NEAR)
    far = 1.0 - b.call("exp", -(size * size)) * b.polynomial((size - 2.0) / (size + 2.0), AWAY)
    y = b.select(size < 1.0, near, far)
    return b.select(x.is_nan(), x, b.copysign(y, x))


def two_sum(a, c):
    """a + c and what its rounding lost."""
    s = a + c
    t = s - a
    return s, (a - (s - t)) + (c - t)


def two_product(b, x, y):
    """x y and what its rounding lost."""
    p = x * y
    return p, b.fma(x, y, -p)


def logarithm(b, x):
    """log x in two parts, for normal positive numbers: 2 atanh(s), s = (m - 1) / (m + 1)."""
    e, m = log_parts(b, x)
    f = m - 1.0
    q, q_low = two_sum(m, b.like(1.0, F64))
    s = f / q
    s_low = (b.fma(-s, q, f) - s * q_low) / q
    z, z_low = two_product(b, s, s)
    z_low = b.fma(s + s, s_low, z_low)
    # s z 2/3 in two parts, the other terms of the series in one
    t, t_low = two_product(b, s, z)
    t_low = t_low + b.fma(s, z_low, s_low * z)
    u, u_low = two_product(b, t, b.like(TWO_THIRDS[0], F64))
    u_low = u_low + b.fma(t_low, TWO_THIRDS[0], t * TWO_THIRDS[1])
    rest = t * z * b.polynomial(z, [2 / (2 * i + 5) for i in range(10)])
    high, low = two_sum(s + s, u)
    low = low + ((s_low + s_low) + (u_low + rest))
    k, k_low = two_product(b, e, b.like(LN2[0], F64))
    total, lost = two_sum(k, high)
    return two_sum(total, lost + (low + b.fma(e, LN2[1], k_low)))


def power(b, x, y):
    """x ** y within 2 ulp; what is no positive normal number goes to the C library."""
    if x.dtype == F32:
        wide, exponent = b.convert(x, F64), b.convert(y, F64)
        out = b.convert(b.call("exp", exponent * b.call("log", wide)), F32)
        odd = b.outside(x, 2.0**-126, 3.4e38) | b.far(y, 1e30)
        return b.unless(odd, "power", (x, y), out)
    odd = b.outside(x, 2.0**-1022, 1.79e308) | b.far(y, 1e100)
    inside = b.select(odd, b.like(1.0, F64), x)
    high, low = logarithm(b, inside)
    p, p_low = two_product(b, y, high)
    p_low = b.fma(y, low, p_low)
    out = b.call("exp", p)
    # exp(p + p_low) = exp(p) (1 + p_low); beyond the ends exp is 0 or infinite already
    out = b.select(b.abs(p) < 700.0, b.fma(out, p_low, out), out)
    odd = odd | b.far(p, 700.0)
    return b.unless(odd, "power", (x, y), out)


def exp2(b, x):
    """2 ** x within 2 ulp: 2**n e**(f log 2)."""
    if x.dtype == F32:
        return b.convert(b.call("exp", b.convert(x, F64) * math.log(2)), F32)
    inside = b.minimum(b.maximum(x, b.like(-1080.0, F64)), b.like(1025.0, F64))
    n = b.rint(inside)
    return scaled(b, b.call("exp", (inside - n) * LN2[0]), n)


def scaled(b, y, n):
    """y 2**n in two steps."""
    whole = b.convert(n, I64)
    half = whole >> 1
    return y * power_of_two(b, half, F64) * power_of_two(b, whole - half, F64)


def log_to(base):
    """The logarithm to another base; exact powers of 2 stay exact for base 2."""

    def function(b, x):
        wide = b.convert(x, F64)
        below = wide < 2.0**-1022
        lifted = b.select(below, wide * 2.0**54, wide)
        high, low = logarithm(b, lifted)
        factor = 1 / math.log(base)
        factor_low = FACTOR_LOW[base]
        p, p_low = two_product(b, high, b.like(factor, F64))
        y = p + (p_low + b.fma(high, factor_low, low * factor))
        lift = b.select(below, b.like(54 * math.log(2) / math.log(base), F64), 0.0)
        return b.convert(log_ends(b, wide, y - lift), x.dtype)

    return function


def sinh(b, x):
    """sinh within 3 ulp: (t + t / (t + 1)) / 2 with t = expm1(|x|)."""
    limit = 709.0 if x.dtype == F64 else 88.0
    t = b.call("expm1", b.abs(x))
    y = 0.5 * (t + t / (t + 1.0))
    return b.unless(b.far(x, limit), "sinh", (x,), b.copysign(y, x))


def cosh(b, x):
    """cosh within 2 ulp: (t + 1 / t) / 2 with t = exp(|x|)."""
    limit = 709.0 if x.dtype == F64 else 88.0
    t = b.call("exp", b.abs(x))
    return b.unless(b.far(x, limit), "cosh", (x,), 0.5 * t + 0.5 / t)


POWERS = {
    "erf": erf, "power": power, "exp2": exp2, "log2": log_to(2), "log10": log_to(10),
    "sinh": sinh, "cosh": cosh,
}  # fmt: skip
