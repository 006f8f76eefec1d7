"""The eager walk-through, line by line: each line gives what stands on its right."""

import pytest

import autodiff as torch

SESSION = [
    ("x = torch.arange(4.0)", "x", "tensor([0., 1., 2., 3.])"),
    ("x.requires_grad_(True)", "x", "tensor([0., 1., 2., 3.], requires_grad=True)"),
    ("", "x.grad", "None"),
    ("y = 2 * torch.dot(x, x)", "f'{y}'", "'28.0'"),
    ("y.backward()", "x.grad", "tensor([ 0.,  4.,  8., 12.])"),
    ("", "x.grad == 4 * x", "tensor([True, True, True, True])"),
    ("x.grad.zero_()", "x.grad", "tensor([0., 0., 0., 0.])"),
    ("y = x.sum()", "f'{y}'", "'6.0'"),
    ("y.backward()", "x.grad", "tensor([1., 1., 1., 1.])"),
    ("x.grad.zero_()", "x.grad", "tensor([0., 0., 0., 0.])"),
    ("y = x * x", "y", "tensor([0., 1., 4., 9.], grad_fn=<MulBackward0>)"),
    ("y.backward(gradient=torch.ones(len(y)))", "x.grad", "tensor([0., 2., 4., 6.])"),
    ("x.grad.zero_()", "x.grad", "tensor([0., 0., 0., 0.])"),
    ("y = x * x", "y", "tensor([0., 1., 4., 9.], grad_fn=<MulBackward0>)"),
    ("u = y.detach()", "u", "tensor([0., 1., 4., 9.])"),
    ("z = u * x", "z", "tensor([ 0.,  1.,  8., 27.], grad_fn=<MulBackward0>)"),
    ("z.sum().backward()", "x.grad == u", "tensor([True, True, True, True])"),
    ("x.grad.zero_()", "x.grad", "tensor([0., 0., 0., 0.])"),
    ("y.sum().backward()", "x.grad == 2 * x", "tensor([True, True, True, True])"),
    (
        """
def f(a):
    b = a * 2
    while b.norm() < 1000:
        b = b * 2
    if b.sum() > 0:
        c = b
    else:
        c = 100 * b
    return c
""",
        "f.__name__",
        "'f'",
    ),
    ("torch.manual_seed(0)", "True", "True"),
    ("a = torch.randn(size=(), requires_grad=True)", "a.shape == ()", "True"),
    ("d = f(a)", "d.shape == ()", "True"),
    ("d.backward()", "a.grad == d / a", "tensor(True)"),
]


@pytest.mark.parametrize("line", range(len(SESSION)))
def test_each_line_shows_what_the_walk_through_says(line):
    names = {"torch": torch}
    for statement, _, _ in SESSION[: line + 1]:
        exec(statement, names)
    _, expression, shown = SESSION[line]
    assert repr(eval(expression, names)) == shown


def test_requires_grad_returns_the_tensor_itself():
    x = torch.arange(4.0)
    assert repr(x.requires_grad_(True)) == "tensor([0., 1., 2., 3.], requires_grad=True)"
    assert x.requires_grad_(True) is x


def test_backward_of_a_vector_names_its_shape_and_the_gradient_argument():
    x = torch.arange(4.0, requires_grad=True)
    y = x * x
    with pytest.raises(RuntimeError, match=r"(?s)(?=.*\(4,\))(?=.*gradient=)"):
        y.backward()


@pytest.mark.parametrize("start", [3.0, -3.0, 1e-6, -1e-6, 999.0, 5000.0, -5000.0])
def test_the_gradient_follows_loop_and_branch(start):
    def scaled(a):
        b = a * 2
        while b.norm() < 1000:
            b = b * 2
        return b if b.sum() > 0 else 100 * b

    a = torch.tensor(start, requires_grad=True)
    d = scaled(a)
    d.backward()
    assert a.grad.item() == pytest.approx(d.item() / start, rel=1e-15)


def test_the_loop_doubles_a_vector_until_its_norm_is_large():
    x = torch.tensor([3.0, 4.0], requires_grad=True)
    b = x * 2
    while b.norm() < 1000:
        b = b * 2
    b.sum().backward()
    assert x.grad.tolist() == [256.0, 256.0]


def test_recursion_differentiates():
    def power(x, n):
        return x if n == 1 else x * power(x, n - 1)

    x = torch.tensor(1.5, requires_grad=True)
    power(x, 7).backward()
    assert x.grad.item() == pytest.approx(7 * 1.5**6, rel=1e-14)


def test_a_for_loop_over_elements_differentiates():
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    total = 1.0
    for element in x:
        total = total * element + 1.0
    total.backward()
    assert x.grad.tolist() == [6.0, 6.0, 5.0]
