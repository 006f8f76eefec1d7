"""Forward mode: a value with its tangent."""

from typing import Any

from ..core.family import Elementwise
from ..core.spec import carries_derivative
from ..core.values import total, zeros_like
from .inner import Inner
from .inplace_handles import remember
from .methods import Methods
from .nans import WATCHES, watching
from .structure import guarded
from .sweep import cast

STRUCTURED: set[int] = set()  # levels of jvp that run again, with their structural zeros


def structured(op, tangents, influences, out, primals, params):
    """(tangent, which elements are moved): the tangent is exactly zero where no input moves.

    There an infinite slope times zero is zero, not NaN.
    """
    moved = op.influenced(influences, out, *primals, **params)
    if not isinstance(op, Elementwise):
        return op.jvp(tangents, out, *primals, **params), moved
    terms = []
    for k, (t, i) in enumerate(zip(tangents, influences)):
        if t is not None:
            alone = [t if n == k else None for n in range(len(tangents))]
            c = op.jvp(alone, out, *primals, **params)
            terms.append(c if c is None or i is None else guarded(c, i))
    return total(terms), moved


class Dual(Inner, Methods):
    """primal + ε tangent, with the ε of one jvp call."""

    __slots__ = ("value", "tangent", "level", "storage", "steps", "moved", "__weakref__")
    value: Any
    tangent: Any
    level: int
    storage: Any
    steps: Any
    moved: Any  # in a structured run: which elements the inputs move, numbers above 0; None for all

    def interpret(self, op, level, args, params):
        mine = [type(a) is Dual and a.level == level for a in args]
        primals = [a.value if m else a for a, m in zip(args, mine)]
        out = op(*primals, **params)
        if not op.differentiable:
            return out
        tangents = [a.tangent if m else None for a, m in zip(args, mine)]
        watch = watching() if WATCHES else None
        if watch is not None:
            watch.push(op, primals, out)
        if level in STRUCTURED:
            influences = [a.moved if m else 0 for a, m in zip(args, mine)]
            pushed, moved = structured(op, tangents, influences, out, primals, params)
        else:
            pushed, moved = op.jvp(tangents, out, *primals, **params), None
        if watch is not None:
            watch.pushed(op, primals, out, tangents, pushed)
        if type(out) is tuple:
            return tuple(dual(o, t, level) for o, t in zip(out, pushed))
        result = dual(out, pushed, level)
        if moved is not None and type(result) is Dual:
            result.moved = moved
        if op.view:
            remember(args[0], result, op, args[1:], params)
        return result

    def lifted(self, value):
        """`value` with a tangent of zeros; an integer has none and stays as it is."""
        if type(value) is Dual and value.level == self.level:
            return value
        return dual(value, zeros_like(value), self.level)

    def __repr__(self):
        return f"Dual(level={self.level}, primal={self.value!r}, tangent={self.tangent!r})"


def dual(value, tangent, level):
    """A dual number; a value whose tangent is zero everywhere is a constant."""
    if tangent is None or not carries_derivative(value.dtype):
        return value
    if tangent.dtype is not value.dtype and tangent.dtype != value.dtype:
        tangent = cast(tangent, value.dtype)
    new = Dual()
    new.value, new.tangent, new.level, new.moved = value, tangent, level, None
    return new
