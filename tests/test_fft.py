"""Fourier transforms by NumPy's own names: values, linear maps, transposes, batches and graphs."""

import warnings

import numpy as np
import pytest

import autodiff as ad
from autodiff import fft

RNG = np.random.default_rng(8)
REAL = RNG.normal(size=(3, 4, 5))
COMPLEX = REAL + 1j * RNG.normal(size=(3, 4, 5))

ONE = [
    {},
    {"n": 3},
    {"n": 8},
    {"axis": 0},
    {"axis": 1, "n": 5, "norm": "ortho"},
    {"norm": "forward"},
    {"n": 1},
]
SOME = [
    {},
    {"norm": "ortho"},
    {"axes": (0, 2)},
    {"s": (3, 6), "axes": (1, -1)},
    {"s": (-1, 2), "axes": (2, 0), "norm": "forward"},
]
FULL = [*SOME, {"axes": (1, 1)}, {"axes": (2,)}]
SHIFTS = [{}, {"axes": 1}, {"axes": (0, -1)}, {"axes": -1}]
CALLS = {
    "fft": ONE, "ifft": ONE, "rfft": ONE, "irfft": ONE, "hfft": ONE, "ihfft": ONE,
    "fft2": SOME, "ifft2": SOME, "rfft2": SOME, "irfft2": SOME,
    "fftn": FULL, "ifftn": FULL, "rfftn": FULL[:5], "irfftn": FULL[:5],
    "fftshift": SHIFTS, "ifftshift": SHIFTS,
}  # fmt: skip
OF_REAL = ("rfft", "rfft2", "rfftn", "ihfft")
CASES = [
    (name, k, kind)
    for name, calls in CALLS.items()
    for k in range(len(calls))
    for kind in ("real", "complex")
]
CASES = [c for c in CASES if c[0] not in OF_REAL or c[2] == "real"]
every_case = pytest.mark.parametrize(("name", "k", "kind"), CASES)


def example(name, k, kind):
    call, options = getattr(np.fft, name), CALLS[name][k]
    return lambda x: call(x, **options), REAL if kind == "real" else COMPLEX


def weights(y):
    w = np.sin(1.0 + np.arange(y.size)).reshape(y.shape)
    return w + 1j * np.cos(w) if np.iscomplexobj(y) else w


@every_case
def test_a_linear_map_and_its_transpose(name, k, kind):
    f, x = example(name, k, kind)
    t = x[::-1] + 0.5
    y, tangent = ad.jvp(f, (x,), (t,))
    expected = f(x)
    assert y.dtype == expected.dtype and y.shape == expected.shape
    np.testing.assert_allclose(y, expected, rtol=1e-13, atol=1e-13)
    np.testing.assert_allclose(tangent, f(t), rtol=1e-13, atol=1e-13)
    y, pullback = ad.vjp(f, x)
    g = weights(expected)
    (c,) = pullback(g)
    assert c.dtype == x.dtype and c.shape == x.shape
    assert np.vdot(c, t).real == pytest.approx(np.vdot(g, tangent).real)


@every_case
def test_second_derivatives_batches_and_graphs(name, k, kind):
    f, x = example(name, k, kind)

    def energy(x):
        y = f(x)
        return (
            np.real(y * np.conj(y)) ** 2 * np.abs(weights(f(REAL if kind == "real" else COMPLEX)))
        ).sum()

    gradient, t = ad.grad(energy), x[::-1]
    _, forward = ad.jvp(gradient, (x,), (t,))
    h = 1e-5
    np.testing.assert_allclose(
        forward,
        (gradient(x + h * t) - gradient(x - h * t)) / (2 * h),
        rtol=1e-5,
        atol=1e-5 * abs(forward).max(),
    )
    reverse = ad.grad(lambda x: np.real(gradient(x) * np.conj(t)).sum())(x)
    np.testing.assert_allclose(reverse, forward, rtol=1e-9, atol=1e-9 * abs(forward).max())
    stack = np.stack([x, 2 * x, x[::-1]])
    np.testing.assert_allclose(ad.vmap(f)(stack), [f(row) for row in stack], rtol=1e-12, atol=1e-13)
    batched = ad.vmap(ad.grad(energy))(stack)
    np.testing.assert_allclose(batched, [gradient(row) for row in stack], rtol=1e-9, atol=1e-9)
    for shape in (x.shape, None):
        for dtype in (x.dtype, *([None] if kind == "real" else [])):
            node = ad.Variable("x", shape=shape, dtype=dtype)
            z = energy(node)
            values = ad.Executor([f(node), z, *ad.gradients(z, [node])]).run(feed_dict={node: x})
            np.testing.assert_allclose(values[0], f(x), rtol=1e-12, atol=1e-13)
            np.testing.assert_allclose(values[2], gradient(x), rtol=1e-9, atol=1e-9)


@every_case
def test_single_precision_stays_single(name, k, kind):
    f, x = example(name, k, kind)
    x = x.astype(np.float32 if kind == "real" else np.complex64)
    y, pullback = ad.vjp(f, x)
    expected = f(x)
    assert y.dtype == expected.dtype
    np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-5)
    assert pullback(weights(expected).astype(y.dtype))[0].dtype == x.dtype


def test_names_and_words_of_torch():
    for name in CALLS:
        ours = getattr(fft, name)
        for options in ({}, {"norm": "ortho"}) if "shift" not in name else ({},):
            np.testing.assert_allclose(
                ours(REAL, **options), getattr(np.fft, name)(REAL, **options), atol=1e-13
            )
    assert np.allclose(fft.fft(ad.tensor(REAL), dim=0).numpy(), np.fft.fft(REAL, axis=0))
    assert np.allclose(
        fft.fftn(ad.tensor(REAL), dim=(0, 1)).numpy(), np.fft.fftn(REAL, axes=(0, 1))
    )
    assert np.allclose(fft.fftshift(ad.tensor(REAL), dim=1).numpy(), np.fft.fftshift(REAL, axes=1))
    assert fft.fftfreq(4).tolist() == np.fft.fftfreq(4).tolist()
    assert fft.rfftfreq(4, 0.5).tolist() == np.fft.rfftfreq(4, 0.5).tolist()


@pytest.mark.parametrize(
    "call",
    [
        lambda x: np.fft.fft(x, n=0),
        lambda x: np.fft.fft(x, norm="other"),
        lambda x: np.fft.irfft(x, norm="other"),
        lambda x: np.fft.fft(x, axis=3),
        lambda x: np.fft.fftn(x, s=(2,), axes=(0, 1)),
        lambda x: np.fft.fftn(x, s=(2, 0), axes=(0, 1)),
        lambda x: np.fft.rfft(x + 0j),
        lambda x: np.fft.irfft(x[..., :1]),
        lambda x: np.fft.hfft(x, n=-1),
        lambda x: np.fft.fft2(x[0, 0]),
        lambda x: np.fft.fftshift(x, axes=4),
    ],
)
def test_bad_calls_raise_what_numpy_raises(call):
    with pytest.raises(Exception) as theirs:  # noqa: PT011
        call(REAL)
    with pytest.raises(theirs.type if theirs.type is not IndexError else (IndexError, ValueError)):
        ad.grad(lambda x: np.abs(call(x)).sum())(REAL)


def test_bad_calls_warn_as_numpy_warns():
    for options in ({"s": (2, 2)}, {"s": (None, 2), "axes": (0, 1)}):
        for x in (REAL, ad.tensor(REAL)):
            with pytest.warns(DeprecationWarning, match="NumPy 2.0"):
                np.fft.fftn(x, **options)


def test_closed_forms():
    n = 8
    x = RNG.normal(size=n)
    power = lambda x: (np.abs(np.fft.fft(x)) ** 2).sum()  # noqa: E731
    assert np.allclose(ad.grad(power)(x), 2 * n * x)  # Parseval
    assert np.allclose(ad.hessian(power)(x), 2 * n * np.eye(n))
    y = RNG.normal(size=n)
    circular = lambda x: np.fft.irfft(np.fft.rfft(x) * np.fft.rfft(y), n)  # noqa: E731
    matrix = np.stack([np.roll(y, k) for k in range(n)], 1)
    assert np.allclose(ad.jacobian(circular)(x), matrix) and np.allclose(
        ad.jacfwd(circular)(x), matrix
    )
    zero = np.zeros(n)
    assert np.all(ad.grad(lambda x: np.abs(np.fft.fft(x)).sum())(zero) == 0)


@pytest.mark.parametrize(
    "name", ["fft", "ifft", "rfft", "irfft", "fft2", "ifftn", "rfftn", "irfft2", "hfft", "ihfft"]
)
def test_beside_torch(name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch = pytest.importorskip("torch")
    for x in [REAL] if name in OF_REAL else [REAL, COMPLEX]:
        t = torch.tensor(x, requires_grad=True)
        y = getattr(torch.fft, name)(t)
        value, pullback = ad.vjp(getattr(fft, name), x)
        np.testing.assert_allclose(value, y.resolve_conj().detach().numpy(), atol=1e-12)
        g = weights(value)
        (expected,) = torch.autograd.grad(y, t, torch.tensor(g))
        np.testing.assert_allclose(pullback(g)[0], expected.resolve_conj().numpy(), atol=1e-12)
