"""SciPy's namespaces: values as SciPy's, derivatives as central differences."""

import numpy as np
import pytest
from scipy import (
    integrate as their_integrate,
    linalg as their_linalg,
    signal as their_signal,
    stats as their_stats,
)

import autodiff as ad
import autodiff.compat.autograd as autograd
import autodiff.compat.autograd.scipy.stats.norm as norm
from autodiff.compat.autograd import scipy as compat
from autodiff.compat.autograd.test_util import check_grads
from autodiff.scipy import integrate, linalg, signal

rng = np.random.default_rng(0)
A, B, Q = rng.normal(size=(4, 4)), rng.normal(size=(3, 3)), rng.normal(size=(4, 3))
P = A @ A.T + np.eye(4)
P2 = B @ B.T + np.eye(3)
BANDS = np.arange(20.0).reshape(4, 5) + 1
SHAPES = [
    ((5,), (3,)), ((3,), (5,)), ((4, 5), (2, 3)), ((2, 3), (4, 5)), ((40, 50), (33, 34)),
    ((3, 4, 5), (2, 2, 2)), ((4, 2), (2, 4)), ((), ()),
]  # fmt: skip


@pytest.fixture(autouse=True)
def _the_same_directions():
    """check_grads draws its directions from NumPy's global generator, as autograd's does."""
    np.random.seed(0)  # noqa: NPY002


@pytest.mark.parametrize("shapes", SHAPES)
@pytest.mark.parametrize("mode", ["full", "same", "valid"])
@pytest.mark.parametrize("name", ["convolve", "correlate"])
def test_convolutions_are_scipys(shapes, mode, name):
    x, y = (rng.normal(size=shape) for shape in shapes)
    try:
        expected = getattr(their_signal, name)(x, y, mode)
    except ValueError:
        with pytest.raises(ValueError, match="'valid' mode, one must be at least as large"):
            getattr(signal, name)(x, y, mode)
        return
    found = getattr(signal, name)(x, y, mode)
    assert found.shape == expected.shape
    assert np.allclose(found, expected, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
@pytest.mark.parametrize("boundary", ["fill", "wrap", "symm"])
@pytest.mark.parametrize("name", ["convolve2d", "correlate2d"])
def test_convolutions_of_images_are_scipys(mode, boundary, name):
    x, y = rng.normal(size=(5, 6)), rng.normal(size=(3, 2))
    expected = getattr(their_signal, name)(x, y, mode, boundary)
    found = getattr(signal, name)(x, y, mode, boundary)
    assert found.shape == expected.shape
    assert np.allclose(found, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: signal.convolve(np.ones(2), np.ones(2), "some"), "mode is 'some'"),
        (lambda: signal.convolve(np.ones(2), np.ones((2, 2))), "the same dimensionality"),
        (lambda: signal.convolve(np.ones(2), np.ones(0)), "an array is empty"),
        (lambda: signal.convolve(np.ones(2), np.ones(2), "full", "slow"), "method is 'slow'"),
        (lambda: signal.convolve2d(np.ones(2), np.ones((2, 2))), "must both be 2-D"),
        (lambda: signal.convolve2d(A, A, "full", "mirror"), "boundary is 'mirror'"),
        (lambda: compat.signal.convolve(A, A, ([0], [])), "as many axes of A as of B"),
        (lambda: linalg.solve_sylvester(A, B, A), "q needs shape"),
        (lambda: linalg.solve_banded((1, 1), BANDS, np.ones(5)), "it needs shape"),
    ],
)
def test_bad_arguments_say_what_is_needed(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_autograds_convolution_over_chosen_axes():
    x, y = rng.normal(size=(3, 5)), rng.normal(size=(3, 4, 2))
    found = compat.signal.convolve(x, y, ([1], [2]), ([0], [0]), "valid")
    expected = sum(np.convolve(x[i], y[i, 2], "valid") for i in range(3))
    assert found.shape == (4, 4)
    assert np.allclose(found[2], expected)
    check_grads(lambda x, y: compat.signal.convolve(x, y, ([1], [1]), ([0], [0])), (0, 1))(x, y)


SOLVED = {
    "solve": lambda m: m.solve(A, Q),
    "solve transposed": lambda m: m.solve(A, Q, transposed=True),
    "solve symmetric": lambda m: m.solve(A, Q, assume_a="sym"),
    "solve lower symmetric": lambda m: m.solve(A, Q, lower=True, assume_a="sym"),
    "solve lower triangular": lambda m: m.solve(A, Q, assume_a="lower triangular"),
    "solve_triangular": lambda m: m.solve_triangular(A, Q, trans="T", lower=True),
    "solve_banded": lambda m: m.solve_banded((1, 2), BANDS, np.arange(5.0)),
    "solveh_banded": lambda m: m.solveh_banded(
        np.array([[0, 0, 0.1, 0.2], [0, 0.3, 0.4, 0.5], [4.0, 5, 6, 7]]), np.ones(4)
    ),
    "solve_sylvester": lambda m: m.solve_sylvester(A, B, Q),
    "solve_continuous_lyapunov": lambda m: m.solve_continuous_lyapunov(A, P),
    "solve_discrete_lyapunov": lambda m: m.solve_discrete_lyapunov(A + 1j * P / 9, P),
    "cholesky": lambda m: m.cholesky(P),
    "lower cholesky": lambda m: m.cholesky(P, lower=True, overwrite_a=True, check_finite=False),
    "cho_solve": lambda m: m.cho_solve(m.cho_factor(P), Q),
    "complex cho_solve": lambda m: m.cho_solve(m.cho_factor(P + 1j * (A - A.T), lower=True), Q),
    "eigh": lambda m: m.eigh(A)[0],
    "upper eigh": lambda m: m.eigh(A, lower=False, eigvals_only=True, subset_by_index=[1, 2]),
    "general eigh": lambda m: m.eigh(A, P)[0],
    "general vectors": lambda m: abs(m.eigh(A, P)[1]),
    "eigvals": lambda m: np.sort_complex(m.eigvals(A)),
    "inv": lambda m: m.inv(A),
    "det": lambda m: m.det(A),
    "norm": lambda m: m.norm(A, 1),
    "pinv": lambda m: m.pinv(Q),
    "pinvh": lambda m: m.pinvh(P),
    "lu": lambda m: m.lu(A)[1],
    "lu permuted": lambda m: m.lu(A, permute_l=True)[0],
    "qr": lambda m: abs(m.qr(Q)[0][:, :3]),
    "qr economic": lambda m: abs(m.qr(Q, mode="economic")[1]),
    "qr of r": lambda m: abs(m.qr(Q, mode="r")[0]),
    "svd": lambda m: m.svd(Q)[1],
    "svdvals": lambda m: m.svdvals(Q),
    "expm": lambda m: m.expm(A),
    "sqrtm": lambda m: m.sqrtm(P),
    "complex sqrtm": lambda m: m.sqrtm(P - 3 * np.eye(4)),
    "complex logm": lambda m: m.logm(P - 3 * np.eye(4)),
    "lstsq": lambda m: m.lstsq(Q, A)[0],
    "toeplitz": lambda m: m.toeplitz(A[0], A[1]),
    "hankel": lambda m: m.hankel(A[0], A[1]),
    "circulant": lambda m: m.circulant(A[0]),
    "block_diag": lambda m: m.block_diag(A, Q, 2.0),
}


@pytest.mark.parametrize("name", SOLVED)
def test_linear_algebra_is_scipys(name):
    found, expected = SOLVED[name](linalg), SOLVED[name](their_linalg)
    assert np.shape(found) == np.shape(expected)
    assert np.allclose(found, expected, rtol=1e-9, atol=1e-10)


DERIVED = {
    "sylvester": (lambda a, b, q: linalg.solve_sylvester(a, b, q), (A, B, Q)),
    "lyapunov": (lambda a, q: linalg.solve_discrete_lyapunov(a, q), (A / 4, P)),
    "banded": (lambda ab, b: linalg.solve_banded((1, 2), ab, b), (BANDS, np.arange(5.0))),
    "cho_solve": (lambda p, q: linalg.cho_solve(linalg.cho_factor(p + p.T), q), (P, Q)),
    "complex root": (lambda a: linalg.sqrtm(a + a.T), (A,)),
    "general eigh": (lambda a, p: linalg.eigh(a + a.T, p + p.T)[0], (A, P)),
    "general vectors": (lambda a, p: abs(linalg.eigh(a + a.T, p + p.T)[1]), (A, P)),
    "toeplitz": (lambda c: linalg.toeplitz(c) ** 2, (A[0],)),
    "circulant": (lambda c: linalg.circulant(c) ** 2, (A[0],)),
    "block_diag": (lambda a, q: linalg.block_diag(a, q) ** 2, (A, Q)),
    "convolve": (lambda x, y: signal.convolve(x, y, "same"), (A, B)),
    "convolve2d": (lambda x, y: signal.convolve2d(x, y, "same", "wrap"), (A, B[:2])),
    "correlate": (lambda x, y: signal.correlate(x, y), (A[0], B[0])),
    "cumulative_trapezoid": (
        lambda y, x: integrate.cumulative_trapezoid(y, x, initial=0), (A, np.arange(4.0) ** 2)
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DERIVED)
def test_derivatives_of_both_orders(name):
    f, args = DERIVED[name]
    check_grads(f, tuple(range(len(args))))(*args)


def test_a_word_that_scipy_does_not_know():
    with pytest.raises(TypeError, match=r"inv\(\) got an unexpected keyword argument 'fast'"):
        linalg.inv(A, fast=True)


@pytest.mark.parametrize(
    "call",
    [
        lambda: linalg.qr(A, pivoting=True),
        lambda: linalg.eigh(A, P, type=2),
        lambda: linalg.eig(A, P),
        lambda: linalg.pinv(A, atol=1.0),
        lambda: linalg.lu(A, p_indices=True),
    ],
)
def test_what_is_not_written_says_so(call):
    with pytest.raises(NotImplementedError):
        call()


def test_sylvester_over_examples():
    stack = np.stack([A, A.T])
    found = ad.vmap(lambda a: linalg.solve_sylvester(a, B, Q))(stack)
    assert np.allclose(found[1], their_linalg.solve_sylvester(A.T, B, Q))


def test_odeint_is_scipys_with_derivatives():
    def right(y, t, k, shift):
        return -k * y + np.sin(t + shift["by"])

    times = np.linspace(0.0, 1.0, 4)
    args = (2.0, {"by": 0.3})
    expected = their_integrate.odeint(right, [1.0, 2.0], times, args)
    found = integrate.odeint(right, [1.0, 2.0], times, args, hmax=0.5, mxstep=500)
    assert np.allclose(found, expected, atol=1e-7)

    def end(k):
        close = {"rtol": 1e-10, "atol": 1e-10}
        return integrate.odeint(right, [1.0, 2.0], times, (k, {"by": 0.3}), **close)[-1, 0]

    step = 1e-4
    assert np.isclose(
        autograd.grad(end)(2.0), (end(2 + step) - end(2 - step)) / (2 * step), rtol=1e-6
    )
    first = integrate.odeint(lambda t, y: -y, 1.0, times, tfirst=True)
    assert np.allclose(first[:, 0], np.exp(-times), atol=1e-7)
    with pytest.raises(ValueError, match="odeint: full_output is given"):
        integrate.odeint(right, [1.0], times, args, full_output=True)
    with pytest.raises(TypeError, match="unexpected keyword argument 'speed'"):
        integrate.odeint(right, [1.0], times, args, speed=1)


def test_distributions_are_modules():
    assert norm.logpdf(1.0) == compat.stats.norm.logpdf(1.0)
    assert autograd.grad(norm.logpdf)(1.5) == -1.5
    assert norm.rvs(size=3, random_state=0).shape == (3,)
    assert compat.stats.ttest_ind is their_stats.ttest_ind
    assert compat.special.roots_legendre(2)[0].shape == (2,)
    assert compat.misc.logsumexp(np.zeros(2)) == np.log(2.0)
    with pytest.raises(AttributeError, match="no attribute 'optimize'"):
        _ = compat.optimize


def test_normal_vectors_on_a_subspace():
    factor = rng.normal(size=(4, 2))
    cov, zeros = factor @ factor.T, np.zeros(4)
    inside = factor @ np.ones(2)
    normal, reference = compat.stats.multivariate_normal, their_stats.multivariate_normal
    expected = reference.logpdf(inside, zeros, cov, allow_singular=True)
    assert np.isclose(normal.logpdf(inside, zeros, cov, allow_singular=True), expected)
    assert normal.logpdf(np.ones(4), zeros, cov, allow_singular=True) == -np.inf
    slope = autograd.grad(lambda v: normal.logpdf(factor @ v, zeros, cov, allow_singular=True))
    assert np.allclose(slope(np.ones(2)), -1.0)
    assert np.isclose(normal.entropy(zeros, P), reference.entropy(zeros, P))
    assert np.isclose(normal.entropy(np.zeros(1), 2.0), reference.entropy(np.zeros(1), 2.0))
