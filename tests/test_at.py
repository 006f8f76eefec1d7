"""`x.at[index].set(v)` and its kin, beside JAX: values, gradients, places that are not there."""

import numpy as np
import pytest
from beside_jax import double_precision as double_precision, jax

import autodiff as ad
import autodiff.numpy as anp

jnp = jax.numpy
X = np.array([1.0, 2.0, 3.0, 4.0])
M = np.arange(1.0, 13.0).reshape(3, 4) / 5

A = np.array
CALLS = {
    "set": lambda x, v, N: x.at[1].set(v),
    "set from the end": lambda x, v, N: x.at[-1].set(v),
    "set beyond": lambda x, v, N: x.at[7].set(v),
    "set before": lambda x, v, N: x.at[-7].set(v),
    "set of a slice": lambda x, v, N: x.at[1:3].set(v),
    "set of an empty slice": lambda x, v, N: x.at[5:9].set(v),
    "set backwards": lambda x, v, N: x.at[::-2].set(N.stack([v, 2 * v])),
    "set of all": lambda x, v, N: x.at[...].set(v),
    "set with a new axis": lambda x, v, N: x.at[None, 1].set(v),
    "set at several": lambda x, v, N: x.at[A([0, 2])].set(N.stack([v, 3 * v])),
    "set at several, some beyond": lambda x, v, N: x.at[A([0, 9, -9])].set(v),
    "set clipped": lambda x, v, N: x.at[A([7, -9])].set(v, mode="clip"),
    "set dropped": lambda x, v, N: x.at[A([7, 1])].set(v, mode="drop"),
    "set by a mask": lambda x, v, N: x.at[A([True, False, True, False])].set(v),
    "set twice": lambda x, v, N: x.at[A([1, 1])].set(N.stack([v, 2 * v])),
    "add": lambda x, v, N: x.at[1].add(v),
    "add twice": lambda x, v, N: x.at[A([1, 1, 0])].add(v),
    "add beyond": lambda x, v, N: x.at[A([1, 4, -5])].add(N.stack([v, v, v])),
    "add clipped": lambda x, v, N: x.at[A([1, 4, -5])].add(N.stack([v, v, v]), mode="clip"),
    "add by a mask": lambda x, v, N: x.at[A([True, False, True, False])].add(v),
    "subtract": lambda x, v, N: x.at[A([1, 1])].subtract(v),
    "multiply": lambda x, v, N: x.at[1:3].multiply(v),
    "mul": lambda x, v, N: x.at[A([0, 1])].mul(v, unique_indices=True),
    "multiply twice": lambda x, v, N: x.at[A([1, 1])].multiply(A([2.0, 3.0])) + v,
    "divide": lambda x, v, N: x.at[1:3].divide(v),
    "divide twice": lambda x, v, N: x.at[A([1, 1])].divide(2.0) * v,
    "power": lambda x, v, N: x.at[1:3].power(v),
    "min": lambda x, v, N: x.at[1:3].min(v),
    "max": lambda x, v, N: x.at[1:3].max(v),
    "max twice": lambda x, v, N: x.at[A([1, 1])].max(N.stack([v, 2 * v])),
    "max of ties": lambda x, v, N: x.at[A([1, 1])].max(N.stack([v - 0.5, v - 0.5])),
    "min beyond": lambda x, v, N: x.at[A([1, 8])].min(v - 1),
    "get": lambda x, v, N: x.at[1].get() * v,
    "get beyond": lambda x, v, N: x.at[7].get() * v,
    "get before": lambda x, v, N: x.at[-7].get() * v,
    "get filled": lambda x, v, N: x.at[A([7, -5, 1])].get(mode="fill", fill_value=-1) * v,
    "get filled one": lambda x, v, N: x.at[7].get(mode="fill", fill_value=0) * v,
    "get without wrapping": lambda x, v, N: (
        x.at[-1].get(mode="fill", fill_value=3, wrap_negative_indices=False) * v
    ),
    "get clipped": lambda x, v, N: x.at[A([7, -9])].get(mode="clip") * v,
    "get of a slice": lambda x, v, N: x.at[1:].get(indices_are_sorted=True) * v,
}  # fmt: skip
TABLE = {
    "a row": lambda x, v, N: x.at[1].set(v),
    "a column": lambda x, v, N: x.at[:, 1].add(v),
    "an element": lambda x, v, N: x.at[1, 2].multiply(v),
    "elements": lambda x, v, N: x.at[A([0, 2]), A([1, 3])].set(N.stack([v, -v])),
    "elements beyond": lambda x, v, N: x.at[A([0, 5]), A([1, 3])].add(N.stack([v, -v])),
    "rows beyond": lambda x, v, N: x.at[A([0, 5])].add(v),
    "rows and a slice": lambda x, v, N: x.at[A([0, 0]), 1:3].add(v),
    "columns beyond": lambda x, v, N: x.at[..., A([3, 4])].set(v),
    "a row beyond, filled": lambda x, v, N: x.at[5].get(mode="fill", fill_value=0.5) * v,
    "columns, filled": lambda x, v, N: x.at[1:, A([5, 0])].get(mode="fill", fill_value=0.5) * v,
    "a mask": lambda x, v, N: x.at[A([True, False, True])].set(v),
    "rows twice": lambda x, v, N: x.at[A([0, 0])].max(v),
}


def both(call, x, v=1.5):
    its, its_slopes = jax.value_and_grad(
        lambda x, v: (lambda y: (y * y).sum())(call(x, v, jnp)), (0, 1)
    )(jnp.array(x), v)
    mine, slopes = ad.value_and_grad(
        lambda x, v: (lambda y: (y * y).sum())(call(x, v, anp)), (0, 1)
    )(x, v)
    np.testing.assert_allclose(mine, its, rtol=1e-13)
    for m, i in zip(slopes, its_slopes):
        np.testing.assert_allclose(m, i, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", CALLS)
def test_vectors(name):
    both(CALLS[name], X)


@pytest.mark.parametrize("name", TABLE)
def test_matrices(name):
    both(TABLE[name], M)


@pytest.mark.parametrize("name", CALLS)
def test_forward_mode_agrees(name):
    f = lambda x, v: CALLS[name](x, v, anp)  # noqa: E731
    t, s = np.array([0.3, -1.0, 0.5, 2.0]), 0.7
    out, tangent = ad.jvp(f, (X, 1.5), (t, s))
    g = np.cos(np.arange(np.size(out))).reshape(np.shape(out))
    _, pullback = ad.vjp(f, X, 1.5)
    a, b = pullback(g)
    np.testing.assert_allclose(np.sum(g * tangent), a @ t + b * s, rtol=1e-12)


@pytest.mark.parametrize("index", [A([1, 2]), A([1, 1, 9]), slice(1, 3), 1, A([True, False] * 2)])
def test_functions_are_applied(index):
    mine = ad.tensor(X, requires_grad=True)
    y = mine.at[index].apply(anp.sqrt)
    np.testing.assert_allclose(y.detach().numpy(), jnp.array(X).at[index].apply(jnp.sqrt))
    assert ad.autograd.gradcheck(lambda x: x.at[index].apply(anp.sqrt), (mine,))


def test_a_nearest_element_has_the_derivative_of_what_is_read():
    x = ad.tensor(X, requires_grad=True)
    assert x.at[A([7, -7, 1])].get().tolist() == [4.0, 1.0, 2.0]
    assert ad.autograd.gradcheck(lambda x: x.at[A([7, -7, 1])].get(), (x,))


def test_nan_is_read_where_nothing_is():
    assert np.isnan(ad.tensor(X).at[7].get(mode="fill").item())
    assert ad.tensor([1, 2]).at[7].get(mode="fill").item() == np.iinfo(np.int64).min


def test_indices_may_be_batched():
    f = lambda N: lambda i, v: N.sin(v).at[i].set(9.0)  # noqa: E731
    i, v = np.array([0, 9, -1]), np.array([[1.0, 2.0]] * 3)
    np.testing.assert_allclose(ad.vmap(f(anp))(i, v), jax.vmap(f(jnp))(i, v))
    g = lambda i, v: v.at[i].get(mode="fill", fill_value=-1.0)  # noqa: E731
    np.testing.assert_allclose(ad.vmap(g)(i, v), jax.vmap(g)(i, jnp.array(v)))
    h = lambda i, v: v.at[i].add(v[0])  # noqa: E731
    np.testing.assert_allclose(ad.vmap(h)(i, v), jax.vmap(h)(i, jnp.array(v)))


def test_values_may_be_batched():
    f = lambda v: v.at[1].max(2.5).at[0].multiply(3.0)  # noqa: E731
    v = np.array([[1.0, 2.0], [2.0, 3.0]])
    np.testing.assert_allclose(ad.vmap(f)(v), jax.vmap(f)(jnp.array(v)))


def test_a_tensor_stays_as_it_is():
    x = ad.tensor(X, requires_grad=True)
    y = x.at[1].set(9.0)
    y.sum().backward()
    assert x.tolist() == X.tolist()
    assert y.tolist() == [1.0, 9.0, 3.0, 4.0]
    assert x.grad.tolist() == [1.0, 0.0, 1.0, 1.0]


BAD = {
    "a list": lambda x: x.at[[1, 2]].set(0.0),
    "a number between": lambda x: x.at[1.5].set(0.0),
    "too many": lambda x: x.at[0, 1].set(0.0),
    "an unknown mode": lambda x: x.at[1].set(0.0, mode="foo"),
    "an unknown mode of get": lambda x: x.at[1].get(mode="wrap"),
    "text": lambda x: x.at[1].set("word"),
    "a shape that does not fit": lambda x: x.at[1].set(x),
    "a mask that is too short": lambda x: x.at[np.array([True, False])].set(0.0),
    "a mask behind an ellipsis": lambda x: x.at[..., np.array([True] * 9)].get(),
}


@pytest.mark.parametrize("name", BAD)
def test_errors_are_jax_s(name):
    kinds = []
    for x in (jnp.array(X), ad.tensor(X)):
        with pytest.raises((TypeError, ValueError, IndexError)) as raised:
            BAD[name](x)
        kinds.append(raised.type)
    assert issubclass(kinds[1], kinds[0])


def test_what_is_cast_says_so():
    with pytest.warns(FutureWarning, match="cast to int64"):
        y = ad.tensor([1, 2]).at[0].set(1.5)
    assert y.tolist() == [1, 2]
