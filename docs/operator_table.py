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
    title = first_sentence(module.__doc__)
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
        reads(row) if row.differentiable else "",
        pattern(row),
    )


def formula(row):
    """The LaTeX of a row, with the names of its arguments."""
    names = [argument.strip("*") for argument in row.arguments]
    return Template(row.latex).substitute({name: letter(name) for name in names})


def letter(name):
    """An argument in a formula: letters of more than one character are set as a word."""
    return name if len(name) == 1 else rf"\mathit{{{name}}}"


def reads(row):
    """Which values the rules look at: of all together, or of each."""
    if isinstance(row.reads, str):
        return READS[row.reads]
    each = [f"`{name}`: {letters(read)}" for name, read in zip(row.arguments, row.reads)]
    return "\\\n".join(each)


def letters(read):
    """What one rule reads, by the letters of its arguments, `z` for the output."""
    return ", ".join(f"`{letter}`" for letter in read) or "neither"


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
    lines = [f"`{name}`: {text(rule) if rule else '`0`'}" for name, rule in found]
    notes = dict(note for _, rule in found if rule for note in helpers(rule))
    lines += [f"`{name}`: {about}" for name, about in notes.items()]
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
    """What a function or the one around it says it is; of others the source, without its head."""
    if not isinstance(rule, types.FunctionType):
        return first_sentence(type(rule).__doc__)
    path = Path(rule.__code__.co_filename)
    tree, source = parsed(path), path.read_text("utf-8")
    node = next(node for node in ast.walk(tree) if is_source(node, rule.__code__))
    if isinstance(node, ast.Lambda):
        return f"`{' '.join(ast.get_source_segment(source, node.body).split())}`"
    around = [f for f in ast.walk(tree) if isinstance(f, ast.FunctionDef) and node in ast.walk(f)]
    said = [about for about in map(ast.get_docstring, reversed(around)) if about]
    if said:
        return first_sentence(said[0])
    lines = source.split("\n")[node.body[0].lineno - 1 : node.end_lineno]
    return "\\\n".join(["", *[f"`{indented(line[4:])}`" for line in lines]])


def indented(line):
    """A line of code whose indentation is kept where lines are wrapped."""
    code = line.lstrip()
    return "\u00a0" * (len(line) - len(code)) + code


@cache
def parsed(path):
    return ast.parse(path.read_text("utf-8"))


def is_source(node, code):
    """Whether a node of the source is the function that was compiled to `code`."""
    if isinstance(node, ast.FunctionDef):
        lines = [node.lineno, *[d.lineno for d in node.decorator_list]]
        return node.name == code.co_name and min(lines) == code.co_firstlineno
    if not isinstance(node, ast.Lambda) or node.lineno != code.co_firstlineno:
        return False
    # several lambdas may stand on one line; the one is meant whose body holds all instructions
    begin = node.body.lineno, node.body.col_offset
    end = node.body.end_lineno, node.body.end_col_offset
    spans = [((a, c), (b, d)) for a, b, c, d in code.co_positions() if (a, c) < (b, d)]
    return all(begin <= first and last <= end for first, last in spans)


def helpers(rule):
    """(name, what it is) of the functions that a rule calls and that are not public."""
    if not isinstance(rule, types.FunctionType) or rule.__name__ != "<lambda>":
        return
    for name in rule.__code__.co_names:
        value = rule.__globals__.get(name)
        if isinstance(value, types.FunctionType) and value.__doc__ and not hasattr(autodiff, name):
            yield name, first_sentence(value.__doc__)


def first_sentence(docstring):
    """What a docstring says first, without its full stop."""
    return inspect.cleandoc(docstring).split("\n")[0].rstrip(".")
