"""`check_grad`: each planted fault is told apart, placed, and explained in one sentence."""

import itertools
import re
from typing import NamedTuple

import numpy as np
import pytest
from known_rules import (
    WrongSquare,
    no_pushforward,
    planted,
    wrong_pullback,
    wrong_pushforward,
    wrong_sine,
)

import autodiff as ad
from autodiff.numeric import GradientError, check_grad

half_identity = planted(lambda x: +x, lambda t, y, x: 0.5 * t)
wrong_twice = planted(lambda x: x**3, lambda t, y, x: 3 * t * x * half_identity(x))
cut_twice = planted(lambda x: x**3, lambda t, y, x: 3 * t * x * ad.stop_gradient(x))
of_no_number = planted(lambda x: x * x, lambda t, y, x: t * (0 * x) / (0 * x))


class TooMany(ad.Function):
    @staticmethod
    def forward(ctx, x):
        return 2 * x

    @staticmethod
    def backward(ctx, g):
        return 2 * g, g


def counter():
    numbers = itertools.count(1.0)
    return lambda x: x * next(numbers)


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
        r"the derivative of the output of the pushforward of f in x.* by a factor of 0.75",
        {"order": 2},
    ),
    "a rule that cuts its own derivative": Fault(
        lambda x: cut_twice(x),
        2.0,
        "cut",
        r"of the pushforward of f in x.* part of the path is cut, stop_gradient at .*_faults.py:",
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
        r".*: the path between them is cut, stop_gradient at .*_faults.py:\d+ gives",
    ),
    "detach": Fault(
        lambda x: (x.detach() ** 2).sum(), ad.tensor(B), "cut", r"reverse mode gives 0"
    ),
    "detach of one factor": Fault(
        lambda x: x.detach() * x,
        ad.tensor(2.0),
        "cut",
        r"gives 2 .* give 4 ± .*: part of the path is cut, stop_gradient at .*_faults.py:\d+",
    ),
    "item": Fault(
        lambda x: x.item() ** 2 + 0 * x, ad.tensor(2.0), "cut", r"cut, as by detach, stop_grad"
    ),
    "item of one factor": Fault(
        lambda x: x.item() * x,
        ad.tensor(2.0),
        "wrong",
        r"factor of 0.5, or part of the path is cut",
    ),
    "round": Fault(lambda x: ad.round(3 * x).sum(), A, "cut", r"f changes with x in steps alone"),
    "round in small steps": Fault(
        lambda x: ad.round(x * 1e6) / 1e6,
        A,
        "cut",
        r"in steps alone, .* \(rint at .*_faults.py:\d+ has",
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
    "one output of several": Fault(
        lambda x: [x, {"y": of_no_number(x)}],
        B,
        "nonfinite",
        r"give nan for the derivative of output\[1\]\['y'\]\[0\] in x\[0\], where the function is",
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
    found = check_grad(fault.f, fault.x, raise_error=False, **fault.options)
    assert not found and not found.passed
    assert (found.kind, bool(re.search(fault.says, found.reason))) == (fault.kind, True), (
        found.reason
    )


@pytest.mark.parametrize("name", sorted(set(FAULTS) - {"a counter"}))
def test_the_reason_is_one_sentence(name):
    fault = FAULTS[name]
    with pytest.raises(GradientError) as caught:
        check_grad(fault.f, fault.x, **fault.options)
    reason = str(caught.value)
    assert reason == caught.value.report.reason
    assert (
        "\n" not in reason and not reason.endswith(".") and not re.search(r"[a-z]\. [A-Z]", reason)
    )
