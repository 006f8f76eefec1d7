"""Linear systems of which only the product with a vector is known."""

from functools import cached_property, partial
from typing import Any

import numpy as np

from ...core.op import new_level
from ...interpret.grad_mode import GradMode
from ..forward import jvp
from ..reverse import vjp
from .examples import by_examples
from .levels import numbers
from .solver import ConvergenceError, scipy_part
from .theorem import implicit

SYMMETRIC = ("cg", "minres")
KRYLOV = ("gmres", "bicgstab", *SYMMETRIC)
RTOL = 1e-12  # of the linear systems that derivatives solve


class Krylov:
    """Solutions of J v = b and Jᵀ v = b from products with J and Jᵀ alone."""

    def __init__(self, name, function, x, method, **options):
        self.name, self.function, self.x = name, function, x
        self.method, self.options = method, options

    @cached_property
    def pullback(self):
        return vjp(self.function, self.x)[1]

    def push(self, v):
        return jvp(self.function, (self.x,), (v,))[1]

    def pull(self, v):
        return self.pullback(v)[0]

    def solve(self, b):
        return linear_solution(self.name, self.push, b, self.method, **self.options)

    def transposed(self, b):
        if self.method in SYMMETRIC:
            return self.solve(b)
        options = dict(self.options)
        if options.get("M") is not None:
            options["M"] = scipy_part(self.name, "sparse.linalg").aslinearoperator(options["M"]).T
        return linear_solution(self.name, self.pull, b, self.method, **options)


def linear_solution(name, product, b, method, **options) -> Any:
    """The vector v with product(v) = b."""

    def call(b, view):
        high, seen = new_level(), view(product)
        with GradMode(False):
            v = by_products(
                name, lambda v: numbers(seen(v), high), numbers(b, high), method, options
            )
        linear = partial(Krylov, name, method=method, **options)
        return implicit(name, lambda v: seen(v) - b, v, high, linear)

    return by_examples(call, b)


def by_products(name, product, b, method, options):
    """SciPy's answer in plain numbers."""
    n = b.shape[0]
    operator = scipy_part(name, "sparse.linalg").LinearOperator(
        (n, n), matvec=lambda v: product(v.reshape(n)), dtype=b.dtype
    )
    return iterated(name, operator, b, method, **options)


def iterated(name, operator, b, method, rtol=RTOL, atol=0.0, **options):
    """SciPy's solution of operator v = b, shape (n,)."""
    n = b.shape[0]
    if method != "minres":
        options["atol"] = atol
    if method == "gmres":
        options["restart"] = min(n, 100)
    v, code = getattr(scipy_part(name, "sparse.linalg"), method)(operator, b, rtol=rtol, **options)
    if code or not np.all(np.isfinite(v)):
        raise ConvergenceError(
            f"{name}: {method} did not solve the linear system of {n} unknowns to rtol={rtol} "
            f"(SciPy's info is {code}); give the matrix itself, a larger rtol, or another method"
        )
    return v
