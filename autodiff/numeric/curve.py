"""The V of truncation and round-off: how wrong each method is at each step."""

from dataclasses import dataclass
from itertools import product

import numpy as np

from ..core.errors import ArgumentError, AutodiffError
from ..core.tree import flatten, unflatten
from ..transform.forward import jvp
from .estimate import apart
from .layout import directed
from .matrix import elementwise
from .methods import method_of, slope_of
from .point import Direction, Point

STEPS = 1 / 10.0 ** np.arange(21)


@dataclass(frozen=True)
class ErrorCurve:
    """Errors of difference quotients, printed as a table.

    steps: the steps, shape (steps,).
    errors: {method: shape (steps,)}, relative to the largest derivative, absolute if that is 0.
    """

    steps: np.ndarray
    errors: dict

    @property
    def optimum(self):
        """{method: (its best step, the error there)}; of equal errors the longest step."""
        best = {method: int(np.nanargmin(found)) for method, found in self.errors.items()}
        return {m: (float(self.steps[i]), float(self.errors[m][i])) for m, i in best.items()}

    def __str__(self):
        width = max(map(len, self.errors)) + 2
        width = max(width, 10)
        lines = [f"{'step':>9}" + "".join(f"{method:>{width}}" for method in self.errors)]
        best = {method: step for method, (step, _) in self.optimum.items()}
        for i, step in enumerate(self.steps):
            cells = [
                f"{found[i]:.1e}" + ("*" if step == best[m] else " ")
                for m, found in self.errors.items()
            ]
            lines.append(f"{step:>9.1e}" + "".join(f"{cell:>{width}}" for cell in cells).rstrip())
        return "\n".join([*lines, "* the best step"])


def error_curve(
    f, x, methods=("forward", "central", "complex"), steps=None, *, direction=None, exact=None
):
    """The error of each method against its step: truncation falls with it, round-off grows.

    methods: names from `derivative`; a complex step has no round-off, where `f` is analytic.
    steps: how far x moves, 1 to 1e-20 by default.
    direction: as in `derivative`.
    exact: the derivative to compare with, like the output of `f`; by default ours, by `jvp`.
    Returns an ErrorCurve with `steps`, `errors` and `optimum`; `print` shows its table.

    >>> print(numeric.error_curve(np.exp, 1.0, steps=(1e-1, 1e-2, 1e-3)))
         step   forward   central   complex
      1.0e-01  5.2e-02   1.7e-03   1.7e-03
      1.0e-02  5.0e-03   1.7e-05   1.7e-05
      1.0e-03  5.0e-04*  1.7e-07*  1.7e-07*
    * the best step
    """
    point = Point("numeric.error_curve", f, x)
    point.require_float()
    steps = np.asarray(STEPS if steps is None else steps, float)
    if steps.ndim != 1 or not len(steps) or not np.all(steps > 0):
        raise ArgumentError("numeric.error_curve: steps= needs a list of positive numbers")
    tangents = (
        [np.ones_like(elementwise(point))] if direction is None else directed(point, direction)
    )
    rows = {method: method_of(point.name, method) for method in methods}
    truth = true_derivative(point, tangents, exact)
    size = np.max(np.abs(truth), initial=0.0) or 1.0
    errors = {method: np.empty(len(steps)) for method in rows}
    where = Direction(tangents, 1.0, 1.0, 0.0)
    slopes = {method: slope_of(point, row, [where], (1,), 0.0) for method, row in rows.items()}
    with point.progress:
        for (i, step), name in point.progress.through(product(enumerate(steps), rows)):
            try:
                value, _ = rows[name].at_step(slopes[name], step)
            except TypeError as error:
                raise ArgumentError(
                    f"{point.name}: method {name!r} cannot evaluate f ({error}); leave it out of "
                    "methods="
                ) from error
            errors[name][i] = np.max(apart(value, truth), initial=0.0) / size
    return ErrorCurve(steps, errors)


def true_derivative(point, tangents, exact):
    """The derivative to compare with, as a flat vector."""
    if exact is None:
        try:
            _, pushed = jvp(
                point.f, point.arguments(point.leaves), unflatten(point.structure, tangents)
            )
        except (AutodiffError, TypeError) as error:
            raise ArgumentError(
                f"{point.name}: forward mode cannot differentiate f ({error}); give exact="
            ) from error
    else:
        pushed = exact
    found = [np.asarray(getattr(y, "value", y)) for y in flatten(pushed)[0]]
    flat = np.concatenate([y.ravel() for y in found] or [np.zeros(0)])
    if flat.shape != point.base.shape:
        raise ArgumentError(
            f"{point.name}: exact= holds {flat.size} numbers and the output {point.base.size}; "
            "give the derivative in the shape of the output"
        )
    return flat
