"""Derivatives of special functions in each of several arguments, beside ones of 50 digits."""

from itertools import product

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf

import autodiff as ad
import autodiff.scipy.special as special

ULP = float(np.finfo(np.float64).eps)
RELATIVE, OF_ARGUMENT = 1e-12, 8 * ULP  # as for the functions of one argument
SLIGHT = mpf(2) ** -1000

SHAPES = [1e-3, 0.3, 1.0, 4.2, 30.0, 500.0]
ORDERS, AWAY = [0, 1, 2.5, 7.25], [1e-6, 0.1, 1.0, 4.0, 25.0, 80.0]
PART = [1e-6, 0.1, 0.4, 0.77, 0.99]
GRID = [0.3, 0.9, 1.7, 4.0]


def grid(*sides):
    return list(product(*sides))


def student(n, t):
    tail = mp.betainc(n / 2, mpf(1) / 2, 0, n / (n + t * t), regularized=True) / 2
    return tail if t < 0 else 1 - tail


def upper(a, x):
    return mp.gammainc(a, x, mp.inf, regularized=True)


def lower(a, x):
    """P, by its series of positive terms: mpmath's own loses digits for x << a."""
    return x**a * mp.exp(-x) * mp.hyp1f1(1, a + 1, x) * mp.rgamma(a + 1)


def owens(h, a):
    return mp.quad(lambda u: mp.exp(-h * h * (1 + u * u) / 2) / (1 + u * u), [0, a]) / (2 * mp.pi)


def voigt(x, s, g):
    z = (x + 1j * g) / (s * mp.sqrt(2))
    return (mp.exp(-z * z) * mp.erfc(-1j * z)).real / (s * mp.sqrt(2 * mp.pi))


def hurwitz(x, q):
    """By the series and Euler and Maclaurin's rule: mpmath's own has no relative digits."""
    terms = mp.fsum((q + n) ** -x for n in range(60))
    a, u = q + 60, mpf(1)
    for k in range(1, 30):
        u *= (x + 2 * k - 3) * (x + 2 * k - 2) if k > 1 else x
        terms += mp.bernoulli(2 * k) / mp.factorial(2 * k) * u * a ** (1 - x - 2 * k)
    return terms + a ** (1 - x) / (x - 1) + a**-x / 2


def smirnov(n, d):
    terms = range(1, int(mp.floor(n * (1 - d))) + 1)
    shares = (
        mp.binomial(n, j) * d * (d + mpf(j) / n) ** (j - 1) * (1 - d - mpf(j) / n) ** (n - j)
        for j in terms
    )
    return (1 - d) ** n + mp.fsum(shares)


def scaled(f, sign):
    return lambda v, x: mp.exp(sign * x) * f(v, x)


def jacobi(kind):
    return lambda u, m: mp.ellipfun(kind, u=u, m=m)


# The function of mpmath, the arguments in which it is compared, and the points.
FUNCTIONS = {
    "gammainc": (lower, (0, 1), [(a, a * r) for a in SHAPES for r in (1e-6, 0.3, 0.97, 1.02, 3.0)]),
    "gammaincc": (upper, (0, 1), [(a, a * r) for a in SHAPES for r in (0.5, 0.97, 1.02, 3.0)]),
    "betainc": (
        lambda a, b, x: mp.betainc(a, b, 0, x, regularized=True),
        (0, 1, 2),
        grid([0.3, 1.0, 4.2, 30.0], [0.5, 1.0, 7.3, 40.0], PART),
    ),
    "betaincc": (
        lambda a, b, x: mp.betainc(a, b, x, 1, regularized=True),
        (0, 1, 2),
        grid([0.3, 4.2], [7.3, 20.0], [0.4, 0.77]),
    ),
    "beta": (mp.beta, (0, 1), grid([1e-8, *SHAPES, 1e5], [1e-8, *SHAPES, 1e5])),
    "betaln": (
        lambda a, b: mp.log(mp.beta(a, b)),
        (0, 1),
        grid([1e-8, *SHAPES, 1e5], [1e-8, *SHAPES, 1e8]),
    ),
    "poch": (mp.rf, (0, 1), grid([0.3, 4.2, 30.0, 5e3, -2.3], [1e-8, 0.5, 3.0, 7.25, -0.75])),
    "binom": (mp.binomial, (0, 1), grid([5.5, 20.0, 300.5, -2.5], [0.3, 1.0, 3.25, 7.0])),
    "jv": (mp.besselj, (1,), grid(ORDERS, AWAY)),
    "yv": (mp.bessely, (1,), grid(ORDERS, AWAY)),
    "iv": (mp.besseli, (1,), grid(ORDERS, AWAY)),
    "kv": (mp.besselk, (1,), grid(ORDERS, AWAY)),
    "ive": (scaled(mp.besseli, -1), (1,), grid(ORDERS, [*AWAY, 1e3, 1e6])),
    "kve": (scaled(mp.besselk, 1), (1,), grid(ORDERS, [*AWAY, 1e3, 1e6])),
    "struve": (mp.struveh, (1,), grid([0, 1, 2.5], [0.1, 1.0, 4.0, 20.0])),
    "modstruve": (mp.struvel, (1,), grid([0, 1, 2.5], [0.1, 1.0, 4.0, 20.0])),
    "expn": (mp.expint, (1,), grid([0, 1, 2, 5], [0.01, 0.3, 1.0, 4.0, 30.0])),
    "zeta": (
        hurwitz,
        (0, 1),
        grid([1.0001, 1.5, 2.0, 7.0, 23.9, 60.0], [0.01, 0.3, 1.0, 4.0, 100.0]),
    ),
    "smirnov": (
        smirnov,
        (1,),
        grid([1, 2, 3, 10, 60], [1e-3, 0.011, 0.04, 0.12, 0.27, 0.53, 0.97]),
    ),
    "hyp0f1": (mp.hyp0f1, (1,), grid([0.5, 2.25], [-3.0, -0.1, 0.1, 4.0])),
    "hyp1f1": (mp.hyp1f1, (2,), grid([0.5, 2.25], [1.5, 3.0], [-3.0, -0.1, 0.1, 4.0])),
    "hyp2f1": (mp.hyp2f1, (3,), grid([0.5, 1.0], [1.5, 2.0], [2.75, 3.5], [-3.0, -0.1, 0.1, 0.7])),
    "stdtr": (student, (0, 1), grid([0.3, 1.0, 4.2, 30.0, 1e4], [-30.0, -1.5, -0.3, 0.3, 1.5])),
    "owens_t": (owens, (0, 1), grid([-1.5, 0.3, 4.0], [-0.7, 0.2, 1.0, 5.0])),
    "voigt_profile": (voigt, (0, 1, 2), grid([-3.0, 0.0, 0.7, 40.0], [0.3, 1.0], [0.2, 1.5])),
    "xlogy": (lambda x, y: x * mp.log(y), (0, 1), grid(GRID, [1e-100, *GRID, 1e100])),
    "xlog1py": (lambda x, y: x * mp.log1p(y), (0, 1), grid(GRID, [1e-100, *GRID, 1e100])),
    "rel_entr": (
        lambda x, y: x * mp.log(x / y),
        (0, 1),
        grid([1e-20, *GRID], [1e-200, *GRID, 1e200]),
    ),
    "kl_div": (
        lambda x, y: x * mp.log(x / y) - x + y,
        (0, 1),
        grid([1e-20, *GRID], [1e-20, *GRID]),
    ),
    "pseudo_huber": (
        lambda d, r: d * d * (mp.sqrt(1 + (r / d) ** 2) - 1),
        (0, 1),
        grid(GRID, [-40.0, 1e-6, 0.3, 2.0]),
    ),
    "boxcox": (
        lambda x, l: (x**l - 1) / l,
        (0, 1),
        grid([1e-3, *GRID, 100.0], [-2.0, 1e-9, 0.5, 1.0, 3.0]),
    ),
    "boxcox1p": (
        lambda x, l: ((1 + x) ** l - 1) / l,
        (0, 1),
        grid([1e-6, *GRID, -0.9], [-2.0, 1e-9, 0.5, 1.0, 3.0]),
    ),
    "inv_boxcox": (
        lambda y, l: (1 + l * y) ** (1 / l),
        (0, 1),
        grid([0.1, *GRID], [1e-6, 0.5, 1.0, 3.0]),
    ),
    "powm1": (lambda x, y: x**y - 1, (0, 1), grid([1e-3, *GRID], [-2.0, 1e-9, 0.5, 3.0])),
    "ellipkinc": (
        mp.ellipf,
        (0, 1),
        grid([1e-4, 0.5, 1.2, 1.57, 4.0, -7.0], [-5.0, 1e-6, 0.3, 0.99]),
    ),
    "ellipeinc": (
        mp.ellipe,
        (0, 1),
        grid([1e-4, 0.5, 1.2, 1.57, 4.0, -7.0], [-5.0, 1e-6, 0.3, 0.99]),
    ),
    "elliprc": (mp.elliprc, (0, 1), grid([1e-6, *GRID], [0.3, 0.9000001, 2.0, 1e6])),
    "elliprf": (mp.elliprf, (0, 1, 2), grid([1e-6, 0.9], [0.9, 2.0], [0.9000001, 1e6])),
    "elliprd": (mp.elliprd, (0, 1, 2), grid([1e-6, 0.9], [0.9, 2.0], [0.9000001, 1e6])),
    "elliprg": (mp.elliprg, (0, 1, 2), grid([1e-6, 0.9], [0.9, 2.0], [0.9000001, 1e6])),
    "elliprj": (mp.elliprj, (0, 1, 2, 3), grid([1e-6, 0.9], [0.9], [0.9000001, 1e3], [0.5, 1e3])),
    "jacobi_sn": (jacobi("sn"), (0, 1), grid([0.1, 0.9, 2.0, 5.0], [0.01, 0.4, 0.9])),
    "jacobi_cn": (jacobi("cn"), (0, 1), grid([0.1, 0.9, 2.0, 5.0], [0.01, 0.4, 0.9])),
    "jacobi_dn": (jacobi("dn"), (0, 1), grid([0.1, 0.9, 2.0, 5.0], [0.01, 0.4, 0.9])),
    "agm": (mp.agm, (0, 1), grid([1e-6, *GRID, 1e6], [0.3, 0.9000001, 2.0, 1e6])),
    "eval_legendre": (mp.legendre, (1,), grid([0, 1, 5, 12], [-0.99, -0.3, 1e-6, 0.6, 1.0])),
    "eval_chebyt": (mp.chebyt, (1,), grid([0, 1, 5, 12], [-0.99, -0.3, 0.01, 0.6, 1.5])),
    "eval_chebyu": (mp.chebyu, (1,), grid([0, 1, 5, 12], [-0.99, -0.3, 0.01, 0.6, 1.5])),
    "eval_hermite": (mp.hermite, (1,), grid([0, 1, 5, 12], [-3.0, -0.3, 0.01, 0.6, 1.5])),
    "eval_laguerre": (
        lambda n, x: mp.laguerre(n, 0, x),
        (1,),
        grid([0, 1, 5, 12], [0.01, 0.6, 1.5, 9.0]),
    ),
    "eval_jacobi": (mp.jacobi, (3,), grid([0, 1, 5], [0.5, 2.0], [1.25], [-0.9, 0.1, 0.7])),
    "eval_gegenbauer": (mp.gegenbauer, (2,), grid([0, 1, 5], [0.5, 2.25], [-0.9, 0.1, 0.7])),
}
ROWS = dict.fromkeys(("jacobi_sn", "jacobi_cn", "jacobi_dn"), special.ellipj)


def ours(name):
    if name in ROWS:
        place = list(ROWS).index(name)
        return lambda *args: ROWS[name](*args)[place]
    return getattr(special, name)


def exact_slope(f, place, args):
    """The derivative of mpmath's function, what ulps of the arguments do to it, and its error."""

    def slope(*args):
        step = max(abs(args[place]), SLIGHT) * mpf(2) ** -60
        moved = [[a + s * step if i == place else a for i, a in enumerate(args)] for s in (1, -1)]
        return (f(*moved[0]) - f(*moved[1])) / (2 * step)

    with mpmath.workdps(60):
        args = [mpf(a) for a in args]
        right, felt = slope(*args), mpf(0)
        for i, a in enumerate(args):
            step = a * mpf(2) ** -30
            # whole orders stay as they are
            if step and not (a == mp.floor(a) and i != place):
                ahead = slope(*[b + step if k == i else b for k, b in enumerate(args)])
                felt += abs(ahead - right) * mpf(2) ** 30
        # a tail of a complement is compared through the complement
        blurred = abs(f(*args)) * mpf(10) ** -58 / (max(abs(args[place]), SLIGHT) * mpf(2) ** -60)
        return right, felt, blurred


def found_slopes(f, place, points):
    """Our derivative in one argument at many points."""
    columns = [np.array(c) for c in zip(*points)]
    columns = [
        c.astype(int) if (c == np.floor(c)).all() and i != place else c
        for i, c in enumerate(columns)
    ]

    def of_one(x):
        return f(*columns[:place], x, *columns[place + 1 :])

    x = columns[place].astype(float)
    with np.errstate(all="ignore"):
        return ad.vjp(of_one, x)[1](np.ones_like(x))[0]


CASES = [(name, place) for name, (_, places, _) in FUNCTIONS.items() for place in places]


@pytest.mark.parametrize(("name", "place"), CASES)
def test_derivatives_to_50_digits(name, place):
    exact, _, points = FUNCTIONS[name]
    off = {}
    for g, args in zip(found_slopes(ours(name), place, points), points):
        right, felt, blurred = exact_slope(exact, place, args)
        allowed = RELATIVE * abs(right) + OF_ARGUMENT * felt + blurred + SLIGHT
        if not abs(mpf(float(g)) - right) <= allowed:
            off[args] = (float(g), float(right))
    assert off == {}
