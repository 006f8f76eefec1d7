"""The methods of a value in PyTorch's words alone: dtypes, new constants, and names read late."""

from importlib import import_module
from types import FunctionType
from typing import Any

import numpy as np

from ..core.op import EAGER, Traced
from ..ops import complex, move
from .torch_facts import TorchFacts

# name -> module and function of the table; a module is imported when a name is first called
LATE = {
    "addcdiv": "torch_names.addcdiv", "addcmul": "torch_names.addcmul",
    "addmm": "torch_names.addmm", "addmv": "torch_names.addmv", "addr": "torch_names.addr",
    "allclose": "pick.allclose",
    "baddbmm": "torch_names.baddbmm", "bmm": "torch_names.bmm", "cholesky": "linalg.cholesky",
    "chunk": "torch_pieces.chunk", "clamp_max": "torch_names.clamp_max",
    "clamp_min": "torch_names.clamp_min", "det": "linalg.det",
    "deg2rad": "numbers.radians", "degrees": "numbers.degrees", "diag": "torch_pieces.diag",
    "equal": "torch_names.all_equal",
    "fmod": "numbers.fmod", "gather": "torch_pieces.gather", "index_add": "torch_pieces.index_add",
    "index_select": "torch_pieces.index_select", "inverse": "linalg.inv",
    "isclose": "pick.isclose", "lerp": "torch_names.lerp",
    "log_softmax": "softmax.log_softmax", "logdet": "torch_names.logdet",
    "masked_fill": "torch_names.masked_fill", "mm": "torch_names.mm", "mv": "torch_names.mv",
    "narrow": "torch_pieces.narrow",
    "rad2deg": "numbers.degrees", "radians": "numbers.radians",
    "repeat_interleave": "torch_pieces.repeat_interleave", "roll": "rearrange.roll",
    "rsqrt": "torch_names.rsqrt", "scatter": "torch_pieces.scatter",
    "scatter_add": "torch_pieces.scatter_add", "slogdet": "linalg.slogdet",
    "softmax": "softmax.softmax", "split": "torch_pieces.split",
    "tile": "torch_pieces.tile", "topk": "torch_pieces.topk", "tril": "torch_pieces.tril",
    "triu": "torch_pieces.triu", "trunc": "numbers.trunc", "unbind": "torch_pieces.unbind",
    "addbmm": "torch_more.addbmm", "adjoint": "torch_more.adjoint",
    "aminmax": "torch_more.aminmax", "copysign": "numbers.copysign",
    "corrcoef": "products.corrcoef", "count_nonzero": "totals.count_nonzero",
    "cov": "products.cov", "cumprod": "scan.cumprod", "diff": "differences.diff",
    "dist": "torch_more.dist", "erfc": "error_functions.erfc", "erfinv": "error_functions.erfinv",
    "float_power": "numbers.float_power", "fmax": "numbers.fmax", "fmin": "numbers.fmin",
    "frac": "torch_more.frac", "heaviside": "numbers.heaviside",
    "index_copy": "torch_more.index_copy", "index_fill": "torch_more.index_fill",
    "index_put": "torch_more.index_put", "is_nonzero": "torch_more.is_nonzero",
    "kron": "products.kron", "kthvalue": "torch_more.kthvalue", "lgamma": "gamma.gammaln",
    "logaddexp2": "numbers.logaddexp2", "logcumsumexp": "torch_more.logcumsumexp",
    "logit": "torch_numbers.logit", "masked_select": "torch_more.masked_select",
    "matrix_exp": "matrix_function.expm", "matrix_power": "matrix.matrix_power",
    "median": "torch_more.median", "msort": "torch_more.msort",
    "nan_to_num": "pick.nan_to_num", "nanmean": "nans.nanmean",
    "nansum": "nans.nansum", "pinverse": "least_squares.pinv", "qr": "decompose.qr",
    "quantile": "order.quantile", "renorm": "torch_more.renorm", "rot90": "rearrange.rot90",
    "select": "torch_more.select", "sgn": "torch_more.sgn", "sinc": "signal.sinc",
    "svd": "torch_matrices.svd", "t": "torch_more.t", "unflatten": "torch_more.unflatten",
    "xlogy": "information.xlogy",
    "argwhere": "sort.argwhere", "as_strided": "torch_cuts.as_strided",
    "bincount": "histogram.bincount", "bitwise_and": "choose.bitwise_and",
    "bitwise_left_shift": "torch_numbers.bitwise_left_shift", "bitwise_not": "choose.invert",
    "bitwise_or": "choose.bitwise_or",
    "bitwise_right_shift": "torch_numbers.bitwise_right_shift", "bitwise_xor": "choose.bitwise_xor",
    "cholesky_inverse": "torch_matrices.cholesky_inverse",
    "cholesky_solve": "torch_matrices.cholesky_solve",
    "conj_physical": "torch_numbers.conj_physical", "cross": "products.cross",
    "cummax": "torch_counts.cummax", "cummin": "torch_counts.cummin",
    "diag_embed": "torch_cuts.diag_embed", "diagflat": "rearrange.diagflat",
    "diagonal_scatter": "torch_cuts.diagonal_scatter", "digamma": "gamma.psi",
    "dsplit": "torch_cuts.dsplit", "fix": "numbers.trunc", "fliplr": "rearrange.fliplr",
    "flipud": "rearrange.flipud", "frexp": "numbers.frexp", "gcd": "numbers.gcd",
    "ger": "torch_matrices.ger", "greater": "choose.greater",
    "greater_equal": "choose.greater_equal", "hardshrink": "torch_numbers.hardshrink",
    "histc": "torch_counts.histc", "hsplit": "torch_cuts.hsplit", "i0": "bessel.i0",
    "igamma": "torch_numbers.igamma", "igammac": "torch_numbers.igammac",
    "index_reduce": "torch_counts.index_reduce", "isneginf": "torch_numbers.isneginf",
    "isposinf": "torch_numbers.isposinf", "isreal": "torch_numbers.isreal", "lcm": "numbers.lcm",
    "ldexp": "torch_numbers.ldexp", "less": "choose.less", "less_equal": "choose.less_equal",
    "lu_solve": "torch_matrices.lu_solution", "masked_scatter": "torch_cuts.masked_scatter",
    "mode": "torch_counts.mode", "mvlgamma": "torch_numbers.mvlgamma",
    "nanmedian": "torch_counts.nanmedian", "nanquantile": "order.nanquantile",
    "nextafter": "numbers.nextafter", "not_equal": "choose.not_equal",
    "polygamma": "torch_numbers.polygamma_of", "positive": "arithmetic.positive",
    "prelu": "torch_numbers.prelu", "resolve_conj": "torch_numbers.itself",
    "resolve_neg": "torch_numbers.itself", "scatter_reduce": "torch_counts.scatter_reduce",
    "select_scatter": "torch_cuts.select_scatter", "signbit": "numbers.signbit",
    "slice_scatter": "torch_cuts.slice_scatter",
    "split_with_sizes": "torch_cuts.split_with_sizes",
    "take_along_dim": "torch_cuts.take_along_dim",
    "tensor_split": "torch_cuts.tensor_split", "unfold": "torch_cuts.unfold",
    "unique": "torch_counts.unique", "unique_consecutive": "torch_counts.unique_consecutive",
    "vsplit": "torch_cuts.vsplit",
}  # fmt: skip

# Names that mean one thing in NumPy and another in PyTorch.
EITHER = {
    "argsort": "torch_pieces.places", "nonzero": "torch_counts.nonzero",
    "repeat": "torch_pieces.repeat", "sort": "torch_pieces.ordered",
}  # fmt: skip
KINDS = {
    "float64": "Double", "float32": "Float", "float16": "Half", "int64": "Long", "int32": "Int",
    "int16": "Short", "int8": "Char", "uint8": "Byte", "complex64": "ComplexFloat",
    "complex128": "ComplexDouble",
}  # fmt: skip
TORCH, NUMPY = {"dim", "descending", "as_tuple"}, {"axis", "kind", "order", "repeats"}


class TorchMethods(TorchFacts):
    """What every traced value can be asked in PyTorch's words."""

    __slots__ = ()

    def add(self, other, *, alpha: Any = 1):
        """`self + alpha other`"""
        return self + (other if alpha == 1 else alpha * other)

    def sub(self, other, *, alpha: Any = 1):
        """`self - alpha other`"""
        return self - (other if alpha == 1 else alpha * other)

    subtract = sub

    def dim(self):
        """Number of axes, as PyTorch spells it."""
        return len(self.shape)

    ndimension = dim

    def to(self, *what, dtype=None, device=None, non_blocking=False, copy=False):
        """Converted to a dtype, or to that of another tensor; there is no device but "cpu"."""
        for given in (*what, device):
            if isinstance(given, Traced):
                dtype = given.dtype
            elif isinstance(given, str) and given.partition(":")[0] in ("cpu", "cuda", "mps"):
                if not given.startswith("cpu"):
                    raise RuntimeError(f"to: device {given!r} is not there; values are on the cpu")
            elif given is not None:
                dtype = given
        new = self if dtype is None else complex.astype(self, dtype)
        return new.copy() if copy and new is self else new

    def type_as(self, other):
        """Converted to the dtype of `other`."""
        return complex.astype(self, other.dtype)

    def double(self):
        """Converted to float64."""
        return complex.astype(self, np.float64)

    def float(self):
        """Converted to float32, as PyTorch's method of this name."""
        return complex.astype(self, np.float32)

    def half(self):
        """Converted to float16."""
        return complex.astype(self, np.float16)

    def short(self):
        """Converted to int16."""
        return complex.astype(self, np.int16)

    def type(self, dtype=None):
        """PyTorch's name of the kind, such as torch.DoubleTensor; or converted to a dtype."""
        if dtype is None:
            return f"torch.{KINDS.get(self.dtype.name, self.dtype.name.title())}Tensor"
        return complex.astype(self, dtype)

    def is_signed(self):
        """Whether the dtype has negative numbers."""
        return self.dtype.kind in "ifc"

    def is_contiguous(self):
        """Whether the numbers lie in memory in order."""
        return bool(self.laid_out().flags.c_contiguous)

    def flip(self, *axes, **named):
        """Turned around along axes, given as a tuple or as separate ints; all when none is."""
        return move.flip(self, axes[0] if len(axes) == 1 else axes or None, **named)

    def sum_to_size(self, *size):
        """Summed over what was stretched, to a smaller shape that broadcasts to this one."""
        shape = tuple(sizes(size))
        lead = len(self.shape) - len(shape)
        axes = [i for i, n in enumerate(self.shape) if i < lead or (shape[i - lead] == 1 != n)]
        return self.sum(tuple(axes), keepdims=True).reshape(shape) if axes else self.reshape(shape)

    def long(self):
        """Converted to int64."""
        return complex.astype(self, np.int64)

    def int(self):
        """Converted to int32, as PyTorch's method of this name."""
        return complex.astype(self, np.int32)

    def bool(self):
        """Converted to truth values."""
        return complex.astype(self, np.bool_)

    def is_floating_point(self):
        """Whether the numbers are floating point numbers."""
        return self.dtype.kind == "f"

    def is_complex(self):
        """Whether the numbers are complex."""
        return self.dtype.kind == "c"

    def new_full(self, size, fill_value, *, dtype=None, requires_grad=False):
        """A constant of one number in a shape, of this dtype unless another is given."""
        size = (size,) if isinstance(size, (int, np.integer)) else tuple(size)
        array = np.full(size, fill_value, dtype or self.dtype or np.float64)
        # inside a transform a plain array is the constant
        if getattr(self, "level", None) != EAGER:
            return array
        new = self.like(array)
        return new.requires_grad_() if requires_grad else new

    def new_zeros(self, *size, dtype=None, requires_grad=False):
        """Zeros of a shape, of this dtype unless another is given."""
        return self.new_full(sizes(size), 0, dtype=dtype, requires_grad=requires_grad)

    def new_ones(self, *size, dtype=None, requires_grad=False):
        """Ones of a shape, of this dtype unless another is given."""
        return self.new_full(sizes(size), 1, dtype=dtype, requires_grad=requires_grad)

    new_empty = new_zeros

    def new_tensor(self, data, *, dtype=None, requires_grad=False):
        """A constant of these numbers, of this dtype unless another is given."""
        array = np.array(data, dtype or self.dtype)
        return self.new_full(array.shape, array, dtype=array.dtype, requires_grad=requires_grad)


def sizes(given):
    """A shape given as separate ints or as one sequence."""
    return given[0] if len(given) == 1 and not isinstance(given[0], int) else given


def found(place):
    """The function at a place of the table."""
    module, _, function = place.partition(".")
    return getattr(import_module(f"autodiff.ops.{module}"), function)


def late_method(name, place):
    """A function of the table as a method, imported at its first call."""

    def call(self, *args, **kwargs):
        function = found(place)
        if vars(TorchMethods).get(name) is call and isinstance(function, FunctionType):
            setattr(TorchMethods, name, function)
        return function(self, *args, **kwargs)

    call.__name__ = name
    call.__doc__ = f"`autodiff.ops.{place}` of this value."
    return call


def either(name, as_array):
    """The method of an eager tensor as in PyTorch, and of a value inside a transform, which stands
    for an array, as in NumPy; keywords of one of them ask for it.
    """

    def call(self, *args, **kwargs):
        if (self.level == EAGER and NUMPY.isdisjoint(kwargs)) or not TORCH.isdisjoint(kwargs):
            return found(EITHER[name])(self, *args, **kwargs)
        return as_array(self, *args, **kwargs)

    call.__name__ = name
    call.__doc__ = f"`{name}` of PyTorch for tensors, of NumPy for values inside transforms."
    return call


for _name, _place in LATE.items():
    setattr(TorchMethods, _name, late_method(_name, _place))
