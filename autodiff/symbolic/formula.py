"""The formula of a node, in the notation of the rows: sums of terms, terms of factors.

Sums and products are collected before they are written: 2 (x x) / y is one fraction, x + x is 2 x.
"""

import math
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from ..interpret.graph import Node, placeholder
from ..ops import arithmetic
from ..ops.contract import matrix_product
from .names import number_text
from .notation import ATOM, OPEN, POWER, PREFIX, PRODUCT, SUM, Slot, filled, template
from .words import fraction


class Atom(NamedTuple):
    """A formula that is not taken apart: its text and how tightly it is bound.

    head, tail: of a function of one argument its name and what stands behind it.
    """

    text: str
    binding: int
    head: str = ""
    tail: str = ""


class Term(NamedTuple):
    """coefficient times the factors, each with its exponent: {text: (atom, exponent)}."""

    coefficient: Any
    factors: dict


def atomic(text, binding=ATOM, head="", tail=""):
    """The sum of one atom."""
    return [Term(Fraction(1), {text: (Atom(text, binding, head, tail), Fraction(1))})]


def constant(value):
    """The sum that is one number."""
    known = None if isinstance(value, Fraction) else famous(float(value))
    if known:
        text, factor = known
        return scaled(atomic(text, FRACTION if "frac" in text else PREFIX if " " in text else ATOM), factor)
    return [Term(nice(value), {})] if value else []


def nice(value):
    """A number as a fraction if it is a simple one."""
    if isinstance(value, Fraction):
        return value if value.denominator <= 1000 else float(value)
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
    if not terms:
        return Term(Fraction(0), {})
    return terms[0] if len(terms) == 1 else atomic(*written(terms))[0]


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
    if base.coefficient == 0 or not isinstance(exponent, Fraction) or not (whole and (simple or plain)):
        (text, binding), (power, _) = written(x), written(constant(exponent))
        return atomic(*row_text(arithmetic.power, (text, binding), (power, OPEN)))
    factors = {text: (atom, e * exponent) for text, (atom, e) in base.factors.items()}
    coefficient = base.coefficient
    if exponent.denominator == 1:
        coefficient = nice(coefficient ** int(exponent))
    return [Term(coefficient, factors)]


# --------------------------------------------------------------------------- writing


def row_text(op, *arguments):
    """(text, binding) of a row of arguments that are written already."""
    parts, binding = template(op.latex)
    return filled(parts, dict(zip(op.arguments, arguments))), binding


def written(terms):
    """(text, binding) of a sum; a positive term comes first, where there is one."""
    if not terms:
        return "0", ATOM
    ordered = sorted(terms, key=lambda t: t is not next((p for p in terms if p.coefficient > 0), terms[0]))
    text, binding = None, ATOM
    for term in ordered:
        size = term_text(Term(abs(term.coefficient), term.factors))
        negative = term.coefficient < 0
        if text is None:
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
    """(text, binding) of a number times powers; functions stand behind the other factors."""
    pieces = sorted([power_text(a, e) for a, e in factors], key=lambda piece: piece[1] == PREFIX)
    if number != 1 or not pieces:
        pieces.insert(0, number_text(number))
    text, binding = pieces[0]
    for piece in pieces[1:]:
        text, _ = row_text(arithmetic.multiply, (text, binding), piece)
        binding = PREFIX if piece[1] == PREFIX else PRODUCT
    return text, binding


def power_text(atom, exponent):
    """(text, binding) of an atom to a positive power."""
    if exponent == 1:
        return atom.text, atom.binding
    if exponent == Fraction(1, 2):
        return row_text(arithmetic.sqrt, (atom.text, OPEN))
    shown = number_text(exponent)[0] if exponent.denominator == 1 else rf"{exponent.numerator}/{exponent.denominator}"
    if atom.head and exponent.denominator == 1:
        return f"{atom.head}^{{{shown}}} {atom.tail}", PREFIX
    return row_text(arithmetic.power, (atom.text, atom.binding), (shown, OPEN))


# ------------------------------------------------------------------------ rows to formulas


def power_of(x, y, args):
    exponent = args[1]
    if type(exponent) is not Node and np.size(exponent) == 1 and np.isrealobj(exponent):
        return raised(x, float(np.asarray(exponent).item()))
    return None


# How rows of sums and products are collected: from the sums of their arguments; None: as they are.
COLLECTED = {
    arithmetic.add: lambda x, y, args: collected([*x, *y]),
    arithmetic.subtract: lambda x, y, args: collected([*x, *scaled(y, -1)]),
    arithmetic.negative: lambda x, args: scaled(x, -1),
    arithmetic.multiply: lambda x, y, args: product(x, y),
    arithmetic.divide: lambda x, y, args: product(x, raised(y, -1)) if y else None,
    arithmetic.reciprocal: lambda x, args: raised(x, -1) if x else None,
    arithmetic.square: lambda x, args: raised(x, 2),
    arithmetic.sqrt: lambda x, args: raised(x, 0.5) if len(x) == 1 and x[0].factors else None,
    arithmetic.power: power_of,
}


class Writer:
    """The formulas of the nodes of one graph: {node: sum of terms}.

    named: {node: text} of the nodes that have a name of their own.
    """

    def __init__(self, named=()):
        self.sums = {x: atomic(text) for x, text in dict(named).items()}
        self.arrays = {}  # identity of a constant array -> its number

    def write(self, x):
        """Set the formula of a node whose arguments have theirs."""
        if x in self.sums:
            return
        sums = [self.argument(a) for a in x.args]
        found = COLLECTED[x.op](*sums, x.args) if x.op in COLLECTED else None
        self.sums[x] = self.by_template(x, sums) if found is None else found

    def argument(self, a):
        """The formula of an argument: a node, a number or an array."""
        if type(a) is Node:
            return self.sums[a]
        array = np.asarray(a)
        if array.size and array.dtype.kind in "iuf" and (array == array.flat[0]).all():
            return constant(array.flat[0].item())
        if array.ndim == 0:
            return atomic(number_text(array.item())[0] if array.dtype == bool else f"({signed_text(a)})")
        small = array_text(array)
        if small is None:
            number = self.arrays.setdefault(id(a), len(self.arrays) + 1)
            return atomic(rf"\mathbf{{c}}_{{{number}}}")
        return atomic(small)
