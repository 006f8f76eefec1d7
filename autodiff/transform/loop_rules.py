"""The loops that derivatives and batches of a loop are: bodies traced once through one step."""

from typing import Any

from ..core.op import new_level
from ..core.spec import Spec
from ..interpret.composite import outline
from ..interpret.graph import Node, gradient_like
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
    read = reachable([*new, *pulled[b:]])
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


def reachable(nodes):
    """Every node that some nodes are computed from, themselves included."""
    seen, stack = set(), [x for x in nodes if type(x) is Node]
    while stack:
        x = stack.pop()
        if x not in seen:
            seen.add(x)
            stack.extend(x.inputs)
    return seen


def batched_loop(loop, size, b_outer, b_items):
    """The loop of all examples at once; an example whose loop has ended stays as it is."""
    body, level = loop.body, new_level()
    specs = [spec_of(x) for x in body.state]
    state = stand_ins([Spec((size, *s), d) for s, d in specs], level, "state")
    groups = []
    for name, group, flags in (("item", body.items, b_items), ("outer", body.outer, b_outer)):
        shapes = [spec_of(x) for x in group]
        stretched = [Spec((size, *s), d) if b else Spec(s, d) for (s, d), b in zip(shapes, flags)]
        groups.append(stand_ins(stretched, level, name))
    items, outer = groups
    axes = tuple([0 if b else None for b in (*[True] * len(state), *b_items, *b_outer)])

    def mapped(nodes):
        def step(*values):
            return tuple(evaluated(nodes, dict(zip(body.inputs, values))))

        return list(vmap(step, in_axes=axes)(*state, *items, *outer))

    found = mapped([*body.new, *body.ys])
    new, ys, pred = found[: len(state)], found[len(state) :], None
    if body.pred is not None:
        (going,) = mapped([body.pred])
        pred = going.any()
        new = [
            where(going.reshape((size, *[1] * (len(x.shape) - 1))), x, old)
            for x, old in zip(new, state)
        ]
    return type(loop)(
        loop.name, Body(state, items, outer, pred, new, ys), loop.length, loop.backwards
    )
