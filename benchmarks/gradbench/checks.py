"""Whether an answer is right: |a - b| / max(1, |a| + |b|) is at most 1e-4 for every number."""

import numpy as np

from . import by_hand

TOLERANCE = 1e-4
STEP = 1e-6


def flat(output):
    """All numbers of an output, one after another."""
    parts = output if isinstance(output, (tuple, list)) else [output]
    return np.concatenate([np.asarray(part, np.float64).reshape(-1) for part in parts])


def error(found, expected):
    """The greatest error of an output, as the benchmark measures it."""
    a, b = flat(found), flat(expected)
    if a.shape != b.shape:
        return float("inf")
    return float(np.max(abs(a - b) / np.maximum(1, abs(a) + abs(b)), initial=0.0))


def judged(name, function, static, arrays, output):
    """The error of an output against the formulas by hand; a derivative also along a direction."""
    known = by_hand.EXPECTED[name].get(function)
    if known is not None:
        expected = known(static, *arrays)
        return 0.0 if expected is None else error(output, expected)
    return DERIVATIVES[name](static, arrays, output)


def along(f, static, arrays, moving):
    """(direction, central difference) of `f` in the first `moving` arrays."""
    rng = np.random.default_rng(1)
    ways = [rng.normal(size=a.shape) for a in arrays[:moving]]
    ends = [
        f(static, *[a + side * STEP * w for a, w in zip(arrays, ways)], *arrays[moving:])
        for side in (1, -1)
    ]
    return ways, (ends[0] - ends[1]) / (2 * STEP)


def gradient(f, moving):
    """The check of a gradient by the first `moving` arrays."""

    def check(static, arrays, output):
        ways, slope = along(f, static, arrays, moving)
        given, way = flat(output), flat(ways)
        scale = max(1.0, float(np.linalg.norm(given)))
        return error(given @ way / scale, slope / scale) if given.shape == way.shape else np.inf

    return check


def hand(static, arrays, output):
    """The compressed Jacobian times a direction."""
    own = 0 if static[1] else 2
    (theta, us), slope = along(by_hand.ht, static, arrays, 2)
    columns = np.asarray(output)
    turned = columns[:, own:] @ theta
    if own:
        turned = turned + (columns[:, :2].reshape(-1, 3, 2) * us[:, None, :]).sum(2).reshape(-1)
    return error(turned, slope.reshape(-1))


def sparse(static, arrays, output):
    """Row starts and columns by their definition, the first blocks by differences."""
    starts, columns, values = output
    n, m, (cameras, points) = static
    p = len(cameras)
    ends = np.append(np.full(2 * p, 15), np.full(p, 1)).cumsum()
    faults = [not np.array_equal(starts, np.append(0, ends)), len(columns) != len(values)]
    for i in (0, p // 2, p - 1):
        block = columns[30 * i : 30 * i + 15], columns[30 * i + 15 : 30 * i + 30]
        camera, point = 11 * cameras[i], 11 * n + 3 * points[i]
        row = [*range(camera, camera + 11), *range(point, point + 3), 11 * n + 3 * m + i]
        faults += [list(b) != row for b in block]
    faults.append(not np.array_equal(columns[30 * p :], 11 * n + 3 * m + np.arange(p)))
    expected = by_hand.blocks(static, *arrays)
    found = [values[: expected.size], values[30 * p :]]
    return np.inf if any(faults) else error(found, [expected, -2 * arrays[2]])


DERIVATIVES = {
    "gmm": gradient(by_hand.gmm, 4),
    "ba": sparse,
    "ht": hand,
    "lstm": gradient(by_hand.lstm, 2),
}
