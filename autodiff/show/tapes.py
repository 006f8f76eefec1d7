"""Runs from what was recorded already: the tape of an eager tensor, and symbolic nodes."""

import linecache
import os
import sys
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core.errors import ArgumentError, AutodiffError
from ..core.family import Elementwise
from ..core.spec import Spec, carries_derivative
from ..core.tree import flatten, paths, unflatten
from ..interpret.backward import RELEASED
from ..interpret.executor import run as executed
from ..interpret.graph import Composite, Node, placeholder, upstream
from ..interpret.hooks import watch
from ..interpret.sweep import upward
from ..interpret.tape import Tensor
from ..interpret.vertex import Joint, from_library, handle, leaf, pick
from ..ops.choose import stop_gradient
from ..symbolic.graph import argument_names, leaf_name
from .arrange import arranged
from .run import Edge, Run, Saved, Vertex
from .sweeps import saved_by
from .words import sentence


@dataclass(frozen=True)
class Named:
    """What is known of a row that only graphs have, such as the sum to the shape of a node."""

    name: str
    differentiable: bool = False


def from_tensor(y, lang="en", labels=None, known=None):
    """The run behind an eager tensor, from its tape: what the rules kept, and nothing more.

    labels: {vertex: what it is called}; else the variables of the program are looked through.
    known: {vertex: value} of inputs.

    Values that no rule reads are computed again where all arguments are known, else missing.
    Raises ArgumentError for a tensor that does not require a gradient.
    """
    if y.vertex is None:
        raise ArgumentError(
            "explain: this tensor has no tape; compute it from a tensor with requires_grad=True, "
            "or explain the function: explain(f, x)"
        )
    order = [v for v in upward([y.vertex]) if v.op is not watch and type(v.op) is not Joint]
    values = known_values(order, (known or {}) | {behind(y.vertex): y.value})
    made: dict[Any, Vertex] = {}
    run = Run("tensor", "", "both", lang, [], [], [])
    for v in sorted(order, key=lambda v: v.op is not None):  # the inputs first
        made[v] = of_tape(run, v, made, values)
    name(made, held() if labels is None else labels)
    if any(v.saved.released for v in run.vertices):
        run.notes.append(sentence("let go"))
    elif any(x.value is None for x in run.vertices):
        run.notes.append(sentence("lost"))
    return arranged(run, [made[behind(y.vertex)]])


def from_function(f, inputs, lang="en"):
    """The run of `f` on eager tensors: for functions that other values cannot pass through."""
    leaves, structure = flatten(tuple(inputs))
    names = argument_names(f, len(inputs))
    tensors, labels = [], {}
    for x, mark in zip(leaves, paths(structure)):
        value = np.array(float(x) if type(x) is int else getattr(x, "value", x))
        vertex = leaf(value) if carries_derivative(value.dtype) else None
        tensors.append(handle(Tensor, value, vertex))
        labels[vertex] = leaf_name(mark, names)
    out = flatten(f(*unflatten(structure, tensors)))[0]
    if len(out) != 1 or type(out[0]) is not Tensor:
        raise ArgumentError("explain: on the eager tape a function returns one tensor")
    return from_tensor(out[0], lang, labels, {x.vertex: x.value for x in tensors})


def held():
    """{vertex: variable of the program that holds its tensor}"""
    frame = sys._getframe(2)
    while frame.f_back is not None and from_library(frame):
        frame = frame.f_back
    known = frame.f_globals | frame.f_locals
    return {
        x.vertex: label
        for label, x in known.items()
        if type(x) is Tensor and x.vertex is not None and not label.startswith("_")
    }


def name(made, labels):
    """Label the vertices; inputs without a name are x1, x2, ..."""
    for vertex, label in labels.items():
        v = made.get(behind(vertex))
        if v is not None:
            v.label = label
    nameless = [v for v in made.values() if v.row is None and not v.label]
    for k, v in enumerate(nameless):
        v.label = f"x{k + 1}"


def behind(v):
    """The vertex of an operation, behind hooks; of one of several outputs the vertex that picks."""
    while v is not None and v.op is watch:
        v = v.parents[0]
    return v


def application(v):
    """(row, vertex with its arguments, which output) of a vertex that computes something."""
    if v.op is pick:
        joint = v.parents[0]
        return joint.op.op, joint, v.params["index"]
    return v.op, v, None


def arguments(v):
    """[(parent, value or None)] of a vertex, as far as the tape has kept them."""
    kept = v.args if v.args is not RELEASED and v.args is not None else (None,) * len(v.parents)
    return [
        (behind(p), None if type(a) is Spec else a) for p, a in zip(v.parents, kept, strict=False)
    ]


def known_values(order, values):
    """{vertex: value} of what the tape still has, or what follows from it."""
    for v in order:
        row, source, part = application(v) if v.op is not None else (None, v, None)
        if row is None:
            continue
        if source.out is not None and source.args is not RELEASED:
            values.setdefault(v, source.out if part is None else source.out[part])
        for p, a in arguments(source):
            if p is not None and a is not None:
                values.setdefault(p, a)
    for v in order:
        if v in values or v.op is None:
            continue
        row, source, part = application(v)
        args = [a if a is not None else values.get(p) for p, a in arguments(source)]
        if args and all(a is not None for a in args):
            try:
                with np.errstate(all="ignore"):
                    out = row.evaluate(*args, **source.params)
            except (AutodiffError, AttributeError, TypeError, ValueError):
                continue  # a row of the user's own need not be computed again
            values[v] = out if part is None else out[part]
    return values


def of_tape(run, v, made, values):
    """One vertex of a run from one of the tape."""
    row, source, part = application(v) if v.op is not None else (None, v, None)
    edges = [
        Edge(made[p].id if p in made else None, None if p in made else a, "")
        for p, a in (arguments(source) if row is not None else ())
    ]
    op = "input" if row is None else row.name
    new = Vertex(
        len(run.vertices), "", "", op, row, edges, dict(source.params), None, v.shape, v.dtype
    )
    new.value, new.part, new.cut = values.get(v), part, row is stop_gradient
    new.whole = new.value if part is None else source.out
    if row is not None:
        locate(new, source)
        released = source.args is RELEASED
        kept = saved_by(None if released else source.args, None if released else source.out)
        new.saved = Saved((), False, 0, True) if released else kept
        new.kept = None if released else shown(source)
    run.vertices.append(new)
    return new


def shown(v):
    """What the sweep shows the rule of a vertex: what was kept, else the shape of the argument."""
    kept = v.args or (None,) * len(v.parents)
    return tuple(
        Spec(p.shape, p.dtype) if a is None and p is not None else a
        for p, a in zip(v.parents, kept, strict=False)
    )


def locate(new, v):
    """The line of the program that recorded a vertex."""
    if v.code is None:
        return
    lines = [
        line
        for start, stop, line in v.code.co_lines()
        if start <= v.spot < stop and line is not None
    ]
    if lines:
        path = v.code.co_filename
        code = linecache.getline(path, lines[0]).strip()
        new.line = {"file": os.path.basename(path), "line": lines[0], "code": code}
        new.place = ((v.code, v.spot),)


# ------------------------------------------------------------------------------- nodes


def variables_of(nodes):
    """The variables of some nodes, in the order in which they occur."""
    return [x for x in upstream(nodes) if x.op is placeholder]


def as_function(nodes):
    """Nodes as a function of their variables, for recording; it knows the names."""
    variables = variables_of(nodes)

    def f(*args):
        found = executed(nodes, dict(zip(variables, args)))
        return found[0] if len(found) == 1 else tuple(found)

    f.__name__ = nodes[0].name
    f.arguments = tuple(x.name for x in variables)  # type: ignore[attr-defined]
    f.text = nodes[0].name  # type: ignore[attr-defined]
    return f


def from_nodes(nodes, lang="en"):
    """The run of symbolic nodes without numbers: formulas and shapes alone."""
    run, made = Run(nodes[0].name, "", "both", lang, [], [], []), {}
    order = [x for x in upstream(nodes) if type(x.op) is not Joint]
    for x in sorted(order, key=lambda x: x.op is not placeholder):
        made[x] = of_node(run, x, made)
    run.notes.append(sentence("unfed"))
    return arranged(run, [made[x] for x in nodes])


def of_node(run, x, made):
    """One vertex of a run from a node."""
    part, source = (x.params["index"], x.args[0]) if x.op is pick else (None, x)
    row = source.op.op if type(source.op) is Joint else source.op
    edges = [
        Edge(made[a].id if type(a) is Node else None, None if type(a) is Node else a, "")
        for a in source.args
    ]
    if type(row) is Composite:
        row = Named(row.name)
    op, row = ("input", None) if row is placeholder else (row.name, row)
    new = Vertex(
        len(run.vertices), "", "", op, row, [] if row is None else edges, dict(source.params), None,
        x.known or (), x.declared if isinstance(x.declared, np.dtype) else np.dtype(float),
    )  # fmt: skip
    new.part = part
    new.label = x.given or ""
    new.cut = row is stop_gradient
    if row is not None and not isinstance(row, Elementwise) and x.known is None:
        run.notes.append(sentence("unknown shape", name=x.label()))
    run.vertices.append(new)
    return new
