"""The page of a run in a real browser: what stands on it, its steps, its readers."""

import re
import time
from itertools import pairwise

import pytest
from pages import many, put, recorded, said, showing, survey, textbook

import autodiff as ad
from autodiff.show.page import page
from autodiff.show.page_words import wording


@pytest.fixture
def shown(tmp_path):
    yield from showing(tmp_path)


# ---------------------------------------------------------------- what stands on it


def test_the_page_is_one_file_without_network():
    text = page(recorded(textbook, 2.0, 1.0))
    assert not re.findall(r'(?:src|href|url)\s*[=(]\s*["\']?(?!#)[^"\')\s]', text)
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    assert len(text.encode()) < 200_000


def test_the_textbook_example_is_drawn(shown):
    b = shown(recorded(textbook, 2.0, 1.0))
    boxes = said(b, "#svg-graph .node")
    assert any("e = c · d" in t and "e = 6" in t and "∂e/∂e = 1" in t for t in boxes)
    assert any("b = 1" in t and "∂e/∂b = 3 + 2 = 5" in t for t in boxes)
    labels = said(b, "#svg-graph .label")
    assert sorted(labels) == [
        "∂c/∂a = 1", "∂c/∂b = 1", "∂d/∂b = 1", "∂e/∂c = d = 2", "∂e/∂d = c = 3",
    ]  # fmt: skip


def test_the_survey_tables_have_their_numbers(shown):
    b = shown(recorded(survey, 2.0, 5.0))
    assert {"11.652", "0.693", "10"} <= set(said(b, ".trace.primal td:last-child"))
    assert {"5.5", "1.716"} <= set(said(b, ".trace.adjoint td:last-child"))


def test_names_from_the_program_are_text(shown):
    run = recorded(textbook, 2.0, 1.0, title="</script><b id=bad>&amp;")
    run.function = "</pre><script>bad()</script>"
    b = shown(run)
    assert b.run("document.getElementById('bad')") is None
    assert b.run("document.querySelector('h1').textContent") == "</script><b id=bad>&amp;"


def test_every_word_has_two_languages():
    assert all(len(both) == 2 and all(both) for both in wording().values())
    slots = {key: [set(re.findall(r"{\w+}", t)) for t in both] for key, both in wording().items()}
    assert all(en == zh for en, zh in slots.values())


# ---------------------------------------------------------------- steps


@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_keys_step_through_both_sweeps(shown, mode):
    run = recorded(survey, 2.0, 5.0)
    b = shown(run)
    b.click(f"[name=view][value={mode}]")
    b.run("document.activeElement.blur()")
    b.press("Home")
    assert said(b, "tr.lit") == []
    assert all("…" in t for t in said(b, "#svg-graph [data-n^=slope]"))
    steps = b.run("app.timeline.steps.length")
    edges = sum(len(pulled) for _, pulled in run.backward)
    assert steps == (len(run) + 1 + edges if mode == "reverse" else len(run))
    for step in range(steps):
        b.press("ArrowRight")
        assert b.run("app.timeline.position") == step
        if step < steps - 1:
            kind = b.run("app.timeline.steps[app.timeline.position].kind")
            assert said(b, "tr.lit")
            assert len(said(b, "#svg-graph .node.lit")) == 1
            assert bool(said(b, "#svg-graph .link.lit")) == (kind != "seed" and step > 1)
            assert "undefined" not in b.run("document.getElementById('narration').textContent")
    assert not any("…" in t for t in said(b, "#svg-graph [data-n^=slope]"))
    b.press("ArrowLeft")
    assert b.run("app.timeline.position") == steps - 2


def test_contributions_arrive_one_after_the_other(shown):
    b = shown(recorded(textbook, 2.0, 1.0))
    seen = []
    b.press("Home")
    for _ in range(b.run("app.timeline.steps.length")):
        b.press("ArrowRight")
        seen.append(said(b, '#svg-graph [data-n="slope:1"]')[0])
    assert list(dict.fromkeys(seen)) == ["∂e/∂b = …", "∂e/∂b = 3 + …", "∂e/∂b = 3 + 2 = 5"]


def test_space_plays_and_stops(shown):
    b = shown(recorded(textbook, 2.0, 1.0))
    b.run("app.player.faster(10)")
    b.press(" ", "Space", " ")
    assert b.run("app.player.playing")
    b.press(" ", "Space", " ")
    assert not b.run("app.player.playing")
    b.press(" ", "Space", " ")
    end = time.monotonic() + 20
    while b.run("app.player.playing") and time.monotonic() < end:
        time.sleep(0.1)
    assert b.run("app.timeline.position") == b.run("app.timeline.steps.length - 1")


def test_a_row_and_its_edge_are_lit_together(shown):
    b = shown(recorded(textbook, 2.0, 1.0))
    for step in range(6, 10):
        b.run(f"app.go({step})")
        (row,) = b.run(
            "[...document.querySelectorAll('tr.lit')].slice(0, 1).map(r => r.dataset.row)"
        )
        _, to, source, position = row.split(":")
        edge = b.run(
            "(() => { const d = document.querySelector('#svg-graph .link.lit').dataset;"
            "return [d.from, d.to, d.k]; })()"
        )
        assert edge == [f"v{to}", f"v{source}", position]


def test_the_extended_graph_lets_saved_values_go(shown):
    b = shown(recorded(textbook, 2.0, 1.0))
    b.click("#tab-pane-extended")
    assert len(said(b, "#svg-extended [data-saved]")) == 2
    assert len(said(b, "#svg-extended .back")) == 5
    assert said(b, "#svg-extended .gone") == []
    b.click("#retain")
    assert len(said(b, "#svg-extended .gone")) == 2
    b.press("Home")
    assert said(b, "#svg-extended .gone") == []


def test_what_detach_cuts_is_dashed_and_has_no_way_back(shown):
    run = recorded(lambda x, y: ad.stop_gradient(x * y) * x, 2.0, 3.0)
    b = shown(run)
    assert len(said(b, "#svg-graph path.cut")) == 1
    assert not any("multiply" in t and "∂" not in t for t in said(b, "#svg-extended .back"))
    assert len(said(b, "#svg-extended .back")) < len(run)


# ---------------------------------------------------------------- readers


def test_two_languages(shown):
    b = shown(recorded(textbook, 2.0, 1.0, lang="zh"))
    assert b.run("document.documentElement.lang") == "zh-Hans"
    assert "反向伴随轨迹" in said(b, ".trace h2")
    b.run(
        "(s => { s.value = 'en'; s.onchange({target: s}); })(document.getElementById('language'))"
    )
    assert "Reverse adjoint trace" in said(b, ".trace h2")
    body = b.run("document.body.innerText.replace('中文', '')")
    assert not re.search("[\u4e00-\u9fff]", body)


def test_light_and_dark(shown):
    b = shown(recorded(textbook, 2.0, 1.0))
    paper = "getComputedStyle(document.body).backgroundColor"
    b.media(prefers_color_scheme="light")
    assert b.run(paper) == "rgb(255, 255, 255)"
    b.media(prefers_color_scheme="dark")
    dark = b.run(paper)
    assert dark != "rgb(255, 255, 255)"
    b.click("#theme")
    assert b.run(paper) == "rgb(255, 255, 255)"
    b.click("#theme")
    assert b.run(paper) == dark


def test_a_phone_need_not_scroll_sideways(shown):
    b = shown(recorded(survey, 2.0, 5.0), 390, 844, phone=True)
    assert b.run("document.documentElement.scrollWidth") <= 390
    assert b.run("document.querySelector('#play').getBoundingClientRect().height") >= 40


def test_print_has_graph_and_tables_and_no_controls(shown):
    b = shown(recorded(survey, 2.0, 5.0))
    assert b.pdf().startswith(b"%PDF")
    b.media("print")
    visible = "getComputedStyle(document.querySelector('{}')).display !== 'none'"
    for selector in ("#svg-graph", "#svg-extended", ".trace.adjoint", ".trace.tangent"):
        assert b.run(visible.format(selector)), selector
    for selector in (".controls", ".inputs", ".tools", ".more [role=tablist]"):
        assert not b.run(visible.format(selector)), selector


def test_pointer_and_focus_show_formula_and_numbers(shown):
    b = shown(recorded(survey, 2.0, 5.0))
    b.move(*b.middle('#svg-graph [data-m="v3"]'))
    tip = b.run("document.getElementById('tip').innerText")
    assert "= x1 · x2 = 2 × 5 = 10" in tip.replace("\n", " ")
    b.run("document.getElementById('tip').hidden = true")
    b.run("document.querySelector('#svg-graph [data-m=\"v5\"]').focus()")
    assert "cos(x2) = 0.284" in b.run("document.getElementById('tip').innerText")


def test_every_button_has_a_name_and_a_place_in_the_order(shown):
    b = shown(recorded(textbook, 2.0, 1.0))
    nameless = b.run(
        "[...document.querySelectorAll('button, select, input')].filter(e => !(e.textContent.trim()"
        " || e.ariaLabel || e.labels?.length)).map(e => e.id)"
    )
    assert nameless == []
    order = []
    for _ in range(12):
        b.press("Tab")
        order.append(b.run("document.activeElement.id || document.activeElement.name"))
    assert order[0] == "language" and {"play", "position", "search"} <= set(order)


def test_boxes_are_reached_and_left_by_keys(shown):
    b = shown(recorded(textbook, 2.0, 1.0))
    place = "document.activeElement.dataset.m"
    for _ in range(30):
        b.press("Tab")
        if b.run(place):
            break
    visited = [b.run(place)]
    for _ in range(4):
        b.press("ArrowUp")
        visited.append(b.run(place))
    assert visited == ["v0", "v1", "v2", "v3", "v4"]
    assert "e = c · d" in b.run("document.getElementById('tip').innerText")
    b.press("ArrowDown")
    assert b.run(place) == "v3"
    b.press("ArrowLeft")
    assert b.run("app.timeline.position") == b.run("app.timeline.steps.length - 2")


# ---------------------------------------------------------------- the compact layout


def chosen(a, b):
    c = ad.sin(a * b) if a > 0 else a
    return c * a + ad.exp(c) / b - ad.log(b) * c


MEETING = """(() => {
  const box = g => g.getBoundingClientRect();
  const apart = (a, b) => a.left >= b.right - 1 || a.top >= b.bottom - 1;
  const meet = (a, b) => !apart(a, b) && !apart(b, a);
  const wanted = "#svg-graph [data-m] > rect, #svg-graph .label .backing";
  const seen = [...document.querySelectorAll(wanted)].filter(g => g.getClientRects().length);
  const things = seen.map(box);
  return things.filter((a, i) => things.slice(i + 1).some(b => meet(a, b))).length;
})()"""


def test_the_compact_layout_is_smaller_and_nothing_meets(shown):
    b = shown(recorded(chosen, 2.0, 1.5), 1900, 1200)
    steady = b.run("[app.drawings[0].width, app.drawings[0].height]")
    b.click("#compact")
    compact = b.run("[app.drawings[0].width, app.drawings[0].height]")
    assert compact[0] * compact[1] < steady[0] * steady[1]
    assert b.run("document.querySelectorAll('#svg-graph .backing').length") > 5
    assert b.run(MEETING) == 0
    put(b, 0, 2.5)
    assert b.run(MEETING) == 0
    b.click("#compact")
    assert b.run("[app.drawings[0].width, app.drawings[0].height]") == steady
    assert b.run("getComputedStyle(document.querySelector('.backing')).display") == "none"


def test_open_clusters_have_their_place_in_the_compact_layout(shown):
    b = shown(recorded(many, 0.5, 0.7), 1900, 1200)
    b.click("#compact")
    b.run("app.search.go(700)")
    frames = b.run(
        "[...document.querySelectorAll('#svg-graph .open > .frame')]"
        ".map(e => e.getBoundingClientRect()).map(r => [r.left, r.top, r.right, r.bottom])"
    )
    assert len(frames) >= 2
    for outer, inner in pairwise(frames):
        assert outer[0] <= inner[0] and outer[1] <= inner[1]
        assert outer[2] >= inner[2] and outer[3] >= inner[3]


def test_the_engine_is_carried_with_its_licence_and_asks_for_no_map():
    text = page(recorded(textbook, 2.0, 1.0))
    assert "Copyright (c) 2012-2014 Chris Pettitt" in text and "sourceMappingURL" not in text


def test_notes_and_reasons_change_their_language(shown):
    b = shown(recorded(chosen, 2.0, 1.5))
    assert "Python asked for a truth value" in said(b, "#panel-notes p")[0]
    b.run(
        "(s => { s.value = 'zh'; s.onchange({target: s}); })(document.getElementById('language'))"
    )
    assert "Python 在此取真值" in said(b, "#panel-notes p")[0]
