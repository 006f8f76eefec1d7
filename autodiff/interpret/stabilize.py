"""Formulas that overflow or cancel, rewritten into stable rows before they are differentiated."""

from typing import Any, NamedTuple

import numpy as np

from ..core.spec import Spec
from .graph import Node, formula, needed, node
from .identities import IDENTITIES


class Rewrite(NamedTuple):
    """One formula that was replaced: what it was, what it is, and why."""

    before: str
    after: str
    reason: str


def key_of(a):
    """What tells arguments apart."""
    if type(a) is Node or type(a) is np.ndarray:
        return id(a)
    if isinstance(a, (float, np.floating)):
        return type(a), float(a).hex()
    return type(a), a if hasattr(a, "__hash__") and a.__hash__ else id(a)


def rewritten(outputs, keep=()):
    """(outputs, rewrites): nodes with their formulas made stable, and the list of what was done.

    keep: nodes that stay as they are, with what they are computed from.
    """
    new: dict[Any, Any] = {x: x for x in keep}
    seen: dict[Any, Any] = {}  # the same formula twice is one node, which the identities compare
    done: list[Rewrite] = []
    for x in needed([y for y in outputs if type(y) is Node], new):
        if x in new:
            continue
        args = tuple([new.get(a, a) if type(a) is Node else a for a in x.args])
        key = (id(x.op), *map(key_of, args), *sorted(x.params.items())) if args else x
        if key in seen:
            new[x] = seen[key]
            continue
        if any([a is not b for a, b in zip(args, x.args)]):
            y = node(x.op, args, x.params, Spec(x.known, x.declared), x.level)
            y.given = x.given
        else:
            y = x
        new[x] = seen[key] = improved(y, done)
    return [new[y] if type(y) is Node else y for y in outputs], done


def improved(x, done):
    """A node after every identity that applies, one after another."""
    for _ in range(8):
        for identity in IDENTITIES.get(x.op.name, ()):
            found = identity.replace(x)
            if type(found) is Node and (found.known, found.declared) == (x.known, x.declared):
                done.append(Rewrite(formula(x), formula(found), identity.reason))
                x = found
                break
        else:
            return x
    return x
