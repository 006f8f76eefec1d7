"""Derivatives beside exact ones of 50 digits, also at the extremes of domains."""

import mpmath
import numpy as np
import pytest
from mpmath import mp

import autodiff as ad
from autodiff.core.family import Elementwise

ULP = np.finfo(np.float64).eps
EVERYWHERE = [*np.linspace(-5, 5, 41), 1e-300, -1e-300, 1e-8, -1e-8, 20.0, -20.0]
TAILS = [-700.0, -300.5, -40.25, 36.7, 300.5, 700.0]
POSITIVE = [1e-300, 1e-100, 1e-8, 0.1, 0.5, 0.999, 1.0, 1.001, 2.0, 3.7, 1e8, 1e100, 1e300]
INSIDE = [
    -1 + 2**-53, -1 + 1e-9, -0.99, -0.5, -1e-8, -1e-300, 0.0, 1e-300, 1e-8, 0.3, 0.7, 0.99,
    1 - 1e-9, 1 - 2**-53,
]  # fmt: skip
FAR = [*EVERYWHERE, 1e8, -1e8, 1e150, -1e150]


def sigmoid_slope(x):
    e = mp.exp(-abs(x))
    return e / (1 + e) ** 2


# The exact derivative, and where it is compared.
UNARY = {
    "negative": (lambda x: -1, FAR),
    "positive": (lambda x: 1, FAR),
    "absolute": (lambda x: mp.sign(x), FAR),
    "square": (lambda x: 2 * x, FAR),
    "sqrt": (lambda x: 1 / (2 * mp.sqrt(x)), POSITIVE),
    "cbrt": (lambda x: 1 / (3 * mp.cbrt(x) ** 2), POSITIVE),
    "reciprocal": (lambda x: -1 / x**2, [-3.0, -1e-100, 1e-150, 0.1, 7.0, 1e100, 1e150]),
    "exp": (mp.exp, [*EVERYWHERE, *TAILS]),
    "exp2": (lambda x: mp.log(2) * mp.mpf(2) ** x, [*EVERYWHERE, *TAILS, 1000.5, -1000.5]),
    "expm1": (mp.exp, [*EVERYWHERE, *TAILS]),
    "log": (lambda x: 1 / x, POSITIVE),
    "log2": (lambda x: 1 / (x * mp.log(2)), POSITIVE),
    "log10": (lambda x: 1 / (x * mp.log(10)), POSITIVE),
    "log1p": (lambda x: 1 / (1 + x), [-1 + 2**-53, -0.999, -1e-300, *POSITIVE]),
    "sigmoid": (sigmoid_slope, [*EVERYWHERE, *TAILS]),
    "softplus": (lambda x: 1 / (1 + mp.exp(-x)), [*EVERYWHERE, *TAILS]),
    "relu": (lambda x: x > 0, FAR),
    "erf": (lambda x: 2 / mp.sqrt(mp.pi) * mp.exp(-x * x), [*EVERYWHERE, 10.37, -17.003, 26.0]),
    "sin": (mp.cos, [*EVERYWHERE, 1e3, 1e8, 1e15]),
    "cos": (lambda x: -mp.sin(x), [*EVERYWHERE, 1e3, 1e8, 1e15]),
    "tan": (lambda x: mp.sec(x) ** 2, [*EVERYWHERE, 1.57, -1.5707, 1e3]),
    "asin": (lambda x: 1 / mp.sqrt(1 - x * x), INSIDE),
    "acos": (lambda x: -1 / mp.sqrt(1 - x * x), INSIDE),
    "atan": (lambda x: 1 / (1 + x * x), FAR),
    "sinh": (mp.cosh, [*EVERYWHERE, *TAILS]),
    "cosh": (mp.sinh, [*EVERYWHERE, *TAILS]),
    "tanh": (lambda x: mp.sech(x) ** 2, [*EVERYWHERE, 30.0, -100.5, 350.0]),
    "asinh": (lambda x: 1 / mp.sqrt(1 + x * x), [*FAR, 1e200, -1e300]),
    "acosh": (
        lambda x: 1 / mp.sqrt(x * x - 1),
        [1 + 2**-52, 1 + 1e-9, 1.01, 1.5, 2.0, 50.0, 1e8, 1e150, 1e300],
    ),
    "atanh": (lambda x: 1 / (1 - x * x), INSIDE),
    "degrees": (lambda x: 180 / mp.pi, FAR),
    "radians": (lambda x: mp.pi / 180, FAR),
}
GRID = [(x, y) for x in (-2.5, -0.3, 0.7, 3.1) for y in (-1.7, -0.4, 0.9, 2.6)]
EXTREME = [(1e-200, 1e-200), (1e200, 1e200), (1e150, -3.0), (-3.0, 1e150)]
BASES = [(x, y) for x in (1e-3, 0.3, 1.0, 2.5, 1e3) for y in (-3.5, -1.0, 0.5, 1.0, 2.0, 7.25)]
CLOSE = [(x, x + d) for x in (-700.0, -1.5, 0.0, 1000.0) for d in (-30.5, -0.25, 0.0, 0.5, 36.0)]
BINARY = {
    "add": (lambda x, y: (1, 1), [*GRID, *EXTREME]),
    "subtract": (lambda x, y: (1, -1), [*GRID, *EXTREME]),
    "nextafter": (lambda x, y: (1, 0), GRID),
    "multiply": (lambda x, y: (y, x), [*GRID, *EXTREME[2:], (1e-200, 1e100)]),
    "divide": (lambda x, y: (1 / y, -x / y**2), [*GRID, (1e-200, 1e-100), (1e200, 1e100)]),
    "power": (lambda x, y: (y * x ** (y - 1), x**y * mp.log(x)), BASES),
    "remainder": (lambda x, y: (1, -mp.floor(x / y)), GRID),
    "maximum": (lambda x, y: (x > y, y > x), [*GRID, *EXTREME[2:]]),
    "minimum": (lambda x, y: (x < y, y < x), [*GRID, *EXTREME[2:]]),
    "fmax": (lambda x, y: (x > y, y > x), [*GRID, *EXTREME[2:]]),
    "fmin": (lambda x, y: (x < y, y < x), [*GRID, *EXTREME[2:]]),
    "fmod": (lambda x, y: (1, -int(x / y)), GRID),
    "copysign": (lambda x, y: (mp.sign(x) * mp.sign(y), 0), [*GRID, *EXTREME]),
    "heaviside": (lambda x, y: (0, 0), GRID),
    "logaddexp2": (lambda x, y: (1 / (1 + 2 ** (y - x)), 1 / (1 + 2 ** (x - y))), CLOSE),
    "logaddexp": (lambda x, y: (1 / (1 + mp.exp(y - x)), 1 / (1 + mp.exp(x - y))), CLOSE),
    "atan2": (
        lambda x, y: (y / (x * x + y * y), -x / (x * x + y * y)),
        [*GRID, *EXTREME[:2]],
    ),
}

# Half an ulp for each of the few operations of a rule, and one for each function it calls.
FEW = 6 * ULP


def slopes(f, x):
    """The derivative of an elementwise function at each of many points, in both modes."""
    x = np.asarray(x, float)
    _, pullback = ad.vjp(f, x)
    (backward,) = pullback(np.ones_like(x))
    _, forward = ad.jvp(f, (x,), (np.ones_like(x),))
    assert np.array_equal(backward, forward, equal_nan=True)
    return backward


def off(found, exact):
    """The relative error against mpmath's number; that of a denormal number is not asked for."""
    exact = mp.mpf(exact)
    return abs(mp.mpf(float(found)) - exact) / max(abs(exact), mp.mpf(2) ** -1022)


@pytest.mark.parametrize("name", UNARY)
def test_unary_derivatives_to_50_digits(name):
    exact, points = UNARY[name]
    found = slopes(getattr(ad, name), points)
    with mpmath.workdps(50):
        for x, g in zip(points, found):
            assert off(g, exact(mp.mpf(x))) <= FEW, (name, x)


@pytest.mark.parametrize("name", BINARY)
def test_binary_derivatives_to_50_digits(name):
    exact, points = BINARY[name]
    x, y = np.array(points).T
    _, pullback = ad.vjp(getattr(ad, name), x, y)
    found = pullback(np.ones(len(points)))
    with mpmath.workdps(50):
        for k, (a, b) in enumerate(points):
            for g, e in zip(found, exact(mp.mpf(a), mp.mpf(b))):
                assert off(g[k], e) <= FEW, (name, a, b)


def test_every_public_elementwise_row_is_compared():
    kept = {"conjugate", "copied", "hypot"}  # linear, linear, and compared through atan2
    values = [getattr(ad, name) for name in dir(ad) if name[0] != "_"]
    public = {row.name for row in values if isinstance(row, Elementwise) and any(row.rules)}
    here = set(UNARY) | set(BINARY)
    assert here <= public
    assert public - kept - here <= set(dir(ad.scipy.special))  # compared in test_special.py


@pytest.mark.parametrize("x", [[0.0, 0.0], [1000.0, 999.0], [-1000.0, 3.0], [0.0, -700.0, -36.0]])
def test_the_gradient_of_logsumexp_is_the_softmax(x):
    found, top = ad.grad(ad.logsumexp)(np.array(x)), max(x)
    with mpmath.workdps(50):
        whole = sum(mp.exp(mp.mpf(v) - top) for v in x)
        for v, g in zip(x, found):
            # x - logsumexp(x) is good to an ulp of its parts, and exp turns that into a factor
            assert off(g, mp.exp(mp.mpf(v) - top) / whole) <= FEW + (abs(v) + abs(top)) * ULP
