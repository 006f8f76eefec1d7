"""Both sweeps over a recorded run: local partials, tangents, adjoints, and what rules keep."""

from typing import Any

import numpy as np

from ..core.errors import AutodiffError, RuleError
from ..core.family import Elementwise
from ..core.spec import Spec, carries_derivative
from ..interpret.sweep import cast
from ..ops.move import sum_to
from .run import Contribution, Saved
from .words import sentence

DENSE = 16  # elements of an argument and of an output between which a Jacobian is written out
PLENTY = 500  # vertices of a run in which no Jacobians are written out
SEVERAL = 8  # inputs for each of which tangents are kept


def values_of(run, v) -> list[Any]:
    """The values of the arguments of a vertex; None for what a tape has let go."""
    return [e.constant if e.vertex is None else run.vertices[e.vertex].value for e in v.edges]


def rule_args(run, v):
    """What the rule of a vertex is shown: on a tape what it kept, which may be shapes alone."""
    return values_of(run, v) if v.kept is None else list(v.kept)


def evaluated(v):
    """Whether a vertex is an application."""
    return v.row is not None


def smooth(v):
    """Whether a derivative passes through a vertex at all."""
    return v.row is not None and v.row.differentiable and carries_derivative(v.dtype)


def first_of(found, part):
    """One of several outputs; the output where there is one."""
    return found if part is None or type(found) is not tuple else found[part]


# ----------------------------------------------------------------------- partials


def partials(run):
    """Set the local partial derivative on every edge, and which edges are cut."""
    small = len(run.vertices) <= PLENTY
    for v in run.vertices:
        if v.row is None:
            continue
        args, shown = values_of(run, v), rule_args(run, v)
        for k, e in enumerate(v.edges):
            if e.vertex is None:
                continue
            p = run.vertices[e.vertex]
            e.cut = not smooth(v) or not carries_derivative(p.dtype)
            if e.cut:
                continue
            if v.value is None or any(a is None for a in args):
                e.partial = pulled(v, k, shown, p)
                continue
            try:
                local(v, e, k, args, p, small)
            except RuleError as fault:
                e.partial = pulled(v, k, args, p)
                note(run, sentence("pushed", fault=fault))


def note(run, said):
    if said not in run.notes:
        run.notes.append(said)


def local(v, e, k, args, p, small):
    """The local partial of one edge."""
    if v.shape == () == p.shape:
        e.partial = pushed(v, k, np.ones((), p.dtype)[()], args)
        e.cut = e.partial is None
    elif isinstance(v.row, Elementwise):
        e.diagonal = True
        e.partial = pushed(v, k, np.ones(p.shape, p.dtype), args)
        e.cut = e.partial is None
    elif small and size(p.shape) <= DENSE and size(v.shape) <= DENSE:
        e.partial = jacobian_of(v, k, args, p)


def pulled(v, k, args, p):
    """The partial of a number in a number by the pullback; None where it cannot be had."""
    if v.shape or p.shape:
        return None
    wanted: list[Any] = [None] * len(args)
    wanted[k] = p
    g = np.ones((), v.dtype)[()]
    try:
        return np.asarray(v.row.vjp(g, v.whole, wanted, *args, **v.params)[k])[()]
    except (AutodiffError, TypeError, AttributeError):
        return None  # a tape has let go of what the rule reads


def size(shape):
    """The number of elements."""
    return int(np.prod(shape, dtype=int))


def pushed(v, k, t, args) -> Any:
    """The tangent of a vertex for the tangent `t` of one argument; None: zero everywhere."""
    tangents: list[Any] = [None] * len(args)
    tangents[k] = t
    return first_of(v.row.jvp(tangents, v.whole, *args, **v.params), v.part)


def jacobian_of(v, k, args, p):
    """The Jacobian in one argument, shape (*output, *argument)."""
    columns = []
    for i in np.ndindex(p.shape):
        unit = np.zeros(p.shape, p.dtype)
        unit[i] = 1
        columns.append(np.asarray(pushed(v, k, unit, args)))
    return np.stack(columns, -1).reshape(v.shape + p.shape) if columns else None


# ---------------------------------------------------------------------- forward


def seed_of(run, number, index):
    """The tangent of the chosen input: of an array all ones, or one at an index."""
    v = run.vertices[number]
    if index is None:
        return np.ones(v.shape, v.dtype)[()]
    t = np.zeros(v.shape, v.dtype)
    t[index] = 1
    return t


def push(run):
    """Set the tangents in the chosen input and, where all are numbers, in every input."""
    number, index = run.wrt
    tangents: dict[int, Any] = dict.fromkeys(run.inputs) | {number: seed_of(run, number, index)}
    unknown = {v.id for v in run.vertices if v.value is None}
    for v in run.vertices:
        if v.row is not None:
            given = [tangents.get(e.vertex) if not e.cut else None for e in v.edges]
            tangents[v.id] = None
            if any(e.vertex in unknown for e in v.edges if not e.cut):
                unknown.add(v.id)
            elif smooth(v) and any(t is not None for t in given):
                tangents[v.id] = tangent(run, v, given)
        t = tangents.get(v.id)
        if v.id not in unknown and carries_derivative(v.dtype):
            v.tangent = zero_like(v) if t is None else t
    run.forward = [v.id for v in run.vertices]
    scalars = all(v.shape == () for v in run.vertices)
    if scalars and 1 < len(run.inputs) <= SEVERAL and all_known(run):
        push_all(run)


def tangent(run, v, given):
    """The tangent of a vertex from those of its arguments; None: zero everywhere."""
    args = values_of(run, v)
    try:
        if any(a is None for a in args):
            raise RuleError(sentence("let go of", name=v.name))
        t = first_of(v.row.jvp(given, v.whole, *args, **v.params), v.part)
    except RuleError as fault:
        passing = [(t, e) for t, e in zip(given, v.edges) if t is not None]
        if not v.shape and all(e.partial is not None for _, e in passing):
            return sum(t * e.partial for t, e in passing)
        note(run, sentence("pushed", fault=fault))
        return np.full(v.shape, np.nan)[()]
    return None if t is None else cast(t, v.dtype)


def zero_like(v):
    return np.zeros(v.shape, v.dtype)[()]


def all_known(run):
    """Whether every edge that carries a derivative has its partial."""
    return all(e.cut or e.partial is not None for _, _, e in run.edges)


def push_all(run):
    """Set the tangents in every input, from the partials on the edges."""
    names = [run.vertices[k].name for k in run.inputs]
    for v in run.vertices:
        if v.id in run.inputs:
            v.tangents = {n: float(n == v.name) for n in names}
        elif v.row is None or not carries_derivative(v.dtype):
            v.tangents = dict.fromkeys(names, 0.0)
        else:
            passing = [e for e in v.edges if e.vertex is not None and not e.cut]
            v.tangents = {n: combined(run, passing, n) for n in names}


def combined(run, edges, name):
    """One tangent: the sum over the arguments of their tangents times the partials."""
    total = 0.0
    for e in edges:
        t = run.vertices[e.vertex].tangents[name]
        total += t * e.partial if t else 0.0  # zero times an infinite slope is no contribution
    return total


# ---------------------------------------------------------------------- reverse


def pull(run):
    """Set the adjoints, each with its contributions in the order of the sweep."""
    root = run.vertices[run.output]
    if not carries_derivative(root.dtype):
        note(run, sentence("integer", name=root.name, dtype=root.dtype))
        return
    if root.shape:
        note(run, sentence("of the sum", name=root.name, n=size(root.shape)))
    if root.value is None:
        order(run, root)
        return
    root.adjoint = np.ones(root.shape, root.dtype)[()]
    lost = set()  # vertices some of whose contributions cannot be had
    for v in reversed(run.vertices[: run.output + 1]):
        if (v.adjoint is None and v.id not in lost) or v.row is None:
            continue
        found = None if v.id in lost else cotangents(run, v, v.adjoint)
        if found is None:
            lost.update(e.vertex for e in v.edges if e.vertex is not None and not e.cut)
            continue
        edges = []
        for k, c in found:
            p = run.vertices[v.edges[k].vertex]
            p.contributions.append(Contribution(v.id, k, c))
            p.adjoint = c if p.adjoint is None else p.adjoint + c
            edges.append((p.id, k, c))
        if edges:
            run.backward.append((v.id, edges))
    for v in run.vertices:
        if v.id in lost:
            v.adjoint = None
        elif v.adjoint is None and v.value is not None and carries_derivative(v.dtype):
            v.adjoint = zero_like(v)


def order(run, root):
    """Set the order of the reverse sweep alone, of a run without numbers."""
    reached = {root.id}
    for v in reversed(run.vertices[: root.id + 1]):
        if v.id in reached and smooth(v):
            passing = [(k, e) for k, e in enumerate(v.edges) if e.vertex is not None and not e.cut]
            for k, e in passing:
                reached.add(e.vertex)
                run.vertices[e.vertex].contributions.append(Contribution(v.id, k, None))
            if passing:
                run.backward.append((v.id, [(e.vertex, k, None) for k, e in passing]))


def cotangents(run, v, g):
    """[(position, contribution)] of a vertex with the adjoint `g`; None: they cannot be had."""
    args = rule_args(run, v)
    wanted = [None if e.vertex is None or e.cut else run.vertices[e.vertex] for e in v.edges]
    if not smooth(v) or all(w is None for w in wanted):
        return []
    if v.part is not None:
        g = [g if k == v.part else None for k in range(len(v.whole))]
    try:
        pulled = v.row.vjp(g, v.whole, wanted, *args, **v.params)
    except RuleError as fault:
        note(run, sentence("pulled", fault=fault))
        return None
    except (TypeError, AttributeError):
        if v.value is not None and not any(a is None for a in args):
            raise
        return None  # a tape has let go of what the rule reads
    found = []
    for k, (w, c) in enumerate(zip(wanted, pulled)):
        if w is not None and c is not None:
            c = c if np.shape(c) == w.shape else sum_to(c, w.shape)
            found.append((k, cast(c, w.dtype)))
    return found


# ------------------------------------------------------------------ what is kept


def keep(run):
    """Set what the tape would keep of every vertex for its rule."""
    for v in run.vertices:
        if not smooth(v) or v.value is None:
            continue
        args = values_of(run, v)
        parents = [None if e.vertex is None or e.cut else e for e in v.edges]
        if all(p is None for p in parents):
            continue
        v.saved = saved_by(v.row.keep(args, parents), v.whole if v.row.keeps_out(parents) else None)


def saved_by(args, out):
    """What was kept, from the arguments and the output that a tape holds."""
    kept = [k for k, a in enumerate(args or ()) if a is not None and type(a) is not Spec]
    size = sum({id(args[k]): bytes_of(args[k]) for k in kept}.values())
    size += sum(map(bytes_of, out if type(out) is tuple else (out,))) if out is not None else 0
    return Saved(tuple(kept), out is not None, size)


def bytes_of(x):
    """Memory of a value [B]; a Python number counts as a double."""
    return getattr(x, "nbytes", 8)
