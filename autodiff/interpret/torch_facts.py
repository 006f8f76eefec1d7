"""What PyTorch's programs ask of a tensor beside its numbers: where it lies and of what kind."""

from importlib import import_module

import numpy as np

from ..core.errors import GraphError
from ..core.op import Traced
from ..ops import complex

DRAW = f"{__package__}.draw"  # random numbers, read when first asked for


class TorchFacts(Traced):
    """Answers about memory, devices and dtypes, in PyTorch's words."""

    __slots__ = ()
    is_cpu = True
    is_cuda = is_mps = is_meta = is_sparse = is_quantized = is_nested = is_xpu = False
    output_nr, layout, name = 0, "strided", None

    def laid_out(self):
        """The array of the numbers."""
        return np.asarray(self.detach().value)

    def stride(self, dim=None):
        """How many elements further in memory the next one of each axis lies, or of one axis."""
        array = self.laid_out()
        steps = tuple([s // array.itemsize for s in array.strides])
        return steps if dim is None else steps[dim]

    def storage_offset(self):
        """How many elements into its memory the first one lies."""
        array = owner = self.laid_out()
        while type(owner.base) is np.ndarray:
            owner = owner.base
        return (array.ctypes.data - owner.ctypes.data) // array.itemsize

    def data_ptr(self):
        """Address of the first element."""
        return self.laid_out().ctypes.data

    def get_device(self):
        """-1: the numbers are in main memory."""
        return -1

    def is_inference(self):
        """False: tensors made in inference mode may be used anywhere."""
        return False

    is_conj = is_neg = is_pinned = is_shared = is_inference

    def is_same_size(self, other):
        """Whether the other has the same shape."""
        return tuple(self.shape) == tuple(other.shape)

    def is_set_to(self, other):
        """Whether the other is the same memory, read in the same way."""
        mine, its = self.laid_out(), other.laid_out()
        same = mine.ctypes.data == its.ctypes.data and mine.strides == its.strides
        return same and mine.shape == its.shape

    def byte(self):
        """Converted to uint8."""
        return complex.astype(self, np.uint8)

    def char(self):
        """Converted to int8."""
        return complex.astype(self, np.int8)

    def cdouble(self):
        """Converted to complex128."""
        return complex.astype(self, np.complex128)

    def cfloat(self):
        """Converted to complex64."""
        return complex.astype(self, np.complex64)

    def narrow_copy(self, dim, start, length):
        """`narrow` in new memory."""
        return self.narrow(dim, start, length).copy()

    def bernoulli(self, p=None):
        """1 with the probability that each element gives, or `p`, else 0."""
        return import_module(DRAW).bernoulli(self, p)

    def multinomial(self, num_samples, replacement=False):
        """Places drawn with these weights along the last axis."""
        return import_module(DRAW).multinomial(self, num_samples, replacement)

    def apply_(self, function):
        """Each number replaced by what a function of Python makes of it; returns the tensor."""
        if self.vertex is not None:
            raise GraphError(
                "Can't call apply_() on Variable that requires grad. Use "
                "var.detach().apply_() instead."
            )
        flat = self.laid_out()
        flat[...] = np.reshape([function(n) for n in flat.ravel().tolist()], flat.shape)
        return self
