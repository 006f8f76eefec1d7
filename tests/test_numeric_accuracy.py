"""How accurate differences are: orders of convergence, the V of error curves, honest error bars."""

import re
import sys

import numpy as np
import pytest

import autodiff as ad
from autodiff import numeric
from autodiff.numeric import progress

EPS = np.finfo(float).eps


def squire(x):
    return np.exp(x) / (np.sin(x) ** 3 + np.cos(x) ** 3)


def slope(steps, errors):
    """The exponent of the step in the error."""
    return np.polyfit(np.log(steps), np.log(errors), 1)[0]


# the exponents of the first term of the truncation, and steps where rounding is far below it
ORDERS = {
    "forward": (1, 2.0 ** -np.arange(4, 15)),
    "backward": (1, 2.0 ** -np.arange(4, 15)),
    "central": (2, 2.0 ** -np.arange(4, 13)),
    "complex": (2, 2.0 ** -np.arange(4, 22)),
    "richardson": (4, 2.0 ** -np.arange(4, 9)),
    "scipy": (8, 2.0 ** -np.arange(2, 4, 0.25)),
}


@pytest.mark.parametrize("method", ORDERS)
def test_order_of_accuracy(method):
    order, steps = ORDERS[method]
    curve = numeric.error_curve(squire, 1.0, [method], steps)
    assert abs(slope(steps, curve.errors[method]) - order) < 0.05 * order


@pytest.mark.parametrize("method", ["forward", "central"])
def test_round_off_grows_as_the_step_shrinks(method):
    steps = 10.0 ** -np.arange(8.5, 13, 0.02)
    curve = numeric.error_curve(squire, 1.5, [method], steps)
    assert abs(slope(steps, curve.errors[method] + 1e-16) + 1) < 0.1


def test_the_v_has_its_optimum_where_truncation_meets_round_off():
    steps = 2.0 ** -np.arange(1, 50, 0.5)
    best = numeric.error_curve(np.exp, 1.0, steps=steps).optimum
    for method, exponent in (("forward", 1 / 2), ("central", 1 / 3)):
        step, error = best[method]
        assert 0.01 < step / EPS**exponent < 100
        assert error < 10 * EPS ** (1 - exponent)
    assert best["complex"][1] <= 2 * EPS


def test_the_complex_step_has_no_round_off():
    steps = 10.0 ** -np.arange(8, 300, 7.0)
    curve = numeric.error_curve(squire, 1.5, ["complex"], steps)
    assert np.max(curve.errors["complex"]) <= 4 * EPS


def test_the_curve_by_default():
    curve = numeric.error_curve(squire, 1.5)
    assert list(curve.errors) == ["forward", "central", "complex"]
    assert curve.steps.shape == curve.errors["forward"].shape == (21,)
    assert curve.steps[0] == 1 and curve.steps[-1] == 1e-20
    # a step that is lost in the rounding of x gives a derivative of zero
    assert curve.errors["forward"][-1] == curve.errors["central"][-1] == 1


def test_the_table_of_a_curve():
    table = str(numeric.error_curve(np.exp, 1.0, steps=(1e-2, 1e-5, 1e-8, 1e-11))).splitlines()
    assert table[0].split() == ["step", "forward", "central", "complex"]
    assert [line.split()[0] for line in table[1:5]] == ["1.0e-02", "1.0e-05", "1.0e-08", "1.0e-11"]
    assert table[1].split()[1:] == ["5.0e-03", "1.7e-05", "1.7e-05"]
    assert sum(line.count("*") for line in table[1:5]) == 3 and "*" in table[2].split()[2]
    assert len({line.index("e") for line in table[1:5]}) == 1


def test_the_reference_of_a_curve_may_be_given():
    curve = numeric.error_curve(np.sin, 1.0, ["complex"], [1e-20], exact=2 * np.cos(1.0))
    assert np.allclose(curve.errors["complex"], 0.5)
    # forward mode cannot follow this one
    import math

    with pytest.raises(
        ad.ArgumentError, match=r"forward mode cannot differentiate f .* give exact="
    ):
        numeric.error_curve(math.sin, 1.0, ["central"])
    curve = numeric.error_curve(math.sin, 1.0, ["central"], [1e-5], exact=math.cos(1.0))
    assert curve.errors["central"] < 1e-10


def test_curves_of_containers_and_along_directions():
    x, t = {"a": np.array([1.0, 2.0]), "b": 3.0}, {"a": np.array([1.0, -1.0]), "b": 0.5}
    curve = numeric.error_curve(
        lambda x: [x["a"] * x["b"] ** 3, x["b"] ** 2], x, steps=[1e-2, 1e-4], direction=t
    )
    assert slope(curve.steps, curve.errors["forward"]) == pytest.approx(1, abs=0.01)
    assert slope(curve.steps, curve.errors["central"]) == pytest.approx(2, abs=0.1)
    array = numeric.error_curve(np.sin, np.array([0.0, 1.0]), steps=[1e-5])
    assert array.errors["central"] < 1e-10
    tensor = numeric.error_curve(lambda x: x.sin(), ad.tensor([0.0, 1.0]), ["central"], [1e-5])
    assert tensor.errors["central"] < 1e-10


def test_where_the_derivative_is_zero_errors_are_absolute():
    curve = numeric.error_curve(np.cos, 0.0, ["forward"], [1e-3])
    assert curve.errors["forward"] == pytest.approx(5e-4, rel=1e-3)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"methods": ["sideways"]}, "no method 'sideways'"),
        ({"steps": []}, "a list of positive numbers"),
        ({"steps": [1e-3, 0.0]}, "a list of positive numbers"),
        ({"exact": np.ones(2)}, "exact= holds 2 numbers and the output 1"),
    ],
)
def test_a_refusal_of_the_curve_says_why(arguments, sentence):
    with pytest.raises(ad.ArgumentError, match=sentence):
        numeric.error_curve(np.sin, 1.0, **arguments)


# functions with their derivatives, and points from harmless to hard
FUNCTIONS = {
    "sin": (np.sin, np.cos, (0.0, 1.0, -1.3, 1e-8, 1234.5)),
    "exp": (np.exp, np.exp, (0.0, 1.0, 1e-3, 50.0)),
    "log": (np.log, lambda x: 1 / x, (1.0, 0.01, 1e-8, 1e6)),
    "root": (np.sqrt, lambda x: 0.5 / np.sqrt(x), (1.0, 1e-8, 50.0)),
    "pole": (lambda x: 1 / x, lambda x: -1 / x**2, (1.0, 1e-3, 1e-8, 50.0)),
    "wave": (lambda x: np.sin(1e3 * x), lambda x: 1e3 * np.cos(1e3 * x), (1.0, 0.01, 50.0)),
    "peak": (
        lambda x: np.exp(-1e4 * x * x),
        lambda x: -2e4 * x * np.exp(-1e4 * x * x),
        (0.0, 0.01, 1e-8),
    ),
    "offset": (lambda x: 1e6 + np.sin(x), np.cos, (0.0, 1.0, 50.0)),
    "cube": (lambda x: x**3, lambda x: 3 * x * x, (0.0, 1.0, 1e-8, 1234.5)),
    "line": (lambda x: 3 * x + 1, lambda x: 3.0 + 0 * x, (0.0, 1.0, 1e6)),
    "constant": (lambda x: 0 * x + 7, lambda x: 0 * x, (0.0, 1.0)),
    "steep": (lambda x: np.tanh(1e4 * x), lambda x: 1e4 / np.cosh(1e4 * x) ** 2, (0.0, 1e-5)),
}


@pytest.mark.parametrize("method", ["forward", "backward", "central", "complex", "richardson"])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_error_bars_are_honest_and_of_use(name, method):
    f, exact, points = FUNCTIONS[name]
    useful = {"forward": 1e-3, "backward": 1e-3, "central": 1e-5, "complex": 1e-12}
    with np.errstate(all="ignore"):
        for x in points:
            value, error = numeric.derivative_and_error(f, x, method)
            # a few roundings of an ill-conditioned function are no fault of the differences
            slack = 2e3 * EPS * abs(exact(x)) + 1e-60 if method == "complex" else 0.0
            assert abs(value - exact(x)) <= error + slack
            if name not in ("offset", "wave"):
                size = max(abs(exact(x)), abs(f(x)))
                assert error <= useful.get(method, 1e-7) * size + 1e-8


def test_error_bars_know_the_noise_of_a_function():
    def noisy(x):
        return np.sin(x) * (1 + 1e-9 * np.sin(1e15 * x))

    for method in ("forward", "central", "richardson"):
        for x in (0.7, 1.0, 3.0, 50.0):
            value, error = numeric.derivative_and_error(noisy, x, method)
            assert abs(value - np.cos(x)) <= 4 * error < 1e-2


def test_extrapolation_is_more_accurate_than_what_it_is_made_of():
    x = np.linspace(0.1, 1.4, 20)
    errors = [
        np.abs(numeric.derivative(np.sin, x, method) - np.cos(x)).max()
        for method in ("forward", "central", "richardson")
    ]
    assert errors[0] > 100 * errors[1] > 1e4 * errors[2]


@pytest.mark.parametrize("method", ["forward", "central", "richardson"])
def test_a_chosen_step_costs_few_evaluations(method):
    count = []
    numeric.gradient(lambda x: count.append(1) or np.sin(x).sum(), np.ones(10), method)
    assert len(count) < 10 * 35


@pytest.mark.parametrize("order", [1, 2])
def test_error_bars_of_hessians(order):
    def f(x):
        return np.exp(x[0]) * np.sin(x[1]) + x[0] ** 3

    x = np.array([0.5, 1.5])
    a, b = x
    e, s, c = np.exp(a), np.sin(b), np.cos(b)
    exact = np.array([[e * s + 6 * a, e * c], [e * c, -e * s]])
    for method in ("forward", "central", "complex", "richardson"):
        value, error = numeric.hessian_and_error(f, x, method)
        assert (abs(value - exact) <= error).all()


def test_errors_at_a_given_step_are_the_change_to_the_double_step():
    value, error = numeric.derivative_and_error(np.exp, 0.0, "central", 1e-3)
    assert abs(value - 1) == pytest.approx(1e-6 / 6, rel=1e-3)
    assert error == pytest.approx(3e-6 / 6, rel=1e-3)
    value, error = numeric.derivative_and_error(np.exp, 0.0, "complex", 1e-3)
    assert abs(value - 1) <= error < 1e-6


def terminal(monkeypatch, isatty, patience):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: isatty, raising=False)
    monkeypatch.setattr(progress, "PATIENCE", patience)
    monkeypatch.setattr(progress, "PAUSE", -1.0)


def test_long_work_shows_its_progress_on_a_terminal(monkeypatch, capsys):
    terminal(monkeypatch, True, 0.0)
    numeric.gradient(lambda x: x.sum(), np.ones(4))
    shown = capsys.readouterr()
    assert re.search(r"numeric.gradient: \d+ evaluations, 3 of 4 directions, about 0 s", shown.err)
    assert shown.err.endswith("\r") and "\n" not in shown.err and shown.out == ""


@pytest.mark.parametrize(("isatty", "patience"), [(False, 0.0), (True, 2.0)])
def test_short_work_and_pipes_stay_silent(monkeypatch, capsys, isatty, patience):
    terminal(monkeypatch, isatty, patience)
    numeric.gradient(lambda x: x.sum(), np.ones(4))
    assert capsys.readouterr() == ("", "")


def test_a_check_shows_its_progress_too(monkeypatch, capsys):
    terminal(monkeypatch, True, 0.0)
    numeric.check_grad(lambda x: (x * x).sum(), np.ones(4), order=2)
    shown = capsys.readouterr()
    assert "check_grad: 1 evaluations" in shown.err and ", 1 of 2 directions" in shown.err
    assert shown.err.endswith("\r") and shown.err.count("\r") > 50
