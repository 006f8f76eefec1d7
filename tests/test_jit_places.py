"""Places of extremes found by nests, what is taken there, and lines moved at an index."""

import numpy as np
import pytest

import autodiff as ad
from autodiff.compile.jit import jit

RNG = np.random.default_rng(0)
SHAPES = [(3, 2), (5, 7), (4, 8), (6, 9), (3, 100), (2, 3, 17), (10, 1, 5), (1, 4), (0, 3), (3, 1)]
KINDS = ["f8", "f4", "i8", "i4", "i1", "u1", "u8", "?"]


@pytest.fixture(autouse=True)
def no_disk(monkeypatch):
    monkeypatch.setenv("AUTODIFF_CACHE", "")


def odd(shape, dtype):
    """Numbers with many equal ones, infinities and NaN among them."""
    x = (RNG.normal(size=shape) * 3).astype(dtype)
    if x.dtype.kind == "f":
        for number in (np.nan, np.inf, -np.inf, -0.0):
            x[RNG.uniform(size=shape) < 0.2] = number
    return x


@pytest.mark.parametrize("dtype", KINDS)
@pytest.mark.parametrize("shape", SHAPES)
def test_places_in_nests(shape, dtype):
    plain = jit(lambda x: ad.argmin(x, axis=-1))
    made = jit(lambda x: ad.argmax(x | x if dtype == "?" else x + x, axis=-1, keepdims=True))
    for turned in (False, True):
        x = odd(shape, dtype)
        x = np.array(x, order="F") if turned else x
        with np.errstate(all="ignore"):
            doubled = x | x if dtype == "?" else x + x
        assert np.array_equal(plain(x), np.argmin(x, -1))
        found, wanted = made(x), np.argmax(doubled, -1, keepdims=True)
        assert found.dtype == wanted.dtype and np.array_equal(found, wanted)


def test_lines_of_equal_extremes():
    x = np.stack([np.full(19, v) for v in (np.inf, -np.inf, np.nan, 0.0)])
    for row in (ad.argmin, ad.argmax):
        assert np.array_equal(jit(lambda x, row=row: row(x, axis=1))(x), [0, 0, 0, 0])


def test_one_nest_finds_the_nearest():
    points, centers = RNG.normal(size=(50, 3)), RNG.normal(size=(7, 3))

    def f(p, c):
        apart = (c * c).sum(1) - 2 * (p @ c.T)
        return ad.argmin(apart, axis=1)

    c = jit(f)
    assert np.array_equal(c(points, centers), f(points, centers))
    assert c.last.report.calls == []
    assert not [row for row in c.last.rows if row.kind == "running"]


@pytest.mark.parametrize("columns", [1, 7, 8, 9, 16, 27])
@pytest.mark.parametrize("dtype", ["f8", "f4", "i4", "?"])
def test_lines_at_repeated_places(columns, dtype):
    x, at = odd((6, columns), dtype), np.array([0, 5, 0, -1, 0, 3])
    if x.dtype.kind == "f":
        x = np.nan_to_num(x, posinf=1, neginf=2)
    c = jit(lambda x, at: x[at])
    assert c(x, at).tobytes() == x[at].tobytes()

    def written(x, at):
        y = x | x if dtype == "?" else x + x
        y[at[:2]] = x[:2]
        return y

    assert np.array_equal(jit(written)(x, at), written(x, at))
    if x.dtype.kind == "f":
        g = ad.grad(lambda x, at: (x[at] ** 2 * x).sum())
        np.testing.assert_allclose(jit(g)(x, at), g(x, at), rtol=1e-5 if dtype == "f4" else 1e-13)


def test_columns_at_places_and_odd_strides():
    x, at = RNG.normal(size=(18, 20))[::2, ::-1], np.array([4, 4, 0])
    g = ad.grad(lambda x, at: (x[:, at] ** 3).sum() + (x[at, ::2] ** 2).sum())
    np.testing.assert_allclose(jit(g)(x, at), g(x, at), rtol=1e-13)


def test_what_is_taken_of_equal_numbers():
    x = RNG.normal(size=(40, 5))

    def f(x):
        nearest = ad.argmin(x, axis=1)
        return ad.jvp(lambda c: ad.sin(c)[nearest] * x[:, :3], (x[:5, :3],), (np.ones((5, 3)),))[1]

    np.testing.assert_allclose(jit(f)(x), f(x), rtol=1e-13)


def test_places_outside_of_equal_numbers_still_raise():
    c = jit(lambda x: ad.ones_like(x[0, :3])[ad.argmin(x, axis=1)] * 2)
    assert c(np.array([[1.0, 0.0, 2.0, 3.0]])).tolist() == [2.0]
    with pytest.raises(IndexError):
        c(np.array([[4.0, 1.0, 2.0, 0.5]]))


def test_a_nest_writes_over_what_it_reads_last():
    x = RNG.normal(size=(4000,))

    def f(x):
        y = ad.sort(x)
        z = ad.sort(y * 2 - x)
        return ad.sort(z * z + y[::-1]) + z[1] + y

    c = jit(f)
    for _ in range(2):
        assert np.array_equal(c(x), f(x))
