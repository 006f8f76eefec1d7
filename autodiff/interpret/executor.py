"""Running a symbolic graph on numbers: the definition of what compiled code must compute."""

import numpy as np

from ..core.errors import FeedError, GraphError
from ..core.op import TRACED
from ..core.spec import is_complex
from .graph import Node, placeholder, upstream


class Executor:
    """Runs symbolic nodes: `Executor([y, dy]).run(feed_dict={x: array})` gives a list of arrays.

    nodes: what to compute, in the order of the results.
    Nodes that several results share are computed once, and let go when no longer needed.

    >>> x = Variable(name="x")
    >>> Executor([x * 2]).run(feed_dict={x: 3.0})
    [np.float64(6.0)]
    """

    def __init__(self, nodes):
        self.single = type(nodes) is Node
        self.nodes = [nodes] if self.single else list(nodes)
        for i, x in enumerate(self.nodes):
            if type(x) is not Node:
                raise GraphError(
                    f"Executor: element {i} is a {type(x).__name__}; it needs symbolic nodes, "
                    "made from Variable(name=...)"
                )
        self.order = upstream(self.nodes)
        self.variables = [x for x in self.order if x.op is placeholder]

    def run(self, feed_dict=None):
        """The arrays of the nodes, for the numbers that are fed: {node: array or number}.

        Raises FeedError for a variable that is not fed, for a node that is not part of the graph,
        and for a shape or dtype that does not fit; the message has the node's name.
        """
        values = self.fed(feed_dict or {})
        for x in needed(self.nodes, values):
            if x.op is placeholder and x not in values:
                raise FeedError(f"variable {x.name!r} is not fed; give it in feed_dict={{{x.name}: array}}")
        return run(self.nodes, values)

    def fed(self, feed_dict):
        """The feed as checked arrays."""
        known, values = set(self.order), {}
        for x, given in feed_dict.items():
            if type(x) is not Node:
                raise FeedError(f"feed_dict has the key {x!r} of type {type(x).__name__}; keys are nodes")
            if x not in known:
                raise FeedError(f"feed_dict has {x.label()}, which none of the nodes to run needs")
            values[x] = checked_feed(x, given)
        return values

    def __repr__(self):
        return table(self.order, self.nodes)


def checked_feed(x, given):
    """What was fed for one node, as an array that fits it."""
    value = given if type(given) in TRACED or hasattr(given, "__array_function__") else np.asarray(given)
    if value.dtype.kind not in "biufc":
        raise FeedError(f"{x.label()} was fed {type(given).__name__} of dtype {value.dtype}; feed numbers")
    if x.known is not None and value.shape != x.known:
        raise FeedError(f"{x.label()} has shape {x.known} and was fed shape {value.shape}; feed its shape")
    if x.dtype is None:
        if is_complex(value.dtype):
            raise FeedError(f"{x.label()} was fed complex numbers; declare Variable(name=..., dtype=complex)")
        return value
    if not np.can_cast(value.dtype, x.dtype, "same_kind"):
        raise FeedError(f"{x.label()} has dtype {x.dtype} and was fed {value.dtype}; feed its dtype")
    return value if value.dtype == x.dtype else value.astype(x.dtype)


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
        for a in x.inputs:
            uses[a] -= 1
            if not uses[a]:
                del values[a]
    return [values[x] for x in nodes]


def needed(nodes, values):
    """The nodes to compute, arguments first; what has a value already needs nothing."""
    order, seen, stack = [], set(), [(r, False) for r in reversed(nodes)]
    while stack:
        x, done = stack.pop()
        if done:
            order.append(x)
        elif x not in seen:
            seen.add(x)
            stack.append((x, True))
            if x not in values:
                stack.extend((a, False) for a in reversed(x.inputs) if a not in seen)
    return order


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
        rows.append((numbers[x] + mark, x.op.name if x.op is not placeholder else "variable", ", ".join(inputs), shape))
    widths = [max(len(r[i]) for r in rows) for i in range(4)]
    return "\n".join("  ".join(c.ljust(w) for c, w in zip(r, widths)).rstrip() for r in rows)


def brief(x):
    """A constant in a few characters."""
    return f"array{np.shape(x)}" if np.ndim(x) else str(x)
