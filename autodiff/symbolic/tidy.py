"""Smaller graphs of the same value: constants, neutral elements, common subexpressions, trees."""

from typing import Any

import numpy as np

from ..core.errors import ArgumentError
from ..core.spec import Spec
from ..interpret.graph import Composite, Node, node, placeholder, upstream
from ..interpret.vertex import Joint, pick
from ..ops import arithmetic, choose, complex, move, reduce

LARGEST = 64  # elements of a constant that is looked into


def is_constant(x, value):
    """Whether an argument is a constant all of whose elements are `value`."""
    return type(x) is not Node and np.size(x) <= LARGEST and bool(np.all(np.asarray(x) == value))


def shaped(x, like):
    """`x` in the place of a node, if it has its shape and dtype; else None."""
    if type(x) is not Node:
        return np.broadcast_to(x, like.known) if like.known is not None else None
    return x if (x.known, x.declared) == (like.known, like.declared) else None


def zeros(like):
    """A constant zero in the place of a node."""
    return None if like.known is None else np.zeros(like.known, like.declared or float)


def ones(like):
    """A constant one in the place of a node."""
    return None if like.known is None else np.ones(like.known, like.declared or float)


def simpler_sum(here, x, y):
    if is_constant(x, 0):  # 0 + y -> y
        return shaped(y, here)
    return shaped(x, here) if is_constant(y, 0) else None


def simpler_difference(here, x, y):
    return shaped(x, here) if is_constant(y, 0) else None


def simpler_product(here, x, y):
    if is_constant(x, 0) or is_constant(y, 0):
        return zeros(here)
    if is_constant(x, 1):  # 1 y -> y
        return shaped(y, here)
    return shaped(x, here) if is_constant(y, 1) else None


def simpler_quotient(here, x, y):
    if is_constant(x, 0):
        return zeros(here)
    return shaped(x, here) if is_constant(y, 1) else None


def simpler_power(here, x, y):
    if is_constant(y, 0):
        return ones(here)
    return shaped(x, here) if is_constant(y, 1) else None


def simpler_negative(here, x):
    twice = type(x) is Node and x.op is arithmetic.negative
    return shaped(x.args[0], here) if twice else None


def same(here, x, **_):
    return shaped(x, here)


def simpler_choice(here, c, x, y):
    if x is y or is_constant(c, True):
        return shaped(x, here)
    return shaped(y, here) if is_constant(c, False) else None


# What an application with constants or of itself comes to; None: nothing simpler.
SIMPLER = {
    arithmetic.add: simpler_sum, arithmetic.subtract: simpler_difference,
    arithmetic.multiply: simpler_product, arithmetic.divide: simpler_quotient,
    arithmetic.power: simpler_power, arithmetic.negative: simpler_negative,
    arithmetic.positive: same, complex.convert: same, move.reshaped: same, move.expanded: same,
    reduce.summed: same, reduce.reduced_mean: same, choose.choose: simpler_choice,
    choose.ones_like: lambda here, x: ones(here), choose.zeros_like: lambda here, x: zeros(here),
}  # fmt: skip
SYMMETRIC = (arithmetic.add, arithmetic.multiply)


def key_of(op, args, params):
    """What two nodes of the same value have in common."""
    parts = [id(a) if type(a) is Node else constant_key(a) for a in args]
    row = op.op if type(op) is Joint else op
    return row, frozenset(parts) if row in SYMMETRIC else tuple(parts), tuple(params.items())


def constant_key(x):
    """A constant as a key; a large array is equal to itself alone."""
    array = np.asarray(x)
    content = array.tobytes() if array.size <= LARGEST else id(x)
    return "constant", array.shape, array.dtype.str, content


def folded(op, args, params):
    """The value of an operator on constants alone; None where there is none."""
    if type(op) in (Joint, Composite) or op is pick or any(type(a) is Node for a in args):
        return None
    with np.errstate(all="ignore"):
        return np.asarray(op.evaluate(*args, **params))


def tidied(roots):
    """The same values from fewer nodes.

    Equal applications are merged, operators on constants evaluated, and neutral elements left out;
    a product with zero is zero, also where the other factor might be infinite.

    >>> x = ad.Variable(name="x", shape=(), dtype=float)
    >>> tidied([1.0 * (x * 2 + 0.0)])
    [<Node (x * 2): multiply, shape ()>]
    """
    new, seen = {}, {}
    for x in upstream([y for y in roots if type(y) is Node]):
        if x.op is placeholder:
            new[x] = x
            continue
        args = tuple(new[a] if type(a) is Node else a for a in x.args)
        found = folded(x.op, args, x.params)
        if found is None and x.op in SIMPLER:
            found = SIMPLER[x.op](x, *args, **x.params)
        if found is None:
            key = key_of(x.op, args, x.params)
            found = seen.get(key)
            if found is None:
                found = seen[key] = renewed(x, args)
        new[x] = found
    return [new[y] if type(y) is Node else y for y in roots]


def renewed(x, args):
    """A node like `x` on other arguments."""
    made = node(x.op, args, x.params, Spec(x.known, x.declared), x.level)
    made.given = x.given
    return made


def operators(roots):
    """The nodes that compute something, arguments first."""
    return [x for x in upstream(roots) if x.op is not placeholder and x.op is not pick]


def tree_sizes(roots):
    """{node: operators of its formula when every subexpression is written out}."""
    sizes = {}
    for x in upstream(roots):
        own = x.op is not placeholder and x.op is not pick
        sizes[x] = own + sum(sizes[a] for a in x.inputs)
    return sizes


def unfolded(roots, most):
    """The formulas written out: every use of a subexpression is a copy of it.

    Raises ArgumentError beyond `most` operators.
    """
    sizes = tree_sizes([y for y in roots if type(y) is Node])
    total = sum(sizes.get(y, 0) for y in roots if type(y) is Node)
    if total > most:
        raise ArgumentError(
            f"the formula without sharing has {total} operators, more than {most}; keep common "
            "subexpressions shared, or give a larger most="
        )
    made: dict[tuple[int, ...], Any] = {}
    stack: list[Any] = [((i,), y, False) for i, y in enumerate(roots) if type(y) is Node]
    while stack:  # a use is known by its path from the root
        path, x, done = stack.pop()
        inner = [((*path, k), a) for k, a in enumerate(x.args) if type(a) is Node]
        if x.op is placeholder:
            made[path] = x
        elif not done:
            stack.append((path, x, True))
            stack.extend((p, a, False) for p, a in inner)
        else:
            copies = {p[-1]: made.pop(p) for p, _ in inner}
            made[path] = renewed(x, tuple(copies.get(k, a) for k, a in enumerate(x.args)))
    return [made.get((i,), y) for i, y in enumerate(roots)]
