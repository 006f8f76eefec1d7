"""Hooks on what the tape keeps, `autograd.graph.saved_tensors_hooks`, beside PyTorch."""

import pytest
from beside_torch import double_precision as double_precision, leaf, same_outcome

import autodiff as ad


def packed_and_unpacked(T):
    packs = []

    def pack(t):
        packs.append(t.tolist())
        return t * 1

    with T.autograd.graph.saved_tensors_hooks(pack, lambda t: t * 2):
        x = leaf(T, 1.0, 2.0)
        y, z, constant = x * x, x.exp(), (x * 3).sum()
    y.sum().backward()
    first, x.grad = x.grad, None
    z.sum().backward()
    second, x.grad = x.grad, None
    constant.backward()
    return sorted(packs), first, second, x.grad


def a_second_pass(T):
    with T.autograd.graph.saved_tensors_hooks(lambda t: t * 1, lambda t: t):
        y = (leaf(T, 1.0) ** 2).sum()
    y.backward(retain_graph=True)
    y.backward()
    y.backward()


def no_tensor_unpacked(T):
    with T.autograd.graph.saved_tensors_hooks(lambda t: t, lambda t: 3):
        y = leaf(T, 1.0).exp().sum()
    y.backward()


def hooks_refused(T):
    graph = T.autograd.graph
    with graph.disable_saved_tensors_hooks("not here"):
        with graph.saved_tensors_hooks(lambda t: t, lambda t: t):
            pass


def changed_after_use(T):
    with T.autograd.graph.allow_mutation_on_saved_tensors():
        a = T.ones(2, requires_grad=True)
        b = a.clone()
        c = (b**2).sum()
        b.sin_()
        c.backward()
    return a.grad, b


def second_order(T):
    with T.autograd.graph.saved_tensors_hooks(lambda t: t.tolist(), lambda a: T.tensor(a)):
        x = leaf(T, 2.0)
        y = (x**3).sum()
    (g,) = T.autograd.grad(y, x, create_graph=True)
    return g, T.autograd.grad(g.sum(), x)


def many_operations(T):
    with T.autograd.graph.saved_tensors_hooks(lambda t: t.clone(), lambda t: t):
        x = leaf(T, 2.0, 3.0)
        with T.no_grad():
            w = x * x
        with T.no_grad(), T.enable_grad():
            v = x * x
        parts = [v.sum(), x[0] * x[1], T.log(1 + x.exp()).sum(), T.stack([x, x]).max()]
        parts += [x.clone().mul_(x).sum(), T.linalg.slogdet(T.eye(2) * x)[1], x.sort()[0][0]]
        parts += [T.where(x > 2, x, x * 2).sum(), (x @ x), x.cumsum(0).prod(), x.norm()]
    sum(parts).backward()
    return w.requires_grad, x.grad


def nested(T):
    graph = T.autograd.graph
    with graph.saved_tensors_hooks(lambda t: t * 1, lambda t: t * 2):
        x = leaf(T, 1.0)
        with graph.saved_tensors_hooks(lambda t: t * 1, lambda t: t * 10):
            y = x.exp()
        z = x.exp()
    return T.autograd.grad(y.sum(), x), T.autograd.grad(z.sum(), x)


PROGRAMS = [
    packed_and_unpacked, a_second_pass, no_tensor_unpacked, hooks_refused, changed_after_use,
    second_order, many_operations, nested,
]  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_it_is_as_in_pytorch(program):
    same_outcome(program)


def test_nothing_is_packed_afterwards():
    packs = []
    with ad.autograd.graph.saved_tensors_hooks(lambda t: packs.append(1) or t, lambda t: t):
        pass
    x = leaf(ad, 1.0)
    x.exp().sum().backward()
    assert packs == []


def test_transforms_inside_are_not_packed():
    packs = []
    with ad.autograd.graph.saved_tensors_hooks(lambda t: packs.append(1) or t, lambda t: t):
        assert ad.grad(ad.exp)(0.0) == 1.0
    assert packs == []
