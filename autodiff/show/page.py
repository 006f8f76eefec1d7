"""The page of a run: one file that needs no network and no server, and computes by itself."""

import html
import json
from functools import cache

from .layout_clusters import Cluster, clusters
from .page_record import as_json, record_of
from .page_tables import trace_rows, trace_tables
from .page_words import asset, wording, words_of
from .picture import DARK, LIGHT, SERIF, STYLE, Writer, escaped, head, view_box
from .picture_extended import extended_picture
from .picture_graph import Drawing
from .picture_shapes import Picture, short

SCRIPTS = (
    "text.js", "operators.js", "special.js", "machine.js", "structures.js", "facts.js", "steps.js",
    "compact.js", "graph.js", "panels.js", "ways.js", "traces.js", "main.js", "controls.js",
    "start.js",
)  # fmt: skip
PLAIN = {
    "input", "constant", "summed", "reduced_mean", "matrix_product", "matrix_vector",
    "inner_product",
}  # fmt: skip
# Colours of the page alone, on light and on dark paper; the others are those of the pictures.
LIGHT_PAGE = {
    "line": "#e4e4e8",
    "light": "#d9480f",
    "glow": "#ffe9c9",
    "focus": "#2b62c9",
    "green": "#23805a",
}
DARK_PAGE = {
    "line": "#33353c",
    "light": "#ffa94d",
    "glow": "#4a3510",
    "focus": "#7aa7ff",
    "green": "#63c79b",
}
STYLES = ("", "var", "sub", "sup")
PANELS = ("paths", "jacobian", "ways", "rewrites", "code", "notes")


def page(run, lang=None):
    """The page of a run as HTML: graph, traces and all sections, with inputs that can be changed.

    run: what `explain` recorded.  lang: "en" or "zh", in which the page opens; the run's when None.
    """
    lang = lang or run.lang
    own = words_of(lang)
    members = clusters(run)
    view = "forward" if run.mode == "forward" else "reverse"
    whole = as_json(run.to_dict())
    drawing = Drawing(run, view, own, movable=True, facts=whole["vertices"])
    shapes, width, height = drawing.scene(members)
    found = record_of(run, whole, members, drawing.spell, lang)
    found["traces"] = trace_rows(run, whole["tables"] or {})
    graph = moving(Picture(width, height, shapes, run.title), "svg-graph")
    extended = ""
    if run.pulled:
        extended = moving(extended_picture(run, None, own, whole["vertices"]), "svg-extended")
    sections = [name for name in PANELS if found.get(name)]
    function = run.function if run.function and run.function != run.title else ""
    parts = {
        "html_lang": "zh-Hans" if lang == "zh" else "en", "title": html.escape(run.title),
        "heading": html.escape(run.title), "style": style(), "view": view,
        "function": f"<pre>{html.escape(function)}</pre>" if function else "",
        "views": "".join(choice(name, run) for name in ("reverse", "forward")),
        "head": head(), "graph": graph, "graph_tools": tools("svg-graph"),
        "extended_tab": tab("pane-extended", "extended") if extended else "",
        "extended_pane": pane("extended", tools("svg-extended", True) + extended),
        "traces": trace_tables(whole["tables"] or {}),
        "tabs": "".join(tab(f"panel-{name}", name) for name in sections),
        "panels": "".join(panel(name, found) for name in sections),
        "scenes": "".join(scene(drawing, cluster) for cluster in nested(members)),
        "words": embedded(wording()), "run": embedded(found), "script": script(*programs(run)),
        "engine": engine(),
    }  # fmt: skip
    return asset("page.html").format_map(parts)


def programs(run):
    """The names of the parts of the program that a run needs."""
    left = {v.op for v in run.vertices if f" {v.op}: " not in asset("operators.js")}
    special = {name for name in left if f" {name}: " in asset("special.js")}
    unused = {"special.js": not special, "structures.js": left - special <= PLAIN}
    return [name for name in SCRIPTS if not unused.get(name)]


@cache
def script(*names):
    """The program of the page: its parts one behind the other."""
    return "\n".join(asset(name).replace('"use strict";\n', "", 1) for name in names)


@cache
def engine():
    """The layout engine dagre behind its licence, without the address of its source map."""
    lines = asset("dagre.min.js").splitlines()
    kept = [line for line in lines if not line.startswith(("//#", "/*!"))]
    return "\n".join([asset("dagre.LICENSE.txt"), *kept, ""])


@cache
def style():
    """The style sheet: colours by light and dark, the page, its pictures."""
    names = {name: f"var(--{name})" for name in LIGHT}
    light, dark = variables(LIGHT | LIGHT_PAGE), variables(DARK | DARK_PAGE)
    colors = (
        f":root{{{light}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}"
        f":root[data-theme=light]{{{light};color-scheme:light}}"
        f":root[data-theme=dark]{{{dark};color-scheme:dark}}@media print{{:root:root{{{light}}}}}"
    )
    return colors + STYLE.format(serif=SERIF, **names) + asset("style.css")


def variables(colors):
    """Colours as variables of a style sheet."""
    return ";".join(f"--{name}:{color}" for name, color in colors.items())


def embedded(found):
    """Data as JSON that cannot end its own element."""
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def moving(picture, name):
    """A picture that the page's program changes."""
    kind = "clusters" if name == "svg-graph" else "view"
    return (
        f'<div class="sheet"><svg id="{name}" class="picture moves" data-moves="{kind}" '
        f'{view_box(picture)} role="group" aria-label="{html.escape(picture.title)}">'
        f"{Writer().all(picture.shapes)}</svg></div>"
    )


def scene(drawing, cluster):
    """What stands inside of a cluster, kept until it opens."""
    shapes, width, height = drawing.scene(cluster.members, inside=True)
    box = view_box(Picture(width, height, shapes))
    inside = Compact().all(shapes)
    return f'<template data-scene="{cluster.id}"><svg {box}>{inside}</svg></template>'


class Compact(Writer):
    """Shapes as the page's program makes them out: thousands of them are in a page of a big graph.

    A text is its pieces, each behind a letter of the private use area that says its style.
    """

    def curve(self, shape):
        """A line without its points, which stand in its group."""
        return f'<path class="{shape.role}" marker-end="url(#head)"/>'

    def text(self, shape):
        """A text with one key at most, that of its piece or its own."""
        keys = [shape.key, *[piece.key for piece in shape.pieces if piece.key]]
        bound = (
            f' data-n="{shape.key}"' if shape.key else f' data-k="{keys[-1]}"' if keys[-1] else ""
        )
        role = f' class="{shape.role}"' if shape.role else ""
        inside = "".join(
            chr(0xE000 + (4 if piece.key else STYLES.index(piece.style))) + escaped(piece.text)
            for piece in shape.pieces
        )
        return f'<text{role} x="{short(shape.x)}" y="{short(shape.y)}"{bound}>{inside}</text>'


def nested(members):
    """Every cluster, those inside of others too."""
    for member in members:
        if isinstance(member, Cluster):
            yield member
            yield from nested(member.members)


def choice(name, run):
    """The choice of a mode; nothing where the run has not that mode."""
    if not (run.pulled if name == "reverse" else run.pushed):
        return ""
    return (
        f'<label><input type="radio" name="view" value="{name}"> '
        f'<span data-w="{name} mode"></span></label>'
    )


def tools(name, extended=False):
    """The buttons above a drawing."""
    acts = (("out", "zoom out", "−"), ("in", "zoom in", "+"), ("fit", "fit", "⤢"))
    buttons = "".join(
        f'<button type="button" data-act="{act}" data-label="{label}">{sign}</button>'
        for act, label, sign in acts
    )
    keep = (
        '<label id="keep"><input type="checkbox" id="retain" checked> '
        '<span data-w="retain"></span></label>'
    )
    compact = '<label><input type="checkbox" id="compact"> <span data-w="compact"></span></label>'
    return f'<div class="zoom" data-tools="{name}">{buttons}{keep if extended else compact}</div>'


def pane(name, content):
    """A drawing behind its tab."""
    return (
        f'<div class="pane" id="pane-{name}" role="tabpanel" '
        f'aria-labelledby="tab-pane-{name}">{content}</div>'
    )


def tab(target, word):
    """A tab that shows an element."""
    return (
        f'<button type="button" role="tab" id="tab-{target}" aria-controls="{target}" '
        f'data-w="{word}"></button>'
    )


def note(both):
    """A sentence in English and Chinese, which the page's program can exchange."""
    english, chinese = (html.escape(text, quote=True) for text in both)
    return f'<p data-en="{english}" data-zh="{chinese}"></p>'


def panel(name, found):
    """A section behind its tab; what is no text the page's program fills in."""
    body = ""
    if name == "code":
        body = f"<pre>{html.escape(found[name])}</pre>"
    elif name == "notes":
        body = "".join(note(text) for text in found[name])
    return (
        f'<section class="panel" id="panel-{name}" role="tabpanel" '
        f'aria-labelledby="tab-panel-{name}"><h2 data-w="{name}"></h2>'
        f'<div class="body">{body}</div></section>'
    )
