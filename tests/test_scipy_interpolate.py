"""autodiff.scipy.interpolate beside scipy.interpolate, and derivatives beside differences."""

import numpy as np
import pytest
import scipy.interpolate

import autodiff as ad
from autodiff.scipy import interpolate
from autodiff.testing.judge import difference

RNG = np.random.default_rng(6)
X = np.array([0.0, 0.7, 1.5, 2.6, 3.0, 4.1])
Y = RNG.normal(size=6)
TABLE = RNG.normal(size=(6, 2))
PERIODIC = np.append(Y[:-1], Y[0])
AT = np.array([-0.4, 0.3, 1.1, 2.7, 3.3, 4.4])
INSIDE = np.array([0.2, 1.0, 2.1, 2.75, 4.0])

CUBIC = [
    ("not-a-knot", Y),
    ("natural", Y),
    ("clamped", TABLE),
    ("periodic", PERIODIC),
    (((1, 0.5), (2, -0.3)), Y),
    (("natural", "not-a-knot"), TABLE),
]
MAKERS = {
    **{
        f"CubicSpline {i}": (
            lambda s, x, y, bc=bc: s.CubicSpline(x, y, bc_type=bc),
            X,
            y,
            bc != "periodic",
        )
        for i, (bc, y) in enumerate(CUBIC)
    },
    "CubicSpline of 2": (lambda s, x, y: s.CubicSpline(x, y), X[:2], Y[:2], True),
    "CubicSpline of 3": (lambda s, x, y: s.CubicSpline(x, y), X[:3], TABLE[:3], True),
    "CubicSpline of 4": (lambda s, x, y: s.CubicSpline(x, y), X[:4], Y[:4], True),
    "PchipInterpolator": (lambda s, x, y: s.PchipInterpolator(x, y), X, Y, True),
    "PchipInterpolator of tables": (lambda s, x, y: s.PchipInterpolator(x, y), X, TABLE, True),
    "PchipInterpolator of 2": (lambda s, x, y: s.PchipInterpolator(x, y), X[:2], Y[:2], True),
    "CubicHermiteSpline": (lambda s, x, y: s.CubicHermiteSpline(x, y, y * y), X, Y, True),
    **{
        f"make_interp_spline {k}": (
            lambda s, x, y, k=k: s.make_interp_spline(x, y, k=k),
            X,
            TABLE,
            False,
        )
        for k in (1, 2, 3, 5)
    },
    **{
        f"interp1d {kind}": (
            lambda s, x, y, kind=kind: s.interp1d(x, y, kind, axis=0, fill_value="extrapolate"),
            X,
            TABLE,
            kind == "linear",
        )
        for kind in ("linear", "nearest", "previous", "next", "quadratic", "cubic")
    },
}
every_maker = pytest.mark.parametrize("name", MAKERS)


def checked(f, x, tolerance=1e-6):
    """Both modes beside differences."""
    t = np.cos(np.arange(1.0, x.size + 1)).reshape(x.shape)
    y, tangent = ad.jvp(f, (x,), (t,))
    (slope,) = difference(f, [x], [1e-2 * t])
    np.testing.assert_allclose(tangent, 100 * slope, rtol=tolerance, atol=tolerance)
    g = RNG.normal(size=np.shape(y))
    (c,) = ad.vjp(f, x)[1](g)
    assert np.vdot(c, t) == pytest.approx(np.vdot(g, tangent), rel=1e-8, abs=1e-8)


@every_maker
def test_values_are_scipys(name):
    make, x, y, _ = MAKERS[name]
    found, expected = make(interpolate, x, y), make(scipy.interpolate, x, y)
    for at in (AT, 1.3, AT.reshape(2, 3)):
        np.testing.assert_allclose(found(at), expected(at), rtol=1e-9, atol=1e-9)
    if hasattr(expected, "derivative"):
        for nu in (1, 2):
            np.testing.assert_allclose(found(INSIDE, nu), expected(INSIDE, nu), atol=1e-8)
            np.testing.assert_allclose(
                found.derivative(nu)(INSIDE), expected(INSIDE, nu), atol=1e-8
            )
    if hasattr(found, "c") and "Spline" in name and hasattr(found, "integrate"):
        np.testing.assert_allclose(found.integrate(0.1, 0.6), expected.integrate(0.1, 0.6))
        np.testing.assert_allclose(
            found.antiderivative(2)(INSIDE % x[-1]), expected.antiderivative(2)(INSIDE % x[-1])
        )


@every_maker
def test_derivatives_in_places_values_and_points(name):
    make, x, y, in_points = MAKERS[name]
    at = INSIDE[INSIDE < x[-1]]
    checked(lambda v: make(interpolate, x, y)(v), at)
    if "periodic" not in name and "CubicSpline 3" not in name:
        checked(lambda v: make(interpolate, x, v)(at), y)
    if in_points:
        checked(lambda v: make(interpolate, v, y)(at), x, 1e-5)


def test_bsplines_in_knots_coefficients_and_places():
    t = np.array([0.0, 0.0, 0.0, 0.0, 1.0, 2.2, 3.0, 3.0, 3.0, 3.0])
    c = RNG.normal(size=(6, 2))
    at = np.array([0.3, 1.4, 2.9])
    expected = scipy.interpolate.BSpline(t, c, 3)
    found = interpolate.BSpline(t, c, 3)
    np.testing.assert_allclose(found(AT), expected(AT), rtol=1e-9)
    np.testing.assert_allclose(found(at, 1), expected(at, 1), rtol=1e-9)
    np.testing.assert_allclose(found(at, 3), expected(at, 3), rtol=1e-9)
    checked(lambda v: interpolate.BSpline(t, v, 3)(at), c)
    checked(lambda v: interpolate.BSpline(np.concatenate([t[:4], v, t[6:]]), c, 3)(at), t[4:6])
    checked(lambda v: found(v), at)
    outside = interpolate.BSpline(t, c, 3, extrapolate=False)(np.array([-1.0, 1.0]))
    assert np.isnan(outside[0]).all() and np.isfinite(outside[1]).all()


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_axes(axis):
    table = RNG.normal(size=(6, 6, 3))[..., :3] if axis != -1 else RNG.normal(size=(2, 3, 6))
    for name in ("CubicSpline", "PchipInterpolator"):
        found = getattr(interpolate, name)(X, table, axis=axis)(AT)
        np.testing.assert_allclose(
            found, getattr(scipy.interpolate, name)(X, table, axis=axis)(AT), atol=1e-9
        )
    found = interpolate.interp1d(X, table, axis=axis, fill_value=0.0)(AT)
    expected = scipy.interpolate.interp1d(X, table, axis=axis, fill_value=0.0, bounds_error=False)(
        AT
    )
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_batches_and_graphs():
    f = lambda y: interpolate.CubicSpline(X, y)(INSIDE)  # noqa: E731 used as a value
    stack = np.stack([Y, 2 * Y])
    np.testing.assert_allclose(ad.vmap(f)(stack), [f(Y), f(2 * Y)], atol=1e-12)
    node = ad.Variable("y", shape=(6,))
    value, gradient = ad.Executor([f(node), *ad.gradients((f(node) ** 2).sum(), [node])]).run(
        {node: Y}
    )
    np.testing.assert_allclose(value, f(Y), atol=1e-12)
    np.testing.assert_allclose(gradient, ad.grad(lambda y: (f(y) ** 2).sum())(Y), atol=1e-10)
    second = ad.grad(ad.grad(interpolate.CubicSpline(X, Y)))(1.1)
    np.testing.assert_allclose(second, scipy.interpolate.CubicSpline(X, Y)(1.1, 2))


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        (lambda: interpolate.CubicSpline(X[::-1], Y), ValueError, "strictly increasing"),
        (lambda: interpolate.CubicSpline(X, Y[:-1]), ad.ShapeError, "6 points and 5 values"),
        (lambda: interpolate.CubicSpline(X, Y, bc_type="free"), ValueError, "bc_type has 'free'"),
        (lambda: interpolate.interp1d(X, Y)(9.0), ValueError, "outside of the interpolation range"),
        (lambda: interpolate.interp1d(X, Y, "wavy"), NotImplementedError, "wavy is unsupported"),
        (
            lambda: ad.grad(lambda x: interpolate.make_interp_spline(x, Y)(1.0))(X),
            ad.RuleError,
            "no derivative in x",
        ),
        (
            lambda: interpolate.make_interp_spline(X, Y, bc_type="natural"),
            ad.RuleError,
            "use CubicSpline",
        ),
        (lambda: interpolate.BSpline(X, Y[:1], 3), ValueError, "6 knots and 1 coefficients"),
        (lambda: interpolate.PPoly(np.ones((2, 2)), X), ValueError, "they need shapes"),
    ],
)
def test_bad_calls_are_refused(call, error, sentence):
    with pytest.raises(error, match=sentence):
        call()
