"""The page of a run in a real browser: nothing in a drawing overlaps."""

from pathlib import Path

import numpy as np
import pytest
from pages import layer, many, put, recorded, showing, survey, textbook

import autodiff as ad

OVERLAPS = Path(__file__).with_name("overlaps.js").read_text("utf-8").strip()


@pytest.fixture
def shown(tmp_path):
    yield from showing(tmp_path)


# ---------------------------------------------------------------- nothing overlaps


def attention(q, k, v):
    s = ad.exp(q * k) / (1 + ad.exp(q * k) + ad.exp(q * v))
    return ad.log(s * v + (1 - s) * k) * q + ad.sqrt(v * v + k * k)


def spread_out(a, b, c, d):
    total = ad.sin(a * b) + ad.cos(b * c) - ad.exp(c * d) / (a * d)
    return total * a + ad.tanh(total - b) * ad.log(c) - d**3


CASES = {
    "textbook": (textbook, (2.0, 1.0)),
    "survey": (survey, (2.0, 5.0)),
    "attention": (attention, (0.3, 1.7, 2.9)),
    "spread": (spread_out, (1.1, 2.2, 3.3, -0.4)),
    "layer": (layer, (np.arange(6.0).reshape(2, 3) / 10, np.array([1.0, -1.0, 0.5]))),
    "square": (lambda x: x * x * x * x, (-1234.5678,)),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("drawing", ["graph", "extended"])
def test_nothing_overlaps(shown, name, drawing):
    f, inputs = CASES[name]
    b = shown(recorded(f, *inputs), 1900, 1200)
    if drawing == "extended":
        b.click("#tab-pane-extended")
    assert b.run(f"{OVERLAPS}('#svg-{drawing}')") == []


def test_nothing_overlaps_when_numbers_grow(shown):
    b = shown(recorded(spread_out, 1.1, 2.2, 3.3, -0.4), 1900, 1200)
    put(b, 0, -1.23456)
    put(b, 2, 2.98765)
    assert b.run(f"{OVERLAPS}('#svg-graph')") == []


def test_nothing_overlaps_in_open_clusters(shown):
    b = shown(recorded(many, 0.5, 0.7), 1900, 1200)
    b.run("app.search.go(700)")
    b.run("app.search.go(20)")
    inner = "[...document.querySelectorAll('#svg-graph .open .turn.open > g')].at(-1)"
    b.run(f"{inner}.setAttribute('id', 'inner')")
    assert b.run(f"{OVERLAPS}('#inner')") == []
