"""Rows of linear algebra as steps: small matrices as straight code, others by LAPACK.

Equations with the same matrix, or with its transpose, share its triangular factors.  What LAPACK
cannot answer with finite numbers is left to the row's own `evaluate`, so that errors are its own.
"""

import numpy as np

from ..interpret.graph import Node
from ..interpret.vertex import Joint
from . import large_matrices as large, small_matrices as small
from .emit import LOWERED
from .kernel import WORD
from .lapack import bits
from .matrix_step import SMALL, fresh, operand, row_of, step_of
from .view import View, count, usable

SPARE = 2  # words beside the pivots: the state of the factors, and whether their sign turned
FLOATING = (np.dtype(np.float64), np.dtype(np.float32))


def write_either(k, n, columns, addresses, stacks, straight, called):
    """By the library's routines where their addresses are given, else as straight code."""
    if addresses:
        called(k, n, *addresses, *stacks)
    else:
        straight(k, n, *stacks)


def either(x, name, straight, called, sizes, operands, calls):
    """A step that is straight code for small matrices and calls the library for others."""
    calls = () if sizes[1] <= SMALL else calls
    return step_of(x, name, write_either, sizes, operands, calls, straight=straight, called=called)


# ------------------------------------------------------------ factors


class Factors:
    """Triangular factors of a stack of matrices: where they and their pivots stand."""

    def __init__(self, n, many, lu, pivots, turned=False):
        self.n, self.many, self.lu, self.pivots, self.turned = n, many, lu, pivots, turned

    def operands(self, lead_count):
        """As operands of a stack of so many matrices."""
        if self.many == lead_count:
            return [self.lu, self.pivots]
        return [(self.lu[0], 0), (self.pivots[0], 0)]


def factors_of(s, x, a, lead, dtype):
    """The factors of a matrix, computed when they are first asked for."""
    own = a.known[:-2] if type(a) is Node else np.shape(a)[:-2]
    view, step = operand(s, x, a, own if count(own) == 1 else lead, dtype)
    many, n = 1 if count(own) == 1 else count(lead), view.shape[-1]
    rows, columns = view.strides[-2:]
    key = view.buffer, view.offset, n, many, step
    for turned, strides in ((False, (rows, columns)), (True, (columns, rows))):
        found = s.factors.get((*key, strides))
        if found is not None:
            return Factors(n, many, found.lu, found.pivots, turned)
    lu = fresh(view.buffer.dtype, many, n, n)
    pivots = fresh(WORD, many, n + SPARE, 1)
    found = s.factors[*key, (rows, columns)] = Factors(n, many, lu, pivots)
    operands = [(view, step), lu, pivots]
    sizes, name = (many, n, n), "triangular factors"
    s.append(either(x, name, small.triangles, large.triangles, sizes, operands, ("getrf",)), [])
    return found


# ------------------------------------------------------------ equations


def place_solution(s, x, made, lead):
    """Solutions of equations."""
    a, b = x.args
    target = stacked(s, x)
    given = operand(s, x, b, lead, x.declared)
    n, columns = x.known[-2:]
    lower = triangle_of(a)
    if lower is not None:
        return place_triangular(s, x, lead, lower, given)
    f = factors_of(s, x, a, lead, x.declared)
    operands = [*f.operands(count(lead)), given, target]
    sizes = (count(lead), n, columns)
    if n <= SMALL:
        return step_of(x, "solutions", write_solution, sizes, operands, turned=f.turned)
    if columns > 1:
        operands.append((fresh(x.declared, 1, n, columns)[0], 0))
    return step_of(x, "solutions", write_solution, sizes, operands, ("getrs",), turned=f.turned)


def write_solution(k, n, columns, addresses, stacks, turned):
    if not addresses:
        small.substituted(k, n, columns, *stacks, turned=turned)
    else:
        room = stacks[4] if len(stacks) > 4 else stacks[3]
        letter = "T" if turned else "N"
        large.substituted(k, n, columns, addresses[0], letter, *stacks[:4], room=room)


def place_inverse(s, x, made, lead):
    """Inverses."""
    f = factors_of(s, x, x.args[0], lead, made[0].declared)
    operands = [*f.operands(count(lead)), stacked(s, x)]
    n = x.known[-1]
    calls = () if n <= SMALL else ("getrs",)
    return step_of(
        x, "inverses", write_inverse, (count(lead), n, n), operands, calls, turned=f.turned
    )


def write_inverse(k, n, columns, addresses, stacks, turned):
    if not addresses:
        lu, pivots, x = stacks
        small.substituted(k, n, n, lu, pivots, None, x, turned)
    else:  # the result stands row by row, which is the transpose
        large.inverted(k, n, addresses[0], "N" if turned else "T", *stacks)


def triangle_of(a):
    """Whether a value is a lower triangle by its structure; None where that is not known."""
    if type(a) is not Node:
        return lower_or_upper(np.asarray(a))
    if a.op.name == "factor":
        return True
    if a.op.name == "permuted" and tuple(a.params["axes"])[-2:] == (-1, -2):
        found = triangle_of(a.args[0])
        return None if found is None else not found
    if a.op.name == "choose" and type(a.args[0]) is np.ndarray and a.args[0].ndim == 2:
        mask, _, other = a.args
        if type(other) is not Node and mask.shape == a.known[-2:]:
            filled = mask | (np.broadcast_to(other, a.known) != 0).any(
                tuple(range(len(a.known) - 2))
            )
            return lower_or_upper(filled)
    return None


def lower_or_upper(a):
    """True for a lower triangle, False for an upper one, None for neither."""
    return True if not np.triu(a, 1).any() else False if not np.tril(a, -1).any() else None


def place_triangular(s, x, lead, lower, given):
    """Solutions of triangular equations."""
    a, target = x.args[0], stacked(s, x)
    n, columns = x.known[-2:]
    sizes = (count(lead), n, columns)
    if n <= SMALL:
        operands = [operand(s, x, a, lead, x.declared), given, target]
        return step_of(x, "triangular solutions", write_triangular, sizes, operands, lower=lower)
    view, step = operand(s, x, a, lead, x.declared, usable)
    turned, distance = lines(view)
    one = View(view.buffer, (1, 1), (distance, 0), 0)
    operands = [(view, step), given, target, (one, 0)]
    # where rows stand one after another, LAPACK sees the transpose
    letters = ("L" if lower else "U", "N") if turned else ("U" if lower else "L", "T")
    call = ("trsv" if columns == 1 else "trsm",)
    return step_of(
        x, "triangular solutions", write_triangular, sizes, operands, call, letters=letters
    )


def lines(view):
    """(whether columns stand one after another, distance of the lines)"""
    n = view.shape[-1]
    rows, columns = view.strides[-2:]
    return (False, max(rows, n)) if columns == 1 else (True, max(columns, n))


def write_triangular(k, n, columns, addresses, stacks, lower=None, letters=None):
    if not addresses:
        small.triangular(k, n, columns, lower, *stacks)
    else:
        large.triangular(k, n, columns, addresses[0], letters, *stacks[:3], distance=stacks[3].rows)


# ------------------------------------------------------------ determinants


def place_determinant(s, x, made, lead):
    """Determinants."""
    f = factors_of(s, x, x.args[0], lead, made[0].declared)
    operands = [*f.operands(count(lead)), numbers_of(s, x)]
    return step_of(x, "determinants", write_determinant, (count(lead), f.n, 1), operands)


def write_determinant(k, n, columns, addresses, stacks):
    large.determinants(k, n, *stacks)


def place_logarithm(s, x, made, lead):
    """Signs and logarithms of determinants."""
    f = factors_of(s, x, x.args[0], lead, made[0].declared)
    made = sorted(made, key=lambda p: p.params["index"])
    operands = [*f.operands(count(lead)), *[numbers_of(s, p) for p in made]]
    wanted = tuple([p.params["index"] for p in made])
    sizes = (count(lead), f.n, 1)
    return step_of(x, "logarithms of determinants", write_logarithm, sizes, operands, wanted=wanted)


def write_logarithm(k, n, columns, addresses, stacks, wanted):
    given = dict(zip(wanted, stacks[2:]))
    large.logarithms(k, n, *stacks[:2], sign=given.get(0), total=given.get(1))


def place_cofactor(s, x, made, lead):
    """Cofactors."""
    a, target = operand(s, x, x.args[0], lead, x.declared), stacked(s, x)
    n = x.known[-1]
    sizes = (count(lead), n, n)
    factors = []
    if n > SMALL:
        f = factors_of(s, x, x.args[0], lead, made[0].declared)
        if f.turned:
            return None
        factors = f.operands(count(lead))
    operands = [a, *factors, target]
    return either(x, "cofactors", small.cofactors, large.cofactors, sizes, operands, ("getrs",))


# ------------------------------------------------------------ Cholesky's factor


def place_cholesky(s, x, made, lead):
    """Lower factors of positive definite matrices."""
    operands = [operand(s, x, x.args[0], lead, x.declared), stacked(s, x)]
    sizes, name = (count(lead), *x.known[-2:]), "Cholesky's factors"
    return either(x, name, small.cholesky, large.cholesky, sizes, operands, ("potrf",))


def place_back(s, x, made, lead):
    """Cotangents of positive definite matrices."""
    g, y = x.args
    n, given = x.known[-1], operand(s, x, g, lead, x.declared)
    low = operand(
        s, x, y, lead, x.declared, lambda v: n <= SMALL or (usable(v) and not lines(v)[0])
    )
    operands = [given, low, stacked(s, x)]
    sizes, name = (count(lead), n, n), "cotangents through Cholesky's factors"
    if n > SMALL:
        operands.append((View(low[0].buffer, (1, 1), (lines(low[0])[1], 0), 0), 0))
    calls = "trmm", "trsm", "gemm"
    return either(x, name, small.cholesky_back, large.cholesky_back, sizes, operands, calls)


# ------------------------------------------------------------ placing

PLACES = {
    "solution": place_solution,
    "inverse": place_inverse,
    "determinant": place_determinant,
    "signed_log_determinant": place_logarithm,
    "cofactor": place_cofactor,
    "factor": place_cholesky,
    "factor_back": place_back,
}
NUMBERS = ("determinant", "signed_log_determinant")  # one result for each matrix


def stacked(s, x):
    """The matrices of a result as an operand."""
    view = s.view(x)
    return view, view.shape[-2] * view.shape[-1]


def numbers_of(s, x):
    """The numbers of a result, one for each matrix, as an operand."""
    return View(s.view(x).buffer, (1, 1), (0, 0)), 1


def matrices(s, x):
    """Place a node of one of these rows; whether it has native code here."""
    place = PLACES.get(row_of(x))
    if place is None:
        return False
    made = s.picks.get(x, []) if type(x.op) is Joint else [x]
    if not made or made[0].declared not in FLOATING or bits() is None:
        return False
    for a in x.args:
        dtype = a.declared if type(a) is Node else np.result_type(a)
        if dtype not in LOWERED or 0 in (a.known if type(a) is Node else np.shape(a)):
            return False
    found = made[0].known
    if 0 in found:
        return False
    lead = found if row_of(x) in NUMBERS else found[:-2]
    step = place(s, x, made, lead)
    if step is None:
        return False
    s.append(step.back(s, made), [x, *made] if made[0] is not x else [x])
    return True
