"""Branches and loops: both modes, nesting, batches, and few kept states."""

import numpy as np
import pytest

import autodiff as ad

POWER = {"x": 3.0, "value": 243.0, "slope": 5 * 81.0, "bend": 20 * 27.0}


def power_above_hundred(x):
    """x to the least power that exceeds 100."""
    return ad.while_loop(lambda y: y < 100, lambda y: y * x, x)


def sines(w, **kept):
    """Fifty steps of a map with a parameter that the body closes over."""
    return ad.fori_loop(0, 50, lambda i, y: ad.sin(y * w) + 0.1 * i, 0.5, **kept)


def recurrence(carry, xs, **kept):
    """A scan whose carry and outputs both count."""
    last, ys = ad.scan(lambda c, x: (ad.sin(c * x) + x, c * x * x), carry, xs, **kept)
    return last + (ys * ys).sum()


def test_a_loop_whose_length_depends_on_the_data_differentiates_in_both_modes():
    x = POWER["x"]
    assert float(power_above_hundred(x)) == POWER["value"]
    assert float(ad.grad(power_above_hundred)(x)) == POWER["slope"]
    assert float(ad.jvp(power_above_hundred, (x,), (1.0,))[1]) == POWER["slope"]
    assert float(ad.grad(ad.grad(power_above_hundred))(x)) == pytest.approx(POWER["bend"])


def test_only_the_branch_taken_is_run():
    def f(x):
        return ad.cond(x > 0, ad.log, lambda x: -x, x)

    assert float(ad.grad(f)(2.0)) == 0.5
    assert float(ad.grad(f)(-2.0)) == -1.0


def test_switch_clamps_its_index():
    branches = [lambda x: x, lambda x: x * x, lambda x: x**3]
    slopes = [
        float(ad.grad(lambda x, i=i: ad.switch(i, branches, x))(2.0)) for i in (-1, 0, 1, 2, 9)
    ]
    assert slopes == [1.0, 1.0, 4.0, 12.0, 12.0]


def test_scan_equals_a_python_loop():
    xs = np.linspace(0.1, 1.0, 7)

    def unrolled(carry, xs):
        total = 0.0
        for i in range(len(xs)):
            y = carry * xs[i] * xs[i]
            carry, total = ad.sin(carry * xs[i]) + xs[i], total + y * y
        return carry + total

    for argnum in (0, 1):
        found = ad.grad(recurrence, argnum)(0.3, xs)
        np.testing.assert_allclose(found, ad.grad(unrolled, argnum)(0.3, xs), rtol=1e-13)


def test_a_reverse_scan_starts_at_the_end():
    last, ys = ad.scan(lambda c, x: (2 * c + x, c), 0.0, np.array([1.0, 2.0, 3.0]), reverse=True)
    assert float(last) == 2 * (2 * 3 + 2) + 1
    assert ys.tolist() == [8.0, 3.0, 0.0]


def test_scan_with_containers_and_without_xs():
    def step(carry, _):
        return {"a": carry["b"], "b": carry["a"] + carry["b"]}, carry["a"]

    last, ys = ad.scan(step, {"a": 0.0, "b": 1.0}, None, length=6)
    assert ys.tolist() == [0.0, 1.0, 1.0, 2.0, 3.0, 5.0]
    assert float(last["a"]) == 8.0


def test_map_stacks_what_each_element_gives():
    found = ad.map(lambda x: {"square": x * x}, np.arange(3.0))
    assert found["square"].tolist() == [0.0, 1.0, 4.0]
    assert (
        ad.jacfwd(lambda xs: ad.map(ad.square, xs))(np.arange(3.0)).tolist()
        == np.diag([0.0, 2, 4]).tolist()
    )


@pytest.mark.parametrize("room", [1, 2, 3, 5, 50, 80])
def test_kept_states_do_not_change_derivatives(room):
    expected, bend = ad.grad(sines)(1.3), ad.grad(ad.grad(sines))(1.3)

    def few(w):
        return sines(w, checkpoints=room)

    assert float(ad.grad(few)(1.3)) == pytest.approx(float(expected), rel=1e-12)
    assert float(ad.grad(ad.grad(few))(1.3)) == pytest.approx(float(bend), rel=1e-11)
    assert float(ad.jvp(ad.grad(few), (1.3,), (1.0,))[1]) == pytest.approx(float(bend), rel=1e-11)


@pytest.mark.parametrize("room", [1, 2, 3, 30])
def test_kept_carries_of_a_scan_do_not_change_derivatives(room):
    xs = np.linspace(0.1, 1.0, 23)
    for argnum in (0, 1):
        few = ad.grad(lambda c, x: recurrence(c, x, checkpoints=room), argnum)(0.3, xs)
        np.testing.assert_allclose(few, ad.grad(recurrence, argnum)(0.3, xs), rtol=1e-12)


@pytest.mark.parametrize("room", [1, 2, 4, 9])
def test_a_loop_of_unknown_length_keeps_few_states(room):
    def grown(x, **kept):
        return ad.while_loop(lambda y: (y * y).sum() < 1000, lambda y: 1.1 * y * x, x, **kept).sum()

    x = np.array([1.2, 1.1])
    few = ad.grad(lambda x: grown(x, checkpoints=room))(x)
    np.testing.assert_allclose(few, ad.grad(grown)(x), rtol=1e-13)


def test_memory_is_given_in_bytes():
    def f(x):
        room = {"memory": 6 * (8 * 5 + 512)}
        return ad.fori_loop(0, 40, lambda i, y: y + 0.01 * ad.sin(y), x, **room).sum()

    x = np.linspace(0, 1, 5)
    plain = ad.grad(lambda x: ad.fori_loop(0, 40, lambda i, y: y + 0.01 * ad.sin(y), x).sum())(x)
    np.testing.assert_allclose(ad.grad(f)(x), plain, rtol=1e-13)


def test_recorded_gradients_pass_through_kept_loops():
    w = ad.tensor(1.3, requires_grad=True)
    for kept in ({}, {"checkpoints": 3}):
        (slope,) = ad.autograd.grad(sines(w, **kept), w, create_graph=True)
        (bend,) = ad.autograd.grad(slope, w)
        assert bend.item() == pytest.approx(float(ad.grad(ad.grad(sines))(1.3)), rel=1e-11)


def test_a_gradient_inside_a_loop_inside_a_gradient():
    def descent(rate):
        slope = ad.grad(lambda y: y**4 / 4)
        return ad.fori_loop(0, 3, lambda i, y: y - rate * slope(y), 1.0)

    h = 1e-6
    numeric = (descent(0.1 + h) - descent(0.1 - h)) / (2 * h)
    assert float(ad.grad(descent)(0.1)) == pytest.approx(float(numeric), rel=1e-8)


def test_nested_loops():
    def f(x):
        return ad.fori_loop(
            0, 3, lambda i, y: ad.while_loop(lambda z: z < 10 * (i + 1), lambda z: z * x, y), x
        )

    assert float(ad.grad(f)(2.0)) == 5 * 2.0**4


def test_examples_end_their_loops_one_by_one():
    x = np.array([2.0, 3.0, 11.0])
    assert ad.vmap(power_above_hundred)(x).tolist() == [128.0, 243.0, 121.0]
    assert ad.vmap(ad.grad(power_above_hundred))(x).tolist() == [448.0, 405.0, 22.0]


def test_examples_choose_their_own_branch():
    found = ad.vmap(lambda x: ad.cond(x > 0, ad.square, ad.negative, x))(np.array([-2.0, 3.0]))
    assert found.tolist() == [2.0, 9.0]
    branches = [lambda x: x, lambda x: x * x]
    chosen = ad.vmap(lambda i, x: ad.switch(i, branches, x))(np.array([0, 1, 5]), 3 * np.ones(3))
    assert chosen.tolist() == [3.0, 9.0, 9.0]


def test_tensors_pass_through_loops():
    x = ad.tensor(3.0, requires_grad=True)
    power_above_hundred(x).backward()
    assert x.grad.item() == POWER["slope"]


@pytest.mark.parametrize(
    ("program", "words"),
    [
        (lambda: ad.fori_loop(0, 2, lambda i, y: ad.cat([y, y]), np.ones(2)), r"\(2,\).*\(4,\)"),
        (lambda: ad.while_loop(lambda y: y.sum() < 9, lambda y: (y, y), np.ones(2)), "while_loop"),
        (lambda: ad.scan(lambda c, x: c, 0.0, np.ones(2)), "pair"),
        (lambda: ad.scan(lambda c, x: (c, x), 0.0, (np.ones(2), np.ones(3))), "steps"),
        (lambda: ad.scan(lambda c, x: (c, x), 0.0), "length="),
        (lambda: ad.fori_loop(0, 1.5, lambda i, y: y, 0.0), "integer"),
        (lambda: ad.cond(np.array([True, False]), ad.sin, ad.cos, 1.0), "one truth value"),
        (lambda: ad.switch(0, [], 1.0), "branches"),
        (lambda: ad.fori_loop(0, 3, lambda i, y: y, 1.0, checkpoints=0), "checkpoints"),
    ],
)
def test_misuse_raises_one_sentence(program, words):
    with pytest.raises(ad.ArgumentError, match=words):
        program()


def test_a_branch_on_an_unfed_variable_becomes_a_choice():
    x = ad.Variable(name="x", shape=())
    y = ad.cond(x > 0, ad.square, ad.negative, x)
    (slope,) = ad.gradients(y, [x])
    run = ad.Executor([y, slope]).run
    assert [float(v) for v in run({x: 3.0})] == [9.0, 6.0]
    assert [float(v) for v in run({x: -3.0})] == [3.0, -1.0]
