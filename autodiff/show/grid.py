"""Tables for a terminal, a page or a paper; Chinese signs are two columns wide."""

import unicodedata
from typing import NamedTuple

from ..symbolic.table import escape, plain

WIDE = ("W", "F")
LONGEST = 72  # columns of one cell in a terminal


class Cell(NamedTuple):
    """A formula as text and as LaTeX."""

    text: str
    latex: str = ""


def width(text):
    """Columns that a text takes in a terminal.

    >>> width("v̇1 值")
    5
    """
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in WIDE else 1
        for c in text
    )


def padded(text, columns, right=False):
    """A text filled up with blanks."""
    blanks = " " * max(columns - width(text), 0)
    return blanks + text if right else text + blanks


def clipped(text, columns=LONGEST):
    """A text that is not wider than so many columns."""
    if width(text) <= columns:
        return text
    while width(text) > columns - 1:
        text = text[:-1]
    return f"{text}…"


class Grid(NamedTuple):
    """A table: header, rows of cells (texts, or formulas as `Cell`), and which columns are numbers.

    marks: for each row what it is about, as JSON; the page finds its rows by it.
    """

    header: tuple
    rows: list
    numbers: tuple = ()
    marks: list | None = None

    def text(self, most=None, more="… {count}"):
        """The table in columns; of more than `most` rows the first and the last.

        >>> print(Grid(("name", "值"), [("v0", "2"), ("v1", "10.5")], (1,)).text())
        name    值
        v0       2
        v1    10.5
        """
        rows = [[clipped(text_of(c)) for c in row] for row in [self.header, *self.rows]]
        cut = None
        if most is not None and len(rows) - 1 > most:
            cut = most // 2 + 1
            rows, left = [*rows[:cut], *rows[cut - most - 1 :]], len(rows) - 1 - most
        widths = [max(width(row[k]) for row in rows) for k in range(len(self.header))]
        lines = [
            "  ".join(padded(c, w, k in self.numbers) for k, (c, w) in enumerate(zip(row, widths)))
            for row in rows
        ]
        if cut is not None:
            lines.insert(cut, more.format(count=left))
        return "\n".join(line.rstrip() for line in lines)

    def markdown(self):
        """The table as GitHub and notebooks read it."""
        line = [("---:" if k in self.numbers else "---") for k in range(len(self.header))]
        rows = [[barless(text_of(c)) for c in row] for row in [self.header, *self.rows]]
        return "\n".join("| " + " | ".join(row) + " |" for row in [rows[0], line, *rows[1:]])

    def latex(self):
        """The table as a `tabular`; formulas are set as mathematics."""
        columns = "".join("r" if k in self.numbers else "l" for k in range(len(self.header)))
        rows = [" & ".join(map(latex_of, row)) for row in [self.header, *self.rows]]
        body = f"{rows[0]} \\\\ \\hline\n" + " \\\\\n".join(rows[1:])
        return f"\\begin{{tabular}}{{{columns}}}\n{body}\n\\end{{tabular}}"

    def html(self):
        """The table for a notebook."""
        head = "".join(f"<th>{escape(text_of(c))}</th>" for c in self.header)
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(text_of(c))}</td>" for c in row) + "</tr>"
            for row in self.rows
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def to_dict(self):
        """The table as JSON: header, and rows of {cells, latex, and what the row is about}."""
        marks = self.marks or [{} for _ in self.rows]
        return {
            "header": [text_of(c) for c in self.header],
            "rows": [
                {
                    "cells": [text_of(c) for c in row],
                    "latex": [c.latex if type(c) is Cell else "" for c in row], **mark,
                }
                for row, mark in zip(self.rows, marks)
            ],
        }  # fmt: skip


def text_of(cell):
    return cell.text if type(cell) is Cell else str(cell)


def latex_of(cell):
    if type(cell) is Cell:
        return f"${cell.latex}$" if cell.latex else plain(cell.text)
    return plain(str(cell))


def barless(text):
    """A text that ends no cell of a table in Markdown, and starts no emphasis."""
    return "".join(f"\\{c}" if c in "|*_<" else c for c in text)
