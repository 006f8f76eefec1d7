"""Pullbacks and pushforwards in autograd's convention, and the rules of primitives.

For f of complex values to real ones autograd's gradient is du/dx - i du/dy, the conjugate of the
direction of steepest ascent; the derivative of a holomorphic function is then its plain one.
"""

import warnings
from typing import Any

import numpy as np

from ...core.op import TRACED
from ...core.tree import flatten, unflatten
from ...interpret.forward import Dual
from ...interpret.tape import Tensor
from ...ops.move import broadcast_to
from ...transform.forward import jvp as pushforward
from ...transform.function import as_input, at_level
from ...transform.reverse import Pullback, linearized
from .primitives import (
    SparseObject as SparseObject,
    as_array,
    conjugate,
    name_of,
    primitive_jvps as primitive_jvps,
    primitive_vjps as primitive_vjps,
    scalar,
)
from .tracer import (
    Box as Box,
    Node as Node,
    getval as getval,
    isbox as isbox,
    notrace_primitive as notrace_primitive,
    primitive as new_primitive,
    register_notrace as register_notrace,
    subvals as subvals,
    toposort as toposort,
    trace as trace,
)
from .vspaces import SCALARS, VSpace as VSpace, vspace as vspace


class VJPNode(Node):
    """Names reverse mode in `register_notrace`."""


class JVPNode(Node):
    """Names forward mode in `register_notrace`."""


# ------------------------------------------------------------------- pullbacks


def inputs_of(x):
    """(leaves as floating point arrays, structure) of the tuple of an input.

    Raises TypeError for one that autograd does not differentiate in.
    """
    leaves, structure = flatten((x,))
    number = structure[3] == ("leaf",) and type(x) not in TRACED
    if x is None or (number and not isinstance(x, SCALARS)):
        raise TypeError(f"Can't differentiate w.r.t. type {type(x)}")
    vspace(x)
    return [floating(as_input(leaf, "grad: an input")) for leaf in leaves], structure


def floating(x):
    """An array of integers as one of float64, which carries a derivative."""
    return x.astype(float) if type(x) is np.ndarray and x.dtype.kind in "biu" else x


def make_vjp(fun, x) -> Any:
    """(pullback of `fun` at `x`, value of `fun`); a UserWarning where `fun` does not use `x`.

    >>> pullback, value = make_vjp(lambda x: x**2, 3.0)
    >>> float(pullback(1.0)), float(value)
    (6.0, 9.0)
    """
    leaves, structure = inputs_of(x)
    outputs, out_structure, inputs, _ = linearized(fun, leaves, structure)
    level = inputs[0].level if inputs else None
    mine = [at_level(y, level, Tensor) for y in outputs]
    values = [scalar(y.value) if m else scalar(y) for y, m in zip(outputs, mine)]
    value = unflatten(out_structure, values)
    if not any(m and y.vertex is not None for y, m in zip(outputs, mine)):
        warnings.warn("Output seems independent of input.", stacklevel=2)
        return lambda g: vspace(x).zeros(), value
    pullback = Pullback(inputs, structure, outputs, out_structure)

    def vjp(g):
        given = flatten(g)[0]
        cotangents = [like(conjugate(as_array(c)), y) for c, y in zip(given, outputs)]
        (found,) = pullback(unflatten(out_structure, cotangents))
        pulled, shape = flatten(found)
        return unflatten(shape, [scalar(conjugate(c)) for c in pulled])

    return vjp, value


def like(g, y):
    """A cotangent in the shape of its output: a number stands for all elements."""
    return g if g.shape == y.shape else broadcast_to(g, y.shape)


def make_jvp(fun, x) -> Any:
    """The pushforward of `fun` at `x`: from a tangent to (value, tangent of the value).

    >>> value, tangent = make_jvp(lambda x: x**2, 3.0)(1.0)
    >>> float(value), float(tangent)
    (9.0, 6.0)
    """
    leaves, structure = inputs_of(x)

    def jvp(g):
        moved = []

        def watched(given):
            level = max([v.level for v in flatten(given)[0] if type(v) in TRACED], default=None)
            out = fun(given)
            moved.append(any(at_level(y, level, Dual) for y in flatten(out)[0]))
            return out

        tangents = [like(as_array(t), v) for t, v in zip(flatten(g)[0], leaves)]
        at = unflatten(structure, leaves)
        value, tangent = pushforward(watched, at, unflatten(structure, tangents))
        if not moved[-1]:
            warnings.warn("Output seems independent of input.", stacklevel=2)
        return tuple(plain(v) for v in (value, tangent))

    return jvp


def plain(tree):
    """A container with NumPy's scalars for arrays without axes."""
    leaves, structure = flatten(tree)
    return unflatten(structure, [scalar(x) for x in leaves])


# ------------------------------------------------------------------- rules


def defvjp_argnums(fun, vjpmaker):
    """State the pullback: `vjpmaker(argnums, ans, args, kwargs)(g)` gives a tuple of cotangents."""
    primitive_vjps[declared("defvjp", fun)] = vjpmaker


def defvjp_argnum(fun, vjpmaker):
    """State the pullback: `vjpmaker(argnum, ans, args, kwargs)(g)` gives one cotangent."""

    def maker(argnums, *given):
        pullbacks = [vjpmaker(n, *given) for n in argnums]
        return lambda g: tuple([pullback(g) for pullback in pullbacks])

    defvjp_argnums(fun, maker)


def defvjp(fun, *vjpmakers, **kwargs):
    """State the pullback in each argument: `lambda ans, *args: lambda g: ...`; None for zero.

    argnums: the numbers of the arguments, 0, 1, ... by default.
    A rule may keep what it needs of `ans` and `args`, written with functions that can be
    differentiated again; it serves reverse mode only, and `defjvp` states the other.

    >>> from autodiff.compat.autograd import grad
    >>> @primitive
    ... def product(x, y):
    ...     return float(x) * float(y)
    >>> defvjp(product, lambda ans, x, y: lambda g: g * y, None)
    >>> float(grad(product)(2.0, 3.0)), float(grad(product, 1)(2.0, 3.0))
    (3.0, 0.0)
    """
    rules = numbered(kwargs, vjpmakers)

    def maker(argnum, ans, args, named):
        if argnum not in rules:
            raise NotImplementedError(f"VJP of {name_of(fun)} wrt argnum {argnum} not defined")
        if rules[argnum] is None:
            return lambda g: vspace(args[argnum]).zeros()
        return rules[argnum](ans, *args, **named)

    defvjp_argnum(fun, maker)


def defjvp_argnums(fun, jvpmaker):
    """State the pushforward: `jvpmaker(argnums, gs, ans, args, kwargs)` gives the tangent."""
    primitive_jvps[declared("defjvp", fun)] = jvpmaker


def defjvp_argnum(fun, jvpmaker):
    """State the pushforward: `jvpmaker(argnum, g, ans, args, kwargs)`, summed over arguments."""

    def maker(argnums, gs, ans, args, kwargs):
        space = vspace(ans)
        terms = [jvpmaker(n, g, ans, args, kwargs) for n, g in zip(argnums, gs)]
        return sum_of(space, terms)

    defjvp_argnums(fun, maker)


def sum_of(space, terms):
    """The sum of at least one value."""
    found = terms[0]
    for term in terms[1:]:
        found = space.add(found, term)
    return found


def defjvp(fun, *jvpfuns, **kwargs):
    """State the pushforward in each argument: `lambda g, ans, *args: ...`.

    None for zero, "same" where `fun` is linear in the argument.
    argnums: the numbers of the arguments, 0, 1, ... by default.

    >>> from autodiff.compat.autograd import deriv
    >>> @primitive
    ... def square(x):
    ...     return float(x) ** 2
    >>> defjvp(square, lambda g, ans, x: g * 2 * x)
    >>> float(deriv(square)(3.0))
    6.0
    """
    rules = numbered(kwargs, jvpfuns)

    def maker(argnum, g, ans, args, named):
        if argnum not in rules:
            raise NotImplementedError(f"JVP of {name_of(fun)} wrt argnum {argnum} not defined")
        rule = rules[argnum]
        if rule is None:
            return vspace(ans).zeros()
        if isinstance(rule, str):
            return fun(*subvals(args, [(argnum, g)]), **named)
        return rule(g, ans, *args, **named)

    for rule in jvpfuns:
        if not (rule is None or rule == "same" or callable(rule)):
            raise TypeError(
                f"defjvp: {rule!r} is no rule of {name_of(fun)}; it needs a function, None or "
                "'same'"
            )
    defjvp_argnum(fun, maker)


def def_linear(fun):
    """State that `fun` is linear in each argument, which gives its pushforward."""
    defjvp_argnum(
        fun, lambda argnum, g, ans, args, kwargs: fun(*subvals(args, [(argnum, g)]), **kwargs)
    )


def numbered(kwargs, rules):
    """{number of an argument: its rule}"""
    unknown = set(kwargs) - {"argnums"}
    if unknown:
        raise TypeError(f"unexpected keyword argument {unknown.pop()!r}; there is argnums")
    return dict(zip(kwargs.get("argnums", range(len(rules))), rules))


def declared(name, fun):
    """`fun`, if it is a function that `primitive` made."""
    if not getattr(fun, "is_primitive", False):
        raise TypeError(
            f"{name}: {name_of(fun)} is no primitive, and its own rules would be used; decorate a "
            "function with @primitive"
        )
    return fun


# ------------------------------------------------------------------- autograd 1.1


def primitive(f_raw):
    """`tracer.primitive`, whose functions also state their rules by methods, as in autograd 1.1.

    f.defgrad(lambda ans, *args: lambda g: ..., argnum=0), f.defvjp(lambda g, ans, vs, gvs, *args:
    ..., argnum=0) and f.defvjp_is_zero(argnums=(0,)), each with a UserWarning.
    """
    f = new_primitive(f_raw)
    rules = {}

    def state(name, found):
        warnings.warn(f"{name} as a method is deprecated; use defvjp(fun, ...)", stacklevel=3)
        rules.update(found)
        defvjp(f, *rules.values(), argnums=list(rules))

    def by_old(rule, number):
        def maker(ans, *args, **kwargs):
            spaces = vspace(args[number]), vspace(ans)
            return lambda g: rule(g, ans, *spaces, *args, **kwargs)

        return maker

    methods: Any = f
    methods.defgrad = lambda rule, argnum=0: state("defgrad", {argnum: rule})
    methods.defvjp = lambda rule, argnum=0: state("defvjp", {argnum: by_old(rule, argnum)})
    methods.defvjp_is_zero = lambda argnums=(0,): state("defvjp_is_zero", dict.fromkeys(argnums))
    return f
