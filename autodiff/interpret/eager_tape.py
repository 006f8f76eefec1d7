"""What a tensor can be asked about its tape: gradients, hooks, and how it was computed."""

import warnings
from typing import Any

import numpy as np

from ..core.errors import DTypeError, GraphError
from ..core.spec import carries_derivative
from . import backward as passes
from .array_protocols import escaped
from .grad_fn import grad_fn_of
from .hooks import Handle, HookError, add_after, add_hook, retained
from .inplace import is_view, version
from .methods import Methods
from .vertex import UNRECORDED, Leaf, leaf


class TapeMethods(Methods):
    """The methods of a tensor that concern its tape."""

    __slots__ = ()

    def records(self):
        """Whether operations on this tensor would be recorded now."""
        return self.level > UNRECORDED.get()

    # ---------------------------------------------------------------- the tape

    @property
    def requires_grad(self):
        """Whether the tensor is part of a recorded computation."""
        return self.vertex is not None

    @requires_grad.setter
    def requires_grad(self, wanted):
        self.requires_grad_(wanted)

    def requires_grad_(self, requires_grad=True):
        """Make this tensor a leaf whose gradient is wanted, or a constant; returns it.

        Raises RuntimeError for integers and for a tensor that was computed from others.
        """
        if not requires_grad:
            if not self.is_leaf:
                raise GraphError(
                    "you can only change requires_grad flags of leaf variables; "
                    "use detach() to get a constant of the same value"
                )
            self.vertex = None
        elif self.vertex is None:
            if not carries_derivative(self.dtype):
                raise DTypeError(
                    f"only Tensors of floating point and complex dtype can require gradients, "
                    f"not {self.dtype}; convert with astype(float) first"
                )
            if type(self.value) is not np.ndarray and isinstance(self.value, np.generic):
                self.value = np.array(self.value)
            self.vertex = leaf(self.value)
        return self

    @property
    def is_leaf(self):
        """Whether nothing recorded made this tensor."""
        return self.vertex is None or self.vertex.op is None

    @property
    def grad_fn(self) -> Any:
        """The operation that made this tensor; None for a leaf."""
        return None if self.is_leaf else grad_fn_of(self.vertex, type(self))

    @property
    def grad(self) -> Any:
        """The gradient that `backward` added up here; None before.

        Warns of a tensor that is not a leaf, unless `retain_grad()` was called: it has none.
        """
        v = self.vertex
        if v is None:
            return None
        if type(v) is Leaf:
            return v.grad
        kept, found = retained(v)
        if not kept:
            warnings.warn(
                "The .grad attribute of a Tensor that is not a leaf Tensor is not kept; call "
                "retain_grad() on it before backward(), or ask for autograd.grad(y, x)",
                UserWarning,
                stacklevel=2,
            )
        return found

    @grad.setter
    def grad(self, value):
        if value is not None and not isinstance(value, TapeMethods):
            raise HookError(
                f"assigned grad expected to be a Tensor or None but got grad of type "
                f"{type(value).__name__}"
            )
        if value is self:
            raise GraphError("can't assign a tensor as its own grad; assign a clone()")
        if value is not None and (value.shape != self.shape or value.dtype != self.dtype):
            raise GraphError(
                f"assigned grad has shape {value.shape} and dtype {value.dtype}; it needs a tensor "
                f"of shape {self.shape} and dtype {self.dtype}"
            )
        if type(self.vertex) is not Leaf:
            if value is not None:
                raise GraphError("only a leaf with requires_grad=True holds a grad; this is none")
            return
        self.vertex.grad = value

    @grad.deleter
    def grad(self):
        self.grad = None

    def backward(self, gradient=None, retain_graph=None, create_graph=False, inputs=None):
        """Add the gradient of this tensor to `.grad` of each leaf that it was computed from.

        gradient: the cotangent to start from, of this tensor's shape; 1 for a scalar.
        retain_graph: keep what the rules need, for another pass; default: `create_graph`.
        create_graph: record the gradient itself, so that it can be differentiated.
        inputs: the leaves to add to; default: all.

        Raises RuntimeError for a tensor that is not a scalar without `gradient`, and for a second
        pass through a graph that was let go.
        """
        if self.level:
            raise escaped(self, "a pass to leaves", "return it, or use grad or vjp inside")
        keep = create_graph if retain_graph is None else retain_graph
        passes.backward([self], [gradient], keep, create_graph, inputs)

    def retain_grad(self):
        """Keep the gradient of this tensor in `.grad`, though it is not a leaf."""
        if self.vertex is None:
            raise GraphError("can't retain_grad on a Tensor that has requires_grad=False")
        if not self.is_leaf:
            add_hook(self.vertex, None, type(self))

    @property
    def retains_grad(self):
        """Whether the gradient of this tensor is kept though it is not a leaf."""
        return not self.is_leaf and retained(self.vertex)[0]

    def register_hook(self, hook):
        """Call `hook(grad)` whenever the gradient of this tensor is computed.

        What the hook returns, unless None, takes the place of the gradient.  Hooks are called in
        the order of their registration.  The result's `remove()` takes the hook away.
        """
        if self.vertex is None:
            raise GraphError("cannot register a hook on a tensor that doesn't require gradient")
        return Handle(add_hook(self.vertex, hook, type(self)), hook)

    def register_post_accumulate_grad_hook(self, hook):
        """Call `hook(tensor)` whenever a pass has added to the `.grad` of this leaf."""
        if self.vertex is None:
            raise GraphError("cannot register a hook on a tensor that doesn't require gradient")
        if not self.is_leaf:
            raise GraphError(
                "post accumulate grad hooks cannot be registered on non-leaf tensors; use "
                "register_hook"
            )
        return add_after(self, hook)

    @property
    def _version(self):
        """How many times this tensor's memory was changed in place."""
        return version(self.value) if type(self.value) is np.ndarray else 0

    def _is_view(self):
        """Whether this tensor shares memory with one that it was taken from."""
        return is_view(self)

    @property
    def _base(self):
        """The tensor whose memory this one shares, None for one that is no view."""
        if not is_view(self):
            return None
        handles = [h() for h in self.storage.handles]
        return next((h for h in handles if h is not None and not h.steps), None)
