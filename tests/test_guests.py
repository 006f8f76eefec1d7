"""Containers of other libraries beside values being differentiated: they get them, or refuse."""

import operator

import numpy as np
import pytest

import autodiff as ad

X = np.array([1.0, 2.0, 3.0])
OPERATORS = {"*": operator.mul, "+": operator.add, "/": operator.truediv, "-": operator.sub}


def eager(x=X):
    return ad.tensor(x, requires_grad=True)


@pytest.mark.parametrize("name", OPERATORS)
@pytest.mark.parametrize("swapped", [False, True])
def test_xarray_holds_values_on_either_side(name, swapped):
    xarray = pytest.importorskip("xarray")
    other = xarray.DataArray([2.0, 4.0, 8.0], dims="a")

    def f(x):
        return (OPERATORS[name](other, x) if swapped else OPERATORS[name](x, other)).sum()

    def plain(x):
        y = other.to_numpy()
        return (OPERATORS[name](y, x) if swapped else OPERATORS[name](x, y)).sum()

    right = ad.grad(plain)(X)
    np.testing.assert_array_equal(ad.grad(f)(X), right)
    np.testing.assert_array_equal(ad.jit(ad.grad(f))(X), right)
    assert ad.jvp(f, (X,), (X,))[1] == right @ X
    t = eager()
    found = f(t)
    assert type(found) is xarray.DataArray
    found.data.backward()
    np.testing.assert_array_equal(t.grad, right)
    assert type(np.multiply(t, other)) is type(np.multiply(other, t)) is xarray.DataArray


def test_a_function_may_return_what_holds_the_values():
    xarray = pytest.importorskip("xarray")
    weights = xarray.DataArray([2.0, 4.0, 8.0], dims="a")
    value, slope = ad.value_and_grad(lambda x: (x * weights).mean())(X)
    assert value == 34 / 3
    np.testing.assert_array_equal(slope, weights.to_numpy() / 3)


@pytest.mark.parametrize("kind", ["Series", "Index", "DataFrame"])
@pytest.mark.parametrize("name", OPERATORS)
def test_pandas_refuses_in_one_sentence(kind, name):
    pandas = pytest.importorskip("pandas")
    numbers = [1.0, 2.0, 3.0]
    other = getattr(pandas, kind)([numbers] if kind == "DataFrame" else numbers)
    for run in (eager, lambda: ad.Variable("x", (3,), float)):
        with pytest.raises(TypeError, match=rf"pandas {kind} cannot hold values .* to_numpy"):
            OPERATORS[name](run(), other)
        with pytest.raises((TypeError, RuntimeError)):
            OPERATORS[name](other, run())
    with pytest.raises(TypeError, match="cannot hold values being differentiated"):
        ad.grad(lambda x: OPERATORS[name](x, other).sum())(X)


def test_numbers_of_pandas_go_in():
    pandas = pytest.importorskip("pandas")
    series = pandas.Series([1.0, 2.0, 3.0])
    assert type(ad.grad(lambda x: (x * x).sum())(series)) is np.ndarray
    found = np.concatenate([eager(), series])
    assert found.shape == (6,)
    assert float((eager() @ series).item()) == 14.0


@pytest.mark.parametrize("name", OPERATORS)
def test_a_mask_is_not_lost(name):
    other = np.ma.array([1.0, 2.0, 3.0], mask=[False, True, False])
    for run in (eager, lambda: ad.Variable("x", (3,), float)):
        with pytest.raises(TypeError, match=r"MaskedArray cannot hold .* where"):
            OPERATORS[name](run(), other)
        with pytest.raises((TypeError, RuntimeError)):
            OPERATORS[name](other, run())
    with pytest.raises(TypeError, match="MaskedArray"):
        ad.tensor(other)
    with pytest.raises(TypeError, match="MaskedArray"):
        np.concatenate([eager(), other])


@pytest.mark.filterwarnings("ignore:the matrix subclass")
def test_a_matrix_is_no_elementwise_factor():
    other = np.matrix([[1.0, 2.0], [3.0, 4.0]])
    x = np.array([[1.0, 2.0], [5.0, 6.0]])
    for f in (lambda x: x * other, lambda x: other * x, lambda x: np.multiply(x, other)):
        with pytest.raises(TypeError, match=r"numpy matrix .* @"):
            ad.grad(lambda x, f=f: f(x).sum())(x)
    right = ad.grad(lambda x: (x / np.asarray(other)).sum())(x)
    np.testing.assert_array_equal(ad.grad(lambda x: (x / other).sum())(x), right)
    right = ad.grad(lambda x: (np.asarray(other) / x).sum())(x)
    np.testing.assert_array_equal(ad.grad(lambda x: (other / x).sum())(x), right)
    np.testing.assert_array_equal((eager(x) @ other).detach(), x @ np.asarray(other))


@pytest.mark.parametrize("name", OPERATORS)
@pytest.mark.parametrize("kind", ["csr_matrix", "csr_array", "coo_array"])
def test_a_sparse_matrix_takes_products_alone(kind, name):
    sparse = pytest.importorskip("scipy.sparse")
    other = getattr(sparse, kind)(np.diag(X))
    for run in (eager, lambda: ad.Variable("x", (3,), float)):
        with pytest.raises(TypeError, match="toarray"):
            OPERATORS[name](run(), other)
        with pytest.raises((TypeError, RuntimeError)):
            OPERATORS[name](other, run())
    np.testing.assert_array_equal((eager() @ other).detach(), X * X)


def test_what_asks_for_an_operation_gets_it():
    class Mine:
        __array_ufunc__ = None

        def __rmul__(self, other):
            return "mine"

        __radd__ = __rmul__

    for x in (eager(), ad.Variable("x", (3,), float)):
        assert x * Mine() == x + Mine() == "mine"
