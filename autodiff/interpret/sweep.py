"""The one reverse sweep over vertices: of the tape and of symbolic graphs."""

import numpy as np

from ..core.errors import UnknownShapeError
from ..core.op import TRACED
from ..core.spec import is_complex
from ..ops.move import sum_to
from .inplace import CHANGED, checked
from .inplace_handles import REBOUND, as_recorded
from .kept import LENT
from .nans import WATCHES, watching
from .structure import Influence, broken, may_break, unclear
from .vertex import clock

PLAIN = frozenset((np.ndarray, np.float64, np.float32))


def sweep(seeds, see, targets=None, inspect=None, since=None, visited=None):
    """Pull cotangents back from the roots: {vertex: cotangent}.

    seeds: {root: cotangent of its shape}.
    see: what the rules are shown of a vertex, (out, args).
    targets: the vertices to give cotangents of; None for all leaves.
    inspect: is called with each vertex and the cotangents that its rule gave.
    since: vertices recorded before this time count as leaves.
    visited: a list to which the vertices are added whose rules were run.
    The sweep runs plainly first; if a NaN arrives, or may arrive in a graph that is traced, it runs
    again with its structural zeros.
    A vertex is ready when its last consumer has spoken; what it heard is summed to its own shape
    and dtype, so no rule has to think of broadcasting.  A leaf that was reached only through
    derivatives that are zero everywhere has the cotangent None; one whose gradient a Function left
    out is not among them.
    """
    with np.errstate(all="ignore"):  # an infinite slope is a value, such as that of sqrt at 0
        watch = watching() if WATCHES else None
        if watch is not None:
            see, inspect = watch.viewer(see), watch.inspector(inspect, seeds)
        relevant = None if targets is None else leading_to(seeds, targets)
        pending = consumers(seeds, relevant, since)
        plan = seeds, see, targets, inspect, since, relevant
        symbolic = not hasattr(next(iter(seeds), None), "time")
        once = inspect is not None or (clock.effects and any(effects(pending)))
        if may_break(pending) if symbolic else once:
            found = swept(*plan, pending, visited, Influence(seeds, symbolic))
        else:
            found = swept(*plan, pending, visited, None)
            if any(map(broken, found.values())) or unclear(found.values(), pending):
                pending = consumers(seeds, relevant, since)
                found = swept(*plan, pending, None, Influence(seeds, symbolic))
        if watch is not None:
            watch.arrived(found)
        return found


def effects(vertices):
    """Whether each pullback does something beside."""
    return [v.op is not None and v.op.effect for v in vertices]


def swept(seeds, see, targets, inspect, since, relevant, pending, visited, influence):
    """`sweep`, whatever NumPy warns of; `influence`: what is known of structural zeros, or None."""
    cotangents, found, owned, silent = dict(seeds), {}, set(), set()
    wanted = [root for root in seeds if relevant is None or root in relevant]
    ready = [root for root in wanted if not pending[root]]
    while ready:
        v = ready.pop()
        g = cotangents.pop(v, None)
        owned.discard(v)
        op = None if since is not None and v.time < since else v.op
        if (op is None if targets is None else v in targets) and not (g is None and v in silent):
            found[v] = g
        if op is None:
            continue
        parents = v.parents
        if relevant is not None:
            parents = [p if p in relevant else None for p in parents]
        pulled = ()
        if g is not None and (relevant is None or any([p is not None for p in parents])):
            out, args = see(v)
            if visited is not None:
                visited.append(v)
            if (
                influence is None
                and op.accumulate is not None
                and additive(parents[0], g, cotangents, args)
            ):
                whole = buffer(parents[0], cotangents, owned)
                op.accumulate(whole, g, *(args or parents), **v.params)
            else:
                pulled = op.vjp(g, out, parents, *(args or parents), **v.params)
                if influence is not None:
                    pulled = influence.pulled(v, g, pulled, out, args)
                if inspect is not None:
                    inspect(v, pulled)
        for p, c in zip(parents, pulled or parents):
            if p is None:
                continue
            if c is not None and pulled:
                plain = type(c) in PLAIN and c.dtype is p.dtype and c.shape == p.shape
                if plain and p not in cotangents:
                    cotangents[p] = c
                else:
                    hear(p, c, v, cotangents, owned)
            elif (op.silent and pulled) or v in silent:
                silent.add(p)
            pending[p] -= 1
            if not pending[p]:
                ready.append(p)
    return found


def hear(p, c, v, cotangents, owned):
    """Add the contribution `c` of the vertex `v` to the cotangent of its parent `p`."""
    try:
        if c.shape != p.shape:
            c = sum_to(c, p.shape)
        if c.dtype is not p.dtype and c.dtype != p.dtype:
            c = cast(c, p.dtype)
    except UnknownShapeError as unknown:
        c = unknown.node.sum_like(c, p, v)
    before = cotangents.get(p)
    if before is None:
        cotangents[p] = c
    elif p in owned and type(c) is np.ndarray:
        np.add(before, c, out=before)
    else:
        owned.discard(p)
        after = cotangents[p] = before + c
        if type(after) is np.ndarray:
            owned.add(p)


def additive(p, g, cotangents, args):
    """Whether the cotangent of `p` is a plain array to which `g` can be added in place."""
    plain = p is not None and type(g) is np.ndarray and type(cotangents.get(p, g)) is np.ndarray
    return plain and not (args and any([type(a) in TRACED for a in args]))


def buffer(p, cotangents, owned):
    """The cotangent of `p` as an array that nobody else holds, zeros at first."""
    if p not in owned:
        before = cotangents.get(p)
        cotangents[p] = np.zeros(p.shape, p.dtype) if before is None else np.array(before)
        owned.add(p)
    return cotangents[p]


def cast(c, dtype):
    """A cotangent or tangent in the dtype of its primal; of a real primal the real part."""
    if dtype is None or dtype.kind in "biu":  # integers carry none, and would cut it
        return c
    if is_complex(c.dtype) and not is_complex(dtype):
        c = c.real
    return c if c.dtype == dtype else c.astype(dtype)


def consumers(roots, relevant=None, since=None):
    """How many times each vertex is an argument of another, from the roots up."""
    pending, stack = dict.fromkeys(roots, 0), list(roots)
    while stack:
        v = stack.pop()
        for p in v.parents if since is None or v.time >= since else ():
            if p in pending:
                pending[p] += 1
            elif p is not None and (relevant is None or p in relevant):
                pending[p] = 1
                stack.append(p)
    return pending


def upward(roots):
    """Every vertex that leads to the roots, each after all its parents."""
    order, seen, stack = [], set(), [(root, False) for root in roots]
    while stack:
        v, done = stack.pop()
        if done:
            order.append(v)
        elif v not in seen:
            seen.add(v)
            stack.append((v, True))
            stack.extend((p, False) for p in v.parents if p is not None and p not in seen)
    return order


def leading_to(roots, targets):
    """The vertices between the targets and the roots."""
    relevant = set(targets)
    for v in upward(roots):
        if any(p in relevant for p in v.parents if p is not None):
            relevant.add(v)
    return relevant


def stored(v):
    """What a rule is shown at first order: the values themselves, or the nodes of a graph."""
    if CHANGED or LENT:
        checked(v)
    return as_recorded(v) if REBOUND else (v.out, v.args)
