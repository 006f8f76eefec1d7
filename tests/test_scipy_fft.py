"""autodiff.scipy.fft beside scipy.fft: values, linear maps, transposes, batches, graphs."""

import numpy as np
import pytest
import scipy.fft

import autodiff as ad
from autodiff.scipy import fft

RNG = np.random.default_rng(4)
X = RNG.normal(size=(3, 4, 5))
NORMS = (None, "ortho", "forward")
ONE = [
    (name, {"type": type, "norm": norm, "n": n, "axis": axis, "orthogonalize": extra})
    for name in ("dct", "idct", "dst", "idst")
    for type in (1, 2, 3, 4)
    for norm in NORMS
    for n, axis, extra in ((None, -1, None), (7, 0, True), (3, 1, False))
]
SEVERAL = [
    (name, options)
    for name in ("dctn", "idctn", "dstn", "idstn")
    for options in (
        {},
        {"type": 3, "norm": "ortho"},
        {"s": (3, 6), "axes": (1, -1)},
        {"s": (2, 2), "type": 4},
        {"axes": 1, "norm": "forward"},
    )
]
FOURIER = [
    (kind + axes, options)
    for kind in ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft")
    for axes, options in (
        ("", {}),
        ("", {"n": 3, "norm": "ortho"}),
        ("2", {}),
        ("2", {"s": (3, 6)}),
        ("n", {"s": (3, 6)}),
        ("n", {"axes": (0, 2), "norm": "forward"}),
    )
] + [("fftshift", {}), ("ifftshift", {"axes": 1})]
every_call = pytest.mark.parametrize(("name", "options"), [*ONE, *SEVERAL, *FOURIER], ids=str)


@every_call
def test_a_linear_map_and_its_transpose(name, options):
    f = lambda x: getattr(fft, name)(x, **options)  # noqa: E731 used as a value
    expected = getattr(scipy.fft, name)(X, **options)
    t = X[::-1] + 0.5
    y, tangent = ad.jvp(f, (X,), (t,))
    assert y.dtype == expected.dtype
    np.testing.assert_allclose(y, expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(
        tangent, getattr(scipy.fft, name)(t, **options), rtol=1e-12, atol=1e-12
    )
    g = RNG.normal(size=y.shape) + (1j if np.iscomplexobj(y) else 0)
    (c,) = ad.vjp(f, X)[1](g)
    assert c.dtype == X.dtype
    assert np.vdot(c, t).real == pytest.approx(np.vdot(g, tangent).real, rel=1e-10, abs=1e-10)


@pytest.mark.parametrize("name", ["dct", "idst", "dctn", "hfft2", "rfft"])
def test_batches_graphs_and_precision(name):
    f, plain = getattr(fft, name), getattr(scipy.fft, name)
    stack = np.stack([X, 2 * X])
    np.testing.assert_allclose(ad.vmap(f)(stack), [plain(x) for x in stack], rtol=1e-12, atol=1e-12)
    energy = lambda x: (np.abs(f(x)) ** 2).sum()  # noqa: E731 used as a value
    for shape in (X.shape, None):
        node = ad.Variable("x", shape=shape)
        y = energy(node)
        value, gradient = ad.Executor([y, *ad.gradients(y, [node])]).run({node: X})
        np.testing.assert_allclose(value, energy(X), rtol=1e-12)
        np.testing.assert_allclose(gradient, ad.grad(energy)(X), rtol=1e-9, atol=1e-9)
    single = X.astype(np.float32)
    assert f(single).dtype == plain(single).dtype
    assert ad.grad(energy)(single).dtype == np.float32


def test_complex_numbers_are_transformed_by_their_parts():
    z = X + 1j * X[::-1]
    np.testing.assert_allclose(fft.dct(z), scipy.fft.dct(z), rtol=1e-12, atol=1e-12)
    t, g = RNG.normal(size=(2, *X.shape)) + 1j
    _, tangent = ad.jvp(fft.dct, (z,), (t,))
    (c,) = ad.vjp(fft.dct, z)[1](g)
    assert np.vdot(c, t).real == pytest.approx(np.vdot(g, tangent).real)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: fft.dct(X, type=5), "dct: type is 5; it needs 1, 2, 3 or 4"),
        (lambda: fft.dct(X, norm="half"), "Invalid norm value"),
        (lambda: fft.dct(X, n=0), "Invalid number of FFT data points"),
        (lambda: fft.dct(X[..., :1], type=1), "type 1 needs 2 or more points"),
        (lambda: fft.dctn(X, s=(2,), axes=(0, 1)), "s has 1 sizes for 2 axes"),
    ],
)
def test_bad_calls_are_refused(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_every_name_of_scipy_is_there_or_says_why_not():
    for name in scipy.fft.__all__:
        if name in fft.WITHOUT:
            with pytest.raises(ad.RuleError, match=f"scipy.fft.{name} has no derivative"):
                getattr(fft, name)
        else:
            assert callable(getattr(fft, name))
