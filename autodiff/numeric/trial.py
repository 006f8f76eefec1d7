"""One function under test: its differences, our derivatives, and where they part."""

from typing import Any, NamedTuple

import numpy as np

from ..core.spec import is_complex
from ..core.tree import paths
from .ours import inner
from .probe import probe, typical
from .report import Comparison

TINY = 1e-300  # keeps ratios of zeros from being nan


class Trial(NamedTuple):
    """A function at a point, with what judges it.

    function: its name in sentences, such as "f".
    push, pull: our derivatives; None for a mode that is not checked.
    noise: of each output.
    rtol: the relative difference that is nobody's fault.
    """

    point: Any
    function: str
    push: Any
    pull: Any
    noise: Any
    rtol: float


class Verdict(NamedTuple):
    """What was found along one direction.

    probe: by differences.
    pushed: the tangent of the output by forward mode, or None.
    pulled: the cotangents of the inputs by reverse mode, or None.
    off: for each output, whether forward mode differs from differences, or these are too uncertain.
    doubtful: whether these are too uncertain.
    split: whether reverse mode differs from differences, or from forward mode.
    comparisons: the numbers for the report.
    """

    probe: Any
    pushed: Any
    pulled: Any
    off: Any
    doubtful: Any
    split: bool
    comparisons: tuple

    @property
    def faulty(self):
        """Whether anything is not as it should be."""
        seen = self.probe
        return bool(self.split or np.any(self.off | seen.kinks | seen.jumps | seen.edges))


def verdict(trial, tangents, cotangent, label=""):
    """Compare all derivatives along tangents.

    Of the pullback it is the product with a cotangent, made to count every array of the output
    alike.
    """
    point, rtol = trial.point, trial.rtol
    seen = probe(point, tangents, trial.noise, rtol)
    d, e = seen.central
    allowed = 4 * e + seen.scale
    off = doubtful = (e > 0.1 * typical(point, d)) & (e > seen.visible)
    pushed = pulled = None
    split, rows = False, []
    with np.errstate(all="ignore"):
        if trial.push is not None:
            pushed = trial.push(tangents)
            gap = np.abs(pushed - d)
            off = off | ~(gap <= allowed)
            j = (
                int(np.argmax(np.nan_to_num(gap / (allowed + TINY), nan=np.inf)))
                if len(d)
                else None
            )
            if j is not None:
                numbers = pushed[j], d[j], float(e[j])
                rows.append(Comparison(trial.function, label, "forward", *numbers))
        if trial.pull is not None:
            g = weighed(point, cotangent, d)
            pulled = trial.pull(g)
            found, size = inner(pulled, tangents)
            expected, error = float(np.sum((np.conj(g) * d).real)), float(np.sum(np.abs(g) * e))
            split = not abs(found - expected) <= float(np.sum(np.abs(g) * allowed)) + rtol * size
            if pushed is not None:
                terms = np.conj(g) * pushed
                tight = rtol ** (4 / 3) * (size + float(np.sum(np.abs(terms))))
                split = split or not abs(found - float(np.sum(terms.real))) <= tight + error
            rows.append(Comparison(trial.function, label, "reverse", found, expected, error))
    return Verdict(seen, pushed, pulled, off, doubtful, split, tuple(rows))


def random_tangents(point, rng, only=None):
    """A random direction of all inputs, or of one alone."""
    return [
        draw(rng, x.shape, x.dtype) if i in point.moving and only in (None, i) else None
        for i, x in enumerate(point.leaves)
    ]


def draw(rng, shape, dtype):
    """Random normal numbers."""
    numbers = rng.standard_normal(shape)
    if is_complex(dtype):
        numbers = numbers + 1j * rng.standard_normal(shape)
    return np.asarray(numbers).astype(dtype)


def random_cotangent(point, rng):
    """A random cotangent, flat."""
    kinds = [d if is_complex(d) else np.dtype(float) for d in point.dtypes]
    parts = [draw(rng, shape, kind).ravel() for shape, kind in zip(point.shapes[1], kinds)]
    return np.concatenate(parts or [np.zeros(0)])


def weighed(point, cotangent, tangent):
    """A cotangent over the largest number of each array of the output's tangent."""
    sizes = point.split(typical(point, tangent))
    largest = np.concatenate([np.full(s.size, s.max(initial=0.0)) for s in sizes] or [np.zeros(0)])
    return cotangent / np.where(largest > 0, largest, 1)


def input_name(point, leaf, index):
    """`x['w'][3]`, as a reader would find the number."""
    mark = point.named[leaf].removeprefix(f"{point.name}: argument ")
    mark = mark if point.several else mark.removeprefix("[0]")
    return f"x{mark}{subscript(index)}"


def output_name(point, j):
    """`output['loss'][3]`, or `the output` where there is but one number."""
    if len(point.base) == 1:
        return "the output"
    for mark, part, shape in zip(paths(point.shapes[0]), point.split(point.base), point.shapes[1]):
        if j < part.size:
            return f"output{mark}{subscript(np.unravel_index(j, shape) if shape else ())}"
        j -= part.size
    raise IndexError(j)


def subscript(index):
    return f"[{', '.join(str(int(i)) for i in index)}]" if len(index) else ""
