"""Transforms inside transforms: every order to depth three, closures, threads, long chains.

Everything is compared with a closed form.  `W(x) = x exp(2 x)` is the common example: its n-th
derivative is `(2**n x + n 2**(n - 1)) exp(2 x)`.
"""

import sys
import threading
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import numpy as np
import pytest
from modes import by_jvp, by_vjp, by_vmap

import autodiff as ad


def wave(x):
    return x * ad.exp(2 * x)


def wave_derivative(order, x):
    return (2.0**order * x + order * 2.0 ** (order - 1)) * np.exp(2 * x)


def by_grad(f):
    return ad.grad(f)


def by_value_and_grad(f):
    return lambda x: ad.value_and_grad(f)(x)[1]


def by_tape(f):
    """The derivative by eager tensors; they are the lowest level, so only ever the outermost."""

    def derivative(x):
        leaf = ad.tensor(x, requires_grad=True)
        return ad.autograd.grad(f(leaf), leaf)[0].item()

    return derivative


DERIVATIVES = [by_grad, by_jvp, by_vjp]
TRANSFORMS = [*DERIVATIVES, by_vmap]
ORDERS = [chain for depth in (1, 2, 3) for chain in product(TRANSFORMS, repeat=depth)]


def name(chain):
    if not isinstance(chain, tuple):
        chain = (chain,)
    return " of ".join(transform.__name__[3:] for transform in chain)


def apply(chain, f):
    for transform in reversed(chain):
        f = transform(f)
    return f


# ------------------------------------------------------------ every order


@pytest.mark.parametrize("chain", ORDERS, ids=name)
def test_every_order_to_depth_three(chain):
    order = sum(transform is not by_vmap for transform in chain)
    found = apply(chain, wave)(0.3)
    assert float(found) == pytest.approx(wave_derivative(order, 0.3), rel=1e-13)


@pytest.mark.parametrize("chain", list(product(TRANSFORMS, repeat=2)), ids=name)
def test_the_tape_around_every_order_to_depth_two(chain):
    order = 1 + sum(transform is not by_vmap for transform in chain)
    found = apply((by_tape, *chain), wave)(0.3)
    assert found == pytest.approx(wave_derivative(order, 0.3), rel=1e-13)


@pytest.mark.parametrize("chain", list(product(TRANSFORMS, repeat=2)), ids=name)
def test_a_stack_of_points_through_every_order_to_depth_two(chain):
    order = sum(transform is not by_vmap for transform in chain)
    points = np.array([-1.0, 0.0, 0.5])
    found = ad.vmap(apply(chain, wave))(points)
    np.testing.assert_allclose(found, wave_derivative(order, points), rtol=1e-13)


@pytest.mark.parametrize("transform", [*DERIVATIVES, by_value_and_grad], ids=name)
def test_six_times_the_same_derivative(transform):
    found = apply((transform,) * 6, wave)(0.3)
    assert float(found) == pytest.approx(wave_derivative(6, 0.3), rel=1e-12)


ROWS = np.array([[1.0, -0.5], [0.25, 2.0], [-1.0, 0.5]])


@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize("modes", list(product([ad.jacfwd, ad.jacrev], repeat=3)))
def test_derivative_tensors_in_every_mixture_of_modes(depth, modes):
    x = np.array([0.3, -0.2])
    weights = np.exp(ROWS @ x)
    subscripts = "m," + ",".join(f"m{i}" for i in "ijk"[:depth]) + "->" + "ijk"[:depth]
    expected = np.einsum(subscripts, weights, *[ROWS] * depth)
    found = apply(modes[:depth], lambda x: ad.sum(ad.exp(ROWS @ x)))(x)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize(
    "product_with",
    [
        lambda f, x, v: ad.jvp(ad.grad(f), (x,), (v,))[1],
        lambda f, x, v: ad.grad(lambda x: ad.jvp(f, (x,), (v,))[1])(x),
        lambda f, x, v: ad.grad(lambda x: ad.dot(ad.grad(f)(x), v))(x),
        lambda f, x, v: ad.vjp(ad.grad(f), x)[1](v)[0],
        lambda f, x, v: ad.hvp(f, (x,), (v,)),
        lambda f, x, v: ad.hessian(f)(x) @ v,
    ],
)
def test_a_hessian_vector_product_spelled_six_ways(product_with):
    x, v = np.array([0.3, -0.2]), np.array([1.0, 2.0])
    expected = ROWS.T @ (np.exp(ROWS @ x) * (ROWS @ v))
    found = product_with(lambda x: ad.sum(ad.exp(ROWS @ x)), x, v)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


# --------------------------------------------------- closures and confusion


@pytest.mark.parametrize(("outer", "inner"), list(product(DERIVATIVES, repeat=2)))
def test_the_classical_confusion(outer, inner):
    # Siskind & Pearlmutter 2005: 1, and 2 if the two perturbations are mixed up.
    found = outer(lambda x: x * inner(lambda y: x + y)(1.0))(1.0)
    assert float(found) == 1.0


@pytest.mark.parametrize(("outer", "inner"), list(product(DERIVATIVES, repeat=2)))
def test_an_inner_derivative_that_uses_the_outer_variable_twice(outer, inner):
    # d/dx [x d/dy (x y**2) at y = x] = d/dx 2 x**3
    found = outer(lambda x: x * inner(lambda y: x * y * y)(x))(3.0)
    assert float(found) == 54.0


@pytest.mark.parametrize(("outer", "inner"), list(product(DERIVATIVES, repeat=2)))
def test_an_inner_derivative_that_is_constant_in_its_own_variable(outer, inner):
    assert float(outer(lambda x: inner(lambda y: x * x)(x))(3.0)) == 0.0
    assert float(outer(lambda x: x * inner(lambda y: 3 * y)(5.0))(2.0)) == 3.0


@pytest.mark.parametrize("chain", list(product(DERIVATIVES, repeat=3)), ids=name)
def test_three_variables_of_three_levels(chain):
    x_, y_, z_ = chain

    def of_x(x):
        def of_y(y):
            return y * z_(lambda z: x * y * z * z)(x)

        return x * y_(of_y)(5.0)

    # d/dz = 2 x**2 y; y times it: 2 x**2 y**2; d/dy = 4 x**2 y; x times it: 4 x**3 y.
    assert float(x_(of_x)(2.0)) == 4 * 3 * 2.0**2 * 5.0


@pytest.mark.parametrize("transform", DERIVATIVES, ids=name)
def test_a_shift_operator_applied_twice(transform):
    # Manzyuk et al. 2019: the derivative of f(x + u) in u at 0, as an operator on functions.
    def slope(f):
        return lambda x: transform(lambda u: f(x + u))(0.0)

    assert float(slope(slope(ad.exp))(1.0)) == pytest.approx(np.e, rel=1e-15)
    assert float(slope(slope(slope(wave)))(0.3)) == pytest.approx(wave_derivative(3, 0.3))


@pytest.mark.parametrize("transform", DERIVATIVES, ids=name)
def test_a_closure_that_is_made_inside_and_called_outside_the_inner_transform(transform):
    def f(x):
        kept = []
        transform(lambda y: kept.append(lambda t: t * x) or y * x)(1.0)
        return kept[0](x)

    assert float(transform(f)(3.0)) == 6.0


@pytest.mark.parametrize("transform", DERIVATIVES, ids=name)
def test_a_stack_that_closes_over_the_outer_variable(transform):
    ys = np.array([1.0, 2.0, 3.0])
    found = transform(lambda x: ad.sum(ad.vmap(lambda y: x * x * y)(ys)))(5.0)
    assert float(found) == 60.0


@pytest.mark.parametrize("transform", DERIVATIVES, ids=name)
def test_an_inner_derivative_that_closes_over_an_example_of_a_stack(transform):
    xs = np.array([1.0, 2.0, 3.0])
    found = ad.vmap(lambda x: transform(lambda y: x * y * y)(x))(xs)
    np.testing.assert_allclose(found, 2 * xs**2)


# ----------------------------------------------------------- kept pullbacks


def test_a_pullback_is_linear_and_can_be_differentiated_in_its_seed():
    _, pullback = ad.vjp(lambda y: y**3, 2.0)
    assert float(ad.grad(lambda g: pullback(g)[0])(1.0)) == 12.0
    assert float(ad.jvp(lambda g: pullback(g)[0], (1.0,), (2.0,))[1]) == 24.0
    np.testing.assert_array_equal(ad.vmap(lambda g: pullback(g)[0])(np.arange(3.0)), [0, 12, 24])


@pytest.mark.parametrize("transform", DERIVATIVES, ids=name)
def test_a_pullback_of_a_closure_carries_the_outer_variable(transform):
    def f(x):
        _, pullback = ad.vjp(lambda y: x * x * y * y, 3.0)
        return pullback(x)[0]

    # 6 x**3
    assert float(transform(f)(2.0)) == 72.0


@pytest.mark.parametrize("transform", DERIVATIVES, ids=name)
def test_a_pullback_kept_from_before_is_called_in_a_later_transform(transform):
    _, pullback = ad.vjp(ad.exp, 0.5)
    found = transform(lambda x: transform(lambda y: y * pullback(x * y)[0])(x))(3.0)
    # d/dx of 2 x**2 exp(0.5)
    assert float(found) == pytest.approx(12 * np.exp(0.5), rel=1e-15)


# ------------------------------------------------------- with the other styles


def test_an_eager_parameter_inside_grad_gives_a_tensor_on_the_tape():
    w = ad.tensor(2.0, requires_grad=True)
    slope = ad.grad(lambda x: w * w * x**3)(3.0)
    assert isinstance(slope, ad.Tensor)
    slope.backward()
    assert w.grad.item() == 2 * 2 * 27.0


@pytest.mark.parametrize("transform", DERIVATIVES, ids=name)
def test_an_eager_argument_stays_on_the_tape(transform):
    x = ad.tensor(0.3, requires_grad=True)
    transform(wave)(x).backward()
    assert x.grad.item() == pytest.approx(wave_derivative(2, 0.3), rel=1e-13)


@pytest.mark.parametrize("transform", DERIVATIVES, ids=name)
def test_a_symbol_can_be_differentiated_by_a_transform(transform):
    v = ad.Variable(name="v", shape=())
    slope = transform(wave)(v)
    (second,) = ad.gradients(slope, [v])
    first, found = ad.Executor([slope, second]).run(feed_dict={v: 0.3})
    assert float(first) == pytest.approx(wave_derivative(1, 0.3), rel=1e-13)
    assert float(found) == pytest.approx(wave_derivative(2, 0.3), rel=1e-13)


# ------------------------------------------------------------------ threads


def test_many_threads_nest_at_the_same_time():
    def work(x):
        found = [float(apply(chain, wave)(x)) for chain in product(DERIVATIVES, repeat=2)]
        return max(abs(f / wave_derivative(2, x) - 1) for f in found)

    with ThreadPoolExecutor(8) as pool:
        assert max(pool.map(work, np.linspace(0.1, 0.9, 64))) < 1e-12


@pytest.mark.parametrize(("outer", "inner"), list(product(DERIVATIVES, repeat=2)))
def test_transforms_of_two_threads_that_are_interleaved_do_not_meet(outer, inner):
    barrier = threading.Barrier(2)

    def work(scale):
        def of_x(x):
            barrier.wait(5)

            def of_y(y):
                barrier.wait(5)
                return scale * x * y * y

            return x * inner(of_y)(3.0)

        return float(outer(of_x)(2.0))

    with ThreadPoolExecutor(2) as pool:
        # d/dx of 6 scale x**2
        assert list(pool.map(work, [1.0, 10.0])) == [24.0, 240.0]


# -------------------------------------------------------------- long chains


def chain_of(x, length):
    y = x
    for _ in range(length):
        y = y + 1.0
    return y


@pytest.fixture
def shallow():
    """The recursion limit that Python starts with."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(1000)
    yield
    sys.setrecursionlimit(limit)


@pytest.mark.usefixtures("shallow")
def test_a_million_operators_on_the_tape():
    x = ad.tensor(2.0, requires_grad=True)
    y = chain_of(x, 1_000_000)
    y.backward()
    assert x.grad.item() == 1.0
    del y


@pytest.mark.usefixtures("shallow")
def test_a_long_chain_is_freed_without_a_sweep():
    y = chain_of(ad.tensor(2.0, requires_grad=True), 300_000)
    assert y.item() == 300_002.0
    del y


@pytest.mark.usefixtures("shallow")
@pytest.mark.parametrize("transform", DERIVATIVES, ids=name)
def test_a_long_chain_inside_a_transform(transform):
    assert float(transform(lambda x: chain_of(x * x, 50_000))(3.0)) == 6.0


@pytest.mark.usefixtures("shallow")
def test_a_long_chain_differentiated_twice():
    x = ad.tensor(1.0, requires_grad=True)
    y = x
    for _ in range(10_000):
        y = y * 1.0 + x * 0.0
    (first,) = ad.autograd.grad(y * y, x, create_graph=True)
    (second,) = ad.autograd.grad(first, x)
    assert (first.item(), second.item()) == (2.0, 2.0)


def test_a_chain_of_additions_keeps_one_array():
    x = ad.ones(100_000, requires_grad=True)
    tracemalloc.start()
    y = chain_of(x, 40)
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert kept < 1.5 * 800_000
    assert y.requires_grad
