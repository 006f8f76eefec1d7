"""Polynomials in NumPy's older spelling: coefficients from the highest power down."""

from typing import Any

import numpy as np

from ..core.errors import TracedError, UnknownShapeError
from ..core.op import TRACED
from ..core.public import public
from ..core.spec import is_complex
from .arithmetic import absolute, sqrt
from .choose import less_equal, stop_gradient
from .complex import conjugate
from .contract import matmul, outer
from .join import atleast_1d
from .linalg import inv, solve
from .move import as_array, concatenate, expand_dims, reshape
from .plain import has_numbers, plain
from .reduce import all, any, sum
from .signal import convolve


@public(np.polyval)
def polyval(p, x):
    """Value at `x` of the polynomial with the coefficients `p`, the highest power first.

    >>> float(polyval(np.array([2.0, 1.0]), 3.0))
    7.0
    """
    p, x = as_array(p), as_array(x)
    y = x * 0
    for i in range(p.shape[0]):
        y = y * x + p[i]
    return y


@public(np.vander)
def vander(x, N=None, increasing=False):
    """The powers of each element in a row, the highest first unless `increasing`.

    >>> vander(np.array([2.0, 3.0]), 3).tolist()
    [[4.0, 2.0, 1.0], [9.0, 3.0, 1.0]]
    """
    x = as_array(x)
    if len(x.shape) != 1:
        raise ValueError("x must be a one-dimensional array or sequence.")
    n = x.shape[0] if N is None else int(N)
    powers = np.arange(n) if increasing else np.arange(n)[::-1]
    columns = [x ** int(k) if k else x * 0 + 1 for k in powers]
    if not columns:
        return np.empty((x.shape[0], 0), x.dtype)
    return concatenate([expand_dims(c, 1) for c in columns], 1)


def added(p, q, sign):
    """Sum or difference, the shorter filled with zeros in front."""
    p, q = atleast_1d(p), atleast_1d(q)
    n = max(p.shape[0], q.shape[0])
    p, q = (concatenate([np.zeros(n - v.shape[0], v.dtype), v]) for v in (p, q))
    return p + sign * q


@public(np.polyadd)
def polyadd(a1, a2):
    """Coefficients of the sum of two polynomials.

    >>> polyadd([1.0], [1.0, 2.0]).tolist()
    [1.0, 3.0]
    """
    return added(a1, a2, 1)


@public(np.polysub)
def polysub(a1, a2):
    """Coefficients of the difference of two polynomials.

    >>> polysub([1.0, 2.0], [1.0]).tolist()
    [1.0, 1.0]
    """
    return added(a1, a2, -1)


@public(np.polymul)
def polymul(a1, a2):
    """Coefficients of the product of two polynomials.

    >>> polymul([1.0, 1.0], [1.0, -1.0]).tolist()
    [1.0, 0.0, -1.0]
    """
    return convolve(atleast_1d(a1), atleast_1d(a2))


@public(np.polydiv)
def polydiv(u, v):
    """(quotient, remainder) of two polynomials.

    >>> [part.tolist() for part in polydiv(np.array([1.0, 0.0, -1.0]), np.array([1.0, 1.0]))]
    [[1.0, -1.0], [0.0]]
    """
    u, v = atleast_1d(u) + 0.0, atleast_1d(v) + 0.0
    m, n = u.shape[0] - 1, v.shape[0] - 1
    quotient, rest = [], u
    for k in range(max(m - n + 1, 1)):
        if m < n:
            quotient.append(u[:1] * 0)
            break
        factor = rest[k] / v[0]
        quotient.append(reshape(factor, (1,)))
        rest = rest - concatenate([np.zeros(k), factor * v, np.zeros(m - n - k)])
    # what was divided out is zero by structure
    return concatenate(quotient), without_zeros(rest[max(m - n + 1, 0) :] if n else rest[-1:])


@public()
def without_zeros(p):
    """A polynomial from its first coefficient that is not zero, to 1e-8 as in `numpy.polydiv`."""
    while p.shape[0] > 1 and decided(less_equal(absolute(p[0]), 1e-8)):
        p = p[1:]
    return p


def decided(truth):
    """The one answer of all examples of a batch.

    A symbolic value is asked again when its numbers arrive.  Raises TracedError where examples
    differ, for they would have shapes of their own.
    """
    while type(truth) in TRACED and hasattr(truth, "value"):
        truth = truth.value
    try:
        whole = bool(all(truth))
        some = whole or bool(any(truth))
    except TracedError:
        raise UnknownShapeError(truth) from None
    if whole != some:
        raise TracedError(
            "polydiv: the remainders of the examples under vmap have different lengths, for some "
            "begin with zeros; divide one polynomial at a time"
        )
    return whole


@public(np.polyder)
def polyder(p, m=1):
    """Coefficients of the `m`-th derivative of a polynomial.

    >>> polyder(np.array([1.0, 2.0, 3.0])).tolist()
    [2.0, 2.0]
    """
    m = int(m)
    if m < 0:
        raise ValueError("Order of derivative must be positive (see polyint)")
    p = as_array(p)
    for _ in range(m):
        n = p.shape[0] - 1
        p = p[:-1] * np.arange(n, 0, -1)
    return p


@public(np.polyint)
def polyint(p, m=1, k: Any = None):
    """Coefficients of the `m`-th antiderivative, with the constants `k` (zeros by default).

    >>> polyint(np.array([2.0, 2.0])).tolist()
    [1.0, 2.0, 0.0]
    """
    m = int(m)
    if m < 0:
        raise ValueError("Order of integral must be positive (see polyder)")
    k = np.zeros(m) if k is None else atleast_1d(k)
    if k.shape[0] == 1 < m:
        k = concatenate([k] * m)
    if k.shape[0] < m:
        raise ValueError("k must be a scalar or a rank-1 array of length 1 or >m.")
    p = as_array(p) + 0.0
    for i in range(m):
        p = concatenate([p / np.arange(p.shape[0], 0, -1), reshape(k[i], (1,))])
    return p


def start(values, name, numpy, *args):
    """NumPy's own answer as a constant; zeros where the numbers are not there."""
    if not [v for v in values if not has_numbers(v)]:
        return numpy(*[plain(v, name) for v in values], *args)
    return None


@public(np.polyfit)
def polyfit(x, y, deg, rcond=None, full=False, w=None, cov=False):
    """Coefficients of the polynomial of degree `deg` nearest to points, by least squares.

    NumPy's answer c is the start of one exact step of the normal equations,
    c + (VᵀV)⁻¹ Vᵀ(y - V c), which changes no digit and has the derivative in `x`, `y` and `w`.

    >>> polyfit(np.array([0.0, 1.0, 2.0]), np.array([1.0, 3.0, 5.0]), 1).round(6).tolist()
    [2.0, 1.0]
    """
    x, y = as_array(x) + 0.0, as_array(y) + 0.0
    if full:
        raise TypeError(
            "polyfit: full=True returns diagnostics, which carry no derivative; leave it out"
        )
    if deg < 0:
        raise ValueError("expected deg >= 0")
    if len(x.shape) != 1 or not x.shape[0]:
        raise TypeError("expected 1D vector for x")
    if len(y.shape) not in (1, 2) or y.shape[0] != x.shape[0]:
        raise TypeError("expected x and y to have same length")
    powers, values = vander(x, int(deg) + 1), y
    if w is not None:
        w = as_array(w) + 0.0
        powers = powers * expand_dims(w, 1)
        values = y * (expand_dims(w, 1) if len(y.shape) == 2 else w)
    scale = stop_gradient(sqrt(sum(absolute(powers) ** 2, 0)))
    powers = powers / scale
    first = start([powers, values], "polyfit", lambda a, b: np.linalg.lstsq(a, b, rcond)[0])
    adjoint = conjugate(powers.T) if is_complex(powers.dtype) else powers.T
    rest = values if first is None else values - matmul(powers, first)
    step = solve(matmul(adjoint, powers), matmul(adjoint, rest))
    found = step if first is None else first + step
    found = found / (expand_dims(scale, 1) if len(y.shape) == 2 else scale)
    if not cov:
        return found
    return found, covariance(scale, values, powers, found, cov, len(y.shape) == 2)


def covariance(scale, values, powers, found, cov, many):
    """The covariance matrix of the coefficients."""
    base = inv(matmul(powers.T, powers)) / outer(scale, scale)
    if cov == "unscaled":
        return base
    freedom = values.shape[0] - powers.shape[1]
    if freedom <= 0:
        raise ValueError(
            "the number of data points must exceed order to scale the covariance matrix"
        )
    fitted = matmul(powers, found * (expand_dims(scale, 1) if many else scale))
    factor = sum(absolute(values - fitted) ** 2, 0) / freedom
    return expand_dims(base, 2) * factor if many else base * factor


@public(np.roots)
def roots(p):
    """Roots of the polynomial with the coefficients `p`; derivatives of orders up to three.

    NumPy's roots are the start of two Newton steps, which change no digit but carry the derivative.

    >>> sorted(roots(np.array([1.0, 0.0, -4.0])).real.tolist())
    [-2.0, 2.0]
    """
    p = as_array(p)
    if len(p.shape) != 1:
        raise ValueError("Input must be a rank-1 array.")
    first = np.roots(plain(p, "roots"))
    numbers = plain(p, "roots")
    nonzero = np.nonzero(numbers)[0]
    if not nonzero.size:
        return first
    p = p[nonzero[0] : nonzero[-1] + 1]
    count = p.shape[0] - 1
    x, zeros = first[:count], first[count:]
    slope = polyder(p)
    for _ in range(2):
        x = x - polyval(p, x) / polyval(slope, x)
    return concatenate([x, zeros.astype(x.dtype)]) if zeros.size else x


@public(np.poly)
def poly(seq_of_zeros):
    """Coefficients of the polynomial with the given roots.

    >>> poly(np.array([1.0, -1.0])).tolist()
    [1.0, 0.0, -1.0]
    """
    zeros = atleast_1d(seq_of_zeros)
    if len(zeros.shape) != 1:
        raise ValueError("poly: a matrix stands for its eigenvalues; give np.linalg.eigvals(a)")
    p = as_array(np.ones(1, zeros.dtype))
    for i in range(zeros.shape[0]):
        p = concatenate([p, np.zeros(1)]) - concatenate([np.zeros(1), zeros[i] * p])
    if type(p) not in TRACED and is_complex(p.dtype):
        return np.poly(plain(seq_of_zeros, "poly"))
    return p
