"""Rewrites that keep the value and lose the overflow, by the identities that graphs know.

JSON: {"stable": [{"vertex", "vertices", "before", "after", "reason", "reasons", "value",
"rewritten", "fails", "example"}], "fused": [{"vertices", "text", "shape"}]}.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core.family import Elementwise
from ..core.op import SYMBOLIC
from ..core.spec import Spec
from ..interpret.executor import run as computed
from ..interpret.graph import Node, Variable, needed, node
from ..interpret.stabilize import stable_forms
from .digits import value_text
from .grid import Grid
from .reasons import REASONS
from .words import word
from .writing import ATOM, called, text_of


@dataclass(frozen=True)
class Rewrite:
    """One recognised spelling: the vertex, all vertices of the spelling, and the stable form.

    before, after: formulas.  reason: a sentence in English, and in Chinese.
    value, rewritten: what both give here.
    fails: whether the naive spelling is not finite here, in value or derivative, and the stable is.
    example: a place where they differ: {"x", "before", "after"}.
    """

    vertex: int
    vertices: tuple
    before: str
    after: str
    reason: tuple
    value: Any
    rewritten: Any
    fails: bool
    example: dict | None


TRIED = (1000.0, -1000.0, 0.0, 1e200, 1e-20)  # where a naive spelling may fail


# -------------------------------------------------------------------------- what is found


def stable(run):
    """The rewrites that fit a run, each with the values before and after.

    A spelling inside of another that is rewritten as a whole counts as a part of it.
    """
    nodes = nodes_of(run)
    new, steps = stable_forms(nodes)
    reasons: dict = {}
    for step in steps:
        reasons.setdefault(new[step.given], step.identity.reason)
    origin: dict = {}
    for i, x in enumerate(nodes):
        origin.setdefault(new[x], i)
    found, inside = [], set()
    for v in reversed(run.vertices):
        after = new[nodes[v.id]]
        taken_over = any(after is x for x in [nodes[v.id], *[new[nodes[j]] for j in v.parents]])
        if v.id in inside or after not in reasons or taken_over:
            continue
        made = after is not nodes[origin[after]]
        ends = frontier(after, origin) if made else {after: origin[after]}
        found.append(rewrite(run, v, after, ends, reasons[after]))
        inside.update(found[-1].vertices)
    return found[::-1]


def nodes_of(run):
    """A node for each vertex; inputs, and one of several outputs, are variables."""
    found: list[Node] = []
    for v in run.vertices:
        if v.row is None or v.part is not None:
            found.append(Variable(v.name, v.shape, v.dtype))
            continue
        args = tuple([e.constant if e.vertex is None else found[e.vertex] for e in v.edges])
        found.append(node(v.row, args, v.params, Spec(v.shape, v.dtype), SYMBOLIC))
    return found


def frontier(root, origin):
    """{node: its vertex}: the first nodes below `root` that are vertices, and not made by it."""
    ends, stack, seen = {}, [root], set()
    while stack:
        x = stack.pop()
        if x in origin and x is not root:
            ends[x] = origin[x]
        elif x not in seen:
            seen.add(x)
            stack.extend(reversed(x.inputs))
    return ends


def rewrite(run, v, after, ends, reason):
    """A rewrite with its formulas and values; `ends`: the vertices that the stable form reads."""
    args = [run.vertices[i] for i in ends.values()]
    used = covered(run, v, set(ends.values()))
    root, variables = renamed(after, ends, run)
    before = spelled(run, v, {u.id for u in used})
    value = rewritten = None
    fails = False
    if v.value is not None and all(a.value is not None for a in args):
        with np.errstate(all="ignore"):
            value = v.value
            rewritten = np.asarray(
                computed([root], dict(zip(variables, [a.value for a in args])))[0]
            )
        broken = not all(np.all(np.isfinite(u.value)) for u in used)
        slope = any(
            u.edges[k].partial is not None and not np.all(np.isfinite(u.edges[k].partial))
            for u in used
            for k in range(len(u.edges))
        )
        fails = bool(np.all(np.isfinite(rewritten))) and (broken or slope)
    ids = tuple(sorted(u.id for u in used))
    single = len(args) == 1
    example = differing(run, v, ids, args[0], root, variables[0]) if single else None
    reason = reason, REASONS.get(reason, reason)
    return Rewrite(v.id, ids, before, text_of(root), reason, value, rewritten, fails, example)


def covered(run, v, ends):
    """The vertices of a spelling: from its result down to what the stable form reads."""
    found, stack = {}, [v.id]
    while stack:
        i = stack.pop()
        u = run.vertices[i]
        if i not in found and i not in ends and u.row is not None:
            found[i] = u
            stack.extend(u.parents)
    return list(found.values())


def renamed(root, ends, run):
    """(the stable form of variables that are called as the vertices, these variables)"""
    new: dict = {}
    for x, i in ends.items():
        v = run.vertices[i]
        new[x] = Variable(v.name, v.shape, v.dtype)
    for x in needed([root], dict(new)):
        if x not in new:
            args = tuple([new[a] if type(a) is Node else a for a in x.args])
            new[x] = node(x.op, args, x.params, Spec(x.known, x.declared), x.level)
    return new[root], [new[x] for x in ends]


def spelled(run, root, inside):
    """The formula of the vertices of a spelling in one piece."""
    texts: dict[int, tuple] = {}
    for i in sorted(inside):
        v = run.vertices[i]
        inner = [
            (value_text(e.constant), ATOM)
            if e.vertex is None
            else texts.get(e.vertex, (run.vertices[e.vertex].name, ATOM))
            for e in v.edges
        ]
        texts[i] = called(v.row, inner, v.params)
    return texts[root.id][0]


def differing(run, v, ids, x, root, variable):
    """The first of some numbers at which the naive spelling is worse; None where there is none."""
    for number in TRIED:
        here = np.full(x.shape, number)[()]
        values = {x.id: here}
        try:
            with np.errstate(all="ignore"):
                for i in ids:
                    u = run.vertices[i]
                    given = [e.constant if e.vertex is None else values[e.vertex] for e in u.edges]
                    values[i] = u.row.evaluate(*given, **u.params)
                after = np.asarray(computed([root], {variable: here})[0])
        except (KeyError, TypeError, ValueError):
            return None
        before = np.asarray(values[v.id])
        if not np.allclose(before, after, rtol=1e-6, atol=0, equal_nan=True):
            return {"x": value_text(here), "before": value_text(before), "after": value_text(after)}
    return None


def fused(run):
    """Groups of elementwise vertices of one shape that a compiler runs as one loop.

    A vertex joins the group of its consumer where nothing else uses it.
    """
    users: dict[int, set] = {}
    for v in run.vertices:
        for j in v.parents:
            users.setdefault(j, set()).add(v.id)
    group: dict[int, int] = {}
    for v in reversed(run.vertices):
        if not isinstance(v.row, Elementwise) or not v.shape:
            continue
        roots = {group.get(u) for u in users.get(v.id, ()) if v.id not in run.outputs}
        root = roots.pop() if len(roots) == 1 else None
        group[v.id] = v.id
        if root is not None and run.vertices[root].shape == v.shape:
            group[v.id] = root
    members: dict[int, list] = {}
    for i in sorted(group):
        members.setdefault(group[i], []).append(i)
    return [ids for ids in members.values() if len(ids) > 1]


@dataclass(frozen=True)
class Rewrites:
    """Stable rewrites and loops that fuse."""

    run: Any
    stable: list
    fused: list

    def grid(self):
        """The rewrites as a table."""
        lang = self.run.lang
        rows = []
        for r in self.stable:
            shown = [value_text(x) if x is not None else "·" for x in (r.value, r.rewritten)]
            values = f"{shown[0]} → {shown[1]}"
            if r.example is not None:
                values += " ({x}: {before} → {after})".format(**r.example)
            rows.append((self.run[r.vertex].name, r.before, r.after, values, self.reason(r)))
        names = ("variable", "before", "after", "value", "why")
        return Grid(tuple(word(lang, n) for n in names), rows)

    def reason(self, r):
        return r.reason[0 if self.run.lang == "en" else 1]

    def lines(self):
        """One line for each loop that fuses."""
        return [
            f"{', '.join(self.run[i].name for i in ids)} → 1 × {shape_of(self.run, ids)}"
            for ids in self.fused
        ]

    def to_dict(self):
        """The rewrites as JSON."""
        return {
            "stable": [
                {
                    "vertex": r.vertex, "vertices": list(r.vertices), "before": r.before,
                    "after": r.after, "reason": self.reason(r), "reasons": list(r.reason),
                    "fails": r.fails,
                    "value": None if r.value is None else value_text(r.value),
                    "rewritten": None if r.rewritten is None else value_text(r.rewritten),
                    "example": r.example,
                }
                for r in self.stable
            ],
            "fused": [
                {"vertices": ids, "shape": list(self.run[ids[-1]].shape), "text": line}
                for ids, line in zip(self.fused, self.lines())
            ],
        }  # fmt: skip


def shape_of(run, ids):
    return f"{run[ids[-1]].dtype}{list(run[ids[-1]].shape)}"


def rewrites(run):
    """The rewrites and the loops of a run."""
    return Rewrites(run, stable(run), fused(run))
