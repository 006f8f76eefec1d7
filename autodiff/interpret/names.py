"""What the operators and methods of a value stand for: names with their rows and functions."""

import operator

from ..ops import (
    arithmetic,
    choose,
    complex,
    contract,
    exponential,
    move,
    norms,
    reduce,
    scan,
    special,
    statistics,
    trigonometric,
)

OPERATORS = {
    "add": arithmetic.add, "sub": arithmetic.subtract, "mul": arithmetic.multiply,
    "truediv": arithmetic.divide, "floordiv": choose.floor_divide, "mod": arithmetic.remainder,
    "pow": arithmetic.power, "lt": choose.less, "le": choose.less_equal, "gt": choose.greater,
    "ge": choose.greater_equal, "eq": choose.equal, "ne": choose.not_equal,
    "and": choose.bitwise_and, "or": choose.bitwise_or, "xor": choose.bitwise_xor,
}  # fmt: skip

ROWS = {
    "abs": arithmetic.absolute, "absolute": arithmetic.absolute, "neg": arithmetic.negative,
    "negative": arithmetic.negative, "square": arithmetic.square, "sqrt": arithmetic.sqrt,
    "reciprocal": arithmetic.reciprocal, "exp": exponential.exp, "exp2": exponential.exp2,
    "expm1": exponential.expm1, "log": exponential.log, "log2": exponential.log2,
    "log10": exponential.log10, "log1p": exponential.log1p, "sigmoid": exponential.sigmoid,
    "relu": exponential.relu, "sin": trigonometric.sin, "cos": trigonometric.cos,
    "tan": trigonometric.tan, "asin": trigonometric.asin, "arcsin": trigonometric.asin,
    "acos": trigonometric.acos, "arccos": trigonometric.acos, "atan": trigonometric.atan,
    "arctan": trigonometric.atan, "sinh": trigonometric.sinh, "cosh": trigonometric.cosh,
    "tanh": trigonometric.tanh, "asinh": trigonometric.asinh, "acosh": trigonometric.acosh,
    "arcsinh": trigonometric.asinh, "arccosh": trigonometric.acosh,
    "atanh": trigonometric.atanh, "arctanh": trigonometric.atanh, "cbrt": arithmetic.cbrt,
    "fabs": arithmetic.absolute, "rint": choose.rint,
    "floor": choose.floor, "ceil": choose.ceil, "erf": special.erf,
    "isnan": choose.isnan, "isinf": choose.isinf, "isfinite": choose.isfinite,
    "logical_not": choose.logical_not,
}  # fmt: skip

FUNCTIONS = {
    "mul": arithmetic.multiply, "multiply": arithmetic.multiply, "div": arithmetic.divide,
    "divide": arithmetic.divide, "true_divide": arithmetic.divide, "pow": arithmetic.power,
    "remainder": arithmetic.remainder, "floor_divide": choose.floor_divide,
    "atan2": trigonometric.atan2, "arctan2": trigonometric.atan2, "hypot": trigonometric.hypot,
    "logaddexp": exponential.logaddexp, "sum": reduce.sum,
    "prod": reduce.prod, "mean": statistics.mean, "var": statistics.var, "std": statistics.std,
    "max": statistics.max, "min": statistics.min, "amax": reduce.amax, "amin": reduce.amin,
    "any": reduce.any, "all": reduce.all, "argmax": reduce.argmax, "argmin": reduce.argmin,
    "logsumexp": reduce.logsumexp, "norm": norms.length_of, "cumsum": scan.cumsum,
    "cumprod": scan.cumprod,
    "dot": contract.dot, "outer": contract.outer, "inner": contract.inner, "vdot": contract.vdot,
    "trace": contract.trace, "diagonal": contract.diagonal,
    "ravel": move.ravel, "swapaxes": move.swapaxes, "swapdims": move.swapaxes,
    "movedim": move.moveaxis, "moveaxis": move.moveaxis, "broadcast_to": move.broadcast_to,
    "clip": choose.clip, "clamp": choose.clip, "round": choose.round,
    "sign": choose.sign, "sgn": choose.sign, "angle": complex.angle,
    "maximum": choose.maximum, "minimum": choose.minimum, "eq": choose.equal,
    "ne": choose.not_equal, "lt": choose.less, "le": choose.less_equal, "gt": choose.greater,
    "ge": choose.greater_equal, "logical_and": choose.logical_and,
    "logical_or": choose.logical_or, "logical_xor": choose.logical_xor,
}  # fmt: skip

AUGMENTED = {
    "__iadd__": ("+=", operator.add), "__isub__": ("-=", operator.sub),
    "__imul__": ("*=", operator.mul), "__itruediv__": ("/=", operator.truediv),
    "__ipow__": ("**=", operator.pow), "__imod__": ("%=", operator.mod),
    "__ifloordiv__": ("//=", operator.floordiv), "__imatmul__": ("@=", operator.matmul),
    "__iand__": ("&=", operator.and_), "__ior__": ("|=", operator.or_),
    "__ixor__": ("^=", operator.xor), "__ilshift__": ("<<=", operator.lshift),
    "__irshift__": (">>=", operator.rshift),
}  # fmt: skip
