"""Graphs as expressions of SymPy."""

from functools import cache
from typing import Any

import numpy as np

from ..core.errors import ArgumentError, RuleError
from ..core.family import Elementwise
from ..core.tree import flatten, unflatten
from ..interpret.graph import Node
from ..ops.choose import stop_gradient
from .arrays import array_of, symbols_of
from .differentiate import derivative
from .elements import Algebra, required_shape, spread
from .graph import as_graph
from .notation import ATOM, filled, template
from .words import SPELLED, sympy_module, sympy_number, sympy_words


def to_sympy(f, *args) -> Any:
    """The formula of a function, a graph or a node, as an expression of SymPy.

    args: for each argument of a function or a graph a symbol, an expression, a matrix of them, or
    an example whose shape counts; left out, a variable called x is the symbol x.  The elements of
    an array x are the symbols x_0, x_1, ...
    Numbers are exact: a float is the fraction that it is, or has all of its digits; the doubles of
    pi, e, ln 2 and their kin are taken for what they stand for.
    A vector becomes a column, a matrix a matrix, an array of more axes an `Array`.
    Symbols are of any kind, as `sympy.Symbol("x")`; hand in `Symbol("x", real=True)` for shorter
    derivatives of `abs`.  An elementwise operator of your own becomes a function of SymPy whose
    derivative is its rule.

    Raises RuleError for an operator without a formula, AutodiffError for an unknown shape or where
    SymPy is not installed.

    >>> to_sympy(lambda x, y: x * y + sin(x) / 2)
    x*y + sin(x)/2
    >>> to_sympy(lambda x: x @ x, np.ones(2))
    x_0**2 + x_1**2
    """
    sympy = sympy_module("to_sympy")
    words = sympy_words(sympy)
    algebra = Algebra("to_sympy", sympy_number(sympy, words), speller(sympy, words))
    leaves, structure = flatten(args)
    arrays = [array_of(sympy, x) for x in leaves]
    examples = [x if a is None else np.zeros(a.shape) for x, a in zip(leaves, arrays)]
    graph = as_graph(f, unflatten(structure, examples))
    places = flatten(graph.arguments)[0]
    if args and len(places) != len(arrays):
        raise ArgumentError(
            f"to_sympy: {graph.name} has {len(places)} arguments and {len(arrays)} are given"
        )
    values = {}
    for place, array in zip(places, arrays or [None] * len(places)):
        values |= bound(sympy, place, array)
    outputs, out_structure = flatten(graph.output)
    return unflatten(out_structure, [one(sympy, y, values, algebra) for y in outputs])


def one(sympy, y, values, algebra):
    """One leaf of the output as an expression, a matrix or an array of SymPy."""
    if type(y) is np.ndarray and y.dtype == object:
        found = np.empty(y.shape, object)
        for i, element in zip(np.ndindex(y.shape), spread(y.ravel(), values, algebra)):
            found[i] = element[()]
    else:
        (found,) = spread([y], values, algebra)
    if found.ndim == 0:
        return found[()]
    if found.ndim < 3:
        return sympy.Matrix(found.reshape(len(found), -1).tolist())
    return sympy.ImmutableDenseNDimArray(found.ravel().tolist(), found.shape)


def bound(sympy, place, array):
    """{variable: elements} of one argument; without elements they are symbols of its name."""
    if type(place) is Node:
        shape = required_shape("to_sympy", place)
        array = array_of(sympy, symbols_of(sympy, place.name, shape)) if array is None else array
        if array.shape != shape:
            raise ArgumentError(
                f"to_sympy: {place.label()} has shape {shape} and was given shape {array.shape}"
            )
        return {place: array}
    if array is None:
        array = np.frompyfunc(lambda x: sympy.Symbol(x.name), 1, 1)(place)
    found = {}
    for i, x in np.ndenumerate(place):
        found[x] = np.empty((), object)
        found[x][()] = array[i]
    return found


def speller(sympy, words):
    """A function from a row and elements to the expression of one element."""

    def apply(op, xs, params):
        if op in SPELLED:
            return SPELLED[op](words, *xs, **params)
        if not isinstance(op, Elementwise) or params or op is stop_gradient:
            raise RuleError(f"to_sympy: operator {op.name} has no formula in SymPy; leave it out")
        return row_function(sympy, op)(*xs)

    return apply


@cache
def row_function(sympy, op):
    """A row from outside the table as a function of SymPy, whose derivative is its rule."""

    def fdiff(self, argindex=1):
        return to_sympy(derivative(op, argnums=argindex - 1), *self.args)

    def evaluated(self, prec):
        if prec > 53 or not all(a.is_Number for a in self.args):
            return None  # the row knows doubles alone
        return sympy.Float(float(op.evaluate(*[np.float64(float(a)) for a in self.args])))

    def notation(self, printer, exp=None):
        texts = [printer.doprint(a) for a in self.args]
        if not op.latex:
            text = rf"\operatorname{{{op.name}}}({', '.join(texts)})"
        else:
            bracketed = [(rf"\left({t}\right)" if len(t) > 1 else t, ATOM) for t in texts]
            text = filled(template(op.latex).parts, dict(zip(op.arguments, bracketed)))
        return text if exp is None else rf"\left({text}\right)^{{{exp}}}"

    parts = {"nargs": len(op.arguments), "row": op, "fdiff": fdiff, "_eval_evalf": evaluated}
    return type(op.name, (sympy.Function,), parts | {"_latex": notation})
