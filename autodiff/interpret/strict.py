"""Strict gradients: a path to an input that is cut raises, instead of giving a silent zero."""

from ..core.errors import CutError
from .inplace import line_of
from .vertex import users_line

STRICT = set()  # levels whose transforms were asked to be strict


def refuse_cut(op, level, out):
    """Raise if a tracked value of a strict level becomes a constant: an integer, or detached.

    A comparison gives truth values, which choose between paths and cut none.
    """
    if level in STRICT and (out.dtype.kind in "iu" or op.name == "stop_gradient"):
        raise cut(op.name, "gives a constant", *users_line())


def refuse_zero(v, cotangents):
    """Raise if every derivative of an operation is zero everywhere, as that of floor."""
    if all([c is None for c in cotangents]):
        raise cut(v.op.name, "has a derivative of zero everywhere", v.code, v.spot)


def cut(name, what, code, spot):
    return CutError(
        f"strict=True: {name} at {line_of(code, spot)} {what}, so a path to an input is cut; "
        "take it out of the differentiated part, or leave strict=True out"
    )
