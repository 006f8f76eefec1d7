"""Formulas that overflow or cancel, rewritten into stable rows before they are differentiated."""

from ..core.op import TRACED
from ..core.spec import Spec
from ..core.tree import flatten, unflatten
from ..interpret.executor import run
from ..interpret.graph import NOTED, Node, needed
from ..interpret.stabilize import rewritten
from ..interpret.vertex import TRACES
from ..transform.function import Transformed
from .lines import forget_stops, standing_for, stops_so_far
from .trace import Trace


def stabilized(f):
    """`f` with its formulas made stable; a transform of a function keeps its transform."""
    if type(f) is Transformed:
        return Transformed(f.transform, stabilized(f.f), **f.options)
    return f if type(f) is Stable else Stable(f)


class Stable:
    """A function whose formulas are made stable when it is called with traced values."""

    def __init__(self, f):
        self.f = f
        self.__name__ = getattr(f, "__name__", type(f).__name__)

    def __call__(self, *args, **kwargs):
        leaves, structure = flatten((args, kwargs))
        places = [i for i, x in enumerate(leaves) if type(x) in TRACED]
        if not places or any([known(leaves[i]) is None for i in places]):
            return self.f(*args, **kwargs)
        values = [leaves[i] for i in places]
        trace = Trace([known(x) for x in values], values)

        def placed(inputs):
            full = list(leaves)
            for i, x in zip(places, inputs):
                full[i] = x
            return unflatten(structure, full)

        stops = stops_so_far()
        trace.run(self.f, placed, checked=False)
        if not any([type(y) is Node and y.level == trace.level for y in trace.outputs]):
            return unflatten(trace.structure, trace.outputs)
        outputs, done = rewritten([y if mine(y, trace.level) else None for y in trace.outputs])
        if not done:
            forget_stops(stops)
            return self.f(*args, **kwargs)
        for outer in TRACES.values():
            outer.rewrites += [r for r in done if r not in outer.rewrites]
        nodes = [y for y in outputs if y is not None]
        found = iter(again(nodes, dict(zip(trace.inputs, values))))
        full = [y if new is None else next(found) for y, new in zip(trace.outputs, outputs)]
        return unflatten(trace.structure, full)


def again(nodes, values):
    """The values of nodes; what is made for a node has its line."""
    if not NOTED:
        return run(nodes, values)
    for x in needed(nodes, values):
        if x not in values:
            standing_for(x)
            args = [values[a] if type(a) is Node else a for a in x.args]
            values[x] = x.op(*args, **x.params)
    standing_for(None)
    return [values[x] for x in nodes]


def mine(y, level):
    return type(y) is Node and y.level == level


def known(x):
    """The spec of a traced value, or None where it has none yet."""
    if type(x) is Node and (x.known is None or x.declared is None):
        return None
    return Spec(x.shape, x.dtype)


def show_rewrites(graph) -> str:
    """What `stabilize` rewrites in a graph and why, one formula a line.

    graph: a symbolic node, or a list of them; or a compiled function that was called.

    >>> x = Variable(name="x")
    >>> print(show_rewrites(log(1 + exp(x))))
    log((1 + exp(x))) -> softplus(x): exp overflows, and log(1 + small) loses digits
    """
    found = getattr(graph, "rewrites", None)
    if found is None:
        found = rewritten([graph] if type(graph) is Node else list(graph))[1]
    if not found:
        return "nothing to rewrite"
    return "\n".join(f"{r.before} -> {r.after}: {r.reason}" for r in found)
