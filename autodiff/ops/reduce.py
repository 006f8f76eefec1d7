"""Rows that reduce axes: sums, products, extremes and norms."""

import math

import numpy as np

from ..core.family import Reduction
from ..core.lower import Expansion, Fold
from ..core.public import public
from ..core.spec import from_end, kept_shape, reduced_shape
from .arithmetic import absolute
from .choose import isfinite, logical_or, ones_like, where
from .exponential import exp, log
from .move import as_array, concatenate, flatten, moveaxis, reshape

SHAPES = [((), {}), ((3,), {}), ((2, 3), {"axes": (-1,)}), ((2, 3), {"axes": (-2,), "keepdims": True}), ((2, 0), {"axes": (-2,)})]


def spread(low: float = -3, high: float = 3, shapes=SHAPES, **extra):
    """Samples for the laws: well separated numbers, so that an extreme is unique."""
    def sample(rng, dtype):
        result = []
        for shape, params in shapes:
            n = int(np.prod(shape))
            x = rng.permutation(np.linspace(low, high, n + 2)[1:-1] + 0.01).reshape(shape)
            result.append(((x.astype(dtype),), {**params, **extra}))
        return result
    return sample


def corrected(rng, dtype):
    """Samples with both corrections that are used, that of a population and that of a sample."""
    return [case for n in (0, 1) for case in spread(shapes=SHAPES[1:4], correction=n)(rng, dtype)]


def count(x, axes):
    """How many elements of `x` a reduction of `axes` takes together."""
    shape, n = x.shape, len(x.shape)
    return math.prod(shape if axes is None else [shape[a + n] for a in axes])


def shared(t, y, x, axes):
    """The derivative of an extreme: all of it for the winner, equal parts at a tie."""
    winner = x == y
    return where(winner, t / winners(winner, x, axes), 0)


def winners(winner, x, axes):
    """The number of winners in the dtype of `x`, at least 1, which is what a NaN leaves."""
    n = sum(where(winner, ones_like(x), 0), axis=axes, keepdims=True)
    return where(n == 0, 1, n)


def others(x, seed):
    """`seed` times the product of all other elements along the last axis, in 3 (n - 1) products.

    Up a tree of pairs and down again: no quotient, so zeros do.
    """
    n = x.shape[-1]
    if n == 1:
        return seed
    left, right = x[..., 0 : n - n % 2 : 2], x[..., 1::2]
    pairs = left * right
    above = others(concatenate([pairs, x[..., n - 1 :]], -1) if n % 2 else pairs, seed)
    half = above[..., : n // 2]
    both = [reshape(half * sibling, (*half.shape, 1)) for sibling in (right, left)]
    found = reshape(concatenate(both, -1), (*x.shape[:-1], n - n % 2))
    return concatenate([found, above[..., n // 2 :]], -1) if n % 2 else found


def other_factors(t, y, x, axes):
    """t times the product of the other elements of the same reduction."""
    n = len(x.shape)
    if n == 0 or axes == ():
        return t
    axes = tuple(range(-n, 0)) if axes is None else axes
    last = tuple(range(-len(axes), 0))
    moved = moveaxis(x, axes, last)
    if 0 in moved.shape:
        return t * x
    flat = flatten(moved, n - len(axes))
    kept = (*flat.shape[:-1], 1)
    # a cotangent is the same for all elements and starts the products; a tangent is not
    one = t.shape == kept_shape(x.shape, axes)
    seed = reshape(t, kept) if one else ones_like(flat[..., :1])
    weights = moveaxis(reshape(others(flat, seed), moved.shape), last, axes)
    return weights if one else t * weights


def deviation(x, axes):
    """Distance from the mean."""
    return x - reduced_mean(x, axes=axes, keepdims=True)


def std_slope(y, x, axes, correction):
    """(x - mean) / (n - correction) / std, and 0 where all elements are equal."""
    still = y == 0
    return where(still, 0, deviation(x, axes) / (where(still, 1, y) * (count(x, axes) - correction)))


def softmax_weight(y, x, axes):
    """exp(x - logsumexp(x)): 0 at -inf; elements that equal the whole have equal parts of 1."""
    top = x == y
    below = exp(where(top, 0, x) - where(top, 0, y))
    return where(x == -np.inf, 0, where(top, 1 / winners(top, x, axes), below))


def norm_slope(y, x):
    """x / |x|, and 0 at the origin."""
    still = y == 0
    return where(still, 0, x / where(still, 1, y))


def logsumexp_values(x, *, axes=None, keepdims=False):
    """log(sum(exp(x))), with the largest real part taken out."""
    if x.dtype.kind in "biu":
        x = x.astype(np.float64)
    if x.size == 0:
        with np.errstate(divide="ignore"):
            return np.log(np.exp(x).sum(axis=axes, keepdims=keepdims))
    top = x.real.max(axis=axes, keepdims=True)
    top = np.where(np.isfinite(top), top, 0).astype(top.dtype)
    with np.errstate(divide="ignore"):
        out = np.log(np.exp(x - top).sum(axis=axes, keepdims=True)) + top
    return out if keepdims else out.reshape(reduced_shape(x.shape, axes, False))


def variance_of(x, *, axes=None, keepdims=False, correction=0):
    """The variance in functions of the table."""
    apart = x - reduced_mean(x, axes=axes, keepdims=True)
    return summed(apart * apart, axes=axes, keepdims=keepdims) / max(count(x, axes) - correction, 0)


def log_sum_exp_of(x, *, axes=None, keepdims=False):
    """`logsumexp_values` in functions of the table."""
    top = largest(x, axes=axes, keepdims=True)
    top = where(isfinite(top), top, 0)
    out = log(summed(exp(x - top), axes=axes, keepdims=True)) + top
    return out if keepdims else reshape(out, reduced_shape(x.shape, axes, False))


def norm_values(x, *, axes=None, keepdims=False):
    """Euclidean length, as NumPy computes it; scaled where the squares overflow or underflow."""
    if axes is None or len(axes) == 1:
        out = np.linalg.norm(x, axis=axes and axes[0], keepdims=keepdims)
    else:
        out = np.sqrt((x.conj() * x).real.sum(axis=axes, keepdims=keepdims))
    if x.size and type(x) is np.ndarray and not ((out > small(out.dtype)) & (out < np.inf)).all():
        top = np.abs(x).max(axis=axes, keepdims=True)
        if np.isfinite(top).all() and top.any():
            top = np.where(top == 0, 1, top)
            part = x / top
            out = np.sqrt((part.conj() * part).real.sum(axis=axes, keepdims=True)) * top
            return out if keepdims else out.reshape(reduced_shape(x.shape, axes, False))
    return out


def length_of(x, **params):
    """`norm_values` in functions of the table: large and tiny elements are scaled and summed apart.

    Source: Blue 1978, doi:10.1145/355769.355771.
    """
    x = x.astype(np.float64) if x.dtype.kind in "biu" else x
    high, size = np.finfo(x.dtype).maxexp, absolute(x)
    unit, edge = 2.0 ** int(-0.6 * high), 2.0 ** int(0.4 * high)
    large, tiny = size > edge, size < 1 / edge
    top = summed(where(large, x * unit, 0) ** 2, **params)
    low = summed(where(tiny, x * (1 / unit), 0) ** 2, **params)
    rest = summed(where(logical_or(large, tiny), 0, x) ** 2, **params)
    of_large, of_tiny = (top + rest * unit * unit) ** 0.5 / unit, low**0.5 * unit
    of_rest = (rest + low * unit * unit) ** 0.5
    return where(top > 0, of_large, where(rest == 0, of_tiny, of_rest))


def small(dtype):
    """Where a square begins to lose digits to underflow."""
    return np.sqrt(np.finfo(dtype).tiny / np.finfo(dtype).eps)


def summed_values(x, *, axes=None, keepdims=False):
    """The sum; of NumPy's own arrays by the ufunc, which is what their method calls in the end."""
    if type(x) is np.ndarray:
        return np.add.reduce(x, axis=axes, keepdims=keepdims)
    return x.sum(axis=axes, keepdims=keepdims)


summed = Reduction(
    "summed(x)", summed_values,
    lambda t, y, x, axes: t,
    reads="", sample=spread(), lower=Fold("add", 0), latex=r"\sum {$x}", torch="Sum",
    doc="Sum over axes: the row behind `sum`.",
)
reduced_mean = Reduction(
    "reduced_mean(x)", lambda x, *, axes=None, keepdims=False: np.mean(x, axis=axes, keepdims=keepdims),
    lambda t, y, x, axes: t / max_one(count(x, axes)),
    reads="", sample=spread(shapes=SHAPES[:4]), lower=Expansion(lambda x, *, axes=None, keepdims=False: summed(x, axes=axes, keepdims=keepdims) / count(x, axes)), latex=r"\operatorname{mean} {$x}", torch="Mean",
    doc="Mean over axes: the row behind `mean`.",
)
multiplied = Reduction(
    "multiplied(x)", lambda x, *, axes=None, keepdims=False: np.prod(x, axis=axes, keepdims=keepdims),
    other_factors,
    reads="x", sample=spread(-2, 2), lower=Fold("mul", 1), latex=r"\prod {$x}", torch="Prod",
    doc="Product over axes: the row behind `prod`.",
)
largest = Reduction(
    "largest(x)", lambda x, *, axes=None, keepdims=False: x.max(axis=axes, keepdims=keepdims),
    shared, cuts=True, sample=spread(shapes=SHAPES[:4]), lower=Fold("maximum", -np.inf), latex=r"\max {$x}", torch="Amax",
    doc="Largest element over axes: the row behind `max`.",
)
smallest = Reduction(
    "smallest(x)", lambda x, *, axes=None, keepdims=False: x.min(axis=axes, keepdims=keepdims),
    shared, cuts=True, sample=spread(shapes=SHAPES[:4]), lower=Fold("minimum", np.inf), latex=r"\min {$x}", torch="Amin",
    doc="Smallest element over axes: the row behind `min`.",
)
variance = Reduction(
    "variance(x)", lambda x, *, axes=None, keepdims=False, correction=0: np.var(x, axis=axes, keepdims=keepdims, ddof=correction),
    lambda t, y, x, axes, correction: t * (deviation(x, axes) * (2 / (count(x, axes) - correction))),
    analytic=False, reads="x", sample=corrected,
    lower=Expansion(variance_of), latex=r"\operatorname{var} {$x}", torch="Var", doc="Variance over axes: the row behind `var`.",
)
deviated = Reduction(
    "deviated(x)", lambda x, *, axes=None, keepdims=False, correction=0: np.std(x, axis=axes, keepdims=keepdims, ddof=correction),
    lambda t, y, x, axes, correction: t * std_slope(y, x, axes, correction),
    analytic=False, sample=corrected,
    lower=Expansion(lambda x, **params: variance_of(x, **params) ** 0.5), latex=r"\operatorname{std} {$x}", torch="Std", doc="Standard deviation over axes: the row behind `std`.",
)
log_sum_exp = Reduction(
    "log_sum_exp(x)", logsumexp_values,
    lambda t, y, x, axes: t * softmax_weight(y, x, axes),
    sample=spread(shapes=SHAPES[:4]), lower=Expansion(log_sum_exp_of), latex=r"\ln \sum e^{$x}", torch="Logsumexp",
    doc="`log(sum(exp(x)))` over axes: the row behind `logsumexp`.",
)
length = Reduction(
    "length(x)", norm_values,
    lambda t, y, x, axes: t * norm_slope(y, x),
    analytic=False, sample=spread(0.5, 3, shapes=SHAPES[1:]), lower=Expansion(length_of), latex=r"\left\|$x\right\|", torch="LinalgVectorNorm",
    doc="Euclidean length over axes: the row behind `norm`.",
)
any_true = Reduction(
    "any_true(x)", lambda x, *, axes=None, keepdims=False: np.any(x, axis=axes, keepdims=keepdims), None,
    differentiable=False, reads="", sample=spread(), lower=Fold("or", False, "b"), latex=r"\bigvee {$x}", doc="Whether any is true: the row behind `any`.",
)
all_true = Reduction(
    "all_true(x)", lambda x, *, axes=None, keepdims=False: np.all(x, axis=axes, keepdims=keepdims), None,
    differentiable=False, reads="", sample=spread(), lower=Fold("and", True, "b"), latex=r"\bigwedge {$x}", doc="Whether all are true: the row behind `all`.",
)
first_largest = Reduction(
    "first_largest(x)", lambda x, *, axes=None, keepdims=False: np.argmax(x, axis=axes and axes[0], keepdims=keepdims), None,
    differentiable=False, reads="", sample=spread(shapes=SHAPES[1:4]), latex=r"\arg\max {$x}", doc="Index of the largest: the row behind `argmax`.",
)
first_smallest = Reduction(
    "first_smallest(x)", lambda x, *, axes=None, keepdims=False: np.argmin(x, axis=axes and axes[0], keepdims=keepdims), None,
    differentiable=False, reads="", sample=spread(shapes=SHAPES[1:4]), latex=r"\arg\min {$x}", doc="Index of the smallest: the row behind `argmin`.",
)


def max_one(n):
    """At least 1, so that the mean of nothing is NaN and its derivative empty."""
    return n or 1


def reducing(row, *numpy, doc):
    """The public function of a reduction: positive axes and None are translated here."""

    def function(x, axis=None, keepdims=False):
        x = as_array(x)
        return row(x, axes=None if axis is None else from_end(axis, len(x.shape)), keepdims=bool(keepdims))

    function.__name__ = function.__qualname__ = doc.partition(":")[0]
    function.__doc__ = doc.partition(": ")[2]
    return public(*numpy)(function)


sum = reducing(summed, np.sum, doc="""sum: Sum over `axis` (all axes when None).

    >>> float(sum(np.array([1.0, 2.0])))
    3.0
    """)
prod = reducing(multiplied, np.prod, doc="""prod: Product over `axis`; derivatives of every order are right at zeros too.

    >>> float(prod(np.array([2.0, 3.0])))
    6.0
    """)
amax = reducing(largest, np.amax, doc="""amax: Largest element over `axis`; ties share the derivative equally.

    >>> float(amax(np.array([1.0, 2.0])))
    2.0
    """)
amin = reducing(smallest, np.amin, doc="""amin: Smallest element over `axis`; ties share the derivative equally.

    >>> float(amin(np.array([1.0, 2.0])))
    1.0
    """)
logsumexp = reducing(log_sum_exp, doc="""logsumexp: `log(sum(exp(x)))` over `axis`, without overflow.

    >>> float(logsumexp(np.array([1000.0, -1000.0])))
    1000.0
    """)
any = reducing(any_true, np.any, doc="""any: Whether any element over `axis` is true.

    >>> bool(any(np.array([False, True])))
    True
    """)
all = reducing(all_true, np.all, doc="""all: Whether all elements over `axis` are true.

    >>> bool(all(np.array([False, True])))
    False
    """)


def found(row, x, axis, keepdims):
    """The index of an extreme: along one axis, or among all elements in C order."""
    x = as_array(x)
    if isinstance(axis, (tuple, list)):
        raise TypeError(f"{row.name}: axis={axis}; an index is along one axis, or along all for None")
    if axis is not None:
        return row(x, axes=from_end(axis, len(x.shape)), keepdims=bool(keepdims))
    index = row(reshape(x, (-1,)), axes=(-1,), keepdims=False)
    return reshape(index, (1,) * len(x.shape)) if keepdims else index


@public(np.argmax)
def argmax(x, axis=None, keepdims=False):
    """Index of the first largest element; integers carry no derivative.

    >>> int(argmax(np.array([1.0, 3.0, 2.0])))
    1
    """
    return found(first_largest, x, axis, keepdims)


@public(np.argmin)
def argmin(x, axis=None, keepdims=False):
    """Index of the first smallest element; integers carry no derivative.

    >>> int(argmin(np.array([1.0, 3.0, 2.0])))
    0
    """
    return found(first_smallest, x, axis, keepdims)
