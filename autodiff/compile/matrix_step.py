"""Steps on stacks of matrices: their native functions, and where the matrices stand in memory."""

from functools import cache

from ..core.op import NO_PARAMS
from ..core.spec import Spec
from ..interpret.graph import Node, node
from ..interpret.vertex import Joint
from ..ops.choose import stop_gradient
from .kernel import WORD, Kernel, Stack
from .lapack import bits, routine
from .view import Buffer, View, along

SMALL = 4  # rows of matrices, up to which they are written out


class MatrixStep:
    """A step on stacks of matrices.

    operands: [(view, distance of the matrices)] as the native function reads them; made: the nodes
    that the row's own `evaluate` gives where it has to, from `sources` to `targets`.
    """

    kind = "matrices"

    def __init__(self, x, name, text, numbers, operands, calls=()):
        self.x, self.name, self.text, self.calls = x, name, text[0], calls
        self.dtype = operands[0][0].buffer.dtype
        self.needs, self.buffers = text[1], [v.buffer for v, _ in operands]
        self.numbers = [*numbers, *[routine(c, self.dtype) for c in calls]]
        for view, step in operands:
            self.numbers += [view.offset, step, *view.strides[-2:]]
        self.made, self.sources, self.targets = (), [], []
        self.weight = numbers[0] * max(numbers[1], 1) ** 2 * max(numbers[2], 1)

    def __repr__(self):
        many, n = self.numbers[:2]
        stack = "" if many == 1 else f"{many} times "
        how = f" by {', '.join(self.calls)}" if self.calls else ""
        return f"{self.name} of {stack}{n} x {n}{how}"

    def back(self, s, made):
        """Let the row's own `evaluate` do what this step cannot."""
        self.made, self.targets = made, [s.view(p) for p in made]
        for a in self.x.args:
            v = s.view(a) if type(a) is Node else None
            self.sources.append(s.view(s.copy(a)) if v is not None and v.window else v)
        self.buffers += [v.buffer for v in (*self.sources, *self.targets) if v is not None]
        return self


@cache
def text_of(write, dtype, size, calls, kinds, width, **fixed):
    """(text, needs) of a native function.

    write(k, n, columns, addresses, stacks, **fixed); size: (n, columns), None where they are
    numbers of the step; kinds: which operands hold words.
    """
    k = Kernel(dtype, width)
    many = k.number(0)
    n, columns = [k.number(i + 1) if v is None else v for i, v in enumerate(size)]
    addresses = [k.number(3 + i) for i in range(calls)]
    first = 3 + calls
    stacks = [Stack(k, j, first + 4 * j, WORD if w else None) for j, w in enumerate(kinds)]
    for t in k.each("0", many):
        for x in stacks:
            x.move(t)
        write(k, n, columns, addresses, stacks, **fixed)
    return k.text(), k.needs


def step_of(x, name, write, sizes, operands, calls=(), **fixed):
    """The step of a native function; sizes: (matrices, rows, columns)."""
    n, columns = sizes[1:]
    constant = (
        (n, columns if columns <= SMALL else None)
        if n <= SMALL
        else (None, 1 if columns == 1 else None)
    )
    kinds = tuple([v.buffer.dtype == WORD for v, _ in operands])
    dtype = operands[0][0].buffer.dtype
    text = text_of(write, dtype, constant, len(calls), kinds, bits() or 64, **fixed)
    return MatrixStep(x, name, text, sizes, operands, calls)


def even(view, lead):
    """The distance of the matrices of a view broadcast to leading axes, or None if it is uneven."""
    outside = view._replace(shape=view.shape[:-2], strides=view.strides[:-2])
    strides, step = along(outside, lead)[0], None
    for size, stride in zip(reversed([n for n in lead if n != 1]), reversed(strides)):
        if step is None:
            step = first = stride
        if stride != step:
            return None
        step *= size
    return 0 if step is None else first


def spread(s, a, shape, dtype, level):
    """A value as an array of its own with that shape and dtype."""
    x = node(stop_gradient, (a,), NO_PARAMS, Spec(shape, dtype), level)
    s.join(x, shape, x.args)
    return x


def operand(s, x, a, lead, dtype, fits=None):
    """(view, distance of the matrices) of an argument, with the leading axes of the result."""
    if type(a) is not Node:
        view = s.constant(a, dtype)
    else:
        view = s.view(a)
        if a.declared != dtype or view.window or (fits and not fits(view)):
            view = s.view(spread(s, a, a.known, dtype, x.level))
    step = even(view, lead)
    if step is None:
        shape = (*lead, *view.shape[-2:])
        view = s.view(spread(s, a, shape, dtype, x.level))
        step = even(view, lead)
    return view, step


def fresh(dtype, many, rows, columns):
    """A stack of matrices in a buffer of its own, which stand column by column."""
    buffer = Buffer(dtype, many * rows * columns)
    return View(buffer, (rows, columns), (1, rows)), rows * columns


def row_of(x):
    """The name of the row of a node."""
    return x.op.op.name if type(x.op) is Joint else x.op.name
