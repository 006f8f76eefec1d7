"""What a value answers to NumPy, to other libraries and to Python where plain numbers are asked."""

from importlib import import_module

from ..core.errors import TracedError
from ..core.op import NUMPY, late
from .torch_methods import TorchMethods

PLAIN = frozenset(("axis", "keepdims", "dim", "keepdim", "dims"))  # keywords of the fast path
NAMESPACE = f"{__name__.partition('.')[0]}.numpy"
VERSIONS = ("2021.12", "2022.12", "2023.12", "2024.12")
PROTOCOLS = f"{__package__}.protocols"  # many functions, read when one of them is first called
AS_ARRAY = (
    "np.asarray(x) is x itself, np.array([x, y]) is np.stack([x, y]), and an array to be filled "
    "with such values is made by np.zeros_like(x)"
)
AS_NUMBER = (
    "write np.sin(x) for math.sin(x) and x for float(x), fill an array made by np.zeros_like(x), "
    "or return the value from the function"
)


class ArrayProtocols(TorchMethods):
    """NumPy's protocols, the array standard, DLPack, and the refusal of plain numbers."""

    __slots__ = ()

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

    def to_device(self, device, /, *, stream=None):
        """This value; the only device is "cpu"."""
        if device != "cpu":
            raise ValueError(f'to_device: {device!r} is not there; the only device is "cpu"')
        return self

    def __dlpack_device__(self):
        """DLPack's number of the kind of device, 1 for the CPU, and of the device."""
        return 1, 0

    def __dlpack__(self, **options):
        """The numbers for another library, in shared memory; a constant's alone."""
        return self.__array__().__dlpack__(**options)

    def __array__(self, dtype=None, copy=None):
        raise escaped(self, "an array", AS_ARRAY)

    def __format__(self, spec):
        if spec:
            raise escaped(self, f"text of the form {spec!r}", "format what the transform returns")
        return str(self)

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


def escaped(value, wanted, advice):
    """The error of a traced value that is asked for plain numbers."""
    return TracedError(
        f"a {type(value).__name__} inside a transform was asked for {wanted}, "
        f"which would cut its derivative; {advice}"
    )
