"""Names, numbers, constants and indices in LaTeX."""

import math
import re
from fractions import Fraction

import numpy as np

from .notation import ATOM, FRACTION, PREFIX, PRODUCT
from .words import fraction

GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau "
    "upsilon phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
).split()
SHOWN = 6  # elements of a constant array that are written

# doubles that stand for a number of the field
FAMOUS = {
    math.pi: (r"\pi", ATOM), math.e: ("e", ATOM), math.log(2): (r"\ln 2", PREFIX),
    math.log(10): (r"\ln 10", PREFIX), 2 / math.sqrt(math.pi): (r"\frac{2}{\sqrt{\pi}}", FRACTION),
}  # fmt: skip


def name_text(name):
    r"""A Python name in LaTeX: Greek letters; digits and parts behind an underscore as indices.

    >>> print(name_text("x1"), name_text("alpha_in"), name_text("loss"))
    x_{1} \alpha_{\mathrm{in}} \mathit{loss}
    """
    base, *below = [part for part in re.split(r"[^0-9A-Za-zͰ-Ͽ]+", name) if part] or ["?"]
    match = re.fullmatch(r"(.*\D)(\d+)", base)
    if match:
        base, below = match[1], [match[2], *below]
    text = word_text(base, r"\mathit")
    indices = ",".join(word_text(part, r"\mathrm") for part in below)
    return f"{text}_{{{indices}}}" if below else text


def word_text(word, style):
    """A word in LaTeX: a letter, a number, a Greek letter by its name, or in a style."""
    if word in GREEK:
        return f"\\{word}"
    return word if len(word) == 1 or word.isdigit() else f"{style}{{{word}}}"


def famous(value):
    """(text, binding, factor) of a double that stands for a number of the field; else None."""
    size = abs(value)
    if size in FAMOUS:
        return *FAMOUS[size], Fraction(1 if value > 0 else -1)
    if not math.isfinite(value):
        return None
    multiple = Fraction(value / math.pi).limit_denominator(12)
    return (r"\pi", ATOM, multiple) if value and float(multiple) * math.pi == value else None


def number_text(value):
    """(text, binding) of a number that is not negative."""
    if isinstance(value, (bool, np.bool_)):
        return (r"\top" if value else r"\bot"), ATOM
    if isinstance(value, Fraction):
        if value.denominator == 1:
            return number_text(value.numerator)
        return rf"\frac{{{value.numerator}}}{{{value.denominator}}}", FRACTION
    if not math.isfinite(value):
        return (r"\mathrm{NaN}" if math.isnan(value) else r"\infty"), ATOM
    digits, _, power = f"{value!r}".partition("e")
    if isinstance(value, int) and value >= 10**15:
        digits, power = f"{value:.15e}".split("e")
        digits = digits.rstrip("0").rstrip(".")
    digits = digits.removesuffix(".0")
    if not power:
        return digits, ATOM
    ten = f"10^{{{int(power)}}}"
    return (ten, ATOM) if digits == "1" else (rf"{digits} \cdot {ten}", PRODUCT)


def signed_text(value):
    """The text of any real or complex number."""
    if np.iscomplexobj(value):
        sign = "-" if value.imag < 0 else "+"
        return f"{signed_text(value.real)} {sign} {signed_text(abs(value.imag))} i"
    exact = fraction(float(value))
    size = number_text(abs(value if exact is None else exact))[0]
    return f"-{size}" if value < 0 else size


def array_text(x):
    """The text of a constant array, if it is small; else None."""
    n = x.shape[0] if x.ndim else 0
    if x.ndim == 2 and x.shape == (n, n) and n > 1 and np.array_equal(x, np.eye(n)):
        return "I"
    if x.ndim not in (1, 2) or not 0 < x.size <= SHOWN:
        return None
    rows = x if x.ndim == 2 else x[:, None]
    return matrix_text([[signed_text(v) for v in row] for row in rows])


def matrix_text(rows):
    """A matrix of texts."""
    lines = r" \\ ".join(" & ".join(row) for row in rows)
    return rf"\begin{{bmatrix}} {lines} \end{{bmatrix}}"


def index_text(index, arrays):
    """The index of `x[index]`; `arrays` are the texts of its index arrays."""
    arrays, parts = iter(arrays), list(index.key)
    while parts and parts[-1] is Ellipsis:
        parts.pop()
    return ",".join(part_text(p, arrays) for p in parts)


def part_text(part, arrays):
    if type(part) is int:
        return str(part)
    if part is Ellipsis:
        return r"\ldots"
    if part is None:
        return r"\cdot"
    if part == "array":
        return next(arrays)
    start, stop, step = ("" if p is None else str(p) for p in part)
    return f"{start}:{stop}" + (f":{step}" if step else "")
