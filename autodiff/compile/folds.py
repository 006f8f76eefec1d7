"""Reductions: how two parts of one join, and what changes nothing."""

import math

import numpy as np


def combined(b, f, x, y):
    """Two parts of a reduction joined."""
    name = f.x.op.lower.combine
    if name in ("maximum", "minimum"):
        return getattr(b, name)(x, y)
    return b.instruction(
        ("f" if f.dtype.kind == "f" and name in ("add", "mul") else "") + name, x, y
    )


def identity_of(f):
    """The value that changes nothing, as the dtype has it."""
    identity = f.x.op.lower.identity
    if f.dtype.kind in "iu" and isinstance(identity, float) and math.isinf(identity):
        info = np.iinfo(f.dtype)
        return info.min if identity < 0 else info.max
    return identity
