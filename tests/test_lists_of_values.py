"""`np.array([x, y])` of values that are being differentiated: arrays of objects lose nothing."""

import numpy as np
import pytest

import autodiff as ad

X = np.array([0.7, 1.9])


def pair(x):
    return np.array([x[0] * 2, x[1] * x[0]])


def stacked_pair(x):
    return np.stack([x[0] * 2, x[1] * x[0]])


USES = {
    "as it is": lambda f, x: f(x),
    "with a value": lambda f, x: x * f(x),
    "before a value": lambda f, x: f(x) / x,
    "with a number": lambda f, x: 1 - 2 * f(x) ** 2,
    "with its like": lambda f, x: f(x) * f(x),
    "ufunc": lambda f, x: np.sin(f(x)) + np.arctan2(f(x), x) + np.hypot(f(x), f(x)),
    "ufuncs of our own names": lambda f, x: np.cbrt(f(x)) + np.degrees(f(x)) + np.fmod(f(x), 0.3),
    "reduction": lambda f, x: np.sum(f(x)),
    "product": lambda f, x: np.dot(f(x), x) + x @ f(x),
    "product with a matrix": lambda f, x: np.array([[1.0, 2.0], [3.0, 4.0]]) @ f(x),
    "concatenation": lambda f, x: np.concatenate([f(x), x]),
    "choice": lambda f, x: np.where(x > 1, f(x), x),
    "function of the package": lambda f, x: ad.exp(f(x)) + ad.logsumexp(f(x)),
    "index": lambda f, x: f(x)[1] * f(x)[::-1],
    "filling": lambda f, x: filled(np.zeros_like(x), f(x)),
    "norm": lambda f, x: np.linalg.norm(f(x)),
    "tuple": lambda f, x: np.asarray((x[0], 3.0)) * f(x),
    "rows": lambda f, x: np.array([f(x), x]) * x,
    "column": lambda f, x: np.array([[x[0]], [x[1]]]) * x,
    "comprehension": lambda f, x: np.array([v * v for v in x]),
    "a list by name": lambda f, x: as_list(x) * x,
}


def filled(z, new):
    z[:] = new
    return z


def as_list(x):
    parts = [x[0], x[0] * x[1]]
    return np.asarray(parts)


@pytest.mark.parametrize("name", USES)
def test_it_is_the_stacked_value(name):
    use = USES[name]
    exact = (lambda x: use(stacked_pair, x)) if name not in PLAIN_ONLY else PLAIN_ONLY[name]
    listed = lambda x: use(pair, x)  # noqa: E731
    assert np.allclose(listed(X), exact(X), rtol=1e-15)
    expected = ad.jacobian(exact)(X)
    assert np.allclose(ad.jacrev(listed)(X), expected, rtol=1e-14)
    assert np.allclose(ad.jacfwd(listed)(X), expected, rtol=1e-14)
    assert np.allclose(ad.vmap(listed)(np.stack([X, X])), np.stack([exact(X)] * 2), rtol=1e-15)
    second = ad.hessian(lambda x: np.sum(exact(x)))(X)
    assert np.allclose(ad.hessian(lambda x: np.sum(listed(x)))(X), second, rtol=1e-13)


PLAIN_ONLY = {
    "tuple": lambda x: np.stack([x[0], x[0] * 0 + 3]) * stacked_pair(x),
    "rows": lambda x: np.stack([stacked_pair(x), x]) * x,
    "column": lambda x: np.stack([x[:1], x[1:]]) * x,
    "comprehension": lambda x: x * x,
    "a list by name": lambda x: np.stack([x[0], x[0] * x[1]]) * x,
}


def test_tensors_with_a_gradient():
    x = ad.tensor(X, requires_grad=True)
    y = np.array([x[0], x[1] ** 2])
    (ad.ones(2) * y).sum().backward()
    assert np.allclose(x.grad, [1.0, 2 * X[1]])


def test_a_symbolic_variable_of_known_shape():
    x = ad.Variable("x", shape=(2,))
    y = ad.reduce_sum(x * pair(x))
    (g,) = ad.gradients(y, [x])
    exact = ad.grad(lambda x: np.sum(x * stacked_pair(x)))(X)
    assert np.allclose(ad.Executor([g]).run(feed_dict={x: X})[0], exact)


def test_an_ode_as_everybody_writes_it():
    def lorenz(u, s, r, b):
        return np.array([s * (u[1] - u[0]), u[0] * (r - u[2]) - u[1], u[0] * u[1] - b * u[2]])

    def end(p):
        u = np.ones(3)
        for _ in range(5):
            u = u + 0.01 * lorenz(u, *p)
        return u[0]

    p = np.array([10.0, 28.0, 8 / 3])
    step = 1e-6
    slopes = [(end(p + step * e) - end(p - step * e)) / (2 * step) for e in np.eye(3)]
    assert np.allclose(ad.grad(end)(p), slopes, rtol=1e-7)
    assert np.allclose(ad.jacfwd(end)(p), ad.grad(end)(p), rtol=1e-14)


REFUSED = {
    "asarray": lambda x: np.asarray(x),
    "array": lambda x: np.array(x),
    "asarray of a number": lambda x: np.asarray(x[0]),
    "asarray of what a function gives": lambda x: np.asarray(abs(x)),
    "a dtype": lambda x: np.array([x[0], x[1]], dtype=float),
    "a float array": lambda x: pair(x).astype(float),
    "filling of a float array": lambda x: filled(np.zeros(2), pair(x)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_lose_the_derivative_raises(name):
    with pytest.raises(ad.TracedError, match="would cut its derivative"):
        ad.jacobian(lambda x: REFUSED[name](x) * 2)(X)
    with pytest.raises(ad.TracedError, match="would cut its derivative"):
        ad.jvp(lambda x: REFUSED[name](x) * 2, (X,), (X,))


def test_a_quantile_takes_a_list_of_values():
    slope = ad.grad(lambda x: np.quantile(np.array([x, 2 * x, x * 0]), 0.75))(1.3)
    assert np.allclose(slope, 1.5)


@pytest.mark.parametrize("name", ["mean", "std", "var", "median"])
def test_a_mean_of_objects_names_the_right_spelling(name):
    with pytest.raises(TypeError, match=r"np\.stack"):
        ad.grad(lambda x: getattr(np, name)(np.array([x, 2 * x])))(1.3)
    assert np.isfinite(ad.grad(lambda x: getattr(np, name)(np.stack([x, 2 * x])))(1.3))
