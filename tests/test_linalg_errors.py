"""Bad calls of numpy.linalg on values being differentiated raise and warn as on plain arrays."""

import numpy as np
import pytest

import autodiff as ad
from autodiff import linalg
from autodiff.core.errors import MatrixError, RuleError

SQUARE, WIDE, VECTOR = np.eye(3) + 0.1, np.arange(6.0).reshape(2, 3), np.ones(3)
L = np.linalg
CALLS = {
    "cholesky of a wide matrix": (lambda a: L.cholesky(a), WIDE),
    "cholesky of a negative matrix": (lambda a: L.cholesky(-a), SQUARE),
    "cholesky of a vector": (lambda a: L.cholesky(a), VECTOR),
    "cond of nothing": (lambda a: L.cond(a[:0]), SQUARE),
    "cond of a wide matrix": (lambda a: L.cond(a, 1), WIDE),
    "cross of two": (lambda a: L.cross(a[:, :2], a[:, :2]), SQUARE),
    "det of a wide matrix": (lambda a: L.det(a), WIDE),
    "eig of a wide matrix": (lambda a: L.eig(a)[0], WIDE),
    "eig of infinity": (lambda a: L.eig(a + np.inf)[0], SQUARE),
    "eigvals of NaN": (lambda a: L.eigvals(a + np.nan), SQUARE),
    "eigh of a vector": (lambda a: L.eigh(a)[0], VECTOR),
    "eigh of another triangle": (lambda a: L.eigh(a, "M")[0], SQUARE),
    "eigvalsh of a wide matrix": (lambda a: L.eigvalsh(a), WIDE),
    "eigvalsh of another triangle": (lambda a: L.eigvalsh(a, UPLO="X"), SQUARE),
    "inv of a singular matrix": (lambda a: L.inv(a * 0), SQUARE),
    "inv of a wide matrix": (lambda a: L.inv(a), WIDE),
    "lstsq of other sizes": (lambda a: L.lstsq(a, np.ones(4))[0], WIDE),
    "lstsq of a vector": (lambda a: L.lstsq(a, np.ones(3))[0], VECTOR),
    "matrix_norm of another order": (lambda a: L.matrix_norm(a, ord=3), WIDE),
    "matrix_power of a wide matrix": (lambda a: L.matrix_power(a, 2), WIDE),
    "matrix_power of a half": (lambda a: L.matrix_power(a, 0.5), SQUARE),
    "matrix_power of a singular matrix": (lambda a: L.matrix_power(a * 0, -1), SQUARE),
    "matrix_transpose of a vector": (lambda a: L.matrix_transpose(a), VECTOR),
    "multi_dot of one": (lambda a: L.multi_dot([a]), SQUARE),
    "multi_dot of a tensor": (lambda a: L.multi_dot([a, a, a[None]]), SQUARE),
    "norm of three axes": (lambda a: L.norm(a[None], 2), SQUARE),
    "norm of another order": (lambda a: L.norm(a, 3), SQUARE),
    "norm of text": (lambda a: L.norm(a, "fro"), VECTOR),
    "norm of one axis twice": (lambda a: L.norm(a, axis=(0, 0)), SQUARE),
    "norm of an axis that is not there": (lambda a: L.norm(a, axis=2), SQUARE),
    "outer of matrices": (lambda a: L.outer(a, a), SQUARE),
    "pinv of a vector": (lambda a: L.pinv(a), VECTOR),
    "pinv of two tolerances": (lambda a: L.pinv(a, rcond=0.1, rtol=0.1), SQUARE),
    "qr of a vector": (lambda a: L.qr(a)[0], VECTOR),
    "qr of another mode": (lambda a: L.qr(a, "other")[0], SQUARE),
    "slogdet of a wide matrix": (lambda a: L.slogdet(a)[1], WIDE),
    "solve of other sizes": (lambda a: L.solve(a, np.ones((2, 1))), SQUARE),
    "solve of a singular matrix": (lambda a: L.solve(a * 0, np.ones(3)), SQUARE),
    "solve of a wide matrix": (lambda a: L.solve(a, np.ones(2)), WIDE),
    "svd of a vector": (lambda a: L.svd(a)[1], VECTOR),
    "svdvals of a vector": (lambda a: L.svdvals(a), VECTOR),
    "tensorinv of nothing": (lambda a: L.tensorinv(a, ind=0), SQUARE),
    "tensorinv of other sizes": (lambda a: L.tensorinv(a, ind=1), WIDE),
    "tensorsolve of other sizes": (lambda a: L.tensorsolve(a, np.ones(2)), WIDE),
    "vecdot of other sizes": (lambda a: L.vecdot(a, np.ones(2)), SQUARE),
    "vector_norm of text": (lambda a: L.vector_norm(a, ord="nuc"), VECTOR),
}


@pytest.mark.parametrize("name", CALLS)
def test_bad_calls_raise_what_numpy_raises(name):
    f, x = CALLS[name]
    with pytest.raises(Exception) as theirs:  # noqa: PT011
        f(x)
    for derive in (
        lambda: ad.grad(lambda a: f(a).sum())(x),
        lambda: ad.jvp(f, (x,), (x,)),
        lambda: f(ad.tensor(x, requires_grad=True)),
    ):
        with pytest.raises(Exception) as ours:  # noqa: PT011
            derive()
        assert isinstance(ours.value, theirs.type)
        assert "\n" not in str(ours.value)


def test_what_has_no_derivative_says_so():
    with pytest.raises(RuleError, match="mode='raw' has no derivative"):
        ad.grad(lambda a: L.qr(a, "raw")[0].sum())(SQUARE)
    with pytest.raises(ValueError, match="give one number, or one for each matrix"):
        ad.grad(lambda a: L.pinv(a, np.array([1e-3])).sum())(SQUARE)
    with pytest.raises(L.LinAlgError, match="principal value of a real matrix is complex"):
        ad.grad(lambda a: linalg.logm(-a).sum())(SQUARE)
    assert issubclass(MatrixError, (L.LinAlgError, ValueError))


def test_integers_are_plain():
    def f(a):
        rank = L.matrix_rank(a)
        assert type(rank) in (int, np.int64)
        return rank * a.sum() + L.matrix_rank(a, hermitian=True) + L.matrix_rank(a[0]) * a.sum()

    assert np.all(ad.grad(f)(SQUARE) == 4)
    assert L.matrix_rank(ad.tensor(np.ones((3, 3))), rtol=0.1) == 1
    assert L.matrix_rank(ad.tensor(np.ones((3, 3))), tol=9.0) == 0
    ranks = ad.vmap(lambda a: L.matrix_rank(a) * 1.0)(np.stack([SQUARE, np.ones((3, 3))]))
    assert np.asarray(ranks).tolist() == [3, 1]
    (_, residuals, rank, s) = L.lstsq(ad.tensor(np.ones((3, 2))), np.ones(3))
    assert rank == 1 and residuals.shape == (0,) and s.shape == (2,)


def test_results_are_named_as_numpy_names_them():
    a = ad.tensor(SQUARE, requires_grad=True)
    for name, fields in {
        "qr": "Q R",
        "svd": "U S Vh",
        "eig": "eigenvalues eigenvectors",
        "eigh": "eigenvalues eigenvectors",
        "slogdet": "sign logabsdet",
    }.items():
        theirs, ours = getattr(L, name)(SQUARE), getattr(L, name)(a)
        assert type(ours).__name__ == type(theirs).__name__
        for field in fields.split():
            value = getattr(ours, field)
            assert value.dtype == getattr(theirs, field).dtype
            assert value.requires_grad


def test_torch_words():
    x = ad.tensor(WIDE, requires_grad=True)
    assert linalg.norm(x, dim=1, keepdim=True).shape == (2, 1)
    assert linalg.vector_norm(x, 3, dim=0).shape == (3,)
    assert linalg.matrix_norm(x, "nuc").shape == ()
    assert x.norm(2).item() == pytest.approx(np.linalg.norm(WIDE))
    assert x.norm(1).item() == WIDE.sum()
    assert x.norm("nuc").item() == pytest.approx(np.linalg.norm(WIDE, "nuc"))
    assert linalg.cross(x, x**2, dim=-1).shape == (2, 3)
    assert linalg.lstsq(x.mT, np.ones(3)).solution.shape == (2,)
    assert linalg.eigh(ad.tensor(SQUARE), UPLO="U").eigenvalues.shape == (3,)


def test_plain_arrays_give_numpy_s_own_answers():
    for name in ("eigh", "eig", "svd", "qr", "slogdet"):
        for ours, theirs in zip(
            getattr(linalg, name)(SQUARE), getattr(L, name)(SQUARE), strict=True
        ):
            assert np.array_equal(ours, theirs)
    for name in ("eigvals", "eigvalsh", "svdvals", "inv", "pinv", "det", "cond", "norm"):
        assert np.allclose(getattr(linalg, name)(SQUARE), getattr(L, name)(SQUARE), rtol=1e-14)
