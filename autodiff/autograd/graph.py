"""By the names of PyTorch's `autograd.graph`: operations of the tape, hooks on several tensors."""

from contextlib import nullcontext

from ..core.errors import GraphError
from ..interpret.grad_fn import GradFn as Node

__all__ = ["Node", "register_multi_grad_hook", "save_on_cpu"]


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
