"""The operator table as a page, rendered from the rows whenever the pages are built."""

import ast
import inspect
import types
from functools import cache
from importlib import import_module
from pathlib import Path
from string import Template

import autodiff
from autodiff.core.family import Contraction, Elementwise, Movement, Opaque, Reduction
from autodiff.core.op import Op

MARK = "<!-- the operator table -->"
HEADINGS = ("operator", "formula", "rules", "read", "Jacobian")
READS = {"x": "arguments", "y": "output", "xy": "both", "": "neither"}
PATTERNS = {
    Elementwise: "diagonal",
    Movement: "zeros and ones",
    Reduction: "one row for each output",
    Contraction: "linear in each factor",
    Opaque: "a block for each matrix",
}


def page():
    """The table in MyST: a section for each file of rows."""
    folder = Path(autodiff.__file__).parent / "ops"
    sections = [section(path) for path in sorted(folder.glob("*.py"))]
    return "\n\n".join(filter(None, sections))


def section(path):
    """The rows of one file under the first line of its docstring; None if it has none."""
    rows = list(rows_of(path))
    if not rows:
        return None
    module = import_module(f"autodiff.ops.{path.stem}")
    title = inspect.getdoc(module).split("\n")[0].rstrip(".")
    lines = [f"## {title}", "", "```````{list-table}", ":header-rows: 1", ":class: operators", ""]
    for cells in [HEADINGS, *map(cells_of, rows)]:
        lines += [bullet(cell, first=not i) for i, cell in enumerate(cells)]
    return "\n".join([*lines, "```````"])


def bullet(cell, first):
    """One cell of a list table; further lines are indented below it."""
    return ("* - " if first else "  - ") + cell.replace("\n", "\n    ")


def rows_of(path):
    """The rows that a file binds at its top level, in their order."""
    module = import_module(f"autodiff.ops.{path.stem}")
    for statement in ast.parse(path.read_text("utf-8")).body:
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call):
            value = vars(module).get(getattr(statement.targets[0], "id", None))
            if isinstance(value, Op):
                yield value


def cells_of(row):
    """The cells of one operator."""
    about = inspect.getdoc(row).split("\n\n")[0]
    return (
        f"`{row.signature}`\\\n{about}",
        f"$\\displaystyle {formula(row)}$",
        rules(row),
        READS[row.reads] if row.differentiable else "",
        pattern(row),
    )


def formula(row):
    """The LaTeX of a row, with the names of its arguments."""
    names = [argument.strip("*") for argument in row.arguments]
    return Template(row.latex).substitute({name: letter(name) for name in names})


def letter(name):
    """An argument in a formula: letters of more than one character are set as a word."""
    return name if len(name) == 1 else rf"\mathit{{{name}}}"


def pattern(row):
    """Which entries of the Jacobian may differ from zero, by the family."""
    if not row.differentiable:
        return "zero"
    return next(text for family, text in PATTERNS.items() if isinstance(row, family))


def rules(row):
    """The rules as they are written in the row, a line for each, and what their helpers are."""
    if not row.differentiable:
        return "none"
    found = list(named_rules(row))
    lines = [f"{name}: `{text(rule)}`" if rule else f"{name}: `0`" for name, rule in found]
    notes = dict(note for _, rule in found if rule for note in helpers(rule))
    lines += [f"where `{name}` is: {about}" for name, about in notes.items()]
    return "\\\n".join(lines)


def named_rules(row):
    """(what a rule is for, the rule)"""
    if isinstance(row, Elementwise):
        yield from zip(row.arguments, row.rules)
    elif isinstance(row, Movement):
        yield "pullback", row.transpose
    elif isinstance(row, Reduction):
        yield row.arguments[0], row.rule
    elif isinstance(row, Contraction):
        yield from zip(row.arguments, row.transposes)
    else:
        yield "tangent", row.jvp


def text(rule):
    """The source of what a function returns last, on one line."""
    path = Path(rule.__code__.co_filename)
    nodes = [n for n in ast.walk(parsed(path)) if begins_at(n, rule.__code__)]
    node = nodes[0] if len(nodes) == 1 else next(n for n in nodes if holds(n, rule.__code__))
    body = node.body if isinstance(node, ast.Lambda) else last_return(node)
    source = ast.get_source_segment(path.read_text("utf-8"), body)
    return " ".join(source.split())


@cache
def parsed(path):
    return ast.parse(path.read_text("utf-8"))


def begins_at(node, code):
    """Whether a node of the source is a function that begins on the line of `code`."""
    first = {ast.Lambda: getattr(node, "lineno", None), ast.FunctionDef: first_line(node)}
    return first.get(type(node)) == code.co_firstlineno


def first_line(node):
    """The line of a function's name, or of its first decorator."""
    decorators = getattr(node, "decorator_list", [])
    return min([d.lineno for d in decorators], default=getattr(node, "lineno", None))


def holds(node, code):
    """Whether the body of a lambda is where `code` computes its result: the last instruction."""
    *_, (line, _, column, _) = code.co_positions()
    return (node.body.lineno, node.body.col_offset) == (line, column)


def last_return(function):
    returns = [n for n in ast.walk(function) if isinstance(n, ast.Return)]
    return max(returns, key=lambda node: node.lineno).value


def helpers(rule):
    """(name, first sentence) of the functions of the same table that a rule calls and that are
    not operators themselves."""
    public = {id(value) for value in vars(autodiff).values()}
    for name in rule.__code__.co_names:
        value = rule.__globals__.get(name)
        if isinstance(value, types.FunctionType) and id(value) not in public and value.__doc__:
            yield name, inspect.getdoc(value).split("\n")[0].rstrip(".")
