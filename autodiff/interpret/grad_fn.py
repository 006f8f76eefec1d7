"""What `tensor.grad_fn` shows of the vertex that made a tensor."""

from .hooks import watch


class GradFn:
    """The operation that made a tensor, as PyTorch shows it: its name and what it came from."""

    __slots__ = ("vertex",)

    def __init__(self, vertex):
        self.vertex = vertex

    def inner(self):
        """The vertex of the operation, behind the hooks."""
        v = self.vertex
        return v.parents[0] if v.op is watch else v

    def name(self):
        """Name of the pullback, such as MulBackward0."""
        op = self.inner().op
        return "AccumulateGrad" if op is None else op.grad_name

    @property
    def next_functions(self):
        """The operations of the arguments, as pairs (function, 0)."""
        return tuple((GradFn(p) if p is not None else None, 0) for p in self.inner().parents)

    def __eq__(self, other):
        return type(other) is GradFn and self.vertex is other.vertex

    def __hash__(self):
        return hash(self.vertex)

    def __repr__(self):
        return f"<{self.name()}>"
