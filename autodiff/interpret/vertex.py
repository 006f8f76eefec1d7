"""Vertices: what the tape keeps of each operation, and no more than the row's rules read.

Objects are made bare and then filled: a constructor with arguments costs 200 ns more.
"""

import sys
from contextvars import ContextVar
from typing import Any

from ..core.op import EAGER, NO_PARAMS, Op

getframe = sys._getframe
LIBRARY = __name__.partition(".")[0] + "."
INSIDE = set()  # identities of the globals of the library's modules, which live as long as it does

TRACES: dict[int, Any] = {}  # level -> the trace under way, which knows the real values

# Tensors of this level and below are not recorded: -1 usually, raised by no_grad.
UNRECORDED = ContextVar("UNRECORDED", default=-1)
LIMITS: list[Any] = []  # one for each block that has set it; hot paths ask it only if there is one


RELEASED = object()  # stands for what a pass has let go


class Watched(int):
    """A level of UNRECORDED while results are watched: no operation takes the hot path.

    Hot paths ask `level <= UNRECORDED.get()`, which Python hands to this class first.
    """

    def __ge__(self, other):
        return True


class Clock:
    """How many times an array was changed in place, which dates the vertices.

    effects: whether some vertex has a pullback that must run only once in a sweep.
    """

    now = 0
    effects = False


clock = Clock()


class Vertex:
    """One application of an operator, as the pullback will need it.

    parents: the vertex of each argument, None for a constant.
    args, out: what the rule may read; None where the row lets the value go.
    time, code, spot: when and where it was recorded.
    hint: a constant argument, or the argument of an exponential, for a look back; often unset.
    """

    __slots__ = (
        "op", "parents", "args", "params", "out", "shape", "dtype", "time", "code", "spot",
        "hint", "__weakref__",
    )  # fmt: skip
    op: Any
    parents: Any
    args: Any
    params: Any
    out: Any
    shape: Any
    dtype: Any
    time: int
    code: Any
    spot: int
    hint: Any


class Leaf(Vertex):
    """The vertex of an input: where a cotangent ends, and `backward` adds it to `grad`."""

    __slots__ = ("grad", "hooks")
    grad: Any
    hooks: Any


def leaf(value):
    """A vertex for an input of a derivative."""
    v = Leaf()
    v.op, v.parents, v.args, v.params, v.out = None, (), (), NO_PARAMS, None
    v.shape, v.dtype, v.time = value.shape, value.dtype, clock.now
    v.grad, v.hooks = None, None
    v.code, v.spot = None, 0
    return v


def from_library(frame):
    """Whether a frame runs the library's own code."""
    found = (frame.f_globals.get("__name__") or "").startswith(LIBRARY)
    if found:
        INSIDE.add(id(frame.f_globals))
    return found


def locate(v, depth=1):
    """Note the innermost line outside the library, from so many calls up."""
    frame = getframe(depth)
    while id(frame.f_globals) in INSIDE or from_library(frame):
        if frame.f_back is None:
            break
        frame = frame.f_back
    v.code, v.spot = frame.f_code, frame.f_lasti


def users_line():
    """The innermost line outside the library: (code, spot)."""
    here = Vertex()
    locate(here)
    return here.code, here.spot


def vertex(op, parents, args, params, out):
    """Record one application of an operator."""
    v = Vertex()
    v.op, v.parents, v.params = op, parents, params
    v.args = op.keep(args, parents)
    v.out = out if op.keeps_out(parents) else None
    v.shape, v.dtype, v.time = out.shape, out.dtype, clock.now
    locate(v)
    return v


def handle(kind, value, vertex=None):
    """An eager tensor of these parts; `kind` is the class of tensors."""
    new = kind()
    new.value, new.vertex, new.level = value, vertex, EAGER
    return new


class Several:
    """Cotangents of the outputs of one operator, None where nothing was heard."""

    __slots__ = ("parts", "shape", "dtype")

    def __init__(self, parts, shape):
        self.parts, self.shape, self.dtype = parts, shape, None

    def __add__(self, other):
        both = zip(self.parts, other.parts)
        return Several([a if b is None else b if a is None else a + b for a, b in both], self.shape)


class Pick(Op):
    """One output of an operator that has several."""

    def influence(self, i, g, out, wanted, *args, **params):
        return (None,)

    def vjp(self, g, out, wanted, joint, *, index, count):
        parts = [None] * count
        parts[index] = g
        return (Several(parts, wanted[0].shape),)


pick = Pick(
    "pick(joint)", lambda joint, *, index, count: joint[index], reads="",
    sample=lambda rng, dtype: [],
    doc="One output of an operator that has several.", latex="$joint",
)  # fmt: skip


class Joint(Op):
    """The pullback of all outputs together: hands the row a list of cotangents."""

    def __init__(self, op):
        self.name, self.op, self.grad_name = op.name, op, op.grad_name
        self.keep_args, self.keep_out = op.keep_args, op.keep_out
        self.keep, self.keeps_out, self.silent = op.keep, op.keeps_out, op.silent

    def __call__(self, *args, **params):
        return self.op(*args, **params)

    def __reduce__(self):
        return Joint, (self.op,)

    def vjp(self, g, out, wanted, *args, **params):
        return self.op.vjp(g.parts, out, wanted, *args, **params)
