"""The loops that derivatives and batches of a loop are: bodies traced once through one step."""

from typing import Any

from ..core.op import new_level
from ..core.spec import Spec
from ..interpret.composite import outline
from ..interpret.graph import Node, gradient_like, upstream
from ..interpret.sweep import stored, sweep
from ..ops.choose import where, zeros_like
from .forward import jvp
from .loop_body import Body, evaluated, floating, spec_of, stand_ins
from .reverse import vjp
from .vectorize import vmap


def pushed_loop(loop, moving):
    """(the loop of states with their tangents, places of the tangents among its outputs)."""
    body = loop.body
    state, items, outer = body.specs()
    _, m_outer, m_items, _ = loop.split(moving)
    floats = [i for i, x in enumerate(state) if floating(x)]
    pushed = [i for i, y in enumerate(body.ys) if floating(y)]
    movers = [body.state[i] for i in floats]
    movers += [*picked(body.items, m_items), *picked(body.outer, m_outer)]
    tangents = stand_ins([outline(x) for x in movers], new_level(), "tangent")
    feed = dict(zip(body.inputs, [*state, *items, *outer]))
    wanted = [*[body.new[i] for i in floats], *[body.ys[i] for i in pushed]]

    def moved(*values):
        return tuple(evaluated(wanted, {**feed, **dict(zip(movers, values))}))

    _, ts = jvp(moved, tuple([feed[x] for x in movers]), tuple(tangents))
    plain = evaluated([*([] if body.pred is None else [body.pred]), *body.new, *body.ys], feed)
    pred = None if body.pred is None else plain.pop(0)
    k, m, a, b = len(state), len(body.ys), len(floats), len(floats) + sum(m_items)
    made = Body(
        [*state, *tangents[:a]], [*items, *tangents[a:b]], [*outer, *tangents[b:]],
        pred, [*plain[:k], *ts[:a]], [*plain[k:], *ts[a:]],
    )  # fmt: skip
    row = type(loop)(
        loop.name, made, loop.length, loop.backwards, (loop, *cover(loop, a, moving, ts))
    )
    found: list[Any] = [None] * loop.outputs
    for n, i in enumerate(floats):
        found[i] = k + n
    for n, i in enumerate(pushed):
        found[k + i] = k + a + m + n
    return row, found


def cover(loop, a, moving, ts):
    """Places of a loop's arguments and outputs among those of the loop that pushes it forward."""
    k, m, outer = len(loop.body.state), len(loop.body.ys), len(loop.body.outer)
    _, m_outer, m_items, _ = loop.split(moving)
    first = k + a + outer + sum(m_outer)
    args = [*range(k), *range(k + a, k + a + outer), *range(first, first + len(m_items))]
    outs = [*range(k), *range(k + a, k + a + m)]
    if loop.given:
        args.append(first + len(m_items) + sum(m_items))
    if loop.body.pred is not None:
        outs.append(k + m + len(ts))
    return args, outs


def picked(values, flags):
    return [v for v, f in zip(values, flags) if f]


def pulled_loop(loop, heard_now, asked):
    """(loop that keeps states, which it keeps, reverse loop, (items, outer) that it reads)."""
    body = loop.body
    state, items, outer = body.specs()
    level = new_level()
    k, m = len(state), len(body.ys)
    a_outer, a_items = asked[k : k + len(outer)], asked[k + len(outer) :]
    floats = [i for i, x in enumerate(state) if floating(x)]
    heard_ys = [i for i in range(m) if heard_now[k + i]]
    g_state = stand_ins([outline(state[i]) for i in floats], level, "cotangent")
    g_ys = stand_ins([outline(body.ys[i]) for i in heard_ys], level, "heard")
    sums = stand_ins([outline(x) for x in picked(outer, a_outer)], level, "sum")
    feed = dict(zip(body.inputs, [*state, *items, *outer]))
    wanted = [*[body.new[i] for i in floats], *[body.ys[i] for i in heard_ys]]
    moving = [*[body.state[i] for i in floats], *picked(body.outer, a_outer)]
    moving += picked(body.items, a_items)

    def moved(*values):
        return tuple(evaluated(wanted, {**feed, **dict(zip(moving, values))}))

    if loop.vague:
        pulled = pulled_through(
            evaluated(wanted, feed), [*g_state, *g_ys], [feed[x] for x in moving]
        )
    else:
        _, pullback = vjp(moved, *[feed[x] for x in moving])
        pulled = list(pullback((*g_state, *g_ys)))
    a, b = len(floats), len(floats) + len(sums)
    new = [*pulled[:a], *[s + c for s, c in zip(sums, pulled[a:b])]]
    read = set(upstream([x for x in [*new, *pulled[b:]] if type(x) is Node]))
    keeps = [i for i, x in enumerate(state) if x in read]
    n_items, n_outer = ([i for i, x in enumerate(v) if x in read] for v in (items, outer))
    inner = [*[state[i] for i in keeps], *[items[i] for i in n_items], *g_ys]
    step = Body(
        [*g_state, *sums], inner, [outer[i] for i in n_outer], None, new, pulled[b:]
    )  # fmt: skip
    name = loop.name.removesuffix("_pullback")
    reverse = type(loop)(f"{name}_pullback", step, loop.length, not loop.backwards)
    kept = Body(
        body.state, body.items, body.outer, body.pred, body.new,
        [*body.ys, *[body.state[i] for i in keeps]],
    )  # fmt: skip
    places = [*range(k + m), *([k + m + len(keeps)] if body.pred is not None else [])]
    covers = loop, list(range(len(asked))), places
    saving = type(loop)(loop.name, kept, loop.length, loop.backwards, covers)
    return saving, keeps, reverse, (n_items, n_outer)


def pulled_through(nodes, seeds, inputs):
    """Cotangents of the inputs of a graph whose shapes may be unknown."""
    given: dict[Any, Any] = {}
    for x, g in zip(nodes, seeds):
        if type(x) is Node:
            given[x] = given[x] + g if x in given else g
    found = sweep(given, stored, set(inputs)) if given else {}
    return [zeros_like(x) if found.get(x) is None else gradient_like(found[x], x) for x in inputs]


def batched_loop(loop, size, flags):
    """(the loop of all examples at once, which states and ys differ between them).

    flags: which arguments differ.  What is the same for all examples is computed once; where
    the number of steps differs, an example whose loop has ended stays as it is.
    """
    body, level = loop.body, new_level()
    b_state, b_outer, b_items, _ = loop.split(flags)
    b_state, differs = differing(body, b_state, b_outer, b_items)
    groups = []
    both = zip((body.state, body.items, body.outer), (b_state, b_items, b_outer))
    for name, (group, which) in zip(("state", "item", "outer"), both):
        shapes = [spec_of(x) for x in group]
        stretched = [Spec((size, *s), d) if b else Spec(s, d) for (s, d), b in zip(shapes, which)]
        groups.append(stand_ins(stretched, level, name))
    state, items, outer = groups
    values = [*state, *items, *outer]
    axes = tuple([0 if b else None for b in (*b_state, *b_items, *b_outer)])

    def mapped(nodes, which):
        apart = picked(nodes, which)

        def step(*values):
            return tuple(evaluated(apart, dict(zip(body.inputs, values))))

        made = iter(vmap(step, in_axes=axes)(*values) if apart else ())
        common = iter(
            evaluated(picked(nodes, [not b for b in which]), dict(zip(body.inputs, values)))
        )
        return [next(made if b else common) for b in which]

    b_ys = [differs(y) for y in body.ys]
    found = mapped([*body.new, *body.ys], [*b_state, *b_ys])
    new, ys, pred = found[: len(state)], found[len(state) :], None
    if body.pred is not None:
        apart = differs(body.pred)
        (pred,) = going = mapped([body.pred], [apart])
        if apart:
            pred = going[0].any()
            new = [
                where(going[0].reshape((size, *[1] * (len(x.shape) - 1))), x, old)
                for x, old in zip(new, state)
            ]
    made, b_out = Body(state, items, outer, pred, new, ys), [*b_state, *b_ys]
    return type(loop)(
        loop.name, made, loop.length, loop.backwards, kept_cover(loop, flags, b_out)
    ), b_out


def kept_cover(loop, flags, b_out):
    """What the loop of all examples covers: the same, where that is the same for all of them."""
    if loop.covers is None:
        return None
    _, args, outs = loop.covers
    apart = [*b_out, False]
    return None if any([flags[i] for i in args] + [apart[i] for i in outs]) else loop.covers


def differing(body, b_state, b_outer, b_items):
    """(which states differ between examples at any step, whether a node of the body does)."""
    while True:
        apart = [
            *picked(body.state, b_state), *picked(body.items, b_items), *picked(body.outer, b_outer)
        ]  # fmt: skip
        reached = consumers(apart, [*body.new, *body.ys, body.pred])

        def differs(x, reached=reached):
            return type(x) is Node and x in reached

        if body.pred is not None and differs(body.pred):
            after = [True] * len(b_state)
        else:
            after = [b or differs(x) for b, x in zip(b_state, body.new)]
        if after == list(b_state):
            return after, differs
        b_state = after


def consumers(sources, outputs):
    """The nodes that outputs are computed by and that read some of the sources, these included."""
    found = set(sources)
    for x in upstream([x for x in outputs if type(x) is Node]):
        if any([a in found for a in x.inputs]):
            found.add(x)
    return found
