"""Minima and least squares with derivatives, against closed forms and published numbers."""

import math

import numpy as np
import pytest
import scipy.optimize

import autodiff as ad
from autodiff.transform.implicit import ConvergenceError, least_squares, minimize, scipy_objective

METHODS = [
    "CG", "BFGS", "Newton-CG", "L-BFGS-B", "TNC", "SLSQP", "trust-ncg", "trust-krylov",
    "trust-exact", "trust-constr", "Nelder-Mead", "Powell", "COBYQA",
]  # fmt: skip


def rosenbrock(x, a, b):
    """Its minimum lies at (a, a**2), whatever b is."""
    return (a - x[0]) ** 2 + b * (x[1] - x[0] ** 2) ** 2


def valley(a, b=100.0, **options):
    return minimize(rosenbrock, np.array([-1.2, 1.0]), (a, b), **options).x


@pytest.mark.parametrize("method", METHODS)
def test_rosenbrocks_valley_by_every_method(method):
    assert np.allclose(valley(1.0, method=method), [1.0, 1.0], rtol=0, atol=1e-12)


def test_methods_with_a_convex_start():
    start = np.array([1.1, 1.2])
    found = minimize(rosenbrock, start, (1.0, 100.0), method="dogleg")
    assert np.allclose(found.x, 1.0, rtol=1e-12)


def test_derivatives_in_the_parameters_of_rosenbrocks_function():
    for jacobian in (ad.jacfwd, ad.jacrev):
        assert np.allclose(jacobian(valley)(1.5), [1.0, 3.0], rtol=1e-11)
        assert np.allclose(jacobian(lambda b: valley(1.5, b))(100.0), 0.0, atol=1e-13)
        assert np.allclose(jacobian(jacobian(valley))(1.5), [0.0, 2.0], atol=1e-9)


def test_the_value_at_the_minimum_has_the_derivative_of_the_envelope():
    def lowest(a):
        return minimize(lambda x, a: (x - a) ** 2 + a * x, 0.0, a).fun  # a**2 - a**2 / 4

    assert math.isclose(lowest(2.0), 3.0, rel_tol=1e-14)
    assert math.isclose(ad.grad(lowest)(2.0), 3.0, rel_tol=1e-14)
    assert math.isclose(ad.grad(ad.grad(lowest))(2.0), 1.5, rel_tol=1e-13)


def test_the_minimum_of_a_quadratic_form():
    rng = np.random.default_rng(0)
    factor = rng.normal(size=(3, 3))
    matrix, b = factor @ factor.T + np.eye(3), rng.normal(size=3)

    def lowest(matrix, b):
        return minimize(lambda x, m, b: 0.5 * x @ m @ x - b @ x, np.zeros(3), (matrix, b)).x

    inverse = np.linalg.inv(matrix)
    slopes = ad.jacrev(lowest, (0, 1))(matrix, b)
    assert np.allclose(slopes[1], inverse, rtol=1e-12)
    outer = np.einsum("ij,k->ijk", inverse, inverse @ b)
    assert np.allclose(slopes[0], -(outer + outer.swapaxes(1, 2)) / 2, rtol=1e-12, atol=1e-14)
    mixed = ad.jacfwd(ad.jacrev(lowest, 1), 0)(matrix, b)  # -m⁻¹ ṁ m⁻¹ of the symmetric part
    t = rng.normal(size=(3, 3))
    pushed = np.einsum("ijkl,kl->ij", mixed, t)
    assert np.allclose(pushed, -inverse @ (t + t.T) / 2 @ inverse, rtol=1e-11, atol=1e-13)


def test_containers():
    def f(x, target):
        return (x["u"] - target) ** 2 + ((x["v"] - 2 * target) ** 2).sum()

    def lowest(target):
        return minimize(f, {"u": 0.0, "v": np.zeros(2)}, target).x

    slopes = ad.jacfwd(lowest)(3.0)
    assert np.allclose(slopes["u"], 1.0) and np.allclose(slopes["v"], [2.0, 2.0])


def test_a_gradient_through_a_fit_inside_a_loss():
    """The weight of ridge regression by the gradient of what it does to another example."""
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(8, 3)), rng.normal(size=8)
    other, target = rng.normal(size=3), 0.5

    def loss(weight):
        fit = minimize(
            lambda w: ((x @ w - y) ** 2).sum() + weight * (w @ w), np.zeros(3), method="BFGS"
        )
        return (other @ fit.x - target) ** 2

    gram = x.T @ x + 0.7 * np.eye(3)
    fit = np.linalg.solve(gram, x.T @ y)
    expected = 2 * (other @ fit - target) * (other @ -np.linalg.solve(gram, fit))
    assert math.isclose(ad.grad(loss)(0.7), expected, rel_tol=1e-10)


# ---------------------------------------------------------------------- bounds


def clipped(a, low=0.0, high=1.0, **options):
    """The nearest point of a box."""
    bounds = [(low, high)] * 3
    return minimize(lambda x, a: ((x - a) ** 2).sum(), np.zeros(3), a, bounds=bounds, **options).x


@pytest.mark.parametrize("method", [None, "TNC", "SLSQP", "trust-constr", "Nelder-Mead"])
def test_unknowns_that_a_bound_holds(method):
    a = np.array([-1.0, 0.5, 2.0])
    assert np.allclose(clipped(a, method=method), [0.0, 0.5, 1.0], rtol=0, atol=1e-12)
    assert np.allclose(ad.jacrev(lambda a: clipped(a, method=method))(a), np.diag([0, 1, 0]))


def test_a_bound_that_scipy_has_not_quite_reached():
    def lowest(a):
        return minimize(
            lambda x, a: 1e-6 * ((x - a) ** 2).sum(), np.full(2, 0.5), a, method="trust-constr",
            bounds=[(0.0, 1.0)] * 2,
        ).x  # fmt: skip

    a = np.array([-1.0, 0.25])
    assert np.allclose(lowest(a), [0.0, 0.25], rtol=0, atol=1e-12)
    assert np.allclose(ad.jacrev(lowest)(a), np.diag([0, 1]))


def test_a_bound_with_a_derivative():
    a = np.array([-1.0, 0.5, 2.0])
    slopes = ad.jacfwd(lambda low, high: clipped(a, low, high), (0, 1))(0.0, 1.0)
    assert np.allclose(slopes, [[1, 0, 0], [0, 0, 1]])
    found = ad.vmap(lambda high: clipped(a, 0.0, high))(np.array([1.0, 3.0]))
    assert np.allclose(found, [[0.0, 0.5, 1.0], [0.0, 0.5, 2.0]])


def test_scipys_bounds():
    bounds = scipy.optimize.Bounds([0.0, -np.inf], [np.inf, 1.0])

    def lowest(a):
        f = minimize(lambda x, a: ((x - a) ** 2).sum(), np.zeros(2), a, bounds=bounds)
        return f.x

    assert np.allclose(ad.jacrev(lowest)(np.array([3.0, 2.0])), np.diag([1, 0]))


# --------------------------------------------------------------- least squares

# NIST/ITL StRD, nonlinear regression, Misra1a: data and certified values.
PRESSURE = np.array([
    77.6, 114.9, 141.1, 190.8, 239.9, 289.0, 332.8, 378.4, 434.8, 477.3, 536.8, 593.1, 689.1, 760.0,
])  # fmt: skip
VOLUME = np.array([
    10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02, 44.82, 50.76, 55.05, 61.01, 66.40, 75.47,
    81.78,
])  # fmt: skip
CERTIFIED = np.array([2.3894212918e2, 5.5015643181e-4])
DEVIATIONS = np.array([2.7070075241, 7.2668688436e-6])
SUM_OF_SQUARES = 1.2455138894e-1


def misra(y, start=(250.0, 5e-4), **options):
    def residuals(b, y):
        return b[0] * (1 - ad.exp(-b[1] * PRESSURE)) - y

    return least_squares(residuals, np.array(start), args=(y,), x_scale="jac", **options)


def test_certified_parameters_of_misra1a():
    found = misra(VOLUME, start=(500.0, 1e-4))
    assert np.allclose(found.x, CERTIFIED, rtol=1e-10)
    assert math.isclose(2 * found.cost, SUM_OF_SQUARES, rel_tol=1e-10)


def test_certified_deviations_follow_from_the_derivative_in_the_data():
    # Gauss and Newton's covariance, which NIST certifies, leaves the curvature of the model out.
    slopes = ad.jacrev(lambda y: misra(y).x)(VOLUME)
    covariance = SUM_OF_SQUARES / (len(VOLUME) - 2) * slopes @ slopes.T
    assert np.allclose(np.sqrt(np.diag(covariance)), DEVIATIONS, rtol=5e-3)


def test_the_derivative_in_the_data_is_that_of_the_whole_hessian():
    step = 1e-4 * np.eye(len(VOLUME))[3]
    difference = (misra(VOLUME + step).x - misra(VOLUME - step).x) / 2e-4
    assert np.allclose(ad.jacfwd(lambda y: misra(y).x)(VOLUME)[:, 3], difference, rtol=1e-7)


def test_linear_least_squares_of_every_order():
    rng = np.random.default_rng(2)
    matrix, y = rng.normal(size=(6, 2)), rng.normal(size=6)

    def fit(y, weight):
        return least_squares(lambda x, y, w: w * (matrix @ x - y), np.zeros(2), args=(y, weight))

    weight = np.array([1.0, 2.0, 1.0, 0.5, 1.0, 1.0])
    projector = np.linalg.pinv(weight[:, None] * matrix) * weight
    assert np.allclose(ad.jacrev(lambda y: fit(y, weight).x)(y), projector, rtol=1e-12)
    residual = matrix @ (projector @ y) - y
    gradient, slope = ad.grad(lambda y, w: fit(y, w).cost, (0, 1))(y, weight)
    assert np.allclose(gradient, -(weight**2) * residual, rtol=1e-11, atol=1e-13)
    assert np.allclose(slope, weight * residual**2, rtol=1e-11, atol=1e-13)
    second = ad.hessian(lambda y: fit(y, weight).cost)(y)
    assert np.allclose(second, np.diag(weight**2) @ (np.eye(6) - matrix @ projector), atol=1e-12)


@pytest.mark.parametrize("loss", ["soft_l1", "huber", "cauchy", "arctan"])
def test_robust_losses(loss):
    y = np.array([0.1, -0.2, 0.15, 3.0])

    def center(y):
        return least_squares(lambda x, y: x - y, 0.0, args=(y,), loss=loss, f_scale=0.5)

    step = 1e-5
    slopes = [(center(y + step * e).x - center(y - step * e).x) / (2 * step) for e in np.eye(4)]
    assert np.allclose(ad.grad(lambda y: center(y).x)(y), slopes, rtol=1e-5, atol=1e-7)
    plain = scipy.optimize.least_squares(lambda x: x - y, 0.0, loss=loss, f_scale=0.5)
    assert math.isclose(center(y).cost, plain.cost, rel_tol=1e-9)


def test_keywords_of_the_residuals():
    def fit(y):
        return least_squares(lambda x, *, y: x - y, np.zeros(2), kwargs={"y": y}).x

    y = np.array([1.0, 2.0])
    assert np.allclose(ad.jacrev(fit)(y), np.eye(2))
    assert np.allclose(ad.vmap(fit)(np.stack([y, 2 * y])), np.stack([y, 2 * y]))


def test_eager_tensors():
    y = ad.tensor([1.0, 3.0], requires_grad=True)
    found = least_squares(lambda x, y: x * x - y, np.ones(2), args=(y,))
    found.x.sum().backward()
    assert np.allclose(y.grad.numpy(), 0.5 / np.sqrt([1.0, 3.0]))


def test_bounded_least_squares():
    def fit(y, high):
        return least_squares(lambda x, y: x - y, np.zeros(2), args=(y,), bounds=(-np.inf, high)).x

    slopes = ad.jacrev(fit, (0, 1))(np.array([0.5, 2.0]), 1.0)
    assert np.allclose(slopes[0], np.diag([1, 0])) and np.allclose(slopes[1], [0, 1])


# ------------------------------------------------------------ scipy_objective


def test_an_objective_has_the_derivatives_of_rosenbrocks_function():
    f = scipy_objective(rosenbrock)
    x, direction = np.array([-1.2, 1.0]), np.array([1.0, -2.0])
    hessian = scipy.optimize.rosen_hess(x)
    assert math.isclose(f.fun(x, 1.0, 100.0), scipy.optimize.rosen(x))
    assert np.allclose(f.jac(x, 1.0, 100.0), scipy.optimize.rosen_der(x), rtol=1e-14)
    assert np.allclose(f.hess(x, 1.0, 100.0), hessian, rtol=1e-14)
    assert np.allclose(f.hessp(x, direction, 1.0, 100.0), hessian @ direction, rtol=1e-13)


@pytest.mark.parametrize("method", ["trust-exact", "Newton-CG", "BFGS"])
def test_scipys_minimize_takes_an_objective_unchanged(method):
    f = scipy_objective(rosenbrock)
    more = {"trust-exact": {"hess": f.hess}, "Newton-CG": {"hessp": f.hessp}}.get(method, {})
    found = scipy.optimize.minimize(
        f.fun, [-1.2, 1.0], args=(1.0, 100.0), jac=f.jac, method=method, **more
    )
    assert found.success and np.allclose(found.x, 1.0, atol=1e-4)


def test_an_objective_of_a_container():
    like = {"u": 0.0, "v": np.zeros(2)}
    f = scipy_objective(lambda x: (x["u"] - 1) ** 2 + ((x["v"] - 2) ** 2).sum(), like)
    found = scipy.optimize.minimize(f.fun, f.vector(like), jac=f.jac)
    answer = f.tree(found.x)
    assert np.isclose(answer["u"], 1) and np.allclose(answer["v"], 2)


# ---------------------------------------------------------------------- errors


def falling(x):
    return -(x**4)


def test_a_minimum_that_is_not_there():
    with pytest.raises(ConvergenceError, match="minimize did not converge for falling from x0"):
        minimize(falling, 1.0, method="trust-exact", options={"maxiter": 5})


def test_least_squares_that_run_out_of_evaluations():
    with pytest.raises(ConvergenceError, match="least_squares did not converge for <lambda>"):
        least_squares(lambda x: ad.exp(x) - 3, 0.0, max_nfev=1)


@pytest.mark.parametrize(
    "f",
    [
        lambda x, a: ((x - a) ** 4).sum(),
        lambda x, a: (x.sum() - a) ** 2,
        lambda x, a: (x[0] + x[1] - a) ** 2 + (x[0] - x[1]) ** 4,
    ],
)
def test_a_degenerate_minimum(f):
    def lowest(a):
        return minimize(f, np.array([1.0, 1.2]), a).x

    for jacobian in (ad.jacfwd, ad.jacrev):
        with pytest.raises(ConvergenceError, match="the Jacobian in the unknowns is singular"):
            jacobian(lowest)(0.5)


def test_a_fit_with_too_few_equations():
    with pytest.raises(ConvergenceError, match="least_squares: the Jacobian in the unknowns is"):
        ad.jacrev(lambda a: least_squares(lambda x, a: x.sum() - a, np.ones(2), args=a).x)(1.0)


def test_a_result_that_is_no_minimum_has_no_derivative():
    def stopped(a):
        options = {"maxiter": 1}
        return minimize(rosenbrock, [-1.2, 1.0], (a, 100.0), throw=False, options=options)

    assert not stopped(1.0).success
    assert np.isnan(ad.jacrev(lambda a: stopped(a).x)(1.0)).all()
    assert np.isnan(ad.jacfwd(lambda a: stopped(a).x)(1.0)).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: minimize(lambda x: x, np.ones(3)), "returns 3 real numbers; it needs one"),
        (lambda: clipped(np.ones(3), method="BFGS"), "'BFGS' takes no bounds"),
        (lambda: minimize(falling, 1.0, bounds=[(0, 1)] * 2), r"bounds of shape \(2,\) for 1"),
        (lambda: minimize(falling, 1.0, bounds=(0, 1)), "give pairs"),
        (lambda: minimize(falling, 1.0, hess=abs), "hess= is given, but SciPy gets the exact"),
        (lambda: minimize(falling, 1.0, constraints={"type": "eq"}), "constraints= holds a dict"),
        (lambda: least_squares(falling, 1.0, loss="l1"), "loss='l1' is none of linear"),
    ],
)
def test_what_a_minimizer_cannot_use(call, message):
    with pytest.raises((ad.ArgumentError, ad.OutputError), match=message):
        call()
