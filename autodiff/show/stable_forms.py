"""Spellings that overflow or cancel, and the stable rows that mean the same.

Each pattern gives (vertices of the spelling, its arguments, stable function, text, reason) or None.
A reason is a sentence in English and one in Chinese.
"""

import numpy as np

from ..ops import arithmetic, exponential, reduce, trigonometric

OVERFLOW = ("exp overflows above 709.78", "exp 在 709.78 以上溢出")
UNDERFLOW = ("exp underflows, and log of 0 is -inf", "exp 下溢，log(0) 为 -inf")
CANCELLED = ("digits cancel near 0", "在 0 附近有效数字相消")
CORNER = ("the derivative at 0 is 0 / 0", "在 0 处导数为 0 / 0")
SQUARED = ("squares overflow above 1e154", "平方在 1e154 以上溢出")


class Reader:
    """What stands at a vertex, so that a pattern reads like the formula that it is."""

    def __init__(self, run):
        self.run = run

    def inner(self, v, op, k=0):
        """The vertex that is argument `k`, if `op` made it."""
        if v is None or k >= len(v.edges) or v.edges[k].vertex is None:
            return None
        p = self.run.vertices[v.edges[k].vertex]
        return p if op is None or p.row in (op if type(op) is tuple else (op,)) else None

    def beside(self, v, op, value):
        """The vertex of a sum or product whose other argument is the constant `value`."""
        if v is None or v.row is not op:
            return None
        for k in range(2):
            if self.constant(v, k, value):
                return self.inner(v, None, 1 - k)
        return None

    def constant(self, v, k, value):
        """Whether argument `k` is the constant `value`."""
        e = v.edges[k]
        return e.vertex is None and np.ndim(e.constant) == 0 and e.constant == value

    def squared(self, v):
        """What `v` is the square of."""
        if v is None:
            return None
        if v.row is arithmetic.square:
            return self.inner(v, None)
        if v.row is arithmetic.power and self.constant(v, 1, 2):
            return self.inner(v, None)
        if v.row is arithmetic.multiply and v.edges[0].vertex == v.edges[1].vertex is not None:
            return self.inner(v, None)
        return None


def softplus(r, v):
    """log(1 + exp(x)) -> softplus(x)"""
    raised = r.inner(v, exponential.exp) if v.row is exponential.log1p else None
    total = None
    if v.row is exponential.log:
        total = r.inner(v, arithmetic.add)
        raised = r.beside(total, arithmetic.add, 1)
    if raised is None or raised.row is not exponential.exp:
        return None
    return [total, raised], [r.inner(raised, None)], exponential.softplus, "softplus({0})", OVERFLOW


def log_sum_exp(r, v):
    """log(sum(exp(x))) -> logsumexp(x)"""
    total = r.inner(v, reduce.summed) if v.row is exponential.log else None
    raised = r.inner(total, exponential.exp)
    if raised is None or total is None:
        return None
    params = total.params
    stable = lambda x: reduce.log_sum_exp(x, **params)  # noqa: E731
    return [total, raised], [r.inner(raised, None)], stable, "logsumexp({0})", OVERFLOW


def log_add_exp(r, v):
    """log(exp(x) + exp(y)) -> logaddexp(x, y)"""
    total = r.inner(v, arithmetic.add) if v.row is exponential.log else None
    first, second = r.inner(total, exponential.exp), r.inner(total, exponential.exp, 1)
    if first is None or second is None:
        return None
    args = [r.inner(first, None), r.inner(second, None)]
    return [total, first, second], args, exponential.logaddexp, "logaddexp({0}, {1})", OVERFLOW


def logistic(r, v):
    """1 / (1 + exp(-x)) -> sigmoid(x)"""
    total = None
    if v.row is arithmetic.reciprocal:
        total = r.inner(v, arithmetic.add)
    elif v.row is arithmetic.divide and r.constant(v, 0, 1):
        total = r.inner(v, arithmetic.add, 1)
    raised = r.beside(total, arithmetic.add, 1)
    if raised is None or raised.row is not exponential.exp:
        return None
    turned = r.inner(raised, arithmetic.negative)
    if turned is None:
        return None
    args = [r.inner(turned, None)]
    return [total, raised, turned], args, exponential.sigmoid, "sigmoid({0})", OVERFLOW


def log_sigmoid(r, v):
    """log(sigmoid(x)) -> -softplus(-x)"""
    if v.row is not exponential.log:
        return None
    inner = r.inner(v, exponential.sigmoid)
    if inner is not None:
        used, args = [inner], [r.inner(inner, None)]
    else:
        below = r.inner(v, (arithmetic.divide, arithmetic.reciprocal))
        found = logistic(r, below) if below is not None else None
        if found is None:
            return None
        used, args = [below, *found[0]], found[1]
    return used, args, lambda x: -exponential.softplus(-x), "-softplus(-{0})", UNDERFLOW


def minus_one(r, v):
    """exp(x) - 1 -> expm1(x)"""
    raised = None
    if v.row is arithmetic.subtract and r.constant(v, 1, 1):
        raised = r.inner(v, exponential.exp)
    elif v.row is arithmetic.add:
        raised = r.beside(v, arithmetic.add, -1)
    if raised is None or raised.row is not exponential.exp:
        return None
    return [raised], [r.inner(raised, None)], exponential.expm1, "expm1({0})", CANCELLED


def one_minus(r, v):
    """1 - exp(x) -> -expm1(x)"""
    if v.row is not arithmetic.subtract or not r.constant(v, 0, 1):
        return None
    raised = r.inner(v, exponential.exp, 1)
    if raised is None:
        return None
    args = [r.inner(raised, None)]
    return [raised], args, lambda x: -exponential.expm1(x), "-expm1({0})", CANCELLED


def log_one_plus(r, v):
    """log(1 + x) -> log1p(x)"""
    total = r.inner(v, arithmetic.add) if v.row is exponential.log else None
    x = r.beside(total, arithmetic.add, 1)
    if x is None or x.row is exponential.exp:
        return None
    return [total], [x], exponential.log1p, "log1p({0})", CANCELLED


def log_exp(r, v):
    """log(exp(x)) -> x"""
    raised = r.inner(v, exponential.exp) if v.row is exponential.log else None
    if raised is None:
        return None
    return [raised], [r.inner(raised, None)], arithmetic.positive, "{0}", OVERFLOW


def root_of_square(r, v):
    """sqrt(x**2) -> abs(x)"""
    inner = r.inner(v, None) if v.row is arithmetic.sqrt else None
    x = r.squared(inner)
    return None if x is None else ([inner], [x], arithmetic.absolute, "abs({0})", CORNER)


def hypotenuse(r, v):
    """sqrt(x**2 + y**2) -> hypot(x, y)"""
    total = r.inner(v, arithmetic.add) if v.row is arithmetic.sqrt else None
    squares = r.inner(total, None), r.inner(total, None, 1)
    args = [r.squared(s) for s in squares]
    if None in args:
        return None
    return [total, *squares], args, trigonometric.hypot, "hypot({0}, {1})", SQUARED


def euclidean(r, v):
    """sqrt(sum(x**2)) -> norm(x)"""
    total = r.inner(v, reduce.summed) if v.row is arithmetic.sqrt else None
    square = r.inner(total, None)
    x = r.squared(square)
    if x is None or total is None:
        return None
    params = total.params
    stable = lambda x: reduce.length(x, **params)  # noqa: E731
    return [total, square], [x], stable, "norm({0})", CORNER


def softmax(r, v):
    """exp(x) / sum(exp(x)) -> exp(x - logsumexp(x))"""
    above = r.inner(v, exponential.exp) if v.row is arithmetic.divide else None
    total = r.inner(v, reduce.summed, 1) if above is not None else None
    raised = r.inner(total, exponential.exp)
    if total is None or raised is None or r.inner(raised, None) is not r.inner(above, None):
        return None
    axes = total.params.get("axes")
    stable = lambda x: exponential.exp(x - reduce.log_sum_exp(x, axes=axes, keepdims=True))  # noqa: E731
    used = [total, raised, above]
    return used, [r.inner(raised, None)], stable, "exp({0} - logsumexp({0}))", OVERFLOW


PATTERNS = (
    softplus, log_sum_exp, log_add_exp, log_sigmoid, logistic, softmax, minus_one, one_minus,
    log_one_plus, log_exp, root_of_square, hypotenuse, euclidean,
)  # fmt: skip
