"""A derivative as the sum over paths of products of edge labels, and why nobody computes it so.

JSON: {"edges", "count", "products", "inputs": [{"vertex", "count", "sum", "paths"}], "text"};
a path is {"vertices", "positions", "amounts", "product", "text"}, from the output down.
Counts of 2**53 and more are texts.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from .digits import finite, number_text, summary
from .formulas import enclosed
from .grid import Grid
from .words import word

LISTED = 32  # paths that are written down
EXACT = 2**53  # whole numbers that JSON's readers have


@dataclass(frozen=True)
class Path:
    """One path from the output down: vertices, which arguments, the partials, their product."""

    vertices: tuple
    positions: tuple
    amounts: tuple
    product: Any


@dataclass(frozen=True)
class Paths:
    """All paths from the output to each input.

    edges: between the output and the inputs.  counts: {input: number of paths}.
    products: multiplications that the sum over all paths takes.
    listed: {input: paths} where they are few and numbers; else None.
    """

    run: Any
    edges: int
    counts: dict
    products: int
    listed: dict | None

    @property
    def count(self):
        """The number of paths to all inputs."""
        return sum(self.counts.values())

    def sentence(self):
        """Paths against edges, in one sentence."""
        values = {"paths": big(self.count), "edges": self.edges, "products": big(self.products)}
        return word(self.run.lang, "paths_say", **values)

    def grid(self):
        """A table of the paths; without numbers only their counts."""
        lang, rows = self.run.lang, []
        if self.listed is None:
            rows = [(self.run[i].title, big(n)) for i, n in self.counts.items()]
            return Grid((word(lang, "input"), word(lang, "paths")), rows, (1,))
        for i, found in self.listed.items():
            for path in found:
                name = self.run[i].title
                rows.append((name, route(self.run, path), factors(path), number_text(path.product)))
            if len(found) > 1:
                total = number_text(sum(p.product for p in found))
                rows.append((self.run[i].title, word(lang, "sum"), "", total))
        names = ("input", "path", "product", "value")
        return Grid(tuple(word(lang, n) for n in names), rows, (3,))

    def to_dict(self):
        """The paths as JSON."""
        inputs = []
        for i, n in self.counts.items():
            entry: dict[str, Any] = {"vertex": i, "count": exact(n), "sum": None, "paths": None}
            if self.listed is not None:
                found = self.listed[i]
                entry["sum"] = summary(sum(p.product for p in found))
                entry["paths"] = [path_dict(self.run, p) for p in found]
            inputs.append(entry)
        return {
            "edges": self.edges, "count": exact(self.count), "products": exact(self.products),
            "inputs": inputs, "text": self.sentence(),
        }  # fmt: skip


def path_dict(run, path):
    return {
        "vertices": list(path.vertices), "positions": list(path.positions),
        "amounts": [finite(a) for a in path.amounts], "product": summary(path.product),
        "text": f"{route(run, path)} = {factors(path)} = {number_text(path.product)}",
    }  # fmt: skip


def exact(n):
    """A count as JSON has it."""
    return n if n < EXACT else str(n)


def big(n):
    """A count in a few characters."""
    if n < 10**9:
        return str(n)
    digits = str(n)
    return f"{digits[0]}.{digits[1:3]}e+{len(digits) - 1}"


def route(run, path):
    """`∂v5/∂v3 ∂v3/∂v1`"""
    names = [run.vertices[i].name for i in path.vertices]
    return " · ".join(f"∂{a}/∂{b}" for a, b in pairwise(names)) or names[0]


def factors(path):
    return " × ".join(enclosed(number_text(a)) for a in path.amounts) or "1"


def paths(run, most=LISTED):
    """The paths of a run from its output to each input.

    most: how many paths are written down; they are counted by one sweep, however many they are.
    """
    below = passing(run)
    order = [v.id for v in run.vertices if v.id in below]
    edges = sum(len(below[i]) for i in order)
    counts, products = {}, 0
    for i in run.inputs:
        number, length = counted(run, below, i)
        counts[i] = number
        products += length - number if number else 0
    scalar = all(
        e.partial is not None and not run.vertices[i].shape and not run.vertices[e.vertex].shape
        for i in order
        for _, e in below[i]
    )
    few = scalar and sum(counts.values()) <= most
    return Paths(run, edges, counts, products, listed(run, below) if few else None)


def passing(run):
    """{vertex: [(position, edge)]} of what leads from the output to inputs, cut edges left out."""
    useful = set(run.inputs)
    for v in run.vertices:
        if any(e.vertex in useful and not e.cut for e in v.edges if e.vertex is not None):
            useful.add(v.id)
    found, stack = {}, [run.output]
    while stack:
        i = stack.pop()
        if i in found or i not in useful:
            continue
        found[i] = [
            (k, e)
            for k, e in enumerate(run.vertices[i].edges)
            if e.vertex is not None and not e.cut and e.vertex in useful
        ]
        stack.extend(e.vertex for _, e in found[i])
    return found


def counted(run, below, target):
    """(paths from the output to one input, edges of all of them)"""
    number, length = {target: 1}, {target: 0}
    for v in run.vertices:
        if v.id in below and v.id != target:
            inner = [e.vertex for _, e in below[v.id]]
            number[v.id] = sum(number.get(j, 0) for j in inner)
            length[v.id] = sum(length.get(j, 0) + number.get(j, 0) for j in inner)
    if run.output not in below:
        return 0, 0
    return number.get(run.output, 0), length.get(run.output, 0)


def listed(run, below):
    """{input: its paths}"""
    found: dict[int, list[Path]] = {i: [] for i in run.inputs}
    stack: list[tuple] = [((run.output,), (), ())] if run.output in below else []
    while stack:
        vertices, positions, amounts = stack.pop()
        i = vertices[-1]
        if i in found:
            product = 1.0
            for a in amounts:
                product = product * a
            found[i].append(Path(vertices, positions, amounts, product))
        for k, e in reversed(below[i]):
            stack.append(((*vertices, e.vertex), (*positions, k), (*amounts, e.partial)))
    return found
