"""The record of one run: what every table, text, picture and page is made from.

`Run.to_dict()` is that record as JSON, the only thing that the page knows:

    title, lang, mode, function              texts; mode is "forward", "reverse" or "both"
    inputs, outputs                          ids of vertices
    wrt                                      {"vertex", "name", "index"}: forward mode starts there
    output                                   id of the vertex where reverse mode starts
    vertices                                 in the order of evaluation, see `Vertex.to_dict`
    groups                                   [{"id", "title", "count", "vertices"}]: repeated lines
    forward                                  ids of the vertices that forward mode visits
    backward                                 [{"vertex", "edges": [{"to", "input", "amount"}]}]
    tables                                   {"primal", "tangent", "adjoint"}: see `traces`
    paths, jacobian, costs, ways, rewrites   see the modules of these names; None: not asked for
    code                                     the derivative as NumPy source, or None
    notes                                    sentences

A value, wherever one stands, is what `digits.summary` gives.
"""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from .digits import summary, value_text
from .words import spoken


@cache
def dtype_name(dtype):
    """The name of a dtype, which NumPy works out anew each time."""
    return str(dtype)


@dataclass(slots=True, eq=False)
class Edge:
    """One argument of an application: a vertex or a constant, and the derivative in it.

    vertex: id of the vertex; None for a constant, which `constant` holds.
    partial: the local partial derivative.  Of a number a number; of an elementwise row the diagonal
    of its Jacobian, with the shape of the output; of another row its Jacobian, shape (*output,
    *argument), where that is small; None where it is not known or not small.
    formula, latex: the partial derivative in letters; "" where the row states none.
    cut: whether no derivative passes, as through `detach`, `floor` or a comparison.
    diagonal: whether `partial` is the diagonal of a Jacobian.
    """

    vertex: int | None
    constant: Any
    text: str
    partial: Any = None
    formula: str = ""
    latex: str = ""
    symbol: str = ""
    cut: bool = False
    diagonal: bool = False

    def label(self):
        """The partial derivative as it stands on an edge: `∂v4/∂v1 = 1`."""
        if self.vertex is None:
            return ""
        if self.cut:
            return f"{self.symbol} = 0"
        known = "" if self.partial is None else value_text(self.partial)
        if self.diagonal and known:
            known = f"diag {known}"
        parts = [self.symbol, self.formula if self.formula != known else "", known]
        return " = ".join(p for p in parts if p)

    def to_dict(self):
        """The edge as JSON."""
        return {
            "vertex": self.vertex,
            "constant": None if self.vertex is not None else summary(self.constant),
            "text": self.text, "partial": summary(self.partial), "partial_text": self.label(),
            "partial_symbol": self.symbol, "partial_formula": self.formula,
            "partial_latex": self.latex, "cut": self.cut, "diagonal": self.diagonal,
        }  # fmt: skip


@dataclass(slots=True)
class Contribution:
    """What one consumer added to an adjoint: the consumer, which of its arguments, how much."""

    source: int
    position: int
    amount: Any

    def to_dict(self):
        """The contribution as JSON."""
        return {"from": self.source, "input": self.position, "amount": summary(self.amount)}


@dataclass(slots=True)
class Saved:
    """What the backward rule of a vertex keeps: arguments by their position, and the output.

    size: memory of it [B].  released: whether a pass without retain_graph has let it go.
    """

    inputs: tuple = ()
    output: bool = False
    size: int = 0
    released: bool = False

    def to_dict(self):
        """What was kept, as JSON."""
        return {
            "inputs": list(self.inputs), "output": self.output, "bytes": self.size,
            "released": self.released,
        }  # fmt: skip


@dataclass(slots=True, eq=False)
class Vertex:
    """One variable of a run: an input, or an operator on earlier variables.

    id: its place in `Run.vertices`.  name: v-1, v0, v1, ... as in Baydin et al. 2018, section 3.
    label: what the program calls it; "" if it has no name there.
    op: name of the row; "input" and "constant" are no rows.  row: the row itself.
    formula, substituted: `v-1 * v0` and `2 × 5`.
    value: None where an eager tape has let it go.
    tangent: derivative in the chosen input.  tangents: derivative in each input, by its name.
    adjoint: derivative of the output.  contributions: its parts, in the order of the sweep.
    cut: whether the derivative ends here, as at `detach`.
    line: {"file", "line", "code"} of the program; None if there is none.
    part: which output of a row that has several, else None.
    kept: what a tape shows the rule in place of the arguments; None where their values are known.
    """

    id: int
    name: str
    latex: str
    op: str
    row: Any
    edges: list[Edge]
    params: dict
    value: Any
    shape: tuple
    dtype: Any
    label: str = ""
    formula: str = ""
    formula_latex: str = ""
    substituted: str = ""
    substituted_latex: str = ""
    tangent: Any = None
    tangents: dict | None = None
    adjoint: Any = None
    contributions: list[Contribution] = field(default_factory=list)
    saved: Saved = field(default_factory=Saved)
    cut: bool = False
    line: dict | None = None
    group: int | None = None
    part: int | None = None
    place: Any = None
    whole: Any = None
    kept: Any = None

    @property
    def parents(self):
        """The ids of the arguments that are vertices."""
        return [e.vertex for e in self.edges if e.vertex is not None]

    @property
    def title(self):
        """Name and label: `v1 = c`."""
        return f"{self.name} = {self.label}" if self.label else self.name

    def to_dict(self):
        """The vertex as JSON."""
        tangents = self.tangents
        return {
            "id": self.id, "name": self.name, "latex_name": self.latex, "label": self.label,
            "op": self.op, "params": {k: str(v) for k, v in self.params.items()},
            "part": self.part, "shape": list(self.shape), "dtype": dtype_name(self.dtype),
            "formula": self.formula, "formula_latex": self.formula_latex,
            "substituted": self.substituted, "substituted_latex": self.substituted_latex,
            "inputs": [e.to_dict() for e in self.edges],
            "value": summary(self.value), "tangent": summary(self.tangent),
            "tangents": tangents and {k: summary(v) for k, v in tangents.items()},
            "adjoint": summary(self.adjoint),
            "contributions": [c.to_dict() for c in self.contributions],
            "saved": self.saved.to_dict(), "cut": self.cut, "line": self.line, "group": self.group,
        }  # fmt: skip


@dataclass(slots=True, eq=False)
class Run:
    """One recorded run of a function, with the derivatives that were asked for.

    wrt: (input's id, index of an element or None), where forward mode starts.
    output: id of the vertex where reverse mode starts.
    backward: [(id, [(to, position, amount), ...]), ...] in the order of the reverse sweep.
    sections: what is made on demand, by its name in the JSON.
    """

    title: str
    function: str
    mode: str
    lang: str
    vertices: list[Vertex]
    inputs: list[int]
    outputs: list[int]
    wrt: tuple = (0, None)
    output: int = 0
    groups: list[dict] = field(default_factory=list)
    forward: list[int] = field(default_factory=list)
    backward: list[tuple] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    sections: dict[str, Any] = field(default_factory=dict)

    def __len__(self):
        return len(self.vertices)

    def __getitem__(self, key) -> Vertex:
        """A vertex by its id, its name `v1` or its label `c`; of equal labels the last."""
        if isinstance(key, int):
            return self.vertices[key]
        for v in reversed(self.vertices):
            if key in (v.name, v.label):
                return v
        raise KeyError(f"no vertex is called {key!r}")

    def output_names(self):
        """What the outputs are called: by the program, else y, or y1, y2, ..."""
        taken = {v.label for v in self.vertices}
        inputs = {self.vertices[i].label for i in self.inputs}
        letter = next((c for c in "yzfw" if c not in taken), "out")
        several = len(self.outputs) > 1
        labels = [self.vertices[i].label for i in self.outputs]
        return [
            label
            if label not in inputs | {""} and labels.count(label) == 1
            else f"{letter}{k + 1 if several else ''}"
            for k, label in enumerate(labels)
        ]

    @property
    def edges(self):
        """[(vertex, position, edge)] of all arguments that are vertices."""
        return [
            (v, k, e) for v in self.vertices for k, e in enumerate(v.edges) if e.vertex is not None
        ]

    @property
    def pushed(self):
        """Whether forward mode was asked for."""
        return self.mode in ("forward", "both")

    @property
    def pulled(self):
        """Whether reverse mode was asked for."""
        return self.mode in ("reverse", "both")

    def to_dict(self):
        """The record as JSON; the module says what stands where."""
        sections = ("tables", "paths", "jacobian", "costs", "ways", "rewrites", "code")
        number, index = self.wrt
        return {
            "title": self.title, "lang": self.lang, "mode": self.mode, "function": self.function,
            "inputs": self.inputs, "outputs": self.outputs,
            "wrt": {
                "vertex": number,
                "name": self.vertices[number].name if self.vertices else "",
                "index": None if index is None else list(index),
            },
            "output": self.output, "vertices": [v.to_dict() for v in self.vertices],
            "groups": self.groups, "forward": self.forward,
            "backward": [
                {
                    "vertex": v,
                    "edges": [{"to": t, "input": k, "amount": summary(a)} for t, k, a in edges],
                }
                for v, edges in self.backward
            ],
            **{name: self.sections.get(name) for name in sections},
            "notes": [spoken(note, self.lang) for note in self.notes],
        }  # fmt: skip
