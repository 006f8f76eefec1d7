"""Optimisers as two functions: `init(params)` and `update(gradients, state, params)`.

Parameters, gradients and states are containers; nothing is changed in place.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from ..core.errors import ArgumentError, DTypeError
from ..core.op import EAGER, TRACED
from ..core.spec import carries_derivative
from ..core.tree import flatten, paths, unflatten
from ..interpret.tape import Tensor, new_tensor
from ..interpret.vertex import leaf
from ..ops.arithmetic import absolute, sqrt
from ..ops.choose import clip, minimum
from ..ops.reduce import sum as total
from ..transform.function import same_structure
from .finite import require_finite
from .hyperparameters import check
from .rules import RULES, step as one_step


@dataclass(frozen=True)
class Optimizer:
    """A way to improve parameters.

    init: `init(params)` gives the state to start from, a container of arrays.
    update: `update(gradients, state, params)` gives (params, state); the methods that look at the
    function itself need it as a fourth argument `f`, a function of the parameters.
    """

    name: str
    init: Callable[..., Any]
    update: Callable[..., tuple[Any, Any]]


def plain(x) -> Any:
    """The value of a leaf: arrays of eager tensors, traced values as they are."""
    if type(x) is Tensor and x.level == EAGER:
        return x.value
    return x if type(x) in TRACED or hasattr(x, "dtype") else np.asarray(x, float)


def like_given(x, given):
    """`x` as a leaf on the eager tape if `given` is one."""
    if type(given) is Tensor and given.level == EAGER:
        x = np.asarray(x)
        return new_tensor(x, leaf(x) if given.vertex is not None else None)
    return x


def opened(name, params):
    """(values of the leaves, structure, names of the leaves); raises for what cannot be moved."""
    leaves: list[Any]
    leaves, structure = flatten(params)
    places = paths(structure)
    names = [f"params{place}" for place in places]
    values = []
    for x, where in zip(leaves, names):
        if isinstance(x, (str, bytes)) or not (hasattr(x, "dtype") or np.isscalar(x)):
            raise ArgumentError(f"{name}: {where} is a {type(x).__name__}; it needs an array")
        values.append(value := plain(x))
        if not carries_derivative(value.dtype):
            raise DTypeError(
                f"{name}: {where} has dtype {value.dtype}, which cannot be moved in small steps; "
                "convert it with astype(float), or leave it out of the parameters"
            )
    return values, structure, names


def opened_gradients(name, gradients, structure, values, names):
    """The values of the gradients, which must fit the parameters."""
    leaves, given = flatten(gradients)
    same_structure(name, "the container of the gradients", given, structure)
    pulled = [plain(g) for g in leaves]
    for g, x, where in zip(pulled, values, names):
        if g.shape != x.shape:
            raise ArgumentError(
                f"{name}: the gradient of {where} has shape {g.shape} and the parameter {x.shape}; "
                "they must be equal"
            )
    return pulled


def counted(step):
    """The number of a step as a plain number where it is known; NumPy's would raise a dtype."""
    return step if type(step) in TRACED else int(step)


def of_rule(name, rule, h):
    """The optimiser of an update formula with its hyperparameters."""
    check(h, schedules=True)
    begin = partial(begin_rule, name, RULES[rule], h)
    return Optimizer(name, begin, partial(update_rule, name, RULES[rule], h))


def begin_rule(name, rule, h, params):
    """The state to start from: the count of steps, and each slot in the container of `params`."""
    values, structure, _ = opened(name, params)
    state: dict[str, Any] = {"step": np.asarray(0)}
    for slot, start in rule.slots(h).items():
        start = [np.full(x.shape, start, x.dtype) for x in values]
        state[slot] = unflatten(structure, start)
    return state


def update_rule(name, rule, h, gradients, state, params, f=None):
    """One step of an update formula: (params, state)."""
    values, structure, names = opened(name, params)
    pulled = opened_gradients(name, gradients, structure, values, names)
    slots = {key: flatten(tree)[0] for key, tree in state_slots(name, rule, h, state).items()}
    t = counted(state["step"]) + 1
    require_finite(name, "gradient", pulled, names, t)
    if callable(h["lr"]):
        h = {**h, "lr": h["lr"](t - 1)}
    new, kept = [], []
    for i, (g, x) in enumerate(zip(pulled, values)):
        moved, after = one_step(rule, g, x, {key: s[i] for key, s in slots.items()}, t, h)
        new.append(moved)
        kept.append(after)
    given = flatten(params)[0]
    found: dict[str, Any] = {"step": np.asarray(t) if type(t) is int else t}
    for key in slots:
        found[key] = unflatten(structure, [after[key] for after in kept])
    return unflatten(structure, [like_given(x, old) for x, old in zip(new, given)]), found


def state_slots(name, rule, h, state):
    """The slots of a state, which must be those of this optimiser."""
    wanted = set(rule.slots(h))
    if not isinstance(state, dict) or set(state) != wanted | {"step"}:
        held = sorted(state) if isinstance(state, dict) else type(state).__name__
        raise ArgumentError(
            f"{name}: the state holds {held} and needs {sorted(wanted | {'step'})}; "
            "begin with init(params) of the same optimiser"
        )
    return {key: state[key] for key in state if key != "step"}


# ---------------------------------------------------------------- what stands before an optimiser


def chain(*parts):
    """An optimiser with changes of the gradient before it and changes of the step behind it.

    parts: functions `(gradients, params) -> gradients` over containers, and one optimiser among
    them.  A function behind the optimiser is given the step it takes, `new params - params`.

    >>> opt = chain(clip_by_global_norm(1.0), ad.optimize.sgd(learning_rate=0.1))
    >>> params, state = opt.update([np.array([30.0, 40.0])], opt.init([np.zeros(2)]), [np.zeros(2)])
    >>> params[0].round(12).tolist()
    [-0.06, -0.08]
    """
    places = [i for i, part in enumerate(parts) if isinstance(part, Optimizer)]
    if len(places) != 1:
        raise ArgumentError(
            f"chain: {len(places)} of the {len(parts)} parts are optimisers; it needs exactly one, "
            "such as adam(), with functions before and behind it"
        )
    for part in parts:
        if not callable(part) and not isinstance(part, Optimizer):
            raise ArgumentError(
                f"chain: a {type(part).__name__} is no part; it needs functions of "
                "(gradients, params) and one optimiser"
            )
    at = places[0]
    method = parts[at]
    return Optimizer(
        method.name, method.init, partial(chained, parts[:at], method, parts[at + 1 :])
    )


def chained(before, method, behind, gradients, state, params, f=None):
    """One step of a chain."""
    for part in before:
        gradients = part(gradients, params)
    new, state = method.update(gradients, state, params, f)
    if not behind:
        return new, state
    (old, structure), leaves = flatten(params), flatten(new)[0]
    change = unflatten(structure, [plain(b) - plain(a) for a, b in zip(old, leaves)])
    for part in behind:
        change = part(change, params)
    moved = [like_given(plain(x) + c, x) for x, c in zip(old, flatten(change)[0])]
    return unflatten(structure, moved), state


def each(function, gradients, *others):
    """`function` of the value of every leaf."""
    leaves, structure = flatten(gradients)
    rest = [[plain(x) for x in flatten(tree)[0]] for tree in others]
    return unflatten(structure, [function(plain(g), *xs) for g, *xs in zip(leaves, *rest)])


def global_norm(tree):
    """The Euclidean length of all leaves together.

    >>> float(global_norm({"a": np.array([3.0]), "b": 4.0}))
    5.0
    """
    sizes = [absolute(plain(x)) for x in flatten(tree)[0]]
    return sqrt(sum((total(size * size) for size in sizes), np.zeros(())))


def clip_by_value(limit):
    """A part of a chain: every element cut to `[-limit, limit]`."""
    above_zero("clip_by_value", limit)
    return lambda gradients, params=None: each(lambda g: clip(g, -limit, limit), gradients)


def clip_by_global_norm(limit):
    """A part of a chain: all leaves scaled alike, so that their length is at most `limit`.

    Source: Pascanu, Mikolov, Bengio 2013, section 3.2.
    """
    above_zero("clip_by_global_norm", limit)

    def clipped(gradients, params=None):
        length = global_norm(gradients)
        scale = minimum(limit / (length + np.finfo(float).tiny), 1.0)
        return each(lambda g: (g * scale).astype(g.dtype), gradients)

    return clipped


def add_weight_decay(rate):
    """A part of a chain: `rate` times the parameters added to the gradient."""
    return lambda gradients, params: each(lambda g, x: g + rate * x, gradients, params)


def above_zero(name, limit):
    """Raise unless the limit is a number above 0."""
    if not isinstance(limit, (int, float, np.number)) or not limit > 0:
        raise ArgumentError(f"{name}: limit={limit!r}; it needs a number above 0")
