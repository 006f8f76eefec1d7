"""Symbolic graphs run natively: what `Executor` runs its plans with when it compiles."""

from ..interpret.executor import run
from ..interpret.graph import Node
from .jitted import Jitted


class GraphRun:
    """Nodes as a function of the arrays of their variables."""

    def __init__(self, nodes, variables):
        self.nodes, self.variables, self.__name__ = nodes, variables, "graph"

    def __call__(self, *arrays):
        made = [x for x in self.nodes if type(x) is Node]
        found = iter(run(made, dict(zip(self.variables, arrays))))
        return tuple([next(found) if type(x) is Node else x for x in self.nodes])


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
