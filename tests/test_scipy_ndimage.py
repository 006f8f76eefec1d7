"""autodiff.scipy.ndimage beside scipy.ndimage, and its derivatives beside differences."""

import numpy as np
import pytest
import scipy.ndimage

import autodiff as ad
from autodiff.scipy import ndimage
from autodiff.testing.judge import difference

RNG = np.random.default_rng(5)
X = RNG.normal(size=(6, 7))
W = RNG.normal(size=(2, 3))
LINE = np.array([0.2, -0.5, 1.0, 0.3])
FILTER_MODES = ("reflect", "mirror", "nearest", "wrap", "constant")
MODES = (*FILTER_MODES, "grid-mirror", "grid-wrap", "grid-constant")
PLACES = RNG.uniform(-9, 16, (2, 40))
NEAR = RNG.uniform(0.1, 4.9, (2, 9))

CALLS = [
    *[("correlate", (W,), {"mode": m, "cval": 0.7}) for m in FILTER_MODES],
    ("correlate", (W,), {"origin": (-1, 1)}),
    ("convolve", (W,), {"mode": "nearest"}),
    ("convolve", (W,), {"origin": (0, -1)}),
    ("convolve", (LINE,), {"axes": 0}),
    *[("correlate1d", (LINE,), {"axis": 0, "mode": m}) for m in FILTER_MODES],
    ("convolve1d", (LINE,), {"origin": 1}),
    ("gaussian_filter", (0.8,), {}),
    ("gaussian_filter", ((0.8, 1.3),), {"order": (1, 2), "mode": ("wrap", "nearest")}),
    ("gaussian_filter", (1.1,), {"order": 3, "axes": 1, "truncate": 2.5}),
    ("gaussian_filter1d", (1.0,), {"axis": 0, "radius": 2}),
    ("uniform_filter", (3,), {}),
    ("uniform_filter", ((2, 5),), {"mode": "constant", "cval": 1.5, "origin": (0, 1)}),
    ("uniform_filter1d", (4,), {"axis": 0, "mode": "mirror"}),
    ("sobel", (), {}),
    ("sobel", (0,), {"mode": "constant"}),
    ("prewitt", (), {"axis": 0}),
    ("laplace", (), {"mode": "wrap"}),
    ("gaussian_laplace", (0.9,), {}),
    ("gaussian_gradient_magnitude", (0.9,), {}),
    ("spline_filter", (), {}),
    ("spline_filter1d", (4,), {"axis": 0, "mode": "reflect"}),
    *[
        ("map_coordinates", (PLACES,), {"order": order, "mode": m, "cval": 0.3})
        for order in range(6)
        for m in MODES
    ],
    ("shift", (0.4,), {}),
    ("shift", ((-1.3, 2.2),), {"order": 1, "mode": "nearest"}),
    *[(f"{kind}_filter", (3,), {"mode": m, "cval": 0.3})
      for kind in ("maximum", "minimum", "median") for m in FILTER_MODES],
    ("rank_filter", (-2, (2, 3)), {"origin": (0, 1)}),
    *[("percentile_filter", (p, 3), {"mode": "wrap"}) for p in (0, 30, 100, -20)],
    ("maximum_filter1d", (4,), {"axis": 0}),
    ("minimum_filter1d", (3,), {"mode": "constant"}),
    ("median_filter", (), {"footprint": np.array([[0, 1, 0], [1, 1, 1]], bool)}),
    ("maximum_filter", (3,), {"axes": (1,)}),
    ("zoom", (1.5,), {}),
    ("zoom", ((0.6, 2.0),), {"order": 1}),
    ("zoom", (1.7,), {"order": 2, "mode": "grid-wrap", "grid_mode": True}),
    ("rotate", (30.0,), {"order": 1}),
    ("rotate", (-50.0,), {"reshape": False, "mode": "reflect"}),
    ("affine_transform", (np.array([0.7, 1.2]),), {"offset": (0.3, -0.4)}),
    ("affine_transform", (np.array([[0.9, 0.2], [-0.1, 1.1]]),), {"offset": 0.5, "order": 1}),
    ("affine_transform", (np.array([[0.9, 0.2, 1], [-0.1, 1.1, 0]]),), {"output_shape": (4, 5)}),
]  # fmt: skip


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call[0])
def test_values_are_scipys_and_derivatives_are_limits_of_differences(call):
    name, args, options = call
    f = lambda x: getattr(ndimage, name)(x, *args, **options)  # noqa: E731 used as a value
    expected = getattr(scipy.ndimage, name)(X, *args, **options)
    t = np.cos(np.arange(X.size)).reshape(X.shape)
    y, tangent = ad.jvp(f, (X,), (t,))
    np.testing.assert_allclose(y, expected, rtol=1e-10, atol=1e-10)
    (slope,) = difference(f, [X], [0.1 * t])
    np.testing.assert_allclose(tangent, 10 * slope, rtol=1e-7, atol=1e-7)
    g = RNG.normal(size=y.shape)
    (c,) = ad.vjp(f, X)[1](g)
    assert np.vdot(c, t) == pytest.approx(np.vdot(g, tangent), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    "f",
    [
        lambda w: ndimage.correlate(X, w, mode="wrap"),
        lambda w: ndimage.convolve1d(X, w[0], mode="nearest"),
        lambda w: ndimage.gaussian_filter(X, 1 + w[0, 0] ** 2, radius=3),
        lambda w: ndimage.shift(X, w[:, 0], mode="mirror"),
        lambda w: ndimage.rotate(X, 30 + w[0, 1], reshape=False, mode="wrap"),
        lambda w: ndimage.affine_transform(X, np.eye(2) + 0.01 * w[:, :2], mode="nearest"),
        lambda w: ndimage.affine_transform(X, np.array([1.0, 0.9]) + 0.01 * w[0, :2], order=1),
        *[
            lambda w, k=k: ndimage.map_coordinates(X, NEAR + 0.01 * w[0, 0], order=k)
            for k in (1, 2, 3, 5)
        ],
    ],
)
def test_derivatives_in_weights_and_places(f):
    t = np.array([[0.3, -0.2, 0.5], [0.1, 0.4, -0.6]])
    y, tangent = ad.jvp(f, (W,), (t,))
    (slope,) = difference(f, [W], [1e-3 * t])
    np.testing.assert_allclose(tangent, 1e3 * slope, rtol=1e-6, atol=1e-6)
    g = RNG.normal(size=y.shape)
    assert np.vdot(ad.vjp(f, W)[1](g)[0], t) == pytest.approx(np.vdot(g, tangent))


@pytest.mark.parametrize("name", ["gaussian_filter", "sobel", "zoom", "rotate"])
def test_batches_graphs_and_precision(name):
    args = {"gaussian_filter": (1.0,), "sobel": (), "zoom": (1.5,), "rotate": (20.0,)}[name]
    f, plain = (lambda x: getattr(ndimage, name)(x, *args)), getattr(scipy.ndimage, name)
    stack = np.stack([X, 2 * X])
    np.testing.assert_allclose(ad.vmap(f)(stack), [plain(x, *args) for x in stack], atol=1e-10)
    node = ad.Variable("x", shape=X.shape)
    y = (f(node) ** 2).sum()
    value, gradient = ad.Executor([f(node), *ad.gradients(y, [node])]).run({node: X})
    np.testing.assert_allclose(value, plain(X, *args), atol=1e-10)
    np.testing.assert_allclose(gradient, ad.grad(lambda x: (f(x) ** 2).sum())(X), atol=1e-10)
    assert ad.grad(lambda x: f(x).sum())(X.astype(np.float32)).dtype == np.float32


def test_three_axes_are_turned_plane_by_plane():
    x = RNG.normal(size=(3, 4, 5))
    for axes in ((1, 0), (2, 0), (-1, 1)):
        found = ndimage.rotate(x, 25.0, axes, order=1)
        np.testing.assert_allclose(found, scipy.ndimage.rotate(x, 25.0, axes, order=1), atol=1e-12)


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        (lambda: ndimage.correlate(X, W, mode="mirrored"), RuntimeError, "mode is 'mirrored'"),
        (lambda: ndimage.correlate(X, LINE), RuntimeError, "for 2 axes"),
        (lambda: ndimage.correlate(X, W, origin=5), ValueError, "invalid origin"),
        (lambda: ndimage.correlate(X, W, X), ad.ArgumentError, "output is an array"),
        (lambda: ndimage.map_coordinates(X, PLACES, order=6), RuntimeError, "order not supported"),
        (lambda: ndimage.map_coordinates(X, PLACES[:1]), RuntimeError, "coordinate array"),
        (lambda: ndimage.label(ad.tensor(X)), ad.RuleError, "scipy.ndimage.label has no deriv"),
        (lambda: ndimage.blur, AttributeError, "neither has scipy.ndimage"),
    ],
)
def test_bad_calls_are_refused(call, error, sentence):
    with pytest.raises(error, match=sentence):
        call()
