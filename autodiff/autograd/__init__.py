"""PyTorch's `autograd` namespace: gradients of tensors, Function, and checks of gradients."""

from ..interpret.create import tensor
from ..interpret.grad_mode import (
    enable_grad as enable_grad,
    inference_mode as inference_mode,
    no_grad as no_grad,
    set_grad_enabled as set_grad_enabled,
)
from ..transform.custom import Function as Function
from . import (
    forward_ad as forward_ad,
    function as function,
    functional as functional,
    graph as graph,
)
from .check import (
    GradcheckError as GradcheckError,
    gradcheck as gradcheck,
    gradgradcheck as gradgradcheck,
)
from .passes import (
    backward as backward,
    detect_anomaly as detect_anomaly,
    grad as grad,
    set_detect_anomaly as set_detect_anomaly,
)

Variable = tensor  # what PyTorch called a tensor that may require a gradient
