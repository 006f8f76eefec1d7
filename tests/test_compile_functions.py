"""Elementary functions of vectors, against many digits: errors in units in the last place."""

import mpmath
import numpy as np
import pytest

from autodiff.compile.jit import jit
from autodiff.core.op import Op

BOUNDS = {
    "exp": 1.0, "expm1": 2.0, "log": 1.0, "log1p": 1.0, "tanh": 3.0, "sin": 1.0, "cos": 1.0,
    "tan": 2.5, "erf": 3.0, "exp2": 1.5, "log2": 1.0, "log10": 2.0, "sinh": 2.5, "cosh": 2.0,
    "sigmoid": 2.0, "softplus": 2.0, "sech2": 4.0,
}  # fmt: skip
EXACT = {
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
    "sech2": lambda x: 1 / mpmath.cosh(x) ** 2,
    "exp2": lambda x: mpmath.mpf(2) ** x,
    "log2": lambda x: mpmath.log(x, 2),
    "log10": lambda x: mpmath.log(x, 10),
}
POSITIVE = {"log", "log2", "log10"}
SIZES = {
    np.float64: (1e-12, 1e-3, 0.5, 1.0, 3.0, 30.0, 300.0),
    np.float32: (1e-6, 1e-3, 0.5, 1, 3, 30),
}
ANY_SIZE = {
    "sin": 1e9,
    "cos": 1e9,
    "tan": 1e9,
    "log": 1e200,
    "log2": 1e200,
    "log10": 1e200,
    "log1p": 1e200,
}


@pytest.fixture(autouse=True)
def no_disk(monkeypatch):
    monkeypatch.setenv("AUTODIFF_CACHE", "")


def numbers(rng, name, dtype):
    """Numbers of every size that the result of the function has digits for."""
    found = [rng.uniform(-1, 1, 60) * size for size in SIZES[dtype]]
    if name in ANY_SIZE and dtype is np.float64:
        found += [rng.uniform(-1, 1, 60) * size for size in (1e5, ANY_SIZE[name])]
    if name in ("log", "log2", "log10", "log1p"):
        found.append(rng.uniform(-0.01, 0.01, 60) + (name != "log1p"))
    x = np.concatenate(found)
    x = np.abs(x) if name in POSITIVE else x
    x = np.abs(x) if name == "sech2" else x
    return (np.where(x <= -1, -x, x) if name == "log1p" else x).astype(dtype)


def worst(found, wanted):
    """The largest error, in units in the last place of the result."""
    errors = [0.0]
    for y, w in zip(found, wanted):
        unit = float(np.spacing(np.abs(found.dtype.type(float(w)))))
        errors.append(float(abs(mpmath.mpf(float(y)) - w)) / unit)
    return max(errors)


@pytest.mark.parametrize("dtype", [np.float64, np.float32], ids=["double", "single"])
@pytest.mark.parametrize("name", BOUNDS)
def test_error_of_one_argument(name, dtype):
    x = numbers(np.random.default_rng(0), name, dtype)
    found = jit(lambda x: Op.table[name](x))(x)
    function = EXACT.get(name) or getattr(mpmath, name)
    with mpmath.workdps(50):
        wanted = [function(mpmath.mpf(float(v))) for v in x]
        assert worst(found, wanted) <= BOUNDS[name]


@pytest.mark.parametrize("dtype", [np.float64, np.float32], ids=["double", "single"])
def test_error_of_powers(dtype):
    rng = np.random.default_rng(0)
    near, far = rng.uniform(0.9, 1.1, 300), np.exp(rng.uniform(-5, 5, 300))
    x = np.concatenate([near, far]).astype(dtype)
    y = np.concatenate([rng.uniform(-300, 300, 300), rng.uniform(-8, 8, 300)]).astype(dtype)
    found = jit(lambda x, y: x**y)(x, y)
    with mpmath.workdps(50):
        wanted = [mpmath.mpf(float(a)) ** mpmath.mpf(float(b)) for a, b in zip(x, y)]
        assert worst(found, wanted) <= 2.0
