"""Functions with derivatives of the user's own: custom_jvp and custom_vjp, in JAX's style.

A rule is run on the values below the level that differentiates, so it is differentiated itself
for higher orders, and nests with every transform.
"""

from typing import Any

import numpy as np

from ..core.errors import RuleError
from ..core.tree import LEAF, describe, flatten, tree_map, unflatten
from ..interpret.batch import Batched
from ..interpret.forward import Dual, dual
from ..interpret.inplace import refuse_overwritten
from ..interpret.kept import held
from ..interpret.tape import Tensor
from ..interpret.vertex import Vertex, locate
from .checkpoint import lowered_leaf, vertex_of
from .function import result
from .reverse import vjp
from .stated import (
    Custom,
    CustomVJPPrimal,
    RuleShapeError,
    SymbolicZero,
    recorded_outputs,
    symbolic_zero,
    zeros_for,
)
from .vectorize import vmap


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
    symbolic_zeros = False
    words = ("JVP", "defjvp")

    def has_rule(self):
        """Whether a rule is stated."""
        return self.rule is not None

    def defjvp(self, rule, symbolic_zeros=False):
        """State the pushforward; returns the rule, so that it serves as a decorator.

        symbolic_zeros: the rule sees a SymbolicZero, not zeros, for what does not vary.
        """
        self.rule, self.symbolic_zeros = rule, symbolic_zeros
        return rule

    def defjvps(self, *rules):
        """State one rule for each argument, (tangent, output, *args) -> tangent; None is zero."""
        if self.constant_numbers:
            raise RuleError(
                f"{self.__name__}: defjvps takes no nondiff_argnums; state one rule with defjvp"
            )

        def rule(primals, tangents):
            out = self(*primals)
            parts = [r(t, out, *primals) for r, t in zip(rules, tangents) if r is not None]
            if not parts:
                return out, tree_map(lambda y: zeros_for(result(y)), out)
            first, *others = parts
            return out, tree_map(lambda *ts: sum(ts[1:], ts[0]), first, *others)

        self.defjvp(rule)

    def pushed(self, constants, primals, tangents):
        """(output, tangent) by the rule."""
        self.stated()
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
            if type(t) is SymbolicZero:
                continue
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
        zero = symbolic_zero if self.symbolic_zeros else zeros_for
        ts = [x.tangent if m else zero(v) for x, m, v in zip(leaves, mine, values)]
        out, tangent = self.pushed(
            constants, unflatten(structure, values), unflatten(structure, ts)
        )
        ys, out_structure = flatten(out)
        ts = [zeros_for(t) if type(t) is SymbolicZero else t for t in flatten(tangent)[0]]
        pairs = zip(ys, ts)
        return unflatten(out_structure, [dual(result(y), result(t), level) for y, t in pairs])

    def on_tensor(self, f, constants, leaves, structure, level):
        """Reverse mode: the transpose of the rule, which is linear in the tangents."""
        values = [lowered_leaf(x, level) for x in leaves]
        out = self.apply(f, constants, list(unflatten(structure, values)))

        def pullback(args, cotangents, out_structure, _):
            def push(*ts):
                if self.symbolic_zeros:
                    flags = [vertex_of(x, level) is None for x in leaves]
                    flat = zip(flatten(ts)[0], flags)
                    ts = unflatten(structure, [symbolic_zero(t) if f else t for t, f in flat])
                tangent = self.pushed(constants, unflatten(structure, args), ts)[1]
                return tree_map(lambda t: zeros_for(t) if type(t) is SymbolicZero else t, tangent)

            zeros = unflatten(structure, [zeros_for(result(v)) for v in values])
            y, pull = vjp(push, *zeros)
            ys = flatten(y)[0]
            gs = [zeros_for(result(y)) if g is None else g for g, y in zip(cotangents, ys)]
            return flatten(pull(unflatten(out_structure, gs)))[0]

        return recorded_outputs(self.__name__, out, leaves, level, pullback)

    def over_examples(self, axes):
        """The rule over all examples."""
        new = custom_jvp(self.f)
        new.__name__ = self.__name__
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


def varying(x):
    """An argument of a forward rule that may vary."""
    return CustomVJPPrimal(x, True)


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
    symbolic_zeros = False
    words = ("VJP", "defvjp")

    def has_rule(self):
        """Whether both functions are stated."""
        return self.forward is not None and self.backward is not None

    def defvjp(self, fwd, bwd, symbolic_zeros=False, optimize_remat=False):
        """State the pullback by the two functions.

        symbolic_zeros: the first gets a CustomVJPPrimal for each array, with `value` and
        `perturbed`, and the second a SymbolicZero for the cotangent of an output that was not used.
        optimize_remat: taken as JAX's word, and makes no difference.
        """
        self.forward, self.backward, self.symbolic_zeros = fwd, bwd, symbolic_zeros

    def on_dual(self, f, constants, leaves, structure, level):
        """Forward mode has no rule."""
        raise RuleError(
            f"{self.__name__} has a pullback only, and forward mode needs a pushforward; "
            "use custom_jvp, whose transpose serves reverse mode too"
        )

    def on_tensor(self, f, constants, leaves, structure, level):
        """Reverse mode: forward now, backward at the sweep."""
        values = [lowered_leaf(x, level) for x in leaves]
        varies = [vertex_of(x, level) is not None for x in leaves]

        def shown(xs):
            if self.symbolic_zeros:
                xs = [CustomVJPPrimal(x, v) for x, v in zip(xs, varies)]
            return unflatten(structure, xs)

        out, residuals = self.ran(constants, shown(values))
        residuals = tree_map(held, residuals)
        here = Vertex()
        locate(here)
        zero = symbolic_zero if self.symbolic_zeros else zeros_for

        def pullback(args, cotangents, out_structure, again):
            saved = self.ran(constants, shown(args))[1] if again else residuals
            for x in flatten(saved)[0]:
                refuse_overwritten(x, self.__name__, here)
            ys = flatten(out)[0]
            gs = [zero(result(y)) if g is None else g for g, y in zip(cotangents, ys)]
            found = self.backward(*constants, saved, unflatten(out_structure, gs))
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
        found = tuple(found) if isinstance(found, list) else found
        if not isinstance(found, tuple) or len(found) != expected:
            given = len(found) if isinstance(found, tuple) else type(found).__name__
            raise RuleError(
                f"the backward rule of {self.__name__} returns {given} for {expected} arguments; "
                "it needs a tuple with one cotangent for each"
            )
        cotangents, leaves = [], iter(values)
        for c, child in zip(found, structure[3]):
            mine = [next(leaves) for _ in flatten_count(child)]
            none = c is None or type(c) is SymbolicZero
            parts = [None] * len(mine) if none else flatten(c)[0]
            parts = [None if type(g) is SymbolicZero else g for g in parts]
            if len(parts) != len(mine):
                raise RuleError(
                    f"the backward rule of {self.__name__} gives a cotangent of {len(parts)} "
                    f"arrays for an argument of {len(mine)}"
                )
            for g, x in zip(parts, mine):
                if g is not None and result(g).shape != result(x).shape:
                    raise RuleShapeError(
                        f"the backward rule of {self.__name__} gives a cotangent of shape "
                        f"{result(g).shape} for an argument of shape {result(x).shape}"
                    )
            cotangents.extend(None if g is None else result(g) for g in parts)
        return cotangents

    def over_examples(self, axes):
        """Both rules over all examples; what all examples share gets the sum of its cotangents."""
        new = custom_vjp(self.f)
        new.__name__ = self.__name__
        shared = [axis is None for axis in axes]

        def backward(*given):
            residuals, g = given[-2:]
            found = vmap(lambda r, c: self.backward(*given[:-2], r, c))(residuals, g)
            return tuple([c if c is None or not s else c.sum(0) for c, s in zip(found, shared)])

        def forward(*xs):
            return self.forward(*(tree_map(varying, xs) if self.symbolic_zeros else xs))

        new.defvjp(vmap(forward, axes), backward)
        return new

    interpreters = {Dual: on_dual, Tensor: on_tensor, Batched: Custom.on_batch}


def flatten_count(structure):
    """One entry for each leaf of a structure."""
    if structure == LEAF:
        return [structure]
    return [leaf for c in structure[3] for leaf in flatten_count(c)]
