"""The names of jax.lax beside JAX: values, and gradients of a weighted sum."""

import numpy as np
import pytest
from beside_jax import double_precision as double_precision, jax

import autodiff as ad
from autodiff.core.errors import DTypeError, ShapeError

X = np.array([[0.3, 1.2, -0.7], [2.0, 0.1, 0.9]])
CALLS = {
    "integer_pow": lambda L, x: L.integer_pow(x, 3),
    "clamp": lambda L, x: L.clamp(0.0, x, 1.0),
    "select": lambda L, x: L.select(x > 0.5, x * 2, x * 3),
    "select_n": lambda L, x: L.select_n(x > 0.5, x * 2, x * 3),
    "rsqrt": lambda L, x: L.rsqrt(L.abs(x)),
    "logistic": lambda L, x: L.logistic(x),
    "rem": lambda L, x: L.rem(x, 0.4),
    "lgamma": lambda L, x: L.lgamma(L.abs(x)),
    "erf_inv": lambda L, x: L.erf_inv(x / 4),
    "bessel_i1e": lambda L, x: L.bessel_i1e(x),
    "reduce_sum": lambda L, x: L.reduce_sum(x, (0,)),
    "reduce_max": lambda L, x: L.reduce_max(x, (1,)),
    "reduce_min": lambda L, x: L.reduce_min(x, (0, 1)),
    "reduce_prod": lambda L, x: L.reduce_prod(x, (1,)),
    "reduce_or": lambda L, x: L.reduce_or(x > 1, (0,)),
    "cumsum": lambda L, x: L.cumsum(x, 1),
    "cumsum from the end": lambda L, x: L.cumsum(x, 1, reverse=True),
    "cumprod": lambda L, x: L.cumprod(x, axis=0),
    "cummax": lambda L, x: L.cummax(x, 1),
    "cummin from the end": lambda L, x: L.cummin(x, 1, reverse=True),
    "cumlogsumexp": lambda L, x: L.cumlogsumexp(x, 1),
    "argmax": lambda L, x: L.argmax(x, 1, np.int32),
    "sort of several": lambda L, x: L.sort((L.floor(x), x), num_keys=2),
    "reshape in another order": lambda L, x: L.reshape(x, (6,), (1, 0)),
    "dot_general of nothing": lambda L, x: L.dot_general(
        x[:0], x[:0], (((1,), (1,)), ((0,), (0,)))
    ),
    "top_k": lambda L, x: L.top_k(x, 2),
    "sort": lambda L, x: L.sort(x, dimension=0),
    "sort_key_val": lambda L, x: L.sort_key_val(x[0], x[1]),
    "dot": lambda L, x: L.dot(x, x.T),
    "dot_general": lambda L, x: L.dot_general(x, x, (((1,), (1,)), ((), ()))),
    "dot_general in step": lambda L, x: L.dot_general(x, x * 2, (((1,), (1,)), ((0,), (0,)))),
    "batch_matmul": lambda L, x: L.batch_matmul(x[None], x.T[None]),
    "broadcast": lambda L, x: L.broadcast(x, (2,)),
    "broadcast_in_dim": lambda L, x: L.broadcast_in_dim(x, (2, 4, 3), (0, 2)),
    "collapse": lambda L, x: L.collapse(x, 0, 2),
    "concatenate": lambda L, x: L.concatenate([x, x * 2], 1),
    "rev": lambda L, x: L.rev(x, (0, 1)),
    "transpose": lambda L, x: L.transpose(x, (1, 0)),
    "reshape": lambda L, x: L.reshape(x, (3, 2)),
    "expand_dims": lambda L, x: L.expand_dims(x, (0,)),
    "squeeze": lambda L, x: L.squeeze(x[:1], (0,)),
    "broadcasted_iota": lambda L, x: L.broadcasted_iota(np.int64, (2, 3), 1),
    "full_like": lambda L, x: L.full_like(x, 2.0),
    "slice": lambda L, x: L.slice(x, (0, 1), (2, 3)),
    "slice in steps": lambda L, x: L.slice(x, (0, 0), (2, 3), (1, 2)),
    "slice_in_dim": lambda L, x: L.slice_in_dim(x, 1, 3, axis=1),
    "index_in_dim": lambda L, x: L.index_in_dim(x, 1, axis=1, keepdims=False),
    "dynamic_slice": lambda L, x: L.dynamic_slice(x, (0, 2), (2, 2)),
    "dynamic_slice from the end": lambda L, x: L.dynamic_slice(x, (-1, -2), (1, 2)),
    "dynamic_slice_in_dim": lambda L, x: L.dynamic_slice_in_dim(x, 9, 2, axis=1),
    "dynamic_index_in_dim": lambda L, x: L.dynamic_index_in_dim(x, -1, 1, keepdims=False),
    "dynamic_update_slice": lambda L, x: L.dynamic_update_slice(x, x[:1, :2] * 5, (5, 1)),
    "dynamic_update_slice_in_dim": lambda L, x: L.dynamic_update_slice_in_dim(x, x[:, :1], 1, 1),
    "dynamic_update_index_in_dim": lambda L, x: L.dynamic_update_index_in_dim(x, x[0], 1, 0),
    "convert_element_type": lambda L, x: L.convert_element_type(x, np.float32) * 1.0,
    "stop_gradient": lambda L, x: x * L.stop_gradient(x),
}


def weighed(found, N):
    """A weighted sum of the floating parts of a result."""
    parts = found if isinstance(found, (tuple, list)) else [found]
    parts = [p for p in parts if np.dtype(p.dtype).kind == "f"]
    return sum([(p * np.cos(np.arange(p.size)).reshape(p.shape)).sum() for p in parts])


def shown(found):
    parts = found if isinstance(found, (tuple, list)) else [found]
    return [np.asarray(p) for p in parts]


@pytest.mark.parametrize("name", CALLS)
def test_values_and_gradients_are_jax_s(name):
    call = CALLS[name]
    its = shown(call(jax.lax, jax.numpy.array(X)))
    for m, i in zip(shown(call(ad.lax, X)), its, strict=True):
        np.testing.assert_allclose(m, i, rtol=1e-12)
        assert m.shape == i.shape
    if any(i.dtype.kind == "f" for i in its):
        mine = ad.grad(lambda x: weighed(call(ad.lax, x), ad.numpy) + 0 * x.sum())(X)
        theirs = jax.grad(lambda x: weighed(call(jax.lax, x), jax.numpy) + 0 * x.sum())(X)
        np.testing.assert_allclose(mine, theirs, rtol=1e-7, atol=1e-12)


def test_places_may_be_batched():
    f = lambda L: lambda i: L.dynamic_slice(X, (0, i), (2, 2))  # noqa: E731
    i = np.array([0, 1, 7, -1])
    np.testing.assert_array_equal(ad.vmap(f(ad.lax))(i), jax.vmap(f(jax.lax))(i))


@pytest.mark.parametrize(
    "call",
    [
        lambda L, x: L.select(x > 0, x, x[0]),
        lambda L, x: L.dynamic_slice(x, (0, 0), (3, 3)),
        lambda L, x: L.dynamic_slice(x, (0,), (1, 1)),
        lambda L, x: L.dynamic_update_slice(x, np.ones((3, 3)), (0, 0)),
    ],
)
def test_bad_calls_raise_as_jax_s(call):
    kinds = []
    for L, x in ((jax.lax, jax.numpy.array(X)), (ad.lax, X)):
        with pytest.raises((TypeError, ValueError)) as raised:
            call(L, x)
        kinds.append(raised.type)
    assert {k for k in kinds[0].__mro__ if k.__module__ == "builtins"} & set(kinds[1].__mro__)


WHOLE = {
    "div": lambda L, x: L.div(x, x[::-1]),
    "rem": lambda L, x: L.rem(x, x[::-1]),
    "reduce_sum": lambda L, x: L.reduce_sum(x, (0,)),
    "reduce_prod": lambda L, x: L.reduce_prod(x, (0, 1)),
    "cumsum": lambda L, x: L.cumsum(x, 1, reverse=True),
    "cumprod": lambda L, x: L.cumprod(x, 0),
}


@pytest.mark.parametrize("dtype", [np.int64, np.int8, np.uint8])
@pytest.mark.parametrize("name", WHOLE)
def test_whole_numbers_keep_their_dtype(name, dtype):
    x = np.array([[7, 101, 3], [100, 2, 90], [5, 6, 9]], dtype) * np.array([1, -1, 1]).astype(dtype)
    ours, theirs = WHOLE[name](ad.lax, x), np.asarray(WHOLE[name](jax.lax, jax.numpy.asarray(x)))
    assert ours.dtype == theirs.dtype
    assert ours.tolist() == theirs.tolist()


def test_a_slice_lies_inside_the_array():
    with pytest.raises(ShapeError, match="do not lie in the shape"):
        ad.lax.slice(X, (0, 1), (2, 5))


def test_reductions_of_truths_need_truths():
    with pytest.raises(DTypeError, match="reduce_and: the dtype is int64; it needs truths"):
        ad.lax.reduce_and(np.array([3, 4]), (0,))
