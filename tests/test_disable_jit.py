"""Within `disable_jit` compiled functions run as plain Python."""

import threading

import numpy as np
import pytest

import autodiff as ad
from autodiff.compile.called import COMPILED, Called

X = np.arange(3.0)


def watched(**options):
    """(a compiled function, the arguments that its Python saw)"""
    seen = []

    def f(x):
        seen.append(x)
        return 2 * x

    return ad.jit(f, **options), seen


@pytest.mark.parametrize("options", [{}, {"donate": 0}, {"debug": True}, {"background": True}])
def test_numbers_reach_the_function(options):
    f, seen = watched(**options)
    with ad.disable_jit():
        assert f(X).tolist() == [0.0, 2.0, 4.0]
        assert seen[-1] is X


def test_code_is_used_again_afterwards():
    f, seen = watched()
    f(X)
    before = len(seen)
    with ad.disable_jit():
        f(X)
    f(X)
    assert len(seen) == before + 1
    assert Called.__call__ is COMPILED


def test_an_error_ends_it():
    def fails(x):
        raise KeyError(x)

    f = ad.jit(fails)
    with pytest.raises(KeyError), ad.disable_jit():
        f(X)
    assert Called.__call__ is COMPILED


def test_nested():
    f, seen = watched()
    with ad.disable_jit():
        with ad.disable_jit():
            f(X)
        f(X)
        with ad.disable_jit(False):
            f(X)
    assert all([x is X for x in seen])
    assert len(seen) == 3


def test_methods_and_transforms():
    class Model:
        @ad.jit
        def twice(self, x):
            assert isinstance(self, Model)
            return 2 * x

    f, seen = watched()
    with ad.disable_jit():
        assert Model().twice(X) is not None
        assert ad.grad(lambda x: f(x).sum())(X).tolist() == [2.0] * 3
        assert ad.vmap(f)(np.ones((2, 3))).tolist() == [[2.0] * 3] * 2
    assert len(seen) == 2


def test_other_threads_stay_compiled():
    f, seen = watched()
    f(X)
    before = len(seen)
    with ad.disable_jit():
        other = threading.Thread(target=f, args=(X,))
        other.start()
        other.join()
        assert len(seen) == before
        f(X)
    assert len(seen) == before + 1
