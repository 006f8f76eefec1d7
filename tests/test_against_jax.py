"""Transforms beside JAX's own: the same program, written once, under both libraries.

JAX's gradient of a real function of a complex argument is the conjugate of ours.
"""

import warnings

import numpy as np
import pytest

import autodiff as ad

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    jax = pytest.importorskip("jax")
    import jax.numpy as jnp

X = np.array([0.5, -1.0, 2.0])
Y = np.array([1.5, 0.25, -0.75])
MATRIX = np.array([[1.0, 0.5, -0.25], [0.0, 2.0, 1.0]])


@pytest.fixture(autouse=True)
def double_precision():
    with jax.enable_x64(True):
        yield


def close(ours, theirs):
    """Both have the same structure and the same numbers."""
    if isinstance(theirs, dict):
        assert set(ours) == set(theirs)
        for key in theirs:
            close(ours[key], theirs[key])
    elif isinstance(theirs, (tuple, list)):
        assert type(ours) is type(theirs)
        for one, other in zip(ours, theirs, strict=True):
            close(one, other)
    else:
        assert np.shape(ours) == np.shape(theirs)
        assert np.asarray(ours).dtype == np.asarray(theirs).dtype
        np.testing.assert_allclose(np.asarray(ours), np.asarray(theirs), rtol=1e-10, atol=1e-12)


def scalar(T, x):
    return T.sum(T.sin(x) * T.exp(0.5 * x)) * T.log(1 + T.sum(x * x))


def vector(T, x):
    y = T.tanh(MATRIX @ x)
    return T.concatenate([y * y, T.cumsum(x, axis=0)])


def model(T, m):
    hidden = T.maximum(m["layer"][0] @ X + m["layer"][1], 0.1)
    return T.mean(hidden**2) * m["scale"]


MODEL = {"layer": [MATRIX, np.array([0.5, -0.5])], "scale": 2.0}


@pytest.mark.parametrize("transform", ["grad", "value_and_grad", "jacfwd", "jacrev", "hessian"])
def test_derivatives_of_a_scalar_function(transform):
    ours = getattr(ad, transform)(lambda x: scalar(ad, x))(X)
    close(ours, jax.jit(getattr(jax, transform)(lambda x: scalar(jnp, x)))(X))


@pytest.mark.parametrize("transform", ["grad"])
def test_single_precision_stays_single_precision(transform):
    x = X.astype(np.float32)
    ours = getattr(ad, transform)(lambda x: scalar(ad, x))(x)
    theirs = jax.jit(getattr(jax, transform)(lambda x: scalar(jnp, x)))(x)
    assert ours.dtype == theirs.dtype == np.float32
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("transform", ["jacfwd", "jacrev", "hessian"])
def test_derivatives_of_a_vector_function(transform):
    ours = getattr(ad, transform)(lambda x: vector(ad, x))(X)
    close(ours, jax.jit(getattr(jax, transform)(lambda x: vector(jnp, x)))(X))


@pytest.mark.parametrize("transform", ["grad", "value_and_grad", "hessian"])
def test_derivatives_over_a_dictionary(transform):
    ours = getattr(ad, transform)(lambda m: model(ad, m))(MODEL)
    close(ours, jax.jit(getattr(jax, transform)(lambda m: model(jnp, m)))(MODEL))


@pytest.mark.parametrize("transform", ["jacfwd", "jacrev"])
def test_a_jacobian_of_a_dictionary_over_a_dictionary(transform):
    def f(T, m):
        return {"p": m["x"] * m["y"][0], "q": [T.sum(m["x"]), m["y"]]}

    point = {"x": X, "y": (2.0,)}
    ours = getattr(ad, transform)(lambda m: f(ad, m))(point)
    close(ours, jax.jit(getattr(jax, transform)(lambda m: f(jnp, m)))(point))


@pytest.mark.parametrize("argnums", [-1, (0,), (1, 0)])
@pytest.mark.parametrize("transform", ["grad", "jacrev", "hessian"])
def test_argnums(transform, argnums):
    def f(T, x, y):
        return T.sum(x * x * T.sin(y))

    ours = getattr(ad, transform)(lambda x, y: f(ad, x, y), argnums=argnums)(X, Y)
    close(ours, jax.jit(getattr(jax, transform)(lambda x, y: f(jnp, x, y), argnums=argnums))(X, Y))


def test_jvp():
    close(
        ad.jvp(lambda x, m: (vector(ad, x), model(ad, m)), (X, MODEL), (Y, MODEL)),
        jax.jvp(lambda x, m: (vector(jnp, x), model(jnp, m)), (X, MODEL), (Y, MODEL)),
    )


def test_vjp():
    ours, pullback = ad.vjp(lambda x, m: [vector(ad, x), model(ad, m)], X, MODEL)
    theirs, pulled = jax.vjp(lambda x, m: [vector(jnp, x), model(jnp, m)], X, MODEL)
    seed = [np.arange(5.0), np.array(3.0)]
    close(ours, theirs)
    close(pullback(seed), pulled(seed))


@pytest.mark.parametrize(
    ("in_axes", "out_axes", "shapes"),
    [
        (0, 0, ((4, 3), (4, 3))),
        ((0, None), 0, ((4, 3), (3,))),
        ((None, 0), -1, ((3,), (4, 3))),
        ((1, 0), 1, ((3, 4), (4, 3))),
        ((-1, -1), 0, ((3, 4), (3, 4))),
    ],
)
def test_vmap(in_axes, out_axes, shapes):
    def f(T, x, y):
        return T.stack([x * y, T.cumsum(x, axis=0)]) + T.dot(x, y)

    rng = np.random.default_rng(0)
    arguments = [rng.normal(size=shape) for shape in shapes]
    ours = ad.vmap(lambda x, y: f(ad, x, y), in_axes=in_axes, out_axes=out_axes)(*arguments)
    theirs = jax.vmap(lambda x, y: f(jnp, x, y), in_axes=in_axes, out_axes=out_axes)(*arguments)
    close(ours, theirs)


COMPOSITIONS = {
    "vmap of grad": lambda L, f: L.vmap(L.grad(f)),
    "vmap of jvp of grad": lambda L, f: L.vmap(lambda x: L.jvp(L.grad(f), (x,), (x,))[1]),
    "jacfwd of vmap of grad": lambda L, f: L.jacfwd(L.vmap(L.grad(f))),
    "jacrev of vmap": lambda L, f: L.jacrev(L.vmap(f)),
    "vmap of vjp": lambda L, f: L.vmap(lambda x: L.vjp(f, x)[1](f(x))[0]),
}


@pytest.mark.parametrize("name", COMPOSITIONS)
def test_compositions(name):
    stack = np.stack([X, Y])
    ours = COMPOSITIONS[name](ad, lambda x: scalar(ad, x))(stack)
    close(ours, jax.jit(COMPOSITIONS[name](jax, lambda x: scalar(jnp, x)))(stack))


@pytest.mark.parametrize("transform", ["grad", "jacfwd", "jacrev"])
@pytest.mark.parametrize("name", ["sin", "exp", "log", "tanh", "sqrt", "square"])
def test_holomorphic_derivatives(transform, name):
    z = np.array(0.5 + 0.25j)
    ours = getattr(ad, transform)(getattr(ad, name), holomorphic=True)(z)
    close(ours, getattr(jax, transform)(getattr(jnp, name), holomorphic=True)(z))


def test_the_complex_gradient_is_the_conjugate_of_jaxs():
    def f(T, z):
        return T.sum(T.abs(z * z + 1) ** 2) + T.sum(T.real(z) * T.imag(T.exp(z)))

    z = X + 1j * Y
    ours = ad.grad(lambda z: f(ad, z))(z)
    close(ours, np.conj(jax.grad(lambda z: f(jnp, z))(z)))


def test_the_tangent_of_a_complex_function_is_jaxs():
    def f(T, z):
        return T.conj(z) * T.abs(z) + T.real(z * z)

    z, t = X + 1j * Y, Y - 2j * X
    close(ad.jvp(lambda z: f(ad, z), (z,), (t,)), jax.jvp(lambda z: f(jnp, z), (z,), (t,)))


def test_has_aux():
    def f(T, x):
        return T.sum(x * x), {"sum": T.sum(x)}

    for transform in ("grad", "value_and_grad", "jacfwd", "jacrev"):
        ours = getattr(ad, transform)(lambda x: f(ad, x), has_aux=True)(X)
        close(ours, jax.jit(getattr(jax, transform)(lambda x: f(jnp, x), has_aux=True))(X))
