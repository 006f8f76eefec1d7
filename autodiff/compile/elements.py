"""Operators on values of few elements, written out element by element."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from ..core.lower import Assembly, Element, Fold, Product
from ..interpret.graph import Node
from ..interpret.vertex import Joint, pick
from ..transform.loop import Loop
from .element import working_dtypes, written_out
from .folds import combined
from .view import count, gathers, is_zero

MOST = 64  # elements of a value
LONGEST = 3000  # instructions of a block: code generation grows faster than linearly
LONGEST_OF_ALL = 12000  # instructions of a function


class Unfit(Exception):
    """A loop whose values are not few numbers."""


class Elements:
    """Operators on values that are lists of elements, in the order of their memory.

    kept: what the steps of inner loops keep, which only loops read; inner(x): writes such a loop.
    """

    def __init__(self, b, lowering, inner):
        self.b, self.lowering, self.inner = b, lowering, inner
        self.values: dict[Any, Any] = {}
        self.kept: dict[Any, Any] = {}
        self.opened = 0  # lines before the block that is being written
        self.zeros = {}  # identity of an element that is zero by structure -> the element

    def place(self, x):
        """Write a node's elements."""
        lines = len(self.b.lines)
        if lines - self.opened > LONGEST or lines > LONGEST_OF_ALL:
            raise Unfit
        if x.op is pick:
            return  # it was written with its loop
        if type(x.op) is Joint:
            if type(x.op.op) is not Loop:
                raise Unfit
            self.inner(x)
            return
        if count(x.known) > MOST or any([a not in self.values for a in x.inputs]):
            raise Unfit
        lower = self.lowering(x)
        if x.op.view and len(x.args) == 1 and type(x.args[0]) is Node:
            found = self.moved(x)
        elif type(lower) is Element:
            found = self.elementwise(x, lower)
        elif type(lower) is Fold:
            found = self.folded(x)
        elif type(lower) is Product:
            found = self.product(x)
        elif type(lower) is Assembly:
            found = self.assembled(x, lower)
        else:
            raise Unfit
        self.values[x] = found

    def moved(self, x):
        (a,) = x.args
        where = x.op.evaluate(np.arange(count(a.known)).reshape(a.known), **x.params)
        return [self.values[a][k] for k in where.ravel().tolist()]

    def given(self, a, like):
        """The elements of an argument of a loop, which are as its body was traced with."""
        if type(a) is Node and (a.known != like.known or a.declared != like.declared):
            raise Unfit
        if type(a) is Node and a not in self.values:
            raise Unfit
        return self.spread(a, like.known, like.declared)

    def spread(self, a, shape, dtype):
        """The elements of an argument broadcast to a shape."""
        n = count(shape)
        if type(a) is not Node:
            if n == 0:
                return []
            return [self.b.const(v, dtype) for v in np.broadcast_to(a, shape).ravel().tolist()]
        have = self.values[a]
        if a.known == shape:
            return have
        where = np.broadcast_to(np.arange(len(have)).reshape(a.known), shape)
        return [have[k] for k in where.ravel().tolist()]

    def elementwise(self, x, lower):
        dtypes = working_dtypes(x, lower)
        if dtypes is None:
            raise Unfit
        args = [self.spread(a, x.known, d) for a, d in zip(x.args, dtypes)]
        found = []
        for given in zip(*args):
            if x.op.name == "add" and any([id(v) in self.zeros for v in given]):
                kept = given[id(given[0]) in self.zeros]
                if kept.dtype == x.declared:
                    found.append(kept)
                    continue
            found.append(written_out(self.b, x, lower, given, dtypes))
        return found

    def folded(self, x):
        (a,) = x.args
        shape, axes = a.known, x.params.get("axes")
        gone = [i for i in range(len(shape)) if axes is None or i - len(shape) in axes]
        if 0 in shape or not gone:
            raise Unfit
        where = np.moveaxis(np.arange(count(shape)).reshape(shape), gone, range(-len(gone), 0))
        f = SimpleNamespace(x=x, dtype=x.declared)
        found = []
        for row in where.reshape(count(x.known), -1).tolist():
            parts = [self.b.convert(self.values[a][k], x.declared) for k in row]
            total = parts[0]
            for part in parts[1:]:
                total = combined(self.b, f, total, part)
            found.append(total)
        return found

    def product(self, x):
        left, right = x.args
        if any([type(a) is Node and a.declared != x.declared for a in x.args]):
            raise Unfit
        if np.ndim(left) == 2 if type(left) is not Node else len(left.known) == 2:
            (m, n), k = x.known, (left.known if type(left) is Node else left.shape)[1]
        else:
            raise Unfit
        if len(x.known) != 2 or k == 0:
            raise Unfit
        p = self.spread(left, (m, k), x.declared)
        q = self.spread(right, (k, n), x.declared)
        found = []
        for i in range(m):
            for j in range(n):
                total = p[i * k] * q[j]
                for t in range(1, k):
                    total = total + p[i * k + t] * q[t * n + j]
                found.append(total)
        return found

    def assembled(self, x, lower):
        found: list[Any] = [None] * count(x.known)
        numbers = np.arange(len(found)).reshape(x.known)
        for value, index in lower.pieces(*x.args, **x.params):
            if gathers(index):
                raise Unfit
            part = numbers if index is None else numbers[index]
            dtype = value.declared if type(value) is Node else x.declared
            given = self.spread(value, part.shape, dtype)
            for k, v in zip(part.ravel().tolist(), given):
                found[k] = self.b.convert(v, x.declared)
                if is_zero(value):
                    self.zeros[id(found[k])] = found[k]
        return found
