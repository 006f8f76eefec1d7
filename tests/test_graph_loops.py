"""Loops of symbolic graphs: how often they run is decided by what is fed."""

import pickle

import numpy as np
import pytest

import autodiff as ad


def power_above(limit, x):
    return ad.while_loop(lambda y: y < limit, lambda y: y * x, x)


def test_a_loop_on_an_unfed_variable_runs_as_often_as_the_numbers_ask():
    x = ad.Variable(name="x")
    executor = ad.Executor([power_above(100, x)])
    assert executor.run(feed_dict={x: 3.0}) == [243.0]
    assert executor.run(feed_dict={x: 20.0}) == [400.0]


def test_it_has_derivatives_of_every_order():
    x = ad.Variable(name="x")
    y = power_above(100, x)
    (dy,) = ad.gradients(y, [x])
    (ddy,) = ad.gradients(dy, [x])
    assert ad.Executor([dy, ddy]).run(feed_dict={x: 3.0}) == [5 * 81.0, 20 * 27.0]


def test_a_loop_with_a_known_shape():
    x = ad.Variable(name="x", shape=(2,), dtype=float)
    y = ad.while_loop(lambda y: y.sum() < 100, lambda y: y * x, x)
    (dy,) = ad.gradients(y.sum(), [x])
    assert y.shape == (2,)
    found = ad.Executor([y, dy]).run(feed_dict={x: np.array([2.0, 3.0])})
    np.testing.assert_array_equal(found, [[32.0, 243.0], [5 * 16.0, 5 * 81.0]])


def test_a_state_of_several_values_and_a_bound_from_outside():
    x, n = ad.Variable(name="x"), ad.Variable(name="n")
    start = {"i": 0.0, "v": np.ones(3)}
    last = ad.while_loop(
        lambda s: s["i"] < n, lambda s: {"i": s["i"] + 1.0, "v": ad.sin(s["v"]) * x}, start
    )
    dx, dn = ad.gradients(last["v"].sum(), [x, n])

    def steps(x):
        v = np.ones(3)
        for _ in range(3):
            v = ad.sin(v) * x
        return v.sum()

    found = ad.Executor([last["v"].sum(), dx, dn]).run(feed_dict={x: 2.0, n: 3.0})
    np.testing.assert_allclose(found, [steps(2.0), ad.grad(steps)(2.0), 0.0], rtol=1e-15)


def test_loops_in_loops():
    def f(x):
        def body(i, y):
            return ad.while_loop(lambda z: z < y, lambda z: z * 2.0, 1.0) + y * x

        return ad.fori_loop(0, 3, body, x)

    x = ad.Variable(name="x")
    y = f(x)
    found = ad.Executor([y, *ad.gradients(y, [x])]).run(feed_dict={x: 3.0})
    assert found == list(ad.value_and_grad(f)(3.0))


def test_a_graph_with_a_loop_pickles():
    x = ad.Variable(name="x")
    (dy,) = ad.gradients(power_above(100, x), [x])
    again, variable = pickle.loads(pickle.dumps((dy, x)))
    assert ad.Executor([again]).run(feed_dict={variable: 3.0}) == [405.0]


def test_a_body_that_changes_a_shape_is_refused_when_the_graph_is_built():
    x = ad.Variable(name="x", shape=(), dtype=float)
    with pytest.raises(
        ValueError, match=r"while_loop: .* change from float64 \(\) to float64 \(2,\)"
    ):
        ad.while_loop(lambda y: y.sum() < 9, lambda y: ad.stack([y, y]), x)


def test_a_body_that_changes_the_containers_is_refused():
    x = ad.Variable(name="x", shape=(), dtype=float)
    with pytest.raises(ValueError, match="while_loop: the values of the state change from"):
        ad.while_loop(lambda s: s["y"] < 9, lambda s: [s["y"]], {"y": x})
