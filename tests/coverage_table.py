"""What works of numpy, numpy.linalg, numpy.fft and scipy.special, found by calling every name.

`make coverage-table` writes docs/coverage.json and docs/coverage.md; a test compares them with
what is found anew.
"""

import json
import os
from collections import Counter
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import scipy
from coverage_calls import MODULES
from coverage_marks import CONSTANT, DERIVED, MODES, PLAIN, REFUSED, marks

from autodiff.numeric.progress import Progress

DOCS = Path(__file__).parents[1] / "docs"
DATA, PAGE = DOCS / "coverage.json", DOCS / "coverage.md"
MADE_WITH = "made with"
SIGNS = {"yes": "✓", "some": "◐", "no": "–", "native": "✓", "call-back": "↩"}
TITLES = {
    DERIVED: "differentiable",
    CONSTANT: "integers, truths and facts",
    REFUSED: "refused",
    PLAIN: "no value goes in",
}
HEAD = """# Coverage

What of `numpy`, `numpy.linalg`, `numpy.fft` and `scipy.special` works on values that are being
differentiated. This page is not written by hand: `make coverage-table` calls every public name in
every mode, compares values with NumPy's or SciPy's and derivatives with differences, and writes
this page and [coverage.json](coverage.json); a test fails when they are out of date. It was made
with {versions}.

| mode | what is run |
|---|---|
| forward | `jvp` beside differences of the function itself |
| reverse | `vjp` beside differences |
| batch | `vmap` of the function and of its gradient, beside a loop |
| graph | a `Variable` through `Executor`, the value and the gradient |
| native | `jit` of the function and of its gradient |

| sign | meaning |
|---|---|
| ✓ | works in every way it was called; native: without leaving native code |
| ◐ | works in some of the ways it was called |
| – | does not work; an error says so, or `jit` runs the function as it is |
| ↩ | native code that calls back to NumPy or SciPy for some operators |

Names are *differentiable*; or give *integers, truths and facts*, which are NumPy's own, also of
values that are being differentiated; or are *refused* in one sentence; or no value that carries a
derivative *goes in*.
"""


def generated():
    """{module: {name: marks}} of what is there now, and what it was made with."""
    found: dict[str, Any] = {MADE_WITH: {"numpy": np.__version__, "scipy": scipy.__version__}}
    with TemporaryDirectory() as folder, chdir(folder), Progress("coverage") as progress:
        called = {(m, name): c for m, names in MODULES.items() for name, c in names().items()}
        for (module, name), (kind, calls, note) in progress.through(sorted(called.items())):
            row = marks(kind, calls) if calls else {"kind": kind}
            said = "; ".join(filter(None, (note, row.pop("note", ""))))
            found.setdefault(module, {})[name] = {**row, **({"note": said} if said else {})}
            progress.tick()
    return found


def data_text(table):
    """The table as JSON, a name in each line."""
    parts = []
    for module, names in table.items():
        lines = [f"  {json.dumps(name)}: {json.dumps(row)}" for name, row in names.items()]
        parts.append(f"{json.dumps(module)}: {{\n" + ",\n".join(lines) + "\n}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def page_text(table):
    """The table as a page."""
    versions = " and ".join(
        f"{name} {version}"
        for name, version in zip(("NumPy", "SciPy"), table[MADE_WITH].values(), strict=True)
    )
    modules = {module: names for module, names in table.items() if module != MADE_WITH}
    parts = [HEAD.format(versions=versions), "\n".join(counts(modules))]
    for module, names in modules.items():
        parts.append(f"## {module}")
        for kind, title in TITLES.items():
            rows = {name: row for name, row in names.items() if row["kind"] == kind}
            if rows:
                parts.append(f"### {module}: {title} ({len(rows)})")
                parts.append("\n".join(SECTIONS[kind](rows)))
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def counts(modules):
    """How many names of each kind, and how many of the differentiable ones work in each mode."""
    yield f"| | names | {' | '.join(TITLES.values())} |"
    yield "|---|" + "--:|" * (1 + len(TITLES))
    for module, names in modules.items():
        kinds = Counter(row["kind"] for row in names.values())
        yield f"| `{module}` | {len(names)} | {' | '.join(str(kinds[k]) for k in TITLES)} |"
    yield ""
    yield f"| of the differentiable | {' | '.join(MODES)}, without a call back | with one |"
    yield "|---|" + "--:|" * (1 + len(MODES))
    for module, names in modules.items():
        rows = [row for row in names.values() if row["kind"] == DERIVED]
        cells = [sum(row[mode] in ("yes", "native") for row in rows) for mode in MODES]
        cells.append(sum(row["native"] == "call-back" for row in rows))
        yield f"| `{module}` | {' | '.join(map(str, cells))} |"


def marked(rows):
    yield f"| name | {' | '.join(MODES)} | |"
    yield "|---|" + ":-:|" * len(MODES) + "---|"
    for name, row in rows.items():
        signs = " | ".join(SIGNS[row[mode]] for mode in MODES)
        yield f"| `{name}` | {signs} | {row.get('note', '').replace('|', ' ')} |"


def refused(rows):
    yield "| name | what it says |"
    yield "|---|---|"
    for name, row in rows.items():
        yield f"| `{name}` | {row['note'].replace('|', ' ').replace('*', chr(92) + '*')} |"


def grouped(rows):
    groups = {}
    for name, row in rows.items():
        groups.setdefault(row["note"], []).append(f"`{name}`")
    for note, names in sorted(groups.items()):
        yield f"- {note}: {' '.join(names)}"


SECTIONS = {DERIVED: marked, CONSTANT: marked, REFUSED: refused, PLAIN: grouped}


def main():
    os.environ["AUTODIFF_CACHE"] = ""  # nothing of an earlier compiler
    table = generated()
    DATA.write_text(data_text(table), "utf-8")
    PAGE.write_text(page_text(table), "utf-8")
    print(f"wrote {DATA.relative_to(DOCS.parent)} and {PAGE.relative_to(DOCS.parent)}")


if __name__ == "__main__":
    main()
