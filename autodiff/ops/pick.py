"""Choice between several arrays, repair of what is not finite, spaces of numbers, comparisons."""

from typing import Any

import numpy as np

from ..core.op import TRACED
from ..core.public import public
from ..core.spec import broadcast_shapes, is_complex
from .choose import isinf, isnan, less, less_equal, round as rounded, sign, where
from .complex import angle as argument, imag, real
from .exponential import log
from .index import setitem
from .move import as_array, broadcast_to, concatenate, expand_dims, moveaxis
from .numbers import trunc
from .plain import has_numbers, kind, plain
from .reduce import all


@public(np.select)
def select(condlist, choicelist, default=0):
    """Elements of the first choice whose condition holds, else `default`.

    >>> select([np.array([True, False])], [np.array([1.0, 2.0])], 9.0).tolist()
    [1.0, 9.0]
    """
    if len(condlist) != len(choicelist):
        raise ValueError("list of cases must be same length as list of conditions")
    if not len(condlist):
        raise ValueError("select with an empty condition list is not possible")
    found: Any = default
    for condition, choice in zip(reversed(condlist), reversed(choicelist)):
        condition = as_array(condition)
        if kind(condition) != "b":
            raise TypeError(
                f"invalid entry in condlist: should be boolean ndarray, not {condition.dtype}"
            )
        found = where(condition, as_array(choice), found)
    return found


@public(np.choose)
def choose(a, choices, mode="raise"):
    """Elements of the array of `choices` whose number stands in `a`.

    >>> choose(np.array([0, 1]), [np.array([1.0, 2.0]), np.array([3.0, 4.0])]).tolist()
    [1.0, 4.0]
    """
    a = as_array(a)
    choices = list(choices) if isinstance(choices, (list, tuple)) else list(as_array(choices))
    n = len(choices)
    if mode == "wrap":
        a = a % n
    elif mode == "clip":
        a = np.clip(a, 0, n - 1)
    elif has_numbers(a) and not ((plain(a, "choose") >= 0) & (plain(a, "choose") < n)).all():
        raise ValueError("invalid entry in choice array")
    found = as_array(choices[-1])
    for i in range(n - 1):
        found = where(a == i, as_array(choices[i]), found)
    return broadcast_to(found, broadcast_shapes("choose", (a.shape, found.shape)))


@public(np.piecewise)
def piecewise(x, condlist, funclist, *args, **kw):
    """Each function of `x` where its condition holds, the last wins; one more is the default.

    A function is called with the elements of its piece, as in NumPy, where conditions are numbers.

    >>> piecewise(np.array([-1.0, 2.0]), [np.array([True, False])], [0.0, lambda v: v]).tolist()
    [0.0, 2.0]
    """
    x = as_array(x)
    if np.isscalar(condlist) or (
        not isinstance(condlist[0], (list, np.ndarray))
        and type(condlist[0]) not in TRACED
        and x.shape
    ):
        condlist = [condlist]
    conditions = [as_array(c) for c in condlist]
    if len(funclist) == len(conditions) + 1:
        rest = conditions[0]
        for c in conditions[1:]:
            rest = rest | c
        conditions.append(rest == False)  # noqa: E712
    elif len(funclist) != len(conditions):
        raise ValueError(
            f"with {len(conditions)} condition(s), either {len(conditions)} or "
            f"{len(conditions) + 1} functions are expected"
        )
    found = x * 0
    for condition, function in zip(conditions, funclist):
        found = with_piece(found, x, condition, function, args, kw)
    return found if x.dtype is None or found.dtype == x.dtype else found.astype(x.dtype)


def with_piece(found, x, condition, function, args, kw):
    """`found` with one piece; where the condition has no numbers the function sees all of `x`."""
    if not has_numbers(condition):
        return where(condition, function(x, *args, **kw) if callable(function) else function, found)
    mask = np.broadcast_to(plain(condition, "piecewise"), x.shape)
    if not mask.any():
        return found
    return setitem(found, mask, function(x[mask], *args, **kw) if callable(function) else function)


@public(np.nan_to_num)
def nan_to_num(x, copy=True, nan=0.0, posinf=None, neginf=None):
    """`x` with numbers for NaN and for infinities; those have a derivative of zero.

    >>> nan_to_num(np.array([np.nan, 1.0])).tolist()
    [0.0, 1.0]
    """
    x = as_array(x)
    if kind(x) in "biu":
        return x
    if is_complex(x.dtype):
        return repaired(real(x), nan, posinf, neginf) + 1j * repaired(imag(x), nan, posinf, neginf)
    return repaired(x, nan, posinf, neginf)


def repaired(x, nan, posinf, neginf):
    limits = np.finfo(x.dtype or np.float64)
    x = where(isnan(x), nan, x)
    x = where(isinf(x) & (x > 0), limits.max if posinf is None else posinf, x)
    return where(isinf(x) & (x < 0), limits.min if neginf is None else neginf, x)


@public(np.real_if_close)
def real_if_close(a, tol=100):
    """The real part, if all imaginary parts are smaller than `tol` rounding errors.

    >>> real_if_close(np.array([1.0 + 1e-17j])).tolist()
    [1.0]
    """
    a = as_array(a)
    if not is_complex(a.dtype):
        return a
    limit = tol * np.finfo(a.dtype).eps if tol > 1 else tol
    return real(a) if (np.abs(plain(imag(a), "real_if_close")) < limit).all() else a


@public(np.fix)
def fix(x):
    """Whole part towards zero; the derivative is zero.

    >>> float(fix(-1.5))
    -1.0
    """
    x = as_array(x)
    return trunc(x)


@public(np.around)
def around(x, decimals=0):
    """`round` by its other name.

    >>> float(around(2.125, 2))
    2.12
    """
    return rounded(x, decimals)


@public(np.angle)
def angle(z, deg=False):
    """Argument of a complex number [rad], or in degrees [°].

    >>> float(angle(1j, deg=True))
    90.0
    """
    found = argument(as_array(z))
    return found * (180 / np.pi) if deg else found


def spaced(start, stop, num, endpoint, axis):
    """(values from start to stop, the step); new axis in its place."""
    num = int(num)
    if num < 0:
        raise ValueError(f"Number of samples, {num}, must be non-negative.")
    start, stop = as_array(start) * 1.0, as_array(stop) * 1.0
    parts = num - 1 if endpoint else num
    step = (stop - start) / parts if parts > 0 else (stop - start) * np.nan
    weights = np.arange(num).reshape(
        (-1,) + (1,) * len(np.broadcast_shapes(start.shape, stop.shape))
    )
    weights = weights / parts if parts > 0 else weights * 1.0
    found = start + weights * (stop - start)
    if endpoint and num > 1:
        last = broadcast_to(stop, found.shape[1:])
        found = concatenate([found[:-1], expand_dims(last, 0)], 0)
    return moveaxis(found, 0, axis), step


@public(np.linspace)
def linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0, *, device=None):
    """`num` numbers in equal steps from `start` to `stop`.

    >>> linspace(0.0, 1.0, 3).tolist()
    [0.0, 0.5, 1.0]
    """
    found, step = spaced(start, stop, num, endpoint, axis)
    found = found if dtype is None else found.astype(dtype)
    return (found, step) if retstep else found


@public(np.logspace)
def logspace(start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0):
    """Powers of `base` with exponents in equal steps.

    >>> logspace(0.0, 2.0, 3).tolist()
    [1.0, 10.0, 100.0]
    """
    found = base ** spaced(start, stop, num, endpoint, axis)[0]
    return found if dtype is None else found.astype(dtype)


@public(np.geomspace)
def geomspace(start, stop, num=50, endpoint=True, dtype=None, axis=0):
    """Numbers from `start` to `stop` in equal ratios.

    >>> geomspace(1.0, 4.0, 3).round(9).tolist()
    [1.0, 2.0, 4.0]
    """
    start, stop = as_array(start) * 1.0, as_array(stop) * 1.0
    if has_numbers(start) and has_numbers(stop):
        if (plain(start, "geomspace") == 0).any() or (plain(stop, "geomspace") == 0).any():
            raise ValueError("Geometric sequence cannot include zero")
    first = sign(start) if not is_complex(start.dtype) else start
    powers, _ = spaced(log(start / first), log(stop / first), num, endpoint, axis)
    found = np.exp(powers) * first
    return found if dtype is None else found.astype(dtype)


@public(np.isclose)
def isclose(a, b, rtol=1.0e-5, atol=1.0e-8, equal_nan=False):
    """Whether two numbers are near each other, `|a - b| <= atol + rtol |b|`, elementwise.

    >>> isclose(np.array([1.0]), 1.0 + 1e-9).tolist()
    [True]
    """
    a, b = as_array(a), as_array(b)
    near = less_equal(abs(a - b), atol + rtol * abs(b)) & less(abs(b), np.inf)
    near = near | (a == b)
    return near | (isnan(a) & isnan(b)) if equal_nan else near


@public(np.allclose)
def allclose(a, b, rtol=1.0e-5, atol=1.0e-8, equal_nan=False):
    """Whether all elements are near each other.

    >>> bool(allclose(np.array([1.0]), 1.0 + 1e-9))
    True
    """
    return verdict(all(isclose(a, b, rtol, atol, equal_nan)))


def verdict(truth):
    """A Python truth where the numbers are there."""
    return bool(plain(truth, "allclose")) if has_numbers(truth) else truth


@public(np.array_equal)
def array_equal(a1, a2, equal_nan=False):
    """Whether two arrays have the same shape and the same elements.

    >>> array_equal(np.array([1.0]), np.array([1.0]))
    True
    """
    a1, a2 = as_array(a1), as_array(a2)
    if a1.shape != a2.shape:
        return False
    same = a1 == a2
    return verdict(all(same | (isnan(a1) & isnan(a2)) if equal_nan else same))


@public(np.array_equiv)
def array_equiv(a1, a2):
    """Whether two arrays are equal after broadcasting.

    >>> array_equiv(np.array([1.0, 1.0]), np.array(1.0))
    True
    """
    a1, a2 = as_array(a1), as_array(a2)
    try:
        np.broadcast_shapes(a1.shape, a2.shape)
    except ValueError:
        return False
    return verdict(all(a1 == a2))


@public(np.isreal)
def isreal(x):
    """Whether the imaginary part is zero."""
    return imag(as_array(x)) == 0


@public(np.iscomplex)
def iscomplex(x):
    """Whether the imaginary part is not zero."""
    return imag(as_array(x)) != 0


@public(np.isposinf)
def isposinf(x):
    """Whether `x` is plus infinity."""
    x = as_array(x)
    return isinf(x) & (x > 0)


@public(np.isneginf)
def isneginf(x):
    """Whether `x` is minus infinity."""
    x = as_array(x)
    return isinf(x) & (x < 0)
