"""What a picture is made of: boxes, curves and texts, measured without a browser.

A text is a list of pieces; formulas are set as in print, with variables in italics, functions
upright and the numbers of variables as subscripts.
"""

import re
from dataclasses import dataclass, field
from functools import cache, lru_cache

SIZE, SMALL = 14.0, 13.0  # of formulas in boxes, and of those on edges and in headings
WIDE = re.compile(r"[\u2e80-\u9fff\uff00-\uffef]")  # Chinese letters, twice as wide
NAME = re.compile(r"([^\W\d_][\u0304\u0307]?)(-?\d+)?")
BLANKS = re.compile(r"\s+")
TOKEN = re.compile(
    r"\s*\*\*\s*|v[\u0304\u0307]?-?\d+(?!\w)|[^\W\d_][\w\u0304\u0307]*|\d+(?:\.\d+)?(?:e[-+−]?\d+)?|\s+|.",
    re.UNICODE,
)
SIGNS = {"*": "·", "-": "−", "<=": "≤", ">=": "≥"}


@dataclass
class Piece:
    """Letters of one style: "var" (italics), "sub" (a subscript in italics), "sup" or "" (upright).

    key: what the letters say, for a page that changes them.
    """

    text: str
    style: str = ""
    key: str = ""


@dataclass
class Text:
    """Pieces in one line around `x`, or from it on for the role "start"; `y`: the base line."""

    x: float
    y: float
    pieces: list
    role: str = ""
    key: str = ""


@dataclass
class Box:
    """A rectangle around a centre."""

    x: float
    y: float
    width: float
    height: float
    role: str = ""
    radius: float = 8.0


@dataclass
class Curve:
    """A line through points that is straight between points 0 and 1, 2 and 3, … and bends between
    them; `upright` where the flow runs along y, None where every stretch is straight."""

    points: list
    role: str = ""
    arrow: bool = True
    upright: bool | None = True


@dataclass
class Group:
    """Shapes that move together; their coordinates are relative to (x, y)."""

    x: float
    y: float
    shapes: list
    role: str = ""
    data: dict = field(default_factory=dict)


@dataclass
class Picture:
    """Shapes and the size of the paper they stand on."""

    width: float
    height: float
    shapes: list
    title: str = ""


def formula(text, key=""):
    """The pieces of a formula such as `v-1 * sin(x)`.

    >>> [(piece.text, piece.style) for piece in formula("v-1*sin(x)")]
    [('v', 'var'), ('−1', 'sub'), (' · sin(', ''), ('x', 'var'), (')', '')]
    """
    found = read(text)
    return [Piece(p.text, p.style, key) for p in found] if key else [*found]


@lru_cache(4096)  # the same names stand in many places of a large graph
def read(text):
    """The pieces of a formula without keys."""
    pieces, raised = [], False
    for token in map(str, TOKEN.findall(text)):
        name = NAME.fullmatch(token)
        if token.strip() == "**":
            raised = True
            continue
        if raised and token.isdigit():
            pieces.append(Piece(token, "sup"))
        elif raised:
            pieces += [Piece(" ^ "), *formula(token)]
        elif name and name[1] not in "∂√ΣΠ":
            pieces.append(Piece(name[1], "var"))
            if name[2]:
                pieces.append(Piece(name[2].replace("-", "−"), "sub"))
        elif token == "*":
            pieces.append(Piece(" · "))
        else:
            pieces.append(Piece(SIGNS[token] if token in SIGNS else token))
        raised = False
    return tuple(joined(pieces))


def joined(pieces):
    """Upright neighbours as one piece, with single spaces."""
    found = []
    for piece in pieces:
        if found and not piece.style and not found[-1].style:
            found[-1] = Piece(BLANKS.sub(" ", found[-1].text + piece.text))
        else:
            found.append(piece)
    return found


def plain(pieces):
    """The letters alone."""
    return "".join(piece.text for piece in pieces)


def width_of(pieces, size=SIZE):
    """How wide a text will be, a little generously because fonts differ."""
    total = 0.0
    for piece in pieces:
        scale = 0.72 if piece.style in ("sub", "sup") else 1.0
        total += scale * letters(piece.text)
    return total * size + 2


@lru_cache(1 << 14)
def letters(text):
    """The width of some letters, in their height."""
    return sum(map(letter, text))


@cache
def letter(character):
    """The width of a letter, in its height."""
    if WIDE.match(character):
        return 1.02
    if character in " .,;:'|!ijlt()[]/·":
        return 0.34
    return 0.78 if character.isupper() or character in "mw=+−∂×" else 0.54


def clipped(text, most):
    """A text of at most so many letters, its end replaced by an ellipsis."""
    return text if len(text) <= most else text[: most - 1] + "…"


def curve_path(points, upright=True):
    """The commands of SVG for the points of a `Curve`."""
    (x, y), parts = points[0], []
    parts.append(f"M{short(x)} {short(y)}")
    if upright is None:
        return parts[0] + "".join(f"L{short(u)} {short(v)}" for u, v in points[1:])
    for number, (u, v) in enumerate(points[1:]):
        if number % 2 == 0:
            if (u, v) != (x, y):
                parts.append(f"L{short(u)} {short(v)}")
        elif (x == u) if upright else (y == v):
            parts.append(f"L{short(u)} {short(v)}")
        elif upright:
            middle = short((y + v) / 2)
            parts.append(f"C{short(x)} {middle} {short(u)} {middle} {short(u)} {short(v)}")
        else:
            middle = short((x + u) / 2)
            parts.append(f"C{middle} {short(y)} {middle} {short(v)} {short(u)} {short(v)}")
        x, y = u, v
    return "".join(parts)


@lru_cache(1 << 15)  # passes of a loop are drawn at the same places
def short(number):
    """A coordinate with one decimal at most."""
    return f"{number:.1f}".removesuffix(".0")
