"""Index arrays in compiled functions: taken, added and written natively, and checked."""

import numpy as np
import pytest

import autodiff as ad
from autodiff.compile.jit import jit

RNG = np.random.default_rng(0)
X = RNG.normal(size=(5, 6, 4))
ROWS, TABLE, ONE = np.array([0, 3, -1, 0]), np.array([[1], [2]]), np.array(2)
INDICES = [
    lambda i, j, k: (i,), lambda i, j, k: (slice(None), i), lambda i, j, k: (i, slice(None), i),
    lambda i, j, k: (j, i), lambda i, j, k: (k,), lambda i, j, k: (Ellipsis, j),
    lambda i, j, k: (slice(None, None, -2), None, k, slice(1, 3)), lambda i, j, k: (1, i),
    lambda i, j, k: (1, slice(None), i), lambda i, j, k: (slice(0, 0), i),
    lambda i, j, k: (i, 2, i),
]  # fmt: skip


@pytest.fixture(autouse=True)
def no_disk(monkeypatch):
    monkeypatch.setenv("AUTODIFF_CACHE", "")


def native(f, *args):
    c, wanted = jit(f), f(*args)
    for _ in range(2):
        found = c(*args)
        assert (found.shape, found.dtype) == (wanted.shape, wanted.dtype)
        np.testing.assert_allclose(found, wanted, rtol=1e-13)
    assert c.last.report.calls == []


@pytest.mark.parametrize("index", INDICES)
@pytest.mark.parametrize("dtype", ["f8", "f4", "i4", "?"])
def test_taken(index, dtype):
    x = (X * 3).astype(dtype)
    native(lambda x, i, j, k: x[index(i, j, k)], x, ROWS, TABLE, ONE)
    native(lambda x, i, j, k: x[:, ::-1][index(i, j, k)], x, ROWS, TABLE, ONE)


@pytest.mark.parametrize("index", INDICES)
def test_scattered_and_replaced(index):
    native(ad.grad(lambda x, i, j, k: (x[index(i, j, k)] ** 3).sum()), X, ROWS[:3], TABLE, ONE)

    def written(x, i, j, k):
        y = x * 2
        y[index(i, j, k)] = x[0, 0, 0]
        return y

    native(written, X, ROWS, TABLE, ONE)


@pytest.mark.parametrize("dtype", ["i1", "u2", "i8"])
def test_dtypes_of_indices(dtype):
    native(lambda x, i: x[i], X, np.array([1, 4, 0], dtype))


def test_constant_indices():
    native(lambda x: x[ROWS] * x[:, ROWS][0], X[:, :, :4][:4, :4])
    native(ad.grad(lambda x: (x[ROWS] ** 2).sum()), X)


def test_an_index_outside_raises():
    c = jit(lambda x, i: x[:, i])
    for wrong in (6, -7, 6):
        c(X, np.array([1, 2]))
        with pytest.raises(IndexError, match=f"index {wrong} is out of bounds for axis 1"):
            c(X, np.array([1, wrong]))


def test_a_numbered_loop_over_rows():
    def f(p, q):
        return ad.fori_loop(0, q.shape[0], lambda i, s: ad.tanh(s * p + q[i]), p).sum()

    rows = RNG.normal(size=(30, 6, 4))
    native(f, X[0], rows)
    native(ad.grad(f), X[0], rows)
    native(ad.grad(f, argnums=1), X[0], rows)
