"""What one name of NumPy or SciPy does in every mode of differentiation, found by calling it.

A mark is "yes", "some" (of the calls) or "no"; of native code "native", "call-back" or "no".
"""

import re
import warnings
from typing import Any, NamedTuple

import numpy as np

import autodiff as ad
from autodiff.compile.jit import jit
from autodiff.core.errors import UnknownShapeError
from autodiff.core.op import TRACED
from autodiff.testing.judge import difference

NEAR = 1e-5  # of the largest number: what differences leave
SAME = 1e-9
REACH = 1e-4  # how far differences step: short of the next kink of the examples
MODES = ("forward", "reverse", "batch", "graph", "native")
DERIVED, CONSTANT, REFUSED, PLAIN = "differentiable", "constant", "refused", "plain"


class Call(NamedTuple):
    """f: a function of one array that calls the name; x: the array.

    argument: which one is differentiated, where each has a call of its own.
    """

    f: Any
    x: Any
    argument: str = ""


class Otherwise(AssertionError):
    """A mode gave something else than NumPy, or than differences: the message says what."""


def listed(y):
    """Every array of an output."""
    return [p for part in y for p in listed(part)] if isinstance(y, (tuple, list)) else [y]


def agree(found, expected, tolerance):
    """Raise unless two outputs are the same up to a part of their largest number."""
    for a, b in zip(listed(found), listed(expected), strict=True):
        if not isinstance(b, (np.ndarray, np.generic, int, float, complex)):
            if a != b:
                raise Otherwise("gives something else than NumPy")
            continue
        a, b = np.asarray(a), np.asarray(b)
        scale = np.abs(b[np.isfinite(b)]).max(initial=1) if b.dtype.kind in "fc" else 0
        if a.shape != b.shape:
            raise Otherwise("gives another shape than NumPy")
        if not np.allclose(a, b, tolerance, tolerance * scale, True):
            raise Otherwise("gives other numbers")


def direction(x):
    """A direction for every element; none where it is not a number."""
    t = 0.3 + 0.7 * np.abs(np.cos(np.arange(1.0, x.size + 1))).reshape(x.shape)
    if x.dtype.kind == "c":
        t = t * np.exp(1j * np.arange(x.size)).reshape(x.shape)
    return np.where(np.isnan(x), 0, t)


def slope(f, x, t):
    return [d / REACH for d in difference(f, [x], [REACH * t])]


def scalar(f, like):
    """The weighed sum of the outputs of `f`, whose shapes are those of `like`."""
    found = [np.asarray(p) for p in listed(like)]
    weights = [np.cos(np.arange(1.0, p.size + 1)).reshape(p.shape) for p in found]

    def total(x):
        parts = [np.real(p * w).sum() for p, w in zip(listed(f(x)), weights, strict=True)]
        return sum(parts[1:], parts[0])

    return total


# ------------------------------------------------------------------- of what has a derivative


def forward(f, x):
    t = direction(x)
    y, dy = ad.jvp(f, (x,), (t,))
    agree(y, f(x), SAME)
    agree(listed(dy), slope(lambda z: tuple(listed(f(z))), x, t), NEAR)


def reverse(f, x):
    t = direction(x)
    total = scalar(f, f(x))
    found = np.where(np.isnan(x), 0, ad.grad(total)(x))
    agree(np.vdot(found, t).real, slope(total, x, t)[0], NEAR)


def batch(f, x):
    total = scalar(f, f(x))
    rows = np.stack([x, x + 1e-3 * direction(x)])
    for function in (f, ad.grad(total)):
        expected = [listed(function(row)) for row in rows]
        agree(listed(ad.vmap(function)(rows)), [np.stack(p) for p in zip(*expected)], SAME)


def graph(f, x):
    total = scalar(f, f(x))
    variable = ad.Variable("x", shape=x.shape, dtype=x.dtype)
    nodes, sum_node = listed(f(variable)), total(variable)
    *values, gradient = ad.Executor([*nodes, *ad.gradients(sum_node, [variable])]).run(
        {variable: x}
    )
    agree(values, listed(f(x)), SAME)
    agree(gradient, ad.grad(total)(x), SAME)


def native(f, x):
    """Native code of the value and of the gradient, or the weaker of the two."""
    found = {compiled(f, x), compiled(ad.grad(scalar(f, f(x))), x)}
    return next(mark for mark in ("no", "call-back", "native") if mark in found)


def compiled(f, x):
    fast = jit(lambda z: f(z))
    agree(fast(x), f(x), SAME)
    if not fast.programs:
        return "no"
    return "call-back" if fast.report.calls else "native"


# ------------------------------------------------------------------- of what has none


def plain(y):
    """The numbers of a value that is being differentiated; anything else as it is."""
    if isinstance(y, (tuple, list)):
        return type(y)([plain(p) for p in y]) if type(y) in (tuple, list) else tuple(map(plain, y))
    if type(y) not in TRACED:
        return y
    return plain(y.value) if hasattr(y, "value") else y.detach().numpy()


def seen(f, x, derive):
    """What `f` gave inside a transform, with the numbers of what it gave."""
    found = []
    derive(lambda z: (found.append(f(z)), z)[1], x)
    agree(plain(found[0]), f(x), SAME)


def constant_forward(f, x):
    seen(f, x, lambda g, z: ad.jvp(g, (z,), (z,)))


def constant_reverse(f, x):
    seen(f, x, lambda g, z: ad.vjp(g, z))


def constant_batch(f, x):
    kept = []

    def each(z):
        y = f(z)
        parts = [p for p in listed(y) if type(p) in TRACED]
        kept.append([p for p in listed(y) if type(p) not in TRACED])
        return parts or z

    found = ad.vmap(each)(np.stack([x, x]))
    expected = listed(f(x))
    if len(kept[0]) == len(expected):
        agree(kept[0], expected, SAME)
    else:
        agree(listed(found), [np.stack([p, p]) for p in expected], SAME)


def constant_graph(f, x):
    variable = ad.Variable("x", shape=x.shape, dtype=x.dtype)
    nodes = listed(f(variable))
    asked = [p for p in nodes if type(p) in TRACED]
    values = iter(ad.Executor([*asked, variable]).run({variable: x}))
    agree([next(values) if type(p) in TRACED else p for p in nodes], listed(f(x)), SAME)


WAYS = {
    DERIVED: (forward, reverse, batch, graph, native),
    CONSTANT: (constant_forward, constant_reverse, constant_batch, constant_graph, compiled),
}


# ------------------------------------------------------------------- marks


def tried(way, call):
    """("yes", ""), ("native", "") and so on, or ("no", the sentence that said why)."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return way(call.f, call.x) or "yes", ""
        except Exception as error:  # noqa: BLE001 whatever goes wrong, the mode does not work
            return "no", said(error)


def said(error):
    """The sentence of an error of ours; of others their names."""
    text = re.sub(r"\s+", " ", str(error))
    if "depends on numbers" in text or isinstance(error, UnknownShapeError):
        return "its shape depends on numbers"
    return text if isinstance(error, (ad.AutodiffError, Otherwise)) else type(error).__name__


def marks(kind, calls):
    """{kind, a mark for each mode, notes} of a name that is called in some ways."""
    results = {mode: [tried(way, c) for c in calls] for mode, way in zip(MODES, WAYS[kind])}
    if kind == DERIVED:
        refused = [i for i, (mark, why) in enumerate(results["forward"]) if is_refusal(mark, why)]
        if len(refused) == len(calls):
            return {"kind": REFUSED, "note": results["forward"][0][1]}
        notes = [f"no derivative in `{calls[i].argument}`" for i in refused if calls[i].argument]
        left = [i for i in range(len(calls)) if i not in refused]
        results = {mode: [found[i] for i in left] for mode, found in results.items()}
    else:
        notes = []
    row = {"kind": kind, **{mode: together([m for m, _ in results[mode]]) for mode in MODES}}
    for mode in MODES:
        notes += [f"{mode}: {why}" for mark, why in results[mode] if mark == "no" and why]
    return {**row, **({"note": "; ".join(dict.fromkeys(notes))} if notes else {})}


def is_refusal(mark, why):
    return mark == "no" and "has no derivative" in why


def together(found):
    """One mark for all calls of a name."""
    several = set(found)
    if "no" in several and len(several) > 1:
        return "some"
    return "call-back" if "call-back" in several else found[0]
