"""What identities ask of nodes: how a naive spelling is recognised."""

from typing import Any, NamedTuple, TypeGuard

import numpy as np

from ..core.op import Op
from ..ops import arithmetic, reduce
from .graph import Node

IDENTITIES: dict[str, list[Any]] = {}


class Identity(NamedTuple):
    """replace(node) -> the stable node or None; reason: what the naive spelling does wrong."""

    replace: Any
    reason: str


def identity(name, reason):
    """Register a rewrite of the rows of a name."""

    def register(f):
        IDENTITIES.setdefault(name, []).append(Identity(f, reason))
        return f

    return register


def of(x, *rows) -> TypeGuard[Node]:
    return type(x) is Node and x.op in rows


def number(x, value):
    return type(x) is not Node and np.ndim(x) == 0 and not isinstance(x, str) and x == value


def pairs(x):
    """Both orders of the arguments of a commutative row."""
    a, b = x.args
    return (a, b), (b, a)


def one_plus(x):
    """a of 1 + a, or None."""
    if of(x, arithmetic.add):
        for a, b in pairs(x):
            if number(a, 1) and type(b) is Node:
                return b
    return None


def squared(x):
    """a of a a, a ** 2 or square(a), or None."""
    if of(x, arithmetic.square):
        return x.args[0]
    if of(x, arithmetic.multiply) and x.args[0] is x.args[1]:
        return x.args[0]
    if of(x, arithmetic.power) and number(x.args[1], 2) and type(x.args[0]) is Node:
        return x.args[0]
    return None


def opposite(a):
    """-a, without two signs."""
    return a.args[0] if of(a, arithmetic.negative) else -a


def terms(x):
    """The terms of a sum of several."""
    found, rest = [], [x]
    while rest:
        y = rest.pop()
        if of(y, arithmetic.add):
            rest.extend(reversed(y.args))
        else:
            found.append(y)
    return found


def size_of(x, axes):
    """How many elements a reduction takes together, or None while that is unknown."""
    return reduce.count(x, axes) if x.known is not None else None


def late(x, name):
    """Whether `x` is made by a row of that name, which is in the table once SciPy is asked for."""
    return type(x) is Node and x.op is Op.table.get(name)


def negated(x):
    """a of -a or of a * -1, or None."""
    return x.args[0] if of(x, arithmetic.negative) else None


def real(x):
    return type(x) is Node and (x.declared is None or x.declared.kind == "f")
