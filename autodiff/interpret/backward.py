"""Passes over the eager tape: what the rules are shown, where they start, and where they end."""

from contextvars import ContextVar

import numpy as np

from ..core.errors import GraphError
from ..core.public import as_value
from ..core.spec import FLOAT64, Spec, is_complex
from .grad_mode import GradMode
from .hooks import Watched, add_hook, called, run_after
from .inplace import CHANGED, checked, line_of
from .kept import LENT
from .nans import WATCHES, deliver
from .saved import PACKED, unstowed
from .sweep import cast, sweep
from .vertex import RELEASED as RELEASED, handle, pick, vertex

ANOMALY = ContextVar("ANOMALY", default=False)  # whether passes look for NaN
ONE = np.ones(())
ONE.flags.writeable = False


def one(dtype):
    """The cotangent of a scalar."""
    return ONE if dtype is FLOAT64 else np.ones((), dtype)


def present(v):
    """What the vertex kept; raises if an earlier pass let it go, or if it was changed in place."""
    if v.args is RELEASED:
        if v in PACKED:
            return unstowed(v)
        raise GraphError(
            f"Trying to backward through the graph a second time: what {v.op.name} at "
            f"{line_of(v.code, v.spot)} kept was released by the first pass (Specify "
            "retain_graph=True the first time)"
        )
    return checked(v) if CHANGED or LENT else (v.out, v.args)


def release(vertices):
    """Let go what the vertices kept."""
    stowed = bool(PACKED)
    for v in vertices:
        if v.args is not None or v.out is not None:
            v.args, v.out, v.hint = RELEASED, None, None
            if stowed:
                PACKED.pop(v, None)


def again(kind):
    """Values as tensors on their old vertices, so that the gradient is recorded too."""

    def see(v):
        out, args = present(v)
        if type(out) is tuple:
            out = picked(v, out, kind)
        elif out is not None:
            out = handle(kind, out, outward(v))
        if args is None:
            return out, None
        pairs = zip(args, v.parents)
        plain = (type(None), Spec)  # what was let go, and what left its shape alone
        return out, [a if p is None or type(a) in plain else handle(kind, a, p) for a, p in pairs]

    return see


def outward(v):
    """The vertex that others see: the watch in front of a vertex with hooks."""
    return v.outer() or v if type(v) is Watched else v


def picked(joint, out, kind):
    """One tensor for each output of the vertex `joint`."""
    return tuple(
        handle(kind, o, vertex(pick, (joint,), (), {"index": i, "count": len(out)}, o))
        for i, o in enumerate(out)
    )


def seeds_of(tensors, gradients, record):
    """{vertex: cotangent} to start from."""
    seeds = {}
    if len(tensors) != len(gradients):
        raise GraphError(
            f"got {len(tensors)} tensors and {len(gradients)} gradients; give one for each"
        )
    for i, (y, g) in enumerate(zip(tensors, gradients)):
        if y.vertex is None:
            raise GraphError(
                f"element {i} of tensors does not require grad and does not have a grad_fn; "
                "compute it from a tensor with requires_grad=True, outside no_grad()"
            )
        g = seed(y, g, record, i)
        seeds[y.vertex] = seeds[y.vertex] + g if y.vertex in seeds else g
    return seeds


def seed(y, g, record, i):
    """The cotangent to start from: of the shape and dtype of `y`."""
    if g is None:
        if not record and y.dtype is FLOAT64 and y.shape == ():
            return one(FLOAT64)
        if is_complex(y.dtype):
            raise GraphError(
                f"grad can be implicitly created only for real scalar outputs but got {y.dtype}; "
                "give gradient=, or take the real part or the absolute value"
            )
        if y.numel() != 1:
            raise GraphError(
                "grad can be implicitly created only for scalar outputs, and this tensor has shape "
                f"{y.shape}; give gradient= (grad_outputs= to grad) of that shape, or sum() first"
            )
        g = np.ones(y.shape, y.dtype)
    given = as_value(g)
    if given.shape != y.shape:
        raise GraphError(
            f"Mismatch in shape: grad_output[{i}] has a shape of {given.shape} and output[{i}] has "
            f"a shape of {y.shape}; gradient= (grad_outputs=) must fit"
        )
    if not record:
        return cast(given.value if type(given) is type(y) else given, y.dtype)
    return given if type(given) is type(y) else y.like(cast(given, y.dtype))


def pulled(tensors, gradients, keep, record, targets=None):
    """Sweep the tape from `tensors`: {vertex: cotangent tensor or None}."""
    kind = type(tensors[0])
    seeds = seeds_of(tensors, gradients, record)
    see, visited = again(kind) if record else present, None if keep else []
    with GradMode(record):
        inspect = refuse_nan if ANOMALY.get() else None
        found = sweep(seeds, see, targets, inspect, visited=visited)
    if WATCHES:
        deliver([*tensors, *found.values()])
    release(visited or ())
    if record:
        return found
    used = {id(s) for s in seeds.values()}
    return {v: None if g is None else handle(kind, own(g, used)) for v, g in found.items()}


def refuse_nan(v, cotangents):
    """Raise if a rule gave NaN, with the operator and the user's line."""
    for i, c in enumerate(cotangents):
        numbers = getattr(c, "value", c)
        if type(numbers) in (np.ndarray, np.float64, np.float32) and np.isnan(numbers).any():
            raise GraphError(
                f"Function {v.op.grad_name!r} returned nan values in its {i}th output; "
                f"the operation was recorded at {line_of(v.code, v.spot)}"
            )


def own(g, used):
    """An array that shares memory with no other: gradients are handed to users, who may write."""
    if type(g) is not np.ndarray:
        return np.array(g) if isinstance(g, np.generic) else g
    if g.base is not None or id(g) in used or not g.flags.writeable:
        g = np.array(g)
    used.add(id(g))
    return g


def backward(tensors, gradients, keep, record, inputs=None):
    """Add the gradients of the tensors to `.grad` of leaves."""
    targets = None
    if inputs is not None:
        inputs = [inputs] if hasattr(inputs, "vertex") else list(inputs)
        if not inputs:
            raise GraphError(
                "`inputs` argument to `backward()` cannot be empty; leave it out for all leaves"
            )
        if any(x.vertex is None for x in inputs):
            raise GraphError("backward: one of inputs= does not require grad")
        targets = {target(x) for x in inputs}
    found = pulled(tensors, gradients, keep, record, targets)
    with GradMode(record):
        for v, g in found.items():
            if v.op is None:
                deposit(v, g, tensors[0], record)
                run_after(v)


def target(x):
    """Where the gradient of an input ends; that of a tensor that is no leaf is kept in it."""
    if x.vertex.op is None:
        return x.vertex
    add_hook(x.vertex, None, type(x))
    return x.vertex.parents[0]


def hooked(v, g, record):
    """A leaf's gradient after its hooks, in memory of its own."""
    for hook in list(v.hooks or ()):
        g = called(hook, g)
    return handle(type(g), np.array(g.value)) if v.hooks and not record else g


def deposit(v, g, example, record):
    """Add a gradient to the leaf's own."""
    g = example.like(np.zeros(v.shape, v.dtype)) if g is None else g
    g = hooked(v, g, record)
    if v.grad is None:
        g.memory()
        v.grad = g
    elif record or v.grad.vertex is not None:
        v.grad = v.grad + g
    else:
        np.add(v.grad.value, g.value, out=v.grad.value)
