"""SymPy in and out, and values to many digits."""

import pickle
import sys

import mpmath
import numpy as np
import pytest
import sympy

import autodiff as ad
from autodiff.core.family import Elementwise
from autodiff.core.op import Op
from autodiff.ops import arithmetic, choose, exponential, special, trigonometric
from autodiff.symbolic import derivative, from_sympy, precise, to_sympy, trace
from autodiff.symbolic.digits import precise_jacobian
from autodiff.symbolic.words import SPELLED
from autodiff.transform.cost import count

X, Y = sympy.symbols("x y")
SCALARS = sorted(row.name for row in Op.table.values() if row in SPELLED and row.domain)


def survey(x1, x2):
    """The example of Baydin et al. 2018."""
    return ad.log(x1) + x1 * x2 - ad.sin(x2)


def points(row, seed=0):
    """A few points of a row's domain, one number for each argument."""
    rng = np.random.default_rng(seed)
    for _ in range(4):
        intervals = [np.reshape(d, (-1, 2)) for d in row.domain]
        yield [float(rng.uniform(*rng.choice(pairs))) for pairs in intervals]


# ------------------------------------------------------------------------------------- out


def test_the_formula_of_a_function():
    assert to_sympy(survey) == sympy.sympify("log(x1) + x1*x2 - sin(x2)")


def test_sympy_finds_the_published_derivatives():
    x1, x2 = sympy.symbols("x1 x2")
    at = {x1: 2, x2: 5}
    formula = to_sympy(survey)
    assert round(float(formula.subs(at)), 3) == 11.652
    assert round(float(sympy.diff(formula, x1).subs(at)), 3) == 5.5
    assert round(float(sympy.diff(formula, x2).subs(at)), 3) == 1.716


@pytest.mark.parametrize("name", [n for n in SCALARS if not n.startswith("logical")])
def test_every_formula_has_the_value_of_its_row(name):
    row = Op.table[name]
    formula = to_sympy(row)
    for point in points(row):
        found = formula.subs(dict(zip(map(sympy.Symbol, row.arguments), point)))
        found = bool(found) if found in (sympy.true, sympy.false) else complex(found)
        assert found == pytest.approx(row.evaluate(*map(np.float64, point)))


@pytest.mark.parametrize("name", [n for n in SCALARS if Op.table[n].differentiable])
def test_our_derivative_has_the_value_of_high_precision(name):
    """The rule of every row as a formula of SymPy, beside differences in 200 digits."""
    row = Op.table[name]
    for k, argument in enumerate(row.arguments):
        slope = to_sympy(derivative(row, argnums=k))
        for point in points(row, seed=1):
            exact = precise_jacobian(row, *point)[k]
            found = sympy.sympify(slope).subs(dict(zip(map(sympy.Symbol, row.arguments), point)))
            assert complex(found) == pytest.approx(complex(exact), abs=1e-12), argument


def test_arrays_are_matrices_of_symbols():
    a = np.array([[1.0, 2.0], [3.0, 4.0]])
    found = to_sympy(lambda x: a @ x, np.ones(2))
    assert found == sympy.Matrix(sympy.sympify(["x_0 + 2*x_1", "3*x_0 + 4*x_1"]))
    assert to_sympy(lambda x: x[None, None], np.ones(2)).shape == (1, 1, 2)


def test_arguments_may_be_symbols_expressions_and_matrices():
    t = sympy.Symbol("t", real=True)
    assert to_sympy(lambda x, n: abs(x) * n, t, t**2) == sympy.Abs(t) * t**2
    assert to_sympy(ad.det, sympy.Matrix([[X, Y], [Y, X]])) == X**2 - Y**2
    assert to_sympy(ad.sum, sympy.Array([X, Y])) == X + Y
    assert to_sympy(ad.trace, sympy.MatrixSymbol("A", 2, 2)).free_symbols


def test_matrices_are_inverted_as_formulas():
    inverse = to_sympy(ad.inv, sympy.Matrix([[X, 1], [0, Y]]))
    assert inverse.applyfunc(sympy.simplify) == sympy.Matrix([[1 / X, -1 / (X * Y)], [0, 1 / Y]])


def test_containers_stay_containers():
    found = to_sympy(lambda p: {"sum": p[0] + p[1], "both": (p[0], 1.0)}, [X, Y])
    assert found == {"sum": X + Y, "both": (X, 1)}


@pytest.mark.parametrize(
    ("number", "exact"),
    [
        (0.5, "1/2"), (3.0, "3"), (np.pi, "pi"), (-2 * np.pi, "-2*pi"), (np.e, "E"),
        (np.log(2), "log(2)"), (2 / np.sqrt(np.pi), "2/sqrt(pi)"), (np.inf, "oo"),
    ],
)  # fmt: skip
def test_numbers_are_exact(number, exact):
    assert to_sympy(lambda x: x * 0 + number if np.isinf(number) else number, X) == sympy.sympify(
        exact
    )


def test_other_numbers_have_all_digits():
    coefficient = to_sympy(lambda x: 0.1 * x).as_coefficient(X)
    assert float(coefficient) == 0.1
    assert coefficient.is_Float


def test_the_formula_of_a_node_has_the_symbols_of_its_variables():
    w, x = ad.Variable(name="w"), ad.Variable(name="x1")
    assert to_sympy(ad.exp(-w) * ad.sin(x)) == sympy.sympify("exp(-w)*sin(x1)")


def test_half_way_cases_of_rounding_are_the_same():
    formula = to_sympy(ad.round)
    for value in (-1.5, -0.5, 0.5, 1.5, 2.5, 0.4, 0.6):
        assert float(formula.subs(X, sympy.Rational(value))) == float(ad.round(value))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: to_sympy(ad.stop_gradient), r"operator stop_gradient has no formula in SymPy"),
        (lambda: to_sympy(ad.argmax, np.ones(2)), r"operator first_largest is not computed"),
        (lambda: to_sympy(ad.Variable("x") @ np.ones(2)), r"shape of .* is unknown"),
        (lambda: to_sympy(trace(survey), X), r"has 2 arguments and 1 are given"),
        (lambda: to_sympy(trace(ad.sum, np.ones(2)), X), r"has shape \(2,\) and was given shape"),
    ],
)  # fmt: skip
def test_what_has_no_formula_is_refused_by_name(call, message):
    with pytest.raises(ad.AutodiffError, match=message):
        call()


@pytest.fixture
def log_cosh():
    """An operator of one's own, which SymPy has never heard of."""
    row = ad.operator(
        "own(x)",
        lambda x: np.log(np.cosh(x)),
        lambda t, y, x: t * ad.tanh(x),
        latex=r"\ln \cosh $x",
    )
    del Op.table["own"]
    return row


def test_an_operator_of_your_own_is_a_function_of_sympy(log_cosh):
    formula = to_sympy(lambda x: log_cosh(2 * x))
    assert sympy.diff(formula, X) == 2 * sympy.tanh(2 * X)
    assert float(formula.subs(X, 1.0)) == pytest.approx(np.log(np.cosh(2.0)))
    assert sympy.latex(formula) == r"\ln \cosh \left(2 x\right)"
    assert float(ad.grad(from_sympy(formula))(0.3)) == pytest.approx(2 * np.tanh(0.6))


# -------------------------------------------------------------------------------------- in


@pytest.mark.parametrize(
    "formula",
    [
        X * Y - 1 / X, X / 3 - Y / 2, -X, X - Y - 1, 2 - X, sympy.sqrt(X) / Y, X**-2, X**-0.5,
        X ** sympy.Rational(3, 2), 2**X, X**Y, X ** (-Y), sympy.exp(-(X**2)), sympy.log(X, 10),
        sympy.tan(X), sympy.sec(X) + sympy.csc(X) + sympy.cot(X), sympy.sinh(X), sympy.asinh(X),
        sympy.sech(X) + sympy.csch(X) + sympy.coth(X), sympy.atan2(Y, X), sympy.erf(X), abs(X - Y),
        sympy.Max(X, Y, 1), sympy.Min(X, Y), sympy.sign(X - Y), sympy.floor(3 * X),
        sympy.ceiling(X), sympy.Mod(X, Y), sympy.Heaviside(X - 1),
        sympy.pi * X + sympy.E, sympy.sqrt(2) * X,
        sympy.Piecewise((X, X < Y), (Y**2, X > 2 * Y), (0, True)),
        sympy.Piecewise((X, sympy.And(X > 0, Y > 0)), (Y, sympy.Or(X > 1, sympy.Not(Y > 1)))),
        sympy.Rational(10) ** 20 + X, X + sympy.Float("0.1"),
    ],
    ids=str,
)  # fmt: skip
def test_an_expression_is_a_function_of_the_same_value(formula):
    function = from_sympy(formula, [X, Y])
    for x, y in ((0.7, 1.3), (1.9, 0.4)):
        assert float(function(x, y)) == pytest.approx(float(formula.subs({X: x, Y: y})), rel=1e-14)


@pytest.mark.parametrize("name", [n for n in SCALARS if n not in ("real_part", "imaginary_part")])
def test_a_row_comes_back_from_sympy(name):
    row = Op.table[name]
    back = from_sympy(to_sympy(row), [sympy.Symbol(a) for a in row.arguments])
    for point in points(row):
        expected = np.asarray(row.evaluate(*map(np.float64, point)))
        assert np.asarray(back(*point)) == pytest.approx(expected, rel=1e-13, abs=1e-14)


def test_functions_from_expressions_are_differentiated_batched_and_traced():
    function = from_sympy(X * sympy.sin(Y), [X, Y])
    assert float(ad.grad(function, 1)(2.0, 0.0)) == 2.0
    assert ad.vmap(function)(np.ones(3), np.zeros(3)).tolist() == [0.0] * 3
    assert len(trace(function, 1.0, 2.0)) == 2
    assert function(ad.tensor(2.0), np.zeros(2)).shape == (2,)


def test_arrays_of_symbols_are_arguments():
    x = sympy.Matrix(sympy.symbols("x:2"))
    function = from_sympy(sympy.Matrix([x[0] * x[1], sympy.sin(x[0])]), x)
    assert function(np.array([2.0, 3.0])).tolist() == [6.0, np.sin(2.0)]
    assert ad.jacobian(function)(np.array([2.0, 3.0])).tolist() == [[3.0, 2.0], [np.cos(2.0), 0.0]]
    trace_of = from_sympy(
        sympy.MatrixSymbol("A", 2, 2).as_explicit().trace(), sympy.MatrixSymbol("A", 2, 2)
    )
    assert float(trace_of(np.array([[1.0, 2.0], [3.0, 4.0]]))) == 5.0


def test_matrices_and_arrays_keep_their_shape():
    assert from_sympy(sympy.Matrix([[X, 1]]), [X])(3.0).tolist() == [[3.0, 1.0]]
    assert from_sympy(sympy.Array([[X], [1]]), [X])(3.0).tolist() == [[3.0], [1.0]]


def test_arguments_are_in_alphabetical_order_unless_named():
    assert float(from_sympy(Y - X)(1.0, 3.0)) == 2.0
    assert float(from_sympy(Y - X, [Y, X])(1.0, 3.0)) == -2.0


def test_a_constant_and_a_complex_number():
    assert float(from_sympy(sympy.Integer(3))()) == 3.0
    assert complex(from_sympy(sympy.I * X + 2)(1.0)) == 2 + 1j


def test_equal_parts_are_computed_once_or_as_written():
    formula = sympy.sin(X + Y) * sympy.cos(X + Y)
    operations = [
        count(from_sympy(formula, share=share), 1.0, 2.0).operations for share in (True, False)
    ]
    assert operations == [4, 5]


def test_a_formula_pickles():
    function = pickle.loads(pickle.dumps(from_sympy(X * Y + 1, [Y, X])))
    assert float(function(2.0, 3.0)) == 7.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: from_sympy(X * Y, [X]), r"symbol y is no argument; name it in symbols"),
        (lambda: from_sympy("x + 1"), r"a str is given; give an expression"),
        (lambda: from_sympy(sympy.besselj(0, X)), r"besselj has no row in the table"),
        (lambda: from_sympy(sympy.Integral(sympy.sin(X * X), X)), r"Integral has no row"),
        (lambda: from_sympy(sympy.zoo * X), r"zoo is no number; simplify"),
        (lambda: from_sympy(X + Y)(1.0), r"the formula has the arguments .*, \[x, y\]"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(call, message):
    with pytest.raises(ad.AutodiffError, match=message):
        call()


# ---------------------------------------------------------------------------------- digits


def test_values_have_fifty_digits():
    with mpmath.workdps(50):
        assert precise(ad.sin, 1.0) == mpmath.sin(1)
        assert abs(precise(lambda x: ad.exp(x) / 3, 1.0) - mpmath.e / 3) < mpmath.mpf(10) ** -49


def test_a_double_is_the_number_that_it_is():
    with mpmath.workdps(60):
        assert precise(lambda x: x * 0.1, 1.0, digits=60) == mpmath.mpf(0.1)


def test_derivatives_have_fifty_digits():
    with mpmath.workdps(50):
        first, second = precise_jacobian(survey, 2.0, 5.0)
        assert abs(first - mpmath.mpf("5.5")) < mpmath.mpf(10) ** -49
        assert abs(second - (2 - mpmath.cos(5))) < mpmath.mpf(10) ** -48


def test_the_derivative_of_arrays_has_the_shape_of_a_jacobian():
    (found,) = precise_jacobian(lambda x: x * x, np.array([1.0, 2.0]))
    assert found.tolist() == [[2, 0], [0, 4]]


def test_the_precision_of_others_is_left_alone():
    before = mpmath.mp.dps
    precise(ad.sin, 1.0, digits=100)
    assert mpmath.mp.dps == before


def test_an_operator_that_mpmath_does_not_know_is_named(log_cosh):
    with pytest.raises(ad.AutodiffError, match=r"mpmath does not know the operator own"):
        precise(log_cosh, 1.0)


@pytest.mark.parametrize(
    ("module", "call"),
    [("sympy", lambda: to_sympy(ad.sin)), ("mpmath", lambda: precise(ad.sin, 1.0))],
)
def test_a_missing_package_is_one_sentence(module, call, monkeypatch):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ad.AutodiffError, match=r"is not installed; install the extra \[symbolic\]"):
        call()


def test_the_elementary_rows_have_a_formula_or_a_reason():
    elementary = (arithmetic, choose, exponential, special, trigonometric)
    rows = [row for m in elementary for row in vars(m).values() if isinstance(row, Elementwise)]
    kept = {"stop_gradient", "infinite_sign"}  # a constant, and a limit of complex numbers
    assert {row.name for row in rows} - {row.name for row in SPELLED} <= kept
