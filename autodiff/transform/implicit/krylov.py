"""Linear systems, also those of which only the product with a vector is known."""

from functools import cached_property, partial
from typing import Any

import numpy as np

from ...core.errors import ArgumentError, ShapeError
from ...core.op import new_level
from ...core.tree import flatten
from ...interpret.grad_mode import GradMode
from ...ops.linalg import solve
from ..forward import jvp
from ..reverse import vjp
from .levels import by_examples, numbers
from .solver import ConvergenceError, name_of, scipy_part
from .theorem import implicit
from .vector import Layout, packed

SYMMETRIC = ("cg", "minres")
KRYLOV = ("gmres", "bicgstab", *SYMMETRIC)
RTOL = 1e-12  # of the linear systems that derivatives solve


class Krylov:
    """Solutions of J v = b and Jᵀ v = b from products with J and Jᵀ alone."""

    def __init__(self, name, function, x, method, rtol=RTOL):
        self.name, self.function, self.x = name, function, x
        self.method, self.rtol = method, rtol

    @cached_property
    def pullback(self):
        return vjp(self.function, self.x)[1]

    def push(self, v):
        return jvp(self.function, (self.x,), (v,))[1]

    def pull(self, v):
        return self.pullback(v)[0]

    def solve(self, b):
        return linear_solution(self.name, self.push, b, self.method, self.rtol)

    def transposed(self, b):
        product = self.push if self.method in SYMMETRIC else self.pull
        return linear_solution(self.name, product, b, self.method, self.rtol)


def linear_solution(name, product, b, method, rtol) -> Any:
    """The vector v with product(v) = b."""

    def call(b, view):
        high, seen = new_level(), view(product)
        with GradMode(False):
            v = iterated(name, lambda v: numbers(seen(v), high), numbers(b, high), method, rtol)
        linear = partial(Krylov, name, method=method, rtol=rtol)
        return implicit(name, lambda v: seen(v) - b, v, high, linear)

    return by_examples(call, b)


def iterated(name, product, b, method, rtol):
    """SciPy's answer in plain numbers."""
    sparse = scipy_part(name, "sparse.linalg")
    n = b.shape[0]
    operator = sparse.LinearOperator((n, n), matvec=lambda v: product(v.reshape(n)), dtype=b.dtype)
    options = {} if method == "minres" else {"atol": 0.0}
    options |= {"restart": min(n, 100)} if method == "gmres" else {}
    v, code = getattr(sparse, method)(operator, b, rtol=rtol, **options)
    if code or not np.all(np.isfinite(v)):
        raise ConvergenceError(
            f"{name}: {method} did not solve the linear system of {n} unknowns to rtol={rtol}; "
            "give the matrix itself, a larger rtol, or another method"
        )
    return v


def linear_solve(matrix, b, method="gmres", rtol=RTOL) -> Any:
    """The solution x of `a x = b`, where `a` is a matrix or a function x -> a x.

    matrix: an array of shape (..., n, n), solved by `solve`; or a linear function, of which no
    matrix is made: SciPy's `method` finds x from products alone.
    b: of the shape (n,) or (..., n, k) for a matrix; for a function any container of arrays,
    and the function maps containers like it to containers like it.
    method: "gmres" or "bicgstab"; "cg" where `a` is symmetric and positive definite, "minres"
    where it is symmetric.  rtol: the residual, relative to b.

    Derivatives of every order in b and in what the function depends on, in forward and in reverse
    mode: ẋ = a⁻¹ (ḃ - ȧ x), and b̄ = a⁻ᵀ x̄ by the transpose of the function, its pullback.  Under
    vmap the examples are solved one after another.
    Raises ConvergenceError, LinAlgError for a singular matrix.

    >>> linear_solve(lambda x: 2.0 * x, np.array([2.0, 4.0])).tolist()
    [1.0, 2.0]
    """
    if not callable(matrix):
        return solve(matrix, b)
    if method not in KRYLOV:
        raise ArgumentError(f"linear_solve: method={method!r} is none of {', '.join(KRYLOV)}")
    layout = Layout("linear_solve: b", b)

    def product(v):
        out = packed(flatten(matrix(layout.tree(v)))[0])
        if out.shape != v.shape:
            raise ShapeError(
                f"linear_solve: {name_of(matrix)} maps {layout.size} numbers to {out.shape[0]}; "
                "it needs a result of the shape of b"
            )
        return out

    right = packed(layout.leaves)
    return layout.final(linear_solution("linear_solve", product, right, method, rtol))
