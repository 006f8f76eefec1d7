"""Formulas on vertices and edges: true to the numbers, and LaTeX that can be set."""

import warnings

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.mathtext import MathTextParser

import autodiff as ad
from autodiff.core.family import Elementwise
from autodiff.core.op import Op
from autodiff.interpret.graph import Variable
from autodiff.show.explain import explain
from autodiff.show.formulas import TEXTBOOK, WEIGHTS
from autodiff.show.parse import parse_expression
from autodiff.show.writing import text_of

mpl.use("Agg")
NUMBERS = (0.7, 1.3)
SHOWN = 1e-5  # a constant in a formula has six digits


def everything(x, y):
    a = ad.exp(x) / y - ad.sigmoid(-y) ** 2
    b = x**y + ad.sqrt(x) * ad.tanh(y) + ad.log1p(x) - ad.arctan(y)
    c = ad.logaddexp(a, b) * ad.erf(x) + 1 / y + ad.square(x) + ad.expm1(y)
    return c * ad.cosh(x) / ad.log2(y + 3) + ad.abs(x - 2) * ad.softplus(x) - ad.sinh(y)


def test_the_formulas_of_partials_give_the_numbers_on_the_edges():
    run = explain(everything, *NUMBERS).run
    names = {"v" + v.name[1:].replace("-", "m"): v.value for v in run.vertices}
    checked = 0
    for _, _, e in run.edges:
        text = e.formula.replace("v-", "vm")
        f = parse_expression(text, names)
        found = f(**{n: names[n] for n in f.names})
        assert np.isclose(found, e.partial, rtol=SHOWN), text
        checked += 1
    assert checked > 40


def test_the_formulas_of_tangents_give_the_tangents():
    found = explain(everything, *NUMBERS)
    run, formulas = found.run, found.formulas
    names = {"v" + v.name[1:].replace("-", "m"): v.value for v in run.vertices}
    names |= {"t" + v.name[1:].replace("-", "m"): v.tangent for v in run.vertices}
    for v in run.vertices:
        if v.row is not None:
            text = formulas.push(v)[0].replace("v\u0307", "t").replace("t-", "tm")
            f = parse_expression(text.replace("v-", "vm"), names)
            assert np.isclose(f(**{n: names[n] for n in f.names}), v.tangent, rtol=SHOWN), text


@pytest.mark.parametrize("row", list(TEXTBOOK), ids=lambda row: row.name)
def test_textbook_spellings_are_the_rules_of_the_rows(row):
    xs = [np.float64(x) for x in (0.7, 1.3)[: len(row.arguments)]]
    for k, spelled in enumerate(TEXTBOOK[row]):
        tangents = [np.float64(1.0) if i == k else None for i in range(len(xs))]
        assert np.isclose(spelled(*xs), row.jvp(tangents, row(*xs), *xs), rtol=1e-14)


@pytest.mark.parametrize("row", list(WEIGHTS), ids=lambda row: row.name)
def test_weights_of_reductions_are_the_rules_of_the_rows(row):
    x = np.array([0.7, 1.3, 2.1])
    z = row(x)
    expected = row.vjp(np.float64(1.0), z, [True], x)[0]
    assert np.allclose(WEIGHTS[row](x, z, 3), expected, rtol=1e-14)


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (lambda x, y: -1.0 * x / (y * y) * ad.exp(x), "-x * exp(x) / y**2"),
        (lambda x, y: x - (y - x), "x - (y - x)"),
        (lambda x, y: x - (-y), "x + y"),
        (lambda x, y: (x + y) ** 2 / (x * y), "(x + y)**2 / (x * y)"),
        (lambda x, y: x * 0.5 * y * 4, "2 * x * y"),
        (lambda x, y: -(x + y), "-(x + y)"),
        (lambda x, y: x ** (y - 1), "x ** (y - 1)"),
        (lambda x, y: ad.sqrt(x) ** 3, "sqrt(x)**3"),
        (lambda x, y: x / y / y, "x / y**2"),
        (lambda x, y: (x * y) ** 0.5, "(x * y) ** 0.5"),
        (lambda x, y: 1 - ad.tanh(x) * ad.tanh(x), "1 - tanh(x)**2"),
    ],
)
def test_products_and_powers_are_collected(formula, text):
    x, y = Variable("x", ()), Variable("y", ())
    assert text_of(formula(x, y)) == text


def smooth_rows():
    """Every elementwise row once, where it may be used."""
    for row in Op.table.values():
        if isinstance(row, Elementwise) and row.domain and row.differentiable and row.smooth:
            yield row


@pytest.mark.parametrize("row", list(smooth_rows()), ids=lambda row: row.name)
def test_the_latex_of_every_elementwise_row_can_be_set(row):
    xs = [float(np.mean(interval[-2:])) for interval in row.domain]
    found = explain(lambda *xs: row(*xs), *xs)
    texts = [t for v in found.run.vertices for t in (v.formula_latex, v.substituted_latex)]
    texts += [e.latex for v in found.run.vertices for e in v.edges]
    texts += [found.formulas.push(v)[1] for v in found.run.vertices if v.row is not None]
    for text in filter(None, texts):
        can_be_set(text)


def can_be_set(text):
    """Raise unless matplotlib sets the formula; what it has no sign for is another's matter."""
    if r"\begin" in text:
        assert text.count(r"\begin") == text.count(r"\end")
        return
    text = text.replace(r"\bmod", r"\mathrm{mod}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        MathTextParser("agg").parse(f"${text}$")


def test_the_latex_of_tables_can_be_set_cell_by_cell():
    w = np.array([[0.1, 0.2], [0.3, 0.4]])

    def net(w, x):
        h = ad.tanh(w @ x)
        return ad.logsumexp(h) + h[0] * ad.mean(h) + h.sum() - ad.norm(x) + x[1:].prod()

    found = explain(net, w, np.array([1.0, 2.0]))
    for table in found.tables.values():
        for row in table.to_dict()["rows"]:
            for text in filter(None, row["latex"]):
                can_be_set(text)
    assert found.latex().count(r"\begin{tabular}") == 3


def test_negative_numbers_stand_in_parentheses():
    run = explain("x*y - z**2 + (-x)", -2.0, -3.0, -4.0).run
    texts = [v.substituted for v in run.vertices if v.row is not None]
    assert texts == ["(-2) × (-3)", "(-4) ** 2", "6 - 16", "-(-2)", "-10 + 2"]
    assert run["v1"].substituted_latex == r"(-2) \times (-3)"
    assert run["v2"].substituted_latex == "(-4)^{2}"
