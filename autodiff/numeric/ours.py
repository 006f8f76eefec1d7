"""Our own derivatives of a function at a point, flat like differences."""

import numpy as np

from ..core.errors import AutodiffError, CutError
from ..core.spec import carries_derivative
from ..core.tree import flatten, unflatten
from ..interpret.backward import pulled
from ..interpret.tape import Tensor, new_tensor
from ..interpret.vertex import leaf
from ..ops.complex import real
from ..transform.forward import jvp
from ..transform.reverse import grad, vjp


def flat(point, tree):
    """The numbers of an output, or of its tangent, as one vector; None if they are of no such
    structure."""
    found, structure = flatten(tree)
    arrays = [point.plain(y) for y in found]
    if (structure, [y.shape for y in arrays]) != point.shapes:
        return None
    vector = np.concatenate([y.ravel() for y in arrays] or [np.zeros(0)])
    return vector.astype(np.result_type(vector, np.float64), copy=False)


def of_floats(point):
    """The function of the floating point inputs alone; the others are constants."""

    def function(*floats):
        given = dict(zip(point.moving, floats))
        constants = point.shown(point.leaves)
        leaves = [given.get(i, constant) for i, constant in enumerate(constants)]
        return point.f(*unflatten(point.structure, leaves))

    return function


def floats_of(point, items):
    """Of one item for each input those of the floating point ones."""
    return tuple(items[i] for i in point.moving)


def moved(point, tangents):
    """Tangents of the floating point inputs, zeros where there are None."""
    pairs = zip(floats_of(point, point.leaves), floats_of(point, tangents))
    return tuple(np.zeros_like(x) if t is None else t for x, t in pairs)


def cotangent_tree(point, g):
    """A flat cotangent in the containers and dtypes of the output."""
    parts = []
    for part, dtype in zip(point.split(g), point.dtypes):
        kind = dtype if carries_derivative(dtype) else np.float64
        parts.append((part if np.dtype(kind).kind == "c" else part.real).astype(kind))
    return unflatten(point.shapes[0], parts)


def forward(point):
    """(the value under forward mode, a function from tangents to the output's tangent)"""
    function, floats = of_floats(point), floats_of(point, point.leaves)

    def push(tangents):
        return flat(point, jvp(function, floats, moved(point, tangents))[1])

    value, _ = jvp(function, floats, moved(point, [None] * len(point.leaves)))
    return flat(point, value), push


def reverse(point):
    """(the value under reverse mode, a function from the output's cotangent to the inputs')"""
    value, pullback = (by_tape if point.tensors else by_transform)(point)

    def pull(g):
        found = dict(zip(point.moving, pullback(cotangent_tree(point, g))))
        return [np.asarray(found.get(i, np.zeros(x.shape))) for i, x in enumerate(point.leaves)]

    pull(np.zeros(len(point.base)))  # a rule that refuses does so here
    return flat(point, value), pull


def by_transform(point):
    with np.errstate(all="ignore"):
        return vjp(of_floats(point), *floats_of(point, point.leaves))


def by_tape(point):
    """Reverse mode of a function of eager tensors, on their own tape."""
    inputs = [new_tensor(x, leaf(x)) for x in floats_of(point, point.leaves)]
    with np.errstate(all="ignore"):
        out = of_floats(point)(*inputs)
    outputs = flatten(out)[0]

    def pullback(cotangent):
        pairs = zip(outputs, flatten(cotangent)[0])
        recorded = [(y, g) for y, g in pairs if type(y) is Tensor and y.vertex is not None]
        targets = {x.vertex for x in inputs}
        ys, gs = [y for y, _ in recorded], [g for _, g in recorded]
        found = pulled(ys, gs, True, False, targets) if recorded else {}
        heard = [found.get(x.vertex) for x in inputs]
        return [np.zeros(x.shape) if c is None else c.value for x, c in zip(inputs, heard)]

    return out, pullback


def pushforward(point, tangents):
    """The tangent of the output as a function of the arguments."""
    function, fixed = of_floats(point), moved(point, tangents)
    return lambda *xs: jvp(function, floats_of(point, flatten(xs)[0]), fixed)[1]


def pullback(point, g):
    """The cotangents of the inputs as a function of the arguments."""
    function, fixed = of_floats(point), cotangent_tree(point, g)
    return lambda *xs: vjp(function, *floats_of(point, flatten(xs)[0]))[1](fixed)


def cutting(point):
    """What cuts the path to an input, and at which line, in words; "" if nothing does."""

    def total(*floats):
        outputs = [y for y in flatten(of_floats(point)(*floats))[0] if type(y) is Tensor]
        terms = [real(y).sum() for y in outputs if carries_derivative(y.dtype)]
        return sum(terms[1:], terms[0])

    floats = floats_of(point, point.leaves)
    try:
        with np.errstate(all="ignore"):
            grad(total, tuple(range(len(floats))), strict=True)(*floats)
    except CutError as error:
        said, mark, _ = str(error).removeprefix("strict=True: ").partition(", so a path")
        return said if mark else ""
    except (AutodiffError, ArithmeticError, AttributeError, IndexError, TypeError, ValueError):
        return ""
    return ""


def inner(cotangents, tangents):
    """Re ⟨c, t⟩ over all inputs that move, and the sum of the sizes of its terms."""
    total = size = 0.0
    for c, t in zip(cotangents, tangents):
        if t is not None:
            terms = (np.conj(c[t != 0]) * t[t != 0]).real.astype(float)
            total, size = total + float(np.sum(terms)), size + float(np.sum(np.abs(terms)))
    return total, size
