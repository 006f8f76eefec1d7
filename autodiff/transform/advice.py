"""What to write instead: stable spellings for operators that overflow or have infinite slopes."""

import numpy as np

from ..core.errors import AutodiffError
from ..core.op import new_level
from ..core.spec import Spec
from ..core.tree import flatten, unflatten
from ..interpret.graph import Node, node, placeholder
from ..interpret.stabilize import rewritten
from .function import as_inputs, result

# Operator -> what is said where it makes the first value that is not finite.
SPELLINGS = {
    "log": "log(x) is infinite at 0: where x log(x) is meant, autodiff.scipy.special.xlogy(x, x);"
    " where x is a product or a sum of exponentials, sum log(...) or logsumexp(...); for data that"
    " may be 0, log(maximum(x, tiny))",
    "log2": "log2(x) is infinite at 0: keep x away from 0, or choose, log2(maximum(x, tiny))",
    "log10": "log10(x) is infinite at 0: keep x away from 0 by maximum(x, tiny)",
    "log1p": "log1p(x) is infinite at -1: log1p(-exp(x)) and log(1 - x) are stable where x is an"
    " exponential or a sigmoid, written out in one expression",
    "sqrt": "sqrt(x) has an infinite slope at 0: of squares write norm(x), hypot(x, y) or abs(x);"
    " else choose, where(x > 0, sqrt(x), 0), or shift, sqrt(x + tiny)",
    "cbrt": "cbrt(x) has an infinite slope at 0: choose, where(x != 0, cbrt(x), 0)",
    "power": "x ** y has an infinite slope at x = 0 for y < 1, and is infinite for y < 0: choose,"
    " where(x > 0, x ** y, 0); of negative x only whole exponents are real",
    "divide": "a quotient is infinite where the denominator is 0: choose, where(y != 0, x / y, 0);"
    " sin(x) / x is sinc(x / pi), exp(x) / sum(exp(x)) is softmax(x)",
    "reciprocal": "1 / x is infinite at 0: choose, where(x != 0, 1 / x, 0)",
    "exp": "exp(x) overflows above 709 (88 in float32): log(sum(exp(x))) is logsumexp(x),"
    " log(1 + exp(x)) is softplus(x), exp(x) / sum(exp(x)) is softmax(x), 1 / (1 + exp(-x)) is"
    " sigmoid(x)",
    "expm1": "expm1(x) overflows above 709: keep the logarithm, softplus(x) or logaddexp(x, y)",
    "exp2": "exp2(x) overflows above 1023: keep the logarithm",
    "sinh": "sinh(x) overflows above 710: keep its logarithm, x - log(2) + log1p(-exp(-2 x))",
    "cosh": "cosh(x) overflows above 710: log(cosh(x)) is logaddexp(x, -x) - log(2)",
    "tan": "tan(x) is infinite at odd multiples of pi/2: use sin(x) and cos(x), or arctan2",
    "asin": "arcsin(x) has infinite slopes at -1 and 1: an angle is arctan2(y, x)",
    "acos": "arccos(x) has infinite slopes at -1 and 1: the angle of two vectors is"
    " 2 arctan2(norm(a - b), norm(a + b)) of unit vectors",
    "atanh": "arctanh(x) is infinite at -1 and 1: keep x inside by clip",
    "acosh": "arccosh(x) has an infinite slope at 1: 2 arcsinh(sqrt((x - 1) / 2)) has it too;"
    " choose another parameter there",
    "logit": "logit(x) is infinite at 0 and 1: keep the argument of the sigmoid itself",
    "multiply": "a product overflows: add logarithms; where 0 times infinity is meant as 0, choose"
    " before, or write xlogy",
    "square": "a square overflows: norm(x), hypot(x, y) and abs(x) need no squares",
    "multiplied": "a product of many factors overflows: exp(sum(log(abs(x)))) and the sign apart",
    "cumprod": "a product of many factors overflows: cumsum(log(abs(x))) and the sign apart",
    "determinant": "det(a) overflows: sign, logarithm = slogdet(a)",
    "signed_log_determinant": "the matrix is singular: add a multiple of the identity",
    "inverse": "the matrix is singular: solve(a, b) of a + tiny identity, or pinv(a)",
    "solution": "the matrix is singular to working precision: lstsq(a, b), or a + tiny identity",
    "gamma": "gamma(x) overflows above 171 and has poles: gammaln(x)",
    "maximum": "an infinity was given: take a finite bound",
}  # fmt: skip


def advice(f, args, event):
    """Sentences on what to write: of formulas in `f` that have stable forms, and of operators."""
    path = event.path()
    texts = rewrites(f, args)
    names = dict.fromkeys([e.op.name for e in path if e.op is not None])
    known = [SPELLINGS[n] for n in names if n in SPELLINGS]
    if path[0].op is None:
        texts.append("the arguments are not finite: choose before, where(isfinite(x), x, 0)")
    return texts + known[:1]


def rewrites(f, args):
    """Formulas of `f` for which a graph knows a stable one."""
    try:
        outputs = graph_of(f, args)
    except (AutodiffError, TypeError, ValueError):  # what has no graph has no formulas
        return []
    done = rewritten(outputs)[1]
    return [f"{r.after} in place of {r.before}: {r.reason}" for r in done]


def graph_of(f, args):
    """The outputs of `f` as nodes of a graph."""
    leaves, structure, _ = as_inputs("explain_nan", args)
    level = new_level()
    nodes = [node(placeholder, (), {}, Spec(x.shape, x.dtype), level) for x in leaves]
    for i, x in enumerate(nodes):
        x.given = "x" if len(nodes) == 1 else f"x{i}"
    with np.errstate(all="ignore"):
        outputs = flatten(f(*unflatten(structure, nodes)))[0]
    return [y for y in map(result, outputs) if type(y) is Node]
