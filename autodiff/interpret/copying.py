"""The row of a copy."""

import numpy as np

from ..core.family import Unary

copied = Unary(
    "copied(x)", lambda x: np.array(x), lambda t, y, x: t,
    reads="", domain=((-3, 3),), latex="$x", torch="Clone",
    doc="A copy in new memory: the row behind `clone`.",
)  # fmt: skip
