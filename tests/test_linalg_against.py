"""Gradients of linear algebra beside PyTorch's and JAX's, real and complex."""

import warnings

import numpy as np
import pytest

import autodiff as ad
from autodiff import linalg

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    torch = pytest.importorskip("torch")
    jax = pytest.importorskip("jax")
    import jax.numpy as jnp

RNG = np.random.default_rng(11)


def matrices(shape, dtype):
    x = RNG.normal(size=shape) + np.eye(*shape[-2:]) * (1 + np.arange(shape[-1]))
    return x + 1j * RNG.normal(size=shape) if dtype is complex else x


def hermitian(a):
    return (a + a.mT.conj()) / 2


def positive(a):
    return a @ a.mT.conj()


# What is said of vectors does not depend on their phases, which the libraries choose differently.
PROGRAMS = {
    "cholesky": (lambda L, a: L.cholesky(positive(a)), (2, 3, 3)),
    "det": (lambda L, a: L.det(a), (2, 3, 3)),
    "eigh": (lambda L, a: L.eigh(hermitian(a))[0], (2, 3, 3)),
    "vectors of eigh": (lambda L, a: abs(L.eigh(hermitian(a))[1][..., :2, :]), (2, 3, 3)),
    "eigh of one triangle": (lambda L, a: L.eigh(hermitian(a))[0] ** 3, (3, 3)),
    "eigvalsh": (lambda L, a: L.eigvalsh(hermitian(a)), (2, 3, 3)),
    "eig": (lambda L, a: abs(L.eig(a)[0]) ** 2, (3, 3)),
    "vectors of eig": (lambda L, a: abs(L.eig(a)[1]), (2, 3, 3)),
    "eigvals": (lambda L, a: abs(L.eigvals(a)), (3, 3)),
    "inv": (lambda L, a: L.inv(a), (2, 3, 3)),
    "qr": (lambda L, a: abs(L.qr(a)[0]) + abs(L.qr(a)[1].mT @ L.qr(a)[1]).sum(), (4, 3)),
    "slogdet": (lambda L, a: L.slogdet(a)[1], (2, 3, 3)),
    "svd": (lambda L, a: L.svd(a, full_matrices=False)[1], (2, 4, 3)),
    "left vectors of svd": (lambda L, a: abs(L.svd(a, full_matrices=False)[0]), (2, 4, 3)),
    "right vectors of svd": (lambda L, a: abs(L.svd(a, full_matrices=False)[2]), (2, 3, 4)),
    "polar factor": (
        lambda L, a: (lambda u, s, vh: u @ vh)(*L.svd(a, full_matrices=False)),
        (4, 3),
    ),
    "matrix_power": (lambda L, a: L.matrix_power(a, -3), (3, 3)),
    "multi_dot": (lambda L, a: L.multi_dot([a, a.mT, a, a.mT]), (4, 3)),
    "cond": (lambda L, a: L.cond(a), (3, 3)),
    "pinv": (lambda L, a: L.pinv(a), (2, 4, 3)),
    "lstsq": (lambda L, a: L.lstsq(a, a[:, :2] ** 2)[0], (4, 3)),
    "solve": (lambda L, a: L.solve(a, a[..., :2] ** 2), (2, 3, 3)),
    "tensorinv": (lambda L, a: L.tensorinv(a.reshape(2, 3, 6), ind=2), (6, 6)),
    "vecdot": (lambda L, a: L.vecdot(a, a**2), (3, 3)),
    "cross": (lambda L, a: L.cross(a, a**2), (3, 3)),
    "nuclear norm": (lambda L, a: L.norm(a, "nuc"), (4, 3)),
    "spectral norm": (lambda L, a: L.norm(a, 2), (4, 3)),
    "smallest singular value": (lambda L, a: L.norm(a, -2), (3, 3)),
    "columns": (lambda L, a: L.norm(a, 1), (4, 3)),
    "rows": (lambda L, a: L.matrix_norm(a, ord=np.inf), (2, 4, 3)),
    "p-norm": (lambda L, a: L.vector_norm(a, ord=3), (4, 3)),
}


def seeded(y):
    real = np.sin(1.0 + np.arange(y.size)).reshape(y.shape)
    return real + 1j * np.cos(real) if np.iscomplexobj(y) else real


def ours(f, a):
    value, pullback = ad.vjp(lambda a: f(linalg, a), a)
    return value, pullback(seeded(value))[0]


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("dtype", [float, complex])
def test_beside_torch(name, dtype):
    f, shape = PROGRAMS[name]
    a = matrices(shape, dtype)
    value, gradient = ours(f, a)
    x = torch.tensor(a, requires_grad=True)
    y = f(torch.linalg, x)
    np.testing.assert_allclose(value, y.detach().numpy(), rtol=1e-9, atol=1e-10)
    (expected,) = torch.autograd.grad(y, x, torch.tensor(seeded(value)))
    np.testing.assert_allclose(gradient, expected.resolve_conj().numpy(), rtol=1e-7, atol=1e-8)


# Those that PyTorch does by other formulas than we do; JAX compiles each for seconds.
OF_JAX = (
    "cholesky",
    "vectors of eigh",
    "eigvals",
    "qr",
    "left vectors of svd",
    "pinv",
    "nuclear norm",
)


@pytest.mark.parametrize("name", OF_JAX)
@pytest.mark.parametrize("dtype", [float, complex])
def test_beside_jax(name, dtype):
    f, shape = PROGRAMS[name]
    a = matrices(shape, dtype)
    value, gradient = ours(f, a)
    with jax.enable_x64(True):
        y, pullback = jax.vjp(lambda a: f(jnp.linalg, a), jnp.asarray(a))
        (expected,) = pullback(jnp.asarray(np.conj(seeded(value))))
        np.testing.assert_allclose(value, y, rtol=1e-9, atol=1e-10)
        np.testing.assert_allclose(gradient, np.conj(expected), rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("dtype", [float, complex])
def test_gradients_of_hermitian_matrices_are_theirs(dtype):
    a = matrices((3, 3), dtype)
    a = (a + a.conj().T) / 2
    mine = ad.grad(
        lambda a: (linalg.eigh(a)[0] ** 3).sum() + (abs(linalg.eigh(a)[1][0]) ** 4).sum()
    )(a)
    x = torch.tensor(a, requires_grad=True)
    w, v = torch.linalg.eigh(x)
    ((w**3).sum() + (abs(v[0]) ** 4).sum()).backward()
    np.testing.assert_allclose(mine, x.grad.numpy(), rtol=1e-8, atol=1e-9)
    for upper in (False, True):
        b = a @ a + np.eye(3)
        mine = ad.grad(lambda a: (abs(linalg.cholesky(a, upper=upper)) ** 3).sum())(b)  # noqa: B023
        x = torch.tensor(b, requires_grad=True)
        (abs(torch.linalg.cholesky(x, upper=upper)) ** 3).sum().backward()
        np.testing.assert_allclose(mine, x.grad.numpy(), rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("dtype", [float, complex])
def test_the_exponential_beside_torch_and_scipy(dtype):
    a, t = matrices((3, 3), dtype) / 3, matrices((3, 3), dtype)
    x = torch.tensor(a, requires_grad=True)
    y = torch.matrix_exp(x)
    value, pullback = ad.vjp(linalg.matrix_exp, a)
    np.testing.assert_allclose(value, y.detach().numpy(), rtol=1e-10)
    (expected,) = torch.autograd.grad(y, x, torch.tensor(t))
    np.testing.assert_allclose(
        pullback(t)[0], expected.resolve_conj().numpy(), rtol=1e-9, atol=1e-10
    )
    frechet = pytest.importorskip("scipy.linalg").expm_frechet(a, t)
    for found, right in zip(ad.jvp(linalg.expm, (a,), (t,)), frechet, strict=True):
        np.testing.assert_allclose(found, right, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("dtype", [float, complex])
@pytest.mark.parametrize("shape", [(3, 3), (2, 4, 3), (3, 5)])
def test_triangular_factors_beside_torch_and_scipy(dtype, shape):
    a = RNG.normal(size=shape) + (1j * RNG.normal(size=shape) if dtype is complex else 0)
    x = torch.tensor(a, requires_grad=True)
    _, *theirs = torch.linalg.lu(x)
    (p, *ours), pullback = ad.vjp(linalg.lu, a)
    assert np.allclose(p @ ours[0] @ ours[1], a)
    if len(shape) == 2:
        assert np.array_equal(p, pytest.importorskip("scipy.linalg").lu(a)[0])
    for y, z in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(y, z.detach().numpy(), atol=1e-12)
    g = [seeded(y) for y in ours]
    (expected,) = torch.autograd.grad(theirs, x, [torch.tensor(y) for y in g])
    (found,) = pullback(linalg.lu(a)._replace(P=np.zeros_like(p), L=g[0], U=g[1]))
    np.testing.assert_allclose(found, expected.resolve_conj().numpy(), rtol=1e-9, atol=1e-9)


def test_solutions_of_triangular_equations():
    triangular = pytest.importorskip("scipy.linalg").solve_triangular
    a, b = regular_matrix(), RNG.normal(size=(4, 2))
    for options in (
        {},
        {"lower": True},
        {"trans": 1},
        {"trans": "C", "lower": True},
        {"unit_diagonal": True},
    ):
        for right in (b, b[:, 0]):
            ours = linalg.solve_triangular(ad.tensor(a), right, **options).numpy()
            np.testing.assert_allclose(ours, triangular(a, right, **options), rtol=1e-10)
    for options in ({"upper": True}, {"upper": False}, {"upper": True, "unitriangular": True}):
        for left in (True, False):
            right = b if left else b.T
            theirs = torch.linalg.solve_triangular(
                torch.tensor(a), torch.tensor(right), left=left, **options
            )
            ours = linalg.solve_triangular(a, right, left=left, **options)
            np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-10)
    with pytest.raises(ValueError, match="trans is 3"):
        linalg.solve_triangular(a, b, 3)
    with pytest.raises(np.linalg.LinAlgError, match="do not fit"):
        linalg.solve_triangular(a, b[:2])


def regular_matrix():
    return RNG.normal(size=(4, 4)) + 3 * np.eye(4)


@pytest.mark.parametrize(("scipy_name", "power"), [("logm", None), ("sqrtm", 2)])
def test_inverse_functions_of_matrices(scipy_name, power):
    a = positive_matrix()
    f = getattr(linalg, scipy_name)
    back = (lambda x: x @ x) if power else linalg.expm
    _, tangent = ad.jvp(lambda a: back(f(a)), (a,), (np.ones((3, 3)),))
    np.testing.assert_allclose(tangent, 1, rtol=1e-9)
    assert ad.check_grad(lambda a: f(a + 0.1 * a**2).sum(), a)


def positive_matrix():
    a = RNG.normal(size=(3, 3))
    return 0.1 * (a + a.T) + 2 * np.eye(3)


def test_derivatives_agree_with_fifty_digits():
    mpmath = pytest.importorskip("mpmath")
    with mpmath.workdps(50):
        a = mpmath.matrix([[2, 1, 0.5], [0.25, 3, 1], [0.125, 0.5, 5]])
        t = mpmath.matrix([[1, -2, 0.5], [3, 0.5, 1], [-1, 2, 0.25]])
        h = mpmath.mpf(10) ** -20

        def slope(f):
            return (f(a + h * t) - f(a - h * t)) / (2 * h)

        def largest(a):
            return max(mpmath.eig(a, left=False, right=False), key=mpmath.re)

        found = {
            "det": (float(slope(mpmath.det)), np.linalg.det),
            "eig": (float(mpmath.re(slope(largest))), lambda a: np.linalg.eigvals(a)[..., -1]),
            "svd": (
                float(slope(lambda a: mpmath.svd_r(a, compute_uv=False)[0])),
                lambda a: np.linalg.svdvals(a)[0],
            ),
            "expm": (float(slope(lambda a: mpmath.expm(a)[0, 1])), lambda a: linalg.expm(a)[0, 1]),
            "sqrtm": (
                float(slope(lambda a: mpmath.sqrtm(a)[1, 2])),
                lambda a: linalg.sqrtm(a)[1, 2],
            ),
            "logm": (
                float(mpmath.re(slope(lambda a: mpmath.logm(a)[2, 0]))),
                lambda a: linalg.logm(a)[2, 0],
            ),
            "inv": (float(slope(lambda a: (a**-1)[2, 1])), lambda a: np.linalg.inv(a)[2, 1]),
        }
        x, v = (np.array(m.tolist(), float) for m in (a, t))
    for expected, f in found.values():
        assert ad.jvp(f, (x,), (v,))[1] == pytest.approx(expected, rel=1e-12)
        assert (ad.grad(f)(x) * v).sum() == pytest.approx(expected, rel=1e-12)
