"""Formulas of nodes as text: powers and products are collected, as a reader would write them."""

from typing import Any, NamedTuple

import numpy as np

from ..interpret.graph import INFIX, Node, placeholder, upstream
from ..ops import arithmetic, complex, index, move
from .digits import number_text

SUM, PRODUCT, ATOM = range(3)  # how tightly a text is bound
OPERATORS = INFIX | {"matrix_product": "@", "inner_product": "@", "matrix_vector": "@"}
# how tightly the result of an infix row is bound, and how tightly its arguments must be
BOUND = {
    "add": (SUM, SUM, PRODUCT), "subtract": (SUM, SUM, PRODUCT), "multiply": (PRODUCT, ATOM, ATOM),
    "divide": (PRODUCT, ATOM, ATOM), "matrix_product": (PRODUCT, ATOM, ATOM),
    "power": (PRODUCT, ATOM, ATOM),
}  # fmt: skip


class Monomial(NamedTuple):
    """coefficient times powers: {text: (how tightly it is bound, exponent)}."""

    coefficient: Any
    factors: dict


def factor(text, binding=ATOM):
    """The monomial that is one text."""
    return Monomial(1, {text: (binding, 1)})


def coefficient_text(x):
    """A number in a formula: all the digits of a short one, else six."""
    short = f"{x:.6g}"
    return number_text(x) if x == int(x) and abs(x) < 1e6 else short


def tight(piece, needed):
    """A text that comes with how tightly it is bound, in parentheses if that is not enough."""
    return enclosed(piece[0], piece[1], needed)


def times(a, b, power=1):
    """The product of two monomials, the second to a power of 1 or -1."""
    factors = dict(a.factors)
    for text, (binding, exponent) in b.factors.items():
        total = exponent * power + factors.pop(text, (binding, 0))[1]
        if total:
            factors[text] = binding, total
    return Monomial(a.coefficient * b.coefficient**power, factors)


def enclosed(text, binding, needed):
    """A text in parentheses if it is not bound as tightly as needed."""
    return text if binding >= needed else f"({text})"


def written(m):
    """(text, binding) of a monomial."""
    above = [(t, b, e) for t, (b, e) in m.factors.items() if e > 0]
    below = [(t, b, -e) for t, (b, e) in m.factors.items() if e < 0]
    sign, size = ("-" if m.coefficient < 0 else ""), abs(m.coefficient)
    parts = [power_text(*p) for p in above]
    if len(parts) == 1 and size == 1 and not below and above[0][2] == 1:
        text, binding = above[0][0], above[0][1]
        return (f"-{enclosed(text, binding, PRODUCT)}", PRODUCT) if sign else (text, binding)
    if size != 1 or not parts:
        parts.insert(0, coefficient_text(size))
    text = sign + " * ".join(parts)
    if not below:
        single = len(parts) == 1 and not sign
        return text, ATOM if single and not above else PRODUCT
    under = " * ".join(power_text(*p) for p in below)
    return f"{text} / {f'({under})' if len(below) > 1 else under}", PRODUCT


def power_text(text, binding, exponent):
    """A factor with its exponent."""
    inner = enclosed(text, binding, ATOM)
    return inner if exponent == 1 else f"{inner}**{coefficient_text(exponent)}"


def summed(a, b, sign):
    """The sum or the difference of two monomials, as a text in one piece."""
    if not a.factors and not b.factors:
        return Monomial(a.coefficient + sign * b.coefficient, {})
    if a.factors == b.factors:
        return Monomial(a.coefficient + sign * b.coefficient, a.factors)
    b = Monomial(sign * b.coefficient, b.factors)
    if not a.coefficient or not b.coefficient:
        return a if a.coefficient else b
    text, _ = written(a)
    other = written(Monomial(abs(b.coefficient), b.factors))
    tail = tight(other, PRODUCT) if b.coefficient < 0 else other[0]
    return factor(f"{text} {'-' if b.coefficient < 0 else '+'} {tail}", SUM)


def constant(x):
    """The monomial of a constant argument."""
    array = np.asarray(x)
    if array.size and array.dtype.kind in "biuf" and (array == array.flat[0]).all():
        return Monomial(float(array.flat[0]), {})
    if array.ndim == 0:
        return factor(number_text(array[()]))
    return factor(f"array{array.shape}")


def index_text(index):
    """The inside of the brackets of `x[index]`."""
    parts = list(index.key)
    while parts and parts[-1] is Ellipsis:
        parts.pop()
    return ", ".join(part_text(p) for p in parts)


def part_text(part):
    if type(part) is tuple:
        start, stop, step = ("" if p is None else str(p) for p in part)
        return f"{start}:{stop}" + (f":{step}" if step else "")
    return "..." if part is Ellipsis else str(part)


def called(op, texts: list[Any], params) -> tuple[str, int]:
    """(text, binding) of a row of arguments that are written already, each with its binding."""
    if op is index.taken:
        return f"{tight(texts[0], ATOM)}[{index_text(params['index'])}]", ATOM
    if op is arithmetic.negative:
        return f"-{tight(texts[0], PRODUCT)}", SUM
    if op is index.scattered:
        return f"put({texts[0][0]}, [{index_text(params['index'])}])", ATOM
    if op is index.replaced:
        return f"setitem({texts[0][0]}, [{index_text(params['index'])}], {texts[1][0]})", ATOM
    if op is move.permuted and params["axes"] == (-1, -2):
        return f"{tight(texts[0], ATOM)}.T", ATOM
    if op.name in OPERATORS and len(texts) == 2:
        whole, left, right = BOUND.get(op.name, (SUM, ATOM, ATOM))
        first, second = tight(texts[0], left), tight(texts[1], right)
        return f"{first} {OPERATORS[op.name]} {second}", whole
    more = [f"{k}={v}" for k, v in params.items() if not isinstance(v, UNSAID) and k not in HIDDEN]
    return f"{spelled(op)}({', '.join([*[t for t, _ in texts], *more])})", ATOM


UNSAID = (bool, type(None))
HIDDEN = ("correction", "keepdims", "count")
SPELLED = {
    "summed": "sum", "reduced_mean": "mean", "multiplied": "prod", "largest": "max",
    "smallest": "min", "reshaped": "reshape", "permuted": "transpose", "expanded": "broadcast_to",
    "joined": "concatenate", "stacked": "stack", "flipped": "flip", "choose": "where",
    "limit": "clip",
    "length": "norm", "log_sum_exp": "logsumexp", "deviated": "std", "variance": "var",
    "accumulated": "cumsum", "contracted": "einsum", "solution": "solve", "inverse": "inv",
    "determinant": "det", "signed_log_determinant": "slogdet", "factor": "cholesky",
    "first_largest": "argmax", "first_smallest": "argmin", "real_sign": "sign", "rint": "round",
    "all_true": "all", "any_true": "any", "real_part": "real", "imaginary_part": "imag",
    "convert": "astype", "replaced": "setitem", "scattered": "put", "copied": "clone",
    "absolute": "abs",
}  # fmt: skip


def spelled(op):
    """What programs call a row."""
    return SPELLED.get(op.name, op.name)


def power(x, y, args):
    exponent = args[1]
    if type(exponent) is Node or np.size(exponent) != 1:
        return None
    n = float(np.asarray(exponent).item())
    one = len(x.factors) == 1 and x.coefficient == 1
    if not one and not (n == int(n) and x.factors):
        return None
    factors = {t: (b, e * n) for t, (b, e) in x.factors.items()}
    return Monomial(x.coefficient ** int(n) if n == int(n) else 1, factors if n else {})


# Rows whose monomials are computed from those of their arguments; None: written as a call.
COLLECTED: dict[Any, Any] = {
    arithmetic.add: lambda x, y, args: summed(x, y, 1),
    arithmetic.subtract: lambda x, y, args: summed(x, y, -1),
    arithmetic.multiply: lambda x, y, args: times(x, y),
    arithmetic.divide: lambda x, y, args: times(x, y, -1) if y.coefficient else None,
    arithmetic.negative: lambda x, args: Monomial(-x.coefficient, x.factors),
    arithmetic.reciprocal: lambda x, args: times(Monomial(1, {}), x, -1),
    arithmetic.square: lambda x, args: times(x, x),
    arithmetic.positive: lambda x, args: x,
    complex.convert: lambda x, args, **_: x,
    arithmetic.power: power,
}


def text_of(root):
    """A node, or a constant, as text.

    >>> x, y = ad.Variable("x", ()), ad.Variable("y", ())
    >>> text_of(-1.0 * x / (y * y) * exp(x))
    '-x * exp(x) / y**2'
    """
    if type(root) is not Node:
        return written(constant(root))[0]
    found: dict[Node, Monomial] = {}
    for x in upstream([root]):
        if x.op is placeholder:
            found[x] = factor(x.name)
            continue
        inner = [found[a] if type(a) is Node else constant(a) for a in x.args]
        collect = COLLECTED.get(x.op)
        made = None if collect is None else collect(*inner, x.args)
        if made is None:
            made = factor(*called(x.op, [written(m) for m in inner], x.params))
        found[x] = made
    return written(found[root])[0]
