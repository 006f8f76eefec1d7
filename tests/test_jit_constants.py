"""Tensors that a compiled function makes are constants of its graph; others are told of."""

import random
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.random import mtrand

import autodiff as ad
from autodiff.compile.jit import jit
from autodiff.compile.notice import CompileWarning

X = np.arange(3.0)
OUTSIDE = ad.tensor([1.0, 2.0, 3.0])


@pytest.fixture(autouse=True)
def no_disk(monkeypatch):
    monkeypatch.setenv("AUTODIFF_CACHE", "")


def leaves(tree):
    return ad.core.tree.flatten(tree)[0]


CASES = {
    "zeros": lambda x: x * ad.zeros(3) + 1,
    "ones": lambda x: ad.ones(3) * x,
    "eye": lambda x: ad.eye(3) @ x,
    "linspace": lambda x: ad.linspace(0, 1, 3) * x,
    "full": lambda x: ad.full((3,), 2.0) * x.sum(),
    "arange": lambda x: ad.arange(3) * x,
    "tensor": lambda x: ad.tensor([1.0, 2.0, 4.0]) / (1 + x),
    "the fed shape": lambda x: (ad.zeros(x.shape) + x) * ad.ones(len(x)),
    "like": lambda x: ad.zeros_like(x) + ad.full_like(x, 2.0) * x,
    "several results": lambda x: (ad.zeros(2), x * 2, ad.arange(3.0)),
    "a loop": lambda x: ad.fori_loop(0, 20, lambda i, s: s * 0.5 + ad.ones(3), x),
    "a choice": lambda x: ad.where(ad.arange(3) > 1, x, ad.zeros(3)),
    "an index": lambda x: x[ad.arange(2)],
    "a branch": lambda x: x if (ad.ones(3) * x).sum() > 0 else -x,
    "computed": lambda x: (ad.eye(3) * 2.0).sum() * x,
}


@pytest.mark.parametrize("title", CASES)
def test_they_compile(title):
    f = CASES[title]
    slope = ad.grad(lambda x: sum([(y * y).sum() for y in leaves(f(x))]))
    for g in (f, slope):
        c = jit(g)
        for x in (X, X + 1):
            found, wanted = leaves(c(x)), leaves(g(x))
            assert [type(y) for y in found] == [type(y) for y in wanted]
            for a, b in zip(found, wanted):
                np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=1e-14)
        assert c.programs


def test_results_are_their_own():
    c = jit(lambda x: (ad.zeros(3), x))
    c(X)[0].numpy()[:] = 5
    assert c(X)[0].tolist() == [0, 0, 0]


def weighted(x):
    return x * OUTSIDE


LAYER = SimpleNamespace(scale=ad.tensor(2.0))


def scaled(x):
    return x * LAYER.scale


@pytest.mark.parametrize(
    ("f", "name"),
    [(weighted, "OUTSIDE"), (scaled, "LAYER.scale"), (lambda x: weighted(x), "OUTSIDE")],
)
def test_a_tensor_from_outside_may_change(f, name):
    c = jit(f)
    with pytest.warns(CompileWarning, match=f"it uses the tensor {name} from outside, which may"):
        found = c(X)
    np.testing.assert_array_equal(np.asarray(found), np.asarray(f(X)))
    c(X)


def test_random_numbers_stay_random():
    f = lambda x: x + ad.rand(3)  # noqa: E731 a name for both calls
    c = jit(f)
    ad.manual_seed(3)
    with pytest.warns(CompileWarning, match="it draws random numbers"):
        found = [np.asarray(c(X)), np.asarray(c(X))]
    ad.manual_seed(3)
    np.testing.assert_array_equal(found, [np.asarray(f(X)), np.asarray(f(X))])


RNG = np.random.default_rng(5)
DRAWS = {
    "a generator": lambda x: x * RNG.random(3),
    "a generator in a list": lambda x, draws=(RNG,): x * draws[0].random(3),
    "of Python": lambda x: x * random.random(),
}


@pytest.mark.parametrize("name", DRAWS)
def test_numbers_of_other_generators_stay_random(name):
    c = jit(DRAWS[name])
    with pytest.warns(CompileWarning, match="it draws random numbers"):
        first = c(X + 1)
    assert np.all(first != c(X + 1))


def test_a_generator_that_is_not_drawn_from_is_no_reason():
    c = jit(lambda x, rng=RNG: 2 * x if rng else x)
    assert c(X).tolist() == (2 * X).tolist()
    assert c.programs


def test_a_value_of_a_transform_around_is_told_of():
    def outer(y):
        return jit(lambda x: x * y)(2.0)

    with pytest.warns(CompileWarning, match="value of a transform from outside"):
        assert ad.grad(outer)(3.0) == 2.0


def test_every_way_back_is_told_of():
    with pytest.warns(CompileWarning, match="a static argument cannot be told from others"):
        jit(lambda x, k: x * k[0], static_argnums=1)(X, [2.0])
    x = ad.Variable(name="x")
    with pytest.warns(CompileWarning, match="the shape of unique depends on values"):
        ad.Executor(np.unique(x) * 2, compile=True).run({x: X})
    found = ad.Executor(x[x > 1] * 2, compile=True).run({x: X})[0]
    np.testing.assert_array_equal(found, X[X > 1] * 2)


def test_random_numbers_of_numpy_are_not_drawn_once_and_for_all():
    c = jit(lambda x: x * mtrand.rand(3))
    mtrand.seed(0)
    with pytest.warns(CompileWarning, match="draws random numbers"):
        first = c(np.ones(3))
    second = c(np.ones(3))
    mtrand.seed(0)
    np.testing.assert_array_equal([first, second], [mtrand.rand(3), mtrand.rand(3)])
