"""Expressions as functions: parsed by `ast` and looked up in the table; nothing is evaluated."""

import ast
import math
import operator
import re
from difflib import get_close_matches
from keyword import iskeyword
from typing import Any

import numpy as np

from ..core.errors import AutodiffError
from ..core.op import TRACED, Op
from ..interpret.names import FUNCTIONS, ROWS
from ..ops import arithmetic, choose, contract, exponential, linalg, move, reduce, trigonometric
from .special_names import KNOWN, special


class ExpressionError(AutodiffError, ValueError):
    """An expression, or what was given for its names, cannot be used; the message says why."""


CONSTANTS = {
    "pi": math.pi, "e": math.e, "tau": math.tau, "inf": math.inf, "nan": math.nan,
    "True": True, "False": False,
}  # fmt: skip
CALLED = ROWS | FUNCTIONS | {
    "ln": exponential.log, "log": exponential.log, "log1p": exponential.log1p,
    "softplus": exponential.softplus, "cbrt": arithmetic.cbrt, "add": arithmetic.add,
    "subtract": arithmetic.subtract, "power": arithmetic.power, "positive": arithmetic.positive,
    "hypot": trigonometric.hypot, "arctan2": trigonometric.atan2, "arcsinh": trigonometric.asinh,
    "arccosh": trigonometric.acosh, "arctanh": trigonometric.atanh, "sum": reduce.sum,
    "where": choose.where, "stop_gradient": choose.stop_gradient,
    "detach": choose.stop_gradient, "matmul": contract.matmul, "reshape": move.reshape,
    "transpose": move.transpose, "stack": move.stack, "concatenate": move.concatenate,
    "inv": linalg.inv, "solve": linalg.solve, "det": linalg.det, "slogdet": linalg.slogdet,
    "cholesky": linalg.cholesky, "fabs": arithmetic.absolute, "expit": exponential.sigmoid,
}  # fmt: skip
LIBRARIES = ("np", "numpy", "math", "ad", "autodiff", "torch", "jnp", "sympy")
BINARY = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
    ast.Div: operator.truediv, ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod,
    ast.MatMult: operator.matmul,
}  # fmt: skip
UNARY = {ast.USub: operator.neg, ast.UAdd: operator.pos}
COMPARED = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
    ast.Eq: operator.eq, ast.NotEq: operator.ne,
}  # fmt: skip
INSTEAD = {
    ast.BitXor: "^ is no power here; write ** for a power, as in x**2",
    ast.BoolOp: "and, or are of truth values; write logical_and(a, b) or logical_or(a, b)",
    ast.Not: "not is of truth values; write logical_not(a)",
    ast.IfExp: "a choice with if is not taken; write where(condition, a, b)",
    ast.Lambda: "a lambda cannot be used; write the expression itself",
    ast.ListComp: "a comprehension cannot be used; write the terms one by one, or use an array",
    ast.GeneratorExp: "a comprehension cannot be used; write the terms, or use an array",
}  # fmt: skip


class Expression:
    """A function read from text: called with numbers, arrays or traced values in order of `names`.

    names: the free variables in the order in which they appear; text: as it was written.
    program: steps of a machine with a stack, arguments first.
    """

    def __init__(self, text, names, program):
        self.text, self.names, self.program = text, tuple(names), program
        self.arguments = self.names
        self.__name__ = text

    def __call__(self, *args, **named) -> Any:
        values = dict(zip(self.names, args)) | named
        for name in self.names:
            if name not in values:
                raise ExpressionError(f"input {name} is missing; give it as {name}=2")
        stack = []
        for count, step in self.program:
            given = stack[len(stack) - count :] if count else []
            del stack[len(stack) - count :]
            try:
                stack.append(step(values, *given))
            except (ZeroDivisionError, OverflowError) as fault:
                raise ExpressionError(f"{self.text}: {fault}; give other numbers") from None
        return stack[-1]

    def __repr__(self):
        return f"<expression {self.text}>"


def parse_expression(text, given=()):
    """The function that an expression stands for; its `names` are its free variables.

    text: Python's spelling of arithmetic, comparisons, indexing and calls of functions of the
    table, `np.` and `math.` in front of them or not, `ln` for log; assignments before the last
    part, separated by `;`, name intermediate variables.
    given: names that are inputs although they could be constants, such as e.
    Raises ExpressionError, one sentence and the place, for all that is not one of these.

    >>> f = parse_expression("ln(x1) + x1*x2 - sin(x2)")
    >>> f.names, f"{f(2.0, 5.0):.3f}"
    (('x1', 'x2'), '11.652')
    """
    reader = Reader(text, given)
    return Expression(text.strip(), reader.names, reader.program)


PRODUCT = re.compile(r"(?<![\w.])\d+(?![eE][-+\d]|[jJ]\b)[^\W\d]|[\w)] +[^\W\d]|\)\s*[\w(]")
WINDOW = 30  # characters that are shown on either side of a fault


def unreadable(text, fault):
    """The error of a text that is no Python, with the place."""
    lines = text.splitlines() or [""]
    number = min(max((fault.lineno or 1) - 1, 0), len(lines) - 1)
    line = lines[number]
    column = min(max((fault.offset or 1) - 1, 0), len(line))
    reason = (fault.msg or "invalid syntax").partition("\n")[0].partition(". ")[0].rstrip(".")
    if found := next((w for w in re.findall(r"(?<![\w.])[^\W\d]\w*", text) if iskeyword(w)), ""):
        reason = f"{found} is a word of Python; give another name, such as {found[0]}"
    elif PRODUCT.search(text):
        reason += "; write * between the factors of a product, as in 2*x"
    before, after = line[max(column - WINDOW, 0) : column], line[column : column + WINDOW]
    place = f"after {before.strip()!r}" if before.strip() else f"at {after.strip()!r}"
    return ExpressionError(
        f"the expression does not parse at character {column + 1}, {place}: {reason}"
    )


def tree_of(text):
    """The statements of a text."""
    if not text.strip():
        raise ExpressionError("the expression is empty; write one such as log(x*y)")
    try:
        return ast.parse(text.strip()).body
    except SyntaxError as fault:
        raise unreadable(text.strip(), fault) from None
    except (RecursionError, MemoryError):
        raise ExpressionError(
            "the expression is nested too deeply; name parts of it, as in c = a + b; c*c"
        ) from None
    except ValueError as fault:
        raise ExpressionError(f"the expression does not parse: {fault}") from None


class Reader:
    """From the statements of a text to the steps of its program."""

    def __init__(self, text, given):
        self.text, self.given = text.strip(), frozenset(given)
        self.names: list[str] = []
        self.bound: set[str] = set()
        self.program: list[tuple] = []
        statements = tree_of(text)
        for k, statement in enumerate(statements):
            self.statement(statement, k + 1 == len(statements))

    def statement(self, statement, last):
        """One part: an assignment, or at the end what the expression is."""
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target = statement.targets[0]
            if not isinstance(target, ast.Name):
                raise self.refused(target, "an assignment needs a single name on its left")
            self.read(statement.value)
            self.bound.add(target.id)
            name = target.id
            self.program.append((1, lambda values, x: bound(values, name, x)))
            if name in self.names:
                raise self.refused(target, f"{name} is an input already; choose another name")
        elif isinstance(statement, ast.Expr) and last:
            self.read(statement.value)
        else:
            raise self.refused(statement, "only assignments may stand before the last part")

    def read(self, root):
        """Append the steps of an expression, arguments first."""
        stack: list[tuple[Any, bool]] = [(root, False)]
        while stack:
            node, done = stack.pop()
            if done:
                self.program.append(node)
                continue
            step, inner = self.step(node)
            stack.append(((len(inner), step), True))
            stack.extend((x, False) for x in reversed(inner))

    def step(self, node) -> tuple[Any, list]:
        """(what one node does with its arguments, the nodes of its arguments)"""
        kind = STEPS.get(type(node))
        if kind is None:
            default = "only numbers, names, operators and functions of the table are read"
            raise self.refused(node, INSTEAD.get(type(node), default))
        return kind(self, node)

    def refused(self, node, why):
        """The error of a part that has no meaning here."""
        part = ast.get_source_segment(self.text, node) or self.text
        return ExpressionError(f"{shortened(part)!r} cannot be used: {why}")

    def constant(self, node):
        value = node.value
        if isinstance(value, (bool, int, float)) or value is None:
            return (lambda values: value), []
        raise self.refused(node, "only real numbers are constants")

    def name(self, node):
        name = node.id
        if name in CONSTANTS and name not in self.given and name not in self.bound:
            constant = CONSTANTS[name]
            return (lambda values: constant), []
        if name in CALLED and name not in self.given and name not in self.bound:
            raise self.refused(node, f"{name} is a function; write {name}(x)")
        if name not in self.bound and name not in self.names:
            self.names.append(name)
        return (lambda values: values[name] if name in values else absent(name)), []

    def binary(self, node):
        if isinstance(node.op, ast.Pow):
            return (lambda values, x, y: raised(x, y)), [node.left, node.right]
        if type(node.op) not in BINARY:
            default = "only + - * / // % ** @ are operators here"
            raise self.refused(node, INSTEAD.get(type(node.op), default))
        apply = BINARY[type(node.op)]
        return (lambda values, x, y: apply(x, y)), [node.left, node.right]

    def unary(self, node):
        if type(node.op) not in UNARY:
            raise self.refused(node, INSTEAD.get(type(node.op), "~ is of truth values"))
        apply = UNARY[type(node.op)]
        return (lambda values, x: apply(x)), [node.operand]

    def comparison(self, node):
        if len(node.ops) != 1 or type(node.ops[0]) not in COMPARED:
            raise self.refused(node, "compare two values at a time, by < <= > >= == !=")
        apply = COMPARED[type(node.ops[0])]
        return (lambda values, x, y: apply(x, y)), [node.left, node.comparators[0]]

    def called(self, node):
        """A call of a function of the table, or of a method."""
        target, args = node.func, list(node.args)
        if isinstance(target, ast.Name):
            function = self.function(target, target.id)
        elif isinstance(target, ast.Attribute) and is_library(target.value):
            function = self.function(target, target.attr)
        elif isinstance(target, ast.Attribute):
            if target.attr not in ROWS | FUNCTIONS | EXTRA:
                raise self.refused(target, unknown(target.attr))
            function, args = (ROWS | FUNCTIONS | EXTRA)[target.attr], [target.value, *args]
        else:
            raise self.refused(node, "only functions of the table are called")
        keys = [k.arg for k in node.keywords]
        if None in keys or any(isinstance(a, ast.Starred) for a in args):
            raise self.refused(node, "write the arguments one by one, without *")

        def apply(values, *xs):
            split = len(xs) - len(keys)
            return applied(function, xs[:split], dict(zip(keys, xs[split:])))

        return apply, [*args, *[k.value for k in node.keywords]]

    def function(self, node, name):
        function = CALLED.get(name) or special(name)
        if function is None:
            raise self.refused(node, unknown(name))
        return function

    def attribute(self, node):
        if is_library(node.value) and node.attr in CONSTANTS:
            constant = CONSTANTS[node.attr]
            return (lambda values: constant), []
        if node.attr in ("T", "mT"):
            turn = move.transpose if node.attr == "T" else move.matrix_transpose
            return (lambda values, x: turn(x)), [node.value]
        raise self.refused(node, unknown(node.attr))

    def subscript(self, node):
        return (lambda values, x, i: as_array(x)[i]), [node.value, node.slice]

    def slice(self, node):
        parts = [p or ast.Constant(None) for p in (node.lower, node.upper, node.step)]
        return (lambda values, *xs: slice(*xs)), parts

    def tuple(self, node):
        return (lambda values, *xs: xs), list(node.elts)

    def list(self, node):
        return (lambda values, *xs: array_of(xs)), list(node.elts)


EXTRA = {"detach": choose.stop_gradient, "reshape": move.reshape, "transpose": move.transpose}
STEPS = {
    ast.Constant: Reader.constant, ast.Name: Reader.name, ast.BinOp: Reader.binary,
    ast.UnaryOp: Reader.unary, ast.Compare: Reader.comparison, ast.Call: Reader.called,
    ast.Attribute: Reader.attribute, ast.Subscript: Reader.subscript, ast.Slice: Reader.slice,
    ast.Tuple: Reader.tuple, ast.List: Reader.list,
}  # fmt: skip


def is_library(node):
    """Whether a node is the name of a library, such as np."""
    return isinstance(node, ast.Name) and node.id in LIBRARIES


def unknown(name):
    """Why a name of a function is refused, with the nearest one that there is."""
    near = get_close_matches(name, [*CALLED, *CONSTANTS, *KNOWN], 1)
    return f"no function is called {name}" + (f"; did you mean {near[0]}?" if near else "")


def absent(name):
    raise ExpressionError(f"input {name} is missing; give it as {name}=2")


def shortened(text, room=60):
    """A text in one line of limited length."""
    line = " ".join(text.split())
    return line if len(line) <= room else f"{line[: room - 1]}…"


def bound(values, name, x):
    """Call a value by a name; a value that can remembers it."""
    values[name] = x
    remember = getattr(x, "called", None)
    if type(x) in TRACED and remember is not None:
        remember(name)
    return x


def raised(x, y):
    """`x ** y`; of two plain numbers as floats, which cannot grow without bound."""
    if isinstance(x, (int, float)) and isinstance(y, (int, float)):
        with np.errstate(all="ignore"):
            return float(np.power(float(x), float(y)))
    return x**y


def applied(function, args, named):
    """A function of the table of values; what it refuses is told with its name."""
    name = getattr(function, "name", getattr(function, "__name__", "function"))
    if isinstance(function, Op) and len(args) + len(named) != len(function.arguments):
        raise ExpressionError(
            f"{function.signature} takes {len(function.arguments)} arguments, and "
            f"{len(args) + len(named)} are given"
        )
    try:
        return function(*[as_array(a) if isinstance(a, float) else a for a in args], **named)
    except AutodiffError:
        raise
    except (TypeError, ValueError, IndexError) as fault:
        reason = str(fault).partition("\n")[0].strip()
        raise ExpressionError(f"{name} cannot take these arguments: {reason}") from None


def as_array(x) -> Any:
    """A number as an array of NumPy, which functions of the table read."""
    return x if type(x) in TRACED or hasattr(x, "shape") else np.float64(x)


def array_of(xs):
    """A list of numbers as an array; of traced values stacked."""
    if any(type(x) in TRACED for x in xs):
        return move.stack([as_array(x) for x in xs])
    try:
        return np.array(xs)
    except ValueError:
        raise ExpressionError(
            "a list has rows of different lengths; give them one length"
        ) from None
