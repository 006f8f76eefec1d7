"""Vector spaces: what a value needs so that derivatives can be added, scaled and compared."""

from functools import reduce
from operator import add as plus
from typing import Any, ClassVar

import numpy as np

from ...core.op import TRACED
from ...core.spec import is_complex
from ...core.tree import flatten, unflatten
from .primitives import SparseObject, as_array, numeric

normal = np.random.mtrand._rand.standard_normal  # what np.random.seed speaks to

SCALARS = (float, complex, np.floating, np.complexfloating, np.ndarray)


class VSpace:
    """The space of all values like one: zeros, ones, a basis, sums and inner products.

    size: its dimension over the real numbers; iscomplex: whether it has complex numbers.
    add, scalar_mul and inner_prod are differentiable.
    """

    mappings: ClassVar[dict[type, Any]] = {}
    shape: Any
    size: Any
    iscomplex = False

    @classmethod
    def register(cls, value_type, vspace_maker=None):
        """Values of that type have the space `vspace_maker(value)`, or this class of it."""
        VSpace.mappings[value_type] = vspace_maker or cls

    def add(self, x_prev, x_new):
        """The sum of two values."""
        return self._add(x_prev, x_new)

    def mut_add(self, x_prev, x_new):
        """The sum of two values, of which the first, or None for zeros, may be written on."""
        if isinstance(x_new, SparseObject):
            return x_new.mut_add(self.zeros() if x_prev is None else x_prev)
        return self._mut_add(self.zeros() if x_prev is None else x_prev, x_new)

    def scalar_mul(self, x, a):
        """The value `x` times the number `a`."""
        return self._scalar_mul(x, a)

    def inner_prod(self, x, y):
        """The inner product of two values, a real number."""
        return self._inner_prod(x, y)

    def covector(self, x):
        """The linear functional that `x` is: its conjugate."""
        return self._covector(x)

    def zeros(self) -> Any:
        raise NotImplementedError(f"{type(self).__name__} has no zeros")

    def ones(self) -> Any:
        raise NotImplementedError(f"{type(self).__name__} has no ones")

    def randn(self) -> Any:
        raise NotImplementedError(f"{type(self).__name__} has no randn")

    def standard_basis(self) -> Any:
        raise NotImplementedError(f"{type(self).__name__} has no standard_basis")

    def _add(self, x, y):
        return x + y

    def _mut_add(self, x, y):
        return self._add(x, y)

    def _scalar_mul(self, x, a):
        return x * a

    def _inner_prod(self, x, y) -> Any:
        raise NotImplementedError(f"{type(self).__name__} has no _inner_prod")

    def _covector(self, x):
        return x

    def __eq__(self, other):
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __repr__(self):
        return f"{type(self).__name__}_{self.__dict__}"


class ArrayVSpace(VSpace):
    """Real arrays of one shape and dtype.

    >>> ArrayVSpace(np.zeros(2)).ones().tolist()
    [1.0, 1.0]
    """

    def __init__(self, value):
        value = as_array(value)
        self.shape, self.dtype = tuple(value.shape), np.dtype(value.dtype)

    @property
    def size(self):
        return int(np.prod(self.shape, dtype=int))

    @property
    def ndim(self):
        return len(self.shape)

    def zeros(self):
        return np.zeros(self.shape, self.dtype)

    def ones(self):
        return np.ones(self.shape, self.dtype)

    def randn(self):
        return np.asarray(normal(self.shape)).astype(self.dtype)

    def standard_basis(self):
        for i in np.ndindex(self.shape):
            unit = np.zeros(self.shape, self.dtype)
            unit[i] = 1
            yield unit

    def _inner_prod(self, x, y):
        return (as_array(x) * y).sum()


class ComplexArrayVSpace(ArrayVSpace):
    """Complex arrays of one shape and dtype, as pairs of real numbers."""

    iscomplex = True

    @property
    def size(self):
        return 2 * int(np.prod(self.shape, dtype=int))

    def ones(self):
        return np.full(self.shape, 1 + 1j, self.dtype)

    def randn(self):
        real, imag = normal(self.shape), normal(self.shape)
        return np.asarray(real + 1j * imag).astype(self.dtype)

    def standard_basis(self):
        for unit in super().standard_basis():
            yield unit
            yield 1j * unit

    def _inner_prod(self, x, y):
        return (as_array(x).conj() * y).sum().real

    def _covector(self, x):
        return as_array(x).conj()


class ContainerVSpace(VSpace):
    """Containers of one structure; `shape` holds the space of each place."""

    def __init__(self, value):
        leaves, self.structure = flatten(value)
        self.spaces = [vspace(x) for x in leaves]

    @property
    def shape(self):
        return unflatten(self.structure, self.spaces)

    @property
    def size(self):
        return sum(s.size for s in self.spaces)

    @property
    def iscomplex(self):
        return any(s.iscomplex for s in self.spaces)

    def made(self, name, *values):
        """The container of what a method of each space gives of its leaf."""
        parts = zip(self.spaces, *[flatten(v)[0] for v in values])
        return unflatten(self.structure, [getattr(s, name)(*xs) for s, *xs in parts])

    def zeros(self):
        return self.made("zeros")

    def ones(self):
        return self.made("ones")

    def randn(self):
        return self.made("randn")

    def standard_basis(self):
        for i, space in enumerate(self.spaces):
            for unit in space.standard_basis():
                others = [unit if k == i else s.zeros() for k, s in enumerate(self.spaces)]
                yield unflatten(self.structure, others)

    def _add(self, x, y):
        return self.made("add", x, y)

    def _scalar_mul(self, x, a):
        scaled = [s.scalar_mul(v, a) for s, v in zip(self.spaces, flatten(x)[0])]
        return unflatten(self.structure, scaled)

    def _inner_prod(self, x, y):
        pairs = zip(self.spaces, flatten(x)[0], flatten(y)[0])
        return reduce(plus, [s.inner_prod(a, b) for s, a, b in pairs], 0.0)

    def _covector(self, x):
        return self.made("covector", x)


class TupleVSpace(ContainerVSpace):
    """Tuples, named ones too."""


class ListVSpace(ContainerVSpace):
    """Lists."""


class DictVSpace(ContainerVSpace):
    """Dictionaries, in the order of their sorted keys."""


def container_space(value):
    """The space of a container; None for a value that is none."""
    structure: Any = flatten(value)[1]
    if structure == "leaf" or structure[0] == "none":
        return None
    kind = structure[1]
    for base, space in ((tuple, TupleVSpace), (list, ListVSpace), (dict, DictVSpace)):
        if issubclass(kind, base):
            return space(value)
    return ContainerVSpace(value)


def vspace(value) -> Any:
    """The vector space of an array, a floating point number or a container of them.

    Raises TypeError for any other value, Python's integers and truth values among them.

    >>> vspace((1.0, np.zeros((2, 3)))).size
    7
    """
    maker = VSpace.mappings.get(type(value))
    if maker is not None:
        return maker(value)
    if type(value) in TRACED or (isinstance(value, SCALARS) and numeric(value)):
        dtype = as_array(value).dtype
        return (ComplexArrayVSpace if is_complex(dtype) else ArrayVSpace)(value)
    space = container_space(value)
    if space is None:
        raise TypeError(
            f"Can't find vector space for value {value} of type {type(value)}. Valid types are "
            "arrays, float, complex, NumPy's floating point scalars, and containers of them"
        )
    return space
