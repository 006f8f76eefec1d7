"""The ways to differentiate by differences, one row for each, and how a row is put to use."""

from typing import Any, NamedTuple

import numpy as np

from ..core.errors import ArgumentError
from .estimate import Estimate, Slope, apart, chosen, extrapolated, refined
from .stencil import product, quotient


def ahead(order):
    return range(order + 1)


def behind(order):
    return range(-order, 1)


def symmetric(order):
    """The points -m ... m; without 0, which has no weight, for odd orders."""
    m = (order + 1) // 2
    return [k for k in range(-m, m + 1) if k or order % 2 == 0]


def plain(slope, step):
    """The difference quotient at one step."""
    return slope.at(step)


def once_extrapolated(slope, step):
    """The quotients at a step and its half, combined to cancel the first term of the error."""
    (coarse, _), (fine, noise) = slope.at(step), slope.at(step / 2)
    return refined(fine, [coarse], slope.accuracy)[1], 2 * noise


def scipy_module():
    try:
        from scipy import differentiate
    except ImportError:
        raise ArgumentError(
            "method='scipy' needs scipy.differentiate, SciPy 1.15 or newer; install it, or use "
            "method='richardson'"
        ) from None
    return differentiate


def by_scipy(slope, **options):
    """SciPy's adaptive differences of order eight along a line."""
    if slope.line is None:
        raise ArgumentError("method='scipy' takes first derivatives only; use method='richardson'")
    start = slope.line(0.0)
    if np.iscomplexobj(start):
        raise ArgumentError("method='scipy' needs real outputs; use method='richardson'")

    def outputs(steps):
        columns = steps.reshape(len(start), -1)
        ys = [slope.line(h) for h in columns[0]] if len(start) else []
        return np.stack(ys, -1).reshape(steps.shape) if ys else steps

    with np.errstate(all="ignore"):
        found = scipy_module().derivative(
            outputs, np.zeros_like(start), preserve_shape=True, **options
        )
    return found.df, found.error


def scipy_at_step(slope, step):
    """One formula of order eight, whose points are at most a step away."""
    value, _ = by_scipy(slope, initial_step=step, maxiter=1)
    return value, slope.precision * np.abs(value)


def scipy_chosen(slope):
    """As precise as formulas of order eight are before rounding grows."""
    relative = slope.precision**0.75
    heights = np.abs(slope.line(0.0)) if slope.line else np.ones(1)
    size = np.max(heights[np.isfinite(heights)], initial=0.0)
    tolerances = {"rtol": relative, "atol": relative * size}
    return Estimate(*by_scipy(slope, initial_step=0.125, maxiter=20, tolerances=tolerances))


class Method(NamedTuple):
    """A way to differentiate.

    offsets: order of the derivative -> points of its stencil.
    accuracy: exponent of the first term of the error, and of the gap to each next one.
    imaginary: whether the last direction is stepped along the imaginary axis.
    at_step: (slope, step) -> (derivative, bound of its rounding error).
    best: slope -> Estimate, with steps of its own choice.
    """

    offsets: Any
    accuracy: int
    imaginary: bool
    at_step: Any
    best: Any


METHODS = {
    "forward":    Method(ahead,     1, False, plain,             chosen),
    "backward":   Method(behind,    1, False, plain,             chosen),
    "central":    Method(symmetric, 2, False, plain,             chosen),
    "complex":    Method(symmetric, 2, True,  plain,             chosen),
    "richardson": Method(symmetric, 2, False, once_extrapolated, extrapolated),
    "scipy":      Method(symmetric, 8, False, scipy_at_step,     scipy_chosen),
}  # fmt: skip


def method_of(name, method):
    """The row of a method."""
    if method not in METHODS:
        raise ArgumentError(
            f"{name}: there is no method {method!r}; choose one of {', '.join(map(repr, METHODS))}"
        )
    return METHODS[method]


def slope_of(point, row, directions, orders, noise, sample=None):
    """The derivative of the outputs along directions, each to its order, as a Slope.

    noise: of each output, beside its rounding.
    sample: coefficients of the directions -> outputs, by default those of the point.
    """
    smallest = max(d.smallest for d in directions)
    orders, tangents = list(orders), [d.tangents for d in directions]
    last = tangents[-1]
    if row.imaginary:
        orders[-1] -= 1
        if not orders[-1] and len(orders) > 1:
            orders, tangents = orders[:-1], tangents[:-1]
    stencil = product([(row.offsets(order), order) for order in orders])

    real = sample or (lambda *coefficients: point.at(*zip(coefficients, tangents)))

    def imaginary(height):
        def outputs(*coefficients):
            return point.at(*zip(coefficients, tangents), (1j * height, last)).imag / height

        return outputs

    def at(step):
        # of a real stencil the imaginary step is tiny: its square is far below rounding, even
        # where x itself is small
        height = max(point.rounding, default=0.0) ** 2 if stencil.power else step
        value, size = quotient(imaginary(height) if row.imaginary else real, stencil, step)
        # what is rounded inside an imaginary part is seen in no difference
        bound = (8 if row.imaginary else 1) * point.rounding * size
        if stencil.power:
            bound = bound + noise * np.abs(stencil.weights).sum() / step**stencil.power
            bound = bound + smallest / 4 / step * np.abs(value)
        return value, bound

    return Slope(
        at, row.accuracy, stencil.power, max(point.rounding, default=2.0**-52),
        min(d.narrow for d in directions), smallest,
        real if orders == [1] and not row.imaginary else None,
    )  # fmt: skip


def measured(row, slope, step):
    """The derivative with its error: at a given step, from it and its double, or at the best."""
    if step is None:
        return row.best(slope)
    value, noise = row.at_step(slope, step)
    return Estimate(value, apart(value, row.at_step(slope, 2 * step)[0]) + noise)


def unmeasured(row, slope, step):
    """The derivative alone: at a given step without further evaluations, or at the best."""
    return row.best(slope) if step is None else Estimate(row.at_step(slope, step)[0], None)
