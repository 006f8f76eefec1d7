"""Finding NaN: `debug_nans` names the operator that made the first, `explain_nan` its way."""

from typing import Any

import numpy as np

from ..core.errors import NonFiniteError
from ..core.tree import flatten
from ..interpret.inplace import ON_CHANGE
from ..interpret.nans import WATCH, WATCHES, Watch, deliver, finite, said, watching
from ..interpret.strict import STRICT
from ..interpret.vertex import LIMITS, UNRECORDED, Watched
from .advice import advice
from .forward import jvp
from .function import Transformed, as_inputs, result
from .reverse import vjp

WATCHED_LEVEL = -1  # no transform has it: it only leads hot paths to the place that watches


class Watching:
    """A context manager that watches every operator of this thread."""

    def __init__(self):
        self.watches, self.tokens = [], []

    def __enter__(self):
        watch = Watch()
        self.watches.append(watch)
        self.tokens.append((WATCH.set(watch), UNRECORDED.set(Watched(UNRECORDED.get()))))
        WATCHES.append(watch)
        LIMITS.append(watch)
        ON_CHANGE.append(changed)
        STRICT.add(WATCHED_LEVEL)
        return watch

    def __exit__(self, kind, error, trace):
        watch = self.watches.pop()
        before, recording = self.tokens.pop()
        WATCH.reset(before)
        UNRECORDED.reset(recording)
        WATCHES.remove(watch)
        LIMITS.remove(watch)
        ON_CHANGE.remove(changed)
        if not WATCHES:
            STRICT.discard(WATCHED_LEVEL)
        if kind is None:
            self.ended(watch)

    def ended(self, watch):
        """What is done with what the watch has seen."""


def changed(array):
    """Show the watch of this thread an array that was changed in place."""
    watch = watching()
    if watch is not None:
        watch.changed(array)


class debug_nans(Watching):
    """Raise where a NaN or an infinity reaches a result, and name the operator that made it.

    Results are what transforms and executors return, what `backward` finds, the numbers taken out
    of tensors, and tensors that nothing has read when the block ends.  A value on the way, which a
    stable formula or a choice takes out again, is not reported.  Without the block nothing is
    watched and nothing costs.

    Raises NonFiniteError, a FloatingPointError, with the first operator that made a value, a
    tangent or a cotangent that is not finite, its inputs, and the line that called it.

    >>> with debug_nans():
    ...     grad(lambda x: sqrt(x * 2.0))(0.0)
    Traceback (most recent call last):
    ...
    autodiff.core.errors.NonFiniteError: sqrt(x) at ... made a non-finite cotangent, inf, from ...
    """

    def ended(self, watch):
        watch.left()


class NanReport:
    """The way of the first value that is not finite; `str(report)` is the text.

    event: the operator that made it, or None if everything is finite; path: its events from there
    to the result; advice: stable spellings.
    """

    def __init__(self, name, event, texts):
        self.name, self.event, self.advice = name, event, texts
        self.path = [] if event is None else event.path()

    @property
    def first(self):
        """The event that the others come from; None if everything is finite."""
        return self.path[0] if self.path else None

    def __str__(self):
        if self.first is None:
            return f"{self.name}: the value and its derivatives are finite here."
        lines = [f"{self.name}: {said(self.first).partition('; ')[0]}.", "", "From there:"]
        lines += [f"  {i}. {step(e)}" for i, e in enumerate(self.path, 1)]
        if self.advice:
            lines += ["", "Stable spelling:", *[f"  {text}" for text in self.advice]]
        return "\n".join(lines)

    def __repr__(self):
        return f"<NanReport of {self.name}: {'finite' if self.first is None else self.first}>"


def step(e):
    """One line of a path."""
    name = "given" if e.op is None else e.op.name
    numbers = np.asarray(e.out)
    bad = int((~np.isfinite(numbers)).sum())
    text = f"{bad} of {numbers.size} elements" if numbers.ndim else f"{numbers[()]}"
    return f"{e.what} of {name}: {text}" + ("" if e.place[0] is None else f", {e.line}")


def explain_nan(f, *args) -> Any:
    """Print how a NaN or an infinity arises in `f(*args)` or its derivatives, and what to write.

    args: arrays, numbers and containers of them.
    The value is looked at first, then the gradient, then the tangent along ones.
    Prints and returns a NanReport: the operator that made the first, its inputs, its line, the
    operators from there to the result, and stable spellings.

    >>> report = explain_nan(lambda x: sqrt(x * 2.0), 0.0)
    <lambda>: sqrt(x) at ... made a non-finite cotangent, inf, from x = 0.0.
    ...
    """
    f = plain(f)
    name = getattr(f, "__name__", type(f).__name__)
    event = found(f, args)
    report = NanReport(name, event, advice(f, args, event) if event else [])
    print(report)
    return report


def plain(f):
    """The function that was compiled; a transform is looked at as it is."""
    return f.f if hasattr(f, "f") and not isinstance(f, Transformed) else f


def found(f, args):
    """The event behind the first result of `f` that is not finite; None if all are finite."""
    leaves, _, _ = as_inputs("explain_nan", args)
    for look in (values, gradient, tangent):
        try:
            with Watching(), np.errstate(all="ignore"):
                look(f, args, leaves)
        except NonFiniteError as error:
            return error.event
    return None


def values(f, args, leaves):
    """Show the value."""
    vjp(f, *args)


def gradient(f, args, leaves):
    """Show the gradient of the sum."""

    def summed(*args):
        outputs = [result(y) for y in flatten(f(*args))[0]]
        return sum([y.sum() for y in outputs if y.dtype.kind in "fc"], 0.0)

    y, pullback = vjp(summed, *args)
    deliver(flatten(pullback(np.ones((), np.result_type(y))))[0])


def tangent(f, args, leaves):
    """Show the tangent along ones."""
    if all([finite(x) for x in leaves]):
        jvp(f, args, ones_like(args))


def ones_like(tree):
    """Ones in the containers of the arguments."""
    from_leaf = {tuple: tuple, list: list}
    if type(tree) in from_leaf:
        return from_leaf[type(tree)]([ones_like(t) for t in tree])
    if isinstance(tree, dict):
        return {k: ones_like(v) for k, v in tree.items()}
    return np.ones_like(np.asarray(tree)) if np.asarray(tree).dtype.kind in "fc" else tree
