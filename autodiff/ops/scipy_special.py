"""What the rows of SciPy's special functions share: how they are written, sampled and refused.

The files of these rows are imported by `autodiff.scipy.special` alone, so that `import autodiff`
needs no SciPy.
"""

from functools import wraps
from typing import Any

import numpy as np

from ..core.errors import RuleError
from ..core.family import Binary, Elementwise, Unary
from ..core.public import as_value, public
from .complex import astype

try:
    from scipy import special as special
except ImportError:
    raise ImportError(
        "autodiff.scipy evaluates with SciPy, which is not installed; pip install autodiff-numpy[scipy]"
    ) from None

SHAPES: dict[int, Any] = {1: (((),), ((3,),), ((2, 3),), ((0,),))}
SHAPES[2] = (((), ()), ((3,), (3,)), ((2, 1), (3,)), ((), (3,)), ((0,), (1,)))
SHAPES[3] = (((), (), ()), ((3,), (3,), (3,)), ((2, 1), (3,), ()), ((0,), (1,), ()))
SHAPES[4] = (((), (), (), ()), ((3,),) * 4, ((2, 1), (3,), (), (1,)))


class Refused:
    """The rule of an argument in which no derivative is known: it raises, in one sentence."""

    def __init__(self, function, argument, advice="pass it as a plain number or array"):
        self.message = (
            f"{function} has no derivative in {argument}, which is being differentiated; {advice}"
        )

    def __call__(self, *args, **params) -> Any:
        raise RuleError(self.message)


def special_row(
    signature, evaluate, *rules, domain, held=None, params=({},), plane=False, numpy=None, latex=None,
    doc, reads: Any = "xy", pole=True, **facts,
) -> Any:  # fmt: skip
    """A row of a special function.

    rules: one for each argument; text in the place of a rule refuses the argument, and is what the
    error calls the function.
    domain: one interval for each argument; of an argument in `held`, its place -> values, the plain
    numbers that the laws try instead.
    plane: whether the row takes complex numbers alone.
    """
    name, arguments = signature[:-1].split("(")
    arguments = arguments.split(", ")
    ruled = [Refused(r, a) if isinstance(r, str) else r for r, a in zip(rules, arguments)]
    ruled = [narrowed(r, held or {}) if callable(r) and not isinstance(r, Refused) else r for r in ruled]
    family = {1: Unary, 2: Binary}.get(len(arguments), Elementwise) if params == ({},) else Elementwise
    latex = latex or rf"\operatorname{{{name}}}({', '.join('$' + a for a in arguments)})".replace("_", r"\_")
    latex = latex.replace(r"$\_", "$_")
    tested: dict[str, Any] = {"domain": domain}
    if held or params != ({},) or len(arguments) > 1 or plane:
        tested = {"sample": sampler(domain, held or {}, params, plane)}
    return family(signature, evaluate, *ruled, numpy=numpy, latex=latex, doc=doc, reads=reads, pole=pole, **tested, **facts)


def narrowed(rule, held):
    """The rule in the precision of the tangent, also where SciPy or a Python number widens it."""

    def apply(t, z, *args, **params):
        kind = t.dtype
        if kind is None:
            return rule(t, z, *args, **params)
        precise = np.finfo(kind).dtype
        if any([type(a) in (int, float) for a in args]):
            args = [
                np.asarray(a, precise) if type(a) in (int, float) and i not in held else a
                for i, a in enumerate(args)
            ]
        out = rule(t, z, *args, **params)
        if out.dtype is None or np.finfo(out.dtype).dtype.itemsize <= precise.itemsize:
            return out
        return astype(out, np.result_type(precise, np.complex64) if out.dtype.kind == "c" else precise)

    return apply


def sampler(domain, held, params, plane):
    """Samples for the laws: arrays inside the domain, or around it, beside the held numbers."""
    free = [i for i in range(len(domain)) if i not in held]

    def sample(rng, dtype):
        dtype = np.result_type(dtype, np.complex64) if plane else dtype
        found = []
        for number, shapes in enumerate(SHAPES[len(free)]):
            args: list[Any] = [None] * len(domain)
            for i, values in held.items():
                args[i] = values[number % len(values)]
            for i, shape in zip(free, shapes):
                args[i] = inside(rng, domain[i], shape, dtype)
            found.append((tuple(args), params[number % len(params)]))
        return found

    return sample


def inside(rng, ends, shape, dtype):
    """Random numbers inside intervals: (low, high), or (low, high, low, high, ...)."""
    which = rng.integers(len(ends) // 2, size=shape)
    low, high = np.array(ends[::2], float)[which], np.array(ends[1::2], float)[which]
    x = low + (high - low) * rng.uniform(0.1, 0.9, shape)
    if np.dtype(dtype).kind == "c":
        x = x + 1j * rng.uniform(0.05, 0.4, shape) * (high - low)
    return np.asarray(np.ceil(x.real) if np.dtype(dtype).kind in "biu" else x, dtype)


def in_double(evaluate: Any = None, *, complex=False) -> Any:
    """Decorate a value computed in double precision: float32 is rounded once, at the end.

    Arguments arrive broadcast, as float64 or complex128 arrays; complex ones raise TypeError unless
    `complex`.
    """

    def decorate(evaluate):
        @wraps(evaluate)
        def function(*args, **params):
            dtype = np.result_type(*args)
            if dtype.kind in "biu":
                dtype = np.dtype(np.float64)
            if dtype == np.float16:
                dtype = np.dtype(np.float32)
            if dtype.kind == "c" and not complex:
                raise TypeError(f"{evaluate.__name__} takes real numbers, and complex ones are given")
            wide = np.complex128 if dtype.kind == "c" else np.float64
            arrays = np.broadcast_arrays(*[np.asarray(a, wide if np.iscomplexobj(a) else np.float64) for a in args])
            with np.errstate(all="ignore"):
                out = np.asarray(evaluate(*arrays, **params))
            if out.dtype.kind == "c" and dtype.kind != "c":
                dtype = np.result_type(dtype, np.complex64)
            return out.astype(dtype)[()]

        return function

    return decorate if evaluate is None else decorate(evaluate)


def matched(function):
    """SciPy's function with Python numbers in the precision of the arrays beside them."""

    def evaluate(*args):
        weak = [type(a) in (int, float) for a in args]
        if any(weak) and not all(weak):
            kind = np.finfo(np.result_type(*args, np.float16)).dtype
            kind = np.float32 if kind == np.float16 else kind
            args = [np.asarray(a, kind) if type(a) in (int, float) else a for a in args]
        return function(*args)

    return evaluate


def complex_only(name, function):
    """SciPy's function of complex numbers alone; its public function converts real ones."""

    def evaluate(*args, **params):
        if not any([np.iscomplexobj(a) for a in args]):
            raise TypeError(f"{name}: the row takes complex numbers, and real ones are given")
        return function(*args, **params)

    return evaluate


def as_complex(z) -> Any:
    """`z` as complex numbers of its precision."""
    z = as_value(z)
    return z if z.dtype is not None and z.dtype.kind == "c" else z + 0j


def composed(*numpy):
    """Decorate a function composed of rows; SciPy's ufuncs `numpy` hand traced values to it."""
    return public(*numpy, renamed=False)


def pieces(out, *choices) -> Any:
    """A copy of `out` with pieces filled in: (mask, function, *arrays), each on its own elements."""
    out = np.array(out)
    for mask, function, *arrays in choices:
        if np.any(mask):
            out[mask] = function(*[a[mask] for a in arrays])
    return out
