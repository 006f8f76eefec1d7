"""The demo: the three fits, the judges, the page and its pictures."""

import builtins
import io
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from autodiff.examples import demo, fits, judge, logistic_regression, pictures, progress, report
from autodiff.examples.sample import split
from autodiff.examples.table import breast_cancer

# ---------------------------------------------------------------- the fits


@pytest.fixture(scope="module")
def sample():
    """The breast-cancer table in two parts."""
    return split(breast_cancer())


@pytest.fixture(scope="module")
def fitted(sample):
    """The three fits of the demo."""
    return [fits.fit(style, *sample.train, range(demo.ROUNDS)) for style in fits.STYLES]


def test_three_styles_agree_to_rounding(fitted):
    assert report.spread(fitted) < 1e-12
    for other in fitted[1:]:
        np.testing.assert_allclose(other.losses, fitted[0].losses, rtol=1e-12)
        np.testing.assert_allclose(other.weights, fitted[0].weights, rtol=1e-9)


def test_the_fit_generalises(fitted, sample):
    for found in fitted:
        assert fits.accuracy(found.weights, *sample.held_out) > 0.95
        assert fits.accuracy(found.weights, *sample.train) > 0.97


def test_the_fit_has_arrived(fitted, sample):
    points, labels = sample.train
    weights = fitted[0].weights
    wrong = 1 / (1 + np.exp(-points @ weights)) - labels
    slope = points.T @ wrong + 2 * fits.ridge_of(points) * weights
    np.testing.assert_allclose(slope / len(points), 0, atol=1e-12)
    assert fitted[0].slope < 1e-12


def test_the_log_likelihood_is_that_of_the_labels(fitted, sample):
    points, labels = sample.train
    h = 1 / (1 + np.exp(-points @ fitted[0].weights))
    by_hand = np.sum(np.log(np.where(labels == 1, h, 1 - h)))
    np.testing.assert_allclose(fitted[0].log_likelihood, by_hand, rtol=1e-12)


def test_the_counts_of_mistakes_belong_to_the_accuracy(fitted, sample):
    counts = fits.confusion(fitted[0].weights, *sample.held_out)
    assert counts.sum(axis=1).tolist() == [89, 53]
    right = fits.accuracy(fitted[0].weights, *sample.held_out)
    assert np.trace(counts) / counts.sum() == pytest.approx(right)


# ---------------------------------------------------------------- the judges


def test_gradients_stand_before_both_judges(sample):
    for central, exact in judge.errors(*sample.train).values():
        assert central < 1e-9
        assert exact < 1e-14


def test_a_planted_wrong_gradient_is_caught(sample, monkeypatch):
    def planted(points, labels, ridge):
        right = fits.by_transform(points, labels, ridge)
        return lambda at: (right(at)[0], np.asarray(right(at)[1]) * (1 + 1e-5 * (ridge == 0)))

    monkeypatch.setitem(fits.STYLES, "value_and_grad", planted)
    found = judge.errors(*sample.train)
    assert found["executor"][1] < 1e-14
    assert found["value_and_grad"][1] > judge.COMPLEX


# ---------------------------------------------------------------- the points of the unit square


def test_the_graph_learns_the_line():
    points, labels = logistic_regression.unit_square()
    start = logistic_regression.START
    weights, likelihoods = logistic_regression.learn(points, labels, start, range(40))
    assert likelihoods[-1] > likelihoods[0] + 10
    assert fits.accuracy(start, points, labels) < 0.6
    assert fits.accuracy(weights, points, labels) > 0.8
    assert tuple(start) == (0.0, 1.0, -1.0)


def test_the_graph_takes_the_steps_written_by_hand():
    points, labels = logistic_regression.unit_square()
    weights, (likelihood,) = logistic_regression.learn(points, labels, (0.5, 1, -1), range(1))
    w, total = np.array([0.5, 1, -1]), 0.0
    for x, y in zip(points, labels, strict=True):
        h = 1 / (1 + np.exp(-w @ x))
        total += y * np.log(h) + (1 - y) * np.log(1 - h)
        w += 0.01 * (y - h) * x
    np.testing.assert_allclose(weights, w, rtol=1e-12)
    assert likelihood == pytest.approx(total, rel=1e-12)


def test_the_program_draws_its_picture(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(logistic_regression, "ROUNDS", 2)
    picture = tmp_path / "picture.png"
    logistic_regression.main(str(picture))
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert str(picture) in capsys.readouterr().out


# ---------------------------------------------------------------- the page


@pytest.fixture(scope="module")
def result(fitted, sample):
    """What the demo found, with a short two-dimensional example."""
    points, labels = logistic_regression.unit_square()
    start = np.array(logistic_regression.START)
    after, likelihoods = logistic_regression.learn(points, labels, start, range(3))
    example = report.Example(points, labels, start, after, likelihoods)
    errors = judge.errors(*sample.train)
    return report.Result(breast_cancer(), sample, fitted, errors, example)


def tags(text):
    """(tag, attributes) of every element of a page, whose tags must close in order."""
    found, opened = [], []
    void = {"meta", "br", "img", "link", "input"}

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            found.append((tag, dict(attrs)))
            if tag not in void:
                opened.append(tag)

        def handle_startendtag(self, tag, attrs):
            found.append((tag, dict(attrs)))

        def handle_endtag(self, tag):
            assert opened.pop() == tag

    Reader().feed(text)
    assert opened == []
    return found


def test_the_page_needs_nothing_else(result):
    elements = tags(report.page(result))
    assert {tag for tag, _ in elements}.isdisjoint({"script", "link", "img", "iframe", "object"})
    sources = [attrs.get("src") or attrs.get("xlink:href", "") for _, attrs in elements]
    assert all(source == "" or source.startswith("#") for source in sources)


def test_the_page_has_its_numbers_and_its_source(result):
    page = report.page(result)
    assert f"{result.fits[0].log_likelihood:.10f}".replace("-", "−") in page
    assert "10.24432/C5DW2B" in page
    assert "CC BY 4.0" in page
    assert "texture worst" in page
    assert page.count("<svg") == 3
    assert "$" not in page


def test_names_of_pictures_parts_are_not_used_twice(result):
    names = re.findall(r' id="([^"]+)"', report.page(result))
    assert names
    assert len(names) == len(set(names))


def test_pictures_follow_the_colours_of_the_page(result):
    drawn = "".join(re.findall(r"<svg.*?</svg>", report.page(result), flags=re.DOTALL))
    assert "var(--zero)" in drawn
    assert set(re.findall(r"#[0-9a-f]{6}\b", drawn)) <= {"#ffffff"}


@pytest.mark.parametrize("rounds", [1, 2, 10, 11, 1000])
def test_few_rounds_and_many_are_drawn(rounds):
    drawn = pictures.loss_curves(dict.fromkeys("abc", np.linspace(0.7, 0.1, rounds)))
    assert drawn.count("<path") > 3
    assert (">2<" in drawn) == (2 <= rounds <= 10)
    tags(drawn)


def test_names_from_the_file_are_text_on_the_page(result):
    table = replace(
        result.table,
        source="<u>.csv",
        target="<b>&y",
        columns=("<script>", "$b$", '"c') * 10,
        classes=("<s>no", "</title>"),
    )
    own = replace(result, table=table)
    elements = tags(report.page(own))
    assert {tag for tag, _ in elements}.isdisjoint({"script", "s", "u", "b&y"})


def test_without_matplotlib_the_page_says_how_to_get_pictures(result, monkeypatch):
    monkeypatch.setattr(pictures, "available", lambda: False)
    page = report.page(result)
    assert "<svg" not in page
    assert "autodiff-numpy[show]" in page
    tags(page)


def test_disagreement_is_exit_code_1(result, capsys):
    assert demo.verdict(result) == 0
    wrong = {style: (1e-3, float("nan")) for style in result.errors}
    assert demo.verdict(replace(result, errors=wrong)) == 1
    assert "gradient of 'executor' is wrong" in capsys.readouterr().err


# ---------------------------------------------------------------- progress


def terminal(monkeypatch):
    """A standard error that is a terminal, and what is written there."""
    screen = io.StringIO()
    screen.isatty = lambda: True
    monkeypatch.setattr(sys, "stderr", screen)
    return screen


def test_a_terminal_gets_a_bar(monkeypatch):
    screen = terminal(monkeypatch)
    assert list(progress.steps(5, "work")) == [0, 1, 2, 3, 4]
    assert "5/5" in screen.getvalue()


def test_without_tqdm_a_terminal_gets_lines(monkeypatch):
    screen = terminal(monkeypatch)
    real = builtins.__import__

    def absent(name, *rest):
        if name == "tqdm":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", absent)
    assert list(progress.steps(5, "work")) == [0, 1, 2, 3, 4]
    assert screen.getvalue().startswith("work: 5 of 5 rounds, ")


def test_elsewhere_there_are_lines_and_few(monkeypatch, capsys):
    assert list(progress.steps(1000, "work")) == list(range(1000))
    assert capsys.readouterr().err.count("\n") == 1
    monkeypatch.setattr(progress, "QUIET", -1.0)
    assert list(progress.steps(2, "work")) == [0, 1]
    assert "work: 1 of 2 rounds\n" in capsys.readouterr().err


def test_the_command_line_leaves_matplotlib_alone():
    seen = "import sys, autodiff.cli; print('matplotlib' in sys.modules, 'tqdm' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True)
    assert done.stdout == "False False\n"
