"""How rows are spelled in NumPy, for source that is to be read and run without this library."""

import numpy as np

from ..core.errors import AutodiffError
from ..core.family import Elementwise
from ..interpret.graph import Node, placeholder, upstream
from ..ops import (
    arithmetic,
    choose,
    complex,
    contract,
    einsum,
    exponential,
    index,
    linalg,
    move,
    reduce,
    scan,
    special,
    trigonometric,
)

RELATION, SUM, PRODUCT, UNARY, POWER, ATOM = range(6)  # how tightly Python binds
WRITTEN = 24  # elements of a constant array that is written down

INFIX = {
    arithmetic.add: ("+", SUM), arithmetic.subtract: ("-", SUM),
    arithmetic.multiply: ("*", PRODUCT),
    arithmetic.divide: ("/", PRODUCT), arithmetic.remainder: ("%", PRODUCT),
    choose.floor_divide: ("//", PRODUCT), contract.matrix_product: ("@", PRODUCT),
    contract.inner_product: ("@", PRODUCT), choose.less: ("<", RELATION),
    choose.less_equal: ("<=", RELATION), choose.greater: (">", RELATION),
    choose.greater_equal: (">=", RELATION), choose.equal: ("==", RELATION),
    choose.not_equal: ("!=", RELATION),
}  # fmt: skip

NAMES = {
    exponential.exp: "exp", exponential.exp2: "exp2", exponential.expm1: "expm1",
    exponential.log: "log", exponential.log2: "log2", exponential.log10: "log10",
    exponential.log1p: "log1p", exponential.logaddexp: "logaddexp",
    arithmetic.sqrt: "sqrt", arithmetic.cbrt: "cbrt", arithmetic.absolute: "abs",
    arithmetic.square: "square", arithmetic.reciprocal: "reciprocal",
    trigonometric.sin: "sin", trigonometric.cos: "cos", trigonometric.tan: "tan",
    trigonometric.asin: "arcsin", trigonometric.acos: "arccos", trigonometric.atan: "arctan",
    trigonometric.atan2: "arctan2", trigonometric.hypot: "hypot", trigonometric.sinh: "sinh",
    trigonometric.cosh: "cosh", trigonometric.tanh: "tanh", trigonometric.asinh: "arcsinh",
    trigonometric.acosh: "arccosh", trigonometric.atanh: "arctanh", choose.maximum: "maximum",
    choose.minimum: "minimum", choose.choose: "where", choose.floor: "floor", choose.ceil: "ceil",
    choose.rint: "rint", choose.real_sign: "sign", choose.isnan: "isnan", choose.isinf: "isinf",
    choose.isfinite: "isfinite", choose.logical_not: "logical_not",
    choose.logical_and: "logical_and", choose.logical_or: "logical_or",
    choose.logical_xor: "logical_xor", choose.bitwise_and: "bitwise_and",
    choose.bitwise_or: "bitwise_or", choose.bitwise_xor: "bitwise_xor", choose.invert: "invert",
    choose.limit: "clip", choose.ones_like: "ones_like", choose.zeros_like: "zeros_like",
    complex.real_part: "real", complex.imaginary_part: "imag", complex.conjugate: "conj",
    linalg.inverse: "linalg.inv", linalg.determinant: "linalg.det", linalg.solution: "linalg.solve",
    linalg.factor: "linalg.cholesky",
}  # fmt: skip

REDUCED = {
    reduce.summed: "sum", reduce.reduced_mean: "mean", reduce.multiplied: "prod",
    reduce.largest: "max", reduce.smallest: "min", reduce.variance: "var", reduce.deviated: "std",
    reduce.any_true: "any", reduce.all_true: "all", reduce.first_largest: "argmax",
    reduce.first_smallest: "argmin",
}  # fmt: skip

# Functions that NumPy has not, written in front of the source that calls them.
HELPERS = {
    "sigmoid": (
        "def sigmoid(x):\n"
        '    """1 / (1 + exp(-x)), without overflow."""\n'
        "    small = np.exp(-np.abs(x))\n"
        "    return np.where(x >= 0, 1, small) / (1 + small)\n"
    ),
    "logsumexp": (
        "def logsumexp(x, axis=None, keepdims=False):\n"
        '    """log(sum(exp(x))), without overflow."""\n'
        "    top = np.max(x, axis=axis, keepdims=True)\n"
        "    out = np.log(np.sum(np.exp(x - top), axis=axis, keepdims=True)) + top\n"
        "    return out if keepdims else np.squeeze(out, axis=axis)\n"
    ),
    "put": (
        "def put(values, where, shape):\n"
        '    """Zeros with the values added at an index."""\n'
        "    out = np.zeros(shape)\n"
        "    np.add.at(out, where, values)\n"
        "    return out\n"
    ),
    "replace": (
        "def replace(x, values, where):\n"
        '    """A copy with other values at an index."""\n'
        "    out = np.array(x, float)\n"
        "    out[where] = values\n"
        "    return out\n"
    ),
    "erf": (
        "def erf(x):\n"
        '    """The error function."""\n'
        "    return np.vectorize(math.erf, otypes=[float])(x)[()]\n"
    ),
    "sech2": (
        "def sech2(x):\n"
        '    """1 / cosh(x)**2, without overflow."""\n'
        "    small = np.exp(-2 * np.abs(x))\n"
        "    return 4 * small / (1 + small) ** 2\n"
    ),
}


def listed(texts):
    """The inside of a tuple."""
    return f"{texts[0]}," if len(texts) == 1 else ", ".join(texts)


def axes_text(params):
    """`, axis=..., keepdims=True` of a reduction."""
    axes = params.get("axes")
    parts = [] if axes is None else [f"axis={axes[0] if len(axes) == 1 else axes}"]
    parts += ["keepdims=True"] if params.get("keepdims") else []
    if params.get("correction"):
        parts.append(f"ddof={params['correction']}")
    return "".join(f", {p}" for p in parts)


def key_of(index):
    """The parts of an index; an ellipsis at the end says nothing."""
    key = index.key
    return key[:-1] if len(key) > 1 and key[-1] is Ellipsis else key


def index_source(index, arrays):
    """An index in Python, with the texts of its index arrays."""
    arrays, parts = iter(arrays), []
    for p in key_of(index):
        if type(p) is tuple:
            start, stop, step = ("" if q is None else str(q) for q in p)
            parts.append(f"{start}:{stop}" + (f":{step}" if step else ""))
        elif p == "array":
            parts.append(next(arrays))
        else:
            parts.append("..." if p is Ellipsis else str(p))
    return ", ".join(parts)


def tuple_source(index, arrays):
    """An index as an argument of a function."""
    arrays, parts = iter(arrays), []
    for p in key_of(index):
        if type(p) is tuple:
            parts.append(f"slice({', '.join(map(str, p))})")
        elif p == "array":
            parts.append(next(arrays))
        else:
            parts.append("..." if p is Ellipsis else str(p))
    return f"({listed(parts)})"


def power(texts, params):
    """`x**n`; a square of what is short as it stands."""
    return f"{enclosed(texts[0], ATOM)} ** {enclosed(texts[1], UNARY)}", POWER


def permuted(texts, params):
    """A transpose; of the last two axes as `.T`, where there are no others."""
    axes = params["axes"]
    if axes == (-1, -2):
        return f"{enclosed(texts[0], ATOM)}.T", ATOM
    return f"np.transpose({texts[0][0]}, {axes})", ATOM


# Rows whose spelling needs their parameters: (texts, params) -> (text, how tightly it is bound).
SPELLED = {
    arithmetic.negative: lambda x, p: (f"-{enclosed(x[0], UNARY)}", UNARY),
    arithmetic.positive: lambda x, p: x[0],
    arithmetic.power: power,
    choose.stop_gradient: lambda x, p: x[0],
    complex.convert: lambda x, p: (f"np.asarray({x[0][0]}, {np.dtype(p['dtype']).str!r})", ATOM),
    exponential.sigmoid: lambda x, p: (f"sigmoid({x[0][0]})", ATOM),
    exponential.softplus: lambda x, p: (f"np.logaddexp({x[0][0]}, 0)", ATOM),
    exponential.relu: lambda x, p: (f"np.maximum({x[0][0]}, 0)", ATOM),
    trigonometric.sech2: lambda x, p: (f"sech2({x[0][0]})", ATOM),
    special.erf: lambda x, p: (f"erf({x[0][0]})", ATOM),
    special.bell: lambda x, p: (f"np.exp(-{enclosed(x[0], ATOM)} ** 2)", ATOM),
    reduce.log_sum_exp: lambda x, p: (f"logsumexp({x[0][0]}{axes_text(p)})", ATOM),
    reduce.length: lambda x, p: (
        f"np.sqrt(np.sum({enclosed(x[0], ATOM)} ** 2{axes_text(p)}))", ATOM
    ),
    move.reshaped: lambda x, p: (f"np.reshape({x[0][0]}, {p['shape']})", ATOM),
    move.permuted: permuted,
    move.expanded: lambda x, p: (f"np.broadcast_to({x[0][0]}, {p['shape']})", ATOM),
    move.flipped: lambda x, p: (f"np.flip({x[0][0]}, {p['axes']})", ATOM),
    move.joined: lambda x, p: (
        f"np.concatenate(({listed([t for t, _ in x])}), axis={p['axis']})", ATOM
    ),
    move.stacked: lambda x, p: (
        f"np.stack(({listed([t for t, _ in x])}), axis={p['axis']})", ATOM
    ),
    scan.accumulated: lambda x, p: (f"np.cumsum({x[0][0]}, axis={p['axis']})", ATOM),
    index.taken: lambda x, p: (
        f"{enclosed(x[0], ATOM)}[{index_source(p['index'], [t for t, _ in x[1:]])}]", ATOM
    ),
    index.scattered: lambda x, p: (
        f"put({x[0][0]}, {tuple_source(p['index'], [t for t, _ in x[1:]])}, {p['shape']})", ATOM
    ),
    index.replaced: lambda x, p: (
        f"replace({x[0][0]}, {x[1][0]}, {tuple_source(p['index'], [t for t, _ in x[2:]])})", ATOM
    ),
    einsum.contracted: lambda x, p: (
        f"np.einsum({p['subscripts']!r}, {', '.join(t for t, _ in x)})", ATOM
    ),
}  # fmt: skip


def enclosed(text, needed):
    """A text in parentheses if it is not bound as tightly as needed."""
    return text[0] if text[1] >= needed else f"({text[0]})"


def call(op, texts, params) -> tuple[str, int]:
    """(source, how tightly it is bound) of a row of arguments that are source already.

    Raises AutodiffError for a row that NumPy has no name for.
    """
    if op in INFIX:
        sign, binding = INFIX[op]
        left = enclosed(texts[0], binding if binding != RELATION else SUM)
        return f"{left} {sign} {enclosed(texts[1], binding + 1)}", binding
    if op in SPELLED:
        return SPELLED[op](texts, params)
    if op in NAMES:
        return f"np.{NAMES[op]}({', '.join(t for t, _ in texts)})", ATOM
    if op in REDUCED:
        return f"np.{REDUCED[op]}({texts[0][0]}{axes_text(params)})", ATOM
    if op is contract.matrix_vector:
        return f"({enclosed(texts[0], ATOM)} @ {enclosed(texts[1], ATOM)}[..., None])[..., 0]", ATOM
    raise AutodiffError(f"the row {op.name} has no spelling in NumPy, so no source is written")


def literal(x, names):
    """A constant in source: a number, a small array, or a parameter that `names` notes."""
    array = np.asarray(x)
    if array.ndim == 0:
        value = array.item()
        text = repr(value) if np.isfinite(value) else f"np.{'nan' if value != value else 'inf'}"
        text = f"-{text}" if value == -np.inf else text
        return (text, UNARY if text.startswith("-") else ATOM)
    if array.size and (array == array.flat[0]).all() and array.dtype.kind in "biuf":
        text = literal(array.flat[0], names)[0]
        if text == "1.0":
            return f"np.ones({array.shape})", ATOM
        return f"np.full({array.shape}, {text})", ATOM
    if array.size <= WRITTEN and array.dtype.kind in "biuf" and np.isfinite(array).all():
        return f"np.array({array.tolist()!r})", ATOM
    for name, known in names.items():
        if known is x:
            return name, ATOM
    name = f"constant{len(names) + 1}"
    names[name] = x
    return name, ATOM


def source_of(root, constants) -> tuple[str, int]:
    """Source of a node whose variables are called by the names that they have in the source.

    Returns (text, how tightly it is bound).
    """
    if type(root) is not Node:
        return literal(root, constants)
    order = upstream([root])
    stiff = {root}  # nodes whose shape is looked at, not only stretched
    for x in order:
        if not isinstance(x.op, Elementwise) and x.op is not move.expanded:
            stiff.update(x.inputs)
    found = {}
    for x in order:
        texts = [found[a] if type(a) is Node else literal(a, constants) for a in x.args]
        if x.op is placeholder:
            found[x] = x.name, ATOM
        elif x.op is move.reshaped and x not in stiff and x.args[0].known == ():
            found[x] = texts[0]
        elif x.op is contract.matrix_vector and np.ndim(x.args[1]) == 1:
            found[x] = call(contract.matrix_product, texts, x.params)
        else:
            found[x] = call(x.op, texts, x.params)
    return found[root]
