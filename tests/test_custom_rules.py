"""custom_jvp and custom_vjp: the rule is used, nests, and misuse says what is wrong."""

import numpy as np
import pytest

import autodiff as ad

X, Y = 0.7, 1.3


@ad.custom_jvp
def forward_sine(x, y):
    return ad.sin(x) * y


@forward_sine.defjvp
def _(primals, tangents):
    (x, y), (dx, dy) = primals, tangents
    return forward_sine(x, y), ad.cos(x) * y * dx + ad.sin(x) * dy


@ad.custom_vjp
def reverse_sine(x, y):
    return ad.sin(x) * y


reverse_sine.defvjp(
    lambda x, y: (reverse_sine(x, y), (x, y)),
    lambda kept, g: (g * ad.cos(kept[0]) * kept[1], g * ad.sin(kept[0])),
)
BOTH = pytest.mark.parametrize("f", [forward_sine, reverse_sine])


@BOTH
def test_gradients_of_three_orders(f):
    assert float(ad.grad(f)(X, Y)) == pytest.approx(np.cos(X) * Y)
    assert float(ad.grad(f, 1)(X, Y)) == pytest.approx(np.sin(X))
    assert float(ad.grad(ad.grad(f))(X, Y)) == pytest.approx(-np.sin(X) * Y)
    assert float(ad.grad(ad.grad(ad.grad(f)))(X, Y)) == pytest.approx(-np.cos(X) * Y)


@BOTH
def test_batches_inside_and_outside(f):
    xs = np.linspace(0, 1, 4)
    np.testing.assert_allclose(ad.vmap(f, (0, None))(xs, 2.0), 2 * np.sin(xs))
    np.testing.assert_allclose(ad.vmap(ad.grad(f), (0, None))(xs, 2.0), 2 * np.cos(xs))
    dx, dy = ad.grad(lambda x, y: ad.vmap(f, (0, None))(x, y).sum(), (0, 1))(xs, 2.0)
    np.testing.assert_allclose(dx, 2 * np.cos(xs))
    assert float(dy) == pytest.approx(np.sin(xs).sum())


@BOTH
def test_recorded_tensors(f):
    x = ad.tensor(X, requires_grad=True)
    (slope,) = ad.autograd.grad(f(x, Y), x, create_graph=True)
    (bend,) = ad.autograd.grad(slope, x)
    assert (slope.item(), bend.item()) == pytest.approx((np.cos(X) * Y, -np.sin(X) * Y))


def test_the_stated_rule_is_used_and_not_the_function():
    @ad.custom_jvp
    def f(x):
        return x * x

    f.defjvp(lambda primals, tangents: (f(*primals), 100.0 * tangents[0]))

    @ad.custom_vjp
    def g(x):
        return x * x

    g.defvjp(lambda x: (g(x), None), lambda kept, c: (100.0 * c,))
    assert float(ad.grad(f)(3.0)) == float(ad.jvp(f, (3.0,), (1.0,))[1]) == 100.0
    assert float(ad.grad(g)(3.0)) == 100.0
    assert float(f(3.0)) == float(g(3.0)) == 9.0


def test_forward_mode():
    assert float(ad.jvp(forward_sine, (X, Y), (1.0, 0.0))[1]) == pytest.approx(np.cos(X) * Y)
    with pytest.raises(ad.RuleError, match="reverse_sine has a pullback only"):
        ad.jvp(reverse_sine, (X, Y), (1.0, 0.0))


def test_containers():
    @ad.custom_jvp
    def f(d):
        return {"s": d["a"] * d["b"]}

    @f.defjvp
    def rule(primals, tangents):
        d, t = primals[0], tangents[0]
        return f(d), {"s": d["a"] * t["b"] + t["a"] * d["b"]}

    slopes = ad.grad(lambda d: f(d)["s"])({"a": 2.0, "b": 5.0})
    assert {k: float(v) for k, v in slopes.items()} == {"a": 5.0, "b": 2.0}


def test_a_cotangent_of_none_is_zero():
    @ad.custom_vjp
    def f(x, y):
        return x * y

    f.defvjp(lambda x, y: (f(x, y), y), lambda y, g: (g * y, None))
    assert [float(v) for v in ad.grad(f, (0, 1))(2.0, 3.0)] == [3.0, 0.0]


def test_constant_arguments_come_first_in_a_rule():
    def power(n, x):
        return x**n

    f = ad.custom_jvp(power, nondiff_argnums=(0,))
    f.defjvp(lambda n, p, t: (f(n, *p), n * p[0] ** (n - 1) * t[0]))
    g = ad.custom_vjp(power, nondiff_argnums=(0,))
    g.defvjp(lambda n, x: (g(n, x), x), lambda n, x, c: (c * n * x ** (n - 1),))
    assert float(ad.grad(f, 1)(3, 2.0)) == float(ad.grad(g, 1)(3, 2.0)) == 12.0


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (lambda p, t: t[0], "pair"),
        (lambda p, t: (p[0], (t[0], t[0])), "form"),
        (lambda p, t: (p[0], np.ones(3)), "shape"),
    ],
)
def test_a_wrong_pushforward_is_named(rule, words):
    f = ad.custom_jvp(ad.sin)
    f.defjvp(rule)
    with pytest.raises(ad.RuleError, match=words):
        ad.jvp(f, (1.0,), (1.0,))


@pytest.mark.parametrize(
    ("backward", "words"),
    [
        (lambda kept, g: g, "tuple"),
        (lambda kept, g: (g, g), "2 for 1"),
        (lambda kept, g: (np.ones(3),), "shape"),
    ],
)
def test_a_wrong_pullback_is_named(backward, words):
    f = ad.custom_vjp(ad.sin)
    f.defvjp(lambda x: (f(x), None), backward)
    with pytest.raises(ad.RuleError, match=words):
        ad.grad(f)(1.0)


def test_a_missing_rule_is_named():
    with pytest.raises(ad.RuleError, match="defjvp"):
        ad.grad(ad.custom_jvp(lambda x: x))(1.0)
    with pytest.raises(ad.RuleError, match="defvjp"):
        ad.grad(ad.custom_vjp(lambda x: x))(1.0)
