"""What a value answers to NumPy, to other libraries and to Python where plain numbers are asked."""

import sys
from importlib import import_module

import numpy as np

from ..core.errors import TracedError
from ..core.op import NUMPY, late
from .caller import listed
from .torch_methods import TorchMethods

PLAIN = frozenset(("axis", "keepdims", "dim", "keepdim", "dims"))  # keywords of the fast path
NAMESPACE = f"{__name__.partition('.')[0]}.numpy"
VERSIONS = ("2021.12", "2022.12", "2023.12", "2024.12")
NOTEBOOK = f"{__name__.partition('.')[0]}.show.notebook"  # read when a notebook first shows a value
PROTOCOLS = f"{__package__}.protocols"  # many functions, read when one of them is first called
AT = f"{__package__}.at"
AS_ARRAY = (
    "np.asarray(x) is x itself, a list of such values becomes an array by np.stack, and an array "
    "to be filled with such values is made by np.zeros_like(x)"
)
AS_NUMBER = (
    "write np.sin(x) for math.sin(x) and x for float(x), fill an array made by np.zeros_like(x), "
    "or return the value from the function"
)


class ArrayProtocols(TorchMethods):
    """NumPy's protocols, the array standard, DLPack, and the refusal of plain numbers."""

    __slots__ = ()

    def _repr_html_(self):
        return import_module(NOTEBOOK).shown(self, "html")

    def _repr_svg_(self):
        return import_module(NOTEBOOK).shown(self, "svg")

    def _repr_latex_(self):
        return import_module(NOTEBOOK).shown(self, "latex")

    def __array_ufunc__(self, ufunc, way, *inputs, **kwargs):
        op = NUMPY.get(ufunc) or late(ufunc)
        if op is None or way != "__call__" or kwargs:
            return import_module(PROTOCOLS).apply_ufunc(ufunc, way, inputs, kwargs)
        return op(*inputs)

    def __array_function__(self, function, types, args, kwargs):
        ours = NUMPY.get(function)
        if ours is None or len(args) > 2 or not PLAIN.issuperset(kwargs):
            return import_module(PROTOCOLS).apply_function(function, args, kwargs)
        return ours(*args, **kwargs)

    def __array_namespace__(self, /, *, api_version=None):
        """The namespace of the array API standard: `autodiff.numpy`."""
        if api_version not in (None, *VERSIONS):
            raise ValueError(f"api_version={api_version!r}: the versions are {', '.join(VERSIONS)}")
        return import_module(NAMESPACE)

    @property
    def device(self):
        """Where the numbers are: "cpu"."""
        return "cpu"

    @property
    def at(self):
        """`x.at[index].set(v)`, .add and their kin: a new value, as in JAX."""
        return import_module(AT).At(self)

    def to_device(self, device, /, *, stream=None):
        """This value; the only device is "cpu"."""
        if device != "cpu":
            raise ValueError(f'to_device: {device!r} is not there; the only device is "cpu"')
        return self

    def __dlpack_device__(self):
        """DLPack's number of the kind of device, 1 for the CPU, and of the device."""
        return 1, 0

    def __dlpack__(self, /, *, stream=None, max_version=None, dl_device=None, copy=None):
        """The numbers for another library, in shared memory; a constant's alone."""
        return self.__array__().__dlpack__(
            stream=stream, max_version=max_version, dl_device=dl_device, copy=copy
        )

    def __array__(self, dtype=None, copy=None):
        if (answer := for_sparse()) is not None:
            return answer
        if copy is dtype is None and (answer := listed(self)) is not None:
            return answer
        if getattr(self, "asked", False) and not self.shape and self.dtype.kind in "biu":
            return np.asarray(bool(self) if self.dtype.kind == "b" else int(self), self.dtype)
        raise escaped(self, "an array", AS_ARRAY)

    def __format__(self, spec):
        if spec:
            raise escaped(self, f"text of the form {spec!r}", "format what the transform returns")
        return str(self)

    def item(self):
        """The one number as a Python number, of constants alone."""
        raise escaped(self, "a number", AS_NUMBER)

    def __float__(self):
        raise escaped(self, "a float", AS_NUMBER)

    def __int__(self):
        raise escaped(self, "an int", "compute it from shapes or from plain numbers")

    def __complex__(self):
        raise escaped(self, "a complex number", "stay with functions of the table")

    def __index__(self):
        raise escaped(
            self, "an index", "index with plain integers, or with x[i] of an integer array"
        )

    def __bool__(self):
        raise escaped(self, "a truth value", "use where(condition, x, y)")


def for_sparse():
    """What a sparse matrix of SciPy is told in `A @ x` and `A.dot(x)`; None for anybody else.

    A 0-d array of objects is something that it does not know: it leaves the product to
    `x.__rmatmul__`.  Its `dot` only looks whether there is an array, and then writes `A @ x`.
    """
    caller = sys._getframe(2)
    if not caller.f_globals.get("__name__", "").startswith("scipy.sparse"):
        return None
    name, outer = caller.f_code.co_name, caller.f_back
    if name == "dot":
        return np.zeros(())
    asked = name == "_matmul_dispatch"
    matrix = asked and outer is not None and outer.f_code.co_name == "__matmul__"
    return np.array(None, object) if matrix else None


def escaped(value, wanted, advice):
    """The error of a traced value that is asked for plain numbers."""
    return TracedError(
        f"a {type(value).__name__} inside a transform was asked for {wanted}, "
        f"which would cut its derivative; {advice}"
    )
