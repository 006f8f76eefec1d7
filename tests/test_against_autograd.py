"""Gradients beside those of HIPS autograd, for the same programs."""

import warnings

import numpy as np
import pytest

import autodiff as ad

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    autograd = pytest.importorskip("autograd")
    import autograd.numpy as anp

X = np.array([0.5, -1.0, 2.0])
POINTS = np.random.default_rng(0).normal(size=(6, 3))
LABELS = np.array([0.0, 1.0, 1.0, 0.0, 1.0, 0.0])


def logistic(T, w):
    h = 1 / (1 + T.exp(-(POINTS @ w)))
    return T.sum(LABELS * T.log(h) + (1 - LABELS) * T.log(1 - h))


def rosenbrock(T, x):
    return T.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def softmax_entropy(T, x):
    p = T.exp(x - T.max(x))
    p = p / T.sum(p)
    return -T.sum(p * T.log(p))


def gaussian(T, x):
    a = T.outer(x, x) + 3 * np.eye(3)
    return T.dot(x, T.reshape(T.transpose(a) @ T.reshape(x, (3, 1)), (3,))) + T.mean(a) + T.prod(x)


def loop(T, x):
    total = x[0]
    for i in range(20):
        total = T.sin(total) + x[i % 3] * (total if i % 2 else 1.0)
    return total


PROGRAMS = [logistic, rosenbrock, softmax_entropy, gaussian, loop]


def close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("program", PROGRAMS)
def test_gradients(program):
    value, slope = ad.value_and_grad(lambda x: program(ad, x))(X)
    expected_value, expected = autograd.value_and_grad(lambda x: program(anp, x))(X)
    close(value, expected_value)
    close(slope, expected)


@pytest.mark.parametrize("program", PROGRAMS)
def test_hessians(program):
    expected = autograd.hessian(lambda x: program(anp, x))(X)
    close(ad.hessian(lambda x: program(ad, x))(X), expected)


@pytest.mark.parametrize("program", PROGRAMS)
def test_hessian_vector_products(program):
    expected = autograd.hessian_vector_product(lambda x: program(anp, x))(X, X[::-1])
    close(ad.hvp(lambda x: program(ad, x), (X,), (X[::-1],)), expected)


def test_jacobians():
    def f(T, x):
        return T.sin(POINTS @ x) * x[0]

    expected = autograd.jacobian(lambda x: f(anp, x))(X)
    for transform in (ad.jacfwd, ad.jacrev, ad.jacobian):
        close(transform(lambda x: f(ad, x))(X), expected)


def test_jacobian_vector_products_and_their_transposes():
    _, moved = autograd.make_jvp(lambda x: anp.sin(POINTS @ x))(X)(X)
    pullback, _ = autograd.make_vjp(lambda x: anp.sin(POINTS @ x))(X)
    close(ad.jvp(lambda x: ad.sin(POINTS @ x), (X,), (X,))[1], moved)
    close(ad.vjp(lambda x: ad.sin(POINTS @ x), X)[1](LABELS)[0], pullback(LABELS))


def test_gradients_of_the_tape():
    for program in PROGRAMS:
        x = ad.tensor(X, requires_grad=True)
        program(ad, x).backward()
        close(x.grad.numpy(), autograd.grad(lambda x, p=program: p(anp, x))(X))
