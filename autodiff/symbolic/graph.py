"""Functions as graphs of nodes: what formulas are read from."""

import inspect
import re
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from ..core.errors import ArgumentError, AutodiffError
from ..core.tree import describe, flatten, paths, unflatten
from ..interpret.executor import run, table
from ..interpret.graph import Node, Variable, placeholder, upstream
from .leaves import gathered, loose, rebuilt
from .printing import formula_of
from .tidy import operators, tidied, tree_sizes

NOTEBOOK = f"{__name__.partition('.')[0]}.show.notebook"  # read when a notebook first shows a graph
SHORT = 100  # operators of a formula that a notebook shows in one piece
POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


@dataclass(frozen=True, eq=False)
class Graph:
    """A function as a graph of nodes: it can be called, printed and differentiated.

    name: what the function is called.
    arguments: its arguments, containers of variables.
    output: what it returns, a container of nodes and constants.

    >>> graph = trace(lambda x: (x * x) * (x * x))
    >>> len(graph), graph.written_out, float(graph(2.0))
    (2, 3, 16.0)
    """

    name: str
    arguments: tuple
    output: Any

    @property
    def variables(self):
        """The variables, in the order of the arguments."""
        return loose(self.arguments)

    @property
    def roots(self):
        """The nodes that are returned, in the order of the containers."""
        return [y for y in loose(self.output) if type(y) is Node]

    def __len__(self):
        """The number of operators, where each common subexpression counts once."""
        return len(operators(self.roots))

    @property
    def written_out(self):
        """The number of operators of the formula, with every subexpression wherever it is used."""
        sizes = tree_sizes(self.roots)
        return sum(sizes[y] for y in self.roots)

    def with_output(self, output, name=None):
        """The graph of another output of the same arguments."""
        return Graph(name or self.name, self.arguments, output)

    def __call__(self, *args) -> Any:
        """The value at arguments of any kind, in the containers of the output."""
        leaves, structure = flatten(args)
        expected = flatten(self.arguments)[1]
        if structure != expected:
            raise ArgumentError(
                f"{self.name}: the arguments are {describe(structure)} and the graph was traced "
                f"with {describe(expected)}; give the same containers"
            )
        values = {}
        for x, given in zip(flatten(self.arguments)[0], leaves):
            array = given if hasattr(given, "dtype") else np.asarray(given)
            if type(x) is Node:
                values[x] = array
            else:
                values |= {v: array[i] for i, v in np.ndenumerate(x)}
        found = iter(run(self.roots, values))
        outputs, out_structure = flatten(self.output)
        return unflatten(out_structure, [gathered(y, found) for y in outputs])

    def __str__(self):
        return table(upstream(self.roots), self.roots)

    def _repr_svg_(self):
        return import_module(NOTEBOOK).graph_svg(self)

    def _repr_latex_(self):
        return f"$\\displaystyle {formula_of(self, self.written_out > SHORT)}$"

    def __repr__(self):
        names = ", ".join(x.name for x in self.variables)
        return f"<graph {self.name}({names}) of {len(self)} operators>"


def trace(f, *examples):
    """The function `f` as a graph: it is called once on variables.

    examples: an array, a number or a container for each argument, whose shapes and dtypes count;
    without examples every argument is one number.  Variables are named as the parameters are.
    Common subexpressions are merged and neutral elements are left out.
    Raises TracedError where Python asks a variable for a truth value: use where, cond or a loop of
    fixed length.

    >>> print(trace(lambda x, y: x * y + sin(x * y)))
    name  operator  inputs  shape
    x     variable          ()
    y     variable          ()
    n2    multiply  x, y    ()
    n3    sin       n2      ()
    n4 →  add       n2, n3  ()
    """
    if isinstance(f, Graph):
        return f
    names = argument_names(f, len(examples))
    leaves, structure = flatten(examples or (0.0,) * len(names))
    marks = [leaf_name(mark, names) for mark in paths(structure)]
    variables = [variable_like(x, mark) for x, mark in zip(leaves, marks)]
    arguments = unflatten(structure, variables)
    output = f(*arguments)
    return simplified(Graph(getattr(f, "__name__", type(f).__name__), arguments, output))


def simplified(graph):
    """The same graph with common subexpressions merged and neutral elements left out."""
    leaves, structure = flatten(graph.output)
    return graph.with_output(unflatten(structure, rebuilt(leaves, tidied(loose(leaves)))))


def argument_names(f, given):
    """The names of the parameters that are filled, without examples of all that have no default."""
    if getattr(f, "arguments", None):  # a row of the table, or a formula
        found, rest = [a for a in f.arguments if a[0] != "*"], f.arguments[-1].lstrip("*")
    else:
        found, rest = signature_names(f, given)
    if not given and not found:
        raise ArgumentError(
            f"trace: {getattr(f, '__name__', f)!r} does not name its arguments; give examples"
        )
    numbered = [f"{rest}{i}" for i in range(given - len(found))]
    return (found + numbered)[:given] if given else found


def signature_names(f, given):
    """(names of the positional parameters, the name of those that are only counted)"""
    try:
        parameters = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):
        return [], "x"
    positional = [p for p in parameters if p.kind in POSITIONAL]
    counted = [p.name for p in parameters if p.kind is inspect.Parameter.VAR_POSITIONAL]
    needed = [p.name for p in positional if given or p.default is inspect.Parameter.empty]
    return needed, (counted or ["x"])[0]


def leaf_name(mark, names):
    """`w_0` of the leaf [0][0] where the first argument is called w."""
    place, *inner = re.findall(r"\w+", mark)
    return "_".join([names[int(place)], *inner])


def variable_like(x, name):
    """A variable of the shape and dtype of an example; Python's numbers stand for real ones."""
    if type(x) is Node:
        return Variable(name, x.known, x.declared)
    if isinstance(x, (int, float)):
        return Variable(name, (), float)
    array = x if hasattr(x, "dtype") and hasattr(x, "shape") else np.asarray(x)
    if array.dtype.kind not in "biufc":
        raise ArgumentError(
            f"trace: the example of {name} is a {type(x).__name__}; give a number or an array"
        )
    return Variable(name, array.shape, array.dtype)


def as_graph(x, examples=()):
    """A graph, the graph of a node or of a container of nodes, or that of a function."""
    if isinstance(x, Graph):
        return x
    leaves = flatten(x)[0]
    if leaves and all(type(y) is Node for y in leaves):
        return known(x)
    if callable(x):
        return trace(x, *examples)
    raise ArgumentError(
        f"a {type(x).__name__} has no formula; give a function, a node or a graph from trace"
    )


def known(output):
    """The graph of nodes; variables of unknown shape stand for numbers where that fits."""
    roots, structure = flatten(output)
    variables = [x for x in upstream(roots) if x.op is placeholder]
    if any(x.known is None for x in variables):
        shapes = [() if x.known is None else x.known for x in variables]
        fixed = [Variable(x.name, s, x.dtype or float) for x, s in zip(variables, shapes)]
        try:
            roots = run(roots, dict(zip(variables, fixed)))
            variables = fixed
        except (AutodiffError, ValueError, TypeError):
            pass  # such as a matrix product: the formula is that of unknown shapes
    name = roots[0].given or "y"
    return simplified(Graph(name, tuple(variables), unflatten(structure, roots)))


def latex(f, *examples, share=False):
    r"""LaTeX of a function, of a graph, such as that of a derivative, or of a node.

    examples: as in `trace`.
    share: whether what is used more than once has a name, v_1, v_2, ..., and a line of its own.
    Indices are those of the program and begin with 0; \mathbf{e}_i stands for the array that is 1
    at i and 0 elsewhere, and \mathbf{c}_1 for a constant array that is too large to be written.
    Raises ArgumentError for a formula of more than 2000 operators without names.

    >>> print(latex(lambda x, y: log(x) + x * y - sin(y)))
    \ln x + x \, y - \sin y
    >>> print(latex(ad.symbolic.derivative(lambda x: sin(x) ** 2 / x)))
    \frac{2 \, \sin x \, \cos x}{x} - \frac{\sin^{2} x}{x^{2}}
    """
    return formula_of(as_graph(f, examples), share)
