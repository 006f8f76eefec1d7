"""The watch for NaN and infinities: which operator made the first, and how it reached a result.

While a watch is on, every reader shows it what it computed.  Nothing is reported before a result
is handed over: on the way a stable formula, or a choice, may have taken the infinity out again.
"""

from contextvars import ContextVar
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from ..core.errors import NonFiniteError
from ..core.op import TRACED
from .inplace import line_of, owner
from .vertex import users_line

WATCHES: list[Any] = []  # the watches that are on, of all threads; empty in ordinary runs
WATCH: ContextVar[Any] = ContextVar("WATCH", default=None)


class Event:
    """One operator with a result that is not finite.

    what: "value", "tangent" or "cotangent" is not finite; causes: the events behind its inputs.
    place: the user's line, (code, spot); used: whether another operator has read it.
    """

    __slots__ = ("op", "what", "inputs", "out", "place", "causes", "used", "eager", "label")

    def __init__(self, op, what, inputs, out, place, causes):
        self.op, self.what, self.inputs, self.out = op, what, inputs, out
        self.place, self.causes, self.used, self.eager = place, causes, False, False
        self.label: Any = None

    @property
    def line(self):
        """`file.py:12` of the user."""
        return line_of(*self.place)

    def path(self):
        """The events from the first to this one, along the first cause of each."""
        found, e = [], self
        while e is not None and e not in found:
            found.append(e)
            e = e.causes[0] if e.causes else None
        return found[::-1]

    def __str__(self):
        return said(self)


class Sweep:
    """A sweep or a push under way: the line that asked for it, and whose rule runs."""

    def __init__(self, place, what="cotangent", running: Any = None):
        self.place, self.what, self.running = place, what, running


class Watch:
    """What is not finite, by the memory that holds it."""

    def __init__(self):
        self.events: dict[int, Event] = {}
        self.order: list[Event] = []
        self.sick: dict[Any, list[Event]] = {}  # vertex -> what made its cotangent
        self.read = WeakKeyDictionary()  # vertex -> its arguments, also those the tape lets go of
        self.ruled = WeakKeyDictionary()  # vertex of a rule -> (operator, place) of the rule's own
        self.sweeps: list[Sweep] = []  # those under way, one inside the other

    def look(self, op, args, out, what="value", beside=(), eager=False, label=None):
        """Note the outputs of an operator that are not finite.

        beside: other values that it read, such as tangents.
        """
        read = (*args, *beside)
        causes = [e for e in map(self.event, read) if e is not None]
        for e in causes:
            e.used = True
        for o in out if type(out) is tuple else (out,):
            if finite(o):
                continue
            place = users_line()
            rule = None if causes else self.rule(place)
            if rule is not None:
                op, place, args = rule
                what = self.sweeps[-1].what
            for a in () if causes else read:
                if not finite(a) and not masks(op, a):
                    causes.append(self.note(Event(None, "value", [a], a, place, [])))
            e = self.note(Event(op, what, inputs_of(op, args), o, place, causes))
            e.eager, e.label = eager, label

    def note(self, e):
        """Keep an event."""
        self.events[key(e.out)] = e
        self.order.append(e)
        return e

    def event(self, x):
        """The event behind an array that is not finite, if it is known."""
        found = self.events.get(key(x)) if self.events else None
        return None if found is None or finite(x) else found

    def changed(self, array):
        """An array was written into."""
        if self.order and not finite(array):
            last = self.order[-1]
            last.used = True
            e = self.note(Event(last.op, last.what, last.inputs, array, last.place, [last]))
            e.eager = last.eager

    # ---------------------------------------------------------------- sweeps

    def origin(self, v):
        """(operator, place, arguments) of a vertex, or of that whose rule recorded it."""
        args = self.read.get(v) or (v.args if type(v.args) in (tuple, list) else ())
        return self.ruled.get(v) or (v.op, (v.code, v.spot), args)

    def recorded(self, vertex, args):
        """Note what was read by an operator that the tape has recorded."""
        self.read[vertex] = args
        rule = self.rule((vertex.code, vertex.spot))
        if rule is not None:
            self.ruled[vertex] = rule

    def rule(self, place):
        """Whose rule runs: (operator, place, arguments); None outside, and in a user's function.

        What a rule computes is at the line that asked for the sweep.
        """
        if not self.sweeps or self.sweeps[-1].place != place:
            return None
        return self.sweeps[-1].running

    def viewer(self, see):
        """What a sweep shows its rules, by way of the watch: here a rule begins."""

        def look(v):
            self.sweeps[-1].running = self.origin(v) if hasattr(v, "code") else None
            return see(v)

        return look

    def inspector(self, inspect, seeds):
        """What a sweep calls with each vertex and the cotangents that its rule gave."""
        self.sweeps.append(Sweep(users_line()))
        for v, g in seeds.items():
            for number in innermost(g):
                if not finite(number):
                    given = Event(None, "cotangent", [], number, users_line(), [])
                    self.sick[v] = [self.event(number) or self.note(given)]

        def look(v, pulled):
            if inspect is not None:
                inspect(v, pulled)
            self.pulled(v, pulled)

        return look

    def pulled(self, v, pulled):
        """Note the cotangents of the arguments of a vertex that are not finite."""
        for p, c in zip(v.parents, pulled):
            if p is None or c is None or getattr(v, "code", v) is v:  # a node has no numbers
                continue
            for number in innermost(c):
                if finite(number):
                    continue
                op, place, args = self.origin(v)
                read = [n for a in (*args, v.out) for n in innermost(a)]
                causes = [e for e in map(self.event, read) if e is not None]
                causes = self.sick.get(v, causes)
                inner = self.events.get(key(number))
                if not causes and inner is not None and inner.what == "cotangent":
                    causes = [inner]  # of a sweep inside this rule, as that of checkpoint
                e = Event(op, "cotangent", inputs_of(op, args), number, place, causes)
                self.note(e)
                self.sick.setdefault(p, []).append(e)

    def arrived(self, found):
        """Note the cotangents that a sweep has found."""
        for v, g in found.items():
            for number in innermost(g):
                if not finite(number) and v in self.sick:
                    self.events[key(number)] = self.sick[v][0]
        self.sweeps.pop()
        if not self.sweeps:
            self.sick.clear()

    # ---------------------------------------------------------------- tangents

    def push(self, op, primals, out):
        """The rule of an operator begins to push tangents."""
        self.look(op, primals, out)
        place = users_line()
        self.sweeps.append(Sweep(place, "tangent", (op, place, primals)))

    def pushed(self, op, primals, out, tangents, found):
        """The rule has ended, and found these tangents."""
        self.sweeps.pop()
        self.look(op, primals, found, "tangent", (*tangents, out))

    # ---------------------------------------------------------------- results

    def deliver(self, values):
        """Raise if a result that is handed to the user is not finite."""
        for x in values:
            x = getattr(x, "value", x) if getattr(x, "level", None) == 0 else x
            if type(x) in TRACED or finite(x):
                continue
            e = self.event(x)
            if e is None:
                left = [e for e in self.order if not e.used]
                e = left[-1] if left else Event(None, "value", [x], x, users_line(), [])
            for known in self.order:  # told once
                known.used = True
            raise NonFiniteError(said(e.path()[0]), e)

    def left(self):
        """Raise if an eager value that nothing has read is not finite."""
        for e in self.order:
            if e.eager and not e.used:
                raise NonFiniteError(said(e.path()[0]), e)


def watching() -> Any:
    """The watch of this thread, or None."""
    return WATCH.get()


def seen(op, args, out, eager=False, vertex=None, label=None):
    """Show the watch of this thread what was computed, and recorded as a vertex."""
    watch = WATCH.get()
    if watch is not None:
        watch.look(op, args, out, eager=eager, label=label)
        if vertex is not None:
            watch.recorded(vertex, args)


def deliver(values):
    """Show the watch of this thread the results that are handed over."""
    watch = WATCH.get()
    if watch is not None:
        watch.deliver(values)


def key(x):
    """What tells the memory of values apart."""
    return id(owner(x)) if type(x) is np.ndarray else id(x)


def finite(x):
    """Whether an array of numbers holds only finite ones; what is no array counts as finite."""
    if type(x) is float:
        return x - x == 0
    if not isinstance(x, (np.ndarray, np.generic)) or x.dtype.kind not in "fc":
        return True
    return bool(np.isfinite(x).all())


def masks(op, a):
    """Whether an infinity is given on purpose: the -inf of a mask, of a maximum."""
    return bool(op.cuts) and not np.isnan(a).any()


def innermost(x):
    """The arrays inside a traced value: primal and tangents."""
    if type(x) not in TRACED:
        return [] if x is None else [x]
    found = [] if not hasattr(x, "value") else innermost(x.value)
    return found + innermost(x.tangent) if hasattr(x, "tangent") else found


def inputs_of(op, args):
    """The numbers among the arguments of an operator, by name."""
    names = getattr(op, "arguments", None) or getattr(getattr(op, "op", None), "arguments", ())
    numbers = [(innermost(a) or [None])[0] if type(a) in TRACED else a for a in args]
    names = [*names, *[f"argument {i}" for i in range(len(names), len(numbers))]]
    kinds = (np.ndarray, np.generic, int, float, complex)
    return [(n, a) for n, a in zip(names, numbers) if isinstance(a, kinds)]


# -------------------------------------------------------------------- sentences


def said(e):
    """An event as a sentence."""
    bad, place = first_bad(e.out)
    if e.op is None:
        return (
            f"a value of {bad}{at(place)} was given at {e.line} and reached the result; "
            "give finite numbers there"
        )
    given = [f"{name}{shown(a, place, np.shape(e.out))}" for name, a in e.inputs]
    made = e.label or getattr(e.op, "signature", None) or e.op.name
    where = f" at {e.line}" if e.place[0] is not None else ""
    return (
        f"{made}{where} made a non-finite {e.what}, {bad}{at(place)}"
        f"{', from ' + ' and '.join(given) if given else ''}; "
        "ad.explain_nan(f, x) shows its way to the result and a stable spelling"
    )


def first_bad(x):
    """(the first element that is not finite, its index)"""
    x = np.asarray(x)
    bad = np.argwhere(~np.isfinite(x))
    place = tuple(map(int, bad[0])) if len(bad) else ()
    return x[place], place


def at(place):
    """An index in brackets, if there is one."""
    return f" at [{', '.join(map(str, place))}]" if place else ""


def shown(a, place, shape):
    """An input, or its element that belongs to the one that is not finite."""
    a = np.asarray(a)
    if a.ndim == 0:
        return f" = {a[()]!s}"
    if a.shape == shape:
        return f"[{', '.join(map(str, place))}] = {a[place]!s}"
    kind = "" if np.isfinite(a).all() else ", not all finite"
    return (
        f" of shape {a.shape} between {np.nanmin(a):.6g} and {np.nanmax(a):.6g}{kind}"
        * (a.size > 0 and a.dtype.kind != "c")
        or f" of shape {a.shape}"
    )
