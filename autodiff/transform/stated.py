"""What functions with stated derivatives have in common: their call, and the words of rules."""

from functools import update_wrapper
from inspect import signature
from typing import Any

import numpy as np

from ..core.errors import RuleError
from ..core.op import TRACED, Op
from ..core.spec import carries_derivative
from ..core.tree import flatten, unflatten
from ..interpret.batch import Batched, batched
from ..interpret.graph import Node
from ..interpret.tape import Tensor, new_tensor
from .checkpoint import attached, lowered_leaf, vertex_of
from .function import result
from .vectorize import vmap


class Stated(Op):
    """The row of one call of a function whose pullback is stated.

    pullback(args, cotangents, recorded): the cotangents of the arguments.
    """

    keep_args = keep_out = False

    def __init__(self, name, values, level, pullback):
        self.name, self.values, self.level, self.pullback = name, values, level, pullback
        self.grad_name = f"{name.title()}Backward0"

    def vjp(self, g, out, wanted, *_):
        recorded = any(type(c) is Tensor and c.level == self.level for c in g)
        args = self.values
        if recorded:
            pairs = zip(args, wanted)
            args = [v if w is None else new_tensor(v, w, self.level) for v, w in pairs]
        return self.pullback(args, g, recorded)


class RuleShapeError(RuleError, ValueError):
    """A rule gives a value of another shape than it needs."""


class MissingRuleError(RuleError, AttributeError):
    """A function is called before its rule is stated."""


class SymbolicZero:
    """A tangent or cotangent that is zero by structure, as rules with `symbolic_zeros` see it."""

    def __init__(self, shape, dtype):
        self.shape, self.dtype = shape, dtype

    def __repr__(self):
        return f"SymbolicZero(shape={self.shape}, dtype={self.dtype})"


class CustomVJPPrimal:
    """An argument of a forward rule with `symbolic_zeros`: its value, and whether it varies."""

    def __init__(self, value, perturbed):
        self.value, self.perturbed = value, perturbed


class Custom:
    """A function, and the arguments that its rule treats as constants."""

    __name__: str
    interpreters: dict[type, Any]
    over_examples: Any
    has_rule: Any
    words: tuple[str, str]

    def __init__(self, f, nondiff_argnums=(), nondiff_argnames=()):
        numbers = (nondiff_argnums,) if isinstance(nondiff_argnums, int) else tuple(nondiff_argnums)
        names = (nondiff_argnames,) if isinstance(nondiff_argnames, str) else nondiff_argnames
        if names:
            known = list(signature(f).parameters)
            numbers = tuple(sorted({*numbers, *[known.index(name) for name in names]}))
        self.f, self.constant_numbers = f, numbers
        self.arity = getattr(getattr(f, "__code__", None), "co_argcount", -1)
        update_wrapper(self, f)

    def in_order(self, args, kwargs):
        """Keywords and defaults as positional arguments, for rules take no others."""
        if not kwargs and len(args) == self.arity:
            return args, kwargs
        try:
            bound = signature(self.f).bind(*args, **kwargs)
        except (ValueError, TypeError):  # a function without a signature, or a call that fails
            return args, kwargs
        bound.apply_defaults()
        return bound.args, bound.kwargs

    def stated(self):
        """Raise unless the rule is stated."""
        if not self.has_rule():
            kind, what = self.words
            raise MissingRuleError(
                f"No {kind} defined for {type(self).__name__} function {self.__name__} using "
                f"{what}; it has no rule, so state one with {self.__name__}.{what}(...)"
            )

    def __call__(self, *args, **kwargs):
        self.stated()
        args, kwargs = self.in_order(args, kwargs)
        numbers = [n % len(args) for n in self.constant_numbers] if args else []
        constants = [args[n] for n in numbers]
        primals = [x for i, x in enumerate(args) if i not in numbers]

        def f(*xs):
            rest, full = iter(xs), []
            for i in range(len(args)):
                full.append(args[i] if i in numbers else next(rest))
            return self.f(*full, **kwargs)

        return self.apply(f, constants, primals)

    def apply(self, f, constants, primals):
        """Run at the highest level among the primals."""
        leaves, structure = flatten(tuple(primals))
        level = max((x.level for x in leaves if type(x) in TRACED), default=-1)
        kinds = {type(x) for x in leaves if type(x) in TRACED and x.level == level}
        kind = next(iter(kinds), None)
        if kind is None or kind is Node:
            return f(*primals)
        return self.interpreters[kind](self, f, constants, leaves, structure, level)

    def on_batch(self, f, constants, leaves, structure, level):
        """The same function with everything mapped over the examples."""
        mine = [type(x) is Batched and x.level == level for x in leaves]
        axes = unflatten(structure, [0 if m else None for m in mine])
        values = unflatten(structure, [x.value if m else x for x, m in zip(leaves, mine)])
        out = self.over_examples(axes).apply(vmap(f, axes), constants, list(values))
        ys, out_structure = flatten(out)
        return unflatten(out_structure, [batched(y, level) for y in ys])


def symbolic_zero(x):
    """A tangent of zero that says so."""
    return SymbolicZero(x.shape, x.dtype)


def zeros_for(x):
    """A tangent of zero."""
    return np.zeros(np.shape(x), x.dtype if carries_derivative(x.dtype) else np.float64)


def recorded_outputs(name, out, leaves, level, pullback):
    """The outputs as tensors whose pullback is the stated one."""
    ys, out_structure = flatten(out)
    values = [lowered_leaf(x, level) for x in leaves]
    row = Stated(
        name, values, level, lambda args, g, again: pullback(args, g, out_structure, again)
    )
    parents = tuple([vertex_of(x, level) for x in leaves])
    return unflatten(out_structure, attached(row, parents, [result(y) for y in ys]))
