"""Tensors that are made inside of a transform and filled with its values.

`z = ad.zeros(3); z[0] = x[0]`: the tensor belongs to no transform until a value of one is written
into it.  From then on it stands for a value of that transform, which is changed in place as such
values are.  A tensor that was there before the transform began is none of its own.
"""

import operator
import sys
from typing import Any

import numpy as np

from ..core.errors import GraphError, TracedError
from ..core.op import EAGER, TRACED, new_level
from .copying import copied
from .inplace import INSIDE, OUTSIDE, Storage, change, made_at
from .inplace_handles import Shared, assign, dated, refuse_kind, taken_from
from .methods import Methods
from .names import AUGMENTED, OPERATORS
from .tape import Tensor, new_tensor
from .vertex import Leaf


class Filled(Tensor):
    """A tensor that stands for a value of a transform; it gives its operators on to that value.

    value: a handle on what it holds; level: drawn when it was made, above that of the transform.
    """

    __slots__ = ()
    stands = True

    def like(self, value, vertex=None):
        return new_tensor(value, vertex)

    def unary(self, op):
        return self.value.unary(op)

    def binary(self, op, other):
        return op(self.value, other)

    def reflected(self, op, other):
        return op(other, self.value)

    def single(self, op, params):
        return self.value.single(op, params)

    def interpret(self, op, level, args, params):
        return op(*[a.value if type(a) is Filled else a for a in args], **params)

    def __getitem__(self, key):
        return self.value[key]

    def __setitem__(self, key, new):
        assign(self.holding(new, *parts(key)), key, new)
        dated(self)

    def holding(self, *given):
        """The handle to change, of a level that can hold what is given."""
        new = latest(given)
        if new is not None and new.level > self.value.level:
            require_inside(self.level, new)
            shared = self.value.storage
            if len([h for h in shared.handles if h() is not None]) > 1:
                raise TracedError(
                    "x[index] = v: a value of an inner transform is written into a tensor of which "
                    "views were taken outside of it; take the views inside, or clone() the tensor"
                )
            self.value = rooted(new.lifted(self.value.another()), shared.elements)
        return self.value

    def detach(self):
        return self.value.detach()

    def copy(self, order="C"):
        return another(self.value, False)

    def clone(self):
        return another(self.value, True)

    def __copy__(self):
        return self.value

    def __deepcopy__(self, memo):
        return self.clone()

    def __repr__(self):
        return repr(self.value)


def forwarded(name, function):
    """A question that the value inside answers."""

    def call(self, *args, **kwargs):
        return function(self.value, *args, **kwargs)

    call.__name__ = name
    return call


def method(name):
    """A method of the value inside."""
    return forwarded(name, lambda x, *args, **kwargs: getattr(x, name)(*args, **kwargs))


for _name, _question in (
    ("bool", bool), ("float", float), ("int", int), ("complex", complex), ("index", operator.index),
    ("format", format), ("contains", operator.contains), ("len", len), ("iter", iter),
):  # fmt: skip
    setattr(Filled, f"__{_name}__", forwarded(f"__{_name}__", _question))

for _name in ("item", "tolist", "numpy", "__array__"):
    setattr(Filled, _name, method(_name))

for _name in OPERATORS:
    for _word in (f"__{_name}__", f"__r{_name}__"):
        if hasattr(Methods, _word):
            setattr(Filled, _word, getattr(Methods, _word))


def augmented(name, symbol, function):
    """`x += y`: the tensor takes the result."""

    def call(self, other):
        return change(self, function(self.value, other), f"x {symbol} y")

    call.__name__ = name
    return call


for _name, (_symbol, _function) in AUGMENTED.items():
    setattr(Filled, _name, augmented(_name, _symbol, _function))


def parts(key):
    """The parts of an index."""
    return key if type(key) is tuple else (key,)


def latest(given):
    """The value of the highest level among what is given; None if there is none of a transform."""
    found: Any = None
    for x in given:
        x = x.value if type(x) is Filled else x
        if type(x) in TRACED and x.level > (EAGER if found is None else found.level):
            found = x
    return found


def require_inside(born, new):
    """Raise if what was made then is no tensor of the transform that a value belongs to."""
    if born <= new.level:
        raise TracedError(OUTSIDE)


def entered(handle, *given):
    """The handle to change of a tensor that is given values, once it stands for one of theirs.

    None where none of them belongs to a transform.  All tensors on its memory stand for views.
    Raises TracedError for a tensor that is older than the transform, or whose memory an array sees.
    """
    if type(handle) is Filled:
        return handle.holding(*given)
    new = latest(given)
    if new is None or handle.level != EAGER:
        return None
    storage, born = getattr(handle, "storage", None), made_at(handle)
    require_inside(born, new)
    refuse_kind(handle, new, "x[index] = v")
    if storage is None:
        handles, base = [handle], handle.like(handle.value, handle.vertex)
    else:
        handles = [h for h in [h() for h in storage.handles] if h is not None]
        kept = type(storage) is Shared
        base = storage.base if kept else handle.like(storage.value, storage.vertex)
    if type(base.vertex) is Leaf:
        raise GraphError(
            "x[index] = v: a leaf Variable that requires grad is being used in an in-place "
            "operation; do it on a clone()"
        )
    array = base.value
    if type(array) is np.ndarray:
        ours = sum([h.value is array or h.value.base is array for h in handles])
        del array
        if references(base.value) - CALL > ours + 1 + (type(storage) is Storage):
            raise TracedError(
                "x[index] = v: the tensor is given a value of a transform, and an array shares "
                "its memory, which cannot follow; take numpy() of a clone()"
            )
    whole = base.like(np.array(base.value), base.vertex)
    root = rooted(new.lifted(whole), type(storage) is not Shared)
    steps = [() if storage is None else h.steps for h in handles]
    values = [taken_from(root, s) if s else root for s in steps]
    if any([getattr(v, "storage", None) is not root.storage for v in values]):
        raise TracedError(
            "x[index] = v: the tensor is given a value of a transform, where one of its views "
            "would not follow; take the view after x[index] = v, or use setitem(x, index, v)"
        )
    for h, value in zip(handles, values):
        stand_for(h, value, born)
    return handle.value


def rooted(value, elements):
    """A handle of a transform's value as the base of views; elements: whether x[i] is one too."""
    value.storage, value.steps = Shared(value, elements), ()
    return value


def another(value, elements):
    """A tensor of its own that is filled with the same values."""
    new = new_tensor(None)
    stand_for(new, rooted(value.unary(copied), elements), new_level())
    return new


def stand_for(handle, value, level):
    """Let a tensor stand for a value of a transform."""
    handle.__class__ = Filled
    handle.value, handle.vertex, handle.level = value, None, level
    if hasattr(handle, "storage"):
        del handle.storage, handle.steps
    dated(handle)


def references(x):
    """How many references there are to an object, this call's among them."""
    return sys.getrefcount(x)


CALL = references(np.empty(0))  # references that are the call's own
INSIDE.append(entered)
