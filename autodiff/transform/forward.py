"""Forward mode: pushforwards."""

from typing import Any

import numpy as np

from ..core.errors import ArgumentError, DTypeError, GaugeError
from ..core.op import new_level
from ..core.spec import carries_derivative
from ..core.tree import flatten, unflatten
from ..interpret.forward import STRUCTURED, Dual, dual
from ..interpret.graph import upstream
from ..interpret.lookback import unsteady
from ..interpret.nans import WATCHES
from ..interpret.structure import broken, nodes_in, unclear
from ..interpret.sweep import cast
from .function import applied, as_inputs, at_level, handed_over, result, same_structure
from .reverse import lowered, split_auxiliary, vjp


def jvp(f, primals, tangents, has_aux=False) -> tuple[Any, ...]:
    """`f(*primals)` and its pushforward of `tangents`, ẏ = J ẋ.

    primals, tangents: tuples or lists of the same structure and shapes.
    Returns (output, tangent of the output), and the auxiliary output third with `has_aux`.

    >>> y, t = jvp(lambda x: x * x, (3.0,), (1.0,))
    >>> float(y), float(t)
    (9.0, 6.0)
    """
    for name, given in (("primals", primals), ("tangents", tangents)):
        if not isinstance(given, (tuple, list)):
            raise ArgumentError(
                f"jvp: {name} is a {type(given).__name__}; give a tuple, one for each argument"
            )
    xs, structure, named = as_inputs("jvp", tuple(primals))
    ts, t_structure, _ = as_inputs("jvp", tuple(tangents))
    same_structure("jvp", "tangents", t_structure, structure)
    level = new_level()
    inputs = [seeded(x, t, level, where) for x, t, where in zip(xs, ts, named)]
    values, pushed, out_structure, aux = pushed_through(f, structure, inputs, level, has_aux)
    if any(map(broken, pushed)) or breakable(pushed):
        level = new_level()
        inputs = [seeded(x, t, level, where) for x, t, where in zip(xs, ts, named)]
        values, pushed, out_structure, aux = with_structure(f, structure, inputs, level, has_aux)
    if any(map(unsteady, [*values, *pushed])):
        values, pushed, out_structure, aux = steadier(
            (values, pushed, out_structure, aux), (f, structure, xs, ts, has_aux)
        )
    values, pushed = handed_over(values, xs), handed_over(pushed, ts)
    both = unflatten(out_structure, values), unflatten(out_structure, pushed)
    return (*both, aux) if has_aux else both


def breakable(pushed):
    """Whether tangents are nodes of a graph where infinite slopes may meet what is not chosen."""
    nodes = [node for t in pushed for node in nodes_in(t)]
    return bool(nodes) and unclear(pushed, upstream(nodes))


def pushed_through(f, structure, inputs, level, has_aux):
    """(values, tangents, structure, auxiliary output) of `f` of duals."""
    with np.errstate(all="ignore"):  # an infinite slope is a value
        out, aux = applied(f, *unflatten(structure, inputs)), None
    if has_aux:
        out, aux = split_auxiliary(out)
        aux = lowered(aux, level)
    outputs, out_structure = flatten(out)
    outputs = [result(y) for y in outputs]
    values = [y.value if at_level(y, level, Dual) else y for y in outputs]
    pushed = [y.tangent if at_level(y, level, Dual) else zero_tangent(y) for y in outputs]
    return values, pushed, out_structure, aux


def with_structure(f, structure, inputs, level, has_aux):
    """`pushed_through`, where tangents that are zero by structure stay zero."""
    for x in inputs:
        if at_level(x, level, Dual):
            x.moved = (x.tangent != 0) * 1.0
    STRUCTURED.add(level)
    try:
        return pushed_through(f, structure, inputs, level, has_aux)
    finally:
        STRUCTURED.discard(level)


def steadier(found, call):
    """What forward mode found, or where it is better what tapes find, who look back at formulas."""
    try:
        other = by_tape(*call)
    except GaugeError:  # tapes raise where nothing decides a derivative; forward mode says NaN
        return found
    worse = any(map(unsteady if WATCHES else broken, other[1]))
    return other if not worse or (any(map(broken, found[1])) and not WATCHES) else found


def by_tape(f, structure, xs, ts, has_aux):
    """The pushforward as a pullback of the pullback, J t = (Jᵀ)ᵀ t: tapes look back at formulas."""
    found = {}

    def flat(*leaves):
        out = f(*unflatten(structure, list(leaves)))
        if has_aux:
            out, found["aux"] = split_auxiliary(out)
        ys, found["structure"] = flatten(out)
        return [result(y) for y in ys]

    with np.errstate(all="ignore"):
        values, pull = vjp(flat, *xs)
        floats = [carries_derivative(y.dtype) for y in values]
        # of a linear map any place will do but 0, which is taken for an output without weight
        seeds = [np.ones(y.shape, y.dtype if c else np.float64) for y, c in zip(values, floats)]
        _, push = vjp(lambda us: pull(us), seeds)
        (pushed,) = push(tuple([cast(t, x.dtype) for x, t in zip(xs, ts)]))
    return values, pushed, found["structure"], found.get("aux")


def seeded(x, t, level, where):
    """A dual number of a primal and its tangent."""
    if x.shape != t.shape:
        raise ArgumentError(
            f"{where} has shape {x.shape} and its tangent {t.shape}; they must be equal"
        )
    if not carries_derivative(x.dtype):
        if (type(t) is np.ndarray and t.dtype.kind in "biu") or not np.any(np.asarray(t)):
            return x
        raise DTypeError(
            f"{where} has dtype {x.dtype}, which carries no tangent; convert it with astype(float)"
        )
    return dual(x, cast(t, x.dtype), level)


def zero_tangent(y):
    """The tangent of an output that does not depend on the inputs."""
    return np.zeros(y.shape, y.dtype if carries_derivative(y.dtype) else np.float64)
