"""The page of a run in a real browser: inputs that change, and large graphs."""

import time

import numpy as np
import pytest
from pages import layer, many, numbers, put, recorded, said, showing, survey, textbook

import autodiff as ad
from autodiff.show.digits import number_text
from autodiff.show.explain import explain
from autodiff.show.page import page


@pytest.fixture
def shown(tmp_path):
    yield from showing(tmp_path)


# ---------------------------------------------------------------- inputs that change


def test_a_slider_computes_everything_again(shown):
    run = recorded(survey, 2.0, 5.0)
    b = shown(run)
    put(b, 0, 3.25)
    put(b, 1, -1.5)
    value, slopes = survey(3.25, -1.5), ad.grad(survey, (0, 1))(3.25, -1.5)
    values, adjoints = numbers(b, "values", run), numbers(b, "adjoints", run)
    np.testing.assert_allclose(values[run.output], value, rtol=1e-14)
    np.testing.assert_allclose([adjoints[0][0], adjoints[1][0]], slopes, rtol=1e-14)
    assert said(b, ".trace.primal tr:last-child td:last-child") == [
        number_text(value).replace("-", "−")
    ]
    shown_slopes = said(b, '#svg-graph [data-n^="slope:"]')
    for slope in slopes:
        text = number_text(slope).replace("-", "−")
        assert any(t.endswith(f"= {text}") for t in shown_slopes)
    put(b, 0, 2.0)
    b.click("#reset")
    b.run("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert said(b, ".trace.primal tr:last-child td:last-child") == ["11.652"]


def test_the_other_sections_follow_a_slider(shown):
    b = shown(recorded(survey, 2.0, 5.0))
    put(b, 1, 3.0)
    slopes = ad.grad(survey, (0, 1))(2.0, 3.0)
    for text in [number_text(slope) for slope in slopes]:
        assert any(t.endswith(text) for t in said(b, "#panel-paths h4"))
    b.click("#tab-panel-jacobian")
    b.run("new Promise(done => setTimeout(done, 50))")
    cells = said(b, '#panel-jacobian [data-matrix="columns"] td')
    assert cells == [number_text(slope) for slope in slopes]
    assert said(b, '#panel-jacobian [data-matrix="rows"] td') == cells


def test_a_number_can_be_typed(shown):
    run = recorded(textbook, 2.0, 1.0)
    b = shown(run)
    b.click("#sliders input[type=number]")
    b.run("document.activeElement.select()")
    for key in "-0.75":
        b.press(key, text=key)
    b.run("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    slopes = ad.grad(textbook, (0, 1))(-0.75, 1.0)
    adjoints = numbers(b, "adjoints", run)
    assert [adjoints[0][0], adjoints[1][0]] == [float(slope) for slope in slopes]


def test_forward_mode_starts_where_one_chooses(shown):
    run = recorded(survey, 2.0, 5.0)
    b = shown(run)
    b.click("[name=view][value=forward]")
    for k, slope in enumerate(ad.grad(survey, (0, 1))(2.0, 5.0)):
        b.run(f"(s => {{ s.value = {k}; s.onchange(); }})(document.getElementById('wrt'))")
        assert numbers(b, "tangents", run)[run.output] == [float(slope)]
        last = said(b, ".trace.tangent tr:last-child td:last-child")
        assert last == [number_text(slope)]


def test_arrays_are_computed_again_too(shown):
    w, x = np.arange(6.0).reshape(2, 3) / 10, np.array([1.0, -1.0, 0.5])
    run = recorded(layer, w, x)
    b = shown(run)
    assert any("float64 2×3" in t for t in said(b, "#svg-graph .node"))
    assert b.run("document.querySelectorAll('#svg-graph .bar').length") == 12
    bars = "[...document.querySelectorAll('#svg-graph .bar')].map(r => +r.getAttribute('height'))"
    before = b.run(bars)
    put(b, 2, 0.9)
    assert [h > 1 for h in b.run(bars)] == [
        c > 0 for c in np.histogram([0, 0.1, 0.9, 0.3, 0.4, 0.5], 12)[0]
    ]
    assert b.run(bars) != before
    w[0, 2] = 0.9
    adjoints = numbers(b, "adjoints", run)
    for number, slope in enumerate(ad.grad(layer, (0, 1))(w, x)):
        np.testing.assert_allclose(adjoints[number], np.ravel(slope), rtol=1e-13)


def test_outside_of_the_domain_there_is_a_sentence(shown):
    b = shown(recorded(survey, 2.0, 5.0))
    put(b, 0, -1.0)
    assert "outside the domain of log" in b.run("document.getElementById('input-note').innerText")


def test_an_operator_without_a_rule_disables_the_sliders(shown):
    matrix = np.array([[2.0, 0.5], [0.5, 1.0]])
    b = shown(recorded(lambda a: ad.sum(ad.sort(a, axis=-1) * a), matrix))
    assert said(b, "#sliders input") == []
    assert "ordering" in b.run("document.getElementById('input-note').innerText")
    b.press("Home")
    b.press("ArrowRight")
    assert said(b, "tr.lit")


def test_a_graph_that_was_not_fed_has_formulas_and_no_numbers(shown):
    x, y = ad.Variable(name="x"), ad.Variable(name="y")
    b = shown(explain(ad.log(x * y)).complete())
    boxes = said(b, "#svg-graph .node")
    assert "x∂v2/∂x" in boxes
    assert not any("=" in text.split("∂")[1] for text in boxes)
    assert {"∂v1/∂x = y", "∂v1/∂y = x", "∂v2/∂v1= 1 / v1"} == set(said(b, "#svg-graph .label"))
    b.press("Home")
    b.press("ArrowRight")
    assert said(b, "tr.lit")


def test_what_a_tape_has_let_go_is_not_invented(shown):
    x = ad.tensor(2.0, requires_grad=True)
    z = ad.exp(x * x)
    z.backward()
    b = shown(explain(z).complete())
    assert said(b, "#sliders input") == []
    assert "0" not in "".join(said(b, '#svg-graph [data-n="slope:0"]'))


# ---------------------------------------------------------------- large graphs


def test_loops_are_closed_and_open_on_a_click(shown):
    def loop(x):
        for _ in range(100):
            x = ad.sin(x) * 1.5
        return x

    b = shown(recorded(loop, 0.5))
    assert len(said(b, "#svg-graph .node")) == 1
    assert any("×100" in t for t in said(b, "#svg-graph .cluster"))
    b.click("#svg-graph g.cluster")
    assert len(said(b, "#svg-graph .cluster")) > 2
    b.run("app.search.go(77)")
    assert b.run("Boolean(app.drawings[0].members.get('v77'))")
    b.run("[...document.querySelectorAll('#svg-graph g.loop')][0].focus()")
    b.press("Enter", text="\r")
    assert len(said(b, "#svg-graph .node")) == 1


def test_a_graph_of_thousands_is_written_and_stepped_quickly(shown):
    run = recorded(many, 0.5, 0.7)
    assert len(run) > 2000
    begin = time.process_time()
    page(run)
    assert time.process_time() - begin < 5
    b = shown(run)
    assert b.run("document.querySelectorAll('tr[data-row]').length") < 400
    b.run("app.go(-1)")
    spent = b.run(
        "(() => { const t = performance.now();"
        "for (let i = 2000; i < 2100; i++) { app.go(i); document.body.offsetHeight; }"
        "return (performance.now() - t) / 100; })()"
    )
    assert spent < 100
    put(b, 0, 0.6)
    adjoint = numbers(b, "adjoints", run)[0][0]
    np.testing.assert_allclose(adjoint, ad.grad(many)(0.6, 0.7), rtol=1e-9)


def test_search_finds_a_variable_in_a_closed_cluster(shown):
    b = shown(recorded(many, 0.5, 0.7))
    b.press("/")
    assert b.run("document.activeElement.id") == "search"
    for key in "v700":
        b.press(key, text=key)
    assert said(b, "#found button")[0].startswith("v700".replace("v", "v"))
    b.press("Enter", text="\r")
    box = b.run(
        "(() => { const r = app.drawings[0].members.get('v701').getBoundingClientRect();"
        "const s = document.getElementById('svg-graph').getBoundingClientRect();"
        "return [r.x - s.x, r.y - s.y, s.right - r.right, s.bottom - r.bottom]; })()"
    )
    assert min(box) >= 0
