"""A compiled function inside a transform: an operator that holds a graph.

Its derivatives are graphs too, traced when first asked for, and compiled like any other.
"""

from typing import Any

import numpy as np

from ..core.op import TRACED, Op
from ..core.spec import Spec
from ..interpret.executor import run
from ..interpret.graph import Node
from ..transform.forward import jvp
from ..transform.reverse import vjp
from ..transform.vectorize import vmap
from .build import Finish, Signature, traced
from .stabilize import stabilized
from .trace import Untraceable


def bottom(x):
    """The value below all transforms."""
    while type(x) in TRACED and type(x) is not Node:
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
    call = owner.calls.get(key)
    if call is None:
        call = owner.calls[key] = calling(owner, leaves, structure, data)
    if not call:
        return owner.f(*args, **kwargs)
    op, finish = call
    values = [as_array(x) for x, d in zip(leaves, data) if d]
    out = op(*values)
    return finish(out if type(out) is tuple else (out,))


def of(x):
    if type(x) in TRACED:
        return x.shape, x.dtype
    return Signature.of(x)


def as_array(x):
    return np.asarray(x) if type(x) is float else x


def calling(owner, leaves, structure, data):
    """(operator, what puts its outputs together), or False where there is no graph."""
    f = stabilized(owner.f) if owner.stabilize else owner.f
    try:
        trace, _ = traced(f, structure, leaves, data)
    except Untraceable as reason:
        owner.tell(str(reason))
        return False
    if trace.guards:
        owner.tell(f"inside of a transform it asks for the value of an array{trace.where}; "
                   "compile the transform itself, as in jit(grad(f))")  # fmt: skip
        return False
    # as it was traced: the passes take out what only derivatives see, such as stop_gradient
    nodes = [x for x in trace.outputs if type(x) is Node]
    if not nodes:
        return False
    return Call(owner, trace.inputs, nodes), Finish(trace.structure, trace.outputs)


class GraphFunction:
    """A graph as a function of arrays, or of values of any kind."""

    def __init__(self, inputs, outputs):
        self.inputs, self.outputs, self.__name__ = inputs, outputs, "graph"

    def __call__(self, *xs):
        found = run(self.outputs, dict(zip(self.inputs, xs)))
        return found[0] if len(found) == 1 else tuple(found)


class Call(Op):
    """The operator of a compiled function."""

    def __init__(self, owner, inputs, outputs):
        self.name = self.__name__ = f"jit({owner.__name__})"
        self.owner, self.inputs, self.results = owner, inputs, outputs
        self.keep_args, self.keep_out = True, False
        self.reads, self.latex, self.grad_name = "x", None, "JitBackward0"
        self.outputs = len(outputs) if len(outputs) > 1 else None
        self.made: dict[Any, Any] = {}
        self.graph = GraphFunction(inputs, outputs)

    def compiled(self, key, make):
        """A compiled function of this graph, made when it is first needed."""
        if key not in self.made:
            self.made[key] = type(self.owner)(make(), stabilize=False)
        return self.made[key]

    def evaluate(self, *args):
        return self.compiled("evaluate", lambda: self.graph)(*args)

    def infer(self, *args):
        found = tuple([Spec(x.known, x.declared) for x in self.results])
        return found if self.outputs else found[0]

    def jvp(self, tangents, out, *args):
        moving = tuple([i for i, t in enumerate(tangents) if t is not None])

        def push(xs, ts):
            def moved(*values):
                full = list(xs)
                for i, v in zip(moving, values):
                    full[i] = v
                return self.graph(*full)

            return jvp(moved, tuple(xs[i] for i in moving), tuple(ts))[1]

        push_all = self.compiled(("jvp", moving), lambda: push)
        return push_all(args, [tangents[i] for i in moving])

    def vjp(self, g, out, wanted, *args):
        parts = g if self.outputs else [g]
        heard = tuple([k for k, c in enumerate(parts) if c is not None])
        asked = tuple([i for i, w in enumerate(wanted) if w is not None])
        part = GraphFunction(self.inputs, [self.results[k] for k in heard])

        def pull(xs, gs):
            def moved(*values):
                full = list(xs)
                for i, v in zip(asked, values):
                    full[i] = v
                return part(*full)

            _, pullback = vjp(moved, *[xs[i] for i in asked])
            return pullback(tuple(gs) if len(gs) > 1 else gs[0])

        found = self.compiled(("vjp", heard, asked), lambda: pull)(args, [parts[k] for k in heard])
        cotangents: list[Any] = [None] * len(wanted)
        for i, c in zip(asked, found):
            cotangents[i] = c
        return cotangents

    def batch(self, batched, *args):
        axes = tuple([0 if b else None for b in batched])
        return self.compiled(("batch", axes), lambda: vmap(self.graph, in_axes=axes))(*args)

    def __reduce__(self):
        return GraphFunction, (self.inputs, self.results)
