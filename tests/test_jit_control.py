"""Python's own control flow in compiled functions: every way is compiled when it is met."""

import numpy as np
import pytest

import autodiff as ad
from autodiff.compile import call as calls, jitted as module
from autodiff.compile.jit import jit
from autodiff.compile.notice import CompileWarning

X = np.random.default_rng(0).normal(size=10)


@pytest.fixture(autouse=True)
def no_disk(monkeypatch):
    monkeypatch.setenv("AUTODIFF_CACHE", "")


def follows(f, inputs, ways):
    """The compiled function answers as the function, and has so many programs."""
    c = jit(f)
    for _ in range(2):
        for args in inputs:
            np.testing.assert_allclose(c(*args), f(*args), rtol=1e-12)
    assert len(c.programs) == ways


def branch(x):
    if x > 0:
        return x * x
    return -x


def doubled(b):
    while ad.norm(b) < 1000:
        b = b * 2
    return (b * b).sum()


def test_if():
    follows(branch, [(2.0,), (-3.0,), (0.0,), (5.0,), (-1.0,)], 2)
    follows(ad.grad(branch), [(2.0,), (-3.0,), (0.0,), (5.0,)], 2)


def test_while():
    inputs = [(X,), (X * 10,), (X * 1e4,), (-X,), (X * 3,)]
    follows(doubled, inputs, 4)
    follows(ad.grad(doubled), inputs, 4)
    follows(ad.hessian(doubled), inputs[:2], 2)


def test_conversions():
    follows(lambda x, n: x * float(n), [(X, np.asarray(2.0)), (X, np.asarray(3.0))], 2)
    follows(
        lambda x, n: sum([x * i for i in range(int(n))]),
        [(X, np.asarray(2)), (X, np.asarray(5))],
        2,
    )
    follows(lambda x, i: x[i], [(X, np.asarray(2)), (X, np.asarray(3))], 1)
    follows(lambda x, i: [1.0, 2.0, 3.0][i] * x, [(X, np.asarray(2)), (X, np.asarray(1))], 2)
    follows(lambda x, y: min(x, y), [(2.0, 3.0), (3.0, 2.0)], 2)
    follows(lambda x: x * len(x), [(X,), (X[:3],)], 2)
    follows(lambda x: x if (x > 0).all() else -x, [(X,), (abs(X),)], 2)


def test_nan_takes_its_own_way():
    with np.errstate(all="ignore"):
        follows(branch, [(np.nan,), (1.0,), (np.nan,)], 2)
        c = jit(lambda x: x * float(x))
        assert np.isnan(c(np.asarray(np.nan)))
        assert c(np.asarray(2.0)) == 4.0
        assert np.isnan(c(np.asarray(np.nan)))
        assert len(c.programs) == 2


def test_branches_inside_what_is_differentiated():
    def f(x):
        total = 0.0
        for v in x:
            total = total + (v * v if v > 0 else -v)
        return total

    follows(ad.grad(f), [(X[:4],), (-X[:4],), (X[:4] + 5,)], 3)


def test_a_compiled_branch_inside_a_transform():
    c = jit(branch)
    for x in (2.0, -3.0, 5.0, -1.0):
        assert ad.grad(c)(x) == ad.grad(branch)(x)
        assert ad.grad(ad.grad(c))(x) == ad.grad(ad.grad(branch))(x)
        assert ad.jvp(c, (x,), (1.0,)) == ad.jvp(branch, (x,), (1.0,))
        assert jit(ad.grad(c))(x) == ad.grad(branch)(x)
    (ways,) = c.calls.values()
    assert len(ways) == 2
    for op, _ in ways:
        programs = [p for made in op.made.values() for p in made.programs]
        assert programs  # what was asked of the operator ran natively
    with pytest.raises(ad.TracedError, match="one truth value for all examples"):
        ad.vmap(c)(X)


def test_a_compiled_while_inside_a_transform():
    c = jit(doubled)
    for x in (X, X * 10, X * 1e4, X, -X):
        np.testing.assert_allclose(ad.grad(c)(x), ad.grad(doubled)(x), rtol=1e-12)
        np.testing.assert_allclose(ad.jacfwd(c)(x), ad.grad(doubled)(x), rtol=1e-12)
    np.testing.assert_allclose(ad.hessian(c)(X), ad.hessian(doubled)(X), rtol=1e-12)
    leaf = ad.tensor(X, requires_grad=True)
    c(leaf).backward()
    np.testing.assert_allclose(leaf.grad.numpy(), ad.grad(doubled)(X), rtol=1e-12)


def test_ways_that_give_other_containers():
    def f(x):
        return (x * x, 1.0) if x > 0 else {"a": -x}

    c = jit(f)
    assert ad.grad(lambda x: c(x)[0] * c(x)[1])(3.0) == 6.0
    assert ad.grad(lambda x: c(x)["a"])(-3.0) == -1.0


def test_a_way_that_is_not_taken_is_not_run():
    def f(a):
        return np.linalg.cholesky(a).sum() if a[0, 0] > 0 else (a * a).sum()

    c = jit(f)
    for a in (np.eye(3), -np.eye(3), np.eye(3)):  # of -1 there is no factor
        np.testing.assert_allclose(ad.grad(c)(a), ad.grad(f)(a), rtol=1e-12)


def test_examples_take_the_way_of_what_they_share():
    def f(x, s):
        return (x * x if s > 0 else 3 * x).sum()

    c, x = jit(f), X.reshape(5, 2)
    for s in (1.0, -1.0, 2.0):
        for g, h in ((c, f), (ad.grad(c), ad.grad(f))):
            found = ad.vmap(g, in_axes=(0, None))(x, s)
            np.testing.assert_allclose(found, ad.vmap(h, in_axes=(0, None))(x, s), rtol=1e-12)


def test_a_compiled_branch_inside_a_compiled_function():
    c = jit(branch)
    follows(lambda x: c(x) + c(-x), [(2.0,), (-3.0,), (4.0,)], 2)
    follows(ad.grad(lambda x: c(x) * x), [(2.0,), (-3.0,), (4.0,)], 2)


def test_errors_inside_a_transform_are_those_of_the_function():
    def f(x):
        if x > 100:
            raise ValueError("too much")
        return x * x

    c = jit(f)
    assert ad.grad(c)(2.0) == 4.0
    with pytest.raises(ValueError, match="too much"):
        ad.grad(c)(1000.0)
    assert ad.grad(c)(3.0) == 6.0


def test_too_many_ways_inside_a_transform(monkeypatch):
    monkeypatch.setattr(calls, "PATHS", 3)
    c = jit(lambda x: x * (1.0 if x > 3 else 2.0 if x > 2 else 3.0 if x > 1 else 4.0))
    for i in range(3):
        assert ad.grad(c)(0.5 + i) == 4.0 - i
    with pytest.warns(CompileWarning, match="more than 3 ways"):
        assert ad.grad(c)(3.5) == 1.0
    assert ad.grad(c)(4.5) == 1.0


def test_too_many_ways_are_not_compiled(monkeypatch):
    monkeypatch.setattr(module, "PATHS", 3)
    c = jit(lambda x: x * float(x))
    for i in range(3):
        assert c(np.asarray(float(i))) == i * i
    with pytest.warns(CompileWarning, match=r"more than 3 ways at .*test_jit_control.py:\d+"):
        assert c(np.asarray(7.0)) == 49.0
    assert c(np.asarray(8.0)) == 64.0
    assert c(np.asarray(2.0)) == 4.0


def test_side_effects_happen_when_traced(capsys):
    def f(x):
        print("traced")
        return x * 2

    c = jit(f, stabilize=False)
    c(X)
    c(X)
    assert capsys.readouterr().out == "traced\n"
