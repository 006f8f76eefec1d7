"""`check_grad`: what is right passes, and how thoroughly it is looked at."""

import numpy as np
import pytest
from known_rules import Cube, no_pushforward, planted, wrong_pullback, wrong_pushforward, wrong_sine

import autodiff as ad
from autodiff.numeric import check_grad


def report(f, x, **options):
    return check_grad(f, x, raise_error=False, **options)


def network(parameters, x):
    hidden = ad.tanh(parameters["weight"] @ x + parameters["bias"])
    return {"loss": (hidden**2).sum(), "hidden": (hidden, 1.0)}


def pairs():
    rng = np.random.default_rng(3)
    square = rng.normal(size=(3, 3)) + 3 * np.eye(3)
    parameters = {"weight": rng.normal(size=(2, 3)), "bias": np.zeros(2)}
    return {
        "number": (lambda x: ad.sin(x) * x, 1.3),
        "array": (lambda x: ad.exp(x).sum(), rng.normal(size=(2, 3))),
        "containers": (network, (parameters, rng.normal(size=3))),
        "linear algebra": (ad.solve, (square, rng.normal(size=(3, 1)))),
        "determinant": (ad.det, square),
        "a real function of complex numbers": (lambda z: (ad.absolute(z) ** 2).sum(), square + 1j),
        "a complex function of complex numbers": (
            lambda z: z * ad.conj(z) * z,
            np.array([1 + 2j, -1j]),
        ),
        "a complex function of real numbers": (lambda x: ad.exp(1j * x), square),
        "float32": (lambda x: (ad.sin(x) * x).sum(), np.float32([1, 2, 3])),
        "float32 and float64": (lambda x, y: x * y, (np.float32(2.0), np.array([1.0, 2.0]))),
        "integers are constants": (lambda x, i: ad.sin(x)[i], (np.arange(3.0), np.array([2, 0]))),
        "an input without influence": (lambda x, y: ad.sin(x), (1.0, np.ones(2))),
        "a constant": (lambda x: 3.0, 1.0),
        "no elements": (lambda x: x.sum(), np.zeros(0)),
        "an offset": (lambda x: 1e6 + ad.sin(x), 1.0),
        "short waves": (lambda x: ad.sin(1e3 * x), 1.3),
        "different sizes": (lambda x: x**2.5, np.array([1e-3, 1.0, 1e3])),
        "outputs of different sizes": (lambda x: [1e8 * ad.sin(x), 1e-8 * ad.cos(x)], 1.0),
        "beside a kink": (ad.absolute, np.array([1e-6, -1e-6])),
        "a plateau": (lambda x: ad.relu(x).sum(), np.array([-0.3, -0.2, 0.4])),
        "many arguments of relu": (lambda x: ad.relu(square @ x).sum(), rng.normal(size=3)),
        "methods of tensors on arrays": (lambda x: (x.exp() * x).sum(), np.array([1.0, 2.0])),
        "eager tensors": (lambda x: (x.exp() * x).sum(), ad.tensor([1.0, 2.0])),
        "eager containers": (lambda p: p["a"] @ p["b"], {"a": ad.ones(2), "b": ad.rand(2)}),
        "a Function": (Cube.apply, ad.tensor([1.0, 2.0])),
        "a loop": (lambda x: power(x, 20), 1.01),
    }


def power(x, n):
    y = x
    for _ in range(n - 1):
        y = y * x
    return y


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("name", pairs())
def test_what_is_right_passes(name, order):
    f, x = pairs()[name]
    found = check_grad(f, x, order=order)
    assert found and found.passed and found.kind == found.reason == ""


def test_third_derivatives_pass():
    found = check_grad(ad.logsumexp, np.array([0.3, -1.0, 2.0]), order=3)
    assert {c.function for c in found.comparisons} >= {"the pullback of the pushforward of f"}


def test_arguments_are_left_alone():
    x = np.array([1.0, 2.0])
    check_grad(lambda x: (x * x).sum(), x)
    assert x.tolist() == [1.0, 2.0]
    tensor = ad.tensor([1.0, 2.0], requires_grad=True)
    check_grad(lambda x: (x * x).sum(), tensor)
    assert tensor.grad is None


def test_an_error_is_one_of_the_library_and_an_assertion():
    with pytest.raises(ad.AutodiffError):
        check_grad(ad.absolute, 0.0)
    with pytest.raises(AssertionError):
        check_grad(ad.absolute, 0.0)


def test_a_mode_that_is_not_asked_for_is_not_judged():
    assert check_grad(lambda x: wrong_pullback(x), 1.0, modes="forward")
    assert check_grad(lambda x: wrong_pushforward(x), 1.0, modes=("reverse",), order=2)
    assert check_grad(lambda x: no_pushforward(x), 1.0, modes="reverse", order=2)
    found = report(lambda x: wrong_pullback(x), np.ones(2), modes="reverse")
    assert found.kind == "wrong" and "by a factor of -1" in found.reason


@pytest.mark.parametrize(("scale", "passes"), [(1e-10, True), (1e-6, False)])
def test_tolerances_follow_the_precision(scale, passes):
    f = planted(np.sin, lambda t, y, x: (1 + scale) * t * ad.cos(x))
    assert bool(report(lambda x: f(x), 1.0)) is passes
    # in float32 neither can be seen
    assert check_grad(lambda x: f(x) * 1.0, np.float32(1.0))
    assert check_grad(lambda x: f(x), 1.0, rtol=1e-5)


def test_float32_and_float64_agree_on_the_derivative():
    double = check_grad(ad.sin, 1.0, seed=5).comparisons
    single = check_grad(ad.sin, np.float32(1.0), seed=5).comparisons
    for a, b in zip(double, single):
        assert abs(a.derivative - b.derivative) < 1e-5
        assert a.error < 1e-10 < b.error < 1e-3


def test_each_input_is_moved_alone_besides():
    # next to a derivative of 1e6 the other would be lost
    found = report(lambda x, y: 1e6 * x + wrong_sine(y), (1.0, 1.0))
    assert found.kind == "wrong" and " in x[1]," in found.reason
    labels = {c.direction for c in check_grad(lambda x, y: x * y, (1.0, 1.0)).comparisons}
    assert labels == {"random direction 1", "random direction 2", "x[0] alone", "x[1] alone"}


def test_the_number_of_directions():
    found = check_grad(ad.sin, np.ones(3), directions=4)
    assert len(found.comparisons) == 2 * 4
    assert len(check_grad(ad.sin, np.ones(3), directions=0).comparisons) == 2


def test_the_report_prints_a_table():
    lines = str(check_grad(ad.sin, 0.5, directions=1)).splitlines()
    assert lines[0] == "every derivative passed"
    assert lines[1].split() == ["of", "along", "mode", "derivative", "numerical", "±"]
    assert lines[2].split()[0] == "f" and "forward" in lines[2] and "reverse" in lines[3]
    failed = report(ad.absolute, 0.0)
    assert str(failed).splitlines()[0] == failed.reason


def test_complex_step_and_check_agree_on_a_published_gradient():
    # Baydin, Pearlmutter, Radul and Siskind 2018, section 2
    def f(x):
        return ad.log(x[0]) + x[0] * x[1] - ad.sin(x[1])

    assert check_grad(f, np.array([2.0, 5.0]), order=3)
    assert np.allclose(ad.grad(f)(np.array([2.0, 5.0])), [5.5, 2 - np.cos(5.0)])


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: check_grad(ad.sin, 1.0, modes="sideways"), "choose from 'forward', 'reverse'"),
        (lambda: check_grad(ad.sin, 1.0, modes=()), "choose from"),
        (lambda: check_grad(ad.sin, 1.0, order=0), "it needs 1, 2, 3"),
        (lambda: check_grad(ad.sin, 1), "no input carries a derivative"),
        (lambda: check_grad(3.0, 1.0), "needs a function, not a float"),
        (lambda: check_grad(ad.sin, "x"), "it needs arrays or numbers"),
    ],
)
def test_a_refusal_says_why(call, sentence):
    with pytest.raises(ad.AutodiffError, match=sentence):
        call()


def test_errors_at_x_itself_are_those_of_the_function():
    def f(x):
        raise KeyError("lost")

    with pytest.raises(KeyError):
        check_grad(f, 1.0)
