"""The steps of SciPy's Runge-Kutta methods once more, with functions of this library.

The length of each step is a fixed part of the interval, as SciPy has chosen it; so the derivatives
are those of the computed numbers.  Sources: Hairer, Nørsett and Wanner 1993, sections II.5 and II.6
(the methods, whose coefficients are read from SciPy, and their dense output); Hager 2000,
doi:10.1007/s002110000178 (the adjoint of a Runge-Kutta method is one).
"""

from bisect import bisect_left
from itertools import pairwise

import numpy as np

from ...core.values import total
from ...ops.move import stack
from .solver import scipy_part

EXPLICIT = ("RK23", "RK45", "DOP853")


def repeated(setup, rhs, y0, times, plain, edges):
    """The states at the times by steps between the edges.

    times: as they are given, perhaps traced; plain: their numbers; edges: numbers.
    """
    method = getattr(scipy_part(setup.name, "integrate"), setup.method)
    sign, length = np.sign(edges[-1] - edges[0]), edges[-1] - edges[0]
    first, whole = times[0], times[-1] - times[0]
    found, k = [y0], 1
    y, slope = y0, rhs(first, y0)
    for start, stop in pairwise(edges):
        t = first + (start - edges[0]) / length * whole
        h = (stop - start) / length * whole
        new, stages = step(method, rhs, t, h, y, slope)
        until = bisect_left(sign * plain, sign * stop, k)
        inside = plain[k:until]
        if len(inside):
            state = between(method, rhs, t, h, y, new, stages)
            found += [state((times[k + i] - t) / h) for i in range(len(inside))]
            k = until
        while k < len(plain) and plain[k] == stop:
            found.append(new)
            k += 1
        y, slope = new, stages[-1]
    return stack(found)


def combined(weights, terms):
    """The sum of weighted terms; those of weight zero have no part in it."""
    return total([w * k for w, k in zip(weights, terms) if w])


def step(method, rhs, t, h, y, slope):
    """The state after a step of length h, and the slopes of all its stages and of its end."""
    stages = [slope]
    for a, c in zip(method.A[1:], method.C[1:]):
        stages.append(rhs(t + c * h, y + h * combined(a, stages)))
    new = y + h * combined(method.B, stages)
    return new, [*stages, rhs(t + h, new)]


def between(method, rhs, t, h, y, new, stages):
    """The state at a part of the step, from 0 at its start to 1 at its end."""
    if not hasattr(method, "A_EXTRA"):
        weights = [combined(p, stages) for p in method.P.T]

        def state(x):
            return y + h * total([x ** (i + 1) * q for i, q in enumerate(weights)])

        return state
    stages, n = list(stages), len(stages)
    for a, c in zip(method.A_EXTRA, method.C_EXTRA):
        stages.append(rhs(t + c * h, y + h * combined(a, stages)))
    change = new - y
    terms = [change, h * stages[0] - change, 2 * change - h * (stages[n - 1] + stages[0])]
    terms += [h * combined(d, stages) for d in method.D]

    def state(x):
        out = 0.0
        for i, term in enumerate(reversed(terms)):
            out = (out + term) * (x if i % 2 == 0 else 1 - x)
        return y + out

    return state
