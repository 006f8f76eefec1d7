"""solve_ivp with events and dense output: SciPy's numbers, and derivatives in closed form."""

import numpy as np
import pytest
from scipy import integrate

import autodiff as ad
from autodiff import ConvergenceError
from autodiff.core.errors import ArgumentError, ShapeError

TIGHT = {"method": "DOP853", "rtol": 1e-11, "atol": 1e-11}


def fall(t, y, g):
    return ad.stack([y[1], -g * (1 + 0 * y[1])])


def ground(t, y, g):
    return y[0]


ground.terminal, ground.direction = True, -1


def top(t, y, g):
    return y[1]


def plain_fall(t, y, g):
    return [y[1], -g]


START = np.array([2.0, 3.0])
GRAVITY = 9.81
LANDING = (3 + np.sqrt(9 + 2 * GRAVITY * 2)) / GRAVITY


def landing(y0, g):
    """The closed form of the time at which the ground is hit."""
    return (y0[1] + ad.sqrt(y0[1] ** 2 + 2 * g * y0[0])) / g


def landed(y0, g, **options):
    settings = TIGHT | options
    return ad.solve_ivp(
        fall, (0.0, 5.0), y0, events=[ground, top], args=(g,), dense_output=True, **settings
    )


@pytest.mark.parametrize("method", ["RK23", "RK45", "DOP853", "Radau", "BDF", "LSODA"])
def test_the_result_is_that_of_scipy(method):
    settings = {"method": method, "rtol": 1e-6, "atol": 1e-8, "events": [ground, top]}
    settings |= {"args": (GRAVITY,), "dense_output": True}
    ours = ad.solve_ivp(fall, (0.0, 5.0), START, **settings)
    theirs = integrate.solve_ivp(plain_fall, (0.0, 5.0), START, **settings)
    assert ours.status == theirs.status == 1
    assert (ours.message, ours.success) == (theirs.message, True)
    assert set(theirs) <= set(ours)
    np.testing.assert_allclose(ours.t, theirs.t, rtol=1e-6)
    np.testing.assert_allclose(ours.y, theirs.y, rtol=1e-5, atol=1e-6)
    for mine, other in zip(ours.t_events + ours.y_events, theirs.t_events + theirs.y_events):
        assert mine.shape == other.shape
        np.testing.assert_allclose(mine, other, rtol=1e-5, atol=1e-6)
    times = np.linspace(0.1, 1.0, 4)
    assert ours.sol(0.5).shape == (2,) and ours.sol(times).shape == (2, 4)
    np.testing.assert_allclose(ours.sol(times), theirs.sol(times), rtol=1e-4, atol=1e-4)
    assert (ours.sol.t_min, ours.sol.t_max) == (0.0, ours.t[-1])


def test_without_events_and_without_the_solution_the_fields_are_none():
    found = ad.solve_ivp(lambda t, y: -y, (0.0, 1.0), np.ones(1))
    assert found.t_events is None and found.y_events is None and found.sol is None
    found = ad.solve_ivp(lambda t, y: -y, (0.0, 1.0), np.ones(1), events=lambda t, y: y[0] + 1)
    assert found.status == 0
    assert found.t_events[0].shape == (0,) and found.y_events[0].shape == (0,)


@pytest.mark.parametrize("adjoint", ["continuous", "discrete"])
@pytest.mark.parametrize("transform", [ad.jacrev, ad.jacfwd])
def test_the_time_of_an_event_moves_as_its_closed_form(transform, adjoint):
    time = lambda y0, g: landed(y0, g, adjoint=adjoint).t_events[0][0]  # noqa: E731
    assert np.isclose(time(START, GRAVITY), LANDING, rtol=1e-10)
    for argnum in (0, 1):
        np.testing.assert_allclose(
            transform(time, argnums=argnum)(START, GRAVITY),
            transform(landing, argnums=argnum)(START, GRAVITY),
            rtol=1e-8,
        )


def test_second_derivatives_of_the_time_of_an_event():
    time = lambda g: landed(START, g).t_events[0][0]  # noqa: E731
    closed = lambda g: landing(START, g)  # noqa: E731
    expected = ad.grad(ad.grad(closed))(GRAVITY)
    for twice in (
        ad.grad(ad.grad(time)), ad.jacfwd(ad.grad(time)), ad.jacfwd(ad.jacfwd(time)),
        ad.grad(ad.jacfwd(time)),
    ):  # fmt: skip
        np.testing.assert_allclose(twice(GRAVITY), expected, rtol=1e-6)


@pytest.mark.parametrize("transform", [ad.jacrev, ad.jacfwd])
def test_states_at_events_and_the_last_state_move_with_the_time(transform):
    def speed(y0):
        return -ad.sqrt(y0[1] ** 2 + 2 * GRAVITY * y0[0])

    expected = transform(speed)(START)
    for of in (
        lambda y0: landed(y0, GRAVITY).y_events[0][0, 1],
        lambda y0: landed(y0, GRAVITY).y[1, -1],
    ):
        np.testing.assert_allclose(transform(of)(START), expected, rtol=1e-8)
    height = transform(lambda y0: landed(y0, GRAVITY).y_events[1][0, 0])(START)
    np.testing.assert_allclose(height, [1, START[1] / GRAVITY], rtol=1e-8)
    still = transform(lambda y0: landed(y0, GRAVITY).y_events[0][0, 0])(START)
    np.testing.assert_allclose(still, [0, 0], atol=1e-8)
    last = transform(lambda y0: landed(y0, GRAVITY).t[-1])(START)
    np.testing.assert_allclose(last, transform(lambda y: landing(y, GRAVITY))(START), rtol=1e-8)


def test_an_event_may_depend_on_what_it_closes_over_and_on_time():
    def when(level, rate):
        def reached(t, y):
            return y[0] * ad.exp(-rate * t) - level

        found = ad.solve_ivp(lambda t, y: -y, (0.0, 9.0), np.ones(1), events=reached, **TIGHT)
        return found.t_events[0][0]

    # exp(-(1 + rate) t) = level
    level, rate = 0.2, 0.5
    assert np.isclose(when(level, rate), -np.log(level) / (1 + rate))
    np.testing.assert_allclose(
        ad.grad(when, argnums=(0, 1))(level, rate),
        [-1 / level / (1 + rate), np.log(level) / (1 + rate) ** 2],
        rtol=1e-8,
    )


def test_direction_and_a_count_of_terminal_events():
    def crossing(t, y):
        return y["x"]

    def run(direction, terminal):
        crossing.direction, crossing.terminal = direction, terminal
        return ad.solve_ivp(
            lambda t, y: {"v": -y["x"], "x": y["v"]}, (0.0, 20.0), {"v": 1.0, "x": 0.5},
            events=crossing, **TIGHT,
        )  # fmt: skip

    first = np.pi - np.arctan(0.5)
    both = run(0, False)
    np.testing.assert_allclose(both.t_events[0], first + np.pi * np.arange(6), rtol=1e-8)
    assert both.status == 0 and both.t[-1] == 20
    np.testing.assert_allclose(run(1, False).t_events[0], first + np.pi * np.arange(1, 6, 2))
    np.testing.assert_allclose(run(-1, False).t_events[0], first + np.pi * np.arange(0, 6, 2))
    counted = run(0, 3)
    assert counted.status == 1
    np.testing.assert_allclose(counted.t_events[0], first + np.pi * np.arange(3))
    assert np.isclose(counted.t[-1], first + 2 * np.pi)
    assert counted.y["x"].shape == counted.t.shape
    assert counted.y_events[0]["v"].shape == (3,)
    np.testing.assert_allclose(counted.y_events[0]["v"], np.sqrt(1.25) * np.array([-1, 1, -1]))


def test_containers_and_complex_states():
    def quarter(t, y):
        return ad.real(y["z"])

    def time(w, z):
        found = ad.solve_ivp(
            lambda t, y: {"z": 1j * w * y["z"]}, (0.0, 3.0), {"z": z}, events=quarter, **TIGHT
        )
        return found.t_events[0][0]

    assert np.isclose(time(2.0, 1 + 0j), np.pi / 4)
    assert np.isclose(ad.grad(time)(2.0, 1 + 0j), -np.pi / 8)
    # turning z by an angle a takes a / w off the time
    assert np.isclose(ad.grad(lambda a: time(2.0, ad.exp(1j * a)))(0.0), -0.5)


@pytest.mark.parametrize("adjoint", ["continuous", "discrete"])
def test_the_solution_is_a_function_of_time_with_derivatives(adjoint):
    def at(t, k, y0):
        found = ad.solve_ivp(
            lambda t, y, k: -k * y, (0.0, 2.0), y0, dense_output=True, args=(k,), adjoint=adjoint,
            **TIGHT,
        )  # fmt: skip
        return found.sol(t)

    t, k, y0 = 0.7, 1.3, np.array([2.0])
    value = 2 * np.exp(-k * t)
    assert np.isclose(at(t, k, y0)[0], value, rtol=1e-9)
    for gradient in (ad.jacrev, ad.jacfwd):
        found = gradient(at, argnums=(0, 1, 2))(t, k, y0)
        for mine, closed in zip(found, (-k * value, -t * value, value / 2)):
            np.testing.assert_allclose(np.ravel(mine), closed, rtol=1e-8)
    third = ad.jacfwd(ad.jacfwd(ad.jacfwd(at)))(t, k, y0)
    np.testing.assert_allclose(third, [-(k**3) * value], rtol=1e-8)
    mixed = ad.jacrev(ad.jacfwd(at), argnums=1)(t, k, y0)
    np.testing.assert_allclose(mixed, [(k * t - 1) * value], rtol=1e-7)
    times = np.array([1.5, 0.1, 2.0])
    slopes = ad.jacobian(lambda ts: at(ts, k, y0)[0])(times)
    np.testing.assert_allclose(slopes, np.diag(-2 * k * np.exp(-k * times)), rtol=1e-8)


def test_derivatives_in_the_ends_of_the_time():
    def last(span):
        found = ad.solve_ivp(
            lambda t, y: t * y, (span[0], span[1]), np.ones(1), dense_output=True, **TIGHT
        )
        return ad.stack([found.y[0, -1], found.sol(1.0)[0], found.y[0, 0], found.t[0], found.t[-1]])

    a, b = 0.5, 1.5
    end, middle = np.exp((b * b - a * a) / 2), np.exp((1 - a * a) / 2)
    expected = [[-a * end, b * end], [-a * middle, 0], [0, 0], [1, 0], [0, 1]]
    for transform in (ad.jacrev, ad.jacfwd):
        found = transform(last)(np.array([a, b]))
        np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-9)


def test_backward_in_time():
    def half(t, y, k):
        return y[0] - 2.0

    def time(k):
        found = ad.solve_ivp(
            lambda t, y, k: -k * y, (1.0, -4.0), np.ones(1), events=half, dense_output=True,
            args=(k,), **TIGHT,
        )  # fmt: skip
        return found.t_events[0][0] + 0 * found.sol(0.5)[0]

    assert np.isclose(time(0.5), 1 - np.log(2) / 0.5)
    assert np.isclose(ad.grad(time)(0.5), np.log(2) / 0.25)


def test_times_that_were_asked_for_end_at_a_terminal_event():
    asked = np.linspace(0, 3, 13)
    ours = landed(START, GRAVITY, t_eval=asked)
    theirs = integrate.solve_ivp(
        plain_fall, (0, 5), START, events=[ground, top], args=(GRAVITY,), t_eval=asked, **TIGHT
    )
    np.testing.assert_allclose(ours.t, theirs.t)
    np.testing.assert_allclose(ours.y, theirs.y, rtol=1e-8, atol=1e-8)


def test_the_time_of_an_event_for_each_example():
    y0 = np.array([[2.0, 3.0], [1.0, 0.5], [4.0, 1.0]])
    time = lambda y: landed(y, GRAVITY).t_events[0][0]  # noqa: E731
    closed = lambda y: landing(y, GRAVITY)  # noqa: E731
    np.testing.assert_allclose(ad.vmap(time)(y0), ad.vmap(closed)(y0))
    np.testing.assert_allclose(ad.vmap(ad.grad(time))(y0), ad.vmap(ad.grad(closed))(y0), rtol=1e-7)


def test_eager_tensors():
    g = ad.tensor(GRAVITY, requires_grad=True)
    found = landed(START, g)
    (found.t_events[0][0] + found.y[1, -1]).backward()
    expected = ad.grad(lambda g: landing(START, g) - ad.sqrt(START[1] ** 2 + 2 * g * START[0]))
    assert np.isclose(g.grad.numpy(), expected(GRAVITY), rtol=1e-8)


def test_an_event_without_a_slope_has_no_derivative():
    def side(t, y, a):
        return ad.sign(y[0] - a)

    def time(a):
        found = ad.solve_ivp(
            lambda t, y, a: 1 + 0 * y, (0.0, 2.0), np.zeros(1), events=side, args=(a,), **TIGHT
        )
        return found.t_events[0][0]

    assert np.isclose(time(1.0), 1.0, atol=1e-4)
    with pytest.raises(ConvergenceError, match="the event side has no rate of change at t = 1"):
        ad.grad(time)(1.0)


def test_examples_with_other_numbers_of_events():
    def run(k):
        return ad.solve_ivp(
            lambda t, y: ad.stack([y[1], -k * k * y[0]]), (0.0, 6.0), np.array([1.0, 0.0]),
            events=lambda t, y: y[0], **TIGHT,
        )  # fmt: skip

    with pytest.raises(ShapeError, match="t_events of a solver's result has other sizes"):
        ad.vmap(lambda k: run(k).t_events[0][0])(np.array([1.0, 3.0]))


@pytest.mark.parametrize(
    ("events", "error", "said"),
    [
        (3.0, TypeError, "not iterable"),
        ([3.0], ArgumentError, "events holds a float"),
        (lambda t, y: y, ShapeError, "returns 2 numbers; it needs one"),
    ],
)
def test_what_is_no_event(events, error, said):
    with pytest.raises(error, match=said):
        ad.solve_ivp(lambda t, y: -y, (0.0, 1.0), np.ones(2), events=events)


def test_times_of_a_wrong_shape():
    found = ad.solve_ivp(lambda t, y: -y, (0.0, 1.0), np.ones(2), dense_output=True)
    with pytest.raises(ShapeError, match="it needs a number or times of shape"):
        found.sol(np.zeros((2, 2)))
