"""Taylor mode: derivatives of any order in one sweep, and what is put together from them."""

import operator
from itertools import product
from math import comb, factorial, prod
from typing import Any

import numpy as np

from ..core.errors import ArgumentError, DTypeError
from ..core.op import new_level
from ..core.spec import FLOAT64, carries_derivative, is_complex
from ..core.tree import LEAF, flatten, unflatten
from ..interpret.series import Series, series as as_series
from ..interpret.sweep import cast
from ..ops.choose import ones_like
from ..ops.move import stack
from .forward import zero_tangent
from .function import (
    Transformed,
    as_inputs,
    at_level,
    handed_over,
    require_float,
    result,
    same_structure,
    selected,
)
from .jacobian import basis, over_basis


def along(f, primals, terms):
    """Taylor coefficients of `f` along a curve: (a list of them for each output, structure).

    primals: (leaves, structure) of the arguments; terms: the other coefficients of each leaf.
    """
    leaves, structure = primals
    order, level = len(terms[0]) if terms else 0, new_level()
    inputs = [as_series([x, *cs], level) for x, cs in zip(leaves, terms)]
    with np.errstate(all="ignore"):  # an infinite derivative is a value
        out = f(*unflatten(structure, inputs))
    outputs, out_structure = flatten(out)
    return [coefficients(result(y), order, level) for y in outputs], out_structure


def coefficients(y, order, level):
    """Taylor coefficients of one output, zeros of a constant."""
    found = y.coefficients if at_level(y, level, Series) else [y] + [None] * order
    return handed_over([zero_tangent(found[0]) if c is None else c for c in found])


def scaled(c, k):
    """The derivative of order `k` from its Taylor coefficient."""
    return c if k < 2 else c * factor(k, c.dtype)


def factor(k, dtype):
    """k! as a number of a dtype; raises where there is none that large."""
    if factorial(k) > int(np.finfo(dtype or FLOAT64).max):
        raise ArgumentError(
            f"a derivative of order {k}: {k}! is larger than any {dtype}; "
            "taylor gives the Taylor coefficients, which are divided by it"
        )
    return float(factorial(k))


def counted(name, order):
    """An order as an int that is not negative."""
    try:
        number = operator.index(order)
    except TypeError:
        number = -1
    if number < 0:
        raise ArgumentError(f"{name}: order is {order!r}; it needs an integer, 0 or more")
    return number


def jet(f, primals, series) -> tuple[Any, Any]:
    """`f(*primals)` and its derivatives along a curve of which the derivatives are given.

    primals: a tuple or list, one entry for each argument; series: for each argument the list of
    first, second, ... derivatives of the curve at the primal, each like the primal.
    Returns (output, series of the output): the container of the output with the list of first,
    second, ... derivatives in each place.  All orders come from one run of `f`, which costs of the
    order k² for order k, where nested derivatives cost 2**k.
    The convention is that of jax.experimental.jet: derivatives, not Taylor coefficients.

    Raises ArgumentError for series of different lengths, DTypeError for integers that vary.
    Sources: Griewank and Walther 2008, chapter 13; Bettencourt, Johnson and Duvenaud 2019.

    >>> y, (first, second) = jet(lambda x: x ** 3, (2.0,), [[1.0, 0.0]])
    >>> float(y), float(first), float(second)
    (8.0, 12.0, 12.0)
    """
    for name, given in (("primals", primals), ("series", series)):
        if not isinstance(given, (tuple, list)):
            raise ArgumentError(
                f"jet: {name} is a {type(given).__name__}; give a tuple, one for each argument"
            )
    if len(series) != len(primals):
        raise ArgumentError(
            f"jet: {len(primals)} primals and {len(series)} series; give one for each"
        )
    lengths = {len(terms) for terms in series}
    if len(lengths) > 1:
        raise ArgumentError(f"jet: the series have {sorted(lengths)} terms; all need equally many")
    leaves, structure, named = as_inputs("jet", tuple(primals))
    terms = [[] for _ in leaves]
    for k in range(1, max(lengths, default=0) + 1):
        tree = tuple(given[k - 1] for given in series)
        found, t_structure, _ = as_inputs("jet", tree)
        same_structure("jet", f"term {k} of the series", t_structure, structure)
        for cs, x, t, where in zip(terms, leaves, found, named):
            t = fitting(x, t, where)
            cs.append(t if t is None or k < 2 else t / factor(k, x.dtype))
    found, out_structure = along(f, (leaves, structure), terms)
    higher = [[scaled(c, k) for k, c in enumerate(cs[1:], 1)] for cs in found]
    out = unflatten(out_structure, [cs[0] for cs in found])
    return out, unflatten(out_structure, higher)


def fitting(x, t, where):
    """A derivative of the curve through `x`, or None where `x` cannot vary."""
    if x.shape != t.shape:
        raise ArgumentError(
            f"{where} has shape {x.shape} and a derivative of it {t.shape}; they must be equal"
        )
    if not carries_derivative(x.dtype) and not np.any(np.asarray(t)):
        return None
    varying(x, where)
    return cast(t, x.dtype)


def varying(x, where):
    """Raise unless `x` carries a derivative."""
    if not carries_derivative(x.dtype):
        raise DTypeError(
            f"{where} has dtype {x.dtype}, which carries no derivative; "
            "convert it with astype(float)"
        )


def straight(name, f, x, direction, order):
    """Taylor coefficients of `f` from `x` along a straight line: (lists, structure)."""
    leaves, structure, named = as_inputs(name, arguments(x))
    for leaf, where in zip(leaves, named):
        varying(leaf, where)
    if direction is None:
        velocities = [ones_like(leaf) for leaf in leaves]
    else:
        given, found, _ = as_inputs(name, arguments(direction))
        same_structure(name, "direction", found, structure)
        velocities = [fitting(*each) for each in zip(leaves, given, named)]
    rest = [None] * (order - 1)
    terms = [[v, *rest] if order else [] for v in velocities]
    return along(f, (leaves, structure), terms)


def arguments(x):
    """The arguments of a function: those of a tuple, or the one."""
    return x if type(x) is tuple else (x,)


def taylor(f, x, order, direction=None) -> Any:
    """The Taylor coefficients of `f` at `x`: value, f', f''/2!, ... f⁽ᵏ⁾/k!, along axis 0.

    x: an array, a number or a container; a tuple holds one entry for each argument of `f`.
    direction: like `x`, of ones by default: the coefficients are those of t -> f(x + t direction).
    So for a function of each element they belong to that element.
    Returns the container of the output with arrays of shape (order + 1, *shape of the output).

    Raises ArgumentError for an order that is no whole number, DTypeError for integers.
    See `derivatives` for f⁽ᵏ⁾ itself.  Source: Griewank and Walther 2008, chapter 13.

    >>> taylor(exp, 0.0, 3).tolist()
    [1.0, 1.0, 0.5, 0.16666666666666666]
    """
    found, structure = straight("taylor", f, x, direction, counted("taylor", order))
    return unflatten(structure, [stack(cs) for cs in found])


def derivatives(f, x, order, direction=None) -> Any:
    """The derivatives of `f` at `x`: value, f', f'', ... f⁽ᵏ⁾ for k up to `order`, along axis 0.

    Arguments and errors as in `taylor`; also ArgumentError where k! is larger than any number of
    the dtype, beyond order 170 in double precision and 34 in single.

    >>> derivatives(lambda x: x ** 3, 2.0, 4).tolist()
    [8.0, 12.0, 12.0, 6.0, 0.0]
    """
    found, structure = straight("derivatives", f, x, direction, counted("derivatives", order))
    return unflatten(structure, [stack([scaled(c, k) for k, c in enumerate(cs)]) for cs in found])


def mixed_partial(f, x, orders) -> Any:
    """One partial derivative of any order, such as ∂³f/∂x∂y² for orders (1, 2).

    x: as in `taylor`; orders: like `x`, how often to differentiate in each element.
    Returns the container of the output.

    Every derivative of order d is a sum of derivatives of order d along straight lines, so they are
    found by Taylor polynomials of one parameter, for a bundle of directions at once.  Of them there
    are half of the product of (1 + the order in each element), or one for a single element.
    Sources: Griewank, Utke and Walther 2000, doi:10.1090/S0025-5718-00-01120-0 (the bundle); Kan
    2008, doi:10.1016/j.jmva.2007.01.013, proposition 1 (its weights).

    >>> float(mixed_partial(lambda x, y: x ** 2 * y ** 3, (1.0, 2.0), (1, 2)))
    24.0
    """
    leaves, structure, named = as_inputs("mixed_partial", arguments(x))
    numbers = orders_like(x, orders, structure)
    for leaf, n, where in zip(leaves, numbers, named):
        varying(leaf, where)
        if n.shape != leaf.shape or n.dtype.kind not in "iu" or np.any(n < 0):
            raise ArgumentError(
                f"{where} has shape {leaf.shape} and the orders {n.tolist()}; "
                "give one whole number, 0 or more, for each of its elements"
            )
    flat = np.concatenate([np.ravel(n) for n in numbers])
    order = int(flat.sum())
    if not order:
        return f(*unflatten(structure, leaves))
    directions, weights = bundle(flat)
    stops = np.cumsum([n.size for n in numbers])[:-1]
    stacks = [
        part.reshape(-1, *leaf.shape).astype(leaf.dtype)
        for part, leaf in zip(np.split(directions, stops, axis=1), leaves)
    ]
    columns, structure = flatten(over_basis(partial_along(f, leaves, structure, order), stacks)[0])
    return unflatten(structure, [weighted(weights, c) for c in columns])


def orders_like(x, orders, structure):
    """The orders of each leaf of `x`; lists will do for arrays."""
    given = orders if type(x) is tuple else (orders,)
    if isinstance(given, (tuple, list)) and set(structure[3]) == {LEAF}:
        given = tuple([np.asarray(n) for n in given])
    numbers, found = flatten(given)
    same_structure("mixed_partial", "orders", found, structure)
    return [np.asarray(n) for n in numbers]


def partial_along(f, leaves, structure, order):
    """The derivative of one order from a point, as a function of the direction."""

    def push(*directions):
        terms = [[v] + [None] * (order - 1) for v in directions]
        found, out_structure = along(f, (leaves, structure), terms)
        return unflatten(out_structure, [scaled(cs[order], order) for cs in found])

    return push


def bundle(orders):
    """Directions, shape (m, n), and the weights of the derivatives along them, shape (m,).

    A form of degree d = |i|, of one argument h, has the mixed value Σ w(v) form(h(v)) over
    0 <= v <= i with h(v) = i/2 - v and w(v) = (-1)**|v| binomial(i, v) / d!; v and i - v give the
    same, and their middle gives zero.
    """
    order, (chosen,) = int(orders.sum()), np.nonzero(orders)
    if len(chosen) == 1:
        return np.eye(len(orders))[chosen], np.ones(1)
    i = orders[chosen].tolist()
    directions, weights = [], []
    for v in product(*[range(n + 1) for n in i]):
        opposite = tuple(n - m for n, m in zip(i, v))
        if v < opposite:
            h = np.zeros(len(orders))
            h[chosen] = np.subtract(opposite, v) / 2
            directions.append(h)
            binomials = prod(comb(n, m) for n, m in zip(i, v))
            weights.append((-1) ** sum(v) * 2 * binomials / factorial(order))
    return np.array(directions), np.array(weights)


def weighted(weights, columns):
    """The weighted sum over axis 0."""
    shape = (-1,) + (1,) * (len(columns.shape) - 1)
    return (weights.reshape(shape).astype(columns.dtype) * columns).sum(axis=0)


def laplacian(f, argnums: int | tuple[int, ...] = 0):
    """The sum of all unmixed second derivatives of `f`, as a function of the same arguments.

    argnums: the argument to differentiate, or a tuple of them, all of whose elements count.
    The result has the container and the shapes of the output.

    Polynomials of degree two run through `f` along every unit direction at once: no Hessian, and
    no reverse sweep whose values have to be kept.
    Raises DTypeError for integer and complex arguments.
    Source: Bettencourt, Johnson and Duvenaud 2019.

    >>> float(laplacian(lambda x: (x ** 3).sum())(np.array([1.0, 2.0])))
    18.0
    """
    return Transformed(run_laplacian, f, argnums=argnums)


def run_laplacian(f, args, kwargs, argnums):
    chosen, placed = selected("laplacian", args, argnums)
    leaves, structure, named = as_inputs("laplacian", chosen)
    require_float(leaves, named)
    for x, where in zip(leaves, named):
        if is_complex(x.dtype):
            raise DTypeError(
                f"{where} has dtype {x.dtype}; differentiate in its real and imaginary parts"
            )
    push = partial_along(lambda *xs: f(*placed(xs), **kwargs), leaves, structure, 2)
    columns, stacked = over_basis(push, basis(leaves)[0])
    if not stacked:
        return columns  # no elements: zeros
    found, out_structure = flatten(columns)
    return unflatten(out_structure, [c.sum(axis=0) for c in found])
