"""The report of an explanation as text, Markdown and LaTeX."""

from .diagrams import mermaid, tree
from .digits import value_text
from .grid import barless, clipped
from .jacobians import matrix_grid
from .words import spoken, word

BOLD, PLAIN = "\033[1m", "\033[0m"
ROWS = 60  # of a table in a terminal


def shortened(title, room=60):
    """A title in one line."""
    return clipped(" ".join(title.split()), room)


def gradient_lines(run):
    """`∂y/∂a = 2`, one for each input."""
    lines, y = [], run.output_names()[run.outputs.index(run.output)]
    for i in run.inputs:
        v = run.vertices[i]
        if run.pulled and v.adjoint is not None:
            lines.append(f"∂{y}/∂{v.label or v.name} = {value_text(v.adjoint)}")
    if run.pushed and not run.pulled:
        v, start = run.vertices[run.output], run.vertices[run.wrt[0]]
        if v.tangent is not None:
            lines.append(f"∂{y}/∂{start.label or start.name} = {value_text(v.tangent)}")
    return lines


def sections(explanation):
    """[(heading, body)] of the report."""
    run, lang = explanation.run, explanation.run.lang
    more = f"… {word(lang, 'more', count='{count}')}"

    def table(grid):
        return grid.text(ROWS, more)

    found = [(word(lang, "graph"), "\n".join([tree(run), *group_lines(run)]))]
    for name, grid in explanation.tables.items():
        heading = word(lang, name)
        if name == "tangent":
            v = run.vertices[run.wrt[0]]
            heading += f" ({word(lang, 'chosen', name=v.label or v.name)})"
        found.append((heading, table(grid)))
    if gradient_lines(run):
        found.append((word(lang, "gradient"), "\n".join(gradient_lines(run))))
    paths = explanation.paths
    found.append((word(lang, "paths"), f"{table(paths.grid())}\n{paths.sentence()}"))
    if explanation.jacobian is not None:
        found.append((word(lang, "jacobian"), jacobian_text(explanation)))
    if explanation.costs is not None:
        found.append((word(lang, "cost"), explanation.costs.grid().text()))
    extended = explanation.extended
    found.append((word(lang, "extended"), f"{table(extended.grid())}\n{extended.sentence()}"))
    rewrites = explanation.rewrites
    lines = [table(rewrites.grid())] if rewrites.stable else []
    if lines or rewrites.fused:
        found.append((word(lang, "rewrites"), "\n".join([*lines, *rewrites.lines()])))
    if explanation.found is not None:
        found.append((word(lang, "ways"), explanation.found.text()))
    code = explanation.source
    if code.text is not None and len(code.text.splitlines()) <= 2 * ROWS:
        found.append((word(lang, "code"), code.text.rstrip()))
    if run.notes:
        lines = [spoken(note, lang) for note in run.notes]
        found.append((word(lang, "notes"), "\n".join(lines)))
    return found


def group_lines(run):
    """One line for each group of repeated lines."""
    found = []
    for g in run.groups:
        first, last = (run[g["vertices"][k]].name for k in (0, -1))
        found.append(f"×{g['count']}  {g['title']}  ({first} … {last})")
    return found


def jacobian_text(explanation):
    """The matrix, how the modes fill it, and the product of two."""
    j, lang = explanation.jacobian, explanation.run.lang
    lines = [
        j.grid().text(), word(lang, "columns", n=len(j.columns)),
        word(lang, "rows", m=len(j.rows)),
    ]  # fmt: skip
    if j.layer is not None:
        lines += [
            "", word(lang, "chain") + word(lang, "colon").rstrip(),
            matrix_grid(j.outer, j.rows, j.layer_names).text(),
            "×", matrix_grid(j.inner, j.layer_names, j.columns).text(),
            "=", matrix_grid(j.outer @ j.inner, j.rows, j.columns).text(),
        ]  # fmt: skip
    return "\n".join(lines)


def text(explanation, color=False):
    """The report as text."""
    bold, plain = (BOLD, PLAIN) if color else ("", "")
    parts = [f"{bold}{shortened(explanation.run.title)}{plain}"]
    for heading, body in sections(explanation):
        parts += ["", f"{bold}{heading}{plain}", body]
    return "\n".join(parts)


def markdown(explanation):
    """The report as Markdown."""
    run, lang = explanation.run, explanation.run.lang
    parts = [f"## {barless(shortened(run.title))}", "```mermaid", mermaid(run).rstrip(), "```"]
    for name, grid in explanation.tables.items():
        parts += ["", f"### {word(lang, name)}", "", grid.markdown()]
    if explanation.paths.listed is not None:
        parts += ["", f"### {word(lang, 'paths')}", "", explanation.paths.grid().markdown()]
    if explanation.jacobian is not None:
        parts += ["", f"### {word(lang, 'jacobian')}", "", explanation.jacobian.grid().markdown()]
    if explanation.source.text is not None:
        code = explanation.source.text.rstrip()
        parts += ["", f"### {word(lang, 'code')}", "", "```python", code, "```"]
    return "\n".join(parts)


def latex(explanation):
    """The traces as tables, the gradient, and the Jacobian as a product with its numbers."""
    lang, parts = explanation.run.lang, []
    for name, grid in explanation.tables.items():
        parts.append(f"% {word(lang, name)}\n{grid.latex()}")
    j = explanation.jacobian
    if j is not None:
        parts.append(f"\\[\n{product_latex(j)}\n\\]")
    return "\n\n".join(parts)


def product_latex(j):
    """The Jacobian, as a product of two where the chain rule was cut."""
    whole = matrix_latex(j.matrix)
    if j.layer is None:
        return rf"\frac{{\partial y}}{{\partial x}} = {whole}"
    outer, inner = matrix_latex(j.outer), matrix_latex(j.inner)
    return (
        r"\frac{\partial y}{\partial x} = \frac{\partial y}{\partial v} \, "
        rf"\frac{{\partial v}}{{\partial x}} = {outer} {inner} = {whole}"
    )


def matrix_latex(matrix):
    rows = r" \\ ".join(" & ".join(value_text(x) for x in row) for row in matrix)
    return rf"\begin{{pmatrix}} {rows} \end{{pmatrix}}"
