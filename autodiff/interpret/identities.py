"""The known naive spellings and their stable rows: one row for each identity."""

import numpy as np

from ..core.family import Movement
from ..core.op import Op
from ..ops import arithmetic, choose, exponential, linalg, reduce, trigonometric
from ..ops.contract import inner_product
from .graph import Node
from .patterns import (
    IDENTITIES as IDENTITIES,
    identity,
    late,
    negated,
    number,
    of,
    one_plus,
    opposite,
    pairs,
    real,
    size_of,
    squared,
    terms,
)


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
def log_of_exps(x):
    # log(exp(a) + exp(b) + c) -> logaddexp(logaddexp(a, b), log(c)), of numbers c > 0
    (s,) = x.args
    parts = terms(s)
    if not of(s, arithmetic.add) or not real(s):
        return None
    whole = [a.args[0] if of(a, exponential.exp) else logarithm_of(a) for a in parts]
    if any([a is None for a in whole]) or all([type(a) is not Node for a in whole]):
        return None
    found = whole[0]
    for a in whole[1:]:
        found = exponential.logaddexp(found, a)
    return found


def logarithm_of(c):
    """The logarithm of a number above 0, else None."""
    return float(np.log(c)) if isinstance(c, (int, float)) and 0 < c < np.inf else None


@identity("log", "exp overflows")
def log_of_mean_of_exp(x):
    # log(mean(exp(a))) -> logsumexp(a) - log(n)
    (m,) = x.args
    if of(m, reduce.reduced_mean) and of(m.args[0], exponential.exp) and real(m):
        n = size_of(m.args[0], m.params["axes"])
        if n:
            return reduce.log_sum_exp(m.args[0].args[0], **m.params) - float(np.log(n))
    return None


@identity("log", "cosh and sinh overflow")
def log_of_hyperbolic(x):
    # log(cosh(a)) -> logaddexp(a, -a) - log 2;  log(sinh(a)) -> a + log(1 - exp(-2a)) - log 2
    (h,) = x.args
    if of(h, trigonometric.cosh) and real(h):
        return exponential.logaddexp(h.args[0], opposite(h.args[0])) - float(np.log(2.0))
    if of(h, trigonometric.sinh) and real(h):
        return h.args[0] + log_of_rest(-2.0 * h.args[0]) - float(np.log(2.0))
    return None


def unless_negative(sign, y):
    """`y`, and NaN where the logarithm of a negative number was asked."""
    return y + choose.where(sign < 0, np.nan, 0.0)


@identity("log", "a product of many factors underflows or overflows")
def log_of_product(x):
    # log(Π a) -> Σ log|a|;  log(det(a)) -> slogdet(a)
    (p,) = x.args
    if of(p, reduce.multiplied) and real(p):
        (a,) = p.args
        sign = reduce.multiplied(choose.sign(a), **p.params)
        logs = exponential.log(arithmetic.absolute(a))
        return unless_negative(sign, reduce.summed(logs, **p.params))
    if of(p, linalg.determinant) and real(p):
        return unless_negative(*linalg.signed_log_determinant(p.args[0]))
    return None


@identity("log", "the tail of a distribution underflows, and 1 - erf(x) cancels")
def log_of_tail(x):
    # log(erfc(a)), log(1 - erf(a)) -> log 2 + log_ndtr(-√2 a);  log(ndtr(a)) -> log_ndtr(a)
    (y,) = x.args
    log_ndtr = Op.table.get("log_ndtr")
    if log_ndtr is None or not real(y):
        return None
    if late(y, "ndtr"):
        return log_ndtr(y.args[0])
    tail = of(y, arithmetic.subtract) and number(y.args[0], 1) and late(y.args[1], "erf")
    if tail or late(y, "erfc"):
        a = (y.args[1] if tail else y).args[0]
        return log_ndtr(a * -(2.0**0.5)) + float(np.log(2.0))
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
    if of(a, exponential.exp) and of(b, arithmetic.add) and real(b):
        # exp(a) / (exp(a) + exp(b)) -> σ(a - b)
        for first, other in pairs(b):
            if first is a and of(other, exponential.exp):
                return exponential.sigmoid(a.args[0] - other.args[0])
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
    if of(s, reduce.reduced_mean) and real(s):
        # sqrt(mean(a²)) -> |a|₂ / √n
        a, n = squared(s.args[0]), size_of(s.args[0], s.params["axes"])
        return reduce.length(a, **s.params) / float(np.sqrt(n)) if a is not None and n else None
    if of(s, reduce.variance) and real(s.args[0]):
        # sqrt(var(a)) -> std(a)
        return reduce.deviated(s.args[0], **s.params)
    if of(s, arithmetic.add) and real(s):
        # sqrt(a² + b² + c²) -> hypot(hypot(a, b), c)
        sides = list(map(squared, terms(s)))
        if any([a is None for a in sides]):
            return None
        found = sides[0]
        for a in sides[1:]:
            found = trigonometric.hypot(found, a)
        return found
    return None


def square_of_length(x):
    """The square of a root, at 0 by what the root was taken of; elsewhere as it is; or None."""
    a = squared(x)
    exact = under_root(a) if type(a) is Node else None
    if exact is None or of(a, arithmetic.absolute):
        return exact
    still = a == 0
    length = choose.where(still, 1, a)
    return choose.where(still, exact, length * length)


def under_root(a):
    """What a length is the root of, or None."""
    if of(a, arithmetic.absolute) and real(a.args[0]):
        # |a|² -> a a
        return a.args[0] * a.args[0]
    if of(a, reduce.length) and real(a.args[0]):
        # |a|₂² -> Σ a a
        return reduce.summed(a.args[0] * a.args[0], **a.params)
    if of(a, trigonometric.hypot):
        # hypot(a, b)² -> a a + b b
        return a.args[0] * a.args[0] + a.args[1] * a.args[1]
    return None


for _row in ("square", "power", "multiply"):
    identity(_row, "the slope of a length at 0 is a convention, that of its square is not")(
        square_of_length
    )


@identity("sqrt", "the slope of sqrt is infinite at 0, and squares overflow")
def sqrt_of_square(x):
    return root_of_square(x.args[0])


@identity("power", "the slope of a root is infinite at 0, and squares overflow")
def root_of_power(x):
    return root_of_square(x.args[0]) if number(x.args[1], 0.5) else None
