"""`ad.autograd.Function`: rules that a user writes with `forward` and `backward`, as in PyTorch."""

import pytest
from known_rules import Cube

import autodiff as ad
from autodiff.autograd import Function


def leaf(data):
    return ad.tensor(data, requires_grad=True)


class ScaledProduct(Function):
    seen = None

    @staticmethod
    def forward(ctx, a, b, scale=3):
        ctx.save_for_backward(a, b)
        ctx.scale = scale
        return a * b * scale

    @staticmethod
    def backward(ctx, g):
        a, b = ctx.saved_tensors
        ScaledProduct.seen = tuple(ctx.needs_input_grad)
        return g * b * ctx.scale, g * a * ctx.scale, None


class Exponential(Function):
    @staticmethod
    def forward(ctx, x):
        y = x.exp()
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, g):
        (y,) = ctx.saved_tensors
        return g * y


class TwoAndThree(Function):
    seen = None

    @staticmethod
    def forward(ctx, x):
        return x * 2, x * 3

    @staticmethod
    def backward(ctx, g, h):
        TwoAndThree.seen = (g.tolist(), h.tolist())
        return 2 * g + 3 * h


def returning(value):
    """A function of one argument whose `backward` returns `value`."""

    class Returning(Function):
        @staticmethod
        def forward(ctx, x):
            return x + 1

        @staticmethod
        def backward(ctx, g):
            return value

    return Returning


# ---------------------------------------------------------------- the contract


def test_apply_uses_the_users_rule():
    a, b = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    y = ScaledProduct.apply(a, b)
    assert y.tolist() == [9.0, 24.0]
    y.sum().backward()
    assert (a.grad.tolist(), b.grad.tolist()) == ([9.0, 12.0], [3.0, 6.0])


def test_parameters_that_are_no_tensors_are_passed_on():
    a, b = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    ScaledProduct.apply(a, b, 10).sum().backward()
    assert a.grad.tolist() == [30.0, 40.0]


def test_needs_input_grad_tells_which_arguments_are_wanted():
    a, b = leaf([1.0, 2.0]), ad.tensor([3.0, 4.0])
    ScaledProduct.apply(a, b, 2).sum().backward()
    assert ScaledProduct.seen == (True, False, False)
    assert b.grad is None


def test_the_result_names_the_function():
    y = ScaledProduct.apply(leaf([1.0, 2.0]), ad.tensor([3.0, 4.0]))
    assert repr(y) == "tensor([ 9., 24.], grad_fn=<ScaledProductBackward>)"
    assert not y.is_leaf


def test_constants_and_no_grad_give_constants():
    constant = ad.tensor([3.0, 4.0])
    assert not ScaledProduct.apply(constant, constant).requires_grad
    with ad.no_grad():
        assert not ScaledProduct.apply(leaf([1.0, 2.0]), constant).requires_grad


def test_forward_is_run_without_recording():
    modes = []

    class Watch(Function):
        @staticmethod
        def forward(ctx, x):
            modes.append((ad.is_grad_enabled(), (x * 2).requires_grad))
            return x * 2

        @staticmethod
        def backward(ctx, g):
            modes.append(ad.is_grad_enabled())
            return 2 * g

    Watch.apply(leaf(1.0)).backward()
    assert modes == [(False, False), False]


def test_the_rule_composes_with_the_table():
    x = leaf(0.5)
    y = Cube.apply(x.sin() * 2).exp()
    y.backward()
    inner = 2 * x.detach().sin()
    expected = (inner**3).exp() * 3 * inner**2 * 2 * x.detach().cos()
    assert x.grad.item() == pytest.approx(expected.item(), rel=1e-14)


def test_attributes_of_the_context_are_kept():
    class Attribute(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.x = x
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g * ctx.x * 2

    x = leaf([1.0, 2.0])
    Attribute.apply(x).sum().backward()
    assert x.grad.tolist() == [2.0, 4.0]


def test_none_can_be_saved():
    class SaveNone(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(None, x)
            return x * 1

        @staticmethod
        def backward(ctx, g):
            nothing, x = ctx.saved_tensors
            assert nothing is None
            return g * x

    x = leaf([1.0, 2.0])
    SaveNone.apply(x).sum().backward()
    assert x.grad.tolist() == [1.0, 2.0]


def test_a_reversed_gradient():
    class Reverse(Function):
        @staticmethod
        def forward(ctx, x):
            return x.view_as(x)

        @staticmethod
        def backward(ctx, g):
            return -g

    x = leaf([1.0, 2.0])
    Reverse.apply(x).sum().backward()
    assert x.grad.tolist() == [-1.0, -1.0]


def test_returning_the_argument_itself_still_uses_the_rule():
    class Identity(Function):
        @staticmethod
        def forward(ctx, x):
            return x

        @staticmethod
        def backward(ctx, g):
            return g * 5

    x = leaf([1.0, 2.0])
    y = Identity.apply(x)
    y.sum().backward()
    assert y is not x
    assert x.grad.tolist() == [5.0, 5.0]


# ------------------------------------------------------------- several outputs


def test_several_outputs_each_have_their_cotangent():
    x = leaf([1.0, 2.0])
    y, z = TwoAndThree.apply(x)
    (y + 10 * z).sum().backward()
    assert TwoAndThree.seen == ([1.0, 1.0], [10.0, 10.0])
    assert x.grad.tolist() == [32.0, 32.0]


def test_an_unused_output_sends_zeros():
    x = leaf([1.0, 2.0])
    y, _ = TwoAndThree.apply(x)
    y.sum().backward()
    assert TwoAndThree.seen == ([1.0, 1.0], [0.0, 0.0])
    assert x.grad.tolist() == [2.0, 2.0]


def test_an_output_can_be_marked_as_not_differentiable():
    class ScaleAndIndex(Function):
        @staticmethod
        def forward(ctx, x):
            index, copy = x.argmax(), x * 3
            ctx.mark_non_differentiable(index, copy)
            return x * 2, index, copy

        @staticmethod
        def backward(ctx, g, *rest):
            return 2 * g

    x = leaf([1.0, 2.0])
    y, index, copy = ScaleAndIndex.apply(x)
    assert (y.requires_grad, index.requires_grad, copy.requires_grad) == (True, False, False)
    assert index.item() == 1
    y.sum().backward()
    assert x.grad.tolist() == [2.0, 2.0]


# ------------------------------------------------------------- what backward returns


def test_none_is_a_zero_gradient():
    x = leaf([1.0, 2.0])
    returning(None).apply(x).sum().backward()
    assert x.grad is None or x.grad.tolist() == [0.0, 0.0]


def test_too_few_gradients_raise_and_both_numbers_are_named():
    class Few(Function):
        @staticmethod
        def forward(ctx, a, b):
            return a + b

        @staticmethod
        def backward(ctx, g):
            return g

    with pytest.raises(RuntimeError, match=r"(?s)(?=.*Few)(?=.*2)(?=.*1)"):
        Few.apply(leaf(1.0), leaf(2.0)).backward()


def test_too_many_gradients_raise():
    with pytest.raises(RuntimeError, match="Returning"):
        returning((ad.tensor(1.0), ad.tensor(1.0))).apply(leaf(1.0)).backward()


def test_surplus_nones_are_ignored():
    x = leaf(1.0)
    returning((ad.tensor(4.0), None)).apply(x).backward()
    assert x.grad.item() == 4.0


def test_a_gradient_of_the_wrong_shape_raises():
    with pytest.raises(RuntimeError, match="Returning"):
        returning(ad.ones(3)).apply(leaf([1.0, 2.0])).sum().backward()


def test_an_error_in_backward_reaches_the_caller_unchanged():
    class Refuse(Function):
        @staticmethod
        def forward(ctx, x):
            return x * 1

        @staticmethod
        def backward(ctx, g):
            raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        Refuse.apply(leaf(1.0)).backward()


def test_a_missing_backward_raises_and_names_the_class():
    class Forward(Function):
        @staticmethod
        def forward(ctx, x):
            return x * 1

    with pytest.raises(NotImplementedError, match="backward"):
        Forward.apply(leaf(1.0)).backward()


def test_a_missing_forward_raises():
    class Empty(Function):
        pass

    with pytest.raises(NotImplementedError, match="forward"):
        Empty.apply(leaf(1.0))


def test_saved_tensors_that_were_changed_in_place_raise():
    x = leaf([1.0, 2.0])
    u = x * 1
    y = Cube.apply(u)
    u.add_(1)
    with pytest.raises(RuntimeError, match="place"):
        y.sum().backward()


def test_a_second_backward_raises_when_tensors_were_saved():
    y = Cube.apply(leaf(2.0))
    y.backward()
    with pytest.raises(RuntimeError, match="retain_graph"):
        y.backward()


# ------------------------------------------- higher derivatives, other transforms


@pytest.mark.parametrize(
    ("function", "expected"),
    [(Cube, [8.0, 12.0, 12.0, 6.0]), (Exponential, [7.38905609893065] * 4)],
)
def test_a_differentiable_backward_gives_higher_derivatives(function, expected):
    x = leaf(2.0)
    derivatives = [function.apply(x)]
    for _ in range(3):
        derivatives += ad.autograd.grad(derivatives[-1], x, create_graph=True)
    assert [y.item() for y in derivatives] == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("function", [Cube, Exponential])
def test_a_function_inside_transforms(function):
    known = {Cube: lambda x: x**3, Exponential: lambda x: ad.exp(x)}[function]
    for transform in (ad.grad, lambda f: ad.grad(ad.grad(f)), lambda f: ad.hessian(f)):
        found, expected = transform(function.apply)(2.0), transform(known)(2.0)
        assert float(found) == pytest.approx(float(expected), rel=1e-14)


def test_a_function_closes_over_the_variable_of_an_outer_transform():
    # d/dx [x**2 * d/dy (x y)**3] at y = 1, x = 2: d/dx 3 x**5
    def f(x):
        return x * x * ad.grad(lambda y: Cube.apply(x * y))(1.0)

    assert float(ad.grad(f)(2.0)) == 15 * 2.0**4


def test_a_function_that_is_applied_to_itself():
    class Square(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            with ad.enable_grad():
                inner = x.detach().requires_grad_()
                (slope,) = ad.autograd.grad(inner * inner, inner)
            return g * slope

    x = leaf(3.0)
    Square.apply(Square.apply(x)).backward()
    assert x.grad.item() == 4 * 27.0
