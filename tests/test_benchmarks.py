"""Every benchmark runs with one call of everything, and shows its tables; no figure is judged."""

import json
import subprocess
import sys
from importlib import import_module

import numpy as np
import pytest

from benchmarks import __main__ as command
from benchmarks.measure import SMOKE, Effort
from benchmarks.table import Table, Target, as_json, show

# What every table of a benchmark shows, by the benchmark: rows and columns that must be there.
SHOWN = {
    "imports": [(["numpy", "autodiff"], "median [ms]")],
    "chain": [(["y + x, 10 operators", "sin(y), 1,000 operators"], "sweep [ns]"),
              (["y + x", "sin(y)"], "held after recording [B]")],
    "large": [(["autodiff eager", "autodiff grad", "by hand"], "peak [arrays]")],
    "kept": [(["every state, 20 steps of 500 doubles", "1 MiB, 100 steps of 8 doubles"],
              "runs of the body per step")],
    "overhead": [(["x + y", "x @ y"], "autodiff"), (["m.sin(x)"], "Dual"),
                 (["x * y"], "autodiff grad")],
    "sweep": [(["perceptron", "logistic", "rosenbrock", "recurrent"], "autodiff eager")],
    "jit": [(["long sum, float32, n = 100,000", "gradient of Rosenbrock, n = 2",
              "logistic regression, 569 x 30", "Hessian of Rosenbrock, n = 100",
              "Lorenz, 1,000 steps", "loop and branch of Python, n = 10"], "autodiff eager")],
    "first": [(["chain of 2,000"], "autodiff background [s]")],
    "nans": [(["backward, 3 doubles", "grad, 3 doubles", "jvp, 3 doubles", "Executor, 3 doubles"],
              "with / without")],
}  # fmt: skip


@pytest.mark.parametrize("name", SHOWN)
def test_a_benchmark_shows_its_tables(name):
    tables = import_module(f"benchmarks.{name}").measure(SMOKE, {})
    assert len(tables) == len(SHOWN[name])
    for table, (rows, column) in zip(tables, SHOWN[name]):
        assert set(rows) <= set(table.rows)
        assert all(table.rows[row][column] > 0 for row in rows)
        text = show(table)
        assert text.startswith(table.title)
        assert all(row in text for row in table.rows)
        json.dumps(as_json(table))


@pytest.mark.parametrize("name", ["overhead", "sweep"])
def test_a_peer_stands_beside_ours(name):
    autograd = pytest.importorskip("autograd")
    import_module("autograd.numpy")
    tables = import_module(f"benchmarks.{name}").measure(SMOKE, {"autograd": autograd})
    columns = {column for table in tables for row in table.rows.values() for column in row}
    assert "autograd" in columns
    assert any("times faster than autograd" in t.text for table in tables for t in table.targets)


def test_every_benchmark_is_known_here():
    known = set(command.NAMES)
    assert set(SHOWN) <= known
    assert all(callable(import_module(f"benchmarks.{name}").measure) for name in known)


def test_the_command_writes_what_it_shows(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr("benchmarks.peers.NAMES", ())
    monkeypatch.setattr(
        sys, "argv", ["benchmarks", "sweep", "--smoke", "--json", str(tmp_path / "figures.json")]
    )
    command.main()
    printed = capsys.readouterr().out
    assert "Whole gradients, as multiples of NumPy's run" in printed
    written = json.loads((tmp_path / "figures.json").read_text("utf-8"))
    assert list(written["benchmarks"]) == ["sweep"]
    assert written["benchmarks"]["sweep"][0]["rows"]["perceptron"]["autodiff grad"] > 0


def test_a_peer_that_is_missing_is_named(monkeypatch, capsys):
    from benchmarks import peers

    monkeypatch.setattr(peers, "NAMES", ("jax",))
    monkeypatch.setitem(sys.modules, "jax", None)
    monkeypatch.setattr(peers, "MISSING", {})
    assert peers.peers() == {}
    assert "jax" in peers.MISSING["jax"]


def test_a_wrong_gradient_stops_a_benchmark(monkeypatch):
    sweep = import_module("benchmarks.sweep")
    monkeypatch.setattr(sweep, "disagreeing", lambda made: ["torch"])
    with pytest.raises(ArithmeticError, match="the gradients of torch are different"):
        sweep.measure(SMOKE, {})


def test_targets_are_met_or_missed():
    table = Table("speed", {"a": {"x": 1234.5, "y": None}}, [
        Target("figure", 2.0, "at most", 3.0), Target("figure", 2.0, "at least", 3.0),
    ], "a note")  # fmt: skip
    assert show(table).splitlines() == [
        "speed",
        "-----",
        "a note",
        "       x  y",
        "a  1,234   ",
        "",
        "figure  2   at most 3      ok",
        "figure  2  at least 3  missed",
    ]
    assert [t["met"] for t in as_json(table)["targets"]] == [True, False]


def test_the_fastest_of_the_turns_counts():
    from benchmarks.measure import interleaved, ratio

    calls = []
    effort = Effort(repeats=2, bursts=3, seconds=0.0, size=1.0)
    seconds = interleaved({"f": lambda: calls.append(None), "g": ("1 + 1", {})}, effort)
    assert len(seconds["f"]) == len(seconds["g"]) == 2
    assert len(calls) == 1 + 2 * 3  # the first is the warm-up
    assert ratio([2.0, 6.0, 4.0], [1.0, 2.0, 1.0]) == 3.0


@pytest.mark.parametrize("name", ["autograd", "jax"])
def test_the_peers_give_the_same_gradients(name):
    jit, programs = import_module("benchmarks.jit"), import_module("benchmarks.programs")
    found = {name: import_module("benchmarks.peers").SETUPS[name]()}
    arguments = programs.layers(2)
    for value in (True, False):
        calls = import_module("benchmarks.jit_peers").gradients(
            found, programs.network, arguments, (0, 1), value
        )
        assert set(calls) == {"autodiff jit", "autodiff eager", name}
        jit.agree("perceptron", calls)


def test_a_wrong_answer_stops_the_benchmark_of_compiled_functions():
    jit = import_module("benchmarks.jit")
    x = np.array([1.0, 2.0])
    calls = {"autodiff eager": lambda: x, "C": lambda: x + 1e-6}
    with pytest.raises(ArithmeticError, match="walk: the answer of C is different"):
        jit.agree("walk", calls)
    with pytest.raises(ArithmeticError, match="the answer of C is different"):
        jit.agree("walk", {"autodiff eager": lambda: x, "C": lambda: (x, x)})


def test_long_calls_take_fewer_turns(monkeypatch):
    jit = import_module("benchmarks.jit")
    effort = Effort(repeats=5, bursts=7, seconds=0.001, size=1.0)
    assert jit.affordable({"f": lambda: None}, effort) == effort
    monkeypatch.setattr(jit, "TURN", 0.004)
    assert jit.affordable({"f": lambda: None}, effort) == Effort(2, 2, 0.0, 1.0)
    assert jit.affordable({"f": lambda: None}, SMOKE) == SMOKE


def test_a_first_answer_that_fails_is_left_out(monkeypatch):
    first = import_module("benchmarks.first")
    assert first.answer("no such library", "chain of 2,000") is None
    monkeypatch.setattr(first, "PATIENCE", 0.0)
    assert first.answer("autodiff eager", "chain of 2,000") is None
    with pytest.raises(subprocess.CalledProcessError):
        first.answer("autodiff jit", "no such program")


def test_what_compiled_functions_are_held_to():
    jit = import_module("benchmarks.jit")
    work = jit.Work(None, "C", 1.3, 1.0)
    seconds = {"autodiff jit": [2.0], "autodiff eager": [8.0], "C": [4.0], "casadi": [0.1],
               "jax": [16.0], "torch": [1.0]}  # fmt: skip
    found = [(t.text, t.figure, t.bound) for t in jit.judged("walk", work, seconds)]
    assert found == [
        ("walk: over C", 0.5, 1.3), ("walk: over torch", 2.0, 1.0),
        ("walk: over our eager run", 0.25, 1.0),
    ]  # fmt: skip
