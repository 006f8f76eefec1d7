"""Pages in a browser that all tests share, and the runs that are shown there."""

import atexit
import json
from contextlib import ExitStack
from functools import cache

from chromium import browser

import autodiff as ad
from autodiff.show.explain import explain
from autodiff.show.page import page


@cache
def shared():
    """The browser of this process."""
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(browser())


def showing(folder):
    """A fixture: shows the page of a run and gives the browser back; nothing may go wrong there."""
    found = shared()

    def show(run, width=1300, height=950, phone=False):
        found.size(width, height, phone)
        found.media()
        found.faults.clear()
        found.requests.clear()
        path = folder / "page.html"
        path.write_text(page(run), "utf-8")
        found.open(path)
        return found

    yield show
    assert found.faults == []
    assert [url for url in found.requests if not url.startswith("file:")] == []


def textbook(a, b):
    c = a + b
    d = b + 1
    e = c * d
    return e


def survey(x1, x2):
    return ad.log(x1) + x1 * x2 - ad.sin(x2)


def many(x, y):
    for _ in range(500):
        x = ad.sin(x) * y
        y = y + 0.01 * x
    return x * y


def layer(w, x):
    h = ad.tanh(w @ x)
    return ad.sum(h * h)


def recorded(f, *inputs, **options):
    """A run with all of its sections."""
    return explain(f, *inputs, **options).complete()


def numbers(b, kind, run):
    """{vertex: number} of the values, tangents or adjoints that the page knows."""
    found = b.run(f"app.facts.machine.{kind}.map(v => v && v.data)")
    return {v.id: data for v, data in zip(run.vertices, found)}


def said(b, selector):
    """The texts of the elements that a selector finds."""
    return b.run(f"[...document.querySelectorAll({json.dumps(selector)})].map(e => e.textContent)")


def put(b, number, value):
    """Move a slider to a value, as a hand does."""
    b.run(
        f"(() => {{ const s = document.querySelectorAll('#sliders input[type=range]')[{number}];"
        f"s.value = {value}; s.dispatchEvent(new Event('input', {{bubbles: true}})); }})()"
    )
    b.run("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
