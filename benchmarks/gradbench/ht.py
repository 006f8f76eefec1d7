"""ht: the distance of observed points from the skin of a hand, and its compressed Jacobian.

Bones of one depth in the skeleton are turned at once.  The skin is linear in the bones, so that it
is one product of matrices, also for all directions of the Jacobian together.
"""

from functools import partial
from pathlib import Path

import numpy as np

from .problem import Problem, floats

DATA = Path(__file__).parent / "data" / "ht"
BONES, PARAMETERS, FINGERS = 22, 26, 5
NONE = PARAMETERS - 6  # the place of a zero behind the angles of the fingers
BEND, SPREAD = np.full(BONES, NONE), np.full(BONES, NONE)
for _finger in range(FINGERS):
    BEND[4 * _finger + 2 : 4 * _finger + 5] = 4 * _finger + np.array([0, 2, 3])
    SPREAD[4 * _finger + 2] = 4 * _finger + 1


def depths(parents):
    """The bones of each depth, and where the parent of each stands in the depth before."""
    levels, place = [], {-1: 0}
    left = list(range(len(parents)))
    while left:
        level = [i for i in left if parents[i] in place]
        levels.append((np.array(level), np.array([place[parents[i]] for i in level])))
        place = {bone: i for i, bone in enumerate(level)}
        left = [i for i in left if i not in place]
    return levels


def turned(m, angles, shape):
    """Homogeneous matrices Rz(spread) Rx(bend), shape (22, 4, 4)."""
    padded = m.concatenate([angles, np.zeros(1)])
    bend, spread = padded[BEND], padded[SPREAD]
    a, b, c, d = m.cos(spread), m.sin(spread), m.cos(bend), m.sin(bend)
    zero, one = np.zeros(BONES), np.ones(BONES)
    rows = [a, -b * c, b * d, zero, b, a * c, -a * d, zero, zero, d, c, zero, zero, zero, zero, one]
    return m.stack(rows, axis=1).reshape(shape)


def absolute(m, levels, relatives):
    """Each bone's matrix times those of the bones before it."""
    parts = [relatives[levels[0][0]]]
    for bones, parents in levels[1:]:
        parts.append(parts[-1][parents] @ relatives[bones])
    order = np.argsort(np.concatenate([bones for bones, _ in levels]))
    return m.concatenate(parts)[order]


def rotation(m, r):
    """The matrix of an axis times an angle; the identity below an angle of 1e-4."""
    square = m.sum(r * r)
    small = square < 1e-8
    t = m.sqrt(m.where(small, 1.0, square))
    a = r / t
    zero = np.zeros(())
    cross = m.stack([zero, -a[2], a[1], a[2], zero, -a[0], -a[1], a[0], zero]).reshape((3, 3))
    eye = np.eye(3)
    c = m.cos(t)
    full = c * eye + (1 - c) * a[:, None] * a[None, :] + m.sin(t) * cross
    return m.where(small, eye, full)


def distances(m, parents, simple, corners):
    """The function of (theta, us, model …) that gives the errors, shape (N, 3)."""
    levels = depths(parents)

    def f(theta, us, relatives, inverses, positions, weights, points):
        shape = (BONES, 4, 4)
        bones = absolute(m, levels, relatives @ turned(m, theta[6:], shape)) @ inverses
        turn = rotation(m, theta[:3])
        moves = turn @ bones[:, :3, :]
        weighted = (weights[:, :, None] * positions[:, None, :]).reshape((-1, 4 * BONES))
        columns = moves.transpose((0, 2, 1)).reshape((4 * BONES, 3))
        skin = weighted @ columns + theta[3:6]
        if simple:
            return points - skin[corners]
        u, v = us[:, :1], us[:, 1:]
        a, b, c = corners
        return points - (u * skin[a] + v * skin[b] + (1 - u - v) * skin[c])

    return f


def compressed(m, parents, simple, corners):
    """The Jacobian with one column for each parameter, and two for all points' own ones."""
    f = distances(m, parents, simple, corners)

    def jacobian(theta, us, *model):
        own = 0 if simple else 2
        seeds = m.concatenate([np.zeros((own, PARAMETERS)), np.eye(PARAMETERS)])
        count = own + PARAMETERS

        def push(direction, shift):
            ahead = m.broadcast_to(shift, us.shape)
            return m.jvp(lambda t, u: f(t, u, *model), (theta, us), (direction, ahead))[1]

        shifts = m.concatenate([np.eye(2)[:own], np.zeros((PARAMETERS, 2))])
        columns = m.vmap(push)(seeds, shifts)
        return columns.reshape((count, -1)).T

    return jacobian


def read(given):
    """The skeleton and the correspondences are static, all numbers are arguments."""
    model = given["data"]["model"]
    theta, us = floats(given, "theta", "us")
    numbers = floats(model, "base_relatives", "inverse_base_absolutes", "base_positions", "weights")
    (points,) = floats(given["data"], "points")
    found = np.asarray(given["data"]["correspondences"], int)
    simple = us.size == 0
    corners = found if simple else tuple(np.asarray(model["triangles"], int)[found].T)
    static = tuple(int(p) for p in model["parents"]), simple, corners
    return static, (theta, us.reshape(-1, 2), *numbers, points)


def fields(path):
    """The parts of each line of a file, between colons or spaces."""
    return [line.replace(":", " ").split() for line in path.read_text("utf-8").splitlines()]


def model_from_files(folder):
    """A hand of ADBench's collection."""
    bones = fields(folder / "bones.txt")
    matrices = np.array([[float(x) for x in b[2:34]] for b in bones]).reshape(-1, 2, 4, 4)
    skin = fields(folder / "vertices.txt")
    weights = np.zeros((len(skin), len(bones)))
    for i, line in enumerate(skin):
        for bone, weight in zip(line[9::2], line[10::2]):
            weights[i, int(bone)] = float(weight)
    return {
        "bone_names": [b[0] for b in bones],
        "parents": [int(b[1]) for b in bones],
        "base_relatives": matrices[:, 0].tolist(),
        "inverse_base_absolutes": matrices[:, 1].tolist(),
        "base_positions": [[*map(float, line[:3]), 1.0] for line in skin],
        "weights": weights.tolist(),
        "triangles": [[int(x) for x in t] for t in fields(folder / "triangles.txt")],
        "is_mirrored": False,
    }


def from_file(path, simple=False):
    """A set of correspondences; without the points' own parameters if it is simple."""
    lines = fields(path)
    n = int(lines[0][0])
    theta = [float(line[0]) for line in lines[2 * n + 1 :]]
    model = model_from_files(path.parent / "model")
    kinds = len(model["weights"] if simple else model["triangles"])
    return {
        "theta": theta,
        "us": [] if simple else [[float(x) for x in line] for line in lines[n + 1 : 2 * n + 1]],
        "data": {
            "model": model,
            "correspondences": [int(line[0]) % kinds for line in lines[1 : n + 1]],
            "points": [[float(x) for x in line[1:]] for line in lines[1 : n + 1]],
        },
    }


def inputs():
    """The complicated problems of the small model, by number."""
    found = sorted(DATA.glob("hand*.txt"))
    return [(path.stem.replace("_", ", "), partial(from_file, path)) for path in found]


def shown_errors(found):
    """The errors as one list."""
    return np.asarray(found).reshape(-1).tolist()


PROBLEM = Problem(
    read=read,
    functions={
        "objective": lambda to, static: to.compiled(distances(to.m, *static)),
        "jacobian": lambda to, static: to.compiled(compressed(to.m, *static)),
    },
    inputs=inputs,
    write={"objective": shown_errors},
)
