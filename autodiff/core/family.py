"""Families: from the few facts an author states to a whole row.

A rule is `lambda t, out, *args`: t times one partial derivative.  An elementwise Jacobian is
diagonal, so the same product pushes a tangent forward and pulls a cotangent back.  For complex
values the cotangent is the direction of steepest ascent, so an analytic rule is conjugated on the
way back, and the rule of a real function of complex values on the way forward.
"""

from typing import Any

import numpy as np

from .op import TRACED, Op, undeclared
from .spec import (
    FLOAT64,
    Spec,
    broadcast_shapes,
    every_axis,
    is_complex,
    kept_shape,
    reduced_shape,
)
from .values import (
    conjugated,
    ones_like,
    result_dtype,
    same_rank,
    stand_in,
    stretch,
    total,
    zeros_like,
)


class Elementwise(Op):
    """z[i] = f(x[i], y[i], ...) with broadcasting; the Jacobian is diagonal.

    rules: one for each argument; None where the derivative is zero everywhere.
    analytic: whether the rule is the complex derivative; False for real functions such as abs.
    """

    def __init__(self, signature, evaluate, *rules, analytic=True, differentiable=True, **facts):
        super().__init__(signature, evaluate, **facts)
        self.rules = rules or (None,) * len(self.arguments)
        self.analytic, self.differentiable = analytic, differentiable
        self.smooth = differentiable and any(r is not None for r in self.rules)
        self.found = {}  # which arguments are tracked -> what is needed of them

    def needed(self, parents):
        """(whether each argument, whether the output) is read by the rules that will run."""
        if type(self.reads) is not tuple:
            return (self.keep_args,) * len(self.arguments), self.keep_out
        tracked = None if parents is None else tuple([p is not None for p in parents])
        if tracked not in self.found:
            run = [r for i, r in enumerate(self.reads) if tracked is None or tracked[i]]
            flags = tuple(any(name in r for r in run) for name in self.arguments)
            self.found[tracked] = flags, any("z" in r for r in run)
        return self.found[tracked]

    def keep(self, args, parents=None):
        if not self.keep_args:
            return None
        flags, _ = self.needed(parents)
        return tuple([a if k else None for a, k in zip(args, flags)]) if True in flags else None

    def keeps_out(self, parents=None):
        return self.keep_out and self.needed(parents)[1]

    def infer(self, *args, **params) -> Any:
        shapes = [a.shape if hasattr(a, "shape") else () for a in args]
        shape = shapes[0]
        if any([s != shape for s in shapes]):
            shape = broadcast_shapes(self.name, shapes)
        return Spec(shape, result_dtype(self, args, **params))

    def jvp(self, tangents, out, *args, **params):
        terms = []
        for rule, t in zip(self.rules, tangents):
            if t is None or rule is None:
                continue
            if self.analytic or not is_complex(t.dtype):
                terms.append(rule(t, out, *args, **params))
            else:
                terms.append(conjugated(rule, t, out, *args, **params).real)
        return stretch(total(terms), out.shape) if terms else None

    def vjp(self, g, out, wanted, *args, **params):
        if self.analytic and is_complex(g.dtype):
            return [
                None if w is None or rule is None else conjugated(rule, g, out, *args, **params)
                for rule, w in zip(self.rules, wanted)
            ]
        return [
            None if w is None or rule is None else rule(g, out, *args, **params)
            for rule, w in zip(self.rules, wanted)
        ]

    def influence(self, i, g, out, wanted, *args, **params):
        if not self.cuts:
            return [i] * len(wanted)
        chosen = Elementwise.vjp(self, ones_like(g), out, wanted, *args, **params)
        return [None if c is None else (c != 0) * (1.0 if i is None else i) for c in chosen]

    def influenced(self, influences, out, *args, **params):
        ones = ones_like(out)
        terms = [None if type(i) is int else ones if i is None else i for i in influences]
        if self.cuts:
            chosen = Elementwise.vjp(self, ones, out, terms, *args, **params)
            terms = [
                None if t is None or c is None else (c != 0) * t for t, c in zip(terms, chosen)
            ]
        moved = total(terms)
        return None if moved is None else stretch(moved, out.shape)

    def batch(self, batched, *args, **params):
        return self(*same_rank(batched, args), **params)


class Unary(Elementwise):
    """y[i] = f(x[i]): nothing to broadcast, and the path most programs spend their time on."""

    def __init__(self, signature, evaluate, *rules, **facts):
        super().__init__(signature, evaluate, *rules, **facts)
        # for the tape: one look instead of four saves 50 ns; the last may finish a result
        self.recipe = evaluate, self.smooth, self.keep_args, self.keep_out, None

    def __call__(self, x):
        return x.unary(self) if type(x) in TRACED else self.evaluate(x)

    def vjp(self, g, out, wanted, x):
        rule = self.rules[0]
        if rule is None:
            return (None,)
        if is_complex(g.dtype) and self.analytic:
            return (conjugated(rule, g, out, x),)
        return (rule(g, out, x),)

    def batch(self, batched, x):
        return self(x)


class Binary(Elementwise):
    """z[i] = f(x[i], y[i]) with broadcasting.

    infix: Python's operator of the same value, if there is one: between arrays it is 50 ns faster.
    """

    def __init__(self, signature, evaluate, *rules, infix=None, **facts):
        super().__init__(signature, evaluate, *rules, **facts)
        self.infix = infix or evaluate
        # what is kept when the first, or the second, is the only one that is not a constant
        self.alone = []
        for parents in ((True, None), (None, True)):
            (x, y), out = self.needed(parents)
            self.alone.append((x, y, out))

    def __call__(self, x, y):
        if type(x) in TRACED:
            return x.binary(self, y)
        if type(y) in TRACED:
            return y.reflected(self, x)
        return self.evaluate(x, y)

    def vjp(self, g, out, wanted, x, y):
        if is_complex(g.dtype):
            return super().vjp(g, out, wanted, x, y)
        first, second = self.rules
        a, b = wanted
        return (
            None if a is None or first is None else first(g, out, x, y),
            None if b is None or second is None else second(g, out, x, y),
        )


class Scaled(Binary):
    """A row whose second argument PyTorch scales: `add(x, y, alpha=2)` is `x + 2 y`."""

    def __call__(self, x, y, *, alpha: Any = None):
        if alpha is not None:
            y = alpha * (y if hasattr(y, "shape") else np.asarray(y))
        # as in Binary, without a call between: the tape counts frames to name the user's line
        if type(x) in TRACED:
            return x.binary(self, y)
        if type(y) in TRACED:
            return y.reflected(self, x)
        return self.evaluate(x, y)


class Movement(Op):
    """Elements move, repeat or vanish, and nothing is computed: linear in every argument.

    transpose(g, wanted, *args, **params) -> one cotangent for each argument, or the one.
    view: whether the result may share memory with the argument.
    """

    def __init__(
        self, signature, evaluate, transpose, *, infer=None, batch, view=False, linear=None, **facts
    ):
        super().__init__(signature, evaluate, reads=facts.pop("reads", ""), **facts)
        self.transpose, self.moved = transpose, batch
        self.view, self.linear = view, linear
        if infer:
            self.infer = infer

    def __call__(self, *args, **params):
        if len(args) == 1 and type(args[0]) in TRACED:
            return args[0].single(self, params)
        return super().__call__(*args, **params)

    def keep(self, args, parents=None):
        """Of what moves the shapes, and the index arrays as they are."""
        if self.linear is None:
            return None
        return (*[Spec(np.shape(a), None) for a in args[: self.linear]], *args[self.linear :])

    def infer(self, *args, **params):
        out = self.evaluate(*[stand_in(a) for a in args], **params)
        unknown = any(type(a) in TRACED and a.dtype is None for a in args)
        return Spec(out.shape, None if unknown and out.dtype == FLOAT64 else out.dtype)

    def jvp(self, tangents, out, *args, **params):
        linear = self.linear or len(args)
        if all(t is None for t in tangents[:linear]):
            return None
        filled = [zeros_like(a) if t is None else t for a, t in zip(args, tangents)]
        return self(*filled[:linear], *args[linear:], **params)

    def vjp(self, g, out, wanted, *args, **params):
        result = self.transpose(g, wanted, *args, **params)
        return result if type(result) in (list, tuple) else (result,)

    def influence(self, i, g, out, wanted, *args, **params):
        return self.vjp(ones_like(g) if i is None else i, out, wanted, *args, **params)

    def influenced(self, influences, out, *args, **params):
        whole = [
            None if type(i) is int else np.ones(a.shape) if i is None else i
            for i, a in zip(influences, args)
        ]
        return self.jvp(whole, out, *args, **params)

    def batch(self, batched, *args, **params):
        return self.moved(self, batched, *args, **params)


class Reduction(Op):
    """Some axes become one number; parameters `axes` (None: all, else from the end), `keepdims`.

    rule: lambda t, y, x, axes: t times the weight of each element of x; y keeps the reduced axes.
    """

    def __init__(self, signature, evaluate, rule, *, analytic=True, differentiable=True, **facts):
        super().__init__(signature, evaluate, **facts)
        self.rule, self.analytic, self.differentiable = rule, analytic, differentiable
        self.smooth = differentiable and rule is not None

    def __call__(self, x, **params):
        return x.single(self, params) if type(x) in TRACED else self.evaluate(x, **params)

    def infer(self, x, *, axes=None, keepdims=False, **extra):
        if 0 in x.shape and (self.cuts or not self.smooth):  # NumPy tells what nothing has
            self.evaluate(np.zeros(x.shape), axes=axes, keepdims=keepdims, **extra)
        return Spec(reduced_shape(x.shape, axes, keepdims), result_dtype(self, (x,), **extra))

    def jvp(self, tangents, out, x, *, axes=None, keepdims=False, **extra):
        if self.rule is None:
            return None
        (t,) = tangents
        y = None if out is None else out.reshape(kept_shape(x.shape, axes))
        if self.analytic or not is_complex(t.dtype):
            weighted = self.rule(t, y, x, axes, **extra)
        else:
            weighted = conjugated(self.rule, t, y, x, axes, **extra).real
        return weighted.sum(axis=axes, keepdims=keepdims)

    def vjp(self, g, out, wanted, x, *, axes=None, keepdims=False, **extra):
        if self.rule is None:
            return (None,)
        shape = x.shape
        kept = kept_shape(shape, axes)
        y = None if out is None else out.reshape(kept)
        g = g.reshape(kept)
        if self.analytic and is_complex(g.dtype):
            c = conjugated(self.rule, g, y, x, axes, **extra)
        else:
            c = self.rule(g, y, x, axes, **extra)
        return (stretch(c, shape),)

    def influence(self, i, g, out, wanted, x, *, axes=None, keepdims=False, **extra):
        kept = kept_shape(x.shape, axes)
        found = None if i is None else stretch(i.reshape(kept), x.shape)
        if not self.cuts:
            return (found,)
        (chosen,) = self.vjp(ones_like(g), out, wanted, x, axes=axes, keepdims=keepdims, **extra)
        return ((chosen != 0) * (1.0 if found is None else found),)

    def influenced(self, influences, out, x, *, axes=None, keepdims=False, **extra):
        (i,) = influences
        return None if i is None else i.sum(axis=axes, keepdims=keepdims)

    def batch(self, batched, x, *, axes=None, **params):
        return self(x, axes=every_axis(axes, x.ndim - 1), **params)


class Contraction(Op):
    """Linear in each factor by itself; each transpose is again a contraction.

    transposes: one `lambda g, *args, **params` for each factor.
    """

    transposes: Any
    batched: Any = None

    def __init__(self, signature, evaluate, *transposes, infer=None, batch=None, **facts):
        super().__init__(signature, evaluate, reads="x", **facts)
        self.transposes = transposes
        # of two factors: the value, and what is kept when only the first, or the second, is tracked
        self.infix, self.alone = evaluate, ((False, True, False), (True, False, False))
        if infer:
            self.infer = infer
        if batch:
            self.batched = batch

    def __call__(self, *args, **params):
        if len(args) == 2 and not params:
            x, y = args
            if type(x) in TRACED:
                return x.binary(self, y)
            if type(y) in TRACED:
                return y.reflected(self, x)
            return self.evaluate(x, y)
        return super().__call__(*args, **params)

    def infer(self, *args, **params):
        out = self.evaluate(*[stand_in(a) for a in args], **params)
        found = Spec(np.shape(out), np.result_type(out))
        return (
            undeclared(found) if any(type(a) in TRACED and a.dtype is None for a in args) else found
        )

    def keep(self, args, parents=None):
        """A factor is read by the transposes in the others."""
        if parents is None:
            return args
        wanted = [i for i, p in enumerate(parents) if p is not None]
        read = [any(i != k for i in wanted) for k in range(len(args))]
        return tuple([a if r else Spec(np.shape(a), None) for a, r in zip(args, read)])

    def transposed(self, i, g, *args, **params):
        """The cotangent of factor `i`."""
        rule = self.transposes[i]
        if is_complex(g.dtype):
            return conjugated(rule, g, *args, **params)
        return rule(g, *args, **params)

    def jvp(self, tangents, out, *args, **params):
        return total(
            None if t is None else self(*args[:i], t, *args[i + 1 :], **params)
            for i, t in enumerate(tangents)
        )

    def vjp(self, g, out, wanted, *args, **params):
        if len(wanted) == 2 and type(self.transposes) is tuple and not is_complex(g.dtype):
            first, second = self.transposes
            a, b = wanted
            return (
                None if a is None else first(g, *args, **params),
                None if b is None else second(g, *args, **params),
            )
        return [
            None if w is None else self.transposed(i, g, *args, **params)
            for i, w in enumerate(wanted)
        ]

    def batch(self, batched, *args, **params):
        if self.batched is not None:
            return self.batched(batched, *args, **params)
        return self(*same_rank(batched, args), **params)


class Opaque(Op):
    """A row whose author states everything: jvp, vjp, infer, batch; what is missing raises."""

    def __init__(
        self, signature, evaluate, *, jvp=None, vjp=None, infer=None, batch=None,
        differentiable=True, outputs=None, **facts,
    ):  # fmt: skip
        super().__init__(signature, evaluate, **facts)
        stated = {"jvp": jvp, "vjp": vjp, "infer": infer, "batch": batch}
        self.__dict__.update({name: rule for name, rule in stated.items() if rule})
        self.differentiable, self.smooth, self.outputs = differentiable, differentiable, outputs
