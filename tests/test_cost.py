"""What `cost` counts, and the bound on the operations of a gradient."""

import numpy as np
import pytest

import autodiff as ad
from autodiff.transform.cost import cost, count, count_jacobian


def numbers(*shape):
    return np.random.default_rng(0).normal(size=shape)


def classes(n):
    return np.where(np.arange(n) % 2, 1.0, -1.0)


def survey(x1, x2):
    """The example of Baydin et al. 2018."""
    return ad.log(x1) + x1 * x2 - ad.sin(x2)


def textbook(x1, x2):
    """The first example of Griewank and Walther 2008."""
    return (ad.sin(x1 / x2) + x1 / x2 - ad.exp(x2)) * (x1 / x2 - ad.exp(x2))


def rosenbrock(x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def logistic_map(x):
    for _ in range(10):
        x = 4 * x * (1 - x)
    return x


def logistic_loss(w):
    return ad.softplus(-classes(40) * (numbers(40, 5) @ w)).sum() + 0.1 * (w @ w)


def speelpenning(x):
    out = x[0]
    for i in range(1, len(x)):
        out = out * x[i]
    return out


def perceptron(layers):
    x = numbers(10, 3)
    for w, b in layers[:-1]:
        x = ad.tanh(x @ w + b)
    w, b = layers[-1]
    return ((x @ w + b) ** 2).mean()


def helmholtz(x):
    """The energy of a mixed fluid, from Griewank and Walther 2008."""
    b, a = np.linspace(0.1, 0.2, len(x)), numbers(len(x), len(x))
    volume, root = b @ x, np.sqrt(2)
    ratio = (1 + (1 + root) * volume) / (1 + (1 - root) * volume)
    return x @ ad.log(x / (1 - volume)) - x @ (a @ x) / (np.sqrt(8) * volume) * ad.log(ratio)


def mixture(means):
    distances = ((numbers(20, 1, 2) - means) ** 2).sum(-1)
    return -ad.logsumexp(-0.5 * distances, axis=1).sum()


def lorenz(state, sigma, rho, beta):
    for _ in range(5):
        x, y, z = state
        slope = ad.stack([sigma * (y - x), x * (rho - z) - y, x * y - beta * z])
        state = state + 0.01 * slope
    return state @ state


LAYERS = [(numbers(3, 8), np.zeros(8)), (numbers(8, 8), np.zeros(8)), (numbers(8, 1), np.zeros(1))]
SUITE = [
    (survey, (2.0, 5.0)),
    (textbook, (1.5, 0.5)),
    (rosenbrock, (numbers(30),)),
    (logistic_map, (0.3,)),
    (logistic_loss, (numbers(5),)),
    (speelpenning, (numbers(20),)),
    (perceptron, (LAYERS,)),
    (helmholtz, (np.full(10, 0.05),)),
    (mixture, (numbers(3, 2),)),
    (lorenz, (np.ones(3), 10.0, 28.0, 8 / 3)),
]


@pytest.mark.parametrize(("f", "args"), SUITE, ids=[f.__name__ for f, _ in SUITE])
def test_a_gradient_costs_less_than_four_times_the_function(f, args):
    """Griewank and Walther 2008, chapter 4: between 3 and 4, for any number of inputs."""
    assert 1 < cost(f, *args).ratio < 4


REDUCTIONS = [ad.sum, ad.mean, ad.prod, ad.var, ad.std, ad.norm, ad.logsumexp, ad.max, ad.cumsum]


@pytest.mark.parametrize("f", REDUCTIONS, ids=[f.__name__ for f in REDUCTIONS])
@pytest.mark.parametrize("n", [2, 7, 50, 64, 101])
def test_the_gradient_of_a_reduction_costs_less_than_four_times_it(f, n):
    assert cost(f, numbers(n)).ratio < 4


@pytest.mark.parametrize("axis", [None, 0, 1])
def test_the_products_of_all_others_are_those_of_a_loop(axis):
    x = numbers(5, 7)
    x[1, 2] = x[3, 2] = x[4, 0] = 0.0

    def loop(x):
        parts = [x[i] for i in np.ndindex(5, 7)] if axis is None else list(ad.moveaxis(x, axis, 0))
        found = parts[0]
        for part in parts[1:]:
            found = found * part
        return (found * found).sum() + found.sum()

    def whole(x):
        found = ad.prod(x, axis=axis)
        return (found * found).sum() + found.sum()

    np.testing.assert_allclose(ad.grad(whole)(x), ad.grad(loop)(x), atol=1e-14)
    np.testing.assert_allclose(ad.hessian(whole)(x), ad.hessian(loop)(x), atol=1e-13)


def test_both_cotangents_of_a_quotient_share_a_division():
    found = cost(lambda x, y: x / y, numbers(5), numbers(5) + 9)
    assert found.reverse.operations == 5 + 5 + 5  # the quotient; t / y; times z


@pytest.mark.parametrize(
    ("f", "bound"),
    [(ad.inv, 4), (lambda a: ad.solve(a, numbers(30)), 4), (lambda a: ad.slogdet(a)[1], 4.1)],
)
def test_gradients_of_linear_algebra(f, bound):
    assert cost(f, numbers(30, 30) + 9 * np.eye(30)).ratio < bound


@pytest.mark.parametrize("n", [1, 2, 3, 4, 7, 10, 16, 31, 32, 33, 50, 64, 96, 97, 100, 200])
def test_the_gradient_of_a_cholesky_factor_costs_less_than_four_times_it(n):
    a = numbers(n, n)
    assert cost(ad.cholesky, a @ a.T + n * np.eye(n)).ratio < 4


def test_a_determinant_takes_singular_values_only_where_it_must():
    assert cost(ad.det, numbers(30, 30) + 9 * np.eye(30)).ratio < 5.1
    assert cost(ad.det, np.ones((30, 30))).ratio > 30


def test_integrals_are_counted_with_all_that_they_ask_for():
    found = cost(lambda a: ad.quad(lambda x: ad.exp(-a * x), 0.0, 1.0)[0], 3.0)
    assert found.primal.operations >= 2 * 21  # at Gauss and Kronrod's nodes
    flow = cost(lambda a: ad.odeint(lambda y, t: -a * y, 1.0, np.array([0.0, 1.0]))[-1], 3.0)
    assert flow.reverse.operations > flow.primal.operations > 0
    assert flow.forward.operations > flow.primal.operations


@pytest.mark.parametrize("n", [2, 20, 200])
def test_the_ratio_does_not_grow_with_the_number_of_inputs(n):
    assert cost(speelpenning, numbers(n)).ratio == 3


def test_a_sweep_is_counted_operator_by_operator():
    found = cost(survey, 2.0, 5.0)
    # log, multiply, add, sin, subtract
    assert (found.primal.operators, found.primal.operations) == (5, 5)
    # t / x; t y, t x; cos, t cos; the sum at x1 and that at x2; a sign is turned for nothing
    assert found.reverse.operations == 5 + 1 + 2 + 2 + 2


@pytest.mark.parametrize(
    ("f", "shapes", "operations"),
    [
        (ad.sin, [(3, 4)], 12),
        (lambda x, y: x + y, [(3, 1), (4,)], 12),
        (lambda x, y: x @ y, [(3, 5), (5, 4)], 2 * 3 * 5 * 4),
        (lambda x, y: x @ y, [(7, 3, 5), (5, 4)], 7 * 2 * 3 * 5 * 4),
        (lambda x, y: x @ y, [(5,), (5,)], 10),
        (lambda x, y: ad.einsum("ij,kj->ik", x, y), [(3, 5), (4, 5)], 2 * 3 * 4 * 5),
        (lambda x, y, z: ad.einsum("i,i,i->", x, y, z), [(5,), (5,), (5,)], 15),
        (lambda x: ad.sum(x, axis=0), [(3, 4)], 12),
        (ad.logsumexp, [(5,)], 15),
        (ad.var, [(5,)], 20),
        (lambda x: -x, [(5,)], 0),
        (lambda x: ad.prod(x, axis=0), [(3, 4)], 12),
        (ad.cumsum, [(5,)], 5),
        (lambda x: x.reshape(2, 6).T[1:], [(3, 4)], 0),
        (lambda x: ad.where(x > 0, x, 0.0), [(5,)], 0),
        (ad.stop_gradient, [(5,)], 0),
        (lambda x: ad.concatenate([x, x]), [(5,)], 0),
        (ad.inv, [(3, 3)], 2 * 27),
        (lambda a, b: ad.solve(a, b), [(3, 3), (3, 6)], 2 / 3 * 27 + 2 * 9 * 6),
    ],
)
def test_a_family_tells_its_operations(f, shapes, operations):
    args = [numbers(*s) + (3 * np.eye(3) if s == (3, 3) else 0) for s in shapes]
    assert count(f, *args).operations == operations


def test_elements_that_an_index_names_once_are_not_added_up():
    assert cost(lambda x: x[[0, 1]].sum() + x[2], numbers(4)).reverse.operations == 2 + 1


def test_elements_that_an_index_names_twice_are_added_up():
    assert cost(lambda x: x[[0, 0, 1]].sum(), numbers(4)).reverse.operations == 3 + 1


def test_cotangents_of_overlapping_parts_are_added_where_they_overlap():
    assert cost(lambda x: x[:3].sum() + x[2:].sum(), numbers(5)).reverse.operations == 3 + 3 + 1 + 1


def test_a_long_chain_keeps_what_its_rules_read():
    def chain(x):
        for _ in range(10):
            x = ad.sin(x)
        return x.sum()

    found = cost(chain, np.ones(100))
    assert found.primal.kept == 8
    assert found.primal.peak == 2 * 800
    assert found.reverse.kept == 9 * 800 + 8  # the first argument is the caller's


def test_sums_keep_nothing():
    def chain(x):
        for _ in range(10):
            x = x + 1.0
        return x.sum()

    assert cost(chain, np.ones(100)).reverse.kept == 8


def test_checkpoint_trades_memory_for_operations():
    def block(x):
        for _ in range(10):
            x = ad.sin(x)
        return x

    def chain(wrap):
        return cost(lambda x: wrap(block)(wrap(block)(x)).sum(), np.ones(100)).reverse

    plain, saved = chain(lambda f: f), chain(ad.checkpoint)
    assert saved.kept < plain.kept / 5
    assert saved.operations > plain.operations


def test_a_view_has_no_memory_of_its_own():
    assert count(lambda x: x.reshape(2, 50).T, np.ones(100)).peak == 0


def test_control_flow_of_python_is_followed():
    def loop(x):
        while x < 100:
            x = x * x
        return x

    assert count(loop, 3.0).operations == 3
    assert count(loop, 200.0).operations == 0


def test_integers_and_containers_are_constants_and_arguments():
    found = cost(lambda p, n: p["a"] * p["b"][0] ** n, {"a": 2.0, "b": [np.ones(3)]}, 3)
    assert found.primal.operations == 6


def test_an_operator_without_pushforward_has_no_forward_count():
    class Square(ad.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return 2 * g * x

    found = cost(Square.apply, 3.0)
    assert found.forward is None
    assert (found.primal.operations, found.reverse.operations) == (1, 3)
    assert "—" in str(found)


def test_the_jacobian_is_counted_in_both_modes():
    forward, reverse = count_jacobian(lambda x: x * x, numbers(4))
    assert forward.operations == 4 + 3 * 16
    assert reverse.operations == 4 + 3 * 16


def test_transforms_inside_a_function_are_counted():
    """Counting goes through the same rules: a value inside a transform is none of its own."""
    assert (
        count(ad.grad(rosenbrock), numbers(10)).operations
        > count(rosenbrock, numbers(10)).operations
    )
    assert count(lambda x: ad.jvp(ad.sin, (x,), (1.0,))[1], 0.5).operations >= 2


def test_the_table_has_a_line_for_each_run():
    lines = str(cost(survey, 2.0, 5.0)).splitlines()
    assert [line.split()[0] for line in lines[1:4]] == ["primal", "forward", "reverse"]
    assert lines[0].split()[:2] == ["operators", "operations"]
    assert lines[-1] == "operations of reverse over primal: 2.40"


def test_what_is_no_number_is_refused_by_name():
    with pytest.raises(ad.ArgumentError, match=r"cost: argument \[0\] is a str"):
        cost(survey, "two", 5.0)
