"""Linear systems in every form of the matrix, with derivatives, against those of the inverse."""

import numpy as np
import pytest
import scipy.sparse
from scipy.sparse.linalg import LinearOperator, aslinearoperator

import autodiff as ad
from autodiff.transform.implicit import ConvergenceError, linear_solve

RNG = np.random.default_rng(3)
MATRIX = RNG.normal(size=(5, 5)) + 5 * np.eye(5)
RIGHT = RNG.normal(size=5)


def by_products(matrix, b, **options):
    return linear_solve(lambda x: matrix @ x, b, **options)


def by_matrix(matrix, b):
    return linear_solve(matrix, b)


@pytest.mark.parametrize("jacobian", [ad.jacfwd, ad.jacrev])
def test_derivatives_in_the_matrix_and_in_the_right_side(jacobian):
    found = jacobian(by_products, (0, 1))(MATRIX, RIGHT)
    expected = ad.jacrev(by_matrix, (0, 1))(MATRIX, RIGHT)
    for x, y in zip(found, expected):
        assert np.allclose(x, y, rtol=1e-10, atol=1e-13)


def test_second_derivatives():
    found = ad.hessian(lambda m: by_products(m, RIGHT).sum())(MATRIX)
    expected = ad.hessian(lambda m: by_matrix(m, RIGHT).sum())(MATRIX)
    assert np.allclose(found, expected, rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("method", ["cg", "minres"])
def test_methods_for_symmetric_matrices(method):
    symmetric = MATRIX + MATRIX.T + 5 * np.eye(5)
    gradient = ad.grad(lambda b: by_products(symmetric, b, method=method)[0])(RIGHT)
    assert np.allclose(gradient, np.linalg.inv(symmetric)[0], rtol=1e-9)


def test_a_container_of_unknowns():
    def blocks(x):
        return {"u": 2.0 * x["u"] + x["v"].sum(), "v": 3.0 * x["v"] - x["u"]}

    b = {"u": 1.0, "v": np.ones(2)}
    found = linear_solve(blocks, b)
    again = blocks(found)
    assert np.isclose(again["u"], 1.0) and np.allclose(again["v"], 1.0)


def test_a_convolution_that_no_matrix_is_made_of():
    def smooth(x, width):
        return (1 + 2 * width) * x - width * (
            ad.concatenate([x[1:], x[:1]]) + ad.concatenate([x[-1:], x[:-1]])
        )

    def sharp(width):
        return linear_solve(lambda x: smooth(x, width), b)

    n = 64
    b = np.cos(2 * np.pi * np.arange(n) / n)  # an eigenvector
    rate = 2 - 2 * np.cos(2 * np.pi / n)
    assert np.allclose(sharp(3.0), b / (1 + 3 * rate), rtol=0, atol=1e-11)
    slope = ad.jvp(sharp, (3.0,), (1.0,))[1]
    assert np.allclose(slope, -rate * b / (1 + 3 * rate) ** 2, rtol=0, atol=1e-12)


def test_complex_systems():
    def f(b):
        return linear_solve(lambda x: (2 + 1j) * x, b)

    assert np.allclose(f(np.array([5.0 + 0j])), 2 - 1j)
    assert np.allclose(ad.jvp(f, (np.ones(1) + 0j,), (np.ones(1) + 0j,))[1], 1 / (2 + 1j))


def test_examples():
    stack = RNG.normal(size=(3, 5))
    found = ad.vmap(lambda b: by_products(MATRIX, b))(stack)
    assert np.allclose(found, np.linalg.solve(MATRIX, stack.T).T)


def test_a_singular_system():
    with pytest.raises(ConvergenceError, match="gmres did not solve the linear system of 2"):
        linear_solve(lambda x: x.sum() * np.ones(2), np.array([1.0, 2.0]))
    with pytest.raises(ad.ShapeError, match="maps 2 numbers to 3"):
        linear_solve(lambda x: np.ones(3), np.ones(2))
    with pytest.raises(ad.ArgumentError, match="method='lu' is none of direct, gmres"):
        linear_solve(lambda x: x, np.ones(2), method="lu")


# ------------------------------------------------------------- forms of the matrix

SPARSE = scipy.sparse.csr_array(MATRIX)
SYMMETRIC = MATRIX @ MATRIX.T


@pytest.mark.parametrize("jacobian", [ad.jacfwd, ad.jacrev])
@pytest.mark.parametrize(
    ("a", "method"),
    [
        (MATRIX, "gmres"), (MATRIX, "direct"), (SPARSE, None), (SPARSE, "gmres"),
        (SPARSE.tocoo(), "direct"), (aslinearoperator(MATRIX), None),
        (lambda x: MATRIX @ x, "direct"), (lambda x: MATRIX @ x, "gmres"),
    ],
)  # fmt: skip
def test_forms_and_methods(a, method, jacobian):
    def f(b):
        return linear_solve(a, b, method)

    assert np.allclose(f(RIGHT), np.linalg.solve(MATRIX, RIGHT), rtol=1e-10)
    assert np.allclose(jacobian(f)(RIGHT), np.linalg.inv(MATRIX), rtol=1e-9, atol=1e-12)
    assert np.allclose(jacobian(jacobian(f))(RIGHT), 0.0)
    assert np.allclose(ad.vmap(f)(np.stack([RIGHT, -RIGHT]))[1], -f(RIGHT), rtol=1e-10)


def test_a_gradient_in_the_entries_by_an_iterative_method():
    def f(a, method):
        return linear_solve(a, RIGHT, method)[0]

    expected = ad.grad(lambda a: f(a, None))(MATRIX)
    assert np.allclose(ad.grad(lambda a: f(a, "gmres"))(MATRIX), expected, atol=1e-12)


def test_columns_of_a_sparse_system():
    columns = RNG.normal(size=(5, 2))
    found, pullback = ad.vjp(lambda b: linear_solve(SPARSE, b), columns)
    assert np.allclose(MATRIX @ found, columns)
    assert np.allclose(pullback(columns)[0], np.linalg.inv(MATRIX).T @ columns)


def test_complex_sparse_systems():
    a = scipy.sparse.csc_array(MATRIX + 1j * MATRIX.T)
    b = RIGHT + 2j
    for matrix in (a, SPARSE):
        inverse = np.linalg.inv(matrix.toarray())
        for method in (None, "gmres"):
            found, pullback = ad.vjp(lambda b: linear_solve(matrix, b, method), b)  # noqa: B023
            assert np.allclose(found, inverse @ b)
            assert np.allclose(pullback(b)[0], inverse.conj().T @ b)


def test_eager_tensors_and_symbols():
    b = ad.tensor(RIGHT, requires_grad=True)
    linear_solve(SPARSE, b)[0].backward()
    assert np.allclose(b.grad.numpy(), np.linalg.inv(MATRIX)[0])
    b = ad.Variable(name="b", shape=(5,))
    x = linear_solve(SPARSE, b)
    found = ad.Executor([x, *ad.gradients(x[0], [b])]).run(feed_dict={b: RIGHT})
    assert np.allclose(found[0], np.linalg.solve(MATRIX, RIGHT))
    assert np.allclose(found[1], np.linalg.inv(MATRIX)[0])


def test_a_taylor_series_through_a_sparse_system():
    found = ad.taylor(lambda s: linear_solve(SPARSE, s * s * RIGHT), 1.0, 3)
    x = np.linalg.solve(MATRIX, RIGHT)
    assert np.allclose(found, [x, 2 * x, x, 0 * x])


def test_a_preconditioner_serves_the_transpose_too():
    inverse = np.linalg.inv(MATRIX)
    for a in (SPARSE, lambda x: MATRIX @ x):
        found = ad.jacrev(lambda b: linear_solve(a, b, "gmres", M=inverse, maxiter=2))(RIGHT)  # noqa: B023
        assert np.allclose(found, inverse)


def test_what_a_matrix_of_scipy_cannot_do():
    one_way = LinearOperator((5, 5), matvec=lambda v: MATRIX @ v, dtype=float)
    t = ad.jvp(lambda b: linear_solve(one_way, b), (RIGHT,), (RIGHT,))[1]
    assert np.allclose(MATRIX @ t, RIGHT)
    with pytest.raises(ad.RuleError, match="has no rmatvec"):
        ad.grad(lambda b: linear_solve(one_way, b)[0])(RIGHT)
    with pytest.raises(ad.ArgumentError, match="method='direct' needs the matrix"):
        linear_solve(one_way, RIGHT, "direct")
    with pytest.raises(np.linalg.LinAlgError, match=r"linear_solve: .*singular"):
        linear_solve(scipy.sparse.csc_array(np.ones((2, 2))), np.ones(2))
    with pytest.raises(ad.ShapeError, match="their n differ"):
        linear_solve(SPARSE, np.ones(4))
    with pytest.raises(ad.ShapeError, match="a is square"):
        linear_solve(SPARSE[:3], np.ones(5))


def test_symmetric_products():
    found = ad.jacrev(lambda b: linear_solve(aslinearoperator(SYMMETRIC), b, "cg"))(RIGHT)
    assert np.allclose(found, np.linalg.inv(SYMMETRIC), rtol=1e-9)
