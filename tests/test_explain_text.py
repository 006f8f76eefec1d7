"""The report: text, Markdown, diagrams, Chinese; rewrites, and the ways side by side."""

import re

import numpy as np
import pytest

import autodiff as ad
from autodiff.interpret.identities import IDENTITIES
from autodiff.show import notebook
from autodiff.show.explain import explain
from autodiff.show.grid import Grid, clipped, width
from autodiff.show.reasons import REASONS
from autodiff.show.words import SENTENCES, WORDS, word
from autodiff.symbolic import trace

SECTIONS = (
    "Graph", "Forward primal trace", "Forward tangent trace (with respect to x)",
    "Reverse adjoint trace", "Derivatives of the output", "Paths", "Jacobian",
    "Cost of the Jacobian", "Extended graph: forward and backward",
    "The derivative as NumPy source",
)  # fmt: skip


@pytest.fixture
def found():
    return explain("log(x*y)", 2.0, 3.0)


# -------------------------------------------------------------------------- text


def test_the_text_has_every_section_in_order(found):
    lines = found.text().splitlines()
    places = [lines.index(heading) for heading in SECTIONS]
    assert places == sorted(places) and str(found) == found.text()


def test_text_is_plain_unless_colors_are_wanted(found):
    assert "\033" not in found.text()
    assert "\033[1mGraph\033[0m" in found.text(color=True)


def test_chinese_reports_have_no_english_headings():
    text = explain("log(x*y)", 2.0, 3.0, lang="zh").text()
    assert "计算图" in text and "反向伴随轨迹" in text
    for english, _ in WORDS.values():
        if "{" not in english and english[0].isupper():
            assert f"\n{english}\n" not in text


def test_chinese_pictures_have_chinese_words():
    assert "为反向保存的值" in explain("log(x*y)", 2.0, 3.0, lang="zh").svg("extended")


def test_another_language_may_be_asked_for_later(found):
    assert found.html(lang="zh") != found.html(lang="en")
    assert found.tables["primal"].header[0] == "variable"


def test_every_word_has_both_languages_with_the_same_blanks():
    for english, chinese in WORDS.values():
        assert english and chinese
        assert set(re.findall(r"{\w+}", english)) == set(re.findall(r"{\w+}", chinese))
    assert word("zh", "value") == "值"


def test_columns_line_up_below_wide_signs_and_accents():
    grid = Grid(("变量", "value"), [("v̇1", "2"), ("ab", "10.5")], (1,))
    lines = grid.text().splitlines()
    assert [width(line) for line in lines] == [11, 11, 11]
    assert lines[1] == "v̇1        2"
    assert clipped("变量变量", 5) == "变量…"


def test_long_tables_are_shortened_in_the_middle():
    text = Grid(("n",), [(str(k),) for k in range(100)]).text(10, "{count} more")
    assert text.splitlines()[:2] == ["n", "0"] and "90 more" in text
    assert text.splitlines()[-1] == "99" and len(text.splitlines()) == 12


def test_the_tree_refers_to_what_was_written():
    tree = explain("c = x*y; c*c + sin(c)", 2.0, 3.0).tree().splitlines()
    assert tree[0].startswith("v4 = v2 + v3 = ")
    assert sum("v1 = c = v-1 * v0" in line for line in tree) == 1
    assert sum("(see above)" in line for line in tree) == 2
    assert tree[1].startswith("├─ [∂v4/∂v2 = 1]") and tree[-1].lstrip("│ ").startswith("└─")


# ---------------------------------------------------------------------- diagrams


def test_dot_has_every_vertex_and_every_edge_with_its_partial(found):
    text = found.dot()
    assert text.startswith("digraph run {") and text.rstrip().endswith("}")
    assert len(re.findall(r"^  n\d+ \[label=", text, re.M)) == 4
    assert re.findall(r"^  (n\d+) -> (n\d+) \[label=\"(.*)\"\];", text, re.M) == [
        ("n0", "n2", "∂v1/∂v-1 = v0 = 3"),
        ("n1", "n2", "∂v1/∂v0 = v-1 = 2"),
        ("n2", "n3", "∂v2/∂v1 = 1 / v1 = 0.167"),
    ]
    assert text.count('"') % 2 == 0


def test_mermaid_has_every_vertex_and_every_edge_with_its_partial(found):
    lines = found.mermaid().splitlines()
    assert lines[0] == "flowchart BT"
    assert lines[1] == '  n0["v-1 = x<br/>2<br/>v̇-1 = 1<br/>v̄-1 = 0.5"]'
    assert lines[-1] == '  n2 -->|"∂v2/∂v1 = 1 / v1 = 0.167"| n3'


def test_signs_of_the_languages_are_escaped_and_cut_edges_are_dashed():
    found = explain(lambda x: ad.where(x > 1, x, 0.0) * x.detach(), 2.0)
    assert "style=dashed" in found.dot() and "-.->" in found.mermaid()
    assert "v0 #gt; 1" in found.mermaid() and "v0 > 1" in found.dot()
    assert found.dot().count("\\n") > 4


def test_repeated_lines_are_one_box():
    def f(x):
        for _ in range(50):
            x = ad.sin(x)
        return x + 1

    found = explain(f, 0.5)
    assert found.dot().count("label=") == 3 + 2 and "×50" in found.dot()
    assert found.mermaid().count("[[") == 1


def test_markdown_has_a_diagram_and_tables(found):
    text = found.markdown()
    assert text.startswith("## log(x\\*y)\n")
    assert "```mermaid\nflowchart BT" in text and "| --- |" in text
    assert r"\| " not in text and "= v-1 \\* v0" in text


def test_notebooks_are_given_html_svg_latex_and_markdown(found):
    assert found._repr_html_().startswith("<iframe srcdoc=")
    assert found._repr_svg_().startswith("<svg ")
    assert r"\begin{tabular}" in found._repr_latex_()
    assert found._repr_markdown_() == found.markdown()
    assert repr(found) == "<explanation of log(x*y): 4 vertices>"


# ---------------------------------------------------------------------- rewrites

STABLE = [
    ("log(1 + exp(x))", 1000.0, "softplus(v0)", 1000.0, True),
    ("log(exp(x) + 1)", 0.5, "softplus(v0)", np.log1p(np.exp(0.5)), False),
    ("log1p(exp(x))", 1000.0, "softplus(v0)", 1000.0, True),
    ("log(exp(x) + exp(2*x))", 800.0, "logaddexp(v0, v2)", 1600.0, True),
    ("log(sigmoid(x))", -800.0, "-softplus(-v0)", -800.0, True),
    ("log(1 / (1 + exp(-x)))", -800.0, "-softplus(-v0)", -800.0, True),
    ("1 / (1 + exp(-x))", -800.0, "sigmoid(v0)", 0.0, True),
    ("1 - exp(x)", 1e-20, "-expm1(v0)", -1e-20, False),
    ("exp(x) - 1", 1e-20, "expm1(v0)", 1e-20, False),
    ("log(1 + x)", 1e-20, "log1p(v0)", 1e-20, False),
    ("log(exp(x))", 1000.0, "v0", 1000.0, True),
    ("sqrt(x**2)", 0.0, "abs(v0)", 0.0, True),
    ("sqrt(x*x)", 1e200, "abs(v0)", 1e200, True),
]


@pytest.mark.parametrize(("text", "x", "after", "value", "fails"), STABLE)
def test_naive_spellings_are_recognised(text, x, after, value, fails):
    (found,) = explain(text, x).rewrites.stable
    assert found.after == after
    assert np.isclose(float(found.rewritten), value, rtol=1e-14, atol=0)
    assert found.fails == fails


def test_naive_spellings_of_arrays_are_recognised():
    x = np.array([1.0, 2.0, 1000.0])
    for text, after in (
        ("log(sum(exp(x)))", "logsumexp(v0)"),
        ("exp(x) / sum(exp(x))", "exp(v0 - logsumexp(v0))"),
        ("sqrt(sum(x**2))", "norm(v0)"),
    ):
        (found,) = explain(text, x).rewrites.stable
        assert found.after == after and np.all(np.isfinite(found.rewritten))


def test_a_rewrite_shows_formulas_values_and_where_they_differ():
    found = explain("log(1 + exp(x))", 1.0)
    (row,) = found.to_dict()["rewrites"]["stable"]
    assert row["before"] == "log(1 + exp(v0))" and row["value"] == row["rewritten"] == "1.313"
    assert row["example"] == {"x": "1000", "before": "inf", "after": "1000"}
    assert "exp overflows, and log(1 + small) loses digits" in found.text()


def test_what_is_stable_already_is_left_alone():
    assert explain("softplus(x) + log(2 + cos(x)) - sqrt(x)", 1.0).rewrites.stable == []


MORE = [
    ("log(2 + exp(x))", 1000.0, "logaddexp(0.693147, v0)", 1000.0),
    ("log(1 - exp(x))", -1e-20, None, np.log(1e-20)),
    ("log(cosh(x))", 1000.0, "logaddexp(v0, -v0) - 0.693147", 1000 - np.log(2)),
    ("1 - tanh(x)**2", 30.0, "sech2(v0)", 4 * np.exp(-60.0)),
    ("1 - cos(x)", 1e-9, "2 * sin(0.5 * v0)**2", 5e-19),
    ("exp(x) / (1 + exp(x))", 1000.0, "sigmoid(v0)", 1.0),
    ("(x**2)**0.5", 1e200, "abs(v0)", 1e200),
]


@pytest.mark.parametrize(("text", "x", "after", "value"), MORE)
def test_every_identity_of_graphs_is_shown(text, x, after, value):
    (found,) = explain(text, x).rewrites.stable
    assert after is None or found.after == after
    assert np.isclose(float(found.rewritten), value, rtol=1e-14, atol=0)


def test_the_reasons_of_all_identities_are_said_in_chinese():
    known = {i.reason for found in IDENTITIES.values() for i in found}
    assert known - set(REASONS) == set()
    shown = explain("log(1 + exp(x))", 1.0, lang="zh").text()
    assert REASONS["exp overflows, and log(1 + small) loses digits"] in shown


def test_the_same_spelling_in_two_places_and_inside_of_another():
    both = explain("1 / (1 + exp(-x)) * (1 / (1 + exp(-x)))", -800.0).rewrites.stable
    assert [r.after for r in both] == ["sigmoid(v0)"] * 2
    outer, inner = explain("log(1 + exp(log(exp(x))))", 1000.0), "softplus(v0)"
    assert [r.after for r in outer.rewrites.stable] == [inner]
    two = explain("sqrt((x - y)**2 + z**2)", 3.0, 1.0, 4.0).rewrites.stable
    assert [(r.before, r.after) for r in two] == [("sqrt(v1 ** 2 + v0 ** 2)", "hypot(v1, v0)")]


def test_elementwise_chains_of_arrays_are_one_loop():
    found = explain("sum(tanh(x) * x + 1) * sum(x)", np.ones(3))
    assert found.rewrites.fused == [[1, 2, 3]]
    assert explain("tanh(x) * x", 1.0).rewrites.fused == []


# -------------------------------------------------------------------------- ways


def test_the_ways_stand_side_by_side():
    found = explain("x * sin(x)", 2.0)
    ways = found.ways(by_hand=lambda x: ad.sin(x) + x * ad.cos(x))
    names = [way.name for way in ways.comparison.ways]
    assert names == ["by hand", "numerical", "symbolic", "forward", "reverse"]
    assert all(way.error is not None and way.error < 1e-10 for way in ways.comparison.ways)
    assert ways.sizes == (4, 4) and [row[0] for row in ways.swell] == [1, 2, 3, 4]
    assert ways.curve is not None and r"\cos x" in ways.formula
    assert "Ways to the derivative" in found.text() and found.to_dict()["ways"]["curve"]["steps"]


def test_ways_need_a_function():
    x = ad.tensor(2.0, requires_grad=True)
    with pytest.raises(TypeError, match="need a function"):
        explain(x * x).ways()


# ---------------------------------------------------------------------- notebooks


def test_tensors_nodes_and_graphs_show_themselves():
    x = ad.tensor([1.0, 2.0], requires_grad=True)
    y = (x * x).sum()
    assert "SumBackward0" in notebook.tensor_html(y) and "<svg" in notebook.tensor_html(y)
    assert notebook.tensor_svg(x) is None
    assert notebook.tensor_latex(x) == r"$\begin{pmatrix} 1 \\ 2 \end{pmatrix}$"
    assert notebook.tensor_latex(ad.zeros(100)) is None
    v = ad.Variable("x")
    assert notebook.node_svg(ad.sin(v) * v).startswith("<svg")
    assert notebook.node_latex(ad.sin(v) * v) == r"$\displaystyle x \, \sin x$"
    assert notebook.graph_svg(trace(lambda t: t * t)).startswith("<svg")


def test_notebooks_ask_the_values_themselves():
    x = ad.tensor([1.0, 2.0], requires_grad=True)
    y = (x * x).sum()
    assert "<svg" in y._repr_html_() and y._repr_svg_().startswith("<svg")
    assert y._repr_latex_() == "$5$"
    node = ad.sin(ad.Variable("x"))
    assert node._repr_html_() is None and node._repr_svg_().startswith("<svg")
    assert trace(lambda t: t * t)._repr_svg_().startswith("<svg")
    inner = []
    ad.grad(lambda t: (inner.append(t._repr_html_()), t * t)[1])(2.0)
    assert inner == [None]


# ---------------------------------------------------------------- sentences in Chinese


def branching(x):
    return ad.sqrt(x) if x > -1 else x


def test_notes_and_remarks_are_said_in_chinese():
    found = explain(branching, 0.0, lang="zh")
    notes = found.text().partition("说明\n")[2]
    assert "Python 在此取真值，结果为 True" in notes and "在此点 ∂v1/∂v0 为 inf" in notes
    assert "Python asked" in explain(branching, 0.0).text()
    assert "取真值" in found.to_dict()["notes"][0]
    ways = explain("sin(x)", 1.0, lang="zh").ways().text()
    assert "前向差分" in ways and "* 最佳步长" in ways and "公式推导一次用时" in ways
    assert "quotient" not in ways and "numerical:" not in ways


def test_every_sentence_has_both_languages():
    for english, chinese in SENTENCES.values():
        named = r"{\w+"
        assert set(re.findall(named, english)) == set(re.findall(named, chinese))
        assert not re.search("[\u4e00-\u9fff]", english) and re.search("[\u4e00-\u9fff]", chinese)


def test_a_fill_in_place_is_recorded_on_the_eager_tape():
    def filled(x):
        z = ad.zeros(2)
        z[0], z[1] = x, x * x
        return z.sum()

    assert float(explain(filled, 3.0).gradient["x"]) == 7.0


def test_an_expression_of_one_name_is_its_own_title():
    assert explain("x", 2.0).run.title == "x"


def test_the_graph_of_a_gradient_is_drawn_in_a_notebook():
    x = ad.Variable(name="x")
    (slope,) = ad.gradients(ad.log(1 + ad.exp(x)) * x, [x])
    assert slope._repr_svg_().startswith("<svg")
    assert slope._repr_latex_().startswith("$")


def test_the_ways_are_shown_in_a_notebook():
    found = explain("x * sin(x)", 2.0).ways()
    assert found._repr_html_().startswith("<pre>") and "reverse" in found._repr_html_()
    assert found._repr_latex_().startswith("$") and str(found) == found.text()


def test_what_is_cut_says_zero_on_its_edge():
    found = explain(lambda a, b: ad.exp((a * b).detach() * a), 1.0, 0.5)
    assert "= 0" in re.sub("<[^>]*>", "", found.svg())
