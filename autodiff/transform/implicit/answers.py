"""Answers of solvers as values with a derivative: vertices of the tape, and nodes of a graph."""

from ...core.errors import RuleError
from ...core.op import EAGER, NO_PARAMS, TRACED, Op
from ...core.tree import flatten
from ...interpret.backward import again, present
from ...interpret.graph import Call, Composite, Node, node
from ...interpret.sweep import consumers, sweep
from ...interpret.tape import Tensor, new_tensor, picked
from ...interpret.vertex import Joint, Vertex, clock, locate, vertex
from .levels import Unfed, own_vertex


class Answer(Op):
    """The row of answers that no recorded operation has made: their pullback is given.

    pull(g, out, see) -> {vertex: cotangent}; see: what rules are shown, None at first order; g and
    out are lists where there are several answers.
    """

    keep_args, keep_out = False, True

    def __init__(self, name, pull, outer):
        self.name, self.pull, self.outer = name, pull, outer
        self.grad_name = f"{name.title().replace('_', '')}Backward0"

    def vjp(self, g, out, wanted, *_):
        given = g if isinstance(g, list) else [g]
        recorded = any(type(c) is Tensor and c.level == EAGER for c in given)
        found = self.pull(g, out, again(Tensor) if recorded else None)
        if any(found[v] is not None and v not in self.outer for v in found):
            raise RuleError(
                f"{self.name}: its function uses a variable of an outer derivative at some points "
                "only; give that variable as an argument"
            )
        return [found.get(v) for v in self.outer]


def new_time():
    """A time that later vertices have, and earlier ones have not."""
    clock.now += 1
    return clock.now


def older(values, level, since):
    """The vertices from before `since` that the tensors of one level among some values need."""
    owned = [own_vertex(x, level) for x in values]
    roots = {v: None for v in owned if v is not None}
    return [v for v in consumers(roots, since=since) if v.time < since]


def answered(name, values, level, outer, pull):
    """Tensors of answers on one vertex whose parents are `outer`; constants without any."""
    if not outer:
        return [new_tensor(v, None, level) if level == EAGER else v for v in values]
    row = Answer(name, pull, outer)
    if len(values) == 1:
        return [new_tensor(values[0], vertex(row, tuple(outer), (), NO_PARAMS, values[0]), level)]
    joint = Vertex()
    joint.op, joint.parents, joint.params = Joint(row), tuple(outer), NO_PARAMS
    joint.args, joint.out, joint.dtype = None, tuple(values), None
    joint.shape, joint.time = tuple(v.shape for v in values), clock.now
    locate(joint)
    return list(picked(joint, tuple(values), level))


def pulled(y, g, see, since):
    """The cotangents of what came before `since`, for the cotangent `g` of `y`."""
    return sweep({y.vertex: g}, see or present, since=since)


def deferred(name, again, trees, spec):
    """The node of again(*trees) where a variable among them is not fed; None where none is."""
    leaves, structure = flatten((trees, {}))
    nodes = [x for x in leaves if type(x) is Node]
    if not nodes:
        return None
    if any(type(x) in TRACED and type(x) is not Node for x in leaves):
        raise Unfed(nodes[0])
    row = Composite(name, Call(again, structure))
    return node(row, tuple(leaves), NO_PARAMS, spec, nodes[0].level)
