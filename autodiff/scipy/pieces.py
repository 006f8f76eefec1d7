"""Polynomials in pieces and B-splines: evaluated, differentiated and integrated.

Differentiable in the places, the coefficients, and the breakpoints or knots.
"""

from math import factorial
from typing import Any

import numpy as np

from ..ops.choose import maximum, minimum, where
from ..ops.index import getitem
from ..ops.move import as_array, concatenate, moveaxis, reshape, stack
from ..ops.scan import cumsum
from ..ops.sort import place


def beside(v, y):
    """A vector with as many axes as `y` has."""
    return reshape(v, tuple(v.shape) + (1,) * (len(y.shape) - 1))


class PPoly:
    """Polynomials in pieces: piece i is Σ c[k, i] (x - x[i])^(n - k), of degree n.

    c: shape (n + 1, m, ...); x: breakpoints, shape (m + 1,), ascending.
    extrapolate: whether the end pieces go on; False for NaN there, "periodic" for a repetition.
    """

    def __init__(self, c, x, extrapolate: Any = None, axis=0):
        self.c, self.x, self.axis = as_array(c), as_array(x), axis
        self.extrapolate = True if extrapolate is None else extrapolate
        if len(self.c.shape) < 2 or self.x.shape != (self.c.shape[1] + 1,):
            raise ValueError(
                f"PPoly: c has shape {tuple(self.c.shape)} and x {tuple(self.x.shape)}; they need "
                "shapes (k, m, ...) and (m + 1,)"
            )

    def __call__(self, x, nu=0, extrapolate: Any = None):
        """The value at `x`, or its derivative of order `nu`; the shape of `x`, then the rest."""
        x = as_array(x)
        beyond = self.extrapolate if extrapolate is None else extrapolate
        first, last = self.x[0], self.x[-1]
        if beyond == "periodic":
            x = first + (x - first) % (last - first)
        n = self.c.shape[0] - 1
        piece = minimum(maximum(place(self.x, x, side="right") - 1, 0), self.c.shape[1] - 1)
        u = x - getitem(self.x, piece)
        rest = len(self.c.shape) - 2
        u = reshape(u, (*x.shape, *(1,) * rest))
        value: Any = np.zeros(self.c.shape[2:])
        for k in range(n + 1 - nu):
            weight = factorial(n - k) // factorial(n - k - nu)
            value = value * u + weight * getitem(self.c[k], piece)
        value = value + u * 0
        if not beyond:
            outside = reshape((x < first) | (x > last), u.shape)
            value = where(outside, np.nan, value)
        if self.axis:
            count = len(x.shape)
            order = tuple(range(self.axis, self.axis + count))
            value = moveaxis(value, tuple(range(count)), order) if count else value
        return value

    def derivative(self, nu=1):
        """The derivative as polynomials in pieces."""
        if nu < 0:
            return self.antiderivative(-nu)
        n = self.c.shape[0] - 1
        rows = [self.c[k] * (factorial(n - k) // factorial(n - k - nu)) for k in range(n + 1 - nu)]
        return PPoly(stack(rows or [self.c[0] * 0]), self.x, self.extrapolate, self.axis)

    def antiderivative(self, nu=1):
        """The integral from the first breakpoint as polynomials in pieces."""
        found = self
        for _ in range(nu):
            n = found.c.shape[0] - 1
            rows = [found.c[k] / (n + 1 - k) for k in range(n + 1)]
            h, value = beside(found.x[1:] - found.x[:-1], rows[0]), rows[0] * 0
            for row in rows:
                value = (value + row) * h
            starts = concatenate([value[:1] * 0, cumsum(value, 0)[:-1]])
            extrapolate = False if found.extrapolate == "periodic" else found.extrapolate
            found = PPoly(stack([*rows, starts]), found.x, extrapolate, found.axis)
        return found

    def integrate(self, a, b, extrapolate: Any = None):
        """The integral between two places."""
        integral = self.antiderivative()
        return integral(b, extrapolate=extrapolate) - integral(a, extrapolate=extrapolate)


class BSpline:
    """Σ c[i] B(x; t[i], ..., t[i + k + 1]): a spline of degree k.

    t: knots, ascending; c: coefficients, shape (len(t) - k - 1, ...).  Evaluated by de Boor's
    recurrence, with derivatives in x, c and t.  Source: de Boor 1978, chapter X.
    """

    def __init__(self, t, c, k, extrapolate: Any = True, axis=0):
        self.t, self.k, self.axis = as_array(t) * 1.0, int(k), axis
        self.c = as_array(c) * 1.0
        self.extrapolate = extrapolate
        if self.c.shape[0] < self.t.shape[0] - self.k - 1:
            raise ValueError(
                f"BSpline: {self.t.shape[0]} knots and {self.c.shape[0]} coefficients; degree "
                f"{self.k} needs {self.t.shape[0] - self.k - 1}"
            )

    @property
    def tck(self):
        """The tuple (t, c, k)."""
        return self.t, self.c, self.k

    def __call__(self, x, nu=0, extrapolate: Any = None):
        """The value at `x`, or its derivative of order `nu`."""
        if nu:
            return self.derivative(nu)(x, extrapolate=extrapolate)
        x, k, t = as_array(x), self.k, self.t
        beyond = self.extrapolate if extrapolate is None else extrapolate
        n = t.shape[0] - k - 1
        first, last = t[k], t[n]
        if beyond == "periodic":
            x = first + (x - first) % (last - first)
        span = minimum(maximum(place(t, x, side="right") - 1, k), n - 1)
        rest = (1,) * (len(self.c.shape) - 1)
        d = [getitem(self.c, span - k + j) for j in range(k + 1)]
        for level in range(1, k + 1):
            for j in range(k, level - 1, -1):
                low, high = getitem(t, span - k + j), getitem(t, span + 1 + j - level)
                weight = reshape((x - low) / (high - low), (*x.shape, *rest))
                d[j] = (1 - weight) * d[j - 1] + weight * d[j]
        value = d[k] + reshape(x * 0, (*x.shape, *rest))
        if not beyond:
            value = where(reshape((x < first) | (x > last), (*x.shape, *rest)), np.nan, value)
        if self.axis and len(x.shape):
            places = tuple(range(self.axis, self.axis + len(x.shape)))
            value = moveaxis(value, tuple(range(len(x.shape))), places)
        return value

    def derivative(self, nu=1):
        """The derivative as a spline of a lower degree."""
        t, c, k = self.t, self.c, self.k
        for _ in range(nu):
            n = t.shape[0] - k - 1
            if k == 0:
                c = c * 0
                continue
            width = t[k + 1 : n + k] - t[1:n]
            width = where(width == 0, 1.0, width)
            c = k * (c[1:n] - c[: n - 1]) / beside(width, c)
            t, k = t[1:-1], k - 1
        return BSpline(t, c, k, self.extrapolate, self.axis)
