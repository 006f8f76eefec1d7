"""The eager interpreter: a Tensor is a handle on a value and on the vertex that made it."""

import sys
from typing import Any

import numpy as np

from ..core.errors import AutodiffError, ShapeError
from ..core.family import Unary
from ..core.guests import ORDINARY, met
from ..core.op import EAGER, NO_PARAMS, OBJECTS, TRACED, Op, ndarray
from ..core.spec import carries_derivative
from .eager import EagerMethods
from .inner import Inner
from .inplace import remember_view, settled
from .kept import hold, kept
from .names import OPERATORS
from .nans import WATCHES, seen
from .saved import PACKING, stow
from .strict import STRICT, refuse_cut
from .vertex import LIMITS, UNRECORDED, Joint, Vertex, Watched, clock, locate, pick, vertex

getframe = sys._getframe
recorded_from = UNRECORDED.get
NUMBERS = ORDINARY - {ndarray}  # and what else is no container of its own
SCALARS = frozenset((int, float, np.float64))  # constants that a look back may ask for
FINISH: dict[Any, Any] = {}  # row of two arguments -> what has the last word on its results


class Tensor(EagerMethods, Inner):
    """An array that remembers how it was computed; made by `tensor`, `zeros`, `rand` and friends.

    Operators and functions on tensors record what a derivative needs; `backward` adds the
    gradient of a scalar to the `.grad` of each leaf.

    >>> x = tensor([1.0, 2.0], requires_grad=True)
    >>> (x * x).sum().backward()
    >>> x.grad
    tensor([2., 4.])
    """

    __slots__ = ("value", "vertex", "level", "storage", "steps", "born", "__weakref__")
    value: Any
    vertex: Any
    level: int
    storage: Any
    steps: Any
    born: int  # a level drawn when its memory was made: later than the transforms around it

    def unary(self, op):
        """`op(self)` for a row of one argument."""
        return AS_METHOD(op, self)

    def binary(self, op, other):
        """`op(self, other)` for a row of two arguments."""
        return RECORDERS[op](self, other)

    def reflected(self, op, other):
        """`op(other, self)`, where `other` is an array or a number."""
        value, level, parent = self.value, self.level, self.vertex
        if type(other) not in NUMBERS:
            if type(other) is ndarray and other.dtype is OBJECTS:
                return Op.__call__(op, other, self)
            if type(other) is not ndarray and (found := met(op, (other, self), other)) is not None:
                return found
            if op.alone[1][0] and parent is not None and isinstance(other, ndarray):
                other = kept(other)
        try:
            out = op(other, value) if level else op.infix(other, value)
        except (ValueError, TypeError) as error:
            raise explained(op, (other, value), error) from None
        result = Tensor()
        result.value, result.level = out, level
        if parent is None or not op.smooth or (LIMITS and level <= recorded_from()):
            result.vertex = None
            if STRICT or not op.smooth:
                rare(result, op, (other, value), (None, parent))
            return result
        result.vertex = v = Vertex()
        v.op, v.parents, v.params = op, (None, parent), NO_PARAMS
        first, second, last = op.alone[1]
        v.args = (other if first else None, value if second else None) if first or second else None
        v.out = out if last else None
        v.shape, v.dtype, v.time = out.shape, out.dtype, clock.now
        frame = getframe(2)
        v.code, v.spot = frame.f_code, frame.f_lasti
        if type(other) in SCALARS:
            v.hint = other
            if op in FINISH:
                return FINISH[op](result, other, self)
        return result

    def single(self, op, params):
        """The path of one argument with parameters, such as a reduction or a movement."""
        level, parent = self.level, self.vertex
        value = self.value if level or not op.view else self.memory()  # views share an array
        try:
            out = op(value, **params) if level else op.evaluate(value, **params)
        except (ValueError, TypeError) as error:
            raise explained(op, (value,), error, params) from None
        result = Tensor()
        result.value, result.level = out, level
        if parent is None or not op.smooth or (LIMITS and level <= recorded_from()):
            result.vertex = None
            if STRICT or not op.smooth:
                rare(result, op, (value,), (parent,), params)
            if op.view:
                remember_view(self, result, op, (), params)
            return result
        if op.view:
            remember_view(self, result, op, (), params)
        result.vertex = v = Vertex()
        v.op, v.parents, v.params = op, (parent,), params
        v.args = (value,) if op.keep_args else None
        v.out = out if op.keep_out else None
        v.shape, v.dtype, v.time = out.shape, out.dtype, clock.now
        locate(v, 2)
        return result

    def interpret(self, op, level, args, params):
        """The general path: any number of arguments, parameters, several outputs."""
        if op.view and not level:
            args[0].memory()  # a number becomes an array, which a view can share
        values, parents, tracked, constants = [], [], False, False
        for a in args:
            if type(a) is Tensor and a.level == level:
                values.append(a.value)
                parents.append(a.vertex)
                tracked = tracked or a.vertex is not None
            else:
                values.append(settled(a, level) if type(a) is Tensor and not a.level else a)
                parents.append(None)
                constants = True
        parents, cut = tuple(parents), tracked
        try:
            out = op(*values, **params) if level else op.evaluate(*values, **params)
        except (ValueError, TypeError) as error:
            raise explained(op, values, error, params) from None
        if WATCHES:
            seen(op, values, out, eager=not level)
        tracked = tracked and op.differentiable and level > recorded_from()
        if type(out) is tuple:
            return several(op, level, parents if tracked else None, values, params, out, args)
        result = Tensor()
        result.value, result.level = out, level
        if tracked and carries_derivative(out.dtype):
            result.vertex = v = vertex(op, parents, values, params, out)
            if constants and v.args is not None:
                hold(v, args)
            if PACKING and not level:
                stow(v, Tensor)
        else:
            result.vertex = None
            if STRICT and cut:
                refuse_cut(op, level, out)
        if op.view:
            remember_view(args[0], result, op, args[1:], params)
        return result


def prefix(depth):
    """The hot path of one argument, as a call of its row; the user's line is `depth` calls up."""

    def call(op, x):
        if type(x) is not Tensor:
            return x.unary(op) if type(x) in TRACED else Op.__call__(op, x)
        value, level, parent = x.value, x.level, x.vertex
        evaluate, smooth, keep_args, keep_out, finish = op.recipe
        out = op(value) if level else evaluate(value)
        result = Tensor()
        result.value, result.level = out, level
        if parent is None or not smooth or (LIMITS and level <= recorded_from()):
            result.vertex = None
            if STRICT or not smooth:
                rare(result, op, (value,), (parent,))
            return result
        result.vertex = v = Vertex()
        v.op, v.parents, v.params = op, (parent,), NO_PARAMS
        v.args = (value,) if keep_args else None
        v.out = out if keep_out else None
        v.shape, v.dtype, v.time = out.shape, out.dtype, clock.now
        frame = getframe(depth)
        v.code, v.spot = frame.f_code, frame.f_lasti
        return result if finish is None else finish(result, x)

    return call


AS_METHOD = prefix(3)
setattr(Unary, "__call__", prefix(1))  # noqa: B010 — one call less, which is 90 of 1,100 ns


def infix(op, depth):
    """The hot path of two arguments, as a method for one row; the user's line is `depth` calls up.

    The other value is on the same tape, or a plain array or number; any other takes the long way.
    """

    compute, smooth, alone = op.infix, op.smooth, op.alone
    keep_args, keep_out, finish = op.keep_args, op.keep_out, FINISH.get(op)
    reads = smooth and alone[0][1]  # whether a constant is read by the rule of what varies

    def call(self, other):
        x, a, level = self.value, self.vertex, self.level
        if type(other) is Tensor and other.level == level:
            y, b = other.value, other.vertex
        elif type(other) in NUMBERS:
            y, b = other, None
        elif type(other) in TRACED or (type(other) is ndarray and other.dtype is OBJECTS):
            return Op.__call__(op, self, other)
        elif type(other) is ndarray or (found := met(op, (self, other), other)) is None:
            keeps = reads and a is not None and isinstance(other, ndarray)
            y, b = kept(other) if keeps else other, None
        else:
            return found
        try:
            out = op(x, y) if level else compute(x, y)
        except (ValueError, TypeError) as error:
            raise explained(op, (x, y), error) from None
        result = Tensor()
        result.value, result.level = out, level
        if (a is b is None) or not smooth or (LIMITS and level <= recorded_from()):
            result.vertex = None
            if STRICT or not smooth:
                rare(result, op, (x, y), (a, b))
            return result
        result.vertex = v = Vertex()
        v.op, v.parents, v.params = op, (a, b), NO_PARAMS
        v.shape, v.dtype, v.time = out.shape, out.dtype, clock.now
        if a is not None is not b:
            v.args = (x, y) if keep_args else None
            v.out = out if keep_out else None
            located = keep_args or keep_out
        else:  # a rule that will not run needs nothing
            first, second, last = alone[a is None]
            v.args = (x if first else None, y if second else None) if first or second else None
            v.out = out if last else None
            located = first or second or last
            if b is None and type(y) in SCALARS:
                v.hint = y
        if located:
            frame = getframe(depth)
            v.code, v.spot = frame.f_code, frame.f_lasti
        else:  # no error can name its line
            v.code, v.spot = None, 0
        return result if finish is None else finish(result, self, other)

    call.__name__, call.__doc__ = op.name, op.__doc__
    return call


class Recorders(dict):
    """The hot path of each row of two arguments, made when first called."""

    def __missing__(self, op):
        self[op] = infix(op, 3)
        return self[op]


RECORDERS = Recorders()


def make_operators(ops):
    """Python's operators of tensors for some rows, each by its own hot path."""
    for name, op in OPERATORS.items():
        if op in ops and name not in ("eq", "ne"):  # these refuse None and text
            setattr(Tensor, f"__{name}__", infix(op, 1))


make_operators(OPERATORS.values())


def finish_by(op, finish):
    """Let `finish(result, *arguments)` have the last word on the tensors that a row makes."""
    if hasattr(op, "recipe"):
        op.recipe = (*op.recipe[:-1], finish)
    else:
        FINISH[op] = finish
        RECORDERS.pop(op, None)
        make_operators([op])


def new_tensor(value, vertex=None, level=EAGER):
    """A tensor of these parts."""
    result = Tensor()
    result.value, result.vertex, result.level = value, vertex, level
    return result


def rare(result, op, args, parents, params=NO_PARAMS):
    """A result without a rule to run: a constant, or the vertex of a derivative that is zero."""
    level = result.level
    watched = type(recorded_from()) is Watched
    if all([p is None for p in parents]):
        if watched:
            seen(op, args, result.value, eager=not level)
        return
    if watched and op.smooth and level > recorded_from():
        recorded(result, op, args, parents, params)
        return
    if STRICT:
        refuse_cut(op, level, result.value)
    if op.differentiable and level > recorded_from():
        result.vertex = vertex(op, parents, args, params, result.value)
        if PACKING and not level:
            stow(result.vertex, Tensor)
    if watched:
        seen(op, args, result.value, eager=not level)


def recorded(result, op, args, parents, params):
    """What the hot paths do, in full, of a result that is watched."""
    level = result.level
    v = result.vertex = vertex(op, parents, args, params, result.value)
    constants = [a for a, p in zip(args, parents) if p is None and type(a) in SCALARS]
    if len(args) == 2 and constants:
        v.hint = constants[0]
    finish = op.recipe[-1] if hasattr(op, "recipe") else FINISH.get(op)
    if finish is not None and (parents[0] is not None or type(args[0]) in SCALARS):
        handles = [a if p is None else new_tensor(a, p, level) for a, p in zip(args, parents)]
        found = finish(result, *handles)
        result.value, result.vertex = found.value, found.vertex
    if PACKING and not level:
        stow(v, Tensor)
        stow(result.vertex, Tensor)
    seen(op, args, result.value, eager=not level, vertex=v)


def several(op, level, parents, values, params, out, given):
    """One tensor for each output; they share a vertex, from which each is picked."""
    if parents is None:
        return tuple(new_tensor(o, None, level) for o in out)
    joint = Vertex()
    joint.op, joint.parents, joint.params = Joint(op), parents, params
    joint.args, joint.out = op.keep(values), out if op.keep_out else None
    joint.shape, joint.dtype, joint.time = tuple(np.shape(o) for o in out), None, clock.now
    if joint.args is not None:
        hold(joint, given)
    locate(joint)
    if PACKING and not level:
        stow(joint, Tensor)
    return tuple(picked(joint, out, level))


def picked(joint, out, level):
    """One tensor for each output of the vertex `joint`."""
    for i, o in enumerate(out):
        floating = carries_derivative(o.dtype)
        params = {"index": i, "count": len(out)}
        v = vertex(pick, (joint,), (), params, o) if floating else None
        yield new_tensor(o, v, level)


def explained(op, values, error, params=NO_PARAMS):
    """The error of NumPy in the words of the row: what was given, what is needed."""
    if isinstance(error, AutodiffError) or type(error) not in (ValueError, TypeError):
        return error
    try:
        op.infer(*values, **params)
    except AutodiffError as better:
        return better
    except (ValueError, TypeError):
        pass
    shapes = " and ".join(str(np.shape(v)) for v in values)
    kind = ShapeError if type(error) is ValueError else TypeError
    return kind(f"{op.name} of shapes {shapes}: {str(error).strip()}")
