"""Operators move into the later nest that alone reads them: what lay in memory between is gone.

A node joins the first nest that may hold it, because later ones are not known by then.
"""

from collections import Counter, defaultdict

from ..interpret.graph import Node


def sunk(s, order, largest):
    """Move nodes between the nests of a schedule; order: all nodes of the graph.

    largest(space): how many operators one nest may have.
    """
    work = Sink(s, order)
    for p in reversed(range(len(s.steps))):
        if work.is_nest(p):
            for q, nodes in work.movable(p).items():
                nest = s.steps[q]
                fits = len(nest.nodes) + len(nodes) <= largest(nest.space)
                if fits and work.pays(p, q, nodes):
                    work.move(p, q, nodes)


class Sink:
    """Who reads each node, and which memory nobody but nests needs."""

    def __init__(self, s, order):
        self.s = s
        self.readers = defaultdict(list)  # node -> nodes that read it, outputs as None
        for x in order:
            for a in x.args:
                if type(a) is Node:
                    self.readers[s.root(a)].append(x)
        self.home = {}  # node -> number of the nest that computes it
        for p, nest in enumerate(s.steps):
            if not hasattr(nest, "kind"):
                self.home.update(dict.fromkeys(nest.nodes, p))
                for x in nest.nodes:
                    for a in x.args:
                        if type(a) is Node:
                            self.readers[s.root(a)].append(x)
        self.users = Counter([v.buffer for v in s.views.values()])

    def is_nest(self, p):
        return not hasattr(self.s.steps[p], "kind")

    def goal(self, x, p, goals):
        """The one later nest in which all readers of a node stand, or None."""
        s, found = self.s, set()
        if x in s.folds or s.root(x) is not x or not self.readers[x]:
            return None
        view = s.views.get(x)
        if view is not None and (view.buffer.home != "workspace" or self.users[view.buffer] > 1):
            return None
        for y in self.readers[x]:
            found.add(goals.get(y) if self.home.get(y) == p else self.place(y, x))
        q = found.pop()
        return q if not found and q is not None and q > p else None

    def place(self, y, x):
        """The number of the nest that computes a reader, element by element like what it reads."""
        q = self.home.get(y)
        if q is None or y in self.s.gathers:
            return None
        same = self.s.steps[q].space == self.s.steps[self.home[x]].space
        return q if same else None

    def movable(self, p):
        """{later nest: nodes of nest p that can move there, arguments first}"""
        s, goals = self.s, {}
        nodes = s.steps[p].nodes
        for x in reversed(nodes):
            q = self.goal(x, p, goals)
            if q is not None:
                goals[x] = q
        left = None
        while left != len(goals):
            left = len(goals)
            for x in nodes:
                if x in goals and not self.keeps(x, p, goals):
                    del goals[x]
        found = defaultdict(list)
        for x in nodes:
            if x in goals:
                found[goals[x]].append(x)
        return found

    def keeps(self, x, p, goals):
        """Whether a node may still move: what it reads moves too, or stands in memory anyway."""
        s = self.s
        for y in self.readers[x]:
            if self.home.get(y) == p and goals.get(y) != goals[x]:
                return False
        for a in x.args:
            if type(a) is Node:
                a = s.root(a)
                inside = self.home.get(a) == p and a not in s.folds
                if inside and goals.get(a) != goals[x] and a not in s.views:
                    return False
        return True

    def pays(self, p, q, nodes):
        """Whether more is saved, a store and a load of each value, than is read twice."""
        s, moved = self.s, set(nodes)
        left = self.given([x for x in s.steps[p].nodes if x not in moved])
        twice = (self.given(nodes) - moved) & left - self.given(s.steps[q].nodes)
        return len(twice) + 1 < 2 * len(moved & s.views.keys())

    def given(self, nodes):
        """The arguments of nodes."""
        return {self.s.root(a) for x in nodes for a in x.args if type(a) is Node}

    def move(self, p, q, nodes):
        """Let nest q compute what nest p did."""
        s, moved = self.s, set(nodes)
        here, there = s.steps[p], s.steps[q]
        here.nodes = [x for x in here.nodes if x not in moved]
        there.nodes = [*nodes, *there.nodes]
        for x in nodes:
            s.at[x] = self.home[x] = q
            s.views.pop(x, None)
