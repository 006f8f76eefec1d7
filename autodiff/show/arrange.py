"""Names, order and groups of the vertices of a run."""

from collections import Counter

REPEATED = 3  # times that a line is run before its vertices collapse
SHOWN = 3  # lines of a program in the title of a group


def arranged(run, outputs):
    """A run with what leads to its outputs, in Baydin's numbering, with repeated lines grouped.

    outputs: vertices among those of the run.  Inputs stay, whether they are used or not.
    Source of the names: Baydin, Pearlmutter, Radul and Siskind 2018, JMLR 18, section 3.
    """
    kept = [v for v in run.vertices if v.op == "input"]
    needed = leading_to(run.vertices, outputs)
    kept += [v for v in run.vertices if v.op != "input" and v.id in needed]
    new = {v.id: k for k, v in enumerate(kept)}
    run.inputs = [new[v.id] for v in kept if v.op == "input"]
    run.outputs = [new[v.id] for v in outputs]
    first = 1 - len(run.inputs)
    for k, v in enumerate(kept):
        v.id = k
        v.name, v.latex = f"v{first + k}", f"v_{{{first + k}}}"
        for e in v.edges:
            e.vertex = None if e.vertex is None else new[e.vertex]
    run.vertices = kept
    run.wrt, run.output = (run.inputs[0] if run.inputs else 0, None), run.outputs[0]
    run.groups = groups(run)
    return run


def leading_to(vertices, outputs):
    """The ids of the vertices that lead to the outputs."""
    found = {v.id for v in outputs}
    stack = list(found)
    while stack:
        for p in vertices[stack.pop()].parents:
            if p not in found:
                found.add(p)
                stack.append(p)
    return found


def groups(run):
    """The vertices of lines that ran again and again: one group for each loop."""
    inner = [v for v in run.vertices if v.place]
    counts = Counter(v.place for v in inner)
    spans: dict = {}
    for v in inner:
        if counts[v.place] >= REPEATED:
            low, _ = spans.setdefault(v.place, (v.id, v.id))
            spans[v.place] = low, v.id
    found = []
    for low, high in merged(sorted(spans.values())):
        members = [v for v in run.vertices[low : high + 1] if v.op not in ("input", "constant")]
        times = max(counts[v.place] for v in members if v.place)
        lines = dict.fromkeys(v.line["code"] for v in members if v.line and v.line["code"])
        title = "; ".join(list(lines)[:SHOWN]) + ("; …" if len(lines) > SHOWN else "")
        for v in members:
            v.group = len(found)
        ids = [v.id for v in members]
        found.append({"id": len(found), "title": title, "count": times, "vertices": ids})
    return found


def merged(spans):
    """Spans that overlap as one."""
    found: list[tuple[int, int]] = []
    for low, high in spans:
        if found and low <= found[-1][1]:
            found[-1] = found[-1][0], max(high, found[-1][1])
        else:
            found.append((low, high))
    return found
