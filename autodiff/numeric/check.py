"""`check_grad`: our derivatives judged by differences that know nothing of them."""

from typing import Any, NamedTuple

import numpy as np

from ..core.errors import ArgumentError, AutodiffError, DTypeError
from ..core.spec import carries_derivative
from ..core.tree import unflatten
from .estimate import apart
from .explain import explained
from .ours import cutting, forward, pullback, pushforward, reverse
from .point import Point, noise_of
from .probe import stairs, typical
from .report import GradientError, GradReport, number
from .trial import Trial, input_name, output_name, random_cotangent, random_tangents, verdict

MODES = {"forward": forward, "reverse": reverse}
DERIVED = {
    "forward": lambda point, tangents, g: ("the pushforward", pushforward(point, tangents)),
    "reverse": lambda point, tangents, g: ("the pullback", pullback(point, g)),
}
REFUSED = (AutodiffError, ArithmeticError, AttributeError, TypeError, ValueError)


class Options(NamedTuple):
    """How thorough a check is; see check_grad."""

    directions: int
    rtol: float | None
    rng: Any


def check_grad(
    f, x, modes=None, order=1, *, directions=2, rtol=None, seed=0, raise_error=True
):  # fmt: skip
    """Whether our derivatives of `f` at `x` are those that differences find; if not, why.

    f: a function of arrays, or of eager tensors where `x` holds tensors, to any container of them.
    x: the argument; a tuple holds several.  Integers in it are constants.
    modes: "forward", "reverse", or both as a tuple, which must then be dual: ⟨g, J t⟩ = ⟨Jᵀ g, t⟩;
    by default both, and for eager tensors, whose tape knows no other, "reverse".
    order: 2 checks all second derivatives too, of each mode by each mode, and so on.
    directions: how many random directions of all inputs; each input is moved alone besides.
    rtol: relative difference that passes beside the error of the differences; by default the root
    of the coarsest rounding, 1.5e-8 for doubles and 3e-4 for float32.
    Returns a GradReport, which is true if all passed.  Raises GradientError otherwise: its message
    is the reason, one sentence, its attribute `report` the report.  With `raise_error=False` a
    report that is false is returned instead.

    What it tells apart, as `report.kind`: a wrong rule ("wrong", or "duality" where one mode is
    right), a path that was cut ("cut"), kinks, jumps and edges of the domain ("kink", "jump",
    "edge"), values and derivatives that are not finite ("nonfinite"), functions that differ from
    call to call ("random") or under differentiation ("value"), that cannot be differentiated
    ("error"), or are too noisy to judge ("noise").

    >>> bool(check_grad(lambda x: (x * sin(x)).sum(), np.array([1.0, 2.0]), order=2))
    True
    >>> report = check_grad(lambda x: absolute(x), 0.0, raise_error=False)
    >>> report.kind
    'kink'
    """
    if not isinstance(order, int) or order < 1:
        raise ArgumentError(f"check_grad: order={order!r}; it needs 1, 2, 3, ...")
    point = Point("check_grad", f, x)
    if modes is None:
        modes = ("reverse",) if point.tensors else tuple(MODES)
    modes = (modes,) if isinstance(modes, str) else tuple(modes)
    if not modes or not set(modes) <= set(MODES):
        raise ArgumentError(
            f"check_grad: modes={modes!r}; choose from {', '.join(map(repr, MODES))}"
        )
    if not point.moving:
        raise DTypeError("check_grad: no input carries a derivative; convert x with astype(float)")
    comparisons: list = []
    options = Options(directions, rtol, np.random.default_rng(seed))
    with point.progress:
        kind, reason = next(faults(point, "f", modes, order, options, comparisons), ("", ""))
    report = GradReport(not kind, kind, reason, tuple(comparisons))
    if kind and raise_error:
        raise GradientError(report)
    return report


def faults(point, function, modes, order, options, comparisons):
    """Yield (kind, sentence) for each fault of a function, then of its derivatives."""
    yield from unfit(point, function)
    ours, refusals = {}, []
    for mode in modes:
        try:
            value, ours[mode] = MODES[mode](point)
        except REFUSED as error:
            refusals.append((mode, error))
        else:
            yield from changed(point, function, mode, value)
    rtol = options.rtol or max(coarsest(point)) ** 0.5
    trial = Trial(point, function, ours.get("forward"), ours.get("reverse"), noise_of(point), rtol)
    cotangent = random_cotangent(point, options.rng)
    for label, only in point.progress.through(choices(point, options)):
        tangents = random_tangents(point, options.rng, only)
        seen = verdict(trial, tangents, cotangent, label)
        comparisons += seen.comparisons
        if seen.faulty:
            yield explained(trial, tangents, cotangent)
    # the other mode may have told more
    for mode, error in refusals:
        said = f"{type(error).__name__}: {error}"
        yield "error", f"{mode} mode cannot differentiate {function}, it raises {said}"
    if function == "f":
        yield from stepped(trial, options.rng)
    if order > 1:
        tangents = random_tangents(point, options.rng)
        x = unflatten(point.structure, [point.given(x) for x in point.leaves])
        for mode in modes:
            name, of = DERIVED[mode](point, tangents, cotangent)
            inner = Point("check_grad", of, x, progress=point.progress)
            inner.several = point.several
            yield from faults(
                inner, f"{name} of {function}", modes, order - 1, options, comparisons
            )


def choices(point, options):
    """The directions that are tried: (label, the one input that moves, or None for all)."""
    every = [(f"random direction {k + 1}", None) for k in range(options.directions)]
    alone = [(f"{input_name(point, i, ())} alone", i) for i in point.moving]
    return every if len(alone) == 1 and every else every + alone


def coarsest(point):
    """The rounding of the inputs and of the outputs."""
    inputs = [float(np.finfo(point.leaves[i].dtype).eps) for i in point.moving]
    return [*inputs, *point.rounding]


def unfit(point, function):
    """Faults of the function itself."""
    if len(point.base) and not any(map(carries_derivative, point.dtypes)):
        kinds = ", ".join(sorted({str(d) for d in point.dtypes}))
        yield (
            "cut",
            f"{function} returns {kinds}, which carries no derivative: an int cast, a comparison "
            "or argmax cuts the path; return floating point numbers",
        )
    finite = np.isfinite(point.base)
    if not finite.all():
        j = int(np.argmin(finite))
        yield (
            "nonfinite",
            f"{function} is not finite at x, {output_name(point, j)} is {number(point.base[j])}; "
            "choose an x inside its domain",
        )
    again = point.outputs(point.copies())
    gap = apart(again, point.base)
    different = gap > 64 * point.rounding * typical(point, point.base)
    if different.any():
        j = int(np.argmax(different))
        yield (
            "random",
            f"{function} gives different values for the same x, {output_name(point, j)} is "
            f"{number(point.base[j], 9)} and then {number(again[j], 9)}: it draws random numbers "
            "or keeps state between calls; fix the seed inside it",
        )


def changed(point, function, mode, value):
    """Faults of a function that computes something else while it is differentiated."""
    if value is None:
        yield "value", f"{function} returns another structure or other shapes under {mode} mode"
        return
    different = apart(value, point.base) > 1024 * point.rounding * typical(point, point.base)
    if different.any():
        j = int(np.argmax(different))
        yield (
            "value",
            f"{function} gives {number(point.base[j])} for {output_name(point, j)}, and "
            f"{number(value[j])} under {mode} mode: it asks for the type of its argument, or keeps "
            "state between calls",
        )


def stepped(trial, rng):
    """Faults of inputs that act in steps alone: their derivative is zero, and of no use."""
    point = trial.point
    for i in point.moving:
        tangents = random_tangents(point, rng, i)
        if trial.push is not None:
            zero = not np.any(trial.push(tangents))
        else:
            zero = not np.any(trial.pull(random_cotangent(point, rng))[i])
        if zero and stairs(point, tangents):
            yield (
                "cut",
                f"f changes with {input_name(point, i, ())} in steps alone, and its derivative is "
                f"zero ({cutting(point) or 'as round, floor, argmax or an int cast make it'}); "
                "leave that input out of x if it is meant so",
            )
