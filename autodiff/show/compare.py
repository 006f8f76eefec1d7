"""One derivative in every way there is: by hand, numerical, symbolic, forward and reverse."""

import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .. import numeric
from ..core.errors import ArgumentError, AutodiffError
from ..core.spec import carries_derivative
from ..core.tree import flatten
from ..symbolic.arrays import members, symbols_of
from ..symbolic.digits import precise_jacobian
from ..symbolic.expression import to_sympy
from ..symbolic.graph import trace
from ..symbolic.reading import from_sympy
from ..symbolic.table import Table
from ..symbolic.words import sympy_module
from ..transform.cost import count, count_jacobian
from ..transform.jacobian import jacfwd, jacrev
from ..transform.reverse import grad
from .words import sentence, spoken, word

LARGEST = 3000  # operators of a formula that SymPy is asked to differentiate
PATIENCE = 0.05  # [s] for repeated timing of one method
FAILURES = (AutodiffError, ArithmeticError, LookupError, TypeError, ValueError)


@dataclass(frozen=True)
class Way:
    """One way to the derivative.

    value: the derivative, all of its elements in one axis, or a number; None where it failed.
    error: the largest distance from the exact value, over the largest exact value.
    seconds: the least time of one evaluation [s].
    operations: floating-point operations of one evaluation; None where they cannot be counted.
    remark: what there is to say, or why it failed.
    """

    name: str
    value: Any
    error: float | None
    seconds: float | None
    operations: int | None
    remark: str = ""


@dataclass(frozen=True)
class Comparison:
    """The ways to one derivative, printed as a table; `comparison["reverse"]` is one of them.

    ways: each with value, error, seconds and operations.
    exact: the derivative to so many digits, numbers of mpmath; None where it is not known, which
    `failure` explains.
    """

    ways: tuple[Way, ...]
    exact: Any
    digits: int
    failure: str = ""

    def __getitem__(self, name):
        for way in self.ways:
            if way.name == name:
                return way
        raise KeyError(f"{name!r} is none of {', '.join(way.name for way in self.ways)}")

    def table(self):
        """The table of texts."""
        rows = [
            (
                way.name,
                "—" if way.value is None else value_text(way.value),
                "—" if way.error is None else f"{way.error:.1e}" if way.error else "0",
                "—" if way.seconds is None else f"{way.seconds:.1e}",
                "—" if way.operations is None else str(way.operations),
            )
            for way in self.ways
        ]
        return Table(HEADER, rows, tuple(self.notes()), (0, 1))

    def notes(self, lang="en"):
        """What there is to say on the errors and on each way, a line each."""
        about = [("error", self.failure or sentence("exact", digits=self.digits))]
        about += [(way.name, way.remark) for way in self.ways if way.remark]
        colon = word(lang, "colon")
        return [f"{word(lang, name)}{colon}{spoken(text, lang)}" for name, text in about]

    def __str__(self):
        return self.table().text()

    def _repr_html_(self):
        return self.table().html()


HEADER = ("method", "value", "error", "time [s]", "operations")


def value_text(value):
    """A derivative in one line: all digits of a number, a few elements of an array."""
    if not np.shape(value):
        return f"{value:.15g}"
    digits = 9 if len(value) <= 3 else 5
    shown = [f"{v:.{digits}g}" for v in (value if len(value) <= 4 else value[:3])]
    more = "" if len(value) <= 4 else f", … ({len(value)})"
    return f"[{', '.join(shown)}{more}]"


def compare(f, x, by_hand=None, *, digits=50):
    """The derivative of `f` at `x` in every way: one table of values, errors, times and operations.

    f: a function of numbers or arrays to a number or an array.
    x: its argument; a tuple holds several.
    by_hand: the derivative that you found, a function of the same arguments.
    digits: of the exact derivative, which mpmath finds by differences in four times the digits.

    Numerical: Richardson extrapolation; symbolic: SymPy's derivative of the traced formula,
    computed as it is written; forward and reverse: ours.  Operations are counted as in `cost`,
    those of the numerical way as evaluations times the operations of `f`.
    A way that fails has a remark instead of numbers; so have the symbolic way and the errors where
    SymPy and mpmath, the extra [symbolic], are not installed.

    >>> found = compare(lambda x, y: log(x) + x * y - sin(y), (2.0, 5.0))
    >>> [way.name for way in found.ways], found["reverse"].operations
    (['numerical', 'symbolic', 'forward', 'reverse'], 12)
    >>> print(value_text(found["reverse"].value))
    [5.5, 1.71633781]
    """
    args = tuple(as_float(v) for v in (x if isinstance(x, tuple) else (x,)))
    several, shape = tuple(range(len(args))), output_shape(f, args)
    exact, failure = None, ""
    try:
        exact = flat(precise_jacobian(f, *args, digits=digits))
    except FAILURES as error:
        failure = sentence("inexact", digits=digits, why=first_line(error))
    judge = Judge(exact)
    try:
        pushed, pulled = [found.operations for found in count_jacobian(f, *args)]
    except FAILURES:
        pushed = pulled = None
    forward = jacfwd(f, several)
    reverse = jacrev(f, several) if shape else grad(f, several)
    ways = [
        numerical(judge, f, args),
        symbolic(judge, f, args),
        judge.way("forward", lambda: forward(*args), lambda: pushed),
        judge.way("reverse", lambda: reverse(*args), lambda: pulled),
    ]
    if by_hand is not None:
        operations = lambda: count(by_hand, *args).operations  # noqa: E731
        ways.insert(0, judge.way("by hand", lambda: by_hand(*args), operations))
    return Comparison(tuple(ways), exact, digits, failure)


def as_float(x):
    """An argument as floating point numbers."""
    if isinstance(x, (int, float)):
        return float(x)
    array = np.asarray(x)
    if not carries_derivative(array.dtype) or array.dtype.kind == "c":
        raise ArgumentError(
            f"compare: an argument has dtype {array.dtype}; give real floating point numbers, as "
            "astype(float) makes them"
        )
    return array


def output_shape(f, args):
    """The shape of the output, which is one array."""
    leaves = flatten(f(*args))[0]
    if len(leaves) != 1:
        raise ArgumentError(
            f"compare: the function returns {len(leaves)} arrays; it needs one, such as their sum"
        )
    return np.shape(leaves[0])


def flat(tree):
    """All elements of a derivative in one axis; a single one as a number."""
    parts = [np.ravel(np.asarray(leaf)) for leaf in flatten(tree)[0]]
    found = np.concatenate(parts)
    return found[0] if len(found) == 1 else found


def first_line(error):
    """What an error says, without the notes behind it."""
    return str(error).partition("\n")[0]


@dataclass(frozen=True)
class Judge:
    """What ways are measured by: the exact derivative, numbers of mpmath, or None."""

    exact: Any

    def way(self, name, derivative, operations, remark=""):
        """Run one way to the derivative, and time it."""
        try:
            value = flat(derivative())
        except FAILURES as error:
            return Way(name, None, None, None, None, first_line(error))
        try:
            counted = operations()
        except FAILURES:
            counted = None
        return Way(name, value, self.error(value), seconds(derivative), counted, remark)

    def error(self, value):
        """The largest distance from the exact derivative, over its largest element."""
        if self.exact is None or np.shape(value) != np.shape(self.exact):
            return None
        pairs = list(zip(np.ravel(value), np.ravel(self.exact)))
        distance = max((abs(e - float(v)) for v, e in pairs), default=0.0)
        return float(distance / (max((abs(e) for _, e in pairs), default=0) or 1))


def seconds(call):
    """The least time of a call among a few [s]."""
    times, begin = [], time.perf_counter()
    while len(times) < 3 or time.perf_counter() - begin < PATIENCE:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def numerical(judge, f, args):
    """Richardson extrapolation, with its evaluations counted."""
    calls = []

    def noted(*xs):
        calls.append(None)
        return f(*xs)

    def operations():
        numeric.jacobian(noted, args)
        return len(calls) * count(f, *args).operations

    way = judge.way("numerical", lambda: numeric.jacobian(f, args), operations)
    return way if not calls else replace(way, remark=sentence("evaluations", n=len(calls)))


def symbolic(judge, f, args):
    """SymPy's derivative of the formula, computed as it is written."""
    begin = time.perf_counter()
    try:
        formula = differentiated(f, args)
    except FAILURES as error:
        return Way("symbolic", None, None, None, None, first_line(error))
    remark = sentence("derived", seconds=time.perf_counter() - begin)
    return judge.way(
        "symbolic", lambda: formula(*args), lambda: count(formula, *args).operations, remark
    )


def differentiated(f, args):
    """The formulas of all partial derivatives as one function, in the order of `flat`."""
    sympy = sympy_module("compare")
    graph = trace(f, *args)
    if graph.written_out > LARGEST:
        raise AutodiffError(
            f"the formula has {graph.written_out} operators when it is written out, too many to "
            "differentiate it"
        )
    symbols = [symbols_of(sympy, x.name, x.known, real=True) for x in graph.variables]
    outputs = members(sympy, to_sympy(graph, *symbols))
    partials = []
    for argument in symbols:
        partials += [sympy.diff(y, s) for y in outputs for s in members(sympy, argument)]
    return from_sympy(partials, symbols, share=False)
