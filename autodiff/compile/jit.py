"""`jit`: functions of arrays as native code."""

import re
from functools import partial
from importlib import import_module
from typing import Any

from ..core.errors import ArgumentError
from .behind import Behind

OPTIONS = "static_argnums static_argnames stabilize budget background debug donate".split()
JITTED = f"{__package__}.jitted"  # the compiler, which is imported when something is compiled


def jit(
    f=None,
    static_argnums=(),
    static_argnames=(),
    stabilize=True,
    budget=None,
    background=False,
    debug=False,
    donate=(),
) -> Any:
    """`f` compiled to native code, when it is first called with arguments of new shapes.

    f: a function of arrays, numbers and containers of them; also one made by `grad`, `vmap` and
    other transforms; left out, what comes back decorates one: `@jit(budget="1s")`.
    Python's `if`, `while`, `float` and `int` on values work: the other ways through the function
    are compiled when they are met.
    static_argnums, static_argnames: arguments that are no arrays; for each value of them the
    function is compiled anew.  So it is for every integer, truth value and text.
    stabilize: rewrite formulas that overflow or cancel into stable ones before differentiating.
    budget: how long a call waits for the compiler, in seconds or as "500ms"; a call that waited
    so long runs as it is, and later ones natively once the code is there.
    background: no call waits: the function runs as it is, while another thread traces it with
    copies of the arguments and compiles it, until the code is there.
    debug: run the same graph node by node in Python, each call anew.  A debugger shows a line for
    each node; `breakpoint()` in `f`, and breakpoints on its lines, stop where their nodes run.
    donate: numbers or names of arguments whose memory the results may take; a donated array is
    marked read-only, holds other numbers after the call, and is not to be used again.

    The result can be asked for `graph`, `llvm`, `assembly`, `source` and `report` of what was
    compiled last, and to `warmup` for arguments to come; it pickles where `f` does.

    What cannot be compiled runs as it is, with one warning that says why.

    >>> float(jit(lambda x: (x * x).sum())(np.arange(3.0)))
    5.0
    """
    wait = 0.0 if background else seconds_of(budget)
    options = static_argnums, static_argnames, stabilize, wait, background, debug, donate
    if f is None:
        return partial(jit, **dict(zip(OPTIONS, options, strict=True)))
    if background and not debug and callable(f):
        return Behind(f, options)
    return import_module(JITTED).Jitted(f, *options)


def seconds_of(budget):
    """A time span as a number of seconds: 1, 0.5, "1s", "500ms", "2 min"."""
    if budget is None or isinstance(budget, (int, float)):
        return budget
    match = re.fullmatch(r"\s*([\d.]+)\s*(ms|s|min)\s*", str(budget))
    if match is None:
        raise ArgumentError(
            f'jit: budget={budget!r}; give seconds, or text such as "1s" or "500ms"'
        )
    return float(match[1]) * {"ms": 1e-3, "s": 1.0, "min": 60.0}[match[2]]
