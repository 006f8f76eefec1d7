"""By the names of PyTorch's `autograd.graph`: operations of the tape, hooks on several tensors."""

from contextlib import contextmanager, nullcontext
from typing import NamedTuple

from ..core.errors import GraphError
from ..interpret.grad_fn import GradFn as Node, grad_fn_of
from ..interpret.inplace import note_change
from ..interpret.saved import REFUSED, SavedTensors
from ..interpret.vertex import pick

__all__ = [
    "GradientEdge",
    "Node",
    "allow_mutation_on_saved_tensors",
    "disable_saved_tensors_hooks",
    "get_gradient_edge",
    "increment_version",
    "register_multi_grad_hook",
    "save_on_cpu",
    "saved_tensors_hooks",
]  # fmt: skip


class GradientEdge(NamedTuple):
    """An operation of the tape, and which of its outputs."""

    node: Node
    output_nr: int = 0


def get_gradient_edge(tensor):
    """The edge along which the gradient of a tensor arrives.

    Raises GraphError for a tensor that does not require a gradient.
    """
    if tensor.vertex is None:
        raise GraphError(
            "It is not possible to get the gradient edge for a Tensor that does not require "
            "gradients; compute it from one that does"
        )
    output = tensor.vertex.params.get("index", 0) if tensor.vertex.op is pick else 0
    return GradientEdge(grad_fn_of(tensor.vertex, type(tensor)), output)


def increment_version(tensor):
    """Say that the memory of a tensor, or of several, was changed by something else."""
    for x in tensor if isinstance(tensor, (list, tuple)) else [tensor]:
        note_change(x.memory())


class Handles:
    """The hooks of several tensors, which `remove()` takes away together."""

    def __init__(self, handles):
        self.handles = handles

    def remove(self):
        """Take the hooks away."""
        for handle in self.handles:
            handle.remove()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.remove()


def register_multi_grad_hook(tensors, fn, *, mode="all"):
    """Call `fn` when the gradients of several tensors are computed.

    mode: "all" calls fn(gradients), a list in the order of the tensors, after the last of them;
    "any" calls fn(gradient) with the first of each pass.  Every tensor takes part in each pass.
    """
    if mode not in ("all", "any"):
        raise ValueError(f"register_multi_grad_hook: mode={mode!r}; it is 'all' or 'any'")
    tensors = list(tensors)
    if not tensors:
        raise GraphError("register_multi_grad_hook: no tensors are given; give at least one")
    heard = {}

    def listening(place):
        def hook(gradient):
            heard[place] = gradient
            if mode == "any" and len(heard) == 1:
                fn(gradient)
            if len(heard) == len(tensors):
                gradients = [heard[i] for i in range(len(tensors))]
                heard.clear()
                if mode == "all":
                    fn(gradients)

        return hook

    return Handles([x.register_hook(listening(i)) for i, x in enumerate(tensors)])


def save_on_cpu(pin_memory=False, device_type="cuda"):
    """A context that changes nothing: values are in main memory already."""
    return nullcontext()


class saved_tensors_hooks(SavedTensors):
    """A context in which what the tape keeps is packed: `pack_hook(tensor)` when it is recorded.

    A pass is given `unpack_hook(packed)`, a tensor of the same shape and dtype.  What a Function
    keeps with `save_for_backward` is kept as it is.

    >>> x = tensor([2.0], requires_grad=True)
    >>> with saved_tensors_hooks(lambda t: t.numpy().copy(), lambda a: tensor(a)):
    ...     y = x.exp()
    >>> bool(autograd.grad(y.sum(), x)[0] == y)
    True
    """


@contextmanager
def disable_saved_tensors_hooks(error_message):
    """A context in which `saved_tensors_hooks` raises RuntimeError with this message."""
    token = REFUSED.set(error_message)
    try:
        yield
    finally:
        REFUSED.reset(token)


@contextmanager
def allow_mutation_on_saved_tensors():
    """A context in which the tape keeps copies, so that tensors may be changed in place."""
    with saved_tensors_hooks(lambda x: x.clone(), lambda x: x):
        yield
