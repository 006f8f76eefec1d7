"""The command line: what it prints, where, and its exit codes."""

import subprocess
import sys

import pytest

from autodiff.cli import COMMANDS, main
from autodiff.examples import demo


@pytest.fixture
def quick(monkeypatch):
    """The points of the unit square are learned in two rounds instead of three hundred."""
    monkeypatch.setattr(demo.logistic_regression, "ROUNDS", 2)


@pytest.fixture
def small(tmp_path):
    """A table of thirty rows, two features and two classes."""
    rows = [
        f"{i % 7},{(i * i) % 11},{'yes' if (i % 7) * 2 > i * i % 11 else 'no'}" for i in range(30)
    ]
    path = tmp_path / "small.csv"
    path.write_text("\n".join(["a,b,answer", *rows]))
    return str(path)


def test_no_command_prints_help(capsys):
    assert main([]) == 0
    assert "demo" in capsys.readouterr().out


def test_help_names_every_command(capsys):
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(command.__name__.removeprefix("add_") in shown for command in COMMANDS)


def test_version_is_one_line(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("autodiff ")


def test_python_dash_m_runs_the_command_line():
    done = subprocess.run(
        [sys.executable, "-m", "autodiff", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("autodiff ")
    assert done.stderr == ""


def test_an_unknown_command_is_exit_code_2(capsys):
    assert main(["fly"]) == 2
    assert "fly" in capsys.readouterr().err


@pytest.mark.parametrize("rounds", ["0", "-3", "many", "1.5"])
def test_rounds_is_a_positive_whole_number(rounds, capsys):
    assert main(["demo", "--rounds", rounds]) == 2
    assert "whole number" in capsys.readouterr().err


def test_a_table_of_ones_own_is_fitted(small, tmp_path, quick, capsys):
    out = tmp_path / "page.html"
    given = ["demo", "--data", small, "--target", "answer", "--out", str(out), "--rounds", "50"]
    assert main(given) == 0
    shown = capsys.readouterr().out
    assert "1 is 'yes', 0 is 'no'" in shown
    assert f"report: {out}" in shown
    assert "small.csv: 30 rows, 2 features" in out.read_text(encoding="utf-8")


def test_a_browser_opens_only_when_asked(small, tmp_path, quick, monkeypatch):
    opened = []
    monkeypatch.setattr(demo.webbrowser, "open", opened.append)
    out = tmp_path / "page.html"
    given = ["demo", "--data", small, "--target", "answer", "--out", str(out), "--rounds", "2"]
    assert main(given) == 0
    assert opened == []
    assert main([*given, "--open"]) == 0
    assert opened == [out.as_uri()]


def one_sentence(given, capsys):
    """What a command says on its way to exit code 2."""
    assert main(given) == 2
    shown = capsys.readouterr()
    assert shown.err.startswith("autodiff: ")
    assert shown.err.endswith(".\n")
    assert shown.err.count("\n") == 1
    return shown.err


def test_data_without_target(small, capsys):
    assert "--target" in one_sentence(["demo", "--data", small], capsys)


def test_target_without_data(capsys):
    assert "--data" in one_sentence(["demo", "--target", "answer"], capsys)


def test_a_missing_file(tmp_path, capsys):
    path = str(tmp_path / "absent.csv")
    assert "no such file" in one_sentence(["demo", "--data", path, "--target", "x"], capsys)


def test_text_in_a_number_column(tmp_path, capsys):
    path = tmp_path / "text.csv"
    path.write_text("a,b,y\n1,2,0\n3,blue,1\n")
    said = one_sentence(["demo", "--data", str(path), "--target", "y"], capsys)
    assert "line 3" in said
    assert "'b'" in said
    assert "'blue'" in said


@pytest.mark.parametrize(
    ("out", "reason"),
    [("", "it is a directory"), ("absent/page.html", "no directory"), ("small.csv", "data itself")],
)
def test_a_place_where_no_page_can_be(out, reason, small, tmp_path, capsys):
    given = ["demo", "--data", small, "--target", "answer", "--out", str(tmp_path / out)]
    assert reason in one_sentence(given, capsys)


def test_an_interrupt_is_a_word_and_an_exit_code(monkeypatch, capsys):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(demo, "run", interrupted)
    assert main(["demo"]) == 130
    assert capsys.readouterr().err == "autodiff: interrupted.\n"


def test_a_reader_that_leaves_makes_no_noise(small, tmp_path):
    out = str(tmp_path / "page.html")
    given = ["demo", "--data", small, "--target", "answer", "--out", out, "--rounds", "1"]
    # The program waits for its standard input to end, so that the reader is sure to be gone.
    program = (
        "import sys; from autodiff.cli import demonstration as demo, main;"
        "demo.logistic_regression.ROUNDS = 2; check = demo.judge.errors;"
        "demo.judge.errors = lambda *given: (sys.stdin.read(), check(*given))[1];"
        "sys.exit(main(sys.argv[1:]))"
    )
    running = subprocess.Popen(
        [sys.executable, "-c", program, *given],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdout.readline().startswith("Logistic regression")
    running.stdout.close()
    running.stdin.close()
    said = running.stderr.read()
    running.stderr.close()
    assert running.wait() == 141
    assert "Error" not in said
