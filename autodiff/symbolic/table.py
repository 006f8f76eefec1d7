"""Tables in text, LaTeX and HTML, with numbers and formulas in their cells."""

from typing import NamedTuple

STYLE = "border-collapse: collapse; font-variant-numeric: tabular-nums;"
LINE = "border-bottom: 1px solid currentColor;"


class Math(NamedTuple):
    """A formula in three notations."""

    text: str
    latex: str
    html: str


class Table(NamedTuple):
    """A table: names of the columns, rows of cells (texts or formulas), and sentences below it.

    left: the columns whose cells begin at the left; numbers end at the right.
    """

    header: tuple
    rows: list
    notes: tuple = ()
    left: tuple = (0,)

    def text(self):
        """The table in columns of equal width.

        >>> print(Table(("method", "error"), [("forward", "1e-16"), ("reverse", "0")]).text())
        method   error
        forward  1e-16
        reverse      0
        """
        cells = [[as_text(c) for c in row] for row in [self.header, *self.rows]]
        widths = [max(len(row[k]) for row in cells) for k in range(len(self.header))]
        lines = [
            "  ".join(
                c.ljust(w) if k in self.left else c.rjust(w)
                for k, (c, w) in enumerate(zip(row, widths))
            ).rstrip()
            for row in cells
        ]
        return "\n".join([*lines, *self.notes])

    def latex(self):
        """The table as a `tabular`; formulas are set as mathematics."""
        columns = "".join("l" if k in self.left else "r" for k in range(len(self.header)))
        lines = [
            " & ".join(f"${c.latex}$" if isinstance(c, Math) else plain(str(c)) for c in row)
            for row in [self.header, *self.rows]
        ]
        body = f"{lines[0]} \\\\ \\hline\n" + " \\\\\n".join(lines[1:])
        notes = "".join(f"\n\n{plain(note)}" for note in self.notes)
        return f"\\begin{{tabular}}{{{columns}}}\n{body}\n\\end{{tabular}}{notes}"

    def html(self):
        """The table for a page or a notebook; formulas are MathML."""
        head = "".join(self.cell("th", k, c, LINE) for k, c in enumerate(self.header))
        body = "".join(
            "<tr>" + "".join(self.cell("td", k, c, "") for k, c in enumerate(row)) + "</tr>"
            for row in self.rows
        )
        below = "<br>".join(escape(note) for note in self.notes)
        notes = f"<p><small>{below}</small></p>" if below else ""
        inside = f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
        table = f'<table style="{STYLE}">{inside}</table>'
        return f'<div style="overflow-x: auto">{table}</div>{notes}'

    def cell(self, tag, k, content, more):
        align = "left" if k in self.left else "right"
        inside = content.html if isinstance(content, Math) else escape(str(content))
        style = f"padding: 0.2em 0.8em; text-align: {align}; {more}".strip()
        return f'<{tag} style="{style}">{inside}</{tag}>'


def escape(text):
    """A text with the signs of HTML escaped."""
    return text.translate({ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;"})


def as_text(cell):
    return cell.text if isinstance(cell, Math) else str(cell)


def plain(text) -> str:
    """A text with LaTeX's own signs escaped."""
    signs = {"%": r"\%", "&": r"\&", "_": r"\_", "#": r"\#", "$": r"\$", "—": "---"}
    return "".join([signs[c] if c in signs else c for c in text])
