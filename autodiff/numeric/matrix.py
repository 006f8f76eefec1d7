"""Many derivatives at a time: columns of Jacobians, entries of Hessians, and their containers."""

import warnings

import numpy as np

from ..core.errors import ArgumentError, OutputError
from ..core.spec import carries_derivative, is_complex
from ..core.tree import describe, flatten, unflatten
from .estimate import Estimate, apart, extrapolated
from .methods import METHODS, method_of, slope_of, unmeasured
from .point import REFUSALS, Point, direction, kept, lost, noise_of, unit
from .progress import counted


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
    if not contradicted(sideways, value, apart(coarse, value) + 4 * noise).any():
        return
    value, error = extrapolated(ahead)  # two steps may have been the wrong ones
    different = contradicted(sideways, value, error)
    if different.any():
        i = int(np.argmax(different))
        raise ArgumentError(
            f"{point.name}: f is not analytic at x, the complex step gives {sideways[i]:.6g} where "
            f"central differences give {value[i]:.6g} (abs, conj, real, comparisons and casts do "
            "that); use method='central' or 'richardson'"
        )


def contradicted(sideways, value, error):
    """Whether differences with their error bars exclude the answer of a complex step."""
    return apart(sideways, value) > 10 * error + 1e-3 * np.abs(value)


def along(f, x, method, step, given, order, measure):
    """The derivative along a direction, in the containers of the output."""
    point, row = starting("numeric.derivative", f, x, method)
    if order not in range(1, 10):
        raise ArgumentError(f"numeric.derivative: order={order!r}; it needs an int from 1 to 9")
    noise = noise_of(point) if step is None else 0.0
    where, lengths = everywhere(point, step) if given is None else towards(point, row, given, step)
    slope = slope_of(point, row, [where], (order,), noise)
    found = measure(row, slope, None if step is None else 1.0)
    return in_output(point, found, lengths**order)


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


def directed(point, given):
    """The leaves of a direction, of the structure and shapes of x."""
    leaves, structure = flatten(given if point.several else (given,))
    leaves = [np.asarray(getattr(t, "value", t)) for t in leaves]
    shapes, needed = [t.shape for t in leaves], [x.shape for x in point.leaves]
    if structure != point.structure or shapes != needed:
        raise ArgumentError(
            f"{point.name}: direction has structure {describe(structure)} and shapes {shapes}; it "
            f"needs those of x, {describe(point.structure)} and {needed}"
        )
    return [t.astype(x.dtype) for t, x in zip(leaves, point.leaves)]


def floating(dtype):
    """The dtype of derivatives of an output: integers have those of doubles."""
    return np.dtype(dtype) if carries_derivative(dtype) else np.dtype(float)


def real_part(dtype):
    """The dtype of a size of such numbers."""
    return np.finfo(dtype).dtype


def in_output(point, found, scale):
    """A flat estimate over a scale, in the containers of the output."""
    kinds = [floating(d) for d in point.dtypes]
    trees = []
    for flat, dtypes in ((found.value, kinds), (found.error, map(real_part, kinds))):
        if flat is None:
            trees.append(None)
            continue
        parts = point.split(flat / (scale if flat is found.value else np.abs(scale)))
        arrays = [point.given(np.asarray(p).astype(d)) for p, d in zip(parts, dtypes)]
        trees.append(unflatten(point.shapes[0], arrays))
    return Estimate(*trees)


def steps_of(point, step):
    """A step for each element of each input: None, one number for all, or a container like x."""
    if step is None or np.isscalar(step) or getattr(step, "ndim", None) == 0:
        return [np.full(x.shape, step, object) for x in point.leaves]
    return [np.real(t) for t in directed(point, step)]


def columns(point, row, step, measure):
    """The Jacobian as a matrix with its errors, shape (size of the output, size of the input)."""
    noise = noise_of(point) if step is None else 0.0
    steps = steps_of(point, step)
    real = np.repeat(
        [not is_complex(d) for d in point.dtypes], [p.size for p in point.split(point.base)]
    )
    values, errors = [], []
    places = [(leaf, i) for leaf, x in enumerate(point.leaves) for i in np.ndindex(x.shape)]
    for leaf, i in counted(places, f"{point.name}: columns"):
        length = steps[leaf][i]

        def one(axis, leaf=leaf, i=i, length=length):
            where = unit(point, leaf, i, length, axis)
            slope = slope_of(point, row, [where], (1,), noise)
            value, error = measure(row, slope, None if length is None else 1.0)
            return value / where.length, None if error is None else error / abs(where.length)

        value, error = one(1.0)
        if is_complex(point.leaves[leaf].dtype):
            value, error = steepest(point, real, (value, error), one(1j))
        values.append(value)
        errors.append(error)
    shape = (len(point.base), len(places))
    matrix = np.stack(values, -1) if values else np.zeros(shape)
    if measure is unmeasured:
        return Estimate(matrix, None)
    return Estimate(matrix, np.stack(errors, -1) if errors else np.zeros(shape))


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
    return np.where(real, a + 1j * b, a), None if e is None else np.where(real, e + d, e)


def blocks(point, rows, dtype):
    """Rows of a matrix in the containers of x; each leaf with the shape of the rows in front."""
    lead = rows.shape[:-1]
    ends = np.cumsum([x.size for x in point.leaves])[:-1]
    parts = np.split(rows, ends, -1)
    return point.filled(
        [
            p.reshape(lead + x.shape).astype(dtype(np.result_type(x.dtype)))
            for p, x in zip(parts, point.leaves)
        ]
    )


def scalar(point):
    """The dtype of the one real scalar that a function with a gradient returns."""
    structure, shapes = point.shapes
    if shapes != [()]:
        given = f"shape {shapes[0]}" if len(shapes) == 1 else describe(structure)
        raise OutputError(
            f"{point.name} needs a function with a scalar output, and the output has {given}; "
            "sum() it, or use numeric.jacobian"
        )
    (dtype,) = point.dtypes
    if is_complex(dtype):
        raise OutputError(
            f"{point.name} needs a real output, not {dtype}; take its real part, or use "
            "numeric.jacobian"
        )
    return floating(dtype)


def of_scalar(name, f, x, method, step, measure):
    """The gradient, in the containers of x."""
    point, row = starting(name, f, x, method)
    kind = scalar(point)
    found = columns(point, row, step, measure)
    return both(found, lambda rows, part: blocks(point, rows[0], typed(kind, part)))


def of_array(name, f, x, method, step, measure):
    """The Jacobian, in the containers of the output and of x."""
    point, row = starting(name, f, x, method)
    found = columns(point, row, step, measure)

    def arranged(rows, part):
        ends = np.cumsum([p.size for p in point.split(point.base)])[:-1]
        pieces = np.split(rows, ends) if point.dtypes else []
        trees = [
            blocks(point, piece.reshape(shape + piece.shape[1:]), typed(floating(dtype), part))
            for piece, shape, dtype in zip(pieces, point.shapes[1], point.dtypes)
        ]
        return unflatten(point.shapes[0], trees)

    return both(found, arranged)


def twice(name, f, x, method, step, measure):
    """The Hessian, in the containers of x, twice."""
    point, row = starting(name, f, x, method)
    kind = scalar(point)
    for leaf, where in zip(point.leaves, point.named):
        if is_complex(leaf.dtype):
            raise ArgumentError(
                f"{where} is complex; numeric.hessian needs real inputs, so give real and "
                "imaginary part as two"
            )
    noise = noise_of(point) if step is None else 0.0
    steps = steps_of(point, step)
    places = [(leaf, i) for leaf, x in enumerate(point.leaves) for i in np.ndindex(x.shape)]
    units = [unit(point, leaf, i, steps[leaf][i]) for leaf, i in places]
    value, error = np.zeros((len(units),) * 2), np.zeros((len(units),) * 2)
    pairs = [(i, j) for i in range(len(units)) for j in range(i + 1)]
    for i, j in counted(pairs, f"{name}: entries"):
        sides = [units[i], units[j]]
        slope = slope_of(point, row, sides, (1, 1), noise)
        v, e = measure(row, slope, None if step is None else 1.0)
        area = units[i].length * units[j].length
        value[i, j] = value[j, i] = v[0] / area
        error[i, j] = error[j, i] = 0.0 if e is None else e[0] / area
    found = Estimate(value, None if measure is unmeasured else error)

    def arranged(rows, part):
        ends = np.cumsum([x.size for x in point.leaves])[:-1]
        pieces = zip(np.split(rows, ends), point.leaves)
        trees = [
            blocks(point, piece.reshape(x.shape + piece.shape[1:]), typed(kind, part))
            for piece, x in pieces
        ]
        tree = unflatten(point.structure, trees)
        return tree if point.several else tree[0]

    return both(found, arranged)


def typed(kind, part):
    """x dtype -> dtype of a block of derivatives of an output of dtype `kind`."""
    return lambda dtype: part(np.result_type(kind, dtype))


def both(found, arranged):
    """The value and its error in their containers; no error where none was measured."""
    error = None if found.error is None else arranged(found.error, real_part)
    return Estimate(arranged(found.value, np.dtype), error)
