"""Running a function on nodes: the graph it computes, and the questions it asked of real values."""

import sys
from typing import Any

import numpy as np

from ..core.op import NO_PARAMS, TRACED, new_level
from ..core.spec import Spec
from ..core.tree import flatten
from ..interpret.graph import TRACES, Node, current, needed, node, placeholder
from ..interpret.vertex import Joint, from_library
from ..ops.choose import isnan, logical_not, logical_xor, not_equal
from ..ops.complex import convert
from ..ops.move import reshape


class Untraceable(Exception):
    """A function that has no graph: the message says why; loud: whether the user is told."""

    def __init__(self, message, loud=True):
        super().__init__(message)
        self.loud = loud


class Trace:
    """The graph of one run of a function.

    inputs: placeholder nodes; outputs: leaves of what the function returned, with `structure`.
    guards: nodes that are true where another run would have taken another way.
    """

    def __init__(self, specs, values):
        self.level = new_level()
        self.inputs = [
            node(placeholder, (), NO_PARAMS, Spec(shape, dtype), self.level)
            for shape, dtype in specs
        ]
        for i, x in enumerate(self.inputs):
            x.given = f"x{i}"
        self.values = dict(zip(self.inputs, values))
        self.guards, self.asked = [], {}
        self.where = ""  # the line of the last question
        self.outputs: list[Any] = []
        self.structure: Any = None

    def value(self, x):
        """The real value of a node: the nodes it needs are computed once."""
        values = self.values
        with np.errstate(all="ignore"):
            for n in needed([x], values):
                if n not in values:
                    args = [values[a] if type(a) is Node and a in values else a for a in n.args]
                    values[n] = n.op(*args, **n.params)
        return values[x]

    def ask(self, x, question):
        """What Python asks of a node: the answer of its value, which becomes a guard."""
        x = current(x)
        answer = question(self.value(x))
        key = (x, type(answer))
        if key not in self.asked:
            self.asked[key] = answer
            self.guards.append(other_answer(x, answer))
            self.where = users_line()
        return answer

    def run(self, f, arguments, checked=True):
        """Run `f` on the nodes; `arguments(inputs)` puts them where they belong.

        checked: raise Untraceable where the graph holds values of another transform.
        """
        TRACES[self.level] = self
        try:
            args, kwargs = arguments(self.inputs)
            with np.errstate(all="ignore"):
                out = f(*args, **kwargs)
        finally:
            del TRACES[self.level]
        leaves, self.structure = flatten(out)
        self.outputs = [current(x) for x in leaves]  # what the handles stand for in the end
        self.values = {}
        if checked:
            self.check()
        return self

    def check(self):
        """Raise Untraceable where the graph holds what belongs to another transform."""
        seen, stack = set(), [*self.outputs, *self.guards]
        while stack:
            x = stack.pop()
            if type(x) is Node and x.level == self.level:
                if x not in seen:
                    seen.add(x)
                    several = type(x.op) is Joint
                    if x.known is None or (x.declared is None and not several):
                        raise Untraceable(f"the shape of {x.op.name} depends on values")
                    stack.extend(x.args)
            elif type(x) in TRACED:
                raise Untraceable("it uses a traced value from outside", loud=False)


def other_answer(x, answer):
    """The node that is true where the value of `x` would answer otherwise."""
    if type(answer) is bool:
        found = logical_xor(x, answer)
    elif answer != answer:  # NaN
        found = logical_not(isnan(x))
    else:
        found = not_equal(x, answer)
    return reshape(found, ()) if found.known else found


def users_line():
    """' at file:line' of the innermost frame outside the library."""
    frame = sys._getframe(1)
    while frame is not None and from_library(frame):
        frame = frame.f_back
    return "" if frame is None else f" at {frame.f_code.co_filename}:{frame.f_lineno}"


def as_number(x, dtype):
    """A Python float as the function sees it, in the precision of the arrays beside it."""
    return x if dtype == x.dtype else convert(x, dtype=dtype)
