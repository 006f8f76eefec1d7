"""Symbolic differentiation: derivatives as graphs, with and without common subexpressions."""

from typing import Any

import numpy as np

from ..core.errors import ArgumentError, DTypeError, OutputError
from ..core.spec import carries_derivative
from ..core.tree import flatten, tree_map, unflatten
from ..interpret.graph import Node
from ..ops.move import reshape, stack
from ..transform.reverse import symbolic_gradients
from .graph import as_graph, loose, rebuilt, simplified
from .tidy import unfolded

MOST = 100_000  # operators that a formula without sharing may have


def derivative(
    f, *examples, argnums: int | tuple[int, ...] = 0, order=1, share=True, most=MOST
) -> Any:
    """The derivative of `f` as a graph of the same arguments.

    f: a function, whose arguments are as in `trace`; a graph; or a node, whose variables are its
    arguments, in the order in which they occur.
    argnums: the argument to differentiate in, or a tuple of them (the output is then a tuple).
    order: how many times; an output of shape s has derivatives of shape (*s, *shape of argument).
    share: whether a subexpression that is used twice is one node, as the reverse sweep leaves it;
    else the formula is written out, and every use is a copy: it swells.
    Raises ArgumentError for a formula without sharing of more than `most` operators, OutputError
    for an output of more than one array, DTypeError for integers.

    >>> f = lambda x: exp(sin(x) * sin(x))
    >>> len(derivative(f)), len(derivative(f, share=False))
    (7, 13)
    """
    graph = as_graph(f, examples)
    chosen = argnums if isinstance(argnums, tuple) else (argnums,)
    for n in chosen:
        if not -len(graph.arguments) <= n < len(graph.arguments):
            raise ArgumentError(
                f"derivative: argnums={argnums}, and {graph.name} has {len(graph.arguments)} arguments"
            )
    name = graph.name
    for _ in range(order):
        single = type(graph.output) is Node or not isinstance(graph.output, (tuple, list, dict))
        if not single:
            raise OutputError(
                f"derivative: {name} returns a {type(graph.output).__name__}; it needs one array, "
                "and argnums= one argument for order= above 1"
            )
        found = tuple(
            tree_map(lambda x: slopes(graph.output, x), graph.arguments[n]) for n in chosen
        )
        output = found if isinstance(argnums, tuple) else found[0]
        graph = simplified(graph.with_output(output, f"{graph.name}'"))
    if share:
        return graph
    leaves, structure = flatten(graph.output)
    return graph.with_output(unflatten(structure, rebuilt(leaves, unfolded(loose(leaves), most))))


def slopes(y, x):
    """The derivative of a node, shape (*shape of y, *shape of x), as a node."""
    if not carries_derivative(x.declared):
        raise DTypeError(
            f"derivative: variable {x.name} has dtype {x.declared}, which carries no derivative; "
            "give an example of floating point numbers"
        )
    if type(y) is not Node:
        return np.zeros((*np.shape(y), *(x.known or ())))
    if not y.known:
        return symbolic_gradients(y, [x])[0]
    flat = reshape(y, -1)
    rows = [symbolic_gradients(flat[i], [x])[0] for i in range(flat.shape[0])]
    return reshape(stack(rows), (*y.known, *x.known))
