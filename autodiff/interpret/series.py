"""Taylor mode: a value with its Taylor polynomial, and how each row pushes it forward.

Along a curve x(t) = x[0] + x[1] t + x[2] t² + ... the pushforward of a row is a differential
equation for its output, y'(t) = jvp(x'(t), y(t), x(t)), or coefficient by coefficient

    k y[k] = the coefficient of t**(k - 1) of jvp(x', y, x),

and the right side needs y up to k - 1 only.  So the rules that a row has for its first derivative
give all others, if what they call yields its coefficients one at a time.  Rows that are linear
apply to each coefficient by itself; products, quotients and powers, with which the rules are
written, have the recurrences of power series.  Each costs of the order k² for all k coefficients.

Sources: A. Griewank and A. Walther, "Evaluating Derivatives", 2nd edition 2008, chapter 13 (the
recurrences, and differential equations for elementary functions in section 13.2); J. Bettencourt,
M. Johnson and D. Duvenaud, "Taylor-mode automatic differentiation for higher-order derivatives in
JAX", 2019; J. van der Hoeven, "Relax, but don't be too lazy", 2002 (coefficients one at a time).
"""

from itertools import count, repeat
from typing import Any

import numpy as np

from ..core.family import Contraction
from ..core.op import TRACED
from ..core.spec import carries_derivative
from ..core.values import stretch, total, zeros_like as zeros_of
from ..ops.arithmetic import divide, multiply, power
from ..ops.choose import where, zeros_like
from ..ops.contract import matrix_product
from ..ops.exponential import log
from ..ops.linalg import solution
from .batch import Batched
from .forward import Dual
from .inplace_handles import remember
from .methods import Methods
from .sweep import cast
from .tape import Tensor


class Series(Methods):
    """c[0] + c[1] t + ... + c[k] t**k: a Taylor polynomial in the parameter t of one jet.

    coefficients: Taylor coefficients, the n-th derivative divided by n!; arrays or values of lower
    levels, all of the shape and dtype of the first; None is zero.
    """

    __slots__ = ("coefficients", "level", "storage", "steps", "__weakref__")
    coefficients: Any
    level: int
    storage: Any
    steps: Any

    def interpret(self, op, level, args, params):
        made, streams = {}, {}
        for a in args:
            if type(a) is Series and a.level == level and id(a) not in streams:
                streams[id(a)] = stream(list(a.coefficients), repeat(None), level, made)
        out = remembered(op, level, made, [streams.get(id(a), a) for a in args], params)
        order = len(self.coefficients) - 1
        if type(out) is tuple:
            finished = tuple([complete(o, order, level) for o in out])
        else:
            finished = complete(out, order, level)
            if op.view:
                remember(args[0], finished, op, args[1:], params)
        for value, _ in made.values():  # streams refer to each other in circles
            if type(value) is Stream and value.level == level:
                value.source = None
        made.clear()
        return finished

    def lifted(self, value):
        """`value` as a constant polynomial."""
        if type(value) is Series and value.level == self.level:
            return value
        return series([value] + [zeros_of(value)] * (len(self.coefficients) - 1), self.level)

    @property
    def value(self):
        """The value at t = 0."""
        return self.coefficients[0]

    @property
    def shape(self):
        """Sizes of the axes."""
        return self.coefficients[0].shape

    @property
    def dtype(self):
        """The NumPy dtype."""
        return self.coefficients[0].dtype

    def __bool__(self):
        return bool(self.coefficients[0])

    def __repr__(self):
        return f"Series(level={self.level}, coefficients={self.coefficients!r})"


def series(coefficients, level):
    """A power series; a value whose other coefficients are zero everywhere is a constant."""
    if all([c is None for c in coefficients[1:]]):
        return coefficients[0]
    new = Series()
    new.coefficients, new.level = coefficients, level
    return new


def complete(x, order, level):
    """The series of a stream up to `order`; constants as they are."""
    if type(x) is not Stream or x.level != level:
        return x
    return series([x.term(k) for k in range(order + 1)], level)


class Stream(Methods):
    """A power series whose coefficients are found one after another, when they are asked for.

    What a rule is shown in place of a series.  terms: the coefficients found so far; source: gives
    the following ones; made: the streams that this evaluation of a row has made, so that sin and
    cos, each of which is the derivative of the other, are made once.
    """

    __slots__ = ("terms", "source", "level", "made")
    terms: Any
    source: Any
    level: int
    made: Any

    def interpret(self, op, level, args, params):
        return remembered(op, level, self.made, args, params)

    def term(self, k):
        """Coefficient number `k`; None is zero."""
        terms = self.terms
        while len(terms) <= k:
            c = next(self.source)
            if c is not None and c.dtype != terms[0].dtype:
                c = cast(c, terms[0].dtype)
            terms.append(c)
        return terms[k]

    @property
    def value(self):
        """The value at t = 0."""
        return self.terms[0]

    @property
    def shape(self):
        """Sizes of the axes."""
        return self.terms[0].shape

    @property
    def dtype(self):
        """The NumPy dtype."""
        return self.terms[0].dtype

    def __repr__(self):
        return f"Stream(level={self.level}, terms={self.terms!r})"


def stream(terms, source, level, made):
    """A stream that knows `terms` and takes the others from `source`."""
    new = Stream()
    new.terms, new.source, new.level, new.made = terms, source, level, made
    return new


def remembered(op, level, made, args, params):
    """The streams of `op(*args)`, made once for the same arguments."""
    key = (op, *map(id, args), *params.items())
    if key not in made:
        made[key] = applied(op, level, made, args, params), args  # args stay alive, ids stay theirs
    return made[key][0]


def applied(op, level, made, args, params):
    """The streams of `op(*args)`: the value, and where the other coefficients come from."""
    out = op(*values(args, level), **params)
    if not op.differentiable:
        return out
    if type(out) is not tuple:
        if not carries_derivative(out.dtype):
            return out
        y = stream([out], None, level, made)
        y.source = SOURCES.get(op, source_of(op))(op, y, args, params)
        return y
    carry = [carries_derivative(o.dtype) for o in out]
    outs = tuple([stream([o], None, level, made) if c else o for o, c in zip(out, carry)])
    for i, c in enumerate(carry):
        if c:
            outs[i].source = pushed(op, outs[i], args, params, outs, i)
    return outs


def source_of(op):
    """Where the coefficients of a row come from that has no recurrence of its own."""
    return convolved if isinstance(op, Contraction) else pushed


def belongs(x, level):
    """Whether a value is a stream of this level."""
    return type(x) is Stream and x.level == level


def values(args, level):
    """The arguments at t = 0."""
    return [a.terms[0] if belongs(a, level) else a for a in args]


def curves(args, like):
    """The arguments as streams; constants have one coefficient."""
    return [
        a if belongs(a, like.level) else stream([a], repeat(None), like.level, like.made)
        for a in args
    ]


def slope(x):
    """The stream of the derivative x'(t)."""
    key = (slope, id(x))
    if key not in x.made:
        first = x.term(1)
        head = zeros_like(x.terms[0]) if first is None else first
        x.made[key] = stream([head], slopes(x), x.level, x.made), x
    return x.made[key][0]


def slopes(x):
    for k in count(2):
        c = x.term(k)
        yield None if c is None else k * c


def divided_by(c, k):
    """The coefficient c / k; None is zero."""
    return None if c is None else c / k


# ------------------------------------------------------------- where coefficients come from


def pushed(op, y, args, params, outs=None, place=None):
    """y' = jvp(x', y, x), by the row's own rule; y is number `place` of several outputs.

    A rule that gives a constant for a constant tangent does not change along the curve, so the row
    is linear there: where `maximum` and `relu` choose, and where all other factors are constants.
    """
    level = y.level
    out = y if outs is None else outs

    def push(tangents, out, args):
        found = op.jvp(tangents, out, *args, **params)
        return found if place is None else found[place]

    tangents = [slope(a) if belongs(a, level) else None for a in args]
    first = push(values(tangents, level), out, args)
    if belongs(first, level):
        yield first.terms[0]
        w = push(tangents, out, args)
        for k in count(2):
            yield divided_by(w.term(k - 1), k)
    yield first
    primals, out = values(args, level), y.terms[0] if outs is None else tuple(values(outs, level))
    for k in count(2):
        ts = [a.term(k) if belongs(a, level) else None for a in args]
        silent = first is None or all([t is None for t in ts])
        yield None if silent else push(ts, out, primals)


def convolved(op, z, args, params):
    """Leibniz' rule: z[k] is the sum of op(x[i], y[j], ...) with i + j + ... = k.

    With n factors that vary, in one einsum, all z up to k cost of the order k**n / n!.
    """
    factors = curves(args, z)
    for k in count(1):
        yield total(op(*chosen, **params) for chosen in splits(factors, k))


def splits(factors, k):
    """One coefficient of each factor, in every way that the orders add up to `k`."""
    first, *rest = factors
    if not rest:
        c = first.term(k)
        if c is not None:
            yield (c,)
        return
    for j in range(k + 1):
        c = first.term(j)
        if c is not None:
            for others in splits(rest, k - j):
                yield (c, *others)


def remainders(product, x, y, z):
    """What is left of x = y z for y[0] z[k]: x[k] - y[1] z[k-1] - ... - y[k] z[0]."""
    for k in count(1):
        pairs = [(y.term(j), z.term(k - j)) for j in range(1, k + 1)]
        taken = total(product(a, b) for a, b in pairs if a is not None and b is not None)
        yield total([x.term(k), None if taken is None else -taken])


def divided(op, z, args, params):
    """z = x / y"""
    x, y = curves(args, z)
    for rest in remainders(multiply, x, y, z):
        yield None if rest is None else op(rest, y.term(0))


def solved(op, x, args, params):
    """The solution x of a x = b."""
    a, b = curves(args, x)
    for rest in remainders(matrix_product, b, a, x):
        yield None if rest is None else op(a.term(0), rest)


def raised(op, z, args, params):
    """z = x ** y, by z' = z (y x' / x + y' ln x).

    Whole powers are products, also at x = 0.  Where the power vanishes otherwise, the quotient by x
    says nothing, and the row's own rule goes down one power after the other.
    """
    x, y = args
    if not belongs(x, z.level):
        yield from pushed(op, z, args, params)
    elif whole(y):
        w = multiplied(x, y)
        for k in count(1):
            c = w.term(k) if belongs(w, z.level) else None
            yield None if c is None else stretch(c, z.shape)
    elif vanishing(numbers(z)):
        yield from pushed(op, z, args, params)
    else:
        variable = slope(y) * log(x) if belongs(y, z.level) else None
        w = z * total([slope(x) * y / x, variable])
        yield w.term(0)
        for k in count(2):
            yield divided_by(w.term(k - 1), k)


def multiplied(x, n) -> Any:
    """x ** n for whole numbers n, by repeated squaring; None for n = 0."""
    found, n = None, np.asarray(n).astype(int)
    while n.any():
        odd = n % 2 == 1
        if odd.any():
            more = x if found is None else found * x
            found = more if odd.all() else where(odd, more, 1 if found is None else found)
        n = n // 2
        x = x * x
    return found


def whole(exponents):
    """Whether these are constants, all of them 0, 1, 2, ..."""
    if type(exponents) in TRACED or np.result_type(exponents).kind == "c":
        return False
    n = np.asarray(exponents)
    return bool(np.all((n >= 0) & (n <= 2**53) & (n == np.floor(n))))


def vanishing(powers):
    """Whether one of these, if they are known, is too small to divide by."""
    return powers is not None and bool(np.any(np.abs(powers) < np.finfo(powers.dtype).tiny))


def numbers(x):
    """The numbers of a value at t = 0; None for a node of a graph, which has none yet."""
    while type(x) in (Tensor, Dual, Batched, Series, Stream):
        x = x.value
    return None if type(x) in TRACED else x


SOURCES = {multiply: convolved, divide: divided, solution: solved, power: raised}
