"""The extended graph: forward vertices above, backward vertices below, joined by what was saved.

Time runs to the right above and to the left below, where every vertex stands under its own.
"""

from .layout import GAP, layout
from .layout_clusters import Cluster, clusters
from .picture_graph import MARGIN, UNKNOWN, Drawing, inhabitants, is_number, key, minus
from .picture_shapes import SMALL, Box, Curve, Group, Picture, Piece, Text, formula, width_of

TRACK = 9.0  # between the lines of saved values
HEADING = 26.0


def extended_picture(run, mode=None, words=None, facts=None):
    """The picture of the extended graph, with clusters closed; `mode` makes no difference to it."""
    return Extended(run, words or {}, facts).picture()


class Extended(Drawing):
    """Makes the shapes of both halves."""

    bound = "pull"

    def __init__(self, run, words, facts=None):
        super().__init__(run, "reverse", words, facts=facts)
        self.members = clusters(run)
        self.reached = {
            run.output,
            *run.inputs,
            *(to for _, all_ in run.backward for to, *_ in all_),
        }
        self.home = {v: key(m) for m in self.members for v in inhabitants(m)}
        self.above = {key(m): self.forward(m) for m in self.members}
        self.below = {key(m): self.backward(m) for m in self.members}

    def picture(self):
        """Both halves and the lines between them."""
        links = self.links(self.members)
        labels = [self.label(link) for link in links]
        amounts = [self.amount(link) for link in links]
        sizes = {name: self.room(name) for name in self.above}
        joined = [(max(a[0][1], b[0][1]), max(a[0][0], b[0][0])) for a, b in zip(labels, amounts)]
        edges = [(a, b, size) for (a, b, *_), size in zip(links, joined)]
        placed = layout(sizes, edges)
        saved = self.saved_links()
        tracks = Tracks(placed.boxes, sizes, saved)
        middle = placed.across + MARGIN + HEADING
        depth = tracks.depth()
        top = lambda p: (p[1] + MARGIN, p[0] + MARGIN + HEADING)  # noqa: E731
        low = lambda p: (p[1] + MARGIN, middle + depth + placed.across - p[0])  # noqa: E731
        shapes: list = []
        for (source, target, number), line in zip(saved, tracks.lines(top, low, middle)):
            points, arrow = line
            data = {"from": source, "to": target, "saved": number}
            role = "saved released" if self.run.vertices[number].saved.released else "saved"
            shapes.append(Group(0, 0, [Curve(points, role, arrow, None)], "keep", data))
        shapes += self.half(links, placed, labels, self.above, top, "")
        shapes += self.half(links, placed, amounts, self.below, low, "b")
        width, height = placed.along + 2 * MARGIN, middle + depth + placed.across + HEADING
        shapes += self.legend(height)
        return Picture(max(width, 430.0), height + 6, shapes, self.run.title)

    def legend(self, height):
        """What the halves and the kinds of lines are."""
        found: list = []
        for text, y in (("forward", 16.0), ("backward", height - 2)):
            pieces = [Piece(self.word(text))]
            found.append(Text(MARGIN, y, pieces, "soft heading start"))
        x = MARGIN + 90.0
        entries = [("saved", "saved for the way back")]
        entries += [("cut", "no derivative passes")] * any(
            e.cut for v in self.run.vertices for e in v.edges
        )
        for role, text in entries:
            pieces = [Piece(self.word(text))]
            found.append(Curve([(x, 12.0), (x + 26, 12.0)], role, False, None))
            found.append(Text(x + 32, 16.0, pieces, "soft heading start"))
            x += 48 + width_of(pieces, SMALL)
        return found

    def half(self, links, placed, labels, faces, put, prefix):
        """The edges, labels and boxes of one half; those of the backward half start with `b`."""
        shapes = []
        for (source, target, *rest), points in zip(links, placed.routes):
            cut = bool(rest) and self.cut(target, rest[0])
            if prefix and (cut or self.unreached(target)):
                continue
            role = "edge pull" if prefix else "edge cut" if cut else "edge"
            ends = [put(p) for p in (reversed(points) if prefix else points)]
            data = {"from": prefix + source, "to": prefix + target}
            data |= {"k": rest[0]} if rest else {}
            shapes.append(Group(0, 0, [Curve(ends, role, True, False)], "link", data))
        for (source, target, *rest), centre, (_, lines) in zip(links, placed.labels, labels):
            if lines and centre:
                data = {"from": prefix + source, "to": prefix + target, "k": rest[0]}
                x, y = put(centre)
                shapes.append(Group(x, y, lines, "label", data))
        for name, (_, inner, role) in faces.items():
            if prefix and self.unreached(name):
                continue
            box = self.shared_box(name, faces[name][0].role)
            data = {"m": prefix + name}
            x, y = put(placed.boxes[name])
            shapes.append(Group(x, y, [box, *inner], role, data))
        return shapes

    def room(self, name):
        """The size of a box, (across, along), which both halves share."""
        box = self.shared_box(name, "")
        return box.height, box.width

    def shared_box(self, name, role):
        """A box in which the faces of both halves have room."""
        one, other = self.above[name][0], self.below[name][0]
        height, width = max(one.height, other.height), max(one.width, other.width)
        return Box(0, 0, width, height, role)

    def unreached(self, name):
        """Whether the reverse sweep never comes to a vertex, which is no input."""
        return name[0] == "v" and int(name[1:]) not in self.reached

    def forward(self, member):
        """The face of a forward vertex: formula and value."""
        if isinstance(member, Cluster):
            return self.cluster(member)
        return self.vertex(member, ())

    def backward(self, member):
        """The face of a backward vertex: its rule and the adjoint that arrives there."""
        if isinstance(member, Cluster):
            box, inner, role = self.cluster(member)
            return box, inner, f"{role} back"
        v = self.run.vertices[member]
        rule = "grad" if v.op in ("input", "constant") else f"{v.op}ᵀ"
        name = formula(self.spell.vertex(member))
        head = [*name, Piece(f".{rule}")] if rule == "grad" else [Piece(rule)]
        lines = [(head, "soft"), (self.slope(member, "reverse"), "slope reverse")]
        return self.stack(lines, "box", "node back", member)

    def amount(self, link):
        """((width, height), texts): what flows back along an edge, `2 · 3 = 6`."""
        if len(link) == 2:
            return (0.0, 0.0), []
        source, target, k = int(link[0][1:]), int(link[1][1:]), link[2]
        for c in self.facts[source]["contributions"]:
            if c["from"] == target and c["input"] == k:
                text = minus(c["amount"]["text"]) if c["amount"] else UNKNOWN
                adjoint, edge = self.facts[target]["adjoint"], self.facts[target]["inputs"][k]
                if is_number(adjoint) and is_number(edge["partial"]):
                    factors = [minus(f["text"]) for f in (adjoint, edge["partial"])]
                    factors = [f"({f})" if f.startswith("−") and i else f
                               for i, f in enumerate(factors)]  # fmt: skip
                    text = f"{factors[0]} · {factors[1]} = {text}"
                pieces = [Piece(text, "", f"flow:{target}:{k}")]
                size = (width_of(pieces, SMALL) + 14, 17.0)
                return size, [Text(0, 4, pieces, "partial")]
        return (0.0, 0.0), []

    def saved_links(self):
        """[(forward member, backward member, vertex whose rule reads it)], each pair once."""
        found = {}
        for v in self.run.vertices:
            if v.id not in self.reached:
                continue
            kept = [v.edges[k].vertex for k in v.saved.inputs] + [v.id] * v.saved.output
            for source in kept:
                if source is not None:
                    found.setdefault((self.home[source], self.home[v.id]), v.id)
        return [(source, target, number) for (source, target), number in found.items()]


class Tracks:
    """Lines from boxes above to boxes below that pass beside boxes and have places of their own."""

    def __init__(self, boxes, sizes, saved):
        self.boxes, self.sizes, self.saved = boxes, sizes, saved
        columns: dict = {}
        for name, (across, along) in boxes.items():
            columns.setdefault(round(along, 1), []).append((across, name))
        self.last = {max(found)[1] for found in columns.values()}
        self.right = {}
        for along, found in columns.items():
            edge = along + max(sizes[name][1] for _, name in found) / 2
            for number, (_, name) in enumerate(sorted(found)):
                self.right[name] = edge + 4 + 11 * number / len(found)
        self.track, ends = [], []
        for source, target, _ in saved:
            a, b = sorted((self.column(source, True), self.column(target, False)))
            free = next((i for i, end in enumerate(ends) if end < a - 4), len(ends))
            ends[free : free + 1] = [b]
            self.track.append(free if abs(b - a) > 0.5 else None)

    def depth(self):
        """How much room the lines need between the halves."""
        used = [t for t in self.track if t is not None]
        return 44.0 + TRACK * (max(used, default=-1) + 1)

    def column(self, name, above):
        """Where along the flow a line leaves its box: below it, or beside its column."""
        along, wide = self.boxes[name][1], self.sizes[name][1]
        shift = 0.12 * wide if above else -0.12 * wide
        return along + shift if name in self.last else self.right[name]

    def lines(self, top, low, middle):
        """(points, whether there is an arrow) of each line, in the drawing.

        Of the lines to one box the uppermost goes all the way, and the others end on it.
        """
        heights = [-1 if track is None else track for track in self.track]
        first: dict = {}
        for number, (_, target, _) in enumerate(self.saved):
            if target not in first or heights[number] < heights[first[target]]:
                first[target] = number
        found = []
        for number, (source, target, _) in enumerate(self.saved):
            y = middle + 22 + TRACK * max(0, heights[number])
            start, stop = self.end(source, top, True), self.end(target, low, False)
            turn = [(start[-1][0], y), (stop[-1][0], y)] if heights[number] >= 0 else []
            whole = first[target] == number
            found.append(([*start, *turn, *(reversed(stop) if whole else ())], whole))
        return found

    def end(self, name, put, above):
        """From a box to its way between the halves."""
        x, y = put(self.boxes[name])
        tall, wide = self.sizes[name]
        sign = 1 if above else -1
        at = x + (0.12 * wide if above else -0.12 * wide)
        border = y + sign * tall / 2
        if name in self.last:
            return [(at, border)]
        beside = x + self.right[name] - self.boxes[name][1]
        return [(at, border), (at, border + sign * GAP / 2), (beside, border + sign * GAP / 2)]
