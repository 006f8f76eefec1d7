"""Special values, edges of domains, and published numbers with their sources."""

import numpy as np
import pytest

import autodiff as ad

ULP = np.finfo(np.float64).eps


def ways(f, *xs):
    """(value, gradient) of a scalar function by each style of the library."""
    numbers = tuple(range(len(xs)))
    yield ad.value_and_grad(f, numbers)(*xs)
    tensors = [ad.tensor(x, requires_grad=True) for x in xs]
    y = f(*tensors)
    y.backward()
    yield y.item(), [x.grad.numpy() for x in tensors]
    variables = [ad.Variable(name=f"x{i}") for i in numbers]
    y = f(*variables)
    value, *gradient = ad.Executor([y, *ad.gradients(y, variables)]).run(dict(zip(variables, xs)))
    yield value, gradient
    pushed = [ad.jvp(lambda x, i=i: f(*xs[:i], x, *xs[i + 1 :]), (xs[i],), (1.0,)) for i in numbers]
    yield pushed[0][0], [t for _, t in pushed]


def slope(f, x, order=1):
    """The derivative of a function of one number."""
    for _ in range(order):
        f = ad.grad(f)
    return float(f(x))


# ---------------------------------------------------------------- published numbers


def baydin(x1, x2):
    return ad.log(x1) + x1 * x2 - ad.sin(x2)


def test_the_example_of_baydin_and_others():
    # Baydin, Pearlmutter, Radul, Siskind 2018, JMLR 18(153), tables 2 and 3.
    for value, gradient in ways(baydin, 2.0, 5.0):
        assert round(float(value), 3) == 11.652
        assert [round(float(g), 3) for g in gradient] == [5.5, 1.716]


def rosenbrock(x, y):
    return 100 * (y - x**2) ** 2 + (1 - x) ** 2


@pytest.mark.parametrize(
    ("point", "value", "gradient"),
    [((1.0, 1.0), 0, [0, 0]), ((-1.2, 1.0), 24.2, [-215.6, -88])],
)
def test_the_gradient_of_rosenbrock(point, value, gradient):
    # Rosenbrock 1960, Computer Journal 3(3); start and solution as in Moré, Garbow, Hillstrom 1981.
    for y, found in ways(rosenbrock, *point):
        assert float(y) == pytest.approx(value, rel=4 * ULP, abs=0)
        assert [float(g) for g in found] == pytest.approx(gradient, rel=8 * ULP, abs=0)


@pytest.mark.parametrize(
    ("point", "hessian"),
    [((1.0, 1.0), [[802, -400], [-400, 200]]), ((-1.2, 1.0), [[1330, 480], [480, 200]])],
)
def test_the_hessian_of_rosenbrock(point, hessian):
    found = ad.hessian(lambda v: rosenbrock(v[0], v[1]))(np.array(point))
    assert found == pytest.approx(np.array(hessian), rel=8 * ULP, abs=0)


def test_speelpenning_product():
    # Griewank and Walther 2008, Evaluating Derivatives, section 3.3: x1 x2 ... xn.
    x = np.arange(1.0, 8.0)
    assert ad.grad(ad.prod)(x) == pytest.approx(5040 / x, rel=4 * ULP)


# ---------------------------------------------------------------- far out


@pytest.mark.parametrize(
    ("f", "x", "value"),
    [
        (ad.softplus, 1000.0, 1000.0),
        (ad.softplus, -745.0, 5e-324),
        (ad.sigmoid, -745.0, 5e-324),
        (ad.sigmoid, 1000.0, 1.0),
        (ad.tanh, 1000.0, 1.0),
        (lambda x: ad.logaddexp(x, 0.0), 1000.0, 1000.0),
        (lambda x: ad.logsumexp(ad.stack([x, 0 * x])), 1000.0, 1000.0),
    ],
)
def test_values_far_out_do_not_overflow(f, x, value):
    found, _ = ad.value_and_grad(f)(x)
    assert float(found) == value


# ---------------------------------------------------------------- powers


@pytest.mark.parametrize(
    ("exponent", "expected"),
    [(0, [0, 0, 0]), (1, [1, 0, 0]), (2, [0, 2, 0]), (3, [0, 0, 6])],
)
@pytest.mark.parametrize("kind", [int, float, np.asarray], ids=["int", "float", "array"])
def test_whole_powers_at_zero(exponent, expected, kind):
    p = kind(exponent) if kind is not np.asarray else np.asarray(float(exponent))
    assert [slope(lambda x: x**p, 0.0, order) for order in (1, 2, 3)] == expected


def test_zero_to_a_power():
    assert [slope(lambda y: 0.0**y, y) for y in (0.0, 0.5, 2.0)] == [0, 0, 0]
    assert [slope(lambda y: ad.power(np.zeros(()), y), y) for y in (0.0, 0.5, 2.0)] == [0, 0, 0]


def test_a_fractional_power_at_zero():
    assert slope(lambda x: x**1.5, 0.0) == 0
    with np.errstate(divide="ignore"):
        assert slope(lambda x: x**0.5, 0.0) == np.inf


def test_powers_of_a_negative_base():
    assert slope(lambda x: x**3, -2.0) == 12
    assert slope(lambda x: x ** np.asarray(-2.0), -2.0) == 0.25


# ---------------------------------------------------------------- kinks


@pytest.mark.parametrize("f", [abs, ad.absolute, ad.relu, ad.sign])
def test_the_derivative_at_a_kink_at_zero_is_zero(f):
    assert slope(f, 0.0) == 0
    assert slope(f, -0.0) == 0


def test_the_absolute_value_of_a_complex_zero():
    assert ad.grad(ad.absolute)(0j) == 0


def test_roots_are_steep_at_zero():
    with np.errstate(divide="ignore"):
        assert slope(ad.sqrt, 0.0) == np.inf and slope(ad.cbrt, 0.0) == np.inf


@pytest.mark.parametrize("f", [ad.max, ad.min, ad.amax, ad.amin])
def test_ties_of_an_extreme_share_equally(f):
    x = np.array([[1.0, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0]])
    assert ad.grad(f)(x).tolist() == np.full((2, 4), 1 / 8).tolist()
    assert ad.grad(lambda v: f(v, axis=1).sum())(x).tolist() == np.full((2, 4), 1 / 4).tolist()


def test_an_extreme_without_a_tie_has_one_winner():
    assert ad.grad(ad.max)(np.array([1.0, 3.0, 2.0])).tolist() == [0, 1, 0]
    assert ad.grad(ad.min)(np.array([1.0, 3.0, 2.0])).tolist() == [1, 0, 0]


@pytest.mark.parametrize("f", [ad.maximum, ad.minimum])
def test_equal_arguments_have_half_each(f):
    assert [float(g) for g in ad.grad(f, (0, 1))(2.0, 2.0)] == [0.5, 0.5]


@pytest.mark.parametrize(
    ("x", "expected"),
    [(-2.0, [0, 1, 0]), (-1.0, [1, 0, 0]), (0.3, [1, 0, 0]), (1.0, [1, 0, 0]), (2.0, [0, 0, 1])],
)
def test_clip_passes_its_argument_on_the_bounds_too(x, expected):
    assert [float(g) for g in ad.grad(ad.clip, (0, 1, 2))(x, -1.0, 1.0)] == expected


def test_a_branch_not_taken_has_no_derivative():
    x = np.array([1.0, 4.0])
    _, pullback = ad.vjp(lambda a, b: ad.where(np.array([True, False]), a, b), x, x)
    taken, left = pullback(np.array([np.inf, np.nan]))
    assert taken.tolist() == [np.inf, 0] and left[0] == 0 and np.isnan(left[1])


def test_a_branch_that_is_chosen_by_the_argument():
    assert slope(lambda x: ad.where(x >= 0, x, -2 * x), 1.0) == 1
    assert slope(lambda x: ad.where(x >= 0, x, -2 * x), -1.0) == -2


# ---------------------------------------------------------------- lengths and spreads


@pytest.mark.parametrize("f", [ad.norm, ad.std, lambda x: ad.norm(x, axis=0)])
def test_the_derivative_of_a_length_at_zero_is_zero(f):
    assert ad.grad(f)(np.zeros(3)).tolist() == [0, 0, 0]
    _, tangent = ad.jvp(f, (np.zeros(3),), (np.ones(3),))
    assert float(tangent) == 0


@pytest.mark.parametrize("x", [0.1, 1.0, 7.0])
def test_the_spread_of_equal_numbers(x):
    x = np.full(4, x)
    assert ad.grad(ad.std)(x).tolist() == [0] * 4 and ad.grad(ad.var)(x).tolist() == [0] * 4


def test_the_norm_of_a_complex_zero():
    assert ad.grad(ad.norm)(np.zeros(2, complex)).tolist() == [0, 0]


def test_the_hypotenuse_at_zero():
    assert [float(g) for g in ad.grad(np.hypot, (0, 1))(0.0, 0.0)] == [0, 0]


# ---------------------------------------------------------------- products and determinants


@pytest.mark.parametrize(
    ("x", "gradient"),
    [
        ([0.0, 2.0, 3.0], [6, 0, 0]),
        ([0.0, 0.0, 3.0], [0, 0, 0]),
        ([2.0, 3.0, 0.0, 5.0, 7.0], [0, 0, 210, 0, 0]),
        ([5.0], [1]),
        ([], []),
    ],
)
def test_the_gradient_of_a_product_with_zeros(x, gradient):
    assert ad.grad(ad.prod)(np.array(x)).tolist() == gradient


def test_a_product_with_zeros_to_the_third_order():
    x = np.array([0.0, 0.0, 3.0, 0.0])
    second = ad.hessian(ad.prod)(np.array([0.0, 0.0, 3.0]))
    assert second.tolist() == [[0, 3, 0], [3, 0, 0], [0, 0, 0]]
    third = ad.jacfwd(ad.hessian(ad.prod))(x)
    expected = np.zeros((4, 4, 4))
    for i, j, k in ((0, 1, 3), (0, 3, 1), (1, 0, 3), (1, 3, 0), (3, 0, 1), (3, 1, 0)):
        expected[i, j, k] = 3
    assert third.tolist() == expected.tolist()


@pytest.mark.parametrize(
    ("a", "cofactors"),
    [
        ([[1.0, 2.0], [2.0, 4.0]], [[4, -2], [-2, 1]]),
        ([[0.0, 0.0], [0.0, 0.0]], [[0, 0], [0, 0]]),
        ([[0.0]], [[1]]),
        ([[1.0, 2, 3], [4, 5, 6], [7, 8, 9]], [[-3, 6, -3], [6, -12, 6], [-3, 6, -3]]),
        ([[1.0, 1, 1], [1, 1, 1], [1, 1, 1]], np.zeros((3, 3))),
    ],
)
def test_the_gradient_of_a_vanishing_determinant(a, cofactors):
    # The singular values are good to an ulp of the largest, and so is what is left of a product.
    size = np.linalg.norm(a, 2) ** (len(a) - 1)
    assert ad.grad(ad.det)(np.array(a)) == pytest.approx(np.array(cofactors), abs=16 * ULP * size)


# ---------------------------------------------------------------- infinities

INF = np.inf


@pytest.mark.parametrize(
    ("x", "value", "gradient"),
    [
        ([-INF, 0.0], 0, [0, 1]),
        ([-INF, 1.0, 1.0], 1 + np.log(2), [0, 0.5, 0.5]),
        ([INF, 0.0], INF, [1, 0]),
        ([INF, INF], INF, [0.5, 0.5]),
        ([INF, -INF, INF, 3.0], INF, [0.5, 0, 0.5, 0]),
        ([-INF, -INF], -INF, [0, 0]),
    ],
)
def test_logsumexp_at_infinities(x, value, gradient):
    y, g = ad.value_and_grad(ad.logsumexp)(np.array(x))
    assert float(y) == value and g == pytest.approx(gradient, rel=4 * ULP, abs=0)


@pytest.mark.parametrize(
    ("x", "y", "gradient"),
    [
        (INF, 0.0, [1, 0]),
        (0.0, INF, [0, 1]),
        (-INF, 0.0, [0, 1]),
        (INF, -INF, [1, 0]),
        (INF, INF, [0.5, 0.5]),
        (-INF, -INF, [0.5, 0.5]),
    ],
)
def test_logaddexp_at_infinities(x, y, gradient):
    assert [float(g) for g in ad.grad(ad.logaddexp, (0, 1))(x, y)] == gradient


def test_the_curvature_of_logaddexp_at_a_tie():
    assert slope(lambda x: ad.logaddexp(x, 1.0), 1.0, 2) == 0.25


@pytest.mark.parametrize(
    ("f", "left", "right"),
    [
        (ad.softplus, 0, 1),
        (ad.sigmoid, 0, 0),
        (ad.tanh, 0, 0),
        (ad.erf, 0, 0),
        (ad.atan, 0, 0),
        (ad.asinh, 0, 0),
        (ad.relu, 0, 1),
        (ad.exp, 0, INF),
    ],
)
def test_derivatives_at_infinity(f, left, right):
    assert [slope(f, x) for x in (-INF, INF)] == [left, right]


def test_nan_stays_nan():
    for f in (ad.exp, ad.log, ad.sin, ad.sigmoid, ad.sqrt, ad.square, ad.tanh, ad.logsumexp):
        assert np.isnan(slope(f, np.nan))
    with np.errstate(invalid="ignore"):  # np.logaddexp(nan, 0) warns
        assert np.isnan(slope(ad.softplus, np.nan))
    assert np.isnan(ad.grad(ad.logsumexp)(np.array([np.nan, 1.0]))).any()
