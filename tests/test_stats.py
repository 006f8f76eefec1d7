"""Distributions beside scipy.stats, and their derivatives beside mpmath's."""

import mpmath
import numpy as np
import pytest
import scipy.stats
from mpmath import mp, mpf

import autodiff as ad
import autodiff.scipy.stats as stats

VALUE, SLOPE = 1e-11, 1e-11  # relative, and beside 1; SciPy's own values differ by some 1e-13

LINE = [-30.0, -3.3, -1.0, -0.2, 0.0, 0.4, 1.0, 2.7, 12.0]
HALF = [-1.0, 0.0, 1e-3, 0.3, 1.0, 1.7, 4.0, 20.0]
UNIT = [-0.5, 0.0, 1e-3, 0.3, 0.55, 0.9, 1.0, 1.5]


def npdf(x):
    return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


def beta_density(x, a, b):
    return x ** (a - 1) * (1 - x) ** (b - 1) / mp.beta(a, b)


# The density in mpmath's numbers, shape parameters, and points.
CONTINUOUS = {
    "norm": (npdf, [()], LINE),
    "t": (
        lambda x, n: (1 + x * x / n) ** (-(n + 1) / 2) / mp.sqrt(n) / mp.beta(n / 2, mpf(1) / 2),
        [(0.7,), (2.5,), (40.0,)],
        LINE,
    ),
    "cauchy": (lambda x: 1 / mp.pi / (1 + x * x), [()], LINE),
    "laplace": (lambda x: mp.exp(-abs(x)) / 2, [()], LINE),
    "logistic": (lambda x: mp.exp(-x) / (1 + mp.exp(-x)) ** 2, [()], LINE),
    "gumbel_r": (lambda x: mp.exp(-x - mp.exp(-x)), [()], LINE[1:]),
    "gumbel_l": (lambda x: mp.exp(x - mp.exp(x)), [()], LINE[:-1]),
    "skewnorm": (lambda x, a: 2 * npdf(x) * mp.ncdf(a * x), [(-1.5,), (0.3,), (4.0,)], LINE[1:-1]),
    "expon": (lambda x: mp.exp(-x), [()], HALF),
    "gamma": (
        lambda x, a: x ** (a - 1) * mp.exp(-x) / mp.gamma(a),
        [(0.6,), (2.5,), (30.0,)],
        HALF,
    ),
    "chi2": (
        lambda x, k: (x / 2) ** (k / 2 - 1) * mp.exp(-x / 2) / mp.gamma(k / 2) / 2,
        [(0.7,), (3.5,), (12.0,)],
        HALF,
    ),
    "invgamma": (lambda x, a: x ** (-a - 1) * mp.exp(-1 / x) / mp.gamma(a), [(0.6,), (2.5,)], HALF),
    "lognorm": (lambda x, s: npdf(mp.log(x) / s) / (s * x), [(0.3,), (1.5,)], HALF),
    "pareto": (lambda x, b: b * x ** (-b - 1), [(0.6,), (2.5,)], [0.5, 1.2, 1.7, 4.0, 20.0]),
    "weibull_min": (
        lambda x, c: c * x ** (c - 1) * mp.exp(-(x**c)),
        [(0.6,), (2.5,)],
        [-1.0, 1e-3, 0.3, 1.7, 4.0],
    ),
    "halfnorm": (lambda x: 2 * npdf(x), [()], HALF[:-1]),
    "halfcauchy": (lambda x: 2 / mp.pi / (1 + x * x), [()], HALF),
    "rayleigh": (lambda x: x * mp.exp(-x * x / 2), [()], HALF[2:-1]),
    "f": (
        lambda x, m, n: (
            (m / n) * beta_density(m * x / (n + m * x), m / 2, n / 2) * (n / (n + m * x)) ** 2
        ),
        [(1.5, 4.0), (7.0, 2.5)],
        HALF[2:],
    ),
    "invgauss": (
        lambda x, mu: mp.exp(-((x - mu) ** 2) / (2 * x * mu * mu)) / mp.sqrt(2 * mp.pi * x**3),
        [(0.4,), (2.5,)],
        [-1.0, 0.1, 0.3, 1.0, 1.7, 4.0],
    ),
    "wald": (
        lambda x: mp.exp(-((x - 1) ** 2) / (2 * x)) / mp.sqrt(2 * mp.pi * x**3),
        [()],
        HALF[3:],
    ),
    "uniform": (lambda x: mpf(1), [()], UNIT),
    "beta": (beta_density, [(0.6, 0.4), (2.5, 7.0)], UNIT),
    "triang": (
        lambda x, c: 2 * x / c if x < c else 2 * (1 - x) / (1 - c),
        [(0.4,), (0.7,)],
        UNIT[2:-2],
    ),
    "truncnorm": (
        lambda x, a, b: npdf(x) / (mp.ncdf(b) - mp.ncdf(a)),
        [(-1.0, 2.0), (3.0, 5.0), (-9.0, -7.5)],
        [-8.0, -2.0, -0.3, 0.4, 1.5, 3.5, 4.5],
    ),
    "vonmises": (
        lambda x, k: mp.exp(k * mp.cos(x)) / (2 * mp.pi * mp.besseli(0, k)),
        [(0.5,), (4.0,)],
        [-3.0, -1.0, 0.2, 2.0],
    ),
}
POINTS = [(name, shapes) for name, (_, every, _) in CONTINUOUS.items() for shapes in every]
METHODS = ["pdf", "logpdf", "cdf", "sf", "logcdf", "logsf"]
PLACED = [(0.0, 1.0), (0.7, 2.5)]


def near(found, right, allowed):
    found, right = np.asarray(found), np.asarray(right)
    return np.isclose(found, right, rtol=allowed, atol=allowed * 1e-3, equal_nan=True)


@pytest.mark.parametrize(("name", "shapes"), POINTS)
@pytest.mark.parametrize("method", METHODS)
def test_values_are_those_of_scipy(name, shapes, method):
    x = np.array(CONTINUOUS[name][2])
    for loc, scale in PLACED:
        with np.errstate(all="ignore"):
            found = getattr(getattr(stats, name), method)(loc + scale * x, *shapes, loc, scale)
            right = getattr(getattr(scipy.stats, name), method)(
                loc + scale * x, *shapes, loc, scale
            )
        # SciPy's own logarithms of small probabilities have lost some digits
        assert near(found, right, 1e-8 if method.startswith("log") else VALUE).all(), (found, right)


def density_slopes(name, shapes, x):
    """The derivatives of the exact logarithm of the density in x and in each shape."""
    density = CONTINUOUS[name][0]
    with mpmath.workdps(40):
        args = [mpf(x), *map(mpf, shapes)]
        return [
            float(mp.diff(lambda v, i=i: mp.log(density(*args[:i], v, *args[i + 1 :])), args[i]))
            for i in range(len(args))
        ]


@pytest.mark.parametrize(("name", "shapes"), POINTS)
def test_derivatives_of_the_log_density(name, shapes):
    distribution = getattr(stats, name)
    places = tuple(range(len(shapes) + 1))
    for x in CONTINUOUS[name][2]:
        with np.errstate(all="ignore"):
            value = distribution.logpdf(x, *shapes)
            found = ad.grad(distribution.logpdf, places)(x, *shapes)
            args = (x, *shapes)
            pushed = [
                ad.jvp(
                    lambda v, k=k, args=args: distribution.logpdf(*args[:k], v, *args[k + 1 :]),
                    (args[k],),
                    (1.0,),
                )[1]
                for k in places
            ]
        assert near(found, pushed, 1e-12).all()
        if value == -np.inf:
            assert np.all(np.array(found) == 0) or x in (
                0.0,
                1.0,
            )  # inside, at the end of the support
        elif x not in (0.0, 1.0) or name in ("norm", "cauchy"):
            assert near(found, density_slopes(name, shapes, x), SLOPE).all(), (x, found)


@pytest.mark.parametrize(("name", "shapes"), POINTS)
def test_the_distribution_function_has_the_density_as_its_slope(name, shapes):
    distribution = getattr(stats, name)
    for x in [x for x in CONTINUOUS[name][2] if x not in (0.0, 1.0)]:
        with np.errstate(all="ignore"):
            density = distribution.pdf(x, *shapes)
            assert near(ad.grad(distribution.cdf)(x, *shapes), density, SLOPE), x
            assert near(ad.grad(distribution.sf)(x, *shapes), -density, SLOPE), x
            below, above = distribution.cdf(x, *shapes), distribution.sf(x, *shapes)
            if below > 0:
                assert near(ad.grad(distribution.logcdf)(x, *shapes), density / below, SLOPE), x
            if above > 0:
                assert near(ad.grad(distribution.logsf)(x, *shapes), -density / above, 1e-9), x


SHAPED = [(name, shapes) for name, shapes in POINTS if shapes]


@pytest.mark.parametrize(("name", "shapes"), SHAPED)
def test_the_distribution_function_in_every_shape(name, shapes):
    density, _, points = CONTINUOUS[name]
    distribution = getattr(stats, name)
    inside = [
        x for x in points if np.isfinite(distribution.logpdf(x, *shapes)) and x not in (0.0, 1.0)
    ]
    x = inside[len(inside) // 2]
    start = {"pareto": 1, "vonmises": -mp.pi, "t": -mp.inf, "skewnorm": -mp.inf}.get(name, 0)

    def below(i, v):
        # in parameters that move the support, the integral starts where that does
        given = [v if k == i else mpf(s) for k, s in enumerate(shapes)]
        low = given[0] if name == "truncnorm" else start
        knots = sorted([mpf(x), *[k for k in (given[0],) if name == "triang" and k < x]])
        return mp.quad(lambda u: density(u, *given), [low, *[k for k in knots if k > low]])

    for i, s in enumerate(shapes):
        found = ad.grad(distribution.cdf, i + 1)(x, *shapes)
        with mpmath.workdps(30):
            h = mpf(s) * mpf(10) ** -6
            right = float(
                (
                    8 * (below(i, s + h) - below(i, s - h))
                    - below(i, s + 2 * h)
                    + below(i, s - 2 * h)
                )
                / (12 * h)
            )
        assert near(found, right, 1e-8), (i, x)


@pytest.mark.parametrize(("name", "shapes"), POINTS)
def test_quantiles(name, shapes):
    distribution = getattr(stats, name)
    q = np.array([0.01, 0.3, 0.5, 0.8, 0.99])
    if distribution.facts.quantile is None:
        with pytest.raises(NotImplementedError, match=f"{name}.ppf has no closed form; solve"):
            distribution.ppf(q, *shapes)
        return
    assert near(
        distribution.ppf(q, *shapes), getattr(scipy.stats, name).ppf(q, *shapes), 1e-10
    ).all()
    x, slope = ad.jvp(lambda q: distribution.ppf(q, *shapes, 0.7, 2.0), (q,), (np.ones(5),))
    assert near(slope, 1 / distribution.pdf(x, *shapes, 0.7, 2.0), 1e-9).all()


@pytest.mark.parametrize("name", CONTINUOUS)
def test_loc_and_scale(name):
    shapes, points = CONTINUOUS[name][1][0], CONTINUOUS[name][2]
    x = next(
        x
        for x in points[len(points) // 2 :]
        if np.isfinite(getattr(stats, name).logpdf(x, *shapes))
    )
    logpdf, at = getattr(stats, name).logpdf, 0.7 + 2.5 * x
    slope = ad.grad(logpdf)(x, *shapes)
    loc, scale = ad.grad(lambda loc, scale: logpdf(at, *shapes, loc=loc, scale=scale), (0, 1))(
        0.7, 2.5
    )
    assert near([loc, scale], [-slope / 2.5, -(slope * x + 1) / 2.5], 1e-11).all()


@pytest.mark.parametrize("name", ["norm", "gamma", "beta", "truncnorm"])
def test_parameters_that_are_not_allowed_give_nan(name):
    shapes = CONTINUOUS[name][1][0]
    with np.errstate(all="ignore"):
        assert np.isnan(getattr(stats, name).logpdf(0.5, *shapes, 0.0, -1.0))
        assert np.isnan(getattr(stats, name).cdf(np.nan, *shapes))


DISCRETE = {
    "poisson": ([(0.3,), (4.2,)], [-1, 0, 1, 3, 2.5, 20]),
    "binom": ([(7, 0.3), (1, 0.9)], [-1, 0, 1, 3, 2.5, 7, 9]),
    "bernoulli": ([(0.3,)], [-1, 0, 1, 0.5, 2]),
    "nbinom": ([(2.5, 0.3), (4, 0.8)], [-1, 0, 1, 3, 2.5, 20]),
    "geom": ([(0.3,), (0.9,)], [-1, 0, 1, 3, 2.5, 20]),
}
COUNTS = [(name, shapes) for name, (every, _) in DISCRETE.items() for shapes in every]


@pytest.mark.parametrize(("name", "shapes"), COUNTS)
@pytest.mark.parametrize("method", ["pmf", "logpmf", "cdf", "sf", "logcdf", "logsf"])
def test_probabilities_are_those_of_scipy(name, shapes, method):
    k = np.array(DISCRETE[name][1])
    with np.errstate(all="ignore"):
        found = getattr(getattr(stats, name), method)(k + 2, *shapes, loc=2)
        right = getattr(getattr(scipy.stats, name), method)(k + 2, *shapes, loc=2)
    assert near(found, right, 1e-10).all(), (found, right)


@pytest.mark.parametrize(("name", "shapes"), COUNTS)
@pytest.mark.parametrize("method", ["logpmf", "cdf", "logsf"])
def test_derivatives_of_probabilities(name, shapes, method):
    real = [i for i, s in enumerate(shapes) if isinstance(s, float)]
    f = getattr(getattr(stats, name), method)
    scipy_f = getattr(getattr(scipy.stats, name), method)
    for k in (0, 1, 3):
        for i in real:
            with np.errstate(all="ignore"):
                found = ad.grad(f, i + 1)(k, *shapes)
                if not np.isfinite(scipy_f(k, *shapes)):
                    assert found == 0
                    continue
                right = ad.numeric.derivative(
                    lambda v, k=k, i=i: float(scipy_f(k, *shapes[:i], v, *shapes[i + 1 :])),
                    shapes[i],
                )
            assert near(found, right, 1e-6), (k, i, found, right)


def test_the_multivariate_normal_distribution():
    rng = np.random.default_rng(3)
    a, mean, x = rng.normal(size=(3, 3)), rng.normal(size=3), rng.normal(size=(4, 3))
    cov = a @ a.T + np.eye(3)
    for given in (cov, np.array([0.5, 1.0, 2.0]), 1.7):
        full = given if np.ndim(given) == 2 else given * np.eye(3)
        right = scipy.stats.multivariate_normal.logpdf(x, mean, full)
        assert near(stats.multivariate_normal.logpdf(x, mean, given), right, 1e-12).all()
    slope = ad.grad(lambda m: stats.multivariate_normal.logpdf(x[0], m, cov))(mean)
    precision = np.linalg.inv(cov)
    assert near(slope, precision @ (x[0] - mean), 1e-12).all()
    d = x[0] - mean
    in_cov = ad.grad(lambda c: stats.multivariate_normal.logpdf(x[0], mean, c))(cov)
    right = 0.5 * (precision @ np.outer(d, d) @ precision - precision)
    assert near(0.5 * (in_cov + in_cov.T), right, 1e-11).all()
    ad.check_grad(lambda c: stats.multivariate_normal.logpdf(x, mean, c @ c.T + np.eye(3)).sum(), a)


def test_shares_and_counts():
    alpha, x = np.array([0.7, 2.0, 3.5]), np.array([0.2, 0.5, 0.3])
    assert near(stats.dirichlet.logpdf(x, alpha), scipy.stats.dirichlet.logpdf(x, alpha), 1e-13)
    assert near(stats.dirichlet.logpdf(x[:2], alpha), scipy.stats.dirichlet.logpdf(x, alpha), 1e-13)
    slope = ad.grad(stats.dirichlet.logpdf, 1)(x, alpha)
    right = np.log(x) - scipy.special.psi(alpha) + scipy.special.psi(alpha.sum())
    assert near(slope, right, 1e-13).all()
    p, k = np.array([0.2, 0.5, 0.3]), np.array([1, 4, 2])
    assert near(stats.multinomial.logpmf(k, 7, p), scipy.stats.multinomial.logpmf(k, 7, p), 1e-12)
    assert stats.multinomial.logpmf(k, 8, p) == -np.inf
    assert near(ad.grad(lambda p: stats.multinomial.logpmf(k, 7, p))(p), k / p, 1e-13).all()


def test_the_wishart_distribution():
    rng = np.random.default_rng(4)
    a, b = rng.normal(size=(2, 3, 3))
    x, scale = a @ a.T + np.eye(3), b @ b.T + np.eye(3)
    assert near(
        stats.wishart.logpdf(x, 5.5, scale), scipy.stats.wishart.logpdf(x, 5.5, scale), 1e-11
    )
    slope = ad.grad(lambda df: stats.wishart.logpdf(x, df, scale))(5.5)
    logdets = np.linalg.slogdet(x)[1] - np.linalg.slogdet(scale)[1]
    right = 0.5 * (
        logdets - 3 * np.log(2) - sum(scipy.special.psi((5.5 - j) / 2) for j in range(3))
    )
    assert near(slope, right, 1e-12)


def test_calls_in_scipys_words():
    assert stats.norm.pdf(0.5, loc=0.2, scale=3.0) == stats.norm.pdf(0.5, 0.2, 3.0)
    assert stats.gamma.pdf(0.5, a=2.0) == stats.gamma.pdf(0.5, 2.0)
    with pytest.raises(TypeError, match="gamma: the shape parameter a is missing; give a="):
        stats.gamma.pdf(0.5)
    with pytest.raises(TypeError, match="norm: mu is no parameter of it; it has loc, scale"):
        stats.norm.pdf(0.5, mu=3.0)
    with pytest.raises(TypeError, match="norm: 3 parameters are given, and it has loc, scale"):
        stats.norm.pdf(0.5, 1.0, 2.0, 3.0)


def test_batches_graphs_and_single_precision():
    x, a = np.array([0.3, 1.2, 4.0]), np.array([0.7, 2.0, 3.5])
    whole = ad.vmap(ad.grad(stats.gamma.logpdf, 1))(x, a)
    assert near(whole, [ad.grad(stats.gamma.logpdf, 1)(u, v) for u, v in zip(x, a)], 1e-14).all()
    v = ad.Variable("v", shape=(3,))
    assert near(
        ad.Executor([stats.gamma.logpdf(v, a)]).run({v: x})[0], stats.gamma.logpdf(x, a), 1e-15
    ).all()
    single = ad.grad(stats.norm.logpdf)(np.float32(0.5))
    assert single.dtype == np.float32
