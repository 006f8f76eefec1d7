"""Rows of trigonometric and hyperbolic functions; angles in radians [rad]."""

import numpy as np

from ..core.family import Binary, Unary
from ..core.lower import intrinsic
from ..core.spec import is_complex
from .choose import where


def stable_sech2(x):
    """1 / cosh(x)**2 as 4 e / (1 + e)**2 with e = exp(-2 |x|): no overflow, no cancellation."""
    if np.iscomplexobj(x):
        return 1 / np.cosh(x) ** 2
    small = np.exp(-2.0 * np.abs(x))
    return 4 * small / (1 + small) ** 2


sin = Unary(
    "sin(x)", np.sin, lambda t, y, x: t * cos(x),
    reads="x", domain=((-3, 3),), lower=intrinsic("sin"), latex=r"\sin {$x}",
    doc="""Sine of `x` [rad].

    >>> float(sin(0.0))
    0.0
    """,
)

cos = Unary(
    "cos(x)", np.cos, lambda t, y, x: -t * sin(x),
    reads="x", domain=((-3, 3),), lower=intrinsic("cos"), latex=r"\cos {$x}",
    doc="""Cosine of `x` [rad].

    >>> float(cos(0.0))
    1.0
    """,
)

tan = Unary(
    "tan(x)", np.tan, lambda t, y, x: t * (1 + y * y),
    reads="y", domain=((-1, 1),), lower=intrinsic("tan"), latex=r"\tan {$x}",
    doc="""Tangent of `x` [rad].

    >>> float(tan(0.0))
    0.0
    """,
)

asin = Unary(
    "asin(x)", np.arcsin, lambda t, y, x: t / ((1 - x) * (1 + x)) ** 0.5,
    reads="x", pole=True, domain=((-0.8, 0.8),), lower=intrinsic("asin"), latex=r"\arcsin {$x}",
    doc="""Angle [rad] in [-π/2, π/2] whose sine is `x`.

    >>> float(asin(0.0))
    0.0
    """,
)

acos = Unary(
    "acos(x)", np.arccos, lambda t, y, x: -t / ((1 - x) * (1 + x)) ** 0.5,
    reads="x", pole=True, domain=((-0.8, 0.8),), lower=intrinsic("acos"), latex=r"\arccos {$x}",
    doc="""Angle [rad] in [0, π] whose cosine is `x`.

    >>> float(acos(1.0))
    0.0
    """,
)

atan = Unary(
    "atan(x)", np.arctan, lambda t, y, x: t / (1 + x * x),
    reads="x", domain=((-3, 3),), lower=intrinsic("atan"), latex=r"\arctan {$x}",
    doc="""Angle [rad] in (-π/2, π/2) whose tangent is `x`.

    >>> float(atan(0.0))
    0.0
    """,
)


def part(x, z):
    """x / z, and 0 where z is 0."""
    still = z == 0
    return where(still, 0, x / where(still, 1, z))


hypot = Binary(
    "hypot(x, y)", np.hypot,
    lambda t, z, x, y: t * part(x, z),
    lambda t, z, x, y: t * part(y, z),
    reads=("xz", "yz"), domain=((-3, -0.5, 0.5, 3), (-3, -0.5, 0.5, 3)), lower=intrinsic("hypot"), latex=r"\sqrt{{$x}^2 + {$y}^2}",
    doc="""Length `sqrt(x x + y y)` of the hypotenuse, without overflow; the derivative at 0 is 0.

    >>> float(hypot(3.0, 4.0))
    5.0
    """,
)


def over_square(x, r):
    """x / r**2, without the overflow and underflow of the square; 0 at the origin, as in torch."""
    r = where(r == 0, 1, r)
    return x / r / r


atan2 = Binary(
    "atan2(x, y)", np.arctan2,
    lambda t, z, x, y: t * over_square(y, hypot(x, y)),
    lambda t, z, x, y: -t * over_square(x, hypot(x, y)),
    reads="x", pole=True, domain=((-3, -0.5, 0.5, 3), (-3, -0.5, 0.5, 3)), lower=intrinsic("atan2"), latex=r"\operatorname{atan2}({$x}, {$y})",
    doc="""Angle [rad] in (-π, π] of the point whose ordinate is `x` and whose abscissa is `y`.

    The derivative at the origin, where there is none, is 0.

    >>> float(atan2(0.0, 1.0))
    0.0
    """,
)

sinh = Unary(
    "sinh(x)", np.sinh, lambda t, y, x: t * cosh(x),
    reads="x", pole=True, domain=((-2, 2),), lower=intrinsic("sinh"), latex=r"\sinh {$x}",
    doc="""Hyperbolic sine.

    >>> float(sinh(0.0))
    0.0
    """,
)

cosh = Unary(
    "cosh(x)", np.cosh, lambda t, y, x: t * sinh(x),
    reads="x", pole=True, domain=((-2, 2),), lower=intrinsic("cosh"), latex=r"\cosh {$x}",
    doc="""Hyperbolic cosine.

    >>> float(cosh(0.0))
    1.0
    """,
)

tanh = Unary(
    "tanh(x)", np.tanh, lambda t, y, x: t * sech2(x),
    reads="x", domain=((-2, 2),), lower=intrinsic("tanh"), latex=r"\tanh {$x}",
    doc="""Hyperbolic tangent; its derivative keeps full precision where `1 - tanh(x)**2` loses it.

    >>> float(tanh(0.0))
    0.0
    """,
)

sech2 = Unary(
    "sech2(x)", stable_sech2, lambda t, y, x: t * (-2 * y * tanh(x)),
    domain=((-2, 2),), lower=intrinsic("sech2"), latex=r"\operatorname{sech}^2 {$x}",
    doc="""Squared hyperbolic secant `1 / cosh(x)**2`, the derivative of tanh.

    >>> from autodiff.ops.trigonometric import sech2
    >>> float(sech2(0.0))
    1.0
    """,
)


def asinh_rate(x):
    """sqrt(1 + x x), without overflow for real numbers."""
    return (1 + x * x) ** 0.5 if is_complex(x.dtype) else hypot(x, 1)


asinh = Unary(
    "asinh(x)", np.arcsinh, lambda t, y, x: t / asinh_rate(x),
    reads="x", domain=((-3, 3),), lower=intrinsic("asinh"), latex=r"\operatorname{arsinh} {$x}",
    doc="""Inverse hyperbolic sine.

    >>> float(asinh(0.0))
    0.0
    """,
)

acosh = Unary(
    "acosh(x)", np.arccosh, lambda t, y, x: t / ((x - 1) ** 0.5 * (x + 1) ** 0.5),
    reads="x", pole=True, domain=((1.5, 3),), lower=intrinsic("acosh"), latex=r"\operatorname{arcosh} {$x}",
    doc="""Inverse hyperbolic cosine, of `x >= 1`.

    >>> float(acosh(1.0))
    0.0
    """,
)

atanh = Unary(
    "atanh(x)", np.arctanh, lambda t, y, x: t / ((1 - x) * (1 + x)),
    reads="x", pole=True, domain=((-0.8, 0.8),), lower=intrinsic("atanh"), latex=r"\operatorname{artanh} {$x}",
    doc="""Inverse hyperbolic tangent, of `-1 < x < 1`.

    >>> float(atanh(0.0))
    0.0
    """,
)
