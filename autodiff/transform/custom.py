"""Derivatives that the user states: rows from outside the table, and PyTorch's Function."""

from contextlib import nullcontext
from typing import Any

import numpy as np

from ..core.errors import ArgumentError, GraphError, RuleError
from ..core.family import Binary, Elementwise, Opaque, Unary
from ..core.op import NO_PARAMS, TRACED, Op, parse_signature
from ..core.spec import carries_derivative
from ..interpret.grad_mode import GradMode
from ..interpret.inplace import change
from ..interpret.sweep import sum_to
from ..interpret.tape import Tensor, new_tensor, picked
from ..interpret.vertex import Joint, Vertex, clock, locate, vertex


def operator(signature, evaluate, *rules, **facts):
    """A row of the table from outside the package: an operator with derivatives of your own.

    signature: its name and arguments, such as "cube(x)".
    evaluate: the value, from NumPy arrays (and keyword parameters).
    rules: for an elementwise operator, one `lambda t, y, x: ...` for each argument, t times one
    partial derivative; written with functions of this library, so that it can be differentiated
    again.  None where the derivative is zero.
    jvp, vjp, infer, batch: for any other operator, as keywords:

    - jvp(tangents, out, *args, **params) -> tangent; a tangent of None is zero
    - vjp(g, out, wanted, *args, **params) -> one cotangent for each argument
    - infer(*args, **params) -> Spec(shape, dtype); by default, that of `evaluate` on ones
    - batch(batched, *args, **params) -> array; the batch axis leads

    reads: which of "x" (arguments) and "y" (output) the rules look at; both by default.
    domain: one interval for each argument, where `autodiff.testing.check` may test it; or
    sample(rng, dtype) -> [(args, params), ...].
    doc, latex, analytic, differentiable, numpy (the NumPy function it stands for).

    >>> cube = operator("cube(x)", lambda x: x**3, lambda t, y, x: t * 3 * x**2, domain=((-2, 2),))
    >>> float(grad(cube)(2.0))
    12.0
    """
    name, arguments = parse_signature(signature)
    for what, rule in (("evaluate", evaluate), *(("a rule", r) for r in rules if r is not None)):
        if not callable(rule):
            raise ArgumentError(
                f"operator {name}: {what} is a {type(rule).__name__}; it needs a function"
            )
    if not rules:
        return Opaque(signature, evaluate, **facts)
    if len(rules) != len(arguments):
        raise ArgumentError(
            f"operator {name}: {len(arguments)} arguments and {len(rules)} rules; "
            "give one for each, None where the derivative is zero"
        )
    family = {1: Unary, 2: Binary}.get(len(arguments), Elementwise)
    return family(signature, evaluate, *rules, **facts)


class Context:
    """What a Function's forward leaves for its backward."""

    saved_tensors: tuple[Any, ...]
    constants: set[int]
    outputs: dict[int, int]

    def __init__(self, needs_input_grad):
        self.needs_input_grad = needs_input_grad
        self.saved_tensors = ()
        self.constants, self.materialize, self.outputs = set(), True, {}
        self.dirty: set[int] = set()

    def save_for_backward(self, *tensors):
        """Keep tensors for backward, as `ctx.saved_tensors`."""
        for x in tensors:
            if x is not None and type(x) not in TRACED:
                raise ArgumentError(
                    f"save_for_backward can only save tensors, not a {type(x).__name__}; "
                    "set an attribute of ctx for other things"
                )
        self.saved_tensors = tensors

    def find_inputs(self, shown, args):
        """Saved inputs with their history, in place of the constants that forward saw."""
        originals = {id(s): a for s, a in zip(shown, args)}
        self.saved_tensors = tuple([originals.get(id(s), s) for s in self.saved_tensors])

    def find_outputs(self, outputs):
        """Note which of the saved tensors are outputs: backward sees those with their history."""
        places = {id(o): i for i, o in enumerate(outputs)}
        self.outputs = {
            k: places[id(s)] for k, s in enumerate(self.saved_tensors) if id(s) in places
        }

    def restore(self, out, example, record):
        """The saved outputs as they are on the tape."""
        saved = list(self.saved_tensors)
        for k, place in self.outputs.items():
            found = out[place] if type(out) is tuple else out
            saved[k] = found if record else example.like(found)
        self.saved_tensors = tuple(saved)

    def mark_non_differentiable(self, *outputs):
        """These outputs carry no derivative."""
        self.constants = {id(o) for o in outputs}

    def mark_dirty(self, *inputs):
        """These arguments were changed in place, and are returned."""
        self.dirty = {id(x) for x in inputs}

    def set_materialize_grads(self, value):
        """Whether backward gets zeros, rather than None, for an output that was not used."""
        self.materialize = bool(value)


class FunctionRow(Op):
    """The row of one call of a Function."""

    silent = True

    def __init__(self, function, context, inputs, outputs):
        self.function, self.context, self.inputs, self.shapes = function, context, inputs, outputs
        self.name = function.__name__
        self.grad_name = f"{function.__name__}Backward"
        self.keep_args = bool(context.saved_tensors)
        self.keep_out = bool(context.outputs)

    def keep(self, args, parents=None):
        saved = self.context.saved_tensors
        return tuple([s.value for s in saved if type(s) is Tensor]) if self.keep_args else None

    def vjp(self, g, out, wanted, *args):
        given = g if isinstance(g, list) else [g]
        example = next(x for x in self.inputs if x is not None)
        record = any(type(x) is Tensor and x.level == example.level for x in given)
        self.context.restore(out, example, record)
        cotangents = [self.cotangent(x, shape, example) for x, shape in zip(given, self.shapes)]
        if self.function.backward is Function.backward:
            raise RuleError(
                f"{self.name} has no backward; write a static method backward(ctx, *grad_outputs)"
            )
        with GradMode(record) if not example.level else nullcontext():
            found = self.function.backward(self.context, *cotangents)
        found = list(found) if isinstance(found, (tuple, list)) else [found]
        return [lowered(c, record, example) for c in self.checked(found, wanted)]

    def cotangent(self, g, spec, example):
        """A cotangent of one output as the tensor that backward expects."""
        if g is None:
            if not self.context.materialize:
                return None
            g = np.zeros(*spec)
        return g if type(g) is Tensor and g.level == example.level else example.like(g)

    def checked(self, found, wanted):
        """The gradients, one for each argument of forward."""
        expected = len(self.inputs)
        while len(found) > expected and found[-1] is None:
            found.pop()
        if len(found) != expected:
            raise GraphError(
                f"function {self.grad_name} returned an incorrect number of gradients "
                f"(expected {expected}, got {len(found)}); return one for each argument of "
                "forward, None for those that are no tensors"
            )
        parts = zip(range(expected), found, self.inputs, wanted)
        return [self.fitting(i, c, x, w) for i, c, x, w in parts]

    def fitting(self, i, c, x, w):
        """One gradient, if its shape fits."""
        if c is None:
            return None
        if x is None:
            raise GraphError(
                f"function {self.grad_name} returned a gradient different from None at position "
                f"{i + 1}, but the corresponding forward input was not a tensor"
            )
        if w is None:
            return None
        if not hasattr(c, "shape"):
            raise GraphError(
                f"function {self.grad_name} returned a {type(c).__name__} at position {i + 1}; "
                "it needs a tensor or None"
            )
        try:
            fits = c.shape == x.shape or np.broadcast_shapes(c.shape, x.shape) == c.shape
        except ValueError:
            fits = False
        if not fits:
            raise GraphError(
                f"Function {self.grad_name} returned an invalid gradient at index {i}: "
                f"got shape {c.shape} but expected shape compatible with {x.shape}"
            )
        return sum_to(c, x.shape)


def lowered(c, record, example):
    """A gradient as the sweep holds it: an array, or a tensor when it is recorded."""
    if c is None or record:
        return c
    return c.value if type(c) is Tensor and c.level == example.level else c


class Function:
    """An operation with a pullback of its own, in PyTorch's style.

    Subclasses define two static methods: `forward(ctx, *args)`, which computes with tensors and may
    `ctx.save_for_backward(...)`, and `backward(ctx, *grad_outputs)`, which returns one gradient for
    each argument of forward (None for those that are no tensors).  Call it with `apply`.
    With a static method `setup_context(ctx, inputs, output)` forward takes the arguments alone.

    >>> class Cube(Function):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         ctx.save_for_backward(x)
    ...         return x ** 3
    ...     @staticmethod
    ...     def backward(ctx, g):
    ...         x, = ctx.saved_tensors
    ...         return 3 * g * x * x
    >>> x = tensor(2.0, requires_grad=True)
    >>> Cube.apply(x).backward()
    >>> x.grad
    tensor(12.)
    """

    def __init__(self, *args, **kwargs):
        name = type(self).__name__
        raise GraphError(f"{name} is not called by making one; use {name}.apply(...)")

    @staticmethod
    def forward(ctx, *args):
        raise RuleError("a Function needs a static method forward(ctx, *args)")

    @staticmethod
    def setup_context(ctx, inputs, output):
        """Prepare backward, for a Function whose forward takes no ctx."""

    @staticmethod
    def backward(ctx, *grad_outputs):
        raise RuleError(
            "this Function has no backward; write a static method backward(ctx, *grad_outputs)"
        )

    @classmethod
    def apply(cls, *args, **kwargs) -> Any:
        """Run forward, and record backward for the derivative; keywords are passed to forward."""
        traced = [a for a in args if type(a) in TRACED]
        top = max((a.level for a in traced), default=0)
        if any(a.level == top and type(a) is not Tensor for a in traced):
            kind = next(type(a).__name__ for a in traced if a.level == top)
            raise RuleError(
                f"{cls.__name__}.apply has a pullback only, and got a {kind}; "
                "make an operator with autodiff.operator, which can state jvp and batch rules too"
            )
        mine = [a if type(a) is Tensor and a.level == top else None for a in args]
        parents = tuple([None if a is None else a.vertex for a in mine])
        context = Context(tuple(p is not None for p in parents))
        if top:
            # constants of this level only: what lies below is recorded by the outer transforms
            shown = [a if m is None else m.like(m.value) for a, m in zip(args, mine)]
            out = ran(cls, context, shown, kwargs)
            context.find_inputs(shown, args)
        else:
            with GradMode(False):
                out = ran(cls, context, args, kwargs)
        outputs = out if isinstance(out, tuple) else (out,)
        recording = any(a is not None and a.records() for a in mine)
        tracked = recording and any(p is not None for p in parents)
        made = attached(cls, context, mine, parents if tracked else None, outputs, top)
        if context.dirty:
            made = tuple([changed(cls, context, mine, o, x) for o, x in zip(outputs, made)])
        return made if isinstance(out, tuple) else made[0]


def ran(function, context, args, kwargs):
    """What forward gives, whether the context is its first argument or set up behind it."""
    if function.setup_context is Function.setup_context:
        return function.forward(context, *args, **kwargs)
    out = function.forward(*args, **kwargs)
    function.setup_context(context, args, out)
    return out


def changed(function, context, inputs, out, made):
    """An output; for an argument that forward changed in place, that tensor on its new vertex."""
    x = next((x for x in inputs if x is out and id(x) in context.dirty), None)
    if x is None or x.level or made.vertex is None:
        return made if x is None else x
    if x.is_leaf and x.requires_grad:
        raise GraphError(
            f"{function.__name__}: a leaf Variable that requires grad is being used in an in-place "
            "operation; do it under no_grad(), or on a clone()"
        )
    return change(x, made, function.__name__)


def attached(function, context, inputs, parents, outputs, level):
    """The outputs as tensors on one vertex."""
    values = [o.value if type(o) is Tensor and o.level == level else np.asarray(o) for o in outputs]
    if parents is None:
        return tuple(new_tensor(v, None, level) for v in values)
    context.find_outputs(outputs)
    row = FunctionRow(function, context, inputs, [(v.shape, v.dtype) for v in values])
    if len(values) == 1:
        constant = id(outputs[0]) in context.constants or not carries_derivative(values[0].dtype)
        v = None if constant else vertex(row, parents, (), NO_PARAMS, values[0])
        return (new_tensor(values[0], v, level),)
    joint = Vertex()
    joint.op, joint.parents, joint.params = Joint(row), parents, NO_PARAMS
    joint.out = tuple(values) if row.keep_out else None
    joint.args, joint.time = row.keep(()), clock.now
    joint.shape, joint.dtype = tuple(v.shape for v in values), None
    locate(joint)
    tensors = tuple(picked(joint, tuple(values), level))
    for tensor, o in zip(tensors, outputs):
        if id(o) in context.constants:
            tensor.vertex = None
    return tensors
