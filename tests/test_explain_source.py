"""The derivative as NumPy source: it runs without this library, to the same numbers."""

import numpy as np
import pytest

import autodiff as ad
from autodiff.show.explain import explain

W = np.arange(6.0).reshape(2, 3) / 5
X = np.array([1.0, 2.0, 3.0])


def attention(w, x, b):
    h = ad.tanh(w @ x + b)
    p = ad.sigmoid(h)
    return ad.logsumexp(h) + (p * h[::-1]).mean() + ad.erf(h[0]) + ad.softplus(b)


def reductions(x):
    return ad.norm(x) + ad.var(x) + ad.std(x) + x.max() + x.prod() + ad.cumsum(x)[-1] + x.min()


def moves(w, x):
    joined = ad.concatenate([w.T[0], x])[1:4]
    return joined.sum() + w[0, [0, 2, 2]].sum() + ad.flip(x)[0] + ad.einsum("ij,j->i", w, x).sum()


def pieces(x):
    chosen = ad.where(x > 1.5, x**2, 1 / x)
    return (chosen + ad.relu(x - 2) + ad.clip(x, 0, 2.5) + ad.maximum(x, 2.2) + abs(x)).sum()


def looped(x):
    for _ in range(5):
        x = 4 * x * (1 - x)
    return x


def network(w, x):
    h = ad.sqrt(ad.square(w @ x) + 1) @ np.array([1.0, -1.0])
    return ad.exp(-h) / (ad.hypot(h, 2.0) + ad.arctan2(h, 3.0))


CASES = [
    ("ln(x1) + x1*x2 - sin(x2)", (2.0, 5.0)),
    (attention, (W, X, 0.3)),
    (reductions, (X,)),
    (moves, (W, X)),
    (pieces, (X,)),
    (looped, (0.3,)),
    (network, (W, X)),
    (lambda x, y: -(x**-2) / (y - (x - y)), (2.0, 3.0)),
    (lambda x: x.detach() * x, (2.0,)),
    (lambda x: ad.inv(x).sum(), (np.eye(2) + 0.1,)),
    (lambda lambda_, x: lambda_ * x, (2.0, 3.0)),
    (lambda x: (x * np.ones((3, 1))).sum(), (X,)),
]


def run(found, *inputs):
    """(output, gradients) of the source."""
    names = {}
    exec(found.source.text, names)
    arrays = [np.asarray(x) for x in inputs]
    return names["derivative"](*arrays, *found.source.constants.values())


@pytest.mark.parametrize(("f", "inputs"), CASES)
def test_the_source_gives_the_gradient(f, inputs):
    found = explain(f, *inputs)
    value, gradients = run(found, *inputs)
    vertices = [found.run.vertices[i] for i in found.run.inputs]
    assert np.allclose(value, found.run.vertices[found.run.output].value, rtol=1e-14)
    for v, g in zip(vertices, gradients, strict=True):
        assert np.shape(g) == v.shape and np.allclose(g, v.adjoint, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(("f", "inputs"), CASES[1:7])
def test_the_source_gives_what_grad_gives(f, inputs):
    expected = ad.grad(f, tuple(range(len(inputs))))(*inputs)
    for g, e in zip(run(explain(f, *inputs), *inputs)[1], expected, strict=True):
        assert np.allclose(g, e, rtol=1e-12, atol=1e-14)


def test_the_source_reads_like_a_program():
    assert explain("(a + b) * (b + 1)", 2.0, 1.0).source.text == (
        "import numpy as np\n\n\n"
        "def derivative(a, b):\n"
        '    """(a + b) * (b + 1): output and gradients, by reverse mode."""\n'
        "    v1 = a + b\n"
        "    v2 = b + 1\n"
        "    v3 = v1 * v2\n\n"
        "    # backward: from the output to the inputs\n"
        "    v3_bar = 1.0\n"
        "    v1_bar = v3_bar * v2\n"
        "    v2_bar = v3_bar * v1\n"
        "    b_bar = v2_bar\n"
        "    a_bar = v1_bar\n"
        "    b_bar = b_bar + v1_bar\n"
        "    return v3, (a_bar, b_bar)\n"
    )


def test_large_constants_are_parameters():
    big = np.arange(100.0)
    found = explain(lambda x: (x * big).sum(), 2.0)
    assert "def derivative(x, constant1):" in found.source.text
    assert found.source.constants["constant1"] is big
    assert run(found, 2.0)[1][0] == big.sum()


def test_a_title_cannot_leave_the_docstring():
    found = explain(lambda x: x * 2, 1.0, title='""" + import os #\n')
    assert run(found, 1.0)[1] == (2,)


def test_what_numpy_has_no_name_for_has_no_source_but_a_reason():
    found = explain(lambda a: ad.det(a), np.eye(2))
    assert found.source.text is None and "cofactor" in found.source.failure
    assert found.to_dict()["code"] is None
