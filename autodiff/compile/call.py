"""A compiled function inside a transform: an operator that holds a graph.

Its derivatives are graphs too, traced when first asked for, and compiled like any other.
Where Python asks for numbers there is an operator for each way through the function: the native
code of its primal finds out whether numbers lead that way.
"""

from typing import Any

import numpy as np

from ..core.op import EAGER, TRACED, Op
from ..core.spec import Spec
from ..interpret.batch import Batched
from ..interpret.executor import run
from ..interpret.graph import Node, needed
from ..transform.forward import jvp
from ..transform.reverse import vjp
from ..transform.vectorize import vmap
from .build import PATHS, Finish, Signature, traced
from .plain import first_line
from .stabilize import stabilized
from .trace import Untraceable


class OtherWay(Exception):
    """A graph that real values do not lead to."""


def bottom(x):
    """The value below all transforms."""
    while type(x) in TRACED and type(x) is not Node:
        x = x.value
    return x


def primal(x):
    """The numbers of a value; where examples differ, all of them as one value that says so."""
    while type(x) in TRACED and type(x) not in (Node, Batched):
        x = x.value
    return x


def through(owner, args, kwargs, leaves, structure):
    """A call of a compiled function with traced values among its arguments."""
    if any([type(bottom(x)) is Node for x in leaves]):
        return owner.f(*args, **kwargs)  # it becomes part of the graph that is being made
    data = [type(x) in TRACED or Signature.dynamic(x) for x in leaves]
    for d, x in zip(data, leaves):
        if not (d or Signature.constant(x)):
            owner.tell(f"a {type(x).__name__} among its arguments may change unseen; name it in "
                       "static_argnums, or hand over its arrays")  # fmt: skip
            return owner.f(*args, **kwargs)
    key = structure, tuple([of(x) for x in leaves])
    ways = owner.calls.setdefault(key, [])
    values = [as_array(x) for x, d in zip(leaves, data) if d]
    for way in ways:
        if way is None:
            return owner.f(*args, **kwargs)
        op, finish = way
        try:
            out = op.taken(values)
        except OtherWay:
            continue
        if way is not ways[0]:  # the way of the last call is tried first
            owner.calls[key] = [way, *[w for w in ways if w is not way]]
        return finish(out if type(out) is tuple else (out,))
    try:
        found = calling(owner, leaves, structure, data, ways)
    except Exception as error:  # noqa: BLE001 the function itself may raise: it is run as it is
        out, name = owner.f(*args, **kwargs), type(error).__name__
        owner.tell(str(error) if type(error) is Untraceable else f"{name}: {first_line(error)}")
        owner.calls[key] = [None]
        return out
    owner.calls[key] = [found, *ways]
    if found is None:
        return owner.f(*args, **kwargs)
    op, finish = found
    try:
        out = op.taken(values)
    except OtherWay:  # an answer that the last digit decides
        return owner.f(*args, **kwargs)
    return finish(out if type(out) is tuple else (out,))


def of(x):
    if type(x) in TRACED:
        # a number of an eager tensor may be asked for, and none of what is differentiated
        return x.shape, x.dtype, x.level > EAGER
    return Signature.of(x)


def as_array(x):
    return np.asarray(x) if type(x) is float else x


def calling(owner, leaves, structure, data, ways):
    """(operator, what puts its outputs together) of one way, or None where nothing of it is traced.

    Raises Untraceable where the function has no graph.
    """
    if len(ways) >= PATHS:
        raise Untraceable(f"it takes more than {PATHS} ways; write while_loop, cond or scan")
    f = stabilized(owner.f) if owner.stabilize else owner.f
    trace, _ = traced(f, structure, leaves, data)
    # as it was traced: the passes take out what only derivatives see, such as stop_gradient
    nodes = [x for x in trace.outputs if type(x) is Node]
    if not nodes:
        return None
    return Call(owner, trace.inputs, nodes, trace.guards), Finish(trace.structure, trace.outputs)


class GraphFunction:
    """A graph as a function of arrays, or of values of any kind.

    guards: nodes that are true where real values do not lead to this graph.
    """

    def __init__(self, inputs, outputs, guards=()):
        self.inputs, self.outputs, self.guards = inputs, outputs, guards
        self.__name__ = "graph"

    def __call__(self, *xs):
        values = dict(zip(self.inputs, xs))
        if self.leads_elsewhere(values):
            return False
        found = run(self.outputs, values)
        return found[0] if len(found) == 1 else tuple(found)

    def leads_elsewhere(self, values):
        """Whether a guard holds; the values of what the guards need are added to `values`."""
        for guard in self.guards:
            for x in needed([guard], values):
                if x not in values:
                    args = [values[a] if type(a) is Node else a for a in x.args]
                    values[x] = x.op(*args, **x.params)
            if values[guard]:
                return True
        return False


class Call(Op):
    """The operator of a compiled function, of one way through it."""

    def __init__(self, owner, inputs, outputs, guards=()):
        self.name = self.__name__ = f"jit({owner.__name__})"
        self.owner, self.inputs, self.results = owner, inputs, outputs
        self.keep_args, self.keep_out = True, False
        self.reads, self.latex, self.grad_name = "x", None, "JitBackward0"
        self.outputs = len(outputs) if len(outputs) > 1 else None
        self.made: dict[Any, Any] = {}
        self.graph = GraphFunction(inputs, outputs)
        self.guarded = GraphFunction(inputs, outputs, guards)

    def taken(self, values):
        """The results for values of any kind; raises OtherWay where they lead elsewhere."""
        if self.guarded.guards and any([type(primal(x)) is Batched for x in values]):
            # the rule of examples computes all of them; a truth that differs between them raises
            if self.guarded.leads_elsewhere(dict(zip(self.inputs, map(primal, values)))):
                raise OtherWay
        return self(*values)

    def compiled(self, key, make):
        """A compiled function of this graph, made when it is first needed."""
        if key not in self.made:
            self.made[key] = type(self.owner)(make(), stabilize=False)
        return self.made[key]

    def evaluate(self, *args):
        found = self.compiled("evaluate", lambda: self.guarded)(*args)
        if found is False:
            raise OtherWay
        return found

    def infer(self, *args):
        found = tuple([Spec(x.known, x.declared) for x in self.results])
        return found if self.outputs else found[0]

    def jvp(self, tangents, out, *args):
        moving, n = tuple([i for i, t in enumerate(tangents) if t is not None]), len(args)

        def push(*values):
            xs = values[:n]

            def moved(*movers):
                full = list(xs)
                for i, v in zip(moving, movers):
                    full[i] = v
                return self.graph(*full)

            return jvp(moved, tuple(xs[i] for i in moving), values[n:])[1]

        return self.compiled(("jvp", moving), lambda: push)(*args, *[tangents[i] for i in moving])

    def vjp(self, g, out, wanted, *args):
        parts, n = g if self.outputs else [g], len(args)
        heard = tuple([k for k, c in enumerate(parts) if c is not None])
        asked = tuple([i for i, w in enumerate(wanted) if w is not None])
        graph = GraphFunction(self.inputs, [self.results[k] for k in heard])

        def pull(*values):
            xs = values[:n]
            gs: Any = values[n:]

            def moved(*movers):
                full = list(xs)
                for i, v in zip(asked, movers):
                    full[i] = v
                return graph(*full)

            _, pullback = vjp(moved, *[xs[i] for i in asked])
            return pullback(gs if len(gs) > 1 else gs[0])

        seeds = [parts[k] for k in heard]
        found = self.compiled(("vjp", heard, asked), lambda: pull)(*args, *seeds)
        cotangents: list[Any] = [None] * len(wanted)
        for i, c in zip(asked, found):
            cotangents[i] = c
        return cotangents

    def batch(self, batched, *args):
        axes = tuple([0 if b else None for b in batched])
        return self.compiled(("batch", axes), lambda: vmap(self.graph, in_axes=axes))(*args)

    def __reduce__(self):
        return GraphFunction, (self.inputs, self.results)
