"""Functions of whole matrices that are made of other rows: powers, products, inverses of tensors."""

import operator

import numpy as np

from ..core.errors import MatrixError, ShapeError
from ..core.public import public
from ..core.spec import from_end
from . import contract, products, totals
from .choose import stop_gradient, where, zeros_like
from .decompose import svdvals
from .linalg import completed, inv, solve, square_matrix
from .move import as_array, matrix_transpose as exchanged, moveaxis, ravel, reshape
from .norms import of_matrices
from .reduce import amax, sum
from .results import no_out, underlying


@public(np.linalg.matrix_power)
def matrix_power(a, n):
    """`a` multiplied by itself `n` times, by repeated squaring; of the inverse for negative `n`.

    a: square matrices, shape (..., k, k); n: an integer.
    Raises LinAlgError for matrices that are not square or, for negative `n`, singular, TypeError for
    an exponent that is no integer.

    >>> matrix_power(np.array([[1.0, 1.0], [0.0, 1.0]]), 3).tolist()
    [[1.0, 3.0], [0.0, 1.0]]
    """
    a = square_matrix("matrix_power", a)
    try:
        n = operator.index(n)
    except TypeError:
        raise TypeError(f"matrix_power: exponent must be an integer, not {type(n).__name__}") from None
    if n == 0:
        return zeros_like(a) + np.eye(a.shape[-1], dtype=bool)
    square, result = inv(a) if n < 0 else a, None
    n = abs(n)
    while True:
        if n & 1:
            result = square if result is None else matmul(result, square)
        n >>= 1
        if not n:
            return result
        square = matmul(square, square)


@public(np.linalg.multi_dot)
def multi_dot(arrays, *, out=None):
    """Product of two or more matrices, in the order that takes the fewest multiplications.

    The first may be a vector, counted as a row, and the last one, counted as a column.
    Source: Cormen, Leiserson, Rivest and Stein, Introduction to Algorithms, section 15.2.

    >>> multi_dot([np.ones((1, 3)), np.ones((3, 2)), np.ones(2)]).tolist()
    [6.0]
    """
    no_out("multi_dot", out)
    xs = [as_array(x) for x in arrays]
    if len(xs) < 2:
        raise ValueError(f"multi_dot: Expecting at least two arrays, {len(xs)} are given")
    for i, x in enumerate(xs):
        if len(x.shape) != 2 and not (len(x.shape) == 1 and i in (0, len(xs) - 1)):
            raise MatrixError(f"multi_dot: array {i} of shape {x.shape} is no matrix")
    first = xs[0].shape[0] if len(xs[0].shape) == 2 else 1
    sizes = [first, xs[0].shape[-1], *[x.shape[-1] for x in xs[1:-1]]]
    sizes.append(xs[-1].shape[1] if len(xs[-1].shape) == 2 else 1)
    return multiplied(xs, cheapest(sizes), 0, len(xs) - 1)


def cheapest(sizes):
    """Where to cut each chain of matrices; matrix i has shape (sizes[i], sizes[i + 1])."""
    n = len(sizes) - 1
    cost, cut = np.zeros((n, n)), np.zeros((n, n), int)
    for length in range(1, n):
        for i in range(n - length):
            j = i + length
            costs = [
                cost[i, k] + cost[k + 1, j] + sizes[i] * sizes[k + 1] * sizes[j + 1] for k in range(i, j)
            ]
            cut[i, j] = i + int(np.argmin(costs))
            cost[i, j] = min(costs)
    return cut


def multiplied(xs, cut, i, j):
    """The product of a chain, cut where it is cheapest."""
    if i == j:
        return xs[i]
    k = int(cut[i, j])
    return matmul(multiplied(xs, cut, i, k), multiplied(xs, cut, k + 1, j))


@public(np.linalg.cond)
def cond(x, p=None):
    """Condition number of matrices: the norm of `x` times that of its inverse.

    p: None or 2 for the ratio of the largest and the smallest singular value, -2 for its inverse,
    or the order of a matrix norm.  Of singular matrices it is infinite, without a derivative.
    Raises LinAlgError for matrices without elements.

    >>> float(cond(np.array([[4.0, 0.0], [0.0, 2.0]])))
    2.0
    """
    x = as_array(x)
    if 0 in x.shape[-2:]:
        raise MatrixError(f"cond: it is not defined on empty arrays, such as that of shape {x.shape}")
    if p is None or p in (2, -2):
        s = svdvals(x)
        largest, smallest = s[..., 0], s[..., -1]
        if p == -2:
            return smallest / largest
        singular = smallest == 0
        return where(singular, np.inf, largest / where(singular, 1, smallest))
    x = square_matrix("cond", x)
    singular = without_inverse(x)
    regular = x if singular is None else where(singular[..., None, None], np.eye(x.shape[-1], dtype=bool), x)
    found = of_matrices(regular, p, (-2, -1), False) * of_matrices(inv(regular), p, (-2, -1), False)
    return found if singular is None else where(singular, np.inf, found)


def without_inverse(x):
    """Which matrices are exactly singular; None where none is, or where it is not known yet."""
    value = underlying(x)
    if value is None or value.shape != x.shape:
        return None
    with np.errstate(all="ignore"):
        singular = np.linalg.det(value) == 0
    return singular if np.any(singular) else None


@public(np.linalg.matrix_rank, renamed=False)
def matrix_rank(A, tol=None, hermitian=False, *, rtol=None):
    """Number of singular values above a tolerance; an integer carries no derivative.

    tol: the tolerance; by default `rtol`, or the larger size times the rounding, of the largest.
    hermitian: one triangle is read for both.

    >>> int(matrix_rank(np.ones((2, 2))))
    1
    """
    if tol is not None and rtol is not None:
        raise ValueError("matrix_rank: `tol` and `rtol` can't be both set; give one of them")
    A = as_array(A)
    if len(A.shape) < 2:
        value = underlying(A)
        return sum(A != 0) > 0 if value is None else int(np.any(value != 0))
    s = svdvals(completed(square_matrix("matrix_rank", A)) if hermitian else A)
    known = underlying(s)
    s = known if known is not None and known.shape == s.shape else s
    if tol is None:
        tiny = float(np.finfo(s.dtype or np.float64).eps)
        rtol = max(A.shape[-2:]) * tiny if rtol is None else stop_gradient(as_array(rtol))[..., None]
        tol = (amax(s, -1, True) if s.shape[-1] else 0) * rtol
    else:
        tol = as_array(tol)[..., None]
    return sum(s > tol, -1)


@public(np.linalg.tensorsolve, renamed=False)
def tensorsolve(a, b, axes=None):
    """The tensor `x` with `tensordot(a, x, x.ndim) = b`.

    a: shape (*b.shape, *x.shape), of equally many rows and columns; axes: those of `a` to move to
    the end first.
    Raises LinAlgError if the sizes differ or the matrix of `a` is singular.

    >>> tensorsolve(np.eye(4).reshape(2, 2, 4), np.ones((2, 2))).tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    a, b = as_array(a), as_array(b)
    if axes is not None:
        chosen = from_end(tuple(axes), len(a.shape))
        a = moveaxis(a, chosen, tuple(range(-len(chosen), 0)))
    shape = a.shape[len(b.shape) :] if len(a.shape) > len(b.shape) else ()
    size = int(np.prod(shape, dtype=int))
    if int(np.prod(a.shape, dtype=int)) != size**2:
        raise MatrixError(
            f"tensorsolve: the axes {shape} of the unknown hold {size} numbers and those of b, "
            f"{b.shape}, do not; both must be equal"
        )
    return reshape(solve(reshape(a, (size, size)), ravel(b)), shape)


@public(np.linalg.tensorinv)
def tensorinv(a, ind=2):
    """The inverse of `a` as a map from its axes behind the first `ind` to those.

    Returns shape a.shape[ind:] + a.shape[:ind].
    Raises ValueError for an `ind` that is not positive, LinAlgError where the sizes differ or the
    matrix is singular.

    >>> tensorinv(np.eye(4).reshape(2, 2, 4)).shape
    (4, 2, 2)
    """
    a = as_array(a)
    if ind <= 0:
        raise ValueError(f"tensorinv: Invalid ind argument, {ind}; it counts axes, 1 or more")
    shape = a.shape[ind:] + a.shape[:ind]
    size = int(np.prod(a.shape[ind:], dtype=int))
    return reshape(inv(reshape(a, (size, -1))), shape)


# ---------------------------------------------------------------- products, as numpy.linalg names them


@public(np.linalg.cross)
def cross(x1, x2, /, *, axis=-1):
    """Cross product of vectors with three elements along `axis`; other axes broadcast.

    >>> cross(np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0])).tolist()
    [0.0, 0.0, 1.0]
    """
    x, y = as_array(x1), as_array(x2)
    sizes = [v.shape[from_end(axis, len(v.shape))[0]] for v in (x, y)]
    if sizes != [3, 3]:
        raise ValueError(f"cross: vectors of {sizes[0]} and {sizes[1]} elements; both need three")
    return products.cross(x, y, axis=axis)


@public(np.linalg.diagonal)
def diagonal(x, /, *, offset=0):
    """The diagonals of matrices, along a new last axis.

    >>> diagonal(np.eye(2)).tolist()
    [1.0, 1.0]
    """
    return contract.diagonal(x, offset, -2, -1)


@public(np.linalg.trace)
def trace(x, /, *, offset=0, dtype=None):
    """The sums of the diagonals of matrices.

    >>> float(trace(np.eye(2)))
    2.0
    """
    return totals.sum(contract.diagonal(x, offset, -2, -1), -1, dtype)


@public(np.linalg.outer)
def outer(x1, x2, /):
    """Products of all pairs of elements of two vectors.

    >>> outer(np.array([1.0, 2.0]), np.array([3.0])).tolist()
    [[3.0], [6.0]]
    """
    x, y = as_array(x1), as_array(x2)
    if len(x.shape) != 1 or len(y.shape) != 1:
        raise ShapeError(f"outer: Input arrays must be one-dimensional, not of shapes {x.shape} and {y.shape}")
    return contract.outer(x, y)


@public(np.linalg.vecdot)
def vecdot(x1, x2, /, *, axis=-1):
    """Sum of the products of the conjugate of `x1` and `x2` along an axis; others broadcast.

    >>> float(vecdot(np.array([1.0, 2.0]), np.array([3.0, 4.0])))
    11.0
    """
    return products.vecdot(x1, x2, axis=axis)


@public(np.linalg.matmul)
def matmul(x1, x2, /):
    """Matrix product over the last two axes.

    >>> matmul(np.eye(2), np.array([1.0, 2.0])).tolist()
    [1.0, 2.0]
    """
    return contract.matmul(x1, x2)


@public(np.linalg.tensordot, renamed=False)
def tensordot(x1, x2, /, *, axes=2):
    """Sum of products over pairs of axes.

    >>> tensordot(np.ones((2, 3)), np.ones((3, 4)), axes=1).shape
    (2, 4)
    """
    return contract.tensordot(x1, x2, axes)


@public(np.linalg.matrix_transpose)
def matrix_transpose(x, /):
    """`x` with its last two axes exchanged.

    >>> matrix_transpose(np.ones((2, 3))).shape
    (3, 2)
    """
    x = as_array(x)
    if len(x.shape) < 2:
        raise ValueError(f"matrix_transpose: shape {x.shape}; the array must be at least 2-dimensional")
    return exchanged(x)
