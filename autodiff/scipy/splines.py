"""B-splines through points, and what every spline asks of its points."""

import numpy as np

from ..core.errors import RuleError, ShapeError
from ..core.op import TRACED
from ..ops.move import as_array, moveaxis, reshape
from ..ops.sparse import Pattern, sparse_solution
from .pieces import BSpline


def points(name, x, y, axis, least):
    """(points, values with their axis in front): as many of both, the points ascending."""
    x, y = as_array(x), as_array(y)
    if len(x.shape) != 1 or x.shape[0] < least:
        raise ValueError(f"{name}: x has shape {tuple(x.shape)}; it needs {least} or more points")
    y = moveaxis(y, axis, 0) if len(y.shape) > 1 else y
    if y.shape[0] != x.shape[0]:
        raise ShapeError(f"{name}: {x.shape[0]} points and {y.shape[0]} values; one for each")
    if type(x) not in TRACED and not (np.diff(x) > 0).all():
        raise ValueError(f"{name}: x must be strictly increasing sequence.")
    return x * 1.0, y


def solved_slopes(rows, columns, values, right):
    """The solution of sparse equations with one right side for each row, shape (n, ...)."""
    n = right.shape[0]
    pattern = Pattern(np.concatenate(rows), np.concatenate(columns), (n, n))
    sides = moveaxis(reshape(right, (n, -1)), 0, 1)
    return reshape(moveaxis(sparse_solution(values, sides, pattern=pattern), 1, 0), right.shape)


def make_interp_spline(x, y, k=3, t=None, bc_type=None, axis=0, check_finite=True):
    """The B-spline of degree `k` through the values `y`, linear in them.

    x: points, plain numbers; t: knots, chosen as SciPy does by default (not-a-knot).
    bc_type, which asks for derivatives at the ends, is refused: use CubicSpline.
    """
    if bc_type not in (None, "not-a-knot", (None, None)):
        raise RuleError(
            f"make_interp_spline: bc_type={bc_type!r} is not written here; use CubicSpline"
        )
    if type(x) in TRACED:
        raise RuleError(
            "make_interp_spline has no derivative in x, which is being differentiated; use "
            "CubicSpline, which has one"
        )
    try:
        from scipy import interpolate
    except ImportError:
        raise ImportError(
            "make_interp_spline needs SciPy: pip install autodiff-numpy[scipy]"
        ) from None
    x, y = points("make_interp_spline", x, y, axis, k + 1)
    knots = interpolate.make_interp_spline(x, np.zeros(len(x)), k).t if t is None else np.asarray(t)
    entries = interpolate.BSpline.design_matrix(x, knots, k).tocoo()
    coefficients = solved_slopes([entries.row], [entries.col], entries.data, y * 1.0)
    return BSpline(knots, coefficients, k, True, axis)
