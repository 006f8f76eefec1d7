"""Sparse matrices of SciPy as constants, sparse matrices of values that are being differentiated.

A matrix of SciPy multiplies such values as it is, `A @ x`, `x @ A` and `A.dot(x)`.  For a matrix
whose entries are being differentiated there are `coo_array` and `csr_array` here.

>>> import numpy as np
>>> from scipy.sparse import csr_array
>>> from autodiff import grad
>>> A = csr_array(np.array([[2.0, 0.0], [1.0, 4.0]]))
>>> grad(lambda x: (A @ x).sum())(np.ones(2)).tolist()
[3.0, 4.0]
>>> grad(lambda b: spsolve(A, b).sum())(np.ones(2)).tolist()
[0.375, 0.25]
"""

from typing import Any

import numpy as np

from ..core.errors import ArgumentError, MatrixError, ShapeError
from ..core.op import TRACED
from ..ops.move import as_array, concatenate, moveaxis
from ..ops.sparse import (
    Pattern,
    matmul_sparse,
    scattered_dense,
    sparse_matmul,
    sparse_solution,
    taken_apart,
)


class Sparse:
    """A matrix given by the values of its entries, which may be being differentiated.

    values: shape (m,); pattern: where they stand; entries at one place are added.
    """

    __array_ufunc__ = None  # array @ matrix is asked of the matrix
    ndim = 2

    def __init__(self, values, pattern):
        self.values, self.pattern = values, pattern

    @property
    def shape(self):
        """Rows and columns."""
        return self.pattern.shape

    @property
    def dtype(self):
        """The dtype of the values."""
        return self.values.dtype

    @property
    def nnz(self):
        """The number of entries."""
        return len(self.pattern.rows)

    @property
    def T(self):
        """The transpose."""
        return Sparse(self.values, self.pattern.T)

    def transpose(self):
        """The transpose."""
        return self.T

    def tocsr(self):
        """This matrix; products with it are asked for by this name."""
        return self

    def __matmul__(self, x):
        """`A @ x` for a vector or a stack of matrices."""
        if hasattr(x, "tocsr"):
            raise ArgumentError(
                "matmul: both factors are sparse; convert one of them with toarray()"
            )
        return sparse_matmul(self, x)

    def __rmatmul__(self, x):
        return matmul_sparse(x, self)

    dot = __matmul__

    def __mul__(self, factor):
        """Every value times a number."""
        if len(as_array(factor).shape):
            raise ShapeError(
                f"multiply: the factor of a sparse matrix has shape {factor.shape}; it needs to be "
                "a number, and a product of matrices is A @ x"
            )
        return Sparse(self.values * factor, self.pattern)

    __rmul__ = __mul__

    def __neg__(self):
        return Sparse(-self.values, self.pattern)

    def __add__(self, other):
        """The sum of two sparse matrices of one shape."""
        if not hasattr(other, "tocsr") or other.shape != self.shape:
            raise ShapeError(
                f"add: a sparse matrix of shape {self.shape} and {getattr(other, 'shape', other)}; "
                "both need to be sparse and of one shape"
            )
        values, pattern = taken_apart(other)
        rows = np.concatenate([self.pattern.rows, pattern.rows])
        columns = np.concatenate([self.pattern.columns, pattern.columns])
        return Sparse(concatenate([self.values, values]), Pattern(rows, columns, self.shape))

    __radd__ = __add__

    def __sub__(self, other):
        return self + -other

    def __rsub__(self, other):
        return -self + other

    def toarray(self):
        """The matrix with its zeros."""
        return scattered_dense(self.values, self.pattern)

    todense = toarray

    def diagonal(self):
        """The elements of the main diagonal."""
        n = min(self.shape)
        return self.toarray()[np.arange(n), np.arange(n)]

    def sum(self, axis=None):
        """The sum of all elements, or of each column (0) or row (1)."""
        if axis is None:
            return self.values.sum()
        first = axis in (0, -2)
        return (self.T if first else self) @ np.ones(self.shape[0 if first else 1])

    def __repr__(self):
        return f"<Sparse matrix of shape {self.shape} with {self.nnz} entries>"


def coo_array(entries, shape=None):
    """A sparse matrix `((values, (rows, columns)), shape)`, as SciPy's `coo_array`.

    values: shape (m,), plain or being differentiated; rows, columns: integers of the same shape.
    shape: by default just large enough.

    >>> coo_array((np.array([1.0, 2.0]), ([0, 1], [1, 0]))).toarray().tolist()
    [[0.0, 1.0], [2.0, 0.0]]
    """
    values, (rows, columns) = entries
    values = as_array(values)
    rows, columns = np.asarray(rows, np.intp), np.asarray(columns, np.intp)
    if not (rows.shape == columns.shape == tuple(values.shape) and rows.ndim == 1):
        raise ShapeError(
            f"coo_array: values, rows and columns have shapes {tuple(values.shape)}, {rows.shape} "
            f"and {columns.shape}; they need one shape (m,)"
        )
    if shape is None:
        shape = tuple(int(i.max(initial=-1)) + 1 for i in (rows, columns))
    outside = rows.size and (rows.max() >= shape[0] or columns.max() >= shape[1])
    if outside or (rows.size and min(rows.min(), columns.min()) < 0):
        raise ShapeError(f"coo_array: an entry stands outside of the shape {tuple(shape)}")
    return Sparse(values, Pattern(rows, columns, shape))


def csr_array(entries, shape=None):
    """A sparse matrix `((values, columns, starts), shape)`, as SciPy's `csr_array`.

    starts: where each row begins among the values, shape (rows + 1,).

    >>> csr_array((np.array([1.0, 2.0]), [1, 0], [0, 1, 2])).toarray().tolist()
    [[0.0, 1.0], [2.0, 0.0]]
    """
    if len(entries) == 2:
        return coo_array(entries, shape)
    values, columns, starts = entries
    starts = np.asarray(starts, np.intp)
    rows = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    columns = np.asarray(columns, np.intp)
    shape = (len(starts) - 1, int(columns.max(initial=-1)) + 1) if shape is None else shape
    return coo_array((values, (rows, columns)), shape)


def spsolve(A, b, permc_spec=None, use_umfpack=True):
    """Solution `x` of `A x = b`, as `scipy.sparse.linalg.spsolve`.

    A: a square sparse matrix of SciPy, a constant, or one made here; b: shape (n,) or (n, k).
    permc_spec, use_umfpack: without effect.
    Raises MatrixError, a LinAlgError, where A is not square, or singular.

    >>> from scipy.sparse import eye_array
    >>> spsolve(eye_array(2), np.array([1.0, 2.0])).tolist()
    [1.0, 2.0]
    """
    values, pattern = square("spsolve", A)
    if hasattr(b, "tocsr"):
        b = b.toarray()
    b = as_array(b)
    if len(b.shape) == 1:
        return sparse_solution(values, b, pattern=pattern)
    return moveaxis(sparse_solution(values, moveaxis(b, -2, -1), pattern=pattern), -1, -2)


def square(name, A) -> Any:
    """(values, pattern) of a matrix that has as many rows as columns."""
    if not hasattr(A, "tocsr"):
        raise ArgumentError(
            f"{name}: a {type(A).__name__} is given for the matrix; it needs to be sparse, and a "
            "dense one is solved by numpy.linalg.solve"
        )
    values, pattern = taken_apart(A)
    if pattern.shape[0] != pattern.shape[1]:
        raise MatrixError(f"{name}: the matrix has shape {pattern.shape}; it needs to be square")
    return values, pattern


def factorized(A):
    """The function `b -> spsolve(A, b)`; a constant matrix is factored once.

    >>> from scipy.sparse import eye_array
    >>> factorized(2 * eye_array(2))(np.array([2.0, 4.0])).tolist()
    [1.0, 2.0]
    """
    values, pattern = square("factorized", A)
    if type(values) not in TRACED:
        pattern.factors(values)
    matrix = Sparse(values, pattern)
    return lambda b: spsolve(matrix, b)


class linalg:
    """What stands in `scipy.sparse.linalg`."""

    spsolve = staticmethod(spsolve)
    factorized = staticmethod(factorized)
