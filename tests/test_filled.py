"""Tensors made inside of a function and filled with its values, in every transform and compiled."""

import copy

import numpy as np
import pytest

import autodiff as ad

X = np.array([1.0, 2.0, 3.0])


@pytest.fixture(autouse=True)
def no_disk(monkeypatch):
    monkeypatch.setenv("AUTODIFF_CACHE", "")


def elements(x):
    z = ad.zeros(3)
    z[0] = x[0]
    z[1:] = x[1:] * x[0]
    return (z * z).sum()


def methods(x):
    z = ad.empty(3)
    z.fill_(2.0)
    z.copy_(x)
    z.mul_(x)
    z.add_(x, alpha=2)
    return (z * x).sum()


def augmented(x):
    z = ad.full((3,), 2.0)
    z -= x
    z **= 2
    z /= 3
    return (z * x).sum()


def views(x):
    z = ad.zeros(2, 3)
    row, flat = z[0], z.reshape(6)
    row[1] = x[0]
    z[1] = x * 2
    flat[5] = x[1] * x[2]
    return (z * z).sum() + (row * row).sum() + (flat * flat).sum()


def views_alone(x):
    z = ad.zeros(6).reshape(2, 3)
    z[0] = x
    z[1, 2] = x[0] * x[1]
    return (z @ x).sum()


def loops(x):
    z = ad.zeros(3)
    for i in range(3):
        z[i] += x[i] * x[i - 1]
        z[i] *= 2
    return (z * z).sum()


def recurrences(x):
    z = ad.ones(4)
    for i in range(3):
        z[i + 1] = z[i] * x[i] + 1
    return z[-1]


def copies(x):
    c = ad.ones(3).clone()
    c[1] = x[1]
    d = ad.ones(3).copy()
    d[2] = x[2] * c[1]
    return (c * d).sum()


def made_like(x):
    z = ad.zeros_like(x)
    z[0] = x[0] * x[1]
    e = ad.empty_like(x)
    e[:] = x
    e[0] = 1.0
    return (z * e).sum() + z[0]


def matrices(x):
    m = ad.zeros(3, 3)
    for i in range(3):
        for j in range(3):
            m[i, j] = x[i] * x[j] if i != j else x[i] + 5
    return ad.linalg.det(m)


def handed_on(x):
    z = ad.zeros(3)
    z[1] = x[1] * x[1]
    return np.stack([z, x]).sum() + np.concatenate([z, z]).sum() + np.dot(z, x) + (x * z).sum()


def elements_are_views(x):
    z = ad.zeros(3)
    z[:] = x
    z[0], z[2] = z[2], z[0]  # as in PyTorch both take the last number
    return z[0] * z[0] + z[2]


def nested(x):
    def inner(y):
        w = ad.zeros(2)
        w[0] = y * x[0]
        w[1] = y * y
        return (w * w).sum()

    return ad.grad(inner)(x[1])


def filled_further_inside(x):
    z = ad.zeros(2)
    z[0] = x[0]

    def inner(y):
        w = z.clone()
        w[1] = y * y
        return (w * w).sum()

    return ad.grad(inner)(x[1]) * z[0]


def changed_between(x):
    z = ad.zeros(3)
    z[0] = x[0]
    a = z * 2
    z[0] = x[1]
    b = z * 3
    z[0] += x[2]
    return (a * b * z).sum()


def used_before(x):
    z = ad.ones(3)
    y = x * z
    z[0] = 7.0
    w = x * z
    z[1] = x[0]
    return (y * w * z).sum()


def written_by_numpy(x):
    z, w = ad.zeros(3), ad.zeros(3, 3)
    np.add(x, 1.0, out=z)
    np.add.at(z, np.array([0, 0, 1]), x)
    np.fill_diagonal(w, x)
    w.T[0] = z
    a, b = copy.copy(z), copy.deepcopy(z)
    a[1] = x[1]
    b[2] = x[2] * x[2]
    return (w @ z).sum() + (b * z).sum()


PROGRAMS = [
    elements, methods, augmented, views, views_alone, loops, recurrences, copies, made_like,
    matrices, handed_on, elements_are_views, nested, filled_further_inside, changed_between,
    used_before, written_by_numpy,
]  # fmt: skip


def numbers(x):
    return np.asarray(x, float)


@pytest.mark.parametrize("f", PROGRAMS)
def test_filling_differentiates_and_compiles(f):
    steps = 1e-6 * np.eye(3)
    expected = [float(f(X + h) - f(X - h)) / 2e-6 for h in steps]
    for g in (ad.grad(f), ad.jacfwd(f), ad.jit(ad.grad(f)), ad.grad(ad.jit(f))):
        np.testing.assert_allclose(numbers(g(X)), expected, rtol=1e-5, atol=1e-6)
    compiled = ad.jit(f)
    for x in (X, X * 1.5):
        np.testing.assert_allclose(numbers(compiled(x)), numbers(f(x)), rtol=1e-12)
    assert len(compiled.programs) == 1
    second = ad.hessian(f)(X)
    np.testing.assert_allclose(numbers(ad.jit(ad.hessian(f))(X)), numbers(second), rtol=1e-10)
    found = numbers(ad.vmap(f)(np.stack([X, X * 1.5])))
    np.testing.assert_allclose(found, [float(f(X)), float(f(X * 1.5))], rtol=1e-12)


def test_branches_and_masks_fill():
    def f(x):
        z = ad.zeros(3)
        z[x > 1.5] = 2.0
        for i in range(3):
            if x[i] > 1.5:
                z[i] += x[i] ** 2
            else:
                z[i] = -x[i]
        z[x.argmax()] *= 3.0
        return (z * x).sum()

    compiled, both = ad.jit(f), ad.jit(ad.grad(f))
    for x in (X, X[::-1].copy(), X - 2, X + 3, X):
        np.testing.assert_allclose(numbers(compiled(x)), numbers(f(x)), rtol=1e-12)
        np.testing.assert_allclose(numbers(both(x)), numbers(ad.grad(f)(x)), rtol=1e-12)


def test_a_filled_tensor_answers_as_a_tensor():
    def f(x):
        z = ad.zeros(3)
        z[:] = x
        assert isinstance(z, ad.Tensor)
        assert ad.is_tensor(z)
        assert (z.shape, z.dtype, len(z), z.ndim) == ((3,), np.float64, 3, 1)
        assert 2.0 in z
        assert bool(z[0] > 0)
        return sum(v * v for v in z) + abs(-z).max() + (2 - z).min() + (z.T @ z) + z.mean()

    assert float(f(X)) == 14 + 3 - 1 + 14 + 2
    np.testing.assert_allclose(numbers(ad.grad(f)(X)), 4 * X + [1 / 3, 1 / 3, 1 / 3 + 1 - 1])


def test_results_that_are_filled():
    def f(x):
        z = ad.zeros(3)
        z[0] = x[1] * x[2]
        return z

    expected = [[0, 3, 2], [0, 0, 0], [0, 0, 0]]
    for jacobian in (ad.jacrev, ad.jacfwd):
        np.testing.assert_array_equal(numbers(jacobian(f)(X)), expected)
        np.testing.assert_array_equal(numbers(ad.jit(jacobian(f))(X)), expected)
        np.testing.assert_array_equal(numbers(jacobian(ad.jit(f))(X)), expected)
    found = ad.jit(f)(X)
    assert type(found) is type(f(X)) is ad.Tensor
    assert found.tolist() == [6.0, 0.0, 0.0]
    np.testing.assert_array_equal(numbers(ad.vmap(f)(np.stack([X, X]))), [[6, 0, 0]] * 2)


@pytest.mark.parametrize("change", [ad.grad, ad.jacfwd, lambda f: ad.vmap(f)])
def test_a_tensor_from_outside_is_not_changed(change):
    outside = ad.zeros(3)

    def f(x):
        outside[0] = x[0] if x.shape else x
        return x.sum()

    with pytest.raises(ad.TracedError, match="from outside a transform"):
        change(f)(X)
    assert outside.tolist() == [0, 0, 0]
    assert type(outside) is ad.Tensor


def test_a_tensor_of_the_outer_function_is_not_changed_inside():
    def f(x):
        z = ad.zeros(2)

        def inner(y):
            z[0] = y
            return y * y

        return ad.grad(inner)(x)

    with pytest.raises(ad.TracedError, match="from outside a transform"):
        ad.grad(f)(2.0)


def test_an_array_that_shares_the_memory_would_not_follow():
    def f(x):
        z = ad.zeros(3)
        seen = z.numpy()
        z[0] = x[0]
        return x.sum() + seen[0]

    with pytest.raises(ad.TracedError, match="an array shares its memory"):
        ad.grad(f)(X)


def test_constants_are_as_they_were_when_they_were_used():
    def numpy_buffer(x):
        buffer, total = np.empty(3), 0.0
        for i in range(3):
            buffer[:] = i
            total = total + (x * buffer).sum()
        return total

    def tensor_buffer(x):
        a = ad.ones(3) * 1
        y = x * a
        a[0] = 7.0
        return y.sum()

    for f in (numpy_buffer, tensor_buffer):
        assert float(ad.jit(f)(X)) == float(f(X)) == {0: 18, 1: 6}[int(f is tensor_buffer)]
    with pytest.raises(ad.GraphError, match="modified by an inplace operation"):
        ad.grad(tensor_buffer)(X)


@pytest.mark.parametrize("change", [ad.grad, ad.jacfwd, lambda f: ad.jit(ad.grad(f))])
def test_what_does_not_fit_is_refused(change):
    def kind(x):
        z = ad.zeros(3, dtype=int)
        z[0] = x[0]
        return z.sum()

    def place(x):
        z = ad.zeros(3)
        z[5] = x[0]
        return z.sum()

    def shape(x):
        z = ad.zeros(3)
        z[:] = np.stack([x, x])
        return z.sum()

    for f, error, match in (
        (kind, ad.DTypeError, "float64 does not fit into an array of dtype int64"),
        (place, IndexError, "index 5 is out of bounds"),
        (shape, ad.ShapeError, "broadcast"),
    ):
        with pytest.raises(error, match=match):
            change(f)(X)
