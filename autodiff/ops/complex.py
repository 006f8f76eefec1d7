"""Rows of complex numbers and of dtypes."""

import numpy as np

from ..core.family import Binary, Elementwise, Unary
from ..core.lower import EVERY, NUMBERS, formula
from ..core.public import as_value, public
from ..core.spec import is_complex
from .choose import zeros_like
from .trigonometric import atan2


def turned_sum(x, y):
    """x + 1j y of complex numbers without a product, which is NaN for infinite ones."""
    z = np.empty_like(x + y, dtype=np.result_type(x, y))
    z.real, z.imag = x.real - y.imag, x.imag + y.real
    return z


real_part = Unary(
    "real_part(x)", lambda x: np.array(x.real), lambda t, y, x: t,
    reads="", domain=((-3, 3),), analytic=False, latex=r"\operatorname{Re} {$x}", torch="Real",
    doc="Real part of a complex number: the row behind `real`.",
)

imaginary_part = Unary(
    "imaginary_part(x)", lambda x: np.array(x.imag), lambda t, y, x: t * 1j,
    reads="", analytic=False, latex=r"\operatorname{Im} {$x}", torch="Imag",
    sample=lambda rng, dtype: [((complex_numbers(rng, dtype, shape),), {}) for shape in ((), (3,), (0,))],
    doc="Imaginary part of a complex number: the row behind `imag`.",
)

add_imaginary = Binary(
    "add_imaginary(x, y)", turned_sum, lambda t, z, x, y: t, lambda t, z, x, y: t * 1j,
    sample=lambda rng, dtype: [(tuple([complex_numbers(rng, dtype, s) for s in shapes]), {}) for shapes in (((), ()), ((2, 1), (3,)), ((0,), ()))],
    reads="", latex=r"{$x} + i {$y}", torch="Complex",
    doc="`x + i y` of complex numbers, also where a part is infinite: the row behind `complex`.",
)

conjugate = Unary(
    "conjugate(x)", np.conjugate, lambda t, y, x: conjugate(t),
    reads="", domain=((-3, 3),), lower=formula(lambda b, x: x, NUMBERS), latex=r"\overline{$x}", torch="Conj",
    doc="""Complex conjugate; a real number is its own.

    >>> print(conjugate(1 + 2j))
    (1-2j)
    """,
)

convert = Elementwise(
    "convert(x)", lambda x, *, dtype: np.asarray(x).astype(dtype), lambda t, y, x, dtype: t,
    reads="", sample=lambda rng, dtype: [((rng.normal(size=(3,)).astype(dtype),), {"dtype": np.result_type(dtype, float).name})],
    lower=formula(lambda b, x, dtype: x, EVERY, "own"), latex="$x", torch="ToCopy",
    doc="`x` in another dtype: the row behind `astype`.",
)


def complex_numbers(rng, dtype, shape):
    """Random complex numbers, also where the laws ask for a real dtype."""
    wide = np.result_type(dtype, np.complex64)
    return np.asarray(rng.normal(size=shape) + 1j * rng.normal(size=shape)).astype(wide)


@public(np.real)
def real(x):
    """Real part; of a real number the number itself.

    >>> float(real(1 + 2j))
    1.0
    """
    x = as_value(x)
    return real_part(x) if is_complex(x.dtype) else x


@public(np.imag)
def imag(x):
    """Imaginary part; of a real number zero.

    >>> float(imag(1 + 2j))
    2.0
    """
    x = as_value(x)
    return imaginary_part(x) if is_complex(x.dtype) else zeros_like(x)


@public(np.angle)
def angle(x):
    """Argument of a complex number [rad], in (-π, π].

    >>> float(angle(1j)) == np.pi / 2
    True
    """
    return atan2(imag(x), real(x))


@public(np.astype)
def astype(x, dtype):
    """`x` converted to `dtype`; a complex number loses its imaginary part.

    >>> astype(np.array([1.5]), np.float32).dtype.name
    'float32'
    """
    x, dtype = as_value(x), np.dtype(dtype)
    if x.dtype == dtype:
        return x
    if dtype.kind not in "cb" and is_complex(x.dtype):
        x = real(x)
    return convert(x, dtype=dtype)
