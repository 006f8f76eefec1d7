"""Functions as graphs of nodes: what formulas are read from."""

import inspect
import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core.errors import ArgumentError, GraphError
from ..core.tree import flatten, paths, unflatten
from ..interpret.executor import run, table
from ..interpret.graph import Node, Variable, placeholder, upstream
from .tidy import tidied


@dataclass(frozen=True, eq=False)
class Graph:
    """A function as a graph of nodes: it can be run, printed and differentiated.

    name: what the function is called.
    arguments: its arguments, containers of variables.
    output: what it returns, a container of nodes and constants.
    """

    name: str
    arguments: tuple
    output: Any

    @property
    def variables(self):
        """The variables, in the order of the arguments."""
        return flatten(self.arguments)[0]

    @property
    def roots(self):
        """The nodes that are returned, in the order of the containers."""
        return [y for y in flatten(self.output)[0] if type(y) is Node]

    @property
    def operators(self):
        """The nodes that compute something, arguments first."""
        return [x for x in upstream(self.roots) if x.op is not placeholder]

    def __len__(self):
        """The number of operators of the graph, each common subexpression once."""
        return len(self.operators)

    @property
    def written_out(self):
        """The number of operators of the formula, with every subexpression written where it is used.

        >>> graph = trace(lambda x: (x * x) * (x * x))
        >>> len(graph), tidy(graph).written_out
        (3, 3)
        """
        sizes = tree_sizes(self.roots)
        return sum(sizes[y] for y in self.roots)

    def __call__(self, *args):
        """The value at arguments of any kind, in the containers of the output."""
        leaves, structure = flatten(args)
        expected = flatten(self.arguments)[1]
        if structure != expected:
            raise ArgumentError(
                f"{self.name}: the graph was traced with {len(self.arguments)} arguments "
                f"{[x.name for x in self.variables]}; give the same containers"
            )
        arrays = [x if hasattr(x, "dtype") else np.asarray(x) for x in leaves]
        found = iter(run(self.roots, dict(zip(self.variables, arrays))))
        outputs, out = flatten(self.output)
        return unflatten(out, [next(found) if type(y) is Node else y for y in outputs])

    def __str__(self):
        return table(upstream(self.roots), self.roots)
