"""Every function of numpy.linalg, called by NumPy's own names on values of every kind.

A program is plain NumPy.  Its value must be NumPy's, its derivatives the limits of differences, its
pullback the transpose of its pushforward, and batches and graphs must agree with it.
"""

import numpy as np
import pytest

import autodiff as ad
from autodiff import linalg
from autodiff.ops.factor import mixing
from autodiff.testing.judge import difference

RNG = np.random.default_rng(20)


def random(*shape, dtype=float):
    """Numbers that keep their signs when they move a little."""
    x = RNG.uniform(0.3, 1, shape) * RNG.choice([-1, 1], shape)
    return x + 1j * RNG.uniform(-1, 1, shape) if dtype is complex else x


def regular(*shape, dtype=float):
    return 0.4 * random(*shape, dtype=dtype) + 2 * np.eye(shape[-2], shape[-1])


def spread(*shape, dtype=float):
    """Matrices with eigenvalues far apart, and vectors that keep their signs."""
    m, n = shape[-2:]
    middle = np.eye(m, n) * (1 + 2 * np.arange(n))
    return 0.1 * random(*shape, dtype=dtype) + mixing(m) @ middle @ mixing(n)


def hermitian(a):
    return (a + np.conj(np.swapaxes(a, -1, -2))) / 2


def positive(a):
    return a @ np.conj(np.swapaxes(a, -1, -2)) + np.eye(3)


PROGRAMS = {
    "cholesky": (lambda a: np.linalg.cholesky(positive(a)), regular, [(3, 3), (2, 3, 3)]),
    "cholesky upper": (lambda a: np.linalg.cholesky(positive(a), upper=True), regular, [(3, 3)]),
    "det": (np.linalg.det, regular, [(3, 3), (2, 2, 2)]),
    "eig": (lambda a: tuple(np.linalg.eig(a)), spread, [(3, 3), (2, 3, 3)]),
    "eigh": (lambda a: tuple(np.linalg.eigh(hermitian(a))), spread, [(3, 3), (2, 3, 3)]),
    "eigh upper": (lambda a: tuple(np.linalg.eigh(hermitian(a), "U")), spread, [(3, 3)]),
    "eigvals": (np.linalg.eigvals, spread, [(3, 3)]),
    "eigvalsh": (lambda a: np.linalg.eigvalsh(hermitian(a)), spread, [(3, 3), (2, 3, 3)]),
    "inv": (np.linalg.inv, regular, [(3, 3), (2, 3, 3)]),
    "qr": (lambda a: tuple(np.linalg.qr(a)), regular, [(3, 3), (4, 2), (2, 4), (2, 3, 2)]),
    "qr complete": (lambda a: tuple(np.linalg.qr(a, "complete")), regular, [(3, 3), (2, 3)]),
    "qr r": (lambda a: np.linalg.qr(a, mode="r"), regular, [(4, 2), (2, 4)]),
    "slogdet": (lambda a: tuple(np.linalg.slogdet(a)), regular, [(3, 3), (2, 3, 3)]),
    "svd": (
        lambda a: tuple(np.linalg.svd(a, full_matrices=False)),
        spread,
        [(3, 3), (4, 2), (2, 4), (2, 2, 3)],
    ),
    "svdvals": (np.linalg.svdvals, spread, [(4, 2), (2, 4)]),
    "svd without vectors": (lambda a: np.linalg.svd(a, compute_uv=False), spread, [(3, 3)]),
    "matrix_power 0": (lambda a: np.linalg.matrix_power(a, 0) + a * 0, regular, [(3, 3)]),
    "matrix_power 1": (lambda a: np.linalg.matrix_power(a, 1), regular, [(3, 3)]),
    "matrix_power 5": (lambda a: np.linalg.matrix_power(a, 5), regular, [(3, 3), (2, 2, 2)]),
    "matrix_power -3": (lambda a: np.linalg.matrix_power(a, -3), regular, [(3, 3)]),
    "multi_dot": (lambda a: np.linalg.multi_dot([a[0], a.T, a, a[1]]), random, [(4, 3)]),
    "cond": (np.linalg.cond, spread, [(3, 3), (4, 2), (2, 3, 3)]),
    "cond -2": (lambda a: np.linalg.cond(a, -2), spread, [(3, 3)]),
    "cond fro": (lambda a: np.linalg.cond(a, "fro"), regular, [(3, 3), (2, 3, 3)]),
    "cond 1": (lambda a: np.linalg.cond(a, 1), regular, [(3, 3)]),
    "pinv": (np.linalg.pinv, spread, [(3, 3), (4, 2), (2, 4), (2, 2, 3)]),
    "pinv hermitian": (lambda a: np.linalg.pinv(hermitian(a), hermitian=True), spread, [(3, 3)]),
    "lstsq": (lambda a: np.linalg.lstsq(a, a[:, :1] ** 2 + 1)[0], spread, [(4, 2), (3, 3), (2, 4)]),
    "lstsq of a vector": (lambda a: np.linalg.lstsq(a, a[:, 0] ** 2 + 1)[0], spread, [(4, 2)]),
    "lstsq residuals": (lambda a: np.linalg.lstsq(a, a**2 + 1)[1], spread, [(4, 2)]),
    "lstsq values": (lambda a: np.linalg.lstsq(a, a)[3], spread, [(4, 2)]),
    "solve": (lambda a: np.linalg.solve(a, a[..., :1] + 1), regular, [(3, 3), (2, 3, 3)]),
    "solve a vector": (lambda a: np.linalg.solve(a, np.ones(3)), regular, [(3, 3), (2, 3, 3)]),
    "tensorsolve": (
        lambda a: np.linalg.tensorsolve(a.reshape(2, 3, 6), a[:2, :3]),
        regular,
        [(6, 6)],
    ),
    "tensorsolve axes": (
        lambda a: np.linalg.tensorsolve(a.reshape(2, 6, 3), a[:2, :3], axes=(1,)),
        regular,
        [(6, 6)],
    ),
    "tensorinv": (lambda a: np.linalg.tensorinv(a.reshape(2, 3, 6)), regular, [(6, 6)]),
    "tensorinv 1": (lambda a: np.linalg.tensorinv(a.reshape(6, 3, 2), ind=1), regular, [(6, 6)]),
    "matrix_transpose": (np.linalg.matrix_transpose, random, [(2, 3), (2, 3, 4)]),
    "cross": (lambda a: np.linalg.cross(a, a[::-1] ** 2, axis=0), random, [(3, 2)]),
    "diagonal": (lambda a: np.linalg.diagonal(a, offset=1), random, [(3, 3), (2, 3, 4)]),
    "trace": (lambda a: np.linalg.trace(a, offset=-1), random, [(3, 3), (2, 3, 4)]),
    "outer": (lambda a: np.linalg.outer(a[0], a[1]), random, [(2, 3)]),
    "vecdot": (lambda a: np.linalg.vecdot(a, a[::-1], axis=0), random, [(2, 3)]),
    "matmul": (lambda a: np.linalg.matmul(a, a), random, [(3, 3), (2, 3, 3)]),
    "tensordot": (lambda a: np.linalg.tensordot(a, a, axes=([0], [0])), random, [(2, 3)]),
    "expm": (linalg.expm, random, [(3, 3), (2, 2, 2)]),
    "logm": (lambda a: linalg.logm(positive(a)), random, [(3, 3)]),
    "sqrtm": (lambda a: linalg.sqrtm(positive(a)), random, [(3, 3), (2, 3, 3)]),
    "lu": (lambda a: tuple(linalg.lu(a))[1:], regular, [(3, 3), (2, 3, 3), (4, 2), (2, 4)]),
    "solve_triangular": (
        lambda a: linalg.solve_triangular(a, a[..., :2], lower=True),
        regular,
        [(3, 3), (2, 3, 3)],
    ),
    "solve_triangular upper": (
        lambda a: linalg.solve_triangular(a, a[..., 0, :], "C", unit_diagonal=True),
        regular,
        [(3, 3)],
    ),
    "norm": (np.linalg.norm, random, [(3,), (2, 3), (2, 2, 2)]),
    "matrix_norm": (np.linalg.matrix_norm, random, [(2, 3), (2, 3, 3)]),
    "vector_norm": (lambda a: np.linalg.vector_norm(a, axis=(0, 1), ord=3), random, [(2, 3)]),
}
PROGRAMS |= {
    f"norm {ord}": (lambda a, ord=ord: np.linalg.norm(a, ord), random, [(4,)])
    for ord in (0, 1, 2, 3, 1.5, -1, -2, np.inf, -np.inf)
}
PROGRAMS |= {
    f"matrix norm {ord}": (
        lambda a, ord=ord: np.linalg.norm(a, ord, axis=(-2, -1)),
        spread,
        [(3, 2), (2, 3, 3)],
    )
    for ord in ("fro", "nuc", 1, 2, -1, -2, np.inf, -np.inf)
}
PROGRAMS |= {
    f"matrix norm {ord} kept": (
        lambda a, ord=ord: np.linalg.norm(a, ord, axis=(2, 0), keepdims=True),
        random,
        [(3, 2, 4)],
    )
    for ord in ("fro", "nuc", 1, -np.inf)
}
# the largest element of complex numbers hangs on where they are, which the differences see
REAL_ONLY = ("norm 0",)
CASES = [
    (name, dtype, shape)
    for name, (_, _, shapes) in PROGRAMS.items()
    for shape in shapes
    for dtype in (float, complex)
]
every_case = pytest.mark.parametrize(
    ("name", "dtype", "shape"),
    [c for c in CASES if not (c[1] is complex and c[0] in REAL_ONLY)],
    ids=str,
)


def example(name, dtype, shape):
    global RNG
    RNG = np.random.default_rng([len(name), *shape, dtype is complex])
    f, make, _ = PROGRAMS[name]
    return f, make(*shape, dtype=dtype)


def parts(y):
    return list(y) if isinstance(y, tuple) else [y]


def close(found, expected, tolerance=1e-9):
    for a, b in zip(parts(found), parts(expected), strict=True):
        a, b = np.asarray(a), np.asarray(b)
        assert a.shape == b.shape and a.dtype == b.dtype
        np.testing.assert_allclose(
            a, b, rtol=tolerance, atol=tolerance * max(1, abs(b).max(initial=0))
        )


def inner(a, b):
    return sum(np.vdot(x, y).real for x, y in zip(parts(a), parts(b), strict=True))


def weights(y):
    return [np.cos(np.arange(1, p.size + 1).reshape(p.shape)).astype(p.dtype) for p in parts(y)]


def scalar(f):
    """The sum of all results, weighed."""
    return lambda *xs: sum(
        (np.real(p * w)).sum() for p, w in zip(parts(f(*xs)), weights(f(*xs)), strict=True)
    )


@every_case
def test_derivatives_are_limits_of_differences(name, dtype, shape):
    f, x = example(name, dtype, shape)
    t = random(*shape, dtype=dtype)
    y, dy = ad.jvp(f, (x,), (t,))
    close(y, f(x), 1e-12)
    slope = difference(lambda a: f(a), [x], [t])
    for found, expected in zip(parts(dy), slope, strict=True):
        np.testing.assert_allclose(
            found, expected, rtol=1e-7, atol=1e-7 * max(1, abs(expected).max())
        )
    _, pullback = ad.vjp(f, x)
    g = tuple(weights(y)) if isinstance(y, tuple) else weights(y)[0]
    (c,) = pullback(g)
    assert c.dtype == x.dtype and c.shape == x.shape
    assert inner(c, t) == pytest.approx(inner(g, dy), rel=1e-9, abs=1e-9)


@every_case
def test_second_derivatives(name, dtype, shape):
    f, x = example(name, dtype, shape)
    gradient, t = ad.grad(scalar(f)), random(*shape, dtype=dtype)
    _, found = ad.jvp(gradient, (x,), (t,))
    (expected,) = difference(gradient, [x], [t])
    size = max(1, abs(expected).max())
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6 * size)
    reverse = ad.grad(lambda a: np.real(gradient(a) * np.conj(t)).sum())(x)
    np.testing.assert_allclose(reverse, found, rtol=1e-8, atol=1e-9 * size)


@every_case
def test_batches_and_graphs(name, dtype, shape):
    f, x = example(name, dtype, shape)
    stack = np.stack([x, x * 1.25])
    if not name.startswith("eig") or name in ("eigh", "eigvalsh", "eigh upper"):
        found = ad.vmap(f)(stack)
        for k, row in enumerate(stack):
            close(tuple(p[k] for p in parts(found)), tuple(parts(f(row))), 1e-10)
    variable = ad.Variable("x", dtype=None if dtype is float else dtype)
    nodes = parts(f(variable))
    values = ad.Executor(nodes).run(feed_dict={variable: x})
    for a, b in zip(values, parts(f(x)), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-10)
    if name == "norm 0":
        return  # a constant
    tensor = ad.tensor(x, requires_grad=True)
    weighed = [np.real(p * w).sum() for p, w in zip(parts(f(tensor)), weights(f(x)), strict=True)]
    sum(weighed[1:], weighed[0]).backward()
    eager = ad.grad(scalar(f))(x)
    np.testing.assert_allclose(tensor.grad.numpy(), eager, rtol=1e-12, atol=1e-12)
    for node in (ad.Variable("y", shape=shape, dtype=dtype), variable):
        weighed = [np.real(p * w).sum() for p, w in zip(parts(f(node)), weights(f(x)), strict=True)]
        (gradient,) = ad.gradients(sum(weighed[1:], weighed[0]), [node])
        (value,) = ad.Executor([gradient]).run(feed_dict={node: x})
        np.testing.assert_allclose(value, eager, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("dtype", [float, complex])
def test_single_precision_stays_single(name, dtype):
    if dtype is complex and name in REAL_ONLY:
        dtype = float
    f, x = example(name, dtype, PROGRAMS[name][2][0])
    single = x.astype(np.complex64 if dtype is complex else np.float32)
    y, pullback = ad.vjp(f, single)
    for a, b in zip(parts(y), parts(f(single)), strict=True):
        assert a.dtype == b.dtype and a.dtype.itemsize <= single.dtype.itemsize * 2
        np.testing.assert_allclose(a, b, rtol=2e-4, atol=2e-4)
    (c,) = pullback(tuple(weights(y)) if isinstance(y, tuple) else weights(y)[0])
    assert c.dtype == single.dtype
    _, wide = ad.vjp(f, x)
    (right,) = wide(tuple(weights(f(x))) if isinstance(y, tuple) else weights(f(x))[0])
    np.testing.assert_allclose(c, right, rtol=1e-2, atol=3e-4 * max(1, abs(right).max()))


@pytest.mark.parametrize("dtype", [float, complex])
@pytest.mark.parametrize("n", [1, 2, 5, 11, 40, 97, 150])
def test_the_blocks_of_cholesky_are_the_formula(n, dtype):
    """Factors go back block by block (Murray 2016)."""
    a, g = random(2, n, n, dtype=dtype), random(n, n, dtype=dtype)
    a = a @ a.swapaxes(-1, -2).conj() / n + np.eye(n)
    factor, pullback = ad.vjp(linalg.cholesky, a)
    back = factor.swapaxes(-1, -2).conj()
    inside = np.tril(back @ g)
    inside = inside - 0.5 * (np.diagonal(inside, 0, -2, -1) + 0j)[..., None] * np.eye(n)
    inside = np.where(np.eye(n, dtype=bool), inside.real, inside)
    whole = np.linalg.inv(back) @ inside @ np.linalg.inv(factor)
    expected = 0.5 * (whole + whole.swapaxes(-1, -2).conj())
    (found,) = pullback(np.broadcast_to(g, a.shape))
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-11)


def test_cholesky_of_a_large_matrix_has_second_derivatives():
    n, a, t = 100, random(100, 100), random(100, 100)
    a, t = a @ a.T / n + 3 * np.eye(n), 0.1 * (t + t.T) / n

    def slope(s):
        return ad.grad(lambda a: np.sin(linalg.cholesky(a)).sum())(a + s * t)

    forward = ad.jvp(slope, (0.0,), (1.0,))[1]
    np.testing.assert_allclose(forward, (slope(1e-4) - slope(-1e-4)) / 2e-4, rtol=1e-5, atol=1e-8)
    reverse = ad.grad(lambda s: (slope(s) * t).sum())(0.0)
    np.testing.assert_allclose(reverse, (forward * t).sum(), rtol=1e-10)


@pytest.mark.parametrize("size", [1.0, 1e-3, 1e-6, 1e-12, 0.0])
def test_cofactors_pass_from_inverses_to_singular_values(size):
    """det of a matrix whose last singular value shrinks: its gradient is the adjugate's."""
    u, _, v = np.linalg.svd(random(4, 4))
    s = np.array([2.0, 1.0, 0.5, size])
    expected = np.linalg.det(u @ v) * u @ np.diag([s[s != x].prod() for x in s]) @ v
    found = ad.grad(linalg.det)(u @ np.diag(s) @ v)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)
