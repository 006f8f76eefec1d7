"""Running a function on nodes: the graph it computes, and the questions it asked of real values."""

import sys
from typing import Any

import numpy as np

from ..core.op import EAGER, NO_PARAMS, TRACED, new_level
from ..core.spec import Spec
from ..core.tree import flatten
from ..interpret.graph import TRACES, Node, current, needed, node, placeholder, upstream
from ..interpret.tape import Tensor
from ..interpret.vertex import Joint, from_library
from ..ops.choose import isnan, logical_not, logical_xor, not_equal
from ..ops.complex import convert
from ..ops.move import reshape
from ..ops.numbers import trunc
from ..transform.function import held
from .captured import Draws, is_plain, tensor_around, value_of
from .rewrite import loops_in
from .view import count

LARGE = 2**24  # elements whose computing takes as long as compiling, some 0.1 s


class Untraceable(Exception):
    """A function that has no graph: the message says why."""


class Trace:
    """The graph of one run of a function.

    inputs: placeholder nodes; outputs: leaves of what the function returned, with `structure`.
    guards: nodes that are true where another run would have taken another way.
    asks: whether derivatives may ask for NaNs too, and leave out what only such need.
    hopes: whether a NaN that only running a loop or much else would show is not looked for: its
    guard tells; hoped: whether there was one.
    """

    def __init__(self, specs, values, asks=False, hopes=False):
        self.level, self.asks = new_level(), asks
        self.hopes, self.hoped = hopes, False
        self.inputs = [
            node(placeholder, (), NO_PARAMS, Spec(shape, dtype), self.level)
            for shape, dtype in specs
        ]
        for i, x in enumerate(self.inputs):
            x.given = f"x{i}"
        self.values = dict(zip(self.inputs, values))
        self.guards, self.asked = [], {}
        self.kept: dict[Any, Any] = {}  # where a constant array stands -> its copy
        self.where = ""  # the line of the last question
        self.number = ""  # the first line that asked for a number with a fraction
        self.rewrites: list[Any] = []  # formulas that were made stable on the way
        self.outputs: list[Any] = []
        self.tensors: list[bool] = []  # which outputs the function gives as eager tensors
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
            if type(answer) in (float, complex):
                self.number = self.number or self.where
        return answer

    def suspects(self, x):
        """Whether a node is true that tells of a NaN."""
        nodes = needed([x], self.values) if self.hopes else []
        dear = loops_in(nodes) or sum(map(elements, nodes)) > LARGE
        if not dear:
            return bool(x)
        self.hoped = True
        self.guards.append(x)
        return False

    def run(self, f, arguments, checked=True):
        """Run `f` on the nodes; `arguments(inputs)` puts them where they belong.

        checked: raise Untraceable where the graph holds values of another transform.
        """
        TRACES[self.level], draws = self, Draws(f) if checked else None
        try:
            args, kwargs = arguments(self.inputs)
            with np.errstate(all="ignore"):
                out = f(*args, **kwargs)
        finally:
            del TRACES[self.level]
        leaves, self.structure = flatten(out)
        self.outputs = [current(held(x)) for x in leaves]  # what the handles stand for in the end
        self.values, self.tensors = {}, [False] * len(leaves)
        if draws is not None:
            if draws.any():
                raise Untraceable(
                    "it draws random numbers, which compiled code would draw once and for all; "
                    "hand them over as an argument"
                )
            self.check(f)
        return self

    def check(self, f):
        """Raise Untraceable where the graph holds what belongs to another transform.

        Tensors that the function makes, such as ad.zeros(3), become constants.
        """
        order, found = self.looked_through()
        if found:
            name = tensor_around(f)
            if name is not None:
                raise Untraceable(
                    f"it uses the tensor {name or 'of its own'} from outside, which may change; "
                    "hand it over as an argument"
                )
            for x in order:
                x.args = tuple([value_of(a) for a in x.args])
            for x in reversed(order):
                if any([a in found for a in x.inputs]):
                    found.add(x)
            self.tensors = [type(y) in TRACED and (y in found or is_plain(y)) for y in self.outputs]
            self.outputs = [value_of(y) for y in self.outputs]

    def looked_through(self):
        """(nodes, consumers first; those that read a tensor that is a constant)"""
        found = {y for y in self.outputs if is_plain(y)}
        order = upstream([y for y in (*self.outputs, *self.guards) if self.own(y)])
        for x in order:
            several = type(x.op) is Joint
            if x.known is None or (x.declared is None and not several):
                raise Untraceable(f"the shape of {x.op.name} depends on values")
            for a in x.args:
                if is_plain(a):
                    found.add(x)
                else:
                    self.own(a)
        return order[::-1], found

    def own(self, y):
        """Whether a value is a node of this trace; Untraceable where another transform owns it."""
        if type(y) is Node and y.level == self.level:
            return True
        if type(y) in TRACED and not is_plain(y):
            what = "tensor" if type(y) is Tensor and y.level == EAGER else "value of a transform"
            raise Untraceable(
                f"it uses a {what} from outside that is being differentiated; hand it over as an "
                "argument"
            )
        return False


def elements(x):
    """How many numbers a node holds, as far as its shapes are known."""
    shapes = x.known if type(x.op) is Joint else [x.known]
    return sum([count(shape) for shape in shapes or () if shape is not None])


def other_answer(x, answer):
    """The node that is true where the value of `x` would answer otherwise."""
    if type(answer) is bool:
        found = logical_xor(x, answer)
    elif answer != answer:  # NaN
        found = logical_not(isnan(x))
    elif type(answer) is int and x.declared.kind == "f":
        found = not_equal(trunc(x), answer)
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
