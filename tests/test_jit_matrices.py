"""Linear algebra in native code: the same numbers, and the same errors, as the rows themselves."""

import threading
from typing import Any

import numpy as np
import pytest

import autodiff as ad
from autodiff import jit
from autodiff.compile import lapack, matrices

RNG = np.random.default_rng(0)
SIZES = (1, 2, 3, 4, 5, 9, 33, 40)
LEADS = ((), (3,), (2, 2))


@pytest.fixture(autouse=True)
def no_disk(monkeypatch):
    monkeypatch.setenv("AUTODIFF_CACHE", "")


def regular(n, lead=(), dtype: Any = float):
    return (RNG.normal(size=(*lead, n, n)) / n**0.5 + 2 * np.eye(n)).astype(dtype)


def positive(n, lead=(), dtype: Any = float):
    a = RNG.normal(size=(*lead, n, n)) / n**0.5
    return (a @ np.swapaxes(a, -1, -2) + np.eye(n)).astype(dtype)


def natively(f, *args, called=()):
    """The values of the compiled function, of which nothing is called back."""
    compiled = jit(f)
    compiled(*args)
    assert compiled.report.calls == list(called)
    return compiled(*args)


def same(f, *args, called=()):
    """Compiled and eager values agree to rounding."""
    found, wanted = natively(f, *args, called=called), f(*args)
    if not isinstance(wanted, tuple):
        found, wanted = (found,), (wanted,)
    for x, y in zip(found, wanted, strict=True):
        x, y = np.asarray(x), np.asarray(y)
        assert (x.shape, x.dtype) == (y.shape, y.dtype)
        near = 1e4 * np.finfo(y.dtype).eps * max(np.abs(y).max(initial=0), 1e-30)
        np.testing.assert_allclose(x, y, rtol=0, atol=near)


def lower(a, b):
    return ad.linalg.solve_triangular(a, b, lower=True)


def upper(a, b):
    return ad.linalg.solve_triangular(a, b, trans=1)


def slogdet(a):
    return tuple(ad.linalg.slogdet(a))


def sum_of(f):
    return lambda *args: (f(*args) ** 3).sum()


@pytest.mark.parametrize("dtype", [np.float64, np.float32], ids=["double", "single"])
@pytest.mark.parametrize("n", SIZES)
def test_native_is_evaluate(n, dtype):
    for lead in LEADS:
        a, s = regular(n, lead, dtype), positive(n, lead, dtype)
        for f in (ad.linalg.inv, ad.linalg.det, slogdet):
            same(f, a)
        same(ad.linalg.cholesky, s)
        for columns in (1, 2, 5):
            b = RNG.normal(size=(*lead, n, columns)).astype(dtype)
            for f in (ad.linalg.solve, lower, upper):
                same(f, a, b)


@pytest.mark.parametrize("n", SIZES)
def test_gradients(n):
    for lead in LEADS:
        a, s, b = regular(n, lead), positive(n, lead), RNG.normal(size=(*lead, n, 2))
        for f in (ad.linalg.solve, lower, upper):
            same(ad.grad(sum_of(f), argnums=(0, 1)), a, b)
        for f in (ad.linalg.inv, ad.linalg.det):
            same(ad.grad(sum_of(f)), a)
        same(ad.grad(lambda a: ad.linalg.slogdet(a)[1].sum()), a)
        same(ad.grad(sum_of(ad.linalg.cholesky)), s)


@pytest.mark.parametrize("n", [3, 6])
@pytest.mark.parametrize(
    ("first", "second"),
    [((2, 1), (3,)), ((3,), ()), ((), (3,)), ((2, 3), (3,)), ((1,), (4,)), ((2, 1), (2, 3))],
)
def test_leading_axes_broadcast(first, second, n):
    a, b = regular(n, first), RNG.normal(size=(*second, n, 2))
    same(ad.linalg.solve, a, b)
    same(lower, a, b)
    same(ad.grad(sum_of(ad.linalg.solve), argnums=(0, 1)), a, b)


def test_odd_strides_constants_and_other_dtypes():
    a, fixed = positive(8), regular(8)
    wide = np.zeros((16, 24))
    wide[::2, ::3] = a
    for x in (np.asfortranarray(a), wide[::2, ::3], a[::-1, ::-1], a.T, a[:3, :3], a[2:7, 2:7]):
        n = x.shape[0]
        for f in (ad.linalg.inv, ad.linalg.det, ad.linalg.cholesky):
            same(f, x)
        same(lambda a, n=n: ad.linalg.solve(fixed[:n, :n], a), x)
        same(lambda a, n=n: ad.linalg.solve(a, fixed[:n, :n]), x)
        same(lambda a, n=n: ad.linalg.solve(np.triu(fixed[:n, :n]), a[:, 0]), x)
        same(lambda a: lower(a, a[:, ::2]), x)
    whole, single = np.array([[2, 1], [1, 3]]), regular(5, dtype=np.float32)
    same(ad.linalg.solve, whole, np.array([[1.0], [2.0]]))
    same(ad.linalg.inv, whole)
    same(ad.linalg.solve, single, np.ones((5, 2)))


def test_matrices_without_elements():
    for x in (np.zeros((0, 0)), np.zeros((0, 3, 3))):
        for f in (ad.linalg.inv, ad.linalg.det, ad.linalg.cholesky):
            found, wanted = jit(f)(x), f(x)
            assert found.shape == wanted.shape and (found == wanted).all()


def answer(f, *args) -> Any:
    try:
        with np.errstate(all="ignore"):
            return f(*args)
    except np.linalg.LinAlgError as error:
        return str(error)


def hard(n):
    """Matrices that are singular, nearly so, not positive, not finite, or badly scaled."""
    count = np.arange(1.0, n * n + 1).reshape(n, n)
    yield from (np.zeros((n, n)), np.ones((n, n)), count, -np.eye(n), np.stack([np.eye(n), count]))
    for place, value in (((0, 0), np.nan), ((-1, 0), np.nan), ((-1, -1), np.inf), ((-1, -1), -1)):
        a = np.eye(n) + 0.5
        a[place] = value
        yield a
    yield 1e-170 * np.eye(n)
    yield np.diag(10.0 ** -np.arange(0, 12 * n, 12))
    for _ in range(15):
        a = RNG.integers(-3, 4, (n, n)).astype(float)
        a[-1] = 2 * a[0]
        yield a


@pytest.mark.parametrize("n", [2, 3, 4, 6])
def test_what_is_singular_raises_as_the_row(n):
    functions = [
        (ad.linalg.inv, 0), (ad.linalg.det, 0), (slogdet, 0),
        (lambda a: ad.linalg.solve(a, np.ones((n, 2))), 0),
        (lambda a: lower(a, np.ones((n, 2))), 0),
        (ad.linalg.cholesky, 1),
    ]  # fmt: skip
    for f, finite in functions:
        compiled = jit(f)
        for a in hard(n):
            if finite and not np.isfinite(a).all():
                continue
            compiled(np.broadcast_to(positive(n), a.shape).copy())  # compiled for a good matrix
            found, wanted = answer(compiled, a), answer(f, a)
            if isinstance(wanted, str):
                assert found == wanted
                continue
            scale = np.abs(np.where(np.isfinite(wanted), wanted, 0)).max(initial=1)
            if scale < 1e10:
                np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-12 * scale)


def test_after_an_error_all_is_well():
    compiled, a = jit(ad.linalg.inv), regular(10)
    wanted = compiled(a)
    for _ in range(3):
        with pytest.raises(np.linalg.LinAlgError, match=r"^Singular matrix$"):
            compiled(np.zeros((10, 10)))
        assert (compiled(a) == wanted).all()


def test_equations_with_one_matrix_share_its_factors():
    def f(a, b):
        x = ad.linalg.solve(a, b)
        return (x**2).sum() + ad.linalg.slogdet(a)[1] + ad.linalg.inv(a.T).sum()

    for n in (3, 7):
        compiled, a, b = jit(ad.grad(f, argnums=(0, 1))), regular(n), RNG.normal(size=n)
        compiled(a, b)
        assert str(compiled.report).count("triangular factors") == 1
        same(ad.grad(f, argnums=(0, 1)), a, b)


def test_triangles_are_known_by_how_they_were_made():
    def density(x, s):
        factor = ad.linalg.cholesky(s)
        y = ad.linalg.solve(factor, x)
        return -0.5 * (y * y).sum() - ad.log(ad.diagonal(factor)).sum()

    for n in (3, 5, 50, 70):
        s, x = positive(n), RNG.normal(size=n)
        compiled = jit(ad.grad(density, argnums=(0, 1)))
        compiled(x, s)
        assert "triangular factors" not in str(compiled.report)
        same(ad.grad(density, argnums=(0, 1)), x, s)


def test_inside_of_loops():
    a = regular(8) * 4

    def f(x):
        return ad.fori_loop(0, 5, lambda i, v: ad.linalg.solve(a, v) + x, x).sum()

    def g(x):
        return ad.while_loop(
            lambda x: (x * x).sum() > 1e-3, lambda x: ad.linalg.inv(x + a) @ x, x
        ).sum()

    same(ad.grad(f), RNG.normal(size=(8, 1)))
    same(ad.grad(g), regular(8))


def test_from_many_threads():
    compiled, found = jit(ad.grad(lambda a: ad.linalg.inv(a).sum())), {}
    given = [regular(40) for _ in range(4)]
    wanted = [compiled(a) for a in given]

    def work(k):
        found[k] = [compiled(given[k]) for _ in range(20)]

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert all((x == wanted[k]).all() for k in range(4) for x in found[k])


def test_the_other_library(monkeypatch):
    """NumPy may have been built with a library of its own; SciPy's counts with fewer bits."""
    for made in (lapack.library, lapack.bits, lapack.routine):
        made.cache_clear()
    monkeypatch.setattr(lapack, "library", lambda: None)
    try:
        assert lapack.bits() == 32
        for n in (3, 9, 40):
            a, b = regular(n), RNG.normal(size=(n, 2))
            same(ad.grad(sum_of(ad.linalg.solve), argnums=(0, 1)), a, b)
            same(ad.linalg.det, a)
            same(lower, a, b)
            same(ad.grad(sum_of(ad.linalg.cholesky)), positive(n))
    finally:
        lapack.bits.cache_clear()
        lapack.routine.cache_clear()


def test_without_a_library_the_rows_are_called(monkeypatch):
    monkeypatch.setattr(matrices, "bits", lambda: None)
    same(ad.linalg.inv, regular(5), called=["inverse"])


@pytest.mark.parametrize("upper", [False, True])
def test_cholesky_of_infinity_is_that_of_numpy(upper):
    cut = np.array([[4.0, np.inf], [0.0, 9.0]])
    whole = np.triu(np.full((7, 7), np.inf), 1) + np.diag(np.arange(1.0, 8.0))
    compiled = jit(lambda a: ad.linalg.cholesky(a, upper=upper))
    for a in (cut, cut.T, whole, whole.T, np.diag([np.inf, 2.0]), np.diag([np.inf] * 6)):
        with np.errstate(all="ignore"):
            try:
                expected = np.linalg.cholesky(a.T).T if upper else np.linalg.cholesky(a)
            except np.linalg.LinAlgError:
                continue
            np.testing.assert_array_equal(compiled(a), expected)
            np.testing.assert_array_equal(ad.linalg.cholesky(a, upper=upper), expected)


def test_one_triangle_is_read_exactly():
    a = np.array([[2.0, 1e20], [1.0, 3.0]])
    expected = np.linalg.cholesky(np.array([[2.0, 1.0], [1.0, 3.0]]))
    np.testing.assert_array_equal(ad.linalg.cholesky(a), expected)
    compiled = jit(ad.linalg.cholesky)
    np.testing.assert_array_equal(compiled(a), expected)
    assert "isfinite" not in compiled.graph
