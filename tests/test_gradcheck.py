"""`gradcheck` and `gradgradcheck`: the tape judged by differences, and the judges judged."""

import pytest
from known_rules import WrongSquare

import autodiff as ad
from autodiff.autograd import Function, gradcheck, gradgradcheck


def leaf(data):
    return ad.tensor(data, requires_grad=True)


def cube(x):
    return x**3


def test_gradcheck_accepts_right_rules():
    a, b = leaf([1.0, 2.0]), leaf([0.5, -2.0])
    assert gradcheck(lambda x, y: 3 * x * y, (a, b)) is True
    assert gradcheck(cube, leaf(2.0))
    assert gradcheck(ad.sin, (leaf([0.1, 0.2]),), eps=1e-4, atol=1e-3, rtol=1e-2)


def test_gradcheck_refuses_a_wrong_rule():
    with pytest.raises(RuntimeError):
        gradcheck(WrongSquare.apply, (leaf(2.0),))
    assert gradcheck(WrongSquare.apply, (leaf(2.0),), raise_exception=False) is False


def test_gradcheck_sees_a_path_that_was_cut():
    assert not gradcheck(lambda x: x.detach() * x, (leaf(2.0),), raise_exception=False)


def test_gradcheck_needs_an_input_that_requires_a_gradient():
    with pytest.raises((ValueError, RuntimeError), match=r"requires.grad"):
        gradcheck(ad.sin, (ad.tensor(1.0),))


def test_gradcheck_follows_complex_functions():
    z = leaf([2.0 + 1j])
    assert gradcheck(lambda v: v * v.conj(), (z,)) and gradcheck(ad.sin, (z,))


def test_gradgradcheck_judges_second_derivatives():
    class WrongTwice(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return 3 * g * x * x.detach()

    assert gradgradcheck(cube, (leaf(2.0),))
    assert gradcheck(WrongTwice.apply, (leaf(2.0),))
    assert not gradgradcheck(WrongTwice.apply, (leaf(2.0),), raise_exception=False)


def test_gradcheck_looks_at_every_output():
    x = leaf([0.5, 1.5])
    assert gradcheck(lambda v: (v.sin(), v * v), (x,))
    cut = gradcheck(lambda v: (v.sin(), v * v.detach()), (x,), raise_exception=False)
    assert cut is False


def test_gradcheck_leaves_grad_and_value_alone():
    x = leaf([0.5, 1.5])
    gradcheck(cube, (x,))
    assert x.grad is None
    assert x.tolist() == [0.5, 1.5]


def test_gradcheck_names_both_numbers():
    with pytest.raises(RuntimeError, match=r"(?s)(?=.*4)(?=.*6)"):
        gradcheck(WrongSquare.apply, (leaf(2.0),))
