"""Running sums and places of extremes natively: NumPy's numbers, bit for bit."""

import numpy as np
import pytest

import autodiff as ad
from autodiff.compile.jit import jit

SHAPES = ((1,), (7,), (8,), (9,), (100,), (4, 17), (2, 3, 5), (3, 1, 16), (0,), (0, 3), (3, 0))


@pytest.fixture(autouse=True)
def no_disk(monkeypatch):
    monkeypatch.setenv("AUTODIFF_CACHE", "")


def natively(f, *args):
    """The value of the compiled function, which calls nothing back."""
    c = jit(f)
    found = c(*args)
    assert c.programs
    assert not c.report.calls
    return found


def layouts(rng, shape, dtype):
    x = (rng.normal(size=shape) * 3).astype(dtype)
    if x.dtype.kind == "f" and x.size > 3:
        x.flat[x.size // 2], x.flat[0] = np.nan if rng.random() < 0.5 else -np.inf, -0.0
    yield x
    yield x[::-1]
    yield np.asfortranarray(x)


@pytest.mark.parametrize("dtype", ["f8", "f4", "i1", "i4", "i8", "u1", "u8", "?"])
@pytest.mark.parametrize("name", ["cumsum", "argmax", "argmin"])
def test_numbers_of_numpy(name, dtype):
    rng = np.random.default_rng(0)
    for shape in SHAPES:
        for x in layouts(rng, shape, dtype):
            for axis in (None, *range(x.ndim)):
                if name != "cumsum" and (not x.size or (axis is not None and not x.shape[axis])):
                    continue
                wanted = getattr(np, name)(x, axis=axis)
                found = natively(lambda x, axis=axis: getattr(ad, name)(x, axis=axis), x)
                assert (found.dtype, np.shape(found)) == (wanted.dtype, np.shape(wanted))
                np.testing.assert_array_equal(found, wanted)


def test_the_cotangent_of_a_running_sum():
    x = np.random.default_rng(0).normal(size=(3, 50))
    for axis in (0, 1, None):
        f = ad.grad(lambda x, axis=axis: (ad.cumsum(ad.sin(x), axis) ** 2).sum())
        np.testing.assert_allclose(natively(f, x), f(x), rtol=1e-10, atol=1e-10)


def test_extremes_among_other_operators():
    x = np.random.default_rng(0).normal(size=(6, 40))
    f = lambda x: (  # noqa: E731 a name for both calls
        ad.argmax(x * 2 + 1, axis=-1, keepdims=True) + 1,
        ad.where(ad.argmin(x, axis=0) > 2, ad.cumsum(x, 0)[-1], 0.0),
        ad.cumsum(x.T + 1, axis=0)[::-1] * 2,
        ad.argmax(x.T),
    )
    for found, wanted in zip(natively(f, x), f(x)):
        np.testing.assert_allclose(found, wanted, rtol=1e-13)


def test_inside_of_a_loop():
    x = np.random.default_rng(0).normal(size=5)

    def f(x):
        return ad.fori_loop(0, 30, lambda i, s: ad.cumsum(s) * 0.3 + ad.argmax(s), x)

    np.testing.assert_allclose(natively(f, x), f(x), rtol=1e-12)


def test_an_empty_line_has_no_extreme():
    with pytest.raises(ValueError, match="empty"):
        jit(lambda x: ad.argmax(x))(np.zeros(0))
