"""How rows are spelled element by element in the words of SymPy and of mpmath.

A spelling is `lambda w, *elements: ...`, where `w` has the words of one of them; a row of NAMED
has there the name that it has here.
"""

import math
import operator
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np

from ..core.errors import AutodiffError
from ..ops import arithmetic, choose, complex, exponential, special, trigonometric

NAMED = (
    exponential.exp, exponential.log, arithmetic.sqrt, special.erf, choose.floor,
    trigonometric.sin, trigonometric.cos, trigonometric.tan, trigonometric.asin,
    trigonometric.acos, trigonometric.atan, trigonometric.atan2, trigonometric.sinh,
    trigonometric.cosh, trigonometric.tanh, trigonometric.asinh, trigonometric.acosh,
    trigonometric.atanh, choose.maximum, choose.minimum, choose.ceil, choose.equal,
    choose.not_equal, choose.less, choose.less_equal, choose.greater, choose.greater_equal,
    choose.logical_and, choose.logical_or, choose.logical_not, choose.logical_xor, choose.choose,
    choose.isnan, choose.isinf, choose.isfinite, complex.conjugate, complex.real_part,
    complex.imaginary_part,
)  # fmt: skip


def nearest(w, x):
    """The nearest integer, halves to even."""
    up = w.floor(x + w.half)
    halfway = w.logical_and(w.equal(up - x, w.half), w.not_equal(up, 2 * w.floor(up / 2)))
    return w.choose(halfway, up - 1, up)


SPELLED = {
    arithmetic.add: lambda w, x, y: x + y,
    arithmetic.subtract: lambda w, x, y: x - y,
    arithmetic.multiply: lambda w, x, y: x * y,
    arithmetic.divide: lambda w, x, y: x / y,
    arithmetic.power: lambda w, x, y: x**y,
    arithmetic.remainder: lambda w, x, y: x % y,
    arithmetic.negative: lambda w, x: -x,
    arithmetic.positive: lambda w, x: x,
    arithmetic.reciprocal: lambda w, x: 1 / x,
    arithmetic.absolute: lambda w, x: abs(x),
    arithmetic.square: lambda w, x: x * x,
    arithmetic.cbrt: lambda w, x: w.sign(x) * w.cbrt(abs(x)),
    exponential.exp2: lambda w, x: 2**x,
    exponential.expm1: lambda w, x: w.exp(x) - 1,
    exponential.log2: lambda w, x: w.log(x) / w.log(2),
    exponential.log10: lambda w, x: w.log(x) / w.log(10),
    exponential.log1p: lambda w, x: w.log(1 + x),
    exponential.logaddexp: lambda w, x, y: w.log(w.exp(x) + w.exp(y)),
    exponential.sigmoid: lambda w, x: 1 / (1 + w.exp(-x)),
    exponential.softplus: lambda w, x: w.log(1 + w.exp(x)),
    exponential.relu: lambda w, x: w.maximum(x, w.zero),
    trigonometric.hypot: lambda w, x, y: w.sqrt(x * x + y * y),
    trigonometric.sech2: lambda w, x: 1 / w.cosh(x) ** 2,
    special.bell: lambda w, x: w.exp(-x * x),
    complex.convert: lambda w, x, **_: x,
    choose.rint: nearest,
    choose.floor_divide: lambda w, x, y: w.floor(x / y),
    choose.real_sign: lambda w, x: w.sign(x),
    choose.limit: lambda w, x, low, high: w.minimum(w.maximum(x, low), high),
    choose.bitwise_and: lambda w, x, y: w.logical_and(x, y),
    choose.bitwise_or: lambda w, x, y: w.logical_or(x, y),
    choose.bitwise_xor: lambda w, x, y: w.logical_xor(x, y),
    choose.invert: lambda w, x: w.logical_not(x),
    choose.ones_like: lambda w, x: w.one,
    choose.zeros_like: lambda w, x: w.zero,
}
SPELLED.update({row: lambda w, *xs, name=row.name: getattr(w, name)(*xs) for row in NAMED})

# Numbers of the field, by the double that programs have for them.
CONSTANTS = {
    math.pi: lambda w: w.pi,
    math.tau: lambda w: 2 * w.pi,
    math.pi / 2: lambda w: w.pi / 2,
    math.e: lambda w: w.exp(w.one),
    math.log(2): lambda w: w.log(2 * w.one),
    math.log(10): lambda w: w.log(10 * w.one),
    2 / math.sqrt(math.pi): lambda w: 2 / w.sqrt(w.pi),
    math.sqrt(2): lambda w: w.sqrt(2 * w.one),
}
SIMPLE = 1000  # the largest denominator of a fraction that is written as one


def fraction(x) -> Any:
    """A float as a fraction, if it is one of a small denominator and of digits alone; else None."""
    if not abs(x) < 2**53:
        return None
    exact = Fraction(x)
    return exact if exact.denominator <= SIMPLE else None


def needed(module, purpose):
    """The sentence of an optional package that is not installed."""
    return AutodiffError(
        f"{purpose} needs {module}, which is not installed; install the extra [symbolic] of "
        "autodiff-numpy"
    )


def sympy_module(purpose) -> Any:
    """SymPy, or one sentence on how to have it."""
    try:
        import sympy
    except ImportError:
        raise needed("SymPy", purpose) from None
    return sympy


def mpmath_module(purpose) -> Any:
    """mpmath, or one sentence on how to have it."""
    try:
        import mpmath
    except ImportError:
        raise needed("mpmath", purpose) from None
    return mpmath


def sympy_words(sympy):
    """The words of SymPy."""

    def choice(c, x, y):
        return sympy.Piecewise((x, c), (y, True))

    def of_truths(connective):
        """A connective that takes a number for whether it is not zero."""
        return lambda *xs: connective(
            *[x if isinstance(x, sympy.logic.boolalg.Boolean) else sympy.Ne(x, 0) for x in xs]
        )

    words = {row.name: getattr(sympy, row.name) for row in NAMED if hasattr(sympy, row.name)}
    words |= {
        "ceil": sympy.ceiling, "maximum": sympy.Max, "minimum": sympy.Min, "choose": choice,
        "equal": sympy.Eq, "not_equal": sympy.Ne, "less": sympy.Lt, "less_equal": sympy.Le,
        "greater": sympy.Gt, "greater_equal": sympy.Ge, "logical_and": of_truths(sympy.And),
        "logical_or": of_truths(sympy.Or), "logical_not": of_truths(sympy.Not),
        "logical_xor": of_truths(sympy.Xor),
        "isnan": lambda x: sympy.sympify(x is sympy.nan),
        "isinf": lambda x: sympy.sympify(x in (sympy.oo, -sympy.oo, sympy.zoo)),
        "isfinite": lambda x: sympy.sympify(x not in (sympy.oo, -sympy.oo, sympy.zoo, sympy.nan)),
        "real_part": sympy.re, "imaginary_part": sympy.im, "sign": sympy.sign,
        "cbrt": lambda x: x ** sympy.Rational(1, 3), "pi": sympy.pi, "half": sympy.Rational(1, 2),
        "one": sympy.Integer(1), "zero": sympy.Integer(0),
    }  # fmt: skip
    return SimpleNamespace(**words)


def mpmath_words(context):
    """The words of a context of mpmath, whose comparisons are Python's."""
    words = {row.name: getattr(context, row.name) for row in NAMED if hasattr(context, row.name)}
    words |= {
        "maximum": lambda x, y: x if x >= y else y, "minimum": lambda x, y: x if x <= y else y,
        "choose": lambda c, x, y: x if c else y, "equal": operator.eq, "not_equal": operator.ne,
        "less": operator.lt, "less_equal": operator.le, "greater": operator.gt,
        "greater_equal": operator.ge, "logical_and": lambda x, y: bool(x and y),
        "logical_or": lambda x, y: bool(x or y), "logical_not": operator.not_,
        "logical_xor": lambda x, y: bool(x) != bool(y), "isfinite": context.isfinite,
        "conjugate": context.conj,
        "real_part": context.re, "imaginary_part": context.im, "sign": context.sign,
        "cbrt": context.cbrt, "half": context.mpf(0.5),
        "one": context.mpf(1), "zero": context.mpf(0),
    }  # fmt: skip
    return SimpleNamespace(**words)


def sympy_number(sympy, words):
    """A function from a number to the same number of SymPy, exactly."""

    def number(x):
        if isinstance(x, sympy.Basic):
            return x
        if isinstance(x, (bool, np.bool_)):
            return sympy.true if x else sympy.false
        if isinstance(x, (int, np.integer)):
            return sympy.Integer(int(x))
        if np.iscomplexobj(x):
            return number(x.real) + sympy.I * number(x.imag)
        x = float(x)
        sign = -1 if x < 0 else 1
        if abs(x) in CONSTANTS:
            return sign * CONSTANTS[abs(x)](words)
        exact = fraction(x)
        if exact is not None:
            return sympy.Rational(exact.numerator, exact.denominator)
        return sympy.Float(x)

    return number


def mpmath_number(context):
    """A function from a number to the same number of mpmath, exactly."""

    def number(x):
        if isinstance(x, (bool, np.bool_)):
            return bool(x)
        if isinstance(x, (int, np.integer)):
            return context.mpf(int(x))
        if isinstance(x, (float, np.floating)):
            return context.mpf(float(x))
        return context.mpc(x.real, x.imag) if np.iscomplexobj(x) else x

    return number
