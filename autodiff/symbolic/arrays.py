"""Matrices and arrays of SymPy: a column is a vector, everything else has the shape that it has."""

from typing import Any

import numpy as np


def is_array(sympy, e):
    """Whether a value of SymPy has elements."""
    return isinstance(e, (sympy.MatrixBase, sympy.NDimArray, sympy.MatrixExpr))


def shape_of(sympy, e):
    """The shape of a matrix or array; None for an expression."""
    if not is_array(sympy, e):
        return None
    shape = tuple(int(s) for s in e.shape)
    column = not isinstance(e, sympy.NDimArray) and shape[1] == 1
    return shape[:1] if column else shape


def elements(sympy, e):
    """[(index, expression)] of a matrix or array; an expression has the index None."""
    shape = shape_of(sympy, e)
    if shape is None:
        return [(None, e)]
    e = e.as_explicit() if isinstance(e, sympy.MatrixExpr) else e
    return [(i, e[(*i, 0)] if len(i) < len(e.shape) else e[i]) for i in np.ndindex(shape)]


def members(sympy, e):
    """The elements of a matrix or array, or the expression."""
    return [element for _, element in elements(sympy, e)]


def array_of(sympy, e) -> Any:
    """The elements as an array of NumPy; None for what is not of SymPy."""
    if not (is_array(sympy, e) or isinstance(e, sympy.Basic)):
        return None
    found = elements(sympy, e)
    out = np.empty(shape_of(sympy, e) or (), object)
    for i, element in found:
        out[i or ()] = element
    return out


def symbols_of(sympy, name, shape, **assumptions):
    """A symbol for a variable, or an array of symbols for its elements, as `x_0`."""
    if shape == ():
        return sympy.Symbol(name, **assumptions)
    names = ["_".join([name, *map(str, i)]) for i in np.ndindex(shape)]
    symbols = [sympy.Symbol(n, **assumptions) for n in names]
    return sympy.ImmutableDenseNDimArray(symbols, shape)
