"""Pictures of runs as SVG text and as PNG files; neither needs a browser or Graphviz."""

import html
from dataclasses import replace
from functools import lru_cache

from ..core.errors import ArgumentError
from .page_words import words_of
from .picture_extended import extended_picture
from .picture_graph import graph_picture
from .picture_paint import drawable, paint
from .picture_shapes import Box, Curve, Text, curve_path, short
from .words import sentence

KINDS = {"graph": graph_picture, "extended": extended_picture}
LIGHT = {
    "paper": "#ffffff", "ink": "#1b1b1f", "soft": "#5d5f66", "rule": "#b4b6be", "box": "#f7f7f5",
    "input": "#e2efe1", "output": "#fdf0d5", "forward": "#14629f", "reverse": "#b3341f",
    "bar": "#8a8d96", "cluster": "#e9e7f4", "saved": "#75559f",
}  # fmt: skip
DARK = {
    "paper": "#17181c", "ink": "#ececf0", "soft": "#a9acb5", "rule": "#5f626c", "box": "#24262c",
    "input": "#21352a", "output": "#3d3420", "forward": "#6db3f2", "reverse": "#ff8c73",
    "bar": "#7d818c", "cluster": "#2d2b40", "saved": "#b79be0",
}  # fmt: skip
SERIF = "'STIX Two Text',Cambria,'Times New Roman','Liberation Serif',serif"
# What a role looks like; a role that is not named here is drawn like its neighbours.
STYLE = """
.picture text{{fill:{ink};font-family:{serif};font-size:14px;text-anchor:middle}}
.picture .start{{text-anchor:start}}
.picture .partial,.picture .heading{{font-size:13px}}
.picture .var,.picture .sub{{font-style:italic}}
.picture .soft,.picture .partial{{fill:{soft}}}
.picture .partial{{fill:{ink}}}
.picture .code{{fill:{soft};font-family:ui-monospace,'DejaVu Sans Mono',monospace;font-size:11px}}
.picture .value,.picture .title{{font-weight:600}}
.picture .slope.forward{{fill:{forward}}}
.picture .slope.reverse{{fill:{reverse}}}
.picture .box{{fill:{box};stroke:{rule};stroke-width:1.2}}
.picture .input>.box{{fill:{input}}}
.picture .output>.box{{fill:{output};stroke:{ink};stroke-width:1.8}}
.picture rect.off{{stroke-dasharray:5 3}}
.picture rect.cluster{{fill:{cluster};stroke:{saved};stroke-width:1.2}}
.picture rect.stub{{fill:{paper};stroke:{rule};stroke-dasharray:2 2}}
.picture .bar{{fill:{bar}}}
.picture path{{fill:none;stroke:{soft};stroke-width:1.3}}
.picture path.cut{{stroke-dasharray:5 4;stroke:{rule}}}
.picture path.saved{{stroke:{saved};stroke-dasharray:2 3}}
.picture .pull{{stroke:{reverse}}}
.picture .head{{fill:{soft};fill:context-stroke;stroke:none}}
"""


def svg(run, kind="graph", mode=None, width=None, words=None):
    """The picture of a run as SVG text, which follows the viewer's light or dark colours.

    kind: "graph", or "extended" with the backward graph below the forward graph.
    mode: the derivatives that stand in the boxes, "forward", "reverse" or "both"; the run's own
    when None.
    width: of the picture [px]; None for its natural size.
    words: its texts by their English names; those of the run's language when None.
    """
    picture = pictured("svg", run, kind, mode, words)
    scale = 1 if width is None else width / picture.width
    size = f'width="{short(picture.width * scale)}" height="{short(picture.height * scale)}"'
    light, dark = (STYLE.format(serif=SERIF, **colors) for colors in (LIGHT, DARK))
    paper = '<rect class="paper" width="100%" height="100%"/>'
    sheets = (
        f"{light}.paper{{fill:{LIGHT['paper']}}}@media(prefers-color-scheme:dark)"
        f"{{{dark}.paper{{fill:{DARK['paper']}}}}}"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {view_box(picture)} role="img" '
        f'class="picture"><title>{html.escape(picture.title)}</title><style>{sheets}</style>'
        f"{paper}{head()}{Writer().all(picture.shapes)}</svg>"
    )


def png(run, path, kind="graph", mode=None, words=None, dpi=160):
    """Write the picture of a run to a PNG file, or to a file object, on white paper.

    The arguments are those of `svg`; dpi: dots per inch, of which the drawing has 96 units.
    It is drawn by matplotlib, the extra [show].
    Returns "", or a sentence where matplotlib has no font for the letters: words are then English,
    and variables are called v1, v2, ...
    """
    words = words or words_of(run.lang)
    texts = [*words.values(), *(v.label for v in run.vertices), *(g["title"] for g in run.groups)]
    missing = not all(drawable(text) for text in texts)
    if missing:
        run, words = in_latin(run), words_of("en")
    paint(pictured("png", run, kind, mode, words), path, LIGHT, dpi)
    return sentence("no letters") if missing else ""


def in_latin(run):
    """The run without labels and titles that have Chinese letters."""
    vertices = [v if drawable(v.label) else replace(v, label="") for v in run.vertices]
    groups = [g if drawable(g["title"]) else g | {"title": ""} for g in run.groups]
    return replace(run, vertices=vertices, groups=groups, title="")


def pictured(name, run, kind, mode, words):
    """The picture that `name` was asked for."""
    if kind not in KINDS:
        raise ArgumentError(f"{name}: kind={kind!r}; give one of {', '.join(KINDS)}")
    modes = ("forward", "reverse", "both") if run.mode == "both" else (run.mode,)
    if mode is not None and mode not in modes:
        raise ArgumentError(
            f"{name}: mode={mode!r} of a run in mode {run.mode!r}; give one of {', '.join(modes)}"
        )
    return KINDS[kind](run, mode, words or words_of(run.lang))


def view_box(picture):
    """The attribute that says which part of the plane is seen."""
    return f'viewBox="0 0 {short(picture.width)} {short(picture.height)}"'


def head():
    """The arrow head that the curves share."""
    return (
        '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9" '
        'markerHeight="9" markerUnits="userSpaceOnUse" orient="auto">'
        '<path class="head" d="M0 0L10 5L0 10z"/></marker></defs>'
    )


class Writer:
    """Shapes as SVG elements."""

    def all(self, shapes):
        """Shapes one after the other."""
        return "".join([self.shape(shape) for shape in shapes])

    def shape(self, shape):
        """One shape."""
        if isinstance(shape, Text):
            return self.text(shape)
        if isinstance(shape, Box):
            return self.box(shape)
        if isinstance(shape, Curve):
            return self.curve(shape)
        data = "".join([f' data-{name}="{escaped(str(v))}"' for name, v in shape.data.items()])
        moved = f' transform="translate({short(shape.x)} {short(shape.y)})"'
        place = moved if shape.x or shape.y else ""
        return f'<g class="{shape.role}"{data}{place}>{self.all(shape.shapes)}</g>'

    def box(self, shape):
        """A rectangle."""
        x, y = short(shape.x - shape.width / 2), short(shape.y - shape.height / 2)
        rounded = f' rx="{short(shape.radius)}"' if shape.radius else ""
        return (
            f'<rect class="{shape.role}" x="{x}" y="{y}" width="{short(shape.width)}" '
            f'height="{short(shape.height)}"{rounded}/>'
        )

    def curve(self, shape):
        """A line, perhaps with the head of an arrow."""
        arrow = ' marker-end="url(#head)"' if shape.arrow else ""
        return f'<path class="{shape.role}" d="{curve_path(shape.points, shape.upright)}"{arrow}/>'

    def text(self, shape):
        """A text; subscripts are lowered, and what follows comes back up."""
        bound = f' data-n="{shape.key}"' if shape.key else ""
        return (
            f'<text class="{shape.role}" x="{short(shape.x)}" y="{short(shape.y)}"{bound}>'
            f"{spans(shape.pieces)}</text>"
        )


@lru_cache(1 << 14)
def escaped(text):
    """A text as HTML; the same names stand in many places."""
    return html.escape(text)


def spans(pieces):
    """Pieces of a text as SVG: every change of style is a `tspan`."""
    parts, shift = [], 0.0
    for piece in pieces:
        wanted = {"sub": 0.28, "sup": -0.35}.get(piece.style, 0.0)
        move = wanted - shift
        shift = wanted
        attributes = f' class="{piece.style}"' if piece.style else ""
        if piece.style in ("sub", "sup"):
            attributes += ' font-size="72%"'
            move /= 0.72
        attributes += f' dy="{short2(move)}em"' if abs(move) > 1e-9 else ""
        attributes += f' data-n="{piece.key}"' if piece.key else ""
        content = escaped(piece.text)
        parts.append(f"<tspan{attributes}>{content}</tspan>" if attributes else content)
    return "".join(parts)


def short2(number):
    """A shift of letters with two decimals."""
    return f"{number:.2f}"
