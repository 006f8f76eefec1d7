"""Products of vectors and matrices that NumPy names beside matmul, and statistics made of them."""

import numpy as np

from ..core.errors import ShapeError
from ..core.public import public
from ..core.spec import is_complex
from .arithmetic import sqrt
from .choose import clip
from .complex import conjugate
from .contract import matmul
from .einsum import einsum
from .join import atleast_2d
from .move import as_array, concatenate, expand_dims, matrix_transpose, moveaxis, reshape, squeeze
from .reduce import sum
from .totals import average


@public(*([np.vecdot] if hasattr(np, "vecdot") else []))
def vecdot(x1, x2, *, axis=-1):
    """Sum of the products of the conjugate of `x1` and `x2` along `axis`.

    >>> float(vecdot(np.array([1.0, 2.0]), np.array([3.0, 4.0])))
    11.0
    """
    x1, x2 = (moveaxis(as_array(x), axis, -1) for x in (x1, x2))
    if x1.shape[-1] != x2.shape[-1]:
        raise ShapeError(
            f"vecdot: sizes {x1.shape[-1]} and {x2.shape[-1]} differ; they must be equal"
        )
    x1 = conjugate(x1) if is_complex(x1.dtype) else x1
    return einsum("...i,...i->...", x1, x2)


@public(*([np.matvec] if hasattr(np, "matvec") else []))
def matvec(x1, x2):
    """Products of matrices (..., m, n) and vectors (..., n).

    >>> matvec(np.eye(2), np.array([3.0, 4.0])).tolist()
    [3.0, 4.0]
    """
    return squeeze(matmul(as_array(x1), expand_dims(as_array(x2), -1)), -1)


@public(*([np.vecmat] if hasattr(np, "vecmat") else []))
def vecmat(x1, x2):
    """Products of conjugated vectors (..., n) and matrices (..., n, m).

    >>> vecmat(np.array([3.0, 4.0]), np.eye(2)).tolist()
    [3.0, 4.0]
    """
    x1 = as_array(x1)
    x1 = conjugate(x1) if is_complex(x1.dtype) else x1
    return squeeze(matmul(expand_dims(x1, -2), as_array(x2)), -2)


@public(np.kron)
def kron(x, y):
    """Kronecker product: every element of `x` times the whole of `y`.

    >>> kron(np.array([1.0, 2.0]), np.array([1.0, 1.0])).tolist()
    [1.0, 1.0, 2.0, 2.0]
    """
    x, y = as_array(x), as_array(y)
    rank = max(len(x.shape), len(y.shape))
    a, b = ((1,) * (rank - len(v.shape)) + v.shape for v in (x, y))
    left = reshape(x, tuple(s for size in a for s in (size, 1)))
    right = reshape(y, tuple(s for size in b for s in (1, size)))
    return reshape(left * right, tuple(m * n for m, n in zip(a, b)))


@public(np.cross)
def cross(a, b, axisa=-1, axisb=-1, axisc=-1, axis=None):
    """Cross product of vectors of three components; of two it is the third component alone.

    >>> cross(np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0])).tolist()
    [0.0, 0.0, 1.0]
    """
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = moveaxis(as_array(a), axisa, -1), moveaxis(as_array(b), axisb, -1)
    if a.shape[-1] not in (2, 3) or b.shape[-1] not in (2, 3):
        raise ShapeError(
            f"cross: vectors of {a.shape[-1]} and {b.shape[-1]} components; incompatible dimensions "
            "for cross product (dimension must be 2 or 3)"
        )
    a0, a1, b0, b1 = a[..., 0], a[..., 1], b[..., 0], b[..., 1]
    last = a0 * b1 - a1 * b0
    if a.shape[-1] == b.shape[-1] == 2:
        return last
    a2 = a[..., 2] if a.shape[-1] == 3 else 0 * a0
    b2 = b[..., 2] if b.shape[-1] == 3 else 0 * b0
    parts = [expand_dims(p, -1) for p in (a1 * b2 - a2 * b1, a2 * b0 - a0 * b2, last)]
    return moveaxis(concatenate(parts, -1), -1, axisc)


def observations(m, y, rowvar):
    """One matrix with a variable in each row."""
    m = as_array(m)
    if len(m.shape) > 2:
        raise ValueError("m has more than 2 dimensions")
    x = atleast_2d(m)
    x = matrix_transpose(x) if not rowvar and len(m.shape) != 1 else x
    if y is None:
        return x + 0.0
    y = as_array(y)
    if len(y.shape) > 2:
        raise ValueError("y has more than 2 dimensions")
    z = atleast_2d(y)
    z = matrix_transpose(z) if not rowvar and len(y.shape) != 1 else z
    return concatenate([x, z], 0) + 0.0


@public(np.cov)
def cov(m, y=None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None, *, dtype=None):
    """Covariance matrix of variables in rows (columns with rowvar=False).

    >>> cov(np.array([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]])).tolist()
    [[1.0, -1.0], [-1.0, 1.0]]
    """
    x = observations(m, y, rowvar)
    x = x if dtype is None else x.astype(dtype)
    if ddof is not None and ddof != int(ddof):
        raise ValueError("ddof must be integer")
    ddof = (0 if bias else 1) if ddof is None else ddof
    weights = None if fweights is None else as_array(fweights)
    if aweights is not None:
        weights = as_array(aweights) if weights is None else weights * as_array(aweights)
    n = x.shape[1]
    middle, whole = average(x, 1, weights, True) if weights is not None else (average(x, 1), n)
    whole = whole[0] if weights is not None else whole
    if weights is None:
        freedom = n - ddof
    elif aweights is None:
        freedom = whole - ddof
    else:
        freedom = whole - ddof * sum(weights * as_array(aweights)) / whole
    away = x - expand_dims(middle, 1)
    other = away if weights is None else away * weights
    other = matrix_transpose(conjugate(other) if is_complex(other.dtype) else other)
    found = matmul(away, other) / freedom
    return squeeze(found) if found.shape == (1, 1) else found


@public(np.corrcoef)
def corrcoef(x, y=None, rowvar=True, *, dtype=None):
    """Correlation coefficients of variables in rows (columns with rowvar=False).

    >>> corrcoef(np.array([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]])).round(6).tolist()
    [[1.0, -1.0], [-1.0, 1.0]]
    """
    c = cov(x, y, rowvar, dtype=dtype)
    if not c.shape:
        return c / c
    size = sqrt(c.diagonal().real)
    found = c / expand_dims(size, 1) / expand_dims(size, 0)
    return found if is_complex(found.dtype) else clip(found, -1, 1)
