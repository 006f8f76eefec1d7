"""What notebooks show of tensors, nodes and graphs."""

import numpy as np

from ..core.errors import AutodiffError
from ..interpret.graph import Node
from ..interpret.tape import Tensor
from ..symbolic.graph import latex
from ..symbolic.table import escape
from .digits import LISTED, number_text, summary
from .explain import explain
from .formulas import value_latex

DRAWN = 60  # vertices of a graph that is drawn without being asked for
ROWS = 6  # of a matrix that is written out


def few(x):
    """Whether a tensor's tape is small enough to be drawn."""
    seen, stack = set(), [x.vertex]
    while stack and len(seen) <= DRAWN:
        v = stack.pop()
        if v is not None and v not in seen:
            seen.add(v)
            stack.extend(v.parents)
    return len(seen) <= DRAWN


def tensor_html(x):
    """A tensor: numbers, shape, dtype and spread, and the picture of its tape if it is small."""
    if x.level:
        return None
    facts = summary(x.value)
    parts = [f"shape {tuple(facts['shape'])}", facts["dtype"]]
    if x.grad_fn is not None:
        parts.append(x.grad_fn.name())
    elif x.requires_grad:
        parts.append("requires_grad=True")
    if facts.get("min") is not None:
        low, mean, high = (number_text(facts[k]) for k in ("min", "mean", "max"))
        parts.append(f"min {low}, mean {mean}, max {high}")
    picture = tensor_svg(x) or ""
    return f"<pre>{escape(repr(x))}</pre><p><small>{escape(' · '.join(parts))}</small></p>{picture}"


def tensor_svg(x):
    """The picture of a tensor's tape; None without a tape, or with a large one."""
    if x.level or x.vertex is None or x.is_leaf or not few(x):
        return None
    return quietly(lambda: explain(x, mode="reverse").svg())


def tensor_latex(x):
    """A number, a vector or a small matrix in LaTeX; None for anything larger."""
    if x.level:
        return None
    array = np.asarray(x.value)
    if array.dtype.kind not in "biuf" or array.ndim > 2 or not 0 < array.size <= LISTED:
        return None
    if array.ndim == 0:
        return f"${value_latex(array[()])}$"
    if array.shape[0] > ROWS:
        return None
    rows = array.reshape(len(array), -1)
    body = r" \\ ".join(" & ".join(value_latex(v) for v in row) for row in rows)
    return rf"$\begin{{pmatrix}} {body} \end{{pmatrix}}$"


def node_svg(x):
    """The picture of a node's graph; None for a large one."""
    return quietly(lambda: picture_of(x))


def node_latex(x):
    """The formula of a node."""
    return quietly(lambda: rf"$\displaystyle {latex(x, share=False)}$")


def graph_svg(graph):
    """The picture of a traced function; None for a large one."""
    return quietly(lambda: picture_of(graph)) if len(graph) <= DRAWN else None


def picture_of(x):
    found = explain(x, mode="reverse")
    return found.svg() if len(found.run) <= DRAWN else None


def quietly(draw):
    """What `draw` gives; None where there is no picture, so that the text is shown instead."""
    try:
        return draw()
    except AutodiffError:
        return None


SHOWN = {
    Tensor: {"html": tensor_html, "svg": tensor_svg, "latex": tensor_latex},
    Node: {"svg": node_svg, "latex": node_latex},
}


def shown(x, kind):
    """What a notebook shows of a value: "html", "svg" or "latex"; None where it shows the text."""
    draw = SHOWN.get(type(x), {}).get(kind)
    return None if draw is None else draw(x)
