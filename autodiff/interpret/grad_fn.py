"""What `tensor.grad_fn` shows of the vertex that made a tensor."""

from typing import Any
from weakref import WeakKeyDictionary, WeakValueDictionary

from .hooks import add_node_hook, watch
from .vertex import pick

SHOWN: WeakValueDictionary[int, Any] = WeakValueDictionary()  # id of a vertex -> its GradFn
NOTES: WeakKeyDictionary[Any, dict] = WeakKeyDictionary()  # vertex -> what users noted


class GradFn:
    """The operation that made a tensor, as PyTorch shows it: its name and what it came from."""

    __slots__ = ("vertex", "kind", "__weakref__")

    def __init__(self, vertex, kind):
        self.vertex, self.kind = vertex, kind

    def inner(self):
        """The vertex of the operation, behind the hooks and the choice of one of its outputs."""
        v = self.vertex
        while v.op is watch or v.op is pick:
            v = v.parents[0]
        return v

    def name(self):
        """Name of the pullback, such as MulBackward0."""
        v = self.inner()
        if v.op is None:
            return "AccumulateGrad"
        parts = getattr(v.params.get("index"), "parts", None)
        return v.op.grad_name if parts is None else index_name(parts)

    @property
    def next_functions(self):
        """The operations of the arguments, as pairs (function, 0)."""
        return tuple(
            [(None if p is None else grad_fn_of(p, self.kind), 0) for p in self.inner().parents]
        )

    @property
    def metadata(self):
        """A dictionary for notes, which lives as long as the operation does."""
        return NOTES.setdefault(self.inner(), {})

    def register_hook(self, fn):
        """Call fn(gradients of the inputs, gradients of the outputs) after each pullback.

        Returns a handle whose `remove()` takes the hook away; a tuple it returns replaces the
        gradients of the inputs.
        """
        return add_node_hook(self.inner(), fn, self.kind, before=False)

    def register_prehook(self, fn):
        """Call fn(gradients of the outputs) before each pullback; a tuple replaces them."""
        return add_node_hook(self.inner(), fn, self.kind, before=True)

    def __eq__(self, other):
        return type(other) is GradFn and self.vertex is other.vertex

    def __hash__(self):
        return hash(self.vertex)

    def __repr__(self):
        return f"<{self.name()}>"


def index_name(parts):
    """PyTorch's name of the pullback of an index: by arrays, by numbers, or by slices alone."""
    kinds = {type(p) for p in parts}
    return f"{'Index' if str in kinds else 'Select' if int in kinds else 'Slice'}Backward0"


def grad_fn_of(vertex, kind):
    """What is shown of a vertex: the same object as long as anyone holds it.

    kind: the class of tensors, which hooks are given.
    """
    found = SHOWN.get(id(vertex))
    if found is None or found.vertex is not vertex:
        found = SHOWN[id(vertex)] = GradFn(vertex, kind)
    return found
