"""A function at a point: its outputs as one flat vector, wherever the inputs are moved."""

from typing import Any, NamedTuple

import numpy as np

from ..core.errors import ArgumentError, DTypeError, OutputError
from ..core.op import TRACED
from ..core.spec import carries_derivative
from ..core.tree import describe, flatten, unflatten
from ..interpret.tape import Tensor, new_tensor
from ..transform.function import as_inputs
from .progress import Progress

REFUSALS = (ArithmeticError, ValueError)  # how functions say that a point is outside their domain
TINY = 2.0**-100  # a smaller input is as good as zero when lengths are compared


class Point:
    """A function and its inputs.

    x: arrays or numbers in any container; a tuple holds several arguments.  Where one of them is an
    eager tensor, or where the function asks arrays for methods of tensors, it is given tensors.
    imaginary: steps go along the imaginary axis, where the rounding of x swallows none.
    progress: that of the work of which this is a part.
    """

    def __init__(self, name, f, x, imaginary=False, progress=None):
        if not callable(f):
            raise ArgumentError(f"{name} needs a function, not a {type(f).__name__}")
        self.name, self.f, self.several = name, f, type(x) is tuple
        self.imaginary, self.progress = imaginary, progress or Progress(name)
        given, self.structure, self.named = as_inputs(name, x if self.several else (x,))
        self.tensors = self.eager = any(type(leaf) is Tensor for leaf in given)
        for leaf, where in zip(given, self.named):
            if type(leaf) in TRACED and (type(leaf) is not Tensor or leaf.level):
                raise ArgumentError(
                    f"{where} is being differentiated or traced; differences need plain numbers, "
                    "so call this outside of transforms"
                )
        self.leaves = [np.array(x.value if type(x) is Tensor else x) for x in given]
        self.moving = [i for i, x in enumerate(self.leaves) if carries_derivative(x.dtype)]
        self.shapes: Any = None
        self.dtypes: Any = None
        self.base = self.first()
        self.rounding = self.precisions()

    def first(self):
        """The outputs at the point itself; it settles what they look like and what f is given."""
        try:
            return self.outputs(self.copies())
        except AttributeError:
            if self.eager:
                raise
            self.eager, self.shapes = True, None
        return self.outputs(self.copies())

    def copies(self):
        """The inputs for a function that may write into them."""
        return [np.array(x) for x in self.leaves]

    def shown(self, leaves):
        """Leaves as the function is given them: tensors, or arrays and NumPy's numbers."""
        return [new_tensor(x) if self.eager else x[()] for x in leaves]

    def arguments(self, leaves):
        """The arguments of the function, with other numbers in the place of the leaves."""
        return unflatten(self.structure, self.shown(leaves))

    def outputs(self, leaves):
        """All outputs as one flat vector, in double precision or better."""
        self.progress.tick()
        with np.errstate(all="ignore"):
            tree = self.f(*self.arguments(leaves))
        found, structure = flatten(tree)
        arrays = [self.plain(y) for y in found]
        shapes = structure, [y.shape for y in arrays]
        if self.shapes is None:
            self.shapes, self.dtypes = shapes, [y.dtype for y in arrays]
        elif self.shapes != shapes:
            raise OutputError(
                f"{self.name}: the output has {said(*self.shapes)} at x and {said(*shapes)} near "
                "it; return the same structure and shapes everywhere"
            )
        flat = np.concatenate([y.ravel() for y in arrays] or [np.zeros(0)])
        return flat.astype(np.result_type(flat, np.float64), copy=False)

    def plain(self, y):
        """One output as an array."""
        array = np.asarray(y.value if type(y) is Tensor else y)
        if array.dtype.kind not in "biufc":
            raise OutputError(
                f"{self.name}: f returns a {type(y).__name__}; differences need arrays or numbers"
            )
        return array

    def precisions(self):
        """The relative rounding of each output."""
        kinds: list = [d if carries_derivative(d) else np.dtype(float) for d in self.dtypes]
        sizes = [int(np.prod(shape, dtype=int)) for shape in self.shapes[1]]
        return np.repeat([float(np.finfo(d).eps) for d in kinds], sizes)

    def at(self, *moves):
        """The outputs at x + Σ coefficient · tangents; NaN where the function refuses to go.

        moves: pairs (coefficient, tangents), with one array or None for each input.
        """
        if all(c == 0 for c, _ in moves):
            return self.base
        leaves = self.copies()
        for coefficient, tangents in moves:
            leaves = [x if t is None else x + coefficient * t for x, t in zip(leaves, tangents)]
        try:
            return self.outputs(list(map(np.asarray, leaves)))
        except OutputError:
            raise
        except REFUSALS:
            return np.full(self.base.shape, np.nan)

    def require_float(self):
        """Raise unless every input carries a derivative."""
        for x, where in zip(self.leaves, self.named):
            if not carries_derivative(x.dtype):
                raise DTypeError(
                    f"{where} has dtype {x.dtype}, which carries no derivative; convert it with "
                    "astype(float)"
                )

    def filled(self, arrays):
        """Arrays in the containers of x."""
        tree = unflatten(self.structure, [self.given(a) for a in arrays])
        return tree if self.several else tree[0]

    def given(self, array):
        """A result as x was given: a tensor for tensors."""
        return new_tensor(np.asarray(array)) if self.tensors else array

    def split(self, flat):
        """A flat vector of outputs as one array for each."""
        ends = np.cumsum([int(np.prod(s, dtype=int)) for s in self.shapes[1]])[:-1]
        parts = np.split(flat, ends) if len(self.shapes[1]) else []
        return [p.reshape(s) for p, s in zip(parts, self.shapes[1])]


def said(structure, shapes):
    """The structure and the shapes of an output in words."""
    return f"structure {describe(structure)} and shapes {', '.join(map(str, shapes)) or 'none'}"


class Direction(NamedTuple):
    """Tangents of the inputs, stretched to their natural length.

    tangents: one array for each input, None for one that stays.
    length: what the given tangents were multiplied by.
    narrow, smallest: as in Slope.
    """

    tangents: list
    length: float
    narrow: float
    smallest: float


def direction(point, tangents):
    """Tangents as a direction: at its natural length, inputs change by about max(1, |x|)."""
    moved = [(x, t) for x, t in zip(point.leaves, tangents) if t is not None and np.any(t)]
    if not moved:
        return Direction(tangents, 1.0, 1.0, float(np.finfo(float).eps))
    sizes = np.concatenate([np.abs(x[t != 0]) for x, t in moved]).astype(float)
    speeds = np.concatenate([np.abs(t[t != 0]) for _, t in moved]).astype(float)
    sizes[sizes < TINY] = 0
    precision = max(float(np.finfo(x.dtype).eps) for x, _ in moved)
    length = 2.0 ** np.rint(np.log2(max(1.0, sizes.max()) / speeds.max()))
    narrow = np.min(np.where(sizes > 0, np.minimum(sizes, 1), 1) / speeds) / length
    smallest = 4 * precision * (sizes.max() or 1.0) / speeds.max() / length
    return Direction(
        [None if t is None else t * t.dtype.type(length) for t in tangents],
        float(length), float(min(narrow, 1)), float(smallest),
    )  # fmt: skip


def unit(point, leaf, index, step=None, axis=1.0):
    """The direction of one element of one input, along the real or the imaginary axis.

    step: how far to go at a coefficient of 1; None: the natural length.
    """
    tangents: list = [None] * len(point.leaves)
    x = point.leaves[leaf]
    tangents[leaf] = np.zeros_like(x)
    tangents[leaf][index] = axis
    along = direction(point, tangents)
    if step is None:
        return along
    length = float(kept(point, (x / axis).real[index], step))
    tangents[leaf][index] = axis * length
    return along._replace(tangents=tangents, length=length)


def kept(point, x, step):
    """What rounding leaves of a step from real `x`."""
    if point.imaginary:
        return np.full(np.shape(x), step)
    lengths = (x + x.dtype.type(step)) - x
    if not np.all(lengths):
        raise lost(point, step)
    return lengths


def lost(point, step):
    return ArgumentError(
        f"{point.name}: step {step:g} is lost in the rounding of x; make it longer, or leave step= "
        "out"
    )


def noise_of(point):
    """How much each output is scattered by rounding inside the function, or by noise.

    Second differences over steps of 256 roundings: what is smooth cancels.  The smaller of both
    sides, for a jump or a kink at the point is no noise.
    """
    if not point.moving:
        return np.zeros(len(point.base))
    tangents: list = [None] * len(point.leaves)
    precisions = [float(np.finfo(point.leaves[i].dtype).eps) for i in point.moving]
    for i, precision in zip(point.moving, precisions):
        if precision == min(precisions):
            x = point.leaves[i]
            signs = np.where(np.arange(x.size) % 3 == 1, -1, 1).reshape(x.shape)
            tangents[i] = (signs * np.where(np.abs(x) < TINY, 1, np.abs(x))).astype(x.dtype)
    along = direction(point, tangents)
    step = 256 * along.smallest
    sides = []
    for sign in (1, -1):
        ys = np.stack([point.at((sign * k * step, along.tangents)) for k in (1, 2, 3, 4)])
        with np.errstate(all="ignore"):
            sides.append(np.abs(np.diff(ys, 2, axis=0)).max(0))
    return np.nan_to_num(np.minimum(*sides), nan=0.0, posinf=0.0)
