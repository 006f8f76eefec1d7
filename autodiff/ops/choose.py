"""Rows that compare, choose and round; what they compare carries no derivative."""

import math
from typing import Any

import numpy as np

from ..core.family import Binary, Elementwise, Unary
from ..core.lower import EVERY, NUMBERS, comparison, formula, instruction, truth
from ..core.op import TRACED
from ..core.public import as_value, public
from ..core.spec import is_complex
from ..core.tree import flatten, unflatten

PAIR = ((-3, 3), (-3, 3))


def flat(signature, evaluate, latex, doc, integers=False, lower=None) -> Any:
    """A row whose value is a truth or a kind, without a derivative; perhaps of integers alone."""
    family = Binary if "," in signature else Unary
    domain = PAIR if family is Binary else ((-3, 3),)

    def whole(rng, dtype):
        return [(tuple(rng.integers(0, 9, 3) for _ in domain), {})]

    name, given = signature.partition("(")[0], (6, 3)[: len(domain)]
    call = f"{name}({', '.join(map(str, given))})"
    doc = f"{doc}\n\n    >>> {call}.item()\n    {evaluate(*given).item()}\n    "
    tested: dict[str, Any] = {"sample": whole} if integers else {"domain": domain}
    return family(signature, evaluate, differentiable=False, reads="", lower=lower, latex=latex, doc=doc, **tested)


equal         = flat("equal(x, y)",         np.equal,         "$x = $y",      "Whether `x == y`, elementwise.", lower=comparison("oeq", "eq", "eq"))
not_equal     = flat("not_equal(x, y)",     np.not_equal,     r"$x \neq $y",  "Whether `x != y`, elementwise.", lower=comparison("une", "ne", "ne"))
less          = flat("less(x, y)",          np.less,          "$x < $y",      "Whether `x < y`, elementwise.", lower=comparison("olt", "slt", "ult"))
less_equal    = flat("less_equal(x, y)",    np.less_equal,    r"$x \leq $y",  "Whether `x <= y`, elementwise.", lower=comparison("ole", "sle", "ule"))
greater       = flat("greater(x, y)",       np.greater,       "$x > $y",      "Whether `x > y`, elementwise.", lower=comparison("ogt", "sgt", "ugt"))
greater_equal = flat("greater_equal(x, y)", np.greater_equal, r"$x \geq $y",  "Whether `x >= y`, elementwise.", lower=comparison("oge", "sge", "uge"))
logical_and   = flat("logical_and(x, y)",   np.logical_and,   r"$x \wedge $y", "Whether both are true, elementwise.", lower=truth("and"))
logical_or    = flat("logical_or(x, y)",    np.logical_or,    r"$x \vee $y",  "Whether either is true, elementwise.", lower=truth("or"))
logical_xor   = flat("logical_xor(x, y)",   np.logical_xor,   r"$x \oplus $y", "Whether just one is true, elementwise.", lower=truth("xor"))
logical_not   = flat("logical_not(x)",      np.logical_not,   r"\neg $x",     "Whether `x` is false, elementwise.", lower=formula(lambda b, x: b.opposite(x), EVERY, "truth"))
bitwise_and   = flat("bitwise_and(x, y)",   np.bitwise_and,   r"$x \mathbin{\&} $y", "Bits set in both, of integers; of truth values, whether both are true.", integers=True, lower=instruction(None, "and", "and"))
bitwise_or    = flat("bitwise_or(x, y)",    np.bitwise_or,    r"$x \mathbin{|} $y",  "Bits set in either, of integers; of truth values, whether either is true.", integers=True, lower=instruction(None, "or", "or"))
bitwise_xor   = flat("bitwise_xor(x, y)",   np.bitwise_xor,   r"$x \oplus $y",       "Bits set in just one, of integers; of truth values, whether just one is true.", integers=True, lower=instruction(None, "xor", "xor"))
invert        = flat("invert(x)",           np.invert,        r"\mathord{\sim} $x", "Every bit turned, of integers; of truth values, the opposite.", integers=True, lower=formula(lambda b, x: b.opposite(x), "iub"))
isnan         = flat("isnan(x)",            np.isnan,         r"\operatorname{isnan} {$x}", "Whether `x` is NaN.", lower=formula(lambda b, x: x.is_nan(), within="own"))
isinf         = flat("isinf(x)",            np.isinf,         r"\operatorname{isinf} {$x}", "Whether `x` is infinite.", lower=formula(lambda b, x: b.abs(x).same(math.inf), within="own"))
isfinite      = flat("isfinite(x)",         np.isfinite,      r"\operatorname{isfinite} {$x}", "Whether `x` is finite.", lower=formula(lambda b, x: b.abs(x) < math.inf, within="own"))
ones_like     = flat("ones_like(x)",        np.ones_like,     "1",            "Ones of the shape and dtype of `x`.", lower=formula(lambda b, x: b.like(1, x.dtype), NUMBERS))
zeros_like    = flat("zeros_like(x)",       np.zeros_like,    "0",            "Zeros of the shape and dtype of `x`.", lower=formula(lambda b, x: b.like(0, x.dtype), NUMBERS))

floor = Unary(
    "floor(x)", np.floor, reads="", domain=((0.1, 0.9),), lower=formula(lambda b, x: b.floor(x)), latex=r"\lfloor $x \rfloor",
    doc="""Largest integer not above `x`; the derivative is zero.

    >>> floor(1.5).item()
    1.0
    """,
)
ceil = Unary(
    "ceil(x)", np.ceil, reads="", domain=((0.1, 0.9),), lower=formula(lambda b, x: b.ceil(x)), latex=r"\lceil $x \rceil",
    doc="""Smallest integer not below `x`; the derivative is zero.

    >>> ceil(1.5).item()
    2.0
    """,
)
rint = Unary(
    "rint(x)", np.rint, reads="", domain=((0.1, 0.4),), lower=formula(lambda b, x: b.rint(x)), latex=r"\operatorname{round} {$x}",
    torch="Round", doc="""Nearest integer, halves to even; the derivative is zero.

    >>> rint(2.5).item()
    2.0
    """,
)
floor_divide = Binary(
    "floor_divide(x, y)", np.floor_divide, reads="", domain=((0.1, 0.9), (1, 3)),
    lower=formula(lambda b, x, y: b.floor_divide(x, y)), latex=r"\lfloor $x / $y \rfloor",
    doc="""Floor of the quotient, `x // y`; the derivative is zero.

    >>> floor_divide(7.0, 2.0).item()
    3.0
    """,
)

def sign_values(x):
    """The sign of real numbers; that of complex numbers has a derivative, which `sign` takes."""
    if is_complex(np.result_type(x)):
        raise TypeError("real_sign: complex numbers are given; use sign")
    return np.sign(x)


real_sign = Unary(
    "real_sign(x)", sign_values, reads="", domain=((-3, -0.2, 0.2, 3),), lower=formula(lambda b, x: b.sign(x)), latex=r"\operatorname{sgn} {$x}",
    torch="Sgn", doc="Sign of a real number: -1, 0 or 1; the derivative is zero.",
)


def infinite(rng, dtype):
    """Complex numbers with infinite parts, for the laws."""
    parts = np.array([np.inf, -np.inf, np.nan, 2.0]), np.array([[np.inf], [0.0], [-1.0]])
    yield (complex_pair(*parts),), {}


def complex_pair(x, y):
    """x + 1j y, where that would be NaN for an infinite y too."""
    dtype = np.result_type(x, y, np.complex64)
    z = np.empty_like(np.broadcast_arrays(x, y)[0], dtype=dtype, order="C")
    z.real, z.imag = x, y
    return z


def signs_at_infinity(x):
    """The limits of `x / |x|` where one part is infinite, else NaN."""
    parts = np.real(x), np.imag(x)
    far = [np.isinf(part) for part in parts]
    signs = [np.where(f, np.sign(part), 0) for f, part in zip(far, parts)]
    limit = complex_pair(*signs)
    return np.where(far[0] ^ far[1], limit, limit.dtype.type(complex(np.nan, np.nan)))


infinite_sign = Unary(
    "infinite_sign(x)", signs_at_infinity, differentiable=False, reads="", sample=infinite, latex=r"\operatorname{sgn} {$x}",
    doc="The limit of `x / |x|` where one part of a complex number is infinite, else NaN: a row behind `sign`.",
)


@public(np.sign)
def sign(x):
    """Sign: -1, 0 or 1; of a complex number `x / |x|` and its limit at infinity, and 0 at 0.

    >>> sign(np.array([-2.0, 0.0, 3.0])).tolist()
    [-1.0, 0.0, 1.0]
    """
    x = as_value(x)
    if is_complex(x.dtype):
        size = abs(x)
        still, far = size == 0, logical_not(isfinite(size))
        found = where(far, 0, x) / where(still | far, 1, size)
        # 0 without the sign of the zero
        return where(far, infinite_sign(x), where(still, 0, found))
    return real_sign(x)


def held(x):
    """The value itself; of a container, one whose traced leaves are constants."""
    if type(x) is np.ndarray or type(x) is float:
        return x
    leaves, structure = flatten(x)
    return unflatten(structure, [stop_gradient(v) if type(v) in TRACED else v for v in leaves])


stop_gradient = Unary(
    "stop_gradient(x)", held, differentiable=False, reads="", domain=((-3, 3),),
    lower=formula(lambda b, x: x, EVERY), latex="$x", doc="""The value of `x` as a constant: no derivative passes, in any mode.

    >>> float(stop_gradient(2.0))
    2.0
    """,
)


def choices(rng, dtype):
    """Conditions with both answers and what is chosen from, for the laws."""
    for shapes in (((), (), ()), ((3,), (3,), (3,)), ((2, 1), (3,), ()), ((3,), (2, 1), (2, 3)), ((0,), (), (0,))):
        condition = (np.arange(int(np.prod(shapes[0], dtype=int))) % 2 == 0).reshape(shapes[0])
        yield (condition, *[np.asarray(rng.normal(size=s)).astype(dtype) for s in shapes[1:]]), {}


choose = Elementwise(
    "choose(c, x, y)", np.where,
    None,
    lambda t, z, c, x, y: where(c, t, 0),
    lambda t, z, c, x, y: where(c, 0, t),
    reads=("", "c", "c"), cuts=True, sample=lambda rng, dtype: list(choices(rng, dtype)), torch="Where",
    lower=formula(lambda b, c, x, y: b.select(c, x, y), EVERY, "choice"),
    latex=r"\begin{cases} $x & $c \\ $y & \text{otherwise} \end{cases}", numpy=np.where,
    doc="`x` where the condition `c` is true, else `y`: the row behind `where`.",
)


@public()
def where(condition, x=None, y=None) -> Any:
    """`x` where `condition` is true, else `y`, with broadcasting.

    The element that was not chosen has a derivative of exactly zero.
    With the condition alone: the indices of its true elements, as `numpy.nonzero` gives them.

    >>> where(np.array([True, False]), 1.0, 2.0).tolist()
    [1.0, 2.0]
    """
    if (x is None) != (y is None):
        raise ValueError("where: either both or neither of x and y should be given")
    if x is None:
        return np.nonzero(np.asarray(condition))
    return choose(*[np.asarray(v) if type(v) in (list, tuple) else v for v in (condition, x, y)])


maximum = Binary(
    "maximum(x, y)", np.maximum,
    lambda t, z, x, y: where(x > y, t, where(x == y, 0.5 * t, 0)),
    lambda t, z, x, y: where(y > x, t, where(x == y, 0.5 * t, 0)),
    reads="x", cuts=True, domain=((-3, -2, 1, 2), (-1.5, 0.5, 2.5, 3.5)), lower=formula(lambda b, x, y: b.maximum(x, y), NUMBERS), latex=r"\max({$x}, {$y})",
    doc="""Larger of two, elementwise; at a tie each has half of the derivative.

    >>> float(maximum(1.0, 2.0))
    2.0
    """,
)

minimum = Binary(
    "minimum(x, y)", np.minimum,
    lambda t, z, x, y: where(x < y, t, where(x == y, 0.5 * t, 0)),
    lambda t, z, x, y: where(y < x, t, where(x == y, 0.5 * t, 0)),
    reads="x", cuts=True, domain=((-3, -2, 1, 2), (-1.5, 0.5, 2.5, 3.5)), lower=formula(lambda b, x, y: b.minimum(x, y), NUMBERS), latex=r"\min({$x}, {$y})",
    doc="""Smaller of two, elementwise; at a tie each has half of the derivative.

    >>> float(minimum(1.0, 2.0))
    1.0
    """,
)

limit = Elementwise(
    "limit(x, low, high)", np.clip,
    lambda t, z, x, low, high: where(x < low, 0, where(x > high, 0, t)),
    lambda t, z, x, low, high: where(x < low, where(low > high, 0, t), 0),
    lambda t, z, x, low, high: where(x > high, t, where(low > high, t, 0)),
    reads="x", cuts=True, domain=((-4, -2.5, -0.5, 0.5, 2.5, 4), (-2, -1), (1, 2)), torch="Clamp",
    lower=formula(lambda b, x, low, high: b.clip(x, low, high), NUMBERS), latex=r"\operatorname{clip}({$x}, {$low}, {$high})",
    doc="`x` limited to `low <= x <= high`: the row behind `clip`.",
)


@public(np.clip)
def clip(x, min=None, max=None, **numpy_names):
    """`x` limited to `min <= x <= max`; None leaves a side open.

    The derivative in `x` is 1 between the bounds and on them, and 0 outside.

    >>> clip(np.array([-2.0, 0.5, 2.0]), -1, 1).tolist()
    [-1.0, 0.5, 1.0]
    """
    low, high = numpy_names.get("a_min", min), numpy_names.get("a_max", max)
    if low is None and high is None:
        raise ValueError("clip: neither min nor max is given; give at least one bound")
    x = as_value(x)
    if not any(type(v) in TRACED for v in (x, low, high)):
        return np.clip(x, low, high)
    ends = extremes(x)
    return limit(x, ends[0] if low is None else low, ends[1] if high is None else high)


def extremes(x):
    """Numbers that no element of `x` passes, which leave integers what they are."""
    if x.dtype is None or x.dtype.kind not in "iu":
        return -np.inf, np.inf
    return np.iinfo(x.dtype).min, np.iinfo(x.dtype).max


@public(np.round)
def round(x, decimals=0):
    """`x` rounded to `decimals` places, halves to even; the derivative is zero.

    >>> float(round(2.125, 2))
    2.12
    """
    x = as_value(x)
    scale = 10.0 ** decimals
    if x.dtype is not None and x.dtype.kind in "iu":
        return (x if decimals >= 0 else rint(x * scale) / scale).astype(x.dtype)
    return rint(x) if decimals == 0 else rint(x * scale) / scale
