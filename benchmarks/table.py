"""What a benchmark found: a table of ratios, and its targets, met or missed."""

from typing import NamedTuple


class Target(NamedTuple):
    """A figure with what it is held against; `sense` is "at most" or "at least"."""

    text: str
    figure: float
    sense: str
    bound: float

    @property
    def met(self):
        """Whether the figure keeps to the bound."""
        return self.figure <= self.bound if self.sense == "at most" else self.figure >= self.bound


class Table(NamedTuple):
    """Ratios by row and column, the targets read off them, and what the columns mean."""

    title: str
    rows: dict
    targets: list
    note: str = ""


def show(table):
    """The table and its targets as text."""
    columns = list(dict.fromkeys(c for row in table.rows.values() for c in row))
    lines = [table.title, "-" * len(table.title)]
    if table.note:
        lines.append(table.note)
    lines += aligned(
        [["", *columns]]
        + [[name, *[number(row.get(c)) for c in columns]] for name, row in table.rows.items()]
    )
    if table.targets:
        lines += ["", *aligned([verdict(t) for t in table.targets])]
    return "\n".join(lines) + "\n"


def verdict(target):
    """One line of the targets: what, how much, against what, and whether it is met."""
    return [
        target.text,
        number(target.figure),
        f"{target.sense} {number(target.bound)}",
        "ok" if target.met else "missed",
    ]


def number(x):
    """A figure in three digits; empty where there is none."""
    if x is None:
        return ""
    return f"{x:,.0f}" if abs(x) >= 100 else f"{x:.3g}"


def aligned(lines):
    """Cells in columns: the first to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*lines)]
    return [
        "  ".join(c.rjust(w) if i else c.ljust(w) for i, (c, w) in enumerate(zip(line, widths)))
        for line in lines
    ]


def as_json(table):
    """The table as plain containers of numbers."""
    targets = [{**t._asdict(), "met": t.met} for t in table.targets]
    return {"title": table.title, "rows": table.rows, "targets": targets, "note": table.note}
