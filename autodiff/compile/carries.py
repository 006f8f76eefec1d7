"""Loops made smaller: what their steps are given twice, never change, or make for nobody.

A value of the state that is the same constant before every step becomes that constant, and two
that are always equal become one: both are assumed of as many as the first values allow, and what
one step disproves is dropped until the step agrees.  A smaller loop computes the same bits.
"""

from typing import Any

import numpy as np

from ..interpret.graph import Node, upstream
from ..interpret.vertex import pick
from ..transform.loop import Loop
from ..transform.loop_body import Body
from .rewrite import COMPARED, Simplifier, Uniform, constant, content, covered, loops_in, one_pass


class Plan:
    """How a loop is replaced by a smaller one.

    loop: the smaller one; args: the places of its arguments among those of the other.
    outs: for each output of the other, ("output", its place in the smaller one), ("argument",
    the place of the argument that it is), or ("constant", its value).
    """

    def __init__(self, loop, args, outs):
        self.loop, self.args, self.outs = loop, args, outs


def simplified(inputs, guards, outputs):
    """The graph after all passes, loops made smaller."""
    found = one_pass(inputs, guards, outputs)
    before, loops = found.before, loops_in(found.order)
    if not loops:
        return found
    found = replanned(found, {x: merged(x.op.op, x.args) for x in loops})
    larger = covered(found.order)
    if larger:
        found = one_pass(inputs, found.guards, found.outputs, covered=larger)
    found = replanned(found, {x: pruned(x, found) for x in loops_in(found.order)})
    found.before = before
    return found


def replanned(graph, plans):
    """The graph with loops replaced; None for those that stay."""
    plans = {x: plan for x, plan in plans.items() if plan is not None}
    if not plans:
        return graph
    return one_pass(graph.inputs, graph.guards, graph.outputs, plans=plans)


def fixed(a, like):
    """A constant as what stands for it in a body, or None where it is better read from memory."""
    if type(a) is Node or like.declared.kind not in "biuf":
        return None
    array = np.asarray(a, like.declared)
    if array.shape != like.known:
        array = np.broadcast_to(array, like.known)
    if array.ndim == 0:
        return Uniform(array[()], (), like.declared)
    found = constant(array)
    return found if type(found) is Uniform or 0 < array.size <= COMPARED else None


def after(results, stands):
    """(the pass over a body where some inputs stand for others or for constants, its results)"""
    work = Simplifier()
    work.new.update(stands)
    for x in upstream([y for y in results if type(y) is Node]):
        work.take(x)
    return work, [y if y is None else work.result(y) for y in results]


def places_of(loop):
    """The places of the arguments: those of the state, the outer values, the xs, the count."""
    return loop.split(range(len(loop.body.inputs) + loop.given))


# -------------------------------------------------------------------- what is given twice


def merged(loop, args):
    """The plan of a loop that is given every value from outside only once, and no constants."""
    body = loop.body
    state, outer, xs, counts = places_of(loop)
    stands, kept = {}, []
    for places, inputs, moves in ((outer, body.outer, False), (xs, body.items, True)):
        first: dict[Any, Any] = {}
        for place, stand in zip(places, inputs):
            key = content(args[place])
            known = None if moves else fixed(args[place], stand)
            if known is not None:
                stands[stand] = known
            elif key in first:
                stands[stand] = first[key]
            else:
                first[key] = stand
                kept.append(place)
    if not stands:
        return None
    made = iter(after([y for y in results_of(body) if y is not None], stands)[1])
    smaller = Body(
        body.state,
        [x for x in body.items if x not in stands],
        [x for x in body.outer if x not in stands],
        None if body.pred is None else next(made),
        [next(made) for _ in body.new],
        [next(made) for _ in body.ys],
    )
    used = [*state, *kept, *counts]
    cover = None if loop.covers is None else merged_cover(loop.covers, args, used)
    row = Loop(loop.name, smaller, loop.length, loop.backwards, cover)
    return Plan(row, used, [("output", i) for i in range(loop.outputs)])


def merged_cover(covers, args, used):
    """What a merged loop covers: the same, merged in the same way."""
    loop, places, outs = covers
    plan = merged(loop, [args[i] for i in places])
    if plan is not None:
        loop, places = plan.loop, [places[i] for i in plan.args]
    return (loop, [used.index(i) for i in places], outs) if set(places) <= set(used) else None


# -------------------------------------------------------------------- what never changes


def steady(body, args):
    """({state: the constant or the other state that it always is}, the results of a step then)"""
    assumed, firsts = {}, {}  # firsts: what a value begins with -> the state that stands for all
    for x, a in zip(body.state, args):
        known = fixed(a, x)
        key = content(a), x.known, x.declared
        if known is not None:
            assumed[x] = known
        elif key in firsts:
            assumed[x] = firsts[key]
        else:
            firsts[key] = x
    while True:
        work, results = after(results_of(body), assumed)
        found = {x: came_to(work, y, x) for x, y in zip(body.state, body.new)}
        wrong = {}  # what it is assumed to be, and came to -> the state that stands for all
        for x, known in list(assumed.items()):
            stays = found[known] if type(known) is Node else content(known)
            if found[x] != stays:
                key = content(known), found[x]
                assumed[x] = wrong.setdefault(key, x)
                if assumed[x] is x:
                    del assumed[x]
        if not wrong:
            return assumed, results


def came_to(work, y, like):
    """What tells the value of a state after a step from others."""
    known = work.new[y] if type(y) is Node else y
    if type(known) is not Node and type(known) is not Uniform:
        plain = fixed(known, like)
        known = known if plain is None else plain
    return content(known)


# -------------------------------------------------------------------- what is made for nobody


def pruned(x, graph):
    """The plan of a loop without what is always the same, or read by nobody."""
    body, k = x.op.op.body, len(x.op.op.body.state)
    used = {y.params["index"] for y in graph.order if y.op is pick and y.args[0] is x}
    assumed, results = steady(body, x.args)
    pred, new, ys = step_of(body, results)
    still = {s for s, y in zip(body.state, new) if s not in assumed and y is s}
    states = [assumed.get(body.state[i], body.state[i]) for i in used if i < k]
    wanted = {s for s in states if type(s) is Node}
    ys, before = [y if k + i in used else None for i, y in enumerate(ys)], None
    while True:  # inner loops that are smaller may need fewer states
        live = needed_states(body, pred, new, ys, wanted)
        new = [y if s in live else None for s, y in zip(body.state, new)]
        kept = [y for y in (pred, *new, *ys) if y is not None]
        if live == before or not loops_in(upstream([y for y in kept if type(y) is Node])):
            return planned(x.op.op, (pred, new, ys), assumed, still, live)
        before, simple = live, iter(simplified(body.inputs, (), kept).outputs)
        both = [None if y is None else next(simple) for y in (pred, *new, *ys)]
        pred, new, ys = step_of(body, both)


def planned(loop, step, assumed, still, live):
    """The plan of a loop of these results of a step, None for those that nobody reads.

    assumed, still: the states that are others or constants, and those that stay as they begin.
    """
    body, (pred, new, ys) = loop.body, step
    _, outer, xs, counts = places_of(loop)
    moving = [i for i, s in enumerate(body.state) if s in live and s not in still]
    n_ys = [i for i, y in enumerate(ys) if y is not None]
    results = [pred, *[new[i] for i in moving], *ys]
    read = set(upstream([y for y in results if type(y) is Node]))
    n_outer, n_items, frozen = (
        [i for i, s in enumerate(group) if s in read and (group is not body.state or s in still)]
        for group in (body.outer, body.items, body.state)
    )
    smaller = Body(
        [body.state[i] for i in moving],
        [body.items[i] for i in n_items],
        [*[body.outer[i] for i in n_outer], *[body.state[i] for i in frozen]],
        pred, [new[i] for i in moving], [ys[i] for i in n_ys],
    )  # fmt: skip
    smaller.simple = True
    places = [*moving, *[outer[i] for i in n_outer], *frozen, *[xs[i] for i in n_items], *counts]
    numbers, outs = {s: i for i, s in enumerate(body.state)}, []
    for s in body.state:
        known = assumed.get(s, s)
        if type(known) is not Node:
            outs.append(("constant", known))
        elif known in still:
            outs.append(("argument", numbers[known]))
        else:
            i = numbers[known]
            outs.append(("output", moving.index(i) if i in moving else None))
    shift = len(moving)
    outs += [("output", shift + n_ys.index(i) if i in n_ys else None) for i in range(len(ys))]
    outs.append(("output", shift + len(n_ys)))
    return Plan(Loop(loop.name, smaller, loop.length, loop.backwards), places, outs)


def results_of(body):
    return [body.pred, *body.new, *body.ys]


def step_of(body, results):
    """(pred, new, ys) of what `results_of` lists."""
    k = len(body.new)
    return results[0], results[1 : 1 + k], results[1 + k :]


def needed_states(body, pred, new, ys, wanted):
    """The states that what is wanted of a loop depends on."""
    live, after = set(wanted), dict(zip(body.state, new))
    while True:
        roots = [pred, *ys, *[after[s] for s in live]]
        read = set(upstream([y for y in roots if type(y) is Node]))
        found = live | {s for s in body.state if s in read}
        if found == live:
            return live
        live = found
