"""The graph of a run as DOT and Mermaid text, and as a tree for a terminal."""

from .digits import value_text
from .formulas import barred, dotted
from .words import word

FILLED = {"input": "#dbeafe", "output": "#dcfce7", "constant": "#f3f4f6"}
SHOWN = 60  # lines of a tree


def state(run, v):
    """What the mode says of a vertex: value, tangent, adjoint; each as one text."""
    parts = [] if v.value is None else [value_text(v.value)]
    if run.pushed and v.tangent is not None:
        parts.append(f"{dotted(v.name)} = {value_text(v.tangent)}")
    if run.pulled and v.adjoint is not None:
        parts.append(f"{barred(v.name)} = {value_text(v.adjoint)}")
    return parts


def kind(run, v):
    if v.op in ("input", "constant"):
        return v.op
    return "output" if v.id in run.outputs else ""


def heading(v):
    """`v1 = c = v-1 + v0`"""
    return " = ".join([v.name, *([v.label] if v.label else []), *([v.formula] if v.row else [])])


def collapsed(run):
    """What a diagram draws: [(key, vertex or group)], and {vertex id: key}."""
    keys, drawn, seen = {}, [], set()
    for v in run.vertices:
        if v.group is None or v.id in run.outputs:
            keys[v.id] = f"n{v.id}"
            drawn.append((keys[v.id], v, None))
            continue
        keys[v.id] = f"g{v.group}"
        if v.group not in seen:
            seen.add(v.group)
            drawn.append((keys[v.id], v, run.groups[v.group]))
    return drawn, keys


def edges_of(run, keys):
    """[(from, to, label, cut)] between what is drawn; edges inside a group are left out."""
    found = []
    for v, _, e in run.edges:
        a, b = keys[e.vertex], keys[v.id]
        if a != b:
            grouped = a[0] == "g" or b[0] == "g"
            found.append((a, b, "" if grouped else e.label(), e.cut))
    return list(dict.fromkeys(found))


def group_title(run, group):
    return f"{group['title']} ×{group['count']}".strip()


def dot(run):
    """The graph in Graphviz's language: partials on the edges, repeated lines as one box."""
    drawn, keys = collapsed(run)
    lines = [
        "digraph run {", "  rankdir=BT;",
        '  node [shape=box, style="rounded,filled", fillcolor=white, fontname="Helvetica"];',
        '  edge [fontname="Helvetica", fontsize=10];',
    ]  # fmt: skip
    for key, v, group in drawn:
        if group is not None:
            lines.append(f"  {key} [label={quoted([group_title(run, group)])}, peripheries=2];")
            continue
        color = FILLED.get(kind(run, v))
        fill = f', fillcolor="{color}"' if color else ""
        lines.append(f"  {key} [label={quoted([heading(v), *state(run, v)])}{fill}];")
    for a, b, label, cut in edges_of(run, keys):
        style = ", style=dashed" if cut else ""
        lines.append(f"  {a} -> {b} [label={quoted([label])}{style}];")
    return "\n".join([*lines, "}"]) + "\n"


def quoted(texts):
    """Lines of text as one string of DOT."""
    inner = [t.replace("\\", "\\\\").replace('"', '\\"') for t in texts]
    return '"' + "\\n".join(inner) + '"'


def mermaid(run):
    """The graph in Mermaid's language, as Markdown pages draw it."""
    drawn, keys = collapsed(run)
    lines = ["flowchart BT"]
    for key, v, group in drawn:
        if group is not None:
            lines.append(f"  {key}[[{escaped([group_title(run, group)])}]]")
        else:
            lines.append(f"  {key}[{escaped([heading(v), *state(run, v)])}]")
    for a, b, label, cut in edges_of(run, keys):
        text = f"|{escaped([label])}|" if label else ""
        lines.append(f"  {a} {'-.->' if cut else '-->'}{text} {b}")
    return "\n".join(lines) + "\n"


def escaped(texts):
    """Lines of text as one string of Mermaid."""
    signs = {'"': "#quot;", "<": "#lt;", ">": "#gt;", "#": "#35;", "|": "#124;"}
    inner = ["".join([signs[c] if c in signs else c for c in t]) for t in texts]
    return '"' + "<br/>".join(inner) + '"'


def tree(run, most=SHOWN):
    """The graph as a tree, outputs at the top; what was written once is referred to.

    Of repeated lines one line is written, and below it what they are computed from.
    """
    lines, seen, total = [], set(), 0
    stack = [(i, None, "", "", "") for i in reversed(list(dict.fromkeys(run.outputs)))]
    while stack:
        i, edge, before, branch, inner = stack.pop()
        total += 1
        if len(lines) >= most:
            continue
        v = run.vertices[i]
        key = v.id if v.group is None else f"group {v.group}"
        again = key in seen and bool(v.parents)
        lines.append(f"{before}{branch}{passage(run, edge)}{leaf(run, v, again)}")
        if again:
            continue
        seen.add(key)
        below = [e for e in v.edges if e.vertex is not None]
        if v.group is not None:
            below = entering(run, run.groups[v.group])
        for k, e in reversed(list(enumerate(below))):
            fork, follow = ("└─ ", "   ") if k + 1 == len(below) else ("├─ ", "│  ")
            stack.append((e.vertex, e, before + inner, fork, follow))
    if total > len(lines):
        lines.append(f"… {word(run.lang, 'more', count=total - len(lines))}")
    return "\n".join(lines)


def passage(run, edge):
    """The partial derivative in front of a branch."""
    if edge is None or not edge.label():
        return ""
    cut = f" ✂ {word(run.lang, 'cut')}" if edge.cut else ""
    return f"[{edge.label()}{cut}]  "


def leaf(run, v, again):
    """What stands at one place of a tree."""
    if again:
        return f"{v.title}  ({word(run.lang, 'above')})"
    known = state(run, v)
    sign = " = " if known and v.value is not None else "  "
    text = f"{heading(v)}{sign}{'  '.join(known)}" if known else heading(v)
    return text if v.group is None else f"{text}  [{group_title(run, run.groups[v.group])}]"


def entering(run, group):
    """The edges by which values enter a group, one for each vertex."""
    inside, found = set(group["vertices"]), {}
    for i in group["vertices"]:
        for e in run.vertices[i].edges:
            if e.vertex is not None and e.vertex not in inside:
                found.setdefault(e.vertex, e)
    return list(found.values())
