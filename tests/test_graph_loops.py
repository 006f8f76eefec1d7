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


X = np.linspace(0.2, 1.0, 20)


def scanned(w):
    def step(c, x):
        new = ad.tanh(c * x + w)
        return new, new * c

    last, ys = ad.scan(step, w * 0.5, X)
    return last * ys.sum()


def scanned_back(w):
    last, ys = ad.scan(lambda c, x: (c * x + 0.1 * c, c), w, np.stack([X, X]).T, reverse=True)
    return (last * ys[3]).sum()


def scanned_over(w):
    last, ys = ad.scan(lambda c, x: (c + ad.sin(x), c * x), np.asarray(1.0), w)
    return last * ys.sum()


def counted(w):
    return ad.fori_loop(0, 30, lambda i, y: ad.cos(y) * w + i * 0.01, np.asarray(0.5))


def mapped(w):
    return (ad.map(lambda x: ad.exp(-x * w), X) * X).sum()


@pytest.mark.parametrize("declared", [True, False])
@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize(
    ("f", "value"),
    [
        (scanned, 0.7),
        (scanned_back, np.array([0.7, 0.9])),
        (scanned_over, X),
        (counted, 0.4),
        (mapped, 0.6),
    ],
)
def test_loops_of_unfed_variables_stay_loops(f, value, compiled, declared, monkeypatch):
    monkeypatch.setenv("AUTODIFF_CACHE", "")
    known = declared or f is scanned_over  # whose number of steps is the first size
    shape, dtype = (np.shape(value), float) if known else (None, None)
    x = ad.Variable(name="x", shape=shape, dtype=dtype)
    y = f(x)
    (dy,) = ad.gradients(y, [x])
    executor = ad.Executor([y, dy], compile=compiled)
    assert len(executor.order) < 60  # and not a copy of the body for every step
    for v in (value, value * 0.5):
        found = executor.run(feed_dict={x: v})
        np.testing.assert_allclose(found[0], f(v), rtol=1e-12)
        np.testing.assert_allclose(found[1], ad.grad(f)(v), rtol=1e-11)


@pytest.mark.parametrize("compiled", [True, False])
def test_a_number_of_steps_that_is_fed(compiled, monkeypatch):
    monkeypatch.setenv("AUTODIFF_CACHE", "")
    x, n = ad.Variable(name="x"), ad.Variable(name="n")
    y = ad.fori_loop(0, n, lambda i, y: y * x + i, np.asarray(1.0))
    (dy,) = ad.gradients(y, [x])
    (ddy,) = ad.gradients(dy, [x])
    executor = ad.Executor([y, dy, ddy], compile=compiled)
    for steps in (0, 3, 7):

        def f(x, steps=steps):
            return ad.fori_loop(0, steps, lambda i, y: y * x + i, np.asarray(1.0))

        found = executor.run(feed_dict={x: 1.5, n: steps})
        expected = [f(1.5), ad.grad(f)(1.5), ad.grad(ad.grad(f))(1.5)]
        np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("compiled", [True, False])
def test_the_trip_count_depends_on_what_is_fed(compiled, monkeypatch):
    monkeypatch.setenv("AUTODIFF_CACHE", "")
    x = ad.Variable(name="x")
    y = power_above(100, x)
    (dy,) = ad.gradients(y, [x])
    (ddy,) = ad.gradients(dy, [x])
    executor = ad.Executor([y, dy, ddy], compile=compiled)
    for v in (3.0, 20.0, 1.5):
        f = lambda x: power_above(100, x)  # noqa: E731
        expected = [f(v), ad.grad(f)(v), ad.grad(ad.grad(f))(v)]
        np.testing.assert_allclose(executor.run(feed_dict={x: v}), expected, rtol=1e-12)
