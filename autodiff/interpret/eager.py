"""What a tensor can be asked beside its operators: its tape, its memory, changes in place."""

from typing import Any

import numpy as np

from ..core.errors import GraphError, ShapeError
from ..core.op import TRACED, new_level
from ..core.spec import carries_derivative
from ..ops import reduce, statistics
from ..ops.choose import stop_gradient
from ..ops.contract import inner_product, matrix_product, matrix_vector
from ..ops.index import getitem, parse, setitem, taken
from ..ops.move import broadcast_to
from ..ops.reduce import reduced_mean, summed
from .array_protocols import AS_ARRAY, AS_NUMBER, escaped, for_sparse
from .caller import listed
from .copying import copied
from .eager_tape import TapeMethods
from .inplace import as_array_of_numpy, change, entered, is_view, rebinds, refuse_text
from .inplace_handles import assign
from .inplace_methods import INPLACE
from .methods import WHOLE as WHOLE_KEYWORDS
from .nans import WATCHES, deliver
from .printing import represent
from .vertex import Leaf, handle, leaf

WHOLE = {"axes": None, "keepdims": False}  # of a reduction: all elements to one number
KINDS: dict[str, Any] = {"b": bool, "i": int, "u": int, "f": float, "c": complex}
ROWS = {}  # parameters of x[i] for the first hundred numbers


def row(i):
    """The parameters of x[i]."""
    params = {"index": parse(i)[0]}
    if 0 <= i < 100:
        ROWS[i] = params
    return params


class EagerMethods(TapeMethods):
    """The methods of a tensor that concern its memory, and those of its tape."""

    __slots__ = ()

    def like(self, value, vertex=None):
        """A tensor of the same level."""
        new = type(self)()
        new.value, new.vertex, new.level = value, vertex, self.level
        return new

    # ---------------------------------------------------------------- memory

    def detach(self):
        """A constant tensor that shares this one's memory."""
        return self.unary(stop_gradient) if self.level else self.like(self.memory())

    def detach_(self):
        """Make this tensor a constant; returns it."""
        if is_view(self):
            raise GraphError("can't detach views in-place; use detach() instead")
        self.vertex = None
        return self

    @property
    def data(self):
        """A constant tensor that shares this one's memory; assigning replaces the numbers."""
        return self.detach()

    @data.setter
    def data(self, new):
        self.value = np.array(new.value if isinstance(new, EagerMethods) else new, self.dtype)
        if type(self.vertex) is Leaf:
            self.vertex.shape = self.value.shape

    def memory(self):
        """The array itself; a number becomes an array first, so that it can be shared."""
        if isinstance(self.value, np.generic):
            self.value = np.array(self.value)
        return self.value

    def numpy(self, *, force=False):
        """The numbers as an array that shares this tensor's memory.

        Raises RuntimeError for a tensor that requires a gradient, unless `force`.
        """
        if self.level and carries_derivative(self.dtype):
            raise escaped(self, "an array", AS_ARRAY)
        if self.vertex is not None and not force:
            raise GraphError(
                "can't call numpy() on Tensor that requires grad; "
                "use tensor.detach().numpy() instead, np.stack for a list of tensors, and "
                "np.zeros_like(x) for an array to be filled with them"
            )
        return self.memory()

    def __array__(self, dtype=None, copy=None):
        given = for_sparse()
        if given is None and copy is dtype is None and (self.level or self.vertex is not None):
            given = listed(self)
        array = np.asarray(self.numpy()) if given is None else given  # a transform's integers
        fits = not copy and (dtype is None or array.dtype == dtype)
        return array if fits else np.array(array, dtype)

    def item(self):
        """The one number as a Python number."""
        if self.level and carries_derivative(self.dtype):
            raise escaped(self, "a number", AS_NUMBER)
        if self.numel() != 1:
            raise GraphError(
                f"a Tensor with {self.numel()} elements cannot be converted to Scalar; "
                "index one of them, or use tolist()"
            )
        if WATCHES:
            deliver([self.value])
        if type(self.value) in TRACED:
            return KINDS[self.dtype.kind](self.value)
        return np.asarray(self.value).item()

    def tolist(self):
        """The numbers as nested lists."""
        if self.level and carries_derivative(self.dtype):
            raise escaped(self, "a list", AS_ARRAY)
        return np.asarray(self.value).tolist()

    def copy(self, order="C"):
        """A copy as NumPy makes it: x[i] of one element is a number, and no view."""
        return as_array_of_numpy(self.unary(copied))

    def clone(self):
        """A copy in new memory, through which the gradient passes."""
        new = self.unary(copied)
        if not self.level:
            new.born = new_level()
        return new

    def contiguous(self):
        """This tensor; memory order makes no difference here."""
        return self

    def cpu(self):
        """This tensor; it is in main memory."""
        return self

    def element_size(self):
        """Bytes of one element [B]."""
        return self.dtype.itemsize

    def zero_grad(self):
        """Forget the gradient that was added up."""
        self.grad = None

    def sum(self, *args, **kwargs):
        """Sum over `axis`, or `dim` as in PyTorch; of all elements by default."""
        if not WHOLE_KEYWORDS.isdisjoint(kwargs):
            return self.__array_function__(np.sum, (), (self, *args), kwargs)
        return reduce.sum(self, *args, **kwargs) if args or kwargs else self.single(summed, WHOLE)

    def mean(self, *args, **kwargs):
        """Mean over `axis`, or `dim` as in PyTorch; of all elements by default."""
        if not WHOLE_KEYWORDS.isdisjoint(kwargs):
            return self.__array_function__(np.mean, (), (self, *args), kwargs)
        if args or kwargs:
            return statistics.mean(self, *args, **kwargs)
        return self.single(reduced_mean, WHOLE)

    def __getitem__(self, key):
        if type(key) is int:
            return self.single(taken, ROWS.get(key) or row(key))
        if type(key) is slice or (type(key) is tuple and {int, slice}.issuperset(map(type, key))):
            return self.single(taken, {"index": parse(key)[0]})
        return getitem(self, key)

    def __matmul__(self, other):
        dense = type(other) is type(self) or not hasattr(other, "tocsr")
        if dense and hasattr(other, "shape") and self.level == getattr(other, "level", self.level):
            a, b = len(self.value.shape), len(other.shape)
            if a > 1:
                if b > 1:
                    return self.binary(matrix_product, other)
                if b == 1:
                    return self.binary(matrix_vector, other)
            elif a == b == 1 and self.shape == other.shape:
                return self.binary(inner_product, other)
        return super().__matmul__(other)

    # ---------------------------------------------------------------- numbers

    def __bool__(self):
        if self.numel() != 1:
            raise ShapeError(
                f"Boolean value of Tensor with shape {self.shape} is ambiguous; use any() or all()"
            )
        return bool(self.value)

    def __float__(self):
        return float(self.item())

    def __int__(self):
        return int(self.item())

    def __complex__(self):
        return complex(self.item())

    def __contains__(self, element):
        if isinstance(element, (str, bytes, list, tuple, dict)) or element is None:
            raise GraphError(
                f"Tensor.__contains__ only supports Tensor or scalar, not {type(element).__name__}"
            )
        return bool((self == element).any())

    def __index__(self):
        if self.dtype.kind not in "iub":
            raise TypeError(f"only integer tensors can be converted to an index, not {self.dtype}")
        return int(self.item())

    def __format__(self, spec):
        if not self.shape and not self.level:
            return format(self.item(), spec)
        return super().__format__(spec) if self.level else object.__format__(self, spec)

    def __repr__(self):
        return represent(self)

    def __reduce__(self):
        if self.level:
            raise escaped(self, "a pickle", "pickle what the transform returns")
        return restored, (type(self), np.asarray(self.value), self.requires_grad)

    def __copy__(self):
        return self.like(self.value, self.vertex)

    def __deepcopy__(self, memo):
        if not self.is_leaf:
            raise GraphError("only leaf Tensors support deepcopy; use clone() or detach() first")
        return restored(type(self), np.array(self.value), self.requires_grad)

    # ---------------------------------------------------------------- in place

    def __setitem__(self, key, new):
        given = (new, *key) if type(key) is tuple else (new, key)
        if not self.level and any([type(x) in TRACED and x.level for x in given]):
            entered(self, *given)
            self[key] = new
            return
        if rebinds(self):
            assign(self, key, new)
            return
        target = getitem(self, key)
        if storage_of(new) is storage_of(target) is not None and same_place(new, target):
            return  # the second half of x[key] += v
        if type(target.value) is np.ndarray and np.may_share_memory(target.value, self.memory()):
            change(target, self.fitted(new, target.shape), "x[index] = v")
        else:
            change(self, setitem(self.like(self.value, self.vertex), key, new), "x[index] = v")

    def another(self):
        """A second handle on the same value."""
        return self.like(self.value, self.vertex)

    def become(self, new):
        """Stand for another value of the same level from now on."""
        self.value, self.vertex = new.value, new.vertex

    def lifted(self, value):
        """`value` as a constant of this level; a value of this level as it is."""
        if type(value) is type(self) and value.level == self.level:
            return value
        return self.like(value)

    def fitted(self, new, shape):
        """`new` as a tensor of the given shape."""
        refuse_text(new)
        new = new if type(new) is type(self) else self.like(np.asarray(new))
        while len(new.shape) > len(shape) and new.shape[0] == 1:
            new = new.reshape(new.shape[1:])
        return broadcast_to(new, shape)


for _name, _function in INPLACE.items():
    setattr(EagerMethods, _name, _function)


def storage_of(x):
    """What a tensor shares with its views; None before it has one."""
    return getattr(x, "storage", None)


def same_place(a, b):
    """Whether two tensors are the same elements of the same memory."""
    return a.value.__array_interface__ == b.value.__array_interface__


def restored(kind, value, requires_grad):
    """A tensor from its pickle."""
    return handle(kind, value, leaf(value) if requires_grad else None)
