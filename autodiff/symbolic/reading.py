"""Expressions of SymPy as functions of this library."""

import builtins
from functools import partial, reduce as fold
from typing import Any

import numpy as np

from ..core.errors import ArgumentError, RuleError
from ..core.family import Elementwise
from ..core.op import Op
from ..core.tree import describe, flatten, unflatten
from ..ops import arithmetic, choose, complex, exponential, trigonometric
from ..ops.index import getitem
from ..ops.move import reshape, stack
from .arrays import elements, is_array, shape_of
from .words import sympy_module


def any_number(op):
    """A row of two as a function of any number of arguments."""
    return lambda *xs: fold(op, xs)


def inverted(op):
    return lambda x: arithmetic.divide(1.0, op(x))


def step(x, middle):
    """0 below 0, 1 above, and `middle` at 0."""
    return choose.where(x > 0, 1.0, choose.where(x < 0, 0.0, middle))


def impulse(x):
    """Infinite at 0, and 0 elsewhere."""
    return choose.where(x == 0, np.inf, 0.0)


# What SymPy calls otherwise; a function that is not here has the row of its name.
READ = {
    "Abs": arithmetic.absolute, "sign": choose.sign, "ceiling": choose.ceil, "re": complex.real,
    "im": complex.imag, "arg": complex.angle, "Mod": arithmetic.remainder,
    "Max": any_number(choose.maximum), "Min": any_number(choose.minimum),
    "And": any_number(choose.logical_and), "Or": any_number(choose.logical_or),
    "Xor": any_number(choose.logical_xor), "Not": choose.logical_not,
    "Equality": choose.equal, "Unequality": choose.not_equal, "StrictLessThan": choose.less,
    "LessThan": choose.less_equal, "StrictGreaterThan": choose.greater,
    "GreaterThan": choose.greater_equal, "ITE": choose.where,
    "Heaviside": step, "DiracDelta": impulse,
    "sec": inverted(trigonometric.cos), "csc": inverted(trigonometric.sin),
    "cot": inverted(trigonometric.tan), "sech": inverted(trigonometric.cosh),
    "csch": inverted(trigonometric.sinh), "coth": inverted(trigonometric.tanh),
}  # fmt: skip


def from_sympy(expression, symbols=None, *, share=True) -> Any:
    """The function that an expression of SymPy stands for, computed with the rows of this library.

    expression: an expression, a matrix or array of them, or a container.
    symbols: the arguments, in order: symbols, matrices or arrays of symbols (their argument is an
    array, a column is a vector), or containers; by default the free symbols in alphabetical order.
    share: whether equal subexpressions are computed once; else the formula as it is written.
    Takes and gives values of any kind: it can be differentiated, batched and traced.

    Raises ArgumentError for a symbol that is no argument, RuleError for a function of SymPy that
    has no row, AutodiffError where SymPy is not installed.

    >>> from sympy.abc import x, y
    >>> f = from_sympy(x * y + 1 / y, [x, y])
    >>> float(f(2.0, 4.0)), float(grad(f)(2.0, 4.0))
    (8.25, 4.0)
    """
    sympy = sympy_module("from_sympy")
    leaves = flatten(expression)[0]
    leaves = [e if is_array(sympy, e) else as_expression(sympy, e) for e in leaves]
    if symbols is None:
        free = set().union(*[e.free_symbols for e in leaves])
        symbols = sorted(free, key=str)
    elif not isinstance(symbols, (list, tuple)):
        symbols = [symbols]
    return Formula(sympy, unflatten(flatten(expression)[1], leaves), tuple(symbols), share)


def as_expression(sympy, e):
    """An expression, or a number as one; a text is not read, for reading it would run it."""
    try:
        return sympy.sympify(e, strict=True)
    except sympy.SympifyError:
        raise ArgumentError(
            f"from_sympy: a {type(e).__name__} is given; give an expression, as sympify makes it"
        ) from None


class Formula:
    """The function of an expression; it can be pickled.

    expression, symbols: what it was made from.
    """

    def __init__(self, sympy, expression, symbols, share):
        self.sympy, self.expression, self.symbols, self.share = sympy, expression, symbols, share
        self.__name__ = "formula"
        self.arguments = [
            str(s) if isinstance(s, sympy.Symbol) else f"x{i}" for i, s in enumerate(symbols)
        ]
        leaves, self.structure = flatten(symbols)
        self.loads, self.values, self.steps, self.places = [], [], [], {}
        for k, leaf in enumerate(leaves):
            for index, symbol in elements(sympy, leaf):
                self.places[symbol] = self.place(None)
                self.loads.append((k, index))
        outputs, self.out_structure = flatten(expression)
        self.results = [self.compiled(e) for e in outputs]

    def place(self, value):
        """A new place for a value, which is there from the beginning or None."""
        self.values.append(value)
        return len(self.values) - 1

    def compiled(self, output):
        """(places of its elements, shape) of one output; the shape is None for an expression."""
        found = elements(self.sympy, output)
        places = [self.compute(e) for _, e in found]
        return places, shape_of(self.sympy, output)

    def compute(self, expression):
        """The place of an expression, after the steps of its parts."""
        stack: list[Any] = [(expression, None)]
        done: list[int] = []
        while stack:
            e, function = stack.pop()
            if function is not None:
                function, count = function
                done, arguments = done[: len(done) - count], done[len(done) - count :]
                done.append(self.place(None))
                self.steps.append((function, arguments, done[-1]))
                if self.share:
                    self.places[e] = done[-1]
            elif e in self.places:
                done.append(self.places[e])
            elif is_number(self.sympy, e):
                done.append(self.places.setdefault(e, self.place(number(self.sympy, e))))
            else:
                function, parts = taken_apart(self.sympy, e)
                stack.append((e, (function, len(parts))))
                stack.extend((p, None) for p in reversed(parts))
        return done[0]

    def __call__(self, *args) -> Any:
        leaves, structure = flatten(args)
        if structure != self.structure:
            raise ArgumentError(
                f"the formula has the arguments {describe(self.structure)}, {list(self.symbols)}, "
                f"and {describe(structure)} is given; give one value for each"
            )
        values = self.values.copy()
        for place, (k, index) in enumerate(self.loads):
            values[place] = leaves[k] if index is None else getitem(leaves[k], index)
        for function, arguments, place in self.steps:
            values[place] = function(*[values[a] for a in arguments])
        found = [self.gathered(values, *result) for result in self.results]
        return unflatten(self.out_structure, found)

    def gathered(self, values, places, shape):
        """One output from the values of its elements."""
        found = [values[p] for p in places]
        found = [v if hasattr(v, "dtype") else np.asarray(v) for v in found]
        if shape is None:
            return found[0]
        return reshape(stack(found), shape) if found else np.zeros(shape)

    def __repr__(self):
        return f"<formula {self.expression} of {', '.join(map(str, self.symbols))}>"

    def __reduce__(self):
        return partial(from_sympy, share=self.share), (self.expression, list(self.symbols))


# ------------------------------------------------------------------------ expressions


def is_number(sympy, e):
    return e in (sympy.true, sympy.false) or (isinstance(e, sympy.Expr) and not e.free_symbols)


def number(sympy, e):
    """The value of an expression without symbols."""
    if e in (sympy.true, sympy.false):
        return bool(e)
    if e.is_Integer and abs(int(e)) < 2**53:
        return int(e)
    value = e.evalf(30)
    if value is sympy.zoo or not (value.is_Number or value.is_number):
        raise RuleError(f"from_sympy: {e} is no number; simplify the expression first")
    found = builtins.complex(value)
    return found if found.imag else found.real


def taken_apart(sympy, e):
    """(function, parts) of an expression that is neither a symbol nor a number."""
    if isinstance(e, sympy.Symbol):
        raise ArgumentError(f"from_sympy: symbol {e} is no argument; name it in symbols")
    if e.is_Add:
        return signed_sum(e)
    if e.is_Mul:
        return quotient(sympy, e)
    if e.is_Pow:
        return power(sympy, e.base, e.exp)
    if isinstance(e, sympy.Piecewise):
        return pieces, [part for pair in e.args for part in pair.args]
    name = type(e).__name__
    row = getattr(type(e), "row", None) or READ.get(name) or Op.table.get(name)
    misfit = isinstance(row, Elementwise) and len(row.arguments) != len(e.args)
    if row is None or misfit:
        raise RuleError(
            f"from_sympy: {name} has no row in the table; evaluate it with doit(), rewrite it, or "
            "make an operator with autodiff.operator"
        )
    return row, list(e.args)


def signed_sum(e):
    """A sum, in which terms with a minus sign are subtracted."""
    terms = [(t.could_extract_minus_sign(), t) for t in e.args]
    terms.sort(key=lambda pair: pair[0])
    signs = [negative for negative, _ in terms]
    return partial(added, signs), [-t if negative else t for negative, t in terms]


def added(signs, *xs):
    total = arithmetic.negative(xs[0]) if signs[0] else xs[0]
    for negative, x in zip(signs[1:], xs[1:]):
        total = arithmetic.subtract(total, x) if negative else arithmetic.add(total, x)
    return total


def quotient(sympy, e):
    """A product, in which negative powers and denominators of fractions are divided by."""
    above, below, negative = [], [], False
    for factor in e.args:
        if factor.is_Rational and not factor.is_Integer:
            negative ^= factor < 0
            above += [sympy.Integer(abs(factor.p))] if abs(factor.p) != 1 else []
            below.append(sympy.Integer(factor.q))
        elif factor is sympy.S.NegativeOne:
            negative = not negative
        elif factor.is_Pow and factor.exp.could_extract_minus_sign():
            below.append(factor.base**-factor.exp)
        else:
            above.append(factor)
    return partial(multiplied, negative, len(above)), [*above, *below]


def multiplied(negative, count, *xs):
    above, below = xs[:count], xs[count:]
    total = fold(arithmetic.multiply, above) if above else 1.0
    if below:
        total = arithmetic.divide(total, fold(arithmetic.multiply, below))
    return arithmetic.negative(total) if negative else total


def power(sympy, base, exponent):
    """A power, by the row that is nearest to it."""
    if exponent.could_extract_minus_sign():
        return inverted(arithmetic.positive), [base**-exponent]
    if exponent == 2:
        return arithmetic.square, [base]
    if exponent == sympy.Rational(1, 2):
        return arithmetic.sqrt, [base]
    if base is sympy.E:
        return exponential.exp, [exponent]
    return arithmetic.power, [base, exponent]


def pieces(*parts):
    """The first value whose condition holds; NaN where none does."""
    *front, last, condition = parts
    value = last if condition is True else choose.where(condition, last, np.nan)
    for k in range(len(front) - 2, -1, -2):
        value = choose.where(front[k + 1], front[k], value)
    return value
