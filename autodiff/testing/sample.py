"""Where the laws are tried: samples of the arguments of a row, in every dtype that it takes."""

import zlib
from itertools import product
from typing import NamedTuple

import numpy as np

from ..core.op import Op

FLOATS = tuple(map(np.dtype, (np.float32, np.float64, np.complex64, np.complex128)))
NUMBER = "number"  # a Python number, which is a constant and leaves the dtype of the others
MARGIN = 0.02  # of a domain's width stays free at its ends, for differences to step into
IMAGINARY = 0.5  # imaginary parts are smaller, which keeps clear of branch cuts
SAME = ((), (3,), (2, 3), (0,))
BROADCAST = (((2, 1), (3,)), ((), (2, 3)), ((3,), (1,)), ((2, 0), (1, 1)))


class Case(NamedTuple):
    """One sample of a row: what it is called with.

    number: its place among the samples of its row and dtype.
    tracked: the places of the arguments that carry a derivative.
    sizes: how far each argument may be moved, with some margin.
    """

    row: Op
    dtype: np.dtype
    number: int
    args: tuple
    params: dict
    tracked: tuple
    sizes: tuple

    @property
    def inputs(self):
        """The arguments that carry a derivative."""
        return [self.args[i] for i in self.tracked]

    def function(self, apply=None):
        """The row as a function of the arguments that carry a derivative."""
        apply = apply or self.row
        return lambda *xs: apply(*replaced(self.args, self.tracked, xs), **self.params)

    def wide(self):
        """The same sample in double precision."""
        return self._replace(args=tuple(double(a) for a in self.args))

    def other(self, draw):
        """The same sample with other numbers."""
        return cases(self.row, self.dtype, draw)[self.number]

    def directions(self, rng):
        """A random direction for each tracked argument."""
        return [noise(rng, x) * size for x, size in zip(self.inputs, self.sizes)]

    def __str__(self):
        names = (*self.row.arguments, *[""] * len(self.args))
        parts = [f"{n.strip('*')}={shown(a)}".lstrip("=") for n, a in zip(names, self.args)]
        parts += [f"{k}={v!r}" for k, v in self.params.items()]
        return f"{self.row.name}({', '.join(parts)})"


def double(x):
    """An array in double precision; what is no floating point array as it is."""
    if not isinstance(x, np.ndarray) or x.dtype.kind not in "fc":
        return x
    return x.astype(np.complex128 if x.dtype.kind == "c" else np.float64)


def shown(x):
    """An argument in a few words."""
    if not isinstance(x, np.ndarray):
        return repr(x)
    numbers = np.array2string(x, precision=6, threshold=6, edgeitems=2).replace("\n", "")
    return f"{x.dtype} {x.shape} {numbers}"


def replaced(args, places, values):
    """The arguments with other values at some places."""
    full = list(args)
    for i, value in zip(places, values):
        full[i] = value
    return full


def noise(rng, like):
    """Random numbers between -1 and 1 of the shape and dtype of `like`; complex in both parts."""
    x = rng.uniform(-1, 1, np.shape(like))
    if like.dtype.kind == "c":
        x = x + 1j * rng.uniform(-1, 1, np.shape(like))
    return np.asarray(x, like.dtype)


def generator(row, draw):
    """Random numbers that are the same in every run, and different for every row and draw."""
    return np.random.default_rng([zlib.crc32(row.name.encode()), draw])


def samples(row, dtype, draw=0):
    """What the laws call a row with: [(args, params), ...], from its domain or its `sample`.

    draw: which numbers; the shapes and parameters stay the same.

    >>> from autodiff.ops.trigonometric import sin
    >>> [x.shape for (x,), params in samples(sin, np.float64)]
    [(), (3,), (2, 3), (0,)]
    """
    rng, dtype = generator(row, draw), np.dtype(dtype)
    if row.sample is not None:
        given = row.sample(rng, dtype)
        return [(tuple(turned(rng, a, dtype) for a in args), params) for args, params in given]
    return [
        (tuple(inside(rng, ends, shape, dtype) for ends, shape in zip(row.domain, shapes)), {})
        for shapes in shapes_of(len(row.domain))
    ]


def shapes_of(count):
    """Shapes for so many arguments: equal, broadcasting, beside a Python number, and empty."""
    found = [(shape,) * count for shape in SAME]
    if count > 1:
        found += [tuple(pair[i % 2] for i in range(count)) for pair in BROADCAST]
        found += [replaced([NUMBER] * count, [i], [(3,)]) for i in range(count)]
    return found


def inside(rng, ends, shape, dtype):
    """Random numbers inside intervals: ends = (low, high), or (low, high, low, high, ...)."""
    number = shape == NUMBER
    shape = () if number else shape
    size = int(np.prod(shape, dtype=int))
    which = (rng.integers(2**16) + np.arange(size)) % (len(ends) // 2)
    low, high = np.array(ends[::2], float)[which], np.array(ends[1::2], float)[which]
    x = low + (high - low) * rng.uniform(MARGIN, 1 - MARGIN, size)
    if dtype.kind in "biu":
        x = np.maximum(1, np.floor(x))
    if dtype.kind == "c":
        x = x + 1j * rng.uniform(-IMAGINARY, IMAGINARY, size)
    x = x.astype(dtype).reshape(shape)
    return x.item() if number else x


def turned(rng, x, dtype):
    """A complex sample that lies on the real axis, moved off it."""
    if dtype.kind != "c" or (np.ndim(x) == 0 and not isinstance(x, np.ndarray)):
        return x
    if x.dtype != dtype or not x.size or x.imag.any():
        return x
    return np.asarray(x + 1j * rng.uniform(-IMAGINARY, IMAGINARY, x.shape), dtype)


def cases(row, dtype, draw=0):
    """The samples of a row in one dtype; none where its `evaluate` does not take that dtype."""
    found = []
    for number, (args, params) in enumerate(samples(row, dtype, draw)):
        tracked = tuple(
            i for i, a in enumerate(args) if isinstance(a, np.ndarray) and a.dtype.kind in "fc"
        )
        sizes = tuple(room(row, i, args[i]) for i in tracked)
        found.append(Case(row, np.dtype(dtype), number, args, params, tracked, sizes))
    return found if found and takes(found[0]) else []


def takes(case):
    """Whether the row's `evaluate` takes arguments of this dtype."""
    try:
        with np.errstate(all="ignore"):
            case.row.evaluate(*case.args, **case.params)
    except TypeError:
        return False
    return True


def room(row, i, x):
    """How far an argument may be moved: a part of its domain, or of its own size."""
    if row.sample is None and row.domain is not None:
        ends = row.domain[i]
        return min(high - low for low, high in zip(ends[::2], ends[1::2])) / 6
    return float(np.abs(x).mean()) or 1.0 if x.size else 1.0


def mixtures(row, kinds):
    """Samples whose tracked arguments have these dtypes, every one beside every other."""
    number = 0 if row.domain is None or row.sample is not None else SAME.index((3,))
    example = (cases(row, np.float64) or cases(row, np.complex128))[number]
    if not example.tracked:  # a row of integers
        example = example._replace(tracked=tuple(range(len(example.args))))
    given = {kind: samples(row, kind)[number] for kind in kinds}
    for pair in product(kinds, repeat=min(len(example.tracked), 2)):
        args, params = given[pair[0]]
        values = [given[pair[k % len(pair)]][0][i] for k, i in enumerate(example.tracked)]
        yield example._replace(args=tuple(replaced(args, example.tracked, values)), params=params)
