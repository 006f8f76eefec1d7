"""Functions with rules of the user's own, in autograd's spelling, under every transform."""

import math

import numpy as np
import pytest

import autodiff as ad
import autodiff.compat.autograd as autograd
import autodiff.compat.autograd.numpy as anp
from autodiff.compat.autograd import core
from autodiff.compat.autograd.extend import (
    SparseObject,
    VJPNode,
    def_linear,
    defjvp,
    defjvp_argnums,
    defvjp,
    defvjp_argnums,
    notrace_primitive,
    primitive,
    register_notrace,
    vspace,
)
from autodiff.compat.autograd.test_util import check_grads

X = np.array([1.0, 2.0, 3.0])
SHARES = np.exp(X) / np.exp(X).sum()
CURVATURE = np.diag(SHARES) - np.outer(SHARES, SHARES)


@pytest.fixture(autouse=True)
def _the_same_directions():
    """check_grads draws its directions from NumPy's global generator, as autograd's does."""
    np.random.seed(0)  # noqa: NPY002


@primitive
def logsumexp(x):
    """Written with plain NumPy and with `math`, which no tracing survives."""
    assert type(x) is np.ndarray
    return x.max() + math.log(np.exp(x - x.max()).sum())


defvjp(logsumexp, lambda ans, x: lambda g: g * anp.exp(x - ans))


@primitive
def cube(x):
    return float(x) ** 3


defvjp(cube, lambda ans, x: lambda g: g * 3 * x**2)
defjvp(cube, lambda g, ans, x: 3 * x**2 * g)


def eager_gradient():
    x = ad.tensor(X, requires_grad=True)
    logsumexp(x).backward()
    return x.grad.value


def eager_second():
    x = ad.tensor(X, requires_grad=True)
    (g,) = ad.autograd.grad(logsumexp(x), x, create_graph=True)
    g[0].backward()
    return x.grad.value


def by_graph(shape):
    x = ad.Variable(name="x", shape=shape)
    (g,) = ad.gradients(logsumexp(x), [x])
    return ad.Executor([g]).run(feed_dict={x: X})[0]


WAYS = {
    "autograd's grad": (lambda: autograd.grad(logsumexp)(X), SHARES),
    "ours": (lambda: ad.grad(logsumexp)(X), SHARES),
    "second order": (lambda: autograd.hessian(logsumexp)(X), CURVATURE),
    "reverse twice": (lambda: ad.jacrev(ad.jacrev(logsumexp))(X), CURVATURE),
    "eager": (eager_gradient, SHARES),
    "eager twice": (eager_second, CURVATURE[0]),
    "batched": (lambda: ad.vmap(logsumexp)(np.stack([X, X])), 2 * [np.log(np.exp(X).sum())]),
    "gradients batched": (lambda: ad.vmap(ad.grad(logsumexp))(np.stack([X, X])), [SHARES, SHARES]),
    "gradient of a batch": (
        lambda: ad.grad(lambda x: ad.vmap(logsumexp)(x).sum())(np.stack([X, X])),
        [SHARES, SHARES],
    ),
    "graph": (lambda: by_graph((3,)), SHARES),
    "graph of unknown shape": (lambda: by_graph(None), SHARES),
    "compiled": (lambda: ad.jit(ad.grad(logsumexp))(X), SHARES),
    "recomputed": (
        lambda: autograd.grad(autograd.checkpoint(lambda x: 2 * logsumexp(x)))(X),
        2 * SHARES,
    ),
    "two pullbacks": (
        lambda: autograd.make_jvp_reversemode(logsumexp)(X)(X),
        SHARES @ X,
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_pullback_serves_every_transform(way):
    found, expected = WAYS[way]
    assert np.allclose(found(), expected, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize(
    "push",
    [lambda: autograd.deriv(logsumexp)(X), lambda: ad.jvp(logsumexp, (X,), (X,))],
)
def test_forward_mode_names_defjvp(push):
    with pytest.raises(NotImplementedError, match=r"JVP of logsumexp wrt argnums \(0,\).*defjvp"):
        push()


def test_a_pushforward_serves_forward_mode():
    assert autograd.deriv(cube)(2.0) == 12.0
    assert ad.jvp(ad.grad(cube), (2.0,), (1.0,))[1] == 12.0
    check_grads(cube)(2.0)


def test_none_is_zero_and_what_is_not_stated_raises():
    @primitive
    def product(x, y, z):
        return x * y * z

    defvjp(product, lambda ans, x, y, z: lambda g: g * y * z, None)
    defjvp(product, None, "same", argnums=[2, 0])
    assert autograd.grad(product, (0, 1))(2.0, 3.0, 4.0) == (12.0, 0.0)
    with pytest.raises(NotImplementedError, match="VJP of product wrt argnum 2 not defined"):
        autograd.grad(product, 2)(2.0, 3.0, 4.0)
    assert autograd.make_jvp(product, (0, 2))(2.0, 3.0, 4.0)((1.0, 1.0))[1] == 12.0
    with pytest.raises(NotImplementedError, match="JVP of product wrt argnum 1 not defined"):
        autograd.deriv(product, 1)(2.0, 3.0, 4.0)
    with pytest.raises(TypeError, match="'some' is no rule of product"):
        defjvp(product, "some")
    with pytest.raises(TypeError, match="unexpected keyword argument 'argnum'"):
        defvjp(product, None, argnum=0)


def test_rules_of_several_arguments_at_once():
    @primitive
    def product(x, y):
        return float(x) * float(y)

    seen = []

    def pull(argnums, ans, args, kwargs):
        seen.append(argnums)
        return lambda g: tuple(g * args[1 - n] for n in argnums)

    defvjp_argnums(product, pull)
    defjvp_argnums(
        product,
        lambda argnums, gs, ans, args, kwargs: sum(g * args[1 - n] for n, g in zip(argnums, gs)),
    )
    assert autograd.grad(product, (0, 1))(2.0, 3.0) == (3.0, 2.0)
    assert seen == [(0, 1)]
    assert autograd.deriv(product, 1)(2.0, 3.0) == 2.0


def test_linear_functions():
    @primitive
    def twice(x):
        return 2.0 * np.asarray(x)

    def_linear(twice)
    assert autograd.deriv(twice)(3.0) == 2.0


def test_containers_in_and_out():
    @primitive
    def f(d, k):
        return {"s": d["a"] * k, "t": [d["b"] + k, "a word"]}

    defvjp(
        f,
        lambda ans, d, k: lambda g: {"a": g["s"] * k, "b": g["t"][0]},
        lambda ans, d, k: lambda g: g["s"] * d["a"] + g["t"][0],
    )
    assert f({"a": 2.0, "b": 3.0}, 4.0) == {"s": 8.0, "t": [7.0, "a word"]}

    def product(d, k):
        out = f(d, k)
        return out["s"] * out["t"][0] * len(out["t"][1])

    slopes = autograd.grad(product, (0, 1))({"a": 2.0, "b": 3.0}, 4.0)
    assert slopes == ({"a": 6 * 28.0, "b": 6 * 8.0}, 6 * 22.0)


def test_complex_rules_are_in_autograds_convention():
    @primitive
    def square(z):
        return complex(z) ** 2

    defvjp(square, lambda ans, z: lambda g: g * 2 * z)
    defjvp(square, lambda g, ans, z: g * 2 * z)
    assert autograd.holomorphic_grad(square)(1 + 2j) == 2 + 4j
    assert ad.grad(square, holomorphic=True)(1 + 2j) == 2 + 4j

    def real_part(z):
        return anp.real(square(z))

    assert autograd.grad(real_part)(1 + 2j) == 2 + 4j
    assert ad.grad(real_part)(1 + 2j) == 2 - 4j
    check_grads(square)(1 + 2j)


def test_a_broadcast_argument_gets_the_sum():
    @primitive
    def product(x, y):
        return x * y

    defvjp(product, lambda ans, x, y: lambda g: g * y, lambda ans, x, y: lambda g: g * x)
    slopes = autograd.grad(lambda x, y: anp.sum(product(x, y)), (0, 1))(2.0, X)
    assert slopes[0] == 6.0
    assert slopes[1].tolist() == [2.0, 2.0, 2.0]


def test_sparse_cotangents():
    @primitive
    def first(x):
        return x[0]

    def pull(ans, x):
        def added(g):
            def mut_add(whole):
                whole[0] += g
                return whole

            return SparseObject(vspace(x), mut_add)

        return added

    defvjp(first, pull)
    assert autograd.grad(lambda x: first(x) + 2 * first(x))(X).tolist() == [3.0, 0.0, 0.0]


def test_methods_and_keyword_parameters():
    class Scale:
        @primitive
        def __call__(self, x, power=1):
            return float(x) ** power

    defvjp(Scale.__call__, lambda ans, self, x, power=1: lambda g: g * power * ans / x, argnums=[1])
    assert autograd.grad(lambda x: Scale()(x, power=3))(2.0) == 12.0


def test_a_differentiated_keyword_is_refused():
    @primitive
    def product(x, y):
        return x * y

    with pytest.raises(TypeError, match="product: a keyword argument is being differentiated"):
        autograd.grad(lambda x: product(x, y=x))(1.0)


def test_errors_of_the_function_stay_as_they_are():
    @primitive
    def broken(x):
        raise ValueError("of the user")

    with pytest.raises(ValueError, match=r"^of the user$"):
        autograd.grad(broken)(1.0)


def test_a_cotangent_in_the_wrong_container():
    @primitive
    def f(pair):
        return pair[0] + pair[1]

    defvjp(f, lambda ans, pair: lambda g: g)
    with pytest.raises(TypeError, match="vjp of f gives 1 arrays for an argument of 2"):
        autograd.grad(f)((1.0, 2.0))


def test_rules_of_our_own_functions_are_not_replaced():
    with pytest.raises(TypeError, match="defvjp: sin is no primitive"):
        defvjp(anp.sin, None)


def test_constants_by_choice():
    held = notrace_primitive(lambda x: float(x) ** 2)
    assert autograd.grad(lambda x: x * held(x))(3.0) == 9.0

    @primitive
    def square(x):
        return x**2

    defvjp(square, lambda ans, x: lambda g: 2 * g * x)
    assert autograd.grad(lambda x: x * square(x))(3.0) == 27.0
    register_notrace(VJPNode, square)
    assert autograd.grad(lambda x: x * square(x))(3.0) == 9.0
    with pytest.raises(TypeError, match="register_notrace: int is no mode"):
        register_notrace(int, square)


def test_rules_as_methods_warn():
    @core.primitive
    def product(x, y):
        return x * y

    with pytest.warns(UserWarning, match="defgrad as a method is deprecated"):
        product.defgrad(lambda ans, x, y: lambda g: g * y)
    with pytest.warns(UserWarning, match="defvjp as a method is deprecated"):
        product.defvjp(lambda g, ans, vs, gvs, x, y: g * x, argnum=1)
    assert autograd.grad(product, (0, 1))(2.0, 3.0) == (3.0, 2.0)
    with pytest.warns(UserWarning, match="defvjp_is_zero"):
        product.defvjp_is_zero([0])
    assert autograd.grad(product)(2.0, 3.0) == 0.0


def test_vmap_over_no_examples_is_refused():
    with pytest.raises(ValueError, match="logsumexp: vmap over no examples"):
        ad.vmap(logsumexp)(np.zeros((0, 3)))
