"""The extended graph in words: each backward vertex beside its forward one, and what joins them.

JSON: {"rows": [{"vertex", "saved": [{"vertex"} or {"constant"}], "output", "bytes", "released",
"cut"}], "bytes", "text"}.
"""

from dataclasses import dataclass
from typing import Any

from .grid import Grid
from .sweeps import smooth
from .words import word


@dataclass(frozen=True)
class Extended:
    """The vertices that have a rule, in the order of the backward pass."""

    run: Any
    vertices: list

    @property
    def size(self):
        """Memory of all that is kept for the backward pass [B]."""
        return sum(v.saved.size for v in self.vertices)

    def kept(self, v):
        """What the rule of a vertex keeps, in names."""
        lang, saved = self.run.lang, v.saved
        if saved.released:
            return word(lang, "released")
        if v.cut or not smooth(v):
            return f"✂ {word(lang, 'cut')}"
        names = [v.edges[k].text for k in saved.inputs] + ([v.name] if saved.output else [])
        return ", ".join(dict.fromkeys(names)) or word(lang, "nothing")

    def grid(self):
        """Forward vertex, backward vertex, what is kept between them, and its memory."""
        rows = [
            (v.name, v.formula, backward_name(v), self.kept(v), str(v.saved.size))
            for v in self.vertices
        ]
        names = ("variable", "formula", "backward", "keeps", "memory")
        return Grid(tuple(word(self.run.lang, n) for n in names), rows, (4,))

    def sentence(self):
        """What retain_graph keeps, in one sentence."""
        return word(self.run.lang, "retain", size=self.size)

    def to_dict(self):
        """The extended graph as JSON."""
        return {
            "rows": [
                {
                    "vertex": v.id, "name": backward_name(v),
                    "saved": [
                        {"vertex": v.edges[k].vertex, "text": v.edges[k].text}
                        for k in v.saved.inputs
                    ],
                    "output": v.saved.output, "bytes": v.saved.size,
                    "released": v.saved.released, "cut": v.cut or not smooth(v),
                }
                for v in self.vertices
            ],
            "bytes": self.size, "text": self.sentence(),
        }  # fmt: skip


def backward_name(v):
    """What PyTorch and this library call the backward vertex, such as MulBackward0."""
    return "—" if v.cut or not smooth(v) else v.row.grad_name


def extended(run):
    """The extended graph of a run."""
    return Extended(run, [v for v in reversed(run.vertices) if v.row is not None])
