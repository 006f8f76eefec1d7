"""More naive spellings and their stable rows: quotients of exponentials, and other logarithms."""

import numpy as np

from ..core.op import Op
from ..ops import arithmetic, choose, exponential, reduce, trigonometric
from .graph import Node
from .identities import log_of_rest, logarithm_of, unless_negative
from .patterns import (
    IDENTITIES,
    identity,
    late,
    negated,
    number,
    of,
    one_plus,
    opposite,
    real,
    squared,
    terms,
)


@identity("log", "exp overflows, and exp(x) - 1 cancels near 0")
def log_of_expm1(x):
    # log(expm1(a)) -> a + log(1 - exp(-a))
    (m,) = x.args
    return m.args[0] + log_of_rest(-m.args[0]) if of(m, exponential.expm1) and real(m) else None


def weighed_exp(a):
    """(weights, exponential) of a product of them, where the weights are numbers of 0 or more."""
    if not of(a, arithmetic.multiply) or not real(a):
        return None
    for c, e in (a.args, a.args[::-1]):
        if type(c) is not Node and of(e, exponential.exp) and e.known == a.known:
            c = np.asarray(c)
            if c.dtype.kind in "biuf" and (c >= 0).all() and np.isfinite(c).all():
                return c, e
    return None


def exponent(a):
    """What `a` is the exponential of, with the logarithm of its weights; else None."""
    if of(a, exponential.exp):
        return a.args[0]
    found = weighed_exp(a)
    if found is None:
        return None
    with np.errstate(divide="ignore"):
        return found[1].args[0] + np.log(found[0].astype(float))


@identity("log", "exp overflows and underflows")
def log_of_weighed_exps(x):
    # log(v exp(a) + w exp(b)) -> logaddexp(a + log v, b + log w);  log(Σ w exp(a)) the same
    (s,) = x.args
    if of(s, reduce.summed) and real(s) and weighed_exp(s.args[0]):
        return reduce.log_sum_exp(exponent(s.args[0]), **s.params)
    if of(s, arithmetic.add) and real(s):
        parts = terms(s)
        whole = [exponent(a) if type(a) is Node else logarithm_of(a) for a in parts]
        if all(a is not None for a in whole):
            found = whole[0]
            for a in whole[1:]:
                found = exponential.logaddexp(found, a)
            return found if type(found) is Node else None
    return None


@identity("log", "a square underflows or overflows, and a root of an exponential does")
def log_of_power(x):
    # log(a²) -> 2 log|a|;  log(√exp(a)) -> a / 2
    (s,) = x.args
    a = squared(s)
    if a is not None and real(a):
        return 2 * exponential.log(arithmetic.absolute(a))
    if of(s, arithmetic.sqrt) and of(s.args[0], exponential.exp) and real(s):
        return 0.5 * s.args[0].args[0]
    return None


@identity("log", "the gamma function overflows")
def log_of_gamma(x):
    # log(Γ(a)) -> gammaln(a), and NaN where Γ is below 0
    (y,) = x.args
    gammaln = Op.table.get("gammaln")
    if gammaln is None or not late(y, "gamma") or not real(y):
        return None
    return unless_negative(choose.sign(y), gammaln(y.args[0]))


def other_logarithm(base):
    """log(u) of another base, by what is known of the natural one."""

    def replace(x):
        found = exponential.log(x.args[0])
        for _ in range(8):
            for known in IDENTITIES.get("log", ()):
                new = known.replace(found)
                if type(new) is Node:
                    found = new
                    break
            else:
                break
            if not of(found, exponential.log):
                return found * float(1 / np.log(base))
        return None

    return replace


identity("log2", "the argument overflows or underflows")(other_logarithm(2.0))
identity("log10", "the argument overflows or underflows")(other_logarithm(10.0))


@identity("divide", "exp overflows, and infinity is divided by infinity")
def ratio_of_exps(x):
    # exp(a) / exp(b) -> exp(a - b);  σ(a) / σ(-a) -> exp(a);  y / (1 + exp(a)) -> y σ(-a)
    a, b = x.args
    if not real(x):
        return None
    if of(a, exponential.exp) and of(b, exponential.exp):
        return exponential.exp(a.args[0] - b.args[0])
    if of(a, exponential.sigmoid) and of(b, exponential.sigmoid):
        u, v = a.args[0], b.args[0]
        return exponential.exp(u) if negated(v) is u or negated(u) is v else None
    e = one_plus(b)
    if of(e, exponential.exp) and type(a) is Node and not of(a, exponential.exp):
        return (
            None if hyperbolic(a, b) is not None else a * exponential.sigmoid(opposite(e.args[0]))
        )
    return None


@identity("divide", "exp overflows, and infinity is divided by infinity")
def ratio_of_hyperbolic(x):
    # sinh(a) / cosh(a) -> tanh(a), also written with exponentials
    return hyperbolic(*x.args) if real(x) else None


def hyperbolic(a, b):
    """tanh of half the difference of two exponents, if a / b is (e^u - e^v) / (e^u + e^v)."""
    if of(a, trigonometric.sinh) and of(b, trigonometric.cosh) and a.args[0] is b.args[0]:
        return trigonometric.tanh(a.args[0])
    if of(a, arithmetic.subtract) and of(b, arithmetic.add):
        (u, v), parts = a.args, b.args
        if of(u, exponential.exp) and of(v, exponential.exp) and {u, v} == set(parts):
            return trigonometric.tanh(0.5 * (u.args[0] - v.args[0]))
    e, m = one_plus(b), negated(a)
    if of(e, exponential.exp):
        for part, half in ((a, 0.5), (m, -0.5)):
            if of(part, exponential.expm1) and part.args[0] is e.args[0]:
                return trigonometric.tanh(half * e.args[0])
    return None


@identity("divide", "exp overflows")
def weighed_softmax(x):
    # y exp(a) / Σ exp(a) -> y softmax(a)
    a, s = x.args
    if not of(a, arithmetic.multiply) or not of(s, reduce.summed) or not real(x):
        return None
    for y, e in (a.args, a.args[::-1]):
        if s.args[0] is e and of(e, exponential.exp):
            return y * exponential.exp(e.args[0] - reduce.log_sum_exp(e.args[0], **s.params))
    return None


@identity("sqrt", "the slope of sqrt is infinite at 0")
def root_of_even_power(x):
    # sqrt(a⁴) -> a²;  sqrt(a⁶) -> |a|³
    (s,) = x.args
    if of(s, arithmetic.power) and real(s):
        for n in (4, 6, 8):
            if number(s.args[1], n):
                return arithmetic.absolute(s.args[0]) ** (n / 2)
    return None
