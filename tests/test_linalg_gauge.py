"""Where factorizations are not unique: equal eigenvalues, zero singular values, phases, zero."""

import numpy as np
import pytest

import autodiff as ad
from autodiff import linalg
from autodiff.core.errors import GaugeError

RNG = np.random.default_rng(5)
EYE = np.eye(3)
TIED = np.diag([1.0, 1.0, 2.0])
WEIGHTS = RNG.normal(size=(3, 3))


def turned(a):
    """The same eigenvalues in another basis."""
    q, _ = np.linalg.qr(RNG.normal(size=a.shape))
    return q @ a @ q.T


@pytest.mark.parametrize("values", [np.linalg.eigvalsh, lambda a: np.linalg.eigh(a)[0]])
def test_eigenvalues_of_the_identity_have_a_finite_gradient(values):
    assert np.allclose(ad.grad(lambda a: values(a).sum())(EYE), EYE)
    assert np.allclose(ad.grad(lambda a: np.exp(values(a)).sum())(EYE), np.e * EYE)
    a = turned(TIED)
    assert np.allclose(ad.grad(lambda a: (values(a) ** 3).sum())(a), 3 * a @ a)
    assert np.allclose(ad.grad(lambda a: np.log(values(a)).sum())(a), np.linalg.inv(a))
    _, tangent = ad.jvp(lambda a: values(a).sum(), (EYE,), (WEIGHTS,))
    assert tangent == pytest.approx(np.trace(WEIGHTS))


@pytest.mark.parametrize(
    "f",
    [
        lambda v: v[1] @ WEIGHTS[0],
        lambda v: v.sum(),
        lambda v: np.trace(v),
        lambda v: (v * WEIGHTS).sum(),
        lambda v: (v**4).sum(),
        lambda v: abs(v[1]).sum(),
    ],
)
@pytest.mark.parametrize("a", [EYE, TIED, np.zeros((3, 3)), turned(TIED), np.diag([2.0, 5.0, 5.0])])
def test_what_depends_on_the_basis_of_equal_eigenvalues_raises(f, a):
    for gradient in (
        ad.grad(lambda a: f(np.linalg.eigh(a)[1])),
        ad.grad(lambda a: f(np.linalg.svd(a + 3 * EYE)[0])),
    ):
        with pytest.raises(GaugeError, match="depends on which vectors of equal"):
            gradient(a)
    with pytest.raises(GaugeError):
        ad.grad(lambda a: np.linalg.eigh(a)[1][0, 0])(EYE)
    assert issubclass(GaugeError, np.linalg.LinAlgError)


def test_eig_of_equal_eigenvalues():
    assert np.allclose(ad.grad(lambda a: np.linalg.eigvals(a).sum())(EYE), EYE)
    with pytest.raises(GaugeError, match="eig: "):
        ad.grad(lambda a: np.linalg.eig(a)[1][0, 1])(EYE)


def projector(v, columns):
    return v[:, columns] @ v[:, columns].T


def test_what_depends_on_the_space_alone_is_right():
    a = turned(TIED)

    def f(a):
        return (projector(np.linalg.eigh(a)[1], slice(2)) * WEIGHTS).sum()

    found = ad.grad(f)(a)
    q = np.linalg.eigh(a)[1]
    inside = q.T @ (WEIGHTS + WEIGHTS.T) / 2 @ q
    expected = np.zeros((3, 3))
    expected[:2, 2] = expected[2, :2] = -inside[:2, 2]
    assert np.allclose(found, q @ expected @ q.T)

    def unitary(a):
        u, _, vh = np.linalg.svd(a)
        return (u @ vh * WEIGHTS).sum()

    polar = ad.grad(unitary)
    near = ad.grad(lambda a: (linalg.inv(linalg.sqrtm(a @ a.T)) @ a * WEIGHTS).sum())
    for a in (2 * EYE, turned(TIED), RNG.normal(size=(3, 3))):
        assert np.allclose(polar(a), near(a))


def test_functions_of_matrices_raise_at_ties_rather_than_be_wrong():
    def root(a):
        w, v = np.linalg.eigh(a)
        return ((v * np.sqrt(w)) @ v.T * WEIGHTS).sum()

    right = ad.grad(lambda a: (linalg.sqrtm(a) * (WEIGHTS + WEIGHTS.T) / 2).sum())
    a = turned(np.diag([1.0, 2.0, 4.0]))
    assert np.allclose(ad.grad(root)(a), right(a))
    with pytest.raises(GaugeError, match="sqrtm"):
        ad.grad(root)(turned(TIED))
    assert np.isfinite(right(turned(TIED))).all()


def test_forward_mode_says_nan_where_equal_eigenvalues_mix():
    vectors = lambda a: np.linalg.eigh(a)[1]  # noqa: E731
    _, tangent = ad.jvp(vectors, (TIED,), (np.ones((3, 3)),))
    assert np.isnan(tangent[:, :2]).any() and np.isfinite(tangent[:, 2]).all()
    _, tangent = ad.jvp(vectors, (TIED,), (EYE,))
    assert np.allclose(tangent, 0)


def test_second_derivatives_at_ties_are_right_or_nan():
    def cube(a):
        return (np.linalg.eigvalsh(a) ** 3).sum()

    right = ad.hessian(lambda a: np.trace(a @ a @ a))
    distinct = np.diag([1.0, 2.0, 4.0])
    symmetric = (right(distinct) + np.swapaxes(right(distinct), 2, 3)) / 2
    symmetric = (symmetric + np.swapaxes(symmetric, 0, 1)) / 2
    assert np.allclose(ad.hessian(cube)(distinct), symmetric)
    found, at_ties = ad.hessian(cube)(TIED), right(TIED)
    at_ties = (at_ties + np.swapaxes(at_ties, 2, 3)) / 2
    at_ties = (at_ties + np.swapaxes(at_ties, 0, 1)) / 2
    known = np.isfinite(found)
    assert known.any() and not known.all() and np.allclose(found[known], at_ties[known])
    with pytest.raises(GaugeError):
        ad.grad(lambda a: (ad.grad(cube)(a) * WEIGHTS).sum())(TIED)


def test_singular_values_at_zero_have_the_derivative_of_abs():
    ones = np.ones((2, 2))
    assert np.allclose(ad.grad(lambda a: np.linalg.svdvals(a).sum())(ones), ones / 2)
    assert np.allclose(ad.grad(lambda a: np.linalg.svdvals(a).sum())(0 * ones), 0)
    assert np.allclose(ad.grad(lambda a: (np.linalg.svdvals(a) ** 2).sum())(ones), 2 * ones)
    with pytest.raises(GaugeError, match="zero singular values"):
        ad.grad(lambda a: (np.linalg.svd(a)[0] * WEIGHTS).sum())(np.ones((3, 3)))
    tall = np.ones((3, 2))
    with pytest.raises(GaugeError, match="zero singular values"):
        ad.grad(lambda a: np.linalg.svd(a, full_matrices=False).U[0, 1])(tall)
    # a single zero singular value of a square matrix leaves nothing free but signs
    a = RNG.normal(size=(3, 2)) @ RNG.normal(size=(2, 3))
    f = lambda a: (np.linalg.svd(a).U[:, 0] * WEIGHTS[0]).sum() ** 2  # noqa: E731
    assert ad.check_grad(f, a)


@pytest.mark.parametrize("name", ["svd", "qr"])
def test_full_matrices(name):
    factors = {
        "svd": lambda a: np.linalg.svd(a, full_matrices=True)[0],
        "qr": lambda a: np.linalg.qr(a, "complete")[0],
    }[name]
    reduced = {
        "svd": lambda a: np.linalg.svd(a, full_matrices=False)[0],
        "qr": lambda a: np.linalg.qr(a)[0],
    }[name]
    a, weights = RNG.normal(size=(4, 2)), RNG.normal(size=(4, 4))
    beside = lambda a: (lambda q: q @ q.T * weights)(factors(a)[:, 2:]).sum()  # noqa: E731
    within = lambda a: -(reduced(a) @ reduced(a).T * weights).sum()  # noqa: E731
    assert np.allclose(ad.grad(beside)(a), ad.grad(within)(a))
    u = ad.vjp(factors, a)[0]
    assert np.allclose(u.T @ u, np.eye(4)) and np.allclose(u[:, 2:].T @ a, 0)
    with pytest.raises(GaugeError, match="beside those of the matrix"):
        ad.grad(lambda a: (factors(a) * weights).sum())(a)
    _, tangent = ad.jvp(factors, (a,), (a**2,))
    assert np.isnan(tangent[:, 2:]).all() and np.isfinite(tangent[:, :2]).all()
    # a single real vector beside them has one direction
    a = RNG.normal(size=(3, 2))
    assert ad.check_grad(lambda a: (factors(a) * WEIGHTS).sum(), a)


def test_phases_of_diagonal_matrices_are_free():
    a = np.diag([1.0, 2.0, 3.0]) + 0j
    weights = WEIGHTS + 1j * RNG.normal(size=(3, 3))
    with pytest.raises(GaugeError, match="phase of a complex vector"):
        ad.grad(lambda a: (abs(np.linalg.eigh(a)[1] + weights) ** 2).sum())(a)

    def squares(a):
        return (abs(weights @ np.linalg.eigh(a)[1]) ** 2 * np.arange(3)).sum()

    t = RNG.normal(size=(3, 3)) + 1j * RNG.normal(size=(3, 3))
    t = t + t.conj().T
    slope = (squares(a + 1e-6 * t) - squares(a - 1e-6 * t)) / 2e-6
    assert ad.jvp(squares, (a,), (t,))[1] == pytest.approx(slope, rel=1e-8)
    assert np.vdot(ad.grad(squares)(a), t).real == pytest.approx(slope, rel=1e-8)


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_determinants_of_singular_matrices_to_second_order(n):
    for rank in range(n):
        a = RNG.normal(size=(n, rank)) @ RNG.normal(size=(rank, n))

        def leibniz(a):
            rows = [[a[i, j] for j in range(n)] for i in range(n)]

            def minor(rows):
                if len(rows) == 0:
                    return 1.0
                first, *rest = rows
                signed = [
                    (-1) ** j * x * minor([r[:j] + r[j + 1 :] for r in rest])
                    for j, x in enumerate(first)
                ]
                return sum(signed[1:], signed[0])

            return minor(rows)

        assert np.allclose(ad.grad(np.linalg.det)(a), ad.grad(leibniz)(a))
        assert np.allclose(ad.hessian(np.linalg.det)(a), ad.hessian(leibniz)(a))
        reverse = ad.jacrev(ad.jacrev(np.linalg.det))(a)
        assert np.allclose(reverse, ad.hessian(leibniz)(a))


@pytest.mark.parametrize(("shape", "orders"), [
    ((3,), (None, 0, 1, 2, 3, 1.5, np.inf, -np.inf)),
    ((2, 3), (None, "fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf)),
])  # fmt: skip
@pytest.mark.parametrize("dtype", [float, complex])
def test_norms_at_zero(shape, orders, dtype):
    x = np.zeros(shape, dtype)
    for ord in orders:
        assert np.linalg.norm(x, ord) == 0
        gradient = ad.grad(lambda x, ord=ord: np.linalg.norm(x, ord))(x)
        assert gradient.dtype == dtype and np.all(gradient == 0)
        _, tangent = ad.jvp(lambda x, ord=ord: np.linalg.norm(x, ord), (x,), (x + 1,))
        assert tangent == 0


def test_ties_of_norms_are_shared():
    assert np.allclose(ad.grad(lambda a: np.linalg.norm(a, 2))(np.eye(2)), np.eye(2) / 2)
    assert ad.grad(lambda x: np.linalg.norm(x, np.inf))(np.array([1.0, -1.0])).tolist() == [
        0.5,
        -0.5,
    ]


def test_the_condition_number_of_a_singular_matrix_is_infinite():
    for p in (None, 1, "fro", np.inf):
        value, gradient = ad.value_and_grad(lambda a, p=p: np.linalg.cond(a, p))(np.zeros((2, 2)))
        assert value == np.inf and np.all(gradient == 0)


def test_least_squares_of_lower_rank_say_so():
    a, b = np.ones((3, 2)), np.arange(3.0)
    assert np.allclose(ad.vjp(lambda b: np.linalg.lstsq(a, b)[0], b)[0], np.linalg.lstsq(a, b)[0])
    (c,) = ad.vjp(lambda b: np.linalg.lstsq(a, b)[0], b)[1](np.ones(2))
    assert np.allclose(c, np.linalg.pinv(a).T @ np.ones(2))
    for mode in (ad.grad, lambda f: ad.jacfwd(f)):
        with pytest.raises(np.linalg.LinAlgError, match="has not full rank"):
            mode(lambda a: np.linalg.lstsq(a, b)[0].sum())(a)
    # pinv keeps the rank
    x = np.array([1.0, 2.0, 3.0])
    assert ad.check_grad(lambda x: np.linalg.pinv(np.outer(x, x[:2])).sum(), x)


def test_orthogonal_factors_of_lower_rank_say_so():
    with pytest.raises(np.linalg.LinAlgError, match="a column depends on those before it"):
        ad.grad(lambda a: np.linalg.qr(a)[0][0, 0])(np.ones((3, 2)))


def test_one_triangle_is_read_and_gradients_are_hermitian():
    a = 0.3 * RNG.normal(size=(3, 3)) + 4 * EYE
    for call in (np.linalg.cholesky, np.linalg.eigvalsh, lambda a: np.linalg.eigvalsh(a, "U")):
        value, pullback = ad.vjp(call, a)
        assert np.allclose(value, call(a))
        (c,) = pullback(RNG.normal(size=value.shape))
        assert np.allclose(c, c.T)
    upper = lambda a: np.linalg.cholesky(a, upper=True)  # noqa: E731
    assert np.allclose(ad.vjp(upper, a)[0], upper(a))
