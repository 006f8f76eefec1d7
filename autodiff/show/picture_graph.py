"""The graph of a run as shapes: a box for each variable, its partial derivatives on the edges.

Inputs are at the bottom and the output is on top.
"""

import math
import re
from collections import Counter
from dataclasses import replace

from .layout import layout
from .layout_clusters import Cluster, clusters, reduced
from .picture_shapes import (
    SIZE,
    SMALL,
    Box,
    Curve,
    Group,
    Picture,
    Piece,
    Text,
    clipped,
    formula,
    plain,
    short,
    width_of,
)  # fmt: skip

UNKNOWN = "·"  # a number of a graph that was not computed
LINE = 19.0  # from base line to base line
PAD = 9.0
RESERVED = 7  # letters that a number may take when inputs change
STEP = 12.0  # of widths, so that boxes with different numbers are alike
LONGEST = 34  # letters of a formula in a box
BARS = (66.0, 18.0)  # size of a histogram
MARGIN = 14.0
NAME = re.compile(r"v-?\d+(?!\w)")


class Speller:
    """How vertices are called in a picture: by their label where it is short and belongs to one."""

    def __init__(self, run):
        labels = [v.label for v in run.vertices if v.label]
        counts = Counter(labels) if len(labels) < 999 else {}
        self.names = {
            v.name: v.label if counts.get(v.label) == 1 and len(v.label) <= 10 else v.name
            for v in run.vertices
        }
        self.run = run

    def vertex(self, number):
        """The name of a vertex."""
        return self.names[self.run.vertices[number].name]

    def text(self, text):
        """A formula with the names of this picture."""
        return NAME.sub(lambda found: self.names.get(found[0], found[0]), text)

    def slope(self, number, mode):
        """`∂e/∂b`: of the output in the vertex, or of the vertex in the input."""
        run = self.run
        if mode == "reverse":
            return f"∂{self.vertex(run.output)}/∂{self.vertex(number)}"
        start, index = run.wrt
        element = "" if index is None else f"[{', '.join(map(str, index))}]"
        return f"∂{self.vertex(number)}/∂{self.vertex(start)}{element}"


def graph_picture(run, mode=None, words=None):
    """The picture of the whole graph, with clusters closed."""
    draw = Drawing(run, mode, words or {})
    shapes, width, height = draw.scene(clusters(run))
    return Picture(width, height, shapes, run.title)


class Drawing:
    """Makes the shapes of one run.

    bound: the name by which a page renews a derivative in a box, "slope" for that of its own mode.
    mode: "forward", "reverse" or "both", the derivatives that stand in the boxes.
    words: texts by their English names, in another language.
    movable: whether a page will move the shapes, and needs the points of the curves.
    facts: what `to_dict` says of each vertex, where it is known already.
    """

    bound = "slope"

    def __init__(self, run, mode=None, words=None, movable=False, facts=None):
        self.movable, self.layouts = movable, {}
        self.run, self.spell, self.words = run, Speller(run), words or {}
        self.mode = mode or run.mode
        self.facts = facts or [v.to_dict() for v in run.vertices]
        self.uses: dict = {}
        for v in run.vertices:
            for k, e in enumerate(v.edges):
                if e.vertex is not None:
                    self.uses.setdefault(e.vertex, []).append((v.id, k))

    def word(self, text):
        """A text in the language of the picture."""
        return self.words.get(text, text)

    def scene(self, members, inside=False):
        """(shapes, width, height) of some members and what passes between them.

        inside: whether the members are those of a cluster; what comes from outside is then named.
        """
        faces = {key(m): self.face(m) for m in members}
        links = self.links(members)
        if inside:
            links |= self.stubs(members, faces)
        sizes = {name: (box.width, box.height) for name, (box, _, _) in faces.items()}
        labels = [self.label(link) for link in links]
        edges = [(a, b, size) for (a, b, *_), (size, _) in zip(links, labels)]
        placed = self.placed(sizes, edges)
        width, height = placed.across + 2 * MARGIN, placed.along + 2 * MARGIN
        flip = lambda point: (point[0] + MARGIN, height - MARGIN - point[1])  # noqa: E731
        shapes: list = []
        for (source, target, *rest), points in zip(links, placed.routes):
            role = "edge cut" if rest and self.cut(target, rest[0]) else "edge"
            data = {"from": source, "to": target} | ({"k": rest[0]} if rest else {})
            curve = Curve([flip(p) for p in points], role)
            if self.movable:
                data["p"] = " ".join(f"{short(x)} {short(y)}" for x, y in curve.points)
            shapes.append(Group(0, 0, [curve], "link", data))
        for (source, target, *rest), centre, (_, lines) in zip(links, placed.labels, labels):
            if lines and centre:
                data = {"from": source, "to": target} | ({"k": rest[0]} if rest else {})
                shapes.append(Group(*flip(centre), lines, "label", data))
        for name, (box, inner, role) in faces.items():
            shapes.append(Group(*flip(placed.boxes[name]), [box, *inner], role, {"m": name}))
        return shapes, width, height

    def placed(self, sizes, edges):
        """The layout, found once for graphs that differ only in names, such as passes of a loop."""
        place = {name: i for i, name in enumerate(sizes)}
        numbered = tuple((place[a], place[b], size) for a, b, size in edges)
        key_ = (tuple(sizes.values()), numbered)
        if key_ not in self.layouts:
            self.layouts[key_] = layout(dict(enumerate(sizes.values())), numbered)
        found = self.layouts[key_]
        return replace(found, boxes={name: found.boxes[i] for name, i in place.items()})

    def links(self, members):
        """{(source, target[, position]): edges} between what is seen of the members."""
        home = {v: key(m) for m in members for v in inhabitants(m)}
        place = {key(m): i for i, m in enumerate(members)}
        loose, bundled = {}, {}
        for m in members:
            for v in inhabitants(m):
                for k, edge in enumerate(self.run.vertices[v].edges):
                    source, target = home.get(edge.vertex), home[v]
                    if source is None or source == target:
                        continue
                    if source[0] == "v" and target[0] == "v":
                        loose[source, target, k] = [(v, k)]
                    else:
                        pair = place[source], place[target]
                        bundled.setdefault(pair, []).append((v, k))
        if any(isinstance(m, Cluster) and m.kind == "part" for m in members):
            bundled = reduced(members, bundled)
        names = [key(m) for m in members]
        return loose | {(names[a], names[b]): found for (a, b), found in bundled.items()}

    def stubs(self, members, faces):
        """Links to what is outside, which is drawn as its name: {(source, target): edges}."""
        home = {v: key(m) for m in members for v in inhabitants(m)}
        found = {}
        for v, inner in home.items():
            for k, edge in enumerate(self.run.vertices[v].edges):
                if edge.vertex is not None and edge.vertex not in home:
                    found.setdefault((f"i{edge.vertex}", inner), []).append((v, k))
        for v, inner in home.items():
            outside = [use for use in self.uses.get(v, ()) if use[0] not in home]
            if outside:
                found[inner, f"o{v}"] = outside
        for pair in found:
            for name in pair:
                if name[0] in "io":
                    faces[name] = self.stub(name)
        return found

    def stub(self, name):
        """The face of a variable that comes from outside, or goes there."""
        spelt = formula(self.spell.vertex(int(name[1:])))
        pieces = spelt if name[0] == "i" else [*spelt, Piece(" ↑")]
        width = width_of(pieces) + 2 * PAD
        box = Box(0, 0, width, 24, "stub", 12)
        return box, [Text(0, 5, pieces)], "stub"

    def cut(self, target, k):
        """Whether no derivative passes along an edge."""
        return target[0] == "v" and self.run.vertices[int(target[1:])].edges[k].cut

    # ------------------------------------------------------------ faces

    def face(self, member):
        """(box, what stands in it, role) of a vertex or a closed cluster."""
        return self.cluster(member) if isinstance(member, Cluster) else self.vertex(member)

    def cluster(self, cluster):
        """The face of a closed cluster."""
        inside = cluster.vertices()
        first, last = (self.spell.vertex(i) for i in (inside[0], inside[-1]))
        head = {
            "loop": f"{self.word('loop')} ×{cluster.count}",
            "turn": f"{self.word('pass')} {cluster.count}",
            "part": f"{len(inside)} {self.word('variables')}",
        }[cluster.kind]
        lines = [([Piece("▸ " + head)], "title")]
        if cluster.kind == "loop" and cluster.title:
            lines.append(([Piece(clipped(cluster.title, LONGEST))], "code"))
        value, end = self.facts[inside[-1]]["value"], []
        if is_number(value):
            end = [Piece(" = "), Piece(minus(value["text"]), "", f"value:{inside[-1]}")]
        lines.append(([*formula(first), Piece(" … "), *formula(last), *end], "soft"))
        return self.stack(lines, "cluster", f"cluster {cluster.kind}")

    def vertex(self, number, modes=None):
        """The face of one variable: formula, value, and its derivatives."""
        v, facts = self.run.vertices[number], self.facts[number]
        name, value = self.spell.vertex(number), facts["value"]
        if v.op in ("input", "constant"):
            other = v.label if v.label != name else ""
            called = [*formula(name), Piece(" = "), *formula(other)] if other else formula(name)
            lines = [(called, "formula")] if other or not is_number(value) else []
        else:
            spelt = clipped(self.spell.text(v.formula), LONGEST)
            lines = [([*formula(name), Piece(" = "), *formula(spelt)], "formula")]
        head = [*formula(name), Piece(" = ")] if is_number(value) else []
        text = UNKNOWN if value is None else value["text"]
        if value is None:
            lines = lines or [(formula(name), "formula")]
        elif is_number(value) or value.get("histogram") is None:
            lines.append(([*head, Piece(minus(text), "", f"value:{number}")], "value"))
        else:
            lines.append(([Piece(array_text(v))], "soft"))
            if listed(value):
                lines.append(([Piece(minus(text), "", f"value:{number}")], "value"))
        own = ("forward", "reverse") if self.mode == "both" else (self.mode,)
        for mode in own if modes is None else modes:
            lines.append((self.slope(number, mode), f"slope {mode}"))
        kind = v.op if v.op in ("input", "constant") else "inner"
        role = f"node {kind}" + (" output" if number in self.run.outputs else "")
        bars = None if is_number(value) or listed(value) or not value else value.get("histogram")
        return self.stack(lines, "box" + (" off" if v.cut else ""), role, number, bars)

    def stack(self, lines, box_role, role, number=None, bars=None):
        """Lines above each other in a box; before the last line there may be a histogram."""
        reserve = [
            width_of(pieces) + (spare(pieces) if number is not None else 0) for pieces, _ in lines
        ]
        width = STEP * math.ceil((max([44.0, *reserve]) + 2 * PAD) / STEP)
        height = LINE * len(lines) + PAD + (BARS[1] + 4 if bars else 0)
        at, inner = -height / 2 + PAD / 2 + 14, []
        for i, (pieces, line_role) in enumerate(lines):
            if bars and line_role.startswith("slope") and i and lines[i - 1][1] == "soft":
                inner += histogram(bars, at - 13)
                at += BARS[1] + 4
            name = line_role.split()[0]
            bound = f"{self.bound}:{number}" if name == "slope" else ""
            inner.append(Text(0, at, pieces, line_role, key=bound))
            at += LINE
        return Box(0, 0, width, height, box_role), inner, role

    def slope(self, number, mode):
        """`∂e/∂b = 2 + 3 = 5`, with what each consumer contributed."""
        head = formula(self.spell.slope(number, mode))
        whole = self.derivative(number, "tangent" if mode == "forward" else "adjoint")
        if whole == UNKNOWN:
            return head
        head.append(Piece(" = "))
        if mode == "forward":
            return [*head, Piece(whole)]
        parts = [c["amount"] for c in self.facts[number]["contributions"]]
        if len(parts) > 1 and all(is_number(part) for part in parts):
            whole = f"{sum_text([part['text'] for part in parts])} = {whole}"
        return [*head, Piece(whole)]

    def derivative(self, number, name):
        """A tangent or an adjoint as text; none is 0, where the value is known."""
        facts = self.facts[number]
        if facts[name] is not None:
            return minus(facts[name]["text"])
        return UNKNOWN if facts["value"] is None else "0"

    def label(self, link):
        """((width, height), texts) that stand beside an edge."""
        if len(link) == 2:
            return (0.0, 0.0), []
        target, k = int(link[1][1:]), link[2]
        edge = self.facts[target]["inputs"][k]
        symbol = self.spell.text(edge["partial_symbol"])
        if not symbol:
            return (0.0, 0.0), []
        value = edge["partial"]
        number = "0" if edge["cut"] else minus(value["text"]) if value else ""
        letters = clipped(self.spell.text(edge["partial_formula"]), 24)
        if letters.startswith("g ↦"):  # of a matrix, for which there is no room
            letters = number
        head = [*formula(symbol)]
        middle = [] if minus(letters) == number or edge["cut"] else formula(letters)
        said = edge["cut"] or shown(value, middle)
        tail = [Piece(number, "", f"partial:{target}:{k}")] if said else []
        rows = rows_of(head, middle, tail)
        width = max(width_of(row, SMALL) + spare(row, SMALL) for row in rows) + 6
        width = STEP * math.ceil(width / STEP)
        height = 17.0 * len(rows)
        texts = []
        for i, row in enumerate(rows):
            texts.append(Text(0, -height / 2 + 13 + 17 * i, row, "partial"))
        return (width, height), texts


def rows_of(head, middle, tail):
    """`∂c/∂a = b = 2` in one line, or in two where it is long."""
    equals = [Piece(" = ")]
    after = [*equals * bool(middle), *middle, *equals * bool(tail), *tail]
    if len(plain(head + after)) <= 15 or not after:
        return [head + after]
    return [head, [Piece("= "), *after[1:]]]


def shown(value, middle):
    """Whether a partial derivative is written as numbers: always for a number, else if few."""
    return value is not None and (is_number(value) or listed(value) or not middle)


def spare(pieces, size=SIZE):
    """Room for the longest number that may stand where a number stands."""
    keyed = [len(p.text) for p in pieces if p.key and len(p.text) < RESERVED]
    return 0.5 * size * sum(RESERVED - n for n in keyed)


def key(member):
    """The name of what is seen of a member: `v3` of a vertex, `c0` of a cluster."""
    return member.id if isinstance(member, Cluster) else f"v{member}"


def inhabitants(member):
    """The ids of the vertices of a member."""
    return member.vertices() if isinstance(member, Cluster) else [member]


def is_number(value):
    """Whether a summary is that of a number."""
    return value is not None and not value["shape"]


def listed(value):
    """Whether the text of a summary lists all elements."""
    return value is not None and value["text"].startswith("[")


def minus(text):
    """A number with the sign of print."""
    return text.replace("-", "−")


def sum_text(parts):
    """`2 + 3 − 1`; of many only how many there are."""
    if len(parts) > 3:
        return f"Σ({len(parts)})"
    text = " + ".join(minus(part) for part in parts)
    return text.replace("+ −", "− ")


def array_text(v):
    """`float64 3×4`."""
    return f"{v.dtype} {'×'.join(map(str, v.shape))}"


def histogram(bars, top):
    """Twelve bars around x = 0, with their upper end at `top`."""
    counts = bars["counts"]
    step, most = BARS[0] / len(counts), max([*counts, 1])
    found = []
    for i, count in enumerate(counts):
        tall = max(1.0, BARS[1] * count / most) if count else 0.6
        x = (i + 0.5) * step - BARS[0] / 2
        found.append(Box(x, top + BARS[1] - tall / 2, step - 1, tall, "bar", 0))
    return found
