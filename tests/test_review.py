"""Programs that once gave a wrong number or a stray error, each with its right answer."""

from itertools import permutations

import numpy as np
import pytest

import autodiff as ad


def test_integers_fed_to_a_differentiated_variable_count_as_floats():
    v = ad.Variable(name="v")
    y = ad.exp(v * 2) * 0.5
    value, slope = ad.Executor([y, *ad.gradients(y, [v])]).run(feed_dict={v: np.array([1, 2])})
    np.testing.assert_allclose(value, 0.5 * np.exp([2.0, 4.0]))
    np.testing.assert_allclose(slope, np.exp([2.0, 4.0]))


@pytest.mark.parametrize("transform", [ad.grad, ad.jacfwd, ad.vmap])
def test_an_outer_tensor_takes_no_inner_value(transform):
    def filled(x, y):
        y = y[0]
        y.copy_(x)
        return y

    def item(x, y):
        y[0] = x
        return y.sum()

    def added(x, y):
        y = y[1]
        y += x
        return y

    x = np.ones(2) if transform is ad.vmap else 1.0
    expected = {ad.grad: 1.0, ad.jacfwd: 1.0, ad.vmap: np.ones(2)}[transform]
    for f in (filled, item, added):
        outer = ad.zeros(2)
        with pytest.raises(ad.TracedError, match="in place"):
            transform(lambda x, f=f, y=outer: f(x, y))(x)
        assert outer.tolist() == [0.0, 0.0]
        inside = transform(lambda x, f=f: f(x, ad.zeros(2)))(x)
        np.testing.assert_array_equal(np.asarray(inside), expected)


@pytest.mark.parametrize(
    "index",
    [
        (0, slice(None), [1, 2]),
        ([0, 1], None, [0, 2]),
        ([0, 1], ..., 1),
        ([True, False], slice(None), [1]),
    ],
)
def test_separated_index_arrays_under_vmap(index):
    key = tuple(np.array(i) if isinstance(i, list) else i for i in index)
    xs = np.arange(48.0).reshape(2, 2, 3, 4)
    np.testing.assert_array_equal(ad.vmap(lambda x: x[key])(xs), np.stack([x[key] for x in xs]))
    slopes = ad.vmap(ad.grad(lambda x: (x[key] ** 2).sum()))(xs)
    expected = np.zeros_like(xs)
    for x, e in zip(xs, expected):
        e[key] = 2 * x[key]
    np.testing.assert_array_equal(slopes, expected)
    vs = np.arange(2.0)[:, None] + np.zeros(xs[0][key].shape).ravel()
    vs = vs.reshape(2, *xs[0][key].shape)
    found = ad.vmap(lambda x, v: ad.setitem(x, key, v))(xs, vs)
    for x, v, f in zip(xs, vs, found):
        x = x.copy()
        x[key] = v
        np.testing.assert_array_equal(f, x)


def test_argmax_of_all_elements_under_vmap():
    xs = np.arange(12.0).reshape(2, 2, 3)
    assert ad.vmap(ad.argmax)(xs).tolist() == [5, 5]
    assert ad.vmap(ad.argmin)(xs).tolist() == [0, 0]
    assert ad.argmax(xs, keepdims=True).shape == (1, 1, 1)
    with pytest.raises(TypeError, match="one axis"):
        ad.argmax(xs, axis=(0, 1))


def test_views_of_a_number_follow_it():
    x = ad.tensor([3.0, 4.0])
    c = x.sum()
    v = c.ravel()
    c.mul_(5.0)
    assert v.tolist() == [35.0]
    w = (x.sum() * 1).unsqueeze(0)
    w[..., 0] *= 2
    assert w.tolist() == [14.0]


def test_an_element_written_twice_raises_however_it_is_named():
    x = ad.tensor(np.ones(3), requires_grad=True) * 1
    for key in (np.array([0, 0]), np.array([0, -3])):
        with pytest.raises(IndexError, match="twice"):
            ad.grad(lambda v, key=key: ad.setitem(np.ones(3), key, v).sum())(np.ones(2))
    assert ad.setitem(x, np.array([0, 2]), 5.0).tolist() == [5.0, 1.0, 5.0]


def test_results_share_no_memory():
    ct = np.ones(2)
    _, pullback = ad.vjp(lambda x, y: x + y, np.ones(2), np.ones(2))
    a, b = pullback(ct)
    a[:] = 0
    assert b.tolist() == ct.tolist() == [1.0, 1.0]
    x, t = np.ones(2), np.ones(2)
    y, pushed = ad.jvp(lambda x: x, (x,), (t,))
    assert y is not x
    assert pushed is not t
    v = ad.Variable(name="v")
    assert ad.Executor([v]).run({v: x})[0] is not x


def test_a_pullback_of_integers_raises():
    with pytest.raises(ad.DTypeError, match="int"):
        ad.vjp(np.exp, 2)


def test_terms_of_a_gradient_add_in_any_order_under_forward_mode():
    terms = (lambda x: x * 3.0, lambda x: x * 2.0, lambda x: x * x, lambda x: x[:1])
    for order in permutations(terms):

        def f(x, order=order):
            return sum([term(x) for term in order]).sum()

        np.testing.assert_allclose(ad.jacfwd(ad.grad(f))(np.ones(2)), 2 * np.eye(2))


def test_the_gradient_in_an_intermediate_of_a_released_graph():
    x = ad.tensor(2.0, requires_grad=True)
    y = x * x
    ad.autograd.grad(y * 1, [x])
    assert ad.autograd.grad(y * 3, [y])[0].item() == 3.0


def test_an_index_of_a_mask_and_a_tensor():
    def f(x):
        return x[np.array([True, False]), ad.tensor(2)].sum()

    assert ad.grad(f)(np.ones((2, 3))).tolist() == [[0, 0, 1], [0, 0, 0]]


def test_the_product_over_no_axis():
    assert ad.grad(lambda x: ad.prod(x, axis=()).sum())(np.ones(2)).tolist() == [1.0, 1.0]
