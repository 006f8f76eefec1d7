"""A compiled function under a debugger: its graph node by node in Python, with the user's lines."""

import linecache
from itertools import count
from types import FunctionType
from typing import Any

import numpy as np

from ..interpret.graph import Node, formula, placeholder, upstream
from ..interpret.vertex import Joint, pick
from .build import Finish, traced
from .carries import simplified
from .lines import Lines, noting
from .plain import fed
from .report import title
from .rewrite import Graph

serial = count(1).__next__
SOURCES = 16  # generated sources that stay readable
SHOWN: list[str] = []


class Walked:
    """A graph as Python source, one line for each node, and the functions of its lines."""

    def __init__(self, name, trace, graph, lines):
        self.graph, self.rewrites = graph, trace.rewrites
        self.sources = [y for y in trace.outputs if type(y) is Node]
        number = {}
        for x in graph.order:  # a node that was made early may have got arguments made later
            own = lines.of.get(x, (0, None))[0]
            number[x] = max([own, *[number[a] for a in x.inputs]])
        self.order = sorted(graph.order, key=number.__getitem__)
        self.file = f"<jit({name}) {serial()}>"
        self.names = {x: f"x{i}" for i, x in enumerate(graph.inputs)}
        self.space: dict[str, Any] = {"__name__": "debugged"}
        self.places: dict[str, Any] = {}
        stops, head, left, body = sorted(set(lines.stops)), ", ".join(self.names.values()), "", []
        for x in self.order:
            if x.op is placeholder:
                continue
            while stops and stops[0] < number[x]:
                stops.pop(0)
                body.append("    breakpoint()")
            self.names[x] = f"t{len(self.names) - len(graph.inputs)}"
            self.places[self.names[x]] = lines.of.get(x, (0, None))[1] or nearest(x, lines)
            left, right = self.line(x)
            body.append(f"    {left:<44}{right}".rstrip())
        body += ["    breakpoint()"] * len(stops)
        made = [self.names[y] for y in graph.outputs if type(y) is Node]
        lines_of = [f"def {name}({head}):", *body, f"    return [{', '.join(made)}]"]
        self.text = "\n".join(lines_of) + "\n"
        self.finish = Finish(trace.structure, graph.outputs, trace.tensors)
        show(self.file, self.text)
        exec(compile(self.text, self.file, "exec"), self.space)  # names and calls of ours alone
        self.function = self.space[name]

    def line(self, x):
        """(assignment, comment) of one node."""
        name, place = self.names[x], self.places[self.names[x]]
        args = [self.names[a] if type(a) is Node else short(a) for a in x.args]
        row = getattr(x.op, "op", x.op) if type(x.op) is Joint else x.op
        if x.op is pick:
            return f"{name} = {args[0]}[{x.params['index']}]", self.comment(place)
        called = f"{title(row)}_{name}"
        self.space[called] = placed(x, row, place)
        given = [self.names[a] for a in x.args if type(a) is Node]
        shown = f"  # {row.name}({', '.join(args)})" if len(given) < len(args) else ""
        return f"{name} = {called}({', '.join(given)})", self.comment(place, shown)

    def comment(self, place, shown=""):
        """`# model.py:12: y = x * w` for a line of the user."""
        if place is None:
            return shown
        text = linecache.getline(place.code.co_filename, place.line).strip()
        return f"{shown}  # {place.code.co_filename}:{place.line}{text and ': ' + text}"

    def __call__(self, values):
        with np.errstate(all="ignore"):
            try:
                found = self.function(*[fed(x) for x in values])
            except Exception as error:
                self.explain(error)
                raise
        seen, owned = {id(x) for x in values}, []
        for y in found:
            shared = id(y) in seen or (type(y) is np.ndarray and y.base is not None)
            owned.append(np.array(y) if shared and type(y) is np.ndarray else y)
            seen.add(id(owned[-1]))
        return self.finish(owned)

    def explain(self, error):
        """Say at which node of the graph an error was raised, and at which line of the user."""
        frame = error.__traceback__
        while frame is not None:
            if frame.tb_frame.f_code.co_filename == self.file:
                name = self.text.splitlines()[frame.tb_lineno - 1].split("=")[0].strip()
                x = next((x for x, n in self.names.items() if n == name), None)
                if x is not None:
                    place = self.places.get(name)
                    where = f" at {place.code.co_filename}:{place.line}" if place else ""
                    error.add_note(f"while running {name}, {formula(x)}{where}")
                return
            frame = frame.tb_next


def show(file, text):
    """Let debuggers and tracebacks read a generated source."""
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    SHOWN.append(file)
    if len(SHOWN) > SOURCES:
        linecache.cache.pop(SHOWN.pop(0), None)


def short(a):
    """A constant in a few characters."""
    return f"array{np.shape(a)}" if np.ndim(a) else f"{a}"


def nearest(x, lines):
    """The line of the values that a node is computed from, where it has none of its own."""
    for y in reversed(upstream([x])):
        place = lines.of.get(y, (0, None))[1]
        if place is not None:
            return place
    return None


def placed(x, row, place):
    """The function of a node; its code stands at the user's line, where breakpoints stop in it."""
    constants = [(i, a) for i, a in enumerate(x.args) if type(a) is not Node]
    params = x.params

    def evaluate(values):
        full = list(values)
        for i, a in constants:
            full.insert(i, a)
        return row(*full, **params)

    function = lambda *values: evaluate(values)  # noqa: E731 its code is one line of the user's file
    if place is None:
        return function
    code = function.__code__.replace(
        co_filename=place.code.co_filename, co_firstlineno=place.line,
        co_name=place.code.co_name, co_qualname=place.code.co_qualname,
    )  # fmt: skip
    return FunctionType(code, {"__name__": "debugged"}, function.__name__, (), function.__closure__)


def walked(owner, f, structure, leaves):
    """The graph of a call as Python source; raises where the function has none."""
    lines = Lines(walked.__code__)
    with noting(lines):
        trace, leaves = traced(f, structure, leaves)
        graph = simplified(trace.inputs, trace.guards, trace.outputs)
    return Walked(title(owner), trace, Graph(trace.inputs, [], graph.outputs), lines)
