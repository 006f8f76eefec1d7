"""The programs that are measured compiled, written once for every library with NumPy's names."""

import numpy as np


def loss(m, x, w, b, y):
    """sum(log1p(exp(-(x w + b) y)) + tanh(x)² / 2)"""
    return (m.log1p(m.exp(-(x * w + b) * y)) + m.tanh(x) ** 2 / 2).sum()


def rosenbrock(m, x):
    """The sum of 100 (x' - x²)² + (1 - x)² over neighbours."""
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def logistic(m, w, b, x, y):
    """Mean negative log-likelihood of a logistic regression."""
    z = x @ w + b
    return (m.logaddexp(z, 0.0 * z) - y * z).mean()


def network(m, w, b, x, t):
    """The loss of three layers and softmax."""
    h = m.tanh(x @ w[0] + b[0])
    h = m.tanh(h @ w[1] + b[1])
    z = h @ w[2] + b[2]
    return -((z - m.log(m.exp(z).sum(1, keepdims=True))) * t).sum()


def layers(batch, dtype: type = np.float64):
    """The arguments of `network`: weights, biases, inputs and classes."""
    rng = np.random.default_rng(0)
    sizes = ((784, 512), (512, 512), (512, 10))
    weights = [(rng.normal(size=s) * 0.05).astype(dtype) for s in sizes]
    biases = [np.zeros(s[1], dtype) for s in sizes]
    x, t = rng.normal(size=(batch, 784)), np.eye(10)[rng.integers(0, 10, batch)]
    return weights, biases, x.astype(dtype), t.astype(dtype)


def recurrent(m, p, xs, h, c):
    """Twenty unrolled steps of an LSTM."""
    for i in range(20):
        z = xs[i] @ p[0] + h @ p[1] + p[2]
        gates = [1 / (1 + m.exp(-z[:, k * 16 : k * 16 + 16])) for k in range(3)]
        c = gates[0] * c + gates[1] * m.tanh(z[:, 48:])
        h = gates[2] * m.tanh(c)
    return (h * h).sum()


def states():
    """The arguments of `recurrent`."""
    rng = np.random.default_rng(0)
    parts = [rng.normal(size=s) * 0.2 for s in ((10, 64), (16, 64), (64,))]
    return parts, rng.normal(size=(20, 8, 10)), np.zeros((8, 16)), np.zeros((8, 16))


def chain(m, x):
    """2,000 operators on a number."""
    for i in range(1000):
        x = m.sin(x * 1.01) if i % 2 else x * x + 0.3
    return x


def indexed(m, x):
    """The chain, in which the number is an entry of an array: 4,500 operators."""
    for i in range(1000):
        x = m.sin(x[0] * 1.01)[None] if i % 2 else x * x[0] + 0.3
    return x[0]


def walk(m, a):
    """Doubled while it is short, and scaled by its sign: loops and branches of Python."""
    b = a * 2
    while m.linalg.norm(b) < 1000:
        b = b * 2
    if b.sum() > 0:
        c = b
    else:
        c = 100 * b
    return c.sum()


# Programs whose first answer is timed: name -> (function, maker of the arguments, places of
# those with a gradient).
FIRST = {
    "perceptron": (network, lambda: layers(64), (0, 1)),
    "LSTM of 20 steps": (recurrent, states, (0,)),
    "chain of 2,000": (chain, lambda: (np.array(0.5),), (0,)),
    "chain with indexing": (indexed, lambda: (np.array([0.5]),), (0,)),
}
