"""Steps that call NumPy back, and what the compiler writes itself in their place."""

import threading

import numpy as np
import pytest

import autodiff as ad
from autodiff.compile.jit import jit

RNG = np.random.default_rng(8)
SUMS = {
    "i,ij,j->": [(5,), (5, 4), (4,)],
    "ij,jk->ik": [(3, 4), (4, 2)],
    "ij,jk,kl->li": [(3, 4), (4, 2), (2, 3)],
    "bij,bj->bi": [(2, 3, 4), (2, 4)],
    "i,j->ij": [(3,), (4,)],
    "ij,ij->": [(3, 4), (3, 4)],
    "ij->ji": [(3, 4)],
    "ii,i->i": [(3, 3), (3,)],
    "ij,jk->k": [(30, 40), (40, 20)],
    "i,i->": [(0,), (0,)],
}


@pytest.mark.parametrize("subscripts", SUMS)
def test_sums_of_products(subscripts):
    def f(*xs):
        return (ad.einsum(subscripts, *xs) ** 2).sum()

    xs = [RNG.normal(size=s) for s in SUMS[subscripts]]
    places = tuple(range(len(xs)))
    np.testing.assert_allclose(jit(f)(*xs), f(*xs), rtol=1e-13)
    wanted = ad.grad(f, places)(*xs)
    for found, w in zip(jit(ad.grad(f, places))(*xs), wanted):
        np.testing.assert_allclose(found, w, rtol=1e-12, atol=1e-14)


def test_few_products_are_one_loop():
    f = jit(lambda x, a: ad.einsum("i,ij,j->", x, a, x))
    f(np.ones(4), np.ones((4, 4)))
    assert not f.report.calls
    x = RNG.normal(size=40)
    wanted = ad.einsum("i,ij,kj,k->", x, np.ones((40, 30)), np.ones((40, 30)), x)
    found = jit(lambda x, a: ad.einsum("i,ij,kj,k->", x, a, a, x))(x, np.ones((40, 30)))
    np.testing.assert_allclose(found, wanted, rtol=1e-12)


def test_elements_in_order_alone():
    f = jit(lambda x: ad.sort(x) * np.arange(1.0, 7.0))
    for x in (RNG.normal(size=6), np.array([np.nan, 1.0, -np.inf, 0.0, -0.0, 1.0])):
        np.testing.assert_array_equal(f(x), np.sort(x) * np.arange(1.0, 7.0))
    assert f.report.calls == ["in_order"]
    slope = jit(ad.grad(lambda x: (ad.sort(x) ** 2 * np.arange(6.0)).sum()))
    x = RNG.normal(size=6)
    np.testing.assert_allclose(slope(x), 2 * x * np.argsort(np.argsort(x)), rtol=1e-14)


def test_arrays_that_move_between_calls():
    f = jit(lambda x: ad.convolve(x, x) + 0.0)
    kept = [RNG.normal(size=7) for _ in range(50)]
    for x in (*kept, *kept, *[x[::-1] for x in kept], *[x.copy() for x in kept]):
        np.testing.assert_allclose(f(x), np.convolve(x, x), rtol=1e-13)


def test_threads_that_call_back():
    f, wrong = jit(lambda x: ad.fft.ifft(ad.fft.fft(x)).real), []

    def work(seed):
        rng = np.random.default_rng(seed)
        for _ in range(200):
            x = rng.normal(size=16)
            if not np.allclose(f(x), x, rtol=1e-12, atol=1e-14):
                wrong.append(seed)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not wrong
