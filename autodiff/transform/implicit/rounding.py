"""What rounding may have done to a residual, by repeating it with other roundings.

An error that input changes do not show, such as that of x² - 2x + 1 at a root, shows when each
operation is off by a rounding at random.  Source: J. Vignes 2004, "Discrete stochastic arithmetic
for validating results of numerical software", doi:10.1023/B:NUMA.0000049483.75679.ce.
"""

from typing import Any

import numpy as np

from ...core.family import Contraction, Movement, Reduction
from ...core.op import new_level
from ...core.spec import carries_derivative
from ...interpret.inner import Inner
from ...interpret.methods import Methods
from ...interpret.tape import new_tensor

EPSILON = np.finfo(float).eps
SHIFTS = (-7, -2, 3, 8)  # roundings of the answer, one for each repetition


class Noisy(Inner, Methods):
    """A value whose operations are off by a rounding, up or down at random."""

    __slots__ = ("value", "level", "random")
    value: Any
    level: int
    random: np.random.Generator

    def interpret(self, op, level, args, params):
        mine = [type(a) is Noisy and a.level == level for a in args]
        values = [a.value if m else a for a, m in zip(args, mine)]
        if isinstance(op, (Contraction, Reduction)):  # terms may cancel inside
            values = [self.rounded(x) if m else x for x, m in zip(values, mine)]
        out = op(*values, **params)
        if type(out) is tuple:
            return tuple(self.lifted(self.rounded(y)) for y in out)
        return self.lifted(out if isinstance(op, Movement) else self.rounded(out))

    def rounded(self, x):
        """`x` with each element changed by one rounding."""
        if not carries_derivative(x.dtype):
            return x
        signs = 2.0 * self.random.integers(0, 2, x.shape) - 1
        return x * (1 + np.finfo(x.dtype).eps * signs).astype(x.real.dtype)

    def lifted(self, value):
        """`value`, of which nothing is known but its numbers."""
        return noisy(value, self.level, self.random)

    def __repr__(self):
        return f"Noisy(level={self.level}, value={self.value!r})"


def noisy(value, level, random):
    """A value whose operations are rounded at random."""
    new = Noisy()
    new.value, new.level, new.random = value, level, random
    return new


def repeated(function, x):
    """`function` at the vector `x` and its neighbours, each with other roundings."""
    for k in SHIFTS:
        start = noisy(x * (1 + k * EPSILON), new_level(), np.random.default_rng(k % 16))
        yield function(new_tensor(start, None, new_level()))  # a tensor passes every rule
