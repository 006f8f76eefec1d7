"""Symbolic differentiation: derivatives as graphs, with and without common subexpressions."""

from typing import Any

import numpy as np

from ..core.errors import ArgumentError, DTypeError, OutputError
from ..core.spec import carries_derivative
from ..core.tree import flatten, tree_map, unflatten
from ..interpret.graph import Node
from ..ops.move import reshape, stack
from ..transform.reverse import symbolic_gradients
from .graph import as_graph, simplified
from .leaves import is_array_of_nodes, loose, rebuilt
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
    (7, 15)
    """
    graph = as_graph(f, examples)
    chosen = argnums if isinstance(argnums, tuple) else (argnums,)
    for n in chosen:
        if not -len(graph.arguments) <= n < len(graph.arguments):
            raise ArgumentError(
                f"derivative: argnums={argnums}, and there are {len(graph.arguments)} arguments"
            )
    for _ in range(order):
        found = tuple(slopes_in(graph, graph.arguments[n]) for n in chosen)
        output = found if isinstance(argnums, tuple) else found[0]
        graph = simplified(graph.with_output(output, f"{graph.name}'"))
    if share:
        return graph
    leaves, structure = flatten(graph.output)
    return graph.with_output(unflatten(structure, rebuilt(leaves, unfolded(loose(leaves), most))))


def slopes_in(graph, argument):
    """The derivative of the one output of a graph, in the containers of an argument."""
    outputs = flatten(graph.output)[0]
    if len(outputs) != 1:
        raise OutputError(
            f"derivative: {graph.name} returns {len(outputs)} arrays; it needs one, and for order= "
            "above 1 one argnums="
        )
    return tree_map(lambda x: slopes(outputs[0], x), argument)


def slopes(y, x):
    """The derivative of a node, shape (*shape of y, *shape of x), as a node.

    Of an array of nodes, or in one, an array of nodes; of an unknown shape that of its sum.
    """
    if is_array_of_nodes(y) or is_array_of_nodes(x):
        found = np.empty((*shape_of(y), *shape_of(x)), object)
        pairs = iter([(v, u) for v in loose(y) for u in loose(x)])
        for i in np.ndindex(found.shape):
            found[i] = slopes(*next(pairs))
        return found
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


def shape_of(x):
    """The shape of a scalar node, or of an array of them."""
    return x.shape if is_array_of_nodes(x) else ()
