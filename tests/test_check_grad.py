"""`check_grad`: what is right passes; each planted fault is told apart, placed and explained."""

import itertools
import re
from typing import NamedTuple

import numpy as np
import pytest

import autodiff as ad
from autodiff.core.op import Op
from autodiff.numeric import GradientError, check_grad


def report(f, x, *args, **options):
    return check_grad(f, x, *args, raise_error=False, **options)


def planted(name, evaluate, *rules, **facts):
    """A row of a test; the table takes a name once."""
    return Op.table.get(name) or ad.operator(f"{name}(x)", evaluate, *rules, **facts)


wrong_sine = planted("planted_sine", np.sin, lambda t, y, x: 1.001 * t * ad.cos(x))
wrong_twice = planted(
    "planted_cube", lambda x: x**3, lambda t, y, x: 3 * t * x * ad.stop_gradient(x)
)
wrong_pullback = planted(
    "planted_pullback",
    np.sin,
    jvp=lambda ts, out, x: ts[0] * ad.cos(x),
    vjp=lambda g, out, wanted, x: (-g * ad.cos(x),),
)
wrong_pushforward = planted(
    "planted_pushforward",
    np.sin,
    jvp=lambda ts, out, x: 2 * ts[0] * ad.cos(x),
    vjp=lambda g, out, wanted, x: (g * ad.cos(x),),
)
no_pushforward = planted("planted_half", np.sin, vjp=lambda g, out, wanted, x: (g * ad.cos(x),))
of_no_number = planted("planted_nan", lambda x: x * x, lambda t, y, x: t * (0 * x) / (0 * x))


class Cube(ad.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return 3 * g * x * x


class WrongSquare(ad.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**2

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return 3 * g * x


class TooMany(ad.Function):
    @staticmethod
    def forward(ctx, x):
        return 2 * x

    @staticmethod
    def backward(ctx, g):
        return 2 * g, g


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


def counter():
    numbers = itertools.count(1.0)
    return lambda x: x * next(numbers)


def hidden_noise(x):
    return x + 1e-2 * np.sin(1e14 * float(ad.stop_gradient(x) if type(x) is float else x))


class Fault(NamedTuple):
    """A planted fault, and what must be said of it."""

    f: object
    x: object
    kind: str
    says: str
    options: dict = {}


A, B = np.array([0.3, 0.2]), np.array([1.0, 2.0])
FAULTS = {
    "a wrong rule": Fault(
        lambda p: (wrong_sine(p["q"]) * p["r"]).sum(),
        {"q": np.array([1.0, 2.0, 3.0]), "r": np.array([4.0, 5.0, 6.0])},
        "wrong",
        r"forward and reverse mode give 2.16337 for the derivative of the output in x\['q'\]\[0\], "
        r"and differences give 2.16121 ± .*: a rule is wrong by a factor of 1.001, or part of",
    ),
    "a wrong rule in float32": Fault(
        lambda x: wrong_sine(x) * 1.0, np.float32([1, 2]), "wrong", r"x\[0\]"
    ),
    "a wrong rule among many elements": Fault(
        lambda x: (ad.where(np.arange(1000) == 321, wrong_sine(x), ad.sin(x))).sum(),
        np.linspace(0, 1, 1000),
        "wrong",
        r"x\[321\]",
    ),
    "a wrong rule in complex numbers": Fault(
        lambda z: [z, wrong_sine(z)], np.array([1 + 1j, 2j]), "wrong", r"output\[1\]\[0\] in x\[0\]"
    ),
    "a wrong second derivative": Fault(
        lambda x: wrong_twice(x),
        2.0,
        "wrong",
        r"the derivative of the output of the pushforward of f in x.* by a factor of 0.5",
        {"order": 2},
    ),
    "a wrong backward": Fault(
        WrongSquare.apply, ad.tensor(2.0), "wrong", r"reverse mode gives 6 .* differences give 4 ±"
    ),
    "a wrong vjp": Fault(
        lambda x: wrong_pullback(x),
        np.array([1.0, 2.0]),
        "duality",
        r"forward mode gives 0.540302 and reverse mode -0.540302 for the derivative of output\[0\] "
        r"in x\[0\], and differences give 0.540302 ± .*: a vjp rule is wrong",
    ),
    "a wrong jvp": Fault(
        lambda x: wrong_pushforward(x), 1.0, "duality", r"forward mode gives 1.0806 .* a jvp rule"
    ),
    "stop_gradient": Fault(
        lambda p: (ad.stop_gradient(p["a"]) * p["b"]).sum(),
        {"a": A, "b": B},
        "cut",
        r"give 0 for the derivative of the output in x\['a'\]\[0\], and differences give 1 ± "
        r".*: the path between them is cut, as by detach",
    ),
    "detach": Fault(
        lambda x: (x.detach() ** 2).sum(), ad.tensor(B), "cut", r"reverse mode gives 0"
    ),
    "detach of one factor": Fault(
        lambda x: x.detach() * x,
        ad.tensor(2.0),
        "wrong",
        r"factor of 0.5, or part of the path is cut",
    ),
    "item": Fault(lambda x: x.item() ** 2 + 0 * x, ad.tensor(2.0), "cut", r"differences give 4 ±"),
    "round": Fault(lambda x: ad.round(3 * x).sum(), A, "cut", r"f changes with x in steps alone"),
    "round in small steps": Fault(
        lambda x: ad.round(x * 1e6) / 1e6, A, "cut", r"in steps alone, as round, floor, argmax"
    ),
    "round in tiny steps": Fault(
        lambda x: ad.round(x * 1e10) / 1e10, A, "cut", r"steps alone|is cut"
    ),
    "an int cast": Fault(
        lambda p: p["b"] * ad.astype(ad.astype(100 * p["a"], int), float),
        {"a": A + 0.003, "b": 1.0},
        "cut",
        r"f changes with x\['a'\] in steps alone",
    ),
    "an integer output": Fault(
        ad.argmax, A, "cut", r"f returns int64, which carries no derivative"
    ),
    "a kink of abs": Fault(
        lambda p: ad.absolute(p["a"]).sum() + p["b"],
        {"a": np.array([1.0, 0.0]), "b": 2.0},
        "kink",
        r"f has a kink at x: the derivative of the output in x\['a'\]\[1\] is 1 from the right and "
        r"-1 from the left \(forward and reverse mode give 0\)",
    ),
    "a kink of relu": Fault(
        ad.relu,
        np.array([1.0, 0.0]),
        "kink",
        r"output\[1\] in x\[1\] is 1 from the right and 0 from",
    ),
    "a tie of max": Fault(
        ad.max, np.array([1.0, 2.0, 2.0]), "kink", r"in x\[1\] is 1 .* give 0.5\)"
    ),
    "a norm at zero": Fault(
        ad.norm, np.zeros(3), "kink", r"is 1 from the right and -1 from the left"
    ),
    "a kink in float32": Fault(ad.absolute, np.float32(0), "kink", r"in x is 1 from the right"),
    "a kink of the derivative": Fault(
        lambda x: ad.relu(x) * x,
        0.0,
        "kink",
        r"the pushforward of f has a kink at x",
        {"order": 2},
    ),
    "a kink of two arguments": Fault(
        lambda x, y: ad.maximum(x, y), (1.0, 1.0), "kink", r"in x\[0\] is 1 from the right and 0"
    ),
    "a jump": Fault(
        lambda x: x * ad.floor(x),
        np.array([0.5, 2.0]),
        "jump",
        r"f jumps at x: a step in x\[1\], how",
    ),
    "an edge": Fault(
        ad.sqrt,
        np.array([1.0, 0.0]),
        "edge",
        r"edge of the domain of f: moved to the left in x\[1\]",
    ),
    "a value that is not finite": Fault(
        ad.log,
        np.array([1.0, -1.0]),
        "nonfinite",
        r"f is not finite at x, output\[1\] is nan; choose",
    ),
    "a derivative that is no number": Fault(
        lambda x: (of_no_number(x) * 1.0).sum(),
        B,
        "nonfinite",
        r"forward and reverse mode give nan for the derivative of the output in x\[0\], where the "
        r"function is finite and differences give 2 ±",
    ),
    "a vertical tangent": Fault(
        ad.cbrt, np.array([1.0, 0.0]), "nonfinite", r"give inf .* in x\[1\]"
    ),
    "a generator of random numbers": Fault(
        lambda x: x * np.random.default_rng().normal(),
        2.0,
        "random",
        r"different values for the same x, the output is .* it draws random numbers or keeps state",
    ),
    "a counter": Fault(counter(), 2.0, "random", r"the output is 2 and then 4"),
    "a question for the type": Fault(
        lambda x: 2 * x if isinstance(x, np.floating) else 3 * x,
        2.0,
        "value",
        r"f gives 4 for the output, and 6 under forward mode: it asks for the type",
    ),
    "a shape that depends on the type": Fault(
        lambda x: x if isinstance(x, np.ndarray) else x[:1],
        B,
        "value",
        r"another structure or other",
    ),
    "float": Fault(lambda x: float(x) * x, 2.0, "error", r"it raises TracedError: .* float"),
    "no jvp": Fault(
        lambda x: no_pushforward(x),
        2.0,
        "error",
        r"forward mode cannot differentiate f, it raises R",
    ),
    "a backward with too many gradients": Fault(
        TooMany.apply,
        ad.tensor(2.0),
        "error",
        r"reverse mode cannot .*incorrect number of gradients",
    ),
    "noise": Fault(
        lambda x: x * (1 + 1e-2 * np.sin(1e15 * ad.stop_gradient(x))),
        0.7,
        "noise",
        r"f is too noisy or changes too fast at x to judge the derivative of the output in x",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_told_apart(name):
    fault = FAULTS[name]
    found = report(fault.f, fault.x, **fault.options)
    assert not found and not found.passed
    assert (found.kind, bool(re.search(fault.says, found.reason))) == (fault.kind, True), (
        found.reason
    )


@pytest.mark.parametrize("name", FAULTS)
def test_the_reason_is_one_sentence(name):
    if name == "a counter":
        pytest.skip("it counts on")
    fault = FAULTS[name]
    with pytest.raises(GradientError) as caught:
        check_grad(fault.f, fault.x, **fault.options)
    reason = str(caught.value)
    assert reason == caught.value.report.reason
    assert (
        "\n" not in reason and not reason.endswith(".") and not re.search(r"[a-z]\. [A-Z]", reason)
    )


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
    f = planted("planted_scale" + str(passes), np.sin, lambda t, y, x: (1 + scale) * t * ad.cos(x))
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
