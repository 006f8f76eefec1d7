"""Reductions with `dtype=` of every kind of value: the numbers and dtypes of NumPy, wrapped around
as its small integers are."""

from functools import reduce

import numpy as np
import pytest

import autodiff as ad

GIVEN = ("int8", "int32", "uint8", "bool", "float32", "float64")
ASKED = ("int8", "int64", "uint8", "uint32", "float32", "float64", "complex64", "bool")
TOTALS = ("sum", "prod", "mean", "cumsum", "cumprod")
OF_NUMBERS = ("nansum", "nanprod", "nancumsum", "nancumprod")
SPREADS = ("var", "std", "nanmean", "nanvar", "nanstd")
WALKS = ("add.reduce", "multiply.reduce", "add.accumulate", "multiply.accumulate")


def of(name):
    return reduce(getattr, name.split("."), np)


def outcome(f, x):
    """What `f` gives, or the kind of its error."""
    try:
        return f(x)
    except TypeError:
        return TypeError


def assert_as_numpy(f, x):
    with np.errstate(all="ignore"):
        wanted, found = outcome(f, x), outcome(f, ad.tensor(x))
    if wanted is TypeError or found is TypeError:
        assert wanted is found
        return
    assert found.dtype == wanted.dtype
    np.testing.assert_allclose(found.numpy(), wanted, rtol=1e-5)


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
@pytest.mark.filterwarnings("ignore:Casting complex:numpy.exceptions.ComplexWarning")
@pytest.mark.parametrize("given", GIVEN)
@pytest.mark.parametrize("name", [*TOTALS, *OF_NUMBERS, *SPREADS, *WALKS])
def test_the_dtype_asked_for(name, given):
    x = np.array([100, 55, 101]).astype(given)
    for dtype in ASKED:
        assert_as_numpy(lambda x, dtype=dtype: of(name)(x, dtype=dtype), x)


@pytest.mark.filterwarnings("ignore:Casting complex:numpy.exceptions.ComplexWarning")
@pytest.mark.parametrize("x", [np.full((2, 3, 3), 100, np.int8), np.full((3, 3, 3), 0.6)], ids=str)
def test_the_dtype_of_a_trace(x):
    for dtype in (*ASKED, None):
        assert_as_numpy(lambda x, dtype=dtype: np.trace(x, dtype=dtype), x)
        assert_as_numpy(lambda x, dtype=dtype: np.linalg.trace(x, offset=1, dtype=dtype), x)


@pytest.mark.parametrize("name", ["mean", "var", "std"])
def test_a_mask_keeps_single_precision(name):
    x = np.array([1.0, 3.0, 8.0], np.float32)
    assert_as_numpy(lambda x: of(name)(x, where=x > 2), x)
    assert_as_numpy(lambda x: of("nan" + name)(x), x)


def test_initial_counts_before_the_numbers_wrap_around():
    x = np.array([100, 55, 101], np.int8)
    assert_as_numpy(lambda x: np.sum(x, initial=3, dtype=np.int8), x)
    assert_as_numpy(lambda x: np.prod(x, initial=3, dtype=np.uint8), x)


def test_a_compiled_sum_has_the_dtype_asked_for():
    x = np.array([100, 55, 101], np.int8)
    found = ad.jit(lambda x: np.sum(x, dtype=np.int8))(x)
    assert found.dtype == np.int8 and found == np.sum(x, dtype=np.int8)


def test_a_derivative_passes_a_wider_sum():
    x = np.array([1.0, 2.0], np.float32)
    assert ad.grad(lambda x: np.sum(x * x, dtype=np.float64))(x).tolist() == [2.0, 4.0]


def test_dlpack_says_what_it_takes():
    with pytest.raises(TypeError, match="never"):
        ad.tensor([1.0]).__dlpack__(never=1)
    copied = np.from_dlpack(ad.tensor([1.0]), copy=True)
    assert copied.tolist() == [1.0]
