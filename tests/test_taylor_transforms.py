"""Taylor mode inside and around other transforms, what is built on it, and its errors."""

from itertools import product

import numpy as np
import pytest
from modes import by_jvp, by_vjp, by_vmap

import autodiff as ad
from autodiff.core.op import Op
from autodiff.transform.taylor import derivatives, jet, laplacian, mixed_partial, taylor


def close(found, expected, rtol=1e-13, scale=0.0):
    """Equal to rounding, on the scale of the largest, or a larger one."""
    found = np.asarray(found)
    expected = np.asarray(expected, found.dtype)
    scale = max(scale, np.abs(expected).max(initial=0))
    np.testing.assert_allclose(found, expected, rtol=rtol, atol=rtol * scale)


# ------------------------------------------------------------ inside and around other transforms


def wave(x):
    return x * ad.exp(2 * x)


def wave_derivative(order, x):
    return (2.0**order * x + order * 2.0 ** (order - 1)) * np.exp(2 * x)


def by_taylor(f):
    """The third derivative by one sweep."""
    return lambda x: derivatives(f, x, 3)[3]


def by_grad(f):
    return ad.grad(f)


ORDERS = {by_taylor: 3, by_grad: 1, by_jvp: 1, by_vjp: 1, by_vmap: 0}
CHAINS = [chain for depth in (1, 2, 3) for chain in product(ORDERS, repeat=depth)]


@pytest.mark.parametrize(
    "chain",
    [c for c in CHAINS if by_taylor in c],
    ids=lambda c: " of ".join(t.__name__[3:] for t in c),
)
def test_every_nesting_to_depth_three(chain):
    f = wave
    for transform in reversed(chain):
        f = transform(f)
    close(f(0.3), wave_derivative(sum(ORDERS[t] for t in chain), 0.3), 1e-12)
    leaf = ad.tensor(0.3, requires_grad=True)
    f(leaf).backward()
    close(leaf.grad.numpy(), wave_derivative(1 + sum(ORDERS[t] for t in chain), 0.3), 1e-12)


def test_the_derivatives_of_a_symbolic_graph():
    x = ad.Variable(name="x", shape=())
    (found,) = ad.Executor([derivatives(wave, x, 4)]).run(feed_dict={x: 0.3})
    close(found, [wave_derivative(k, 0.3) for k in range(5)])


def test_an_outer_derivative_passes_through_an_exponent():
    def slope(n):
        return taylor(lambda x: x**n, 2.0, 3)[1]

    close(ad.grad(slope)(3.0), 4 * (1 + 3 * np.log(2)))


def test_an_inner_series_does_not_confuse_an_outer_one():
    inner = lambda x: taylor(lambda y: x * y, 1.0, 1)[1]  # noqa: E731
    assert derivatives(lambda x: x * inner(x), 3.0, 2).tolist() == [9, 6, 2]


def test_loops_and_branches():
    def f(x):
        y = ad.fori_loop(0, 3, lambda i, y: ad.sin(y) + x, x)
        return ad.while_loop(
            lambda y: y < 100, lambda y: y * y + x, ad.cond(y > 0, ad.exp, ad.cos, y)
        )

    nests = [f]
    for _ in range(4):
        nests.append(by_jvp(nests[-1]))
    close(derivatives(f, 0.7, 4), [g(0.7) for g in nests])


def test_an_operator_of_the_user_and_its_complex_values():
    name = "cubed_for_taylor"
    try:
        row = ad.operator(f"{name}(x)", lambda x: x**3, lambda t, y, x: t * 3 * x * x)
        close(derivatives(row, 2.0 + 1.0j, 4), [(2 + 1j) ** 3, 3 * (2 + 1j) ** 2, 12 + 6j, 6, 0])
    finally:
        Op.table.pop(name, None)


# ------------------------------------------------------------ containers, directions, constants


def test_containers_in_and_out():
    def f(m, y):
        return {"product": m["x"] * y, "constant": 3, "pair": (y, ad.sum(m["z"]) * y)}

    m = {"x": np.array([1.0, 2.0]), "z": np.ones(3)}
    found = taylor(f, (m, 2.0), 2)
    assert found["product"].tolist() == [[2, 4], [3, 4], [1, 1]]
    assert found["constant"].tolist() == [3, 0, 0]
    assert found["pair"][1].tolist() == [6, 9, 3]
    direction = ({"x": np.array([1.0, 0.0]), "z": np.zeros(3)}, 0.0)
    found = taylor(f, (m, 2.0), 2, direction)
    assert found["product"].tolist() == [[2, 4], [2, 0], [0, 0]]
    y, higher = jet(f, (m, 2.0), [[direction[0]], [0.0]])
    assert y["product"].tolist() == [2, 4]
    assert [h.tolist() for h in higher["product"]] == [[2, 0]]
    assert type(higher["pair"]) is tuple


def test_order_zero_is_the_value():
    assert taylor(ad.exp, 0.0, 0).tolist() == [1.0]
    assert jet(ad.exp, (0.0,), [[]]) == (1.0, [])


def test_a_constant_argument_may_be_an_integer():
    y, (first,) = jet(lambda x, n: x**n, (2.0, 3), [[1.0], [0]])
    assert (y, first) == (8, 12)


# ------------------------------------------------------------ what is put together


def test_mixed_partials_are_those_of_nested_sweeps():
    def f(x, m):
        return {"y": ad.exp(x[0] * m["z"]) * ad.sin(x[1] + m["z"] * x[0]), "one": 1.0}

    x, m = np.array([0.3, 0.7]), {"z": 0.5}
    for i, j, k in [(0, 0, 0), (3, 0, 0), (1, 1, 0), (2, 1, 1), (1, 0, 3), (2, 2, 2)]:

        def in_z(a, b, k=k):
            return derivatives(lambda z: f((a, b), {"z": z})["y"], 0.5, k)[k]

        def in_b(a, j=j, in_z=in_z):
            return derivatives(lambda b: in_z(a, b), 0.7, j)[j]

        found = mixed_partial(f, (x, m), (np.array([i, j]), {"z": k}))
        close(found["y"], derivatives(in_b, 0.3, i)[i], 1e-12)
        assert found["one"] == (i + j + k == 0)


def test_mixed_partials_under_other_transforms():
    def f(x):
        return x[0] ** 3 * x[1] ** 2

    x = np.array([2.0, 3.0])
    close(ad.grad(lambda x: mixed_partial(f, x, [1, 1]))(x), [72, 24])
    assert mixed_partial(f, x.astype(np.float32), [2, 1]).dtype == np.float32
    close(ad.vmap(lambda x: mixed_partial(f, x, [2, 1]))(np.stack([x, 2 * x])), [72, 288])


def test_the_laplacian_is_the_trace_of_the_hessian():
    def f(x):
        return ad.sum(ad.sin(x) * ad.exp(x[::-1])) + ad.logsumexp(x) ** 2

    x = np.random.default_rng(3).normal(size=5)
    close(laplacian(f)(x), np.trace(ad.hessian(f)(x)), 1e-12)


def test_laplacians_with_a_closed_form():
    x = np.array([0.6, -1.5, 2.0])
    close(laplacian(lambda x: 1 / ad.norm(x))(x), 0, 1e-15, 1.0)
    close(laplacian(laplacian(lambda x: ad.norm(x) ** 4))(x), 120)
    close(laplacian(lambda x: x * ad.sum(x * x))(x), 10 * x)
    close(ad.grad(laplacian(lambda x: ad.sum(x**4)))(x), 24 * x)
    close(ad.vmap(laplacian(lambda x: ad.sum(x**4)))(np.stack([x, x])), [12 * (x @ x)] * 2)
    assert laplacian(lambda x: ad.sum(x * x))(np.zeros(0)) == 0
    both = laplacian(lambda m, s: s**2 * m["x"] ** 3, (0, 1))
    assert both({"x": 2.0}, 3.0) == 6 * 2 * 9 + 2 * 8


# ------------------------------------------------------------ errors


SAYS = {
    "jet: primals is a float; give a tuple": lambda: jet(ad.exp, 1.0, [[1.0]]),
    "1 primals and 2 series; give one for each": lambda: jet(ad.exp, (1.0,), [[1.0], [1.0]]),
    "series have [1, 2] terms": lambda: jet(ad.add, (1.0, 1.0), [[1.0], [1.0, 2.0]]),
    "shape () and a derivative of it (2,)": lambda: jet(ad.exp, (1.0,), [[np.ones(2)]]),
    "term 1 of the series has the structure": lambda: jet(ad.exp, (1.0,), [[[1.0]]]),
    "dtype int64, which carries no derivative": lambda: jet(ad.exp, (1,), [[1.0]]),
    "taylor: argument [0] has dtype int64": lambda: taylor(ad.exp, 1, 2),
    "taylor: order is -1; it needs an integer": lambda: taylor(ad.exp, 1.0, -1),
    "derivatives: order is 1.5": lambda: derivatives(ad.exp, 1.0, 1.5),
    "171! is larger than any float64; taylor gives": lambda: derivatives(ad.exp, 0.0, 171),
    "171! is larger than any float64": lambda: jet(ad.exp, (0.0,), [[1.0] + [0.0] * 170]),
    "35! is larger than any float32": lambda: derivatives(ad.exp, np.float32(0), 35),
    "direction has the structure": lambda: taylor(ad.exp, 1.0, 2, [1.0]),
    "orders [1]; give one whole number": lambda: mixed_partial(ad.sum, np.ones(2), [1]),
    "orders [1, -1]; give one": lambda: mixed_partial(ad.sum, np.ones(2), [1, -1]),
    "laplacian: argument [0] has dtype complex128": lambda: laplacian(ad.exp)(1j),
    "laplacian needs a function": lambda: laplacian(3.0),
}


@pytest.mark.parametrize("words", SAYS)
def test_a_wrong_argument_is_named(words):
    with pytest.raises(ad.AutodiffError) as error:
        SAYS[words]()
    assert words in str(error.value)


def test_a_row_without_a_pushforward_is_named():
    name = "silent_for_taylor"
    try:
        row = ad.operator(f"{name}(x)", np.sin, vjp=lambda g, out, wanted, x: [g * ad.cos(x)])
        with pytest.raises(ad.RuleError, match=f"{name} has no jvp rule"):
            taylor(row, 1.0, 2)
    finally:
        Op.table.pop(name, None)
