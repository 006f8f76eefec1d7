"""Sparse matrices: constants of SciPy, entries that are differentiated, solutions."""

import numpy as np
import pytest
import scipy.sparse
from scipy.sparse.linalg import spsolve as of_scipy

import autodiff as ad
from autodiff.scipy import sparse

RNG = np.random.default_rng(3)
DENSE = np.where(RNG.random((5, 5)) < 0.5, RNG.normal(size=(5, 5)), 0) + 3 * np.eye(5)
WIDE = np.where(RNG.random((4, 5)) < 0.6, RNG.normal(size=(4, 5)), 0)
VECTOR, MATRIX = RNG.normal(size=5), RNG.normal(size=(5, 3))
KINDS = [
    getattr(scipy.sparse, f"{name}_{kind}")
    for name in ("csr", "csc", "coo")
    for kind in ("array", "matrix")
]
SPELLINGS = {
    "A @ x": lambda a, x: a @ x,
    "A.dot(x)": lambda a, x: a @ x if isinstance(a, np.ndarray) else a.dot(x),
    "A.T @ y": lambda a, x: a.T @ (a @ x),
    "x @ A.T": lambda a, x: (x.T if len(x.shape) == 2 else x) @ a.T,
}
every_spelling = pytest.mark.parametrize("spelling", SPELLINGS)


def close(found, expected, tolerance=1e-10):
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)


@every_spelling
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("x", [VECTOR, MATRIX], ids=["vector", "matrix"])
def test_plain_spellings_in_every_mode(spelling, kind, x):
    f = SPELLINGS[spelling]
    A, t = kind(WIDE), x[::-1]
    close(f(A, ad.tensor(x)).numpy(), f(WIDE, x))
    y, tangent = ad.jvp(lambda x: f(A, x), (x,), (t,))
    close(y, f(WIDE, x))
    close(tangent, f(WIDE, t))
    g = RNG.normal(size=y.shape)
    (c,) = ad.vjp(lambda x: f(A, x), x)[1](g)
    close(c, ad.vjp(lambda x: f(WIDE, x), x)[1](g)[0])
    tensor = ad.tensor(x, requires_grad=True)
    (f(A, tensor) * g).sum().backward()
    close(tensor.grad.numpy(), c)
    stack = np.stack([x, 2 * x])
    close(ad.vmap(lambda x: f(A, x))(stack), [f(WIDE, x), f(WIDE, 2 * x)])
    node = ad.Variable("x", shape=x.shape)
    value, gradient = ad.Executor([f(A, node), *ad.gradients((f(A, node) ** 2).sum(), [node])]).run(
        {node: x}
    )
    close(value, f(WIDE, x))
    close(gradient, ad.grad(lambda x: (f(WIDE, x) ** 2).sum())(x))


def test_a_star_is_refused_for_matrices():
    with pytest.raises(ad.TracedError, match="asked for an array"):
        ad.grad(lambda x: (scipy.sparse.csr_matrix(WIDE) * x).sum())(VECTOR)


def entries():
    rows, columns = np.nonzero(DENSE)
    return DENSE[rows, columns], rows, columns


@pytest.mark.parametrize("b", [VECTOR, MATRIX], ids=["vector", "matrix"])
def test_solutions_in_every_mode(b):
    A = scipy.sparse.csc_array(DENSE)
    solve, dense = (lambda b: sparse.spsolve(A, b)), (lambda b: np.linalg.solve(DENSE, b))
    close(solve(b), of_scipy(A, b))
    y, tangent = ad.jvp(solve, (b,), (b[::-1],))
    close(tangent, dense(b[::-1]))
    close(ad.vjp(solve, b)[1](y)[0], np.linalg.solve(DENSE.T, y))
    close(ad.vmap(solve)(np.stack([b, 2 * b])), np.stack([dense(b), 2 * dense(b)]))
    close(
        ad.grad(lambda b: (sparse.factorized(A)(b) ** 2).sum())(b), 2 * np.linalg.solve(DENSE.T, y)
    )


def test_entries_that_are_differentiated():
    values, rows, columns = entries()

    def both(make):
        def f(v, b):
            A = make(v)
            x = sparse.spsolve(A, b) if hasattr(A, "tocsr") else np.linalg.solve(A, b)
            return ((A @ x) * (A.T @ b)).sum() + (x**3).sum()

        return f

    of_sparse = both(lambda v: sparse.coo_array((v, (rows, columns)), (5, 5)))

    def filled(v):
        z = np.zeros_like(v, shape=(5, 5))
        z[rows, columns] = v
        return z

    of_dense = both(filled)
    for argnums in (0, 1):
        close(
            ad.grad(of_sparse, argnums)(values, VECTOR), ad.grad(of_dense, argnums)(values, VECTOR)
        )
    t = RNG.normal(size=values.shape)
    close(
        ad.jvp(ad.grad(of_sparse), (values, VECTOR), (t, VECTOR))[1],
        ad.jvp(ad.grad(of_dense), (values, VECTOR), (t, VECTOR))[1],
        1e-8,
    )
    stack = np.stack([values, 1.1 * values])
    close(
        ad.vmap(ad.grad(of_sparse), (0, None))(stack, VECTOR),
        [ad.grad(of_dense)(v, VECTOR) for v in stack],
        1e-9,
    )


def test_complex_equations():
    A = scipy.sparse.csc_array(DENSE + 1j * DENSE.T)
    b, t = VECTOR + 1j, RNG.normal(size=5) + 0.5j
    y, tangent = ad.jvp(lambda b: sparse.spsolve(A, b), (b,), (t,))
    close(y, np.linalg.solve(A.toarray(), b))
    g = RNG.normal(size=5) - 0.3j
    (c,) = ad.vjp(lambda b: sparse.spsolve(A, b), b)[1](g)
    assert np.vdot(c, t).real == pytest.approx(np.vdot(g, tangent).real)
    (c,) = ad.vjp(lambda x: A @ x, b)[1](g)
    close(c, A.toarray().conj().T @ g)


def test_sums_products_and_parts():
    values, rows, columns = entries()
    A = sparse.csr_array((values, columns, np.searchsorted(rows, np.arange(6))), (5, 5))
    B = scipy.sparse.csr_array(DENSE)
    close((A + B).toarray(), 2 * DENSE)
    close((2 * A - B).toarray(), DENSE)
    close(A.sum(0), DENSE.sum(0))
    close(A.sum(1), DENSE.sum(1))
    close(A.sum(), DENSE.sum())
    close(A.diagonal(), np.diag(DENSE))
    close(VECTOR @ A, VECTOR @ DENSE)
    gradient = ad.grad(lambda v: (sparse.coo_array((v, (rows, columns))).toarray() ** 3).sum())(
        values
    )
    close(gradient, 3 * values**2)
    doubled = sparse.coo_array((np.ones(2), ([0, 0], [1, 1])), (2, 2))
    close(doubled.toarray(), [[0, 2], [0, 0]])
    assert sparse.coo_array((np.zeros(0), ([], [])), (2, 3)).toarray().shape == (2, 3)


OF_SCIPY = scipy.sparse.csr_array(WIDE)
BAD = {
    "it needs to be square": (lambda: sparse.spsolve(OF_SCIPY, VECTOR), ad.linalg.MatrixError),
    "singular": (lambda: sparse.spsolve(0 * OF_SCIPY[:, :4], np.ones(4)), ad.linalg.MatrixError),
    "it needs to be sparse": (lambda: sparse.spsolve(DENSE, VECTOR), ad.ArgumentError),
    "where 5 is": (lambda: ad.grad(lambda x: (OF_SCIPY @ x).sum())(np.ones(3)), ad.ShapeError),
    "one shape": (lambda: sparse.coo_array((np.ones(2), ([0], [0]))), ad.ShapeError),
    "outside": (lambda: sparse.coo_array((np.ones(1), ([4], [0])), (2, 2)), ad.ShapeError),
}


@pytest.mark.parametrize("sentence", BAD)
def test_bad_calls_are_refused(sentence):
    call, error = BAD[sentence]
    with pytest.raises(error, match=sentence):
        call()
