"""`autodiff explain` as a user runs it: in a process of its own."""

import json
import os
import resource
import subprocess
import sys

import pytest

from autodiff.cli import main
from autodiff.show import explain_command

MODEL = """
import autodiff as ad

def loss(w, b=1.0):
    hidden = ad.tanh(w @ w + b)
    return hidden

def broken(x):
    return 1 / 0

value = 3

def leaves(x):
    raise SystemExit(3)

def text(x):
    return "abc"

def pair(x):
    return x * x, -x

class Fault(Exception):
    pass

def own(x):
    raise Fault("no")
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("explain")
    (folder / "model.py").write_text(MODEL)
    (folder / "wrong.py").write_text("def f(:\n")
    return folder


def run(folder, *words, **environment):
    return subprocess.run(
        [sys.executable, "-m", "autodiff", "explain", *words], capture_output=True, text=True,
        encoding="utf-8", timeout=120, check=False, cwd=folder,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
    )  # fmt: skip


def test_an_expression_prints_its_report(folder):
    done = run(folder, "ln(x1)+x1*x2-sin(x2)", "x1=2", "x2=5")
    assert done.returncode == 0 and done.stderr == ""
    for number in ("11.652", "5.5", "1.716"):
        assert number in done.stdout
    assert "\033" not in done.stdout


def test_a_function_of_a_file_by_name_and_in_order(folder):
    named = run(folder, "model.py:loss", "--at", "w=[1,2],b=0.5", "--json")
    ordered = run(folder, "model.py:loss", "--at", "[1,2]", "0.5", "--json")
    assert named.returncode == 0 and named.stdout == ordered.stdout
    record = json.loads(named.stdout)
    assert record["vertices"][-1]["label"] == "hidden" and record["title"] == "loss(w, b)"
    default = json.loads(run(folder, "model.py:loss", "--at", "w=[1,2]", "--json").stdout)
    assert default["inputs"] == [0]


@pytest.mark.parametrize(
    ("option", "beginning"),
    [("--latex", "% Forward"), ("--dot", "digraph"), ("--mermaid", "flowchart"), ("--text", "x*y")],
)
def test_what_is_asked_for_is_printed_alone(folder, option, beginning):
    assert run(folder, "x*y", "x=2", "y=3", option).stdout.startswith(beginning)


def test_files_are_written(folder):
    done = run(
        folder, "x*y", "x=2", "y=3", "--html", "a.html", "--svg", "a.svg", "--png", "a.png",
        "--extended",
    )  # fmt: skip
    assert done.returncode == 0 and done.stdout == "wrote a.html\nwrote a.svg\nwrote a.png\n"
    assert (folder / "a.html").read_text("utf-8").startswith("<!")
    assert (folder / "a.svg").read_text("utf-8").startswith("<svg")
    assert (folder / "a.png").read_bytes().startswith(b"\x89PNG")


def test_chinese_modes_orders_and_chosen_inputs(folder):
    chinese = run(folder, "x*y", "x=2", "y=3", "--lang", "zh").stdout
    assert "前向切线轨迹 (对 x 求导)" in chinese
    forward = run(folder, "x*y", "x=2", "y=3", "--mode", "forward", "--wrt", "y").stdout
    assert "∂z/∂y = 2" in forward and "Reverse adjoint trace" not in forward
    second = json.loads(run(folder, "x**3", "x=2", "--order", "2", "--json").stdout)
    assert second["vertices"][0]["adjoint"]["number"] == 12


def test_inputs_may_stand_between_options(folder):
    mixed = run(folder, "--mode", "forward", "x*y", "--wrt", "y", "x=2", "--lang", "en", "y=3")
    assert mixed.returncode == 0 and "∂z/∂y = 2" in mixed.stdout
    assert "unrecognized arguments: 3" in run(folder, "x", "x=1", "--wrt", "x", "3").stderr


def test_ways_with_a_derivative_by_hand(folder):
    out = run(folder, "x*y", "x=2", "y=3", "--by-hand", "[y, x]").stdout
    assert "by hand    [3, 2]" in out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("log(x*y", "x=2"), "does not parse at character 4, after 'log': '(' was never closed"),
        (("x", "x=[[1,2],[3]]"), "which is no number"),
        (("x*x", "x=2", "--by-hand", "[1,2,3]"), "gives 3 numbers where there are 1 derivatives"),
        (("x^2", "x=2"), "write ** for a power"),
        (("sni(x)", "x=2"), "no function is called sni; did you mean sin?"),
        (("x*y", "x=2"), "input y is missing; give it as y=2"),
        (("x*y", "x=2", "y=two"), "input y is 'two', which is no number"),
        (("x*y", "x=2", "y="), "input y is '', which is no number"),
        (("x*y", "x=2", "z=3"), "input z is not in the expression"),
        (("x*y", "x=2", "x=3"), "input x is given twice"),
        (("x", "x=nan"), "input x is nan; give a finite number"),
        (("2+3",), "there is no input to differentiate in"),
        (("x", "--at", "1", "2"), "2 values are given, and 1 inputs need one"),
        (("log(x)", "x=-1"), "log(-1) has no value at v1: log needs a positive argument"),
        (("log(x)", "x=0"), "log(0) has no value at v1"),
        (("1/x", "x=0"), "1 / 0 has no value at v1: divide needs a divisor other than 0"),
        (("acos(x)", "x=2"), "acos needs an argument from -1 to 1"),
        (("sqrt(y*x)", "x=-2", "y=1"), "sqrt(-2) has no value at v2"),
        (("(-1*x)**0.5", "x=2"), "(-2) ** 0.5 has no value"),
        (("sum(w*x)", "w=[1,2]", "x=[1,2,3]"), "cannot be run: ValueError"),
        (("x*x*x*x", "x=2", "--limit", "3"), "the graph has more than 3 vertices"),
        (("x", "x=1", "--wrt", "y"), "--wrt y is no input; there is x"),
        (("x", "x=1", "--order", "0"), "--order 0 is no order"),
        (("x", "x=1", "--by-hand", "z"), "--by-hand has z, which is no input"),
        (("x", "x=1", "--html", "none/a.html"), "none/a.html: no such file or directory"),
        (("none.py:f", "--at", "1"), "there is no file none.py"),
        (("wrong.py:f", "--at", "1"), "wrong.py cannot be imported: SyntaxError"),
        (("model.py:los", "--at", "1"), "model.py has no function los; did you mean loss?"),
        (("model.py:value", "--at", "1"), "model.py has no function value"),
        (("model.py:broken", "--at", "1"), "cannot be run: ZeroDivisionError: division by zero"),
        (("model.py:loss", "--at", "b=1"), "input w is missing"),
        (("model.py:loss", "--at", "x=1"), "input x is no argument of the function"),
        (("model.py:leaves", "--at", "1"), "cannot be run: SystemExit: 3"),
        (("model.py:own", "--at", "1"), "cannot be run: Fault: no"),
        (("model.py:text", "--at", "1"), "explain: an output is a str"),
        (("model.py:pair", "--at", "1", "--output", "2"), "there are 2 outputs"),
        (("model.py", "--at", "1"), "names no function; give FILE.py:FUNCTION"),
        (("x*lambda", "x=1"), "lambda is a word of Python"),
        (("2x", "x=1"), "write * between the factors"),
        (("sin x", "x=1"), "write * between the factors"),
        (("__import__('os').system('x')", "x=1"), "cannot be used"),
    ],
)  # fmt: skip
def test_faults_are_one_sentence_and_the_code_two(folder, words, sentence, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    assert main(["explain", *words]) == 2
    out, error = capsys.readouterr()
    assert out == "" and sentence in error and error.startswith("autodiff explain: ")
    mark = error.count("\n") == 3 and error.rstrip().endswith("^")
    assert error.count("\n") == 1 or mark


@pytest.mark.parametrize(
    "words",
    [("log(x*y", "x=2"), ("log(x)", "x=-1"), ("x*y", "x=2"), ("model.py:broken", "--at", "1")],
)
def test_a_process_ends_with_a_sentence_and_no_traceback(folder, words):
    done = run(folder, *words)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith("autodiff explain: ") and "Traceback" not in done.stderr


def test_an_overflow_is_a_value(folder):
    done = run(folder, "log(1 + exp(x))", "x=1000")
    assert done.returncode == 0 and "softplus(v0)" in done.stdout


def test_wrong_options_are_told_by_the_parser(folder):
    done = run(folder, "x", "x=1", "--mode", "sideways")
    assert done.returncode == 2 and "invalid choice: 'sideways'" in done.stderr


def test_colors_are_for_terminals_that_want_them(folder, monkeypatch):
    class Terminal:
        def isatty(self):
            return True

    monkeypatch.setattr(explain_command.sys, "stdout", Terminal())
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert explain_command.colored()
    monkeypatch.setenv("NO_COLOR", "1")
    assert not explain_command.colored()


def test_a_small_expression_takes_less_than_a_second(folder):
    spent = []
    for _ in range(3):  # the time of a processor, which a machine that is shared does not stretch
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        run(folder, "log(x*y)", "x=2", "y=3", OPENBLAS_NUM_THREADS="1")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(spent) < 1


def test_the_output_is_chosen(folder):
    record = json.loads(run(folder, "model.py:pair", "--at", "3", "--output", "1", "--json").stdout)
    assert record["output"] == record["outputs"][1]


def test_the_ways_at_an_infinite_slope_are_a_table(folder):
    done = run(folder, "sqrt(x)", "x=0", "--ways", "--lang", "zh")
    assert done.returncode == 0 and done.stderr == ""
    assert "求导的几种方法" in done.stdout and "误差：" in done.stdout


def test_a_full_disk_is_a_sentence(folder):
    done = run(folder, "x*y", "x=1", "y=2", "--html", "/dev/full")
    assert done.returncode == 2
    assert done.stderr == "autodiff explain: no space left on device\n"
