"""What a check of derivatives says: one sentence, and the table behind it."""

from dataclasses import dataclass
from typing import NamedTuple

from ..core.errors import AutodiffError


class GradientError(AutodiffError, AssertionError):
    """A derivative that does not pass `check_grad`; `report` holds the whole of it."""

    def __init__(self, report):
        super().__init__(report.reason)
        self.report = report


class Comparison(NamedTuple):
    """One derivative beside its numerical value, where they are farthest apart.

    function: "f", or a derivative of it.
    direction: which inputs are moved.
    """

    function: str
    direction: str
    mode: str
    derivative: complex
    numerical: complex
    error: float


@dataclass(frozen=True)
class GradReport:
    """The answer of `check_grad`: true if every derivative passed; `print` shows a table.

    kind: what failed, in a word; "" if nothing did.
    reason: why, in a sentence; "" if nothing failed.
    comparisons: every derivative that was compared, as Comparison.
    """

    passed: bool
    kind: str
    reason: str
    comparisons: tuple[Comparison, ...]

    def __bool__(self):
        return self.passed

    def __str__(self):
        head = ("of", "along", "mode", "derivative", "numerical", "±")
        rows = [
            (
                c.function,
                c.direction,
                c.mode,
                number(c.derivative, 12),
                number(c.numerical, 12),
                f"{c.error:.1e}",
            )
            for c in self.comparisons
        ]
        widths = [max(len(row[k]) for row in [head, *rows]) for k in range(len(head))]
        lines = [
            "  ".join(cell.ljust(w) for cell, w in zip(row, widths)).rstrip()
            for row in [head, *rows]
        ]
        return "\n".join([self.reason or "every derivative passed", *lines])


def number(value, digits=6):
    """A number in few digits; a complex one only if it has an imaginary part."""
    value = complex(value)
    if value.imag == 0:
        return f"{value.real:.{digits}g}"
    return f"{value:.{digits}g}"
