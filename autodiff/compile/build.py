"""From a call to a program: what its arguments are, the trace, the schedule."""

from enum import Enum
from time import perf_counter
from types import BuiltinFunctionType, FunctionType

import numpy as np

from ..core.op import Op
from ..core.spec import Spec
from ..core.tree import LEAF, unflatten
from ..interpret.graph import Node
from ..transform.function import Transformed
from .captured import as_tensor_if
from .carries import simplified
from .pairs import split_up
from .program import ARRAY, FLOAT, OBJECT, STRIDED, Program
from .report import report_of
from .schedule import scheduled
from .stencils import recomputed
from .trace import Trace, as_number
from .view import Buffer, View, count, packed

PATHS = 64  # ways through a function of one shape, beyond which it is run as it is
SMALL = range(-5, 257)  # integers of which CPython has one object each
CONSTANT = (
    bool, int, complex, str, bytes, Enum, type, np.dtype, np.ufunc,
    FunctionType, BuiltinFunctionType, Op, Transformed,
)  # fmt: skip
FLOAT64 = np.dtype(np.float64)


# The dtype objects that arrays usually hold, which the driver compares by identity.
USUAL = {np.dtype(code): np.dtype(code) for code in "?bhilBHILfdFD"}


def normal(x):
    """A leaf as the driver takes it."""
    if type(x) is np.ndarray and x.dtype.kind in "biufc":
        if not (x.dtype.isnative and x.flags.aligned):
            x = np.array(x, x.dtype.newbyteorder("="))
        usual = USUAL.get(x.dtype, x.dtype)
        return x if usual is x.dtype else x.view(usual)
    if isinstance(x, np.generic) and x.dtype.kind in "biufc":
        return np.asarray(x)
    if isinstance(x, np.ndarray) and type(x) is not np.ndarray and type(x) is not np.ma.MaskedArray:
        return np.asarray(x)
    return x


class Signature:
    """What of an argument decides how its function is compiled."""

    @staticmethod
    def dynamic(x):
        """Whether a leaf is data: its value may change from call to call."""
        return type(x) is float or (type(x) is np.ndarray and x.dtype.kind in "biufc")

    @staticmethod
    def constant(x):
        """Whether a leaf that is no data stays what it is."""
        return x is Ellipsis or isinstance(x, CONSTANT)

    @staticmethod
    def direct(x):
        """Whether the driver can tell a leaf by itself."""
        small = x is True or x is False or (type(x) is int and x in SMALL)
        return small or Signature.dynamic(x)

    @staticmethod
    def key(structure, leaves):
        """What all calls of one program share."""
        return structure, tuple([Signature.of(x) for x in leaves])

    @staticmethod
    def of(x):
        if type(x) is np.ndarray:
            return x.shape, x.dtype
        # 1, True and 1.0 are equal, and not the same
        return float if type(x) is float else (type(x), x)


def arguments_of(leaves):
    """[(kind, dtype or object, shape, strides)] for the driver."""
    found = []
    for x in leaves:
        if type(x) is float:
            found.append((FLOAT, None, (), None))
        elif not Signature.dynamic(x):
            found.append((OBJECT, x, (), None))
        else:
            whole = x.flags.c_contiguous
            found.append(
                (ARRAY if whole else STRIDED, x.dtype, x.shape, None if whole else x.strides)
            )
    return found


def number_dtype(leaves):
    """The dtype of Python floats: single where all arrays are, because numbers are weak."""
    floats = {x.dtype for x in leaves if hasattr(x, "dtype") and x.dtype.kind in "fc"}
    narrow = floats and all(d in (np.float32, np.complex64) for d in floats)
    return np.dtype(np.float32) if narrow else FLOAT64


def traced(f, structure, leaves, data=None, asks=False, hopes=False):
    """(trace, leaves) of a call; data: which leaves are inputs, by default all that are dynamic."""
    number = number_dtype(leaves)
    data = [Signature.dynamic(x) for x in leaves] if data is None else data
    places = [i for i, d in enumerate(data) if d]
    specs = [
        Spec((), FLOAT64) if type(leaves[i]) is float else Spec(leaves[i].shape, leaves[i].dtype)
        for i in places
    ]
    values = [np.float64(leaves[i]) if type(leaves[i]) is float else leaves[i] for i in places]
    trace = Trace(specs, values, asks, hopes)

    def placed(inputs):
        full = list(leaves)
        for i, x in zip(places, inputs):
            full[i] = as_number(x, number) if type(leaves[i]) is float else x
        return unflatten(structure, full)

    return trace.run(f, placed), leaves


def native_program(trace, leaves, direct):
    """The compiled program of a traced call; direct: the driver is shown the static leaves too."""
    places = [i for i, x in enumerate(leaves) if Signature.dynamic(x)]
    shown = leaves if direct else [leaves[i] for i in places]
    arguments = arguments_of(shown)
    numbers = places if direct else range(len(places))
    seconds, start = {}, perf_counter()
    graph = simplified(trace.inputs, trace.guards, trace.outputs)
    before, parts = graph.before, split_up(graph)
    if parts is not graph:
        graph = simplified(parts.inputs, parts.guards, parts.outputs)
    graph = recomputed(graph)
    seconds["rewrite"], start = perf_counter() - start, perf_counter()
    views = {x: input_view(x, arguments[i], i) for x, i in zip(trace.inputs, numbers)}
    nodes = [x for x in graph.outputs if type(x) is Node]
    schedule = scheduled(trace.inputs, graph.order, nodes, views)
    seconds["schedule"], start = perf_counter() - start, perf_counter()
    outputs = [Spec(x.known, x.declared) for x in nodes]
    alone = trace.structure == LEAF and len(nodes) == 1
    row = ("tuple", tuple, tuple(range(len(nodes))), (LEAF,) * len(nodes))
    plain = len(nodes) == len(trace.outputs) and (alone or trace.structure == row)
    plain = plain and not any(trace.tensors)
    finish = None if plain else Finish(trace.structure, graph.outputs, trace.tensors)
    program = Program(schedule, graph.guards, arguments, outputs, plain and alone, finish)
    seconds["compile"] = perf_counter() - start
    program.graph, program.where, program.hoped = graph, trace.where, trace.hoped
    program.sources = [y for y in trace.outputs if type(y) is Node]
    program.rewrites = trace.rewrites
    program.report = report_of(program, schedule, (before, len(graph.order)), seconds)
    return program


def input_view(x, argument, place):
    """Where the elements of an argument stand."""
    kind, _, shape, strides = argument
    steps = packed(shape)
    if kind == STRIDED:
        steps = tuple(0 if n == 1 else s // x.declared.itemsize for n, s in zip(shape, strides))
    size = 1 + sum(max(0, (n - 1) * s) for n, s in zip(shape, steps)) if count(shape) else 0
    return View(Buffer(x.declared, size, "input", place), shape, steps)


class Finish:
    """Puts the arrays of a call into the container that the function returned."""

    def __init__(self, structure, outputs, tensors=()):
        self.structure, self.tensors = structure, tensors
        self.fixed = [None if type(x) is Node else x for x in outputs]
        self.made = [type(x) is Node for x in outputs]

    def __call__(self, arrays):
        found = iter(arrays)
        leaves = [next(found) if made else fresh(x) for made, x in zip(self.made, self.fixed)]
        if any(self.tensors):
            leaves = [as_tensor_if(asked, x) for asked, x in zip(self.tensors, leaves)]
        return unflatten(self.structure, leaves)


def fresh(x):
    """A constant result; arrays may be written by who gets them."""
    return x.copy() if type(x) is np.ndarray else x
