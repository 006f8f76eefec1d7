"""Graphs made smaller: algebra, common subexpressions, constants, dead code.

No pass here changes a bit of a result, but for the rounding of sums and products of matrices; what
rewrites a formula into a more accurate one stands in `stabilize.py`.
"""

from typing import Any

import numpy as np

from ..core.family import Elementwise
from ..core.lower import Expansion
from ..core.op import NO_PARAMS
from ..core.spec import Spec
from ..interpret.composite import outline
from ..interpret.graph import Node, node, placeholder, upstream
from ..interpret.stabilize import key_of
from ..interpret.vertex import Joint, pick
from ..ops.choose import ones_like, stop_gradient, zeros_like
from ..ops.index import PLACE, spelled_out, taken
from ..ops.reduce import first_largest, first_smallest
from ..transform.loop import Loop
from .emit import LOWERED
from .lines import standing_for
from .rules import RULES
from .uniform import Uniform
from .view import count

FOLDED = 4096  # elements up to which a constant is computed ahead


COMPARED = 64  # elements up to which constants are told apart by what they are
LOOKED_AT = 2**20  # elements up to which a constant is looked through for equal elements


class Graph:
    """Nodes in order, arguments first, with the guards before what they guard.

    before: how many nodes there were before the passes.
    """

    def __init__(self, inputs, guards, outputs, before=0):
        self.inputs, self.guards, self.outputs = inputs, guards, outputs
        self.before = before
        self.order = upstream([*guards, *[x for x in outputs if type(x) is Node]])


def one_pass(inputs, guards, outputs, covered=NO_PARAMS, plans=NO_PARAMS):
    """The graph after the rules; covered, plans: of loops, as in Simplifier."""
    work = Simplifier()
    order = upstream([x for x in (*guards, *outputs) if type(x) is Node])
    work.covered, work.plans = covered, plans
    for x in order:
        standing_for(x)
        work.take(x)
    standing_for(None)
    new_guards = [work.node_of(g) for g in guards]
    new_outputs = [work.result(x) for x in outputs]
    return Graph(inputs, new_guards, new_outputs, len(order))


class Simplifier:
    """One pass over a graph, arguments first: new nodes for old ones."""

    def __init__(self):
        self.new: dict[Any, Any] = {}  # old node -> node, Uniform, or array
        self.seen: dict[Any, Any] = {}  # what a node computes -> the node
        self.covered: Any = NO_PARAMS  # loop -> (loop that computes it too, its outputs there)
        self.plans: Any = NO_PARAMS  # loop -> how a smaller one replaces it

    def take(self, x):
        """Find what stands for an old node."""
        if x in self.new:
            return self.new[x]
        if x.op is placeholder:
            self.new[x] = x
            return x
        if x.op is pick and x.args[0] in self.covered:
            larger, places = self.covered[x.args[0]]
            for a in new_nodes(larger, self.new):
                self.take(a)
            params = {"index": places[x.params["index"]], "count": larger.op.op.outputs}
            found = self.new[x] = self.unique(pick, (self.new[larger],), params, x)
            return found
        if x in self.plans:
            found = self.new[x] = self.smaller(x, self.plans[x])
            return found
        if x.op is pick and x.args[0] in self.plans:
            found = self.new[x] = self.output(x, self.plans[x.args[0]])
            return found
        args = tuple([self.new[a] if type(a) is Node else constant(a) for a in x.args])
        found = self.new[x] = self.simple(x.op, args, x.params, x)
        return found

    def smaller(self, x, plan):
        """The loop that replaces a loop."""
        given = [x.args[i] for i in plan.args]
        args = tuple([self.plain(self.new[a]) if type(a) is Node else a for a in given])
        shapes = tuple([spec.shape for spec in plan.loop.infer()])
        made = node(Joint(plan.loop), args, NO_PARAMS, Spec(shapes, None), x.level)
        return self.unique(made.op, args, NO_PARAMS, made)

    def output(self, x, plan):
        """What stands for one output of a loop that is replaced."""
        kind, what = plan.outs[x.params["index"]]
        if kind == "constant":
            return what
        if kind == "argument":
            a = x.args[0].args[what]
            return self.new[a] if type(a) is Node else constant(a)
        params = {"index": what, "count": plan.loop.outputs}
        return self.unique(pick, (self.new[x.args[0]],), params, x)

    def simple(self, op, args, params, like):
        """The value of an operator on simplified arguments."""
        shape, dtype = like.known, like.declared
        if type(op) is Joint or op is pick:
            return self.unique(op, tuple(map(self.plain, args)), params, like)
        if op is zeros_like or op is ones_like:
            return Uniform(dtype.type(op is ones_like), shape, dtype)
        if any([type(a) is Uniform for a in args]):
            found = uniform(op, args, params, shape, dtype)
            if found is not None:
                return found
            args = self.narrowed(op, args, shape)
        if not any([type(a) is Node for a in args]):
            found = folded(op, args, params, shape)
            if found is not None:
                return found
        found = None
        for rule in RULES.get(op.name, ()):
            found = rule(op, args, params, like)
            if found is not None:
                break
        if found is None and type(getattr(op, "lower", None)) is Expansion:
            if dtype in LOWERED and dtype.kind == "f":
                found = op.lower.rewrite(*args, **params)
                if found.declared != dtype or found.known != shape:
                    found = None
        if found is not None:
            return self.adopt(found)
        return self.unique(op, args, params, like)

    def adopt(self, found):
        """What stands for a replacement: the nodes in it are simplified too."""
        if type(found) is not Node:
            return found
        for x in new_nodes(found, self.new):
            self.take(x)
        return self.new.get(found, found)

    def unique(self, op, args, params, like):
        """The node of an operation, the same for the same operation."""
        keys = [content(a) for a in args]
        if op.name in COMMUTATIVE and len(keys) == 2:
            keys.sort(key=hash)
        named = named_by(op.op) if type(op) is Joint else id(op)
        key = (named, tuple(keys), tuple(sorted(params.items())) if params else (), like.declared)
        found = self.seen.get(key)
        if found is None:
            same = all([a is b for a, b in zip(args, like.args)])
            found = (
                like
                if same
                else node(op, args, params, Spec(like.known, like.declared), like.level)
            )
            self.seen[key] = found
            self.new[found] = found
        return found

    def plain(self, a):
        """A value as an argument of any row."""
        if type(a) is Uniform:
            return np.broadcast_to(a.number, a.known)
        return a

    def narrowed(self, op, args, shape):
        """Uniform arguments as plain numbers, as far as the shape does not depend on them."""
        if not isinstance(op, Elementwise):
            return tuple(map(self.plain, args))
        shapes = [
            np.shape(a) if type(a) is not Node else a.known for a in args if type(a) is not Uniform
        ]
        if shapes and np.broadcast_shapes(*shapes) == shape:
            return tuple([a.number if type(a) is Uniform else a for a in args])
        return tuple(map(self.plain, args))

    def result(self, x):
        """An output of the graph."""
        return self.node_of(x) if type(x) is Node else x

    def node_of(self, x):
        """The node of an output: constants are written by a node, too."""
        found = self.new[x]
        if type(found) is Node:
            return found
        value = found.number if type(found) is Uniform else found
        return node(stop_gradient, (value,), NO_PARAMS, Spec(x.known, x.declared), x.level)


def loops_in(order):
    """The loops among nodes."""
    return [x for x in order if type(x.op) is Joint and type(x.op.op) is Loop]


def covered(order):
    """{loop: (a loop that computes its outputs too, their places there)}"""
    found, larger = {}, {}
    loops = loops_in(order)
    for x in loops:
        cover = x.op.op.covers
        if cover is not None:
            loop, args, places = cover
            larger.setdefault((form(loop), *[content(x.args[i]) for i in args]), (x, places))
    for x in loops:
        key = (form(x.op.op), *map(content, x.args))
        if key in larger and larger[key][0] is not x:
            found[x] = larger[key]
    for x, (y, places) in found.items():
        while y in found:  # and that one is covered as well
            y, further = found[y]
            places = [further[i] for i in places]
        found[x] = y, places
    return found


def content(a):
    """What tells arguments apart: of few or equal constant elements, the elements."""
    if type(a) is Uniform:
        return a.declared, a.known, a.number.tobytes()
    if type(a) is np.ndarray and (a.size <= COMPARED or not any(a.strides)):
        kept = a if a.size <= COMPARED else a.flat[0]
        return a.dtype, a.shape, kept.tobytes()
    return key_of(a)


def named_by(op):
    """What tells an operator apart: of a loop, what it computes."""
    return form(op) if type(op) is Loop else id(op)


def form(loop):
    """What tells a loop from others: its steps, with numbers for the values in them."""
    return loop.prepared("form", lambda: formed(loop))


def formed(loop):
    body = loop.body
    names = {x: i for i, x in enumerate(body.inputs)}

    def named(a):
        return ("node", names[a]) if type(a) is Node else content(a)

    results = [*([] if body.pred is None else [body.pred]), *body.new, *body.ys]
    parts: list[Any] = [loop.length, loop.backwards, body.pred is None]
    parts += [(len(group), *map(outline, group)) for group in (body.state, body.items, body.outer)]
    for x in upstream([x for x in results if type(x) is Node]):
        if x not in names:
            names[x] = len(names)
            op = named_by(x.op.op) if type(x.op) is Joint else id(x.op)
            parts.append((op, *sorted(x.params.items()), x.known, x.declared, *map(named, x.args)))
    return (*parts, *map(named, results))


def constant(a):
    """A constant argument; of equal elements only their number is kept."""
    if type(a) is not np.ndarray or not 0 < a.size <= LOOKED_AT or not a.ndim:
        return a
    first = a.flat[0]
    if a.dtype.kind in "biuf" and (a == first).all() and (signs(a) == signs(first)).all():
        return Uniform(first, a.shape, a.dtype)
    return a


COMMUTATIVE = frozenset({"add", "multiply"})


def signs(a):
    """The sign bits of floating point numbers; other numbers have none that could be hidden."""
    return np.signbit(a) if np.result_type(a).kind == "f" else np.zeros((), bool)


def new_nodes(root, known):
    """The nodes of a replacement that are not known yet, arguments first."""
    order, seen, stack = [], set(), [(root, False)]
    while stack:
        x, done = stack.pop()
        if done:
            order.append(x)
        elif x not in seen and x not in known:
            seen.add(x)
            stack.append((x, True))
            stack.extend((a, False) for a in reversed(x.inputs))
    return order


def uniform(op, args, params, shape, dtype):
    """The uniform value of an operator on uniform values and numbers, or None."""
    if op is taken and type(args[0]) is Uniform and inside(args, params["index"]):
        return Uniform(args[0].number, shape, dtype)
    if any([type(a) is Node or np.ndim(a) for a in args if type(a) is not Uniform]):
        return None
    if op.view:
        return Uniform(args[0].number, shape, dtype)
    if not isinstance(op, Elementwise):
        return None
    numbers = [a.number if type(a) is Uniform else a for a in args]
    with np.errstate(all="ignore"):
        return Uniform(np.asarray(op.evaluate(*numbers, **params))[()], shape, dtype)


def inside(args, index):
    """Whether the elements that are taken exist for certain: at places of extremes in as much."""
    x, *arrays = args
    parts = spelled_out(index, len(x.known)).parts
    sizes = [n for n, p in zip(x.known, [p for p in parts if p is not None]) if p is PLACE]
    return bool(arrays) and all([extent(a) <= n for a, n in zip(arrays, sizes)])


def extent(a):
    """Below which number all elements of an index array are, as far as its row tells."""
    if type(a) is not Node or a.op not in (first_largest, first_smallest):
        return np.inf
    (x,), axes = a.args, a.params.get("axes")
    return x.known[axes[0]] if axes else count(x.known)


def folded(op, args, params, shape):
    """The value of an operator on constants, computed now if it is small."""
    size = count(shape)
    if size > FOLDED or (not op.differentiable and op.name in ("watch",)):
        return None
    with np.errstate(all="ignore"):
        return (
            np.asarray(op.evaluate(*args, **params))[()]
            if size == 1 and shape == ()
            else np.array(op.evaluate(*args, **params))
        )
