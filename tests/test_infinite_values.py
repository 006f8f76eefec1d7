"""Infinite and missing values, whole numbers and single precision stay what they are."""

import numpy as np
import pytest
from beside_torch import torch

import autodiff as ad

INF, NAN = np.inf, np.nan
PLACES = np.array([[0, 0, 1, 1], [0, 2, 1, 0]])
ROWS = {
    "infinite": np.array([[1.0, INF, -INF, 2.0], [3.0, INF, 0.5, -INF], [1.0, 2.0, 3.0, 4.0]]),
    "NaN": np.array([[1.0, NAN, -INF, 2.0], [3.0, INF, 0.5, NAN], [1.0, 2.0, 3.0, 4.0]]),
    "single": np.arange(12, dtype=np.float32).reshape(3, 4),
    "whole": np.arange(-6, 6).reshape(3, 4),
    "large": 2**60 + np.arange(12).reshape(3, 4),
    "bytes": np.arange(12, dtype=np.uint8).reshape(3, 4),
}


def same(ours, theirs):
    assert ours.dtype == theirs.numpy().dtype
    np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=1e-6)


@pytest.mark.parametrize("kept", [True, False])
@pytest.mark.parametrize("reduce", ["sum", "prod", "mean", "amax", "amin"])
@pytest.mark.parametrize("name", ROWS)
def test_scatters_with_reductions(name, reduce, kept):
    def program(T):
        x = T.tensor(ROWS[name])
        src = T.tensor(ROWS[name][::-1].copy())
        return x.scatter_reduce(0, T.tensor(PLACES), src, reduce, include_self=kept)

    same(program(ad), program(torch))


def test_many_values_meet_at_one_place_of_bytes():
    def program(T):
        x, ones = T.tensor(np.array([7], np.uint8)), T.tensor(np.ones(256, np.uint8))
        return x.scatter_reduce(0, T.tensor([0] * 256), ones, "amax", include_self=False)

    same(program(ad), program(torch))


@pytest.mark.parametrize("name", ["min", "max"])
def test_extremes_at_an_index_stay_infinite(name):
    x = ad.tensor([-INF, 1.0, INF, 2.0], requires_grad=True)
    y = getattr(x.at[np.array([1, 1])], name)(np.array([0.0, 5.0]))
    assert y.tolist() == [-INF, 0.0 if name == "min" else 5.0, INF, 2.0]
    y.backward(np.ones(4))
    assert x.grad.tolist() == [1.0, 0.0, 1.0, 1.0]


@pytest.mark.parametrize("method", ["median", "nanmedian"])
@pytest.mark.parametrize("values", [[1.0, INF, INF], [-INF, -INF, 3.0, 4.0], [INF, 1.0, NAN]])
def test_medians(method, values):
    def program(T, *dim):
        found = getattr(T.tensor(values, dtype=T.float64), method)(*dim)
        return found[0] if dim else found

    same(program(ad), program(torch))
    same(program(ad, 0), program(torch, 0))


def test_the_infinite_elements_share_the_derivative_of_a_median():
    x = ad.tensor([1.0, INF, INF], requires_grad=True)
    x.median().backward()
    assert x.grad.tolist() == [0.0, 0.5, 0.5]


CALLS = {
    "view_as_complex": lambda T: T.view_as_complex(T.tensor(ROWS["infinite"][:, :2])),
    "complex": lambda T: T.complex(T.tensor(ROWS["infinite"][0]), T.tensor(ROWS["infinite"][1])),
    "hardshrink": lambda T: T.tensor(ROWS["NaN"]).hardshrink(),
    "slice_scatter": lambda T: T.slice_scatter(
        T.tensor(ROWS["whole"]), T.tensor(ROWS["infinite"][2:]), start=2
    ),
    "select_scatter": lambda T: T.select_scatter(
        T.tensor(ROWS["single"]), T.tensor(ROWS["NaN"][0]), 0, 1
    ),
    "diagonal_scatter": lambda T: T.diagonal_scatter(
        T.tensor(ROWS["whole"]) > 0, T.tensor([0, 7, 7])
    ),
    "unique_consecutive": lambda T: T.tensor(ROWS["single"][:0]).unique_consecutive(),
    "legendre": lambda T: T.special.legendre_polynomial_p(T.tensor(ROWS["single"]), 3),
    "a negative degree": lambda T: T.special.hermite_polynomial_h(T.tensor(ROWS["single"]), -1),
    "degree 0": lambda T: T.special.chebyshev_polynomial_v(T.tensor(ROWS["single"]), 0),
    "spherical": lambda T: T.special.spherical_bessel_j0(T.tensor(ROWS["single"])),
}


@pytest.mark.parametrize("name", CALLS)
def test_calls(name):
    same(CALLS[name](ad), CALLS[name](torch))


PARTS = (INF, -INF, NAN, 1.0, 0.0, -0.0, -2.0)


@pytest.mark.parametrize("dtype", [np.complex128, np.complex64])
def test_the_sign_of_complex_infinities_is_numpy_s(dtype):
    z = np.array([complex(a, b) for a in PARTS for b in PARTS]).astype(dtype)
    for sign in (ad.sign, lambda z: np.asarray(np.sign(ad.tensor(z))), ad.jit(ad.sign)):
        found = sign(z)
        assert found.dtype == dtype
        np.testing.assert_allclose(found, np.sign(z), rtol=1e-6)


def test_complex_numbers_of_infinite_parts_compiled():
    a, b = (np.array(p).ravel() for p in np.meshgrid(PARTS, PARTS))
    found = ad.jit(ad.complex)(a, b)
    assert np.array_equal(found.real, a, equal_nan=True)
    assert np.array_equal(found.imag, b, equal_nan=True)


def test_the_derivative_of_complex():
    gradient = ad.grad(lambda a: abs(ad.complex(a, 2 * a)))(3.0)
    assert gradient == pytest.approx(np.sqrt(5.0))
