"""The trace tables of a page: what stands in each row, and the names of the numbers in it.

The page's program writes the rows, of a long table those in view; it renews a number by its name.
"""

NAMES = ("primal", "tangent", "adjoint")
HEADERS = {
    "primal": ("variable", "formula", "numbers", "value"),
    "tangent": ("variable", "formula", "numbers", "value"),
    "adjoint": ("variable", "rule", "formula", "numbers", "value"),
}


def trace_rows(run, tables):
    """{name: [[step, name of the numbers, name of the value, *cells], ...]}, as JSON.

    tables: of the record, as JSON.
    """
    return {
        name: [[*keys(name, mark, run), *mark["cells"]] for mark in tables[name]["rows"]]
        for name in NAMES
        if name in tables
    }


def trace_tables(tables):
    """The tables as HTML, without their rows."""
    return "".join([table(name) for name in NAMES if name in tables])


def table(name):
    """The head of one table."""
    head = "".join([f'<th data-w="{word}"></th>' for word in HEADERS[name]])
    return (
        f'<section class="trace {name}" data-trace="{name}"><h2 data-w="{name}"></h2>'
        f'<div class="scroll" tabindex="0"><table><thead><tr>{head}</tr></thead><tbody></tbody>'
        "</table></div></section>"
    )


def keys(name, mark, run):
    """(the step that a row belongs to, the name of its numbers, the name of its value)"""
    vertex = mark["vertex"]
    if name == "primal":
        return f"primal:{vertex}", f"sub:{vertex}", f"value:{vertex}"
    if name == "tangent":
        return f"tangent:{vertex}", f"push:{vertex}", f"tangent:{vertex}"
    if "to" in mark:
        heard = f"{mark['to']}:{vertex}:{mark['input']}"
        return f"adjoint:{heard}", f"times:{heard}", f"heard:{heard}"
    if vertex == run.output and vertex not in run.inputs:
        return "seed", "", ""
    last = run.vertices[vertex].contributions[-1:]
    heard = f"adjoint:{vertex}:{last[0].source}:{last[0].position}" if last else "seed"
    return heard, "", f"adjoint:{vertex}"
