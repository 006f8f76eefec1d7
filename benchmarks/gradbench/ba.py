"""ba: reprojection errors of observed points in cameras, and their sparse Jacobian.

Each residual knows one camera, one point and one weight, so that pulling back the same component
of all residuals at once gives all blocks of the Jacobian.
"""

from functools import partial
from pathlib import Path

import numpy as np

from .problem import Problem

DATA = Path(__file__).parent / "data" / "ba"
INPUTS = 15  # 11 of a camera, 3 of a point, 1 weight
SHOWN = 30  # entries of the Jacobian that are answered, beside the last one


def residuals(m, camera, point, weight, feature):
    """The two errors of each observation, shapes (p,).

    camera: r (3), C (3), f, u0, v0, k1, k2; point: 3; feature: 2; tuples of arrays (p,).
    """
    r, center, (f, u0, v0, k1, k2) = camera[:3], camera[3:6], camera[6:]
    y = [a - b for a, b in zip(point, center)]
    square = r[0] * r[0] + r[1] * r[1] + r[2] * r[2]
    still = square == 0
    t = m.sqrt(m.where(still, 1.0, square))
    sine, cosine = m.where(still, 1.0, m.sin(t) / t), m.where(still, 1.0, m.cos(t))
    along = (r[0] * y[0] + r[1] * y[1] + r[2] * y[2]) * ((1 - cosine) / (t * t))
    crossed = (r[1] * y[2] - r[2] * y[1], r[2] * y[0] - r[0] * y[2], r[0] * y[1] - r[1] * y[0])
    z = [a * cosine + c * sine + b * along for a, c, b in zip(y, crossed, r)]
    p, q = z[0] / z[2], z[1] / z[2]
    s = p * p + q * q
    bent = f * (1 + k1 * s + k2 * s * s)
    return weight * (p * bent + u0 - feature[0]), weight * (q * bent + v0 - feature[1])


def observed(seen, cameras, points, weights, features):
    """The columns of each observation's camera, point, weight and feature."""
    return (
        tuple(cameras[seen[0], i] for i in range(11)),
        tuple(points[seen[1], i] for i in range(3)),
        weights,
        (features[:, 0], features[:, 1]),
    )


def errors(m, seen):
    """All residuals, shape (p, 2), and the errors of the weights, shape (p,)."""

    def f(cameras, points, weights, features):
        found = residuals(m, *observed(seen, cameras, points, weights, features))
        return m.stack(found, axis=1), 1 - weights * weights

    return f


def row_by_row(m, columns, last):
    """Entries in the order of the rows: 30 columns side by side, then the last one."""
    return m.concatenate([m.stack(columns, axis=1).reshape(-1), last])


def entries(m, seen):
    """The values of the Jacobian: 15 in both residuals' rows, then -2 w; shape (31 p,)."""

    def f(cameras, points, weights, features):
        camera, point, weight, feature = observed(seen, cameras, points, weights, features)
        columns = []
        for i in range(2):
            first, pull = m.vjp(
                lambda c, x, w, i=i: residuals(m, c, x, w, feature)[i], camera, point, weight
            )
            c, x, w = pull(np.ones(first.shape))
            columns += [*c, *x, w]
        return row_by_row(m, columns, -2 * weights)

    return f


def places(m, cameras, points):
    """The columns of these values, by the camera and the point of each observation."""

    def f(camera, point):
        weight = 11 * cameras + 3 * points + m.arange(camera.shape[0])
        columns = [11 * camera + i for i in range(11)]
        columns += [11 * cameras + 3 * point + i for i in range(3)]
        return row_by_row(m, 2 * [*columns, weight], weight)

    return f


def assembled(to, static):
    """The function of the arrays that gives the sparse Jacobian: row starts, columns, values."""
    cameras, points, seen = static
    p = len(seen[0])
    jacobian = to.compiled(entries(to.m, seen))
    structure = to.compiled(places(to.m, cameras, points))

    def f(*arrays):
        starts = np.arange(0, 31 * p + 1, INPUTS)[: 2 * p + 1]
        starts = np.concatenate([starts, starts[-1] + np.arange(1, p + 1)])
        return starts, structure(*seen), jacobian(*arrays)

    return f


def read(given):
    """The numbers of cameras and points, and who sees what; then all arrays in full length."""
    n, m, p = (int(given[name]) for name in "nmp")
    if min(n, m, p) < 1:
        raise ValueError(f"n, m and p are {n}, {m} and {p}; each is at least 1")
    seen = np.arange(p) % n, np.arange(p) % m
    full = [
        np.tile(np.asarray(given[name], np.float64), (count, 1))
        for name, count in (("cam", n), ("x", m), ("feat", p))
    ]
    return (n, m, seen), (full[0], full[1], np.full(p, float(given["w"])), full[2])


def from_file(path):
    """A problem of ADBench's collection."""
    lines = [[float(x) for x in line.split()] for line in path.read_text("utf-8").splitlines()]
    n, m, p = map(int, lines[0])
    return {
        "n": n, "m": m, "p": p, "cam": lines[1], "x": lines[2], "w": lines[3][0], "feat": lines[4]
    }  # fmt: skip


def inputs():
    """The problems of the collection up to the fourteenth, by number."""
    found = sorted(DATA.glob("*.txt"), key=lambda path: int(path.name[2:].split("_")[0]))
    return [(path.stem.replace("_", ", "), partial(from_file, path)) for path in found[:14]]


def shown_errors(found):
    """The first residual and the first error of a weight, and how many there are."""
    residual, weight = map(np.asarray, found)
    count = len(weight)
    return {
        "reproj_error": {"elements": residual[0].tolist(), "repeated": count},
        "w_err": {"element": float(weight[0]), "repeated": count},
    }


def shown_jacobian(found):
    """The first entries and the last one of each part."""
    names = ("rows", "cols", "vals")
    parts = zip(names, map(np.asarray, found))
    return {name: [*x[:SHOWN].tolist(), x[-1].item()] for name, x in parts}


PROBLEM = Problem(
    read=read,
    functions={
        "objective": lambda to, static: to.compiled(errors(to.m, static[2])),
        "jacobian": assembled,
    },
    inputs=inputs,
    write={"objective": shown_errors, "jacobian": shown_jacobian},
)
