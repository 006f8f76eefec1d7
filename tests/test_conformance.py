"""The hard cases of conformance.py, in every mode and under every spelling."""

import numpy as np
import pytest
from conformance import CASES, NO, Case, main, namespace, right
from scipy import special

import autodiff as ad
import autodiff.numpy
import autodiff.scipy.special
from autodiff.compile.jit import jit

PLAIN = namespace(np, special)
OURS = namespace(autodiff.numpy, autodiff.scipy.special)
TWICE = [title for title, case in CASES.items() if case.curvature is not NO]

pytestmark = [
    pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value"),
    pytest.mark.filterwarnings("ignore:overflow", "ignore:underflow"),
]


def backward(f, x):
    t = ad.tensor(x, requires_grad=True)
    y = f(t)
    y.backward()
    return y.item(), t.grad.numpy()


def forward(f, x):
    """The value and the gradient from one tangent for each element."""
    units = np.eye(x.size).reshape(-1, *x.shape)
    found = [ad.jvp(f, (x,), (unit,)) for unit in units]
    return found[0][0], np.reshape([t for _, t in found], x.shape)


def graph(f, x):
    v = ad.Variable("x", x.shape, float)
    y = f(v)
    return ad.Executor([y, *ad.gradients(y, [v])]).run({v: x})


def batch(f, x):
    y, g = ad.vmap(ad.value_and_grad(f))(np.stack([x, x]))
    return y[1], g[1]


def batch_forward(f, x):
    units = np.eye(x.size).reshape(-1, *x.shape)
    y, t = ad.vmap(lambda u: ad.jvp(f, (x,), (u,)))(units)
    return y[0], t.reshape(x.shape)


WAYS = {
    "backward": backward,
    "grad": lambda f, x: ad.value_and_grad(f)(x),
    "jvp": forward,
    "jacrev": lambda f, x: (ad.vjp(f, x)[0], ad.jacrev(f)(x)),
    "jacfwd": lambda f, x: (ad.vjp(f, x)[0], ad.jacfwd(f)(x)),
    "graph": graph,
    "vmap of grad": batch,
    "vmap of jvp": batch_forward,
}


def graph_twice(f, x):
    v = ad.Variable("x", x.shape, float)
    (g,) = ad.gradients(f(v), [v])
    return ad.Executor(ad.gradients(ad.sum(g), [v])).run({v: x})[0]


def eager_twice(f, x):
    t = ad.tensor(x, requires_grad=True)
    (g,) = ad.autograd.grad(f(t), t, create_graph=True)
    (h,) = ad.autograd.grad(g.sum() + 0.0 * t.sum(), t)  # a constant gradient is of no graph
    return h.numpy()


def reverse_over_forward(f, x):
    return ad.grad(lambda x: ad.jvp(f, (x,), (np.ones(x.shape),))[1])(x)


def of_ones(matrix, x):
    return (matrix.reshape(x.size, x.size) @ np.ones(x.size)).reshape(x.shape)


SECOND = {
    "eager": eager_twice,
    "grad of grad": lambda f, x: ad.grad(lambda x: ad.sum(ad.grad(f)(x)))(x),
    "forward over reverse": lambda f, x: ad.jvp(ad.grad(f), (x,), (np.ones(x.shape),))[1],
    "reverse over forward": reverse_over_forward,
    "hessian": lambda f, x: of_ones(ad.hessian(f)(x), x),
    "graph": graph_twice,
    "vmap": lambda f, x: ad.vmap(ad.grad(lambda x: ad.sum(ad.grad(f)(x))))(np.stack([x, x]))[1],
}


@pytest.mark.parametrize("title", CASES)
@pytest.mark.parametrize("way", WAYS)
def test_the_value_and_the_gradient_under_plain_numpy(title, way):
    case = CASES[title]
    y, g = WAYS[way](lambda x: case.f(PLAIN, x), np.asarray(case.x, float))
    assert right(y, case.value), y
    assert right(g, case.slope), g


@pytest.mark.parametrize("title", CASES)
def test_the_names_of_our_namespace(title):
    case = CASES[title]
    y, g = ad.value_and_grad(lambda x: case.f(OURS, x))(np.asarray(case.x, float))
    assert right(y, case.value), y
    assert right(g, case.slope), g


@pytest.mark.parametrize("title", TWICE)
@pytest.mark.parametrize("way", SECOND)
def test_the_second_derivative(title, way):
    case = CASES[title]
    h = SECOND[way](lambda x: case.f(PLAIN, x), np.asarray(case.x, float))
    assert right(h, case.curvature), h


# The slope of a length at 0 is a convention, and forward mode squares the convention.
LENGTHS = {
    "abs(x)**2 at 0": Case(lambda np, x: np.abs(x) ** 2, 0.0, 0.0, 0.0, 2.0),
    "norm(x)**2 at 0": Case(
        lambda np, x: np.linalg.norm(x) ** 2, [0.0, 0.0], 0.0, [0.0, 0.0], [2.0, 2.0]),
    "hypot(x, y)**2 at 0": Case(
        lambda np, x: np.square(np.hypot(x[0], x[1])), [0.0, 0.0], 0.0, [0.0, 0.0], [2.0, 2.0]),
}  # fmt: skip
LOOKING_BACK = [way for way in SECOND if way != "reverse over forward"]


@pytest.mark.parametrize("title", LENGTHS)
@pytest.mark.parametrize("way", LOOKING_BACK)
def test_the_second_derivative_of_the_square_of_a_length(title, way):
    case = LENGTHS[title]
    h = SECOND[way](lambda x: case.f(PLAIN, x), np.asarray(case.x, float))
    assert right(h, case.curvature), h


@pytest.mark.parametrize("title", CASES)
def test_compiled(title):
    case = CASES[title]
    y, g = jit(ad.value_and_grad(lambda x: case.f(PLAIN, x)))(np.asarray(case.x, float))
    assert right(y, case.value), y
    assert right(g, case.slope), g


@pytest.mark.parametrize("way", WAYS)
def test_a_zero_by_chance_stays_what_it_is(way):
    """sqrt(x)**2 at 0: a finite wrong number would be worse than a NaN."""
    _, g = WAYS[way](lambda x: np.sqrt(x) ** 2, np.zeros(()))
    assert g == 1 or not np.isfinite(g)


def test_the_score_is_full(capsys):
    main()
    lines = capsys.readouterr().out.splitlines()
    (ours,) = [line.split() for line in lines if line.startswith("  autodiff ")]
    assert ours[1] == ours[3] == str(len(CASES))
    assert ours[4] == ours[6] == str(len(TWICE))
