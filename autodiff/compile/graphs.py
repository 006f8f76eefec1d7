"""Symbolic graphs run natively: what `Executor` runs its plans with when it compiles."""

from ..interpret.composite import Opened
from ..interpret.graph import Node, needed
from ..interpret.vertex import Joint
from .jitted import Jitted


class GraphRun:
    """Nodes as a function of the arrays of their variables."""

    def __init__(self, nodes, variables):
        self.nodes, self.variables, self.__name__ = nodes, variables, "graph"

    def __call__(self, *arrays):
        made = [x for x in self.nodes if type(x) is Node]
        found = iter(inlined(made, dict(zip(self.variables, arrays))))
        return tuple([next(found) if type(x) is Node else x for x in self.nodes])


def inlined(nodes, values):
    """The values of nodes; functions held by an operator, such as loops, run on the values too.

    On nodes whose shapes are known they become operators that have native code.
    """
    for x in needed(nodes, values):
        if x in values:
            continue
        args = [values[a] if type(a) is Node else a for a in x.args]
        op = x.op.op if type(x.op) is Joint else x.op
        held = isinstance(op, Opened) and any([type(a) is Node for a in args])
        try:
            values[x] = op.function(*args) if held else x.op(*args, **x.params)
        except (ValueError, TypeError) as error:
            error.add_note(f"while running {x.label()} ({x.op.name})")
            raise
    return [values[x] for x in nodes]


class NativePlan:
    """The compiled plan of a graph: called with a list of arrays, it gives a list of arrays.

    nodes: what to compute; variables: the nodes that are fed, in the order of the arrays.
    It stands in the place of `interpret.executor.Plan`, and is made anew for no other shape.

    >>> x = Variable(name="x")
    >>> NativePlan([x * 2, exp(x)], [x])([np.zeros(2)])
    [array([0., 0.]), array([1., 1.])]
    """

    def __init__(self, nodes, variables):
        self.function = Jitted(GraphRun(list(nodes), list(variables)))

    def __call__(self, fed):
        return list(self.function(*fed))
