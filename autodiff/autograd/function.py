"""Functions with a pullback of their own, by the names of PyTorch's `autograd.function`."""

from functools import wraps

from ..core.errors import GraphError
from ..interpret.grad_mode import no_grad
from ..interpret.tape import Tensor
from ..transform.custom import Context as FunctionCtx, Function as Function

__all__ = ["Function", "FunctionCtx", "once_differentiable"]


class DelayedError(Function):
    """The identity; its pullback says that there is none."""

    @staticmethod
    def forward(ctx, out, *depends):
        return out.clone()

    @staticmethod
    def backward(ctx, *grads):
        raise GraphError(
            "trying to differentiate twice a function that was marked with @once_differentiable"
        )


def once_differentiable(function):
    """A decorator of `backward`, whose result is not to be differentiated again.

    It runs without recording; a second derivative raises RuntimeError.
    """

    @wraps(function)
    def wrapper(ctx, *grads):
        with no_grad():
            found = function(ctx, *grads)
        saved = [x for x in ctx.saved_tensors if type(x) is Tensor]
        depends = [g for g in (*grads, *saved) if type(g) is Tensor and g.requires_grad]
        if not depends or not any(g.records() for g in depends):
            return found
        several = isinstance(found, tuple)
        made = [
            DelayedError.apply(x.detach(), *depends) if type(x) is Tensor else x
            for x in (found if several else (found,))
        ]
        return tuple(made) if several else made[0]

    return wrapper
