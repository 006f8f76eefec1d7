"""Loops that fill arrays, `+=`, views and swaps: as NumPy's, in every mode of differentiation."""

import numpy as np
import pytest

import autodiff as ad
from autodiff import Executor, Variable, gradients

X = np.array([0.3, -0.7, 1.1, 0.45])


def elements(x):
    z = np.zeros_like(x)
    for i in range(len(x)):
        z[i] = np.sin(x[i]) * (i + 1)
    return z


def recurrence(x):
    z = np.empty_like(x)
    z[0] = x[0]
    for i in range(1, len(x)):
        z[i] = z[i - 1] * x[i] + np.cos(z[i - 1])
    return z


def slices(x):
    z = np.zeros_like(x)
    z[1:] += x[:-1]
    z[:-1] -= 2 * x[1:] * z[1:]
    z[::2] *= x[1::2]
    z[1::2] /= 2 + x[::2] ** 2
    z[...] **= 2
    return z


def matrix(x):
    z = np.ones_like(x, shape=(4, 4))
    for i in range(4):
        z[i, i] = x[i]
        z[i, :i] = x[:i] * x[i]
    z[:, 1] += x
    z[2] = 0.5
    return z


def views(x):
    z = x.reshape(2, 2) * 1.0
    row, turned, flat = z[0], z.T, z.reshape(-1)
    row += x[2:]
    turned[1] = x[0] * x[1]
    flat[3] *= 3.0
    row[1] = x[3]
    return np.concatenate([z.ravel(), row, turned.ravel(), flat])


def swaps(x):
    z = x.copy()
    for i in range(len(x)):
        for j in range(len(x) - 1 - i):
            if X[j] > X[j + 1]:
                z[j], z[j + 1] = z[j + 1], z[j]
    kept = z[0]
    z[0] = x[1] * 2
    return z * kept


def masks(x):
    z = x * 1.0
    z[X < 0] = 0.0
    z[[0, 3]] = x[[3, 0]] * 2
    z[np.array([2])] -= x[0]
    return z


def functions(x):
    z = np.zeros_like(x)
    np.copyto(z, x * x)
    np.put(z, [0, 2], x[1:3])
    np.putmask(z, X > 1, x * 5)
    np.place(z, X < 0, [x[0] * 7])
    z.fill(x[3])
    z[1:] = x[:3]
    z[...] = np.sort(z)
    m = np.zeros_like(x, shape=(2, 2))
    np.fill_diagonal(m, x[:2])
    np.put_along_axis(m, np.array([[1], [0]]), x[2:].reshape(2, 1), axis=1)
    return np.concatenate([z, m.ravel()])


def augmented(x):
    z = x * x
    alias = z
    z += x
    z -= 0.5 * x
    z *= x
    z /= 2.0
    z **= 2
    z %= 0.3
    return alias


def accumulation(x):
    total = np.zeros_like(x)
    number = np.sum(x) * 0
    for i in range(3):
        total += x * i
        number += x[i]
    return total * number


def argument(x):
    x[0] = x[1] * x[2]
    x += 1.0
    return x * x


PROGRAMS = (
    elements, recurrence, slices, matrix, views, swaps, masks, functions, augmented, accumulation,
    argument,
)  # fmt: skip
every_program = pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)


def slopes(f, step=1e-6):
    columns = []
    for i in range(len(X)):
        e = np.zeros(len(X))
        e[i] = step
        columns.append((f(X + e) - f(X - e)) / (2 * step))
    return np.stack(columns, -1)


@every_program
def test_reverse(f):
    np.testing.assert_allclose(ad.jacrev(f)(X), slopes(f), atol=1e-7)


@every_program
def test_forward(f):
    np.testing.assert_allclose(ad.jacfwd(f)(X), slopes(f), atol=1e-7)


@every_program
def test_batched(f):
    np.testing.assert_allclose(ad.vmap(f)(np.stack([X, X])), np.stack([f(X.copy())] * 2))
    gradient = ad.grad(lambda x: np.sum(f(x) * f(x)))
    np.testing.assert_allclose(ad.vmap(gradient)(np.stack([X, X]))[1], gradient(X.copy()))


@pytest.mark.parametrize("f", [p for p in PROGRAMS if p is not argument], ids=lambda f: f.__name__)
def test_eager(f):
    x = ad.tensor(X, requires_grad=True)
    y = f(x * 1.0)
    np.testing.assert_allclose(y.detach().numpy(), f(X.copy()))
    weights = np.arange(1.0, y.numel() + 1).reshape(y.shape)
    (y * weights).sum().backward()
    np.testing.assert_allclose(
        x.grad.numpy(), np.tensordot(weights, slopes(f), weights.ndim), atol=1e-6
    )


@every_program
def test_second_order(f):
    def loss(x):
        return np.sum(np.sin(f(x)))

    forward = ad.jacfwd(ad.grad(loss))(X)
    np.testing.assert_allclose(ad.jacrev(ad.jacfwd(loss))(X), forward, atol=1e-10)
    np.testing.assert_allclose(ad.hessian(loss)(X), forward, atol=1e-10)


@every_program
def test_taylor(f):
    series = ad.jet(lambda t: f(X + t * np.ones(4)), (0.0,), ([1.0, 0.0],))
    np.testing.assert_allclose(series[1][0], slopes(f) @ np.ones(4), atol=1e-7)


@pytest.mark.parametrize(
    "f", [p for p in PROGRAMS if p not in (functions, argument)], ids=lambda f: f.__name__
)
def test_graph(f):
    x = Variable("x", shape=(4,))
    y = f(x)
    value, gradient = Executor([y, *gradients(y, [x])]).run({x: X})
    np.testing.assert_allclose(value, f(X))
    np.testing.assert_allclose(gradient, slopes(f).reshape(-1, 4).sum(0), atol=1e-6)


def test_what_was_built_before_a_change_stays_as_it_was():
    def f(x):
        z = x * 2
        w = z * x
        z[0] = 5.0
        return w + z * x

    jacobian = slopes(f)
    np.testing.assert_allclose(ad.jacrev(f)(X), jacobian, atol=1e-8)
    np.testing.assert_allclose(ad.jacfwd(f)(X), jacobian, atol=1e-8)
    x = Variable("x", shape=(4,))
    y = f(x)
    value, gradient = Executor([y, *gradients(y, [x])]).run({x: X})
    np.testing.assert_allclose(value, f(X))
    np.testing.assert_allclose(gradient, jacobian.sum(0), atol=1e-8)


def test_the_argument_of_the_caller_stays_as_it_is():
    x = X.copy()
    ad.grad(lambda z: np.sum(argument(z)))(x)
    np.testing.assert_array_equal(x, X)


def test_a_variable_that_will_be_fed_cannot_be_changed():
    x = Variable("x", shape=(4,))
    with pytest.raises(ad.GraphError, match=r"stands for what will be fed.*copy"):
        x[0] = 1.0


def test_an_outer_array_cannot_keep_an_inner_value():
    def outer(x):
        z = np.zeros_like(x)

        def inner(y):
            z[0] = y[0]
            return np.sum(z)

        return np.sum(ad.grad(inner)(x))

    with pytest.raises(ad.TracedError, match="make the array inside"):
        ad.grad(outer)(X)


def test_a_change_of_what_an_inner_rule_will_read_is_reported():
    def outer(x):
        z = x * 1.0

        def inner(y):
            w = np.sum(y * z)
            z[0] = 100.0
            return w

        return np.sum(ad.grad(inner)(x))

    with pytest.raises(ad.GraphError, match="multiply needs for its derivative was changed"):
        ad.grad(outer)(X)


@pytest.mark.parametrize("change", ["z[0] = x[0]", "z += x", "z[:2] *= x[:2]"])
def test_a_derivative_does_not_fit_into_integers(change):
    def f(x):
        z = np.zeros_like(x, dtype=int)
        exec(change, {"x": x, "z": z})
        return z

    for run in (ad.jacrev, ad.vmap):
        with pytest.raises(TypeError):
            run(f)(X if run is ad.jacrev else np.stack([X, X]))


BAD = {
    "shape": lambda z: z.__setitem__(slice(2), np.ones(3)),
    "index": lambda z: z.__setitem__(9, 1.0),
    "grown": lambda z: z.__iadd__(np.ones((2, 4))), "text": lambda z: z.__setitem__(0, "text"),
    "broadcast": lambda z: np.broadcast_to(z, (2, 4)).__setitem__(0, 1.0),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_change_raises_what_numpy_raises(name):
    with pytest.raises(Exception) as expected:  # noqa: PT011 - the kind is what is asked
        BAD[name](X.copy())
    kind = type(expected.value)
    for run in (
        lambda f: ad.grad(f)(X),
        lambda f: ad.jvp(f, (X,), (X,)),
        lambda f: ad.vmap(f)(X[None]),
    ):
        with pytest.raises(kind):
            run(lambda x: (BAD[name](x * 1.0), np.sum(x))[1])


def test_leading_unit_axes_of_what_is_written_are_forgiven():
    def f(x):
        z = np.zeros_like(x)
        z[:2] = x[None, None, :2]
        z[2] = x[:1]
        return z

    np.testing.assert_allclose(ad.jacfwd(f)(X), np.eye(4)[[0, 1, 0, 3]] * [[1], [1], [1], [0]])


def test_aliases_are_known():
    def f(x):
        z = x * 1.0
        assert np.shares_memory(z, z[1:]) and not np.shares_memory(z, z.copy())
        assert not np.may_share_memory(z, z[[1, 2]])
        return np.sum(z)

    ad.grad(f)(X)
    ad.jvp(f, (X,), (X,))


@pytest.mark.parametrize("mode", ["grad", "jvp"])
def test_many_views_of_one_array_cost_their_number(mode):
    def f(x):
        rows = [x[i : i + 1] for i in range(3000)]
        return np.sum(np.concatenate(rows))

    x = np.ones(3000)
    found = ad.grad(f)(x) if mode == "grad" else ad.jvp(f, (x,), (x,))[0]
    assert np.sum(found) == 3000


def test_an_array_sorts_itself():
    def f(x):
        z = x * 1.0
        z.sort()
        return z * np.arange(4)

    np.testing.assert_allclose(ad.jacrev(f)(X), slopes(f), atol=1e-8)


def test_what_pytorch_would_write_over_is_refused():
    x = ad.tensor(X, requires_grad=True)
    y = x * 1.0
    z = y * y
    y[0] = 5.0
    with pytest.raises(ad.GraphError, match="modified by an inplace operation"):
        z.sum().backward()
