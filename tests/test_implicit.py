"""Roots and fixed points with derivatives, against closed forms and published numbers."""

import math
import sys
from itertools import product

import numpy as np
import pytest
from modes import by_jvp, by_vjp, by_vmap

import autodiff as ad
from autodiff.transform import implicit
from autodiff.transform.implicit import ConvergenceError, fixed_point, root

TRANSFORMS = [ad.grad, by_jvp, by_vjp, by_vmap]
CHAINS = [chain for depth in (1, 2, 3) for chain in product(TRANSFORMS, repeat=depth)]


def square_root(a):
    return root(lambda x, a: x * x - a, 1.0, a).x


def square_root_closed_over(a):
    return root(lambda x: x * x - a, 1.0).x


def root_derivative(order, a):
    """The derivative of the square root of that order."""
    factors = [0.5 - k for k in range(order)]
    return math.prod(factors) * a ** (0.5 - order)


@pytest.mark.parametrize("f", [square_root, square_root_closed_over])
@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: "-".join(t.__name__ for t in chain))
def test_every_nesting_to_depth_three(f, chain):
    for transform in chain:
        f = transform(f)
    order = sum(transform is not by_vmap for transform in chain)
    assert abs(f(4.0) - root_derivative(order, 4.0)) < 1e-14


def test_the_fifth_derivative():
    f = square_root
    for transform in (ad.grad, by_jvp, ad.grad, by_jvp, ad.grad):
        f = transform(f)
    assert math.isclose(f(4.0), root_derivative(5, 4.0), rel_tol=1e-12)


def lambert(a):
    """w with w exp(w) = a."""
    return root(lambda w, a: w * ad.exp(w) - a, 0.5, a).x


def test_taylor_series_of_lambert_w():
    # W(x) = sum of (-n)**(n - 1) / n! x**n: Corless et al. 1996, doi:10.1007/BF02124750, (3.1).
    expected = [0.0] + [(-n) ** (n - 1) / math.factorial(n) for n in range(1, 8)]
    assert np.allclose(ad.taylor(lambert, 0.0, 7), expected, rtol=1e-13, atol=1e-15)


def test_the_omega_constant_and_its_derivatives():
    omega = 0.5671432904097838  # OEIS A030178
    assert abs(lambert(1.0) - omega) < 1e-15
    assert abs(ad.grad(lambert)(1.0) - omega / (1 + omega)) < 1e-15
    second = -(omega**2) * (2 + omega) / (1 + omega) ** 3
    assert abs(ad.grad(ad.grad(lambert))(1.0) - second) < 1e-15


def kepler(eccentricity, anomaly):
    """The eccentric anomaly."""
    return root(lambda x, e, m: x - e * ad.sin(x) - m, anomaly, (eccentricity, anomaly)).x


@pytest.mark.parametrize(
    ("eccentricity", "degrees"), [(0.1, 5.554589), (0.2, 6.246908), (0.3, 7.134960)]
)
def test_keplers_equation(eccentricity, degrees):
    # J. Meeus, Astronomical Algorithms, 2nd edition 1998, chapter 30: mean anomaly of 5 degrees.
    anomaly = np.radians(5.0)
    x = kepler(eccentricity, anomaly)
    assert abs(np.degrees(x) - degrees) < 1e-6
    nearness = 1 - eccentricity * np.cos(x)
    slopes = np.array([np.sin(x) / nearness, 1 / nearness])
    assert np.allclose(ad.grad(kepler, (0, 1))(eccentricity, anomaly), slopes, rtol=1e-14)
    curvature = ad.grad(ad.grad(kepler, 1), 1)(eccentricity, anomaly)
    assert math.isclose(curvature, -eccentricity * np.sin(x) / nearness**3, rel_tol=1e-12)


def test_a_fixed_point_and_its_derivatives():
    def dottie(a):
        return fixed_point(lambda x, a: ad.cos(a * x), 0.5, a)

    x = 0.7390851332151607  # OEIS A003957
    slope = -x * math.sin(x) / (1 + math.sin(x))
    assert abs(dottie(1.0) - x) < 1e-15
    assert abs(ad.grad(dottie)(1.0) - slope) < 1e-15
    assert abs(by_jvp(dottie)(1.0) - slope) < 1e-15
    step = 1e-5
    second = (ad.grad(dottie)(1.0 + step) - ad.grad(dottie)(1.0 - step)) / (2 * step)
    assert abs(by_jvp(ad.grad(dottie))(1.0) - second) < 1e-9


@pytest.mark.parametrize("method", ["del2", "iteration", "hybr"])
def test_methods_for_fixed_points(method):
    x = fixed_point(lambda x, b: 0.5 * ad.cos(x) + b, np.zeros(3), np.ones(3), method=method)
    assert np.allclose(0.5 * np.cos(x) + 1.0, x, rtol=0, atol=1e-15)


@pytest.mark.parametrize("method", ["hybr", "lm", "broyden1", "krylov", "df-sane"])
def test_methods_for_roots(method):
    found = root(lambda x, a: x + 0.1 * x**3 - a, np.ones(3), np.arange(3.0), method=method)
    assert np.abs(found.fun).max() < 1e-15


def test_containers_in_and_out():
    def circle_and_line(p):
        def equations(x, p):
            return [x["u"] ** 2 + x["v"] ** 2 - p["radius"] ** 2, x["v"] - p["slope"] * x["u"]]

        return root(equations, {"u": 1.0, "v": 1.0}, p).x

    p = {"radius": 2.0, "slope": 0.75}
    assert np.allclose([circle_and_line(p)[k] for k in "uv"], [1.6, 1.2], rtol=1e-15)
    slopes = ad.jacrev(circle_and_line)(p)
    length = (1 + 0.75**2) ** 0.5
    assert math.isclose(slopes["u"]["radius"], 1 / length, rel_tol=1e-14)
    assert math.isclose(slopes["u"]["slope"], -2 * 0.75 / length**3, rel_tol=1e-14)


def test_complex_unknowns():
    def cube_root(a):
        return root(lambda x, a: x**3 - a, 1.0 + 1.0j, a).x

    a = 1.0 + 2.0j
    x = cube_root(a)
    assert abs(x**3 - a) < 1e-15
    assert abs(ad.jvp(cube_root, (a,), (1.0 + 0j,))[1] - 1 / (3 * x**2)) < 1e-15
    assert abs(ad.grad(cube_root, holomorphic=True)(a) - 1 / (3 * x**2)) < 1e-15


def test_the_dtype_of_the_start_is_that_of_the_answer():
    a = np.array([2.0, 3.0], np.float32)
    found = root(lambda x, a: x * x - a, np.ones(2, np.float32), a)
    assert found.x.dtype == np.float32
    assert root(lambda x: x - 2, 1).x.dtype == np.float64


def test_jacobians_of_a_system_agree_with_its_closed_form():
    def solved(matrix):
        return root(lambda x, m: m @ x + x**3 - 1.0, np.zeros(3), matrix).x

    matrix = np.array([[4.0, 1.0, 0.0], [1.0, 3.0, 0.5], [0.0, 0.2, 5.0]])
    x = solved(matrix)
    inverse = np.linalg.inv(matrix + np.diag(3 * x**2))
    expected = -np.einsum("ij,k->ijk", inverse, x)
    assert np.allclose(ad.jacfwd(solved)(matrix), expected, rtol=1e-12, atol=1e-15)
    assert np.allclose(ad.jacrev(solved)(matrix), expected, rtol=1e-12, atol=1e-15)


def test_eager_tensors_of_every_order():
    a = ad.tensor([4.0, 9.0], requires_grad=True)
    x = root(lambda x, a: x.square() - a, ad.tensor([1.0, 1.0]), a).x
    assert isinstance(x, ad.Tensor)
    x.sum().backward()
    assert np.allclose(a.grad.numpy(), [1 / 4, 1 / 6])
    x = square_root_closed_over(a[0])
    for order in (1, 2, 3):
        (x,) = ad.gradients(x, [a])
        assert math.isclose(x[0].item(), root_derivative(order, 4.0), rel_tol=1e-13)
        x = x[0]


def test_a_change_in_place_before_a_second_derivative_is_refused():
    scale = np.array(4.0)
    a = ad.tensor(1.0, requires_grad=True)
    x = root(lambda x, a: x * x - a * scale, 1.0, a).x
    scale[()] = 9.0
    with pytest.raises(ad.GraphError, match="change no array in place"):
        ad.gradients(x, [a])


def test_a_transform_over_an_eager_parameter():
    a = ad.tensor(4.0, requires_grad=True)
    slope = ad.grad(lambda b: square_root(a * b))(1.0)
    slope.backward()
    assert math.isclose(slope.item(), 1.0)
    assert math.isclose(a.grad.item(), 1 / 8)


def test_symbolic_gradients():
    a = ad.Variable(name="a")
    x = square_root(a)
    (slope,) = ad.gradients(x, [a])
    (curvature,) = ad.gradients(slope, [a])
    found = ad.Executor([x, slope, curvature]).run(feed_dict={a: 4.0})
    assert np.allclose(found, [2.0, 1 / 4, -1 / 32], rtol=1e-15)


def test_examples_that_a_function_closes_over():
    def f(a, b):
        return root(lambda x: a * x - b, 1.0).x

    a, b = np.array([2.0, 4.0]), np.array([3.0, 5.0])
    found = ad.vmap(ad.grad(f, (0, 1)))(a, b)
    assert np.allclose(found[0], -b / a**2)
    assert np.allclose(found[1], 1 / a)
    assert np.allclose(ad.grad(lambda a: ad.vmap(f)(a, b).sum())(a), -b / a**2)


def test_results_of_examples():
    found = []
    ad.vmap(lambda a: found.append(root(lambda x, a: x - a, 0.0, a)) or a)(np.ones(3))
    assert found[0].success and len(found[0].message) == 3


def test_a_solver_inside_a_solver():
    def nested(a):
        return root(lambda x, a: square_root(x) - a, 1.0, a).x  # x = a**2

    assert math.isclose(ad.grad(nested)(3.0), 6.0, rel_tol=1e-12)
    assert math.isclose(by_jvp(ad.grad(nested))(3.0), 2.0, rel_tol=1e-11)


@pytest.mark.parametrize("linear", ["gmres", "bicgstab"])
def test_derivatives_without_the_jacobian_matrix(linear):
    n = 40
    rng = np.random.default_rng(0)
    matrix = 4 * np.eye(n) + rng.normal(size=(n, n)) / n**0.5

    def f(b, linear=linear):
        return root(lambda x, b: matrix @ x + ad.sin(x) - b, np.zeros(n), b, linear=linear).x

    b = rng.normal(size=n)
    expected = ad.jacfwd(lambda b: f(b, "dense"))(b)
    assert np.allclose(ad.jvp(f, (b,), (b,))[1], expected @ b, rtol=0, atol=1e-10)
    assert np.allclose(ad.vjp(f, b)[1](b)[0], expected.T @ b, rtol=0, atol=1e-10)


def test_a_function_with_a_pullback_only():
    class Cube(ad.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x * x

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return 3 * g * x * x

    f = ad.grad(lambda a: root(lambda x, a: Cube.apply(x) - a, ad.tensor(1.5), a).x)
    assert math.isclose(f(8.0), 1 / 12)


def test_strict_gradients():
    assert math.isclose(ad.grad(square_root, strict=True)(4.0), 0.25)


# ----------------------------------------------------------------------- errors


def no_root(x, a):
    return x * x + a


def drift(x, a):
    return x + a


def test_a_solver_that_does_not_converge():
    with pytest.raises(ConvergenceError, match=r"root did not converge for no_root from x0: "):
        root(no_root, 1.0, 2.0)
    with pytest.raises(ConvergenceError, match=r"fixed_point did not converge for drift"):
        fixed_point(drift, 1.0, 2.0)


def test_a_singular_jacobian():
    def f(a):
        return root(lambda x, a: 0.1 * (x.sum() - a) * np.array([1, 3]), np.ones(2), a).x

    assert np.isclose(f(2.0).sum(), 2.0)
    with pytest.raises(ConvergenceError, match="the Jacobian in the unknowns is singular"):
        ad.jacrev(f)(2.0)


@pytest.mark.parametrize("transform", [ad.grad, by_jvp])
def test_a_double_root(transform):
    def f(a):
        return root(lambda x, a: (x - 1.0) ** 2 - a, 2.0, a).x

    with pytest.raises(ConvergenceError, match="the Jacobian in the unknowns is singular"):
        transform(f)(0.0)


@pytest.mark.parametrize("transform", [ad.grad, by_jvp, lambda f: by_jvp(ad.grad(f))])
def test_a_result_that_is_no_answer_has_no_derivative(transform):
    found = root(no_root, 1.0, 2.0, throw=False)
    assert not found.success and found.message
    assert np.isnan(transform(lambda a: root(no_root, 1.0, a, throw=False).x)(2.0))
    assert np.isnan(transform(lambda a: fixed_point(drift, 1.0, a, throw=False))(2.0))


EXPANDED = {
    "a double root": lambda x, a: x**2 - 2 * x + a,
    "a triple root": lambda x, a: x**3 - 3 * x**2 + 3 * x - a,
    "one that moves": lambda x, a: x**3 - 3 * a * x**2 + 3 * a**2 * x - a**3 + (a - 1),
}


@pytest.mark.parametrize("f", EXPANDED.values(), ids=EXPANDED)
@pytest.mark.parametrize("x0", [0.4, 0.9, 1.3, 1.7, 1.9])
def test_a_multiple_root_whose_slope_is_rounding(f, x0):
    """The residual is flat in numbers and the slope some 1e-8: a derivative would be huge."""
    for transform in (ad.grad, lambda f: lambda a: ad.jvp(f, (a,), (1.0,))[1]):
        with pytest.raises(ConvergenceError, match=r"singular at the answer|did not converge"):
            transform(lambda a: root(f, x0, a).x)(1.0)


def test_ill_conditioned_roots_that_are_regular_keep_their_derivatives():
    hilbert = 1 / (1.0 + np.arange(3) + np.arange(3)[:, None])
    slope = ad.jacfwd(lambda a: root(lambda x, a: hilbert @ x - a, np.zeros(3), a).x)(np.ones(3))
    np.testing.assert_allclose(hilbert @ slope, np.eye(3), atol=1e-10)
    close = ad.grad(lambda a: root(lambda x, a: (x - 1) * (x - 1 - a), 1.1, a).x)(1e-4)
    assert min(abs(close - 1), abs(close)) < 1e-9


def test_badly_scaled_unknowns_are_not_singular():
    scales = np.array([1e12, 1.0, 1e-12])

    def f(a):
        return root(lambda x, a: scales * x - a, np.ones(3), a).x

    assert np.allclose(ad.jacrev(f)(scales), np.diag(1 / scales))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: root(no_root, np.ones(2), np.ones((2, 2))), "returns 4 numbers for 2 unknowns"),
        (lambda: fixed_point(lambda x: np.ones(3), np.ones(2)), "maps 2 numbers to 3"),
        (lambda: root(3.0, 1.0), "the function is a float; it needs one"),
        (lambda: root(no_root, "1"), "root: x0 is a str"),
        (lambda: root(no_root, []), "root: x0 holds no arrays"),
        (lambda: root(no_root, 1.0, -1.0, linear="lu"), "linear='lu' is none of dense"),
        (lambda: root(no_root, 1.0, -1.0, jac=abs), "jac= is given, but SciPy gets the exact"),
    ],
)
def test_what_a_solver_cannot_use(call, message):
    with pytest.raises((ad.ArgumentError, ad.ShapeError), match=message):
        call()


def test_a_variable_inside_the_function():
    a = ad.Variable(name="a", shape=())
    with pytest.raises(ad.TracedError, match="has no number before it is fed"):
        root(lambda x: x - a, 1.0)


@pytest.mark.parametrize(
    "call",
    [
        lambda: root(no_root, 1.0, -1.0),
        lambda: fixed_point(drift, 1.0, 0.0),
        lambda: implicit.minimize(no_root, 1.0, 1.0),
        lambda: implicit.least_squares(no_root, 1.0, args=1.0),
        lambda: implicit.linear_solve(lambda x: x, np.ones(2)),
        lambda: implicit.odeint(no_root, 1.0, np.array([0.0, 1.0])),
        lambda: implicit.solve_ivp(no_root, (0.0, 1.0), np.ones(1)),
        lambda: implicit.quad(no_root, 0.0, 1.0, 1.0),
    ],
)
def test_without_scipy(monkeypatch, call):
    for part in ("optimize", "integrate", "sparse.linalg"):
        monkeypatch.setitem(sys.modules, f"scipy.{part}", None)
    with pytest.raises(ImportError, match=r"pip install autodiff-numpy\[scipy\]"):
        call()
