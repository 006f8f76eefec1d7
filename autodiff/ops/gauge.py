"""What a factorization leaves free, and how its rules find out whether a derivative hangs on it.

Eigenvectors of equal eigenvalues are any basis of their space, and complex vectors have any phase.
A cotangent that does not hear of such a freedom has a right answer, and all others have none.
"""

import numpy as np

from ..core.errors import GaugeError
from ..core.family import Elementwise, Opaque
from ..core.spec import FLOAT64, Spec, is_complex
from .choose import logical_and, logical_not, logical_or, stop_gradient, where
from .complex import conjugate, imag, real
from .move import broadcast_to, expand_dims
from .reduce import any, sum

UNKNOWN = np.nan  # a derivative that nothing decides
NOISE = 2**8  # a part of a sum that is smaller than this many roundings of it counts as zero
TIED = 8  # values closer than this many roundings of the sum of their sizes count as equal


settled = Elementwise(
    "settled(x, tied)", lambda x, tied: np.where(tied, x, x),
    lambda t, y, x, tied: where(logical_and(tied, t != 0), UNKNOWN, t), None,
    reads=("tied", ""), latex="$x",
    sample=lambda rng, dtype: [((rng.normal(size=(2, 3)).astype(dtype), np.zeros((2, 3), bool)), {})],
    doc="`x`, whose derivative is not known where it is tied: what is zero stays zero, the rest is NaN.",
)


def checked_values(x, wrong, *, message):
    if np.any(wrong):
        raise GaugeError(message)
    return np.array(x)


checked = Opaque(
    "checked(x, wrong)", checked_values,
    jvp=lambda tangents, y, x, wrong, message: tangents[0],
    vjp=lambda g, y, wanted, x, wrong, message: (g, None),
    infer=lambda x, wrong, message: Spec(x.shape, x.dtype),
    batch=lambda batched, x, wrong, message: checked(
        x if batched[0] else broadcast_to(x, (wrong.shape[0], *x.shape)), wrong, message=message),
    reads="", latex="$x",
    sample=lambda rng, dtype: [((rng.normal(size=(2, 3)).astype(dtype), np.zeros((2, 3), bool)), {"message": ""})],
    doc="`x`; raises GaugeError with a message if anything is wrong.",
)


def rounding(x):
    """The distance from 1 to the next number of the dtype of `x`."""
    return float(np.finfo(x.dtype or FLOAT64).eps)


def gaps(w):
    """w[j] - w[i]"""
    return expand_dims(w, -2) - expand_dims(w, -1)


def size(x, axis):
    """The sum of the absolute values, as a constant."""
    return sum(abs(stop_gradient(x)), axis, keepdims=True)


def ties(w):
    """Which pairs of different places hold equal values, to 8 roundings of the sum of all sizes."""
    other = ~np.eye(w.shape[-1], dtype=bool)
    near = abs(stop_gradient(gaps(w))) <= expand_dims(size(w, -1), -1) * (TIED * rounding(w))
    return logical_and(near, other)


def inverse_gaps(w, tied):
    """1 / (w[j] - w[i]); zero on the diagonal and where they are tied."""
    none = logical_or(tied, np.eye(w.shape[-1], dtype=bool))
    return where(none, 0, 1 / where(none, 1, gaps(w)))


def columns(tied):
    """Which columns are tied with any other."""
    return any(tied, -2, keepdims=True)


def negligible(x, whole):
    """Whether `x` is zero to the square root of the rounding of what it is a part of."""
    return abs(stop_gradient(x)) <= whole * rounding(x) ** 0.5


def turned(n):
    """A rotation without small elements: the product of two reflections."""
    first = np.arange(1.0, n + 1)
    second = first * (-1) ** np.arange(n)
    mirrors = [np.eye(n) - 2 * np.outer(w, w) / (w @ w) for w in (first, second)]
    return mirrors[0] @ mirrors[1]


def apart(w):
    """Whether sorted values are all different, which neighbours show in a fifth of the time."""
    apart = abs(w[..., 1:] - w[..., :-1])
    near = apart <= np.add.reduce(abs(w), -1, keepdims=True) * (TIED * rounding(w))
    return not np.logical_or.reduce(near, None)


def shuffled(v, w):
    """Vectors, those of equal values in another basis of their space.

    LAPACK prefers unit vectors, at which a cotangent may not hear that its function hangs on the
    basis: the derivative of a cosine is zero at zero.  At another basis it does.
    """
    if apart(w):
        return v
    tied, v = ties(w), np.array(v)
    for place in np.argwhere(tied.any((-1, -2))):
        here, matrix = tied[tuple(place)], v[tuple(place)]
        for i in range(len(here)):
            group = np.flatnonzero(here[i] | (np.arange(len(here)) == i))
            if len(group) > 1 and group[0] == i:
                matrix[:, group] = matrix[:, group] @ turned(len(group))
    return v


def deaf(x, factor, freedoms, whole, tied, message):
    """`x factor`, tied places settled; raises GaugeError where a freedom there is not negligible."""
    for freedom in freedoms:
        wrong = logical_and(tied, logical_not(negligible(freedom, whole)))
        x = checked(x, wrong, message=message)
    return settled(x * factor, tied)


def uneven(g_values):
    """How cotangents of values differ, which must not be where values are equal.

    The basis that a tangent makes there has other cotangents, the same only where all are equal.
    """
    return [] if g_values is None else [gaps(g_values)]


def coupled(x, whole, tied):
    """Zeros, for tied places; NaN where `x`, that of a tangent, mixes them: it has no answer."""
    mixed = logical_and(tied, logical_not(negligible(x, whole)))
    return settled(where(mixed, UNKNOWN, x) * 0, tied)


def phased(tangent, vectors, head, moved):
    """A tangent turned so that the heads, components of the vectors, stay real.

    head, moved: of each vector the head, and of its tangent.  A head of zero turns nothing.
    """
    still = abs(stop_gradient(head)) <= rounding(head) * TIED
    turn = -imag(moved) / where(still, 1, real(head))
    return tangent + vectors * (where(still, 0, turn) * 1j)


def phase(turned, whole, head, message):
    """What a cotangent adds to that of the heads: it may hear of phases, which real heads fix.

    turned: Im ⟨vector, cotangent⟩ for each vector; whole: the size of the cotangent.
    What is 256 roundings of the whole counts as zero.  Raises GaugeError where a head of zero fixes no phase.
    """
    still = abs(stop_gradient(head)) <= rounding(head) * TIED
    wrong = logical_and(still, logical_not(negligible(turned, whole)))
    noise = abs(stop_gradient(turned)) <= whole * (rounding(head) * NOISE)
    turned = checked(turned, wrong, message=message) / where(still, 1, real(head))
    return where(logical_or(still, noise), 0, turned) * -1j


def phases(head):
    """Factors of size one that make numbers real; 1 for those that are, whatever their sign."""
    sizes = abs(head) * np.where(head.real < 0, -1, 1)
    return np.where(head.imag == 0, 1, sizes / np.where(head == 0, 1, head)).astype(head.dtype)


def inner(v, g):
    """⟨v, g⟩ of the columns."""
    return sum(conjugate(v) * g if is_complex(v.dtype) else v * g, -2, keepdims=True)
