"""Optimisers in functional style: containers, schedules, chains, derivatives, what is refused."""

import pickle

import numpy as np
import pytest

import autodiff as ad
from autodiff import optimize
from autodiff.optimize import schedules

FIRST_ORDER = {
    "sgd": optimize.sgd(0.05),
    "momentum": optimize.momentum(0.01),
    "nesterov": optimize.nesterov(0.01),
    "adagrad": optimize.adagrad(0.5),
    "adadelta": optimize.adadelta(1.0, eps=1e-2),
    "rmsprop": optimize.rmsprop(0.02),
    "adam": optimize.adam(0.05),
    "adamw": optimize.adamw(0.05, weight_decay=1e-4),
}
CURVED = {"lbfgs": optimize.lbfgs(), "newton_cg": optimize.newton_cg()}
EVERY = {**FIRST_ORDER, **CURVED}


def loss(params):
    """Least, 0, at w = [1, -2], b = (3,)."""
    return ((params["w"] - np.array([1.0, -2.0])) ** 2).sum() + (params["b"][0] - 3) ** 2


def params_at_zero():
    return {"w": np.zeros(2), "b": (np.array(0.0),), "none": None}


def descend(opt, params, steps, f=loss):
    state = opt.init(params)
    for _ in range(steps):
        params, state = opt.update(ad.grad(f)(params), state, params, f)
    return params, state


@pytest.mark.parametrize("name", EVERY)
def test_a_container_reaches_the_minimum(name):
    params, _ = descend(EVERY[name], params_at_zero(), 600 if name in FIRST_ORDER else 5)
    np.testing.assert_allclose(params["w"], [1, -2], atol=0.02)
    np.testing.assert_allclose(params["b"][0], 3, atol=0.02)
    assert params["none"] is None


@pytest.mark.parametrize("name", EVERY)
def test_a_state_is_a_container_that_pickles(name):
    opt = EVERY[name]
    params, state = descend(opt, params_at_zero(), 3)
    for leaf in ad.core.tree.flatten(state)[0]:
        assert isinstance(leaf, np.ndarray | np.generic)
    params, state = pickle.loads(pickle.dumps((params, state)))
    for _ in range(2):
        params, state = opt.update(ad.grad(loss)(params), state, params, loss)
    whole, after = descend(opt, params_at_zero(), 5)
    for one, other in ((params, whole), (state, after)):
        pairs = zip(ad.core.tree.flatten(one)[0], ad.core.tree.flatten(other)[0], strict=True)
        for x, y in pairs:
            np.testing.assert_array_equal(x, y)
    assert int(state["step"]) == 5


@pytest.mark.parametrize("name", EVERY)
def test_nothing_is_changed_in_place(name):
    params = params_at_zero()
    state = EVERY[name].init(params)
    EVERY[name].update(ad.grad(loss)(params), state, params, loss)
    assert params["w"].tolist() == [0, 0] and int(state["step"]) == 0


@pytest.mark.parametrize("name", FIRST_ORDER)
def test_eager_tensors_stay_leaves(name):
    opt, x = FIRST_ORDER[name], ad.tensor([4.0, 2.0], requires_grad=True)
    fixed = ad.tensor([1.0, 1.0])
    params = [x, fixed]
    state = opt.init(params)
    ((x - 1) ** 2).sum().backward()
    (new, other), state = opt.update([x.grad, fixed], state, params)
    assert isinstance(new, ad.Tensor) and new.is_leaf and new.requires_grad
    assert not other.requires_grad and x.tolist() == [4, 2]
    expected, _ = opt.update([np.array([6.0, 2.0])], opt.init([np.zeros(2)]), [np.array([4.0, 2])])
    np.testing.assert_allclose(new.detach().numpy(), expected[0], rtol=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64])
@pytest.mark.parametrize("name", EVERY)
def test_dtypes_are_kept(name, dtype):
    opt, x = EVERY[name], np.array([1.0, 2.0], dtype)

    def f(x):
        return (ad.real(x) ** 2 + ad.imag(x) ** 2).sum()

    state = opt.init(x)
    for _ in range(2):
        x, state = opt.update(ad.grad(f)(x), state, x, f)
    assert x.dtype == dtype


def test_a_gradient_passes_through_the_steps():
    def after(rate, start):
        opt, x = optimize.adam(rate), start
        state = opt.init(x)
        for _ in range(3):
            x, state = opt.update(2 * x + x**3, state, x)
        return (x * x).sum()

    at, start, h = 0.1, np.array([1.0, -2.0]), 1e-6
    slope = ad.grad(after)(at, start)
    difference = (after(at + h, start) - after(at - h, start)) / (2 * h)
    np.testing.assert_allclose(slope, difference, rtol=1e-7)
    np.testing.assert_allclose(
        ad.grad(after, 1)(at, start)[0],
        (after(at, start + np.array([h, 0])) - after(at, start - np.array([h, 0]))) / (2 * h),
        rtol=1e-6,
    )


def test_many_starts_move_together_under_vmap():
    opt = optimize.rmsprop(0.1)

    def moved(x):
        state = opt.init(x)
        for _ in range(2):
            x, state = opt.update(2 * x, state, x)
        return x

    starts = np.array([[1.0, 2.0], [-3.0, 0.5]])
    np.testing.assert_allclose(ad.vmap(moved)(starts), [moved(x) for x in starts], rtol=1e-15)


# ---------------------------------------------------------------- chains and schedules


def test_the_length_of_the_gradient_is_cut():
    opt = optimize.chain(optimize.clip_by_global_norm(1.0), optimize.sgd(1.0))
    params = [np.zeros(1), np.zeros(1)]
    (x, y), _ = opt.update([np.array([30.0]), np.array([40.0])], opt.init(params), params)
    np.testing.assert_allclose([x[0], y[0]], [-0.6, -0.8])
    (x, y), _ = opt.update([np.array([0.3]), np.array([0.4])], opt.init(params), params)
    np.testing.assert_allclose([x[0], y[0]], [-0.3, -0.4])


def test_parts_stand_before_and_behind_the_optimizer():
    opt = optimize.chain(
        optimize.add_weight_decay(0.1),
        optimize.clip_by_value(1.0),
        optimize.sgd(1.0),
        lambda change, params: ad.tree_map(lambda c: c / 2, change),
    )
    params = [np.array([5.0, 20.0])]
    new, state = opt.update([np.array([0.1, 0.0])], opt.init(params), params)
    np.testing.assert_allclose(new[0], [5 - 0.3, 20 - 0.5])
    assert int(state["step"]) == 1


def test_decay_in_the_chain_is_decay_of_the_method():
    params = params_at_zero() | {"w": np.array([5.0, 6.0])}
    inside = descend(optimize.adam(0.1, weight_decay=0.3), params, 5)[0]
    chain = optimize.chain(optimize.add_weight_decay(0.3), optimize.adam(0.1))
    np.testing.assert_allclose(descend(chain, params, 5)[0]["w"], inside["w"], rtol=1e-14)


def test_a_schedule_is_asked_for_each_step():
    rates = []

    def schedule(step):
        rates.append(step)
        return 0.1 / (1 + step)

    params, _ = descend(optimize.sgd(schedule), [np.array(1.0)], 3, lambda p: p[0])
    assert rates == [0, 1, 2]
    np.testing.assert_allclose(params[0], 1 - 0.1 - 0.05 - 0.1 / 3)


SCHEDULES = {
    "constant": (schedules.constant(0.3), {0: 0.3, 99: 0.3}),
    "exponential": (schedules.exponential(1.0, 0.5, 10), {0: 1, 10: 0.5, 5: 0.5**0.5}),
    "staircase": (schedules.exponential(1.0, 0.5, 10, staircase=True), {9: 1, 10: 0.5, 19: 0.5}),
    "stepwise": (schedules.stepwise(1.0, {10: 0.1, 20: 0.5}), {9: 1, 10: 0.1, 20: 0.05}),
    "cosine": (schedules.cosine(1.0, 10, 0.2), {0: 1, 5: 0.6, 10: 0.2, 50: 0.2}),
    "warm_up": (schedules.warm_up(schedules.cosine(1.0, 10), 4), {0: 0, 2: 0.5, 4: 1, 9: 0.5}),
    "inverse_time": (schedules.inverse_time(1.0, 1.0, 5), {0: 1, 5: 0.5, 15: 0.25}),
    "one_cycle": (schedules.one_cycle(1.0, 10), {0: 0.04, 3: 1.0, 10: 4e-6}),
}


@pytest.mark.parametrize("name", SCHEDULES)
def test_rates_of_a_schedule(name):
    schedule, expected = SCHEDULES[name]
    for step, rate in expected.items():
        np.testing.assert_allclose(schedule(step), rate, rtol=1e-12, atol=1e-15)
        assert not isinstance(schedule(step), np.generic)
    steps = np.array(list(expected), float)
    values = np.broadcast_to(schedule(steps), steps.shape)
    np.testing.assert_allclose(values, list(expected.values()), rtol=1e-12, atol=1e-15)


# ---------------------------------------------------------------- what is refused

NAN = np.array([1.0, np.nan])
FAULTS = [
    (lambda: optimize.sgd(-1.0), "learning rate"),
    (lambda: optimize.sgd("fast"), "learning rate"),
    (lambda: optimize.adam(betas=(0.9, 1.0)), "index 1"),
    (lambda: optimize.adam(betas=0.9), "two numbers"),
    (lambda: optimize.lbfgs(memory=0), "memory=0"),
    (lambda: optimize.newton_cg(radius=-1), "radius=-1"),
    (lambda: optimize.clip_by_value(0), "limit=0"),
    (lambda: optimize.chain(), "exactly one"),
    (lambda: optimize.chain(optimize.sgd(), optimize.adam()), "exactly one"),
    (lambda: optimize.chain(3, optimize.adam()), "no part"),
    (lambda: schedules.cosine(1.0, 0), "steps=0"),
    (lambda: schedules.one_cycle(1.0, 10, share=2), "share=2"),
    (lambda: optimize.sgd().init([np.arange(3)]), r"params\[0\] has dtype int64"),
    (lambda: optimize.sgd().init({"w": "text"}), r"params\['w'\] is a str"),
    (lambda: optimize.lbfgs().update([NAN], {}, [NAN]), "looks at the function"),
]


@pytest.mark.parametrize(("fault", "words"), FAULTS)
def test_what_cannot_be_used_is_one_sentence(fault, words):
    with pytest.raises((ValueError, TypeError), match=words) as error:
        fault()
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", EVERY)
def test_a_gradient_without_numbers_is_named(name):
    opt, params = EVERY[name], {"w": [np.zeros(2), np.zeros(2)]}
    state = opt.init(params)
    params, state = opt.update({"w": [np.ones(2), np.ones(2)]}, state, params, lambda p: 0.0)
    with pytest.raises(optimize.NonFiniteError, match=r"params\['w'\]\[1\] holds NaN at step 2"):
        opt.update({"w": [np.ones(2), NAN]}, state, params, lambda p: 0.0)
    with pytest.raises(FloatingPointError, match="infinite"):
        opt.update({"w": [np.ones(2), np.array([np.inf, 0])]}, state, params, lambda p: 0.0)


def test_a_stateful_step_with_a_gradient_without_numbers_moves_nothing():
    x, y = ad.tensor([1.0], requires_grad=True), ad.tensor([0.0], requires_grad=True)
    opt = optimize.Adam([("first", x), ("second", y)])
    x.grad, y.grad = ad.tensor([1.0]), ad.tensor([np.nan])
    with pytest.raises(optimize.NonFiniteError, match="second holds NaN at step 1"):
        opt.step()
    assert x.tolist() == [1.0] and opt.state == {}


@pytest.mark.parametrize(
    ("gradients", "words"),
    [([np.zeros(2)], "container"), ({"w": np.zeros(3)}, r"\(3,\)"), ({"w": None}, "container")],
)
def test_gradients_fit_the_parameters(gradients, words):
    opt, params = optimize.sgd(), {"w": np.zeros(2)}
    with pytest.raises(ValueError, match=words):
        opt.update(gradients, opt.init(params), params)


def test_a_state_of_another_method_is_refused():
    params = [np.zeros(2)]
    with pytest.raises(ValueError, match="begin with init"):
        optimize.adam().update(params, optimize.sgd().init(params), params)


def test_clipping_can_refuse_what_is_no_number():
    x = ad.tensor([1.0], requires_grad=True)
    x.grad = ad.tensor([np.inf])
    with pytest.raises(optimize.NonFiniteError, match="is inf"):
        optimize.clip_grad_norm_([x], 1.0, error_if_nonfinite=True)
