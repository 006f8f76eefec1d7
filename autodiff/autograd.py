"""PyTorch's `autograd` namespace: gradients of tensors, Function, and checks of gradients."""

import numpy as np

from .core.errors import ArgumentError, GraphError
from .core.spec import is_complex
from .interpret.backward import ANOMALY, backward as run_backward, hooked, pulled
from .interpret.create import tensor as make_tensor
from .interpret.grad_mode import (
    enable_grad as enable_grad,
    no_grad as no_grad,
    set_grad_enabled as set_grad_enabled,
)
from .interpret.hooks import watch
from .interpret.tape import Tensor
from .numeric.differences import central_jacobian
from .transform.custom import Function as Function


class GradcheckError(GraphError):
    """A gradient that differs from finite differences."""


def as_tuple(x):
    return tuple(x) if isinstance(x, (tuple, list)) else (x,)


def backward(tensors, grad_tensors=None, retain_graph=None, create_graph=False, inputs=None):
    """Add the gradients of the sum of several tensors to `.grad` of the leaves.

    grad_tensors: one cotangent for each tensor; not needed for scalars.  Others as in
    `Tensor.backward`.

    >>> x = tensor(2.0, requires_grad=True)
    >>> backward([x * x, 3 * x]); x.grad
    tensor(7.)
    """
    tensors = as_tuple(tensors)
    given = (None,) * len(tensors) if grad_tensors is None else as_tuple(grad_tensors)
    keep = create_graph if retain_graph is None else retain_graph
    run_backward(tensors, given, keep, create_graph, inputs)


def grad(
    outputs, inputs, grad_outputs=None, retain_graph=None, create_graph=False, allow_unused=None,
    materialize_grads=False,
):  # fmt: skip
    """The gradients of the sum of `outputs` in each of `inputs`, as a tuple; `.grad` is untouched.

    grad_outputs: one cotangent for each output; not needed for scalars.
    allow_unused: give None for an input that no output depends on, instead of raising;
    materialize_grads: give zeros for it.

    >>> x = tensor(2.0, requires_grad=True)
    >>> grad(x * x, x)
    (tensor(4.),)
    """
    outputs, inputs = as_tuple(outputs), as_tuple(inputs)
    given = (None,) * len(outputs) if grad_outputs is None else as_tuple(grad_outputs)
    if not inputs:
        raise GraphError("grad requires non-empty inputs; name the tensors to differentiate in")
    for x in inputs:
        if type(x) is not Tensor or x.vertex is None:
            raise GraphError(
                "one of the differentiated Tensors does not require grad; "
                "make it a leaf with requires_grad=True"
            )
    keep = create_graph if retain_graph is None else retain_graph
    found = pulled(outputs, given, keep, create_graph, {behind_hooks(x) for x in inputs})
    allow_unused = allow_unused or materialize_grads
    return tuple(one_gradient(x, found, allow_unused, materialize_grads) for x in inputs)


def behind_hooks(x):
    """The vertex whose cotangent has passed the tensor's hooks."""
    return x.vertex.parents[0] if x.vertex.op is watch else x.vertex


def one_gradient(x, found, allow_unused, materialize):
    """The gradient of one input; None or zeros for one that was not used."""
    v = behind_hooks(x)
    if v in found:
        g = found[v]
        g = x.like(np.zeros(x.shape, x.dtype)) if g is None else g
        return hooked(v, g, g.requires_grad) if x.is_leaf else g
    if not allow_unused:
        raise GraphError(
            "one of the differentiated Tensors appears to not have been used in the graph; "
            "set allow_unused=True if this is the desired behavior"
        )
    return x.like(np.zeros(x.shape, x.dtype)) if materialize else None


class detect_anomaly:
    """While it holds, a backward pass raises at the first NaN, naming the operator and its line.

    >>> x = tensor(0.0, requires_grad=True)
    >>> with detect_anomaly():
    ...     (0 * x ** 0.5).backward()
    Traceback (most recent call last):
    autodiff...GraphError: function 'PowBackward0' returned nan values in its 0th output...
    """

    def __init__(self, check_nan=True):
        self.check = check_nan
        self.tokens = []

    def __enter__(self):
        self.tokens.append(ANOMALY.set(self.check))
        return self

    def __exit__(self, *_):
        ANOMALY.reset(self.tokens.pop())


class set_detect_anomaly(detect_anomaly):
    """Turn `detect_anomaly` on or off at once; as a context manager, until the block ends."""

    def __init__(self, mode, check_nan=True):
        super().__init__(mode and check_nan)
        super().__enter__()

    def __enter__(self):
        return self


def jacobian_by_sweeps(outputs, x):
    """The Jacobian of each output in `x`, one sweep for each output element."""
    rows = []
    for y in outputs:
        for i in np.ndindex(y.shape):
            for unit in (1, 1j) if is_complex(y.dtype) else (1,):
                seed = np.zeros(y.shape, y.dtype)
                seed[i] = unit
                found = grad(y, x, y.like(seed), True, allow_unused=True, materialize_grads=True)
                rows.append(found[0])
    return rows


def real_parts(array):
    """The real and imaginary parts of an array, one after another; of a real one itself."""
    array = np.asarray(array)
    if not np.iscomplexobj(array):
        return array.ravel()
    return np.stack([np.real(array), np.imag(array)], -1).ravel()


def gradcheck(func, inputs, *, eps=1e-6, atol=1e-5, rtol=1e-3, raise_exception=True):
    """Whether the gradients of `func` at `inputs` agree with central differences.

    inputs: tensors; those that require a gradient are checked, in double precision.
    eps: step; atol, rtol: tolerances of the difference.
    Returns True; raises GradcheckError (a RuntimeError) naming input and entry, or returns False
    with `raise_exception=False`.

    >>> x = tensor([1.0, 2.0], requires_grad=True)
    >>> gradcheck(lambda x: x * x, (x,))
    True
    """
    inputs = as_tuple(inputs)
    if not any(type(x) is Tensor and x.requires_grad for x in inputs):
        raise ArgumentError(
            "gradcheck expects at least one input with requires_grad=True; none has it"
        )
    try:
        for place, x in enumerate(inputs):
            if type(x) is Tensor and x.requires_grad:
                check_input(func, inputs, place, eps, atol, rtol)
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def tracked(outputs):
    """The outputs that depend on an input that requires a gradient."""
    return [y for y in as_tuple(outputs) if type(y) is Tensor and y.requires_grad]


def check_input(func, inputs, place, eps, atol, rtol):
    """Compare the Jacobian in one input with central differences."""
    x = inputs[place]
    complex_input = is_complex(x.dtype)

    def plain(values):
        array = values.view(x.dtype).reshape(x.shape) if complex_input else values.reshape(x.shape)
        with no_grad():
            fresh = [make_tensor(array) if i == place else v for i, v in enumerate(inputs)]
            parts = [real_parts(y.value) for y in as_tuple(func(*fresh))]
            return np.concatenate(parts or [np.zeros(0)])

    outputs = tracked(func(*inputs))
    numeric = central_jacobian(plain, real_parts(x.value), eps)
    rows = [real_parts(r.value) for r in jacobian_by_sweeps(outputs, x)]
    analytic = np.stack(rows) if rows else np.zeros(numeric.shape)
    wrong = ~np.isclose(analytic, numeric, rtol, atol, equal_nan=True)
    if wrong.any():
        i = tuple(int(k) for k in np.argwhere(wrong)[0])
        raise GradcheckError(
            f"Jacobian mismatch for input {place} at entry {i}: numerical {numeric[i]:.10g}, "
            f"analytical {analytic[i]:.10g}; {int(wrong.sum())} of {wrong.size} entries differ"
        )


def gradgradcheck(
    func, inputs, grad_outputs=None, *, eps=1e-6, atol=1e-5, rtol=1e-3, raise_exception=True
):
    """Whether the second derivatives of `func` at `inputs` agree with central differences.

    grad_outputs: the cotangents of the outputs, random by default.

    >>> x = tensor([1.0, 2.0], requires_grad=True)
    >>> gradgradcheck(lambda x: x ** 3, (x,))
    True
    """
    inputs = as_tuple(inputs)
    wanted = [i for i, x in enumerate(inputs) if type(x) is Tensor and x.requires_grad]
    number = len(inputs)
    if grad_outputs is None:
        rng = np.random.default_rng(0)
        outputs = tracked(func(*inputs))
        grad_outputs = [make_tensor(rng.normal(size=y.shape).astype(y.dtype)) for y in outputs]
    given = [as_leaf(g) for g in as_tuple(grad_outputs)]

    def first(*args):
        xs, gs = args[:number], args[number:]
        with enable_grad():
            leaves = [as_leaf(x) if i in wanted else x for i, x in enumerate(xs)]
            ys = tracked(func(*leaves))
            chosen = [leaves[i] for i in wanted]
            return grad(
                ys, chosen, gs, create_graph=True, allow_unused=True, materialize_grads=True
            )

    return gradcheck(
        first, (*inputs, *given), eps=eps, atol=atol, rtol=rtol, raise_exception=raise_exception
    )


def as_leaf(x):
    """The tensor itself if it requires a gradient, else a leaf of the same value."""
    return x if x.requires_grad else x.detach().requires_grad_()
