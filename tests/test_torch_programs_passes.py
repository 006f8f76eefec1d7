"""Short programs under PyTorch and here: passes, hooks, recording or not, leaves."""

import pytest
from beside_torch import double_precision as double_precision, leaf, same_outcome


def retain_twice(T):
    x = leaf(T, 1.0, 2.0)
    y = (x**2).sum()
    y.backward(retain_graph=True)
    y.backward()
    return x.grad


def backward_twice(T):
    x = leaf(T, 1.0, 2.0)
    y = (x**2).sum()
    y.backward()
    y.backward()


def backward_twice_linear(T):
    x = leaf(T, 1.0, 2.0)
    y = (x + x).sum()
    y.backward()
    y.backward()
    return x.grad


def requires_grad_int(T):
    T.tensor([1, 2], requires_grad=True)


def requires_grad__nonleaf(T):
    x = leaf(T, 1.0)
    y = x * 2
    y.requires_grad_(False)


def requires_grad_set_nonleaf(T):
    x = leaf(T, 1.0)
    y = x * 2
    y.requires_grad = False


def requires_grad_int_(T):
    T.tensor([1]).requires_grad_()


def retain_grad(T):
    x = leaf(T, 1.0)
    y = x * 2
    y.retain_grad()
    (y * 3).sum().backward()
    return y.grad, y.retains_grad, x.retains_grad


def retain_grad_const(T):
    T.tensor(1.0).retain_grad()


def grad_unused(T):
    x = leaf(T, 1.0)
    z = leaf(T, 2.0)
    T.autograd.grad((x * 2).sum(), [x, z])


def grad_unused_allow(T):
    x = leaf(T, 1.0)
    z = leaf(T, 2.0)
    return T.autograd.grad((x * 2).sum(), [x, z], allow_unused=True)


def grad_materialize(T):
    x = leaf(T, 1.0)
    z = leaf(T, 2.0)
    return T.autograd.grad((x * 2).sum(), [x, z], materialize_grads=True)


def grad_materialize_bad(T):
    x = leaf(T, 1.0)
    z = leaf(T, 2.0)
    return T.autograd.grad((x * 2).sum(), [x, z], materialize_grads=True, allow_unused=False)


def grad_nonscalar(T):
    x = leaf(T, 1.0, 2.0)
    T.autograd.grad(x * 2, x)


def grad_outputs(T):
    x = leaf(T, 1.0, 2.0)
    return T.autograd.grad(x * 2, x, grad_outputs=T.tensor([1.0, 3.0]))


def grad_outputs_shape(T):
    x = leaf(T, 1.0, 2.0)
    return T.autograd.grad(x * 2, x, grad_outputs=T.tensor([1.0]))


def grad_const(T):
    T.autograd.grad(T.tensor(1.0), T.tensor(1.0))


def grad_const_in(T):
    x = leaf(T, 1.0)
    T.autograd.grad(x.sum(), T.tensor(1.0))


def is_grads_batched(T):
    x = leaf(T, 1.0, 2.0)
    return T.autograd.grad(x**2, x, T.eye(2), is_grads_batched=True)


def grad_create(T):
    x = leaf(T, 2.0)
    (g,) = T.autograd.grad((x**3).sum(), x, create_graph=True)
    (h,) = T.autograd.grad(g.sum(), x)
    return g, h


def backward_create_graph(T):
    x = leaf(T, 2.0)
    (x**3).sum().backward(create_graph=True)
    g = x.grad
    x.grad = None
    g.sum().backward()
    return x.grad


def accumulate_inplace(T):
    x = leaf(T, 2.0)
    x.sum().backward()
    g = x.grad
    x.sum().backward()
    return g is x.grad, g


def grad_assign_shape(T):
    x = leaf(T, 2.0)
    x.grad = T.zeros(3)


def grad_assign_type(T):
    x = leaf(T, 2.0)
    x.grad = 3


def grad_assign_dtype(T):
    x = leaf(T, 2.0)
    x.grad = T.zeros(1, dtype=T.float32)


def nograd_nest(T):
    x = leaf(T, 2.0)
    with T.no_grad():
        a = x * 2
        with T.enable_grad():
            b = x * 2
        c = x * 2
    return a.requires_grad, b.requires_grad, c.requires_grad, (x * 2).requires_grad


def set_grad(T):
    x = leaf(T, 2.0)
    with T.set_grad_enabled(False):
        a = x * 2
    T.set_grad_enabled(False)
    b = x * 2
    T.set_grad_enabled(True)
    return a.requires_grad, b.requires_grad, T.is_grad_enabled()


def nograd_decorator(T):
    @T.no_grad()
    def f(x):
        return x * 2

    @T.enable_grad()
    def g(x):
        return x * 2

    x = leaf(T, 1.0)
    with T.no_grad():
        q = g(x)
    return f(x).requires_grad, q.requires_grad, f.__name__


def nograd_generator(T):
    @T.no_grad()
    def gen():
        for _i in range(2):
            yield T.is_grad_enabled()

    out = []
    for i in gen():
        out.append((i, T.is_grad_enabled()))
    return out


def inference(T):
    x = leaf(T, 1.0)
    with T.inference_mode():
        y = x * 2
    return y.requires_grad, T.is_inference_mode_enabled()


def detach_leaf(T):
    x = leaf(T, 1.0)
    y = x * 2
    y.detach_()
    return y.requires_grad, y.is_leaf, y.grad_fn


def detach_view(T):
    x = leaf(T, 1.0, 2.0)
    y = (x * 2)[0]
    y.detach_()


def hook_modify(T):
    x = leaf(T, 1.0)
    y = x * 2
    y.register_hook(lambda g: g * 2)
    y.sum().backward()
    return x.grad


def hook_order(T):
    x = leaf(T, 1.0)
    s = []
    y = x * 2
    y.register_hook(lambda g: s.append(1))
    y.register_hook(lambda g: s.append(2))
    y.sum().backward()
    return s


def hook_const(T):
    T.tensor(1.0).register_hook(lambda g: g)


def hook_bad(T):
    x = leaf(T, 1.0)
    x.register_hook(lambda g: 3)
    x.sum().backward()


def hook_shape(T):
    x = leaf(T, 1.0, 2.0)
    x.register_hook(lambda g: g.sum())
    x.sum().backward()


def hook_remove_twice(T):
    x = leaf(T, 1.0)
    h = x.register_hook(lambda g: g * 2)
    h.remove()
    h.remove()
    x.sum().backward()
    return x.grad


def hook_after_inplace(T):
    x = leaf(T, 1.0)
    y = x * 2
    s = []
    y.register_hook(lambda g: s.append(g.tolist()))
    y.mul_(3)
    y.sum().backward()
    return s, x.grad


def post_acc_nonleaf(T):
    x = leaf(T, 1.0)
    (x * 2).register_post_accumulate_grad_hook(lambda p: None)


def anomaly(T):
    x = leaf(T, 0.0)
    with T.autograd.detect_anomaly():
        y = x / x
        y.sum().backward()


def anomaly_off(T):
    x = leaf(T, -1.0)
    with T.autograd.set_detect_anomaly(False):
        y = x.sqrt()
        y.sum().backward()
    return x.grad


def zero_grad_none(T):
    x = leaf(T, 1.0)
    x.sum().backward()
    x.grad = None
    x.sum().backward()
    return x.grad


def is_leaf_cases(T):
    x = leaf(T, 1.0)
    return x.is_leaf, (x * 2).is_leaf, T.tensor(1.0).is_leaf, x.detach().is_leaf, x[0].is_leaf


def backward_inputs(T):
    x = leaf(T, 1.0)
    y = leaf(T, 2.0)
    (x * y).sum().backward(inputs=[x])
    return x.grad, y.grad


def backward_gradient(T):
    x = leaf(T, 1.0, 2.0)
    (x * 2).backward(T.tensor([1.0, 3.0]))
    return x.grad


def backward_many(T):
    x = leaf(T, 1.0)
    T.autograd.backward([x * 2, x * 3], [T.tensor([1.0]), T.tensor([2.0])])
    return x.grad


def backward_noreq(T):
    T.tensor([1.0]).sum().backward()


def hooks_multi(T):
    x = leaf(T, 1.0)
    y = leaf(T, 2.0)
    s = []
    T.autograd.graph.register_multi_grad_hook([x, y], lambda g: s.append(len(g)))
    (x * y).sum().backward()
    return s


def checkpoint_like(T):
    return T.no_grad()(lambda: T.is_grad_enabled())()


PROGRAMS = [
    retain_twice, backward_twice, backward_twice_linear, requires_grad_int,
    requires_grad__nonleaf, requires_grad_set_nonleaf, requires_grad_int_, retain_grad,
    retain_grad_const, grad_unused, grad_unused_allow, grad_materialize,
    grad_materialize_bad, grad_nonscalar, grad_outputs, grad_outputs_shape,
    grad_const, grad_const_in, is_grads_batched, grad_create,
    backward_create_graph, accumulate_inplace, grad_assign_shape, grad_assign_type,
    grad_assign_dtype, nograd_nest, set_grad, nograd_decorator,
    nograd_generator, inference, detach_leaf, detach_view,
    hook_modify, hook_order, hook_const, hook_bad,
    hook_shape, hook_remove_twice, hook_after_inplace, post_acc_nonleaf,
    anomaly, anomaly_off, zero_grad_none, is_leaf_cases,
    backward_inputs, backward_gradient, backward_many, backward_noreq,
    hooks_multi, checkpoint_like,
]  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_the_outcome_is_pytorch_s(program):
    same_outcome(program)
