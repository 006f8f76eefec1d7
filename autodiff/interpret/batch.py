"""Batches: a stack of examples that behaves as one."""

from typing import Any

import numpy as np

from ..ops.move import broadcast_to
from .array_protocols import escaped
from .inplace_handles import remember
from .methods import Methods
from .nans import WATCHES, seen


class Batched(Methods):
    """A stack of examples along axis 0 of `value` that behaves as one example."""

    concrete = False  # the numbers differ from example to example

    __slots__ = ("value", "level", "storage", "steps", "__weakref__")
    value: Any
    level: int
    storage: Any
    steps: Any

    def interpret(self, op, level, args, params):
        mine = [type(a) is Batched and a.level == level for a in args]
        values = [a.value if m else a for a, m in zip(args, mine)]
        out = op.batch(mine, *values, **params)
        if WATCHES:
            seen(op, values, out)
        if type(out) is tuple:
            return tuple(batched(o, level) for o in out)
        result = batched(out, level)
        if op.view:
            remember(args[0], result, op, args[1:], params)
        return result

    def lifted(self, value):
        """`value` for every example."""
        if type(value) is Batched and value.level == self.level:
            return value
        return batched(broadcast_to(value, (self.value.shape[0], *np.shape(value))), self.level)

    @property
    def shape(self):
        """Sizes of the axes of one example."""
        return self.value.shape[1:]

    @property
    def dtype(self):
        """The NumPy dtype."""
        return self.value.dtype

    def __bool__(self):
        raise escaped(
            self,
            "one truth value for all examples",
            "use where(condition, x, y), cond or while_loop",
        )

    def __repr__(self):
        return f"Batched(level={self.level}, examples={self.value.shape[0]}, value={self.value!r})"


def batched(value, level):
    """A stack of examples."""
    new = Batched()
    new.value, new.level = value, level
    return new
