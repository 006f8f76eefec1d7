"""Shapes drawn by matplotlib, for picture files."""

from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

from .fonts import chinese_font
from .picture_shapes import SIZE, SMALL, Box, Curve, Text

FAMILIES = ["STIXGeneral", "DejaVu Sans"]
UNIT = 72 / 96  # points in a unit of the drawing
ADVICE = 'A PNG file is drawn by matplotlib: pip install "autodiff-numpy[show]" brings it.'


def wide(text):
    """Whether a text has Chinese letters."""
    return any(east_asian_width(c) in "WF" for c in text)


def drawable(text):
    """Whether matplotlib has the letters of a text here."""
    try:
        return not wide(text) or chinese_font() is not None
    except ImportError:
        raise ImportError(ADVICE) from None


def paint(picture, path, colors, dpi):
    """Write a picture to a file that matplotlib can write; the ending of the name says which."""
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
    except ImportError:
        raise ImportError(ADVICE) from None
    settings: dict[Any, Any] = {
        "mathtext.fontset": "stix",
        "font.family": FAMILIES,
    }
    with rc_context(settings):
        inches = (picture.width / 96, picture.height / 96)
        figure = Figure(inches, facecolor=colors["paper"])
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, picture.width), ylim=(picture.height, 0))
        axes.axis("off")
        draw(axes, picture.shapes, 0.0, 0.0, "", colors)
        named = isinstance(path, str | Path)
        figure.savefig(path, dpi=dpi, format=None if named else "png")


def draw(axes, shapes, x, y, inside, colors):
    """Put shapes on the axes, moved by (x, y); `inside` is the role of their group."""
    for shape in shapes:
        if isinstance(shape, Box):
            box(axes, shape, x, y, inside, colors)
        elif isinstance(shape, Curve):
            curve(axes, shape, x, y, colors)
        elif isinstance(shape, Text):
            letters(axes, shape, x, y, colors)
        else:
            draw(axes, shape.shapes, x + shape.x, y + shape.y, shape.role, colors)


def box(axes, shape, x, y, inside, colors):
    """A rectangle, filled by its role and that of its group."""
    from matplotlib.patches import FancyBboxPatch

    words = {*inside.split(), *shape.role.split()}
    fill = next((colors[w] for w in ("output", "input", "cluster") if w in words), colors["box"])
    fill = colors["bar"] if "bar" in words else colors["paper"] if "stub" in words else fill
    line = colors["ink"] if "output" in words else colors["rule"]
    corner = (x + shape.x - shape.width / 2, y + shape.y - shape.height / 2)
    style = f"round,pad=0,rounding_size={shape.radius}" if shape.radius else "square,pad=0"
    axes.add_patch(
        FancyBboxPatch(
            corner, shape.width, shape.height, boxstyle=style, facecolor=fill,
            edgecolor="none" if "bar" in words else line, linewidth=1.0,
            linestyle="--" if words & {"off", "stub"} else "-",
        )
    )  # fmt: skip


def curve(axes, shape, x, y, colors):
    """A line with bends, and the head of an arrow."""
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path as Route

    points = [(x + u, y + v) for u, v in shape.points]
    corners, codes = [points[0]], [Route.MOVETO]
    for i, (u, v) in enumerate(points[1:]):
        a, b = points[i]
        if (a, b) == (u, v):
            continue
        if i % 2 == 0 or shape.upright is None:
            corners, codes = [*corners, (u, v)], [*codes, Route.LINETO]
        else:
            middle = (b + v) / 2 if shape.upright else (a + u) / 2
            turns = [(a, middle), (u, middle)] if shape.upright else [(middle, b), (middle, v)]
            corners, codes = [*corners, *turns, (u, v)], [*codes, *[Route.CURVE4] * 3]
    words = shape.role.split()
    color = next((colors[c] for w, c in STROKES.items() if w in words), colors["soft"])
    style = (0, (2, 2)) if "saved" in words else "--" if "cut" in words else "-"
    axes.add_patch(
        FancyArrowPatch(
            path=Route(corners, codes), arrowstyle="-|>" if shape.arrow else "-", color=color,
            linewidth=1.0, linestyle=style, mutation_scale=8, shrinkA=0, shrinkB=0,
        )
    )  # fmt: skip


STROKES = {"saved": "saved", "pull": "reverse", "cut": "rule"}
FILLS = {"forward": "forward", "reverse": "reverse", "soft": "soft", "code": "soft"}


def letters(axes, text, x, y, colors):
    """A text, set by matplotlib's mathematics where it has variables."""
    words = text.role.split()
    color = next((colors[c] for w, c in FILLS.items() if w in words), colors["ink"])
    small = {"code": 11.0, "partial": SMALL, "heading": SMALL}
    size = UNIT * next((small[w] for w in words if w in small), SIZE)
    whole, families = "".join(typeset(p) for p in text.pieces), FAMILIES
    heavy = words[:1] in (["title"], ["value"])
    if wide(whole):  # no font for mathematics has Chinese letters, and few are bold
        whole = "".join(p.text for p in text.pieces).replace("$", r"\$")
        families, heavy = [*FAMILIES, chinese_font()], False
    axes.text(
        x + text.x, y + text.y, whole, color=color, fontfamily=families,
        fontsize=size, va="baseline", weight="bold" if heavy else "normal",
        ha="left" if "start" in words else "center",
    )  # fmt: skip


def typeset(piece):
    """A piece as matplotlib reads it; variables, subscripts and superscripts are mathematics."""
    text = piece.text.replace("$", r"\$")
    around = {"var": (r"$\mathit{", "}$"), "sub": ("$_{", "}$"), "sup": ("$^{", "}$")}
    before, after = around.get(piece.style, ("", ""))
    return before + text + after
