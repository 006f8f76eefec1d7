"""The page of the race in a real headless Chromium: its numbers, controls, keys and looks."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from chromium import browser, program
from PIL import Image

from autodiff.show.race_command import course
from autodiff.show.race_run import race
from autodiff.show.race_words import COLOURS, LABELS, WORDS

needs_browser = pytest.mark.skipif(program() is None, reason="needs an installed Chromium")


@pytest.fixture(scope="module")
def found():
    """The race on the three courses."""
    return race()


@pytest.fixture(scope="module")
def page():
    """A browser."""
    with browser() as opened:
        yield opened


def opened(page, race, folder, width=1280, height=900, scheme="light", mobile=False):
    """The page of a race, loaded and at rest."""
    path = folder / "race.html"
    race.html(path)
    page.size(width, height, mobile)
    page.media(prefers_color_scheme=scheme, prefers_reduced_motion="reduce")
    page.open(path)
    return page


def numbers(page):
    """{method: (loss, x, y)} as the table of the page shows them."""
    rows = page.run(
        "[...document.querySelectorAll('#legend tr')].map(r => [r.dataset.method,"
        " r.querySelector('.loss').textContent, r.querySelector('.place').textContent])"
    )
    plain = [(m, loss, *place.split(", ")) for m, loss, place in rows]
    return {m: tuple(float(v.replace("−", "-")) for v in values) for m, *values in plain}


def counter(page):
    """The number of the step that the page shows, and of the last."""
    return tuple(map(int, re.findall(r"\d+", page.run("at('counter').textContent"))))


def compare(page, contest, step):
    shown = numbers(page)
    assert list(shown) == [run.method for run in contest.runs]
    for run in contest.runs:
        i = min(step, len(run.losses) - 1)
        loss, x, y = shown[run.method]
        np.testing.assert_allclose(loss, run.losses[i], rtol=6e-3, atol=1e-300)
        np.testing.assert_allclose([x, y], run.places[i], atol=0.0051)


# ---------------------------------------------------------------- the text of the page


def tags(text):
    """(tag, attributes) of every element, whose tags must close in order."""
    seen, inside = [], []
    void = {"meta", "br", "input", "path"}

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            seen.append((tag, dict(attrs)))
            if tag not in void:
                inside.append(tag)

        def handle_startendtag(self, tag, attrs):
            seen.append((tag, dict(attrs)))

        def handle_endtag(self, tag):
            assert inside.pop() == tag

    Reader().feed(text)
    assert inside == []
    return seen


def test_the_page_is_one_file_that_asks_for_nothing(found):
    text = found.html()
    elements = tags(text)
    assert {tag for tag, _ in elements}.isdisjoint({"link", "img", "iframe", "object"})
    assert not any("src" in attrs or "href" in attrs for _, attrs in elements)
    assert "http" not in text
    assert not any(f"${name}" in text for name in WORDS if name)
    assert len(text) < 500_000


def test_the_name_of_a_function_is_text():
    def f(x, y):
        return x * x + y * y

    f.__name__ = "</script><b>&f"
    text = race(f, methods="sgd", steps=3).html()
    assert "<b>" not in re.sub(r"<script>.*", "", text, flags=re.DOTALL)
    assert text.count("</script>") == 2


def test_a_notebook_shows_the_page(found):
    assert found._repr_html_().startswith('<iframe srcdoc="<!doctype html>')


# ---------------------------------------------------------------- in the browser


@needs_browser
@pytest.mark.parametrize("number", [0, 1, 2])
def test_numbers_on_the_page_are_those_of_python(page, found, tmp_path, number):
    opened(page, found, tmp_path)
    contest = found.contests[number]
    page.run(f"document.querySelectorAll('#tabs input')[{number}].click()")
    last = max(len(run.losses) for run in contest.runs) - 1
    assert counter(page) == (0, last)
    compare(page, contest, 0)
    for step in (7, last // 2, last):
        page.run(f"at('slider').value = {step}; at('slider').dispatchEvent(new Event('input'))")
        assert counter(page) == (step, last)
        compare(page, contest, step)
    assert page.faults == []
    assert all(url.startswith(("file:", "about:")) for url in page.requests)


@needs_browser
def test_buttons_step_play_and_return(page, found, tmp_path):
    opened(page, found, tmp_path)
    for name, expected in (("forward", 1), ("forward", 2), ("back", 1), ("restart", 0)):
        page.run(f"at('{name}').click()")
        assert counter(page)[0] == expected
        compare(page, found["saddle"], expected)
    page.run("at('back').click()")
    assert counter(page)[0] == 0
    assert page.run("at('play').textContent") == WORDS["play"][0]
    page.run("at('speed').value = '2.5'; at('play').click()")
    assert page.run("at('play').textContent") == WORDS["pause"][0]
    page.run("new Promise(r => setTimeout(r, 1200))")
    page.run("at('play').click()")
    step = counter(page)[0]
    assert step > 2
    compare(page, found["saddle"], step)
    page.run("new Promise(r => setTimeout(r, 200))")
    assert counter(page)[0] == step


@needs_browser
def test_a_race_plays_to_its_end_and_begins_again(page, found, tmp_path):
    opened(page, found, tmp_path)
    page.run("go(longest() - 1); play(true); new Promise(r => setTimeout(r, 700))")
    assert counter(page) == (120, 120)
    assert page.run("playing") is False
    page.run("at('play').click()")
    assert counter(page)[0] < 10
    page.run("at('play').click()")


@needs_browser
def test_the_page_plays_by_itself_unless_motion_is_unwanted(page, found, tmp_path):
    opened(page, found, tmp_path)
    assert page.run("playing") is False
    page.media(prefers_reduced_motion="no-preference")
    page.open(tmp_path / "race.html")
    assert page.run("playing") is True


@needs_browser
def test_keys_step_jump_play_and_switch(page, found, tmp_path):
    opened(page, found, tmp_path)
    for key, expected in (
        ("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("End", 120), ("Home", 0),
    ):  # fmt: skip
        page.press(key)
        assert counter(page)[0] == expected
    page.press("1", "Digit1", "1")
    page.press("0", "Digit0", "0")
    assert page.run("[...off].sort().join()") == "newton_cg,sgd"
    page.press("1", "Digit1", "1")
    assert page.run("[...off].join()") == "newton_cg"
    page.press(" ", "Space", " ")
    assert page.run("playing") is True
    page.press(" ", "Space", " ")
    assert page.run("playing") is False


@needs_browser
def test_the_tabs_are_reached_by_keyboard(page, found, tmp_path):
    opened(page, found, tmp_path)
    page.run("document.querySelector('#tabs input').focus()")
    page.press("ArrowRight")
    assert page.run("contest().name") == "beale"


def colour_count(page, method, scheme):
    """How many pixels of the map have the colour of a method."""
    pure = [int(COLOURS[method][scheme == "dark"][i : i + 2], 16) for i in (1, 3, 5)]
    return page.run(
        "(() => { const c = at('map'), d = c.getContext('2d').getImageData(0, 0, c.width,"
        " c.height).data; let n = 0; for (let i = 0; i < d.length; i += 4)"
        f" if (Math.abs(d[i] - {pure[0]}) + Math.abs(d[i + 1] - {pure[1]})"
        f" + Math.abs(d[i + 2] - {pure[2]}) < 24) n++; return n; }})()"
    )


@needs_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_legend_switches_methods(page, found, tmp_path, scheme):
    opened(page, found, tmp_path, scheme=scheme)
    page.run("choose(1); go(longest())")
    for method in LABELS:
        assert colour_count(page, method, scheme) > 60, method
    page.run("document.querySelector('tr[data-method=momentum] input').click()")
    assert colour_count(page, "momentum", scheme) < 40
    assert page.run("document.querySelectorAll('#legend tr.off').length") == 1
    page.run("at('none').click()")
    assert colour_count(page, "sgd", scheme) < 40
    assert page.run("document.querySelectorAll('#legend tr.off').length") == 10
    page.run("at('all').click()")
    assert page.run("document.querySelectorAll('#legend tr.off').length") == 0


@needs_browser
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(("width", "mobile"), [(1280, False), (820, False), (390, True)])
def test_the_page_fits_the_screen_in_both_languages(page, found, tmp_path, lang, width, mobile):
    opened(page, replace(found, lang=lang), tmp_path, width, 844, mobile=mobile)
    for number in range(3):
        page.run(f"choose({number}); go(longest())")
        assert page.run("document.documentElement.scrollWidth") <= width
    assert page.run("document.documentElement.lang") == ("zh-Hans" if lang == "zh" else "en")
    assert page.run("document.title") == WORDS["title"][lang == "zh"]
    assert ("鞍面" in page.run("document.body.innerText")) == (lang == "zh")
    small = page.run(
        "[...document.querySelectorAll('button, select, #legend label')].filter(e =>"
        " e.getBoundingClientRect().height < 30).length"
    )
    assert small == 0
    assert page.faults == []
    assert all(url.startswith(("file:", "about:")) for url in page.requests)


@needs_browser
def test_light_and_dark_differ_and_both_can_be_read(page, found, tmp_path):
    shots = {}
    for scheme in ("light", "dark"):
        opened(page, found, tmp_path, scheme=scheme)
        page.run("go(60)")
        page.screenshot(tmp_path / f"{scheme}.png", whole=True)
        shots[scheme] = np.asarray(Image.open(tmp_path / f"{scheme}.png").convert("L"), int)
    assert np.median(shots["light"]) > 200 and np.median(shots["dark"]) < 60


@needs_browser
def test_a_race_on_one_surface_has_no_tabs_and_names_its_variables(page, tmp_path):
    found = race(course("a**2 + 3*(b - 1)**2"), start=(2, -1), steps=50)
    opened(page, found, tmp_path)
    assert page.run("at('tabs').hidden && getComputedStyle(at('tabs')).display") == "none"
    assert page.run("at('formula').textContent") == "f(a, b) = a**2 + 3*(b - 1)**2"
    assert page.run("at('pair').textContent") == "a, b"
    page.run("go(50)")
    compare(page, found.contests[0], 50)
