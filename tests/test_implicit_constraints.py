"""Minima under constraints, with multipliers and derivatives in closed form."""

import numpy as np
import pytest
from scipy import optimize

import autodiff as ad
from autodiff import ConvergenceError, minimize
from autodiff.core.errors import ArgumentError

METHODS = [None, "SLSQP", "trust-constr", "COBYLA", "COBYQA"]
POINT = np.array([1.0, 2.0, 2.0])


def distance(x, p):
    return ((x - p) ** 2).sum()


def on_ball(p, radius=1.0, method=None, **options):
    """The nearest point of a ball."""
    ball = {"type": "ineq", "fun": lambda x, r: r * r - (x * x).sum(), "args": (radius,)}
    return minimize(distance, np.zeros(3), p, method=method, constraints=ball, **options)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("transform", [ad.jacrev, ad.jacfwd])
def test_the_projection_on_a_ball(method, transform):
    found = on_ball(POINT, method=method)
    np.testing.assert_allclose(found.x, POINT / 3, rtol=1e-12)
    np.testing.assert_allclose(found.multipliers, [2.0], rtol=1e-12)
    assert found.success and np.isclose(found.fun, 4.0)
    normal = POINT / 3
    by_point = transform(lambda p: on_ball(p, method=method).x)(POINT)
    np.testing.assert_allclose(by_point, (np.eye(3) - np.outer(normal, normal)) / 3, atol=1e-12)
    by_radius = transform(lambda r: on_ball(POINT, r, method).x)(1.0)
    np.testing.assert_allclose(by_radius, normal, rtol=1e-12)


def test_a_constraint_that_holds_nothing_has_no_part():
    inside = np.array([0.1, -0.2, 0.3])
    found = on_ball(inside)
    np.testing.assert_allclose(found.x, inside, rtol=1e-12)
    assert found.multipliers.tolist() == [0.0]
    np.testing.assert_allclose(ad.jacobian(lambda p: on_ball(p).x)(inside), np.eye(3), atol=1e-12)
    assert np.all(ad.jacobian(lambda r: on_ball(inside, r).x)(1.0) == 0)


def test_second_derivatives_of_a_projection():
    closed = ad.jacfwd(ad.jacfwd(lambda p: p / ad.sqrt((p * p).sum())))(POINT)
    for outer in (ad.jacfwd, ad.jacrev):
        for inner in (ad.jacfwd, ad.jacrev):
            found = outer(inner(lambda p: on_ball(p).x))(POINT)
            np.testing.assert_allclose(found, closed, atol=1e-10)


@pytest.mark.parametrize("transform", [ad.jacrev, ad.jacfwd])
def test_the_projection_on_a_plane_moves_with_point_normal_and_offset(transform):
    def on_plane(p, a, b):
        plane = {"type": "eq", "fun": lambda x, a, b: a @ x - b, "args": (a, b)}
        return minimize(distance, np.zeros(3), p, constraints=plane).x

    def closed(p, a, b):
        return p - a * ((a @ p - b) / (a @ a))

    arguments = POINT, np.array([1.0, -1.0, 0.5]), 0.7
    np.testing.assert_allclose(on_plane(*arguments), closed(*arguments), rtol=1e-12)
    for k in range(3):
        np.testing.assert_allclose(
            transform(on_plane, argnums=k)(*arguments),
            transform(closed, argnums=k)(*arguments),
            atol=1e-11,
        )


def quadratic(seed=0, n=4, m=2):
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(n, n))
    return (
        root @ root.T + np.eye(n),
        rng.normal(size=n),
        rng.normal(size=(m, n)),
        rng.normal(size=m),
    )


@pytest.mark.parametrize("method", [None, "trust-constr"])
def test_the_multipliers_of_a_quadratic_programme(method):
    q, c, a, b = quadratic()
    n, m = 4, 2

    def programme(c, b):
        equations = optimize.NonlinearConstraint(lambda x: a @ x, b, b)
        found = minimize(
            lambda x: 0.5 * (x @ q @ x) - c @ x, np.zeros(n), method=method, constraints=equations
        )
        return ad.concatenate([found.x, found.multipliers])

    matrix = np.block([[q, -a.T], [a, np.zeros((m, m))]])
    inverse = np.linalg.inv(matrix)
    np.testing.assert_allclose(programme(c, b), inverse @ np.concatenate([c, b]), rtol=1e-9)
    for transform in (ad.jacrev, ad.jacfwd):
        by_c, by_b = transform(programme, argnums=(0, 1))(c, b)
        np.testing.assert_allclose(by_c, inverse[:, :n], atol=1e-9)
        np.testing.assert_allclose(by_b, inverse[:, n:], atol=1e-9)


def test_multipliers_are_the_slopes_of_the_minimum_in_the_limits():
    q, c, a, _ = quadratic(1)

    def programme(low):
        rows = optimize.NonlinearConstraint(lambda x: a @ x, low, low + 9.0)
        return minimize(lambda x: 0.5 * (x @ q @ x) - c @ x, np.zeros(4), constraints=rows)

    free = a @ np.linalg.solve(q, c)
    low = free + np.array([0.5, 0.3])
    found = programme(low)
    slopes = ad.grad(lambda low: programme(low).fun)(low)
    np.testing.assert_allclose(slopes, found.multipliers, rtol=1e-9)
    assert np.all(slopes > -1e-12) and slopes.max() > 0.1


@pytest.mark.parametrize("method", [None, "trust-constr", "COBYLA"])
def test_the_active_set_of_bounds_and_rows_with_two_limits(method):
    target = np.array([3.0, 0.2, -2.0, 0.4])

    def programme(p, top, wall):
        total = optimize.NonlinearConstraint(lambda x: ad.stack([x.sum(), x[3]]), -9.0, top)
        bounds = optimize.Bounds(ad.stack([-9.0, -9.0, wall, -9.0]), np.full(4, 2.0))
        return minimize(
            distance, np.zeros(4), p, constraints=total, bounds=bounds, method=method,
            options={"maxiter": 2000},
        )  # fmt: skip

    # the bounds hold x[0] and x[2], and the sum the two others: x[1] + x[3] = top - 2 - wall
    top, wall = np.array([1.2, 5.0]), -1.0
    found = programme(target, top, wall)
    np.testing.assert_allclose(found.x, [2.0, 0.0, -1.0, 0.2], atol=1e-9)
    np.testing.assert_allclose(found.multipliers, [-0.4, 0.0], atol=1e-9)
    by_p, by_top, by_wall = ad.jacobian(lambda *a: programme(*a).x, argnums=(0, 1, 2))(
        target, top, wall
    )
    expected = np.zeros((4, 4))
    expected[np.ix_([1, 3], [1, 3])] = [[0.5, -0.5], [-0.5, 0.5]]
    np.testing.assert_allclose(by_p, expected, atol=1e-9)
    np.testing.assert_allclose(by_top, [[0, 0], [0.5, 0], [0, 0], [0.5, 0]], atol=1e-9)
    np.testing.assert_allclose(by_wall, [0, -0.5, 1, -0.5], atol=1e-9)


def test_scipys_forms_of_constraints_and_its_multipliers():
    a = np.array([[1.0, 1.0, 1.0]])
    forms = [
        optimize.LinearConstraint(a, 1.0, 1.0),
        {"type": "eq", "fun": lambda x: x.sum() - 1},
        [optimize.NonlinearConstraint(lambda x: x.sum(), 1.0, 1.0)],
    ]
    for form in forms:
        found = minimize(distance, np.zeros(3), POINT, constraints=form)
        np.testing.assert_allclose(found.x, POINT - 4 / 3, rtol=1e-12)
    dicts = [
        {"type": "ineq", "fun": lambda x: 1 - (x * x).sum()},
        {"type": "eq", "fun": lambda x: x[0] - 0.1},
    ]
    ours = minimize(distance, np.zeros(3), POINT, constraints=dicts)
    theirs = optimize.minimize(distance, np.zeros(3), POINT, constraints=dicts, tol=1e-12)
    np.testing.assert_allclose(ours.x, theirs.x, rtol=1e-6)
    rest = np.sqrt(0.99 / 2)
    np.testing.assert_allclose(ours.multipliers[1], (2 - rest) / rest, rtol=1e-10)
    np.testing.assert_allclose(
        ours.multipliers[0], 2 * (0.1 - 1) + 0.2 * (2 - rest) / rest, rtol=1e-10
    )


def test_containers_and_what_constraints_close_over():
    def box(perimeter):
        """The rectangle of largest area."""
        rim = {"type": "eq", "fun": lambda x: {"rim": 2 * (x["w"] + x["h"]) - perimeter}}
        start = {"w": 1.0, "h": 2.0}
        return minimize(lambda x: -x["w"] * x["h"], start, constraints=rim)

    found = box(8.0)
    assert np.isclose(found.x["w"], 2.0) and np.isclose(found.x["h"], 2.0)
    slopes = ad.jacobian(lambda p: box(p).x)(8.0)
    assert np.isclose(slopes["w"], 0.25) and np.isclose(slopes["h"], 0.25)
    assert np.isclose(ad.grad(lambda p: box(p).fun)(8.0), -1.0)  # area p² / 16
    assert np.isclose(ad.grad(ad.grad(lambda p: box(p).fun))(8.0), -1 / 8)


def test_every_example_by_itself():
    points = np.array([[1.0, 2.0, 2.0], [0.1, 0.2, 0.2], [-3.0, 0.0, 4.0]])
    found = ad.vmap(lambda p: on_ball(p).x)(points)
    np.testing.assert_allclose(found, [points[0] / 3, points[1], points[2] / 5], atol=1e-12)
    slopes = ad.vmap(ad.jacrev(lambda p: on_ball(p).x))(points)
    expected = [ad.jacfwd(lambda p: on_ball(p).x)(p) for p in points]
    np.testing.assert_allclose(slopes, expected, atol=1e-12)


def test_eager_tensors():
    p = ad.tensor(POINT, requires_grad=True)
    on_ball(p).x.sum().backward()
    normal = POINT / 3
    np.testing.assert_allclose(
        p.grad.numpy(), (np.eye(3) - np.outer(normal, normal)).sum(0) / 3, atol=1e-12
    )


def test_a_constraint_that_only_just_holds_is_named():
    edge = POINT / 3
    assert np.allclose(on_ball(edge).x, edge)
    said = r"row 0 of constraints\[0\] only just holds the answer of distance, which has a kink"
    for transform in (ad.jacrev, ad.jacfwd):
        with pytest.raises(ConvergenceError, match=said):
            transform(lambda p: on_ball(p).x)(edge)


def test_a_bound_that_only_just_holds_is_named():
    def nearest(p):
        plane = {"type": "eq", "fun": lambda x: x[0] + x[1] - 1}
        bounds = [(0, None), (None, None)]
        return minimize(distance, np.ones(2), p, constraints=plane, bounds=bounds).x

    with pytest.raises(ConvergenceError, match="the bound of unknown 0 only just holds"):
        ad.jacobian(nearest)(np.array([0.0, 1.0]))


def test_dependent_constraints_leave_no_derivative():
    def nearest(p):
        same = [{"type": "eq", "fun": lambda x, k=k: k * (x[0] - x[1])} for k in (1, 2)]
        return minimize(distance, np.zeros(2), p, constraints=same, method="COBYQA").x

    point = np.array([1.0, 2.0])
    assert np.allclose(nearest(point), 1.5)
    with pytest.raises(ConvergenceError, match="dependent there"):
        ad.jacobian(nearest)(point)


@pytest.mark.parametrize("method", ["SLSQP", "trust-constr"])
def test_scipy_gets_exact_derivatives(method, monkeypatch):
    seen = []

    def spied(fun, x0, **given):
        seen.extend(given["constraints"])
        return original(fun, x0, **given)

    original = optimize.minimize
    monkeypatch.setattr(optimize, "minimize", spied)
    on_ball(POINT, method=method)
    (ball,) = seen
    assert ball.jac(POINT).tolist() == [[-2.0, -4.0, -4.0]]
    if method == "trust-constr":
        assert ball.hess(POINT, np.array([3.0])).tolist() == (-6 * np.eye(3)).tolist()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"constraints": {"type": "eq"}}, "constraints= holds a dict; it needs"),
        ({"constraints": {"type": "at most", "fun": abs}}, "constraints= holds a dict; it needs"),
        ({"constraints": [3.0]}, "constraints= holds a float; it needs"),
        ({"constraints": {"type": "eq", "fun": abs, "jac": abs}}, "a constraint has jac="),
        (
            {"constraints": {"type": "eq", "fun": lambda x: x[0]}, "method": "BFGS"},
            "method='BFGS' takes no constraints; use one of slsqp",
        ),
        (
            {"constraints": optimize.LinearConstraint(np.ones((1, 2)), 0, 1)},
            r"constraints\[0\] has a matrix of shape \(1, 2\) for 3 unknowns",
        ),
        (
            {"constraints": optimize.NonlinearConstraint(lambda x: x, np.zeros(2), 1)},
            r"constraints\[0\] has limits of shape \(2,\) for 3 rows",
        ),
    ],
)
def test_what_is_no_constraint(given, said):
    with pytest.raises(ArgumentError, match=said):
        minimize(distance, np.zeros(3), POINT, **given)


def test_constraints_that_cannot_be_met():
    apart = [
        {"type": "eq", "fun": lambda x: x[0] - 1},
        {"type": "eq", "fun": lambda x: x[0] - 2},
    ]
    with pytest.raises(ConvergenceError, match="minimize did not converge"):
        minimize(distance, np.zeros(3), POINT, constraints=apart)
    found = minimize(distance, np.zeros(3), POINT, constraints=apart, throw=False)
    assert not found.success
