"""Rewrites that keep the value and lose the overflow, found among the vertices of a run.

JSON: {"stable": [{"vertex", "vertices", "before", "after", "reason", "reasons", "value",
"rewritten", "fails", "example"}], "fused": [{"vertices", "text", "shape"}]}.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core.family import Elementwise
from . import writing
from .digits import value_text
from .grid import Grid
from .stable_forms import PATTERNS, Reader
from .words import word


@dataclass(frozen=True)
class Rewrite:
    """One recognised spelling: the vertex, all vertices of the spelling, and the stable row.

    before, after: formulas.  value, rewritten: what both give here.  fails: whether the naive
    spelling is not finite here, in value or derivative, and the stable one is.
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
    """The rewrites that fit a run, each with the values before and after."""
    reader, found, inside = Reader(run), [], set()
    for v in reversed(run.vertices):
        if v.row is None or v.id in inside:
            continue
        for pattern in PATTERNS:
            match = pattern(reader, v)
            if match is not None:
                found.append(rewrite(run, v, *match))
                inside.update(found[-1].vertices)
                break
    return found[::-1]


def rewrite(run, v, used, args, function, text, reason):
    """A rewrite with its formulas and values."""
    used = [v, *dict.fromkeys(u for u in used if u is not None)]
    names = {a.id: a.name for a in args}
    before, after = spelled(run, v, {u.id for u in used}, names), text.format(*names.values())
    value = rewritten = None
    fails = False
    if v.value is not None and all(a.value is not None for a in args):
        with np.errstate(all="ignore"):
            value, rewritten = v.value, np.asarray(function(*[a.value for a in args]))
        broken = not all(np.all(np.isfinite(u.value)) for u in used)
        slope = any(
            u.edges[k].partial is not None and not np.all(np.isfinite(u.edges[k].partial))
            for u in used
            for k in range(len(u.edges))
        )
        fails = bool(np.all(np.isfinite(rewritten))) and (broken or slope)
    ids = tuple(sorted(u.id for u in used))
    example = None if len(args) != 1 else differing(run, v, ids, args[0], function)
    return Rewrite(v.id, ids, before, after, reason, value, rewritten, fails, example)


def spelled(run, root, inside, names):
    """The formula of the vertices of a spelling in one piece."""
    texts: dict[int, tuple] = {i: (name, writing.ATOM) for i, name in names.items()}
    for i in sorted(inside):
        v = run.vertices[i]
        inner = [
            (value_text(e.constant), writing.ATOM) if e.vertex is None else texts[e.vertex]
            for e in v.edges
        ]
        texts[i] = writing.called(v.row, inner, v.params)
    return texts[root.id][0]


def differing(run, v, ids, x, function):
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
                after = np.asarray(function(here))
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
