"""The three traces as tables, in the manner of Baydin et al. 2018, tables 2 and 3.

Each row of the JSON has {"vertex": id}; of the adjoint trace {"vertex", "to", "input"}: the vertex
whose rule runs, the one that hears, and as which argument; the first and last rows have no "to".
"""

import re

from ..symbolic.names import name_text
from .digits import value_text
from .formulas import PULLED, PULLED_LATEX, Formulas, barred, dotted, enclosed, value_latex
from .grid import Cell, Grid
from .words import word


def traces(run, formulas=None):
    """{"primal": table, "tangent": table, "adjoint": table}, those that the mode asks for."""
    formulas = formulas or Formulas(run)
    found = {"primal": primal(run)}
    if run.pushed:
        found["tangent"] = tangent(run, formulas)
    if run.pulled:
        found["adjoint"] = adjoint(run)
    return found


def header(run, *names):
    return tuple(word(run.lang, name) for name in names)


def number(x):
    """A value as a cell."""
    return Cell("·", r"\cdot") if x is None else Cell(value_text(x), value_latex(x))


def equal(text, latex):
    """A cell that stands behind a sign of equality; empty where there is nothing to say."""
    return Cell(f"= {text}", f"= {latex or text}") if text else Cell("")


def called(v):
    """The name of a vertex with its label."""
    label = f" ({v.label})" if v.label and v.op != "input" else ""
    return Cell(f"{v.name}{label}", v.latex)


def primal(run):
    """The forward primal trace: formulas, numbers and values from the inputs to the output."""
    rows, marks = [], []
    for v in run.vertices:
        formula = equal(v.formula, v.formula_latex)
        numbers = equal(v.substituted, v.substituted_latex)
        rows.append((called(v), formula, numbers, number(v.value)))
        marks.append({"vertex": v.id})
    for y, i in zip(run.output_names(), run.outputs):
        v = run.vertices[i]
        rows.append((Cell(y, name_text(y)), equal(v.name, v.latex), Cell(""), number(v.value)))
        marks.append({"vertex": i})
    return Grid(header(run, "variable", "formula", "numbers", "value"), rows, (3,), marks)


def dotted_latex(latex):
    return rf"\dot{{v}}{latex[1:]}"


def barred_latex(latex):
    return rf"\bar{{v}}{latex[1:]}"


def over(accent, name):
    """LaTeX of a name of the program below a dot or a bar."""
    return rf"\{accent}{{{name_text(name)}}}"


def tangent(run, formulas):
    """The forward tangent trace: the derivative of every variable in the chosen input."""
    rows, marks = [], []
    for v in run.vertices:
        name = Cell(dotted(v.name), dotted_latex(v.latex))
        text = latex = numbers = numbers_latex = ""
        if v.op == "input":
            text, latex = dotted(v.label), over("dot", v.label)
        elif v.row is not None:
            text, latex = formulas.push(v)
            numbers, numbers_latex = formulas.push_numbers(v)
        shown = Cell("") if numbers == text else equal(numbers, numbers_latex)
        rows.append((name, equal(text, latex), shown, number(v.tangent)))
        marks.append({"vertex": v.id})
    for y, i in zip(run.output_names(), run.outputs):
        v = run.vertices[i]
        name, cell = Cell(dotted(y), over("dot", y)), equal(dotted(v.name), dotted_latex(v.latex))
        rows.append((name, cell, Cell(""), number(v.tangent)))
        marks.append({"vertex": i})
    return Grid(header(run, "variable", "formula", "numbers", "value"), rows, (3,), marks)


def adjoint(run):
    """The reverse adjoint trace, from the output down to the inputs, one row for each edge."""
    root = run.vertices[run.output]
    y = run.output_names()[run.outputs.index(run.output)]
    first = (Cell(barred(root.name), barred_latex(root.latex)), equal(barred(y), over("bar", y)))
    rows = [(*first, Cell(""), Cell(""), number(root.adjoint))]
    marks: list[dict] = [{"vertex": root.id}]
    heard: dict = {}
    for i, edges in run.backward:
        for j, k, amount in edges:
            again, before = j in heard, heard.get(j)
            heard[j] = amount if before is None else before + amount
            rows.append(contribution(run, i, j, k, again, before, heard[j]))
            marks.append({"vertex": i, "to": j, "input": k})
    for i in run.inputs:
        v = run.vertices[i]
        name = Cell(barred(v.label), over("bar", v.label))
        cells = equal(barred(v.name), barred_latex(v.latex)), Cell(""), Cell("")
        rows.append((name, *cells, number(v.adjoint)))
        marks.append({"vertex": i})
    return Grid(header(run, "variable", "rule", "formula", "numbers", "value"), rows, (4,), marks)


def contribution(run, i, j, k, again, before, after):
    """One row: what vertex `i` adds to the adjoint of its argument `k`, the vertex `j`.

    again: whether `j` has heard before.  before, after: its adjoint then and now.
    """
    v, p = run.vertices[i], run.vertices[j]
    e = v.edges[k]
    own, hears = barred(p.name), barred(v.name)
    own_latex, hears_latex = barred_latex(p.latex), barred_latex(v.latex)
    plus, plus_latex = (f"{own} + ", f"{own_latex} + ") if again else ("", "")
    symbol = rf"\frac{{\partial {v.latex}}}{{\partial {p.latex}}}"
    rule = equal(f"{plus}{hears} {e.symbol}", f"{plus_latex}{hears_latex} {symbol}")
    if not e.formula or e.formula.startswith(PULLED):
        text = re.sub(r"\bg\b", hears, e.formula.removeprefix(PULLED))
        latex = re.sub(r"\bg\b", lambda _: hears_latex, e.latex.removeprefix(PULLED_LATEX))
        written = equal(f"{plus}{text}", f"{plus_latex}{latex}") if text else Cell("")
        return Cell(own, own_latex), rule, written, Cell(""), number(after)
    whole = " " not in e.formula and e.formula[0] != "-"
    inner = e.formula if whole else f"({e.formula})"
    inner_latex = e.latex if whole else rf"\left({e.latex}\right)"
    written = equal(f"{plus}{hears} × {inner}", rf"{plus_latex}{hears_latex} \times {inner_latex}")
    numbers = Cell("")
    if e.partial is not None and after is not None and not v.shape and not p.shape:
        texts = [enclosed(value_text(x)) for x in (v.adjoint, e.partial)]
        start = "" if before is None else f"{value_text(before)} + "
        line = f"{start}{texts[0]} × {texts[1]}"
        numbers = equal(line, line.replace("×", r"\times"))
    return Cell(own, own_latex), rule, written, numbers, number(after)
