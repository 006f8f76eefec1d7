"""Expression swell: the published table of the logistic map, and graphs that do not swell."""

import numpy as np
import pytest
import sympy

import autodiff as ad
from autodiff.symbolic import from_sympy, swell
from autodiff.symbolic.table import Math, Table

X = sympy.Symbol("x")


def logistic(l):
    return 4 * l * (1 - l)


@pytest.fixture(scope="module")
def four():
    return swell(logistic, orders=4)


# Baydin, Pearlmutter, Radul and Siskind 2018, JMLR 18, table 1: the iterates, ...
ITERATES = ["x", "4*x*(1-x)", "16*x*(1-x)*(1-2*x)**2", "64*x*(1-x)*(1-2*x)**2*(1-8*x+8*x**2)**2"]
# ... the terms of their derivatives by the product rule, ...
TERMS = [
    ["1"],
    ["4*(1-x)", "-4*x"],
    ["16*(1-x)*(1-2*x)**2", "-16*x*(1-2*x)**2", "-64*x*(1-x)*(1-2*x)"],
    [
        "128*x*(1-x)*(-8+16*x)*(1-2*x)**2*(1-8*x+8*x**2)",
        "64*(1-x)*(1-2*x)**2*(1-8*x+8*x**2)**2",
        "-64*x*(1-2*x)**2*(1-8*x+8*x**2)**2",
        "-256*x*(1-x)*(1-2*x)*(1-8*x+8*x**2)**2",
    ],
]
# ... and the derivatives simplified: a number and the coefficients of its polynomial.
SIMPLIFIED = [
    (1, [1]),
    (4, [1, -2]),
    (16, [1, -10, 24, -16]),
    (64, [1, -42, 504, -2640, 7040, -9984, 7168, -2048]),
]


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_the_iterates_are_the_published_ones(four, n):
    assert four[n - 1].formula.doit() == sympy.sympify(ITERATES[n - 1])


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_the_product_rule_gives_the_published_terms(four, n):
    """Term by term, as factors of the same polynomials."""
    found = {sympy.factor(t) for t in sympy.Add.make_args(four[n - 1].unsimplified)}
    assert found == {sympy.factor(sympy.sympify(t)) for t in TERMS[n - 1]}
    assert four[n - 1].terms == len(TERMS[n - 1]) == n


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_the_simplified_derivatives_are_the_published_ones(four, n):
    number, coefficients = SIMPLIFIED[n - 1]
    expected = number * sum(c * X**k for k, c in enumerate(coefficients))
    assert sympy.expand(four[n - 1].simplified - expected) == 0
    assert four[n - 1].simplified_terms == len(coefficients)


def test_the_graph_grows_linearly_where_formulas_grow_exponentially():
    rows = swell(logistic, orders=40)
    assert set(np.diff([row.nodes for row in rows[1:]])) == {8}
    growth = np.diff(np.log([float(row.written_out) for row in rows[2:]]))
    assert growth.min() == pytest.approx(np.log(4))
    assert all(row.formula is None for row in rows[6:])


def test_the_formulas_and_the_graph_have_the_same_derivative(four):
    def iterate(x):
        return logistic(logistic(logistic(x)))

    for formula in (four[3].unsimplified, four[3].simplified):
        assert float(from_sympy(formula)(0.3)) == pytest.approx(float(ad.grad(iterate)(0.3)))


def test_any_step_may_be_iterated():
    rows = swell(lambda l: ad.sin(l) * l, orders=[3])
    assert [row.order for row in rows] == [3]
    slope = sympy.diff(sympy.sympify("sin(x*sin(x))*x*sin(x)"), X)
    assert sympy.simplify(rows[0].unsimplified - slope) == 0


@pytest.mark.parametrize("orders", [0, [], [0, 1]])
def test_orders_begin_with_one(orders):
    with pytest.raises(ad.ArgumentError, match=r"swell: orders=.*; give a positive int"):
        swell(logistic, orders)


def test_the_text_has_a_line_of_sizes_for_each_order_and_the_formulas_below(four):
    lines = str(four).splitlines()
    assert lines[0].split() == "n terms simplified operations simplified written out nodes".split()
    assert lines[4].split() == ["4", "4", "8", "57", "21", "125", "22"]
    assert "l(3)' = 16 (1 - 10 x + 24 x^2 - 16 x^3)" in lines
    assert "l(2)' = 4 (1 - x) - 4 x" in lines


def test_the_latex_is_a_tabular_with_the_formulas(four):
    text = four.latex()
    assert text.startswith("\\begin{tabular}{rrrrrrrlll}\n")
    assert r"$64 \left(1 - 42 x + 504 x^{2}" in text
    assert text.count("\\\\") == 4


def test_the_html_has_formulas_that_every_browser_shows(four):
    html = four._repr_html_()
    assert html.count("<tr>") == 5
    assert html.count("<math>") == 2 + 3 * 4
    assert "mfenced" not in html
    assert "<msup>" in html


def test_a_table_escapes_what_its_notation_would_read():
    table = Table(("a_b", "%"), [("<x>", 1), (Math("x", "x^2", "<b>x</b>"), 2)], ("50 % & more",))
    assert "&lt;x&gt;" in table.html()
    assert "<b>x</b>" in table.html()
    assert r"a\_b & \%" in table.latex()
    assert "$x^2$ & 2" in table.latex()
    assert r"50 \% \& more" in table.latex()
    assert table.text().splitlines()[1:3] == ["<x>  1", "x    2"]


def test_swell_agrees_with_counting_by_hand():
    """One step is 4 l, 1 - l and their product; its derivative is 4 (1 - l) - 4 l."""
    (row,) = swell(logistic, [2])
    assert row.nodes == 3 + 3  # 4 l and 1 - l are in both
    assert row.written_out == 5
    assert np.isclose(float(from_sympy(row.simplified)(0.25)), 2.0)
