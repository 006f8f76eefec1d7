"""Checks of gradients against central differences, by PyTorch's names."""

import numpy as np

from ..core.errors import ArgumentError, GraphError
from ..core.spec import is_complex
from ..interpret.create import tensor as make_tensor
from ..interpret.grad_mode import enable_grad, no_grad
from ..interpret.tape import Tensor
from ..numeric.differences import central_jacobian
from ..transform.forward import jvp
from .passes import as_tuple, grad


class GradcheckError(GraphError):
    """A gradient that differs from finite differences."""


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


def gradcheck(
    func, inputs, *, eps=1e-6, atol=1e-5, rtol=1e-3, raise_exception=True, nondet_tol=0.0,
    check_undefined_grad=True, check_grad_dtypes=False, check_batched_grad=False,
    check_batched_forward_grad=False, check_forward_ad=False, check_backward_ad=True,
    fast_mode=False, masked=None,
):  # fmt: skip
    """Whether the gradients of `func` at `inputs` agree with central differences.

    inputs: tensors; those that require a gradient are checked, in double precision.
    eps: step; atol, rtol: tolerances of the difference.
    check_forward_ad, check_backward_ad: whether forward and reverse mode are checked.
    nondet_tol, check_undefined_grad, check_grad_dtypes, check_batched_grad, masked,
    check_batched_forward_grad, fast_mode: PyTorch's words; the whole Jacobian is always compared.
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
                check_input(
                    func, inputs, place, (check_backward_ad, check_forward_ad), eps, atol, rtol
                )
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def tracked(outputs):
    """The outputs that depend on an input that requires a gradient."""
    return [y for y in as_tuple(outputs) if type(y) is Tensor and y.requires_grad]


def check_input(func, inputs, place, modes, eps, atol, rtol):
    """Compare the Jacobian in one input, by each mode asked for, with central differences."""
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
    if modes[0]:
        rows = [real_parts(r.value) for r in jacobian_by_sweeps(outputs, x)]
        analytic = np.stack(rows) if rows else np.zeros(numeric.shape)
        compare(analytic, numeric, place, "", atol, rtol)
    if modes[1]:
        columns = [real_parts(c) for c in jacobian_by_pushes(func, inputs, place)]
        analytic = np.stack(columns, -1) if columns else np.zeros(numeric.shape)
        compare(analytic, numeric, place, " in forward mode", atol, rtol)


def jacobian_by_pushes(func, inputs, place):
    """The Jacobian of all outputs in one input, one pushforward for each element."""
    x = inputs[place].value
    for i in np.ndindex(x.shape):
        for unit in (1, 1j) if is_complex(x.dtype) else (1,):
            tangent = np.zeros(x.shape, x.dtype)
            tangent[i] = unit

            def one(value):
                return func(*[value if k == place else v for k, v in enumerate(inputs)])

            with no_grad():
                pushed = as_tuple(jvp(one, (x,), (tangent,))[1])
            yield np.concatenate([real_parts(getattr(t, "value", t)) for t in pushed])


def compare(analytic, numeric, place, mode, atol, rtol):
    """Raise where two Jacobians differ."""
    wrong = ~np.isclose(analytic, numeric, rtol, atol, equal_nan=True)
    if wrong.any():
        i = tuple(int(k) for k in np.argwhere(wrong)[0])
        raise GradcheckError(
            f"Jacobian mismatch for input {place}{mode} at entry {i}: numerical {numeric[i]:.10g}, "
            f"analytical {analytic[i]:.10g}; {int(wrong.sum())} of {wrong.size} entries differ"
        )


def gradgradcheck(
    func, inputs, grad_outputs=None, *, eps=1e-6, atol=1e-5, rtol=1e-3, raise_exception=True,
    gen_non_contig_grad_outputs=False, **options,
):  # fmt: skip
    """Whether the second derivatives of `func` at `inputs` agree with central differences.

    grad_outputs: the cotangents of the outputs, random by default.
    gen_non_contig_grad_outputs: PyTorch's word, without effect; others as in `gradcheck`.

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
        first,
        (*inputs, *given),
        eps=eps,
        atol=atol,
        rtol=rtol,
        raise_exception=raise_exception,
        **options,
    )


def as_leaf(x):
    """The tensor itself if it requires a gradient, else a leaf of the same value."""
    return x if x.requires_grad else x.detach().requires_grad_()
