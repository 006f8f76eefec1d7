"""How Sphinx builds these pages; `make docs` calls it in strict mode."""

import re
import sys
import tomllib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import operator_table
import public_names

facts = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]

project = "autodiff"
author = facts["authors"][0]["name"]
copyright = author
version = release = facts["version"]

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.mathjax",
    "sphinx-mathjax-offline",  # formulas without a network
]
source_suffix = {".md": "markdown"}
myst_enable_extensions = ["amsmath", "attrs_inline", "deflist", "dollarmath"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = f"autodiff {version}"

# Docstrings name shapes in words; the annotations serve pyright.
autodoc_typehints = "none"
autodoc_member_order = "bysource"
default_role = "code"
# Dots and dashes of shapes and signatures stay as they are typed.
smartquotes = False

# What starts a line of its own: a verdict word, or the name of an argument and a colon.
LEADER = re.compile(r"(Returns|Raises|Pullback|Pushforward|Source|Derivative)\b|[\w*, ]{1,30}: ")
# Marks that reStructuredText would read: *args, |x|, x_. Between backticks they are safe.
MARKUP = re.compile(r"(`[^`]*`)|([*|_\\])")


def prose(paragraph):
    """The lines of a paragraph as a line block: each sentence group where its author put it."""
    rows = []
    for line in paragraph:
        text = MARKUP.sub(lambda m: m[1] or "\\" + m[2], line.strip())
        if rows and not LEADER.match(line.strip()) and not rows[-1].endswith("."):
            rows[-1] += " " + text
        else:
            rows.append(text)
    return [f"| {row}" for row in rows]


def plain(app, what, name, obj, options, lines):
    """Rewrite a docstring, plain text by the house's rules, as reStructuredText."""
    blocks = [block.split("\n") for block in re.split(r"\n\s*\n", "\n".join(lines).strip("\n"))]
    out = []
    for block in blocks:
        indented = block[0].startswith(" ")
        if block[0].lstrip().startswith(">>>"):
            out += [*block, ""]
        elif indented:
            out += ["::", "", *block, ""]
        else:
            out += [*prose(block), ""]
    lines[:] = out


def rendered(app, name, source):
    """Put what is rendered from the package into the pages that ask for it."""
    if name == "operators":
        source[0] = source[0].replace(operator_table.MARK, operator_table.page())
    elif name == "reference":
        source[0] = public_names.filled(source[0])


def always_read(app, env, added, changed, removed):
    """The pages that change with the package, though their own files do not."""
    return ["operators", "reference"]


def setup(app):
    app.connect("autodoc-process-docstring", plain)
    app.connect("env-get-outdated", always_read)
    app.connect("source-read", rendered)
