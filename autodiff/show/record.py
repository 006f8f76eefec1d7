"""Recording a run: values that note every operator, with the line and the name in the program."""

import ast
import dis
import inspect
import linecache
import os
import sys
from functools import lru_cache
from textwrap import dedent
from typing import Any

import numpy as np

from ..core.errors import ArgumentError
from ..core.op import EAGER, TRACED, new_level
from ..core.spec import carries_derivative
from ..core.tree import flatten, paths, unflatten
from ..interpret.array_protocols import escaped
from ..interpret.graph import Node
from ..interpret.methods import Methods
from ..interpret.vertex import from_library
from ..ops.choose import stop_gradient
from ..symbolic.graph import Graph, argument_names, leaf_name
from ..transform.function import as_input
from .arrange import arranged
from .run import Edge, Run, Vertex
from .words import sentence

LIMIT = 200_000  # vertices of a recorded run
STORED = ("STORE_FAST", "STORE_NAME", "STORE_DEREF", "STORE_GLOBAL")
SKIPPED = ("CACHE", "EXTENDED_ARG", "COPY")
DEEPEST = 20  # frames of the program that tell one place from another


class TooLargeError(ArgumentError):
    """A run has more vertices than the limit that was given."""

    def __init__(self, limit):
        super().__init__(
            f"the graph has more than {limit} vertices; give a larger limit, or a smaller input"
        )


class Recorder:
    """The vertices of one run, in the order of evaluation."""

    def __init__(self, limit):
        self.level, self.limit = new_level(), limit
        self.vertices: list[Vertex] = []
        self.inner = None  # the outermost frame of the library under the user's line
        self.notes: list[str] = []

    def new(self, op, row, edges, params, value):
        """One more vertex."""
        if len(self.vertices) >= self.limit:
            raise TooLargeError(self.limit)
        shape, dtype = np.shape(value), getattr(value, "dtype", np.dtype(type(value)))
        v = Vertex(len(self.vertices), "", "", op, row, edges, params, value, shape, dtype)
        self.vertices.append(v)
        return v

    def applied(self, op, args, params, value, part, whole):
        """The vertex of one application."""
        edges = []
        for a in args:
            mine = type(a) is Recorded and a.level == self.level
            edges.append(Edge(a.vertex.id if mine else None, None if mine else a, ""))
        v = self.new(op.name, op, edges, params, value)
        v.part, v.whole = part, whole
        v.cut = op is stop_gradient
        self.locate(v)
        return v

    def locate(self, v):
        """Note the innermost line of the program, and what it calls the value."""
        frame, inner = sys._getframe(3), None
        while frame is not None and frame.f_code is not BOUNDARY and from_library(frame):
            frame, inner = frame.f_back, frame
        if frame is None or frame.f_code is BOUNDARY:
            return
        v.line = line_of(frame.f_code, frame.f_lineno)
        if inner is self.inner and v.id:  # the same call of a public function: the last one counts
            self.vertices[v.id - 1].label = ""
        self.inner = inner
        name, place = RETURNED, []
        while frame is not None and frame.f_code is not BOUNDARY and len(place) < DEEPEST:
            if name is RETURNED:
                name = target(frame.f_code, frame.f_lasti)
            place.append((frame.f_code, frame.f_lasti))
            frame = frame.f_back
        v.label, v.place = "" if name is RETURNED else name, tuple(place)


RETURNED = object()  # the value is what a function returns


@lru_cache(4096)
def line_of(code, number):
    """A line of the program: file, number and text."""
    path = code.co_filename
    near = os.path.relpath(path) if os.path.isabs(path) else path
    file = os.path.basename(path) if near.startswith(os.pardir) else near
    return {"file": file, "line": number, "code": linecache.getline(path, number).strip()}


@lru_cache(64)
def instructions(code):
    """[(offset, name of the instruction, its argument)] without caches."""
    return [(i.offset, i.opname, i.argval) for i in dis.get_instructions(code)]


@lru_cache(4096)
def target(code, offset):
    """The variable that takes the value computed at an offset; RETURNED, or "" for none."""
    for at, name, argument in instructions(code):
        if at <= offset or name in SKIPPED:
            continue
        if name.startswith("STORE_FAST"):  # of two joined instructions the first comes next
            return argument[0] if type(argument) is tuple else argument
        if name in STORED:
            return argument
        return RETURNED if name == "RETURN_VALUE" else ""
    return ""


class Recorded(Methods):
    """A value whose operators become vertices of a run."""

    __slots__ = ("value", "vertex", "recorder", "level", "storage", "steps", "__weakref__")
    value: Any
    vertex: Vertex
    recorder: Recorder
    level: int

    def interpret(self, op, level, args, params):
        values = [a.value if type(a) is Recorded and a.level == level else a for a in args]
        out = op(*values, **params)
        recorder = self.recorder
        if type(out) is not tuple:
            return recorded(recorder, recorder.applied(op, args, params, out, None, out))
        return tuple(
            recorded(recorder, recorder.applied(op, args, params, part, k, out))
            for k, part in enumerate(out)
        )

    @property
    def shape(self):
        """Sizes of the axes."""
        return np.shape(self.value)

    @property
    def dtype(self):
        """The NumPy dtype."""
        return self.value.dtype

    def detach(self):
        """The value as a constant: no derivative passes."""
        return self.unary(stop_gradient)

    def called(self, name):
        """Remember what the program calls the value."""
        if self.vertex.op != "input":
            self.vertex.label = name

    def __bool__(self):
        answer = bool(self.value)
        line = self.vertex.line
        if line is not None:
            where = {"file": line["file"], "line": line["line"]}
            self.recorder.notes.append(sentence("branch", **where, answer=answer))
        return answer

    def __index__(self):
        if self.dtype.kind not in "iub":
            raise escaped(self, "an index", "index with integers")
        return int(self.value)

    def __setitem__(self, key, new):
        raise escaped(self, "a change in place", "use setitem(x, index, v) and the value it gives")

    def __repr__(self):
        return f"Recorded(level={self.level}, value={self.value!r})"


def recorded(recorder, vertex):
    """The value of a vertex, which records what is done with it."""
    new = Recorded()
    new.value, new.vertex, new.recorder, new.level = vertex.value, vertex, recorder, recorder.level
    return new


def called_once(f, args):
    """`f(*args)`; lines are looked for above this frame."""
    return f(*args)


BOUNDARY = called_once.__code__


def record(f, inputs, *, limit=LIMIT, title="", lang="en"):
    """The run of `f(*inputs)`: every operator that led to an output, with its value and line.

    inputs: numbers, arrays or containers of them; those without a floating point dtype are kept
    as constants.
    Raises TooLargeError for more than `limit` vertices.

    >>> run = record(lambda x, y: log(x * y), (2.0, 3.0))
    >>> [v.op for v in run.vertices]
    ['input', 'input', 'multiply', 'log']
    """
    names = names_of(f, len(inputs))
    leaves, structure = flatten(tuple(inputs))
    marks = [leaf_name(mark, names) for mark in paths(structure)]
    recorder = Recorder(limit)
    handles = [handed_in(recorder, x, name) for x, name in zip(leaves, marks)]
    if not recorder.vertices:
        raise ArgumentError(
            "explain: no input is a floating point number or array; give one, such as 2.0"
        )
    with np.errstate(all="ignore"):
        out = called_once(f, unflatten(structure, handles))
    outputs = [made_of(recorder, y) for y in flatten(out)[0]]
    if not outputs:
        raise ArgumentError(f"explain: {name_of(f)} returns nothing; it needs an output")
    title = title or title_of(f, names)
    run = Run(title, source_of(f), "both", lang, recorder.vertices, [], [])
    run.notes = list(dict.fromkeys(recorder.notes))
    return arranged(run, outputs)


def names_of(f, given):
    """The names of the arguments of a function, an expression or a graph."""
    if isinstance(f, Graph):
        return [f"x{i}" if type(a) is not Node else a.name for i, a in enumerate(f.arguments)]
    return argument_names(f, given)


def handed_in(recorder, x, name):
    """What the function is given for one leaf of its arguments."""
    if type(x) in TRACED and x.level == EAGER:
        x = x.value
    if type(x) in TRACED:
        raise ArgumentError(
            f"explain: argument {name} is a {type(x).__name__} inside a transform; explain the "
            "function outside of it"
        )
    x = float(x) if type(x) is int else x
    value = as_input(x, f"explain: argument {name}")
    if not carries_derivative(value.dtype):
        return value
    v = recorder.new("input", None, [], {}, value)
    v.label = name
    return recorded(recorder, v)


def made_of(recorder, y):
    """The vertex of one leaf of the output."""
    if type(y) is Recorded and y.level == recorder.level:
        return y.vertex
    value = y if hasattr(y, "dtype") else np.asarray(y)
    if value.dtype.kind not in "biufc":
        raise ArgumentError(
            f"explain: an output is a {type(y).__name__}; it needs numbers or arrays of them"
        )
    return recorder.new("constant", None, [], {}, value)


def name_of(f):
    """What a function is called; a lambda by its formula."""
    name = getattr(f, "__name__", type(f).__name__)
    return source_of(f) or name if name == "<lambda>" else name


def title_of(f, names):
    """A function with its arguments; an expression or a lambda as it is written."""
    name = name_of(f)
    written = not name.isidentifier() or isinstance(getattr(f, "text", None), str)
    return name if written else f"{name}({', '.join(names)})"


def source_of(f):
    """The text of a function; "" where there is none."""
    text = getattr(f, "text", None)
    if isinstance(text, str):
        return text
    try:
        source = inspect.getsource(f)
    except (OSError, TypeError):
        return ""
    return lambda_in(source) if getattr(f, "__name__", "") == "<lambda>" else dedent(source).strip()


def lambda_in(source):
    """The text of the one lambda in a statement; "" where there are more."""
    try:
        tree = ast.parse(dedent(source).strip().rstrip(",:"))
    except SyntaxError:
        return ""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Lambda)]
    return ast.unparse(found[0].body) if len(found) == 1 else ""
