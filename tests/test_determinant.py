"""Derivatives of the determinant of every order, a polynomial also at singular matrices."""

from functools import reduce
from itertools import permutations

import numpy as np
import pytest

import autodiff as ad


def leibniz(a):
    """The determinant as the sum over all permutations."""
    n = a.shape[-1]
    signs = {p: np.linalg.det(np.eye(n)[list(p)]) for p in permutations(range(n))}
    terms = [reduce(lambda y, i, p=p: y * a[i, p[i]], range(n), s) for p, s in signs.items()]
    return reduce(lambda y, term: y + term, terms)


def of_rank(n, rank, dtype=float, seed=0):
    rng = np.random.default_rng(seed)
    parts = [rng.normal(size=(n, n)) for _ in range(4)]
    left, right = parts[:2] if dtype is float else (parts[0] + 1j * parts[1], parts[2])
    return left @ np.diag(np.arange(n) < rank) @ right


def along(f, directions):
    """The derivative along each of several directions."""
    for d in directions:
        f = pushed(f, d)
    return f


def pushed(f, d):
    return lambda x: ad.jvp(f, (x,), (d.astype(x.dtype),))[1]


@pytest.mark.parametrize("rank", range(5))
@pytest.mark.parametrize("order", range(1, 6))
@pytest.mark.parametrize("dtype", [float, complex])
def test_every_derivative_at_every_rank(rank, order, dtype):
    a = of_rank(4, rank, dtype)
    directions = np.random.default_rng(1).normal(size=(order, 4, 4))
    expected = along(leibniz, directions)(a)
    scale = (1 + np.abs(a).max()) ** 4
    assert np.isclose(along(ad.det, directions)(a), expected, rtol=1e-10, atol=1e-11 * scale)


@pytest.mark.parametrize("rank", range(4))
def test_third_derivatives_in_mixed_modes(rank):
    a = of_rank(3, rank)
    expected = ad.jacfwd(ad.jacfwd(ad.jacfwd(leibniz)))(a)
    for outer in (ad.jacfwd, ad.jacrev):
        for inner in (ad.jacfwd(ad.grad(ad.det)), ad.jacrev(ad.grad(ad.det))):
            np.testing.assert_allclose(outer(inner)(a), expected, atol=1e-12)


def test_a_stack_with_a_singular_and_a_regular_matrix():
    stack = np.stack([of_rank(3, rank) for rank in (0, 1, 2, 3)])
    third = ad.jacfwd(ad.hessian(ad.det))
    np.testing.assert_allclose(ad.vmap(third)(stack), [third(a) for a in stack], atol=1e-12)


def test_third_derivatives_of_traced_programmes():
    a, directions = of_rank(3, 1), np.random.default_rng(2).normal(size=(3, 3, 3))
    third = along(ad.det, directions)
    assert np.isclose(ad.jit(third)(a), along(leibniz, directions)(a))


def test_larger_singular_matrices():
    # of diag(1, ..., n - 3, 0, 0, 0) the third derivative along three diagonals is a product
    n = 12
    a = np.diag(np.append(np.arange(1.0, n - 2), np.zeros(3)))
    units = np.zeros((3, n, n))
    units[range(3), range(n - 3, n), range(n - 3, n)] = 1
    expected = np.prod(np.arange(1.0, n - 2))
    assert np.isclose(along(ad.det, units)(a), expected, rtol=1e-9)


def test_single_precision_stays_single():
    a = of_rank(3, 1).astype(np.float32)
    found = along(ad.det, np.ones((3, 3, 3)) * np.eye(3))(a)
    assert found.dtype == np.float32
    assert np.isclose(found, 6.0, rtol=1e-5)
