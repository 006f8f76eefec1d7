"""Vertices of a large graph gathered into clusters, so that few boxes are seen at a time.

A cluster is a stretch of the order of evaluation.  Such stretches never depend on each other in a
circle, so what is drawn between closed clusters is again a graph that can be laid out.
"""

import math
from dataclasses import dataclass, field

MOST = 40  # boxes that are seen together
LOOSE = 12  # inputs that stay outside of clusters


@dataclass(eq=False)
class Cluster:
    """A box that opens.

    id: "c0", "c1", …  kind: "loop", "turn" (one pass through a loop) or "part".
    title: the program's line, for a loop.  count: of passes, for a loop; which pass, for a turn.
    members: vertices by their ids, and clusters.
    """

    id: str
    kind: str
    title: str
    count: int
    members: list = field(default_factory=list)

    def vertices(self):
        """The ids of all vertices inside."""
        found, stack = [], list(reversed(self.members))
        while stack:
            member = stack.pop()
            if isinstance(member, Cluster):
                stack.extend(reversed(member.members))
            else:
                found.append(member)
        return found


def clusters(run):
    """The members of the whole graph: ids of vertices, and clusters.

    run: its `vertices` stand in the order of evaluation; `groups` are its repeated lines.
    """
    made: list[Cluster] = []

    def make(kind, title, count, members):
        made.append(Cluster(f"c{len(made)}", kind, title, count, members))
        return made[-1]

    loops = {}
    for group in run.groups:
        for stretch in stretches(sorted(group["vertices"])):
            if len(stretch) > 2:
                loops[stretch[0]] = (stretch, group)
    members, last = [], -1
    for vertex in run.vertices:
        if vertex.id <= last:
            continue
        if vertex.id not in loops:
            members.append(vertex.id)
            continue
        stretch, group = loops[vertex.id]
        members.append(loop(make, stretch, group))
        last = stretch[-1]
    inputs = set(run.inputs) if len(run.inputs) <= LOOSE else set()
    loose = [m for m in members if m in inputs]
    return loose + divided(make, [m for m in members if m not in inputs])


def stretches(numbers):
    """Runs of consecutive numbers."""
    found = []
    for number in numbers:
        if found and found[-1][-1] == number - 1:
            found[-1].append(number)
        else:
            found.append([number])
    return found


def loop(make, stretch, group):
    """The cluster of a repeated line; its passes are clusters too if each has several vertices."""
    whole = len(group["vertices"])
    count = max(1, round(group["count"] * len(stretch) / whole))
    each, rest = divmod(len(stretch), count)
    members = list(stretch)
    if each > 1 and not rest and count > 1:
        members = [
            make("turn", group["title"], i + 1, stretch[i * each : (i + 1) * each])
            for i in range(count)
        ]
    return make("loop", group["title"], count, divided(make, members))


def divided(make, members):
    """The same members, in clusters of equal size where they are too many."""
    n = len(members)
    if n <= MOST:
        return members
    floors = math.ceil(math.log(n) / math.log(MOST) - 1e-9)
    size = math.ceil(n ** ((floors - 1) / floors))
    parts = [members[i : i + size] for i in range(0, n, size)]
    return [make("part", "", len(part), divided(make, part)) for part in parts]


def reduced(members, edges):
    """The edges between members that no chain of other edges implies.

    members: in the order of evaluation.  edges: {(source, target): ...} of positions in it.
    """
    above: list[set] = [set() for _ in members]
    kept = {}
    targets: list[list] = [[] for _ in members]
    for source, target in edges:
        targets[source].append(target)
    for source in reversed(range(len(members))):
        for target in sorted(targets[source]):
            if target not in above[source]:
                kept[source, target] = edges[source, target]
                above[source] |= {target} | above[target]
    return kept
