"""Symbolic graphs: nodes without numbers, built first and run later."""

import os
from itertools import count
from operator import index
from typing import Any
from weakref import WeakValueDictionary

import numpy as np

from ..core.errors import GraphError, UnknownShapeError
from ..core.family import Elementwise, Unary
from ..core.op import NO_PARAMS, SYMBOLIC, TRACED, Op
from ..core.spec import UNDECIDED, Spec, carries_derivative, is_complex
from ..core.tree import flatten
from ..core.values import result_dtype
from ..ops.arithmetic import positive
from .array_protocols import escaped
from .composite import Call, Composite, dtype_like, sum_like
from .frozen import unchanging
from .inplace_handles import REBOUND, assign, remember
from .methods import Methods
from .sweep import cast
from .vertex import TRACES, Joint, pick

NOTED: list[Any] = []  # who notes the user's lines of new nodes; empty in ordinary runs
NODES = WeakValueDictionary()  # nodes that were pickled, by identity, so that they are found again
PROCESS, serial = os.urandom(8).hex(), count().__next__
INFIX = {
    "add": "+", "subtract": "-", "multiply": "*", "divide": "/", "power": "**", "less": "<",
    "less_equal": "<=", "greater": ">", "greater_equal": ">=", "equal": "==", "not_equal": "!=",
    "remainder": "%", "floor_divide": "//",
}  # fmt: skip


class Node(Methods):
    """A value without numbers: a variable, or an operator on other nodes.

    name: what it is called; op: its row, `placeholder_op` for a variable; inputs: the nodes it is
    computed from; const_attr: the constant among its arguments, if there is one; shape, dtype: as
    far as they are known before numbers are fed.

    >>> x = Variable(name="x", shape=())
    >>> y = x * 2
    >>> y.name, y.op, y.const_attr
    ('(x * 2)', <operator multiply(x, y)>, 2)
    """

    __slots__ = (
        "op", "args", "params", "known", "declared", "level", "given", "uid", "now", "first",
        "storage", "steps", "__weakref__",
    )  # fmt: skip
    op: Any
    args: Any
    params: Any
    known: Any
    declared: Any
    level: int
    given: Any
    uid: Any
    now: Any  # after a change in place: the node that the handle stands for
    first: Any  # and the node that it was, for what was built on it before

    def interpret(self, op, level, args, params):
        base = args[0]
        if REBOUND:
            args = tuple([current(a) for a in args])
        if TRACES:
            args = tuple([a if type(a) is Node else unchanging(a) for a in args])
        if not (op.waits or isinstance(op, Elementwise)):
            for a in args:
                if type(a) is Node and a.known is None:
                    raise UnknownShapeError(a)
        try:
            spec = op.infer(*args, **params)
        except UnknownShapeError:
            if not isinstance(op, Elementwise):
                raise
            if any(type(a) is Node and a.declared is UNDECIDED for a in args):
                return self.defer(op, args, params)
            return node(op, args, params, Spec(None, result_dtype(op, args, **params)), level)
        if type(spec) is Spec:
            result = node(op, args, params, spec, level)
            if op.view and type(base) is Node and base.op is not placeholder:
                remember(base, result, op, args[1:], params)
            return result
        shapes = tuple(s.shape for s in spec)
        joint = node(Joint(op), args, params, Spec(shapes, None), level)
        return picked(joint, spec)

    @property
    def shape(self):
        """Sizes of the axes; raises while they are unknown."""
        if self.known is None:
            raise UnknownShapeError(self)
        return self.known

    @property
    def dtype(self):
        """The NumPy dtype; None for real numbers of any kind; raises while it is undecided."""
        if self.declared is UNDECIDED:
            raise UnknownShapeError(self)
        return self.declared

    @property
    def asked(self):
        """Whether its number may be asked for: that of the call that is being traced."""
        return self.level in TRACES

    @property
    def out(self):
        """The node itself, or its several outputs: what a rule is shown."""
        if type(self.op) is Joint:
            return picked(self, self.op.op.infer(*self.args, **self.params))
        return self if self.first is None else self.first

    @property
    def parents(self):
        """The nodes through which a derivative passes; None for constants."""
        if not (self.op.differentiable and carries_derivative(self.declared)):
            return [None] * len(self.args)
        return [a if type(a) is Node and a.level == self.level else None for a in self.args]

    @property
    def inputs(self):
        """The nodes that this one is computed from."""
        return [a for a in self.args if type(a) is Node]

    @property
    def const_attr(self):
        """The constant among the arguments; None if there is none or more than one."""
        constants = [a for a in self.args if type(a) is not Node]
        return constants[0] if len(constants) == 1 else None

    @property
    def name(self):
        """The given name, or the formula."""
        return self.given if self.given is not None else formula(self)

    @name.setter
    def name(self, name):
        self.given = name

    def label(self):
        """How messages call the node."""
        return f"variable {self.name!r}" if self.op is placeholder else f"node {self.name!r}"

    def defer(self, function, args, kwargs):
        """The node of a public function whose arguments have no shape yet."""
        leaves, structure = flatten((args, kwargs))
        if any(type(a) in TRACED and a.level > self.level for a in leaves):
            raise UnknownShapeError(self)  # a node cannot hold what interprets it
        call = Composite(function.__name__, Call(function, structure))
        may_be_complex = any(
            type(a) is Node and (is_complex(a.declared) or a.declared is UNDECIDED) for a in leaves
        )
        dtype = UNDECIDED if may_be_complex else None
        return node(call, tuple(leaves), NO_PARAMS, Spec(None, dtype), self.level)

    def made_by(self, op, args):
        """A node of this shape and dtype, made by another operator."""
        return node(op, args, NO_PARAMS, Spec(self.known, self.declared), self.level)

    def waiting(self, op, args):
        """A node of unknown shape."""
        dtype = UNDECIDED if is_complex(self.declared) or self.declared is UNDECIDED else None
        return node(op, args, NO_PARAMS, Spec(None, dtype), self.level)

    def sum_like(self, c, p, v):
        """The cotangent `c` of `p`, heard from `v`, summed to the shape of `p` once it is known."""
        if type(p) is not Node:
            raise UnknownShapeError(self)
        others = [a for a in v.args if a is not p]
        scalars = isinstance(v.op, Elementwise) and not any(hasattr(a, "dtype") for a in others)
        if isinstance(v.op, Composite):
            return c
        if not isinstance(v.op, Unary) and not scalars:
            summed = Composite("sum_like", sum_like)
            c = node(summed, (c, p), NO_PARAMS, Spec(p.known, c.declared), self.level)
        return fitted(c, p.declared)

    def another(self):
        """The node that the handle stands for now, under a handle of its own."""
        x = current(self)
        return node(x.op, x.args, x.params, Spec(x.known, x.declared), x.level)

    def become(self, new):
        """Stand for another node from now on; what was built on this one stays as it is."""
        if self.first is None:
            self.first = self.another()
        self.now = current(new)

    def lifted(self, value):
        """`value` as a constant node."""
        if type(value) is Node:
            return value
        spec = Spec(np.shape(value), np.result_type(value))
        value = unchanging(value) if TRACES else value
        return node(positive, (value,), NO_PARAMS, spec, self.level)

    def __setitem__(self, key, new):
        if self.op is placeholder and self.level == SYMBOLIC:
            raise GraphError(
                f"{self.label()} stands for what will be fed and cannot be changed in place; "
                "change a copy of it, x.copy()"
            )
        assign(self, key, new)

    def __bool__(self):
        if self.level in TRACES:
            return TRACES[self.level].ask(self, bool)
        raise escaped(
            self, "a truth value before it is fed", "use where(condition, x, y), cond or while_loop"
        )

    def __repr__(self):
        shape = "unknown" if self.known is None else self.known
        op = "variable" if self.op is placeholder else self.op.name
        return f"<Node {self.name}: {op}, shape {shape}>"

    def __str__(self):
        return self.name

    def __reduce__(self):
        order = upstream([self])
        return rebuilt, ([identified(n) for n in order],)

    def __iter__(self):
        return iter([self[i] for i in range(len(self))])


def answered(name, question):
    """A conversion to a plain number: a node that is being traced knows its real value."""

    def convert(self):
        trace = TRACES.get(self.level)
        return getattr(Methods, name)(self) if trace is None else trace.ask(self, question)

    return convert


for _name, _question in (("float", float), ("int", int), ("complex", complex), ("index", index)):
    setattr(Node, f"__{_name}__", answered(f"__{_name}__", _question))


def node(op, args, params, spec, level):
    """A node of these parts."""
    new = Node()
    new.op, new.args, new.params, new.level = op, args, params, level
    new.known, new.declared = spec
    new.given = new.uid = new.now = new.first = None
    if NOTED:
        NOTED[-1].note(new)
    return new


def current(x):
    """The node that a handle stands for after the changes in place; other values as they are."""
    return x if type(x) is not Node or x.now is None else x.now


def picked(joint, specs):
    """One node for each output of an operator that has several."""
    n = len(specs)
    return tuple(
        node(pick, (joint,), {"index": i, "count": n}, s, joint.level) for i, s in enumerate(specs)
    )


def Variable(name=None, shape=None, dtype=None):
    """A variable of a symbolic graph, to be fed when the graph is run.

    shape: None promises nothing until numbers arrive.
    dtype: None for real numbers of any kind; complex numbers need it.

    >>> Variable(name="x", shape=(3,))
    <Node x: variable, shape (3,)>
    """
    shape = (int(shape),) if isinstance(shape, (int, np.integer)) else shape
    spec = Spec(None if shape is None else tuple(shape), None if dtype is None else np.dtype(dtype))
    variable = node(placeholder, (), NO_PARAMS, spec, SYMBOLIC)
    variable.given = f"v{serial()}" if name is None else str(name)
    return variable


def fitted(c, dtype):
    """A cotangent in the dtype of its primal, as far as both are known."""
    if UNDECIDED is c.declared or UNDECIDED is dtype or c.declared is dtype:
        return c
    if dtype is None:
        return c.real if is_complex(c.declared) else c
    return c.astype(dtype) if c.declared is None else cast(c, dtype)


class Placeholder(Op):
    """The operator of a variable: it stands for what will be fed; called, it makes a variable."""

    def __call__(self, name=None):
        return Variable(name)

    def vjp(self, g, out, wanted):
        return ()


placeholder = Placeholder(
    "placeholder()", lambda: None, reads="", latex="x", sample=lambda rng, dtype: [],
    doc="A variable of a symbolic graph: the row behind `Variable`.",
)  # fmt: skip


def gradient_like(g, x):
    """The gradient node of `x`; where the dtype of `x` is what will be fed, so is that of `g`."""
    if x.declared is not None or (type(g.op) is Composite and g.op.name == "sum_like"):
        return g
    like = Composite("dtype_like", dtype_like)
    return node(like, (g, x), NO_PARAMS, Spec(g.known, None), x.level)


# ------------------------------------------------------------- names, order, pickles


def formula(x, room=60):
    """The node as a formula, shortened with … beyond `room` characters."""
    text = spelled(x, 4)
    return text if len(text) <= room else f"{x.op.name}({', '.join('…' for _ in x.inputs)})"


def spelled(x, depth):
    """The formula of a node to a limited depth."""
    if type(x) is not Node:
        return f"array{np.shape(x)}" if np.ndim(x) else f"{x}"
    if x.given is not None:
        return x.given
    if depth == 0:
        return "…"
    parts = [spelled(a, depth - 1) for a in x.args if type(a) in TRACED or np.isscalar(a)]
    if x.op.name in INFIX and len(parts) == 2:
        return f"({parts[0]} {INFIX[x.op.name]} {parts[1]})"
    return f"(-{parts[0]})" if x.op.name == "negative" else f"{x.op.name}({', '.join(parts)})"


def upstream(roots):
    """Every node that the roots are computed from, arguments first."""
    return needed(roots, ())


def needed(nodes, values):
    """The nodes to compute, arguments first; what has a value already needs nothing."""
    order, opened, done, stack = [], set(), set(), list(reversed(nodes))
    while stack:
        x = stack[-1]
        if x in opened:  # and so are its arguments
            stack.pop()
            if x not in done:
                done.add(x)
                order.append(x)
            continue
        opened.add(x)
        if x not in values:
            stack.extend([a for a in x.args[::-1] if type(a) is Node and a not in opened])
    return order


def identified(x):
    """The parts of a node, with the identities of its arguments instead of themselves."""
    if x.uid is None:
        x.uid = f"{PROCESS}-{serial()}"
        NODES[x.uid] = x
    args = [("node", a.uid) if type(a) is Node else ("value", a) for a in x.args]
    return x.uid, x.op, args, x.params, Spec(x.known, x.declared), x.level, x.given


def rebuilt(parts):
    """The last of the nodes described; those that exist already are taken as they are."""
    alive = []
    for uid, op, args, params, spec, level, given in parts:
        x = NODES.get(uid)
        if x is None:
            values = tuple(NODES[a] if kind == "node" else a for kind, a in args)
            x = NODES[uid] = node(op, values, params, spec, level)
            x.given, x.uid = given, uid
        alive.append(x)
    return alive[-1]
