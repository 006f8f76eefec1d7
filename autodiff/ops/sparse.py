"""Products with sparse matrices and solutions of their equations.

A matrix is its pattern, a parameter, and the values of its entries, an argument: so a constant
matrix and one whose values are being differentiated are the same rows.
Pullback of x = A⁻¹ b: b̄ = A⁻ᵀ x̄, and of an entry ā[i, j] = -b̄[i] x[j].  Source: Giles 2008.
"""

from functools import cached_property
from typing import Any

import numpy as np

from ..core.errors import MatrixError, ShapeError
from ..core.family import Contraction, Opaque
from ..core.spec import Spec, broadcast_shapes
from ..core.values import pad_rank, total
from .complex import conjugate
from .index import getitem
from .move import as_array, joint_dtype, moveaxis, reshape

MISSING = "sparse matrices need SciPy: pip install autodiff-numpy[scipy]"


class Pattern:
    """Where the entries of a sparse matrix stand.

    rows, columns: of each entry, shape (m,); entries at one place are added.  shape: of the matrix.
    """

    def __init__(self, rows, columns, shape):
        self.rows, self.columns, self.shape = rows, columns, tuple(shape)
        self.turned: Any = None
        self.first = True  # not the transpose of another: the one that is factored
        self.last: Any = None  # the values that were factored last, and their factors

    @cached_property
    def key(self):
        return self.shape, self.rows.tobytes(), self.columns.tobytes()

    def __hash__(self):
        return hash(self.key)

    def __eq__(self, other):
        return self is other or (type(other) is Pattern and self.key == other.key)

    def __repr__(self):
        return f"Pattern({self.shape}, {len(self.rows)} entries)"

    @property
    def T(self):
        """The pattern of the transpose; its transpose is this one."""
        if self.turned is None:
            self.turned = Pattern(self.columns, self.rows, self.shape[::-1])
            self.turned.turned, self.turned.first = self, not self.first
        return self.turned

    def __reduce__(self):
        return Pattern, (self.rows, self.columns, self.shape)

    @cached_property
    def compressed(self) -> Any:
        """(order of the entries or None, their columns, where each row begins), sorted by rows."""
        order = np.lexsort((self.columns, self.rows))
        starts = np.searchsorted(self.rows[order], np.arange(self.shape[0] + 1))
        return order, self.columns[order].astype(np.int32), starts.astype(np.int32)

    def matrix(self, values):
        """SciPy's matrix with these values; a transpose is that of the first pattern's matrix."""
        try:
            from scipy import sparse
        except ImportError:
            raise ImportError(MISSING) from None
        if not self.first:
            return self.T.matrix(values).T
        order, columns, starts = self.compressed
        given = values if order is None else values[order]
        return sparse.csr_array((given, columns, starts), self.shape)

    def factors(self, values):
        """SuperLU's factors of the matrix, kept for the next equation with the same values."""
        from scipy.sparse.linalg import splu

        if self.last is None or not np.array_equal(self.last[0], values):
            matrix = self.matrix(values.astype(np.result_type(values, np.float64))).tocsc()
            matrix.sum_duplicates()
            try:
                self.last = values.copy(), splu(matrix)
            except RuntimeError:
                raise MatrixError("spsolve: the matrix is singular; it needs full rank") from None
        return self.last[1]


def product_values(values, x, *, pattern):
    if np.ndim(values) > 1:
        lead = np.broadcast_shapes(values.shape[:-1], x.shape[:-1])
        values = np.broadcast_to(values, (*lead, values.shape[-1])).reshape(-1, values.shape[-1])
        x = np.broadcast_to(x, (*lead, x.shape[-1])).reshape(-1, x.shape[-1])
        found = [product_values(v, b, pattern=pattern) for v, b in zip(values, x)]
        kind = np.result_type(values, x)
        return np.array(found, kind).reshape(*lead, pattern.shape[0])
    if values.dtype.kind == "O" or x.dtype.kind == "O":  # formulas
        terms, places = np.zeros((*x.shape[:-1], pattern.shape[0]), object), (..., pattern.rows)
        np.add.at(terms, places, values * x[..., pattern.columns])  # type: ignore[arg-type]
        return terms
    matrix = pattern.matrix(values)
    if x.ndim == 1:
        return matrix @ x
    found = (matrix @ x.reshape(-1, x.shape[-1]).T).T
    return found.reshape(*x.shape[:-1], pattern.shape[0])


def checked(name, values, x, pattern, size):
    if x.shape[-1] != size:
        raise ShapeError(
            f"{name}: the sparse matrix has shape {pattern.shape} and the other factor "
            f"{size if not x.shape else x.shape[-1]} where {size} is needed"
        )
    return broadcast_shapes(name, (values.shape[:-1], x.shape[:-1]))


def product_spec(values, x, *, pattern):
    lead = checked("matmul", values, x, pattern, pattern.shape[1])
    return Spec((*lead, pattern.shape[0]), joint_dtype(values, x))


def lined_up(batched, values, x):
    """Both with the leading axes of an example lined up behind the batch axis."""
    rank = max(np.ndim(a) - b for a, b in zip((values, x), batched))
    return [pad_rank(a, rank) if b else a for a, b in zip((values, x), batched)]


def at(x, places):
    """Elements along the last axis."""
    return getitem(x, (..., places))


def tridiagonal(rng, dtype):
    """Samples for the laws: values of a matrix of three diagonals, and vectors."""
    kind = np.result_type(dtype, np.float32)
    n = 4
    i = np.arange(n)
    rows, columns = np.concatenate([i, i[1:], i[:-1]]), np.concatenate([i, i[:-1], i[1:]])
    pattern = Pattern(rows, columns, (n, n))

    def values(*lead):
        x = rng.uniform(-0.5, 0.5, (*lead, len(rows)))
        return (x + 2.0 * (rows == columns)).astype(kind)

    def vectors(*shape):
        return rng.normal(size=shape).astype(kind)

    return [
        ((values(), vectors(n)), {"pattern": pattern}),
        ((values(), vectors(3, n)), {"pattern": pattern}),
        ((values(2), vectors(n)), {"pattern": pattern}),
        ((values(), vectors(0, n)), {"pattern": pattern}),
    ]


sparse_product = Contraction(
    "sparse_product(values, x)",
    product_values,
    lambda g, values, x, *, pattern: at(g, pattern.rows) * at(x, pattern.columns),
    lambda g, values, x, *, pattern: sparse_product(values, g, pattern=pattern.T),
    infer=product_spec,
    batch=lambda batched, values, x, *, pattern: sparse_product(
        *lined_up(batched, values, x), pattern=pattern
    ),
    latex=r"$values \, $x",
    sample=tridiagonal,
    doc="Product of a sparse matrix, given by the values of its entries, and vectors over the last axis.",
)


def solution_values(values, b, *, pattern):
    kind = np.result_type(values, b, np.float32)
    if np.ndim(values) > 1:
        lead = np.broadcast_shapes(values.shape[:-1], b.shape[:-1])
        values = np.broadcast_to(values, (*lead, values.shape[-1])).reshape(-1, values.shape[-1])
        b = np.broadcast_to(b, (*lead, b.shape[-1])).reshape(-1, b.shape[-1])
        found = [solution_values(v, y, pattern=pattern) for v, y in zip(values, b)]
        return np.array(found, kind).reshape(*lead, pattern.shape[1])
    flat = b.reshape(-1, b.shape[-1])
    if not flat.size:
        return np.zeros(b.shape, kind)
    return solved(pattern, values, flat.T).T.reshape(b.shape).astype(kind)


def solved(pattern, values, b):
    """A⁻¹ b: a matrix and its transpose share their factors."""
    factors, way = (
        (pattern if pattern.first else pattern.T).factors(values),
        "NT"[not pattern.first],
    )
    if np.iscomplexobj(b) and not np.iscomplexobj(values):
        return factors.solve(b.real.astype(float), way) + 1j * factors.solve(
            b.imag.astype(float), way
        )
    kind = np.result_type(values, np.float64)
    return factors.solve(np.ascontiguousarray(b, kind), way)


def solution_spec(values, b, *, pattern):
    if pattern.shape[0] != pattern.shape[1]:
        raise MatrixError(f"spsolve: the matrix has shape {pattern.shape}; it needs to be square")
    lead = checked("spsolve", values, b, pattern, pattern.shape[0])
    return Spec((*lead, pattern.shape[1]), joint_dtype(values, b))


def solution_jvp(tangents, x, values, b, *, pattern):
    dv, db = tangents
    moved = None if dv is None else -sparse_product(dv, x, pattern=pattern)
    return sparse_solution(values, total([moved, db]), pattern=pattern)


def solution_vjp(g, x, wanted, values, b, *, pattern):
    kind = values.dtype
    turned = conjugate(values) if kind is not None and kind.kind == "c" else values
    back = sparse_solution(turned, g, pattern=pattern.T)
    if wanted[0] is None:
        return None, back
    other = at(x, pattern.columns)
    other = conjugate(other) if x.dtype is not None and x.dtype.kind == "c" else other
    return -at(back, pattern.rows) * other, back


sparse_solution = Opaque(
    "sparse_solution(values, b)",
    solution_values,
    jvp=solution_jvp,
    vjp=solution_vjp,
    infer=solution_spec,
    batch=lambda batched, values, b, *, pattern: sparse_solution(
        *lined_up(batched, values, b), pattern=pattern
    ),
    latex=r"{$values}^{-1} {$b}",
    sample=tridiagonal,
    doc="Solution `x` of `A x = b` over the last axis for a sparse matrix: the row behind `spsolve`.",
)


def taken_apart(a):
    """(values, pattern) of a sparse matrix of SciPy, or of ours."""
    if hasattr(a, "pattern"):
        return a.values, a.pattern
    if len(a.shape) != 2:
        raise ShapeError(f"a sparse array of shape {a.shape} is given; it needs two axes")
    rows = a.tocsr()
    begin = np.diff(rows.indptr)
    pattern = Pattern(np.repeat(np.arange(len(begin)), begin), rows.indices, rows.shape)
    pattern.compressed = None, rows.indices, rows.indptr  # sorted already
    return rows.data, pattern


def sparse_matmul(a, x):
    """`a @ x` for a sparse matrix `a`: x is a vector, or a stack of matrices."""
    values, pattern = taken_apart(a)
    x = as_array(x)
    if len(x.shape) == 1:
        return sparse_product(values, x, pattern=pattern)
    return moveaxis(sparse_product(values, moveaxis(x, -2, -1), pattern=pattern), -1, -2)


def matmul_sparse(x, a):
    """`x @ a` for a sparse matrix `a`."""
    values, pattern = taken_apart(a)
    return sparse_product(values, as_array(x), pattern=pattern.T)


def scattered_dense(values, pattern):
    """The matrix with its zeros, from the values of its entries."""
    rows, columns = pattern.shape
    flat = np.zeros(1) if not values.shape[-1] else values
    places = pattern.rows * columns + pattern.columns
    whole = Pattern(places, np.arange(len(places)), (rows * columns, max(len(places), 1)))
    ones = np.ones(len(places), flat.dtype or float)
    return reshape(sparse_product(ones, flat, pattern=whole), (rows, columns))
