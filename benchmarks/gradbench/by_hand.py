"""The formulas of the problems once more, without the library: what the answers are held against.

EXPECTED: problem -> function -> function of (static, *arrays) that gives the output.
Derivatives without a closed form are not here: `checks` compares them along a direction.
"""

import math

import numpy as np
from numpy.polynomial import polynomial

from .ht import BEND, SPREAD

PARTICLE, SADDLE = 0.2071918746486116, 8.246324826140356e-06


def gmm(static, alpha, mu, q, low, x):
    """The log-likelihood, component by component."""
    (gamma, m), (n, d), k = static, x.shape, len(alpha)
    beta, prior, nu = np.empty((n, k)), 0.0, d + m + 1
    for i in range(k):
        factor = np.diag(np.exp(q[i]))
        factor.T[np.triu_indices(d, 1)] = low[i]
        apart = (x - mu[i]) @ factor.T
        beta[:, i] = alpha[i] + q[i].sum() - 0.5 * (apart**2).sum(1)
        weight = np.exp(2 * q[i]).sum() + (low[i] ** 2).sum()
        prior += 0.5 * gamma**2 * weight - m * q[i].sum()
    gammas = sum(math.lgamma(0.5 * nu + 0.5 * (1 - j)) for j in range(1, d + 1))
    constant = nu * d * (math.log(gamma) - math.log(2) / 2)
    constant -= d * (d - 1) / 4 * math.log(math.pi) + gammas
    total = -n * d / 2 * math.log(2 * math.pi) - n * np.logaddexp.reduce(alpha)
    return total + np.logaddexp.reduce(beta, axis=1).sum() - prior + k * constant


def rotated(r, x):
    """x turned about the axis r by its length."""
    t = np.linalg.norm(r)
    if t == 0:
        return x
    a = r / t
    return x * np.cos(t) + np.cross(a, x) * np.sin(t) + a * (a @ x) * (1 - np.cos(t))


def residual(camera, point, weight, feature):
    """The two errors of one observation."""
    z = rotated(camera[:3], point - camera[3:6])
    p = z[:2] / z[2]
    s = p @ p
    p = p * (1 + camera[9] * s + camera[10] * s**2)
    return weight * (camera[6] * p + camera[7:9] - feature)


def ba(static, cameras, points, weights, features):
    """All errors, observation by observation."""
    errors = [
        residual(cameras[i], points[j], w, f) for i, j, w, f in zip(*static[2], weights, features)
    ]
    return np.array(errors), 1 - weights**2


def blocks(static, cameras, points, weights, features, count=50):
    """The dense rows of the first residuals by central differences, shape (count, 2, 15)."""
    found, h = [], 1e-6
    for i, j, w, f in list(zip(*static[2], weights, features))[:count]:
        z = np.concatenate([cameras[i], points[j], [w]])
        columns = []
        for e in np.eye(15) * h * np.maximum(1, abs(z))[:, None]:
            a, b = (residual(y[:11], y[11:14], y[14], f) for y in (z + e, z - e))
            columns.append((a - b) / (2 * e.sum()))
        found.append(np.stack(columns, 1))
    return np.array(found)


def ht(static, theta, us, relatives, inverses, positions, weights, points):
    """The errors of all points, bone by bone."""
    parents, simple, corners = static
    bones, angles = [], np.append(theta[6:], 0.0)
    for i, parent in enumerate(parents):
        x, z = angles[BEND[i]], angles[SPREAD[i]]
        turn = np.eye(4)
        turn[:3, :3] = np.array(
            [[np.cos(z), -np.sin(z), 0], [np.sin(z), np.cos(z), 0], [0, 0, 1]]
        ) @ np.array([[1, 0, 0], [0, np.cos(x), -np.sin(x)], [0, np.sin(x), np.cos(x)]])
        own = relatives[i] @ turn
        bones.append(own if parent == -1 else bones[parent] @ own)
    skin = np.zeros_like(positions)
    for weight, a, b in zip(weights.T, bones, inverses):
        skin += weight[:, None] * (positions @ (a @ b).T)
    skin = np.array([rotated(theta[:3], v) for v in skin[:, :3]]) + theta[3:6]
    if simple:
        return points - skin[corners]
    u = np.column_stack([us, 1 - us.sum(1)])
    return points - sum(u[:, i : i + 1] * skin[corners[i]] for i in range(3))


def lstm(static, main, extra, state, sequence):
    """The mean loss, character by character."""
    h, s = state[::2].copy(), state[1::2].copy()
    total, count, b = 0.0, *sequence.shape

    def sigmoid(x):
        return 1 / (1 + np.exp(-x))

    for t in range(count - 1):
        x = sequence[t] * extra[0]
        for i in range(len(h)):
            w, v = main[2 * i].reshape(4, b), main[2 * i + 1].reshape(4, b)
            forget, out = sigmoid(x * w[0] + v[0]), sigmoid(x * w[2] + v[2])
            into, change = sigmoid(h[i] * w[1] + v[1]), np.tanh(h[i] * w[3] + v[3])
            s[i] = s[i] * forget + into * change
            h[i] = x = out * np.tanh(s[i])
        y = x * extra[1] + extra[2]
        total += sequence[t + 1] @ (y - np.log(2 + np.exp(y).sum()))
    return -total / ((count - 1) * b)


def ode(static, x):
    """The classical method, step by step."""
    h, y = 2 / static[0], np.zeros_like(x)

    def f(y):
        return x * np.append(1.0, y[:-1])

    for _ in range(static[0]):
        a = f(y)
        b = f(y + h / 2 * a)
        c = f(y + h / 2 * b)
        y = y + h / 6 * (a + 2 * b + 2 * c + f(y + h * c))
    return y


def ode_gradient(static, x):
    """2ⁿ/n! times the product of the others, exact up to four entries; zeros beyond the steps."""
    n = len(x)
    if n > 4 * static[0]:
        return np.zeros(n)
    if n > 4:
        return None
    return 2.0**n / math.factorial(n) * np.array([np.delete(x, i).prod() for i in range(n)])


def distances(points, centroids):
    """The squared distance of each point to each centroid."""
    return np.stack([((points - c) ** 2).sum(1) for c in centroids], 1)


def newton(static, points, centroids):
    """The centroid less the mean of the points that are nearest to it."""
    nearest = distances(points, centroids).argmin(1)
    means = [points[nearest == j].mean(0) for j in range(len(centroids))]
    return centroids - np.array(means)


def llsq(static, x, order):
    """The half square, and the gradient."""
    t = -1 + 2 * order / (len(order) - 1)
    r = np.sign(t) - polynomial.polyval(t, x)
    return 0.5 * r @ r, -np.vander(t, len(x), increasing=True).T @ r


def cofactors(static, a):
    """The determinant times the transposed inverse."""
    matrix = a.reshape(static[0], static[0])
    return (np.linalg.det(matrix) * np.linalg.inv(matrix).T).reshape(-1)


def softmax(static, x):
    """exp(x) over its sum."""
    return np.exp(x - x.max()) / np.exp(x - x.max()).sum()


MODES = ("ff", "fr", "rf", "rr")
EXPECTED = {
    "hello": {"square": lambda s, x: x * x, "double": lambda s, x: 2 * x},
    "gmm": {"objective": gmm},
    "ba": {"objective": ba},
    "ht": {"objective": ht},
    "lstm": {"objective": lstm},
    "ode": {"primal": ode, "gradient": ode_gradient},
    "kmeans": {"cost": lambda s, p, c: distances(p, c).min(1).sum(), "dir": newton},
    "lse": {"primal": lambda s, x: np.logaddexp.reduce(x), "gradient": softmax},
    "llsq": {"primal": lambda *a: llsq(*a)[0], "gradient": lambda *a: llsq(*a)[1]},
    "det": {
        "primal": lambda s, a: np.linalg.det(a.reshape(s[0], s[0])),
        "gradient": cofactors,
    },
    "particle": dict.fromkeys(MODES, lambda s, w: PARTICLE),
    "saddle": dict.fromkeys(MODES, lambda s, start: np.full(4, SADDLE)),
}
