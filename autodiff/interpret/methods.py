"""Python's operators and the methods of arrays, in NumPy's and PyTorch's words, of any value."""

from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.op import EAGER, NUMPY, Traced
from ..ops import arithmetic, choose, complex, contract, index, move, sparse, styles
from .array_protocols import ArrayProtocols
from .copying import copied
from .inplace_handles import assign, augment
from .names import AUGMENTED, FUNCTIONS, OPERATORS, ROWS
from .torch_methods import EITHER, either

WHOLE = frozenset(("dtype", "out", "initial", "where", "mean", "casting"))  # NumPy's own keywords
HANDLE = frozenset(("level", "storage", "steps", "__weakref__"))  # slots that no value has


class Size(int):
    """The number of elements; called, as PyTorch spells it, the shape."""

    shape: Any

    def __new__(cls, shape):
        self = super().__new__(cls, int(np.prod(shape, dtype=int)))
        self.shape = shape
        return self

    def __call__(self, dim=None):
        return self.shape if dim is None else self.shape[dim]


def operand(name, op):
    """The methods of one infix operator: forward, and reflected for arrays and numbers."""

    def forward(self, other):
        return self.binary(op, other)

    def compared(self, other):
        return NotImplemented if other is None or isinstance(other, str) else self.binary(op, other)

    forward = compared if name in ("eq", "ne") else forward

    def backward(self, other):
        return self.reflected(op, other)

    forward.__name__, backward.__name__ = f"__{name}__", f"__r{name}__"
    forward.__doc__ = backward.__doc__ = op.__doc__.partition("\n")[0]
    return forward, backward


def method(op):
    """A row of one argument as a method."""

    def call(self):
        return self.unary(op)

    call.__name__, call.__doc__ = op.name, op.__doc__
    return call


def function_method(name, function):
    """A public function as a method of its first argument."""

    def call(self, *args, **kwargs):
        if kwargs and not WHOLE.isdisjoint(kwargs):
            return getattr(np, name)(self, *args, **kwargs)
        return function(self, *args, **kwargs)

    call.__name__, call.__doc__ = name, function.__doc__
    return call


def numpy_method(name):
    """A function of NumPy as a method, as arrays have it."""
    function = getattr(np, name)

    def call(self, *args, **kwargs):
        return function(self, *args, **kwargs)

    call.__name__, call.__doc__ = name, f"`numpy.{name}` of this value."
    return call


def sorting(name):
    """`x.sort()`: in place, as arrays have it."""
    function = getattr(np, name)

    def call(self, *args, **kwargs):
        kwargs = {"axis": -1, **kwargs} if name == "sort" and not args else kwargs
        self[...] = function(self, *args, **kwargs)

    call.__name__, call.__doc__ = name, f"`numpy.{name}` in place."
    return call


def augmented(name, symbol, function):
    """`x += y`: the handle takes the result, and its views follow."""

    def call(self, other):
        return augment(self, function(self, other), f"x {symbol} y")

    call.__name__ = name
    return call


class Methods(ArrayProtocols):
    """What every traced value can be asked, spelled with the functions of the table."""

    __slots__ = ()
    __array_priority__ = 1000.0
    concrete = True  # whether `value` leads to the numbers
    if TYPE_CHECKING:  # made from OPERATORS below
        shape: Any
        dtype: Any
        __add__: Any
        __radd__: Any
        __sub__: Any
        __rsub__: Any
        __mul__: Any
        __rmul__: Any
        __truediv__: Any
        __rtruediv__: Any
        __pow__: Any
        __rpow__: Any
        __mod__: Any
        __floordiv__: Any
        __lt__: Any
        __le__: Any
        __gt__: Any
        __ge__: Any

    @property
    def ndim(self):
        """Number of axes."""
        return len(self.shape)

    @property
    def size(self):
        """Number of elements; `x.size()` is the shape, as in PyTorch."""
        return Size(self.shape)

    @property
    def T(self):
        """All axes reversed."""
        return move.transpose(self)

    @property
    def mT(self):
        """The last two axes exchanged."""
        return move.matrix_transpose(self)

    @property
    def H(self):
        """Conjugate transpose of a matrix."""
        return complex.conjugate(move.matrix_transpose(self))

    @property
    def real(self):
        """Real part."""
        return complex.real(self)

    @property
    def imag(self):
        """Imaginary part."""
        return complex.imag(self)

    def __neg__(self):
        return self.unary(arithmetic.negative)

    def __pos__(self):
        return self.unary(arithmetic.positive)

    def __abs__(self):
        return self.unary(arithmetic.absolute)

    def __invert__(self):
        return self.unary(choose.invert)

    def __matmul__(self, other):
        if hasattr(other, "tocsr"):
            return sparse.matmul_sparse(self, other)
        return contract.matmul(self, other)

    def __rmatmul__(self, other):
        if hasattr(other, "tocsr"):
            return sparse.sparse_matmul(other, self)
        return contract.matmul(other, self)

    def __divmod__(self, other):
        return self // other, self % other

    def __round__(self, ndigits=0):
        return choose.round(self, ndigits or 0)

    __hash__ = object.__hash__

    def __len__(self):
        if not self.shape:
            raise TypeError("len() of a 0-d value; it has no first axis")
        return self.shape[0]

    def __iter__(self):
        return iter([self[i] for i in range(len(self))])

    def __getitem__(self, key):
        return index.getitem(self, key)

    def __setitem__(self, key, new):
        assign(self, key, new)

    def another(self):
        """A second handle on the same value."""
        new = type(self)()
        new.level = self.level
        new.become(self)
        return new

    def become(self, new):
        """Stand for another value of the same kind and level from now on."""
        for name in type(self).__slots__:
            if name not in HANDLE:
                if hasattr(new, name):
                    setattr(self, name, getattr(new, name))
                elif hasattr(self, name):
                    delattr(self, name)

    def lifted(self, value):
        """`value` as a constant of this kind and level; what is of that level already, as it is."""
        if type(value) is type(self) and value.level == self.level:
            return value
        return choose.where(False, self, value)

    def __contains__(self, item):
        return bool((self == item).any())

    def numel(self):
        """Number of elements, as PyTorch spells it."""
        return int(np.prod(self.shape, dtype=int))

    nelement = numel

    def reshape(self, *shape, **named):
        """The same elements in another shape, given as a tuple or as separate sizes."""
        return move.reshape(self, *shape, **named)

    def view(self, *shape):
        """The same elements in another shape (PyTorch's word for `reshape`)."""
        return move.reshape(self, *shape)

    def transpose(self, *axes):
        """Axes permuted as in NumPy; two separate ints are exchanged, as in PyTorch."""
        if len(axes) == 2:
            return styles.exchanged(self, *axes)
        return move.transpose(self, axes[0] if len(axes) == 1 else axes or None)

    def permute(self, *dims):
        """Axes in the order given, as in PyTorch."""
        return move.transpose(self, dims[0] if len(dims) == 1 else dims)

    def t(self):
        """Transpose of a matrix; fewer axes stay as they are."""
        return move.transpose(self)

    def unsqueeze(self, dim):
        """A unit axis inserted at `dim`, as in PyTorch."""
        return move.expand_dims(self, dim)

    def expand(self, *sizes):
        """Unit axes repeated to `sizes`, -1 for those that stay, as in PyTorch."""
        sizes = sizes[0] if len(sizes) == 1 and not isinstance(sizes[0], int) else sizes
        lead = len(sizes) - len(self.shape)
        return move.broadcast_to(
            self, tuple(self.shape[i - lead] if s == -1 else s for i, s in enumerate(sizes))
        )

    def expand_as(self, other):
        """Broadcast to the shape of `other`."""
        return move.broadcast_to(self, other.shape)

    def reshape_as(self, other):
        """In the shape of `other`."""
        return move.reshape(self, other.shape)

    view_as = reshape_as

    def squeeze(self, *axis, **named):
        """Without unit axes, or without those named; in PyTorch's `dim=` others are left alone."""
        if "dim" in named or (axis and isinstance(axis[0], int) and self.shape[axis[0]] != 1):
            dims = named.get("dim", axis[0] if axis else None)
            dims = dims if isinstance(dims, tuple) else (dims,)
            return move.squeeze(self, tuple(d for d in dims if self.shape[d] == 1))
        return move.squeeze(self, *axis, **named)

    def astype(self, dtype, order="K", casting="unsafe", subok=True, copy=True):
        """Converted to another dtype; a copy, unless `copy` is False and nothing changes."""
        found = complex.astype(self, dtype)
        return self.copy() if found is self and copy else found

    def copy(self, order="C"):
        """A copy, whose changes in place do not touch this value."""
        return self.unary(copied)

    def fill(self, value):
        """Every element becomes `value`, in place."""
        self[...] = value

    def flatten(self, *args, **named):
        """The elements in one axis, a copy; with axes those between them joined, as in PyTorch."""
        if args and isinstance(args[0], str):
            return np.ravel(self, *args).copy()
        found = move.flatten(self, *args, **named)
        return found if self.level == EAGER else found.copy()

    @property
    def flat(self):
        """The elements in one axis."""
        return move.reshape(self, (-1,))

    @property
    def itemsize(self):
        """Bytes of one element [B]."""
        return self.dtype.itemsize

    @property
    def nbytes(self):
        """Bytes of all elements [B]."""
        return self.size * self.dtype.itemsize

    def conj(self):
        """Complex conjugate; a real value is its own."""
        return self.unary(complex.conjugate)

    conjugate = conj

    def where(self, condition, other):
        """`self` where `condition` is true, else `other`."""
        return choose.where(condition, self, other)

    def sum_to(self, shape):
        """Summed over the axes that broadcasting would stretch from `shape`."""
        return move.sum_to(self, shape)

    def matmul(self, other):
        """Matrix product over the last two axes."""
        return contract.matmul(self, other)


for _name, _op in OPERATORS.items():
    _forward, _backward = operand(_name, _op)
    setattr(Methods, f"__{_name}__", _forward)
    if _name not in ("lt", "le", "gt", "ge", "eq", "ne"):
        setattr(Methods, f"__r{_name}__", _backward)

for _name, (_symbol, _function) in AUGMENTED.items():
    setattr(Methods, _name, augmented(_name, _symbol, _function))

for _name, _op in ROWS.items():
    setattr(Methods, _name, method(_op))

for _name in ("cumprod", "take", "argsort", "compress", "nonzero", "searchsorted", "argpartition",
              "repeat", "choose", "put"):  # fmt: skip
    setattr(Methods, _name, numpy_method(_name))

for _name, _ufunc in (("lshift", np.left_shift), ("rshift", np.right_shift)):
    setattr(Methods, f"__{_name}__", lambda self, other, f=_ufunc: f(self, other))
    setattr(Methods, f"__r{_name}__", lambda self, other, f=_ufunc: f(other, self))

for _name in ("sort", "partition"):
    setattr(Methods, _name, sorting(_name))

for _name, _function in FUNCTIONS.items():
    setattr(Methods, _name, function_method(_name, _function))

for _name in EITHER:
    setattr(Methods, _name, either(_name, getattr(Methods, _name)))


def kinds(*values):
    """NumPy's result type, of traced values too."""
    return np.result_type(*[v.dtype if isinstance(v, Traced) else v for v in values])


NUMPY.update({
    np.shape: lambda x: x.shape,
    np.ndim: lambda x: x.ndim,
    np.size: lambda x, axis=None: x.numel() if axis is None else x.shape[axis],
    np.result_type: kinds,
    np.iscomplexobj: lambda x: x.dtype.kind == "c",
    np.isrealobj: lambda x: x.dtype.kind != "c",
})  # fmt: skip
