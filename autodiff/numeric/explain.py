"""Why a derivative does not pass: the input and the output that part, and what is known of them."""

from typing import Any, NamedTuple

import numpy as np

from .estimate import Estimate
from .ours import cutting, inner
from .report import number
from .trial import input_name, output_name, verdict


class Entry(NamedTuple):
    """One entry of a Jacobian, or of a derivative along a direction, as each method sees it.

    where, output: names of the input and of the output.
    found: {mode: derivative}.
    central, right, left: Estimates of numbers.
    kink, jump, edge, doubtful: as in Probe and Verdict.
    allowed: the difference that is nobody's fault.
    cutting: what cuts a path of the function, and where; "" if nothing is known to.
    """

    function: str
    where: str
    output: str
    found: dict
    central: Estimate
    right: Estimate
    left: Estimate
    kink: bool
    jump: bool
    edge: bool
    doubtful: bool
    allowed: float
    cutting: str

    @property
    def of(self):
        output = self.output if self.function == "f" else f"{self.output} of {self.function}"
        return f"the derivative of {output} in {self.where}"


def bisected(count, faulty):
    """The place of a fault among `count`, where faulty(low, high) sees it; None if it is lost."""
    low, high = 0, count
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if faulty(low, middle) else (middle, high)
    return low if count and faulty(low, high) else None


def restricted(tangents, low, high):
    """Tangents with zeros outside of some elements, counted through all that are there."""
    result: list = []
    for t in tangents:
        if t is None:
            result.append(None)
            continue
        numbers = np.arange(t.size).reshape(t.shape)
        inside = (numbers >= low) & (numbers < high)
        result.append(np.where(inside, t, 0).astype(t.dtype) if inside.any() else None)
        low, high = low - t.size, high - t.size
    return result


def located(trial, tangents, cotangent) -> tuple[Any, Any, Any]:
    """Where a fault along tangents is: (tangents of an input, its name, number of an output)."""
    seen = verdict(trial, tangents, cotangent)
    for symptom in (edges, jumps, kinks):
        if np.any(flags := symptom(seen)):
            j = int(np.argmax(flags))
            return *narrowed(trial, tangents, cotangent, of_output(symptom, j)), j
    for leaf, c in enumerate(seen.pulled or ()):
        if tangents[leaf] is not None and not np.all(np.isfinite(c)):
            index = tuple(np.argwhere(~np.isfinite(c))[0])
            single: list = [None] * len(tangents)
            single[leaf] = np.zeros_like(c)
            single[leaf][index] = 1
            return single, input_name(trial.point, leaf, index), unbounded(trial, single)
    if np.any(seen.off):
        j = int(np.argmax(seen.off))
        return *narrowed(trial, tangents, cotangent, of_output(offs, j)), j
    tangents, where = narrowed(trial, tangents, cotangent, lambda v: v.split)
    j = bisected(
        len(cotangent),
        lambda low, high: verdict(trial, tangents, between(cotangent, low, high)).split,
    )
    return tangents, where, int(np.argmax(np.abs(cotangent))) if j is None else j


def unbounded(trial, tangents):
    """The number of an output whose derivative is not finite; None if it cannot be told.

    A pullback that is not finite is so for every output: zero times infinity is no number.
    """
    if len(trial.point.base) == 1:
        return 0
    if trial.push is None or np.all(finite := np.isfinite(trial.push(tangents))):
        return None
    return int(np.argmin(finite))


def of_output(symptom, j):
    return lambda seen: symptom(seen)[j]


def offs(seen):
    return seen.off


def edges(seen):
    return seen.probe.edges


def jumps(seen):
    return seen.probe.jumps


def kinks(seen):
    return seen.probe.kinks


def narrowed(trial, tangents, cotangent, symptom) -> tuple[Any, str]:
    """(tangents of one element that shows the symptom, its name); all of them if none does."""
    count = sum(t.size for t in tangents if t is not None)
    place = bisected(
        count,
        lambda low, high: symptom(verdict(trial, restricted(tangents, low, high), cotangent)),
    )
    if place is None:
        return tangents, "a random direction of x"
    single = restricted(tangents, place, place + 1)
    (leaf,) = [i for i, t in enumerate(single) if t is not None]
    index = tuple(np.argwhere(single[leaf])[0])
    name = input_name(trial.point, leaf, index)
    for axis in (1, 1j) if np.iscomplexobj(single[leaf]) else (1,):
        unit = [None if t is None else np.where(t != 0, axis, 0).astype(t.dtype) for t in single]
        if symptom(verdict(trial, unit, cotangent)):
            return unit, name
    # another length of the step may hide what the random one showed
    return single, name


def entry(trial, tangents, cotangent):
    """The Entry where a fault along tangents is."""
    tangents, where, known = located(trial, tangents, cotangent)
    output = "an output" if known is None else output_name(trial.point, known)
    j = known or 0
    seen = verdict(trial, tangents, cotangent)
    found = {}
    if seen.pushed is not None:
        found["forward"] = seen.pushed[j]
    if trial.pull is not None:
        found["reverse"] = pulled_entry(trial, tangents, j)
    probe = seen.probe
    central, right, left = (
        Estimate(e.value[j], float(e.error[j])) for e in (probe.central, probe.right, probe.left)
    )
    return Entry(
        function=trial.function, where=where, output=output, found=found,
        central=central, right=right, left=left,
        kink=bool(probe.kinks[j]), jump=bool(probe.jumps[j]), edge=bool(probe.edges[j]),
        doubtful=bool(seen.doubtful[j]),
        allowed=4 * central.error + float(probe.scale[j]),
        cutting=cutting(trial.point),
    )  # fmt: skip


def between(g, low, high):
    """A cotangent with zeros outside of some elements."""
    inside = np.arange(len(g))
    return np.where((inside >= low) & (inside < high), g, 0)


def pulled_entry(trial, tangents, j):
    """One element of the output's tangent, by reverse mode."""
    parts = []
    for axis in (1.0, 1j) if np.iscomplexobj(trial.point.base) else (1.0,):
        g = np.zeros(len(trial.point.base), type(axis))
        g[j] = axis
        parts.append(inner(trial.pull(g), tangents)[0])
    return parts[0] if len(parts) == 1 else complex(*parts)


def stated(found):
    """`forward mode gives 2 and reverse mode 3`, equal answers together."""
    groups: dict[str, list] = {}
    for mode, value in found.items():
        groups.setdefault(number(value + 0.0), []).append(mode)
    first, *others = groups.items()
    verb = "gives" if len(first[1]) == 1 else "give"
    modes = " and ".join(first[1])
    return f"{modes} mode {verb} {first[0]}" + "".join(
        f" and {' '.join(m)} mode {v}" for v, m in others
    )


def differences(estimate):
    return f"differences give {number(estimate.value)} ± {estimate.error:.1g}"


def edge(e):
    """x is where the function ends."""
    if e.edge:
        side = "left" if np.isinf(e.left.error) else "right"
        side = (
            "either side" if np.isinf(e.left.error) and np.isinf(e.right.error) else f"the {side}"
        )
        return (
            f"x is on the edge of the domain of {e.function}: moved to {side} in {e.where}, "
            f"{e.output} is not finite; choose an x inside the domain"
        )


def jump(e):
    """x is where the function is not continuous."""
    if e.jump:
        return (
            f"{e.function} jumps at x: a step in {e.where}, however short, changes {e.output} by a "
            "finite amount, so there is no derivative; choose another x"
        )


def kink(e):
    """The function is continuous, its derivative is not."""
    if e.kink:
        return (
            f"{e.function} has a kink at x: {e.of} is {number(e.right.value)} from the right and "
            f"{number(e.left.value)} from the left ({stated(e.found)}), so there is no derivative; "
            "choose another x"
        )


def nonfinite(e):
    """Our derivative is nan or infinite."""
    bad = {mode: value for mode, value in e.found.items() if not np.isfinite(value)}
    if bad:
        told = not e.doubtful and e.output != "an output"
        known = f" and {differences(e.central)}" if told else ""
        return (
            f"{stated(bad)} for {e.of}, where the function is finite{known}: a rule divides by "
            "zero or multiplies by infinity there; rewrite the function, or choose another x"
        )


def cut(e):
    """Our derivative is zero where the function changes, or lacks what a cut path would add."""
    said = f"{stated(e.found)} for {e.of}, and {differences(e.central)}"
    if all(value == 0 for value in e.found.values()) and abs(e.central.value) > e.central.error:
        how = e.cutting or "as by detach, stop_gradient, round, item or an int cast"
        return f"{said}: the path between them is cut, {how}"
    agreed = len(set(map(number, e.found.values()))) == 1
    if e.cutting and agreed and not e.doubtful:
        return f"{said}: part of the path is cut, {e.cutting}"


def noise(e):
    """Differences say too little."""
    if e.doubtful:
        return (
            f"{e.function} is too noisy or changes too fast at x to judge {e.of}: "
            f"{differences(e.central)} and {stated(e.found)}; use float64, or another x"
        )


def duality(e):
    """The modes disagree."""
    if len(e.found) > 1:
        right = [m for m, v in e.found.items() if abs(v - e.central.value) <= e.allowed]
        if len(right) == 1:
            (wrong,) = set(e.found) - set(right)
            rule = {"forward": "jvp", "reverse": "vjp"}[wrong]
            said = f"{stated(e.found)} for {e.of}, and {differences(e.central)}"
            return f"{said}: a {rule} rule is wrong"


def wrong(e):
    """Our derivative is another number."""
    ratios = (
        {number(v / e.central.value, 4) for v in e.found.values()} if e.central.value else set()
    )
    factor = f" by a factor of {ratios.pop()}" if len(ratios) == 1 else ""
    return (
        f"{stated(e.found)} for {e.of}, and {differences(e.central)}: a rule is wrong{factor}, or "
        "part of the path is cut"
    )


REASONS: tuple[Any, ...] = (edge, jump, kink, nonfinite, cut, noise, duality, wrong)


def explained(trial, tangents, cotangent):
    """(kind, sentence) of a fault along tangents."""
    e = entry(trial, tangents, cotangent)
    return next((reason.__name__, text) for reason in REASONS if (text := reason(e)))
