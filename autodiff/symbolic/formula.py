"""The formula of a node, in the notation of the rows: sums of terms, terms of factors.

Sums and products are collected before they are written: 2 (x x) / y is one fraction, x + x is 2 x.
"""

from fractions import Fraction
from typing import Any, NamedTuple

from ..ops import arithmetic
from .names import famous, number_text
from .notation import ATOM, OPEN, PREFIX, PRODUCT, filled, parenthesized, template
from .words import SIMPLE, fraction


class Atom(NamedTuple):
    """A formula that is not taken apart: its text and how tightly it is bound.

    head, tail: of a function of one argument its name and what stands behind it.
    apart: whether it must not run together with other factors, as a product of matrices.
    """

    text: str
    binding: int = ATOM
    head: str = ""
    tail: str = ""
    apart: bool = False


class Term(NamedTuple):
    """coefficient times the factors, each with its exponent: {text: (atom, exponent)}."""

    coefficient: Any
    factors: dict


def atomic(*parts, **more):
    """The sum of one atom of these parts."""
    atom = Atom(*parts, **more)
    return [Term(Fraction(1), {atom.text: (atom, Fraction(1))})]


def constant(value):
    """The sum that is one number."""
    known = None if isinstance(value, Fraction) else famous(float(value))
    if known:
        text, binding, factor = known
        return scaled(atomic(text, binding), factor)
    return [Term(nice(value), {})] if value else []


def nice(value):
    """A number as a fraction if it is a simple one."""
    if isinstance(value, Fraction):
        return value if value.denominator <= SIMPLE else float(value)
    return fraction(float(value)) or (Fraction(0) if value == 0 else float(value))


def collected(terms):
    """Terms of the same factors as one."""
    found = {}
    for term in terms:
        key = frozenset((text, e) for text, (_, e) in term.factors.items())
        before = found.get(key)
        total = term.coefficient if before is None else nice(before.coefficient + term.coefficient)
        found[key] = Term(total, term.factors)
    return [t for t in found.values() if t.coefficient != 0]


def scaled(terms, factor):
    return [Term(nice(t.coefficient * factor), t.factors) for t in terms]


def single(terms):
    """A sum as one term: what has several is one factor in parentheses."""
    if len(terms) < 2:
        return terms[0] if terms else Term(Fraction(0), {})
    if all(t.coefficient < 0 for t in terms):
        return Term(Fraction(-1), atomic(*written(scaled(terms, -1)))[0].factors)
    return atomic(*written(terms))[0]


def product(x, y):
    """The sum that is the product of two."""
    if is_number(x) or is_number(y):
        number, other = (x, y) if is_number(x) else (y, x)
        if len(other) == 1 or not number:
            return scaled(other, number[0].coefficient) if number else []
    a, b = single(x), single(y)
    factors = dict(a.factors)
    for text, (atom, exponent) in b.factors.items():
        total = exponent + factors.pop(text, (atom, 0))[1]
        if total:
            factors[text] = (atom, total)
    coefficient = nice(a.coefficient * b.coefficient)
    return [Term(coefficient, factors)] if coefficient else []


def is_number(terms):
    return not terms or (len(terms) == 1 and not terms[0].factors)


def raised(x, exponent):
    """The sum that is a power of another, for an exponent that is a number."""
    exponent = nice(exponent)
    base = single(x)
    simple = isinstance(exponent, Fraction) and exponent.denominator == 1
    whole = simple or (base.coefficient == 1 and len(base.factors) == 1)
    plain = all(e == 1 for _, e in base.factors.values())
    if (
        base.coefficient == 0
        or not isinstance(exponent, Fraction)
        or not (whole and (simple or plain))
    ):
        (text, binding), (power, _) = written(x), written(constant(exponent))
        if exponent == Fraction(1, 2):
            return atomic(*row_text(arithmetic.sqrt, (text, binding)))
        return atomic(*row_text(arithmetic.power, (text, binding), (power, OPEN)))
    factors = {text: (atom, e * exponent) for text, (atom, e) in base.factors.items()}
    coefficient = base.coefficient
    if exponent.denominator == 1:
        coefficient = nice(coefficient ** int(exponent))
    return [Term(coefficient, factors)]


# --------------------------------------------------------------------------- writing


def row_text(op, *arguments) -> tuple[str, int]:
    """(text, binding) of a row of arguments that are written already."""
    parts, binding = template(op.latex)
    return filled(parts, dict(zip(op.arguments, arguments))), binding


def written(terms) -> tuple[str, int]:
    """(text, binding) of a sum; a positive term comes first, where there is one."""
    if not terms:
        return "0", ATOM
    ordered = sorted(
        terms, key=lambda t: t is not next((p for p in terms if p.coefficient > 0), terms[0])
    )
    text, binding = "", ATOM
    for term in ordered:
        size = term_text(Term(abs(term.coefficient), term.factors))
        negative = term.coefficient < 0
        if not text:
            text, binding = row_text(arithmetic.negative, size) if negative else size
        else:
            row = arithmetic.subtract if negative else arithmetic.add
            text, binding = row_text(row, (text, binding), size)
    return text, binding


def term_text(term):
    """(text, binding) of a term with a positive coefficient."""
    above = [(a, e) for a, e in term.factors.values() if e > 0]
    below = [(a, -e) for a, e in term.factors.values() if e < 0]
    c = term.coefficient
    over, under = (c.numerator, c.denominator) if isinstance(c, Fraction) else (c, 1)
    numerator = factors_text(over, above)
    if under == 1 and not below:
        return numerator
    return row_text(arithmetic.divide, numerator, factors_text(under, below))


def factors_text(number, factors):
    """(text, binding) of a number times powers; names stand first and functions last."""
    ordered = sorted(factors, key=lambda factor: rank(factor[0]))
    pieces = [power_text(a, e) for a, e in ordered]
    if number != 1 or not pieces:
        pieces.insert(0, number_text(number))
        ordered.insert(0, (Atom(""), 1))
    for k, ((text, binding), (atom, e)) in enumerate(zip(pieces, ordered)):
        beside = len(factors) > 1 and atom.apart and e == 1
        # sin x cos x is understood, sin x y is not
        runs_on = binding == PREFIX and k + 1 < len(pieces)
        if beside or (runs_on and not (atom.head and ordered[k + 1][0].head)):
            pieces[k] = parenthesized(text), ATOM
    text, binding = pieces[0]
    for piece in pieces[1:]:
        left = PRODUCT if binding == PREFIX else binding
        text, _ = row_text(arithmetic.multiply, (text, left), piece)
        binding = PREFIX if piece[1] == PREFIX else PRODUCT
    return text, binding


def rank(atom):
    """Where a factor stands: names, then what is enclosed, then functions."""
    if atom.binding == PREFIX:
        return 2
    return 0 if atom.binding == ATOM and " " not in atom.text else 1


def power_text(atom, exponent):
    """(text, binding) of an atom to a positive power."""
    if exponent == 1:
        return atom.text, atom.binding
    if exponent == Fraction(1, 2):
        return row_text(arithmetic.sqrt, (atom.text, OPEN))
    shown = (
        number_text(exponent)[0]
        if exponent.denominator == 1
        else rf"{exponent.numerator}/{exponent.denominator}"
    )
    if atom.head and exponent.denominator == 1:
        return f"{atom.head}^{{{shown}}} {atom.tail}", PREFIX
    return row_text(arithmetic.power, (atom.text, atom.binding), (shown, OPEN))
