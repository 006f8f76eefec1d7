"""Functions with derivatives of the user's own: custom_jvp and custom_vjp, in JAX's style.

A rule is run on the values below the level that differentiates, so it is differentiated itself
for higher orders, and nests with every transform.
"""

from functools import update_wrapper
from typing import Any

import numpy as np

from ..core.errors import RuleError
from ..core.op import TRACED, Op
from ..core.spec import carries_derivative
from ..core.tree import LEAF, describe, flatten, unflatten
from ..interpret.batch import Batched, batched
from ..interpret.forward import Dual, dual
from ..interpret.graph import Node
from ..interpret.tape import Tensor, new_tensor
from .checkpoint import attached, lowered_leaf, vertex_of
from .function import result
from .reverse import vjp
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


class Custom:
    """A function, and the arguments that its rule treats as constants."""

    __name__: str
    interpreters: dict[type, Any]
    over_examples: Any

    def __init__(self, f, nondiff_argnums=()):
        numbers = (nondiff_argnums,) if isinstance(nondiff_argnums, int) else tuple(nondiff_argnums)
        self.f, self.constant_numbers = f, numbers
        update_wrapper(self, f)

    def __call__(self, *args, **kwargs):
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


class custom_jvp(Custom):
    """A function whose pushforward is stated by `f.defjvp(rule)`; its pullback is the transpose.

    rule(primals, tangents) -> (output, tangent of the output), linear in the tangents; arguments
    named in `nondiff_argnums` come first.

    >>> @custom_jvp
    ... def f(x):
    ...     return sin(x)
    >>> @f.defjvp
    ... def rule(primals, tangents):
    ...     return f(*primals), 10.0 * tangents[0]
    >>> float(grad(f)(0.0)), float(jvp(f, (0.0,), (1.0,))[1])
    (10.0, 10.0)
    """

    rule: Any = None

    def defjvp(self, rule):
        """State the pushforward; returns the rule, so that it serves as a decorator."""
        self.rule = rule
        return rule

    def pushed(self, constants, primals, tangents):
        """(output, tangent) by the rule."""
        if self.rule is None:
            raise RuleError(
                f"{self.__name__} has no rule; state one with {self.__name__}.defjvp(rule)"
            )
        pair = self.rule(*constants, tuple(primals), tuple(tangents))
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise RuleError(
                f"the jvp rule of {self.__name__} returns a {type(pair).__name__}; "
                "it needs a pair (output, tangent)"
            )
        (ys, structure), (ts, other) = flatten(pair[0]), flatten(pair[1])
        if structure != other:
            raise RuleError(
                f"the jvp rule of {self.__name__} gives a tangent of the form {describe(other)} "
                f"for an output of the form {describe(structure)}"
            )
        for y, t in zip(ys, ts):
            if result(y).shape != result(t).shape:
                raise RuleError(
                    f"the jvp rule of {self.__name__} gives a tangent of shape {result(t).shape} "
                    f"for an output of shape {result(y).shape}"
                )
        return pair

    def on_dual(self, f, constants, leaves, structure, level):
        """Forward mode: the rule itself."""
        mine = [type(x) is Dual and x.level == level for x in leaves]
        values = [result(x.value if m else x) for x, m in zip(leaves, mine)]
        ts = [x.tangent if m else zeros_for(v) for x, m, v in zip(leaves, mine, values)]
        out, tangent = self.pushed(
            constants, unflatten(structure, values), unflatten(structure, ts)
        )
        ys, out_structure = flatten(out)
        pairs = zip(ys, flatten(tangent)[0])
        return unflatten(out_structure, [dual(result(y), result(t), level) for y, t in pairs])

    def on_tensor(self, f, constants, leaves, structure, level):
        """Reverse mode: the transpose of the rule, which is linear in the tangents."""
        values = [lowered_leaf(x, level) for x in leaves]
        out = self.apply(f, constants, list(unflatten(structure, values)))

        def pullback(args, cotangents, out_structure, _):
            def push(*ts):
                return self.pushed(constants, unflatten(structure, args), ts)[1]

            zeros = unflatten(structure, [zeros_for(result(v)) for v in values])
            y, pull = vjp(push, *zeros)
            ys = flatten(y)[0]
            gs = [zeros_for(result(y)) if g is None else g for g, y in zip(cotangents, ys)]
            return flatten(pull(unflatten(out_structure, gs)))[0]

        return recorded_outputs(self.__name__, out, leaves, level, pullback)

    def over_examples(self, axes):
        """The rule over all examples."""
        new = custom_jvp(self.f)
        new.rule = lambda *given: vmap(
            lambda primals, tangents: self.pushed(given[:-2], primals, tangents), (axes, 0)
        )(given[-2], tree_stretched(given[-1], given[-2], axes))
        return new

    interpreters = {Dual: on_dual, Tensor: on_tensor, Batched: Custom.on_batch}


def tree_stretched(tangents, primals, axes):
    """Tangents with an axis of examples each, also for primals that have none."""
    ts, structure = flatten(tangents)
    flags = flatten_axes(axes, structure)
    size = next(t.shape[0] for t, a in zip(ts, flags) if a == 0)
    full = [t if a == 0 else t + np.zeros((size, *t.shape), t.dtype) for t, a in zip(ts, flags)]
    return unflatten(structure, full)


def flatten_axes(axes, structure):
    """The axis of each leaf; None, which counts as an empty container, is kept."""
    found = []

    def walk(axis, shape):
        if isinstance(axis, int) or axis is None:
            found.append(axis)
            return
        children = axis.values() if isinstance(axis, dict) else axis
        for a, s in zip(children, shape[3]):
            walk(a, s)

    walk(axes, structure)
    return found


class custom_vjp(Custom):
    """A function whose pullback is stated by `f.defvjp(forward, backward)`.

    forward(*args) -> (output, residuals); backward(residuals, cotangent) -> a tuple with one
    cotangent for each argument.  Arguments named in `nondiff_argnums` come first in backward.
    Forward mode raises RuleError: a pullback alone has no pushforward.

    >>> @custom_vjp
    ... def f(x):
    ...     return sin(x)
    >>> f.defvjp(lambda x: (f(x), x), lambda x, g: (10.0 * g,))
    >>> float(grad(f)(0.0))
    10.0
    """

    forward: Any = None
    backward: Any = None

    def defvjp(self, forward, backward):
        """State the pullback by the two functions."""
        self.forward, self.backward = forward, backward

    def on_dual(self, f, constants, leaves, structure, level):
        """Forward mode has no rule."""
        raise RuleError(
            f"{self.__name__} has a pullback only, and forward mode needs a pushforward; "
            "use custom_jvp, whose transpose serves reverse mode too"
        )

    def on_tensor(self, f, constants, leaves, structure, level):
        """Reverse mode: forward now, backward at the sweep."""
        if self.forward is None or self.backward is None:
            raise RuleError(
                f"{self.__name__} has no rule; state one with "
                f"{self.__name__}.defvjp(forward, backward)"
            )
        values = [lowered_leaf(x, level) for x in leaves]
        out, residuals = self.ran(constants, unflatten(structure, values))

        def pullback(args, cotangents, out_structure, again):
            kept = self.ran(constants, unflatten(structure, args))[1] if again else residuals
            ys = flatten(out)[0]
            gs = [zeros_for(result(y)) if g is None else g for g, y in zip(cotangents, ys)]
            found = self.backward(*constants, kept, unflatten(out_structure, gs))
            return self.checked(found, structure, values)

        return recorded_outputs(self.__name__, out, leaves, level, pullback)

    def ran(self, constants, primals):
        """(output, residuals) of the forward rule."""
        rest, full = iter(primals), []
        total = len(constants) + len(primals)
        given = dict(zip([n % total for n in self.constant_numbers], constants))
        for i in range(total):
            full.append(given[i] if i in given else next(rest))
        pair = self.forward(*full)
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise RuleError(
                f"the forward rule of {self.__name__} returns a {type(pair).__name__}; "
                "it needs a pair (output, residuals)"
            )
        return pair

    def checked(self, found, structure, values):
        """The cotangents, one for each leaf of the arguments; None stands for zeros."""
        expected = len(structure[3])
        if not isinstance(found, tuple) or len(found) != expected:
            given = len(found) if isinstance(found, tuple) else type(found).__name__
            raise RuleError(
                f"the backward rule of {self.__name__} returns {given} for {expected} arguments; "
                "it needs a tuple with one cotangent for each"
            )
        cotangents, leaves = [], iter(values)
        for c, child in zip(found, structure[3]):
            mine = [next(leaves) for _ in flatten_count(child)]
            parts = [None] * len(mine) if c is None else flatten(c)[0]
            if len(parts) != len(mine):
                raise RuleError(
                    f"the backward rule of {self.__name__} gives a cotangent of {len(parts)} "
                    f"arrays for an argument of {len(mine)}"
                )
            for g, x in zip(parts, mine):
                if g is not None and result(g).shape != result(x).shape:
                    raise RuleError(
                        f"the backward rule of {self.__name__} gives a cotangent of shape "
                        f"{result(g).shape} for an argument of shape {result(x).shape}"
                    )
            cotangents.extend(None if g is None else result(g) for g in parts)
        return cotangents

    def over_examples(self, axes):
        """Both rules over all examples; what all examples share gets the sum of its cotangents."""
        new = custom_vjp(self.f)
        shared = [axis is None for axis in axes]

        def backward(*given):
            residuals, g = given[-2:]
            found = vmap(lambda r, c: self.backward(*given[:-2], r, c))(residuals, g)
            return tuple([c if c is None or not s else c.sum(0) for c, s in zip(found, shared)])

        new.defvjp(lambda *xs: vmap(self.forward, axes)(*xs), backward)
        return new

    interpreters = {Dual: on_dual, Tensor: on_tensor, Batched: Custom.on_batch}


def flatten_count(structure):
    """One entry for each leaf of a structure."""
    if structure == LEAF:
        return [structure]
    return [leaf for c in structure[3] for leaf in flatten_count(c)]
