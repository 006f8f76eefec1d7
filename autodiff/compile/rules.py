"""Algebra that changes no bit of a result: one row for each identity."""

import math

import numpy as np

from ..core.op import NO_PARAMS
from ..core.spec import Spec
from ..interpret.graph import Node, node
from ..ops import arithmetic, choose, einsum, move, reduce, sort
from .uniform import Uniform

RULES: dict = {}
INLINED = 512  # multiplications up to which a product of matrices is written as a loop


def rule(*names):
    """Register a rewrite of these rows: rule(op, args, params, like) -> value or None."""

    def register(f):
        for name in names:
            RULES.setdefault(name, []).append(f)
        return f

    return register


def is_number(a, value):
    """Whether an argument is this number, its sign of zero included."""
    if type(a) is Node or np.ndim(a) or isinstance(a, (complex, np.complexfloating)):
        return False
    return a == value and np.signbit(a) == np.signbit(value)


def is_nothing(a):
    """Whether an argument is v - v, of which v = where(isfinite(y), y, 0) makes a zero."""
    if not of(a, arithmetic.subtract) or a.args[0] is not a.args[1]:
        return False
    v = a.args[0]
    if not of(v, choose.choose) or not is_number(v.args[2], 0.0):
        return False
    return of(v.args[0], choose.isfinite) and v.args[0].args[0] is v.args[1]


def all_alike(a):
    """Whether an argument is one constant number in every place."""
    if type(a) is Node:
        return False
    return np.ndim(a) == 0 or (a.size > 0 and not any(a.strides))


def fits(a, like):
    """Whether a value can stand for the whole result."""
    return type(a) is Node and a.known == like.known and a.declared == like.declared


def of(a, row):
    """Whether an argument is made by this row."""
    return type(a) is Node and a.op is row


def build(row, like, *args, **params):
    """A node like another one, of a row on other arguments."""
    return node(row, args, params or NO_PARAMS, Spec(like.known, like.declared), like.level)


@rule("multiply")
def multiply_by_one(op, args, params, like):
    # x * 1 -> x, x * -1 -> -x
    for a, c in (args, args[::-1]):
        if fits(a, like):
            if is_number(c, 1):
                return a
            if is_number(c, -1) and like.declared.kind == "f":
                return build(arithmetic.negative, like, a)
    return None


@rule("multiply")
def multiply_negatives(op, args, params, like):
    # (-a) (-b) -> a b
    x, y = args
    if of(x, arithmetic.negative) and of(y, arithmetic.negative):
        return build(op, like, x.args[0], y.args[0])
    return None


@rule("divide")
def divide_by_one(op, args, params, like):
    # x / 1 -> x;  x / 2**k -> x 2**-k, exact
    x, c = args
    if not fits(x, like) or type(c) is Node or np.ndim(c) or like.declared.kind != "f":
        return None
    if is_number(c, 1):
        return x
    try:
        mantissa, exponent = np.frexp(float(c))
    except TypeError:
        return None
    if abs(mantissa) == 0.5 and abs(exponent) < 60:
        return build(arithmetic.multiply, like, x, 1 / float(c))
    return None


@rule("subtract")
def subtract_nothing(op, args, params, like):
    # x - 0 -> x;  a - (-b) -> a + b;  x - (v - v) -> x for finite v
    x, y = args
    if fits(x, like) and (is_number(y, 0.0) or is_nothing(y)):
        return x
    if of(y, arithmetic.negative) and y.declared == like.declared:
        return build(arithmetic.add, like, x, y.args[0])
    return None


@rule("add")
def add_negative(op, args, params, like):
    # a + (-b) -> a - b;  (-b) + a -> a - b;  x + -0.0 -> x (x + 0.0 turns -0.0 into 0.0)
    for a, b in (args, args[::-1]):
        if of(b, arithmetic.negative) and b.declared == like.declared and like.declared.kind == "f":
            return build(arithmetic.subtract, like, a, b.args[0])
        if fits(a, like) and (
            is_number(b, -0.0) or (like.declared.kind in "iu" and is_number(b, 0))
        ):
            return a
    return None


@rule("negative")
def negative_twice(op, args, params, like):
    # -(-x) -> x
    return args[0].args[0] if of(args[0], op) else None


@rule("power")
def power_one(op, args, params, like):
    # x ** 1 -> x
    return args[0] if fits(args[0], like) and is_number(args[1], 1) else None


@rule("positive", "stop_gradient", "copied", "convert")
def identity(op, args, params, like):
    # nothing is differentiated any more, and the dtype is the same
    return args[0] if fits(args[0], like) else None


@rule("conjugate", "real_part")
def conjugate_of_real(op, args, params, like):
    # real numbers are their own conjugates
    return args[0] if fits(args[0], like) and like.declared.kind != "c" else None


@rule("choose")
def choose_known(op, args, params, like):
    # where(c, x, x) -> x;  where(True, x, y) -> x
    c, x, y = args
    if x is y and fits(x, like):
        return x
    if all_alike(x) and all_alike(y) and like.declared.kind in "biuf":
        one, two = (np.asarray(v, like.declared).flat[0] for v in (x, y))
        if one.tobytes() == two.tobytes():
            return Uniform(one, like.known, like.declared)
    if isinstance(c, (bool, np.bool_)):
        chosen = x if c else y
        return chosen if fits(chosen, like) else None
    # where(c, where(c, x, _), y) -> where(c, x, y)
    if of(x, op) and x.args[0] is c and x.known == like.known:
        return build(op, like, c, x.args[1], y)
    return None


@rule("reshaped", "expanded", "permuted", "flipped")
def moved_nowhere(op, args, params, like):
    (x,) = args
    if type(x) is not Node:
        return None
    if op.name in ("reshaped", "expanded"):
        if fits(x, like):
            return x
        # a reshape of a reshape is one reshape, and so is a stretch
        if x.op is op:
            return build(op, like, x.args[0], shape=like.known) if type(x.args[0]) is Node else None
        return None
    if op.name == "flipped":
        return x.args[0] if x.op is op and x.params == params else None
    axes = params["axes"]
    n = len(axes)
    if x.op is op and len(x.params["axes"]) == n:
        inner = x.params["axes"]
        both = tuple(inner[a + n] for a in axes)
        return build(op, like, x.args[0], axes=both) if type(x.args[0]) is Node else None
    return x if axes == tuple(range(-n, 0)) else None


@rule("summed", "largest", "smallest", "multiplied")
def reduced_nothing(op, args, params, like):
    # axes of size 1 are only taken away
    (x,) = args
    if type(x) is not Node or x.declared != like.declared:
        return None
    axes, n = params.get("axes"), len(x.known)
    if any(s != 1 and (axes is None or i - n in axes) for i, s in enumerate(x.known)):
        return None
    return x if fits(x, like) else build(move.reshaped, like, x, shape=like.known)


@rule("largest", "smallest")
def extreme_of_differences(op, args, params, like):
    # max(x - max(x)) -> max(x) - max(x): 0, and NaN of infinities, for rounding keeps the order
    (z,) = args
    if not of(z, arithmetic.subtract) or like.declared.kind != "f" or z.declared != like.declared:
        return None
    x, beside = z.args
    top = beside.args[0] if of(beside, move.reshaped) else beside
    if not of(top, op) or top.args[0] is not x or not fits(x, z):
        return None
    axes = reduced(x, params)
    kept = tuple([1 if i - len(x.known) in axes else n for i, n in enumerate(x.known)])
    lined_up = beside.known == kept or (beside.known == () and len(axes) == len(x.known))
    if reduced(x, top.params) != axes or not lined_up:
        return None
    return move.reshape(top - top, like.known)


def reduced(x, params):
    """The axes of a value that a reduction takes away."""
    axes = params.get("axes")
    return set(range(-len(x.known), 0)) if axes is None else set(axes)


@rule("matrix_product")
def small_product(op, args, params, like):
    # a vector on one side, or few numbers: a loop nest fuses with what stands around it
    x, y = args
    if type(x) is not Node or type(y) is not Node or like.declared.kind != "f":
        return None
    if x.declared != like.declared or y.declared != like.declared:
        return None
    (m, k), n = x.known[-2:], y.known[-1]
    if k == 1:
        return x * y
    if n == 1:
        return reduce.summed(x * y.mT, axes=(-1,), keepdims=True)
    if m == 1:
        return reduce.summed(x.mT * y, axes=(-2,), keepdims=True)
    if m * n * k <= INLINED and 0 not in (m, n, k):
        return reduce.summed(x[..., :, :, None] * y[..., None, :, :], axes=(-2,), keepdims=False)
    return None


@rule("contracted")
def small_contraction(op, args, params, like):
    # few products: a loop nest over all axes, with those that are summed behind those that stay
    inputs, output = einsum.split(params["subscripts"])
    names = list(dict.fromkeys(output + "".join(inputs)))
    sizes = dict(zip("".join(inputs), [s for a in args for s in np.shape(a)]))
    if not names or math.prod(sizes.values()) > einsum.LITTLE or like.declared.kind != "f":
        return None
    if any([a.dtype != like.declared for a in args]) or not any([type(a) is Node for a in args]):
        return None
    if any([len(set(own)) < len(own) for own in inputs]):
        return None  # a diagonal
    factors = []
    for own, a in zip(inputs, args):
        order = [own.index(c) for c in names if c in own]
        shape = [sizes[c] if c in own else 1 for c in names]
        factors.append(move.transpose(a, order).reshape(shape))
    found = math.prod(factors[1:], start=factors[0])
    behind = tuple(range(len(output) - len(names), 0))
    if found.shape[: len(output)] != like.known:
        return None  # a name of the output stands for an axis that no factor spans
    return reduce.summed(found, axes=behind, keepdims=False) if behind else found


@rule("taken")
def taken_whole(op, args, params, like):
    # x[...] -> x
    if len(args) == 1 and fits(args[0], like):
        parts = params["index"].parts
        if all(p is Ellipsis or (type(p) is slice and p == slice(None)) for p in parts):
            return args[0]
    return None


@rule("taken")
def taken_in_order(op, args, params, like):
    # x[argsort(x)] -> sort(x), three times as fast; a scatter by the same order keeps the order
    if len(args) == 2 and len(like.known) == 1 and of(args[1], sort.ordering):
        x, order = args
        if order.args[0] is x and fits(x, like):
            return build(sort.in_order, like, x, **order.params)
    return None


@rule("logical_not")
def not_twice(op, args, params, like):
    return args[0].args[0] if of(args[0], op) and args[0].args[0].declared.kind == "b" else None
