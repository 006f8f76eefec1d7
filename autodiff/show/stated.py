"""Functions with rules of the user's own, recorded as one vertex each."""

from typing import Any

import numpy as np

from ..core.op import Op
from ..core.tree import flatten, unflatten
from ..transform.forward import jvp
from ..transform.reverse import vjp
from ..transform.rules import custom_jvp, custom_vjp
from .record import Recorded, recorded


class Called(Op):
    """The row of one call: its rules are those that the user has stated.

    call(*leaves): the function of the leaves of its arguments, to a leaf or a tuple of them.
    """

    latex = None
    smooth = differentiable = True
    keep_args, keep_out = True, False

    def __init__(self, name, call, count):
        self.name, self.call = name, call
        self.arguments = tuple(f"x{k}" for k in range(count))
        self.grad_name = f"{name.title().replace('_', '')}Backward0"

    def evaluate(self, *args):
        return self.call(*args)

    def jvp(self, tangents, out, *args) -> Any:
        zeros = [np.zeros(np.shape(a), np.result_type(a, float)) for a in args]
        ts = tuple(z if t is None else t for t, z in zip(tangents, zeros))
        return jvp(self.call, tuple(args), ts)[1]

    def vjp(self, g, out, wanted, *args) -> Any:
        several = type(out) is tuple
        if several:
            g = tuple(np.zeros(np.shape(o)) if c is None else c for c, o in zip(g, out))
        return vjp(self.call, *args)[1](g)


def on_recorded(custom, f, constants, leaves, structure, level):
    """A call of a function with stated rules, on values that are recorded."""

    def call(*xs):
        out = custom.apply(f, constants, list(unflatten(structure, xs)))
        ys = flatten(out)[0]
        return ys[0] if len(ys) == 1 else tuple(ys)

    mine = [type(x) is Recorded and x.level == level for x in leaves]
    recorder = leaves[mine.index(True)].recorder
    values = [x.value if m else x for x, m in zip(leaves, mine)]
    out = custom.apply(f, constants, list(unflatten(structure, values)))
    ys, out_structure = flatten(out)
    ys = [np.asarray(y) if not hasattr(y, "dtype") else y for y in ys]
    row = Called(custom.__name__, call, len(leaves))
    whole = tuple(ys) if len(ys) > 1 else ys[0]
    made = [
        recorder.applied(row, leaves, {}, y, k if len(ys) > 1 else None, whole)
        for k, y in enumerate(ys)
    ]
    return unflatten(out_structure, [recorded(recorder, v) for v in made])


for kind in (custom_jvp, custom_vjp):
    kind.interpreters[Recorded] = on_recorded
