"""Interpolation between the points of a grid, and through points by one polynomial.

Differentiable in the places and in the values.

>>> import numpy as np
>>> from autodiff import grad
>>> line = np.array([0.0, 1.0, 2.0])
>>> f = RegularGridInterpolator((line, line), np.multiply.outer(line, line))
>>> grad(lambda p: f(p)[0])(np.array([0.5, 1.5])).tolist()
[1.5, 0.5]
"""

from itertools import product
from typing import Any

import numpy as np

from ..core.errors import RuleError
from ..core.op import TRACED
from ..ops.choose import maximum, minimum, where
from ..ops.index import getitem
from ..ops.move import as_array, broadcast_to, moveaxis, reshape, stack
from ..ops.plain import has_numbers, plain
from ..ops.reduce import any, prod, sum
from ..ops.sort import place
from .pieces import BSpline
from .splines import make_interp_spline

SPLINES = {"slinear": 1, "cubic": 3, "quintic": 5}
METHODS = ("linear", "nearest", *SPLINES)


def places_of(xi, rank):
    """Places as one value, shape (..., rank): of a tuple of arrays, those broadcast."""
    if isinstance(xi, tuple) and len(xi) == 1:
        xi = xi[0]
    if isinstance(xi, tuple):
        parts = [as_array(x) for x in xi]
        shape = np.broadcast_shapes(*[p.shape for p in parts])
        return stack([broadcast_to(p, shape) for p in parts], -1)
    x = as_array(xi)
    return reshape(x, (-1, rank)) if len(x.shape) < 2 else x


class RegularGridInterpolator:
    """A function of places between the points of a grid whose axes need not be even.

    points: one ascending or descending vector for each axis; values: shape (n₁, ..., n_d, ...).
    method: "linear", "nearest", or the splines "slinear", "cubic", "quintic".
    bounds_error: whether places outside raise ValueError; else fill_value stands there, or with
    None the function goes on.
    """

    def __init__(
        self, points, values, method="linear", bounds_error=True, fill_value: Any = np.nan, *,
        solver=None, solver_args=None,
    ):  # fmt: skip
        if method not in METHODS:
            raise ValueError(
                f"Method '{method}' is not defined"
                if method != "pchip"
                else "RegularGridInterpolator: method 'pchip' has no derivative here; use 'cubic'"
            )
        self.method, self.bounds_error, self.fill_value = method, bounds_error, fill_value
        self.values = as_array(values)
        self.values = self.values * 1.0
        if len(points) > len(self.values.shape):
            raise ValueError(
                f"There are {len(points)} point arrays, but values has "
                f"{len(self.values.shape)} dimensions"
            )
        self.grid = []
        for i, axis in enumerate(points):
            axis = np.asarray(axis, float)
            if axis.ndim != 1:
                raise ValueError(f"The points in dimension {i} must be 1-dimensional")
            if self.values.shape[i] != axis.size:
                raise ValueError(
                    f"There are {axis.size} points and {self.values.shape[i]} values in "
                    f"dimension {i}"
                )
            if axis.size > 1 and (np.diff(axis) < 0).all():
                axis = axis[::-1]
                self.values = np.flip(self.values, i)
            if not (np.diff(axis) > 0).all():
                raise ValueError(
                    f"The points in dimension {i} must be strictly ascending or descending"
                )
            self.grid.append(axis)

    def __call__(self, xi, method=None):
        """The values at places, shape (..., d) or a tuple of d arrays."""
        method, rank = self.method if method is None else method, len(self.grid)
        if method not in METHODS:
            raise ValueError(f"Method '{method}' is not defined")
        x = places_of(xi, rank)
        if x.shape[-1] != rank:
            raise ValueError(
                "The requested sample points xi have dimension "
                f"{x.shape[-1]} but this RegularGridInterpolator has dimension {rank}"
            )
        low, high = (np.array([axis[i] for axis in self.grid]) for i in (0, -1))
        outside = any((x < low) | (x > high), axis=-1)
        if self.bounds_error and has_numbers(x) and np.any(plain(outside, "interpn")):
            numbers = plain(x, "interpn").reshape(-1, rank)
            wrong = int(np.argmax(((numbers < low) | (numbers > high)).any(0)))
            raise ValueError(f"One of the requested xi is out of bounds in dimension {wrong}")
        rest = len(self.values.shape) - rank
        found = at_places(method, self.grid, self.values, x)
        if not self.bounds_error and self.fill_value is not None:
            mask = reshape(outside, (*x.shape[:-1], *(1,) * rest))
            found = where(mask, self.fill_value, found)
        unknown = reshape(any(x != x, axis=-1), (*x.shape[:-1], *(1,) * rest))
        return where(unknown, np.nan, found)


def at_places(method, grid, values, x):
    """The values between the points of a grid, the shape of the places first."""
    if method in SPLINES:
        return by_splines(SPLINES[method], grid, values, x)
    lows, weights = [], []
    for i, axis in enumerate(grid):
        u = x[..., i]
        if axis.size == 1:
            lows.append(place(axis, u, side="left") * 0)
            weights.append(u * 0)
            continue
        low = minimum(maximum(place(axis, u, side="right") - 1, 0), axis.size - 2)
        width = getitem(axis, low + 1) - getitem(axis, low)
        lows.append(low)
        weights.append((u - getitem(axis, low)) / width)
    rest = (1,) * (len(values.shape) - len(grid))
    if method == "nearest":
        steps = [where(w <= 0.5, 0, 1) for w in weights]
        steps = [s if axis.size > 1 else 0 for s, axis in zip(steps, grid)]
        return getitem(values, tuple(low + s for low, s in zip(lows, steps)))
    found: Any = 0.0
    for corner in product((0, 1), repeat=len(grid)):
        if [c for c, axis in zip(corner, grid) if c and axis.size == 1]:
            continue
        weight = prod(stack([w if c else 1 - w for c, w in zip(corner, weights)]), axis=0)
        value = getitem(values, tuple(low + c for low, c in zip(lows, corner)))
        found = found + reshape(weight, (*x.shape[:-1], *rest)) * value
    return found


def by_splines(degree, grid, values, x):
    """Splines along one axis after the other; a place takes part in each.

    The coefficients are those of SciPy's tensor product: made along every axis of the grid.
    """
    rank, rest = len(grid), len(values.shape) - len(grid)
    knots, coefficients = [], values
    for i, axis in enumerate(grid):
        if axis.size <= degree:
            raise ValueError(
                f"There are {axis.size} points in dimension {i}, but method needs at least "
                f"{degree + 1} points per dimension."
            )
        spline = make_interp_spline(axis, moveaxis(coefficients, i, 0), degree)
        knots.append(np.asarray(spline.t))
        coefficients = moveaxis(spline.c, 0, i)
    flat = reshape(x, (-1, rank))
    found = coefficients
    for i in range(rank):
        basis = basis_at(knots[i], degree, flat[:, i])
        if i == 0:
            found = np.tensordot(basis, found, 1)
            continue
        shape = (*basis.shape, *(1,) * (len(found.shape) - 2))
        found = sum(reshape(basis, shape) * found, axis=1)
    return reshape(found, (*x.shape[:-1], *values.shape[len(values.shape) - rest :]))


def basis_at(t, degree, u):
    """The B-splines of some knots at places, shape (places, splines)."""
    return BSpline(t, np.eye(len(t) - degree - 1), degree)(u)


def interpn(points, values, xi, method="linear", bounds_error=True, fill_value: Any = np.nan):
    """The values of a grid at the places `xi`, as `RegularGridInterpolator` gives them.

    >>> interpn((np.array([0.0, 1.0]),), np.array([1.0, 3.0]), np.array([0.5])).tolist()
    [2.0]
    """
    return RegularGridInterpolator(points, values, method, bounds_error, fill_value)(xi)


# ------------------------------------------------------------------- one polynomial


class BarycentricInterpolator:
    """The polynomial through points, in Newton's form, whose derivatives hold at the points too.

    xi: shape (n,); yi: values along `axis`.
    """

    def __init__(self, xi, yi, axis=0):
        self.xi = as_array(xi) * 1.0
        yi = as_array(yi) * 1.0
        self.yi = moveaxis(yi, axis, 0) if len(yi.shape) > 1 else yi
        self.axis = axis % len(yi.shape)
        if self.yi.shape[0] != self.xi.shape[0]:
            raise ValueError(
                f"BarycentricInterpolator: {self.xi.shape[0]} points and {self.yi.shape[0]} "
                "values; one for each"
            )

    def __call__(self, x):
        """The value at `x`."""
        x, n = as_array(x), self.xi.shape[0]
        rest = (1,) * (len(self.yi.shape) - 1)
        table = divided_differences(self.xi, self.yi)
        value = table[n - 1] + reshape(x * 0, (*x.shape, *rest))
        for k in range(n - 2, -1, -1):
            value = value * reshape(x - self.xi[k], (*x.shape, *rest)) + table[k]
        if self.axis and len(x.shape):
            count = len(x.shape)
            order = tuple(range(self.axis, self.axis + count))
            value = moveaxis(value, tuple(range(count)), order)
        return value


KroghInterpolator = BarycentricInterpolator


def divided_differences(x, y):
    """Newton's coefficients of the polynomial through points."""
    if type(x) not in TRACED and len(np.unique(x)) < x.shape[0]:
        raise RuleError("a polynomial through equal points has no derivative here; use others")
    n, column, found = x.shape[0], y, [y[0]]
    for k in range(1, n):
        width = x[k:] - x[: n - k]
        shape = (n - k, *(1,) * (len(y.shape) - 1))
        column = (column[1:] - column[:-1]) / reshape(width, shape)
        found.append(column[0])
    return found


def barycentric_interpolate(xi, yi, x, axis=0, *, der=0):
    """The polynomial through points, at `x`.

    >>> float(barycentric_interpolate([0.0, 1.0, 2.0], [0.0, 1.0, 4.0], 3.0))
    9.0
    """
    if der != 0:
        raise RuleError("barycentric_interpolate: der is not written; use autodiff.derivatives")
    return BarycentricInterpolator(xi, yi, axis)(x)


krogh_interpolate = barycentric_interpolate
