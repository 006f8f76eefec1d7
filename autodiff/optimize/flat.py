"""Containers of parameters as one real vector, and back; complex numbers count as two."""

from typing import Any

import numpy as np

from ..core.errors import ArgumentError
from ..core.op import TRACED
from ..core.spec import is_complex
from ..core.tree import flatten, paths, unflatten
from ..transform.forward import jvp
from ..transform.reverse import grad, value_and_grad
from .finite import finite, require_finite, require_finite_loss
from .functional import like_given, plain


class Flat:
    """A function of a container, as a function of one vector, with its exact derivatives.

    f: the loss, a function `f(params, *args)`.  name: of the method, for errors.
    """

    def __init__(self, name, f, params, args=()):
        if not callable(f):
            raise ArgumentError(
                f"{name}: f is a {type(f).__name__}; it needs a function of the parameters"
            )
        self.name, self.f, self.args = name, f, args
        self.given, self.structure = flatten(params)
        self.names = [f"params{place}" for place in paths(self.structure)]
        self.leaves = [self.opened(x, where) for x, where in zip(self.given, self.names)]
        if not sum(x.size for x in self.leaves):
            raise ArgumentError(f"{name}: the parameters hold no number; there is nothing to find")
        kinds = {x.real.dtype for x in self.leaves}
        self.dtype = np.result_type(*kinds)
        self.evaluations = self.gradients = self.products = 0

    def opened(self, x, where) -> Any:
        """A leaf as an array of floating point numbers; whole numbers are converted."""
        if type(x) in TRACED and getattr(x, "level", 0):
            raise ArgumentError(
                f"{self.name}: {where} is being differentiated; the iteration looks at numbers, so "
                "call it outside of grad, vmap and their kin"
            )
        value = np.array(plain(x)) if hasattr(x, "dtype") else np.asarray(x)
        if value.dtype.kind in "iu":
            value = value.astype(float)
        if value.dtype.kind not in "fc":
            raise ArgumentError(
                f"{self.name}: {where} is a {type(x).__name__} of dtype {value.dtype}; "
                "it needs numbers of a floating point dtype"
            )
        return value

    def start(self):
        """The vector of the parameters that were given."""
        return self.vector(self.leaves)

    def vector(self, leaves):
        """One real vector of all leaves."""
        parts = [real_parts(np.asarray(plain(x))) for x in leaves]
        return np.concatenate(parts).astype(self.dtype)

    def split(self, vector):
        """The leaves of a vector."""
        begin, found = 0, []
        for x in self.leaves:
            size = x.size * (1 + is_complex(x.dtype))
            part = np.ascontiguousarray(vector[begin : begin + size], x.real.dtype)
            found.append(part.view(x.dtype).reshape(x.shape))
            begin += size
        return found

    def tree(self, vector) -> Any:
        """The container of a vector."""
        return unflatten(self.structure, self.split(vector))

    def result(self, vector) -> Any:
        """The container of a vector, with tensors and plain numbers where they were given."""
        leaves = [
            like_given(x, old) if hasattr(old, "dtype") else x[()]
            for x, old in zip(self.split(vector), self.given)
        ]
        return unflatten(self.structure, leaves)

    def value(self, vector):
        """The loss."""
        with np.errstate(all="ignore"):
            y = plain(self.called(self.tree(vector)))
        if y.shape != ():
            raise ArgumentError(
                f"{self.name}: the function returns shape {y.shape}; it needs one number, the loss"
            )
        return float(y)

    def called(self, params):
        """The loss of a container, for a method that asks for the function itself."""
        self.evaluations += 1
        return self.f(params, *self.args)

    def value_and_gradient(self, vector):
        """The loss and its gradient."""
        self.evaluations += 1
        self.gradients += 1
        with np.errstate(all="ignore"):  # what is no number is found and named by the methods
            value, gradient = value_and_grad(self.f)(self.tree(vector), *self.args)
        return float(plain(value)), self.vector(flatten(gradient)[0])

    def require_sound(self, loss, gradient, step):
        """Raise unless the loss and its gradient are numbers; `gradient` may be None."""
        require_finite_loss(self.name, loss, step)
        if gradient is not None and not finite(gradient):
            require_finite(self.name, "gradient", self.split(gradient), self.names, step)

    def product(self, vector, along):
        """The Hessian times a direction, forward over reverse."""
        self.products += 1
        slope = grad(lambda params: self.f(params, *self.args))
        pushed = jvp(slope, (self.tree(vector),), (self.tree(along),))[1]
        return self.vector(flatten(pushed)[0])

    def hessian(self, vector):
        """The matrix of second derivatives, one product for each column."""
        columns = [self.product(vector, unit) for unit in np.eye(len(vector), dtype=self.dtype)]
        return np.stack(columns, axis=1)

    def jacobian(self, g, vector):
        """The Jacobian of another function of the parameters, forward, (outputs, elements)."""
        units = np.eye(len(vector), dtype=self.dtype)
        at = self.tree(vector)
        columns = [jvp(g, (at,), (self.tree(unit),))[1] for unit in units]
        return np.stack([np.ravel(np.asarray(plain(column))) for column in columns], axis=1)


def real_parts(x: Any) -> Any:
    """The elements of an array as real numbers, in order."""
    x = np.ascontiguousarray(x)
    return (x.view(x.real.dtype) if is_complex(x.dtype) else x).reshape(-1)
