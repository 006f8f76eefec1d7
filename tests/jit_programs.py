"""Programs that tests of compiled functions share, and how their results are compared."""

import numpy as np
import pytest

import autodiff as ad

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(2, 5))
MATRIX = RNG.normal(size=(5, 5))


@pytest.fixture(autouse=True)
def no_disk(monkeypatch):
    monkeypatch.setenv("AUTODIFF_CACHE", "")


def f(x, y):
    return (ad.exp(x) * y + ad.sin(x @ MATRIX)).sum()


def rosenbrock(x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def same(found, wanted):
    leaves, structure = ad.core.tree.flatten(found)
    others, other = ad.core.tree.flatten(wanted)
    assert structure == other
    for a, b in zip(leaves, others):
        assert np.shape(a) == np.shape(b)
        assert np.result_type(a) == np.result_type(b)
        np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-12)
