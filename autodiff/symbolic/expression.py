"""Graphs as expressions of SymPy."""

from functools import lru_cache
from typing import Any

import numpy as np

from ..core.family import Elementwise
from ..core.errors import RuleError
from ..core.tree import flatten, unflatten
from ..interpret.graph import Node
from .differentiate import derivative
from .elements import Algebra, spread
from .graph import argument_names, as_graph, loose
from .notation import filled, template
from .words import SPELLED, sympy_module, sympy_number, sympy_words


def to_sympy(f, *args) -> Any:
    """The formula of a function, a graph or a node, as an expression of SymPy.

    args: for each argument of a function or a graph a symbol, an expression, a matrix of them, or an
    example whose shape counts; left out, a variable called x is the symbol x.  The elements of an
    array x are the symbols x_0, x_1, ...
    Numbers are exact: a float is the fraction that it is, or has all of its digits; the doubles of
    pi, e, ln 2 and their kin are taken for what they stand for.
    A vector becomes a column, a matrix a matrix, an array of more axes an `Array`.
    Symbols are of any kind, as `sympy.Symbol("x")`; hand in `Symbol("x", real=True)` for shorter
    derivatives of `abs`.
    An elementwise operator of your own is a function of SymPy whose derivative is its rule.

    Raises RuleError for an operator without a formula, AutodiffError for an unknown shape or where
    SymPy is not installed.

    >>> to_sympy(lambda x, y: x * y + sin(x) / 2)
    x*y + sin(x)/2
    >>> to_sympy(lambda x: x @ x, np.ones(2))
    x_0**2 + x_1**2
    """
    sympy = sympy_module("to_sympy")
    given, structure = flatten(args)
    arrays = [given_elements(sympy, x) for x in given]
    shapes = [x if a is None else np.zeros(a.shape) for x, a in zip(given, arrays)]
    graph = as_graph(f, unflatten(structure, shapes))
    values = {}
    variables = flatten(graph.arguments)[0]
    for k, x in enumerate(variables):
        array = arrays[k] if k < len(arrays) else None
        names = symbols(sympy, x) if array is None else array
        values |= {x: names} if type(x) is Node else {x[i]: names[i : i + 1] for i in ()}
    words = sympy_words(sympy)
    algebra = Algebra("to_sympy", sympy_number(sympy, words), spelled_for(sympy, words))
