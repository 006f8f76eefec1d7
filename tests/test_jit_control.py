"""Python's own control flow in compiled functions: every way is compiled when it is met."""

import numpy as np
import pytest

import autodiff as ad
from autodiff.compile import jitted as module
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
    with pytest.warns(CompileWarning, match="inside of a transform it asks for the value"):
        ad.grad(c)(2.0)
    for x in (2.0, -3.0):
        assert ad.grad(c)(x) == ad.grad(branch)(x)
        assert ad.jvp(c, (x,), (1.0,)) == ad.jvp(branch, (x,), (1.0,))
        assert jit(ad.grad(c))(x) == ad.grad(branch)(x)
    with pytest.raises(ad.TracedError):
        ad.vmap(c)(X)


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
