"""Numbers and arrays for the eye: short texts, and summaries that JSON can carry."""

import math
from functools import lru_cache
from typing import Any

import numpy as np

BINS = 12  # of a histogram
LISTED = 16  # elements of an array that are listed one by one
COUNTED = 100_000  # elements that a histogram looks at


def number_text(x):
    """A number in a few digits, as a table of a textbook has it.

    >>> [number_text(v) for v in (2.0, 11.652071, -0.958924, 0.00012345, 1e9, float("inf"))]
    ['2', '11.652', '-0.959', '0.000123', '1e+09', 'inf']
    """
    if type(x) is not float and type(x) is not np.float64:
        if isinstance(x, (bool, np.bool_)):
            return str(bool(x))
        if not isinstance(x, (float, np.floating)):
            return other_text(x)
    return float_text(float(x))


@lru_cache(1 << 15)  # a value stands in traces, formulas and boxes
def float_text(x):
    """A floating-point number in a few digits."""
    size = abs(x)
    if not math.isfinite(x) or x == 0:
        return "0" if x == 0 else str(x)
    if size >= 1e6 or size < 1e-4:
        return f"{x:.4g}"
    if x == int(x):
        return str(int(x))
    text = f"{x:.3f}" if size >= 0.1 else f"{x:.3g}"
    return text.rstrip("0").rstrip(".")


def other_text(x):
    """A whole or a complex number in a few digits."""
    if isinstance(x, (complex, np.complexfloating)):
        sign = "-" if math.copysign(1.0, x.imag) < 0 else "+"
        return f"{number_text(x.real)}{sign}{number_text(abs(x.imag))}j"
    if isinstance(x, (int, np.integer)):
        return str(int(x)) if abs(x) < 10**9 else f"{float(x):.4g}"
    return str(x)


def finite(x):
    """A number as JSON has it; None for what is not finite, and for complex numbers."""
    if type(x) is np.float64 or type(x) is float:
        return float(x) if math.isfinite(x) else None
    if isinstance(x, (bool, np.bool_)):
        return bool(x)
    if isinstance(x, (int, np.integer)):
        return int(x)
    if isinstance(x, (complex, np.complexfloating)) or not math.isfinite(x):
        return None
    return float(x)


def value_text(x):
    """A value in one line: a number, a few elements, or shape and dtype."""
    if type(x) is np.float64 or type(x) is float:
        return number_text(x)
    array = np.asarray(x)
    if array.ndim == 0:
        return number_text(array[()])
    if 0 < array.size <= 4 and array.ndim == 1:
        return "[" + ", ".join(number_text(v) for v in array) + "]"
    return f"{array.dtype}{list(array.shape)}"


def summary(x) -> Any:
    """A value as JSON: shape, dtype and text; of a number the number, of an array its spread.

    number: None where it is not finite or complex.
    min, max, mean: of the finite elements.  histogram: counts in 12 bins and their 13 edges.
    numbers: the elements of an array of at most 16, as nested lists.

    >>> summary(2.5)
    {'shape': [], 'dtype': 'float64', 'text': '2.5', 'number': 2.5}
    """
    if x is None:
        return None
    if type(x) is np.float64 or type(x) is float:
        return {"shape": [], "dtype": "float64", "text": number_text(x), "number": finite(x)}
    array = np.asarray(x)
    found: dict[str, Any] = {
        "shape": list(array.shape), "dtype": str(array.dtype), "text": value_text(array),
    }  # fmt: skip
    if array.ndim == 0:
        found["number"] = finite(array[()])
        return found
    if array.size and array.dtype.kind in "biuf":
        found |= spread(array)
    if array.size <= LISTED:
        elements = np.empty(array.shape, object)
        for i in np.ndindex(array.shape):
            elements[i] = finite(array[i])
        found["numbers"] = elements.tolist()
    return found


def spread(array):
    """Least, largest and mean element, and a histogram."""
    flat = array.ravel()
    if flat.size > COUNTED:
        flat = flat[:: flat.size // COUNTED]
    flat = flat[np.isfinite(flat)].astype(float)
    if not flat.size:
        return {"min": None, "max": None, "mean": None, "histogram": None}
    low, high = float(flat.min()), float(flat.max())
    wide = high - low
    edges = (low, high) if wide > 0 and math.isfinite(wide / BINS) else (low - 0.5, low + 0.5)
    try:
        counts, borders = np.histogram(flat, BINS, edges)
        histogram = {"counts": counts.tolist(), "edges": borders.tolist()}
    except ValueError:  # a spread of a few units in the last place has no twelve bins
        histogram = None
    return {"min": low, "max": high, "mean": finite(flat.mean()), "histogram": histogram}
