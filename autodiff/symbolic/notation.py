"""The notation of a row: its LaTeX template, and where an argument needs parentheses.

A template such as `$x + $y` or `\\frac{$x}{$y}` says where the arguments stand.  What stands around
them tells how tightly they must be bound, and what stands outside of braces how tightly the whole
is bound.
"""

import re
from functools import cache
from typing import Any, NamedTuple

# how tightly a formula is bound, from what falls apart first
OPEN, LOGIC, RELATION, SUM, PREFIX, PRODUCT, FRACTION, POWER, ATOM = range(9)

INFIX = (
    (r"\\wedge|\\vee|\\oplus|\\mathbin\{.*?\}", LOGIC),
    (r"=|<|>|\\leq|\\geq|\\neq", RELATION),
    (r"\+|-", SUM),
    (r"\\,|\\cdot|\\bmod|/", PRODUCT),
)
BEHIND = {"-": PREFIX, "/": FRACTION, "d": FRACTION}  # d: of \\bmod
ENCLOSING = r"(\^|_|\\(frac|sqrt(\[\w+\])?|overline)(\{[^{}]*\})*)$"
BEFORE = r"(^|\(|\\left\S+|\\lfloor|\\lceil|\\\\|&|,|\\begin\{cases\})$"
AFTER = r"\)|,|\\right|\\rfloor|\\rceil|\\\\|&|\\end"
CALLED = r"\\(operatorname|mathord)\{[^{}]*\}(\^\w)?$|_\{\w+\}$|(?<!\})$"
TALL = r"\\(frac|sum|prod|begin|sqrt)"


class Slot(NamedTuple):
    """A place for an argument: its name, how tightly it must be bound, and what is around it."""

    name: str
    binding: int
    braced: bool


class Template(NamedTuple):
    """A template taken apart: texts and slots, and how tightly the whole is bound.

    binding: None for the notation of the argument itself.
    """

    parts: tuple
    binding: Any


@cache
def template(latex):
    """The parts of a LaTeX template.

    >>> template("$x - $y").parts
    (Slot(name='x', binding=3, braced=False), ' - ', Slot(name='y', binding=4, braced=False))
    """
    parts, end = [], 0
    for match in re.finditer(r"\$(\w+)", latex):
        start, stop = match.span()
        braced = latex[start - 1 : start] == "{" and latex[stop : stop + 1] == "}"
        start, stop = (start - 1, stop + 1) if braced else (start, stop)
        left, right = latex[:start].rstrip(), latex[stop:].lstrip()
        enclosed = braced and re.search(ENCLOSING, latex[:start]) is not None
        binding = OPEN if enclosed else max(after(left), before(right))
        if not enclosed and re.search(BEFORE, left) and re.match(AFTER, right):
            binding = OPEN
        parts += [latex[end:start], Slot(match[1], binding, enclosed)]
        end = stop
    parts = tuple(p for p in [*parts, latex[end:]] if p != "")
    return Template(parts, None if len(parts) == 1 and type(parts[0]) is Slot else outside(parts))


def after(left):
    """How tightly an argument must be bound behind the text on its left."""
    if not left:
        return OPEN
    for pattern, binding in INFIX:
        if re.search(f"({pattern})$", left):
            return BEHIND.get(left[-1], PREFIX if binding == PRODUCT else binding)
    if re.search(BEFORE, left):
        return OPEN
    if not re.search(CALLED, left) or re.search(r"\\(sum|prod)$", left):
        return PREFIX  # behind a factor, or a sign that takes products together
    return FRACTION  # behind the name of a function


def before(right):
    """How tightly an argument must be bound in front of the text on its right."""
    if not right or re.match(AFTER, right):
        return OPEN
    if right.startswith("^"):
        return ATOM
    for pattern, binding in INFIX:
        if re.match(pattern, right):
            return binding
    return PRODUCT


# what stands outside of braces: A for what encloses itself, F for a fraction, X for an argument
SKELETON = (
    (r"\\left\S.*?\\right(\\\||\S)|\\lfloor.*?\\rfloor|\\lceil.*?\\rceil", "A"),
    (r"\\begin.*\\end\{\w+\}", "A"),
    (r"\([^()]*\)", "()"),
    (r"\\frac\{[^{}]*\}\{[^{}]*\}", "F"),
    (r"\\(sqrt(\[\w+\])?|overline)\{[^{}]*\}", "A"),
    (r"\\mathbin\{[^{}]*\}", r"\\wedge"),
    (r"\\(operatorname|mathord)\{[^{}]*\}", r"\\name"),
    (r"_(\{[^{}]*\}|\w)", ""),
    (r"\^(\{[^{}]*\}|\\\w+|\w)", "^"),
)


def outside(parts):
    """How tightly a whole template is bound."""
    text = "".join(p if type(p) is str else "{}" if p.braced else "X" for p in parts)
    before = None
    while text != before:
        before = text
        for pattern, short in SKELETON:
            text = re.sub(pattern, short, text)
    text = text.strip()
    if r"\cdot" in text:
        return PREFIX  # a number, which stands behind the factors that it multiplies
    for pattern, binding in INFIX:
        if re.search(pattern, text):
            return binding
    if text == "F":
        return FRACTION
    if re.fullmatch(r"\\\w+\(\)|A|\w+", text):
        return ATOM
    if text.startswith("\\"):
        return FRACTION if text[-1] in ")A" else PREFIX
    return POWER if re.fullmatch(r"\w+\^", text) else PRODUCT


def parenthesized(text):
    """A formula in parentheses that grow where it is tall."""
    return rf"\left({text}\right)" if re.search(TALL, text) else f"({text})"


def filled(parts, arguments):
    """The text of a template with {name: (text, binding)} of its arguments."""
    written = []
    for part in parts:
        if type(part) is not Slot:
            written.append(part)
            continue
        text, binding = arguments[part.name]
        text = parenthesized(text) if binding < part.binding else text
        written.append(f"{{{text}}}" if part.braced else text)
    return "".join(written)
