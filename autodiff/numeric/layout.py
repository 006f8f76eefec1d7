"""Flat derivatives back in the containers, shapes and dtypes of inputs and outputs."""

import numpy as np

from ..core.errors import ArgumentError, OutputError
from ..core.spec import carries_derivative, is_complex
from ..core.tree import describe, flatten, unflatten
from .estimate import Estimate


def floating(dtype):
    """The dtype of derivatives of an output: integers have those of doubles."""
    return np.dtype(dtype) if carries_derivative(dtype) else np.dtype(float)


def real_part(dtype):
    """The dtype of the size of a number."""
    return np.finfo(dtype).dtype


def directed(point, given):
    """The leaves of a direction, of the structure and shapes of x."""
    leaves, structure = flatten(given if point.several else (given,))
    leaves = [np.asarray(getattr(t, "value", t)) for t in leaves]
    shapes, needed = [t.shape for t in leaves], [x.shape for x in point.leaves]
    if structure != point.structure or shapes != needed:
        raise ArgumentError(
            f"{point.name}: a direction or step has structure {describe(structure)} and shapes "
            f"{shapes}; it needs those of x, {describe(point.structure)} and {needed}"
        )
    return [t.astype(x.dtype) for t, x in zip(leaves, point.leaves)]


def steps_of(point, step):
    """A step for each element of each input: None, one number for all, or a container like x."""
    if step is None or np.isscalar(step) or getattr(step, "ndim", None) == 0:
        return [np.full(x.shape, step, object) for x in point.leaves]
    return [np.real(t) for t in directed(point, step)]


def elements(point):
    """(input, index) of each element of x, in the order of the columns."""
    return [(leaf, i) for leaf, x in enumerate(point.leaves) for i in np.ndindex(x.shape)]


def in_output(point, found):
    """Flat derivatives along one direction, in the containers of the output."""

    def arranged(flat, kind):
        parts = zip(point.split(flat), point.dtypes)
        arrays = [np.asarray(part).astype(kind(floating(dtype))) for part, dtype in parts]
        return unflatten(point.shapes[0], [point.given(a) for a in arrays])

    return both(found, arranged)


def in_input(point, found):
    """The one row of a matrix, in the containers of x."""
    return both(
        found, lambda rows, kind: row_blocks(point, rows[0], floating(point.dtypes[0]), kind)
    )


def in_both(point, found):
    """A matrix in the containers of the output, and in each place those of x."""

    def arranged(rows, kind):
        pieces = cut(rows, [int(np.prod(s, dtype=int)) for s in point.shapes[1]])
        trees = [
            row_blocks(point, piece.reshape(shape + piece.shape[1:]), floating(dtype), kind)
            for piece, shape, dtype in zip(pieces, point.shapes[1], point.dtypes)
        ]
        return unflatten(point.shapes[0], trees)

    return both(found, arranged)


def in_input_twice(point, found):
    """A square matrix in the containers of x, and in each place those of x."""

    def arranged(rows, kind):
        pieces = cut(rows, [x.size for x in point.leaves])
        trees = [
            row_blocks(
                point, piece.reshape(x.shape + piece.shape[1:]), floating(point.dtypes[0]), kind
            )
            for piece, x in zip(pieces, point.leaves)
        ]
        tree = unflatten(point.structure, trees)
        return tree if point.several else tree[0]

    return both(found, arranged)


def both(found, arranged):
    """The value and its error in their containers; no error where none was measured."""
    error = None if found.error is None else arranged(found.error, real_part)
    return Estimate(arranged(found.value, np.dtype), error)


def row_blocks(point, rows, dtype, kind):
    """Rows of a matrix in the containers of x; each leaf with the shape of the rows in front."""
    parts = zip(cut(rows, [x.size for x in point.leaves], -1), point.leaves)
    return point.filled(
        [
            part.reshape(rows.shape[:-1] + x.shape).astype(kind(np.result_type(dtype, x.dtype)))
            for part, x in parts
        ]
    )


def cut(array, sizes, axis=0):
    """An array in pieces of these sizes."""
    return np.split(array, np.cumsum(sizes)[:-1], axis) if sizes else []


def require_scalar(point):
    """Raise unless the output is one real number, as a function with a gradient returns it."""
    structure, shapes = point.shapes
    if shapes != [()]:
        given = f"shape {shapes[0]}" if len(shapes) == 1 else describe(structure)
        raise OutputError(
            f"{point.name} needs a function with a scalar output, and the output has {given}; "
            "sum() it, or use numeric.jacobian"
        )
    if is_complex(point.dtypes[0]):
        raise OutputError(
            f"{point.name} needs a real output, not {point.dtypes[0]}; take its real part, or use "
            "numeric.jacobian"
        )
