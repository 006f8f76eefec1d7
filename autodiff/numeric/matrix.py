"""Derivatives along directions, columns of Jacobians and entries of Hessians, by any method."""

import warnings

import numpy as np

from ..core.errors import ArgumentError, OutputError
from ..core.spec import is_complex
from .edges import Place, settled, uneven
from .estimate import Estimate, apart
from .layout import (
    directed,
    elements,
    in_both,
    in_input,
    in_input_twice,
    in_output,
    require_scalar,
    steps_of,
)
from .methods import METHODS, measured, method_of, slope_of, unmeasured
from .point import REFUSALS, Point, direction, kept, lost, noise_of, unit


def starting(name, f, x, method):
    """(the point, the row of the method), after the checks that all derivatives share."""
    row = method_of(name, method)
    point = Point(name, f, x, row.imaginary)
    point.require_float()
    if row.imaginary:
        require_analytic(point)
    return point, row


def require_analytic(point):
    """Raise unless a complex step along some direction agrees with central differences."""
    for x, where in zip(point.leaves, point.named):
        if is_complex(x.dtype):
            raise ArgumentError(f"{where} is complex already; use method='central' or 'richardson'")
    if np.iscomplexobj(point.base):
        raise ArgumentError(
            f"{point.name}: f gives complex numbers for real ones, and a complex step would mix "
            "with them; use method='central' or 'richardson'"
        )
    # any fixed direction that no symmetry of the function picks out
    tangents = [
        np.cos(np.arange(1.0, x.size + 1)).reshape(x.shape).astype(x.dtype) for x in point.leaves
    ]
    where = direction(point, tangents)
    slope = slope_of(point, METHODS["complex"], [where], (1,), 0.0)
    height = slope.precision**2
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", np.exceptions.ComplexWarning)
            point.outputs([x + 1j * height * t for x, t in zip(point.leaves, where.tangents)])
    except (TypeError, np.exceptions.ComplexWarning, *REFUSALS) as error:
        raise ArgumentError(
            f"{point.name}: f cannot be evaluated at complex numbers ({error}); use "
            "method='central' or 'richardson'"
        ) from error
    sideways, _ = slope.at(height)
    ahead = slope_of(point, METHODS["central"], [where], (1,), 0.0)
    step = slope.precision ** (1 / 3)
    (coarse, _), (value, noise) = ahead.at(4 * step), ahead.at(step)
    with np.errstate(all="ignore"):
        near = apart(coarse, value) + 4 * noise
        plain = np.isfinite(value) & ~uneven(Place(point, [where], (1,), 0.0), ahead)
        if not np.any(np.isfinite(point.base) & (~plain | contradicted(sideways, value, near))):
            return
    confirmed(point, where, sideways)


def confirmed(point, where, sideways):
    """Raise unless the differences on each side confirm a complex step, where there are any."""
    there = np.isfinite(point.base)
    seen = np.zeros(len(point.base), bool)
    for name in ("central", "forward", "backward"):
        value, error = settled(
            Place(point, [where], (1,), noise_of(point)), METHODS[name], measured, None
        )
        different = there & ~np.isnan(value) & contradicted(sideways, value, error)
        different |= there & np.isinf(value)
        if different.any():
            i = int(np.argmax(different))
            raise ArgumentError(
                f"{point.name}: f is not analytic at x, the complex step gives {sideways[i]:.6g} "
                f"where {name} differences give {value[i]:.6g} (abs, conj, real, comparisons, "
                "casts and edges of the domain do that); use method='central' or 'richardson'"
            )
        seen |= ~np.isnan(value)
    if np.any(there & ~seen):
        raise ArgumentError(
            f"{point.name}: f has no derivative at x that differences could find, with which a "
            "complex step could be compared; use method='central' or 'richardson'"
        )


def contradicted(sideways, value, error):
    """Whether differences with their error bars exclude the answer of a complex step."""
    return apart(sideways, value) > 10 * error + 1e-3 * np.abs(value)


def along(f, x, method, step, given, order, measure):
    """The derivative along a direction, in the containers of the output."""
    point, row = starting("numeric.derivative", f, x, method)
    if order not in range(1, 10):
        raise ArgumentError(f"numeric.derivative: order={order!r}; it needs an int from 1 to 9")
    where, lengths = everywhere(point, step) if given is None else towards(point, row, given, step)
    with point.progress:
        noise = noise_of(point) if step is None else 0.0
        place = Place(point, [where], (order,), noise)
        found = settled(place, row, measure, None if step is None else 1.0)
    return in_output(point, over(found, lengths**order))


def over(found, scale):
    """An estimate over a scale."""
    error = None if found.error is None else found.error / np.abs(scale)
    return Estimate(found.value / scale, error)


def towards(point, row, given, step):
    """(the direction of given tangents, its length)"""
    tangents = directed(point, given)
    where = direction(point, tangents)
    if step is None:
        return where, where.length
    moved = [t * t.dtype.type(step) for t in tangents]
    still = all(np.array_equal(x + t, x) for x, t in zip(point.leaves, moved))
    if still and not row.imaginary and any(np.any(t) for t in tangents):
        raise lost(point, step)
    return where._replace(tangents=moved, length=float(step)), float(step)


def everywhere(point, step):
    """(the direction that moves every element, how far it moves each, for every output)"""
    leaf = elementwise(point)
    if step is None:
        lengths = 2.0 ** np.rint(np.log2(np.maximum(1, np.abs(leaf))))
    else:
        lengths = kept(point, leaf.real, step)
    tangents = [lengths.astype(leaf.dtype)]
    where = direction(point, tangents)
    if step is not None:
        where = where._replace(tangents=tangents, length=1.0)
    spread = np.tile(lengths.ravel(), len(point.dtypes)) if leaf.ndim else float(lengths)
    return where, where.length * spread


def elementwise(point):
    """The one array that a function acts on element by element, or a number."""
    if len(point.leaves) != 1:
        raise ArgumentError(
            f"{point.name}: x holds {len(point.leaves)} arrays; give direction=, or use "
            "numeric.jacobian"
        )
    (leaf,) = point.leaves
    for shape in point.shapes[1]:
        if leaf.ndim and shape != leaf.shape:
            raise ArgumentError(
                f"{point.name}: x has shape {leaf.shape} and the output {shape}, so f does not act "
                "on each element; give direction=, or use numeric.gradient or numeric.jacobian"
            )
    return leaf


def columns(point, row, step, measure):
    """The Jacobian as a matrix, shape (size of the output, size of the input)."""
    steps, places = steps_of(point, step), elements(point)
    real = np.repeat(
        [not is_complex(d) for d in point.dtypes], [p.size for p in point.split(point.base)]
    )
    with point.progress:
        noise = noise_of(point) if step is None else 0.0
        found = []
        for leaf, i in point.progress.through(places):
            sides = [1.0, 1j] if is_complex(point.leaves[leaf].dtype) else [1.0]
            directions = [unit(point, leaf, i, steps[leaf][i], axis) for axis in sides]
            parts = [
                over(
                    settled(
                        Place(point, [where], (1,), noise), row, measure,
                        None if step is None else 1.0,
                    ),
                    where.length,
                )
                for where in directions
            ]  # fmt: skip
            found.append(parts[0] if len(parts) == 1 else steepest(point, real, *parts))
    shape = (len(point.base), len(places))
    value = np.stack([v for v, _ in found], -1) if found else np.zeros(shape)
    if measure is unmeasured:
        return Estimate(value, None)
    return Estimate(value, np.stack([e for _, e in found], -1) if found else np.zeros(shape))


def steepest(point, real, along_real, along_imaginary):
    """The derivative in a complex number: of real outputs the direction of steepest ascent, of
    others the derivative itself, which must not depend on the direction."""
    (a, e), (b, d) = along_real, along_imaginary
    size = np.abs(a) + np.abs(b)
    allowed = 0.1 * size if e is None else 10 * (e + d) + 1e-6 * size
    if np.any(~real & (apart(b, 1j * a) > allowed)):
        raise OutputError(
            f"{point.name}: f is not holomorphic at x, its derivatives along the real and the "
            "imaginary axis differ; return real and imaginary parts as two outputs"
        )
    return Estimate(np.where(real, a + 1j * b, a), None if e is None else np.where(real, e + d, e))


def of_scalar(name, f, x, method, step, measure):
    """The gradient, in the containers of x."""
    point, row = starting(name, f, x, method)
    require_scalar(point)
    return in_input(point, columns(point, row, step, measure))


def of_array(name, f, x, method, step, measure):
    """The Jacobian, in the containers of the output and of x."""
    point, row = starting(name, f, x, method)
    return in_both(point, columns(point, row, step, measure))


def twice(name, f, x, method, step, measure):
    """The Hessian, in the containers of x, twice."""
    point, row = starting(name, f, x, method)
    require_scalar(point)
    for leaf, where in zip(point.leaves, point.named):
        if is_complex(leaf.dtype):
            raise ArgumentError(
                f"{where} is complex; numeric.hessian needs real inputs, so give real and "
                "imaginary part as two"
            )
    steps = steps_of(point, step)
    units = [unit(point, leaf, i, steps[leaf][i]) for leaf, i in elements(point)]
    value, error = np.zeros((len(units),) * 2), np.zeros((len(units),) * 2)
    with point.progress:
        noise = noise_of(point) if step is None else 0.0
        for i, j in point.progress.through(zip(*np.tril_indices(len(units)))):
            place = Place(point, [units[i], units[j]], (1, 1), noise)
            found = settled(place, row, measure, None if step is None else 1.0)
            v, e = over(found, units[i].length * units[j].length)
            value[i, j] = value[j, i] = v[0]
            error[i, j] = error[j, i] = 0.0 if e is None else e[0]
    return in_input_twice(point, Estimate(value, None if measure is unmeasured else error))
