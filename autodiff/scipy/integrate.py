"""Integrals and differential equations under the names of scipy.integrate.

>>> import numpy as np
>>> from autodiff import grad
>>> end = lambda k: odeint(lambda y, t: -k * y, 1.0, np.array([0.0, 1.0]))[-1, 0]
>>> bool(abs(grad(end)(2.0) + np.exp(-2.0)) < 1e-7)
True
"""

from typing import Any

import numpy as np

from ..core.errors import ArgumentError
from ..ops.differences import trapezoid as trapezoid
from ..ops.move import as_array, concatenate, moveaxis, reshape
from ..ops.reduce import sum
from ..ops.scan import cumsum
from ..transform.implicit import odeint as solved, quad as quad, solve_ivp as solve_ivp
from .rest import rest

# SciPy's word -> that of solve_ivp; the others tune LSODA, or speak of a Jacobian that is not asked
STEPS = {"hmax": "max_step", "h0": "first_step", "hmin": "min_step"}
WITHOUT_EFFECT = (
    "Dfun", "col_deriv", "ml", "mu", "tcrit", "ixpr", "mxstep", "mxhnil", "mxordn", "mxords",
    "printmessg",
)  # fmt: skip


def odeint(
    func, y0, t, args=(), *, full_output=False, rtol=None, atol=None, tfirst=False, method="LSODA",
    adjoint="continuous", **options,
):  # fmt: skip
    """The solution of y' = func(y, t, *args) at the times `t`, shape (N, n), as SciPy's `odeint`.

    y0: shape (n,) or a number; args: a tuple of anything that func takes, containers among them.
    Differentiable in y0, t, args and what func closes over; method and adjoint as in
    `autodiff.odeint`.  hmax and h0 limit the steps; the other words of SciPy have no effect.
    full_output is refused: it carries no derivative.

    >>> odeint(lambda y, t: -y, [1.0], np.array([0.0, 1.0])).shape
    (2, 1)
    """
    if full_output:
        raise ArgumentError(
            "odeint: full_output is given, whose numbers carry no derivative; leave it out"
        )
    unknown = set(options) - {*STEPS, *WITHOUT_EFFECT}
    if unknown:
        raise TypeError(f"odeint() got an unexpected keyword argument {unknown.pop()!r}")
    steps = {STEPS[k]: v for k, v in options.items() if k in STEPS and v}
    if method not in ("LSODA",):
        steps.pop("min_step", None)
    chosen = {"rtol": 1.49012e-8 if rtol is None else rtol}
    chosen["atol"] = 1.49012e-8 if atol is None else atol
    start, given = as_array(y0), args if isinstance(args, tuple) else (args,)
    start = reshape(start, (-1,)) if len(start.shape) < 1 else start

    def right(y, t, *rest):
        value = func(t, y, *rest) if tfirst else func(y, t, *rest)
        return reshape(as_array(value), start.shape)

    start = start.astype(float) if start.dtype.kind in "biu" else start
    more = {"method": method, "adjoint": adjoint, "options": steps, **chosen}
    return solved(right, start, t, given, **more)


def cumulative_trapezoid(y, x=None, dx=1.0, axis=-1, initial=None):
    """The integrals from the first point to each of the others, by the trapezoidal rule.

    x: the points, shape (n,) or that of y; else they are `dx` apart.
    initial: 0 for a zero in front of the result.

    >>> cumulative_trapezoid(np.array([1.0, 2.0, 3.0])).tolist()
    [1.5, 4.0]
    """
    y = moveaxis(as_array(y), axis, -1)
    if x is None:
        width = dx
    else:
        x = as_array(x)
        x = x if len(x.shape) == 1 else moveaxis(x, axis, -1)
        width = x[..., 1:] - x[..., :-1]
    found = cumsum(width * (y[..., 1:] + y[..., :-1]) / 2, -1)
    if initial is not None:
        if initial != 0:
            raise ValueError("`initial` must be `None` or `0`.")
        found = concatenate([np.zeros((*found.shape[:-1], 1)), found], -1)
    return moveaxis(found, -1, axis)


def simpson(y, x=None, *, dx: Any = 1.0, axis=-1):
    """The integral by Simpson's rule: parabolas through three points after three.

    x: the points, shape (n,) or that of y; else they are `dx` apart.  Of an even number of points
    the last interval has the part of the parabola through the last three.
    Source: K. V. Cartwright 2017, Journal of Mathematical Sciences and Mathematics Education 12(2).

    >>> float(simpson(np.array([0.0, 1.0, 4.0])).round(12))
    2.666666666667
    """
    y = moveaxis(as_array(y) * 1.0, axis, -1)
    n = y.shape[-1]
    if x is None:
        h = dx * np.ones(n - 1)
    else:
        x = as_array(x)
        x = x if len(x.shape) == 1 else moveaxis(x, axis, -1)
        if x.shape[-1] != n:
            raise ValueError("If given, length of x along axis must be the same as y.")
        h = x[..., 1:] - x[..., :-1]
    if n < 3:
        return sum(h * (y[..., 1:] + y[..., :-1]) / 2, -1)
    odd = n if n % 2 else n - 1
    a, b = h[..., 0 : odd - 1 : 2], h[..., 1 : odd - 1 : 2]
    first, middle, last = (y[..., i : odd - 2 + i : 2] for i in range(3))
    parts = (2 - b / a) * first + (a + b) ** 2 / (a * b) * middle + (2 - a / b) * last
    found = sum((a + b) / 6 * parts, -1)
    if n % 2:
        return found
    a, b = h[..., -2], h[..., -1]
    return (
        found
        + (2 * b**2 + 3 * a * b) / (6 * (a + b)) * y[..., -1]
        + (b**2 + 3 * a * b) / (6 * a) * y[..., -2]
        - b**3 / (6 * a * (a + b)) * y[..., -3]
    )


def romb(y, dx: Any = 1.0, axis=-1, show=False):
    """The integral of 2ᵏ + 1 even points by Romberg's rule.

    >>> float(romb(np.array([0.0, 1.0, 4.0])).round(12))
    2.666666666667
    """
    y = moveaxis(as_array(y) * 1.0, axis, -1)
    count = y.shape[-1] - 1
    k = count.bit_length() - 1
    if count < 1 or 2**k != count:
        raise ValueError("Number of samples must be one plus a non-negative power of 2.")
    row, h = [], count * dx
    for i in range(k + 1):
        step = count >> i
        inner = sum(y[..., step:count:step], -1) if i else 0.0
        new = [(h / 2**i) * ((y[..., 0] + y[..., -1]) / 2 + inner)]
        for j, before in enumerate(row):
            new.append(new[j] + (new[j] - before) / (4 ** (j + 1) - 1))
        row = new
    return row[-1]


def fixed_quad(func, a, b, args=(), n=5):
    """The pair (integral of `func` from `a` to `b` by `n` places of Gauss, None).

    >>> float(fixed_quad(lambda x: x**2, 0.0, 3.0)[0].round(12))
    9.0
    """
    places, weights = np.polynomial.legendre.leggauss(n)
    x = (b - a) * (places + 1) / 2 + a
    return (b - a) / 2 * sum(weights * func(x, *args), -1), None


__getattr__, __dir__ = rest("integrate", {
    "dblquad": "use quad of quad", "tplquad": "use quad of quad", "nquad": "use quad of quad",
    "solve_bvp": "use autodiff.root of its equations", "quad_vec": "use quad or fixed_quad",
    "cumulative_simpson": "use cumulative_trapezoid", "ode": "use solve_ivp",
})  # fmt: skip
