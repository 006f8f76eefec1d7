"""Values joined, stacked and shifted: written where they belong, and equal to the interpreter's."""

import numpy as np
import pytest

import autodiff as ad
from autodiff.compile.jit import jit

RNG = np.random.default_rng(0)
LENGTHS = (0, 1, 2, 7, 8, 9, 16, 17, 63, 64, 65, 1000)


@pytest.fixture(autouse=True)
def no_disk(monkeypatch):
    monkeypatch.setenv("AUTODIFF_CACHE", "")


def same(f, *args):
    """Both the value of a function and its dtype are those of the interpreter, to the bit."""
    c = jit(f)
    for _ in range(2):
        got, wanted = c(*args), f(*args)
        assert got.dtype == wanted.dtype and got.shape == wanted.shape
        assert got.tobytes() == wanted.tobytes()
    return c.last


def nests(program):
    return [row for row in program.rows if row.kind == "nest"]


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64, np.int8, np.bool_])
@pytest.mark.parametrize("n", LENGTHS)
def test_computed_parts_are_joined(n, dtype):
    x, y = (RNG.normal(size=(2, n)) * 9).astype(dtype)
    same(lambda x, y: ad.concatenate([x | y if dtype is np.bool_ else x * y, x, y]), x, y)
    same(lambda x, y: ad.concatenate([y[1:], x[:-1]]), x, y)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("n", LENGTHS)
def test_powers_are_stacked(n, dtype):
    x = RNG.normal(size=n).astype(dtype)
    for axis in (0, -1):
        same(lambda x, axis=axis: ad.stack([x, x * x, x, ad.sqrt(x * x)], axis=axis), x)
        same(lambda x, axis=axis: ad.stack([x * x, x * x], axis=axis) * 2, x)


def test_one_nest_computes_and_stacks():
    program = same(lambda x: ad.stack([x * x, x + 1, 1 / x], axis=-1), RNG.normal(size=1000))
    assert len(nests(program)) == 1


@pytest.mark.parametrize("fill", [0.0, -0.0, 1.0, -2.5, np.nan, np.inf])
@pytest.mark.parametrize("n", LENGTHS[1:])
def test_shifted_values_are_read_where_they_stand(n, fill):
    x = RNG.normal(size=n)
    c = np.full(1, fill)
    for f in (
        lambda x: x * ad.concatenate([c, x[:-1]]),
        lambda x: x * ad.concatenate([x[1:], c]),
        lambda x: x * ad.concatenate([c, x[1:-1], c])[:n] if n > 1 else x,
        lambda x: ad.concatenate([x[3:], np.repeat(c, min(n, 3))]) + ad.sqrt(x * x),
        lambda x: ad.concatenate([c, (x * x)[:-1]]) / (x * x),
    ):
        same(f, x)


def test_a_shift_is_no_nest_of_its_own():
    program = same(lambda x: x * ad.concatenate([np.ones(1), x[:-1]]), RNG.normal(size=1000))
    assert len(nests(program)) == 1


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int32, np.uint8])
@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (5, 40), (40, 5), (17, 9)])
def test_shifts_along_both_axes(shape, dtype):
    x = (RNG.normal(size=shape) * 9).astype(dtype)
    row, column = np.full((1, shape[1]), 3, dtype), np.full((shape[0], 1), 7, dtype)
    same(lambda x: x + ad.concatenate([row, x[:-1]]), x)
    same(lambda x: x + ad.concatenate([x[:, 1:], column], axis=1), x)
    same(lambda x: x[::-1] * ad.concatenate([column, x[::-1, :-1]], axis=1), x)
    same(lambda x: x.T + ad.concatenate([x.T[1:], column.T]), x)


def test_odd_strides_are_joined():
    x = RNG.normal(size=(40, 60))[::2, ::3]
    same(lambda x: ad.concatenate([x * 2, x.T.reshape(x.shape)], axis=1), x)
    same(lambda x: ad.stack([x.T, x.T + 1], axis=1), x)
    same(lambda x: x[1] - ad.concatenate([np.ones(1), x[1][:-1]]), x)


@pytest.mark.parametrize("inner", [1, 3, 15, 16, 40])
def test_columns_are_joined(inner):
    x = RNG.normal(size=(50, inner))
    same(lambda x: ad.concatenate([ad.sqrt(x * x), x + 1, np.zeros((50, 2))], axis=1), x)
    same(lambda x: ad.stack([x * x, x + 1], axis=-1), x)


def test_a_part_that_is_also_a_result():
    x = RNG.normal(size=100)

    def f(x):
        y = x * x
        return y, ad.concatenate([y, x, y]), ad.stack([y, y])

    for got, wanted in zip(jit(f)(x), f(x)):
        assert np.array_equal(got, wanted)


def test_what_is_written_over_comes_first():
    x = RNG.normal(size=(6, 70))

    def f(x):
        y = x * x
        wide = ad.pad(y, ((1, 1), (2, 3)))
        return wide * wide + ad.pad(y + 1, ((2, 0), (5, 0)))

    same(f, x)


@pytest.mark.parametrize("shift", [1, 2, 9])
def test_reading_what_another_part_wrote(shift):
    x = RNG.normal(size=(300_000,))

    def f(x):
        both = ad.stack([x * 2, x * 3])
        flat = both.reshape(-1)
        return flat[shift:] - flat[:-shift]

    same(f, x)


def test_several_parts_of_a_large_matrix_in_one_pass():
    x, w = RNG.normal(size=(40_000, 8)), RNG.normal(size=8)

    def f(x, w):
        z = x @ w
        both = ad.concatenate([z[:, None], z[:, None] * 2], axis=1)
        return (both[::-1] * x[:, :2]).sum(0)

    np.testing.assert_allclose(jit(f)(x, w), f(x, w), rtol=1e-12)


@pytest.mark.parametrize("given", [0, 3])
def test_shifted_states_of_a_loop(given):
    x, seed = RNG.normal(size=37), np.full(1, float(given))

    def f(x):
        def step(i, y):
            return x * ad.concatenate([seed, (y + 1)[:-1]]) + y

        return ad.fori_loop(0, 5, step, x * 0)

    same(f, x)
    g = ad.grad(lambda x: (f(x) ** 2).sum())
    np.testing.assert_allclose(jit(g)(x), g(x), rtol=1e-13)


def test_donated_memory_takes_the_joined_value():
    x = RNG.normal(size=100)

    def f(x):
        return ad.concatenate([x[1:] * 2, x[:1] + 3])

    wanted = f(x)
    assert np.array_equal(jit(f, donate=(0,))(x.copy()), wanted)
    rolled = jit(lambda x: x + ad.concatenate([np.ones(1), x[:-1]]), donate=(0,))
    assert np.array_equal(rolled(x.copy()), x + np.concatenate([np.ones(1), x[:-1]]))


def test_sums_and_scatters_beside_other_parts():
    x, y = RNG.normal(size=(300, 400)), RNG.normal(size=400)
    w, at = RNG.normal(size=(400, 600)), RNG.integers(0, 400, size=900)
    square = ad.grad(lambda y, at: (y[at] ** 2).sum())
    for f in (
        lambda x, y: ad.concatenate([ad.sin(y), x.sum(0), y * 2]),
        lambda x, y: ad.concatenate([y * 3, x.sum(0), x.max(0), x.sum(1)]) * 2,
        lambda x, y: ad.stack([x.sum(0), y, ad.cos(y)], axis=0) * 2,
        lambda x, y: ad.concatenate([x @ w, ad.tanh(x[:, :40]), x[:, :3]], axis=1),
        lambda x, y: ad.concatenate([x @ w, (x @ w) * 2, x[:5] @ w]) + 1,
    ):
        np.testing.assert_allclose(jit(f)(x, y), f(x, y), rtol=1e-9, atol=1e-9)
    beside = jit(lambda y, at: ad.concatenate([y * 5, square(y, at), ad.sin(y)]))
    wanted = np.concatenate([y * 5, square(y, at), np.sin(y)])
    np.testing.assert_allclose(beside(y, at), wanted, rtol=1e-12)
