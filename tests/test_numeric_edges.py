"""Differences at edges, kinks, jumps and infinite slopes: a right number, infinity, or NaN."""

import numpy as np
import pytest

import autodiff as ad
from autodiff import numeric
from autodiff.core.errors import ArgumentError

INF, NAN = np.inf, np.nan
SIDED = ["forward", "backward"]
ACROSS = ["central", "richardson", "scipy"]

# f, x, derivative on the right, on the left, across; None: not compared
PLACES = {
    "sqrt": (np.sqrt, 0.0, INF, NAN, INF),
    "cbrt": (np.cbrt, 0.0, INF, INF, INF),
    "minus cbrt": (lambda x: -np.cbrt(x), 0.0, -INF, -INF, -INF),
    "log": (np.log, 0.0, NAN, NAN, NAN),
    "arcsin": (np.arcsin, 1.0, NAN, INF, INF),
    "arccosh": (np.arccosh, 1.0, INF, NAN, INF),
    "reciprocal": (lambda x: 1 / x, 0.0, NAN, NAN, NAN),
    "even pole": (lambda x: 1 / x**2, 0.0, NAN, NAN, NAN),
    "outside": (np.sqrt, -1.0, NAN, NAN, NAN),
    "hole": (lambda x: np.sin(x) / x, 0.0, NAN, NAN, NAN),
    "power": (lambda x: x**1.5, 0.0, 0.0, NAN, 0.0),
    "slow power": (lambda x: 3 * x + x**1.25, 0.0, 3.0, NAN, 3.0),
    "small slope": (lambda x: np.where(x > 0, x * np.log(np.where(x > 0, x, 1)), 0 * np.sqrt(x)),
                    0.0, -INF, NAN, -INF),
    "one side": (lambda x: np.where(x >= 0, 2 * x, NAN), 0.0, 2.0, NAN, 2.0),
    "other side": (lambda x: np.where(x <= 1, np.exp(x), NAN), 1.0, NAN, np.e, np.e),
    "constant": (lambda x: 0 * x + 3, 0.0, 0.0, 0.0, 0.0),
    "constant with an edge": (lambda x: 0 * np.sqrt(x) + 1, 0.0, 0.0, NAN, 0.0),
    "parabola": (lambda x: x**2, 0.0, 0.0, 0.0, 0.0),
    "smooth": (lambda x: np.where(x < 0, np.sin(x), x), 0.0, 1.0, 1.0, 1.0),
    "jump": (lambda x: np.heaviside(x, 0.5), 0.0, INF, INF, INF),
    "stair": (lambda x: np.floor(x), 1.0, 0.0, INF, NAN),
    "cusp": (lambda x: np.sqrt(np.abs(x)), 0.0, INF, -INF, NAN),
    "isolated": (lambda x: np.where(x == 0, 1.0, NAN), 0.0, NAN, NAN, NAN),
    "beside an edge": (np.sqrt, 1e-12, 5e5, 5e5, 5e5),
    "shifted": (lambda x: 1e3 + np.sqrt(x), 0.0, INF, NAN, INF),
}  # fmt: skip


def agrees(found, expected, relative):
    value, error = found
    if np.isnan(expected):
        return np.isnan(value) and error == INF
    if np.isinf(expected):
        return value == expected and error == INF
    return abs(value - expected) <= relative * max(1, abs(expected)) and error < INF


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("method", SIDED + ACROSS)
def test_a_derivative_is_right_or_says_that_there_is_none(place, method):
    f, x, right, left, across = PLACES[place]
    expected = {"forward": right, "backward": left}.get(method, across)
    relative = 1e-6 if method in SIDED else 1e-8
    assert agrees(numeric.derivative_and_error(f, x, method), expected, relative)
    alone = numeric.derivative(f, x, method)
    (row,) = numeric.jacobian(f, (x,), method)
    for found in (alone, row, numeric.gradient(f, x, method)):
        assert agrees((found, INF if not np.isfinite(expected) else 0), expected, relative)


@pytest.mark.parametrize("method", ACROSS)
def test_at_a_kink_the_error_reaches_both_derivatives(method):
    for f, right, left in ((np.abs, 1, -1), (lambda x: np.maximum(x, 0), 1, 0)):
        value, error = numeric.derivative_and_error(f, 0.0, method)
        assert np.isclose(value, (right + left) / 2)
        assert np.isclose(error, (right - left) / 2)


@pytest.mark.parametrize("method", ["central", "richardson"])
def test_second_derivatives_at_edges(method):
    cases = [
        (lambda x: x**2.5, 0.0, 0.0), (lambda x: x**1.5, 0.0, INF), (np.sqrt, 0.0, -INF),
        (np.log, 0.0, NAN), (np.abs, 0.0, NAN), (np.cbrt, 0.0, NAN),
        (lambda x: np.where(x >= 0, x**2, NAN), 0.0, 2.0), (lambda x: 0 * np.sqrt(x), 0.0, 0.0),
        (lambda x: np.heaviside(x, 0.5), 0.0, NAN),
    ]  # fmt: skip
    for f, x, expected in cases:
        assert agrees(numeric.hessian_and_error(f, x, method), expected, 1e-5)


def test_mixed_derivatives_in_a_corner_of_the_domain():
    def f(x):
        return x[0] ** 2 * x[1] + np.where(np.all(x >= 0), 0.0, NAN) + x[1] ** 2

    found = numeric.hessian(f, np.array([0.0, 0.0]))
    assert np.allclose(found, [[0, 0], [0, 2]], atol=1e-8)


@pytest.mark.parametrize("method", ["central", "richardson", "forward"])
def test_elements_are_judged_one_by_one(method):
    found = numeric.derivative(np.sqrt, np.array([0.0, 1.0, -1.0, 4.0]), method)
    assert found[0] == INF and np.isnan(found[2])
    assert np.allclose(found[[1, 3]], [0.5, 0.25])


def test_at_a_given_step_the_points_are_inside_the_domain():
    f = lambda x: np.where(x >= 0, np.exp(x), NAN)  # noqa: E731
    assert abs(numeric.derivative(f, 0.0, "central", 1e-4) - 1) < 1e-7
    assert np.isnan(numeric.derivative(np.log, 0.0, "central", 1e-4))
    assert np.isnan(numeric.derivative(lambda x: 1 / x, 0.0, "central", 1e-4))
    value, error = numeric.derivative_and_error(f, 0.0, "central", 1e-4)
    assert abs(value - 1) <= error < 1e-6


@pytest.mark.parametrize("f", [np.sqrt, np.abs, lambda x: np.sqrt(np.abs(x))])
def test_a_complex_step_from_an_edge_is_refused(f):
    with pytest.raises(ArgumentError, match="not analytic at x"):
        numeric.derivative(f, 0.0, "complex")


def test_a_complex_step_where_one_side_agrees():
    assert abs(numeric.derivative(lambda x: x**1.5, 0.0, "complex")) < 1e-15
    assert np.isnan(numeric.derivative(np.log, 0.0, "complex"))


def test_functions_that_raise_outside_their_domain():
    import math

    assert numeric.derivative(lambda x: math.sqrt(x), 0.0) == INF
    assert abs(numeric.derivative(lambda x: math.sqrt(x) ** 3, 0.0)) < 1e-8


def test_float32_edges():
    f = lambda x: np.sqrt(x)  # noqa: E731
    assert numeric.derivative(f, np.float32(0)) == INF
    assert np.isclose(numeric.derivative(f, np.float32(4)), 0.25, rtol=1e-4)


def test_differences_of_our_functions_at_edges():
    assert numeric.derivative(ad.sqrt, 0.0) == ad.grad(ad.sqrt)(0.0) == INF
