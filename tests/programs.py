"""Random programs: operators, broadcasting, indexing, choices, reductions and loops, as Hypothesis
draws and shrinks them.

A program is a list of steps on a growing list of values, the first of which is the input; it is
written with the names of a namespace, so that the same program runs under `numpy` and as ours.
Every step keeps values within bounds and slopes within reach of a central difference.
"""

from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st

SHAPES = [(), (1,), (3,), (2, 3), (2, 1)]


class Step(NamedTuple):
    """One operation: its name, the numbers of the values that it reads, and its parameters."""

    name: str
    reads: tuple[int, ...]
    params: tuple[Any, ...] = ()


class Program(NamedTuple):
    """shape: of the input; steps: in order; the output is the sum of smooth parts of all values."""

    shape: tuple[int, ...]
    steps: tuple[Step, ...]

    def __call__(self, m, x):
        values = [x]
        for step in self.steps:
            values.append(STEPS[step.name](m, *[values[i] for i in step.reads], *step.params))
        total = 0.0
        for i, v in enumerate(values[1:]):
            total = total + m.sum(m.sin(v + 0.1 * i))
        return total

    def __str__(self):
        lines = [f"v0 = x of shape {self.shape}"]
        for i, s in enumerate(self.steps, 1):
            arguments = [f"v{r}" for r in s.reads] + [repr(p) for p in s.params]
            lines.append(f"v{i} = {s.name}({', '.join(arguments)})")
        return "\n".join(lines)


def loop(m, x, n):
    """A Python loop."""
    y = x
    for k in range(n):
        y = m.sin(y) + x / (k + 2)
    return y


def pile(m, x, n):
    """A loop that fills a list."""
    rows = [x]
    for _ in range(n):
        rows.append(m.tanh(rows[-1] * 0.9 + 0.1))
    return m.stack(rows)


def indexed(m, x, key):
    """Elements of one axis, repeated, reversed or left out; a number stays as it is."""
    return x[key] if x.shape else x


def centered(m, x, axis):
    return x - m.mean(x, axis, keepdims=True) if x.shape else x


STEPS = {
    "add": lambda m, a, b: a + b,
    "subtract": lambda m, a, b: a - b,
    "multiply": lambda m, a, b: m.tanh(a) * m.sin(b),
    "divide": lambda m, a, b: a / (1.5 + m.cos(b) ** 2),
    "power": lambda m, a, n: m.tanh(a) ** n,
    "sine": lambda m, a: m.sin(a),
    "exp": lambda m, a: m.exp(-a * a),
    "log": lambda m, a: m.log(2.0 + m.sin(a)),
    "sqrt": lambda m, a: m.sqrt(1.0 + a * a),
    "arctan2": lambda m, a, b: m.arctan2(a, 2.0 + m.sin(b)),
    "softplus": lambda m, a: m.log(1 + m.exp(a)),
    "scale": lambda m, a, c: a * c,
    "where": lambda m, a, b: m.where(a > 0.3, b, m.sin(a)),
    "guarded root": lambda m, a: m.where(a > 0.0, m.sqrt(a) * a, 0.0 * a),
    "maximum": lambda m, a, b: m.maximum(a, b + 0.01),
    "clip": lambda m, a: m.clip(a, -0.7, 0.9),
    "abs": lambda m, a: m.abs(a),
    "sum": lambda m, a, axis: m.sum(a, axis) if a.shape else a,
    "mean": lambda m, a: m.mean(a),
    "max": lambda m, a: m.max(a),
    "prod": lambda m, a: m.prod(m.tanh(a)),
    "logsumexp": lambda m, a: m.log(m.sum(m.exp(a))),
    "norm": lambda m, a: m.sqrt(m.sum(a * a) + 0.5),
    "centered": centered,
    "cumsum": lambda m, a: m.cumsum(a) if a.shape else a,
    "index": indexed,
    "transpose": lambda m, a: m.transpose(a),
    "reshape": lambda m, a: m.reshape(a, (-1,)),
    "outer": lambda m, a, b: m.outer(a, b)[:3, :3],
    "dot": lambda m, a: m.sum(m.reshape(a, (-1, 1)) @ m.reshape(a, (1, -1))),
    "concatenate": lambda m, a, b: m.concatenate([m.reshape(a, (-1,)), m.reshape(b, (-1,))])[:6],
    "loop": loop,
    "pile": pile,
}  # fmt: skip
PARAMS = {
    "power": st.sampled_from([2, 3, 2.0]),
    "scale": st.sampled_from([0.5, -1.5, 2]),
    "sum": st.sampled_from([-1, 0, None]),
    "centered": st.sampled_from([-1, 0]),
    "index": st.sampled_from(
        [0, -1, slice(None, None, -1), slice(0, 2), (Ellipsis, 0), (Ellipsis, None), [0, 0]]),
    "loop": st.integers(0, 3),
    "pile": st.integers(0, 2),
}  # fmt: skip
TWO = {"add", "subtract", "multiply", "divide", "arctan2", "where", "maximum", "outer",
       "concatenate"}  # fmt: skip
ROOM = 64  # elements of a value, at most


def evaluated(program):
    """The values of a program on zeros, to know their shapes; None if it is no program."""
    values = [np.zeros(program.shape)]
    for step in program.steps:
        try:
            value = STEPS[step.name](np, *[values[i] for i in step.reads], *step.params)
        except (ValueError, IndexError):
            return None
        if np.size(value) > ROOM or np.size(value) == 0 or np.ndim(value) > 4:
            return None
        values.append(np.asarray(value))
    return values


@st.composite
def programs(draw, length=6):
    """Programs of at most `length` steps; a step that does not fit the shapes is left out."""
    program = Program(draw(st.sampled_from(SHAPES)), ())
    for _ in range(draw(st.integers(1, length))):
        name = draw(st.sampled_from(list(STEPS)))
        last = len(program.steps)
        reads = tuple(draw(st.integers(0, last)) for _ in range(2 if name in TWO else 1))
        params = (draw(PARAMS[name]),) if name in PARAMS else ()
        longer = program._replace(steps=(*program.steps, Step(name, reads, params)))
        program = longer if evaluated(longer) is not None else program
    return program


def point(program, seed):
    """An input away from the kinks, where two central differences agree; None if there is none."""
    rng = np.random.default_rng(seed)
    for _ in range(5):
        x, t = (rng.uniform(-1.2, 1.2, program.shape) for _ in range(2))
        slopes = [difference(program, x, t, h) for h in (1e-4, 1e-5)]
        if abs(slopes[0] - slopes[1]) < 1e-6 * (1 + abs(slopes[0])):
            return x, t, slopes[1]
    return None


def difference(program, x, t, h):
    """The central difference along `t`."""
    with np.errstate(all="ignore"):
        return (program(np, x + h * t) - program(np, x - h * t)) / (2 * h)
