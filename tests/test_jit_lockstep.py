"""Nests over the same large array run block by block, and compute what they do one by one."""

import numpy as np
import pytest

import autodiff as ad
from autodiff.compile.jit import jit

RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def no_disk(monkeypatch):
    monkeypatch.setenv("AUTODIFF_CACHE", "")


def regression(w, b, x, y):
    z = x @ w + b
    return (ad.logaddexp(z, 0.0 * z) - y * z).mean()


def rowwise(x, v):
    return (ad.tanh((x * x).sum(1)) * x[:, 0]).sum() + (x @ v).max()


def against_columns(w, x):
    z = x @ w
    return ((z - z.mean()) ** 2).sum()  # the mean needs all rows before the next nest


def grouped(c):
    return [row for row in c.last.rows if row.members]


@pytest.mark.parametrize("shape", [(3001, 100), (40_000, 7), (600, 1000)])
def test_regression_reads_its_matrix_once(shape):
    x, w = RNG.normal(size=shape), RNG.normal(size=shape[1]) / 10
    y, b = (RNG.normal(size=shape[0]) > 0) * 1.0, np.asarray(0.1)
    f = ad.value_and_grad(regression, argnums=(0, 1))
    c = jit(f)
    value, (gw, gb) = c(w, b, x, y)
    wanted, (ew, eb) = f(w, b, x, y)
    assert len(grouped(c)) == 1
    np.testing.assert_allclose(value, wanted, rtol=1e-12)
    np.testing.assert_allclose(gw, ew, rtol=1e-9, atol=1e-13)
    np.testing.assert_allclose(gb, eb, rtol=1e-9, atol=1e-13)
    again = c(w, b, x, y)
    assert again[0] == value
    assert (again[1][0] == gw).all()


@pytest.mark.parametrize("f", [rowwise, lambda x, v: against_columns(v, x)])
def test_other_nests_over_rows(f):
    x, v = RNG.normal(size=(3000, 101)), RNG.normal(size=101)
    for g in (f, ad.grad(f), ad.grad(f, argnums=1)):
        np.testing.assert_allclose(jit(g)(x, v), g(x, v), rtol=1e-8, atol=1e-9)


def test_views_that_walk_otherwise():
    x, w = RNG.normal(size=(101, 3000)), RNG.normal(size=101)
    y, b = (RNG.normal(size=3000) > 0) * 1.0, np.asarray(0.1)
    f = ad.grad(regression)
    for view in (x.T, x.T[::-1], np.ascontiguousarray(x.T)[::-1]):
        np.testing.assert_allclose(jit(f)(w, b, view, y), f(w, b, view, y), rtol=1e-9, atol=1e-13)
