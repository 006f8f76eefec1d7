"""Where values stand between steps: gathers inside of nests, turned batches, moved operators."""

import numpy as np
import pytest

import autodiff as ad
from autodiff.compile.jit import jit

RNG = np.random.default_rng(7)
X = RNG.normal(size=(9, 13, 5))
ROWS, COLUMNS = np.array([3, -1, 0, 3, 8, -9]), np.array([[2], [-13], [12]])


@pytest.fixture(autouse=True)
def no_disk(monkeypatch):
    monkeypatch.setenv("AUTODIFF_CACHE", "")


def kinds(c):
    return [row.kind for row in c.last.rows]


def same(f, *args, rtol=1e-13):
    """The compiled function; its answers are those of the function itself."""
    c = jit(f)
    for _ in range(2):
        found, wanted = c(*args), f(*args)
        assert found.dtype == wanted.dtype
        assert found.shape == wanted.shape
        np.testing.assert_allclose(found, wanted, rtol=rtol, atol=rtol)
    return c


TAKEN = {
    "outer": lambda x: ad.sin(x[ROWS]),
    "middle": lambda x: x[:, ROWS] * 2 + x[:, ROWS[::-1]],
    "inner": lambda x: x[..., np.array([4, 0, -5, 2])] + 1,
    "two": lambda x: ad.exp(x[ROWS[:3], COLUMNS]),
    "apart": lambda x: x[ROWS, 1:, ROWS % 5] * 3,
    "beside a number": lambda x: x[2, ROWS] - x[-1, ROWS],
    "beside a slice": lambda x: x[::-2, ROWS, ::2] + x[1::2, ROWS, 0:5:2][:1],
    "one place": lambda x: x[np.array([4])] * x[:, np.array([-2])],
    "of a view": lambda x: ad.cos(x.transpose((2, 0, 1))[:, ROWS]),
    "of a result": lambda x: ad.tanh(x * x)[ROWS] - x[ROWS],
    "reduced": lambda x: (x[ROWS] * x[ROWS]).sum((0, 2)),
    "a number": lambda x: x[np.array(3), np.array(-1), np.array(2)] * 2,
    "unsigned": lambda x: x[np.array([1, 2, 8], np.uint8)] / 2,
    "truth": lambda x: ad.where((x > 0)[ROWS], x[ROWS], -x[ROWS]),
    "empty": lambda x: x[np.zeros((0, 2), int)] + 1,
    "new axis": lambda x: x[None, ROWS, None] + x[ROWS][:, None],
    "gradient": ad.grad(lambda x: (ad.sin(x[ROWS]) * x[ROWS, 0, 0][:, None, None]).sum()),
    "direction": lambda x: ad.jvp(lambda v: v[ROWS] * v[:, COLUMNS][0, 0], (x,), (x * x,))[1],
}


@pytest.mark.parametrize("name", TAKEN)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_taken_elements_are_those_of_numpy(name, dtype):
    rtol = 1e-13 if dtype is np.float64 else 1e-5
    f = TAKEN[name]
    same(f, X.astype(dtype), rtol=rtol)
    if name != "beside a slice":
        same(f, X.astype(dtype).transpose((2, 1, 0)).copy().T, rtol=rtol)


def test_taken_elements_are_read_where_they_are_used():
    c = same(lambda x: ad.sin(x[ROWS]) * x[ROWS[::-1]], X)
    assert kinds(c) == ["nest"]


@pytest.mark.parametrize("place", [9, -10])
def test_a_place_outside_raises_as_numpy_does(place):
    c = jit(lambda x: x[np.array([0, place])] * 2)
    with pytest.raises(IndexError, match=f"index {place} is out of bounds for axis 0 with size 9"):
        c(X)


def test_integers_and_long_gathers():
    order = RNG.permutation(5000)
    x = RNG.integers(-9, 9, size=5000)
    for dtype in (np.int64, np.int32, np.int8, np.uint16, np.bool_):
        same(lambda x: x[order], x.astype(dtype))
        same(lambda x: x[order] | x[order[::-1]], x.astype(dtype))


def test_index_arrays_are_kept_as_they_were():
    places = np.array([0, 1, 2])
    c = jit(lambda x: x[places] * 2)
    before = c(X)
    places[:] = 5
    np.testing.assert_array_equal(c(X), before)


# ------------------------------------------------------------ batches


def chain(a, b, v):
    """Small matrices, one after another."""
    m = ad.stack([ad.sin(v), ad.cos(v), -v, v * v]).reshape((2, 2))
    return (a @ m @ b @ m) * v.sum()


def test_a_batch_of_small_matrices_stands_inside():
    a, b = RNG.normal(size=(11, 3, 2)), RNG.normal(size=(2, 2))
    v, t = np.array(0.3), RNG.normal(size=40)
    pushed = ad.vmap(lambda t: ad.jvp(lambda v: chain(a, b, v), (v,), (t,))[1])
    same(pushed, t, rtol=1e-12)
    same(lambda t: ad.vmap(lambda t: chain(a, b, t))(t).reshape((40, -1)).T, t, rtol=1e-12)
    same(ad.grad(lambda t: ad.vmap(lambda t: chain(a, b, t))(t).sum()), t, rtol=1e-12)


@pytest.mark.parametrize("sizes", [(28, 50, 30, 3), (9, 20, 33, 1), (10, 1, 40, 5), (1, 20, 20, 2)])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_one_matrix_times_a_batch_is_one_product(sizes, dtype):
    many, m, inner, n = sizes
    a = RNG.normal(size=(m, inner)).astype(dtype)
    b = RNG.normal(size=(many, inner, n)).astype(dtype)
    rtol = 1e-11 if dtype is np.float64 else 1e-4
    same(lambda a, b: ad.tanh(a @ ad.sin(b)), a, b, rtol=rtol)
    same(lambda a, b: (a @ ad.sin(b)).reshape((many, -1)).T * 2, a, b, rtol=rtol)
    same(lambda a, b: ad.sin(b).mT @ a.T, a, b, rtol=rtol)
    same(lambda a, b: (a @ b) + 1, a, b, rtol=rtol)
    same(lambda a, b: (a @ ad.sin(b)) @ (a @ ad.sin(b)).mT, a, b, rtol=rtol)


def test_products_of_a_batch_with_one_matrix():
    a, b = RNG.normal(size=(30, 12, 20)), RNG.normal(size=(20, 17))
    c = same(lambda a, b: ad.sin(a @ b), a, b, rtol=1e-12)
    (row,) = [row for row in c.last.rows if row.kind == "product"]
    assert row.numbers[3] == 30 * 12
    same(lambda a, b: ad.sin(a.mT @ a) + (a @ b)[:, :1, :1], a, b, rtol=1e-12)
    same(lambda a, b: a[::-1] @ b, a, b, rtol=1e-12)
    same(lambda a, b: a[:, ::2] @ b, a, b, rtol=1e-12)


def test_an_output_that_is_a_turned_view_is_written_at_once():
    x = RNG.normal(size=(20, 30, 3))
    c = same(lambda x: ad.sin(x).reshape((20, -1)).T, x)
    assert len(c.last.rows) == 1
    c = same(lambda x: ad.sin(x).reshape(-1), x)
    assert len(c.last.rows) == 1
    f = jit(lambda x: (ad.sin(x), ad.sin(x).reshape((20, -1)).T, ad.sin(x).reshape(-1)))
    first, second, third = f(x)
    first[...] = 0
    second[...] = 1
    np.testing.assert_allclose(third, np.sin(x).reshape(-1), rtol=1e-14)


def test_whole_arrays_are_written_where_they_are_a_part():
    x, y = RNG.normal(size=(300, 40)), RNG.normal(size=600)
    c = same(lambda x: ad.concatenate([ad.stack([x, ad.sin(x)], axis=2).reshape(-1), x[:, 0]]), x)
    assert len(c.last.rows) <= 3
    same(lambda x, y: ad.concatenate([y * 3, ad.exp(x).reshape(-1), x.sum(1), y]) * 2, x, y)
    same(lambda x: ad.concatenate([ad.sin(x), ad.sin(x), x]), x)
    same(lambda x: ad.concatenate([x.sum(0) * 2, x.T.sum(1), ad.sin(x).sum(0)]), x.T.copy().T)


def test_an_array_that_is_part_of_two():
    x = RNG.normal(size=(300, 4))

    def f(x):
        early = ad.sin(x)
        return ad.concatenate([early, x]) * 2, ad.concatenate([x, early]), early.sum(0), early

    for found, wanted in zip(jit(f)(x), f(x)):
        np.testing.assert_allclose(found, wanted, rtol=1e-12)


# ------------------------------------------------------------ constants


def test_constants_that_repeat_are_read_from_one_place():
    seeds = np.broadcast_to(RNG.normal(size=(20, 1, 1)), (20, 500, 3)).copy()
    c = same(lambda x: x * seeds, RNG.normal(size=(20, 500, 3)))
    assert max([b.size for row in c.last.rows for b in row.buffers if b.home == "constant"]) == 20


def test_constants_beside_turned_batches():
    seeds, a = RNG.normal(size=(40, 11)), RNG.normal(size=(11, 3, 2))
    places = RNG.integers(0, 11, size=(40, 11))

    def f(x):
        m = ad.stack([ad.sin(x) * seeds, seeds, x, x * seeds], axis=2).reshape((40, 11, 2, 2))
        return (a @ m @ m @ m).sum(3)

    x = RNG.normal(size=(40, 11))
    same(f, x, rtol=1e-12)
    same(lambda x: f(x).sum(2) * seeds + (f(x)[0] @ seeds[:3, :1]).sum(), x, rtol=1e-11)
    same(lambda x: f(x).sum(2) + (places + 1) * x[0][places], x, rtol=1e-12)
    same(lambda x: f(x).reshape((40, -1)).T + seeds[0, 0], x, rtol=1e-12)


def test_constants_are_compared_bit_by_bit():
    signed = np.array([[0.0, -0.0], [0.0, -0.0]])
    found = jit(lambda x: ad.copysign(x, signed))(np.ones((2, 2)))
    np.testing.assert_array_equal(found, [[1, -1], [1, -1]])
    odd = np.full((3, 4), np.nan)
    assert np.isnan(jit(lambda x: x + odd)(np.ones((3, 4)))).all()


# ------------------------------------------------------------ operators that move


def test_operators_move_to_the_nest_that_reads_them():
    def f(a, b, w):
        early = ad.sin(a) * 2 + b
        return early * (w @ (a @ w.T).T).T

    a, b, w = (RNG.normal(size=s) for s in ((40, 30), (40, 30), (30, 30)))
    c = same(f, a, b, w, rtol=1e-12)
    assert kinds(c) == ["product", "product", "nest"]


def test_what_others_read_stays():
    def f(a, w):
        early = ad.exp(a)
        return early * (a @ w), early.sum(), early @ w, early.T

    a, w = RNG.normal(size=(40, 40)), RNG.normal(size=(40, 40))
    for found, wanted in zip(jit(f)(a, w), f(a, w)):
        np.testing.assert_allclose(found, wanted, rtol=1e-11)


def test_random_programs_of_small_batches():
    for seed in range(12):
        rng = np.random.default_rng(seed)
        picks = rng.integers(0, 6, size=10)
        places = rng.integers(-10, 10, size=12)

        def f(x, m, picks=picks, places=places):
            y = x
            for p in picks:
                if p == 0:
                    y = y @ m
                elif p == 1:
                    y = ad.sin(y) + y.sum(0)
                elif p == 2:
                    y = y[places][:10]
                elif p == 3:
                    y = y.mT + m
                elif p == 4:
                    y = y * (y * y).sum((1, 2), keepdims=True)
                else:
                    y = ad.concatenate([y[:, :1], y[:, 1:] * 2], axis=1)
                y = y / (1 + ad.abs(y).max())
            return y.reshape((10, -1)).T

        x, m = rng.normal(size=(10, 3, 3)), rng.normal(size=(3, 3))
        same(f, x, m, rtol=1e-10)
        same(ad.grad(lambda x, m, f=f: (f(x, m) ** 2).sum()), x, m, rtol=1e-9)
        same(ad.vmap(f, in_axes=(0, None)), np.stack([x, 2 * x] * 6), m, rtol=1e-10)
