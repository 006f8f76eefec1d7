"""Running a symbolic graph on numbers: the definition of what compiled code must compute."""

from importlib import import_module
from typing import Any

import numpy as np

from ..core.errors import FeedError, GraphError, UnknownShapeError
from ..core.op import TRACED
from ..core.spec import is_complex
from .graph import Node, Variable, current, formula, needed, placeholder, upstream
from .nans import WATCHES, deliver, seen, watching
from .stabilize import rewritten

PLANS = 64  # sets of shapes for which an executor keeps its plan


class Executor:
    """Runs symbolic nodes: `Executor([y, dy]).run(feed_dict={x: array})` gives a list of arrays.

    nodes: what to compute, in the order of the results.
    stabilize: compute formulas that overflow or cancel, such as log(1 + exp(x)), by stable ones.
    compile: run natively; one compilation for each set of shapes that is fed.
    Nodes that several results share are computed once, and let go when no longer needed.

    >>> x = Variable(name="x")
    >>> Executor([x * 2]).run(feed_dict={x: 3.0})
    [np.float64(6.0)]
    """

    def __init__(self, nodes, stabilize=True, compile=False):
        self.single = type(nodes) is Node
        self.nodes = [current(x) for x in ([nodes] if self.single else nodes)]
        for i, x in enumerate(self.nodes):
            if type(x) is not Node:
                raise GraphError(
                    f"Executor: element {i} is a {type(x).__name__}; it needs symbolic nodes, "
                    "made from Variable(name=...)"
                )
        self.stable = rewritten(self.nodes)[0] if stabilize else self.nodes
        self.order = upstream(self.nodes)
        self.known = frozenset(self.order)
        self.variables = [x for x in self.order if x.op is placeholder]
        # an integer carries no derivative, so what is differentiated is fed as a float
        likes = [x for x in self.order if x.op.name in ("sum_like", "dtype_like")]
        self.differentiated = {x.args[1] for x in likes if len(x.args) == 2}
        self.plans, self.kind = {}, native_plan() if compile else Plan

    def run(self, feed_dict=None) -> list[Any]:
        """The arrays of the nodes, for the numbers that are fed: {node: array or number}.

        Raises FeedError for a variable that is not fed, for a node that is not part of the graph,
        and for a shape or dtype that does not fit; the message has the node's name.
        """
        values = self.fed(feed_dict or {})
        if len(values) < len(self.variables) or any(x not in values for x in self.variables):
            for x in needed(self.nodes, values):
                if x.op is placeholder and x not in values:
                    raise FeedError(
                        f"variable {x.name!r} is not fed; give it in feed_dict={{{x.name}: array}}"
                    )
            return run(self.nodes, values)
        if len(values) > len(self.variables):
            return run(self.nodes, values)
        if WATCHES and watching() is not None:
            found = run(self.stable, values)
            deliver(found)
            return found
        fed = [values[x] for x in self.variables]
        found, aliases = self.plan(values)(fed), {id(f) for f in fed}
        return [np.array(v) if id(v) in aliases and type(v) is np.ndarray else v for v in found]

    def plan(self, values):
        """The plan for the shapes and dtypes that are fed, made when they are first met."""
        key = tuple([(values[x].shape, values[x].dtype) for x in self.variables])
        found = self.plans.get(key)
        if found is None:
            if len(self.plans) >= PLANS:
                self.plans.clear()
            found = self.plans[key] = planned(self.stable, self.variables, values, self.kind)
        return found

    def fed(self, feed_dict):
        """The feed as checked arrays."""
        known, values = self.known, {}
        for x, given in feed_dict.items():
            if type(x) is not Node:
                raise FeedError(
                    f"feed_dict has the key {x!r} of type {type(x).__name__}; keys are nodes"
                )
            if x not in known:
                raise FeedError(f"feed_dict has {x.label()}, which none of the nodes to run needs")
            value = checked_feed(x, given)
            whole = x in self.differentiated and x.declared is None and value.dtype.kind in "biu"
            values[x] = value.astype(np.float64) if whole else value
        return values

    def __repr__(self):
        return table(self.order, self.nodes)


def checked_feed(x, given):
    """What was fed for one node, as an array that fits it."""
    is_array = type(given) in TRACED or hasattr(given, "__array_function__")
    value = given if is_array else np.asarray(given)
    if value.dtype.kind not in "biufc":
        raise FeedError(
            f"{x.label()} was fed {type(given).__name__} of dtype {value.dtype}; feed numbers"
        )
    if x.known is not None and value.shape != x.known:
        raise FeedError(
            f"{x.label()} has shape {x.known} and was fed shape {value.shape}; feed its shape"
        )
    if x.dtype is None:
        if is_complex(value.dtype):
            raise FeedError(
                f"{x.label()} was fed complex numbers; declare Variable(name=..., dtype=complex)"
            )
        return value
    if not np.can_cast(value.dtype, x.dtype, "same_kind"):
        raise FeedError(
            f"{x.label()} has dtype {x.dtype} and was fed {value.dtype}; feed its dtype"
        )
    return value if value.dtype == x.dtype else value.astype(x.dtype)


def native_plan():
    """The plan that runs natively, from the floor above, which is there when it is asked for."""
    return import_module("autodiff.compile.graphs").NativePlan


def planned(nodes, variables, values, kind):
    """The plan of a graph; where shapes were unknown, of the same graph at the shapes fed."""
    if all(x.known is not None for x in upstream(nodes)):
        return kind(nodes, variables)
    fixed = [Variable(x.name, values[x].shape, values[x].dtype) for x in variables]
    try:
        return kind(run(nodes, dict(zip(variables, fixed))), fixed)
    except UnknownShapeError:  # a mask decides a shape: the functions are run on the numbers
        if kind is not Plan:
            import_module("autodiff.compile.notice").unknown_shape()
        return Plan(nodes, variables)


class Plan:
    """The steps of a graph in order, with places instead of names, run again and again.

    steps: (node, places of its node arguments or None, constants, places to let go).
    """

    def __init__(self, nodes, variables):
        traced = [x for x in nodes if type(x) is Node]
        order = upstream(traced)
        place = {x: i for i, x in enumerate(variables)}
        for x in order:
            place.setdefault(x, len(place))
        self.results = [(place[x], None) if type(x) is Node else (None, x) for x in nodes]
        self.room = [None] * len(place)
        kept = {place[x] for x in traced}
        self.steps, seen = [], set(kept)
        for x in reversed(order):
            if x.op is placeholder:
                continue
            places = [place[a] if type(a) is Node else None for a in x.args]
            last = {p for p in places if p is not None} - seen
            seen |= last
            self.steps.append((x, place[x], list(zip(places, x.args)), last))
        self.steps.reverse()

    def __call__(self, fed):
        """The arrays of the nodes, from those of the variables."""
        values = self.room.copy()
        values[: len(fed)] = fed
        for x, here, args, last in self.steps:
            given = [c if p is None else values[p] for p, c in args]
            try:
                values[here] = x.op(*given, **x.params)
            except (ValueError, TypeError) as error:
                error.add_note(f"while running {x.label()} ({x.op.name})")
                raise
            for p in last:
                values[p] = None
        return [c if p is None else values[p] for p, c in self.results]


def run(nodes, values):
    """The values of nodes; `values`: {node: value of any kind} for the variables."""
    order = needed(nodes, values)
    uses = dict.fromkeys(order, 0)
    for x in order:
        for a in () if x in values else x.inputs:
            uses[a] += 1
    for x in nodes:
        uses[x] += 1
    values = dict(values)
    for x in order:
        if x in values:
            continue
        args = [values[a] if type(a) is Node else a for a in x.args]
        try:
            values[x] = x.op(*args, **x.params)
        except (ValueError, TypeError) as error:
            error.add_note(f"while running {x.label()} ({x.op.name})")
            raise
        if WATCHES:
            seen(x.op, args, values[x], label=f"node {formula(x)}")
        for a in x.inputs:
            uses[a] -= 1
            if not uses[a]:
                del values[a]
    return [values[x] for x in nodes]


def table(order, nodes):
    """The nodes of a graph, one a line: name, operator, inputs, shape."""
    numbers = {x: x.given if x.op is placeholder else f"n{i}" for i, x in enumerate(order)}
    asked = set(nodes)
    rows = [("name", "operator", "inputs", "shape")]
    for x in order:
        inputs = [numbers[a] if type(a) is Node else brief(a) for a in x.args]
        inputs += [f"{k}={v}" for k, v in x.params.items()]
        mark = " →" if x in asked else ""
        shape = "?" if x.known is None else str(x.known)
        op = "variable" if x.op is placeholder else x.op.name
        rows.append((numbers[x] + mark, op, ", ".join(inputs), shape))
    widths = [max(len(r[i]) for r in rows) for i in range(4)]
    return "\n".join("  ".join(c.ljust(w) for c, w in zip(r, widths)).rstrip() for r in rows)


def brief(x):
    """A constant in a few characters."""
    return f"array{np.shape(x)}" if np.ndim(x) else str(x)
