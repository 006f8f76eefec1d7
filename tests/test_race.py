"""The race: who leaves the saddle, who reaches the minima, the table, the GIF, the command."""

import argparse
import os

import numpy as np
import pytest
from PIL import Image

import autodiff as ad
from autodiff.show import race_course, race_ground, race_picture, race_words
from autodiff.show.race_command import add_race
from autodiff.show.race_course import METHODS
from autodiff.show.race_run import race


@pytest.fixture(scope="module")
def found():
    """The race on the three courses."""
    return race()


# ---------------------------------------------------------------- the well-known picture


def test_descent_is_stuck_on_the_saddle_and_the_others_leave(found):
    saddle = found["saddle"]
    x, y = saddle["sgd"].places[-1]
    assert abs(x) < 0.02 and abs(y) < 0.02
    assert saddle["sgd"].losses[-1] > -1e-3 and saddle["sgd"].end == ""
    for method in set(METHODS) - {"sgd"}:
        x, y = saddle[method].places[-1]
        assert abs(x) < 0.02 and abs(abs(y) - 1) < 0.02, method
        assert saddle[method].losses[-1] < -0.499, method


def test_the_adaptive_methods_leave_before_momentum(found):
    def steps_until_left(method):
        return int(np.argmax(np.abs(found["saddle"][method].places[:, 1]) > 0.5))

    quick = ["adagrad", "adadelta", "rmsprop", "adam", "adamw", "lbfgs", "newton_cg"]
    assert max(map(steps_until_left, quick)) < 30
    assert 40 < steps_until_left("nesterov") < steps_until_left("momentum") < 70


@pytest.mark.parametrize(("course", "minimum"), [("beale", (3, 0.5)), ("rosenbrock", (1, 1))])
def test_the_winners_reach_the_known_minimum(found, course, minimum):
    first, second = found[course].ranking()[:2]
    assert {first.method, second.method} == {"lbfgs", "newton_cg"}
    for run in (first, second):
        np.testing.assert_allclose(run.places[-1], minimum, atol=1e-6)
        assert run.losses[-1] < 1e-12 and run.end == "arrived"


def test_every_method_gains_on_beale_and_rosenbrock(found):
    for course, share in (("beale", 0.01), ("rosenbrock", 0.15)):
        for run in found[course].runs:
            assert run.losses[-1] < share * run.losses[0], (course, run.method)
            assert run.end != "ran away"
            np.testing.assert_array_equal(run.places[0], found[course].course.start)


def test_losses_are_those_of_the_places(found):
    for contest in found.contests:
        for run in contest.runs:
            x, y = run.places.T
            np.testing.assert_allclose(run.losses, contest.course.function(x, y), atol=1e-13)


# ---------------------------------------------------------------- a function of the user


def bowl(x, y):
    return ad.log(1 + x**2 + 3 * (y - 1) ** 2)


def test_a_function_of_the_user_gets_rates_and_a_frame():
    contest = race(bowl, start=(2.0, -1.0))["bowl"]
    left, right, bottom, top = contest.course.frame
    assert left < 0 < 2 < right and bottom < -1 < 1 < top
    for run in contest.runs:
        np.testing.assert_allclose(run.places[-1], [0, 1], atol=0.3)


@pytest.mark.parametrize("scale", [1e-2, 1e4])
def test_rates_follow_the_scale_of_the_function(scale):
    contest = race(lambda x, y: scale * (x**2 + 5 * y**2), start=(1, 1)).contests[0]
    for run in contest.runs:
        assert run.losses[-1] < 0.05 * run.losses[0], run.method


@pytest.mark.parametrize("scale", [1e-3, 1e3])
def test_rates_follow_the_size_of_the_frame(scale):
    contest = race(lambda x, y: (x / scale) ** 2 + 5 * (y / scale) ** 2, start=(scale, scale))
    for run in contest.contests[0].runs:
        assert run.losses[-1] < 0.05 * run.losses[0], run.method


def test_a_path_that_runs_away_is_cut_and_said():
    contest = race("beale", methods=["sgd", "adam"], rates={"sgd": 10.0}, steps=20)["beale"]
    assert contest["sgd"].end == "ran away" and len(contest["sgd"].losses) < 20
    assert np.isfinite(contest["sgd"].losses).all()
    assert len(contest["adam"].losses) == 21


def test_places_without_a_value_are_left_blank():
    found = race(
        lambda x, y: x * x - ad.log(y) + y, start=(0.5, 0.5), frame=(-1, 2, -1, 2), steps=9
    )
    heights = found.contests[0].course.heights(41)
    assert np.isnan(race_ground.shade(heights)).any()
    assert "NaN" not in found.html()


def test_options_choose_what_is_run():
    found = race("beale", bowl, start=(1, 1), methods="adam", rates={"adam": 0.2}, steps=7)
    assert [c.course.name for c in found.contests] == ["beale", "bowl"]
    for contest in found.contests:
        (run,) = contest.runs
        assert (run.method, run.rate, len(run.losses)) == ("adam", 0.2, 8)
        assert contest.course.start == (1.0, 1.0)
    framed = race("saddle", methods="sgd", frame=(-2, 2, -1, 1))["saddle"]
    assert framed.course.frame == (-2.0, 2.0, -1.0, 1.0)


def test_the_table_has_the_winner_first(found):
    lines = str(found).splitlines()
    assert lines[0].startswith("Saddle: x²")
    assert lines[2].split()[0] in ("Newton-CG", "L-BFGS")
    assert lines[11].startswith("Gradient descent")
    assert "鞍面" in str(race("saddle", methods="sgd", lang="zh"))


FAULTS = [
    (lambda: race("hill"), "'hill' is unknown"),
    (lambda: race(3), "int is no course"),
    (lambda: race("beale", methods=["adm"]), "'adm' is unknown"),
    (lambda: race("beale", methods=[]), "methods is empty"),
    (lambda: race("beale", rates={"adam": -1}), "rate of adam is -1"),
    (lambda: race("beale", rates={"adm": 1}), "'adm' is unknown"),
    (lambda: race("beale", start=(1,)), "two numbers"),
    (lambda: race("beale", start=(1, np.inf)), "finite"),
    (lambda: race("beale", steps=0), "steps=0"),
    (lambda: race("beale", frame=(1, 0, 0, 1)), "left < right"),
    (lambda: race("beale", lang="fr"), "'fr' is unknown"),
    (lambda: race(lambda x: x), "cannot be called"),
    (lambda: race(lambda x, y: np.ones(2)), r"shape \(2,\)"),
    (lambda: race(lambda x, y: ad.log(x), start=(-1, 1)), "nan at the start"),
]


@pytest.mark.parametrize(("fault", "words"), FAULTS)
def test_what_cannot_be_used_is_one_sentence(fault, words):
    with pytest.raises(ValueError, match=words) as error:
        fault()
    assert "\n" not in str(error.value)


def test_every_word_is_there_in_both_languages():
    for name, pair in race_words.WORDS.items():
        assert len(pair) == 2 and all(pair) == bool(name)
        if name:
            assert any("一" <= c <= "鿿" for c in pair[1])
    assert set(race_words.LABELS) == set(race_words.COLOURS) == set(METHODS)


# ---------------------------------------------------------------- the animated picture


def test_the_gif_is_small_and_moves(found, tmp_path):
    path = found.gif(tmp_path / "race.gif")
    assert os.path.getsize(path) < 1_500_000
    with Image.open(path) as image:
        assert image.n_frames >= 60 and image.info["loop"] == 0
        first = np.asarray(image.convert("RGB"), int)
        image.seek(image.n_frames - 1)
        last = np.asarray(image.convert("RGB"), int)
        assert image.info["duration"] == 2000
    for method in METHODS:  # each in its own colour, some of which is seen at the end
        pure = np.array([int(race_words.COLOURS[method][0][i : i + 2], 16) for i in (1, 3, 5)])
        near = np.abs(last - pure).sum(-1) < 30
        assert near.sum() > 40, method
    assert 0.01 < (np.abs(first - last).sum(-1) > 30).mean() < 0.3


def test_frames_are_close_at_first_and_end_with_the_last_step():
    steps = race_ground.shown_steps(500, 72)
    assert steps[:6] == list(range(6)) and steps[-1] == 500 and len(steps) <= 73
    assert race_ground.shown_steps(3, 72) == [0, 1, 2, 3]


def test_a_flat_surface_is_drawn(tmp_path):
    found = race(lambda x, y: 0 * x + 0 * y, methods=["sgd"])
    found.gif(tmp_path / "flat.gif")
    assert found.contests[0].runs[0].end == "arrived"


# ---------------------------------------------------------------- the command


def command(*arguments):
    parser = argparse.ArgumentParser(prog="autodiff")
    add_race(parser.add_subparsers())
    given = parser.parse_args(["race", *arguments])
    return given.run(given)


def test_the_command_races_on_an_expression(tmp_path, capsys):
    gif, html = tmp_path / "out.gif", tmp_path / "out.html"
    code = command(
        "x**2 + 3*y**2", "--start=1,1", "--steps", "40", "--gif", str(gif), "--html", str(html)
    )
    assert code == 0
    said = capsys.readouterr().out
    assert said.startswith("x**2 + 3*y**2\n") and str(gif) in said and str(html) in said
    assert gif.read_bytes().startswith(b"GIF89a")
    assert "x**2 + 3*y**2" in html.read_text("utf-8")


def test_the_command_races_on_the_function_of_a_file(tmp_path, capsys):
    file = tmp_path / "mine.py"
    file.write_text("def valley(a, b):\n    return (a - 2) ** 2 + 10 * b ** 2\n")
    assert command(f"{file}:valley", "--methods", "lbfgs,adam", "--rate", "adam=0.1") == 0
    said = capsys.readouterr().out
    assert said.startswith("valley\n") and "(2.0000, 0.0000)" in said


def test_the_command_without_course_races_on_three(capsys):
    assert command("--methods=lbfgs", "--lang=zh") == 0
    said = capsys.readouterr().out
    assert all(name in said for name in ("鞍面", "Beale 函数", "Rosenbrock 函数"))


BAD = [
    (["x +"], "does not parse"),
    (["x**2"], "1 variables"),
    (["x*y*z"], "3 variables"),
    (["__import__('os').system('true') + x + y"], "autodiff: "),
    (["none.py:f"], "no file"),
    (["sadle"], "did you mean saddle?"),
    (["beale", "--start=1"], "2 numbers"),
    (["beale", "--start=one,two"], "2 numbers"),
    (["beale", "--frame=0,1"], "4 numbers"),
    (["beale", "--steps=many"], "whole number"),
    (["beale", "--rate=adam"], "adam=0.1"),
    (["beale", "--methods=adm"], "unknown"),
    (["beale", "--lang=fr"], "unknown"),
    (["beale", "--open"], "--html"),
    (["beale", "--html=/nowhere/at/all.html"], "no directory"),
    (["log(x) + y", "--start=-1,1"], "nan at the start"),
]


@pytest.mark.parametrize(("arguments", "words"), BAD)
def test_faults_of_the_command_are_exit_code_2(arguments, words, capsys):
    assert command(*arguments) == 2
    said = capsys.readouterr()
    assert words in said.err and said.err.startswith("autodiff: ") and "Traceback" not in said.err
    assert said.out == ""


def test_a_broken_file_is_one_sentence(tmp_path, capsys):
    file = tmp_path / "broken.py"
    file.write_text("def f(x, y):\n    return x\n1 / 0\n")
    assert command(f"{file}:f") == 2
    assert "ZeroDivisionError" in capsys.readouterr().err
    file.write_text("def f(x, y):\n    return x\n")
    assert command(f"{file}:g") == 2
    assert "it has f" in capsys.readouterr().err


def test_the_courses_are_right_at_their_minima():
    for course in race_course.COURSES.values():
        for place in course.minima:
            gradient = ad.grad(course.function, (0, 1))(*map(float, place))
            np.testing.assert_allclose(gradient, [0, 0], atol=1e-12)


def test_a_frame_of_its_own_grows_with_the_paths_and_a_given_one_stays():
    def valley(x, y):
        return x**2 + 3 * y**2 + ad.sin(3 * x)

    course = race(valley, start=(2, 1)).contests[0].course
    assert course.frame[0] < -0.45  # momentum rolls on into the second, deeper valley
    framed = race(valley, start=(2, 1), frame=(0, 3, -1, 2)).contests[0].course
    assert framed.frame == (0, 3, -1, 2)


def test_a_chinese_picture_is_drawn_with_or_without_a_font(tmp_path, monkeypatch, capfd):
    found = race("saddle", methods=["sgd", "adam"], lang="zh")
    found.gif(tmp_path / "with.gif")
    monkeypatch.setattr(race_picture, "chinese_font", lambda: None)
    found.gif(tmp_path / "without.gif")
    for name in ("with", "without"):
        assert (tmp_path / f"{name}.gif").read_bytes().startswith(b"GIF89a")
    assert "findfont" not in capfd.readouterr().err


def test_a_function_that_raises_is_one_sentence(tmp_path, capsys):
    file = tmp_path / "mine.py"
    file.write_text(
        "def bad(x, y):\n    raise RuntimeError('no')\n\n"
        "def stops(x, y):\n    raise SystemExit(4)\n"
    )
    for name, words in (("bad", "bad raises RuntimeError: no"), ("stops", "SystemExit: 4")):
        assert command(f"{file}:{name}") == 2
        said = capsys.readouterr()
        assert words in said.err and said.err.count("\n") == 1


def test_a_race_does_not_begin_where_the_function_is_level():
    found = race(lambda x, y: (x - 1) ** 2 + (y - 1) ** 2, methods=["lbfgs"])
    (contest,) = found.contests
    assert contest.course.start != (1.0, 1.0)
