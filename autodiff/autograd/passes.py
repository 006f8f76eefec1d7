"""Passes over the tape by PyTorch's names: `backward`, `grad` and the search for NaN."""

import numpy as np

from ..core.errors import ArgumentError, GraphError
from ..interpret.backward import ANOMALY, backward as run_backward, hooked, pulled
from ..interpret.hooks import watch
from ..interpret.tape import Tensor
from ..ops.move import stack


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
    outputs, inputs, grad_outputs=None, retain_graph=None, create_graph=False,
    only_inputs=True, allow_unused=None, is_grads_batched=False, materialize_grads=False,
):  # fmt: skip
    """The gradients of the sum of `outputs` in each of `inputs`, as a tuple; `.grad` is untouched.

    grad_outputs: one cotangent for each output; not needed for scalars.
    allow_unused: give None for an input that no output depends on, instead of raising;
    materialize_grads: give zeros for it.
    is_grads_batched: the cotangents have a first axis of examples, and so have the gradients.
    only_inputs: True; gradients of others are not added up here.

    >>> x = tensor(2.0, requires_grad=True)
    >>> grad(x * x, x)
    (tensor(4.),)
    """
    outputs, inputs = as_tuple(outputs), as_tuple(inputs)
    given = (None,) * len(outputs) if grad_outputs is None else as_tuple(grad_outputs)
    if materialize_grads and allow_unused is False:
        raise ArgumentError(
            "grad: Expected allow_unused to be True or not passed when materialize_grads=True, but "
            "got: allow_unused=False"
        )
    if not inputs:
        raise GraphError(
            "grad requires non-empty inputs; name the tensors to differentiate in (`inputs` "
            "argument to `grad()` cannot be empty)"
        )
    if is_grads_batched:
        options = (create_graph, True, allow_unused, False, materialize_grads)
        return batched(outputs, inputs, given, retain_graph, options)
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


def batched(outputs, inputs, given, retain_graph, options):
    """The gradients for each of the stacked cotangents, stacked."""
    count = next(len(g) for g in given if g is not None)
    found = []
    for k in range(count):
        one = [None if g is None else g[k] for g in given]
        keep = True if k + 1 < count else retain_graph
        found.append(grad(outputs, inputs, one, keep, *options))
    return tuple([None if column[0] is None else stack(column) for column in zip(*found)])


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
            "one of the differentiated Tensors appears to not have been used in the graph (Set "
            "allow_unused=True if this is the desired behavior)"
        )
    return x.like(np.zeros(x.shape, x.dtype)) if materialize else None


class detect_anomaly:
    """While it holds, a backward pass raises at the first NaN, naming the operator and its line.

    >>> x = tensor(0.0, requires_grad=True)
    >>> with detect_anomaly():
    ...     (0 * x ** 0.5).backward()
    Traceback (most recent call last):
    autodiff...GraphError: Function 'PowBackward0' returned nan values in its 0th output...
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
