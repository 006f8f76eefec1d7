"""The public `linear_solve`: systems of a matrix in any of the forms that SciPy knows."""

from typing import Any

import numpy as np

from ...core.errors import ArgumentError, RuleError, ShapeError
from ...core.op import TRACED, Op
from ...core.spec import Spec
from ...core.tree import flatten
from ...ops.linalg import solve
from ...ops.move import as_array, moveaxis
from ..function import result
from .krylov import KRYLOV, RTOL, iterated, linear_solution
from .solver import name_of, scipy_part
from .theorem import jacobian_of
from .vector import Layout, packed

DIRECT = "direct"


def linear_solve(
    a, b, method=None, *, rtol=RTOL, atol=0.0, maxiter=None, M=None
) -> Any:  # fmt: skip
    """The solution x of `a x = b`, where `a` is a matrix or a function x -> a x.

    a: an array, shape (..., n, n); a linear function; a matrix of scipy.sparse; or SciPy's
    LinearOperator, which needs `rmatvec` in reverse mode unless it is symmetric.
    b: shape (n,), or (..., n, k) for an array; for a function any container of arrays, and the
    function maps containers like it to containers like it.
    method: "direct"; or "gmres" or "bicgstab", which use products alone; "cg" where `a` is
    symmetric and positive definite, "minres" where it is symmetric.  By default "direct" for
    matrices and "gmres" for functions and operators; a direct solution of a function makes its
    matrix.
    rtol, atol, maxiter, M: of the iterative methods, as in scipy.sparse.linalg; M approximates the
    inverse of `a`.

    Derivatives of every order in b, in an array `a`, and in what a function depends on, in forward
    and in reverse mode: ẋ = a⁻¹ (ḃ - ȧ x), and b̄ = a⁻ᵀ x̄ by the transpose, which is the pullback
    of a function.  SciPy's matrices and operators hold plain numbers: for derivatives in their
    entries give a function.  Under vmap the examples of an iteration are solved one after another.
    Raises ConvergenceError, LinAlgError for a singular matrix.

    >>> np.round(linear_solve(lambda x: 2.0 * x, np.array([2.0, 4.0])), 9).tolist()
    [1.0, 2.0]
    """
    if method not in (None, DIRECT, *KRYLOV):
        raise ArgumentError(
            f"linear_solve: method={method!r} is none of {', '.join((DIRECT, *KRYLOV))}"
        )
    options = {"rtol": rtol, "atol": atol, "maxiter": maxiter, "M": M}
    if hasattr(a, "tocsc"):
        kind = Factors if method in (None, DIRECT) else Products
        return by_numbers(a, b, kind, method, options)
    if hasattr(a, "rmatvec"):
        if method == DIRECT:
            raise ArgumentError(
                "linear_solve: method='direct' needs the matrix, and a LinearOperator has products "
                "only; use gmres, bicgstab, cg or minres"
            )
        return by_numbers(a, b, Products, method or "gmres", options)
    if callable(a) and type(a) not in TRACED:
        return by_function(a, b, method or "gmres", options)
    if method in (None, DIRECT):
        return solve(a, b)
    matrix = as_array(a)
    return by_function(lambda x: matrix @ x, as_array(b), method, options)


def by_function(function, b, method, options):
    """The solution of function(x) = b, for a linear function."""
    layout = Layout("linear_solve: b", b)

    def product(v):
        out = packed(flatten(function(layout.tree(v)))[0])
        if out.shape != v.shape:
            raise ShapeError(
                f"linear_solve: {name_of(function)} maps {layout.size} numbers to {out.shape[0]}; "
                "it needs a result of the shape of b"
            )
        return out

    right = packed(layout.leaves)
    if method == DIRECT:
        return layout.final(solve(jacobian_of(product, np.zeros(layout.size)), right))
    return layout.final(linear_solution("linear_solve", product, right, method, **options))


# ------------------------------------------------------ matrices of plain numbers


def by_numbers(a, b, kind, method, options):
    """The solution of a system whose matrix SciPy holds."""
    b, shape = result(b), tuple(a.shape)
    if len(shape) != 2 or shape[0] != shape[1] or len(b.shape) not in (1, 2):
        raise ShapeError(
            f"linear_solve: a has shape {shape} and b {b.shape}; a is square and b (n,) or (n, k)"
        )
    if b.shape[0] != shape[0]:
        raise ShapeError(f"linear_solve: a has shape {shape} and b {b.shape}; their n differ")
    return Inverse(kind(a, method, options))(b)


class Inverse(Op):
    """The row of solutions of one system: linear in its right-hand side."""

    keep_args = keep_out = False
    name, signature, latex = "linear_solve", "linear_solve(b)", None
    grad_name = "LinearSolveBackward0"

    def __init__(self, system, transposed=False):
        self.system, self.transposed = system, transposed

    def evaluate(self, b):
        dtype = np.result_type(b.dtype, self.system.dtype, np.float32)
        found = self.system.solved(b.reshape(len(b), -1).astype(dtype), self.transposed)
        return found.reshape(b.shape)

    def infer(self, b):
        return Spec(b.shape, b.dtype and np.result_type(b.dtype, self.system.dtype, np.float32))

    def jvp(self, tangents, out, b):
        return self(tangents[0])

    def vjp(self, g, out, wanted, b):
        return (Inverse(self.system, not self.transposed)(g),)

    def batch(self, batched, b):
        columns = moveaxis(b, 0, -1)
        return moveaxis(self(columns.reshape(columns.shape[0], -1)).reshape(columns.shape), -1, 0)

    def __reduce__(self):
        return Inverse, (self.system, self.transposed)


class Factors:
    """A sparse matrix and its LU factors."""

    def __init__(self, matrix, method, options):
        self.shape, self.dtype = matrix.shape, np.result_type(matrix.dtype, np.float32)
        sparse = scipy_part("linear_solve", "sparse.linalg")
        try:
            self.factors = sparse.splu(matrix.tocsc().astype(self.dtype))
        except RuntimeError as error:
            raise np.linalg.LinAlgError(f"linear_solve: {error}; a has no inverse") from None

    def solved(self, b, transposed):
        """The solutions for the columns of b, of the conjugate transpose too."""
        mode = "H" if transposed else "N"
        if b.dtype.kind == "c" and self.dtype.kind != "c":
            return self.solved(b.real, transposed) + 1j * self.solved(b.imag, transposed)
        return self.factors.solve(np.ascontiguousarray(b.astype(self.dtype)), mode)


class Products:
    """A sparse matrix or an operator, of which products are used."""

    def __init__(self, matrix, method, options):
        sparse = scipy_part("linear_solve", "sparse.linalg")
        self.operator, self.method, self.options = sparse.aslinearoperator(matrix), method, options
        self.shape, self.dtype = self.operator.shape, self.operator.dtype or np.dtype(float)

    def adjoint(self):
        """The conjugate transpose, if the operator knows it."""
        try:
            self.operator.rmatvec(np.zeros(self.shape[0], self.dtype))
        except NotImplementedError:
            raise RuleError(
                "linear_solve: the LinearOperator has no rmatvec, which the reverse mode needs; "
                "give it one, or use forward mode"
            ) from None
        return self.operator.H

    def solved(self, b, transposed):
        """The solutions for the columns of b, of the conjugate transpose too."""
        operator, options = self.operator, dict(self.options)
        if transposed and self.method not in ("cg", "minres"):
            operator = self.adjoint()
            if options["M"] is not None:
                sparse = scipy_part("linear_solve", "sparse.linalg")
                options["M"] = sparse.aslinearoperator(options["M"]).H
        found = [iterated("linear_solve", operator, c, self.method, **options) for c in b.T]
        return np.stack(found, axis=-1) if found else b
