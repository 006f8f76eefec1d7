"""The Jacobian of a run: columns by forward mode, rows by reverse mode, and a product of two.

JSON: {"inputs", "outputs": names, "matrix", "columns": [{"name", "values"}], "rows": [...],
"chain": {"layer": names, "vertices": ids, "outer", "inner", "product"} or None}.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core.family import Contraction, Elementwise, Movement, Reduction
from ..core.spec import carries_derivative
from ..ops import reduce
from ..transform.cost import Tally, by_family
from .digits import finite, number_text
from .grid import Grid
from .sweeps import cotangents, size, smooth, tangent, values_of
from .words import word

LARGEST = 24  # rows and columns that are worked out


@dataclass(frozen=True)
class Jacobian:
    """The derivatives of all outputs in all inputs, element by element.

    rows, columns: names of the elements.  matrix: shape (outputs, inputs), by forward mode.
    reverse: the same by reverse mode.  layer: the vertices where the chain rule is cut, with
    outer (outputs in the layer) and inner (layer in inputs); None where there is no such layer.
    """

    lang: str
    rows: list
    columns: list
    matrix: np.ndarray
    reverse: np.ndarray
    layer: list | None
    layer_names: list | None
    outer: Any
    inner: Any

    def grid(self):
        """The matrix as a table."""
        return matrix_grid(self.matrix, self.rows, self.columns)

    def to_dict(self):
        """The Jacobian as JSON."""
        chain = None
        if self.layer is not None:
            chain = {
                "layer": self.layer_names, "vertices": self.layer, "outer": listed(self.outer),
                "inner": listed(self.inner), "product": listed(self.outer @ self.inner),
            }  # fmt: skip
        matrix = listed(self.matrix)
        return {
            "inputs": self.columns, "outputs": self.rows, "matrix": matrix,
            "columns": [
                {"name": name, "values": [row[k] for row in matrix]}
                for k, name in enumerate(self.columns)
            ],
            "rows": [{"name": n, "values": row} for n, row in zip(self.rows, listed(self.reverse))],
            "chain": chain,
        }  # fmt: skip


def listed(matrix):
    return [[finite(x) for x in row] for row in matrix]


def matrix_grid(matrix, rows, columns):
    """A matrix with names at its rows and columns."""
    body = [(name, *map(number_text, row)) for name, row in zip(rows, matrix)]
    return Grid(("", *columns), body, tuple(range(1, len(columns) + 1)))


def elements(run, ids):
    """[(vertex, index)] of all numbers in some vertices."""
    return [(i, k) for i in ids for k in np.ndindex(run.vertices[i].shape)]


def numbers(run, ids):
    """How many numbers there are in some vertices."""
    return sum(size(run.vertices[i].shape) for i in ids)


def names_of(run, ids, called=None):
    """The names of all numbers in some vertices; `called` has other names of vertices."""
    found = []
    for i, k in elements(run, ids):
        v = run.vertices[i]
        name = (called or {}).get(i) or v.label or v.name
        found.append(f"{name}[{', '.join(map(str, k))}]" if k else name)
    return found


def unit(v, index):
    found = np.zeros(v.shape, v.dtype)
    found[index] = 1
    return found[()]


def pushes(run, sources, targets):
    """The derivatives of some vertices in others, a column for each number among the sources.

    What stands before a source is not looked at; a source hides what it was computed from.
    """
    fixed, columns = set(sources), []
    for i, index in elements(run, sources):
        known: dict[int, Any] = {i: unit(run.vertices[i], index)}
        for v in run.vertices[min(sources) :]:
            if v.id in fixed or v.row is None or not smooth(v):
                continue
            given = [known.get(e.vertex) if not e.cut else None for e in v.edges]
            if any(t is not None for t in given):
                known[v.id] = tangent(run, v, given)
        columns.append(flat(run, known, targets))
    return np.array(columns).reshape(len(columns), -1).T


def pulls(run, targets, sources):
    """The derivatives of some vertices in others, a row for each number among the targets."""
    fixed, rows = set(sources), []
    for i, index in elements(run, targets):
        known: dict[int, Any] = {i: unit(run.vertices[i], index)}
        for v in reversed(run.vertices[: i + 1]):
            g = known.get(v.id)
            if g is None or v.id in fixed or v.row is None:
                continue
            found = cotangents(run, v, g)
            if found is None:  # a row without a pullback
                wanted = [(k, e.vertex) for k, e in enumerate(v.edges) if e.vertex is not None]
                found = [(k, np.full(run.vertices[j].shape, np.nan)) for k, j in wanted]
            for k, c in found:
                j = v.edges[k].vertex
                known[j] = c if known.get(j) is None else known[j] + c
        rows.append(flat(run, known, sources))
    return np.array(rows).reshape(len(rows), -1)


def flat(run, known, ids):
    """The numbers of some vertices in one row; zeros where none are known."""
    parts = []
    for i in ids:
        v, found = run.vertices[i], known.get(i)
        parts.append(np.zeros(size(v.shape)) if found is None else np.ravel(found))
    return np.concatenate(parts) if parts else np.zeros(0)


def jacobian(run):
    """The Jacobian of a run both ways; None where it is too large or not known."""
    n, m = (numbers(run, ids) for ids in (run.inputs, run.outputs))
    known = all(v.value is not None and carries_derivative(v.dtype) for v in run.vertices)
    real = all(v.dtype is None or v.dtype.kind != "c" for v in run.vertices)
    if not known or not real or not n or not m or max(n, m) > LARGEST:
        return None
    with np.errstate(all="ignore"):
        matrix = pushes(run, run.inputs, run.outputs)
        reverse = pulls(run, run.outputs, run.inputs)
        layer = middle(run)
        names = outer = inner = None
        if layer is not None:
            names = names_of(run, layer)
            inner, outer = pushes(run, run.inputs, layer), pulls(run, run.outputs, layer)
    matrix = np.where(np.isnan(matrix), reverse, matrix)  # a row without a pushforward
    called = dict(zip(run.outputs, run.output_names()))
    rows, columns = names_of(run, run.outputs, called), names_of(run, run.inputs)
    return Jacobian(run.lang, rows, columns, matrix, reverse, layer, names, outer, inner)


def middle(run):
    """The narrowest layer near the middle: what is used after it, of all that was computed so far.

    Every path from an input to an output passes one of its vertices.
    """
    last = {j: v.id for v in run.vertices for j in v.parents}
    last |= dict.fromkeys(run.outputs, len(run.vertices))
    best, alive, ends = None, {}, {}
    first, inputs, outputs = len(run.inputs), set(run.inputs), set(run.outputs)
    for v in run.vertices:
        for j in ends.pop(v.id, ()):
            alive.pop(j, None)
        if v.id in last:
            alive[v.id] = size(v.shape)
            ends.setdefault(last[v.id], []).append(v.id)
        k = v.id + 1
        if k <= first or len(alive) > LARGEST or sum(alive.values()) > LARGEST:
            continue
        if not alive or alive.keys() <= inputs or alive.keys() == outputs:
            continue
        off = abs(k - (first + len(run.vertices)) / 2)
        key = (sum(alive.values()) + off, off)
        if best is None or key < best[0]:
            best = key, list(alive)
    return None if best is None else best[1]


# ----------------------------------------------------------------------------- costs


@dataclass(frozen=True)
class Costs:
    """What the whole Jacobian takes: for each mode sweeps, multiplications and memory [B]."""

    lang: str
    inputs: int
    outputs: int
    forward: tuple
    reverse: tuple

    def grid(self):
        """The costs as a table."""
        names = ("mode", "sweeps", "multiplications", "memory")
        rows = [
            (word(self.lang, mode), *map(str, row))
            for mode, row in (("forward", self.forward), ("reverse", self.reverse))
        ]
        return Grid(tuple(word(self.lang, n) for n in names), rows, (1, 2, 3))

    def to_dict(self):
        """The costs as JSON."""
        keys = ("sweeps", "multiplications", "memory")
        return {
            "inputs": self.inputs, "outputs": self.outputs,
            "forward": dict(zip(keys, self.forward)), "reverse": dict(zip(keys, self.reverse)),
        }  # fmt: skip


def costs(run):
    """The cost of the Jacobian by each mode.

    Multiplications: one for each edge and number that passes it, none where a partial is 1 or -1
    everywhere or elements only move.  Memory: forward mode holds the values and tangents that are
    still to be used, at the most; reverse mode what the rules keep and the adjoints in flight.
    """
    n, m = (numbers(run, ids) for ids in (run.inputs, run.outputs))
    one = sum(multiplications(run, v, k, e) for v, k, e in run.edges)
    values = peak(run)
    kept = sum(v.saved.size for v in run.vertices)
    return Costs(run.lang, n, m, (n, n * one, 2 * values), (m, m * one, kept + values))


def multiplications(run, v, k, e):
    """Multiplications of one edge in one sweep."""
    if e.cut or isinstance(v.row, Movement) or v.row is reduce.summed:
        return 0
    if e.partial is not None and np.all(np.abs(e.partial) == 1) and e.formula in ("1", "-1"):
        return 0
    if isinstance(v.row, Elementwise):
        return size(v.shape)
    args = values_of(run, v)
    if isinstance(v.row, Reduction):
        return size(np.shape(args[k]))
    if isinstance(v.row, Contraction) and v.value is not None:
        return int(by_family(v.row, args, v.params, np.asarray(v.value), Tally())) // 2
    return size(v.shape) * size(np.shape(args[k]))


def peak(run):
    """The most memory of values that are still to be used [B]."""
    last = {j: v.id for v in run.vertices for j in v.parents}
    alive, most = 0, 0
    ends: dict[int, list] = {}
    for v in run.vertices:
        bytes_ = size(v.shape) * (v.dtype.itemsize if v.dtype is not None else 8)
        alive += bytes_
        most = max(most, alive)
        ends.setdefault(last.get(v.id, len(run.vertices)), []).append(bytes_)
        alive -= sum(ends.pop(v.id, []))
    return most
