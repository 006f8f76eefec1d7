"""Hooks of the operations themselves, `y.grad_fn.register_hook`, beside PyTorch."""

import pytest
from beside_torch import double_precision as double_precision, leaf, torch

import autodiff as ad


def shown(values):
    return [None if v is None else v.tolist() for v in values]


def before_and_after(T):
    seen, x = [], leaf(T, 1.0, 2.0)
    y = x * x
    after = y.grad_fn.register_hook(lambda gi, go: seen.append((shown(gi), shown(go))))
    before = y.grad_fn.register_prehook(lambda go: seen.append(shown(go)))
    z = (y * 3).sum()
    z.backward(retain_graph=True)
    after.remove()
    before.remove()
    z.backward()
    return seen, x.grad.tolist()


def gradients_replaced(T):
    x = leaf(T, 1.0, 2.0)
    y = x * T.tensor([2.0, 5.0])
    y.grad_fn.register_hook(lambda gi, go: tuple(None if g is None else g * 10 for g in gi))
    y.grad_fn.register_prehook(lambda go: (go[0] * 2,))
    y.sum().backward()
    return x.grad.tolist()


def second_order(T):
    x = leaf(T, 1.0, 2.0)
    y = x**3
    y.grad_fn.register_prehook(lambda go: (go[0] * 2,))
    (g,) = T.autograd.grad(y.sum(), x, create_graph=True)
    (h,) = T.autograd.grad(g.sum(), x)
    return g.tolist(), h.tolist()


def hooks_of_a_leaf(T):
    seen, x = [], leaf(T, 1.0, 2.0)
    y = x * 2
    node, place = y.grad_fn.next_functions[0]
    node.register_hook(lambda gi, go: seen.append((shown(gi), shown(go))))
    node.register_prehook(lambda go: (go[0] + 1,))
    y.sum().backward()
    return seen, place, x.grad.tolist()


def several_outputs(T):
    seen, x = [], leaf(T, 3.0, 1.0, 2.0)
    values, _ = x.sort()
    values.grad_fn.register_hook(lambda gi, go: seen.append(shown(gi[:1])))
    (values * T.tensor([1.0, 2.0, 3.0])).sum().backward()
    return seen, x.grad.tolist()


def tensor_hooks_come_first(T):
    seen, x = [], leaf(T, 1.0)
    y = x.exp()
    y.grad_fn.register_prehook(lambda go: seen.append("node"))
    y.register_hook(lambda g: seen.append("tensor"))
    y.sum().backward()
    return sorted(seen)


def edges(T):
    x = leaf(T, 1.0, 2.0)
    y = x * 2
    edge = T.autograd.graph.get_gradient_edge(y)
    return type(edge).__name__, edge.output_nr, edge.node is y.grad_fn


def versions(T):
    x = T.zeros(2)
    before = x._version
    T.autograd.graph.increment_version(x)
    return x._version - before


PROGRAMS = [
    before_and_after, gradients_replaced, second_order, hooks_of_a_leaf, several_outputs,
    tensor_hooks_come_first, edges, versions,
]  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_it_is_as_in_pytorch(program):
    assert program(ad) == program(torch)


@pytest.mark.parametrize("answer", [lambda gi: (gi[0], gi[0]), lambda gi: 3, lambda gi: "x"])
def test_wrong_answers_raise_as_in_pytorch(answer):
    kinds = []
    for T in (torch, ad):
        y = leaf(T, 1.0, 2.0).exp()
        y.grad_fn.register_hook(lambda gi, go: answer(gi))
        with pytest.raises((RuntimeError, TypeError)) as raised:
            y.sum().backward()
        kinds.append(raised.type)
    assert issubclass(kinds[1], kinds[0])


def test_a_constant_has_no_edge():
    with pytest.raises(RuntimeError, match="does not require gradients"):
        ad.autograd.graph.get_gradient_edge(ad.tensor(1.0))


def halves(outputs):
    """A Function of two arguments that gives the second no gradient, with so many outputs."""

    class Halves(ad.autograd.Function):
        @staticmethod
        def forward(ctx, x, y):
            return (x + y, x - y)[:outputs] if outputs > 1 else x + y

        @staticmethod
        def backward(ctx, g, *rest):
            return g, None

    return Halves


@pytest.mark.parametrize(("outputs", "hooked"), [(1, False), (1, True), (2, False)])
def test_a_gradient_that_a_function_leaves_out_stays_none(outputs, hooked):
    x, y = ad.tensor([1.0], requires_grad=True), ad.tensor([2.0], requires_grad=True)
    found = halves(outputs).apply(x, y)
    z = found[0] if outputs > 1 else found
    if hooked:
        z.grad_fn.register_hook(lambda pulled, given: None)
    z.sum().backward()
    assert x.grad is not None and y.grad is None
