"""Whole gradients of small programs, recording and sweep together, beside the peers.

The unit is NumPy's run of the same program without a derivative.
"""

import numpy as np

from autodiff.examples.progress import steps

from .contestants import contestants, disagreeing
from .measure import interleaved, ratio
from .table import Table, Target

FASTER_THAN_AUTOGRAD = 2.5


def perceptron(m, w, b, v, c, x, y):
    """Squared error of a network with one hidden layer."""
    error = m.tanh(x @ w + b) @ v + c - y
    return (error * error).mean()


def logistic(m, w, b, x, y):
    """Negative log-likelihood of a logistic regression; labels are -1 and 1."""
    return m.log(1 + m.exp(-y * (x @ w + b))).sum()


def rosenbrock(m, x):
    """The banana valley, element by element."""
    total = 0.0
    for i in range(len(x) - 1):
        total = total + 100 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2
    return total


def recurrent(m, w, u, b, h, x):
    """A recurrent network: one state, many steps."""
    for i in range(len(x)):
        h = m.tanh(w @ h + u @ x[i] + b)
    return (h * h).sum()


def programs():
    """{name: (function, parameters, data)}"""
    rng = np.random.default_rng(0)
    normal = rng.standard_normal
    labels = np.where(normal(64) > 0, 1.0, -1.0)
    return {
        "perceptron": (
            perceptron,
            (normal((4, 8)), normal(8), normal((8, 1)), normal(1)),
            (normal((16, 4)), normal((16, 1))),
        ),
        "logistic": (logistic, (normal(5), normal(())), (normal((64, 5)), labels)),
        "rosenbrock": (rosenbrock, (normal(20),), ()),
        "recurrent": (
            recurrent,
            (normal((8, 8)) / 3, normal((8, 3)), normal(8), normal(8)),
            (normal((20, 3)),),
        ),
    }


def measure(effort, found):
    """The table of whole gradients."""
    rows, targets = {}, []
    for (name, program), _ in zip(programs().items(), steps(len(programs()), "sweep")):
        made = contestants(program, found)
        if wrong := disagreeing(made):
            raise ArithmeticError(f"{name}: the gradients of {', '.join(wrong)} are different")
        seconds = interleaved(made, effort)
        rows[name] = {c: ratio(s, seconds["numpy"]) for c, s in seconds.items() if c != "numpy"}
        rows[name]["numpy [µs]"] = 1e6 * min(seconds["numpy"])
        targets += held_against(name, seconds)
    title = "Whole gradients, as multiples of NumPy's run of the program without a derivative"
    return [Table(title, rows, targets)]


def held_against(name, seconds):
    """The targets of one program, as far as the peers are there."""
    for way in ("autodiff eager", "autodiff grad"):
        if "autograd" in seconds:
            times = ratio(seconds["autograd"], seconds[way])
            text = f"{name}: {way}, times faster than autograd"
            yield Target(text, times, "at least", FASTER_THAN_AUTOGRAD)
    if "torch" in seconds:
        times = ratio(seconds["autodiff eager"], seconds["torch"])
        yield Target(f"{name}: autodiff eager, as a multiple of torch", times, "at most", 1.0)
