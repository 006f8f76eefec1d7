"""What a derivative costs: operators, operations and memory, counted while the rows are run."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core.errors import RuleError
from ..core.family import Contraction, Movement, Reduction
from ..core.op import new_level
from ..core.spec import carries_derivative
from ..core.tree import flatten, unflatten
from ..interpret.inner import Inner
from ..interpret.methods import Methods
from ..interpret.tape import new_tensor
from ..ops import arithmetic, cholesky_blocks, choose, cofactors, complex, linalg, reduce, scan
from ..ops.arithmetic import add, positive
from ..ops.index import scattered
from .forward import jvp
from .function import as_inputs, result
from .jacobian import basis
from .reverse import vjp
from .vectorize import vmap


class Tally:
    """What was counted so far; `alive` and `peak` are bytes [B] of values."""

    def __init__(self):
        self.operators = self.operations = self.alive = self.peak = 0
        self.products = {}  # (contraction, shapes, params) -> its operations


class Counted(Inner, Methods):
    """A value whose operators are counted.

    source: what it is a view of.
    support: where it is not zero by construction; None: everywhere.
    """

    __slots__ = ("value", "level", "tally", "bytes", "source", "support")
    value: Any
    level: int
    tally: Tally
    bytes: int
    source: Any
    support: Any

    def interpret(self, op, level, args, params):
        mine = [type(a) is Counted and a.level == level for a in args]
        values = [a.value if m else a for a, m in zip(args, mine)]
        out = op(*values, **params)
        several = out if type(out) is tuple else (out,)
        support = None
        if op is scattered:
            support, operations = written(values, params)
        elif op is add:
            support, operations = added(args, several[0])
        elif op in COUNTS:
            operations = COUNTS[op](*values)
        elif op.name in FACTORIZATIONS:
            operations = FACTORIZATIONS[op.name](*map(np.shape, values))
        else:
            operations = by_family(op, values, params, several[0], self.tally)
        self.tally.operators += 1
        self.tally.operations += int(operations)
        source = args[0] if op.view else None
        made = [counted(y, level, self.tally, source, support) for y in several]
        return tuple(made) if type(out) is tuple else made[0]

    def lifted(self, value):
        """`value`, counted as this one is."""
        return counted(value, self.level, self.tally)

    def __del__(self):
        self.tally.alive -= self.bytes

    def __repr__(self):
        return f"Counted(level={self.level}, value={self.value!r})"


def counted(value, level, tally, source=None, support=None):
    """A value whose operators are counted; a view has no memory of its own."""
    new = Counted()
    new.value, new.level, new.tally, new.support = value, level, tally, support
    new.source = source if is_view(value, source) else None
    new.bytes = 0 if new.source is not None else size_of(value) * value.dtype.itemsize
    tally.alive += new.bytes
    tally.peak = max(tally.peak, tally.alive)
    return new


def is_view(value, source):
    """Whether a value is memory of the one that it was taken from."""
    arrays = type(source) is Counted and type(value) is np.ndarray is type(source.value)
    return arrays and np.may_share_memory(value, source.value)


def size_of(x):
    """The number of elements, of a number too."""
    return int(np.prod(np.shape(x), dtype=int))


# ------------------------------------------------------- operations of one application


def by_family(op, values, params, out, tally):
    """What a row's family says it computes; moves and comparisons compute nothing."""
    if isinstance(op, Movement) or not carries_derivative(out.dtype):
        return 0
    if isinstance(op, Reduction):
        return size_of(values[0])
    if isinstance(op, Contraction):
        key = (op, *map(np.shape, values), *params.items())
        if key not in tally.products:
            # of ones, the result adds up to the number of products, each of len(values) factors
            ones = [np.ones(np.shape(x)) for x in values]
            tally.products[key] = len(values) * np.sum(op.evaluate(*ones, **params))
        return tally.products[key]
    return size_of(out)


def written(values, params):
    """(where the transpose of indexing writes, its additions): one for each repeated element."""
    ones = np.ones(np.shape(values[0]), bool)
    support = scattered.evaluate(ones, *values[1:], **params)
    return support, ones.size - support.sum()


def added(args, out):
    """(where a sum may differ from zero, its additions): beside a zero nothing is added."""
    known: list[Any] = [s for s in (getattr(a, "support", None) for a in args) if s is not None]
    if not known:
        return None, size_of(out)
    if len(known) == 1:
        return None, np.broadcast_to(known[0], out.shape).sum()
    return known[0] | known[1], (known[0] & known[1]).sum()


def cubic(factor):
    """Operations of a matrix algorithm: `factor` n³ for each matrix of shape (n, n)."""
    return lambda a, *_: factor * size_of(a) * np.shape(a)[-1]


def count_of(a):
    """The number of matrices in a stack."""
    return int(np.prod(np.shape(a)[:-2], dtype=int))


def each(factor):
    """Operations of a reduction: `factor` for each element it takes in."""
    return lambda x, *_: factor * size_of(x)


def nothing(*_):
    return 0


# What no family tells.  A sign is turned without arithmetic, IEEE 754-2019 section 5.5.1.
# Reductions: the differences, exponentials, squares and sums of their definitions.
# Matrix algorithms: Golub and Van Loan 2013, chapters 3, 4, 5, 7 and 8.
COUNTS = {
    arithmetic.negative: nothing,
    reduce.variance: each(4), reduce.deviated: each(4), reduce.log_sum_exp: each(3),
    reduce.length: each(2),
    choose.choose: nothing, choose.stop_gradient: nothing, choose.ones_like: nothing,
    choose.zeros_like: nothing, positive: nothing, complex.convert: nothing,
    complex.real_part: nothing, complex.imaginary_part: nothing, complex.conjugate: nothing,
    scan.accumulated: size_of,
    linalg.factor: lambda a: count_of(a) * cholesky_blocks.forward_operations(np.shape(a)[-1]),
    linalg.determinant: cubic(2 / 3),
    linalg.signed_log_determinant: cubic(2 / 3), linalg.inverse: cubic(2),
    cofactors.cofactor: lambda a: cubic(8 / 3 if cofactors.clear_inverse(a) is not None else 24)(a),
    linalg.factor_back: lambda g, l: count_of(l) * cholesky_blocks.operations(np.shape(l)[-1]),
    linalg.solution: lambda a, b: cubic(2 / 3)(a) + 2 * size_of(b) * np.shape(a)[-1],
}  # fmt: skip


def of_matrices(operations):
    """Operations of a matrix algorithm, by the longer and the shorter side, for a stack of them."""

    def counted_operations(shape, *_):
        m, n = max(shape[-2:]), min(shape[-2:])
        return int(np.prod(shape[:-2], dtype=int)) * operations(m, n)

    return counted_operations


# By name: these rows are in the table only when their modules were asked for.
FACTORIZATIONS = {
    "orthogonal": of_matrices(lambda m, n: 4 * n * n * (m - n / 3)),  # R and the factor Q
    "singular": of_matrices(lambda m, n: 6 * m * n * n + 20 * n**3),  # U, s and V of a thin one
    "spectrum": of_matrices(lambda m, n: 9 * n**3),  # eigenvalues and eigenvectors, symmetric
    "spectral": of_matrices(lambda m, n: 25 * n**3),  # the same of any matrix
    "pseudoinverse": of_matrices(lambda m, n: 8 * m * n * n + 20 * n**3),
    "shares": lambda shape: 3 * int(np.prod(shape, dtype=int)),
    "log_shares": lambda shape: 3 * int(np.prod(shape, dtype=int)),
}

# --------------------------------------------------------------------------- the counts


@dataclass(frozen=True)
class Count:
    """What one run took.

    operators: rows applied.  operations: floating-point operations.
    kept: memory of values that are still held when the run ends, before a sweep begins [B].
    peak: the most memory of values that was held at one time [B].
    """

    operators: int
    operations: int
    kept: int
    peak: int


@dataclass(frozen=True)
class Cost:
    """The counts of a function and of its derivatives, printed as a table.

    forward: one pushforward; None where an operator has no jvp rule.
    reverse: one pullback; both with the run of the function that they need.
    """

    primal: Count
    forward: Count | None
    reverse: Count

    @property
    def ratio(self):
        """Operations of reverse mode over those of the function."""
        return self.reverse.operations / max(self.primal.operations, 1)

    def __str__(self):
        lines = [f"{'':8}{'operators':>12}{'operations':>14}{'kept [B]':>14}{'peak [B]':>14}"]
        for name in ("primal", "forward", "reverse"):
            c = getattr(self, name)
            cells = ("—",) * 4 if c is None else (c.operators, c.operations, c.kept, c.peak)
            lines.append(
                f"{name:8}" + "".join(f"{x:>{w}}" for x, w in zip(cells, (12, 14, 14, 14)))
            )
        return "\n".join([*lines, f"operations of reverse over primal: {self.ratio:.2f}"])


def cost(f, *args):
    """What `f` and its derivatives cost at `args`: operators, operations and memory.

    args: numbers, arrays or containers; integers are taken as constants.  Python's control flow is
    free, and what depends on constants alone is not counted.
    One operation is counted for each element that an elementwise operator computes and that a
    sum or a product takes in, and for each product and each sum of a contraction; comparisons,
    choices, changes of sign and moves of elements count as operators alone.  The cotangent of an
    element goes into the array of its neighbours without being added to zero, as in the sweep.

    Griewank and Walther bound the cost of a gradient by 3 to 4 times that of the function, for any
    number of inputs, and that of a pushforward by 2 to 5/2 times, with a weight for each operation.
    Source: Evaluating Derivatives, 2nd edition 2008, chapter 4, doi:10.1137/1.9780898717761.

    Raises ArgumentError for what is no array, and whatever `f` and its derivatives raise.

    >>> found = cost(lambda x, y: log(x) + x * y - sin(y), 2.0, 5.0)
    >>> found.primal.operations, found.forward.operations, found.reverse.operations, found.ratio
    (5, 13, 12, 2.4)
    """
    function, chosen = of_floats(f, args)
    primal = counts(run_primal, function, chosen)
    try:
        forward = counts(run_forward, function, chosen)
    except RuleError:
        forward = None
    return Cost(primal, forward, counts(run_reverse, function, chosen))


def count(f, *args):
    """The counts of one run of `f`, as in `cost`.

    >>> count(lambda x: x @ x, np.ones(10)).operations
    20
    """
    return counts(run_primal, *of_floats(f, args))


def count_jacobian(f, *args):
    """The counts of the whole Jacobian with one run of `f`: (in forward mode, in reverse mode).

    >>> forward, reverse = count_jacobian(lambda x: x @ x, np.ones(10))
    >>> forward.operations, reverse.operations
    (430, 50)
    """
    function, chosen = of_floats(f, args)
    return counts(push_all, function, chosen), counts(pull_all, function, chosen)


def of_floats(f, args):
    """(`f` as a function of the leaves that carry derivatives, these leaves)"""
    leaves, structure, _ = as_inputs("cost", args)
    places = [i for i, x in enumerate(leaves) if carries_derivative(x.dtype)]

    def function(*inputs):
        full = list(leaves)
        for i, x in zip(places, inputs):
            full[i] = x
        return f(*unflatten(structure, full))

    return function, [leaves[i] for i in places]


def counts(run, function, arrays):
    """The counts of one run on these arrays."""
    tally, level = Tally(), new_level()
    inputs = [counted(x, level, tally) for x in arrays]
    given = tally.alive
    kept = run(function, inputs, tally)
    return Count(tally.operators, tally.operations, kept - given, tally.peak - given)


def run_primal(function, inputs, tally):
    """Run the function on constants of a transform; the memory held at its end [B]."""
    level = new_level()
    outputs = function(*[new_tensor(x, None, level) for x in inputs])
    return held(outputs, tally)


def run_forward(function, inputs, tally):
    """Push ones forward; the memory held at the end [B]."""
    outputs = jvp(function, tuple(inputs), tuple(ones_like(x) for x in inputs))
    return held(outputs, tally)


def run_reverse(function, inputs, tally):
    """Pull ones back; the memory held before the sweep [B]."""
    outputs, pullback = vjp(function, *inputs)
    kept = held((outputs, pullback), tally)
    leaves, structure = flatten(outputs)
    pullback(unflatten(structure, [ones_like(result(y)) for y in leaves]))
    return kept


def held(_, tally):
    """The memory of values that are alive while the first argument is [B]."""
    return tally.alive


def ones_like(x):
    """Ones of the shape and dtype of a value, counted as it is."""
    ones = np.ones(x.shape, x.dtype)
    return counted(ones, x.level, x.tally) if type(x) is Counted else ones


def push_all(function, inputs, tally):
    """Push every unit vector forward, all at once; the memory held at the end [B]."""
    stacks = [counted(s, x.level, tally) for s, x in zip(basis(inputs)[0], inputs)]
    pushed = vmap(lambda *ts: jvp(function, tuple(inputs), ts)[1])(*stacks)
    return held(pushed, tally)


def pull_all(function, inputs, tally):
    """Pull every unit vector back, all at once; the memory held before the sweep [B]."""
    outputs, pullback = vjp(function, *inputs)
    kept = held((outputs, pullback), tally)
    leaves, structure = flatten(outputs)
    if all(x.shape == () for x in leaves):
        stacks = [ones_like(x) for x in leaves]
        pullback(unflatten(structure, stacks))
        return kept
    stacks = [counted(s, inputs[0].level, tally) for s in basis(leaves)[0]]
    vmap(lambda *gs: pullback(unflatten(structure, list(gs))))(*stacks)
    return kept
