"""The known naive spellings and their stable rows: one row for each identity."""

from typing import Any, NamedTuple, TypeGuard

import numpy as np

from ..core.family import Movement
from ..ops import arithmetic, choose, exponential, reduce, trigonometric
from ..ops.contract import inner_product
from .graph import Node

IDENTITIES: dict[str, list[Any]] = {}


class Identity(NamedTuple):
    """replace(node) -> the stable node or None; reason: what the naive spelling does wrong."""

    replace: Any
    reason: str


def identity(name, reason):
    """Register a rewrite of the rows of a name."""

    def register(f):
        IDENTITIES.setdefault(name, []).append(Identity(f, reason))
        return f

    return register


def of(x, *rows) -> TypeGuard[Node]:
    return type(x) is Node and x.op in rows


def number(x, value):
    return type(x) is not Node and np.ndim(x) == 0 and not isinstance(x, str) and x == value


def pairs(x):
    """Both orders of the arguments of a commutative row."""
    a, b = x.args
    return (a, b), (b, a)


def one_plus(x):
    """a of 1 + a, or None."""
    if of(x, arithmetic.add):
        for a, b in pairs(x):
            if number(a, 1) and type(b) is Node:
                return b
    return None


def squared(x):
    """a of a a, a ** 2 or square(a), or None."""
    if of(x, arithmetic.square):
        return x.args[0]
    if of(x, arithmetic.multiply) and x.args[0] is x.args[1]:
        return x.args[0]
    if of(x, arithmetic.power) and number(x.args[1], 2) and type(x.args[0]) is Node:
        return x.args[0]
    return None


def opposite(a):
    """-a, without two signs."""
    return a.args[0] if of(a, arithmetic.negative) else -a


def negated(x):
    """a of -a or of a * -1, or None."""
    return x.args[0] if of(x, arithmetic.negative) else None


def real(x):
    return type(x) is Node and (x.declared is None or x.declared.kind == "f")


@identity("log", "1 / (1 + exp(-x)) underflows to 0, whose log is infinite")
def log_of_sigmoid(x):
    # log(σ(a)) -> -softplus(-a)
    (s,) = x.args
    return (
        -exponential.softplus(opposite(s.args[0]))
        if of(s, exponential.sigmoid) and real(s)
        else None
    )


@identity("log", "exp overflows, and log(1 + small) loses digits")
def log_of_one_plus_exp(x):
    # log(1 + exp(a)) -> softplus(a)
    e = one_plus(x.args[0])
    return exponential.softplus(e.args[0]) if of(e, exponential.exp) and real(e) else None


@identity("log1p", "exp overflows")
def log1p_of_exp(x):
    # log1p(exp(a)) -> softplus(a)
    (e,) = x.args
    return exponential.softplus(e.args[0]) if of(e, exponential.exp) and real(e) else None


def log_of_rest(a):
    """log(1 - exp(a)): by expm1 near 0 and by log1p far below. Source: M. Mächler 2012."""
    near = a > -float(np.log(2.0))
    return choose.where(
        near,
        exponential.log(-exponential.expm1(choose.where(near, a, -1.0))),
        exponential.log1p(-exponential.exp(choose.where(near, -1.0, a))),
    )


@identity("log1p", "1 - exp(x) cancels near 0")
def log1p_of_minus_exp(x):
    # log1p(-exp(a)) -> log(-expm1(a)) for a > -log 2
    e = negated(x.args[0])
    return log_of_rest(e.args[0]) if of(e, exponential.exp) and real(e) else None


@identity("log", "1 - exp(x) cancels near 0 and near -infinity")
def log_of_one_minus_exp(x):
    # log(1 - exp(a)), or log(-expm1(a)) after another identity
    m = negated(x.args[0])
    if of(m, exponential.expm1) and real(m) and not of(m.args[0], choose.choose):
        return log_of_rest(m.args[0])
    return None


@identity("log", "exp overflows where the sum is far above or far below 1")
def log_of_sum_of_exp(x):
    # log(Σ exp(a)) -> logsumexp(a)
    (s,) = x.args
    if of(s, reduce.summed) and of(s.args[0], exponential.exp) and real(s):
        return reduce.log_sum_exp(s.args[0].args[0], **s.params)
    return None


@identity("log", "exp overflows")
def log_of_two_exps(x):
    # log(exp(a) + exp(b)) -> logaddexp(a, b)
    (s,) = x.args
    if of(s, arithmetic.add) and all([of(a, exponential.exp) for a in s.args]) and real(s):
        return exponential.logaddexp(s.args[0].args[0], s.args[1].args[0])
    return None


@identity("log", "exp overflows and underflows")
def log_of_exp(x):
    # log(exp(a)) -> a, of real numbers
    (e,) = x.args
    return e.args[0] if of(e, exponential.exp) and real(e) else None


@identity("log", "exp underflows to 0, whose log is infinite")
def log_of_softmax(x):
    # log(exp(a) / Σ exp(a)) -> a - logsumexp(a)
    (q,) = x.args
    if of(q, arithmetic.divide) and of(q.args[0], exponential.exp) and real(q):
        e, s = q.args
        if of(s, reduce.summed) and s.args[0] is e:
            return e.args[0] - reduce.log_sum_exp(e.args[0], **s.params)
    return None


@identity("log", "exp underflows to 0, whose log is infinite")
def log_of_elements(x):
    # log(M(exp(a))) -> M(a), and so for a softmax, where M takes or moves elements
    (m,) = x.args
    if type(m) is not Node or not isinstance(m.op, Movement) or len(m.args) != 1 or not real(m):
        return None
    inner = exponential.log(m.args[0])
    for log_of in (log_of_exp, log_of_softmax):
        found = log_of(inner)
        if found is not None:
            return m.op(found, **m.params)
    return None


@identity("log", "1 + x rounds a small x away")
def log_of_one_plus(x):
    # log(1 + a) -> log1p(a);  log(1 - a) -> log1p(-a)
    a = one_plus(x.args[0])
    if a is not None and real(a):
        return exponential.log1p(a)
    s = x.args[0]
    if of(s, arithmetic.subtract) and number(s.args[0], 1) and real(s.args[1]):
        return exponential.log1p(-s.args[1])
    return None


@identity("subtract", "1 - exp(x) cancels near 0")
def one_minus_exp(x):
    # 1 - exp(a) -> -expm1(a);  exp(a) - 1 -> expm1(a)
    a, b = x.args
    if number(a, 1) and of(b, exponential.exp) and real(b):
        return -exponential.expm1(b.args[0])
    if number(b, 1) and of(a, exponential.exp) and real(a):
        return exponential.expm1(a.args[0])
    return None


@identity("subtract", "1 - y cancels where y is near 1")
def one_minus_bounded(x):
    # 1 - tanh(a)² -> sech²(a);  1 - σ(a) -> σ(-a);  1 - cos(a) -> 2 sin²(a / 2)
    one, y = x.args
    if not number(one, 1) or not real(y):
        return None
    if of(y, exponential.sigmoid):
        return exponential.sigmoid(opposite(y.args[0]))
    if of(y, trigonometric.cos):
        half = trigonometric.sin(0.5 * y.args[0])
        return 2 * (half * half)
    t = squared(y)
    return trigonometric.sech2(t.args[0]) if of(t, trigonometric.tanh) else None


@identity("subtract", "the mean of squares and the square of the mean cancel")
def mean_square_minus_square_mean(x):
    # mean(a²) - mean(a)² -> var(a)
    m, s = x.args
    r = squared(s)
    if (
        of(m, reduce.reduced_mean)
        and of(r, reduce.reduced_mean)
        and real(m)
        and m.params == r.params
    ):
        a = squared(m.args[0])
        if a is not None and a is r.args[0]:
            return reduce.variance(a, **m.params)
    return None


@identity("divide", "exp overflows, and so infinity is divided by infinity")
def quotient_of_exps(x):
    # 1 / (1 + exp(-a)) -> σ(a);  exp(a) / (1 + exp(a)) -> σ(a);  exp(a) / Σ exp(a) -> softmax(a)
    a, b = x.args
    e = one_plus(b)
    if of(e, exponential.exp) and real(e):
        if number(a, 1):
            return exponential.sigmoid(opposite(e.args[0]))
        if a is e:
            return exponential.sigmoid(e.args[0])
    if of(a, exponential.exp) and of(b, reduce.summed) and b.args[0] is a and real(a):
        return exponential.exp(a.args[0] - reduce.log_sum_exp(a.args[0], **b.params))
    return None


@identity("reciprocal", "exp overflows")
def reciprocal_of_one_plus_exp(x):
    # 1 / (1 + exp(-a)) -> σ(a)
    e = one_plus(x.args[0])
    return exponential.sigmoid(opposite(e.args[0])) if of(e, exponential.exp) and real(e) else None


def root_of_square(s):
    """The length whose square `s` is, or None."""
    a = squared(s)
    if a is not None and real(a):
        # sqrt(a²) -> |a|
        return arithmetic.absolute(a)
    if of(s, reduce.summed) and real(s):
        # sqrt(Σ a²) -> |a|₂
        a = squared(s.args[0])
        return None if a is None else reduce.length(a, **s.params)
    if of(s, inner_product) and s.args[0] is s.args[1] and real(s):
        return reduce.length(s.args[0], axes=None, keepdims=False)
    if of(s, arithmetic.add) and real(s):
        # sqrt(a² + b²) -> hypot(a, b)
        a, b = map(squared, s.args)
        return None if a is None or b is None else trigonometric.hypot(a, b)
    return None


@identity("sqrt", "the slope of sqrt is infinite at 0, and squares overflow")
def sqrt_of_square(x):
    return root_of_square(x.args[0])


@identity("power", "the slope of a root is infinite at 0, and squares overflow")
def root_of_power(x):
    return root_of_square(x.args[0]) if number(x.args[1], 0.5) else None
