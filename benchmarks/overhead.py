"""What one operator costs on three doubles, where all that is measured is overhead.

The unit is NumPy's own call of the same operator, and of `x + y` for duals and nodes.
"""

import numpy as np

import autodiff as ad
from autodiff.examples.progress import steps

from .contestants import contestants, disagreeing
from .measure import interleaved, ratio
from .table import Table, Target

OPERATORS = ("x + y", "x * y", "m.sin(x)", "x.sum()", "x[1]", "x @ y")
AGAINST_NUMPY = OPERATORS[:4]
CHAIN = 50  # operators
A, B = np.array([0.1, 0.2, 0.3]), np.array([1.0, 1.1, 1.2])


def measure(effort, found):
    """The tables of recording, of the other traced values, and of recording with its sweep."""
    return [recording(effort, found), traced(effort), chains(effort, found)]


def recording(effort, found):
    """One operator of each library while it records."""
    rows, targets = {}, []
    names = namespaces(found)
    for statement, _ in zip(OPERATORS, steps(len(OPERATORS), "overhead, recording")):
        seconds = interleaved({who: (statement, n) for who, n in names.items()}, effort)
        rows[statement] = {
            who: ratio(s, seconds["numpy"]) for who, s in seconds.items() if who != "numpy"
        }
        rows[statement]["numpy [ns]"] = 1e9 * min(seconds["numpy"])
        targets += recording_targets(statement, seconds)
    title = "Recording one operator on 3 doubles, as multiples of NumPy's own call"
    return Table(title, rows, targets, "jax runs the operator without recording it")


def recording_targets(statement, seconds):
    """What recording is held against."""
    ours = seconds["autodiff"]
    if statement in AGAINST_NUMPY:
        text = f"{statement}: as a multiple of NumPy"
        yield Target(text, ratio(ours, seconds["numpy"]), "at most", 3.0)
    if "torch" in seconds:
        text = f"{statement}: as a multiple of torch"
        yield Target(text, ratio(ours, seconds["torch"]), "at most", 1.0)
    if "autograd" in seconds:
        text = f"{statement}: times faster than autograd"
        yield Target(text, ratio(seconds["autograd"], ours), "at least", 5.0)


def namespaces(found):
    """The globals in which the statements run, for each library."""
    x, y = (ad.tensor(a, requires_grad=True) for a in (A, B))
    names = {"numpy": {"m": np, "x": A, "y": B}, "autodiff": {"m": ad, "x": x, "y": y}}
    if "torch" in found:
        m = found["torch"]
        x, y = (m.tensor(a, requires_grad=True) for a in (A, B))
        names["torch"] = {"m": m, "x": x, "y": y}
    if "autograd" in found:
        x, y = boxes()
        names["autograd"] = {"m": found["autograd"].numpy, "x": x, "y": y}
    if "jax" in found:
        m = found["jax"].numpy
        names["jax"] = {"m": m, "x": m.asarray(A), "y": m.asarray(B)}
    return names


def boxes():
    """autograd's traced values, of one trace."""
    from autograd.core import VJPNode
    from autograd.tracer import new_box

    return [new_box(a, 0, VJPNode.new_root()) for a in (A, B)]


def traced(effort):
    """Duals, nodes, and tensors of a transform, beside the eager tensor."""
    kinds = {
        "numpy": {"m": np, "x": A, "y": B},
        "Dual": {"m": ad, **duals()},
        "Node": {"m": ad, "x": ad.Variable("x", (3,), float), "y": ad.Variable("y", (3,), float)},
        "Tensor in grad": {"m": ad, **inner_tensors()},
    }
    bounds = {"Dual": 12.0, "Node": 7.0}
    rows, targets = {}, []
    for statement, _ in zip(OPERATORS, steps(len(OPERATORS), "overhead, traced values")):
        timed = {kind: (statement, names) for kind, names in kinds.items()}
        seconds = interleaved({**timed, "unit": ("x + y", kinds["numpy"])}, effort)
        rows[statement] = {
            kind: ratio(s, seconds["unit"]) for kind, s in seconds.items() if kind != "unit"
        }
        if statement in AGAINST_NUMPY:
            for kind, bound in bounds.items():
                figure = rows[statement][kind]
                targets.append(Target(f"{kind}: {statement}", figure, "at most", bound))
    title = "Other traced values of 3 doubles, as multiples of NumPy's x + y"
    return Table(title, rows, targets)


def duals():
    """Two duals of one call of jvp."""
    seen = {}

    def look(x, y):
        seen.update(x=x, y=y)
        return x + y

    ad.jvp(look, (A, B), (B, A))
    return seen


def inner_tensors():
    """Two tensors of one call of grad."""
    seen = {}

    def look(x, y):
        seen.update(x=x, y=y)
        return (x + y).sum()

    ad.grad(look, (0, 1))(A, B)
    return seen


def chain_of_sums(m, x):
    """y = x + x + ... + x"""
    y = x
    for _ in range(CHAIN):
        y = y + x
    return y.sum()


def chain_of_products(m, x):
    """y = x * x * ... * x"""
    y = x
    for _ in range(CHAIN):
        y = y * x
    return y.sum()


def chain_of_sines(m, x):
    """y = sin(sin(... x))"""
    y = x
    for _ in range(CHAIN):
        y = m.sin(y)
    return y.sum()


def chains(effort, found):
    """Recording and sweep of a chain, per operator."""
    programs = {"x + y": chain_of_sums, "x * y": chain_of_products, "m.sin(x)": chain_of_sines}
    rows, targets = {}, []
    for (name, function), _ in zip(programs.items(), steps(len(programs), "overhead, chains")):
        made = contestants((function, (B,), ()), found)
        made.pop("jax jit", None)
        if wrong := disagreeing(made):
            raise ArithmeticError(f"{name}: the gradients of {', '.join(wrong)} are different")
        seconds = interleaved(made, effort)
        rows[name] = {c: ratio(s, seconds["numpy"]) for c, s in seconds.items() if c != "numpy"}
        rows[name]["numpy [ns]"] = 1e9 * min(seconds["numpy"]) / CHAIN
        if "torch" in seconds:
            times = ratio(seconds["autodiff eager"], seconds["torch"])
            targets.append(Target(f"{name}: eager, as a multiple of torch", times, "at most", 1.0))
        if "autograd" in seconds:
            times = ratio(seconds["autograd"], seconds["autodiff grad"])
            text = f"{name}: grad, times faster than autograd"
            targets.append(Target(text, times, "at least", 2.5))
    title = f"Recording and sweep of a chain of {CHAIN}, per operator, as multiples of NumPy's call"
    return Table(title, rows, targets)
