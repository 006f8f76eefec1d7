"""Short programs under PyTorch and here: what a Function may do, and what it may not."""

import pytest
from beside_torch import double_precision as double_precision, leaf, same_outcome


def squared(T):
    class Squared(T.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return g * 2 * x

    return Squared


def fn_twice(T):
    x = leaf(T, 3.0)
    y = squared(T).apply(x).sum()
    y.backward()
    y.backward()


def fn_gradgrad(T):
    x = leaf(T, 3.0)
    (g,) = T.autograd.grad(squared(T).apply(x).sum(), x, create_graph=True)
    return T.autograd.grad(g.sum(), x)


def fn_wrong_count(T):
    class F(T.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g, g

    x = leaf(T, 1.0)
    F.apply(x).sum().backward()


def fn_extra_none(T):
    class F(T.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g, None, None

    x = leaf(T, 1.0)
    F.apply(x).sum().backward()
    return x.grad


def fn_none_grad(T):
    class F(T.autograd.Function):
        @staticmethod
        def forward(ctx, x, y):
            return x * y

        @staticmethod
        def backward(ctx, g):
            return None, g

    x = leaf(T, 1.0)
    y = leaf(T, 2.0)
    F.apply(x, y).sum().backward()
    return x.grad, y.grad


def fn_needs(T):
    s = []

    class F(T.autograd.Function):
        @staticmethod
        def forward(ctx, x, y, k):
            s.append(ctx.needs_input_grad)
            return x * y

        @staticmethod
        def backward(ctx, g):
            s.append(ctx.needs_input_grad)
            return g, g, None

    F.apply(leaf(T, 1.0), T.tensor([2.0]), 3).sum().backward()
    return s


def fn_no_backward(T):
    class F(T.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

    F.apply(leaf(T, 1.0)).sum().backward()


def fn_no_forward(T):
    class F(T.autograd.Function):
        pass

    F.apply(leaf(T, 1.0))


def fn_legacy_call(T):
    squared(T)()(leaf(T, 1.0))


def fn_once_diff(T):
    class F(T.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        @T.autograd.function.once_differentiable
        def backward(ctx, g):
            return g * 2 * ctx.saved_tensors[0]

    x = leaf(T, 3.0)
    (g,) = T.autograd.grad(F.apply(x).sum(), x, create_graph=True)
    g.sum().backward()


def fn_materialize(T):
    s = []

    class F(T.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2, x * 3

        @staticmethod
        def backward(ctx, a, b):
            s.append((a.tolist(), b.tolist()))
            return a * 2 + b * 3

    a, _b = F.apply(leaf(T, 1.0))
    a.sum().backward()
    return s


def fn_materialize_off(T):
    s = []

    class F(T.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.set_materialize_grads(False)
            return x * 2, x * 3

        @staticmethod
        def backward(ctx, a, b):
            s.append((a is None, b is None))
            return a * 2

    a, _b = F.apply(leaf(T, 1.0))
    a.sum().backward()
    return s


def fn_mark_nondiff(T):
    class F(T.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            m = (x > 0).to(x.dtype)
            ctx.mark_non_differentiable(m)
            return x * 2, m

        @staticmethod
        def backward(ctx, a, b):
            return a * 2

    a, b = F.apply(leaf(T, 1.0))
    return a.requires_grad, b.requires_grad


def fn_return_input(T):
    class F(T.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x

        @staticmethod
        def backward(ctx, g):
            return g * 5

    x = leaf(T, 1.0)
    y = F.apply(x)
    y.sum().backward()
    return y is x, x.grad


def fn_save_nontensor(T):
    class F(T.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(3)
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g

    F.apply(leaf(T, 1.0))


def fn_bad_shape(T):
    class F(T.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x.sum()

        @staticmethod
        def backward(ctx, g):
            return T.ones(5)

    x = leaf(T, 1.0, 2.0)
    F.apply(x).backward()


def fn_bad_type(T):
    class F(T.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return 3.0

    x = leaf(T, 1.0, 2.0)
    F.apply(x).sum().backward()


def fn_attr(T):
    class F(T.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.k = 7
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g * ctx.k

    x = leaf(T, 1.0)
    F.apply(x).sum().backward()
    return x.grad


def fn_double_saved_inplace(T):
    x = leaf(T, 1.0) * 1
    y = squared(T).apply(x)
    x.add_(1)
    y.sum().backward()


def fn_nograd_inside(T):
    s = []

    class F(T.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            s.append(T.is_grad_enabled())
            return x * 2

        @staticmethod
        def backward(ctx, g):
            s.append(T.is_grad_enabled())
            return g

    F.apply(leaf(T, 1.0)).sum().backward()
    return s


PROGRAMS = [
    fn_twice, fn_gradgrad, fn_wrong_count, fn_extra_none,
    fn_none_grad, fn_needs, fn_no_backward, fn_no_forward,
    fn_legacy_call, fn_once_diff, fn_materialize, fn_materialize_off,
    fn_mark_nondiff, fn_return_input, fn_save_nontensor, fn_bad_shape,
    fn_bad_type, fn_attr, fn_double_saved_inplace, fn_nograd_inside,
]  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_the_outcome_is_pytorch_s(program):
    same_outcome(program)
