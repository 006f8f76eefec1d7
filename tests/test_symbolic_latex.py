"""Formulas in LaTeX: what they look like, and that they mean what the graph computes."""

import math
import re

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import assume, given, settings

import autodiff as ad
from autodiff.core.op import Op
from autodiff.symbolic import derivative, elements, latex, trace
from autodiff.symbolic.notation import Slot, template

MATRIX, ONES = np.arange(4.0).reshape(2, 2), np.ones(2)


def rosenbrock(x):
    return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2


def logistic(x):
    for _ in range(2):
        x = 4 * x * (1 - x)
    return x


SCALARS = {
    r"\ln x_{1} + x_{1} \, x_{2} - \sin x_{2}": lambda x1, x2: ad.log(x1) + x1 * x2 - ad.sin(x2),
    r"\frac{2 \, x^{2}}{3} + 2 \, x - 1": lambda x: 2 * (x * x) / 3 + x + x - 1,
    r"2 \, x - 2 \, y": lambda x, y: (x - y) - (y - x),
    r"x \, (x + y)": lambda x, y: -(x + y) * -x,
    r"\sin (\cos x) \, \tanh^{2} x": lambda x: ad.sin(ad.cos(x)) * ad.tanh(x) ** 2,
    r"(x + y) \, \sin (x \, y)": lambda x, y: (x + y) * ad.sin(x * y),
    r"(x + y)^{3} \, \ln x": lambda x, y: ad.log(x) * (x + y) ** 3,
    r"\sqrt{x} + \frac{1}{\sqrt{x}} + x^{3/2}": lambda x: x**0.5 + x**-0.5 + x**1.5,
    r"e^{-\frac{x^{2}}{2}}": lambda x: ad.exp(-(x**2) / 2),
    r"\pi \, x + 2 \, \pi + \ln 2": lambda x: np.pi * x + 2 * np.pi + np.log(2),
    r"10^{-5} \, x + 1.5 \cdot 10^{-7}": lambda x: 1e-5 * x + 1.5e-7,
    r"\alpha \, w_{\mathrm{in}} + \mathit{loss}": lambda alpha, w_in, loss: alpha * w_in + loss,
    r"\begin{cases} x & x > 0 \\ e^{x} & \text{otherwise} \end{cases}": lambda x: ad.where(
        x > 0, x, ad.exp(x)
    ),
    r"\left|x - 1\right| + \lfloor x \rfloor": lambda x: abs(x - 1) + ad.floor(x),
    r"\left(x,\; \frac{y}{x}\right)": lambda x, y: (x, y / x),
    r"x \, \mathbf{c}_{1}": lambda x: x * np.arange(9.0),
}


@pytest.mark.parametrize("formula", SCALARS)
def test_a_formula_is_written_as_in_a_book(formula):
    assert latex(SCALARS[formula]) == formula


@pytest.mark.parametrize(
    ("f", "examples", "formula"),
    [
        (rosenbrock, (ONES,), r"100 \, (x_{1} - x_{0}^{2})^{2} + (1 - x_{0})^{2}"),
        (lambda x: x[1:] - x[:-1] ** 2, (ONES,), r"x_{1:} - x_{:-1}^{2}"),
        (lambda x, i: x[i], (ONES, np.array([1])), "x_{i}"),
        (lambda A, x: ad.norm(A @ x - 1) ** 2, (MATRIX, ONES), r"\left\|A \, x - 1\right\|^{2}"),
        (lambda A, x: (x * (A @ x)).sum(), (MATRIX, ONES), r"\sum x \, (A \, x)"),
        (lambda A, x, y: A.T @ (x * y), (MATRIX, ONES, ONES), r"A^\top \, (x \, y)"),
        (lambda x, y: (x @ y) * x.sum(), (ONES, ONES), r"(x \cdot y) \, \sum x"),
        (lambda x: np.eye(2) @ (2 * x), (ONES,), r"2 \, I \, x"),
        (lambda X: ad.logsumexp(X, axis=1).sum(), (MATRIX,), r"\sum \ln \sum_{-1} e^{X}"),
        (lambda a: ad.slogdet(a)[1], (MATRIX,), r"\operatorname{signed log determinant}(a)_{1}"),
    ],
)  # fmt: skip
def test_a_formula_of_arrays_is_one_of_matrices_and_indices(f, examples, formula):
    assert latex(f, *examples) == formula


SLOPES = {
    r"\frac{2 \, \sin x \, \cos x}{x} - \frac{\sin^{2} x}{x^{2}}": lambda x: ad.sin(x) ** 2 / x,
    r"\operatorname{sech}^2 x": ad.tanh,
    r"\frac{2}{\sqrt{\pi}} \, e^{-x^2}": ad.erf,
    r"2^{x} \, \ln 2": ad.exp2,
    r"\frac{1}{\sqrt{(1 - x) \, (1 + x)}}": ad.asin,
    r"\frac{1}{2 \, \sqrt{x}}": ad.sqrt,
    r"\sigma(x)": ad.softplus,
}


@pytest.mark.parametrize("slope", SLOPES)
def test_a_derivative_is_written_as_in_a_book(slope):
    assert latex(derivative(SLOPES[slope])) == slope


def test_the_derivative_in_a_vector_has_unit_vectors():
    slope = latex(derivative(lambda x: x[0] * x[1] ** 2, np.ones(2)))
    assert slope == r"2 \, x_{0} \, x_{1} \, \mathbf{e}_{1} + x_{1}^{2} \, \mathbf{e}_{0}"


def test_elements_of_a_gradient_are_a_column():
    slope = latex(elements(derivative(lambda x: x[0] * x[1] ** 2, np.ones(2))))
    assert slope == r"\begin{bmatrix} x_{1}^{2} \\ 2 \, x_{0} \, x_{1} \end{bmatrix}"


def test_elements_of_a_hessian_are_a_matrix():
    slope = latex(elements(derivative(rosenbrock, np.ones(2), order=2)))
    assert slope == (
        r"\begin{bmatrix} 800 \, x_{0}^{2} - 400 \, (x_{1} - x_{0}^{2}) + 2 & -400 \, x_{0} \\ "
        r"-400 \, x_{0} & 200 \end{bmatrix}"
    )


def test_what_is_used_twice_has_a_name():
    assert latex(derivative(logistic), share=True) == (
        "\\begin{aligned}\n"
        r"v_{1} &= 4 \, x" " \\\\\n"
        r"v_{2} &= 1 - x" " \\\\\n"
        r"v_{3} &= v_{1} \, v_{2}" " \\\\\n"
        r"v_{4} &= 4 \, (1 - v_{3}) - 4 \, v_{3}" " \\\\\n"
        r"y &= 4 \, v_{4} \, v_{2} - v_{4} \, v_{1}" "\n"
        "\\end{aligned}"
    )  # fmt: skip


def test_a_name_that_is_taken_is_not_given():
    assert "u_{1} &=" in latex(lambda v: (v + 1) * ad.sin(v + 1), share=True)


def test_variables_of_unknown_shape_stand_for_numbers():
    x, w = ad.Variable(name="x1"), ad.Variable(name="w")
    y = ad.exp(-w) * ad.sin(x)
    assert latex(y) == r"e^{-w} \, \sin x_{1}"
    (slope,) = ad.gradients(y, [w])
    assert latex(slope) == r"-e^{-w} \, \sin x_{1}"


def test_a_product_of_unknown_shapes_is_named():
    assert latex(ad.Variable(name="w") @ ad.Variable(name="x")) == r"\operatorname{matmul}(w, x)"


def test_a_long_formula_is_refused_and_says_how_to_shorten_it():
    def long(x):
        for _ in range(12):
            x = ad.sin(x) * ad.cos(x)
        return x

    with pytest.raises(ad.ArgumentError, match=r"written out, more than 2000; give share=True"):
        latex(long)
    assert latex(long, share=True).count("&=") == 12


def test_a_notebook_shows_the_formula():
    assert trace(ad.sin)._repr_latex_() == r"$\displaystyle \sin x$"


def test_an_operator_of_your_own_has_its_notation():
    def rule(t, y, x):
        return t * ad.tanh(x)

    row = ad.operator("own(x)", lambda x: np.log(np.cosh(x)), rule, latex=r"\ln \cosh $x")
    del Op.table["own"]
    assert latex(lambda x: row(2 * x) ** 2) == r"(\ln \cosh (2 \, x))^{2}"


@pytest.mark.parametrize("row", sorted(n for n, row in Op.table.items() if row.latex))
def test_every_template_has_its_arguments_once_or_more(row):
    parts = template(Op.table[row].latex).parts
    names = {a.lstrip("*") for a in Op.table[row].arguments}
    assert {part.name for part in parts if type(part) is Slot} <= names


# ------------------------------------------------- reading a formula back, by a reader's rules

TOKEN = re.compile(
    r"\\(left|right)[()|]|\\operatorname\{(\w+)\}|\\[a-zA-Z]+|\\,|\d+(\.\d+)?|[a-z]|\S"
)
FUNCTIONS = {
    "\\sin": math.sin, "\\cos": math.cos, "\\tanh": math.tanh, "\\ln": math.log,
    "\\arctan": math.atan, "\\operatorname{sech}": lambda x: 1 / math.cosh(x),
}  # fmt: skip


def read(formula, values):
    """The value of a formula of sums, products, powers, fractions, roots and functions."""
    tokens = [m[0] for m in TOKEN.finditer(formula) if m[0] != "\\,"]
    value = read_sum(tokens, values)
    assert not tokens
    return value


def read_sum(tokens, values):
    total, sign = 0.0, 1
    while True:
        while tokens and tokens[0] in "+-":
            sign *= -1 if tokens.pop(0) == "-" else 1
        total += sign * read_product(tokens, values)
        sign = 1
        if not tokens or tokens[0] not in "+-":
            return total


def read_product(tokens, values):
    product = 1.0
    while True:
        product *= read_function(tokens, values)
        if tokens[:1] == ["\\cdot"]:
            tokens.pop(0)
        elif not tokens or tokens[0] in ("+", "-", ")", "}", "\\right)", "\\right|"):
            return product


def read_function(tokens, values):
    """A function takes the one power behind it, as sin x y is no product in its argument."""
    if tokens[0] not in FUNCTIONS:
        return read_power(tokens, values)
    function, exponent = FUNCTIONS[tokens.pop(0)], 1.0
    if tokens[0] == "^":
        tokens.pop(0)
        exponent = read_braces(tokens, values) if tokens[0] == "{" else float(tokens.pop(0))
    return function(read_power(tokens, values)) ** exponent


def read_power(tokens, values):
    base = read_atom(tokens, values)
    if tokens[:1] != ["^"]:
        return base
    tokens.pop(0)
    exponent = read_braces(tokens, values) if tokens[0] == "{" else float(tokens.pop(0))
    assert tokens[:1] != ["^"]  # a double superscript is an error of TeX
    return base**exponent


def read_atom(tokens, values):
    token = tokens.pop(0)
    if token == "\\frac":
        return read_braces(tokens, values) / read_braces(tokens, values)
    if token == "\\sqrt":
        return math.sqrt(read_braces(tokens, values))
    if token in ("(", "\\left(", "\\left|"):
        inside = read_sum(tokens, values)
        assert tokens.pop(0) == {"(": ")", "\\left(": "\\right)", "\\left|": "\\right|"}[token]
        return abs(inside) if token == "\\left|" else inside
    if token == "\\sigma":
        return 1 / (1 + math.exp(-read_atom(tokens, values)))
    return values[token] if token in values else math.e if token == "e" else float(token)


def read_braces(tokens, values):
    assert tokens.pop(0) == "{"
    inside = tokens[: closing(tokens)]
    del tokens[: len(inside) + 1]
    if "/" in inside:
        return float(inside[0]) / float(inside[2])
    return read_sum(inside, values)


def closing(tokens):
    """The place of the brace that closes what is open."""
    depth = 0
    for i, token in enumerate(tokens):
        depth += (token == "{") - (token == "}")
        if depth < 0:
            return i
    raise AssertionError("a brace is not closed")


UNARY = (
    ad.sin, ad.cos, ad.tanh, ad.atan, ad.exp, ad.neg, ad.abs, ad.sigmoid, ad.square,
    lambda x: x**3, lambda x: 1 / (2 + x * x), lambda x: ad.sqrt(1 + x * x),
    lambda x: ad.log(2 + x * x), lambda x: 0.5 * x, lambda x: x - 3,
)  # fmt: skip
BINARY = (ad.add, ad.sub, ad.mul, lambda x, y: x / (1 + y * y), lambda x, y: (1 + x * x) ** y)


@st.composite
def programs(draw):
    """A few steps, each of two earlier values: (function, places)."""
    count = draw(st.integers(1, 7))
    steps = []
    for k in range(count):
        places = st.integers(0, k + 1)
        if draw(st.booleans()):
            steps.append((draw(st.sampled_from(UNARY)), (draw(places),)))
        else:
            steps.append((draw(st.sampled_from(BINARY)), (draw(places), draw(places))))
    return steps


def run(steps, x, y):
    values = [x, y]
    for function, places in steps:
        values.append(function(*[values[p] for p in places]))
    return values[-1]


@settings(max_examples=300)
@given(programs(), st.booleans())
def test_a_formula_reads_as_the_value_of_its_graph(steps, differentiated):
    graph = trace(lambda x, y: run(steps, x, y), 1.0, 1.0)
    graph = derivative(graph) if differentiated else graph
    assume(graph.written_out < 300)
    with np.errstate(all="ignore"):
        value = float(graph(0.7, -1.3))
        exact = ad.grad(lambda x: run(steps, x, -1.3))(0.7) if differentiated else value
    assume(value == 0 or 1e-6 < abs(value) < 1e6)
    formula = latex(graph)
    assume("\\begin" not in formula and "\\operatorname{sgn}" not in formula)
    found = read(formula, {"x": 0.7, "y": -1.3})
    assert found == pytest.approx(value, rel=1e-6, abs=1e-9)
    assert value == pytest.approx(float(exact), rel=1e-6, abs=1e-9)


AS_A_READER = {
    r"\sin x \, y": math.sin(2) * 3,
    r"-x^{2}": -4,
    r"\frac{1}{x} \, y - 1": 0.5,
    r"\ln^{2} x": math.log(2) ** 2,
    r"2 \, x - (y - 1)": 2,
}


@pytest.mark.parametrize("formula", AS_A_READER)
def test_the_reader_itself_reads_as_a_reader(formula):
    assert read(formula, {"x": 2.0, "y": 3.0}) == pytest.approx(AS_A_READER[formula])
