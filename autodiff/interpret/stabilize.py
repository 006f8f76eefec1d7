"""Formulas that overflow or cancel, rewritten into stable rows before they are differentiated."""

from typing import Any, NamedTuple

import numpy as np

from ..core.spec import Spec
from .graph import Node, formula, needed, node
from .ratios import IDENTITIES


class Rewrite(NamedTuple):
    """One formula that was replaced: what it was, what it is, and why."""

    before: str
    after: str
    reason: str


class Step(NamedTuple):
    """An identity at work: a node as it was given, the node before and after, the identity."""

    given: Any
    before: Any
    after: Any
    identity: Any


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
    new, steps = stable_forms([y for y in outputs if type(y) is Node], keep)
    done = [Rewrite(formula(s.before), formula(s.after), s.identity.reason) for s in steps]
    return [new[y] if type(y) is Node else y for y in outputs], done


def stable_forms(nodes, keep=()):
    """({node: its stable form}, steps): for all that the nodes are computed from."""
    new: dict[Any, Any] = {x: x for x in keep}
    seen: dict[Any, Any] = {}  # the same formula twice is one node, which the identities compare
    steps: list[Step] = []
    for x in needed(nodes, new):
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
        new[x] = seen[key] = improved(y, x, steps)
    return new, steps


def improved(x, given, steps):
    """A node after every identity that applies, one after another."""
    for _ in range(8):
        for identity in IDENTITIES.get(x.op.name, ()):
            found = identity.replace(x)
            if type(found) is Node and (found.known, found.declared) == (x.known, x.declared):
                steps.append(Step(given, x, found, identity))
                x = found
                break
        else:
            return x
    return x
