"""Places for the boxes of a graph, the labels of its edges and the curves between them.

Layers, as K. Sugiyama, S. Tagawa and M. Toda 1981 (doi:10.1109/TSMC.1981.4308636) draw them: boxes
stand in even layers, labels of edges in odd ones, and an edge that passes through a layer has a
place of its own there.  Inside a layer edges run straight along the flow and they bend only
between layers, so no edge can meet a box, and no label an edge or another label, whatever the
graph.  Positions across the flow are least squares with the separations as constraints, solved by
pooling adjacent violators (R. E. Barlow et al. 1972, Statistical Inference under Order
Restrictions, section 1.2).

Everything is in units of the drawing; `across` is the axis of a layer, `along` that of the flow.
"""

import math
from bisect import bisect, insort
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

GAP = 14.0  # between neighbours of a layer
BEND = 26.0  # between layers, at least
STEEP = 0.16  # of the longest way across between two layers, the room that its bend takes
SWEEPS = 12
PATIENCE = 4  # sweeps without a better order, after which the best is taken
STILL = 0.25  # a sweep that moves nothing farther is the last
LATE = 6  # layers; a source that is first used above is drawn beneath its first user


@dataclass(eq=False)
class Item:
    """What takes place in a layer: a box, the label of an edge, or an edge passing through.

    before, after: how far it reaches across the flow on either side of its position.
    depth, band: how long it is along the flow, and its whole layer.
    """

    before: float
    after: float
    depth: float
    band: float = 0.0
    weight: float = 1.0
    key: Any = None
    layer: int = 0
    across: float = 0.0
    along: float = 0.0
    sources: list = field(default_factory=list)
    targets: list = field(default_factory=list)


@dataclass
class Placed:
    """Where everything is: centres of boxes and, for each edge, its points and its label's centre.

    A route runs along the flow wherever `straight` says so: points 0 and 1, 2 and 3, … bound the
    stretches inside the layers, and the bends are between them.
    """

    boxes: dict
    routes: list
    labels: list
    across: float
    along: float


def layout(boxes, edges):
    """Places for boxes and edges of a graph without circles.

    boxes: {key: (across, along)}, the sizes, in the order of evaluation.
    edges: [(source, target, (across, along))], with the size of the label.

    >>> placed = layout({"a": (20, 10), "b": (20, 10)}, [("a", "b", (30, 8))])
    >>> placed.boxes["a"][0] == placed.boxes["b"][0], placed.boxes["a"][1] < placed.boxes["b"][1]
    (True, True)
    """
    layers, items, chains = layered(boxes, edges)
    order(layers)
    turn_labels(layers, chains, edges)
    place(layers)
    lengthen(layers)
    low = min((i.across - i.before for layer in layers for i in layer), default=0.0)
    high = max((i.across + i.after for layer in layers for i in layer), default=0.0)
    for layer in layers:
        for item in layer:
            item.across -= low
    end = max((i.along + i.depth / 2 for layer in layers for i in layer), default=0.0)
    routes, labels = traced(chains)
    centres = {key: (item.across, item.along) for key, item in items.items()}
    return Placed(centres, routes, labels, high - low, end)


def ranks(boxes, edges):
    """The layer of each box: one above the highest of its sources."""
    sources, targets = {key: [] for key in boxes}, {key: [] for key in boxes}
    for source, target, _ in edges:
        sources[target].append(source)
        targets[source].append(target)
    rank = {}
    waiting = {key: len(found) for key, found in sources.items()}
    ready = [key for key, count in waiting.items() if not count]
    while ready:
        key = ready.pop()
        rank[key] = 1 + max((rank[s] for s in sources[key]), default=-1)
        for target in targets[key]:
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    for key in boxes:
        first = min((rank[t] for t in targets[key]), default=0)
        if not sources[key] and first > LATE:
            rank[key] = first - 1
    return rank


def layered(boxes, edges):
    """Boxes and labels in their layers, and the chain of items of each edge."""
    rank = ranks(boxes, edges)
    layers: list[list[Item]] = [[] for _ in range(2 * max(rank.values(), default=0) + 1)]
    items = {}
    for key, (across, along) in boxes.items():
        items[key] = Item(across / 2, across / 2, along, key=key, layer=2 * rank[key])
        layers[2 * rank[key]].append(items[key])
    chains = []
    for source, target, (across, along) in edges:
        first, last = items[source].layer, items[target].layer
        labelled = last - 1 if last - first <= 2 else first + 1 + 2 * ((last - first - 2) // 4)
        chain = [items[source]]
        for layer in range(first + 1, last):
            has_label = layer == labelled
            item = Item(3.0, 3.0 + across if has_label else 3.0, along if has_label else 0.0)
            item.layer, item.weight = layer, 4.0
            layers[layer].append(item)
            chain.append(item)
        chain.append(items[target])
        for below, above in pairwise(chain):
            below.targets.append(above)
            above.sources.append(below)
        chains.append(chain)
    return layers, items, chains


def order(layers):
    """Sort every layer so that few edges cross: sweeps of barycentres, the best of them kept."""
    best, fewest = [list(layer) for layer in layers], crossings(layers)
    vain = 0  # sweeps since the best
    for sweep in range(SWEEPS):
        if not fewest or vain == PATIENCE:
            break
        upward = sweep % 2 == 0
        for layer in layers[1:] if upward else layers[-2::-1]:
            near = {id(i): barycentre(i.sources if upward else i.targets, i.across) for i in layer}
            layer.sort(key=lambda item: near[id(item)])
            number(layer)
        for layer in layers:
            swap(layer)
        count = crossings(layers)
        vain += 1
        if count < fewest:
            best, fewest, vain = [list(layer) for layer in layers], count, 0
    for layer, found in zip(layers, best):
        layer[:] = found
        number(layer)


def number(layer):
    """While layers are sorted, the position of an item is its number in the layer."""
    for position, item in enumerate(layer):
        item.across = position


def barycentre(neighbours, otherwise):
    """The mean position of the neighbours."""
    if not neighbours:
        return otherwise
    if len(neighbours) == 1:  # most items of a layer have one
        return neighbours[0].across
    return sum([n.across for n in neighbours]) / len(neighbours)


def swap(layer):
    """Exchange neighbours where that takes away crossings."""
    for i in range(len(layer) - 1):
        left, right = layer[i], layer[i + 1]
        if not (left.sources and right.sources) and not (left.targets and right.targets):
            continue
        now = pairs(left.sources, right.sources) + pairs(left.targets, right.targets)
        then = pairs(right.sources, left.sources) + pairs(right.targets, left.targets)
        if then < now:
            layer[i], layer[i + 1] = right, left
            left.across, right.across = right.across, left.across


def pairs(left, right):
    """Crossings between the edges of two neighbours."""
    found = 0
    for a in left:
        at = a.across
        for b in right:
            if at > b.across:
                found += 1
    return found


def crossings(layers):
    """How many edges cross, counted between adjacent layers."""
    for layer in layers:
        number(layer)
    total = 0
    for layer in layers:
        ends: list[float] = []
        for item in layer:
            reached = [target.across for target in item.targets]
            for end in reached:
                total += len(ends) - bisect(ends, end)
            for end in reached:
                insort(ends, end)
    return total


def turn_labels(layers, chains, edges):
    """Labels stand on the outer side: left of edges that leave or arrive on the left of others."""
    leaving = sides(chains, 0, 1)
    arriving = sides(chains, -1, -2)
    for number_, (chain, (_, _, (across, _))) in enumerate(zip(chains, edges)):
        lean = leaving[number_] + arriving[number_] or arriving[number_]
        if across and lean < 0:
            label = next(item for item in chain[1:-1] if item.after != item.before)
            label.before, label.after = label.after, label.before


def sides(chains, end, next_):
    """For each edge -1 (left) to 1 (right), where it is among the others at one of its ends."""
    met: dict = {}
    for number_, chain in enumerate(chains):
        met.setdefault(id(chain[end]), []).append((chain[next_].across, number_))
    found = {}
    for ends in met.values():
        for position, (_, number_) in enumerate(sorted(ends)):
            found[number_] = 2 * position / (len(ends) - 1) - 1 if len(ends) > 1 else 0.0
    return found


def place(layers):
    """Positions across the flow: near the neighbours, in order and apart."""
    for layer in layers:
        at = 0.0
        for item in layer:
            at += item.before
            item.across = at
            at += item.after + GAP
        for item in layer:
            item.across -= at / 2
    offsets = [separations(layer) for layer in layers]
    moved = [math.inf]  # how far items went in each sweep
    for sweep in range(SWEEPS):
        upward = sweep % 2 == 0
        last = sweep >= SWEEPS - 4
        if not last and max(moved[-2:]) < STILL:
            continue
        moved.append(0.0)
        pairs_ = list(zip(layers, offsets))
        for layer, shifts in pairs_ if upward else reversed(pairs_):
            wished = []
            for item in layer:
                near = item.sources if upward else item.targets
                if last or not near:
                    near = item.sources + item.targets
                wished.append(barycentre(near, item.across))
            moved[-1] = max(moved[-1], settle(layer, wished, shifts))


def separations(layer):
    """How far each item of a layer is from the first, at least."""
    offset, offsets = 0.0, []
    for i, item in enumerate(layer):
        offset += (layer[i - 1].after + item.before + GAP) if i else 0.0
        offsets.append(offset)
    return offsets


def settle(layer, wished, offsets):
    """Go to the positions nearest to the wished ones that keep order and separation; how far."""
    if len(layer) == 1:
        item, spot = layer[0], wished[0]
        before, item.across = item.across, spot
        return abs(spot - before)
    blocks: list[tuple[float, float, float, int]] = []  # mean wish, its sum and weight, items
    for item, wish, shift in zip(layer, wished, offsets):
        weight, count = item.weight, 1
        mean = wish - shift
        total = weight * mean
        while blocks and blocks[-1][0] > mean:
            _, more, heavier, others = blocks.pop()
            total, weight, count = total + more, weight + heavier, count + others
            mean = total / weight
        blocks.append((mean, total, weight, count))
    farthest, start = 0.0, 0
    for mean, _, _, count in blocks:
        for i in range(start, start + count):
            item, spot = layer[i], mean + offsets[i]
            moved = abs(spot - item.across)
            if moved > farthest:
                farthest = moved
            item.across = spot
        start += count
    return farthest


def lengthen(layers):
    """Positions along the flow: a layer is as deep as its deepest item, a bend as it needs."""
    at = 0.0
    for layer in layers:
        depth = max((item.depth for item in layer), default=0.0)
        for item in layer:
            item.along, item.band = at + depth / 2, depth
        shifts = [abs(t.across - item.across) for item in layer for t in item.targets]
        at += depth + max(BEND, min(3 * BEND, STEEP * max(shifts, default=0.0)))


def traced(chains):
    """The points of each edge, and the centre of its label or None."""
    ports = spread(chains)
    routes, labels = [], []
    for number_, chain in enumerate(chains):
        first, last = chain[0], chain[-1]
        start, end = ports[number_, 0], ports[number_, 1]
        points = [(start, first.along + first.depth / 2), (start, first.along + first.band / 2)]
        label = None
        for item in chain[1:-1]:
            points += [(item.across, item.along - item.band / 2)]
            points += [(item.across, item.along + item.band / 2)]
            if item.before != item.after:
                side = 3.0 if item.after > item.before else -3.0
                label = (item.across + (item.after - item.before) / 2 + side, item.along)
        points += [(end, last.along - last.band / 2), (end, last.along - last.depth / 2)]
        routes.append(points)
        labels.append(label)
    return routes, labels


def spread(chains):
    """Where each edge leaves its source and meets its target: in order, around the middle."""
    ports, ends = {}, {}
    for number_, chain in enumerate(chains):
        ends.setdefault((id(chain[0]), 0), []).append((chain[1].across, number_, chain[0]))
        ends.setdefault((id(chain[-1]), 1), []).append((chain[-2].across, number_, chain[-1]))
    for (_, end), found in ends.items():
        found.sort(key=lambda entry: entry[:2])
        item = found[0][2]
        room = 0.7 * (item.before + item.after)
        step = min(18.0, room / len(found))
        for position, (_, number_, _) in enumerate(found):
            ports[number_, end] = item.across + step * (position - (len(found) - 1) / 2)
    return ports
