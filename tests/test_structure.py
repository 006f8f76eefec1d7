"""Structural zeros: what a choice left out has no derivative, whatever its slope is there."""

import numpy as np
import pytest

import autodiff as ad
from autodiff.interpret.structure import broken

S = np.sqrt
CASES = {
    "the root of the other sign": (lambda x: ad.where(x >= 0, x, ad.sqrt(-x)), 1.0, 1.0, 0.0),
    "a root at 0": (lambda x: ad.where(x > 0, ad.sqrt(x), 0.0), 0.0, 0.0, 0.0),
    "x log x at 0": (lambda x: ad.where(x > 0, x * ad.log(x), 0.0), 0.0, 0.0, 0.0),
    "a choice inside a root": (lambda x: ad.sqrt(ad.where(x > 0, x, 0.0)), -1.0, 0.0, 0.0),
    "a root inside maximum": (lambda x: ad.maximum(ad.sqrt(x), 1.0), 0.0, 0.0, 0.0),
    "a root inside minimum": (lambda x: ad.minimum(-ad.sqrt(x), -1.0), 0.0, 0.0, 0.0),
    "a quotient at 0": (lambda x: ad.where(x != 0, ad.sin(x) / x, 1.0), 0.0, 0.0, 0.0),
    "a logarithm of the other sign": (lambda x: ad.where(x > 0, ad.log(x), x), -1.0, 1.0, 0.0),
    "a root of relu": (lambda x: ad.sqrt(ad.relu(x)), -1.0, 0.0, 0.0),
    "a root of what clip cut": (lambda x: ad.sqrt(ad.clip(x, 0.0, 2.0)), -1.0, 0.0, 0.0),
    "an arcsine that is cut": (lambda x: ad.where(x < 1, ad.asin(x), 2 * x), 1.0, 2.0, 0.0),
    "a power": (lambda x: ad.where(x > 0, x**0.5, -x), 0.0, -1.0, 0.0),
    "elements that are not taken": (
        lambda x: ad.sqrt(x * np.array([0.0, 1.0, 2.0]))[1:].sum(), 1.0, 0.5 + 2**-0.5,
        -(1 + 2**0.5) / 4,
    ),
    "the largest of several": (
        lambda x: ad.stack([ad.sqrt(x - 1.0), x]).max(), 1.0, 1.0, 0.0,
    ),
    "what was overwritten": (
        lambda x: ad.setitem(ad.sqrt(x * np.arange(3.0)), 0, 0.0).sum(), 1.0, 0.5 + 2**-0.5,
        -(1 + 2**0.5) / 4,
    ),
}  # fmt: skip


def backward(f, x):
    t = ad.tensor(x, requires_grad=True)
    f(t).backward()
    return t.grad.item()


def graph(f, x):
    v = ad.Variable(name="x", shape=(), dtype=float)
    (dy,) = ad.gradients(f(v), [v])
    return ad.Executor([dy]).run(feed_dict={v: x})[0]


WAYS = {
    "backward": backward,
    "grad": lambda f, x: ad.grad(f)(x),
    "jvp": lambda f, x: ad.jvp(f, (x,), (1.0,))[1],
    "graph": graph,
    "vmap of grad": lambda f, x: ad.vmap(ad.grad(f))(np.array([x, x]))[0],
    "vmap of jvp": lambda f, x: ad.vmap(lambda x: ad.jvp(f, (x,), (1.0,))[1])(np.array([x]))[0],
    "jacfwd": lambda f, x: ad.jacfwd(f)(x),
}
TWICE = {
    "grad of grad": lambda f, x: ad.grad(ad.grad(f))(x),
    "forward over reverse": lambda f, x: ad.jvp(ad.grad(f), (x,), (1.0,))[1],
    "reverse over forward": lambda f, x: ad.grad(lambda x: ad.jvp(f, (x,), (1.0,))[1])(x),
}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("way", WAYS)
def test_what_has_no_influence_has_no_derivative(case, way):
    f, x, slope, _ = CASES[case]
    np.testing.assert_allclose(WAYS[way](f, x), slope, rtol=1e-15)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("way", TWICE)
def test_nor_has_it_a_second_derivative(case, way):
    f, x, _, curvature = CASES[case]
    np.testing.assert_allclose(TWICE[way](f, x), curvature, rtol=1e-15)


@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
@pytest.mark.parametrize("way", WAYS)
def test_a_zero_by_chance_stays_what_it_is(way):
    """sqrt(x)**2 has the derivative 1 at 0: 0 times infinity must not be taken for 0 there."""
    assert not np.isfinite(WAYS[way](lambda x: ad.sqrt(x) ** 2, 0.0))


@pytest.mark.filterwarnings("ignore:divide by zero")
@pytest.mark.parametrize("way", WAYS)
def test_an_infinite_slope_is_told(way):
    assert WAYS[way](ad.sqrt, 0.0) == np.inf


@pytest.mark.parametrize("jacobian", [ad.jacrev, ad.jacfwd])
def test_a_unit_vector_selects_by_structure(jacobian):
    found = jacobian(lambda x: ad.stack([ad.sqrt(x[0]), x[1]]))(np.array([0.0, 1.0]))
    np.testing.assert_array_equal(found, [[np.inf, 0.0], [0.0, 1.0]])


def test_a_direction_without_a_component_leaves_it_out():
    f = lambda x: ad.sqrt(x[0]) * x[1]  # noqa: E731
    assert ad.jvp(f, (np.array([0.0, 1.0]),), (np.array([0.0, 1.0]),))[1] == 0.0


def test_hooks_run_once_and_see_what_is_right():
    seen = []
    x = ad.tensor(-1.0, requires_grad=True)
    inner = ad.where(x > 0, x, 0.0)
    inner.register_hook(seen.append)
    ad.where(x > 0, ad.sqrt(inner), 0.0).backward()
    assert [g.item() for g in seen] == [0.0]
    assert x.grad.item() == 0.0


def test_a_graph_is_released_after_both_runs():
    x = ad.tensor(0.0, requires_grad=True)
    y = ad.where(x > 0, ad.sqrt(x), 0.0)
    y.backward()
    with pytest.raises(RuntimeError, match="second time"):
        y.backward()


def test_a_recorded_gradient_has_them_too():
    x = ad.tensor(0.0, requires_grad=True)
    y = ad.where(x > 0, ad.sqrt(x), x * x)
    (dy,) = ad.autograd.grad(y, x, create_graph=True)
    (ddy,) = ad.autograd.grad(dy, x)
    assert (dy.item(), ddy.item()) == (0.0, 2.0)


def test_checkpoints_and_loops_pass_them_on():
    def f(x):
        return ad.fori_loop(0, 3, lambda i, y: ad.where(y > 0, ad.sqrt(y), 0.0), x)

    assert ad.grad(ad.checkpoint(f))(0.0) == 0.0
    assert ad.grad(f)(0.0) == 0.0


def test_nan_is_seen_at_any_depth():
    assert broken(np.array([1.0, np.nan]))
    assert broken(np.float64("nan"))
    assert not broken(np.array([1.0, np.inf]))
    assert not broken(np.zeros((0, 3)))
    assert not broken(None)
