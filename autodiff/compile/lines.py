"""Where the nodes of a graph come from: the user's file and line of each, noted at its making."""

import os
import sys
from contextlib import contextmanager
from typing import Any, NamedTuple

from ..core.op import TRACED
from ..interpret.graph import NOTED, Node
from ..interpret.sweep import swept
from ..interpret.vertex import from_library

HOME = os.path.dirname(os.path.dirname(__file__)) + os.sep  # the library's own files


class Place(NamedTuple):
    """A line of a program: its code object, and the number of the line."""

    code: Any
    line: int


class Lines:
    """The places of nodes, in the order in which they are made.

    of: node -> (number, place or None); stops: numbers of nodes before which `breakpoint` was
    called; at: the number and place of the nodes that are made now, where they stand for another.
    """

    def __init__(self, boundary):
        self.boundary, self.of, self.stops, self.at = boundary, {}, [], None
        self.count = 0

    def note(self, x):
        """Remember a node that was just made."""
        self.count += 1
        self.of[x] = self.at or (self.count, self.place(sys._getframe(2)))

    def place(self, frame):
        """The innermost line outside the library; of a cotangent that of its primal."""
        while frame is not None and frame.f_code is not self.boundary:
            if frame.f_code is swept.__code__ and "v" in frame.f_locals:
                return self.of_vertex(frame.f_locals)
            if not from_library(frame):
                return Place(frame.f_code, frame.f_lineno)
            frame = frame.f_back
        return None

    def of_vertex(self, now):
        """The place of the vertex whose rule runs; now: the variables of the sweep."""
        v = now["v"]
        if v in self.of:
            return self.of[v][1]
        code = getattr(v, "code", None)
        if code is not None and not code.co_filename.startswith(HOME):
            lines = [line for start, end, line in code.co_lines() if start <= v.spot < end]
            return Place(code, lines[0]) if lines and lines[0] else None
        for x in (now.get("out"), *(now.get("args") or ())):
            while type(x) in TRACED and type(x) is not Node:
                x = x.value
            if type(x) is Node and x in self.of:
                return self.of[x][1]
        return None

    def stop(self, *args, **kwargs):
        """What `breakpoint` does while the function is traced: the stop is made later."""
        self.stops.append(self.count)


@contextmanager
def noting(lines):
    """Note the places of the nodes that are made meanwhile; debuggers look on afterwards."""
    trace, hook = sys.gettrace(), sys.breakpointhook
    sys.settrace(None)
    sys.breakpointhook = lines.stop
    NOTED.append(lines)
    try:
        yield lines
    finally:
        NOTED.remove(lines)
        sys.breakpointhook = hook
        sys.settrace(trace)


def standing_for(x):
    """Nodes made from now on stand for `x`; for None, for themselves."""
    for lines in NOTED:
        lines.at = None if x is None else lines.of.get(x)


def stops_so_far():
    """How many stops were asked for, for each who notes them."""
    return [len(lines.stops) for lines in NOTED]


def forget_stops(counts):
    """Let go of the stops of a run that is repeated."""
    for lines, n in zip(NOTED, counts):
        del lines.stops[n:]
