"""Gradients of eager tensors cut to size in place, as torch.nn.utils has it."""

import numpy as np

from ..core.errors import ArgumentError
from ..interpret.grad_mode import no_grad
from ..interpret.inplace import change
from ..interpret.tape import Tensor, new_tensor
from .finite import NonFiniteError


def gradients_of(parameters):
    """The gradients of tensors that have one."""
    listed = [parameters] if isinstance(parameters, Tensor) else list(parameters)
    for p in listed:
        if not isinstance(p, Tensor):
            raise ArgumentError(
                f"clipping: one of the parameters is a {type(p).__name__}; it needs tensors"
            )
    return [p.grad for p in listed if p.grad is not None]


def clip_grad_norm_(parameters, max_norm, norm_type=2.0, error_if_nonfinite=False):
    """Scale all gradients alike, so that their norm is at most `max_norm`; the norm before.

    norm_type: of the vector of all elements; `inf` for the largest one.

    Raises NonFiniteError for a norm that is no number, if `error_if_nonfinite`.

    >>> x = tensor([3.0, 4.0], requires_grad=True)
    >>> (x * x).sum().backward()
    >>> float(clip_grad_norm_([x], 1.0)), x.grad.numpy().round(6).tolist()
    (10.0, [0.6, 0.8])
    """
    grads = gradients_of(parameters)
    if not grads:
        return new_tensor(np.asarray(0.0))
    order = float(norm_type)
    sizes = [np.linalg.norm(np.ravel(g.value), order) for g in grads]
    total = np.linalg.norm(np.asarray(sizes), order)
    if error_if_nonfinite and not np.isfinite(total):
        raise NonFiniteError(
            f"clip_grad_norm_: the norm of order {order:g} of the gradients is {total}, so it "
            "cannot be clipped; leave error_if_nonfinite out to scale by it anyway"
        )
    scale = np.minimum(float(max_norm) / (total + 1e-6), 1.0)  # PyTorch's guard against zero
    with no_grad():
        for g in grads:
            change(g, new_tensor(np.asarray(g.value * scale).astype(g.dtype)), "clip_grad_norm_")
    return new_tensor(np.asarray(total))


def clip_grad_value_(parameters, clip_value):
    """Cut every element of the gradients to `[-clip_value, clip_value]`.

    >>> x = tensor([3.0, -0.1], requires_grad=True)
    >>> (x * x).sum().backward()
    >>> clip_grad_value_([x], 1.0)
    >>> x.grad.tolist()
    [1.0, -0.2]
    """
    limit = float(clip_value)
    with no_grad():
        for g in gradients_of(parameters):
            new = np.clip(g.value, -limit, limit)
            change(g, new_tensor(np.asarray(new)), "clip_grad_value_")
