"""Linearisations, transposes of linear functions, and products with Hessians."""

import numpy as np
import pytest

import autodiff as ad

A = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
X = np.array([0.5, -1.0, 2.0])


def test_linearize_gives_the_jacobian_times_a_tangent():
    y, push = ad.linearize(lambda x: ad.sin(A @ x), X)
    np.testing.assert_allclose(y, np.sin(A @ X))
    for t in np.eye(3):
        np.testing.assert_allclose(push(t), np.cos(A @ X) * (A @ t))


def test_linear_transpose():
    transpose = ad.linear_transpose(lambda x: A @ x, X)
    np.testing.assert_allclose(transpose(np.array([1.0, -1.0]))[0], A.T @ [1, -1])


def test_linear_transpose_refuses_what_is_not_linear():
    with pytest.raises(ad.ArgumentError, match="not linear"):
        ad.linear_transpose(lambda x: x + 1.0, X)


def test_elementwise_grad():
    np.testing.assert_allclose(ad.elementwise_grad(ad.sin)(X), np.cos(X))
    np.testing.assert_allclose(ad.elementwise_grad(ad.elementwise_grad(ad.sin))(X), -np.sin(X))
    np.testing.assert_allclose(ad.elementwise_grad(lambda a, x: a * x * x, 1)(3.0, X), 6 * X)
    with pytest.raises(ad.ArgumentError, match="elementwise_grad"):
        ad.elementwise_grad(ad.sum)(X)


def quartic(x):
    return (x**4).sum() / 4 + x[0] * x[1] * x[2]


def test_products_with_the_hessian_agree():
    h, v = ad.hessian(quartic)(X), np.array([1.0, 0.3, -2.0])
    value, product = ad.vhp(quartic, X, v)
    np.testing.assert_allclose(product, v @ h)
    np.testing.assert_allclose(ad.hvp(quartic, X, v), h @ v)
    assert float(value) == pytest.approx(float(quartic(X)))


def test_vhp_of_several_arguments():
    def f(x, y):
        return (x * x * y).sum()

    _, (hx, hy) = ad.vhp(f, (X, X), (np.ones(3), np.zeros(3)))
    np.testing.assert_allclose(hx, 2 * X)
    np.testing.assert_allclose(hy, 2 * X)


def test_gauss_newton_product():
    def model(x):
        return ad.sin(A @ x)

    def loss(y):
        return (y**4).sum()

    j, y, v = ad.jacfwd(model)(X), model(X), np.array([1.0, 0.3, -2.0])
    expected = j.T @ np.diag(12 * y**2) @ j @ v
    np.testing.assert_allclose(ad.gauss_newton_product(loss, model, X, v), expected)
