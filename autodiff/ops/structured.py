"""Matrices made of vectors and of other matrices: Toeplitz, Hankel, circulant, block diagonal."""

import numpy as np

from .complex import conjugate
from .move import as_array, concatenate, reshape


def block_diag(*arrays):
    """The matrix with these on its diagonal.

    >>> block_diag(1.0, np.ones((1, 2))).tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 1.0]]
    """
    matrices = [as_array(a) for a in arrays]
    matrices = [reshape(a, (1, -1)) if len(a.shape) < 2 else a for a in matrices]
    rows = []
    for i, a in enumerate(matrices):
        zeros = [np.zeros((a.shape[0], m.shape[1])) for m in matrices]
        rows.append(concatenate([*zeros[:i], a, *zeros[i + 1 :]], -1))
    return concatenate(rows, -2)


def toeplitz(c, r=None):
    """The matrix with constant diagonals: `c` is its first column, `r` its first row.

    >>> toeplitz([1.0, 2.0]).tolist()
    [[1.0, 2.0], [2.0, 1.0]]
    """
    c = reshape(as_array(c), (-1,))
    r = conjugate(c) if r is None else reshape(as_array(r), (-1,))
    line = concatenate([r[1:][::-1], c])
    i, j = np.indices((c.shape[0], r.shape[0]))
    return line[i - j + r.shape[0] - 1]


def circulant(c):
    """The matrix whose columns are `c` rolled down by 0, 1, ...

    >>> circulant([1.0, 2.0]).tolist()
    [[1.0, 2.0], [2.0, 1.0]]
    """
    c = as_array(c)
    i, j = np.indices((c.shape[-1], c.shape[-1]))
    return c[..., (i - j) % c.shape[-1]]


def hankel(c, r=None):
    """The matrix with constant counter-diagonals: `c` is its first column, `r` its last row.

    >>> hankel([1.0, 2.0]).tolist()
    [[1.0, 2.0], [2.0, 0.0]]
    """
    c = reshape(as_array(c), (-1,))
    r = np.zeros(c.shape[0]) if r is None else reshape(as_array(r), (-1,))
    line = concatenate([c, r[1:]])
    i, j = np.indices((c.shape[0], r.shape[0]))
    return line[i + j]


def kron_of_matrices(a, b):
    """The Kronecker product of two matrices."""
    (m, n), (k, j) = a.shape, b.shape
    return reshape(reshape(a, (m, 1, n, 1)) * reshape(b, (1, k, 1, j)), (m * k, n * j))
