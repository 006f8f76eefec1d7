"""Solvers under vmap: one example after another."""

from functools import partial
from typing import Any

from ...core.errors import ShapeError
from ...core.op import TRACED
from ...core.tree import flatten, tree_map, unflatten
from ...ops.move import stack
from ..function import result
from .levels import Differs, enter, rebatch, unbatch
from .solver import ConvergenceError


def by_examples(call, trees, carried=None, view=lambda f: f, split=(), closed=False) -> Any:
    """`call(trees, view)`; where a solver meets examples that differ, once for each of them.

    view: what `call` applies to its function, which may close over examples.
    carried: the names in the result that are stacked, the others are listed; None stacks a whole
    container.  split: the levels of which `trees` hold one example already.  closed: whether the
    function is shown in one example at once, and not only when it turns out to close over them.
    """
    try:
        return call(trees, view)
    except Differs as found:
        if found.level in split:
            raise
        which = {"level": found.level, "size": found.size}
    results, split = [], (*split, which["level"])
    one = partial(in_example, view, 0, which) if closed else view
    for i in range(which["size"]):
        chosen = tree_map(lambda x, i=i: example(x, i, which) if type(x) in TRACED else x, trees)
        try:
            results.append(by_examples(call, chosen, carried, one, split, closed))
        except Differs as found:
            if found.level != which["level"] or one is not view:
                raise
            one = partial(in_example, view, i, which)
            results.append(by_examples(call, chosen, carried, one, split))
        if one is not view:
            one = partial(in_example, view, i + 1, which)
    if not results:
        raise ConvergenceError("a solver under vmap got no examples; give at least one")
    if carried is None:
        return stacked(results, which)
    columns = {key: [r[key] for r in results] for key in results[0]}
    joined = {k: together(k, v, which) if k in carried else v for k, v in columns.items()}
    return type(results[0])(joined | {"success": all(columns["success"])})


def example(x, number, which):
    """One example of a value under vmap."""
    return unbatch(result(x), **which)[number]


def in_example(view, number, which, f):
    """A function that closes over examples, as that of one of them."""
    f = view(f)

    def seen(*args):
        inside = tree_map(lambda x: enter(x, **which) if type(x) in TRACED else x, args)
        return tree_map(lambda y: example(y, number, which), f(*inside))

    return seen


class Ragged:
    """A field of a result that has no form for all examples; it says so where it is used."""

    def __init__(self, key):
        self.key = key

    def __repr__(self):
        return f"Ragged({self.key!r})"

    def refuse(self, *_):
        raise ShapeError(
            f"{self.key} of a solver's result has other sizes in each example of a vmap; ask for "
            "the same times with t_eval=, or for an event that happens equally often in all"
        )

    __getattr__ = __getitem__ = __len__ = __iter__ = refuse


def together(key, trees, which):
    """The examples of a field as one; where they have other sizes, what says so."""
    kinds = {(structure, *(x.shape for x in leaves)) for leaves, structure in map(flatten, trees)}
    return stacked(trees, which) if len(kinds) == 1 else Ragged(key)


def stacked(trees, which):
    """Containers, one for each example, as one container of values under vmap."""
    columns = zip(*[flatten(tree)[0] for tree in trees])
    values = [rebatch(stack(column), **which) for column in columns]
    return unflatten(flatten(trees[0])[1], values)
