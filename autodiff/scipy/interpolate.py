"""Interpolation under the names of scipy.interpolate: made and evaluated with derivatives.

Splines are differentiable in the places where they are evaluated, in the values that they go
through, and where the formula allows it in the points at which those are given.

>>> import numpy as np
>>> from autodiff import grad
>>> x, y = np.array([0.0, 1.0, 2.0, 3.0]), np.array([0.0, 1.0, 4.0, 9.0])
>>> float(grad(CubicSpline(x, y))(1.5).round(9))
3.0
>>> grad(lambda y: CubicSpline(x, y)(1.5))(y).round(4).tolist()
[-0.0625, 0.5625, 0.5625, -0.0625]
"""

from typing import Any

import numpy as np

from ..core.op import TRACED
from ..ops.arithmetic import absolute
from ..ops.choose import maximum, minimum, where
from ..ops.index import getitem
from ..ops.move import as_array, concatenate, moveaxis, reshape, stack
from ..ops.reduce import amax
from ..ops.sort import place
from .grids import (
    BarycentricInterpolator as BarycentricInterpolator,
    KroghInterpolator as KroghInterpolator,
    RegularGridInterpolator as RegularGridInterpolator,
    barycentric_interpolate as barycentric_interpolate,
    interpn as interpn,
    krogh_interpolate as krogh_interpolate,
)
from .pieces import BSpline as BSpline, PPoly as PPoly, beside
from .rest import rest
from .splines import make_interp_spline as make_interp_spline, points, solved_slopes

# ------------------------------------------------------------------- cubic pieces


def hermite(x, y, slopes, extrapolate, axis):
    """Cubic pieces through values with given slopes."""
    h = beside(x[1:] - x[:-1], y)
    secant = (y[1:] - y[:-1]) / h
    bend = (slopes[:-1] + slopes[1:] - 2 * secant) / h
    c = stack([bend / h, (secant - slopes[:-1]) / h - bend, slopes[:-1], y[:-1]])
    return PPoly(c, x, extrapolate, axis)


def CubicHermiteSpline(x, y, dydx, axis=0, extrapolate=None):
    """Cubic pieces through the values `y` with the slopes `dydx` at the points `x`."""
    x, values = points("CubicHermiteSpline", x, y, axis, 2)
    slopes = as_array(dydx)
    slopes = moveaxis(slopes, axis, 0) if len(slopes.shape) > 1 else slopes
    return hermite(x, values, slopes, extrapolate, axis)


def CubicSpline(x, y, axis=0, bc_type: Any = "not-a-knot", extrapolate: Any = None):
    """The cubic pieces through the values `y` whose second derivative is continuous.

    x: points, shape (n,), ascending; y: values along `axis`.
    bc_type: what holds at the ends: "not-a-knot", "natural", "clamped", "periodic", or a pair of
    "not-a-knot" or (order, value) with a derivative of order 1 or 2.
    The slopes s solve h₁ s₀ + 2 (h₀ + h₁) s₁ + h₀ s₂ = 3 (h₁ d₀ + h₀ d₁) at every inner point, with
    the secants d.  Source: de Boor 1978, chapter IV.
    """
    x, y = points("CubicSpline", x, y, axis, 2)
    n = x.shape[0]
    h, ends = x[1:] - x[:-1], ends_of(bc_type)
    d = (y[1:] - y[:-1]) / beside(h, y)
    if ends == "periodic":
        extrapolate = "periodic" if extrapolate is None else extrapolate
        if n == 2:
            return hermite(x, y, y * 0, extrapolate, axis)
        return hermite(x, y, periodic_slopes(h, d, n), extrapolate, axis)
    if n == 2:
        ends = [(1, d[0]) if end == "not-a-knot" else end for end in ends]
    if n == 3 and ends == ["not-a-knot", "not-a-knot"]:
        return hermite(x, y, parabola_slopes(h, d), extrapolate, axis)
    first, left = end_row(ends[0], h, d, 1)
    last, after = end_row(ends[1], h[::-1], d[::-1], -1)
    i = np.arange(1, n - 1)
    rows = [i, i, i, np.zeros(len(first), int), np.full(len(last), n - 1)]
    columns = [i - 1, i, i + 1, np.arange(len(first)), n - 1 - np.arange(len(last))]
    a, b = h[:-1], h[1:]
    values = concatenate([b, 2 * (a + b), a, stack(first), stack(last)])
    inner = 3 * (beside(b, y) * d[:-1] + beside(a, y) * d[1:])
    right = concatenate([stack([left]), inner, stack([after])])
    slopes = solved_slopes(rows, columns, values, right)
    return hermite(x, y, slopes, extrapolate, axis)


def ends_of(bc_type):
    """ "periodic", or what holds at each end: "not-a-knot" or (order, value)."""
    names = {"natural": (2, 0.0), "clamped": (1, 0.0), "not-a-knot": "not-a-knot"}
    if isinstance(bc_type, str):
        if bc_type == "periodic":
            return bc_type
        bc_type = (bc_type, bc_type)
    found = [names.get(b, b) if isinstance(b, str) else tuple(b) for b in bc_type]
    for end in found:
        if end != "not-a-knot" and (isinstance(end, str) or end[0] not in (1, 2)):
            raise ValueError(
                f"CubicSpline: bc_type has {end!r}; it needs 'not-a-knot', 'natural', 'clamped', "
                "'periodic' or (order, value) with order 1 or 2"
            )
    return found


def end_row(end, h, d, sign):
    """The equation of one end, seen from it: (factors of the first slopes, right side)."""
    if end == "not-a-knot":
        both = h[0] + h[1]
        right = ((h[0] + 2 * both) * h[1] * d[0] + h[0] * h[0] * d[1]) / both
        return [h[1], both], right
    order, value = end
    if order == 1:
        return [h[0] * 0 + 1], value + d[0] * 0
    return [2 * h[0], h[0]], 3 * h[0] * d[0] - sign * 0.5 * h[0] * h[0] * value


def parabola_slopes(h, d):
    """The slopes of the parabola through three points."""
    bend = (d[1] - d[0]) / (h[0] + h[1])
    return stack([d[0] - bend * h[0], d[0] + bend * h[0], d[1] + bend * h[1]])


def periodic_slopes(h, d, n):
    """The slopes of a periodic spline, the first of which is the last."""
    i = np.arange(n - 1)
    a, before = (concatenate([v[-1:], v[:-1]]) for v in (h, d))
    columns = [(i - 1) % (n - 1), i, (i + 1) % (n - 1)]
    values = concatenate([h, 2 * (a + h), a])
    slopes = solved_slopes(
        [i, i, i], columns, values, 3 * (beside(h, d) * before + beside(a, d) * d)
    )
    return concatenate([slopes, slopes[:1]])


def PchipInterpolator(x, y, axis=0, extrapolate=None):
    """The cubic pieces through `y` that rise and fall where the values do.

    Slopes: the weighed harmonic mean of the secants, zero where they differ in sign.
    Source: Fritsch and Butland 1984, doi:10.1137/0905021; ends as in Moler 2004, section 3.6.
    """
    x, y = points("PchipInterpolator", x, y, axis, 2)
    h = beside(x[1:] - x[:-1], y)
    d = (y[1:] - y[:-1]) / h
    if x.shape[0] == 2:
        return hermite(x, y, concatenate([d, d]), extrapolate, axis)
    before, after, a, b = d[:-1], d[1:], h[:-1], h[1:]
    same = before * after > 0
    first, second = (where(same, v, 1.0) for v in (before, after))
    mean = 3 * (a + b) / ((2 * b + a) / first + (b + 2 * a) / second)
    inner = where(same, mean, 0.0)
    ends = [pchip_end(h[0], h[1], d[0], d[1]), pchip_end(h[-1], h[-2], d[-1], d[-2])]
    slopes = concatenate([stack(ends[:1]), inner, stack(ends[1:])])
    return hermite(x, y, slopes, extrapolate, axis)


def pchip_end(h, other, d, next_d):
    """The slope at an end: of the parabola, unless it would change the sign or overshoot."""
    slope = ((2 * h + other) * d - h * next_d) / (h + other)
    steep = (d * next_d < 0) & (absolute(slope) > 3 * absolute(d))
    return where(slope * d <= 0, 0.0, where(steep, 3 * d, slope))


def pchip_interpolate(xi, yi, x, der=0, axis=0):
    """The value at `x`, or the derivative of order `der`, of the pieces of `PchipInterpolator`."""
    return PchipInterpolator(xi, yi, axis).derivative(der)(x)


def Akima1DInterpolator(x, y, axis=0, *, method="akima", extrapolate=None):
    """The cubic pieces through `y` whose slopes weigh the secants of four neighbours.

    method: "akima", or "makima" for weights that do not overshoot where values stay the same.
    Source: Akima 1970, doi:10.1145/321607.321609.
    """
    if method not in ("akima", "makima"):
        raise NotImplementedError(f"`method`={method} is unsupported.")
    x, y = points("Akima1DInterpolator", x, y, axis, 2)
    extrapolate = False if extrapolate is None else extrapolate
    d = (y[1:] - y[:-1]) / beside(x[1:] - x[:-1], y)
    if x.shape[0] == 2:
        return hermite(x, y, concatenate([d, d]), extrapolate, axis)
    before, after = 2 * d[0] - d[1], 2 * d[-1] - d[-2]
    ends = [2 * before - d[0], before], [after, 2 * after - d[-1]]
    m = concatenate([stack(ends[0]), d, stack(ends[1])])
    change = absolute(m[1:] - m[:-1])
    if method == "makima":
        change = change + absolute(m[1:] + m[:-1]) / 2
    first, second = change[2:], change[:-2]
    both = first + second
    useful = both > 1e-9 * amax(both)
    weighed = (first * m[1:-2] + second * m[2:-1]) / where(useful, both, 1.0)
    slopes = where(useful, weighed, (m[3:] + m[:-3]) / 2)
    return hermite(x, y, slopes, extrapolate, axis)


# ------------------------------------------------------------------- by kind


def interp1d(
    x,
    y,
    kind: Any = "linear",
    axis=-1,
    copy=True,
    bounds_error=None,
    fill_value: Any = np.nan,
    assume_sorted=False,
):
    """The function of x through the values `y` along an axis.

    kind: "linear", "nearest", "previous", "next", "zero", "slinear", "quadratic", "cubic", or a
    degree.  fill_value: what stands outside, a number, a pair for the two sides, or "extrapolate".
    bounds_error: whether places outside raise ValueError, by default unless fill_value is given.

    >>> float(interp1d(np.array([0.0, 2.0]), np.array([1.0, 5.0]))(0.5))
    2.0
    """
    y = as_array(y)
    axis = axis % len(y.shape)
    if not assume_sorted and type(x) not in TRACED:
        order = np.argsort(np.asarray(x), kind="stable")
        x, y = np.asarray(x)[order], moveaxis(getitem(moveaxis(y, axis, 0), order), 0, axis)
    x, values = points("interp1d", x, y, axis, 1)
    whole = isinstance(fill_value, str) and fill_value == "extrapolate"
    if whole and kind in ("previous", "next"):  # there is nothing before, or after
        whole, ends = False, (values[0], values[-1])
        fill_value = (np.nan, ends[1]) if kind == "previous" else (ends[0], np.nan)
    unset = not whole and not isinstance(fill_value, tuple) and fill_value is np.nan
    strict = (not whole and unset) if bounds_error is None else bounds_error
    inner = pieces_of(kind, x, values)

    def function(places):
        v = as_array(places)
        below, above = v < x[0], v > x[-1]
        if strict and type(v) not in TRACED and (np.any(below) or np.any(above)):
            raise ValueError("A value in x_new is outside of the interpolation range.")
        found = inner(v)
        if not whole:
            left, right = fill_value if isinstance(fill_value, tuple) else (fill_value, fill_value)
            shape = (*v.shape, *(1,) * (len(values.shape) - 1))
            found = where(reshape(below, shape), left, found)
            found = where(reshape(above, shape), right, found)
        count = len(v.shape)
        if axis and count:
            found = moveaxis(found, tuple(range(count)), tuple(range(axis, axis + count)))
        return found

    return function


def pieces_of(kind, x, y):
    """The function of places for each kind, with the axis of the places in front."""
    degrees = {"zero": 0, "slinear": 1, "quadratic": 2, "cubic": 3}
    if kind in ("linear", "slinear", 1):
        if x.shape[0] == 1:
            return lambda v: y[0] + beside(reshape(v * 0, (-1,)), y)
        slope = (y[1:] - y[:-1]) / beside(x[1:] - x[:-1], y)
        return PPoly(stack([slope, y[:-1]]), x)
    if kind in ("previous", "zero", 0):
        return lambda v: getitem(y, maximum(place(x, v, side="right") - 1, 0))
    if kind == "next":
        return lambda v: getitem(y, minimum(place(x, v, side="left"), x.shape[0] - 1))
    if kind in ("nearest", "nearest-up"):
        middles = (x[1:] + x[:-1]) / 2
        side = "left" if kind == "nearest" else "right"
        return lambda v: getitem(y, place(middles, v, side=side))
    degree = degrees.get(kind, kind)
    if not isinstance(degree, int):
        raise NotImplementedError(f"{kind} is unsupported: Use fitpack routines for other types.")
    return make_interp_spline(x, y, degree)


__getattr__, __dir__ = rest("interpolate", {
    "UnivariateSpline": "use make_interp_spline or CubicSpline", "splev": "use BSpline(*tck)(x)",
    "griddata": "use RegularGridInterpolator", "lagrange": "use BarycentricInterpolator",
})  # fmt: skip
