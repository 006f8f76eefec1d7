"""What a row says of its native code: descriptors alone, which the compiler interprets.

A row states `lower=` in its own line; nothing here needs a compiler to be installed.
"""

from typing import Any, NamedTuple

FLOATS = "f"
NUMBERS = "fiu"
EVERY = "fiub"


class Element(NamedTuple):
    """The native code of one element.

    emit(b, *values) -> value, in the words of the compiler's builder `b`.
    kinds: the kinds of dtype in which it computes; any other is left to `evaluate`.
    within: the dtype in which it computes: "output", "common" to the arguments, or "truth".
    """

    emit: Any
    kinds: str = FLOATS
    within: str = "output"


class Fold(NamedTuple):
    """The native code of a reduction: `combine` of the builder, from `identity` on."""

    combine: str
    identity: Any
    kinds: str = NUMBERS


class Expansion(NamedTuple):
    """The row as a composition of others: rewrite(*args, **params) in functions of the table."""

    rewrite: Any


class Assembly(NamedTuple):
    """An output put together from pieces: pieces(*args, **params) -> [(value, index), ...].

    A later piece is written over an earlier one; every element is written at least once.
    """

    pieces: Any


class Product(NamedTuple):
    """A product of matrices over the last two axes."""

    kinds: str = FLOATS


def intrinsic(name, kinds=FLOATS):
    """A function of the compiler's library, such as `sin`."""
    return Element(lambda b, *xs: b.call(name, *xs), kinds)


def instruction(floating, whole=None, truth=None):
    """One instruction for floating point numbers, one for integers and one for truth values."""
    kinds = ("f" if floating else "") + ("iu" if whole else "") + ("b" if truth else "")
    spelled = {"f": floating, "i": whole, "u": whole, "b": truth}
    return Element(lambda b, *xs: b.instruction(spelled[xs[0].dtype.kind], *xs), kinds)


def comparison(floating, signed, unsigned):
    """A comparison: the predicates of floating point, signed and unsigned numbers."""
    spelled = {"f": floating, "i": signed, "u": unsigned, "b": unsigned}
    return Element(lambda b, x, y: b.compare(spelled[x.dtype.kind], x, y), EVERY, "common")


def truth(name):
    """A connection of truth values, whatever the numbers are."""
    return Element(lambda b, *xs: b.instruction(name, *xs), EVERY, "truth")


def formula(emit, kinds=FLOATS, within="output"):
    """An expression in the words of the compiler's builder, `lambda b, x: ...`."""
    return Element(emit, kinds, within)
