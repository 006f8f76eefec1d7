"""Derivatives by differences: values, containers, dtypes, refusals."""

import math
from dataclasses import dataclass

import numpy as np
import pytest

import autodiff as ad
from autodiff import numeric

METHODS = ("forward", "backward", "central", "complex", "richardson", "scipy")
TWICE = METHODS[:-1]
# what each is good for on a well-scaled function in double precision
GOOD = dict(zip(METHODS, (3e-7, 3e-7, 1e-9, 1e-14, 1e-11, 3e-10)))
GOOD_TWICE = dict(zip(TWICE, (2e-2, 2e-2, 1e-4, 1e-6, 1e-7)))


def close(found, expected, method="richardson", good=GOOD):
    return np.allclose(found, expected, rtol=good[method], atol=good[method])


# Squire and Trapp 1998, doi:10.1137/S003614459631241X, examples 1 and 2; Martins, Sturdza and
# Alonso 2003, doi:10.1145/838250.838251.
PUBLISHED = [
    (lambda x: x**4.5, 1.5, 18.600812734259759),
    (lambda x: np.exp(x) / (np.sin(x) ** 3 + np.cos(x) ** 3), 1.5, 3.6220337007163259),
    (lambda x: np.exp(x) / np.sqrt(np.sin(x) ** 3 + np.cos(x) ** 3), 1.5, 4.05342789389862),
]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("f", "x", "expected"), PUBLISHED)
def test_published_derivatives(method, f, x, expected):
    found = numeric.derivative(f, x, method)
    assert abs(found / expected - 1) < GOOD[method]


def test_published_second_derivative():
    # Fike and Alonso 2011, doi:10.2514/6.2011-886, the same function by hyper-dual numbers
    found, error = numeric.derivative_and_error(PUBLISHED[2][0], 1.5, order=2)
    assert abs(found - 9.463073681596605) <= error < 1e-7


def test_the_complex_step_is_exact_to_rounding():
    for f, x, expected in PUBLISHED:
        for step in (None, 1e-20, 1e-200):
            found = numeric.derivative(f, x, "complex", step)
            assert abs(found / expected - 1) < 4 * np.finfo(float).eps


@pytest.mark.parametrize("method", METHODS)
def test_published_gradient(method):
    # Baydin, Pearlmutter, Radul and Siskind 2018, section 2: value 11.652, derivatives 5.5, 1.716
    def f(x):
        return np.log(x[0]) + x[0] * x[1] - np.sin(x[1])

    x = np.array([2.0, 5.0])
    assert round(float(f(x)), 3) == 11.652
    assert numeric.gradient(f, x, method).round(3).tolist() == [5.5, 1.716]


def rosenbrock(x):
    return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2


@pytest.mark.parametrize("method", TWICE)
def test_hessian_of_rosenbrock(method):
    # at the minimum (1, 1): [[802, -400], [-400, 200]]
    found = numeric.hessian(rosenbrock, np.ones(2), method)
    assert close(found / [[802, -400], [-400, 200]], 1, method, GOOD_TWICE)


@pytest.mark.parametrize("method", METHODS)
def test_jacobian_has_output_shape_then_input_shape(method):
    x = np.linspace(0.1, 0.6, 6).reshape(2, 3)

    def f(x):
        return np.sin(x).sum(axis=0) * x[1]

    found = numeric.jacobian(f, x, method)
    assert found.shape == (3, 2, 3)
    assert close(found, ad.jacobian(lambda x: ad.sin(x).sum(axis=0) * x[1])(x), method)


@pytest.mark.parametrize("method", METHODS)
def test_derivative_of_an_elementwise_function(method):
    x = np.array([[-1.0, 0.0], [0.01, 30.0]])
    assert close(numeric.derivative(np.sin, x, method), np.cos(x), method)


@pytest.mark.parametrize("method", METHODS)
def test_derivative_along_a_direction(method):
    x, t = {"a": np.array([1.0, 2.0]), "b": 3.0}, {"a": np.array([1.0, -1.0]), "b": 0.5}

    def f(x):
        return [x["a"] * x["b"], x["b"] ** 2]

    first, second = numeric.derivative(f, x, method, direction=t)
    assert close(first, [3.5, -2.0], method) and close(second, 3.0, method)


@pytest.mark.parametrize("method", TWICE)
@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_higher_derivatives(method, order):
    loss = {"forward": 1.0, "backward": 1.0, "central": 2.0, "complex": 2.0, "richardson": 2.0}
    value, error = numeric.derivative_and_error(np.exp, 0.3, method, order=order)
    assert abs(value - math.exp(0.3)) <= error < 0.3 ** (loss[method] * (5 - order))


@dataclass
class Layer:
    weight: np.ndarray
    bias: float


def test_containers_of_arguments_and_outputs():
    x = {"layer": Layer(np.array([1.0, 2.0]), 0.5), "rest": [3.0, None]}

    def f(x):
        return {"y": x["layer"].weight * x["rest"][0], "z": (x["layer"].bias ** 2,)}

    found = numeric.jacobian(f, x)
    assert close(found["y"]["layer"].weight, 3 * np.eye(2))
    assert close(found["y"]["rest"][0], [1.0, 2.0])
    assert close(found["z"][0]["layer"].bias, 1.0)
    assert found["z"][0]["rest"][1] is None

    gradient = numeric.gradient(lambda x: f(x)["y"].sum(), x)
    assert type(gradient["layer"]) is Layer and close(gradient["layer"].weight, 3.0)

    second = numeric.hessian(lambda x: f(x)["y"].sum() * f(x)["z"][0], x)
    assert close(second["layer"].weight["layer"].bias, 3.0, "central")
    assert second["layer"].weight["layer"].weight.shape == (2, 2)


def test_a_tuple_holds_several_arguments():
    found = numeric.gradient(lambda x, y: x * y**2, (2.0, 3.0))
    assert type(found) is tuple and close(found, (9.0, 12.0))
    ((xx, xy), (yx, yy)) = numeric.hessian(lambda x, y: x * y**2, (2.0, 3.0))
    assert close([xx, xy, yx, yy], [0, 6, 6, 4], "central")


def test_errors_have_the_containers_of_the_value():
    value, error = numeric.gradient_and_error(lambda p: (p["a"] ** 3).sum(), {"a": np.ones(3)})
    assert value["a"].shape == error["a"].shape == (3,)
    assert (abs(value["a"] - 3) <= error["a"]).all()


@pytest.mark.parametrize("method", TWICE)
def test_float32_stays_float32(method):
    x = np.array([0.5, 1.0], np.float32)
    value, error = numeric.jacobian_and_error(np.exp, x, method)
    assert value.dtype == error.dtype == np.float32
    assert np.all(np.abs(value - np.diag(np.exp(x))) <= error)
    good = {"forward": 3e-3, "backward": 3e-3, "central": 5e-5, "complex": 1e-6, "richardson": 2e-5}
    assert np.allclose(value.diagonal(), np.exp(x), rtol=good[method])


def test_dtypes_of_mixed_inputs():
    x = {"single": np.float32(2.0), "double": np.array([1.0])}
    found = numeric.gradient(lambda x: x["single"] * (x["double"] ** 2).sum(), x)
    assert found["double"].dtype == np.float64
    assert close(found["double"], 4.0) and np.allclose(found["single"], 1.0, rtol=1e-5)


@pytest.mark.parametrize("method", ["forward", "central", "richardson"])
def test_complex_arguments(method):
    z = np.array([1 + 2j, -0.5j])
    assert close(numeric.jacobian(np.sin, z, method), np.diag(np.cos(z)), method)
    steepest = numeric.gradient(lambda z: (np.abs(z) ** 2).sum(), z, method)
    assert close(steepest, ad.grad(lambda z: (ad.absolute(z) ** 2).sum())(z), method)
    assert close(numeric.derivative(np.exp, z, method), np.exp(z), method)


def test_complex_outputs_of_real_arguments():
    x = np.array([0.3, 0.4])
    found = numeric.jacobian(lambda x: np.exp(1j * x), x)
    assert close(found, np.diag(1j * np.exp(1j * x)))


def test_eager_tensors_come_in_and_go_out_as_tensors():
    found = numeric.gradient(lambda x: (x.exp() * x).sum(), ad.tensor([1.0, 2.0]))
    assert type(found) is ad.Tensor and not found.requires_grad
    assert close(found.numpy(), [2 * math.e, 3 * math.e**2])


def test_functions_that_ask_arrays_for_methods_of_tensors():
    found = numeric.gradient(lambda x: x.exp().sum(), np.array([1.0, 2.0]))
    assert type(found) is np.ndarray and close(found, np.exp([1.0, 2.0]))


def test_functions_of_the_table_and_of_the_standard_library():
    assert close(numeric.derivative(ad.tanh, 0.5), 1 - np.tanh(0.5) ** 2)
    assert close(numeric.derivative(math.sin, 0.5), math.cos(0.5))


def test_a_given_step_is_taken_exactly():
    seen = []

    def f(x):
        seen.append(float(x))
        return x * x

    assert numeric.derivative(f, 1.0, "forward", 0.5) == 2.5
    assert sorted(set(seen)) == [1.0, 1.5]
    seen.clear()
    assert numeric.derivative(f, 1.0, "central", 0.25) == 2.0
    assert sorted(set(seen)) == [0.75, 1.0, 1.25]


@pytest.mark.parametrize(("method", "calls"), [("forward", 4), ("central", 7), ("richardson", 13)])
def test_a_given_step_costs_no_more_than_its_formula(method, calls):
    count = []
    numeric.gradient(lambda x: count.append(1) or (x**2).sum(), np.ones(3), method, 1e-3)
    assert len(count) == calls


def test_a_step_for_each_element():
    x, step = {"a": np.array([1.0, 1e6])}, {"a": np.array([1e-5, 1e1])}
    found = numeric.gradient(lambda x: np.log(x["a"]).sum(), x, "central", step)
    assert np.allclose(found["a"], [1, 1e-6], rtol=1e-9)


def test_functions_may_write_into_what_they_are_given():
    def f(x):
        x *= 2
        return x.sum()

    x = np.ones(2)
    assert close(numeric.gradient(f, x), 2.0)
    assert x.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("method", TWICE)
def test_no_elements(method):
    assert numeric.gradient(lambda x: x.sum(), np.zeros(0), method).shape == (0,)
    assert numeric.jacobian(lambda x: x, np.zeros((0, 2)), method).shape == (0, 2, 0, 2)
    assert numeric.jacobian(lambda x: x[:0], np.zeros(3), method).shape == (0, 3)
    assert numeric.hessian(lambda x: x.sum(), np.zeros(0), method).shape == (0, 0)


def test_outside_of_the_domain_steps_become_shorter():
    def f(x):
        if x < 0:
            raise ValueError("negative")
        return math.sqrt(x)

    for method in ("central", "forward", "richardson"):
        value, error = numeric.derivative_and_error(f, 1e-4, method)
        assert abs(value - 50) <= error < 1e-3


def test_no_derivative_is_a_large_error():
    assert numeric.derivative_and_error(np.sqrt, 0.0).error == np.inf
    assert numeric.derivative_and_error(np.sqrt, 0.0, "forward").error > 1e4
    assert numeric.derivative_and_error(np.cbrt, 0.0, "central").error > 1e4


def test_weights_of_fornberg():
    # Fornberg 1988, doi:10.1090/S0025-5718-1988-0935077-0, table 1: order of accuracy 4
    assert np.allclose(numeric.weights((-2, -1, 0, 1, 2)), np.array([1, -8, 0, 8, -1]) / 12)
    assert np.allclose(numeric.weights((-2, -1, 0, 1, 2), 2), np.array([-1, 16, -30, 16, -1]) / 12)
    assert np.allclose(numeric.weights((0, 1, 2, 3), 3), [-1, 3, -3, 1])
    assert numeric.weights((0,), 0).tolist() == [1.0]
    with pytest.raises(ValueError, match="at least 3 distinct"):
        numeric.weights((0, 1), 2)
    with pytest.raises(ValueError, match="distinct"):
        numeric.weights((0, 1, 1), 2)


REFUSALS = {
    "a method without name": (
        lambda: numeric.gradient(np.sum, np.ones(2), "middle"),
        r"no method 'middle'; choose one of 'forward'",
    ),
    "integers": (lambda: numeric.gradient(np.sum, np.arange(3)), "int64, which carries no"),
    "text": (lambda: numeric.gradient(np.sum, "x"), "it needs arrays or numbers"),
    "no function": (lambda: numeric.gradient(1.0, 1.0), "needs a function, not a float"),
    "an array under gradient": (
        lambda: numeric.gradient(np.sin, np.ones(2)),
        r"scalar output, and the output has shape \(2,\)",
    ),
    "a complex output under gradient": (
        lambda: numeric.gradient(lambda x: 1j * x, 1.0),
        "needs a real output, not complex128",
    ),
    "a complex argument under hessian": (
        lambda: numeric.hessian(np.abs, 1j),
        "hessian needs real inputs",
    ),
    "a derivative that is no elementwise one": (
        lambda: numeric.derivative(np.sum, np.ones(2)),
        "does not act on each element",
    ),
    "a derivative in several arrays": (
        lambda: numeric.derivative(lambda x, y: x * y, (1.0, 2.0)),
        "x holds 2 arrays; give direction=",
    ),
    "a direction of another shape": (
        lambda: numeric.derivative(np.sum, np.ones(2), direction=np.ones(3)),
        r"needs those of x",
    ),
    "an order of 0": (lambda: numeric.derivative(np.sin, 1.0, order=0), "int from 1 to 9"),
    "a step that is lost": (
        lambda: numeric.derivative(np.sin, 1.0, "central", 1e-20),
        "step 1e-20 is lost in the rounding of x",
    ),
    "a step that is lost in a gradient": (
        lambda: numeric.gradient(np.sum, np.array([0.0, 1e9]), "central", 1e-9),
        "step 1e-09 is lost",
    ),
    "a step that is lost along a direction": (
        lambda: numeric.derivative(np.sum, np.ones(2), "central", 1e-20, direction=np.ones(2)),
        "step 1e-20 is lost",
    ),
    "a second derivative by scipy": (
        lambda: numeric.hessian(np.sum, np.ones(2), "scipy"),
        "first derivatives only",
    ),
    "a conjugate": (lambda: numeric.jacobian(np.conj, np.ones(2) + 1j), "not holomorphic"),
    "an output that is no number": (lambda: numeric.gradient(lambda x: "y", 1.0), "returns a str"),
    "shapes that change": (
        lambda: numeric.jacobian(lambda x: x if x[0] == 1 else x[:1], np.ones(2)),
        r"shapes \(2,\) at x and .* shapes \(1,\) near it",
    ),
    "a value inside a transform": (
        lambda: ad.grad(lambda x: numeric.gradient(ad.sin, x))(1.0),
        "outside of transforms",
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_a_refusal_says_why(case):
    call, sentence = REFUSALS[case]
    with pytest.raises(ad.AutodiffError, match=sentence):
        call()


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (np.abs, 2.0),
        (lambda x: x * np.conj(x), 2.0),
        (lambda x: x + np.real(x), 2.0),
        (lambda x: np.maximum(x, -x), 0.0),
    ],
    ids=["abs", "conj", "real", "a kink"],
)
def test_the_complex_step_refuses_functions_that_are_not_analytic(f, x):
    with pytest.raises(ad.ArgumentError, match=r"not analytic at x.*use method='central'"):
        numeric.derivative(f, x, "complex")


@pytest.mark.parametrize("x", [1j, np.array([1.0 + 0j])])
def test_the_complex_step_refuses_complex_arguments(x):
    with pytest.raises(ad.ArgumentError, match="is complex already"):
        numeric.derivative(np.exp, x, "complex")


def test_the_complex_step_refuses_functions_of_real_numbers():
    with pytest.raises(ad.ArgumentError, match="cannot be evaluated at complex numbers"):
        numeric.derivative(math.sin, 1.0, "complex")
    with pytest.raises(ad.ArgumentError, match="f gives complex numbers for real ones"):
        numeric.derivative(lambda x: 1j * x, 1.0, "complex")


def test_without_scipy_the_rest_works(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "scipy", None)
    assert close(numeric.derivative(np.sin, 1.0), np.cos(1.0))
    with pytest.raises(ad.ArgumentError, match=r"SciPy 1\.15 or newer; install it"):
        numeric.derivative(np.sin, 1.0, "scipy")
