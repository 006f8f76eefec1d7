"""The laws of derivatives: what the rules of a row compute."""

from itertools import product

import numpy as np

from ..interpret.tape import new_tensor
from ..interpret.vertex import leaf
from ..ops.arithmetic import multiply
from ..ops.complex import real
from ..ops.reduce import sum as summed
from ..transform import forward, reverse
from .judge import DIFFERENCE, ROUNDING, apart, difference, largest, law, outputs
from .sample import double, generator, noise


def carries(x):
    """Whether an output carries a derivative."""
    return np.result_type(x).kind in "fc"


def seeds(rng, out):
    """Random cotangents in the container of the outputs; zeros where none is carried."""
    arrays = [np.asarray(y) for y in outputs(out)]
    found = [noise(rng, y) if carries(y) else np.zeros(y.shape) for y in arrays]
    return tuple(found) if isinstance(out, tuple) else found[0]


def subsets(case):
    """The case with all tracked arguments, and with each of them alone."""
    yield case
    if len(case.tracked) > 1:
        for i, size in zip(case.tracked, case.sizes):
            yield case._replace(tracked=(i,), sizes=(size,))


def each_output(row):
    """The row, and for several outputs each of them alone: the others hear no cotangent."""
    yield row
    for i in range(row.outputs or 0):
        yield lambda *args, i=i, **params: row(*args, **params)[i]


def differentiable(case):
    """Whether there is something to differentiate."""
    return case.row.differentiable and case.tracked


def inner(a, b):
    """Re ⟨a, b⟩, summed over the arrays of two lists."""
    pairs = [(double(np.asarray(x)), double(np.asarray(y))) for x, y in zip(a, b)]
    return sum([float(np.vdot(x, y).real) for x, y in pairs])


def sizes(arrays):
    return [np.abs(a) for a in arrays]


@law()
def constant(case):
    """a row without a derivative is a constant for every mode."""
    if case.row.differentiable or not case.tracked:
        return
    rng, f = generator(case.row, 1), case.function()
    out, tangents = forward.jvp(f, case.inputs, case.directions(rng))
    _, pullback = reverse.vjp(f, *case.inputs)
    tensors = f(*[new_tensor(x, leaf(x)) for x in case.inputs])
    for t in outputs(tangents):
        if np.any(t):
            yield f"the tangent\n  found     {t}\n  expected  0"
    for c in pullback(seeds(rng, out)):
        if np.any(c):
            yield f"the cotangent\n  found     {c}\n  expected  0"
    for y in outputs(tensors):
        if y.requires_grad:
            yield "the output requires a gradient\n  expected  a constant"


@law()
def jvp(case):
    """the tangent is the limit of central differences along it."""
    if not differentiable(case):
        return
    rng, allowed = generator(case.row, 2), ROUNDING[case.dtype] + DIFFERENCE
    for mine in subsets(case):
        ts = mine.directions(rng)
        out, tangents = forward.jvp(mine.function(), mine.inputs, ts)
        f = mine.wide().function(case.row.evaluate)
        measured = difference(f, doubles(mine.inputs), doubles(ts))
        for y, t, d in zip(outputs(out), outputs(tangents), measured):
            yield from apart("the tangent", t, d, allowed, largest(y, d))


def doubles(xs):
    return [double(x) for x in xs]


@law()
def duality(case):
    """⟨g, J t⟩ = ⟨Jᵀ g, t⟩ for a tangent t and a cotangent g."""
    if not differentiable(case):
        return
    rng = generator(case.row, 3)
    for mine, f in product(subsets(case), each_output(case.row)):
        ts = mine.directions(rng)
        out, tangents = forward.jvp(mine.function(f), mine.inputs, ts)
        _, pullback = reverse.vjp(mine.function(f), *mine.inputs)
        tangents, g = outputs(tangents), seeds(rng, out)
        cotangents, gs = pullback(g), outputs(g)
        pushed, pulled = inner(gs, tangents), inner(cotangents, ts)
        scale = inner(sizes(gs), sizes(tangents)) + inner(sizes(cotangents), sizes(ts))
        yield from apart("⟨Jᵀ g, t⟩", pulled, pushed, ROUNDING[case.dtype], scale)


def weighted(f, gs):
    """x -> Re ⟨g, f(x)⟩, a real function whose gradient is the pullback of g."""

    def scalar(*xs):
        terms = [summed(real(multiply(np.conj(g), y))) for g, y in zip(gs, outputs(f(*xs)))]
        return sum(terms[1:], terms[0])

    return scalar


@law()
def order_two(case):
    """the derivative of the pullback is the limit of its differences, in either order of modes."""
    if not differentiable(case):
        return
    rng, places = generator(case.row, 4), tuple(range(len(case.tracked)))
    ts, gs = case.directions(rng), outputs(seeds(rng, case.row.evaluate(*case.args, **case.params)))
    scalar = weighted(case.function(), gs)
    gradient, mixed = forward.jvp(reverse.grad(scalar, places), case.inputs, ts)
    swapped = reverse.grad(lambda *xs: forward.jvp(scalar, xs, ts)[1], places)(*case.inputs)
    twice = reverse.grad(lambda *xs: pairing(ts, reverse.grad(scalar, places)(*xs)), places)
    wide = reverse.grad(weighted(case.wide().function(), doubles(gs)), places)
    measured = difference(wide, doubles(case.inputs), doubles(ts))
    rounding = ROUNDING[case.dtype]
    for g, m, s, r, d in zip(gradient, mixed, swapped, twice(*case.inputs), measured):
        scale = largest(g, d)
        yield from apart("the tangent of the pullback", m, d, rounding + DIFFERENCE, scale)
        yield from apart("reverse over forward", s, m, rounding, scale)
        yield from apart("reverse over reverse", r, m, rounding, scale)


def pairing(ts, gradients):
    """Re ⟨t, gradient⟩ of traced values."""
    terms = [summed(real(multiply(np.conj(t), g))) for t, g in zip(ts, gradients)]
    return sum(terms[1:], terms[0])


@law()
def dtype(case):
    """derivatives have the shape and dtype of their primals, and no rule widens them."""
    if not differentiable(case):
        return
    row, rng = case.row, generator(case.row, 5)
    ts = case.directions(rng)
    out = row.evaluate(*case.args, **case.params)
    g = seeds(rng, out)
    arrays = [a for a in case.args if isinstance(a, np.ndarray)]
    finest = bits(np.result_type(*outputs(out), *arrays))
    wanted = [a if i in case.tracked else None for i, a in enumerate(case.args)]
    along = dict(zip(case.tracked, ts))
    tangents = [along.get(i) for i in range(len(case.args))]
    raw = [*row.vjp(g, out, wanted, *case.args, **case.params)]
    raw += outputs(row.jvp(tangents, out, *case.args, **case.params))
    for d in raw:
        if d is not None and bits(d.dtype) > finest:
            yield f"a rule gives {d.dtype}\n  expected  at most {finest} bits for a real number"
    y, tangents = forward.jvp(case.function(), case.inputs, ts)
    _, pullback = reverse.vjp(case.function(), *case.inputs)
    for what, primals, found in (
        ("the tangent", outputs(y), outputs(tangents)),
        ("the cotangent", case.inputs, pullback(g)),
    ):
        for p, d in zip(primals, found):
            if carries(p) and (d.dtype != p.dtype or d.shape != p.shape):
                yield f"{what} is {d.dtype} {d.shape}\n  expected  {p.dtype} {p.shape}"


def bits(kind):
    """The size of one real number of a dtype [bit]."""
    return np.finfo(kind).bits if kind.kind in "fc" else 0
