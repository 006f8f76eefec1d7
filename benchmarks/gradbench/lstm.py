"""lstm: how well a recurrent network foretells the next character, and the gradient of that."""

from functools import partial
from pathlib import Path

import numpy as np

from .problem import Problem, floats, random

DATA = Path(__file__).parent / "data" / "lstm" / "sonnets-4096.txt"
BITS = 14


def sigmoid(m, x):
    """1 / (1 + exp(-x))"""
    return 0.5 * m.tanh(0.5 * x) + 0.5


def character(m, weights, biases, extra, state, x, target):
    """The next state, and the logarithm of the likelihood of `target` after the character `x`."""
    b, x, found = x.shape[0], x * extra[0], []
    for i in range(state.shape[0] // 2):
        h, s, w, v = state[2 * i], state[2 * i + 1], weights[i], biases[i]
        forget = sigmoid(m, x * w[:b] + v[:b])
        into = sigmoid(m, h * w[b : 2 * b] + v[b : 2 * b])
        out = sigmoid(m, x * w[2 * b : 3 * b] + v[2 * b : 3 * b])
        s = s * forget + into * m.tanh(h * w[3 * b :] + v[3 * b :])
        x = out * m.tanh(s)
        found += [x, s]
    y = x * extra[1] + extra[2]
    return m.stack(found), m.sum(target * (y - m.log(2.0 + m.sum(m.exp(y)))))


def loss(m):
    """The mean loss as a function of (main (2 L, 4 b), extra (3, b), state (2 L, b), sequence)."""

    def f(main, extra, state, sequence):
        def step(carry, pair):
            new, found = character(m, main[::2], main[1::2], extra, carry[0], *pair)
            return (new, carry[1] + found), None

        pairs = sequence[:-1], sequence[1:]
        (_, total), _ = m.scan(step, (state, np.zeros(())), pairs)
        return -total / ((sequence.shape[0] - 1) * sequence.shape[1])

    return f


def gradient(to, static):
    """The gradient by all parameters, as one vector."""
    by_parts = to.m.grad(loss(to.m), (0, 1))

    def f(*arrays):
        return to.m.concatenate([part.reshape(-1) for part in by_parts(*arrays)])

    return to.compiled(f)


def generated(layers, count):
    """Uniform parameters, and a text of `count` characters as bits."""
    rng, shapes = random(), {"main_params": (2 * layers, 4 * BITS), "extra_params": (3, BITS),
                             "state": (2 * layers, BITS)}  # fmt: skip
    text = DATA.read_text("utf-8")
    codes = np.array([ord(c) for c in (text * (-(-count // len(text))))[:count]])
    bits = codes[:, None] >> np.arange(BITS - 1, -1, -1) & 1
    return {**{n: rng.uniform(size=s).tolist() for n, s in shapes.items()},
            "sequence": bits.tolist()}  # fmt: skip


def inputs():
    """Layers by lengths; the text of the longest is that of the middle one twice."""
    return [
        (f"{layers} layers, {count:,} characters", partial(generated, layers, count))
        for layers in (2, 4, 6)
        for count in (1024, 4096, 8192)
    ]


def read(given):
    """All are arguments."""
    return (), floats(given, "main_params", "extra_params", "state", "sequence")


PROBLEM = Problem(
    read=read,
    functions={
        "objective": lambda to, static: to.compiled(loss(to.m)),
        "jacobian": gradient,
    },
    inputs=inputs,
)
